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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coverage::samples::{self, TODAY, everything, mark, mitigation, technique};
    use crate::coverage::{Mark, Status};
    use jiff::civil::date;
    use proptest::prelude::*;

    fn moved(id: ObjectId, before: State, after: State) -> Moved {
        Moved { id, before, after, by: None, on: None }
    }

    #[test]
    fn what_we_did_stands_apart_from_time_and_from_atlas() {
        let parts = samples::Parts {
            techniques: vec![None; 6],
            mitigations: vec![[0].into(), [5].into()],
            ..samples::Parts::default()
        };
        let catalog = parts.catalog();
        let then_date = date(2026, 5, 1);
        let tested = |on| Mark { tested: Some(on), ..mark(Status::Covered) };
        let gone = ObjectId::new(Kind::Technique, 99, None);
        let marks = |marks: Vec<(ObjectId, Mark)>| Assessment {
            marks: marks.into_iter().collect(),
            ..Assessment::default()
        };
        let mut then = marks(vec![
            (technique(0), mark(Status::Gap)),
            (technique(1), tested(date(2026, 4, 1))),
            (technique(2), tested(date(2026, 4, 1))),
            (technique(3), tested(date(2026, 4, 1))),
            (mitigation(0), mark(Status::Planned)),
        ]);
        then.retired.insert(gone, mark(Status::Partial));
        let mut now = then.clone();
        let by_ann = Mark { by: Some("ann".to_owned()), on: Some(TODAY), ..mark(Status::Covered) };
        now.marks.insert(technique(0), by_ann);
        now.marks.insert(technique(2), mark(Status::Gap));
        now.marks.insert(technique(3), tested(TODAY));
        now.marks.insert(technique(5), mark(Status::Covered));
        now.marks.insert(mitigation(0), mark(Status::Covered));
        let mut known: BTreeSet<ObjectId> = (0..5).map(technique).collect();
        known.extend([mitigation(0), mitigation(1), gone]);
        let d =
            Difference::between(&then, Some(&known), &now, &catalog, &everything(&catalog), then_date, TODAY);
        let ann = Moved {
            by: Some("ann".into()),
            on: Some(TODAY),
            ..moved(technique(0), State::Gap, State::Covered)
        };
        let expected = [
            ann,
            moved(technique(2), State::Tested, State::Gap),
            moved(mitigation(0), State::Planned, State::Covered),
        ];
        assert_eq!(d.changed, expected);
        assert_eq!(d.time_passed, [moved(technique(1), State::Tested, State::Covered)]);
        assert_eq!(d.grown, [(technique(5), State::Covered)]);
        assert_eq!(d.retired, [(gone, State::Partial)]);
        assert_eq!((d.then.total(), d.then.covered(), d.then.tested()), (5, 3, 3));
        assert_eq!((d.now.total(), d.now.covered(), d.now.tested()), (6, 4, 1));
        assert_eq!(d.covered(), Moves { gained: 1, lost: 1 });
        assert_eq!(d.tested(), Moves { gained: 0, lost: 1 });
        // Without the list of then nothing can be told to be new.
        let scope = everything(&catalog);
        let unknown = Difference::between(&then, None, &now, &catalog, &scope, then_date, TODAY);
        assert_eq!((unknown.grown.len(), unknown.changed.len()), (0, 4));
        assert_eq!(unknown.retired, d.retired);
    }

    #[test]
    fn over_several_systems_the_worst_counts() {
        use Status::{Accepted, Covered, Gap, NotApplicable, Partial, Planned, Unassessed};
        let today = TODAY;
        let id = technique(0);
        let system = |status| Assessment { marks: [(id, mark(status))].into(), ..Assessment::default() };
        for (statuses, expected) in [
            (vec![Covered, Gap], State::Gap),
            (vec![Gap, Unassessed], State::Unassessed),
            (vec![Planned, Gap, Covered], State::Gap),
            (vec![Partial, Planned], State::Planned),
            (vec![Accepted, Partial], State::Partial),
            (vec![Covered, Accepted], State::Accepted),
            (vec![NotApplicable, Covered], State::Covered),
            (vec![NotApplicable, Unassessed], State::Unassessed),
            (vec![NotApplicable, NotApplicable], State::NotApplicable),
            (vec![], State::Unassessed),
        ] {
            let systems: Vec<Assessment> = statuses.iter().map(|s| system(*s)).collect();
            let mut systems: Vec<&Assessment> = systems.iter().collect();
            assert_eq!(worst_case(&systems, id, today), expected, "{statuses:?}");
            systems.reverse();
            assert_eq!(worst_case(&systems, id, today), expected, "{statuses:?} backwards");
            assert_eq!(worst_of(&systems, today).mark(id).counted_state(today), expected);
        }
        let tested = Assessment {
            marks: [(id, Mark { tested: Some(today), ..mark(Covered) })].into(),
            ..Assessment::default()
        };
        assert_eq!(worst_case(&[&tested, &tested], id, today), State::Tested);
        assert_eq!(worst_case(&[&tested, &system(Covered)], id, today), State::Covered);
    }

    proptest! {
        #[test]
        fn now_is_then_with_all_that_happened(
            (catalog, then, scope) in samples::sample(),
            now in samples::assessment(),
            known in prop::option::of(samples::scope()),
            days in 0_i32..400,
        ) {
            let then_date = TODAY.checked_sub(jiff::ToSpan::days(days)).unwrap();
            let d = Difference::between(&then, known.as_ref(), &now, &catalog, &scope, then_date, TODAY);
            let is_technique = |id: &ObjectId| id.kind() == Kind::Technique;
            for state in State::ALL {
                let moved = || d.changed.iter().chain(&d.time_passed).filter(|m| is_technique(&m.id));
                let came = moved().filter(|m| m.after == state).count()
                    + d.grown.iter().filter(|(id, s)| is_technique(id) && *s == state).count();
                let went = moved().filter(|m| m.before == state).count();
                prop_assert_eq!(d.now.count(state) + went, d.then.count(state) + came);
            }
            let ids: Vec<ObjectId> = d.changed.iter().chain(&d.time_passed).map(|m| m.id)
                .chain(d.grown.iter().map(|(id, _)| *id)).chain(d.retired.iter().map(|(id, _)| *id)).collect();
            let once: BTreeSet<ObjectId> = ids.iter().copied().collect();
            prop_assert_eq!(once.len(), ids.len());
            for m in &d.time_passed {
                prop_assert_eq!(then.mark(m.id).counted_state(TODAY), m.after);
            }
        }

        #[test]
        fn nothing_happens_to_what_is_compared_with_itself(
            (catalog, assessment, scope) in samples::sample()
        ) {
            let d = Difference::between(&assessment, None, &assessment, &catalog, &scope, TODAY, TODAY);
            prop_assert!(d.changed.is_empty() && d.time_passed.is_empty() && d.grown.is_empty());
            prop_assert_eq!(d.then, d.now);
        }

        #[test]
        fn the_worst_case_never_claims_more_than_any_system(
            systems in prop::collection::vec(samples::assessment(), 1..4), place in 0_usize..9
        ) {
            let systems: Vec<&Assessment> = systems.iter().collect();
            let id = technique(place);
            let worst = worst_case(&systems, id, TODAY);
            let states: Vec<State> = systems.iter().map(|a| a.mark(id).counted_state(TODAY)).collect();
            prop_assert!(states.contains(&worst));
            prop_assert!(!is_done(worst) || states.iter().all(|s| is_done(*s) || *s == State::NotApplicable));
            prop_assert_eq!(worst_of(&systems, TODAY).mark(id).counted_state(TODAY), worst);
        }
    }
}
