//! The command line.

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Parser, Subcommand, ValueEnum};

use super::report::Report;
use super::shell::Shell;
use crate::coverage::State;

/// The MITRE ATLAS matrix in a terminal: find attacks on AI systems, read them, and mark which of
/// them your organisation has addressed.
///
/// Without a verb it opens the matrix on the screen; ? there lists the keys.
#[derive(Debug, Default, Parser)]
#[command(name = "atlasnav", version, after_help = AFTER)]
pub(super) struct Args {
    /// Open this official ATLAS file (format 6, or a legacy release from 3.0.0 to 5.6.1) in place of
    /// the built-in catalogue
    #[arg(long, value_name = "FILE", global = true)]
    pub data: Option<PathBuf>,
    /// Keep the marks in this file; it is made with the first mark
    #[arg(short = 'C', long, value_name = "FILE", global = true)]
    pub assessment: Option<PathBuf>,
    /// Read the settings from this file in place of $XDG_CONFIG_HOME/atlasnav/config.toml
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// How many colours the screen uses: auto, never, 16, 256 or true
    #[arg(long, value_name = "DEPTH", value_parser = ["auto", "never", "16", "256", "true"], hide_possible_values = true)]
    pub color: Option<String>,
    /// Draw the lines of the screen in ASCII
    #[arg(long)]
    pub ascii: bool,
    /// Send ids and addresses as links of the terminal (OSC 8), to be opened in a browser
    #[arg(long, global = true)]
    pub links: bool,
    /// Without a screen: read verbs line by line from the keyboard or a file, for screen readers, logs
    /// and scripts
    #[arg(long)]
    pub plain: bool,
    #[command(subcommand)]
    pub verb: Option<Verb>,
}

const AFTER: &str = "\
Examples:
  atlasnav                              the matrix, on the built-in ATLAS 2026.09
  atlasnav --data ATLAS-5.6.1.yaml      the matrix of an official file
  atlasnav find promt injecton          what is like it, best first
  atlasnav find area:evasion sticker    what has to do with stickers in model evasion
  atlasnav list techniques area:theft platform:predictive
  atlasnav list techniques status:gap case:incident mitigated:yes
  atlasnav show 51.1                    LLM Prompt Injection: Indirect, as text
  atlasnav glossary jailbreak           what the term means
  atlasnav mark 51.1 partial --note 'input filter live, no egress check'
  atlasnav -C team.yaml status --json   how far another assessment is
  atlasnav report --to html -o q4.html  a page to hand on, with figures, plan and matrix

Ids may be shortened: 51, t51.1, m20, cs26, ta2.
Marks lie in $XDG_DATA_HOME/atlasnav/assessments/default.yaml (~/.local/share/...), or in the file
given with -C: YAML, made to be read, edited by hand and merged by git.
Settings (theme, colours, keys, paths) lie in $XDG_CONFIG_HOME/atlasnav/config.toml, or in the file
that --config or ATLASNAV_CONFIG names; `atlasnav config init` writes one to start from.

