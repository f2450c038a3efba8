//! Events in, effects out.

use jiff::civil::Date;

use super::export::Published;
use super::key::Key;
use super::mouse::Mouse;
use super::overlay::Baseline;
use super::shelf::{Shelved, Snapshot};
use crate::catalog::ObjectId;
use crate::coverage::{About, Assessment, Edit, Record};

/// What became of a record: the edit that it came to; None where there was nothing to undo or redo; or
/// why it was not done.
pub type Outcome = Result<Option<Edit>, String>;

/// What happens to the app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    Key(Key),
    /// No key has come for as long as [`App::wants_pause`](super::App::wants_pause) says.
    Paused,
    /// Pasted text; it fills text fields only and never runs keys.
    Paste(String),
    Mouse(Mouse),
    /// What the screen shows, as text; the answer to [`Effect::CopyScreen`].
    Screen(String),
    Resize(u16, u16),
    /// The oldest record that is not kept yet is in the journal, on the disk: it will not be lost.
    Kept,
    /// The oldest records, one for each outcome, are in the file. `assessment` is what the file now
    /// says, others' marks included.
    Saved {
        assessment: Assessment,
        outcomes: Vec<Outcome>,
    },
    /// The oldest record that is not kept yet could not be saved anywhere, and why, in one sentence.
    NotSaved(String),
    /// The records that are kept could not be put into the file, and why, with where they lie.
    NotInFile(String),
    /// Others have changed the file. `assessment` is None where it can't be read any more; then the
    /// marks shown stay. `read_only` is why nothing can be saved in it now.
    Changed {
        assessment: Option<Assessment>,
        read_only: Option<String>,
    },
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
    /// The snapshots of the assessment, and a sentence for each file that is none.
    Snapshots {
        all: Vec<Snapshot>,
        problems: Vec<String>,
    },
    /// A snapshot was taken, and its file; or why not, in one sentence.
    SnapshotTaken(Result<String, String>),
    /// What became of a file that was to be written.
    Published {
        format: &'static str,
        path: String,
        outcome: Published,
    },
    /// The assessments of the shelf that are read so far, and how many files are still to be read.
    Assessments {
        all: Vec<Shelved>,
        to_come: usize,
    },
    /// The shelf was changed, and how; or why not. Both in one sentence.
    ShelfChanged(Result<String, String>),
    /// What the marks can be compared with, and a sentence for each file that can't be read.
    Baselines {
        all: Vec<Baseline>,
        problems: Vec<String>,
    },
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
    /// Put the record on disk, then send `Kept` and `Saved`, or `NotSaved`. Records are saved in order.
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
    /// Read the snapshots of the assessment and the other assessments, then send `Baselines`. Keys may
    /// come first, as with all that is read.
    FindBaselines,
    Redraw,
    /// Have the terminal report the mouse, or leave it to select text.
    Mouse(bool),
    /// Hand the text to the terminal's clipboard.
    Copy(String),
    /// Send what the screen shows as `Screen`.
    CopyScreen,
    Suspend,
    /// Read the snapshots of the assessment, then send `Snapshots`, unless they are what was sent last.
    FindSnapshots,
    /// Keep the assessment as it is in the file under this name, then send `SnapshotTaken`.
    TakeSnapshot(String),
    /// Write a file, over one that is there only with `replace`, then send `Published`.
    Publish {
        format: &'static str,
        path: String,
        bytes: Vec<u8>,
        replace: bool,
    },
    /// Read the assessments of the shelf and send `Assessments` as they come, unless they are what was
    /// sent last.
    FindAssessments,
    /// Make an assessment, with the marks of the one with the key `like`, then send `ShelfChanged`.
    NewAssessment {
        about: About,
        like: Option<String>,
    },
    /// Write what the assessment with this key is about, then send `ShelfChanged`.
    Describe {
        key: String,
        about: About,
    },
    /// End as with `Quit`, and open the assessment with this key.
    OpenAssessment(String),
    Quit,
}
