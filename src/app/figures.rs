//! Totals of the whole and of each column. Made anew when marks or the filter change, not for every
//! frame: they look at every technique there is.

use super::App;
use crate::catalog::ObjectId;
use crate::coverage::Rollup;

/// What the title and the heads of the columns say.
#[derive(Debug, Default)]
pub struct Figures {
    /// All techniques that are looked at.
    pub whole: Rollup,
    /// The same by column.
    pub columns: Vec<Rollup>,
    /// Whether any mark is in conflict.
    pub in_conflict: bool,
}

impl Figures {
    pub(super) fn of(app: &App) -> Figures {
        let looked_at = |id: &ObjectId| app.looked_at().is_none_or(|looked_at| looked_at.contains(id));
        let rollup = |ids: &mut dyn Iterator<Item = ObjectId>| {
            Rollup::of(ids.filter(looked_at), &app.assessment, app.today)
        };
        let catalog = &app.catalog;
        Figures {
            whole: rollup(&mut catalog.techniques.iter().map(|t| t.id)),
            columns: catalog.tactics.iter().map(|t| rollup(&mut catalog.in_tactic(t))).collect(),
            in_conflict: app.assessment.in_conflict().next().is_some(),
        }
    }
}
