//! Marks on disk: one assessment file that people read, edit and merge, and an undo log beside it.
//!
//! [`Store::commit`] is the only thing that writes. Under a lock it reads the file anew, applies the
//! edit to what is there field by field, and replaces the file as a whole; so marks that another
//! process or an editor set meanwhile are kept. What it can't read it does not overwrite.
//! How and why is in `docs/durability.md`.

mod assessment;
mod config;
mod emit;
mod error;
mod file;
mod history;
mod paths;
mod release;
mod tree;

#[cfg(test)]
mod tests;

use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::catalog::Catalog;
use crate::coverage::{Assessment, Edit, History, Record};
use assessment::Document;
use history::Log;

pub use config::ConfigFiles;
pub use error::StoreError;
pub use paths::Paths;
pub use release::read_release;

/// How long a commit waits for another process.
const PATIENCE: Duration = Duration::from_secs(2);

/// Times that a commit starts anew because an editor saved the file meanwhile.
const ATTEMPTS: usize = 5;

/// One assessment on disk. Holds paths only: what is in the files is read when it is needed.
#[derive(Debug, Clone)]
pub struct Store {
    paths: Paths,
    patience: Duration,
}

/// An assessment as it was found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Loaded {
    /// Empty where there is no file yet, and where the file is damaged.
    pub assessment: Assessment,
    pub history: History,
    /// Why nothing can be saved; one sentence with the file, the line and what to do.
    pub read_only: Option<String>,
    /// What else to tell.
    pub notices: Vec<String>,
}

/// An assessment as it was saved, marks of other processes included.
#[derive(Debug, Clone, PartialEq)]
pub struct Saved {
    pub assessment: Assessment,
    /// The history with the record in it, as the log has it.
    pub history: History,
    /// None where there was nothing to undo or redo; then nothing was written.
    pub applied: Option<Edit>,
    /// What to tell though the mark is saved: the undo log was damaged or could not be written.
    pub notice: Option<String>,
}

impl Store {
    pub fn new(paths: Paths) -> Store {
        Store { paths, patience: PATIENCE }
    }

    /// The assessment file as it was named, which may be a link.
    pub fn path(&self) -> &Path {
        &self.paths.assessment
    }

    /// Reads the assessment and its history. Writes nothing and never fails.
    pub fn load(&self, catalog: &Catalog) -> Loaded {
        let mut loaded = Loaded::default();
        let target = match file::resolve(self.path()) {
            Ok(target) => target,
            Err(error) => return Loaded { read_only: Some(reason(&error)), ..loaded },
        };
        match read_document(&target) {
            Ok(found) => {
                loaded.assessment = found.map(|(_, document)| document.view(catalog)).unwrap_or_default();
            }
            Err(error) => return Loaded { read_only: Some(reason(&error)), ..loaded },
        }
        loaded.read_only = file::obstacle(&target);
        let log = Log::new(&self.paths.state, &target);
        let read = log.read();
        loaded.notices.extend(read.damage.map(|why| log.notice(&why)));
        loaded.history = read.history;
        loaded
    }

    /// Applies a record to what the file holds now, and saves it.
    ///
    /// A new file gets mode 0644 less the umask, as editors do, because it is made to be shared
    /// through git; a file that is there keeps its mode and, where the user may, its group.
    ///
    /// An undo takes back the last edit in the log, whoever made it. It sets only the fields that
    /// the edit was about: where somebody changed one of those by hand since, that change is taken
    /// back with it; other fields of the mark, and other marks, stay.
    pub fn commit(&self, catalog: &Catalog, record: &Record) -> Result<Saved, StoreError> {
        let target = file::resolve(self.path())?;
        let directory = file::parent(&target);
        if !directory.exists() && self.nothing_to_do(&target, record) {
            let view = Document::default().view(catalog);
            return Ok(Saved { assessment: view, history: History::default(), applied: None, notice: None });
        }
        fs::create_dir_all(directory).map_err(|e| StoreError::io("make the directory", directory, &e))?;
        // Once more, now that every directory is there: both names of the log are to agree.
        let target = file::resolve(&target)?;
        file::is_there(&target)?;
        if let Some(obstacle) = file::obstacle(&target) {
            return Err(StoreError::Refused(format!("not saved: {obstacle}")));
        }
        let _lock = file::lock(&target, self.patience)?;
        let log = Log::new(&self.paths.state, &target);
        let mut read = log.read();
        let edit = read.history.take(record);
        let document = write_document(&target, catalog, edit.as_ref())?;
        let mut notice = read.damage.as_ref().map(|why| log.notice(why));
        if edit.is_some()
            && let Err(error) = log.append(&read, record)
        {
            notice = Some(format!("saved, but it can't be undone: {}", error::cause(&error)));
        }
        Ok(Saved { assessment: document.view(catalog), history: read.history, applied: edit, notice })
    }
}

