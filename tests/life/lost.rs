//! Two hundred terminals that disappear, as over a dropped connection.

use std::fs;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use atlasnav::catalog::{Catalog, builtin};
use atlasnav::store::{Paths, Store};
use rustix::event::PollFlags;
use rustix::fs::inotify::{CreateFlags, Reader, WatchFlags, add_watch, init};

use crate::FIRST;
use crate::line::{Gone, Line, ready};
use crate::session::{Home, PROGRAM, forking};

const TERMINALS: usize = 200;
/// So many at once: they wait more than they work.
const AT_ONCE: usize = 8;
/// A program that turns in circles until it is noticed takes seconds.
const TICKS: u64 = 50;

/// What a process is told of the loss, and by whom it was started.
const SIGHUP: [(&str, &[&str]); 4] = [
    ("default", &["setsid", "-c", PROGRAM]),
    ("caught by the shell above", &["setsid", "-c", "sh", "-c", "trap : HUP; \"$0\"; exit $?", PROGRAM]),
    ("ignored", &["setsid", "-c", "sh", "-c", "trap '' HUP; exec \"$0\"", PROGRAM]),
    // Not its controlling terminal, so nobody sends a signal: only `poll` can tell.
    ("never sent", &[PROGRAM]),
];

/// What is going on at the moment of the loss. All begin with a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Situation {
    /// The mark was just made, and is not in the file yet.
    Mark,
    Matrix,
    Search,
    Note,
    Editor,
    /// The terminal takes no more; a second mark is made then.
    Blocked,
}

const SITUATIONS: [Situation; 6] = [
    Situation::Mark,
    Situation::Matrix,
    Situation::Search,
    Situation::Note,
    Situation::Editor,
    Situation::Blocked,
];

/// Tells when the file of marks is put in its place.
struct Saves(OwnedFd);

impl Saves {
    fn of(home: &Home) -> Saves {
        let directory = home.marks().parent().unwrap().to_owned();
        fs::create_dir_all(&directory).unwrap();
        let told = init(CreateFlags::CLOEXEC).unwrap();
        add_watch(&told, &directory, WatchFlags::MOVED_TO).unwrap();
        Saves(told)
    }

    fn wait_for_one(&self) {
        let end = Instant::now() + Duration::from_secs(60);
        let mut buffer = [MaybeUninit::uninit(); 1024];
        let mut news = Reader::new(&self.0, &mut buffer);
        loop {
            assert!(ready(&self.0, PollFlags::IN, end), "nothing is saved");
            if news.next().unwrap().file_name() == Some(c"default.yaml") {
                return;
            }
        }
    }
}

/// Brings the program there, takes its terminal away, and counts the marks that there have to be.
fn lose_in(home: &Home, command: &[&str], situation: Situation) -> (Gone, usize) {
    let editor = home.path().join("editor");
    // It reads its terminal, as an editor does, and ends with it.
    fs::write(&editor, "#!/bin/sh\necho IN THE EDITOR\nread line\n").unwrap();
    fs::set_permissions(&editor, fs::Permissions::from_mode(0o755)).unwrap();
    let saves = Saves::of(home);
    let mut line = Line::start(home, (80, 24), command, &[("EDITOR", editor.to_str().unwrap())]);
    line.until_shown(FIRST);
    line.type_keys("mp");
    line.until_shown("1/208 assessed");
    let mut marks = 1;
    match situation {
        Situation::Mark => {}
        Situation::Matrix => {
            line.type_keys("l");
            line.until_shown("[.002]");
        }
        Situation::Search => {
            line.type_keys("/abc");
            line.until_shown("> abc");
        }
        Situation::Note => {
            line.type_keys("mnhalf a note");
            line.until_shown("half a note");
        }
        Situation::Editor => {
            line.type_keys("mN");
            line.until("the editor", |line| line.text().contains("IN THE EDITOR"));
        }
        Situation::Blocked => {
            saves.wait_for_one();
            line.fill();
            line.type_keys("jmp");
            // Nothing is shown any more; the file tells that the keys were taken all the same.
            saves.wait_for_one();
            marks = 2;
        }
    }
    (line.lose(), marks)
}

/// One of the two hundred: how long it lived on, and the processor time of that in ticks.
fn lose_one(n: usize, catalog: &Catalog) -> (Duration, u64) {
    let (told, command) = SIGHUP[n % SIGHUP.len()];
    let situation = SITUATIONS[n / SIGHUP.len() % SITUATIONS.len()];
    let what = format!("{n}: SIGHUP {told}, {situation:?}");
    let home = Home::new();
    let (gone, marks) = lose_in(&home, command, situation);
    assert_eq!(gone.status.code(), Some(0), "{what}: all marks are on disk, so the end is in order");
    assert!(gone.cpu < TICKS, "{what}: {} ticks of processor time", gone.cpu);
    let paths = Paths { assessment: home.marks(), state: home.path().join("state/atlasnav") };
    let _lock = forking();
    let loaded = Store::new(paths).load(catalog);
    assert_eq!(loaded.read_only, None, "{what}");
    assert_eq!(loaded.assessment.marks.len(), marks, "{what}");
    let half = loaded.assessment.marks.values().any(|mark| mark.note.is_some());
    assert!(!half, "{what}: a note that nobody finished was saved");
    (gone.lived, gone.cpu)
}

#[test]
fn two_hundred_lost_terminals() {
    let catalog = builtin().unwrap();
    let numbers = Mutex::new(0..TERMINALS);
    let next = || numbers.lock().unwrap().next();
    let mut all: Vec<(Duration, u64)> = std::thread::scope(|scope| {
        let work = || std::iter::from_fn(next).map(|n| lose_one(n, &catalog)).collect::<Vec<_>>();
        let workers: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    assert_eq!(all.len(), TERMINALS);
    all.sort_unstable();
    let cpu: u64 = all.iter().map(|(_, cpu)| cpu).sum();
    let most = all.iter().map(|(_, cpu)| cpu).max().unwrap();
    println!(
        "{TERMINALS} terminals lost: the program lived on for {:?} in the median, {:?} at most; \
         {} ms of processor time in all, {} ms at most",
        all[TERMINALS / 2].0,
        all[TERMINALS - 1].0,
        cpu * 10,
        most * 10
    );
}
