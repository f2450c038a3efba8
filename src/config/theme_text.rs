//! Themes from TOML:
//!
//! ```toml
//! inherits = "default"
//! background = "#1c1c1c"                # what it is meant for; never painted
//! [palette]
//! sky = "#56b4e9"
//! [roles]
//! heading = "sky"
//! state.gap = { fg = "#e06c00", attributes = ["bold"] }
//! ```

use std::collections::BTreeMap;
use std::ops::Range;

use toml_edit::{Item, TableLike, Value};

use super::colour::{COLOUR_NAMES, Colour, Rgb, parse_rgb};
use super::text::{Problem, Toml, quote};
use super::theme::{Attributes, BUILTIN, Paint, Role, Theme};

/// The largest theme that is read, in bytes.
const LARGEST: usize = 64 * 1024;

/// Themes that inherit from each other, at the most.
const DEEPEST: usize = 8;

/// What one file says, and what it leaves to the theme that it inherits from.
#[derive(Debug, Default)]
struct Sheet {
    inherits: Option<(String, Option<usize>)>,
    background: Option<Rgb>,
    /// By the names of roles and of their parents.
    paints: BTreeMap<String, Paint>,
}

/// Whether the name is that of a role or of a role's parent.
fn is_role(name: &str) -> bool {
    let under =
        |role: &str| role.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    Role::ALL.iter().any(|role| under(role.name()))
}

/// The theme of a name and all that it inherits from.
pub(super) fn load(name: &str, find: &dyn Fn(&str) -> Option<String>) -> Result<Theme, String> {
    let mut seen: Vec<String> = Vec::new();
    let mut all: BTreeMap<String, Paint> = BTreeMap::new();
    let mut background = None;
    let mut next = name.to_owned();
    loop {
        let builtin =
            BUILTIN.iter().find(|(builtin, _)| *builtin == next).map(|(_, text)| (*text).to_owned());
        let Some(text) = builtin.or_else(|| if Theme::is_name(&next) { find(&next) } else { None }) else {
            return Err(format!(
                "there is no theme {}; `atlasnav config path` says where themes lie",
                quote(&next)
            ));
        };
        let within = |problem: Problem| {
            let line = problem.line.map(|line| format!(", line {line}")).unwrap_or_default();
            format!("theme {next}.toml{line}: {}", problem.what)
        };
        let sheet = read(&text).map_err(within)?;
        // What is nearer wins.
        for (role, paint) in sheet.paints {
            all.entry(role).or_insert(paint);
        }
        background = background.or(sheet.background);
        let Some((parent, line)) = sheet.inherits else { break };
        seen.push(std::mem::take(&mut next));
        if seen.contains(&parent) || seen.len() >= DEEPEST {
            let at = line.map(|line| format!(", line {line}")).unwrap_or_default();
            let file = seen.last().map_or("", String::as_str);
            return Err(format!(
                "theme {file}.toml{at}: it inherits from {} in a circle, or through more than {DEEPEST} \
                 themes; take out one `inherits`",
                quote(&parent)
            ));
        }
        next = parent;
    }
    let paint = |role: Role| {
        let mut name = role.name();
        loop {
            if let Some(paint) = all.get(name) {
                return *paint;
            }
            match name.rsplit_once('.') {
                Some((parent, _)) => name = parent,
                None => return all.get(Role::Normal.name()).copied().unwrap_or_default(),
            }
        }
    };
    Ok(Theme { paints: Role::ALL.map(paint), background })
}

/// Reads one theme's text, without what it inherits.
fn read(text: &str) -> Result<Sheet, Problem> {
    let toml = Toml::read(text, LARGEST)?;
    let root = toml.document.as_table();
    let mut sheet = Sheet::default();
    let mut reader = Reader { toml: &toml, palette: BTreeMap::new() };
    // The palette first, wherever it stands: the roles use it.
    if let Some(item) = root.get("palette") {
        reader.read_palette(item)?;
    }
    for (key, item) in root {
        let span = || root.key(key).and_then(toml_edit::Key::span);
        match key {
            "inherits" => {
                let name = reader.string(item, "a theme's name")?;
                sheet.inherits = Some((name.to_owned(), toml.line(item.span())));
            }
            "background" => {
                let text = reader.string(item, "a colour such as \"#1c1c1c\"")?;
                let bad = || toml.problem(item.span(), format!("{} is no #rrggbb; write one", quote(text)));
                sheet.background = Some(parse_rgb(text).ok_or_else(bad)?);
            }
            "palette" => {}
            "roles" => {
                let table = reader.table(item, "roles")?;
                reader.read_roles(table, "", &mut sheet.paints)?;
            }
            other => {
                let what = format!(
                    "{} is not known; a theme has inherits, background, [palette] and [roles]",
                    quote(other)
                );
                return Err(toml.problem(span(), what));
            }
        }
    }
    Ok(sheet)
}

