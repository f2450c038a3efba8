//! Reports and tickets: what is marked, and what follows from it, in formats that others use.
//!
//! Pure: what goes in is computed before, what comes out are bytes. A format is a file here and a row in
//! [`FORMATS`]. `docs/report.md` says what is in a report and how the JSON is laid out.
//!
//! Figures are those of [`Overview`] and [`Plan`] and the sentences of
//! [`explain`](crate::coverage::explain); nothing is counted here a second time. Texts of marks and of
//! release files are sanitised again and escaped by each format, because they come from other people.

mod csv;
mod document;
mod html;
mod json;
mod map;
mod markdown;
mod report;
mod svg;
mod text;
mod ticket;

use std::io;

use jiff::civil::Date;

use crate::coverage::{Basis, Overview, Plan, Rollup, State};

pub use self::csv::{guard, unguard};
pub use self::json::FORMAT;

/// Rows of each list of the plan in a report, where nothing else is asked for.
pub const FIRST_ACTIONS: usize = 10;

/// Everything that a report is made of.
#[derive(Debug, Clone, Copy)]
pub struct Material<'a> {
    /// Catalogue, assessment, scope, weights, today, and the difference since a snapshot.
    pub basis: Basis<'a>,
    /// Computed from `basis`.
    pub overview: &'a Overview,
    /// Computed from `basis`.
    pub plan: &'a Plan,
    /// Where the catalogue comes from, in words: `built-in summaries`, or a file's name without its path.
    pub source: &'a str,
    /// What is assessed, in words; no path.
    pub name: &'a str,
    /// What the scope was narrowed to, as a query (`area:model-evasion`); empty for everything.
    pub scope: &'a str,
    /// The snapshots, oldest first.
    pub trend: &'a [Point],
    /// The snapshot that the difference in `basis` is taken from.
    pub since: Option<&'a Point>,
    /// Who makes the report.
    pub author: Option<&'a str>,
    /// `atlasnav 0.1.0`
    pub program: &'a str,
    /// How many rows of each list of the plan; None for [`FIRST_ACTIONS`] in a report and all as tickets.
    pub top: Option<usize>,
}

/// A snapshot as a point of the trend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    pub name: String,
    pub on: Date,
    /// The release of ATLAS on that day.
    pub release: String,
    /// The techniques in scope that the release of that day had, as they counted then.
    pub techniques: Rollup,
}

/// A format that a report or the tickets can be written in.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    /// What `report --to` takes.
    pub name: &'static str,
    /// Without the dot.
    pub extension: &'static str,
    pub mime: &'static str,
    /// One line.
    pub help: &'static str,
    pub write: fn(&Material, &mut dyn io::Write) -> io::Result<()>,
}

impl Format {
    pub fn from_name(name: &str) -> Option<&'static Format> {
        FORMATS.iter().find(|format| format.name == name)
    }
}

/// All formats.
pub const FORMATS: &[Format] = &[
    Format {
        name: "md",
        extension: "md",
        mime: "text/markdown",
        help: "the report as Markdown, readable as text",
        write: markdown::write,
    },
    Format {
        name: "html",
        extension: "html",
        mime: "text/html",
        help: "the report as one page without scripts, for the screen and for printing",
        write: html::write,
    },
    Format {
        name: "svg",
        extension: "svg",
        mime: "image/svg+xml",
        help: "the matrix as a picture",
        write: svg::write,
    },
    Format {
        name: "csv",
        extension: "csv",
        mime: "text/csv",
        help: "a row for each technique and mitigation, with every field of its mark",
        write: csv::write,
    },
    Format {
        name: "json",
        extension: "json",
        mime: "application/json",
        help: "everything in the report, for programs",
        write: json::write,
    },
    Format {
        name: "tickets-md",
        extension: "md",
        mime: "text/markdown",
        help: "the plan as tickets, one below the other",
        write: markdown::write_tickets,
    },
    Format {
        name: "tickets-csv",
        extension: "csv",
        mime: "text/csv",
        help: "the plan as tickets, a row each",
        write: csv::write_tickets,
    },
    Format {
        name: "tickets-json",
        extension: "json",
        mime: "application/json",
        help: "the plan as tickets, for programs",
        write: json::write_tickets,
    },
];

/// The word of a state in files for programs: one word, as in the assessment file, and `tested`.
pub const fn state_key(state: State) -> &'static str {
    match state {
        State::Unassessed => "unassessed",
        State::Gap => "gap",
        State::Planned => "planned",
        State::Partial => "partial",
        State::Covered => "covered",
        State::Tested => "tested",
        State::NotApplicable => "not-applicable",
        State::Accepted => "accepted",
        State::Conflict => "conflict",
    }
}
