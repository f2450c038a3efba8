//! What only a real terminal shows: that nothing marked is lost when the program dies, that it survives
//! any size, a job that its shell suspends, an editor. How it ends, and what it leaves then, is tried in
//! `tests/life`.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod session;

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use atlasnav::store::{Paths, Store};
use rustix::process::Signal;
use session::{Home, PROGRAM, Seen, Session};

/// Where the cursor stands at the start.
const FIRST: &str = "T0000 Search Open Technical Data";

fn start(home: &Home) -> Session {
    let session = home.start();
    session.wait_for(FIRST);
    session
}

fn quit(mut session: Session) {
    session.type_keys("q");
    session.end_well();
}

#[test]
fn the_matrix_shows() {
    let home = Home::new();
    let session = start(&home);
    let screen = session.wait_for("0/208 assessed");
    assert!(screen.starts_with(" ATLAS 2026.09 built-in summaries | Matrix"), "{screen}");
    assert!(screen.contains("Rcon") && screen.contains("enter open"), "{screen}");
    assert!(session.look(|seen| seen.screen().alternate_screen() && seen.screen().hide_cursor()));
    quit(session);
    assert!(!home.path().join("data").exists(), "who only reads leaves nothing behind");
}

#[test]
fn all_techniques_marked_at_once_are_one_step_back_after_a_restart() {
    let home = Home::new();
    let mut session = start(&home);
    session.type_keys("2");
    session.wait_for("Search Open Technical Databases: Journals");
    session.type_keys("V");
    session.wait_for("208 selected");
    session.type_keys("mp");
    session.wait_for("Saved: 208 marks: partial.");
    session.wait_for("208/208, saved");
    quit(session);
    assert_eq!(home.ask(&["show", "51"])["mark"]["status"], "partial");

    let mut session = start(&home);
    session.wait_for("208/208 assessed");
    session.type_keys("u");
    session.wait_for("Undone, now: 208 marks: unassessed.");
    session.wait_for("0/208 assessed, saved");
    session.type_keys("u");
    session.wait_for("Nothing to undo.");
    quit(session);
}

#[test]
fn the_difference_to_a_snapshot_and_to_another_assessment_is_shown() {
    let home = Home::new();
    home.ask(&["mark", "0", "gap"]);
    let paths = Paths { assessment: home.marks(), state: home.path().join("state/atlasnav") };
    let catalog = atlasnav::catalog::builtin().expect("the catalogue");
    Store::new(paths).take_snapshot(&catalog, "q2", jiff::civil::date(2026, 6, 30)).expect("a snapshot");
    fs::copy(home.marks(), home.marks().with_file_name("chat.yaml")).expect("another assessment");
    fs::write(home.marks().with_file_name("torn.yaml"), "marks: [").expect("a damaged one");
    home.ask(&["mark", "0", "covered"]);
    let mut session = start(&home);
    session.type_keys("od");
    let screen = session.wait_for("snapshot   q2 2026-06-30");
    assert!(screen.contains("assessment chat") && screen.contains("torn.yaml"), "{screen}");
    session.type_keys("\r");
    let screen = session.wait_for("overlay: q2 2026-06-30");
    assert!(screen.contains(">000]") && screen.contains("was gap"), "{screen}");
    session.type_keys("od");
    session.wait_for("> snapshot   q2 2026-06-30");
    session.type_keys("j\r");
    session.wait_for("overlay: chat");
    session.wait_for("there gap");
    quit(session);
}

#[test]
fn a_mark_and_a_note_are_there_after_a_restart_and_can_be_undone() {
    let home = Home::new();
    let mut session = start(&home);
    session.type_keys("/promt injecton");
    session.wait_for("LLM Prompt Injection: Indirect");
    session.type_keys("\r");
    session.wait_for("AML.T0051 LLM Prompt Injection");
    session.type_keys("mp");
    session.wait_for("1/208 assessed, saved");
    session.type_keys("mn");
    session.wait_for("Note on T0051");
    session.type_keys("filter live\r");
    session.wait_for("Saved: T0051 note");
    session.wait_for("1/208 assessed, saved");
    quit(session);

    let shown = home.ask(&["show", "51"]);
    assert_eq!(shown["mark"]["status"], "partial");
    assert_eq!(shown["mark"]["note"], "filter live");
    assert_eq!(shown["mark"]["by"], "tester");

    let mut session = start(&home);
    session.wait_for("1/208 assessed");
    session.type_keys("/51\r");
    let screen = session.wait_for("Note       filter live");
    assert!(screen.contains("Status     + partial"), "{screen}");
    // Undo goes back through what the last session did: the note first.
    session.type_keys("u");
    session.wait_for("Undone, now: T0051 without note");
    assert!(!session.wait_for("Status     + partial").contains("filter live"));
    session.type_keys("u");
    session.wait_for("0/208 assessed, saved");
    session.type_keys("u");
    session.wait_for("Nothing to undo.");
    session.type_keys("U");
    session.wait_for("Redone, now: ");
    session.wait_for("1/208 assessed, saved");
    quit(session);
    assert_eq!(home.ask(&["show", "51"])["mark"]["status"], "partial");
}

