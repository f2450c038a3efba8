//! The files of settings and themes: found, read, written. What they say is `config`'s.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use directories::{BaseDirs, ProjectDirs};

use super::disk::RealDisk;
use super::error::cause;
use super::{StoreError, file};

/// Themes of the user's own that are offered, at the most.
const MOST_THEMES: usize = 200;

/// Where settings and themes lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigFiles {
    /// The file of settings, absolute.
    pub file: PathBuf,
    /// Whether the user has named it, so that it is missed if it is not there.
    pub is_named: bool,
    /// The directory of the user's own themes, `NAME.toml` each.
    pub themes: PathBuf,
}

/// An error in words that fit settings: what is said of other files is about marks.
fn plain(error: StoreError) -> String {
    match error {
        StoreError::Io { doing, path, cause, .. } => format!("can't {doing} {path}: {cause}; see to it"),
        other => other.to_string(),
    }
}

/// A file's bytes as text.
fn text(path: &Path, bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|error| {
        let good = error.as_bytes().iter().take(error.utf8_error().valid_up_to());
        let line = good.filter(|byte| **byte == b'\n').count() + 1;
        format!("{}, line {line}: it is not UTF-8; write it as UTF-8", file::show(path))
    })
}

impl ConfigFiles {
    /// The named file, or else `config.toml` in the user's directory of settings
    /// (`$XDG_CONFIG_HOME/atlasnav`), and `themes` there. Touches no file.
    pub fn find(named: Option<&Path>) -> Result<ConfigFiles, StoreError> {
        let dirs = ProjectDirs::from("", "", "atlasnav").ok_or(StoreError::NoHome)?;
        let file = match named {
            Some(path) => std::path::absolute(path).map_err(|error| StoreError::io("find", path, &error))?,
            None => dirs.config_dir().join("config.toml"),
        };
        Ok(ConfigFiles { file, is_named: named.is_some(), themes: dirs.config_dir().join("themes") })
    }

    /// The text of the settings; None where there is no file. The error is one sentence.
    pub fn read(&self) -> Result<Option<String>, String> {
        read(&self.file)
    }

    /// The text of a theme; None where there is none that can be read. `name` is no path: it was checked.
    pub fn theme(&self, name: &str) -> Option<String> {
        read(&self.themes.join(format!("{name}.toml"))).ok().flatten()
    }

    /// The user's own themes by name, with their texts, or why they can't be read.
    pub fn all_themes(&self) -> Vec<(String, Result<String, String>)> {
        let Ok(entries) = fs::read_dir(&self.themes) else { return Vec::new() };
        let mut names: Vec<String> = entries
            .flatten()
            .map(|entry| PathBuf::from(entry.file_name()))
            .filter(|name| name.extension() == Some(OsStr::new("toml")))
            .filter_map(|name| Some(name.file_stem()?.to_str()?.to_owned()))
            .collect();
        names.sort();
        names.truncate(MOST_THEMES);
        let text = |name: &str| {
            let path = self.themes.join(format!("{name}.toml"));
            read(&path)?.ok_or_else(|| format!("{} is not there any more", file::show(&path)))
        };
        names
            .into_iter()
            .map(|name| {
                let text = text(&name);
                (name, text)
            })
            .collect()
    }

    /// Replaces the settings, or makes the file: as a whole, through a link, with its mode kept. `before`
    /// is the text that the new one was made from.
    pub fn write(&self, before: Option<&str>, text: &str) -> Result<(), String> {
        let target = file::resolve(&RealDisk, &self.file).map_err(plain)?;
        let directory = file::parent(&target);
        fs::create_dir_all(directory).map_err(|error| {
            format!("can't make the directory {}: {}; see to it", file::show(directory), cause(&error))
        })?;
        let check = |_: &[u8]| match file::read(&RealDisk, &target)? {
            now if now.as_deref() == before.map(str::as_bytes) => Ok(()),
            _ => Err(StoreError::Refused(format!(
                "{} was changed by another program just now; try again",
                file::show(&target)
            ))),
        };
        file::replace(&RealDisk, &target, text.as_bytes(), 0o644, check).map_err(|why| match why {
            file::Unreplaced::Failed(error) => plain(error),
            file::Unreplaced::Tied => format!(
                "can't replace {}: its owner or permissions would be lost; edit it by hand",
                file::show(&target)
            ),
        })
    }

