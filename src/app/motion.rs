//! Moving: within the matrix, lists and pages, and between panes.

use super::{App, Command, Screen};

impl App {
    pub(super) fn vertical(&mut self, by: isize) {
        if let Some(pane) = self.focused_pane_mut() {
            if by > 0 {
                pane.down()
            } else {
                pane.up()
            }
            return;
        }
        let all = self.list.len();
        match self.places.get_mut(self.place) {
            Some(Screen::Matrix) => self.grid.vertical(&self.catalog, by),
            Some(Screen::List(view)) => {
                view.cursor = view.cursor.saturating_add_signed(by).min(all.saturating_sub(1));
                self.scroll_list();
            }
            _ => {}
        }
    }

    pub(super) fn sideways(&mut self, by: isize) {
        match self.screen() {
            Screen::Matrix if self.side_focus.is_none() => self.grid.sideways(&self.catalog, by),
            Screen::Matrix => self.pane(by),
            Screen::Object(_) if self.panes.len() > 1 => self.focus_pane(by),
            Screen::Object(_) | Screen::Glossary(_) => self.section(by),
            Screen::List(_) | Screen::Deck => {}
        }
    }

    pub(super) fn page_sideways(&mut self, by: isize) {
        if let (Screen::Matrix, Some(area)) = (self.screen(), self.grid_area()) {
            let columns = isize::try_from(self.grid.columns_in(area)).unwrap_or(1);
            self.grid.sideways(&self.catalog, by * columns);
        }
    }

    /// `part` 1 is a whole page, 2 a half.
    pub(super) fn page(&mut self, by: isize, part: usize) {
        if let Some(pane) = self.focused_pane_mut() {
            let lines = (pane.page_lines() / part).max(1);
            if by > 0 {
                pane.page_down(lines)
            } else {
                pane.page_up(lines)
            }
            return;
        }
        let area = match self.screen() {
            Screen::Matrix => self.grid_area(),
            _ => self.list_area(),
        };
        let rows = usize::from(area.unwrap_or_default().height.saturating_sub(2)).max(1) / part;
        self.vertical(by * isize::try_from(rows.max(1)).unwrap_or(1));
    }

    pub(super) fn end(&mut self, by: isize) {
        if let Some(pane) = self.focused_pane_mut() {
            if by > 0 {
                pane.bottom()
            } else {
                pane.top()
            }
            return;
        }
        self.vertical(if by > 0 { isize::MAX } else { isize::MIN + 1 });
    }

    pub(super) fn first_or_last(&mut self, by: isize) {
        match (self.screen(), self.side_focus) {
            (Screen::Matrix, None) => {
                let last = isize::try_from(self.catalog.tactics.len()).unwrap_or(isize::MAX);
                self.grid.sideways(&self.catalog, by * last);
            }
            _ => self.end(by),
        }
    }

    pub(super) fn section(&mut self, by: isize) {
        if let Some(pane) = self.focused_pane_mut() {
            pane.section(by);
        } else if *self.screen() == Screen::Matrix {
            self.grid.sideways(&self.catalog, by);
        }
    }

    pub(super) fn scroll(&mut self, by: isize) {
        self.whole_panes();
        let focus = self.focus().unwrap_or(0);
        if let Some(pane) = self.panes.get_mut(focus) {
            pane.scroll(by);
        }
    }

    pub(super) fn pane(&mut self, by: isize) {
        self.whole_panes();
        match self.screen() {
            Screen::Matrix if self.panes.is_empty() => {
                let key = self.key_of(Command::SidePane);
                self.tell(format!("There is a second pane from 120 columns on; {key} shows it."));
            }
            Screen::Matrix => {
                // Around the ring: the matrix, then each pane.
                let ring = isize::try_from(self.panes.len()).unwrap_or(0) + 1;
                let here = self.side_focus.map_or(0, |f| f + 1);
                let next = (isize::try_from(here).unwrap_or(0) + by).rem_euclid(ring);
                self.side_focus = usize::try_from(next).ok().and_then(|n| n.checked_sub(1));
                self.pick_first_link();
            }
            Screen::Object(_) if self.panes.len() > 1 => self.focus_pane(by),
            Screen::Object(_) | Screen::Glossary(_) => self.section(by),
            Screen::List(_) | Screen::Deck => {}
        }
    }

    pub(super) fn focus_pane(&mut self, by: isize) {
        let count = isize::try_from(self.panes.len()).unwrap_or(1).max(1);
        if let Some(Screen::Object(view)) = self.screen_mut() {
            let next = (isize::try_from(view.focus).unwrap_or(0) + by).rem_euclid(count);
            view.focus = usize::try_from(next).unwrap_or(0);
        }
        self.pick_first_link();
    }

    /// A pane that gets the keys shows where they are.
    pub(super) fn pick_first_link(&mut self) {
        if let Some(pane) = self.focused_pane_mut()
            && pane.at.link.is_none()
        {
            pane.down();
        }
    }
}
