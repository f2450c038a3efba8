//! Where the cells of a frame lead: addresses that a terminal may open in a browser.

use crate::app::Area;

/// The addresses of a frame's cells. Empty where links are not asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Links {
    width: usize,
    /// For each cell, row by row: 0 for none, else one more than a position in `addresses`.
    cells: Vec<u16>,
    addresses: Vec<String>,
}

impl Links {
    /// For a frame of so many columns and rows, nothing linked.
    pub fn of(width: u16, height: u16) -> Links {
        let width = usize::from(width);
        Links { width, cells: vec![0; width * usize::from(height)], addresses: Vec::new() }
    }

    fn row_mut(&mut self, area: Area, y: u16) -> &mut [u16] {
        let from = usize::from(area.x).min(self.width);
        let to = (from + usize::from(area.width)).min(self.width);
        let row = usize::from(y) * self.width;
        self.cells.get_mut(row + from..row + to).unwrap_or_default()
    }

    /// These cells of the area's first row lead there.
    pub fn set(&mut self, area: Area, address: String) {
        let known = self.addresses.iter().position(|a| *a == address);
        let at = known.unwrap_or_else(|| {
            self.addresses.push(address);
            self.addresses.len() - 1
        });
        // A frame has no room for so many that this would not fit.
        let number = u16::try_from(at + 1).unwrap_or(0);
        self.row_mut(area, area.y).fill(number);
    }

    /// These cells lead nowhere any more: something else is drawn over them.
    pub fn clear(&mut self, area: Area) {
        for y in area.y..area.y.saturating_add(area.height) {
            self.row_mut(area, y).fill(0);
        }
    }

    /// Where a cell leads.
    pub fn at(&self, x: usize, y: usize) -> Option<&str> {
        let number = self.cells.get(y * self.width + x).filter(|_| x < self.width)?;
        self.addresses.get(usize::from(*number).checked_sub(1)?).map(String::as_str)
    }

    /// Whether a row leads to the same places in both.
    pub fn same_row(&self, other: &Links, y: usize) -> bool {
        let is_bare = |links: &Links| links.addresses.is_empty();
        if is_bare(self) && is_bare(other) {
            return true;
        }
        (0..self.width.max(other.width)).all(|x| self.at(x, y) == other.at(x, y))
    }
}
