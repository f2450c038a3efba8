//! What is in a report: the sections, filled from the material.

mod standing;
mod upkeep;
pub(super) mod work;

use super::Material;
use super::document::{Block, Cell, Document, Head, Section, Table};
use super::text::count;
use crate::catalog::{Kind, ObjectId};
use crate::coverage::{Figure, Mark, explain};

pub(super) fn document(material: &Material) -> Document {
    Document {
        title: title(material),
        about: about(material),
        sections: vec![
            standing::headline(material),
            standing::ceiling(material),
            standing::trend(material),
            work::first_actions(material),
            standing::map(),
            standing::tactics(material),
            standing::cases(material),
            upkeep::decisions(material),
            upkeep::to_look_after(material),
            work::suggested(material),
            upkeep::conflicts(material),
            upkeep::marks(material),
            method(material),
            source(material),
        ],
    }
}

/// The title of a report and of the picture.
pub(super) fn title(material: &Material) -> String {
    format!("ATLAS coverage: {}", material.name)
}

fn about(material: &Material) -> Vec<String> {
    let Material { basis, source, scope, author, .. } = material;
    let by = author.map(|author| format!(" by {author}")).unwrap_or_default();
    let in_scope = material.overview.techniques.total();
    let in_scope = count(in_scope, "technique or sub-technique", "techniques and sub-techniques");
    let narrowed = if scope.is_empty() { "all of ATLAS".to_owned() } else { format!("only {scope}") };
    vec![
        format!("As of {}{by}.", basis.today),
        format!("ATLAS {}, {source}.", basis.catalog.release),
        format!("In scope: {in_scope}, {narrowed}."),
    ]
}

/// How each figure is counted, in the words that the program itself explains it with.
fn method(material: &Material) -> Section {
    let figures = [
        Figure::Covered,
        Figure::Tested,
        Figure::Assessed,
        Figure::Mitigations,
        Figure::StepsMet,
        Figure::Preparation,
        Figure::Ceiling,
        Figure::Prevent,
        Figure::Detect,
        Figure::Respond,
        Figure::Due,
        Figure::Expired,
        Figure::Stale,
        Figure::Unowned,
        Figure::WithoutEvidence,
        Figure::Conflicts,
    ];
    let happened = [Figure::Changed, Figure::TimePassed, Figure::Grown, Figure::Retired];
    let happened = happened.into_iter().filter(|_| material.basis.since.is_some());
    let mut blocks = vec![
        Block::Text(
            "Percentages are whole and rounded down, so 100% means all. Unassessed is inside every denominator, not \
             applicable outside. There is no half credit."
                .to_owned(),
        ),
        Block::Text(
            "A score of the plan is the weights of the case studies that use the technique, each once, added up, \
             times the weight of its maturity, times how far its state is from done. A mitigation stands where it \
             gives the most case-study steps their first finished control, given all before it."
                .to_owned(),
        ),
    ];
    for figure in figures.into_iter().chain(happened) {
        let explanation = explain(figure, &material.basis);
        let says_how =
            |line: &String| ["Counted:", "Of:", "Rule:"].iter().any(|start| line.starts_with(start));
        blocks.push(Block::Heading(explanation.title));
        blocks.push(Block::List(explanation.lines.into_iter().filter(says_how).collect()));
    }
    Section { key: "method", heading: "Method", blocks }
}

fn source(material: &Material) -> Section {
    let release = &material.basis.catalog.release;
    let source = material.source;
    Section {
        key: "source",
        heading: "Source",
        blocks: vec![
            Block::Text(format!("Made with {}. ATLAS {release}, {source}.", material.program)),
            Block::Text(attribution()),
            Block::Text(
                "The marks, and all that follows from them, are those of whoever made this assessment. Neither they \
                 nor this report are MITRE's."
                    .to_owned(),
            ),
        ],
    }
}

/// What NOTICE asks of everything that shows the data.
pub(super) fn attribution() -> String {
    "MITRE ATLAS data: Copyright 2021-2026 The MITRE Corporation, licensed under the Apache License, Version 2.0; \
     source: https://github.com/mitre-atlas/atlas-data. Its facts may have been changed or summarised; the official \
     release holds MITRE's own text. MITRE ATLAS and MITRE ATT&CK are trademarks of The MITRE Corporation. This report \
     is neither made nor endorsed by MITRE."
        .to_owned()
}

/// Whether a mark belongs to the scope: of a technique in it, or of a mitigation that ATLAS lists for one.
pub(super) fn is_in_scope(material: &Material, id: ObjectId) -> bool {
    let basis = &material.basis;
    match id.kind() {
        Kind::Mitigation => basis
            .catalog
            .mitigation(id)
            .is_some_and(|m| m.techniques.iter().any(|t| basis.techniques.contains(&t.technique))),
        _ => basis.techniques.contains(&id) && basis.catalog.contains(id),
    }
}

/// The marks in scope that say something, techniques first, by id.
pub(super) fn marks_in_scope<'a>(material: &'a Material) -> impl Iterator<Item = (ObjectId, &'a Mark)> {
    let marks = material.basis.assessment.marks.iter().map(|(id, mark)| (*id, mark));
    marks.filter(|(id, _)| is_in_scope(material, *id))
}

/// The id with its page, and the name: the first two cells of most rows.
fn object(material: &Material, id: ObjectId) -> [Cell; 2] {
    let name = material.basis.catalog.full_name(id);
    [Cell::Link(id.to_string(), id.url()), Cell::text(name)]
}

fn row(material: &Material, id: ObjectId, rest: impl IntoIterator<Item = Cell>) -> Vec<Cell> {
    object(material, id).into_iter().chain(rest).collect()
}

/// A table, or a sentence where there is nothing in it.
fn table(caption: &str, head: &[Head], rows: Vec<Vec<Cell>>, none: &str) -> Block {
    if rows.is_empty() {
        return Block::Text(none.to_owned());
    }
    Block::Table(Table { caption: caption.to_owned(), head: head.to_vec(), rows })
}

/// The figure in the words that the program explains it with.
fn sentence(material: &Material, figure: Figure) -> String {
    format!("{}.", explain(figure, &material.basis).title)
}
