//! Copies of the assessment file as it was before a session changed it, the last ten.

use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::assessment::Document;
use super::disk::{Disk, Open};
use super::file::{self, MAX_FILE};
use super::history::number_of;

/// Copies kept of one assessment.
const MOST: usize = 10;

/// Verbs that follow each other within this time share a copy, or a script would push out all others.
const SPACING_SECONDS: i64 = 3600;

/// One copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    pub path: PathBuf,
    pub taken: Timestamp,
    /// Marks in it; None where it can't be read.
    pub marks: Option<usize>,
}

fn folder(state: &Path) -> PathBuf {
    state.join("backups")
}

/// The time of the copy in its name: UTC, so that names sort by time.
const TIME: &str = "%Y%m%dT%H%M%S%.3fZ";

fn name(assessment: &Path, taken: Timestamp) -> String {
    let stem = assessment.file_stem().unwrap_or_default().to_string_lossy();
    format!("{stem}-{:016x}-{}.yaml", number_of(assessment), taken.strftime(TIME))
}

/// The copies of an assessment with their times, oldest first.
fn copies(disk: &dyn Disk, state: &Path, assessment: &Path) -> Vec<(Timestamp, PathBuf)> {
    let folder = folder(state);
    let middle = format!("-{:016x}-", number_of(assessment));
    let names = disk.list(&folder).unwrap_or_default();
    let mut found: Vec<_> = names
        .iter()
        .filter_map(|name| {
            let (_, time) = name.to_str()?.strip_suffix(".yaml")?.rsplit_once(&middle)?;
            let taken = jiff::fmt::strtime::parse(TIME, time).ok()?.to_datetime().ok()?;
            Some((taken.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp(), folder.join(name)))
        })
        .collect();
    found.sort();
    found
}

/// Keeps a copy of what the file holds, unless there is one. Call under the lock. `frugal` is for
/// verbs, where every call is a session.
pub(super) fn take(
    disk: &dyn Disk,
    state: &Path,
    assessment: &Path,
    bytes: &[u8],
    frugal: bool,
) -> io::Result<()> {
    let now = Timestamp::now();
    let mut there = copies(disk, state, assessment);
    if let Some((newest, _)) = there.last()
        && frugal
        && (0..SPACING_SECONDS).contains(&now.duration_since(*newest).as_secs())
    {
        return Ok(());
    }
    let folder = folder(state);
    let path = folder.join(name(assessment, now));
    let is_same = |path: &Path| {
        let read = disk.open(path, Open::Read).and_then(|file| disk.read(&file, MAX_FILE + 1));
        read.is_ok_and(|copy| copy == bytes)
    };
    // Never two that are the same: the one there is gets the new time.
    if let Some(same) = there.iter().position(|(_, path)| is_same(path)) {
        return disk.rename(&there[same].1, &path);
    }
    file::make_directories(disk, &folder, 0o700)?;
    let kept = disk.open(&path, Open::New(0o600)).and_then(|file| {
        disk.write(&file, 0, bytes)?;
        disk.sync(&file)
    });
    if let Err(error) = kept.and_then(|()| disk.sync_directory(&folder)) {
        disk.remove(&path).ok();
        return Err(error);
    }
    while there.len() >= MOST {
        disk.remove(&there.remove(0).1)?;
    }
    Ok(())
}

/// The copies of an assessment, newest first.
pub(super) fn all(disk: &dyn Disk, state: &Path, assessment: &Path) -> Vec<Backup> {
    let found = copies(disk, state, assessment).into_iter().rev();
    found
        .map(|(taken, path)| {
            let bytes = file::read(disk, &path).ok().flatten();
            let document = bytes.and_then(|bytes| Document::read(&bytes).ok());
            let marks = document.map(|d| d.entries.values().filter(|e| !e.mark.is_empty()).count());
            Backup { path, taken, marks }
        })
        .collect()
}
