//! The verbs from outside, as a script uses them: what is on stdout, what is on stderr, the exit code.
//!
//! Every run here is checked for what holds always: a failure says one thing on stderr and nothing
//! on stdout, and nothing that could act on a terminal leaves the program.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_atlasnav");
const VERBS: [&str; 21] = [
    "show",
    "find",
    "list",
    "matrix",
    "glossary",
    "mark",
    "undo",
    "redo",
    "status",
    "gaps",
    "plan",
    "suggestions",
    "accept",
    "what-if",
    "log",
    "snapshot",
    "assessment",
    "check",
    "config",
    "backups",
    "doctor",
];

/// A small whole release in format 6.
const V6: &str = "\
format-version: 6.0.0
collection:
  version: '2026.09'
matrix:
  id: ATLAS-matrix
tactics:
  AML.TA0001:
    id: AML.TA0001
    name: First
  AML.TA0002:
    id: AML.TA0002
    name: Second
techniques:
  AML.T0001:
    id: AML.T0001
    name: Parent
    maturity: Realized
  AML.T0001.000:
    id: AML.T0001.000
    name: Child
  AML.T0002:
    id: AML.T0002
    name: Other
    description: Text.
mitigations:
  AML.M0001:
    id: AML.M0001
    name: Help
case-studies:
  AML.CS0001:
    id: AML.CS0001
    name: Case
    type: Exercise
    date: '2024-08-08'
    date-granularity: Month
relationships:
  ATLAS-matrix:
    sequences:
    - target: AML.TA0001
      position: 1
    - target: AML.TA0002
      position: 2
  AML.T0001:
    achieves:
    - target: AML.TA0001
  AML.T0001.000:
    specializes:
    - target: AML.T0001
  AML.T0002:
    achieves:
    - target: AML.TA0002
  AML.M0001:
    mitigates:
    - target: AML.T0002
      description: So.
  AML.CS0001:
    employs:
    - target: AML.T0002
      tactic: AML.TA0002
      step-id: S00
      leads-to: [S01]
    - target: AML.T0001.000
      tactic: AML.TA0001
      step-id: S01
      leads-to: []
";

/// The same in the legacy format.
const LEGACY: &str = "\
id: ATLAS
version: 5.6.0
matrices:
- id: ATLAS
  tactics:
  - {id: AML.TA0001, name: First}
  - {id: AML.TA0002, name: Second}
  techniques:
  - {id: AML.T0001, name: Parent, tactics: [AML.TA0001]}
  - {id: AML.T0001.000, name: Child, subtechnique-of: AML.T0001}
  - {id: AML.T0002, name: Other, description: Text., tactics: [AML.TA0002]}
  mitigations:
  - {id: AML.M0001, name: Help, techniques: [{id: AML.T0002, use: So.}]}
case-studies:
- id: AML.CS0001
  name: Case
  summary: What happened.
  incident-date: 2020-01-01
  incident-date-granularity: YEAR
  case-study-type: exercise
  procedure:
  - {tactic: AML.TA0002, technique: AML.T0002, description: One.}
  - {tactic: AML.TA0001, technique: AML.T0001.000, description: Two.}
";

/// One user's directories, which are where the program may write.
struct Home(TempDir);

struct Out {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Home {
    fn new() -> Home {
        Home(tempfile::tempdir().unwrap())
    }

    fn at(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.path().join(name)
    }

