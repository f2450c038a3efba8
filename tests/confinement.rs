//! What the program can't do while it reads what is not its own, what it can do nevertheless, and
//! that it has no connection to anywhere. Landlock holds the first; the kernel may be too old for it.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[allow(dead_code, reason = "made for more than these tests")]
mod session;

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use atlasnav::store::{apart, write_only_beneath};
use landlock::{ABI, Access, AccessFs, LandlockStatus, Ruleset, RulesetAttr};
use rustix::process::{getppid, test_kill_process};
use session::{Home, PROGRAM};

/// How much of Landlock the kernel has.
fn abi() -> ABI {
    let ask = || {
        let ruleset = Ruleset::default().handle_access(AccessFs::from_all(ABI::V1)).unwrap();
        match ruleset.create().unwrap().restrict_self().unwrap().landlock {
            LandlockStatus::Available { effective_abi, .. } => effective_abi,
            _ => ABI::Unsupported,
        }
    };
    // Asking confines who asks.
    let abi = std::thread::spawn(ask).join().unwrap();
    if abi == ABI::Unsupported {
        eprintln!("skipped: this kernel has no Landlock, so there is nothing to hold");
    }
    abi
}

/// Where something foreign could go: files, a directory, listeners that would answer.
struct World {
    directory: tempfile::TempDir,
    tcp: TcpListener,
    _unix: UnixListener,
    _abstract: UnixListener,
}

type Attempt = (&'static str, ABI, io::Result<()>);

impl World {
    fn new() -> World {
        let directory = tempfile::tempdir().unwrap();
        for name in ["there", "old", "here", "removed"] {
            fs::write(directory.path().join(name), "text").unwrap();
        }
        for name in ["directory", "empty"] {
            fs::create_dir(directory.path().join(name)).unwrap();
        }
        let unix = UnixListener::bind(directory.path().join("socket")).unwrap();
        let here = World::name(directory.path());
        World {
            tcp: TcpListener::bind("127.0.0.1:0").unwrap(),
            _unix: unix,
            _abstract: UnixListener::bind_addr(&here).unwrap(),
            directory,
        }
    }

    fn name(directory: &Path) -> SocketAddr {
        SocketAddr::from_abstract_name(directory.as_os_str().as_encoded_bytes()).unwrap()
    }

    fn at(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Opens files for reading, each with the kernel that can refuse it.
    fn reads(&self) -> Vec<Attempt> {
        vec![
            ("read a file", ABI::V1, fs::read(self.at("there")).map(drop)),
            ("list a directory", ABI::V1, fs::read_dir(self.directory.path()).map(drop)),
        ]
    }

    /// Changes files in every way that saving does.
    fn changes(&self) -> Vec<Attempt> {
        let open = |options: &mut OpenOptions| options.open(self.at("there")).map(drop);
        vec![
            ("write a file", ABI::V1, open(OpenOptions::new().append(true))),
            ("truncate", ABI::V3, open(OpenOptions::new().write(true).truncate(true))),
            ("make a file", ABI::V1, File::create(self.at("made")).and_then(|mut f| f.write_all(b"x"))),
            ("rename", ABI::V1, fs::rename(self.at("old"), self.at("new"))),
            ("rename across", ABI::V1, fs::rename(self.at("here"), self.at("directory/there"))),
            ("link across", ABI::V1, fs::hard_link(self.at("there"), self.at("directory/second"))),
            ("remove a file", ABI::V1, fs::remove_file(self.at("removed"))),
            ("make a directory", ABI::V1, fs::create_dir(self.at("made-directory"))),
            ("remove a directory", ABI::V1, fs::remove_dir(self.at("empty"))),
        ]
    }

    /// Reaches for others.
    fn calls(&self) -> Vec<Attempt> {
        let address = self.tcp.local_addr().unwrap();
        vec![
            ("connect", ABI::V4, TcpStream::connect(address).map(drop)),
            ("listen", ABI::V4, TcpListener::bind("127.0.0.1:0").map(drop)),
            (
                "connect by a name",
                ABI::V6,
                UnixStream::connect_addr(&World::name(self.directory.path())).map(drop),
            ),
            ("connect by a path", ABI::V9, UnixStream::connect(self.at("socket")).map(drop)),
            ("start a program", ABI::V1, Command::new("/bin/true").status().map(drop)),
        ]
    }

    fn signals() -> Vec<Attempt> {
        let parent = getppid().expect("a test has a parent");
        vec![("signal another", ABI::V6, test_kill_process(parent).map_err(io::Error::from))]
    }
}

fn succeed(attempts: Vec<Attempt>) {
    for (what, _, result) in attempts {
        assert!(result.is_ok(), "{what}: {result:?}");
    }
}

/// Each is refused by a kernel that knows how, and succeeds on one that doesn't.
fn fail(abi: ABI, attempts: Vec<Attempt>) {
    for (what, since, result) in attempts {
        let refused = result.as_ref().is_err_and(|error| error.kind() == ErrorKind::PermissionDenied);
        assert_eq!(refused, abi >= since, "{what}: {result:?} with Landlock {abi:?}");
    }
}

#[test]
fn a_reader_of_foreign_files_can_do_nothing_else() {
    let abi = abi();
    let world = World::new();
    let all = |world: &World| [world.reads(), world.calls(), World::signals(), world.changes()];
    let attempts = apart(|| all(&world));
    for attempts in attempts {
        fail(abi, attempts);
    }
    // The thread that asked for it has lost nothing, and what was tried is what can be done. A kernel
    // without Landlock has had the changes made already.
    if abi > ABI::Unsupported {
        all(&world).into_iter().for_each(succeed);
    }
}

/// Uses a kibibyte and more of the stack for each level.
fn deep(levels: usize) -> usize {
    let here = std::hint::black_box([1_u8; 1024]);
    if levels == 0 { 0 } else { deep(levels - 1) + usize::from(here[levels % 1024]) }
}

#[test]
fn work_apart_hands_back_what_it_made_or_how_it_failed() {
    let text = String::from("borrowed");
    assert_eq!(apart(|| text.len()), 8);
    let panic = std::panic::catch_unwind(|| apart(|| panic!("torn"))).unwrap_err();
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"torn"));
    // Deep enough for any reader: a thread usually has a quarter of the stack that the first one has.
    assert_eq!(apart(|| deep(2 * 1024)), 2 * 1024);
}

