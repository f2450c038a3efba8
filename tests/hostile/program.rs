//! The real program on real files, with 128 MiB of memory and little processor time: it ends, says one
//! sentence with the file's name, and leaves the file as it is.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use crate::corpus::{Case, Expect, For, changed, corpus, numbered};
use crate::readers::{assert_safe, log_name};
use crate::session::PROGRAM;
use crate::{ASSESSMENT, V6};

/// What a run may take: seconds of processor time (far more than is needed, for a test build on a busy
/// machine), KiB of memory. A runaway is ended by the system, which shows as a signal.
const LIMITS: &str = "ulimit -t 60 && ulimit -d 131072 && exec \"$@\"";

pub struct Home(TempDir);

pub struct Out {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Home {
    pub fn new() -> Home {
        Home(tempfile::tempdir().unwrap())
    }

    pub fn at(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.path().join(name)
    }

    /// Runs the program within its limits. What it prints is safe always.
    pub fn run<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Out {
        let out = assert_cmd::Command::new("sh")
            .args(["-c", LIMITS, "sh", PROGRAM])
            .args(arguments)
            .env_clear()
            .env("HOME", self.at(""))
            .env("XDG_DATA_HOME", self.at("data"))
            .env("XDG_STATE_HOME", self.at("state"))
            .env("USER", "tester\u{1b}[31m\u{202e}")
            .current_dir(self.at(""))
            .timeout(Duration::from_secs(300))
            .output()
            .unwrap();
        let arguments: Vec<&OsStr> = arguments.iter().map(AsRef::as_ref).collect();
        let text = |bytes| String::from_utf8(bytes).expect("what is printed is UTF-8");
        let (stdout, stderr) = (text(out.stdout), text(out.stderr));
        assert_safe(&stdout, true);
        assert_safe(&stderr, true);
        let code =
            out.status.code().unwrap_or_else(|| panic!("{arguments:?} ended with {}: {stderr}", out.status));
        assert_ne!(code, 101, "{arguments:?} panicked: {stderr}");
        Out { code, stdout, stderr }
    }

