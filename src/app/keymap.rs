//! Scope and pending keys -> command; the command table's keys, and what the user sets instead.

use super::command::{COMMANDS, Command, MENUS, Row, Scope};
use super::key::{Code, Key, parse_keys};
use crate::config::{KeySetting, Problem};

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
    /// The number of the setting that it comes from; None for a default one.
    set: Option<usize>,
}

#[derive(Debug)]
pub struct Keymap {
    bindings: Vec<Binding>,
}

impl Default for Keymap {
    /// The keys of the command table. A row that does not parse is left out; a test finds it.
    fn default() -> Keymap {
        Keymap { bindings: COMMANDS.iter().flat_map(default_bindings).collect() }
    }
}

fn default_bindings(row: &'static Row) -> impl Iterator<Item = Binding> {
    let keys = row.keys.iter().filter_map(|k| parse_keys(k).ok());
    keys.map(move |keys| Binding { scope: row.scope, keys, row, set: None })
}

/// The scopes that hold in `scope`, the nearest first.
const fn reach(scope: Scope) -> &'static [Scope] {
    match scope {
        Scope::Anywhere => &[Scope::Anywhere],
        Scope::Matrix => &[Scope::Matrix, Scope::Anywhere],
        Scope::List => &[Scope::List, Scope::Anywhere],
        Scope::Deck => &[Scope::Deck],
        Scope::Filter => &[Scope::Filter],
        Scope::Themes => &[Scope::Themes],
        Scope::Form => &[Scope::Form],
        Scope::Text => &[Scope::Text],
        Scope::Popup => &[Scope::Popup],
    }
}

/// The keys of a setting, and the row of the command that they are for.
fn parse_setting(setting: &KeySetting) -> Result<(&'static Row, Vec<Vec<Key>>), String> {
    let KeySetting { scope: place, command, keys, .. } = setting;
    let Some(scope) = Scope::ALL.into_iter().find(|scope| scope.name() == place) else {
        let names = Scope::ALL.map(Scope::name).join(", ");
        return Err(format!("there is no place {} for keys; there are {names}", quote(place)));
    };
    let Some(row) = COMMANDS.iter().find(|row| row.scope == scope && row.name == command) else {
        return Err(format!(
            "there is no command {} in [keys.{place}]; `:` on the screen and the file that `atlasnav config init` \
             writes have their names",
            quote(command)
        ));
    };
    let keys = keys.iter().map(|text| parse_keys(text)).collect::<Result<Vec<_>, _>>();
    let keys = keys.map_err(|error| format!("{}; {command} keeps its default keys", sanitized(&error)))?;
    if keys.is_empty() && row.command == Command::QuitNow {
        return Err(format!("{command} needs a key, as the way out; it keeps its default ones"));
    }
    let is_text = |key: &Key| matches!(key.code, Code::Char(_)) && !key.ctrl && !key.alt;
    if scope == Scope::Text && keys.iter().any(|sequence| sequence.first().is_some_and(is_text)) {
        return Err(format!(
            "{command} would keep a character from being typed; take a key with ctrl or alt; it keeps its \
             default ones"
        ));
    }
    Ok((row, keys))
}

fn quote(text: &str) -> String {
    let head: String = text.chars().take(40).collect();
    format!("`{}`", crate::catalog::sanitize(&head, false))
}

fn sanitized(error: &super::ParseKeyError) -> String {
    let short = super::ParseKeyError(error.0.chars().take(40).collect());
    crate::catalog::sanitize(&short.to_string(), false).into_owned()
}

impl Keymap {
    /// The default keys, but for the commands that are set. A setting that can't be is left out and told:
    /// one that names what there is not, and one whose keys are taken or would hide longer sequences.
    pub fn new(settings: &[KeySetting]) -> (Keymap, Vec<Problem>) {
        let mut keymap = Keymap::default();
        let mut problems = Vec::new();
        for (number, setting) in settings.iter().enumerate() {
            match parse_setting(setting) {
                Ok((row, keys)) => {
                    let at = keymap.remove(row);
                    let set = |keys| Binding { scope: row.scope, keys, row, set: Some(number) };
                    keymap.bindings.splice(at..at, keys.into_iter().map(set));
                }
                Err(what) => problems.push(Problem { line: setting.line, what }),
            }
        }
        // Taking a setting back gives a command its default keys, which may be taken by another one.
        // Every round takes one back, so there is an end.
        while let Some((number, what)) = keymap.conflict() {
            let Some(setting) = settings.get(number) else { break };
            problems.push(Problem { line: setting.line, what });
            let row = keymap.bindings.iter().find(|b| b.set == Some(number)).map(|b| b.row);
            let Some(row) = row else { break };
            let at = keymap.remove(row);
            keymap.bindings.splice(at..at, default_bindings(row));
        }
        problems.sort_by_key(|problem| problem.line);
        (keymap, problems)
    }

