//! What two people made of one file, on real files.

use super::*;

/// The change from one mark to another of the same id.
fn edit(text: &str, before: &Mark, after: &Mark) -> Edit {
    Edit { changes: vec![Change { id: id(text), before: before.clone(), after: after.clone() }] }
}

#[test]
fn two_who_mark_the_same_are_both_in_the_file() {
    let place = Place::new();
    let store = place.store();
    let nothing = Mark::default();
    let ann = Mark { status: Status::Covered, by: Some("ann".into()), ..Mark::default() };
    let soc = Mark { status: Status::Gap, by: Some("soc".into()), ..Mark::default() };
    let commit = |after| store.commit(&catalog(), &Record::Do(edit("AML.T0001", &nothing, after))).unwrap();
    commit(&ann);
    let saved = commit(&soc).assessment;
    let both = saved.mark(id("AML.T0001"));
    assert_eq!(both.status_dispute().as_deref(), Some("gap or covered"));
    assert_eq!(store.load(&catalog()).assessment.mark(id("AML.T0001")), both);
    let text = place.text();
    let block = "    status: gap\n    by: soc\n    conflict:\n      - field: status\n        value: gap\n        \
                 by: soc\n      - field: status\n        value: covered\n        by: ann\n";
    assert!(text.contains(block), "{text}");
    // Who does not know whether it was saved may save it again.
    commit(&soc);
    commit(&ann);
    assert_eq!(place.text(), text);
}

#[test]
fn an_edit_of_cleaned_texts_is_no_conflict_with_what_they_were_cleaned_from() {
    let raw = Mark {
        note: Some("a\u{1b}[2J".into()),
        owner: Some("b\u{202e}".into()),
        evidence: vec![Evidence { kind: EvidenceKind::Prevent, what: "c\u{7}".into(), link: None, on: None }],
        ..Mark::default()
    };
    let mut whole = document([(id("AML.T0001"), raw.clone())]);
    let shown = whole.view(&catalog()).mark(id("AML.T0001")).clone();
    let after = Mark { status: Status::Gap, ..shown.clone() };
    assert_eq!(whole.apply(&edit("AML.T0001", &shown, &after)), []);
    assert_eq!(whole.entries[&id("AML.T0001")].mark, Mark { status: Status::Gap, ..raw.clone() });
    // Even an edit that brings such texts itself may come twice.
    let mut twice = document([]);
    for _ in 0..2 {
        assert_eq!(twice.apply(&edit("AML.T0001", &Mark::default(), &raw)), []);
        assert_eq!(twice.entries[&id("AML.T0001")].mark, raw);
    }
}

proptest! {
    #[test]
    fn an_edit_applied_twice_is_applied_once(
        before in any_mark(), after in any_mark(), held in any_mark(), count in 0usize..2
    ) {
        // As people make edits: signed, and with the conflicts that were there.
        let sign = |mark: Mark, by: &str| Mark { by: Some(by.into()), conflicts: Vec::new(), ..mark };
        let (after, held) = (sign(after, "us"), sign(held, "them"));
        let edit = edit("AML.T0001", &Mark { conflicts: Vec::new(), ..before }, &after);
        let mut once = document((0..count).map(|_| (id("AML.T0001"), held.clone())));
        once.apply(&edit);
        let mut twice = once.clone();
        prop_assert_eq!(twice.apply(&edit), vec![]);
        prop_assert_eq!(&twice, &once);
        let text = once.emit(&catalog());
        prop_assert_eq!(Document::read(text.as_bytes()).map(marks_of), Ok(marks_of(once)), "{}", text);
    }
}

proptest! {
    // Each case waits for the disk.
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn whole_files_merge_as_their_marks_do_and_once(
        marks in prop::collection::vec((any_mark(), any_mark(), any_mark()), 4)
    ) {
        let place = Place::new();
        let sign = |mark: &Mark, by: &str| {
            let mark = Mark { conflicts: Vec::new(), ..mark.clone() };
            if mark.is_empty() { mark } else { Mark { by: Some(by.into()), ..mark } }
        };
        let file = |side: fn(&(Mark, Mark, Mark)) -> &Mark, by: &str| {
            let catalog = catalog();
            let marks = catalog.markable().zip(&marks).map(|(id, m)| (id, sign(side(m), by)));
            document(marks.filter(|(_, mark)| !mark.is_empty())).emit(&catalog)
        };
        let (base, ours, theirs) = (file(|m| &m.0, "all"), file(|m| &m.1, "us"), file(|m| &m.2, "them"));
        let (left, text) = merge_texts(&place, &base, &ours, &theirs).unwrap();
        let merged = Document::read(text.as_bytes()).unwrap().view(&catalog());
        let view = |text: &str| Document::read(text.as_bytes()).unwrap().view(&catalog());
        let [old, our, their] = [&base, &ours, &theirs].map(|text| view(text));
        for id in catalog().markable() {
            let expected = crate::coverage::merge(old.mark(id), our.mark(id), their.mark(id)).mark;
            prop_assert_eq!(merged.mark(id), &expected);
        }
        prop_assert_eq!(merged.in_conflict().map(|(id, _)| id).collect::<Vec<_>>(), left.conflicts.clone());
        prop_assert_eq!(merge_texts(&place, &base, &text, &theirs).unwrap(), (left, text));
    }
}

