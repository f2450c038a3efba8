//! The formats of 2.0.0 to 5.6.1: lists of objects that carry their own links.

use serde::Deserialize;

use super::id::ObjectId;
use super::model::{Format, Text};
use super::raw::{
    At, AttackYaml, Edge, Entry, Id, Object, Raw, RawCaseStudy, RawMitigation, RawStep, RawTechnique,
    ReferenceYaml, Scalar, Warnings, attack, line, parse_id, part, prose, references,
};
use super::read::ReadError;

/// Since 4.0.0 a matrix holds all lists but the case studies; before, they stood beside those.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct File {
    version: Option<Scalar>,
    matrices: Option<Vec<At<Matrix>>>,
    tactics: Option<Vec<ObjectYaml>>,
    techniques: Option<Vec<ObjectYaml>>,
    mitigations: Option<Vec<ObjectYaml>>,
    case_studies: Option<Vec<ObjectYaml>>,
}

#[derive(Deserialize, Default)]
struct Matrix {
    tactics: Option<Vec<ObjectYaml>>,
    techniques: Option<Vec<ObjectYaml>>,
    mitigations: Option<Vec<ObjectYaml>>,
}

/// An object of any kind: the kinds share most fields, and what a kind has not stays empty.
#[derive(Deserialize)]
struct ObjectYaml {
    id: At<Id>,
    name: Scalar,
    description: Option<Scalar>,
    references: Option<Vec<ReferenceYaml>>,
    #[serde(rename = "ATT&CK-reference")]
    attack: Option<AttackYaml>,
    created_date: Option<At<Scalar>>,
    modified_date: Option<At<Scalar>>,
    // Techniques.
    maturity: Option<At<Scalar>>,
    tactics: Option<Vec<At<Id>>>,
    #[serde(rename = "subtechnique-of")]
    parent: Option<At<Id>>,
    /// The later name of the same field.
    specializes: Option<At<Id>>,
    // Mitigations.
    category: Option<Vec<Scalar>>,
    #[serde(rename = "ml-lifecycle", alias = "ML-lifecycle")]
    lifecycle: Option<Vec<At<Entry>>>,
    techniques: Option<Vec<At<Entry>>>,
    // Case studies.
    summary: Option<Scalar>,
    #[serde(rename = "incident-date")]
    date: Option<At<Scalar>>,
    #[serde(rename = "incident-date-granularity")]
    granularity: Option<At<Scalar>>,
    #[serde(rename = "case-study-type")]
    kind: Option<At<Scalar>>,
    actor: Option<Scalar>,
    target: Option<Scalar>,
    reporter: Option<Scalar>,
    /// The name of that field before 4.4.0.
    #[serde(rename = "reported-by")]
    reported_by: Option<Scalar>,
    procedure: Option<Vec<StepYaml>>,
}

#[derive(Deserialize)]
struct StepYaml {
    tactic: At<Id>,
    technique: At<Id>,
    description: Option<Scalar>,
}

impl File {
    pub fn into_raw(self, warnings: &mut Warnings) -> Result<Raw, ReadError> {
        let lists = match self.matrices {
            None => {
                Matrix { tactics: self.tactics, techniques: self.techniques, mitigations: self.mitigations }
            }
            Some(matrices) => {
                let mut matrices = matrices.into_iter();
                let first = matrices.next();
                if let Some(second) = matrices.next() {
                    warnings.add(second.line, "matrices", "has another entry, but only the first is read");
                }
                first.map(|m| m.value).unwrap_or_default()
            }
        };
        let mut raw = Raw::new(part("version", self.version)?, Format::Legacy);
        for o in part("tactics", lists.tactics)? {
            raw.tactics.push(object(o, warnings));
        }
        for o in part("techniques", lists.techniques)? {
            technique(o, &mut raw, warnings);
        }
        // Releases before 4.3 have none.
        for o in lists.mitigations.into_iter().flatten() {
            mitigation(o, &mut raw, warnings)?;
        }
        for o in part("case-studies", self.case_studies)? {
            case_study(o, &mut raw, warnings);
        }
        Ok(raw)
    }
}

