//! What the matrix and the lists show: the lens, and choosing it.

use std::collections::BTreeSet;

use super::{App, Command, Filter, Popup, Screen};
use crate::catalog::{Facet, Lens, ObjectId};
use crate::page::ListKind;

impl App {
    /// Opens the values of a facet.
    pub(super) fn start_filter(&mut self, facet: Facet) {
        let count = |key: &str| {
            let mut lens = Lens::default();
            lens.add(facet, key);
            lens.techniques(&self.catalog).len()
        };
        let values: Vec<_> = facet.values(&self.catalog).into_iter().map(|v| (count(&v.key), v)).collect();
        if values.is_empty() {
            self.tell(format!("ATLAS {} states no {} to filter by.", self.catalog.release, facet.word()));
            return;
        }
        let values: Vec<_> = values.into_iter().map(|(count, value)| (value, count)).collect();
        let chosen = values.iter().position(|(v, _)| self.lens.has(facet, &v.key)).unwrap_or(0);
        self.popups.push(Popup::Filter(Filter { facet, values, chosen, touched: false }));
    }

    /// Filters by the chosen value; `only` by it alone of its facet, unless values were ticked, and
    /// closes the choice.
    pub(super) fn choose_filter(&mut self, only: bool) {
        let Some(Popup::Filter(filter)) = self.popups.last() else { return };
        let Some((value, _)) = filter.values.get(filter.chosen) else { return };
        let (facet, key, touched) = (filter.facet, value.key.clone(), filter.touched);
        let mut lens = self.lens.clone();
        match self.popups.last_mut() {
            // Who has ticked values means these, and not the one that the cursor is on.
            Some(Popup::Filter(_)) if only && touched => {
                self.popups.pop();
                return;
            }
            Some(Popup::Filter(filter)) if !only => filter.touched = true,
            _ => {}
        }
        if only {
            lens.only(facet, &key);
            self.popups.pop();
        } else {
            lens.toggle(facet, &key);
        }
        self.look_through(lens);
    }

    pub(super) fn clear_filter(&mut self) {
        if self.lens.is_empty() {
            self.tell("Nothing is filtered.");
        } else {
            self.look_through(Lens::default());
            self.tell("Everything is shown again.");
        }
    }

    fn look_through(&mut self, lens: Lens) {
        let hid = self.grid.hides();
        self.in_lens = if lens.is_empty() { None } else { Some(lens.techniques(&self.catalog)) };
        self.lens = lens;
        // What was hidden stays hidden as far as something is left.
        let hide = hid && self.in_lens.as_ref().is_some_and(|shown| !shown.is_empty());
        self.grid.show_only(&self.catalog, self.in_lens.clone().filter(|_| hide));
        self.revision += 1;
        self.narrow_selection();
    }

    pub(super) fn hide_others(&mut self) {
        match &self.in_lens {
            None => {
                let keys = Facet::ALL.map(|facet| self.key_of(Command::Filter(facet))).join(", ");
                self.tell(format!("Nothing is filtered yet; these choose what to look at: {keys}."));
            }
            Some(shown) if shown.is_empty() => {
                let clear = self.key_of(Command::ClearFilter);
                self.tell(format!("No technique has all of this; {clear} takes the filter off."));
            }
            Some(shown) => {
                let shown = (!self.grid.hides()).then(|| shown.clone());
                self.grid.show_only(&self.catalog, shown);
                if *self.screen() != Screen::Matrix {
                    let what = if self.grid.hides() { "hides" } else { "shows, dim," };
                    self.tell(format!("The matrix {what} what the filter leaves out."));
                }
            }
        }
    }

    /// Whether a technique is looked at, for itself or for folded sub-techniques.
    pub fn is_looked_at(&self, id: ObjectId) -> bool {
        let Some(shown) = &self.in_lens else { return true };
        let folded = || {
            let technique = self.catalog.technique(id).filter(|_| !self.grid.is_open(id));
            technique.is_some_and(|t| t.subs.iter().any(|sub| shown.contains(sub)))
        };
        shown.contains(&id) || folded()
    }

    /// The techniques that are looked at, if there is a filter.
    pub fn looked_at(&self) -> Option<&BTreeSet<ObjectId>> {
        self.in_lens.as_ref()
    }

    /// How many objects a list has without the filter.
    pub fn listed(&self, kind: ListKind) -> usize {
        match kind {
            ListKind::Techniques => self.catalog.techniques.len(),
            ListKind::Mitigations => self.catalog.mitigations.len(),
            ListKind::CaseStudies => self.catalog.case_studies.len(),
        }
    }

    /// Leaves to the list what the filter shows.
    pub(super) fn filter_list(&mut self) {
        if let Some(techniques) = &self.in_lens {
            self.list.retain(|row| self.lens.holds(&self.catalog, techniques, row.id));
        }
    }
}