    /// A path from the settings: `~/` is the home directory, others start where the settings lie.
    pub fn path(&self, text: &str) -> PathBuf {
        let home = text.strip_prefix("~/").and_then(|rest| Some(BaseDirs::new()?.home_dir().join(rest)));
        home.unwrap_or_else(|| file::parent(&self.file).join(text))
    }
}

fn read(path: &Path) -> Result<Option<String>, String> {
    // One failed look where there is nothing, which is the usual case. Links are followed: settings are
    // often links into somebody's repository.
    let resolved = match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_symlink() => file::resolve(&RealDisk, path).map_err(plain)?,
        Ok(_) => path.to_owned(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(format!("can't read {}: {}; see to it", file::show(path), cause(&error))),
    };
    match file::read(&RealDisk, &resolved).map_err(plain)? {
        Some(bytes) => text(path, bytes).map(Some),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn files(home: &Path) -> ConfigFiles {
        ConfigFiles { file: home.join("a/config.toml"), is_named: false, themes: home.join("a/themes") }
    }

    #[test]
    fn a_missing_file_is_none_and_leaves_nothing_behind() {
        let home = tempfile::tempdir().unwrap();
        assert_eq!(files(home.path()).read(), Ok(None));
        assert_eq!(files(home.path()).all_themes(), []);
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
    }

    #[test]
    fn settings_are_replaced_through_a_link_with_their_mode() {
        let home = tempfile::tempdir().unwrap();
        let files = files(home.path());
        files.write(None, "zoom = 1\n").unwrap();
        assert_eq!(files.read(), Ok(Some("zoom = 1\n".to_owned())));
        let real = home.path().join("dotfile");
        fs::rename(&files.file, &real).unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o600)).unwrap();
        symlink(&real, &files.file).unwrap();
        files.write(Some("zoom = 1\n"), "zoom = 2\n").unwrap();
        assert!(fs::symlink_metadata(&files.file).unwrap().is_symlink());
        assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(files.read(), Ok(Some("zoom = 2\n".to_owned())));
        // What somebody else has written meanwhile stays.
        let error = files.write(Some("zoom = 1\n"), "zoom = 3\n").unwrap_err();
        assert!(error.contains("was changed by another program"), "{error}");
        assert_eq!(files.read(), Ok(Some("zoom = 2\n".to_owned())));
    }

    #[test]
    fn what_can_not_be_read_is_said() {
        let home = tempfile::tempdir().unwrap();
        let files = files(home.path());
        fs::create_dir_all(&files.file).unwrap();
        assert!(files.read().unwrap_err().contains("config.toml is a directory"));
        fs::remove_dir(&files.file).unwrap();
        fs::write(&files.file, b"zoom = 1\n# \xff\n").unwrap();
        assert!(
            files.read().unwrap_err().ends_with("config.toml, line 2: it is not UTF-8; write it as UTF-8")
        );
        fs::create_dir(&files.themes).unwrap();
        fs::write(files.themes.join("b.toml"), b"\xff").unwrap();
        fs::write(files.themes.join("a.toml"), "# a").unwrap();
        fs::write(files.themes.join("notes.txt"), "").unwrap();
        let themes = files.all_themes();
        assert_eq!(themes[0], ("a".to_owned(), Ok("# a".to_owned())));
        assert!(themes[1].0 == "b" && themes[1].1.is_err() && themes.len() == 2, "{themes:?}");
        assert_eq!((files.theme("a"), files.theme("b")), (Some("# a".to_owned()), None));
    }

    #[test]
    fn paths_of_settings_start_where_the_settings_lie() {
        let files = files(Path::new("/somewhere"));
        assert_eq!(files.path("team.yaml"), Path::new("/somewhere/a/team.yaml"));
        assert_eq!(files.path("/else/team.yaml"), Path::new("/else/team.yaml"));
        assert!(
            files.path("~/team.yaml").is_absolute() && !files.path("~/team.yaml").starts_with("/somewhere")
        );
    }
}
