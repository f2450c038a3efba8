//! The real program in a real pseudo-terminal, as a person at a keyboard has it.
//!
//! Nothing here sleeps: a test waits for something to be on the screen, in the bytes, or for the
//! process to end, and is woken when any of them changes. The deadline is so long because it is only
//! reached where a test fails, and because build machines are busy.

use std::fmt::Debug;
use std::fs;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, SlavePty, native_pty_system};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
use tempfile::TempDir;

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_atlasnav");
const DEADLINE: Duration = Duration::from_secs(20);

/// What begins and ends a frame; counting them counts frames.
const FRAME_START: &[u8] = b"\x1b[?2026h";
const FRAME_END: &[u8] = b"\x1b[?2026l";

/// Between `openpty` and the moment its descriptors are closed on exec another test must not fork:
/// its child would hold the terminal, which then never disappears. The same goes for locks.
static FORKING: Mutex<()> = Mutex::new(());

/// Held by whoever forks, or has what must not be inherited.
pub fn forking() -> MutexGuard<'static, ()> {
    FORKING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The directories of one user, so that a test can start the program again.
pub struct Home(TempDir);

impl Home {
    pub fn new() -> Home {
        Home(tempfile::Builder::new().prefix("an").tempdir().expect("a temporary directory"))
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Where the marks are kept when nothing else is said.
    pub fn marks(&self) -> PathBuf {
        self.path().join("data/atlasnav/assessments/default.yaml")
    }

    /// Puts a file in the place of the marks.
    pub fn put_marks(&self, text: &str) {
        fs::create_dir_all(self.marks().parent().expect("a parent")).expect("the data directory");
        fs::write(self.marks(), text).expect("the marks");
    }

    /// All that the program's environment holds.
    pub fn environment(&self) -> [(&'static str, PathBuf); 10] {
        let at = |name: &str| self.path().join(name);
        [
            ("HOME", at("")),
            ("XDG_CONFIG_HOME", at("config")),
            ("XDG_DATA_HOME", at("data")),
            ("XDG_STATE_HOME", at("state")),
            ("TMPDIR", at("")),
            ("PATH", std::env::var_os("PATH").unwrap_or_default().into()),
            ("TERM", "xterm-256color".into()),
            ("LANG", "C.UTF-8".into()),
            ("TZ", "UTC".into()),
            ("USER", "tester".into()),
        ]
    }

    /// A verb that needs no screen, as JSON.
    pub fn ask(&self, arguments: &[&str]) -> serde_json::Value {
        let mut command = Command::new(PROGRAM);
        command.args(arguments).arg("--json").env_clear().envs(self.environment());
        let lock = forking();
        let out = command.output().expect("the program starts");
        drop(lock);
        assert!(out.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&out.stderr));
        serde_json::from_slice(&out.stdout).expect("JSON")
    }

    pub fn start(&self) -> Session {
        Session::start(self, (80, 24), &[PROGRAM], &[])
    }

    /// With a size in columns and rows, another command line, and more environment.
    pub fn start_as(&self, size: (u16, u16), command: &[&str], more: &[(&str, &str)]) -> Session {
        Session::start(self, size, command, more)
    }
}

/// What the terminal and the process have shown so far.
pub struct Seen {
    terminal: vt100::Parser,
    /// Everything that was written, in order.
    pub bytes: Vec<u8>,
    /// The terminal has no more to read.
    closed: bool,
    ended: Option<ExitStatus>,
}

impl Seen {
    pub fn text(&self) -> String {
        self.terminal.screen().contents()
    }

    pub fn screen(&self) -> &vt100::Screen {
        self.terminal.screen()
    }

    pub fn frames(&self) -> usize {
        self.count(FRAME_END)
    }

    fn count(&self, what: &[u8]) -> usize {
        self.bytes.windows(what.len()).filter(|w| *w == what).count()
    }

