//! Screens of rows in panes: coverage, plan, assessments, a comparison; and what explains their numbers.

use std::collections::BTreeSet;

use super::layout::{self, Area};
use super::shelf::Snapshot;
use super::view::{Pane, Position};
use super::{App, Effect, Popup, Screen, frame};
use crate::catalog::{Facet, Kind, Lens, ObjectId};
use crate::coverage::{
    Assessment, Basis, Difference, Explanation, Figure, Overview, Plan, Rollup, State, explain, scope,
    what_if,
};
use crate::page::{self, Dashboard, ListKind, Page, Panel, PlanPart, PlanView, Point, Target, wrap_text};

/// A screen of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoardKind {
    /// The dashboard.
    Coverage,
    /// What to fix first.
    Plan,
    /// The assessments of the shelf, and the snapshots of the one at hand.
    Assessments,
    /// Two assessments side by side.
    Comparison,
}

/// Positions per pane; the most panes there are is four.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BoardView {
    pub kind: BoardKind,
    pub positions: [Position; 4],
    /// The pane that has the keys.
    pub focus: usize,
    pub order: page::Order,
}

impl BoardView {
    pub fn new(kind: BoardKind) -> BoardView {
        BoardView { kind, positions: [Position::default(); 4], focus: 0, order: page::Order::default() }
    }
}

/// What the figures of a screen are made of, made anew when marks, filter or snapshots change.
#[derive(Debug)]
pub(super) struct Analysis {
    revision: u64,
    pub(super) techniques: BTreeSet<ObjectId>,
    pub(super) overview: Overview,
    pub(super) plan: Plan,
    /// Since the snapshot that is compared with.
    pub(super) since: Option<Difference>,
    trend: Vec<Point>,
}

/// What the rows are made of, and what is said of the one that is chosen.
#[derive(Debug, Default)]
pub(super) struct Boards {
    pub(super) analysis: Option<Analysis>,
    /// The figure that is explained in a pane, and beside which row.
    why: Option<Figure>,
    /// What finishing the chosen mitigation would bring, and which it is.
    what_if: Option<(ObjectId, u64, String)>,
    /// What the popup explains.
    explanations: Vec<Explanation>,
}

/// Which parts of a screen stand in which pane, column by column.
enum Plot {
    Whole,
    Coverage(&'static [&'static [&'static [Panel]]]),
    Plan(&'static [&'static [Part]]),
}

/// A pane of the plan.
#[derive(Clone, Copy)]
enum Part {
    List(PlanPart),
    /// Explains the score of the row that is chosen.
    Why,
}

const COVERAGE_IN_TWO: &[&[&[Panel]]] =
    &[&[&[Panel::Tactics, Panel::Mitigations]], &[&[Panel::Standing, Panel::Cases]]];
const COVERAGE_IN_FOUR: &[&[&[Panel]]] =
    &[&[&[Panel::Tactics], &[Panel::Cases]], &[&[Panel::Standing], &[Panel::Mitigations]]];
const PLAN_IN_THREE: &[&[Part]] =
    &[&[Part::List(PlanPart::Mitigable)], &[Part::List(PlanPart::Own), Part::List(PlanPart::Mitigations)]];
const PLAN_IN_FOUR: &[&[Part]] = &[
    &[Part::List(PlanPart::Mitigable), Part::List(PlanPart::Mitigations)],
    &[Part::List(PlanPart::Own), Part::Why],
];

/// Rows are not made wider: the eye would lose the line between a name and its figures.
const MOST_CELLS: usize = 120;

impl App {
    /// Opens a screen of rows, and asks for what it needs from the disk.
    pub(super) fn go_board(&mut self, kind: BoardKind) -> Vec<Effect> {
        if !matches!(self.screen(), Screen::Board(view) if view.kind == kind) {
            self.go(Screen::Board(BoardView::new(kind)));
        }
        self.arrange();
        self.pick_first_link();
        match kind {
            BoardKind::Coverage | BoardKind::Plan if self.snapshots.is_none() => vec![Effect::FindSnapshots],
            BoardKind::Assessments => vec![Effect::FindAssessments, Effect::FindSnapshots],
            _ => Vec::new(),
        }
    }

