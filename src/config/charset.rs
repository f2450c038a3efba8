//! Which characters to draw lines with, from the environment alone.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    Ascii,
    /// Lines of boxes and rules; glyphs stay ASCII.
    Unicode,
}

impl Charset {
    /// What the locale allows: the first of `LC_ALL`, `LC_CTYPE` and `LANG` that is set counts.
    ///
    /// Under Chinese, Japanese and Korean locales it is ASCII, because terminals there may draw the
    /// characters of boxes two cells wide (Unicode's UAX #11 calls them ambiguous).
    pub fn of_locale(locale: &[Option<String>; 3]) -> Charset {
        let set = locale.iter().flatten().find(|value| !value.is_empty());
        let locale = set.map(|value| value.to_ascii_lowercase()).unwrap_or_default();
        let utf8 = locale.contains("utf-8") || locale.contains("utf8");
        let wide = ["zh", "ja", "ko"].iter().any(|language| locale.starts_with(language));
        if utf8 && !wide { Charset::Unicode } else { Charset::Ascii }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unicode_only_under_a_utf8_locale() {
        let of = |all: &str, ctype: &str, lang: &str| {
            let value = |text: &str| (text != "unset").then(|| text.to_owned());
            Charset::of_locale(&[value(all), value(ctype), value(lang)])
        };
        assert_eq!(of("unset", "unset", "unset"), Charset::Ascii);
        assert_eq!(of("unset", "unset", "C"), Charset::Ascii);
        assert_eq!(of("unset", "unset", "C.UTF-8"), Charset::Unicode);
        assert_eq!(of("unset", "unset", "de_DE.utf8"), Charset::Unicode);
        assert_eq!(of("unset", "unset", "de_DE.ISO-8859-1"), Charset::Ascii);
        assert_eq!(of("unset", "en_GB.UTF-8", "C"), Charset::Unicode);
        assert_eq!(of("C", "en_GB.UTF-8", "en_GB.UTF-8"), Charset::Ascii, "LC_ALL comes first");
        assert_eq!(of("", "", "en_GB.UTF-8"), Charset::Unicode, "an empty one is not set");
        assert_eq!(of("unset", "unset", "ja_JP.UTF-8"), Charset::Ascii);
    }
}
