//! A terminal held by one thread, which reads it only while it waits for something: so a test can
//! leave it unread, fill it, change its size a hundred times, and take it away.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::num::NonZeroU16;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, WaitId, WaitIdOptions, kill_process, pidfd_open, waitid};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcgetattr, tcsetwinsize};

use crate::session::{Home, forking, stat};

/// Reached only where a test fails.
const DEADLINE: Duration = Duration::from_secs(30);
const FRAME_START: &[u8] = b"\x1b[?2026h";
pub const FRAME_END: &[u8] = b"\x1b[?2026l";

pub struct Line {
    master: OwnedFd,
    /// The other side, so that the modes are there to be compared after the program's end.
    slave: Option<File>,
    name: String,
    child: Child,
    /// What a terminal shows of the bytes.
    pub terminal: vt100::Parser,
    /// Everything that was written.
    pub bytes: Vec<u8>,
    /// The modes before the program.
    pub before: String,
}

/// What came of a process whose terminal was taken away.
pub struct Gone {
    pub status: ExitStatus,
    /// From the loss to the end.
    pub lived: Duration,
    /// Processor time between the two, with that of children, in ticks of 10 ms.
    pub cpu: u64,
}

impl Line {
    /// Starts a command, with this terminal for its input and output. Only `setsid -c` before it
    /// makes that the terminal that it gets SIGHUP from.
    pub fn start(home: &Home, size: (u16, u16), command: &[&str], more: &[(&str, &str)]) -> Line {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        tcsetwinsize(&master, winsize(size)).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
        let slave = open(&name, OFlags::empty());
        let before = format!("{:?}", tcgetattr(&master).unwrap());
        let mut builder = Command::new(command[0]);
        builder.args(&command[1..]).env_clear().envs(home.environment()).envs(more.iter().copied());
        builder.current_dir(home.path());
        builder.stdin(slave.try_clone().unwrap());
        builder.stdout(slave.try_clone().unwrap());
        builder.stderr(slave.try_clone().unwrap());
        let child = {
            let _lock = forking();
            builder.spawn().unwrap()
        };
        let terminal = vt100::Parser::new(cells(size.1), cells(size.0), 0);
        Line { master, slave: Some(slave), name, child, terminal, bytes: Vec::new(), before }
    }

