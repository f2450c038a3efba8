//! The verbs that change marks.

use super::{Context, about_missing, print_json};
use crate::catalog::{Kind, ObjectId};
use crate::cli::output::{Output, complain};
use crate::cli::{Failure, json};
use crate::coverage::{Assessment, Change, Edit, Mark, Record, State};

impl Context<'_> {
    /// Sets the state, the note, or both.
    pub(super) fn mark(
        &self,
        id: &str,
        state: Option<State>,
        note: Option<String>,
        json: bool,
    ) -> Result<(), Failure> {
        let id = self.id(id)?;
        if !matches!(id.kind(), Kind::Technique | Kind::Mitigation) {
            return Err(Failure::Usage(format!(
                "{id} is a {}; marks go to techniques and mitigations",
                id.kind().word()
            )));
        }
        let assessment = self.assessment_to_mark(true)?;
        let before = assessment.mark(id).clone();
        let mut after = Mark { ..before.clone() };
        if let Some(state) = state {
            after.set_state(state, self.today);
        }
        if let Some(note) = note {
            after.set_note(&note);
        }
        if after != before {
            after.sign(&before, self.author.as_deref(), self.today);
            let edit = Edit { changes: vec![Change { id, before, after }] };
            let saved = self.store.commit(self.catalog, &Record::Do(edit)).map_err(Failure::data)?;
            for notice in &saved.notices {
                complain(notice);
            }
            return self.tell_mark(&saved.assessment, id, json);
        }
        self.tell_mark(&assessment, id, json)
    }

    fn tell_mark(&self, assessment: &Assessment, id: ObjectId, json: bool) -> Result<(), Failure> {
        if json {
            return print_json(&json::mark(assessment, self.today, id));
        }
        let state = assessment.state(id, self.today);
        let mut out = Output::new();
        let name = self.catalog.full_name(id);
        let dispute = assessment.mark(id).status_dispute();
        let dispute = dispute.map(|words| format!(", {words}; the next mark settles it")).unwrap_or_default();
        out.line(&format!("{} {} {name}: {}{dispute}", state.glyph(), id.short(), state.word()));
        out.finish()
    }

    pub(super) fn undo(&self, record: &Record, json: bool) -> Result<(), Failure> {
        let saved = self.store.commit(self.catalog, record).map_err(Failure::data)?;
        for notice in &saved.notices {
            complain(notice);
        }
        let Some(edit) = saved.applied else {
            if let Some(text) = about_missing(self.store, self.named) {
                complain(&text);
            }
            let what = if *record == Record::Undo { "undo" } else { "redo" };
            return Err(Failure::Nothing(format!("there is nothing to {what}")));
        };
        if json {
            let marks = edit.changes.iter().map(|c| json::mark(&saved.assessment, self.today, c.id));
            return print_json(&marks.collect());
        }
        let mut out = Output::new();
        out.line(&format!("now: {}", edit.outcome(&saved.assessment, self.today)));
        out.finish()
    }
}
