//! Subsets of the matrix by what ATLAS says of techniques: attack area, lifecycle phase, platform,
//! maturity, tactic, mitigations, case studies.

use std::collections::BTreeSet;

use super::builtin::guide;
use super::id::{Kind, ObjectId};
use super::model::{CaseStudy, CaseStudyKind, Catalog, Maturity, Technique};

/// What a lens is made of: facets of the catalogue, or of marks as well.
pub trait Distinction: Copy + Ord {
    /// The word in queries and on the screen.
    fn word(self) -> &'static str;

    /// The only key that a text can mean, where it is written like one: `cs0026` is `cs26`. None where
    /// any part of a key will do.
    fn exact(self, text: &str) -> Option<String>;
}

/// By what techniques are told apart that the catalogue states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Facet {
    /// The attack areas of the [guide](super::Guide), which are our own and not ATLAS's.
    Area,
    /// The lifecycle phases of the mitigations that a technique has.
    Phase,
    Platform,
    Maturity,
    /// The columns that a technique stands in.
    Tactic,
    /// Whether ATLAS lists a mitigation for the technique itself.
    Mitigated,
    /// The case studies that use a technique: any, those of a kind, none, or a certain one.
    Case,
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
    pub const ALL: [Facet; 7] = [
        Facet::Area,
        Facet::Phase,
        Facet::Platform,
        Facet::Maturity,
        Facet::Tactic,
        Facet::Mitigated,
        Facet::Case,
    ];

    /// The word in queries and on the screen.
    pub const fn word(self) -> &'static str {
        match self {
            Facet::Area => "area",
            Facet::Phase => "phase",
            Facet::Platform => "platform",
            Facet::Maturity => "maturity",
            Facet::Tactic => "tactic",
            Facet::Mitigated => "mitigated",
            Facet::Case => "case",
        }
    }

    pub fn from_word(word: &str) -> Option<Facet> {
        Facet::ALL.into_iter().find(|f| f.word().eq_ignore_ascii_case(word))
    }

    /// What can be chosen, in an order that makes sense for the facet. Empty where the release does not
    /// state it, as with platforms in legacy files.
    pub fn values(self, catalog: &Catalog) -> Vec<Value> {
        let plain = |name: &str| Value::new(&key(name), name, "");
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
            Facet::Tactic => catalog.tactics.iter().map(|t| plain(&t.name)).collect(),
            Facet::Mitigated => vec![
                Value::new(
                    YES,
                    "ATLAS lists a mitigation",
                    "For the technique itself; a parent's is not it.",
                ),
                Value::new(NO, "ATLAS lists none", "What is to be done about it needs controls of your own."),
            ],
            Facet::Case => {
                let some = [
                    Value::new(ANY, "In any case study", ""),
                    Value::new(INCIDENT, "In an incident", "A case study of what attackers have done."),
                    Value::new(EXERCISE, "In an exercise", "A case study of what researchers have tried."),
                    Value::new(NO_CASE, "In no case study", ""),
                ];
                let each = catalog.case_studies.iter().map(|c| Value::new(&case_key(c.id), &c.name, ""));
                some.into_iter().chain(each).collect()
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
            Facet::Tactic => technique.tactics.iter().any(|t| is_tactic(catalog, *t, value)),
            Facet::Mitigated => technique.mitigations.is_empty() == (value == NO),
            Facet::Case if value == NO_CASE => technique.steps.is_empty(),
            Facet::Case => {
                let mut cases = technique.steps.iter().filter_map(|s| catalog.case_study(s.case_study));
                cases.any(|case| is_case(case, value))
            }
        }
    }
}

impl Distinction for Facet {
    fn word(self) -> &'static str {
        Facet::word(self)
    }

    fn exact(self, text: &str) -> Option<String> {
        let id = ObjectId::parse_loosely(text).filter(|id| id.kind() == Kind::CaseStudy);
        id.filter(|_| self == Facet::Case).map(case_key)
    }
}

