//! The command line.

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Parser, Subcommand, ValueEnum};

use super::report::Report;
use super::shell::Shell;
use crate::coverage::{Figure, State};

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
    /// Keep the marks in this file, which is made with the first mark; or in the assessment of this key
    #[arg(short = 'C', long, value_name = "FILE|KEY", global = true)]
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
  atlasnav plan                         what to fix first, and why
  atlasnav check --min covered=40%      for pipelines: exit code 1 if it falls short
  atlasnav -C team.yaml status --json   how far another assessment is
  atlasnav report --to html -o q4.html  a page to hand on, with figures, plan and matrix

Ids may be shortened: 51, t51.1, m20, cs26, ta2.
Marks lie in $XDG_DATA_HOME/atlasnav/assessments/default.yaml (~/.local/share/...), or in the file
given with -C, or in the assessment chosen with `atlasnav assessment use`: YAML, made to be read, edited by hand and merged by git.
Settings (theme, colours, keys, paths) lie in $XDG_CONFIG_HOME/atlasnav/config.toml, or in the file
that --config or ATLASNAV_CONFIG names; `atlasnav config init` writes one to start from.

Exit codes: 0 done, 1 nothing found, conflicts left or a check falls short,
2 wrong usage, 3 bad data or marks file.";

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
        /// Only what has these fields: area:evasion platform:agentic maturity:realized status:gap owner:soc
        /// tactic:exfil mitigated:no case:cs26 status:gap owner:soc attention:stale
        fields: Vec<String>,
        /// Answer as JSON
        #[arg(long)]
        json: bool,
    },
    /// Mark techniques and mitigations: status, owner, note, evidence, days of test and review
    #[command(after_help = MARK)]
    Mark(Box<MarkArgs>),
    /// Print the matrix: the tactics in their order with their techniques and marks
    Matrix {
        /// Only what has these fields: area:evasion platform:agentic maturity:realized status:gap owner:soc
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
    /// Where we stand: how many techniques are assessed, covered and tested, in all and per tactic
    Status {
        /// Only what has these fields: area:evasion platform:agentic maturity:realized status:gap owner:soc
        fields: Vec<String>,
        /// Say by which rule each figure is counted, and of what; or one figure, such as covered or ceiling
        #[arg(long, value_name = "FIGURE", num_args = 0..=1, require_equals = true, default_missing_value = "all",
              value_parser = figures())]
        explain: Option<String>,
        /// Answer as JSON
        #[arg(long)]
        json: bool,
    },
    /// The open techniques, those that attackers use most first
    Gaps {
        /// Only what has these fields: area:evasion platform:agentic maturity:realized status:gap owner:soc
        fields: Vec<String>,
        /// Print at most so many
        #[arg(long, value_name = "N", default_value_t = 20)]
        limit: usize,
        /// Answer as JSON
        #[arg(long)]
        json: bool,
    },
    /// What to fix first: gaps that ATLAS lists mitigations for, gaps that need controls of our own, and the
    /// mitigations that bring most; with the sums
    Plan {
        /// Only what has these fields: area:evasion platform:agentic maturity:realized status:gap owner:soc
        fields: Vec<String>,
        /// Print at most so many of each list
        #[arg(long, value_name = "N", default_value_t = 10)]
        limit: usize,
        /// One of the lists only
        #[arg(long)]
        list: Option<PlanList>,
        /// Answer as JSON
        #[arg(long)]
        json: bool,
    },
    /// Which statuses the marks of mitigations suggest for techniques
    Suggestions {
        /// Only what has these fields: area:evasion platform:agentic maturity:realized status:gap owner:soc
        fields: Vec<String>,
        /// Answer as JSON
        #[arg(long)]
        json: bool,
    },
    /// Mark techniques as suggested; nothing is ever marked so by itself
    Accept {
        /// Techniques with a suggestion, such as t51.1
        #[arg(required_unless_present = "all")]
        ids: Vec<String>,
        /// All that is suggested
        #[arg(long, conflicts_with = "ids")]
        all: bool,
        /// Only say what would be marked
        #[arg(long)]
        dry_run: bool,
        /// Answer as JSON
        #[arg(long)]
        json: bool,
    },
    /// What marking a mitigation would change: suggestions, and case-study steps that get a control
    WhatIf {
        /// Such as m20
        mitigation: String,
        /// The status that it would get
        #[arg(value_parser = statuses(), ignore_case = true, default_value = "covered")]
        status: State,
        /// Answer as JSON
        #[arg(long)]
        json: bool,
    },
    /// Who said what when: of one object, or of all, the oldest first
    Log {
        /// Such as t51.1, m20
        id: Option<String>,
        /// Only from this day on: 2026-12-31, today, -2w
        #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
        since: Option<String>,
        /// Answer as JSON
        #[arg(long)]
        json: bool,
    },
    /// Keep the assessment as it is today, and compare with how it was
    Snapshot {
        #[command(subcommand)]
        action: SnapshotAction,
        /// Answer as JSON
        #[arg(long, global = true)]
        json: bool,
    },
    /// Several assessments: one for each AI system or organisation
    Assessment {
        #[command(subcommand)]
        action: AssessmentAction,
        /// Answer as JSON
        #[arg(long, global = true)]
        json: bool,
    },
    /// Fail with exit code 1 if figures fall short, and say what does; for pipelines
    #[command(after_help = CHECK)]
    Check {
        /// The least that is enough, such as covered=40% or tested=12; may be given several times
        #[arg(long, value_name = "FIGURE=N", required_unless_present = "max")]
        min: Vec<String>,
        /// The most that is allowed, such as stale=5 or due=0; may be given several times
        #[arg(long, value_name = "FIGURE=N")]
        max: Vec<String>,
        /// Only what has these fields: 'area:evasion maturity:realized owner:soc'
        #[arg(long, value_name = "FIELDS", default_value = "", hide_default_value = true)]
        scope: String,
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

/// One of the lists of `plan`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum PlanList {
    /// Gaps with a mitigation that ATLAS lists and that is unfinished
    Mitigable,
    /// Gaps that need controls of our own
    Own,
    /// Mitigations by the case-study steps that they give a first control
    Mitigations,
}