    /// Takes the bindings of a row out; returns where they stood.
    fn remove(&mut self, row: &'static Row) -> usize {
        let is_its = |b: &Binding| std::ptr::eq(b.row, row);
        let at = self.bindings.iter().position(is_its).unwrap_or(self.bindings.len());
        self.bindings.retain(|b| !is_its(b));
        at
    }

    /// Two bindings that hold in the same place and begin with the same keys, one of them set: the number
    /// of the setting to take back, the last of the two, and why.
    fn conflict(&self) -> Option<(usize, String)> {
        let mut found: Option<(usize, String)> = None;
        for b in self.bindings.iter().filter(|b| b.set.is_some()) {
            for a in &self.bindings {
                let same_place = reach(a.scope).contains(&b.scope) || reach(b.scope).contains(&a.scope);
                if std::ptr::eq(a, b) || !same_place || b.set < a.set {
                    continue;
                }
                let (name, keys) = (b.row.name, shown(&b.keys));
                let (other, others) = (a.row.name, shown(&a.keys));
                let what = if a.keys == b.keys {
                    format!("{keys} is a key of {other} already; {name} keeps its default keys")
                } else if a.keys.starts_with(&b.keys) {
                    format!("{keys} would hide {others} of {other}; {name} keeps its default keys")
                } else if b.keys.starts_with(&a.keys) {
                    format!("{keys} would be hidden by {others} of {other}; {name} keeps its default keys")
                } else {
                    continue;
                };
                if let Some(number) = b.set
                    && found.as_ref().is_none_or(|(last, _)| *last < number)
                {
                    found = Some((number, what));
                }
            }
        }
        found
    }

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

    /// What the commands that may follow have in common: the name of the menu in which all of them
    /// stand by default.
    pub fn menu(&self, scope: Scope, pending: &[Key]) -> Option<&'static str> {
        let rows = self.continuations(scope, pending);
        let first = Keymap::menu_of(rows.first()?.1)?;
        rows.iter().all(|(_, row)| Keymap::menu_of(row) == Some(first)).then_some(first)
    }

    /// The keys that open a menu: those before the last of the first of its sequences.
    pub fn keys_that_open(&self, scope: Scope, menu: &str) -> Option<&[Key]> {
        let holds = |b: &&Binding| reach(scope).contains(&b.scope) && b.keys.len() > 1;
        let mut bindings = self.bindings.iter().filter(holds);
        let binding = bindings.find(|b| Keymap::menu_of(b.row) == Some(menu))?;
        Some(&binding.keys[..binding.keys.len() - 1])
    }

    /// The same, as they are shown.
    pub fn opens(&self, scope: Scope, menu: &str) -> Option<String> {
        self.keys_that_open(scope, menu).map(shown)
    }

    /// The keys of a row as they are shown: `gx, space`; empty if it has none.
    pub fn keys(&self, row: &Row) -> String {
        let keys = self.bindings.iter().filter(|b| std::ptr::eq(b.row, row)).map(|b| shown(&b.keys));
        keys.collect::<Vec<_>>().join(", ")
    }

    /// The first of them, as hints show it.
    pub fn key(&self, row: &Row) -> Option<String> {
        self.bindings.iter().find(|b| std::ptr::eq(b.row, row)).map(|b| shown(&b.keys))
    }

    /// The first key of a command in a scope, for texts that name it; its name in the palette if it has
    /// none.
    pub fn key_of(&self, scope: Scope, command: Command) -> String {
        let mut rows = Keymap::rows(scope).filter(|row| row.command == command);
        let key = rows.clone().find_map(|row| self.key(row));
        key.or_else(|| rows.next().map(|row| format!(":{}", row.name))).unwrap_or_default()
    }

    /// The menu in which a command stands by default, if any.
    pub fn menu_of(row: &Row) -> Option<&'static str> {
        let keys = row.keys.iter().find(|keys| keys.contains(' '))?;
        MENUS.iter().find(|(first, _)| keys.starts_with(*first)).map(|(_, name)| *name)
    }

    /// The rows whose commands may be run in `scope`.
    pub fn rows(scope: Scope) -> impl Iterator<Item = &'static Row> + Clone {
        COMMANDS.iter().filter(move |r| reach(scope).contains(&r.scope))
    }
}

/// A sequence of single characters is written together, as it is typed.
pub(super) fn shown(keys: &[Key]) -> String {
    let texts: Vec<String> = keys.iter().map(ToString::to_string).collect();
    let together = texts.iter().all(|text| text.chars().count() == 1);
    texts.join(if together { "" } else { " " })
}

#[cfg(test)]
mod tests;
