//! Coverage, plan, assessments and snapshots: screens of rows.

use std::sync::Arc;

use insta::with_settings;

use atlasnav::app::{BoardKind, Event, Screen, Shelved};
use atlasnav::coverage::{Assessment, Overview, Plan, State, Weights, worst_case};
use atlasnav::exchange::FORMATS;
use atlasnav::page::Target;

use crate::harness::{
    Answers, Journey, Start, TODAY, builtin, id, journey, library, marked, shelf, spread, start,
};

fn see(name: &str, journey: &Journey) {
    with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(name, journey.shot());
    });
}

fn kind(journey: &Journey) -> Option<BoardKind> {
    match journey.app.screen() {
        Screen::Board(view) => Some(view.kind),
        _ => None,
    }
}

#[test]
fn the_dashboard_at_every_width() {
    for (width, height) in [(60, 18), (80, 24), (120, 40), (160, 45)] {
        see(&format!("{width:03}-coverage"), &library(width, height).keys("5"));
    }
    see("080-coverage-below", &library(80, 24).keys("5").keys(&"<tab>".repeat(2)).keys("jj"));
    see("080-coverage-empty", &journey(80, 24).keys("5"));
    see("080-coverage-monochrome", &library(80, 24).keys("5G").monochrome());
}

#[test]
fn the_plan_at_every_width() {
    for (width, height) in [(60, 18), (80, 24), (120, 40), (160, 45)] {
        see(&format!("{width:03}-plan"), &library(width, height).keys("6jj"));
    }
    see("080-plan-mitigations", &library(80, 24).keys("6<tab><tab>j"));
    see("160-plan-mitigation-explained", &library(160, 45).keys("6<tab>j"));
}

#[test]
fn assessments_at_every_width() {
    for (width, height) in [(60, 18), (80, 24), (120, 40), (160, 45)] {
        see(&format!("{width:03}-assessments"), &library(width, height).keys("9j<space>"));
    }
    see("080-platforms", &library(80, 24).keys("9jpj<space>"));
    see("080-new-assessment", &library(80, 24).keys("9+Robot"));
    see("080-snapshot-name", &library(80, 24).keys("S"));
    see("080-compared", &library(80, 24).keys("9<space>j<space>d"));
    see("080-snapshot-viewed", &library(80, 24).keys("9<tab><enter>"));
}

#[test]
fn numbers_explain_themselves() {
    see("080-explained", &library(80, 24).keys("5j="));
    see("080-explained-score", &library(80, 24).keys("6="));
    let tactic = journey(80, 24).keys("=");
    assert!(tactic.text().contains("techniques assessed"), "the figure of the title");
    assert!(tactic.text().contains("Reconnaissance"), "the figure of the column's head");
    let opened = library(80, 24).keys("5<enter>");
    assert!(opened.text().contains("applicable techniques covered"), "enter explains a figure, too");
    assert_eq!(journey(80, 24).keys("8=").said(), "There is no number here to explain.");
}

/// The numbers on the screens are those of the analysis, which is tested by itself.
#[test]
fn the_numbers_are_those_of_the_analysis() {
    let catalog = &*builtin();
    let everything = catalog.techniques.iter().map(|t| t.id).collect();
    let overview = Overview::of(catalog, &spread(), &everything, TODAY);
    let text = library(160, 45).keys("5").text();
    let t = &overview.techniques;
    for figure in [
        format!("{} of {} applicable techniques covered", t.covered(), t.applicable()),
        format!(", {} tested;", t.tested()),
        format!("{} of {} assessed", t.assessed(), t.total()),
        format!(
            "{} of {} case-study steps met",
            overview.steps.target.covered(),
            overview.steps.target.applicable()
        ),
        format!("no owner {}/{}", overview.unowned.count(), overview.unowned.of),
    ] {
        assert!(text.contains(&figure), "{figure}\n{text}");
    }
    let plan = Plan::of(catalog, &spread(), &everything, &Weights::default(), TODAY);
    let text = library(80, 24).keys("6").text();
    for gap in plan.mitigable.iter().take(5) {
        let row = text.lines().find(|row| row.contains(&format!(" {} ", gap.id.short())));
        assert!(
            row.is_some_and(|row| row.contains(&format!(" {} = ", gap.score))),
            "{} {}",
            gap.id,
            gap.score
        );
    }
}

