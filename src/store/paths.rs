//! Where files lie.

use std::path::{Path, PathBuf};

use directories::ProjectDirs;

use super::StoreError;

/// The files of one run. Nothing is created until something is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// The assessment file, absolute.
    pub assessment: PathBuf,
    /// The directory of the undo logs, journals and backups.
    pub state: PathBuf,
}

impl Paths {
    /// The given assessment file or else `assessments/default.yaml` in the user's data directory
    /// (`$XDG_DATA_HOME/atlasnav`), and the state directory (`$XDG_STATE_HOME/atlasnav`; the data
    /// directory where a system has none).
    pub fn find(file: Option<PathBuf>) -> Result<Paths, StoreError> {
        let dirs = ProjectDirs::from("", "", "atlasnav").ok_or(StoreError::NoHome)?;
        let assessment = match file {
            Some(file) => {
                std::path::absolute(&file).map_err(|error| StoreError::io("find", &file, &error))?
            }
            None => dirs.data_dir().join("assessments").join("default.yaml"),
        };
        let state = dirs.state_dir().map_or_else(|| dirs.data_dir(), Path::new).to_owned();
        Ok(Paths { assessment, state })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_given_file_wins_and_becomes_absolute() {
        let paths = Paths::find(Some("team.yaml".into())).unwrap();
        assert!(paths.assessment.is_absolute() && paths.assessment.ends_with("team.yaml"));
        let default = Paths::find(None).unwrap();
        assert!(default.assessment.ends_with("atlasnav/assessments/default.yaml"));
        assert_eq!(default.state, paths.state);
    }
}
