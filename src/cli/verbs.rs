//! The verbs: each answers on stdout, plain or as JSON.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::args::{ListOf, Verb, state_word};
use super::output::{Output, complain};
use super::{Failure, author, json, today};
use crate::catalog::{Catalog, Kind, ObjectId, sanitize};
use crate::coverage::{Assessment, Change, Edit, Mark, Record, Rollup, State};
use crate::page::{self, ListKind, ListRow, ListSort, MAX_PROSE, Part, pad};
use crate::search::{Found, Index};
use crate::store::Store;

struct Context<'a> {
    catalog: &'a Catalog,
    source: &'a str,
    store: &'a Store,
    today: Date,
}

pub(super) fn run(verb: Verb, catalog: &Catalog, source: &str, store: &Store) -> Result<(), Failure> {
    let context = Context { catalog, source, store, today: today() };
    match verb {
        Verb::Show { id, json } => context.show(&id, json),
        Verb::Find { query, limit, json } => context.find(&query.join(" "), limit, json),
        Verb::List { kind, json } => context.list(kind, json),
        Verb::Mark { id, status, note, json } => context.mark(&id, status, note, json),
        Verb::Status { json } => context.status(json),
        Verb::Backups { json } => context.backups(json),
    }
}

fn print_json(value: &Value) -> Result<(), Failure> {
    let mut out = Output::new();
    out.line(&format!("{value:#}"));
    out.finish()
}

