//! The shapes of one loaded release.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Serialize};

use super::id::{Kind, ObjectId};
use super::pack::Late;

/// A piece of text that is borrowed from the program for the built-in catalogue and owned for a
/// file. It holds no control characters: readers sanitise before they make one.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(Cow<'static, str>);

impl Deref for Text {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Text(Cow::Owned(text))
    }
}

impl From<&'static str> for Text {
    fn from(text: &'static str) -> Self {
        Text(Cow::Borrowed(text))
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

/// One release of ATLAS, loaded. Lists are sorted by id, but for the tactics, which stand in
/// matrix order. Every id in it leads to an object in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Catalog {
    /// The content release, as the file itself states it: `2026.09`, or `5.6.0` in legacy files.
    pub release: Text,
    /// The layout it was read from.
    pub format: Format,
    /// In the order of the matrix columns.
    pub tactics: Vec<Tactic>,
    /// Techniques and sub-techniques.
    pub techniques: Vec<Technique>,
    pub mitigations: Vec<Mitigation>,
    pub case_studies: Vec<CaseStudy>,
}

/// Which layout a catalogue was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Format {
    /// `format-version: 6.x`
    V6,
    /// 2.0.0 to 5.6.1, where one number covered content and format.
    Legacy,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tactic {
    pub id: ObjectId,
    pub name: Text,
    /// Markdown; empty where the catalogue has no text for the object. So for all descriptions.
    pub description: Text,
    pub references: Vec<Reference>,
    pub attack: Option<AttackReference>,
    /// Dates are `YYYY-MM-DD`, empty where the file gives none. So for all objects.
    pub created: Text,
    pub modified: Text,
    /// The techniques of this column, parents only, by id.
    pub techniques: Vec<ObjectId>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Technique {
    pub id: ObjectId,
    pub name: Text,
    pub description: Text,
    pub references: Vec<Reference>,
    pub attack: Option<AttackReference>,
    pub created: Text,
    pub modified: Text,
    /// None in releases before 5.0.0.
    pub maturity: Option<Maturity>,
    /// `Predictive AI`, `Agentic AI` ...; empty in legacy releases.
    pub platforms: Vec<Text>,
    /// The columns it stands in, in matrix order. A sub-technique stands in its parent's.
    pub tactics: Vec<ObjectId>,
    pub parent: Option<ObjectId>,
    pub subs: Vec<ObjectId>,
    /// The mitigations that list it; how they apply is in [`Mitigation::techniques`].
    pub mitigations: Vec<ObjectId>,
    /// The steps of case studies that use it, by case study and attack order.
    pub steps: Late<StepRef>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mitigation {
    pub id: ObjectId,
    pub name: Text,
    pub description: Text,
    pub references: Vec<Reference>,
    pub attack: Option<AttackReference>,
    pub created: Text,
    pub modified: Text,
    /// `Policy`, `Technical - AI`, `Technical - Cyber`.
    pub categories: Vec<Text>,
    pub lifecycle_phases: Vec<Text>,
    /// By technique id, each technique once.
    pub techniques: Late<Mitigates>,
}

/// How a mitigation applies to one technique.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mitigates {
    pub technique: ObjectId,
    /// Markdown; may be empty.
    pub how: Text,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseStudy {
    pub id: ObjectId,
    pub name: Text,
    pub description: Text,
    pub references: Vec<Reference>,
    pub created: Text,
    pub modified: Text,
    /// None in releases before 4.4.0.
    pub kind: Option<CaseStudyKind>,
    pub actor: Text,
    pub target: Text,
    pub reporter: Text,
    /// `YYYY-MM-DD`; only as much of it is known as `granularity` says.
    pub date: Text,
    pub granularity: Granularity,
    /// In attack order.
    pub steps: Late<Step>,
}

impl CaseStudy {
    /// The date as far as it is known: `2024`, `2024-08`, `2024-08-08`.
    pub fn known_date(&self) -> &str {
        let most = match self.granularity {
            Granularity::Year => 4,
            Granularity::Month => 7,
            Granularity::Day => 10,
        };
        self.date.get(..most).unwrap_or(&self.date)
    }
}

/// One step of a case study.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// `S00` ...; made from the position in legacy files.
    pub id: Text,
    pub technique: ObjectId,
    pub tactic: ObjectId,
    pub description: Text,
    /// Positions in [`CaseStudy::steps`] of what follows; empty at an end of the chain.
    pub leads_to: Vec<u16>,
}

/// A place in a case study: [`CaseStudy::steps`]`[step]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StepRef {
    pub case_study: ObjectId,
    pub step: u16,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reference {
    pub title: Text,
    /// Empty where the file gives none.
    pub url: Text,
}

/// The ATT&CK object that an ATLAS object is derived from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttackReference {
    pub id: Text,
    pub url: Text,
}

