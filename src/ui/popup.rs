//! What lies over the screen: menus of pending keys, palette, note, help, messages.

use tui_input::Input;
use unicode_segmentation::UnicodeSegmentation;

use super::canvas::Canvas;
use super::form::about;
use super::theme::Role;
use crate::app::{
    App, Area, Asked, BaselineChoice, Command, Filter, HELP_KEYS, HelpLine, NameEdit, NoteEdit, Palette,
    PlatformChoice, Row, Scope, ThemeChoice, layout,
};
use crate::catalog::Distinction;
use crate::coverage::State;
use crate::page::{clip, pad, width, wrap_text};

/// The menu of what may follow the pending keys, at the foot of the body.
pub(super) fn menu(app: &App, canvas: &mut Canvas<'_>, body: Area) {
    let rows = app.keymap.continuations(app.scope(), &app.pending);
    let title = app.keymap.menu(app.scope(), &app.pending).unwrap_or("Keys");
    let title = match app.mark_targets().as_slice() {
        [] => title.to_owned(),
        ids if title == "Mark" => format!("{title} {}", about(app, ids)),
        _ => title.to_owned(),
    };
    let inside = canvas.frame(layout::menu(body, rows.len()), &title);
    for ((keys, row), place) in rows.iter().zip(layout::menu_rows(inside, rows.len())) {
        let (y, end) = (place.y, place.x + place.width);
        let used = canvas.text(place.x, y, place.width, &pad(keys, 3), Role::Strong);
        let mut x = place.x + used;
        if let Command::Mark(state) = row.command {
            x += canvas.text(x, y, 2, &format!("{} ", state.glyph()), Role::State(state));
        }
        let room = end.saturating_sub(x);
        let help = if width(row.help) > usize::from(room) { without_verb(row.help) } else { row.help };
        canvas.text(x, y, room, &clip(help, usize::from(room)), Role::Normal);
    }
}

/// What a menu's title says already.
fn without_verb(help: &str) -> &str {
    ["Mark as ", "Filter by "].into_iter().find_map(|verb| help.strip_prefix(verb)).unwrap_or(help)
}

/// The values of a facet: which are in the filter, and how many techniques have them.
pub(super) fn filter(app: &App, filter: &Filter, canvas: &mut Canvas<'_>, body: Area) {
    let values = &filter.values;
    let about = values.get(filter.chosen).map_or("", |(value, _)| value.what.as_str());
    let area = layout::filter(body, filter);
    let about = wrap_text(about, usize::from(area.width - 4));
    let inside = canvas.frame(area, &format!("Filter by {}", filter.aspect.word()));
    let name = usize::from(inside.width).saturating_sub(2 + 4 + 16);
    let rows = inside.height.saturating_sub(layout::about_rows(body, filter)).max(1);
    let top = layout::first_row(filter.chosen, rows);
    let shown = values.iter().enumerate().skip(top).zip(inside.y..inside.y + rows.min(inside.height));
    for ((i, (value, count)), y) in shown {
        let cursor = if i == filter.chosen { '>' } else { ' ' };
        let set = if app.lens.has(filter.aspect, &value.key) { "[x]" } else { "[ ]" };
        let text = format!("{cursor} {set} {}{count:>4} techniques", pad(&value.name, name));
        let role = if i == filter.chosen { Role::Cursor } else { Role::Normal };
        canvas.row(Area { y, height: 1, ..inside }, &text, role);
    }
    let below = inside.y + rows + 1;
    for (line, y) in about.iter().zip(below..inside.y + inside.height) {
        canvas.text(inside.x, y, inside.width, line, Role::Dim);
    }
}

