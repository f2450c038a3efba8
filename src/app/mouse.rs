//! The mouse: what lies under it, and what a click or the wheel does there.

use super::command::Command;
use super::grid::{Cell, HEAD_ROWS};
use super::hints::Does;
use super::layout::{self, Area};
use super::{App, Effect, Event, Popup, Screen, Tab};
use crate::catalog::ObjectId;
use crate::page::width;

/// What the mouse did, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mouse {
    pub what: MouseDid,
    pub x: u16,
    pub y: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MouseDid {
    /// The left button went down.
    Click,
    /// The same again at the same place, soon after.
    DoubleClick,
    /// The wheel: 1 is a notch down, -1 one up.
    Wheel(i8),
    /// The wheel with shift, or sideways: 1 is a notch to the right.
    WheelSideways(i8),
    /// The wheel with ctrl: 1 is a notch down, which makes things smaller.
    WheelZoom(i8),
}

/// Rows that a notch of the wheel scrolls.
const NOTCH: isize = 3;

/// What lies under the mouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Under {
    Cell(Cell),
    /// The head of a column.
    Tactic(ObjectId),
    /// A pane, and the link there if it is on one.
    Pane(usize, Option<usize>),
    /// The name of a pane's section.
    Section(usize, usize),
    Row(usize),
    /// The head of a list.
    ListHead,
    Card,
    /// The row of a popup that chooses from rows.
    Choice(usize),
    Hint(Does),
    Nothing,
}

impl App {
    pub(super) fn mouse_did(&mut self, mouse: Mouse) -> Vec<Effect> {
        if layout::frame(self.size, false).is_none() {
            return Vec::new();
        }
        if self.side_behind {
            self.arrange();
        }
        self.message = None;
        if !self.menu_is_open() {
            self.pending.clear();
        }
        if !self.pending.is_empty() {
            // A click on a row of the menu runs it; anywhere else it closes the menu.
            let command = self.under_menu(mouse);
            self.pending.clear();
            return match (mouse.what, command) {
                (MouseDid::Click, Some(command)) => self.run(command),
                _ => Vec::new(),
            };
        }
        match mouse.what {
            MouseDid::Click => self.click(mouse, false),
            MouseDid::DoubleClick => self.click(mouse, true),
            MouseDid::Wheel(by) => self.wheel(mouse, isize::from(by)),
            MouseDid::WheelSideways(by) => match self.popups.last() {
                None => self.run(if by > 0 { Command::Right } else { Command::Left }),
                Some(_) => Vec::new(),
            },
            MouseDid::WheelZoom(by) => match (self.popups.last(), self.screen()) {
                (None, Screen::Matrix) => self.run(if by > 0 { Command::ZoomOut } else { Command::ZoomIn }),
                _ => Vec::new(),
            },
        }
    }

    fn click(&mut self, mouse: Mouse, twice: bool) -> Vec<Effect> {
        match self.under(mouse) {
            Under::Hint(Does::Run(command)) => return self.run(command),
            Under::Hint(Does::Press(menu)) => {
                let keys = self.keymap.keys_that_open(self.scope(), menu).unwrap_or_default().to_vec();
                let effects = keys.into_iter().flat_map(|key| self.update(Event::Key(key))).collect();
                // Who clicks wants to see what there is.
                self.menu_open = true;
                return effects;
            }
            Under::Cell(cell) => {
                self.side_focus = None;
                self.grid.put_cursor(&self.catalog, cell);
                if twice {
                    self.open(cell.id);
                }
            }
            Under::Tactic(id) if twice => self.open(id),
            Under::Tactic(_) | Under::Nothing | Under::Hint(Does::Leave) => {}
            Under::Pane(pane, link) => {
                self.whole_panes();
                match self.screen_mut() {
                    Some(Screen::Matrix) => self.side_focus = Some(pane),
                    Some(Screen::Object(view)) => view.focus = pane,
                    Some(Screen::Board(view)) => view.focus = pane,
                    _ => {}
                }
                if let (Some(pane), Some(link)) = (self.panes.get_mut(pane), link) {
                    pane.at.link = Some(link);
                    if twice {
                        return self.run(Command::Open);
                    }
                }
            }
            Under::Section(pane, section) => {
                match self.screen_mut() {
                    Some(Screen::Object(view)) => view.focus = pane,
                    Some(Screen::Board(view)) => view.focus = pane,
                    _ => {}
                }
                if let Some(pane) = self.panes.get_mut(pane) {
                    pane.to_section(section);
                }
            }
            Under::Row(row) => {
                if let Some(Screen::List(view)) = self.screen_mut() {
                    view.cursor = row;
                }
                if twice {
                    return self.run(Command::Open);
                }
            }
            Under::ListHead => return self.run(Command::Sort),
            Under::Card => return self.run(Command::TurnCard),
            Under::Choice(row) => {
                let chosen = match self.popups.last_mut() {
                    Some(Popup::Search(search)) => &mut search.chosen,
                    Some(Popup::Palette(palette)) => &mut palette.chosen,
                    Some(Popup::Filter(filter)) => &mut filter.chosen,
                    Some(Popup::Baselines(choice)) => &mut choice.chosen,
                    Some(Popup::Themes(choice)) => &mut choice.chosen,
                    Some(Popup::Form(form)) => &mut form.chosen,
                    Some(Popup::Platforms(choice)) => &mut choice.chosen,
                    _ => return Vec::new(),
                };
                *chosen = row;
                self.show_theme();
                if twice {
                    return self.run(Command::Accept);
                }
            }
        }
        Vec::new()
    }

