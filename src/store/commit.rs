//! The one way into the assessment file: everything that waits, in one rewrite under the lock.
//!
//! The order is journal, undo log, file, journal emptied. Journals of processes that died come first,
//! so nobody ever builds on a state in which half of a dead process's work is missing.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::assessment::Document;
use super::history::{Contents, Log, RecordId, line};
use super::journal::{self, Left};
use super::{Store, StoreError, backup, error, file, in_place};
use crate::catalog::Catalog;
use crate::coverage::{Assessment, Edit, History, Record};

/// Times that a commit starts anew because an editor saved the file meanwhile.
const ATTEMPTS: usize = 5;

/// Ids that a message names before it only counts.
const NAMED: usize = 5;

/// What became of a record: the edit that it came to; None where there was nothing to undo or redo;
/// or why it was not done.
pub type Outcome = Result<Option<Edit>, String>;

/// A record to be saved.
#[derive(Debug, Clone)]
pub(super) struct Pending {
    pub id: RecordId,
    pub record: Record,
    /// It is in the file already, and only the undo log lacks it.
    pub filed: bool,
}

/// How a commit is to go.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Manner {
    /// Write the file even if nothing in it changes, as its last write may not have reached the disk.
    pub rewrite: bool,
    /// Keep a copy of the file as it is before.
    pub backup: Option<Backing>,
}

/// How often copies are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Backing {
    Always,
    /// Not more often than once in an hour.
    Frugal,
}

/// What a commit came to.
#[derive(Debug)]
pub(super) struct Committed {
    pub assessment: Assessment,
    pub history: History,
    /// One for each record, in order.
    pub outcomes: Vec<Outcome>,
    pub notices: Vec<String>,
    /// Why the undo log lacks the records, though the file has them.
    pub unlogged: Option<String>,
}

/// Records with the edits that they come to.
#[derive(Default)]
struct Resolved {
    outcomes: Vec<Outcome>,
    /// What the file has to be given, in order, and whether it takes something back.
    edits: Vec<(Edit, bool)>,
    /// What the log has to be given.
    lines: String,
    count: usize,
    history: History,
}

/// Finds out what records come to: those that are in the log already, as they are there.
fn resolve<'p>(
    read: &Contents,
    records: impl Iterator<Item = &'p Pending>,
    refused: Option<&str>,
) -> Resolved {
    let mut resolved = Resolved { history: read.history.clone(), ..Resolved::default() };
    for Pending { id, record, filed } in records {
        let edit = match (read.applied.get(id), refused) {
            (Some(edit), _) => Some(edit.clone()),
            (None, Some(why)) if !matches!(record, Record::Do(_)) => {
                // Without the last edits in the log, an older one would be taken back.
                resolved.outcomes.push(Err(why.to_owned()));
                continue;
            }
            (None, _) => {
                let edit = resolved.history.take(record);
                if edit.is_some()
                    && let Ok(line) = line(Some(*id), record)
                {
                    resolved.lines.push_str(&line);
                    resolved.count += 1;
                }
                edit
            }
        };
        if !filed {
            resolved.edits.extend(edit.clone().map(|edit| (edit, *record == Record::Undo)));
        }
        resolved.outcomes.push(Ok(edit));
    }
    resolved
}

