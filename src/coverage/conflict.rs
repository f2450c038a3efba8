//! What people said of one field at the same time: all of it is kept until one of it is chosen.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Mark, Status};

/// A field of a mark that holds one value, so that two people can contradict each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    Status,
    Owner,
    Note,
    Tested,
    Review,
}

impl Field {
    pub const ALL: [Field; 5] = [Field::Status, Field::Owner, Field::Note, Field::Tested, Field::Review];

    /// The name of the field in files and answers.
    pub const fn word(self) -> &'static str {
        match self {
            Field::Status => "status",
            Field::Owner => "owner",
            Field::Note => "note",
            Field::Tested => "tested",
            Field::Review => "review",
        }
    }

    pub fn from_word(word: &str) -> Option<Field> {
        Field::ALL.into_iter().find(|f| f.word() == word)
    }

    /// What a person does to settle a conflict of this field.
    pub const fn settled_by(self) -> &'static str {
        match self {
            Field::Status | Field::Tested => "the next mark settles it",
            Field::Note => "writing the note settles it",
            Field::Owner => "naming the owner settles it",
            Field::Review => "setting the day settles it",
        }
    }
}

/// A value that somebody gave a field; None says that there should be none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "field", content = "value", rename_all = "kebab-case")]
pub enum Claim {
    Status(Status),
    Owner(Option<String>),
    Note(Option<String>),
    Tested(Option<Date>),
    Review(Option<Date>),
}

impl Claim {
    pub const fn field(&self) -> Field {
        match self {
            Claim::Status(_) => Field::Status,
            Claim::Owner(_) => Field::Owner,
            Claim::Note(_) => Field::Note,
            Claim::Tested(_) => Field::Tested,
            Claim::Review(_) => Field::Review,
        }
    }

    /// The value as text, None where the claim is that there is none.
    pub fn value(&self) -> Option<String> {
        match self {
            Claim::Status(status) => Some(status.word().to_owned()),
            Claim::Owner(text) | Claim::Note(text) => text.clone(),
            Claim::Tested(date) | Claim::Review(date) => date.map(|d| d.to_string()),
        }
    }
}

/// One of the claims that contradict each other. Those of one field stand together in
/// [`Mark::conflicts`], the one that counts among them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    #[serde(flatten)]
    pub claim: Claim,
    /// Who had set the mark when it held this value.
    pub by: Option<String>,
    /// The day of that.
    pub on: Option<Date>,
}

impl Conflict {
    /// `ann, 2026-11-20`
    pub fn source(&self) -> String {
        let on = self.on.map(|d| d.to_string());
        match (&self.by, on) {
            (Some(by), Some(on)) => format!("{by}, {on}"),
            (Some(by), None) => by.clone(),
            (None, Some(on)) => on,
            (None, None) => "unsigned".to_owned(),
        }
    }
}

impl Status {
    /// The order in which contradicting statuses count: the one that claims least comes first, so
    /// that the share covered is never larger than either of two claims would make it. Taking a mark
    /// back claims nothing, so whatever was said against it counts.
    const fn strength(self) -> u8 {
        match self {
            Status::Gap => 0,
            Status::Planned => 1,
            Status::Partial => 2,
            Status::Accepted => 3,
            Status::NotApplicable => 4,
            Status::Covered => 5,
            Status::Unassessed => 6,
        }
    }

    /// The one that counts of statuses that contradict each other; unassessed where there are none.
    pub(super) fn weakest(statuses: impl IntoIterator<Item = Status>) -> Status {
        statuses.into_iter().min_by_key(|s| s.strength()).unwrap_or_default()
    }
}

impl Mark {
    /// What the mark says in a field.
    pub fn claim(&self, field: Field) -> Claim {
        match field {
            Field::Status => Claim::Status(self.status),
            Field::Owner => Claim::Owner(self.owner.clone()),
            Field::Note => Claim::Note(self.note.clone()),
            Field::Tested => Claim::Tested(self.tested),
            Field::Review => Claim::Review(self.review),
        }
    }

    pub(super) fn set_claim(&mut self, claim: Claim) {
        match claim {
            Claim::Status(status) => self.status = status,
            Claim::Owner(owner) => self.owner = owner,
            Claim::Note(note) => self.note = note,
            Claim::Tested(tested) => self.tested = tested,
            Claim::Review(review) => self.review = review,
        }
    }

    /// Everything that is said of a field, the value that the mark holds included. One where nobody
    /// contradicts. A file may list the other claims only: then the mark's own stands last.
    pub fn claims(&self, field: Field) -> Vec<Conflict> {
        let listed = self.conflicts.iter().filter(|c| c.claim.field() == field);
        let mut claims: Vec<Conflict> = listed.cloned().collect();
        let own = self.claim(field);
        if claims.iter().all(|c| c.claim != own) {
            claims.push(Conflict { claim: own, by: self.by.clone(), on: self.on });
        }
        claims
    }

