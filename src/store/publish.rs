//! Files that the user asks for: reports. They are written as a whole, and over nothing that is there
//! unless the user says so.

use std::path::Path;

use super::disk::{Disk, Open, RealDisk};
use super::file::{self, MAX_FILE, Unreplaced};
use super::{StoreError, error};

/// Writes a file of the user's choice: beside it first, then renamed, so that nobody reads half of it. One
/// that is there is replaced only with `replace`; it keeps its owner and mode.
pub fn publish(path: &Path, bytes: &[u8], replace: bool) -> Result<(), StoreError> {
    publish_on(&RealDisk, path, bytes, replace)
}

pub(super) fn publish_on(
    disk: &dyn Disk,
    path: &Path,
    bytes: &[u8],
    replace: bool,
) -> Result<(), StoreError> {
    let target = file::resolve(disk, path).map_err(retold)?;
    let claimed = if file::is_there(disk, &target).map_err(retold)? { false } else { claim(disk, &target)? };
    if !claimed && !replace {
        return Err(StoreError::Refused(format!(
            "{} is there already; name another file, or replace it with --force",
            error::show(&target)
        )));
    }
    // What can be read back is no more than the largest file that is read at all.
    let check = |written: &[u8]| {
        let is_cut = written.len() as u64 > MAX_FILE;
        if written == bytes || (is_cut && bytes.starts_with(written)) {
            return Ok(());
        }
        let path = error::show(&target);
        Err(StoreError::Refused(format!("{path} is not what was written to it; see to the disk")))
    };
    let written = file::replace(disk, &target, bytes, 0o666, check);
    let Err(error) = written else { return Ok(()) };
    let error = match error {
        Unreplaced::Failed(error) => retold(error),
        Unreplaced::Tied => StoreError::Refused(format!(
            "{} belongs to somebody else and can't be replaced; name another file",
            error::show(&target)
        )),
    };
    if claimed && !matches!(error, StoreError::Doubtful { .. }) {
        // Empty, so nothing is lost where it stays.
        disk.remove(&target).ok();
    }
    Err(error)
}

/// Makes an empty file, so that nobody else takes the name meanwhile. False where somebody has.
fn claim(disk: &dyn Disk, target: &Path) -> Result<bool, StoreError> {
    match disk.open(target, Open::New(0o666)) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(retold(StoreError::io("write", target, &error))),
    }
}

/// The error without advice that is about marks.
fn retold(error: StoreError) -> StoreError {
    match error {
        StoreError::Io { doing, path, cause, .. } => StoreError::Refused(format!(
            "the report is not written: can't {doing} {path}: {cause}; see to it or name another file"
        )),
        other => other,
    }
}
