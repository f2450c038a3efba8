//! What the marks of mitigations suggest for the techniques that ATLAS lists them for.
//!
//! A suggestion is never applied by itself: somebody accepts it.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::steps::{Control, is_done};
use super::{Assessment, Mark, State, Status, StepCount};
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
        format!("{}: suggests {}", self.counts(), self.to.word())
    }

    /// What it rests on: `2 of 11 listed mitigations done, 3 in part`
    pub fn counts(&self) -> String {
        let mut reason = format!("{} of {} listed mitigations done", self.done, self.listed);
        for (count, what) in [(self.partial, "in part"), (self.planned, "planned")] {
            if count > 0 {
                reason.push_str(&format!(", {count} {what}"));
            }
        }
        reason
    }

    /// Accepts it: sets the status and signs the mark, with the suggestion in the line of the log. Covered
    /// takes back an old test, which has not tried what is covered now.
    pub fn accept(&self, mark: &mut Mark, author: Option<&str>, today: Date) {
        let before = mark.clone();
        mark.status = self.to;
        if self.to == Status::Covered {
            mark.tested = None;
        }
        mark.sign_with(&before, author, today, Some(&format!("suggested by {}", self.counts())));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coverage::Mark;
    use crate::coverage::samples::{self, TODAY, mark, mitigation, technique};
    use proptest::prelude::*;

    /// A technique and its sub-technique, with four mitigations that list the technique only.
    fn small(statuses: [Status; 4]) -> (Catalog, Assessment) {
        let parts = samples::Parts {
            techniques: vec![None, None],
            mitigations: vec![[0].into(); 4],
            cases: vec![(None, vec![(0, 0), (0, 1), (1, 1)])],
        };
        let marks = statuses.into_iter().enumerate().map(|(place, s)| (mitigation(place), mark(s)));
        (parts.catalog(), Assessment { marks: marks.collect(), ..Assessment::default() })
    }

    #[test]
    fn what_is_done_of_what_is_listed_suggests_a_status() {
        use Status::{Accepted, Covered, Gap, NotApplicable, Partial, Planned, Unassessed};
        for (statuses, to) in [
            ([Covered, Covered, Covered, Covered], Some(Covered)),
            ([Covered, NotApplicable, Covered, NotApplicable], Some(Covered)),
            ([Covered, Gap, Unassessed, Unassessed], Some(Partial)),
            ([Covered, Covered, Covered, Accepted], Some(Partial)),
            ([Partial, Partial, Partial, Partial], Some(Partial)),
            ([Planned, Planned, Planned, Planned], Some(Planned)),
            ([Planned, Partial, Gap, Gap], Some(Partial)),
            ([Planned, Gap, Unassessed, NotApplicable], Some(Planned)),
            ([Gap, Unassessed, Accepted, NotApplicable], None),
            ([NotApplicable; 4], None),
        ] {
            let (catalog, assessment) = small(statuses);
            let suggested = suggestion(&catalog, &assessment, technique(0), TODAY);
            assert_eq!(suggested.map(|s| s.to), to, "{statuses:?}");
            assert_eq!(suggestion(&catalog, &assessment, technique(1), TODAY), None, "no vouching for subs");
        }
    }

    #[test]
    fn the_reason_names_what_it_counts() {
        let (catalog, assessment) =
            small([Status::Covered, Status::Partial, Status::Planned, Status::NotApplicable]);
        let reason = suggestion(&catalog, &assessment, technique(0), TODAY).unwrap().reason();
        assert_eq!(reason, "1 of 3 listed mitigations done, 1 in part, 1 planned: suggests partial");
        let (catalog, assessment) = small([Status::Covered; 4]);
        let reason = suggestion(&catalog, &assessment, technique(0), TODAY).unwrap().reason();
        assert_eq!(reason, "4 of 4 listed mitigations done: suggests covered");
    }

    #[test]
    fn a_mark_shows_what_it_would_bring_before_it_is_made() {
        let (catalog, assessment) = small([Status::Planned, Status::Gap, Status::Gap, Status::Gap]);
        let scope = samples::everything(&catalog);
        let ask = |m, state| what_if(&catalog, &assessment, mitigation(m), state, &scope, TODAY);
        let done = ask(1, State::Covered);
        let [rise] = done.rising.as_slice() else { panic!("{done:?}") };
        assert_eq!(rise.before.as_ref().map(|s| s.to), Some(Status::Planned));
        assert_eq!((rise.after.to, rise.after.done), (Status::Partial, 1));
        assert_eq!(done.gain, StepCount { target: 1, preparation: 1 });
        assert_eq!(done.steps, StepCount { target: 2, preparation: 1 });
        assert_eq!(ask(1, State::Partial).gain, StepCount::default());
        let taken_back = ask(0, State::Gap);
        assert_eq!((taken_back.rising.len(), taken_back.falling.len()), (0, 1));
        assert_eq!(ask(9, State::Covered).rising, [], "no such mitigation");
    }

    proptest! {
        #[test]
        fn suggestions_only_raise_and_are_done_with_once_accepted(
            (catalog, mut assessment, scope) in samples::sample()
        ) {
            let all = suggestions(&catalog, &assessment, &scope, TODAY);
            for s in &all {
                let mark = assessment.mark(s.technique);
                prop_assert!(mark.disputed().next().is_none());
                prop_assert!(s.done + s.partial + s.planned <= s.listed);
                let claims = [Status::Gap, Status::Planned, Status::Partial, Status::Covered];
                let place = |status| claims.iter().position(|s| *s == status);
                let now = if mark.status == Status::Unassessed { Status::Gap } else { mark.status };
                prop_assert!(place(now).is_some() && place(now) < place(s.to), "{:?}", s);
            }
            let untouched = assessment.clone();
            for s in &all {
                let mark = Mark { status: s.to, ..assessment.mark(s.technique).clone() };
                assessment.marks.insert(s.technique, mark);
            }
            prop_assert_eq!(suggestions(&catalog, &assessment, &scope, TODAY), []);
            for (id, mark) in &untouched.marks {
                prop_assert!(all.iter().any(|s| s.technique == *id) || assessment.mark(*id) == mark);
            }
        }

        #[test]
        fn what_if_is_doing_it_and_looking(
            (catalog, assessment, scope) in samples::sample(),
            place in 0_usize..7,
            state in prop::sample::select(State::ALL.to_vec()),
        ) {
            let asked = what_if(&catalog, &assessment, mitigation(place), state, &scope, TODAY);
            let mut done = assessment.clone();
            let mut mark = done.mark(mitigation(place)).clone();
            mark.set_state(state, TODAY);
            done.marks.insert(mitigation(place), mark);
            let rank = |s: &Option<Suggestion>| s.as_ref().map(|s| s.to);
            let (mut rising, mut falling) = (Vec::new(), Vec::new());
            for id in &scope {
                let before = suggestion(&catalog, &assessment, *id, TODAY);
                let after = suggestion(&catalog, &done, *id, TODAY);
                // Of what is suggested the order of declaration is that of what is claimed.
                if rank(&after) > rank(&before) {
                    rising.push(Rise { before, after: after.unwrap() });
                } else if rank(&after) < rank(&before) {
                    falling.extend(before);
                }
            }
            prop_assert_eq!(asked.rising, rising);
            prop_assert_eq!(asked.falling, falling);
            prop_assert!(asked.gain.target <= asked.steps.target);
            prop_assert!(asked.gain.preparation <= asked.steps.preparation);
        }
    }
}
