//! The verb `report`: what a report is made of, gathered, and where it goes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use jiff::civil::Date;

use super::Failure;
use super::output::{complain, print_file};
use crate::catalog::{Catalog, Facet, Lens, ObjectId, sanitize};
use crate::coverage::{self, Aspect, Assessment, Basis, Difference, Ground, Overview, Plan, Shown, Weights};
use crate::exchange::{FORMATS, Format, Material, Point};
use crate::store::{Snapshot, Store, publish};

/// What to report, and how.
#[derive(Debug, clap::Args)]
pub(super) struct Report {
    /// Only what has these fields: area:evasion platform:agentic maturity:realized status:gap owner:soc
    pub fields: Vec<String>,
    /// The format
    #[arg(long, value_name = "FORMAT", value_parser = formats(), default_value = "md")]
    pub to: &'static Format,
    /// The same as --to json
    #[arg(long, conflicts_with = "to")]
    pub json: bool,
    /// Write this file in place of printing; one that is there is left alone
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace the file if it is there
    #[arg(long, requires = "output")]
    pub force: bool,
    /// Say what has happened since this snapshot: its name or its day
    #[arg(long, value_name = "SNAPSHOT")]
    pub since: Option<String>,
    /// So many of each list of the plan; else 10 in a report, and all of them as tickets
    #[arg(long, value_name = "N")]
    pub top: Option<usize>,
}

impl Report {
    /// The directory that the report is written into.
    pub fn directory(&self) -> Option<PathBuf> {
        let output = self.output.as_deref()?;
        // What replaces a link lies where it leads.
        let target = output.canonicalize().unwrap_or_else(|_| output.to_owned());
        let parent = target.parent()?;
        Some(if parent.as_os_str().is_empty() { Path::new(".") } else { parent }.to_owned())
    }
}

fn formats() -> impl TypedValueParser<Value = &'static Format> {
    let values = FORMATS.iter().map(|format| PossibleValue::new(format.name).help(format.help));
    // The parser lets only these names through.
    PossibleValuesParser::new(values)
        .try_map(|name| Format::from_name(&name).ok_or("it is no format of a report"))
}

/// What a report needs besides the marks.
pub(super) struct Around<'a> {
    pub catalog: &'a Catalog,
    pub source: &'a str,
    pub store: &'a Store,
    pub today: Date,
    pub author: Option<&'a str>,
    pub weights: &'a Weights,
}

pub(super) fn run(
    report: &Report,
    around: &Around,
    assessment: &Assessment,
    lens: &Lens<Aspect>,
) -> Result<(), Failure> {
    let Around { catalog, source, store, today, author, weights } = *around;
    let (techniques, scope) = scope(Ground { catalog, assessment, today }, lens)?;
    let snapshots = store.snapshots(catalog);
    for problem in &snapshots.problems {
        complain(problem);
    }
    let difference = |then: &Snapshot| {
        let known = Some(&then.known);
        Difference::between(&then.assessment, known, assessment, catalog, &techniques, then.on, today)
    };
    let trend: Vec<Point> = snapshots
        .all
        .iter()
        .map(|s| Point {
            name: s.name.clone(),
            on: s.on,
            release: s.assessment.release.clone(),
            techniques: difference(s).then,
        })
        .collect();
    let chosen = report.since.as_deref().map(|name| choose(&snapshots.all, name)).transpose()?;
    let since = chosen.and_then(|at| snapshots.all.get(at)).map(difference);
    let overview = Overview::of(catalog, assessment, &techniques, today);
    let plan = Plan::of(catalog, assessment, &techniques, weights, today);
    let material = Material {
        basis: Basis { catalog, assessment, techniques: &techniques, weights, today, since: since.as_ref() },
        overview: &overview,
        plan: &plan,
        source,
        name: &name(assessment, store),
        scope: &scope,
        trend: &trend,
        since: chosen.and_then(|at| trend.get(at)),
        author,
        program: concat!("atlasnav ", env!("CARGO_PKG_VERSION")),
        top: report.top,
    };
    let mut bytes = Vec::new();
    let failed = |error| Failure::Data(format!("the report can't be made: {error}"));
    let to = if report.json { Format::from_name("json").unwrap_or(report.to) } else { report.to };
    (to.write)(&material, &mut bytes).map_err(failed)?;
    match &report.output {
        Some(path) => publish(path, &bytes, report.force).map_err(Failure::data),
        None => print_file(&String::from_utf8_lossy(&bytes)),
    }
}

/// The name that the file gives, or else the file's own without its directory.
fn name(assessment: &Assessment, store: &Store) -> String {
    let stem = || store.path().file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let given = Some(assessment.about.name.clone()).filter(|name| !name.is_empty());
    sanitize(&given.or_else(stem).unwrap_or_default(), false).into_owned()
}

/// The techniques that count, and the query that says which: those of the platforms that the assessment has,
/// and of them those that the lens shows.
fn scope(on: Ground<'_>, lens: &Lens<Aspect>) -> Result<(BTreeSet<ObjectId>, String), Failure> {
    let Ground { catalog, assessment, .. } = on;
    let known: BTreeSet<String> = Facet::Platform.values(catalog).into_iter().map(|v| v.key).collect();
    let mut platforms = Lens::default();
    for key in &assessment.about.platforms {
        // Legacy releases state no platforms at all.
        if known.contains(key) {
            platforms.add(Facet::Platform, key);
        } else if !known.is_empty() {
            complain(&format!(
                "the assessment names a platform that ATLAS {} does not have: `{key}`",
                catalog.release
            ));
        }
    }
    let in_scope = coverage::scope(catalog, &assessment.about);
    let techniques = Shown::of(lens, Some(&in_scope), on).techniques;
    let query = format!("{} {}", platforms.query(), lens.query()).trim().to_owned();
    if techniques.is_empty() {
        return Err(Failure::Nothing(format!(
            "ATLAS {} has no techniques that are {query}",
            catalog.release
        )));
    }
    Ok((techniques, query))
}

/// The place of the newest snapshot with this name or of this day.
fn choose(snapshots: &[Snapshot], name: &str) -> Result<usize, Failure> {
    let is_meant = |s: &Snapshot| s.name.eq_ignore_ascii_case(name) || s.on.to_string() == name;
    snapshots.iter().rposition(is_meant).ok_or_else(|| {
        let names: Vec<String> = snapshots.iter().map(|s| format!("{} ({})", s.name, s.on)).collect();
        let there = if names.is_empty() { "there is none yet".to_owned() } else { names.join(", ") };
        Failure::Nothing(format!("there is no snapshot `{name}`: {there}"))
    })
}
