//! The terminal: the loop that turns input into events, effects into deeds, the app into frames.
//!
//! One thread waits in `poll(2)` for the terminal, for signals, for the saver and for changes of the
//! file by others, without a timeout (but for 30 ms after half a sequence of bytes, and for the pause
//! after which the menu of pending keys opens):
//! an idle program does not wake. A terminal that disappears shows as `POLLHUP` and ends the program.

mod clipboard;
mod editor;
mod encode;
#[cfg(debug_assertions)]
mod fault;
mod input;
mod output;
mod reader;
mod saver;
mod screen;
mod shelf;
mod signals;
mod watch;

use std::io;
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::app::{App, Effect, Event, UserTheme};
use crate::config;
use crate::store::{ConfigFiles, Stamp, Store};
use crate::ui::Ui;
use clipboard::Route;
use input::Clicks;
use reader::{Reader, Request};
use saver::Saver;
use screen::Screen;
use shelf::Library;
use signals::Signals;
use watch::Watch;

pub use input::{Decoder, Input};

/// How the program came to its end.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// Why marks are not on disk; empty if all are.
    pub not_saved: Vec<String>,
    /// The assessment file to open in place of this one.
    pub next: Option<PathBuf>,
}

/// After an Esc byte this long for the rest of a sequence: longer than the pieces of one sequence
/// are apart on a slow line, shorter than a person notices.
const ESC_WAIT: Timespec = Timespec { tv_sec: 0, tv_nsec: 30_000_000 };

/// The most columns and rows that are drawn. A terminal may claim to have 65,535 of each, and the
/// frames for that would take hundreds of gigabytes.
const LARGEST: (u16, u16) = (1000, 500);

/// The size of the terminal in columns and rows, as far as it is drawn: what lies beyond 1000 by 500
/// stays blank.
pub fn size() -> io::Result<(u16, u16)> {
    let size = rustix::termios::tcgetwinsize(io::stdout())?;
    Ok((size.ws_col.min(LARGEST.0), size.ws_row.min(LARGEST.1)))
}

/// How a text gets to the clipboard, in words.
pub fn clipboard_route() -> &'static str {
    Route::find(|name| std::env::var(name).ok()).word()
}

/// Runs the app until it quits, the terminal is gone, or a signal ends it. Always gives the terminal
/// back and waits for marks that are being saved. `seen` is the state of the file of marks before it was
/// read, `files` is where a theme is kept.
pub fn run(mut app: App, ui: Ui, store: Store, seen: Option<Stamp>, files: ConfigFiles) -> io::Result<Ended> {
    screen::give_back_on_panic();
    let signals = Signals::new()?;
    let catalog = Arc::clone(&app.catalog);
    let place = store.clone();
    let library = Library::new(store.clone());
    let reader = Reader::new(store.clone(), library.shelf.clone(), Arc::clone(&catalog), signals.waker()?);
    let saver = Saver::new(store, catalog, app.assessment.clone(), signals.waker()?);
    let mut runtime = Runtime {
        screen: Screen::new(ui.charset)?,
        signals,
        saver,
        reader,
        watch: None,
        decoder: Decoder::default(),
        clicks: Clicks::default(),
        menu_at: None,
        copy_screen: false,
        files,
        library,
        next: None,
        quit: false,
    };
    runtime.screen.mouse(app.mouse)?;
    let result = runtime.run(&mut app, ui, &place, seen);
    let Runtime { screen, saver, next, .. } = runtime;
    drop(screen);
    let mut not_saved = saver.finish();
    screen::tell_faults();
    if let Some(reason) = app.save_failure() {
        not_saved.push(reason.to_owned());
    }
    if next.is_none() {
        // Taking the catalogue apart piece by piece is work for nothing: the program ends here.
        std::mem::forget(app);
    }
    // A terminal that is gone is an end like any other.
    result.or_else(|error| if is_gone(&error) { Ok(()) } else { Err(error) })?;
    Ok(Ended { not_saved, next })
}

fn is_gone(error: &io::Error) -> bool {
    use rustix::io::Errno;
    let code = error.raw_os_error();
    [Errno::IO, Errno::PIPE, Errno::BADF, Errno::NXIO].iter().any(|e| code == Some(e.raw_os_error()))
}

struct Runtime {
    screen: Screen,
    signals: Signals,
    saver: Saver,
    reader: Reader,
    watch: Option<Watch>,
    decoder: Decoder,
    clicks: Clicks,
    /// When the menu of the pending keys opens if nothing is typed.
    menu_at: Option<Instant>,
    /// The next frame is to be copied.
    copy_screen: bool,
    files: ConfigFiles,
    library: Library,
    /// The assessment file to open next.
    next: Option<PathBuf>,
    quit: bool,
}

