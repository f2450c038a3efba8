//! The line of hints: what can be done here, as it is shown and clicked.

use super::command::{Command, Row};
use super::keymap::{Keymap, shown};
use super::{App, Popup, Screen};
use crate::page::width;

/// One hint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// The key as it is shown.
    pub key: String,
    pub word: &'static str,
    /// The column where it begins.
    pub x: u16,
    pub does: Does,
}

/// What a click on a hint does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Does {
    Run(Command),
    /// Forgets the keys that are pending.
    Leave,
    /// Press the keys that open a menu, by its name.
    Press(&'static str),
}

impl Hint {
    /// Cells of key and word.
    pub fn cells(&self) -> u16 {
        u16::try_from(width(&self.key) + 1 + width(self.word)).unwrap_or(u16::MAX)
    }
}

impl App {
    /// The hints that fit into `cells`. A hint is there whole or not at all; help and palette, or how
    /// to close what is open, always.
    pub fn hints(&self, cells: u16) -> Vec<Hint> {
        let scope = self.scope();
        let mut hints = Vec::new();
        if self.menu_is_open() {
            // What may follow is in the menu; the keys of the screen don't hold meanwhile.
            let close = Keymap::rows(scope).find(|r| r.command == Command::Close);
            let key = close.and_then(|row| self.keymap.key(row));
            let hint = |key| Hint { key, word: "cancel", x: 1, does: Does::Leave };
            return key.map(hint).into_iter().collect();
        }
        for row in Keymap::rows(scope).filter(|r| !r.hint.is_empty() && self.hint_fits(r)) {
            let does = Does::Run(row.command);
            hints.extend(self.keymap.key(row).map(|key| Hint { key, word: row.hint, x: 0, does }));
            let menu = match row.hint {
                "open" if self.mark_target().is_some() => Some(("Mark", "mark")),
                "find" if matches!(self.screen(), Screen::Matrix | Screen::List(_)) => {
                    Some(("Filter", "filter"))
                }
                "subs" => Some(("Overlay", "overlay")),
                _ => None,
            };
            hints.extend(menu.and_then(|(menu, word)| {
                let keys = self.keymap.keys_that_open(scope, menu)?;
                Some(Hint { key: shown(keys), word, x: 0, does: Does::Press(menu) })
            }));
        }
        let room = |hint: &Hint| usize::from(hint.cells()) + 2;
        let (mut always, mut others): (Vec<_>, Vec<_>) =
            hints.into_iter().partition(|h| matches!(h.word, "help" | "all" | "cancel" | "close" | "done"));
        let left = usize::from(cells).saturating_sub(1 + always.iter().map(room).sum::<usize>());
        let mut used = 0;
        others.retain(|hint| {
            used += room(hint);
            used <= left
        });
        others.append(&mut always);
        let mut x = 1;
        for hint in &mut others {
            hint.x = x;
            x = x.saturating_add(hint.cells()).saturating_add(2);
        }
        others
    }

    /// Whether a hint of the scope makes sense on the screen at hand.
    fn hint_fits(&self, row: &Row) -> bool {
        match row.hint {
            "back" => self.history().0 > 0 && *self.screen() != Screen::Matrix,
            "pane" => self.panes.len() > 1,
            "section" => matches!(self.screen(), Screen::Object(_) | Screen::Glossary(_) | Screen::Board(_)),
            "cards" => matches!(self.screen(), Screen::Glossary(_)),
            "on matrix" => matches!(self.popups.last(), Some(Popup::Search(_))),
            // A comparison is with one.
            "tick" | "filter" => !matches!(self.popups.last(), Some(Popup::Baselines(_))),
            "choose" => match self.popups.last() {
                Some(Popup::Note(_) | Popup::Name(_) | Popup::Confirm(_)) => false,
                Some(Popup::Entry(entry)) => !self.completions(entry).is_empty(),
                _ => true,
            },
            "edit" | "take away" => matches!(self.popups.last(), Some(Popup::Form(_))),
            "explain" => matches!(self.screen(), Screen::Board(_)) && !self.on_shelf(),
            // On the cards the word is about the card.
            "again" => self.mark_target().is_some() || matches!(self.screen(), Screen::Deck),
            _ => true,
        }
    }
}