impl Context<'_> {
    /// The assessment. A damaged one is no reason not to read ATLAS: it is said, and taken as empty,
    /// but for the verbs that are about it.
    fn assessment(&self, is_the_point: bool) -> Result<Assessment, Failure> {
        let loaded = self.store.open(self.catalog);
        for notice in &loaded.notices {
            complain(notice);
        }
        match loaded.read_only {
            Some(reason) if is_the_point && loaded.assessment == Assessment::default() => {
                Err(Failure::Data(reason))
            }
            Some(reason) => {
                complain(&reason);
                Ok(loaded.assessment)
            }
            None => Ok(loaded.assessment),
        }
    }

    fn id(&self, text: &str) -> Result<ObjectId, Failure> {
        if let Some(id) = ObjectId::parse_loosely(text).filter(|id| self.catalog.contains(*id)) {
            return Ok(id);
        }
        let near: Vec<String> = Index::new(self.catalog)
            .find(self.catalog, text)
            .iter()
            .filter(|hit| hit.found <= Found::Typo)
            .take(3)
            .map(|hit| format!("{} {}", hit.id.short(), hit.name))
            .collect();
        let near = if near.is_empty() { String::new() } else { format!("; near it: {}", near.join(", ")) };
        Err(Failure::Nothing(format!("ATLAS {} has no object `{text}`{near}", self.catalog.release)))
    }

    fn show(&self, id: &str, json: bool) -> Result<(), Failure> {
        let id = self.id(id)?;
        let assessment = self.assessment(false)?;
        if json {
            return print_json(&json::object(self.catalog, self.source, &assessment, self.today, id));
        }
        let parts = &[Part::Text, Part::Related, Part::Seen];
        let page = page::object(self.catalog, &assessment, self.today, id, parts, MAX_PROSE);
        let mut out = Output::new();
        out.text(&page.plain());
        out.line(&format!("\nATLAS {}, {}", self.catalog.release, self.source));
        out.finish()
    }

    fn find(&self, query: &str, limit: usize, json: bool) -> Result<(), Failure> {
        let hits = Index::new(self.catalog).find(self.catalog, query);
        if hits.is_empty() {
            if json {
                print_json(&json!([]))?;
            }
            return Err(Failure::Nothing(format!(
                "nothing in ATLAS {} is like `{query}`",
                self.catalog.release
            )));
        }
        let shown = hits.iter().take(limit);
        if json {
            return print_json(&shown.map(json::hit).collect());
        }
        let mut out = Output::new();
        for hit in shown {
            let at = match hit.found {
                Found::Step(step) => format!("step {}: ", step + 1),
                _ => String::new(),
            };
            let text =
                if hit.snippet.is_empty() { String::new() } else { format!("  [{at}{}]", hit.snippet) };
            out.line(&format!("{} {}{text}", pad(&hit.id.short(), 10), hit.name));
        }
        out.finish()?;
        if hits.len() > limit {
            complain(&format!("{} more; --limit shows them", hits.len() - limit));
        }
        Ok(())
    }

    fn list(&self, kind: ListOf, json: bool) -> Result<(), Failure> {
        let kind = match kind {
            ListOf::Tactics => return self.list_tactics(json),
            ListOf::Techniques => ListKind::Techniques,
            ListOf::Mitigations => ListKind::Mitigations,
            ListOf::CaseStudies => ListKind::CaseStudies,
        };
        let assessment = self.assessment(false)?;
        let rows = page::list(self.catalog, &assessment, self.today, kind, ListSort::Id);
        if rows.is_empty() {
            let what = match kind {
                ListKind::Techniques => "techniques",
                ListKind::Mitigations => "mitigations",
                ListKind::CaseStudies => "case studies",
            };
            return Err(Failure::Nothing(format!("ATLAS {} has no {what}", self.catalog.release)));
        }
        if json {
            return print_json(&rows.iter().map(|r| json::row(r, kind)).collect());
        }
        let mut out = Output::new();
        for ListRow { id, state, name, about, count: _ } in &rows {
            let glyph = state.map_or(String::new(), |s| format!("{} ", s.glyph()));
            out.line(&format!("{glyph}{} {}  {about}", pad(&id.short(), 10), pad(name, 64)));
        }
        out.finish()
    }

    fn list_tactics(&self, json: bool) -> Result<(), Failure> {
        if json {
            let tactics = self.catalog.tactics.iter().enumerate();
            return print_json(
                &tactics
                    .map(|(i, t)| {
                        let techniques: Vec<String> = t.techniques.iter().map(ToString::to_string).collect();
                        json!({"id": t.id.to_string(), "name": *t.name, "column": i + 1, "techniques": techniques})
                    })
                    .collect(),
            );
        }
        let mut out = Output::new();
        for (i, t) in self.catalog.tactics.iter().enumerate() {
            let count = t.techniques.len();
            out.line(&format!(
                "{:>2} {} {}  {count} techniques",
                i + 1,
                pad(&t.id.short(), 8),
                pad(&t.name, 24)
            ));
        }
        out.finish()
    }

    fn mark(&self, id: &str, state: State, note: Option<String>, json: bool) -> Result<(), Failure> {
        let id = self.id(id)?;
        if !matches!(id.kind(), Kind::Technique | Kind::Mitigation) {
            return Err(Failure::Usage(format!(
                "{id} is a {}; marks go to techniques and mitigations",
                id.kind().word()
            )));
        }
        let assessment = self.assessment(true)?;
        let before = assessment.mark(id).clone();
        let mut after = Mark { ..before.clone() };
        after.set_state(state, self.today);
        if let Some(note) = note {
            after.set_note(&note);
        }
        if after != before {
            after.by = author();
            after.on = Some(self.today);
            let edit = Edit { changes: vec![Change { id, before, after }] };
            let saved = self.store.commit(self.catalog, &Record::Do(edit)).map_err(Failure::data)?;
            for notice in &saved.notices {
                complain(notice);
            }
            return self.tell_mark(&saved.assessment, id, json);
        }
        self.tell_mark(&assessment, id, json)
    }

    fn tell_mark(&self, assessment: &Assessment, id: ObjectId, json: bool) -> Result<(), Failure> {
        if json {
            return print_json(&json::mark(assessment, self.today, id));
        }
        let state = assessment.state(id, self.today);
        let mut out = Output::new();
        let name = self.catalog.full_name(id);
        out.line(&format!("{} {} {name}: {}", state.glyph(), id.short(), state.word()));
        out.finish()
    }

    fn status(&self, json: bool) -> Result<(), Failure> {
        let assessment = self.assessment(true)?;
        let rollup = |ids: &mut dyn Iterator<Item = ObjectId>| Rollup::of(ids, &assessment, self.today);
        let techniques = rollup(&mut self.catalog.techniques.iter().map(|t| t.id));
        let mitigations = rollup(&mut self.catalog.mitigations.iter().map(|m| m.id));
        let tactics: Vec<(&str, Rollup)> = self
            .catalog
            .tactics
            .iter()
            .map(|t| (&*t.name, rollup(&mut self.catalog.in_tactic(t).into_iter())))
            .collect();
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
        out.line("");
        out.line(&format!("{:24}{:>6}{:>9}{:>8}{:>9}", "tactic", "all", "assessed", "covered", "tested"));
        for (name, r) in &tactics {
            let (all, assessed, covered, tested) = (r.total(), r.assessed(), r.covered(), r.tested());
            out.line(&format!("{}{all:>6}{assessed:>9}{covered:>8}{tested:>9}", pad(name, 24)));
        }
        out.line("");
        out.line("A technique in several tactics counts in each of them, and once in the total.");
        let counts = State::ALL.map(|s| format!("{} {} {}", s.glyph(), techniques.count(s), state_word(s)));
        out.line(&format!("techniques by status: {}", counts.join(", ")));
        out.finish()
    }
}

impl Context<'_> {
    fn backups(&self, json: bool) -> Result<(), Failure> {
        let backups = self.store.backups().map_err(Failure::data)?;
        if json {
            print_json(&backups.iter().map(json::backup).collect())?;
        }
        if backups.is_empty() {
            let path = sanitize(&self.store.path().display().to_string(), false).into_owned();
            return Err(Failure::Nothing(format!("there is no backup of {path} yet")));
        }
        if json {
            return Ok(());
        }
        let mut out = Output::new();
        for backup in &backups {
            let taken = backup.taken.to_zoned(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S");
            let marks = match backup.marks {
                Some(1) => "1 mark".to_owned(),
                Some(count) => format!("{count} marks"),
                None => "damaged".to_owned(),
            };
            let path = backup.path.display().to_string();
            out.line(&format!("{taken}  {marks:>9}  {}", sanitize(&path, false)));
        }
        out.finish()
    }
}

/// That the assessment has marks which this release has no objects for, if so.
pub(super) fn about_retired(catalog: &Catalog, assessment: &Assessment) -> Option<String> {
    let release = &catalog.release;
    match assessment.retired.len() {
        0 => None,
        1 => Some(format!("1 mark is of an id that ATLAS {release} does not have; it is kept.")),
        count => Some(format!("{count} marks are of ids that ATLAS {release} does not have; they are kept.")),
    }
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
