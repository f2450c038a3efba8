//! Markdown as ATLAS uses it -> wrapped lines: paragraphs, lists, code, fences, quotes, citations,
//! links to other objects, a few raw HTML tags.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::wrap::wrap;
use super::{Line, Link, Span, Target, Tone};
use crate::catalog::{ObjectId, sanitize};

/// How a text is laid out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    pub cells: usize,
    pub indent: usize,
    /// Whether links to objects are followed by the id, where they do not begin with it.
    pub ids: bool,
}

/// Appends the text to `lines`, indented, and its links to `links`.
pub(super) fn render(text: &str, room: Room, lines: &mut Vec<Line>, links: &mut Vec<Link>) {
    let Room { cells, indent, ids } = room;
    let mut r = Renderer {
        cells,
        ids,
        lines,
        links,
        spans: Vec::new(),
        tones: Vec::new(),
        link: None,
        first: " ".repeat(indent),
        indents: vec![indent],
        deepest: indent.max(cells / 2),
        counters: Vec::new(),
        fence: false,
        wants_gap: false,
        first_item: false,
    };
    for event in Parser::new_ext(text, Options::empty()) {
        r.take(event);
    }
    r.flush();
}

struct Renderer<'a> {
    cells: usize,
    ids: bool,
    lines: &'a mut Vec<Line>,
    links: &'a mut Vec<Link>,
    spans: Vec<Span>,
    tones: Vec<Tone>,
    link: Option<usize>,
    /// What stands before the first line of the next block: indentation, or a list bullet.
    first: String,
    indents: Vec<usize>,
    /// Lists and quotes nested further are not indented further: half of a line is left for text.
    deepest: usize,
    /// One per open list: the number of the next item, None for bullets.
    counters: Vec<Option<u64>>,
    fence: bool,
    /// A blank line is due before the next block.
    wants_gap: bool,
    /// The next list item is the first of its list.
    first_item: bool,
}

