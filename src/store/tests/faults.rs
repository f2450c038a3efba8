//! A disk that fails, and what is left after it: the old content or the new, and every mark that was
//! reported saved.

use std::ffi::OsString;
use std::fs::Metadata;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};

use rustix::fs::Access;
use rustix::io::Errno;

use super::super::disk::{Disk, Open, OpenFile, RealDisk};
use super::power::{Op, Recorder};
use super::*;
use crate::coverage::About;

/// What goes wrong, and when.
#[derive(Debug, Clone, Copy)]
pub struct Fault {
    /// The call that it begins with, counted from 1.
    pub at: usize,
    pub error: Errno,
    /// Whether all later calls fail as well.
    pub lasts: bool,
}

/// The real disk with faults, and with a memory of what was asked of it. It does not sync: tests
/// take no power away, and need not wait.
#[derive(Debug, Default)]
pub struct Faulty {
    pub fault: Option<Fault>,
    pub calls: AtomicUsize,
    pub recorder: Mutex<Recorder>,
    /// How long a sync takes.
    pub delay: Duration,
}

impl Faulty {
    pub fn with(fault: Fault) -> Faulty {
        Faulty { fault: Some(fault), ..Faulty::default() }
    }

    fn call(&self) -> io::Result<()> {
        let call = self.calls.fetch_add(1, Ordering::Relaxed) + 1;
        match self.fault {
            Some(fault) if call == fault.at || (fault.lasts && call > fault.at) => Err(fault.error.into()),
            _ => Ok(()),
        }
    }

    fn note(&self, op: Op) {
        self.recorder.lock().unwrap().ops.push(op);
    }

    fn number(&self, file: &OpenFile) -> usize {
        self.recorder.lock().unwrap().number(&file.metadata().unwrap())
    }
}

impl Disk for Faulty {
    fn look(&self, path: &Path) -> io::Result<Metadata> {
        self.call()?;
        RealDisk.look(path)
    }

    fn read_link(&self, path: &Path) -> io::Result<PathBuf> {
        self.call()?;
        RealDisk.read_link(path)
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        self.call()?;
        RealDisk.canonical(path)
    }

    fn may(&self, path: &Path, access: Access) -> io::Result<()> {
        self.call()?;
        RealDisk.may(path, access)
    }

    fn open(&self, path: &Path, how: Open) -> io::Result<OpenFile> {
        self.call()?;
        let file = RealDisk.open(path, how)?;
        if matches!(how, Open::New(_)) {
            let mut recorder = self.recorder.lock().unwrap();
            let number = recorder.created(&file.metadata()?);
            recorder.ops.push(Op::Create(path.to_owned(), number));
        }
        Ok(file)
    }

    fn read(&self, file: &OpenFile, most: u64) -> io::Result<Vec<u8>> {
        self.call()?;
        RealDisk.read(file, most)
    }

    fn write(&self, file: &OpenFile, at: u64, bytes: &[u8]) -> io::Result<()> {
        if let Err(error) = self.call() {
            // A write that fails has often done a part of its work.
            RealDisk.write(file, at, &bytes[..bytes.len() / 2])?;
            return Err(error);
        }
        self.note(Op::Write(self.number(file), at as usize, bytes.to_vec()));
        RealDisk.write(file, at, bytes)
    }

    fn set_len(&self, file: &OpenFile, length: u64) -> io::Result<()> {
        self.call()?;
        self.note(Op::SetLen(self.number(file), length as usize));
        RealDisk.set_len(file, length)
    }

    fn sync(&self, file: &OpenFile) -> io::Result<()> {
        self.call()?;
        std::thread::sleep(self.delay);
        self.note(Op::Sync(self.number(file)));
        Ok(())
    }

    fn try_lock(&self, file: &OpenFile) -> io::Result<bool> {
        self.call()?;
        RealDisk.try_lock(file)
    }

    fn copy_access(&self, from: &OpenFile, to: &OpenFile) -> io::Result<()> {
        self.call()?;
        RealDisk.copy_access(from, to)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.call()?;
        RealDisk.rename(from, to)?;
        self.note(Op::Rename(from.to_owned(), to.to_owned()));
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.call()?;
        RealDisk.remove(path)?;
        self.note(Op::Remove(path.to_owned()));
        Ok(())
    }

    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        self.call()?;
        std::thread::sleep(self.delay);
        self.note(Op::SyncDirectory(path.to_owned()));
        Ok(())
    }

    fn make_directory(&self, path: &Path, mode: u32) -> io::Result<()> {
        self.call()?;
        RealDisk.make_directory(path, mode)?;
        self.note(Op::MakeDirectory(path.to_owned()));
        Ok(())
    }

    fn list(&self, path: &Path) -> io::Result<Vec<OsString>> {
        self.call()?;
        RealDisk.list(path)
    }
}

