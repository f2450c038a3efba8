//! Comma-separated values by RFC 4180, in UTF-8, for spreadsheets and for reading back.

use std::io;

use super::text::{line, lines};
use super::ticket::tickets;
use super::{Material, report, state_key};
use crate::catalog::{Kind, ObjectId};

/// The first cell of each column. Evidence, conflicts and log are lists and stand as JSON.
const HEAD: [&str; 14] = [
    "kind",
    "id",
    "name",
    "state",
    "status",
    "owner",
    "note",
    "evidence",
    "tested",
    "review",
    "by",
    "on",
    "conflicts",
    "log",
];

const TICKET_HEAD: [&str; 9] =
    ["id", "list", "place", "title", "why", "suggests", "links", "owner", "labels"];

/// With what a spreadsheet takes a cell for a formula, also in its wide forms; `'` is ours.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\'', '＝', '＋', '－', '＠'];

/// Puts `'` before what a spreadsheet would run as a formula, and before what begins with `'`, so that it can
/// be taken away again.
pub fn guard(text: &str) -> String {
    if text.starts_with(FORMULA) { format!("'{text}") } else { text.to_owned() }
}

/// What [`guard`] was given.
pub fn unguard(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| rest.starts_with(FORMULA)).unwrap_or(cell)
}

struct Table<'a> {
    csv: ::csv::Writer<&'a mut dyn io::Write>,
}

impl<'a> Table<'a> {
    fn new(out: &'a mut dyn io::Write, head: &[&str]) -> io::Result<Table<'a>> {
        let csv = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(out);
        let mut table = Table { csv };
        table.csv.write_record(head)?;
        Ok(table)
    }

    fn row(&mut self, cells: &[String]) -> io::Result<()> {
        Ok(self.csv.write_record(cells.iter().map(|cell| guard(&lines(cell))))?)
    }

    fn end(mut self) -> io::Result<()> {
        self.csv.flush()
    }
}

pub(super) fn write(material: &Material, out: &mut dyn io::Write) -> io::Result<()> {
    let basis = &material.basis;
    let mut table = Table::new(out, &HEAD)?;
    let in_scope: Vec<ObjectId> =
        basis.catalog.markable().filter(|id| report::is_in_scope(material, *id)).collect();
    for id in in_scope {
        let mark = basis.assessment.mark(id);
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let day = |day: Option<jiff::civil::Date>| day.map(|day| day.to_string()).unwrap_or_default();
        table.row(&[
            match id.kind() {
                Kind::Technique if id.is_sub_technique() => "sub-technique".to_owned(),
                kind => kind.word().to_owned(),
            },
            id.to_string(),
            line(&basis.catalog.full_name(id)).into_owned(),
            state_key(mark.state(basis.today)).to_owned(),
            mark.status.word().to_owned(),
            text(&mark.owner),
            text(&mark.note),
            list(&mark.evidence)?,
            day(mark.tested),
            day(mark.review),
            text(&mark.by),
            day(mark.on),
            list(&mark.conflicts)?,
            list(&mark.log)?,
        ])?;
    }
    table.end()
}

/// Nothing for an empty list.
fn list<T: serde::Serialize>(items: &[T]) -> io::Result<String> {
    if items.is_empty() { Ok(String::new()) } else { Ok(serde_json::to_string(items)?) }
}

pub(super) fn write_tickets(material: &Material, out: &mut dyn io::Write) -> io::Result<()> {
    let mut table = Table::new(out, &TICKET_HEAD)?;
    for ticket in tickets(material) {
        table.row(&[
            ticket.id.to_string(),
            ticket.list.to_owned(),
            ticket.place.to_string(),
            ticket.title,
            ticket.why.join("\n"),
            ticket.suggests.join("\n"),
            ticket.links.join("\n"),
            ticket.owner.unwrap_or_default(),
            ticket.labels.join(" "),
        ])?;
    }
    table.end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_run_as_a_formula_is_guarded_and_comes_back() {
        for text in ["=1+1", "+1", "-1", "@a", "\tx", "\rx", "'x", "''", "＝1", "－"] {
            assert_eq!(guard(text), format!("'{text}"));
            assert_eq!(unguard(&guard(text)), text);
        }
        for text in ["", "a=1", " =1", "2026-11-23", "[1]"] {
            assert_eq!(guard(text), text);
            assert_eq!(unguard(text), text);
        }
        assert_eq!(unguard("'tis"), "'tis", "nobody guarded this");
    }
}
