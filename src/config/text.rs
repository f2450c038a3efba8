//! TOML with line numbers, and problems in it as sentences.

use std::ops::Range;

use toml_edit::Document;

use crate::catalog::sanitize;

/// The longest piece of a file in a message, in characters.
const LONGEST_QUOTE: usize = 40;

/// What is wrong in a text, in one sentence without the name of its file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{what}", line.map(|line| format!("line {line}: ")).unwrap_or_default())]
pub struct Problem {
    /// The first line is 1; None if it is about the whole.
    pub line: Option<usize>,
    pub what: String,
}

/// A text and its TOML.
pub(super) struct Toml<'a> {
    text: &'a str,
    pub document: Document<&'a str>,
}

impl<'a> Toml<'a> {
    /// Reads a text of at most `most` bytes.
    pub fn read(text: &'a str, most: usize) -> Result<Toml<'a>, Problem> {
        if text.len() > most {
            let what = format!("it is larger than {} KiB; take out what is not needed", most / 1024);
            return Err(Problem { line: None, what });
        }
        let document = Document::parse(text).map_err(|error| Problem {
            line: error.span().map(|span| line_of(text, span.start)),
            what: format!("this is no TOML ({}); mend it", one_line(error.message())),
        })?;
        Ok(Toml { text, document })
    }

    /// A problem at a place in the text.
    pub fn problem(&self, span: Option<Range<usize>>, what: impl Into<String>) -> Problem {
        Problem { line: self.line(span), what: what.into() }
    }

    /// The line at which a piece of the text begins.
    pub fn line(&self, span: Option<Range<usize>>) -> Option<usize> {
        span.map(|span| line_of(self.text, span.start))
    }
}

fn line_of(text: &str, at: usize) -> usize {
    text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1
}

/// Safe to show, without line breaks, and not longer than a sentence bears.
fn one_line(text: &str) -> String {
    let head: String = text.chars().take(LONGEST_QUOTE * 4).collect();
    sanitize(&head, false).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A piece of a file for a message, in backticks.
pub fn quote(text: &str) -> String {
    let head: String = text.chars().take(LONGEST_QUOTE).collect();
    let more = if head.len() < text.len() { "..." } else { "" };
    format!("`{}{more}`", sanitize(&head, false))
}