impl Store {
    /// Saves what dead processes left in their journals, then `own`, in one rewrite of the file.
    pub(super) fn commit_all(
        &self,
        catalog: &Catalog,
        own: &[Pending],
        manner: Manner,
    ) -> Result<Committed, StoreError> {
        let disk = &*self.disk;
        let target = file::resolve(disk, self.path())?;
        let directory = file::parent(&target);
        let is_missing = disk.look(directory).is_err_and(|e| e.kind() == ErrorKind::NotFound);
        if is_missing && !own.is_empty() && self.nothing_to_do(&target, own) {
            return Ok(Committed {
                assessment: Document::default().view(catalog),
                history: History::default(),
                outcomes: own.iter().map(|_| Ok(None)).collect(),
                notices: Vec::new(),
                unlogged: None,
            });
        }
        file::make_directories(disk, directory, 0o777)
            .map_err(|e| StoreError::io("make the directory", directory, &e))?;
        // Once more, now that every directory is there: both names of the log are to agree.
        let target = file::resolve(disk, &target)?;
        file::is_there(disk, &target)?;
        if let Some(obstacle) = file::obstacle(disk, &target) {
            return Err(StoreError::Refused(format!("not saved: {obstacle}")));
        }
        let _lock = file::lock(disk, &target, self.patience)?;
        in_place::complete(disk, &self.paths.state, &target)?;
        // What can't be looked at now stays for the next one; one's own marks come first.
        let left = journal::left(disk, &self.paths.state, &target).unwrap_or_default();
        let old = records_of(&left);
        let all = || old.iter().chain(own);
        let log = Log::new(disk, &self.paths.state, &target);
        let read = log.read(&all().map(|p| p.id).collect());
        let mut resolved = resolve(&read, all(), None);
        let mut unlogged = None;
        if !resolved.lines.is_empty()
            && let Err(error) = log.append(&read, &resolved.lines)
        {
            let why = error::cause(&error);
            let refused = format!(
                "nothing was undone or redone: the log {} can't be written ({why})",
                file::show(&log.path)
            );
            resolved = resolve(&read, all(), Some(&refused));
            unlogged = Some(why);
        }
        let manner = Manner { rewrite: manner.rewrite || !old.is_empty(), ..manner };
        let mut notices: Vec<String> = read.damage.iter().map(|why| log.notice(why)).collect();
        let document = match self.write(&target, catalog, &resolved.edits, manner, &mut notices) {
            Ok(document) => document,
            Err(error) => {
                if unlogged.is_none() && !resolved.lines.is_empty() {
                    log.take_back(&read);
                }
                return Err(error);
            }
        };
        if unlogged.is_none() {
            log.shorten(&read, resolved.count, &resolved.history);
        }
        let outcomes = resolved.outcomes.split_off(old.len());
        notices.extend(self.dispose(left, &resolved.outcomes, unlogged.is_some()));
        if unlogged.is_some() {
            resolved.history = History::default();
        }
        Ok(Committed {
            assessment: document.view(catalog),
            history: resolved.history,
            outcomes,
            notices,
            unlogged,
        })
    }

    /// Whether there is nothing to undo or redo, for which nothing need be made.
    pub(super) fn nothing_to_do(&self, target: &Path, records: &[Pending]) -> bool {
        if records.iter().any(|pending| matches!(pending.record, Record::Do(_))) {
            return false;
        }
        let mut read = Log::new(&*self.disk, &self.paths.state, target).read(&BTreeSet::new());
        read.damage.is_none() && records.iter().all(|pending| read.history.take(&pending.record).is_none())
    }

    /// The journals of dead processes are done with; says what they held.
    fn dispose(&self, left: Vec<Left>, outcomes: &[Outcome], unlogged: bool) -> Vec<String> {
        let edits: Vec<&Edit> = outcomes.iter().filter_map(|o| o.as_ref().ok()?.as_ref()).collect();
        let mut notices = Vec::new();
        if !edits.is_empty() {
            let are = if edits.len() == 1 { "is" } else { "are" };
            notices.push(format!("{} {are} saved now: {}", describe(edits.len()), name(&edits)));
        }
        for left in left {
            // Where the log could not be written, the journal stays, so that undo gets its lines later.
            if unlogged && left.damage.is_none() && left.filed(&*self.disk).is_ok() {
                continue;
            }
            let damage = left.damage.map(|line| (line, file::show(left.path())));
            let aside = left.dispose(&*self.disk);
            if let Some((line, path)) = damage {
                let aside = aside.map(|aside| format!(" as {}", file::show(&aside))).unwrap_or_default();
                notices.push(format!(
                    "line {line} of the journal {path} is damaged: what could be read is saved, the rest is kept{aside}"
                ));
            }
        }
        notices
    }