    pub fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }

    pub fn text(&self) -> String {
        self.terminal.screen().contents()
    }

    pub fn count(&self, what: &[u8]) -> usize {
        self.bytes.windows(what.len()).filter(|w| *w == what).count()
    }

    pub fn frames(&self) -> usize {
        self.count(FRAME_END)
    }

    /// Whether no frame is only half here.
    pub fn is_whole(&self) -> bool {
        self.count(FRAME_START) == self.frames()
    }

    pub fn type_keys(&self, keys: &str) {
        assert_eq!(rustix::io::write(&self.master, keys.as_bytes()), Ok(keys.len()), "the keys are taken");
    }

    /// Gives the terminal another size.
    pub fn resize(&self, size: (u16, u16)) {
        tcsetwinsize(&self.master, winsize(size)).unwrap();
    }

    /// From here on what comes is shown at this size.
    pub fn show_at(&mut self, (width, height): (u16, u16)) {
        self.terminal.screen_mut().set_size(cells(height), cells(width));
    }

    pub fn modes(&self) -> String {
        format!("{:?}", tcgetattr(&self.master).unwrap())
    }

    /// Reads until `look` finds what it wants.
    pub fn until(&mut self, what: &str, mut look: impl FnMut(&Line) -> bool) {
        let end = Instant::now() + DEADLINE;
        while !look(self) {
            assert!(self.read(end), "waited in vain for {what}; the screen:\n{}", self.text());
        }
    }

    /// Reads until a whole frame shows the text.
    pub fn until_shown(&mut self, text: &str) {
        self.until(text, |line| line.text().contains(text) && line.is_whole());
    }

    /// Reads what there is, waiting for it; false at the deadline, and where nothing more can come.
    fn read(&mut self, end: Instant) -> bool {
        let mut buffer = [0; 16 * 1024];
        if !ready(&self.master, PollFlags::IN, end) {
            return false;
        }
        match rustix::io::read(&self.master, &mut buffer) {
            Ok(0) | Err(Errno::IO) => false,
            Ok(count) => {
                self.bytes.extend_from_slice(&buffer[..count]);
                self.terminal.process(&buffer[..count]);
                true
            }
            Err(error) => panic!("the terminal can't be read: {error}"),
        }
    }

    /// Fills the terminal from the other side until it takes nothing more.
    pub fn fill(&self) {
        let mut other = open(&self.name, OFlags::NONBLOCK);
        let filled = std::iter::repeat_with(|| other.write(&[b'x'; 512])).find_map(Result::err).unwrap();
        assert_eq!(filled.kind(), std::io::ErrorKind::WouldBlock);
    }

    /// Waits for the end of the process; its status, and the processor time that it took by then.
    fn ended(&mut self) -> (ExitStatus, u64) {
        let process = pidfd_open(self.pid(), PidfdFlags::empty()).unwrap();
        assert!(
            ready(&process, PollFlags::IN, Instant::now() + DEADLINE),
            "the process does not end; the screen:\n{}",
            self.text()
        );
        // Looked at before it is reaped: afterwards nobody knows how busy it was.
        let cpu = self.cpu();
        (self.child.wait().unwrap(), cpu)
    }

    /// Processor time of the process and of children that it waited for, in ticks of 10 ms.
    fn cpu(&self) -> u64 {
        stat(self.pid()).iter().skip(11).take(4).filter_map(|n| n.parse::<u64>().ok()).sum()
    }

    /// Waits until the process is stopped.
    pub fn until_stopped(&self) {
        let options = WaitIdOptions::STOPPED | WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        let status = waitid(WaitId::Pid(self.pid()), options).unwrap().unwrap();
        assert!(status.stopped(), "the process ended where it should have stopped");
    }

    /// Waits for the end of the process, looks whether the modes are those from before it, then reads
    /// all that it left.
    pub fn end(&mut self) -> ExitStatus {
        let (status, _) = self.ended();
        assert_eq!(self.modes(), self.before, "the modes of the terminal");
        let end = Instant::now() + DEADLINE;
        // With nobody on the other side reading comes to an end.
        self.slave = None;
        while self.read(end) {}
        status
    }

    /// Takes the terminal away, as a lost connection does.
    pub fn lose(mut self) -> Gone {
        let (start, before) = (Instant::now(), self.cpu());
        // What is left of it is the process's alone.
        self.slave = None;
        let nothing: OwnedFd = File::open("/dev/null").unwrap().into();
        drop(std::mem::replace(&mut self.master, nothing));
        let (status, cpu) = self.ended();
        Gone { status, lived: start.elapsed(), cpu: cpu.saturating_sub(before) }
    }
}

impl Drop for Line {
    /// A test that fails leaves no process behind; one that has ended is not there to be killed.
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn open(name: &str, more: OFlags) -> File {
    let flags = (OFlags::NOCTTY | more).bits().cast_signed();
    OpenOptions::new().read(true).write(true).custom_flags(flags).open(name).unwrap()
}

/// A terminal without any cells can't be shown, so it is shown as one.
fn cells(n: u16) -> NonZeroU16 {
    NonZeroU16::new(n).unwrap_or(NonZeroU16::MIN)
}

fn winsize((columns, rows): (u16, u16)) -> Winsize {
    Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }
}

/// Waits for a descriptor; false at the deadline.
pub fn ready(fd: impl AsFd, what: PollFlags, end: Instant) -> bool {
    loop {
        let left = end.saturating_duration_since(Instant::now());
        let left = Timespec { tv_sec: left.as_secs().cast_signed(), tv_nsec: left.subsec_nanos().into() };
        match poll(&mut [PollFd::new(&fd, what)], Some(&left)) {
            Ok(count) => return count > 0,
            Err(Errno::INTR) => {}
            Err(error) => panic!("poll: {error}"),
        }
    }
}
