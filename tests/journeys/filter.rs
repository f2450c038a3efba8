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

/// The glyph in front of a technique on the matrix, as it is drawn at the whole zoom.
fn drawn(journey: &Journey, technique: &str) -> char {
    let at = format!("{:03}", id(technique).number());
    let rows = journey.rows();
    let row = rows.iter().skip(3).find(|row| row.contains(&at)).expect("a row");
    row[..row.find(&at).expect("a place")].chars().last().expect("a sign")
}

#[test]
fn a_filter_by_marks_follows_them_and_the_cursor_stays() {
    // Unassessed only, the others hidden; on a technique without sub-techniques.
    let journey = journey(80, 24).keys("jfs<enter>fh");
    assert_eq!(journey.app.lens.query(), "status:unassessed");
    let before = journey.app.grid.cursor.expect("a cursor");
    let journey = journey.keys("mp");
    // It is no longer counted, but stands where it stood, and shows what it has become.
    assert!(!journey.app.looked_at().expect("a filter").contains(&before.id));
    assert!(journey.rows()[0].contains("0/207 "), "{}", journey.rows()[0]);
    assert_eq!(journey.app.grid.cursor, Some(before));
    assert!(rows(&journey).contains(&before.id));
    assert_eq!(journey.app.sign(before.id).glyph, '+');
    assert!(journey.app.is_looked_at(before.id));
    // The note and the second mark go to it as well; going on leaves it behind.
    let journey = journey.keys("mg").keys("j");
    assert!(!journey.app.is_looked_at(before.id) && !rows(&journey).contains(&before.id));
    let here = journey.app.grid.cursor.expect("a cursor");
    assert!(rows(&journey).contains(&here.id) && here.id != before.id);
    // What is undone is back; the matrix shows it.
    let journey = journey.keys("uu");
    assert!(rows(&journey).contains(&before.id));
    assert_eq!(journey.app.looked_at().expect("a filter").len(), 208);
}

#[test]
fn lists_keep_the_row_until_the_cursor_goes_on() {
    for list in ["2", "3"] {
        let journey = journey(80, 24).keys("fs<enter>").keys(list).keys("jj");
        let all = journey.app.list.len();
        let (marked, next) = (journey.app.list[2].id, journey.app.list[3].id);
        let journey = journey.keys("mc");
        assert_eq!((journey.app.list.len(), journey.app.under_cursor()), (all, Some(marked)), "{list}");
        let journey = journey.keys("j");
        assert_eq!((journey.app.list.len(), journey.app.under_cursor()), (all - 1, Some(next)), "{list}");
    }
}

#[test]
fn what_we_say_tells_techniques_apart() {
    let all = marked(80, 24);
    for (at, key) in ["unassessed", "gap", "planned", "partial", "covered", "tested"].into_iter().enumerate()
    {
        let journey = marked(80, 24).keys("fs").keys(&"j".repeat(at)).keys("<enter>");
        let of = |id: &ObjectId| journey.app.assessment.state(*id, crate::harness::TODAY).key() == key;
        let expected: BTreeSet<ObjectId> =
            journey.app.catalog.techniques.iter().map(|t| t.id).filter(of).collect();
        assert_eq!(journey.app.looked_at(), Some(&expected), "{key}");
        assert!(!expected.is_empty());
    }
    // Two statuses widen, a tactic narrows.
    let journey = all.keys("fsj<space>j<space><esc>");
    let two = journey.app.looked_at().expect("a filter").len();
    let journey = journey.keys("ftjj<enter>");
    let fewer = journey.app.looked_at().expect("a filter").len();
    assert!(0 < fewer && fewer < two, "{fewer} of {two}");
    assert!(journey.app.lens.query().starts_with("tactic:"), "{}", journey.app.lens.query());
}

#[test]
fn a_long_choice_scrolls_to_what_is_chosen() {
    let journey = journey(80, 24).keys("fc").keys(&"j".repeat(60));
    let text = journey.text();
    let chosen: Vec<&str> = text.lines().filter(|line| line.contains("> [ ]")).collect();
    assert_eq!(chosen.len(), 1, "{text}");
    let journey = journey.keys("<enter>");
    let query = journey.app.lens.query();
    assert!(query.starts_with("case:cs"), "{query}");
    let study = id(query.strip_prefix("case:").expect("a case study"));
    let journey = journey.keys("4");
    assert_eq!(journey.app.list.iter().map(|row| row.id).collect::<Vec<_>>(), [study]);
}

