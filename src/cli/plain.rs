//! `--plain`: the program without a screen, line by line, for screen readers, logs and scripts. What a
//! screen shows, a verb prints; a line is a verb with its arguments.

use std::io::{self, BufRead, IsTerminal, Write};

use clap::{CommandFactory, Parser};

use super::Failure;
use super::args::Verb;
use super::output::{Output, complain};
use crate::catalog::{Catalog, ObjectId};
use crate::search::near;

/// One line.
#[derive(Debug, Parser)]
#[command(name = "", about = "What a line can say:", no_binary_name = true, disable_version_flag = true)]
#[command(after_help = AFTER)]
struct Line {
    #[command(subcommand)]
    verb: Verb,
}

const AFTER: &str = "\
An id alone shows the object: 51.1
A slash finds: /promt injecton
quit or ctrl-d ends; every mark is saved at once.";

/// Longest line that is taken for one, in bytes.
const LONGEST: u64 = 64 * 1024;

/// Reads lines until their end or `quit`, and runs each by `run`. A line that goes wrong says so, and
/// the next one is read.
pub(super) fn lines(catalog: &Catalog, run: impl Fn(Verb) -> Result<(), Failure>) -> Result<(), Failure> {
    let asks = io::stdin().is_terminal();
    let mut input = io::stdin().lock();
    if asks {
        let mut out = Output::new();
        out.line(&format!("atlasnav, ATLAS {}. help lists what can be asked, quit ends.", catalog.release));
        out.finish()?;
    }
    loop {
        if asks {
            drop(io::stdout().write_all(b"> ").and_then(|()| io::stdout().flush()));
        }
        let mut bytes = Vec::new();
        let read = io::Read::take(&mut input, LONGEST).read_until(b'\n', &mut bytes);
        match read {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(error) => return Err(Failure::Usage(format!("what is typed can't be read: {error}"))),
        }
        let line = String::from_utf8_lossy(&bytes);
        match words(catalog, line.trim()) {
            Ok(words) if words.is_empty() => {}
            Ok(words) if matches!(words[0].as_str(), "quit" | "exit" | "q") => return Ok(()),
            Ok(words) if matches!(words[0].as_str(), "help" | "?") && words.len() == 1 => {
                help(&Line::command().render_help().to_string())?;
            }
            Ok(words) => match Line::try_parse_from(words) {
                Ok(line) => tell(run(line.verb)),
                Err(error) if !error.use_stderr() => help(&error.render().to_string())?,
                Err(error) => complain(error.render().to_string().trim_end().trim_start_matches("error: ")),
            },
            Err(problem) => complain(&problem),
        }
    }
}

fn help(text: &str) -> Result<(), Failure> {
    let mut out = Output::new();
    out.text(text);
    out.finish()
}

fn tell(result: Result<(), Failure>) {
    if let Err(Failure::Nothing(text) | Failure::Usage(text) | Failure::Data(text)) = result {
        complain(&text);
    }
}

/// The words of a line as a shell would split them; the two short forms written out.
fn words(catalog: &Catalog, line: &str) -> Result<Vec<String>, String> {
    if let Some(query) = line.strip_prefix('/') {
        // What is sought may hold quotes.
        let words = query.split_whitespace().map(str::to_owned);
        return Ok(["find".to_owned(), "--".to_owned()].into_iter().chain(words).collect());
    }
    let words = shell_words::split(line).map_err(|_| "a quote is open; close it and try again".to_owned())?;
    match words.as_slice() {
        [one] if ObjectId::parse_loosely(one).is_some_and(|id| catalog.contains(id)) => {
            Ok(vec!["show".to_owned(), one.clone()])
        }
        [one] if ObjectId::parse_loosely(one).is_some() => {
            Err(format!("ATLAS {} has no object `{one}`{}", catalog.release, near(catalog, one)))
        }
        _ => Ok(words),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::builtin;

    #[test]
    fn short_forms_are_written_out() {
        let catalog = builtin().unwrap();
        let words = |line: &str| words(&catalog, line).map(|w| w.join("|"));
        assert_eq!(words("51.1").unwrap(), "show|51.1");
        assert_eq!(words("/it's here").unwrap(), "find|--|it's|here");
        assert_eq!(words("mark 51 partial --note 'a b'").unwrap(), "mark|51|partial|--note|a b");
        assert_eq!(words("").unwrap(), "");
        assert!(words("mark 'a").is_err());
    }

    #[test]
    fn the_definition_holds() {
        Line::command().debug_assert();
    }
}
