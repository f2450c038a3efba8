//! The verbs that mark, count and compare, from outside: what a script or a pipeline sees.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[allow(dead_code, reason = "made for more than these tests")]
mod session;

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use session::{Home, PROGRAM};

struct Out {
    code: i32,
    stdout: String,
    stderr: String,
}

/// Runs it with something on the standard input.
fn run_with(home: &Home, arguments: &[&str], input: &str) -> Out {
    let out = assert_cmd::Command::new(PROGRAM)
        .args(arguments)
        .env_clear()
        .envs(home.environment())
        .env("USER", "ann")
        .current_dir(home.path())
        .write_stdin(input)
        .timeout(Duration::from_secs(60))
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).expect("what is printed is UTF-8");
    let (stdout, stderr) = (text(out.stdout), text(out.stderr));
    let bad = stdout.chars().chain(stderr.chars()).find(|c| *c != '\n' && atlasnav::catalog::is_unsafe(*c));
    assert_eq!(bad, None, "{arguments:?}: {stdout}{stderr}");
    Out { code: out.status.code().expect("no signal ended it"), stdout, stderr }
}

fn run(home: &Home, arguments: &[&str]) -> Out {
    run_with(home, arguments, "")
}

fn says(home: &Home, arguments: &[&str]) -> String {
    let out = run(home, arguments);
    assert_eq!((out.code, out.stderr.as_str()), (0, ""), "{arguments:?}");
    out.stdout
}

/// Runs what must fail with this exit code and one sentence.
fn fails(home: &Home, code: i32, arguments: &[&str]) -> String {
    let out = run(home, arguments);
    assert_eq!((out.code, out.stdout.as_str()), (code, ""), "{arguments:?}: {}", out.stderr);
    assert_eq!(out.stderr.lines().count(), 1, "not one sentence: {}", out.stderr);
    out.stderr
}

fn json(home: &Home, arguments: &[&str]) -> Value {
    let arguments: Vec<&str> = arguments.iter().copied().chain(["--json"]).collect();
    serde_json::from_str(&says(home, &arguments)).expect("JSON")
}

fn mark(home: &Home, id: &str) -> Value {
    json(home, &["show", id])["mark"].clone()
}

fn is_assessment(home: &Home, key: &str) -> bool {
    home.path().join(format!("data/atlasnav/assessments/{key}.yaml")).is_file()
}

#[test]
fn a_mark_takes_every_field_and_gives_it_back() {
    let home = Home::new();
    let evidence = "detect:rule 7";
    says(&home, &["mark", "51.1", "covered", "--owner", "soc", "--note", "live"]);
    says(&home, &["mark", "51.1", "--append-note", "since May", "--tested", "-1w", "--review", "2099-12-31"]);
    says(&home, &["mark", "51.1", "--evidence", evidence, "--link", "https://wiki.example/7"]);
    let said = mark(&home, "51.1");
    assert_eq!((&said["state"], &said["owner"]), (&"tested".into(), &"soc".into()));
    assert_eq!((&said["note"], &said["review"]), (&"live\nsince May".into(), &"2099-12-31".into()));
    assert_eq!(said["evidence"][0]["link"], "https://wiki.example/7");
    assert_eq!((&said["evidence"][0]["what"], &said["by"]), (&"rule 7".into(), &"ann".into()));
    says(
        &home,
        &["mark", "51.1", "--owner", "", "--no-note", "--no-tested", "--review", "", "--no-evidence"],
    );
    let said = mark(&home, "51.1");
    for field in ["owner", "note", "tested", "review"] {
        assert!(said[field].is_null(), "{field}: {said}");
    }
    assert_eq!((said["evidence"].as_array().unwrap().len(), &said["state"]), (0, &"covered".into()));
}

#[test]
fn several_objects_are_one_change() {
    let home = Home::new();
    let said = says(&home, &["mark", "51", "t53", "M20", "planned", "--owner", "soc"]);
    assert!(said.contains("~ T0053 AI Agent Tool Invocation: unassessed -> planned; owner soc"), "{said}");
    assert!(said.ends_with("3 marks changed; `atlasnav undo` takes them back as one.\n"), "{said}");
    assert_eq!(json(&home, &["mark", "51", "53", "partial"]).as_array().unwrap().len(), 2);
    says(&home, &["undo"]);
    says(&home, &["undo"]);
    for id in ["51", "53", "m20"] {
        assert_eq!(mark(&home, id)["state"], "unassessed", "{id}");
    }
    assert!(says(&home, &["mark", "51", "53", "unassessed"]).starts_with("Nothing changes"));
}

