//! Reading assessments and snapshots away from the screen: a hundred of them are tens of thousands of
//! lines. A thread reads what has changed since it read it last, and tells of what is there as it comes.

use std::collections::BTreeMap;
use std::io::{PipeWriter, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use crate::app::{Baseline, Event, Shelved, Snapshot};
use crate::catalog::Catalog;
use crate::coverage::Assessment;
use crate::store::{self, Shelf, Snapshots, Stamp, Store};

/// Assessments that are read before the screen shows them: few, so that the first ones come at once.
const AT_A_TIME: usize = 8;

/// How long the screen waits for it: two of these and a frame are not seen.
const MOMENT: Duration = Duration::from_millis(25);

/// What the screen wants to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Request {
    Snapshots,
    Assessments,
    Baselines,
}

/// Started by the first request. What it reads at the end of the program, nobody waits for.
pub(super) struct Reader {
    start: Option<Reading>,
    running: Option<Running>,
}

struct Running {
    requests: Sender<Request>,
    /// None once a request is answered.
    found: Receiver<Option<Event>>,
    unanswered: usize,
}

impl Reader {
    pub fn new(
        store: Store,
        shelf: Result<Shelf, String>,
        catalog: Arc<Catalog>,
        waker: PipeWriter,
    ) -> Reader {
        Reader { start: Some(Reading::new(store, shelf, catalog, waker)), running: None }
    }

    /// Has it read. What is found in a moment is returned, so that a key typed ahead meets it; what takes
    /// longer comes by [`Reader::found`]. Nothing comes where it is what came last.
    pub fn read(&mut self, request: Request) -> Vec<Event> {
        if let Some(reading) = self.start.take() {
            let (requests, incoming) = channel();
            let (tell, found) = channel();
            std::thread::spawn(move || reading.run(&incoming, &tell));
            self.running = Some(Running { requests, found, unanswered: 0 });
        }
        let stopped = "The part that reads assessments and snapshots has stopped; quit and start again.";
        let Some(running) = &mut self.running else { return Vec::new() };
        if running.requests.send(request).is_err() {
            return vec![Event::Notice(stopped.to_owned())];
        }
        running.unanswered += 1;
        let (begin, mut events) = (Instant::now(), Vec::new());
        while running.unanswered > 0 {
            match running.found.recv_timeout(MOMENT.saturating_sub(begin.elapsed())) {
                Ok(Some(event)) => events.push(event),
                Ok(None) => running.unanswered -= 1,
                Err(_) => break,
            }
        }
        events
    }

    /// What was found next, if there is something.
    pub fn found(&mut self) -> Option<Event> {
        let running = self.running.as_mut()?;
        loop {
            match running.found.try_recv().ok()? {
                None => running.unanswered = running.unanswered.saturating_sub(1),
                event => return event,
            }
        }
    }
}

/// What the thread works with.
struct Reading {
    store: Store,
    shelf: Result<Shelf, String>,
    catalog: Arc<Catalog>,
    waker: PipeWriter,
    shelved: Seen<Shelved>,
    snapshots: Seen<Arc<Result<store::Snapshot, String>>>,
    /// What was told last.
    told: Told,
}

#[derive(Default)]
struct Told {
    assessments: Option<Vec<Shelved>>,
    snapshots: Option<Vec<Arc<Result<store::Snapshot, String>>>>,
}

/// What was read of files, by path. It holds as long as a file's stamp is what it was before the reading.
struct Seen<T>(BTreeMap<PathBuf, (Option<Stamp>, T)>);

impl<T: Clone> Seen<T> {
    /// What is in the files, in their order. Those that have changed are read.
    fn read(&mut self, files: &[PathBuf], read: impl FnOnce(&[PathBuf]) -> Vec<T>) -> Vec<T> {
        let holds = |path: &PathBuf, stamp| self.0.get(path).is_some_and(|(seen, _)| *seen == stamp);
        let (stale, stamps): (Vec<PathBuf>, Vec<Option<Stamp>>) = files
            .iter()
            .map(|path| (path.clone(), Stamp::of(path)))
            .filter(|(path, stamp)| stamp.is_none() || !holds(path, *stamp))
            .unzip();
        let fresh = read(&stale);
        self.0.extend(stale.into_iter().zip(stamps.into_iter().zip(fresh)));
        files.iter().filter_map(|path| self.0.get(path)).map(|(_, read)| read.clone()).collect()
    }

    /// Forgets files that are no longer there.
    fn keep_only(&mut self, files: &[PathBuf]) {
        self.0.retain(|path, _| files.contains(path));
    }
}

impl Reading {
    fn new(store: Store, shelf: Result<Shelf, String>, catalog: Arc<Catalog>, waker: PipeWriter) -> Reading {
        let (shelved, snapshots) = (Seen(BTreeMap::new()), Seen(BTreeMap::new()));
        Reading { store, shelf, catalog, waker, shelved, snapshots, told: Told::default() }
    }

