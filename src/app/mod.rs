//! What happens: all state of the program, without a terminal, files or a clock of its own.
//!
//! [`App::update`] takes an [`Event`] and is the only code that changes the app; it answers with
//! [`Effect`]s for `term` to carry out.

mod arrange;
mod board;
mod command;
mod copy;
mod deck;
mod deed;
mod entry;
mod event;
mod export;
mod figures;
mod filter;
mod find;
mod form;
mod grid;
mod help;
mod hints;
mod key;
mod keymap;
pub mod layout;
mod marks;
mod motion;
mod mouse;
mod overlay;
mod screen;
mod selection;
mod shelf;
mod sight;
mod theme;
mod update;
mod view;

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use jiff::civil::Date;

pub use board::{BoardKind, BoardView};
pub use command::{COMMANDS, Command, MENUS, Row, Scope, key_settings, key_table};
pub use copy::Copied;
pub use deck::Deck;
pub use entry::{Ask, Entry};
pub use event::{Effect, Event, Outcome, UserTheme};
pub use export::Published;
pub use figures::Figures;
pub use form::{Confirm, Form, FormRow};
pub use grid::{Cell, Grid, HEAD_ROWS, Zoom};
pub use help::{HELP_KEYS, HelpLine};
pub use hints::{Does, Hint};
pub use key::{Code, Key, ParseKeyError, parse_keys};
pub use keymap::{Keymap, Meaning};
pub use layout::{Area, Frame, SMALLEST, frame};
pub use mouse::{Mouse, MouseDid};
pub use overlay::{Baseline, Overlay, Sign};
pub use screen::{
    BaselineChoice, Filter, ListView, NoteEdit, ObjectView, Palette, Popup, Screen, Search, ThemeChoice,
};
pub use shelf::{Asked, NameEdit, PlatformChoice, Shelved, Snapshot};
pub use view::{Pane, Position, Tab};

use arrange::Arranged;
use board::Boards;
use deed::Deed;
use selection::Range;
use shelf::Viewed;
use sight::Sight;

use crate::catalog::{Catalog, Kind, Lens, ObjectId};
use crate::config::{Settings, Theme};
use crate::coverage::{Aspect, Assessment, Edit, Record, Weights};
use crate::page::{Compared, ListRow, Target};
use crate::search::Index;

/// Milliseconds for which the cursor of the matrix has to rest before the page beside it follows. The page
/// is ten times what else a step changes; less than this nobody sees, and a held key repeats faster.
const SIDE_PAUSE: u16 = 60;

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
    /// Whether the terminal is to report the mouse.
    pub mouse: bool,
    /// Columns and rows.
    pub size: (u16, u16),
    pub settings: Settings,
    /// The theme that the settings name.
    pub theme: Theme,
    /// The keys, those of the settings among them.
    pub keymap: Keymap,
}

/// Whether marks are on disk.
#[derive(Debug, Default)]
pub struct Saving {
    /// Records that are not in the file as far as is known, oldest first.
    waiting: VecDeque<Record>,
    /// So many of them, the oldest, are in the journal.
    kept: usize,
    /// Records that could not be saved; they are sent again before the next one.
    failed: Vec<Record>,
    /// Why the last one failed.
    reason: Option<String>,
    /// Why what is in the journal could not be put into the file.
    behind: Option<String>,
    /// Something was saved in this session.
    done: bool,
    /// The user has been told that quitting loses the failed records.
    warned: bool,
    /// An edit, and what is to be said of it once it is saved beside what it did.
    about: Option<(Edit, String)>,
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
    /// So many marks are on disk, but not in the assessment file.
    Behind(usize),
    ReadOnly,
}