#[test]
fn what_can_not_be_marked_is_said_in_a_sentence_and_nothing_is() {
    let home = Home::new();
    for (code, arguments, words) in [
        (2, &["mark", "51", "53", "partail"][..], "near it: partial"),
        (2, &["mark", "51"], "a status such as partial, or --owner"),
        (2, &["mark", "gap"], "an id such as t51.1"),
        (1, &["mark", "51", "jailbrake", "gap"], "near it: T0054 LLM Jailbreak"),
        (1, &["mark", "9999", "gap"], "has no object `9999`; near it: "),
        (2, &["mark", "ta2", "gap"], "marks go to techniques and mitigations"),
        (2, &["mark", "51", "--review", "31.12.2026"], "is no day; write it as 2026-12-31"),
        (2, &["mark", "51", "--tested", "+1d"], "still to come"),
        (2, &["mark", "51", "--evidence", "rule 7"], "KIND:WHAT"),
        (2, &["mark", "51", "--evidence", "detect:x", "--link", "wiki"], "is no link; write an address with"),
        (
            2,
            &["mark", "51", "--evidence", "detect:x", "--evidence", "detect:y", "--link", "https://x"],
            "one --evidence",
        ),
        (2, &["mark", "--all-of", "area:evasion", "51", "gap"], "leave `51` away"),
        (2, &["mark", "--all-of", "area:toasters", "gap"], "no area is like `toasters`"),
        (2, &["mark", "--all-of", "evasion", "gap"], "is no field"),
        (3, &["mark", "--from", "nowhere.txt"], "nowhere.txt can't be read"),
    ] {
        let said = fails(&home, code, arguments);
        assert!(said.contains(words), "{arguments:?}: {said}");
    }
    assert!(!home.marks().exists());
}

#[test]
fn a_selection_by_fields_can_be_looked_at_first() {
    let home = Home::new();
    let asked = ["mark", "--all-of", "area:evasion maturity:realized", "gap"];
    let listed = json(&home, &["list", "techniques", "area:evasion", "maturity:realized"]);
    let dry = says(&home, &[&asked[..], &["--dry-run"]].concat());
    assert!(dry.ends_with("marks would change; nothing is written.\n"), "{dry}");
    assert_eq!(dry.lines().count(), listed.as_array().unwrap().len() + 1);
    assert!(!home.marks().exists());
    let done = says(&home, &asked);
    assert_eq!(
        done.lines().filter(|l| l.starts_with('!')).collect::<Vec<_>>(),
        dry.lines().filter(|l| l.starts_with('!')).collect::<Vec<_>>()
    );
    assert_eq!(json(&home, &["status"])["techniques"]["by-state"]["gap"], listed.as_array().unwrap().len());
}

#[test]
fn lines_mark_many_at_once_and_one_undo_takes_them_back() {
    let home = Home::new();
    let lines = "# ours\n51 partial owner='soc team' review=2099-01-01\nM20 covered evidence=prevent:filter link=https://x/y\n53 note=\"it's live\"\n";
    let out = run_with(&home, &["mark", "--from", "-"], lines);
    assert_eq!((out.code, out.stderr.as_str()), (0, ""));
    assert!(
        out.stdout.ends_with("3 marks changed; `atlasnav undo` takes them back as one.\n"),
        "{}",
        out.stdout
    );
    assert_eq!(mark(&home, "51")["owner"], "soc team");
    assert_eq!(mark(&home, "m20")["evidence"][0]["link"], "https://x/y");
    assert_eq!(mark(&home, "53")["note"], "it's live");
    says(&home, &["undo"]);
    assert_eq!(json(&home, &["status"])["techniques"]["assessed"], 0);
    // A table from a file; what it has no column for stays.
    says(&home, &["mark", "51", "gap", "--owner", "ann"]);
    fs::write(
        home.path().join("marks.csv"),
        "id,status,note\r\nAML.T0051,partial,\"one\r\ntwo\"\r\nAML.T0053,unassessed,\r\n",
    )
    .unwrap();
    let said = says(&home, &["mark", "--from", "marks.csv"]);
    assert!(
        said.starts_with("+ T0051 LLM Prompt Injection: gap -> partial; note: one two\n1 mark changed"),
        "{said}"
    );
    assert_eq!(
        (&mark(&home, "51")["owner"], &mark(&home, "51")["note"]),
        (&"ann".into(), &"one\ntwo".into())
    );
}

