//! Every figure of the Markdown report is one of the analysis: sections are taken apart and compared with
//! `Overview`, `Plan` and `Difference`.

use std::path::PathBuf;

use atlasnav::catalog::{Facet, ObjectId};
use atlasnav::coverage::{Assessment, Reach, Rollup, Share, State, StepCount};

use crate::sample::Sample;

/// A section's lines, without its heading.
fn section<'a>(report: &'a str, heading: &str) -> Vec<&'a str> {
    let (_, rest) = report.split_once(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("no {heading}"));
    rest.split("\n## ").next().unwrap().lines().collect()
}

fn items(section: &[&str]) -> Vec<String> {
    section.iter().filter_map(|line| line.strip_prefix("- ")).map(str::to_owned).collect()
}

/// The rows of each table, without heads, as cells.
fn tables(section: &[&str]) -> Vec<Vec<Vec<String>>> {
    let mut tables = Vec::new();
    for lines in section.split(|line| !line.starts_with('|')).filter(|lines| !lines.is_empty()) {
        let cells = |row: &&str| -> Vec<String> {
            let row = row.strip_prefix("| ").unwrap().strip_suffix(" |").unwrap();
            row.split(" | ").map(|cell| cell.trim().to_owned()).collect()
        };
        tables.push(lines[2..].iter().map(cells).collect());
    }
    tables
}

/// The whole numbers in a text, but for those in ids and days.
fn numbers(text: &str) -> Vec<usize> {
    let words = text.split(|c: char| c.is_whitespace() || "(),;:%".contains(c));
    words.filter_map(|word| word.trim_end_matches('.').parse().ok()).collect()
}

/// `a of b (p%)`
fn of(count: usize, of: usize) -> Vec<usize> {
    [Some(count), Some(of), (count * 100).checked_div(of)].into_iter().flatten().collect()
}

fn share(share: &Share) -> Vec<usize> {
    of(share.count(), share.of)
}

fn row(r: &Rollup) -> Vec<usize> {
    [Some(r.total()), Some(r.applicable()), Some(r.assessed()), Some(r.covered()), Some(r.tested())]
        .into_iter()
        .chain([r.percent_covered()])
        .flatten()
        .collect()
}

fn check(sample: &Sample) {
    let report = sample.write("md");
    standing(sample, &report);
    plan(sample, &report);
    cases(sample, &report);
    let o = &sample.overview;

    let upkeep = section(&report, "What has to be looked after");
    let expected = [&o.due, &o.expired, &o.stale, &o.unowned, &o.without_evidence].map(share);
    assert_eq!(items(&upkeep).iter().map(|item| numbers(item)).collect::<Vec<_>>(), expected);
    let words = ["review due", "test expired", "stale", "no owner", "no evidence"];
    let rows = tables(&upkeep).concat();
    for (word, share) in words.iter().zip([&o.due, &o.expired, &o.stale, &o.unowned, &o.without_evidence]) {
        let said = rows.iter().filter(|row| row[3].split(", ").any(|w| w == *word)).count();
        assert_eq!(said, share.count(), "{word}");
    }

    let decided = tables(&section(&report, "What was decided")).concat().len();
    let count = |state| o.techniques.count(state) + o.mitigations.count(state);
    assert_eq!(decided, count(State::Accepted) + count(State::NotApplicable));
    let conflicts = section(&report, "In conflict");
    let sentence = conflicts.iter().find(|line| line.contains("in conflict")).unwrap();
    assert_eq!(numbers(sentence), share(&o.conflicts));
    let marks = tables(&section(&report, "Every mark")).concat().len();
    let is_in_scope = |id: &&ObjectId| match sample.catalog.mitigation(**id) {
        Some(m) => m.techniques.iter().any(|t| sample.techniques.contains(&t.technique)),
        None => sample.techniques.contains(id),
    };
    assert_eq!(marks, sample.assessment.marks.keys().filter(is_in_scope).count());

    // The headings of the method repeat the sentences of the sections above.
    let method = section(&report, "Method");
    let said = |title: &str| report.split("\n## Method").next().unwrap().contains(title);
    let titles: Vec<&str> = method.iter().filter_map(|line| line.strip_prefix("### ")).collect();
    assert!(titles.len() >= 16);
    assert!(titles.iter().all(|title| said(title)), "{titles:?}");
}