    /// It must fail with one sentence that names the file.
    fn refuses<S: AsRef<OsStr>>(&self, name: &str, arguments: &[S]) -> String {
        let out = self.run(arguments);
        assert_eq!((out.code, out.stdout.as_str()), (3, ""), "{name}: {}", out.stderr);
        let sentence = out.stderr.strip_prefix("atlasnav: ").and_then(|s| s.strip_suffix('\n')).unwrap();
        assert!(!sentence.contains('\n') && sentence.contains(name), "{sentence}");
        sentence.to_owned()
    }
}

/// Two of each family and reader: what differs between the others is the same to the program.
fn some(of: For) -> Vec<Case> {
    let mut seen = std::collections::BTreeMap::new();
    let mut cases = corpus().0;
    cases.retain(|case| {
        case.of == of && {
            let count = seen.entry(case.family).or_insert(0);
            *count += 1;
            *count <= 2
        }
    });
    cases
}

#[test]
fn bad_releases_end_in_a_sentence_with_little_memory() {
    let home = Home::new();
    for case in some(For::Catalogue) {
        let path = home.at("data.yaml");
        fs::write(&path, &case.bytes).unwrap();
        let arguments = [OsStr::new("--data"), path.as_os_str(), OsStr::new("status")];
        match case.expect {
            Expect::Refused(words) => {
                let said = home.refuses("data.yaml", &arguments);
                assert!(said.contains(words), "{}: {said}", case.name);
            }
            Expect::Taken => assert_eq!(home.run(&arguments).code, 0, "{}", case.name),
            Expect::Either => assert!([0, 3].contains(&home.run(&arguments).code), "{}", case.name),
        }
        assert!(fs::read(&path).unwrap() == case.bytes, "{} was changed", case.name);
    }
    assert!(!home.at("data").exists(), "who only reads leaves nothing behind");
}

#[test]
fn bad_assessments_end_in_a_sentence_and_stay_as_they_are() {
    let home = Home::new();
    fs::write(home.at("v6.yaml"), V6).unwrap();
    for case in some(For::Assessment) {
        let path = home.at("marks.yaml");
        fs::write(&path, &case.bytes).unwrap();
        let with = |verb: &[&str]| {
            [&["--data", "v6.yaml", "-C", "marks.yaml"], verb]
                .concat()
                .iter()
                .map(OsString::from)
                .collect::<Vec<_>>()
        };
        let refused = home.run(&with(&["status"])).code == 3;
        match case.expect {
            Expect::Refused(words) => {
                let said = home.refuses("marks.yaml", &with(&["status"]));
                assert!(said.contains(words), "{}: {said}", case.name);
            }
            Expect::Taken => assert!(!refused, "{}", case.name),
            Expect::Either => {}
        }
        assert!(fs::read(&path).unwrap() == case.bytes, "{} was changed by reading", case.name);
        // Reading ATLAS goes on; marking does not touch what it can't read.
        assert_eq!(home.run(&with(&["show", "t1"])).code, 0, "{}", case.name);
        let marked = home.run(&with(&["mark", "t2", "gap"]));
        assert_eq!(marked.code, if refused { 3 } else { 0 }, "{}: {}", case.name, marked.stderr);
        assert_eq!(fs::read(&path).unwrap() == case.bytes, refused, "{}", case.name);
    }
}

/// Fills the file up to the largest size that is read.
fn filled(begin: &str, unit: &str, end: &str) -> Vec<u8> {
    let room = (8 << 20) - begin.len() - end.len();
    [begin, &unit.repeat(room / unit.len()), end].concat().into_bytes()
}

#[test]
fn the_largest_files_are_read_with_little_memory() {
    let home = Home::new();
    let long = format!("- {}\n", "a".repeat(60_000));
    let unsafe_text = format!("- \"{}\"\n", "\\e".repeat(30_000));
    let base = format!("{V6}x:\n");
    for (name, unit) in
        [("comments", "# nothing\n"), ("lines", "\n"), ("texts", &long), ("escapes", &unsafe_text)]
    {
        fs::write(home.at("data.yaml"), filled(&base, unit, "")).unwrap();
        let out = home.run(&["--data", "data.yaml", "status"]);
        assert_eq!(out.code, 0, "{name}: {}", out.stderr);
    }
    let base = "format: 1\nx:\n";
    for (name, unit) in
        [("comments", "# nothing\n"), ("lines", "\n"), ("texts", &long), ("escapes", &unsafe_text)]
    {
        fs::write(home.at("marks.yaml"), filled(base, unit, "marks:\n...\n")).unwrap();
        let out = home.run(&["-C", "marks.yaml", "status"]);
        assert_eq!(out.code, 0, "{name}: {}", out.stderr);
    }
    let one_more = [filled(base, "# nothing\n", "marks:\n...\n"), vec![b'\n'; 64]].concat();
    fs::write(home.at("marks.yaml"), one_more).unwrap();
    assert!(home.refuses("marks.yaml", &["-C", "marks.yaml", "status"]).contains("larger than 8 MiB"));
}

#[test]
fn as_many_values_as_are_read_take_little_memory() {
    let home = Home::new();
    let id = |i: usize| format!("AML.T{:04}.{:03}", i / 1_000, i % 1_000);
    let marks: String = numbered(0..62_000, |i| format!("  {}:\n    status: gap\n", id(i)));
    fs::write(home.at("marks.yaml"), format!("format: 1\nmarks:\nretired:\n{marks}...\n")).unwrap();
    let out = home.run(&["-C", "marks.yaml", "status"]);
    assert_eq!(out.code, 0, "{}", out.stderr);
    assert!(out.stdout.contains(" marks are of ids that"), "{}", out.stdout);

    let one = |i| format!("  AML.T{i:04}:\n    id: AML.T{i:04}\n    name: Of many\n");
    let techniques = numbered(3..9_999, one);
    let release = changed(V6, "mitigations:\n", &format!("{techniques}mitigations:\n"));
    fs::write(home.at("data.yaml"), release).unwrap();
    for verb in [&["list", "techniques"][..], &["find", "mayn of"], &["show", "t9000"], &["status"]] {
        let out = home.run(&[&["--data", "data.yaml"], verb].concat());
        assert_eq!(out.code, 0, "{verb:?}: {}", out.stderr);
    }
}

#[test]
fn what_is_no_regular_file_is_refused_by_name() {
    let home = Home::new();
    fs::create_dir(home.at("folder.yaml")).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, home.at("pipe.yaml"), rustix::fs::FileType::Fifo, 0o600.into(), 0)
        .unwrap();
    symlink("loop.yaml", home.at("loop.yaml")).unwrap();
    symlink("/dev/zero", home.at("zero.yaml")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(home.at("socket.yaml")).unwrap();
    for (name, words) in [
        ("folder.yaml", "is a directory"),
        ("pipe.yaml", "is a pipe"),
        ("loop.yaml", "loop of links"),
        ("socket.yaml", "is a socket"),
        ("/dev/zero", "is a device"),
        ("/dev/tty", "is a device"),
        ("..", "is a directory"),
        ("folder.yaml/../../", "is a directory"),
    ] {
        // Where two dots lead is named, not the dots.
        let shown = if name.contains("..") { "" } else { name };
        for arguments in [["--data", name, "status"], ["-C", name, "status"], ["--data", name, "find"]] {
            let arguments =
                if arguments[2] == "find" { vec!["--data", name, "find", "x"] } else { arguments.to_vec() };
            let said = home.refuses(shown, &arguments);
            assert!(said.contains(words), "{name}: {said}");
        }
        let marked = home.run(&["-C", name, "mark", "51", "gap"]);
        assert_eq!(marked.code, 3, "{name}: {}", marked.stderr);
    }
    let said = home.refuses("/dev/zero", &["--data", "zero.yaml", "status"]);
    assert!(said.contains("is a device"), "{said}");
    let missing = home.refuses("nowhere.yaml", &["--data", "../nowhere.yaml", "status"]);
    assert!(missing.contains("is not there"), "{missing}");
}

#[test]
fn paths_that_act_on_a_terminal_are_shown_in_words() {
    let home = Home::new();
    for name in [
        "\u{1b}[31m\u{202e}x\n.yaml",
        "a\u{2028}b\u{9b}2J\u{e0041}.yaml",
        "-rf",
        "$(id);`id`.yaml",
        "%s%n.yaml",
    ] {
        for file in [OsString::from(name), [name.as_bytes(), b"\xff\xfe"].concat().iter().collect_os()] {
            fs::write(home.at(&file), "broken: [").unwrap();
            let at = home.at(&file);
            let out = home.run(&[OsStr::new("--data"), at.as_os_str(), OsStr::new("status")]);
            assert_eq!((out.code, out.stderr.lines().count()), (3, 1), "{file:?}: {}", out.stderr);
            let out = home.run(&[OsStr::new("-C"), at.as_os_str(), OsStr::new("status")]);
            assert_eq!((out.code, out.stderr.lines().count()), (3, 1), "{file:?}: {}", out.stderr);
        }
    }
}

trait CollectOs {
    fn collect_os(self) -> OsString;
}

impl<'a, I: Iterator<Item = &'a u8>> CollectOs for I {
    fn collect_os(self) -> OsString {
        OsStr::from_bytes(&self.copied().collect::<Vec<u8>>()).to_owned()
    }
}

/// What stands where the program keeps things of its own.
#[test]
fn the_undo_log_and_the_lock_may_be_anything() {
    type Make = fn(&Path);
    let things: [(&str, Make); 6] = [
        ("a folder", |at| fs::create_dir(at).unwrap()),
        ("a pipe", |at| {
            rustix::fs::mknodat(rustix::fs::CWD, at, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        }),
        ("a loop", |at| symlink(at.file_name().unwrap(), at).unwrap()),
        ("a device", |at| symlink("/dev/zero", at).unwrap()),
        ("noise", |at| fs::write(at, [0xFF; 10_000]).unwrap()),
        ("lines of noise", |at| fs::write(at, "\u{1b}[31m\n".repeat(100_000)).unwrap()),
    ];
    for (name, make) in things {
        let home = Home::new();
        fs::write(home.at("marks.yaml"), ASSESSMENT).unwrap();
        let state = home.at("state/atlasnav");
        fs::create_dir_all(&state).unwrap();
        make(&state.join(log_name(&home.at("marks.yaml"))));
        assert_eq!(home.run(&["-C", "marks.yaml", "status"]).code, 0, "{name} as log");
        // Saved, if need be without undo.
        let marked = home.run(&["-C", "marks.yaml", "mark", "51", "gap"]);
        assert_eq!(marked.code, 0, "{name} as log: {}", marked.stderr);
        assert!(fs::read_to_string(home.at("marks.yaml")).unwrap().contains("status: gap"), "{name} as log");
    }
    for (name, make) in things.into_iter().filter(|(name, _)| !name.contains("noise")) {
        let home = Home::new();
        fs::write(home.at("marks.yaml"), ASSESSMENT).unwrap();
        make(&home.at(".marks.yaml.lock"));
        assert_eq!(home.run(&["-C", "marks.yaml", "status"]).code, 0, "{name} as lock");
        let marked = home.run(&["-C", "marks.yaml", "mark", "51", "gap"]);
        assert!([0, 3].contains(&marked.code), "{name} as lock: {}", marked.stderr);
        let same = fs::read_to_string(home.at("marks.yaml")).unwrap() == ASSESSMENT;
        assert_eq!(same, marked.code == 3, "{name} as lock");
    }
}
