//! What to fix first: gaps by how much attackers use them, and mitigations by what they would bring.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use jiff::civil::Date;

use super::steps::{Control, is_to_do};
use super::{Assessment, State, StepCount};
use crate::catalog::{CaseStudyKind, Catalog, Maturity, ObjectId, Technique};

/// What a gap's score is made of. Openness is in tenths, so that scores are exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weights {
    /// For each case study of the kind that uses the technique, however many of its steps do.
    pub incident: u32,
    pub exercise: u32,
    /// Case studies of releases before 4.4.0 state no kind.
    pub unknown_kind: u32,
    pub realized: u32,
    pub demonstrated: u32,
    pub feasible: u32,
    /// Techniques of releases before 5.0.0 state no maturity.
    pub unknown_maturity: u32,
    /// In tenths: how far from done a technique in each state is. One that is not applicable is no gap,
    /// whatever the weights.
    pub unassessed: u32,
    pub gap: u32,
    pub planned: u32,
    pub partial: u32,
    pub covered: u32,
    pub tested: u32,
    pub accepted: u32,
}

impl Default for Weights {
    fn default() -> Weights {
        Weights {
            incident: 2,
            exercise: 1,
            unknown_kind: 1,
            realized: 3,
            demonstrated: 2,
            feasible: 1,
            unknown_maturity: 1,
            unassessed: 10,
            gap: 10,
            planned: 8,
            partial: 5,
            covered: 1,
            tested: 0,
            accepted: 0,
        }
    }
}

impl Weights {
    /// In tenths. A conflict has none of its own: what is in conflict counts as what claims least.
    pub const fn openness(&self, counted: State) -> u32 {
        match counted {
            State::Unassessed => self.unassessed,
            State::Gap => self.gap,
            State::Planned => self.planned,
            State::Partial => self.partial,
            State::Covered => self.covered,
            State::Tested => self.tested,
            State::Accepted => self.accepted,
            State::NotApplicable | State::Conflict => 0,
        }
    }

    pub const fn maturity(&self, maturity: Option<Maturity>) -> u32 {
        match maturity {
            Some(Maturity::Realized) => self.realized,
            Some(Maturity::Demonstrated) => self.demonstrated,
            Some(Maturity::Feasible) => self.feasible,
            None => self.unknown_maturity,
        }
    }
}

/// A score in tenths; prints as `66.0`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Score(pub u64);

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}.{}", self.0 / 10, self.0 % 10))
    }
}

/// A technique that is not done, and why it matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    pub id: ObjectId,
    /// As it shows. One in conflict is scored as what claims least.
    pub state: State,
    /// Seen × maturity × openness; see [`Gap::of`].
    pub score: Score,
    /// The case studies that use the technique, each once, by id.
    pub cases: Vec<ObjectId>,
    /// How many of them are incidents, and how many exercises; the rest state no kind.
    pub incidents: usize,
    pub exercises: usize,
    pub maturity: Option<Maturity>,
    /// The mitigations that ATLAS lists for the technique itself.
    pub listed: Vec<ObjectId>,
    /// Those of them that are still to be done: unassessed, gap, planned or partial.
    pub unfinished: Vec<ObjectId>,
}

impl Gap {
    /// The score is the product of three: *seen*, the sum of the weights of the case studies that use
    /// the technique; the weight of its maturity; the weight of its state.
    pub fn of(
        catalog: &Catalog,
        assessment: &Assessment,
        technique: &Technique,
        weights: &Weights,
        today: Date,
    ) -> Gap {
        let mark = assessment.mark(technique.id);
        let mut cases: Vec<ObjectId> = technique.steps.iter().map(|s| s.case_study).collect();
        cases.dedup();
        let of_kind = |kind| {
            let cases = cases.iter().filter_map(|id| catalog.case_study(*id));
            cases.filter(|c| c.kind == Some(kind)).count()
        };
        let to_do = |id: &ObjectId| is_to_do(assessment.mark(*id).counted_state(today));
        let mut gap = Gap {
            id: technique.id,
            state: mark.state(today),
            score: Score::default(),
            incidents: of_kind(CaseStudyKind::Incident),
            exercises: of_kind(CaseStudyKind::Exercise),
            cases,
            maturity: technique.maturity,
            unfinished: technique.mitigations.iter().copied().filter(to_do).collect(),
            listed: technique.mitigations.clone(),
        };
        let maturity = u64::from(weights.maturity(technique.maturity));
        let openness = u64::from(weights.openness(mark.counted_state(today)));
        gap.score = Score(gap.seen(weights).saturating_mul(maturity).saturating_mul(openness));
        gap
    }

