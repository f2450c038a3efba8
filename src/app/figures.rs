//! Totals of the whole and of each column, and the signs of the overlay. Made anew when marks, the filter
//! or the overlay change, not for every frame: they look at every technique there is.

use super::App;
use super::overlay::Painted;
use crate::catalog::ObjectId;
use crate::coverage::{Ground, Rollup};

/// What the title and the heads of the columns say.
#[derive(Debug, Default)]
pub struct Figures {
    /// All techniques that are looked at.
    pub whole: Rollup,
    /// The same by column.
    pub columns: Vec<Rollup>,
    /// Whether any mark is in conflict.
    pub in_conflict: bool,
    /// What the overlay shows.
    pub painted: Painted,
}

impl Figures {
    pub(super) fn of(app: &App) -> Figures {
        let looked_at = |id: &ObjectId| app.looked_at().is_none_or(|looked_at| looked_at.contains(id));
        let rollup = |ids: &mut dyn Iterator<Item = ObjectId>| {
            Rollup::of(ids.filter(looked_at), &app.assessment, app.today)
        };
        let catalog = &app.catalog;
        let columns: Vec<Rollup> =
            catalog.tactics.iter().map(|t| rollup(&mut catalog.in_tactic(t))).collect();
        let on = Ground { catalog, assessment: &app.assessment, today: app.today };
        Figures {
            whole: rollup(&mut catalog.techniques.iter().map(|t| t.id)),
            painted: app.overlay.paint(on, app.looked_at(), &columns, app.baseline.as_ref()),
            columns,
            in_conflict: app.assessment.in_conflict().next().is_some(),
        }
    }
}
