//! Checks what a file says against itself, and links it both ways.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Display;

use super::chain::chain;
use super::id::{Kind, ObjectId};
use super::model::{CaseStudy, Catalog, Column, Mitigates, Mitigation, StepRef, Tactic, Technique, Text};
use super::raw::{At, Edge, Object, Raw, RawStep, Warnings};
use super::read::ReadError;
use super::sanitize::quote;

/// The order in which ATLAS goes through the life of an AI system.
const LIFECYCLE: [&str; 6] = [
    "Business and Data Understanding",
    "Data Preparation",
    "AI Model Engineering",
    "AI Model Evaluation",
    "Deployment",
    "Monitoring and Maintenance",
];

/// Builds the catalogue. What contradicts itself is an error, what is only odd a warning.
pub(super) fn link(raw: Raw, warnings: &mut Warnings) -> Result<Catalog, ReadError> {
    if raw.release.is_empty() {
        return Err(ReadError::whole("the file does not say which release it is: its `version` is empty"));
    }
    let known = Known::collect(&raw)?;
    let columns = columns(raw.columns, &raw.tactics, &known, warnings)?;
    // Hostile files can hold ten thousand tactics, so no list of them is searched in a loop.
    let column_of: HashMap<ObjectId, Column> = columns.iter().zip(0..).map(|(id, i)| (*id, i)).collect();
    let parents = parents(&raw.specializes, &known, warnings)?;
    let own_columns = own_columns(&raw.achieves, &column_of, &known, warnings)?;

    let mut techniques = Vec::with_capacity(raw.techniques.len());
    for t in raw.techniques {
        let id = t.object.id;
        let parent = parent_of(id, &parents, &known, warnings)?;
        let own = own_columns.get(&id.value);
        let stands_in = match parent {
            None => own,
            Some(parent) => {
                let inherited = own_columns.get(&parent);
                if own.is_some() && own != inherited {
                    let what =
                        format!("stands in other tactics than its parent {parent}, whose tactics are used");
                    warnings.add(id.line, id.value, what);
                }
                inherited
            }
        };
        if stands_in.is_none() && parent.is_none() {
            warnings.add(id.line, id.value, "stands in no tactic, so the matrix can't show it");
        }
        let object = t.object;
        techniques.push(Technique {
            id: object.id.value,
            name: object.name,
            description: object.description,
            references: object.references,
            attack: object.attack,
            created: object.created,
            modified: object.modified,
            maturity: t.maturity,
            platforms: t.platforms,
            tactics: stands_in.into_iter().flatten().map(|&column| columns[column]).collect(),
            parent,
            subs: Vec::new(),
            mitigations: Vec::new(),
            steps: Vec::new().into(),
        });
    }
    techniques.sort_by_key(|t| t.id);

    let mut tactics: Vec<Tactic> = raw.tactics.into_iter().map(tactic).collect();
    tactics.sort_by_key(|t| column_of.get(&t.id));

    let mut applied = mitigated(raw.mitigates, &known, warnings)?;
    let mut mitigations = Vec::with_capacity(raw.mitigations.len());
    for m in raw.mitigations {
        let mut lifecycle_phases = m.lifecycle_phases;
        lifecycle_phases
            .sort_by_key(|p| LIFECYCLE.iter().position(|l| *l == &**p).unwrap_or(LIFECYCLE.len()));
        let object = m.object;
        let techniques = applied.remove(&object.id.value).unwrap_or_default();
        mitigations.push(Mitigation {
            id: object.id.value,
            name: object.name,
            description: object.description,
            references: object.references,
            attack: object.attack,
            created: object.created,
            modified: object.modified,
            categories: m.categories,
            lifecycle_phases,
            techniques: techniques.into_iter().map(|(technique, how)| Mitigates { technique, how }).collect(),
        });
    }
    mitigations.sort_by_key(|m| m.id);

    let mut steps = steps_by_case_study(raw.steps, &known)?;
    let mut case_studies = Vec::with_capacity(raw.case_studies.len());
    for c in raw.case_studies {
        let object = c.object;
        let own = steps.remove(&object.id.value).unwrap_or_default();
        if own.is_empty() {
            warnings.add(object.id.line, object.id.value, "has no steps");
        }
        case_studies.push(CaseStudy {
            id: object.id.value,
            name: object.name,
            description: object.description,
            references: object.references,
            created: object.created,
            modified: object.modified,
            kind: c.kind,
            actor: c.actor,
            target: c.target,
            reporter: c.reporter,
            date: c.date,
            granularity: c.granularity,
            steps: chain(object.id, own, warnings)?.into(),
        });
    }
    case_studies.sort_by_key(|c| c.id);

    let mut catalog =
        Catalog { release: raw.release, format: raw.format, tactics, techniques, mitigations, case_studies };
    link_back(&mut catalog, &column_of);
    names_fit(&catalog)?;
    Ok(catalog)
}