/// What is to be set, and on what.
#[derive(Debug, clap::Args)]
pub(super) struct MarkArgs {
    /// Objects such as AML.T0051.001, t51.1, m20; the last word may be the status
    #[arg(value_name = "ID... [STATUS]", required_unless_present_any = ["all_of", "from"])]
    pub what: Vec<String>,
    /// Mark all techniques that have these fields: 'area:evasion maturity:realized status:gap'
    #[arg(long, value_name = "FIELDS")]
    pub all_of: Option<String>,
    /// Mark what the lines of a file say, or of the standard input (-)
    #[arg(long, value_name = "FILE", conflicts_with_all = ["what", "all_of", "owner", "no_owner", "note", "no_note",
          "append_note", "evidence", "no_evidence", "tested", "no_tested", "review", "no_review"])]
    pub from: Option<PathBuf>,
    /// Who sees to it; an empty one takes it away
    #[arg(long)]
    pub owner: Option<String>,
    #[arg(long, conflicts_with = "owner", hide = true)]
    pub no_owner: bool,
    /// Set the note; an empty one takes it away
    #[arg(long)]
    pub note: Option<String>,
    #[arg(long, conflicts_with_all = ["note", "append_note"], hide = true)]
    pub no_note: bool,
    /// Put a line behind the note
    #[arg(long, value_name = "TEXT", conflicts_with = "note")]
    pub append_note: Option<String>,
    /// What stands behind the mark: prevent:, detect: or respond: and what it is; may be given several times
    #[arg(long, value_name = "KIND:WHAT")]
    pub evidence: Vec<String>,
    /// Where that evidence is found
    #[arg(long, value_name = "URL", requires = "evidence")]
    pub link: Option<String>,
    /// Take evidence away: this piece, or all
    #[arg(long, value_name = "KIND:WHAT", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub no_evidence: Option<String>,
    /// The day of the last test: 2026-12-31, today, -2w; an empty one takes it away
    #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
    pub tested: Option<String>,
    #[arg(long, conflicts_with = "tested", hide = true)]
    pub no_tested: bool,
    /// The day by which to look at it again: 2026-12-31, +90d, +3m, +1y; an empty one takes it away
    #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
    pub review: Option<String>,
    #[arg(long, conflicts_with = "review", hide = true)]
    pub no_review: bool,
    /// Only say what would change
    #[arg(long)]
    pub dry_run: bool,
    /// Answer as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum SnapshotAction {
    /// Keep the assessment as it is now, under a name
    Take { name: String },
    /// List the snapshots, the oldest first
    List,
    /// What changed since a snapshot: we, time, or ATLAS
    Compare {
        /// The name of a snapshot
        then: String,
        /// The name of a later one; the assessment as it is now if left out
        now: Option<String>,
    },
    /// Say where the file of a snapshot lies; -C opens it
    Path { name: String },
}

