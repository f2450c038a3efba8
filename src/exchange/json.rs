//! Everything in a report for programs. `docs/report.md` documents the layout. Absent values are null or
//! empty, never left out.

use std::io;

use serde_json::{Value, json};

use super::map::columns;
use super::report::{is_in_scope, marks_in_scope, work};
use super::text::lines;
use super::ticket::tickets;
use super::{Material, report, state_key};
use crate::catalog::{CaseStudyKind, Maturity, ObjectId};
use crate::coverage::{
    Difference, EvidenceKind, Figure, Gap, Mark, Moved, Reach, Rollup, Share, State, StepCount, explain,
    suggestions,
};

/// The layout of the report and of the tickets; grows with every change that a reader could trip over.
pub const FORMAT: u32 = 1;

pub(super) fn write(material: &Material, out: &mut dyn io::Write) -> io::Result<()> {
    let overview = material.overview;
    let mut value = head(material);
    let body = json!({
        "standing": {
            "techniques": rollup(&overview.techniques),
            "mitigations": rollup(&overview.mitigations),
            "steps": rollup(&overview.steps.target),
            "preparation": rollup(&overview.steps.preparation),
            "evidence": {
                "of": overview.kinds.of,
                "prevent": overview.kinds.count(EvidenceKind::Prevent),
                "detect": overview.kinds.count(EvidenceKind::Detect),
                "respond": overview.kinds.count(EvidenceKind::Respond),
            },
        },
        "ceiling": {
            "techniques": reach(&overview.ceiling.techniques),
            "steps": reach(&overview.ceiling.steps),
            "preparation": reach(&overview.ceiling.preparation),
        },
        "trend": trend(material),
        "since": since(material),
        "plan": plan(material),
        "matrix": matrix(material),
        "cases": cases(material),
        "upkeep": {
            "due": share(&overview.due),
            "expired": share(&overview.expired),
            "stale": share(&overview.stale),
            "unowned": share(&overview.unowned),
            "without-evidence": share(&overview.without_evidence),
            "conflicts": share(&overview.conflicts),
        },
        "accepted": decided(material, State::Accepted),
        "not-applicable": decided(material, State::NotApplicable),
        "suggestions": suggested(material),
        "marks": material
            .basis
            .catalog
            .markable()
            .filter(|id| is_in_scope(material, *id))
            .filter(|id| material.basis.assessment.marks.contains_key(id))
            .map(|id| mark(material, id))
            .collect::<Vec<_>>(),
        "retired": ids(material.basis.assessment.retired.keys()),
        "method": method(material),
    });
    if let (Some(value), Value::Object(body)) = (value.as_object_mut(), body) {
        value.extend(body);
    }
    print(&value, out)
}

pub(super) fn write_tickets(material: &Material, out: &mut dyn io::Write) -> io::Result<()> {
    let all = tickets(material).into_iter().map(|t| {
        json!({"id": t.id.to_string(), "list": t.list, "place": t.place, "title": t.title, "why": t.why,
               "suggests": t.suggests, "links": t.links, "owner": t.owner, "labels": t.labels})
    });
    let all: Vec<Value> = all.collect();
    let mut value = head(material);
    if let Some(value) = value.as_object_mut() {
        value.insert("tickets".to_owned(), all.into());
    }
    print(&value, out)
}

fn print(value: &Value, out: &mut dyn io::Write) -> io::Result<()> {
    // Texts were sanitised when they were read; here once more, whatever they came through.
    let value = clean(value.clone());
    serde_json::to_writer_pretty(&mut *out, &value)?;
    out.write_all(b"\n")
}

fn clean(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(lines(&text).into_owned()),
        Value::Array(items) => items.into_iter().map(clean).collect(),
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, clean(value))).collect(),
        other => other,
    }
}

fn head(material: &Material) -> Value {
    json!({
        "format": FORMAT,
        "program": material.program,
        "name": material.name,
        "as-of": material.basis.today,
        "author": material.author,
        "atlas": {
            "release": *material.basis.catalog.release,
            "source": material.source,
            "attribution": report::attribution(),
        },
        "scope": {"query": material.scope, "techniques": material.overview.techniques.total()},
    })
}

fn ids<'a>(ids: impl IntoIterator<Item = &'a ObjectId>) -> Vec<String> {
    ids.into_iter().map(ToString::to_string).collect()
}

fn rollup(r: &Rollup) -> Value {
    let states: serde_json::Map<String, Value> =
        State::ALL.iter().map(|s| (state_key(*s).to_owned(), r.count(*s).into())).collect();
    json!({"total": r.total(), "applicable": r.applicable(), "assessed": r.assessed(), "covered": r.covered(),
           "tested": r.tested(), "percent-covered": r.percent_covered(), "states": states})
}

fn reach(r: &Reach) -> Value {
    json!({"direct": r.direct, "inherited": r.inherited, "of": r.of})
}

fn share(s: &Share) -> Value {
    json!({"ids": ids(&s.ids), "of": s.of})
}

fn steps(s: StepCount) -> Value {
    json!({"target": s.target, "preparation": s.preparation})
}

