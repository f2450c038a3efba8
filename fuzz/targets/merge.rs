//! Three assessment files merged: ours is whole afterwards, or as it was and the reason is said.
//!
//! The data is the three files, apart by a line `%%`.
#![no_main]

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use atlasnav::catalog::Catalog;
use atlasnav::store::{merge_files, read_assessment};
use atlasnav_fuzz::{ASSESSMENT, assert_sentence, check_assessment, small_catalogue};
use libfuzzer_sys::fuzz_target;

struct Place {
    /// Removed when the process ends well.
    _directory: tempfile::TempDir,
    catalog: Catalog,
    files: [PathBuf; 3],
}

static PLACE: LazyLock<Place> = LazyLock::new(|| {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let files = ["base", "ours", "theirs"].map(|name| directory.path().join(name));
    Place { _directory: directory, catalog: small_catalogue(), files }
});

fuzz_target!(|data: &[u8]| {
    let Place { catalog, files, .. } = &*PLACE;
    let text = String::from_utf8_lossy(data);
    let mut parts = text.split("\n%%\n");
    let [base, ours, theirs] = files;
    for file in files {
        // What is not given is a whole file.
        fs::write(file, parts.next().unwrap_or(ASSESSMENT)).expect("it can be written");
    }
    let before = fs::read(ours).expect("it can be read");
    match merge_files(catalog, base, ours, theirs) {
        Ok(_) => {
            let after = fs::read(ours).expect("it can be read");
            read_assessment(&after, catalog).expect("what was merged is read");
            check_assessment(&after);
            // Merging the same again adds nothing: both sides say it all.
            let first = read_assessment(&after, catalog).expect("it is read").0;
            fs::write(base, fs::read(theirs).expect("it can be read")).expect("it can be written");
            merge_files(catalog, base, ours, theirs).expect("nothing to merge");
            let second = fs::read(ours).expect("it can be read");
            assert_eq!(read_assessment(&second, catalog).expect("it is read").0.marks, first.marks);
        }
        Err(error) => {
            assert_sentence(&error.to_string());
            assert_eq!(fs::read(ours).expect("it can be read"), before);
        }
    }
});
