//! Processes that are killed while they mark, that mark at once, and files of every kind: nothing that
//! was confirmed is lost, and every file keeps what it had.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod session;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use atlasnav::catalog::{Catalog, ObjectId, builtin};
use atlasnav::coverage::{Assessment, Change, Edit, Mark, Record, Status};
use atlasnav::store::{Paths, Store};
use rustix::process::Signal;
use session::{Home, PROGRAM};

/// What a marked technique can be, with its word on the command line.
const STATUSES: [Status; 5] =
    [Status::Gap, Status::Planned, Status::Partial, Status::Covered, Status::Accepted];

/// Xorshift, by Marsaglia; the seed is printed, and taken from `ATLASNAV_SEED` to repeat a run.
struct Dice(u64);

impl Dice {
    fn new(what: &str) -> Dice {
        let given = std::env::var("ATLASNAV_SEED").ok().and_then(|seed| seed.parse().ok());
        let now = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        let seed: u64 = given.unwrap_or_else(|| now().as_nanos() as u64) | 1;
        println!("{what}: ATLASNAV_SEED={seed}");
        Dice(seed)
    }

    /// A number below `most`.
    fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) % most
    }

    /// A time up to this one.
    fn within(&mut self, most: Duration) -> Duration {
        Duration::from_micros(self.below(most.as_micros() as u64 + 1))
    }
}

fn store(home: &Home) -> Store {
    Store::new(Paths { assessment: home.marks(), state: home.path().join("state/atlasnav") })
}

/// What is there, with what the journals of killed processes hold; the file has to be whole.
fn look(home: &Home, catalog: &Catalog) -> Assessment {
    let loaded = store(home).load(catalog);
    assert_eq!(loaded.read_only, None, "the file is damaged");
    loaded.assessment
}

fn mark_command(home: &Home, id: ObjectId, status: Status) -> Command {
    let mut command = Command::new(PROGRAM);
    command.args(["mark", &id.to_string(), status.word()]);
    command.env_clear().envs(home.environment()).stdin(Stdio::null()).stdout(Stdio::null());
    command.stderr(Stdio::null());
    command
}

/// What each mark may be: what was confirmed last, or anything that was tried since.
#[derive(Default)]
struct Ledger(BTreeMap<ObjectId, BTreeSet<Status>>);

impl Ledger {
    fn tried(&mut self, id: ObjectId, status: Status) {
        self.0.entry(id).or_insert_with(|| [Status::Unassessed].into()).insert(status);
    }

    fn confirmed(&mut self, id: ObjectId, status: Status) {
        self.0.insert(id, [status].into());
    }

    fn check(&self, assessment: &Assessment, what: &str) {
        for (id, allowed) in &self.0 {
            let status = assessment.mark(*id).status;
            assert!(allowed.contains(&status), "{what}: {id} is {status:?}, not one of {allowed:?}");
        }
    }
}

#[test]
fn six_hundred_verbs_are_killed() {
    let (catalog, home) = (builtin().unwrap(), Home::new());
    let ids: Vec<ObjectId> = catalog.markable().take(40).collect();
    let mut dice = Dice::new("verbs");
    let mut ledger = Ledger::default();
    let start = Instant::now();
    assert!(mark_command(&home, ids[0], Status::Gap).status().unwrap().success());
    let mut longest = start.elapsed();
    let (mut killed, mut confirmed) = (0, 0);
    while killed < 600 {
        let id = ids[dice.below(40) as usize];
        let status = STATUSES[dice.below(5) as usize];
        ledger.tried(id, status);
        let start = Instant::now();
        let mut child = mark_command(&home, id, status).spawn().unwrap();
        // The instant is what is tested: this is no wait for something to happen.
        std::thread::sleep(dice.within(longest));
        child.kill().unwrap();
        if child.wait().unwrap().success() {
            ledger.confirmed(id, status);
            confirmed += 1;
            // A little more than it takes now, so that some come to their end.
            longest = start.elapsed().min(Duration::from_millis(500));
        } else {
            killed += 1;
            longest += Duration::from_micros(200);
        }
        if killed % 20 == 0 {
            ledger.check(&look(&home, &catalog), &format!("after {killed}"));
        }
    }
    ledger.check(&store(&home).open(&catalog).assessment, "at the end");
    let left = fs::read_dir(home.marks().parent().unwrap()).unwrap().count();
    assert!(left <= 3, "the file, its lock, and at most one temporary file are there");
    println!("{killed} verbs killed, {confirmed} confirmed and none of these lost");
}

