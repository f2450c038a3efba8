//! What a picture does not show: what stays, what moves, what is kept, what is said.

use std::collections::BTreeSet;

use atlasnav::app::{Cell, Event, SavingState, Screen};
use atlasnav::coverage::{Claim, Conflict, Mark, State};
use ratatui::style::{Color, Modifier};

use crate::harness::{Answers, Journey, TODAY, contradiction, id, journey, marked, spread, start};

fn cursor(journey: &Journey) -> Cell {
    journey.app.grid.cursor.expect("a cursor")
}

fn state(journey: &Journey, what: &str) -> State {
    journey.app.assessment.state(id(what), TODAY)
}

/// The object whose page is shown.
fn page(journey: &Journey) -> String {
    match journey.app.screen() {
        Screen::Object(view) => view.id.short(),
        other => panic!("no page but {other:?}"),
    }
}

#[test]
fn the_cursor_keeps_its_id_and_column_through_zoom_fold_and_resize() {
    let mut journey = journey(80, 24).keys("llllllllljjj");
    let before = cursor(&journey);
    for keys in ["+", "+", "+", "0", "zs", "zs", "w", "+", "-"] {
        journey.press(keys);
        assert_eq!(cursor(&journey), before, "after {keys}");
    }
    for size in [(60, 18), (10, 3), (0, 0), (160, 45), (80, 24)] {
        journey.event(Event::Resize(size.0, size.1));
        assert_eq!(cursor(&journey), before, "at {size:?}");
    }
    for keys in ["", "+", "+", "+", "zsG", "0", "zs"] {
        journey.press(keys);
        let short = format!("{:03}", cursor(&journey).id.number());
        let sub = cursor(&journey).id.sub_number().map(|s| format!(".{s:02}"));
        let shown = sub.unwrap_or(short);
        assert!(has_cursor_on(&journey, &shown), "{shown} is out of sight after {keys}");
    }
}

/// Whether some row shows the cursor right behind or before a text.
fn has_cursor_on(journey: &Journey, text: &str) -> bool {
    let buffer = journey.buffer();
    let width = usize::from(buffer.area().width);
    let cells = buffer.content();
    let rows = cells.chunks(width);
    rows.skip(1).any(|row| {
        let lit: String = row
            .iter()
            .map(|c| {
                let cursor = c.modifier.contains(Modifier::REVERSED | Modifier::BOLD);
                if cursor { c.symbol() } else { " " }
            })
            .collect();
        lit.contains(text)
    })
}

#[test]
fn a_sub_technique_folded_away_hands_the_cursor_to_its_parent() {
    let journey = journey(80, 24).keys("llzajza");
    assert_eq!(cursor(&journey).id, id("t5"));
}

#[test]
fn quitting() {
    assert!(journey(80, 24).keys("q").quit);
    assert!(journey(80, 24).keys("<enter>q").quit);
    assert!(journey(80, 24).keys("2q").quit);
    for popup in ["/", ":", "mn", "?", "!", "m", "g"] {
        assert!(journey(80, 24).keys(popup).keys("<ctrl-c>").quit, "{popup}");
    }
    let journey = journey(80, 24).keys("?q");
    assert!(!journey.quit && journey.app.popups.is_empty(), "q closes help first");
}

#[test]
fn quitting_with_marks_that_are_not_saved_says_so_once_and_tries_again() {
    let no = || Answers::No("No space.".to_owned());
    let refused = journey(80, 24).answers(no()).keys("mgq");
    assert!(!refused.quit);
    assert_eq!(refused.said(), "1 change is NOT SAVED; q again quits without it. No space.");
    assert_eq!(refused.saves, 2, "quitting tries again");
    assert!(refused.keys("q").quit);
    // Any other key takes the question back.
    assert!(!journey(80, 24).answers(no()).keys("mgqjq").quit);
    // If the second try succeeds, nothing is lost, and q is a plain q.
    let mut saved = journey(80, 24).answers(no()).keys("mg");
    saved.answers = Answers::AtOnce;
    let saved = saved.keys("q");
    assert_eq!(saved.stored.state(id("t0"), TODAY), State::Gap);
    assert!(saved.keys("q").quit);
}