    /// Whether no frame is only half here.
    pub fn is_whole(&self) -> bool {
        self.count(FRAME_START) == self.frames()
    }
}

type Shared = Arc<(Mutex<Seen>, Condvar)>;
type Termios = Box<dyn Debug + Send>;

pub struct Session {
    shared: Shared,
    master: Box<dyn MasterPty + Send>,
    slave: Option<Box<dyn SlavePty + Send>>,
    keys: Box<dyn Write + Send>,
    before: String,
    pub pid: Pid,
}

/// What a session left behind.
pub struct Ended {
    /// The terminal's modes.
    pub modes: String,
    /// Everything that was written.
    pub output: Vec<u8>,
}

fn pty_size((columns, rows): (u16, u16)) -> PtySize {
    PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }
}

fn cells(n: u16) -> NonZeroU16 {
    NonZeroU16::new(n).expect("a terminal has at least one row and column")
}

impl Session {
    fn start(home: &Home, size: (u16, u16), command: &[&str], more: &[(&str, &str)]) -> Session {
        let lock = forking();
        let pair = native_pty_system().openpty(pty_size(size)).expect("a pseudo-terminal");
        let mut builder = CommandBuilder::new(command[0]);
        builder.args(&command[1..]);
        builder.env_clear();
        for (name, value) in home.environment() {
            builder.env(name, value);
        }
        for (name, value) in more {
            builder.env(name, value);
        }
        builder.cwd(home.path());
        let master = pair.master;
        let before = modes(&*master);
        let child = pair.slave.spawn_command(builder).expect("the program starts");
        drop(lock);
        let pid = child.process_id().and_then(|pid| Pid::from_raw(pid.cast_signed())).expect("a pid");
        let terminal = vt100::Parser::new(cells(size.1), cells(size.0), 0);
        let seen = Seen { terminal, bytes: Vec::new(), closed: false, ended: None };
        let shared: Shared = Arc::new((Mutex::new(seen), Condvar::new()));
        read_all(&shared, master.try_clone_reader().expect("a reader"));
        wait_for_the_end(&shared, child, pid);
        let keys = master.take_writer().expect("a writer");
        Session { shared, master, slave: Some(pair.slave), keys, before, pid }
    }

    /// Waits until `look` finds what it wants.
    pub fn wait<T>(&self, what: &str, mut look: impl FnMut(&Seen) -> Option<T>) -> T {
        let (lock, changed) = &*self.shared;
        let end = Instant::now() + DEADLINE;
        let mut seen = lock.lock().expect("the reader is well");
        loop {
            if let Some(found) = look(&seen) {
                return found;
            }
            let left = end.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero(),
                "waited in vain for {what}; the process: {:?}; the screen:\n{}",
                seen.ended,
                seen.text()
            );
            seen = changed.wait_timeout(seen, left).expect("the reader is well").0;
        }
    }

    /// Waits until a whole frame has the text; returns the screen.
    pub fn wait_for(&self, text: &str) -> String {
        self.wait(text, |seen| {
            let screen = seen.text();
            (screen.contains(text) && seen.is_whole()).then_some(screen)
        })
    }

    /// Looks at what is there now.
    pub fn look<T>(&self, look: impl FnOnce(&Seen) -> T) -> T {
        look(&self.shared.0.lock().expect("the reader is well"))
    }

    pub fn type_keys(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("the terminal takes keys");
        self.keys.flush().expect("the terminal takes keys");
    }

    /// Types keys and waits for the frame that answers them.
    pub fn type_and_wait(&mut self, keys: &str) {
        let frames = self.look(Seen::frames);
        self.type_keys(keys);
        self.wait("a frame", |seen| (seen.frames() > frames).then_some(()));
    }

    pub fn resize(&self, columns: u16, rows: u16) {
        self.shared
            .0
            .lock()
            .expect("the reader is well")
            .terminal
            .screen_mut()
            .set_size(cells(rows), cells(columns));
        self.master.resize(pty_size((columns, rows))).expect("another size");
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid, signal).expect("the process is there");
    }

    /// How often the process has been woken.
    pub fn wakes(&self) -> String {
        let path = format!("/proc/{}/status", self.pid.as_raw_nonzero());
        let text = fs::read_to_string(path).expect("Linux has /proc");
        text.lines().filter(|l| l.contains("ctxt_switches")).collect()
    }

    fn wait_for_exit(&self) -> ExitStatus {
        self.wait("the end of the process", |seen| seen.ended.clone())
    }

    /// Waits for an end in order: exit status 0, and the terminal as the program found it.
    pub fn end_well(self) {
        let status = self.wait_for_exit();
        // The last bytes may be on their way still. Looked for before the other side is closed: a
        // kernel may drop what is unread then.
        self.wait("the terminal to be given back", |seen| {
            let screen = seen.screen();
            let back = !screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste();
            (back && seen.is_whole()).then_some(())
        });
        assert!(status.success(), "{status:?}");
        let (before, left) = (self.before.clone(), self.end());
        assert_eq!(before, left.modes, "the modes of the terminal");
        // Said outright, rather than left to a terminal's idea of what it was before.
        let last = |what: &str| left.output.windows(what.len()).rposition(|w| w == what.as_bytes());
        for (on, off) in
            [("\x1b[?1049h", "\x1b[?1049l"), ("\x1b[?25l", "\x1b[?25h"), ("\x1b[?2004h", "\x1b[?2004l")]
        {
            assert!(last(on).is_some() && last(off) > last(on), "{on:?} and {off:?}");
        }
    }

    /// Waits for the end of the process and of its output.
    pub fn end(mut self) -> Ended {
        self.wait_for_exit();
        let modes = modes(&*self.master);
        // With nobody on the other side the reader comes to an end.
        drop(self.slave.take());
        self.wait("the end of the output", |seen| seen.closed.then_some(()));
        Ended { modes, output: self.look(|seen| seen.bytes.clone()) }
    }
}

