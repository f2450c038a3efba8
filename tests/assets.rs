//! The data files that stand beside the catalogue agree with it, and the document about settings with the
//! code.

#![allow(clippy::unwrap_used, reason = "a test that can't read the assets has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use atlasnav::app::Scope;
use atlasnav::catalog::{Catalog, ObjectId, builtin};
use atlasnav::config::{Attributes, BUILTIN, COLOUR_NAMES, Role, SETTINGS, Setting, WEIGHTS, Weight};
use atlasnav::coverage::Weights;
use serde::Deserialize;

#[derive(Deserialize)]
struct AreasFile {
    release: String,
    areas: BTreeMap<String, Area>,
    none: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Area {
    name: String,
    what: String,
    techniques: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Glossary {
    terms: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    term: String,
    #[serde(default)]
    also: Vec<String>,
    what: String,
    #[serde(default)]
    see: Vec<String>,
}

fn asset<T: for<'de> Deserialize<'de>>(name: &str) -> T {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets").join(name);
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.is_ascii(), "{name} is to be ASCII");
    serde_saphyr::from_str(&text).unwrap()
}

fn known(catalog: &Catalog, id: &str) -> ObjectId {
    let id: ObjectId = id.parse().unwrap();
    assert!(catalog.contains(id), "{id} is not in the catalogue");
    id
}

#[test]
fn every_technique_is_in_an_area_or_in_none_with_a_reason_of_its_own() {
    let catalog = builtin().unwrap();
    let areas: AreasFile = asset("attack-areas.yaml");
    assert_eq!(areas.release, *catalog.release);
    assert_eq!(areas.areas.len(), 6);
    let mut reasons = BTreeSet::new();
    let mut in_areas = BTreeSet::new();
    for area in areas.areas.values() {
        assert!(!area.name.is_empty() && area.what.len() > 60);
        for (id, why) in &area.techniques {
            in_areas.insert(known(&catalog, id));
            assert!(reasons.insert(why.as_str()), "the reason of {id} stands elsewhere too");
        }
    }
    for (id, why) in &areas.none {
        assert!(!in_areas.contains(&known(&catalog, id)), "{id} is in an area and in none");
        assert!(reasons.insert(why.as_str()), "the reason of {id} stands elsewhere too");
    }
    assert_eq!(in_areas.len() + areas.none.len(), catalog.techniques.len());
    assert!(reasons.iter().all(|why| (40..=140).contains(&why.len())));
}

#[test]
fn glossary_terms_are_sorted_unique_and_lead_to_objects() {
    let catalog = builtin().unwrap();
    let glossary: Glossary = asset("glossary.yaml");
    assert!(glossary.terms.len() >= 60);
    let names: Vec<String> = glossary.terms.iter().map(|t| t.term.to_lowercase()).collect();
    assert!(names.is_sorted(), "{names:?}");
    let mut all = BTreeSet::new();
    for term in &glossary.terms {
        for name in term.also.iter().chain([&term.term]) {
            assert!(all.insert(name.to_lowercase()), "{name} stands for two terms");
        }
        for id in &term.see {
            known(&catalog, id);
        }
        let sentences = term.what.matches(['.', '?', '!']).count();
        assert!(sentences >= 2 && (120..=320).contains(&term.what.len()), "{}: {}", term.term, term.what);
    }
}

#[test]
fn the_document_about_settings_holds_every_setting_key_colour_role_and_theme() {
    let document = include_str!("../docs/configuration.md");
    let mut table = String::new();
    for Setting { name, default, values, help, .. } in &SETTINGS {
        table.push_str(&format!("| `{name}` | `{default}` | {values} | {help} |\n"));
    }
    assert!(document.contains(&table), "docs/configuration.md differs; its table should be:\n\n{table}");
    let row = |w: &Weight| format!("| `{}` | `{}` | {} |\n", w.name, w.written(&Weights::default()), w.what);
    let table: String = WEIGHTS.iter().map(row).collect();
    assert!(document.contains(&table), "docs/configuration.md differs; its weights should be:\n\n{table}");
    for list in [
        COLOUR_NAMES.join(", "),
        Role::ALL.map(Role::name).join(", "),
        Attributes::NAMES.map(|(name, _)| name).join(", "),
    ] {
        assert!(document.contains(&list), "docs/configuration.md should have: {list}");
    }
    for (name, _) in BUILTIN {
        assert!(document.contains(&format!("| `{name}` |")), "{name}");
    }
    for scope in Scope::ALL {
        assert!(document.contains(&format!("`{}`", scope.name())), "{}", scope.name());
    }
}