#[test]
fn one_bad_line_changes_nothing_and_every_bad_line_is_named() {
    let home = Home::new();
    says(&home, &["mark", "m20", "gap"]);
    let before = fs::read(home.marks()).unwrap();
    let out =
        run_with(&home, &["mark", "--from", "-"], "51 partial\nT0510 gap\n52 gapp\n53 gap owner\nta2 gap\n");
    assert_eq!((out.code, out.stdout.as_str()), (3, ""));
    for words in [
        "the standard input, line 2: ATLAS 2026.09 has no object `T0510`; near it: ",
        "line 3: no status is called `gapp`; near it: gap",
        "line 4: `owner` is no KEY=VALUE",
        "line 5: AML.TA0002 is a tactic; marks go to techniques",
        "nothing is marked: 4 lines are wrong; correct them",
    ] {
        assert!(out.stderr.contains(words), "{words} in {}", out.stderr);
    }
    assert_eq!(fs::read(home.marks()).unwrap(), before);
    let out = run_with(&home, &["mark", "--from", "-"], &"51 done\n".repeat(50));
    assert_eq!(out.stderr.lines().count(), 21, "the first twenty and what that means: {}", out.stderr);
    assert!(out.stderr.contains("50 lines are wrong, these are the first"), "{}", out.stderr);
    let out = run_with(&home, &["mark", "--from", "-"], "# nothing\n\n");
    assert!(out.code == 1 && out.stderr.contains("no lines that mark anything"), "{}", out.stderr);
}

#[test]
fn the_figures_of_status_name_their_denominators_and_explain_themselves() {
    let home = Home::new();
    says(&home, &["mark", "51", "covered", "--review", "2020-01-01"]);
    says(&home, &["mark", "m20", "covered", "--owner", "soc"]);
    let said = says(&home, &["status"]);
    for words in [
        "1 of 208 applicable techniques covered (0%)",
        "against the target (",
        "ceiling: ATLAS lists mitigations for 134 of 208 techniques (64%) and 377 of 529 steps (71%)",
        "1 of 1 reviews due",
        "1 of 2 marks without owner",
        "2 of 2 covered without evidence",
        "atlasnav suggestions",
    ] {
        assert!(said.contains(words), "{words} in {said}");
    }
    let figures = json(&home, &["status"]);
    assert_eq!((&figures["due"]["count"], &figures["due"]["ids"][0]), (&1.into(), &"AML.T0051".into()));
    assert_eq!(figures["ceiling"]["steps"]["direct"]["of"], 529);
    let explained = json(&home, &["status", "--explain"]);
    for figure in explained.as_array().unwrap() {
        assert!(
            !figure["title"].as_str().unwrap().is_empty() && !figure["lines"].as_array().unwrap().is_empty()
        );
    }
    assert!(says(&home, &["status", "--explain=due"]).contains("AML.T0051"));
    assert_eq!(run(&home, &["status", "--explain=luck"]).code, 2);
    // Fields narrow all of it.
    let some = json(&home, &["status", "area:evasion"]);
    assert_eq!(
        some["techniques"]["total"],
        json(&home, &["list", "techniques", "area:evasion"]).as_array().unwrap().len()
    );
}

#[test]
fn gaps_and_the_plan_show_their_sums() {
    let home = Home::new();
    let gaps = json(&home, &["gaps", "--limit", "500"]);
    let gaps = gaps.as_array().unwrap();
    assert_eq!(gaps.len(), 208, "also those that no case study uses");
    let score = |gap: &Value| gap["score"].as_f64().unwrap();
    assert!(gaps.is_sorted_by(|a, b| score(a) >= score(b)));
    for gap in gaps {
        let product = gap["seen"].as_f64().unwrap() * gap["maturity-weight"].as_f64().unwrap();
        assert!((score(gap) - product).abs() < 1e-9, "nothing is marked, so openness is 1: {gap}");
    }
    let out = run(&home, &["plan", "--limit", "2"]);
    assert!(out.code == 0 && out.stderr.contains("--limit shows them"), "{}", out.stderr);
    assert_eq!(out.stdout.matches(" seen x ").count(), 4, "{}", out.stdout);
    let plan = json(&home, &["plan", "--list", "mitigations", "--limit", "100"]);
    assert!(plan["own"].is_null() && plan["mitigable"].is_null());
    let mut reached = 0;
    for next in plan["mitigations"].as_array().unwrap() {
        reached += next["gain"]["target"].as_u64().unwrap();
        assert_eq!(next["reached"]["target"], reached);
    }
    assert_eq!(reached, 377, "all of them reach the ceiling");
}

