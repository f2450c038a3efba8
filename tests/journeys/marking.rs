//! Marking in earnest: every field of a mark, many marks at once, what is suggested, and taking it back.

use atlasnav::app::{Event, Mouse, MouseDid, Popup, SavingState, Screen};
use atlasnav::coverage::{
    Assessment, Claim, Conflict, Evidence, EvidenceKind, Field, Mark, State, Status, suggestion,
};
use jiff::civil::date;
use proptest::prelude::*;

use crate::harness::{Answers, Journey, Start, TODAY, builtin, id, journey, marked, start};

fn mark<'a>(journey: &'a Journey, what: &str) -> &'a Mark {
    journey.stored.mark(id(what))
}

fn state(journey: &Journey, what: &str) -> State {
    mark(journey, what).state(TODAY)
}

fn last_log(journey: &Journey, what: &str) -> String {
    mark(journey, what).log.last().cloned().unwrap_or_default()
}

/// What the entry that is open says is wrong.
fn problem(journey: &Journey) -> String {
    match journey.app.popups.last() {
        Some(Popup::Entry(entry)) => entry.problem.clone().unwrap_or_default(),
        other => panic!("no entry but {other:?}"),
    }
}

#[test]
fn an_owner_is_typed_completed_and_taken_away() {
    let mut journey = journey(80, 24).keys("moplatform-sec<enter>");
    assert_eq!(journey.said(), "Saved: T0000 owner platform-sec.");
    assert_eq!(last_log(&journey, "t0"), "2026-11-23 you: unassessed; owner platform-sec");
    journey.press("jmoann<enter>jmoP<tab>");
    assert!(journey.text().contains("> platform-sec"), "{}", journey.text());
    journey.press("<enter>");
    assert_eq!(mark(&journey, "t3").owner.as_deref(), Some("platform-sec"));
    // Again and again goes around, and down goes the same way.
    journey.press("jmo<tab>");
    assert!(journey.text().contains("> ann"), "{}", journey.text());
    journey.press("<tab><tab><down><enter>");
    assert_eq!(mark(&journey, "t4").owner.as_deref(), Some("platform-sec"));
    journey.press("jmozz<tab>");
    assert_eq!(journey.said(), "Nothing that is known begins so.");
    journey.press("<esc>");
    assert!(journey.app.popups.is_empty() && mark(&journey, "t6").is_empty());
    // What stands there is there to be changed.
    journey.press("ggmo<ctrl-u><enter>");
    assert_eq!(
        (mark(&journey, "t0").owner.as_deref(), journey.said()),
        (None, "Saved: T0000 without owner.")
    );
    journey.press("mo<enter>");
    assert_eq!(journey.said(), "T0000 says so already; nothing changed.");
}

#[test]
fn days_are_typed_as_they_are_meant_and_what_is_none_stays_to_be_mended() {
    let mut journey = journey(80, 24);
    for (typed, day) in [
        ("2026-12-31", date(2026, 12, 31)),
        ("today", TODAY),
        ("+90", date(2027, 2, 21)),
        ("+90d", date(2027, 2, 21)),
        ("+3m", date(2027, 2, 23)),
        ("+1y", date(2027, 11, 23)),
    ] {
        journey.press(&format!("mr<ctrl-u>{typed}<enter>"));
        assert_eq!(mark(&journey, "t0").review, Some(day), "{typed}: {}", journey.text());
    }
    journey.press("mr<ctrl-u>soon<enter>");
    assert!(problem(&journey).starts_with("`soon` is no day"), "{}", journey.text());
    assert!(journey.text().contains("> soon"), "what was typed stays");
    journey.press("<ctrl-u>+2w<enter>");
    assert_eq!(mark(&journey, "t0").review, Some(date(2026, 12, 7)));
    journey.press("mr<ctrl-u><enter>");
    assert_eq!((mark(&journey, "t0").review, journey.said()), (None, "Saved: T0000 without review."));
    // A test is a day that was, and does not change the status.
    journey.press("md+1<enter>");
    assert_eq!(problem(&journey), "2026-11-24 is still to come, so nothing was tested on it.");
    journey.press("<ctrl-u>-7<enter>");
    assert_eq!(journey.said(), "Saved: T0000 tested 2026-11-16.");
    assert_eq!(state(&journey, "t0"), State::Unassessed);
    journey.press("mc");
    assert_eq!(state(&journey, "t0"), State::Covered, "covered takes a test back");
    journey.press("md-7<enter>");
    assert_eq!(state(&journey, "t0"), State::Tested);
}

