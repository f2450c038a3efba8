//! Two assessments, or one on two days; and several taken together.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::steps::is_done;
use super::{Assessment, Rollup, State};
use crate::catalog::{Catalog, Kind, ObjectId};

/// One object whose state is another than it was. States as they count: of a conflict that which claims
/// least.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    pub id: ObjectId,
    pub before: State,
    pub after: State,
    /// Who set the mark last, as it is now; and when.
    pub by: Option<String>,
    pub on: Option<Date>,
}

/// How many techniques came to count as something, and how many ceased to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moves {
    pub gained: usize,
    pub lost: usize,
}

/// What happened between two states of an assessment, told apart by its cause. Every object is in one list
/// at most.
///
/// Of techniques: `now` is `then` with what is in [`changed`](Difference::changed) and
/// [`time_passed`](Difference::time_passed) moved, and with what is in [`grown`](Difference::grown)
/// added.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// We changed: the mark says something else than it did. What has both expired and been changed
    /// stands here; what has expired and been tested again stands nowhere.
    pub changed: Vec<Moved>,
    /// The mark says what it did, but a test of it has expired since.
    pub time_passed: Vec<Moved>,
    /// ATLAS grew: in scope, and not in the release of then. With the state of now.
    pub grown: Vec<(ObjectId, State)>,
    /// ATLAS retired: techniques and mitigations of then that the catalogue does not have, whether or
    /// not they would be in scope. With the state of then.
    pub retired: Vec<(ObjectId, State)>,
    /// The techniques in scope that the release of then had, as they were on that day. Retired ones are
    /// not counted.
    pub then: Rollup,
    /// The techniques in scope today.
    pub now: Rollup,
}

impl Difference {
    /// Compares the assessment of `then_date` with that of `today`, each as it counts on its day.
    ///
    /// `known_then` holds the ids of the release of then; without it all of `catalog` is taken to have
    /// been there, and what `then` has marked beyond it to be retired. `techniques` is the scope; the
    /// mitigations that ATLAS lists for any of it belong to it.
    pub fn between(
        then: &Assessment,
        known_then: Option<&BTreeSet<ObjectId>>,
        now: &Assessment,
        catalog: &Catalog,
        techniques: &BTreeSet<ObjectId>,
        then_date: Date,
        today: Date,
    ) -> Difference {
        let mut difference = Difference::default();
        let known = |id| known_then.is_none_or(|known| known.contains(&id));
        let in_scope = techniques.iter().copied().filter(|id| catalog.technique(*id).is_some());
        let listed = catalog.mitigations.iter();
        let listed = listed.filter(|m| m.techniques.iter().any(|t| techniques.contains(&t.technique)));
        for id in in_scope.chain(listed.map(|m| m.id)) {
            let (old, new) = (then.mark(id), now.mark(id));
            let (before, after) = (old.counted_state(then_date), new.counted_state(today));
            if id.kind() == Kind::Technique {
                difference.now.add(after);
                if known(id) {
                    difference.then.add(before);
                }
            }
            if !known(id) {
                difference.grown.push((id, after));
                continue;
            }
            if before == after {
                continue;
            }
            let moved = Moved { id, before, after, by: new.by.clone(), on: new.on };
            if old.counted_state(today) == after {
                difference.time_passed.push(moved);
            } else {
                difference.changed.push(moved);
            }
        }
        difference.retired = retired(then, known_then, catalog, then_date);
        difference
    }

    /// How many techniques we have brought to covered (tested or not), and how many we have taken back.
    pub fn covered(&self) -> Moves {
        moves(&self.changed, is_done)
    }

    /// How many techniques we have brought to tested, and how many we have taken back. Tests that have
    /// expired are in [`time_passed`](Difference::time_passed).
    pub fn tested(&self) -> Moves {
        moves(&self.changed, |state| state == State::Tested)
    }
}

fn retired(
    then: &Assessment,
    known_then: Option<&BTreeSet<ObjectId>>,
    catalog: &Catalog,
    then_date: Date,
) -> Vec<(ObjectId, State)> {
    // An assessment that was read with the catalogue of now has set them aside already.
    let marked = || then.marks.keys().chain(then.retired.keys()).copied();
    let ids: BTreeSet<ObjectId> = match known_then {
        Some(known) => known.iter().copied().collect(),
        None => marked().collect(),
    };
    let carries_marks = |id: &ObjectId| matches!(id.kind(), Kind::Technique | Kind::Mitigation);
    ids.into_iter()
        .filter(|id| carries_marks(id) && !catalog.contains(*id))
        .map(|id| (id, then.retired.get(&id).unwrap_or_else(|| then.mark(id)).counted_state(then_date)))
        .collect()
}

fn moves(moved: &[Moved], counts: impl Fn(State) -> bool) -> Moves {
    let mut moves = Moves::default();
    for Moved { before, after, .. } in moved.iter().filter(|m| m.id.kind() == Kind::Technique) {
        moves.gained += usize::from(!counts(*before) && counts(*after));
        moves.lost += usize::from(counts(*before) && !counts(*after));
    }
    moves
}

/// The order in which states of several systems count, the worst first: what nobody has looked at may
/// hide anything; then come known gaps, from nothing to something done; then what was accepted; then what
/// is claimed; then what is tested. That is the order of statuses in a conflict, with unassessed in
/// front: one system's mark does not speak for another.
const fn badness(counted: State) -> Option<u8> {
    match counted {
        State::Unassessed => Some(6),
        State::Gap => Some(5),
        State::Planned => Some(4),
        State::Partial => Some(3),
        State::Accepted => Some(2),
        State::Covered => Some(1),
        State::Tested => Some(0),
        // What does not concern one system says nothing about the others.
        State::NotApplicable | State::Conflict => None,
    }
}

/// Which of the assessments says the worst of an object: the first of equals, None of none.
fn worst<'a>(assessments: &[&'a Assessment], id: ObjectId, today: Date) -> Option<&'a Assessment> {
    let badness = |a: &Assessment| badness(a.mark(id).counted_state(today));
    // Of equal keys `max_by_key` would take the last.
    assessments.iter().rev().copied().max_by_key(|a| badness(a))
}

/// The state of an object over several systems: the worst there is, never an average. Unassessed in one
/// is unassessed; a system to which it does not apply is ignored, unless it applies to none. Of a
/// conflict that counts which claims least.
pub fn worst_case(assessments: &[&Assessment], id: ObjectId, today: Date) -> State {
    worst(assessments, id, today).map_or(State::Unassessed, |a| a.mark(id).counted_state(today))
}

/// The worst case of every object, as an assessment: each mark is that of the assessment which says the
/// worst, whole, so that owners and evidence of different systems do not mix. For looking at, not for
/// saving.
pub fn worst_of(assessments: &[&Assessment], today: Date) -> Assessment {
    let ids: BTreeSet<ObjectId> = assessments.iter().flat_map(|a| a.marks.keys().copied()).collect();
    let mark = |id| worst(assessments, id, today).map(|a| (id, a.mark(id).clone()));
    Assessment {
        release: assessments.first().map(|a| a.release.clone()).unwrap_or_default(),
        marks: ids.into_iter().filter_map(mark).filter(|(_, mark)| !mark.is_empty()).collect(),
        ..Assessment::default()
    }
}
