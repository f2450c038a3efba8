//! Subsets of the matrix by attack area, lifecycle phase, platform and maturity.

use std::collections::BTreeSet;

use super::builtin::guide;
use super::id::{Kind, ObjectId};
use super::model::{Catalog, Maturity, Technique};

/// By what techniques are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Facet {
    /// The attack areas of the [guide](super::Guide), which are our own and not ATLAS's.
    Area,
    /// The lifecycle phases of the mitigations that a technique has.
    Phase,
    Platform,
    Maturity,
}

/// One value of a facet that occurs in a catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// The name in lower case with dashes: what a query says after the colon.
    pub key: String,
    pub name: String,
    /// A sentence about it; empty where the name says it all.
    pub what: String,
}

impl Facet {
    pub const ALL: [Facet; 4] = [Facet::Area, Facet::Phase, Facet::Platform, Facet::Maturity];

    /// The word in queries and on the screen.
    pub const fn word(self) -> &'static str {
        match self {
            Facet::Area => "area",
            Facet::Phase => "phase",
            Facet::Platform => "platform",
            Facet::Maturity => "maturity",
        }
    }

    pub fn from_word(word: &str) -> Option<Facet> {
        Facet::ALL.into_iter().find(|f| f.word().eq_ignore_ascii_case(word))
    }

    /// What can be chosen, in an order that makes sense for the facet. Empty where the release does not
    /// state it, as with platforms in legacy files.
    pub fn values(self, catalog: &Catalog) -> Vec<Value> {
        let plain = |name: &str| Value { key: key(name), name: name.to_owned(), what: String::new() };
        match self {
            Facet::Area => {
                let areas = guide().areas.iter().map(|a| Value {
                    key: a.key.to_string(),
                    name: a.name.to_string(),
                    what: a.what.to_string(),
                });
                let none = Value {
                    key: NO_AREA.to_owned(),
                    name: "In no area".to_owned(),
                    what: "A mere outcome, or an aid to any kind of attack.".to_owned(),
                };
                areas.chain([none]).collect()
            }
            Facet::Phase => {
                let names = catalog.mitigations.iter().flat_map(|m| &m.lifecycle_phases);
                let names: BTreeSet<&str> = names.map(|n| &**n).collect();
                let mut names: Vec<&str> = names.into_iter().collect();
                names.sort_by_key(|name| {
                    PHASES.iter().position(|p| name.ends_with(p)).unwrap_or(PHASES.len())
                });
                names.into_iter().map(plain).collect()
            }
            Facet::Platform => {
                let names = catalog.techniques.iter().flat_map(|t| &t.platforms);
                let names: BTreeSet<&str> = names.map(|n| &**n).collect();
                names.into_iter().map(plain).collect()
            }
            Facet::Maturity => {
                let stated: BTreeSet<Maturity> =
                    catalog.techniques.iter().filter_map(|t| t.maturity).collect();
                stated.into_iter().map(|m| plain(m.word())).collect()
            }
        }
    }

    /// Whether a technique has the value.
    fn of_technique(self, catalog: &Catalog, technique: &Technique, value: &str) -> bool {
        match self {
            Facet::Area if value == NO_AREA => guide().why_outside(technique.id).is_some(),
            Facet::Area => guide().areas.iter().any(|a| &*a.key == value && a.why(technique.id).is_some()),
            Facet::Phase => technique.mitigations.iter().any(|m| has_phase(catalog, *m, value)),
            Facet::Platform => technique.platforms.iter().any(|p| key(p) == value),
            Facet::Maturity => technique.maturity.is_some_and(|m| m.word() == value),
        }
    }
}

/// The key of the techniques that are in no area.
const NO_AREA: &str = "none";

/// The ends of the phases' names in the order of a system's life; until 5.0 they said ML for AI.
const PHASES: [&str; 6] = [
    "Data Understanding",
    "Data Preparation",
    "Model Engineering",
    "Model Evaluation",
    "Deployment",
    "Monitoring and Maintenance",
];