#[test]
fn evidence_is_asked_for_piece_by_piece() {
    let mut journey = journey(80, 24).keys("mex<enter>");
    assert_eq!(problem(&journey), "`x` is no kind of evidence; write prevent, detect or respond.");
    journey.press("<ctrl-u>d<enter><enter>");
    assert_eq!(problem(&journey), "Evidence needs to say what it is.");
    journey.press("rule 7<enter>javascript:alert(1)<enter>");
    assert!(problem(&journey).starts_with("`javascript:alert(1)` is no link"), "{}", problem(&journey));
    journey.press("<ctrl-u>https://example.org/7<enter>-3<enter>");
    let rule = Evidence {
        kind: EvidenceKind::Detect,
        what: "rule 7".to_owned(),
        link: Some("https://example.org/7".to_owned()),
        on: Some(date(2026, 11, 20)),
    };
    assert_eq!(mark(&journey, "t0").evidence, std::slice::from_ref(&rule));
    assert_eq!(journey.said(), "Saved: T0000 evidence.");
    journey.press("mkWe pin our models.<enter>");
    let own =
        Evidence { kind: EvidenceKind::Prevent, what: "We pin our models.".to_owned(), link: None, on: None };
    assert_eq!(mark(&journey, "t0").evidence, [rule.clone(), own]);
    assert!(
        last_log(&journey, "t0").ends_with("evidence detect: rule 7; evidence prevent: We pin our models.")
    );
    // The same piece goes to the next one with a dot, whatever was done before it.
    journey.press("j.");
    assert_eq!(mark(&journey, "t1").evidence.len(), 1);
    journey.press("u");
    assert_eq!(journey.said(), "Undone, now: T0001 less evidence.");
}

#[test]
fn the_form_has_every_field_and_each_is_a_step_of_its_own() {
    let first = journey(80, 24);
    let before = first.stored.clone();
    let mut journey = first.keys("mm");
    journey.press("<enter>p<enter>");
    journey.press("j<enter>ann<enter>");
    journey.press("j<enter>No egress check.<enter>");
    journey.press("j<enter>-1<enter>");
    journey.press("j<enter>+3m<enter>");
    journey.press("j<enter>r<enter>runbook<enter>docs/run.md<enter><enter>");
    journey.press("j<enter>d<enter>rule 7<enter><enter><enter>");
    let piece = |kind, what: &str, link: Option<&str>| Evidence {
        kind,
        what: what.to_owned(),
        link: link.map(str::to_owned),
        on: None,
    };
    let runbook = piece(EvidenceKind::Respond, "runbook", Some("docs/run.md"));
    let full = mark(&journey, "t0").clone();
    assert_eq!((full.status, full.owner.as_deref()), (Status::Partial, Some("ann")));
    assert_eq!((full.tested, full.review), (Some(date(2026, 11, 22)), Some(date(2027, 2, 23))));
    assert_eq!(full.note.as_deref(), Some("No egress check."));
    assert_eq!(full.evidence, [runbook.clone(), piece(EvidenceKind::Detect, "rule 7", None)]);
    assert!(matches!(journey.app.popups.last(), Some(Popup::Form(_))), "the form stays");
    let text = journey.text();
    for said in ["+ partial", "ann", "No egress check.", "2026-11-22", "2027-02-23", "respond: runbook"] {
        assert!(text.contains(said), "{said} in\n{text}");
    }
    // A piece is changed, and taken away.
    journey.press("<enter><enter><ctrl-u>rule 8<enter><enter><enter>");
    assert_eq!(mark(&journey, "t0").evidence[1], piece(EvidenceKind::Detect, "rule 8", None));
    journey.press("d");
    assert_eq!(mark(&journey, "t0").evidence, [runbook]);
    journey.press("kkkkkkd");
    assert_eq!(journey.said(), "A status is changed, not taken away; unassessed is one.");
    // Nine edits, nine steps back.
    journey.press("uuuuuuuuu");
    assert_eq!(journey.stored, before);
    journey.press("u");
    assert_eq!(journey.said(), "Nothing to undo.");
    journey.press("UUUUUUU");
    assert_eq!(mark(&journey, "t0"), &full);
    assert!(journey.keys("<esc>").app.popups.is_empty());
}

