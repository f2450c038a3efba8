//! Small catalogues and assessments of all shapes, for the tests of what is computed from them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::{Assessment, Claim, Conflict, Evidence, EvidenceKind, Mark, Status};
use crate::catalog::{
    CaseStudy, CaseStudyKind, Catalog, Format, Granularity, Kind, Maturity, Mitigates, Mitigation, ObjectId,
    Step, StepRef, Tactic, Technique, Text,
};

pub const TODAY: Date = date(2026, 11, 23);

/// Techniques at even places, each with one sub-technique at the place after it.
pub fn technique(place: usize) -> ObjectId {
    let sub = (place % 2 == 1).then_some(0);
    ObjectId::new(Kind::Technique, u16::try_from(place / 2).unwrap(), sub)
}

pub fn mitigation(place: usize) -> ObjectId {
    ObjectId::new(Kind::Mitigation, u16::try_from(place).unwrap(), None)
}

pub fn case(place: usize) -> ObjectId {
    ObjectId::new(Kind::CaseStudy, u16::try_from(place).unwrap(), None)
}

/// Reconnaissance, then tactics that touch the target.
pub fn tactic(place: usize) -> ObjectId {
    ObjectId::new(Kind::Tactic, u16::try_from(place).unwrap() + 3 - u16::from(place == 0), None)
}

/// What a small catalogue is made of: places of techniques and tactics.
#[derive(Debug, Clone, Default)]
pub struct Parts {
    pub techniques: Vec<Option<Maturity>>,
    /// The techniques that each mitigation lists.
    pub mitigations: Vec<BTreeSet<usize>>,
    pub cases: Vec<Case>,
}

/// The kind of a case study, and its steps: technique and tactic.
pub type Case = (Option<CaseStudyKind>, Vec<(usize, usize)>);

const TACTICS: usize = 4;

impl Parts {
    pub fn catalog(&self) -> Catalog {
        let column = |place: usize| (place / 2) % TACTICS;
        let ids = 0..self.techniques.len();
        let techniques = ids.clone().map(|place| Technique {
            id: technique(place),
            name: Text::from(format!("Technique {place}")),
            description: Text::default(),
            references: Vec::new(),
            attack: None,
            created: Text::default(),
            modified: Text::default(),
            maturity: self.techniques[place],
            platforms: Vec::new(),
            tactics: vec![tactic(column(place))],
            parent: (place % 2 == 1).then(|| technique(place - 1)),
            subs: if place % 2 == 0 && place + 1 < ids.len() {
                vec![technique(place + 1)]
            } else {
                Vec::new()
            },
            mitigations: (0..self.mitigations.len())
                .filter(|m| self.mitigations[*m].contains(&place))
                .map(mitigation)
                .collect(),
            steps: (0..self.cases.len())
                .flat_map(|c| {
                    let steps = self.cases[c].1.iter().enumerate();
                    let used = steps.filter(|(_, (t, _))| *t == place);
                    used.map(move |(s, _)| StepRef { case_study: case(c), step: u16::try_from(s).unwrap() })
                })
                .collect(),
        });
        let tactics = (0..TACTICS).map(|place| Tactic {
            id: tactic(place),
            name: Text::from(format!("Tactic {place}")),
            description: Text::default(),
            references: Vec::new(),
            attack: None,
            created: Text::default(),
            modified: Text::default(),
            techniques: ids.clone().filter(|t| t % 2 == 0 && column(*t) == place).map(technique).collect(),
        });
        let mitigations = self.mitigations.iter().enumerate().map(|(place, listed)| Mitigation {
            id: mitigation(place),
            name: Text::from(format!("Mitigation {place}")),
            description: Text::default(),
            references: Vec::new(),
            attack: None,
            created: Text::default(),
            modified: Text::default(),
            categories: Vec::new(),
            lifecycle_phases: Vec::new(),
            techniques: listed
                .iter()
                .map(|t| Mitigates { technique: technique(*t), how: Text::default() })
                .collect(),
        });
        let cases = self.cases.iter().enumerate().map(|(place, (kind, steps))| CaseStudy {
            id: case(place),
            name: Text::from(format!("Case {place}")),
            description: Text::default(),
            references: Vec::new(),
            created: Text::default(),
            modified: Text::default(),
            kind: *kind,
            actor: Text::default(),
            target: Text::default(),
            reporter: Text::default(),
            date: Text::from("2026-01-01"),
            granularity: Granularity::Day,
            steps: steps
                .iter()
                .map(|(t, ta)| Step {
                    id: Text::default(),
                    technique: technique(*t),
                    tactic: tactic(*ta),
                    description: Text::default(),
                    leads_to: Vec::new(),
                })
                .collect(),
        });
        Catalog {
            release: Text::from("2026.11"),
            format: Format::V6,
            tactics: tactics.collect(),
            techniques: techniques.collect(),
            mitigations: mitigations.collect(),
            case_studies: cases.collect(),
        }
    }
}

