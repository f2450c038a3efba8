//! Eight ways out of the screen: the terminal is as it was, its modes and what was switched on in it.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use rustix::process::Signal;

use crate::FIRST;
use crate::line::Line;
use crate::session::{Home, PROGRAM};

/// Reports of the mouse and bracketed paste off, cursor shown, alternate screen left.
const FAREWELL: &str = "\x1b[?1006l\x1b[?1000l\x1b[?2004l\x1b[?25h\x1b[?1049l";

/// On the matrix, with a mark that is saved.
fn start(home: &Home, more: &[(&str, &str)]) -> Line {
    let mut line = Line::start(home, (80, 24), &["setsid", "-c", PROGRAM], more);
    line.until_shown(FIRST);
    assert_ne!(line.modes(), line.before, "the program reads single keys");
    let screen = line.terminal.screen();
    assert!(screen.alternate_screen() && screen.hide_cursor() && screen.bracketed_paste());
    assert_ne!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    line.type_keys("mp");
    line.until_shown("1/208 assessed, saved");
    line
}

/// Whether the screen is the shell's, with nothing left switched on.
fn is_given_back(line: &Line) -> bool {
    let screen = line.terminal.screen();
    let switched_on = screen.alternate_screen()
        || screen.hide_cursor()
        || screen.bracketed_paste()
        || screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None;
    !switched_on && line.is_whole() && line.count(FAREWELL.as_bytes()) > 0
}

/// Reads until the screen is the shell's, and looks whether the modes are.
fn until_given_back(line: &mut Line) {
    line.until("the terminal to be given back", is_given_back);
    assert_eq!(line.modes(), line.before);
}

fn ends(line: &mut Line, home: &Home) {
    line.until("the terminal to be given back", is_given_back);
    assert_eq!(line.end().code(), Some(0));
    assert!(line.bytes.ends_with(FAREWELL.as_bytes()), "something is said after the farewell");
    // An answer takes a round trip, and may never come.
    for question in ["\x1b[6n", "\x1b[c", "\x1b[5n", "\x1b[?u"] {
        assert_eq!(line.count(question.as_bytes()), 0, "{question:?} is asked of the terminal");
    }
    assert_eq!(home.ask(&["show", "T0000"])["mark"]["status"], "partial");
}

/// From the matrix, and from inside a text field, where most keys are text.
fn ends_by(act: impl Fn(&mut Line), from: &[&str]) {
    for keys in from {
        let home = Home::new();
        let mut line = start(&home, &[]);
        line.type_keys(keys);
        line.until("the place", |line| keys.is_empty() || line.text().contains("> abc"));
        act(&mut line);
        ends(&mut line, &home);
    }
}

#[test]
fn by_q() {
    ends_by(|line| line.type_keys("q"), &[""]);
}

#[test]
fn by_ctrl_c() {
    ends_by(|line| line.type_keys("\x03"), &["", "/abc"]);
}

#[test]
fn by_sigterm() {
    ends_by(|line| line.signal(Signal::TERM), &["", "/abc"]);
}

#[test]
fn by_sigint() {
    ends_by(|line| line.signal(Signal::INT), &["", "/abc"]);
}

#[test]
fn by_sighup() {
    ends_by(|line| line.signal(Signal::HUP), &["", "/abc"]);
}

/// Builds without debug assertions have no fault on demand.
#[cfg(debug_assertions)]
#[test]
fn by_a_fault() {
    let home = Home::new();
    let mut line = start(&home, &[("ATLASNAV_TEST_FAULT", "loop a fault \x1b[31mfor the test")]);
    line.type_keys("\x1b[24~");
    line.until_shown("a fault <U+001B>[31mfor the test");
    let screen = line.text();
    assert!(screen.contains("atlasnav has a fault and stops; marks shown as saved are."), "{screen}");
    until_given_back(&mut line);
    let status = line.end();
    assert_eq!(status.code(), Some(101));
    // What went before is the terminal's; what comes after is the report, on the shell's screen.
    let farewell = line.bytes.windows(FAREWELL.len()).rposition(|w| w == FAREWELL.as_bytes()).unwrap();
    let report = String::from_utf8_lossy(&line.bytes[farewell + FAREWELL.len()..]).into_owned();
    assert!(report.starts_with("atlasnav has a fault") && !report.contains('\x1b'), "{report:?}");
    assert_eq!(home.ask(&["show", "T0000"])["mark"]["status"], "partial");
}