#[test]
fn esc_goes_out_one_level_at_a_time() {
    let mut journey = journey(160, 45).keys("/poison<tab><tab>g");
    assert!(!journey.app.pending.is_empty());
    journey.press("<esc>");
    assert!(journey.app.pending.is_empty() && journey.app.side_focus.is_some());
    assert_eq!(journey.said(), "");
    journey.press("<esc>");
    assert!(journey.app.side_focus.is_none() && !journey.app.lit.is_empty());
    journey.press("<esc>");
    assert!(journey.app.lit.is_empty());
    journey.press("<esc><esc>");
    assert!(!journey.quit && *journey.app.screen() == Screen::Matrix);
    journey.press("<enter>:<esc>");
    assert!(matches!(journey.app.screen(), Screen::Object(_)));
    journey.press("<esc>");
    assert_eq!(*journey.app.screen(), Screen::Matrix);
}

#[test]
fn undo_and_redo() {
    let mut journey = journey(80, 24).keys("mgjmp");
    assert_eq!((state(&journey, "t0"), state(&journey, "t1")), (State::Gap, State::Partial));
    journey.press("ggu");
    assert_eq!((state(&journey, "t0"), state(&journey, "t1")), (State::Gap, State::Unassessed));
    assert_eq!(cursor(&journey).id, id("t1"), "the cursor goes to what was undone");
    assert_eq!(journey.said(), "Undone, now: T0001 unassessed.");
    journey.press("uu");
    assert_eq!(journey.said(), "Nothing to undo.");
    assert!(journey.app.assessment.marks.is_empty());
    journey.press("UU");
    assert_eq!(journey.app.assessment, journey.stored);
    assert_eq!((state(&journey, "t0"), state(&journey, "t1")), (State::Gap, State::Partial));
    journey.press("U");
    assert_eq!(journey.said(), "Nothing to redo.");
}

#[test]
fn a_dot_repeats_the_last_mark() {
    let journey = journey(80, 24).keys(".");
    assert!(journey.said().starts_with("Nothing has been marked"), "{}", journey.said());
    let journey = journey.keys("mcj.j.");
    for what in ["t0", "t1", "t3"] {
        assert_eq!(state(&journey, what), State::Covered);
    }
    assert_eq!(journey.saves, 3);
    let journey = journey.keys(".");
    assert_eq!(journey.saves, 3, "a mark that changes nothing is not saved");
    assert!(journey.said().contains("nothing changed"));
}

#[test]
fn a_note_survives_marks_and_comes_back_to_be_edited() {
    let journey = journey(80, 24).keys("mnOne.<alt-enter>Two.<enter>mgmpu");
    let note = |j: &Journey| j.stored.mark(id("t0")).note.clone();
    assert_eq!(note(&journey).as_deref(), Some("One.\nTwo."));
    assert_eq!(state(&journey, "t0"), State::Gap);
    let journey = journey.keys("mn Three.<enter>");
    assert_eq!(note(&journey).as_deref(), Some("One.\nTwo. Three."));
    let journey = journey.keys("mnlost<esc>");
    assert!(journey.said().starts_with("The note has changed"), "typing is not dropped unasked");
    assert_eq!(journey.app.popups.len(), 1);
    let journey = journey.keys("<esc>");
    assert!(journey.app.popups.is_empty());
    assert_eq!(note(&journey).as_deref(), Some("One.\nTwo. Three."));
    let journey = journey.keys("<enter>");
    assert!(journey.text().contains("Note       One.\n            Two. Three."), "{}", journey.text());
    let journey = journey.keys("mn<ctrl-e><ctrl-u><enter>");
    assert_eq!(note(&journey), None, "a note that was emptied is none");
}

#[test]
fn the_editor_gets_the_note_and_gives_it_back() {
    let mut journey = journey(80, 24).keys("mnshort<enter>");
    journey.editor = Some("long\n\ntext\u{1b}\n".to_owned());
    journey.press("mN");
    assert_eq!(journey.edited, ["short"]);
    assert_eq!(journey.stored.mark(id("t0")).note.as_deref(), Some("long\n\ntext<U+001B>"));
    journey.editor = None;
    journey.press("mN");
    assert_eq!(journey.said(), "The note is as it was.");
}