    /// Whether people contradict each other in a field.
    pub fn is_disputed(&self, field: Field) -> bool {
        // Asked for every cell of every frame.
        if self.conflicts.is_empty() {
            return false;
        }
        let own = self.claim(field);
        self.conflicts.iter().any(|c| c.claim.field() == field && c.claim != own)
    }

    /// The fields in which people contradict each other.
    pub fn disputed(&self) -> impl Iterator<Item = Field> {
        Field::ALL.into_iter().filter(|field| self.is_disputed(*field))
    }

    /// The status that counts: that of the mark, or the one that claims least of a conflict.
    pub fn counted_status(&self) -> Status {
        let others = self.conflicts.iter().filter_map(|c| match c.claim {
            Claim::Status(status) => Some(status),
            _ => None,
        });
        Status::weakest(others.chain([self.status]))
    }

    /// The contradicting statuses in words: `gap or covered`. None where there is no such conflict.
    pub fn status_dispute(&self) -> Option<String> {
        let words: Vec<String> = self.claims(Field::Status).iter().filter_map(|c| c.claim.value()).collect();
        (words.len() > 1).then(|| words.join(" or "))
    }

    /// The same with who says so: `partial (ann) or covered (soc)`.
    pub fn status_dispute_by_name(&self) -> Option<String> {
        let said = |c: &Conflict| {
            let value = c.claim.value()?;
            Some(c.by.as_ref().map_or(value.clone(), |by| format!("{value} ({by})")))
        };
        let words: Vec<String> = self.claims(Field::Status).iter().filter_map(said).collect();
        (words.len() > 1).then(|| words.join(" or "))
    }

    /// Takes what the mark holds in a field for settled.
    pub fn settle(&mut self, field: Field) {
        self.conflicts.retain(|c| c.claim.field() != field);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coverage::State;
    use jiff::civil::date;

    fn status(status: Status, by: &str) -> Conflict {
        Conflict { claim: Claim::Status(status), by: Some(by.into()), on: Some(date(2026, 11, 20)) }
    }

    fn disputed(own: Status, others: &[Status]) -> Mark {
        Mark { status: own, conflicts: others.iter().map(|s| status(*s, "soc")).collect(), ..Mark::default() }
    }

    #[test]
    fn of_a_conflict_that_status_counts_which_claims_least() {
        use Status::{Accepted, Covered, Gap, NotApplicable, Partial, Planned, Unassessed};
        for (own, other, counts) in [
            (Covered, Gap, Gap),
            (Gap, Covered, Gap),
            (Planned, Partial, Planned),
            (Covered, Partial, Partial),
            (Covered, Accepted, Accepted),
            (Covered, NotApplicable, NotApplicable),
            (NotApplicable, Accepted, Accepted),
            (Accepted, Gap, Gap),
            // Who edits wins against who takes back.
            (Unassessed, Covered, Covered),
            (Gap, Unassessed, Gap),
        ] {
            let mark = disputed(own, &[own, other]);
            assert_eq!(mark.counted_status(), counts, "{own:?} {other:?}");
            assert_eq!(mark.state(date(2026, 11, 23)), State::Conflict);
            assert_eq!(disputed(own, &[other]), disputed(own, &[other]));
            assert_eq!(disputed(own, &[other]).counted_status(), counts, "only the other one listed");
        }
    }

    #[test]
    fn a_conflict_is_there_until_the_next_mark() {
        let today = date(2026, 11, 23);
        let mut mark = disputed(Status::Gap, &[Status::Gap, Status::Covered]);
        mark.conflicts.push(Conflict { claim: Claim::Owner(None), by: None, on: None });
        mark.owner = Some("ann".into());
        assert_eq!(mark.status_dispute().as_deref(), Some("gap or covered"));
        assert_eq!(mark.disputed().collect::<Vec<_>>(), [Field::Status, Field::Owner]);
        // A state that is no status settles nothing.
        mark.set_state(State::Conflict, today);
        assert!(mark.is_disputed(Field::Status));
        mark.set_state(State::Gap, today);
        assert_eq!((mark.state(today), mark.status_dispute()), (State::Gap, None));
        assert!(mark.is_disputed(Field::Owner), "who owns it is another question");
    }

    #[test]
    fn a_conflict_is_one_flat_object_in_json() {
        let all = [
            Claim::Status(Status::NotApplicable),
            Claim::Owner(Some("ann".into())),
            Claim::Note(None),
            Claim::Tested(Some(date(2026, 1, 2))),
            Claim::Review(None),
        ];
        for claim in all {
            let conflict = Conflict { claim, by: Some("soc".into()), on: None };
            let json = serde_json::to_value(&conflict).unwrap();
            assert_eq!(json["field"], conflict.claim.field().word());
            assert_eq!(json["value"].as_str().map(str::to_owned), conflict.claim.value());
            assert_eq!(serde_json::from_value::<Conflict>(json).unwrap(), conflict);
        }
    }

    #[test]
    fn field_words_read_back() {
        for field in Field::ALL {
            assert_eq!(Field::from_word(field.word()), Some(field));
        }
        assert_eq!(Field::from_word("evidence"), None);
    }
}