impl Drop for Session {
    /// A test that fails leaves no process behind.
    fn drop(&mut self) {
        let seen = self.shared.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if seen.ended.is_none() {
            for pid in in_session(self.pid) {
                kill_process(pid, Signal::KILL).ok();
            }
        }
    }
}

/// The processes of the terminal session that the given one leads, itself among them.
fn in_session(leader: Pid) -> Vec<Pid> {
    let all = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = all.filter_map(|entry| entry.file_name().to_str()?.parse().ok().and_then(Pid::from_raw));
    pids.filter(|pid| stat(*pid).get(3) == Some(&leader.as_raw_nonzero().to_string())).collect()
}

/// The modes of a terminal, in a form that can be compared.
fn modes(master: &dyn MasterPty) -> String {
    let modes: Option<Termios> = master.get_termios().map(|t| Box::new(t) as Termios);
    format!("{:?}", modes.expect("a terminal has modes"))
}

fn read_all(shared: &Shared, mut from: Box<dyn Read + Send>) {
    let shared = Arc::clone(shared);
    std::thread::spawn(move || {
        let (lock, changed) = &*shared;
        let mut buffer = [0; 16 * 1024];
        loop {
            let count = from.read(&mut buffer).unwrap_or(0);
            let Ok(mut seen) = lock.lock() else { return };
            seen.bytes.extend_from_slice(&buffer[..count]);
            seen.terminal.process(&buffer[..count]);
            seen.closed = count == 0;
            changed.notify_all();
            if seen.closed {
                return;
            }
        }
    });
}

fn wait_for_the_end(shared: &Shared, mut child: Box<dyn Child + Send + Sync>, pid: Pid) {
    let shared = Arc::clone(shared);
    std::thread::spawn(move || {
        waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT).ok();
        // Held while the process is reaped, so that nobody signals a number that is somebody else's.
        let Ok(mut seen) = shared.0.lock() else { return };
        if let Ok(status) = child.wait() {
            seen.ended = Some(status);
        }
        shared.1.notify_all();
    });
}

/// The fields of `/proc/PID/stat` after the name, which stands in brackets and may hold anything.
pub fn stat(pid: Pid) -> Vec<String> {
    let path = format!("/proc/{}/stat", pid.as_raw_nonzero());
    let text = fs::read_to_string(path).unwrap_or_default();
    text.rsplit(')').next().unwrap_or_default().split_whitespace().map(str::to_owned).collect()
}