#[test]
fn pasted_text_goes_into_text_fields_only() {
    let journey = journey(80, 24).paste("mgqu2");
    assert!(journey.said().starts_with("Pasted text"));
    assert!(!journey.quit && journey.saves == 0 && *journey.app.screen() == Screen::Matrix);
    let journey = journey.keys("mn").paste("q\r\nmg\t|").keys("<enter>");
    assert_eq!(journey.stored.mark(id("t0")).note.as_deref(), Some("q\nmg    |"));
    assert_eq!(state(&journey, "t0"), State::Unassessed);
}

#[test]
fn marks_go_to_the_object_of_the_page_and_the_row_of_the_list() {
    let journey = journey(80, 24).keys("/m20<enter>mc");
    assert_eq!(state(&journey, "m20"), State::Covered, "a page without a chosen link marks its own object");
    assert_eq!(journey.stored.marks.len(), 1);
    let journey = journey.keys("}}j");
    let chosen = journey.app.under_cursor().expect("a link is chosen");
    let journey = journey.keys("mp");
    assert_eq!(
        journey.stored.mark(chosen).state(journey.app.today),
        State::Partial,
        "a chosen link is marked"
    );
    assert!(journey.text().contains(&format!("+ {}", chosen.short())));
    let journey = journey.keys("u");
    assert_eq!(journey.stored.marks.len(), 1);
    let journey = journey.keys("3jjmg");
    assert_eq!(state(&journey, "m2"), State::Gap);
    let journey = journey.keys("4m");
    assert!(journey.said().starts_with("There is nothing to mark"));
    let journey = journey.keys("2ssjmx");
    let marked: Vec<_> = journey.stored.marks.keys().filter(|i| i.short().starts_with('T')).collect();
    assert_eq!(marked.len(), 1);
    let rows = &journey.app.list;
    let Screen::List(view) = journey.app.screen() else { panic!("no list") };
    assert_eq!(rows[view.cursor].id, *marked[0], "the cursor stays on its row when the order changes");
}

#[test]
fn hits_go_round() {
    let journey = journey(80, 24).keys("n");
    assert!(journey.said().starts_with("Nothing has been searched"));
    let mut journey = journey.keys("/memory<tab>");
    let first = cursor(&journey).id;
    let mut seen = BTreeSet::from([first]);
    let lit = journey.app.lit.len();
    assert!(lit > 1);
    for _ in 1..lit {
        journey.press("n");
        assert!(journey.app.lit.contains(&cursor(&journey).id));
        assert!(journey.said().contains(&cursor(&journey).id.short()), "{}", journey.said());
        seen.insert(cursor(&journey).id);
    }
    assert_eq!(seen, journey.app.lit);
    journey.press("n");
    assert_eq!(cursor(&journey).id, first);
    journey.press("N");
    assert_ne!(cursor(&journey).id, first);
    journey.press("n");
    assert_eq!(cursor(&journey).id, first);
}

#[test]
fn keys_without_a_meaning_say_so_and_change_nothing() {
    for (place, keys) in
        [("", "Q"), ("", "zq"), ("", "s"), ("2", "+"), ("<enter>", "w"), ("2", "gx"), ("", "é")]
    {
        let mut journey = journey(80, 24).keys(place);
        let (before, screen) = (journey.app.assessment.clone(), journey.app.screen().clone());
        let rows = journey.rows();
        journey.press(keys);
        assert!(
            journey.said().ends_with("means nothing here; ? shows the keys."),
            "{keys}: {}",
            journey.said()
        );
        assert_eq!(journey.app.assessment, before);
        assert_eq!(*journey.app.screen(), screen);
        assert!(journey.app.pending.is_empty() && !journey.quit && journey.saves == 0);
        journey.press("<esc>");
        if place.is_empty() {
            assert_eq!(journey.rows(), rows, "{keys}");
        }
    }
}

