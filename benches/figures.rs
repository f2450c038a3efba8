//! What the parts of the program cost, in one process and without a terminal: `cargo bench`.
//! The same with the built-in catalogue and with ones of ten and a hundred times the size. The program as a
//! whole, in a terminal, is measured by `tools/bench`; allocations are counted by `tests/growth.rs`.

#![allow(clippy::expect_used, reason = "a benchmark that has nothing to measure has failed")]

use std::sync::{Arc, OnceLock};

use atlasnav::app::Event;
use atlasnav::catalog::{Catalog, Facet, Kind, Lens, builtin, pack, unpack};
use atlasnav::coverage::{Assessment, Rollup};
use atlasnav::page::{ListKind, ListSort, Part, list, object};
use atlasnav::search::Index;
use atlasnav::store::read_assessment;
use divan::{Bencher, black_box};
use driver::{Driver, TODAY, marks};

#[path = "../tests/grown/driver.rs"]
mod driver;
#[path = "../tests/grown/mod.rs"]
mod grown;

const SIZES: [u16; 3] = [1, 10, 100];

fn main() {
    divan::main();
}

fn catalog(times: u16) -> Arc<Catalog> {
    static GROWN: [OnceLock<Arc<Catalog>>; 3] = [const { OnceLock::new() }; 3];
    let at = SIZES.iter().position(|size| *size == times).expect("a size");
    GROWN[at].get_or_init(|| Arc::new(grown::catalog(times))).clone()
}

fn driver(times: u16) -> Driver {
    let catalog = catalog(times);
    let marks = marks(&catalog, 200);
    Driver::new(catalog, marks)
}

/// The catalogue as a program carries it, decoded.
#[divan::bench(args = SIZES)]
fn load(bencher: Bencher<'_, '_>, times: u16) {
    let (structure, texts) = pack(&*catalog(times)).expect("it packs");
    let (structure, texts): (&'static [u8], &'static str) = (structure.leak(), texts.leak());
    bencher.bench_local(|| unpack::<Catalog>(black_box(structure), texts));
}

#[divan::bench]
fn load_built_in() -> Catalog {
    builtin().expect("it decodes")
}

/// From a catalogue and marks to a drawn frame.
#[divan::bench(args = SIZES)]
fn first_frame(bencher: Bencher<'_, '_>, times: u16) {
    let catalog = catalog(times);
    let marks = marks(&catalog, 200);
    bencher.bench_local(|| {
        let mut driver = Driver::new(catalog.clone(), marks.clone());
        driver.draw();
        driver
    });
}

/// A key there and one back, each with its frame. `before` leads to where they are pressed.
fn keys_and_frames(bencher: Bencher<'_, '_>, times: u16, before: &str, keys: [&str; 2]) {
    let mut driver = driver(times);
    driver.press(before);
    driver.draw();
    let mut turn = false;
    bencher.bench_local(|| {
        turn = !turn;
        driver.press(keys[usize::from(turn)]);
        black_box(driver.draw());
    });
}

#[divan::bench(args = SIZES)]
fn cursor_key(bencher: Bencher<'_, '_>, times: u16) {
    keys_and_frames(bencher, times, "", ["k", "j"]);
}

#[divan::bench(args = SIZES)]
fn cursor_key_without_pane(bencher: Bencher<'_, '_>, times: u16) {
    keys_and_frames(bencher, times, "w", ["k", "j"]);
}

#[divan::bench(args = SIZES)]
fn cursor_key_all_open(bencher: Bencher<'_, '_>, times: u16) {
    keys_and_frames(bencher, times, "z s w", ["k", "j"]);
}

#[divan::bench(args = SIZES)]
fn page_of_columns(bencher: Bencher<'_, '_>, times: u16) {
    keys_and_frames(bencher, times, "+ +", ["H", "L"]);
}

#[divan::bench(args = SIZES)]
fn zoom(bencher: Bencher<'_, '_>, times: u16) {
    keys_and_frames(bencher, times, "", ["-", "+"]);
}

#[divan::bench(args = SIZES)]
fn mark_and_undo(bencher: Bencher<'_, '_>, times: u16) {
    keys_and_frames(bencher, times, "", ["m g", "m c"]);
}

