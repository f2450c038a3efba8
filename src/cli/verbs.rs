//! The verbs: each answers on stdout, plain or as JSON.

use std::path::Path;

use jiff::civil::Date;
use serde_json::{Value, json};

use super::args::{ConfigAction, ListOf, Verb, state_word};
use super::config::{self, Config};
use super::output::{Output, complain};
use super::report::{self, Report};
use super::{Failure, author, json, shell, today};
use crate::catalog::{Catalog, Kind, Lens, ObjectId, guide, sanitize};
use crate::coverage::{Assessment, Change, Edit, Field, Mark, Record, Rollup, State};
use crate::page::{self, ListKind, ListRow, ListSort, MAX_PROSE, pad, width};
use crate::search::{Found, Index, Item, Query, near, near_id};
use crate::store::{Store, merge_files, write_only_beneath};

struct Context<'a> {
    catalog: &'a Catalog,
    source: &'a str,
    store: &'a Store,
    today: Date,
    /// Who marks.
    author: Option<String>,
    /// The assessment was named, by a flag or in the settings.
    named: bool,
    /// Links of the terminal are asked for.
    links: bool,
}

pub(super) fn run(
    verb: Verb,
    catalog: &Catalog,
    source: &str,
    store: &Store,
    config: &Config,
) -> Result<(), Failure> {
    let author = config.settings.author.clone().or_else(author);
    let named = config.names_assessment;
    let context =
        Context { catalog, source, store, today: today(), author, named, links: config.settings.links };
    match verb {
        Verb::Show { id, json } => context.show(&id, json),
        Verb::Find { query, limit, json } => context.find(&query.join(" "), limit, json),
        Verb::List { kind, fields, json } => context.list(kind, &fields.join(" "), json),
        Verb::Matrix { fields, folded, json } => context.matrix(&fields.join(" "), folded, json),
        Verb::Undo { json } => context.undo(&Record::Undo, json),
        Verb::Redo { json } => context.undo(&Record::Redo, json),
        Verb::Completions { shell } => shell::completions(catalog, shell),
        Verb::Man => shell::manual(),
        Verb::Glossary { term, json } => context.glossary(&term.join(" "), json),
        Verb::Mark { id, status, note, json } => context.mark(&id, status, note, json),
        Verb::Status { json } => context.status(json),
        Verb::Report(report) => context.report(&report),
        Verb::Merge { base, ours, theirs } => context.merge(&base, &ours, &theirs),
        Verb::Backups { json } => context.backups(json),
        // Only lines of `--plain` come here, and they may write nothing but marks.
        Verb::Config { action: ConfigAction::Init, .. } => Err(Failure::Usage(
            "`config init` can't be run from here; quit and run `atlasnav config init`".to_owned(),
        )),
        // It looks at flags as well, which a line has not.
        Verb::Doctor { .. } => {
            Err(Failure::Usage("`doctor` is about a whole run; quit and run `atlasnav doctor`".to_owned()))
        }
        Verb::Config { action, json } => config::run(action, json, config.files.clone()),
    }
}

/// Lets a verb write only where it has to, or those that `--plain` will read. What a system can't hold
/// it does without.
pub(super) fn confine(verb: Option<&Verb>, store: &Store) {
    let directories = match verb {
        Some(
            Verb::Find { .. }
            | Verb::List { kind: ListOf::Tactics, .. }
            | Verb::Glossary { .. }
            | Verb::Backups { .. }
            | Verb::Completions { .. }
            | Verb::Man
            // Its own run has written already; a line of `--plain` only asks.
            | Verb::Config { .. }
            | Verb::Doctor { .. },
        ) => Vec::new(),
        // The result replaces this file, which git has put into a directory of its own choice.
        Some(Verb::Merge { ours, .. }) => {
            let parent = ours.parent().filter(|p| !p.as_os_str().is_empty());
            vec![parent.unwrap_or(Path::new(".")).to_owned()]
        }
        // What an earlier run could not finish, and the report.
        Some(Verb::Report(report)) => store.directories().into_iter().chain(report.directory()).collect(),
        // A mark, or what an earlier run could not finish.
        Some(
            Verb::Show { .. }
            | Verb::List { .. }
            | Verb::Matrix { .. }
            | Verb::Mark { .. }
            | Verb::Undo { .. }
            | Verb::Redo { .. }
            | Verb::Status { .. },
        )
        | None => store.directories(),
    };
    write_only_beneath(&directories);
}

