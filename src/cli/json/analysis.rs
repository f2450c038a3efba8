//! Figures, the plan, suggestions and differences as JSON.

use serde_json::{Value, json};

use super::ids;
use crate::catalog::{Catalog, Maturity, ObjectId};
use crate::cli::args::{PlanList, state_word};
use crate::coverage::{Difference, Gap, Moved, Plan, Rollup, Score, State, StepCount, Suggestion, Weights};
use crate::store::Snapshot;

/// A count with its denominator; percent are whole and rounded down, null of nothing.
pub(in crate::cli) fn share(count: usize, of: usize) -> Value {
    json!({"count": count, "of": of, "percent": (count * 100).checked_div(of)})
}

/// Some objects of so many.
pub(in crate::cli) fn ids_of(list: &[ObjectId], of: usize) -> Value {
    let mut value = share(list.len(), of);
    if let Some(map) = value.as_object_mut() {
        map.insert("ids".into(), ids(list).into());
    }
    value
}

pub(in crate::cli) fn steps(count: StepCount) -> Value {
    json!({"target": count.target, "preparation": count.preparation})
}

/// A number with one place.
fn score(score: Score) -> Value {
    serde_json::from_str(&score.to_string()).unwrap_or(Value::Null)
}

pub(in crate::cli) fn gap(catalog: &Catalog, gap: &Gap, weights: &Weights) -> Value {
    json!({
        "id": gap.id.to_string(), "name": catalog.full_name(gap.id), "state": state_word(gap.state),
        "score": score(gap.score), "seen": gap.seen(weights),
        "incidents": gap.incidents, "exercises": gap.exercises, "case-studies": ids(&gap.cases),
        "maturity": gap.maturity.map(Maturity::word), "maturity-weight": weights.maturity(gap.maturity),
        "mitigations": ids(&gap.listed), "unfinished": ids(&gap.unfinished),
    })
}

/// The lists that are wanted, each cut to `limit`.
pub(in crate::cli) fn plan(
    catalog: &Catalog,
    plan: &Plan,
    weights: &Weights,
    limit: usize,
    wants: impl Fn(PlanList) -> bool,
) -> Value {
    let gaps = |one, list: &[Gap]| {
        wants(one).then(|| list.iter().take(limit).map(|g| gap(catalog, g, weights)).collect::<Vec<_>>())
    };
    let mitigations = plan.mitigations.iter().take(limit).map(|next| {
        json!({"id": next.mitigation.to_string(), "name": catalog.full_name(next.mitigation),
               "gain": steps(next.gain), "reached": steps(next.reached)})
    });
    json!({
        "mitigable": gaps(PlanList::Mitigable, &plan.mitigable),
        "own": gaps(PlanList::Own, &plan.own),
        "mitigations": wants(PlanList::Mitigations).then(|| mitigations.collect::<Vec<_>>()),
        "steps": steps(plan.steps), "controlled": steps(plan.controlled),
        "weights": weights_of(weights),
    })
}

/// Openness in tenths, as in [`Weights`].
fn weights_of(w: &Weights) -> Value {
    json!({
        "incident": w.incident, "exercise": w.exercise, "unknown-kind": w.unknown_kind,
        "realized": w.realized, "demonstrated": w.demonstrated, "feasible": w.feasible,
        "unknown-maturity": w.unknown_maturity,
        "tenths": {"unassessed": w.unassessed, "gap": w.gap, "planned": w.planned, "partial": w.partial,
                   "covered": w.covered, "tested": w.tested, "accepted": w.accepted},
    })
}

pub(in crate::cli) fn suggestion(catalog: &Catalog, s: &Suggestion) -> Value {
    json!({
        "id": s.technique.to_string(), "name": catalog.full_name(s.technique), "from": s.from.word(),
        "to": s.to.word(), "listed": s.listed, "done": s.done, "partial": s.partial, "planned": s.planned,
        "reason": s.reason(),
    })
}

pub(in crate::cli) fn snapshot(s: &Snapshot) -> Value {
    json!({"name": s.name, "on": s.on, "path": s.path.display().to_string(),
           "release": s.assessment.release, "marks": s.assessment.marks.len()})
}

pub(in crate::cli) fn difference(d: &Difference) -> Value {
    let moved = |list: &[Moved]| {
        let one = |m: &Moved| {
            json!({"id": m.id.to_string(), "before": state_word(m.before), "after": state_word(m.after),
                   "by": m.by, "on": m.on})
        };
        list.iter().map(one).collect::<Vec<_>>()
    };
    let states = |list: &[(ObjectId, State)]| {
        let one =
            |(id, state): &(ObjectId, State)| json!({"id": id.to_string(), "state": state_word(*state)});
        list.iter().map(one).collect::<Vec<_>>()
    };
    let counts = |r: &Rollup| super::rollup(r);
    let moves = |m: crate::coverage::Moves| json!({"gained": m.gained, "lost": m.lost});
    json!({
        "changed": moved(&d.changed), "time-passed": moved(&d.time_passed),
        "grown": states(&d.grown), "retired": states(&d.retired),
        "then": counts(&d.then), "now": counts(&d.now),
        "covered": moves(d.covered()), "tested": moves(d.tested()),
    })
}