pub fn parts() -> impl Strategy<Value = Parts> {
    let maturity = prop::option::of(prop::sample::select(vec![
        Maturity::Feasible,
        Maturity::Demonstrated,
        Maturity::Realized,
    ]));
    prop::collection::vec(maturity, 1..9).prop_flat_map(|techniques| {
        let places = techniques.len();
        let kind =
            prop::option::of(prop::sample::select(vec![CaseStudyKind::Incident, CaseStudyKind::Exercise]));
        let step = (0..places, 0..TACTICS);
        (
            Just(techniques),
            prop::collection::vec(prop::collection::btree_set(0..places, 0..5), 0..7),
            prop::collection::vec((kind, prop::collection::vec(step, 0..7)), 0..5),
        )
            .prop_map(|(techniques, mitigations, cases)| Parts { techniques, mitigations, cases })
    })
}

pub fn mark(status: Status) -> Mark {
    Mark { status, ..Mark::default() }
}

/// A mark with anything in it, dates up to two years before and a month after [`TODAY`].
pub fn any_mark() -> impl Strategy<Value = Mark> {
    let status = || prop::sample::select(Status::ALL.to_vec());
    let day = || prop::option::of((-30_i64..700).prop_map(|ago| TODAY - ago.days()));
    let kind = prop::sample::select(vec![EvidenceKind::Prevent, EvidenceKind::Detect, EvidenceKind::Respond]);
    let piece = kind.prop_map(|kind| Evidence { kind, what: "e".to_owned(), link: None, on: None });
    let person = || prop::option::of(prop::sample::select(vec!["ann".to_owned(), "ben".to_owned()]));
    let contradicted = prop::option::weighted(0.2, status());
    (status(), person(), person(), prop::collection::vec(piece, 0..3), (day(), day(), day()), contradicted)
        .prop_map(|(status, owner, by, evidence, (tested, review, on), contradicted)| {
            let claims = contradicted.map(|s| Conflict { claim: Claim::Status(s), by: None, on: None });
            let conflicts = claims.into_iter().collect();
            Mark { status, owner, evidence, tested, review, by, on, conflicts, ..Mark::default() }
        })
}

/// Marks of any objects of the largest small catalogue.
pub fn assessment() -> impl Strategy<Value = Assessment> {
    let id = prop_oneof![(0_usize..9).prop_map(technique), (0_usize..7).prop_map(mitigation)];
    prop::collection::btree_map(id, any_mark(), 0..16).prop_map(|marks: BTreeMap<ObjectId, Mark>| {
        Assessment {
            marks: marks.into_iter().filter(|(_, mark)| !mark.is_empty()).collect(),
            ..Assessment::default()
        }
    })
}

/// Any of the techniques; some of them may not be in the catalogue.
pub fn scope() -> impl Strategy<Value = BTreeSet<ObjectId>> {
    prop::collection::btree_set((0_usize..9).prop_map(technique), 0..10)
}

/// A catalogue, an assessment and a scope.
pub fn sample() -> impl Strategy<Value = (Catalog, Assessment, BTreeSet<ObjectId>)> {
    (parts(), assessment(), scope()).prop_map(|(parts, marks, scope)| (parts.catalog(), marks, scope))
}

/// All techniques of a catalogue.
pub fn everything(catalog: &Catalog) -> BTreeSet<ObjectId> {
    catalog.techniques.iter().map(|t| t.id).collect()
}
