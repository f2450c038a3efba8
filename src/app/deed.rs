//! What a mark command does to marks: to the object at hand or to all that are selected, as one edit, and
//! once more elsewhere.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{App, Confirm, Effect, Popup};
use crate::catalog::{Kind, ObjectId};
use crate::coverage::{
    Change, Claim, Edit, Evidence, Mark, Record, State, Status, scope, suggestion, suggestions,
};

/// What a mark command does to each mark that it goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Deed {
    State(State),
    /// Empty for nobody.
    Owner(String),
    Review(Option<Date>),
    Tested(Option<Date>),
    /// Empty for none.
    Note(String),
    Evidence(Evidence),
    /// Puts another piece of evidence in the place of one, or none.
    ChangeEvidence(Evidence, Option<Evidence>),
    /// Settles a conflict.
    Choose(Claim),
    /// Accepts what is suggested.
    Accept,
}

impl Deed {
    fn apply(&self, mark: &mut Mark, today: Date) {
        match self {
            Deed::State(state) => mark.set_state(*state, today),
            Deed::Owner(owner) => mark.set_owner(owner),
            Deed::Review(day) => mark.set_review(*day),
            Deed::Tested(day) => mark.set_tested(*day),
            Deed::Note(note) => mark.set_note(note),
            Deed::Evidence(piece) => mark.add_evidence(piece.clone()),
            Deed::ChangeEvidence(piece, None) => mark.evidence.retain(|e| e != piece),
            Deed::ChangeEvidence(piece, Some(new)) => {
                mark.evidence.iter_mut().filter(|e| *e == piece).for_each(|e| e.clone_from(new));
            }
            Deed::Choose(claim) => mark.choose(claim.clone()),
            Deed::Accept => {}
        }
    }

    /// Whether it makes sense on another object.
    const fn can_be_repeated(&self) -> bool {
        !matches!(self, Deed::ChangeEvidence(..) | Deed::Choose(_))
    }
}

impl App {
    /// What mark commands go to; says so where there is nothing, or where nothing can be saved.
    pub(super) fn targets(&mut self) -> Option<Vec<ObjectId>> {
        if let Some(reason) = self.read_only.clone() {
            self.complain(reason);
            return None;
        }
        let ids = self.mark_targets();
        if ids.is_empty() {
            self.tell("There is nothing to mark here: marks go to techniques and mitigations.");
            return None;
        }
        Some(ids)
    }

    pub(super) fn mark(&mut self, state: State) -> Vec<Effect> {
        let Some(ids) = self.targets() else { return Vec::new() };
        self.carry_out(&ids, Deed::State(state))
    }

    pub(super) fn repeat_mark(&mut self) -> Vec<Effect> {
        let Some(deed) = self.last_deed.clone() else {
            self.tell("Nothing has been marked yet that could be repeated.");
            return Vec::new();
        };
        let Some(ids) = self.targets() else { return Vec::new() };
        self.carry_out(&ids, deed)
    }

    /// Accepts what is suggested for what mark commands go to; of a mitigation, all that it suggests.
    pub(super) fn accept_suggested(&mut self) -> Vec<Effect> {
        let Some(ids) = self.targets() else { return Vec::new() };
        self.carry_out(&ids, Deed::Accept)
    }

    /// Asks whether all suggestions are to be accepted, of what the filter shows.
    pub(super) fn ask_to_accept_all(&mut self) {
        if let Some(reason) = self.read_only.clone() {
            self.complain(reason);
            return;
        }
        let all = scope(&self.catalog, &self.assessment.about);
        let techniques = self.looked_at().unwrap_or(&all);
        let found = suggestions(&self.catalog, &self.assessment, techniques, self.today);
        if found.is_empty() {
            self.tell("Nothing is suggested.");
            return;
        }
        let count = |to: Status| found.iter().filter(|s| s.to == to).count();
        let kinds = [Status::Covered, Status::Partial, Status::Planned].map(|to| (count(to), to.word()));
        let kinds: Vec<String> = kinds
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        let filtered = if self.lens.is_empty() { "" } else { " that the filter shows" };
        let question = format!(
            "Accept {} suggestions for {} techniques{filtered}: {}?",
            found.len(),
            techniques.len(),
            kinds.join(", ")
        );
        let ids = found.iter().map(|s| s.technique).collect();
        self.popups.push(Popup::Confirm(Confirm { question, ids }));
    }

