//! Windows of odd sizes, and of sizes that change faster than anybody can draw. The screens themselves
//! are drawn at every small size by `tests/journeys/sizes.rs`; here it is the program.

use rustix::process::Signal;

use crate::FIRST;
use crate::line::Line;
use crate::session::{Home, PROGRAM};

const COMMAND: [&str; 3] = ["setsid", "-c", PROGRAM];
const ODD: [(u16, u16); 10] =
    [(0, 0), (0, 20), (20, 0), (1, 1), (1, 20), (20, 1), (20, 20), (59, 18), (60, 17), (1000, 500)];

fn quit(mut line: Line) {
    line.type_keys("q");
    assert_eq!(line.end().code(), Some(0), "{}", line.text());
}

/// What the program shows at a size that it was started with, and where it never had another.
fn shown_at(size: (u16, u16)) -> String {
    let home = Home::new();
    let mut line = Line::start(&home, size, &COMMAND, &[]);
    line.until_shown(FIRST);
    let text = line.text();
    quit(line);
    text
}

#[test]
fn it_starts_at_any_size_and_grows_to_a_whole_screen() {
    let expected = shown_at((80, 24));
    for size in ODD {
        let home = Home::new();
        let mut line = Line::start(&home, size, &COMMAND, &[]);
        line.until("the first frame", |line| line.frames() > 0 && line.is_whole());
        // Keys have no meaning that depends on the size, but for moves by pages.
        let frames = line.frames();
        line.show_at((80, 24));
        line.resize((80, 24));
        line.until("a frame of the new size", |line| line.frames() > frames);
        line.until(&format!("the whole screen after {size:?}"), |line| line.text() == expected);
        quit(line);
    }
}

#[test]
fn it_lives_through_every_odd_size() {
    let expected = shown_at((80, 24));
    let home = Home::new();
    let mut line = Line::start(&home, (80, 24), &COMMAND, &[]);
    line.until_shown(FIRST);
    for size in ODD {
        for size in [size, (80, 24)] {
            let frames = line.frames();
            line.show_at(size);
            line.resize(size);
            line.until("a frame of the new size", |line| line.frames() > frames && line.is_whole());
        }
        line.until(&format!("the whole screen after {size:?}"), |line| line.text() == expected);
    }
    quit(line);
}

/// Changes the size many times without reading what is drawn meanwhile; the last one is 100 by 30.
fn storm(line: &mut Line, resizes: u16) {
    for n in 1..resizes {
        line.resize((n % 190, n * 7 % 60));
    }
    line.resize((100, 30));
    line.show_at((100, 30));
}

const RESIZES: u16 = 600;

#[test]
fn a_storm_of_sizes_ends_in_the_last_one_with_few_frames() {
    let expected = shown_at((100, 30));
    let home = Home::new();
    let mut line = Line::start(&home, (80, 24), &COMMAND, &[]);
    line.until_shown(FIRST);
    let frames = line.frames();
    storm(&mut line, RESIZES);
    line.until("the screen of the last size", |line| line.text() == expected && line.is_whole());
    let drawn = line.frames() - frames;
    println!("{RESIZES} sizes at once: {drawn} frames");
    assert!(drawn < usize::from(RESIZES) / 4, "{drawn} frames for {RESIZES} sizes");
    quit(line);
}

#[test]
fn all_sizes_that_have_gathered_are_one_frame() {
    let expected = shown_at((100, 30));
    let home = Home::new();
    let mut line = Line::start(&home, (80, 24), &COMMAND, &[]);
    line.until_shown(FIRST);
    let frames = line.frames();
    // It can't answer between them.
    line.signal(Signal::STOP);
    line.until_stopped();
    storm(&mut line, RESIZES);
    line.type_keys("jjjkkk");
    line.signal(Signal::CONT);
    line.until("the screen of the last size", |line| line.text() == expected && line.is_whole());
    quit_with_frames(line, frames + 2);
}

/// Quits, and counts what was drawn until then: a frame for the signal, and one for what it woke.
fn quit_with_frames(mut line: Line, most: usize) {
    line.type_keys("q");
    assert_eq!(line.end().code(), Some(0));
    assert!(line.frames() <= most, "{} frames, not {most}", line.frames());
}
