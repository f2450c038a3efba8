//! Where we stand: the figures of the dashboard and of reports, each with its denominator.

use std::collections::{BTreeSet, HashMap};

use jiff::civil::Date;

use super::steps::is_done;
use super::{Assessment, EvidenceKind, Mark, Rollup, State, is_preparation};
use crate::catalog::{CaseStudy, Catalog, ObjectId, Technique};

/// Where we stand on one day, for the techniques and sub-techniques in scope. What is in conflict
/// counts as what claims least.
///
/// The *marks in scope* are those of the techniques in scope and of the mitigations that ATLAS lists
/// for any of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overview {
    /// The techniques and sub-techniques in scope, each once.
    pub techniques: Rollup,
    /// The mitigations that ATLAS lists for something in scope.
    pub mitigations: Rollup,
    /// In matrix order, also those with nothing in scope.
    pub tactics: Vec<TacticShare>,
    pub steps: Steps,
    pub ceiling: Ceiling,
    /// The case studies with a step in scope, by id.
    pub cases: Vec<Strip>,
    /// Of the marks in scope that have a review date: those whose date has passed.
    pub due: Share,
    /// Of the marks in scope that are covered and have been tested: those whose test has expired.
    pub expired: Share,
    /// Of the assessed marks in scope that say when they were set: those older than
    /// [`STALE_DAYS`](super::STALE_DAYS).
    pub stale: Share,
    /// Of the assessed marks in scope: those without an owner.
    pub unowned: Share,
    /// Of the marks in scope that are covered, tested or not: those without any evidence.
    pub without_evidence: Share,
    /// Of the marks in scope: those about which people contradict each other, in any field.
    pub conflicts: Share,
    pub kinds: Kinds,
}

/// Some of the objects in scope, by id, of how many.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Share {
    pub ids: Vec<ObjectId>,
    pub of: usize,
}

impl Share {
    pub fn count(&self) -> usize {
        self.ids.len()
    }

    fn add(&mut self, id: ObjectId, counts: bool) {
        self.of += 1;
        if counts {
            self.ids.push(id);
        }
    }
}

/// The techniques and sub-techniques of one tactic that are in scope. One that stands in several tactics counts
/// in each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TacticShare {
    pub tactic: ObjectId,
    pub rollup: Rollup,
}

/// The case-study steps whose technique is in scope, by the state of that technique: a step is *met*
/// where it is covered, tested or not. A technique that is used in several steps counts in each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Steps {
    /// Steps that touch the target.
    pub target: Rollup,
    /// Steps on the attacker's own side; see [`is_preparation`].
    pub preparation: Rollup,
}

/// How far the mitigations that ATLAS lists reach, whatever is marked. The rest needs controls of
/// one's own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ceiling {
    /// Techniques and sub-techniques in scope.
    pub techniques: Reach,
    /// Case-study steps in scope that touch the target.
    pub steps: Reach,
    /// Case-study steps in scope on the attacker's own side.
    pub preparation: Reach,
}

/// For how many of some things ATLAS lists a mitigation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reach {
    /// The technique itself is listed.
    pub direct: usize,
    /// The technique or its parent is listed.
    pub inherited: usize,
    pub of: usize,
}

impl Reach {
    fn add(&mut self, listed: Listed) {
        self.direct += usize::from(listed.direct);
        self.inherited += usize::from(listed.inherited);
        self.of += 1;
    }
}

/// How far a case study would get: its steps in attack order, in our states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strip {
    pub case: ObjectId,
    /// As they show, so also conflicts; None where the technique is out of scope. As long as
    /// [`CaseStudy::steps`].
    pub steps: Vec<Option<State>>,
    /// The position of the first step that is covered, tested or not.
    pub first_covered: Option<usize>,
    pub first_tested: Option<usize>,
    /// The longest run of open steps, the first of equally long ones. None where no step is open.
    pub longest_open: Option<Run>,
}

/// Steps one after another that nothing stops: neither covered nor tested. Steps out of scope or not
/// applicable are passed over; they neither count nor end the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// The position of its first step.
    pub first: usize,
    /// The number of open steps in it.
    pub steps: usize,
}

/// Of the techniques in scope that are covered or covered in part: how many have evidence of each kind.
/// One with evidence of several kinds counts in each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Kinds {
    pub prevent: usize,
    pub detect: usize,
    pub respond: usize,
    pub of: usize,
}

impl Kinds {
    fn add(&mut self, mark: &Mark, counted: State) {
        if !is_done(counted) && counted != State::Partial {
            return;
        }
        let has = |kind| usize::from(mark.evidence.iter().any(|e| e.kind == kind));
        self.of += 1;
        self.prevent += has(EvidenceKind::Prevent);
        self.detect += has(EvidenceKind::Detect);
        self.respond += has(EvidenceKind::Respond);
    }

