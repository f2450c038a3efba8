//! What we say about ATLAS: one mark per technique, sub-technique or mitigation.
//!
//! Pure. What a mark means and the rules that keep the figures honest are in `docs/coverage.md`.

mod age;
mod change;
mod compare;
mod conflict;
mod explain;
mod given;
mod lens;
mod lines;
mod log;
mod merge;
mod overview;
mod plan;
mod rollup;
mod scope;
mod set;
mod steps;
mod suggest;
mod when;
mod wish;

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::catalog::{ObjectId, sanitize};

pub use age::STALE_DAYS;
pub use change::{Change, Clash, Edit, History, Record};
pub use compare::{Difference, Moved, Moves, worst_case, worst_of};
pub use conflict::{Claim, Conflict, Field};
pub use explain::{Basis, Explanation, Figure, explain};
pub use given::parse_evidence;
pub use lens::{Aspect, Ground, MarkFacet, Shown};
pub use lines::{BadLine, MarkLine, Why, read_marks};
pub use log::LONGEST_LOG;
pub use merge::{Merged, merge, take_back};
pub use overview::{Ceiling, Kinds, Overview, Reach, Run, Share, Steps, Strip, TacticShare};
pub use plan::{Gap, NextMitigation, Plan, Score, Weights};
pub use rollup::Rollup;
pub use scope::{scope, unknown_platforms};
pub use set::{link_or_path, one_line};
pub use steps::{StepCount, is_preparation};
pub use suggest::{Rise, Suggestion, WhatIf, suggestion, suggestions, what_if};
pub use when::parse_day;
pub use wish::{WISHES, Wish};

/// Days for which a test vouches for a covered technique.
pub const TEST_EXPIRY_DAYS: i32 = 180;

/// The one word in a mark.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    #[default]
    Unassessed,
    Gap,
    Planned,
    Partial,
    Covered,
    NotApplicable,
    Accepted,
}

impl Status {
    pub const ALL: [Status; 7] = [
        Status::Unassessed,
        Status::Gap,
        Status::Planned,
        Status::Partial,
        Status::Covered,
        Status::NotApplicable,
        Status::Accepted,
    ];

    /// The word used in files, on the command line and on the screen.
    pub const fn word(self) -> &'static str {
        match self {
            Status::Unassessed => "unassessed",
            Status::Gap => "gap",
            Status::Planned => "planned",
            Status::Partial => "partial",
            Status::Covered => "covered",
            Status::NotApplicable => "not-applicable",
            Status::Accepted => "accepted",
        }
    }

    pub fn from_word(word: &str) -> Option<Status> {
        Status::ALL.into_iter().find(|s| s.word() == word)
    }
}

/// A status as it shows on a given day: covered is told apart by whether a test still vouches for it,
/// and statuses that contradict each other show as a conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    Unassessed,
    Gap,
    Planned,
    Partial,
    Covered,
    Tested,
    NotApplicable,
    Accepted,
    /// Shown only: nobody marks a thing so, and no figure counts it; see [`Mark::counted_state`].
    Conflict,
}

impl State {
    /// The states that one can mark a thing with, and by which figures count.
    pub const ALL: [State; 8] = [
        State::Unassessed,
        State::Gap,
        State::Planned,
        State::Partial,
        State::Covered,
        State::Tested,
        State::NotApplicable,
        State::Accepted,
    ];

    pub const fn glyph(self) -> char {
        match self {
            State::Unassessed => '.',
            State::Gap => '!',
            State::Planned => '~',
            State::Partial => '+',
            State::Covered => '#',
            State::Tested => '*',
            State::NotApplicable => '-',
            State::Accepted => 'a',
            State::Conflict => '?',
        }
    }

