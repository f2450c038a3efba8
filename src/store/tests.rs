//! The store on real files.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::PathBuf;
use std::process::Command;

use jiff::civil::date;
use proptest::prelude::*;
use tempfile::TempDir;

use super::assessment::{Document, Entry};
use super::disk::RealDisk;
use super::*;
use crate::catalog::{Catalog, Format, Mitigation, ObjectId, Technique};
use crate::coverage::{Change, Claim, Conflict, Evidence, EvidenceKind, Field, Mark, State, Status};

mod backups;
mod faults;
mod journals;
mod merge;
mod power;
mod publish;
mod shelf;

fn id(text: &str) -> ObjectId {
    text.parse().unwrap()
}

fn technique(text: &str, name: &str) -> Technique {
    Technique {
        id: id(text),
        name: name.to_owned().into(),
        description: "".into(),
        references: Vec::new(),
        attack: None,
        created: "".into(),
        modified: "".into(),
        maturity: None,
        platforms: Vec::new(),
        tactics: Vec::new(),
        parent: id(text).parent(),
        subs: Vec::new(),
        mitigations: Vec::new(),
        steps: Vec::new().into(),
    }
}

fn catalog_of(count: usize) -> Catalog {
    let techniques =
        (0..count).map(|n| technique(&format!("AML.T{n:04}"), &format!("Technique: number {n}")));
    let mitigation = Mitigation {
        id: id("AML.M0001"),
        name: "Limit Model Artifact Release".into(),
        description: "".into(),
        references: Vec::new(),
        attack: None,
        created: "".into(),
        modified: "".into(),
        categories: Vec::new(),
        lifecycle_phases: Vec::new(),
        techniques: Vec::new().into(),
    };
    Catalog {
        release: "2026.09".into(),
        format: Format::V6,
        tactics: Vec::new(),
        techniques: techniques.collect(),
        mitigations: vec![mitigation],
        case_studies: Vec::new(),
    }
}

fn catalog() -> Catalog {
    catalog_of(5)
}

struct Place {
    dir: TempDir,
}