    fn wheel(&mut self, mouse: Mouse, by: isize) -> Vec<Effect> {
        match self.popups.last() {
            Some(
                Popup::Search(_)
                | Popup::Palette(_)
                | Popup::Filter(_)
                | Popup::Themes(_)
                | Popup::Baselines(_)
                | Popup::Form(_)
                | Popup::Platforms(_),
            ) => {
                self.choose(by);
            }
            Some(Popup::Help(_) | Popup::Messages(_) | Popup::Copied(_) | Popup::Explained(_)) => {
                for _ in 0..NOTCH {
                    self.run(if by > 0 { Command::Down } else { Command::Up });
                }
            }
            Some(Popup::Note(_) | Popup::Entry(_) | Popup::Confirm(_) | Popup::Name(_)) => {}
            None => match (self.under(mouse), self.screen()) {
                (Under::Pane(pane, _), _) => {
                    self.whole_panes();
                    if let Some(pane) = self.panes.get_mut(pane) {
                        pane.scroll(by * NOTCH);
                    }
                }
                (_, Screen::Matrix) => {
                    self.side_focus = None;
                    self.grid.vertical(&self.catalog, by);
                }
                (_, Screen::List(_)) => self.vertical(by * NOTCH),
                _ => {}
            },
        }
        Vec::new()
    }

    fn under(&self, mouse: Mouse) -> Under {
        let on_matrix = *self.screen() == Screen::Matrix;
        let Some(frame) = layout::frame(self.size, on_matrix) else { return Under::Nothing };
        if contains(frame.hints, mouse) {
            let hints = self.hints(frame.hints.width);
            let hint = hints.iter().find(|h| (h.x..h.x + h.cells()).contains(&mouse.x));
            return hint.map_or(Under::Nothing, |h| Under::Hint(h.does));
        }
        if let Some(popup) = self.popups.last() {
            return self.under_popup(popup, frame.body, mouse);
        }
        if let Some((i, pane)) = self.panes.iter().enumerate().find(|(_, p)| contains(p.area, mouse)) {
            // Panes leave their first column blank.
            let line = pane.at.scroll + usize::from(mouse.y - pane.area.y);
            let cell = usize::from(mouse.x - pane.area.x).checked_sub(1);
            let link = cell.zip(pane.page.lines.get(line)).and_then(|(cell, spans)| {
                let mut end = 0;
                let under = spans.iter().find(|span| {
                    end += width(&span.text);
                    cell < end
                });
                under?.link
            });
            return Under::Pane(i, link);
        }
        if !on_matrix {
            // The names of the sections stand in the row above their pane.
            for (i, pane) in self.panes.iter().enumerate().filter(|(_, p)| mouse.y + 1 == p.area.y) {
                let under = |tab: &Tab| {
                    (usize::from(tab.x)..usize::from(tab.x) + width(&tab.text))
                        .contains(&usize::from(mouse.x))
                };
                if let Some(tab) = pane.tabs().into_iter().find(under) {
                    return Under::Section(i, tab.section);
                }
            }
        }
        match self.screen() {
            Screen::Matrix => self.under_matrix(mouse),
            Screen::List(view) => match self.list_area() {
                Some(area) if contains(area, mouse) => {
                    let row = view.top + usize::from(mouse.y - area.y);
                    if row < self.list.len() { Under::Row(row) } else { Under::Nothing }
                }
                Some(area) if mouse.y + 1 == area.y => Under::ListHead,
                _ => Under::Nothing,
            },
            Screen::Deck if contains(frame.body, mouse) => Under::Card,
            _ => Under::Nothing,
        }
    }

