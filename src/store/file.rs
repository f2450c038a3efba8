//! Files: found through links, read with caps, locked, replaced as a whole or not at all.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::fs::{Access, Gid, OFlags};
use rustix::io::Errno;

use super::StoreError;
use super::error::cause;
pub(super) use super::error::show;

/// Largest file that is read, in bytes.
pub(super) const MAX_FILE: u64 = 8 * 1024 * 1024;

/// Links followed before a chain of them counts as a loop, as in Linux.
const MAX_LINKS: usize = 40;

/// The end of names of temporary files; what bears it is left from a killed process.
const TEMPORARY: &str = ".atlasnav-tmp";

/// Where the links end: the file to be replaced, which may not be there yet.
pub(super) fn resolve(path: &Path) -> Result<PathBuf, StoreError> {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        match fs::symlink_metadata(&path) {
            Ok(meta) if meta.is_symlink() => {
                let link = fs::read_link(&path).map_err(|e| StoreError::io("read the link", &path, &e))?;
                path = parent(&path).join(link);
            }
            Ok(_) => return fs::canonicalize(&path).map_err(|e| StoreError::io("find", &path, &e)),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(missing(&path)),
            Err(error) => return Err(StoreError::io("find", &path, &error)),
        }
    }
    Err(StoreError::Refused(format!("{} is a loop of links; name another file", show(&path))))
}

/// The path of a file that is not there, with as much of it resolved as there is.
fn missing(path: &Path) -> PathBuf {
    match (fs::canonicalize(parent(path)), path.file_name()) {
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
pub(super) fn is_there(path: &Path) -> Result<bool, StoreError> {
    let what = match fs::metadata(path).map(|meta| meta.file_type()) {
        Ok(kind) if kind.is_file() => return Ok(true),
        Ok(kind) if kind.is_dir() => "is a directory",
        Ok(kind) if kind.is_fifo() => "is a pipe",
        Ok(kind) if kind.is_socket() => "is a socket",
        Ok(_) => "is a device",
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(StoreError::io("read", path, &error)),
    };
    Err(unfit(path, what))
}

fn unfit(path: &Path, what: &str) -> StoreError {
    StoreError::Refused(format!("{} {what}; name another file", show(path)))
}

/// The bytes of a regular file; None where there is none.
pub(super) fn read(path: &Path) -> Result<Option<Vec<u8>>, StoreError> {
    // Asked before it is opened, because opening a device can do things.
    if !is_there(path)? {
        return Ok(None);
    }
    // Not blocking, should it have become a pipe since.
    let mut bytes = Vec::new();
    let file = open(OpenOptions::new().read(true), path).map_err(|e| StoreError::io("read", path, &e))?;
    if !file.metadata().is_ok_and(|meta| meta.is_file()) {
        return Err(unfit(path, "is no regular file"));
    }
    file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(|e| StoreError::io("read", path, &e))?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(unfit(path, "is larger than 8 MiB"));
    }
    Ok(Some(bytes))
}

/// Opens without following a last link and without waiting for the other end of a pipe.
pub(super) fn open(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    options.custom_flags(flags.bits().cast_signed()).open(path)
}

/// What stands in the way of replacing a regular file, as one sentence.
pub(super) fn obstacle(path: &Path) -> Option<String> {
    let meta = fs::metadata(path).ok();
    if let Some(meta) = &meta {
        if meta.nlink() > 1 {
            return Some(format!(
                "{0} has {1} hard links, which saving would part; replace it by a copy of itself \
                 (cp -p {0} copy; mv copy {0}) or name another file with -C",
                show(path),
                meta.nlink()
            ));
        }
        if let Err(error) = rustix::fs::access(path, Access::WRITE_OK) {
            return Some(closed("", path, error));
        }
    }
    // The nearest directory that is there: the ones below it are made when something is saved.
    let directory = path.ancestors().skip(1).find(|directory| directory.exists())?;
    match rustix::fs::access(directory, Access::WRITE_OK | Access::EXEC_OK) {
        Ok(()) => None,
        Err(error) => Some(closed("the directory ", directory, error)),
    }
}

fn closed(kind: &str, path: &Path, error: Errno) -> String {
    let (path, cause) = (show(path), cause(&error.into()));
    format!("{kind}{path} may not be written ({cause}); see to its permissions or name another file with -C")
}

/// Held as long as it lives. The lock file stays: removing it would let two hold "the" lock.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

/// Takes the lock beside a resolved target, waiting no longer than `patience`.
pub(super) fn lock(target: &Path, patience: Duration) -> Result<Lock, StoreError> {
    let path = beside(target, ".lock");
    // Opened for reading where it is there, so that a colleague's lock file serves as well.
    let file = match open(OpenOptions::new().read(true), &path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            open(OpenOptions::new().read(true).write(true).create(true).truncate(false), &path)
        }
        other => other,
    };
    let file = file.map_err(|e| StoreError::io("lock", &path, &e))?;
    let end = Instant::now() + patience;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Lock { _file: file }),
            Err(TryLockError::WouldBlock) if Instant::now() < end => {
                std::thread::sleep(Duration::from_millis(10));
            }
            Err(TryLockError::WouldBlock) => return Err(StoreError::Busy(show(&path))),
            Err(TryLockError::Error(error)) => return Err(StoreError::io("lock", &path, &error)),
        }
    }
}