    /// Until the other end hangs up.
    fn run(mut self, incoming: &Receiver<Request>, tell: &Sender<Option<Event>>) {
        while let Ok(request) = incoming.recv() {
            let mut listens = true;
            let mut say = |event| {
                listens = tell.send(Some(event)).is_ok();
                listens
            };
            self.answer(request, &mut say);
            if !listens || tell.send(None).is_err() {
                return;
            }
        }
    }

    /// Says what is found; ends early when nobody listens any more.
    fn answer(&mut self, request: Request, say: &mut dyn FnMut(Event) -> bool) {
        let Ok(mut waker) = self.waker.try_clone() else { return };
        let mut say = |event| {
            let listens = say(event);
            // A full pipe wakes the loop just as well.
            drop(waker.write(b"r"));
            listens
        };
        match request {
            Request::Snapshots => {
                let read = self.read_snapshots();
                if self.told.snapshots.as_ref() != Some(&read) {
                    say(plain(&read));
                    self.told.snapshots = Some(read);
                }
            }
            Request::Assessments => self.read_assessments(&mut say),
            Request::Baselines => {
                let (all, problems) = self.baselines();
                say(Event::Baselines { all, problems });
            }
        }
    }

    fn read_snapshots(&mut self) -> Vec<Arc<Result<store::Snapshot, String>>> {
        let files = self.store.snapshot_files();
        self.snapshots.keep_only(&files);
        let (store, catalog) = (&self.store, &self.catalog);
        self.snapshots
            .read(&files, |stale| store.read_snapshots(stale, catalog).into_iter().map(Arc::new).collect())
    }

    /// The assessments of the shelf, some at a time; the one that is open is there in any case.
    fn read_assessments(&mut self, say: &mut dyn FnMut(Event) -> bool) {
        let files = self.shelf.as_ref().map(Shelf::files).unwrap_or_default();
        self.shelved.keep_only(&files);
        let mut all: Vec<Shelved> = Vec::with_capacity(files.len() + 1);
        if !files.iter().any(|path| path == self.store.path()) {
            let assessment = Arc::new(self.store.load(&self.catalog).assessment);
            all.push(Shelved { key: String::new(), assessment: Ok(assessment), is_open: true });
        }
        let is_first = self.told.assessments.is_none();
        let mut to_come = files.len();
        // What was read before is there at once.
        for part in files.chunks(if is_first { AT_A_TIME } else { files.len().max(1) }) {
            all.extend(self.read_part(part));
            to_come -= part.len();
            if to_come > 0 && !say(Event::Assessments { all: all.clone(), to_come }) {
                return;
            }
        }
        if self.told.assessments.as_ref() != Some(&all) {
            say(Event::Assessments { all: all.clone(), to_come: 0 });
            self.told.assessments = Some(all);
        }
    }

    fn read_part(&mut self, files: &[PathBuf]) -> Vec<Shelved> {
        let Ok(shelf) = &self.shelf else { return Vec::new() };
        let (open, catalog) = (self.store.path(), &self.catalog);
        let found = |s: store::Shelved| Shelved {
            is_open: s.path == open,
            key: s.key,
            assessment: s.assessment.map(Arc::new),
        };
        self.shelved.read(files, |stale| shelf.read(stale, catalog).into_iter().map(found).collect())
    }

    /// The snapshots of the assessment, the newest first, and the other assessments of the user; and what
    /// can't be read.
    fn baselines(&mut self) -> (Vec<Baseline>, Vec<String>) {
        let Snapshots { all, mut problems } =
            Snapshots::of(self.read_snapshots().iter().map(|read| Result::clone(read)));
        let mut baselines: Vec<Baseline> = all
            .into_iter()
            .rev()
            .map(|s| Baseline {
                name: s.name,
                on: Some(s.on),
                assessment: s.assessment,
                known: Some(s.known),
            })
            .collect();
        if let Err(problem) = &self.shelf {
            problems.push(problem.clone());
        }
        let files = self.shelf.as_ref().map(Shelf::files).unwrap_or_default();
        for other in self.read_part(&files).into_iter().filter(|other| !other.is_open) {
            let name = other.name().to_owned();
            match other.assessment {
                Ok(assessment) => {
                    let assessment = Assessment::clone(&assessment);
                    baselines.push(Baseline { name, on: None, assessment, known: None });
                }
                Err(why) => problems.push(why),
            }
        }
        (baselines, problems)
    }
}

