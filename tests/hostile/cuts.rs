//! Good files cut at every byte (15): half a file is never taken for a whole one without a word.

use atlasnav::catalog;
use atlasnav::store::read_assessment;

use crate::readers::{as_assessment, as_catalogue};
use crate::{ASSESSMENT, LEGACY, V6};

#[test]
fn an_assessment_cut_anywhere_is_refused() {
    let end = ASSESSMENT.len() - 1;
    for cut in 0..end {
        let refused = as_assessment(&ASSESSMENT.as_bytes()[..cut]);
        assert!(refused.is_err(), "cut after {cut} bytes it is taken");
    }
    // Only the last line break may be missing.
    assert_eq!(as_assessment(&ASSESSMENT.as_bytes()[..end]), Ok(()));
}

#[test]
fn an_assessment_of_all_ids_cut_anywhere_is_refused() {
    let catalog = catalog::builtin().unwrap();
    let (_, text) = read_assessment(b"format: 1\nmarks:\n...\n", &catalog).unwrap();
    assert!(text.len() > 15_000);
    for cut in (0..text.len() - 1).step_by(97).chain(text.len() - 100..text.len() - 1) {
        assert!(read_assessment(&text.as_bytes()[..cut], &catalog).is_err(), "cut after {cut} bytes");
    }
}

#[test]
fn a_release_cut_anywhere_is_refused_or_sound_and_warned_about() {
    for text in [V6, LEGACY] {
        let whole = catalog::read(text.as_bytes()).unwrap().0;
        let mut taken = 0;
        for cut in 0..text.len() {
            let bytes = &text.as_bytes()[..cut];
            if as_catalogue(bytes).is_ok() {
                taken += 1;
                let (catalog, warnings) = catalog::read(bytes).unwrap();
                let told = warnings.iter().any(|w| w.what.contains("cut short")) || bytes.ends_with(b"\n");
                assert!(told || catalog == whole, "cut after {cut} bytes it is taken without a word");
            }
        }
        assert!(taken > 0 && taken < text.len() / 2, "{taken} of {} cuts are taken", text.len());
    }
}