#[test]
fn a_conflict_in_the_file_is_told_shown_and_settled_by_the_next_mark() {
    let home = Home::new();
    home.ask(&["mark", "T0000", "gap"]);
    let marks = fs::read_to_string(home.marks()).unwrap();
    let other =
        "    conflict:\n      - field: status\n        value: covered\n        by: soc\n  AML.T0000.000:\n";
    home.put_marks(&marks.replace("  AML.T0000.000:\n", other));

    let mut session = home.start();
    session.wait_for("Conflict: T0000 is covered (soc) or gap (tester); the next mark");
    assert!(session.wait_for("1/208").contains("?000]"));
    session.type_keys("\r");
    session.wait_for("Status     ? conflict, counts as ! gap");
    session.wait_for("Conflict   status: covered (soc) or gap (tester, ");
    session.type_keys("mp");
    session.wait_for("1/208 assessed, saved");
    session.wait_for("Status     + partial");
    quit(session);
    let mark = &home.ask(&["show", "T0000"])["mark"];
    assert_eq!((&mark["state"], mark["conflicts"].as_array().map(Vec::len)), (&"partial".into(), Some(0)));
}

#[test]
fn any_size_keeps_the_cursor_on_its_technique() {
    let home = Home::new();
    let mut session = start(&home);
    session.type_and_wait("ljj");
    let name = "T0016 Obtain Capabilities";
    session.wait_for(name);
    for (columns, rows) in [(160, 45), (40, 10), (1, 1), (80, 24), (1, 200), (400, 1), (61, 18), (80, 24)] {
        let frames = session.look(Seen::frames);
        session.resize(columns, rows);
        session.wait("a frame of the new size", |seen| (seen.frames() > frames).then_some(()));
        if columns >= 80 && rows >= 24 {
            session.wait_for(name);
        }
    }
    quit(session);
}

#[test]
fn many_sizes_at_once_end_in_a_whole_screen() {
    let home = Home::new();
    let mut session = start(&home);
    for n in 1..60 {
        session.resize(1 + n * 3, 1 + n);
        if n % 10 == 0 {
            session.type_keys("jk");
        }
    }
    session.resize(120, 30);
    session.type_keys("?");
    session.wait_for("On the matrix");
    session.type_keys("q");
    session.wait_for(FIRST);
    quit(session);
}

/// Esc; waited for, because Esc with a letter at its heels is Alt and that letter.
fn close_search(session: &mut Session) {
    session.type_keys("\x1b");
    session.wait("the search to close", |seen| (!seen.text().contains("Find in")).then_some(()));
}

#[test]
fn what_was_shown_as_saved_outlives_sigkill() {
    for marks in 1..=3 {
        let home = Home::new();
        let mut session = start(&home);
        for n in 1..=marks {
            session.type_keys("mpj");
            session.wait_for(&format!("{n}/208 assessed, saved"));
        }
        session.signal(Signal::KILL);
        session.end();
        let status = home.ask(&["status"]);
        assert_eq!(status["techniques"]["assessed"], marks, "after {marks}");
    }
}

#[test]
fn sigkill_amid_saving_leaves_a_whole_file() {
    let home = Home::new();
    let mut least = 0;
    for typed in ["m", "mp", "mcj", "mpjmcj", "mg.j.j.j.j.", "mt.mgj.mt"] {
        let mut session = start(&home);
        session.type_and_wait(typed);
        let shown = session.look(Seen::text);
        session.signal(Signal::KILL);
        session.end();
        // Only what was shown as saved has to be there, but the file is never damaged.
        let assessed = home.ask(&["status"])["techniques"]["assessed"].as_u64().unwrap();
        if shown.contains(", saved") {
            least = 1;
        }
        assert!(assessed >= least, "{assessed} after {typed}:\n{shown}");
        least = assessed.min(1);
    }
    // And nothing that a killed process left stands in the way of the next one.
    let mut session = start(&home);
    session.type_keys("mx");
    session.wait_for("assessed, saved");
    quit(session);
    assert_eq!(home.ask(&["show", "T0000"])["mark"]["status"], "not-applicable");
}

/// A shell with job control that says when it has the terminal, and at Enter gives it back.
fn in_a_shell(home: &Home, command: &str, more: &[(&str, &str)]) -> Session {
    let script = format!("set -m; {command}; echo IN THE SHELL; read line; fg; echo ENDED $?");
    let session = home.start_as((80, 24), &["sh", "-c", &script, PROGRAM], more);
    session.wait_for(FIRST);
    session
}

