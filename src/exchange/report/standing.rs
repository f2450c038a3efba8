//! Where we stand: headline, ceiling, trend, matrix, tactics, case studies.

use super::super::document::{Block, Cell, Head, Section, Table};
use super::super::text::percent;
use super::super::{Material, Point};
use super::{row, sentence, table};
use crate::catalog::{CaseStudy, CaseStudyKind, ObjectId};
use crate::coverage::{Difference, Figure, Moved, Rollup, State, Strip, explain};

pub(super) fn headline(material: &Material) -> Section {
    let overview = material.overview;
    let claimed = overview.techniques.count(State::Covered);
    let applicable = overview.techniques.applicable();
    let figures = vec![
        sentence(material, Figure::Covered),
        sentence(material, Figure::Tested),
        format!(
            "{claimed} of {applicable} applicable techniques claimed only: covered, without a test that vouches for \
             it{}.",
            percent(claimed, applicable)
        ),
        sentence(material, Figure::Assessed),
        sentence(material, Figure::Mitigations),
        sentence(material, Figure::StepsMet),
        sentence(material, Figure::Preparation),
        sentence(material, Figure::Prevent),
        sentence(material, Figure::Detect),
        sentence(material, Figure::Respond),
    ];
    let of = [overview.techniques, overview.mitigations, overview.steps.target, overview.steps.preparation];
    let rows = State::ALL.iter().map(|state| {
        let counts = of.iter().map(|rollup| Cell::Number(rollup.count(*state)));
        std::iter::once(Cell::State(*state)).chain(counts).collect()
    });
    let totals = of.iter().map(|rollup| Cell::Number(rollup.total()));
    let totals = std::iter::once(Cell::text("all in scope")).chain(totals).collect();
    let states = Table {
        caption: "How many are in which state".to_owned(),
        head: vec![
            Head::Text("State"),
            Head::Number("Techniques"),
            Head::Number("Mitigations"),
            Head::Number("Case-study steps"),
            Head::Number("Steps of preparation"),
        ],
        rows: rows.chain([totals]).collect(),
    };
    Section {
        key: "standing",
        heading: "Where we stand",
        blocks: vec![Block::List(figures), Block::Table(states)],
    }
}

pub(super) fn ceiling(material: &Material) -> Section {
    let explanation = explain(Figure::Ceiling, &material.basis);
    let is_rule = |line: &String| line.starts_with("Rule:") || line.starts_with("Counted:");
    let lines = explanation.lines.into_iter().filter(|line| !is_rule(line)).collect();
    Section {
        key: "ceiling",
        heading: "How far the mitigations of ATLAS reach",
        blocks: vec![
            Block::Text(format!(
                "{}, whatever is marked. The rest needs controls of your own.",
                explanation.title
            )),
            Block::List(lines),
        ],
    }
}

pub(super) fn trend(material: &Material) -> Section {
    let mut blocks = Vec::new();
    let Material { basis, overview, trend, .. } = material;
    if trend.is_empty() {
        blocks.push(Block::Text("There is no snapshot to compare with yet.".to_owned()));
    } else {
        let today = Point {
            name: "today".to_owned(),
            on: basis.today,
            release: basis.catalog.release.to_string(),
            techniques: overview.techniques,
        };
        let rows = trend.iter().chain([&today]).map(|point| {
            let Point { name, on, release, techniques: r } = point;
            vec![
                Cell::text(on.to_string()),
                Cell::text(name.as_str()),
                Cell::text(release.as_str()),
                Cell::Number(r.total()),
                Cell::Number(r.applicable()),
                Cell::Number(r.assessed()),
                Cell::Number(r.covered()),
                Cell::Number(r.tested()),
                Cell::Share(*r),
            ]
        });
        let head = [
            Head::Text("Day"),
            Head::Text("Snapshot"),
            Head::Text("ATLAS"),
            Head::Number("Techniques"),
            Head::Number("Applicable"),
            Head::Number("Assessed"),
            Head::Number("Covered"),
            Head::Number("Tested"),
            Head::Number("Share covered"),
        ];
        blocks.push(table("The techniques in scope, snapshot by snapshot", &head, rows.collect(), ""));
    }
    if let (Some(difference), Some(since)) = (basis.since, material.since) {
        happened(material, difference, since, &mut blocks);
    }
    Section { key: "trend", heading: "Trend", blocks }
}

