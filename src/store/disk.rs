//! The file system behind a trait: exactly the operations that saving needs, so that tests can make
//! each of them fail, and replay what a power cut would leave of them.

use std::ffi::OsString;
use std::fmt;
use std::fs::{self, DirBuilder, File, Metadata, OpenOptions, Permissions, TryLockError};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::{DirBuilderExt, FileExt, FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{Access, Gid, OFlags, Uid};

/// An open regular file.
#[derive(Debug)]
pub(super) struct OpenFile {
    pub file: File,
    pub path: PathBuf,
}

impl OpenFile {
    /// What the system says of the file itself, whatever its name is by now.
    pub fn metadata(&self) -> io::Result<Metadata> {
        self.file.metadata()
    }
}

/// How a file is opened. A last link is never followed, the other end of a pipe never waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Open {
    Read,
    /// For reading and writing; the file has to be there.
    Write,
    /// Made anew with this mode less the umask; nothing may be there.
    New(u32),
}

/// What saving asks of a file system. Errors are those of the system.
pub(super) trait Disk: fmt::Debug + Send + Sync {
    /// What lies at a path; a link is not followed.
    fn look(&self, path: &Path) -> io::Result<Metadata>;
    fn read_link(&self, path: &Path) -> io::Result<PathBuf>;
    /// The path without links, `.` and `..`; all of it has to be there.
    fn canonical(&self, path: &Path) -> io::Result<PathBuf>;
    /// An error where the user may not do this.
    fn may(&self, path: &Path, access: Access) -> io::Result<()>;
    fn open(&self, path: &Path, how: Open) -> io::Result<OpenFile>;
    /// The whole file, but no more than so many bytes.
    fn read(&self, file: &OpenFile, most: u64) -> io::Result<Vec<u8>>;
    /// All of the bytes, from this offset on.
    fn write(&self, file: &OpenFile, at: u64, bytes: &[u8]) -> io::Result<()>;
    fn set_len(&self, file: &OpenFile, length: u64) -> io::Result<()>;
    /// Returns when the content and length of the file are on the disk.
    fn sync(&self, file: &OpenFile) -> io::Result<()>;
    /// Takes the lock of the file; false where another has it. It is held until the file is closed.
    fn try_lock(&self, file: &OpenFile) -> io::Result<bool>;
    /// Owner, group, mode, access control list and extended attributes of another file; fails where
    /// one of them can't be had.
    fn copy_access(&self, from: &OpenFile, to: &OpenFile) -> io::Result<()>;
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Returns when the names in the directory are on the disk.
    fn sync_directory(&self, path: &Path) -> io::Result<()>;
    fn make_directory(&self, path: &Path, mode: u32) -> io::Result<()>;
    /// The names in a directory.
    fn list(&self, path: &Path) -> io::Result<Vec<OsString>>;
}

/// The file system as it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct RealDisk;

impl Disk for RealDisk {
    fn look(&self, path: &Path) -> io::Result<Metadata> {
        fs::symlink_metadata(path)
    }

    fn read_link(&self, path: &Path) -> io::Result<PathBuf> {
        fs::read_link(path)
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        fs::canonicalize(path)
    }

    fn may(&self, path: &Path, access: Access) -> io::Result<()> {
        Ok(rustix::fs::access(path, access)?)
    }

    fn open(&self, path: &Path, how: Open) -> io::Result<OpenFile> {
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let mut options = OpenOptions::new();
        options.read(true).custom_flags(flags.bits().cast_signed());
        match how {
            Open::Read => {}
            Open::Write => drop(options.write(true)),
            Open::New(mode) => drop(options.write(true).create_new(true).mode(mode)),
        }
        let file = options.open(path)?;
        if !file.metadata()?.is_file() {
            return Err(io::Error::other("it is no regular file"));
        }
        Ok(OpenFile { file, path: path.to_owned() })
    }

