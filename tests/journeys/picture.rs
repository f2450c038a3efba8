//! A buffer as text: the screen, then the styles of each row as runs of columns.

use std::fmt::Write;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

/// The rows of a buffer without trailing blanks.
pub fn rows(buffer: &Buffer) -> Vec<String> {
    let area = buffer.area();
    (0..area.height)
        .map(|y| {
            let mut row = String::new();
            let mut x = 0;
            while x < area.width {
                let symbol = buffer[(x, y)].symbol();
                row.push_str(symbol);
                // A wide character leaves its second cell blank.
                x += u16::try_from(symbol.width()).unwrap_or(1).max(1);
            }
            row.trim_end().to_owned()
        })
        .collect()
}

/// The screen in a frame, and below it the styles, as `rows: style columns; style columns`.
pub fn picture(buffer: &Buffer) -> String {
    let mut out = String::new();
    for row in rows(buffer) {
        writeln!(out, "{row}").expect("strings take all text");
    }
    out.push_str("~~~ styles\n");
    let styles: Vec<String> = (0..buffer.area().height).map(|y| styles_of_row(buffer, y)).collect();
    let mut y = 0;
    while y < styles.len() {
        let same = styles[y..].iter().take_while(|s| **s == styles[y]).count();
        if !styles[y].is_empty() {
            let last = y + same - 1;
            let rows = if same > 1 { format!("{y}-{last}") } else { y.to_string() };
            writeln!(out, "{rows}: {}", styles[y]).expect("strings take all text");
        }
        y += same;
    }
    out
}

fn styles_of_row(buffer: &Buffer, y: u16) -> String {
    let mut runs: Vec<(String, u16, u16)> = Vec::new();
    for x in 0..buffer.area().width {
        let cell = &buffer[(x, y)];
        let style = style(cell);
        // On a blank most styles do not show; such a cell ends no run and starts none.
        let shows = cell.modifier.intersects(Modifier::REVERSED | Modifier::UNDERLINED);
        if style.is_empty() || (cell.symbol() == " " && !shows && cell.bg == Color::Reset) {
            continue;
        }
        let blank_between = |end: u16| {
            (end + 1..x).all(|x| {
                let cell = &buffer[(x, y)];
                cell.symbol() == " " && !cell.modifier.intersects(Modifier::REVERSED | Modifier::UNDERLINED)
            })
        };
        let joins = !shows;
        match runs.last_mut() {
            Some((last, _, end)) if *last == style && (*end + 1 == x || (joins && blank_between(*end))) => {
                *end = x;
            }
            _ => runs.push((style, x, x)),
        }
    }
    let mut by_style: Vec<(String, String)> = Vec::new();
    for (style, start, end) in runs {
        let columns = if start == end { start.to_string() } else { format!("{start}-{end}") };
        match by_style.iter_mut().find(|(s, _)| *s == style) {
            Some((_, all)) => {
                all.push(' ');
                all.push_str(&columns);
            }
            None => by_style.push((style, columns)),
        }
    }
    by_style.into_iter().map(|(style, columns)| format!("{style} {columns}")).collect::<Vec<_>>().join("; ")
}

/// The style of a cell in words; empty for the default.
pub fn style(cell: &Cell) -> String {
    let mut words = Vec::new();
    if cell.fg != Color::Reset {
        words.push(cell.fg.to_string().to_lowercase());
    }
    if cell.bg != Color::Reset {
        words.push(format!("on {}", cell.bg).to_lowercase());
    }
    for (modifier, word) in [
        (Modifier::BOLD, "bold"),
        (Modifier::DIM, "dim"),
        (Modifier::ITALIC, "italic"),
        (Modifier::UNDERLINED, "underlined"),
        (Modifier::REVERSED, "reversed"),
        (Modifier::CROSSED_OUT, "crossed-out"),
    ] {
        if cell.modifier.contains(modifier) {
            words.push(word.to_owned());
        }
    }
    words.join("+")
}