#[test]
fn a_verb_can_write_in_its_own_directories_only() {
    let abi = abi();
    let (ours, others) = (World::new(), World::new());
    let beneath = [ours.directory.path().to_owned()];
    let held = std::thread::scope(|scope| {
        let confined = scope.spawn(|| {
            let held = write_only_beneath(&beneath);
            // What a verb needs works: everything that saving does, and reading wherever it is.
            succeed(ours.reads());
            succeed(ours.changes());
            succeed(others.reads());
            fail(abi, others.changes());
            fail(abi, others.calls());
            // A thread that reads is held more strictly, here as well.
            fail(abi, apart(|| ours.reads()));
            held
        });
        confined.join().unwrap()
    });
    assert_eq!(held, abi > ABI::Unsupported);
}

#[test]
fn a_directory_that_is_not_there_confines_nothing() {
    let world = World::new();
    let missing = [world.at("missing")];
    std::thread::scope(|scope| {
        scope.spawn(|| {
            assert!(!write_only_beneath(&missing));
            succeed(world.changes());
        });
    });
}

/// A verb that is held up while it answers: nobody reads more than the beginning.
struct Held {
    verb: Child,
    _answer: io::PipeReader,
}

impl Held {
    /// The answer has to be longer than 4 KiB, which is what the smallest pipe takes.
    fn start(home: &Home, arguments: &[&str]) -> Held {
        let (mut answer, to) = io::pipe().unwrap();
        rustix::pipe::fcntl_setpipe_size(&to, 4096).unwrap();
        let mut command = Command::new(PROGRAM);
        command.args(arguments).env_clear().envs(home.environment()).current_dir(home.path());
        let verb = command.stdin(Stdio::null()).stdout(to).spawn().unwrap();
        drop(command);
        answer.read_exact(&mut [0]).unwrap();
        Held { verb, _answer: answer }
    }

    fn pid(&self) -> u32 {
        assert!(fs::read_link(format!("/proc/{}/exe", self.verb.id())).is_ok(), "it has ended already");
        self.verb.id()
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.verb.kill().ok();
        self.verb.wait().ok();
    }
}

/// The beginning of a release in format 6.
const HEAD: &str = "\
format-version: 6.0.0
collection:
  version: '1'
matrix:
  id: ATLAS-matrix
tactics:
  AML.TA0001:
    id: AML.TA0001
    name: First
mitigations:
  AML.M0001:
    id: AML.M0001
    name: Help
case-studies: {}
techniques:
";