    /// The techniques that figures count: those of the assessment's platforms that the filter shows.
    pub fn scope_of_figures(&self) -> BTreeSet<ObjectId> {
        let own = self.techniques_of(&self.assessment);
        match self.looked_at() {
            Some(looked_at) => own.intersection(looked_at).copied().collect(),
            None => own,
        }
    }

    /// The techniques of the platforms that an assessment names; all where it names none.
    pub(super) fn techniques_of(&self, assessment: &Assessment) -> BTreeSet<ObjectId> {
        scope(&self.catalog, &assessment.about)
    }

    /// The platforms of an assessment that the release knows: legacy releases state none at all.
    pub(super) fn platform_lens(&self, assessment: &Assessment) -> Lens {
        let mut lens = Lens::default();
        if assessment.about.platforms.is_empty() {
            return lens;
        }
        let known = Facet::Platform.values(&self.catalog);
        for platform in assessment.about.platforms.iter().filter(|p| known.iter().any(|v| v.key == **p)) {
            lens.add(Facet::Platform, platform);
        }
        lens
    }

    pub(super) fn analyse(&mut self) {
        if self.boards.analysis.as_ref().is_some_and(|a| a.revision == self.revision) {
            return;
        }
        let techniques = self.scope_of_figures();
        let (catalog, assessment, today) = (&*self.catalog, &self.assessment, self.today);
        let point = |snapshot: &Snapshot| {
            let known = techniques.iter().filter(|id| snapshot.known.contains(id));
            let techniques = Rollup::of(known.copied(), &snapshot.assessment, snapshot.on);
            Point { name: snapshot.name.clone(), on: snapshot.on, techniques }
        };
        let since = self.compared_with().map(|then| {
            let (known, on) = (Some(&then.known), then.on);
            Difference::between(&then.assessment, known, assessment, catalog, &techniques, on, today)
        });
        self.boards.analysis = Some(Analysis {
            revision: self.revision,
            overview: Overview::of(catalog, assessment, &techniques, today),
            plan: Plan::of(catalog, assessment, &techniques, &self.weights, today),
            since,
            trend: self.snapshots.iter().flatten().map(point).collect(),
            techniques,
        });
    }

    /// Makes the panes of a screen of rows.
    pub(super) fn make_board(&mut self, view: BoardView) {
        let Some(frame) = frame(self.size, false) else { return };
        if matches!(view.kind, BoardKind::Coverage | BoardKind::Plan) {
            self.analyse();
        }
        let wide = frame.body.width >= layout::TWO_PANES;
        let widest = frame.body.width >= layout::THREE_PANES;
        let plot = match (view.kind, wide, widest) {
            (BoardKind::Coverage, true, false) => Plot::Coverage(COVERAGE_IN_TWO),
            (BoardKind::Coverage, true, true) => Plot::Coverage(COVERAGE_IN_FOUR),
            (BoardKind::Plan, true, false) => Plot::Plan(PLAN_IN_THREE),
            (BoardKind::Plan, true, true) => Plot::Plan(PLAN_IN_FOUR),
            _ => Plot::Whole,
        };
        self.boards.why = None;
        let cells = |area: &Area| {
            let margin = if area.x + area.width < frame.body.width { 2 } else { 1 };
            usize::from(area.width).saturating_sub(margin).min(MOST_CELLS)
        };
        let mut panes: Vec<(Area, Page)> = Vec::new();
        match plot {
            Plot::Whole => {
                let columns = if view.kind == BoardKind::Assessments && wide { &[1, 1][..] } else { &[1] };
                let areas = layout::board(frame.body, columns);
                for (at, area) in areas.iter().enumerate() {
                    let page = self.whole_page(view, at, areas.len(), cells(area));
                    panes.push((*area, page));
                }
            }
            Plot::Coverage(columns) => {
                let areas =
                    layout::board(frame.body, &columns.iter().map(|c| rows_of(c)).collect::<Vec<_>>());
                let panels = columns.iter().flat_map(|column| column.iter());
                for (area, panels) in areas.into_iter().zip(panels) {
                    let page = self.dashboard(view).map(|d| d.page(panels, cells(&area)));
                    panes.push((area, page.unwrap_or_default()));
                }
            }
            Plot::Plan(columns) => {
                let areas =
                    layout::board(frame.body, &columns.iter().map(|c| rows_of(c)).collect::<Vec<_>>());
                let parts = columns.iter().flat_map(|column| column.iter());
                for (area, part) in areas.into_iter().zip(parts) {
                    let page = match part {
                        Part::List(part) => self.plan().map(|p| p.page(&[*part], cells(&area))),
                        Part::Why => None,
                    };
                    panes.push((area, page.unwrap_or_default()));
                }
            }
        }
        for ((area, page), at) in panes.into_iter().zip(view.positions) {
            let mut pane = Pane { area, parts: &[], page, at };
            pane.clamp();
            self.panes.push(pane);
        }
        let last = self.panes.len().saturating_sub(1);
        if let Some(Screen::Board(view)) = self.screen_mut() {
            view.focus = view.focus.min(last);
        }
    }

