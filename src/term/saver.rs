//! Saving away from the screen: a thread that keeps each record in the journal at once, puts what has
//! gathered into the file a moment later, and tells how it went.

use std::io::{PipeWriter, Write};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::app::Event;
use crate::catalog::Catalog;
use crate::coverage::{Assessment, Record};
use crate::store::{Look, Session, Store, StoreError, Written, fits};

/// How long a mark waits for others that go into the file with it.
const GATHERING: Duration = Duration::from_millis(200);

/// How long after others were in the way it is tried again.
const AGAIN: Duration = Duration::from_secs(1);

/// Started by the first record, or when the file was changed by others: who only reads pays nothing.
pub(super) struct Saver {
    start: Option<Saving>,
    running: Option<Running>,
}

struct Running {
    requests: Sender<Request>,
    outcomes: Receiver<Event>,
    thread: JoinHandle<Vec<String>>,
}

enum Request {
    Save(Record),
    /// The file may have been changed by somebody else.
    Look,
}

const STOPPED: &str = "The part that saves has stopped; quit and start again.";

impl Saver {
    /// `shown` is what the file held when it was opened.
    pub fn new(store: Store, catalog: Arc<Catalog>, shown: Assessment, waker: PipeWriter) -> Saver {
        let session = store.session();
        let saving = Saving { store, session, catalog, shown, broken: None, waker, tell: None };
        Saver { start: Some(saving), running: None }
    }

    /// Has the record saved after those before it. The outcome comes by [`Saver::outcome`].
    pub fn save(&mut self, record: Record) -> Option<Event> {
        if self.send(Request::Save(record)) { None } else { Some(Event::NotSaved(STOPPED.to_owned())) }
    }

    /// Has the file looked at, because it may have changed.
    pub fn look(&mut self) {
        // If the thread has stopped, the next mark says so.
        self.send(Request::Look);
    }

    fn send(&mut self, request: Request) -> bool {
        if let Some(saving) = self.start.take() {
            self.running = Some(run(saving));
        }
        self.running.as_ref().is_some_and(|running| running.requests.send(request).is_ok())
    }

    /// The next outcome, if there is one.
    pub fn outcome(&mut self) -> Option<Event> {
        self.running.as_ref()?.outcomes.try_recv().ok()
    }

    /// Waits until everything is in the file, or has been tried once more; returns what is not, and why.
    pub fn finish(self) -> Vec<String> {
        let Some(Running { requests, outcomes, thread }) = self.running else { return Vec::new() };
        drop(requests);
        let stopped = thread.join();
        let failures = outcomes.try_iter().filter_map(|event| match event {
            Event::NotSaved(reason) => Some(reason),
            _ => None,
        });
        let mut failures: Vec<String> = failures.collect();
        match stopped {
            Ok(last) => failures.extend(last),
            Err(_) => failures.push("The part that saves stopped; the last marks may not be saved.".into()),
        }
        failures
    }
}

fn run(mut saving: Saving) -> Running {
    let (requests, incoming) = channel();
    let (outgoing, outcomes) = channel();
    saving.tell = Some(outgoing);
    let thread = std::thread::spawn(move || saving.run(&incoming));
    Running { requests, outcomes, thread }
}

/// What the thread works with.
struct Saving {
    store: Store,
    session: Session,
    catalog: Arc<Catalog>,
    /// What the app was last told that the file holds.
    shown: Assessment,
    /// Why the file can't be read, or that it is gone, if the app was told so.
    broken: Option<String>,
    waker: PipeWriter,
    tell: Option<Sender<Event>>,
}

impl Saving {
    /// Until the other end hangs up; returns why something is not saved then.
    fn run(mut self, incoming: &Receiver<Request>) -> Vec<String> {
        let mut due: Option<Instant> = None;
        loop {
            let first = match due {
                None => incoming.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(due) => incoming.recv_timeout(due.saturating_duration_since(Instant::now())),
            };
            match first {
                Ok(first) => {
                    #[cfg(debug_assertions)]
                    super::fault::in_saver();
                    let (mut records, mut look) = (Vec::new(), false);
                    for request in std::iter::once(first).chain(incoming.try_iter()) {
                        match request {
                            Request::Save(record) => records.push(record),
                            Request::Look => look = true,
                        }
                    }
                    // Undo and redo show only when they are done.
                    let at_once = records.iter().any(|record| !matches!(record, Record::Do(_)));
                    if !records.is_empty() && self.keep(records) {
                        due = due.or_else(|| Instant::now().checked_add(GATHERING));
                    }
                    if at_once {
                        due = self.commit();
                    }
                    if look {
                        due = self.look().or(due);
                    }
                }
                Err(RecvTimeoutError::Timeout) => due = self.commit(),
                Err(RecvTimeoutError::Disconnected) => return self.finish(),
            }
        }
    }

