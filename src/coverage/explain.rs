//! What is behind a figure: what is counted, of what, by which rule, and the ids.

mod happened;
mod object;
mod standing;

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{Assessment, Difference, EvidenceKind, Overview, State, Weights};
use crate::catalog::{Catalog, ObjectId};

/// The most ids that one line names; the rest is counted.
const NAMED: usize = 12;

/// A figure that can be explained. Those of an object take its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Figure {
    Covered,
    Tested,
    Assessed,
    Mitigations,
    StepsMet,
    /// The case-study steps on the attacker's own side that are met.
    Preparation,
    Ceiling,
    Due,
    Expired,
    Stale,
    Unowned,
    WithoutEvidence,
    Conflicts,
    Prevent,
    Detect,
    Respond,
    Changed,
    TimePassed,
    Grown,
    Retired,
    /// The share covered of a tactic.
    Tactic(ObjectId),
    /// How far a case study would get.
    Case(ObjectId),
    /// The score of a technique in the plan.
    Score(ObjectId),
    /// What a mitigation would bring.
    Mitigation(ObjectId),
    /// What is suggested for a technique.
    Suggestion(ObjectId),
}

impl Figure {
    /// The figures that need no id.
    pub const PLAIN: [Figure; 20] = [
        Figure::Covered,
        Figure::Tested,
        Figure::Assessed,
        Figure::Mitigations,
        Figure::StepsMet,
        Figure::Preparation,
        Figure::Ceiling,
        Figure::Due,
        Figure::Expired,
        Figure::Stale,
        Figure::Unowned,
        Figure::WithoutEvidence,
        Figure::Conflicts,
        Figure::Prevent,
        Figure::Detect,
        Figure::Respond,
        Figure::Changed,
        Figure::TimePassed,
        Figure::Grown,
        Figure::Retired,
    ];

    /// The name of the figure: what [`Figure::from_word`] reads.
    pub const fn word(self) -> &'static str {
        match self {
            Figure::Covered => "covered",
            Figure::Tested => "tested",
            Figure::Assessed => "assessed",
            Figure::Mitigations => "mitigations",
            Figure::StepsMet => "steps",
            Figure::Preparation => "preparation",
            Figure::Ceiling => "ceiling",
            Figure::Due => "due",
            Figure::Expired => "expired",
            Figure::Stale => "stale",
            Figure::Unowned => "unowned",
            Figure::WithoutEvidence => "without-evidence",
            Figure::Conflicts => "conflicts",
            Figure::Prevent => "prevent",
            Figure::Detect => "detect",
            Figure::Respond => "respond",
            Figure::Changed => "changed",
            Figure::TimePassed => "time-passed",
            Figure::Grown => "grown",
            Figure::Retired => "retired",
            Figure::Tactic(_) => "tactic",
            Figure::Case(_) => "case",
            Figure::Score(_) => "score",
            Figure::Mitigation(_) => "mitigation",
            Figure::Suggestion(_) => "suggestion",
        }
    }

    /// The figure without an id that has this name.
    pub fn from_word(word: &str) -> Option<Figure> {
        Figure::PLAIN.into_iter().find(|f| f.word() == word)
    }
}

/// What figures are computed from.
#[derive(Debug, Clone, Copy)]
pub struct Basis<'a> {
    pub catalog: &'a Catalog,
    pub assessment: &'a Assessment,
    /// The scope.
    pub techniques: &'a BTreeSet<ObjectId>,
    pub weights: &'a Weights,
    pub today: Date,
    /// What the figures are compared with, if anything.
    pub since: Option<&'a Difference>,
}

/// A figure with what is behind it. Lines are sentences of any length; whoever shows them wraps them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The figure itself, with its denominator.
    pub title: String,
    pub lines: Vec<String>,
}

