//! Scope and pending keys -> command.

use super::command::{COMMANDS, Command, Row, Scope};
use super::key::{Key, parse_keys};

/// What a sequence of keys means so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    Run(Command),
    /// The first keys of at least one sequence.
    Pending,
    Nothing,
}

#[derive(Debug)]
struct Binding {
    scope: Scope,
    keys: Vec<Key>,
    row: &'static Row,
}

#[derive(Debug)]
pub struct Keymap {
    bindings: Vec<Binding>,
}

impl Default for Keymap {
    /// The keys of the command table. A row that does not parse is left out; a test finds it.
    fn default() -> Keymap {
        let bindings = COMMANDS.iter().flat_map(|row| {
            let keys = row.keys.iter().filter_map(|k| parse_keys(k).ok());
            keys.map(move |keys| Binding { scope: row.scope, keys, row })
        });
        Keymap { bindings: bindings.collect() }
    }
}

/// The scopes that hold in `scope`, the nearest first.
const fn reach(scope: Scope) -> &'static [Scope] {
    match scope {
        Scope::Anywhere => &[Scope::Anywhere],
        Scope::Matrix => &[Scope::Matrix, Scope::Anywhere],
        Scope::List => &[Scope::List, Scope::Anywhere],
        Scope::Deck => &[Scope::Deck],
        Scope::Filter => &[Scope::Filter],
        Scope::Text => &[Scope::Text],
        Scope::Popup => &[Scope::Popup],
    }
}

impl Keymap {
    pub fn meaning(&self, scope: Scope, keys: &[Key]) -> Meaning {
        let mut pending = false;
        for scope in reach(scope) {
            for binding in self.bindings.iter().filter(|b| b.scope == *scope) {
                if binding.keys == keys {
                    return Meaning::Run(binding.row.command);
                }
                pending |= binding.keys.starts_with(keys);
            }
        }
        if pending { Meaning::Pending } else { Meaning::Nothing }
    }

    /// What may follow the pending keys: the rest of each sequence and its row.
    pub fn continuations(&self, scope: Scope, pending: &[Key]) -> Vec<(String, &'static Row)> {
        let holds = |b: &&Binding| reach(scope).contains(&b.scope) && b.keys.len() > pending.len();
        let bindings = self.bindings.iter().filter(holds).filter(|b| b.keys.starts_with(pending));
        bindings
            .map(|b| {
                let rest = b.keys[pending.len()..].iter().map(ToString::to_string);
                (rest.collect::<Vec<_>>().join(" "), b.row)
            })
            .collect()
    }

    /// The rows whose commands may be run in `scope`.
    pub fn rows(scope: Scope) -> impl Iterator<Item = &'static Row> {
        COMMANDS.iter().filter(move |r| reach(scope).contains(&r.scope))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_parses() {
        for row in COMMANDS {
            assert!(!row.keys.is_empty(), "{} has no key", row.name);
            for keys in row.keys {
                assert!(parse_keys(keys).is_ok(), "{}: {keys}", row.name);
            }
        }
    }

    #[test]
    fn no_key_has_two_meanings_and_no_sequence_is_shadowed() {
        let keymap = Keymap::default();
        for a in &keymap.bindings {
            for b in &keymap.bindings {
                let same_place = reach(a.scope).contains(&b.scope);
                if same_place && !std::ptr::eq(a, b) {
                    assert!(
                        !b.keys.starts_with(&a.keys),
                        "{:?} of {} hides {}",
                        a.keys,
                        a.row.name,
                        b.row.name
                    );
                }
            }
        }
    }

    #[test]
    fn sequences_are_pending_until_they_are_whole() {
        let keymap = Keymap::default();
        let keys = |text: &str| parse_keys(text).unwrap();
        assert_eq!(keymap.meaning(Scope::Matrix, &keys("g")), Meaning::Pending);
        assert_eq!(keymap.meaning(Scope::Matrix, &keys("g x")), Meaning::Run(Command::GoTwin));
        assert_eq!(keymap.meaning(Scope::List, &keys("g x")), Meaning::Nothing);
        assert_eq!(keymap.continuations(Scope::Matrix, &keys("z")).len(), 2);
    }
}
