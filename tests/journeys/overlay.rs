//! Overlays: what the cells and the heads of the matrix show beside coverage.

use std::collections::BTreeSet;

use atlasnav::app::{Baseline, Event, Overlay, Popup};
use atlasnav::catalog::ObjectId;
use atlasnav::coverage::{Assessment, Evidence, EvidenceKind, Mark, State};
use jiff::civil::date;

use crate::harness::{Journey, Start, TODAY, builtin, id, spread, start};

/// The keys of all overlays, the difference to the first baseline.
const KEYS: [(&str, Overlay); 8] = [
    ("oc", Overlay::Coverage),
    ("ok", Overlay::Evidence),
    ("of", Overlay::CaseStudies),
    ("on", Overlay::Mitigations),
    ("om", Overlay::Maturity),
    ("oa", Overlay::Age),
    ("os", Overlay::Suggestions),
    ("od<enter>", Overlay::Difference),
];

fn evidence(kind: EvidenceKind) -> Evidence {
    Evidence { kind, what: "a control".to_owned(), link: None, on: None }
}

/// [`spread`], with evidence of every kind, owners, marks of every age, and a snapshot of other days.
fn lived_in() -> (Assessment, Baseline) {
    let then = spread();
    let mut now = then.clone();
    let techniques: Vec<ObjectId> = builtin().techniques.iter().map(|t| t.id).collect();
    for (at, technique) in techniques.iter().enumerate() {
        let mark = now.marks.entry(*technique).or_default();
        if mark.is_empty() {
            continue;
        }
        let kinds = EvidenceKind::ALL.iter().enumerate().filter(|(bit, _)| (at >> bit) & 1 == 1);
        if at % 4 < 2 {
            mark.owner = Some(["soc", "Platform security", "ml-ops"][at % 3].to_owned());
        }
        mark.evidence = kinds.map(|(_, kind)| evidence(*kind)).collect();
        match at % 5 {
            0 => mark.on = None,
            1 => mark.on = Some(date(2025, 6, 1)),
            2 => mark.review = Some(date(2026, 10, 1)),
            3 => mark.set_state(State::ALL[at % State::ALL.len()], TODAY),
            _ => {}
        }
        if mark.tested.is_some() && at % 2 == 0 {
            mark.tested = Some(date(2026, 1, 1));
        }
    }
    now.marks.retain(|_, mark| !mark.is_empty());
    let known: BTreeSet<ObjectId> = builtin().markable().filter(|id| id.number() % 17 != 3).collect();
    let q2 =
        Baseline { name: "q2".to_owned(), on: Some(date(2026, 6, 30)), assessment: then, known: Some(known) };
    (now, q2)
}

pub fn lived(width: u16, height: u16) -> Journey {
    let (assessment, q2) = lived_in();
    let mut journey = Journey::new(Start { assessment, ..start((width, height)) });
    let other = Baseline {
        name: "Chat assistant".to_owned(),
        on: None,
        assessment: Assessment::default(),
        known: None,
    };
    journey.baselines = vec![q2, other];
    journey
}

/// The glyphs in front of techniques, each with the ids that have it.
fn glyphs(journey: &Journey) -> BTreeSet<char> {
    builtin().techniques.iter().map(|t| journey.app.sign(t.id).glyph).collect()
}

#[test]
fn every_sign_is_in_the_legend_and_told_apart_without_colours() {
    for (keys, overlay) in KEYS.into_iter().skip(1) {
        let journey = lived(160, 45).monochrome().keys(keys);
        assert_eq!(journey.app.overlay, overlay);
        let legend: Vec<char> = overlay.legend().iter().map(|(sign, _)| sign.glyph).collect();
        let told: BTreeSet<char> = legend.iter().copied().collect();
        assert_eq!(told.len(), legend.len(), "{overlay:?} has two signs of one glyph");
        let counts = ['1', '2', '3', '4', '5', '6', '7', '8', '9'];
        let is_count = matches!(overlay, Overlay::CaseStudies | Overlay::Mitigations | Overlay::Age);
        for glyph in glyphs(&journey) {
            let known = told.contains(&glyph) || (is_count && counts.contains(&glyph));
            assert!(known && glyph.is_ascii_graphic(), "{overlay:?} shows {glyph} without a word");
        }
        // Nearly all that can be shown is shown.
        assert!(glyphs(&journey).len() >= 3, "{overlay:?}: {:?}", glyphs(&journey));
        let rows = journey.rows();
        assert!(
            rows[0].contains(&format!(
                "overlay: {}",
                if overlay == Overlay::Difference { "q2 2026-06-30" } else { overlay.name() }
            )),
            "{}",
            rows[0]
        );
        assert!(rows[43].contains(overlay.legend()[0].1), "{}", rows[43]);
        // The legend is whole at 80 columns, the figure of the heads last.
        let narrow = lived(80, 24).keys(keys).rows();
        let (_, last) = overlay.legend().last().expect("a legend");
        assert!(narrow[22].trim_end().ends_with(last), "{}", narrow[22]);
    }
    assert_eq!(lived(160, 45).rows(), lived(160, 45).keys("okoc").rows(), "coverage is as it was");
}

