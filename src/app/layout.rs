//! Where things stand on a screen of a given size: plain arithmetic, so that update and ui agree.

use super::grid::Zoom;
use super::{Filter, ThemeChoice};
use crate::page::wrap_text;

/// A rectangle in terminal cells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Area {
    pub x: u16,
    pub y: u16,
    pub width: u16,
    pub height: u16,
}

impl Area {
    pub const fn new(x: u16, y: u16, width: u16, height: u16) -> Area {
        Area { x, y, width, height }
    }

    /// The area without `left` columns and `top` rows.
    const fn cut(self, left: u16, top: u16) -> Area {
        let (left, top) = (min(left, self.width), min(top, self.height));
        Area::new(self.x + left, self.y + top, self.width - left, self.height - top)
    }
}

const fn min(a: u16, b: u16) -> u16 {
    if a < b { a } else { b }
}

/// The smallest terminal in which the screens are drawn.
pub const SMALLEST: (u16, u16) = (60, 18);

/// From this width on there are two panes side by side.
pub const TWO_PANES: u16 = 120;
/// From this width on there are three.
pub const THREE_PANES: u16 = 160;

/// The rows that every screen has, and the body between them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Frame {
    pub title: Area,
    pub body: Area,
    /// What is under the cursor, or the last message.
    pub info: Area,
    /// What the glyphs mean; on the matrix only.
    pub legend: Area,
    pub hints: Area,
}

/// None for a terminal smaller than [`SMALLEST`].
pub fn frame((width, height): (u16, u16), legend: bool) -> Option<Frame> {
    if width < SMALLEST.0 || height < SMALLEST.1 {
        return None;
    }
    let below = if legend { 3 } else { 2 };
    let row = |y| Area::new(0, y, width, 1);
    Some(Frame {
        title: row(0),
        body: Area::new(0, 1, width, height - 1 - below),
        info: row(height - below),
        legend: if legend { row(height - 2) } else { Area::default() },
        hints: row(height - 1),
    })
}

/// The matrix and the panes beside it. `tactics` is the number of columns the matrix wants to show.
pub fn matrix(body: Area, zoom: Zoom, tactics: usize, side: bool) -> (Area, Vec<Area>) {
    if body.width < TWO_PANES || !side {
        return (body, Vec::new());
    }
    let wanted = usize::from(zoom.pitch()) * tactics;
    // Zoomed out the whole matrix stays in sight; zoomed in it takes three fifths.
    let most = if zoom == Zoom::WHOLE { body.width - 40 } else { body.width * 3 / 5 };
    // Whole columns only: what is left over is of more use to the page beside. The last needs no gap.
    let pitch = zoom.pitch();
    let most = ((most + 1) / pitch).max(1) * pitch;
    let width = min(u16::try_from(wanted).unwrap_or(u16::MAX), most);
    let grid = Area { width, ..body };
    // One column for the line between them.
    let beside = body.cut(width + 1, 0);
    if body.width < THREE_PANES {
        return (grid, vec![beside]);
    }
    let upper = Area { height: beside.height / 2, ..beside };
    let lower = beside.cut(0, upper.height + 1);
    (grid, vec![upper, lower])
}

/// Divides the height of two panes, one above the other with a row between them, by what they hold:
/// neither gets more than it needs while the other lacks room, and neither less than a third.
pub fn share(upper: &mut Area, lower: &mut Area, upper_lines: usize, lower_lines: usize) {
    let total = upper.height + lower.height;
    let (half, least) = (total / 2, total / 3);
    let needs = |lines: usize| u16::try_from(lines).unwrap_or(u16::MAX).max(least);
    let (upper_needs, lower_needs) = (needs(upper_lines), needs(lower_lines));
    let height = if upper_needs <= half {
        upper_needs
    } else if lower_needs <= half {
        upper_needs.min(total - lower_needs)
    } else {
        half
    };
    let bottom = lower.y + lower.height;
    upper.height = height;
    lower.y = upper.y + height + 1;
    lower.height = bottom - lower.y;
}

/// The inside of a framed box: a border, and a blank column on either side.
pub fn inside(area: Area) -> Area {
    if area.width < 4 || area.height < 3 {
        return Area { width: 0, height: 0, ..area };
    }
    Area::new(area.x + 2, area.y + 1, area.width - 4, area.height - 2)
}

/// The first row of a list in a popup of which so many are visible, so that the chosen one is.
pub fn first_row(chosen: usize, visible: u16) -> usize {
    (chosen + 1).saturating_sub(usize::from(visible))
}

