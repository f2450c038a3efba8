//! A theme of the user's own: it is read, or one safe sentence says why not.
#![no_main]

use atlasnav::config::Theme;
use atlasnav_fuzz::assert_safe;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Err(why) = Theme::named("mine", &|name| (name == "mine").then(|| text.to_owned())) {
        assert_safe(&why, false);
        assert!(why.chars().count() < 600, "{why}");
    }
});
