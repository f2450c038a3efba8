//! The dashboard: where we stand, tactic by tactic, case study by case study, and since when.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use jiff::civil::Date;

use super::list::urgency;
use super::rows::{Rows, counted, glyph, share};
use super::{Page, Span, Target, Tone, pad};
use crate::catalog::{Catalog, ObjectId};
use crate::coverage::{Assessment, Difference, Figure, Moves, Overview, Rollup, State, Strip, TacticShare};

/// What the dashboard is made of.
#[derive(Debug, Clone, Copy)]
pub struct Dashboard<'a> {
    pub catalog: &'a Catalog,
    pub assessment: &'a Assessment,
    /// The scope that the overview was made of.
    pub techniques: &'a BTreeSet<ObjectId>,
    pub overview: &'a Overview,
    /// The snapshot that today is compared with: its name, its day, and what has happened since.
    pub since: Option<(&'a str, Date, &'a Difference)>,
    /// The snapshots, oldest first.
    pub trend: &'a [Point],
    pub today: Date,
    pub order: Order,
}

/// A snapshot as a point of the trend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    pub name: String,
    pub on: Date,
    /// The techniques in scope that the release of that day had, as they counted then.
    pub techniques: Rollup,
}

/// A part of the dashboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Panel {
    /// The figures, and what happened since a snapshot.
    Standing,
    Tactics,
    /// How far each case study would get.
    Cases,
    Mitigations,
}

impl Panel {
    pub const fn title(self) -> &'static str {
        match self {
            Panel::Standing => "Where we stand",
            Panel::Tactics => "By tactic",
            Panel::Cases => "Case studies",
            Panel::Mitigations => "Mitigations",
        }
    }
}

/// By what the rows of each part are sorted: a number for each, which goes around.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Order {
    tactics: usize,
    cases: usize,
    mitigations: usize,
}

const BY_TACTIC: [&str; 3] = ["the matrix", "share covered, the lowest first", "unassessed, the most first"];
const BY_CASE: [&str; 3] =
    ["longest open run, the longest first", "first covered step, the latest first", "id"];
const BY_MITIGATION: [&str; 3] = ["techniques, the most first", "status", "id"];

impl Order {
    /// The next order of a part, in words; None for one that has only one.
    pub fn next(&mut self, panel: Panel) -> Option<&'static str> {
        let (at, words) = match panel {
            Panel::Standing => return None,
            Panel::Tactics => (&mut self.tactics, BY_TACTIC),
            Panel::Cases => (&mut self.cases, BY_CASE),
            Panel::Mitigations => (&mut self.mitigations, BY_MITIGATION),
        };
        *at = (*at + 1) % words.len();
        Some(words[*at])
    }
}

/// The states of a bar from left to right.
const BAR: [State; 8] = [
    State::Tested,
    State::Covered,
    State::Partial,
    State::Planned,
    State::Gap,
    State::Accepted,
    State::NotApplicable,
    State::Unassessed,
];

