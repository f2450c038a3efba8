//! Saving away from the screen: a thread that puts records on disk in order and tells how it went.

use std::io::{PipeWriter, Write};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use crate::app::Event;
use crate::catalog::Catalog;
use crate::coverage::Record;
use crate::store::Store;

/// Started by the first record: who only reads pays nothing.
pub(super) struct Saver {
    start: Option<(Store, Arc<Catalog>, PipeWriter)>,
    running: Option<Running>,
}

struct Running {
    records: Sender<Record>,
    outcomes: Receiver<Event>,
    thread: JoinHandle<()>,
}

impl Saver {
    pub fn new(store: Store, catalog: Arc<Catalog>, waker: PipeWriter) -> Saver {
        Saver { start: Some((store, catalog, waker)), running: None }
    }

    /// Has the record saved after those before it. The outcome comes by [`Saver::outcome`].
    pub fn save(&mut self, record: Record) -> Option<Event> {
        if let Some((store, catalog, waker)) = self.start.take() {
            self.running = Some(run(store, catalog, waker));
        }
        let sent = self.running.as_ref().map(|r| r.records.send(record));
        match sent {
            Some(Ok(())) => None,
            _ => Some(Event::NotSaved("The part that saves has stopped; quit and start again.".to_owned())),
        }
    }

    /// The next outcome, if there is one.
    pub fn outcome(&mut self) -> Option<Event> {
        self.running.as_ref()?.outcomes.try_recv().ok()
    }

    /// Waits until everything is on disk; returns why something is not.
    pub fn finish(self) -> Vec<String> {
        let Some(Running { records, outcomes, thread }) = self.running else { return Vec::new() };
        drop(records);
        let stopped = thread.join().is_err();
        let failures = outcomes.try_iter().filter_map(|event| match event {
            Event::NotSaved(reason) => Some(reason),
            _ => None,
        });
        let mut failures: Vec<String> = failures.collect();
        if stopped {
            failures.push("The part that saves stopped; the last marks may not be saved.".to_owned());
        }
        failures
    }
}

fn run(store: Store, catalog: Arc<Catalog>, mut waker: PipeWriter) -> Running {
    let (records, incoming) = channel::<Record>();
    let (outgoing, outcomes) = channel();
    let thread = std::thread::spawn(move || {
        for record in incoming {
            let mut events = Vec::new();
            match store.commit(&catalog, &record) {
                Ok(saved) => {
                    events.push(Event::Saved { assessment: saved.assessment, applied: saved.applied });
                    events.extend(saved.notice.map(Event::Notice));
                }
                Err(error) => events.push(Event::NotSaved(error.to_string())),
            }
            for event in events {
                if outgoing.send(event).is_err() {
                    return;
                }
            }
            // A full pipe wakes the loop just as well.
            drop(waker.write(b"s"));
        }
    });
    Running { records, outcomes, thread }
}