/// The most bytes of names, a sub-technique's with its parent's in front. Official releases have some
/// 20 KB. The search index takes a multiple of it, and a long name counts once per sub-technique:
/// a file of 100 KB could ask for two gigabytes.
const MOST_NAMES: usize = 1024 * 1024;

fn names_fit(catalog: &Catalog) -> Result<(), ReadError> {
    let parent = |t: &Technique| t.parent.and_then(|p| catalog.name(p)).map_or(0, str::len);
    let techniques: usize = catalog.techniques.iter().map(|t| t.name.len() + parent(t)).sum();
    let others = (catalog.tactics.iter().map(|o| &o.name))
        .chain(catalog.mitigations.iter().map(|o| &o.name))
        .chain(catalog.case_studies.iter().map(|o| &o.name));
    if techniques + others.map(|name| name.len()).sum::<usize>() > MOST_NAMES {
        return Err(ReadError::whole(
            "the names in the file come to more than 1 MiB, a sub-technique's counted with its parent's, \
             which is the most that is read",
        ));
    }
    Ok(())
}

/// Which objects the file holds.
struct Known(HashMap<ObjectId, u64>);

impl Known {
    fn collect(raw: &Raw) -> Result<Self, ReadError> {
        let mut known = Known(HashMap::new());
        known.add(Kind::Tactic, raw.tactics.iter())?;
        known.add(Kind::Technique, raw.techniques.iter().map(|t| &t.object))?;
        known.add(Kind::Mitigation, raw.mitigations.iter().map(|m| &m.object))?;
        known.add(Kind::CaseStudy, raw.case_studies.iter().map(|c| &c.object))?;
        for (none, list) in [(raw.tactics.is_empty(), "tactics"), (raw.techniques.is_empty(), "techniques")] {
            if none {
                return Err(ReadError::whole(format!(
                    "the file has no {list}, so there is no matrix to show; it may be cut short"
                )));
            }
        }
        Ok(known)
    }

    fn add<'a>(&mut self, kind: Kind, objects: impl Iterator<Item = &'a Object>) -> Result<(), ReadError> {
        for object in objects {
            let At { line, value: id } = object.id;
            let actual = id.kind().word();
            if id.kind() != kind {
                let what = format!("{id} stands among the {}, but is the id of a {actual}", plural(kind));
                return Err(ReadError::at(line, what));
            }
            if object.name.is_empty() {
                return Err(ReadError::at(line, format!("the {actual} {id} has no name")));
            }
            if let Some(first) = self.0.insert(id, line) {
                let what =
                    format!("the {actual} {id} stands in the file twice, the first time in line {first}");
                return Err(ReadError::at(line, what));
            }
        }
        Ok(())
    }

    fn has(&self, id: ObjectId) -> bool {
        self.0.contains_key(&id)
    }

    /// That `who` may name this id: that it is of the right kind, and in the file.
    fn check(&self, who: impl Display, line: u64, id: ObjectId, kind: Kind) -> Result<(), ReadError> {
        if id.kind() != kind {
            let what = format!("{who} names {id}, a {}, where a {} belongs", id.kind().word(), kind.word());
            return Err(ReadError::at(line, what));
        }
        if !self.has(id) {
            let what = format!("{who} names the {} {id}, which is not in this file", kind.word());
            return Err(ReadError::at(line, what));
        }
        Ok(())
    }

    fn check_edge(&self, edge: &Edge, from: Kind, to: Kind) -> Result<(), ReadError> {
        self.check("a relationship", edge.target.line, edge.source, from)?;
        self.check(edge.source, edge.target.line, edge.target.value, to)
    }
}

