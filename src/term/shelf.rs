//! What screens of assessments and snapshots have done on the disk. What they read is read by `reader.rs`.

use std::path::PathBuf;

use crate::app::{Event, Published};
use crate::catalog::Catalog;
use crate::coverage::About;
use crate::store::{self, Shelf, Store, StoreError};

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
}

impl Library {
    pub fn new(store: Store) -> Library {
        Library { store, shelf: Shelf::find().map_err(|error| error.to_string()) }
    }

    pub fn take_snapshot(&self, catalog: &Catalog, name: &str) -> Event {
        let taken = self.store.take_snapshot(catalog, name, jiff::Zoned::now().date());
        Event::SnapshotTaken(taken.map(|path| path.display().to_string()).map_err(|error| error.to_string()))
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
