//! What to do next: gaps, the plan, suggestions, and what a mitigation would bring.

use std::cmp::Reverse;

use serde_json::json;

use super::{Context, counted, print_json, share};
use crate::catalog::{Kind, Maturity, ObjectId};
use crate::cli::args::PlanList;
use crate::cli::output::{Output, complain};
use crate::cli::{Failure, json};
use crate::coverage::{
    Gap, NextMitigation, Plan, State, StepCount, Suggestion, Weights, Wish, suggestion, suggestions, what_if,
};

impl Context<'_> {
    /// All techniques that are not done, also those that no case study uses.
    pub(super) fn gaps(&self, fields: &str, limit: usize, json: bool) -> Result<(), Failure> {
        let assessment = self.assessment(true)?;
        let techniques = self.scope(&assessment, fields)?;
        let weights = &self.weights;
        let is_open = |id: &ObjectId| {
            let state = assessment.mark(*id).counted_state(self.today);
            matches!(state, State::Unassessed | State::Gap | State::Planned | State::Partial)
        };
        let open = techniques.iter().filter(|id| is_open(id)).filter_map(|id| self.catalog.technique(*id));
        let mut gaps: Vec<Gap> =
            open.map(|t| Gap::of(self.catalog, &assessment, t, weights, self.today)).collect();
        gaps.sort_by_key(|gap| (Reverse(gap.score), gap.id));
        if json {
            print_json(&gaps.iter().take(limit).map(|g| json::gap(self.catalog, g, weights)).collect())?;
        }
        if gaps.is_empty() {
            let count = techniques.len();
            return Err(Failure::Nothing(format!("no technique is open, of {count} in scope")));
        }
        if !json {
            let mut out = Output::new();
            out.line(&format!("{} of {} techniques in scope are open", gaps.len(), techniques.len()));
            for gap in gaps.iter().take(limit) {
                out.line(&self.gap_line(gap, weights));
            }
            out.finish()?;
        }
        if gaps.len() > limit {
            complain(&format!("{} more; --limit shows them", gaps.len() - limit));
        }
        Ok(())
    }

    /// `  66.0 ! T0015    Evade AI Model  = 22 seen x 3 realized x 1.0 gap; 6 of 6 mitigations unfinished`
    fn gap_line(&self, gap: &Gap, weights: &Weights) -> String {
        let (seen, maturity) = (gap.seen(weights), weights.maturity(gap.maturity));
        let word = gap.maturity.map_or("maturity unknown", Maturity::word);
        let openness = openness(gap, weights);
        let mitigations = match gap.listed.len() {
            0 => "ATLAS lists no mitigation".to_owned(),
            listed => format!("{} of {listed} mitigations unfinished", gap.unfinished.len()),
        };
        format!(
            "{:>7} {} {:9} {}  = {seen} seen x {maturity} {word} x {}.{} {}; {mitigations}",
            gap.score.to_string(),
            gap.state.glyph(),
            gap.id.short(),
            self.catalog.full_name(gap.id),
            openness / 10,
            openness % 10,
            gap.state.word(),
        )
    }

    pub(super) fn plan(
        &self,
        fields: &str,
        limit: usize,
        list: Option<PlanList>,
        json: bool,
    ) -> Result<(), Failure> {
        let assessment = self.assessment(true)?;
        let techniques = self.scope(&assessment, fields)?;
        let weights = &self.weights;
        let plan = Plan::of(self.catalog, &assessment, &techniques, weights, self.today);
        let wants = |one| list.is_none_or(|list| list == one);
        if json {
            return print_json(&json::plan(self.catalog, &plan, weights, limit, wants));
        }
        let mut out = Output::new();
        let mut rest = 0;
        let gaps = [
            (PlanList::Mitigable, &plan.mitigable, "ATLAS lists a mitigation that is unfinished"),
            (PlanList::Own, &plan.own, "no mitigation left: needs a control of our own, or accepted risk"),
        ];
        for (one, gaps, what) in gaps {
            if wants(one) {
                out.line(&format!("{what}: {}", counted(gaps.len(), "technique", "techniques")));
                for gap in gaps.iter().take(limit) {
                    out.line(&self.gap_line(gap, weights));
                }
                out.line("");
                rest = rest.max(gaps.len().saturating_sub(limit));
            }
        }
        if wants(PlanList::Mitigations) {
            let (now, all) = (plan.controlled, plan.steps);
            out.line(&format!(
                "mitigations by the case-study steps that get their first control; {} have one today, and {}",
                share(now.target, all.target, "steps"),
                share(now.preparation, all.preparation, "steps of the attacker's preparation")
            ));
            for (at, next) in plan.mitigations.iter().take(limit).enumerate() {
                out.line(&self.mitigation_line(at, next, all));
            }
            rest = rest.max(plan.mitigations.len().saturating_sub(limit));
            out.line("");
        }
        out.line(
            "score = seen (case studies, incidents count more) x maturity x how open; techniques that no case",
        );
        out.line("study uses score nothing and stand in `atlasnav gaps` only");
        out.finish()?;
        if rest > 0 {
            complain(&format!("up to {rest} more in a list; --limit shows them"));
        }
        Ok(())
    }

    fn mitigation_line(&self, at: usize, next: &NextMitigation, all: StepCount) -> String {
        let (id, gain) = (next.mitigation, next.gain);
        let reached = share(next.reached.target, all.target, "");
        format!(
            "{:>4} {:6} {}: +{} steps, +{} of preparation; then {reached}",
            at + 1,
            id.short(),
            self.catalog.full_name(id),
            gain.target,
            gain.preparation
        )
    }

    pub(super) fn suggestions(&self, fields: &str, json: bool) -> Result<(), Failure> {
        let assessment = self.assessment(true)?;
        let techniques = self.scope(&assessment, fields)?;
        let open = suggestions(self.catalog, &assessment, &techniques, self.today);
        if json {
            print_json(&open.iter().map(|s| json::suggestion(self.catalog, s)).collect())?;
        }
        if open.is_empty() {
            return Err(Failure::Nothing(
                "the marks of mitigations suggest nothing; mark mitigations, such as `atlasnav mark m20 covered`"
                    .to_owned(),
            ));
        }
        if json {
            return Ok(());
        }
        let mut out = Output::new();
        for suggestion in &open {
            out.line(&self.suggestion_line(suggestion));
        }
        out.line("`atlasnav accept ID` marks one so, `atlasnav accept --all` all of them.");
        out.finish()
    }

    fn suggestion_line(&self, suggestion: &Suggestion) -> String {
        let (id, from) = (suggestion.technique, suggestion.from.word());
        format!("{:9} {}: {from}; {}", id.short(), self.catalog.full_name(id), suggestion.reason())
    }

    pub(super) fn accept(&self, ids: &[String], all: bool, dry_run: bool, json: bool) -> Result<(), Failure> {
        let ids: Vec<ObjectId> = ids.iter().map(|id| self.markable(id)).collect::<Result<_, Failure>>()?;
        let assessment = self.assessment_to_mark(true)?;
        let accepted: Vec<Suggestion> = if all {
            let techniques = self.scope(&assessment, "")?;
            suggestions(self.catalog, &assessment, &techniques, self.today)
        } else {
            let suggested = |id: &ObjectId| {
                suggestion(self.catalog, &assessment, *id, self.today).ok_or_else(|| {
                    Failure::Nothing(format!("nothing is suggested for {}, so nothing is marked", id.short()))
                })
            };
            ids.iter().map(suggested).collect::<Result<_, Failure>>()?
        };
        if accepted.is_empty() {
            return Err(Failure::Nothing("the marks of mitigations suggest nothing".to_owned()));
        }
        // As a mark: what is now claimed to be covered was not tested so.
        let wish = |s: &Suggestion| State::from_key(s.to.word()).map(Wish::State).into_iter().collect();
        let wanted: Vec<_> = accepted.iter().map(|s| (s.technique, wish(s))).collect();
        let edit = self.edit(&assessment, &wanted);
        self.carry_out(assessment, edit, dry_run, json)
    }

    pub(super) fn what_if(&self, mitigation: &str, state: State, json: bool) -> Result<(), Failure> {
        let id = self.id(mitigation)?;
        if id.kind() != Kind::Mitigation {
            return Err(Failure::Usage(format!(
                "{id} is a {}; what-if takes a mitigation, such as m20",
                id.kind().word()
            )));
        }
        let assessment = self.assessment(true)?;
        let techniques = self.scope(&assessment, "")?;
        let result = what_if(self.catalog, &assessment, id, state, &techniques, self.today);
        if json {
            let rising = result.rising.iter().map(|rise| {
                let before = rise.before.as_ref().map(|s| s.to.word());
                json!({"suggested-before": before, "suggestion": json::suggestion(self.catalog, &rise.after)})
            });
            let falling = result.falling.iter().map(|s| json::suggestion(self.catalog, s));
            return print_json(&json!({
                "mitigation": id.to_string(), "status": state.key(),
                "rising": rising.collect::<Vec<_>>(), "falling": falling.collect::<Vec<_>>(),
                "gain": json::steps(result.gain), "steps": json::steps(result.steps),
            }));
        }
        let mut out = Output::new();
        out.line(&format!(
            "if {} {} were {}: {} of {} case-study steps get their first control, and {} of {} of preparation",
            id.short(),
            self.catalog.full_name(id),
            state.word(),
            result.gain.target,
            result.steps.target,
            result.gain.preparation,
            result.steps.preparation
        ));
        for rise in &result.rising {
            out.line(&self.suggestion_line(&rise.after));
        }
        for fall in &result.falling {
            let (id, to) = (fall.technique, fall.to.word());
            let name = self.catalog.full_name(id);
            out.line(&format!("{:9} {name}: would no longer be suggested {to}", id.short()));
        }
        if result.rising.is_empty() && result.falling.is_empty() {
            out.line("No suggestion would come or go.");
        }
        out.line("Nothing is marked.");
        out.finish()
    }
}

/// In tenths, from the score, so that a conflict counts as it was scored.
fn openness(gap: &Gap, weights: &Weights) -> u64 {
    let product = gap.seen(weights).saturating_mul(u64::from(weights.maturity(gap.maturity)));
    match gap.score.0.checked_div(product) {
        Some(openness) => openness,
        None => u64::from(weights.openness(gap.state)),
    }
}