/// What `poll` found.
struct Ready {
    terminal: bool,
    gone: bool,
    other: bool,
    /// The file of marks may have changed.
    changed: bool,
    /// The terminal takes more of what waits for it.
    takes_more: bool,
}

impl Runtime {
    fn run(&mut self, app: &mut App, ui: Ui, store: &Store, seen: Option<Stamp>) -> io::Result<()> {
        self.screen.draw(ui, app)?;
        // Not before the screen is there.
        let network = store.network();
        self.watch = Some(Watch::new(store, network.is_some()));
        if store.stamp() != seen {
            // Somebody saved between the reading and the watching.
            self.saver.look();
        }
        if let Some(kind) = network {
            self.event(app, Event::Notice(format!(
                "The marks lie on a network file system ({kind}); its locks and its word that something is saved may not hold."
            )))?;
            self.screen.draw(ui, app)?;
        }
        while !self.quit {
            let timeout = if self.decoder.is_waiting() {
                Some(ESC_WAIT)
            } else {
                let left = self.menu_at.map(|at| at.saturating_duration_since(Instant::now()));
                left.and_then(|left| left.try_into().ok())
            };
            let mut ready = self.wait(timeout.as_ref())?;
            if !ready.terminal && !ready.other && !ready.changed && !ready.takes_more && !ready.gone {
                if self.decoder.is_waiting() {
                    let input = self.decoder.give_up_waiting();
                    self.input(app, input)?;
                } else if self.menu_at.take_if(|at| *at <= Instant::now()).is_some() {
                    self.event(app, Event::Paused)?;
                }
            }
            // Everything that has piled up is taken before a frame is drawn: held keys on a slow
            // line cost one frame, not one each.
            while ready.terminal || ready.other || ready.changed {
                if ready.changed {
                    self.saver.look();
                }
                if ready.other {
                    self.signals.drain();
                    self.after_signals(app)?;
                }
                if ready.terminal && !self.read(app)? {
                    return Ok(());
                }
                if self.quit {
                    return Ok(());
                }
                ready = self.wait(Some(&Timespec { tv_sec: 0, tv_nsec: 0 }))?;
            }
            if ready.gone {
                return Ok(());
            }
            self.screen.draw(ui, app)?;
            if std::mem::take(&mut self.copy_screen) {
                let text = self.screen.text();
                self.event(app, Event::Screen(text))?;
                self.screen.draw(ui, app)?;
            }
        }
        Ok(())
    }

