//! What one run of the program saves: first into its journal, then, with whatever else has come
//! meanwhile, into the assessment file.

use std::path::Path;

use super::commit::{Backing, Committed, Manner, Outcome, Pending};
use super::history::RecordId;
use super::journal::{self, Journal};
use super::{Store, StoreError, file};
use crate::catalog::Catalog;
use crate::coverage::{Assessment, History, Mark, Record};

/// Longest text of a mark, in bytes: a longer one could not be read again.
const LONGEST_TEXT: usize = 64 * 1024;

/// Times that a journal is begun: another process may take the empty file for one that is left over.
const BEGINNINGS: usize = 3;

/// An assessment as it is after a commit, marks of other processes included.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    pub assessment: Assessment,
    /// The history with the records in it, as the log has it.
    pub history: History,
    /// What became of the records, in order; each record is answered once.
    pub outcomes: Vec<Outcome>,
    /// What to tell though the marks are saved.
    pub notices: Vec<String>,
}

/// One run. Dropping it leaves what is not in the file in the journal, for the next start.
#[derive(Debug)]
pub struct Session {
    store: Store,
    id: u64,
    next: u64,
    journal: Option<Journal>,
    /// Journals that failed while they held something: they are not written any more, and removed
    /// when what they hold is elsewhere.
    spent: Vec<Journal>,
    /// Not in the file, or not in the undo log.
    pending: Vec<Pending>,
    /// The last write may not have reached the disk.
    doubtful: bool,
    backing: Option<Backing>,
    /// The user knows that the undo log can't be written.
    told_unlogged: bool,
}

impl Session {
    pub(super) fn new(store: Store, backing: Backing) -> Session {
        Session {
            store,
            id: file::unique(),
            next: 1,
            journal: None,
            spent: Vec::new(),
            pending: Vec::new(),
            doubtful: false,
            backing: Some(backing),
            told_unlogged: false,
        }
    }

    /// Whether marks wait for the file.
    pub fn is_behind(&self) -> bool {
        self.pending.iter().any(|pending| !pending.filed)
    }

    /// Where the marks lie that wait for the file.
    pub fn journal(&self) -> Option<&Path> {
        self.journal.as_ref().or(self.spent.last()).map(Journal::path)
    }

    fn number(&mut self, records: &[Record]) -> Vec<Pending> {
        let numbered = (self.next..).zip(records);
        let pending: Vec<Pending> = numbered
            .map(|(number, record)| {
                let id = RecordId { session: self.id, number };
                Pending { id, record: record.clone(), filed: false }
            })
            .collect();
        self.next += records.len() as u64;
        pending
    }

    /// Puts records into the journal, all or none. When it returns they survive the end of the
    /// process and of the machine's power, and [`Session::commit`] is what is left to do.
    pub fn keep(&mut self, records: &[Record]) -> Result<(), StoreError> {
        let new = self.number(records);
        let target = file::resolve(&*self.store.disk, self.store.path())?;
        // Undoing nothing leaves nothing behind.
        if self.pending.is_empty() && self.store.nothing_to_do(&target, &new) {
            self.pending.extend(new);
            return Ok(());
        }
        let failed = |error: std::io::Error| StoreError::io("write in", &self.store.paths.state, &error);
        let lines = journal::lines(new.iter().map(|p| (p.id, &p.record))).map_err(failed)?;
        if let Some(mut journal) = self.journal.take() {
            match journal.append(&*self.store.disk, &lines) {
                Ok(()) => {
                    self.journal = Some(journal);
                    self.pending.extend(new);
                    return Ok(());
                }
                Err(_) => self.spent.push(journal),
            }
        }
        self.begin(&target, &new)?;
        self.pending.extend(new);
        Ok(())
    }

    /// A new journal, with what waits and these records.
    fn begin(&mut self, target: &Path, new: &[Pending]) -> Result<(), StoreError> {
        let (disk, state) = (&*self.store.disk, &self.store.paths.state);
        let failed = |error: std::io::Error| StoreError::io("write in", state, &error);
        let all = self.pending.iter().chain(new);
        let lines = journal::lines(all.map(|p| (p.id, &p.record))).map_err(failed)?;
        let mut result = Journal::create(disk, state, target, self.id, &lines);
        for _ in 1..BEGINNINGS {
            if result.is_ok() {
                break;
            }
            result = Journal::create(disk, state, target, self.id, &lines);
        }
        self.journal = Some(result.map_err(failed)?);
        for spent in self.spent.drain(..) {
            spent.remove(disk);
        }
        Ok(())
    }

