//! What a bug in a reader of foreign files could do: as little as the system lets us see to.
//!
//! Linux has Landlock: a thread gives up rights for good, and what it starts never has them. It is
//! asked for as much of it as the kernel knows. An older kernel, or another system, does without;
//! nothing else in the program depends on it.
//! `SECURITY.md` says what it holds and what it doesn't.

use std::panic::resume_unwind;
use std::path::PathBuf;
use std::thread::{Builder, scope};

/// As much stack as a program's first thread usually has, in bytes.
const STACK: usize = 8 * 1024 * 1024;

/// Does work in a thread of its own that may open and change no file, start no program, connect to
/// nothing and signal nobody else, as far as the kernel keeps it from that. Returns what it made.
///
/// For parsing: the bytes are read before, by a thread that may.
pub fn apart<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    let mut work = Some(work);
    let done = scope(|scope| {
        let work = &mut work;
        let thread = Builder::new().stack_size(STACK).spawn_scoped(scope, move || {
            rules::nothing();
            work.take().map(|work| work())
        });
        thread.ok().map(std::thread::ScopedJoinHandle::join)
    });
    match (done, work) {
        (Some(Ok(Some(made))), _) => made,
        (Some(Err(panic)), _) => resume_unwind(panic),
        // There is no room for another thread. The limits of the reader hold all the same.
        (_, Some(work)) => work(),
        (_, None) => unreachable!("work that was taken was done"),
    }
}

/// Gives up, for this thread and what it will start: writing anywhere but beneath the given
/// directories, which must be there, starting programs, and connections. Reading stays.
/// False where the system can't hold it, or a directory can't be looked at; then nothing changes.
pub fn write_only_beneath(directories: &[PathBuf]) -> bool {
    rules::write_only_beneath(directories)
}

#[cfg(target_os = "linux")]
mod rules {
    use std::path::PathBuf;

    use landlock::{
        ABI, Access, AccessFs, AccessNet, PathBeneath, PathFd, Ruleset, RulesetAttr, RulesetCreated,
        RulesetCreatedAttr, RulesetError, RulesetStatus, Scope,
    };

    /// The newest rights that the crate knows. It leaves out what the kernel doesn't.
    const NEWEST: ABI = ABI::V10;

    pub(super) fn nothing() -> bool {
        let rules = || {
            Ruleset::default()
                .handle_access(AccessFs::from_all(NEWEST))?
                .handle_access(AccessNet::from_all(NEWEST))?
                .scope(Scope::from_all(NEWEST))?
                .create()
        };
        enforce(rules())
    }

    pub(super) fn write_only_beneath(directories: &[PathBuf]) -> bool {
        let directories: Result<Vec<PathFd>, _> = directories.iter().map(PathFd::new).collect();
        let Ok(directories) = directories else { return false };
        // Directories and regular files. Devices, sockets, pipes and links are nothing that it makes.
        let ours = AccessFs::WriteFile
            | AccessFs::Truncate
            | AccessFs::MakeReg
            | AccessFs::MakeDir
            | AccessFs::RemoveFile
            | AccessFs::RemoveDir
            | AccessFs::Refer;
        let rules = || {
            Ruleset::default()
                .handle_access(AccessFs::from_write(NEWEST) | AccessFs::Execute)?
                .handle_access(AccessNet::from_all(NEWEST))?
                .scope(Scope::AbstractUnixSocket)?
                .create()?
                .add_rules(directories.into_iter().map(|d| Ok::<_, RulesetError>(PathBeneath::new(d, ours))))
        };
        enforce(rules())
    }

    fn enforce(rules: Result<RulesetCreated, RulesetError>) -> bool {
        rules
            .and_then(RulesetCreated::restrict_self)
            .is_ok_and(|status| status.ruleset != RulesetStatus::NotEnforced)
    }
}

#[cfg(not(target_os = "linux"))]
mod rules {
    use std::path::PathBuf;

    pub(super) fn nothing() -> bool {
        false
    }

    pub(super) fn write_only_beneath(_: &[PathBuf]) -> bool {
        false
    }
}