    pub const fn count(&self, kind: EvidenceKind) -> usize {
        match kind {
            EvidenceKind::Prevent => self.prevent,
            EvidenceKind::Detect => self.detect,
            EvidenceKind::Respond => self.respond,
        }
    }
}

/// Whether ATLAS lists a mitigation for a technique, and for it or its parent.
#[derive(Clone, Copy)]
struct Listed {
    direct: bool,
    inherited: bool,
}

impl Listed {
    fn of(catalog: &Catalog, technique: &Technique) -> Listed {
        let direct = !technique.mitigations.is_empty();
        let parent = || technique.parent.and_then(|id| catalog.technique(id));
        Listed { direct, inherited: direct || parent().is_some_and(|p| !p.mitigations.is_empty()) }
    }
}

/// What is known of a technique in scope, looked up once.
struct Standing {
    shown: State,
    counted: State,
    listed: Listed,
}

impl Overview {
    /// `techniques` is the scope; what of it the catalogue does not have is left out.
    pub fn of(
        catalog: &Catalog,
        assessment: &Assessment,
        techniques: &BTreeSet<ObjectId>,
        today: Date,
    ) -> Overview {
        let mut overview = Overview::default();
        let mut scope: HashMap<ObjectId, Standing> = HashMap::with_capacity(techniques.len());
        for technique in techniques.iter().filter_map(|id| catalog.technique(*id)) {
            let mark = assessment.mark(technique.id);
            let counted = mark.counted_state(today);
            let listed = Listed::of(catalog, technique);
            overview.techniques.add(counted);
            overview.ceiling.techniques.add(listed);
            overview.kinds.add(mark, counted);
            overview.look_after(technique.id, mark, counted, today);
            scope.insert(technique.id, Standing { shown: mark.state(today), counted, listed });
        }
        for mitigation in &catalog.mitigations {
            if mitigation.techniques.iter().any(|m| scope.contains_key(&m.technique)) {
                let mark = assessment.mark(mitigation.id);
                let counted = mark.counted_state(today);
                overview.mitigations.add(counted);
                overview.look_after(mitigation.id, mark, counted, today);
            }
        }
        for tactic in &catalog.tactics {
            let mut rollup = Rollup::default();
            for standing in catalog.in_tactic(tactic).filter_map(|id| scope.get(&id)) {
                rollup.add(standing.counted);
            }
            overview.tactics.push(TacticShare { tactic: tactic.id, rollup });
        }
        for case in &catalog.case_studies {
            overview.add_case(case, &scope);
        }
        overview
    }

    /// Counts what has to be looked after in one mark.
    fn look_after(&mut self, id: ObjectId, mark: &Mark, counted: State, today: Date) {
        if mark.is_empty() {
            return;
        }
        self.conflicts.add(id, mark.disputed().next().is_some());
        if mark.review.is_some() {
            self.due.add(id, mark.is_due(today));
        }
        if counted != State::Unassessed {
            self.unowned.add(id, mark.owner.is_none());
            if let Some(stale) = mark.is_stale(today) {
                self.stale.add(id, stale);
            }
        }
        if is_done(counted) {
            self.without_evidence.add(id, mark.evidence.is_empty());
            if mark.tested.is_some_and(|on| on <= today) {
                self.expired.add(id, mark.has_expired_test(today));
            }
        }
    }

    fn add_case(&mut self, case: &CaseStudy, scope: &HashMap<ObjectId, Standing>) {
        let in_scope: Vec<Option<&Standing>> = case.steps.iter().map(|s| scope.get(&s.technique)).collect();
        if in_scope.iter().all(Option::is_none) {
            return;
        }
        for (step, standing) in case.steps.iter().zip(&in_scope) {
            let Some(standing) = standing else { continue };
            let (rollup, reach) = if is_preparation(step.tactic) {
                (&mut self.steps.preparation, &mut self.ceiling.preparation)
            } else {
                (&mut self.steps.target, &mut self.ceiling.steps)
            };
            rollup.add(standing.counted);
            reach.add(standing.listed);
        }
        let counted: Vec<Option<State>> = in_scope.iter().map(|s| s.map(|s| s.counted)).collect();
        self.cases.push(Strip {
            case: case.id,
            steps: in_scope.iter().map(|s| s.map(|s| s.shown)).collect(),
            first_covered: counted.iter().position(|s| s.is_some_and(is_done)),
            first_tested: counted.iter().position(|s| *s == Some(State::Tested)),
            longest_open: longest_open(&counted),
        });
    }
}

