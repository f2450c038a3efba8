//! Assessments, snapshots, and two of them compared, as rows.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::rows::{Rows, counted, glyph, share};
use super::{Page, Span, Target, Tone, pad, width};
use crate::catalog::{Catalog, ObjectId};
use crate::coverage::{Assessment, Rollup};

/// An assessment or a snapshot as a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub name: String,
    /// Its platforms; or day and release of a snapshot; or why it can't be read.
    pub about: String,
    /// None where it can't be read.
    pub figures: Option<Figures>,
    pub is_open: bool,
    pub is_ticked: bool,
}

/// The figures of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    pub marks: usize,
    pub techniques: Rollup,
    /// The day of the last mark.
    pub last: Option<Date>,
}

impl Figures {
    /// Of an assessment, for the techniques in its scope.
    pub fn of(assessment: &Assessment, techniques: &BTreeSet<ObjectId>, today: Date) -> Figures {
        Figures {
            marks: assessment.marks.len(),
            techniques: Rollup::of(techniques.iter().copied(), assessment, today),
            last: assessment.marks.values().filter_map(|mark| mark.on).max(),
        }
    }
}

fn standings(rows: &mut Rows, all: &[Standing], target: fn(usize) -> Target) {
    let names = all.iter().map(|s| width(&s.name)).max().unwrap_or(0);
    let figures = 42;
    let room = rows.cells.saturating_sub(6 + figures + 2);
    let name = names.min(room / 2 + 4).max(6);
    let about = room.saturating_sub(name);
    for (at, standing) in all.iter().enumerate() {
        let tick = if standing.is_ticked { "[x]" } else { "[ ]" };
        let open = if standing.is_open { '>' } else { ' ' };
        let begin = format!("{tick} {open} {} ", pad(&standing.name, name));
        let spans = match &standing.figures {
            Some(f) => {
                let covered = share(f.techniques.covered(), f.techniques.applicable());
                let last = f.last.map_or_else(|| "never".to_owned(), |on| on.to_string());
                let text = format!(
                    "{} {:>5} {covered:>16} {:>4} {last:>10}",
                    pad(&standing.about, about),
                    f.marks,
                    f.techniques.tested()
                );
                vec![Span::new(begin + &text, Tone::Normal)]
            }
            None => vec![Span::new(begin, Tone::Normal), Span::new(standing.about.clone(), Tone::Dim)],
        };
        rows.row(spans, target(at));
    }
}

fn head(rows: &mut Rows) {
    let figures = format!("{:>5} {:>16} {:>4} {:>10}", "marks", "covered", "test", "last mark");
    let gap = rows.cells.saturating_sub(width(&figures) + 4);
    let text = format!("{}{figures}", " ".repeat(gap));
    // Words that are wrapped would stand over other columns than their own.
    rows.text(&text.replace(' ', "\u{a0}"), Tone::Dim);
}

/// The assessments of the shelf. `to_come` are still to be read, None before any was.
pub fn shelf(all: &[Standing], to_come: Option<usize>, cells: usize) -> Page {
    let mut rows = Rows::new(cells);
    shelf_rows(&mut rows, all, to_come);
    rows.finish()
}

fn shelf_rows(rows: &mut Rows, all: &[Standing], to_come: Option<usize>) {
    rows.section("Assessments", Some(all.len() + to_come.unwrap_or(0)));
    head(rows);
    standings(rows, all, Target::Assessment);
    match to_come {
        None => rows.text("They are being read.", Tone::Dim),
        Some(0) => {}
        Some(more) => rows.text(&format!("{} being read.", counted(more, "more is", "more are")), Tone::Dim),
    }
}

/// The snapshots of the assessment at hand, the newest last, None before they are read; and what could not
/// be read. Above them the shelf, if it has no pane of its own.
pub fn snapshots(
    shelf: Option<(&[Standing], Option<usize>)>,
    all: Option<&[Standing]>,
    problems: &[String],
    cells: usize,
) -> Page {
    let mut rows = Rows::new(cells);
    if let Some((shelf, to_come)) = shelf {
        shelf_rows(&mut rows, shelf, to_come);
    }
    rows.section("Snapshots", all.map(<[Standing]>::len));
    let Some(all) = all else {
        rows.text("They are being read.", Tone::Dim);
        return rows.finish();
    };
    if all.is_empty() {
        rows.text(
            "None of this assessment yet. A snapshot keeps it as it is today, to compare with later.",
            Tone::Dim,
        );
    } else {
        standings(&mut rows, all, Target::Snapshot);
    }
    for problem in problems {
        rows.text(problem, Tone::Strong);
    }
    rows.finish()
}

/// Two assessments side by side, with the names to tell them apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// With the day on which its tests are to count.
    pub left: (String, Assessment, Date),
    pub right: (String, Assessment, Date),
}

/// The techniques and mitigations whose state differs. States as they count.
pub fn compared(catalog: &Catalog, both: &Compared, techniques: &BTreeSet<ObjectId>, cells: usize) -> Page {
    let (left, right) = (&both.left, &both.right);
    let state = |(_, assessment, on): &(String, Assessment, Date), id| assessment.mark(id).counted_state(*on);
    let mitigations = catalog.mitigations.iter().map(|m| m.id);
    let objects: Vec<ObjectId> = techniques.iter().copied().chain(mitigations).collect();
    let differing: Vec<ObjectId> =
        objects.iter().copied().filter(|id| state(left, *id) != state(right, *id)).collect();
    let mut rows = Rows::new(cells);
    rows.section("Differences", Some(differing.len()));
    for side in [left, right] {
        let rollup = Rollup::of(techniques.iter().copied(), &side.1, side.2);
        let covered = share(rollup.covered(), rollup.applicable());
        let text = format!("{}: {covered} applicable techniques covered, {} tested", side.0, rollup.tested());
        rows.text(&text, Tone::Normal);
    }
    let same = objects.len() - differing.len();
    let same = counted(same, "technique or mitigation is", "techniques and mitigations are");
    rows.text(&format!("{same} the same in both."), Tone::Dim);
    rows.blank();
    let column = 16;
    let name = rows.cells.saturating_sub(11 + 2 * (column + 2)).max(8);
    let names = [&left.0, &right.0].map(|name| pad(name, column)).join("  ");
    let gap = "\u{a0}".repeat(10 + name + 1);
    rows.text(&format!("{gap}{}", names.replace(' ', "\u{a0}")), Tone::Dim);
    for id in differing {
        let mut spans =
            vec![Span::new(format!("{:9} {} ", id.short(), pad(&catalog.full_name(id), name)), Tone::Normal)];
        for side in [left, right] {
            let state = state(side, id);
            spans.push(glyph(state));
            spans.push(Span::new(format!(" {} ", pad(state.word(), column - 1)), Tone::Normal));
        }
        rows.row(spans, Target::Object(id));
    }
    rows.finish()
}
