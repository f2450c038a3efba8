//! What stands where: the panes and the list that the state asks for, made anew when it changes.

use super::view::Pane;
use super::{App, Area, BoardView, Figures, Position, Screen, Seek, Zoom, frame, layout};
use crate::catalog::{Kind, ObjectId};
use crate::page::{self, Part};

/// What the panes and the list were made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Arranged {
    what: Shown,
    list: Option<(page::ListKind, page::ListSort)>,
    order: page::Order,
    size: (u16, u16),
    zoom: Zoom,
    side: bool,
    revision: u64,
    /// Whether pages are laid out to their ends.
    whole: bool,
}

/// Whose page is in the panes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Nothing,
    /// The technique under the cursor of the matrix.
    Beside(ObjectId),
    Object(ObjectId),
    Glossary,
    Board(super::BoardKind),
}

impl App {
    /// The area of the grid on the matrix screen.
    pub fn grid_area(&self) -> Option<Area> {
        let frame = frame(self.size, true)?;
        Some(layout::matrix(frame.body, self.grid.zoom, self.catalog.tactics.len(), self.side).0)
    }

    /// The area of a list's rows on a list screen.
    pub fn list_area(&self) -> Option<Area> {
        let body = frame(self.size, false)?.body;
        // One row for the head.
        Some(Area::new(body.x, body.y + 1, body.width, body.height - 1))
    }

    /// Makes the panes and the list that the state asks for. Cheap if nothing changed.
    pub(super) fn arrange(&mut self) {
        self.see();
        if self.figures.1 != Some(self.revision) {
            self.figures = (Figures::of(self), Some(self.revision));
        }
        if let Some(area) = self.grid_area() {
            self.grid.scroll_to_cursor(&self.catalog, area);
        }
        let (what, list) = match self.screen() {
            Screen::Matrix => (self.grid.cursor.map_or(Shown::Nothing, |c| Shown::Beside(c.id)), None),
            Screen::List(view) => (Shown::Nothing, Some((view.kind, view.sort))),
            Screen::Object(view) => (Shown::Object(view.id), None),
            Screen::Glossary(_) => (Shown::Glossary, None),
            Screen::Deck => (Shown::Nothing, None),
            Screen::Board(view) => (Shown::Board(view.kind), None),
        };
        let (size, zoom, side, revision) = (self.size, self.grid.zoom, self.side, self.revision);
        let read = match what {
            Shown::Beside(id) => self.side_focus.is_some() || self.side_read == Some(id),
            _ => true,
        };
        let order = match self.screen() {
            Screen::Board(view) => view.order,
            _ => page::Order::default(),
        };
        let wanted = Arranged { what, list, order, size, zoom, side, revision, whole: read };
        if self.arranged == Some(wanted) {
            self.follow_cursor();
            self.side_behind = false;
            return;
        }
        let follows = |last: Arranged| {
            let beside = |what| matches!(what, Shown::Beside(_));
            beside(what) && beside(last.what) && wanted == Arranged { what, whole: read, ..last }
        };
        self.side_behind = self.passing && !self.panes.is_empty() && self.arranged.is_some_and(follows);
        if self.side_behind {
            return;
        }
        self.remember_positions();
        self.panes.clear();
        if let Some((kind, sort)) = list {
            // The cursor stays on its object when the marks or the order change.
            let id = self.under_cursor();
            self.list = page::list(&self.catalog, &self.assessment, self.today, kind, sort);
            self.filter_list();
            let at = id.and_then(|id| self.list.iter().position(|r| r.id == id));
            let last = self.list.len().saturating_sub(1);
            if let Some(Screen::List(view)) = self.screen_mut() {
                view.cursor = at.unwrap_or(view.cursor).min(last);
            }
        }
        match what {
            Shown::Nothing => {}
            Shown::Beside(id) => self.make_panes(id, true, read),
            Shown::Object(id) => self.make_panes(id, false, true),
            Shown::Glossary => self.make_glossary(),
            Shown::Board(_) => {
                if let Screen::Board(view) = *self.screen() {
                    self.make_board(view);
                }
            }
        }
        self.arranged = Some(wanted);
        self.scroll_list();
        self.follow_cursor();
    }

    /// Takes note of where the reader is, before panes are made anew.
    pub(super) fn remember_positions(&mut self) {
        let positions: Vec<Position> = self.panes.iter().map(|p| p.at).collect();
        let slots: Option<&mut [Position]> = match self.arranged.map(|a| a.what) {
            Some(Shown::Beside(_)) => Some(&mut self.side_positions),
            Some(Shown::Object(id)) => match self.places.get_mut(self.place) {
                Some(Screen::Object(view)) if view.id == id => Some(&mut view.positions),
                _ => None,
            },
            Some(Shown::Glossary) => match self.places.get_mut(self.place) {
                Some(Screen::Glossary(at)) => Some(std::slice::from_mut(at)),
                _ => None,
            },
            Some(Shown::Board(kind)) => match self.places.get_mut(self.place) {
                Some(Screen::Board(view @ BoardView { .. })) if view.kind == kind => {
                    Some(&mut view.positions)
                }
                _ => None,
            },
            Some(Shown::Nothing) | None => None,
        };
        if let Some(slots) = slots {
            for (slot, at) in slots.iter_mut().zip(positions) {
                *slot = at;
            }
        }
    }

