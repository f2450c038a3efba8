//! Random walks: whatever is pressed, pasted and resized, the program goes on.

use atlasnav::app::{COMMANDS, Event, Key, Mouse, MouseDid, parse_keys};
use proptest::prelude::*;

use crate::harness::{Answers, draw, marked};

#[derive(Debug, Clone)]
enum Step {
    Keys(Vec<Key>),
    Paste(String),
    Mouse(Mouse),
    Resize(u16, u16),
    Answers(bool),
    Pause,
}

fn step() -> impl Strategy<Value = Step> {
    let sequences: Vec<Vec<Key>> =
        COMMANDS.iter().flat_map(|r| r.keys).map(|k| parse_keys(k).expect("keys of the table")).collect();
    let sizes = prop_oneof![
        3 => (60u16..220, 18u16..60),
        1 => (0u16..70, 0u16..30),
    ];
    prop_oneof![
        20 => prop::sample::select(sequences).prop_map(Step::Keys),
        4 => any::<char>().prop_filter("keys are no controls", |c| !c.is_control())
            .prop_map(|c| Step::Keys(vec![Key::char(c)])),
        4 => "[a-z0-9 ]{1,6}".prop_map(|t| Step::Keys(t.chars().map(Key::char).collect())),
        1 => any::<String>().prop_map(Step::Paste),
        3 => (mouse_did(), 0u16..220, 0u16..60).prop_map(|(what, x, y)| Step::Mouse(Mouse { what, x, y })),
        2 => sizes.prop_map(|(w, h)| Step::Resize(w, h)),
        1 => any::<bool>().prop_map(Step::Answers),
        2 => Just(Step::Pause),
    ]
}

fn mouse_did() -> impl Strategy<Value = MouseDid> {
    let by = || prop_oneof![Just(-1i8), Just(1)];
    prop_oneof![
        Just(MouseDid::Click),
        Just(MouseDid::DoubleClick),
        by().prop_map(MouseDid::Wheel),
        by().prop_map(MouseDid::WheelSideways),
        by().prop_map(MouseDid::WheelZoom),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_walk_ends_in_a_panic(steps in prop::collection::vec(step(), 1..400)) {
        let mut journey = marked(80, 24);
        for (i, step) in steps.into_iter().enumerate() {
            match step {
                Step::Keys(keys) => keys.into_iter().for_each(|key| journey.event(Event::Key(key))),
                Step::Mouse(mouse) => journey.event(Event::Mouse(mouse)),
                Step::Paste(text) => journey.event(Event::Paste(text)),
                Step::Resize(width, height) => journey.event(Event::Resize(width, height)),
                Step::Pause => journey.event(Event::Paused),
                Step::Answers(yes) => {
                    journey.answers = if yes { Answers::AtOnce } else { Answers::No("No space.".to_owned()) };
                }
            }
            // Drawing is what takes the time.
            if i % 16 == 0 {
                journey.buffer();
            }
        }
        for size in [(0, 0), (10, 3), (60, 18), (80, 24), (160, 45)] {
            journey.event(Event::Resize(size.0, size.1));
            draw(&journey.app, journey.ui, size);
        }
        // What the store took and what the screen says are the same once everything is saved.
        journey.answers = Answers::AtOnce;
        journey.press("<esc><esc><esc><esc>1u");
        let journey = journey.answer();
        prop_assert_eq!(&journey.app.assessment, &journey.stored);
    }
}
