//! The figures of one tactic, case study, technique or mitigation.

use std::collections::BTreeSet;

use super::standing::applicable;
use super::{Basis, Text, figure, named};
use crate::catalog::{CaseStudy, Kind, Maturity, ObjectId};
use crate::coverage::steps::{Control, is_done};
use crate::coverage::{Gap, Overview, Plan, Rollup, Score, State, suggestion, what_if};

fn unknown(id: ObjectId, kind: Kind) -> Text {
    (format!("{id} is no {} of this release", kind.word()), vec!["There is nothing to count.".to_owned()])
}

pub(super) fn tactic(basis: &Basis, overview: &Overview, id: ObjectId) -> Text {
    let (Some(tactic), Some(share)) =
        (basis.catalog.tactic(id), overview.tactics.iter().find(|t| t.tactic == id))
    else {
        return unknown(id, Kind::Tactic);
    };
    let r = &share.rollup;
    let column: BTreeSet<ObjectId> = basis.catalog.in_tactic(tactic).collect();
    let inside = |counts: fn(State) -> bool| {
        basis.techniques(counts).into_iter().filter(|id| column.contains(id)).collect::<Vec<_>>()
    };
    let lines = vec![
        format!(
            "Counted: techniques and sub-techniques of {} marked covered, {} of them tested.",
            tactic.name,
            r.tested()
        ),
        applicable(r, "techniques of the tactic in scope"),
        "Rule: a technique that stands in several tactics counts in each, and once in the total.".to_owned(),
        named("Covered", inside(is_done)),
        named("Not covered", inside(|s| !is_done(s) && s != State::NotApplicable)),
    ];
    (
        format!("{}: {}", tactic.name, figure(r.covered(), r.applicable(), "applicable techniques covered")),
        lines,
    )
}

pub(super) fn case(basis: &Basis, overview: &Overview, id: ObjectId) -> Text {
    let Some(case) = basis.catalog.case_study(id) else { return unknown(id, Kind::CaseStudy) };
    let Some(strip) = overview.cases.iter().find(|s| s.case == id) else {
        return (basis.title(id), vec!["None of its steps is in scope.".to_owned()]);
    };
    let at = |place: Option<usize>| place.map_or("no step".to_owned(), |place| step(basis, case, place));
    let open = match strip.longest_open {
        Some(run) => format!("{} from {} on", run.steps, step(basis, case, run.first)),
        None => "none".to_owned(),
    };
    let in_scope = case.steps.iter().map(|s| s.technique).filter(|id| basis.techniques.contains(id));
    let r = Rollup::of(in_scope, basis.assessment, basis.today);
    let lines = vec![
        applicable(&r, "steps whose technique is in scope"),
        format!("First covered, tested or not: {}.", at(strip.first_covered)),
        format!("First tested: {}.", at(strip.first_tested)),
        format!("Longest run of open steps: {open}."),
        "Rule: a step is open where its technique is neither covered nor tested. Steps out of scope or not applicable \
         are passed over."
            .to_owned(),
        named("Its techniques", case.steps.iter().map(|s| s.technique)),
    ];
    let title =
        format!("{}: {}", basis.title(id), figure(r.covered(), r.applicable(), "applicable steps met"));
    (title, lines)
}

/// `step 3, AML.T0051 LLM Prompt Injection`, counted from 1.
fn step(basis: &Basis, case: &CaseStudy, place: usize) -> String {
    let technique = case.steps.get(place).map(|s| basis.title(s.technique)).unwrap_or_default();
    format!("step {}, {technique}", place + 1)
}

/// Tenths as they are read: `0.8`.
fn tenths(value: u32) -> String {
    Score(u64::from(value)).to_string()
}

