//! Several assessments: made, listed, chosen, compared.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::status::headline;
use super::{Context, print_json};
use crate::catalog::{Facet, ObjectId, sanitize};
use crate::cli::args::{AssessmentAction, state_word};
use crate::cli::output::{Output, complain};
use crate::cli::{Failure, json};
use crate::coverage::{
    About, Assessment, Difference, Mark, Rollup, Status, scope, unknown_platforms, worst_of,
};
use crate::page::pad;
use crate::search::Query;
use crate::store::{Paths, Shelf, Shelved, Store};

impl Context<'_> {
    pub(super) fn assessments(&self, action: &AssessmentAction, json: bool) -> Result<(), Failure> {
        let shelf = Shelf::find().map_err(Failure::data)?;
        match action {
            AssessmentAction::New { name, platforms, like } => {
                let name = one_line(name);
                let about = About { name, platforms: self.platforms(platforms)? };
                let like = like.as_ref().map(|key| find(&shelf, key)).transpose()?;
                let path = shelf.create(self.catalog, &about, like.as_deref()).map_err(Failure::data)?;
                let key = key_of(&path);
                tell(
                    &path,
                    json,
                    &format!("made {key} in {}; `atlasnav assessment use {key}` opens it", show(&path)),
                )
            }
            AssessmentAction::List => self.list_assessments(&shelf, json),
            AssessmentAction::Use { key } => {
                if self.set {
                    return Err(Failure::Usage(
                        "the settings name an assessment, which opens whatever is chosen; take `assessment` \
                         out of config.toml first (`atlasnav config path` says where it lies)"
                            .to_owned(),
                    ));
                }
                let path = find(&shelf, key)?;
                shelf.choose(&path).map_err(Failure::data)?;
                tell(&path, json, &format!("{} opens from the next start on", show(&path)))
            }
            AssessmentAction::Compare { first, second } => {
                self.compare_assessments(&shelf, first, second, json)
            }
            AssessmentAction::Rename { key, name } => {
                let name = one_line(name);
                if name.is_empty() {
                    return Err(Failure::Usage(
                        "an assessment needs a name, such as chat-assistant".to_owned(),
                    ));
                }
                self.describe(&shelf, key, json, |about| About { name, ..about })
            }
            AssessmentAction::Platforms { key, platforms } => {
                let platforms = self.platforms(platforms)?;
                self.describe(&shelf, key, json, |about| About { platforms, ..about })
            }
            AssessmentAction::Worst { keys } => self.worst(&shelf, keys, json),
        }
    }

    /// The keys of platforms that are named by any part of them.
    fn platforms(&self, words: &[String]) -> Result<Vec<String>, Failure> {
        let mut keys = Vec::new();
        for word in words.iter().map(|word| word.trim()).filter(|word| !word.is_empty()) {
            let query = Query::parse(self.catalog, &format!("platform:{word}"));
            if let Some(problem) = query.problem {
                return Err(Failure::Usage(problem));
            }
            let values = Facet::Platform.values(self.catalog).into_iter().map(|value| value.key);
            keys.extend(values.filter(|key| query.lens.has(Facet::Platform, key)));
        }
        keys.sort_unstable();
        keys.dedup();
        Ok(keys)
    }

    fn describe(
        &self,
        shelf: &Shelf,
        key: &str,
        json: bool,
        change: impl FnOnce(About) -> About,
    ) -> Result<(), Failure> {
        let path = find(shelf, key)?;
        let store = store(shelf, &path);
        let loaded = store.load(self.catalog);
        if let Some(reason) = loaded.read_only {
            return Err(Failure::Data(reason));
        }
        let about = change(loaded.assessment.about);
        store.describe(self.catalog, &about).map_err(Failure::data)?;
        let platforms =
            if about.platforms.is_empty() { "all".to_owned() } else { about.platforms.join(", ") };
        let name = if about.name.is_empty() { key } else { &about.name };
        tell(&path, json, &format!("{} is {name}; platforms: {platforms}", show(&path)))
    }

    fn rollup(&self, assessment: &Assessment) -> Rollup {
        Rollup::of(scope(self.catalog, &assessment.about), assessment, self.today)
    }

    fn list_assessments(&self, shelf: &Shelf, json: bool) -> Result<(), Failure> {
        let all = shelf.all(self.catalog);
        let is_open = |shelved: &Shelved| shelved.path == self.store.path();
        if json {
            let rows = all.iter().map(|shelved| {
                let path = shelved.path.display().to_string();
                let (about, counts, problem) = match &shelved.assessment {
                    Ok(a) => (Some(&a.about), json::rollup(&self.rollup(a)), None),
                    Err(why) => (None, Value::Null, Some(why)),
                };
                json!({"key": shelved.key, "name": shelved.name(), "path": path, "open": is_open(shelved),
                       "platforms": about.map(|about| &about.platforms), "techniques": counts,
                       "problem": problem})
            });
            print_json(&rows.collect())?;
        }
        if all.is_empty() {
            return Err(Failure::Nothing(format!(
                "there is no assessment in {} yet; `atlasnav assessment new NAME` or the first mark makes one",
                show(&shelf.directory)
            )));
        }
        if json {
            return Ok(());
        }
        let mut out = Output::new();
        for shelved in &all {
            let open = if is_open(shelved) { '*' } else { ' ' };
            let said = match &shelved.assessment {
                Err(why) => format!("can't be read: {why}"),
                Ok(assessment) => {
                    let platforms = match assessment.about.platforms.join(", ") {
                        all if all.is_empty() => String::new(),
                        some => format!(" ({some})"),
                    };
                    let r = self.rollup(assessment);
                    let percent = r.percent_covered().map_or("n/a".to_owned(), |p| format!("{p}%"));
                    let (covered, of) = (r.covered(), r.applicable());
                    let (assessed, all) = (r.assessed(), r.total());
                    let name = shelved.name();
                    format!(
                        "{name}{platforms}: {covered} of {of} covered ({percent}), {assessed} of {all} assessed"
                    )
                }
            };
            out.line(&format!("{open} {} {said}", pad(&shelved.key, 20)));
        }
        out.finish()?;
        for shelved in &all {
            let about = shelved.assessment.as_ref().map(|a| &a.about);
            let unknown = about.map(|about| unknown_platforms(self.catalog, about)).unwrap_or_default();
            if !unknown.is_empty() {
                complain(&format!(
                    "{} names platforms that ATLAS {} does not have: {}; they narrow nothing",
                    shelved.key,
                    self.catalog.release,
                    unknown.join(", ")
                ));
            }
        }
        Ok(())
    }

    fn read(&self, shelf: &Shelf, key: &str) -> Result<Assessment, Failure> {
        let path = find(shelf, key)?;
        let loaded = store(shelf, &path).load(self.catalog);
        match loaded.read_only {
            Some(reason) if loaded.assessment == Assessment::default() => Err(Failure::Data(reason)),
            _ => Ok(loaded.assessment),
        }
    }

    fn compare_assessments(
        &self,
        shelf: &Shelf,
        first: &str,
        second: &str,
        json: bool,
    ) -> Result<(), Failure> {
        let (one, other) = (self.read(shelf, first)?, self.read(shelf, second)?);
        // What either of them has is worth comparing.
        let techniques: BTreeSet<ObjectId> =
            scope(self.catalog, &one.about).union(&scope(self.catalog, &other.about)).copied().collect();
        let today = self.today;
        let difference = Difference::between(&one, None, &other, self.catalog, &techniques, today, today);
        if json {
            let differ = difference.changed.iter().map(|moved| {
                json!({"id": moved.id.to_string(), "first": state_word(moved.before),
                       "second": state_word(moved.after)})
            });
            let side = |key: &str, a: &Assessment| {
                json!({"key": key, "name": a.about.name, "platforms": a.about.platforms,
                       "techniques": json::rollup(&self.rollup(a))})
            };
            return print_json(&json!({"first": side(first, &one), "second": side(second, &other),
                                      "differ": differ.collect::<Vec<_>>()}));
        }
        let mut out = Output::new();
        for (key, assessment) in [(first, &one), (second, &other)] {
            out.line(&format!("{key}: {}", headline("techniques", &self.rollup(assessment))));
        }
        let count = difference.changed.len();
        out.line(&format!("{count} techniques and mitigations differ: {first} -> {second}"));
        for moved in &difference.changed {
            out.line(&self.moved_line(moved.id, moved.before, moved.after));
        }
        out.finish()
    }

    /// The worst of all of them. One that can't be read might be the worst, so nothing is said without it.
    fn worst(&self, shelf: &Shelf, keys: &[String], json: bool) -> Result<(), Failure> {
        let assessments: Vec<(String, Assessment)> = if keys.is_empty() {
            let all = shelf.all(self.catalog).into_iter();
            all.map(|s| Ok((s.key, s.assessment.map_err(Failure::Data)?))).collect::<Result<_, Failure>>()?
        } else {
            keys.iter()
                .map(|key| Ok((key.clone(), self.read(shelf, key)?)))
                .collect::<Result<_, Failure>>()?
        };
        if assessments.is_empty() {
            return Err(Failure::Nothing(format!(
                "there is no assessment in {} yet",
                show(&shelf.directory)
            )));
        }
        let mut techniques = BTreeSet::new();
        let mut own = Vec::with_capacity(assessments.len());
        for (_, assessment) in &assessments {
            let in_scope = scope(self.catalog, &assessment.about);
            own.push(self.within(assessment, &in_scope));
            techniques.extend(in_scope);
        }
        let worst = worst_of(&own.iter().collect::<Vec<_>>(), self.today);
        let rollup = Rollup::of(techniques.iter().copied(), &worst, self.today);
        let keys: Vec<&str> = assessments.iter().map(|(key, _)| key.as_str()).collect();
        let states = techniques.iter().map(|id| (*id, worst.mark(*id).counted_state(self.today)));
        if json {
            let states = states.map(|(id, state)| json!({"id": id.to_string(), "state": state_word(state)}));
            return print_json(&json!({"assessments": keys, "techniques": json::rollup(&rollup),
                                      "states": states.collect::<Vec<_>>()}));
        }
        let mut out = Output::new();
        out.line(&format!("the worst of {}", keys.join(", ")));
        out.line(&headline("techniques", &rollup));
        for (id, state) in states {
            let name = self.catalog.full_name(id);
            out.line(&format!("{} {:9} {name}: {}", state.glyph(), id.short(), state.word()));
        }
        out.finish()
    }

    /// The assessment with what is out of its scope as not applicable, so that it says nothing about
    /// that.
    fn within(&self, assessment: &Assessment, in_scope: &BTreeSet<ObjectId>) -> Assessment {
        let mut own = assessment.clone();
        for technique in self.catalog.techniques.iter().filter(|t| !in_scope.contains(&t.id)) {
            own.marks.insert(technique.id, Mark { status: Status::NotApplicable, ..Mark::default() });
        }
        own
    }
}

