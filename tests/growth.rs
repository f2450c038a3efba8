//! What a key and a frame cost does not grow with the catalogue: counted in allocations and their bytes,
//! in the same app with the built-in catalogue and with ones of ten and a hundred times the size.
#![allow(clippy::expect_used, reason = "a test that has no catalogue has failed")]

#[path = "grown/driver.rs"]
mod driver;
mod grown;

use std::sync::{Arc, OnceLock};

use allocation_counter::measure;
use atlasnav::app::Popup;
use atlasnav::catalog::Catalog;
use driver::{Driver, marks};

const SIZES: [u16; 3] = [1, 10, 100];

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

#[test]
fn once_is_the_built_in_catalogue() {
    assert_eq!(grown::catalog(1), atlasnav::catalog::builtin().expect("it decodes"));
}

/// Every id leads to an object, links are there both ways, lists are sorted: what the reader sees to.
#[test]
fn a_grown_catalogue_is_linked_as_a_read_one() {
    for times in [10, 100] {
        let (once, c) = (catalog(1), catalog(times));
        let n = usize::from(times);
        assert_eq!(c.techniques.len(), once.techniques.len() * n);
        assert_eq!(c.mitigations.len(), once.mitigations.len() * n);
        assert_eq!(c.case_studies.len(), once.case_studies.len() * n);
        assert!(c.techniques.is_sorted_by_key(|t| t.id) && c.mitigations.is_sorted_by_key(|m| m.id));
        assert!(c.case_studies.is_sorted_by_key(|s| s.id));
        for t in &c.techniques {
            assert_eq!(atlasnav::catalog::ObjectId::parse_loosely(&t.id.to_string()), Some(t.id));
            assert!(!t.tactics.is_empty() && t.parent.is_none_or(|p| c.technique(p).is_some()), "{}", t.id);
            assert!(t.subs.iter().all(|sub| c.technique(*sub).is_some_and(|s| s.parent == Some(t.id))));
            assert!(t.mitigations.iter().all(|m| c.how(*m, t.id).is_some()), "{}", t.id);
            assert!(t.steps.iter().all(|s| c.step(*s).is_some_and(|s| s.technique == t.id)), "{}", t.id);
        }
        let cells: usize = c.tactics.iter().map(|t| t.techniques.len()).sum();
        let places: usize = c.techniques.iter().filter(|t| t.parent.is_none()).map(|t| t.tactics.len()).sum();
        assert_eq!(cells, places);
        let steps = c.techniques.iter().map(|t| t.steps.len()).sum::<usize>();
        assert_eq!(steps, n * once.techniques.iter().map(|t| t.steps.len()).sum::<usize>());
    }
}

/// What a key costs with its frame, in the catalogue of each size: allocations, and their bytes.
fn costs(before: &str, key: &str) -> [(u64, u64); 3] {
    SIZES.map(|times| {
        let mut driver = driver(times);
        driver.press(before);
        driver.draw();
        let info = measure(|| {
            driver.press(key);
            driver.draw();
        });
        (info.count_total, info.bytes_total)
    })
}

/// Where one goes first, and the key that is counted there with the frame that follows.
const FLAT: [(&str, &str); 28] = [
    ("", "j"),
    ("", "l"),
    ("", "L"),
    ("", "pagedown"),
    ("", "G"),
    ("", "end"),
    ("", "+"),
    ("+ +", "j"),
    ("+ +", "L"),
    ("+ + +", "-"),
    ("w", "j"),
    ("w", "L"),
    ("z s", "j"),
    ("z s", "pagedown"),
    ("z s w", "j"),
    ("", "m c"),
    ("", "enter"),
    ("enter", "j"),
    ("f p space enter", "j"),
    ("f p space enter f h", "l"),
    ("2", "j"),
    ("2", "pagedown"),
    ("3", "G"),
    ("", "?"),
    ("o f", "j"),
    ("o s", "l"),
    ("o a z s", "pagedown"),
    ("f s space enter", "j"),
];

#[test]
fn a_key_and_its_frame_cost_the_same_in_a_large_catalogue() {
    for (before, key) in FLAT {
        let [once, tenfold, hundredfold] = costs(before, key);
        // The screen of the real matrix is half blank; ten times as much fills it, and no more fits on it.
        let is_flat =
            |large: (u64, u64), small: (u64, u64), by| large.0 <= small.0 * by && large.1 <= small.1 * by;
        let all = format!("`{key}` after `{before}`: {once:?}, {tenfold:?}, {hundredfold:?}");
        assert!(is_flat(tenfold, once, 5) && is_flat(hundredfold, tenfold, 2), "{all}");
    }
}

#[test]
fn a_key_costs_no_more_with_an_overlay_than_with_coverage() {
    let cost = |before: &str, key: &str| {
        let mut driver = driver(1);
        driver.press(before);
        driver.draw();
        measure(|| {
            driver.press(key);
            driver.draw();
        })
    };
    for key in ["j", "l", "L", "pagedown"] {
        let coverage = cost("o c", key);
        for overlay in ["o k", "o f", "o n", "o m", "o a", "o s"] {
            let info = cost(overlay, key);
            // The line below the matrix says something of its own, of one technique.
            let is_no_more = info.count_total <= coverage.count_total + 12
                && info.bytes_total <= coverage.bytes_total + 1_024;
            assert!(is_no_more, "`{key}` after `{overlay}`: {info:?}, coverage {coverage:?}");
        }
    }
}

/// These look at everything there is, once.
#[test]
fn what_looks_at_everything_grows_with_it_and_no_faster() {
    for (before, key) in
        [("", "2"), ("", "z s"), ("", "o s"), ("", "f p"), ("f p", "space"), ("/", "p"), ("/ p", "r")]
    {
        let [_, tenfold, hundredfold] = costs(before, key);
        let all = format!("`{key}` after `{before}`: {tenfold:?}, {hundredfold:?}");
        assert!(hundredfold.0 <= tenfold.0 * 15 && hundredfold.1 <= tenfold.1 * 15, "{all}");
    }
}

#[test]
fn a_letter_of_a_search_allocates_little_per_hit() {
    for times in SIZES {
        let mut driver = driver(times);
        driver.press("/ p");
        driver.draw();
        for letter in ["r", "o", "m", "p", "t"] {
            let cost = measure(|| {
                driver.press(letter);
                driver.draw();
            });
            let Some(Popup::Search(search)) = driver.app.popups.last() else { panic!("the search is open") };
            let hits = search.hits.len() as u64;
            assert!(hits > 50 * u64::from(times));
            // The frame, with the page of the first hit, and the places of the matched letters.
            assert!(cost.count_total <= 4_500 + 4 * hits, "{letter} at {times} x: {hits} hits, {cost:?}");
        }
    }
}

/// What goes to the terminal.
#[test]
fn a_step_of_the_cursor_changes_few_cells_in_a_large_catalogue() {
    for times in SIZES {
        let mut driver = driver(times);
        driver.press("w");
        for key in ["j", "j", "l", "k", "h"] {
            let before = driver.draw().clone();
            driver.press(key);
            let changed = before.diff(driver.draw()).len();
            assert!((1..150).contains(&changed), "`{key}` changes {changed} cells at {times} x");
        }
    }
}