#[test]
fn links_lead_on_and_back_leads_to_the_same_link() {
    let mut journey = journey(80, 24).keys("/51.1<enter>}j");
    let at = journey.app.focused_pane().map(|p| p.at);
    journey.press("<enter>");
    assert_eq!(page(&journey), "M0033");
    journey.press("}<enter>");
    let third = page(&journey);
    assert!(third.starts_with('T'), "{third}");
    journey.press("[");
    assert_eq!(page(&journey), "M0033");
    journey.press("[");
    assert_eq!(page(&journey), "T0051.001");
    assert_eq!(journey.app.focused_pane().map(|p| p.at), at);
    journey.press("]]");
    assert_eq!(page(&journey), third);
    journey.press("]");
    assert_eq!(journey.said(), "Nothing to go forward to.");
    journey.press("[[[[");
    assert_eq!(journey.said(), "Nothing to go back to.");
    assert_eq!(*journey.app.screen(), Screen::Matrix);
    assert_eq!(cursor(&journey).id, id("t51.1"), "the matrix follows the pages, back as well as forward");
}

#[test]
fn the_twin_is_the_same_technique_in_another_column() {
    let mut journey = journey(80, 24).keys("/53<tab>");
    let first = cursor(&journey);
    let mut columns = vec![first.column];
    loop {
        journey.press("gx");
        if cursor(&journey) == first {
            break;
        }
        assert_eq!(cursor(&journey).id, first.id);
        columns.push(cursor(&journey).column);
    }
    assert_eq!(columns.len(), 3);
    let journey = journey.keys("ggHHHgx");
    assert!(journey.said().contains("one column only"), "{}", journey.said());
}

#[test]
fn what_is_not_saved_stays_on_the_screen_until_it_is() {
    let mut journey = journey(80, 24).answers(Answers::No("disk full.".to_owned())).keys("mg");
    assert!(journey.text().contains("NOT SAVED: disk full."));
    for keys in ["jj", "2", "<enter>", "/poison<esc>", "1"] {
        journey.press(keys);
        let text = journey.text();
        assert!(text.contains("NOT SAVED: disk full.") && text.contains("1 NOT SAVED"), "after {keys}");
    }
    assert_eq!(state(&journey, "t0"), State::Gap, "the mark is kept");
    journey.answers = Answers::AtOnce;
    journey.press("jmp");
    assert_eq!(journey.app.saving_state(), SavingState::Saved);
    assert_eq!(journey.stored.marks.len(), 2, "what failed is saved with the next mark");
    assert_eq!(journey.app.assessment, journey.stored);
}

#[test]
fn answers_that_come_late_lose_nothing() {
    let journey = journey(80, 24).answers(Answers::Later).keys("mgjmpj.u");
    assert_eq!(journey.app.saving_state(), SavingState::Saving);
    assert_eq!(state(&journey, "t0"), State::Gap);
    assert!(journey.stored.marks.is_empty());
    let journey = journey.answer();
    assert_eq!(journey.app.saving_state(), SavingState::Saved);
    assert_eq!(journey.app.assessment, journey.stored);
    assert_eq!(state(&journey, "t3"), State::Unassessed, "the undo was for the last mark");
}

#[test]
fn a_read_only_assessment_takes_no_mark_and_says_why() {
    let mut refused = start((80, 24));
    refused.read_only = Some("It is of a newer atlasnav.".to_owned());
    let mut journey = Journey::new(refused);
    assert_eq!(journey.said(), "It is of a newer atlasnav.");
    for keys in ["jmg", "mn", "mN", "mo", "mr", "md", "me", "mk", "mm", "Y", "u", "U", "<ctrl-r>"] {
        journey.press(keys);
        assert_eq!(journey.said(), "It is of a newer atlasnav.", "{keys}");
        assert!(journey.app.popups.is_empty());
    }
    assert!(journey.saves == 0 && journey.app.assessment.marks.is_empty() && journey.edited.is_empty());
}

