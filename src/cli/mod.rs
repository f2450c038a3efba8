//! Arguments, and the verbs that need no screen.

mod args;
mod json;
mod output;
mod verbs;

use std::io::IsTerminal;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use clap::error::ErrorKind;

use crate::app::{App, Start};
use crate::catalog::{Catalog, builtin, read};
use crate::config::{Charset, ColourEnvironment, Theme};
use crate::store::{Paths, Store, read_release};
use crate::term;
use crate::ui::Ui;
use args::Args;
use output::{Output, complain};

/// Why a run did not do what was asked, with its exit code.
#[derive(Debug)]
enum Failure {
    /// 1: nothing was found.
    Nothing(String),
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
        Err(Failure::Nothing(text)) => (1, text),
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
    ExitCode::from(2)
}

fn go(args: Args) -> Result<(), Failure> {
    if args.verb.is_none() && !(std::io::stdin().is_terminal() && std::io::stdout().is_terminal()) {
        return Err(Failure::Usage(
            "the matrix needs a terminal; `atlasnav --help` lists the verbs that do without one".to_owned(),
        ));
    }
    let (catalog, source, warnings) = open_catalog(&args)?;
    let store = Store::new(Paths::find(args.assessment).map_err(Failure::data)?);
    match args.verb {
        Some(verb) => {
            // One line: an official file has the same oddities at every call.
            match warnings.as_slice() {
                [] => {}
                [one] => complain(one),
                [first, rest @ ..] => {
                    complain(&format!("{first} (and {} more; ! on the matrix lists them)", rest.len()))
                }
            }
            verbs::run(verb, &catalog, &source, &store)
        }
        None => screen(catalog, source, warnings, store),
    }
}

/// The catalogue, where it comes from in words, and what is odd about it.
fn open_catalog(args: &Args) -> Result<(Catalog, String, Vec<String>), Failure> {
    let Some(path) = &args.data else {
        let catalog = builtin().map_err(Failure::data)?;
        return Ok((catalog, "built-in summaries".to_owned(), Vec::new()));
    };
    let bytes = read_release(path).map_err(Failure::data)?;
    let name =
        path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned());
    let name = crate::catalog::sanitize(&name, false).into_owned();
    let (catalog, warnings) = read(&bytes).map_err(|error| {
        let line = error.line.map(|line| format!(", line {line}")).unwrap_or_default();
        Failure::Data(format!("{name}{line}: {}", error.what))
    })?;
    let warnings = warnings.iter().map(|w| format!("{name}: {w}")).collect();
    Ok((catalog, name, warnings))
}

fn screen(catalog: Catalog, source: String, warnings: Vec<String>, store: Store) -> Result<(), Failure> {
    let loaded = store.load(&catalog);
    let mut notices = loaded.notices;
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
        author: author(),
        today: today(),
        size: term::size().map_err(failed)?,
        theme: Theme::default(),
    });
    let ended = term::run(app, Ui { depth: environment().depth(None, None), charset: charset() }, store)
        .map_err(failed)?;
    match ended.not_saved.as_slice() {
        [] => Ok(()),
        reasons => Err(Failure::Data(format!("marks are not saved: {}", reasons.join(" ")))),
    }
}

/// Who marks: the user's login name.
fn author() -> Option<String> {
    let name = std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).ok()?;
    let name = crate::catalog::sanitize(name.trim(), false).into_owned();
    (!name.is_empty()).then_some(name)
}

fn today() -> jiff::civil::Date {
    jiff::Zoned::now().date()
}

/// What the environment says about colours.
fn environment() -> ColourEnvironment {
    let get = |name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned());
    ColourEnvironment {
        no_color: get("NO_COLOR"),
        clicolor_force: get("CLICOLOR_FORCE"),
        colorterm: get("COLORTERM"),
        term: get("TERM"),
        tmux: get("TMUX"),
    }
}

/// Which characters the locale lets lines be drawn with.
fn charset() -> Charset {
    Charset::of_locale(&["LC_ALL", "LC_CTYPE", "LANG"].map(|name| std::env::var(name).ok()))
}