Exit codes: 0 done, 1 nothing found or conflicts left, 2 wrong usage,
3 bad data or marks file.";

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Print an object: a technique, tactic, mitigation or case study
    Show {
        /// Such as AML.T0051.001, t51.1, m20, cs26, ta2
        id: String,
        /// Answer as JSON
        #[arg(long)]
        json: bool,
    },
    /// Find by id, name, text or field, best first; terms of the glossary too
    Find {
        /// Words, and fields that narrow them: area:evasion platform:agentic maturity:realized
        /// phase:deployment tactic:exfil mitigated:no case:incident (or any, exercise, none, cs26), and of
        /// marks status:gap owner:soc (or nobody) attention:stale (or due, expired, conflict, suggestion,
        /// without-evidence)
        #[arg(required = true)]
        query: Vec<String>,
        /// Print at most so many
        #[arg(long, value_name = "N", default_value_t = 20)]
        limit: usize,
        /// Answer as JSON
        #[arg(long)]
        json: bool,
    },
    /// List all objects of a kind
    List {
        kind: ListOf,
        /// Only what has these fields: area:evasion platform:agentic maturity:realized phase:deployment
        /// tactic:exfil mitigated:no case:cs26 status:gap owner:soc attention:stale
        fields: Vec<String>,
        /// Answer as JSON
        #[arg(long)]
        json: bool,
    },
    /// Mark a technique or a mitigation, or write a note on it
    Mark {
        /// Such as AML.T0051.001, t51.1, m20
        id: String,
        /// Left out, the status stays as it is and only the note is set
        #[arg(value_parser = statuses(), ignore_case = true, required_unless_present = "note")]
        status: Option<State>,
        /// Set the note; an empty one takes it away
        #[arg(long)]
        note: Option<String>,
        /// Answer as JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the matrix: the tactics in their order with their techniques and marks
    Matrix {
        /// Only what has these fields: area:evasion platform:agentic maturity:realized phase:deployment
        /// tactic:exfil mitigated:no case:cs26 status:gap owner:soc attention:stale
        fields: Vec<String>,
        /// Leave the sub-techniques out
        #[arg(long)]
        folded: bool,
        /// Answer as JSON
        #[arg(long)]
        json: bool,
    },
    /// Say what a term of AI security means; without one, all terms
    Glossary {
        /// Such as jailbreak, or a word of its meaning
        term: Vec<String>,
        /// Answer as JSON
        #[arg(long)]
        json: bool,
    },
    /// Take the last change of a mark back
    Undo {
        /// Answer as JSON
        #[arg(long)]
        json: bool,
    },
    /// Bring back what was undone
    Redo {
        /// Answer as JSON
        #[arg(long)]
        json: bool,
    },
    /// The settings: write a file to start from, check it, say where it lies
    Config {
        #[command(subcommand)]
        action: ConfigAction,
        /// Answer as JSON
        #[arg(long, global = true)]
        json: bool,
    },
    /// How many techniques are assessed, covered and tested, in all and per tactic
    Status {
        /// Answer as JSON
        #[arg(long)]
        json: bool,
    },
    /// Write a report or the plan as tickets: Markdown, HTML, SVG, CSV, JSON
    Report(Report),
    /// List the copies of the assessment file as it was before, newest first
    #[command(after_help = "To restore one, with no screen open on the file: cp PATH FILE")]
    Backups {
        /// Answer as JSON
        #[arg(long)]
        json: bool,
    },
    /// Merge the changes of two assessment files since their common ancestor, as a merge driver of git
    ///
    /// Writes the result into OURS. Exits with 1 if the file then holds conflicts that a mark has to
    /// settle, and with 3, OURS untouched, if a file is damaged.
    Merge {
        /// The common ancestor (%O in git's configuration); an empty file if there is none
        base: PathBuf,
        /// Our file (%A); gets the result
        ours: PathBuf,
        /// Their file (%B)
        theirs: PathBuf,
    },
    /// Say what the program makes of the terminal, the settings and the files, and what is wrong
    Doctor {
        /// Answer as JSON
        #[arg(long)]
        json: bool,
    },
    /// Print a script that completes verbs, ids, statuses and fields in a shell
    #[command(after_help = COMPLETE)]
    Completions { shell: Shell },
    /// Print the manual page; `atlasnav man | man -l -` shows it
    Man,
}

#[derive(Debug, Clone, Copy, Subcommand)]
pub(super) enum ConfigAction {
    /// Write a file with every setting and its default, in comments
    Init,
    /// Read the settings and the user's own themes, and say what is wrong; exit code 3 if anything is
    Check,
    /// Say where the settings and the user's own themes lie
    Path,
}

const COMPLETE: &str = "\
For this shell, and for all that start later:
  bash   source <(atlasnav completions bash)             in ~/.bashrc
  zsh    atlasnav completions zsh > DIR/_atlasnav        DIR being one of $fpath
  fish   atlasnav completions fish > ~/.config/fish/completions/atlasnav.fish";

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum ListOf {
    #[value(aliases = ["technique", "t"])]
    Techniques,
    #[value(aliases = ["mitigation", "m"])]
    Mitigations,
    #[value(aliases = ["case-study", "cases", "cs"])]
    CaseStudies,
    #[value(aliases = ["tactic", "ta"])]
    Tactics,
}

/// The word of a state on the command line.
pub(super) const fn state_word(state: State) -> &'static str {
    state.key()
}

/// What people write as well.
const fn other_words(state: State) -> &'static [&'static str] {
    match state {
        State::NotApplicable => &["not applicable", "n/a", "na"],
        State::Accepted => &["risk-accepted", "risk accepted"],
        _ => &[],
    }
}

fn statuses() -> impl TypedValueParser<Value = State> {
    let values = State::ALL.map(|s| PossibleValue::new(state_word(s)).aliases(other_words(s)));
    PossibleValuesParser::new(values).map(|word: String| {
        let word = word.to_ascii_lowercase();
        let says = |s: &State| state_word(*s) == word || other_words(*s).contains(&word.as_str());
        // The parser lets only these words through.
        State::ALL.into_iter().find(says).unwrap_or(State::Unassessed)
    })
}