#[test]
fn suggestions_are_accepted_by_somebody_only() {
    let home = Home::new();
    assert!(fails(&home, 1, &["suggestions"]).contains("suggest nothing"));
    let would = json(&home, &["what-if", "m20"]);
    assert_eq!(would["mitigation"], "AML.M0020");
    says(&home, &["mark", "m20", "covered"]);
    let open = json(&home, &["suggestions"]);
    let open = open.as_array().unwrap();
    assert_eq!(open.len(), would["rising"].as_array().unwrap().len(), "what-if is doing it and looking");
    assert_eq!(json(&home, &["status"])["techniques"]["assessed"], 0, "nothing is accepted by itself");
    let first = open[0]["id"].as_str().unwrap();
    assert!(says(&home, &["accept", "--all", "--dry-run"]).contains("nothing is written"));
    says(&home, &["accept", first]);
    assert_eq!(mark(&home, first)["state"], open[0]["to"]);
    says(&home, &["accept", "--all"]);
    assert!(fails(&home, 1, &["accept", first]).contains("nothing is suggested for"));
    says(&home, &["undo"]);
    assert_eq!(json(&home, &["suggestions"]).as_array().unwrap().len(), open.len() - 1);
    assert!(fails(&home, 2, &["what-if", "51"]).contains("takes a mitigation"));
}

#[test]
fn the_log_says_who_said_what_when() {
    let home = Home::new();
    assert!(fails(&home, 1, &["log"]).contains("nobody has said anything"));
    says(&home, &["mark", "51", "gap"]);
    says(&home, &["mark", "m20", "partial", "--owner", "soc"]);
    let log = json(&home, &["log"]);
    assert_eq!(log.as_array().unwrap().len(), 2);
    assert_eq!((&log[1]["by"], &log[1]["said"]), (&"ann".into(), &"unassessed -> partial; owner soc".into()));
    assert_eq!(json(&home, &["log", "51"]).as_array().unwrap().len(), 1);
    assert_eq!(json(&home, &["log", "--since", "-1w"]).as_array().unwrap().len(), 2);
    assert!(fails(&home, 1, &["log", "--since", "+1d"]).contains("since"));
    assert!(fails(&home, 2, &["log", "--since", "soon"]).contains("is no day"));
}

#[test]
fn snapshots_are_taken_listed_and_compared() {
    let home = Home::new();
    assert!(fails(&home, 3, &["snapshot", "take", "q3"]).contains("mark something first"));
    assert!(fails(&home, 1, &["snapshot", "list"]).contains("snapshot take NAME"));
    says(&home, &["mark", "51", "gap"]);
    says(&home, &["snapshot", "take", "Q3 review"]);
    says(&home, &["mark", "51", "53", "covered"]);
    let path = says(&home, &["snapshot", "path", "q3 REVIEW"]);
    assert!(Path::new(path.trim_end()).is_file(), "{path}");
    assert_eq!(json(&home, &["snapshot", "list"])[0]["name"], "Q3 review");
    let compared = json(&home, &["snapshot", "compare", "q3 review"]);
    assert_eq!(compared["difference"]["covered"]["gained"], 2);
    assert_eq!(compared["difference"]["changed"][0]["before"], "gap");
    let said = says(&home, &["snapshot", "compare", "q3 review"]);
    assert!(said.contains("covered: 0 of 208 applicable techniques then, 2 of 208 now"), "{said}");
    assert!(says(&home, &["status"]).contains("since Q3 review ("));
    says(&home, &["snapshot", "take", "q4"]);
    let same = json(&home, &["snapshot", "compare", "q3 review", "q4"]);
    assert_eq!(same["difference"], compared["difference"]);
    assert!(fails(&home, 1, &["snapshot", "compare", "q5"]).contains("there are "));
    assert!(fails(&home, 3, &["snapshot", "take", "q4"]).contains("choose another name"));
}

