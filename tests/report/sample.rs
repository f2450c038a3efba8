//! Assessments of the built-in catalogue on a fixed day: an empty one, and a worked example.

use std::collections::BTreeSet;

use atlasnav::catalog::{Catalog, Facet, Lens, ObjectId, builtin};
use atlasnav::coverage::{
    Assessment, Basis, Claim, Conflict, Difference, Evidence, EvidenceKind, Mark, Overview, Plan, State,
    Status, Weights,
};
use atlasnav::exchange::{Format, Material, Point};
use jiff::civil::{Date, date};

pub const TODAY: Date = date(2026, 11, 23);
const THEN: Date = date(2026, 8, 31);

pub struct Sample {
    pub catalog: Catalog,
    pub assessment: Assessment,
    pub techniques: BTreeSet<ObjectId>,
    pub weights: Weights,
    pub overview: Overview,
    pub plan: Plan,
    pub trend: Vec<Point>,
    pub difference: Option<Difference>,
    pub name: String,
    pub scope: String,
    pub top: Option<usize>,
}

impl Sample {
    pub fn of(assessment: Assessment) -> Sample {
        Sample::on(builtin().unwrap(), assessment)
    }

    pub fn on(catalog: Catalog, assessment: Assessment) -> Sample {
        let mut sample = Sample {
            catalog,
            assessment,
            techniques: BTreeSet::new(),
            weights: Weights::default(),
            overview: Overview::default(),
            plan: Plan::default(),
            trend: Vec::new(),
            difference: None,
            name: "Chat assistant".to_owned(),
            scope: String::new(),
            top: None,
        };
        sample.techniques = sample.catalog.techniques.iter().map(|t| t.id).collect();
        sample.count();
        sample
    }

    pub fn empty() -> Sample {
        Sample::of(Assessment::default())
    }

    /// Some sixty marks, a snapshot of three months ago, and three techniques that ATLAS has added since.
    pub fn worked() -> Sample {
        let mut sample = Sample::of(Assessment::default());
        sample.assessment = worked_marks(&sample.catalog);
        sample.compare();
        sample.count();
        sample
    }

    /// The same for a part of ATLAS.
    pub fn narrowed(mut self, facet: Facet, key: &str) -> Sample {
        let mut lens = Lens::default();
        lens.add(facet, key);
        self.techniques = lens.techniques(&self.catalog);
        self.scope = lens.query();
        if self.difference.is_some() {
            self.compare();
        }
        self.count();
        self
    }

    fn count(&mut self) {
        let Sample { catalog, assessment, techniques, weights, .. } = &*self;
        let overview = Overview::of(catalog, assessment, techniques, TODAY);
        self.plan = Plan::of(catalog, assessment, techniques, weights, TODAY);
        self.overview = overview;
    }

    fn compare(&mut self) {
        let (then, known) = snapshot(&self.catalog, &self.assessment);
        let Sample { catalog, assessment, techniques, .. } = &*self;
        let difference =
            Difference::between(&then, Some(&known), assessment, catalog, techniques, THEN, TODAY);
        let point = |name: &str, on| Point {
            name: name.to_owned(),
            on,
            release: "2026.06".to_owned(),
            techniques: difference.then,
        };
        self.trend = vec![point("q3", THEN)];
        self.difference = Some(difference);
    }

    pub fn basis(&self) -> Basis<'_> {
        Basis {
            catalog: &self.catalog,
            assessment: &self.assessment,
            techniques: &self.techniques,
            weights: &self.weights,
            today: TODAY,
            since: self.difference.as_ref(),
        }
    }

    pub fn material(&self) -> Material<'_> {
        Material {
            basis: self.basis(),
            overview: &self.overview,
            plan: &self.plan,
            source: "built-in summaries",
            name: &self.name,
            scope: &self.scope,
            trend: &self.trend,
            since: self.trend.last().filter(|_| self.difference.is_some()),
            author: Some("ann"),
            program: "atlasnav 0.0.0",
            top: self.top,
        }
    }

    pub fn write(&self, format: &str) -> String {
        let format = Format::from_name(format).expect("a format");
        let mut bytes = Vec::new();
        (format.write)(&self.material(), &mut bytes).unwrap();
        String::from_utf8(bytes).expect("UTF-8")
    }
}