#[test]
fn signs_say_what_marks_and_atlas_say() {
    use EvidenceKind::{Detect, Prevent, Respond};
    let mut assessment = Assessment::default();
    let mut set = |id: ObjectId, state, kinds: &[EvidenceKind], on, review| {
        let mut mark = Mark { on, review, ..Mark::default() };
        mark.set_state(state, TODAY);
        mark.evidence = kinds.iter().map(|kind| evidence(*kind)).collect();
        assessment.marks.insert(id, mark);
    };
    set(id("t0"), State::Partial, &[Detect], Some(TODAY), None);
    set(id("t2"), State::Covered, &[Prevent, Detect], Some(date(2026, 8, 1)), None);
    set(id("t3"), State::Tested, &[Prevent, Detect, Respond, Detect], Some(date(2025, 1, 1)), None);
    set(id("t4"), State::Gap, &[Prevent], None, Some(date(2026, 11, 22)));
    set(id("t6"), State::Planned, &[], None, Some(date(2026, 11, 23)));
    set(id("m0"), State::Covered, &[], None, None);
    let journey = Journey::new(Start { assessment, ..start((160, 45)) });
    let shown = |journey: &Journey, ids: &[&str]| -> String {
        ids.iter().map(|text| journey.app.sign(id(text)).glyph).collect()
    };
    let ids = ["t0", "t2", "t3", "t4", "t6", "t12"];
    let journey = journey.keys("ok");
    assert_eq!(shown(&journey, &ids), "d2P-..");
    let journey = journey.keys("oa");
    assert_eq!(shown(&journey, &ids), "03+!?-");
    let journey = journey.keys("os");
    for technique in &builtin().techniques {
        let listed = technique.mitigations.contains(&id("m0"));
        let more = technique.mitigations.len() > 1;
        let expected = match (listed, journey.app.assessment.state(technique.id, TODAY)) {
            (true, State::Unassessed | State::Gap | State::Planned) => {
                if more {
                    '+'
                } else {
                    '#'
                }
            }
            (true, State::Partial) if !more => '#',
            _ => '.',
        };
        assert_eq!(journey.app.sign(technique.id).glyph, expected, "{}", technique.id);
    }
    let journey = journey.keys("of");
    for technique in &builtin().techniques {
        let cases: BTreeSet<ObjectId> = technique.steps.iter().map(|s| s.case_study).collect();
        let expected = match cases.len() {
            0 => '.',
            few @ 1..=9 => char::from_digit(few as u32, 10).expect("a digit"),
            _ => '+',
        };
        assert_eq!(journey.app.sign(technique.id).glyph, expected, "{}", technique.id);
    }
}

#[test]
fn the_difference_is_to_what_was_chosen() {
    let journey = lived(100, 30).keys("od");
    assert!(matches!(journey.app.popups.last(), Some(Popup::Baselines(_))), "{}", journey.text());
    assert!(journey.text().contains("snapshot   q2 2026-06-30"), "{}", journey.text());
    let journey = journey.keys("j<enter>");
    assert!(journey.rows()[0].contains("overlay: Chat assistant"), "{}", journey.rows()[0]);
    // The other assessment is empty: what we have marked is other, what we have not is the same.
    for technique in &builtin().techniques {
        let state = journey.app.assessment.mark(technique.id).counted_state(TODAY);
        let expected = match state {
            State::Unassessed => '.',
            State::NotApplicable | State::Accepted => '~',
            _ => '>',
        };
        assert_eq!(journey.app.sign(technique.id).glyph, expected, "{}", technique.id);
    }
    // The next overlay goes through all of them, the difference too, as it is known to what.
    assert_eq!(journey.keys("oo").app.overlay, Overlay::Coverage);
    let mut journey = crate::harness::journey(80, 24);
    for overlay in &Overlay::ALL[1..7] {
        journey.press("oo");
        assert_eq!(journey.app.overlay, *overlay);
    }
    journey.press("oo");
    assert_eq!(journey.app.overlay, Overlay::Coverage);
    journey.press("od");
    assert!(journey.said().starts_with("There is nothing to compare with yet"), "{}", journey.said());
}

