//! Objects and the glossary as pages: sections of wrapped lines with links that can be followed.
//!
//! Pure. The app scrolls and follows the links of a page, the ui paints it, the verb `show` prints it;
//! so all three agree on what stands in which line. Markdown stays inside this part.

mod dashboard;
mod glossary;
mod list;
mod mark;
mod markdown;
mod object;
mod plan;
mod rows;
mod shelf;
mod wrap;

use std::ops::Range;

use crate::catalog::ObjectId;
use crate::coverage::{Figure, State};

pub use dashboard::{Dashboard, Order, Panel, Point};
pub use glossary::{glossary, glossary_term};
pub use list::{ListKind, ListRow, ListSort, list};
pub use object::object;
pub use plan::{PlanPart, PlanView, explanation};
pub use shelf::{Compared, Figures, Standing, compared, shelf, snapshots};
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
    /// A number, to what is behind it.
    Figure(Figure),
    /// An assessment by its place in the list.
    Assessment(usize),
    /// A snapshot by its place in the list.
    Snapshot(usize),
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
    /// The text without tones, a line each. What a screen shows as a link is followed by its id,
    /// unless it begins with it.
    pub fn plain(&self) -> String {
        let mut out = String::new();
        // A link may go on in the next line, where it no longer begins with its id.
        let mut begins_with_id = vec![None; self.links.len()];
        for (i, line) in self.lines.iter().enumerate() {
            let mut text = String::new();
            for (j, span) in line.iter().enumerate() {
                text.push_str(&span.text);
                let next = line.get(j + 1).or_else(|| self.lines.get(i + 1)?.get(1));
                if let Some(at) = span.link
                    && let Some(Target::Object(id)) = self.links.get(at).map(|l| &l.target)
                    && !*begins_with_id[at].get_or_insert_with(|| span.text.starts_with(&id.short()))
                    && next.is_none_or(|next| next.link != span.link)
                {
                    text.push_str(&format!(" [{}]", id.short()));
                }
            }
            out.push_str(text.trim_end());
            out.push('\n');
        }
        out
    }

    /// The section that a line stands in.
    pub fn section_at(&self, line: usize) -> Option<usize> {
        self.sections.iter().rposition(|s| s.lines.start <= line)
    }
}
