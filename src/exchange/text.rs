//! Small texts that several formats need.

use std::borrow::Cow;

use crate::catalog::sanitize;

/// Most characters of a text of a mark in a table for people; files for programs have all of it.
const LONGEST: usize = 600;

/// What is said where a text was cut.
const CUT: &str = " ... (cut here; the assessment has all of it)";

/// A text in one line, safe for any reader.
pub(super) fn line(text: &str) -> Cow<'_, str> {
    sanitize(text, false)
}

/// A text with its line breaks, safe for any reader.
pub(super) fn lines(text: &str) -> Cow<'_, str> {
    sanitize(text, true)
}

/// As much of a text as a table for people bears.
pub(super) fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}{CUT}", text[..at].trim_end()),
        None => text.to_owned(),
    }
}

/// ` (33%)`, rounded down; nothing where there is nothing to divide by.
pub(super) fn percent(count: usize, of: usize) -> String {
    (count * 100).checked_div(of).map_or_else(String::new, |percent| format!(" ({percent}%)"))
}

/// `1 step`, `2 steps`
pub(super) fn count(count: usize, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

/// A text of the catalogue without its links and marks of Markdown: `[Name](/techniques/...)` is `Name`.
pub(super) fn plain(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len());
    let mut rest = markdown;
    while let Some(at) = rest.find('[') {
        out.push_str(&rest[..at]);
        let link = &rest[at + 1..];
        let parts = link.split_once("](").and_then(|(text, after)| {
            let (_, after) = after.split_once(')')?;
            (!text.contains(['[', ']'])).then_some((text, after))
        });
        match parts {
            Some((text, after)) => {
                out.push_str(text);
                rest = after;
            }
            None => {
                out.push('[');
                rest = link;
            }
        }
    }
    out.push_str(rest);
    line(out.replace(['*', '`'], "").trim()).into_owned()
}

/// Whether an address is one that a reader may follow: no scripts, no files.
pub(super) fn is_address(link: &str) -> bool {
    let lower = link.to_ascii_lowercase();
    ["https://", "http://", "mailto:"].iter().any(|scheme| lower.starts_with(scheme))
        && !link.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_of_markdown_become_their_texts() {
        assert_eq!(plain("See [A b](/techniques/AML.T0051), **then** [c](x)."), "See A b, then c.");
        assert_eq!(plain("[not a link] and [half](one"), "[not a link] and [half](one");
        assert_eq!(plain("a[0] [b](c)\nd"), "a[0] b d");
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(cut("short"), "short");
        let long = cut(&"ä".repeat(LONGEST + 1));
        assert_eq!(long, format!("{}{CUT}", "ä".repeat(LONGEST)));
        assert_eq!(cut(&"ä".repeat(LONGEST)).chars().count(), LONGEST);
    }

    #[test]
    fn only_addresses_are_followed() {
        for link in ["https://example.org/a", "HTTP://example.org", "mailto:soc@example.org"] {
            assert!(is_address(link), "{link}");
        }
        for link in
            ["javascript:alert(1)", "data:text/html,x", "file:///etc", "PROJ-7", "https://a b", " https://a"]
        {
            assert!(!is_address(link), "{link}");
        }
    }
}
