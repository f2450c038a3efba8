//! Texts from files, made safe to show. The file keeps what it holds; only the view is cleaned.

/// Characters that change or hide what is shown: controls, format and direction marks, line
/// separators, tags, fillers. So says `docs/durability.md`.
pub(super) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{600}'..='\u{605}' | '\u{6dd}' | '\u{70f}' | '\u{890}' | '\u{891}' | '\u{8e2}'
            | '\u{180b}'..='\u{180f}' | '\u{fe00}'..='\u{fe0d}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{110bd}' | '\u{110cd}'
            | '\u{13430}'..='\u{1345f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// A text of one line: line breaks and tabs become spaces, hidden characters `<U+202E>`.
pub(super) fn line(text: &str) -> String {
    clean(text, |c| matches!(c, '\n' | '\t').then_some(" "))
}

/// A text of several lines: line breaks stay, a tab becomes four spaces.
pub(super) fn lines(text: &str) -> String {
    clean(&text.replace("\r\n", "\n"), |c| match c {
        '\n' => Some("\n"),
        '\t' => Some("    "),
        _ => None,
    })
}

fn clean(text: &str, allowed: impl Fn(char) -> Option<&'static str>) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if let Some(instead) = allowed(c) {
            out.push_str(instead);
        } else if is_hidden(c) {
            out.push_str(&format!("<U+{:04X}>", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_moves_a_cursor_or_hides_text_gets_through() {
        assert_eq!(line("a\u{1b}[31mb\u{202e}\nc\td"), "a<U+001B>[31mb<U+202E> c d");
        assert_eq!(lines("a\r\nb\rc\t\u{9b}\u{e0041}"), "a\nb<U+000D>c    <U+009B><U+E0041>");
        assert_eq!(lines("Grüße, 漢字 ✓"), "Grüße, 漢字 ✓");
    }
}
