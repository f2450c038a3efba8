//! Every release file that is at hand, read by the program and counted another way.
//!
//! The files are third-party data and no part of this package: `ATLASNAV_RELEASES` names the folder
//! that holds them. Without it these tests only say that they were skipped, but in CI they fail.

// Clippy allows `expect` in test functions, but not in the helpers beside them.
#![allow(clippy::expect_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use atlasnav::catalog::{
    self, CaseStudyKind, Catalog, Format, Granularity, Kind, Maturity, ObjectId, Reference, Text, Warning,
};
use serde_json::Value;

/// The folder with the releases; None where these tests are to be skipped.
fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("ATLASNAV_RELEASES").map(PathBuf::from);
    if folder.is_none() {
        assert!(
            std::env::var_os("CI").is_none(),
            "in CI, ATLASNAV_RELEASES must name the folder of releases"
        );
        println!("skipped: ATLASNAV_RELEASES names no folder of releases");
    }
    folder
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("the folder of releases can be read") {
        let path = entry.expect("an entry of the folder").path();
        if path.extension().is_some_and(|e| e == "yaml") {
            let name = path.file_name().and_then(|n| n.to_str()).expect("a plain name").to_owned();
            files.insert(name, fs::read(&path).expect("a release can be read"));
        }
    }
    assert!(files.len() >= 14, "{} has only {} releases", folder.display(), files.len());
    files
}

