//! Signals as flags, with a pipe that wakes the loop.

use std::io::{self, PipeReader, PipeWriter};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::process::{Signal, kill_current_process_group};
use signal_hook::SigId;
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGTSTP, SIGWINCH};

pub(super) struct Signals {
    quit: Arc<AtomicBool>,
    /// Apart from `quit`, because ctrl-c in an editor is the editor's.
    interrupt: Arc<AtomicBool>,
    suspend: Arc<AtomicBool>,
    /// While another program has the terminal, SIGTSTP stops us like any program of the job.
    lent: Arc<AtomicBool>,
    redraw: Arc<AtomicBool>,
    resize: Arc<AtomicBool>,
    wake: PipeReader,
    /// The other end, for others that wake the loop.
    waker: PipeWriter,
    /// What was registered for signals.
    registered: Vec<SigId>,
}

impl Drop for Signals {
    /// Another screen may follow this one in the same process.
    fn drop(&mut self) {
        for id in self.registered.drain(..) {
            signal_hook::low_level::unregister(id);
        }
    }
}

impl Signals {
    pub fn new() -> io::Result<Signals> {
        let (wake, waker) = io::pipe()?;
        // A full pipe wakes just as well, and an empty one is no reason to wait.
        rustix::io::ioctl_fionbio(&wake, true)?;
        rustix::io::ioctl_fionbio(&waker, true)?;
        let flag = || Arc::new(AtomicBool::new(false));
        let mut signals = Signals {
            quit: flag(),
            interrupt: flag(),
            suspend: flag(),
            lent: flag(),
            redraw: flag(),
            resize: flag(),
            wake,
            waker,
            registered: Vec::new(),
        };
        let lent = Arc::clone(&signals.lent);
        signals.registered.push(signal_hook::flag::register_conditional_default(SIGTSTP, lent)?);
        let flags = [
            (SIGTERM, &signals.quit),
            (SIGINT, &signals.interrupt),
            (SIGHUP, &signals.quit),
            (SIGTSTP, &signals.suspend),
            (SIGCONT, &signals.redraw),
            (SIGWINCH, &signals.resize),
        ];
        let flags = flags.map(|(signal, flag)| (signal, Arc::clone(flag)));
        for (signal, flag) in flags {
            // The flag is set before the pipe is written, so the loop never wakes for nothing.
            signals.registered.push(signal_hook::flag::register(signal, flag)?);
            let waker = signals.waker.try_clone()?;
            signals.registered.push(signal_hook::low_level::pipe::register(signal, waker)?);
        }
        Ok(signals)
    }

    /// Readable when something happened.
    pub fn fd(&self) -> impl AsFd + '_ {
        &self.wake
    }

    /// A handle for another thread that has news for the loop.
    pub fn waker(&self) -> io::Result<PipeWriter> {
        self.waker.try_clone()
    }

    /// Empties the pipe.
    pub fn drain(&self) {
        let mut buffer = [0; 64];
        while io::Read::read(&mut (&self.wake), &mut buffer).is_ok_and(|n| n > 0) {}
    }

    pub fn take_quit(&self) -> bool {
        self.quit.swap(false, Ordering::Relaxed) | self.interrupt.swap(false, Ordering::Relaxed)
    }

    /// Runs a program in the foreground: what its user types there is not meant for us.
    pub fn lend<T>(&self, to: impl FnOnce() -> T) -> T {
        self.lent.store(true, Ordering::SeqCst);
        let result = to();
        self.lent.store(false, Ordering::SeqCst);
        self.interrupt.store(false, Ordering::Relaxed);
        self.suspend.store(false, Ordering::Relaxed);
        result
    }

    /// Stops the whole job, as ctrl-z does: the shell only notices if who started us stops as well.
    /// Returns when it goes on.
    pub fn stop_job(&self) -> io::Result<()> {
        // All at once and by SIGSTOP: stopping ourselves after the others, we could miss the SIGCONT.
        kill_current_process_group(Signal::STOP)?;
        self.suspend.store(false, Ordering::Relaxed);
        Ok(())
    }

    pub fn take_suspend(&self) -> bool {
        self.suspend.swap(false, Ordering::Relaxed)
    }

    pub fn take_redraw(&self) -> bool {
        self.redraw.swap(false, Ordering::Relaxed)
    }

    pub fn take_resize(&self) -> bool {
        self.resize.swap(false, Ordering::Relaxed)
    }
}