fn key(name: &str) -> String {
    let mut key = String::new();
    for c in name.chars() {
        if c.is_alphanumeric() {
            key.extend(c.to_lowercase());
        } else if !key.is_empty() && !key.ends_with('-') {
            key.push('-');
        }
    }
    key.truncate(key.trim_end_matches('-').len());
    key
}

fn has_phase(catalog: &Catalog, mitigation: ObjectId, value: &str) -> bool {
    catalog.mitigation(mitigation).is_some_and(|m| m.lifecycle_phases.iter().any(|p| key(p) == value))
}

/// What is looked at: values of facets. Of one facet any value will do; every facet has to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lens {
    /// Facets with the keys of their values, sorted.
    chosen: BTreeSet<(Facet, String)>,
}

impl Lens {
    /// Whether nothing is chosen, so that everything is looked at.
    pub fn is_empty(&self) -> bool {
        self.chosen.is_empty()
    }

    pub fn has(&self, facet: Facet, key: &str) -> bool {
        self.chosen.iter().any(|(f, k)| *f == facet && k == key)
    }

    /// Adds a value.
    pub fn add(&mut self, facet: Facet, key: &str) {
        self.chosen.insert((facet, key.to_owned()));
    }

    /// Adds a value, or takes it away if it is there.
    pub fn toggle(&mut self, facet: Facet, key: &str) {
        let value = (facet, key.to_owned());
        if !self.chosen.remove(&value) {
            self.chosen.insert(value);
        }
    }

    /// Makes a value the only one of its facet.
    pub fn only(&mut self, facet: Facet, key: &str) {
        self.without(facet);
        self.add(facet, key);
    }

    /// Takes all values of a facet away.
    pub fn without(&mut self, facet: Facet) {
        self.chosen.retain(|(f, _)| *f != facet);
    }

    /// The facets in use.
    pub fn facets(&self) -> BTreeSet<Facet> {
        self.chosen.iter().map(|(facet, _)| *facet).collect()
    }

    /// As one would write it in a query: `area:model-evasion platform:agentic-ai`.
    pub fn query(&self) -> String {
        let words = self.chosen.iter().map(|(facet, key)| format!("{}:{key}", facet.word()));
        words.collect::<Vec<_>>().join(" ")
    }

    /// For people, in few cells: `model-evasion, agentic-ai/enterprise`.
    pub fn describe(&self) -> String {
        let of_facet = |facet| {
            let keys = self.chosen.iter().filter(|(f, _)| *f == facet).map(|(_, key)| key.as_str());
            keys.collect::<Vec<_>>().join("/")
        };
        self.facets().into_iter().map(of_facet).collect::<Vec<_>>().join(", ")
    }

    /// The techniques that it shows. A parent is not in it for its sub-techniques' sake.
    pub fn techniques(&self, catalog: &Catalog) -> BTreeSet<ObjectId> {
        let shown = catalog.techniques.iter().filter(|t| self.shows(catalog, t));
        shown.map(|t| t.id).collect()
    }

    fn shows(&self, catalog: &Catalog, technique: &Technique) -> bool {
        self.facets().into_iter().all(|facet| {
            let mut keys = self.chosen.iter().filter(|(f, _)| *f == facet);
            keys.any(|(_, key)| facet.of_technique(catalog, technique, key))
        })
    }