fn plural(kind: Kind) -> &'static str {
    match kind {
        Kind::Tactic => "tactics",
        Kind::Technique => "techniques",
        Kind::Mitigation => "mitigations",
        Kind::CaseStudy => "case studies",
    }
}

/// The tactics in matrix order.
fn columns(
    given: Option<Vec<At<ObjectId>>>,
    tactics: &[Object],
    known: &Known,
    warnings: &mut Warnings,
) -> Result<Vec<ObjectId>, ReadError> {
    let Some(given) = given else { return Ok(tactics.iter().map(|t| t.id.value).collect()) };
    let mut columns = Vec::with_capacity(tactics.len());
    let mut placed = HashSet::with_capacity(tactics.len());
    for At { line, value: id } in given {
        known.check("the matrix", line, id, Kind::Tactic)?;
        if placed.insert(id) {
            columns.push(id);
        } else {
            warnings.add(line, id, "has two places in the matrix, of which the first is used");
        }
    }
    for At { line, value: id } in tactics.iter().map(|t| t.id) {
        if !placed.contains(&id) {
            warnings.add(line, id, "has no place in the matrix and is put at its end");
            columns.push(id);
        }
    }
    Ok(columns)
}

/// The parent that each sub-technique names.
fn parents(
    edges: &[Edge],
    known: &Known,
    warnings: &mut Warnings,
) -> Result<HashMap<ObjectId, ObjectId>, ReadError> {
    let mut parents = HashMap::new();
    for edge in edges {
        known.check_edge(edge, Kind::Technique, Kind::Technique)?;
        let At { line, value: parent } = edge.target;
        if parents.insert(edge.source, parent) == Some(parent) {
            warnings.add(line, edge.source, format!("names its parent {parent} twice"));
        }
    }
    for edge in edges {
        let At { line, value: parent } = edge.target;
        let sub = edge.source;
        // As long as no circle was found, each step upwards meets a new technique.
        let mut up = Some(parent);
        for _ in 0..edges.len() {
            if up == Some(sub) {
                let what = format!("{sub} is given as a sub-technique of itself, directly or through others");
                return Err(ReadError::at(line, what));
            }
            up = up.and_then(|id| parents.get(&id).copied());
            if up.is_none() {
                break;
            }
        }
        if parents.contains_key(&parent) || parent.is_sub_technique() {
            let what =
                format!("{sub} is given as a sub-technique of {parent}, which is a sub-technique itself");
            return Err(ReadError::at(line, what));
        }
        if sub.parent() != Some(parent) {
            let what = format!("{sub} is given as a sub-technique of {parent}, which its id contradicts");
            return Err(ReadError::at(line, what));
        }
    }
    Ok(parents)
}

/// A sub-technique's parent: the one it names, or else the one its id does.
fn parent_of(
    At { line, value: id }: At<ObjectId>,
    named: &HashMap<ObjectId, ObjectId>,
    known: &Known,
    warnings: &mut Warnings,
) -> Result<Option<ObjectId>, ReadError> {
    let spelled = id.parent();
    match (named.get(&id), spelled) {
        (Some(parent), _) => Ok(Some(*parent)),
        (None, None) => Ok(None),
        (None, Some(parent)) if known.has(parent) => {
            warnings.add(line, id, format!("names no parent; {parent} is taken by its id"));
            Ok(Some(parent))
        }
        (None, Some(parent)) => {
            let what = format!("{id} is by its id a sub-technique of {parent}, which is not in this file");
            Err(ReadError::at(line, what))
        }
    }
}