fn standing(sample: &Sample, report: &str) {
    let overview = &sample.overview;
    let lines = section(report, "Where we stand");
    let (techniques, mitigations) = (&overview.techniques, &overview.mitigations);
    let (steps, preparation) = (&overview.steps.target, &overview.steps.preparation);
    let all = [techniques, mitigations, steps, preparation];
    let expected = [
        of(techniques.covered(), techniques.applicable()),
        of(techniques.tested(), techniques.applicable()),
        of(techniques.count(State::Covered), techniques.applicable()),
        of(techniques.assessed(), techniques.total()),
        of(mitigations.covered(), mitigations.applicable()),
        of(steps.covered(), steps.applicable()),
        of(preparation.covered(), preparation.applicable()),
        of(overview.kinds.prevent, overview.kinds.of),
        of(overview.kinds.detect, overview.kinds.of),
        of(overview.kinds.respond, overview.kinds.of),
    ];
    assert_eq!(items(&lines).iter().map(|item| numbers(item)).collect::<Vec<_>>(), expected);
    let states = tables(&lines).concat();
    for (state, cells) in State::ALL.iter().zip(&states) {
        assert_eq!(cells[0], format!("`{}` {}", state.glyph(), state.word()));
        assert_eq!(numbers(&cells[1..].join(" ")), all.map(|r| r.count(*state)));
    }
    assert_eq!(states.len(), State::ALL.len() + 1);
    assert_eq!(numbers(&states[State::ALL.len()].join(" ")), all.map(Rollup::total));

    let lines = section(report, "How far the mitigations of ATLAS reach");
    let ceiling = &overview.ceiling;
    let reach = |r: &Reach| [of(r.direct, r.of), vec![r.inherited]].concat();
    let expected = [&ceiling.techniques, &ceiling.steps, &ceiling.preparation].map(reach);
    assert_eq!(items(&lines)[..3].iter().map(|item| numbers(item)).collect::<Vec<_>>(), expected);

    let lines = section(report, "Trend");
    let trend = tables(&lines);
    if let Some(d) = &sample.difference {
        let points: Vec<Vec<usize>> = trend[0].iter().map(|row| numbers(&row[3..].join(" "))).collect();
        assert_eq!(points, [row(&d.then), row(techniques)]);
        let lists = [d.changed.len(), d.time_passed.len(), d.grown.len(), d.retired.len()];
        assert_eq!(items(&lines).iter().map(|item| numbers(item)[0]).collect::<Vec<_>>(), lists);
        let sentence = lines.iter().find(|line| line.starts_with("We brought")).unwrap();
        let (covered, tested) = (d.covered(), d.tested());
        assert_eq!(numbers(sentence), [covered.gained, covered.lost, tested.gained, tested.lost]);
        let filled: Vec<usize> = lists.into_iter().filter(|count| *count > 0).collect();
        assert_eq!(trend[1..].iter().map(Vec::len).collect::<Vec<_>>(), filled);
    } else {
        assert!(trend.is_empty());
    }

    let tactics = tables(&section(report, "Tactic by tactic")).concat();
    assert_eq!(tactics.len(), overview.tactics.len());
    for (place, (cells, tactic)) in tactics.iter().zip(&overview.tactics).enumerate() {
        assert!(cells[1].contains(&tactic.tactic.to_string()));
        assert_eq!(numbers(&cells[0]), [place + 1]);
        assert_eq!(numbers(&cells[3..].join(" ")), row(&tactic.rollup));
    }

    // The map has each technique once per column, with its sign, all below the number of their tactic.
    let map = section(report, "The matrix").join("\n");
    let map = map.split("```").nth(1).unwrap();
    let starts = |line: &str| -> Vec<usize> {
        let is_start = |at: &usize| !line[*at..].starts_with(' ') && (*at == 0 || line[..*at].ends_with(' '));
        (0..line.len()).filter(is_start).collect()
    };
    let heads = starts(map.lines().nth(1).unwrap());
    for line in map.lines().skip(2) {
        assert!(starts(line).iter().all(|at| heads.contains(at)), "{line}");
    }
    let cells = map.lines().skip(2).flat_map(str::split_whitespace);
    let mut signs = [0; 9];
    for cell in cells {
        let state = State::ALL.iter().chain([&State::Conflict]).position(|s| cell.starts_with(s.glyph()));
        signs[state.unwrap_or_else(|| panic!("{cell}"))] += 1;
    }
    for (state, signs) in State::ALL.iter().zip(signs) {
        let missing = overview.tactics.iter().map(|t| t.rollup.count(*state)).sum::<usize>() - signs;
        // The one in conflict counts as a gap, and shows as what it is.
        let disputed = &sample.catalog.techniques[2];
        let is_shown = sample.techniques.contains(&disputed.id)
            && !sample.assessment.mark(disputed.id).conflicts.is_empty();
        let is_it = *state == State::Gap && is_shown;
        assert_eq!(missing, if is_it { disputed.tactics.len() } else { 0 }, "{state:?}");
    }
}

