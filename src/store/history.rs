//! The undo log: one file per assessment, one checksummed line per record, only ever appended to.
//!
//! Read and written under the assessment's lock when something is committed, so that an undo takes
//! back the last edit of whoever made it; read without it at start, where a line that is just being
//! written looks like a torn one and is ignored. A line carries the identity of its record, so that a
//! record which is saved again after a crash is not taken twice.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{self, ErrorKind};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::disk::{Disk, Open, OpenFile};
use super::error::show;
use super::file;
use super::seal::{fnv1a, sealed, unsealed};
use crate::coverage::{Edit, History, Record};

/// Records after which a log is shortened to what [`History`] remembers.
pub(super) const MAX_RECORDS: usize = 2_000;

/// Largest log that is read, in bytes; a longer one is set aside.
const MAX_LOG: u64 = 64 * 1024 * 1024;

/// Why a log can't be used whose directory there can't be. Nothing is set aside then.
const NO_DIRECTORY: &str = "its directory is a file";

/// Which record it is, among those of all processes: the number of the session, and that in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RecordId {
    pub session: u64,
    pub number: u64,
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}-{}", self.session, self.number)
    }
}

impl FromStr for RecordId {
    type Err = ();

    fn from_str(text: &str) -> Result<RecordId, ()> {
        let (session, number) = text.split_once('-').ok_or(())?;
        let session = u64::from_str_radix(session, 16).map_err(|_| ())?;
        Ok(RecordId { session, number: number.parse().map_err(|_| ())? })
    }
}

/// The number under which the state directory has what belongs to the assessment at a resolved path.
pub(super) fn number_of(assessment: &Path) -> u64 {
    fnv1a(assessment.as_os_str().as_bytes())
}

/// The log of one assessment.
#[derive(Debug)]
pub(super) struct Log<'d> {
    disk: &'d dyn Disk,
    pub(super) path: PathBuf,
    header: String,
}

/// What a log holds.
#[derive(Debug, Clone, Default)]
pub(super) struct Contents {
    pub history: History,
    /// Of the records that were asked for, those that are in the log, with what they came to.
    pub applied: BTreeMap<RecordId, Edit>,
    records: usize,
    /// Bytes up to the end of the last good line. What follows is torn and is cut off.
    good: u64,
    /// Why the log can't be used.
    pub damage: Option<String>,
}

impl<'d> Log<'d> {
    /// The log of the assessment at a resolved path.
    pub fn new(disk: &'d dyn Disk, state: &Path, assessment: &Path) -> Log<'d> {
        let path = state.join(format!("history-{:016x}.log", number_of(assessment)));
        Log { disk, path, header: sealed(&format!("\"atlasnav history 1\" {:?}", show(assessment))) }
    }

    /// Reads it, looking out for some records. Never fails: a log that can't be used is damage, and
    /// the history is empty.
    pub fn read(&self, wanted: &BTreeSet<RecordId>) -> Contents {
        match self.bytes() {
            Ok(Some(bytes)) => self.parse(&bytes, wanted),
            Ok(None) => Contents::default(),
            Err(error) if error.kind() == ErrorKind::NotADirectory => {
                Contents { damage: Some(NO_DIRECTORY.to_owned()), ..Contents::default() }
            }
            Err(error) => Contents { damage: Some(super::error::cause(&error)), ..Contents::default() },
        }
    }

    fn bytes(&self) -> io::Result<Option<Vec<u8>>> {
        let file = match self.disk.open(&self.path, Open::Read) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        if file.metadata()?.len() > MAX_LOG {
            return Err(io::Error::other("it is too large"));
        }
        self.disk.read(&file, MAX_LOG).map(Some)
    }

    fn parse(&self, bytes: &[u8], wanted: &BTreeSet<RecordId>) -> Contents {
        let mut read = Contents::default();
        let mut lines = bytes.split_inclusive(|b| *b == b'\n').enumerate().peekable();
        while let Some((index, line)) = lines.next() {
            let last = lines.peek().is_none();
            let good = if index == 0 {
                line == self.header.as_bytes()
            } else if let Some((id, record)) = unsealed(line).and_then(entry) {
                let edit = read.history.take(&record);
                if let (Some(id), Some(edit)) = (id.filter(|id| wanted.contains(id)), edit) {
                    read.applied.insert(id, edit);
                }
                read.records += 1;
                true
            } else {
                false
            };
            if good {
                read.good += line.len() as u64;
            } else if !last {
                return Contents {
                    damage: Some(format!("line {} is damaged", index + 1)),
                    ..Contents::default()
                };
            }
        }
        read
    }

    /// Appends lines for records that the history of `read` has taken note of already. Call under the
    /// lock. Where it fails, the log is as it was, unless the disk refuses that, too.
    pub fn append(&self, read: &Contents, lines: &str) -> io::Result<()> {
        file::make_directories(self.disk, file::parent(&self.path), 0o700)?;
        if read.damage.is_some() {
            file::set_aside(self.disk, &self.path)?;
        }
        let (log, new) = self.open()?;
        let result = self.put(&log, read.good, lines).and_then(|()| {
            // A log that is new has to have its name on the disk as well.
            if new { self.disk.sync_directory(file::parent(&self.path)) } else { Ok(()) }
        });
        if result.is_err() {
            self.disk.set_len(&log, read.good).ok();
        }
        result
    }

    fn open(&self) -> io::Result<(OpenFile, bool)> {
        match self.disk.open(&self.path, Open::Write) {
            Ok(file) => Ok((file, false)),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Ok((self.disk.open(&self.path, Open::New(0o600))?, true))
            }
            Err(error) => Err(error),
        }
    }

