//! The matrix as a grid: visible cells, folding, zoom, movement.

use std::collections::BTreeSet;

use super::layout::Area;
use crate::catalog::{Catalog, Column, ObjectId};

/// How wide the columns are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Zoom(usize);

/// Cells from one column to the next, per zoom.
const PITCH: [u16; 4] = [5, 20, 27, 40];

impl Zoom {
    /// Ids only: the whole matrix on a screen of 80 columns.
    pub const WHOLE: Zoom = Zoom(0);
    pub const ALL: [Zoom; 4] = [Zoom(0), Zoom(1), Zoom(2), Zoom(3)];

    /// Cells from one column to the next, the gap included.
    pub fn pitch(self) -> u16 {
        PITCH[self.0]
    }

    pub const fn level(self) -> usize {
        self.0
    }

    pub fn closer(self) -> Zoom {
        Zoom((self.0 + 1).min(PITCH.len() - 1))
    }

    pub fn wider(self) -> Zoom {
        Zoom(self.0.saturating_sub(1))
    }
}

/// A place in the matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    pub column: Column,
    pub id: ObjectId,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grid {
    pub zoom: Zoom,
    /// Techniques whose sub-techniques show.
    open: BTreeSet<ObjectId>,
    /// How many techniques have sub-techniques.
    parents: usize,
    /// The only techniques that have rows, if the others are hidden. Parents of these have one too.
    shown: Option<BTreeSet<ObjectId>>,
    /// None only if the first column of the catalogue is empty.
    pub cursor: Option<Cell>,
    /// The row that moving sideways tries to keep.
    goal: usize,
    /// The first visible column.
    pub left: Column,
    /// The first visible row.
    pub top: usize,
}

/// Rows above the first technique: short names or minimap, and the share covered.
pub const HEAD_ROWS: u16 = 2;

impl Grid {
    pub fn new(catalog: &Catalog) -> Grid {
        let first = |column: Column| {
            let id = *catalog.tactics.get(column)?.techniques.first()?;
            Some(Cell { column, id })
        };
        let cursor = (0..catalog.tactics.len()).find_map(first);
        Grid {
            zoom: Zoom::default(),
            open: BTreeSet::new(),
            parents: catalog.techniques.iter().filter(|t| !t.subs.is_empty()).count(),
            shown: None,
            cursor,
            goal: 0,
            left: 0,
            top: 0,
        }
    }

    /// The rows of a column: techniques, and the sub-techniques of open ones.
    pub fn rows<'a>(&'a self, catalog: &'a Catalog, column: Column) -> impl Iterator<Item = ObjectId> + 'a {
        let shown = |id: &ObjectId| self.shown.as_ref().is_none_or(|shown| shown.contains(id));
        let all = catalog.tactics.get(column).map(|t| t.techniques.as_slice()).unwrap_or_default();
        all.iter().flat_map(move |id| {
            let open = !self.open.is_empty() && self.open.contains(id);
            let has_subs = open || self.shown.is_some();
            let technique = if has_subs { catalog.technique(*id) } else { None };
            let subs = technique.map(|t| t.subs.as_slice()).unwrap_or_default();
            let stands = shown(id) || subs.iter().any(shown);
            let below = if stands && open { subs } else { &[] };
            stands.then_some(*id).into_iter().chain(below.iter().filter(move |sub| shown(sub)).copied())
        })
    }

    /// Whether techniques are hidden.
    pub fn hides(&self) -> bool {
        self.shown.is_some()
    }

