//! What screens of assessments and snapshots need from the disk.

use std::path::{Path, PathBuf};

use crate::app::{Event, Published, Shelved, Snapshot};
use crate::catalog::Catalog;
use crate::coverage::About;
use crate::store::{self, Shelf, Stamp, Store, StoreError};

/// Writes a file of the user's choice; `~/` is the home directory.
pub(super) fn publish(format: &'static str, path: String, bytes: &[u8], replace: bool) -> Event {
    let home = std::env::var_os("HOME").filter(|home| !home.is_empty());
    let target = match (path.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => PathBuf::from(home).join(rest),
        _ => PathBuf::from(&path),
    };
    let outcome = if !replace && target.symlink_metadata().is_ok() {
        Published::IsThere
    } else {
        match store::publish(&target, bytes, replace) {
            Ok(()) => Published::Written,
            Err(error) => Published::Failed(error.to_string()),
        }
    };
    Event::Published { format, path, outcome }
}

/// The assessment that is open, and the others.
pub(super) struct Library {
    pub store: Store,
    /// Or why there is none, in one sentence.
    pub shelf: Result<Shelf, String>,
    seen: Option<Seen>,
}

/// What was read of the shelf, and what tells whether it still holds.
struct Seen {
    directory: Option<Stamp>,
    files: Vec<Option<Stamp>>,
    found: Vec<store::Shelved>,
}

impl Library {
    pub fn new(store: Store) -> Library {
        Library { store, shelf: Shelf::find().map_err(|error| error.to_string()), seen: None }
    }

    pub fn snapshots(&self, catalog: &Catalog) -> Event {
        let found = self.store.snapshots(catalog);
        let plain = |s: crate::store::Snapshot| Snapshot {
            name: s.name,
            on: s.on,
            assessment: s.assessment,
            known: s.known,
        };
        Event::Snapshots { all: found.all.into_iter().map(plain).collect(), problems: found.problems }
    }

    pub fn take_snapshot(&self, catalog: &Catalog, name: &str) -> Event {
        let taken = self.store.take_snapshot(catalog, name, jiff::Zoned::now().date());
        Event::SnapshotTaken(taken.map(|path| path.display().to_string()).map_err(|error| error.to_string()))
    }

    /// All of the shelf; the one that is open is there in any case.
    pub fn assessments(&mut self, catalog: &Catalog) -> Event {
        let found = self.read(catalog);
        let open = self.store.path();
        let mut all: Vec<Shelved> = found
            .into_iter()
            .map(|s| Shelved { is_open: s.path == open, key: s.key, assessment: s.assessment })
            .collect();
        if !all.iter().any(|shelved| shelved.is_open) {
            let assessment = self.store.load(catalog).assessment;
            all.insert(0, Shelved { key: String::new(), assessment: Ok(assessment), is_open: true });
        }
        Event::Assessments(all)
    }

    /// Reads the shelf, or takes what was read before where nothing has changed since: a hundred
    /// assessments are tens of thousands of lines.
    fn read(&mut self, catalog: &Catalog) -> Vec<store::Shelved> {
        let Ok(shelf) = &self.shelf else { return Vec::new() };
        let stamp = |path: &Path| shelf.open(path.to_owned()).stamp();
        // Before the reading: a file that is replaced meanwhile changes its directory.
        let directory = stamp(&shelf.directory);
        if let Some(seen) = &self.seen
            && seen.directory == directory
            && seen.found.iter().map(|s| stamp(&s.path)).eq(seen.files.iter().copied())
        {
            return seen.found.clone();
        }
        let found = shelf.all(catalog);
        let files = found.iter().map(|s| stamp(&s.path)).collect();
        self.seen = Some(Seen { directory, files, found: found.clone() });
        found
    }

    /// The file of an assessment; the one that is open for an empty key.
    pub fn path(&self, key: &str) -> Result<PathBuf, String> {
        if key.is_empty() {
            return Ok(self.store.path().to_owned());
        }
        self.shelf.as_ref().map(|shelf| shelf.path(key)).map_err(Clone::clone)
    }

    pub fn create(&self, catalog: &Catalog, about: &About, like: Option<&str>) -> Event {
        let create = || -> Result<String, String> {
            let like = like.map(|key| self.path(key)).transpose()?;
            let shelf = self.shelf.as_ref().map_err(Clone::clone)?;
            let path = shelf.create(catalog, about, like.as_deref()).map_err(|error| error.to_string())?;
            Ok(format!("Made {}.", path.display()))
        };
        Event::ShelfChanged(create())
    }

    pub fn describe(&self, catalog: &Catalog, key: &str, about: &About) -> Event {
        let path = self.path(key);
        let describe = || -> Result<String, String> {
            let path = path?;
            let said = |error: StoreError| error.to_string();
            if path == self.store.path() {
                self.store.describe(catalog, about).map_err(said)?;
            } else {
                let shelf = self.shelf.as_ref().map_err(Clone::clone)?;
                shelf.open(path.clone()).describe(catalog, about).map_err(said)?;
            }
            let platforms = if about.platforms.is_empty() {
                "all platforms".to_owned()
            } else {
                about.platforms.join(", ")
            };
            let file = path.file_stem().unwrap_or_default().to_string_lossy();
            let name = if about.name.is_empty() { &*file } else { &*about.name };
            Ok(format!("Written: {name}, {platforms}."))
        };
        Event::ShelfChanged(describe())
    }

    /// Notes which assessment opens from now on; returns its file.
    pub fn choose(&self, key: &str) -> Result<PathBuf, String> {
        let path = self.path(key)?;
        let shelf = self.shelf.as_ref().map_err(Clone::clone)?;
        shelf.choose(&path).map_err(|error| error.to_string())?;
        Ok(path)
    }
}
