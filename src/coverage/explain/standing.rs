//! The figures of where we stand: all techniques in scope, case-study steps, and what has to be looked after.

use super::{Basis, Figure, Text, figure, named};
use crate::catalog::ObjectId;
use crate::coverage::steps::is_done;
use crate::coverage::{
    EvidenceKind, Overview, Reach, Rollup, STALE_DAYS, State, TEST_EXPIRY_DAYS, is_preparation,
};

const NO_VOUCHING: &str = "Rule: partial, planned and accepted count as not covered, a conflict as what claims least, and a parent's \
     mark does not vouch for its sub-techniques.";

pub(super) fn applicable(rollup: &Rollup, what: &str) -> String {
    let not_applicable = rollup.count(State::NotApplicable);
    format!(
        "Of: the {} {what} without the {not_applicable} marked not applicable. Unassessed ones are inside.",
        rollup.total()
    )
}

pub(super) fn covered(basis: &Basis, overview: &Overview) -> Text {
    let r = &overview.techniques;
    let lines = vec![
        format!(
            "Counted: techniques and sub-techniques marked covered, {} with a test that vouches for it, {} claimed.",
            r.tested(),
            r.count(State::Covered)
        ),
        applicable(r, "techniques and sub-techniques in scope"),
        NO_VOUCHING.to_owned(),
        named("Covered", basis.techniques(is_done)),
    ];
    (figure(r.covered(), r.applicable(), "applicable techniques covered"), lines)
}

pub(super) fn tested(basis: &Basis, overview: &Overview) -> Text {
    let r = &overview.techniques;
    let lines = vec![
        format!(
            "Counted: techniques and sub-techniques marked covered, with a test in the last {TEST_EXPIRY_DAYS} days. \
             A test dated in the future does not count."
        ),
        applicable(r, "techniques and sub-techniques in scope"),
        named("Tested", basis.techniques(|s| s == State::Tested)),
        named("Claimed only", basis.techniques(|s| s == State::Covered)),
    ];
    (figure(r.tested(), r.applicable(), "applicable techniques tested"), lines)
}

pub(super) fn assessed(basis: &Basis, overview: &Overview) -> Text {
    let r = &overview.techniques;
    let lines = vec![
        "Counted: techniques and sub-techniques whose status is not unassessed, not applicable included."
            .to_owned(),
        format!("Of: the {} techniques and sub-techniques in scope, each once.", r.total()),
        named("Unassessed", basis.techniques(|s| s == State::Unassessed)),
    ];
    (figure(r.assessed(), r.total(), "techniques assessed"), lines)
}

pub(super) fn mitigations(basis: &Basis, overview: &Overview) -> Text {
    let r = &overview.mitigations;
    let in_scope = |m: &&crate::catalog::Mitigation| {
        m.techniques.iter().any(|t| {
            basis.techniques.contains(&t.technique) && basis.catalog.technique(t.technique).is_some()
        })
    };
    let done = basis.catalog.mitigations.iter().filter(in_scope).map(|m| m.id);
    let lines = vec![
        "Counted: mitigations marked covered, tested or not.".to_owned(),
        applicable(r, "mitigations that ATLAS lists for something in scope"),
        "Rule: marking a mitigation changes no technique; it only suggests a status.".to_owned(),
        named("Covered", done.filter(|id| is_done(basis.counted(*id)))),
    ];
    (figure(r.covered(), r.applicable(), "applicable mitigations covered"), lines)
}

pub(super) fn steps(basis: &Basis, r: &Rollup, preparation: bool) -> Text {
    let what = if preparation {
        "applicable case-study steps of preparation met"
    } else {
        "applicable case-study steps met, without preparation"
    };
    let rule = format!(
        "Rule: {} the steps of Reconnaissance and Resource Development, which are on the attacker's own side. They \
         are counted apart, because measures that stop nobody would seem to meet many of them.",
        if preparation { "only" } else { "without" }
    );
    let used = |id: &ObjectId| {
        let steps = basis.catalog.technique(*id).map(|t| t.steps.as_slice()).unwrap_or_default();
        let mut steps = steps.iter().filter_map(|at| basis.catalog.step(*at));
        steps.any(|s| is_preparation(s.tactic) == preparation)
    };
    let lines = vec![
        format!(
            "Counted: steps whose technique is marked covered, {} of them tested. A technique used in several steps \
             counts in each.",
            r.tested()
        ),
        format!(
            "Of: the {} such steps whose technique is in scope, without the {} whose technique is not applicable.",
            r.total(),
            r.count(State::NotApplicable)
        ),
        rule,
        named("Met by", basis.techniques(is_done).into_iter().filter(used)),
    ];
    (figure(r.covered(), r.applicable(), what), lines)
}

