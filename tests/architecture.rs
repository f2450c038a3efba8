//! The arrows between the parts of the program: who may use whom, and which crate stays inside which part.

#![allow(clippy::unwrap_used, reason = "a test that can't read the sources has failed")]

use std::fs;
use std::path::{Path, PathBuf};

/// A part, and the parts that it may use. The table in `docs/architecture.md` says why.
const ARROWS: [(&str, &[&str]); 11] = [
    ("catalog", &[]),
    ("coverage", &["catalog"]),
    ("config", &["catalog", "coverage"]),
    ("search", &["catalog", "coverage"]),
    ("page", &["catalog", "coverage"]),
    ("app", &["catalog", "coverage", "config", "search", "page"]),
    ("ui", &["catalog", "coverage", "config", "search", "page", "app"]),
    ("exchange", &["catalog", "coverage"]),
    ("store", &["catalog", "coverage"]),
    ("term", &["catalog", "coverage", "config", "app", "ui", "store"]),
    ("cli", &["catalog", "coverage", "config", "search", "page", "app", "ui", "exchange", "store", "term"]),
];

/// A crate, and the parts in which alone it may be named.
const CRATES: [(&str, &[&str]); 13] = [
    ("serde_saphyr", &["catalog", "store"]),
    ("postcard", &["catalog"]),
    ("nucleo_matcher", &["search"]),
    ("strsim", &["search", "store", "cli"]),
    ("pulldown_cmark", &["page"]),
    ("ratatui", &["ui", "term"]),
    ("crossterm", &["term"]),
    ("signal_hook", &["term"]),
    ("clap", &["cli"]),
    ("directories", &["store"]),
    ("toml_edit", &["config"]),
    ("::csv", &["exchange"]),
    ("landlock", &["store"]),
];

/// What the pure parts must not name: files, terminals, clocks, processes, environment, threads.
const IMPURE: [&str; 8] = [
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "std::time::Instant",
    "std::time::SystemTime",
    "Zoned::now",
];
const PURE: [&str; 8] = ["catalog", "coverage", "config", "search", "page", "app", "ui", "exchange"];

fn files(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// Every source file with its part, its code before its tests, and the comments left out.
fn sources() -> Vec<(String, PathBuf, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    files(&src, &mut paths);
    paths
        .into_iter()
        .map(|path| {
            let inside = path.strip_prefix(&src).unwrap();
            let part = inside.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]\nmod").next().unwrap_or_default();
            let lines = code.lines().filter(|l| !l.trim_start().starts_with("//"));
            let code = lines.collect::<Vec<_>>().join("\n");
            (part, path, code)
        })
        .collect()
}

/// The parts named after `crate::` in a piece of code, in groups (`crate::{a, b}`) too.
fn used(code: &str) -> Vec<String> {
    let mut used = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        let names = match rest.strip_prefix('{') {
            Some(group) => group.split('}').next().unwrap_or_default(),
            None => rest.split(',').next().unwrap_or_default(),
        };
        for name in names.split(',') {
            let name: String = name.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            used.push(name);
        }
    }
    used
}

#[test]
fn parts_use_only_what_their_row_allows() {
    let mut checked = 0;
    for (part, path, code) in sources() {
        let Some((_, allowed)) = ARROWS.iter().find(|(p, _)| *p == part) else { continue };
        for used in used(&code) {
            let is_part = ARROWS.iter().any(|(p, _)| *p == used);
            assert!(
                !is_part || used == part || allowed.contains(&used.as_str()),
                "{} uses `{used}`, which `{part}` may not",
                path.display()
            );
            checked += 1;
        }
    }
    assert!(checked > 50, "only {checked} arrows were seen; does this test still read the code?");
}

#[test]
fn every_folder_has_a_row() {
    for (part, path, _) in sources() {
        let known = ARROWS.iter().any(|(p, _)| *p == part);
        assert!(known || ["main.rs", "lib.rs"].contains(&part.as_str()), "{} has no row", path.display());
    }
}

#[test]
fn crates_stay_inside_their_parts() {
    for (part, path, code) in sources() {
        for (name, parts) in CRATES {
            let named = code.contains(&format!("{name}::"));
            assert!(!named || parts.contains(&part.as_str()), "{} names {name}", path.display());
        }
    }
}

#[test]
fn pure_parts_touch_neither_files_nor_clocks() {
    for (part, path, code) in sources() {
        for name in IMPURE {
            let named = PURE.contains(&part.as_str()) && code.contains(name);
            assert!(!named, "{} names {name}", path.display());
        }
    }
}

#[test]
fn colours_are_named_in_the_theme_only() {
    for (_, path, code) in sources() {
        // The encoder turns the theme's colours into bytes.
        let may = path.ends_with("ui/theme.rs") || path.ends_with("term/encode.rs");
        assert!(may || !code.contains("Color::"), "{} names a colour", path.display());
    }
}

#[test]
fn the_reader_of_arrows_reads_groups() {
    assert_eq!(used("use crate::{app::App, ui};\nuse crate::page::Page;"), ["app", "ui", "page"]);
}
