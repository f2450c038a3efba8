//! The help and the messages as lines to scroll through.

use super::command::{COMMANDS, Scope};
use super::{App, Overlay};

/// One line of the help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HelpLine {
    Heading(&'static str),
    Entry { keys: String, help: &'static str },
    Text(String),
}

/// What ATLAS asks those to say who show its content.
const ABOUT: [&str; 5] = [
    "atlasnav shows MITRE ATLAS (TM), (c) 2021-2026 The MITRE Corporation, Apache License 2.0.",
    "The built-in texts are summaries written for this program, not MITRE's text;",
    "`atlasnav --data FILE` opens an official release with its own text.",
    "MITRE ATLAS and MITRE ATT&CK are trademarks of The MITRE Corporation.",
    "This program is neither made nor endorsed by MITRE.",
];

impl App {
    /// The help: the keys of the screen at hand first, then the others, then where this comes from.
    pub fn help(&self) -> Vec<HelpLine> {
        let here = self.screen_scope();
        let mut scopes = Scope::ALL;
        scopes.sort_by_key(|s| *s != here);
        let mut lines = Vec::new();
        for scope in scopes {
            lines.push(HelpLine::Heading(scope.title()));
            for row in COMMANDS.iter().filter(|r| r.scope == scope) {
                lines.push(HelpLine::Entry { keys: row.keys.join("  "), help: row.help });
            }
            lines.push(HelpLine::Text(String::new()));
        }
        lines.push(HelpLine::Heading("About"));
        lines.push(HelpLine::Text(format!("Catalogue: ATLAS {}, {}", self.catalog.release, self.source)));
        lines.extend(ABOUT.iter().map(|line| HelpLine::Text((*line).to_owned())));
        lines
    }

    /// How many lines the help or the messages have.
    pub(super) fn popup_lines(&self) -> usize {
        match self.overlays.last() {
            Some(Overlay::Help(_)) => self.help().len(),
            Some(Overlay::Messages(_)) => self.messages.len(),
            _ => 0,
        }
    }
}
