//! What the program makes of its surroundings, and what is wrong with them.

use std::env;

use serde_json::{Value, json};

use super::Failure;
use super::config::Config;
use super::output::Output;
use super::verbs::print_json;
use crate::app::SMALLEST;
use crate::catalog::{Catalog, sanitize};
use crate::config::{Charset, Depth};
use crate::page::pad;
use crate::store::{Look, Store};
use crate::term;

/// What was found: names with what they are, and sentences about what is wrong.
struct Report {
    facts: Vec<(&'static str, String)>,
    problems: Vec<String>,
}

/// What the verb looks at.
pub(super) struct Surroundings<'a> {
    pub catalog: &'a Catalog,
    pub source: &'a str,
    /// What is odd about the catalogue.
    pub oddities: usize,
    pub store: &'a Store,
    pub config: Config,
    pub depth: Depth,
    pub charset: Charset,
    pub mouse: bool,
    pub author: Option<String>,
}

/// Prints it; fails if something is wrong, after it has been printed.
pub(super) fn run(around: Surroundings<'_>, json: bool) -> Result<(), Failure> {
    let report = look(around);
    if json {
        let facts: serde_json::Map<String, Value> =
            report.facts.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
        print_json(&json!({"facts": facts, "problems": report.problems}))?;
    } else {
        let mut out = Output::new();
        for (name, value) in &report.facts {
            out.line(&format!("{}{}", pad(name, 12), sanitize(value, false)));
        }
        for problem in &report.problems {
            out.line(&format!("WRONG: {}", sanitize(problem, false)));
        }
        if report.problems.is_empty() {
            out.line("Nothing is wrong.");
        }
        out.finish()?;
    }
    match report.problems.len() {
        0 => Ok(()),
        1 => Err(Failure::Data("1 thing is wrong".to_owned())),
        count => Err(Failure::Data(format!("{count} things are wrong"))),
    }
}

fn look(around: Surroundings<'_>) -> Report {
    let Surroundings { catalog, source, oddities, store, mut config, depth, charset, mouse, author } = around;
    let mut facts: Vec<(&'static str, String)> = Vec::new();
    let mut problems = Vec::new();
    let set = |name| env::var(name).ok().filter(|v| !v.is_empty());
    facts.push(("program", format!("atlasnav {}, {}", env!("CARGO_PKG_VERSION"), env::consts::OS)));
    let odd = if oddities > 0 { format!(", {oddities} oddities") } else { String::new() };
    facts.push(("catalogue", format!("ATLAS {}, {source}{odd}", catalog.release)));

    facts.push(("terminal", set("TERM").unwrap_or_else(|| "TERM is not set".to_owned())));
    match term::size() {
        Ok((width, height)) => {
            facts.push(("size", format!("{width}x{height}")));
            if width < SMALLEST.0 || height < SMALLEST.1 {
                let (columns, rows) = SMALLEST;
                problems.push(format!("the screen needs {columns}x{rows}; make the window larger"));
            }
        }
        Err(_) => facts.push(("size", "no terminal; the screen can't open here, verbs can".to_owned())),
    }
    let inside = [("TMUX", "tmux"), ("STY", "screen"), ("SSH_CONNECTION", "SSH")];
    let inside: Vec<&str> =
        inside.iter().filter(|(name, _)| set(name).is_some()).map(|(_, word)| *word).collect();
    facts.push(("inside", if inside.is_empty() { "nothing".to_owned() } else { inside.join(", ") }));
    let colours = match depth {
        Depth::Monochrome => "none",
        Depth::Sixteen => "16",
        Depth::Indexed => "256",
        Depth::True => "24 bits",
    };
    facts.push(("colours", colours.to_owned()));
    let locale = set("LC_ALL").or_else(|| set("LC_CTYPE")).or_else(|| set("LANG"));
    let borders = match charset {
        Charset::Ascii => "ASCII",
        Charset::Unicode => "Unicode",
    };
    facts.push(("borders", format!("{borders}, locale {}", locale.as_deref().unwrap_or("not set"))));
    facts.push(("mouse", if mouse { "on" } else { "off until M" }.to_owned()));
    facts.push(("clipboard", term::clipboard_route().to_owned()));
    facts.push(("editor", set("VISUAL").or_else(|| set("EDITOR")).unwrap_or_else(|| "vi".to_owned())));
    facts.push(("author", author.unwrap_or_else(|| "nobody: USER is not set".to_owned())));

    config.keymap();
    let theme = config.settings.theme.clone();
    config.theme();
    let is_there = if config.files.file.exists() { "" } else { " (not there; the defaults hold)" };
    facts.push(("settings", format!("{}{is_there}", config.files.file.display())));
    facts.push(("theme", theme));
    problems.append(&mut config.warnings);

    let marks = match store.look(catalog) {
        Look::Missing => "not there; made with the first mark".to_owned(),
        Look::Damaged(why) => {
            problems.push(why);
            "damaged".to_owned()
        }
        Look::Whole { assessment, read_only } => {
            problems.extend(read_only);
            let conflicts = assessment.in_conflict().count();
            let conflicts = if conflicts > 0 { format!(", {conflicts} in conflict") } else { String::new() };
            let count = assessment.marks.len();
            let marks = if count == 1 { "mark" } else { "marks" };
            format!("{count} {marks}{conflicts}")
        }
    };
    facts.push(("marks", format!("{} ({marks})", store.path().display())));
    facts.push(("state", store.state().display().to_string()));
    if let Ok(backups) = store.backups() {
        facts.push(("backups", backups.len().to_string()));
    }
    // What dead sessions left, and logs that can't be used.
    problems.extend(store.load(catalog).notices);
    if let Some(kind) = store.network() {
        problems.push(format!(
            "the marks lie on a network file system ({kind}); its locks and its word that something is saved may not hold"
        ));
    }
    Report { facts, problems }
}