#[test]
fn conflicts_of_every_field_are_settled_in_the_form() {
    let said = |claim| Conflict { claim, by: Some("soc".to_owned()), on: Some(date(2026, 11, 20)) };
    let mut assessment = Assessment::default();
    let conflicts = vec![
        said(Claim::Status(Status::Covered)),
        said(Claim::Owner(Some("soc".to_owned()))),
        said(Claim::Tested(Some(date(2026, 11, 1)))),
        said(Claim::Review(None)),
    ];
    let mine = Mark {
        status: Status::Gap,
        owner: Some("ann".to_owned()),
        review: Some(date(2027, 1, 1)),
        by: Some("ann".to_owned()),
        conflicts,
        ..Mark::default()
    };
    assessment.marks.insert(id("t0"), mine);
    let mut journey = Journey::new(Start { assessment: assessment.clone(), ..start((80, 24)) }).keys("mm");
    let text = journey.text();
    assert!(
        text.contains("said     covered (soc, 2026-11-20)") && text.contains("said     gap (ann)"),
        "{text}"
    );
    // Status: what soc says.
    journey.press("j<enter>");
    assert_eq!((mark(&journey, "t0").status, journey.said()), (Status::Covered, "Saved: T0000 covered."));
    // Owner: what soc says; two rows down, past the rows that are gone.
    journey.press("jj<enter>");
    assert_eq!(mark(&journey, "t0").owner.as_deref(), Some("ann"), "{}", journey.text());
    let left: Vec<Field> = mark(&journey, "t0").disputed().collect();
    assert!(!left.contains(&Field::Owner), "{left:?}");
    // Setting a field settles it, too: also to what it says.
    journey.press("<esc>mr<enter>");
    assert_eq!(mark(&journey, "t0").review, Some(date(2027, 1, 1)));
    journey.press("md<enter>");
    assert_eq!(mark(&journey, "t0").disputed().count(), 0, "{:?}", mark(&journey, "t0"));
    journey.press("uuuu");
    assert_eq!(journey.stored, assessment);
}

