//! The undo log: one file per assessment, one checksummed line per record, only ever appended to.
//!
//! Read and written under the assessment's lock when something is committed, so that an undo takes
//! back the last edit of whoever made it; read without it at start, where a line that is just being
//! written looks like a torn one and is ignored.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::error::show;
use super::file;
use crate::coverage::{History, Record};

/// Records after which a log is shortened to what [`History`] remembers.
pub(super) const MAX_RECORDS: usize = 2_000;

/// Largest log that is read, in bytes; a longer one is set aside.
const MAX_LOG: u64 = 64 * 1024 * 1024;

/// The log of one assessment.
#[derive(Debug)]
pub(super) struct Log {
    pub(super) path: PathBuf,
    header: String,
}

/// What a log holds.
#[derive(Debug, Default)]
pub(super) struct Contents {
    pub history: History,
    records: usize,
    /// Bytes up to the end of the last good line. What follows is torn and is cut off.
    good: u64,
    /// Why the log can't be used.
    pub damage: Option<String>,
}

impl Log {
    /// The log of the assessment at a resolved path.
    pub fn new(state: &Path, assessment: &Path) -> Log {
        let bytes = assessment.as_os_str().as_bytes();
        let path = state.join(format!("history-{:016x}.log", fnv1a(bytes)));
        Log { path, header: sealed(&format!("\"atlasnav history 1\" {:?}", show(assessment))) }
    }

    /// Never fails: a log that can't be used is damage, and the history is empty.
    pub fn read(&self) -> Contents {
        match self.bytes() {
            Ok(Some(bytes)) => self.parse(&bytes),
            Ok(None) => Contents::default(),
            Err(error) => Contents { damage: Some(super::error::cause(&error)), ..Contents::default() },
        }
    }

    fn bytes(&self) -> io::Result<Option<Vec<u8>>> {
        let file = match file::open(OpenOptions::new().read(true), &self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let meta = file.metadata()?;
        if !meta.is_file() || meta.len() > MAX_LOG {
            return Err(io::Error::other("it is no regular file or too large"));
        }
        let mut bytes = Vec::new();
        file.take(MAX_LOG).read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    }

    fn parse(&self, bytes: &[u8]) -> Contents {
        let mut read = Contents::default();
        let mut lines = bytes.split_inclusive(|b| *b == b'\n').enumerate().peekable();
        while let Some((index, line)) = lines.next() {
            let last = lines.peek().is_none();
            let good = if index == 0 {
                line == self.header.as_bytes()
            } else if let Some(record) = unsealed(line).and_then(|json| serde_json::from_slice(json).ok()) {
                read.history.take(&record);
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

    /// Appends a record that `read` already took note of. Call under the lock.
    pub fn append(&self, read: &Contents, record: &Record) -> io::Result<()> {
        let state = file::parent(&self.path);
        DirBuilder::new().recursive(true).mode(0o700).create(state)?;
        if read.damage.is_some() {
            self.set_aside()?;
        }
        if read.records >= MAX_RECORDS {
            return self.rewrite(&read.history);
        }
        let mut file =
            file::open(OpenOptions::new().write(true).create(true).truncate(false).mode(0o600), &self.path)?;
        // Only what is known to be good stays in front of the new line.
        file.set_len(read.good)?;
        let mut text = if read.good == 0 { self.header.clone() } else { String::new() };
        text.push_str(&line(record)?);
        io::Seek::seek(&mut file, io::SeekFrom::Start(read.good))?;
        file.write_all(text.as_bytes())?;
        file.sync_data()
    }

    fn rewrite(&self, history: &History) -> io::Result<()> {
        let mut text = self.header.clone();
        for record in history.records() {
            text.push_str(&line(&record)?);
        }
        file::replace(&self.path, text.as_bytes(), 0o600, |_| Ok(())).map_err(io::Error::other)
    }

    /// Under the first free name of `LOG.damaged-1` and so on.
    fn set_aside(&self) -> io::Result<()> {
        for number in 1..1_000 {
            let mut aside = self.path.clone().into_os_string();
            aside.push(format!(".damaged-{number}"));
            match fs::symlink_metadata(&aside) {
                Err(error) if error.kind() == ErrorKind::NotFound => return fs::rename(&self.path, &aside),
                _ => {}
            }
        }
        Err(io::Error::other("a thousand damaged logs lie there already"))
    }

    /// What to say of a log that can't be used.
    pub fn notice(&self, why: &str) -> String {
        format!("undo starts anew: of the log {}, {why}; it is set aside at the next mark", show(&self.path))
    }
}

pub(super) fn line(record: &Record) -> io::Result<String> {
    Ok(sealed(&serde_json::to_string(record)?))
}

/// A line with its checksum in front.
fn sealed(text: &str) -> String {
    format!("{:016x} {text}\n", fnv1a(text.as_bytes()))
}

/// The text of a whole line whose checksum is right.
fn unsealed(line: &[u8]) -> Option<&[u8]> {
    let (sum, text) = line.strip_suffix(b"\n")?.split_at_checked(17)?;
    (sum == format!("{:016x} ", fnv1a(text)).as_bytes()).then_some(text)
}

/// FNV-1a, 64 bits: the same in every release and on every machine, which std's hasher is not.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