fn happened(material: &Material, difference: &Difference, since: &Point, blocks: &mut Vec<Block>) {
    blocks.push(Block::Heading(format!("Since {} of {}", since.name, since.on)));
    let figures = [Figure::Changed, Figure::TimePassed, Figure::Grown, Figure::Retired];
    blocks.push(Block::List(figures.iter().map(|figure| sentence(material, *figure)).collect()));
    let (covered, tested) = (difference.covered(), difference.tested());
    blocks.push(Block::Text(format!(
        "We brought {} techniques to covered and took {} back; to tested {}, and {} back.",
        covered.gained, covered.lost, tested.gained, tested.lost
    )));
    let moved = [
        ("What we changed", &difference.changed, "We changed nothing."),
        ("What time alone changed", &difference.time_passed, "Time alone changed nothing."),
    ];
    for (caption, moved, none) in moved {
        let head = [
            Head::Text("Id"),
            Head::Text("Name"),
            Head::Text("Then"),
            Head::Text("Now"),
            Head::Text("By"),
            Head::Text("On"),
        ];
        let rows = moved.iter().map(|Moved { id, before, after, by, on }| {
            let cells = [
                Cell::State(*before),
                Cell::State(*after),
                Cell::maybe(by.as_ref()),
                Cell::maybe(on.as_ref()),
            ];
            row(material, *id, cells)
        });
        blocks.push(table(caption, &head, rows.collect(), none));
    }
    let head = |state| [Head::Text("Id"), Head::Text("Name"), Head::Text(state)];
    let listed = |list: &[(ObjectId, State)]| -> Vec<Vec<Cell>> {
        list.iter().map(|(id, state)| row(material, *id, [Cell::State(*state)])).collect()
    };
    let (grown, retired) = (listed(&difference.grown), listed(&difference.retired));
    blocks.push(table("What is new in ATLAS", &head("Now"), grown, "Nothing is new in ATLAS."));
    blocks.push(table("What ATLAS retired", &head("Then"), retired, "ATLAS retired nothing."));
}

pub(super) fn map() -> Section {
    Section {
        key: "matrix",
        heading: "The matrix",
        blocks: vec![
            Block::Text(
                "Each technique in scope in the columns of its tactics, with the sign of its state; sub-techniques \
                 below their parent."
                    .to_owned(),
            ),
            Block::Map,
        ],
    }
}

pub(super) fn tactics(material: &Material) -> Section {
    let tactics = material.overview.tactics.iter().zip(1..).map(|(share, number)| {
        let r: &Rollup = &share.rollup;
        let counts = [r.total(), r.applicable(), r.assessed(), r.covered(), r.tested()];
        let cells = counts.into_iter().map(Cell::Number).chain([Cell::Share(*r)]);
        std::iter::once(Cell::Number(number)).chain(row(material, share.tactic, cells)).collect()
    });
    let head = [
        Head::Number("No."),
        Head::Text("Id"),
        Head::Text("Tactic"),
        Head::Number("In scope"),
        Head::Number("Applicable"),
        Head::Number("Assessed"),
        Head::Number("Covered"),
        Head::Number("Tested"),
        Head::Number("Share covered"),
    ];
    Section {
        key: "tactics",
        heading: "Tactic by tactic",
        blocks: vec![
            table("The techniques of each tactic", &head, tactics.collect(), "There are no tactics."),
            Block::Text(
                "A technique that stands in several tactics counts in each of them, and once in the total."
                    .to_owned(),
            ),
        ],
    }
}

pub(super) fn cases(material: &Material) -> Section {
    let head = [
        Head::Text("Id"),
        Head::Text("Case study"),
        Head::Text("Kind"),
        Head::Text("Date"),
        Head::Text("Steps"),
        Head::Text("First covered"),
        Head::Text("First tested"),
        Head::Text("Longest open run"),
    ];
    let rows = material.overview.cases.iter().map(|strip: &Strip| {
        let case = material.basis.catalog.case_study(strip.case);
        let step =
            |at: Option<usize>| Cell::text(at.map_or("none".to_owned(), |at| format!("step {}", at + 1)));
        let open = strip.longest_open.map_or("none".to_owned(), |run| {
            format!("{} from step {} on", super::count(run.steps, "step", "steps"), run.first + 1)
        });
        let cells = [
            Cell::maybe(case.and_then(|c| c.kind).map(CaseStudyKind::word)),
            Cell::maybe(case.map(CaseStudy::known_date)),
            Cell::Strip(strip.steps.clone()),
            step(strip.first_covered),
            step(strip.first_tested),
            Cell::text(open),
        ];
        row(material, strip.case, cells)
    });
    Section {
        key: "cases",
        heading: "How far each case study would get",
        blocks: vec![
            Block::Text(
                "Each attack step by step, with the sign of our state of its technique. First covered counts tested \
                 ones as well. A run is open where nothing in it is covered."
                    .to_owned(),
            ),
            table(
                "The case studies with a step in scope",
                &head,
                rows.collect(),
                "No case study has a step in scope.",
            ),
        ],
    }
}