/// After the shell has the terminal: back to the matrix, and out.
fn back_from_the_shell(mut session: Session, on_the_way: &str) {
    session.wait_for("IN THE SHELL");
    assert!(session.look(|seen| !seen.screen().alternate_screen() && !seen.screen().hide_cursor()));
    session.type_keys("\n");
    session.wait_for(on_the_way);
    session.wait_for("| Matrix");
    session.type_keys("l");
    session.wait_for("T0002");
    session.type_keys("q");
    session.wait_for("ENDED 0");
    session.end_well();
}

#[test]
fn a_shell_gets_its_terminal_at_ctrl_z() {
    let home = Home::new();
    let mut session = in_a_shell(&home, "\"$0\"", &[]);
    session.type_keys("\x1a");
    back_from_the_shell(session, FIRST);
}

#[test]
fn a_shell_gets_its_terminal_though_another_program_stands_between() {
    let home = Home::new();
    // As under `cargo run` or in a script: who started us is a part of the job, and has to stop too.
    let mut session = in_a_shell(&home, "sh -c '\"$0\"; exit $?' \"$0\"", &[]);
    session.type_keys("\x1a");
    back_from_the_shell(session, FIRST);
}

#[test]
fn a_shell_gets_its_terminal_when_the_editor_is_suspended() {
    let home = Home::new();
    // What vi does at ctrl-z.
    let editor = editor(&home, "shift; echo IN THE EDITOR; kill -TSTP 0; echo after >\"$1\"");
    let mut session = in_a_shell(&home, "\"$0\"", &[("EDITOR", &editor)]);
    session.type_keys("mN");
    back_from_the_shell(session, "Saved: T0000 note");
    assert_eq!(home.ask(&["show", "T0000"])["mark"]["note"], "after");
}

#[test]
fn ctrl_c_in_an_editor_is_the_editors() {
    let home = Home::new();
    // The trap prints nothing: ctrl-c makes the terminal drop what is being written just then.
    let script = "shift; trap 'got=interrupted' INT; echo IN THE EDITOR; \
                  read line </dev/tty || read line </dev/tty; echo \"$got, $line\" >\"$1\"";
    let editor = format!("exec {}", editor(&home, script));
    let mut session = home.start_as((80, 24), &[PROGRAM], &[("EDITOR", &editor)]);
    session.wait_for(FIRST);
    session.type_keys("mN");
    session.wait_for("IN THE EDITOR");
    session.type_keys("\x03");
    session.type_keys("went on\n");
    session.wait_for("Saved: T0000 note");
    session.type_keys("l");
    session.wait_for("T0002");
    quit(session);
    assert_eq!(home.ask(&["show", "T0000"])["mark"]["note"], "interrupted, went on");
}

/// Nothing is asked of the terminal: an answer takes a round trip, and may never come.
fn no_questions(session: &Session) {
    session.look(|seen| {
        for question in [&b"\x1b[6n"[..], b"\x1b[c", b"\x1b[5n", b"\x1b[?u"] {
            assert!(!seen.bytes.windows(question.len()).any(|w| w == question), "{question:?}");
        }
    });
}

#[test]
fn a_redraw_is_whole_and_asks_nothing() {
    let home = Home::new();
    let mut session = start(&home);
    let before = session.look(|seen| (seen.text(), seen.bytes.len()));
    session.type_and_wait("\x0c");
    let after = session.look(|seen| (seen.text(), seen.bytes.len()));
    assert_eq!(before.0, after.0);
    assert!(after.1 - before.1 > 1000, "only {} bytes", after.1 - before.1);
    no_questions(&session);
    quit(session);
}

#[test]
fn the_mouse_moves_the_cursor_and_is_given_back() {
    let home = Home::new();
    let mut session = start(&home);
    assert!(session.look(|seen| seen.screen().mouse_protocol_mode() != vt100::MouseProtocolMode::None));
    // Exec, third row: T0051.
    session.type_keys("\x1b[<0;27;6M\x1b[<0;27;6m");
    session.wait_for("T0051 LLM Prompt Injection");
    session.type_keys("M");
    session.wait("the mouse to be left to the terminal", |seen| {
        (seen.screen().mouse_protocol_mode() == vt100::MouseProtocolMode::None).then_some(())
    });
    session.type_keys("M");
    session.wait("the mouse again", |seen| {
        (seen.screen().mouse_protocol_mode() != vt100::MouseProtocolMode::None).then_some(())
    });
    quit(session);
}

