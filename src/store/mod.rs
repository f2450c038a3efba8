//! Marks on disk: one assessment file that people read, edit and merge, and an undo log, a journal and
//! backups in the user's state directory.
//!
//! A [`Session`] keeps each record in its journal at once and commits what has gathered to the file:
//! under a lock the file is read anew, the edits are merged into what is there field by field, and it is
//! replaced as a whole; so marks that another process or an editor set meanwhile are kept.
//! [`merge_files`] merges whole files, for git. What can't be read is not overwritten. How and why is in `docs/durability.md`.

mod assessment;
mod backup;
mod commit;
mod config;
mod confine;
mod disk;
mod emit;
mod error;
mod file;
mod history;
mod in_place;
mod journal;
mod merge;
mod parallel;
mod paths;
mod publish;
mod release;
mod seal;
mod session;
mod shelf;
mod snapshot;
mod tree;

#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::catalog::Catalog;
use crate::coverage::{Assessment, Edit, History, Record};
use assessment::Document;
use commit::{Backing, Manner, Pending};
use disk::{Disk, Patient, RealDisk};
use history::Log;
use journal::Left;

pub use backup::Backup;
pub use commit::Outcome;
pub use config::ConfigFiles;
pub use confine::{apart, write_only_beneath};
pub use error::StoreError;
pub use merge::{Leftovers, merge_files};
pub use paths::Paths;
pub use publish::publish;
pub use release::read_release;
pub use session::{Session, Written, fits};
pub use shelf::{Shelf, Shelved};
pub use snapshot::{Snapshot, Snapshots};

/// How long a commit waits for another process.
const PATIENCE: Duration = Duration::from_secs(2);

/// One assessment on disk. Holds paths only: what is in the files is read when it is needed.
#[derive(Debug, Clone)]
pub struct Store {
    paths: Paths,
    patience: Duration,
    disk: Arc<dyn Disk>,
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

/// Tells one state of a file from another without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    number: u64,
    size: u64,
    /// Seconds and nanoseconds.
    time: (i64, i64),
}

impl Stamp {
    /// Of any file; None where there is none.
    pub fn of(path: &Path) -> Option<Stamp> {
        let meta = std::fs::metadata(path).ok()?;
        Some(Stamp { number: meta.ino(), size: meta.size(), time: (meta.mtime(), meta.mtime_nsec()) })
    }
}

/// What lies under the assessment's name now.
#[derive(Debug, Clone, PartialEq)]
pub enum Look {
    Missing,
    /// Why it can't be read, in one sentence.
    Damaged(String),
    /// With the reason why nothing can be saved in it, if there is one.
    Whole {
        assessment: Assessment,
        read_only: Option<String>,
    },
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
    pub notices: Vec<String>,
}

impl Store {
    pub fn new(paths: Paths) -> Store {
        Store::on(paths, Arc::new(RealDisk))
    }

    /// A store on another disk than the real one.
    pub(self) fn on(paths: Paths, disk: Arc<dyn Disk>) -> Store {
        Store { paths, patience: PATIENCE, disk: Arc::new(Patient(disk)) }
    }

    /// The assessment file as it was named, which may be a link.
    pub fn path(&self) -> &Path {
        &self.paths.assessment
    }

    /// The directory of journals, undo logs and backups.
    pub fn state(&self) -> &Path {
        &self.paths.state
    }

    /// The directories beneath which all of this assessment's files lie or will lie: that of the
    /// file itself, through links, and that of the state. Each is there; where one still has to be
    /// made, it is the nearest above it.
    pub fn directories(&self) -> Vec<PathBuf> {
        let target = file::resolve(&*self.disk, self.path()).ok();
        let assessment = target.as_deref().map(file::parent);
        assessment.into_iter().chain([&*self.paths.state]).map(file::nearest).collect()
    }

    /// Begins to save what a screen has to save. Nothing is made before the first record.
    pub fn session(&self) -> Session {
        Session::new(self.clone(), Backing::Always)
    }