/// Rows of hits at the most.
const MOST_HITS: u16 = 24;

/// The box of the search. From [`TWO_PANES`] on there is a preview beside it.
pub fn search(body: Area) -> Area {
    let width = if body.width >= TWO_PANES { min(body.width * 3 / 5, 96) } else { body.width - 6 };
    Area::new(body.x + 3, body.y + 2, width, min(body.height - 3, MOST_HITS + 3))
}

/// The box of a menu of so many rows, at the foot of the body.
pub fn menu(body: Area, rows: usize) -> Area {
    let height = min(u16::try_from(rows).unwrap_or(u16::MAX).saturating_add(2), body.height);
    Area { y: body.y + body.height - height, height, ..body }
}

/// Where the rows of a menu stand inside its box: one below the other, and where there is no room for all
/// of them, the last ones two in a line.
pub fn menu_rows(inside: Area, rows: usize) -> Vec<Area> {
    let height = usize::from(inside.height);
    let single = if rows <= height { rows } else { (2 * height).saturating_sub(rows) };
    let pairs = height - single.min(height);
    let line = |at: usize| Area { y: inside.y + u16::try_from(at).unwrap_or(0), height: 1, ..inside };
    let half = inside.width / 2;
    let left = (single..single + pairs).map(|at| Area { width: half.saturating_sub(1), ..line(at) });
    let right = (single..single + pairs).map(|at| line(at).cut(half, 0));
    (0..single).map(line).chain(left).chain(right).take(rows).collect()
}

/// The box of the form of a mark, with so many rows.
pub fn form(body: Area, rows: usize) -> Area {
    let rows = u16::try_from(rows).unwrap_or(u16::MAX).saturating_add(2);
    Area::new(body.x + 1, body.y, (body.width - 2).min(110), min(rows, body.height))
}

/// The box of one line to be typed: what it is about, the line, and what is said of it; at the foot of the
/// body.
pub fn entry(body: Area) -> Area {
    let height = min(6, body.height);
    Area { y: body.y + body.height - height, height, ..body }
}

/// The box of the palette.
pub fn palette(body: Area) -> Area {
    Area::new(body.x + 3, body.y + 2, min(body.width - 6, 100), min(body.height - 3, 20))
}

/// The box of a filter: its values, and room for the longest text about one, so that it does not jump
/// from value to value.
pub fn filter(body: Area, filter: &Filter) -> Area {
    let rows = u16::try_from(filter.values.len()).unwrap_or(u16::MAX).saturating_add(2);
    let rows = rows.saturating_add(about_rows(body, filter));
    Area::new(body.x + 3, body.y + 2, filter_width(body), min(rows, body.height - 2))
}

fn filter_width(body: Area) -> u16 {
    min(body.width - 6, 84)
}

/// Rows below the values of a filter: a blank one, and the longest text about a value.
pub fn about_rows(body: Area, filter: &Filter) -> u16 {
    let cells = usize::from(filter_width(body) - 4);
    let texts = filter.values.iter().map(|(v, _)| wrap_text(&v.what, cells).len());
    u16::try_from(texts.max().unwrap_or(0) + 1).unwrap_or(u16::MAX)
}

/// The box of what the marks can be compared with.
pub fn baselines(body: Area, count: usize) -> Area {
    let rows = u16::try_from(count).unwrap_or(u16::MAX).saturating_add(2);
    Area::new(body.x + 3, body.y + 2, filter_width(body), min(rows, body.height - 2))
}

/// The box of the platforms of an assessment: so many values, and what they mean below them.
pub fn platforms(body: Area, values: usize) -> Area {
    let rows = u16::try_from(values).unwrap_or(u16::MAX).saturating_add(5);
    Area::new(body.x + 3, body.y + 2, min(body.width - 6, 72), min(rows, body.height - 2))
}

/// The box of a name that is typed, at the foot of the body.
pub fn name(body: Area) -> Area {
    let height = min(4, body.height);
    Area { y: body.y + body.height - height, height, ..body }
}

/// Rows below the names of themes: a blank one and two of samples.
pub const SAMPLE_ROWS: u16 = 3;

/// The box of the themes: the names, and samples as wide as all states need. It stands to the right, so
/// that the screen behind can be seen.
pub fn themes(body: Area, choice: &ThemeChoice) -> Area {
    let names = u16::try_from(choice.names.len()).unwrap_or(u16::MAX);
    let (width, height) = (min(39, body.width), min(names.saturating_add(SAMPLE_ROWS + 2), body.height));
    Area::new(body.x + body.width - width, body.y, width, height)
}

