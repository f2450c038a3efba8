//! What a page tells of the mark of its object.

use super::object::Builder;
use super::{Part, Span, Target, Tone};
use crate::catalog::ObjectId;
use crate::coverage::{Claim, Mark, State};

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
