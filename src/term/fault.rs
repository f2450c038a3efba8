//! Faults on demand, for the tests that the terminal is given back and the fault is told. Not a part of
//! release builds.

use crate::app::{Code, Event, Key};

/// Panics in the loop at F12, if `ATLASNAV_TEST_FAULT` is set to `loop` and a text.
pub(super) fn in_loop(event: &Event) {
    if *event == Event::Key(Key::plain(Code::F(12))) {
        on_demand("loop ");
    }
}

/// Panics in the thread that saves, if `ATLASNAV_TEST_FAULT` is set to `saver` and a text.
pub(super) fn in_saver() {
    on_demand("saver ");
}

fn on_demand(place: &str) {
    let wanted = std::env::var("ATLASNAV_TEST_FAULT").unwrap_or_default();
    if let Some(text) = wanted.strip_prefix(place) {
        panic!("{text}");
    }
}
