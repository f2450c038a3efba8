//! What was decided, what has to be looked after, what is in conflict, and every mark.

use super::super::Material;
use super::super::document::{Block, Cell, Head, Section};
use super::super::text::{count, cut};
use super::{marks_in_scope, row, sentence, table};
use crate::catalog::ObjectId;
use crate::coverage::{Evidence, Figure, Mark, Share, State};

pub(super) fn decisions(material: &Material) -> Section {
    let today = material.basis.today;
    let mut blocks = Vec::new();
    for (state, heading, none) in [
        (State::Accepted, "Accepted risks", "No risk is accepted."),
        (
            State::NotApplicable,
            "Not applicable, so outside the denominators",
            "Nothing is marked not applicable.",
        ),
    ] {
        let head = [
            Head::Text("Id"),
            Head::Text("Name"),
            Head::Text("Owner"),
            Head::Text("Review by"),
            Head::Text("Note"),
            Head::Text("By"),
            Head::Text("On"),
        ];
        let decided = marks_in_scope(material).filter(|(_, mark)| mark.counted_state(today) == state);
        let rows = decided.map(|(id, mark)| {
            let review = mark.review.map_or("no date".to_owned(), |on| on.to_string());
            let due = if mark.is_due(today) { " (due)" } else { "" };
            let cells = [
                Cell::text(mark.owner.clone().unwrap_or_else(|| "nobody".to_owned())),
                Cell::text(format!("{review}{due}")),
                note(mark),
                Cell::maybe(mark.by.as_ref()),
                Cell::maybe(mark.on.as_ref()),
            ];
            row(material, id, cells)
        });
        blocks.push(Block::Heading(heading.to_owned()));
        blocks.push(table(heading, &head, rows.collect(), none));
    }
    Section { key: "decisions", heading: "What was decided", blocks }
}

fn note(mark: &Mark) -> Cell {
    Cell::Lines(mark.note.as_deref().map(cut).unwrap_or_default())
}

pub(super) fn to_look_after(material: &Material) -> Section {
    let overview = material.overview;
    let kinds: [(Figure, &Share, &str); 5] = [
        (Figure::Due, &overview.due, "review due"),
        (Figure::Expired, &overview.expired, "test expired"),
        (Figure::Stale, &overview.stale, "stale"),
        (Figure::Unowned, &overview.unowned, "no owner"),
        (Figure::WithoutEvidence, &overview.without_evidence, "no evidence"),
    ];
    let head = [
        Head::Text("Id"),
        Head::Text("Name"),
        Head::Text("State"),
        Head::Text("What"),
        Head::Text("Owner"),
        Head::Text("Review by"),
        Head::Text("Tested"),
        Head::Text("Set on"),
    ];
    let rows = marks_in_scope(material).filter_map(|(id, mark)| {
        let what: Vec<&str> =
            kinds.iter().filter(|(_, share, _)| share.ids.contains(&id)).map(|(_, _, word)| *word).collect();
        (!what.is_empty()).then(|| {
            let cells = [
                Cell::State(mark.state(material.basis.today)),
                Cell::text(what.join(", ")),
                Cell::maybe(mark.owner.as_ref()),
                Cell::maybe(mark.review.as_ref()),
                Cell::maybe(mark.tested.as_ref()),
                Cell::maybe(mark.on.as_ref()),
            ];
            row(material, id, cells)
        })
    });
    Section {
        key: "upkeep",
        heading: "What has to be looked after",
        blocks: vec![
            Block::List(kinds.iter().map(|(figure, _, _)| sentence(material, *figure)).collect()),
            table("Marks to look after", &head, rows.collect(), "There is nothing to look after."),
        ],
    }
}

pub(super) fn conflicts(material: &Material) -> Section {
    let head =
        [Head::Text("Id"), Head::Text("Name"), Head::Text("Field"), Head::Text("Said"), Head::Text("By")];
    let mut rows = Vec::new();
    for (id, mark) in marks_in_scope(material) {
        for field in mark.disputed() {
            for claim in mark.claims(field) {
                let said = claim.claim.value().unwrap_or_else(|| format!("no {}", field.word()));
                let cells = [Cell::text(field.word()), Cell::Lines(cut(&said)), Cell::text(claim.source())];
                rows.push(row(material, id, cells));
            }
        }
    }
    Section {
        key: "conflicts",
        heading: "In conflict",
        blocks: vec![
            Block::Text(sentence(material, Figure::Conflicts)),
            table("What people said against each other", &head, rows, "Nobody contradicts anybody."),
        ],
    }
}

pub(super) fn marks(material: &Material) -> Section {
    let head = [
        Head::Text("Id"),
        Head::Text("Name"),
        Head::Text("State"),
        Head::Text("Owner"),
        Head::Text("Note"),
        Head::Text("Evidence"),
        Head::Text("Tested"),
        Head::Text("Review by"),
        Head::Text("Set"),
    ];
    let rows = marks_in_scope(material).map(|(id, mark)| {
        let evidence = mark.evidence.iter().map(|e| (piece(e), e.link.clone()));
        let set = [mark.by.clone(), mark.on.map(|on| on.to_string())];
        let cells = [
            Cell::State(mark.state(material.basis.today)),
            Cell::maybe(mark.owner.as_ref()),
            note(mark),
            Cell::References(evidence.collect()),
            Cell::maybe(mark.tested.as_ref()),
            Cell::maybe(mark.review.as_ref()),
            Cell::text(set.into_iter().flatten().collect::<Vec<_>>().join(", ")),
        ];
        row(material, id, cells)
    });
    let mut blocks = vec![table("Every mark in scope", &head, rows.collect(), "Nothing is marked yet.")];
    let retired: Vec<&ObjectId> = material.basis.assessment.retired.keys().collect();
    if !retired.is_empty() {
        let ids: Vec<String> = retired.iter().map(ToString::to_string).collect();
        blocks.push(Block::Text(format!(
            "{} of ids that ATLAS {} does not have, kept and not counted: {}.",
            count(retired.len(), "mark", "marks"),
            material.basis.catalog.release,
            ids.join(", ")
        )));
    }
    Section { key: "marks", heading: "Every mark", blocks }
}

/// `detect: rule 7, 2026-10-01`
fn piece(evidence: &Evidence) -> String {
    let on = evidence.on.map(|on| format!(", {on}")).unwrap_or_default();
    format!("{}: {}{on}", evidence.kind.word(), cut(&evidence.what))
}
