//! Processes that are killed while they mark, that mark at once, and files of every kind: nothing that
//! was confirmed is lost, and every file keeps what it had.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[allow(dead_code, reason = "tests/pty.rs uses the rest of it")]
mod session;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use atlasnav::catalog::{Catalog, ObjectId, builtin};
use atlasnav::coverage::{Assessment, Change, Edit, Mark, Record, Status};
use atlasnav::store::{Loaded, Paths, Store};
use rustix::process::Signal;
use session::{Home, PROGRAM, forking};

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

/// A start, with what it finds in the journals of killed processes.
fn open(home: &Home, catalog: &Catalog) -> Loaded {
    let _lock = forking();
    let loaded = store(home).open(catalog);
    assert_eq!(loaded.read_only, None, "the file is damaged");
    loaded
}

/// What is there, with what the journals of killed processes hold; the file has to be whole.
fn look(home: &Home, catalog: &Catalog) -> Assessment {
    let _lock = forking();
    let loaded = store(home).load(catalog);
    assert_eq!(loaded.read_only, None, "the file is damaged");
    loaded.assessment
}

fn spawn(command: &mut Command) -> Child {
    let _lock = forking();
    command.spawn().unwrap()
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
    ledger.tried(ids[0], Status::Gap);
    let first = spawn(&mut mark_command(&home, ids[0], Status::Gap)).wait().unwrap();
    assert!(first.success());
    ledger.confirmed(ids[0], Status::Gap);
    let mut longest = start.elapsed();
    let (mut killed, mut confirmed) = (0, 0);
    while killed < 600 {
        let id = ids[dice.below(40) as usize];
        let status = STATUSES[dice.below(5) as usize];
        ledger.tried(id, status);
        let mut child = spawn(&mut mark_command(&home, id, status));
        // The instant is what is tested: this is no wait for something to happen.
        std::thread::sleep(dice.within(longest));
        child.kill().unwrap();
        if child.wait().unwrap().success() {
            ledger.confirmed(id, status);
            confirmed += 1;
            // So that most are killed, and some come to their end.
            longest = longest.mul_f64(0.9);
        } else {
            killed += 1;
            longest = longest.mul_f64(1.03).min(Duration::from_secs(1));
        }
        if killed % 20 == 0 {
            ledger.check(&look(&home, &catalog), &format!("after {killed}"));
        }
    }
    ledger.check(&open(&home, &catalog).assessment, "at the end");
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
        for _ in 0..=dice.below(12) {
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
        // As with the screen, several marks are one rewrite of the file. One that finds the file
        // locked for too long is made up for by the next.
        if n % every == every - 1 {
            session.commit(&catalog).ok();
        }
    }
    while session.is_behind() {
        session.commit(&catalog).ok();
    }
    session.finish(&catalog);
    writeln!(out, "done").unwrap();
}

/// The status that a worker gives in its nth mark.
fn status_at(n: usize, span: usize) -> Status {
    STATUSES[(n / span) % STATUSES.len()]
}

/// A worker with its output; the ids that it marks begin at `first`.
fn start_worker(home: &Home, first: usize, span: usize, count: usize, every: usize) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "worker", "--nocapture", "--test-threads=1"])
        .env("ATLASNAV_TEST_WORKER", format!("{},{first},{span},{count},{every}", home.path().display()))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    spawn(&mut command)
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
        let opened = open(&home, &catalog);
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
            let mut child = start_worker(&home, n * span, span, count, 25);
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
    let opened = open(&home, &catalog);
    for (n, kept) in outcomes.into_iter().enumerate() {
        check_worker(&opened.assessment, &all[n * span..][..span], kept, &format!("worker {n}"));
    }
    println!("8 processes, 3 of them killed: {confirmed} marks confirmed and none of them lost");
}

/// Someone who may not do everything: the user of the tests, or nobody where that is root.
const NOBODY: u32 = 65_534;