    /// Carries out a deed on all of the objects as one edit, shows it, has it saved, and remembers it.
    pub(super) fn carry_out(&mut self, ids: &[ObjectId], deed: Deed) -> Vec<Effect> {
        if let Some(reason) = self.read_only.clone() {
            self.complain(reason);
            return Vec::new();
        }
        self.range = None;
        let ids = if deed == Deed::Accept { self.suggested_by(ids) } else { ids.to_vec() };
        let changes: Vec<Change> = ids.iter().filter_map(|id| self.changed(*id, &deed)).collect();
        if changes.is_empty() {
            self.tell(self.nothing_done(&ids, &deed));
            return Vec::new();
        }
        let edit = Edit { changes };
        self.saving.about = App::about(&edit, ids.len(), &deed).map(|text| (edit.clone(), text));
        edit.apply(&mut self.assessment);
        self.revision += 1;
        if deed.can_be_repeated() {
            self.last_deed = Some(deed);
        }
        self.save(Record::Do(edit))
    }

    /// The techniques among the objects, and those in scope that ATLAS lists for the mitigations among
    /// them: what the page of a mitigation shows.
    fn suggested_by(&self, ids: &[ObjectId]) -> Vec<ObjectId> {
        let scope = scope(&self.catalog, &self.assessment.about);
        let mut techniques = BTreeSet::new();
        for id in ids {
            match self.catalog.mitigation(*id) {
                Some(mitigation) => {
                    let listed = mitigation.techniques.iter().map(|m| m.technique);
                    techniques.extend(listed.filter(|id| scope.contains(id)));
                }
                None if id.kind() == Kind::Technique => {
                    techniques.insert(*id);
                }
                None => {}
            }
        }
        techniques.into_iter().collect()
    }

    /// What the deed makes of one mark, signed; None where that is nothing new.
    fn changed(&self, id: ObjectId, deed: &Deed) -> Option<Change> {
        let before = self.assessment.mark(id).clone();
        let mut after = before.clone();
        let author = self.author.as_deref();
        if *deed == Deed::Accept {
            suggestion(&self.catalog, &self.assessment, id, self.today)?
                .accept(&mut after, author, self.today);
        } else {
            deed.apply(&mut after, self.today);
            if after == before {
                return None;
            }
            after.sign(&before, author, self.today);
        }
        Some(Change { id, before, after })
    }

    /// Why nothing was done.
    fn nothing_done(&self, ids: &[ObjectId], deed: &Deed) -> String {
        match (ids, deed) {
            ([id], Deed::Accept) => format!("Nothing is suggested for {}.", id.short()),
            (_, Deed::Accept) => format!("Nothing is suggested for any of these {}.", ids.len()),
            ([id], Deed::State(_)) => {
                let state = self.assessment.mark(*id).state(self.today);
                format!("{} is {} already; nothing changed.", id.short(), state.word())
            }
            ([id], _) => format!("{} says so already; nothing changed.", id.short()),
            (_, _) => format!("All {} are so already; nothing changed.", ids.len()),
        }
    }

    /// What is to be said of an edit beside what it did; None where there is nothing more.
    fn about(edit: &Edit, targets: usize, deed: &Deed) -> Option<String> {
        let done = edit.changes.len();
        let mut more = Vec::new();
        if *deed == Deed::Accept {
            more.push("as suggested".to_owned());
        } else if targets > done {
            let left = targets - done;
            more.push(format!("{left} {} so already", if left == 1 { "was" } else { "were" }));
        }
        let replaced = edit.changes.iter().filter(|c| c.before.note.is_some()).count();
        if matches!(deed, Deed::Note(note) if !note.trim().is_empty()) && targets > 1 && replaced > 0 {
            more.push(format!("{replaced} had another note"));
        }
        (!more.is_empty()).then(|| format!("{}; {}", edit.describe(), more.join("; ")))
    }

    /// What an edit did, for the message that it is saved.
    pub(super) fn told(&self, edit: &Edit) -> String {
        match &self.saving.about {
            Some((about, text)) if about == edit => text.clone(),
            _ => edit.describe(),
        }
    }
}
