//! A report as sections of texts and tables, before it is written in a format. Texts are plain: each
//! format sanitises and escapes them in its own way.

use crate::coverage::{Rollup, State};

/// A whole report.
pub(super) struct Document {
    pub title: String,
    /// What it is about, line by line.
    pub about: Vec<String>,
    pub sections: Vec<Section>,
}

pub(super) struct Section {
    /// The anchor of its heading: small letters and hyphens.
    pub key: &'static str,
    pub heading: &'static str,
    pub blocks: Vec<Block>,
}

pub(super) enum Block {
    /// A heading below the section's.
    Heading(String),
    Text(String),
    List(Vec<String>),
    Table(Table),
    /// The matrix of [`map::columns`](super::map::columns).
    Map,
}

pub(super) struct Table {
    /// What it shows, for those who hear it.
    pub caption: String,
    pub head: Vec<Head>,
    pub rows: Vec<Vec<Cell>>,
}

/// The head of a table's column.
#[derive(Clone, Copy)]
pub(super) enum Head {
    Text(&'static str),
    /// Over figures.
    Number(&'static str),
}

impl Head {
    pub const fn text(self) -> &'static str {
        match self {
            Head::Text(text) | Head::Number(text) => text,
        }
    }
}

pub(super) enum Cell {
    /// One line.
    Text(String),
    /// May have line breaks.
    Lines(String),
    Number(usize),
    /// A text with an address of ours.
    Link(String, String),
    /// Texts with an address or another reference that somebody wrote.
    References(Vec<(String, Option<String>)>),
    State(State),
    /// The share covered.
    Share(Rollup),
    /// The steps of a case study in attack order; None is out of scope.
    Strip(Vec<Option<State>>),
}

impl Cell {
    pub fn text(text: impl Into<String>) -> Cell {
        Cell::Text(text.into())
    }

    /// The text, or nothing.
    pub fn maybe(text: Option<impl ToString>) -> Cell {
        Cell::Text(text.map(|text| text.to_string()).unwrap_or_default())
    }
}

/// The sign of a step that is out of scope, where states show by their glyphs.
pub(super) const OUT_OF_SCOPE: char = '_';
