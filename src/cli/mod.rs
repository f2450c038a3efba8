//! Arguments, and the verbs that need no screen.

mod args;
mod config;
mod doctor;
mod json;
mod output;
mod plain;
mod report;
mod shell;
mod verbs;

use std::io::IsTerminal;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::app::{App, Start};
use crate::catalog::{Catalog, ObjectId, builtin, read};
use crate::store::{Paths, Store, apart, read_release};
use crate::term;
use crate::ui::Ui;
use args::{Args, Verb};
use config::Config;
use output::{Output, complain};

/// Why a run did not do what was asked, with its exit code.
#[derive(Debug)]
enum Failure {
    /// 1: nothing was found.
    Nothing(String),
    /// 1: it is merged, but somebody has to choose.
    Conflicts(String),
    /// 2: the program was called wrongly.
    Usage(String),
    /// 3: a data or marks file is bad, or could not be written.
    Data(String),
}

impl Failure {
    fn data(error: impl std::fmt::Display) -> Failure {
        Failure::Data(error.to_string())
    }
}

/// Runs the program on the arguments of the process.
pub fn run() -> ExitCode {
    // Without arguments there is nothing to parse: the matrix opens a tenth sooner.
    let args = if std::env::args_os().len() <= 1 { Ok(Args::default()) } else { Args::try_parse() };
    let args = match args {
        Ok(args) => args,
        Err(error) => return of_clap(&error),
    };
    let (code, text) = match go(args) {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Failure::Nothing(text) | Failure::Conflicts(text)) => (1, text),
        Err(Failure::Usage(text)) => (2, text),
        Err(Failure::Data(text)) => (3, text),
    };
    complain(&text);
    ExitCode::from(code)
}

/// Help goes to stdout, errors to stderr; a closed pipe is no error.
fn of_clap(error: &clap::Error) -> ExitCode {
    let text = error.render().to_string();
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        let mut out = Output::new();
        out.text(&text);
        return match out.finish() {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::from(3),
        };
    }
    complain(text.trim_end().trim_start_matches("error: "));
    if let Some(id) = meant_as_id(error) {
        complain(&format!("to see the object: atlasnav show {id}"));
    }
    ExitCode::from(2)
}

/// An id that stands where a verb should.
fn meant_as_id(error: &clap::Error) -> Option<&str> {
    match (error.kind(), error.get(ContextKind::InvalidSubcommand)) {
        (ErrorKind::InvalidSubcommand, Some(ContextValue::String(text))) => {
            ObjectId::parse_loosely(text).map(|_| text.as_str())
        }
        _ => None,
    }
}

fn go(args: Args) -> Result<(), Failure> {
    if args.verb.is_none()
        && !args.plain
        && !(std::io::stdin().is_terminal() && std::io::stdout().is_terminal())
    {
        return Err(Failure::Usage(
            "the matrix needs a terminal; `atlasnav --help` lists the verbs that do without one".to_owned(),
        ));
    }
    let files = config::files(&args)?;
    // This one needs no catalogue, and is there for settings that are wrong.
    if let Some(Verb::Config { action, json }) = args.verb {
        return config::run(action, json, files);
    }
    let mut config = Config::read(files)?;
    config.names_assessment |= args.assessment.is_some();
    config.settings.links |= args.links;
    let set = |path: &Option<String>| path.as_deref().map(|path| config.files.path(path));
    let data = args.data.clone().or_else(|| set(&config.settings.data));
    let assessment = args.assessment.clone().or_else(|| set(&config.settings.assessment));
    let (catalog, source, warnings) = open_catalog(data.as_deref())?;
    let store = Store::new(Paths::find(assessment).map_err(Failure::data)?);
    match args.verb {
        None if args.plain => {
            config::complain_once(&config.warnings, "`atlasnav config check`");
            verbs::confine(None, &store);
            plain::lines(&catalog, |verb| match verb {
                // This run may write nothing but marks.
                Verb::Report(report) if report.output.is_some() => Err(Failure::Usage(
                    "`report -o` can't be run from here; quit and run `atlasnav report`".to_owned(),
                )),
                verb => verbs::run(verb, &catalog, &source, &store, &config),
            })
        }
        Some(Verb::Doctor { json }) => {
            let around = doctor::Surroundings {
                depth: config.depth(args.color.as_deref()),
                charset: config.charset(args.ascii),
                mouse: config.settings.mouse.unwrap_or_else(|| !over_ssh()),
                author: config.settings.author.clone().or_else(author),
                catalog: &catalog,
                source: &source,
                oddities: warnings.len(),
                store: &store,
                config,
            };
            doctor::run(around, json)
        }
        Some(verb) => {
            config::complain_once(&config.warnings, "`atlasnav config check`");
            config::complain_once(&warnings, "! on the matrix");
            verbs::confine(Some(&verb), &store);
            verbs::run(verb, &catalog, &source, &store, &config)
        }
        None => {
            let depth = config.depth(args.color.as_deref());
            let links = config.settings.links;
            let ui = Ui { depth, charset: config.charset(args.ascii), links };
            screen(catalog, source, warnings, store, config, ui)
        }
    }
}

