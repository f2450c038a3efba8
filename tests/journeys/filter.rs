//! Filters and the glossary: what is shown, where the cursor stays, what the figures count.

use std::collections::BTreeSet;

use atlasnav::app::{Code, Event, Key, Screen};
use atlasnav::catalog::{Facet, Lens, ObjectId, guide};
use atlasnav::coverage::Aspect;

use crate::harness::{Journey, builtin, id, journey, marked};

fn lens(facet: Facet, key: &str) -> BTreeSet<ObjectId> {
    let mut lens = Lens::default();
    lens.add(facet, key);
    lens.techniques(&builtin())
}

/// Every technique that has a row, whatever its column.
fn rows(journey: &Journey) -> BTreeSet<ObjectId> {
    let columns = 0..builtin().tactics.len();
    columns.flat_map(|column| journey.app.grid.rows(&journey.app.catalog, column)).collect()
}

#[test]
fn hiding_leaves_what_is_asked_for_and_parents_to_hang_it_on() {
    let journey = journey(80, 24).keys("zsfajj<enter>fh");
    let theft = lens(Facet::Area, "model-theft");
    let shown = rows(&journey);
    assert!(theft.is_subset(&shown));
    for id in shown.difference(&theft) {
        let catalog = builtin();
        let subs = &catalog.technique(*id).expect("a technique").subs;
        assert!(subs.iter().any(|sub| theft.contains(sub)), "{id} is shown for no reason");
    }
    let again = journey.keys("fh");
    assert_eq!(rows(&again).len(), 208);
    assert!(!again.app.lens.is_empty());
    assert!(again.keys("f0").app.lens.is_empty());
}

#[test]
fn the_cursor_is_always_on_a_row() {
    // From every column, through filters that leave some columns empty.
    for column in 0..16 {
        let start = "l".repeat(column) + "jjj";
        for filter in ["faj<enter>fh", "fpjjj<enter>fh", "zsflj<enter>fh", "faGj<enter>fhfa<enter>"] {
            let journey = journey(80, 24).keys(&start).keys(filter);
            let cursor = journey.app.grid.cursor.expect("a cursor");
            assert!(
                journey.app.grid.rows(&builtin(), cursor.column).any(|id| id == cursor.id),
                "{start} {filter} loses the cursor"
            );
            let walked = journey.keys("jjjkkllllhhG");
            let cursor = walked.app.grid.cursor.expect("a cursor");
            assert!(walked.app.grid.rows(&builtin(), cursor.column).any(|id| id == cursor.id));
        }
    }
}

#[test]
fn what_one_goes_to_is_shown_though_it_was_hidden() {
    let journey = journey(80, 24).keys("faj<enter>fh");
    assert!(journey.app.grid.hides());
    let journey = journey.keys("/t48.2<enter>1");
    assert!(!journey.app.grid.hides());
    assert_eq!(journey.app.grid.cursor.map(|c| c.id), Some(id("t48.2")));
}

#[test]
fn nothing_left_is_said_and_hides_nothing() {
    // In no area, of the platform Predictive AI, feasible: there is no such technique.
    let journey = journey(80, 24).keys("fajjjjjj<enter>fpjjj<enter>fm<enter>");
    let left = journey.app.looked_at().expect("a filter").len();
    assert_eq!(left, 0, "the catalogue has changed: take another combination");
    let journey = journey.keys("fh");
    assert!(!journey.app.grid.hides());
    assert!(journey.said().starts_with("No technique has all of this"), "{}", journey.said());
    assert!(journey.keys("2").text().contains("Nothing here is"));
}

#[test]
fn figures_count_what_is_looked_at() {
    let all = marked(160, 45);
    assert!(all.rows()[0].contains("/208 assessed"));
    let some = all.keys("faj<enter>");
    assert!(some.rows()[0].contains("/36 assessed"), "{}", some.rows()[0]);
    let legend = &some.rows()[43];
    assert!(legend.starts_with(" area:model-evasion: 36 of 208"), "{legend}");
}

#[test]
fn choosing_adds_takes_away_and_replaces() {
    let journey = journey(80, 24).keys("fp<space>j<space>");
    assert_eq!(journey.app.lens.describe(), "agentic-ai/enterprise");
    let journey = journey.keys("<space><esc>");
    assert_eq!(journey.app.lens.describe(), "agentic-ai");
    let journey = journey.keys("fpjj<enter>");
    assert_eq!(journey.app.lens.describe(), "generative-ai");
    assert!(journey.keys("fa<enter>").app.lens.has(Aspect::Fact(Facet::Area), "data-poisoning"));
    // Who ticks values and presses enter means what is ticked.
    let journey = crate::harness::journey(80, 24).keys("fp<space>j<space><enter>");
    assert_eq!(journey.app.lens.describe(), "agentic-ai/enterprise");
}

#[test]
fn lists_show_what_belongs_to_it() {
    let journey = journey(80, 24).keys("faj<enter>2");
    let techniques: BTreeSet<ObjectId> = journey.app.list.iter().map(|r| r.id).collect();
    assert_eq!(techniques, lens(Facet::Area, "model-evasion"));
    let journey = journey.keys("4");
    assert!(!journey.app.list.is_empty());
    for row in &journey.app.list {
        let catalog = builtin();
        let steps = &catalog.case_study(row.id).expect("a case study").steps;
        assert!(steps.iter().any(|s| techniques.contains(&s.technique)), "{}", row.id);
    }
}

#[test]
fn terms_are_found_opened_and_lead_to_objects() {
    let journey = journey(80, 24).keys("/aibom<enter>");
    assert!(matches!(journey.app.screen(), Screen::Glossary(_)));
    assert!(journey.rows()[2].contains("AI bill of materials"), "{}", journey.text());
    let journey = journey.keys("<enter>");
    assert!(matches!(journey.app.screen(), Screen::Object(view) if view.id == id("m23")));
    let journey = journey.keys("<esc>");
    assert!(journey.rows()[2].contains("AI bill of materials"), "back to where one was: {}", journey.text());
}

#[test]
fn a_deck_is_learnt_card_by_card() {
    let mut journey = journey(80, 24).keys("gd");
    let all = guide().terms.len();
    let space: Key = "space".parse().expect("a key");
    for turn in 0..all {
        // Knowing and not knowing turn the card first: one has to look.
        journey.event(Event::Key(Key::char('l')));
        assert!(
            journey.text().contains(&format!("{} of {all} known", turn - turn / 10)),
            "{}",
            journey.text()
        );
        let answer = if turn % 10 == 9 { 'h' } else { 'l' };
        journey.event(Event::Key(Key::char(answer)));
    }
    let missed = all / 10;
    assert!(journey.text().contains(&format!("{} of {all} known", all - missed)));
    for _ in 0..missed {
        journey.event(Event::Key(space));
        journey.event(Event::Key(Key { code: Code::Right, ..space }));
    }
    assert!(journey.text().contains(&format!("All {all} terms are known.")));
    journey.event(Event::Key(space));
    assert!(journey.text().contains(&format!("0 of {all} known")));
    assert!(matches!(journey.keys("<esc>").app.screen(), Screen::Matrix));
}
