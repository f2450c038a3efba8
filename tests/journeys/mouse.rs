//! The mouse and the clipboard.

use atlasnav::app::{Event, Keymap, Mouse, MouseDid, Screen};
use atlasnav::config::{KeySetting, Theme};

use crate::harness::{Journey, Start, id, journey, marked, start};

/// The mouse at the first place of a text on the screen.
fn at(journey: &Journey, text: &str, what: MouseDid) -> Mouse {
    let rows = journey.rows();
    let found = rows.iter().enumerate().find_map(|(y, row)| Some((row.find(text)?, y)));
    let (byte, y) = found.unwrap_or_else(|| panic!("no {text:?} on\n{}", journey.text()));
    let x = rows[y][..byte].chars().count();
    Mouse { what, x: u16::try_from(x).expect("a column"), y: u16::try_from(y).expect("a row") }
}

fn on(mut journey: Journey, text: &str, what: MouseDid) -> Journey {
    let mouse = at(&journey, text, what);
    journey.event(Event::Mouse(mouse));
    journey
}

fn click(journey: Journey, text: &str) -> Journey {
    on(journey, text, MouseDid::Click)
}

fn double(journey: Journey, text: &str) -> Journey {
    on(click(journey, text), text, MouseDid::DoubleClick)
}

fn page(journey: &Journey) -> String {
    match journey.app.screen() {
        Screen::Object(view) => view.id.short(),
        other => panic!("no page but {other:?}"),
    }
}

#[test]
fn a_click_moves_the_cursor_and_two_open_the_page() {
    let journey = click(journey(80, 24), ".051");
    assert_eq!(journey.app.grid.cursor.map(|c| c.id), Some(id("t51")));
    assert_eq!(page(&double(journey, ".105")), "T0105");
}

#[test]
fn every_cell_in_sight_can_be_clicked() {
    for keys in ["", "zs", "+zs", "++LL", "+++zsG"] {
        let journey = journey(160, 45).keys(keys);
        let area = journey.app.grid_area().expect("a grid");
        let mut clicked = 0;
        for y in area.y..area.y + area.height {
            for x in area.x..area.x + area.width {
                if x % 13 != 0 || y % 5 != 0 {
                    continue;
                }
                let mut other = crate::harness::journey(160, 45).keys(keys);
                let (left, top) = (other.app.grid.left, other.app.grid.top);
                let before = other.app.grid.cursor;
                other.event(Event::Mouse(Mouse { what: MouseDid::Click, x, y }));
                let after = other.app.grid.cursor.expect("a cursor");
                if Some(after) != before {
                    clicked += 1;
                    // What was clicked is what the row below the matrix names, and nothing has scrolled.
                    assert_eq!((other.app.grid.left, other.app.grid.top), (left, top), "{keys} {x},{y}");
                    let info = other.rows()[42].clone();
                    assert!(info.contains(&after.id.short()), "{info}");
                }
            }
        }
        assert!(clicked > 5, "{keys}: {clicked}");
    }
}

#[test]
fn heads_rows_and_links_are_clicked() {
    assert_eq!(page(&double(journey(80, 24), "Exec")), "TA0005");
    let list = click(journey(80, 24).keys("3"), "M0007");
    assert!(matches!(list.app.screen(), Screen::List(view) if view.cursor == 7));
    assert_eq!(page(&double(list, "M0009")), "M0009");
    let sorted = click(journey(80, 24).keys("3"), "*id");
    assert!(sorted.said().starts_with("Sorted by name"), "{}", sorted.said());
    let linked = double(journey(160, 45).keys("/51.1<enter>"), "M0024 AI Telemetry");
    assert_eq!(page(&linked), "M0024");
    // Beside the matrix, too.
    let beside = double(journey(160, 45), "M0039 AI Honeypots");
    assert_eq!(page(&beside), "M0039");
}

#[test]
fn hints_are_clicked() {
    let searching = click(journey(80, 24), "/ find");
    assert!(searching.text().contains("Find in "));
    let closed = click(searching, "cancel");
    assert!(!closed.text().contains("Find in "));
    let menu = click(closed, "m mark");
    assert!(menu.text().contains("Mark T0000"));
    // A row of the menu is clicked; anything else closes it.
    let marked = click(menu, "Mark as gap");
    assert_eq!(marked.said(), "Saved: T0000 gap.");
    let closed = click(marked.keys("m"), "Rcon");
    assert!(!closed.text().contains("Mark T0000") && closed.said().is_empty());
    assert!(closed.keys("m").rows()[23].starts_with(" esc cancel"));
    assert!(click(crate::harness::journey(80, 24), "? help").text().contains("- Help -"));
}

