//! Events in, effects out.

use jiff::civil::Date;

use super::key::Key;
use super::mouse::Mouse;
use crate::catalog::ObjectId;
use crate::coverage::{Assessment, Edit, Record};

/// What happens to the app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    Key(Key),
    /// Pasted text; it fills text fields only and never runs keys.
    Paste(String),
    Mouse(Mouse),
    /// What the screen shows, as text; the answer to [`Effect::CopyScreen`].
    Screen(String),
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
    /// A new day has begun.
    Today(Date),
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
    Redraw,
    /// Have the terminal report the mouse, or leave it to select text.
    Mouse(bool),
    /// Hand the text to the terminal's clipboard.
    Copy(String),
    /// Send what the screen shows as `Screen`.
    CopyScreen,
    Suspend,
    Quit,
}
