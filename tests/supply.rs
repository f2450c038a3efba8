//! What the program is made of: the documents name every crate that enters, and every promise of
//! SECURITY.md names a test that is there. Licences, sources and bans are for `cargo deny`.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

const DOCUMENT: &str = "docs/dependencies.md";

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).expect(name)
}

/// What cargo says of the package as it is locked; from what is on the disk already.
fn cargo(arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO"));
    command.args(arguments).args(["--locked", "--offline"]).current_dir(env!("CARGO_MANIFEST_DIR"));
    let out = command.output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

/// A section of the document, without its heading.
fn section(heading: &str) -> String {
    let text = read(DOCUMENT);
    let (_, rest) = text.split_once(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("no {heading}"));
    rest.split("\n## ").next().unwrap().to_owned()
}

/// The rows of a section's table, without its head, as cells.
fn rows(heading: &str) -> Vec<Vec<String>> {
    let section = section(heading);
    let rows = section.lines().filter(|line| line.starts_with('|')).skip(2);
    rows.map(|row| row.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()).collect()
}

/// The dependencies of a kind in `Cargo.toml`: null, "build" or "dev".
fn direct(kind: &Value) -> BTreeSet<String> {
    let metadata = cargo(&["metadata", "--no-deps", "--format-version", "1"]);
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    let all = metadata["packages"][0]["dependencies"].as_array().unwrap();
    let of_kind = all.iter().filter(|d| d["kind"] == *kind);
    of_kind.map(|d| d["name"].as_str().unwrap().to_owned()).collect()
}

/// The names in a table, each of a version that is in `Cargo.lock`, and with all cells filled.
fn documented(heading: &str) -> BTreeSet<String> {
    let lock = read("Cargo.lock");
    let mut names = BTreeSet::new();
    for row in rows(heading) {
        assert!(row.iter().all(|cell| !cell.is_empty()), "an empty cell in {row:?}");
        let (name, version) = row[0].split(',').next().unwrap().split_once(' ').expect("a name, a version");
        let locked = format!("name = \"{name}\"\nversion = \"{version}.");
        assert!(lock.contains(&locked), "{name} {version} is not in Cargo.lock");
        names.insert(name.to_owned());
    }
    names
}

#[test]
fn every_direct_dependency_has_its_reason() {
    let running = documented("Needed to run");
    assert_eq!(running, direct(&Value::Null));
    let mut testing = documented("Needed to test");
    let building = section("Needed to build");
    for name in direct(&"build".into()) {
        assert!(building.contains(&name), "{name} is not among what the build needs");
    }
    // A test may use what the program has.
    let dev = direct(&"dev".into());
    assert!(testing.is_subset(&dev), "{testing:?} has more than {dev:?}");
    testing.extend(running);
    assert!(dev.is_subset(&testing), "{dev:?} has more than {testing:?}");
}

/// A crate as `cargo tree` names it, with its licence.
struct Crate {
    name: String,
    version: String,
    licence: String,
}

/// What the program runs with, macros included: under each direct dependency what it brings.
fn tree() -> BTreeMap<String, Vec<Crate>> {
    let arguments = ["tree", "--edges", "normal", "--prefix", "depth", "--no-dedupe", "--format", " {p}|{l}"];
    let mut tree: BTreeMap<String, Vec<Crate>> = BTreeMap::new();
    let mut direct = String::new();
    for line in cargo(&arguments).lines().skip(1) {
        let (package, licence) = line.split_once('|').unwrap();
        let words: Vec<&str> = package.split_whitespace().collect();
        let (name, version) = (words[1].to_owned(), words[2].trim_start_matches('v').to_owned());
        if words[0] == "1" {
            direct.clone_from(&name);
        }
        tree.entry(direct.clone()).or_default().push(Crate { name, version, licence: licence.to_owned() });
    }
    tree
}

/// Every crate once, under the first that brings it. Major versions where there are several.
fn table() -> (String, usize) {
    let tree = tree();
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for brought in tree.values().flatten() {
        versions.entry(&brought.name).or_default().insert(&brought.version);
    }
    let count = versions.values().map(BTreeSet::len).sum();
    let mut seen: BTreeSet<(&str, &str)> = BTreeSet::new();
    seen.extend(tree.iter().map(|(name, crates)| (name.as_str(), crates[0].version.as_str())));
    let mut table = String::from("| Through | Crates |\n| --- | --- |\n");
    for (direct, crates) in &tree {
        let mut new = BTreeSet::new();
        for Crate { name, version, licence } in crates {
            if !seen.insert((name, version)) {
                continue;
            }
            let several = versions[name.as_str()].len() > 1;
            let major =
                if several { format!(" {}", version.split('.').next().unwrap()) } else { String::new() };
            let usual = ["MIT OR Apache-2.0", "Apache-2.0 OR MIT", "MIT/Apache-2.0", "Apache-2.0/MIT"];
            let licence =
                if usual.contains(&licence.as_str()) { String::new() } else { format!(" ({licence})") };
            new.insert(format!("{name}{major}{licence}"));
        }
        if !new.is_empty() {
            writeln!(table, "| {direct} | {} |", new.into_iter().collect::<Vec<_>>().join(", ")).unwrap();
        }
    }
    (table, count)
}

#[test]
fn every_crate_that_enters_is_named() {
    let (table, count) = table();
    assert!(section("Crates that enter through them").contains(&table), "the table should be:\n{table}");
    let text = read(DOCUMENT);
    let says = format!("needs {count} crates besides itself");
    assert!(text.contains(&says), "it {says}");
    assert!(text.contains(&format!("# {} with atlasnav", count + 1)));
}

/// Where cargo keeps a crate that it has fetched.
fn unpacked(name: &str, version: &str) -> PathBuf {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.unwrap_or_else(|| std::env::home_dir().unwrap().join(".cargo"));
    let registries = fs::read_dir(home.join("registry/src")).unwrap().flatten();
    let mut places = registries.map(|registry| registry.path().join(format!("{name}-{version}")));
    places.find(|place| place.is_dir()).unwrap_or_else(|| panic!("{name} {version} is not fetched"))
}

#[test]
fn build_scripts_are_known() {
    let needed = cargo(&["tree", "--edges", "normal,build", "--prefix", "none", "--format", "{p}"]);
    let mut scripts = BTreeSet::new();
    // But for the first, which is this package.
    for line in needed.lines().skip(1) {
        let words: Vec<&str> = line.split(' ').collect();
        let (name, version) = (words[0], words[1].trim_start_matches('v'));
        // As it was published. Old versions of cargo left it out of the manifest and looked for the file.
        let place = unpacked(name, version);
        let manifest = fs::read_to_string(place.join("Cargo.toml")).unwrap();
        let script = manifest.lines().find(|line| line.starts_with("build = "));
        if script.map_or_else(|| place.join("build.rs").is_file(), |line| line != "build = false") {
            scripts.insert(name.to_owned());
        }
    }
    let list = scripts.into_iter().collect::<Vec<_>>().join(", ");
    assert!(section("Build scripts").contains(&format!("\n{list}\n")), "the list should be:\n{list}");
}

/// Every test that SECURITY.md names, as `file.rs: name`, is there and is run.
#[test]
fn promises_name_tests_that_are_there() {
    let text = read("SECURITY.md");
    let mut count = 0;
    for quoted in text.split('`').skip(1).step_by(2) {
        let Some((file, name)) = quoted.split_once(".rs: ") else {
            continue;
        };
        let source = read(&format!("{file}.rs"));
        let there = source.split("#[test]").skip(1).any(|test| {
            let line = test.lines().find(|line| line.trim_start().starts_with("fn "));
            line.is_some_and(|line| line.trim_start().starts_with(&format!("fn {name}(")))
        });
        assert!(there, "{file}.rs has no test {name}");
        count += 1;
    }
    assert!(count > 15, "only {count} names of tests were seen");
}
