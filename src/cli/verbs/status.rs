//! Where we stand.

use serde_json::{Value, json};

use super::{Context, about_retired, print_json, share};
use crate::catalog::sanitize;
use crate::cli::args::state_word;
use crate::cli::output::Output;
use crate::cli::{Failure, json};
use crate::coverage::{
    Assessment, Basis, Difference, Field, Figure, Overview, Rollup, State, explain, suggestions,
};
use crate::page::pad;
use crate::store::Snapshot;

impl Context<'_> {
    pub(super) fn status(&self, fields: &str, explained: Option<&str>, json: bool) -> Result<(), Failure> {
        let assessment = self.assessment(true)?;
        let techniques = self.scope(&assessment, fields)?;
        let last = self.store.last_snapshot(self.catalog);
        let since = last.as_ref().map(|snapshot| {
            let known = Some(&snapshot.known);
            let (then, on) = (&snapshot.assessment, snapshot.on);
            Difference::between(then, known, &assessment, self.catalog, &techniques, on, self.today)
        });
        let weights = &self.weights;
        let basis = Basis {
            catalog: self.catalog,
            assessment: &assessment,
            techniques: &techniques,
            weights,
            today: self.today,
            since: since.as_ref(),
        };
        if let Some(figure) = explained {
            return explain_figures(figure, &basis, json);
        }
        let overview = Overview::of(self.catalog, &assessment, &techniques, self.today);
        let open = suggestions(self.catalog, &assessment, &techniques, self.today).len();
        let since = last.as_ref().zip(since.as_ref());
        if json {
            return print_json(&self.status_json(&basis, &overview, open, since));
        }
        self.tell_status(&basis, &overview, open, since, fields)
    }

    fn tell_status(
        &self,
        basis: &Basis,
        overview: &Overview,
        suggested: usize,
        since: Option<(&Snapshot, &Difference)>,
        fields: &str,
    ) -> Result<(), Failure> {
        let assessment = basis.assessment;
        let mut out = Output::new();
        out.line(&format!(
            "ATLAS {}, {}; marks in {}",
            self.catalog.release,
            self.source,
            // A line break in a path must not look like a line of the answer.
            sanitize(&self.store.path().display().to_string(), false)
        ));
        if let Some(line) = self.about_scope(assessment, basis.techniques.len(), fields) {
            out.line(&line);
        }
        out.line("");
        for (what, r) in [("techniques", &overview.techniques), ("mitigations", &overview.mitigations)] {
            out.line(&headline(what, r));
        }
        for line in standing(overview, suggested) {
            out.line(&line);
        }
        if let Some((snapshot, difference)) = since {
            out.line(&about_since(snapshot, difference));
        }
        if let Some(text) = about_retired(self.catalog, assessment) {
            out.line(&text);
        }
        if let Some(text) = about_conflicts(assessment) {
            out.line(&text);
        }
        out.line("");
        out.line(&format!("{:24}{:>6}{:>9}{:>8}{:>9}", "tactic", "all", "assessed", "covered", "tested"));
        for share in &overview.tactics {
            let (r, name) = (share.rollup, self.catalog.name(share.tactic).unwrap_or_default());
            let (all, assessed, covered, tested) = (r.total(), r.assessed(), r.covered(), r.tested());
            out.line(&format!("{}{all:>6}{assessed:>9}{covered:>8}{tested:>9}", pad(name, 24)));
        }
        out.line("");
        out.line("A technique in several tactics counts in each of them, and once in the total.");
        let counts = State::ALL.map(|s| {
            // As on the screen; the hyphen is for shells and JSON.
            let word = state_word(s).replace('-', " ");
            format!("{} {} {word}", s.glyph(), overview.techniques.count(s))
        });
        out.line(&format!("techniques by status: {}", counts.join(", ")));
        out.line("`atlasnav status --explain` says by which rule each figure is counted.");
        out.finish()
    }

    fn status_json(
        &self,
        basis: &Basis,
        overview: &Overview,
        suggested: usize,
        since: Option<(&Snapshot, &Difference)>,
    ) -> Value {
        let tactics: Vec<Value> = overview
            .tactics
            .iter()
            .map(|t| json!({"tactic": self.catalog.name(t.tactic), "counts": json::rollup(&t.rollup)}))
            .collect();
        let reach = |r: crate::coverage::Reach| json!({"direct": json::share(r.direct, r.of), "with-parents": json::share(r.inherited, r.of)});
        let listed = |share: &crate::coverage::Share| json::ids_of(&share.ids, share.of);
        let met = |r: &Rollup| json::share(r.covered(), r.applicable());
        json!({
            "release": *self.catalog.release,
            "source": self.source,
            "assessment": self.store.path().display().to_string(),
            "name": basis.assessment.about.name,
            "platforms": basis.assessment.about.platforms,
            "techniques": json::rollup(&overview.techniques),
            "mitigations": json::rollup(&overview.mitigations),
            "tactics": tactics,
            "steps": {"met": met(&overview.steps.target), "preparation-met": met(&overview.steps.preparation)},
            "ceiling": {"techniques": reach(overview.ceiling.techniques), "steps": reach(overview.ceiling.steps),
                        "preparation": reach(overview.ceiling.preparation)},
            "due": listed(&overview.due),
            "expired": listed(&overview.expired),
            "stale": listed(&overview.stale),
            "unowned": listed(&overview.unowned),
            "without-evidence": listed(&overview.without_evidence),
            "evidence": {"prevent": json::share(overview.kinds.prevent, overview.kinds.of),
                         "detect": json::share(overview.kinds.detect, overview.kinds.of),
                         "respond": json::share(overview.kinds.respond, overview.kinds.of)},
            "suggestions": suggested,
            "since": since.map(|(snapshot, difference)| {
                json!({"snapshot": json::snapshot(snapshot), "difference": json::difference(difference)})
            }),
            "retired": basis.assessment.retired.len(),
            "conflicts": json::conflicts(basis.assessment),
        })
    }

    /// What the figures are about, where it is not all of ATLAS.
    fn about_scope(&self, assessment: &Assessment, count: usize, fields: &str) -> Option<String> {
        let about = &assessment.about;
        let narrowed: Vec<&str> =
            about.platforms.iter().map(String::as_str).chain([fields]).filter(|t| !t.is_empty()).collect();
        let all = self.catalog.techniques.len();
        let only = match narrowed.as_slice() {
            [] => String::new(),
            narrowed => format!("{count} of {all} techniques are in scope: {}", narrowed.join(", ")),
        };
        let words: Vec<&str> = [about.name.as_str(), &only].into_iter().filter(|t| !t.is_empty()).collect();
        (!words.is_empty()).then(|| words.join("; "))
    }
}

