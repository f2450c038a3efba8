//! Texts that would act on a terminal or hide from its reader reach no cell of any screen.

use atlasnav::app::{Event, Keymap, UserTheme};
use atlasnav::catalog::sanitize;
use atlasnav::config::{Settings, Theme, with_theme};
use atlasnav::coverage::{Assessment, Claim, Conflict, Evidence, EvidenceKind, Mark, Status};

use atlasnav::ui::Ui;
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

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

/// Where the cells of a screen lead, none of which can act on a terminal.
fn assert_addresses(journey: &Journey, what: &str) {
    let ui = Ui { links: true, ..journey.ui };
    let (width, height) = journey.app.size;
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    let (_, links) = ui.draw_with_links(&journey.app, &mut buffer);
    assert_eq!(buffer, journey.buffer(), "{what}: links change nothing that is seen");
    for y in 0..usize::from(height) {
        for address in (0..usize::from(width)).filter_map(|x| links.at(x, y)) {
            let is_web = address.starts_with("https://") || address.starts_with("http://");
            assert!(is_web && address.bytes().all(|b| b.is_ascii_graphic()), "{what}: {address:?}");
        }
    }
}

fn everywhere(make: impl Fn((u16, u16)) -> Journey) {
    for size in [(80, 24), (160, 45)] {
        for keys in EVERYWHERE {
            let journey = make(size).keys(keys);
            assert_harmless(&journey, keys);
            assert_addresses(&journey, keys);
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
            let journey = make(size).keys(keys);
            assert_harmless(&journey, keys);
            assert_addresses(&journey, keys);
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

/// Every problem is one harmless sentence.
fn assert_sentence(text: &str) {
    assert_eq!(sanitize(text, false), text);
    assert!(!text.is_empty() && text.len() < 1000, "{} bytes: {text:.200}", text.len());
}

/// The readers of settings and themes, and what makes keys of settings, on any text.
fn read_as_settings_and_theme(text: &str) {
    let (settings, problems) = Settings::read(text);
    let (_, more) = Keymap::new(&settings.keys);
    for problem in problems.iter().chain(&more) {
        assert_sentence(&problem.to_string());
    }
    assert!(settings.author.is_none_or(|author| sanitize(&author, false) == author));
    if let Err(problem) = Theme::named("mine", &|name| (name == "mine").then(|| text.to_owned())) {
        assert_sentence(&problem);
    }
    match with_theme(text, "dark") {
        Ok(text) => assert_eq!(Settings::read(&text).0.theme, "dark", "{text:.200}"),
        Err(problem) => assert_sentence(&problem.to_string()),
    }
}

#[test]
fn settings_and_themes() {
    let evil = hostile().replace('\u{1b}', "\\u001b").replace(['\r', '\n', '"'], " ");
    let long = "x".repeat(100_000);
    let mut texts = vec![hostile(), "\u{feff}zoom = 1".to_owned(), "\0".to_owned(), "[".repeat(100_000)];
    texts.push(format!("a = {}1{}", "[".repeat(70), "]".repeat(70)));
    texts.push(format!("roles = {}", "{ state = ".repeat(5000)));
    texts.push(format!("roles{} = 1", ".state".repeat(5000)));
    texts.push(format!("[keys{}]", ".everywhere".repeat(60)));
    for name in
        ["theme", "color", "inherits", "background", "palette", "roles", "keys", "keys.everywhere.undo", "x"]
    {
        for value in
            ["1", "-9223372036854775808", "nan", "[]", "{}", "true", "1979-05-27T07:32:00Z", "\"\"", "[[[]]]"]
        {
            texts.push(format!("{name} = {value}"));
        }
        texts.push(format!("{name} = \"{evil}\""));
        texts.push(format!("{name} = \"{long}\""));
        texts.push(format!("{name} = [\"{evil}\"]"));
        texts.push(format!("\"{evil}\".{name} = 1"));
        texts.push(format!("{name}.\"{evil}\" = \"{evil}\""));
        texts.push(format!("{name}.\"{long}\" = [\"{long}\"]"));
        texts.push(format!("[[{name}]]\n[[{name}]]"));
    }
    for text in texts {
        read_as_settings_and_theme(&text);
    }
}

proptest! {
    #[test]
    fn settings_and_themes_of_any_text(text in "(\\PC|[\\[\\]{}=\"'.,#\n]|theme|keys|everywhere|undo|roles|state|gap|fg|bold){0,40}") {
        read_as_settings_and_theme(&text);
    }
}

#[test]
fn a_theme_in_the_choice() {
    everywhere(|size| {
        let mut journey = Journey::new(start(size));
        journey.themes = vec![
            UserTheme { name: hostile(), text: Ok(hostile()) },
            UserTheme { name: "mine".to_owned(), text: Ok(hostile()) },
            UserTheme { name: "shut".to_owned(), text: Err(hostile()) },
        ];
        journey.keys("TG<down><down><down><down><down><down><down><down>")
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
