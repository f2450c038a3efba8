//! Totals with named denominators.

use jiff::civil::Date;

use super::{Assessment, State};
use crate::catalog::ObjectId;

/// How many of some techniques are in which state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rollup {
    counts: [usize; State::ALL.len()],
}

impl Rollup {
    /// Counts each id given, once per time it is given; one in conflict as what claims least.
    pub fn of(ids: impl IntoIterator<Item = ObjectId>, assessment: &Assessment, today: Date) -> Rollup {
        let mut rollup = Rollup::default();
        for id in ids {
            rollup.add(assessment.mark(id).counted_state(today));
        }
        rollup
    }

    /// Counts one more in a state by which figures count, see [`Mark::counted_state`](super::Mark::counted_state).
    pub(super) fn add(&mut self, counted: State) {
        self.counts[counted as usize] += 1;
    }

    pub fn count(&self, state: State) -> usize {
        self.counts[state as usize]
    }

    pub fn total(&self) -> usize {
        self.counts.iter().sum()
    }

    /// The denominator of every share: all but those marked not applicable.
    pub fn applicable(&self) -> usize {
        self.total() - self.count(State::NotApplicable)
    }

    /// Everything that somebody has looked at, not-applicable included.
    pub fn assessed(&self) -> usize {
        self.total() - self.count(State::Unassessed)
    }

    /// Claimed as covered, tested or not.
    pub fn covered(&self) -> usize {
        self.count(State::Covered) + self.count(State::Tested)
    }

    pub fn tested(&self) -> usize {
        self.count(State::Tested)
    }

    /// Whole percent of the applicable ones that are covered, rounded down so that 100 means all.
    /// None where nothing is applicable.
    pub fn percent_covered(&self) -> Option<usize> {
        (self.covered() * 100).checked_div(self.applicable())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Kind;
    use crate::coverage::{Claim, Conflict, Mark, Status};
    use jiff::civil::date;

    #[test]
    fn not_applicable_is_outside_the_denominator_and_unassessed_inside() {
        let id = |n| ObjectId::new(Kind::Technique, n, None);
        let today = date(2026, 11, 23);
        let mut assessment = Assessment::default();
        for (n, status) in [(0, Status::Covered), (1, Status::NotApplicable), (2, Status::Gap)] {
            assessment.marks.insert(id(n), Mark { status, ..Mark::default() });
        }
        let rollup = Rollup::of((0..4).map(id), &assessment, today);
        assert_eq!((rollup.total(), rollup.applicable(), rollup.assessed()), (4, 3, 3));
        assert_eq!(rollup.percent_covered(), Some(33));
        assert_eq!(Rollup::of([id(1)], &assessment, today).percent_covered(), None);
    }

    #[test]
    fn a_conflict_counts_once_and_as_what_claims_least() {
        let id = |n| ObjectId::new(Kind::Technique, n, None);
        let claim = |status| Conflict { claim: Claim::Status(status), by: None, on: None };
        let mut assessment = Assessment::default();
        for (n, statuses) in [
            (0, [Status::Covered, Status::Partial]),
            (1, [Status::NotApplicable, Status::Gap]),
            (2, [Status::Unassessed, Status::Covered]),
        ] {
            let conflicts = statuses.map(claim).to_vec();
            assessment.marks.insert(id(n), Mark { status: statuses[0], conflicts, ..Mark::default() });
        }
        let rollup = Rollup::of((0..3).map(id), &assessment, date(2026, 11, 23));
        assert_eq!((rollup.total(), rollup.applicable(), rollup.assessed()), (3, 3, 3));
        let by_state = State::ALL.map(|s| (s, rollup.count(s))).into_iter().filter(|(_, count)| *count > 0);
        let expected = [(State::Gap, 1), (State::Partial, 1), (State::Covered, 1)];
        assert_eq!(by_state.collect::<Vec<_>>(), expected);
    }
}