/// What is behind one figure, or all of them.
fn explain_figures(word: &str, basis: &Basis, json: bool) -> Result<(), Failure> {
    let figures = match Figure::from_word(word) {
        Some(figure) => vec![figure],
        None => Figure::PLAIN.to_vec(),
    };
    let explained = figures.into_iter().map(|figure| (figure, explain(figure, basis)));
    if json {
        let explained =
            explained.map(|(figure, e)| json!({"figure": figure.word(), "title": e.title, "lines": e.lines}));
        return print_json(&explained.collect());
    }
    let mut out = Output::new();
    for (at, (figure, explanation)) in explained.enumerate() {
        if at > 0 {
            out.line("");
        }
        out.line(&format!("{}: {}", figure.word(), explanation.title));
        for line in &explanation.lines {
            out.line(&format!("  {line}"));
        }
    }
    out.finish()
}

/// Steps, ceiling, upkeep and suggestions, a sentence each.
fn standing(overview: &Overview, suggested: usize) -> Vec<String> {
    let Overview { steps, ceiling, due, expired, stale, unowned, without_evidence, kinds, .. } = overview;
    let met = |r: &Rollup, what| share(r.covered(), r.applicable(), what);
    let upkeep = [
        (due, "reviews due"),
        (expired, "tests expired"),
        (stale, "marks stale"),
        (unowned, "marks without owner"),
        (without_evidence, "covered without evidence"),
    ];
    let upkeep = upkeep.map(|(share, what)| format!("{} of {} {what}", share.count(), share.of));
    let evidence = [(kinds.prevent, "prevent"), (kinds.detect, "detect"), (kinds.respond, "respond")];
    let evidence = evidence.map(|(count, what)| format!("{count} {what}"));
    vec![
        format!(
            "case-study steps met: {}, {}",
            met(&steps.target, "against the target"),
            met(&steps.preparation, "of the attacker's preparation")
        ),
        format!(
            "ceiling: ATLAS lists mitigations for {} and {}; the rest needs controls of our own",
            share(ceiling.techniques.direct, ceiling.techniques.of, "techniques"),
            share(ceiling.steps.direct, ceiling.steps.of, "steps")
        ),
        format!("evidence for {} covered or partial techniques: {}", kinds.of, evidence.join(", ")),
        format!("to look after: {}", upkeep.join(", ")),
        match suggested {
            0 => "suggestions: none open".to_owned(),
            count => format!("suggestions: {count} open; `atlasnav suggestions` lists them"),
        },
    ]
}

/// What became of the figures since a snapshot, by its causes.
pub(super) fn about_since(snapshot: &Snapshot, difference: &Difference) -> String {
    let covered = difference.covered();
    format!(
        "since {} ({}): {} changed by us, {} by time, {} new in ATLAS, {} retired; covered +{} -{}",
        snapshot.name,
        snapshot.on,
        difference.changed.len(),
        difference.time_passed.len(),
        difference.grown.len(),
        difference.retired.len(),
        covered.gained,
        covered.lost
    )
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
pub(super) fn headline(what: &str, r: &Rollup) -> String {
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