/// How well a technique is evidenced. Orders from least to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Maturity {
    Feasible,
    Demonstrated,
    Realized,
}

impl Maturity {
    pub const fn word(self) -> &'static str {
        match self {
            Maturity::Feasible => "feasible",
            Maturity::Demonstrated => "demonstrated",
            Maturity::Realized => "realized",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum CaseStudyKind {
    Incident,
    Exercise,
}

impl CaseStudyKind {
    pub const fn word(self) -> &'static str {
        match self {
            CaseStudyKind::Incident => "incident",
            CaseStudyKind::Exercise => "exercise",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Granularity {
    Year,
    Month,
    Day,
}

/// The position of a tactic in the matrix, from 0.
pub type Column = usize;

fn find<T>(list: &[T], id: ObjectId, id_of: impl Fn(&T) -> ObjectId) -> Option<&T> {
    let at = list.binary_search_by_key(&id, id_of).ok()?;
    list.get(at)
}

impl Catalog {
    pub fn tactic(&self, id: ObjectId) -> Option<&Tactic> {
        self.tactics.iter().find(|t| t.id == id)
    }

    pub fn technique(&self, id: ObjectId) -> Option<&Technique> {
        find(&self.techniques, id, |t| t.id)
    }

    pub fn mitigation(&self, id: ObjectId) -> Option<&Mitigation> {
        find(&self.mitigations, id, |m| m.id)
    }

    pub fn case_study(&self, id: ObjectId) -> Option<&CaseStudy> {
        find(&self.case_studies, id, |c| c.id)
    }

    /// The matrix column of a tactic.
    pub fn column(&self, tactic: ObjectId) -> Option<Column> {
        self.tactics.iter().position(|t| t.id == tactic)
    }

    /// The name of any object.
    pub fn name(&self, id: ObjectId) -> Option<&str> {
        match id.kind() {
            Kind::Tactic => self.tactic(id).map(|o| &*o.name),
            Kind::Technique => self.technique(id).map(|o| &*o.name),
            Kind::Mitigation => self.mitigation(id).map(|o| &*o.name),
            Kind::CaseStudy => self.case_study(id).map(|o| &*o.name),
        }
    }

    pub fn contains(&self, id: ObjectId) -> bool {
        self.name(id).is_some()
    }

    /// A technique's name with its parent's in front: `LLM Prompt Injection: Indirect`.
    pub fn full_name(&self, id: ObjectId) -> String {
        let name = self.name(id).unwrap_or_default();
        let parent = self.technique(id).and_then(|t| t.parent).and_then(|p| self.name(p));
        match parent {
            Some(parent) => format!("{parent}: {name}"),
            None => name.to_owned(),
        }
    }

    /// How a mitigation applies to a technique; None where it does not list it.
    pub fn how(&self, mitigation: ObjectId, technique: ObjectId) -> Option<&str> {
        let mitigation = self.mitigation(mitigation)?;
        find(&mitigation.techniques, technique, |m| m.technique).map(|m| &*m.how)
    }

    pub fn step(&self, at: StepRef) -> Option<&Step> {
        self.case_study(at.case_study)?.steps.get(usize::from(at.step))
    }

    /// The techniques and sub-techniques of a column.
    pub fn in_tactic<'a>(&'a self, tactic: &'a Tactic) -> impl Iterator<Item = ObjectId> + 'a {
        let subs = |id: &ObjectId| self.technique(*id).map(|t| t.subs.as_slice()).unwrap_or_default();
        tactic.techniques.iter().flat_map(move |id| std::iter::once(*id).chain(subs(id).iter().copied()))
    }

    /// The ids of all techniques, sub-techniques and mitigations: what can carry a mark.
    pub fn markable(&self) -> impl Iterator<Item = ObjectId> + '_ {
        let techniques = self.techniques.iter().map(|t| t.id);
        techniques.chain(self.mitigations.iter().map(|m| m.id))
    }
}
