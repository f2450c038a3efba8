//! Catalogues that are larger than ATLAS, but of its shape: for the tests of growth, the benchmarks
//! and `examples/grow.rs`.
//!
//! Made from the built-in catalogue in memory and not from a file, because what is read from files is
//! limited to 8 MiB and to 1 MiB of names: no file of a hundred times the size would be read.

#![allow(clippy::expect_used, reason = "for tests and benchmarks")]

use std::collections::BTreeMap;

use atlasnav::catalog::{
    CaseStudy, Catalog, Kind, Mitigates, Mitigation, ObjectId, Step, StepRef, Tactic, Technique, Text,
};

/// From one copy of a technique to the next; the numbers of ATLAS are smaller.
const STRIDE: u16 = 135;
/// So many copies of a technique have a number of four digits. Later ones are sub-techniques of the first.
const PARENTS: u16 = 74;
/// The numbers of sub-techniques in ATLAS are smaller.
const LATE_SUBS: u16 = 500;
/// No matrix has more groups of sixteen columns: a tenfold catalogue has two, a hundredfold three.
const MOST_GROUPS: u16 = 3;

/// The built-in catalogue `times` as large, up to a hundred: so many times the techniques, mitigations and
/// case studies, each copy linked among itself and with texts of its own, in up to three times the
/// columns. Once is the built-in catalogue as it is.
pub fn catalog(times: u16) -> Catalog {
    assert!((1..=100).contains(&times), "there are no ids for {times} times the size");
    let once = atlasnav::catalog::builtin().expect("the built-in catalogue decodes");
    let groups = (1 + times.ilog10()).min(u32::from(MOST_GROUPS)) as u16;
    let copies = || (0..times).map(|number| Copy { number, groups });
    let mut grown = Catalog {
        release: once.release.clone(),
        format: once.format,
        tactics: copies()
            .take(groups.into())
            .flat_map(|c| once.tactics.iter().map(move |t| c.tactic(t)))
            .collect(),
        techniques: copies().flat_map(|c| once.techniques.iter().map(move |t| c.technique(t))).collect(),
        mitigations: copies().flat_map(|c| once.mitigations.iter().map(move |m| c.mitigation(m))).collect(),
        case_studies: copies().flat_map(|c| once.case_studies.iter().map(move |s| c.case_study(s))).collect(),
    };
    grown.techniques.sort_by_key(|t| t.id);
    link_back(&mut grown);
    grown
}

/// One copy of the whole.
#[derive(Clone, Copy)]
struct Copy {
    number: u16,
    groups: u16,
}

impl Copy {
    fn id(self, id: ObjectId) -> ObjectId {
        let (number, copy) = (id.number(), self.number);
        match id.kind() {
            Kind::Tactic => ObjectId::new(Kind::Tactic, number + 16 * (copy % self.groups), None),
            Kind::Technique if copy < PARENTS => {
                ObjectId::new(Kind::Technique, number + STRIDE * copy, id.sub_number())
            }
            Kind::Technique => {
                let sub = LATE_SUBS + id.sub_number().map_or(0, |sub| sub + 1);
                ObjectId::new(Kind::Technique, number + STRIDE * (copy - PARENTS), Some(sub))
            }
            Kind::Mitigation => ObjectId::new(Kind::Mitigation, number + 40 * copy, None),
            Kind::CaseStudy => ObjectId::new(Kind::CaseStudy, number + 73 * copy, None),
        }
    }

    /// A text of its own, so that the copies don't share memory.
    fn text(self, text: &Text) -> Text {
        match self.number {
            0 => text.clone(),
            copy => Text::from(format!("{text} {copy}")),
        }
    }

    fn tactic(self, tactic: &Tactic) -> Tactic {
        Tactic {
            id: self.id(tactic.id),
            name: self.text(&tactic.name),
            description: self.text(&tactic.description),
            ..tactic.clone()
        }
    }

    fn technique(self, technique: &Technique) -> Technique {
        let id = self.id(technique.id);
        Technique {
            id,
            name: self.text(&technique.name),
            description: self.text(&technique.description),
            tactics: technique.tactics.iter().map(|t| self.id(*t)).collect(),
            parent: id.parent(),
            ..technique.clone()
        }
    }

    fn mitigation(self, mitigation: &Mitigation) -> Mitigation {
        let applied = |m: &Mitigates| Mitigates { technique: self.id(m.technique), how: self.text(&m.how) };
        let mut techniques: Vec<Mitigates> = mitigation.techniques.iter().map(applied).collect();
        techniques.sort_by_key(|m| m.technique);
        Mitigation {
            id: self.id(mitigation.id),
            name: self.text(&mitigation.name),
            description: self.text(&mitigation.description),
            techniques: techniques.into(),
            ..mitigation.clone()
        }
    }

    fn case_study(self, study: &CaseStudy) -> CaseStudy {
        let step = |step: &Step| Step {
            technique: self.id(step.technique),
            tactic: self.id(step.tactic),
            description: self.text(&step.description),
            ..step.clone()
        };
        CaseStudy {
            id: self.id(study.id),
            name: self.text(&study.name),
            description: self.text(&study.description),
            steps: study.steps.iter().map(step).collect(),
            ..study.clone()
        }
    }
}

/// Everything that follows from the rest, as the reader makes it: columns, sub-techniques, what
/// mitigates a technique and what uses it.
fn link_back(catalog: &mut Catalog) {
    let mut subs: BTreeMap<ObjectId, Vec<ObjectId>> = BTreeMap::new();
    let mut columns: BTreeMap<ObjectId, Vec<ObjectId>> = BTreeMap::new();
    let mut mitigations: BTreeMap<ObjectId, Vec<ObjectId>> = BTreeMap::new();
    let mut steps: BTreeMap<ObjectId, Vec<StepRef>> = BTreeMap::new();
    for t in &catalog.techniques {
        match t.parent {
            Some(parent) => subs.entry(parent).or_default().push(t.id),
            None => t.tactics.iter().for_each(|tactic| columns.entry(*tactic).or_default().push(t.id)),
        }
    }
    for m in &catalog.mitigations {
        for applied in &m.techniques {
            mitigations.entry(applied.technique).or_default().push(m.id);
        }
    }
    for c in &catalog.case_studies {
        for (step, at) in c.steps.iter().zip(0..) {
            steps.entry(step.technique).or_default().push(StepRef { case_study: c.id, step: at });
        }
    }
    let stands_in: BTreeMap<ObjectId, Vec<ObjectId>> =
        catalog.techniques.iter().map(|t| (t.id, t.tactics.clone())).collect();
    for t in &mut catalog.techniques {
        t.subs = subs.remove(&t.id).unwrap_or_default();
        t.mitigations = mitigations.remove(&t.id).unwrap_or_default();
        t.steps = steps.remove(&t.id).unwrap_or_default().into();
        if let Some(parent) = t.parent {
            t.tactics.clone_from(&stands_in[&parent]);
        }
    }
    for tactic in &mut catalog.tactics {
        tactic.techniques = columns.remove(&tactic.id).unwrap_or_default();
    }
}
