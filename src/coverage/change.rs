//! Changes of marks: apply, invert, undo, redo.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Assessment, Field, Mark, Status, merge, take_back};
use crate::catalog::ObjectId;

/// One mark before and after. Only the fields that differ are what the change is about, so two
/// people who change different fields of one mark do not undo each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub id: ObjectId,
    pub before: Mark,
    pub after: Mark,
}

impl Change {
    /// Merges the change into what the mark says now, and tells the fields that somebody else had
    /// changed otherwise. An emptied mark is dropped.
    pub fn apply(&self, assessment: &mut Assessment) -> Vec<Clash> {
        let merged = merge(&self.before, &self.after, assessment.mark(self.id));
        if merged.mark.is_empty() {
            assessment.marks.remove(&self.id);
        } else {
            assessment.marks.insert(self.id, merged.mark);
        }
        Clash::of(self.id, merged.clashes)
    }

    /// The same where this is the inverse of a change: takes back what still stands of it, and leaves
    /// what somebody has changed since. Tells the fields that were left.
    pub fn take_back(&self, assessment: &mut Assessment) -> Vec<Clash> {
        let merged = take_back(&self.after, &self.before, assessment.mark(self.id));
        if merged.mark.is_empty() {
            assessment.marks.remove(&self.id);
        } else {
            assessment.marks.insert(self.id, merged.mark);
        }
        Clash::of(self.id, merged.clashes)
    }

    /// What became of the mark in a few words, by the first field that differs: `partial`, `owner soc`.
    fn what(&self) -> Option<String> {
        let (before, after) = (&self.before, &self.after);
        let differs = |field| {
            before.claim(field) != after.claim(field) || before.is_disputed(field) != after.is_disputed(field)
        };
        let is_covered = after.status == Status::Covered;
        let field = [Field::Status, Field::Tested, Field::Owner, Field::Review, Field::Note];
        let Some(field) = field.into_iter().find(|field| differs(*field)) else {
            let pieces = [before, after].map(|mark| mark.evidence.len());
            let word = if pieces[0] > pieces[1] { "less evidence" } else { "evidence" };
            return (before.evidence != after.evidence).then(|| word.to_owned());
        };
        if field == Field::Status && after.is_disputed(field) {
            return Some("in conflict".to_owned());
        }
        let value = after.claim(field).value();
        Some(match (field, value) {
            (Field::Status, _) if is_covered && after.tested.is_some() => "covered, tested".to_owned(),
            (Field::Status, _) => after.status.word().to_owned(),
            (Field::Tested, None) if is_covered => "covered, not tested".to_owned(),
            (Field::Tested, Some(_)) if after.tested == after.on => "tested".to_owned(),
            (Field::Note, Some(_)) => "note".to_owned(),
            (field, Some(value)) => format!("{} {value}", field.word()),
            (Field::Tested, None) => "without a test".to_owned(),
            (field, None) => format!("without {}", field.word()),
        })
    }

    pub fn invert(&self) -> Change {
        Change { id: self.id, before: self.after.clone(), after: self.before.clone() }
    }
}

/// A field that two people changed differently: the mark now holds what both said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clash {
    pub id: ObjectId,
    pub field: Field,
}

impl Clash {
    pub fn of(id: ObjectId, fields: Vec<Field>) -> Vec<Clash> {
        fields.into_iter().map(|field| Clash { id, field }).collect()
    }
}

/// What one command changed: undone and redone as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    pub changes: Vec<Change>,
}

impl Edit {
    pub fn apply(&self, assessment: &mut Assessment) -> Vec<Clash> {
        self.changes.iter().flat_map(|change| change.apply(assessment)).collect()
    }

    /// Takes back, where this is the inverse of an edit; see [`Change::take_back`].
    pub fn take_back(&self, assessment: &mut Assessment) -> Vec<Clash> {
        self.changes.iter().flat_map(|change| change.take_back(assessment)).collect()
    }