fn one_line(text: &str) -> String {
    sanitize(text.trim(), false).into_owned()
}

fn show(path: &Path) -> String {
    sanitize(&path.display().to_string(), false).into_owned()
}

fn key_of(path: &Path) -> String {
    sanitize(&path.file_stem().unwrap_or_default().to_string_lossy(), false).into_owned()
}

fn store(shelf: &Shelf, path: &Path) -> Store {
    Store::new(Paths { assessment: path.to_owned(), state: shelf.state().to_owned() })
}

/// The file of a key.
fn find(shelf: &Shelf, key: &str) -> Result<PathBuf, Failure> {
    let keys = shelf.keys();
    if keys.iter().any(|known| known == key) {
        return Ok(shelf.path(key));
    }
    let near = keys.iter().map(|known| (strsim::osa_distance(known, key), known)).min();
    let help = match near {
        None => "`atlasnav assessment new NAME` makes one".to_owned(),
        Some((distance, near)) if distance <= 2 => format!("near it: {near}"),
        Some(_) => "`atlasnav assessment list` lists them".to_owned(),
    };
    Err(Failure::Nothing(format!("there is no assessment `{}`; {help}", one_line(key))))
}

fn tell(path: &Path, json: bool, text: &str) -> Result<(), Failure> {
    if json {
        return print_json(&json!({"key": key_of(path), "path": path.display().to_string()}));
    }
    let mut out = Output::new();
    out.line(text);
    out.finish()
}
