//! Answers as JSON. Absent values are null or empty, never left out, so that readers need not guess.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::args::state_word;
use crate::catalog::{
    AttackReference, CaseStudyKind, Catalog, Kind, Maturity, ObjectId, Reference, Term, Text, guide,
};
use crate::coverage::{Assessment, Rollup, State};
use crate::page::{ListKind, ListRow};
use crate::search::{Found, Hit};
use crate::store::Backup;

fn texts(list: &[Text]) -> Vec<&str> {
    list.iter().map(|t| &**t).collect()
}

fn ids(list: &[ObjectId]) -> Vec<String> {
    list.iter().map(ToString::to_string).collect()
}

fn references(list: &[Reference]) -> Vec<Value> {
    list.iter().map(|r| json!({"title": *r.title, "url": *r.url})).collect()
}

fn attack(reference: Option<&AttackReference>) -> Value {
    reference.map_or(Value::Null, |a| json!({"id": *a.id, "url": *a.url}))
}

pub(super) fn mark(assessment: &Assessment, today: Date, id: ObjectId) -> Value {
    let mark = assessment.mark(id);
    json!({
        "id": id.to_string(),
        "status": mark.status.word(),
        "state": state_word(mark.state(today)),
        "owner": mark.owner,
        "note": mark.note,
        "evidence": mark.evidence,
        "tested": mark.tested,
        "review": mark.review,
        "by": mark.by,
        "on": mark.on,
        "conflicts": mark.conflicts,
    })
}

/// The whole object, with what it is related to. Null for an id that the catalogue does not have.
pub(super) fn object(
    catalog: &Catalog,
    source: &str,
    assessment: &Assessment,
    today: Date,
    id: ObjectId,
) -> Value {
    let mut value = match id.kind() {
        Kind::Technique => technique(catalog, id),
        Kind::Tactic => catalog.tactic(id).map(|t| {
            json!({
                "name": *t.name, "description": *t.description, "attack": attack(t.attack.as_ref()),
                "references": references(&t.references), "created": *t.created, "modified": *t.modified,
                "techniques": ids(&t.techniques),
            })
        }),
        Kind::Mitigation => catalog.mitigation(id).map(|m| {
            let techniques: Vec<Value> =
                m.techniques.iter().map(|e| json!({"id": e.technique.to_string(), "how": *e.how})).collect();
            json!({
                "name": *m.name, "description": *m.description, "attack": attack(m.attack.as_ref()),
                "references": references(&m.references), "created": *m.created, "modified": *m.modified,
                "categories": texts(&m.categories), "lifecycle-phases": texts(&m.lifecycle_phases),
                "techniques": techniques,
            })
        }),
        Kind::CaseStudy => case_study(catalog, id),
    }
    .unwrap_or(Value::Null);
    if let Some(map) = value.as_object_mut() {
        map.insert("id".into(), id.to_string().into());
        map.insert("kind".into(), id.kind().word().into());
        map.insert("release".into(), (*catalog.release).into());
        map.insert("source".into(), source.into());
        map.insert("page".into(), id.url().into());
        if matches!(id.kind(), Kind::Technique | Kind::Mitigation) {
            map.insert("mark".into(), mark(assessment, today, id));
        }
    }
    value
}

fn technique(catalog: &Catalog, id: ObjectId) -> Option<Value> {
    let t = catalog.technique(id)?;
    let mitigations: Vec<Value> = t
        .mitigations
        .iter()
        .map(|m| json!({"id": m.to_string(), "name": catalog.name(*m), "how": catalog.how(*m, id)}))
        .collect();
    let areas: Vec<Value> = guide()
        .areas_of(id)
        .map(|(area, why)| json!({"area": *area.key, "name": *area.name, "why": why}))
        .collect();
    let steps: Vec<Value> = t
        .steps
        .iter()
        .map(|at| {
            json!({"case-study": at.case_study.to_string(), "step": at.step + 1,
                         "description": catalog.step(*at).map(|s| &*s.description)})
        })
        .collect();
    Some(json!({
        "name": *t.name, "full-name": catalog.full_name(id), "description": *t.description,
        "attack": attack(t.attack.as_ref()), "references": references(&t.references),
        "created": *t.created, "modified": *t.modified, "maturity": t.maturity.map(Maturity::word),
        "platforms": texts(&t.platforms), "tactics": ids(&t.tactics),
        "areas": areas, "parent": t.parent.map(|p| p.to_string()), "sub-techniques": ids(&t.subs),
        "mitigations": mitigations, "steps": steps,
    }))
}

fn case_study(catalog: &Catalog, id: ObjectId) -> Option<Value> {
    let c = catalog.case_study(id)?;
    let steps: Vec<Value> = c
        .steps
        .iter()
        .enumerate()
        .map(|(i, s)| {
            let leads_to: Vec<u16> = s.leads_to.iter().map(|n| n + 1).collect();
            json!({"step": i + 1, "technique": s.technique.to_string(), "tactic": s.tactic.to_string(),
                   "description": *s.description, "leads-to": leads_to})
        })
        .collect();
    Some(json!({
        "name": *c.name, "description": *c.description, "references": references(&c.references),
        "created": *c.created, "modified": *c.modified, "type": c.kind.map(CaseStudyKind::word),
        "actor": *c.actor, "target": *c.target, "reporter": *c.reporter, "date": c.known_date(),
        "steps": steps,
    }))
}

pub(super) fn hit(hit: &Hit, catalog: &Catalog) -> Value {
    let (found, step) = match hit.found {
        Found::Id => ("id", None),
        Found::Field => ("field", None),
        Found::Name => ("name", None),
        Found::Typo => ("typo", None),
        Found::Term(_) => ("term", None),
        Found::Text => ("text", None),
        Found::Step(step) => ("step", Some(step + 1)),
    };
    let id = hit.item.object();
    json!({"id": id.map(|id| id.to_string()), "kind": id.map_or("term", |id| id.kind().word()),
           "name": *hit.name, "found": found,
           "step": step, "text": hit.snippet(catalog)})
}

pub(super) fn term(term: &Term) -> Value {
    json!({"term": *term.name, "also": texts(&term.also), "what": *term.what, "see": ids(&term.see)})
}

pub(super) fn row(row: &ListRow, kind: ListKind) -> Value {
    let (about, count) = match kind {
        ListKind::Techniques => ("maturity", "case-studies"),
        ListKind::Mitigations => ("category", "techniques"),
        ListKind::CaseStudies => ("type-and-date", "steps"),
    };
    json!({"id": row.id.to_string(), "name": row.name, "state": row.state.map(state_word),
           about: row.about, count: row.count})
}

/// The objects in conflict with everything that is said of them.
pub(super) fn conflicts(assessment: &Assessment) -> Vec<Value> {
    assessment
        .in_conflict()
        .map(|(id, mark)| json!({"id": id.to_string(), "conflicts": mark.conflicts}))
        .collect()
}

pub(super) fn backup(backup: &Backup) -> Value {
    json!({"taken": backup.taken.to_string(), "marks": backup.marks,
           "path": backup.path.display().to_string()})
}

pub(super) fn rollup(r: &Rollup) -> Value {
    let by_state: serde_json::Map<String, Value> =
        State::ALL.iter().map(|s| (state_word(*s).to_owned(), r.count(*s).into())).collect();
    json!({"total": r.total(), "applicable": r.applicable(), "assessed": r.assessed(),
           "covered": r.covered(), "tested": r.tested(), "percent-covered": r.percent_covered(),
           "by-state": by_state})
}