fn load(name: &str, bytes: &[u8]) -> (Catalog, Vec<Warning>) {
    catalog::read(bytes).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// What a file holds: numbers of things, by their name.
type Counts = BTreeMap<String, usize>;

fn add(counts: &mut Counts, what: impl Into<String>, n: usize) {
    *counts.entry(what.into()).or_default() += n;
}

/// Counts a catalogue by what it links.
fn counts_of(c: &Catalog) -> Counts {
    let mut n = Counts::new();
    add(&mut n, "tactics", c.tactics.len());
    add(&mut n, "techniques", c.techniques.iter().filter(|t| t.parent.is_none()).count());
    add(&mut n, "sub-techniques", c.techniques.iter().filter(|t| t.parent.is_some()).count());
    add(&mut n, "mitigations", c.mitigations.len());
    add(&mut n, "case studies", c.case_studies.len());
    add(&mut n, "cells", c.tactics.iter().map(|t| t.techniques.len()).sum());
    add(&mut n, "mitigates", c.mitigations.iter().map(|m| m.techniques.len()).sum());
    add(&mut n, "steps", c.case_studies.iter().map(|s| s.steps.len()).sum());
    for t in &c.techniques {
        if let Some(maturity) = t.maturity {
            add(&mut n, maturity.word(), 1);
        }
        add(&mut n, "references", t.references.len());
        add(&mut n, "attack", usize::from(t.attack.is_some()));
    }
    for s in &c.case_studies {
        if let Some(kind) = s.kind {
            add(&mut n, kind.word(), 1);
        }
        add(&mut n, "references", s.references.len());
    }
    n
}

/// Counts a file as plain data, without any of the program's readers.
fn counts_in(bytes: &[u8]) -> Counts {
    let file: Value = serde_saphyr::from_slice(bytes).expect("a release is YAML");
    let mut n = Counts::new();
    for word in ["cells", "mitigates", "steps", "references", "attack", "mitigations", "sub-techniques"] {
        add(&mut n, word, 0);
    }
    let matrix = file.get("matrices").map_or(&file, |m| &m[0]);
    let items = |value: &Value| -> Vec<Value> {
        match value {
            Value::Object(map) => map.values().cloned().collect(),
            Value::Array(list) => list.clone(),
            _ => Vec::new(),
        }
    };
    let len = |value: &Value| items(value).len();
    let lower = |value: &Value| value.as_str().map(str::to_lowercase);
    add(&mut n, "tactics", len(&matrix["tactics"]));
    add(&mut n, "mitigations", len(&matrix["mitigations"]));
    add(&mut n, "case studies", len(&file["case-studies"]));
    for t in items(&matrix["techniques"]) {
        let id = t["id"].as_str().expect("an id").to_owned();
        let edges = &file["relationships"][&id];
        let sub = t.get("subtechnique-of").is_some() || len(&edges["specializes"]) > 0;
        add(&mut n, if sub { "sub-techniques" } else { "techniques" }, 1);
        if !sub {
            add(&mut n, "cells", len(&t["tactics"]) + len(&edges["achieves"]));
        }
        if let Some(maturity) = lower(&t["maturity"]) {
            add(&mut n, maturity, 1);
        }
        add(&mut n, "references", len(&t["references"]));
        add(&mut n, "attack", usize::from(t.get("ATT&CK-reference").or(t.get("attack-reference")).is_some()));
    }
    for m in items(&matrix["mitigations"]) {
        let mut techniques: BTreeSet<String> = BTreeSet::new();
        let edges = &file["relationships"][m["id"].as_str().expect("an id")]["mitigates"];
        let misplaced = items(&m["ml-lifecycle"]).into_iter().filter(Value::is_object);
        for entry in items(&m["techniques"]).into_iter().chain(misplaced).chain(items(edges)) {
            let id = entry.get("id").or(entry.get("target")).unwrap_or(&entry);
            techniques.insert(id.as_str().expect("an id").to_owned());
        }
        add(&mut n, "mitigates", techniques.len());
    }
    for s in items(&file["case-studies"]) {
        let edges = &file["relationships"][s["id"].as_str().expect("an id")]["employs"];
        add(&mut n, "steps", len(&s["procedure"]) + len(edges));
        if let Some(kind) = lower(&s["case-study-type"]).or(lower(&s["type"])) {
            add(&mut n, kind, 1);
        }
        add(&mut n, "references", len(&s["references"]));
    }
    n
}

#[test]
fn every_release_loads_with_the_counts_of_its_file() {
    let Some(folder) = folder() else { return };
    for (name, bytes) in files(&folder) {
        let (catalog, _) = load(&name, &bytes);
        assert_eq!(counts_of(&catalog), counts_in(&bytes), "{name}");
        let format = if name.contains("v6") { Format::V6 } else { Format::Legacy };
        assert_eq!(catalog.format, format, "{name}");
    }
}

#[test]
fn every_oddity_is_one_warning() {
    let Some(folder) = folder() else { return };
    let reporter = "AML.CS0006 is an incident without a reporter";
    let misplaced = |mitigation: &str, technique: &str| {
        format!(
            "{mitigation} lists {technique} among its lifecycle phases, where it is read as a technique that it mitigates"
        )
    };
    let twice =
        |mitigation: &str| format!("{mitigation} lists AML.T0043.001 twice, of which the last is used");
    for (name, bytes) in files(&folder) {
        let version = name.trim_start_matches("ATLAS-").trim_end_matches(".yaml");
        let mut expected: Vec<String> = Vec::new();
        if ["5.2.0", "5.3.0", "5.4.0", "5.5.0", "5.6.1"].contains(&version) {
            expected.extend([twice("AML.M0002"), twice("AML.M0004")]);
        }
        if ["4.9.1", "5.0.0", "5.1.1"].contains(&version) {
            expected.extend(["AML.T0018.001", "AML.T0018.002"].map(|t| misplaced("AML.M0016", t)));
        }
        if version == "5.6.1" {
            expected.extend(["AML.M0018", "AML.M0034"].map(|m| misplaced(m, "AML.T0052.001")));
        }
        // Before 4.4.0 nothing says which case study is an incident.
        if !["3.0.0", "4.0.1"].contains(&version) {
            expected.push(reporter.to_owned());
        }
        let (catalog, warnings) = load(&name, &bytes);
        let text = std::str::from_utf8(&bytes).expect("a release is UTF-8");
        let mut found = Vec::new();
        for warning in &warnings {
            found.push(format!("{} {}", warning.place, warning.what));
            let line = usize::try_from(warning.line.expect("a line")).expect("a small number");
            let there = text.lines().nth(line - 1).expect("a line of the file");
            assert!(
                there.contains("id: AML.") || there.contains("target: AML."),
                "{name} {warning}: {there}"
            );
        }
        assert_eq!(found, expected, "{name}");
        let inside = match version {
            "4.0.1" => "4.0.0",
            "4.5.2" => "4.5.1",
            "5.6.1" => "5.6.0",
            "2026.04-v6" => "2026.04",
            same => same,
        };
        assert_eq!(&*catalog.release, inside, "{name}");
    }
}

fn check_links(name: &str, c: &Catalog) {
    let sorted = |ids: &[ObjectId]| ids.is_sorted_by(|a, b| a < b);
    assert!(sorted(&c.techniques.iter().map(|t| t.id).collect::<Vec<_>>()), "{name}");
    assert!(sorted(&c.mitigations.iter().map(|m| m.id).collect::<Vec<_>>()), "{name}");
    assert!(sorted(&c.case_studies.iter().map(|s| s.id).collect::<Vec<_>>()), "{name}");
    for tactic in &c.tactics {
        assert!(sorted(&tactic.techniques), "{name} {}", tactic.id);
        for id in &tactic.techniques {
            let technique = c.technique(*id).expect("a technique");
            assert!(technique.tactics.contains(&tactic.id) && technique.parent.is_none(), "{name} {id}");
        }
    }
    for t in &c.techniques {
        assert!(!t.tactics.is_empty(), "{name} {}", t.id);
        let columns: Vec<_> = t.tactics.iter().map(|id| c.column(*id).expect("a column")).collect();
        assert!(columns.is_sorted_by(|a, b| a < b), "{name} {}", t.id);
        assert_eq!(t.parent, t.id.parent(), "{name} {}", t.id);
        match t.parent {
            Some(parent) => {
                let parent = c.technique(parent).expect("a parent");
                assert!(parent.subs.contains(&t.id) && parent.tactics == t.tactics, "{name} {}", t.id);
            }
            None => {
                for tactic in &t.tactics {
                    assert!(
                        c.tactic(*tactic).expect("a tactic").techniques.contains(&t.id),
                        "{name} {}",
                        t.id
                    );
                }
            }
        }
        assert!(sorted(&t.subs) && sorted(&t.mitigations) && t.steps.is_sorted(), "{name} {}", t.id);
        for sub in &t.subs {
            assert_eq!(c.technique(*sub).expect("a sub-technique").parent, Some(t.id), "{name} {sub}");
        }
        for mitigation in &t.mitigations {
            assert!(c.how(*mitigation, t.id).is_some(), "{name} {mitigation} {}", t.id);
        }
        for step in &t.steps {
            assert_eq!(c.step(*step).expect("a step").technique, t.id, "{name} {step:?}");
        }
    }
    let listed: usize = c.mitigations.iter().map(|m| m.techniques.len()).sum();
    assert_eq!(listed, c.techniques.iter().map(|t| t.mitigations.len()).sum::<usize>(), "{name}");
    for s in &c.case_studies {
        for (n, step) in s.steps.iter().enumerate() {
            assert!(c.contains(step.technique) && c.contains(step.tactic), "{name} {}", s.id);
            // Attack order: every step stands before those it leads to, and only one is the start.
            assert!(step.leads_to.iter().all(|to| usize::from(*to) > n), "{name} {}", s.id);
            let led_to = s.steps.iter().any(|other| other.leads_to.contains(&u16::try_from(n).expect("few")));
            assert_eq!(led_to, n > 0, "{name} {} {}", s.id, step.id);
        }
    }
    let steps: usize = c.case_studies.iter().map(|s| s.steps.len()).sum();
    assert_eq!(steps, c.techniques.iter().map(|t| t.steps.len()).sum::<usize>(), "{name}");
}

#[test]
fn links_agree_both_ways_in_every_release() {
    let Some(folder) = folder() else { return };
    for (name, bytes) in files(&folder) {
        check_links(&name, &load(&name, &bytes).0);
    }
}

#[test]
fn no_text_of_a_release_is_changed_by_sanitising() {
    let Some(folder) = folder() else { return };
    for (name, bytes) in files(&folder) {
        let (catalog, _) = load(&name, &bytes);
        assert!(!format!("{catalog:?}").contains("<U+"), "{name}");
    }
}

/// Texts as the conversion to format 6 folds them: ASCII quotes and dashes.
fn fold(text: &mut Text) {
    let mut folded = text.replace(['‘', '’'], "'").replace(['“', '”'], "\"").replace('–', "-");
    folded = folded.replace('…', "...").replace('™', "");
    // The conversion wraps lines anew.
    *text = Text::from(folded.split_whitespace().collect::<Vec<_>>().join(" "));
}

/// Takes out of a catalogue what a format can't say or the conversion had to make up, and nothing
/// else: the release number, platforms (legacy files have none), the dates on which case studies
/// were created and changed (neither have they), and non-ASCII characters.
fn normalise(c: &mut Catalog) {
    c.release = Text::default();
    c.format = Format::V6;
    let references = |list: &mut Vec<Reference>| list.iter_mut().for_each(|r| fold(&mut r.title));
    for t in &mut c.tactics {
        fold(&mut t.description);
        references(&mut t.references);
    }
    for t in &mut c.techniques {
        t.platforms.clear();
        fold(&mut t.description);
        references(&mut t.references);
    }
    for m in &mut c.mitigations {
        fold(&mut m.description);
        m.techniques.iter_mut().for_each(|applied| fold(&mut applied.how));
        references(&mut m.references);
    }
    for s in &mut c.case_studies {
        s.created = Text::default();
        s.modified = Text::default();
        for text in [&mut s.name, &mut s.description, &mut s.actor, &mut s.target, &mut s.reporter] {
            fold(text);
        }
        s.steps.iter_mut().for_each(|step| fold(&mut step.description));
        references(&mut s.references);
    }
}

/// Objects whose footnotes `[\[1\]][1]` became `[[id]]` markers with references in the conversion.
const FOOTNOTES: [&str; 19] = [
    "AML.T0008.005",
    "AML.T0010.001",
    "AML.T0010.005",
    "AML.T0016.002",
    "AML.T0034.001",
    "AML.T0052.001",
    "AML.T0054",
    "AML.T0075",
    "AML.T0084.003",
    "AML.T0096",
    "AML.T0097",
    "AML.T0102",
    "AML.T0104",
    "AML.CS0016",
    "AML.CS0026",
    "AML.CS0047",
    "AML.CS0048",
    "AML.CS0050",
    "AML.CS0056",
];

#[test]
fn format_6_and_the_legacy_format_of_one_release_give_the_same_catalogue() {
    let Some(folder) = folder() else { return };
    let files = files(&folder);
    let [mut new, mut old] =
        ["ATLAS-2026.04-v6.yaml", "ATLAS-5.6.1.yaml"].map(|name| load(name, &files[name]).0);
    normalise(&mut new);
    normalise(&mut old);
    let mut footnotes = BTreeSet::new();
    // Where texts or references differ, the object must be one of those with footnotes.
    let mut same =
        |id: ObjectId, new: (&mut Text, &mut Vec<Reference>), old: (&mut Text, &mut Vec<Reference>)| {
            if new != old {
                footnotes.insert(id.to_string());
                std::mem::take(new.0);
                std::mem::take(old.0);
                new.1.clear();
                old.1.clear();
            }
        };
    for (a, b) in new.techniques.iter_mut().zip(&mut old.techniques) {
        same(a.id, (&mut a.description, &mut a.references), (&mut b.description, &mut b.references));
    }
    for (a, b) in new.case_studies.iter_mut().zip(&mut old.case_studies) {
        same(a.id, (&mut a.description, &mut a.references), (&mut b.description, &mut b.references));
    }
    assert_eq!(footnotes, FOOTNOTES.map(str::to_owned).into());
    for (a, b) in new.techniques.iter().zip(&old.techniques) {
        assert_eq!(a, b);
    }
    for (a, b) in new.mitigations.iter().zip(&old.mitigations) {
        assert_eq!(a, b);
    }
    for (a, b) in new.case_studies.iter().zip(&old.case_studies) {
        assert_eq!(a, b);
    }
    assert!(new == old);
}

#[test]
fn the_built_in_catalogue_has_the_published_counts_and_links_both_ways() {
    let catalog = catalog::builtin().expect("the built-in catalogue");
    check_links("built-in", &catalog);
    let counts = counts_of(&catalog);
    for (what, n) in [
        ("tactics", 16),
        ("techniques", 120),
        ("sub-techniques", 88),
        ("mitigations", 40),
        ("case studies", 73),
        ("mitigates", 361),
        ("steps", 665),
        ("realized", 101),
        ("demonstrated", 83),
        ("feasible", 24),
        ("attack", 44),
    ] {
        assert_eq!(counts[what], n, "{what}");
    }
    assert_eq!(catalog.techniques.iter().map(|t| t.tactics.len()).sum::<usize>(), 225);
    let agentic = |platforms: &[Text]| platforms.iter().any(|p| &**p == "Agentic AI");
    assert_eq!(catalog.techniques.iter().filter(|t| agentic(&t.platforms)).count(), 139);
    assert_eq!(counts, counts_in(&fs::read("assets/atlas-2026.09.yaml").expect("the asset")));
}

#[test]
fn the_built_in_catalogue_is_what_its_file_says() {
    let bytes = fs::read("assets/atlas-2026.09.yaml").expect("the asset");
    let (read, warnings) = load("the asset", &bytes);
    assert!(read == catalog::builtin().expect("the built-in catalogue"));
    // The one oddity of the facts: the source names no reporter.
    let warnings: Vec<&str> = warnings.iter().map(|w| w.place.as_str()).collect();
    assert_eq!(warnings, ["AML.CS0006"]);

    let id = |text: &str| text.parse::<ObjectId>().expect("an id");
    assert_eq!(read.column(id("AML.TA0001")), Some(2), "AI Attack Adaptation is the third column");
    assert_eq!(read.technique(id("AML.T0080.000")).and_then(|t| t.maturity), Some(Maturity::Realized));
    let first = read.case_study(id("AML.CS0000")).expect("the first case study");
    assert_eq!((first.kind, first.granularity), (Some(CaseStudyKind::Exercise), Granularity::Year));
    assert_eq!(first.id.kind(), Kind::CaseStudy);
}
