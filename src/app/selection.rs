//! What is selected, to be marked together: single objects, ranges, columns and lists, hits of a search.

use std::collections::BTreeSet;

use super::{App, Command, Screen, markable};
use crate::catalog::{Column, ObjectId};
use crate::page::ListKind;

/// What a range runs along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Along {
    Column(Column),
    List(ListKind),
}

/// A range that follows the cursor.
#[derive(Debug)]
pub(super) struct Range {
    along: Along,
    from: ObjectId,
    /// What was selected before.
    before: BTreeSet<ObjectId>,
}

impl App {
    /// The objects that a mark command goes to: on the matrix and in lists what is selected, if anything
    /// is; else see [`App::mark_target`]. A page is about one object, whatever is selected elsewhere.
    pub fn mark_targets(&self) -> Vec<ObjectId> {
        if self.marks_selection() {
            self.selection.iter().copied().collect()
        } else {
            self.mark_target().into_iter().collect()
        }
    }

    /// Whether mark commands go to what is selected.
    pub fn marks_selection(&self) -> bool {
        let takes = match self.screen() {
            Screen::Matrix => self.side_focus.is_none(),
            Screen::List(_) => true,
            _ => false,
        };
        takes && !self.selection.is_empty()
    }

    /// Whether a range follows the cursor.
    pub fn selects_range(&self) -> bool {
        self.range.is_some()
    }

    /// Whether the filter leaves the object in.
    fn is_shown(&self, id: ObjectId) -> bool {
        self.lists(id)
    }

    /// The column or the list that the cursor is in, from top to bottom.
    fn along(&self) -> Option<(Along, Vec<ObjectId>)> {
        match self.screen() {
            Screen::Matrix if self.side_focus.is_none() => {
                let column = self.grid.cursor?.column;
                Some((Along::Column(column), self.grid.rows(&self.catalog, column).collect()))
            }
            Screen::List(view) if view.kind != ListKind::CaseStudies => {
                Some((Along::List(view.kind), self.list.iter().map(|row| row.id).collect()))
            }
            _ => None,
        }
    }

    /// The object under the cursor, if it can be selected; else says why not.
    fn selectable(&mut self) -> Option<ObjectId> {
        let id = self.along().and(self.under_cursor()).filter(|id| markable(*id));
        match id {
            None => {
                self.tell("There is nothing to select here: marks go to techniques and mitigations.");
                None
            }
            Some(id) if !self.is_shown(id) => {
                let clear = self.key_of(Command::ClearFilter);
                self.tell(format!("The filter leaves {} out; {clear} takes it off.", id.short()));
                None
            }
            id => id,
        }
    }

    pub(super) fn toggle_selected(&mut self) {
        let Some(id) = self.selectable() else { return };
        self.range = None;
        if !self.selection.remove(&id) {
            self.selection.insert(id);
        }
        self.tell_selection();
    }

    /// Begins a range at the cursor, or ends the one that is there.
    pub(super) fn select_range(&mut self) {
        if self.range.take().is_some() {
            self.tell_selection();
            return;
        }
        let Some(from) = self.selectable() else { return };
        let Some((along, _)) = self.along() else { return };
        self.range = Some(Range { along, from, before: self.selection.clone() });
        let (end, close) = (self.key_of(Command::SelectRange), self.key_of(Command::Close));
        self.tell(format!("A range from {} to the cursor; {end} or {close} ends it.", from.short()));
    }

    /// Takes what lies between the range's beginning and the cursor. Leaving the column or the list ends
    /// the range.
    pub(super) fn extend_range(&mut self) {
        let Some(range) = &self.range else { return };
        let here = self.along().filter(|(along, _)| *along == range.along);
        let ends = here.and_then(|(_, ids)| {
            let place = |id| ids.iter().position(|one| *one == id);
            let (a, b) = (place(range.from)?, place(self.under_cursor()?)?);
            Some(ids[a.min(b)..=a.max(b)].to_vec())
        });
        match ends {
            Some(between) => {
                let shown = between.into_iter().filter(|id| self.is_shown(*id));
                self.selection = range.before.iter().copied().chain(shown).collect();
            }
            None => self.range = None,
        }
    }

    /// Selects the whole column or list, as far as the filter shows it; drops it if all of it is selected.
    pub(super) fn select_all(&mut self) {
        let Some((_, ids)) = self.along() else {
            self.tell("There is nothing to select here: marks go to techniques and mitigations.");
            return;
        };
        let ids: Vec<ObjectId> = ids.into_iter().filter(|id| self.is_shown(*id)).collect();
        self.range = None;
        if ids.iter().all(|id| self.selection.contains(id)) {
            self.selection.retain(|id| !ids.contains(id));
        } else {
            self.selection.extend(ids);
        }
        self.tell_selection();
    }

    /// Selects what the last search has found, as far as it carries marks and the filter shows it.
    pub(super) fn select_hits(&mut self) {
        if self.hits.is_empty() {
            let find = self.key_of(Command::Find);
            self.tell(format!("Nothing has been searched for yet; {find} finds."));
            return;
        }
        let found: Vec<ObjectId> = self.hits.iter().copied().filter(|id| markable(*id)).collect();
        let shown: Vec<ObjectId> = found.iter().copied().filter(|id| self.is_shown(*id)).collect();
        if shown.is_empty() {
            self.tell(match found.len() {
                0 => "No technique and no mitigation is among the hits.".to_owned(),
                count => format!("The filter leaves out all {count} hits that could be marked."),
            });
            return;
        }
        let left_out = found.len() - shown.len();
        self.range = None;
        self.selection.extend(shown);
        if left_out == 0 {
            self.tell_selection();
        } else {
            let told = self.selection_told();
            self.tell(format!("{told} The filter leaves out {left_out} more."));
        }
    }

    /// One level out: ends a range, then drops what is selected. False if there is neither.
    pub(super) fn leave_selection(&mut self) -> bool {
        if self.range.take().is_some() {
            self.tell_selection();
            return true;
        }
        let drops = self.marks_selection();
        if drops {
            self.selection.clear();
        }
        drops
    }

    /// What the filter leaves out is not selected any more: nothing is marked that can't be seen.
    pub(super) fn narrow_selection(&mut self) {
        let before = self.selection.len();
        let shown: BTreeSet<ObjectId> =
            self.selection.iter().copied().filter(|id| self.is_shown(*id)).collect();
        self.selection = shown;
        self.range = None;
        let dropped = before - self.selection.len();
        if dropped > 0 {
            let left = self.selection.len();
            self.tell(format!(
                "{dropped} that the filter leaves out are no longer selected; {left} are left."
            ));
        }
    }

    fn tell_selection(&mut self) {
        let told = self.selection_told();
        self.tell(told);
    }

    fn selection_told(&self) -> String {
        let count = self.selection.len();
        if count == 0 {
            return "Nothing is selected any more.".to_owned();
        }
        let marks = self.keymap.opens(self.screen_scope(), "Mark").unwrap_or_default();
        let close = self.key_of(Command::Close);
        format!("{count} selected; {marks} marks them, {close} drops them.")
    }
}