/// Merges three texts as the verb does.
fn merge_texts(
    place: &Place,
    base: &str,
    ours: &str,
    theirs: &str,
) -> Result<(Leftovers, String), StoreError> {
    for (name, text) in [("base", base), ("ours", ours), ("theirs", theirs)] {
        fs::write(place.path(name), text).unwrap();
    }
    let paths = ["base", "ours", "theirs"].map(|name| place.path(name));
    let left = merge_files(&catalog(), &paths[0], &paths[1], &paths[2])?;
    Ok((left, fs::read_to_string(&paths[1]).unwrap()))
}

#[test]
fn whole_files_merge_with_their_comments_and_unknown_fields() {
    let place = Place::new();
    let with = |marks: Vec<(&str, Status)>| {
        let marks = marks.into_iter().map(|(at, status)| (id(at), Mark { status, ..Mark::default() }));
        document(marks).emit(&catalog())
    };
    let base = with(vec![("AML.T0000", Status::Gap), ("AML.T0003", Status::Gap)])
        .replace("format: 1\n", "format: 1\nscope: all\nteam: red\n")
        .replace("  AML.T0003:\n", "  # old remark\n  AML.T0003:\n");
    let ours = base
        .replacen("    status: gap\n", "    status: covered\n    cost: 5\n", 1)
        .replace("  AML.T0000:\n", "  # our remark\n  AML.T0000:\n")
        .replace("scope: all", "scope: ours");
    let theirs = base
        .replacen("    status: gap\n", "    status: partial\n    risk: high\n", 1)
        .replace("  # old remark\n", "  # their remark\n")
        .replace("team: red", "team: blue\nbudget: 7")
        .replace(
            "    name: Limit Model Artifact Release\n    status: unassessed",
            "    name: Limit Model Artifact Release\n    status: planned",
        );
    let (left, text) = merge_texts(&place, &base, &ours, &theirs).unwrap();
    assert_eq!(left, Leftovers { conflicts: vec![id("AML.T0000")], unknown: Vec::new() });
    for line in [
        "scope: ours",
        "team: blue",
        "budget: 7",
        "  # our remark",
        "  # their remark",
        "    cost: 5",
        "    risk: high",
        "    status: planned",
    ] {
        assert_eq!(text.lines().filter(|l| *l == line).count(), 1, "{line} in {text}");
    }
    assert!(!text.contains("old remark"));
    let merged = Document::read(text.as_bytes()).unwrap();
    let mark = &merged.entries[&id("AML.T0000")].mark;
    assert_eq!(mark.status_dispute().as_deref(), Some("partial or covered"));
    // Merged again, it stays as it is.
    assert_eq!(merge_texts(&place, &base, &text, &theirs).unwrap(), (left, text));

    // An unknown field can't hold two values: ours stays, and its name is told.
    let other = base.replace("scope: all", "scope: theirs");
    let (left, text) = merge_texts(&place, &base, &ours, &other).unwrap();
    assert_eq!((left.unknown, text.contains("scope: ours")), (vec!["scope".to_owned()], true));
}

#[test]
fn without_a_common_ancestor_both_files_are_merged_and_damage_stops_it() {
    let place = Place::new();
    let file = |at: &str, status| document([(id(at), Mark { status, ..Mark::default() })]).emit(&catalog());
    let (one, two) = (file("AML.T0001", Status::Gap), file("AML.T0002", Status::Covered));
    let (left, text) = merge_texts(&place, "", &one, &two).unwrap();
    assert_eq!(left, Leftovers::default());
    let marks = marks_of(Document::read(text.as_bytes()).unwrap());
    assert_eq!(marks.iter().map(|(_, m)| m.status).collect::<Vec<_>>(), [Status::Gap, Status::Covered]);

    let torn = &one[..one.len() / 2];
    for (base, ours, theirs, name) in [
        (torn, &*one, &*two, "base"),
        (&*one, torn, &*two, "ours"),
        (&*one, &*one, torn, "theirs"),
        (&*one, &*one, "", "theirs"),
    ] {
        let error = merge_texts(&place, base, ours, theirs).unwrap_err().to_string();
        assert!(error.contains(&format!("/{name}")), "{error}");
        assert_eq!(fs::read_to_string(place.path("ours")).unwrap(), ours);
    }
    assert_eq!(fs::read_dir(place.dir.path()).unwrap().count(), 3, "nothing else is left");
}

#[test]
fn a_merge_with_a_file_of_another_release_keeps_the_marks_of_both() {
    let place = Place::new();
    let mut older = catalog_of(3);
    older.release = "5.6.1".into();
    let mark = |at: &str| (id(at), Mark { status: Status::Gap, ..Mark::default() });
    let base = Document { release: "5.6.1".into(), ..document([]) }.emit(&older);
    let ours = Document { release: "5.6.1".into(), ..document([mark("AML.T0001")]) }.emit(&older);
    let theirs = document([mark("AML.T0004")]).emit(&catalog());
    let (_, text) = merge_texts(&place, &base, &ours, &theirs).unwrap();
    let merged = Document::read(text.as_bytes()).unwrap();
    assert_eq!(&*merged.release, "2026.09");
    assert_eq!(merged.entries.keys().copied().collect::<Vec<_>>(), [id("AML.T0001"), id("AML.T0004")]);
    assert_eq!(merged.listed.len(), catalog().markable().count());
}
