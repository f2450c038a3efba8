//! For the shell: completions and the manual page, from the same definitions as the arguments and the
//! command table.

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{CommandFactory, ValueEnum};

use super::Failure;
use super::args::Args;
use super::output::Output;
use crate::app::key_table;
use crate::catalog::{Catalog, Distinction, guide};
use crate::coverage::{Aspect, Assessment, State};
use crate::store::{Shelf, Store};

/// A shell for which completions can be made.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Shell {
    Bash,
    Zsh,
    Fish,
}

/// The script that completes verbs, options, statuses, fields, terms, and the ids of the catalogue.
pub(super) fn completions(catalog: &Catalog, store: &Store, shell: Shell) -> Result<(), Failure> {
    let named = |id: crate::catalog::ObjectId| PossibleValue::new(id.short()).help(catalog.full_name(id));
    let markable: Vec<PossibleValue> = catalog.markable().map(named).collect();
    let others = catalog.case_studies.iter().map(|c| c.id).chain(catalog.tactics.iter().map(|t| t.id));
    let all: Vec<PossibleValue> = markable.iter().cloned().chain(others.map(named)).collect();
    // Owners are in an assessment, and the script is for all of them.
    let nobody = Assessment::default();
    let fields = Aspect::all().flat_map(|aspect| {
        let values = aspect.values(catalog, &nobody).into_iter();
        values.map(move |v| PossibleValue::new(format!("{}:{}", aspect.word(), v.key)).help(v.name))
    });
    let fields: Vec<PossibleValue> = fields.collect();
    let terms: Vec<PossibleValue> =
        guide().terms.iter().map(|t| PossibleValue::new(t.name.to_string())).collect();
    // The values are for completing only: on the command line ids may be shortened and words be anything.
    let values = [
        ("show", "id", all),
        ("mark", "what", markable.iter().cloned().chain(states()).collect()),
        ("accept", "ids", catalog.techniques.iter().map(|t| named(t.id)).collect()),
        ("what-if", "mitigation", catalog.mitigations.iter().map(|m| named(m.id)).collect()),
        ("log", "id", markable),
        ("status", "fields", fields.clone()),
        ("gaps", "fields", fields.clone()),
        ("plan", "fields", fields.clone()),
        ("suggestions", "fields", fields.clone()),
        ("list", "fields", fields.clone()),
        ("matrix", "fields", fields.clone()),
        ("report", "fields", fields.clone()),
        ("find", "query", fields),
        ("glossary", "term", terms),
    ];
    let mut command = Args::command();
    let mut fish = String::new();
    for (verb, argument, values) in values {
        if matches!(shell, Shell::Fish) {
            fish.push_str(&fish_values(verb, &values));
        }
        command = command.mut_subcommand(verb, |verb| {
            verb.mut_arg(argument, |a| a.value_parser(PossibleValuesParser::new(values)))
        });
    }
    // What there is of them when the script is made; a shell makes it anew at each start.
    let plain = |names: Vec<String>| names.into_iter().map(PossibleValue::new).collect::<Vec<_>>();
    let keys = plain(Shelf::find().map(|shelf| shelf.keys()).unwrap_or_default());
    let snapshots = plain(store.snapshot_keys());
    let nested = [
        ("assessment", "use", "key", &keys),
        ("assessment", "rename", "key", &keys),
        ("assessment", "platforms", "key", &keys),
        ("assessment", "compare", "first", &keys),
        ("assessment", "worst", "keys", &keys),
        ("snapshot", "compare", "then", &snapshots),
        ("snapshot", "path", "name", &snapshots),
    ];
    for (verb, action, argument, values) in nested.into_iter().filter(|(_, _, _, values)| !values.is_empty())
    {
        if matches!(shell, Shell::Fish) {
            fish.push_str(&fish_values(&format!("{verb}; and __fish_seen_subcommand_from {action}"), values));
        }
        let parser = PossibleValuesParser::new(values.clone());
        command = command.mut_subcommand(verb, |verb| {
            verb.mut_subcommand(action, |action| action.mut_arg(argument, |a| a.value_parser(parser)))
        });
    }
    // An argument that was changed has become the last one, and zsh goes by the order.
    for (action, argument) in [("compare", "second"), ("rename", "name"), ("platforms", "platforms")] {
        command = command.mut_subcommand("assessment", |verb| {
            verb.mut_subcommand(action, |action| action.mut_arg(argument, |a| a))
        });
    }
    command = command
        .mut_subcommand("snapshot", |verb| verb.mut_subcommand("compare", |c| c.mut_arg("now", |a| a)))
        .mut_subcommand("what-if", |verb| verb.mut_arg("status", |a| a));
    let generator = match shell {
        Shell::Bash => clap_complete::Shell::Bash,
        Shell::Zsh => clap_complete::Shell::Zsh,
        Shell::Fish => clap_complete::Shell::Fish,
    };
    let mut script = Vec::new();
    clap_complete::generate(generator, &mut command, "atlasnav", &mut script);
    if matches!(shell, Shell::Zsh) {
        // The generator writes a colon as if it were in a text; in a value it is the end of the value
        // unless it is quoted once more.
        let mut text = String::from_utf8_lossy(&script).into_owned();
        for aspect in Aspect::all() {
            for value in aspect.values(catalog, &nobody) {
                let (word, key) = (aspect.word(), value.key);
                text = text.replace(&format!("{word}\\:{key}\\:\""), &format!("{word}\\\\\\:{key}\\:\""));
            }
        }
        script = text.into_bytes();
    }
    script.extend_from_slice(fish.as_bytes());
    print(&script)
}

