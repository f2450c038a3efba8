//! The figures of what happened since.

use super::{Figure, Text, list};
use crate::catalog::ObjectId;
use crate::coverage::{Difference, Moved, State};

pub(super) fn happened(figure: Figure, difference: &Difference) -> Text {
    let moved = |moved: &Moved| {
        let by = moved.by.as_ref().map_or(String::new(), |by| format!(" by {by}"));
        format!("{} {} -> {}{by}", moved.id, moved.before.word(), moved.after.word())
    };
    let state = |(id, state): &(ObjectId, State)| format!("{id} {}", state.word());
    let (count, what, rule, items): (usize, &str, &str, Vec<String>) = match figure {
        Figure::TimePassed => (
            difference.time_passed.len(),
            "changed by time alone",
            "Rule: the mark says what it did, but its test has expired since.",
            difference.time_passed.iter().map(moved).collect(),
        ),
        Figure::Grown => (
            difference.grown.len(),
            "are new in ATLAS",
            "Rule: in scope now, and not in the release of then. They enlarge the denominator without a change of ours.",
            difference.grown.iter().map(state).collect(),
        ),
        Figure::Retired => (
            difference.retired.len(),
            "were retired by ATLAS",
            "Rule: in the release of then, or marked then, and not in this release. Their marks are kept and not counted.",
            difference.retired.iter().map(state).collect(),
        ),
        _ => (
            difference.changed.len(),
            "changed by us",
            "Rule: the mark says something else than it did then. What ATLAS added or retired, and tests that have expired \
             by themselves, stand apart.",
            difference.changed.iter().map(moved).collect(),
        ),
    };
    let covered = difference.covered();
    let totals = format!(
        "Then {} covered of {} applicable techniques, now {} of {}; we brought {} to covered and took {} back.",
        difference.then.covered(),
        difference.then.applicable(),
        difference.now.covered(),
        difference.now.applicable(),
        covered.gained,
        covered.lost
    );
    let lines = vec![
        "Counted: techniques and mitigations.".to_owned(),
        rule.to_owned(),
        totals,
        // States have commas in their names.
        list("They are", "; ", items),
    ];
    (format!("{count} techniques and mitigations {what}"), lines)
}
