//! Several assessments of one user, and their snapshots, on real files.

use super::*;
use crate::coverage::About;

fn shelf(place: &Place) -> Shelf {
    Shelf::at(place.path("data"), place.path("state"))
}

fn about(name: &str) -> About {
    About { name: name.to_owned(), platforms: vec!["agentic-ai".to_owned()] }
}

#[test]
fn a_snapshot_is_the_file_of_that_day_and_stays_so() {
    let place = Place::new();
    let store = place.store();
    let nothing = store.take_snapshot(&catalog(), "q3", date(2026, 9, 30)).unwrap_err();
    assert!(nothing.to_string().contains("mark something first"), "{nothing}");
    mark(&store, "AML.T0001", Status::Gap);
    let path = store.take_snapshot(&catalog(), "Q3: the review", date(2026, 9, 30)).unwrap();
    assert_eq!(path, place.path("data/marks.snapshots/2026-09-30-q3-the-review.yaml"));
    mark(&store, "AML.T0001", Status::Covered);
    store.take_snapshot(&catalog(), "now", date(2026, 11, 23)).unwrap();
    let Snapshots { all, problems } = store.snapshots(&catalog());
    assert_eq!(problems, [""; 0]);
    let status = |s: &Snapshot| s.assessment.mark(id("AML.T0001")).status;
    assert_eq!(
        all.iter().map(|s| (s.name.as_str(), s.on, status(s))).collect::<Vec<_>>(),
        [("Q3: the review", date(2026, 9, 30), Status::Gap), ("now", date(2026, 11, 23), Status::Covered)]
    );
    // What ATLAS had on that day is in it, though nothing was said of it.
    assert_eq!(all[0].known, catalog().markable().collect());
    // And it opens like any assessment.
    assert_eq!(
        status_of(&place.store_of("data/marks.snapshots/2026-09-30-q3-the-review.yaml"), "AML.T0001"),
        Status::Gap
    );
}

#[test]
fn a_snapshot_never_replaces_another() {
    let place = Place::new();
    let store = place.store();
    mark(&store, "AML.T0001", Status::Gap);
    let path = store.take_snapshot(&catalog(), "q3", date(2026, 9, 30)).unwrap();
    let before = fs::read(&path).unwrap();
    mark(&store, "AML.T0001", Status::Covered);
    let again = store.take_snapshot(&catalog(), "Q3!", date(2026, 9, 30)).unwrap_err();
    assert!(again.to_string().contains("choose another name"), "{again}");
    assert_eq!(fs::read(&path).unwrap(), before);
    let blank = store.take_snapshot(&catalog(), " -- ", date(2026, 9, 30)).unwrap_err();
    assert!(blank.to_string().contains("letters or digits"), "{blank}");
}

#[test]
fn what_is_no_snapshot_is_said_and_the_others_are_read() {
    let place = Place::new();
    let store = place.store();
    mark(&store, "AML.T0001", Status::Gap);
    store.take_snapshot(&catalog(), "q3", date(2026, 9, 30)).unwrap();
    let folder = store.snapshot_directory();
    fs::copy(store.path(), folder.join("plain.yaml")).unwrap();
    fs::write(folder.join("2026-01-01-cut.yaml"), "format: 1\nmarks:\n").unwrap();
    fs::write(folder.join("notes.txt"), "mine").unwrap();
    let Snapshots { all, problems } = store.snapshots(&catalog());
    assert_eq!(all.len(), 1);
    assert!(problems[0].contains("the last line `...` is missing"), "{problems:?}");
    assert!(problems[1].contains("no line `snapshot:`"), "{problems:?}");
    assert_eq!(problems.len(), 2);
}

#[test]
fn assessments_are_made_copied_listed_and_chosen() {
    let place = Place::new();
    let shelf = shelf(&place);
    assert_eq!((shelf.all(&catalog()), shelf.current()), (vec![], None));
    let chat = shelf.create(&catalog(), &about("Chat assistant"), None).unwrap();
    assert_eq!(chat, place.path("data/chat-assistant.yaml"));
    mark(&place.store_of("data/chat-assistant.yaml"), "AML.T0001", Status::Covered);
    let twice = shelf.create(&catalog(), &about("chat ASSISTANT"), None).unwrap_err();
    assert!(twice.to_string().contains("already"), "{twice}");
    let copy = shelf.create(&catalog(), &about("Copy"), Some(&chat)).unwrap();
    let all = shelf.all(&catalog());
    assert_eq!(
        all.iter().map(|s| (s.key.as_str(), s.name())).collect::<Vec<_>>(),
        [("chat-assistant", "Chat assistant"), ("copy", "Copy")]
    );
    for shelved in &all {
        let assessment = shelved.assessment.as_ref().unwrap();
        assert_eq!(assessment.about.platforms, ["agentic-ai"]);
        assert_eq!(assessment.mark(id("AML.T0001")).status, Status::Covered);
    }
    shelf.choose(&copy).unwrap();
    assert_eq!(shelf.current(), Some(copy.clone()));
    // One that has gone is not opened by mistake as a new one.
    fs::remove_file(copy).unwrap();
    assert_eq!(shelf.current(), None);
}

#[test]
fn a_new_name_keeps_marks_comments_and_what_this_version_does_not_know() {
    let place = Place::new();
    let store = place.store();
    mark(&store, "AML.T0001", Status::Gap);
    place.put(place.text().replace("marks:\n", "team: red\n# by hand\nmarks:\n"));
    store.describe(&catalog(), &about("Robot: arm")).unwrap();
    let text = place.text();
    for line in
        ["name: \"Robot: arm\"", "platforms:", "  - agentic-ai", "team: red", "# by hand", "    status: gap"]
    {
        assert!(text.lines().any(|l| l == line), "{line} is missing in\n{text}");
    }
    assert_eq!(store.load(&catalog()).assessment.about, about("Robot: arm"));
    // A mark keeps it.
    mark(&store, "AML.T0002", Status::Gap);
    assert_eq!(store.load(&catalog()).assessment.about, about("Robot: arm"));
}

#[test]
fn names_become_names_of_files() {
    use crate::store::snapshot::slug;
    assert_eq!(slug("../../etc/passwd"), "etc-passwd");
    assert_eq!(slug("Größe 2"), "größe-2");
    assert_eq!(slug(".-."), "");
    assert!(slug(&"ü".repeat(500)).len() <= 60);
}
