//! What the fuzz targets share: small valid files, ways to spoil them, and what has to hold of
//! everything that a reader lets through.

use std::ops::Range;
use std::sync::LazyLock;

use atlasnav::catalog::{self, Catalog, Kind, ObjectId, Text, is_unsafe};
use atlasnav::coverage::{Assessment, Mark};
use atlasnav::store::read_assessment;

/// A small whole release in format 6.
pub const V6: &str = include_str!("../seeds/catalogue/v6.yaml");
/// A small whole release in the legacy format.
pub const LEGACY: &str = include_str!("../seeds/catalogue/legacy.yaml");
/// A small whole assessment.
pub const ASSESSMENT: &str = include_str!("../seeds/assessment/whole.yaml");

/// The catalogue of [`V6`].
pub fn small_catalogue() -> Catalog {
    catalog::read(V6.as_bytes()).expect("the seed is a catalogue").0
}

/// Spoils a good file as the data says. Pieces of the data, divided by bytes 0xFF, are edits: two
/// bytes for the line, one for what is done to it, and then what is written there. So a few bytes
/// make a file that is nearly good, which mutating its bytes hardly ever does.
pub fn spoiled(file: &str, data: &[u8]) -> Vec<u8> {
    let mut lines: Vec<Vec<u8>> = file.split_inclusive('\n').map(|l| l.as_bytes().to_vec()).collect();
    for edit in data.split(|b| *b == 0xFF).take(16) {
        let [high, low, what, text @ ..] = edit else { continue };
        let Some(at) = usize::from(u16::from_be_bytes([*high, *low])).checked_rem(lines.len()) else {
            continue;
        };
        let other = text.first().map_or(at, |b| (at + usize::from(*b)) % lines.len());
        match what % 10 {
            // Another value, another key, another line.
            0 => lines[at] = [with_other(&lines[at], true, text), b"\n".to_vec()].concat(),
            1 => lines[at] = with_other(&lines[at], false, text),
            2 => lines.insert(at, [text, b"\n"].concat()),
            // A line is away, there twice, elsewhere, indented otherwise, cut.
            3 => drop(lines.remove(at)),
            4 => lines.insert(at, lines[other].clone()),
            5 => lines.swap(at, other),
            6 => lines[at].splice(0..0, vec![b' '; text.len() % 8]).for_each(drop),
            7 => lines[at] = lines[at].iter().skip(text.len()).copied().collect(),
            8 => lines[at].truncate(text.len()),
            // Two files in one.
            _ => {
                let all = lines.concat();
                lines[at] = all.into_iter().chain(text.iter().copied()).collect();
            }
        }
        if lines.len() > 2_000 {
            break;
        }
    }
    lines.concat()
}

/// The line with another value after its colon, or with another key before it.
fn with_other(line: &[u8], value: bool, text: &[u8]) -> Vec<u8> {
    let colon = line.iter().position(|b| *b == b':').unwrap_or(line.len());
    let start = line.iter().position(|b| !b" -".contains(b)).unwrap_or(0).min(colon);
    let cut: Range<usize> = if value { (colon + 1).min(line.len())..line.len() } else { start..colon };
    let before = if value { &b" "[..] } else { b"" };
    [&line[..cut.start], before, text, &line[cut.end..]].concat()
}

/// Fails if a text would act on a terminal or hide from its reader. Line breaks are no danger where
/// they are expected.
pub fn assert_safe(text: &str, multiline: bool) {
    let bad = text.chars().find(|c| is_unsafe(*c) && !(multiline && *c == '\n'));
    assert_eq!(bad, None, "{text:?}");
    let mut marks = 0;
    for c in text.chars() {
        let is_mark = unicode_width::UnicodeWidthChar::width(c) == Some(0) && c != '\n';
        marks = if is_mark { marks + 1 } else { 0 };
        assert!(marks <= 4, "more than four marks in a row: {text:?}");
    }
}

/// Fails if an error is not one safe sentence about a line that the file has.
pub fn assert_sentence(text: &str) {
    assert_safe(text, false);
    assert!(!text.is_empty() && text.chars().count() < 1_000, "{text:?}");
}