/// Verbs with long answers. A mark answers with its note.
fn verbs(home: &Home) -> Vec<Vec<String>> {
    let note = "x".repeat(6_000);
    let release = home.path().join("release.yaml");
    let mut text = String::from(HEAD);
    (0..100).for_each(|n| text += &format!("  AML.T{n:04}:\n    id: AML.T{n:04}\n    name: Name {n}\n"));
    text += "relationships:\n  ATLAS-matrix:\n    sequences:\n    - target: AML.TA0001\n      position: 1\n";
    (0..100).for_each(|n| text += &format!("  AML.T{n:04}:\n    achieves:\n    - target: AML.TA0001\n"));
    fs::write(&release, text).unwrap();
    let lines = [
        "find a --limit 1000 --json".to_owned(),
        "list techniques --json".to_owned(),
        "list mitigations --json".to_owned(),
        "status --json".to_owned(),
        format!("mark 51 partial --json --note {note}"),
        "show 51 --json".to_owned(),
        format!("list techniques --json --data {}", release.display()),
    ];
    lines.iter().map(|line| line.split(' ').map(str::to_owned).collect()).collect()
}

/// Whether a process has confined itself: for that it has to give up getting new rights from programs
/// that it starts (`sudo`), and this the system shows.
fn confined(status: &str) -> bool {
    let line = status.lines().find(|line| line.starts_with("NoNewPrivs:")).expect("Linux says so");
    line.ends_with('1')
}

/// That there is no socket among a process's open files.
fn assert_no_socket(pid: u32) {
    let open = fs::read_dir(format!("/proc/{pid}/fd")).unwrap();
    let open: Vec<PathBuf> = open.flatten().filter_map(|fd| fs::read_link(fd.path()).ok()).collect();
    assert!(open.len() >= 3, "standard input, output and error are open: {open:?}");
    assert!(!open.iter().any(|to| to.to_string_lossy().starts_with("socket:")), "{open:?}");
}

#[test]
fn verbs_are_confined_and_have_no_sockets() {
    let home = Home::new();
    for line in verbs(&home) {
        let arguments: Vec<&str> = line.iter().map(String::as_str).collect();
        let held = Held::start(&home, &arguments);
        let status = fs::read_to_string(format!("/proc/{}/status", held.pid())).unwrap();
        assert!(confined(&status), "{line:?}: {status}");
        assert_no_socket(held.pid());
    }
}

#[test]
fn the_screen_has_no_sockets_and_its_editor_is_free() {
    let home = Home::new();
    let elsewhere = World::new();
    let seen = elsewhere.at("seen");
    // What an editor may have to do: anything that its user may.
    let editor = elsewhere.at("editor");
    let script = format!("#!/bin/sh\ncp /proc/self/status '{}'\nprintf edited > \"$1\"\n", seen.display());
    fs::write(&editor, script).unwrap();
    fs::set_permissions(&editor, fs::Permissions::from_mode(0o755)).unwrap();
    verbs(&home);

    let team = home.path().join("team.yaml");
    let line = [PROGRAM, "--data", "release.yaml", "-C", team.to_str().unwrap()];
    let mut session = home.start_as((80, 24), &line, &[("EDITOR", editor.to_str().unwrap())]);
    session.wait_for("0/100 assessed");
    let pid = session.pid.as_raw_nonzero().get().cast_unsigned();
    assert_no_socket(pid);
    session.type_keys("2");
    session.wait_for("Name 19");
    session.type_keys("mp");
    session.wait_for("1/100 assessed, saved");
    session.type_keys("mN");
    session.wait_for("Saved: T0000 note");
    // After saving, and after another program.
    assert_no_socket(pid);
    session.type_keys("q");
    session.end_well();

    let status = fs::read_to_string(seen).expect("the editor could write elsewhere");
    assert!(!confined(&status), "{status}");
    assert!(fs::read_to_string(team).unwrap().contains("edited"));
}

/// The names that a program takes from the system's libraries: section 11 of an ELF file of 64 bits
/// (`SHT_DYNSYM`) holds the symbols, the section that it points to their names.
fn imports(elf: &[u8]) -> Vec<&str> {
    let number = |at: usize, bytes: usize| {
        elf[at..at + bytes].iter().rev().fold(0, |n, byte| (n << 8) | usize::from(*byte))
    };
    let (table, size, count) = (number(0x28, 8), number(0x3a, 2), number(0x3c, 2));
    let section = |index: usize| table + index * size;
    let symbols = (0..count).map(section).find(|at| number(at + 4, 4) == 11).expect("symbols");
    let names = section(number(symbols + 0x28, 4));
    let (start, length) = (number(names + 0x18, 8), number(names + 0x20, 8));
    let names = elf[start..start + length].split(|byte| *byte == 0);
    names.map(|name| std::str::from_utf8(name).unwrap()).collect()
}

