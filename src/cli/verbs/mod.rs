//! The verbs: each answers on stdout, plain or as JSON.

mod assessment;
mod check;
mod files;
mod log;
mod look;
mod mark;
mod plan;
mod snapshot;
mod status;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use serde_json::Value;

use super::args::{AssessmentAction, ConfigAction, ListOf, Verb};
use super::config::{self, Config};
use super::output::{Output, complain};
use super::{Failure, author, shell, today};
use crate::catalog::{Catalog, ObjectId, sanitize};
use crate::coverage::{Assessment, Ground, Record, Shown, Weights, scope};
use crate::search::near;
use crate::store::{Paths, Shelf, Store, write_only_beneath};

struct Context<'a> {
    catalog: &'a Catalog,
    source: &'a str,
    store: &'a Store,
    today: Date,
    /// Who marks.
    author: Option<String>,
    /// The assessment was named, by a flag or in the settings.
    named: bool,
    /// It was named in the settings.
    set: bool,
    /// Links of the terminal are asked for.
    links: bool,
    /// What the scores of the plan are made of.
    weights: Weights,
}

pub(in crate::cli) fn run(
    verb: Verb,
    catalog: &Catalog,
    source: &str,
    store: &Store,
    config: &Config,
) -> Result<(), Failure> {
    let author = config.settings.author.clone().or_else(author);
    let named = config.names_assessment;
    let (set, links) = (config.settings.assessment.is_some(), config.settings.links);
    let weights = config.settings.weights;
    let context = Context { catalog, source, store, today: today(), author, named, set, links, weights };
    match verb {
        Verb::Show { id, json } => context.show(&id, json),
        Verb::Find { query, limit, json } => context.find(&query.join(" "), limit, json),
        Verb::List { kind, fields, json } => context.list(kind, &fields.join(" "), json),
        Verb::Matrix { fields, folded, json } => context.matrix(&fields.join(" "), folded, json),
        Verb::Undo { json } => context.undo(&Record::Undo, json),
        Verb::Redo { json } => context.undo(&Record::Redo, json),
        Verb::Completions { shell } => shell::completions(catalog, store, shell),
        Verb::Man => shell::manual(),
        Verb::Glossary { term, json } => context.glossary(&term.join(" "), json),
        Verb::Mark(args) => context.mark(&args),
        Verb::Status { fields, explain, json } => context.status(&fields.join(" "), explain.as_deref(), json),
        Verb::Report(report) => context.report(&report),
        Verb::Gaps { fields, limit, json } => context.gaps(&fields.join(" "), limit, json),
        Verb::Plan { fields, limit, list, json } => context.plan(&fields.join(" "), limit, list, json),
        Verb::Suggestions { fields, json } => context.suggestions(&fields.join(" "), json),
        Verb::Accept { ids, all, dry_run, json } => context.accept(&ids, all, dry_run, json),
        Verb::WhatIf { mitigation, status, json } => context.what_if(&mitigation, status, json),
        Verb::Log { id, since, json } => context.log(id.as_deref(), since.as_deref(), json),
        Verb::Snapshot { action, json } => context.snapshot(&action, json),
        Verb::Assessment { action, json } => context.assessments(&action, json),
        Verb::Check { min, max, scope, json } => context.check(&min, &max, &scope, json),
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
pub(in crate::cli) fn confine(verb: Option<&Verb>, store: &Store) {
    let directories = match verb {
        // Fields of marks need the marks, with what an earlier run could not finish.
        Some(Verb::Find { query: fields, .. } | Verb::List { fields, .. })
            if look::asks_of_marks(&fields.join(" ")) =>
        {
            store.directories()
        }
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
            | Verb::Status { .. }
            | Verb::Gaps { .. }
            | Verb::Plan { .. }
            | Verb::Suggestions { .. }
            | Verb::Accept { .. }
            | Verb::WhatIf { .. }
            | Verb::Log { .. }
            | Verb::Check { .. }
            // They lie in a directory beside the assessment.
            | Verb::Snapshot { .. },
        ) => store.directories(),
        Some(Verb::Assessment { action, .. }) => of_shelf(Some(action)),
        None => store.directories().into_iter().chain(of_shelf(None)).collect(),
    };
    write_only_beneath(&directories);
}

/// Where the verbs of assessments write: on the shelf, in the state directory, and where links lead.
fn of_shelf(action: Option<&AssessmentAction>) -> Vec<PathBuf> {
    let Ok(shelf) = Shelf::find() else { return Vec::new() };
    let mut directories = shelf.directories();
    if let Some(AssessmentAction::Rename { key, .. } | AssessmentAction::Platforms { key, .. }) = action
        && shelf.keys().contains(key)
    {
        let paths = Paths { assessment: shelf.path(key), state: shelf.state().to_owned() };
        directories.extend(Store::new(paths).directories());
    }
    directories
}

/// `1 mark`, `3 marks`
fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// `3 of 207 techniques (1%)`: percent are whole and rounded down, and there are none of nothing.
fn share(count: usize, of: usize, what: &str) -> String {
    let percent = (count * 100).checked_div(of).map(|p| format!(" ({p}%)")).unwrap_or_default();
    let space = if what.is_empty() { "" } else { " " };
    format!("{count} of {of}{space}{what}{percent}")
}

pub(in crate::cli) fn print_json(value: &Value) -> Result<(), Failure> {
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

    /// The techniques that figures are about: those of the platforms that the assessment names, and of
    /// these what the fields ask for.
    fn scope(&self, assessment: &Assessment, fields: &str) -> Result<BTreeSet<ObjectId>, Failure> {
        let lens = self.aspects(assessment, fields)?;
        let on = Ground { catalog: self.catalog, assessment, today: self.today };
        let in_scope = scope(self.catalog, &assessment.about);
        let techniques = Shown::of(&lens, Some(&in_scope), on).techniques;
        if techniques.is_empty() {
            return Err(Failure::Nothing(format!("no technique of this assessment is `{fields}`")));
        }
        Ok(techniques)
    }

    fn id(&self, text: &str) -> Result<ObjectId, Failure> {
        if let Some(id) = ObjectId::parse_loosely(text).filter(|id| self.catalog.contains(*id)) {
            return Ok(id);
        }
        let near = near(self.catalog, text);
        Err(Failure::Nothing(format!("ATLAS {} has no object `{text}`{near}", self.catalog.release)))
    }
}

/// That there is no assessment under the name that was given, if so: a typing error in it looks like an
/// assessment without marks.
pub(in crate::cli) fn about_missing(store: &Store, named: bool) -> Option<String> {
    let path = missing(store).filter(|_| named)?;
    let near = near_key(store).map(|key| format!("; near it: {key}")).unwrap_or_default();
    Some(format!("there is no assessment {path} yet; the first mark makes it{near}"))
}

/// The key that was probably meant, where a name without an end is that of no file.
fn near_key(store: &Store) -> Option<String> {
    let name = store.path().file_name()?.to_str().filter(|name| !name.contains('.'))?;
    let keys = Shelf::find().ok()?.keys();
    let near = keys.into_iter().map(|key| (strsim::osa_distance(&key, name), key)).min()?;
    (near.0 <= 2).then_some(near.1)
}

/// The path of the assessment, fit to be shown, if no file is there.
fn missing(store: &Store) -> Option<String> {
    let is_missing = store.path().symlink_metadata().is_err();
    is_missing.then(|| sanitize(&store.path().display().to_string(), false).into_owned())
}

/// That the assessment has marks which this release has no objects for, if so.
pub(in crate::cli) fn about_retired(catalog: &Catalog, assessment: &Assessment) -> Option<String> {
    let release = &catalog.release;
    match assessment.retired.len() {
        0 => None,
        1 => Some(format!("1 mark is of an id that ATLAS {release} does not have; it is kept.")),
        count => Some(format!("{count} marks are of ids that ATLAS {release} does not have; they are kept.")),
    }
}
