//! What the screen says of marks on their way to the disk, and of marks that others set.

use atlasnav::app::{Event, SavingState};
use atlasnav::coverage::{Assessment, State};

use crate::harness::{Answers, Journey, TODAY, id, journey, start};

fn state(journey: &Journey, what: &str) -> State {
    journey.app.assessment.state(id(what), TODAY)
}

/// What the store holds, with one more mark by somebody.
fn with(journey: &Journey, what: &str, state: State, by: &str) -> Assessment {
    let mut assessment = journey.stored.clone();
    let mark = assessment.marks.entry(id(what)).or_default();
    mark.set_state(state, TODAY);
    mark.by = Some(by.to_owned());
    assessment
}

fn changed(assessment: Assessment) -> Event {
    Event::Changed { assessment: Some(assessment), read_only: None }
}

#[test]
fn a_mark_is_saved_when_it_is_in_the_journal() {
    let mut journey = journey(80, 24).answers(Answers::Later).keys("mp");
    assert_eq!(journey.app.saving_state(), SavingState::Saving);
    journey.event(Event::Kept);
    assert_eq!(journey.app.saving_state(), SavingState::Saved);
    assert_eq!(journey.said(), "Saved: T0000 partial.");
    // What is said meanwhile is not said over.
    journey.press("?q");
    let journey = journey.answer();
    assert_eq!((journey.said(), journey.app.saving_state()), ("", SavingState::Saved));
    assert_eq!(journey.app.assessment, journey.stored);
}

#[test]
fn an_undo_is_saving_until_it_is_known_what_it_came_to() {
    let mut journey = journey(80, 24).keys("mp").answers(Answers::Later).keys("u");
    journey.event(Event::Kept);
    assert_eq!(journey.app.saving_state(), SavingState::Saving);
    let journey = journey.answer();
    assert_eq!(journey.said(), "Undone, now: T0000 unassessed.");
    assert_eq!(journey.app.saving_state(), SavingState::Saved);
}

#[test]
fn what_is_in_the_journal_only_stays_on_the_screen_until_it_is_in_the_file() {
    let mut journey = journey(80, 24).answers(Answers::Later).keys("mpjmg");
    journey.event(Event::Kept);
    journey.event(Event::Kept);
    journey.event(Event::NotInFile("the disk is full; the journal has them".to_owned()));
    assert_eq!(journey.app.saving_state(), SavingState::Behind(2));
    for keys in ["", "j", "2", "/poison<esc>", "1"] {
        journey.press(keys);
        let text = journey.text();
        assert!(text.contains("2 IN JOURNAL ONLY"), "after {keys}: {text}");
        assert!(text.contains("NOT IN THE FILE: the disk is full; the journal has them"), "after {keys}");
    }
    // The journal keeps them, so leaving loses nothing and nothing is asked.
    assert_eq!((state(&journey, "t0"), state(&journey, "t1")), (State::Partial, State::Gap));
    let journey = journey.answer();
    assert_eq!(journey.app.saving_state(), SavingState::Saved);
    assert!(!journey.text().contains("NOT IN THE FILE"));
    assert!(journey.keys("q").quit);
}

#[test]
fn a_refused_undo_is_said_and_changes_nothing() {
    let mut journey = journey(80, 24).keys("mp").answers(Answers::Later).keys("u");
    let why = "nothing was undone or redone: the log can't be written".to_owned();
    let assessment = journey.stored.clone();
    journey.event(Event::Saved { assessment, outcomes: vec![Err(why.clone())] });
    assert_eq!((journey.said(), state(&journey, "t0")), (why.as_str(), State::Partial));
}

#[test]
fn marks_of_others_come_in_under_ones_own() {
    let mut journey = journey(80, 24).keys("mp").answers(Answers::Later).keys("jmg");
    let theirs = with(&journey, "t51", State::Covered, "bob");
    journey.stored = theirs.clone();
    journey.event(changed(theirs.clone()));
    assert_eq!(journey.said(), "bob: T0051 covered.");
    assert_eq!((state(&journey, "t51"), state(&journey, "t1")), (State::Covered, State::Gap));
    assert_eq!(journey.app.saving_state(), SavingState::Saving);
    // The same once more is no news.
    journey.press("k");
    journey.event(changed(theirs));
    assert_eq!(journey.said(), "");
    let mut journey = journey.answer();
    assert_eq!(journey.app.assessment, journey.stored);

    let mut theirs = with(&journey, "t51", State::Gap, "bob");
    for what in ["t2", "t3"] {
        theirs.marks.insert(id(what), theirs.mark(id("t51")).clone());
    }
    journey.event(changed(theirs));
    assert_eq!(journey.said(), "3 marks changed by others: T0002, T0003, T0051.");
    let fewer = journey.stored.clone();
    journey.event(changed(fewer));
    assert!(
        journey.said().contains("But 2 marks shown here are no longer in the file"),
        "{}",
        journey.said()
    );
}

#[test]
fn marks_of_others_that_come_with_ones_own_save_are_told() {
    let mut journey = journey(80, 24).keys("mp").answers(Answers::Later).keys("jmg");
    journey.stored = with(&journey, "t51", State::Covered, "bob");
    let journey = journey.answer();
    assert_eq!(journey.said(), "bob: T0051 covered.");
}

#[test]
fn a_file_that_breaks_under_the_screen_is_said_and_the_marks_stay() {
    let mut journey = journey(80, 24).keys("mp");
    let broken =
        Event::Changed { assessment: None, read_only: Some("marks.yaml, line 3: cut off".to_owned()) };
    journey.event(broken);
    assert_eq!(journey.said(), "marks.yaml, line 3: cut off");
    assert_eq!(journey.app.saving_state(), SavingState::ReadOnly);
    journey.press("jmg");
    assert_eq!((state(&journey, "t0"), state(&journey, "t1")), (State::Partial, State::Unassessed));
    let whole = journey.stored.clone();
    journey.event(changed(whole));
    assert_eq!(journey.said(), "The file of marks can be written again.");
    let journey = journey.keys("mg");
    assert_eq!(state(&journey, "t1"), State::Gap);
}

#[test]
fn a_start_with_notices_shows_the_last() {
    let mut first = start((80, 24));
    first.notices = vec!["3 marks of a session that ended early are saved now: T0051".to_owned()];
    assert!(Journey::new(first).said().starts_with("3 marks of a session"));
}
