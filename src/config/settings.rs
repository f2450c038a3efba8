//! The settings: one row each in [`SETTINGS`]. The reader, `config init`, the check of unknown keys
//! and the table in `docs/configuration.md` follow from the rows.

use toml_edit::{DocumentMut, Item, Key, TableLike, Value, value};

use super::text::{Problem, Toml, quote};
use super::weights::{self, WEIGHTS};
use super::{Charset, Depth, Theme};
use crate::coverage::Weights;

/// The largest file of settings that is read, in bytes.
const LARGEST: usize = 256 * 1024;

/// What the user has set. What is not set has its default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The name of the theme.
    pub theme: String,
    /// None to go by the terminal.
    pub color: Option<Depth>,
    /// None to go by the locale.
    pub charset: Option<Charset>,
    /// Whether the mouse is the program's at the start; None for everywhere but over SSH.
    pub mouse: Option<bool>,
    /// Whether the panes beside the matrix show at the start.
    pub side_pane: bool,
    /// The zoom of the matrix at the start, 0 to 3.
    pub zoom: usize,
    /// Milliseconds after which the menu of what may follow a key opens.
    pub which_key: u16,
    /// Whether links are sent to the terminal as such (OSC 8).
    pub links: bool,
    /// The assessment file, as it was written: `~/` and relative paths are not resolved.
    pub assessment: Option<String>,
    /// The ATLAS file, likewise.
    pub data: Option<String>,
    /// Who marks; None for the login name.
    pub author: Option<String>,
    /// What scores of the plan are made of.
    pub weights: Weights,
    /// Keys other than the default ones, in the order of the file.
    pub keys: Vec<KeySetting>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            theme: Theme::DEFAULT.to_owned(),
            color: None,
            charset: None,
            mouse: None,
            side_pane: true,
            zoom: 0,
            which_key: 300,
            links: false,
            assessment: None,
            data: None,
            author: None,
            weights: Weights::default(),
            keys: Vec::new(),
        }
    }
}

/// The keys of a command, as they were written: `[keys.SCOPE] COMMAND = ["KEYS", ...]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySetting {
    pub scope: String,
    pub command: String,
    /// Sequences; none for a command that is to have no key.
    pub keys: Vec<String>,
    pub line: Option<usize>,
}

/// One setting.
pub struct Setting {
    pub name: &'static str,
    /// What it is when nothing is set, as it would be written.
    pub default: &'static str,
    /// What may be written.
    pub values: &'static str,
    /// One sentence.
    pub help: &'static str,
    /// Takes a value over; false if it is none that may be written.
    set: fn(&mut Settings, &Value) -> bool,
}