struct Reader<'a, 'b> {
    toml: &'a Toml<'b>,
    palette: BTreeMap<String, Colour>,
}

impl Reader<'_, '_> {
    fn problem<T>(&self, span: Option<Range<usize>>, what: String) -> Result<T, Problem> {
        Err(self.toml.problem(span, what))
    }

    fn string<'i>(&self, item: &'i Item, wanted: &str) -> Result<&'i str, Problem> {
        item.as_str()
            .ok_or_else(|| self.toml.problem(item.span(), format!("here {wanted} is wanted, in quotes")))
    }

    fn table<'i>(&self, item: &'i Item, name: &str) -> Result<&'i dyn TableLike, Problem> {
        item.as_table_like().ok_or_else(|| {
            self.toml.problem(item.span(), format!("{name} has to be a table: write [{name}]"))
        })
    }

    fn read_palette(&mut self, item: &Item) -> Result<(), Problem> {
        for (name, item) in self.table(item, "palette")?.iter() {
            let text = self.string(item, "a colour such as \"#56b4e9\" or \"light-blue\"")?;
            let Some(colour) = Colour::parse(text) else { return self.no_colour(item.span(), text) };
            self.palette.insert(name.to_owned(), colour);
        }
        Ok(())
    }

    fn no_colour<T>(&self, span: Option<Range<usize>>, text: &str) -> Result<T, Problem> {
        let names = COLOUR_NAMES.join(", ");
        let what = format!("{} is no colour; write #rrggbb, a name of the palette, or {names}", quote(text));
        self.problem(span, what)
    }

    fn colour(&self, text: &str, span: Option<Range<usize>>) -> Result<Colour, Problem> {
        match self.palette.get(text).copied().or_else(|| Colour::parse(text)) {
            Some(colour) => Ok(colour),
            None => self.no_colour(span, text),
        }
    }

    /// `prefix` is the parent's name, or empty.
    fn read_roles(
        &self,
        table: &dyn TableLike,
        prefix: &str,
        paints: &mut BTreeMap<String, Paint>,
    ) -> Result<(), Problem> {
        let mut own: Option<Paint> = None;
        for (key, item) in table.iter() {
            let span = || table.key(key).and_then(toml_edit::Key::span).or_else(|| item.span());
            if !prefix.is_empty() && matches!(key, "fg" | "bg" | "attributes") {
                let paint = own.get_or_insert_default();
                match key {
                    "fg" => paint.fg = Some(self.colour(self.string(item, "a colour")?, item.span())?),
                    "bg" => paint.bg = Some(self.colour(self.string(item, "a colour")?, item.span())?),
                    _ => paint.attributes = self.attributes(item)?,
                }
                continue;
            }
            let name = if prefix.is_empty() { key.to_owned() } else { format!("{prefix}.{key}") };
            if !is_role(&name) {
                let roles = Role::ALL.map(Role::name).join(", ");
                let what = format!("there is no role {}; the roles are {roles}", quote(&name));
                return self.problem(span(), what);
            }
            if let Some(text) = item.as_str() {
                let paint = Paint { fg: Some(self.colour(text, item.span())?), ..Paint::PLAIN };
                paints.insert(name, paint);
            } else if let Some(table) = item.as_table_like() {
                self.read_roles(table, &name, paints)?;
            } else {
                let what = "a role is a colour in quotes, or { fg = ..., bg = ..., attributes = [...] }";
                return self.problem(item.span(), what.to_owned());
            }
        }
        // An empty table is a role that looks like nothing special.
        if own.is_some() || table.is_empty() && !prefix.is_empty() {
            paints.insert(prefix.to_owned(), own.unwrap_or_default());
        }
        Ok(())
    }

    fn attributes(&self, item: &Item) -> Result<Attributes, Problem> {
        let known = Attributes::NAMES.map(|(name, _)| name).join(", ");
        let Some(array) = item.as_array() else {
            return self.problem(item.span(), format!("attributes are a list in brackets, of {known}"));
        };
        let mut all = Attributes::NONE;
        for value in array {
            let name = value.as_str().unwrap_or_default();
            match Attributes::NAMES.iter().find(|(known, _)| *known == name) {
                Some((_, attribute)) => all = all.and(*attribute),
                None => {
                    let text = value.as_str().map_or_else(|| Value::to_string(value), str::to_owned);
                    let what = format!("{} is no attribute; there are {known}", quote(text.trim()));
                    return self.problem(value.span(), what);
                }
            }
        }
        Ok(all)
    }
}