impl Renderer<'_> {
    fn indent(&self) -> usize {
        self.indents.last().copied().unwrap_or(0)
    }

    fn push_indent(&mut self, by: usize) {
        self.indents.push((self.indent() + by).min(self.deepest));
    }

    fn push(&mut self, text: &str, tone: Tone) {
        let tone = match (self.link, self.tones.last()) {
            (Some(_), _) => Tone::Link,
            (None, Some(outer)) if tone == Tone::Normal => *outer,
            _ => tone,
        };
        // Markdown can spell what was cleaned when it was read: `&#27;` is an escape character.
        let text = if text == "\n" { text.into() } else { sanitize(text, false) };
        self.spans.push(Span { text: text.into_owned(), tone, link: self.link });
    }

    /// Ends the current block: wraps what was gathered.
    fn flush(&mut self) {
        if self.spans.is_empty() {
            return;
        }
        if self.wants_gap {
            self.lines.push(Line::new());
            self.wants_gap = false;
        }
        let start = self.lines.len();
        let spans = std::mem::take(&mut self.spans);
        let indent = self.indent();
        let first = std::mem::replace(&mut self.first, " ".repeat(indent));
        self.lines.extend(wrap(&spans, self.cells, &first, indent));
        // A link knows its line only after wrapping.
        for (at, line) in self.lines.iter().enumerate().skip(start).rev() {
            for link in line.iter().filter_map(|s| s.link) {
                if let Some(link) = self.links.get_mut(link) {
                    link.line = at;
                }
            }
        }
    }

    fn end_block(&mut self) {
        self.flush();
        self.wants_gap = true;
    }

    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Text(text) if self.fence => {
                // Code keeps its lines: each is wrapped by itself, with its own indentation.
                for line in text.lines() {
                    self.push(&line.replace(' ', "\u{a0}"), Tone::Code);
                    self.flush();
                }
            }
            Event::Text(text) => self.push(&text, Tone::Normal),
            Event::Code(text) => self.push(&text, Tone::Code),
            Event::SoftBreak => self.push(" ", Tone::Normal),
            Event::HardBreak => self.push("\n", Tone::Normal),
            Event::Html(html) | Event::InlineHtml(html) => self.html(&html),
            Event::Rule => {
                self.push("---", Tone::Dim);
                self.end_block();
            }
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            // Not produced without the options that ask for them; their text must not be lost.
            Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => {
                self.push(&text, Tone::Code);
            }
            Event::TaskListMarker(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Emphasis => self.tones.push(Tone::Emphasis),
            Tag::Strong => self.tones.push(Tone::Strong),
            Tag::Heading { .. } => {
                self.flush();
                self.tones.push(Tone::Strong);
            }
            Tag::Link { dest_url, .. } => {
                let target = match ObjectId::from_link(&dest_url) {
                    Some(id) => Target::Object(id),
                    None => Target::Url(sanitize(&dest_url, false).into_owned()),
                };
                self.link = Some(self.links.len());
                self.links.push(Link { target, line: self.lines.len() });
            }
            Tag::List(start) => {
                let tight = !self.counters.is_empty();
                self.flush();
                self.wants_gap = self.wants_gap && !tight;
                self.first_item = true;
                self.counters.push(start);
            }
            Tag::Item => {
                self.flush();
                self.wants_gap = self.wants_gap && std::mem::take(&mut self.first_item);
                self.first_item = false;
                let bullet = match self.counters.last_mut() {
                    Some(Some(n)) => {
                        *n += 1;
                        format!("{}. ", *n - 1)
                    }
                    _ => "- ".to_owned(),
                };
                self.first = " ".repeat(self.indent()) + &bullet;
                self.push_indent(bullet.len());
            }
            Tag::CodeBlock(_) => {
                self.flush();
                self.fence = true;
                self.push_indent(4);
                self.first = " ".repeat(self.indent());
            }
            Tag::BlockQuote(_) => {
                self.flush();
                self.push_indent(2);
                self.first = " ".repeat(self.indent());
                self.tones.push(Tone::Emphasis);
            }
            _ => {}
        }
    }

    /// Writes the id behind a link to an object, if that is wanted and the link is not it already.
    fn push_id(&mut self) {
        let target = self.link.and_then(|link| self.links.get(link)).map(|link| &link.target);
        let Some(Target::Object(id)) = target.filter(|_| self.ids) else { return };
        let begin = self.spans.iter().find(|span| span.link == self.link);
        if begin.is_some_and(|span| !span.text.starts_with(&id.short())) {
            let id = format!(" [{}]", id.short());
            self.push(&id, Tone::Link);
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Emphasis | TagEnd::Strong => {
                self.tones.pop();
            }
            TagEnd::Heading(_) => {
                self.end_block();
                self.tones.pop();
            }
            TagEnd::Link => {
                self.push_id();
                self.link = None;
            }
            TagEnd::Paragraph | TagEnd::HtmlBlock => self.end_block(),
            TagEnd::Item => {
                self.flush();
                self.indents.pop();
                self.first = " ".repeat(self.indent());
                self.wants_gap = false;
            }
            TagEnd::List(_) => {
                self.counters.pop();
                self.wants_gap = true;
            }
            TagEnd::CodeBlock => {
                self.end_block();
                self.fence = false;
                self.indents.pop();
                self.first = " ".repeat(self.indent());
            }
            TagEnd::BlockQuote(_) => {
                self.end_block();
                self.tones.pop();
                self.indents.pop();
                self.first = " ".repeat(self.indent());
            }
            _ => {}
        }
    }

    /// Line breaks count; other tags are left out, their content stays.
    fn html(&mut self, html: &str) {
        if html.trim_start().to_ascii_lowercase().starts_with("<br") {
            self.push("\n", Tone::Normal);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(text: &str, cells: usize) -> (Vec<String>, Vec<Link>) {
        let (mut lines, mut links) = (Vec::new(), Vec::new());
        render(text, Room { cells, indent: 0, ids: false }, &mut lines, &mut links);
        let plain = lines.iter().map(|l| l.iter().map(|s| s.text.as_str()).collect()).collect();
        (plain, links)
    }

    #[test]
    fn lists_nest_and_number() {
        let (lines, _) = rendered("Before:\n\n- one\n  1. first of all\n  2. second\n- two\n\nAfter", 14);
        assert_eq!(
            lines,
            ["Before:", "", "- one", "  1. first of", "     all", "  2. second", "- two", "", "After"]
        );
    }

    #[test]
    fn fences_keep_their_lines_and_spaces() {
        let (lines, _) = rendered("Run:\n\n```\nif x:\n  y\n```\n\nDone", 40);
        assert_eq!(lines, ["Run:", "", "    if\u{a0}x:", "    \u{a0}\u{a0}y", "", "Done"]);
    }

    #[test]
    fn links_know_their_target_and_line() {
        let text =
            "See the long page on [Evade AI Model](/techniques/AML.T0015) and [here](https://example.org/a).";
        let (lines, links) = rendered(text, 24);
        assert_eq!(lines[1], "Evade AI Model and here.");
        assert_eq!(links.len(), 2);
        assert_eq!(links[0].line, 1);
        assert!(matches!(links[0].target, Target::Object(id) if id.to_string() == "AML.T0015"));
        assert_eq!(links[1].target, Target::Url("https://example.org/a".into()));
    }

    #[test]
    fn however_deep_it_is_nested_half_of_a_line_is_left_for_text() {
        for text in ["- ".repeat(30_000), "> ".repeat(30_000), "1. > ".repeat(10_000)] {
            let (lines, _) = rendered(&format!("{text}words and\\\nmore words"), 40);
            let widest = lines.iter().map(|l| super::super::width(l)).max();
            assert!(widest.is_some_and(|w| w <= 40), "{widest:?}");
            assert!(lines.concat().contains("more words"));
        }
    }

    #[test]
    fn what_markdown_spells_by_number_acts_on_nothing_either() {
        let (lines, links) = rendered("a&#27;[31m&#x202E;b [c&#x9b;](http://x/&#27;]0;) `&#27;`", 80);
        assert_eq!(lines, ["a<U+001B>[31m<U+202E>b c<U+009B> &#27;"]);
        assert_eq!(links[0].target, Target::Url("http://x/<U+001B>]0;".into()));
    }

    #[test]
    fn html_and_odd_markup_leave_their_text() {
        let (lines, _) = rendered("a<br>b x<sup>2</sup> `code` \\[1\\] **b**", 40);
        assert_eq!(lines, ["a", "b x2 code [1] b"]);
    }
}