/// `.NAME` + end, in the same directory.
fn beside(target: &Path, end: &str) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(target.file_name().unwrap_or_default());
    name.push(end);
    parent(target).join(name)
}

/// Replaces a file as a whole: temporary file beside it, fsync, `check` of what can be read back,
/// rename, fsync of the directory. Keeps the mode of a file that is there, and its group where the
/// user may. `check` is the last chance to stop; until the rename the target is untouched.
pub(super) fn replace(
    target: &Path,
    bytes: &[u8],
    mode: u32,
    check: impl FnOnce(&[u8]) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let failed = |doing| move |error: io::Error| StoreError::io(doing, target, &error);
    let directory = parent(target);
    remove_leftovers(target);
    let prefix = beside(target, ".").file_name().map(OsString::from).unwrap_or_default();
    let mut temporary = tempfile::Builder::new()
        .prefix(&prefix)
        .suffix(TEMPORARY)
        .permissions(Permissions::from_mode(mode))
        .tempfile_in(directory)
        .map_err(|error| StoreError::io("write in", directory, &error))?;
    match fs::metadata(target) {
        Ok(old) => copy_access(temporary.as_file(), &old).map_err(failed("keep the permissions of"))?,
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(failed("replace")(error)),
    }
    temporary.write_all(bytes).map_err(failed("write"))?;
    temporary.as_file().sync_all().map_err(failed("write"))?;
    let mut written = Vec::new();
    temporary.reopen().and_then(|mut file| file.read_to_end(&mut written)).map_err(failed("read back"))?;
    check(&written)?;
    temporary.persist(target).map_err(|error| StoreError::io("replace", target, &error.error))?;
    sync_directory(directory)
        .map_err(|error| StoreError::Doubtful { path: show(target), cause: cause(&error) })
}

/// Mode and group as they were. A group that can't be kept gets no more than everybody.
fn copy_access(file: &File, old: &fs::Metadata) -> io::Result<()> {
    let mut mode = old.mode() & 0o777;
    if file.metadata()?.gid() != old.gid()
        && rustix::fs::fchown(file, None, Some(Gid::from_raw(old.gid()))).is_err()
    {
        mode = (mode & !0o070) | ((mode & 0o007) << 3);
    }
    file.set_permissions(Permissions::from_mode(mode))
}

fn sync_directory(directory: &Path) -> io::Result<()> {
    match File::open(directory)?.sync_all() {
        // Some file systems have nothing to sync in a directory, and say so.
        Err(error) if error.kind() == ErrorKind::InvalidInput => Ok(()),
        other => other,
    }
}

/// Removes temporary files of processes that were killed. Only called under the lock, so none of
/// them is in use. What can't be removed does no harm.
fn remove_leftovers(target: &Path) {
    let prefix = beside(target, ".").file_name().map(OsString::from).unwrap_or_default();
    let Ok(entries) = fs::read_dir(parent(target)) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let ours = name.as_encoded_bytes().starts_with(prefix.as_encoded_bytes())
            && name.as_encoded_bytes().ends_with(TEMPORARY.as_bytes());
        if ours && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            fs::remove_file(entry.path()).ok();
        }
    }
}
