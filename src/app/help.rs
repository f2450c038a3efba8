//! The help and the messages as lines to scroll through.

use super::command::{COMMANDS, Scope};
use super::{App, Popup};
use crate::coverage::State;
use crate::page::wrap_text;

/// One line of the help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HelpLine {
    Heading(&'static str),
    /// Either is empty where only the other goes on from the line above.
    Entry {
        keys: String,
        help: String,
    },
    Text(String),
}

/// Cells of the help's column of keys, the gap after it included.
pub const HELP_KEYS: usize = 24;

/// Signs that are no marks.
const SIGNS: [(&str, &str); 5] = [
    ("< behind a cell", "It is selected: mark commands go to all that are"),
    ("v behind a cell", "A folded sub-technique is worse off than its parent's mark says"),
    ("= behind a cell", "The same technique as the one under the cursor, in another column"),
    ("v12, ^3", "So many rows or lines are out of sight, below or above"),
    ("no glyph, dim", "The filter, or the scope of the assessment, leaves it out"),
];

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
        // The popup's frame and the column of the keys take their cells.
        let cells = usize::from(self.size.0.min(110)).saturating_sub(6 + HELP_KEYS);
        let mut scopes = Scope::ALL;
        scopes.sort_by_key(|s| *s != here);
        let mut lines = Vec::new();
        for scope in scopes {
            lines.push(HelpLine::Heading(scope.title()));
            for row in COMMANDS.iter().filter(|r| r.scope == scope) {
                let keys = self.keymap.keys(row);
                let keys = if keys.is_empty() { format!(":{}", row.name) } else { keys };
                let mut keys = wrap_text(&keys, HELP_KEYS - 3).into_iter();
                let mut helps = wrap_text(row.help, cells).into_iter();
                loop {
                    let (keys, help) = (keys.next(), helps.next());
                    if keys.is_none() && help.is_none() {
                        break;
                    }
                    let (keys, help) = (keys.unwrap_or_default(), help.unwrap_or_default());
                    lines.push(HelpLine::Entry { keys, help });
                }
            }
            lines.push(HelpLine::Text(String::new()));
        }
        lines.push(HelpLine::Heading("Marks on the matrix"));
        let states = State::ALL.into_iter().chain([State::Conflict]);
        let glyphs = states.map(|s| (s.glyph().to_string(), s.word().to_owned()));
        let signs = SIGNS.map(|(sign, what)| (sign.to_owned(), what.to_owned()));
        for (keys, what) in glyphs.chain(signs) {
            let mut keys = Some(keys);
            for help in wrap_text(&what, cells) {
                lines.push(HelpLine::Entry { keys: keys.take().unwrap_or_default(), help });
            }
        }
        lines.push(HelpLine::Text(String::new()));
        lines.push(HelpLine::Heading("About"));
        lines.push(HelpLine::Text(format!("Catalogue: ATLAS {}, {}", self.catalog.release, self.source)));
        let about = ABOUT.iter().flat_map(|line| wrap_text(line, cells + HELP_KEYS));
        lines.extend(about.map(HelpLine::Text));
        lines
    }

    /// The messages, oldest first, wrapped; each line with whether it tells of an error.
    pub fn message_lines(&self) -> Vec<(String, bool)> {
        let cells = usize::from(self.size.0.min(110)).saturating_sub(6);
        let lines =
            self.messages.iter().flat_map(|m| wrap_text(&m.text, cells).into_iter().map(|l| (l, m.is_error)));
        lines.collect()
    }

    /// How many lines the help or the messages have.
    pub(super) fn popup_lines(&self) -> usize {
        match self.popups.last() {
            Some(Popup::Help(_)) => self.help().len(),
            Some(Popup::Messages(_)) => self.message_lines().len(),
            Some(Popup::Copied(_)) => self.copied_lines().len(),
            Some(Popup::Explained(_)) => self.explained_lines().len(),
            _ => 0,
        }
    }
}
