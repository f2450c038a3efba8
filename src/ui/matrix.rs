//! The grid of tactics and techniques.

use super::canvas::Canvas;
use super::short::short_name;
use super::theme::Role;
use crate::app::{App, Area, Cell, HEAD_ROWS, Overlay, Zoom};
use crate::catalog::{Column, ObjectId, Tactic};
use crate::page::{clip, pad, width};

/// Stands behind what is selected: no other sign of a cell, so that it shows without styles, too.
pub(super) const SELECTED: &str = "<";

pub(super) fn draw(app: &App, canvas: &mut Canvas<'_>) {
    let Some(area) = app.grid_area() else { return };
    let pitch = app.grid.zoom.pitch();
    let columns = app.grid.columns_in(area);
    let (rows, overflows) = app.grid.rows_in(&app.catalog, area);
    if app.grid.zoom != Zoom::WHOLE {
        minimap(app, canvas, area, columns);
    }
    let twins = app.grid.twins(&app.catalog);
    let visible = app.catalog.tactics.iter().enumerate().skip(app.grid.left).take(columns);
    for (place, (column, tactic)) in visible.enumerate() {
        let x = area.x + u16::try_from(place).unwrap_or(0) * pitch;
        let cells = Area { x, width: (pitch - 1).min(area.x + area.width - x), ..area };
        head(app, canvas, cells, column, tactic);
        let first = area.y + HEAD_ROWS;
        for (id, y) in app.grid.rows(&app.catalog, column).skip(app.grid.top).take(rows).zip(first..) {
            let at = Area { y, height: 1, ..cells };
            cell(app, canvas, at, Cell { column, id }, &twins);
        }
        if overflows {
            let all = app.grid.rows(&app.catalog, column).count();
            let below = all.saturating_sub(app.grid.top + rows);
            let above = app.grid.top.min(all);
            let text = match (above, below) {
                (0, 0) => String::new(),
                (0, below) => format!("v{below}"),
                (above, 0) => format!("^{above}"),
                (above, below) => format!("^{above}v{below}"),
            };
            canvas.text(x, area.y + area.height - 1, cells.width + 1, &text, Role::Dim);
        }
    }
    if app.grid.zoom == Zoom::WHOLE && columns < app.catalog.tactics.len() {
        counters_below(app, canvas, area, columns);
    }
}

fn counters(app: &App, columns: usize) -> String {
    let left = app.grid.left;
    let right = app.catalog.tactics.len().saturating_sub(left + columns);
    format!("< {left} cols | {right} cols >")
}

/// At the whole zoom a narrow terminal has no row of its own for the counters of columns: they stand
/// at the right of the last row where it is blank, so as not to hide a counter of rows.
fn counters_below(app: &App, canvas: &mut Canvas<'_>, area: Area, columns: usize) {
    let counters = counters(app, columns);
    let cells = u16::try_from(width(&counters)).unwrap_or(u16::MAX).min(area.width);
    let y = area.y + area.height.saturating_sub(1);
    let blank = |canvas: &Canvas<'_>, x: u16| {
        // A blank on either side keeps them apart from what stands there.
        let from = x.saturating_sub(1).max(area.x);
        (from..(x + cells + 1).min(area.x + area.width))
            .all(|x| canvas.buffer.cell((x, y)).is_none_or(|c| c.symbol() == " "))
    };
    let last = area.x + area.width - cells;
    let x = (area.x..=last).rev().find(|x| blank(canvas, *x)).unwrap_or(last);
    canvas.text(x, y, cells, &counters, Role::Dim);
}

/// All tactics in two letters, the visible ones in parentheses, and how many are out of sight.
fn minimap(app: &App, canvas: &mut Canvas<'_>, area: Area, columns: usize) {
    let mut map = String::from("map");
    let last = (app.grid.left + columns).min(app.catalog.tactics.len()).saturating_sub(1);
    for (column, tactic) in app.catalog.tactics.iter().enumerate() {
        let before = match column {
            c if c == app.grid.left => '(',
            c if c == last + 1 => ')',
            _ => ' ',
        };
        map.push(before);
        map.extend(short_name(&tactic.name).chars().take(2));
    }
    if last + 1 == app.catalog.tactics.len() {
        map.push(')');
    }
    let line = Area { height: 1, ..area };
    let counters = counters(app, columns);
    let room = usize::from(area.width).saturating_sub(width(&counters) + 2);
    // The map says it all; the counters spare one the counting where there is room.
    let text = if width(&map) > room { map } else { format!("{} {counters}", pad(&map, room)) };
    canvas.row(line, &text, Role::Dim);
}