    /// Puts all that waits into the file. Where this fails, all of it stays in the journal and is
    /// tried again by the next call, or at the next start.
    pub fn commit(&mut self, catalog: &Catalog) -> Result<Written, StoreError> {
        let manner = Manner { rewrite: self.doubtful, backup: self.backing };
        match self.store.commit_all(catalog, &self.pending, manner) {
            Ok(committed) => Ok(self.committed(committed)),
            Err(error) => {
                self.doubtful |= matches!(error, StoreError::Doubtful { .. });
                Err(error)
            }
        }
    }

    /// The same with records for which there is no journal. Where it fails, they are not kept.
    pub fn commit_unkept(&mut self, catalog: &Catalog, records: &[Record]) -> Result<Written, StoreError> {
        let new = self.number(records);
        let before = self.pending.len();
        self.pending.extend(new);
        let result = self.commit(catalog);
        if result.is_err() {
            self.pending.truncate(before);
        }
        result
    }

    fn committed(&mut self, committed: Committed) -> Written {
        let disk = &*self.store.disk;
        self.doubtful = false;
        let Committed { assessment, history, outcomes, mut notices, unlogged } = committed;
        let mut news = Vec::new();
        let (mut unlogged_marks, mut refused) = (Vec::new(), Vec::new());
        let wrote = outcomes.iter().any(|outcome| matches!(outcome, Ok(Some(_))));
        if wrote {
            self.backing = None;
        }
        for (pending, outcome) in self.pending.drain(..).zip(outcomes) {
            if unlogged.is_some() && matches!(outcome, Ok(Some(_))) {
                unlogged_marks.push(Pending { filed: true, ..pending.clone() });
            }
            if outcome.is_err() {
                refused.push(pending.id.number);
            }
            if !pending.filed {
                news.push(outcome);
            }
        }
        self.pending = unlogged_marks;
        let mut clear = true;
        match (self.journal.take(), self.pending.last()) {
            (None, _) => {}
            (Some(mut journal), None) => match journal.trim(disk) {
                Ok(()) => self.journal = Some(journal),
                // The next mark gets a new one.
                Err(_) => clear = journal.remove(disk),
            },
            (Some(mut journal), Some(last)) => match journal.settle(disk, last.id.number, &refused) {
                Ok(()) => self.journal = Some(journal),
                Err(_) => {
                    self.spent.push(journal);
                    clear = false;
                }
            },
        }
        if self.pending.is_empty() {
            for spent in self.spent.drain(..) {
                clear &= spent.remove(disk);
            }
            self.told_unlogged = false;
        }
        if !clear {
            for why in news.iter_mut().filter_map(|outcome| outcome.as_mut().err()) {
                why.push_str("; it may still be done at the next start");
            }
        }
        if let Some(why) = unlogged
            && !self.told_unlogged
        {
            self.told_unlogged = true;
            notices.push(format!("saved, but it can't be undone yet: the undo log can't be written ({why})"));
        }
        Written { assessment, history, outcomes: news, notices }
    }

    /// The end: what still waits is tried once more. None where nothing waited.
    pub fn finish(mut self, catalog: &Catalog) -> Option<Result<Written, StoreError>> {
        let result = self.is_behind().then(|| self.commit(catalog));
        if self.pending.is_empty() {
            self.forget();
        }
        result
    }

    /// Removes the journal with all that is in it.
    pub(super) fn forget(&mut self) {
        self.pending.clear();
        for journal in self.journal.take().into_iter().chain(self.spent.drain(..)) {
            journal.remove(&*self.store.disk);
        }
    }
}

/// Whether a record can be saved at all, whatever the file holds.
pub fn fits(record: &Record) -> Result<(), StoreError> {
    let Record::Do(edit) = record else { return Ok(()) };
    let is_long = |mark: &Mark| {
        let texts = [&mark.owner, &mark.note, &mark.by].into_iter().flatten();
        let evidence = mark.evidence.iter().flat_map(|e| std::iter::once(&e.what).chain(&e.link));
        texts.chain(evidence).chain(&mark.log).any(|text| text.len() > LONGEST_TEXT)
    };
    match edit.changes.iter().find(|change| is_long(&change.after)) {
        Some(change) => Err(StoreError::Refused(format!(
            "not saved: a text of {} is longer than 64 KiB; shorten it and mark again",
            change.id.short()
        ))),
        None => Ok(()),
    }
}

impl Session {
    /// An error of [`Session::commit`] in words: why the marks are not in the file, and where they are.
    pub fn explain(&self, error: &StoreError) -> String {
        self.journal().map_or_else(|| error.to_string(), |journal| Session::explain_with(journal, error))
    }

    /// The same for a session whose journal was at this path.
    pub fn explain_with(journal: &Path, error: &StoreError) -> String {
        let error = error.to_string();
        let why = error.strip_prefix("not saved: ").unwrap_or(&error);
        format!("{why}; until then the marks lie in the journal {}", file::show(journal))
    }
}