/// A record that gives a mark another status.
pub fn to(text: &str, before: Status, after: Status) -> Record {
    let mark = |status| Mark { status, ..Mark::default() };
    Record::Do(Edit { changes: vec![Change { id: id(text), before: mark(before), after: mark(after) }] })
}

/// A session as the screen has it: what can't be saved anywhere is sent again before the next.
pub struct Screen {
    pub session: Session,
    failed: Vec<Record>,
    /// Reported as saved, in order.
    pub saved: Vec<Record>,
    /// What undo and redo were reported to have come to.
    pub undone: Vec<Edit>,
    /// Kept undos that were not answered; they may come about yet.
    pub open_undos: usize,
}

impl Screen {
    pub fn new(session: Session) -> Screen {
        Screen { session, failed: Vec::new(), saved: Vec::new(), undone: Vec::new(), open_undos: 0 }
    }

    pub fn save(&mut self, record: Record) {
        for record in std::mem::take(&mut self.failed).into_iter().chain([record]) {
            let is_undo = !matches!(record, Record::Do(_));
            if self.session.keep(std::slice::from_ref(&record)).is_ok() {
                if is_undo {
                    self.open_undos += 1;
                } else {
                    self.saved.push(record);
                }
                continue;
            }
            match self.session.commit_unkept(&catalog(), std::slice::from_ref(&record)) {
                Ok(written) => {
                    if is_undo {
                        self.open_undos += 1;
                    } else {
                        self.saved.push(record);
                    }
                    self.answered(written);
                }
                // The journal may have taken it before it failed.
                Err(_) if is_undo => self.open_undos += 1,
                Err(_) => self.failed.push(record),
            }
        }
    }

    pub fn commit(&mut self) {
        if let Ok(written) = self.session.commit(&catalog()) {
            self.answered(written);
        }
    }

    fn answered(&mut self, written: Written) {
        let may_come = |outcome: &&Outcome| matches!(outcome, Err(why) if why.contains("at the next start"));
        self.open_undos = written.outcomes.iter().filter(may_come).count();
        // The edits of marks come back as well; those of undos set an earlier state.
        for edit in written.outcomes.into_iter().flatten().flatten() {
            if !self.saved.contains(&Record::Do(edit.clone())) {
                self.undone.push(edit);
            }
        }
    }
}

/// That the file is whole. The same few contents come again and again, so each is parsed once.
fn is_whole(place: &Place) {
    static WHOLE: Mutex<BTreeSet<Vec<u8>>> = Mutex::new(BTreeSet::new());
    let bytes = fs::read(place.path("data/marks.yaml")).unwrap();
    if WHOLE.lock().unwrap().contains(&bytes) {
        return;
    }
    // Overwriting in place can be cut short; then the whole of both lies in a copy.
    let mut names = fs::read_dir(place.path("state")).unwrap().map(|e| e.unwrap().file_name());
    let has_copy = names.any(|name| name.to_str().unwrap().starts_with(in_place::NAME));
    let is_good = Document::read(&bytes).is_ok();
    assert!(has_copy || is_good, "neither the old content nor the new");
    if is_good {
        WHOLE.lock().unwrap().insert(bytes);
    }
}

/// Some marks and an undo.
fn work(screen: &mut Screen, place: &Place) {
    let whole = is_whole;
    let (none, gap) = (Status::Unassessed, Status::Gap);
    screen.save(to("AML.T0001", none, gap));
    screen.commit();
    whole(place);
    screen.save(to("AML.T0002", none, gap));
    screen.save(to("AML.T0003", none, gap));
    screen.commit();
    whole(place);
    screen.save(Record::Undo);
    screen.commit();
    whole(place);
    screen.save(to("AML.T0001", gap, Status::Covered));
    screen.commit();
    whole(place);
}