impl Place {
    fn new() -> Place {
        Place { dir: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn store(&self) -> Store {
        self.store_of("data/marks.yaml")
    }

    fn store_of(&self, name: &str) -> Store {
        Store::new(Paths { assessment: self.path(name), state: self.path("state") })
    }

    fn text(&self) -> String {
        fs::read_to_string(self.path("data/marks.yaml")).unwrap()
    }

    /// The undo log.
    fn log(&self) -> PathBuf {
        let paths = fs::read_dir(self.path("state")).unwrap().map(|entry| entry.unwrap().path());
        let is_log = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().starts_with("history-");
        paths.into_iter().find(is_log).unwrap()
    }

    fn put(&self, text: impl AsRef<[u8]>) {
        fs::create_dir_all(self.path("data")).unwrap();
        fs::write(self.path("data/marks.yaml"), text).unwrap();
    }
}

fn set(store: &Store, text: &str, change: impl FnOnce(&mut Mark)) -> Result<Saved, StoreError> {
    let before = store.load(&catalog()).assessment.mark(id(text)).clone();
    let mut after = before.clone();
    change(&mut after);
    store.commit(&catalog(), &Record::Do(Edit { changes: vec![Change { id: id(text), before, after }] }))
}

fn mark(store: &Store, text: &str, status: Status) -> Saved {
    set(store, text, |mark| mark.status = status).unwrap()
}

fn status_of(store: &Store, text: &str) -> Status {
    store.load(&catalog()).assessment.mark(id(text)).status
}

fn full_mark() -> Mark {
    Mark {
        status: Status::Covered,
        owner: Some("SOC: blue".into()),
        note: Some("one\n\n  two # no comment\n...\n--- x".into()),
        evidence: vec![Evidence {
            kind: EvidenceKind::Detect,
            what: "rule 7".into(),
            link: Some("https://example.org/a?b=c#d".into()),
            on: Some(date(2026, 1, 2)),
        }],
        tested: Some(date(2026, 11, 1)),
        review: Some(date(2027, 11, 1)),
        by: Some("no".into()),
        on: Some(date(2026, 11, 23)),
        conflicts: vec![
            Conflict { claim: Claim::Status(Status::Covered), by: Some("no".into()), on: None },
            Conflict {
                claim: Claim::Status(Status::NotApplicable),
                by: Some("ann".into()),
                on: Some(date(2026, 11, 20)),
            },
            Conflict { claim: Claim::Owner(None), by: None, on: Some(date(2026, 11, 20)) },
            Conflict { claim: Claim::Tested(Some(date(2026, 10, 1))), by: None, on: None },
        ],
        log: vec!["2026-11-23 no: gap -> covered; note: one".into(), "# not a comment".into()],
    }
}

fn document(marks: impl IntoIterator<Item = (ObjectId, Mark)>) -> Document {
    let entries = marks.into_iter().map(|(id, mark)| (id, Entry { mark, ..Entry::default() }));
    Document { release: "2026.09".into(), entries: entries.collect(), ..Document::default() }
}

/// What matters of a document where names come from the catalogue.
fn marks_of(document: Document) -> Vec<(ObjectId, Mark)> {
    document.entries.into_iter().map(|(id, entry)| (id, entry.mark)).collect()
}

#[test]
fn the_file_reads_like_this() {
    let document = document([(id("AML.T0001"), full_mark())]);
    let mut catalog = catalog_of(2);
    catalog.mitigations.clear();
    let text = document.emit(&catalog);
    let body: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let expected = r##"format: 1
release: "2026.09"
marks:
  AML.T0000:
    name: "Technique: number 0"
    status: unassessed
  AML.T0001:
    name: "Technique: number 1"
    status: covered
    owner: "SOC: blue"
    note: |-
      one

        two # no comment
      ...
      --- x
    evidence:
      - kind: detect
        what: rule 7
        link: https://example.org/a?b=c#d
        "on": 2026-01-02
    tested: 2026-11-01
    review: 2027-11-01
    by: "no"
    "on": 2026-11-23
    conflict:
      - field: status
        value: covered
        by: "no"
      - field: status
        value: not-applicable
        by: ann
        "on": 2026-11-20
      - field: owner
        "on": 2026-11-20
      - field: tested
        value: 2026-10-01
    log:
      - "2026-11-23 no: gap -> covered; note: one"
      - "# not a comment"
..."##;
    assert_eq!(body.join("\n"), expected);
    assert_eq!(marks_of(Document::read(text.as_bytes()).unwrap()), marks_of(document));
}

#[test]
fn nothing_is_created_until_something_is_marked() {
    let place = Place::new();
    let store = place.store();
    assert_eq!(store.load(&catalog()), Loaded::default());
    assert_eq!(store.commit(&catalog(), &Record::Undo).unwrap().applied, None);
    assert_eq!(fs::read_dir(place.dir.path()).unwrap().count(), 0);

    let saved = mark(&store, "AML.T0001", Status::Gap);
    assert_eq!(saved.assessment.mark(id("AML.T0001")).status, Status::Gap);
    assert_eq!((saved.assessment.release.as_str(), saved.notices), ("2026.09", Vec::new()));
    assert_eq!(store.load(&catalog()).assessment, saved.assessment);
    let mode = |path: PathBuf| fs::metadata(path).unwrap().mode() & 0o777;
    assert_eq!(mode(place.path("state")), 0o700);
    assert_eq!(mode(place.log()), 0o600);
    // The journal has gone with the session.
    assert_eq!(fs::read_dir(place.path("state")).unwrap().count(), 1);
}

#[test]
fn every_id_stands_there_as_three_lines_or_more_in_order() {
    let place = Place::new();
    mark(&place.store(), "AML.T0001", Status::Gap);
    let text = place.text();
    let keys: Vec<usize> =
        text.lines().enumerate().filter(|(_, line)| line.starts_with("  AML.")).map(|(at, _)| at).collect();
    assert_eq!(keys.len(), catalog().markable().count());
    assert!(keys.windows(2).all(|pair| pair[1] - pair[0] >= 3));
    let ids: Vec<&str> = text.lines().filter(|line| line.starts_with("  AML.")).collect();
    assert!(ids.is_sorted_by_key(|line| id(line.trim().trim_end_matches(':'))));
    assert!(text.ends_with("\n...\n"));
}

#[test]
fn a_cut_file_is_read_only_or_whole_never_something_else() {
    let document = document([(id("AML.T0001"), full_mark()), (id("AML.M0001"), full_mark())]);
    let whole = document.emit(&catalog());
    for end in 0..whole.len() - 1 {
        assert!(Document::read(&whole.as_bytes()[..end]).is_err(), "cut at {end}");
    }
    let place = Place::new();
    for end in [0, 1, whole.len() / 2, whole.len() - 2] {
        let torn = &whole.as_bytes()[..end];
        place.put(torn);
        let loaded = place.store().load(&catalog());
        assert!(loaded.read_only.is_some_and(|why| why.contains("marks.yaml")));
        assert_eq!(loaded.assessment, Assessment::default());
        assert!(set(&place.store(), "AML.T0001", |m| m.status = Status::Gap).is_err());
        assert_eq!(place.text().as_bytes(), torn);
    }
}

#[test]
fn what_is_wrong_is_named_with_its_line_and_left_as_it_is() {
    let good = document([(id("AML.T0001"), full_mark())]).emit(&catalog());
    let line = |needle: &str| good.lines().position(|line| line.contains(needle)).unwrap() + 1;
    let atlas = "---\nid: ATLAS\nname: ATLAS\nmatrices:\n- id: ATLAS\n".to_owned();
    for (text, at, says) in [
        (good.replace("status: covered", "status: coverd"), line("status: covered"), "did you mean covered?"),
        (
            good.replace("status: covered", "status: done"),
            line("status: covered"),
            "not-applicable, accepted",
        ),
        (good.replace("2027-11-01", "2027-13-01"), line("2027-11-01"), "is no date"),
        (good.replace("format: 1", "format: 2"), line("format: 1"), "later atlasnav"),
        (good.replace("  AML.T0002:", "<<<<<<< ours\n  AML.T0002:"), line("AML.T0002"), "merge"),
        (good.replace("  AML.T0002:", "  AML.T0001:"), line("AML.T0002"), "duplicate"),
        (good.replace("  AML.T0002:", "  AML.T02:"), line("AML.T0002"), "`AML.T02`"),
        (good.replace("  AML.T0002:", "  AML.TA0002:"), line("AML.T0002"), "`AML.TA0002`"),
        (good.replace("rule 7", "&a rule 7"), line("rule 7"), "nchor"),
        (good.replace("kind: detect", "kind: guess"), line("kind: detect"), "prevent, detect or respond"),
        (good.replace("rule 7", "rule \u{1b}[2J"), line("rule 7"), ""),
        (good.replace("- field: owner", "- field: name"), line("- field: owner"), "known: status, owner"),
        (good.replace("- field: owner", "- who: owner"), line("- field: owner"), "value, by"),
        (good.replace("- field: owner", "- by: soc"), line("- field: owner"), "no `field:`"),
        (good.replace("value: not-", "value: not "), line("value: not-"), "did you mean not-applicable?"),
        (good.replace("- field: owner", "- field: status"), line("- field: owner"), "no `value:`"),
        (good.replace("value: 2026-10-01", "value: soon"), line("value: 2026-10-01"), "is no date"),
        (good.replace("marks:\n", "points:\n"), 0, "`marks:`"),
        (good.replace("...\n", ""), 0, "last line"),
        (atlas, 0, "release of ATLAS"),
        ("todo: nothing\n".into(), 0, "no assessment"),
        (String::new(), 0, "empty"),
    ] {
        let place = Place::new();
        place.put(&text);
        let before = fs::metadata(place.path("data/marks.yaml")).unwrap();
        let reason = place.store().load(&catalog()).read_only.unwrap();
        assert!(reason.contains("marks.yaml") && reason.contains(says), "{reason}");
        assert!(at == 0 || reason.contains(&format!("line {at}:")), "line {at} in {reason}");
        assert!(!reason.chars().any(char::is_control), "{reason}");
        let error = set(&place.store(), "AML.T0001", |m| m.status = Status::Gap).unwrap_err();
        assert!(error.to_string().contains(says), "{error}");
        let after = fs::metadata(place.path("data/marks.yaml")).unwrap();
        assert_eq!((place.text(), after.ino()), (text, before.ino()));
    }
    let place = Place::new();
    for bytes in [
        &b"format: 1\n\xff\n...\n"[..],
        &"format: 1".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>(),
        b"\0\0\0",
    ] {
        place.put(bytes);
        assert!(place.store().load(&catalog()).read_only.is_some());
    }
}

#[test]
fn what_this_version_does_not_know_survives() {
    let place = Place::new();
    place.put(
        r#"# Team file, see wiki.
format: 1
release: "2026.09"
scope: {system: chat bot, version: 1.10, since: 2026-01-01, list: [a, 'b', [c, {d: ~}], {}, []]}
marks:
  # Ask Bob first.
  AML.T0001:
    status: gap   # really?
    priority: 0x10
    name: An old name
    evidence:
      - {kind: detect, what: rule, score: "7"}
  AML.T0777: {status: covered, name: "Gone: away", weight: 007}
retired:
  AML.T0888:
    status: partial
    note:
...
"#,
    );
    let store = place.store();
    let loaded = store.load(&catalog());
    assert_eq!(loaded.read_only, None);
    assert_eq!(loaded.assessment.retired.len(), 2);
    assert_eq!(loaded.assessment.retired[&id("AML.T0777")].status, Status::Covered);
    assert_eq!(loaded.assessment.release, "2026.09");

    mark(&store, "AML.T0002", Status::Partial);
    let first = place.text();
    for kept in [
        "# Team file, see wiki.\nformat: 1\n",
        "scope:\n  system: chat bot\n  version: 1.10\n  since: 2026-01-01\n  list:\n    - a\n    - \"b\"\n    -\n      - c\n      - d: ~\n    - {}\n    - []\n",
        "  # Ask Bob first.\n  # really?\n  AML.T0001:\n    name: \"Technique: number 1\"\n    status: gap\n",
        "    priority: 0x10\n",
        "        what: rule\n        score: \"7\"\n",
        "retired:\n  AML.T0777:\n    name: \"Gone: away\"\n    status: covered\n    weight: 007\n  AML.T0888:\n",
    ] {
        assert!(first.contains(kept), "{kept}\n---\n{first}");
    }
    // Other than the edit, a second save changes nothing.
    mark(&store, "AML.T0002", Status::Covered);
    assert_eq!(place.text(), first.replacen("status: partial", "status: covered", 1));
    assert_eq!(store.load(&catalog()).assessment.retired, loaded.assessment.retired);
}

#[test]
fn texts_are_safe_to_show_and_stay_as_they_are_in_the_file() {
    let place = Place::new();
    let store = place.store();
    set(&store, "AML.T0001", |m| m.note = Some("a\u{1b}[2J\tb\nc\u{202e}".into())).unwrap();
    let shown = store.load(&catalog()).assessment.mark(id("AML.T0001")).clone();
    assert_eq!(shown.note.as_deref(), Some("a<U+001B>[2J    b\nc<U+202E>"));
    let before = place.text();
    assert!(before.contains(r#"note: "a\x1B[2J\tb\nc\u202E""#), "{before}");
    mark(&store, "AML.T0001", Status::Gap);
    assert_eq!(
        place.text(),
        before.replacen(
            "  AML.T0001:\n    name: \"Technique: number 1\"\n    status: unassessed",
            "  AML.T0001:\n    name: \"Technique: number 1\"\n    status: gap",
            1
        )
    );
}

#[test]
fn two_processes_on_one_file_keep_both_their_marks() {
    let place = Place::new();
    let (one, two) = (place.store(), place.store());
    let nothing = Mark::default();
    let gap = Mark { status: Status::Gap, ..Mark::default() };
    let note = Mark { note: Some("ours".into()), ..Mark::default() };
    let change = |text: &str, after: &Mark| {
        Record::Do(Edit {
            changes: vec![Change { id: id(text), before: nothing.clone(), after: after.clone() }],
        })
    };
    // Neither has seen what the other did.
    one.commit(&catalog(), &change("AML.T0001", &gap)).unwrap();
    two.commit(&catalog(), &change("AML.T0002", &gap)).unwrap();
    let saved = one.commit(&catalog(), &change("AML.T0002", &note)).unwrap();
    assert_eq!(saved.assessment.marks.len(), 2);
    assert_eq!(*saved.assessment.mark(id("AML.T0002")), Mark { note: note.note.clone(), ..gap.clone() });
    // Undo takes back the last edit of whoever made it, and only its fields.
    let saved = two.commit(&catalog(), &Record::Undo).unwrap();
    assert_eq!(*saved.assessment.mark(id("AML.T0002")), gap);
}

#[test]
fn many_processes_at_once_lose_nothing() {
    let place = Place::new();
    let catalog = catalog_of(40);
    std::thread::scope(|scope| {
        for part in 0..4 {
            let (store, catalog) = (Store { patience: Duration::from_secs(60), ..place.store() }, &catalog);
            scope.spawn(move || {
                for n in (part * 10)..(part * 10 + 10) {
                    let after = Mark { status: Status::Planned, ..Mark::default() };
                    let change = Change { id: id(&format!("AML.T{n:04}")), before: Mark::default(), after };
                    store.commit(catalog, &Record::Do(Edit { changes: vec![change] })).unwrap();
                }
            });
        }
    });
    let loaded = place.store().load(&catalog);
    assert_eq!(loaded.assessment.marks.len(), 40);
    assert_eq!(loaded.history.records().len(), 40);
}

#[test]
fn undo_and_redo_outlive_the_program() {
    let place = Place::new();
    mark(&place.store(), "AML.T0001", Status::Gap);
    mark(&place.store(), "AML.T0001", Status::Covered);
    let loaded = place.store().load(&catalog());
    assert_eq!(loaded.history.last_done().unwrap().describe(), "T0001 covered");
    let back = place.store().commit(&catalog(), &Record::Undo).unwrap();
    assert_eq!(back.applied.unwrap().describe(), "T0001 gap");
    assert_eq!(status_of(&place.store(), "AML.T0001"), Status::Gap);
    place.store().commit(&catalog(), &Record::Redo).unwrap();
    assert_eq!(status_of(&place.store(), "AML.T0001"), Status::Covered);
    assert_eq!(place.store().commit(&catalog(), &Record::Redo).unwrap().applied, None);
    for _ in 0..2 {
        place.store().commit(&catalog(), &Record::Undo).unwrap();
    }
    assert_eq!(place.store().commit(&catalog(), &Record::Undo).unwrap().applied, None);
    assert_eq!(place.store().load(&catalog()).assessment.marks.len(), 0);
}

#[test]
fn an_undo_sets_only_the_fields_that_the_edit_was_about() {
    let place = Place::new();
    let store = place.store();
    mark(&store, "AML.T0001", Status::Gap);
    let by_hand = place.text().replace("    status: gap\n", "    status: gap\n    owner: Ada\n");
    place.put(by_hand);
    let saved = store.commit(&catalog(), &Record::Undo).unwrap();
    let expected = Mark { owner: Some("Ada".into()), ..Mark::default() };
    assert_eq!(*saved.assessment.mark(id("AML.T0001")), expected);
}

const CONFLICT: &str = "    status: gap
    by: Ada
    conflict:
      - field: status
        value: gap
        by: Ada
      - field: status
        value: covered
        by: soc
";

#[test]
fn an_undo_of_what_somebody_changed_since_takes_nothing_away_from_them() {
    let place = Place::new();
    let store = place.store();
    mark(&store, "AML.T0001", Status::Gap);
    place.put(place.text().replace("    status: gap\n", "    status: covered\n    by: Ada\n"));
    let undone = store.commit(&catalog(), &Record::Undo).unwrap().assessment;
    let undone = undone.mark(id("AML.T0001"));
    assert_eq!(
        (undone.status, undone.by.as_deref(), undone.conflicts.len()),
        (Status::Covered, Some("Ada"), 0)
    );
    // A mark that settles a conflict is undone like any other: the conflict is back.
    place.put(place.text().replace("    status: covered\n    by: Ada\n", CONFLICT));
    let disputed = store.load(&catalog()).assessment.mark(id("AML.T0001")).clone();
    assert!(disputed.is_disputed(Field::Status));
    let settled = set(&store, "AML.T0001", |m| m.set_state(State::Partial, date(2026, 11, 23))).unwrap();
    assert_eq!(settled.assessment.mark(id("AML.T0001")).conflicts, []);
    let back = store.commit(&catalog(), &Record::Undo).unwrap().assessment;
    assert_eq!(back.mark(id("AML.T0001")), &disputed);
}

#[test]
fn stock_git_merges_edits_of_neighbours() {
    let place = Place::new();
    mark(&place.store(), "AML.T0000", Status::Gap);
    let base = place.text();
    mark(&place.store(), "AML.T0002", Status::Covered);
    let ours = place.text();
    place.put(&base);
    set(&place.store(), "AML.T0001", |m| *m = full_mark()).unwrap();
    set(&place.store(), "AML.T0003", |m| *m = full_mark()).unwrap();
    for (name, text) in [("ours", &ours), ("base", &base), ("theirs", &place.text())] {
        fs::write(place.path(name), text).unwrap();
    }
    let merged = Command::new("git")
        .args(["merge-file", "-p", "ours", "base", "theirs"])
        .current_dir(place.dir.path())
        .output()
        .unwrap();
    assert!(merged.status.success(), "{}", String::from_utf8_lossy(&merged.stdout));
    let merged = Document::read(&merged.stdout).unwrap();
    assert_eq!(merged.entries.len(), 4);
    assert_eq!(merged.entries[&id("AML.T0001")].mark, full_mark());
    assert_eq!(merged.entries[&id("AML.T0002")].mark.status, Status::Covered);
}

#[test]
fn a_link_stays_a_link_and_modes_are_kept() {
    let place = Place::new();
    fs::create_dir(place.path("real")).unwrap();
    symlink("real/marks.yaml", place.path("link.yaml")).unwrap();
    let store = place.store_of("link.yaml");
    // The link's target is not there yet.
    mark(&store, "AML.T0001", Status::Gap);
    let real = place.path("real/marks.yaml");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    mark(&store, "AML.T0001", Status::Covered);
    assert!(fs::symlink_metadata(place.path("link.yaml")).unwrap().is_symlink());
    assert_eq!(fs::metadata(&real).unwrap().mode() & 0o777, 0o640);
    assert_eq!(status_of(&store, "AML.T0001"), Status::Covered);
    // The other name of the same file has the same history.
    assert!(place.store_of("real/marks.yaml").load(&catalog()).history.last_done().is_some());
}

#[test]
fn what_is_no_file_of_its_own_is_refused_by_name() {
    let place = Place::new();
    fs::create_dir(place.path("directory")).unwrap();
    symlink("loop", place.path("loop")).unwrap();
    symlink("/dev/zero", place.path("device")).unwrap();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        place.path("pipe"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
        0,
    )
    .unwrap();
    fs::File::create(place.path("large")).unwrap().set_len(file::MAX_FILE + 1).unwrap();
    for (name, says) in [
        ("directory", "is a directory"),
        ("loop", "is a loop of links"),
        ("device", "is a device"),
        ("pipe", "is a pipe"),
        ("large", "is larger than 8 MiB"),
    ] {
        let store = place.store_of(name);
        let reason = store.load(&catalog()).read_only.unwrap();
        assert!(reason.contains(says), "{reason}");
        let error = set(&store, "AML.T0001", |m| m.status = Status::Gap).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
}

#[test]
fn without_permission_it_says_so_and_changes_nothing() {
    if rustix::process::geteuid().is_root() {
        return;
    }
    let place = Place::new();
    mark(&place.store(), "AML.T0001", Status::Gap);
    let before = place.text();
    let mode =
        |path: &str, mode| fs::set_permissions(place.path(path), fs::Permissions::from_mode(mode)).unwrap();
    mode("data/marks.yaml", 0o444);
    let loaded = place.store().load(&catalog());
    let result = set(&place.store(), "AML.T0001", |m| m.status = Status::Covered);
    mode("data/marks.yaml", 0o644);
    assert!(loaded.read_only.is_some_and(|why| why.contains("may not be written")));
    assert_eq!(loaded.assessment.marks.len(), 1);
    assert!(result.is_err());
    assert_eq!(place.text(), before);
    // A file that is not there yet can't be made in a closed directory.
    mode("data", 0o555);
    let loaded = place.store_of("data/new.yaml").load(&catalog());
    assert!(loaded.read_only.is_some_and(|why| why.starts_with("the directory ")));
    // But one that may be written is.
    let saved = set(&place.store(), "AML.T0001", |m| m.status = Status::Covered);
    mode("data", 0o755);
    assert_eq!(saved.unwrap().notices, Vec::<String>::new());
    assert_eq!(status_of(&place.store(), "AML.T0001"), Status::Covered);
}

#[test]
fn a_held_lock_is_waited_for_and_then_named() {
    let place = Place::new();
    mark(&place.store(), "AML.T0001", Status::Gap);
    let store = Store { patience: Duration::ZERO, ..place.store() };
    let held = file::lock(&RealDisk, &fs::canonicalize(store.path()).unwrap(), Duration::ZERO).unwrap();
    let error = set(&store, "AML.T0001", |m| m.status = Status::Covered).unwrap_err().to_string();
    assert!(
        error.contains(".marks.yaml.lock for more than 2 seconds") && error.contains("journal"),
        "{error}"
    );
    drop(held);
    // What was kept is saved by whoever comes next.
    assert_eq!(store.open(&catalog()).notices, ["1 mark of a session that ended early is saved now: T0001"]);
    mark(&store, "AML.T0001", Status::Covered);
}

#[test]
fn temporary_files_of_killed_processes_are_cleared_away_and_others_not() {
    let place = Place::new();
    place.put(document([]).emit(&catalog()));
    fs::write(place.path("data/.marks.yaml.x1.atlasnav-tmp"), "torn").unwrap();
    fs::write(place.path("data/.other.yaml.x1.atlasnav-tmp"), "theirs").unwrap();
    mark(&place.store(), "AML.T0001", Status::Gap);
    let mut names: Vec<_> = fs::read_dir(place.path("data"))
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, [".marks.yaml.lock", ".other.yaml.x1.atlasnav-tmp", "marks.yaml"]);
}

#[test]
fn a_log_that_can_not_be_used_does_not_stop_a_mark() {
    let place = Place::new();
    mark(&place.store(), "AML.T0001", Status::Gap);
    mark(&place.store(), "AML.T0002", Status::Gap);
    let log = place.log();
    let whole = fs::read_to_string(&log).unwrap();

    // Torn at the end: the last record is lost, the rest serves, the next one follows cleanly.
    fs::write(&log, &whole[..whole.len() - 5]).unwrap();
    let loaded = place.store().load(&catalog());
    assert_eq!((loaded.history.records().len(), loaded.notices.len()), (1, 0));
    mark(&place.store(), "AML.T0003", Status::Gap);
    assert_eq!(place.store().load(&catalog()).history.records().len(), 2);

    // Damaged in the middle: set aside and named.
    let damaged = fs::read_to_string(&log).unwrap().replacen("gap", "gop", 1);
    fs::write(&log, &damaged).unwrap();
    let loaded = place.store().load(&catalog());
    assert!(loaded.history.last_done().is_none() && loaded.notices[0].contains("line 2 is damaged"));
    assert!(mark(&place.store(), "AML.T0003", Status::Covered).notices.len() == 1);
    let mut aside = log.clone().into_os_string();
    aside.push(".damaged-1");
    assert_eq!(fs::read_to_string(aside).unwrap(), damaged);
    assert_eq!(place.store().load(&catalog()).history.records().len(), 1);
    assert_eq!(place.store().load(&catalog()).assessment.marks.len(), 3);
}

#[test]
fn a_long_log_is_shortened_and_still_undoes() {
    let place = Place::new();
    let log = Log::new(&RealDisk, &place.path("state"), &place.path("marks.yaml"));
    let edit = |n: usize| {
        let after = Mark { owner: Some(format!("owner {n}")), ..Mark::default() };
        Edit { changes: vec![Change { id: id("AML.T0001"), before: Mark::default(), after }] }
    };
    let add = |n: usize| {
        let mut contents = log.read(&BTreeSet::new());
        contents.history.take(&Record::Do(edit(n)));
        log.append(&contents, &history::line(None, &Record::Do(edit(n))).unwrap()).unwrap();
        log.shorten(&contents, 1, &contents.history);
        fs::read_to_string(&log.path).unwrap().lines().count() - 1
    };
    assert_eq!(add(0), 1);
    // The bulk at once: the test need not wait for the disk two thousand times.
    let lines = (1..history::MAX_RECORDS).map(|n| history::line(None, &Record::Do(edit(n))).unwrap());
    let text = fs::read_to_string(&log.path).unwrap() + &lines.collect::<String>();
    fs::write(&log.path, text).unwrap();
    assert_eq!(add(history::MAX_RECORDS), 1_000);
    assert_eq!(add(history::MAX_RECORDS + 1), 1_001);
    assert_eq!(log.read(&BTreeSet::new()).history.last_done(), Some(&edit(history::MAX_RECORDS + 1)));
}

#[test]
fn a_mark_is_saved_even_where_the_log_can_not_be() {
    let place = Place::new();
    fs::write(place.path("state"), "a file where the directory should be").unwrap();
    let saved = mark(&place.store(), "AML.T0001", Status::Gap);
    assert!(saved.notices.iter().any(|n| n.starts_with("saved, but it can't be undone yet")));
    assert_eq!(status_of(&place.store(), "AML.T0001"), Status::Gap);
}

#[test]
fn a_replacement_that_fails_its_check_leaves_the_file_and_nothing_else() {
    let place = Place::new();
    fs::write(place.path("file"), "old").unwrap();
    let check = |written: &[u8]| {
        assert_eq!(written, b"new");
        Err(StoreError::Refused("no".into()))
    };
    assert!(file::replace(&RealDisk, &place.path("file"), b"new", 0o644, check).is_err());
    assert_eq!(fs::read_to_string(place.path("file")).unwrap(), "old");
    assert_eq!(fs::read_dir(place.dir.path()).unwrap().count(), 1);
}

#[test]
fn a_text_too_long_to_be_read_again_is_refused() {
    let place = Place::new();
    mark(&place.store(), "AML.T0001", Status::Gap);
    let before = place.text();
    let error = set(&place.store(), "AML.T0001", |m| m.note = Some("x".repeat(70_000))).unwrap_err();
    assert!(error.to_string().contains("64 KiB"), "{error}");
    assert_eq!(place.text(), before);
}

fn nasty() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        " ",
        "  ",
        "\n",
        "\n\n",
        "\t",
        "\r\n",
        "\r",
        ": ",
        ":",
        " #",
        "#",
        "...",
        "---",
        "- ",
        "? ",
        "| ",
        "> ",
        "'",
        "\"",
        "\\",
        "yes",
        "no",
        "null",
        "~",
        "1e3",
        "007",
        "0x1F",
        "2026-11-23",
        "true",
        "on",
        "y",
        ".nan",
        "=",
        "<<",
        "!x",
        "&a",
        "*a",
        "%",
        "@",
        "`",
        "{",
        "}",
        "[",
        "]",
        ",",
        "é",
        "漢",
        "👨\u{200d}👩",
        "e\u{301}",
        "\u{85}",
        "\u{2028}",
        "\u{feff}",
        "\u{1b}[0m",
        "\u{0}",
        "\u{7f}",
        "\u{e0041}",
        "\u{10ffff}",
        "word",
        "two words",
        "<<<<<<< a",
        "=======",
    ]);
    prop_oneof![prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat()), any::<String>()]
}

