//! The way to the terminal. A terminal that takes nothing for a while, as over a line that hangs, must
//! not keep the program from taking keys and saving marks: what it does not take waits here, the loop
//! goes on, and once it takes again the newest frame follows, not all those between.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::OpenOptionsExt;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::OFlags;

pub(super) struct Output {
    /// The terminal opened once more: a description of our own, so that its not blocking is nobody
    /// else's. None where it can't be opened; then writing blocks.
    terminal: Option<File>,
    /// What was not taken yet.
    waiting: Vec<u8>,
}

impl Output {
    pub fn new() -> Output {
        let open = || {
            let name = rustix::termios::ttyname(io::stdout(), Vec::new()).ok()?;
            let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
            OpenOptions::new()
                .write(true)
                .custom_flags(flags.bits().cast_signed())
                .open(name.to_str().ok()?)
                .ok()
        };
        Output { terminal: open(), waiting: Vec::new() }
    }

    /// Whether something waits to be taken.
    pub fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Writable when more is taken; None while nothing waits.
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.terminal.as_ref().filter(|_| self.is_waiting()).map(AsFd::as_fd)
    }

    /// Sends bytes, after those that wait.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.terminal.is_none() {
            let mut out = io::stdout().lock();
            out.write_all(bytes)?;
            return out.flush();
        }
        self.waiting.extend_from_slice(bytes);
        self.go_on()
    }

    /// Sends of what waits as much as is taken now.
    pub fn go_on(&mut self) -> io::Result<()> {
        let Some(terminal) = &mut self.terminal else { return Ok(()) };
        let mut sent = 0;
        let result = loop {
            let rest = &self.waiting[sent..];
            if rest.is_empty() {
                break Ok(());
            }
            match terminal.write(rest) {
                Ok(0) => break Err(ErrorKind::WriteZero.into()),
                Ok(count) => sent += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        self.waiting.drain(..sent);
        result
    }

    /// Sends all that waits, however long it takes: half a sequence must not stand before what others
    /// send. A terminal that is gone ends it.
    pub fn finish(&mut self) {
        while self.go_on().is_ok() {
            let Some(fd) = self.fd() else { return };
            let mut fds = [PollFd::from_borrowed_fd(fd, PollFlags::OUT)];
            let lost = poll(&mut fds, None).is_ok()
                && fds[0].revents().intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL);
            if lost {
                return;
            }
        }
    }
}