#[test]
fn over_ssh_the_mouse_is_the_terminals() {
    let home = Home::new();
    let session = home.start_as((80, 24), &[PROGRAM], &[("SSH_CONNECTION", "192.0.2.1 1 192.0.2.2 22")]);
    session.wait_for(FIRST);
    assert!(session.look(|seen| seen.screen().mouse_protocol_mode() == vt100::MouseProtocolMode::None));
    quit(session);
}

#[test]
fn what_is_copied_goes_to_the_terminal_wrapped_for_what_lies_between() {
    for (more, sent) in [
        (&[][..], "\x1b]52;c;QU1MLlQwMDAw\x07"),
        (&[("TMUX", "/tmp/none,1,0")][..], "\x1bPtmux;\x1b\x1b]52;c;QU1MLlQwMDAw\x07\x1b\\"),
    ] {
        let home = Home::new();
        let mut session = home.start_as((80, 24), &[PROGRAM], more);
        session.wait_for(FIRST);
        assert!(!session.look(|seen| seen.bytes.windows(4).any(|w| w == b"]52;")), "nothing unasked");
        session.type_keys("yy");
        session.wait_for("Sent to the terminal's clipboard: AML.T0000");
        assert!(session.look(|seen| seen.bytes.windows(sent.len()).any(|w| w == sent.as_bytes())));
        quit(session);
    }
}

#[test]
fn a_paste_runs_no_keys() {
    let home = Home::new();
    let mut session = start(&home);
    session.type_keys("\x1b[200~q\rmp\x03\x1b[201~");
    session.wait_for("Pasted text goes into text fields only");
    session.wait_for("0/208 assessed ");
    session.type_keys("/");
    session.wait_for("Find in");
    session.type_keys("\x1b[200~promt inj\recton\x1b[201~");
    let screen = session.wait_for("LLM Prompt Injection");
    assert!(screen.contains("Find in"), "{screen}");
    // A paste in pieces is one paste still.
    session.type_keys("\x1b[20");
    session.type_keys("0~ q\rq");
    session.type_keys("\x1b[201");
    session.type_keys("~");
    session.wait_for("promt inj ecton q q");
    close_search(&mut session);
    quit(session);
    assert!(!home.marks().exists());
}

/// The program shows the reason, changes nothing, and still lets one read.
fn is_read_only(home: &Home, why: &str) {
    let mut session = home.start_as((240, 45), &[PROGRAM], &[]);
    session.wait_for("READ-ONLY");
    session.wait_for(FIRST);
    for keys in ["mp", "mn", "mN", "u"] {
        session.type_keys("j");
        session.wait("the next technique", |seen| (!seen.text().contains(why)).then_some(()));
        session.type_keys(keys);
        session.wait_for(why);
        session.type_keys("k");
    }
    session.type_keys("/51\r");
    session.wait_for("AML.T0051 LLM Prompt Injection");
    quit(session);
}

#[test]
fn a_damaged_file_is_read_only_and_stays_as_it_is() {
    let home = Home::new();
    let torn = "format: 1\nrelease: '2026.09'\nmarks:\n  AML.T0000:\n    name: Search\n    status: par";
    home.put_marks(torn);
    is_read_only(&home, "line 6: the last line `...` is missing");
    assert_eq!(fs::read_to_string(home.marks()).unwrap(), torn);
    assert_eq!(fs::read_dir(home.marks().parent().unwrap()).unwrap().count(), 1);
}

#[test]
fn a_file_with_another_name_keeps_it() {
    let home = Home::new();
    home.put_marks("format: 1\nmarks:\n  AML.T0000:\n    status: partial\n...\n");
    let other = home.path().join("other");
    fs::hard_link(home.marks(), &other).unwrap();
    let mut session = start(&home);
    session.type_keys("jmg");
    session.wait_for("2/208 assessed, saved");
    quit(session);
    assert_eq!(fs::read(home.marks()).unwrap(), fs::read(&other).unwrap());
    assert_eq!(home.ask(&["status"])["techniques"]["assessed"], 2);
}

#[test]
fn a_file_without_write_permission_is_read_only() {
    if rustix::process::geteuid().is_root() {
        println!("skipped: root may write everywhere");
        return;
    }
    let home = Home::new();
    let whole = "format: 1\nmarks:\n  AML.T0000:\n    status: partial\n...\n";
    home.put_marks(whole);
    fs::set_permissions(home.marks(), fs::Permissions::from_mode(0o444)).unwrap();
    is_read_only(&home, "may not be written (permission denied)");
    assert_eq!(fs::read_to_string(home.marks()).unwrap(), whole);
}

/// A script in the place of the user's editor.
fn editor(home: &Home, script: &str) -> String {
    let path = home.path().join("my editor");
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    // The variable is the shell's to take apart, and may hold arguments.
    format!("'{}' --wait", path.display())
}

