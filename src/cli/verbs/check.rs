//! Whether figures are good enough, for pipelines.

use std::collections::BTreeSet;

use serde_json::json;

use super::{Context, missing, print_json, share};
use crate::catalog::{ObjectId, sanitize};
use crate::cli::output::Output;
use crate::cli::{Failure, json};
use crate::coverage::{Assessment, Overview, Share, State, suggestions};

/// The figures that can be checked.
const FIGURES: [&str; 12] = [
    "covered",
    "tested",
    "assessed",
    "steps",
    "mitigations",
    "due",
    "expired",
    "stale",
    "unowned",
    "without-evidence",
    "conflicts",
    "suggestions",
];

/// Ids that a line names; the rest is counted.
const NAMED: usize = 12;

/// How much is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Amount {
    Count(usize),
    /// Of the figure's denominator.
    Percent(usize),
}

/// `covered=40%` taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Limit {
    figure: &'static str,
    amount: Amount,
    is_least: bool,
}

impl Limit {
    fn read(text: &str, is_least: bool) -> Result<Limit, Failure> {
        let shown: String = text.chars().take(40).collect();
        let shown = sanitize(&shown, false);
        let refuse = |why: String| Err(Failure::Usage(why));
        let Some((figure, amount)) = text.split_once('=') else {
            return refuse(format!("`{shown}` is no FIGURE=N; write it as covered=40% or due=0"));
        };
        let Some(figure) = FIGURES.into_iter().find(|known| *known == figure.trim()) else {
            return refuse(format!("no figure is called as in `{shown}`; there are {}", FIGURES.join(", ")));
        };
        let (number, is_percent) = match amount.trim().strip_suffix('%') {
            Some(number) => (number, true),
            None => (amount.trim(), false),
        };
        match number.parse() {
            Ok(percent) if is_percent && percent <= 100 => {
                Ok(Limit { figure, amount: Amount::Percent(percent), is_least })
            }
            Ok(count) if !is_percent => Ok(Limit { figure, amount: Amount::Count(count), is_least }),
            _ => refuse(format!("`{shown}` has no whole number or share up to 100% after `=`")),
        }
    }

    /// Whether a figure is good enough. Shares are compared without rounding; of nothing there is no
    /// share that would be enough.
    fn holds(&self, count: usize, of: usize) -> bool {
        match (self.amount, self.is_least) {
            (Amount::Count(least), true) => count >= least,
            (Amount::Count(most), false) => count <= most,
            (Amount::Percent(least), true) => of > 0 && count * 100 >= least * of,
            (Amount::Percent(most), false) => count * 100 <= most * of,
        }
    }

    fn words(&self) -> String {
        let at = if self.is_least { "at least" } else { "at most" };
        match self.amount {
            Amount::Count(count) => format!("{at} {count}"),
            Amount::Percent(percent) => format!("{at} {percent}%"),
        }
    }
}

/// A figure, and the objects that would have to change.
struct Found {
    count: usize,
    of: usize,
    /// Those that are missing from it.
    missing: Vec<ObjectId>,
    /// Those that are in it.
    counted: Vec<ObjectId>,
}

impl Found {
    fn of_share(share: &Share) -> Found {
        Found { count: share.count(), of: share.of, missing: Vec::new(), counted: share.ids.clone() }
    }
}

/// What is looked at.
struct Basis<'a> {
    context: &'a Context<'a>,
    assessment: &'a Assessment,
    techniques: &'a BTreeSet<ObjectId>,
    overview: Overview,
}

impl Basis<'_> {
    fn find(&self, figure: &str) -> Found {
        let Overview { techniques: r, steps, mitigations, .. } = &self.overview;
        let figures = |count, of, missing| Found { count, of, missing, counted: Vec::new() };
        let is_covered = |state| matches!(state, State::Covered | State::Tested);
        let but = |state| state == State::NotApplicable;
        match figure {
            "covered" => figures(r.covered(), r.applicable(), self.without(|s| is_covered(s) || but(s))),
            "tested" => figures(r.tested(), r.applicable(), self.without(|s| s == State::Tested || but(s))),
            "assessed" => figures(r.assessed(), r.total(), self.without(|s| s != State::Unassessed)),
            "steps" => figures(steps.target.covered(), steps.target.applicable(), Vec::new()),
            "mitigations" => figures(mitigations.covered(), mitigations.applicable(), Vec::new()),
            "due" => Found::of_share(&self.overview.due),
            "expired" => Found::of_share(&self.overview.expired),
            "stale" => Found::of_share(&self.overview.stale),
            "unowned" => Found::of_share(&self.overview.unowned),
            "without-evidence" => Found::of_share(&self.overview.without_evidence),
            "conflicts" => Found::of_share(&self.overview.conflicts),
            _ => {
                let context = self.context;
                let open = suggestions(context.catalog, self.assessment, self.techniques, context.today);
                let counted: Vec<ObjectId> = open.iter().map(|s| s.technique).collect();
                Found { count: counted.len(), of: self.techniques.len(), missing: Vec::new(), counted }
            }
        }
    }

    /// The techniques in scope that don't count so.
    fn without(&self, counts: impl Fn(State) -> bool) -> Vec<ObjectId> {
        let state = |id: &ObjectId| self.assessment.mark(*id).counted_state(self.context.today);
        self.techniques.iter().copied().filter(|id| !counts(state(id))).collect()
    }
}