#[test]
fn assessments_are_made_chosen_and_named_by_key() {
    let home = Home::new();
    says(&home, &["mark", "51", "covered"]);
    says(
        &home,
        &["assessment", "new", "Chat assistant", "--platforms", "agentic,generative", "--like", "default"],
    );
    assert!(is_assessment(&home, "chat-assistant"));
    let list = json(&home, &["assessment", "list"]);
    assert_eq!((&list[0]["key"], &list[0]["name"]), (&"chat-assistant".into(), &"Chat assistant".into()));
    assert_eq!((&list[0]["open"], &list[1]["open"]), (&false.into(), &true.into()));
    assert_eq!(list[0]["techniques"]["total"], 139, "only its platforms count");
    assert!(fails(&home, 1, &["assessment", "use", "chat-asistant"]).contains("near it: chat-assistant"));
    says(&home, &["assessment", "use", "chat-assistant"]);
    assert_eq!(json(&home, &["status"])["name"], "Chat assistant");
    assert_eq!(json(&home, &["-C", "default", "status"])["name"], "");
    says(&home, &["mark", "53", "gap"]);
    assert_eq!(json(&home, &["-C", "default", "show", "53"])["mark"]["state"], "unassessed");
    let differ = json(&home, &["assessment", "compare", "default", "chat-assistant"]);
    assert_eq!(differ["differ"][0]["id"], "AML.T0053");
    says(&home, &["assessment", "rename", "default", "The rest"]);
    says(&home, &["assessment", "platforms", "default", "enterprise"]);
    let about = json(&home, &["-C", "default", "status"]);
    assert_eq!((&about["name"], &about["platforms"][0]), (&"The rest".into(), &"enterprise".into()));
    assert_eq!(mark_in(&home, "default", "51")["state"], "covered", "a new name changes no mark");
    assert!(fails(&home, 3, &["assessment", "new", "chat ASSISTANT"]).contains("choose another name"));
    // A file of this name is meant before a key.
    fs::copy(home.path().join("data/atlasnav/assessments/chat-assistant.yaml"), home.path().join("default"))
        .unwrap();
    assert_eq!(json(&home, &["-C", "default", "status"])["name"], "Chat assistant");
}

fn mark_in(home: &Home, key: &str, id: &str) -> Value {
    json(home, &["-C", key, "show", id])["mark"].clone()
}

#[test]
fn the_settings_win_over_what_was_chosen() {
    let home = Home::new();
    says(&home, &["assessment", "new", "one"]);
    let config = home.path().join("config/atlasnav");
    fs::create_dir_all(&config).unwrap();
    fs::write(config.join("config.toml"), format!("assessment = {:?}\n", home.path().join("set.yaml")))
        .unwrap();
    assert!(fails(&home, 2, &["assessment", "use", "one"]).contains("the settings name an assessment"));
    says(&home, &["mark", "51", "gap"]);
    assert!(home.path().join("set.yaml").is_file());
}

#[test]
fn the_worst_case_is_never_an_average() {
    let home = Home::new();
    says(&home, &["assessment", "new", "one", "--platforms", "agentic"]);
    says(&home, &["assessment", "new", "two"]);
    says(&home, &["-C", "one", "mark", "51", "53", "covered"]);
    says(&home, &["-C", "two", "mark", "51", "partial"]);
    says(&home, &["-C", "two", "mark", "53", "not-applicable"]);
    says(&home, &["-C", "two", "mark", "--all-of", "maturity:feasible", "covered"]);
    let worst = json(&home, &["assessment", "worst"]);
    let state = |id: &str| {
        let states = worst["states"].as_array().unwrap();
        states.iter().find(|s| s["id"] == id).map(|s| s["state"].as_str().unwrap().to_owned()).unwrap()
    };
    assert_eq!((state("AML.T0051"), state("AML.T0053")), ("partial".to_owned(), "covered".to_owned()));
    // What one of them is not about is what the other says of it.
    let about = json(&home, &["-C", "one", "list", "techniques", "maturity:feasible"]);
    let own = json(&home, &["-C", "one", "list", "techniques", "maturity:feasible", "platform:agentic"]);
    let shared: Vec<&str> = own.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect();
    for row in about.as_array().unwrap() {
        let id = row["id"].as_str().unwrap();
        assert_eq!(state(id), if shared.contains(&id) { "unassessed" } else { "covered" }, "{id}");
    }
    // One that can't be read might be the worst.
    fs::write(home.path().join("data/atlasnav/assessments/bad.yaml"), "format: 1\n").unwrap();
    assert!(fails(&home, 3, &["assessment", "worst"]).contains("bad.yaml"));
    assert!(says(&home, &["assessment", "list"]).contains("bad                  can't be read: "));
}

