//! How it looks: reads the app, writes a buffer. Nothing here changes what the app knows.

mod bars;
mod canvas;
mod deck;
mod form;
mod links;
mod list;
mod matrix;
mod pane;
mod popup;
mod search;
mod short;
mod theme;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::{App, Popup, SMALLEST, Screen, frame};
pub use crate::config::{Charset, Depth};
use canvas::Canvas;
pub use links::Links;

/// Draws screens for a kind of terminal. What they look like is the app's theme.
#[derive(Debug, Clone, Copy)]
pub struct Ui {
    pub depth: Depth,
    pub charset: Charset,
    /// Whether ids and addresses on pages are links of the terminal.
    pub links: bool,
}

impl Ui {
    /// In ASCII, without links.
    pub const fn new(depth: Depth) -> Ui {
        Ui { depth, charset: Charset::Ascii, links: false }
    }

    /// Draws the whole screen into a blank buffer, which should have the app's size; what lies
    /// outside is left out. Returns where the terminal's cursor is to be seen, if at all.
    pub fn draw(self, app: &App, buffer: &mut Buffer) -> Option<(u16, u16)> {
        self.draw_with_links(app, buffer).0
    }

    /// The same, and where the cells lead.
    pub fn draw_with_links(self, app: &App, buffer: &mut Buffer) -> (Option<(u16, u16)>, Links) {
        let links = self.links.then(|| Links::of(buffer.area().width, buffer.area().height));
        let mut canvas = Canvas {
            buffer,
            theme: app.theme.at(self.depth),
            depth: self.depth,
            charset: self.charset,
            cursor: None,
            links,
        };
        let (width, height) = app.size;
        let whole = Rect::new(0, 0, width, height).intersection(*canvas.buffer.area());
        canvas.paint(whole);
        draw(app, &mut canvas);
        (canvas.cursor, canvas.links.unwrap_or_default())
    }
}

fn draw(app: &App, canvas: &mut Canvas<'_>) {
    let on_matrix = *app.screen() == Screen::Matrix;
    let Some(frame) = frame(app.size, on_matrix) else {
        let (width, height) = app.size;
        let text = format!("atlasnav needs {}x{}, this is {width}x{height}", SMALLEST.0, SMALLEST.1);
        // Without a row there is none to say it in.
        canvas.text(0, 0, if height == 0 { 0 } else { width }, &text, theme::Role::Normal);
        return;
    };
    bars::title(app, canvas, frame.title);
    match app.screen() {
        Screen::Matrix => {
            matrix::draw(app, canvas);
            pane::beside_matrix(app, canvas);
        }
        Screen::List(view) => list::draw(app, *view, canvas, frame.body),
        Screen::Object(view) => pane::whole(app, view.focus, canvas),
        Screen::Glossary(_) => pane::whole(app, 0, canvas),
        Screen::Deck => {
            if let Some(deck) = &app.deck {
                deck::draw(app, deck, canvas, frame.body);
            }
        }
        Screen::Board(view) => pane::whole(app, view.focus, canvas),
    }
    bars::below(app, canvas, frame);
    match app.popups.last() {
        Some(Popup::Search(search)) => search::draw(app, search, canvas, frame.body),
        Some(Popup::Palette(palette)) => popup::palette(app, palette, canvas, frame.body),
        Some(Popup::Filter(filter)) => popup::filter(app, filter, canvas, frame.body),
        Some(Popup::Baselines(choice)) => popup::baselines(app, choice, canvas, frame.body),
        Some(Popup::Themes(choice)) => popup::themes(choice, canvas, frame.body),
        Some(Popup::Note(note)) => popup::note(app, note, canvas, frame.body),
        Some(Popup::Entry(entry)) => form::entry(app, entry, canvas, frame.body),
        Some(Popup::Form(form)) => form::form(app, form, canvas, frame.body),
        Some(Popup::Confirm(confirm)) => form::confirm(app, confirm, canvas, frame.body),
        Some(Popup::Help(at)) => popup::help(app, *at, canvas, frame.body),
        Some(Popup::Copied(at)) => popup::copied(app, *at, canvas, frame.body),
        Some(Popup::Explained(at)) => popup::explained(app, *at, canvas, frame.body),
        Some(Popup::Name(name)) => popup::name(app, name, canvas, frame.body),
        Some(Popup::Platforms(choice)) => popup::platforms(app, choice, canvas, frame.body),
        Some(Popup::Messages(at)) => popup::messages(app, *at, canvas, frame.body),
        None if app.menu_is_open() => popup::menu(app, canvas, frame.body),
        None => {}
    }
}
