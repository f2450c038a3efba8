//! Texts that would act on a terminal or hide from its reader reach no cell of any screen.

use atlasnav::app::Event;
use atlasnav::catalog::sanitize;
use atlasnav::coverage::{Assessment, Claim, Conflict, Evidence, EvidenceKind, Mark, Status};

use crate::harness::{Journey, Start, start};
use crate::sizes::EVERYWHERE;
use crate::synthetic;

/// Escape sequences, C1 controls, bidirectional and zero-width characters, tags, and a tower.
fn hostile() -> String {
    let tower = "\u{301}".repeat(10_000);
    format!(
        "\u{1b}[31;7mred\u{1b}]0;title\u{7}\u{1b}]8;;http://x\u{1b}\\\u{9b}2J\u{9d}52;c;YQ\u{9c}\u{90}q\
         \u{8}\u{7f}\u{85}\u{2028}\u{202e}evil\u{2066}\u{200b}\u{200d}\u{feff}\u{e0041}\u{e007f}\u{3164}\
         \u{ad}\u{61c}a{tower}b\r\n\tend"
    )
}

fn assert_harmless(journey: &Journey, what: &str) {
    let buffer = journey.buffer();
    for (at, cell) in buffer.content().iter().enumerate() {
        let symbol = cell.symbol();
        let place = (at % usize::from(buffer.area().width), at / usize::from(buffer.area().width));
        assert_eq!(sanitize(symbol, false), symbol, "{what}: cell {place:?}");
        assert!(symbol.chars().count() <= 8, "{what}: cell {place:?} holds {} characters", symbol.len());
    }
}

fn everywhere(make: impl Fn((u16, u16)) -> Journey) {
    for size in [(80, 24), (160, 45)] {
        for keys in EVERYWHERE {
            assert_harmless(&make(size).keys(keys), keys);
        }
        for keys in [
            "<enter>",
            "<enter>}}",
            "/0<enter>",
            "/technique<down>",
            "/m0<enter>}",
            "/cs0<enter>}",
            "/ta0<enter>}",
        ] {
            assert_harmless(&make(size).keys(keys), keys);
        }
    }
}

#[test]
fn a_catalogue() {
    let catalog = synthetic::catalog(3, 4, 2, |what| format!("{what} {}", hostile()));
    everywhere(|size| {
        let mut start = Start { catalog: catalog.clone(), ..start(size) };
        start.source = hostile();
        start.name = hostile();
        start.warnings = vec![hostile()];
        start.notices = vec![hostile()];
        Journey::new(start)
    });
}

#[test]
fn an_assessment() {
    let catalog = synthetic::catalog(3, 4, 2, str::to_owned);
    let text = || Some(hostile());
    let mut assessment = Assessment { release: hostile(), ..Assessment::default() };
    for id in catalog.markable() {
        let evidence = Evidence { kind: EvidenceKind::Detect, what: hostile(), link: text(), on: None };
        let mark = Mark {
            status: Status::Partial,
            owner: text(),
            note: text(),
            evidence: vec![evidence],
            by: text(),
            on: Some(crate::harness::TODAY),
            conflicts: vec![
                Conflict { claim: Claim::Owner(Some(format!("{}x", hostile()))), by: text(), on: None },
                Conflict { claim: Claim::Status(Status::Gap), by: text(), on: None },
                Conflict { claim: Claim::Note(None), by: text(), on: None },
            ],
            ..Mark::default()
        };
        assessment.marks.insert(id, mark);
    }
    everywhere(|size| {
        let mut start = Start { catalog: catalog.clone(), assessment: assessment.clone(), ..start(size) };
        start.read_only = Some(hostile());
        Journey::new(start)
    });
    everywhere(|size| {
        Journey::new(Start { catalog: catalog.clone(), assessment: assessment.clone(), ..start(size) })
    });
}

#[test]
fn what_is_typed_pasted_and_said() {
    for keys in ["/", ":", "mn"] {
        let mut journey = crate::harness::journey(80, 24).keys(keys).paste(&hostile());
        assert_harmless(&journey, keys);
        for c in hostile().chars().take(200) {
            journey.event(Event::Key(atlasnav::app::Key::char(c)));
        }
        assert_harmless(&journey, keys);
        journey.press("<enter>");
        assert_harmless(&journey, keys);
        journey.press("<enter>");
        assert_harmless(&journey, keys);
    }
    for event in [Event::Notice(hostile()), Event::NotSaved(hostile())] {
        let mut journey = crate::harness::journey(80, 24);
        journey.event(event);
        assert_harmless(&journey, "a notice");
        journey.press("!");
        assert_harmless(&journey, "messages");
    }
}