fn object(o: ObjectYaml, warnings: &mut Warnings) -> Object {
    let id = o.id.map(|Id(id)| id);
    Object {
        id,
        name: line(Some(o.name)),
        description: prose(o.summary.or(o.description)),
        references: references(o.references),
        attack: attack(o.attack),
        created: warnings.date(id.value, "date of creation", o.created_date),
        modified: warnings.date(id.value, "date of change", o.modified_date),
    }
}

fn technique(mut o: ObjectYaml, raw: &mut Raw, warnings: &mut Warnings) {
    let id = o.id.value.0;
    let edge = |target: At<Id>| Edge { source: id, target: target.map(|Id(id)| id), how: Text::default() };
    raw.achieves.extend(o.tactics.take().into_iter().flatten().map(edge));
    raw.specializes.extend(o.parent.take().or(o.specializes).map(edge));
    raw.techniques.push(RawTechnique {
        maturity: warnings.maturity(id, o.maturity.take()),
        platforms: Vec::new(),
        object: object(o, warnings),
    });
}

fn mitigation(mut o: ObjectYaml, raw: &mut Raw, warnings: &mut Warnings) -> Result<(), ReadError> {
    let id = o.id.value.0;
    for At { line, value } in o.techniques.take().into_iter().flatten() {
        raw.mitigates.push(match value {
            Entry::Text(Scalar(text)) => {
                let target = parse_id(&text).map_err(|what| ReadError::at(line, what))?;
                Edge { source: id, target: At { line, value: target }, how: Text::default() }
            }
            Entry::Use { id: technique, how } => use_of(id, technique, how),
        });
    }
    let mut lifecycle_phases = Vec::new();
    for At { line, value } in o.lifecycle.take().into_iter().flatten() {
        match value {
            Entry::Text(text) => lifecycle_phases.push(phase(text)),
            Entry::Use { id: technique, how } => {
                let what = format!(
                    "lists {} among its lifecycle phases, where it is read as a technique that it mitigates",
                    technique.value.0
                );
                warnings.add(line, id, what);
                raw.mitigates.push(use_of(id, technique, how));
            }
        }
    }
    raw.mitigations.push(RawMitigation {
        categories: o.category.take().into_iter().flatten().map(category).collect(),
        lifecycle_phases,
        object: object(o, warnings),
    });
    Ok(())
}

fn use_of(mitigation: ObjectId, technique: At<Id>, how: Option<Scalar>) -> Edge {
    Edge { source: mitigation, target: technique.map(|Id(id)| id), how: prose(how) }
}

/// Format 6 says AI where the legacy formats say ML; the catalogue has one word for a thing.
fn category(text: Scalar) -> Text {
    match text.0.trim() {
        "Technical - ML" => Text::from("Technical - AI"),
        _ => line(Some(text)),
    }
}

fn phase(text: Scalar) -> Text {
    match text.0.trim() {
        "ML Model Engineering" => Text::from("AI Model Engineering"),
        "ML Model Evaluation" => Text::from("AI Model Evaluation"),
        _ => line(Some(text)),
    }
}

fn case_study(mut o: ObjectYaml, raw: &mut Raw, warnings: &mut Warnings) {
    let id = o.id.map(|Id(id)| id);
    let kind = warnings.case_study_kind(id.value, o.kind.take());
    let reporter = line(o.reporter.take().or(o.reported_by.take()));
    warnings.reporter(id, kind, &reporter);
    let steps = o.procedure.take().unwrap_or_default();
    let count = steps.len();
    for (i, step) in steps.into_iter().enumerate() {
        let name = |i: usize| Text::from(format!("S{i:02}"));
        let at = step.technique.line;
        raw.steps.push(RawStep {
            case_study: id.value,
            id: At { line: at, value: name(i) },
            technique: step.technique.map(|Id(id)| id),
            tactic: step.tactic.map(|Id(id)| id),
            description: prose(step.description),
            // The list is in attack order: each step leads to the next.
            leads_to: (i + 1..count).take(1).map(|next| At { line: at, value: name(next) }).collect(),
        });
    }
    raw.case_studies.push(RawCaseStudy {
        kind,
        actor: line(o.actor.take()),
        target: line(o.target.take()),
        reporter,
        date: warnings.date(id.value, "date", o.date.take()),
        granularity: warnings.granularity(id.value, o.granularity.take()),
        object: object(o, warnings),
    });
}