impl Store {
    /// Whether there is nothing to undo or redo, for which no directory need be made.
    fn nothing_to_do(&self, target: &Path, record: &Record) -> bool {
        Log::new(&self.paths.state, target).read().history.take(record).is_none()
    }
}

/// The file's bytes and what they say; None where there is no file.
fn read_document(target: &Path) -> Result<Option<(Vec<u8>, Document)>, StoreError> {
    let Some(bytes) = file::read(target)? else { return Ok(None) };
    match Document::read(&bytes) {
        Ok(document) => Ok(Some((bytes, document))),
        Err(damage) => Err(StoreError::Refused(error::describe(target, &damage))),
    }
}

/// Applies an edit to what is there. Without an edit, only reads.
fn write_document(target: &Path, catalog: &Catalog, edit: Option<&Edit>) -> Result<Document, StoreError> {
    for _ in 0..ATTEMPTS {
        let found = read_document(target)?;
        let (before, mut document) = match found {
            Some((bytes, document)) => (Some(bytes), document),
            None => (None, Document::default()),
        };
        let Some(edit) = edit else { return Ok(document) };
        document.apply(edit);
        if document.release.is_empty() {
            document.release = catalog.release.to_string();
        }
        let text = document.emit(catalog);
        if before.as_deref() == Some(text.as_bytes()) {
            return Ok(document);
        }
        let mut overtaken = false;
        let check = |written: &[u8]| {
            verify(target, written, &text, &document, catalog)?;
            // An editor does not take our lock.
            overtaken = file::read(target)? != before;
            if overtaken { Err(StoreError::Contended { path: error::show(target) }) } else { Ok(()) }
        };
        match file::replace(target, text.as_bytes(), 0o644, check) {
            Err(StoreError::Contended { .. }) if overtaken => {}
            other => return other.map(|()| document),
        }
    }
    Err(StoreError::Contended { path: error::show(target) })
}

/// Whether what was written is what was meant, read back through the same reader as ever.
fn verify(
    target: &Path,
    written: &[u8],
    text: &str,
    meant: &Document,
    catalog: &Catalog,
) -> Result<(), StoreError> {
    let refuse = |why: String| {
        StoreError::Refused(format!(
            "not saved: {} could not be read again ({why}); it is as it was",
            error::show(target)
        ))
    };
    if written != text.as_bytes() || written.len() as u64 > file::MAX_FILE {
        return Err(refuse("the disk returned other bytes, or more than 8 MiB".into()));
    }
    let again = Document::read(written).map_err(|damage| refuse(damage.what))?;
    let same_marks = again.entries.len() == meant.entries.len()
        && again.entries.iter().zip(&meant.entries).all(|((a, x), (b, y))| a == b && x.mark == y.mark);
    if !same_marks || again.emit(catalog) != text {
        return Err(refuse("it says something else".into()));
    }
    Ok(())
}

/// An error of reading as the reason for read-only.
fn reason(error: &StoreError) -> String {
    let text = error.to_string();
    text.strip_prefix("not saved: ").map(str::to_owned).unwrap_or(text)
}
