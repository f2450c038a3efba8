//! The assessments of one user: a directory of files, one for each AI system or organisation, and which
//! of them opens when none is named.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use directories::ProjectDirs;

use super::disk::{Disk, RealDisk};
use super::error::one_line;
use super::parallel::side_by_side;
use super::snapshot::slug;
use super::{Paths, Store, StoreError, error, file};
use crate::catalog::Catalog;
use crate::coverage::{About, Assessment};

/// The file in the state directory that names the assessment in use.
const CURRENT: &str = "current";

/// Assessments that are listed, at the most.
const MOST: usize = 1_000;

/// The directory of assessments.
#[derive(Debug, Clone)]
pub struct Shelf {
    pub directory: PathBuf,
    state: PathBuf,
    disk: Arc<dyn Disk>,
}

/// One assessment of the shelf.
#[derive(Debug, Clone, PartialEq)]
pub struct Shelved {
    /// The file's name without its end: what `assessment use` takes.
    pub key: String,
    pub path: PathBuf,
    /// Or why it can't be read, in one sentence.
    pub assessment: Result<Assessment, String>,
}

impl Shelved {
    /// The name that the file gives, or else the file's.
    pub fn name(&self) -> &str {
        match &self.assessment {
            Ok(assessment) if !assessment.about.name.is_empty() => &assessment.about.name,
            _ => &self.key,
        }
    }
}

impl Shelf {
    /// `assessments` in the user's data directory. Touches no file.
    pub fn find() -> Result<Shelf, StoreError> {
        let dirs = ProjectDirs::from("", "", "atlasnav").ok_or(StoreError::NoHome)?;
        let state = dirs.state_dir().map_or_else(|| dirs.data_dir(), Path::new).to_owned();
        Ok(Shelf::at(dirs.data_dir().join("assessments"), state))
    }

    /// A shelf in a directory of one's own.
    pub fn at(directory: PathBuf, state: PathBuf) -> Shelf {
        Shelf::on(directory, state, Arc::new(RealDisk))
    }

    /// A shelf on another disk than the real one.
    pub(super) fn on(directory: PathBuf, state: PathBuf, disk: Arc<dyn Disk>) -> Shelf {
        Shelf { directory, state, disk }
    }

    /// The directory of journals and logs, and of the note which assessment is in use.
    pub fn state(&self) -> &Path {
        &self.state
    }

    /// The file of an assessment by its key. It may not be there.
    pub fn path(&self, key: &str) -> PathBuf {
        self.directory.join(format!("{key}.yaml"))
    }

    /// The directories beneath which the files of the shelf lie or will lie, as [`Store::directories`].
    pub fn directories(&self) -> Vec<PathBuf> {
        [&*self.directory, &*self.state].into_iter().map(file::nearest).collect()
    }

    /// The keys of all assessments, without reading them.
    pub fn keys(&self) -> Vec<String> {
        let key = |name: &std::ffi::OsString| Path::new(name).file_stem()?.to_str().map(one_line);
        self.names().iter().filter_map(key).collect()
    }

    fn names(&self) -> Vec<std::ffi::OsString> {
        let mut names = self.disk.list(&self.directory).unwrap_or_default();
        names.retain(|name| {
            Path::new(name).extension().is_some_and(|e| e == "yaml")
                && !name.as_encoded_bytes().starts_with(b".")
        });
        names.sort_unstable();
        names.truncate(MOST);
        names
    }

    /// The assessment that was chosen with `assessment use`, if it is still there.
    pub fn current(&self) -> Option<PathBuf> {
        let bytes = file::read(&*self.disk, &self.state.join(CURRENT)).ok()??;
        let path = PathBuf::from(String::from_utf8(bytes).ok()?.trim_end_matches('\n'));
        (path.is_absolute() && self.disk.look(&path).is_ok()).then_some(path)
    }

    /// Chooses the assessment that opens when none is named.
    pub fn choose(&self, path: &Path) -> Result<(), StoreError> {
        let text = path.to_str().filter(|text| !text.contains('\n')).ok_or_else(|| {
            StoreError::Refused(format!(
                "{} has a name that can't be noted; give the file another name",
                error::show(path)
            ))
        })?;
        let note = self.state.join(CURRENT);
        file::make_directories(&*self.disk, &self.state, 0o700)
            .map_err(|e| StoreError::io("make the directory", &self.state, &e))?;
        let _lock = file::lock(&*self.disk, &note, super::PATIENCE)?;
        file::replace(&*self.disk, &note, format!("{text}\n").as_bytes(), 0o600, |_| Ok(())).map_err(
            |error| match error {
                file::Unreplaced::Failed(error) => error,
                file::Unreplaced::Tied => StoreError::Contended { path: error::show(&note) },
            },
        )
    }

