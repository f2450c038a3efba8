//! Widths in terminal cells, and wrapping.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::{Line, Span, Tone};

/// Terminal cells that a text takes.
pub fn width(text: &str) -> usize {
    if text.bytes().all(|b| matches!(b, b' '..=b'~')) { text.len() } else { text.width() }
}

/// The text cut to at most `cells` cells, ending in `>` where something was cut.
pub fn clip(text: &str, cells: usize) -> String {
    if width(text) <= cells {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 0;
    for grapheme in text.graphemes(true) {
        let w = width(grapheme);
        if used + w + 1 > cells {
            break;
        }
        out.push_str(grapheme);
        used += w;
    }
    if cells > 0 {
        out.push('>');
    }
    out
}

/// The text clipped or filled up with spaces to exactly `cells` cells.
pub fn pad(text: &str, cells: usize) -> String {
    let mut out = clip(text, cells);
    out.extend(std::iter::repeat_n(' ', cells.saturating_sub(width(&out))));
    out
}

/// Breaks a plain text into lines of at most `cells` cells.
pub fn wrap_text(text: &str, cells: usize) -> Vec<String> {
    let lines = wrap(&[Span::new(text, Tone::Normal)], cells, "", 0);
    lines.into_iter().map(|line| line.into_iter().map(|s| s.text).collect()).collect()
}

/// Breaks spans into lines of at most `cells` cells. Breaks at spaces only, so that the parenthesis
/// around a link stays with it; inside a word only where it is wider than a line; `\n` always breaks.
/// Every line starts with `indent` spaces, the first with `first` instead.
pub(super) fn wrap(spans: &[Span], cells: usize, first: &str, indent: usize) -> Vec<Line> {
    let mut out = Wrapper {
        cells: cells.max(indent + 8),
        indent,
        lines: Vec::new(),
        line: vec![Span::new(first, Tone::Normal)],
        used: width(first),
        start: width(first),
        space: None,
        word: Vec::new(),
    };
    for span in spans {
        let mut rest = span.text.as_str();
        while let Some(at) = rest.find([' ', '\n']) {
            out.piece(&rest[..at], span);
            out.end_word();
            if rest[at..].starts_with('\n') {
                out.break_line();
            } else {
                out.space = Some(span);
            }
            rest = &rest[at + 1..];
        }
        out.piece(rest, span);
    }
    out.end_word();
    out.break_line();
    out.lines
}

struct Wrapper<'s> {
    cells: usize,
    indent: usize,
    lines: Vec<Line>,
    line: Line,
    used: usize,
    /// Where the text of the current line begins.
    start: usize,
    /// A space seen but not written: dropped at a line's end.
    space: Option<&'s Span>,
    /// The word being gathered, in pieces of different tones with their widths.
    word: Vec<(&'s str, usize, &'s Span)>,
}

impl<'s> Wrapper<'s> {
    fn piece(&mut self, text: &'s str, span: &'s Span) {
        if !text.is_empty() {
            self.word.push((text, width(text), span));
        }
    }

    fn end_word(&mut self) {
        if self.word.is_empty() {
            return;
        }
        let mut word = std::mem::take(&mut self.word);
        let wide: usize = word.iter().map(|(_, wide, _)| wide).sum();
        let begun = self.used > self.start;
        let gap = usize::from(self.space.is_some() && begun);
        if begun && self.used + gap + wide > self.cells {
            self.break_line();
        } else if gap == 1
            && let Some(space) = self.space.take()
        {
            self.put(" ", 1, space);
        }
        self.space = None;
        for (text, wide, span) in word.drain(..) {
            if wide <= self.cells.saturating_sub(self.used) {
                self.put(text, wide, span);
                continue;
            }
            for grapheme in text.graphemes(true) {
                let wide = width(grapheme);
                if self.used + wide > self.cells && self.used > self.start {
                    self.break_line();
                }
                self.put(grapheme, wide, span);
            }
        }
        // The next word takes the same room.
        self.word = word;
    }

    fn put(&mut self, text: &str, wide: usize, span: &Span) {
        match self.line.last_mut() {
            Some(last) if last.tone == span.tone && last.link == span.link => last.text.push_str(text),
            _ => {
                // Room for what is likely to follow on this line: a page is made for every cursor key.
                let room = self.cells.saturating_sub(self.used).min(span.text.len()).max(text.len());
                let mut line = String::with_capacity(room);
                line.push_str(text);
                self.line.push(Span { text: line, ..*span });
            }
        }
        self.used += wide;
    }

    fn break_line(&mut self) {
        self.lines.push(std::mem::take(&mut self.line));
        self.line.push(Span::new(" ".repeat(self.indent), Tone::Normal));
        self.used = self.indent;
        self.start = self.indent;
        self.space = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn plain(lines: &[Line]) -> Vec<String> {
        lines.iter().map(|l| l.iter().map(|s| s.text.as_str()).collect()).collect()
    }

    #[test]
    fn breaks_between_words_and_keeps_tones() {
        let spans = [Span::new("first second ", Tone::Normal), Span::new("third", Tone::Strong)];
        let lines = wrap(&spans, 10, "- ", 2);
        assert_eq!(plain(&lines), ["- first", "  second", "  third"]);
        assert_eq!(lines[2].last().map(|s| s.tone), Some(Tone::Strong));
    }

    #[test]
    fn what_is_written_together_stays_together() {
        let spans = [
            Span::new("first (", Tone::Normal),
            Span::new("link", Tone::Link),
            Span::new(").", Tone::Normal),
        ];
        assert_eq!(plain(&wrap(&spans, 11, "", 0)), ["first", "(link)."]);
    }

    #[test]
    fn breaks_long_words_and_wide_characters_at_cells() {
        assert_eq!(plain(&wrap(&[Span::new("abcdefghijkl", Tone::Normal)], 8, "", 0)), ["abcdefgh", "ijkl"]);
        assert_eq!(clip("漢字かな", 5), "漢字>");
        assert_eq!(pad("ab", 4), "ab  ");
        assert_eq!(clip("abc", 0), "");
    }

    proptest! {
        #[test]
        fn no_line_is_too_wide_and_no_word_is_lost(text in "[a-z漢é ]{0,80}", cells in 8usize..30) {
            let lines = plain(&wrap(&[Span::new(text.clone(), Tone::Normal)], cells, "", 0));
            prop_assert!(lines.iter().all(|l| width(l) <= cells));
            let letters = |s: &str| s.chars().filter(|c| *c != ' ').collect::<String>();
            prop_assert_eq!(letters(&lines.concat()), letters(&text));
        }
    }
}
