//! Snapshots: taken, listed, compared.

use serde_json::json;

use super::{Context, counted, print_json};
use crate::catalog::{ObjectId, sanitize};
use crate::cli::args::SnapshotAction;
use crate::cli::output::{Output, complain};
use crate::cli::{Failure, json};
use crate::coverage::{Difference, Moved, State};
use crate::store::{Snapshot, Snapshots};

impl Context<'_> {
    pub(super) fn snapshot(&self, action: &SnapshotAction, json: bool) -> Result<(), Failure> {
        match action {
            SnapshotAction::Take { name } => {
                let path = self.store.take_snapshot(self.catalog, name, self.today).map_err(Failure::data)?;
                let path = path.display().to_string();
                if json {
                    return print_json(&json!({"path": path, "on": self.today}));
                }
                let mut out = Output::new();
                out.line(&format!("kept in {}", sanitize(&path, false)));
                out.finish()
            }
            SnapshotAction::List => self.list_snapshots(json),
            SnapshotAction::Path { name } => {
                let snapshot = find(self.read_snapshots(), name)?;
                let path = snapshot.path.display().to_string();
                if json {
                    return print_json(&json::snapshot(&snapshot));
                }
                let mut out = Output::new();
                out.line(&sanitize(&path, false));
                out.finish()
            }
            SnapshotAction::Compare { then, now } => self.compare_snapshots(then, now.as_deref(), json),
        }
    }

    fn read_snapshots(&self) -> Vec<Snapshot> {
        let Snapshots { all, problems } = self.store.snapshots(self.catalog);
        for problem in &problems {
            complain(problem);
        }
        all
    }

    fn list_snapshots(&self, json: bool) -> Result<(), Failure> {
        let all = self.read_snapshots();
        if json {
            print_json(&all.iter().map(json::snapshot).collect())?;
        }
        if all.is_empty() {
            let path = sanitize(&self.store.path().display().to_string(), false).into_owned();
            return Err(Failure::Nothing(format!(
                "there is no snapshot of {path} yet; `atlasnav snapshot take NAME` keeps one"
            )));
        }
        if json {
            return Ok(());
        }
        let mut out = Output::new();
        for snapshot in &all {
            let marks = counted(snapshot.assessment.marks.len(), "mark", "marks");
            let release = &snapshot.assessment.release;
            out.line(&format!("{}  ATLAS {release:8} {marks:>9}  {}", snapshot.on, snapshot.name));
        }
        out.finish()
    }

    fn compare_snapshots(&self, then: &str, now: Option<&str>, json: bool) -> Result<(), Failure> {
        let all = self.read_snapshots();
        let then = find(all.clone(), then)?;
        let now = now.map(|now| find(all, now)).transpose()?;
        let current = self.assessment(true)?;
        let techniques = self.scope(&current, "")?;
        let (assessment, on, name) = match &now {
            Some(now) => (&now.assessment, now.on, now.name.as_str()),
            None => (&current, self.today, "now"),
        };
        if on < then.on {
            return Err(Failure::Usage(format!(
                "{} ({}) is later than {name} ({on}); name the earlier one first",
                then.name, then.on
            )));
        }
        // What ATLAS did not have on the later day is no news of it.
        let techniques = match &now {
            Some(now) => techniques.intersection(&now.known).copied().collect(),
            None => techniques,
        };
        let known = Some(&then.known);
        let difference =
            Difference::between(&then.assessment, known, assessment, self.catalog, &techniques, then.on, on);
        if json {
            return print_json(&json!({
                "then": json::snapshot(&then), "now": now.as_ref().map(json::snapshot),
                "difference": json::difference(&difference),
            }));
        }
        let mut out = Output::new();
        let release = |release: &str| if release.is_empty() { "?".to_owned() } else { release.to_owned() };
        out.line(&format!(
            "{} ({}, ATLAS {}) -> {name} ({on}, ATLAS {})",
            then.name,
            then.on,
            release(&then.assessment.release),
            release(&assessment.release)
        ));
        self.tell_difference(&mut out, &difference);
        out.finish()
    }

    fn tell_difference(&self, out: &mut Output, difference: &Difference) {
        let (r, s) = (&difference.then, &difference.now);
        out.line(&format!(
            "covered: {} of {} applicable techniques then, {} of {} now",
            r.covered(),
            r.applicable(),
            s.covered(),
            s.applicable()
        ));
        let (covered, tested) = (difference.covered(), difference.tested());
        out.line(&format!(
            "changed by us: {}; covered +{} -{}, tested +{} -{}",
            difference.changed.len(),
            covered.gained,
            covered.lost,
            tested.gained,
            tested.lost
        ));
        self.tell_moved(out, &difference.changed);
        out.line(&format!("changed by time, a test has expired: {}", difference.time_passed.len()));
        self.tell_moved(out, &difference.time_passed);
        for (what, list) in [("new in ATLAS", &difference.grown), ("retired by ATLAS", &difference.retired)] {
            out.line(&format!("{what}: {}", list.len()));
            for (id, state) in list {
                out.line(&format!("  {} {:9} {}", state.glyph(), id.short(), self.catalog.full_name(*id)));
            }
        }
    }

    fn tell_moved(&self, out: &mut Output, moved: &[Moved]) {
        for Moved { id, before, after, by, on } in moved {
            let by = by.as_ref().map(|by| format!(", {by}")).unwrap_or_default();
            let on = on.as_ref().map(|on| format!(" {on}")).unwrap_or_default();
            out.line(&format!("{}{by}{on}", self.moved_line(*id, *before, *after)));
        }
    }

    /// `  T0051     LLM Prompt Injection: gap -> partial`
    pub(super) fn moved_line(&self, id: ObjectId, before: State, after: State) -> String {
        let name = self.catalog.full_name(id);
        format!("  {:9} {name}: {} -> {}", id.short(), before.word(), after.word())
    }
}

/// The snapshot of this name, or of this file without its end (`2026-11-23-q3`).
fn find(all: Vec<Snapshot>, sought: &str) -> Result<Snapshot, Failure> {
    let key = |s: &Snapshot| s.path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let is_meant = |s: &Snapshot| {
        s.name.to_lowercase() == sought.trim().to_lowercase() || key(s).as_deref() == Some(sought)
    };
    let keys: Vec<String> = all.iter().filter_map(key).collect();
    let mut meant: Vec<Snapshot> = all.into_iter().filter(is_meant).collect();
    let sought = sanitize(sought, false);
    match (meant.len(), meant.pop()) {
        (1, Some(one)) => Ok(one),
        (0, _) if keys.is_empty() => Err(Failure::Nothing(format!(
            "there is no snapshot `{sought}`, nor any other; `atlasnav snapshot take NAME` keeps one"
        ))),
        (0, _) => {
            Err(Failure::Nothing(format!("there is no snapshot `{sought}`; there are {}", keys.join(", "))))
        }
        (_, last) => {
            let keys = meant.iter().chain(&last).filter_map(key).collect::<Vec<_>>().join(", ");
            Err(Failure::Usage(format!("several snapshots are called `{sought}`; choose one of {keys}")))
        }
    }
}
