//! What a page tells of the mark of its object.

use super::object::Builder;
use super::{Part, Span, Target, Tone};
use crate::catalog::{Mitigation, ObjectId};
use crate::coverage::{
    Claim, Mark, Rise, State, StepCount, Suggestion, WhatIf, scope, suggestion, suggestions, what_if,
};

impl Builder<'_> {
    pub(super) fn state(&mut self, id: ObjectId) {
        let spans =
            |state: State| Span::new(format!("{} {}", state.glyph(), state.word()), Tone::State(state));
        let mark = self.assessment.mark(id);
        let state = mark.state(self.today);
        let mut value = vec![spans(state)];
        if state == State::Conflict {
            value.push(Span::new(", counts as ", Tone::Normal));
            value.push(spans(mark.counted_state(self.today)));
        }
        self.labelled("Status", value);
        if let Some(s) = suggestion(self.catalog, self.assessment, id, self.today) {
            let counts = Span::new(format!(" ({})", s.counts()), Tone::Normal);
            self.labelled("Suggested", vec![spans(s.to.into()), counts]);
        }
        for field in mark.disputed() {
            let claims = mark.claims(field);
            let said = claims.iter().map(|c| {
                // A note can be long, and stands on the page anyway.
                let value = match (&c.claim, c.claim.value()) {
                    (Claim::Note(Some(_)), _) => "kept".to_owned(),
                    (_, Some(value)) => value,
                    (_, None) => "none".to_owned(),
                };
                format!("{value} ({})", c.source())
            });
            let said = said.collect::<Vec<_>>().join(" or ");
            self.fact("Conflict", &format!("{}: {said}; {}.", field.word(), field.settled_by()));
        }
    }

    pub(super) fn mark(&mut self, id: ObjectId) {
        let Mark { status: _, owner, note, evidence, tested, review, by, on, conflicts: _, log: _ } =
            self.assessment.mark(id);
        if let Some(on) = on {
            let by = by.as_deref().map(|by| format!(" by {by}")).unwrap_or_default();
            self.fact("Marked", &format!("{on}{by}"));
        }
        self.fact("Owner", owner.as_deref().unwrap_or_default());
        let mark = self.assessment.mark(id);
        if let Some(tested) = tested {
            let expired = if mark.has_expired_test(self.today) { ", expired: test it again" } else { "" };
            self.fact("Tested", &format!("{tested}{expired}"));
        }
        if let Some(review) = review {
            let due = if mark.is_due(self.today) { ", due: look at it again" } else { "" };
            self.fact("Review by", &format!("{review}{due}"));
        }
        for e in evidence {
            let on = e.on.map(|on| format!(" ({on})")).unwrap_or_default();
            let mut value = vec![Span::new(format!("{}: {}{on}", e.kind.word(), e.what), Tone::Normal)];
            if let Some(link) = &e.link {
                value.push(Span::new(" ", Tone::Normal));
                value.push(self.link(Target::Url(link.clone()), link.clone(), self.line()));
            }
            self.labelled("Evidence", value);
        }
        self.fact("Note", note.as_deref().unwrap_or_default());
    }

    /// What the marks of a mitigation and others suggest now for the techniques in scope that ATLAS lists for
    /// it, and what would change if it were done.
    pub(super) fn what_it_brings(&mut self, m: &Mitigation) {
        let in_scope = scope(self.catalog, &self.assessment.about);
        let listed = m.techniques.iter().map(|edge| edge.technique).filter(|id| in_scope.contains(id));
        let listed = listed.collect();
        let now = suggestions(self.catalog, self.assessment, &listed, self.today);
        if !now.is_empty() && self.begin(Part::Text, "Suggests", Some(now.len())) {
            for s in &now {
                self.object_row(s.technique, &in_short(s), 0);
            }
        }
        let state = self.assessment.mark(m.id).counted_state(self.today);
        if !matches!(state, State::Unassessed | State::Gap | State::Planned | State::Partial) {
            return;
        }
        let techniques = scope(self.catalog, &self.assessment.about);
        let WhatIf { rising, falling: _, gain, steps } =
            what_if(self.catalog, self.assessment, m.id, State::Covered, &techniques, self.today);
        if !self.begin(Part::Text, "If done", Some(rising.len())) {
            return;
        }
        let part = |of: fn(StepCount) -> usize| format!("{} of {}", of(gain), of(steps));
        self.text(&format!(
            "{} case-study steps at the target would get their first finished control, and {} of preparation.",
            part(|count| count.target),
            part(|count| count.preparation)
        ));
        let suggested =
            if rising.is_empty() { "No more would be suggested than is." } else { "Then suggested:" };
        self.text(suggested);
        for Rise { after, .. } in &rising {
            self.object_row(after.technique, &in_short(after), 0);
        }
    }

    /// Who said what when, the newest first.
    pub(super) fn log(&mut self, id: ObjectId) {
        let log = &self.assessment.mark(id).log;
        if log.is_empty() || !self.begin(Part::Seen, "Log", Some(log.len())) {
            return;
        }
        for line in log.iter().rev() {
            self.push_wrapped(&[Span::new(line, Tone::Normal)], "", 2);
        }
    }
}

/// `partial, 2 of 11 done, 1 in part`: the section says of what.
fn in_short(s: &Suggestion) -> String {
    format!("{}, {}", s.to.word(), s.counts().replace(" listed mitigations", ""))
}