#[test]
fn rows_open_what_they_stand_for_and_back_leads_to_them() {
    let mut journey = library(80, 24).keys("6j<enter>");
    let Screen::Object(view) = *journey.app.screen() else { panic!("no page") };
    journey.press("[");
    assert_eq!((kind(&journey), journey.app.under_cursor()), (Some(BoardKind::Plan), Some(view.id)));
}

#[test]
fn marks_work_on_the_rows_and_the_list_follows() {
    let mut journey = library(80, 24).keys("6j");
    let first = journey.app.under_cursor().expect("a row");
    journey.press("mt");
    assert_eq!(journey.stored.state(first, TODAY), State::Tested);
    assert_ne!(journey.app.under_cursor(), Some(first), "what is done is no gap any more");
    journey.press("u");
    assert_eq!(journey.app.under_cursor(), Some(first));
}

#[test]
fn the_weights_of_the_settings_change_the_scores() {
    let weighed = |weights| {
        let mut start = start((80, 24));
        start.settings.weights = weights;
        Journey::new(start).keys("6").text()
    };
    let plain = weighed(Weights::default());
    let other = weighed(Weights { incident: 20, ..Weights::default() });
    assert!(plain.contains("incident 2") && other.contains("incident 20"));
    let row = |text: &str| text.lines().find(|l| l.contains("  1 ")).map(str::to_owned);
    assert_ne!(row(&plain), row(&other));
}

#[test]
fn rows_are_sorted_by_what_the_cursor_is_among() {
    let journey = library(160, 45).keys("5s");
    assert_eq!(journey.said(), "By tactic by share covered, the lowest first.");
    let mut journey = library(160, 45).keys("5<tab>js");
    assert_eq!(journey.said(), "Case studies by first covered step, the latest first.");
    let first = journey.app.panes[1].page.links[0].target.clone();
    journey.press("ss");
    assert_ne!(journey.app.panes[1].page.links[0].target, first);
}

#[test]
fn a_snapshot_waits_until_every_mark_is_in_the_file() {
    let mut journey = library(80, 24).answers(Answers::Later).keys("mgS<enter>");
    assert_eq!(journey.snapshots.len(), 2, "the mark is not in the file yet");
    journey = journey.answer();
    assert_eq!(journey.snapshots.len(), 3);
    let taken = journey.snapshots.pop().expect("the snapshot");
    assert_eq!((taken.name.as_str(), &taken.assessment), ("2026-q4", &journey.stored));
    assert!(journey.said().starts_with("Kept as "));
    let refused = marked(80, 24).answers(Answers::No("No space.".to_owned())).keys("mgS<enter>");
    assert_eq!(refused.said(), "No snapshot was taken: not every mark is in the file.");
}

#[test]
fn a_snapshot_is_looked_at_and_not_changed() {
    let mut journey = library(80, 24).keys("9<tab><enter>");
    assert!(journey.app.is_view());
    let before = journey.stored.clone();
    journey.press("mgu");
    assert_eq!(journey.saves, 0, "neither mark nor undo");
    assert!(journey.said().starts_with("Snapshot "));
    // Others mark meanwhile: that is not lost, and shows when one is back.
    let mut theirs = before.clone();
    theirs.marks.remove(&id("t0"));
    journey.event(Event::Changed { assessment: Some(theirs.clone()), read_only: None });
    assert_ne!(journey.app.assessment, theirs);
    journey.press("go");
    assert_eq!((&journey.app.assessment, journey.app.is_view()), (&theirs, false));
    journey.press("mg");
    assert_eq!(journey.saves, 1);
}

