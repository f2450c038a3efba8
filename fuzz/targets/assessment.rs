//! The reader of assessments, with any bytes: what it takes it writes so that it reads the same.
#![no_main]

use atlasnav_fuzz::check_assessment;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| check_assessment(data));