    /// Saves what sessions that ended early left in their journals, then reads like [`Store::load`].
    pub fn open(&self, catalog: &Catalog) -> Loaded {
        match self.recover(catalog) {
            None => self.read(catalog, Vec::new(), None),
            Some(Ok(notices)) => {
                let mut loaded = self.load(catalog);
                loaded.notices.splice(0..0, notices);
                loaded
            }
            Some(Err(error)) => self.read_with(catalog, Some(&error)),
        }
    }

    /// Reads the assessment and its history, with what the journals of dead sessions have on top.
    /// Writes nothing and never fails.
    pub fn load(&self, catalog: &Catalog) -> Loaded {
        self.read_with(catalog, None)
    }

    fn read_with(&self, catalog: &Catalog, unrecovered: Option<&StoreError>) -> Loaded {
        let disk = &*self.disk;
        let target = file::resolve(disk, self.path()).unwrap_or_else(|_| self.path().to_owned());
        let left = journal::left(disk, &self.paths.state, &target).unwrap_or_default();
        self.read(catalog, left, unrecovered)
    }

    fn read(&self, catalog: &Catalog, mut left: Vec<Left>, unrecovered: Option<&StoreError>) -> Loaded {
        let disk = &*self.disk;
        let mut loaded = Loaded::default();
        let target = match file::resolve(disk, self.path()) {
            Ok(target) => target,
            Err(error) => return Loaded { read_only: Some(reason(&error)), ..loaded },
        };
        left.retain(|left| !left.records.is_empty());
        let waiting = commit::records_of(&left);
        loaded.notices.extend(Store::about(&waiting, &left, unrecovered));
        let log = Log::new(disk, &self.paths.state, &target);
        let contents = log.read(&waiting.iter().map(|pending| pending.id).collect());
        match self.read_document(&target) {
            Ok(found) => {
                let mut document = found.map(|(_, document)| document).unwrap_or_default();
                for (edit, is_undo) in commit::edits_of(&contents, &waiting) {
                    document.carry_out(&edit, is_undo);
                }
                loaded.assessment = document.view(catalog);
            }
            Err(error) => return Loaded { read_only: Some(reason(&error)), ..loaded },
        }
        loaded.read_only = file::obstacle(disk, &target);
        loaded.notices.extend(contents.damage.map(|why| log.notice(&why)));
        loaded.history = contents.history;
        loaded
    }

