//! The undo log, through the store and its files: whatever it holds, marks are read and saved.
//!
//! The data is lines. Odd first byte: as they are; even: each with a right checksum, so that what
//! stands in it is looked at.
#![no_main]

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use atlasnav::catalog::Catalog;
use atlasnav::coverage::{Assessment, Change, Edit, Mark, Record, Status};
use atlasnav::store::{Paths, Store};
use atlasnav_fuzz::{ASSESSMENT, assert_safe_marks, assert_sentence, sealed, small_catalogue};
use libfuzzer_sys::fuzz_target;

struct Place {
    /// Removed when the process ends well.
    _directory: tempfile::TempDir,
    catalog: Catalog,
    store: Store,
    marks: PathBuf,
    log: PathBuf,
    /// The first line of the log.
    head: Vec<u8>,
    expected: Assessment,
}

static PLACE: LazyLock<Place> = LazyLock::new(|| {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let (marks, state) = (directory.path().join("marks.yaml"), directory.path().join("state"));
    let store = Store::new(Paths { assessment: marks.clone(), state: state.clone() });
    let catalog = small_catalogue();
    store.commit(&catalog, &a_mark(&catalog)).expect("a mark is saved");
    let log = fs::read_dir(state)
        .expect("a state directory")
        .flatten()
        .find(|e| e.path().extension().is_some_and(|e| e == "log"));
    let log = log.expect("an undo log").path();
    let bytes = fs::read(&log).expect("the log can be read");
    let head = bytes.split_inclusive(|b| *b == b'\n').next().unwrap_or_default().to_vec();
    fs::write(&marks, ASSESSMENT).expect("the marks can be written");
    let expected = store.load(&catalog).assessment;
    Place { _directory: directory, catalog, store, marks, log, head, expected }
});

fn a_mark(catalog: &Catalog) -> Record {
    let id = catalog.techniques[0].id;
    let after = Mark { status: Status::Partial, ..Mark::default() };
    Record::Do(Edit { changes: vec![Change { id, before: Mark::default(), after }] })
}

fuzz_target!(|data: &[u8]| {
    let Some((first, lines)) = data.split_first() else { return };
    let Place { catalog, store, marks, log, head, expected, .. } = &*PLACE;
    let mut bytes = head.clone();
    if first % 2 == 0 {
        lines.split(|b| *b == b'\n').for_each(|line| bytes.extend(sealed(line)));
    } else {
        bytes.extend(lines);
    }
    fs::write(log, bytes).expect("the log can be written");
    fs::write(marks, ASSESSMENT).expect("the marks can be written");

    let loaded = store.load(catalog);
    assert_eq!(&loaded.assessment, expected, "a log changes no marks by being there");
    assert_eq!(loaded.read_only, None);
    loaded.notices.iter().for_each(|notice| assert_sentence(notice));
    for record in [a_mark(catalog), Record::Undo, Record::Undo, Record::Redo] {
        // A log may hold texts that are too long to be saved; then the file is as it was.
        let before = fs::read(marks).expect("the marks can be read");
        match store.commit(catalog, &record) {
            Ok(saved) => {
                assert_safe_marks(&saved.assessment);
                let now = store.load(catalog);
                assert_eq!(now.assessment, saved.assessment);
                assert_eq!(now.history, saved.history);
            }
            Err(error) => {
                assert_sentence(&error.to_string());
                assert_eq!(fs::read(marks).expect("the marks can be read"), before);
            }
        }
    }
    // Damaged logs are set aside under the next free name.
    for entry in log.parent().and_then(|d| fs::read_dir(d).ok()).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().contains(".damaged-") {
            fs::remove_file(entry.path()).expect("it can be removed");
        }
    }
});