/// Every setting but the keys, which have tables of their own.
pub const SETTINGS: [Setting; 11] = [
    Setting {
        name: "theme",
        default: "\"default\"",
        values: "the name of a built-in theme or of a file in the directory `themes`",
        help: "What it looks like; the key T tries them out.",
        set: |settings, value| {
            let name = value.as_str().filter(|name| Theme::is_name(name));
            name.map(|name| name.clone_into(&mut settings.theme)).is_some()
        },
    },
    Setting {
        name: "color",
        default: "\"auto\"",
        values: "\"auto\", \"never\", \"16\", \"256\" or \"true\"",
        help: "How many colours to use; auto goes by the environment.",
        set: |settings, value| {
            parse_color(value.as_str().unwrap_or_default()).map(|color| settings.color = color).is_some()
        },
    },
    Setting {
        name: "charset",
        default: "\"auto\"",
        values: "\"auto\", \"ascii\" or \"unicode\"",
        help: "What lines are drawn with; auto is unicode under a UTF-8 locale.",
        set: |settings, value| {
            settings.charset = match value.as_str() {
                Some("auto") => None,
                Some("ascii") => Some(Charset::Ascii),
                Some("unicode") => Some(Charset::Unicode),
                _ => return false,
            };
            true
        },
    },
    Setting {
        name: "mouse",
        default: "\"auto\"",
        values: "\"auto\", \"on\" or \"off\"",
        help: "Whether the mouse is the program's at the start; auto is everywhere but over SSH.",
        set: |settings, value| {
            settings.mouse = match value.as_str() {
                Some("auto") => None,
                Some("on") => Some(true),
                Some("off") => Some(false),
                _ => return false,
            };
            true
        },
    },
    Setting {
        name: "side-pane",
        default: "true",
        values: "true or false",
        help: "Whether the panes beside the matrix show at the start, where there is room.",
        set: |settings, value| value.as_bool().map(|on| settings.side_pane = on).is_some(),
    },
    Setting {
        name: "zoom",
        default: "0",
        values: "0 (the whole matrix) to 3",
        help: "The zoom of the matrix at the start.",
        set: |settings, value| {
            let zoom = value.as_integer().and_then(|n| usize::try_from(n).ok()).filter(|n| *n <= 3);
            zoom.map(|zoom| settings.zoom = zoom).is_some()
        },
    },
    Setting {
        name: "which-key",
        default: "300",
        values: "0 (at once) to 10000, in milliseconds",
        help: "After how long a pause the menu of what may follow a key such as g or m opens.",
        set: |settings, value| {
            let pause = value.as_integer().and_then(|n| u16::try_from(n).ok()).filter(|n| *n <= 10_000);
            pause.map(|pause| settings.which_key = pause).is_some()
        },
    },
    Setting {
        name: "links",
        default: "false",
        values: "true or false",
        help: "Whether ids and addresses are links of the terminal (OSC 8), to be opened in a browser.",
        set: |settings, value| value.as_bool().map(|on| settings.links = on).is_some(),
    },
    Setting {
        name: "assessment",
        default: "\"\"",
        values: "a path, from the directory of this file; `~/` is the home directory",
        help: "The file of marks; empty for the default place.",
        set: |settings, value| text(value).map(|path| settings.assessment = path).is_ok(),
    },
    Setting {
        name: "data",
        default: "\"\"",
        values: "a path, likewise",
        help: "An official ATLAS file to open; empty for the built-in catalogue.",
        set: |settings, value| text(value).map(|path| settings.data = path).is_ok(),
    },
    Setting {
        name: "author",
        default: "\"\"",
        values: "a name",
        help: "Who marks, as it is written into marks; empty for the login name.",
        set: |settings, value| text(value).map(|name| settings.author = name).is_ok(),
    },
];

/// A depth as flag and file write it: None is no depth, `Some(None)` is `auto`.
pub fn parse_color(text: &str) -> Option<Option<Depth>> {
    Some(match text {
        "auto" => None,
        "never" => Some(Depth::Monochrome),
        "16" => Some(Depth::Sixteen),
        "256" => Some(Depth::Indexed),
        "true" => Some(Depth::True),
        _ => return None,
    })
}

