//! Marking, notes, undo, and what saving answers.

use tui_input::Input;

use super::{App, Command, Effect, NoteEdit, Overlay};
use crate::catalog::ObjectId;
use crate::coverage::{Assessment, Change, Edit, Mark, Record, State};

impl App {
    pub(super) fn mark(&mut self, state: State) -> Vec<Effect> {
        let Some(id) = self.mark_target() else {
            self.tell("There is nothing to mark here: marks go to techniques and mitigations.");
            return Vec::new();
        };
        let today = self.today;
        let effects = self.change(id, |mark| mark.set_state(state, today));
        if !effects.is_empty() {
            self.last_mark = Some(state);
        }
        effects
    }

    pub(super) fn repeat_mark(&mut self) -> Vec<Effect> {
        match self.last_mark {
            Some(state) => self.mark(state),
            None => {
                self.tell("Nothing has been marked yet that could be repeated.");
                Vec::new()
            }
        }
    }

    /// Changes one mark, shows it, and has it saved.
    fn change(&mut self, id: ObjectId, set: impl FnOnce(&mut Mark)) -> Vec<Effect> {
        if let Some(reason) = self.read_only.clone() {
            self.complain(reason);
            return Vec::new();
        }
        let before = self.assessment.mark(id).clone();
        let mut after = before.clone();
        set(&mut after);
        if after == before {
            self.tell(format!(
                "{} is {} already; nothing changed.",
                id.short(),
                before.state(self.today).word()
            ));
            return Vec::new();
        }
        after.by.clone_from(&self.author);
        after.on = Some(self.today);
        let edit = Edit { changes: vec![Change { id, before, after }] };
        edit.apply(&mut self.assessment);
        self.revision += 1;
        self.save(Record::Do(edit))
    }

    /// Sends what failed before, then the record: the order on disk is the order of the changes.
    fn save(&mut self, record: Record) -> Vec<Effect> {
        let mut effects = self.send_failed_again();
        self.saving.in_flight.push_back(record.clone());
        effects.push(Effect::Save(record));
        effects
    }

    pub(super) fn send_failed_again(&mut self) -> Vec<Effect> {
        let failed = std::mem::take(&mut self.saving.failed);
        self.saving.in_flight.extend(failed.iter().cloned());
        failed.into_iter().map(Effect::Save).collect()
    }

    pub(super) fn undo(&mut self) -> Vec<Effect> {
        self.undo_or_redo(Record::Undo)
    }

    pub(super) fn redo(&mut self) -> Vec<Effect> {
        self.undo_or_redo(Record::Redo)
    }

    fn undo_or_redo(&mut self, record: Record) -> Vec<Effect> {
        match self.read_only.clone() {
            Some(reason) => {
                self.complain(reason);
                Vec::new()
            }
            None => self.save(record),
        }
    }

    pub(super) fn saved(&mut self, assessment: Assessment, applied: Option<Edit>) -> Vec<Effect> {
        let record = self.saving.in_flight.pop_front();
        self.saving.done = true;
        self.saving.warned = false;
        if self.saving.failed.is_empty() {
            self.saving.reason = None;
        }
        // While more is under way the screen shows more than the file holds; the last answer has it all.
        let mut gone = 0;
        if self.saving.in_flight.is_empty() && self.saving.failed.is_empty() {
            let shown = self.assessment.marks.keys().filter(|id| self.catalog.contains(**id));
            gone = shown.filter(|id| !assessment.marks.contains_key(id)).count();
            self.assessment = assessment;
            self.revision += 1;
        }
        match (record, applied) {
            // Marks that vanish under one's eyes do not do so without a word.
            (Some(Record::Do(edit)), _) if gone > 0 => {
                let (marks, are) = if gone == 1 { ("mark", "is") } else { ("marks", "are") };
                let saved = edit.describe();
                self.complain(format!(
                    "Saved: {saved}. But {gone} {marks} shown here {are} no longer in the file: it was changed or removed meanwhile."
                ));
            }
            (Some(Record::Do(edit)), _) => self.tell(format!("Saved: {}.", edit.describe())),
            (Some(Record::Undo), Some(edit)) => {
                self.show_changed(&edit);
                self.tell(format!("Undone, now: {}.", edit.describe()));
            }
            (Some(Record::Redo), Some(edit)) => {
                self.show_changed(&edit);
                self.tell(format!("Redone, now: {}.", edit.describe()));
            }
            (Some(Record::Undo), None) => self.tell("Nothing to undo."),
            (Some(Record::Redo), None) => self.tell("Nothing to redo."),
            (None, _) => {}
        }
        Vec::new()
    }

    /// Moves the matrix to what an undo changed: a change out of sight is a change not seen.
    fn show_changed(&mut self, edit: &Edit) {
        if let Some(change) = edit.changes.first() {
            self.grid.go(&self.catalog, change.id);
        }
    }

    pub(super) fn not_saved(&mut self, reason: String) -> Vec<Effect> {
        match self.saving.in_flight.pop_front() {
            // The mark stays on the screen and is tried again with the next one.
            Some(record @ Record::Do(_)) => {
                self.saving.failed.push(record);
                let quit = self.key_of(Command::Quit);
                match (self.saving.warned, self.saving.failed.len()) {
                    (false, _) => self.complain(format!("NOT SAVED: {reason}")),
                    // The second try, after q: why the program is still here has to be said, too.
                    (true, 1) => {
                        self.complain(format!(
                            "1 change is NOT SAVED; {quit} again quits without it. {reason}"
                        ));
                    }
                    (true, count) => self.complain(format!(
                        "{count} changes are NOT SAVED; {quit} again quits without them. {reason}"
                    )),
                }
                self.saving.reason = Some(reason);
            }
            _ => self.complain(reason),
        }
        Vec::new()
    }

    pub(super) fn start_note(&mut self) {
        let Some(id) = self.mark_target() else {
            self.tell("There is nothing to write a note on here.");
            return;
        };
        if let Some(reason) = self.read_only.clone() {
            self.complain(reason);
            return;
        }
        let note = self.assessment.mark(id).note.clone().unwrap_or_default();
        self.overlays.push(Overlay::Note(NoteEdit { id, input: Input::new(note), warned: false }));
    }

    pub(super) fn note_in_editor(&mut self) -> Vec<Effect> {
        if let Some(reason) = self.read_only.clone() {
            self.complain(reason);
            return Vec::new();
        }
        match self.mark_target() {
            Some(id) => {
                let note = self.assessment.mark(id).note.clone().unwrap_or_default();
                vec![Effect::Edit { id, note }]
            }
            None => {
                self.tell("There is nothing to write a note on here.");
                Vec::new()
            }
        }
    }

    pub(super) fn set_note(&mut self, id: ObjectId, note: &str) -> Vec<Effect> {
        self.change(id, |mark| mark.set_note(note))
    }
}
