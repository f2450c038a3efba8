//! What happens: all state of the program, without a terminal, files or a clock of its own.
//!
//! [`App::update`] takes an [`Event`] and is the only code that changes the app; it answers with
//! [`Effect`]s for `term` to carry out.

mod command;
mod event;
mod find;
mod grid;
mod help;
mod key;
mod keymap;
mod layout;
mod marks;
mod screen;
mod update;
mod view;

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use jiff::civil::Date;

pub use command::{COMMANDS, Command, MENUS, Row, Scope, key_table};
pub use event::{Effect, Event};
pub use grid::{Cell, Grid, HEAD_ROWS, Zoom};
pub use help::{HELP_KEYS, HelpLine};
pub use key::{Code, Key, ParseKeyError, parse_keys};
pub use keymap::{Keymap, Meaning};
pub use layout::{Area, Frame, SMALLEST, frame};
pub use screen::{ListView, NoteEdit, ObjectView, Overlay, Palette, Screen, Search};
pub use view::{Pane, Position};

use crate::catalog::{Catalog, Kind, ObjectId};
use crate::coverage::{Assessment, Record, State};
use crate::page::{self, ListRow, Part, Target};
use crate::search::Index;

/// One thing the program said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub text: String,
    pub is_error: bool,
}

/// What the app is started with.
#[derive(Debug)]
pub struct Start {
    pub catalog: Arc<Catalog>,
    /// Where the catalogue comes from, for the title bar: `built-in summaries`, or a file's name.
    pub source: String,
    /// What is odd about the catalogue. Official files have oddities, so this is for the log only.
    pub warnings: Vec<String>,
    /// What happened when the assessment was opened; the last of it is shown at once.
    pub notices: Vec<String>,
    pub assessment: Assessment,
    /// The assessment's name, for the title bar.
    pub name: String,
    /// Why marks can't be saved in this assessment, in one sentence.
    pub read_only: Option<String>,
    /// Written into marks as `by`.
    pub author: Option<String>,
    pub today: Date,
    /// Columns and rows.
    pub size: (u16, u16),
}

/// Whether marks are on disk.
#[derive(Debug, Default)]
pub struct Saving {
    /// Records sent and not yet answered, oldest first.
    in_flight: VecDeque<Record>,
    /// Records that could not be saved; they are sent again before the next one.
    failed: Vec<Record>,
    /// Why the last one failed.
    reason: Option<String>,
    /// Something was saved in this session.
    done: bool,
    /// The user has been told that quitting loses the failed records.
    warned: bool,
}

/// Saving in a word, for the title bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SavingState {
    /// Nothing was changed in this session.
    Unchanged,
    Saving,
    Saved,
    /// So many marks are not on disk.
    NotSaved(usize),
    ReadOnly,
}

/// All state.
#[derive(Debug)]
pub struct App {
    pub catalog: Arc<Catalog>,
    pub source: String,
    pub assessment: Assessment,
    pub name: String,
    pub read_only: Option<String>,
    pub today: Date,
    pub size: (u16, u16),
    pub grid: Grid,
    pub overlays: Vec<Overlay>,
    /// Keys of a sequence that is not whole yet.
    pub pending: Vec<Key>,
    /// Whether the panes beside the matrix are wanted.
    pub side: bool,
    /// Which pane beside the matrix has the keys.
    pub side_focus: Option<usize>,
    /// The panes of the current screen, or beside the matrix.
    pub panes: Vec<Pane>,
    /// The rows of the current list.
    pub list: Vec<ListRow>,
    /// Objects that the search found; lit in the matrix.
    pub lit: BTreeSet<ObjectId>,
    /// The last message, until the next key.
    pub message: Option<Message>,
    pub messages: Vec<Message>,
    pub keymap: Keymap,
    author: Option<String>,
    places: Vec<Screen>,
    place: usize,
    side_positions: [Position; 3],
    side_id: Option<ObjectId>,
    hits: Vec<ObjectId>,
    hit: usize,
    saving: Saving,
    last_mark: Option<State>,
    index: Option<Index>,
    /// Counts changes of marks, so that pages and lists are made anew only then.
    revision: u64,
    arranged: Option<Arranged>,
    /// The technique whose step is looked for in the case study that is being opened.
    seek: Option<ObjectId>,
}

/// What the panes and the list were made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Arranged {
    what: Option<(ObjectId, bool)>,
    list: Option<(page::ListKind, page::ListSort)>,
    size: (u16, u16),
    zoom: Zoom,
    side: bool,
    revision: u64,
}