/// What the marks can be compared with.
pub(super) fn baselines(app: &App, choice: &BaselineChoice, canvas: &mut Canvas<'_>, body: Area) {
    let accept = app.keymap.key_of(Scope::Filter, Command::Accept);
    let area = layout::baselines(body, choice.all.len());
    let inside = canvas.frame(area, &format!("Difference to; {accept} shows it"));
    let top = layout::first_row(choice.chosen, inside.height);
    let shown = choice.all.iter().enumerate().skip(top).zip(inside.y..inside.y + inside.height);
    for ((i, baseline), y) in shown {
        let (mark, role) = if i == choice.chosen { ("> ", Role::Cursor) } else { ("  ", Role::Normal) };
        let what = if baseline.on.is_some() { "snapshot" } else { "assessment" };
        canvas.row(Area { y, height: 1, ..inside }, &format!("{mark}{what:10} {}", baseline.label()), role);
    }
}

/// The themes, in a corner, so that the screen behind shows what the chosen one looks like.
pub(super) fn themes(choice: &ThemeChoice, canvas: &mut Canvas<'_>, body: Area) {
    let inside = canvas.frame(layout::themes(body, choice), "Theme");
    let rows = inside.height.saturating_sub(layout::SAMPLE_ROWS);
    let top = layout::first_row(choice.chosen, rows);
    let shown = choice.names.iter().enumerate().skip(top).zip(inside.y..inside.y + rows);
    for ((i, name), y) in shown {
        let (mark, role) = if i == choice.chosen { ("> ", Role::Cursor) } else { ("  ", Role::Normal) };
        let whose = if i < choice.builtin { "" } else { " (yours)" };
        canvas.row(Area { y, height: 1, ..inside }, &format!("{mark}{name}{whose}"), role);
    }
    let mut x = inside.x;
    let y = inside.y + inside.height.saturating_sub(2);
    for state in State::ALL.into_iter().chain([State::Conflict]) {
        x += canvas.text(x, y, 3, &format!("{}00 ", state.glyph()), Role::State(state)) + 1;
    }
    let mut x = inside.x;
    let samples = [("dim", Role::Dim), ("found", Role::Match), ("link", Role::Link), ("head", Role::Heading)];
    for (word, role) in samples {
        x += canvas.text(x, y + 1, inside.x + inside.width - x, word, role) + 1;
    }
}

/// One line of text being typed, scrolled so that its end or its cursor shows.
pub(super) fn input_line(canvas: &mut Canvas<'_>, area: Area, prompt: &str, input: &Input, after: &str) {
    let prompt_cells = u16::try_from(width(prompt)).unwrap_or(0);
    let after_cells = u16::try_from(width(after)).unwrap_or(0);
    let room = usize::from(area.width.saturating_sub(prompt_cells + after_cells + 1)).max(1);
    canvas.text(area.x, area.y, area.width, prompt, Role::Strong);
    let x = area.x + prompt_cells;
    let scroll = input.visual_scroll(room);
    let mut skipped = 0;
    let mut shown = String::new();
    for grapheme in input.value().graphemes(true) {
        if skipped < scroll {
            skipped += width(grapheme);
        } else {
            shown.push_str(grapheme);
        }
    }
    canvas.text(x, area.y, u16::try_from(room).unwrap_or(u16::MAX), &shown, Role::Normal);
    canvas.text(area.x + area.width.saturating_sub(after_cells), area.y, after_cells, after, Role::Dim);
    let at = input.visual_cursor().saturating_sub(scroll).min(room);
    canvas.cursor = Some((x + u16::try_from(at).unwrap_or(0), area.y));
}

pub(super) fn palette(app: &App, palette: &Palette, canvas: &mut Canvas<'_>, body: Area) {
    let rows = app.palette_rows();
    let inside = canvas.frame(layout::palette(body), "Commands");
    input_line(canvas, inside, ": ", &palette.input, &format!(" {}", rows.len()));
    if rows.is_empty() {
        let text = "No command of this screen has these words.";
        canvas.text(inside.x + 2, inside.y + 2, inside.width.saturating_sub(2), text, Role::Dim);
    }
    let visible = usize::from(inside.height.saturating_sub(1));
    let top = layout::first_row(palette.chosen, inside.height.saturating_sub(1));
    for ((i, row), y) in rows.iter().enumerate().skip(top).take(visible).zip(inside.y + 1..) {
        command_row(app, canvas, Area { y, height: 1, ..inside }, row, i == palette.chosen);
    }
}