pub(super) fn score(basis: &Basis, id: ObjectId) -> Text {
    let Some(technique) = basis.catalog.technique(id) else { return unknown(id, Kind::Technique) };
    let w = basis.weights;
    let gap = Gap::of(basis.catalog, basis.assessment, technique, w, basis.today);
    let others = gap.cases.len() - gap.incidents - gap.exercises;
    let seen = gap.seen(w);
    let counted = basis.counted(id);
    let maturity = gap.maturity.map_or("unknown", Maturity::word);
    let mut lines = vec![
        format!(
            "Seen {seen}: {} incidents x {}, {} exercises x {}, {others} case studies of unknown kind x {}.",
            gap.incidents, w.incident, gap.exercises, w.exercise, w.unknown_kind
        ),
        format!("Maturity {maturity}: x {}.", w.maturity(gap.maturity)),
        format!("State {}: x {}.", counted.word(), tenths(w.openness(counted))),
        format!("{seen} x {} x {} = {}.", w.maturity(gap.maturity), tenths(w.openness(counted)), gap.score),
        named("Case studies, each once", gap.cases.iter().copied()),
    ];
    lines.push(if gap.listed.is_empty() {
        "ATLAS lists no mitigation for it: it needs controls of your own.".to_owned()
    } else {
        named(&format!("Unfinished of {} listed mitigations", gap.listed.len()), gap.unfinished)
    });
    if !basis.techniques.contains(&id) {
        lines.push("It is not in scope, so it is in no list.".to_owned());
    }
    (format!("{}: {}", basis.title(id), gap.score), lines)
}

pub(super) fn mitigation(basis: &Basis, id: ObjectId) -> Text {
    let Some(mitigation) = basis.catalog.mitigation(id) else { return unknown(id, Kind::Mitigation) };
    let Basis { catalog, assessment, techniques, weights, today, .. } = *basis;
    let alone = what_if(catalog, assessment, id, State::Covered, techniques, today);
    let plan = Plan::of(catalog, assessment, techniques, weights, today);
    let place = plan.mitigations.iter().zip(1..).find(|(next, _)| next.mitigation == id);
    let gains = |technique: &ObjectId| {
        let technique = catalog.technique(*technique).filter(|t| techniques.contains(&t.id));
        technique.is_some_and(|t| !t.steps.is_empty() && Control::of(assessment, t, today) == Control::None)
    };
    let lines = vec![
        "Counted: case-study steps that would get their first finished control: their technique is not covered, and no \
         other mitigation listed for it is done."
            .to_owned(),
        format!(
            "Of: the {} steps in scope whose technique is applicable. {} of {} steps on the attacker's own side stand \
             apart.",
            alone.steps.target, alone.gain.preparation, alone.steps.preparation
        ),
        match place {
            Some((next, place)) => format!(
                "Place {place} of the plan: after those before it, it gives {} more steps their first control, and \
                 {} of {} have one then.",
                next.gain.target, next.reached.target, plan.steps.target
            ),
            None if is_done(basis.counted(id)) => "It is done already, so it is not in the plan.".to_owned(),
            None => "It is not in the plan: others before it bring all that it would, or it is decided against."
                .to_owned(),
        },
        format!("Done, it would raise {} suggestions.", alone.rising.len()),
        named("Techniques that gain", mitigation.techniques.iter().map(|m| m.technique).filter(gains)),
    ];
    (
        format!(
            "{}: {}",
            basis.title(id),
            figure(alone.gain.target, alone.steps.target, "steps gain a control")
        ),
        lines,
    )
}

pub(super) fn suggested(basis: &Basis, id: ObjectId) -> Text {
    let Some(technique) = basis.catalog.technique(id) else { return unknown(id, Kind::Technique) };
    let with = |what: &str, counts: fn(State) -> bool| {
        named(what, technique.mitigations.iter().copied().filter(|m| counts(basis.counted(*m))))
    };
    let reason = suggestion(basis.catalog, basis.assessment, id, basis.today)
        .map_or("nothing is suggested".to_owned(), |s| s.reason());
    let lines = vec![
        format!("Marked: {}.", basis.assessment.state(id, basis.today).word()),
        with("Done", is_done),
        with("In part", |s| s == State::Partial),
        with("Planned", |s| s == State::Planned),
        with("Left out as not applicable", |s| s == State::NotApplicable),
        "Rule: of the mitigations that ATLAS lists for the technique itself, all done suggests covered, one done or in \
         part suggests partial, one planned suggests planned. Only more than is marked is suggested, and nothing for what \
         is not applicable, accepted or in conflict. Nothing is marked by itself."
            .to_owned(),
    ];
    (format!("{}: {reason}", basis.title(id)), lines)
}