fn any_mark() -> impl Strategy<Value = Mark> {
    let text = || prop::option::of(nasty());
    let day = || prop::option::of((1i16..3000, 1i8..13, 1i8..29).prop_map(|(y, m, d)| date(y, m, d)));
    let kind = prop::sample::select(vec![EvidenceKind::Prevent, EvidenceKind::Detect, EvidenceKind::Respond]);
    let evidence =
        (kind, nasty(), text(), day()).prop_map(|(kind, what, link, on)| Evidence { kind, what, link, on });
    let status = || prop::sample::select(Status::ALL.to_vec());
    let claim = prop_oneof![
        status().prop_map(Claim::Status),
        text().prop_map(Claim::Owner),
        text().prop_map(Claim::Note),
        day().prop_map(Claim::Tested),
        day().prop_map(Claim::Review),
    ];
    let conflict = (claim, text(), day()).prop_map(|(claim, by, on)| Conflict { claim, by, on });
    let conflicts = prop::collection::vec(conflict, 0..3);
    let evidence = prop::collection::vec(evidence, 0..3);
    let log = prop::collection::vec(nasty(), 0..3);
    (status(), text(), text(), evidence, day(), day(), text(), day(), conflicts, log).prop_map(
        |(status, owner, note, evidence, tested, review, by, on, conflicts, log)| Mark {
            status,
            owner,
            note,
            evidence,
            tested,
            review,
            by,
            on,
            conflicts,
            log,
        },
    )
}