fn command_row(app: &App, canvas: &mut Canvas<'_>, area: Area, row: &Row, chosen: bool) {
    let key = app.keymap.key(row).unwrap_or_default();
    let mark = if chosen { "> " } else { "  " };
    let text = format!("{mark}{} {} {}", pad(row.name, 22), pad(&key, 9), row.help);
    canvas.row(area, &text, if chosen { Role::Cursor } else { Role::Normal });
}

/// The note in place: wrapped, with its line breaks.
pub(super) fn note(app: &App, note: &NoteEdit, canvas: &mut Canvas<'_>, body: Area) {
    let height = 9.min(body.height);
    let y = body.y + body.height - height;
    let title = format!("Note on {}", about(app, &note.ids));
    let inside = canvas.frame(Area { y, height, ..body }, &title);
    let cells = usize::from(inside.width).max(2);
    let (lines, cursor) = layout_note(note.input.value(), note.input.cursor(), cells);
    let visible = usize::from(inside.height).saturating_sub(1).max(1);
    let top = (cursor.1 + 1).saturating_sub(visible);
    for (line, y) in lines.iter().skip(top).take(visible).zip(inside.y..) {
        canvas.text(inside.x, y, inside.width, line, Role::Normal);
    }
    let key = |command| app.keymap.key_of(Scope::Text, command);
    let help = format!(
        "{} keeps the note, {} starts a new line, {} leaves it as it was",
        key(Command::Accept),
        key(Command::NewLine),
        key(Command::Cancel)
    );
    canvas.text(inside.x, inside.y + inside.height.saturating_sub(1), inside.width, &help, Role::Dim);
    let at = |n: usize| u16::try_from(n).unwrap_or(0);
    canvas.cursor = Some((inside.x + at(cursor.0), inside.y + at(cursor.1 - top)));
}

/// The lines of a note broken at `cells`, and the column and row of the cursor (given in characters).
fn layout_note(text: &str, cursor: usize, cells: usize) -> (Vec<String>, (usize, usize)) {
    let mut lines = vec![String::new()];
    let mut used = 0;
    let mut seen = 0;
    let mut place = (0, 0);
    for grapheme in text.graphemes(true) {
        let w = width(grapheme);
        if used + w > cells.saturating_sub(1) && grapheme != "\n" {
            lines.push(String::new());
            used = 0;
        }
        if seen == cursor {
            place = (used, lines.len() - 1);
        }
        seen += grapheme.chars().count();
        if grapheme == "\n" {
            lines.push(String::new());
            used = 0;
        } else if let Some(line) = lines.last_mut() {
            line.push_str(grapheme);
            used += w;
        }
    }
    if cursor >= seen {
        place = (used, lines.len() - 1);
    }
    (lines, place)
}

/// A frame over most of the body, and the first line to show so that none is wasted.
fn popup(canvas: &mut Canvas<'_>, body: Area, title: &str, at: usize, lines: usize) -> (Area, usize) {
    let area = Area::new(body.x + 1, body.y, (body.width - 2).min(110), body.height);
    let inside = canvas.frame(area, title);
    let last = lines.saturating_sub(usize::from(inside.height));
    (inside, at.min(last))
}

pub(super) fn help(app: &App, at: usize, canvas: &mut Canvas<'_>, body: Area) {
    let lines = app.help();
    let (inside, top) = popup(canvas, body, "Help", at, lines.len());
    for (line, y) in lines.iter().skip(top).zip(inside.y..inside.y + inside.height) {
        match line {
            HelpLine::Heading(text) => canvas.text(inside.x, y, inside.width, text, Role::Heading),
            HelpLine::Text(text) => canvas.text(inside.x, y, inside.width, text, Role::Normal),
            HelpLine::Entry { keys, help } => {
                let used = canvas.text(inside.x, y, inside.width, &pad(keys, HELP_KEYS), Role::Strong);
                canvas.text(inside.x + used, y, inside.width.saturating_sub(used), help, Role::Normal)
            }
        };
    }
}