/// The catalogue, where it comes from in words, and what is odd about it.
fn open_catalog(path: Option<&Path>) -> Result<(Catalog, String, Vec<String>), Failure> {
    let Some(path) = path else {
        let catalog = builtin().map_err(Failure::data)?;
        return Ok((catalog, "built-in summaries".to_owned(), Vec::new()));
    };
    let bytes = read_release(path).map_err(Failure::data)?;
    let name =
        path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned());
    let name = crate::catalog::sanitize(&name, false).into_owned();
    let (catalog, warnings) = apart(|| read(&bytes)).map_err(|error| {
        let line = error.line.map(|line| format!(", line {line}")).unwrap_or_default();
        Failure::Data(format!("{name}{line}: {}", error.what))
    })?;
    let warnings = warnings.iter().map(|w| format!("{name}: {w}")).collect();
    Ok((catalog, name, warnings))
}

fn screen(
    catalog: Catalog,
    source: String,
    warnings: Vec<String>,
    store: Store,
    mut config: Config,
    ui: Ui,
) -> Result<(), Failure> {
    let seen = store.stamp();
    let loaded = store.open(&catalog);
    let (keymap, theme) = (config.keymap(), config.theme());
    let Config { files, settings, warnings: mut notices, names_assessment } = config;
    notices.extend(verbs::about_missing(&store, names_assessment));
    notices.extend(loaded.notices);
    notices.extend(verbs::about_retired(&catalog, &loaded.assessment));
    let failed = |error: std::io::Error| Failure::Usage(format!("the terminal can't be used: {error}"));
    let name = store.path().file_stem().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    let app = App::new(Start {
        catalog: Arc::new(catalog),
        source,
        warnings,
        notices,
        assessment: loaded.assessment,
        name: crate::catalog::sanitize(&name, false).into_owned(),
        read_only: loaded.read_only,
        author: settings.author.clone().or_else(author),
        today: today(),
        mouse: settings.mouse.unwrap_or_else(|| !over_ssh()),
        size: term::size().map_err(failed)?,
        settings,
        theme,
        keymap,
    });
    let ended = term::run(app, ui, store, seen, files).map_err(failed)?;
    match ended.not_saved.as_slice() {
        [] => Ok(()),
        reasons => Err(Failure::Data(format!("not every mark is in the file: {}", reasons.join(" ")))),
    }
}

/// Who marks: the user's login name.
fn author() -> Option<String> {
    let name = std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).ok()?;
    let name = crate::catalog::sanitize(name.trim(), false).into_owned();
    (!name.is_empty()).then_some(name)
}

/// Over SSH the mouse is left to the terminal until it is asked for: each report is a round trip, and
/// people there select text.
fn over_ssh() -> bool {
    ["SSH_CONNECTION", "SSH_TTY"].iter().any(|name| std::env::var_os(name).is_some_and(|v| !v.is_empty()))
}

fn today() -> jiff::civil::Date {
    jiff::Zoned::now().date()
}