#[test]
fn a_note_comes_from_the_editor() {
    let home = Home::new();
    let script = "shift; stty -a </dev/tty >modes; echo IN THE EDITOR; read line </dev/tty; \
                  printf '%s\\nsecond line\\n' \"$line\" >\"$1\"";
    let editor = editor(&home, script);
    let mut session = home.start_as((80, 24), &[PROGRAM], &[("EDITOR", &editor)]);
    session.wait_for(FIRST);
    session.type_keys("mN");
    session.wait_for("IN THE EDITOR");
    assert!(session.look(|seen| !seen.screen().alternate_screen() && !seen.screen().hide_cursor()));
    session.type_keys("qqq from the editor\n");
    session.wait_for("Saved: T0000 note");
    session.wait_for("| Matrix");
    assert!(session.look(|seen| seen.screen().alternate_screen() && seen.screen().hide_cursor()));
    session.type_keys("l");
    session.wait_for("T0002");
    no_questions(&session);
    quit(session);
    let modes = fs::read_to_string(home.path().join("modes")).unwrap();
    assert!(modes.contains(" icanon") && modes.contains(" echo "), "{modes}");
    assert_eq!(home.ask(&["show", "T0000"])["mark"]["note"], "qqq from the editor\nsecond line");
    let left = fs::read_dir(home.path()).unwrap().flatten().map(|e| e.file_name());
    assert!(!left.into_iter().any(|name| name.to_string_lossy().starts_with("atlasnav-note")));
}

#[test]
fn an_editor_that_fails_changes_nothing() {
    let home = Home::new();
    let editor = editor(&home, "shift; echo lost >\"$1\"; exit 3");
    let mut session = home.start_as((160, 24), &[PROGRAM], &[("EDITOR", "false"), ("VISUAL", &editor)]);
    session.wait_for(FIRST);
    session.type_keys("mN");
    session.wait_for("The note is as it was");
    quit(session);
    assert!(!home.marks().exists());
}

#[test]
fn an_idle_program_sends_nothing_and_sleeps() {
    let home = Home::new();
    let mut session = start(&home);
    // An undo shows when it is in the file, so nothing waits for the disk after it.
    session.type_keys("mpmgu");
    session.wait_for("Undone, now: T0000 partial");
    session.type_and_wait("l");
    let (bytes, frames) = session.look(|seen| (seen.bytes.len(), seen.frames()));
    // An absence has no event to wait for.
    std::thread::sleep(Duration::from_millis(50));
    let wakes = session.wakes();
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(session.look(|seen| (seen.bytes.len(), seen.frames())), (bytes, frames));
    assert_eq!(session.wakes(), wakes, "it woke");
    // A key that changes nothing costs a frame at most, a step a few cells: not the screen.
    session.type_keys("k");
    session.type_keys("j");
    session.wait_for("T0008");
    let more = session.look(|seen| seen.bytes.len()) - bytes;
    assert!(more < 800, "{more} bytes for a step");
    quit(session);
}

#[test]
fn the_menu_of_a_key_opens_by_itself_and_then_the_program_sleeps_again() {
    let home = Home::new();
    let mut session = start(&home);
    session.type_keys("m");
    session.wait_for("Mark as gap");
    let frames = session.look(Seen::frames);
    // An absence has no event to wait for.
    std::thread::sleep(Duration::from_millis(50));
    let wakes = session.wakes();
    std::thread::sleep(Duration::from_millis(400));
    assert_eq!((session.wakes(), session.look(Seen::frames)), (wakes, frames), "it woke");
    session.type_keys("g");
    session.wait_for("1/208 assessed, saved");
    quit(session);
    // With a long pause the second key comes first.
    settings(&home, "which-key = 10000\n");
    let mut session = start(&home);
    session.type_keys("m");
    session.type_keys("p");
    session.wait_for("T0000 partial");
    assert!(!session.look(|seen| String::from_utf8_lossy(&seen.bytes).contains("Mark as gap")));
    quit(session);
}

/// Where the links that were sent lead, and what is left of the output without them.
fn links_in(bytes: &[u8]) -> (Vec<String>, String) {
    let text = String::from_utf8_lossy(bytes);
    let mut pieces = text.split("\x1b]8;;");
    let mut rest = pieces.next().unwrap_or_default().to_owned();
    let mut links = Vec::new();
    for piece in pieces {
        let (address, after) = piece.split_once("\x1b\\").expect("a link's sequence ends");
        links.extend((!address.is_empty()).then(|| address.to_owned()));
        rest.push_str(after);
    }
    (links, rest)
}

