//! Key strings: what parses prints so that it parses the same.
#![no_main]

use atlasnav::app::parse_keys;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(keys) = parse_keys(text) {
        let printed: Vec<String> = keys.iter().map(ToString::to_string).collect();
        assert_eq!(parse_keys(&printed.join(" ")), Ok(keys), "{printed:?}");
    }
});