    pub const fn word(self) -> &'static str {
        match self {
            State::Unassessed => "unassessed",
            State::Gap => "gap",
            State::Planned => "planned",
            State::Partial => "partial",
            State::Covered => "covered",
            State::Tested => "covered, tested",
            State::NotApplicable => "not applicable",
            State::Accepted => "risk accepted",
            State::Conflict => "conflict",
        }
    }

    /// The word on the command line and in queries: one word each, as a shell likes it.
    pub const fn key(self) -> &'static str {
        match self {
            State::Unassessed => "unassessed",
            State::Gap => "gap",
            State::Planned => "planned",
            State::Partial => "partial",
            State::Covered => "covered",
            State::Tested => "tested",
            State::NotApplicable => "not-applicable",
            State::Accepted => "accepted",
            State::Conflict => "conflict",
        }
    }

    /// How far from done, for telling whether a sub-technique is worse than its parent:
    /// 0 is settled, higher is more open.
    pub const fn openness(self) -> u8 {
        match self {
            State::Tested | State::NotApplicable | State::Accepted => 0,
            State::Covered => 1,
            State::Partial => 2,
            State::Planned => 3,
            State::Gap => 4,
            State::Unassessed => 5,
            // One that is out of sight is to be found.
            State::Conflict => 6,
        }
    }
}

impl From<Status> for State {
    /// How a mark with the status shows where nothing was tested and nobody contradicts.
    fn from(status: Status) -> State {
        match status {
            Status::Unassessed => State::Unassessed,
            Status::Gap => State::Gap,
            Status::Planned => State::Planned,
            Status::Partial => State::Partial,
            Status::Covered => State::Covered,
            Status::NotApplicable => State::NotApplicable,
            Status::Accepted => State::Accepted,
        }
    }
}

/// What a piece of evidence shows that we can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EvidenceKind {
    Prevent,
    Detect,
    Respond,
}

impl EvidenceKind {
    pub const ALL: [EvidenceKind; 3] = [EvidenceKind::Prevent, EvidenceKind::Detect, EvidenceKind::Respond];

    /// The word used in files, on the command line and on the screen.
    pub const fn word(self) -> &'static str {
        match self {
            EvidenceKind::Prevent => "prevent",
            EvidenceKind::Detect => "detect",
            EvidenceKind::Respond => "respond",
        }
    }

    pub fn from_word(word: &str) -> Option<EvidenceKind> {
        EvidenceKind::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// What stands behind a mark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    pub kind: EvidenceKind,
    pub what: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<Date>,
}

/// What an organisation says of one technique or mitigation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    #[serde(default)]
    pub status: Status,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// May hold line breaks; no other control characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    /// The day of the last test that the controls passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tested: Option<Date>,
    /// The day by which the mark is to be looked at again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<Date>,
    /// Who set the mark last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The day it was set last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<Date>,
    /// What people said against each other, field by field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conflicts: Vec<Conflict>,
    /// Who said what when, oldest first; see [`Mark::sign`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub log: Vec<String>,
}

impl Mark {
    /// How the mark shows on the day `today`.
    pub fn state(&self, today: Date) -> State {
        if self.is_disputed(Field::Status) { State::Conflict } else { self.counted_state(today) }
    }

    /// How the mark counts on the day `today`: a test older than [`TEST_EXPIRY_DAYS`] has expired,
    /// and of a conflict that status counts which claims least.
    pub fn counted_state(&self, today: Date) -> State {
        match self.counted_status() {
            Status::Unassessed => State::Unassessed,
            Status::Gap => State::Gap,
            Status::Planned => State::Planned,
            Status::Partial => State::Partial,
            Status::Covered if self.test_is_valid(today) => State::Tested,
            Status::Covered => State::Covered,
            Status::NotApplicable => State::NotApplicable,
            Status::Accepted => State::Accepted,
        }
    }

    /// A test dated in the future vouches for nothing.
    fn test_is_valid(&self, today: Date) -> bool {
        self.tested
            .and_then(|on| today.since(on).ok())
            .is_some_and(|age| (0..=TEST_EXPIRY_DAYS).contains(&age.get_days()))
    }