#[test]
fn a_check_fails_with_what_falls_short() {
    let home = Home::new();
    says(&home, &["mark", "51", "covered", "--review", "2020-01-01"]);
    let enough = says(&home, &["check", "--min", "covered=1", "--min", "assessed=0%", "--max", "due=1"]);
    assert_eq!(enough.lines().filter(|l| l.starts_with("ok ")).count(), 3, "{enough}");
    let out = run(&home, &["check", "--min", "covered=40%", "--max", "due=0", "--max", "stale=0"]);
    assert_eq!(out.code, 1);
    assert!(out.stdout.contains("SHORT covered 1 of 208 (0%), at least 40%: T0000, "), "{}", out.stdout);
    assert!(out.stdout.contains("SHORT due 1 of 1 (100%), at most 0: T0051"), "{}", out.stdout);
    assert!(out.stderr.contains("2 of 3 checks fall short"), "{}", out.stderr);
    let out = run(&home, &["check", "--min", "covered=100%", "--json"]);
    let found: Value = serde_json::from_str(&out.stdout).unwrap();
    assert_eq!((out.code, &found["holds"]), (1, &false.into()));
    assert_eq!(found["checks"][0]["ids"].as_array().unwrap().len(), 207);
    assert!(fails(&home, 2, &["check", "--min", "luck=1"]).contains("there are covered, tested"));
    assert!(fails(&home, 2, &["check", "--min", "covered=half"]).contains("no whole number"));
    assert!(
        fails(&home, 2, &["check", "--min", "covered=1", "--scope", "area:toasters"]).contains("no area")
    );
    says(&home, &["check", "--min", "covered=1", "--scope", "maturity:realized platform:agentic"]);
}

#[test]
fn a_check_of_an_assessment_that_is_not_there_does_not_pass() {
    let home = Home::new();
    let said = fails(&home, 3, &["check", "--max", "due=0"]);
    assert!(said.contains("default.yaml, so nothing can be checked"), "{said}");
    says(&home, &["-C", "team.yaml", "mark", "51", "covered"]);
    says(&home, &["-C", "team.yaml", "check", "--max", "due=0"]);
    let said = fails(&home, 3, &["-C", "taem.yaml", "check", "--max", "due=0", "--json"]);
    assert!(said.contains("taem.yaml, so nothing can be checked"), "{said}");
    assert!(!home.path().join("taem.yaml").exists());
}

#[test]
fn a_mistyped_key_is_answered_with_the_nearest_also_where_a_mark_makes_a_file() {
    let home = Home::new();
    says(&home, &["assessment", "new", "Robot arm"]);
    for arguments in [&["-C", "robot-amr", "status"][..], &["-C", "robot-amr", "mark", "51", "gap"]] {
        let out = run(&home, arguments);
        assert!(out.stderr.ends_with("makes it; near it: robot-arm\n"), "{arguments:?}: {}", out.stderr);
        assert_eq!((out.code, out.stderr.lines().count()), (0, 1));
    }
    says(&home, &["-C", "robot-amr.yaml", "mark", "51", "gap"]);
    says(&home, &["-C", "elsewhere", "mark", "51", "gap"]);
    says(&home, &["-C", "robot-arm", "mark", "51", "gap"]);
}