fn longest_open(steps: &[Option<State>]) -> Option<Run> {
    let mut longest: Option<Run> = None;
    let mut run: Option<Run> = None;
    for (at, state) in steps.iter().enumerate() {
        match state {
            None | Some(State::NotApplicable) => {}
            Some(state) if is_done(*state) => run = None,
            Some(_) => {
                let current = run.get_or_insert(Run { first: at, steps: 0 });
                current.steps += 1;
                if longest.is_none_or(|l| l.steps < current.steps) {
                    longest = run;
                }
            }
        }
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{Kind, builtin};
    use crate::coverage::samples::{self, TODAY, everything, mark, technique};
    use crate::coverage::{Field, STALE_DAYS, Status, StepCount};
    use proptest::prelude::*;

    #[test]
    fn the_figures_of_an_empty_assessment_of_2026_09() {
        let catalog = &builtin().unwrap();
        let overview = Overview::of(catalog, &Assessment::default(), &everything(catalog), TODAY);
        let reach = |direct, inherited, of| Reach { direct, inherited, of };
        assert_eq!(overview.ceiling.techniques, reach(134, 149, 208));
        assert_eq!(overview.ceiling.steps, reach(377, 385, 529));
        assert_eq!(overview.ceiling.preparation, reach(72, 86, 136));
        assert_eq!((overview.techniques.total(), overview.techniques.assessed()), (208, 0));
        assert_eq!(overview.mitigations.total(), 40);
        assert_eq!((overview.steps.target.total(), overview.steps.target.covered()), (529, 0));
        assert_eq!(overview.steps.preparation.total(), 136);
        let columns: Vec<usize> = overview.tactics.iter().map(|t| t.rollup.total()).collect();
        assert_eq!(columns, [18, 29, 25, 18, 4, 13, 20, 4, 19, 7, 17, 9, 8, 5, 9, 20]);
        assert_eq!(overview.cases.len(), 73);
        let longest = overview.cases.iter().filter_map(|c| c.longest_open).map(|r| r.steps).sum::<usize>();
        assert_eq!(longest, 665, "without a mark each case study is one open run");
        for share in shares(&overview) {
            assert_eq!(*share, Share::default());
        }
        assert_eq!(overview.kinds, Kinds::default());
    }

    fn shares(o: &Overview) -> [&Share; 6] {
        [&o.due, &o.expired, &o.stale, &o.unowned, &o.without_evidence, &o.conflicts]
    }

    #[test]
    fn a_strip_tells_where_an_attack_is_stopped_and_where_it_runs_freely() {
        use Status::{Accepted, Covered, Gap, NotApplicable, Partial, Unassessed};
        let statuses = [Covered, Gap, NotApplicable, Accepted, Covered, Partial, Unassessed];
        let mut assessment = Assessment::default();
        for (place, status) in statuses.into_iter().enumerate() {
            let tested = (place == 4).then_some(TODAY);
            assessment.marks.insert(technique(place), Mark { tested, ..mark(status) });
        }
        let steps = (0..statuses.len()).map(|place| (place, 1)).collect();
        let parts = samples::Parts {
            techniques: vec![None; statuses.len()],
            cases: vec![(None, steps)],
            ..samples::Parts::default()
        };
        let catalog = parts.catalog();
        let mut scope = everything(&catalog);
        let strip = |scope: &_| Overview::of(&catalog, &assessment, scope, TODAY).cases;
        let [whole] = strip(&scope).try_into().unwrap();
        assert_eq!((whole.first_covered, whole.first_tested), (Some(0), Some(4)));
        assert_eq!(whole.longest_open, Some(Run { first: 1, steps: 2 }), "not applicable is passed over");
        scope.remove(&technique(4));
        let [part] = strip(&scope).try_into().unwrap();
        assert_eq!((part.first_tested, part.steps[4]), (None, None));
        assert_eq!(part.longest_open, Some(Run { first: 1, steps: 4 }), "out of scope as well");
        assert_eq!(strip(&BTreeSet::new()), []);
    }

    proptest! {
        /// The same figures, each counted on its own by going through everything.
        #[test]
        fn figures_are_those_of_a_slow_obvious_count((catalog, assessment, scope) in samples::sample()) {
            let o = Overview::of(&catalog, &assessment, &scope, TODAY);
            let techniques: Vec<&Technique> =
                catalog.techniques.iter().filter(|t| scope.contains(&t.id)).collect();
            let ids = || techniques.iter().map(|t| t.id);
            prop_assert_eq!(o.techniques, Rollup::of(ids(), &assessment, TODAY));
            let mitigations: Vec<ObjectId> = catalog.mitigations.iter().map(|m| m.id)
                .filter(|m| techniques.iter().any(|t| t.mitigations.contains(m))).collect();
            prop_assert_eq!(o.mitigations, Rollup::of(mitigations.iter().copied(), &assessment, TODAY));
            for share in &o.tactics {
                let column = ids().filter(|id| catalog.technique(*id).unwrap().tactics.contains(&share.tactic));
                prop_assert_eq!(share.rollup, Rollup::of(column, &assessment, TODAY));
            }
            for preparation in [false, true] {
                let used = || catalog.case_studies.iter().flat_map(|c| &c.steps)
                    .filter(|s| (s.tactic == samples::tactic(0)) == preparation)
                    .map(|s| s.technique).filter(|id| scope.contains(id));
                let rollup = if preparation { o.steps.preparation } else { o.steps.target };
                prop_assert_eq!(rollup, Rollup::of(used(), &assessment, TODAY));
                let reach = if preparation { o.ceiling.preparation } else { o.ceiling.steps };
                let listed = |id: ObjectId| catalog.mitigations.iter()
                    .any(|m| m.techniques.iter().any(|t| t.technique == id));
                prop_assert_eq!(reach.of, used().count());
                prop_assert_eq!(reach.direct, used().filter(|id| listed(*id)).count());
                let inherited = used().filter(|id| listed(*id) || id.parent().is_some_and(listed));
                prop_assert_eq!(reach.inherited, inherited.count());
            }
            let mut marks: Vec<(ObjectId, &Mark)> = ids().chain(mitigations)
                .filter_map(|id| Some((id, assessment.marks.get(&id)?))).collect();
            marks.sort_by_key(|(id, _)| *id);
            let pick = |of: &dyn Fn(&Mark) -> bool, counts: &dyn Fn(&Mark) -> bool| {
                let of: Vec<_> = marks.iter().filter(|(_, m)| of(m)).collect();
                Share { ids: of.iter().filter(|(_, m)| counts(m)).map(|(id, _)| *id).collect(), of: of.len() }
            };
            let days = |date: Option<Date>| date.map(|d| TODAY.since(d).unwrap().get_days());
            let assessed = |m: &Mark| m.counted_status() != Status::Unassessed;
            let covered = |m: &Mark| m.counted_status() == Status::Covered;
            let expected = [
                pick(&|m| m.review.is_some(), &|m| m.review < Some(TODAY)),
                pick(&|m| covered(m) && days(m.tested) >= Some(0), &|m| days(m.tested) > Some(180)),
                pick(&|m| assessed(m) && m.on.is_some(), &|m| days(m.on) > Some(STALE_DAYS)),
                pick(&assessed, &|m| m.owner.is_none()),
                pick(&covered, &|m| m.evidence.is_empty()),
                pick(&|_| true, &|m| Field::ALL.iter().any(|f| m.is_disputed(*f))),
            ];
            for (share, expected) in shares(&o).into_iter().zip(&expected) {
                prop_assert_eq!(share, expected);
            }
            let claimed: Vec<&Mark> = marks.iter().filter(|(id, _)| id.kind() == Kind::Technique).map(|(_, m)| *m)
                .filter(|m| [Status::Covered, Status::Partial].contains(&m.counted_status())).collect();
            prop_assert_eq!(o.kinds.of, claimed.len());
            for kind in [EvidenceKind::Prevent, EvidenceKind::Detect, EvidenceKind::Respond] {
                let with = claimed.iter().filter(|m| m.evidence.iter().any(|e| e.kind == kind));
                prop_assert_eq!(o.kinds.count(kind), with.count());
            }
        }

        #[test]
        fn no_figure_exceeds_its_denominator((catalog, assessment, scope) in samples::sample()) {
            let o = Overview::of(&catalog, &assessment, &scope, TODAY);
            for r in [o.techniques, o.mitigations, o.steps.target, o.steps.preparation]
                .into_iter().chain(o.tactics.iter().map(|t| t.rollup))
            {
                prop_assert!(r.tested() <= r.covered() && r.covered() <= r.applicable());
                prop_assert!(r.applicable() <= r.total() && r.assessed() <= r.total());
            }
            for r in [o.ceiling.techniques, o.ceiling.steps, o.ceiling.preparation] {
                prop_assert!(r.direct <= r.inherited && r.inherited <= r.of);
            }
            for share in shares(&o) {
                prop_assert!(share.count() <= share.of);
            }
            prop_assert!([o.kinds.prevent, o.kinds.detect, o.kinds.respond].iter().all(|n| *n <= o.kinds.of));
            let mut steps = StepCount::default();
            for strip in &o.cases {
                let case = catalog.case_study(strip.case).unwrap();
                prop_assert_eq!(case.steps.len(), strip.steps.len());
                prop_assert!(strip.longest_open.is_none_or(|r| r.first + r.steps <= strip.steps.len()));
                for (step, _) in case.steps.iter().zip(&strip.steps).filter(|(_, s)| s.is_some()) {
                    steps.add(step.tactic);
                }
            }
            let counted = StepCount { target: o.steps.target.total(), preparation: o.steps.preparation.total() };
            prop_assert_eq!(steps, counted);
        }
    }
}
