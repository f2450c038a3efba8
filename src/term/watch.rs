//! Noticing that somebody else has changed the assessment file.
//!
//! On Linux the kernel tells (inotify): another descriptor in the loop, and no wake-up while nothing
//! happens. Elsewhere, and on network file systems, whose other machines no kernel tells about, the
//! file is looked at every two seconds while the screen is open.

use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

use crate::store::{Stamp, Store};

/// Time between two looks at a file that nobody tells about.
const INTERVAL: Duration = Duration::from_secs(2);

pub(super) struct Watch {
    store: Store,
    how: How,
}

enum How {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    Told(told::Told),
    Looking {
        seen: Option<Stamp>,
        next: Instant,
    },
}

impl Watch {
    /// Watches the file of a store, which need not be there yet. `is_remote` is for network file systems.
    #[cfg_attr(not(any(target_os = "linux", target_os = "android")), expect(unused_variables))]
    pub fn new(store: &Store, is_remote: bool) -> Watch {
        let store = store.clone();
        #[cfg(any(target_os = "linux", target_os = "android"))]
        if !is_remote && let Ok(told) = told::Told::new(store.path()) {
            return Watch { store, how: How::Told(told) };
        }
        Watch { how: How::Looking { seen: store.stamp(), next: Instant::now() + INTERVAL }, store }
    }

