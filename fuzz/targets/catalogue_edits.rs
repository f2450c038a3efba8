//! The readers of ATLAS releases, with files that are nearly good.
#![no_main]

use atlasnav::catalog::read;
use atlasnav_fuzz::{LEGACY, V6, assert_sentence, assert_sound, spoiled};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((first, edits)) = data.split_first() else { return };
    match read(&spoiled(if first % 2 == 0 { V6 } else { LEGACY }, edits)) {
        Ok((catalog, warnings)) => {
            assert_sound(&catalog);
            warnings.iter().for_each(|warning| assert_sentence(&warning.to_string()));
        }
        Err(error) => assert_sentence(&error.to_string()),
    }
});