#[test]
fn monochrome_tells_states_and_cursor_apart_without_colour() {
    let journey = marked(160, 45).keys("zs").monochrome();
    let buffer = journey.buffer();
    for cell in buffer.content() {
        assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset));
    }
    let glyphs: BTreeSet<char> = State::ALL.iter().map(|s| s.glyph()).collect();
    let text = journey.text();
    assert_eq!(glyphs.len(), 8);
    assert!(glyphs.iter().all(|g| text.contains(*g)));
    assert!(has_cursor_on(&journey, &format!("{:03}", cursor(&journey).id.number())));
    // Found techniques stand out from the others.
    let journey = journey.keys("/poison<tab>l");
    let buffer = journey.buffer();
    let underlined = buffer
        .content()
        .iter()
        .filter(|c| c.modifier.contains(Modifier::BOLD | Modifier::UNDERLINED))
        .count();
    assert!(underlined > 20, "{underlined}");
    let unlit_by_dim = |c: &ratatui::buffer::Cell| {
        c.modifier.contains(Modifier::BOLD | Modifier::UNDERLINED) && c.modifier.contains(Modifier::DIM)
    };
    assert!(!buffer.content().iter().any(unlit_by_dim), "what is found is not dim");
}

#[test]
fn there_is_one_cursor_and_it_is_where_the_keys_go() {
    let mut journey = marked(160, 45).keys("j");
    let number = format!("{:03}", cursor(&journey).id.number());
    assert!(has_cursor_on(&journey, &number));
    journey.press("<tab>");
    assert!(!has_cursor_on(&journey, &number) && has_cursor_on(&journey, "Reconnaissance"));
    assert!(journey.text().contains(&format!("{number}]")), "the place in the matrix still shows");
    journey.press("<tab>");
    assert!(!has_cursor_on(&journey, "Reconnaissance") && has_cursor_on(&journey, "M0000"));
    journey.press("<tab>");
    assert!(has_cursor_on(&journey, &number) && !has_cursor_on(&journey, "M0000"));
}

#[test]
fn colours_leave_the_background_alone() {
    for keys in ["zs", "<enter>", "2", "/poison", "m", "?", ":", "mn"] {
        let buffer = marked(160, 45).keys(keys).buffer();
        assert!(buffer.content().iter().all(|c| c.bg == Color::Reset), "{keys}");
    }
}

#[test]
fn figures_are_of_what_is_marked() {
    let marks = spread();
    let journey = marked(80, 24);
    let techniques = journey.app.catalog.techniques.iter().map(|t| t.id);
    let (mut assessed, mut all) = (0, 0);
    for id in techniques {
        all += 1;
        assessed += usize::from(marks.state(id, TODAY) != State::Unassessed);
    }
    assert!(journey.rows()[0].contains(&format!("{assessed}/{all} assessed")), "{}", journey.rows()[0]);
}

#[test]
fn a_new_day_lets_tests_expire() {
    let mut journey = journey(80, 24).keys("mt");
    assert!(journey.rows()[3].starts_with("*000"));
    journey.event(Event::Today(jiff::civil::date(2027, 6, 1)));
    assert!(journey.rows()[3].starts_with("#000"), "{}", journey.rows()[3]);
}

#[test]
fn help_and_messages_hold_the_whole_of_what_they_say() {
    let long = "A notice that is much longer than a line of the terminal, so that its end is out of sight \
                unless it is wrapped, and its end matters: telegram.";
    let mut start = start((60, 18));
    start.notices = vec![long.to_owned()];
    let journey = Journey::new(start).keys("!");
    assert!(journey.text().contains("telegram"), "{}", journey.text());
    let mut help = String::new();
    let mut journey = crate::harness::journey(60, 18).keys("?");
    for _ in 0..60 {
        help.push_str(&journey.text());
        journey.press("<space>");
    }
    for words in ["Apache License", "nor endorsed", "not MITRE's", "ctrl-d, space", "vouches for", "space"] {
        assert!(help.contains(words), "{words}");
    }
}