/// What a program does not take from the C library it can't call.
#[test]
#[cfg(all(target_endian = "little", target_pointer_width = "64", not(target_feature = "crt-static")))]
fn the_program_has_no_means_to_connect() {
    let elf = fs::read(PROGRAM).unwrap();
    let imports = imports(&elf);
    for name in ["rename", "fsync"] {
        assert!(imports.contains(&name), "{name} is not among {imports:?}");
    }
    let means = ["socket", "connect", "bind", "listen", "accept", "accept4", "sendto", "getaddrinfo"];
    let found: Vec<&str> = means.into_iter().filter(|name| imports.contains(name)).collect();
    assert_eq!(found, [""; 0]);
}

/// Runs a verb in a directory; it has to succeed without a word of complaint, but for that there is no
/// assessment yet.
fn succeeds(home: &Home, directory: &Path, arguments: &[&str], more: &[(&str, &Path)]) -> String {
    let mut command = Command::new(PROGRAM);
    command.args(arguments).env_clear().envs(home.environment()).envs(more.iter().copied());
    let out = command.current_dir(directory).output().unwrap();
    let said = String::from_utf8_lossy(&out.stderr);
    let is_new = said.lines().count() == 1 && said.ends_with("yet; the first mark makes it\n");
    let said = if is_new && arguments[0] == "status" { "" } else { &*said };
    assert_eq!((out.status.code(), said), (Some(0), ""), "{arguments:?}");
    String::from_utf8(out.stdout).unwrap()
}

/// Marks, looks and marks again; the second time everything is there already.
fn marks(home: &Home, directory: &Path, file: &str, more: &[(&str, &Path)]) {
    let with = |line: &[&str]| {
        let named = if file.is_empty() { vec![] } else { vec!["-C", file] };
        succeeds(home, directory, &[line, &named].concat(), more)
    };
    with(&["status"]);
    with(&["mark", "51", "partial"]);
    with(&["mark", "51.1", "covered", "--note", "n"]);
    for line in [&["show", "51"][..], &["list", "techniques"], &["find", "51"], &["list", "tactics"]] {
        with(line);
    }
    let status: serde_json::Value = serde_json::from_str(&with(&["status", "--json"])).unwrap();
    assert_eq!(status["techniques"]["assessed"], 2, "{status}");
}

#[test]
fn confinement_takes_nothing_away() {
    // From nothing at all: no directory of the user's is there but the home.
    let home = Home::new();
    marks(&home, home.path(), "", &[]);
    assert!(home.marks().is_file() && home.path().join("state/atlasnav").is_dir());
    // Where XDG says nothing, below the home.
    let home = Home::new();
    let nothing = Path::new("");
    marks(&home, home.path(), "", &[("XDG_DATA_HOME", nothing), ("XDG_STATE_HOME", nothing)]);
    assert!(home.path().join(".local/share/atlasnav/assessments/default.yaml").is_file());
    assert!(home.path().join(".local/state/atlasnav").is_dir());
    // Relative, through directories that are and are not there, and upwards through them.
    for file in ["team.yaml", "new/deep/team.yaml", "new/../other.yaml", "x/y/../../../up.yaml"] {
        let home = Home::new();
        // Both there, lest the home serve for what is not.
        fs::create_dir_all(home.path().join("state/atlasnav")).unwrap();
        fs::create_dir(home.path().join("work")).unwrap();
        marks(&home, &home.path().join("work"), file, &[]);
    }
    // The file is a link into another directory, by way of a second one; the state lies elsewhere, too.
    let home = Home::new();
    let far = tempfile::tempdir().unwrap();
    fs::create_dir_all(far.path().join("repository")).unwrap();
    symlink(far.path().join("repository/team.yaml"), far.path().join("second")).unwrap();
    symlink(far.path().join("second"), home.path().join("first")).unwrap();
    fs::create_dir(far.path().join("real-state")).unwrap();
    symlink(far.path().join("real-state"), home.path().join("state")).unwrap();
    marks(&home, home.path(), "first", &[]);
    assert!(far.path().join("repository/team.yaml").is_file());
    assert!(far.path().join("real-state/atlasnav").is_dir());
    // The directory is a link, and it is where we are.
    let home = Home::new();
    fs::create_dir(home.path().join("real")).unwrap();
    symlink("real", home.path().join("link")).unwrap();
    marks(&home, &home.path().join("link"), "team.yaml", &[]);
    marks(&home, home.path(), "link/other.yaml", &[]);
}
