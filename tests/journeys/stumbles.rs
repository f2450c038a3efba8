//! Where people stumbled, and what is there now.

use atlasnav::app::{Event, Key, Mouse, MouseDid, SMALLEST, Screen};
use atlasnav::config::Settings;
use atlasnav::page::Part;
use atlasnav::ui::Ui;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::harness::{Journey, Start, contradiction, id, journey, marked, parse, start};

/// Presses keys one after the other without a pause.
fn type_on(journey: &mut Journey, keys: &str) {
    for key in parse(keys) {
        journey.event(Event::Key(key));
    }
}

fn click(journey: &mut Journey, text: &str) {
    let rows = journey.rows();
    let place = rows.iter().enumerate().find_map(|(y, row)| Some((row.find(text)?, y)));
    let (byte, y) = place.unwrap_or_else(|| panic!("no {text:?} on\n{}", journey.text()));
    let x = u16::try_from(rows[y][..byte].chars().count()).expect("a column");
    journey.event(Event::Mouse(Mouse { what: MouseDid::Click, x, y: u16::try_from(y).expect("a row") }));
}

#[test]
fn the_menu_of_pending_keys_opens_after_a_pause_only() {
    for first in ["g", "m", "z", "y", "f"] {
        let mut journey = journey(80, 24);
        let before = journey.buffer();
        assert_eq!(journey.app.wants_pause(), None);
        type_on(&mut journey, first);
        assert_eq!(journey.app.wants_pause(), Some(300));
        assert_eq!(journey.buffer(), before, "{first} draws nothing before the pause");
        journey.event(Event::Paused);
        assert!(journey.app.menu_is_open() && journey.buffer() != before, "{first}");
        assert_eq!(journey.app.wants_pause(), None, "one pause is enough");
        journey.press("<esc>");
        assert_eq!(journey.buffer(), before);
        // A pause that comes late opens nothing.
        journey.event(Event::Paused);
        assert_eq!(journey.buffer(), before);
    }
    // Typed on, there is never a menu, and the next one has to be waited for again.
    let mut journey = journey(80, 24);
    type_on(&mut journey, "mg");
    assert_eq!((journey.said(), journey.app.menu_is_open()), ("Saved: T0000 gap.", false));
    type_on(&mut journey, "g");
    assert!(!journey.app.menu_is_open());
}

#[test]
fn the_pause_is_a_setting_and_who_clicks_does_not_wait() {
    let at_once = Settings { which_key: 0, ..Settings::default() };
    let mut journey = Journey::new(Start { settings: at_once, ..start((80, 24)) });
    type_on(&mut journey, "m");
    assert!(journey.app.menu_is_open() && journey.text().contains("Mark as gap"));
    assert_eq!(journey.app.wants_pause(), None);
    let mut journey = crate::harness::journey(80, 24);
    click(&mut journey, "m mark");
    assert!(journey.app.menu_is_open());
    // A click meanwhile is a click on the screen that is there.
    let mut journey = crate::harness::journey(80, 24);
    type_on(&mut journey, "g");
    click(&mut journey, ".051");
    assert!(journey.app.pending.is_empty());
    assert_eq!(journey.app.grid.cursor.map(|c| c.id), Some(id("t51")));
}

#[test]
fn the_title_counts_conflicts() {
    let mut with = start((80, 24));
    assert!(!Journey::new(start((80, 24))).rows()[0].contains("conflict"));
    with.assessment.marks.insert(id("t0"), contradiction());
    assert!(Journey::new(with).rows()[0].ends_with("assessed, 1 conflict"));
    let mut with = start(SMALLEST);
    for what in ["t0", "m20"] {
        with.assessment.marks.insert(id(what), contradiction());
    }
    assert!(Journey::new(with).rows()[0].contains(", 2 conflicts"));
}

/// Who has several assessments sees at 80 columns which one is marked, and what a figure is of.
#[test]
fn a_narrow_title_keeps_the_name_and_says_what_is_counted() {
    let mut with = start((80, 24));
    with.assessment.about.platforms = vec!["agentic-ai".to_owned()];
    let mut journey = Journey::new(with);
    journey.app.name = "Support chatbot (EU)".to_owned();
    journey.press("mg");
    let title = journey.rows()[0].clone();
    assert!(title.contains(" Support") && title.ends_with(" (in scope), saved"), "{title}");
    journey.press("fs<enter>");
    let title = journey.rows()[0].clone();
    assert!(title.contains(" Support") && title.ends_with(" (filtered), saved"), "{title}");
}

#[test]
fn hits_that_the_filter_leaves_out_are_told() {
    let mut with = start((80, 24));
    with.assessment.about.platforms = vec!["agentic-ai".to_owned()];
    let journey = Journey::new(with).keys("/area:evasion<enter>1*");
    let selected = journey.app.selection.len();
    let all = crate::harness::journey(80, 24).keys("/area:evasion<enter>1*").app.selection.len();
    assert!(0 < selected && selected < all);
    let left_out = format!("The filter leaves out {} more.", all - selected);
    assert!(journey.said().ends_with(&left_out), "{}", journey.said());
}