    /// Lays the pages beside the matrix out to their ends, for who begins to read them: as long as they
    /// are only passed by, just what shows is laid out.
    pub(super) fn whole_panes(&mut self) {
        self.passing = false;
        if self.side_behind {
            self.arrange();
        }
        if let Some(Arranged { what: Shown::Beside(id), whole: false, .. }) = self.arranged {
            self.side_read = Some(id);
            self.arrange();
        }
    }

    fn make_panes(&mut self, id: ObjectId, beside_matrix: bool, whole: bool) {
        const ALL: &[Part] = &[Part::Text, Part::Related, Part::Seen];
        const REST: &[Part] = &[Part::Related, Part::Seen];
        let Some(frame) = frame(self.size, beside_matrix) else { return };
        let areas: Vec<(Area, &'static [Part])> = if beside_matrix {
            let tactics = self.catalog.tactics.len();
            let (_, areas) = layout::matrix(frame.body, self.grid.zoom, tactics, self.side);
            match areas.as_slice() {
                [one] => vec![(*one, ALL)],
                [upper, lower] => vec![(*upper, &[Part::Text]), (*lower, REST)],
                _ => Vec::new(),
            }
        } else {
            // The row below the title holds the names of the sections.
            let body = Area { y: frame.body.y + 1, height: frame.body.height - 1, ..frame.body };
            let parts: &[&'static [Part]] = match (self.size.0, id.kind()) {
                (width, _) if width < layout::TWO_PANES => &[ALL],
                (width, Kind::Technique) if width >= layout::THREE_PANES => {
                    &[&[Part::Text], &[Part::Related], &[Part::Seen]]
                }
                _ => &[&[Part::Text], REST],
            };
            let count = u16::try_from(parts.len()).unwrap_or(1);
            layout::side_by_side(body, count).into_iter().zip(parts.iter().copied()).collect()
        };
        if beside_matrix && self.side_id != Some(id) {
            self.side_id = Some(id);
            self.side_positions = [Position::default(); 3];
        }
        let positions = match self.screen() {
            Screen::Object(view) => view.positions,
            _ => self.side_positions,
        };
        // The upper one of two says how much of it is out of sight, so it is whole.
        let cut = areas.len().saturating_sub(1);
        for (i, ((area, parts), at)) in areas.into_iter().zip(positions).enumerate() {
            // A blank column on the left, and one before the line to the next pane.
            let margin = if area.x + area.width < self.size.0 { 2 } else { 1 };
            let cells = usize::from(area.width).saturating_sub(margin).min(page::MAX_PROSE);
            let most = if whole || i < cut { usize::MAX } else { usize::from(frame.body.height) };
            let (catalog, marks) = (&self.catalog, &self.assessment);
            let page = page::top_of_object(catalog, marks, self.today, id, parts, (cells, most));
            let mut pane = Pane { area, parts, page, at };
            pane.clamp();
            self.panes.push(pane);
        }
        if beside_matrix && let [upper, lower] = self.panes.as_mut_slice() {
            layout::share(&mut upper.area, &mut lower.area, upper.page.lines.len(), lower.page.lines.len());
            upper.clamp();
            lower.clamp();
        }
        let last = self.panes.len().saturating_sub(1);
        let steps = self.panes.iter().position(|p| p.parts.contains(&Part::Related));
        if let (Some(seek), Some(pane)) = (self.seek.take(), steps) {
            match seek {
                Seek::Step(technique) => self.panes[pane].seek(technique),
                Seek::Steps if pane > 0 => self.panes[pane].top(),
                Seek::Steps | Seek::Term(_) => {}
            }
            if let Some(Screen::Object(view)) = self.screen_mut() {
                view.focus = pane;
            }
        }
        self.side_focus = self.side_focus.map(|f| f.min(last)).filter(|_| !self.panes.is_empty());
        if let Some(Screen::Object(view)) = self.screen_mut() {
            view.focus = view.focus.min(last);
        }
    }

    fn make_glossary(&mut self) {
        let (Some(frame), Screen::Glossary(at)) = (frame(self.size, false), self.screen()) else { return };
        let at = *at;
        let area = Area { y: frame.body.y + 1, height: frame.body.height - 1, ..frame.body };
        let cells = usize::from(area.width).saturating_sub(1).min(page::MAX_PROSE);
        let mut pane = Pane { area, parts: &[], page: page::glossary(&self.catalog, cells), at };
        if let Some(Seek::Term(term)) = self.seek.take() {
            pane.show_anchor(term);
        }
        pane.clamp();
        self.panes.push(pane);
    }

    /// Scrolls the list so that its cursor is visible.
    pub(super) fn scroll_list(&mut self) {
        let Some(area) = self.list_area() else { return };
        let (rows, all) = (usize::from(area.height).max(1), self.list.len());
        if let Some(Screen::List(view)) = self.screen_mut() {
            view.top = view.top.min(view.cursor).max((view.cursor + 1).saturating_sub(rows));
            view.top = view.top.min(all.saturating_sub(rows));
        }
    }
}