#[test]
fn a_hint_of_a_menu_presses_the_keys_that_hold() {
    let row = |command: &str, keys: &str| KeySetting {
        scope: "everywhere".to_owned(),
        command: command.to_owned(),
        keys: vec![keys.to_owned()],
        line: None,
    };
    let marks =
        ["unassessed", "gap", "planned", "partial", "covered", "tested", "not-applicable", "accepted"];
    let names = marks.map(|name| format!("mark-{name}"));
    let keys = "abcdefgh".chars().map(|last| format!("ctrl-x m {last}"));
    let settings: Vec<KeySetting> = names.iter().zip(keys).map(|(name, keys)| row(name, &keys)).collect();
    let (keymap, problems) = Keymap::new(&settings);
    assert_eq!(problems, []);
    let menu = click(Journey::new(Start { keymap, ..start((80, 24)) }), "ctrl-x m mark");
    assert!(menu.text().contains("Mark T0000"), "{}", menu.text());
}

#[test]
fn rows_of_popups_are_clicked() {
    let found = double(journey(80, 24).keys("/poison"), "T0070");
    assert_eq!(page(&found), "T0070");
    let filtered = double(journey(80, 24).keys("fa"), "Model theft");
    assert_eq!(filtered.app.lens.describe(), "model-theft");
    let palette = double(journey(80, 24).keys(":glossary"), "The glossary of");
    assert!(matches!(palette.app.screen(), Screen::Glossary(_)));
    // A theme shows at the first click and is kept at the second.
    let shown = click(journey(80, 24).keys("T"), "light");
    assert_eq!(shown.app.theme, Theme::named("light", &|_| None).expect("a theme"));
    let shown = on(shown, "light", MouseDid::Wheel(1));
    assert_eq!(shown.app.theme, Theme::named("high-contrast", &|_| None).expect("a theme"));
    let kept = double(shown, "dark");
    assert!(kept.app.popups.is_empty(), "{}", kept.text());
    assert_eq!(kept.app.theme, Theme::named("dark", &|_| None).expect("a theme"));
    let samples = click(journey(80, 24).keys("T"), "found link");
    assert_eq!(samples.app.theme, Theme::default());
    let card = click(journey(80, 24).keys("gd"), "What is it?");
    assert!(card.text().contains("I knew it"));
}

#[test]
fn the_wheel_scrolls_what_is_below_it() {
    let journey = on(journey(160, 45), "-- Case studies", MouseDid::Wheel(1));
    assert_eq!((journey.app.panes[0].at.scroll, journey.app.panes[1].at.scroll), (0, 3));
    assert_eq!(journey.app.side_focus, None);
    let journey = on(journey, ".051", MouseDid::Wheel(1));
    assert_eq!(journey.app.grid.cursor.map(|c| c.id), Some(id("t1")));
    let journey = on(journey, ".051", MouseDid::WheelSideways(1));
    assert_eq!(journey.app.grid.cursor.map(|c| c.column), Some(1));
    let journey = on(journey, ".051", MouseDid::WheelZoom(-1));
    assert_eq!(journey.app.grid.zoom.level(), 1);
    let help = on(journey.keys("?"), "Help", MouseDid::Wheel(1));
    assert!(!help.text().contains("On the matrix"), "the help has scrolled");
}

#[test]
fn what_is_copied_is_sent_and_kept() {
    let journey = journey(80, 24).keys("/51.1<enter>yyynyu");
    assert_eq!(
        journey.copied,
        [
            "AML.T0051.001",
            "LLM Prompt Injection: Indirect",
            "https://atlas.mitre.org/techniques/AML.T0051.001"
        ]
    );
    assert!(journey.said().contains("Sent to the terminal's clipboard"), "{}", journey.said());
    let journey = journey.keys("ym");
    let markdown = journey.copied[3].clone();
    assert!(markdown.starts_with("[AML.T0051.001 LLM Prompt Injection: Indirect](https://"), "{markdown}");
    assert!(
        markdown.ends_with("ATLAS 2026.09, built-in summaries\n") && !markdown.contains("](/"),
        "{markdown}"
    );
    let shown = journey.keys("yv");
    assert!(shown.text().contains("- Copied -") && shown.text().contains("[AML.T0051.001"));
    let screen = marked(80, 24).keys("jjys");
    let text = &screen.copied[0];
    assert!(text.starts_with(" ATLAS 2026.09") && text.contains("Rcon Rsrc"), "{text}");
}
