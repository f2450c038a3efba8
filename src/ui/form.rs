//! Filling in a mark: the form, one line for a field, and a question.

use super::canvas::Canvas;
use super::popup::input_line;
use super::theme::Role;
use crate::app::{App, Area, Command, Confirm, Entry, Form, Scope, layout};
use crate::catalog::ObjectId;
use crate::page::{clip, pad, wrap_text};

/// What a box is about: the object, or how many of them.
pub(super) fn about(app: &App, ids: &[ObjectId]) -> String {
    match ids {
        [id] => format!("{} {}", id.short(), app.catalog.full_name(*id)),
        ids => format!("{} selected", ids.len()),
    }
}

/// Cells of the labels, the gap after them included.
const LABEL: usize = 11;

pub(super) fn form(app: &App, form: &Form, canvas: &mut Canvas<'_>, body: Area) {
    let rows = app.form_rows(form.id);
    let inside = canvas.frame(layout::form(body, rows.len()), &about(app, &[form.id]));
    let chosen = form.chosen.min(rows.len().saturating_sub(1));
    let top = layout::first_row(chosen, inside.height);
    for ((i, row), y) in rows.iter().enumerate().skip(top).zip(inside.y..inside.y + inside.height) {
        let cursor = if i == chosen { "> " } else { "  " };
        let line = Area { y, height: 1, ..inside };
        let glyph = row.state.map(|state| format!("{} ", state.glyph())).unwrap_or_default();
        canvas.row(line, &format!("{cursor}{}{glyph}{}", pad(row.label, LABEL), row.value), Role::Normal);
        if let Some(state) = row.state {
            let x = inside.x + 2 + u16::try_from(LABEL).unwrap_or(0);
            canvas.text(
                x,
                y,
                (inside.x + inside.width).saturating_sub(x).min(1),
                glyph.trim_end(),
                Role::State(state),
            );
        }
        if i == chosen {
            canvas.restyle(line, Role::Cursor);
        }
    }
}

pub(super) fn entry(app: &App, entry: &Entry, canvas: &mut Canvas<'_>, body: Area) {
    let title = format!("{}: {}", entry.ask.title(), about(app, &entry.ids));
    let inside = canvas.frame(layout::entry(body), &title);
    input_line(canvas, inside, "> ", &entry.input, "");
    let known = app.completions(entry);
    let key = |command| app.keymap.key_of(Scope::Text, command);
    let known = if known.is_empty() {
        String::new()
    } else {
        format!("{} completes: {}", key(Command::KeepHits), known.join(", "))
    };
    let keys = format!("{} keeps it, {} leaves it", key(Command::Accept), key(Command::Cancel));
    let lines = match &entry.problem {
        // A sentence of what is wrong may need more than a line.
        Some(problem) => wrap_text(problem, usize::from(inside.width).max(1))
            .into_iter()
            .map(|line| (line, Role::Error))
            .chain([(keys, Role::Dim)])
            .collect(),
        None => vec![(entry.ask.help().to_owned(), Role::Normal), (known, Role::Dim), (keys, Role::Dim)],
    };
    for ((text, role), y) in lines.iter().zip(inside.y + 1..inside.y + inside.height) {
        canvas.text(inside.x, y, inside.width, &clip(text, usize::from(inside.width)), *role);
    }
}

pub(super) fn confirm(app: &App, confirm: &Confirm, canvas: &mut Canvas<'_>, body: Area) {
    let inside = canvas.frame(layout::entry(body), "Really?");
    let key = |command| app.keymap.key_of(Scope::Form, command);
    let keys = format!(
        "{} does it, as one edit that {} takes back; {} leaves it.",
        key(Command::Accept),
        app.key_of(Command::Undo),
        key(Command::Cancel)
    );
    let question = wrap_text(&confirm.question, usize::from(inside.width).max(1));
    let lines = question.into_iter().map(|line| (line, Role::Normal)).chain([(keys, Role::Dim)]);
    for ((text, role), y) in lines.zip(inside.y..inside.y + inside.height) {
        canvas.text(inside.x, y, inside.width, &text, role);
    }
}