/// What holds of every catalogue: its texts are safe, and every id in it leads to an object in it.
pub fn assert_sound(catalog: &Catalog) {
    let prose = |text: &Text| assert_safe(text, true);
    let line = |text: &Text| assert_safe(text, false);
    let has = |id: ObjectId, kind: Kind| assert!(id.kind() == kind && catalog.contains(id), "{id}");
    line(&catalog.release);
    assert!(!catalog.release.is_empty() && !catalog.tactics.is_empty() && !catalog.techniques.is_empty());
    for t in &catalog.tactics {
        [&t.name, &t.created, &t.modified].into_iter().for_each(line);
        prose(&t.description);
        t.techniques.iter().for_each(|id| has(*id, Kind::Technique));
    }
    for t in &catalog.techniques {
        [&t.name, &t.created, &t.modified].into_iter().for_each(line);
        prose(&t.description);
        t.platforms.iter().for_each(line);
        t.tactics.iter().for_each(|id| has(*id, Kind::Tactic));
        t.parent.iter().chain(&t.subs).for_each(|id| has(*id, Kind::Technique));
        t.mitigations.iter().for_each(|id| has(*id, Kind::Mitigation));
        for step in &t.steps {
            assert_eq!(catalog.step(*step).map(|s| s.technique), Some(t.id));
        }
        for sub in &t.subs {
            assert_eq!(catalog.technique(*sub).and_then(|s| s.parent), Some(t.id));
        }
    }
    for m in &catalog.mitigations {
        [&m.name, &m.created, &m.modified].into_iter().for_each(line);
        prose(&m.description);
        m.categories.iter().chain(&m.lifecycle_phases).for_each(line);
        for use_ in &m.techniques {
            has(use_.technique, Kind::Technique);
            prose(&use_.how);
        }
    }
    for c in &catalog.case_studies {
        [&c.name, &c.created, &c.modified, &c.actor, &c.target, &c.reporter, &c.date]
            .into_iter()
            .for_each(line);
        prose(&c.description);
        for (at, step) in c.steps.iter().enumerate() {
            has(step.technique, Kind::Technique);
            has(step.tactic, Kind::Tactic);
            line(&step.id);
            prose(&step.description);
            assert!(step.leads_to.iter().all(|to| usize::from(*to) > at), "steps stand in attack order");
        }
    }
    let references = (catalog.tactics.iter().map(|o| &o.references))
        .chain(catalog.techniques.iter().map(|o| &o.references))
        .chain(catalog.mitigations.iter().map(|o| &o.references))
        .chain(catalog.case_studies.iter().map(|o| &o.references));
    references.flatten().for_each(|r| [&r.title, &r.url].into_iter().for_each(line));
}

/// What holds of every assessment that is shown: its texts are safe.
pub fn assert_safe_marks(assessment: &Assessment) {
    assert_safe(&assessment.release, false);
    for mark in assessment.marks.values().chain(assessment.retired.values()) {
        let Mark { status: _, owner, note, evidence, tested: _, review: _, by, on: _, conflicts, log } = mark;
        for text in [owner, by].into_iter().flatten() {
            assert_safe(text, false);
        }
        note.iter().for_each(|note| assert_safe(note, true));
        log.iter().for_each(|line| assert_safe(line, false));
        for piece in evidence {
            assert_safe(&piece.what, false);
            piece.link.iter().for_each(|link| assert_safe(link, false));
        }
        for conflict in conflicts {
            conflict.by.iter().for_each(|by| assert_safe(by, false));
            conflict.claim.value().iter().for_each(|value| assert_safe(value, true));
        }
    }
}

/// A line with its checksum, FNV-1a of 64 bits, as logs and journals have it.
pub fn sealed(line: &[u8]) -> Vec<u8> {
    let step = |sum: u64, byte: &u8| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    let sum = line.iter().fold(0xcbf2_9ce4_8422_2325, step);
    [format!("{sum:016x} ").as_bytes(), line, b"\n"].concat()
}

/// Reads an assessment. What is taken is written so that it reads the same, and the next save
/// changes nothing more.
pub fn check_assessment(data: &[u8]) {
    static CATALOG: LazyLock<Catalog> = LazyLock::new(small_catalogue);
    match read_assessment(data, &CATALOG) {
        Ok((seen, text)) => {
            assert_safe_marks(&seen);
            let (again, same) = read_assessment(text.as_bytes(), &CATALOG).expect("what is written is read");
            assert_eq!((again.marks, again.retired), (seen.marks, seen.retired), "{text}");
            assert_eq!(same, text);
        }
        Err(sentence) => assert_sentence(&sentence),
    }
}
