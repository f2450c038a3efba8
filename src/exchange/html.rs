//! One page that needs nothing besides itself: no scripts, no network. It is well-formed XML, too, so that
//! programs can read it.

use std::io;

use super::Material;
use super::document::{Block, Cell, Document, Head, OUT_OF_SCOPE, Section, Table};
use super::map::{self, columns};
use super::report;
use super::text::{is_address, line, lines};
use crate::coverage::{Rollup, State};

const STYLE: &str = include_str!("report.css");

/// Even if something were to get past the escaping, the browser would not load or run it.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

pub(super) fn write(material: &Material, out: &mut dyn io::Write) -> io::Result<()> {
    let Document { title, about, sections } = report::document(material);
    let title = inline(&title);
    let mut html = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\" />\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\" />\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\" />\n\
         <meta name=\"color-scheme\" content=\"light dark\" />\n\
         <meta name=\"generator\" content=\"{}\" />\n<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#standing\">To the figures</a>\n<header>\n<h1>{title}</h1>\n",
        inline(material.program)
    );
    for line in &about {
        html.push_str(&format!("<p>{}</p>\n", inline(line)));
    }
    html.push_str("</header>\n<nav aria-label=\"Sections\">\n<ul>\n");
    for Section { key, heading, .. } in &sections {
        html.push_str(&format!("<li><a href=\"#{key}\">{heading}</a></li>\n"));
    }
    html.push_str("</ul>\n</nav>\n<main>\n");
    for Section { key, heading, blocks } in &sections {
        html.push_str(&format!("<section id=\"{key}\" aria-labelledby=\"{key}-heading\">\n"));
        html.push_str(&format!("<h2 id=\"{key}-heading\">{heading}</h2>\n"));
        for block in blocks {
            push(&mut html, block, material);
        }
        html.push_str("</section>\n");
    }
    html.push_str("</main>\n</body>\n</html>\n");
    out.write_all(html.as_bytes())
}

fn push(html: &mut String, block: &Block, material: &Material) {
    match block {
        Block::Heading(heading) => html.push_str(&format!("<h3>{}</h3>\n", inline(heading))),
        Block::Text(text) => html.push_str(&format!("<p>{}</p>\n", inline(text))),
        Block::List(items) => {
            html.push_str("<ul>\n");
            for item in items {
                html.push_str(&format!("<li>{}</li>\n", inline(item)));
            }
            html.push_str("</ul>\n");
        }
        Block::Table(table) => push_table(html, table),
        Block::Map => push_map(html, &columns(material)),
    }
}

/// What is wider than the window is scrolled in a frame of its own, with the keyboard as well.
fn open_frame(html: &mut String, caption: &str, class: &str) {
    let caption = inline(caption);
    html.push_str(&format!(
        "<div class=\"frame\" role=\"region\" aria-label=\"{caption}\" tabindex=\"0\">\n\
         <table class=\"{class}\">\n<caption>{caption}</caption>\n<thead>\n<tr>"
    ));
}

fn push_table(html: &mut String, table: &Table) {
    open_frame(html, &table.caption, "list");
    for head in &table.head {
        let class = if matches!(head, Head::Number(_)) { " class=\"number\"" } else { "" };
        html.push_str(&format!("<th scope=\"col\"{class}>{}</th>", head.text()));
    }
    html.push_str("</tr>\n</thead>\n<tbody>\n");
    for row in &table.rows {
        html.push_str("<tr>");
        for ((cell, head), place) in row.iter().zip(&table.head).zip(0..) {
            let class = if matches!(head, Head::Number(_)) { " class=\"number\"" } else { "" };
            // The first cell says what the row is about.
            let (tag, scope) = if place == 0 { ("th", " scope=\"row\"") } else { ("td", "") };
            html.push_str(&format!("<{tag}{scope}{class}>{}</{tag}>", content(cell)));
        }
        html.push_str("</tr>\n");
    }
    html.push_str("</tbody>\n</table>\n</div>\n");
}