    /// Readable when something happened near the file.
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        match &self.how {
            #[cfg(any(target_os = "linux", target_os = "android"))]
            How::Told(told) => Some(told.fd()),
            How::Looking { .. } => None,
        }
    }

    /// How long the loop may sleep.
    pub fn patience(&self) -> Option<Duration> {
        match &self.how {
            #[cfg(any(target_os = "linux", target_os = "android"))]
            How::Told(_) => None,
            How::Looking { next, .. } => Some(next.saturating_duration_since(Instant::now())),
        }
    }

    /// Whether the file may have changed since the last call.
    pub fn has_news(&mut self) -> bool {
        match &mut self.how {
            #[cfg(any(target_os = "linux", target_os = "android"))]
            How::Told(told) => told.has_news(self.store.path()),
            How::Looking { seen, next } => {
                if Instant::now() < *next {
                    return false;
                }
                *next = Instant::now() + INTERVAL;
                let now = self.store.stamp();
                std::mem::replace(seen, now) != now
            }
        }
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
mod told {
    //! inotify.

    use std::ffi::{CStr, OsStr};
    use std::io;
    use std::mem::MaybeUninit;
    use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::MetadataExt;
    use std::path::{Path, PathBuf};

    use rustix::fs::inotify::{CreateFlags, ReadFlags, Reader, WatchFlags, add_watch, init};

    /// Looks for directories at the most, while others make them.
    const ROUNDS: usize = 32;

    /// The directories in which the file appears and goes, and the file itself where it has names in
    /// other directories, too.
    pub(super) struct Told {
        inotify: OwnedFd,
        watched: Vec<PathBuf>,
    }

    impl Told {
        pub fn new(path: &Path) -> io::Result<Told> {
            let inotify = init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC)?;
            let mut told = Told { inotify, watched: Vec::new() };
            told.watch(path)?;
            Ok(told)
        }

        pub fn fd(&self) -> BorrowedFd<'_> {
            self.inotify.as_fd()
        }

        /// Watches what has to be watched now. A watch that is there already is renewed: its
        /// directory may be another one of the same name.
        fn watch(&mut self, path: &Path) -> io::Result<()> {
            // Renames, and writes that have come to their end. Half-written files are no news.
            let names = WatchFlags::CLOSE_WRITE
                | WatchFlags::MOVE
                | WatchFlags::DELETE
                | WatchFlags::DELETE_SELF
                | WatchFlags::MOVE_SELF;
            // A directory that is made between the look and the watch is seen in the next round.
            for _ in 0..ROUNDS {
                let places = places(path);
                for place in &places {
                    // In a directory above, the next one down is waited for.
                    let flags =
                        if place.is_dir() { names | WatchFlags::CREATE } else { WatchFlags::CLOSE_WRITE };
                    add_watch(&self.inotify, place, flags)?;
                }
                let settled = places == self.watched;
                self.watched = places;
                if settled {
                    break;
                }
            }
            Ok(())
        }

        pub fn has_news(&mut self, path: &Path) -> bool {
            let before = self.watched.clone();
            let names = names(path);
            let mut news = false;
            let mut buffer = [MaybeUninit::uninit(); 4096];
            let mut events = Reader::new(&self.inotify, &mut buffer);
            // An error says that there are no more.
            while let Ok(event) = events.next() {
                let created = event.events() == ReadFlags::CREATE;
                news |= event.events().contains(ReadFlags::QUEUE_OVERFLOW)
                    || match event.file_name().map(CStr::to_bytes).map(OsStr::from_bytes) {
                        Some(name) => names.iter().any(|n| n == name) && !created,
                        None => !event.events().contains(ReadFlags::IGNORED),
                    };
            }
            // What can't be watched any more is seen with the next mark.
            self.watch(path).ok();
            news || before != self.watched
        }
    }

    /// The file behind a path, links followed as far as they go.
    fn behind(path: &Path) -> PathBuf {
        let followed = std::fs::read_link(path).map(|link| path.parent().unwrap_or(path).join(link));
        std::fs::canonicalize(path).or(followed).unwrap_or_else(|_| path.to_owned())
    }

    /// The names under which the file can change, wherever they lie.
    fn names(path: &Path) -> Vec<std::ffi::OsString> {
        let names = [path, &behind(path)].map(|path| path.file_name().map(ToOwned::to_owned));
        names.into_iter().flatten().collect()
    }

    fn places(path: &Path) -> Vec<PathBuf> {
        let target = behind(path);
        let nearest = |path: &Path| path.ancestors().skip(1).find(|a| a.is_dir()).map(ToOwned::to_owned);
        let mut places: Vec<PathBuf> = [path, &target].into_iter().filter_map(nearest).collect();
        places.dedup();
        if std::fs::metadata(&target).is_ok_and(|meta| meta.nlink() > 1) {
            places.push(target);
        }
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Paths;
    use std::fs;
    use std::path::Path;

    fn store(assessment: &Path) -> Store {
        Store::new(Paths { assessment: assessment.to_owned(), state: assessment.with_extension("state") })
    }

    /// What is read of a file is news once, whichever way it was changed.
    fn notices(mut watch: Watch, path: &Path, wait: impl Fn(&mut Watch)) {
        let other = path.with_extension("other");
        let mut changed = |what: &str, change: &dyn Fn()| {
            change();
            wait(&mut watch);
            assert!(watch.has_news(), "{what}");
            assert!(!watch.has_news(), "{what}: once");
        };
        changed("made", &|| {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "one").unwrap();
        });
        changed("written", &|| fs::write(path, "three").unwrap());
        changed("replaced", &|| {
            fs::write(&other, "seven").unwrap();
            fs::rename(&other, path).unwrap();
        });
        changed("removed", &|| fs::remove_file(path).unwrap());
    }

    #[test]
    fn a_file_that_nobody_tells_about_is_looked_at() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("marks.yaml");
        let watch = Watch::new(&store(&path), true);
        assert!(watch.fd().is_none() && watch.patience().is_some_and(|p| p <= INTERVAL));
        notices(watch, &path, |watch| {
            // As after two seconds.
            if let How::Looking { next, .. } = &mut watch.how {
                *next = Instant::now();
            }
        });
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_kernel_tells_of_a_file_and_of_directories_that_are_not_there_yet() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("marks.yaml");
        let watch = Watch::new(&store(&path), false);
        assert!(watch.fd().is_some() && watch.patience().is_none());
        notices(watch, &path, |_| {});
        // Each directory down is a step of its own.
        let path = home.path().join("a/b/marks.yaml");
        let mut watch = Watch::new(&store(&path), false);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        assert!(watch.has_news());
        notices(watch, &path, |_| {});
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn links_and_other_names_are_followed_and_neighbours_are_not() {
        let home = tempfile::tempdir().unwrap();
        let at = |name: &str| home.path().join(name);
        fs::create_dir(at("real")).unwrap();
        fs::create_dir(at("elsewhere")).unwrap();
        fs::write(at("real/marks.yaml"), "one").unwrap();
        fs::hard_link(at("real/marks.yaml"), at("elsewhere/other.yaml")).unwrap();
        std::os::unix::fs::symlink("real/marks.yaml", at("link.yaml")).unwrap();
        let mut watch = Watch::new(&store(&at("link.yaml")), false);
        fs::write(at("real/neighbour.yaml"), "").unwrap();
        assert!(!watch.has_news());
        fs::write(at("elsewhere/other.yaml"), "two").unwrap();
        assert!(watch.has_news());
        fs::write(at("new.yaml"), "three").unwrap();
        fs::rename(at("new.yaml"), at("real/marks.yaml")).unwrap();
        assert!(watch.has_news());
    }
}