/// Says something of an object, and signs it.
fn say(assessment: &mut Assessment, id: ObjectId, by: &str, on: Date, set: impl FnOnce(&mut Mark)) {
    let before = assessment.mark(id).clone();
    let mut mark = before.clone();
    set(&mut mark);
    mark.sign(&before, Some(by), on);
    assessment.marks.insert(id, mark);
}

fn piece(kind: EvidenceKind, what: &str, link: Option<&str>) -> Evidence {
    Evidence { kind, what: what.to_owned(), link: link.map(str::to_owned), on: Some(date(2026, 10, 1)) }
}

fn worked_marks(catalog: &Catalog) -> Assessment {
    let mut assessment = Assessment { release: catalog.release.to_string(), ..Assessment::default() };
    for (place, technique) in catalog.techniques.iter().step_by(4).enumerate() {
        let by = if place % 2 == 0 { "ann" } else { "ben" };
        let on = if place % 5 == 0 { date(2026, 2, 1) } else { date(2026, 11, 2) };
        say(&mut assessment, technique.id, by, on, |mark| {
            let tested = [date(2026, 10, 20), date(2026, 5, 10)];
            let state = match place % 9 {
                0 | 8 => State::Gap,
                1 => State::Planned,
                2 => State::Partial,
                3 | 7 => State::Tested,
                4 => State::Covered,
                5 => State::NotApplicable,
                _ => State::Accepted,
            };
            mark.set_state(state, tested[usize::from(place % 9 == 7)]);
            mark.owner =
                ["platform", "soc", ""].get(place % 3).filter(|o| !o.is_empty()).map(|o| (*o).to_owned());
            if place % 4 == 0 {
                mark.set_note("Looked at with the team.\nNo egress check yet.");
            }
            if state == State::Accepted {
                mark.review = Some(if place % 2 == 0 { date(2026, 10, 1) } else { date(2027, 3, 31) });
            }
            if mark.status == Status::Covered && place % 2 == 1 {
                mark.evidence.push(piece(
                    EvidenceKind::Detect,
                    &format!("rule {place}"),
                    Some("https://rules.example.org/7"),
                ));
            }
            if mark.status == Status::Partial {
                mark.evidence.push(piece(EvidenceKind::Prevent, "input filter", Some("CHG-12")));
                mark.evidence.push(piece(EvidenceKind::Respond, "runbook", None));
            }
        });
    }
    for (place, mitigation) in catalog.mitigations.iter().step_by(4).enumerate() {
        say(&mut assessment, mitigation.id, "ann", date(2026, 11, 3), |mark| {
            mark.set_state([State::Covered, State::Partial, State::Planned][place % 3], TODAY);
        });
    }
    // Two people said different things of one technique, without knowing of each other.
    let disputed = catalog.techniques[2].id;
    say(&mut assessment, disputed, "ben", date(2026, 11, 4), |mark| mark.set_state(State::Covered, TODAY));
    let claim = |status, by: &str| Conflict {
        claim: Claim::Status(status),
        by: Some(by.to_owned()),
        on: Some(date(2026, 11, 4)),
    };
    let mark = assessment.marks.get_mut(&disputed).unwrap();
    mark.conflicts = vec![claim(Status::Gap, "ann"), claim(Status::Covered, "ben")];
    let gone = "AML.T0999".parse().unwrap();
    assessment.retired.insert(gone, Mark { status: Status::Gap, ..Mark::default() });
    assessment
}

/// The assessment three months ago, and what ATLAS knew then.
fn snapshot(catalog: &Catalog, now: &Assessment) -> (Assessment, BTreeSet<ObjectId>) {
    let mut then = Assessment { release: "2026.06".to_owned(), ..now.clone() };
    for (place, (_, mark)) in then.marks.iter_mut().enumerate() {
        // What was tested since was covered in part.
        if mark.tested.is_some_and(|on| on > THEN) {
            *mark = Mark { status: Status::Partial, tested: None, ..mark.clone() };
        }
        if place % 6 == 0 {
            *mark = Mark { status: Status::Gap, ..Mark::default() };
        }
    }
    let new = catalog.techniques.iter().rev().step_by(8).take(3).map(|t| t.id);
    let new: BTreeSet<ObjectId> = new.collect();
    then.marks.retain(|id, _| !new.contains(id));
    (then, catalog.markable().filter(|id| !new.contains(id)).collect())
}
