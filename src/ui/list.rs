//! The lists of techniques, mitigations and case studies.

use super::canvas::Canvas;
use super::matrix::SELECTED;
use super::theme::Role;
use crate::app::{App, Area, Command, ListView, layout};
use crate::page::{ListKind, ListSort, pad};

/// Cells of the columns that tell who looks after a mark and when; from 120 columns on.
const OWNER: usize = 16;
const AGE: usize = 14;

pub(super) fn draw(app: &App, view: ListView, canvas: &mut Canvas<'_>, body: Area) {
    let Some(area) = app.list_area() else { return };
    let about = match view.kind {
        ListKind::Techniques => 13,
        ListKind::Mitigations if area.width < layout::THREE_PANES => 18,
        ListKind::Mitigations => 36,
        ListKind::CaseStudies => 20,
    };
    let marks = view.kind != ListKind::CaseStudies;
    let has_care = marks && area.width >= layout::TWO_PANES;
    // Glyph, id, gaps and the count take their cells; the name gets what is left.
    let fixed =
        1 + if marks { 2 } else { 0 } + 10 + 1 + 6 + 2 + if has_care { 1 + OWNER + 1 + AGE } else { 0 };
    let total = usize::from(area.width);
    let about = about.min(total.saturating_sub(fixed + 24));
    let name = total.saturating_sub(fixed + about);
    let head = |sort: ListSort| {
        let chosen = if view.sort == sort { "*" } else { "" };
        format!("{chosen}{}", sort.word(view.kind))
    };
    let count = match view.kind {
        ListKind::Techniques => "cases",
        ListKind::Mitigations => "techs",
        ListKind::CaseStudies => "steps",
    };
    let count = if view.sort == ListSort::Count { format!("*{count}") } else { count.to_owned() };
    let glyph = match (marks, view.sort == ListSort::Status) {
        (true, true) => "* ",
        (true, false) => "  ",
        (false, _) => "",
    };
    let grade = match view.kind {
        ListKind::CaseStudies => format!("type     {}", head(ListSort::Grade)),
        _ => head(ListSort::Grade),
    };
    let care = |owner: &str, age: &str| {
        if has_care { format!(" {} {}", pad(owner, OWNER), pad(age, AGE)) } else { String::new() }
    };
    let line = format!(
        " {glyph}{} {}{count:>6}  {}{}",
        pad(&head(ListSort::Id), 10),
        pad(&head(ListSort::Name), name),
        pad(&grade, about),
        care(&head(ListSort::Owner), &head(ListSort::Age))
    );
    canvas.row(Area { height: 1, ..body }, &line, Role::Heading);
    if app.list.is_empty() && !app.lens.is_empty() {
        let clear = app.key_of(Command::ClearFilter);
        let text = format!("Nothing here is {}; {clear} takes the filter off.", app.lens.describe());
        canvas.text(area.x + 1, area.y, area.width, &text, Role::Dim);
    } else if app.list.is_empty() {
        let what = match view.kind {
            ListKind::Techniques => "techniques",
            ListKind::Mitigations => "mitigations",
            ListKind::CaseStudies => "case studies",
        };
        let text = format!("ATLAS {} has no {what}.", app.catalog.release);
        canvas.text(area.x + 1, area.y, area.width, &text, Role::Dim);
    }
    let rows = app.list.iter().enumerate().skip(view.top).take(usize::from(area.height));
    for ((i, row), y) in rows.zip(area.y..) {
        let line = Area { y, height: 1, ..area };
        let text = format!(
            "{} {}{:>6}  {}{}",
            pad(&row.id.short(), 10),
            pad(&row.name, name),
            row.count,
            pad(&row.about, about),
            care(&row.owner, &row.age)
        );
        let x = area.x + 1;
        match row.state {
            Some(state) => {
                canvas.text(x, y, 2, &format!("{} ", state.glyph()), Role::State(state));
                canvas.text(x + 2, y, area.width.saturating_sub(3), &text, Role::Normal);
            }
            None => {
                canvas.text(x, y, area.width.saturating_sub(1), &text, Role::Normal);
            }
        }
        if app.selection.contains(&row.id) {
            canvas.restyle(line, Role::Strong);
            canvas.text(x + 1, y, 1, SELECTED, Role::Strong);
        }
        if i == view.cursor {
            canvas.restyle(line, Role::Cursor);
            canvas.text(area.x, y, 1, ">", Role::Cursor);
        }
    }
}