#[test]
fn a_hundred_and_fifty_screens_are_killed() {
    let (catalog, home) = (builtin().unwrap(), Home::new());
    let mut dice = Dice::new("screens");
    let (mut shown_saved, mut most) = (0, 0);
    for round in 0..150 {
        let mut session = home.start();
        session.wait_for("assessed");
        let mut keys = "l".repeat(dice.below(14) as usize);
        for _ in 0..1 + dice.below(12) {
            let letter = ['g', 'l', 'p', 'c', 'a'][dice.below(5) as usize];
            keys.push_str(&format!("m{letter}j"));
        }
        session.type_keys(&keys);
        std::thread::sleep(dice.within(Duration::from_millis(60)));
        session.signal(Signal::KILL);
        // Only a frame that has come as a whole is something that was shown.
        let shown = session.look(|seen| seen.is_whole().then(|| seen.text()));
        session.end();
        let count = look(&home, &catalog).marks.keys().filter(|id| catalog.technique(**id).is_some()).count();
        assert!(count >= most, "round {round}: {count} marks, and there were {most}");
        if let Some(shown) = shown.filter(|shown| shown.contains("assessed, saved")) {
            let figure = shown.split("/208 assessed, saved").next().unwrap();
            let figure: String = figure.chars().rev().take_while(char::is_ascii_digit).collect();
            let figure: usize = figure.chars().rev().collect::<String>().parse().unwrap();
            assert!(count >= figure, "round {round}: {count} marks, and {figure} were shown as saved");
            shown_saved += 1;
        }
        most = count;
    }
    assert!(most > 20, "only {most} marks came about");
    println!("150 screens killed, {shown_saved} of them while they showed that all is saved; none lost");
}

/// A process that marks with the library, as often as it is told to, and says what is kept. It is
/// this test, started again by the tests below.
#[test]
fn worker() {
    let Ok(order) = std::env::var("ATLASNAV_TEST_WORKER") else { return };
    let [home, first, span, count, every] = order.split(',').collect::<Vec<_>>().try_into().unwrap();
    let number = |text: &str| text.parse::<usize>().unwrap();
    let (first, span, count, every) = (number(first), number(span), number(count), number(every));
    let catalog = builtin().unwrap();
    let home = Path::new(home);
    let paths = Paths {
        assessment: home.join("data/atlasnav/assessments/default.yaml"),
        state: home.join("state/atlasnav"),
    };
    let store = Store::new(paths);
    let ids: Vec<ObjectId> = catalog.markable().skip(first).take(span).collect();
    let mut known = store.open(&catalog).assessment;
    let mut session = store.session();
    let mut out = std::io::stdout().lock();
    for n in 0..count {
        let id = ids[n % span];
        let before = known.mark(id).clone();
        let after = Mark { status: status_at(n, span), ..before.clone() };
        let edit = Edit { changes: vec![Change { id, before, after }] };
        edit.apply(&mut known);
        session.keep(&[Record::Do(edit)]).unwrap();
        writeln!(out, "kept {n}").and_then(|()| out.flush()).unwrap();
        // As with the screen, several marks are one rewrite of the file.
        if n % every == every - 1 {
            session.commit(&catalog).unwrap();
        }
    }
    assert!(session.finish(&catalog).is_none_or(|result| result.is_ok()));
    writeln!(out, "done").unwrap();
}

/// The status that a worker gives in its nth mark.
fn status_at(n: usize, span: usize) -> Status {
    STATUSES[(n / span) % STATUSES.len()]
}

/// A worker with its output; the ids that it marks begin at `first`.
fn start_worker(home: &Home, first: usize, span: usize, count: usize, every: usize) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "worker", "--nocapture", "--test-threads=1"])
        .env("ATLASNAV_TEST_WORKER", format!("{},{first},{span},{count},{every}", home.path().display()))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// How many marks a worker said were kept, and whether it came to its end.
