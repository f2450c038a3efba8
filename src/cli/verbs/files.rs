//! The verbs about whole files.

use std::path::Path;

use super::{Context, print_json};
use crate::catalog::sanitize;
use crate::cli::output::Output;
use crate::cli::report::{self, Report};
use crate::cli::{Failure, json};
use crate::store::merge_files;

impl Context<'_> {
    pub(super) fn merge(&self, base: &Path, ours: &Path, theirs: &Path) -> Result<(), Failure> {
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

    pub(super) fn report(&self, report: &Report) -> Result<(), Failure> {
        let assessment = self.assessment(true)?;
        let lens = self.aspects(&assessment, &report.fields.join(" "))?;
        let around = report::Around {
            catalog: self.catalog,
            source: self.source,
            store: self.store,
            today: self.today,
            author: self.author.as_deref(),
            weights: &self.weights,
        };
        report::run(report, &around, &assessment, &lens)
    }

    pub(super) fn backups(&self, json: bool) -> Result<(), Failure> {
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