/// The value of a sum as it stands: `(4 incidents x 2 + 2 exercises x 1) x 3 realized x 1.0 gap`.
fn value(sum: &str) -> f64 {
    let (seen, rest) = sum.strip_prefix('(').unwrap().split_once(')').unwrap();
    let number = |text: &str| text.trim().split(' ').next().unwrap().parse::<f64>().unwrap();
    let product = |text: &str| text.split(" x ").map(number).product::<f64>();
    let factors = rest.split(" x ").skip(1).map(number).product::<f64>();
    seen.split(" + ").map(product).sum::<f64>() * factors
}

fn plan(sample: &Sample, report: &str) {
    let plan = &sample.plan;
    let lines = section(report, "What to do first");
    let headings: Vec<usize> =
        lines.iter().filter(|line| line.starts_with("### ")).map(|line| numbers(line)[0]).collect();
    assert_eq!(headings, [plan.mitigable.len(), plan.own.len(), plan.mitigations.len()]);
    // A list with nothing in it has a sentence in place of a table.
    let mut tables = tables(&lines).into_iter();
    for gaps in [&plan.mitigable, &plan.own].into_iter().filter(|gaps| !gaps.is_empty()) {
        let table = tables.next().unwrap();
        assert_eq!(table.len(), gaps.len().min(10));
        for (cells, gap) in table.iter().zip(gaps.iter()) {
            assert!(cells[0].contains(&format!("[{}]", gap.id)));
            assert_eq!(cells[3], gap.score.to_string());
            let (sum, result) = cells[4].split_once(" = ").unwrap();
            assert_eq!(result, cells[3]);
            assert!((value(sum) - result.parse::<f64>().unwrap()).abs() < 1e-9, "{}", cells[4]);
            let named = cells[5].split(", ").filter(|id| id.starts_with('M')).count();
            assert_eq!(named, gap.unfinished.len());
        }
    }
    let controlled = lines.iter().find(|line| line.contains("finished control today")).unwrap();
    let StepCount { target, preparation } = plan.controlled;
    let expected = [of(target, plan.steps.target), vec![preparation, plan.steps.preparation]].concat();
    assert_eq!(numbers(controlled), expected);
    let table = tables.next().unwrap_or_default();
    assert_eq!(table.len(), plan.mitigations.len().min(10));
    for (cells, next) in table.iter().zip(&plan.mitigations) {
        assert!(cells[0].contains(&format!("[{}]", next.mitigation)));
        let gain = vec![next.gain.target, next.gain.preparation];
        let expected = [gain, of(next.reached.target, plan.steps.target)].concat();
        assert_eq!(numbers(&cells[3..6].join(" ")), expected);
    }
}

