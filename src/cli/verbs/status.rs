//! Where we stand.

use serde_json::{Value, json};

use super::{Context, about_retired, print_json};
use crate::catalog::{ObjectId, sanitize};
use crate::cli::args::state_word;
use crate::cli::output::Output;
use crate::cli::{Failure, json};
use crate::coverage::{Assessment, Field, Rollup, State};
use crate::page::pad;

impl Context<'_> {
    pub(super) fn status(&self, json: bool) -> Result<(), Failure> {
        let assessment = self.assessment(true)?;
        let rollup = |ids: &mut dyn Iterator<Item = ObjectId>| Rollup::of(ids, &assessment, self.today);
        let techniques = rollup(&mut self.catalog.techniques.iter().map(|t| t.id));
        let mitigations = rollup(&mut self.catalog.mitigations.iter().map(|m| m.id));
        let tactics: Vec<(&str, Rollup)> =
            self.catalog.tactics.iter().map(|t| (&*t.name, rollup(&mut self.catalog.in_tactic(t)))).collect();
        if json {
            let tactics: Vec<Value> =
                tactics.iter().map(|(name, r)| json!({"tactic": name, "counts": json::rollup(r)})).collect();
            return print_json(&json!({
                "release": *self.catalog.release,
                "source": self.source,
                "assessment": self.store.path().display().to_string(),
                "techniques": json::rollup(&techniques),
                "mitigations": json::rollup(&mitigations),
                "tactics": tactics,
                "retired": assessment.retired.len(),
                "conflicts": json::conflicts(&assessment),
            }));
        }
        let mut out = Output::new();
        out.line(&format!(
            "ATLAS {}, {}; marks in {}",
            self.catalog.release,
            self.source,
            // A line break in a path must not look like a line of the answer.
            sanitize(&self.store.path().display().to_string(), false)
        ));
        out.line("");
        for (what, r) in [("techniques", &techniques), ("mitigations", &mitigations)] {
            out.line(&headline(what, r));
        }
        if let Some(text) = about_retired(self.catalog, &assessment) {
            out.line(&text);
        }
        if let Some(text) = about_conflicts(&assessment) {
            out.line(&text);
        }
        out.line("");
        out.line(&format!("{:24}{:>6}{:>9}{:>8}{:>9}", "tactic", "all", "assessed", "covered", "tested"));
        for (name, r) in &tactics {
            let (all, assessed, covered, tested) = (r.total(), r.assessed(), r.covered(), r.tested());
            out.line(&format!("{}{all:>6}{assessed:>9}{covered:>8}{tested:>9}", pad(name, 24)));
        }
        out.line("");
        out.line("A technique in several tactics counts in each of them, and once in the total.");
        let counts = State::ALL.map(|s| {
            // As on the screen; the hyphen is for shells and JSON.
            let word = state_word(s).replace('-', " ");
            format!("{} {} {word}", s.glyph(), techniques.count(s))
        });
        out.line(&format!("techniques by status: {}", counts.join(", ")));
        out.finish()
    }
}

/// What people contradict each other about: `2 in conflict: T0051 (status), M0020 (owner, review)`.
fn about_conflicts(assessment: &Assessment) -> Option<String> {
    let objects: Vec<String> = assessment
        .in_conflict()
        .map(|(id, mark)| {
            let fields: Vec<&str> = mark.disputed().map(Field::word).collect();
            format!("{} ({})", id.short(), fields.join(", "))
        })
        .collect();
    (!objects.is_empty()).then(|| format!("{} in conflict: {}", objects.len(), objects.join(", ")))
}

/// `3 of 208 techniques covered (1%), 1 of them tested; 12 of 208 assessed`
fn headline(what: &str, r: &Rollup) -> String {
    let percent = r.percent_covered().map(|p| format!(" ({p}%)")).unwrap_or_default();
    let outside = r.count(State::NotApplicable);
    let outside = if outside > 0 { format!(", {outside} not applicable") } else { String::new() };
    format!(
        "{} of {} applicable {what} covered{percent}, {} of them tested; {} of {} assessed{outside}",
        r.covered(),
        r.applicable(),
        r.tested(),
        r.assessed(),
        r.total()
    )
}