#[test]
fn a_copied_screen_is_shown_as_it_was_drawn() {
    for (width, height) in [(80, 24), (60, 18), (160, 45)] {
        let mut journey = marked(width, height);
        let drawn = journey.rows();
        journey.press("ysyv");
        let shown = journey.rows();
        for (drawn, shown) in drawn.iter().zip(&shown[2..shown.len() - 3]) {
            assert_eq!(drawn.trim_end(), shown.trim_end());
        }
    }
}

#[test]
fn a_deck_that_is_left_goes_on_where_it_was() {
    let mut journey = journey(80, 24).keys("gd<space>l<space>l<space>h");
    let card = journey.app.deck.clone();
    assert!(journey.text().contains("2 of 73 known, 1 to come again"), "{}", journey.text());
    for way_out_and_back in ["8gd", "<esc>gd", "1<enter>gd", "/51<enter>gd"] {
        journey.press(way_out_and_back);
        assert_eq!(journey.app.deck, card, "{way_out_and_back}");
        assert_eq!(*journey.app.screen(), Screen::Deck);
    }
}

#[test]
fn the_choice_of_themes_says_why_nothing_changes() {
    let why = "No colours here";
    assert!(journey(80, 24).monochrome().keys("T").text().contains(why));
    assert!(!journey(80, 24).keys("T").text().contains(why));
    assert!(!journey(80, 24).monochrome().keys("T<esc>").text().contains(why));
}

#[test]
fn an_id_that_there_is_not_leads_to_the_nearest() {
    let journey = journey(80, 24).keys("/51.9");
    assert!(journey.text().contains("near it: T0051 LLM Prompt Injection, T0051.002"), "{}", journey.text());
    let journey = journey.keys("<enter>");
    assert!(journey.said().starts_with("Nothing is like `51.9`; near it: T0051 LLM"), "{}", journey.said());
}

#[test]
fn the_other_word_for_a_technique_leads_to_it() {
    let journey = journey(120, 40).keys("/stealing a model");
    let text = journey.text();
    let rows: Vec<&str> =
        text.lines().filter(|row| row.contains("T0024.002") || row.contains("term ")).collect();
    assert!(rows[0].contains("term") && rows[1].contains("T0024.002"), "{text}");
    assert!(matches!(journey.keys("<down><enter>").app.screen(), Screen::Object(v) if v.id == id("t24.2")));
}

#[test]
fn names_of_sections_are_cut_with_a_sign_and_can_be_clicked() {
    let bar = |journey: &Journey| journey.rows()[1].clone();
    let mut narrow = journey(80, 24).keys("<enter>");
    assert!(bar(&narrow).contains("  Re> v"), "{}", bar(&narrow));
    click(&mut narrow, "Mitigations 2");
    let section = |journey: &Journey| {
        let pane = journey.app.focused_pane().expect("a pane");
        pane.current_section().map(|at| pane.page.sections[at].title)
    };
    assert_eq!(section(&narrow), Some("Mitigations"));
    // The one that is read is always there, even if others have to go for it.
    let last = narrow.keys("}}}");
    assert_eq!(section(&last), Some("References"));
    assert!(bar(&last).contains(" References "), "{}", bar(&last));
    for size in [SMALLEST, (80, 24), (100, 30), (120, 40), (160, 45)] {
        for what in ["t51", "t0", "m20", "cs26", "ta2"] {
            let journey = journey(size.0, size.1).keys(&format!("/{what}<enter>"));
            for pane in &journey.app.panes {
                let tabs = pane.tabs();
                let last = tabs.last().expect("a tab");
                let end = usize::from(last.x) + last.text.len() + pane.more().len();
                assert!(end <= usize::from(pane.area.x + pane.area.width), "{what} at {size:?}: {tabs:?}");
                let is_last = last.section + 1 == pane.page.sections.len();
                assert!(last.text.ends_with('>') || (is_last && last.text.ends_with(' ')), "{tabs:?}");
                assert_eq!(tabs[0].section > 0, tabs[0].text.starts_with('<'), "{tabs:?}");
            }
        }
    }
    // In the right pane, too: a click gives it the keys.
    let mut wide = journey(120, 40).keys("/51.1<enter>");
    click(&mut wide, "Case studies");
    assert_eq!((wide.app.focus(), section(&wide)), (Some(1), Some("Case studies")));
    // Letters of the glossary are sections, too.
    let mut glossary = journey(80, 24).keys("8");
    click(&mut glossary, " D ");
    assert_eq!(section(&glossary), Some("D"));
}

