//! Choosing a theme, and what every theme has to show.

use std::collections::BTreeSet;

use atlasnav::app::{COMMANDS, Event, UserTheme};
use atlasnav::config::{BUILTIN, Depth, Theme};
use ratatui::style::{Color, Modifier};

use crate::harness::{Answers, Journey, Start, journey, marked, start};
use crate::sizes::EVERYWHERE;

fn theme(name: &str) -> Theme {
    Theme::named(name, &|_| None).expect("a built-in theme")
}

fn own(name: &str, text: &str) -> UserTheme {
    UserTheme { name: name.to_owned(), text: Ok(text.to_owned()) }
}

#[test]
fn moving_shows_enter_keeps_and_esc_goes_back() {
    let mut journey = journey(80, 24).keys("Tj");
    assert_eq!(journey.app.theme, theme("dark"));
    journey.press("jk<down><down>");
    assert_eq!(journey.app.theme, theme("high-contrast"));
    journey.press("<esc>");
    assert_eq!(journey.app.theme, Theme::default());
    assert!(journey.app.popups.is_empty() && journey.kept_theme.is_none());
    journey.press("Tj<enter>");
    assert_eq!(journey.app.theme, theme("dark"));
    assert_eq!(journey.kept_theme.as_deref(), Some("dark"));
    assert_eq!(journey.said(), "The theme is dark; config.toml says so.");
    // The choice begins where one is, and the same again writes nothing.
    journey.kept_theme = None;
    journey.press("T");
    assert_eq!(journey.app.theme, theme("dark"));
    journey.press("<enter>");
    assert!(journey.kept_theme.is_none());
    assert_eq!(journey.said(), "The theme is dark, as before.");
    journey.press("Tkkkkk");
    assert_eq!(journey.app.theme, Theme::default(), "the first is the last upwards");
    journey.press("q");
    assert!(!journey.quit && journey.app.popups.is_empty(), "q closes the choice");
    assert_eq!(journey.app.theme, theme("dark"));
}

#[test]
fn what_can_not_be_kept_is_said() {
    let journey =
        journey(80, 24).answers(Answers::No("config.toml, line 3: no".to_owned())).keys("Tj<enter>");
    assert_eq!(journey.app.theme, theme("dark"));
    assert_eq!(journey.said(), "The theme is dark until you quit; it is not kept: config.toml, line 3: no.");
}

#[test]
fn themes_of_ones_own() {
    let mut journey = journey(80, 24);
    journey.themes = vec![
        own("base", "inherits = \"light\"\n[roles]\ncode = \"red\""),
        own("dark", "[roles]\ncode = \"red\""),
        own("mine", "inherits = \"base\""),
        own("not a name", ""),
        UserTheme {
            name: "shut".to_owned(),
            text: Err("can't read shut.toml: permission denied".to_owned()),
        },
        own("wrong", "[roles]\n\nlinks = \"red\""),
    ];
    journey.press("T");
    let text = journey.text();
    assert_eq!(text.matches("(yours)").count(), 4, "a built-in name and no name are left out: {text}");
    journey.press(&"j".repeat(BUILTIN.len() + 1));
    let find =
        |name: &str| (name == "base").then(|| "inherits = \"light\"\n[roles]\ncode = \"red\"".to_owned());
    assert_eq!(journey.app.theme, Theme::named("base", &find).expect("a theme"));
    journey.press("j");
    assert_eq!(journey.said(), "can't read shut.toml: permission denied");
    assert_eq!(journey.app.theme, Theme::default());
    journey.press("<enter>");
    assert!(journey.kept_theme.is_none() && !journey.app.popups.is_empty(), "what is not shown is not kept");
    journey.press("j");
    assert!(journey.said().starts_with("theme wrong.toml, line 3: there is no role `links`; "));
    journey.press("kkk<enter>");
    assert_eq!(journey.kept_theme.as_deref(), Some("base"));
}

#[test]
fn settings_of_the_start() {
    let mut with = start((160, 45));
    with.settings.zoom = 2;
    with.settings.side_pane = false;
    with.theme = theme("light");
    let journey = Journey::new(with);
    assert!(journey.text().contains("Matrix z2") && journey.app.panes.is_empty());
    assert_eq!(journey.app.theme, theme("light"));
}

/// The cells of a screen by what they look like: symbol and attributes, no colours.
fn looks(journey: &Journey) -> Vec<(String, Modifier)> {
    journey.buffer().content().iter().map(|cell| (cell.symbol().to_owned(), cell.modifier)).collect()
}