    /// The sum of the weights of the case studies that use the technique.
    pub fn seen(&self, weights: &Weights) -> u64 {
        let others = self.cases.len() - self.incidents - self.exercises;
        [
            (self.incidents, weights.incident),
            (self.exercises, weights.exercise),
            (others, weights.unknown_kind),
        ]
        .into_iter()
        .map(|(cases, weight)| (cases as u64).saturating_mul(u64::from(weight)))
        .fold(0, u64::saturating_add)
    }
}

/// A mitigation, and what finishing it brings where all those before it in the list are finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NextMitigation {
    pub mitigation: ObjectId,
    /// The steps that get their first finished control.
    pub gain: StepCount,
    /// The steps that have a finished control then, of [`Plan::steps`].
    pub reached: StepCount,
}

/// What to fix first. Two lists of gaps, because they ask for different work, each by falling score,
/// then by id; without those that score nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// ATLAS lists a mitigation that is still to be done.
    pub mitigable: Vec<Gap>,
    /// ATLAS lists none, or all of them are done, not applicable or decided against: this needs
    /// controls of one's own.
    pub own: Vec<Gap>,
    /// The mitigations still to be done that bring something, the one that brings most first.
    ///
    /// A step *has a control* where its technique is covered or tested, or where a mitigation that
    /// ATLAS lists for the technique is done. Greedy: each place goes to the mitigation that gives the
    /// most steps their first control, given all before it. Steps of preparation decide only between
    /// those that bring the same otherwise; then the lower id goes first. Steps of accepted techniques
    /// gain nothing.
    pub mitigations: Vec<NextMitigation>,
    /// The steps in scope whose technique is applicable: the denominator of the list above.
    pub steps: StepCount,
    /// Those of them that have a control today.
    pub controlled: StepCount,
}

impl Plan {
    /// `techniques` is the scope; what of it the catalogue does not have is left out.
    pub fn of(
        catalog: &Catalog,
        assessment: &Assessment,
        techniques: &BTreeSet<ObjectId>,
        weights: &Weights,
        today: Date,
    ) -> Plan {
        let mut plan = Plan::default();
        // Steps that a mitigation could still give a control, by technique: it gives it to all of a
        // technique's steps at once.
        let mut open: BTreeMap<ObjectId, StepCount> = BTreeMap::new();
        for technique in techniques.iter().filter_map(|id| catalog.technique(*id)) {
            let gap = Gap::of(catalog, assessment, technique, weights, today);
            if gap.score > Score(0) {
                if gap.unfinished.is_empty() { &mut plan.own } else { &mut plan.mitigable }.push(gap);
            }
            let steps = StepCount::of(catalog, technique);
            match Control::of(assessment, technique, today) {
                Control::NotApplicable => {}
                Control::Accepted => plan.steps += steps,
                Control::Finished => {
                    plan.steps += steps;
                    plan.controlled += steps;
                }
                Control::None => {
                    plan.steps += steps;
                    if !steps.is_zero() {
                        open.insert(technique.id, steps);
                    }
                }
            }
        }
        for gaps in [&mut plan.mitigable, &mut plan.own] {
            gaps.sort_by_key(|gap| (Reverse(gap.score), gap.id));
        }
        plan.mitigations = ranked(catalog, assessment, open, plan.controlled, today);
        plan
    }
}