fn content(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => inline(text),
        Cell::Lines(text) => escape(lines(text).trim_end()).replace('\n', "<br />"),
        Cell::Number(number) => number.to_string(),
        Cell::Link(text, address) => anchor(&inline(text), address),
        Cell::References(references) => {
            let reference = |(text, link): &(String, Option<String>)| match link {
                Some(link) if is_address(link) => anchor(&inline(text), link),
                Some(link) => format!("{} ({})", inline(text), inline(link)),
                None => inline(text),
            };
            references.iter().map(reference).collect::<Vec<_>>().join("<br />")
        }
        Cell::State(state) => sign(*state),
        Cell::Share(rollup) => share(rollup),
        Cell::Strip(steps) => strip(steps),
    }
}

fn anchor(text: &str, address: &str) -> String {
    format!("<a href=\"{}\" rel=\"noopener noreferrer\">{text}</a>", inline(address))
}

const fn class(state: State) -> &'static str {
    super::state_key(state)
}

/// Glyph and word, so that colour is not needed.
fn sign(state: State) -> String {
    let (class, glyph, word) = (class(state), state.glyph(), state.word());
    format!("<span class=\"state {class}\"><b>{glyph}</b> {word}</span>")
}

/// A bar of the states, which stands for the figure beside it.
fn share(rollup: &Rollup) -> String {
    let Some(share) = rollup.percent_covered() else { return "n/a".to_owned() };
    let states = [State::Tested, State::Covered, State::Partial, State::Planned, State::Gap, State::Accepted];
    let mut bar = String::new();
    for state in states {
        let width = rollup.count(state) * 1000 / rollup.applicable().max(1);
        if width > 0 {
            let (whole, tenths) = (width / 10, width % 10);
            bar.push_str(&format!("<i class=\"{}\" style=\"width:{whole}.{tenths}%\"></i>", class(state)));
        }
    }
    format!("{share}% <span class=\"bar\" aria-hidden=\"true\">{bar}</span>")
}

fn strip(steps: &[Option<State>]) -> String {
    let words: Vec<&str> = steps.iter().map(|step| step.map_or("out of scope", State::word)).collect();
    let glyph = |step: &Option<State>| match step {
        Some(state) => format!("<i class=\"{}\">{}</i>", class(*state), state.glyph()),
        None => format!("<i>{OUT_OF_SCOPE}</i>"),
    };
    let glyphs: String = steps.iter().map(glyph).collect();
    format!("<span class=\"strip\" role=\"img\" aria-label=\"{}\">{glyphs}</span>", words.join("; "))
}

fn push_map(html: &mut String, columns: &[map::Column]) {
    html.push_str("<ul class=\"legend\">\n");
    for state in State::ALL.iter().chain([&State::Conflict]) {
        html.push_str(&format!("<li>{}</li>\n", sign(*state)));
    }
    html.push_str("</ul>\n");
    open_frame(html, "The matrix", "map");
    for column in columns {
        let share = column.rollup.percent_covered().map_or("n/a".to_owned(), |share| format!("{share}%"));
        let name = inline(&column.name);
        html.push_str(&format!("<th scope=\"col\">{name} <small>{share}</small></th>"));
    }
    html.push_str("</tr>\n</thead>\n<tbody>\n<tr>\n");
    for column in columns {
        // Where the columns stand below each other the name comes from here.
        html.push_str(&format!("<td data-tactic=\"{}\"><ul>\n", inline(&column.name)));
        for cell in &column.cells {
            let (class, glyph) = (class(cell.state), cell.state.glyph());
            let below = if cell.below { " below" } else { "" };
            html.push_str(&format!(
                "<li class=\"{class}{below}\"><a href=\"{}\" rel=\"noopener noreferrer\"><b>{glyph}</b> {} {}</a> \
                 <small>{}</small></li>\n",
                cell.id.url(),
                cell.id.short(),
                inline(&cell.name),
                cell.state.word()
            ));
        }
        html.push_str("</ul></td>\n");
    }
    html.push_str("</tr>\n</tbody>\n</table>\n</div>\n");
}

/// A text in one line, for an element or an attribute.
fn inline(text: &str) -> String {
    escape(&line(text))
}

/// For XML as well: [`svg`](super::svg) uses it.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