    /// The objects of lists that it shows: `techniques` as [`Lens::techniques`] gives them, the
    /// mitigations of any of these (of the phases asked for), the case studies that use any.
    pub fn holds(&self, catalog: &Catalog, techniques: &BTreeSet<ObjectId>, id: ObjectId) -> bool {
        match id.kind() {
            Kind::Technique => techniques.contains(&id),
            Kind::Mitigation => {
                let mut phases = self.chosen.iter().filter(|(f, _)| *f == Facet::Phase).peekable();
                let in_phase = phases.peek().is_none() || phases.any(|(_, key)| has_phase(catalog, id, key));
                let others = self.facets().into_iter().any(|f| f != Facet::Phase);
                let mitigates =
                    |m: &super::Mitigation| m.techniques.iter().any(|t| techniques.contains(&t.technique));
                in_phase && (!others || catalog.mitigation(id).is_some_and(mitigates))
            }
            Kind::CaseStudy => {
                let uses = |c: &super::CaseStudy| c.steps.iter().any(|s| techniques.contains(&s.technique));
                catalog.case_study(id).is_some_and(uses)
            }
            Kind::Tactic => {
                let column =
                    |t: &super::Tactic| catalog.in_tactic(t).any(|technique| techniques.contains(&technique));
                catalog.tactic(id).is_some_and(column)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::builtin;
    use super::*;

    fn lens(values: &[(Facet, &str)]) -> Lens {
        let mut lens = Lens::default();
        for (facet, key) in values {
            lens.add(*facet, key);
        }
        lens
    }

    #[test]
    fn every_technique_is_in_an_area_or_in_none() {
        let catalog = builtin().unwrap();
        let mut all = BTreeSet::new();
        for value in Facet::Area.values(&catalog) {
            let techniques = lens(&[(Facet::Area, &value.key)]).techniques(&catalog);
            assert!(!techniques.is_empty() && techniques.len() < catalog.techniques.len(), "{}", value.key);
            all.extend(techniques);
        }
        assert_eq!(all.len(), catalog.techniques.len());
    }

    #[test]
    fn values_of_a_facet_widen_and_facets_narrow() {
        let catalog = builtin().unwrap();
        let count = |values: &[(Facet, &str)]| lens(values).techniques(&catalog).len();
        let theft = (Facet::Area, "model-theft");
        let evasion = (Facet::Area, "model-evasion");
        let realized = (Facet::Maturity, "realized");
        assert!(count(&[theft, evasion]) > count(&[theft]).max(count(&[evasion])));
        assert!(count(&[theft, realized]) < count(&[theft]));
        assert_eq!(count(&[]), 208);
        assert_eq!(count(&[realized]), 101);
        assert_eq!(count(&[(Facet::Platform, "agentic-ai")]), 139);
        assert_eq!(count(&[(Facet::Platform, "toasters")]), 0);
    }

    #[test]
    fn phases_stand_in_the_order_of_a_systems_life() {
        let catalog = builtin().unwrap();
        let names: Vec<String> = Facet::Phase.values(&catalog).into_iter().map(|v| v.name).collect();
        assert_eq!(names.first().map(String::as_str), Some("Business and Data Understanding"));
        assert_eq!(names.last().map(String::as_str), Some("Monitoring and Maintenance"));
        assert_eq!(names.len(), 6);
    }

    #[test]
    fn mitigations_of_a_phase_are_those_that_belong_to_it() {
        let catalog = builtin().unwrap();
        let lens = lens(&[(Facet::Phase, "deployment")]);
        let techniques = lens.techniques(&catalog);
        let held = catalog.mitigations.iter().filter(|m| lens.holds(&catalog, &techniques, m.id));
        assert_eq!(held.count(), 28);
        // A technique is looked at if something can be done about it in this phase.
        for id in &techniques {
            let of_phase = |m: &ObjectId| has_phase(&catalog, *m, "deployment");
            assert!(catalog.technique(*id).unwrap().mitigations.iter().any(of_phase));
        }
    }

    #[test]
    fn it_says_what_it_shows() {
        let lens = lens(&[(Facet::Area, "none"), (Facet::Platform, "b"), (Facet::Platform, "a")]);
        assert_eq!(lens.describe(), "none, a/b");
    }

    #[test]
    fn keys_are_what_one_would_type() {
        assert_eq!(key("Agentic AI"), "agentic-ai");
        assert_eq!(key(" Business & Data "), "business-data");
        assert_eq!(
            lens(&[(Facet::Maturity, "realized"), (Facet::Area, "none")]).query(),
            "area:none maturity:realized"
        );
    }
}