fn said(output: &str) -> (usize, bool) {
    // A last line that is cut off was not said.
    let lines = output.split_inclusive('\n').filter(|line| line.ends_with('\n'));
    // The test runner's own words stand before the first one on its line.
    let kept = lines.clone().filter(|line| line.contains("kept ")).count();
    (kept, lines.clone().any(|line| line == "done\n"))
}

/// Every mark that a worker said it kept is there, or the next one, which it did not come to say.
fn check_worker(assessment: &Assessment, ids: &[ObjectId], kept: usize, what: &str) {
    let span = ids.len();
    for (at, id) in ids.iter().enumerate() {
        let last = (0..kept).rev().find(|n| n % span == at);
        let mut allowed = vec![last.map_or(Status::Unassessed, |n| status_at(n, span))];
        if kept % span == at {
            allowed.push(status_at(kept, span));
        }
        let status = assessment.mark(*id).status;
        assert!(allowed.contains(&status), "{what}: {id} is {status:?}, not {allowed:?}");
    }
}

#[test]
fn two_hundred_and_fifty_workers_are_killed() {
    let catalog = builtin().unwrap();
    let mut dice = Dice::new("workers");
    let mut confirmed = 0;
    for round in 0..250 {
        let (home, span) = (Home::new(), 7);
        let mut child = start_worker(&home, 0, span, 10_000, 1 + dice.below(6) as usize);
        let mut output = BufReader::new(child.stdout.take().unwrap());
        // Among the first marks: the journal is made, emptied, filled again.
        let mut text = String::new();
        let most = dice.below(12);
        while (said(&text).0 as u64) < most && output.read_line(&mut text).unwrap() > 0 {}
        std::thread::sleep(dice.within(Duration::from_millis(8)));
        child.kill().unwrap();
        child.wait().unwrap();
        output.read_to_string(&mut text).unwrap();
        let (kept, done) = said(&text);
        assert!(!done);
        let ids: Vec<ObjectId> = catalog.markable().take(span).collect();
        check_worker(&look(&home, &catalog), &ids, kept, &format!("round {round}"));
        let opened = store(&home).open(&catalog);
        assert_eq!(opened.read_only, None);
        check_worker(&opened.assessment, &ids, kept, &format!("round {round}, recovered"));
        // Each mark is in the history once.
        let (mut history, mut undos) = (opened.history, 0);
        while history.take(&Record::Undo).is_some() {
            undos += 1;
        }
        assert!(undos == kept || undos == kept + 1, "round {round}: {undos} in the history, {kept} kept");
        confirmed += kept;
    }
    println!("250 workers killed, {confirmed} marks confirmed and none of them lost");
}

#[test]
fn eight_processes_with_five_hundred_marks_each_lose_nothing() {
    let (catalog, home) = (builtin().unwrap(), Home::new());
    let mut dice = Dice::new("eight");
    let (span, count) = (25, 500);
    let all: Vec<ObjectId> = catalog.markable().collect();
    let mut workers: Vec<(Child, BufReader<_>, String)> = (0..8)
        .map(|n| {
            let mut child = start_worker(&home, n * span, span, count, 5);
            let output = BufReader::new(child.stdout.take().unwrap());
            (child, output, String::new())
        })
        .collect();
    // Three of them are killed at some mark.
    for (child, output, text) in workers.iter_mut().take(3) {
        let at = 20 + dice.below(400) as usize;
        while said(text).0 < at && output.read_line(text).unwrap() > 0 {}
        child.kill().unwrap();
    }
    let mut confirmed = 0;
    let mut outcomes = Vec::new();
    for (n, (mut child, mut output, mut text)) in workers.into_iter().enumerate() {
        output.read_to_string(&mut text).unwrap();
        let success = child.wait().unwrap().success();
        let (kept, done) = said(&text);
        assert_eq!((success, done), (n >= 3, n >= 3), "{n}: {text}");
        confirmed += kept;
        outcomes.push(kept);
    }
    let opened = store(&home).open(&catalog);
    assert_eq!(opened.read_only, None);
    for (n, kept) in outcomes.into_iter().enumerate() {
        check_worker(&opened.assessment, &all[n * span..][..span], kept, &format!("worker {n}"));
    }
    println!("8 processes, 3 of them killed: {confirmed} marks confirmed and none of them lost");
}