/// The greedy list. Keeps what each candidate would bring up to date instead of computing it anew for
/// each place, so that its cost grows with the number of listings and not with its square.
fn ranked(
    catalog: &Catalog,
    assessment: &Assessment,
    mut open: BTreeMap<ObjectId, StepCount>,
    mut reached: StepCount,
    today: Date,
) -> Vec<NextMitigation> {
    let mut gains: HashMap<ObjectId, StepCount> = HashMap::new();
    for mitigation in &catalog.mitigations {
        if !is_to_do(assessment.mark(mitigation.id).counted_state(today)) {
            continue;
        }
        let mut gain = StepCount::default();
        for steps in mitigation.techniques.iter().filter_map(|m| open.get(&m.technique)) {
            gain += *steps;
        }
        if !gain.is_zero() {
            gains.insert(mitigation.id, gain);
        }
    }
    let mut order: BTreeSet<(Reverse<StepCount>, ObjectId)> =
        gains.iter().map(|(id, gain)| (Reverse(*gain), *id)).collect();
    let mut list = Vec::with_capacity(order.len());
    while let Some((Reverse(gain), best)) = order.pop_first() {
        gains.remove(&best);
        reached += gain;
        list.push(NextMitigation { mitigation: best, gain, reached });
        let listed = catalog.mitigation(best).map(|m| m.techniques.as_slice()).unwrap_or_default();
        for technique in listed {
            let Some(steps) = open.remove(&technique.technique) else { continue };
            let rivals = catalog.technique(technique.technique).map(|t| t.mitigations.as_slice());
            for rival in rivals.unwrap_or_default() {
                let Some(gain) = gains.get_mut(rival) else { continue };
                order.remove(&(Reverse(*gain), *rival));
                *gain -= steps;
                if gain.is_zero() {
                    gains.remove(rival);
                } else {
                    order.insert((Reverse(*gain), *rival));
                }
            }
        }
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::builtin;
    use crate::coverage::samples::{self, TODAY, case, everything, mark, mitigation, technique};
    use crate::coverage::{Status, is_preparation, what_if};
    use proptest::prelude::*;

    fn of(catalog: &Catalog, assessment: &Assessment, scope: &BTreeSet<ObjectId>) -> Plan {
        Plan::of(catalog, assessment, scope, &Weights::default(), TODAY)
    }

    /// One technique in two incidents and an exercise, with mitigations 0 and 1; another in the exercise
    /// only, with none.
    fn small() -> Catalog {
        let cases = [
            (Some(CaseStudyKind::Incident), vec![(0, 1), (0, 2)]),
            (Some(CaseStudyKind::Incident), vec![(0, 1)]),
            (Some(CaseStudyKind::Exercise), vec![(0, 0), (2, 1)]),
        ];
        samples::Parts {
            techniques: vec![Some(Maturity::Realized), None, Some(Maturity::Feasible)],
            mitigations: vec![[0].into(), [0].into()],
            cases: cases.to_vec(),
        }
        .catalog()
    }

    #[test]
    fn a_score_is_seen_times_maturity_times_openness() {
        let catalog = small();
        let mut assessment = Assessment::default();
        let scope = everything(&catalog);
        let plan = of(&catalog, &assessment, &scope);
        let [gap] = plan.mitigable.as_slice() else { panic!("{plan:?}") };
        assert_eq!((gap.incidents, gap.exercises, gap.cases.len()), (2, 1, 3));
        assert_eq!(gap.cases, [case(0), case(1), case(2)]);
        assert_eq!(gap.score.to_string(), "15.0", "(2 + 2 + 1) x 3 x 1");
        let [own] = plan.own.as_slice() else { panic!("{plan:?}") };
        assert_eq!((own.id, own.score.to_string()), (technique(2), "1.0".to_owned()));
        for (status, score) in [
            (Status::Gap, "15.0"),
            (Status::Planned, "12.0"),
            (Status::Partial, "7.5"),
            (Status::Covered, "1.5"),
        ] {
            assessment.marks.insert(technique(0), mark(status));
            assert_eq!(of(&catalog, &assessment, &scope).mitigable[0].score.to_string(), score);
        }
        for status in [Status::Accepted, Status::NotApplicable] {
            assessment.marks.insert(technique(0), mark(status));
            assert_eq!(of(&catalog, &assessment, &scope).mitigable, []);
        }
        let weights = Weights { incident: 7, realized: 11, unassessed: 3, ..Weights::default() };
        let plan = Plan::of(&catalog, &Assessment::default(), &scope, &weights, TODAY);
        assert_eq!(plan.mitigable[0].score, Score((7 + 7 + 1) * 11 * 3));
    }

    #[test]
    fn a_gap_needs_own_controls_once_nothing_listed_is_left_to_do() {
        let catalog = small();
        let scope = everything(&catalog);
        let mut assessment = Assessment::default();
        assessment.marks.insert(mitigation(0), mark(Status::Covered));
        let plan = of(&catalog, &assessment, &scope);
        assert_eq!(plan.mitigable[0].unfinished, [mitigation(1)]);
        for closed in [Status::NotApplicable, Status::Accepted, Status::Covered] {
            assessment.marks.insert(mitigation(1), mark(closed));
            let plan = of(&catalog, &assessment, &scope);
            assert_eq!(plan.mitigable, []);
            assert_eq!(plan.own[0].listed, [mitigation(0), mitigation(1)]);
        }
    }

    #[test]
    fn the_first_mitigations_for_2026_09() {
        let catalog = &builtin().unwrap();
        let plan = of(catalog, &Assessment::default(), &everything(catalog));
        assert_eq!(plan.steps, StepCount { target: 529, preparation: 136 });
        let last = plan.mitigations.last().unwrap();
        assert_eq!(last.reached, StepCount { target: 377, preparation: 72 }, "that is the ceiling");
        let first = plan.mitigations.iter().take(4);
        let first: Vec<(String, usize, usize)> =
            first.map(|m| (m.mitigation.short(), m.gain.target, m.gain.preparation)).collect();
        let expected = [("M0035", 140, 0), ("M0005", 60, 6), ("M0024", 50, 0), ("M0039", 26, 23)]
            .map(|(id, target, preparation)| (id.to_owned(), target, preparation));
        assert_eq!(first, expected);
    }

    /// The techniques that still need a control.
    fn open(catalog: &Catalog, assessment: &Assessment, scope: &BTreeSet<ObjectId>) -> BTreeSet<ObjectId> {
        let in_scope = catalog.techniques.iter().filter(|t| scope.contains(&t.id));
        in_scope.filter(|t| Control::of(assessment, t, TODAY) == Control::None).map(|t| t.id).collect()
    }

    /// The steps against the target that get a control from any of the mitigations, counted one by one.
    fn brought(catalog: &Catalog, open: &BTreeSet<ObjectId>, mitigations: &[ObjectId]) -> usize {
        let lists = |m: &ObjectId, t: ObjectId| {
            catalog.mitigation(*m).unwrap().techniques.iter().any(|l| l.technique == t)
        };
        let steps = catalog.case_studies.iter().flat_map(|c| &c.steps);
        steps
            .filter(|s| !is_preparation(s.tactic) && open.contains(&s.technique))
            .filter(|s| mitigations.iter().any(|m| lists(m, s.technique)))
            .count()
    }

    /// The most that any `count` of the mitigations bring.
    fn best(catalog: &Catalog, open: &BTreeSet<ObjectId>, of: &[ObjectId], count: usize) -> usize {
        let choices = 0_u32..1 << of.len();
        let chosen =
            |bits: u32| (0..of.len()).filter(|i| bits >> i & 1 == 1).map(|i| of[i]).collect::<Vec<_>>();
        let choices = choices.filter(|bits| bits.count_ones() as usize <= count);
        choices.map(|bits| brought(catalog, open, &chosen(bits))).max().unwrap_or_default()
    }

    proptest! {
        #[test]
        fn the_greedy_list_counts_exactly_and_comes_close_to_the_best(
            (catalog, assessment, scope) in samples::sample()
        ) {
            let plan = of(&catalog, &assessment, &scope);
            let open = open(&catalog, &assessment, &scope);
            let candidates: Vec<ObjectId> = catalog.mitigations.iter().map(|m| m.id)
                .filter(|m| is_to_do(assessment.mark(*m).counted_state(TODAY))).collect();
            let order: Vec<ObjectId> = plan.mitigations.iter().map(|m| m.mitigation).collect();
            for (i, next) in plan.mitigations.iter().enumerate() {
                let reached = brought(&catalog, &open, &order[..=i]);
                let before = brought(&catalog, &open, &order[..i]);
                prop_assert_eq!(next.gain.target, reached - before);
                prop_assert_eq!(next.reached.target, plan.controlled.target + reached);
                let best = best(&catalog, &open, &candidates, i + 1);
                prop_assert!(i > 0 || reached == best, "the first is the best single one");
                let bound = 1.0 - (-1.0_f64).exp();
                prop_assert!(reached as f64 >= bound * best as f64 - 1e-9, "{reached} of {best}");
                prop_assert!(!next.gain.is_zero() && next.reached.target <= plan.steps.target);
                prop_assert!(next.reached.preparation <= plan.steps.preparation);
            }
            prop_assert_eq!(brought(&catalog, &open, &order), brought(&catalog, &open, &candidates));
        }

        #[test]
        fn finishing_a_mitigation_brings_what_the_plan_says(
            (catalog, mut assessment, scope) in samples::sample()
        ) {
            for next in of(&catalog, &assessment, &scope).mitigations {
                let what_if = what_if(
                    &catalog, &assessment, next.mitigation, State::Covered, &scope, TODAY
                );
                prop_assert_eq!(what_if.gain, next.gain);
                assessment.marks.insert(next.mitigation, mark(Status::Covered));
                let plan = of(&catalog, &assessment, &scope);
                prop_assert_eq!(plan.controlled, next.reached);
                prop_assert_eq!(plan.steps, what_if.steps);
            }
            prop_assert_eq!(of(&catalog, &assessment, &scope).mitigations, []);
        }

        #[test]
        fn every_open_technique_that_is_used_is_in_one_list(
            (catalog, assessment, scope) in samples::sample()
        ) {
            let plan = of(&catalog, &assessment, &scope);
            for gaps in [&plan.mitigable, &plan.own] {
                prop_assert!(gaps.is_sorted_by_key(|g| (Reverse(g.score), g.id)));
            }
            for technique in &catalog.techniques {
                let state = assessment.mark(technique.id).counted_state(TODAY);
                let settled = [State::Tested, State::Accepted, State::NotApplicable].contains(&state);
                let is_gap = !settled && scope.contains(&technique.id) && !technique.steps.is_empty();
                let to_do = technique.mitigations.iter()
                    .any(|m| is_to_do(assessment.mark(*m).counted_state(TODAY)));
                let is_in = |gaps: &[Gap]| gaps.iter().filter(|g| g.id == technique.id).count();
                prop_assert_eq!(is_in(&plan.mitigable), usize::from(is_gap && to_do));
                prop_assert_eq!(is_in(&plan.own), usize::from(is_gap && !to_do));
            }
        }
    }
}