impl App {
    pub fn new(start: Start) -> App {
        let grid = Grid::new(&start.catalog);
        let mut app = App {
            grid,
            catalog: start.catalog,
            source: start.source,
            assessment: start.assessment,
            name: start.name,
            read_only: start.read_only,
            author: start.author,
            today: start.today,
            size: start.size,
            overlays: Vec::new(),
            pending: Vec::new(),
            side: true,
            side_focus: None,
            panes: Vec::new(),
            list: Vec::new(),
            lit: BTreeSet::new(),
            message: None,
            messages: Vec::new(),
            keymap: Keymap::default(),
            places: vec![Screen::Matrix],
            place: 0,
            side_positions: [Position::default(); 3],
            side_id: None,
            hits: Vec::new(),
            hit: 0,
            saving: Saving::default(),
            last_mark: None,
            index: None,
            revision: 0,
            arranged: None,
            seek: None,
        };
        let oddities = start.warnings.len();
        for warning in start.warnings {
            app.tell(warning);
        }
        if oddities > 0 {
            let (count, are) = if oddities == 1 { ("One oddity", "is") } else { ("Oddities", "are") };
            app.message = Some(Message {
                text: format!("{count} in the file {are} listed by the key `!`."),
                is_error: false,
            });
        }
        for notice in start.notices {
            app.tell(notice);
        }
        if let Some(reason) = app.read_only.clone() {
            app.complain(reason);
        }
        app.arrange();
        app
    }

    pub fn screen(&self) -> &Screen {
        // There is always a place: the list starts with one and is never emptied.
        self.places.get(self.place).unwrap_or(&Screen::Matrix)
    }

    fn screen_mut(&mut self) -> Option<&mut Screen> {
        self.places.get_mut(self.place)
    }

    /// How many places lie before and behind the current one.
    pub fn history(&self) -> (usize, usize) {
        (self.place, self.places.len() - self.place - 1)
    }

    /// Which bindings hold now.
    pub fn scope(&self) -> Scope {
        match self.overlays.last() {
            Some(Overlay::Search(_) | Overlay::Palette(_) | Overlay::Note(_)) => Scope::Text,
            Some(Overlay::Help(_) | Overlay::Messages(_)) => Scope::Popup,
            None => self.screen_scope(),
        }
    }

    /// Which bindings of the screen hold, whatever lies over it.
    pub fn screen_scope(&self) -> Scope {
        match self.screen() {
            Screen::Matrix => Scope::Matrix,
            Screen::List(_) => Scope::List,
            Screen::Object(_) => Scope::Anywhere,
        }
    }

    pub fn saving_state(&self) -> SavingState {
        if self.read_only.is_some() {
            SavingState::ReadOnly
        } else if !self.saving.failed.is_empty() {
            SavingState::NotSaved(self.saving.failed.len())
        } else if !self.saving.in_flight.is_empty() {
            SavingState::Saving
        } else if self.saving.done {
            SavingState::Saved
        } else {
            SavingState::Unchanged
        }
    }

    /// Why marks are not saved, as long as they are not.
    pub fn save_failure(&self) -> Option<&str> {
        self.saving.reason.as_deref()
    }

    /// The object that a mark would go to: the one under the cursor or the chosen link, else that of
    /// the page.
    pub fn mark_target(&self) -> Option<ObjectId> {
        let page = match self.screen() {
            Screen::Object(view) => Some(view.id),
            _ => None,
        };
        let fits = |id: &ObjectId| markable(*id) && self.catalog.contains(*id);
        self.under_cursor().filter(fits).or(page.filter(fits))
    }

    /// The object under the cursor: in the matrix, the list, or the link of a page.
    pub fn under_cursor(&self) -> Option<ObjectId> {
        match self.screen() {
            Screen::Matrix => match self.side_focus {
                Some(_) => self.focused_link(),
                None => self.grid.cursor.map(|c| c.id),
            },
            Screen::List(view) => self.list.get(view.cursor).map(|r| r.id),
            Screen::Object(_) => self.focused_link(),
        }
    }

    fn focused_link(&self) -> Option<ObjectId> {
        match self.focused_pane()?.link()?.target {
            Target::Object(id) => Some(id),
            Target::Url(_) => None,
        }
    }

    /// The pane that has the keys; None while the matrix or a list has them.
    pub fn focused_pane(&self) -> Option<&Pane> {
        self.panes.get(self.focus()?)
    }

    fn focused_pane_mut(&mut self) -> Option<&mut Pane> {
        let focus = self.focus()?;
        self.panes.get_mut(focus)
    }

