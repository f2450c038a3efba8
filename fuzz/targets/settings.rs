//! Settings: what is wrong is one safe sentence with a line of the file; a chosen theme changes nothing else.
#![no_main]

use atlasnav::app::Keymap;
use atlasnav::config::{Settings, with_theme};
use atlasnav_fuzz::assert_safe;
use libfuzzer_sys::fuzz_target;

fn unnumbered(mut settings: Settings) -> Settings {
    settings.keys.iter_mut().for_each(|key| key.line = None);
    settings
}

fuzz_target!(|text: &str| {
    let (settings, problems) = Settings::read(text);
    let (_, of_keys) = Keymap::new(&settings.keys);
    let lines = text.lines().count() + 1;
    for problem in problems.iter().chain(&of_keys) {
        assert_safe(&problem.what, false);
        assert!(problem.line.is_none_or(|line| (1..=lines).contains(&line)), "{problem:?}");
    }
    for text in [&settings.assessment, &settings.data, &settings.author].into_iter().flatten() {
        assert_safe(text, false);
    }
    if let Ok(text) = with_theme(text, "light") {
        let (again, _) = Settings::read(&text);
        let expected = Settings { theme: "light".to_owned(), ..settings };
        assert_eq!(unnumbered(again), unnumbered(expected));
    }
});
