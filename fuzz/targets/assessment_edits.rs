//! The reader of assessments, with files that are nearly good.
#![no_main]

use atlasnav_fuzz::{ASSESSMENT, check_assessment, spoiled};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| check_assessment(&spoiled(ASSESSMENT, data)));
