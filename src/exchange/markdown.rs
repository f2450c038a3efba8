//! Markdown as GitHub renders it, and readable as text.

use std::io;

use super::Material;
use super::document::{Block, Cell, Document, Head, OUT_OF_SCOPE, Section, Table};
use super::map::{self, Column, columns};
use super::report;
use super::text::{line, lines};
use super::ticket::tickets;
use crate::coverage::State;

pub(super) fn write(material: &Material, out: &mut dyn io::Write) -> io::Result<()> {
    let Document { title, about, sections } = report::document(material);
    let mut text = format!("# {}\n\n", inline(&title));
    // Two blanks at the end would break a line, but editors take them away.
    text.push_str(&about.iter().map(|line| inline(line)).collect::<Vec<_>>().join("\\\n"));
    text.push('\n');
    for Section { heading, blocks, .. } in &sections {
        text.push_str(&format!("\n## {heading}\n"));
        for block in blocks {
            text.push('\n');
            push(&mut text, block, material);
        }
    }
    out.write_all(text.as_bytes())
}

fn push(text: &mut String, block: &Block, material: &Material) {
    match block {
        Block::Heading(heading) => text.push_str(&format!("### {}\n", paragraph(heading))),
        Block::Text(plain) => text.push_str(&format!("{}\n", paragraph(plain))),
        Block::List(items) => list(text, items),
        Block::Table(table) => push_table(text, table),
        Block::Map => push_map(text, &columns(material)),
    }
}

fn list(text: &mut String, items: &[String]) {
    for item in items {
        text.push_str(&format!("- {}\n", paragraph(item)));
    }
}

fn push_table(text: &mut String, table: &Table) {
    text.push_str(&format!("{}:\n\n", paragraph(&table.caption)));
    let cells = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    text.push_str(&cells(table.head.iter().map(|head| head.text().to_owned()).collect()));
    let rules = table.head.iter().map(|head| match head {
        Head::Text(_) => "---".to_owned(),
        Head::Number(_) => "--:".to_owned(),
    });
    text.push_str(&cells(rules.collect()));
    for row in &table.rows {
        text.push_str(&cells(row.iter().map(cell).collect()));
    }
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => inline(text),
        Cell::Lines(text) => broken(text),
        Cell::Number(number) => number.to_string(),
        Cell::Link(text, address) => format!("[{}]({address})", inline(text)),
        Cell::References(references) => {
            let reference = |(text, link): &(String, Option<String>)| match link {
                Some(link) => format!("{} ({})", inline(text), inline(link)),
                None => inline(text),
            };
            references.iter().map(reference).collect::<Vec<_>>().join("<br>")
        }
        Cell::State(state) => format!("`{}` {}", state.glyph(), state.word()),
        Cell::Share(rollup) => rollup.percent_covered().map_or("n/a".to_owned(), |share| format!("{share}%")),
        Cell::Strip(steps) => {
            let glyphs: String = steps.iter().map(|step| step.map_or(OUT_OF_SCOPE, State::glyph)).collect();
            if glyphs.is_empty() { String::new() } else { format!("`{glyphs}`") }
        }
    }
}

/// The matrix in a block of fixed width: `!051` is T0051 with its sign, `!.00` below it its sub-technique.
fn push_map(text: &mut String, columns: &[Column]) {
    let codes: Vec<Vec<String>> =
        columns.iter().map(|column| column.cells.iter().map(code).collect()).collect();
    let width = codes.iter().flatten().map(String::len).max().unwrap_or_default().max(4) + 1;
    let row = |cells: Vec<String>| {
        let cells: Vec<String> = cells.into_iter().map(|cell| format!("{cell:<width$}")).collect();
        format!("{}\n", cells.concat().trim_end())
    };
    text.push_str("```text\n");
    text.push_str(&row(columns.iter().map(|column| column.number.to_string()).collect()));
    let tallest = codes.iter().map(Vec::len).max().unwrap_or_default();
    for place in 0..tallest {
        text.push_str(&row(codes
            .iter()
            .map(|codes| codes.get(place).cloned().unwrap_or_default())
            .collect()));
    }
    let legend: Vec<String> = State::ALL
        .iter()
        .chain([&State::Conflict])
        .map(|state| format!("`{}` {}", state.glyph(), state.word()))
        .collect();
    text.push_str(&format!(
        "```\n\nThe columns are numbered as in the next table. `!051` is AML.T0051, marked as a gap; `!.01` below it is \
         AML.T0051.001. Signs: {}.\n",
        legend.join(", ")
    ));
}