impl Context<'_> {
    pub(super) fn check(
        &self,
        min: &[String],
        max: &[String],
        fields: &str,
        json: bool,
    ) -> Result<(), Failure> {
        let read = |texts: &[String], is_least| {
            texts.iter().map(|text| Limit::read(text, is_least)).collect::<Result<Vec<_>, Failure>>()
        };
        let limits = [read(min, true)?, read(max, false)?].concat();
        let assessment = self.assessment_to_mark(true)?;
        // A typing error in its name must not let a pipeline pass: nothing is due where nothing is marked.
        if let Some(path) = missing(self.store) {
            return Err(Failure::Data(format!(
                "there is no assessment {path}, so nothing can be checked; see to its name, or mark first"
            )));
        }
        let techniques = self.scope(&assessment, fields)?;
        let overview = Overview::of(self.catalog, &assessment, &techniques, self.today);
        let basis = Basis { context: self, assessment: &assessment, techniques: &techniques, overview };
        let checked: Vec<(&Limit, Found, bool)> = limits
            .iter()
            .map(|limit| {
                let found = basis.find(limit.figure);
                let holds = limit.holds(found.count, found.of);
                (limit, found, holds)
            })
            .collect();
        let short = checked.iter().filter(|(_, _, holds)| !holds).count();
        if json {
            let checks = checked.iter().map(|(limit, found, holds)| {
                let ids = if limit.is_least { &found.missing } else { &found.counted };
                let ids: &[ObjectId] = if *holds { &[] } else { ids };
                json!({"figure": limit.figure, "limit": limit.words(), "holds": holds,
                       "found": json::share(found.count, found.of), "ids": json::ids(ids)})
            });
            print_json(&json!({"holds": short == 0, "checks": checks.collect::<Vec<_>>()}))?;
        } else {
            let mut out = Output::new();
            for (limit, found, holds) in &checked {
                let word = if *holds { "ok    " } else { "SHORT " };
                let ids = if limit.is_least { &found.missing } else { &found.counted };
                let ids = if *holds { String::new() } else { named(ids) };
                let found = share(found.count, found.of, "");
                out.line(&format!("{word}{} {found}, {}{ids}", limit.figure, limit.words()));
            }
            out.finish()?;
        }
        match short {
            0 => Ok(()),
            1 => Err(Failure::Short(format!("1 of {} checks falls short", checked.len()))),
            _ => Err(Failure::Short(format!("{short} of {} checks fall short", checked.len()))),
        }
    }
}

fn named(ids: &[ObjectId]) -> String {
    let mut words: Vec<String> = ids.iter().take(NAMED).map(|id| id.short()).collect();
    if ids.len() > NAMED {
        words.push(format!("{} more", ids.len() - NAMED));
    }
    if words.is_empty() { String::new() } else { format!(": {}", words.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Limit {
        Limit::read(text, true).unwrap()
    }

    #[test]
    fn shares_are_not_rounded_and_of_nothing_none_is_enough() {
        let third = read("covered=34%");
        assert!(!third.holds(1, 3), "33.3% is less than 34%");
        assert!(read("covered=33%").holds(1, 3));
        assert!(read("covered=100%").holds(3, 3) && !read("covered=100%").holds(2, 3));
        assert!(!read("covered=0%").holds(0, 0));
        let most = Limit { is_least: false, ..third };
        assert!(most.holds(0, 0) && most.holds(1, 3) && !most.holds(2, 3));
        assert!(read("tested=2").holds(2, 3) && !read("tested=2").holds(1, 3));
    }

    #[test]
    fn what_is_no_limit_is_refused() {
        for text in ["covered", "covered=", "covered=-1", "covered=101%", "covered=1.5", "good=1", "=1"] {
            let Err(Failure::Usage(why)) = Limit::read(text, true) else { panic!("{text}") };
            assert!(why.contains('`'), "{why}");
        }
    }
}