/// All state.
#[derive(Debug)]
pub struct App {
    pub catalog: Arc<Catalog>,
    pub source: String,
    /// What is shown: the file's marks with one's own unsaved ones on top.
    pub assessment: Assessment,
    pub name: String,
    pub read_only: Option<String>,
    pub today: Date,
    pub size: (u16, u16),
    /// How it looks, and its name.
    pub theme: Theme,
    theme_name: String,
    pub grid: Grid,
    /// What is looked at; empty for everything.
    pub lens: Lens<Aspect>,
    sight: Sight,
    /// What the cells of the matrix show.
    pub overlay: Overlay,
    /// What the difference is to; None before one was chosen.
    pub baseline: Option<Baseline>,
    pub popups: Vec<Popup>,
    /// Keys of a sequence that is not whole yet.
    pub pending: Vec<Key>,
    /// Whether the menu of what may follow them is open.
    menu_open: bool,
    /// Milliseconds of a pause after which it opens.
    menu_pause: u16,
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
    /// Techniques that are open for the hits' sake only.
    opened_by_search: BTreeSet<ObjectId>,
    /// What mark commands go to on the matrix and in lists, if anything.
    pub selection: BTreeSet<ObjectId>,
    range: Option<Range>,
    /// The last message, until the next key.
    pub message: Option<Message>,
    pub messages: Vec<Message>,
    pub keymap: Keymap,
    /// What the file held when it was last seen.
    stored: Assessment,
    author: Option<String>,
    places: Vec<Screen>,
    place: usize,
    side_positions: [Position; 3],
    side_id: Option<ObjectId>,
    /// The last event moved the cursor of the matrix and nothing else.
    passing: bool,
    /// The page beside the matrix is that of a cell which the cursor has left.
    side_behind: bool,
    /// Whose page beside the matrix is being read, not only passed by.
    side_read: Option<ObjectId>,
    hits: Vec<ObjectId>,
    hit: usize,
    saving: Saving,
    last_deed: Option<Deed>,
    index: Option<Index>,
    /// Counts changes of marks, so that pages and lists are made anew only then.
    revision: u64,
    arranged: Option<Arranged>,
    /// Totals, and the revision that they are of.
    figures: (Figures, Option<u64>),
    /// What is looked for in the page that is being opened.
    seek: Option<Seek>,
    /// The cards of the glossary, once they were asked for.
    pub deck: Option<Deck>,
    /// How many decks of cards were begun.
    decks: usize,
    /// Whether the terminal reports the mouse.
    pub mouse: bool,
    /// What was copied last.
    copied: String,
    boards: Boards,
    /// What scores of the plan are made of.
    weights: Weights,
    /// The snapshots of the assessment, oldest first; None before they were looked for.
    snapshots: Option<Vec<Snapshot>>,
    snapshot_problems: Vec<String>,
    /// The snapshot that today is compared with; None for the newest.
    since: Option<usize>,
    /// The name of a snapshot that is taken once everything is in the file.
    wanted_snapshot: Option<String>,
    /// The report that is made once the snapshots are read: format, file, whether to replace it.
    wanted_report: Option<(&'static str, String, bool)>,
    shelf: Vec<Shelved>,
    /// Files of the shelf that are still to be read; None before it was looked for.
    to_come: Option<usize>,
    /// The rows that are ticked: assessments, snapshots.
    ticked: (BTreeSet<usize>, BTreeSet<usize>),
    comparison: Option<Compared>,
    /// What is looked at in place of the assessment at hand.
    viewed: Option<Viewed>,
}

/// A place in a page.
#[derive(Debug, Clone, Copy)]
enum Seek {
    /// The first step of a case study that uses the technique.
    Step(ObjectId),
    /// The steps of a case study, where they have a pane of their own.
    Steps,
    /// A term of the glossary.
    Term(usize),
}

impl App {
    pub fn new(start: Start) -> App {
        let mut grid = Grid::new(&start.catalog);
        grid.zoom = Zoom::ALL.get(start.settings.zoom).copied().unwrap_or_default();
        let mut app = App {
            grid,
            lens: Lens::default(),
            sight: Sight::default(),
            overlay: Overlay::default(),
            baseline: None,
            deck: None,
            decks: 0,
            mouse: start.mouse,
            copied: String::new(),
            boards: Boards::default(),
            weights: start.settings.weights,
            snapshots: None,
            snapshot_problems: Vec::new(),
            since: None,
            wanted_snapshot: None,
            shelf: Vec::new(),
            to_come: None,
            wanted_report: None,
            ticked: (BTreeSet::new(), BTreeSet::new()),
            comparison: None,
            viewed: None,
            catalog: start.catalog,
            source: start.source,
            stored: start.assessment.clone(),
            assessment: start.assessment,
            name: start.name,
            read_only: start.read_only,
            author: start.author,
            today: start.today,
            size: start.size,
            theme: start.theme,
            theme_name: start.settings.theme,
            popups: Vec::new(),
            pending: Vec::new(),
            menu_open: false,
            menu_pause: start.settings.which_key,
            side: start.settings.side_pane,
            side_focus: None,
            panes: Vec::new(),
            list: Vec::new(),
            lit: BTreeSet::new(),
            selection: BTreeSet::new(),
            range: None,
            opened_by_search: BTreeSet::new(),
            message: None,
            messages: Vec::new(),
            keymap: start.keymap,
            places: vec![Screen::Matrix],
            place: 0,
            side_positions: [Position::default(); 3],
            side_id: None,
            passing: false,
            side_behind: false,
            side_read: None,
            hits: Vec::new(),
            hit: 0,
            saving: Saving::default(),
            last_deed: None,
            index: None,
            revision: 0,
            arranged: None,
            figures: (Figures::default(), None),
            seek: None,
        };
        app.see();
        app.tell_scope();
        let oddities = start.warnings.len();
        for warning in start.warnings {
            app.tell(warning);
        }
        if oddities > 0 {
            let (count, are) = if oddities == 1 { ("One oddity", "is") } else { ("Oddities", "are") };
            app.message = Some(Message {
                text: format!(
                    "{count} in the file {are} listed by the key `{}`.",
                    app.key_of(Command::Messages)
                ),
                is_error: false,
            });
        }
        let notices = start.notices.len();
        for notice in start.notices {
            app.tell(notice);
        }
        if notices > 1 {
            // One line has no room for several; what they say is in the messages.
            let key = app.keymap.key_of(Scope::Anywhere, Command::Messages);
            app.message = Some(Message {
                text: format!("{notices} things to know; {key} lists them."),
                is_error: false,
            });
        }
        if let Some(text) = app.about_conflicts(None) {
            app.complain(text);
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

    /// Totals of what is looked at.
    pub fn figures(&self) -> &Figures {
        &self.figures.0
    }

    /// Which bindings hold now.
    pub fn scope(&self) -> Scope {
        match self.popups.last() {
            Some(
                Popup::Search(_) | Popup::Palette(_) | Popup::Note(_) | Popup::Entry(_) | Popup::Name(_),
            ) => Scope::Text,
            Some(Popup::Form(_) | Popup::Confirm(_)) => Scope::Form,
            Some(Popup::Filter(_) | Popup::Platforms(_) | Popup::Baselines(_)) => Scope::Filter,
            Some(Popup::Themes(_)) => Scope::Themes,
            Some(Popup::Help(_) | Popup::Messages(_) | Popup::Copied(_) | Popup::Explained(_)) => {
                Scope::Popup
            }
            None => self.screen_scope(),
        }
    }

    /// Whether the menu of what may follow the pending keys is open.
    pub fn menu_is_open(&self) -> bool {
        self.menu_open && !self.pending.is_empty()
    }

    /// After how many milliseconds without a key [`Event::Paused`] is wanted; None while nobody waits
    /// for one.
    pub fn wants_pause(&self) -> Option<u16> {
        if self.side_behind {
            return Some(SIDE_PAUSE);
        }
        (!self.pending.is_empty() && !self.menu_open).then_some(self.menu_pause)
    }

    /// Whether the page beside the matrix waits for the cursor to rest.
    pub fn side_is_behind(&self) -> bool {
        self.side_behind
    }

    /// Which bindings of the screen hold, whatever lies over it.
    pub fn screen_scope(&self) -> Scope {
        match self.screen() {
            Screen::Matrix => Scope::Matrix,
            Screen::List(_) => Scope::List,
            Screen::Object(_) | Screen::Glossary(_) => Scope::Anywhere,
            Screen::Deck => Scope::Deck,
            Screen::Board(_) if self.on_shelf() => Scope::Shelf,
            Screen::Board(_) => Scope::Board,
        }
    }

    /// The key of a command of the screen at hand, for texts that name it.
    pub fn key_of(&self, command: Command) -> String {
        self.keymap.key_of(self.screen_scope(), command)
    }

    pub fn saving_state(&self) -> SavingState {
        let Saving { waiting, kept, failed, behind, .. } = &self.saving;
        // What an undo or redo comes to shows only when it is in the file.
        let unseen = waiting.iter().take(*kept).any(|record| !matches!(record, Record::Do(_)));
        if !failed.is_empty() {
            SavingState::NotSaved(failed.len())
        } else if behind.is_some() && *kept > 0 {
            SavingState::Behind(*kept)
        } else if self.read_only.is_some() {
            SavingState::ReadOnly
        } else if waiting.len() > *kept || unseen {
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

    /// Why marks are in the journal only, and where that lies, as long as they are.
    pub fn save_delay(&self) -> Option<&str> {
        self.saving.behind.as_deref()
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
            Screen::Object(_) | Screen::Glossary(_) | Screen::Board(_) => self.focused_link(),
            Screen::Deck => None,
        }
    }

    fn focused_link(&self) -> Option<ObjectId> {
        match self.focused_pane()?.link()?.target {
            Target::Object(id) => Some(id),
            Target::Url(_) | Target::Figure(_) | Target::Assessment(_) | Target::Snapshot(_) => None,
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
            Screen::List(_) | Screen::Deck => None,
            Screen::Object(view) => Some(view.focus),
            Screen::Board(view) => Some(view.focus),
            Screen::Glossary(_) => Some(0),
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
}

/// Whether objects of this kind carry marks.
fn markable(id: ObjectId) -> bool {
    matches!(id.kind(), Kind::Technique | Kind::Mitigation)
}
