//! The readers of ATLAS releases, with any bytes.
#![no_main]

use atlasnav::catalog::read;
use atlasnav_fuzz::{assert_sentence, assert_sound};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| check(data));

fn check(data: &[u8]) {
    match read(data) {
        Ok((catalog, warnings)) => {
            assert_sound(&catalog);
            warnings.iter().for_each(|warning| assert_sentence(&warning.to_string()));
        }
        Err(error) => {
            assert_sentence(&error.to_string());
            let lines = data.iter().filter(|b| matches!(b, b'\n' | b'\r')).count() + 1;
            assert!(error.line.is_none_or(|line| line <= lines as u64), "{error}: of {lines} lines");
        }
    }
}
