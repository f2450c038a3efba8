//! Terminals of every size, and of sizes that change under the program's feet.

use ratatui::buffer::Cell;

use atlasnav::app::Event;
use atlasnav::ui::Ui;

use crate::harness::{Journey, Start, draw, journey, library, marked, start};
use crate::synthetic;

const SIZES: [(u16, u16); 7] = [(0, 0), (1, 1), (10, 3), (59, 17), (60, 18), (80, 24), (1000, 500)];

/// Keys to every kind of screen and everything that lies over one.
pub const EVERYWHERE: [&str; 75] = [
    "",
    "+<end>",
    "++zsG",
    "+++zs<end>G",
    "zsG",
    "wj",
    "<tab>jj",
    "2G",
    "3s",
    "4ssG",
    "/51.1<enter>",
    "/51.1<enter>G<tab>",
    "/ta2<enter>}",
    "/m20<enter>}jj",
    "/cs26<enter>G",
    "/",
    "/poison<down>",
    "/slack<tab>n",
    "/qqq",
    "m",
    "<enter>g",
    "z",
    "mnA note.<ctrl-j>Of two lines, and the second of them is a long one that has to be wrapped.",
    ":",
    ":mark<down><down>",
    "?G",
    "mgmpu!",
    "fa",
    "faj<enter>jl",
    "++zsfp<space>j<space><esc>fh",
    "fljj<enter>3",
    "/area:thef",
    "8}jj",
    "gd",
    "gd<space>",
    "T",
    "Tjjj",
    "2TG<down><down><enter>",
    "y",
    "/cs26<enter>ymyvG",
    "Vjvjjm",
    "2<space>jvjjm",
    "+++llzsV<end>V",
    "/poison<tab>*",
    "momm<tab><tab>",
    "Vmr+3 monts<enter>",
    "mepp<enter>dA rule of the gateway that is long enough to be wrapped.<enter>",
    "medetect<enter>rule<enter>javascript:alert(1)<enter>",
    "moann<enter>mr+90<enter>merule<enter>mkfilter<enter>mmjjjj",
    "/m20<enter>mp",
    "3Vmc1:accept-all<enter>",
    "mm<enter>zzz<enter>",
    "mmjjj<enter>A note.",
    "5",
    "5G<tab>js",
    "5=",
    "6",
    "6<tab>jj<tab>",
    "6jj=G",
    "9",
    "9<space>j<space>d",
    "9p",
    "9cA name.",
    "S",
    "x",
    "xh",
    "ok",
    "++zsosjl",
    "oaj",
    "od",
    "od<enter>jl",
    "fs<space>j<space>",
    "fcjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjj",
    "fd<enter>mg3",
    "2sssss",
];

/// A journey to a place, seen at another size: nothing panics, nothing is drawn outside.
fn draw_at(journey: &Journey, what: &str) {
    let (width, height) = journey.app.size;
    // A larger frame shows what would be drawn outside of the app's own size.
    let room = (width.saturating_add(9), height.saturating_add(4));
    // With links: they have cells of their own to keep within bounds.
    let ui = Ui { links: true, ..journey.ui };
    let (buffer, cursor) = draw(&journey.app, ui, room);
    if let Some((x, y)) = cursor {
        assert!(x < width && y < height, "{what} at {width}x{height} puts the cursor at {x},{y}");
    }
    for y in 0..room.1 {
        let from = if y < height { width } else { 0 };
        for x in from..room.0 {
            assert_eq!(buffer[(x, y)], Cell::default(), "{what} at {width}x{height} draws at {x},{y}");
        }
    }
    // A frame smaller than the app believes: between a resize and its event.
    draw(&journey.app, ui, (width / 2, height / 2));
}

#[test]
fn every_screen_at_every_size() {
    for keys in EVERYWHERE {
        for size in SIZES {
            let journey = library(size.0, size.1).keys(keys);
            draw_at(&journey, keys);
        }
    }
}

#[test]
fn every_screen_after_every_resize() {
    for keys in EVERYWHERE {
        let mut journey = library(80, 24).keys(keys);
        for (i, one) in SIZES.iter().enumerate() {
            for other in &SIZES[i + 1..] {
                for size in [one, other, one] {
                    journey.event(Event::Resize(size.0, size.1));
                    // The largest size is drawn in the test above: half a million cells take their time.
                    if size.0 < 1000 {
                        draw_at(&journey, keys);
                    }
                }
            }
        }
    }
}

/// Every window up to 20 by 20, on every screen; then the same screen is there again.
#[test]
fn every_screen_at_each_small_size() {
    for keys in EVERYWHERE {
        let mut journey = marked(80, 24).keys(keys);
        for size in (0..=20).flat_map(|width| (0..=20).map(move |height| (width, height))) {
            journey.event(Event::Resize(size.0, size.1));
            draw_at(&journey, keys);
        }
        // Its title says which screen it is; how far it is scrolled may have changed.
        let before = marked(80, 24).keys(keys);
        let after = journey.resize(80, 24);
        assert_eq!(after.rows()[0], before.rows()[0], "{keys}");
    }
}

#[test]
fn keys_at_no_size_at_all() {
    for keys in EVERYWHERE {
        let journey =
            journey(80, 24).resize(0, 0).keys(keys).keys("jklhGgg<ctrl-d><ctrl-u>HL").resize(80, 24);
        draw_at(&journey, keys);
    }
}

/// How many cells a key changes: what goes over a slow line.
fn cells_changed(journey: &mut Journey, keys: &str) -> usize {
    let before = journey.buffer();
    journey.press(keys);
    before.diff(&journey.buffer()).len()
}

#[test]
fn a_step_of_the_cursor_changes_few_cells_however_large_the_catalogue() {
    let large = synthetic::catalog(16, 75, 2, |what| format!("A text for {what}"));
    assert_eq!(large.techniques.len(), 16 * 75 * 3);
    for start in [start((80, 24)), Start { catalog: large, ..start((80, 24)) }] {
        let mut journey = Journey::new(start);
        for keys in ["j", "j", "l", "k", "h"] {
            let changed = cells_changed(&mut journey, keys);
            assert!(changed < 80, "{keys} changed {changed} cells");
        }
        assert_eq!(cells_changed(&mut journey, "Q<esc>"), 0, "a key without meaning leaves the matrix alone");
        for overlay in ["ok", "of", "on", "om", "oa", "os"] {
            journey.press(overlay);
            for keys in ["j", "l", "k", "h"] {
                let changed = cells_changed(&mut journey, keys);
                // Two cells with their brackets, and the line below that names the technique.
                assert!(changed <= 80 + 8, "{keys} after {overlay} changed {changed} cells");
            }
        }
    }
}

#[test]
fn pages_are_made_for_visible_panes_only() {
    let large = synthetic::catalog(16, 75, 2, |what| format!("A text for {what}"));
    for (width, panes) in [(80, 0), (119, 0), (120, 1), (160, 2), (400, 2)] {
        let mut journey = Journey::new(Start { catalog: large.clone(), ..start((width, 45)) });
        for keys in ["", "jj", "+", "zs", "G"] {
            journey.press(keys);
            assert_eq!(journey.app.panes.len(), panes, "at {width} after {keys}");
        }
        // Other things that happen leave a page as it is.
        let before = journey.app.panes.clone();
        journey.event(Event::Notice("A word.".to_owned()));
        assert_eq!(journey.app.panes, before);
    }
}