/// The screen is the first thread's, and stays; the fault is told at the end, when it can be read.
#[cfg(debug_assertions)]
#[test]
fn by_q_after_a_fault_in_the_thread_that_saves() {
    let home = Home::new();
    let fault = [("ATLASNAV_TEST_FAULT", "saver a fault \x1b[31mfor the test")];
    let mut line = Line::start(&home, (80, 24), &["setsid", "-c", PROGRAM], &fault);
    line.until_shown(FIRST);
    let ours = line.modes();
    // Two marks: the first ends the thread, and the second is told that it has ended.
    line.type_keys("mp");
    line.until_shown("1/208 assessed");
    line.until("the end of the thread", |line| {
        line.type_keys("jmp");
        line.text().contains("The part that saves has stopped")
    });
    assert_eq!((line.modes(), line.count(FAREWELL.as_bytes())), (ours, 0), "the screen is still ours");
    line.type_keys("\x03");
    line.until_shown("a fault <U+001B>[31mfor the test");
    until_given_back(&mut line);
    assert_eq!(line.end().code(), Some(3), "not every mark is on disk");
    let screen = line.text();
    assert!(screen.contains("atlasnav had a fault and went on without a part"), "{screen}");
    assert!(screen.contains("The part that saves"), "{screen}");
    assert!(!home.marks().exists());
}

#[test]
fn by_being_stopped_and_back() {
    for how in ["\x1a", ""] {
        let home = Home::new();
        let mut line = start(&home, &[]);
        let ours = line.modes();
        if how.is_empty() {
            line.signal(Signal::TSTP)
        } else {
            line.type_keys(how)
        }
        line.until_stopped();
        until_given_back(&mut line);
        line.signal(Signal::CONT);
        line.until("the screen again", |line| {
            line.terminal.screen().alternate_screen() && line.text().contains("Matrix z0") && line.is_whole()
        });
        assert_eq!(line.modes(), ours);
        let screen = line.terminal.screen();
        assert!(screen.hide_cursor() && screen.bracketed_paste());
        assert_ne!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        line.type_keys("q");
        line.until("the end", |line| line.count(FAREWELL.as_bytes()) == 2);
        ends(&mut line, &home);
    }
}

#[test]
fn by_an_editor_and_back_though_it_fails() {
    for (end, said) in [("echo from the editor >\"$1\"", "Saved: T0000 note"), ("exit 3", "as it was")] {
        let home = Home::new();
        let editor = home.path().join("editor");
        fs::write(&editor, format!("#!/bin/sh\necho IN THE EDITOR\nread line\n{end}\n")).unwrap();
        fs::set_permissions(&editor, fs::Permissions::from_mode(0o755)).unwrap();
        let mut line = start(&home, &[("EDITOR", editor.to_str().unwrap())]);
        let ours = line.modes();
        line.type_keys("mN");
        line.until("the editor", |line| line.text().contains("IN THE EDITOR"));
        until_given_back(&mut line);
        line.type_keys("go on\n");
        line.until_shown(said);
        line.until_shown("Matrix z0");
        assert_eq!(line.modes(), ours);
        let screen = line.terminal.screen();
        assert!(screen.alternate_screen() && screen.hide_cursor() && screen.bracketed_paste());
        assert_ne!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        line.type_keys("q");
        line.until("the end", |line| line.count(FAREWELL.as_bytes()) == 2);
        ends(&mut line, &home);
        let note = home.ask(&["show", "T0000"])["mark"]["note"].clone();
        assert_eq!(note.as_str().is_some_and(|note| note == "from the editor"), end.contains("echo"));
    }
}
