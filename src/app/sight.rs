//! What is looked at: the scope of the assessment, narrowed by the lens. It follows the marks.

use std::collections::BTreeSet;

use super::{App, Screen};
use crate::catalog::{Kind, Lens, ObjectId};
use crate::coverage::{Aspect, Ground, Shown, scope};
use crate::page::ListKind;

/// What is looked at, and what it was made of, so that it is made anew only when that changes.
#[derive(Debug, Default)]
pub(super) struct Sight {
    lens: Lens<Aspect>,
    platforms: Vec<String>,
    /// The revision of the marks; None before the first time.
    revision: Option<u64>,
    /// The techniques that the assessment is about; None for all.
    scope: Option<BTreeSet<ObjectId>>,
    /// What is outside of the scope is looked at, too.
    pub(super) beyond: bool,
    was_beyond: bool,
    /// None for everything.
    shown: Option<Shown>,
    /// What a mark has taken out of the filter. It stays in its row until the cursor goes on, so that
    /// nothing jumps, and one sees what one has done; figures don't count it.
    staying: BTreeSet<ObjectId>,
    /// Where the cursor was then.
    at: Option<ObjectId>,
}

impl App {
    /// Brings what is looked at up to date. Cheap if nothing changed.
    pub(super) fn see(&mut self) {
        let sight = &self.sight;
        let is_same_look = sight.revision.is_some()
            && sight.lens == self.lens
            && sight.platforms == self.assessment.about.platforms
            && sight.was_beyond == sight.beyond;
        let is_same = is_same_look && (!self.lens.is_of_marks() || sight.revision == Some(self.revision));
        if !is_same {
            self.look_anew(is_same_look);
        } else if !sight.staying.is_empty() && sight.at != self.under_own_cursor() {
            self.sight.staying.clear();
            self.hide_again();
            self.revision += 1;
            self.sight.revision = Some(self.revision);
        }
    }

    fn look_anew(&mut self, is_same_look: bool) {
        let on = Ground { catalog: &self.catalog, assessment: &self.assessment, today: self.today };
        let about = &self.assessment.about;
        let whole = (!about.platforms.is_empty()).then(|| scope(&self.catalog, about));
        let whole = whole.filter(|whole| whole.len() < self.catalog.techniques.len());
        let narrow = whole.as_ref().filter(|_| !self.sight.beyond);
        let shown = (narrow.is_some() || !self.lens.is_empty()).then(|| Shown::of(&self.lens, narrow, on));
        let mut staying = BTreeSet::new();
        if is_same_look && let Some(now) = &shown {
            let before = self.sight.shown.iter().flat_map(|shown| &shown.techniques).copied();
            // Mitigations stand in lists only.
            let listed =
                self.list.iter().map(|row| row.id).filter(|_| matches!(self.screen(), Screen::List(_)));
            let mitigations = listed.filter(|id| id.kind() == Kind::Mitigation);
            staying.extend(self.sight.staying.iter().copied().chain(before).chain(mitigations));
            staying.retain(|id| !now.holds(on, *id));
        }
        let platforms = about.platforms.clone();
        let at = self.under_own_cursor();
        self.revision += 1;
        let beyond = self.sight.beyond && whole.is_some();
        self.sight = Sight {
            lens: self.lens.clone(),
            platforms,
            revision: Some(self.revision),
            scope: whole,
            beyond,
            was_beyond: beyond,
            shown,
            staying,
            at,
        };
        let top = self.grid.top;
        self.hide_again();
        if is_same_look {
            self.grid.top = top;
        }
    }

    /// Hides on the matrix what is not looked at, if anything was hidden and something is left.
    fn hide_again(&mut self) {
        if self.grid.hides() {
            let rows = self.rows_looked_at().filter(|rows| !rows.is_empty());
            self.grid.show_only(&self.catalog, rows);
        }
    }

    /// The techniques that have a row where the others are hidden; None for all.
    pub(super) fn rows_looked_at(&self) -> Option<BTreeSet<ObjectId>> {
        let techniques = self.looked_at()?.iter().chain(&self.sight.staying);
        Some(techniques.copied().filter(|id| id.kind() == Kind::Technique).collect())
    }

    /// The object under the cursor of the matrix or of a list.
    fn under_own_cursor(&self) -> Option<ObjectId> {
        match self.screen() {
            Screen::Matrix => self.grid.cursor.map(|c| c.id),
            Screen::List(view) => self.list.get(view.cursor).map(|r| r.id),
            _ => None,
        }
    }

    /// Whether a technique is looked at, for itself or for folded sub-techniques.
    pub fn is_looked_at(&self, id: ObjectId) -> bool {
        let Some(shown) = &self.sight.shown else { return true };
        let is_shown = |id: &ObjectId| shown.techniques.contains(id) || self.sight.staying.contains(id);
        let folded = || {
            let technique = self.catalog.technique(id).filter(|_| !self.grid.is_open(id));
            technique.is_some_and(|t| t.subs.iter().any(is_shown))
        };
        is_shown(&id) || folded()
    }

    /// The techniques that are looked at, if there is a filter or a scope: what figures count.
    pub fn looked_at(&self) -> Option<&BTreeSet<ObjectId>> {
        self.sight.shown.as_ref().map(|shown| &shown.techniques)
    }

    /// The techniques that the assessment is about; None where that is all of them.
    pub fn scope_of_assessment(&self) -> Option<&BTreeSet<ObjectId>> {
        self.sight.scope.as_ref()
    }

    /// Whether what is outside of the scope is looked at, too.
    pub fn is_beyond_scope(&self) -> bool {
        self.sight.beyond
    }

    /// How many objects a list has without the filter.
    pub fn listed(&self, kind: ListKind) -> usize {
        match kind {
            ListKind::Techniques => self.catalog.techniques.len(),
            ListKind::Mitigations => self.catalog.mitigations.len(),
            ListKind::CaseStudies => self.catalog.case_studies.len(),
        }
    }

    /// Whether an object stands in its list: what is looked at, and what stays until the cursor goes on.
    pub(super) fn lists(&self, id: ObjectId) -> bool {
        let on = Ground { catalog: &self.catalog, assessment: &self.assessment, today: self.today };
        let sight = &self.sight;
        sight.shown.as_ref().is_none_or(|shown| shown.holds(on, id) || sight.staying.contains(&id))
    }

    /// Leaves to the list what is looked at.
    pub(super) fn filter_list(&mut self) {
        let mut list = std::mem::take(&mut self.list);
        list.retain(|row| self.lists(row.id));
        self.list = list;
    }
}