pub(super) fn ceiling(basis: &Basis, overview: &Overview) -> Text {
    let c = &overview.ceiling;
    let of = |reach: &Reach, what: &str| {
        let direct = figure(reach.direct, reach.of, what);
        format!("{direct}; {} if sub-techniques inherit their parent's.", reach.inherited)
    };
    let bare = basis.catalog.techniques.iter();
    let bare = bare.filter(|t| basis.techniques.contains(&t.id) && t.mitigations.is_empty()).map(|t| t.id);
    let lines = vec![
        "Counted: what ATLAS lists a mitigation for, whatever is marked. The rest needs controls of your own."
            .to_owned(),
        of(&c.techniques, "techniques"),
        of(&c.steps, "case-study steps that touch the target"),
        of(&c.preparation, "case-study steps on the attacker's own side"),
        "Rule: a listing counts for the technique that it names. Whether a parent's holds for its sub-techniques \
         ATLAS does not say."
            .to_owned(),
        named("Without", bare),
    ];
    (
        format!(
            "ATLAS lists mitigations for {}",
            figure(c.steps.direct, c.steps.of, "case-study steps, without preparation")
        ),
        lines,
    )
}

/// What has to be looked after in the marks.
pub(super) fn upkeep(which: Figure, overview: &Overview) -> Text {
    let expiry = format!(
        "Rule: a test vouches for {TEST_EXPIRY_DAYS} days; after that the mark counts as covered, not tested."
    );
    let stale = format!("Rule: stale are marks that were last set more than {STALE_DAYS} days ago.");
    let (share, what, rule) = match which {
        Figure::Due => (
            &overview.due,
            "marks with a review date are due",
            "Rule: due the day after the review date. A new review date settles it.",
        ),
        Figure::Expired => (&overview.expired, "tests of covered marks have expired", expiry.as_str()),
        Figure::Stale => (&overview.stale, "assessed marks with a date are stale", stale.as_str()),
        Figure::Unowned => (
            &overview.unowned,
            "assessed marks have no owner",
            "Rule: assessed are all marks whose status is not unassessed.",
        ),
        Figure::WithoutEvidence => (
            &overview.without_evidence,
            "covered marks have no evidence",
            "Rule: marks that are covered, tested or not; evidence of any kind will do.",
        ),
        _ => (
            &overview.conflicts,
            "marks are in conflict",
            "Rule: two people set a field differently without knowing of each other. Until that is settled, of \
             contradicting statuses counts the one that claims least.",
        ),
    };
    let lines = vec![
        "Counted: marks of techniques in scope, and of mitigations that ATLAS lists for them.".to_owned(),
        rule.to_owned(),
        named("They are", share.ids.iter().copied()),
    ];
    (figure(share.count(), share.of, what), lines)
}

pub(super) fn evidence(basis: &Basis, overview: &Overview, kind: EvidenceKind) -> Text {
    let word = match kind {
        EvidenceKind::Prevent => "prevents",
        EvidenceKind::Detect => "detects",
        EvidenceKind::Respond => "responds",
    };
    let claimed = basis.techniques(|s| is_done(s) || s == State::Partial);
    let without =
        claimed.into_iter().filter(|id| !basis.assessment.mark(*id).evidence.iter().any(|e| e.kind == kind));
    let lines = vec![
        format!(
            "Counted: techniques with evidence of something that {word}. One with several kinds counts in each."
        ),
        "Of: the techniques and sub-techniques in scope that are covered or covered in part.".to_owned(),
        named("Without", without),
    ];
    (
        figure(
            overview.kinds.count(kind),
            overview.kinds.of,
            &format!("covered or partial techniques have something that {word}"),
        ),
        lines,
    )
}