    /// The network file system that the file lies on, if it does: locks, syncs and news of changes are
    /// only as good as its server there.
    pub fn network(&self) -> Option<&'static str> {
        disk::network(file::parent(self.path()))
    }

    /// What differs when the file was changed; None where there is none.
    pub fn stamp(&self) -> Option<Stamp> {
        Stamp::of(self.path())
    }

    /// Reads the file alone, to see whether others have changed it.
    pub fn look(&self, catalog: &Catalog) -> Look {
        let disk = &*self.disk;
        let found = file::resolve(disk, self.path()).and_then(|target| {
            let mut found = self.read_document(&target);
            if found.is_err() && file::is_tied(disk, &target) {
                // Somebody may be overwriting it just now.
                let _lock = file::lock(disk, &target, self.patience)?;
                found = self.read_document(&target);
            }
            Ok((found?, target))
        });
        match found {
            Err(error) => Look::Damaged(reason(&error)),
            Ok((None, _)) => Look::Missing,
            Ok((Some((_, document)), target)) => {
                Look::Whole { assessment: document.view(catalog), read_only: file::obstacle(disk, &target) }
            }
        }
    }

    /// That marks lie in journals only, if they do.
    fn about(waiting: &[Pending], left: &[Left], why: Option<&StoreError>) -> Option<String> {
        let count = waiting.iter().filter(|pending| !pending.filed).count();
        let journal = left.iter().find(|left| !left.records.is_empty())?;
        let (is, lies) = if count == 1 { ("is", "lies") } else { ("are", "lie") };
        let why = why.map(|why| format!(": {}", reason(why))).unwrap_or_default();
        (count > 0).then(|| {
            format!(
                "{} {is} shown here and {lies} in the journal {} only{why}",
                commit::describe(count),
                file::show(journal.path())
            )
        })
    }

    /// What became of journals of dead sessions; None where there are none.
    fn recover(&self, catalog: &Catalog) -> Option<Result<Vec<String>, StoreError>> {
        let disk = &*self.disk;
        // One look at the directory is all that a start without journals pays.
        let names = disk.list(&self.paths.state).ok()?;
        let begins = |name: &OsString, start: &str| name.as_encoded_bytes().starts_with(start.as_bytes());
        if !names.iter().any(|name| begins(name, journal::NAME) || begins(name, in_place::NAME)) {
            return None;
        }
        let target = file::resolve(disk, self.path()).ok()?;
        let (full, empty): (Vec<Left>, Vec<Left>) = journal::left(disk, &self.paths.state, &target)
            .ok()?
            .into_iter()
            .partition(|left| !left.records.is_empty() || left.damage.is_some());
        for left in empty {
            left.dispose(disk);
        }
        if full.is_empty() && !in_place::is_unfinished(disk, &self.paths.state, &target) {
            return None;
        }
        // Whoever commits locks them anew.
        drop(full);
        let manner = Manner { rewrite: false, backup: Some(Backing::Always) };
        Some(self.commit_all(catalog, &[], manner).map(|committed| committed.notices))
    }

    /// Saves one record, for verbs: when it returns the mark is in the file, or it says where it is.
    ///
    /// A new file gets mode 0644 less the umask, as editors do, because it is made to be shared
    /// through git; a file that is there keeps its owner, mode and attributes.
    ///
    /// An undo takes back the last edit in the log, whoever made it. It sets only the fields that
    /// the edit was about; where somebody changed one of those since, both stay, as a conflict.
    pub fn commit(&self, catalog: &Catalog, record: &Record) -> Result<Saved, StoreError> {
        fits(record)?;
        let target = file::resolve(&*self.disk, self.path())?;
        file::is_there(&*self.disk, &target)?;
        if let Some(obstacle) = file::obstacle(&*self.disk, &target) {
            return Err(StoreError::Refused(format!("not saved: {obstacle}")));
        }
        let mut session = Session::new(self.clone(), Backing::Frugal);
        let records = std::slice::from_ref(record);
        let result = match session.keep(records) {
            Ok(()) => match session.commit(catalog) {
                // What is refused now will be at the next start, too.
                Err(error @ StoreError::Refused(_)) => {
                    session.forget();
                    Err(error)
                }
                Err(error) => Err(StoreError::Refused(session.explain(&error))),
                saved => saved,
            },
            Err(_) => session.commit_unkept(catalog, records),
        };
        let Written { assessment, history, mut outcomes, notices } = result?;
        session.finish(catalog);
        match outcomes.pop() {
            Some(Err(why)) => Err(StoreError::Refused(why)),
            Some(Ok(applied)) => Ok(Saved { assessment, history, applied, notices }),
            None => Ok(Saved { assessment, history, applied: None, notices }),
        }
    }

    /// The copies of the assessment file that are kept, newest first.
    pub fn backups(&self) -> Result<Vec<Backup>, StoreError> {
        let target = file::resolve(&*self.disk, self.path())?;
        Ok(backup::all(&*self.disk, &self.paths.state, &target))
    }

    /// The file's bytes and what they say; None where there is no file.
    fn read_document(&self, target: &Path) -> Result<Option<(Vec<u8>, Document)>, StoreError> {
        let Some(bytes) = file::read(&*self.disk, target)? else { return Ok(None) };
        // A colleague's file, or a merge of several: foreign until it is read.
        match apart(|| Document::read(&bytes)) {
            Ok(document) => Ok(Some((bytes, document))),
            Err(damage) => Err(StoreError::Refused(error::describe(target, &damage))),
        }
    }
}

/// Reads the bytes of an assessment file without touching a disk: what the program would show of it,
/// and the text that it would write back. The error says what is wrong and what helps, without the
/// file's name. For those who check the reader: the fuzz targets and the tests of hostile files.
pub fn read_assessment(bytes: &[u8], catalog: &Catalog) -> Result<(Assessment, String), String> {
    match Document::read(bytes) {
        Ok(document) => Ok((document.view(catalog), document.emit(catalog))),
        Err(damage) => Err(error::describe_text(&damage)),
    }
}

/// An error of reading as the reason for read-only.
fn reason(error: &StoreError) -> String {
    let text = error.to_string();
    text.strip_prefix("not saved: ").map(str::to_owned).unwrap_or(text)
}