/// Computes the figure anew and says what is behind it. An id that the figure does not apply to gives an
/// explanation that says so.
pub fn explain(figure: Figure, basis: &Basis) -> Explanation {
    let overview = || Overview::of(basis.catalog, basis.assessment, basis.techniques, basis.today);
    let (title, lines) = match figure {
        Figure::Covered => standing::covered(basis, &overview()),
        Figure::Tested => standing::tested(basis, &overview()),
        Figure::Assessed => standing::assessed(basis, &overview()),
        Figure::Mitigations => standing::mitigations(basis, &overview()),
        Figure::StepsMet => standing::steps(basis, &overview().steps.target, false),
        Figure::Preparation => standing::steps(basis, &overview().steps.preparation, true),
        Figure::Ceiling => standing::ceiling(basis, &overview()),
        Figure::Due
        | Figure::Expired
        | Figure::Stale
        | Figure::Unowned
        | Figure::WithoutEvidence
        | Figure::Conflicts => standing::upkeep(figure, &overview()),
        Figure::Prevent => standing::evidence(basis, &overview(), EvidenceKind::Prevent),
        Figure::Detect => standing::evidence(basis, &overview(), EvidenceKind::Detect),
        Figure::Respond => standing::evidence(basis, &overview(), EvidenceKind::Respond),
        Figure::Tactic(id) => object::tactic(basis, &overview(), id),
        Figure::Case(id) => object::case(basis, &overview(), id),
        Figure::Score(id) => object::score(basis, id),
        Figure::Mitigation(id) => object::mitigation(basis, id),
        Figure::Suggestion(id) => object::suggested(basis, id),
        Figure::Changed | Figure::TimePassed | Figure::Grown | Figure::Retired => match basis.since {
            Some(difference) => happened::happened(figure, difference),
            None => (
                "Nothing to compare with".to_owned(),
                vec!["Choose a snapshot or another assessment to compare with.".to_owned()],
            ),
        },
    };
    Explanation { title, lines }
}

type Text = (String, Vec<String>);

/// `3 of 207 applicable techniques covered (1%)`: percent are whole and rounded down.
fn figure(count: usize, of: usize, what: &str) -> String {
    match (count * 100).checked_div(of) {
        Some(percent) => format!("{count} of {of} {what} ({percent}%)"),
        None => format!("{count} of {of} {what}"),
    }
}

/// `They are: AML.T0000, AML.T0001 and 12 more.`
fn named(what: &str, ids: impl IntoIterator<Item = ObjectId>) -> String {
    list(what, ", ", ids.into_iter().map(|id| id.to_string()))
}

fn list(what: &str, between: &str, items: impl IntoIterator<Item = String>) -> String {
    let mut items: Vec<String> = items.into_iter().collect();
    let more = items.len().saturating_sub(NAMED);
    items.truncate(NAMED);
    match (items.is_empty(), more) {
        (true, _) => format!("{what}: none."),
        (_, 0) => format!("{what}: {}.", items.join(between)),
        _ => format!("{what}: {} and {more} more.", items.join(between)),
    }
}

