//! The matrix as a picture: glyph, id, name and word in each cell; for light and dark surroundings.

use std::io;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::Material;
use super::html::escape;
use super::map::{Cell, Column, columns};
use super::report;
use super::text::line;
use crate::coverage::{Figure, State, explain};

// All lengths are units of the picture.
const MARGIN: usize = 20;
const WIDTH: usize = 150;
const GAP: usize = 6;
const CELL: usize = 42;
/// How far a sub-technique is moved to the right.
const INDENT: usize = 10;
/// Above the columns: title, figures, heads.
const TOP: usize = 132;
/// Below the columns: legend and source.
const BOTTOM: usize = 70;
/// What fits into a line of a cell, in cells of a terminal; most letters are narrower.
const FITS: usize = 24;

const STYLE: &str = "\
text { font-family: system-ui, sans-serif; fill: #1b1f24; font-size: 10px; }
.page { fill: #ffffff; }
.title { font-size: 20px; font-weight: bold; }
.faint { fill: #57606a; }
.head { font-size: 11px; font-weight: bold; }
.glyph { font-family: ui-monospace, monospace; font-weight: bold; font-size: 12px; }
rect.cell { stroke: #8c959f; stroke-width: 0.6; }
.unassessed { fill: #f6f8fa; } .gap { fill: #ffe2e0; } .planned { fill: #fff1c7; } .partial { fill: #e8e3ff; }
.covered { fill: #d8ecff; } .tested { fill: #d3f5dc; } .not-applicable { fill: #eef0f2; }
.accepted { fill: #ffe3f3; } .conflict { fill: #ffd8b5; }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3; }
.page { fill: #0d1117; }
.faint { fill: #9da7b3; }
.unassessed { fill: #161b22; } .gap { fill: #490f14; } .planned { fill: #3d2a00; } .partial { fill: #2b1d54; }
.covered { fill: #0c2d57; } .tested { fill: #063d1c; } .not-applicable { fill: #21262d; }
.accepted { fill: #4a1539; } .conflict { fill: #4d2305; }
}
";

pub(super) fn write(material: &Material, out: &mut dyn io::Write) -> io::Result<()> {
    let columns = columns(material);
    let tallest = columns.iter().map(|column| column.cells.len()).max().unwrap_or_default();
    // Wide enough for the lines above and below where only a few columns are in scope.
    let width = 2 * MARGIN + (columns.len() * (WIDTH + GAP)).max(1_000);
    let height = TOP + tallest * (CELL + GAP) + BOTTOM;
    let title = inline(&report::title(material));
    let figures = [Figure::Covered, Figure::Tested, Figure::Assessed];
    let figures: Vec<String> = figures.iter().map(|f| explain(*f, &material.basis).title).collect();
    let figures = inline(&figures.join("; "));
    let about = inline(&format!(
        "As of {}, ATLAS {}, {}{}",
        material.basis.today,
        material.basis.catalog.release,
        material.source,
        if material.scope.is_empty() { String::new() } else { format!("; only {}", material.scope) }
    ));
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\" lang=\"en\" \
         aria-labelledby=\"title desc\">\n<title id=\"title\">{title}</title>\n<desc id=\"desc\">{figures}. {about}.</desc>\n\
         <style>\n{STYLE}</style>\n<rect class=\"page\" width=\"{width}\" height=\"{height}\"/>\n"
    );
    text(&mut svg, MARGIN, 38, "title", &title);
    text(&mut svg, MARGIN, 60, "", &figures);
    text(&mut svg, MARGIN, 76, "faint", &about);
    for (column, place) in columns.iter().zip(0..) {
        push_column(&mut svg, column, MARGIN + place * (WIDTH + GAP));
    }
    let bottom = height - BOTTOM + 20;
    for (state, place) in State::ALL.iter().chain([&State::Conflict]).zip(0..) {
        let x = MARGIN + place * 108;
        let class = super::state_key(*state);
        svg.push_str(&format!(
            "<rect class=\"cell {class}\" x=\"{x}\" y=\"{}\" width=\"16\" height=\"16\"/>\n",
            bottom - 12
        ));
        text(&mut svg, x + 4, bottom, "glyph", &state.glyph().to_string());
        text(&mut svg, x + 21, bottom, "", state.word());
    }
    let attribution = report::attribution();
    let mut parts = attribution.split("; ");
    let first = inline(&format!("{}. {}", material.program, parts.next().unwrap_or_default()));
    text(&mut svg, MARGIN, bottom + 20, "faint", &first);
    text(&mut svg, MARGIN, bottom + 34, "faint", &inline(&parts.collect::<Vec<_>>().join("; ")));
    svg.push_str("</svg>\n");
    out.write_all(svg.as_bytes())
}

fn push_column(svg: &mut String, column: &Column, x: usize) {
    let share = column.rollup.percent_covered().map_or("n/a".to_owned(), |share| format!("{share}%"));
    for (part, place) in wrap(&column.name, FITS, 2).iter().zip(0..) {
        text(svg, x, 100 + place * 13, "head", &inline(part));
    }
    text(svg, x, 126, "faint", &format!("{share} of {} covered", column.rollup.applicable()));
    for (cell, row) in column.cells.iter().zip(0..) {
        push_cell(svg, cell, x, TOP + row * (CELL + GAP));
    }
}

fn push_cell(svg: &mut String, cell: &Cell, x: usize, y: usize) {
    let indent = if cell.below { INDENT } else { 0 };
    let (x, width) = (x + indent, WIDTH - indent);
    let (class, word) = (super::state_key(cell.state), cell.state.word());
    svg.push_str(&format!(
        "<g><title>{} {}: {word}</title>\n<rect class=\"cell {class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" \
         height=\"{CELL}\" rx=\"3\"/>\n",
        cell.id,
        inline(&cell.name)
    ));
    text(svg, x + 5, y + 13, "glyph", &cell.state.glyph().to_string());
    text(svg, x + 17, y + 13, "", &format!("{} {word}", cell.id.short()));
    for (part, place) in wrap(&cell.name, FITS - indent / 5, 2).iter().zip(0..) {
        text(svg, x + 5, y + 25 + place * 12, "", &inline(part));
    }
    svg.push_str("</g>\n");
}

/// `content` is escaped already.
fn text(svg: &mut String, x: usize, y: usize, class: &str, content: &str) {
    svg.push_str(&format!("<text x=\"{x}\" y=\"{y}\" class=\"{class}\">{content}</text>\n"));
}

/// A text in so many lines at most, each of which fits; what is left out shows as an ellipsis.
fn wrap(text: &str, fits: usize, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    let mut is_cut = false;
    for word in line(text).split_whitespace() {
        let current = lines.last().map_or(0, |line| line.width());
        if current > 0 && current + 1 + word.width() > fits {
            if lines.len() == most {
                is_cut = true;
                break;
            }
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    if let Some(last) = lines.last_mut().filter(|_| is_cut) {
        last.push('…');
    }
    lines.iter().map(|line| shorten(line, fits)).collect()
}

fn shorten(text: &str, fits: usize) -> String {
    if text.width() <= fits {
        return text.to_owned();
    }
    let mut short = String::new();
    for cluster in text.graphemes(true) {
        if short.width() + cluster.width() + 1 > fits {
            break;
        }
        short.push_str(cluster);
    }
    short.push('…');
    short
}

fn inline(text: &str) -> String {
    escape(&line(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_wrapped_and_cut_where_they_end() {
        assert_eq!(wrap("One two", 7, 2), ["One two"]);
        assert_eq!(wrap("One two three", 7, 2), ["One two", "three"]);
        assert_eq!(wrap("One two three four", 7, 2), ["One two", "three…"]);
        assert_eq!(wrap("Incomprehensible", 8, 2), ["Incompr…"]);
        assert_eq!(wrap("", 8, 2), [""]);
    }
}