pub(super) fn copied(app: &App, at: usize, canvas: &mut Canvas<'_>, body: Area) {
    let lines = app.copied_lines();
    // No frame at the sides: it would be selected with the text, and take its room.
    canvas.fill(body, Role::Normal);
    canvas.rule_across(body.x, body.y, body.width);
    canvas.text(body.x + 1, body.y, body.width, " Copied ", Role::Heading);
    let top = at.min(lines.len().saturating_sub(usize::from(body.height) - 1));
    for (line, y) in lines.iter().skip(top).zip(body.y + 1..body.y + body.height) {
        canvas.text(body.x, y, body.width, line, Role::Normal);
    }
}

/// What is behind a number.
pub(super) fn explained(app: &App, at: usize, canvas: &mut Canvas<'_>, body: Area) {
    let lines = app.explained_lines();
    let (inside, top) = popup(canvas, body, "Explained", at, lines.len());
    for ((line, is_figure), y) in lines.iter().skip(top).zip(inside.y..inside.y + inside.height) {
        let role = if *is_figure { Role::Strong } else { Role::Normal };
        canvas.text(inside.x, y, inside.width, line, role);
    }
}

/// A name that is asked for.
pub(super) fn name(app: &App, name: &NameEdit, canvas: &mut Canvas<'_>, body: Area) {
    let title = match &name.asked {
        Asked::Snapshot => "A snapshot called".to_owned(),
        Asked::NewAssessment => "A new assessment called".to_owned(),
        Asked::CopyOf(key) => format!("A copy of {key} called"),
        Asked::Rename(key) => format!("Another name for {key}"),
        Asked::Export { format, is_there: None } => format!("Write {format} to the file"),
        Asked::Export { is_there: Some(_), .. } => "Replace the file".to_owned(),
    };
    let inside = canvas.frame(layout::name(body), &title);
    input_line(canvas, inside, "> ", &name.input, "");
    let key = |command| app.keymap.key_of(Scope::Text, command);
    let help = format!("{} takes the name, {} leaves it", key(Command::Accept), key(Command::Cancel));
    canvas.text(inside.x, inside.y + 1, inside.width, &help, Role::Dim);
}

/// The platforms of an assessment.
pub(super) fn platforms(app: &App, choice: &PlatformChoice, canvas: &mut Canvas<'_>, body: Area) {
    let area = layout::platforms(body, choice.values.len());
    let inside = canvas.frame(area, &format!("Platforms of {}", choice.name));
    for ((i, (value, ticked)), y) in choice.values.iter().enumerate().zip(inside.y..inside.y + inside.height)
    {
        let cursor = if i == choice.chosen { '>' } else { ' ' };
        let tick = if *ticked { "[x]" } else { "[ ]" };
        let role = if i == choice.chosen { Role::Cursor } else { Role::Normal };
        canvas.row(Area { y, height: 1, ..inside }, &format!("{cursor} {tick} {}", value.name), role);
    }
    let below = inside.y + u16::try_from(choice.values.len()).unwrap_or(0) + 1;
    let key = |command| app.keymap.key_of(Scope::Filter, command);
    let help = format!(
        "{} ticks, {} keeps; only techniques of these count, without any all.",
        key(Command::Toggle),
        key(Command::Accept)
    );
    let lines = wrap_text(&help, usize::from(inside.width).max(1));
    for (line, y) in lines.iter().zip(below..inside.y + inside.height) {
        canvas.text(inside.x, y, inside.width, line, Role::Dim);
    }
}

pub(super) fn messages(app: &App, at: usize, canvas: &mut Canvas<'_>, body: Area) {
    let lines = app.message_lines();
    let (inside, top) = popup(canvas, body, "Messages", at, lines.len());
    if lines.is_empty() {
        canvas.text(inside.x, inside.y, inside.width, "Nothing has been said yet.", Role::Dim);
    }
    for ((line, is_error), y) in lines.iter().skip(top).zip(inside.y..inside.y + inside.height) {
        let role = if *is_error { Role::Strong } else { Role::Normal };
        canvas.text(inside.x, y, inside.width, line, role);
    }
}
