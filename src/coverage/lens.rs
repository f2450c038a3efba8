//! Filters by what we say: status, owner, and what has to be looked after. With the facets of the
//! catalogue they are what the matrix and the lists look at.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::steps::is_done;
use super::{Assessment, State, suggestion};
use crate::catalog::{Catalog, Distinction, Facet, Kind, Lens, ObjectId, Value, key};

/// By what marks are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MarkFacet {
    /// The status as it shows.
    Status,
    Owner,
    /// What somebody should look at.
    Attention,
}

impl MarkFacet {
    pub const ALL: [MarkFacet; 3] = [MarkFacet::Status, MarkFacet::Owner, MarkFacet::Attention];

    const fn word(self) -> &'static str {
        match self {
            MarkFacet::Status => "status",
            MarkFacet::Owner => "owner",
            MarkFacet::Attention => "attention",
        }
    }

    fn values(self, assessment: &Assessment) -> Vec<Value> {
        match self {
            MarkFacet::Status => {
                let states = State::ALL.into_iter().chain([State::Conflict]);
                states.map(|s| Value::new(s.key(), &format!("{} {}", s.glyph(), s.word()), "")).collect()
            }
            MarkFacet::Owner => {
                let owners = assessment.marks.values().filter_map(|mark| mark.owner.as_deref());
                // Two ways to write the same key are one owner.
                let owners: BTreeMap<String, &str> = owners.map(|name| (owner_key(name), name)).collect();
                let nobody = Value::new(NOBODY, "Nobody", "No owner is named, whatever the status.");
                owners.into_iter().map(|(key, name)| Value::new(&key, name, "")).chain([nobody]).collect()
            }
            MarkFacet::Attention => Attention::ALL.map(|a| Value::new(a.key(), a.name(), a.what())).into(),
        }
    }

    /// Whether a technique or mitigation has the value.
    fn of(self, on: Ground<'_>, id: ObjectId, value: &str) -> bool {
        let mark = on.assessment.mark(id);
        match self {
            MarkFacet::Status => mark.state(on.today).key() == value,
            MarkFacet::Owner if value == NOBODY => mark.owner.is_none(),
            MarkFacet::Owner => mark.owner.as_deref().is_some_and(|name| owner_key(name) == value),
            MarkFacet::Attention => Attention::ALL.iter().any(|a| a.key() == value && a.is_due(on, id)),
        }
    }
}

/// The key of what has no owner.
const NOBODY: &str = "nobody";

fn owner_key(name: &str) -> String {
    match key(name) {
        // Of signs only; a query has no spaces in a value.
        key if key.is_empty() => name.split_whitespace().collect::<Vec<_>>().join("-").to_lowercase(),
        key => key,
    }
}

/// What somebody should look at, by the rules of [`Overview`](super::Overview).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Attention {
    Stale,
    Due,
    Expired,
    Conflict,
    Suggestion,
    WithoutEvidence,
}

impl Attention {
    const ALL: [Attention; 6] = [
        Attention::Stale,
        Attention::Due,
        Attention::Expired,
        Attention::Conflict,
        Attention::Suggestion,
        Attention::WithoutEvidence,
    ];

    const fn key(self) -> &'static str {
        match self {
            Attention::Stale => "stale",
            Attention::Due => "due",
            Attention::Expired => "expired",
            Attention::Conflict => "conflict",
            Attention::Suggestion => "suggestion",
            Attention::WithoutEvidence => "without-evidence",
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Attention::Stale => "Stale",
            Attention::Due => "Review due",
            Attention::Expired => "Test expired",
            Attention::Conflict => "In conflict",
            Attention::Suggestion => "Suggestion open",
            Attention::WithoutEvidence => "Without evidence",
        }
    }

    const fn what(self) -> &'static str {
        match self {
            Attention::Stale => "Assessed, and marked more than 180 days ago.",
            Attention::Due => "The day by which to look at it again has passed.",
            Attention::Expired => "Covered, and its last test is older than 180 days.",
            Attention::Conflict => "People contradict each other, about the status or another field.",
            Attention::Suggestion => "Marks of its mitigations suggest more than what is marked.",
            Attention::WithoutEvidence => "Covered, tested or not, without a piece of evidence.",
        }
    }

    fn is_due(self, on: Ground<'_>, id: ObjectId) -> bool {
        let mark = on.assessment.mark(id);
        let counted = mark.counted_state(on.today);
        match self {
            Attention::Stale => counted != State::Unassessed && mark.is_stale(on.today) == Some(true),
            Attention::Due => mark.is_due(on.today),
            Attention::Expired => mark.has_expired_test(on.today),
            Attention::Conflict => mark.disputed().next().is_some(),
            Attention::Suggestion => {
                id.kind() == Kind::Technique && suggestion(on.catalog, on.assessment, id, on.today).is_some()
            }
            Attention::WithoutEvidence => is_done(counted) && mark.evidence.is_empty(),
        }
    }
}

/// By what techniques are told apart: what the catalogue states of them, and what we say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Aspect {
    Fact(Facet),
    Mark(MarkFacet),
}

impl Aspect {
    pub fn all() -> impl Iterator<Item = Aspect> {
        Facet::ALL.into_iter().map(Aspect::Fact).chain(MarkFacet::ALL.into_iter().map(Aspect::Mark))
    }

    /// What can be chosen. Empty where the release does not state it.
    pub fn values(self, catalog: &Catalog, assessment: &Assessment) -> Vec<Value> {
        match self {
            Aspect::Fact(facet) => facet.values(catalog),
            Aspect::Mark(facet) => facet.values(assessment),
        }
    }
}