/// What has to hold after a restart on a disk that works.
fn check(screen: Screen, place: &Place, finish: bool, what: &str) {
    let (saved, undone) = (screen.saved.clone(), screen.undone.clone());
    let maybe = screen.open_undos;
    if finish {
        screen.session.finish(&catalog());
    } else {
        drop(screen.session);
    }
    let disk = Arc::new(Faulty::default());
    let store =
        Store::on(Paths { assessment: place.path("data/marks.yaml"), state: place.path("state") }, disk);
    let loaded = store.open(&catalog());
    assert_eq!(loaded.read_only, None, "{what}");
    let again = store.load(&catalog());
    assert_eq!(again.assessment, loaded.assessment, "{what}: once recovered it stays");
    assert_eq!(again.notices, Vec::<String>::new(), "{what}");
    let status = |text: &str| loaded.assessment.mark(id(text)).status;
    let (none, gap, covered) = (Status::Unassessed, Status::Gap, Status::Covered);
    let is_saved = |text: &str, before, after| saved.contains(&to(text, before, after));
    assert_eq!(status("AML.T0000"), gap, "{what}: what was there before");
    let took_back =
        |text: &str| undone.iter().any(|edit| edit.changes.iter().any(|change| change.id == id(text)));
    // The undo was for the last edit that was saved, and for that one only.
    let last_saved =
        ["AML.T0003", "AML.T0002", "AML.T0001"].into_iter().find(|text| is_saved(text, none, gap));
    for text in ["AML.T0001", "AML.T0002", "AML.T0003"] {
        if !is_saved(text, none, gap) {
            continue;
        }
        if text == "AML.T0001" {
            // A mark that was reported as not saved may be found all the same, but not the other way.
            let ok = status(text) == covered || (status(text) == gap && !is_saved(text, gap, covered));
            assert!(ok || took_back(text) || maybe > 0 && Some(text) == last_saved, "{what}: {text}");
        } else if took_back(text) {
            assert_eq!(Some(text), last_saved, "{what}: an older edit was taken back");
            assert_eq!(status(text), none, "{what}: {text}");
        } else if maybe > 0 && Some(text) == last_saved {
            assert!([none, gap].contains(&status(text)), "{what}: {text}");
        } else {
            assert_eq!(status(text), gap, "{what}: {text} was reported saved");
        }
    }
    assert!(undone.len() <= 1, "{what}: {undone:?}");
    // Nothing is in the history twice.
    let mut history = loaded.history.clone();
    let mut seen = Vec::new();
    while let Some(edit) = history.take(&Record::Undo) {
        assert!(!seen.contains(&edit), "{what}: twice in the log: {edit:?}");
        seen.push(edit);
    }
}

/// With a file that has a mark.
fn place() -> Place {
    static TEXT: OnceLock<String> = OnceLock::new();
    let mark = Mark { status: Status::Gap, ..Mark::default() };
    let place = Place::new();
    place.put(TEXT.get_or_init(|| document([(id("AML.T0000"), mark)]).emit(&catalog())));
    place
}

fn run(fault: Option<Fault>, finish: bool, tied: bool) -> usize {
    let place = place();
    if tied {
        fs::hard_link(place.path("data/marks.yaml"), place.path("other name")).unwrap();
    }
    let disk = Arc::new(Faulty { fault, ..Faulty::default() });
    let paths = Paths { assessment: place.path("data/marks.yaml"), state: place.path("state") };
    let store = Store { patience: Duration::ZERO, ..Store::on(paths, disk.clone()) };
    let mut screen = Screen::new(store.session());
    work(&mut screen, &place);
    if fault.is_none() {
        assert_eq!((screen.saved.len(), screen.undone.len()), (4, 1));
    }
    check(screen, &place, finish, &format!("{fault:?}, finish {finish}, tied {tied}"));
    disk.calls.load(Ordering::Relaxed)
}

/// Whatever call fails, once or for good, what was reported saved is there after a restart. A file is
/// replaced, or overwritten in place where it is tied.
fn survives(error: Errno, manners: &[bool]) {
    let mut count = 0;
    for tied in manners.iter().copied() {
        let calls = run(None, true, tied);
        assert!(calls > 60, "only {calls} calls");
        for lasts in [false, true] {
            for at in 1..=calls {
                run(Some(Fault { at, error, lasts }), at % 2 == 0, tied);
                count += 1;
            }
        }
    }
    println!("{count} faults survived: {error}, at each call, once and for good");
}

#[test]
fn a_full_disk_loses_nothing() {
    survives(Errno::NOSPC, &[false, true]);
}

#[test]
fn a_failing_disk_loses_nothing() {
    survives(Errno::IO, &[false, true]);
}

#[test]
fn a_disk_that_becomes_read_only_loses_nothing() {
    survives(Errno::ROFS, &[false]);
}

#[test]
fn permissions_that_go_lose_nothing() {
    survives(Errno::ACCESS, &[false]);
}

#[test]
fn interrupted_calls_lose_nothing() {
    survives(Errno::INTR, &[false]);
}