    fn put(&self, log: &OpenFile, good: u64, lines: &str) -> io::Result<()> {
        // Only what is known to be good stays in front of the new lines.
        self.disk.set_len(log, good)?;
        let header = if good == 0 { self.header.as_str() } else { "" };
        self.disk.write(log, good, format!("{header}{lines}").as_bytes())?;
        self.disk.sync(log)
    }

    /// Takes back what was appended since `read`, because the file could not be written. If this
    /// fails as well, the records are found by their identities when they are saved again.
    pub fn take_back(&self, read: &Contents) {
        if let Ok(log) = self.disk.open(&self.path, Open::Write)
            && self.disk.set_len(&log, read.good).is_ok()
        {
            self.disk.sync(&log).ok();
        }
    }

    /// Shortens a log that has grown long. Identities go, so every record in it must be in the file.
    /// A log that stays long does no harm.
    pub fn shorten(&self, read: &Contents, added: usize, history: &History) {
        if read.damage.is_some() || read.records + added <= MAX_RECORDS {
            return;
        }
        let lines = history.records();
        let text = lines.iter().filter_map(|record| line(None, record).ok());
        let text: String = std::iter::once(self.header.clone()).chain(text).collect();
        file::replace(self.disk, &self.path, text.as_bytes(), 0o600, |_| Ok(())).ok();
    }

    /// What to say of a log that can't be used.
    pub fn notice(&self, why: &str) -> String {
        if why == NO_DIRECTORY {
            let state = show(file::parent(&self.path));
            return format!(
                "nothing can be undone: {state} can't be a directory, because a file lies there or above it; \
                 move that file away"
            );
        }
        format!("undo starts anew: of the log {}, {why}; it is set aside at the next mark", show(&self.path))
    }
}

/// One line of a log.
pub(super) fn line(id: Option<RecordId>, record: &Record) -> io::Result<String> {
    let id = id.map(|id| format!("{id} ")).unwrap_or_default();
    Ok(sealed(&format!("{id}{}", serde_json::to_string(record)?)))
}

fn entry(text: &str) -> Option<(Option<RecordId>, Record)> {
    // A record begins with a bracket or a quote.
    let (id, json) = match text.split_once(' ') {
        Some((id, json)) if id.starts_with(|c: char| c.is_ascii_hexdigit()) => (Some(id.parse().ok()?), json),
        _ => (None, text),
    };
    Some((id, serde_json::from_str(json).ok()?))
}
