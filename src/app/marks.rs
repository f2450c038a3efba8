//! Notes, undo, and what saving answers.

use tui_input::Input;

use super::deed::Deed;
use super::{App, Command, Effect, NoteEdit, Outcome, Popup, Scope};
use crate::catalog::ObjectId;
use crate::coverage::{Assessment, Edit, Mark, Record};

impl App {
    /// Sends what failed before, then the record: the order on disk is the order of the changes.
    pub(super) fn save(&mut self, record: Record) -> Vec<Effect> {
        let mut effects = self.send_failed_again();
        self.saving.waiting.push_back(record.clone());
        effects.push(Effect::Save(record));
        effects
    }

    pub(super) fn send_failed_again(&mut self) -> Vec<Effect> {
        let failed = std::mem::take(&mut self.saving.failed);
        self.saving.waiting.extend(failed.iter().cloned());
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

    pub(super) fn kept(&mut self) {
        let record = self.saving.waiting.get(self.saving.kept).cloned();
        self.saving.kept += 1;
        self.saving.done = true;
        self.saving.warned = false;
        if self.saving.failed.is_empty() {
            self.saving.reason = None;
        }
        // An undo or redo is told when it is known what it came to.
        if let Some(Record::Do(edit)) = record
            && self.saving.behind.is_none()
        {
            self.tell(format!("Saved: {}.", self.told(&edit)));
        }
    }

    pub(super) fn saved(&mut self, assessment: Assessment, outcomes: Vec<Outcome>) {
        self.saving.done = true;
        self.saving.warned = false;
        self.saving.behind = None;
        if self.saving.failed.is_empty() {
            self.saving.reason = None;
        }
        let mut expected = self.stored.clone();
        for outcome in outcomes {
            let before = expected.clone();
            if let (Some(record), Ok(Some(edit))) = (self.saving.waiting.front(), &outcome) {
                record.carry_out(edit, &mut expected);
            }
            let kept = self.saving.kept > 0;
            self.saving.kept = self.saving.kept.saturating_sub(1);
            match (self.saving.waiting.pop_front(), outcome) {
                (_, Err(why)) => self.complain(why),
                // Said already when it was kept.
                (Some(Record::Do(_)), _) if kept => {}
                (Some(Record::Do(edit)), _) => self.tell(format!("Saved: {}.", self.told(&edit))),
                (Some(Record::Undo), Ok(Some(edit))) => {
                    self.show_changed(&edit);
                    let same = |id: ObjectId| before.mark(id) == assessment.mark(id);
                    match edit.changes.iter().find(|c| !same(c.id)).or(edit.changes.first()) {
                        Some(change) if same(change.id) => {
                            let who = assessment.mark(change.id).by.as_deref().unwrap_or("somebody");
                            let id = change.id.short();
                            self.tell(format!(
                                "Nothing was undone: {id} was marked by {who} since; it stays."
                            ));
                        }
                        _ => {
                            let now = edit.outcome(&assessment, self.today);
                            self.tell(format!("Undone, now: {now}."));
                        }
                    }
                }
                (Some(Record::Redo), Ok(Some(edit))) => {
                    self.show_changed(&edit);
                    let now = edit.outcome(&assessment, self.today);
                    self.tell(format!("Redone, now: {now}."));
                }
                (Some(Record::Undo), Ok(None)) => self.tell("Nothing to undo."),
                (Some(Record::Redo), Ok(None)) => self.tell("Nothing to redo."),
                (None, _) => {}
            }
        }
        self.take_over(&expected, assessment);
    }

    /// Shows what the file holds, with what is not in it yet on top, and tells what others did: what
    /// is there beside the expected, and marks that vanish, which they do not do without a word.
    fn take_over(&mut self, expected: &Assessment, assessment: Assessment) {
        let here = |id: &&ObjectId| self.catalog.contains(**id);
        let gone = expected.marks.keys().filter(here).filter(|id| !assessment.marks.contains_key(id)).count();
        let differs = |id: &&ObjectId| assessment.mark(**id) != expected.mark(**id);
        let changed: Vec<ObjectId> = assessment.marks.keys().filter(here).filter(differs).copied().collect();
        self.stored = assessment.clone();
        let before = std::mem::replace(&mut self.assessment, assessment);
        for record in self.saving.waiting.iter().chain(&self.saving.failed) {
            if let Record::Do(edit) = record {
                edit.apply(&mut self.assessment);
            }
        }
        self.revision += 1;
        match changed.as_slice() {
            [] => {}
            [id] => {
                let mark = self.stored.mark(*id);
                let who = mark.by.as_deref().unwrap_or("somebody");
                let text = format!("{who}: {} {}.", id.short(), mark.state(self.today).word());
                self.tell(text);
            }
            many => {
                let named: Vec<String> = many.iter().take(5).map(|id| id.short()).collect();
                let more = if many.len() > named.len() { ", ..." } else { "" };
                self.tell(format!("{} marks changed by others: {}{more}.", many.len(), named.join(", ")));
            }
        }
        if gone > 0 {
            let (marks, are) = if gone == 1 { ("mark", "is") } else { ("marks", "are") };
            let said =
                self.message.take().map(|message| format!("{} But ", message.text)).unwrap_or_default();
            self.complain(format!(
                "{said}{gone} {marks} shown here {are} no longer in the file: it was changed or removed meanwhile."
            ));
        }
        // Both are to be read: the message line has room for one, the messages have all.
        if let Some(text) = self.about_conflicts(Some(&before)) {
            self.complain(text);
        }
    }

    pub(super) fn changed_by_others(&mut self, assessment: Option<Assessment>, read_only: Option<String>) {
        let was = std::mem::replace(&mut self.read_only, read_only.clone());
        if let Some(assessment) = assessment {
            let expected = self.stored.clone();
            self.take_over(&expected, assessment);
        }
        match (was, read_only) {
            (was, Some(reason)) if was.as_ref() != Some(&reason) => self.complain(reason),
            (Some(_), None) => self.tell("The file of marks can be written again."),
            _ => {}
        }
    }

    /// How many objects people contradict each other about, and one of them; with an assessment
    /// given, only those that are new since.
    pub(super) fn about_conflicts(&self, since: Option<&Assessment>) -> Option<String> {
        let known = |id, mark: &Mark| since.is_some_and(|s| s.mark(id).conflicts == mark.conflicts);
        let new: Vec<_> = self.assessment.in_conflict().filter(|(id, mark)| !known(*id, mark)).collect();
        let (id, mark) = new.first()?;
        let field = mark.disputed().next()?;
        let id = id.short();
        Some(match (new.len(), mark.status_dispute_by_name()) {
            (1, Some(words)) => format!("Conflict: {id} is {words}; the next mark settles it."),
            (1, None) => format!("Conflict about the {} of {id}; its page shows both sides.", field.word()),
            (count, _) => format!("{count} conflicts, {id} is the first; the pages show both sides."),
        })
    }

    /// Moves the matrix to what an undo changed: a change out of sight is a change not seen.
    fn show_changed(&mut self, edit: &Edit) {
        if let Some(change) = edit.changes.first() {
            self.grid.go(&self.catalog, change.id);
        }
    }

    pub(super) fn not_in_file(&mut self, reason: String) {
        self.complain(format!("NOT IN THE FILE: {reason}"));
        self.saving.behind = Some(reason);
    }

    pub(super) fn not_saved(&mut self, reason: String) {
        match self.saving.waiting.remove(self.saving.kept) {
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
    }

    pub(super) fn start_note(&mut self) {
        if let Some(ids) = self.targets() {
            self.start_note_on(ids);
        }
    }

    /// Opens the note of these: what stands in all of them, to be changed.
    pub(super) fn start_note_on(&mut self, ids: Vec<ObjectId>) {
        let note = |id: &ObjectId| self.assessment.mark(*id).note.as_deref().unwrap_or_default();
        let first = ids.first().map(note).unwrap_or_default();
        let text = if ids.iter().all(|id| note(id) == first) { first } else { "" };
        let edit = NoteEdit {
            input: Input::new(text.to_owned()),
            before: text.to_owned(),
            ids,
            warned: false,
            replaces: false,
        };
        self.popups.push(Popup::Note(edit));
    }

    pub(super) fn note_in_editor(&mut self) -> Vec<Effect> {
        let Some(ids) = self.targets() else { return Vec::new() };
        let [id] = ids.as_slice() else {
            let note = self.key_of(Command::Note);
            self.tell(format!(
                "The editor takes the note of one mark; {note} writes one for all that are selected."
            ));
            return Vec::new();
        };
        let note = self.assessment.mark(*id).note.clone().unwrap_or_default();
        vec![Effect::Edit { id: *id, note }]
    }

    /// Keeps the note that was typed. One for several marks takes the place of theirs, so it is asked
    /// first whether that is meant.
    pub(super) fn accept_note(&mut self) -> Vec<Effect> {
        let Some(Popup::Note(edit)) = self.popups.last_mut() else { return Vec::new() };
        let other = |id: &&ObjectId| {
            let note = self.assessment.mark(**id).note.as_deref();
            note.is_some_and(|note| note != edit.input.value())
        };
        let others = edit.ids.iter().filter(other).count();
        if edit.ids.len() > 1 && others > 0 && !std::mem::replace(&mut edit.replaces, true) {
            let accept = self.keymap.key_of(Scope::Text, Command::Accept);
            let count = edit.ids.len();
            self.tell(format!(
                "{others} of {count} have another note; {accept} again puts this one in their place."
            ));
            return Vec::new();
        }
        let Some(Popup::Note(edit)) = self.popups.pop() else { return Vec::new() };
        self.carry_out(&edit.ids, Deed::Note(edit.input.value().to_owned()))
    }

    pub(super) fn set_note(&mut self, id: ObjectId, note: &str) -> Vec<Effect> {
        self.carry_out(&[id], Deed::Note(note.to_owned()))
    }
}
