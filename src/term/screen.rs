//! The terminal itself: taken over and given back, one write a frame.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};
use crossterm::{execute, queue};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::{Position, Rect};

use crate::app::App;
use crate::ui::Ui;

/// Whether the terminal is ours now, so that it is given back once, from wherever the end comes.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Collects a frame, so that it leaves in one write however often ratatui flushes.
#[derive(Default, Clone)]
struct Output(Rc<RefCell<Vec<u8>>>);

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(super) struct Screen {
    terminal: Terminal<CrosstermBackend<Output>>,
    output: Output,
}

impl Screen {
    /// Takes the terminal over.
    pub fn new() -> io::Result<Screen> {
        take()?;
        let output = Output::default();
        let terminal = Terminal::new(CrosstermBackend::new(output.clone()))?;
        Ok(Screen { terminal, output })
    }

    /// Draws the app. Fails if the terminal does not take the bytes.
    pub fn draw(&mut self, ui: Ui, app: &App) -> io::Result<()> {
        queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        self.terminal.draw(|frame| ui.draw(app, frame))?;
        queue!(self.terminal.backend_mut(), EndSynchronizedUpdate)?;
        let bytes = self.output.0.take();
        let mut out = io::stdout().lock();
        out.write_all(&bytes)?;
        out.flush()
    }

    /// Forgets what is on the screen, so that the next frame is drawn whole.
    pub fn forget(&mut self) -> io::Result<()> {
        // Not `clear`: that asks the terminal for its cursor, and waits two seconds for an answer.
        let size = self.terminal.size()?;
        self.terminal.resize(Rect::from((Position::ORIGIN, size)))
    }

    /// Gives the terminal to something else, and takes it back.
    pub fn lend<T>(&mut self, to: impl FnOnce() -> T) -> io::Result<T> {
        give_back();
        let result = to();
        take()?;
        self.forget()?;
        Ok(result)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

fn take() -> io::Result<()> {
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, Hide)
}

/// Puts the terminal back as it was found. Harmless if it is not taken; errors don't matter any more,
/// as there may be no terminal left.
fn give_back() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        let left = execute!(io::stdout(), DisableBracketedPaste, Show, LeaveAlternateScreen);
        let cooked = disable_raw_mode();
        drop((left, cooked));
    }
}

/// A panic must not leave the terminal in raw mode, nor its message on the alternate screen.
pub(super) fn give_back_on_panic() {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        give_back();
        report(panic);
    }));
}