    fn say(&mut self, event: Event) {
        // If nobody listens any more, the marks are saved all the same.
        if self.tell.as_ref().is_some_and(|tell| tell.send(event).is_ok()) {
            // A full pipe wakes the loop just as well.
            drop(self.waker.write(b"s"));
        }
    }

    /// Puts records into the journal; whether any wait for the file now.
    fn keep(&mut self, records: Vec<Record>) -> bool {
        // Answers come in the order of the records, so what can't be saved parts them.
        for records in records.chunk_by(|a, b| fits(a).is_ok() == fits(b).is_ok()) {
            match records.first().map(fits) {
                Some(Err(error)) => self.not_saved(records, &error.to_string()),
                _ => self.keep_all(records),
            }
        }
        self.session.is_behind()
    }

    fn keep_all(&mut self, records: &[Record]) {
        match self.session.keep(records) {
            Ok(()) => records.iter().for_each(|_| self.say(Event::Kept)),
            // Without a journal the file itself is left.
            Err(unkept) => match self.session.commit_unkept(&self.catalog, records) {
                Ok(written) => self.written(written),
                Err(error) => self.not_saved(records, &format!("{error} ({unkept})")),
            },
        }
    }

    fn not_saved(&mut self, records: &[Record], why: &str) {
        for _ in records {
            self.say(Event::NotSaved(why.to_owned()));
        }
    }

    /// Puts what waits into the file; when that is to be tried again, if it failed.
    fn commit(&mut self) -> Option<Instant> {
        if !self.session.is_behind() {
            return None;
        }
        match self.session.commit(&self.catalog) {
            Ok(written) => {
                self.written(written);
                None
            }
            Err(error) => {
                let why = self.session.explain(&error);
                self.say(Event::NotInFile(why));
                // Others who save come to an end; a full disk is tried again with the next mark.
                let passes = matches!(error, StoreError::Busy(_) | StoreError::Contended { .. });
                if passes { Instant::now().checked_add(AGAIN) } else { None }
            }
        }
    }

    fn written(&mut self, written: Written) {
        self.shown = written.assessment.clone();
        self.broken = None;
        self.say(Event::Saved { assessment: written.assessment, outcomes: written.outcomes });
        for notice in written.notices {
            self.say(Event::Notice(notice));
        }
    }

    /// Tells what others have changed. Our own writes are no news. Like [`Saving::commit`] it says when
    /// it is to be tried again.
    fn look(&mut self) -> Option<Instant> {
        match self.store.look(&self.catalog) {
            Look::Whole { assessment, read_only } => {
                if assessment != self.shown || self.broken.is_some() {
                    self.shown = assessment.clone();
                    self.broken = None;
                    self.say(Event::Changed { assessment: Some(assessment), read_only });
                    // What stood in the way may be gone. Not after every event: a try that fails may
                    // itself be one.
                    return self.commit();
                }
            }
            Look::Missing if self.shown == Assessment::default() => {}
            Look::Missing => self.breaks(format!(
                "{} is gone; put it back from git or a copy (`atlasnav backups` lists them), then marks are saved again",
                crate::catalog::sanitize(&self.store.path().display().to_string(), false)
            )),
            Look::Damaged(reason) => self.breaks(reason),
        }
        None
    }

    fn breaks(&mut self, reason: String) {
        if self.broken.as_ref() != Some(&reason) {
            self.broken = Some(reason.clone());
            self.say(Event::Changed { assessment: None, read_only: Some(reason) });
        }
    }

    fn finish(self) -> Vec<String> {
        let journal = self.session.journal().map(ToOwned::to_owned);
        let explain = |error: &StoreError| match &journal {
            Some(journal) => Session::explain_with(journal, error),
            None => error.to_string(),
        };
        match self.session.finish(&self.catalog) {
            Some(Err(error)) => vec![explain(&error)],
            Some(Ok(written)) => written.outcomes.into_iter().filter_map(Result::err).collect(),
            None => Vec::new(),
        }
    }
}
