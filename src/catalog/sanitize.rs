//! Text from files made safe for a terminal.

use std::borrow::Cow;

use unicode_width::UnicodeWidthChar;

/// How many zero-width marks may follow each other: real scripts need three at most.
const MARKS_IN_A_ROW: usize = 4;

/// Shows what would act on a terminal or hide from a reader as `<U+202E>`: control, format,
/// bidirectional, line-separator, tag and filler characters. Cuts the fifth and further combining
/// marks in a row. With `multiline`, line breaks stay (as `\n`) and tabs become four spaces;
/// without, each of them becomes one space. Safe text comes back borrowed; sanitising twice
/// changes nothing more.
pub fn sanitize(text: &str, multiline: bool) -> Cow<'_, str> {
    let plain = |b: u8| matches!(b, b' '..=b'~') || (multiline && b == b'\n');
    if text.bytes().all(plain) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut marks = 0;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if !c.is_control() && c.width() == Some(0) && !is_hidden(c) {
            marks += 1;
            if marks <= MARKS_IN_A_ROW {
                out.push(c);
            }
            continue;
        }
        marks = 0;
        match c {
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' => out.push(if multiline { '\n' } else { ' ' }),
            '\t' => out.push_str(if multiline { "    " } else { " " }),
            c if c.is_control() || is_hidden(c) => out.push_str(&format!("<U+{:04X}>", u32::from(c))),
            c => out.push(c),
        }
    }
    if out == text { Cow::Borrowed(text) } else { Cow::Owned(out) }
}

/// A piece of a file for use in a message: safe, on one line, in backticks, 60 characters at most.
pub(super) fn quote(text: &str) -> String {
    const MOST: usize = 60;
    // The first cut only keeps a huge text from being sanitised for nothing.
    let head: String = text.trim().chars().take(MOST * 8).collect();
    let safe = sanitize(&head, false);
    if safe.chars().count() > MOST {
        format!("`{}...`", safe.chars().take(MOST - 3).collect::<String>())
    } else {
        format!("`{safe}`")
    }
}

/// Whether [`sanitize`] shows the character by its number; line breaks and tabs count as such.
pub fn is_unsafe(c: char) -> bool {
    c.is_control() || is_hidden(c)
}

/// Characters that show nothing of their own but change or hide what stands around them: Unicode's
/// categories Cf, Zl, Zp and the default-ignorable code points, without the two variation selectors
/// that choose between text and emoji.
fn is_hidden(c: char) -> bool {
    matches!(u32::from(c),
        0x00AD | 0x034F | 0x061C | 0x06DD | 0x070F | 0x08E2 | 0x0600..=0x0605 | 0x0890..=0x0891
        | 0x115F..=0x1160 | 0x17B4..=0x17B5 | 0x180B..=0x180F
        // Zero-width spaces and joiners, bidirectional marks, line separators, invisible operators.
        | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F
        // Blanks that look like spaces but are letters or symbols.
        | 0x2800 | 0x3164 | 0xFFA0
        | 0xFE00..=0xFE0D | 0xFEFF | 0xFFF0..=0xFFFB | 0xFFFE..=0xFFFF
        | 0x1_10BD | 0x1_10CD | 0x1_3430..=0x1_345F | 0x1_BCA0..=0x1_BCA3 | 0x1_D173..=0x1_D17A
        // Tags and the supplementary variation selectors, used to smuggle text.
        | 0xE_0000..=0xE_0FFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_and_foreign_text_stays_borrowed() {
        for text in ["", "LLM Prompt Injection", "Ukraine’s “Eldritch” – é ü 日本", "e\u{301} नमस्ते"]
        {
            assert!(matches!(sanitize(text, false), Cow::Borrowed(_)), "{text}");
        }
        assert!(matches!(sanitize("a\n\n- b", true), Cow::Borrowed(_)));
    }

    #[test]
    fn what_acts_on_a_terminal_is_shown_in_words() {
        let one = |text| sanitize(text, false).into_owned();
        assert_eq!(one("\u{1b}[31mred"), "<U+001B>[31mred");
        assert_eq!(one("\u{1b}]0;title\u{7}"), "<U+001B>]0;title<U+0007>");
        assert_eq!(one("\u{9b}2J\u{9d}8;;x\u{9c}"), "<U+009B>2J<U+009D>8;;x<U+009C>");
        assert_eq!(one("a\u{202e}b\u{2066}c\u{200b}d"), "a<U+202E>b<U+2066>c<U+200B>d");
        assert_eq!(one("a\u{2028}b\u{85}c"), "a<U+2028>b<U+0085>c");
        assert_eq!(one("\u{e0041}\u{3164}\u{115f}\u{ad}"), "<U+E0041><U+3164><U+115F><U+00AD>");
        assert_eq!(one("\u{0}\u{7f}\r"), "<U+0000><U+007F><U+000D>");
    }

    #[test]
    fn line_breaks_and_tabs() {
        assert_eq!(sanitize("a\r\nb\tc\nd", true), "a\nb    c\nd");
        assert_eq!(sanitize("a\r\nb\tc\nd", false), "a b c d");
    }

    #[test]
    fn four_marks_in_a_row_are_enough() {
        let tower = format!("a{}b", "\u{301}".repeat(10_000));
        assert_eq!(sanitize(&tower, false), format!("a{}b", "\u{301}".repeat(4)));
    }

    #[test]
    fn sanitising_twice_changes_nothing_more() {
        let once = sanitize("\u{1b}[0m\u{202e}\t\r\n\u{301}\u{301}\u{301}\u{301}\u{301}", true).into_owned();
        assert_eq!(sanitize(&once, true), once);
    }

    proptest::proptest! {
        #[test]
        fn any_text_comes_out_harmless_and_once_is_enough(text: String, multiline: bool) {
            let once = sanitize(&text, multiline).into_owned();
            let harmful = |c: char| (c.is_control() && !(multiline && c == '\n')) || is_hidden(c);
            proptest::prop_assert!(!once.contains(harmful), "{:?}", once);
            proptest::prop_assert_eq!(sanitize(&once, multiline), once.as_str());
        }
    }

    #[test]
    fn quotes_are_short_and_safe() {
        assert_eq!(quote("AML.X1"), "`AML.X1`");
        assert_eq!(quote("\u{1b}]0;x"), "`<U+001B>]0;x`");
        let long = quote(&"x".repeat(5_000_000));
        assert_eq!(long, format!("`{}...`", "x".repeat(57)));
    }
}