pub(super) fn print_json(value: &Value) -> Result<(), Failure> {
    let mut out = Output::new();
    out.line(&format!("{value:#}"));
    out.finish()
}

impl Context<'_> {
    /// The assessment. A damaged one is no reason not to read ATLAS: it is said, and taken as empty,
    /// but for the verbs that are about it. That there is none under a name that was given is said.
    fn assessment(&self, is_the_point: bool) -> Result<Assessment, Failure> {
        let assessment = self.assessment_to_mark(is_the_point)?;
        if let Some(text) = about_missing(self.store, self.named) {
            complain(&text);
        }
        Ok(assessment)
    }

    /// The same for a verb that makes it.
    fn assessment_to_mark(&self, is_the_point: bool) -> Result<Assessment, Failure> {
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
        let near = near(self.catalog, text);
        Err(Failure::Nothing(format!("ATLAS {} has no object `{text}`{near}", self.catalog.release)))
    }

    fn show(&self, id: &str, json: bool) -> Result<(), Failure> {
        let id = self.id(id)?;
        let assessment = self.assessment(false)?;
        if json {
            return print_json(&json::object(self.catalog, self.source, &assessment, self.today, id));
        }
        let page = page::printed(self.catalog, &assessment, self.today, id, MAX_PROSE);
        let mut out = Output::with_links(self.links);
        out.page(&page);
        out.line(&format!("\nATLAS {}, {}", self.catalog.release, self.source));
        out.finish()
    }

    fn find(&self, query: &str, limit: usize, json: bool) -> Result<(), Failure> {
        if let Some(problem) = Query::parse(self.catalog, query).problem {
            return Err(Failure::Usage(problem));
        }
        let hits = Index::new(self.catalog).find(self.catalog, query);
        if hits.is_empty() {
            if json {
                print_json(&json!([]))?;
            }
            let near = near_id(self.catalog, query);
            return Err(Failure::Nothing(format!(
                "nothing in ATLAS {} is like `{query}`{near}",
                self.catalog.release
            )));
        }
        let shown = hits.iter().take(limit);
        if json {
            return print_json(&shown.map(|hit| json::hit(hit, self.catalog)).collect());
        }
        let mut out = Output::with_links(self.links);
        for hit in shown {
            let at = match hit.found {
                Found::Step(step) => format!("step {}: ", step + 1),
                _ => String::new(),
            };
            let snippet = hit.snippet(self.catalog);
            let text = if snippet.is_empty() { String::new() } else { format!("  [{at}{snippet}]") };
            let label = hit.item.label();
            let address = hit.item.object().map(ObjectId::url);
            out.link(&label, address.as_deref());
            let gap = " ".repeat(11usize.saturating_sub(width(&label)));
            out.line(&format!("{gap}{}{text}", hit.name));
        }
        out.finish()?;
        if hits.len() > limit {
            complain(&format!("{} more; --limit shows them", hits.len() - limit));
        }
        Ok(())
    }

    /// What the fields ask for; words are none.
    fn lens(&self, fields: &str) -> Result<Lens, Failure> {
        let query = Query::parse(self.catalog, fields);
        match query.problem {
            Some(problem) => Err(Failure::Usage(problem)),
            None if !query.words.is_empty() => Err(Failure::Usage(format!(
                "`{}` is no field such as area:evasion; `atlasnav find` takes words",
                query.words
            ))),
            None => Ok(query.lens),
        }
    }

    fn list(&self, kind: ListOf, fields: &str, json: bool) -> Result<(), Failure> {
        let lens = self.lens(fields)?;
        let techniques = lens.techniques(self.catalog);
        let holds = |id| lens.is_empty() || lens.holds(self.catalog, &techniques, id);
        let kind = match kind {
            ListOf::Tactics => return self.list_tactics(holds, json),
            ListOf::Techniques => ListKind::Techniques,
            ListOf::Mitigations => ListKind::Mitigations,
            ListOf::CaseStudies => ListKind::CaseStudies,
        };
        let assessment = self.assessment(false)?;
        let mut rows = page::list(self.catalog, &assessment, self.today, kind, ListSort::Id);
        rows.retain(|row| holds(row.id));
        if rows.is_empty() {
            let what = match kind {
                ListKind::Techniques => "techniques",
                ListKind::Mitigations => "mitigations",
                ListKind::CaseStudies => "case studies",
            };
            let fields = if fields.is_empty() { String::new() } else { format!(" that are {fields}") };
            return Err(Failure::Nothing(format!("ATLAS {} has no {what}{fields}", self.catalog.release)));
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

    fn list_tactics(&self, holds: impl Fn(ObjectId) -> bool, json: bool) -> Result<(), Failure> {
        let tactics = self.catalog.tactics.iter().enumerate().filter(|(_, t)| holds(t.id));
        if json {
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
        for (i, t) in tactics {
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

    /// The matrix column by column, each technique once per column.
    fn matrix(&self, fields: &str, folded: bool, json: bool) -> Result<(), Failure> {
        let lens = self.lens(fields)?;
        let shown = lens.techniques(self.catalog);
        let assessment = self.assessment(false)?;
        let columns = self.catalog.tactics.iter().map(|tactic| {
            let ids = self.catalog.in_tactic(tactic);
            let ids = ids.filter(|id| shown.contains(id) && !(folded && id.is_sub_technique()));
            (tactic, ids.collect::<Vec<_>>())
        });
        let columns: Vec<_> = columns.filter(|(_, ids)| lens.is_empty() || !ids.is_empty()).collect();
        if json {
            let columns = columns.iter().map(|(tactic, ids)| {
                let counts = Rollup::of(ids.iter().copied(), &assessment, self.today);
                let cells = ids.iter().map(|id| {
                    let state = state_word(assessment.state(*id, self.today));
                    json!({"id": id.to_string(), "name": self.catalog.name(*id), "state": state})
                });
                json!({"id": tactic.id.to_string(), "name": *tactic.name,
                       "techniques": cells.collect::<Vec<_>>(), "counts": json::rollup(&counts)})
            });
            return print_json(&columns.collect());
        }
        if columns.is_empty() {
            return Err(Failure::Nothing(format!(
                "ATLAS {} has no techniques that are {fields}",
                self.catalog.release
            )));
        }
        let mut out = Output::new();
        for (i, (tactic, ids)) in columns.iter().enumerate() {
            if i > 0 {
                out.line("");
            }
            let counts = Rollup::of(ids.iter().copied(), &assessment, self.today);
            let share = counts.percent_covered().map_or("n/a".to_owned(), |p| format!("{p}%"));
            let (id, count) = (tactic.id.short(), ids.len());
            let techniques = if count == 1 { "technique" } else { "techniques" };
            out.line(&format!("{} ({id}): {count} {techniques}, {share} covered", tactic.name));
            for id in ids {
                // A sub-technique whose parent is left out is named in full.
                let under =
                    self.catalog.technique(*id).and_then(|t| t.parent).is_some_and(|p| ids.contains(&p));
                let (indent, name) = if under {
                    ("    ", self.catalog.name(*id).unwrap_or_default().to_owned())
                } else {
                    ("  ", self.catalog.full_name(*id))
                };
                let state = assessment.state(*id, self.today);
                out.line(&format!("{indent}{} {} {name}: {}", state.glyph(), id.short(), state.word()));
            }
        }
        out.finish()
    }

    fn undo(&self, record: &Record, json: bool) -> Result<(), Failure> {
        let saved = self.store.commit(self.catalog, record).map_err(Failure::data)?;
        for notice in &saved.notices {
            complain(notice);
        }
        let Some(edit) = saved.applied else {
            if let Some(text) = about_missing(self.store, self.named) {
                complain(&text);
            }
            let what = if *record == Record::Undo { "undo" } else { "redo" };
            return Err(Failure::Nothing(format!("there is nothing to {what}")));
        };
        if json {
            let marks = edit.changes.iter().map(|c| json::mark(&saved.assessment, self.today, c.id));
            return print_json(&marks.collect());
        }
        let mut out = Output::new();
        out.line(&format!("now: {}", edit.outcome(&saved.assessment, self.today)));
        out.finish()
    }

    /// The terms that have a name like this, or else a word of it in their meaning.
    fn glossary(&self, query: &str, json: bool) -> Result<(), Failure> {
        let terms = &guide().terms;
        let found: Vec<usize> = if query.trim().is_empty() {
            (0..terms.len()).collect()
        } else {
            let hits = Index::new(self.catalog).find(self.catalog, query);
            let best = hits.iter().filter(|h| h.item.object().is_none()).map(|h| h.found).min();
            let hits = hits.iter().filter(|h| Some(h.found) == best);
            hits.filter_map(|h| if let Item::Term(term) = h.item { Some(term) } else { None }).collect()
        };
        if found.is_empty() {
            if json {
                print_json(&json!([]))?;
            }
            return Err(Failure::Nothing(format!("the glossary has nothing like `{query}`")));
        }
        if json {
            return print_json(&found.iter().filter_map(|at| terms.get(*at)).map(json::term).collect());
        }
        let mut out = Output::with_links(self.links);
        for (i, term) in found.into_iter().enumerate() {
            if i > 0 {
                out.line("");
            }
            out.page(&page::glossary_term(self.catalog, term, MAX_PROSE));
        }
        out.finish()
    }

    /// Sets the state, the note, or both.
    fn mark(&self, id: &str, state: Option<State>, note: Option<String>, json: bool) -> Result<(), Failure> {
        let id = self.id(id)?;
        if !matches!(id.kind(), Kind::Technique | Kind::Mitigation) {
            return Err(Failure::Usage(format!(
                "{id} is a {}; marks go to techniques and mitigations",
                id.kind().word()
            )));
        }
        let assessment = self.assessment_to_mark(true)?;
        let before = assessment.mark(id).clone();
        let mut after = Mark { ..before.clone() };
        // Where the status stays, the answer says that the note has not.
        let about = match (state, note.as_deref()) {
            (None, Some("")) => "; the note is gone",
            (None, Some(_)) => "; the note is kept",
            _ => "",
        };
        if let Some(state) = state {
            after.set_state(state, self.today);
        }
        if let Some(note) = note {
            after.set_note(&note);
        }
        if after != before {
            after.sign(&before, self.author.as_deref(), self.today);
            let edit = Edit { changes: vec![Change { id, before, after }] };
            let saved = self.store.commit(self.catalog, &Record::Do(edit)).map_err(Failure::data)?;
            for notice in &saved.notices {
                complain(notice);
            }
            return self.tell_mark(&saved.assessment, id, about, json);
        }
        self.tell_mark(&assessment, id, about, json)
    }

    fn tell_mark(
        &self,
        assessment: &Assessment,
        id: ObjectId,
        about: &str,
        json: bool,
    ) -> Result<(), Failure> {
        if json {
            return print_json(&json::mark(assessment, self.today, id));
        }
        let state = assessment.state(id, self.today);
        let mut out = Output::new();
        let name = self.catalog.full_name(id);
        let dispute = assessment.mark(id).status_dispute();
        let dispute = dispute.map(|words| format!(", {words}; the next mark settles it")).unwrap_or_default();
        out.line(&format!("{} {} {name}: {}{dispute}{about}", state.glyph(), id.short(), state.word()));
        out.finish()
    }

    fn status(&self, json: bool) -> Result<(), Failure> {
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

impl Context<'_> {
    fn merge(&self, base: &Path, ours: &Path, theirs: &Path) -> Result<(), Failure> {
        let left = merge_files(self.catalog, base, ours, theirs).map_err(Failure::data)?;
        let mut open = Vec::new();
        let ids: Vec<String> = left.conflicts.iter().map(|id| id.short()).collect();
        if !ids.is_empty() {
            let ids_of = ids.join(", ");
            open.push(match ids.len() {
                1 => format!("1 object is in conflict, {ids_of}: its page tells what settles it"),
                count => {
                    format!("{count} objects are in conflict, {ids_of}: their pages tell what settles it")
                }
            });
        }
        if !left.unknown.is_empty() {
            let fields = left.unknown.join(", ");
            open.push(format!("both changed a field that can't be merged, ours stays: {fields}"));
        }
        if open.is_empty() {
            return Ok(());
        }
        Err(Failure::Conflicts(format!("merged, but {}", open.join("; "))))
    }

    fn report(&self, report: &Report) -> Result<(), Failure> {
        let lens = self.lens(&report.fields.join(" "))?;
        let assessment = self.assessment(true)?;
        let around = report::Around {
            catalog: self.catalog,
            source: self.source,
            store: self.store,
            today: self.today,
            author: self.author.as_deref(),
        };
        report::run(report, &around, &assessment, &lens)
    }

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

/// That there is no assessment under the name that was given, if so: a typing error in it looks like an
/// assessment without marks.
pub(super) fn about_missing(store: &Store, named: bool) -> Option<String> {
    let is_missing = named && store.path().symlink_metadata().is_err();
    let path = || sanitize(&store.path().display().to_string(), false).into_owned();
    is_missing.then(|| format!("there is no assessment {} yet; the first mark makes it", path()))
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