    fn read(&self, file: &OpenFile, most: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        (&file.file).take(most).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn write(&self, file: &OpenFile, at: u64, bytes: &[u8]) -> io::Result<()> {
        file.file.write_all_at(bytes, at)
    }

    fn set_len(&self, file: &OpenFile, length: u64) -> io::Result<()> {
        file.file.set_len(length)
    }

    fn sync(&self, file: &OpenFile) -> io::Result<()> {
        file.file.sync_data()
    }

    fn try_lock(&self, file: &OpenFile) -> io::Result<bool> {
        match file.file.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    fn copy_access(&self, from: &OpenFile, to: &OpenFile) -> io::Result<()> {
        let (old, new) = (from.metadata()?, to.metadata()?);
        let uid = (old.uid() != new.uid()).then(|| Uid::from_raw(old.uid()));
        let gid = (old.gid() != new.gid()).then(|| Gid::from_raw(old.gid()));
        if uid.is_some() || gid.is_some() {
            rustix::fs::fchown(&to.file, uid, gid)?;
        }
        copy_attributes(&from.file, &to.file)?;
        // Last, as a change of owner takes bits away. With an access control list the bits of the
        // group are its mask, which they are in the old mode as well.
        to.file.set_permissions(Permissions::from_mode(old.mode() & 0o7777))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        match File::open(path)?.sync_all() {
            // Some file systems have nothing to sync in a directory, and say so.
            Err(error) if error.kind() == ErrorKind::InvalidInput => Ok(()),
            other => other,
        }
    }

    fn make_directory(&self, path: &Path, mode: u32) -> io::Result<()> {
        DirBuilder::new().mode(mode).create(path)
    }

    fn list(&self, path: &Path) -> io::Result<Vec<OsString>> {
        fs::read_dir(path)?.map(|entry| Ok(entry?.file_name())).collect()
    }
}

/// The list that a new file takes over from its directory, and that a replaced file may not have had.
#[cfg(any(target_os = "linux", target_os = "android"))]
const ACCESS_LIST: &[u8] = b"system.posix_acl_access";

/// Extended attributes, among them access control lists.
#[cfg(any(target_os = "linux", target_os = "android", target_os = "macos"))]
fn copy_attributes(from: &File, to: &File) -> io::Result<()> {
    use rustix::fs::{XattrFlags, fremovexattr, fsetxattr};
    let (old, new) = (attributes(from)?, attributes(to)?);
    for (name, value) in &old {
        if new.contains(&(name.clone(), value.clone())) {
            continue;
        }
        match fsetxattr(to, name.as_slice(), value, XattrFlags::empty()) {
            // These are the system's to set; what it gives a new file is right.
            Err(_) if name.starts_with(b"security.") || name.starts_with(b"trusted.") => {}
            other => other?,
        }
    }
    #[cfg(any(target_os = "linux", target_os = "android"))]
    if new.iter().any(|(name, _)| name == ACCESS_LIST) && !old.iter().any(|(name, _)| name == ACCESS_LIST) {
        fremovexattr(to, ACCESS_LIST)?;
    }
    Ok(())
}

#[cfg(any(target_os = "linux", target_os = "android", target_os = "macos"))]
fn attributes(file: &File) -> io::Result<Vec<(Vec<u8>, Vec<u8>)>> {
    use rustix::fs::{fgetxattr, flistxattr};
    use rustix::io::Errno;
    // Linux allows no more for the names, nor for one value.
    let mut buffer = vec![0; 64 * 1024];
    let length = match flistxattr(file, buffer.as_mut_slice()) {
        Ok(length) => length,
        // A file system without attributes.
        Err(Errno::NOTSUP) => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let names: Vec<Vec<u8>> =
        buffer[..length].split(|b| *b == 0).filter(|n| !n.is_empty()).map(<[u8]>::to_vec).collect();
    let mut found = Vec::new();
    for name in names {
        match fgetxattr(file, name.as_slice(), buffer.as_mut_slice()) {
            Ok(length) => found.push((name, buffer[..length].to_vec())),
            Err(_) if name.starts_with(b"security.") || name.starts_with(b"trusted.") => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(found)
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "macos")))]
fn copy_attributes(_: &File, _: &File) -> io::Result<()> {
    Ok(())
}

/// Times that an interrupted call is made again; it has never been seen to need a second.
const TRIES: usize = 100;

/// A disk that makes interrupted calls again.
#[derive(Debug, Clone)]
pub(super) struct Patient(pub Arc<dyn Disk>);

fn again<T>(call: impl Fn() -> io::Result<T>) -> io::Result<T> {
    for _ in 1..TRIES {
        match call() {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            other => return other,
        }
    }
    call()
}

impl Disk for Patient {
    fn look(&self, path: &Path) -> io::Result<Metadata> {
        again(|| self.0.look(path))
    }

    fn read_link(&self, path: &Path) -> io::Result<PathBuf> {
        again(|| self.0.read_link(path))
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        again(|| self.0.canonical(path))
    }

    fn may(&self, path: &Path, access: Access) -> io::Result<()> {
        again(|| self.0.may(path, access))
    }

    fn open(&self, path: &Path, how: Open) -> io::Result<OpenFile> {
        again(|| self.0.open(path, how))
    }

    fn read(&self, file: &OpenFile, most: u64) -> io::Result<Vec<u8>> {
        again(|| self.0.read(file, most))
    }

    fn write(&self, file: &OpenFile, at: u64, bytes: &[u8]) -> io::Result<()> {
        again(|| self.0.write(file, at, bytes))
    }

    fn set_len(&self, file: &OpenFile, length: u64) -> io::Result<()> {
        again(|| self.0.set_len(file, length))
    }

    fn sync(&self, file: &OpenFile) -> io::Result<()> {
        again(|| self.0.sync(file))
    }

    fn try_lock(&self, file: &OpenFile) -> io::Result<bool> {
        again(|| self.0.try_lock(file))
    }

    fn copy_access(&self, from: &OpenFile, to: &OpenFile) -> io::Result<()> {
        again(|| self.0.copy_access(from, to))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        again(|| self.0.rename(from, to))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        again(|| self.0.remove(path))
    }

    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        again(|| self.0.sync_directory(path))
    }

    fn make_directory(&self, path: &Path, mode: u32) -> io::Result<()> {
        again(|| self.0.make_directory(path, mode))
    }

    fn list(&self, path: &Path) -> io::Result<Vec<OsString>> {
        again(|| self.0.list(path))
    }
}

/// What something that is no regular file is called.
pub(super) fn kind_of(meta: &Metadata) -> Option<&'static str> {
    let kind = meta.file_type();
    match () {
        () if kind.is_file() => None,
        () if kind.is_dir() => Some("is a directory"),
        () if kind.is_fifo() => Some("is a pipe"),
        () if kind.is_socket() => Some("is a socket"),
        () => Some("is a device"),
    }
}

/// The kind of network file system on which a path, or the nearest directory above it, lies.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) fn network(path: &Path) -> Option<&'static str> {
    let place = path.ancestors().find(|place| place.exists())?;
    let kind = rustix::fs::statfs(place).ok()?.f_type;
    // From linux/magic.h. The field is signed here and there.
    match u64::try_from(kind & 0xffff_ffff).ok()? {
        0x6969 => Some("NFS"),
        0x517b | 0xfe53_4d42 | 0xff53_4d42 => Some("SMB"),
        0x0102_1997 => Some("9p"),
        // sshfs is one of them; which it is can't be told from here.
        0x6573_5546 => Some("FUSE"),
        _ => None,
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) fn network(_: &Path) -> Option<&'static str> {
    None
}
