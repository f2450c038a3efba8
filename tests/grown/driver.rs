//! An app of some catalogue and the frame it is drawn in, as `term` drives them, without a terminal.
//! For what counts and measures.

#![allow(clippy::expect_used, reason = "for tests and benchmarks")]

use std::sync::Arc;

use atlasnav::app::{App, Effect, Event, Keymap, Start, parse_keys};
use atlasnav::catalog::{Catalog, Kind};
use atlasnav::config::{Depth, Settings, Theme};
use atlasnav::coverage::{Assessment, State};
use atlasnav::ui::Ui;
use jiff::civil::{Date, date};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub const TODAY: Date = date(2026, 11, 23);
pub const SIZE: (u16, u16) = (120, 40);

/// So many marks, of all states, spread over the techniques of a catalogue.
pub fn marks(catalog: &Catalog, count: usize) -> Assessment {
    let mut assessment = Assessment { release: catalog.release.to_string(), ..Assessment::default() };
    let states = State::ALL.into_iter().filter(|state| *state != State::Unassessed).cycle();
    let techniques = catalog.markable().filter(|id| id.kind() == Kind::Technique);
    let every = (catalog.techniques.len() / count).max(1);
    for (id, state) in techniques.step_by(every).take(count).zip(states) {
        let mut mark = assessment.mark(id).clone();
        mark.set_state(state, TODAY);
        mark.by = Some("you".to_owned());
        mark.on = Some(TODAY);
        assessment.marks.insert(id, mark);
    }
    assert_eq!(assessment.marks.len(), count);
    assessment
}

pub struct Driver {
    pub app: App,
    frame: Buffer,
}

impl Driver {
    pub fn new(catalog: Arc<Catalog>, assessment: Assessment) -> Driver {
        let app = App::new(Start {
            catalog,
            source: "grown".to_owned(),
            warnings: Vec::new(),
            notices: Vec::new(),
            assessment,
            name: "acme".to_owned(),
            read_only: None,
            author: None,
            today: TODAY,
            mouse: false,
            size: SIZE,
            settings: Settings::default(),
            theme: Theme::default(),
            keymap: Keymap::default(),
        });
        Driver { app, frame: Buffer::empty(Rect::new(0, 0, SIZE.0, SIZE.1)) }
    }

    /// Takes keys, written as in the settings (`z s`); what the app wants done is not done.
    pub fn press(&mut self, keys: &str) -> Vec<Effect> {
        let keys = if keys.is_empty() { Vec::new() } else { parse_keys(keys).expect("keys") };
        keys.into_iter().flat_map(|key| self.app.update(Event::Key(key))).collect()
    }

    /// Draws a frame.
    pub fn draw(&mut self) -> &Buffer {
        self.frame.reset();
        Ui::new(Depth::True).draw(&self.app, &mut self.frame);
        &self.frame
    }
}