impl Distinction for Aspect {
    fn word(self) -> &'static str {
        match self {
            Aspect::Fact(facet) => facet.word(),
            Aspect::Mark(facet) => facet.word(),
        }
    }

    fn exact(self, text: &str) -> Option<String> {
        match self {
            Aspect::Fact(facet) => facet.exact(text),
            Aspect::Mark(_) => None,
        }
    }
}

/// What is looked at, and on which day.
#[derive(Debug, Clone, Copy)]
pub struct Ground<'a> {
    pub catalog: &'a Catalog,
    pub assessment: &'a Assessment,
    pub today: Date,
}

impl Lens<Aspect> {
    /// The part that the catalogue alone decides.
    fn facts(&self) -> Lens {
        let mut facts = Lens::default();
        for facet in Facet::ALL {
            for key in self.keys(Aspect::Fact(facet)) {
                facts.add(facet, key);
            }
        }
        facts
    }

    /// Whether it shows something else when marks change.
    pub fn is_of_marks(&self) -> bool {
        self.facets().into_iter().any(|aspect| matches!(aspect, Aspect::Mark(_)))
    }

    /// Whether the mark of a technique or mitigation has what is asked for.
    fn fits_mark(&self, on: Ground<'_>, id: ObjectId) -> bool {
        self.all(|aspect, key| match aspect {
            Aspect::Fact(_) => true,
            Aspect::Mark(facet) => facet.of(on, id, key),
        })
    }
}

/// What a lens shows of a scope on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    lens: Lens<Aspect>,
    facts: Lens,
    /// What the catalogue alone decides.
    by_facts: BTreeSet<ObjectId>,
    is_scoped: bool,
    /// The techniques that are shown. A parent is not among them for its sub-techniques' sake.
    pub techniques: BTreeSet<ObjectId>,
}

impl Shown {
    /// `scope` is what an assessment is about; None for everything.
    pub fn of(lens: &Lens<Aspect>, scope: Option<&BTreeSet<ObjectId>>, on: Ground<'_>) -> Shown {
        let facts = lens.facts();
        let mut by_facts = facts.techniques(on.catalog);
        by_facts.retain(|id| scope.is_none_or(|scope| scope.contains(id)));
        let techniques = by_facts.iter().copied().filter(|id| lens.fits_mark(on, *id)).collect();
        Shown { lens: lens.clone(), facts, by_facts, is_scoped: scope.is_some(), techniques }
    }

    /// Whether an object stands in its list: techniques that are shown; mitigations of any technique
    /// that the catalogue's facets show, whose own mark has what is asked for; case studies and tactics
    /// with a technique that is shown.
    pub fn holds(&self, on: Ground<'_>, id: ObjectId) -> bool {
        match id.kind() {
            Kind::Technique => self.techniques.contains(&id),
            Kind::Mitigation => {
                let listed = on.catalog.mitigation(id).map(|m| m.techniques.as_slice()).unwrap_or_default();
                let in_scope = || listed.iter().any(|t| self.by_facts.contains(&t.technique));
                self.facts.holds(on.catalog, &self.by_facts, id)
                    && (!self.is_scoped || in_scope())
                    && self.lens.fits_mark(on, id)
            }
            Kind::CaseStudy | Kind::Tactic => self.facts.holds(on.catalog, &self.techniques, id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coverage::samples::{self, TODAY, everything};
    use crate::coverage::{Overview, Share};
    use proptest::prelude::*;

    fn lens(facet: MarkFacet, key: &str) -> Lens<Aspect> {
        let mut lens = Lens::default();
        lens.add(Aspect::Mark(facet), key);
        lens
    }

    #[test]
    fn owners_that_are_written_alike_are_one() {
        let mut assessment = Assessment::default();
        for (place, owner) in ["SOC", "soc", "Platform Sec", "\u{2620}"].into_iter().enumerate() {
            let mark = crate::coverage::Mark { owner: Some(owner.to_owned()), ..Default::default() };
            assessment.marks.insert(samples::technique(place), mark);
        }
        let keys: Vec<String> = MarkFacet::Owner.values(&assessment).into_iter().map(|v| v.key).collect();
        assert_eq!(keys, ["platform-sec", "soc", "\u{2620}", "nobody"]);
    }

    proptest! {
        /// What wants attention is what the dashboard counts, and every technique has one status.
        #[test]
        fn attention_is_by_the_rules_of_the_overview((catalog, assessment, scope) in samples::sample()) {
            let on = Ground { catalog: &catalog, assessment: &assessment, today: TODAY };
            let shown = |lens: &Lens<Aspect>| Shown::of(lens, Some(&scope), on);
            let o = Overview::of(&catalog, &assessment, &scope, TODAY);
            let shares: [(&str, &Share); 5] = [
                ("stale", &o.stale), ("due", &o.due), ("expired", &o.expired),
                ("conflict", &o.conflicts), ("without-evidence", &o.without_evidence),
            ];
            for (key, share) in shares {
                let shown = shown(&lens(MarkFacet::Attention, key));
                let ids: BTreeSet<ObjectId> = share.ids.iter().copied().collect();
                let listed = catalog.markable().filter(|id| shown.holds(on, *id)).collect();
                prop_assert_eq!(ids, listed, "{}", key);
            }
            let states = State::ALL.into_iter().chain([State::Conflict]);
            let of_state = |s: State| shown(&lens(MarkFacet::Status, s.key())).techniques;
            let all: Vec<ObjectId> = states.flat_map(of_state).collect();
            let once: BTreeSet<ObjectId> = all.iter().copied().collect();
            let in_scope = everything(&catalog).intersection(&scope).copied().collect::<BTreeSet<_>>();
            prop_assert_eq!(all.len(), once.len());
            prop_assert_eq!(once, in_scope);
        }
    }
}