    /// What the edit came to, in words: as [`Edit::describe`], or what the marks say where somebody
    /// else's word stands.
    pub fn outcome(&self, now: &Assessment, today: Date) -> String {
        let [one] = self.changes.as_slice() else { return self.describe() };
        let mark = now.mark(one.id);
        let as_meant = mark.status == one.after.status
            && mark.is_disputed(Field::Status) == one.after.is_disputed(Field::Status);
        if as_meant { self.describe() } else { format!("{} {}", one.id.short(), mark.state(today).word()) }
    }

    pub fn invert(&self) -> Edit {
        Edit { changes: self.changes.iter().rev().map(Change::invert).collect() }
    }

    /// The change in words, for messages: `T0051 partial`, `3 marks: owner soc`, `3 marks`.
    pub fn describe(&self) -> String {
        let named = |what: Option<String>| what.map(|what| format!(" {what}")).unwrap_or_default();
        match self.changes.as_slice() {
            [one] => format!("{}{}", one.id.short(), named(one.what())),
            many => {
                let first = many.first().and_then(Change::what);
                let is_alike = many.iter().all(|change| change.what() == first);
                let what = first.filter(|_| is_alike).map(|what| format!(": {what}")).unwrap_or_default();
                format!("{} marks{what}", many.len())
            }
        }
    }
}

/// One entry of the log from which undo is rebuilt after a restart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    Do(Edit),
    /// Takes the last edit back.
    Undo,
    /// Brings the last edit taken back, back.
    Redo,
}

impl Record {
    /// Does to the marks what the record came to.
    pub fn carry_out(&self, edit: &Edit, assessment: &mut Assessment) -> Vec<Clash> {
        match self {
            Record::Undo => edit.take_back(assessment),
            Record::Do(_) | Record::Redo => edit.apply(assessment),
        }
    }
}

/// Edits done and undone, newest last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    done: Vec<Edit>,
    undone: Vec<Edit>,
}

/// Steps that can be undone; older ones are forgotten.
const MOST: usize = 1_000;

impl History {
    /// Takes note of a record and says which edit has to be applied for it.
    /// None for an undo or redo when there is nothing to undo or redo.
    pub fn take(&mut self, record: &Record) -> Option<Edit> {
        match record {
            Record::Do(edit) => {
                self.undone.clear();
                self.done.push(edit.clone());
                if self.done.len() > MOST {
                    self.done.remove(0);
                }
                Some(edit.clone())
            }
            Record::Undo => {
                let edit = self.done.pop()?;
                let back = edit.invert();
                self.undone.push(edit);
                Some(back)
            }
            Record::Redo => {
                let edit = self.undone.pop()?;
                self.done.push(edit.clone());
                Some(edit)
            }
        }
    }

    /// The records that rebuild this history, oldest first; for shortening a log.
    pub fn records(&self) -> Vec<Record> {
        let edits = self.done.iter().chain(self.undone.iter().rev());
        let mut records: Vec<Record> = edits.map(|e| Record::Do(e.clone())).collect();
        records.extend(self.undone.iter().map(|_| Record::Undo));
        records
    }

    /// The edit that an undo would take back.
    pub fn last_done(&self) -> Option<&Edit> {
        self.done.last()
    }

    /// The edit that a redo would bring back.
    pub fn last_undone(&self) -> Option<&Edit> {
        self.undone.last()
    }
}

// What a record looks like in a log line: only this module knows that before and after are marks.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Line {
    Do(Vec<(String, Mark, Mark)>),
    Undo,
    Redo,
}

