//! Snapshots: an assessment as it was on a day, kept as a file of its own beside the assessment
//! (`NAME.snapshots/2026-11-23-q3.yaml`), in the same format, so that git keeps it, people read it and
//! `-C` opens it.
//!
//! A snapshot lists every id of its release, so it also tells what ATLAS knew on that day.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::assessment::Taken;
use super::commit::verify;
use super::error::one_line;
use super::parallel::side_by_side;
use super::{Store, StoreError, error, file};
use crate::catalog::{Catalog, ObjectId};
use crate::coverage::Assessment;

/// Snapshots of one assessment that are read, the newest ones.
const MOST: usize = 200;

/// An assessment as it was on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    pub name: String,
    pub on: Date,
    pub path: PathBuf,
    pub assessment: Assessment,
    /// The techniques and mitigations that the release of that day had.
    pub known: BTreeSet<ObjectId>,
}

/// The snapshots of an assessment, and what could not be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshots {
    /// By day, the oldest first.
    pub all: Vec<Snapshot>,
    /// One sentence for each file that is none.
    pub problems: Vec<String>,
}

impl Snapshots {
    /// What became of each file.
    pub fn of(read: impl IntoIterator<Item = Result<Snapshot, String>>) -> Snapshots {
        let mut found = Snapshots::default();
        for snapshot in read {
            match snapshot {
                Ok(snapshot) => found.all.push(snapshot),
                Err(problem) => found.problems.push(problem),
            }
        }
        found.all.sort_by(|a, b| (a.on, &a.path).cmp(&(b.on, &b.path)));
        found
    }
}

impl Store {
    /// The directory of this assessment's snapshots; it may not be there.
    pub fn snapshot_directory(&self) -> PathBuf {
        let target = file::resolve(&*self.disk, self.path()).unwrap_or_else(|_| self.path().to_owned());
        let mut name = target.file_stem().unwrap_or_default().to_owned();
        name.push(".snapshots");
        file::parent(&target).join(name)
    }

    /// Keeps the assessment as it is now, journals of dead sessions included. A name is free text; one
    /// that was used on the same day is refused. Returns the snapshot's file.
    pub fn take_snapshot(&self, catalog: &Catalog, name: &str, today: Date) -> Result<PathBuf, StoreError> {
        let name = one_line(name.trim());
        let slug = slug(&name);
        if slug.is_empty() {
            return Err(refused("a snapshot needs a name with letters or digits, such as q3"));
        }
        if let Some(Err(error)) = self.recover(catalog) {
            return Err(error);
        }
        let disk = &*self.disk;
        let target = file::resolve(disk, self.path())?;
        let Some((_, mut document)) = self.read_document(&target)? else {
            return Err(refused(
                "there is nothing to keep yet: the assessment has no file; mark something first",
            ));
        };
        document.snapshot = Some(Taken { name: name.clone(), on: today });
        if document.release.is_empty() {
            document.release = catalog.release.to_string();
        }
        let text = document.emit(catalog);
        let folder = self.snapshot_directory();
        let path = folder.join(format!("{today}-{slug}.yaml"));
        file::make_directories(disk, &folder, 0o777)
            .map_err(|e| StoreError::io("make the directory", &folder, &e))?;
        let _lock = file::lock(disk, &path, self.patience)?;
        if file::is_there(disk, &path)? {
            return Err(refused(&format!(
                "there is a snapshot `{name}` of today already, {}; choose another name",
                error::show(&path)
            )));
        }
        let check = |written: &[u8]| verify(&path, written, &text, &document, catalog);
        match file::replace(disk, &path, text.as_bytes(), 0o644, check) {
            Ok(()) => Ok(path),
            Err(file::Unreplaced::Failed(error)) => Err(error),
            Err(file::Unreplaced::Tied) => Err(StoreError::Contended { path: error::show(&path) }),
        }
    }

    /// The names of the snapshots' files without their ends (`2026-11-23-q3`), oldest first, without
    /// reading them.
    pub fn snapshot_keys(&self) -> Vec<String> {
        let key = |name: &OsString| Path::new(name).file_stem()?.to_str().map(one_line);
        self.snapshot_names().iter().filter_map(key).collect()
    }

    /// The newest snapshot that can be read.
    pub fn last_snapshot(&self, catalog: &Catalog) -> Option<Snapshot> {
        let folder = self.snapshot_directory();
        // Names begin with the day, so that the others need not be read.
        let names = self.snapshot_names();
        names.iter().rev().find_map(|name| self.read_snapshot(folder.join(name), catalog).ok())
    }

    fn snapshot_names(&self) -> Vec<OsString> {
        let mut names = self.disk.list(&self.snapshot_directory()).unwrap_or_default();
        names.retain(|name| {
            let path = Path::new(name);
            path.extension().is_some_and(|e| e == "yaml") && !name.as_encoded_bytes().starts_with(b".")
        });
        names.sort_unstable();
        names
    }

    /// Reads the snapshots, the newest [`MOST`] by name, oldest first.
    pub fn snapshots(&self, catalog: &Catalog) -> Snapshots {
        Snapshots::of(self.read_snapshots(&self.snapshot_files(), catalog))
    }

    /// The files of the newest [`MOST`] snapshots by name, oldest first, without reading them.
    pub fn snapshot_files(&self) -> Vec<PathBuf> {
        let folder = self.snapshot_directory();
        let mut names = self.snapshot_names();
        let surplus = names.len().saturating_sub(MOST);
        names.split_off(surplus).into_iter().map(|name| folder.join(name)).collect()
    }

    /// The snapshots in these files, in their order, or why one is none. They are parsed on all processors.
    pub fn read_snapshots(&self, files: &[PathBuf], catalog: &Catalog) -> Vec<Result<Snapshot, String>> {
        side_by_side(files, |path| self.read_snapshot(path.clone(), catalog))
    }

    fn read_snapshot(&self, path: PathBuf, catalog: &Catalog) -> Result<Snapshot, String> {
        let (_, document) = self
            .read_document(&path)
            .map_err(|error| super::reason(&error))?
            .ok_or_else(|| format!("{} has gone", error::show(&path)))?;
        let Some(Taken { name, on }) = document.snapshot.clone() else {
            return Err(format!(
                "{}: this is no snapshot: it has no line `snapshot:`; move it elsewhere",
                error::show(&path)
            ));
        };
        let known = document.listed.keys().chain(document.entries.keys()).copied().collect();
        Ok(Snapshot { name: one_line(&name), on, assessment: document.view(catalog), known, path })
    }
}

fn refused(text: &str) -> StoreError {
    StoreError::Refused(text.to_owned())
}

/// A name as a part of a file's name: small letters, digits and hyphens.
pub(super) fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let end = slug.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(|end| *end <= 60).last();
    slug.truncate(end.unwrap_or(0));
    slug.trim_end_matches('-').to_owned()
}
