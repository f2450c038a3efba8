//! Files: found through links, read with caps, locked, replaced as a whole or not at all.

use std::ffi::{OsStr, OsString};
use std::hash::{BuildHasher, Hasher};
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::fs::Access;

use super::StoreError;
use super::disk::{Disk, Open, OpenFile, kind_of};
use super::error::cause;
pub(super) use super::error::show;

/// Largest file that is read, in bytes.
pub(super) const MAX_FILE: u64 = 8 * 1024 * 1024;

/// Links followed before a chain of them counts as a loop, as in Linux.
const MAX_LINKS: usize = 40;

/// The end of names of temporary files; what bears it is left from a killed process.
const TEMPORARY: &str = ".atlasnav-tmp";

/// Where the links end: the file to be written, which may not be there yet.
pub(super) fn resolve(disk: &dyn Disk, path: &Path) -> Result<PathBuf, StoreError> {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        match disk.look(&path) {
            Ok(meta) if meta.is_symlink() => {
                let link = disk.read_link(&path).map_err(|e| StoreError::io("read the link", &path, &e))?;
                path = parent(&path).join(link);
            }
            Ok(_) => return disk.canonical(&path).map_err(|e| StoreError::io("find", &path, &e)),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(missing(disk, &path)),
            Err(error) => return Err(StoreError::io("find", &path, &error)),
        }
    }
    Err(StoreError::Refused(format!("{} is a loop of links; name another file", show(&path))))
}

/// The path of a file that is not there, with as much of it resolved as there is.
fn missing(disk: &dyn Disk, path: &Path) -> PathBuf {
    match (disk.canonical(parent(path)), path.file_name()) {
        (Ok(parent), Some(name)) => parent.join(name),
        _ => path.to_owned(),
    }
}

pub(super) fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// The directory itself, or the nearest one above it that is there.
pub(super) fn nearest(directory: &Path) -> PathBuf {
    let there = directory.ancestors().find(|above| above.is_dir()).unwrap_or(Path::new("/"));
    // Beyond it `..` leads who knows where until the directories are made.
    let beyond =
        directory.strip_prefix(there).is_ok_and(|rest| rest.components().any(|c| c == Component::ParentDir));
    if beyond { PathBuf::from("/") } else { there.to_owned() }
}

/// Whether there is a file; an error where there is something that is no regular file.
pub(super) fn is_there(disk: &dyn Disk, path: &Path) -> Result<bool, StoreError> {
    match disk.look(path) {
        Ok(meta) => kind_of(&meta).map_or(Ok(true), |what| Err(unfit(path, what))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(StoreError::io("read", path, &error)),
    }
}

fn unfit(path: &Path, what: &str) -> StoreError {
    StoreError::Refused(format!("{} {what}; name another file", show(path)))
}

/// The bytes of a regular file; None where there is none.
pub(super) fn read(disk: &dyn Disk, path: &Path) -> Result<Option<Vec<u8>>, StoreError> {
    // Asked before it is opened, because opening a device can do things.
    if !is_there(disk, path)? {
        return Ok(None);
    }
    let failed = |error: io::Error| StoreError::io("read", path, &error);
    let file = match disk.open(path, Open::Read) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        other => other.map_err(failed)?,
    };
    let bytes = disk.read(&file, MAX_FILE + 1).map_err(failed)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(unfit(path, "is larger than 8 MiB"));
    }
    Ok(Some(bytes))
}

/// What stands in the way of writing a regular file, as one sentence.
pub(super) fn obstacle(disk: &dyn Disk, path: &Path) -> Option<String> {
    let there = disk.look(path).is_ok();
    if there && let Err(error) = disk.may(path, Access::WRITE_OK) {
        return Some(closed("", path, &error));
    }
    // The nearest directory that is there: the ones below it are made when something is saved.
    let directory = path.ancestors().skip(1).find(|directory| disk.look(directory).is_ok())?;
    match disk.may(directory, Access::WRITE_OK | Access::EXEC_OK) {
        // A file that may be written is overwritten in place where it can't be replaced.
        Err(error) if !there => Some(closed("the directory ", directory, &error)),
        _ => None,
    }
}

fn closed(kind: &str, path: &Path, error: &io::Error) -> String {
    let (path, cause) = (show(path), cause(error));
    format!("{kind}{path} may not be written ({cause}); see to its permissions or name another file with -C")
}

/// Whether a file can't be replaced by another one: it has other names, or its directory is closed.
pub(super) fn is_tied(disk: &dyn Disk, path: &Path) -> bool {
    disk.look(path).is_ok_and(|meta| {
        meta.nlink() > 1 || disk.may(parent(path), Access::WRITE_OK | Access::EXEC_OK).is_err()
    })
}

/// Held as long as it lives. The lock file stays: removing it would let two hold "the" lock.
#[derive(Debug)]
pub(super) struct Lock {
    _files: Vec<OpenFile>,
}

/// Takes the lock beside a resolved target, waiting no longer than `patience`. A file that can't be
/// replaced is locked itself as well: its other names have other locks beside them.
pub(super) fn lock(disk: &dyn Disk, target: &Path, patience: Duration) -> Result<Lock, StoreError> {
    let path = beside(target, ".lock");
    let tied = is_tied(disk, target);
    // Opened for reading where it is there, so that a colleague's lock file serves as well.
    let file = match disk.open(&path, Open::Read) {
        Err(error) if error.kind() == ErrorKind::NotFound => match disk.open(&path, Open::New(0o666)) {
            // Somebody was faster.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => disk.open(&path, Open::Read),
            other => other,
        },
        other => other,
    };
    let mut files = Vec::new();
    match file {
        Ok(file) => files.push(file),
        Err(_) if tied => {}
        Err(error) => return Err(StoreError::io("lock", &path, &error)),
    }
    if tied {
        // For reading, because the end of writing would wake those who watch it.
        files.push(disk.open(target, Open::Read).map_err(|e| StoreError::io("write", target, &e))?);
    }
    let end = Instant::now() + patience;
    for file in &files {
        loop {
            match disk.try_lock(file) {
                Ok(true) => break,
                Ok(false) if Instant::now() < end => std::thread::sleep(Duration::from_millis(5)),
                Ok(false) => return Err(StoreError::Busy(show(&file.path))),
                Err(error) => return Err(StoreError::io("lock", &file.path, &error)),
            }
        }
    }
    Ok(Lock { _files: files })
}

