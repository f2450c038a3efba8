//! Files of ATLAS releases: read, never written.

use std::path::Path;

use super::disk::RealDisk;
use super::{StoreError, file};

/// The bytes of an ATLAS file. Anything but a regular file of at most 8 MiB is refused by name.
pub fn read_release(path: &Path) -> Result<Vec<u8>, StoreError> {
    let target = file::resolve(&RealDisk, path)?;
    match file::read(&RealDisk, &target)? {
        Some(bytes) => Ok(bytes),
        None => Err(StoreError::Refused(format!("{} is not there; see to its name", file::show(path)))),
    }
}