#[test]
fn the_difference_tells_what_we_did_from_time_and_from_atlas() {
    let mut then = Assessment::default();
    let tested = |day| {
        let mut mark = Mark::default();
        mark.set_state(State::Tested, day);
        mark
    };
    let mark = |state| {
        let mut mark = Mark::default();
        mark.set_state(state, TODAY);
        mark
    };
    let day = date(2026, 5, 1);
    then.marks.extend([
        (id("t0"), mark(State::Gap)),
        (id("t2"), mark(State::Covered)),
        (id("t3"), tested(day)),
    ]);
    let mut now = then.clone();
    now.marks.extend([(id("t0"), mark(State::Partial)), (id("t2"), mark(State::Gap))]);
    now.marks.insert(id("t4"), mark(State::NotApplicable));
    let known = builtin().markable().filter(|known| *known != id("t6")).collect();
    let mut journey = Journey::new(Start { assessment: now, ..start((160, 45)) });
    journey.baselines =
        vec![Baseline { name: "q2".to_owned(), on: Some(day), assessment: then, known: Some(known) }];
    let journey = journey.keys("od<enter>");
    let shown: String =
        ["t0", "t2", "t3", "t4", "t6", "t12"].iter().map(|text| journey.app.sign(id(text)).glyph).collect();
    assert_eq!(shown, "><t~n.");
    // One technique of Reconnaissance was taken back from covered.
    let catalog = builtin();
    let column = catalog.technique(id("t2")).and_then(|t| catalog.column(t.tactics[0])).expect("a column");
    assert_eq!(journey.app.figures().painted.heads[column], "-1");
}

#[test]
fn heads_and_the_line_below_fit_the_overlay() {
    let journey = lived(80, 24).keys("om");
    let catalog = builtin();
    for (column, tactic) in catalog.tactics.iter().enumerate() {
        let all: Vec<_> = catalog.in_tactic(tactic).filter_map(|id| catalog.technique(id)).collect();
        let realized = all.iter().filter(|t| t.maturity.is_some_and(|m| m.word() == "realized")).count();
        let expected = format!("{}%", realized * 100 / all.len());
        assert_eq!(journey.app.figures().painted.heads[column], expected, "{}", tactic.name);
    }
    for (keys, _) in KEYS {
        let journey = lived(80, 24).keys(keys);
        assert!(journey.app.figures().painted.heads.iter().all(|head| (1..=4).contains(&head.len())));
    }
    let journey = lived(80, 24).keys("oajj");
    assert!(journey.rows()[21].contains("mark"), "{}", journey.rows()[21]);
}

#[test]
fn an_overlay_follows_the_marks_and_the_filter() {
    let journey = lived(160, 45).keys("okmt");
    let at = journey.app.grid.cursor.expect("a cursor").id;
    let journey = journey.keys("oa");
    assert_eq!(journey.app.sign(at).glyph, '0', "marked today");
    let journey = journey.keys("faj<enter>");
    let heads = journey.app.figures().painted.heads.clone();
    assert_ne!(heads, journey.keys("f0").app.figures().painted.heads);
    // A day passes without a key.
    let mut journey = lived(160, 45).keys("oa");
    let before = glyphs(&journey);
    journey.event(Event::Today(date(2028, 1, 1)));
    assert_ne!(glyphs(&journey), before);
}

#[test]
fn lists_are_sorted_by_owner_and_by_age() {
    let sorted = |times: usize| lived(120, 40).keys("2").keys(&"s".repeat(times)).app.list;
    let owners: Vec<String> = sorted(5).into_iter().map(|row| row.owner.to_lowercase()).collect();
    let some = owners.iter().take_while(|owner| !owner.is_empty()).count();
    assert!(some > 10 && owners[..some].is_sorted() && owners[some..].iter().all(String::is_empty));
    let rows = sorted(6);
    let ages: Vec<&str> = rows.iter().map(|row| row.age.as_str()).collect();
    let passed = ages.iter().take_while(|age| age.starts_with("due ") || **age == "test expired").count();
    let dated = ages[passed..].iter().take_while(|age| !age.is_empty()).count();
    assert!(passed > 5 && dated > 5, "{ages:?}");
    assert!(ages[passed + dated..].iter().all(|age| age.is_empty()), "{ages:?}");
    // The oldest first: 2025 before August, that before today.
    assert_eq!((ages[passed], ages[passed + dated - 1]), ("18 months", "3 months"), "{ages:?}");
    let wide = lived(120, 40).keys("2").rows();
    assert!(wide[1].contains("owner") && wide[1].contains("age"), "{}", wide[1]);
    assert!(!lived(119, 40).keys("2").rows()[1].contains("owner"));
}