#[test]
fn no_row_of_a_menu_is_cut_without_a_sign() {
    let (width, height) = SMALLEST;
    let marks = journey(width, height).keys("m").text();
    assert!(marks.contains("planned: not covered, a control is on its way"), "{marks}");
    assert!(marks.contains("covered and tested today; vouches for 180 days"), "{marks}");
    let filter = journey(width, height).keys("f").text();
    assert!(filter.contains("the lifecycle phases of mitigations"), "{filter}");
    let row = filter.lines().find(|row| row.contains("predictive")).expect("the platforms");
    assert!(row.contains("enterprise") || row.contains('>'), "{row}");
}

#[test]
fn a_case_study_opens_at_its_steps_where_they_have_a_pane() {
    for (width, pane) in [(120, 1), (160, 1), (80, 0)] {
        let journey = journey(width, 40).keys("/cs26<enter>");
        let focused = journey.app.focused_pane().expect("a pane");
        assert_eq!(journey.app.focus(), Some(pane), "at {width}");
        assert!(focused.parts.contains(&Part::Related));
        if pane > 0 {
            assert!(focused.link().is_some(), "a step is chosen");
        } else {
            assert_eq!(focused.at.scroll, 0, "in one pane it is read from the beginning");
        }
        let back = journey.keys("j<enter><esc>");
        assert!(back.app.focused_pane().and_then(|p| p.at.link).is_some(), "and keeps its place");
    }
}

#[test]
fn what_a_search_has_opened_is_folded_with_the_hits() {
    let opened = |journey: &Journey| {
        let techniques = journey.app.catalog.techniques.iter();
        techniques.filter(|t| journey.app.grid.is_open(t.id)).map(|t| t.id).collect::<Vec<_>>()
    };
    let search = "/51.1<tab>";
    let found = journey(80, 24).keys(search);
    assert_eq!(opened(&found).len(), 1, "{}", found.text());
    assert_eq!(opened(&found.keys("<esc>")).len(), 1, "the cursor is not taken from where it is");
    let away = journey(80, 24).keys(search).keys("hh");
    assert_eq!(opened(&away).len(), 1);
    let out = away.keys("<esc>");
    assert_eq!((opened(&out).len(), out.app.lit.len()), (0, 0));
    // What is opened by hand is the user's.
    let by_hand = journey(80, 24).keys(search).keys("zazahh<esc>");
    assert_eq!(opened(&by_hand).len(), 1);
    // What was open before stays.
    let mut before = crate::harness::journey(80, 24).keys("zs");
    let all = opened(&before);
    before.press("/poison<tab>nn<esc>");
    assert_eq!(opened(&before), all);
}

#[test]
fn the_palette_puts_first_what_is_looked_for_there() {
    let names = |keys: &str| -> Vec<&str> {
        journey(80, 24).keys(keys).app.palette_rows().iter().map(|row| row.name).collect()
    };
    let matrix = names(":");
    assert_eq!(matrix[0], "zoom-in");
    assert!(matrix[..24].contains(&"mark-gap"), "{matrix:?}");
    assert_eq!(names("2:")[0], "sort", "the screen's own before all");
    let last = &matrix[matrix.len() - 28..];
    assert!(last.contains(&"down") && last.contains(&"page-up"), "{last:?}");
    assert_eq!(names(":mark note")[0], "note");
    assert_eq!(names(":accept all")[0], "accept-all-suggestions");
    assert_eq!(names(":view")[0], "fold");
}

#[test]
fn a_key_alone_is_still_its_own_command() {
    let mut journey = journey(80, 24);
    journey.event(Event::Key(Key::char('j')));
    assert_eq!(journey.app.wants_pause(), None);
}

#[test]
fn a_popup_over_links_leads_nowhere() {
    let addresses = |journey: &Journey| {
        let ui = Ui { links: true, ..journey.ui };
        let mut buffer = Buffer::empty(Rect::new(0, 0, 80, 24));
        let (_, links) = ui.draw_with_links(&journey.app, &mut buffer);
        let places = (0..24).flat_map(|y| (0..80).map(move |x| (x, y)));
        places.filter_map(|(x, y)| Some(((x, y), links.at(x, y)?.to_owned()))).collect::<Vec<_>>()
    };
    let page = journey(80, 24).keys("/51.1<enter>");
    let on_page = addresses(&page);
    let parent = "https://atlas.mitre.org/techniques/AML.T0051";
    assert!(on_page.iter().any(|(_, address)| address == parent), "{on_page:?}");
    // Each stands where the page has the link.
    let rows = page.rows();
    for ((x, y), _) in &on_page {
        assert_ne!(rows[*y].chars().nth(*x), None, "a link on nothing at {x},{y}");
    }
    assert_eq!(addresses(&page.keys("?")), [], "the help covers all of them");
    assert_eq!(addresses(&journey(80, 24)), [], "the matrix has none");
}