/// A text on one line that does no harm; an empty one is none. Other values are an error.
fn text(value: &Value) -> Result<Option<String>, ()> {
    let text = value.as_str().filter(|text| !text.contains(crate::catalog::is_unsafe)).ok_or(())?.trim();
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

impl Settings {
    /// Reads a file's text. What is wrong keeps its default and is told, with its line.
    pub fn read(source: &str) -> (Settings, Vec<Problem>) {
        let mut settings = Settings::default();
        let toml = match Toml::read(source, LARGEST) {
            Ok(toml) => toml,
            Err(problem) => return (settings, vec![problem]),
        };
        let mut problems = Vec::new();
        let root = toml.document.as_table();
        for (name, item) in root {
            if name == "keys" {
                read_keys(&toml, item, &mut settings.keys, &mut problems);
                continue;
            }
            if name == "weights" {
                read_weights(&toml, item, &mut settings.weights, &mut problems);
                continue;
            }
            let span = root.key(name).and_then(Key::span);
            let Some(setting) = SETTINGS.iter().find(|setting| setting.name == name) else {
                let names = SETTINGS.iter().map(|setting| setting.name).collect::<Vec<_>>().join(", ");
                let what = format!("{} is no setting; there are {names}, [weights] and [keys]", quote(name));
                problems.push(toml.problem(span, what));
                continue;
            };
            let taken = item.as_value().is_some_and(|value| (setting.set)(&mut settings, value));
            if !taken {
                let Setting { name, values, default, .. } = setting;
                let what = format!("{name} has to be {values}; it is taken as {default}");
                problems.push(toml.problem(span, what));
            }
        }
        (settings, problems)
    }
}

fn read_keys(toml: &Toml<'_>, item: &Item, keys: &mut Vec<KeySetting>, problems: &mut Vec<Problem>) {
    let Some(scopes) = item.as_table_like() else {
        problems.push(toml.problem(item.span(), "keys has to be tables such as [keys.everywhere]"));
        return;
    };
    let place = |table: &dyn TableLike, key: &str, item: &Item| {
        table.key(key).and_then(Key::span).or_else(|| item.span())
    };
    for (scope, item) in scopes.iter() {
        let Some(commands) = item.as_table_like() else {
            let what = format!("{} has to be a table such as [keys.everywhere]", quote(scope));
            problems.push(toml.problem(place(scopes, scope, item), what));
            continue;
        };
        for (command, item) in commands.iter() {
            let span = place(commands, command, item);
            let list =
                item.as_array().map(|array| array.iter().map(Value::as_str).collect::<Option<Vec<_>>>());
            match list.flatten() {
                Some(list) => keys.push(KeySetting {
                    scope: scope.to_owned(),
                    command: command.to_owned(),
                    keys: list.into_iter().map(str::to_owned).collect(),
                    line: toml.line(span),
                }),
                None => {
                    let what = format!(
                        "the keys of {} have to be a list of texts such as [\"/\", \"g i\"]; it keeps its \
                         default ones",
                        quote(command)
                    );
                    problems.push(toml.problem(span, what));
                }
            }
        }
    }
}

fn read_weights(toml: &Toml<'_>, item: &Item, weights: &mut Weights, problems: &mut Vec<Problem>) {
    let Some(table) = item.as_table_like() else {
        problems.push(toml.problem(item.span(), "weights has to be a table: [weights]"));
        return;
    };
    for (name, item) in table.iter() {
        let span = table.key(name).and_then(Key::span).or_else(|| item.span());
        let Some(weight) = WEIGHTS.iter().find(|weight| weight.name == name) else {
            let names = WEIGHTS.iter().map(|weight| weight.name).collect::<Vec<_>>().join(", ");
            problems.push(toml.problem(span, format!("{} is no weight; there are {names}", quote(name))));
            continue;
        };
        if !item.as_value().is_some_and(|value| weight.set(weights, value)) {
            let what = format!(
                "{name} has to be {}; it is taken as {}",
                weight.values(),
                weight.written(&Weights::default())
            );
            problems.push(toml.problem(span, what));
        }
    }
}

/// The text with another theme in it; comments and everything else stay as they are.
pub fn with_theme(source: &str, name: &str) -> Result<String, Problem> {
    // The same checks as for reading, and the same sentence.
    Toml::read(source, LARGEST)?;
    let mut document: DocumentMut =
        source.parse().map_err(|_| Problem { line: None, what: "this is no TOML; mend it".to_owned() })?;
    match document.get_mut("theme").and_then(Item::as_value_mut) {
        Some(old) => {
            let decor = old.decor().clone();
            *old = Value::from(name);
            *old.decor_mut() = decor;
        }
        None => {
            document.remove("theme");
            document.insert("theme", value(name));
        }
    }
    Ok(document.to_string())
}

/// What `config init` writes before the keys: every setting with its default, in comments.
pub fn sample() -> String {
    let mut out = String::from(
        "# Settings of atlasnav. What is commented out is the default.\n\
         # Flags come before the environment, the environment before this file.\n",
    );
    for Setting { name, default, values, help, .. } in &SETTINGS {
        out.push_str(&format!("\n# {help}\n# It may be {values}.\n# {name} = {default}\n"));
    }
    out.push_str(&weights::sample());
    out.push_str(
        "\n# Keys, a table for each place. A sequence is separated by spaces; an empty list takes a command's\n\
         # keys away.\n",
    );
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<String> {
        Settings::read(text).1.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_sample_sets_nothing_and_holds_every_default() {
        let sample = sample();
        assert_eq!(Settings::read(&sample), (Settings::default(), Vec::new()));
        // With the comments taken off the lines that set something, it still is the default.
        let mut live = String::new();
        for Setting { name, default, .. } in &SETTINGS {
            let line = format!("{name} = {default}\n");
            assert!(sample.contains(&format!("\n# {line}")), "{name}");
            live.push_str(&line);
        }
        assert_eq!(Settings::read(&live), (Settings::default(), Vec::new()));
    }

    #[test]
    fn every_setting_is_taken_over() {
        let text = "theme = \"dark\"\ncolor = \"256\"\ncharset = \"unicode\"\nmouse = \"off\"\nside-pane = false\nzoom = 2\nwhich-key = 0\nlinks = true\n\
                    assessment = \"~/marks.yaml\"\ndata = \"ATLAS.yaml\"\nauthor = \" Zoë \"\n\
                    [keys.everywhere]\nfind = [\"/\", \"ctrl-s\"]\nundo = []\n[weights]\nincident = 3\n";
        let (settings, problems) = Settings::read(text);
        assert_eq!(problems, []);
        let key = |command: &str, keys: &[&str], line| KeySetting {
            scope: "everywhere".to_owned(),
            command: command.to_owned(),
            keys: keys.iter().map(|k| (*k).to_owned()).collect(),
            line: Some(line),
        };
        let expected = Settings {
            theme: "dark".to_owned(),
            color: Some(Depth::Indexed),
            charset: Some(Charset::Unicode),
            mouse: Some(false),
            side_pane: false,
            zoom: 2,
            which_key: 0,
            links: true,
            assessment: Some("~/marks.yaml".to_owned()),
            data: Some("ATLAS.yaml".to_owned()),
            author: Some("Zoë".to_owned()),
            weights: Weights { incident: 3, ..Weights::default() },
            keys: vec![key("find", &["/", "ctrl-s"], 13), key("undo", &[], 14)],
        };
        assert_eq!(settings, expected);
    }

    #[test]
    fn what_is_wrong_keeps_its_default_and_is_told_with_its_line() {
        let text = "color = \"green\"\nzoom = 4\nthem = 1\nside-pane = \"yes\"\ncharset = []\n\
                    theme = \"../x\"\nauthor = \"a\\u001b[31m\"\n[keys]\nx = 1\n[keys.list]\nsort = \"s\"\n\
                    back = [1]\n";
        let (settings, _) = Settings::read(text);
        assert_eq!(settings, Settings::default());
        let said = problems(text);
        for (line, begins) in [
            (1, "line 1: color has to be \"auto\", "),
            (2, "line 2: zoom has to be 0 (the whole matrix) to 3; it is taken as 0"),
            (3, "line 3: `them` is no setting; there are theme, "),
            (4, "line 4: side-pane has to be true or false; it is taken as true"),
            (5, "line 5: charset has to be "),
            (6, "line 6: theme has to be "),
            (7, "line 7: author has to be a name; "),
            (9, "line 9: `x` has to be a table such as [keys.everywhere]"),
            (11, "line 11: the keys of `sort` have to be a list"),
            (12, "line 12: the keys of `back` have to be a list"),
        ] {
            assert!(said.iter().any(|s| s.starts_with(begins)), "{line}: {said:#?}");
        }
        assert_eq!(said.len(), 10);
        assert!(problems("a = \nb = 1")[0].starts_with("line 1: this is no TOML ("));
        assert!(problems("keys = 1")[0].starts_with("line 1: keys has to be tables"));
        assert!(problems(&"#\n".repeat(LARGEST))[0].contains("larger than 256 KiB"));
    }

    #[test]
    fn another_theme_leaves_the_rest_of_the_file_alone() {
        let text = "# mine\ntheme   = \"dark\" # for the evening\n\nzoom = 1\n[keys.list]\n# s is taken\nsort = [\"o\"]\n";
        assert_eq!(with_theme(text, "light").unwrap(), text.replace("\"dark\"", "\"light\""));
        // Where there is none, it must not end up in the table of the keys.
        let text = "# mine\nzoom = 1\n\n[keys.list]\nsort = [\"o\"]\n";
        let with = with_theme(text, "light").unwrap();
        assert_eq!(Settings::read(&with).0.theme, "light");
        assert_eq!(with.replace("theme = \"light\"\n", ""), text);
        assert_eq!(with_theme("", "light").unwrap(), "theme = \"light\"\n");
        assert_eq!(Settings::read(&with_theme("[theme]\nx = 1\n", "light").unwrap()).0.theme, "light");
        let error = with_theme("zoom = \n", "light").unwrap_err();
        assert!(error.to_string().starts_with("line 1: this is no TOML"), "{error}");
        let sample = sample();
        assert_eq!(Settings::read(&with_theme(&sample, "dark").unwrap()).0.theme, "dark");
    }
}