impl Serialize for Record {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Record::Do(edit) => {
                let changes = edit.changes.iter();
                Line::Do(changes.map(|c| (c.id.to_string(), c.before.clone(), c.after.clone())).collect())
            }
            Record::Undo => Line::Undo,
            Record::Redo => Line::Redo,
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let changes = match Line::deserialize(deserializer)? {
            Line::Do(changes) => changes,
            Line::Undo => return Ok(Record::Undo),
            Line::Redo => return Ok(Record::Redo),
        };
        let changes = changes.into_iter().map(|(id, before, after)| {
            let id = id.parse().map_err(serde::de::Error::custom)?;
            Ok(Change { id, before, after })
        });
        Ok(Record::Do(Edit { changes: changes.collect::<Result<_, _>>()? }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Kind;
    use crate::coverage::{Evidence, EvidenceKind, Status};
    use jiff::civil::date;
    use proptest::prelude::*;

    fn id(number: u16) -> ObjectId {
        ObjectId::new(Kind::Technique, number, None)
    }

    fn status_change(assessment: &Assessment, number: u16, status: Status) -> Edit {
        let before = assessment.mark(id(number)).clone();
        let after = Mark { status, ..before.clone() };
        Edit { changes: vec![Change { id: id(number), before, after }] }
    }

    #[test]
    fn a_change_leaves_other_fields_alone() {
        let mut theirs = Assessment::default();
        theirs.marks.insert(id(1), Mark { note: Some("theirs".into()), ..Mark::default() });
        status_change(&Assessment::default(), 1, Status::Gap).apply(&mut theirs);
        assert_eq!(theirs.mark(id(1)).status, Status::Gap);
        assert_eq!(theirs.mark(id(1)).note.as_deref(), Some("theirs"));
    }

    type Set = fn(&mut Mark);

    #[test]
    fn an_edit_says_what_became_of_its_marks() {
        let piece = Evidence { kind: EvidenceKind::Detect, what: "rule".into(), link: None, on: None };
        let day = Some(date(2026, 11, 23));
        let set: [(Set, &str, &str); 5] = [
            (|m| m.status = Status::Partial, "partial", "unassessed"),
            (|m| m.owner = Some("soc".into()), "owner soc", "without owner"),
            (|m| m.review = Some(date(2027, 1, 2)), "review 2027-01-02", "without review"),
            (|m| m.tested = Some(date(2026, 1, 2)), "tested 2026-01-02", "without a test"),
            (|m| m.note = Some("x".into()), "note", "without note"),
        ];
        let edit = |before: Mark, after: Mark, count: u16| Edit {
            changes: (1..=count)
                .map(|n| Change { id: id(n), before: before.clone(), after: after.clone() })
                .collect(),
        };
        for (set, there, back) in set {
            let mut after = Mark { on: day, ..Mark::default() };
            set(&mut after);
            let one = edit(Mark::default(), after.clone(), 1);
            assert_eq!(one.describe(), format!("T0001 {there}"));
            assert_eq!(one.invert().describe(), format!("T0001 {back}"));
            assert_eq!(edit(Mark::default(), after, 3).describe(), format!("3 marks: {there}"));
        }
        let after = Mark { evidence: vec![piece], ..Mark::default() };
        let one = edit(Mark::default(), after, 1);
        assert_eq!(
            (one.describe().as_str(), one.invert().describe().as_str()),
            ("T0001 evidence", "T0001 less evidence")
        );
        let mut mixed = edit(Mark::default(), Mark { status: Status::Gap, ..Mark::default() }, 2);
        mixed.changes[1].after.status = Status::Partial;
        assert_eq!(mixed.describe(), "2 marks");
    }

    #[test]
    fn undo_and_redo_with_nothing_to_do_say_so() {
        let mut history = History::default();
        assert_eq!(history.take(&Record::Undo), None);
        assert_eq!(history.take(&Record::Redo), None);
    }

    proptest! {
        #[test]
        fn any_sequence_undone_gives_the_first_state_and_redone_the_last(
            steps in prop::collection::vec((0u16..4, 0usize..7), 0..20)
        ) {
            let mut assessment = Assessment::default();
            let mut history = History::default();
            for (number, status) in &steps {
                let edit = status_change(&assessment, *number, Status::ALL[*status]);
                history.take(&Record::Do(edit.clone()));
                edit.apply(&mut assessment);
            }
            let last = assessment.clone();
            // A log shortened at this point rebuilds the same history.
            let mut rebuilt = History::default();
            for record in history.records() { rebuilt.take(&record); }
            prop_assert_eq!(&rebuilt, &history);
            while let Some(edit) = history.take(&Record::Undo) { edit.apply(&mut assessment); }
            prop_assert_eq!(&assessment, &Assessment::default());
            while let Some(edit) = history.take(&Record::Redo) { edit.apply(&mut assessment); }
            prop_assert_eq!(&assessment, &last);
        }
    }
}