    /// The number of the pane that has the keys.
    pub fn focus(&self) -> Option<usize> {
        match self.screen() {
            Screen::Matrix => self.side_focus,
            Screen::List(_) => None,
            Screen::Object(view) => Some(view.focus),
        }
    }

    /// Says something in the message line and the log.
    fn tell(&mut self, text: impl Into<String>) {
        self.say(text.into(), false);
    }

    /// The same for what went wrong.
    fn complain(&mut self, text: impl Into<String>) {
        self.say(text.into(), true);
    }

    fn say(&mut self, text: String, is_error: bool) {
        let message = Message { text, is_error };
        self.messages.push(message.clone());
        self.message = Some(message);
    }

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
    fn arrange(&mut self) {
        if let Some(area) = self.grid_area() {
            self.grid.scroll_to_cursor(&self.catalog, area);
        }
        let (what, list) = match self.screen() {
            Screen::Matrix => (self.grid.cursor.map(|c| (c.id, true)), None),
            Screen::List(view) => (None, Some((view.kind, view.sort))),
            Screen::Object(view) => (Some((view.id, false)), None),
        };
        let (size, zoom, side, revision) = (self.size, self.grid.zoom, self.side, self.revision);
        let wanted = Arranged { what, list, size, zoom, side, revision };
        if self.arranged == Some(wanted) {
            return;
        }
        self.remember_positions();
        self.panes.clear();
        if let Some((kind, sort)) = list {
            // The cursor stays on its object when the marks or the order change.
            let id = self.under_cursor();
            self.list = page::list(&self.catalog, &self.assessment, self.today, kind, sort);
            let at = id.and_then(|id| self.list.iter().position(|r| r.id == id));
            let last = self.list.len().saturating_sub(1);
            if let Some(Screen::List(view)) = self.screen_mut() {
                view.cursor = at.unwrap_or(view.cursor).min(last);
            }
        }
        if let Some((id, beside_matrix)) = what {
            self.make_panes(id, beside_matrix);
        }
        self.arranged = Some(wanted);
        self.scroll_list();
    }

    /// Takes note of where the reader is, before panes are made anew.
    fn remember_positions(&mut self) {
        let positions: Vec<Position> = self.panes.iter().map(|p| p.at).collect();
        let was_beside = self.arranged.and_then(|a| a.what).is_some_and(|(_, beside)| beside);
        let slots = match self.arranged.and_then(|a| a.what) {
            Some(_) if was_beside => Some(&mut self.side_positions),
            Some((id, _)) => match self.places.get_mut(self.place) {
                Some(Screen::Object(view)) if view.id == id => Some(&mut view.positions),
                _ => None,
            },
            None => None,
        };
        if let Some(slots) = slots {
            for (slot, at) in slots.iter_mut().zip(positions) {
                *slot = at;
            }
        }
    }

    fn make_panes(&mut self, id: ObjectId, beside_matrix: bool) {
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
        for ((area, parts), at) in areas.into_iter().zip(positions) {
            // A blank column on the left, and one before the line to the next pane.
            let margin = if area.x + area.width < self.size.0 { 2 } else { 1 };
            let cells = usize::from(area.width).saturating_sub(margin).min(page::MAX_PROSE);
            let page = page::object(&self.catalog, &self.assessment, self.today, id, parts, cells);
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
        if let Some(technique) = self.seek.take()
            && let Some(pane) = self.panes.iter().position(|p| p.parts.contains(&Part::Related))
        {
            self.panes[pane].seek(technique);
            if let Some(Screen::Object(view)) = self.screen_mut() {
                view.focus = pane;
            }
        }
        self.side_focus = self.side_focus.map(|f| f.min(last)).filter(|_| !self.panes.is_empty());
        if let Some(Screen::Object(view)) = self.screen_mut() {
            view.focus = view.focus.min(last);
        }
    }

    /// Scrolls the list so that its cursor is visible.
    fn scroll_list(&mut self) {
        let Some(area) = self.list_area() else { return };
        let (rows, all) = (usize::from(area.height).max(1), self.list.len());
        if let Some(Screen::List(view)) = self.screen_mut() {
            view.top = view.top.min(view.cursor).max((view.cursor + 1).saturating_sub(rows));
            view.top = view.top.min(all.saturating_sub(rows));
        }
    }
}

/// Whether objects of this kind carry marks.
fn markable(id: ObjectId) -> bool {
    matches!(id.kind(), Kind::Technique | Kind::Mitigation)
}