fn cases(sample: &Sample, report: &str) {
    let rows = tables(&section(report, "How far each case study would get")).concat();
    assert_eq!(rows.len(), sample.overview.cases.len());
    for (cells, strip) in rows.iter().zip(&sample.overview.cases) {
        assert!(cells[0].contains(&strip.case.to_string()));
        let glyphs: String = strip.steps.iter().map(|s| s.map_or('_', State::glyph)).collect();
        assert_eq!(cells[4], format!("`{glyphs}`"));
        let step = |at: Option<usize>| at.map_or("none".to_owned(), |at| format!("step {}", at + 1));
        assert_eq!((&cells[5], &cells[6]), (&step(strip.first_covered), &step(strip.first_tested)));
        let run = strip.longest_open.map_or(Vec::new(), |run| vec![run.steps, run.first + 1]);
        assert_eq!(numbers(&cells[7]), run);
    }
}

#[test]
fn an_empty_report_holds_the_figures_of_the_analysis() {
    check(&Sample::empty());
}

#[test]
fn a_worked_report_holds_the_figures_of_the_analysis() {
    check(&Sample::worked());
}

#[test]
fn a_report_of_a_part_of_atlas_holds_the_figures_of_that_part() {
    for (facet, key) in [(Facet::Area, "model-theft"), (Facet::Maturity, "feasible")] {
        check(&Sample::worked().narrowed(facet, key));
    }
}

/// The oldest release that opens, in which no technique has a maturity and no case study a kind; the newest in
/// the legacy format; the same in format 6.
#[test]
fn reports_of_official_releases_hold_the_figures_of_the_analysis() {
    let Some(folder) = std::env::var_os("ATLASNAV_RELEASES").map(PathBuf::from) else {
        assert!(
            std::env::var_os("CI").is_none(),
            "in CI, ATLASNAV_RELEASES must name the folder of releases"
        );
        println!("skipped: ATLASNAV_RELEASES names no folder of releases");
        return;
    };
    for name in ["ATLAS-3.0.0.yaml", "ATLAS-5.6.1.yaml", "ATLAS-2026.04-v6.yaml"] {
        let bytes = std::fs::read(folder.join(name)).expect(name);
        let (catalog, _) = atlasnav::catalog::read(&bytes).expect(name);
        let sample = Sample::on(catalog, Assessment::default());
        check(&sample);
        for format in atlasnav::exchange::FORMATS {
            assert!(!sample.write(format.name).is_empty(), "{name}");
        }
    }
}

#[test]
fn tickets_are_the_plan() {
    let mut sample = Sample::worked();
    let count = |sample: &Sample| {
        let plan = &sample.plan;
        let top = sample.top.unwrap_or(usize::MAX);
        [plan.mitigable.len(), plan.own.len(), plan.mitigations.len()]
            .map(|len| len.min(top))
            .iter()
            .sum::<usize>()
    };
    for top in [None, Some(4)] {
        sample.top = top;
        let expected = count(&sample);
        let markdown = sample.write("tickets-md");
        assert_eq!(markdown.lines().filter(|line| line.starts_with("## ")).count(), expected);
        let json: serde_json::Value = serde_json::from_str(&sample.write("tickets-json")).unwrap();
        let tickets = json["tickets"].as_array().unwrap();
        assert_eq!(tickets.len(), expected);
        let table = sample.write("tickets-csv");
        let mut reader = csv::Reader::from_reader(table.as_bytes());
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), expected);
        for ((ticket, row), gap) in
            tickets.iter().zip(&rows).zip(sample.plan.mitigable.iter().take(top.unwrap_or(usize::MAX)))
        {
            assert_eq!((&ticket["id"], &row[0]), (&gap.id.to_string().into(), gap.id.to_string().as_str()));
            let why = ticket["why"].as_array().unwrap();
            assert!(why[1].as_str().unwrap().ends_with(&format!("= {}.", gap.score)), "{why:?}");
            assert_eq!(ticket["suggests"].as_array().unwrap().len(), gap.unfinished.len());
            assert_eq!(row[4].lines().count(), why.len());
        }
    }
}
