//! Journals: what survives the end of a session, and what becomes of it.

use super::faults::{Fault, Faulty, to};
use super::*;
use rustix::io::Errno;

const NONE: Status = Status::Unassessed;

fn journals(place: &Place) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(place.path("state")) else { return Vec::new() };
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.file_name().unwrap().to_str().unwrap().starts_with("journal-"));
    found.sort();
    found
}

#[test]
fn what_a_session_kept_is_there_after_its_end_without_a_commit() {
    let place = Place::new();
    let store = place.store();
    let mut session = store.session();
    session.keep(&[to("AML.T0001", NONE, Status::Gap)]).unwrap();
    session.keep(&[to("AML.T0002", NONE, Status::Gap), to("AML.T0003", NONE, Status::Gap)]).unwrap();
    assert!(!place.path("data").exists(), "the file waits");
    let [journal] = journals(&place).try_into().unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o777;
    assert_eq!((mode(&journal), mode(&place.path("state"))), (0o600, 0o700));
    // A live session's journal is its own.
    assert_eq!(store.open(&catalog()), Loaded::default());
    drop(session);

    // Who only looks sees the marks and says where they are.
    let loaded = store.load(&catalog());
    assert_eq!(loaded.assessment.marks.len(), 3);
    let said = &loaded.notices[0];
    assert!(said.starts_with("3 marks of a session that ended early are shown here"), "{said}");
    assert!(said.contains(journal.to_str().unwrap()), "{said}");
    assert!(!place.path("data").exists());

    let opened = store.open(&catalog());
    let said = "3 marks of a session that ended early are saved now: T0001, T0002, T0003";
    assert_eq!((opened.notices.as_slice(), opened.assessment.marks.len()), (&[said.to_owned()][..], 3));
    assert_eq!(opened.history.records().len(), 3);
    assert!(journals(&place).is_empty());
    assert_eq!(store.open(&catalog()).notices, Vec::<String>::new());
}

#[test]
fn a_commit_of_anybody_saves_what_is_left_first() {
    let place = Place::new();
    let mut dead = place.store().session();
    dead.keep(&[to("AML.T0001", NONE, Status::Gap)]).unwrap();
    drop(dead);
    let saved = place.store().commit(&catalog(), &to("AML.T0002", NONE, Status::Gap)).unwrap();
    assert_eq!(saved.assessment.marks.len(), 2);
    assert_eq!(saved.notices, ["1 mark of a session that ended early is saved now: T0001"]);
    // The undo takes back the later of the two.
    let undone = place.store().commit(&catalog(), &Record::Undo).unwrap();
    assert_eq!(undone.assessment.marks.keys().map(|id| id.short()).collect::<Vec<_>>(), ["T0001"]);
}

#[test]
fn several_marks_are_one_rewrite_of_the_file() {
    let place = Place::new();
    mark(&place.store(), "AML.T0000", Status::Gap);
    let disk = Arc::new(Faulty::default());
    let paths = Paths { assessment: place.path("data/marks.yaml"), state: place.path("state") };
    let mut session = Store::on(paths, disk.clone()).session();
    for text in ["AML.T0001", "AML.T0002", "AML.T0003"] {
        session.keep(&[to(text, NONE, Status::Gap)]).unwrap();
    }
    let written = session.commit(&catalog()).unwrap();
    assert_eq!((written.outcomes.len(), written.assessment.marks.len()), (3, 4));
    let ops = &disk.recorder.lock().unwrap().ops;
    let renames = ops.iter().filter(|op| matches!(op, super::power::Op::Rename(..))).count();
    assert_eq!(renames, 1);
    assert!(!session.is_behind());
}

#[test]
fn an_undo_that_is_cut_off_after_the_log_is_not_taken_twice() {
    // The log has the undo, the file does not: as after a kill between the two.
    for at in 1..60 {
        let place = Place::new();
        for text in ["AML.T0001", "AML.T0002"] {
            mark(&place.store(), text, Status::Gap);
        }
        let disk = Arc::new(Faulty::with(Fault { at, error: Errno::IO, lasts: true }));
        let paths = Paths { assessment: place.path("data/marks.yaml"), state: place.path("state") };
        let mut session = Store::on(paths, disk).session();
        let kept = session.keep(&[Record::Undo]).is_ok();
        let done =
            session.commit(&catalog()).is_ok_and(|w| w.outcomes.iter().any(|o| matches!(o, Ok(Some(_)))));
        drop(session);
        let loaded = place.store().open(&catalog());
        let left = loaded.assessment.marks.len();
        assert_eq!(
            loaded.assessment.mark(id("AML.T0001")).status,
            Status::Gap,
            "at {at}: two were taken back"
        );
        assert!(left == 1 || (left == 2 && !done), "at {at}: kept {kept}, done {done}");
        assert_eq!(loaded.history.last_undone().is_some(), left == 1, "at {at}");
    }
}

