//! Format 6: objects keyed by id, every link a relationship of its own.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::id::ObjectId;
use super::model::{Format, Text};
use super::raw::{
    At, AttackYaml, Edge, Id, Object, Raw, RawCaseStudy, RawMitigation, RawStep, RawTechnique, ReferenceYaml,
    Scalar, Warnings, attack, line, lines, parse_id, part, prose, references,
};
use super::read::ReadError;
use super::sanitize::quote;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct File {
    collection: Option<Collection>,
    tactics: Option<BTreeMap<String, ObjectYaml>>,
    techniques: Option<BTreeMap<String, ObjectYaml>>,
    mitigations: Option<BTreeMap<String, ObjectYaml>>,
    case_studies: Option<BTreeMap<String, ObjectYaml>>,
    relationships: Option<BTreeMap<String, Relations>>,
}

#[derive(Deserialize)]
struct Collection {
    version: Scalar,
}

/// An object of any kind: the kinds share most fields, and what a kind has not stays empty.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct ObjectYaml {
    id: At<Id>,
    name: Scalar,
    description: Option<Scalar>,
    references: Option<Vec<ReferenceYaml>>,
    attack_reference: Option<AttackYaml>,
    created_date: Option<At<Scalar>>,
    modified_date: Option<At<Scalar>>,
    // Techniques.
    maturity: Option<At<Scalar>>,
    platforms: Option<Vec<Scalar>>,
    // Mitigations.
    categories: Option<Vec<Scalar>>,
    lifecycle_phases: Option<Vec<Scalar>>,
    // Case studies.
    #[serde(rename = "type")]
    kind: Option<At<Scalar>>,
    actor: Option<Scalar>,
    target: Option<Scalar>,
    reporter: Option<Scalar>,
    date: Option<At<Scalar>>,
    date_granularity: Option<At<Scalar>>,
}

/// The relationships of one source; types that are not known here are left out.
#[derive(Deserialize)]
struct Relations {
    sequences: Option<Vec<Sequence>>,
    achieves: Option<Vec<EdgeYaml>>,
    specializes: Option<Vec<EdgeYaml>>,
    mitigates: Option<Vec<EdgeYaml>>,
    employs: Option<Vec<Employs>>,
}

#[derive(Deserialize)]
struct Sequence {
    target: At<Id>,
    position: Option<At<Scalar>>,
}

#[derive(Deserialize)]
struct EdgeYaml {
    source: Option<At<Scalar>>,
    target: At<Id>,
    description: Option<Scalar>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Employs {
    source: Option<At<Scalar>>,
    target: At<Id>,
    tactic: At<Id>,
    step_id: At<Scalar>,
    leads_to: Option<Vec<At<Scalar>>>,
    description: Option<Scalar>,
}

impl File {
    pub fn into_raw(self, warnings: &mut Warnings) -> Result<Raw, ReadError> {
        let mut raw = Raw::new(part("collection", self.collection)?.version, Format::V6);
        for (key, o) in part("tactics", self.tactics)? {
            raw.tactics.push(object(&key, o, warnings)?);
        }
        for (key, mut o) in part("techniques", self.techniques)? {
            raw.techniques.push(RawTechnique {
                maturity: warnings.maturity(o.id.value.0, o.maturity.take()),
                platforms: lines(o.platforms.take()),
                object: object(&key, o, warnings)?,
            });
        }
        for (key, mut o) in part("mitigations", self.mitigations)? {
            raw.mitigations.push(RawMitigation {
                categories: lines(o.categories.take()),
                lifecycle_phases: lines(o.lifecycle_phases.take()),
                object: object(&key, o, warnings)?,
            });
        }
        for (key, mut o) in part("case-studies", self.case_studies)? {
            let id = o.id.map(|Id(id)| id);
            let kind = warnings.case_study_kind(id.value, o.kind.take());
            let reporter = line(o.reporter.take());
            warnings.reporter(id, kind, &reporter);
            raw.case_studies.push(RawCaseStudy {
                kind,
                actor: line(o.actor.take()),
                target: line(o.target.take()),
                reporter,
                date: warnings.date(id.value, "date", o.date.take()),
                granularity: warnings.granularity(id.value, o.date_granularity.take()),
                object: object(&key, o, warnings)?,
            });
        }
        let mut sequences = Vec::new();
        for (key, relations) in part("relationships", self.relationships)? {
            sequences.extend(relations.sequences.into_iter().flatten());
            raw.achieves.append(&mut edges(&key, relations.achieves)?);
            raw.specializes.append(&mut edges(&key, relations.specializes)?);
            raw.mitigates.append(&mut edges(&key, relations.mitigates)?);
            for step in relations.employs.into_iter().flatten() {
                raw.steps.push(RawStep {
                    case_study: source(&key, step.source.as_ref(), step.target.line)?,
                    id: step.step_id.map(|id| line(Some(id))),
                    technique: step.target.map(|Id(id)| id),
                    tactic: step.tactic.map(|Id(id)| id),
                    description: prose(step.description),
                    leads_to: step
                        .leads_to
                        .into_iter()
                        .flatten()
                        .map(|s| s.map(|id| line(Some(id))))
                        .collect(),
                });
            }
        }
        let mut columns = Vec::with_capacity(sequences.len());
        for Sequence { target, position } in sequences {
            columns.push((place_in_matrix(position)?, target.map(|Id(id)| id)));
        }
        columns.sort_by_key(|(position, _)| *position);
        raw.columns = Some(columns.into_iter().map(|(_, tactic)| tactic).collect());
        Ok(raw)
    }
}

fn object(key: &str, o: ObjectYaml, warnings: &mut Warnings) -> Result<Object, ReadError> {
    let id = o.id.map(|Id(id)| id);
    if id.value.to_string() != key {
        let what = format!("the entry {} says it is {}; key and id must be the same", quote(key), id.value);
        return Err(ReadError::at(id.line, what));
    }
    Ok(Object {
        id,
        name: line(Some(o.name)),
        description: prose(o.description),
        references: references(o.references),
        attack: attack(o.attack_reference),
        created: warnings.date(id.value, "date of creation", o.created_date),
        modified: warnings.date(id.value, "date of change", o.modified_date),
    })
}

fn edges(key: &str, list: Option<Vec<EdgeYaml>>) -> Result<Vec<Edge>, ReadError> {
    let one = |edge: EdgeYaml| {
        Ok(Edge {
            source: source(key, edge.source.as_ref(), edge.target.line)?,
            target: edge.target.map(|Id(id)| id),
            how: edge.description.map_or_else(Text::default, |text| prose(Some(text))),
        })
    };
    list.unwrap_or_default().into_iter().map(one).collect()
}

/// The place of a column. Columns without one come last, in the order of their list.
fn place_in_matrix(position: Option<At<Scalar>>) -> Result<u32, ReadError> {
    let Some(At { line, value: Scalar(text) }) = position else { return Ok(u32::MAX) };
    text.trim().parse().map_err(|_| {
        let what = format!("the position {} of a tactic in the matrix is no whole number", quote(&text));
        ReadError::at(line, what)
    })
}

/// The source of a relationship stands twice: as the key of the list and in each entry.
fn source(key: &str, given: Option<&At<Scalar>>, edge_line: u64) -> Result<ObjectId, ReadError> {
    if let Some(At { line, value: Scalar(text) }) = given
        && text != key
    {
        let what = format!(
            "a relationship of {} says its source is {}; the two must be the same",
            quote(key),
            quote(text)
        );
        return Err(ReadError::at(*line, what));
    }
    parse_id(key).map_err(|what| ReadError::at(edge_line, what))
}
