//! Objects and the glossary as pages: sections of wrapped lines with links that can be followed.
//!
//! Pure. The app scrolls and follows the links of a page, the ui paints it, the verb `show` prints it;
//! so all three agree on what stands in which line. Markdown stays inside this part.

mod glossary;
mod list;
mod mark;
mod markdown;
mod object;
mod wrap;

use std::ops::Range;

use crate::catalog::ObjectId;
use crate::coverage::State;

pub use glossary::{glossary, glossary_term};
pub use list::{ListKind, ListRow, ListSort, list};
pub use object::{object, printed, top_of_object};
pub use wrap::{clip, pad, width, wrap_text};

/// Prose is not wrapped wider than this many columns: longer lines are hard to read.
pub const MAX_PROSE: usize = 100;

/// What a piece of text means; the ui turns it into a style.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Normal,
    Dim,
    Strong,
    Emphasis,
    Code,
    /// The name of the page's object.
    Title,
    /// The head of a section.
    Heading,
    Link,
    State(State),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    pub text: String,
    pub tone: Tone,
    /// Position in [`Page::links`].
    pub link: Option<usize>,
}

impl Span {
    pub fn new(text: impl Into<String>, tone: Tone) -> Span {
        Span { text: text.into(), tone, link: None }
    }
}

/// One screen line, at most as wide as the page was made for.
pub type Line = Vec<Span>;

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    Object(ObjectId),
    Url(String),
}

/// Longest address that is handed to a terminal, in bytes: what common ones take.
const LONGEST_ADDRESS: usize = 2_000;

impl Target {
    /// The address for a browser: the ATLAS page of an object, or a page of the web. None for other
    /// schemes, and for what has no business in an address. Printable ASCII without blanks, so that it
    /// can't act on a terminal.
    pub fn address(&self) -> Option<String> {
        let url = match self {
            Target::Object(id) => return Some(id.url()),
            Target::Url(url) => url,
        };
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
        let is_odd = |c: char| crate::catalog::is_unsafe(c) || c.is_whitespace() || "<>\"\\^`{|}".contains(c);
        if rest.is_empty() || rest.contains(is_odd) {
            return None;
        }
        let mut address = String::with_capacity(url.len());
        for byte in url.bytes() {
            match byte {
                b'!'..=b'~' => address.push(char::from(byte)),
                other => address.push_str(&format!("%{other:02X}")),
            }
        }
        (address.len() <= LONGEST_ADDRESS).then_some(address)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub target: Target,
    /// The first line that the link stands in, counted over the page.
    pub line: usize,
}

/// Which of up to three panes side by side a section goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    Text,
    Related,
    Seen,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Without its number; the first section of a page has none.
    pub title: &'static str,
    /// How many objects it lists.
    pub count: Option<usize>,
    /// Its lines in [`Page::lines`].
    pub lines: Range<usize>,
}

/// The page of one object, or the part of it that goes into one pane.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    pub sections: Vec<Section>,
    pub lines: Vec<Line>,
    pub links: Vec<Link>,
    /// Lines that can be jumped to: where the terms of the glossary begin.
    pub anchors: Vec<usize>,
}

impl Page {
    /// The text without tones, a line each.
    pub fn plain(&self) -> String {
        let mut out = String::new();
        for line in &self.lines {
            let text: String = line.iter().map(|span| span.text.as_str()).collect();
            out.push_str(text.trim_end());
            out.push('\n');
        }
        out
    }

    /// Where a piece of the page leads for a browser, if it is a link.
    pub fn address(&self, span: &Span) -> Option<String> {
        self.links.get(span.link?)?.target.address()
    }

    /// The section that a line stands in.
    pub fn section_at(&self, line: usize) -> Option<usize> {
        self.sections.iter().rposition(|s| s.lines.start <= line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn address(url: &str) -> Option<String> {
        Target::Url(url.to_owned()).address()
    }

    #[test]
    fn addresses_are_of_the_web_and_printable() {
        assert_eq!(address("https://example.org/a?b=c#d").as_deref(), Some("https://example.org/a?b=c#d"));
        assert_eq!(address("http://example.org/\u{e9}").as_deref(), Some("http://example.org/%C3%A9"));
        for url in ["javascript:alert(1)", "file:///etc/passwd", "https://", "//example.org", "https://a b"] {
            assert_eq!(address(url), None, "{url}");
        }
        // What sanitising has left of a control character.
        assert_eq!(address("https://example.org/<U+001B>]0;x"), None);
        assert_eq!(address("https://example.org/\u{1b}\\"), None);
        assert_eq!(address("https://example.org/\u{202e}"), None);
        assert_eq!(address(&format!("https://example.org/{}", "a".repeat(3_000))), None);
        let id: ObjectId = "AML.T0051".parse().unwrap();
        assert_eq!(
            Target::Object(id).address().as_deref(),
            Some("https://atlas.mitre.org/techniques/AML.T0051")
        );
    }

    proptest! {
        #[test]
        fn no_address_acts_on_a_terminal(text: String) {
            for url in [text.clone(), format!("https://{text}")] {
                if let Some(address) = address(&url) {
                    prop_assert!(address.bytes().all(|b| b.is_ascii_graphic()), "{:?}", address);
                    prop_assert!(address.starts_with("http"));
                }
            }
        }
    }
}