    /// The command in the menu of what may follow the pending keys.
    fn under_menu(&self, mouse: Mouse) -> Option<Command> {
        let on_matrix = *self.screen() == Screen::Matrix;
        let body = layout::frame(self.size, on_matrix)?.body;
        let rows = self.keymap.continuations(self.scope(), &self.pending);
        let inside = layout::inside(layout::menu(body, rows.len()));
        let places = layout::menu_rows(inside, rows.len());
        let at = places.iter().position(|place| contains(*place, mouse))?;
        rows.get(at).map(|(_, row)| row.command)
    }

    fn under_matrix(&self, mouse: Mouse) -> Under {
        let Some(area) = self.grid_area().filter(|area| contains(*area, mouse)) else {
            return Under::Nothing;
        };
        let place = usize::from((mouse.x - area.x) / self.grid.zoom.pitch());
        let column = self.grid.left + place;
        if place >= self.grid.columns_in(area) || column >= self.catalog.tactics.len() {
            return Under::Nothing;
        }
        let Some(row) = (mouse.y - area.y).checked_sub(HEAD_ROWS) else {
            return Under::Tactic(self.catalog.tactics[column].id);
        };
        let (visible, _) = self.grid.rows_in(&self.catalog, area);
        let mut rows = self.grid.rows(&self.catalog, column);
        match rows.nth(self.grid.top + usize::from(row)) {
            Some(id) if usize::from(row) < visible => Under::Cell(Cell { column, id }),
            _ => Under::Nothing,
        }
    }

    /// The row of a popup: some have a row of input above their rows, the themes have samples below.
    fn under_popup(&self, popup: &Popup, body: Area, mouse: Mouse) -> Under {
        let (area, (above, below), chosen, count) = match popup {
            Popup::Search(s) => (layout::search(body), (1, 0), s.chosen, s.hits.len()),
            Popup::Palette(p) => (layout::palette(body), (1, 0), p.chosen, self.palette_rows().len()),
            Popup::Filter(f) => {
                (layout::filter(body, f), (0, layout::about_rows(body, f)), f.chosen, f.values.len())
            }
            Popup::Baselines(b) => (layout::baselines(body, b.all.len()), (0, 0), b.chosen, b.all.len()),
            Popup::Themes(t) => (layout::themes(body, t), (0, layout::SAMPLE_ROWS), t.chosen, t.names.len()),
            Popup::Form(f) => {
                let rows = self.form_rows(f.id).len();
                (layout::form(body, rows), (0, 0), f.chosen, rows)
            }
            Popup::Platforms(p) => (layout::platforms(body, p.values.len()), (0, 0), 0, p.values.len()),
            Popup::Note(_)
            | Popup::Entry(_)
            | Popup::Confirm(_)
            | Popup::Name(_)
            | Popup::Help(_)
            | Popup::Messages(_)
            | Popup::Copied(_)
            | Popup::Explained(_) => return Under::Nothing,
        };
        let inside = layout::inside(area);
        let Some(row) = mouse.y.checked_sub(inside.y + above) else { return Under::Nothing };
        let visible = inside.height.saturating_sub(above + below);
        let is_visible = contains(inside, mouse) && row < visible;
        let row = layout::first_row(chosen, visible) + usize::from(row);
        if is_visible && row < count { Under::Choice(row) } else { Under::Nothing }
    }
}

fn contains(area: Area, mouse: Mouse) -> bool {
    (area.x..area.x + area.width).contains(&mouse.x) && (area.y..area.y + area.height).contains(&mouse.y)
}