/// The columns that each technique names for itself, in order.
fn own_columns(
    edges: &[Edge],
    column_of: &HashMap<ObjectId, Column>,
    known: &Known,
    warnings: &mut Warnings,
) -> Result<HashMap<ObjectId, Vec<Column>>, ReadError> {
    let mut own: HashMap<ObjectId, Vec<Column>> = HashMap::new();
    for edge in edges {
        known.check_edge(edge, Kind::Technique, Kind::Tactic)?;
        let At { line, value: tactic } = edge.target;
        let Some(&column) = column_of.get(&tactic) else { continue };
        let own = own.entry(edge.source).or_default();
        match own.binary_search(&column) {
            Ok(_) => warnings.add(line, edge.source, format!("names the tactic {tactic} twice")),
            Err(place) => own.insert(place, column),
        }
    }
    Ok(own)
}

/// What each mitigation applies to. Of an edge that stands twice the last text counts.
fn mitigated(
    edges: Vec<Edge>,
    known: &Known,
    warnings: &mut Warnings,
) -> Result<HashMap<ObjectId, BTreeMap<ObjectId, Text>>, ReadError> {
    let mut applied: HashMap<ObjectId, BTreeMap<ObjectId, Text>> = HashMap::new();
    for edge in edges {
        known.check_edge(&edge, Kind::Mitigation, Kind::Technique)?;
        let At { line, value: technique } = edge.target;
        if applied.entry(edge.source).or_default().insert(technique, edge.how).is_some() {
            let what = format!("lists {technique} twice, of which the last is used");
            warnings.add(line, edge.source, what);
        }
    }
    Ok(applied)
}

fn steps_by_case_study(
    steps: Vec<RawStep>,
    known: &Known,
) -> Result<HashMap<ObjectId, Vec<RawStep>>, ReadError> {
    let mut by_case_study: HashMap<ObjectId, Vec<RawStep>> = HashMap::new();
    for step in steps {
        let At { line, value: technique } = step.technique;
        known.check("a step", line, step.case_study, Kind::CaseStudy)?;
        let who = || format!("step {} of {}", quote(&step.id.value), step.case_study);
        known.check(who(), line, technique, Kind::Technique)?;
        known.check(who(), step.tactic.line, step.tactic.value, Kind::Tactic)?;
        by_case_study.entry(step.case_study).or_default().push(step);
    }
    Ok(by_case_study)
}

fn tactic(object: Object) -> Tactic {
    Tactic {
        id: object.id.value,
        name: object.name,
        description: object.description,
        references: object.references,
        attack: object.attack,
        created: object.created,
        modified: object.modified,
        techniques: Vec::new(),
    }
}

/// Fills in the lookups that the file gives in one direction only. All lists are sorted by now, so
/// what is filled in their order is sorted as well.
fn link_back(catalog: &mut Catalog, column_of: &HashMap<ObjectId, Column>) {
    let at: HashMap<ObjectId, usize> = catalog.techniques.iter().zip(0..).map(|(t, i)| (t.id, i)).collect();
    for technique in catalog.techniques.iter().filter(|t| t.parent.is_none()) {
        for &column in technique.tactics.iter().filter_map(|id| column_of.get(id)) {
            catalog.tactics[column].techniques.push(technique.id);
        }
    }
    for i in 0..catalog.techniques.len() {
        let id = catalog.techniques[i].id;
        if let Some(&parent) = catalog.techniques[i].parent.and_then(|p| at.get(&p)) {
            catalog.techniques[parent].subs.push(id);
        }
    }
    for mitigation in &catalog.mitigations {
        for applied in &mitigation.techniques {
            if let Some(&technique) = at.get(&applied.technique) {
                catalog.techniques[technique].mitigations.push(mitigation.id);
            }
        }
    }
    let mut steps: Vec<Vec<StepRef>> = vec![Vec::new(); catalog.techniques.len()];
    for case_study in &catalog.case_studies {
        for (step, n) in case_study.steps.iter().zip(0..) {
            if let Some(&technique) = at.get(&step.technique) {
                steps[technique].push(StepRef { case_study: case_study.id, step: n });
            }
        }
    }
    for (technique, steps) in catalog.techniques.iter_mut().zip(steps) {
        technique.steps = steps.into();
    }
}