#[test]
fn a_selection_takes_every_mark_command_as_one_edit() {
    let journey = journey(80, 24).keys("<space>jj<space>l<space>");
    assert_eq!(journey.said(), "3 selected; m marks them, esc drops them.");
    assert!(journey.text().contains("Matrix z0, 3 selected"), "{}", journey.text());
    let mono = journey.monochrome();
    assert!(mono.text().contains(".000<"), "{}", mono.text());
    let mut journey = mono.keys("mp");
    assert_eq!((journey.said(), journey.saves), ("Saved: 3 marks: partial.", 1));
    assert_eq!((state(&journey, "t0"), state(&journey, "t3")), (State::Partial, State::Partial));
    for (keys, said) in [
        ("mp", "All 3 are so already; nothing changed."),
        ("moann<enter>", "Saved: 3 marks: owner ann."),
        ("mr+90<enter>", "Saved: 3 marks: review 2027-02-21."),
        ("md-1<enter>", "Saved: 3 marks: tested 2026-11-22."),
        ("mepr<enter>filter<enter><enter><enter>", "Saved: 3 marks."),
        ("mnOne note.<enter>", "Saved: 3 marks: note."),
        ("mu", "Saved: 3 marks: unassessed."),
    ] {
        journey.press(keys);
        let said_now = journey.said().to_owned();
        assert!(
            said_now == said || said_now == said.replace("marks.", "marks: evidence."),
            "{keys}: {said_now}"
        );
    }
    assert_eq!(journey.saves, 7);
    // One undo takes each of them back from all.
    journey.press("uuuuuuu");
    assert_eq!(journey.stored, Assessment::default());
    assert_eq!(journey.said(), "Undone, now: 3 marks: unassessed.");
    // The last one that was done is the one that a dot repeats, on what is selected now.
    journey.press("<esc>");
    assert!(journey.app.selection.is_empty());
    journey.press("mg<space>j<space>j<space>mg");
    assert_eq!(journey.said(), "Saved: 2 marks: gap; 1 was so already.");
}

#[test]
fn ranges_columns_lists_and_hits_are_selected() {
    let mut journey = journey(80, 24).keys("jvjjj");
    assert_eq!(journey.app.selection.len(), 4);
    assert!(journey.text().contains("4 selected ..."), "{}", journey.text());
    journey.press("kk");
    assert_eq!(journey.app.selection.len(), 2, "it follows the cursor back");
    journey.press("<esc>j");
    assert_eq!(journey.app.selection.len(), 2, "and stays when it is ended");
    // Another one beside it; leaving the column ends it.
    journey.press("lvjl");
    assert_eq!((journey.app.selection.len(), journey.app.selects_range()), (4, false));
    journey.press("<esc>");
    assert!(journey.app.selection.is_empty());
    let rows = builtin().tactics[2].techniques.len();
    journey.press("V");
    assert_eq!(journey.app.selection.len(), rows);
    journey.press("V");
    assert_eq!(journey.said(), "Nothing is selected any more.");
    journey.press("zsV");
    assert!(journey.app.selection.len() > rows, "sub-techniques that are open are rows, too");
    journey.press("<esc>zs/area:theft<tab>*");
    let hits = journey.app.selection.len();
    assert!(hits > 3, "{}", journey.said());
    // What a filter leaves out is dropped, so that nothing is marked out of sight.
    journey.press("fm<enter>");
    assert!(journey.app.selection.len() < hits);
    assert!(journey.said().contains("are no longer selected"), "{}", journey.said());
    journey.press("<esc><esc>2V");
    assert_eq!(journey.app.selection.len(), journey.app.list.len());
    let text = journey.text();
    assert!(text.contains(" .<T00"), "{text}");
    journey.press("f0mc");
    assert!(journey.said().starts_with("Saved: ") && journey.saves == 1, "{}", journey.said());
    journey.press("4<space>");
    assert_eq!(journey.said(), "There is nothing to select here: marks go to techniques and mitigations.");
}

#[test]
fn a_page_is_about_its_object_whatever_is_selected() {
    let journey = journey(80, 24).keys("V<enter>mg");
    assert_eq!((journey.said(), journey.stored.marks.len()), ("Saved: T0000 gap.", 1));
    let journey = journey.keys("<esc>mp");
    assert!(journey.said().starts_with("Saved: "), "{}", journey.said());
    assert!(journey.stored.marks.len() > 3);
    // Esc goes out of the selection before anything else.
    let journey = journey.keys("/poison<tab><esc>");
    assert!(journey.app.selection.is_empty() && !journey.app.lit.is_empty());
}

