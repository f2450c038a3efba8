//! The journal: what a process has been told to save and has not yet put into the assessment file.
//!
//! One file per process and assessment in the state directory, one checksummed line per record,
//! synced before a mark is shown as saved. The process holds a lock on it as long as it lives, so a
//! journal that can be locked belongs to a process that died; whoever commits next saves what is in
//! it. It is made with the first mark and removed at the end.

use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::disk::{Disk, Open, OpenFile};
use super::error::show;
use super::file;
use super::history::{RecordId, number_of};
use super::seal::{sealed, unsealed};
use crate::coverage::Record;

/// What the names of journals begin with.
pub(super) const NAME: &str = "journal-";

/// Largest journal that is read, in bytes.
const MAX_JOURNAL: u64 = 64 * 1024 * 1024;

/// The line that says: up to this number everything is in the file, only the undo log lacks it.
const FILED: &str = "filed ";

/// The line that says: this record was not carried out and never is to be.
const REFUSED: &str = "refused ";

/// The journal of this process.
#[derive(Debug)]
pub(super) struct Journal {
    file: OpenFile,
    /// Bytes of the first line.
    start: u64,
    /// Bytes in it.
    end: u64,
}

fn header(assessment: &Path, session: u64) -> String {
    sealed(&format!("\"atlasnav journal 1\" {session:016x} {:?}", show(assessment)))
}

fn prefix(assessment: &Path) -> String {
    format!("{NAME}{:016x}-", number_of(assessment))
}

/// The lines of records, as they are appended.
pub(super) fn lines<'r>(records: impl IntoIterator<Item = (RecordId, &'r Record)>) -> io::Result<String> {
    let lines = records.into_iter().map(|(id, record)| {
        let json = serde_json::to_string(record)?;
        Ok(sealed(&format!("{} {json}", id.number)))
    });
    lines.collect()
}

impl Journal {
    /// Makes a journal that holds these lines. All of it is on the disk when this returns.
    pub fn create(
        disk: &dyn Disk,
        state: &Path,
        assessment: &Path,
        session: u64,
        lines: &str,
    ) -> io::Result<Journal> {
        file::make_directories(disk, state, 0o700)?;
        let name = format!("{}{session:016x}-{:04x}.log", prefix(assessment), file::unique() & 0xffff);
        let path = state.join(name);
        let file = disk.open(&path, Open::New(0o600))?;
        let header = header(assessment, session);
        let written = || {
            // Between the two calls somebody can have taken the empty file for one that is left over.
            if !disk.try_lock(&file)? || file.metadata()?.nlink() == 0 {
                return Err(io::Error::other("another process took it"));
            }
            disk.write(&file, 0, format!("{header}{lines}").as_bytes())?;
            disk.sync(&file)?;
            disk.sync_directory(state)
        };
        if let Err(error) = written() {
            destroy(disk, &file);
            return Err(error);
        }
        let start = header.len() as u64;
        Ok(Journal { file, start, end: start + lines.len() as u64 })
    }

    pub fn path(&self) -> &Path {
        &self.file.path
    }

    /// Appends lines; they are on the disk when this returns. After a failure nobody knows what is
    /// there, and a second sync would not tell: then the journal has to be given up for a new one.
    pub fn append(&mut self, disk: &dyn Disk, lines: &str) -> io::Result<()> {
        disk.write(&self.file, self.end, lines.as_bytes())?;
        disk.sync(&self.file)?;
        self.end += lines.len() as u64;
        Ok(())
    }

    /// Says that everything up to a number is in the file, though not in the undo log, but for some
    /// records that were refused.
    pub fn settle(&mut self, disk: &dyn Disk, number: u64, refused: &[u64]) -> io::Result<()> {
        let refused = refused.iter().map(|number| sealed(&format!("{REFUSED}{number}")));
        let lines: String = refused.chain([sealed(&format!("{FILED}{number}"))]).collect();
        self.append(disk, &lines)
    }

    /// Empties it, on the disk: what is in the file must not come back from here after others have
    /// changed it.
    pub fn trim(&mut self, disk: &dyn Disk) -> io::Result<()> {
        if self.end == self.start {
            return Ok(());
        }
        disk.set_len(&self.file, self.start)?;
        self.end = self.start;
        disk.sync(&self.file)
    }

    /// Removes it; what it holds is in the file or in another journal. False where it may come back.
    pub fn remove(self, disk: &dyn Disk) -> bool {
        destroy(disk, &self.file)
    }
}

/// Makes sure that nothing in a journal is ever read again, as far as the disk allows. Emptied first,
/// because the name may come back after a power cut.
fn destroy(disk: &dyn Disk, file: &OpenFile) -> bool {
    let is_empty = file.metadata().is_ok_and(|meta| meta.len() == 0);
    let emptied = is_empty || disk.set_len(file, 0).and_then(|()| disk.sync(file)).is_ok();
    disk.remove(&file.path).is_ok() || emptied
}

