//! The settings of a run, from flags, environment and file, and the verb about them.

use std::path::PathBuf;

use serde_json::json;

use super::Failure;
use super::args::{Args, ConfigAction};
use super::output::{Output, complain};
use super::verbs::print_json;
use crate::app::{Keymap, key_settings};
use crate::catalog::sanitize;
use crate::config::{Charset, ColourEnvironment, Depth, Problem, Settings, Theme, parse_color, sample};
use crate::store::ConfigFiles;

/// What was read, and what is wrong with it.
pub(super) struct Config {
    pub files: ConfigFiles,
    pub settings: Settings,
    /// One sentence each, with file and line.
    pub warnings: Vec<String>,
    /// The assessment was named, by the flag or in the file.
    pub names_assessment: bool,
}

/// The files of settings: those of the flag, of `ATLASNAV_CONFIG`, or the usual ones.
pub(super) fn files(args: &Args) -> Result<ConfigFiles, Failure> {
    let variable = || std::env::var_os("ATLASNAV_CONFIG").filter(|v| !v.is_empty()).map(PathBuf::from);
    let named = args.config.clone().or_else(variable);
    ConfigFiles::find(named.as_deref()).map_err(Failure::data)
}

/// A problem with the file's name before it.
fn sentence(files: &ConfigFiles, problem: &Problem) -> String {
    let line = problem.line.map(|line| format!(", line {line}")).unwrap_or_default();
    format!("{}{line}: {}", shown(files), problem.what)
}

fn shown(files: &ConfigFiles) -> String {
    sanitize(&files.file.display().to_string(), false).into_owned()
}

impl Config {
    /// Reads the settings. What is wrong in them keeps its default; only a file that was named and can't
    /// be read ends the run, lest marks go to another assessment than meant.
    pub fn read(files: ConfigFiles) -> Result<Config, Failure> {
        let text = match files.read() {
            Ok(Some(text)) => text,
            Ok(None) if files.is_named => {
                return Err(Failure::Data(format!("{} is not there; see to its name", shown(&files))));
            }
            Ok(None) => {
                return Ok(Config {
                    files,
                    settings: Settings::default(),
                    warnings: Vec::new(),
                    names_assessment: false,
                });
            }
            Err(why) if files.is_named => return Err(Failure::Data(why)),
            Err(why) => {
                let warnings = vec![format!("{why}; the defaults hold")];
                return Ok(Config {
                    files,
                    settings: Settings::default(),
                    warnings,
                    names_assessment: false,
                });
            }
        };
        let (settings, problems) = Settings::read(&text);
        let warnings = problems.iter().map(|problem| sentence(&files, problem)).collect();
        let names_assessment = settings.assessment.is_some();
        Ok(Config { files, settings, warnings, names_assessment })
    }

    /// The keys, with warnings of those that can't be.
    pub fn keymap(&mut self) -> Keymap {
        if self.settings.keys.is_empty() {
            return Keymap::default();
        }
        let (keymap, problems) = Keymap::new(&self.settings.keys);
        self.warnings.extend(problems.iter().map(|problem| sentence(&self.files, problem)));
        keymap
    }

    /// The theme, with a warning and the usual one if it can't be read.
    pub fn theme(&mut self) -> Theme {
        Theme::named(&self.settings.theme, &|name| self.files.theme(name)).unwrap_or_else(|why| {
            self.warnings.push(format!("{why}; the default theme is used"));
            Theme::default()
        })
    }

    /// The depth: flag over environment over file over what the terminal is known for.
    pub fn depth(&self, flag: Option<&str>) -> Depth {
        let get = |name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned());
        let environment = ColourEnvironment {
            no_color: get("NO_COLOR"),
            clicolor_force: get("CLICOLOR_FORCE"),
            colorterm: get("COLORTERM"),
            term: get("TERM"),
            tmux: get("TMUX"),
        };
        environment.depth(flag.and_then(parse_color).flatten(), self.settings.color)
    }

    /// The characters: flag over file over locale.
    pub fn charset(&self, ascii: bool) -> Charset {
        let locale =
            || Charset::of_locale(&["LC_ALL", "LC_CTYPE", "LANG"].map(|name| std::env::var(name).ok()));
        if ascii { Charset::Ascii } else { self.settings.charset.unwrap_or_else(locale) }
    }
}

/// The verb `config`.
pub(super) fn run(action: ConfigAction, json: bool, files: ConfigFiles) -> Result<(), Failure> {
    match action {
        ConfigAction::Init => init(&files, json),
        ConfigAction::Check => check(files, json),
        ConfigAction::Path => path(&files, json),
    }
}

fn init(files: &ConfigFiles, json: bool) -> Result<(), Failure> {
    if files.read().map_err(Failure::Data)?.is_some() {
        return Err(Failure::Data(format!("{} is there already; it is left as it is", shown(files))));
    }
    files.write(None, &(sample() + &key_settings())).map_err(Failure::Data)?;
    if json {
        return print_json(&json!({ "config": files.file.display().to_string() }));
    }
    let mut out = Output::new();
    out.line(&format!("Written: {}", shown(files)));
    out.finish()
}

fn check(files: ConfigFiles, json: bool) -> Result<(), Failure> {
    let mut config = Config::read(files)?;
    config.keymap();
    config.theme();
    for (name, text) in config.files.all_themes() {
        let problem = match text {
            Err(why) => Some(why),
            Ok(_) if Theme::is_builtin(&name) || !Theme::is_name(&name) => Some(format!(
                "themes/{name}.toml is not used: name it otherwise, in letters, digits, - and _"
            )),
            // The theme that is set has been read already.
            Ok(_) if name == config.settings.theme => None,
            Ok(_) => Theme::named(&name, &|name| config.files.theme(name)).err(),
        };
        config.warnings.extend(problem);
    }
    let warnings = &config.warnings;
    if json {
        let config = config.files.file.display().to_string();
        print_json(&json!({ "config": config, "warnings": warnings }))?;
    } else {
        let mut out = Output::new();
        for warning in warnings {
            out.line(&sanitize(warning, false));
        }
        if warnings.is_empty() {
            out.line("Nothing is wrong with the settings.");
        }
        out.finish()?;
    }
    match warnings.len() {
        0 => Ok(()),
        1 => Err(Failure::Data("1 thing is wrong with the settings".to_owned())),
        count => Err(Failure::Data(format!("{count} things are wrong with the settings"))),
    }
}

fn path(files: &ConfigFiles, json: bool) -> Result<(), Failure> {
    let is_there = files.file.exists();
    if json {
        return print_json(&json!({
            "config": files.file.display().to_string(),
            "exists": is_there,
            "themes": files.themes.display().to_string(),
        }));
    }
    let mut out = Output::new();
    let missing = if is_there { "" } else { " (not there)" };
    out.line(&format!("settings {}{missing}", shown(files)));
    out.line(&format!("themes   {}", sanitize(&files.themes.display().to_string(), false)));
    out.finish()
}

/// One line for the verbs: a file has the same faults at every call.
pub(super) fn complain_once(warnings: &[String], who_lists_them: &str) {
    match warnings {
        [] => {}
        [one] => complain(one),
        [first, rest @ ..] => {
            complain(&format!("{first} (and {} more; {who_lists_them} lists them)", rest.len()))
        }
    }
}