#[test]
fn all_techniques_at_once_are_one_record_one_message_and_one_undo() {
    let mut journey = journey(80, 24).answers(Answers::Later).keys("2Vmp");
    let count = builtin().techniques.len();
    assert_eq!((journey.saves, journey.app.saving_state()), (1, SavingState::Saving));
    journey.event(Event::Kept);
    assert_eq!(journey.said(), format!("Saved: {count} marks: partial."));
    let mut journey = journey.answer();
    assert_eq!(journey.stored.marks.len(), count);
    journey.answers = Answers::AtOnce;
    journey.press("u");
    assert_eq!(journey.stored, Assessment::default());
    journey.press("U");
    assert_eq!(journey.stored.marks.len(), count);
}

#[test]
fn a_note_for_many_asks_before_it_takes_the_place_of_others() {
    let mut journey = journey(80, 24).keys("mnmine<enter>vjjmnours<enter>");
    assert_eq!(journey.said(), "1 of 3 have another note; enter again puts this one in their place.");
    assert_eq!(mark(&journey, "t0").note.as_deref(), Some("mine"));
    journey.press("<enter>");
    assert_eq!(journey.said(), "Saved: 3 marks: note; 1 had another note.");
    journey.press("u");
    assert_eq!(mark(&journey, "t0").note.as_deref(), Some("mine"));
    journey.press("mN");
    assert!(journey.said().starts_with("The editor takes the note of one mark"), "{}", journey.said());
    journey.press("mm");
    assert_eq!(journey.said(), "The form is about one mark; 3 are selected.");
    // A blank takes nothing away from several unasked.
    journey.press("<esc>mosoc<enter>vjmo<ctrl-u><enter>");
    assert!(problem(&journey).starts_with("1 marks say different things here"), "{}", problem(&journey));
    journey.press("<esc>");
    assert_eq!(mark(&journey, "t0").owner.as_deref().or(mark(&journey, "t3").owner.as_deref()), Some("soc"));
}

/// The techniques for which something is suggested.
fn suggested(journey: &Journey) -> usize {
    let catalog = builtin();
    catalog.techniques.iter().filter(|t| suggestion(&catalog, &journey.stored, t.id, TODAY).is_some()).count()
}

#[test]
fn suggestions_are_shown_and_accepted_one_by_one() {
    let mut journey = journey(80, 24).keys("/m0020<enter>");
    let text = journey.text();
    assert!(text.contains("If done"), "{text}");
    let before = journey.app.panes[0].page.plain();
    assert!(before.contains("case-study steps at the target would"), "{before}");
    assert!(!before.contains("-- Suggests"), "{before}");
    journey.press("mc");
    let page = journey.app.panes[0].page.plain();
    assert!(page.contains("-- Suggests") && !page.contains("-- If done"), "{page}");
    let count = suggested(&journey);
    assert!(count > 1);
    let m20 = builtin().mitigation(id("m20")).expect("a mitigation").techniques[0].technique;
    journey.press(&format!("1/{}<enter>", m20.short()));
    let text = journey.text();
    assert!(
        text.contains("Suggested  + partial (1 of ") && text.contains("listed mitigations done)"),
        "{text}"
    );
    journey.press("<esc>");
    assert_eq!(*journey.app.screen(), Screen::Matrix);
    assert!(journey.text().contains("suggests + partial"), "{}", journey.text());
    journey.press("Y");
    assert_eq!(journey.said(), format!("Saved: {} partial; as suggested.", m20.short()));
    let log = journey.stored.mark(m20).log.clone();
    assert!(log[0].starts_with("2026-11-23 you: unassessed -> partial; suggested by 1 of "), "{log:?}");
    assert_eq!(suggested(&journey), count - 1);
    journey.press("Y");
    assert_eq!(journey.said(), format!("Nothing is suggested for {}.", m20.short()));
    // From the mitigation's page all that it suggests, as one edit.
    journey.press("/m0020<enter>Y");
    assert_eq!(suggested(&journey), 0, "{}", journey.said());
    assert_eq!(journey.said(), format!("Saved: {} marks; as suggested.", count - 1));
    journey.press("uu");
    assert_eq!(suggested(&journey), count);
}