impl Dashboard<'_> {
    /// Some parts, one below the other.
    pub fn page(&self, panels: &[Panel], cells: usize) -> Page {
        let mut rows = Rows::new(cells);
        for panel in panels {
            match panel {
                Panel::Standing => {
                    rows.section(panel.title(), None);
                    self.standing(&mut rows);
                    self.since(&mut rows);
                    self.trend(&mut rows);
                }
                Panel::Tactics => {
                    rows.section(panel.title(), Some(self.overview.tactics.len()));
                    self.tactics(&mut rows);
                }
                Panel::Cases => {
                    rows.section(panel.title(), Some(self.overview.cases.len()));
                    self.cases(&mut rows);
                }
                Panel::Mitigations => {
                    rows.section(panel.title(), Some(self.overview.mitigations.total()));
                    self.mitigations(&mut rows);
                }
            }
        }
        rows.finish()
    }

    /// In one narrow pane: the figures, the tactics below them so that both fit into 80 by 24, and what
    /// happened before the long lists.
    pub fn whole(&self, cells: usize) -> Page {
        let mut rows = Rows::new(cells);
        rows.section(Panel::Standing.title(), None);
        self.standing(&mut rows);
        self.tactics(&mut rows);
        rows.section("Since", None);
        self.since(&mut rows);
        self.trend(&mut rows);
        for panel in [Panel::Cases, Panel::Mitigations] {
            match panel {
                Panel::Cases => {
                    rows.section(panel.title(), Some(self.overview.cases.len()));
                    self.cases(&mut rows);
                }
                _ => {
                    rows.section(panel.title(), Some(self.overview.mitigations.total()));
                    self.mitigations(&mut rows);
                }
            }
        }
        rows.finish()
    }

    fn standing(&self, rows: &mut Rows) {
        let o = self.overview;
        let (t, m) = (&o.techniques, &o.mitigations);
        let figure = |text: String, figure| (text, Some(Target::Figure(figure)));
        let and = |text: &str| (text.to_owned(), None);
        rows.flow(vec![
            figure(of(t, "applicable techniques covered"), Figure::Covered),
            and(", "),
            figure(format!("{} tested", t.tested()), Figure::Tested),
            and("; "),
            figure(format!("{} of {} assessed", t.assessed(), t.total()), Figure::Assessed),
        ]);
        let (target, before) = (&o.steps.target, &o.steps.preparation);
        rows.flow(vec![
            figure(
                format!("{} of {} case-study steps met", target.covered(), target.applicable()),
                Figure::StepsMet,
            ),
            and(", "),
            figure(
                format!("{} of {} of preparation", before.covered(), before.applicable()),
                Figure::Preparation,
            ),
            and("; "),
            figure(format!("{} of {} mitigations", m.covered(), m.applicable()), Figure::Mitigations),
        ]);
        let c = o.ceiling.steps;
        rows.flow(vec![
            and("Ceiling: "),
            figure(format!("ATLAS lists mitigations for {} steps", share(c.direct, c.of)), Figure::Ceiling),
            and("; the rest is yours"),
        ]);
        let upkeep = [
            (&o.due, "due", Figure::Due),
            (&o.expired, "expired", Figure::Expired),
            (&o.stale, "stale", Figure::Stale),
            (&o.unowned, "no owner", Figure::Unowned),
            (&o.without_evidence, "no evidence", Figure::WithoutEvidence),
            (&o.conflicts, "in conflict", Figure::Conflicts),
        ];
        let mut pieces = Vec::new();
        for (share, word, which) in upkeep {
            // A conflict is rare; where there is none it needs no room.
            if which == Figure::Conflicts && share.count() == 0 {
                continue;
            }
            if !pieces.is_empty() {
                pieces.push(and(", "));
            }
            pieces.push(figure(format!("{word} {}/{}", share.count(), share.of), which));
        }
        rows.flow(pieces);
    }

    fn tactics(&self, rows: &mut Rows) {
        let mut tactics: Vec<&TacticShare> = self.overview.tactics.iter().collect();
        match self.order.tactics {
            1 => tactics.sort_by_key(|t| t.rollup.percent_covered().map_or((1, 0), |share| (0, share))),
            2 => tactics.sort_by_key(|t| Reverse(t.rollup.count(State::Unassessed))),
            _ => {}
        }
        let most = tactics.iter().map(|t| t.rollup.total()).max().unwrap_or(0);
        let names = tactics.iter().filter_map(|t| self.catalog.name(t.tactic)).map(super::width).max();
        let name = names.unwrap_or(0).min(rows.cells / 3);
        // The name, the number of techniques and the share take their cells; the bar what is left.
        let room = rows.cells.saturating_sub(name + 5 + 6).max(1);
        for TacticShare { tactic, rollup } in tactics {
            let bar = bar(rollup, most, room);
            let used: usize = bar.iter().map(|span| span.text.len()).sum();
            let share = rollup.percent_covered().map_or("n/a".to_owned(), |share| format!("{share}%"));
            let about = self.catalog.name(*tactic).unwrap_or_default();
            let mut spans =
                vec![Span::new(format!("{} {:>3} ", pad(about, name), rollup.total()), Tone::Normal)];
            spans.extend(bar);
            let gap = " ".repeat(room.min(most).saturating_sub(used));
            spans.push(Span::new(format!("{gap} {share:>4}"), Tone::Normal));
            rows.row(spans, Target::Object(*tactic));
        }
    }

    fn since(&self, rows: &mut Rows) {
        let Some((name, on, d)) = self.since else {
            rows.text("No snapshot to compare with yet.", Tone::Dim);
            return;
        };
        let figure = |text: String, figure| (text, Some(Target::Figure(figure)));
        rows.text(&format!("Since {name} of {on}, {}:", of(&d.then, "covered then")), Tone::Dim);
        let (covered, tested) = (d.covered(), d.tested());
        let changed = format!(
            "We changed: {}, covered {}, tested {}",
            counted(d.changed.len(), "mark", "marks"),
            signed(covered),
            signed(tested)
        );
        rows.flow(vec![figure(changed, Figure::Changed)]);
        let expired = counted(d.time_passed.len(), "test has expired", "tests have expired");
        rows.flow(vec![figure(format!("Time passed: {expired}"), Figure::TimePassed)]);
        let grown = |kind| d.grown.iter().filter(|(id, _)| id.kind() == kind).count();
        let text = format!(
            "ATLAS grew: {}, {}",
            counted(grown(crate::catalog::Kind::Technique), "technique", "techniques"),
            counted(grown(crate::catalog::Kind::Mitigation), "mitigation", "mitigations")
        );
        rows.flow(vec![figure(text, Figure::Grown)]);
        if !d.retired.is_empty() {
            let text = format!("ATLAS retired: {}", counted(d.retired.len(), "object", "objects"));
            rows.flow(vec![figure(text, Figure::Retired)]);
        }
    }

    /// A bar for each snapshot and one for today: `*` tested, `#` covered.
    fn trend(&self, rows: &mut Rows) {
        if self.trend.is_empty() {
            return;
        }
        rows.blank();
        rows.text("Trend of techniques covered, of those applicable:", Tone::Dim);
        let now = &self.overview.techniques;
        let name = self.trend.iter().map(|p| super::width(&p.name)).max().unwrap_or(0).clamp(3, 16);
        let figures = 20;
        let room = rows.cells.saturating_sub(11 + name + 1 + figures).max(1);
        let line = |on: Date, called: &str, r: &Rollup| {
            let cells = |count: usize| (count * room).checked_div(r.applicable()).unwrap_or(0);
            let (tested, covered) = (cells(r.tested()), cells(r.covered()));
            let gap = " ".repeat(room.saturating_sub(covered));
            vec![
                Span::new(format!("{on} {} ", pad(called, name)), Tone::Normal),
                Span::new("*".repeat(tested), Tone::State(State::Tested)),
                Span::new("#".repeat(covered - tested), Tone::State(State::Covered)),
                Span::new(format!("{gap} {}", share(r.covered(), r.applicable())), Tone::Normal),
            ]
        };
        for (at, point) in self.trend.iter().enumerate() {
            rows.row(line(point.on, &point.name, &point.techniques), Target::Snapshot(at));
        }
        rows.row(line(self.today, "now", now), Target::Figure(Figure::Covered));
    }

    fn cases(&self, rows: &mut Rows) {
        let mut cases: Vec<&Strip> = self.overview.cases.iter().collect();
        match self.order.cases {
            0 => cases.sort_by_key(|c| Reverse(c.longest_open.map_or(0, |run| run.steps))),
            1 => cases.sort_by_key(|c| Reverse(c.first_covered.unwrap_or(usize::MAX))),
            _ => {}
        }
        let most = cases.iter().map(|c| c.steps.len()).max().unwrap_or(0);
        let about = 22;
        let strip = most.min(rows.cells / 3);
        let name = rows.cells.saturating_sub(7 + strip + 1 + about);
        for case in cases {
            let mut spans = vec![Span::new(
                format!(
                    "{:6} {} ",
                    case.case.short(),
                    pad(self.catalog.name(case.case).unwrap_or_default(), name)
                ),
                Tone::Normal,
            )];
            for state in case.steps.iter().take(strip) {
                // A step out of scope has no state of ours.
                spans.push(state.map_or_else(|| Span::new("_", Tone::Dim), glyph));
            }
            let stop =
                case.first_covered.map_or("not stopped".to_owned(), |at| format!("stops at {}", at + 1));
            let run = case.longest_open.map_or(0, |run| run.steps);
            let gap = " ".repeat(strip.saturating_sub(case.steps.len()));
            spans.push(Span::new(format!("{gap} {stop:12} open {run:>2}"), Tone::Normal));
            rows.row(spans, Target::Object(case.case));
        }
    }

    fn mitigations(&self, rows: &mut Rows) {
        let mut listed = Vec::new();
        for m in &self.catalog.mitigations {
            let techniques = m.techniques.iter().filter(|t| self.techniques.contains(&t.technique)).count();
            if techniques > 0 {
                listed.push((m.id, &*m.name, techniques, self.assessment.state(m.id, self.today)));
            }
        }
        match self.order.mitigations {
            0 => listed.sort_by_key(|(.., techniques, _)| Reverse(*techniques)),
            1 => listed.sort_by_key(|(.., state)| urgency(*state)),
            _ => {}
        }
        let name = rows.cells.saturating_sub(2 + 6 + 15);
        for (id, about, techniques, state) in listed {
            let techniques = counted(techniques, "technique", "techniques");
            let text = format!(" {:5} {}{techniques:>15}", id.short(), pad(about, name));
            rows.row(vec![glyph(state), Span::new(text, Tone::Normal)], Target::Object(id));
        }
    }
}