    /// Sets the status that shows as `state`. Tested means covered and tested on the day `today`;
    /// covered takes back a test that may stand in the mark. Settles what was in conflict about
    /// status and test.
    pub fn set_state(&mut self, state: State, today: Date) {
        self.status = match state {
            State::Unassessed => Status::Unassessed,
            State::Gap => Status::Gap,
            State::Planned => Status::Planned,
            State::Partial => Status::Partial,
            State::Covered | State::Tested => Status::Covered,
            State::NotApplicable => Status::NotApplicable,
            State::Accepted => Status::Accepted,
            State::Conflict => return,
        };
        self.settle(Field::Status);
        self.settle(Field::Tested);
        match state {
            State::Tested => self.tested = Some(today),
            State::Covered => self.tested = None,
            _ => {}
        }
    }

    /// Sets the note without control characters and blank ends; a blank one is none. Settles what was
    /// in conflict about it.
    pub fn set_note(&mut self, note: &str) {
        let clean = sanitize(note, true);
        let lines: Vec<&str> = clean.lines().map(str::trim_end).collect();
        let note = lines.join("\n").trim_matches('\n').to_owned();
        self.note = (!note.is_empty()).then_some(note);
        self.settle(Field::Note);
    }

    /// Whether the mark says nothing at all.
    pub fn is_empty(&self) -> bool {
        *self == Mark::default()
    }
}

/// What an assessment is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// The AI system or organisation that is assessed; empty where the file does not say.
    pub name: String,
    /// The platforms that it has, as keys (`agentic-ai`); empty for all. Only techniques of these count.
    pub platforms: Vec<String>,
}

/// One file of marks for one scope.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Assessment {
    pub about: About,
    /// The release that the marks were made on; empty for a new assessment.
    pub release: String,
    /// Marks that say something; an absent id is unassessed.
    pub marks: BTreeMap<ObjectId, Mark>,
    /// Marks of ids that the opened release does not have, kept until resolved.
    pub retired: BTreeMap<ObjectId, Mark>,
}

impl Assessment {
    /// The mark of an object; the empty mark where there is none.
    pub fn mark(&self, id: ObjectId) -> &Mark {
        static NONE: Mark = Mark {
            status: Status::Unassessed,
            owner: None,
            note: None,
            evidence: Vec::new(),
            tested: None,
            review: None,
            by: None,
            on: None,
            conflicts: Vec::new(),
            log: Vec::new(),
        };
        self.marks.get(&id).unwrap_or(&NONE)
    }

    pub fn state(&self, id: ObjectId, today: Date) -> State {
        self.mark(id).state(today)
    }

    /// The objects about which people contradict each other, in any field.
    pub fn in_conflict(&self) -> impl Iterator<Item = (ObjectId, &Mark)> {
        self.marks.iter().filter(|(_, mark)| mark.disputed().next().is_some()).map(|(id, mark)| (*id, mark))
    }
}

#[cfg(test)]
mod samples;

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_test_vouches_until_it_expires_and_not_before_it_happened() {
        let mark = |on| Mark { status: Status::Covered, tested: Some(on), ..Mark::default() };
        let today = date(2026, 11, 23);
        assert_eq!(mark(date(2026, 5, 27)).state(today), State::Tested);
        assert_eq!(mark(date(2026, 5, 26)).state(today), State::Covered);
        assert_eq!(mark(date(2026, 11, 24)).state(today), State::Covered);
        let partial = Mark { status: Status::Partial, ..mark(today) };
        assert_eq!(partial.state(today), State::Partial);
    }

    #[test]
    fn every_state_has_a_glyph_of_its_own() {
        let states = State::ALL.iter().chain([&State::Conflict]);
        let glyphs: std::collections::BTreeSet<char> = states.map(|s| s.glyph()).collect();
        assert_eq!(glyphs.len(), State::ALL.len() + 1);
    }

    #[test]
    fn status_words_read_back() {
        for status in Status::ALL {
            assert_eq!(Status::from_word(status.word()), Some(status));
        }
        assert_eq!(Status::from_word("done"), None);
    }
}
