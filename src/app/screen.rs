//! What is on the screen: a place one can go back to, and what lies over it.

use tui_input::Input;

use super::board::BoardView;
use super::entry::Entry;
use super::event::UserTheme;
use super::form::{Confirm, Form};
use super::overlay::Baseline;
use super::shelf::{NameEdit, PlatformChoice};
use super::view::Position;
use crate::catalog::{ObjectId, Value};
use crate::config::Theme;
use crate::coverage::Aspect;
use crate::page::{ListKind, ListSort};
use crate::search::Hit;

/// A place in the history of back and forward, with its own state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Screen {
    /// The grid's state is the app's: there is one matrix.
    Matrix,
    List(ListView),
    Object(ObjectView),
    /// The glossary, and where the reader is in it.
    Glossary(Position),
    /// The glossary as cards. The deck is the app's: there is one.
    Deck,
    /// Rows in panes: coverage, plan, assessments, a comparison.
    Board(BoardView),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListView {
    pub kind: ListKind,
    pub sort: ListSort,
    pub cursor: usize,
    /// The first visible row.
    pub top: usize,
}

/// Positions per pane; the most panes there are is three.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObjectView {
    pub id: ObjectId,
    pub positions: [Position; 3],
    /// The pane that has the keys.
    pub focus: usize,
}

impl ObjectView {
    pub fn new(id: ObjectId) -> ObjectView {
        ObjectView { id, positions: [Position::default(); 3], focus: 0 }
    }
}

/// What lies over the screen and has the keys.
#[derive(Debug)]
pub enum Popup {
    Search(Search),
    Palette(Palette),
    Note(NoteEdit),
    Entry(Entry),
    Form(Form),
    Confirm(Confirm),
    Filter(Filter),
    Themes(ThemeChoice),
    Baselines(BaselineChoice),
    /// Scrolled by so many lines.
    Help(usize),
    Messages(usize),
    /// What was copied last, scrolled by so many lines.
    Copied(usize),
    /// What is behind a number, scrolled by so many lines.
    Explained(usize),
    /// A name that is asked for.
    Name(NameEdit),
    Platforms(PlatformChoice),
}

#[derive(Debug, Default)]
pub struct Search {
    pub input: Input,
    pub hits: Vec<Hit>,
    pub chosen: usize,
}

#[derive(Debug, Default)]
pub struct Palette {
    pub input: Input,
    pub chosen: usize,
}

#[derive(Debug)]
pub struct NoteEdit {
    /// Whose note it becomes.
    pub ids: Vec<ObjectId>,
    pub input: Input,
    /// What stood there at first.
    pub before: String,
    /// The user has been told that leaving drops what was typed.
    pub warned: bool,
    /// The user has been told that it takes the place of other notes.
    pub replaces: bool,
}

/// The themes, to choose one while the screen shows it.
#[derive(Debug)]
pub struct ThemeChoice {
    /// Those that the program brings, then the user's own.
    pub names: Vec<String>,
    pub chosen: usize,
    /// How many of them the program brings.
    pub builtin: usize,
    /// What it looked like.
    pub(super) before: Box<Theme>,
    pub(super) own: Vec<UserTheme>,
    /// Why the chosen one can't be shown.
    pub(super) problem: Option<String>,
}

/// What the marks can be compared with.
#[derive(Debug)]
pub struct BaselineChoice {
    pub all: Vec<Baseline>,
    pub chosen: usize,
}

/// The values of a facet, to choose what the matrix and the lists show.
#[derive(Debug)]
pub struct Filter {
    pub aspect: Aspect,
    /// With the number of techniques that have it.
    pub values: Vec<(Value, usize)>,
    pub chosen: usize,
    /// A value was ticked or unticked since it was opened.
    pub touched: bool,
}