/// `!051`, or `!.01` for a sub-technique below its parent, else `!051.01`.
fn code(cell: &map::Cell) -> String {
    let (sign, number) = (cell.state.glyph(), cell.id.number());
    match cell.id.sub_number() {
        Some(sub) if cell.below => format!("{sign}.{sub:02}"),
        Some(sub) => format!("{sign}{number:03}.{sub:02}"),
        None => format!("{sign}{number:03}"),
    }
}

pub(super) fn write_tickets(material: &Material, out: &mut dyn io::Write) -> io::Result<()> {
    let tickets = tickets(material);
    let mut text = format!("# {}\n\n", inline(&format!("ATLAS tickets: {}", material.name)));
    text.push_str(&format!(
        "{}\n",
        paragraph(&format!(
            "As of {}, ATLAS {}, {}. {}",
            material.basis.today,
            material.basis.catalog.release,
            material.source,
            report::attribution()
        ))
    ));
    for ticket in &tickets {
        text.push_str(&format!("\n## {}\n\n", paragraph(&ticket.title)));
        let owner = ticket.owner.as_deref().unwrap_or("nobody yet");
        text.push_str(&format!("- Owner: {}\n", inline(owner)));
        text.push_str(&format!("- Labels: {}\n", inline(&ticket.labels.join(", "))));
        for (heading, items) in [("Why", &ticket.why), ("What ATLAS suggests", &ticket.suggests)] {
            text.push_str(&format!("\n### {heading}\n\n"));
            list(&mut text, items);
        }
        text.push_str("\n### Links\n\n");
        for link in &ticket.links {
            text.push_str(&format!("- <{link}>\n"));
        }
    }
    out.write_all(text.as_bytes())
}

/// A text in one line in which nothing is markup.
fn inline(text: &str) -> String {
    escape(&line(text))
}

/// The same at the beginning of a line, where a few more signs would mean something.
fn paragraph(text: &str) -> String {
    let inline = inline(text.trim_start());
    let digits = inline.bytes().take_while(u8::is_ascii_digit).count();
    match inline.as_bytes().get(digits) {
        Some(b'.' | b')') if digits > 0 => format!("{}\\{}", &inline[..digits], &inline[digits..]),
        Some(b'#' | b'+' | b'-' | b'=' | b'>') if digits == 0 => format!("\\{inline}"),
        _ => inline,
    }
}

/// A text with its line breaks, in one line of a table.
fn broken(text: &str) -> String {
    escape(lines(text).trim_end()).replace('\n', "<br>")
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        // `|` ends a cell, `$` begins a formula; the rest is emphasis, code, links, HTML.
        let acts = matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '|' | '~' | '$');
        if acts || (c == '&' && is_entity(&text[at + 1..])) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Whether an ampersand before this would stand for a character.
fn is_entity(rest: &str) -> bool {
    let name = rest.trim_start_matches(|c: char| c == '#' || c.is_ascii_alphanumeric());
    name.len() < rest.len() && name.starts_with(';')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_markup() {
        assert_eq!(inline("a|b *c* [d](e) <f> `g`"), "a\\|b \\*c\\* \\[d\\](e) \\<f> \\`g\\`");
        assert_eq!(inline("one\ntwo\u{202e}"), "one two\\<U+202E>");
        assert_eq!(inline("C&C, &amp; and &#60;"), "C&C, \\&amp; and \\&#60;");
        assert_eq!(broken("one\n| two\n"), "one<br>\\| two");
    }

    #[test]
    fn a_paragraph_stays_one() {
        for (text, expected) in [
            ("# head", "\\# head"),
            ("- item", "\\- item"),
            ("+ item", "\\+ item"),
            ("1. item", "1\\. item"),
            ("12) item", "12\\) item"),
            ("2 of 3", "2 of 3"),
            ("===", "\\==="),
            ("> quote", "\\> quote"),
            ("    code", "code"),
            ("", ""),
        ] {
            assert_eq!(paragraph(text), expected, "{text:?}");
        }
    }
}