/// A home that the ordinary user owns, with a file of marks in it.
fn ordinary() -> Home {
    let home = Home::new();
    home.put_marks("format: 1\nmarks:\n  AML.T0000:\n    status: partial\n...\n");
    for path in ["", "data", "data/atlasnav", "data/atlasnav/assessments"] {
        own(&home.path().join(path));
    }
    own(&home.marks());
    home
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn own(path: &Path) {
    if is_root() {
        chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    }
}

/// Marks as the ordinary user; what is said on stderr, and whether it worked.
fn mark_as_ordinary(home: &Home, id: &str, more: &[&str]) -> (bool, String) {
    let mut command = Command::new(PROGRAM);
    command
        .args(["mark", id, "gap"])
        .args(more)
        .env_clear()
        .envs(home.environment())
        .current_dir(home.path());
    if is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    let lock = forking();
    let out = command.output().unwrap();
    drop(lock);
    (out.status.success(), String::from_utf8(out.stderr).unwrap())
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn assessed(home: &Home) -> usize {
    look(home, &builtin().unwrap()).marks.len()
}

/// A mark works, without a word, and the file is the same file where it has to be.
fn works(home: &Home, stays: bool) {
    let before = fs::metadata(home.marks()).unwrap();
    assert_eq!(mark_as_ordinary(home, "51", &[]), (true, String::new()));
    let after = fs::metadata(home.marks()).unwrap();
    assert_eq!(assessed(home), 2);
    assert_eq!(before.ino() == after.ino(), stays, "whether it was overwritten in place");
    let access = |meta: &fs::Metadata| (meta.uid(), meta.gid(), meta.mode());
    assert_eq!(access(&before), access(&after));
    let left = fs::read_dir(home.path().join("state/atlasnav")).unwrap();
    let names: Vec<String> = left.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    assert!(!names.iter().any(|n| n.starts_with("overwriting") || n.starts_with("journal")), "{names:?}");
}

#[test]
fn a_plain_file_is_replaced_and_keeps_its_mode() {
    for bits in [0o644, 0o600, 0o664, 0o640] {
        let home = ordinary();
        mode(&home.marks(), bits);
        works(&home, false);
    }
}

#[test]
fn a_symbolic_link_stays_one() {
    let home = ordinary();
    let real = home.path().join("real.yaml");
    fs::rename(home.marks(), &real).unwrap();
    symlink(&real, home.marks()).unwrap();
    works(&home, false);
    assert!(fs::symlink_metadata(home.marks()).unwrap().is_symlink());
}

#[test]
fn a_file_with_several_names_stays_one_file() {
    let home = ordinary();
    let other = home.path().join("other.yaml");
    fs::hard_link(home.marks(), &other).unwrap();
    works(&home, true);
    assert_eq!(fs::metadata(&other).unwrap().ino(), fs::metadata(home.marks()).unwrap().ino());
}

#[test]
fn a_file_in_a_closed_directory_is_overwritten() {
    let home = ordinary();
    let directory = home.marks().parent().unwrap().to_owned();
    mode(&directory, 0o555);
    works(&home, true);
    // But none can be made there.
    let (done, said) = mark_as_ordinary(&home, "51", &["-C", "data/atlasnav/assessments/new.yaml"]);
    assert!(!done && said.contains("may not be written (permission denied)"), "{said}");
    mode(&directory, 0o755);
}

#[test]
fn a_file_that_may_not_be_written_is_left_alone() {
    let home = ordinary();
    mode(&home.marks(), 0o444);
    let before = fs::read(home.marks()).unwrap();
    let (done, said) = mark_as_ordinary(&home, "51", &[]);
    assert!(!done && said.contains("may not be written (permission denied)"), "{said}");
    assert_eq!(fs::read(home.marks()).unwrap(), before);
    assert!(!home.path().join("state").exists(), "a mark that is refused is kept nowhere");
}

#[test]
fn a_file_of_somebody_else_stays_theirs() {
    if !is_root() {
        println!("skipped: only root can give files away");
        return;
    }
    // Theirs, but ours to write by its group.
    let home = ordinary();
    chown(home.marks(), Some(1), Some(NOBODY)).unwrap();
    mode(&home.marks(), 0o664);
    works(&home, true);
    // A group that the user is not in.
    let home = ordinary();
    chown(home.marks(), Some(NOBODY), Some(1)).unwrap();
    mode(&home.marks(), 0o664);
    works(&home, true);
    // Root can give the new file away.
    let home = Home::new();
    home.put_marks("format: 1\nmarks:\n  AML.T0000:\n    status: partial\n...\n");
    chown(home.marks(), Some(NOBODY), Some(1)).unwrap();
    mode(&home.marks(), 0o640);
    home.ask(&["mark", "51", "gap"]);
    let meta = fs::metadata(home.marks()).unwrap();
    assert_eq!((meta.uid(), meta.gid(), meta.mode() & 0o777), (NOBODY, 1, 0o640));
}

/// An access control list that lets user 1 read and write, in the form of `linux/posix_acl_xattr.h`.
fn access_list() -> Vec<u8> {
    let mut list = 2u32.to_le_bytes().to_vec();
    let nobody = u32::MAX;
    for (tag, rights, id) in
        [(1u16, 6u16, nobody), (2, 6, 1), (4, 4, nobody), (16, 6, nobody), (32, 0, nobody)]
    {
        list.extend(tag.to_le_bytes());
        list.extend(rights.to_le_bytes());
        list.extend(id.to_le_bytes());
    }
    list
}

#[test]
fn access_lists_and_attributes_are_kept() {
    use rustix::fs::{XattrFlags, getxattr, setxattr};
    let home = ordinary();
    let attributes = [("user.team", b"blue".to_vec()), ("system.posix_acl_access", access_list())];
    for (name, value) in &attributes {
        if let Err(error) = setxattr(home.marks(), *name, value, XattrFlags::empty()) {
            println!("skipped: no {name} on this file system ({error})");
            return;
        }
    }
    works(&home, false);
    for (name, value) in &attributes {
        let mut buffer = vec![0; 1024];
        let length = getxattr(home.marks(), *name, buffer.as_mut_slice()).unwrap();
        assert_eq!(&buffer[..length], value, "{name}");
    }
}

#[test]
fn a_list_that_a_directory_hands_down_is_not_taken_over() {
    use rustix::fs::{XattrFlags, getxattr, setxattr};
    let home = ordinary();
    mode(&home.marks(), 0o640);
    let directory = home.marks().parent().unwrap().to_owned();
    if let Err(error) = setxattr(&directory, "system.posix_acl_default", &access_list(), XattrFlags::empty())
    {
        println!("skipped: no access control lists on this file system ({error})");
        return;
    }
    works(&home, false);
    let mut buffer = vec![0; 1024];
    assert!(getxattr(home.marks(), "system.posix_acl_access", buffer.as_mut_slice()).is_err());
}

#[test]
fn marks_of_others_appear_on_the_screen() {
    let home = Home::new();
    let mut session = home.start();
    session.wait_for("0/208 assessed");
    // The file and its directories are not there yet.
    home.ask(&["mark", "T0000", "covered"]);
    session.wait_for("tester: T0000 covered.");
    session.wait_for("1/208 assessed");
    // One's own unsaved and saved marks stay beside theirs.
    session.type_keys("jmg");
    session.wait_for("2/208 assessed, saved");
    // What is undone and redone shows when it is in the file.
    session.type_keys("u");
    session.wait_for("Undone, now: T0001");
    session.type_keys("U");
    session.wait_for("Redone, now: T0001");
    home.ask(&["mark", "51", "gap"]);
    session.wait_for("tester: T0051 gap.");
    session.wait_for("3/208 assessed, saved");
    // A file that is damaged under the screen is said, and the marks stay.
    let whole = fs::read_to_string(home.marks()).unwrap();
    fs::write(home.marks(), &whole[..whole.len() - 4]).unwrap();
    session.wait_for("READ-ONLY");
    session.wait_for("3/208 assessed");
    fs::write(home.marks(), &whole).unwrap();
    session.wait_for("The file of marks can be written again.");
    fs::remove_file(home.marks()).unwrap();
    session.wait_for("is gone");
    session.wait_for("3/208 assessed");
    fs::write(home.marks(), &whole).unwrap();
    session.wait_for("The file of marks can be written again.");
    session.type_keys("jmp");
    session.wait_for("4/208 assessed, saved");
    session.type_keys("q");
    session.end_well();
    assert_eq!(home.ask(&["status"])["techniques"]["assessed"], 4);
}

#[test]
fn a_mark_that_waits_is_saved_when_its_file_can_be_written_again() {
    let home = Home::new();
    home.ask(&["mark", "T0000", "covered"]);
    let mut session = home.start_as((160, 24), &[PROGRAM], &[]);
    session.wait_for("1/208 assessed");
    // The file breaks in the moment between the mark and its way into the file.
    let whole = fs::read_to_string(home.marks()).unwrap();
    let lock = fs::File::open(home.marks().with_file_name(".default.yaml.lock")).unwrap();
    lock.lock().unwrap();
    session.type_keys("jmg");
    session.wait_for("2/208 assessed, saved");
    fs::write(home.marks(), &whole[..whole.len() - 4]).unwrap();
    drop(lock);
    session.wait_for("IN JOURNAL ONLY");
    fs::write(home.marks(), &whole).unwrap();
    session.wait_for("2/208 assessed, saved");
    session.type_keys("q");
    session.end_well();
    assert_eq!(home.ask(&["status"])["techniques"]["assessed"], 2);
}