#[test]
fn every_theme_tells_cursor_hits_and_the_rest_apart_without_colours() {
    for (name, _) in BUILTIN {
        let with = |keys: &str| {
            let start = Start { theme: theme(name), ..start((80, 24)) };
            Journey::new(start).monochrome().keys(keys)
        };
        let journey = with("/poison<tab>");
        let buffer = journey.buffer();
        let cells = buffer.content();
        assert!(
            cells.iter().all(|c| c.symbol().is_ascii() && (c.fg, c.bg) == (Color::Reset, Color::Reset)),
            "{name}"
        );
        let cursor = journey.app.grid.cursor.expect("a cursor").id;
        let number = |id: atlasnav::catalog::ObjectId| format!("{:03}", id.number());
        let of = |wanted: &str| {
            let rows = buffer.content().chunks(80).skip(1).take(20);
            let found = rows.flat_map(|row| row.windows(3)).find(|window| {
                window.iter().map(ratatui::buffer::Cell::symbol).collect::<String>() == wanted
            });
            found.expect("it is on the screen")[0].modifier
        };
        let other = journey.app.lit.iter().find(|id| **id != cursor && id.sub_number().is_none());
        let (cursor, hit, rest) = (of(&number(cursor)), of(&number(*other.expect("another hit"))), of("001"));
        assert!(cursor != hit && hit != rest && cursor != rest, "{name}: {cursor:?} {hit:?} {rest:?}");
    }
}

#[test]
fn every_screen_differs_from_every_other_without_colours() {
    let mut seen: Vec<(&str, Vec<(String, Modifier)>)> = Vec::new();
    for keys in EVERYWHERE {
        let shown = looks(&marked(80, 24).monochrome().keys(keys));
        // These two show the panes of wide screens only.
        if !["wj", "<tab>jj"].contains(&keys) {
            let same = seen.iter().find(|(_, other)| *other == shown);
            assert_eq!(same.map(|(other, _)| *other), None, "{keys} looks the same");
        }
        seen.push((keys, shown));
    }
}

#[test]
fn a_theme_of_ones_own_may_paint_the_whole_screen() {
    let text = "inherits = \"default\"\n[roles]\nnormal = { fg = \"white\", bg = \"blue\" }";
    let painted = Theme::named("mine", &|_| Some(text.to_owned())).expect("a theme");
    for keys in EVERYWHERE {
        let start = Start { theme: painted.clone(), ..start((160, 45)) };
        let journey = Journey::new(start).keys(keys);
        // While themes are tried, another one is shown.
        if !keys.contains('T') {
            assert!(journey.buffer().content().iter().all(|cell| cell.bg == Color::Blue), "{keys}");
        }
    }
}

#[test]
fn a_colour_is_sent_at_no_more_than_the_depth() {
    for (name, _) in BUILTIN {
        for depth in [Depth::Monochrome, Depth::Sixteen, Depth::Indexed, Depth::True] {
            let start = Start { theme: theme(name), ..start((120, 40)) };
            let journey = Journey::new(start).depth(depth).keys("mgjmcj/poison<tab>");
            for cell in journey.buffer().content() {
                let fits = match cell.fg {
                    Color::Reset => true,
                    Color::Rgb(..) => depth == Depth::True,
                    Color::Indexed(_) => depth == Depth::Indexed,
                    _ => depth != Depth::Monochrome,
                };
                assert!(fits, "{name} at {depth:?}: {:?}", cell.fg);
                assert_eq!(cell.bg, Color::Reset, "{name} paints no background");
            }
        }
    }
}

#[test]
fn the_glyphs_stay_in_ascii_and_nothing_else_changes_with_the_borders() {
    let ascii = |c: char| match c {
        '─' => '-',
        '│' => '|',
        '┌' | '┐' | '└' | '┘' => '+',
        c => c,
    };
    let mut lines = BTreeSet::new();
    for keys in EVERYWHERE {
        let (plain, unicode) = (marked(160, 45).keys(keys), marked(160, 45).keys(keys).unicode());
        lines.extend(unicode.text().chars().filter(|c| ascii(*c) != *c));
        assert_eq!(unicode.text().chars().map(ascii).collect::<String>(), plain.text(), "{keys}");
    }
    assert_eq!(lines.len(), 6);
}

#[test]
fn a_theme_that_comes_late_or_twice_does_no_harm() {
    let mut journey = journey(80, 24).keys("T");
    journey.event(Event::Themes(vec![own("mine", "")]));
    journey.press("j<esc><esc>");
    assert!(journey.app.popups.is_empty());
    assert_eq!(journey.app.theme, Theme::default());
    assert!(COMMANDS.iter().any(|row| row.name == "theme"));
}
