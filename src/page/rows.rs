//! Pages of rows: each row, or each number in a row, is a link.

use super::wrap::wrap;
use super::{Line, Link, Page, Section, Span, Target, Tone, clip, width};
use crate::coverage::State;

/// Builds a page of at most `cells` columns.
pub(super) struct Rows {
    pub cells: usize,
    page: Page,
}

impl Rows {
    pub fn new(cells: usize) -> Rows {
        Rows { cells, page: Page::default() }
    }

    /// Begins a section. The first one's name stands above the pane already.
    pub fn section(&mut self, title: &'static str, count: Option<usize>) {
        self.end_section();
        if !self.page.lines.is_empty() {
            self.blank();
            let count = count.map(|count| format!(" {count}")).unwrap_or_default();
            self.page.lines.push(vec![Span::new(format!("{title}{count}"), Tone::Heading)]);
        }
        let start = self.page.lines.len();
        let start = if start > 0 { start - 1 } else { start };
        self.page.sections.push(Section { title, count, lines: start..start });
    }

    fn end_section(&mut self) {
        let end = self.page.lines.len();
        if let Some(section) = self.page.sections.last_mut() {
            section.lines.end = end;
        }
    }

    pub fn blank(&mut self) {
        self.page.lines.push(Line::new());
    }

    /// A text of any length, wrapped.
    pub fn text(&mut self, text: &str, tone: Tone) {
        self.page.lines.extend(wrap(&[Span::new(text, tone)], self.cells, "", 0));
    }

    /// Pieces of text one after another, wrapped between words; those with a target are links.
    pub fn flow(&mut self, pieces: Vec<(String, Option<Target>)>) {
        let line = self.page.lines.len();
        let first = self.page.links.len();
        let mut spans = Vec::new();
        for (text, target) in pieces {
            let Some(target) = target else {
                spans.push(Span::new(text, Tone::Normal));
                continue;
            };
            self.page.links.push(Link { target, line });
            spans.push(Span { text, tone: Tone::Normal, link: Some(self.page.links.len() - 1) });
        }
        let lines = wrap(&spans, self.cells, "", 2);
        for (at, wrapped) in lines.iter().enumerate().rev() {
            for link in wrapped.iter().filter_map(|span| span.link).filter(|link| *link >= first) {
                self.page.links[link].line = line + at;
            }
        }
        self.page.lines.extend(lines);
    }

    /// A line that is a link as a whole, clipped.
    pub fn row(&mut self, spans: Vec<Span>, target: Target) {
        self.page.links.push(Link { target, line: self.page.lines.len() });
        let link = Some(self.page.links.len() - 1);
        let mut room = self.cells;
        let mut line = Line::new();
        for span in spans {
            if room == 0 {
                break;
            }
            let text = clip(&span.text, room);
            room -= width(&text).min(room);
            line.push(Span { text, tone: span.tone, link });
        }
        self.page.lines.push(line);
    }

    pub fn finish(mut self) -> Page {
        self.end_section();
        self.page
    }
}

/// The glyph of a state in its role.
pub(super) fn glyph(state: State) -> Span {
    Span::new(state.glyph().to_string(), Tone::State(state))
}

/// `count` of `of` with whole percent, rounded down: `32 of 170 (18%)`.
pub(super) fn share(count: usize, of: usize) -> String {
    match (count * 100).checked_div(of) {
        Some(percent) => format!("{count} of {of} ({percent}%)"),
        None => format!("{count} of {of}"),
    }
}

/// `1 mark`, `2 marks`.
pub(super) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