#[test]
fn the_fields_of_marks_are_found_by_in_the_search() {
    let journey = marked(160, 45).keys("/status:gap tactic:impact");
    let catalog = builtin();
    let Some(atlasnav::app::Popup::Search(search)) = journey.app.popups.last() else { panic!("a search") };
    assert!(!search.hits.is_empty());
    for hit in &search.hits {
        let id = hit.item.object().expect("an object");
        assert_eq!(journey.app.assessment.state(id, crate::harness::TODAY).key(), "gap");
        let tactics = &catalog.technique(id).expect("a technique").tactics;
        assert!(tactics.iter().any(|t| catalog.name(*t) == Some("Impact")));
    }
    let journey = marked(160, 45).keys("/attention:stalle");
    let problem = journey.app.search_problem().expect("a problem");
    assert_eq!(problem, "no attention is `stalle`; near it: stale");
}

fn of_agents(width: u16, height: u16) -> Journey {
    let mut assessment = crate::harness::spread();
    assessment.about.platforms = vec!["agentic-ai".to_owned()];
    Journey::new(crate::harness::Start { assessment, ..crate::harness::start((width, height)) })
}

#[test]
fn the_platforms_of_the_assessment_are_its_scope() {
    let journey = of_agents(80, 24);
    let scope = lens(Facet::Platform, "agentic-ai");
    assert_eq!(scope.len(), 139);
    let told = "This assessment is about Agentic AI: 139 of 208 techniques; f0 shows all.";
    assert_eq!(journey.said(), told);
    assert!(journey.rows()[0].contains("/139 assessed (in scope)"), "{}", journey.rows()[0]);
    assert_eq!(journey.app.figures().whole.total(), 139);
    // Outside of it there is no sign.
    let outside = builtin()
        .techniques
        .iter()
        .find(|t| t.parent.is_none() && t.subs.is_empty() && !scope.contains(&t.id))
        .map(|t| t.id.short())
        .expect("one");
    assert_eq!(drawn(&journey, &outside), ' ', "{}", journey.text());
    // A filter narrows it, and is taken off alone.
    let journey = journey.keys("faj<enter>");
    let narrowed = journey.app.looked_at().expect("a filter").clone();
    assert!(narrowed.is_subset(&scope) && narrowed.len() < 36);
    let line = format!(" area:model-evasion: {} of 139;", narrowed.len());
    assert!(journey.rows()[22].starts_with(&line), "{}", journey.rows()[22]);
    let journey = journey.keys("f0");
    assert_eq!(journey.app.looked_at(), Some(&scope));
    assert!(journey.said().starts_with("The scope of this assessment: 139 of 208"), "{}", journey.said());
    // Once more shows what is outside, and says so.
    let journey = journey.keys("f0");
    assert_eq!(journey.app.looked_at(), None);
    assert!(
        journey.said().starts_with("69 techniques outside the scope of this assessment"),
        "{}",
        journey.said()
    );
    assert!(journey.rows()[0].contains("/208 (beyond scope)"), "{}", journey.rows()[0]);
    assert_ne!(drawn(&journey, &outside), ' ');
    let journey = journey.keys("f0");
    assert_eq!(journey.app.looked_at(), Some(&scope));
    // Lists and hiding go by it, too.
    let journey = journey.keys("fh");
    assert!(journey.app.grid.hides());
    assert!(rows(&journey).iter().all(|id| scope.contains(id)
        || builtin().technique(*id).is_some_and(|t| t.subs.iter().any(|s| scope.contains(s)))));
    assert_eq!(journey.keys("2").app.list.len(), 139);
}

#[test]
fn a_platform_that_there_is_not_is_said_and_narrows_nothing() {
    let mut assessment = crate::harness::spread();
    assessment.about.platforms = vec!["toasters".to_owned()];
    let journey = Journey::new(crate::harness::Start { assessment, ..crate::harness::start((80, 24)) });
    assert!(journey.said().contains("toasters"), "{}", journey.said());
    assert_eq!(journey.app.looked_at(), None);
}