#[test]
fn all_suggestions_are_accepted_after_a_question() {
    let mut journey = journey(80, 24).keys("3Vmc1<esc>");
    let count = suggested(&journey);
    assert!(count > 50);
    let before = journey.stored.clone();
    journey.press(":accept-all<enter>");
    let text = journey.text();
    assert!(
        text.contains(&format!("Accept {count} suggestions for"))
            && text.contains(&format!("{count} covered")),
        "{text}"
    );
    journey.press("<esc>");
    assert_eq!(journey.stored, before);
    journey.press(":accept-all<enter><enter>");
    assert_eq!((suggested(&journey), journey.saves), (0, 2));
    assert_eq!(journey.said(), format!("Saved: {count} marks: covered; as suggested."));
    journey.press("u");
    assert_eq!(journey.stored, before);
    journey.press("U:accept-all<enter>");
    assert_eq!(journey.said(), "Nothing is suggested.");
}

#[test]
fn the_menu_of_marks_fits_the_smallest_screen_and_is_clicked_in_columns() {
    for (width, height) in [(60, 18), (80, 24), (160, 45)] {
        let mut journey = marked(width, height).keys("m");
        let rows = journey.rows();
        for said in ["unassessed", "risk", "looks after", "control of"] {
            assert!(
                rows.iter().any(|row| row.contains(said)),
                "{said} at {width}x{height}\n{}",
                journey.text()
            );
        }
        // A click on a row does what it says, also on one that stands beside another.
        let (y, x) = rows
            .iter()
            .enumerate()
            .find_map(|(y, row)| Some((y, row.find("control of")?)))
            .expect("the row of controls");
        let at = |n: usize| u16::try_from(n).expect("a place on the screen");
        journey.event(Event::Mouse(Mouse { what: MouseDid::Click, x: at(x), y: at(y) }));
        assert!(journey.text().contains("Own control: T0000"), "{}", journey.text());
    }
}

#[test]
fn a_row_of_the_form_is_chosen_and_edited_by_mouse() {
    let mut journey = journey(80, 24).keys("mm");
    let y = journey.rows().iter().position(|row| row.contains("Review by")).expect("the row");
    let y = u16::try_from(y).expect("a row");
    journey.event(Event::Mouse(Mouse { what: MouseDid::DoubleClick, x: 20, y }));
    assert!(journey.text().contains("Review by: T0000"), "{}", journey.text());
    journey.press("+1y<enter>");
    assert_eq!(mark(&journey, "t0").review, Some(date(2027, 11, 23)));
    journey.event(Event::Mouse(Mouse { what: MouseDid::Wheel(-1), x: 20, y }));
    journey.press("<enter>today<enter>");
    assert_eq!(mark(&journey, "t0").tested, Some(TODAY), "the wheel chooses");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_was_done_to_marks_is_taken_back_step_by_step(
        steps in prop::collection::vec(prop::sample::select(vec![
            "mg", "mp", "mc", "mt", "ma", "mu", "moann<enter>", "mo<ctrl-u><enter><enter>", "mr+90<enter>",
            "md-3<enter>", "mep<enter>rule<enter><enter><enter>", "mkown<enter>", "mnfoo<enter><enter>",
            "mm<enter>p<enter><esc>", "mmjd<esc><esc>", ".", "Y", "<space>", "vjj", "V", "<esc>", "j", "l", "k", "h",
            "1", "2", "3", "u", "U", ":accept-all<enter><enter>", "/m20<enter>mcY1",
        ]), 1..40)
    ) {
        let mut journey = marked(80, 24);
        let first = journey.stored.clone();
        for keys in steps {
            journey.press(keys);
            prop_assert_eq!(&journey.app.assessment, &journey.stored, "after {}", keys);
        }
        journey.press("<esc><esc><esc>1");
        for _ in 0..200 {
            journey.press("u");
            if journey.said() == "Nothing to undo." {
                break;
            }
        }
        prop_assert_eq!(journey.said(), "Nothing to undo.");
        prop_assert_eq!(&journey.stored, &first);
    }
}