fn states() -> impl Iterator<Item = PossibleValue> {
    State::ALL.into_iter().map(|s| PossibleValue::new(s.key()))
}

/// The generator has no values of arguments for fish. Fish reads the text in double quotes once more as
/// a list, in which single quotes hold what has spaces.
fn fish_values(verb: &str, values: &[PossibleValue]) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', ""));
    let value = |v: &PossibleValue| {
        let help = v.get_help().map(|h| format!("\\t{}", quoted(&h.to_string()))).unwrap_or_default();
        format!("{}{help}", quoted(v.get_name()))
    };
    let values: Vec<String> = values.iter().map(value).collect();
    // In double quotes these three are special.
    let values = values.join("\n").replace(['"', '$'], "");
    format!("complete -c atlasnav -n '__fish_seen_subcommand_from {verb}' -f -a \"{values}\"\n")
}

/// The manual page in roff, for `man -l -`.
pub(super) fn manual() -> Result<(), Failure> {
    let page = clap_mangen::Man::new(Args::command()).section("1");
    let mut roff = Vec::new();
    let write = |roff: &mut Vec<u8>| {
        page.render_title(roff)?;
        page.render_name_section(roff)?;
        page.render_synopsis_section(roff)?;
        page.render_description_section(roff)?;
        page.render_options_section(roff)?;
        page.render_subcommands_section(roff)?;
        page.render_extra_section(roff)?;
        std::io::Write::write_all(roff, keys().as_bytes())?;
        page.render_version_section(roff)
    };
    write(&mut roff).map_err(Failure::data)?;
    print(&roff)
}

/// The section of the keys, from the table that README shows.
fn keys() -> String {
    let mut roff = String::from(".SH KEYS\n");
    for line in key_table().lines() {
        let mut cells = line.trim_matches('|').splitn(2, " | ");
        let (keys, help) = (cells.next().unwrap_or_default().trim(), cells.next().unwrap_or_default().trim());
        // What begins a line with a dot or has a backslash would be a request.
        let plain = |text: &str| text.replace('`', "").replace('\\', "\\e").replace('-', "\\-");
        match (keys, help) {
            ("" | "---", _) => {}
            (heading, "") => roff.push_str(&format!(".SS {}\n", plain(heading.trim_end_matches(" |")))),
            (keys, help) => roff.push_str(&format!(
                ".TP\n\\&{}\n\\&{}\n",
                plain(keys),
                plain(help.trim_end_matches(" |"))
            )),
        }
    }
    roff
}

fn print(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = Output::new();
    out.text(&String::from_utf8_lossy(bytes));
    out.finish()
}