impl Value {
    pub fn new(key: &str, name: &str, what: &str) -> Value {
        Value { key: key.to_owned(), name: name.to_owned(), what: what.to_owned() }
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

const YES: &str = "yes";
const NO: &str = "no";

/// The keys of what is no certain case study.
const ANY: &str = "any";
const INCIDENT: &str = "incident";
const EXERCISE: &str = "exercise";
const NO_CASE: &str = "none";

/// A certain case study: `cs26`.
fn case_key(id: ObjectId) -> String {
    format!("cs{}", id.number())
}

fn is_case(case: &CaseStudy, value: &str) -> bool {
    match value {
        ANY => true,
        INCIDENT => case.kind == Some(CaseStudyKind::Incident),
        EXERCISE => case.kind == Some(CaseStudyKind::Exercise),
        NO_CASE => false,
        one => one.strip_prefix("cs").and_then(|n| n.parse().ok()) == Some(case.id.number()),
    }
}

fn is_tactic(catalog: &Catalog, tactic: ObjectId, value: &str) -> bool {
    catalog.tactic(tactic).is_some_and(|t| key(&t.name) == value)
}

/// A name as a key: lower case, with dashes for whatever is neither letter nor digit.
pub fn key(name: &str) -> String {
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lens<F = Facet> {
    /// Facets with the keys of their values, sorted.
    chosen: BTreeSet<(F, String)>,
}

impl<F> Default for Lens<F> {
    fn default() -> Self {
        Lens { chosen: BTreeSet::new() }
    }
}

impl<F: Distinction> Lens<F> {
    /// Whether nothing is chosen, so that everything is looked at.
    pub fn is_empty(&self) -> bool {
        self.chosen.is_empty()
    }

    pub fn has(&self, facet: F, key: &str) -> bool {
        self.chosen.iter().any(|(f, k)| *f == facet && k == key)
    }

    /// Adds a value.
    pub fn add(&mut self, facet: F, key: &str) {
        self.chosen.insert((facet, key.to_owned()));
    }

    /// Adds a value, or takes it away if it is there.
    pub fn toggle(&mut self, facet: F, key: &str) {
        let value = (facet, key.to_owned());
        if !self.chosen.remove(&value) {
            self.chosen.insert(value);
        }
    }

    /// Makes a value the only one of its facet.
    pub fn only(&mut self, facet: F, key: &str) {
        self.without(facet);
        self.add(facet, key);
    }

    /// Takes all values of a facet away.
    pub fn without(&mut self, facet: F) {
        self.chosen.retain(|(f, _)| *f != facet);
    }

    /// The facets in use.
    pub fn facets(&self) -> BTreeSet<F> {
        self.chosen.iter().map(|(facet, _)| *facet).collect()
    }

    /// The keys that are chosen of a facet.
    pub fn keys(&self, facet: F) -> impl Iterator<Item = &str> {
        self.chosen.iter().filter(move |(f, _)| *f == facet).map(|(_, key)| key.as_str())
    }

    /// As one would write it in a query: `area:model-evasion platform:agentic-ai`.
    pub fn query(&self) -> String {
        let words = self.chosen.iter().map(|(facet, key)| format!("{}:{key}", facet.word()));
        words.collect::<Vec<_>>().join(" ")
    }

    /// For people, in few cells: `model-evasion, agentic-ai/enterprise`.
    pub fn describe(&self) -> String {
        let of_facet = |facet| self.keys(facet).collect::<Vec<_>>().join("/");
        self.facets().into_iter().map(of_facet).collect::<Vec<_>>().join(", ")
    }

    /// Whether every facet in use has a value of which `holds` is true.
    pub fn all(&self, holds: impl Fn(F, &str) -> bool) -> bool {
        self.facets().into_iter().all(|facet| self.keys(facet).any(|key| holds(facet, key)))
    }
}

impl Lens {
    /// The techniques that it shows. A parent is not in it for its sub-techniques' sake.
    pub fn techniques(&self, catalog: &Catalog) -> BTreeSet<ObjectId> {
        let shown = catalog.techniques.iter().filter(|t| self.shows(catalog, t));
        shown.map(|t| t.id).collect()
    }

    fn shows(&self, catalog: &Catalog, technique: &Technique) -> bool {
        self.all(|facet, key| facet.of_technique(catalog, technique, key))
    }

    /// The objects of lists that it shows: `techniques` as [`Lens::techniques`] gives them, the
    /// mitigations of any of these (of the phases asked for), the case studies that use any (of those asked
    /// for), the tactics that hold any (of those asked for).
    pub fn holds(&self, catalog: &Catalog, techniques: &BTreeSet<ObjectId>, id: ObjectId) -> bool {
        match id.kind() {
            Kind::Technique => techniques.contains(&id),
            Kind::Mitigation => {
                let mut phases = self.keys(Facet::Phase).peekable();
                let in_phase = phases.peek().is_none() || phases.any(|key| has_phase(catalog, id, key));
                let others = self.facets().into_iter().any(|f| f != Facet::Phase);
                let mitigates =
                    |m: &super::Mitigation| m.techniques.iter().any(|t| techniques.contains(&t.technique));
                in_phase && (!others || catalog.mitigation(id).is_some_and(mitigates))
            }
            Kind::CaseStudy => {
                let uses = |c: &CaseStudy| c.steps.iter().any(|s| techniques.contains(&s.technique));
                let mut meant = self.keys(Facet::Case).peekable();
                let mut is_meant = |c: &CaseStudy| meant.peek().is_none() || meant.any(|key| is_case(c, key));
                catalog.case_study(id).is_some_and(|c| uses(c) && is_meant(c))
            }
            Kind::Tactic => {
                let column =
                    |t: &super::Tactic| catalog.in_tactic(t).any(|technique| techniques.contains(&technique));
                let mut meant = self.keys(Facet::Tactic).peekable();
                let is_meant = meant.peek().is_none() || meant.any(|key| is_tactic(catalog, id, key));
                is_meant && catalog.tactic(id).is_some_and(column)
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
    fn case_studies_and_mitigations_tell_techniques_apart() {
        let catalog = builtin().unwrap();
        let count = |facet, key| lens(&[(facet, key)]).techniques(&catalog).len();
        let all = catalog.techniques.len();
        assert_eq!(count(Facet::Mitigated, YES) + count(Facet::Mitigated, NO), all);
        assert_eq!(count(Facet::Case, ANY) + count(Facet::Case, NO_CASE), all);
        let both = lens(&[(Facet::Case, INCIDENT), (Facet::Case, EXERCISE)]).techniques(&catalog);
        assert_eq!(both, lens(&[(Facet::Case, ANY)]).techniques(&catalog));
        // Of one case study: the techniques of its steps, and in the list itself alone.
        let one = lens(&[(Facet::Case, "cs26")]);
        let techniques = one.techniques(&catalog);
        let case = catalog.case_studies.iter().find(|c| c.id.number() == 26).unwrap();
        let steps: BTreeSet<ObjectId> = case.steps.iter().map(|s| s.technique).collect();
        assert_eq!(techniques, steps);
        let listed = catalog.case_studies.iter().filter(|c| one.holds(&catalog, &techniques, c.id));
        assert_eq!(listed.map(|c| c.id).collect::<Vec<_>>(), [case.id]);
        assert_eq!(Facet::Case.exact("AML.CS0026"), Some("cs26".to_owned()));
        assert_eq!((Facet::Case.exact("t26"), Facet::Area.exact("cs26")), (None, None));
    }

    #[test]
    fn a_tactic_is_its_column() {
        let catalog = builtin().unwrap();
        for tactic in &catalog.tactics {
            let lens = lens(&[(Facet::Tactic, &key(&tactic.name))]);
            let techniques = lens.techniques(&catalog);
            assert_eq!(techniques, catalog.in_tactic(tactic).collect());
            let listed = catalog.tactics.iter().filter(|t| lens.holds(&catalog, &techniques, t.id));
            assert_eq!(listed.map(|t| t.id).collect::<Vec<_>>(), [tactic.id]);
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