    fn wait(&mut self, timeout: Option<&Timespec>) -> io::Result<Ready> {
        let stdin = io::stdin();
        let signal = self.signals.fd();
        let mut fds =
            vec![PollFd::from_borrowed_fd(stdin.as_fd(), PollFlags::IN), PollFd::new(&signal, PollFlags::IN)];
        let told = self.watch.as_ref().and_then(Watch::fd);
        fds.extend(told.map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN)));
        let news = told.is_some();
        let out = self.screen.fd();
        fds.extend(out.map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::OUT)));
        let takes_output = out.is_some();
        let patience = self.watch.as_ref().and_then(Watch::patience).and_then(|p| p.try_into().ok());
        match poll(&mut fds, timeout.or(patience.as_ref())) {
            Ok(_) => {}
            // A signal has come; its flag and the pipe tell which.
            Err(rustix::io::Errno::INTR) => {
                return Ok(Ready {
                    terminal: false,
                    gone: false,
                    other: true,
                    changed: false,
                    takes_more: false,
                });
            }
            Err(error) => return Err(error.into()),
        }
        let terminal = fds[0].revents();
        let other = !fds[1].revents().is_empty();
        // Without a descriptor it is time that tells.
        let near = !news || fds.get(2).is_some_and(|fd| !fd.revents().is_empty());
        let takes_more = takes_output && fds.last().is_some_and(|fd| !fd.revents().is_empty());
        drop(fds);
        let changed = near && self.watch.as_mut().is_some_and(Watch::has_news);
        Ok(Ready {
            terminal: terminal.contains(PollFlags::IN),
            gone: terminal.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL),
            other,
            changed,
            takes_more,
        })
    }

    /// Reads what the terminal has; false at its end.
    fn read(&mut self, app: &mut App) -> io::Result<bool> {
        let mut buffer = [0; 4096];
        let count = match rustix::io::read(io::stdin(), &mut buffer) {
            Ok(count) => count,
            Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => return Ok(true),
            Err(error) => return Err(error.into()),
        };
        for input in self.decoder.feed(&buffer[..count]) {
            self.input(app, Some(input))?;
        }
        Ok(count > 0)
    }

    fn input(&mut self, app: &mut App, input: Option<Input>) -> io::Result<()> {
        let event = match input {
            Some(Input::Mouse(mouse)) => Event::Mouse(self.clicks.count(mouse)),
            Some(Input::Key(key)) => Event::Key(key),
            Some(Input::Paste(text)) => Event::Paste(text),
            None => return Ok(()),
        };
        #[cfg(debug_assertions)]
        fault::in_loop(&event);
        let today = jiff::Zoned::now().date();
        if today != app.today {
            self.event(app, Event::Today(today))?;
        }
        self.event(app, event)?;
        let pause = app.wants_pause().map(|milliseconds| Duration::from_millis(milliseconds.into()));
        self.menu_at = pause.map(|pause| Instant::now() + pause);
        Ok(())
    }

    fn after_signals(&mut self, app: &mut App) -> io::Result<()> {
        if self.signals.take_quit() {
            self.quit = true;
        }
        while let Some(event) = self.saver.outcome() {
            self.event(app, event)?;
        }
        while let Some(event) = self.reader.found() {
            self.event(app, event)?;
        }
        if self.signals.take_resize() {
            self.resize(app)?;
        }
        if self.signals.take_suspend() {
            self.suspend(app)?;
        }
        if self.signals.take_redraw() {
            self.screen.forget();
        }
        Ok(())
    }

    fn resize(&mut self, app: &mut App) -> io::Result<()> {
        let (width, height) = size()?;
        self.event(app, Event::Resize(width, height))
    }

    fn suspend(&mut self, app: &mut App) -> io::Result<()> {
        self.screen.lend(|| self.signals.stop_job())??;
        // The window may have changed its size meanwhile.
        self.resize(app)
    }

    fn read_away(&mut self, app: &mut App, request: Request) -> io::Result<()> {
        for event in self.reader.read(request) {
            self.event(app, event)?;
        }
        Ok(())
    }

    /// Writes the theme into the settings; returns their file.
    fn keep_theme(&self, name: &str) -> Result<String, String> {
        let file = self.files.file.display().to_string();
        let before = self.files.read()?;
        let text = config::with_theme(before.as_deref().unwrap_or_default(), name).map_err(|problem| {
            let line = problem.line.map(|line| format!(", line {line}")).unwrap_or_default();
            format!("{file}{line}: {}", problem.what)
        })?;
        self.files.write(before.as_deref(), &text)?;
        Ok(file)
    }

    fn event(&mut self, app: &mut App, event: Event) -> io::Result<()> {
        for effect in app.update(event) {
            match effect {
                Effect::Save(record) => {
                    if let Some(event) = self.saver.save(record) {
                        self.event(app, event)?;
                    }
                }
                Effect::Edit { id, note } => {
                    let event = self.screen.lend(|| self.signals.lend(|| editor::edit(id, &note)))?;
                    self.resize(app)?;
                    self.event(app, event)?;
                }
                Effect::FindThemes => {
                    let own = self.files.all_themes().into_iter();
                    let own = own.map(|(name, text)| UserTheme { name, text }).collect();
                    self.event(app, Event::Themes(own))?;
                }
                Effect::FindBaselines => self.read_away(app, Request::Baselines)?,
                Effect::KeepTheme(name) => {
                    let result = self.keep_theme(&name);
                    self.event(app, Event::ThemeKept(result))?;
                }
                Effect::Redraw => self.screen.forget(),
                Effect::Mouse(on) => self.screen.mouse(on)?,
                Effect::Copy(text) => {
                    let route = Route::find(|name| std::env::var(name).ok());
                    self.screen.send(&clipboard::sequence(&text, route))?;
                }
                // The menu of the key that led here is not what is meant.
                Effect::CopyScreen => self.copy_screen = true,
                Effect::Suspend => self.suspend(app)?,
                Effect::FindSnapshots => self.read_away(app, Request::Snapshots)?,
                Effect::TakeSnapshot(name) => {
                    let taken = self.library.take_snapshot(&app.catalog, &name);
                    self.event(app, taken)?;
                }
                Effect::Publish { format, path, bytes, replace } => {
                    let published = shelf::publish(format, path, &bytes, replace);
                    self.event(app, published)?;
                }
                Effect::FindAssessments => self.read_away(app, Request::Assessments)?,
                Effect::NewAssessment { about, like } => {
                    let made = self.library.create(&app.catalog, &about, like.as_deref());
                    self.event(app, made)?;
                }
                Effect::Describe { key, about } => {
                    let described = self.library.describe(&app.catalog, &key, &about);
                    self.event(app, described)?;
                }
                Effect::OpenAssessment(key) => match self.library.choose(&key) {
                    Ok(path) => {
                        self.next = Some(path);
                        self.quit = true;
                    }
                    Err(why) => self.event(app, Event::Notice(why))?,
                },
                Effect::Quit => self.quit = true,
            }
        }
        Ok(())
    }
}