    /// The page of a pane of a screen that looks the same at every width.
    fn whole_page(&self, view: BoardView, at: usize, panes: usize, cells: usize) -> Page {
        match (view.kind, at) {
            (BoardKind::Coverage, _) => self.dashboard(view).map(|d| d.whole(cells)).unwrap_or_default(),
            (BoardKind::Plan, _) => self.plan().map(|p| p.page(&PlanPart::ALL, cells)).unwrap_or_default(),
            (BoardKind::Assessments, 0) if panes > 1 => page::shelf(&self.shelf_rows(), self.to_come, cells),
            (BoardKind::Assessments, _) => {
                let shelf = self.shelf_rows();
                let shelf = (panes == 1).then_some((shelf.as_slice(), self.to_come));
                let snapshots = self.snapshots.as_ref().map(|_| self.snapshot_rows());
                page::snapshots(shelf, snapshots.as_deref(), &self.snapshot_problems, cells)
            }
            (BoardKind::Comparison, _) => match &self.comparison {
                Some(both) => page::compared(&self.catalog, both, &self.scope_of_figures(), cells),
                None => Page::default(),
            },
        }
    }

    fn dashboard(&self, view: BoardView) -> Option<Dashboard<'_>> {
        let analysis = self.boards.analysis.as_ref()?;
        let then = self.compared_with();
        Some(Dashboard {
            catalog: &self.catalog,
            assessment: &self.assessment,
            techniques: &analysis.techniques,
            overview: &analysis.overview,
            since: then.zip(analysis.since.as_ref()).map(|(then, since)| (&*then.name, then.on, since)),
            trend: &analysis.trend,
            today: self.today,
            order: view.order,
        })
    }

