//! The terminal itself: taken over and given back, one write a frame.

use std::io::{self, Write};
use std::os::fd::BorrowedFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::execute;
use crossterm::style::Print;
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::encode::Encoder;
use super::output::Output;
use crate::app::App;
use crate::catalog::sanitize;
use crate::config::Charset;
use crate::ui::Ui;

/// Whether the terminal is ours now, so that it is given back once, from wherever the end comes.
static TAKEN: AtomicBool = AtomicBool::new(false);

pub(super) struct Screen {
    encoder: Encoder,
    output: Output,
    frame: Buffer,
    /// Whether the terminal reports the mouse.
    mouse: bool,
}

impl Screen {
    /// Takes the terminal over.
    pub fn new(charset: Charset) -> io::Result<Screen> {
        take()?;
        Ok(Screen {
            encoder: Encoder::new(charset),
            output: Output::new(),
            frame: Buffer::empty(Rect::ZERO),
            mouse: false,
        })
    }

    /// Draws the app, in one write if anything changed. While the terminal has not taken the frame
    /// before, nothing is drawn: it is to be drawn anew once [`Screen::fd`] is writable. Fails if the
    /// terminal is gone.
    pub fn draw(&mut self, ui: Ui, app: &App) -> io::Result<()> {
        self.output.go_on()?;
        if self.output.is_waiting() {
            return Ok(());
        }
        let (width, height) = app.size;
        let area = Rect::new(0, 0, width, height);
        if *self.frame.area() == area {
            self.frame.reset();
        } else {
            self.frame = Buffer::empty(area);
        }
        let (cursor, links) = ui.draw_with_links(app, &mut self.frame);
        let bytes = self.encoder.encode(&mut self.frame, links, cursor);
        if bytes.is_empty() {
            return Ok(());
        }
        self.send(&bytes)
    }

    /// Writable when the terminal takes more; None while it has taken everything.
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.output.fd()
    }

    /// Sends something that is no frame.
    pub fn send(&mut self, sequence: &str) -> io::Result<()> {
        self.output.send(sequence.as_bytes())
    }

    /// Has the terminal report clicks and the wheel, or leaves them to it.
    pub fn mouse(&mut self, on: bool) -> io::Result<()> {
        if self.mouse == on {
            return Ok(());
        }
        self.mouse = on;
        self.send(if on { MOUSE_ON } else { MOUSE_OFF })
    }

    /// What the screen shows, as text.
    pub fn text(&self) -> String {
        self.encoder.text()
    }

    /// Forgets what is on the screen, so that the next frame is drawn whole.
    pub fn forget(&mut self) {
        self.encoder.forget();
    }

    /// Gives the terminal to something else, and takes it back.
    pub fn lend<T>(&mut self, to: impl FnOnce() -> T) -> io::Result<T> {
        self.output.finish();
        give_back();
        let result = to();
        take()?;
        if std::mem::take(&mut self.mouse) {
            self.mouse(true)?;
        }
        self.forget();
        Ok(result)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.output.finish();
        give_back();
    }
}

/// Reports of buttons and wheel, with positions in decimal, which have no limit.
const MOUSE_ON: &str = "\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1000l";

fn take() -> io::Result<()> {
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, Hide)
}

/// Puts the terminal back as it was found. Harmless if it is not taken; errors don't matter any more,
/// as there may be no terminal left.
fn give_back() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        let left =
            execute!(io::stdout(), Print(MOUSE_OFF), DisableBracketedPaste, Show, LeaveAlternateScreen);
        let cooked = disable_raw_mode();
        drop((left, cooked));
    }
}

/// What other threads died of, to be told when the terminal is the shell's again.
static FAULTS: Mutex<String> = Mutex::new(String::new());

/// A panic must not leave the terminal in raw mode, nor its message on the alternate screen; and the
/// message may quote what a file holds. Another thread than this one does not have the terminal to give:
/// the program goes on without it, and what it died of is kept for [`tell_faults`].
pub(super) fn give_back_on_panic() {
    let ours = std::thread::current().id();
    std::panic::set_hook(Box::new(move |panic| {
        let text = panic.to_string();
        let text = sanitize(&text, true);
        if std::thread::current().id() == ours {
            give_back();
            tell_faults();
            tell(&format!(
                "atlasnav has a fault and stops; marks shown as saved are. Please report this:\n{text}\n"
            ));
        } else {
            let said = format!(
                "atlasnav had a fault and went on without a part; marks shown as saved are. Please report this:\n{text}\n"
            );
            FAULTS.lock().unwrap_or_else(PoisonError::into_inner).push_str(&said);
        }
    }));
}

/// Says what other threads died of, once the terminal is given back.
pub(super) fn tell_faults() {
    let said = std::mem::take(&mut *FAULTS.lock().unwrap_or_else(PoisonError::into_inner));
    tell(&said);
}

fn tell(text: &str) {
    // There is nobody left to tell if stderr is closed.
    drop(io::stderr().write_all(text.as_bytes()));
}