#[test]
fn a_long_paste_is_taken_at_once_where_the_cursor_is() {
    let journey = journey(80, 24).keys("mnab<left>").paste(&"x".repeat(60_000)).keys("<enter>");
    let note = journey.stored.mark(id("t0")).note.clone().unwrap_or_default();
    assert_eq!(note.len(), 60_002);
    assert!(note.starts_with("ax") && note.ends_with("xb"));
}

#[test]
fn marks_that_vanish_from_the_file_are_missed_aloud() {
    let mut journey = journey(80, 24).keys("mgj");
    // Somebody removes the file; the next mark makes it anew.
    journey.stored.marks.clear();
    let journey = journey.keys("mp");
    assert_eq!((state(&journey, "t0"), state(&journey, "t1")), (State::Unassessed, State::Partial));
    let said = journey.said().to_owned();
    assert!(
        said.starts_with("Saved: T0001 partial. But 1 mark shown here is no longer in the file"),
        "{said}"
    );
    // Taking a mark back oneself is no such case.
    let journey = journey.keys("mu");
    assert_eq!(journey.said(), "Saved: T0001 unassessed.");
}

/// Somebody else marks the object in the file while the program is open.
fn meanwhile(journey: &mut Journey, what: &str, state: State) {
    let mut mark = journey.stored.mark(id(what)).clone();
    mark.set_state(state, TODAY);
    mark.by = Some("soc".to_owned());
    mark.on = Some(jiff::civil::date(2026, 11, 20));
    journey.stored.marks.insert(id(what), mark);
}

#[test]
fn what_two_people_say_is_shown_and_settled_by_the_next_mark() {
    let mut journey = journey(80, 24);
    meanwhile(&mut journey, "t0", State::Gap);
    let journey = journey.keys("mc");
    assert_eq!(state(&journey, "t0"), State::Conflict);
    assert_eq!(journey.said(), "Conflict: T0000 is gap (soc) or covered (you); the next mark settles it.");
    assert!(journey.app.messages.iter().any(|m| m.text == "Saved: T0000 covered."), "saved it is, too");
    let conflict = journey.stored.mark(id("t0")).clone();
    // It is told when it is new, not with every mark.
    let journey = journey.keys("jmp");
    assert_eq!(journey.said(), "Saved: T0001 partial.");
    assert!(journey.rows()[0].contains("2/208, 1 conflict"), "{}", journey.rows()[0]);
    // Marking it as what counts anyway settles it as well.
    let journey = journey.keys("kmg");
    assert_eq!((state(&journey, "t0"), journey.said()), (State::Gap, "Saved: T0000 gap."));
    let journey = journey.keys("u");
    assert_eq!(*journey.stored.mark(id("t0")), conflict);
    assert!(journey.app.messages.iter().any(|m| m.text == "Undone, now: T0000 in conflict."));
    let journey = journey.keys("mp");
    assert_eq!(journey.stored.mark(id("t0")).conflicts, []);
    assert_eq!(journey.app.assessment, journey.stored);
}

#[test]
fn an_undo_does_not_take_away_what_somebody_marked_since() {
    let mut journey = journey(80, 24).keys("mg");
    meanwhile(&mut journey, "t0", State::Covered);
    let journey = journey.keys("u");
    // Theirs was not known here yet, so it is told.
    assert_eq!(journey.said(), "soc: T0000 covered.");
    assert_eq!(journey.stored.mark(id("t0")).counted_state(TODAY), State::Covered);
    assert_eq!(journey.stored.in_conflict().count(), 0);
    // What is known already is named as the reason.
    let mut journey = journey.keys("jmg");
    meanwhile(&mut journey, "t1", State::Covered);
    let assessment = Some(journey.stored.clone());
    journey.event(Event::Changed { assessment, read_only: None });
    let journey = journey.keys("u");
    assert_eq!(journey.said(), "Nothing was undone: T0001 was marked by soc since; it stays.");
}