#[test]
fn a_slow_disk_changes_nothing() {
    let place = place();
    let disk = Arc::new(Faulty { delay: Duration::from_millis(2), ..Faulty::default() });
    let paths = Paths { assessment: place.path("data/marks.yaml"), state: place.path("state") };
    let mut screen = Screen::new(Store::on(paths, disk).session());
    work(&mut screen, &place);
    assert_eq!((screen.saved.len(), screen.undone.len()), (4, 1));
    check(screen, &place, true, "slow");
}

/// One way to write a file, on a disk of its own.
type Write = fn(&Store, &Shelf) -> Result<(), StoreError>;

/// The writers of snapshots and of the shelf, the file that each writes, and whether it is there before.
const WRITERS: [(&str, Write, &str); 5] = [
    ("a snapshot", |store, _| store.take_snapshot(&catalog(), "q3", date(2026, 9, 30)).map(drop), SNAPSHOT),
    ("a name", |store, _| store.describe(&catalog(), &named("Robot")), "data/marks.yaml"),
    ("an assessment", |_, shelf| shelf.create(&catalog(), &named("Chat"), None).map(drop), "data/chat.yaml"),
    (
        "a copy",
        |store, shelf| shelf.create(&catalog(), &named("Chat"), Some(store.path())).map(drop),
        "data/chat.yaml",
    ),
    ("a choice", |store, shelf| shelf.choose(store.path()), "state/current"),
];

const SNAPSHOT: &str = "data/marks.snapshots/2026-09-30-q3.yaml";

fn named(name: &str) -> About {
    About { name: name.to_owned(), platforms: Vec::new() }
}

/// Writes with a fault and says what came of it: the file is as it was, or as it was to be, whole.
fn write_with(fault: Option<Fault>, write: Write, file: &str, expected: Option<&[u8]>) -> (usize, Vec<u8>) {
    let place = place();
    fs::create_dir_all(place.path("state")).unwrap();
    fs::write(place.path("state/current"), "/elsewhere/old.yaml\n").unwrap();
    let marks = fs::read(place.path("data/marks.yaml")).unwrap();
    let before = fs::read(place.path(file)).ok();
    let disk = Arc::new(Faulty { fault, ..Faulty::default() });
    let paths = Paths { assessment: place.path("data/marks.yaml"), state: place.path("state") };
    let store = Store { patience: Duration::ZERO, ..Store::on(paths, disk.clone()) };
    let shelf = Shelf::on(place.path("data"), place.path("state"), disk.clone());
    // A choice is a path, which is another in each run.
    let choice = format!("{}\n", store.path().display());
    let expected = if file == "state/current" { Some(choice.as_bytes()) } else { expected };
    let result = write(&store, &shelf);
    let after = fs::read(place.path(file)).ok();
    let calls = disk.calls.load(Ordering::Relaxed);
    let what = format!("{file}, {fault:?}: {result:?}");
    match &result {
        Ok(()) => assert!(expected.is_none() || after.as_deref() == expected, "{what}"),
        Err(error) => {
            let text = error.to_string();
            assert!(!text.is_empty() && !text.contains('\n'), "{what}");
            // What could not be made sure of may be there nevertheless, but then whole.
            let is_new = after.is_some() && after.as_deref() == expected;
            assert!(after == before || (is_new && is_doubtful(error)), "{what}");
        }
    }
    if file != "data/marks.yaml" {
        assert_eq!(fs::read(place.path("data/marks.yaml")).unwrap(), marks, "{what}: nothing else changes");
    }
    // Nor is anything left that a later run would take for an assessment or a snapshot.
    let store = place.store();
    let shelf = Shelf::at(place.path("data"), place.path("state"));
    assert_eq!(store.snapshots(&catalog()).problems, [""; 0], "{what}");
    assert!(shelf.all(&catalog()).iter().all(|shelved| shelved.assessment.is_ok()), "{what}");
    (calls, after.unwrap_or_default())
}

fn is_doubtful(error: &StoreError) -> bool {
    matches!(error, StoreError::Doubtful { .. })
}

#[test]
fn a_snapshot_and_the_shelf_are_written_whole_or_not_at_all() {
    let mut count = 0;
    for (what, write, file) in WRITERS {
        let (calls, expected) = write_with(None, write, file, None);
        assert!(calls > 10 && !expected.is_empty(), "{what}: {calls} calls");
        for error in [Errno::NOSPC, Errno::IO] {
            for lasts in [false, true] {
                for at in 1..=calls {
                    write_with(Some(Fault { at, error, lasts }), write, file, Some(&expected));
                    count += 1;
                }
            }
        }
    }
    println!("{count} faults survived by snapshots and the shelf");
}