proptest! {
    #[test]
    fn whatever_is_written_reads_back_the_same(marks in prop::collection::vec(any_mark(), 1..5)) {
        let ids = catalog().markable().collect::<Vec<_>>();
        let meant = document(ids.into_iter().zip(marks).filter(|(_, mark)| !mark.is_empty()));
        let text = meant.emit(&catalog());
        prop_assert_eq!(Document::read(text.as_bytes()).map(marks_of), Ok(marks_of(meant)), "{}", text);
        // And a reader without our rules, here with its own, sees the same strings.
        let value: serde_json::Value = serde_saphyr::from_str(&text).unwrap();
        prop_assert!(value["marks"].is_object());
    }

    #[test]
    fn no_file_whatsoever_makes_it_panic(lines in prop::collection::vec(nasty(), 0..8)) {
        let text = format!("format: 1\nmarks:\n  AML.T0001:\n    {}\n...\n", lines.join("\n    "));
        if let Ok(document) = Document::read(text.as_bytes()) {
            // What is accepted is kept: another round changes nothing more.
            let first = document.emit(&catalog());
            let again = Document::read(first.as_bytes());
            prop_assert_eq!(again.map(|d| d.emit(&catalog())), Ok(first), "{}", text);
        }
    }
}

#[test]
fn a_mark_under_another_release_changes_a_few_lines_only() {
    let place = Place::new();
    let store = place.store();
    mark(&store, "AML.T0001", Status::Gap);
    let before = place.text();
    // A smaller, older release with other names.
    let mut older = catalog_of(3);
    older.release = "5.6.1".into();
    for technique in &mut older.techniques {
        technique.name = "Another name".into();
    }
    let edit = |number: &str, catalog: &Catalog| {
        let mark = Mark { status: Status::Covered, ..Mark::default() };
        let change = Change { id: id(number), before: Mark::default(), after: mark };
        store.commit(catalog, &Record::Do(Edit { changes: vec![change] })).unwrap()
    };
    edit("AML.T0002", &older);
    let after = place.text();
    let changed: Vec<&str> = after.lines().filter(|line| !before.lines().any(|b| b == *line)).collect();
    assert_eq!(changed, ["    status: covered"], "{after}");
    assert_eq!(before.lines().count(), after.lines().count());
    // Under its own release again, both marks are there.
    let marks = store.load(&catalog()).assessment.marks;
    assert_eq!(marks.keys().map(ToString::to_string).collect::<Vec<_>>(), ["AML.T0001", "AML.T0002"]);
}

#[test]
fn an_id_new_to_the_file_is_listed_with_its_name() {
    let place = Place::new();
    let store = place.store();
    let mut older = catalog_of(3);
    older.release = "5.6.1".into();
    let change = |number: &str| {
        let mark = Mark { status: Status::Gap, ..Mark::default() };
        Record::Do(Edit { changes: vec![Change { id: id(number), before: Mark::default(), after: mark }] })
    };
    store.commit(&older, &change("AML.T0001")).unwrap();
    let lines = place.text().lines().count();
    store.commit(&catalog(), &change("AML.T0004")).unwrap();
    let text = place.text();
    assert!(text.contains("release: 5.6.1\n") || text.contains("release: \"5.6.1\"\n"), "{text}");
    assert!(text.contains("  AML.T0004:\n    name: \"Technique: number 4\"\n    status: gap\n"), "{text}");
    assert_eq!(text.lines().count(), lines + 3);
}
