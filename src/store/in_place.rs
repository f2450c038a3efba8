//! Overwriting a file where it lies, for files that can't be replaced: those with several names, of
//! another owner, or in a directory that may not be written.
//!
//! The old and the new content go to a copy in the state directory first. A process that dies amid
//! overwriting leaves a mixture of the two; whoever saves next finds the copy and completes it.

use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::StoreError;
use super::disk::{Disk, Open, OpenFile};
use super::error::cause;
use super::file::{self, MAX_FILE, show};
use super::seal::{fnv1a, sealed, unsealed};

/// What the names of copies begin with.
pub(super) const NAME: &str = "overwriting-";

/// What the first line of a copy begins with.
const FORMAT: &str = "atlasnav overwriting 1";

/// Overwrites a file. Call under its lock. `check` is the last chance to stop; until it returns the
/// target is untouched.
pub(super) fn overwrite(
    disk: &dyn Disk,
    state: &Path,
    target: &Path,
    (before, after): (&[u8], &[u8]),
    check: impl FnOnce(&[u8]) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let failed = |error: io::Error| StoreError::io("write", target, &error);
    let copy = place_of_copy(disk, state, target).map_err(failed)?;
    let bytes = Copy { before: before.to_vec(), after: after.to_vec() }.bytes(target);
    let kept = file::make_directories(disk, state, 0o700).and_then(|()| {
        disk.remove(&copy).or_else(|e| if e.kind() == ErrorKind::NotFound { Ok(()) } else { Err(e) })?;
        let file = disk.open(&copy, Open::New(0o600))?;
        disk.write(&file, 0, &bytes)?;
        disk.sync(&file)?;
        disk.sync_directory(state)
    });
    if let Err(error) = kept {
        disk.remove(&copy).ok();
        return Err(StoreError::io("write a copy in", state, &error));
    }
    let read_back = disk.open(&copy, Open::Read).and_then(|file| disk.read(&file, 3 * MAX_FILE));
    let again = read_back.map_err(failed).and_then(|bytes| {
        let after = Copy::read(&bytes).map(|copy| copy.after).unwrap_or_default();
        check(&after)
    });
    if let Err(error) = again {
        disk.remove(&copy).ok();
        return Err(error);
    }
    let file = match disk.open(target, Open::Write) {
        Ok(file) => file,
        Err(error) => {
            disk.remove(&copy).ok();
            return Err(failed(error));
        }
    };
    if let Err(error) = put(disk, &file, before.len(), after) {
        // As it was, if the disk still takes that; in any case the copy has both.
        return Err(match put(disk, &file, after.len(), before).and_then(|()| forget(disk, state, &copy)) {
            Ok(()) => failed(error),
            Err(_) => StoreError::Refused(format!(
                "{} is half written ({}); start atlasnav again to complete it from {}",
                show(target),
                cause(&error),
                show(&copy)
            )),
        });
    }
    // A copy that comes back after a power cut would be taken for an overwriting that was cut short.
    forget(disk, state, &copy)
        .map_err(|error| StoreError::Doubtful { path: show(target), cause: cause(&error) })
}

/// The tail first: if the disk is full, this shows before anything of the old content is gone.
fn put(disk: &dyn Disk, file: &OpenFile, length: usize, bytes: &[u8]) -> io::Result<()> {
    if let Some(tail) = bytes.get(length..).filter(|tail| !tail.is_empty())
        && let Err(error) = disk.write(file, length as u64, tail)
    {
        disk.set_len(file, length as u64)?;
        return Err(error);
    }
    disk.write(file, 0, &bytes[..bytes.len().min(length)])?;
    disk.set_len(file, bytes.len() as u64)?;
    disk.sync(file)
}

fn forget(disk: &dyn Disk, state: &Path, copy: &Path) -> io::Result<()> {
    disk.remove(copy)?;
    disk.sync_directory(state)
}

/// Named after the file itself, because it may have several names.
fn place_of_copy(disk: &dyn Disk, state: &Path, target: &Path) -> io::Result<PathBuf> {
    let meta = disk.look(target)?;
    Ok(state.join(format!("{NAME}{:x}-{:x}", meta.dev(), meta.ino())))
}

/// Whether an overwriting of this file was cut short.
pub(super) fn is_unfinished(disk: &dyn Disk, state: &Path, target: &Path) -> bool {
    place_of_copy(disk, state, target).is_ok_and(|copy| disk.look(&copy).is_ok())
}

/// Completes an overwriting that was cut short. Call under the lock of the target.
pub(super) fn complete(disk: &dyn Disk, state: &Path, target: &Path) -> Result<(), StoreError> {
    if !is_unfinished(disk, state, target) {
        return Ok(());
    }
    let failed = |error: io::Error| StoreError::io("complete", target, &error);
    let place = place_of_copy(disk, state, target).map_err(failed)?;
    let bytes = disk.open(&place, Open::Read).and_then(|f| disk.read(&f, 3 * MAX_FILE)).map_err(failed)?;
    let file = disk.open(target, Open::Write).map_err(failed)?;
    let now = disk.read(&file, MAX_FILE + 1).map_err(failed)?;
    // A copy that is not whole was never used. Neither is one whose file somebody changed since.
    if let Some(copy) = Copy::read(&bytes)
        && copy.is_mixed_in(&now)
    {
        put(disk, &file, now.len(), &copy.after).map_err(failed)?;
    }
    forget(disk, state, &place).map_err(failed)
}

/// The content before and after.
struct Copy {
    before: Vec<u8>,
    after: Vec<u8>,
}

impl Copy {
    fn bytes(self, target: &Path) -> Vec<u8> {
        let both = [self.before.as_slice(), &self.after].concat();
        let (before, sum, name) = (self.before.len(), fnv1a(&both), show(target));
        let head = sealed(&format!("{FORMAT} {before} {} {sum:016x} {name}", self.after.len()));
        [head.as_bytes(), &both].concat()
    }

    /// None where it is not whole.
    fn read(bytes: &[u8]) -> Option<Copy> {
        let end = bytes.iter().position(|b| *b == b'\n')? + 1;
        let mut words = unsealed(&bytes[..end])?.strip_prefix(FORMAT)?.split_whitespace();
        let (before, after): (usize, usize) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        let both = &bytes[end..];
        let whole =
            both.len() == before.checked_add(after)? && words.next()? == format!("{:016x}", fnv1a(both));
        whole.then(|| Copy { before: both[..before].to_vec(), after: both[before..].to_vec() })
    }

    /// Whether bytes are what a cut overwriting leaves: each is from the old content or the new one,
    /// or a hole behind the old one that was not filled.
    fn is_mixed_in(&self, now: &[u8]) -> bool {
        let (short, long) =
            (self.before.len().min(self.after.len()), self.before.len().max(self.after.len()));
        (short..=long).contains(&now.len())
            && now.iter().enumerate().all(|(at, byte)| {
                self.before.get(at) == Some(byte)
                    || self.after.get(at) == Some(byte)
                    || (*byte == 0 && at >= self.before.len())
            })
    }
}