fn head(app: &App, canvas: &mut Canvas<'_>, area: Area, column: Column, tactic: &Tactic) {
    let share = app.figures().painted.heads.get(column).map_or("", String::as_str);
    let lower = Area { y: area.y + 1, height: 1, ..area };
    if app.grid.zoom == Zoom::WHOLE {
        canvas.row(area, &short_name(&tactic.name), Role::Heading);
        canvas.row(lower, &format!("{share:>4}"), Role::Dim);
    } else {
        let room = usize::from(area.width).saturating_sub(width(share) + 1);
        canvas.row(lower, &format!("{} {share}", pad(&tactic.name, room)), Role::Heading);
        let underlined = canvas.style(Role::Heading).add_modifier(ratatui::style::Modifier::UNDERLINED);
        canvas.styled(
            lower.x,
            lower.y,
            lower.width,
            &format!("{} {share}", pad(&tactic.name, room)),
            underlined,
        );
    }
}

fn cell(app: &App, canvas: &mut Canvas<'_>, area: Area, at: Cell, twins: &[Column]) {
    let Some(technique) = app.catalog.technique(at.id) else { return };
    let sign = app.sign(at.id);
    // What is not looked at shows nothing: blank and dim it is told apart without colours too.
    let looked_at = app.is_looked_at(at.id);
    let glyph = if looked_at { sign.glyph } else { ' ' };
    let cursor = app.grid.cursor;
    let is_cursor = cursor == Some(at);
    let is_twin = twins.contains(&at.column) && cursor.is_some_and(|c| c.id == at.id);
    let whole = app.grid.zoom == Zoom::WHOLE;
    let text = match at.id.sub_number() {
        Some(sub) if whole => format!("{glyph}.{sub:02}"),
        Some(sub) => format!("  {glyph}.{sub:03} {}", technique.name),
        None if whole => format!("{glyph}{:03}", at.id.number()),
        None => format!("{glyph}{:03} {}", at.id.number(), technique.name),
    };
    let folded = !technique.subs.is_empty() && !app.grid.is_open(at.id);
    // Zoomed in, a folded technique says how many sub-techniques it hides.
    let hidden = if folded && !whole { format!(" /{}", technique.subs.len()) } else { String::new() };
    let room = usize::from(area.width).saturating_sub(width(&hidden));
    let text = pad(&text, if whole { width(&text) } else { room });
    let text = if whole { clip(&text, usize::from(area.width) + 1) } else { text };
    let role = match (looked_at, app.overlay) {
        (false, _) => Role::Dim,
        (true, Overlay::Coverage) => sign.role,
        // A digit must not look like a part of the number.
        (true, _) if whole => Role::Dim,
        (true, _) => Role::Normal,
    };
    let split = if at.id.is_sub_technique() && !whole { 3 } else { 1 };
    let (before, after) = text.split_at_checked(split).unwrap_or((&text, ""));
    let before_role = if looked_at { sign.role } else { Role::Dim };
    let mut used = canvas.text(area.x, area.y, area.width + 1, before, before_role);
    used += canvas.text(area.x + used, area.y, (area.width + 1).saturating_sub(used), after, role);
    canvas.text(area.x + used, area.y, (area.width + 1).saturating_sub(used), &hidden, Role::Dim);
    if app.lit.contains(&at.id) {
        canvas.restyle(area, Role::Match);
    } else if !app.lit.is_empty() {
        canvas.restyle(area, Role::Dim);
    }
    let mut after = "";
    if folded && app.overlay == Overlay::Coverage && worse_below(app, at.id) {
        after = "v";
    }
    if is_twin {
        after = "=";
    }
    if app.selection.contains(&at.id) {
        after = SELECTED;
        canvas.restyle(Area { height: 1, ..area }, Role::Strong);
    }
    if is_cursor {
        // While a pane beside has the keys, brackets alone keep the place: one cursor at a time.
        if app.side_focus.is_none() {
            canvas.restyle(Area { height: 1, ..area }, Role::Cursor);
        }
        if after != SELECTED {
            after = "]";
        }
        if let Some(x) = area.x.checked_sub(1)
            && app.grid_area().is_some_and(|grid| x >= grid.x)
        {
            canvas.text(x, area.y, 1, "[", Role::Strong);
        }
    }
    if app.grid_area().is_some_and(|grid| area.x + area.width < grid.x + grid.width) {
        canvas.text(area.x + area.width, area.y, 1, after, Role::Strong);
    }
}

/// A folded technique whose mark looks better than that of one of its sub-techniques says so: a
/// parent never vouches for its children.
fn worse_below(app: &App, id: ObjectId) -> bool {
    let openness = |id| app.assessment.state(id, app.today).openness();
    let own = openness(id);
    let subs = app.catalog.technique(id).map(|t| t.subs.as_slice()).unwrap_or_default();
    subs.iter().any(|sub| openness(*sub) > own)
}