    fn plan(&self) -> Option<PlanView<'_>> {
        let analysis = self.boards.analysis.as_ref()?;
        Some(PlanView {
            catalog: &self.catalog,
            assessment: &self.assessment,
            plan: &analysis.plan,
            weights: &self.weights,
            today: self.today,
        })
    }

    /// Sorts the rows among which the cursor is by the next order.
    pub(super) fn sort_board(&mut self) {
        let panel = match self.under_cursor().map(ObjectId::kind) {
            Some(Kind::CaseStudy) => Panel::Cases,
            Some(Kind::Mitigation) => Panel::Mitigations,
            _ => Panel::Tactics,
        };
        let Some(Screen::Board(view)) = self.screen_mut() else { return };
        if view.kind != BoardKind::Coverage {
            self.tell("The plan is sorted by score; the coverage by what you choose.");
            return;
        }
        if let Some(order) = view.order.next(panel) {
            self.tell(format!("{} by {order}.", panel.title()));
        }
    }

    /// Follows the cursor with what is said of its row. Cheap where it has not moved.
    pub(super) fn follow_cursor(&mut self) {
        let Screen::Board(view) = *self.screen() else { return };
        let chosen = self.under_cursor();
        match chosen.filter(|id| id.kind() == Kind::Mitigation) {
            Some(id) if self.boards.analysis.is_some() => self.ask_what_if(id),
            _ => self.boards.what_if = None,
        }
        let has_why = view.kind == BoardKind::Plan && self.panes.len() == 4;
        let figure = chosen.and_then(|id| figure_of(id, false));
        if has_why && view.focus != 3 && figure.is_some() && figure != self.boards.why {
            self.boards.why = figure;
            let why = figure.map(|figure| self.explain(figure));
            if let (Some(why), Some(pane)) = (why, self.panes.get_mut(3)) {
                let cells = usize::from(pane.area.width).saturating_sub(1).min(page::MAX_PROSE);
                pane.page = page::explanation(&why, "Why this row", cells);
                pane.at = Position::default();
            }
        }
    }

    fn ask_what_if(&mut self, id: ObjectId) {
        let revision = self.revision;
        if self.boards.what_if.as_ref().is_some_and(|(asked, at, _)| (*asked, *at) == (id, revision)) {
            return;
        }
        let Some(analysis) = &self.boards.analysis else { return };
        let state = State::Covered;
        let if_done = what_if(&self.catalog, &self.assessment, id, state, &analysis.techniques, self.today);
        let text = format!(
            "if done, {} more suggested, +{} of {} steps",
            if_done.rising.len(),
            if_done.gain.target,
            if_done.steps.target
        );
        self.boards.what_if = Some((id, revision, text));
    }

    /// What finishing the chosen mitigation would bring.
    pub fn if_done(&self) -> Option<&str> {
        let on_board = matches!(self.screen(), Screen::Board(_));
        self.boards.what_if.as_ref().filter(|_| on_board).map(|(.., text)| text.as_str())
    }

    fn explain(&self, figure: Figure) -> Explanation {
        let scope;
        let techniques = match &self.boards.analysis {
            Some(analysis) if analysis.revision == self.revision => &analysis.techniques,
            _ => {
                scope = self.scope_of_figures();
                &scope
            }
        };
        let since = self.boards.analysis.as_ref().and_then(|a| a.since.as_ref());
        explain(
            figure,
            &Basis {
                catalog: &self.catalog,
                assessment: &self.assessment,
                techniques,
                weights: &self.weights,
                today: self.today,
                since,
            },
        )
    }

    /// Explains the number under the cursor, or those that stand in the head of the screen.
    pub(super) fn explain_here(&mut self) {
        let link = self.focused_pane().and_then(|pane| pane.link()).map(|link| link.target.clone());
        let figures: Vec<Figure> = match (self.screen(), link) {
            (_, Some(Target::Figure(figure))) => vec![figure],
            (Screen::Matrix, None) => {
                let column = self.grid.cursor.and_then(|c| self.catalog.tactics.get(c.column));
                column.map(|tactic| Figure::Tactic(tactic.id)).into_iter().chain([Figure::Assessed]).collect()
            }
            (Screen::List(view), _) if self.list.is_empty() => {
                vec![if view.kind == ListKind::Mitigations { Figure::Mitigations } else { Figure::Assessed }]
            }
            (screen, _) => {
                let page = if let Screen::Object(view) = screen { Some(view.id) } else { None };
                let id = self.under_cursor().or(page);
                id.into_iter().flat_map(|id| [figure_of(id, false), figure_of(id, true)]).flatten().collect()
            }
        };
        self.show_figures(&figures);
    }

    pub(super) fn show_figures(&mut self, figures: &[Figure]) {
        if figures.is_empty() {
            self.tell("There is no number here to explain.");
            return;
        }
        self.boards.explanations = figures.iter().map(|figure| self.explain(*figure)).collect();
        self.popups.push(Popup::Explained(0));
    }

    /// What the popup explains, wrapped; each line with whether it is a figure.
    pub fn explained_lines(&self) -> Vec<(String, bool)> {
        let cells = usize::from(self.size.0.min(110)).saturating_sub(6);
        let mut lines = Vec::new();
        for (i, explanation) in self.boards.explanations.iter().enumerate() {
            if i > 0 {
                lines.push((String::new(), false));
            }
            lines.extend(wrap_text(&explanation.title, cells).into_iter().map(|line| (line, true)));
            for text in &explanation.lines {
                lines.extend(wrap_text(text, cells).into_iter().map(|line| (line, false)));
            }
        }
        lines
    }
}

fn rows_of<T>(column: &[T]) -> u16 {
    u16::try_from(column.len()).unwrap_or(1)
}

/// The figure of an object; with `other` the one besides, where there are two.
fn figure_of(id: ObjectId, other: bool) -> Option<Figure> {
    match (id.kind(), other) {
        (Kind::Tactic, false) => Some(Figure::Tactic(id)),
        (Kind::CaseStudy, false) => Some(Figure::Case(id)),
        (Kind::Technique, false) => Some(Figure::Score(id)),
        (Kind::Technique, true) => Some(Figure::Suggestion(id)),
        (Kind::Mitigation, false) => Some(Figure::Mitigation(id)),
        _ => None,
    }
}