fn trend(material: &Material) -> Vec<Value> {
    let points = material.trend.iter();
    points
        .map(|p| json!({"name": p.name, "on": p.on, "release": p.release, "techniques": rollup(&p.techniques)}))
        .collect()
}

fn since(material: &Material) -> Value {
    let (Some(difference), Some(point)) = (material.basis.since, material.since) else { return Value::Null };
    let Difference { changed, time_passed, grown, retired, then, now } = difference;
    let moved = |moved: &[Moved]| -> Vec<Value> {
        let one = |m: &Moved| {
            json!({"id": m.id.to_string(), "before": state_key(m.before), "after": state_key(m.after), "by": m.by,
                   "on": m.on})
        };
        moved.iter().map(one).collect()
    };
    let listed = |list: &[(ObjectId, State)]| -> Vec<Value> {
        list.iter().map(|(id, state)| json!({"id": id.to_string(), "state": state_key(*state)})).collect()
    };
    let (covered, tested) = (difference.covered(), difference.tested());
    json!({
        "name": point.name,
        "on": point.on,
        "then": rollup(then),
        "now": rollup(now),
        "covered": {"gained": covered.gained, "lost": covered.lost},
        "tested": {"gained": tested.gained, "lost": tested.lost},
        "changed": moved(changed),
        "time-passed": moved(time_passed),
        "grown": listed(grown),
        "retired": listed(retired),
    })
}

fn plan(material: &Material) -> Value {
    let plan = material.plan;
    let gaps = |gaps: &[Gap]| -> Vec<Value> {
        let one = |g: &Gap| {
            json!({"id": g.id.to_string(), "state": state_key(g.state), "score": g.score.to_string(),
                   "sum": work::sum(material, g), "incidents": g.incidents, "exercises": g.exercises,
                   "cases": ids(&g.cases), "maturity": g.maturity.map(Maturity::word),
                   "listed": ids(&g.listed), "unfinished": ids(&g.unfinished)})
        };
        gaps.iter().map(one).collect()
    };
    let mitigations: Vec<Value> = plan
        .mitigations
        .iter()
        .map(|m| json!({"id": m.mitigation.to_string(), "gain": steps(m.gain), "reached": steps(m.reached)}))
        .collect();
    json!({"mitigable": gaps(&plan.mitigable), "own": gaps(&plan.own), "mitigations": mitigations,
           "steps": steps(plan.steps), "controlled": steps(plan.controlled)})
}

fn matrix(material: &Material) -> Vec<Value> {
    let columns = columns(material).into_iter();
    columns
        .map(|column| {
            let cells: Vec<Value> = column
                .cells
                .iter()
                .map(|c| json!({"id": c.id.to_string(), "name": c.name, "state": state_key(c.state)}))
                .collect();
            json!({"column": column.number, "id": column.tactic.to_string(), "name": column.name,
                   "counts": rollup(&column.rollup), "techniques": cells})
        })
        .collect()
}

fn cases(material: &Material) -> Vec<Value> {
    // Steps count from 1, as on the screen.
    let from_one = |at: Option<usize>| at.map(|at| at + 1);
    let strips = material.overview.cases.iter();
    strips
        .map(|s| {
            let case = material.basis.catalog.case_study(s.case);
            let states: Vec<Option<&str>> = s.steps.iter().map(|step| step.map(state_key)).collect();
            json!({"id": s.case.to_string(), "name": case.map(|c| &*c.name),
                   "kind": case.and_then(|c| c.kind).map(CaseStudyKind::word), "states": states,
                   "first-covered": from_one(s.first_covered), "first-tested": from_one(s.first_tested),
                   "longest-open": s.longest_open.map(|run| json!({"first": run.first + 1, "steps": run.steps}))})
        })
        .collect()
}

fn decided(material: &Material, state: State) -> Vec<String> {
    let is_so = |mark: &Mark| mark.counted_state(material.basis.today) == state;
    marks_in_scope(material).filter(|(_, mark)| is_so(mark)).map(|(id, _)| id.to_string()).collect()
}

fn suggested(material: &Material) -> Vec<Value> {
    let basis = &material.basis;
    suggestions(basis.catalog, basis.assessment, basis.techniques, basis.today)
        .iter()
        .map(|s| {
            json!({"id": s.technique.to_string(), "from": s.from.word(), "to": s.to.word(), "why": s.reason()})
        })
        .collect()
}

fn mark(material: &Material, id: ObjectId) -> Value {
    let mark = material.basis.assessment.mark(id);
    json!({
        "id": id.to_string(),
        "name": material.basis.catalog.full_name(id),
        "state": state_key(mark.state(material.basis.today)),
        "status": mark.status.word(),
        "owner": mark.owner,
        "note": mark.note,
        "evidence": mark.evidence,
        "tested": mark.tested,
        "review": mark.review,
        "by": mark.by,
        "on": mark.on,
        "conflicts": mark.conflicts,
        "log": mark.log,
    })
}

/// Every figure with its sentence and what is behind it.
fn method(material: &Material) -> Vec<Value> {
    Figure::PLAIN
        .into_iter()
        .map(|figure| {
            let explanation = explain(figure, &material.basis);
            json!({"figure": figure.word(), "title": explanation.title, "lines": explanation.lines})
        })
        .collect()
}
