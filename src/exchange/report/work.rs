//! What to do: the first actions of the plan with the sums behind them, and what is suggested.

use super::super::document::{Block, Cell, Head, Section};
use super::super::text::{count, percent};
use super::super::{FIRST_ACTIONS, Material};
use super::{row, table};
use crate::catalog::{Maturity, ObjectId};
use crate::coverage::{Gap, NextMitigation, Score, State, Status, suggestions};

pub(super) fn first_actions(material: &Material) -> Section {
    let plan = material.plan;
    let top = material.top.unwrap_or(FIRST_ACTIONS);
    let head = [
        Head::Text("Id"),
        Head::Text("Name"),
        Head::Text("State"),
        Head::Text("Score"),
        Head::Text("The sum"),
        Head::Text("Still to do"),
        Head::Text("Owner"),
    ];
    let gaps = |gaps: &[Gap]| -> Vec<Vec<Cell>> {
        gaps.iter()
            .take(top)
            .map(|gap| {
                let unfinished: Vec<String> = gap.unfinished.iter().map(|id| id.short()).collect();
                let cells = [
                    Cell::State(gap.state),
                    Cell::text(gap.score.to_string()),
                    Cell::text(sum(material, gap)),
                    Cell::text(if unfinished.is_empty() {
                        "controls of your own".to_owned()
                    } else {
                        unfinished.join(", ")
                    }),
                    owner(material, gap.id),
                ];
                row(material, gap.id, cells)
            })
            .collect()
    };
    let mut blocks = Vec::new();
    for (title, list, none) in [
        ("with a mitigation of ATLAS that is not finished", &plan.mitigable, "There is none."),
        ("that need controls of your own", &plan.own, "There is none."),
    ] {
        blocks.push(Block::Heading(format!(
            "{} {title}{}",
            count(list.len(), "gap", "gaps"),
            shown(list.len(), top)
        )));
        let caption = format!("Gaps {title}, the weightiest first");
        blocks.push(table(&caption, &head, gaps(list), none));
    }
    let next = plan.mitigations.len();
    let title = format!(
        "{} that would meet more steps{}",
        count(next, "mitigation", "mitigations"),
        shown(next, top)
    );
    blocks.push(Block::Heading(title));
    blocks.push(Block::Text(format!(
        "{} of {} applicable case-study steps have a finished control today{}; of preparation {} of {}.",
        plan.controlled.target,
        plan.steps.target,
        percent(plan.controlled.target, plan.steps.target),
        plan.controlled.preparation,
        plan.steps.preparation
    )));
    let head = [
        Head::Text("Id"),
        Head::Text("Name"),
        Head::Text("State"),
        Head::Number("Steps gained"),
        Head::Number("Of preparation"),
        Head::Text("Steps with a control then"),
        Head::Text("Owner"),
    ];
    let rows = plan.mitigations.iter().take(top).map(|next| {
        let cells = [
            Cell::State(material.basis.assessment.state(next.mitigation, material.basis.today)),
            Cell::Number(next.gain.target),
            Cell::Number(next.gain.preparation),
            Cell::text(reached(material, next)),
            owner(material, next.mitigation),
        ];
        row(material, next.mitigation, cells)
    });
    blocks.push(table(
        "Mitigations in the order in which they meet most steps",
        &head,
        rows.collect(),
        "No mitigation would meet another step.",
    ));
    Section { key: "first", heading: "What to do first", blocks }
}

fn shown(all: usize, top: usize) -> String {
    if all > top { format!("; the first {top}") } else { String::new() }
}

fn owner(material: &Material, id: ObjectId) -> Cell {
    Cell::maybe(material.basis.assessment.mark(id).owner.as_ref())
}

/// `170 of 529 (32%)`
pub(in crate::exchange) fn reached(material: &Material, next: &NextMitigation) -> String {
    let (reached, of) = (next.reached.target, material.plan.steps.target);
    format!("{reached} of {of}{}", percent(reached, of))
}

/// How a score comes about: `(4 incidents x 2 + 2 exercises x 1) x 3 realized x 1.0 gap = 30.0`
pub(in crate::exchange) fn sum(material: &Material, gap: &Gap) -> String {
    let weights = material.basis.weights;
    let others = gap.cases.len() - gap.incidents - gap.exercises;
    let kinds = [
        (gap.incidents, ["incident", "incidents"], weights.incident),
        (gap.exercises, ["exercise", "exercises"], weights.exercise),
        (others, ["case study of unknown kind", "case studies of unknown kind"], weights.unknown_kind),
    ];
    let seen: Vec<String> = kinds
        .into_iter()
        .filter(|(cases, _, _)| *cases > 0)
        .map(|(cases, [one, many], weight)| format!("{} x {weight}", count(cases, one, many)))
        .collect();
    let counted = material.basis.assessment.mark(gap.id).counted_state(material.basis.today);
    format!(
        "({}) x {} {} x {} {} = {}",
        seen.join(" + "),
        weights.maturity(gap.maturity),
        gap.maturity.map_or("of unknown maturity", Maturity::word),
        Score(u64::from(weights.openness(counted))),
        counted.word(),
        gap.score
    )
}

pub(super) fn suggested(material: &Material) -> Section {
    let basis = &material.basis;
    let all = suggestions(basis.catalog, basis.assessment, basis.techniques, basis.today);
    let head = [
        Head::Text("Id"),
        Head::Text("Name"),
        Head::Text("Marked"),
        Head::Text("Suggested"),
        Head::Text("Why"),
    ];
    let rows = all.iter().map(|s| {
        let cells = [Cell::State(shown_as(s.from)), Cell::State(shown_as(s.to)), Cell::text(s.reason())];
        row(material, s.technique, cells)
    });
    Section {
        key: "suggestions",
        heading: "Suggested by the marks of mitigations, and not accepted yet",
        blocks: vec![table("Suggestions", &head, rows.collect(), "Nothing is suggested.")],
    }
}

/// A status without a test.
const fn shown_as(status: Status) -> State {
    match status {
        Status::Unassessed => State::Unassessed,
        Status::Gap => State::Gap,
        Status::Planned => State::Planned,
        Status::Partial => State::Partial,
        Status::Covered => State::Covered,
        Status::NotApplicable => State::NotApplicable,
        Status::Accepted => State::Accepted,
    }
}