#[test]
fn torn_ends_are_ignored_and_damage_is_set_aside() {
    let place = Place::new();
    let store = place.store();
    let mut session = store.session();
    let texts = ["AML.T0001", "AML.T0002", "AML.T0003"];
    session.keep(&texts.map(|text| to(text, NONE, Status::Gap))).unwrap();
    drop(session);
    let [journal] = journals(&place).try_into().unwrap();
    let whole = fs::read_to_string(&journal).unwrap();
    assert_eq!(whole.lines().count(), 4);

    // Cut anywhere: the records before the cut are there, and nothing is complained about.
    let third = whole.len() - whole.lines().last().unwrap().len() - 1;
    for cut in third..whole.len() {
        fs::write(&journal, &whole[..cut]).unwrap();
        assert_eq!(store.load(&catalog()).assessment.marks.len(), 2, "cut at {cut}");
    }
    for cut in 0..whole.find('\n').unwrap() {
        fs::write(&journal, &whole[..cut]).unwrap();
        assert_eq!(store.load(&catalog()), Loaded::default(), "cut at {cut}");
    }

    // Damaged in the middle: the marks that can be read are saved, the file is kept and named.
    let damaged = whole.replacen("gap", "gop", 1);
    fs::write(&journal, &damaged).unwrap();
    let loaded = store.open(&catalog());
    let marked: Vec<String> = loaded.assessment.marks.keys().map(|id| id.short()).collect();
    assert_eq!(marked, ["T0002", "T0003"]);
    let aside = format!("{}.damaged-1", journal.display());
    let said = loaded.notices.iter().find(|notice| notice.contains("line 2 of the journal")).unwrap();
    assert!(said.contains(&aside), "{said}");
    assert_eq!(fs::read_to_string(&aside).unwrap(), damaged);
    assert_eq!(store.open(&catalog()).notices, Vec::<String>::new());
}

#[test]
fn an_undo_behind_damage_takes_nothing_back() {
    let place = Place::new();
    let store = place.store();
    mark(&store, "AML.T0000", Status::Gap);
    let mut session = store.session();
    session.keep(&[to("AML.T0001", NONE, Status::Gap), Record::Undo]).unwrap();
    drop(session);
    let [journal] = journals(&place).try_into().unwrap();
    let damaged = fs::read_to_string(&journal).unwrap().replacen("gap", "gop", 1);
    fs::write(&journal, damaged).unwrap();
    assert_eq!(store.open(&catalog()).assessment.mark(id("AML.T0000")).status, Status::Gap);
}

#[test]
fn without_a_log_the_next_undo_takes_nothing_older_back() {
    let place = Place::new();
    let store = place.store();
    mark(&store, "AML.T0001", Status::Gap);
    let (log, away) = (place.log(), place.path("away"));
    fs::rename(&log, &away).unwrap();
    fs::create_dir(&log).unwrap();
    let mut session = store.session();
    session.keep(&[to("AML.T0002", NONE, Status::Gap)]).unwrap();
    // A directory in its place can't be set aside either where something lies in its way.
    for number in 1..1_000 {
        fs::write(format!("{}.damaged-{number}", log.display()), "").unwrap();
    }
    let written = session.commit(&catalog()).unwrap();
    assert!(matches!(written.outcomes[..], [Ok(Some(_))]));
    assert!(written.notices.iter().any(|n| n.starts_with("saved, but it can't be undone yet")));
    session.keep(&[Record::Undo]).unwrap();
    let written = session.commit(&catalog()).unwrap();
    assert!(
        matches!(&written.outcomes[..], [Err(why)] if why.starts_with("nothing was undone")),
        "{written:?}"
    );
    assert_eq!(written.assessment.marks.len(), 2);
    drop(session);
    // Also after a restart: the journal still has what the log lacks.
    fs::remove_dir(&log).unwrap();
    fs::rename(&away, &log).unwrap();
    let loaded = store.open(&catalog());
    assert_eq!(loaded.history.records().len(), 2);
    let undone = store.commit(&catalog(), &Record::Undo).unwrap();
    assert_eq!(undone.assessment.marks.keys().map(|id| id.short()).collect::<Vec<_>>(), ["T0001"]);
}

#[test]
fn what_waits_for_a_read_only_file_is_shown_and_named() {
    let place = Place::new();
    let store = place.store();
    mark(&store, "AML.T0000", Status::Gap);
    let mut session = store.session();
    session.keep(&[to("AML.T0001", NONE, Status::Gap)]).unwrap();
    drop(session);
    // Of the whole disk only reading works.
    let fault = |at| Fault { at, error: Errno::ROFS, lasts: true };
    let paths = || Paths { assessment: place.path("data/marks.yaml"), state: place.path("state") };
    let whole = place.text();
    place.put(&whole[..whole.len() - 4]);
    let loaded = store.open(&catalog());
    assert!(loaded.read_only.is_some_and(|why| why.contains("last line")));
    assert!(loaded.notices[0].contains("in the journal"), "{:?}", loaded.notices);
    assert_eq!(journals(&place).len(), 1, "the journal stays");
    place.put(&whole);
    for at in 1..200 {
        let disk = Arc::new(Faulty::with(fault(at)));
        let loaded = Store::on(paths(), disk).open(&catalog());
        let saved = store.load(&catalog()).assessment.marks.len();
        assert_eq!(saved, 2, "at {at}: {:?}", loaded.notices);
        if journals(&place).is_empty() {
            return;
        }
    }
    panic!("it was never saved");
}

#[test]
fn eight_sessions_in_turn_keep_each_others_marks() {
    let place = Place::new();
    let mut sessions: Vec<Session> = (0..8).map(|_| place.store().session()).collect();
    let ids: Vec<String> = (0..5).map(|n| format!("AML.T{n:04}")).collect();
    for (n, session) in sessions.iter_mut().enumerate() {
        let mark = Mark { owner: Some(format!("owner {n}")), ..Mark::default() };
        let change = Change { id: id(&ids[n % 5]), before: Mark::default(), after: mark };
        session.keep(&[Record::Do(Edit { changes: vec![change] })]).unwrap();
    }
    for session in &mut sessions {
        session.commit(&catalog()).unwrap();
    }
    assert_eq!(place.store().load(&catalog()).assessment.marks.len(), 5);
    assert_eq!(place.store().load(&catalog()).history.records().len(), 8);
}