    /// Leaves rows to these techniques only, or to all. The cursor goes to the nearest row that is
    /// left: in its column, else in the next one that has any.
    pub fn show_only(&mut self, catalog: &Catalog, shown: Option<BTreeSet<ObjectId>>) {
        let before = self.cursor.map(|c| (c, self.rows(catalog, c.column).collect::<Vec<_>>()));
        self.shown = shown;
        let Some((cursor, before)) = before else { return };
        let after: Vec<_> = self.rows(catalog, cursor.column).collect();
        if !after.contains(&cursor.id) {
            let at = before.iter().position(|id| *id == cursor.id).unwrap_or(0);
            let left = |id: &&ObjectId| after.contains(id);
            let nearest = before.iter().skip(at).find(left).or(before[..at].iter().rfind(left));
            match nearest {
                Some(id) => self.cursor = Some(Cell { id: *id, ..cursor }),
                None => {
                    let last = catalog.tactics.len();
                    let columns = (cursor.column + 1..last).chain((0..cursor.column).rev());
                    let mut cells = columns
                        .filter_map(|column| Some(Cell { column, id: self.rows(catalog, column).next()? }));
                    self.cursor = cells.next().or(self.cursor);
                }
            }
        }
        self.top = 0;
        self.goal = self.row(catalog);
    }

    pub fn is_open(&self, id: ObjectId) -> bool {
        self.open.contains(&id)
    }

    /// Whether everything that can be opened is.
    pub fn all_open(&self) -> bool {
        self.open.len() == self.parents
    }

    /// The row of the cursor in its column.
    pub fn row(&self, catalog: &Catalog) -> usize {
        let Some(cursor) = self.cursor else { return 0 };
        self.rows(catalog, cursor.column).position(|id| id == cursor.id).unwrap_or(0)
    }

    /// How many columns fit.
    pub fn columns_in(&self, area: Area) -> usize {
        // The last column needs no gap after it.
        usize::from((area.width + 1) / self.zoom.pitch()).max(1)
    }

    /// The height of the rows, and whether the tallest visible column overflows them, in which case
    /// the last row of the area is left to the counters.
    pub fn rows_in(&self, catalog: &Catalog, area: Area) -> (usize, bool) {
        let rows = usize::from(area.height.saturating_sub(HEAD_ROWS));
        if self.tallest(catalog, area, rows + 1) > rows {
            (rows.saturating_sub(1).max(1), true)
        } else {
            (rows.max(1), false)
        }
    }

    /// The rows of the tallest visible column, counted up to `most`.
    fn tallest(&self, catalog: &Catalog, area: Area, most: usize) -> usize {
        let visible = self.left..(self.left + self.columns_in(area)).min(catalog.tactics.len());
        visible.map(|c| self.rows(catalog, c).take(most).count()).max().unwrap_or(0)
    }

    /// Moves within the column.
    pub fn vertical(&mut self, catalog: &Catalog, by: isize) {
        let Some(cursor) = self.cursor else { return };
        let row = self.row(catalog).saturating_add_signed(by);
        // The row that is meant, or else the last one.
        let Some((row, id)) =
            self.rows(catalog, cursor.column).enumerate().take(row.saturating_add(1)).last()
        else {
            self.goal = 0;
            return;
        };
        self.goal = row;
        self.cursor = Some(Cell { id, ..cursor });
    }

    /// Moves to another column, to the same row if there is one. Columns without techniques are passed over.
    pub fn sideways(&mut self, catalog: &Catalog, by: isize) {
        let Some(cursor) = self.cursor else { return };
        let last = catalog.tactics.len().saturating_sub(1);
        let mut column = cursor.column.saturating_add_signed(by).min(last);
        let step = by.signum();
        loop {
            let id = self.rows(catalog, column).take(self.goal.saturating_add(1)).last();
            if let Some(id) = id {
                self.cursor = Some(Cell { column, id });
                return;
            }
            match column.checked_add_signed(step) {
                Some(next) if next <= last && step != 0 => column = next,
                _ => return,
            }
        }
    }

    /// Puts the cursor on a cell.
    pub fn put_cursor(&mut self, catalog: &Catalog, cell: Cell) {
        self.cursor = Some(cell);
        self.goal = self.row(catalog);
    }

    /// Puts the cursor on a technique: in its current column if it stands there, else in its first.
    /// Opens the parent of a sub-technique. False if the catalogue does not have it.
    pub fn go(&mut self, catalog: &Catalog, id: ObjectId) -> bool {
        let Some(technique) = catalog.technique(id) else { return false };
        let columns: Vec<Column> = technique.tactics.iter().filter_map(|t| catalog.column(*t)).collect();
        let here = self.cursor.map(|c| c.column);
        let Some(column) = here.filter(|c| columns.contains(c)).or(columns.first().copied()) else {
            return false;
        };
        if let Some(parent) = technique.parent {
            self.open.insert(parent);
        }
        if !self.rows(catalog, column).any(|row| row == id) {
            // What one goes to is there to be seen.
            self.shown = None;
        }
        self.cursor = Some(Cell { column, id });
        self.goal = self.row(catalog);
        true
    }

