//! Texts made safe: nothing dangerous stays, nothing that shows is lost, once is enough.
#![no_main]

use atlasnav::catalog::{is_unsafe, sanitize};
use atlasnav_fuzz::assert_safe;
use libfuzzer_sys::fuzz_target;
use unicode_width::UnicodeWidthChar;

fuzz_target!(|text: &str| {
    for multiline in [false, true] {
        let safe = sanitize(text, multiline);
        assert_safe(&safe, multiline);
        assert_eq!(sanitize(&safe, multiline), safe);
        // What shows stands in it in the same order.
        let mut rest = safe.chars();
        let shows = |c: &char| !is_unsafe(*c) && c.width() != Some(0) && *c != ' ';
        for c in text.chars().filter(shows) {
            assert!(rest.any(|other| other == c), "{c:?} of {text:?} is lost in {safe:?}");
        }
    }
});