fn plain(read: &[Arc<Result<store::Snapshot, String>>]) -> Event {
    let found = Snapshots::of(read.iter().map(|read| Result::clone(read)));
    let plain =
        |s: store::Snapshot| Snapshot { name: s.name, on: s.on, assessment: s.assessment, known: s.known };
    Event::Snapshots { all: found.all.into_iter().map(plain).collect(), problems: found.problems }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::builtin;
    use crate::coverage::About;
    use jiff::civil::date;

    /// A shelf of real files, the first of which is open.
    struct Files {
        _directory: tempfile::TempDir,
        shelf: Shelf,
        reading: Reading,
        _wake: std::io::PipeReader,
    }

    impl Files {
        fn new(count: usize) -> Files {
            let directory = tempfile::tempdir().unwrap();
            let shelf = Shelf::at(directory.path().join("shelf"), directory.path().join("state"));
            let catalog = Arc::new(builtin().unwrap());
            for number in 0..count {
                let about = About { name: format!("a{number:02}"), ..About::default() };
                shelf.create(&catalog, &about, None).unwrap();
            }
            let (wake, waker) = std::io::pipe().unwrap();
            let store = shelf.open(shelf.path("a00"));
            let reading = Reading::new(store, Ok(shelf.clone()), catalog, waker);
            Files { _directory: directory, shelf, reading, _wake: wake }
        }

        fn ask(&mut self, request: Request) -> Vec<Event> {
            let mut events = Vec::new();
            self.reading.answer(request, &mut |event| {
                events.push(event);
                true
            });
            events
        }

        /// What was told of the shelf at last, and how many were still to be read each time.
        fn shelved(&mut self) -> (Vec<Shelved>, Vec<usize>) {
            let (mut last, mut to_come) = (Vec::new(), Vec::new());
            for event in self.ask(Request::Assessments) {
                let Event::Assessments { all, to_come: left } = event else { panic!("{event:?}") };
                last = all;
                to_come.push(left);
            }
            (last, to_come)
        }
    }

    fn same(one: &Shelved, other: &Shelved) -> bool {
        match (&one.assessment, &other.assessment) {
            (Ok(one), Ok(other)) => Arc::ptr_eq(one, other),
            _ => false,
        }
    }

    #[test]
    fn assessments_are_told_as_they_come_and_read_again_only_where_they_changed() {
        let mut files = Files::new(AT_A_TIME * 2 + 3);
        let (first, to_come) = files.shelved();
        assert_eq!((first.len(), &*to_come), (19, &[AT_A_TIME + 3, 3, 0][..]));
        assert!(first[0].is_open && first[1..].iter().all(|s| !s.is_open));
        assert!(files.shelved().1.is_empty(), "nothing has changed");
        let about = About { name: "renamed".to_owned(), ..About::default() };
        let catalog = Arc::clone(&files.reading.catalog);
        files.shelf.open(files.shelf.path("a05")).describe(&catalog, &about).unwrap();
        std::fs::remove_file(files.shelf.path("a07")).unwrap();
        let (second, to_come) = files.shelved();
        assert_eq!((second.len(), &*to_come), (18, &[0][..]));
        assert_eq!(second[5].name(), "renamed");
        let kept = first.iter().filter(|one| second.iter().any(|other| same(one, other)));
        assert_eq!(kept.count(), 17, "all but the renamed and the removed one are what was read at first");
    }

    #[test]
    fn who_no_longer_listens_is_not_read_for() {
        let mut files = Files::new(AT_A_TIME * 3);
        let mut count = 0;
        files.reading.answer(Request::Assessments, &mut |_| {
            count += 1;
            false
        });
        assert_eq!((count, files.reading.shelved.0.len()), (1, AT_A_TIME));
    }

    #[test]
    fn snapshots_and_baselines_are_what_lies_there_now() {
        let mut files = Files::new(3);
        let (catalog, store) = (Arc::clone(&files.reading.catalog), files.reading.store.clone());
        let names = |events: Vec<Event>| match events.into_iter().next() {
            Some(Event::Snapshots { all, problems }) => {
                assert_eq!(problems, Vec::<String>::new());
                Some(all.into_iter().map(|s| s.name).collect::<Vec<_>>())
            }
            _ => None,
        };
        assert_eq!(names(files.ask(Request::Snapshots)), Some(vec![]), "that there is none is told");
        store.take_snapshot(&catalog, "q2", date(2026, 6, 30)).unwrap();
        store.take_snapshot(&catalog, "q3", date(2026, 9, 30)).unwrap();
        let both = Some(vec!["q2".to_owned(), "q3".to_owned()]);
        assert_eq!(names(files.ask(Request::Snapshots)), both);
        assert_eq!(names(files.ask(Request::Snapshots)), None, "they are what was told last");
        std::fs::write(files.shelf.path("a02"), "torn").unwrap();
        let Some(Event::Baselines { all, problems }) = files.ask(Request::Baselines).pop() else {
            panic!("no baselines")
        };
        assert_eq!(all.iter().map(|b| &*b.name).collect::<Vec<_>>(), ["q3", "q2", "a01"]);
        assert!(problems.len() == 1 && problems[0].contains("a02.yaml"), "{problems:?}");
    }
}