    /// Puts the cursor on the next cell of the same technique.
    pub fn twin(&mut self, catalog: &Catalog) -> bool {
        let Some(cursor) = self.cursor else { return false };
        let columns = self.twins(catalog);
        let Some(next) = columns.iter().find(|c| **c > cursor.column).or(columns.first()) else {
            return false;
        };
        self.cursor = Some(Cell { column: *next, ..cursor });
        self.goal = self.row(catalog);
        true
    }

    /// The other columns that hold the technique under the cursor.
    pub fn twins(&self, catalog: &Catalog) -> Vec<Column> {
        let Some(cursor) = self.cursor else { return Vec::new() };
        let tactics = catalog.technique(cursor.id).map(|t| t.tactics.as_slice()).unwrap_or_default();
        tactics.iter().filter_map(|t| catalog.column(*t)).filter(|c| *c != cursor.column).collect()
    }

    /// Opens or folds the technique under the cursor, or the parent of the sub-technique there.
    /// False if there is nothing to open.
    pub fn fold(&mut self, catalog: &Catalog) -> bool {
        let Some(technique) = self.cursor.and_then(|c| catalog.technique(c.id)) else { return false };
        let parent = technique.parent.unwrap_or(technique.id);
        if technique.parent.is_none() && technique.subs.is_empty() {
            return false;
        }
        if !self.open.remove(&parent) {
            self.open.insert(parent);
        }
        self.keep_cursor_in_sight(catalog);
        true
    }

    /// Folds techniques, but for the one that the cursor is in.
    pub fn fold_these(&mut self, catalog: &Catalog, techniques: &BTreeSet<ObjectId>) {
        let here = self.cursor.and_then(|c| catalog.technique(c.id)).and_then(|t| t.parent);
        self.open.retain(|id| !techniques.contains(id) || Some(*id) == here);
        self.goal = self.row(catalog);
    }

    /// Opens all techniques, or folds all if all are open.
    pub fn fold_all(&mut self, catalog: &Catalog) {
        if self.all_open() {
            self.open.clear();
        } else {
            let parents = catalog.techniques.iter().filter(|t| !t.subs.is_empty());
            self.open = parents.map(|t| t.id).collect();
        }
        self.keep_cursor_in_sight(catalog);
    }

    /// A sub-technique that was folded away hands the cursor to its parent.
    fn keep_cursor_in_sight(&mut self, catalog: &Catalog) {
        if let Some(cursor) = &mut self.cursor
            && let Some(parent) = catalog.technique(cursor.id).and_then(|t| t.parent)
            && !self.open.contains(&parent)
        {
            cursor.id = parent;
        }
        self.goal = self.row(catalog);
    }

    /// Scrolls so that the cursor is visible in `area`. Columns are paged, not scrolled one by one:
    /// a page is repainted as fast as a step, and the eye finds its place again.
    pub fn scroll_to_cursor(&mut self, catalog: &Catalog, area: Area) {
        let Some(cursor) = self.cursor else { return };
        let columns = self.columns_in(area);
        let last_left = catalog.tactics.len().saturating_sub(columns);
        while cursor.column < self.left {
            self.left = self.left.saturating_sub(columns);
        }
        while cursor.column >= self.left + columns {
            self.left += columns;
        }
        self.left = self.left.min(last_left);
        let (rows, _) = self.rows_in(catalog, area);
        let row = self.row(catalog);
        if row < self.top {
            self.top = row;
        } else if row >= self.top + rows {
            self.top = row + 1 - rows;
        }
        // After a fold or a resize there may be room again.
        let tallest = self.tallest(catalog, area, self.top.saturating_add(rows));
        self.top = self.top.min(tallest.saturating_sub(rows));
    }
}