#[test]
fn links_are_sent_only_where_they_are_asked_for() {
    let home = Home::new();
    let open = |command: &[&str]| {
        let mut session = home.start_as((120, 40), command, &[]);
        session.wait_for(FIRST);
        session.type_keys("/51.1\r");
        let screen = session.wait_for("AML.T0051.001");
        session.type_keys("G");
        session.wait_for("ATLAS page");
        session.type_keys("q");
        (screen, session.end().output)
    };
    let (plain, bytes) = open(&[PROGRAM]);
    assert_eq!(links_in(&bytes).0, [""; 0]);
    let (linked, bytes) = open(&[PROGRAM, "--links"]);
    let seen = |screen: &str| screen.lines().map(|l| l.trim_end().to_owned()).collect::<Vec<_>>();
    assert_eq!(seen(&plain), seen(&linked), "links change nothing that is seen");
    let (links, rest) = links_in(&bytes);
    assert!(links.iter().any(|link| link == "https://atlas.mitre.org/mitigations/AML.M0024"), "{links:?}");
    assert!(links.iter().all(|link| link.starts_with("http") && link.bytes().all(|b| b.is_ascii_graphic())));
    assert!(!rest.contains("\x1b]"), "no other sequence of that kind");
    // The setting does the same, for verbs on a terminal, too.
    settings(&home, "links = true\n");
    for (verb, link) in [
        (&["show", "51.1"][..], "https://atlas.mitre.org/techniques/AML.T0051"),
        (&["find", "51.1"][..], "https://atlas.mitre.org/techniques/AML.T0051.001"),
    ] {
        let command: Vec<&str> = [PROGRAM].iter().chain(verb).copied().collect();
        let ended = home.start_as((120, 40), &command, &[]).end();
        let (links, rest) = links_in(&ended.output);
        assert!(links.iter().any(|l| l == link), "{verb:?}: {links:?}");
        assert!(!rest.contains('\x1b'), "{rest:?}");
        let piped = std::process::Command::new(PROGRAM)
            .args(verb)
            .env_clear()
            .envs(home.environment())
            .output()
            .unwrap();
        assert!(!piped.stdout.contains(&0x1b), "not into a pipe");
    }
}

#[test]
fn zsh_completes_verbs_ids_and_statuses() {
    let home = Home::new();
    if std::process::Command::new("zsh").arg("--version").output().is_err() {
        eprintln!("skipped: zsh is not installed");
        return;
    }
    let script = std::process::Command::new(PROGRAM)
        .args(["completions", "zsh"])
        .env_clear()
        .envs(home.environment())
        .output()
        .unwrap();
    fs::write(home.path().join("_atlasnav"), script.stdout).unwrap();
    let mut session = home.start_as((100, 40), &["zsh", "-f", "-i"], &[]);
    session.type_keys("PS1='ready> '; fpath=($HOME $fpath); autoload -Uz compinit; compinit -u -D\r");
    session.wait("the prompt", |seen| seen.text().lines().any(|l| l.trim_end() == "ready>").then_some(()));
    // What is completed stands on the line; ctrl-u empties it for the next.
    for (typed, completed) in [
        ("atlasnav gloss", "atlasnav glossary"),
        ("atlasnav show T0024.0", "atlasnav show T0024.00"),
        ("atlasnav mark M000", "Model"),
        ("atlasnav mark T0051 par", "atlasnav mark T0051 partial"),
        ("atlasnav list techniques area:model-t", "atlasnav list techniques area:model-theft"),
    ] {
        session.type_keys(&format!("{typed}\t"));
        session.wait_for(completed);
        session.type_keys("\x15");
    }
    session.type_keys("\x15exit\r");
    session.end();
}

/// Settings in the user's directory.
fn settings(home: &Home, text: &str) -> std::path::PathBuf {
    let file = home.path().join("config/atlasnav/config.toml");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, text).unwrap();
    file
}

/// What kinds of colours the first frame has in such an environment, with the theme `dark`. It paints no
/// background.
fn kinds_of_colours(arguments: &[&str], environment: &[(&str, &str)]) -> BTreeSet<&'static str> {
    let home = Home::new();
    settings(&home, "theme = \"dark\"\n");
    let command: Vec<&str> = [PROGRAM].iter().chain(arguments).copied().collect();
    let session = home.start_as((80, 24), &command, environment);
    session.wait_for(FIRST);
    let kinds = session.look(|seen| {
        let places = (0..24).flat_map(|y| (0..80).map(move |x| (y, x)));
        let cells = places.filter_map(|(y, x)| seen.screen().cell(y, x));
        let kind = |cell: &vt100::Cell| {
            assert_eq!(cell.bgcolor(), vt100::Color::Default);
            match cell.fgcolor() {
                vt100::Color::Default => None,
                vt100::Color::Idx(0..16) => Some("sixteen"),
                vt100::Color::Idx(_) => Some("256"),
                vt100::Color::Rgb(..) => Some("rgb"),
            }
        };
        cells.filter_map(kind).collect()
    });
    no_questions(&session);
    quit(session);
    kinds
}

