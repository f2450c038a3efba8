//! The steps of case studies as something to count, and whether anything stands against them.

use std::ops::{AddAssign, SubAssign};

use jiff::civil::Date;

use super::{Assessment, State};
use crate::catalog::{Catalog, Kind, ObjectId, Technique};

/// The tactics in which the attacker is still among himself: Reconnaissance and Resource Development.
const PREPARATION: [ObjectId; 2] =
    [ObjectId::new(Kind::Tactic, 2, None), ObjectId::new(Kind::Tactic, 3, None)];

/// Whether a step in this tactic is one of preparation: on the attacker's own side, before he has
/// touched anything of the target. Such steps are counted apart everywhere, because cheap measures
/// (publish less) "meet" many of them without stopping anybody, which would flatter.
///
/// Reconnaissance and Resource Development are it. Most of their steps have no mitigation or one that
/// only limits what is published; 60 of 95 steps of Resource Development in 2026.09 have none. AI Model
/// Access is not: all of its 32 steps have a mitigation that works at the target (logging, access
/// control). Nor is AI Attack Adaptation (formerly AI Attack Staging): nearly half of its 76 steps come
/// after the target was touched, and 45 of the 46 with a mitigation have one that works in the target's
/// system (query limits, input detection, hardening).
pub fn is_preparation(tactic: ObjectId) -> bool {
    PREPARATION.contains(&tactic)
}

/// A number of case-study steps, those of preparation counted apart. Orders by the steps against the
/// target, then by those of preparation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StepCount {
    /// Steps that touch the target; see [`is_preparation`].
    pub target: usize,
    pub preparation: usize,
}

impl StepCount {
    /// The steps of all case studies that use a technique.
    pub fn of(catalog: &Catalog, technique: &Technique) -> StepCount {
        let mut count = StepCount::default();
        for step in technique.steps.iter().filter_map(|at| catalog.step(*at)) {
            count.add(step.tactic);
        }
        count
    }

    pub(super) fn add(&mut self, tactic: ObjectId) {
        if is_preparation(tactic) {
            self.preparation += 1;
        } else {
            self.target += 1;
        }
    }

    pub fn all(self) -> usize {
        self.target + self.preparation
    }

    pub fn is_zero(self) -> bool {
        self.all() == 0
    }
}

impl AddAssign for StepCount {
    fn add_assign(&mut self, other: StepCount) {
        self.target += other.target;
        self.preparation += other.preparation;
    }
}

impl SubAssign for StepCount {
    fn sub_assign(&mut self, other: StepCount) {
        self.target -= other.target;
        self.preparation -= other.preparation;
    }
}

/// Whether a mitigation in this state is done: claimed or tested.
pub(super) const fn is_done(state: State) -> bool {
    matches!(state, State::Covered | State::Tested)
}

/// Whether a mitigation in this state is still to be done. One that does not apply is not, nor is one
/// that was decided against.
pub(super) const fn is_to_do(state: State) -> bool {
    matches!(state, State::Unassessed | State::Gap | State::Planned | State::Partial)
}

/// What stands against a technique, and so against the steps that use it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Control {
    /// The technique is not applicable: its steps are outside every denominator.
    NotApplicable,
    /// Nothing more is meant to be done.
    Accepted,
    /// The technique is covered or tested, or a mitigation that ATLAS lists for it is done.
    Finished,
    None,
}

impl Control {
    pub(super) fn of(assessment: &Assessment, technique: &Technique, today: Date) -> Control {
        let state = |id| assessment.mark(id).counted_state(today);
        match state(technique.id) {
            State::NotApplicable => Control::NotApplicable,
            State::Accepted => Control::Accepted,
            own if is_done(own) || technique.mitigations.iter().any(|m| is_done(state(*m))) => {
                Control::Finished
            }
            _ => Control::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::builtin;

    #[test]
    fn preparation_is_two_tactics_of_the_builtin_catalogue() {
        let catalog = builtin().unwrap();
        let names: Vec<&str> =
            catalog.tactics.iter().filter(|t| is_preparation(t.id)).map(|t| &*t.name).collect();
        assert_eq!(names, ["Reconnaissance", "Resource Development"]);
    }

    #[test]
    fn every_step_of_the_builtin_catalogue_is_counted_once() {
        let catalog = &builtin().unwrap();
        let mut all = StepCount::default();
        for technique in &catalog.techniques {
            all += StepCount::of(catalog, technique);
        }
        assert_eq!(all, StepCount { target: 529, preparation: 136 });
        assert_eq!(all.all(), catalog.case_studies.iter().map(|c| c.steps.len()).sum::<usize>());
    }
}
