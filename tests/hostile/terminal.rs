//! What comes from the terminal and its surroundings: names, sizes, pasted text, bytes.

use crate::session::{Home, PROGRAM};

const FIRST: &str = "T0000 Search Open Technical Data";

/// Everything written is made of sequences of ours and texts that are safe.
#[test]
fn names_in_the_environment_act_on_nothing() {
    let evil = "\u{1b}]0;evil\u{7}\u{1b}[2J\u{202e}";
    for (name, value) in [
        ("TERM", evil),
        ("TERM", "../../x"),
        ("USER", evil),
        ("LANG", evil),
        ("COLORTERM", evil),
        ("TZ", evil),
    ] {
        let home = Home::new();
        let mut session = home.start_as((80, 24), &[PROGRAM], &[(name, value)]);
        session.wait_for(FIRST);
        session.type_keys("mp");
        session.wait_for("1/208 assessed, saved");
        session.type_keys("q");
        let ended = session.end();
        let written = String::from_utf8_lossy(&ended.output);
        assert!(!written.contains("\u{1b}]") && !written.contains('\u{202e}'), "{name}: {written:?}");
    }
}

/// A terminal that claims to be of any size gets a frame, with little memory.
#[test]
fn sizes_that_no_terminal_has() {
    for (rows, columns) in [(65_535, 65_535), (1, 65_535), (65_535, 1), (0, 0), (1, 1)] {
        let home = Home::new();
        let line =
            format!("stty rows {rows} cols {columns} && ulimit -d 131072 && ulimit -t 120 && exec \"$0\"");
        let mut session = home.start_as((80, 24), &["sh", "-c", &line, PROGRAM], &[]);
        session.wait("the first frame", |seen| (seen.frames() > 0).then_some(()));
        session.type_keys("jlq");
        session.end_well();
    }
}

#[test]
fn pasted_text_runs_no_keys() {
    let home = Home::new();
    let mut session = home.start();
    session.wait_for(FIRST);
    // Outside of a text field a paste does nothing: no mark, no quitting.
    session.type_keys("\u{1b}[200~mp:q\rqq\u{1b}[31m\u{3}\u{1a}\u{1b}[201~");
    session.type_keys("j");
    session.wait_for("0/208 assessed");
    // In a field it is text.
    session.type_keys("mn\u{1b}[200~\u{1b}]0;evil\u{7}q\u{202e}x\u{1b}[201~\r");
    session.wait_for("saved");
    session.type_keys("q");
    let ended = session.end();
    let written = String::from_utf8_lossy(&ended.output);
    assert!(!written.contains("\u{1b}]0;evil") && !written.contains('\u{202e}'), "{written:?}");
    let marks = std::fs::read_to_string(home.marks()).unwrap();
    let notes: Vec<&str> = marks.lines().filter(|line| line.trim_start().starts_with("note:")).collect();
    assert!(matches!(notes.as_slice(), [note] if note.contains("]0;evil")), "{notes:?}");
    assert!(!marks.contains(|c: char| c != '\n' && atlasnav::catalog::is_unsafe(c)), "{notes:?}");
}