#[test]
fn colours_go_as_deep_as_the_environment_says() {
    for (arguments, environment, expected) in [
        (&[][..], &[][..], &["256"][..]),
        (&[], &[("COLORTERM", "truecolor")], &["rgb"]),
        (&[], &[("TERM", "xterm")], &["sixteen"]),
        (&[], &[("TERM", "dumb"), ("COLORTERM", "truecolor")], &[]),
        (&[], &[("TERM", "dumb"), ("CLICOLOR_FORCE", "1")], &["sixteen"]),
        (&[], &[("NO_COLOR", "1"), ("COLORTERM", "truecolor")], &[]),
        (&[], &[("NO_COLOR", "")], &["256"]),
        (&["--color", "16"], &[("COLORTERM", "truecolor")], &["sixteen"]),
        (&["--color", "true"], &[("NO_COLOR", "1")], &["rgb"]),
        (&["--color", "never"], &[("COLORTERM", "truecolor")], &[]),
    ] {
        let kinds: Vec<_> = kinds_of_colours(arguments, environment).into_iter().collect();
        assert_eq!(kinds, expected, "{arguments:?} {environment:?}");
    }
}

#[test]
fn borders_go_by_the_locale() {
    for (arguments, locale, unicode) in [
        (&[][..], "C.UTF-8", true),
        (&[], "C", false),
        (&["--ascii"], "C.UTF-8", false),
        (&[], "ko_KR.UTF-8", false),
    ] {
        let home = Home::new();
        let command: Vec<&str> = [PROGRAM].iter().chain(arguments).copied().collect();
        let mut session = home.start_as((80, 24), &command, &[("LANG", locale)]);
        session.wait_for(FIRST);
        session.type_keys("?");
        let screen = session.wait_for("On the matrix");
        assert_eq!(screen.contains('┌') && screen.contains('│'), unicode, "{locale}: {screen}");
        assert_eq!(screen.contains("+- Help"), !unicode, "{locale}: {screen}");
        session.type_keys("q");
        session.wait_for(FIRST);
        quit(session);
    }
}

#[test]
fn a_theme_is_shown_kept_and_there_after_a_restart() {
    let home = Home::new();
    let file = settings(&home, "# mine\nzoom = 1 # wide\n\n[keys.everywhere]\nfind = [\"ctrl-s\"]\n");
    let own = home.path().join("config/atlasnav/themes/own.toml");
    fs::create_dir_all(own.parent().unwrap()).unwrap();
    fs::write(own, "inherits = \"default\"\n[roles]\nheading = \"#123456\"\n").unwrap();
    let environment = [("COLORTERM", "truecolor")];
    let mut session = home.start_as((80, 24), &[PROGRAM], &environment);
    session.wait_for("Matrix z1");
    session.type_keys("T");
    session.wait_for("own (yours)");
    session.type_keys("kjjjjjj");
    session.wait("the theme", |seen| {
        let text = String::from_utf8_lossy(&seen.bytes).into_owned();
        text.contains("38;2;18;52;86").then_some(())
    });
    session.type_keys("\r");
    session.wait_for("The theme is own");
    quit(session);
    let text = fs::read_to_string(&file).unwrap();
    assert_eq!(text, "# mine\nzoom = 1 # wide\ntheme = \"own\"\n\n[keys.everywhere]\nfind = [\"ctrl-s\"]\n");
    let mut session = home.start_as((80, 24), &[PROGRAM], &environment);
    session.wait_for("Matrix z1");
    assert!(session.look(|seen| String::from_utf8_lossy(&seen.bytes).contains("38;2;18;52;86")));
    // The other key holds, and the default one does not.
    session.type_keys("/");
    session.wait_for("/ means nothing here");
    session.type_keys("\x13");
    session.wait_for("Find in");
    close_search(&mut session);
    quit(session);
}

#[test]
fn settings_that_are_wrong_are_told_and_stop_nothing() {
    let home = Home::new();
    let file = settings(&home, "theme = \"nowhere\"\n");
    let mut session = home.start_as((160, 24), &[PROGRAM], &[]);
    session.wait_for("there is no theme `nowhere`");
    session.type_keys("l");
    session.wait_for("T0002");
    quit(session);
    // A file that is no TOML is not written over.
    fs::write(&file, "zoom = \n").unwrap();
    let mut session = home.start_as((160, 24), &[PROGRAM], &[]);
    session.wait_for("config.toml, line 1: this is no TOML");
    session.type_keys("Tj");
    session.wait_for("> dark");
    session.type_keys("\r");
    session.wait_for("it is not kept");
    quit(session);
    assert_eq!(fs::read_to_string(&file).unwrap(), "zoom = \n");
}