#[test]
fn the_worst_case_is_no_average() {
    let mut other = spread();
    let marked = *other.marks.keys().next().expect("a mark");
    other.marks.remove(&marked);
    let mut journey = library(80, 24);
    journey.shelf = vec![
        Shelved { key: "acme".to_owned(), assessment: Ok(Arc::new(spread())), is_open: true },
        Shelved { key: "other".to_owned(), assessment: Ok(Arc::new(other.clone())), is_open: false },
    ];
    journey.press("9w");
    assert!(journey.app.is_view());
    for object in builtin().markable() {
        let worst = worst_case(&[&spread(), &other], object, TODAY);
        assert_eq!(journey.app.assessment.state(object, TODAY), worst, "{object}");
    }
    assert_eq!(
        journey.app.assessment.state(marked, TODAY),
        State::Unassessed,
        "nobody looked in one of them"
    );
}

#[test]
fn assessments_that_are_still_being_read_are_told_of_and_are_in_no_worst_case() {
    let mut journey = library(120, 40).keys("9");
    let shelf = journey.shelf.clone();
    let arrive = |journey: &mut Journey, count: usize| {
        let to_come = shelf.len() - count;
        journey.event(Event::Assessments { all: shelf[..count].to_vec(), to_come });
    };
    arrive(&mut journey, 1);
    assert!(journey.text().contains("2 more are being read."), "{}", journey.text());
    journey.press("w");
    assert!(!journey.app.is_view());
    assert!(journey.text().contains("2 assessments are still being read"), "{}", journey.text());
    journey.press("<space>");
    arrive(&mut journey, 3);
    assert!(!journey.text().contains("being read."), "{}", journey.text());
    assert!(journey.text().contains("[x] > acme"), "the tick stays: {}", journey.text());
    journey.press("<space>w");
    assert!(journey.app.is_view());
}

#[test]
fn two_assessments_are_compared_object_by_object() {
    let mut other = spread();
    let marked = *other.marks.keys().next().expect("a mark");
    other.marks.remove(&marked);
    let mut journey = library(80, 24);
    journey.shelf = vec![
        Shelved { key: "acme".to_owned(), assessment: Ok(Arc::new(spread())), is_open: true },
        Shelved { key: "other".to_owned(), assessment: Ok(Arc::new(other)), is_open: false },
    ];
    journey.press("9<space>j<space>d");
    assert_eq!(kind(&journey), Some(BoardKind::Comparison));
    let page = &journey.app.panes[0].page;
    assert_ne!(spread().state(marked, TODAY), State::Unassessed);
    let targets: Vec<_> = page.links.iter().map(|link| link.target.clone()).collect();
    assert_eq!(targets, [Target::Object(marked)]);
}

#[test]
fn another_assessment_is_opened_once_everything_is_saved() {
    let journey = library(80, 24).keys("9j<enter>");
    assert_eq!(journey.opened.as_deref(), Some("support-bot"));
    let journey = library(80, 24).answers(Answers::No("No space.".to_owned())).keys("mg9j<enter>");
    assert_eq!(journey.opened, None);
    let journey = library(80, 24).keys("9jj<enter>");
    assert_eq!(
        (journey.opened.as_deref(), journey.said()),
        (None, "torn.yaml, line 3: this is no YAML; mend it")
    );
}