#[test]
fn fields_of_marks_narrow_figures_lists_reports_checks_and_marking() {
    let home = Home::new();
    says(&home, &["mark", "15", "gap", "--owner", "soc"]);
    says(&home, &["mark", "25", "gap", "--owner", "ml"]);
    says(&home, &["mark", "51", "covered", "--owner", "soc", "--review", "2020-01-01"]);
    let ids = |found: &Value| -> Vec<String> {
        found.as_array().unwrap().iter().map(|g| g["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(&json(&home, &["gaps", "status:gap", "owner:soc"])), ["AML.T0015"]);
    assert_eq!(ids(&json(&home, &["gaps", "status:gap"])), ["AML.T0015", "AML.T0025"]);
    assert_eq!(ids(&json(&home, &["plan", "owner:ml"])["mitigable"]), ["AML.T0025"]);
    let soc = json(&home, &["status", "owner:soc"]);
    assert_eq!((&soc["techniques"]["total"], &soc["techniques"]["covered"]), (&2.into(), &1.into()));
    let report = json(&home, &["report", "owner:soc"]);
    assert_eq!(report["scope"], serde_json::json!({"query": "owner:soc", "techniques": 2}));
    let standing = &report["standing"]["techniques"];
    assert_eq!((&standing["total"], &standing["covered"]), (&2.into(), &1.into()));
    says(&home, &["check", "--min", "covered=50%", "--scope", "owner:soc"]);
    let out = run(&home, &["check", "--max", "due=0", "--scope", "owner:soc attention:due"]);
    assert_eq!((out.code, out.stdout.as_str()), (1, "SHORT due 1 of 1 (100%), at most 0: T0051\n"));
    says(&home, &["check", "--max", "due=0", "--scope", "owner:ml"]);
    let marked = says(&home, &["mark", "--all-of", "status:gap owner:soc", "planned"]);
    assert!(marked.contains("T0015 ") && marked.contains("1 mark changed"), "{marked}");
    let said = fails(&home, 2, &["gaps", "owner:socc"]);
    assert!(said.contains("no owner is `socc`; near it: soc"), "{said}");
    assert!(fails(&home, 1, &["status", "status:gap", "owner:soc"]).contains("`status:gap owner:soc`"));
    assert!(fails(&home, 2, &["mark", "--all-of", " ", "gap"]).contains("--all-of takes fields"));
}

#[test]
fn lines_of_plain_mode_can_do_the_same() {
    let home = Home::new();
    let lines = "mark 51 53 partial --owner soc\nmark --from -\ncheck --min covered=1\nassessment new Robot\nsnapshot take q3\nlog 51\n";
    let out = run_with(&home, &["--plain"], lines);
    assert_eq!(out.code, 0, "{}", out.stderr);
    assert!(out.stderr.contains("`mark --from -` can't be run from here"), "{}", out.stderr);
    assert!(out.stderr.contains("1 of 1 checks falls short"), "{}", out.stderr);
    assert!(out.stdout.contains("2 marks changed") && out.stdout.contains("kept in"), "{}", out.stdout);
    assert!(is_assessment(&home, "robot"));
}

#[test]
fn shells_complete_keys_and_snapshots() {
    let home = Home::new();
    says(&home, &["mark", "51", "gap"]);
    says(&home, &["snapshot", "take", "before winter"]);
    says(&home, &["assessment", "new", "Robot arm"]);
    for shell in ["bash", "zsh", "fish"] {
        let script = says(&home, &["completions", shell]);
        assert!(script.contains("robot-arm") && script.contains("-before-winter"), "{shell}");
    }
}

/// The rows of the document run in order and answer with the fields that it names, no more and no less.
#[test]
fn the_document_of_the_json_names_the_fields_of_every_answer() {
    let document = include_str!("../docs/json.md");
    let words =
        |cell: &str| -> Vec<String> { cell.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
    let home = Home::new();
    says(&home, &["mark", "m20", "covered"]);
    let verbs = document.split("What recurs inside").next().unwrap();
    let rows: Vec<Vec<&str>> = verbs
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.trim_matches('|').split(" | ").collect())
        .collect();
    assert!(rows.len() > 20, "{} rows", rows.len());
    for row in rows {
        let [verb, _, fields] = row[..] else { panic!("{row:?}") };
        let line = &words(verb)[0];
        let out = run(&home, &line.split(' ').chain(["--json"]).collect::<Vec<_>>());
        assert_eq!(out.code, 0, "{line}: {}", out.stderr);
        let answer: Value = serde_json::from_str(&out.stdout).expect("JSON");
        let object = if let Value::Array(list) = &answer { &list[0] } else { &answer };
        let mut keys: Vec<String> = object.as_object().unwrap().keys().cloned().collect();
        keys.sort();
        assert_eq!(keys, words(fields), "{line}");
    }
}
