//! Events in, effects out.

use jiff::civil::Date;

use super::key::Key;
use crate::catalog::ObjectId;
use crate::coverage::{Assessment, Edit, Record};

/// What happens to the app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    Key(Key),
    /// Pasted text; it fills text fields only and never runs keys.
    Paste(String),
    Resize(u16, u16),
    /// The oldest unconfirmed record is on disk. `assessment` is what the file now says, others'
    /// marks included; `applied` is None if there was nothing to undo or redo.
    Saved {
        assessment: Assessment,
        applied: Option<Edit>,
    },
    /// The oldest unconfirmed record could not be saved, and why, in one sentence.
    NotSaved(String),
    /// The editor was left with this text for the note; None if it failed or nothing changed.
    Edited {
        id: ObjectId,
        note: Option<String>,
    },
    /// Something to tell the user.
    Notice(String),
    /// The user's own themes, for the choice of one.
    Themes(Vec<UserTheme>),
    /// A theme was written into the settings, whose file is named; or why not, in one sentence.
    ThemeKept(Result<String, String>),
    /// A new day has begun.
    Today(Date),
}

/// A theme's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserTheme {
    pub name: String,
    /// Or why it can't be read, in one sentence.
    pub text: Result<String, String>,
}

/// What the app wants done; `term` does it and answers with an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Put the record on disk, then send `Saved` or `NotSaved`. Records are saved in order.
    Save(Record),
    /// Run the user's editor on the note, then send `Edited`.
    Edit {
        id: ObjectId,
        note: String,
    },
    /// Look for the user's own themes, then send `Themes`.
    FindThemes,
    /// Write the name of the theme into the settings, then send `ThemeKept`.
    KeepTheme(String),
    Redraw,
    Suspend,
    Quit,
}