/// `count` panes side by side with a column between them.
pub fn side_by_side(body: Area, count: u16) -> Vec<Area> {
    let count = count.max(1);
    let each = body.width.saturating_sub(count - 1) / count;
    (0..count)
        .map(|i| {
            let x = i * (each + 1);
            let width = if i + 1 == count { body.width.saturating_sub(x) } else { each };
            Area { x: body.x + x, width, ..body }
        })
        .collect()
}

/// Panes in columns, so many of them in each, every one with a row above it for its head.
pub fn board(body: Area, columns: &[u16]) -> Vec<Area> {
    let count = u16::try_from(columns.len()).unwrap_or(1);
    let mut areas = Vec::new();
    for (column, panes) in side_by_side(body, count).into_iter().zip(columns) {
        let panes = (*panes).max(1);
        let each = column.height / panes;
        for i in 0..panes {
            let height = if i + 1 == panes { column.height - i * each } else { each };
            areas.push(Area { y: column.y + i * each + 1, height: height.saturating_sub(1), ..column });
        }
    }
    areas
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panes_fill_the_body_at_every_width() {
        for width in 60..400 {
            for count in 1..4 {
                let panes = side_by_side(Area::new(0, 1, width, 20), count);
                let last = panes[panes.len() - 1];
                assert_eq!(last.x + last.width, width);
            }
        }
    }

    #[test]
    fn panes_in_columns_fill_the_body_but_for_their_heads() {
        for height in 4..60 {
            for columns in [&[1][..], &[1, 1], &[1, 2], &[2, 2], &[3]] {
                let areas = board(Area::new(0, 1, 120, height), columns);
                let mut heads_and_panes = 0;
                for area in &areas {
                    heads_and_panes += area.height + 1;
                }
                let count = u16::try_from(columns.len()).unwrap();
                assert_eq!(heads_and_panes, height * count);
                assert_eq!(areas.len(), columns.iter().map(|n| usize::from(*n)).sum::<usize>());
                assert!(areas.iter().all(|a| a.y + a.height <= 1 + height));
            }
        }
    }

    #[test]
    fn two_panes_from_120_columns_and_three_from_160() {
        let panes = |width| matrix(Area::new(0, 1, width, 40), Zoom::WHOLE, 16, true).1.len() + 1;
        assert_eq!((panes(119), panes(120), panes(159), panes(160)), (1, 2, 2, 3));
    }

    #[test]
    fn room_goes_to_the_pane_that_needs_it() {
        let shared = |upper_lines, lower_lines| {
            let (mut upper, mut lower) = (Area::new(81, 1, 79, 20), Area::new(81, 22, 79, 20));
            share(&mut upper, &mut lower, upper_lines, lower_lines);
            assert_eq!((upper.height + lower.height, lower.y), (40, 1 + upper.height + 1));
            (upper.height, lower.height)
        };
        assert_eq!(shared(100, 100), (20, 20));
        assert_eq!(shared(15, 100), (15, 25));
        assert_eq!(shared(100, 5), (27, 13));
        assert_eq!(shared(24, 16), (24, 16));
        assert_eq!(shared(3, 100), (13, 27));
    }

    #[test]
    fn a_menu_of_too_many_rows_goes_on_beside() {
        let inside = Area::new(2, 3, 56, 12);
        assert!(menu_rows(inside, 12).iter().all(|row| row.width == 56));
        let rows = menu_rows(inside, 16);
        assert_eq!(rows.iter().filter(|row| row.width == 56).count(), 8);
        assert_eq!((rows[8], rows[12]), (Area::new(2, 11, 27, 1), Area::new(30, 11, 28, 1)));
        assert_eq!((rows.len(), rows[15].y), (16, 14));
        for height in 0..6 {
            for count in 0..20 {
                let places = menu_rows(Area { height, ..inside }, count);
                assert_eq!(places.len(), count.min(2 * usize::from(height)));
                assert!(places.iter().all(|p| p.y < inside.y + height));
            }
        }
    }

    #[test]
    fn no_size_breaks_the_arithmetic() {
        for width in 0..=200 {
            for height in 0..=60 {
                let Some(frame) = frame((width, height), true) else { continue };
                assert!(frame.body.height + 4 == height);
                for zoom in Zoom::ALL {
                    matrix(frame.body, zoom, 16, true);
                }
            }
        }
    }
}