#[derive(Debug, Subcommand)]
pub(super) enum AssessmentAction {
    /// Make an assessment
    New {
        /// The AI system or organisation; its key is made from it
        name: String,
        /// The platforms that it has, such as agentic,generative: only their techniques count
        #[arg(long, value_name = "PLATFORMS", value_delimiter = ',')]
        platforms: Vec<String>,
        /// Begin with the marks of this one
        #[arg(long, value_name = "KEY")]
        like: Option<String>,
    },
    /// List the assessments
    List,
    /// Open this one from now on, when none is named
    Use { key: String },
    /// Where two assessments differ
    Compare { first: String, second: String },
    /// Give an assessment another name; its key and file stay
    Rename { key: String, name: String },
    /// Say which platforms it has; without any, all
    Platforms { key: String, platforms: Vec<String> },
    /// The worst that any of several assessments says, never an average
    Worst {
        /// All assessments if left out
        keys: Vec<String>,
    },
}

const MARK: &str = "\
Examples:
  atlasnav mark 51.1 partial --owner soc --note 'input filter live' --review +90d
  atlasnav mark 51.1 --evidence detect:'rule 7' --link https://wiki/rule-7
  atlasnav mark m20 m21 planned
  atlasnav mark --all-of 'area:evasion maturity:feasible' gap --dry-run
  atlasnav mark --from marks.txt        lines such as: 51.1 partial owner=soc note='input filter'
  atlasnav mark --from -                the same from the standard input

An empty value takes a field away: --owner '' or --no-owner; likewise --no-note, --no-tested, --no-review.
A line of a file is ID [STATUS] [KEY=VALUE ...] with the keys owner, note, append-note, evidence, link,
tested and review; # begins a comment. A table (CSV) begins with a line of column names, id among them. All
lines are one change: one undo takes them back, and if one of them is wrong nothing is marked.";

const CHECK: &str = "\
Figures: covered, tested, assessed, steps, mitigations (of what is applicable or in scope), and due,
expired, stale, unowned, without-evidence, conflicts, suggestions. N is a number or a share such as 40%.
`atlasnav status --explain` says how each is counted.

Exit codes: 0 all is enough, 1 something falls short, 2 wrong usage, 3 bad data or marks file.";

/// The figures that `--explain` takes.
fn figures() -> PossibleValuesParser {
    PossibleValuesParser::new(std::iter::once("all").chain(Figure::PLAIN.map(Figure::word)))
}

/// The word of a state on the command line: one word each, as a shell likes it.
pub(super) const fn state_word(state: State) -> &'static str {
    state.key()
}

fn statuses() -> impl TypedValueParser<Value = State> {
    let values = State::ALL.map(|s| PossibleValue::new(s.key()).aliases(s.other_keys()));
    // The parser lets only these words through.
    PossibleValuesParser::new(values).map(|word: String| State::from_key(&word).unwrap_or(State::Unassessed))
}