/// `3 of 207 applicable techniques covered (1%)`.
fn of(r: &Rollup, what: &str) -> String {
    let percent = r.percent_covered().map(|p| format!(" ({p}%)")).unwrap_or_default();
    format!("{} of {} {what}{percent}", r.covered(), r.applicable())
}

/// `+6 -1`
fn signed(moves: Moves) -> String {
    format!("+{} -{}", moves.gained, moves.lost)
}

/// A bar of the states of a tactic: a glyph for each technique, or where the largest tactic does not fit
/// into `room`, one for as many as it takes.
fn bar(rollup: &Rollup, most: usize, room: usize) -> Vec<Span> {
    let scaled = |count: usize| if most <= room { count } else { (count * room).div_ceil(most) };
    let mut spans = Vec::new();
    let (mut so_far, mut drawn) = (0, 0);
    for state in BAR {
        let count = rollup.count(state);
        if count == 0 {
            continue;
        }
        so_far += count;
        let cells = scaled(so_far) - drawn;
        drawn += cells;
        spans.push(Span::new(state.glyph().to_string().repeat(cells), Tone::State(state)));
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Kind;
    use crate::coverage::Mark;
    use jiff::civil::date;

    fn rollup(counts: &[(State, usize)]) -> Rollup {
        let today = date(2026, 11, 23);
        let mut assessment = Assessment::default();
        let mut ids = Vec::new();
        for (state, count) in counts {
            for _ in 0..*count {
                let id = ObjectId::new(Kind::Technique, u16::try_from(ids.len()).unwrap(), None);
                let mut mark = Mark::default();
                mark.set_state(*state, today);
                assessment.marks.insert(id, mark);
                ids.push(id);
            }
        }
        Rollup::of(ids, &assessment, today)
    }

    fn drawn(rollup: &Rollup, most: usize, room: usize) -> String {
        bar(rollup, most, room).iter().map(|span| span.text.as_str()).collect()
    }

    #[test]
    fn a_bar_has_a_glyph_for_each_technique_where_there_is_room() {
        let rollup =
            rollup(&[(State::Unassessed, 3), (State::Tested, 2), (State::Gap, 1), (State::Accepted, 1)]);
        assert_eq!(drawn(&rollup, 7, 7), "**!a...");
        assert_eq!(drawn(&rollup, 14, 7), "*!..", "half as many, none beyond its share");
        assert_eq!(drawn(&Rollup::default(), 14, 7), "");
    }

    #[test]
    fn a_scaled_bar_is_as_long_as_its_tactic_is_large() {
        for total in 1..60 {
            let rollup = rollup(&[(State::Covered, total / 2), (State::Unassessed, total - total / 2)]);
            assert_eq!(drawn(&rollup, 60, 20).len(), total.div_ceil(3));
        }
    }
}
