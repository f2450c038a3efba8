//! The journal of a session that died, through the store and its files: whatever it holds, the marks
//! are whole afterwards, and recovering a second time finds nothing more to do.
//!
//! The data is lines. Odd first byte: as they are; even: each with a right checksum, so that what
//! stands in it is looked at.
#![no_main]

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use atlasnav::catalog::Catalog;
use atlasnav::store::{Paths, Store};
use atlasnav_fuzz::{ASSESSMENT, assert_safe_marks, assert_sentence, sealed, small_catalogue};
use libfuzzer_sys::fuzz_target;

struct Place {
    /// Removed when the process ends well.
    _directory: tempfile::TempDir,
    catalog: Catalog,
    store: Store,
    marks: PathBuf,
    state: PathBuf,
}

static PLACE: LazyLock<Place> = LazyLock::new(|| {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let root = fs::canonicalize(directory.path()).expect("it is there");
    let (marks, state) = (root.join("marks.yaml"), root.join("state"));
    let store = Store::new(Paths { assessment: marks.clone(), state: state.clone() });
    Place { _directory: directory, catalog: small_catalogue(), store, marks, state }
});

fuzz_target!(|data: &[u8]| {
    let Some((first, lines)) = data.split_first() else { return };
    let Place { catalog, store, marks, state, .. } = &*PLACE;
    drop(fs::remove_dir_all(state));
    fs::create_dir(state).expect("a state directory");
    fs::write(marks, ASSESSMENT).expect("the marks can be written");
    let step = |sum: u64, byte: &u8| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    let number = marks.as_os_str().as_encoded_bytes().iter().fold(0xcbf2_9ce4_8422_2325, step);
    let session = "00000000000000aa";
    let header = format!("\"atlasnav journal 1\" {session} {:?}", marks.display().to_string());
    let mut bytes = sealed(header.as_bytes());
    if first % 2 == 0 {
        lines.split(|b| *b == b'\n').for_each(|line| bytes.extend(sealed(line)));
    } else {
        bytes.extend(lines);
    }
    let journal = state.join(format!("journal-{number:016x}-{session}-0000.log"));
    fs::write(&journal, &bytes).expect("the journal can be written");

    // Looking changes nothing.
    let seen = store.load(catalog);
    assert_safe_marks(&seen.assessment);
    assert_eq!(fs::read(marks).expect("the marks can be read"), ASSESSMENT.as_bytes());
    assert_eq!(fs::read(&journal).expect("the journal can be read"), bytes);

    let opened = store.open(catalog);
    assert_eq!(opened.read_only, None);
    assert_safe_marks(&opened.assessment);
    opened.notices.iter().for_each(|notice| assert_sentence(notice));
    let again = store.open(catalog);
    assert_eq!((again.assessment, again.read_only), (opened.assessment, None));
    assert!(!journal.exists() || !again.notices.is_empty(), "a journal that stays is told");
});
