//! The matrix in scope, column by column.

use super::Material;
use crate::catalog::ObjectId;
use crate::coverage::{Rollup, State};

/// A tactic with what of it is in scope.
pub(super) struct Column {
    /// Its place in the matrix, from 1.
    pub number: usize,
    pub tactic: ObjectId,
    pub name: String,
    pub rollup: Rollup,
    pub cells: Vec<Cell>,
}

/// A technique in a tactic's column. A sub-technique stands below its parent.
pub(super) struct Cell {
    pub id: ObjectId,
    /// Without the parent's name, where the parent stands above it.
    pub name: String,
    /// As it shows.
    pub state: State,
    /// Whether it is a sub-technique whose parent stands above it.
    pub below: bool,
}

/// The columns with anything in scope, in matrix order.
pub(super) fn columns(material: &Material) -> Vec<Column> {
    let basis = &material.basis;
    let shares = material.overview.tactics.iter().zip(&basis.catalog.tactics).zip(1..);
    let columns = shares.map(|((share, tactic), number)| {
        let in_scope = basis.catalog.in_tactic(tactic).filter(|id| basis.techniques.contains(id));
        let ids: Vec<ObjectId> = in_scope.collect();
        let cells = ids.iter().map(|id| {
            let below = basis.catalog.technique(*id).and_then(|t| t.parent).is_some_and(|p| ids.contains(&p));
            let name = if below {
                basis.catalog.name(*id).unwrap_or_default().to_owned()
            } else {
                basis.catalog.full_name(*id)
            };
            Cell { id: *id, name, state: basis.assessment.state(*id, basis.today), below }
        });
        Column {
            number,
            tactic: tactic.id,
            name: tactic.name.to_string(),
            rollup: share.rollup,
            cells: cells.collect(),
        }
    });
    columns.filter(|column| !column.cells.is_empty()).collect()
}
