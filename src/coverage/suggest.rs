//! What the marks of mitigations suggest for the techniques that ATLAS lists them for.
//!
//! A suggestion is never applied by itself: somebody accepts it.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::steps::{Control, is_done};
use super::{Assessment, State, Status, StepCount};
use crate::catalog::{Catalog, ObjectId};

/// A status that the marks of a technique's mitigations suggest, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    pub technique: ObjectId,
    /// What is marked now: unassessed, gap, planned or partial.
    pub from: Status,
    /// Planned, partial or covered; more than what is marked.
    pub to: Status,
    /// The mitigations that ATLAS lists for the technique itself, without those not applicable.
    pub listed: usize,
    /// Those of them that are covered, tested or not.
    pub done: usize,
    pub partial: usize,
    pub planned: usize,
}

impl Suggestion {
    /// `2 of 11 listed mitigations done, 3 in part: suggests partial`
    pub fn reason(&self) -> String {
        let mut reason = format!("{} of {} listed mitigations done", self.done, self.listed);
        for (count, what) in [(self.partial, "in part"), (self.planned, "planned")] {
            if count > 0 {
                reason.push_str(&format!(", {count} {what}"));
            }
        }
        format!("{reason}: suggests {}", self.to.word())
    }
}

/// How much a status claims, None for those that suggestions leave alone: not applicable and accepted
/// are decisions.
const fn rank(status: Status) -> Option<u8> {
    match status {
        Status::Unassessed | Status::Gap => Some(0),
        Status::Planned => Some(1),
        Status::Partial => Some(2),
        Status::Covered => Some(3),
        Status::NotApplicable | Status::Accepted => None,
    }
}

/// What is suggested for a technique, None where nothing is.
///
/// Of the mitigations that ATLAS lists for the technique itself, without those marked not applicable:
/// all done suggests covered; else one done or partial suggests partial; else one planned suggests
/// planned. A parent's listing does not vouch for its sub-techniques. Only more than what is marked is
/// suggested, nothing for what is not applicable or accepted, and nothing where people contradict each
/// other about the technique: that is settled first. A mitigation in conflict counts as what claims
/// least.
pub fn suggestion(
    catalog: &Catalog,
    assessment: &Assessment,
    technique: ObjectId,
    today: Date,
) -> Option<Suggestion> {
    suggestion_if(catalog, assessment, technique, today, None)
}

/// The same where a mitigation is taken to be in a state other than it is.
fn suggestion_if(
    catalog: &Catalog,
    assessment: &Assessment,
    technique: ObjectId,
    today: Date,
    other: Option<(ObjectId, State)>,
) -> Option<Suggestion> {
    let mark = assessment.mark(technique);
    if mark.disputed().next().is_some() {
        return None;
    }
    let (mut listed, mut done, mut partial, mut planned) = (0, 0, 0, 0);
    for mitigation in &catalog.technique(technique)?.mitigations {
        let state = match other {
            Some((id, state)) if id == *mitigation => state,
            _ => assessment.mark(*mitigation).counted_state(today),
        };
        listed += usize::from(state != State::NotApplicable);
        done += usize::from(is_done(state));
        partial += usize::from(state == State::Partial);
        planned += usize::from(state == State::Planned);
    }
    let to = match (done, partial, planned) {
        (1.., _, _) if done == listed => Status::Covered,
        (1.., _, _) | (_, 1.., _) => Status::Partial,
        (_, _, 1..) => Status::Planned,
        _ => return None,
    };
    let from = mark.status;
    let rises = rank(to) > Some(rank(from)?);
    rises.then_some(Suggestion { technique, from, to, listed, done, partial, planned })
}

/// What is suggested for any of the techniques, by id.
pub fn suggestions(
    catalog: &Catalog,
    assessment: &Assessment,
    techniques: &BTreeSet<ObjectId>,
    today: Date,
) -> Vec<Suggestion> {
    techniques.iter().filter_map(|id| suggestion(catalog, assessment, *id, today)).collect()
}

/// A suggestion that a mark would bring or raise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rise {
    /// What is suggested already.
    pub before: Option<Suggestion>,
    pub after: Suggestion,
}

/// What marking a mitigation would change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WhatIf {
    /// The suggestions that would come or rise, by technique.
    pub rising: Vec<Rise>,
    /// The suggestions of today that would fall or fall away.
    pub falling: Vec<Suggestion>,
    /// The case-study steps in scope that would get their first finished control; see
    /// [`Plan::mitigations`](super::Plan::mitigations).
    pub gain: StepCount,
    /// The steps in scope whose technique is applicable: what `gain` is out of.
    pub steps: StepCount,
}

/// What would change for the techniques in scope, if the mitigation were marked with the state. Nothing
/// is marked.
pub fn what_if(
    catalog: &Catalog,
    assessment: &Assessment,
    mitigation: ObjectId,
    state: State,
    techniques: &BTreeSet<ObjectId>,
    today: Date,
) -> WhatIf {
    let mut result = WhatIf::default();
    let listed = catalog.mitigation(mitigation).map(|m| m.techniques.as_slice()).unwrap_or_default();
    let listed: BTreeSet<ObjectId> = listed.iter().map(|m| m.technique).collect();
    for technique in techniques.iter().filter_map(|id| catalog.technique(*id)) {
        let control = Control::of(assessment, technique, today);
        let steps = StepCount::of(catalog, technique);
        if control != Control::NotApplicable {
            result.steps += steps;
        }
        if !listed.contains(&technique.id) {
            continue;
        }
        if control == Control::None && is_done(state) {
            result.gain += steps;
        }
        let before = suggestion(catalog, assessment, technique.id, today);
        let after = suggestion_if(catalog, assessment, technique.id, today, Some((mitigation, state)));
        let ranks = [&before, &after].map(|s| s.as_ref().and_then(|s| rank(s.to)));
        match (before, after) {
            (before, Some(after)) if ranks[1] > ranks[0] => result.rising.push(Rise { before, after }),
            (Some(before), _) if ranks[1] < ranks[0] => result.falling.push(before),
            _ => {}
        }
    }
    result
}