#[divan::bench(args = SIZES)]
fn filter(bencher: Bencher<'_, '_>, times: u16) {
    keys_and_frames(bencher, times, "f p", ["space", "space"]);
}

#[divan::bench(args = SIZES)]
fn open_page(bencher: Bencher<'_, '_>, times: u16) {
    keys_and_frames(bencher, times, "", ["[", "enter"]);
}

#[divan::bench(args = SIZES)]
fn open_list(bencher: Bencher<'_, '_>, times: u16) {
    let catalog = catalog(times);
    let marks = marks(&catalog, 200);
    bencher.bench_local(|| list(&catalog, &marks, TODAY, ListKind::Techniques, ListSort::Name));
}

/// A page of a technique, laid out.
#[divan::bench(args = SIZES)]
fn lay_out_page(bencher: Bencher<'_, '_>, times: u16) {
    const PARTS: &[Part] = &[Part::Text, Part::Related, Part::Seen];
    let (catalog, marks) = (catalog(times), Assessment::default());
    let id = catalog.techniques.iter().max_by_key(|t| t.steps.len()).expect("techniques").id;
    bencher.bench_local(|| object(&catalog, &marks, TODAY, id, PARTS, 80));
}

/// What the search looks up, made when it is first used.
#[divan::bench(args = SIZES)]
fn search_index(bencher: Bencher<'_, '_>, times: u16) {
    let catalog = catalog(times);
    bencher.bench_local(|| Index::new(&catalog));
}

/// A letter typed into a search, and its frame: after `prom`, and after the words of a text.
#[divan::bench(args = SIZES)]
fn search_letter(bencher: Bencher<'_, '_>, times: u16) {
    keys_and_frames(bencher, times, "/ p r o m", ["backspace", "p"]);
}

#[divan::bench(args = SIZES)]
fn search_first_letter(bencher: Bencher<'_, '_>, times: u16) {
    keys_and_frames(bencher, times, "/", ["backspace", "p"]);
}

#[divan::bench(args = SIZES)]
fn search_letter_of_nothing(bencher: Bencher<'_, '_>, times: u16) {
    keys_and_frames(bencher, times, "/ x q z", ["backspace", "w"]);
}

#[divan::bench(args = SIZES)]
fn rollup(bencher: Bencher<'_, '_>, times: u16) {
    let catalog = catalog(times);
    let marks = marks(&catalog, 200);
    bencher.bench_local(|| {
        Rollup::of(catalog.markable().filter(|id| id.kind() == Kind::Technique), &marks, TODAY)
    });
}

#[divan::bench(args = SIZES)]
fn techniques_of_a_lens(bencher: Bencher<'_, '_>, times: u16) {
    let catalog = catalog(times);
    let mut lens = Lens::default();
    lens.add(Facet::Platform, "agentic-ai");
    assert!(!lens.techniques(&catalog).is_empty());
    bencher.bench_local(|| lens.techniques(&catalog));
}

/// A file of 200 marks as it stands on the disk.
fn file_of_marks() -> String {
    let catalog = catalog(1);
    let mut text = format!("format: 1\nrelease: '{}'\nmarks:\n", catalog.release);
    for (id, mark) in &marks(&catalog, 200).marks {
        text.push_str(&format!("  {id}:\n    status: {}\n    by: you\n", mark.status.word()));
    }
    text.push_str("...\n");
    let (read, written) = read_assessment(text.as_bytes(), &catalog).expect("marks");
    assert_eq!(read.marks.len(), 200);
    written
}

/// Reads 200 marks and writes them again, as each save does.
#[divan::bench]
fn read_and_emit_200_marks(bencher: Bencher<'_, '_>) {
    let (catalog, text) = (catalog(1), file_of_marks());
    bencher.bench_local(|| read_assessment(text.as_bytes(), &catalog));
}

/// What others changed, taken over.
#[divan::bench(args = SIZES)]
fn take_over_200_marks(bencher: Bencher<'_, '_>, times: u16) {
    let mut driver = driver(times);
    let marks = marks(&catalog(times), 200);
    bencher.bench_local(|| {
        driver.app.update(Event::Changed { assessment: Some(marks.clone()), read_only: None });
        black_box(driver.draw());
    });
}