    fn put(&self, name: impl AsRef<Path>, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.at(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    fn environment(&self) -> [(&'static str, OsString); 5] {
        [
            ("XDG_CONFIG_HOME", self.at("config").into()),
            ("HOME", self.at("").into()),
            ("XDG_DATA_HOME", self.at("data").into()),
            ("XDG_STATE_HOME", self.at("state").into()),
            ("USER", "tester".into()),
        ]
    }

    fn run<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Out {
        let out = assert_cmd::Command::new(PROGRAM)
            .args(arguments)
            .env_clear()
            .envs(self.environment())
            .current_dir(self.at(""))
            .timeout(Duration::from_secs(20))
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).expect("what is printed is UTF-8");
        let (stdout, stderr) = (text(out.stdout), text(out.stderr));
        let arguments: Vec<_> = arguments.iter().map(AsRef::as_ref).collect();
        for (name, text) in [("stdout", &stdout), ("stderr", &stderr)] {
            let bad = text.chars().find(|c| *c != '\n' && atlasnav::catalog::is_unsafe(*c));
            assert_eq!(bad, None, "{name} of {arguments:?}: {text}");
        }
        Out { code: out.status.code().expect("no signal ended it"), stdout, stderr }
    }

    /// Runs a line of words that must succeed without a word on stderr.
    fn says(&self, line: &str) -> String {
        self.says_to(&words(line))
    }

    fn says_to<S: AsRef<OsStr>>(&self, arguments: &[S]) -> String {
        let out = self.run(arguments);
        assert_eq!((out.code, out.stderr.as_str()), (0, ""));
        assert!(out.stdout.ends_with('\n') && !out.stdout.ends_with("\n\n"), "{:?}", out.stdout);
        out.stdout
    }

    fn json(&self, line: &str) -> Value {
        serde_json::from_str(&self.says(&format!("{line} --json"))).expect("JSON")
    }

    /// Runs what must fail with one sentence; returns the sentence.
    fn fails<S: AsRef<OsStr>>(&self, code: i32, arguments: &[S]) -> String {
        let out = self.run(arguments);
        assert_eq!((out.code, out.stdout.as_str()), (code, ""), "{}", out.stderr);
        let sentence = out.stderr.strip_prefix("atlasnav: ").expect("the program's name first");
        let sentence = sentence.strip_suffix('\n').expect("a whole line");
        assert!(!sentence.contains('\n') && !sentence.is_empty(), "not one sentence: {sentence}");
        assert!(!sentence.contains("error:") && !sentence.contains("atlasnav: "), "{sentence}");
        sentence.to_owned()
    }

    /// What it says of a data file that it must refuse. The file's name comes first.
    fn refuses(&self, file: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.put(file, bytes);
        let path = path.to_str().unwrap();
        let said = self.fails(3, &["--data", path, "status"]);
        // The other verbs say the same, wherever the option stands.
        assert_eq!(self.fails(3, &["find", "x", "--json", "--data", path]), said);
        let name = Path::new(file).file_name().unwrap().to_str().unwrap();
        said.strip_prefix(name).unwrap_or_else(|| panic!("it names the file: {said}")).to_owned()
    }

    fn default_marks(&self) -> PathBuf {
        self.at("data/atlasnav/assessments/default.yaml")
    }
}

fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

fn ids(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|v| v["id"].as_str().unwrap()).collect()
}

#[test]
fn help_and_version_are_answers() {
    let home = Home::new();
    let help = home.says("--help");
    for verb in VERBS {
        assert!(help.contains(&format!("\n  {verb} ")), "{verb} in {help}");
        let of_verb = home.says(&format!("{verb} --help"));
        assert!(of_verb.contains(&format!("Usage: atlasnav {verb} ")), "{of_verb}");
        assert!(of_verb.contains("--json") && of_verb.contains("--data"), "{of_verb}");
        assert_eq!(home.says(&format!("help {verb}")), of_verb);
        assert!(home.says(&format!("{verb} -h")).contains("Usage: "));
    }
    assert!(help.contains("Exit codes: 0 done, 1 nothing found, conflicts left or a check falls short,"));
    assert!(help.lines().all(|line| line.chars().count() <= 100), "{help}");
    assert_eq!(home.says("--version"), format!("atlasnav {}\n", env!("CARGO_PKG_VERSION")));
    assert_eq!(fs::read_dir(home.at("")).unwrap().count(), 0, "help leaves nothing behind");
}

#[test]
fn without_a_terminal_the_matrix_says_so() {
    let home = Home::new();
    let said = home.fails::<&str>(2, &[]);
    assert!(said.contains("needs a terminal") && said.contains("atlasnav --help"), "{said}");
    let data = home.put("v6.yaml", V6);
    home.fails(2, &[OsStr::new("--data"), data.as_os_str()]);
}

#[test]
fn wrong_usage_exits_2() {
    let home = Home::new();
    for line in [
        "--bogus",
        "frobnicate",
        "show",
        "show 51 52",
        "show 51 --bogus",
        "find",
        "find --limit x 51",
        "find --limit",
        "list",
        "list threats",
        "mark",
        "mark 51",
        "mark 51 done",
        "mark 51 conflict",
        "mark 51 partial --note",
        "status 51",
        "merge",
        "merge base ours",
        "--data",
        "status -C",
        "--color blue status",
        "config",
        "config frobnicate",
    ] {
        let out = home.run(&words(line));
        assert_eq!((out.code, out.stdout.as_str()), (2, ""), "{line}");
        assert!(out.stderr.starts_with("atlasnav: "), "{line}: {}", out.stderr);
        assert!(!out.stderr.contains("error:") && !out.stderr.ends_with("\n\n"), "{line}: {}", out.stderr);
    }
    assert!(!home.default_marks().exists());
    let out = home.run(&["mark", "51", "done"]);
    assert!(out.stderr.contains("not-applicable"), "it names what is possible: {}", out.stderr);
    let out = home.run(&["\x1b[31mevil\x07\u{202e}"]);
    assert_eq!(out.code, 2);
}

#[test]
fn find_puts_the_best_first() {
    let home = Home::new();
    let hits = home.json("find promt injecton");
    assert_eq!(hits[0]["id"], "AML.T0051");
    assert_eq!(hits[0]["kind"], "technique");
    assert_eq!(hits[0]["name"], "LLM Prompt Injection");
    // Which of the two it is depends on how forgiving the search by name is.
    assert!(["name", "typo"].contains(&hits[0]["found"].as_str().unwrap()), "{}", hits[0]);
    assert!(home.says("find promt injecton").starts_with("T0051      LLM Prompt Injection\n"));
    // One argument or several is the same.
    assert_eq!(home.says_to(&["find", "promt injecton"]), home.says("find promt injecton"));

    let hits = home.json("find 51 --limit 4");
    assert_eq!(ids(&hits), ["AML.T0051", "AML.T0051.000", "AML.T0051.001", "AML.T0051.002"]);
    assert_eq!(hits[0]["found"], "id");
    assert_eq!(home.says("find t51.1"), "T0051.001  LLM Prompt Injection: Indirect\n");
    assert_eq!(ids(&home.json("find AML.T0051.001"))[0], "AML.T0051.001");

    // A step of a case study comes with its number and text.
    let hits = home.json("find incoming mail");
    let step = hits.as_array().unwrap().iter().find(|h| h["id"] == "AML.CS0026").expect("the case study");
    assert_eq!(
        (&step["kind"], &step["found"], &step["step"]),
        (&"case study".into(), &"step".into(), &1.into())
    );
    assert!(step["text"].as_str().unwrap().contains("incoming mail"), "{step}");
    assert!(home.says("find incoming mail").contains("  [step 1: ..."));
}

#[test]
fn find_says_on_stderr_that_there_is_more() {
    let home = Home::new();
    let all = home.json("find model --limit 1000").as_array().unwrap().len();
    assert!(all > 20, "{all}");
    let out = home.run(&["find", "model"]);
    assert_eq!((out.code, out.stdout.lines().count()), (0, 20));
    assert_eq!(out.stderr, format!("atlasnav: {} more; --limit shows them\n", all - 20));
    assert_eq!(home.json("find model --limit 3").as_array().unwrap().len(), 3);
}

#[test]
fn nothing_found_exits_1() {
    let home = Home::new();
    let said = home.fails(1, &["find", "zzzqqqxxx"]);
    assert!(said.contains("`zzzqqqxxx`") && said.contains("2026.09"), "{said}");
    home.fails(1, &["find", ""]);
    // As JSON it is an empty list, and still exit code 1.
    let out = home.run(&["find", "zzzqqqxxx", "--json"]);
    assert_eq!((out.code, out.stdout.as_str()), (1, "[]\n"));
    let said = home.fails(1, &["show", "promt"]);
    assert!(said.contains("near it: ") && said.contains("T0051 LLM Prompt Injection"), "{said}");
    for line in ["show 999", "show 51.99", "show AML.T9999", "show m999 --json", "mark 999 partial"] {
        let said = home.fails(1, &words(line));
        assert!(said.starts_with("ATLAS 2026.09 has no object `"), "{said}");
    }
    home.fails(1, &["show", "\x1b[31mevil\u{202e}"]);
}

#[test]
fn show_prints_all_four_kinds() {
    let home = Home::new();
    for (short, id, kind, name) in [
        ("51.1", "AML.T0051.001", "technique", "Indirect"),
        ("ta2", "AML.TA0002", "tactic", "Reconnaissance"),
        ("m20", "AML.M0020", "mitigation", "Generative AI Guardrails"),
        ("cs26", "AML.CS0026", "case study", "Financial Transaction Hijacking"),
    ] {
        let text = home.says(&format!("show {short}"));
        let head = text.lines().next().unwrap();
        assert!(head.starts_with(id) && head.contains(name), "{head}");
        assert!(text.ends_with("\nATLAS 2026.09, built-in summaries\n"), "{text}");
        assert_eq!(home.says(&format!("show {id}")), text);
        let json = home.json(&format!("show {short}"));
        assert_eq!((&json["id"], &json["kind"]), (&id.into(), &kind.into()));
        assert!(json["name"].as_str().unwrap().contains(name), "{json}");
        assert!(json["description"].as_str().unwrap().len() > 50);
        assert_eq!(json["release"], "2026.09");
        assert_eq!(json["source"], "built-in summaries");
        assert!(json["page"].as_str().unwrap().ends_with(id));
        assert_eq!(json.get("mark").is_some(), matches!(kind, "technique" | "mitigation"));
    }
    let technique = home.json("show 51.1");
    assert_eq!(technique["parent"], "AML.T0051");
    assert_eq!(technique["full-name"], "LLM Prompt Injection: Indirect");
    assert_eq!(technique["mark"]["state"], "unassessed");
    assert!(home.json("show 51")["sub-techniques"].as_array().unwrap().contains(&"AML.T0051.001".into()));
    assert_eq!(home.json("show ta2")["attack"]["id"], "TA0043");
    let study = home.json("show cs26");
    assert_eq!((&study["type"], &study["date"]), (&"exercise".into(), &"2024-08-08".into()));
    assert_eq!(study["steps"][0]["step"], 1);
    // Links go both ways.
    let of = home.json("show m20")["techniques"][0]["id"].as_str().unwrap().to_owned();
    assert!(ids(&home.json(&format!("show {of}"))["mitigations"]).contains(&"AML.M0020"));
}

#[test]
fn list_holds_all_of_a_kind() {
    let home = Home::new();
    for (kind, count, first, key) in [
        ("techniques", 208, "AML.T0000", "case-studies"),
        ("mitigations", 40, "AML.M0000", "techniques"),
        ("case-studies", 73, "AML.CS0000", "steps"),
        ("tactics", 16, "AML.TA0002", "techniques"),
    ] {
        let text = home.says(&format!("list {kind}"));
        let json = home.json(&format!("list {kind}"));
        assert_eq!((text.lines().count(), ids(&json).len()), (count, count), "{kind}");
        assert_eq!(json[0]["id"], first);
        assert!(!json[0][key].is_null(), "{}", json[0]);
        for (line, row) in text.lines().zip(json.as_array().unwrap()) {
            assert!(line.contains(row["id"].as_str().unwrap().trim_start_matches("AML.")), "{line}");
        }
    }
}

#[test]
fn what_is_marked_is_seen_by_the_other_verbs() {
    let home = Home::new();
    let said = home.says_to(&["mark", "51.1", "partial", "--note", "input filter live"]);
    assert_eq!(said, "+ T0051.001 LLM Prompt Injection: Indirect: partial\n");
    let mark = home.json("mark m20 tested");
    assert_eq!((&mark["id"], &mark["state"]), (&"AML.M0020".into(), &"tested".into()));
    assert_eq!((&mark["by"], &mark["note"]), (&"tester".into(), &Value::Null));
    assert!(mark["tested"].is_string() && mark["tested"] == mark["on"], "{mark}");

    let shown = home.json("show 51.1");
    assert_eq!(shown["mark"]["status"], "partial");
    assert_eq!(shown["mark"]["note"], "input filter live");
    let text = home.says("show 51.1");
    assert!(text.contains("Status     + partial") && text.contains("input filter live"), "{text}");
    assert!(home.says("list techniques").contains("\n+ T0051.001 "));

    let status = home.json("status");
    assert_eq!(status["assessment"], home.default_marks().to_str().unwrap());
    assert_eq!((&status["release"], &status["retired"]), (&"2026.09".into(), &0.into()));
    let (techniques, mitigations) = (&status["techniques"], &status["mitigations"]);
    assert_eq!((&techniques["total"], &techniques["assessed"]), (&208.into(), &1.into()));
    assert_eq!((&techniques["covered"], &techniques["by-state"]["partial"]), (&0.into(), &1.into()));
    assert_eq!((&mitigations["covered"], &mitigations["tested"]), (&1.into(), &1.into()));
    assert_eq!(status["tactics"].as_array().unwrap().len(), 16);
    let execution =
        status["tactics"].as_array().unwrap().iter().find(|t| t["tactic"] == "Execution").unwrap();
    assert_eq!(execution["counts"]["assessed"], 1);
    let text = home.says("status");
    assert!(text.contains("techniques covered (0%), 0 of them tested; 1 of 208 assessed\n"), "{text}");
    assert!(text.contains("1 of 40 applicable mitigations covered (2%), 1 of them tested"), "{text}");

    // A mark that says the same writes nothing; an empty note takes the note away.
    let before = fs::read(home.default_marks()).unwrap();
    home.says("mark 51.1 partial");
    assert_eq!(fs::read(home.default_marks()).unwrap(), before);
    home.says_to(&["mark", "51.1", "partial", "--note", ""]);
    assert_eq!(home.json("show 51.1")["mark"]["note"], Value::Null);
    home.says("mark 51.1 unassessed");
    assert_eq!(home.json("status")["techniques"]["assessed"], 0);
}

#[test]
fn fields_of_marks_narrow_what_verbs_answer() {
    let home = Home::new();
    home.says("mark 51 gap");
    home.says("mark 51.1 tested");
    home.says("mark m20 covered");
    assert_eq!(ids(&home.json("list techniques status:gap")), ["AML.T0051"]);
    assert_eq!(ids(&home.json("find status:tested")), ["AML.T0051.001"]);
    assert_eq!(ids(&home.json("list mitigations attention:without-evidence")), ["AML.M0020"]);
    assert_eq!(home.json("list techniques owner:nobody").as_array().unwrap().len(), 208);
    // What the mitigation suggests is for what it is listed for, less what is covered already.
    let suggested = home.json("find attention:suggestion --limit 300");
    let listed = home.json("show m20");
    let listed: Vec<&str> =
        listed["techniques"].as_array().unwrap().iter().map(|t| t["id"].as_str().unwrap()).collect();
    let expected: Vec<&str> = listed.iter().copied().filter(|id| *id != "AML.T0051.001").collect();
    assert!(!expected.is_empty());
    assert_eq!(ids(&suggested), expected);
    let matrix = home.json("matrix status:gap");
    let columns: Vec<&str> = matrix.as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap()).collect();
    assert_eq!(columns, ["Execution"]);
    // Facts of the catalogue and of marks together; a case study by its id.
    let steps = home.json("show cs26");
    let of_case = home.json("list techniques case:cs26");
    for id in ids(&of_case) {
        assert!(steps["steps"].as_array().unwrap().iter().any(|s| s["technique"] == id), "{id}");
    }
    assert_eq!(ids(&home.json("list case-studies case:CS0026")), ["AML.CS0026"]);
    assert_eq!(ids(&home.json("list tactics tactic:exfil")), ["AML.TA0010"]);
    // What there is not is said with what is near it.
    assert_eq!(home.fails(2, &["list", "techniques", "status:gapp"]), "no status is `gapp`; near it: gap");
    let said = home.fails(2, &["find", "attention:nothing"]);
    assert!(said.contains("there are stale, due, expired, conflict, suggestion"), "{said}");
    let script = home.says("completions bash");
    assert!(
        ["status:gap", "tactic:exfiltration", "mitigated:no", "case:cs26", "attention:stale", "owner:nobody"]
            .iter()
            .all(|field| script.contains(field))
    );
}

#[test]
fn every_status_can_be_set() {
    let home = Home::new();
    let words =
        ["gap", "planned", "partial", "covered", "tested", "not-applicable", "accepted", "unassessed"];
    for state in words {
        assert_eq!(home.json(&format!("mark 51 {state}"))["state"], state);
        assert_eq!(
            home.json("status")["techniques"]["by-state"][state],
            if state == "unassessed" { 208 } else { 1 }
        );
    }
}

#[test]
fn assessments_named_with_c_are_apart() {
    let home = Home::new();
    home.says("-C team.yaml mark 51 covered");
    home.says("mark 51 gap -C deep/er/other.yaml");
    assert!(home.at("team.yaml").is_file() && home.at("deep/er/other.yaml").is_file());
    assert!(!home.default_marks().exists());
    let state = |file: &str| home.json(&format!("show 51 -C {file}"))["mark"]["state"].clone();
    assert_eq!((state("team.yaml"), state("deep/er/other.yaml")), ("covered".into(), "gap".into()));
    let none = home.run(&words("show 51 -C new.yaml"));
    assert!(none.code == 0 && none.stdout.contains("Status     . unassessed"), "{}", none.stdout);
    assert!(!home.at("new.yaml").exists(), "who only reads leaves nothing behind");
    assert!(home.json("-C team.yaml status")["assessment"].as_str().unwrap().ends_with("/team.yaml"));
}

#[test]
fn backups_are_listed_newest_first_and_restored_by_a_copy() {
    let home = Home::new();
    assert!(home.fails(1, &["backups"]).starts_with("there is no backup of "));
    let out = home.run(&["backups", "--json"]);
    assert_eq!((out.code, out.stdout.as_str()), (1, "[]\n"));
    home.says("mark 51 gap");
    let before = fs::read(home.default_marks()).unwrap();
    // The first change of the file that is there; those of the next hour share it.
    home.says("mark 51 covered");
    home.says("mark 50 gap");
    let list = home.json("backups");
    let [backup] = &list.as_array().unwrap()[..] else { panic!("{list}") };
    assert_eq!(backup["marks"], 1);
    let path = backup["path"].as_str().unwrap();
    assert_eq!(fs::read(path).unwrap(), before);
    let line = home.says("backups");
    assert!(line.contains("  1 mark  ") && line.trim_end().ends_with(path), "{line}");
    fs::copy(path, home.default_marks()).unwrap();
    assert_eq!(home.json("show 51")["mark"]["state"], "gap");
    // Another file has others.
    home.fails(1, &["-C", "other.yaml", "backups"]);
}

#[test]
fn what_can_not_be_marked_is_refused() {
    let home = Home::new();
    let said = home.fails(2, &["mark", "cs26", "partial"]);
    assert_eq!(said, "AML.CS0026 is a case study; marks go to techniques and mitigations");
    assert!(home.fails(2, &["mark", "ta2", "gap"]).contains("is a tactic"));
    home.fails(1, &["mark", "T0999", "gap"]);
    home.fails(1, &["mark", "nothing at all like it zzz", "gap", "--json"]);
    assert!(!home.default_marks().exists());
}

#[test]
fn a_damaged_assessment_is_named_and_left_as_it_is() {
    let home = Home::new();
    home.says("-C whole.yaml mark 51 covered --note kept");
    let whole = fs::read_to_string(home.at("whole.yaml")).unwrap();
    let cut = |at: usize| whole[..at].to_owned();
    let twice = whole.replacen("  AML.T0001:\n", "  AML.T0000:\n", 1);
    for (bytes, expected) in [
        (cut(whole.len() / 2), "the last line `...` is missing"),
        (cut(whole.len() - 4), "the last line `...` is missing"),
        (
            whole.replacen("status: covered", "status: coverd", 1),
            "`coverd` is no status, did you mean covered?",
        ),
        (whole.replacen("marks:", "<<<<<<< HEAD\nmarks:", 1), "left from a git merge"),
        (twice, "AML.T0000"),
        (format!("{whole}\u{202e}"), ""),
        (String::new(), "it is empty"),
    ] {
        let path = home.put("cut.yaml", &bytes);
        let line = path.to_str().unwrap();
        for verb in ["status", "status --json", "mark 51 gap", "mark m20 gap --json"] {
            let said = home.fails(3, &words(&format!("-C cut.yaml {verb}")));
            let rest = said.strip_prefix(line).unwrap_or_else(|| panic!("it names the file: {said}"));
            assert!(rest.starts_with(", line ") || bytes.is_empty(), "it names the line: {said}");
            assert!(rest.contains(expected), "{said}");
        }
        // It is no reason not to read ATLAS.
        let out = home.run(&["-C", "cut.yaml", "show", "51"]);
        assert_eq!((out.code, out.stdout.is_empty()), (0, false));
        assert!(out.stderr.contains("cut.yaml"), "{}", out.stderr);
        assert_eq!(fs::read_to_string(&path).unwrap(), bytes);
    }
    let names: Vec<_> = fs::read_dir(home.at("")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(!names.iter().any(|n| n.to_string_lossy().contains("cut.yaml.")), "{names:?}");
}

#[test]
fn small_releases_of_both_formats_serve_every_verb() {
    for (name, text) in [("v6.yaml", V6), ("legacy.yaml", LEGACY)] {
        let home = Home::new();
        home.put(name, text);
        let with = |verb: &str| format!("--data {name} {verb}");
        assert_eq!(ids(&home.json(&with("list techniques"))), ["AML.T0001", "AML.T0001.000", "AML.T0002"]);
        let shown = home.json(&with("show 2"));
        assert_eq!((&shown["name"], &shown["source"]), (&"Other".into(), &name.into()));
        assert_eq!(shown["mitigations"][0]["how"], "So.");
        assert_eq!(home.json(&with("show cs1"))["steps"][1]["technique"], "AML.T0001.000");
        assert_eq!(home.json(&with("find othr"))[0]["id"], "AML.T0002");
        home.says(&with("mark 1.0 covered"));
        assert_eq!(home.json(&with("status"))["techniques"]["covered"], 1);
        assert!(home.says(&with("show m1")).starts_with("AML.M0001 Help\n"));
        home.fails(1, &words(&with("show 51")));
        assert_eq!(fs::read_to_string(home.at(name)).unwrap(), text, "a release is only read");
    }
}

/// A release with one place changed.
fn changed(text: &str, from: &str, to: &str) -> String {
    assert_eq!(text.matches(from).count(), 1, "{from:?} must stand there once");
    text.replace(from, to)
}

#[test]
fn bad_releases_are_refused_with_file_and_line() {
    let home = Home::new();
    for (bytes, expected) in [
        (String::new(), ": the file is empty"),
        (
            "just words\n".into(),
            ": the file is no ATLAS catalogue: it has neither `format-version` nor `matrices` nor `tactics`",
        ),
        ("format: 1\nmarks: {}\n...\n".into(), ": the file is no ATLAS catalogue"),
        ("<!DOCTYPE html><html>\n".into(), ": the file is a web page"),
        ("format-version: 7.0.0\n".into(), ", line 1: the file has format version `7.0.0`"),
        (
            V6[..V6.find("mitigations:").unwrap()].into(),
            ": the part `mitigations` is missing; the file may be cut short",
        ),
        (V6[..V6.len() - 30].into(), ", line "),
        (LEGACY[..LEGACY.find("case-studies:").unwrap()].into(), ": the part `case-studies` is missing"),
        (
            changed(
                V6,
                "    - target: AML.T0002\n      description",
                "    - target: AML.T0042\n      description",
            ),
            ", line 54: AML.M0001 names the technique AML.T0042, which is not in this file",
        ),
        (
            changed(LEGACY, "subtechnique-of: AML.T0001", "subtechnique-of: AML.T0009"),
            ", line 10: AML.T0001.000 names the technique AML.T0009, which is not in this file",
        ),
        (
            changed(V6, "leads-to: []", "leads-to: [S00]"),
            ", line 60: the steps of AML.CS0001 lead in a circle through `S00`, `S01`",
        ),
        (
            changed(
                V6,
                "  AML.T0002:\n    id: AML.T0002\n    name",
                "  AML.T0001:\n    id: AML.T0001\n    name",
            ),
            ", line 21: the key `AML.T0001` stands here for the second time",
        ),
        (
            changed(LEGACY, "{id: AML.T0002, name", "{id: AML.T0001, name"),
            ", line 11: the technique AML.T0001 stands in the file twice, the first time in line 9",
        ),
        (format!("{V6}x: [\n"), ", line "),
        (format!("{V6}a: &a [1]\nb: *a\n"), ", line "),
        (format!("{V6}x: {}\n", "[".repeat(100_000)), ", line "),
    ] {
        let said = home.refuses("bad.yaml", &bytes);
        assert!(said.contains(expected), "{said:?} should have {expected:?}");
    }
    for (bytes, expected) in [
        (&b"\x7fELF\x02\x01\x01\0\0\0\0"[..], ", line 1: the file holds a NUL byte"),
        (b"id: x\n\nname: \xe9\n", ", line 3: the file holds a byte that is no UTF-8"),
        (b"\x1f\x8b\x08\0\0", ": the file is packed with gzip"),
        (b"PK\x03\x04rest", ": the file is a zip archive"),
        (b"\xff\xfei\0d\0", ": the file is text in UTF-16"),
    ] {
        let said = home.refuses("bad.bin", bytes);
        assert!(said.starts_with(expected), "{said:?} should have {expected:?}");
    }
}

#[test]
fn a_release_cut_anywhere_is_refused_or_warned_about() {
    let home = Home::new();
    // Cut within the last entry it may be whole YAML still; then it lacks its last line break.
    for at in (0..V6.len()).step_by(97) {
        let path = home.put("cut.yaml", &V6[..at]);
        let out = home.run(&["--data", path.to_str().unwrap(), "list", "techniques"]);
        let warned = out.code == 0 && out.stderr.contains("may be cut short");
        assert!(warned || out.code == 3 && out.stdout.is_empty(), "at {at}: {} {}", out.code, out.stderr);
        assert!(out.stderr.starts_with("atlasnav: cut.yaml"), "{}", out.stderr);
    }
}

#[test]
fn what_is_no_regular_file_is_refused_by_name() {
    let home = Home::new();
    let pipe = home.at("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    std::os::unix::fs::symlink("loop", home.at("loop")).unwrap();
    fs::create_dir(home.at("folder")).unwrap();
    for (name, expected) in [
        ("pipe", "/pipe is a pipe; name another file"),
        ("folder", "/folder is a directory; name another file"),
        ("loop", "loop is a loop of links; name another file"),
        ("/dev/zero", "/dev/zero is a device; name another file"),
    ] {
        for line in
            [format!("--data {name} status"), format!("-C {name} status"), format!("-C {name} mark 51 gap")]
        {
            let said = home.fails(3, &words(&line));
            assert!(said.ends_with(expected), "{line}: {said}");
        }
    }
    let said = home.fails(3, &words("--data missing.yaml status"));
    assert!(said.contains("missing.yaml is not there"), "{said}");
    assert!(!home.at("missing.yaml").exists());
}

/// CSI, OSC 0, 8 and 52, DCS, C1, bell, bidi, a line separator, a tag character.
const HOSTILE: &str =
    "\\e[31m\\e]0;t\\a\\e]8;;x\\e\\\\\\e]52;c;eA==\\aD\\eP\\x9b2J\\u202e\\u2028\\U000e0041z";

#[test]
fn nothing_in_a_release_acts_on_the_terminal() {
    let home = Home::new();
    // Home::run looks at all that is printed.
    let mut text = V6.to_owned();
    for name in ["First", "Other", "Help", "Case"] {
        text = changed(&text, &format!("name: {name}\n"), &format!("name: \"{name}{HOSTILE}\"\n"));
    }
    text = changed(&text, "description: Text.", &format!("description: \"{HOSTILE}\""));
    text = changed(&text, "version: '2026.09'", &format!("version: \"2026{HOSTILE}\""));
    let name = "\x1b[31mevil\x07\u{202e}.yaml";
    home.put(name, &text);
    for line in [
        "show ta1",
        "show 2",
        "show m1",
        "show cs1",
        "find other",
        "list techniques",
        "list tactics",
        "list case-studies",
        "status",
        "mark 2 gap",
    ] {
        for json in [false, true] {
            let mut arguments = vec!["--data", name];
            arguments.extend(words(line));
            arguments.extend(json.then_some("--json"));
            let out = home.run(&arguments);
            assert_eq!(out.code, 0, "{line}: {}", out.stderr);
        }
    }
    let shown = home.run(&["--data", name, "show", "2"]).stdout;
    assert!(shown.starts_with("AML.T0002\n  Other<U+001B>[31m<U+001B>]0;t<U+0007>"), "{shown}");
    // In sentences that quote the file, and its name.
    for (from, to) in [
        ("id: AML.M0001\n", format!("id: \"{HOSTILE}\"\n")),
        ("step-id: S01", format!("step-id: \"{HOSTILE}\"")),
        ("format-version: 6.0.0", format!("format-version: \"7{HOSTILE}\"")),
        ("collection:\n", format!("? \"{HOSTILE}\"\n: 1\n? \"{HOSTILE}\"\n: 2\ncollection:\n")),
        ("type: Exercise", format!("type: !<{}> Exercise", "tag\u{202e}")),
    ] {
        home.put(name, changed(V6, from, &to));
        let said = home.fails(3, &["--data", name, "status"]);
        assert!(said.starts_with("<U+001B>[31mevil<U+0007><U+202E>.yaml"), "{said}");
    }
}

#[test]
fn nothing_in_an_assessment_or_a_path_acts_on_the_terminal() {
    let home = Home::new();
    let notes = format!(
        "format: 1\nmarks:\n  AML.T0051:\n    status: gap\n    owner: \"o{HOSTILE}\"\n    note: \"n{HOSTILE}\"\n...\n"
    );
    let name = "\x1b]0;evil\x07\u{202e}\nsecond.yaml";
    home.put(name, notes);
    for line in
        ["show 51", "show 51 --json", "status", "status --json", "mark 51 planned", "mark m20 gap --json"]
    {
        let mut arguments = vec!["-C", name];
        arguments.extend(words(line));
        let text = home.says_to(&arguments);
        assert!(!text.lines().any(|l| l.starts_with("second.yaml")), "a name is no second line: {text}");
    }
    home.put(name, "format: 1\nmarks:\n");
    home.fails(3, &["-C", name, "status"]);
    home.fails(3, &["-C", name, "mark", "51", "gap"]);
    home.fails(3, &["--data", name, "status"]);
    home.fails(3, &["--data", "\x1b]0;not there\x07\n\u{202e}", "status"]);
    // Neither does a path have to be text.
    let path = OsStr::from_bytes(b"caf\xe9.yaml");
    home.says_to(&[OsStr::new("-C"), path, OsStr::new("mark"), OsStr::new("51"), OsStr::new("gap")]);
    assert!(home.at(path).is_file());
}

#[test]
fn a_closed_pipe_is_quiet() {
    let home = Home::new();
    // More than a pipe holds, so that the program writes to an end that has gone.
    for line in ["list techniques --json", "find model --limit 1000 --json", "--help"] {
        for read_first in [true, false] {
            let mut child = std::process::Command::new(PROGRAM)
                .args(words(line))
                .env_clear()
                .envs(home.environment())
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            let mut stdout = BufReader::with_capacity(16, child.stdout.take().unwrap());
            if read_first {
                stdout.read_line(&mut String::new()).unwrap();
            }
            drop(stdout);
            let mut said = String::new();
            child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
            let status = child.wait().unwrap();
            assert!(!said.contains("panicked") && !said.contains("pipe"), "{line}: {said}");
            assert!(status.success(), "{line}: {status}");
        }
    }
}

/// The folder of official releases; None where its tests are to be skipped.
fn releases() -> Option<PathBuf> {
    let folder = std::env::var_os("ATLASNAV_RELEASES").map(PathBuf::from);
    if folder.is_none() {
        assert!(
            std::env::var_os("CI").is_none(),
            "in CI, ATLASNAV_RELEASES must name the folder of releases"
        );
        println!("skipped: ATLASNAV_RELEASES names no folder of releases");
    }
    folder
}

/// Like [`Home::run`], for files that have oddities: what is on stderr is warnings that name them.
fn with_release(home: &Home, file: &Path, line: &str) -> String {
    let mut arguments = vec!["--data", file.to_str().unwrap()];
    arguments.extend(words(line));
    let out = home.run(&arguments);
    assert_eq!(out.code, 0, "{line}: {}", out.stderr);
    let name = file.file_name().unwrap().to_str().unwrap();
    for warning in out.stderr.lines().filter(|l| !l.ends_with("more; --limit shows them")) {
        assert!(warning.starts_with(&format!("atlasnav: {name}: ")), "{warning}");
    }
    out.stdout
}

/// Few runs, because a build without optimisation takes its time over half a megabyte of YAML.
fn official_release(name: &str, release: &str, techniques: usize) {
    let Some(folder) = releases() else { return };
    let home = Home::new();
    let file = folder.join(name);
    let says = |line: &str| with_release(&home, &file, line);
    assert_eq!(says("list techniques").lines().count(), techniques);
    let shown: Value = serde_json::from_str(&says("show 43 --json")).unwrap();
    assert_eq!((&shown["name"], &shown["source"]), (&"Craft Adversarial Data".into(), &name.into()));
    assert_eq!(shown["release"], release);
    assert!(shown["description"].as_str().unwrap().len() > 100);
    assert!(says("find craft adverserial data").starts_with("T0043      Craft Adversarial Data\n"));
    let status = says("status");
    assert!(status.starts_with(&format!("ATLAS {release}, {name}; marks in ")), "{status}");
    assert!(status.contains(&format!("; 0 of {techniques} assessed\n")), "{status}");
}

#[test]
fn the_last_legacy_release_serves() {
    official_release("ATLAS-5.6.1.yaml", "5.6.0", 170);
}

#[test]
fn the_first_supported_release_serves() {
    official_release("ATLAS-3.0.0.yaml", "3.0.0", 63);
}

#[test]
fn a_release_in_format_6_serves() {
    official_release("ATLAS-2026.04-v6.yaml", "2026.04", 170);
}

#[test]
fn marks_of_another_release_are_kept() {
    let Some(folder) = releases() else { return };
    let home = Home::new();
    let old = folder.join("ATLAS-3.0.0.yaml");
    let old_json = |line: &str| -> Value {
        serde_json::from_str(&with_release(&home, &old, &format!("{line} --json"))).unwrap()
    };
    // T0045 is not in the built-in catalogue any more.
    home.fails(1, &["show", "AML.T0045"]);
    with_release(&home, &old, "mark AML.T0045 covered --note kept");
    with_release(&home, &old, "mark 43 partial");
    // Under the built-in catalogue one is a mark of a retired id; marking keeps it.
    let status = home.json("status");
    assert_eq!((&status["techniques"]["assessed"], &status["retired"]), (&1.into(), &1.into()));
    assert!(home.says("status").contains("1 mark is of an id that ATLAS 2026.09 does not have"));
    home.says("mark 51 gap");
    home.says("mark m20 tested");
    assert_eq!(home.json("show 43")["mark"]["state"], "partial");
    assert!(fs::read_to_string(home.default_marks()).unwrap().contains("AML.T0045"));
    // And the other way round: what 3.0.0 does not have is kept by it.
    with_release(&home, &old, "mark 0 accepted");
    let kept = &old_json("show AML.T0045")["mark"];
    assert_eq!((&kept["state"], &kept["note"]), (&"covered".into(), &"kept".into()));
    let status = home.json("status");
    assert_eq!((&status["techniques"]["assessed"], &status["mitigations"]["tested"]), (&3.into(), &1.into()));
    assert_eq!(old_json("status")["techniques"]["assessed"], 3);
}

#[test]
fn fields_narrow_what_is_found_and_listed() {
    let home = Home::new();
    let found = home.json("find area:evasion --limit 300");
    let found = found.as_array().expect("a list");
    assert_eq!(found.len(), 36);
    assert!(found.iter().all(|hit| hit["found"] == "field" && hit["kind"] == "technique"));
    let listed = home.json("list techniques area:evasion platform:agentic");
    let listed = listed.as_array().expect("a list");
    assert!(!listed.is_empty() && listed.len() < 36);
    for row in listed {
        let object = home.json(&format!("show {}", row["id"].as_str().unwrap()));
        let platforms: Vec<&str> =
            object["platforms"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert!(platforms.contains(&"Agentic AI"), "{object}");
        let areas = object["areas"].as_array().unwrap();
        assert!(areas.iter().any(|a| a["area"] == "model-evasion" && a["why"].as_str().unwrap().len() > 40));
    }
    let phases = home.json("list mitigations phase:data-prep");
    for row in phases.as_array().unwrap() {
        let object = home.json(&format!("show {}", row["id"].as_str().unwrap()));
        assert!(object["lifecycle-phases"].to_string().contains("Data Preparation"), "{object}");
    }
    let tactics = home.says("list tactics area:theft");
    assert!(tactics.contains("Exfiltration") && !tactics.contains("Lateral Movement"), "{tactics}");
}

#[test]
fn a_field_that_is_not_understood_says_what_there_is() {
    let home = Home::new();
    for line in ["find area:toasters", "list techniques area:toasters"] {
        let said = home.fails(2, &words(line));
        assert!(
            said.contains("no area is like `toasters`; there are data-poisoning, model-evasion"),
            "{said}"
        );
    }
    let said = home.fails(2, &words("list techniques prompt"));
    assert!(said.contains("`prompt` is no field such as area:evasion"), "{said}");
    let said = home.fails(1, &words("list techniques area:none platform:predictive maturity:feasible"));
    assert!(said.contains("has no techniques that are area:none"), "{said}");
}

#[test]
fn the_glossary_says_what_a_term_means() {
    let home = Home::new();
    let all = home.json("glossary");
    assert!(all.as_array().unwrap().len() >= 60);
    let text = home.says("glossary AIBOM");
    assert!(text.starts_with("AI bill of materials (also "), "{text}");
    assert!(text.contains("See M0023 AI Bill of Materials"), "{text}");
    let by_meaning = home.says("glossary sticker");
    assert!(by_meaning.contains("Adversarial example"), "{by_meaning}");
    let said = home.fails(1, &words("glossary zzyzx"));
    assert!(said.contains("the glossary has nothing like `zzyzx`"), "{said}");
    let hits = home.json("find aibom");
    assert_eq!((&hits[0]["kind"], &hits[0]["id"]), (&Value::from("term"), &Value::Null));
}

/// With settings beside the other directories.
fn configured(text: impl AsRef<[u8]>) -> Home {
    let home = Home::new();
    fs::create_dir_all(home.at("config/atlasnav/themes")).unwrap();
    home.put("config/atlasnav/config.toml", text);
    home
}

#[test]
fn settings_are_written_once_checked_and_found() {
    let home = Home::new();
    let file = home.at("config/atlasnav/config.toml");
    let before = home.json("config path");
    assert_eq!((before["config"].as_str(), before["exists"].as_bool()), (file.to_str(), Some(false)));
    assert!(home.says("config path").contains("config.toml (not there)\nthemes "));
    assert!(!home.at("config").exists(), "to look is not to make");
    assert_eq!(home.says("config check"), "Nothing is wrong with the settings.\n");
    assert_eq!(home.says("config init"), format!("Written: {}\n", file.display()));
    let written = fs::read_to_string(&file).unwrap();
    assert_eq!(written, atlasnav::config::sample() + &atlasnav::app::key_settings());
    // With every comment that sets something taken off it says the same as nothing.
    let live = written.lines().map(|line| match line.strip_prefix("# ") {
        Some(set) if set.contains(" = ") || set.starts_with("[keys.") || set == "[weights]" => {
            format!("{set}\n")
        }
        _ => format!("{line}\n"),
    });
    let (settings, problems) = atlasnav::config::Settings::read(&live.collect::<String>());
    assert_eq!(problems, []);
    let (keymap, problems) = atlasnav::app::Keymap::new(&settings.keys);
    assert_eq!(problems, []);
    for row in atlasnav::app::COMMANDS {
        assert_eq!(keymap.keys(row), atlasnav::app::Keymap::default().keys(row), "{}", row.name);
    }
    assert_eq!(home.says("config check"), "Nothing is wrong with the settings.\n");
    assert_eq!(home.json("config path")["exists"], true);
    let refused = home.fails(3, &["config", "init"]);
    assert!(refused.ends_with("config.toml is there already; it is left as it is"), "{refused}");
    assert_eq!(fs::read_to_string(&file).unwrap(), written);
    assert_eq!(fs::read_dir(home.at("config/atlasnav")).unwrap().count(), 1, "no other file is left");
}

#[test]
fn what_is_wrong_with_settings_is_said_with_its_line_and_stops_nothing() {
    let home =
        configured("zoom = 9\nthem = \"dark\"\n[keys.list]\nsort = [\"j\"]\n[keys.moon]\nx = [\"y\"]\n");
    home.put("config/atlasnav/themes/mine.toml", "[roles]\nlinks = \"red\"\n");
    home.put("config/atlasnav/themes/dark.toml", "");
    let out = home.run(&["config", "check"]);
    assert_eq!((out.code, out.stderr.as_str()), (3, "atlasnav: 6 things are wrong with the settings\n"));
    let said: Vec<&str> = out.stdout.lines().collect();
    for (line, says) in [
        (0, "config.toml, line 1: zoom has to be 0 (the whole matrix) to 3; it is taken as 0"),
        (1, "config.toml, line 2: `them` is no setting; there are theme, "),
        (2, "config.toml, line 4: j is a key of down already; sort keeps its default keys"),
        (3, "config.toml, line 6: there is no place `moon` for keys; "),
        (4, "themes/dark.toml is not used: name it otherwise"),
        (5, "theme mine.toml, line 2: there is no role `links`; "),
    ] {
        assert!(said[line].contains(says), "{}", said[line]);
    }
    let out = home.run(&["config", "check", "--json"]);
    let json: Value = serde_json::from_str(&out.stdout).unwrap();
    assert_eq!((out.code, json["warnings"].as_array().unwrap().len()), (3, 6));
    // Other verbs answer, and say it in one line.
    let out = home.run(&["show", "51"]);
    assert_eq!(out.code, 0);
    assert!(out.stdout.contains("LLM Prompt Injection"));
    assert_eq!(out.stderr.lines().count(), 1);
    assert!(out.stderr.ends_with("(and 1 more; `atlasnav config check` lists them)\n"), "{}", out.stderr);
    for text in [&b"\xff"[..], b"zoom = ", b"\x1b[31m = 1", b"= = =\n"] {
        let home = configured(text);
        let out = home.run(&["status"]);
        assert_eq!((out.code, out.stderr.lines().count()), (0, 1), "{}", out.stderr);
        assert!(out.stderr.contains("config.toml, line 1: "), "{}", out.stderr);
    }
}

#[test]
fn settings_name_the_files_and_the_author_and_flags_win() {
    let home = configured("assessment = \"team.yaml\"\nauthor = \"soc\"\ndata = \"../v6.yaml\"\n");
    home.put("config/v6.yaml", V6);
    let mark = home.json("mark t2 gap");
    assert_eq!(mark["by"], "soc");
    assert!(home.at("config/atlasnav/team.yaml").exists() && !home.default_marks().exists());
    assert_eq!(home.json("status")["techniques"]["total"], 3);
    assert!(home.says("status").contains("v6.yaml"));
    // The flag wins.
    let other = home.put("other.yaml", "format: 1\nmarks: {}\n...\n");
    let said = home.says_to(&["-C", other.to_str().unwrap(), "status"]);
    assert!(said.contains("other.yaml"), "{said}");
    // `~/` is the home directory.
    let home = configured("assessment = \"~/mine.yaml\"\n");
    home.says("mark 51 gap");
    assert!(home.at("mine.yaml").exists());
}

#[test]
fn settings_of_another_file() {
    let home = Home::new();
    let file = home.put("mine.toml", "author = \"me\"\n");
    let out = home.says_to(&["--config", file.to_str().unwrap(), "mark", "51", "gap", "--json"]);
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap()["by"], "me");
    // A file that was named is missed, so that marks do not go where they are not meant to.
    let missed = home.fails(3, &["status", "--config", "none.toml"]);
    assert!(missed.ends_with("none.toml is not there; see to its name"), "{missed}");
    let closed = home.fails(3, &["status", "--config", "."]);
    assert!(closed.contains(" is a directory; "), "{closed}");
    let path = home.says_to(&["--config", "none.toml", "config", "path"]);
    assert!(path.contains("none.toml (not there)"), "{path}");
    let out = assert_cmd::Command::new(PROGRAM)
        .args(["mark", "51", "partial", "--json"])
        .env_clear()
        .envs(home.environment())
        .env("ATLASNAV_CONFIG", &file)
        .output()
        .unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&out.stdout).unwrap()["by"], "me");
    home.says_to(&["--config", "none.toml", "config", "init"]);
    assert!(home.at("none.toml").exists());
}

#[test]
fn the_matrix_is_printed_column_by_column() {
    let home = Home::new();
    home.says("mark 51.1 gap");
    let text = home.says("matrix");
    let heads: Vec<&str> = text.lines().filter(|l| !l.starts_with(' ') && !l.is_empty()).collect();
    assert_eq!(heads.len(), 16);
    assert!(heads[0].starts_with("Reconnaissance (TA0002): "), "{}", heads[0]);
    assert!(text.contains("\n  . T0051 LLM Prompt Injection: unassessed\n"), "{text}");
    assert!(text.contains("\n    ! T0051.001 Indirect: gap\n"));
    let folded = home.says("matrix --folded");
    assert!(!folded.contains("T0051.001") && folded.contains("T0051 "));
    // A sub-technique whose parent is not shown has its whole name.
    let theft = home.says("matrix area:theft");
    assert!(
        theft.contains("  . T0005.001 Create Proxy AI Model: ") || theft.contains("  . T0005 Create"),
        "{theft}"
    );
    let json = home.json("matrix");
    let cells: usize =
        json.as_array().unwrap().iter().map(|t| t["techniques"].as_array().unwrap().len()).sum();
    assert_eq!(cells, text.lines().filter(|l| l.starts_with("  ")).count());
}

#[test]
fn marks_are_undone_and_redone_by_verbs() {
    let home = Home::new();
    assert_eq!(home.fails(1, &words("undo")), "there is nothing to undo");
    home.says("mark 51.1 gap");
    home.says("mark m20 partial");
    assert_eq!(home.says("undo"), "now: M0020 unassessed\n");
    assert_eq!(home.json("undo")[0]["id"], "AML.T0051.001");
    assert_eq!(home.fails(1, &words("undo")), "there is nothing to undo");
    assert_eq!(home.says("redo"), "now: T0051.001 gap\n");
    assert_eq!(home.json("status")["techniques"]["assessed"], 1);
}

/// Lines on the standard input of `--plain`; what it answers, and its complaints.
fn plain(home: &Home, lines: &str) -> (String, String) {
    let out = assert_cmd::Command::new(PROGRAM)
        .arg("--plain")
        .env_clear()
        .envs(home.environment())
        .current_dir(home.at(""))
        .write_stdin(lines)
        .timeout(Duration::from_secs(20))
        .output()
        .unwrap();
    assert!(out.status.success());
    (String::from_utf8(out.stdout).unwrap(), String::from_utf8(out.stderr).unwrap())
}

#[test]
fn plain_mode_reads_verbs_line_by_line() {
    let home = Home::new();
    let (said, complaints) = plain(
        &home,
        "51.1\n\nmark 51.1 gap --note 'two words'\nnonsense\nmark 'x\n/slack\nundo\nquit\nstatus\n",
    );
    assert!(said.starts_with("AML.T0051.001 LLM Prompt Injection: Indirect\n"), "{said}");
    assert!(said.contains("\n! T0051.001 LLM Prompt Injection: Indirect: gap\n"), "{said}");
    assert!(said.contains("\nCS0035 "), "{said}");
    assert!(said.ends_with("now: T0051.001 unassessed\n"), "after quit nothing is read: {said}");
    let complaints: Vec<&str> = complaints.lines().filter(|l| l.starts_with("atlasnav: ")).collect();
    assert_eq!(complaints.len(), 2, "{complaints:?}");
    assert!(complaints[1].contains("a quote is open"));
    // It moves no cursor and asks nothing where nobody types.
    assert!(!said.contains('\u{1b}') && !said.contains("> "));
    let (help, _) = plain(&home, "help\n");
    for verb in VERBS {
        assert!(help.contains(&format!("\n  {verb} ")), "{help}");
    }
    assert_eq!(plain(&home, ""), (String::new(), String::new()));
    let (said, complaints) = plain(&home, "config path\nconfig init\n");
    assert!(said.contains("config.toml (not there)") && !home.at("config").exists(), "{said}");
    assert_eq!(
        complaints,
        "atlasnav: `config init` can't be run from here; quit and run `atlasnav config init`\n"
    );
}

#[test]
fn plain_mode_survives_what_is_no_line() {
    let home = Home::new();
    let long = "x".repeat(200_000);
    let (_, complaints) = plain(&home, &format!("show {long}\n/\u{202e}\u{1b}[31m\nshow \u{0}\n51\n"));
    assert!(!complaints.contains('\u{1b}') && !complaints.contains('\u{202e}'));
    let (said, _) = plain(&home, &format!("{long}\n{long}\n{long}\n51\n"));
    assert!(said.starts_with("AML.T0051 "), "{said}");
}

#[test]
fn bash_completes_verbs_ids_and_statuses() {
    let home = Home::new();
    home.put("atlasnav.bash", home.says("completions bash"));
    let complete = |typed: &[&str]| {
        let script = format!(
            "source atlasnav.bash; COMP_WORDS=({}); COMP_CWORD={}; _atlasnav atlasnav \"${{COMP_WORDS[COMP_CWORD]}}\" \
             \"${{COMP_WORDS[COMP_CWORD-1]}}\"; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
            typed.join(" "),
            typed.len() - 1
        );
        let out = std::process::Command::new("bash")
            .args(["--norc", "-c", &script])
            .current_dir(home.at(""))
            .output()
            .unwrap();
        String::from_utf8(out.stdout).unwrap().lines().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(complete(&["atlasnav", "gloss"]), ["glossary"]);
    assert_eq!(complete(&["atlasnav", "show", "T0051.00"]), ["T0051.000", "T0051.001", "T0051.002"]);
    assert!(complete(&["atlasnav", "mark", "CS"]).iter().all(|c| !c.starts_with("CS")));
    assert_eq!(complete(&["atlasnav", "mark", "T0051", "pa"]), ["partial"]);
}

#[test]
fn fish_completes_verbs_ids_and_statuses() {
    let home = Home::new();
    let script = home.put("atlasnav.fish", home.says("completions fish"));
    let complete = |typed: &str| {
        let source = format!("source {}; complete -C '{typed}'", script.display());
        let out = std::process::Command::new("fish")
            .args(["--no-config", "-c", &source])
            .env("HOME", home.at(""))
            .env("XDG_DATA_HOME", home.at("fish-data"))
            .env("XDG_CONFIG_HOME", home.at("fish-config"))
            .current_dir(home.at(""))
            .output()
            .ok()?;
        assert_eq!(String::from_utf8_lossy(&out.stderr), "", "{typed}");
        let text = String::from_utf8(out.stdout).unwrap();
        // A completion and what it is are a tab apart.
        Some(text.lines().map(|l| l.split('\t').next().unwrap_or_default().to_owned()).collect::<Vec<_>>())
    };
    let Some(verbs) = complete("atlasnav gloss") else {
        eprintln!("skipped: fish is not installed");
        return;
    };
    assert_eq!(verbs, ["glossary"]);
    let shown = complete("atlasnav show T0051.00").unwrap();
    assert_eq!(shown, ["T0051.000", "T0051.001", "T0051.002"]);
    assert!(complete("atlasnav mark CS").unwrap().iter().all(|c| !c.starts_with("CS0")));
    assert_eq!(complete("atlasnav mark T0051 pa").unwrap(), ["partial"]);
    assert_eq!(complete("atlasnav glossary Jailb").unwrap(), ["Jailbreak"]);
    assert!(complete("atlasnav list techniques area:mod").unwrap().contains(&"area:model-theft".to_owned()));
}

#[test]
fn what_is_printed_is_no_wider_than_prose_and_has_its_ids() {
    let home = Home::new();
    let wrapped = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for id in ["8", "8.5", "51.1", "53", "cs26", "m20", "ta2", "cs60", "24.2"] {
        let text = home.says(&format!("show {id}"));
        let widest = text.lines().max_by_key(|line| line.chars().count()).unwrap();
        assert!(widest.chars().count() <= 100, "{id}: {widest}");
    }
    let text = wrapped(&home.says("show 51.1"));
    assert!(text.contains("Part of LLM Prompt Injection [T0051]"), "{text}");
    assert!(!text.contains("T0051 LLM Prompt Injection [T0051]"), "{text}");
}

#[test]
fn an_id_that_there_is_not_is_answered_with_the_nearest() {
    let home = Home::new();
    for line in ["show 51.9", "mark 51.9 gap", "find 51.9"] {
        let said = home.fails(1, &words(line));
        assert!(said.contains("; near it: T0051 LLM Prompt Injection, T0051.002 "), "{line}: {said}");
    }
    let (_, said) = plain(&home, "51.9\n");
    assert!(said.contains("near it: T0051 "), "{said}");
    assert!(!home.at("data").exists());
    // An id in the place of a verb.
    let out = home.run(&["51.1"]);
    assert_eq!(out.code, 2);
    assert!(out.stderr.ends_with("to see the object: atlasnav show 51.1\n"), "{}", out.stderr);
    assert!(!home.run(&["shwo"]).stderr.contains("atlasnav show"));
}

#[test]
fn an_assessment_that_is_not_there_is_said_and_not_made_by_looking() {
    let home = Home::new();
    for line in ["status", "show 51", "matrix", "list techniques", "undo"] {
        let out = home.run(&["-C", "notes/taem.yaml"].into_iter().chain(words(line)).collect::<Vec<_>>());
        assert!(out.stderr.contains("taem.yaml yet; the first mark makes it"), "{line}: {}", out.stderr);
    }
    assert!(!home.at("notes").exists() && !home.at("state").exists() && !home.at("data").exists());
    assert_eq!(home.run(&words("status")).stderr, "", "the usual one has been named by nobody");
    home.says("-C notes/team.yaml mark 51 gap");
    assert_eq!(home.run(&words("-C notes/team.yaml status")).stderr, "");
}

#[test]
fn a_note_alone_changes_the_note_alone() {
    let home = Home::new();
    home.says("mark 51 partial");
    let said = home.says_to(&["mark", "51", "--note", "filter live"]);
    assert_eq!(said, "+ T0051 LLM Prompt Injection: partial; note: filter live\n");
    let shown = home.json("show 51");
    assert_eq!(
        (&shown["mark"]["status"], &shown["mark"]["note"]),
        (&"partial".into(), &"filter live".into())
    );
    assert!(home.says_to(&["mark", "51", "--note", ""]).ends_with("; no note\n"));
    assert!(home.json("show 51")["mark"]["note"].is_null());
    let out = home.run(&words("mark 51"));
    assert!(out.code == 2 && out.stderr.contains("a status such as partial"), "{}", out.stderr);
}

#[test]
fn words_are_taken_as_people_write_them() {
    let home = Home::new();
    for word in ["not-applicable", "not applicable", "Not Applicable", "n/a"] {
        let said = home.says_to(&["mark", "51", word]);
        assert_eq!(said, "- T0051 LLM Prompt Injection: not applicable\n", "{word}");
        home.says("mark 51 unassessed");
    }
    assert!(home.says("status").contains("- 0 not applicable, a 0 accepted"));
    assert!(home.says_to(&["mark", "51", "risk accepted"]).ends_with(": risk accepted\n"));
    let lists = |word: &str| home.says(&format!("list {word}"));
    for word in ["cs", "cases", "case-study"] {
        assert_eq!(lists(word), lists("case-studies"));
    }
    assert_eq!(lists("t"), lists("techniques"));
}

#[test]
fn a_state_directory_that_can_not_be_is_named() {
    for in_the_way in ["state", "state/atlasnav"] {
        let home = Home::new();
        fs::create_dir_all(home.at(in_the_way).parent().unwrap()).unwrap();
        home.put(in_the_way, "");
        let out = home.run(&words("mark 51 gap"));
        assert_eq!(out.code, 0, "{}", out.stderr);
        assert!(!out.stderr.contains("a thousand") && !out.stderr.contains("set aside"), "{}", out.stderr);
        let said = home.run(&words("status")).stderr;
        assert!(said.contains("nothing can be undone: ") && said.contains("move that file away"), "{said}");
    }
}

#[test]
fn the_manual_page_has_the_verbs_and_the_keys() {
    let home = Home::new();
    let page = home.says("man");
    assert!(page.contains(".SH NAME") && page.contains(".SH KEYS"), "{page}");
    for verb in VERBS {
        assert!(page.contains(&format!("atlasnav\\-{}(1)", verb.replace('-', "\\-"))), "{verb}");
    }
    assert!(page.contains("Undo the last change of a mark"));
}

#[test]
fn the_doctor_says_what_it_finds_and_what_is_wrong() {
    let home = Home::new();
    let well = home.says("doctor");
    assert!(well.ends_with("Nothing is wrong.\n"), "{well}");
    assert!(well.contains("catalogue   ATLAS 2026.09, built-in summaries\n"), "{well}");
    assert!(!home.at("data").exists() && !home.at("state").exists(), "looking makes nothing");
    home.says("mark 51 gap");
    let facts = home.json("doctor");
    assert!(facts["facts"]["marks"].as_str().unwrap().ends_with("(1 mark)"), "{facts}");
    assert_eq!(facts["problems"], serde_json::json!([]));
    // Damage and wrong settings are told with file and line, all of them at once.
    let marks = home.at("data/atlasnav/assessments/default.yaml");
    let whole = fs::read_to_string(&marks).unwrap();
    fs::write(&marks, &whole[..whole.len() - 4]).unwrap();
    home.put("settings.toml", "theme = 'nowhere'\ncolour = 3\n");
    let out = home.run(&words("doctor --config settings.toml"));
    assert_eq!((out.code, out.stderr.as_str()), (3, "atlasnav: 3 things are wrong\n"), "{}", out.stdout);
    let wrong: Vec<&str> = out.stdout.lines().filter(|l| l.starts_with("WRONG: ")).collect();
    assert!(wrong.iter().any(|l| l.contains("default.yaml, line ")), "{wrong:?}");
    assert!(wrong.iter().any(|l| l.contains("settings.toml, line 2")), "{wrong:?}");
    assert!(wrong.iter().any(|l| l.contains("nowhere")), "{wrong:?}");
    assert_eq!(fs::read_to_string(&marks).unwrap().len(), whole.len() - 4);
}
