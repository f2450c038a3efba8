//! What can go wrong, each as one sentence: what, where, what now.

use std::io::{self, ErrorKind};
use std::path::Path;

use super::assessment::Damage;
use crate::catalog::sanitize;

/// Why a mark was not saved. The assessment file is as it was, but for [`StoreError::Doubtful`].
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("no home directory is known; set HOME or name an assessment with -C FILE")]
    NoHome,
    /// The file is damaged, no regular file, or can't be replaced soundly.
    #[error("{0}")]
    Refused(String),
    #[error("not saved: another program holds {0} for more than 2 seconds; try again")]
    Busy(String),
    #[error("not saved: {path} is changed all the time by another program; try again")]
    Contended { path: String },
    #[error("not saved: can't {doing} {path}: {cause}; {now}")]
    Io { doing: &'static str, path: String, cause: String, now: &'static str },
    #[error("can't tell whether {path} is safe on the disk: {cause}; keep a copy of it")]
    Doubtful { path: String, cause: String },
}

impl StoreError {
    pub(super) fn io(doing: &'static str, path: &Path, error: &io::Error) -> StoreError {
        let now = match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "free some space and mark again",
            ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => {
                "see to its permissions or name another file with -C"
            }
            _ => "see to it and mark again",
        };
        StoreError::Io { doing, path: show(path), cause: cause(error), now }
    }
}

/// An error of the system in words, without its number.
pub(super) fn cause(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::StorageFull => "the disk is full".into(),
        ErrorKind::QuotaExceeded => "the disk quota is used up".into(),
        ErrorKind::ReadOnlyFilesystem => "the file system is read-only".into(),
        ErrorKind::PermissionDenied => "permission denied".into(),
        ErrorKind::NotFound => "it is not there".into(),
        _ => {
            let text = error.to_string();
            one_line(text.split(" (os error").next().unwrap_or_default())
        }
    }
}

/// A text from a file, safe to show on one line.
pub(super) fn one_line(text: &str) -> String {
    sanitize(text, false).into_owned()
}

/// A path, safe to show.
pub(super) fn show(path: &Path) -> String {
    one_line(&path.display().to_string())
}

/// Why a file opens read-only.
pub(super) fn describe(path: &Path, damage: &Damage) -> String {
    let at = damage.line.map(|line| format!(", line {line}")).unwrap_or_default();
    format!("{}{at}: {}; {}", show(path), damage.what, damage.now)
}

/// The same where there is no file.
pub(super) fn describe_text(damage: &Damage) -> String {
    let at = damage.line.map(|line| format!("line {line}: ")).unwrap_or_default();
    format!("{at}{}; {}", damage.what, damage.now)
}