#[test]
fn conflicts_in_an_assessment_are_told_when_it_opens() {
    let open = |ids: &[&str]| {
        let mut start = start((80, 24));
        for what in ids {
            start.assessment.marks.insert(id(what), contradiction());
        }
        Journey::new(start)
    };
    assert_eq!(
        open(&["t1"]).said(),
        "Conflict: T0001 is partial (you) or covered (soc); the next mark settles it."
    );
    let two = open(&["t1", "m20"]);
    assert_eq!(two.said(), "2 conflicts, T0001 is the first; the pages show both sides.");
    // A list sorted by status has them first.
    let list = two.keys("2ss");
    assert_eq!(list.app.list[0].id, id("t1"));
    assert!(list.text().contains(">? T0001"), "{}", list.text());
    let mut start = start((80, 24));
    let owner = |name: &str| Claim::Owner(Some(name.to_owned()));
    let conflicts = ["ann", "ben"].map(|n| Conflict { claim: owner(n), by: None, on: None }).to_vec();
    start.assessment.marks.insert(id("t1"), Mark { owner: Some("ann".into()), conflicts, ..Mark::default() });
    let owners = Journey::new(start);
    assert_eq!(owners.said(), "Conflict about the owner of T0001; its page shows both sides.");
    assert_eq!(state(&owners, "t1"), State::Unassessed, "the status is in no conflict");
}

#[test]
fn commands_are_found_by_letters_and_from_the_help() {
    let names = |journey: &Journey| journey.app.palette_rows().iter().map(|r| r.name).collect::<Vec<_>>();
    assert_eq!(
        names(&journey(80, 24).keys(":mrkcov")),
        Vec::<&str>::new(),
        "letters of two words are no word"
    );
    assert_eq!(names(&journey(80, 24).keys(":mrk cov"))[0], "mark-covered");
    assert_eq!(names(&journey(80, 24).keys(":glosary"))[0], "glossary");
    assert_eq!(names(&journey(80, 24).keys(":zoom"))[..3], ["zoom-in", "zoom-out", "zoom-fit"]);
    assert!(names(&journey(80, 24).keys(":vouches")).contains(&"mark-tested"), "by the words of the help");
    // The help leads to the same, and enter runs the command.
    let journey = journey(80, 24).keys("?/glossary<enter>");
    assert!(matches!(journey.app.screen(), Screen::Glossary(_)), "{}", journey.text());
}

#[test]
fn a_page_that_is_only_passed_by_is_laid_out_as_far_as_it_shows() {
    let mut journey = journey(120, 40);
    let lines = |journey: &Journey| journey.app.panes[0].page.lines.clone();
    journey.press("/T0051<tab>");
    let passed_by = lines(&journey);
    assert!((36..60).contains(&passed_by.len()), "{}", passed_by.len());
    // Who reads on gets all of it, and the beginning is the same.
    journey.press("JK");
    let read = lines(&journey);
    assert!(read.len() > 100 && read.starts_with(&passed_by), "{}", read.len());
    journey.press("<tab>G");
    let at = journey.app.panes[0].at;
    journey.press("<esc>");
    assert_eq!(lines(&journey), read);
    journey.press("<tab>");
    assert_eq!(journey.app.panes[0].at, at, "the place in the page is kept");
}

#[test]
fn the_page_beside_the_matrix_follows_when_the_cursor_rests() {
    let mut journey = journey(120, 40);
    let shown = |journey: &Journey| journey.app.panes[0].page.clone();
    let first = shown(&journey);
    let key = |journey: &mut Journey, key| journey.event(Event::Key(key));
    let down = atlasnav::app::parse_keys("j").unwrap()[0];
    for _ in 0..5 {
        key(&mut journey, down);
        assert_eq!(shown(&journey), first, "a page that is passed by is not made");
    }
    assert_eq!(journey.app.wants_pause(), Some(60));
    journey.event(Event::Paused);
    assert_eq!(journey.app.wants_pause(), None);
    let there = shown(&journey);
    assert_ne!(there, first);
    // Whatever is more than a step shows what it is about at once.
    key(&mut journey, down);
    key(&mut journey, atlasnav::app::parse_keys("tab").unwrap()[0]);
    assert!(journey.app.wants_pause().is_none() && shown(&journey) != there);
    let on = journey.app.grid.cursor.unwrap().id;
    assert!(shown(&journey).lines[0].iter().any(|span| span.text.contains(&on.to_string())));
}
