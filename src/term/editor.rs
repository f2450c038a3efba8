//! A note in the user's editor.

use std::io::{self, Read, Write};
use std::process::Command;

use crate::app::Event;
use crate::catalog::ObjectId;

/// What an editor may hand back; a note is a note.
const LONGEST: u64 = 64 * 1024;

/// Runs `$VISUAL`, `$EDITOR` or `vi` on the note. The terminal has been lent to it.
pub(super) fn edit(id: ObjectId, note: &str) -> Event {
    match try_edit(note) {
        Ok(text) if text.trim_end() == note.trim_end() => Event::Edited { id, note: None },
        Ok(text) => Event::Edited { id, note: Some(text) },
        Err(error) => {
            Event::Notice(format!("The note is as it was: the editor could not be used ({error})."))
        }
    }
}

fn try_edit(note: &str) -> io::Result<String> {
    // Readable by the owner only, removed when this function ends.
    let mut file = tempfile::Builder::new().prefix("atlasnav-note-").suffix(".md").tempfile()?;
    file.write_all(note.as_bytes())?;
    file.flush()?;
    let set = |name| std::env::var(name).ok().filter(|v| !v.trim().is_empty());
    let editor = set("VISUAL").or_else(|| set("EDITOR")).unwrap_or_else(|| "vi".to_owned());
    // The variable may hold arguments (`code --wait`), which is the shell's to take apart.
    let status =
        Command::new("sh").arg("-c").arg(format!("{editor} \"$1\"")).arg("sh").arg(file.path()).status()?;
    if !status.success() {
        return Err(io::Error::other(format!("{editor} ended with {status}")));
    }
    // Editors replace files as they like, so it is opened anew.
    let mut bytes = Vec::new();
    std::fs::File::open(file.path())?.take(LONGEST).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