#[test]
fn assessments_are_made_copied_renamed_and_given_platforms() {
    let made = |journey: &Journey, key: &str| -> Assessment {
        let found = journey.shelf.iter().find(|s| s.key == key);
        found.and_then(|s| s.assessment.as_deref().ok()).cloned().expect("the assessment")
    };
    let journey = library(80, 24).keys("9+Robot<enter>");
    assert!(made(&journey, "robot").marks.is_empty());
    let journey = library(80, 24).keys("9jc<ctrl-u>Twin<enter>");
    let twin = made(&journey, "twin");
    assert_eq!(
        (twin.marks.len(), twin.about.platforms.as_slice()),
        (4, ["agentic-ai".to_owned()].as_slice())
    );
    let journey = library(80, 24).keys("9jr<ctrl-u>Help desk<enter>pj<space><enter>");
    let renamed = made(&journey, "support-bot");
    assert_eq!(renamed.about.name, "Help desk");
    let before: Vec<String> = match &shelf()[1].assessment {
        Ok(assessment) => assessment.about.platforms.clone(),
        Err(_) => Vec::new(),
    };
    assert_ne!(renamed.about.platforms, before);
}

/// Else the platforms that are ticked next are those of another assessment.
#[test]
fn the_cursor_goes_to_the_assessment_that_was_made() {
    let journey = library(80, 24).keys("9+Robot<enter>p");
    assert!(journey.text().contains("Platforms of Robot"), "{}", journey.text());
    let many: Vec<Shelved> = (0..40)
        .map(|at| Shelved {
            key: format!("a{at:02}"),
            assessment: Ok(Assessment::default().into()),
            is_open: at == 0,
        })
        .collect();
    let mut journey = journey.keys("<esc>1");
    journey.shelf = many;
    journey.press("9+Robot<enter>p");
    assert!(journey.text().contains("Platforms of Robot"), "{}", journey.text());
}

/// The default assessment is on the shelf before it has a file.
#[test]
fn an_assessment_without_a_file_has_its_name_on_the_shelf() {
    let mut journey = journey(80, 24);
    journey.shelf =
        vec![Shelved { key: String::new(), assessment: Ok(Assessment::default().into()), is_open: true }];
    journey.press("9");
    let named = format!("[ ] > {} ", journey.app.name);
    assert!(!journey.app.name.is_empty() && journey.text().contains(&named), "{}", journey.text());
    journey.press("p");
    assert!(journey.text().contains(&format!("Platforms of {} ", journey.app.name)), "{}", journey.text());
}

#[test]
fn heads_of_the_shelf_stand_over_their_columns() {
    let journey = library(80, 24).keys("9");
    let rows: Vec<String> = journey.rows().iter().map(|row| row.replace('\u{a0}', " ")).collect();
    let ends = |row: &str, what: &str| row.find(what).map(|at| at + what.len());
    let head = rows.iter().find(|row| row.contains("last mark")).expect("a head");
    let row = rows.iter().find(|row| row.contains("2026-10-02")).expect("a row");
    assert_eq!(ends(head, "last mark"), ends(row, "2026-10-02"));
    assert_eq!(ends(head, "marks"), ends(row, " 4"));
    assert_eq!(ends(head, "covered"), ends(row, "%)"));
}

/// Marks out of scope count nowhere, and nobody sees them made.
#[test]
fn a_mitigation_suggests_nothing_out_of_scope() {
    let mut assessment = Assessment::default();
    assessment.about.platforms = vec!["agentic-ai".to_owned()];
    let journey = Journey::new(Start { assessment, ..start((80, 24)) });
    let scope = journey.app.scope_of_figures();
    let listed: Vec<_> =
        builtin().mitigation(id("m0")).expect("M0000").techniques.iter().map(|m| m.technique).collect();
    let inside = listed.iter().filter(|id| scope.contains(*id)).count();
    assert!(0 < inside && inside < listed.len(), "both kinds");
    let journey = journey.keys("/m0000<enter>mc");
    assert!(journey.text().contains(&format!("Suggests {inside}")), "{}", journey.text());
    let journey = journey.keys("Y");
    let marked: Vec<_> = listed.iter().filter(|id| journey.stored.marks.contains_key(*id)).collect();
    assert_eq!(marked.len(), inside, "{}", journey.said());
    assert!(marked.iter().all(|id| scope.contains(*id)));
}