    /// Applies edits to what the file holds now. Without any, only reads.
    fn write(
        &self,
        target: &Path,
        catalog: &Catalog,
        edits: &[(Edit, bool)],
        manner: Manner,
        notices: &mut Vec<String>,
    ) -> Result<Document, StoreError> {
        let disk = &*self.disk;
        for _ in 0..ATTEMPTS {
            let (before, mut document) = match self.read_document(target)? {
                Some((bytes, document)) => (Some(bytes), document),
                None => (None, Document::default()),
            };
            if edits.is_empty() {
                return Ok(document);
            }
            for (edit, is_undo) in edits {
                document.carry_out(edit, *is_undo);
            }
            if document.release.is_empty() {
                document.release = catalog.release.to_string();
            }
            let text = document.emit(catalog);
            if before.as_deref() == Some(text.as_bytes()) && !manner.rewrite {
                return Ok(document);
            }
            if let (Some(bytes), Some(backing)) = (&before, manner.backup) {
                let frugal = backing == Backing::Frugal;
                if let Err(error) = backup::take(disk, &self.paths.state, target, bytes, frugal) {
                    let why = error::cause(&error);
                    notices.push(format!("no copy of the file as it was before could be kept: {why}"));
                }
            }
            let mut overtaken = false;
            let check = |written: &[u8]| {
                verify(target, written, &text, &document, catalog)?;
                // An editor does not take our lock.
                overtaken = file::read(disk, target)? != before;
                if overtaken { Err(StoreError::Contended { path: error::show(target) }) } else { Ok(()) }
            };
            match self.put(target, before.as_deref(), text.as_bytes(), check) {
                Err(StoreError::Contended { .. }) if overtaken => {}
                other => return other.map(|()| document),
            }
        }
        Err(StoreError::Contended { path: error::show(target) })
    }

    /// Replaces the file, or overwrites it where another file could not take its place.
    pub(super) fn put(
        &self,
        target: &Path,
        before: Option<&[u8]>,
        after: &[u8],
        mut check: impl FnMut(&[u8]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let disk = &*self.disk;
        let Some(before) = before else {
            return match file::replace(disk, target, after, 0o644, check) {
                Err(file::Unreplaced::Failed(error)) => Err(error),
                // Somebody made the file meanwhile.
                Err(file::Unreplaced::Tied) => Err(StoreError::Contended { path: error::show(target) }),
                Ok(()) => Ok(()),
            };
        };
        if !file::is_tied(disk, target) {
            // No rights that others don't have are given away before the old ones are copied.
            let mode = disk.look(target).map_or(0o600, |meta| meta.mode() & 0o600);
            match file::replace(disk, target, after, mode, &mut check) {
                Err(file::Unreplaced::Tied) => {}
                Err(file::Unreplaced::Failed(error)) => return Err(error),
                Ok(()) => return Ok(()),
            }
        }
        in_place::overwrite(disk, &self.paths.state, target, (before, after), check)
    }
}

/// The records of dead processes, each once.
pub(super) fn records_of(left: &[Left]) -> Vec<Pending> {
    let mut seen = BTreeSet::new();
    let records = left.iter().flat_map(|left| {
        left.records.iter().map(|(id, record)| {
            let filed = left.filed.is_some_and(|number| id.number <= number);
            Pending { id: *id, record: record.clone(), filed }
        })
    });
    records.filter(|pending| seen.insert(pending.id)).collect()
}

/// What records of dead processes come to, without saving them.
pub(super) fn edits_of(read: &Contents, records: &[Pending]) -> Vec<(Edit, bool)> {
    resolve(read, records.iter(), None).edits
}

/// `3 marks of a session that ended early`
pub(super) fn describe(count: usize) -> String {
    let marks = if count == 1 { "mark" } else { "marks" };
    format!("{count} {marks} of a session that ended early")
}

/// The ids that edits are about, the first few of them.
fn name(edits: &[&Edit]) -> String {
    let ids: BTreeSet<_> = edits.iter().flat_map(|edit| &edit.changes).map(|change| change.id).collect();
    let named: Vec<String> = ids.iter().take(NAMED).map(|id| id.short()).collect();
    let more = ids.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    named.join(", ") + &more
}

/// Whether what was written is what was meant, read back through the same reader as ever.
pub(super) fn verify(
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
    let same_marks = again.about == meant.about
        && again.entries.len() == meant.entries.len()
        && again.entries.iter().zip(&meant.entries).all(|((a, x), (b, y))| a == b && x.mark == y.mark);
    if !same_marks || again.emit(catalog) != text {
        return Err(refuse("it says something else".into()));
    }
    Ok(())
}
