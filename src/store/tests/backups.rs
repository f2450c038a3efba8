//! Copies of the file as it was before a session.

use super::*;

/// Ten sessions and more, each of which leaves the file another.
fn session(place: &Place, owner: usize) {
    let store = place.store();
    let before = store.load(&catalog()).assessment.mark(id("AML.T0001")).clone();
    let after = Mark { owner: Some(format!("owner {owner}")), ..before.clone() };
    let change = Change { id: id("AML.T0001"), before, after };
    let mut session = store.session();
    session.keep(&[Record::Do(Edit { changes: vec![change] })]).unwrap();
    session.commit(&catalog()).unwrap();
    session.keep(&[to("AML.T0002", Status::Gap)]).unwrap();
    session.commit(&catalog()).unwrap();
    session.finish(&catalog());
}

fn to(text: &str, status: Status) -> Record {
    let after = Mark { status, ..Mark::default() };
    Record::Do(Edit { changes: vec![Change { id: id(text), before: Mark::default(), after }] })
}

#[test]
fn ten_are_kept_each_as_the_file_was_before_its_session() {
    let place = Place::new();
    let mut texts = Vec::new();
    for owner in 0..13 {
        session(&place, owner);
        texts.push(place.text());
    }
    let backups = place.store().backups().unwrap();
    // The file before the last session is the newest, and so on.
    texts.pop();
    let expected: Vec<String> = texts.into_iter().rev().take(10).collect();
    let found: Vec<String> = backups.iter().map(|b| fs::read_to_string(&b.path).unwrap()).collect();
    assert_eq!(found, expected);
    assert!(backups.is_sorted_by_key(|b| std::cmp::Reverse(b.taken)));
    assert!(backups.iter().all(|b| b.marks == Some(2)));
    let mode = fs::metadata(&backups[0].path).unwrap().mode() & 0o777;
    assert_eq!(mode, 0o600);
}

#[test]
fn what_is_the_same_is_kept_once() {
    let place = Place::new();
    session(&place, 1);
    let first = place.text();
    session(&place, 2);
    for _ in 0..3 {
        place.put(&first);
        session(&place, 2);
    }
    let backups = place.store().backups().unwrap();
    assert_eq!(backups.len(), 1, "{backups:?}");
    assert_eq!(fs::read_to_string(&backups[0].path).unwrap(), first);
}

#[test]
fn a_copy_that_can_not_be_made_does_not_stop_a_mark() {
    let place = Place::new();
    session(&place, 1);
    fs::write(place.path("state/backups"), "in the way").unwrap();
    let mut session = place.store().session();
    session.keep(&[to("AML.T0003", Status::Gap)]).unwrap();
    let written = session.commit(&catalog()).unwrap();
    assert!(written.notices.iter().any(|n| n.starts_with("no copy of the file")), "{:?}", written.notices);
    assert_eq!(status_of(&place.store(), "AML.T0003"), Status::Gap);
}