impl Basis<'_> {
    /// The techniques in scope that count so.
    fn techniques(&self, counts: impl Fn(State) -> bool) -> Vec<ObjectId> {
        let in_scope = self.techniques.iter().copied().filter(|id| self.catalog.technique(*id).is_some());
        in_scope.filter(|id| counts(self.counted(*id))).collect()
    }

    fn counted(&self, id: ObjectId) -> State {
        self.assessment.mark(id).counted_state(self.today)
    }

    /// The id with the name, for titles.
    fn title(&self, id: ObjectId) -> String {
        format!("{id} {}", self.catalog.full_name(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::builtin;
    use crate::coverage::samples::{self, TODAY, everything, mark, mitigation, tactic, technique};
    use crate::coverage::{Mark, Share, Status};
    use proptest::prelude::*;

    fn id(text: &str) -> ObjectId {
        text.parse().unwrap()
    }

    #[test]
    fn names_read_back_and_differ() {
        for figure in Figure::PLAIN {
            assert_eq!(Figure::from_word(figure.word()), Some(figure));
        }
        assert_eq!(Figure::from_word("score"), None, "takes an id");
    }

    #[test]
    fn the_ceiling_names_both_readings() {
        let catalog = builtin().unwrap();
        let techniques = everything(&catalog);
        let (assessment, weights) = (Assessment::default(), Weights::default());
        let basis = Basis {
            catalog: &catalog,
            assessment: &assessment,
            techniques: &techniques,
            weights: &weights,
            today: TODAY,
            since: None,
        };
        let ceiling = explain(Figure::Ceiling, &basis);
        assert_eq!(
            ceiling.title,
            "ATLAS lists mitigations for 377 of 529 case-study steps, without preparation (71%)"
        );
        assert_eq!(
            ceiling.lines[1..4],
            [
                "134 of 208 techniques (64%); 149 if sub-techniques inherit their parent's.",
                "377 of 529 case-study steps that touch the target (71%); 385 if sub-techniques inherit their parent's.",
                "72 of 136 case-study steps on the attacker's own side (52%); 86 if sub-techniques inherit their \
                 parent's.",
            ]
        );
        assert!(ceiling.lines[5].ends_with(" and 62 more."), "{:?}", ceiling.lines[5]);
        let score = explain(Figure::Score(id("AML.T0015")), &basis);
        let technique = catalog.technique(id("AML.T0015")).unwrap();
        let gap = crate::coverage::Gap::of(&catalog, &assessment, technique, &weights, TODAY);
        assert_eq!(score.title, format!("AML.T0015 {}: {}", technique.name, gap.score));
        let sum = format!("{} x 3 x 1.0 = {}.", 2 * gap.incidents + gap.exercises, gap.score);
        assert_eq!(score.lines[3], sum);
        let logging = explain(Figure::Mitigation(id("AML.M0024")), &basis);
        assert!(logging.title.ends_with("109 of 529 steps gain a control (20%)"), "{}", logging.title);
        assert!(logging.lines[2].starts_with("Place 3 of the plan: "), "{}", logging.lines[2]);
        assert!(logging.lines[2].contains("it gives 50 more steps"), "{}", logging.lines[2]);
        for (figure, title) in [
            (Figure::Changed, "Nothing to compare with"),
            (Figure::Score(id("AML.T9999")), "AML.T9999 is no technique of this release"),
            (Figure::Tactic(id("AML.T0051")), "AML.T0051 is no tactic of this release"),
        ] {
            assert_eq!(explain(figure, &basis).title, title);
        }
    }

    #[test]
    fn a_figure_names_its_denominator_its_rule_and_its_ids() {
        let parts = samples::Parts {
            techniques: vec![None; 4],
            mitigations: vec![[0].into(), [0].into()],
            cases: vec![(None, vec![(0, 0), (0, 1), (2, 1), (3, 2)])],
        };
        let catalog = parts.catalog();
        let tested = Mark { tested: Some(TODAY), ..mark(Status::Covered) };
        let assessment = Assessment {
            marks: [
                (technique(0), mark(Status::Covered)),
                (technique(2), tested),
                (technique(3), mark(Status::NotApplicable)),
                (mitigation(0), mark(Status::Partial)),
            ]
            .into(),
            ..Assessment::default()
        };
        let techniques = everything(&catalog);
        let weights = Weights::default();
        let before = Assessment::default();
        let since = Difference::between(&before, None, &assessment, &catalog, &techniques, TODAY, TODAY);
        let basis = Basis {
            catalog: &catalog,
            assessment: &assessment,
            techniques: &techniques,
            weights: &weights,
            today: TODAY,
            since: Some(&since),
        };
        let title = |figure| explain(figure, &basis).title;
        assert_eq!(title(Figure::Covered), "2 of 3 applicable techniques covered (66%)");
        assert_eq!(title(Figure::Tested), "1 of 3 applicable techniques tested (33%)");
        assert_eq!(title(Figure::Assessed), "3 of 4 techniques assessed (75%)");
        assert_eq!(
            title(Figure::StepsMet),
            "2 of 2 applicable case-study steps met, without preparation (100%)"
        );
        assert_eq!(
            title(Figure::Preparation),
            "1 of 1 applicable case-study steps of preparation met (100%)"
        );
        assert_eq!(title(Figure::Unowned), "4 of 4 assessed marks have no owner (100%)");
        assert_eq!(title(Figure::Due), "0 of 0 marks with a review date are due");
        assert_eq!(
            title(Figure::Detect),
            "0 of 2 covered or partial techniques have something that detects (0%)"
        );
        assert_eq!(title(Figure::Changed), "4 techniques and mitigations changed by us");
        assert_eq!(
            explain(Figure::Covered, &basis).lines,
            [
                "Counted: techniques and sub-techniques marked covered, 1 with a test that vouches for it, 1 claimed.",
                "Of: the 4 techniques and sub-techniques in scope without the 1 marked not applicable. Unassessed \
                 ones are inside.",
                "Rule: partial, planned and accepted count as not covered, a conflict as what claims least, and a \
                 parent's mark does not vouch for its sub-techniques.",
                "Covered: AML.T0000, AML.T0001.",
            ]
        );
        let case = explain(Figure::Case(samples::case(0)), &basis);
        assert_eq!(case.title, "AML.CS0000 Case 0: 3 of 3 applicable steps met (100%)");
        assert_eq!(case.lines[1], "First covered, tested or not: step 1, AML.T0000 Technique 0.");
        assert_eq!(case.lines[2], "First tested: step 3, AML.T0001 Technique 2.");
        assert_eq!(case.lines[3], "Longest run of open steps: none.");
    }

    #[test]
    fn long_lists_are_cut_and_say_so() {
        let ids = |n: usize| named("They are", (0..n).map(technique));
        assert_eq!(ids(0), "They are: none.");
        assert_eq!(ids(2), "They are: AML.T0000, AML.T0000.000.");
        assert!(ids(12).ends_with(", AML.T0005.000."));
        assert!(ids(15).ends_with(", AML.T0005.000 and 3 more."));
    }

    /// The number of things that a line of [`list`] stands for.
    fn stands_for(line: &str, between: &str) -> usize {
        let items = line.split_once(": ").unwrap().1.trim_end_matches('.');
        if items == "none" {
            return 0;
        }
        let (named, more) = match items.split_once(" and ") {
            Some((named, more)) => (named, more.trim_end_matches(" more").parse().unwrap()),
            None => (items, 0),
        };
        named.split(between).count() + more
    }

    proptest! {
        #[test]
        fn every_explanation_states_the_figure_and_names_what_it_counts(
            (catalog, assessment, techniques) in samples::sample(),
            before in samples::assessment(),
            place in 0_usize..9,
        ) {
            let weights = Weights::default();
            let since = Difference::between(&before, None, &assessment, &catalog, &techniques, TODAY, TODAY);
            let basis = Basis {
                catalog: &catalog,
                assessment: &assessment,
                techniques: &techniques,
                weights: &weights,
                today: TODAY,
                since: Some(&since),
            };
            let o = Overview::of(&catalog, &assessment, &techniques, TODAY);
            let share = |s: &Share| (s.count(), s.of);
            for (figure, (count, of)) in [
                (Figure::Covered, (o.techniques.covered(), o.techniques.applicable())),
                (Figure::Due, share(&o.due)),
                (Figure::Expired, share(&o.expired)),
                (Figure::Stale, share(&o.stale)),
                (Figure::Unowned, share(&o.unowned)),
                (Figure::WithoutEvidence, share(&o.without_evidence)),
                (Figure::Conflicts, share(&o.conflicts)),
            ] {
                let explanation = explain(figure, &basis);
                prop_assert!(explanation.title.starts_with(&format!("{count} of {of} ")), "{:?}", explanation);
                prop_assert_eq!(stands_for(explanation.lines.last().unwrap(), ", "), count);
            }
            for (figure, rollup) in [
                (Figure::Mitigations, o.mitigations),
                (Figure::StepsMet, o.steps.target),
                (Figure::Preparation, o.steps.preparation),
            ] {
                let title = explain(figure, &basis).title;
                let stated = format!("{} of {} ", rollup.covered(), rollup.applicable());
                prop_assert!(title.starts_with(&stated), "{title}");
            }
            for (figure, count) in [
                (Figure::Changed, since.changed.len()),
                (Figure::TimePassed, since.time_passed.len()),
                (Figure::Grown, since.grown.len()),
                (Figure::Retired, since.retired.len()),
            ] {
                let explanation = explain(figure, &basis);
                let stated = format!("{count} ");
                prop_assert!(explanation.title.starts_with(&stated), "{}", explanation.title);
                prop_assert_eq!(stands_for(explanation.lines.last().unwrap(), "; "), count);
            }
            for figure in [
                Figure::Tactic(tactic(place % 4)),
                Figure::Case(samples::case(place)),
                Figure::Score(technique(place)),
                Figure::Mitigation(mitigation(place)),
                Figure::Suggestion(technique(place)),
            ] {
                let explanation = explain(figure, &basis);
                prop_assert!(!explanation.title.is_empty() && !explanation.lines.is_empty());
            }
        }
    }
}
