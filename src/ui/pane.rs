//! Panes with pages: beside the matrix, and the screen of an object.

use super::canvas::Canvas;
use super::theme::Role;
use crate::app::{App, Area, Pane};
use crate::page::width;

pub(super) fn beside_matrix(app: &App, canvas: &mut Canvas<'_>) {
    for (i, pane) in app.panes.iter().enumerate() {
        let area = pane.area;
        let above = u16::from(i > 0);
        canvas.rule(area.x - 1, area.y - above, area.height + above);
        if i > 0 {
            canvas.rule_across(area.x, area.y - 1, area.width);
            // The pane above says how much of it is out of sight.
            let (_, below) = app.panes[i - 1].hidden();
            if below > 0 {
                let more = format!(" v{below} ");
                let at = (area.x + area.width).saturating_sub(u16::try_from(width(&more)).unwrap_or(0) + 2);
                canvas.text(at, area.y - 1, area.width, &more, Role::Dim);
            }
        }
        body(canvas, pane, app.side_focus == Some(i));
    }
}

/// A screen of panes, the one at `focus` with the keys.
pub(super) fn whole(app: &App, focus: usize, canvas: &mut Canvas<'_>) {
    for (i, pane) in app.panes.iter().enumerate() {
        // The row above a pane is its head.
        let bar = Area { y: pane.area.y - 1, height: 1, ..pane.area };
        if pane.area.x > 0 {
            canvas.rule(pane.area.x - 1, bar.y, pane.area.height + 1);
        }
        sections(canvas, pane, bar, focus == i);
        body(canvas, pane, focus == i);
    }
}

/// The names of the pane's sections, the current one marked, and how much is out of sight.
fn sections(canvas: &mut Canvas<'_>, pane: &Pane, area: Area, has_keys: bool) {
    let current = pane.current_section();
    let more = pane.more();
    let end = area.x + area.width - u16::try_from(width(&more)).unwrap_or(0).min(area.width);
    for tab in pane.tabs() {
        let role = match (current == Some(tab.section), has_keys) {
            (true, true) => Role::Cursor,
            (true, false) => Role::Strong,
            (false, _) => Role::Dim,
        };
        canvas.text(tab.x, area.y, end.saturating_sub(tab.x), &tab.text, role);
    }
    canvas.text(end, area.y, area.width, &more, Role::Dim);
}

fn body(canvas: &mut Canvas<'_>, pane: &Pane, has_keys: bool) {
    let area = Area { x: pane.area.x + 1, width: pane.area.width.saturating_sub(1), ..pane.area };
    canvas.lines(area, &pane.page, pane.at.scroll, pane.at.link.filter(|_| has_keys));
}