/// `.NAME` + end, in the same directory.
fn beside(target: &Path, end: &str) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(target.file_name().unwrap_or_default());
    name.push(end);
    parent(target).join(name)
}

/// A number that no other process has, for names and identities.
pub(super) fn unique() -> u64 {
    // The standard library seeds its hashers from the system's random numbers.
    let mut hasher = std::hash::RandomState::new().build_hasher();
    hasher.write_u32(std::process::id());
    hasher.finish()
}

/// Makes a directory and those above it, each of them safe on the disk.
pub(super) fn make_directories(disk: &dyn Disk, path: &Path, mode: u32) -> io::Result<()> {
    if disk.look(path).is_ok() {
        return Ok(());
    }
    let above = parent(path);
    if above != path {
        make_directories(disk, above, mode)?;
    }
    match disk.make_directory(path, mode) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    disk.sync_directory(above)
}

/// Why a file was not replaced.
#[derive(Debug)]
pub(super) enum Unreplaced {
    /// Its owner, group or attributes can't be given to another file. Nothing was changed.
    Tied,
    Failed(StoreError),
}

impl From<StoreError> for Unreplaced {
    fn from(error: StoreError) -> Unreplaced {
        Unreplaced::Failed(error)
    }
}

/// Replaces a file as a whole: temporary file beside it, fsync, `check` of what can be read back,
/// rename, fsync of the directory. The new file has the owner, mode and attributes of the old one.
/// `check` is the last chance to stop; until the rename the target is untouched.
pub(super) fn replace(
    disk: &dyn Disk,
    target: &Path,
    bytes: &[u8],
    mode: u32,
    check: impl FnOnce(&[u8]) -> Result<(), StoreError>,
) -> Result<(), Unreplaced> {
    let directory = parent(target);
    remove_leftovers(disk, target);
    let temporary = beside(target, &format!(".{:016x}{TEMPORARY}", unique()));
    let file = disk
        .open(&temporary, Open::New(mode))
        .map_err(|error| StoreError::io("write in", directory, &error))?;
    let written = fill(disk, &file, target, bytes, check);
    if let Err(error) = written {
        // The next one to save removes it where this fails.
        disk.remove(&temporary).ok();
        return Err(error);
    }
    if let Err(error) = disk.rename(&temporary, target) {
        disk.remove(&temporary).ok();
        return Err(StoreError::io("replace", target, &error).into());
    }
    disk.sync_directory(directory)
        .map_err(|error| StoreError::Doubtful { path: show(target), cause: cause(&error) }.into())
}

fn fill(
    disk: &dyn Disk,
    file: &OpenFile,
    target: &Path,
    bytes: &[u8],
    check: impl FnOnce(&[u8]) -> Result<(), StoreError>,
) -> Result<(), Unreplaced> {
    let failed = |doing| move |error: io::Error| StoreError::io(doing, target, &error);
    match disk.open(target, Open::Read) {
        Ok(old) => match disk.copy_access(&old, file) {
            Err(error) if matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::Unsupported) => {
                return Err(Unreplaced::Tied);
            }
            other => other.map_err(failed("keep the permissions of"))?,
        },
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(failed("replace")(error).into()),
    }
    disk.write(file, 0, bytes).map_err(failed("write"))?;
    disk.sync(file).map_err(failed("write"))?;
    let again = disk.open(&file.path, Open::Read).map_err(failed("read back"))?;
    let written = disk.read(&again, MAX_FILE + 1).map_err(failed("read back"))?;
    Ok(check(&written)?)
}

/// Removes temporary files of processes that were killed. Only called under the lock, so none of
/// them is in use. What can't be removed does no harm.
fn remove_leftovers(disk: &dyn Disk, target: &Path) {
    let prefix = beside(target, ".");
    let prefix = prefix.file_name().unwrap_or_default();
    let is_ours = |name: &OsStr| {
        name.as_encoded_bytes().starts_with(prefix.as_encoded_bytes())
            && name.as_encoded_bytes().ends_with(TEMPORARY.as_bytes())
    };
    for name in disk.list(parent(target)).unwrap_or_default() {
        let path = parent(target).join(&name);
        if is_ours(&name) && disk.look(&path).is_ok_and(|meta| meta.is_file()) {
            disk.remove(&path).ok();
        }
    }
}

/// Gives a file the first free name of `FILE.damaged-1` and so on; returns it.
pub(super) fn set_aside(disk: &dyn Disk, path: &Path) -> io::Result<PathBuf> {
    for number in 1..1_000 {
        let mut aside = path.to_owned().into_os_string();
        aside.push(format!(".damaged-{number}"));
        let aside = PathBuf::from(aside);
        match disk.look(&aside) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                disk.rename(path, &aside)?;
                return Ok(aside);
            }
            Err(error) => return Err(error),
            Ok(_) => {}
        }
    }
    Err(io::Error::other("a thousand damaged files lie there already"))
}