/// A journal that no live process holds. It is locked as long as this lives.
#[derive(Debug)]
pub(super) struct Left {
    file: OpenFile,
    pub records: Vec<(RecordId, Record)>,
    /// Up to this number everything is in the file.
    pub filed: Option<u64>,
    /// The line that is damaged, if one is that is not the last.
    pub damage: Option<usize>,
    end: u64,
}

/// The journals of an assessment that are left from processes that died.
pub(super) fn left(disk: &dyn Disk, state: &Path, assessment: &Path) -> io::Result<Vec<Left>> {
    let mut names = match disk.list(state) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        other => other?,
    };
    let prefix = prefix(assessment);
    names.retain(|name| {
        let name = name.as_encoded_bytes();
        name.starts_with(prefix.as_bytes()) && name.ends_with(b".log")
    });
    names.sort();
    let mut found = Vec::new();
    for name in names {
        // One that can't be opened, such as root's, is no reason to leave the others.
        found.extend(Left::take(disk, &state.join(name), assessment).ok().flatten());
    }
    Ok(found)
}

impl Left {
    /// None where it is held, has gone meanwhile, or belongs to another assessment.
    fn take(disk: &dyn Disk, path: &Path, assessment: &Path) -> io::Result<Option<Left>> {
        let file = match disk.open(path, Open::Write) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            other => other?,
        };
        if !disk.try_lock(&file)? || file.metadata()?.nlink() == 0 {
            return Ok(None);
        }
        let bytes = disk.read(&file, MAX_JOURNAL)?;
        Ok(Left::parse(file, &bytes, assessment))
    }

    fn parse(file: OpenFile, bytes: &[u8], assessment: &Path) -> Option<Left> {
        let session = session_of(&file.path)?;
        let mut left = Left { file, records: Vec::new(), filed: None, damage: None, end: 0 };
        let mut lines = bytes.split_inclusive(|b| *b == b'\n').enumerate().peekable();
        while let Some((index, line)) = lines.next() {
            let last = lines.peek().is_none();
            let text = unsealed(line);
            let good = match text {
                Some(_) if index == 0 && line == header(assessment, session).as_bytes() => true,
                // Of another assessment whose path has the same sum.
                Some(text) if index == 0 && text.starts_with("\"atlasnav journal ") => return None,
                Some(text) => left.take_line(session, text),
                None => false,
            };
            if good {
                left.end += line.len() as u64;
            } else if !last {
                left.damage.get_or_insert(index + 1);
                left.end += line.len() as u64;
            }
        }
        Some(left)
    }

    fn take_line(&mut self, session: u64, text: &str) -> bool {
        if let Some(number) = text.strip_prefix(FILED) {
            self.filed = number.parse().ok();
            return self.filed.is_some();
        }
        if let Some(number) = text.strip_prefix(REFUSED) {
            self.records.retain(|(id, _)| number != id.number.to_string());
            return true;
        }
        let record = text.split_once(' ').and_then(|(number, json)| {
            let id = RecordId { session, number: number.parse().ok()? };
            Some((id, serde_json::from_str::<Record>(json).ok()?))
        });
        match record {
            // After a gap nobody knows which edit an undo was meant for.
            Some((_, Record::Undo | Record::Redo)) if self.damage.is_some() => true,
            Some(found) => {
                self.records.push(found);
                true
            }
            None => false,
        }
    }

    pub fn path(&self) -> &Path {
        &self.file.path
    }

    /// Says that all of it is in the file, though not in the undo log.
    pub fn filed(&self, disk: &dyn Disk) -> io::Result<()> {
        let Some((id, _)) = self.records.last() else { return Ok(()) };
        // A torn last line is written over.
        let line = sealed(&format!("{FILED}{}", id.number));
        disk.write(&self.file, self.end, line.as_bytes())?;
        disk.set_len(&self.file, self.end + line.len() as u64)?;
        disk.sync(&self.file)
    }

    /// Puts it out of the way: what it held is saved. A damaged one is kept under another name,
    /// which is returned.
    pub fn dispose(self, disk: &dyn Disk) -> Option<PathBuf> {
        if self.damage.is_none() {
            destroy(disk, &self.file);
            return None;
        }
        match file::set_aside(disk, &self.file.path) {
            Ok(aside) => Some(aside),
            Err(_) => {
                // It stays where it is, but what could be read of it must not be saved once more.
                self.filed(disk).ok();
                None
            }
        }
    }
}

/// The session in the name of a journal.
fn session_of(path: &Path) -> Option<u64> {
    let name = path.file_name()?.to_str()?;
    u64::from_str_radix(name.strip_prefix(NAME)?.split('-').nth(1)?, 16).ok()
}