#[test]
fn the_platforms_of_an_assessment_are_its_denominator() {
    let mut assessment = spread();
    assessment.about.platforms = vec!["agentic-ai".to_owned()];
    let journey = Journey::new(Start { assessment, ..start((80, 24)) });
    let scope = journey.app.scope_of_figures();
    let agentic = |id: &&atlasnav::catalog::ObjectId| {
        let technique = builtin().technique(**id).cloned();
        technique.is_some_and(|t| t.platforms.iter().any(|p| p.eq_ignore_ascii_case("agentic ai")))
    };
    assert_eq!(scope.iter().filter(agentic).count(), scope.len());
    assert!(!scope.is_empty() && scope.len() < builtin().techniques.len());
    let total = format!(" of {} assessed", scope.len());
    assert!(journey.keys("5").text().contains(&total));
}

#[test]
fn a_step_of_the_cursor_changes_few_cells() {
    for keys in ["5", "6", "9"] {
        let mut journey = library(80, 24).keys(keys).keys("j");
        for step in ["j", "j", "k"] {
            let before = journey.buffer();
            journey.press(step);
            let changed = before.diff(&journey.buffer()).len();
            assert!(
                changed <= 3 * 80,
                "{step} on {keys} changes {changed} cells: two rows and the line below"
            );
        }
    }
}

/// The analysis is of the whole catalogue; a key must not pay for it.
#[test]
fn a_step_of_the_cursor_makes_nothing_anew() {
    let mut journey = library(120, 40).keys("6j");
    let pages: Vec<_> = journey.app.panes.iter().map(|pane| pane.page.lines.as_ptr()).collect();
    journey.press("jjk");
    let after: Vec<_> = journey.app.panes.iter().map(|pane| pane.page.lines.as_ptr()).collect();
    assert_eq!(pages, after, "the lines are the same ones");
}

#[test]
fn every_format_is_written_to_the_file_that_is_named() {
    for (key, format) in ["m", "h", "s", "c", "j", "t", "T", "J"].into_iter().zip(FORMATS) {
        let journey = library(80, 24).keys("x").keys(key).keys("<enter>");
        let [(path, bytes)] = journey.files.iter().collect::<Vec<_>>()[..] else { panic!("{}", format.name) };
        assert!(path.starts_with("acme-2026-11-23") && path.ends_with(format.extension), "{path}");
        assert_eq!(journey.said(), format!("Written: {path}."));
        assert!(bytes.len() > 1000, "{} has {} bytes", format.name, bytes.len());
    }
    // Its figures are those of the dashboard, snapshots included.
    let journey = library(80, 24).keys("xm<enter>");
    let report = String::from_utf8(journey.files.into_values().next().expect("a file")).expect("text");
    let overview =
        Overview::of(&builtin(), &spread(), &builtin().techniques.iter().map(|t| t.id).collect(), TODAY);
    let t = &overview.techniques;
    assert!(report.contains(&format!("{} of {} applicable techniques covered", t.covered(), t.applicable())));
    assert!(report.contains("q1") && report.contains("q2"), "the trend");
}

#[test]
fn a_file_that_is_there_is_replaced_only_when_its_name_is_given_twice() {
    let mut journey = library(80, 24);
    journey.files.insert("old.md".to_owned(), b"old".to_vec());
    journey.press("xm<ctrl-u>old.md<enter>");
    assert_eq!(journey.files["old.md"], b"old");
    assert_eq!(journey.said(), "It is there already; the same name again replaces old.md.");
    let other = journey.app.popups.len();
    assert_eq!(other, 1, "the name is asked for again");
    journey.press("x<enter>");
    assert_eq!(journey.files["old.md"], b"old", "another name was given");
    assert!(journey.files.contains_key("old.mdx"));
    journey.press("xm<ctrl-u>old.md<enter><enter>");
    assert_ne!(journey.files["old.md"], b"old");
}