    /// All assessments by key, read side by side.
    pub fn all(&self, catalog: &Catalog) -> Vec<Shelved> {
        self.read(&self.files(), catalog)
    }

    /// The files of all assessments by key, without reading them.
    pub fn files(&self) -> Vec<PathBuf> {
        self.names().into_iter().map(|name| self.directory.join(name)).collect()
    }

    /// The assessments in these files, in their order. They are parsed on all processors.
    pub fn read(&self, files: &[PathBuf], catalog: &Catalog) -> Vec<Shelved> {
        side_by_side(files, |path| {
            let assessment = match self.store(path.clone()).look(catalog) {
                super::Look::Whole { assessment, .. } => Ok(assessment),
                super::Look::Damaged(why) => Err(why),
                super::Look::Missing => Err(format!("{} has gone", error::show(path))),
            };
            let key = path.file_stem().unwrap_or_default().to_string_lossy();
            Shelved { key: one_line(&key), path: path.clone(), assessment }
        })
    }

    /// The store of an assessment in any file, with the state of this shelf.
    pub fn open(&self, assessment: PathBuf) -> Store {
        self.store(assessment)
    }

    fn store(&self, assessment: PathBuf) -> Store {
        Store::on(Paths { assessment, state: self.state.clone() }, Arc::clone(&self.disk))
    }

    /// Makes an assessment: empty, or with the marks of another one. Its file is named after it.
    pub fn create(
        &self,
        catalog: &Catalog,
        about: &About,
        like: Option<&Path>,
    ) -> Result<PathBuf, StoreError> {
        let key = slug(&about.name);
        if key.is_empty() {
            return Err(StoreError::Refused(
                "an assessment needs a name with letters or digits, such as chat-assistant".to_owned(),
            ));
        }
        let path = self.path(&key);
        if file::is_there(&*self.disk, &path)? {
            return Err(StoreError::Refused(format!(
                "there is an assessment {} already; choose another name",
                error::show(&path)
            )));
        }
        let from = like.map(|path| self.store(path.to_owned()));
        self.store(path.clone()).write_about(catalog, about, from.as_ref())?;
        Ok(path)
    }
}

impl Store {
    /// Writes what the assessment is about; makes the file if there is none.
    pub fn describe(&self, catalog: &Catalog, about: &About) -> Result<(), StoreError> {
        self.write_about(catalog, about, None)
    }

    fn write_about(&self, catalog: &Catalog, about: &About, like: Option<&Store>) -> Result<(), StoreError> {
        let disk = &*self.disk;
        let target = file::resolve(disk, self.path())?;
        let directory = file::parent(&target);
        file::make_directories(disk, directory, 0o777)
            .map_err(|e| StoreError::io("make the directory", directory, &e))?;
        if let Some(obstacle) = file::obstacle(disk, &target) {
            return Err(StoreError::Refused(format!("not saved: {obstacle}")));
        }
        let copied = match like {
            None => None,
            Some(other) => {
                // Marks that only a journal holds are marks.
                if let Some(Err(error)) = other.recover(catalog) {
                    return Err(error);
                }
                let from = file::resolve(disk, other.path())?;
                let missing =
                    || StoreError::Refused(format!("{} is not there; see to its name", error::show(&from)));
                Some(self.read_document(&from)?.ok_or_else(missing)?.1)
            }
        };
        let _lock = file::lock(disk, &target, self.patience)?;
        let (before, mut document) = match self.read_document(&target)? {
            Some((bytes, document)) => (Some(bytes), document),
            None => (None, copied.unwrap_or_default()),
        };
        document.about = about.clone();
        document.snapshot = None;
        if document.release.is_empty() {
            document.release = catalog.release.to_string();
        }
        let text = document.emit(catalog);
        self.put(&target, before.as_deref(), text.as_bytes(), |written| {
            super::commit::verify(&target, written, &text, &document, catalog)?;
            if file::read(disk, &target)? == before {
                Ok(())
            } else {
                Err(StoreError::Contended { path: error::show(&target) })
            }
        })
    }
}