#[test]
fn a_terminal_that_takes_nothing_stops_neither_keys_nor_saving() {
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    let home = Home::new();
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let size = rustix::termios::Winsize { ws_row: 45, ws_col: 160, ws_xpixel: 0, ws_ypixel: 0 };
    rustix::termios::tcsetwinsize(&master, size).unwrap();
    let name = ptsname(&master, Vec::new()).unwrap();
    let slave = || fs::OpenOptions::new().read(true).write(true).open(name.to_str().unwrap()).unwrap();
    let mut child = std::process::Command::new(PROGRAM)
        .env_clear()
        .envs(home.environment())
        .env("TERM", "xterm-256color")
        .current_dir(home.path())
        .stdin(slave())
        .stdout(slave())
        .stderr(slave())
        .spawn()
        .unwrap();
    let end = Instant::now() + Duration::from_secs(30);
    let pause = || {
        assert!(Instant::now() < end, "it takes too long");
        std::thread::sleep(Duration::from_millis(10));
    };
    let unread = || rustix::io::ioctl_fionread(&master).unwrap();
    // Nobody reads. The first frame is there when something is to be read.
    while unread() < 1_000 {
        pause();
    }
    // Whole frames until no more of them go in: the terminal is full.
    let mut before = unread();
    let mut same = 0;
    while same < 30 {
        if same % 10 == 0 {
            rustix::io::write(&master, b"\x0c").unwrap();
        }
        pause();
        let now = unread();
        same = if now == before { same + 1 } else { 0 };
        before = now;
    }
    rustix::io::write(&master, b"jmp").unwrap();
    while !fs::read_to_string(home.marks()).is_ok_and(|text| text.contains("status: partial")) {
        pause();
    }
    // Once it is read again the newest screen comes, and the program ends as ever.
    let reader = std::fs::File::from(master.try_clone().unwrap());
    let (sender, read) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut reader = reader;
        let mut bytes = [0; 4096];
        while let Ok(count) = std::io::Read::read(&mut reader, &mut bytes) {
            if count == 0 || sender.send(bytes[..count].to_vec()).is_err() {
                return;
            }
        }
    });
    let mut terminal = vt100::Parser::new(45.try_into().unwrap(), 160.try_into().unwrap(), 0);
    while !terminal.screen().contents().contains("1/208 assessed, saved") {
        assert!(Instant::now() < end, "{}", terminal.screen().contents());
        if let Ok(bytes) = read.recv_timeout(Duration::from_secs(5)) {
            terminal.process(&bytes);
        }
    }
    rustix::io::write(&master, b"q").unwrap();
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_snapshot_another_assessment_and_a_report_are_files() {
    let home = Home::new();
    home.ask(&["mark", "T0000", "gap"]);
    let mut session = start(&home);
    session.type_keys("mp");
    session.wait_for("Saved: T0000 partial");
    session.type_keys("S");
    session.wait_for("A snapshot called");
    session.type_keys("\u{15}first\r");
    session.wait_for("Kept as ");
    session.type_keys("5\t");
    session.wait_for("Since first of ");

    // A report into a file that is named; over one that is there only at the second press.
    let report = home.path().join("report.md");
    fs::write(&report, "mine").unwrap();
    session.type_keys("xm");
    session.wait_for("Write md to the file");
    session.type_keys(&format!("\u{15}{}\r", report.display()));
    session.wait_for("is there already");
    assert_eq!(fs::read_to_string(&report).unwrap(), "mine");
    session.type_keys("\r");
    session.wait_for("Written: ");
    assert!(fs::read_to_string(&report).unwrap().contains("0 of 208 applicable techniques covered"));

    // Another assessment takes the place of this one, and gets its own marks.
    session.type_keys("9");
    session.wait_for("Assessments 1");
    session.type_keys("+");
    session.wait_for("A new assessment called");
    session.type_keys("Robot\r");
    session.wait_for("Made ");
    session.wait_for("Assessments 2");
    // The cursor is on what was made.
    session.type_keys("\r");
    session.wait_for("Robot 0/208");
    session.type_keys("mgjmg");
    session.wait_for("Robot 2/208 assessed, saved");
    session.type_keys("9");
    session.wait_for("Assessments 2");
    session.type_keys("\r");
    session.wait_for("1/208");
    quit(session);

    let marks = fs::read_to_string(home.marks()).unwrap();
    assert!(marks.contains("status: partial") && !marks.contains("status: gap"));
    let shelf = home.marks().parent().unwrap().to_owned();
    let robot = fs::read_to_string(shelf.join("robot.yaml")).unwrap();
    assert_eq!(robot.matches("status: gap").count(), 2);
    let snapshots: Vec<_> = fs::read_dir(shelf.join("default.snapshots")).unwrap().collect();
    let names = snapshots.iter().flatten().map(|entry| entry.file_name().into_string().unwrap());
    assert_eq!(names.filter(|name| name.ends_with("-first.yaml")).count(), 1);
}
