//! Choosing what the matrix and the lists show: the lens.

use super::{App, Command, Filter, Popup, Screen};
use crate::catalog::{Distinction, Facet, Lens};
use crate::coverage::{Aspect, Ground, Shown, unknown_platforms};

impl App {
    /// Opens the values of a facet, with the number of techniques in the scope that have each.
    pub(super) fn start_filter(&mut self, aspect: Aspect) {
        let on = Ground { catalog: &self.catalog, assessment: &self.assessment, today: self.today };
        let scope = self.scope_of_assessment().filter(|_| !self.is_beyond_scope());
        let count = |key: &str| {
            let mut lens = Lens::default();
            lens.add(aspect, key);
            Shown::of(&lens, scope, on).techniques.len()
        };
        let values = aspect.values(&self.catalog, &self.assessment).into_iter();
        let values: Vec<_> = values.map(|value| (count(&value.key), value)).collect();
        if values.is_empty() {
            self.tell(format!("ATLAS {} states no {} to filter by.", self.catalog.release, aspect.word()));
            return;
        }
        let values: Vec<_> = values.into_iter().map(|(count, value)| (value, count)).collect();
        let chosen = values.iter().position(|(v, _)| self.lens.has(aspect, &v.key)).unwrap_or(0);
        self.popups.push(Popup::Filter(Filter { aspect, values, chosen, touched: false }));
    }

    /// Filters by the chosen value; `only` by it alone of its facet, unless values were ticked, and
    /// closes the choice.
    pub(super) fn choose_filter(&mut self, only: bool) {
        let Some(Popup::Filter(filter)) = self.popups.last() else { return };
        let Some((value, _)) = filter.values.get(filter.chosen) else { return };
        let (aspect, key, touched) = (filter.aspect, value.key.clone(), filter.touched);
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
            lens.only(aspect, &key);
            self.popups.pop();
        } else {
            lens.toggle(aspect, &key);
        }
        self.look_through(lens);
    }

    /// Takes the filter off, which leaves the scope of the assessment; once more, and what is outside of
    /// it is shown, too; once more, and the scope holds again.
    pub(super) fn clear_filter(&mut self) {
        let scope = self.scope_of_assessment().map(std::collections::BTreeSet::len);
        let all = self.catalog.techniques.len();
        match scope {
            None if self.lens.is_empty() => self.tell("Nothing is filtered."),
            None => {
                self.look_through(Lens::default());
                self.tell("Everything is shown again.");
            }
            Some(count) if !self.lens.is_empty() || self.is_beyond_scope() => {
                let was_beyond = self.is_beyond_scope() && !self.lens.is_empty();
                self.sight.beyond = was_beyond;
                self.look_through(Lens::default());
                if was_beyond {
                    self.tell("Everything is shown again, also outside the scope of this assessment.");
                } else {
                    let clear = self.key_of(Command::ClearFilter);
                    self.tell(format!(
                        "The scope of this assessment: {count} of {all} techniques; {clear} shows the others, too."
                    ));
                }
            }
            Some(count) => {
                self.sight.beyond = true;
                self.look_through(Lens::default());
                let clear = self.key_of(Command::ClearFilter);
                self.tell(format!(
                    "{} techniques outside the scope of this assessment are counted; {clear} goes back.",
                    all - count
                ));
            }
        }
    }

    /// The names of the platforms that the assessment is about.
    pub fn about_scope(&self) -> String {
        let values = Facet::Platform.values(&self.catalog).into_iter();
        let platforms = &self.assessment.about.platforms;
        let names = values.filter(|v| platforms.contains(&v.key)).map(|v| v.name);
        names.collect::<Vec<_>>().join(", ")
    }

    /// Says what the assessment is about, where that is not everything, and what it names that there is not.
    pub(super) fn tell_scope(&mut self) {
        let unknown = unknown_platforms(&self.catalog, &self.assessment.about);
        if let Some(scope) = self.scope_of_assessment() {
            let (count, all, clear) =
                (scope.len(), self.catalog.techniques.len(), self.key_of(Command::ClearFilter));
            let platforms = self.about_scope();
            self.tell(format!(
                "This assessment is about {platforms}: {count} of {all} techniques; {clear} shows all."
            ));
        }
        if !unknown.is_empty() {
            let unknown = unknown.join(", ");
            self.complain(format!(
                "This assessment is about a platform that ATLAS {} does not have, which narrows nothing: {unknown}.",
                self.catalog.release
            ));
        }
    }

    fn look_through(&mut self, lens: Lens<Aspect>) {
        self.lens = lens;
        self.see();
        self.narrow_selection();
    }

    pub(super) fn hide_others(&mut self) {
        match self.rows_looked_at() {
            None => {
                let keys = Aspect::all().map(|aspect| self.key_of(Command::Filter(aspect)));
                let keys = keys.collect::<Vec<_>>().join(", ");
                self.tell(format!("Nothing is filtered yet; these choose what to look at: {keys}."));
            }
            Some(shown) if shown.is_empty() => {
                let clear = self.key_of(Command::ClearFilter);
                self.tell(format!("No technique has all of this; {clear} takes the filter off."));
            }
            Some(shown) => {
                let shown = (!self.grid.hides()).then_some(shown);
                self.grid.show_only(&self.catalog, shown);
                if *self.screen() != Screen::Matrix {
                    let what = if self.grid.hides() { "hides" } else { "shows, dim," };
                    self.tell(format!("The matrix {what} what the filter leaves out."));
                }
            }
        }
    }
}
