//! Marks of several people in git: what stock git merges, and `atlasnav merge` as its merge driver.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_atlasnav");

/// A repository with one assessment in it, `marks.yaml`.
struct Repository(TempDir);

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

impl Repository {
    /// With a first commit on the branch `main`.
    fn new() -> Repository {
        let repository = Repository(tempfile::tempdir().unwrap());
        repository.must("init -q -b main");
        fs::write(repository.at(".gitignore"), ".*.lock\ndata\nstate\n").unwrap();
        repository.must("add .gitignore");
        repository.must("commit -q -m first");
        repository
    }

    /// With the two lines that the documents give.
    fn with_driver() -> Repository {
        let repository = Repository::new();
        let driver = format!("'{PROGRAM}' merge %O %A %B");
        let out = repository.git(&["config", "merge.atlasnav.driver", &driver]);
        assert!(out.status.success());
        fs::write(repository.at(".gitattributes"), "marks.yaml merge=atlasnav\n").unwrap();
        repository.must("add .gitattributes");
        repository.must("commit -q -m driver");
        repository
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Nothing of who runs the tests reaches git or the program.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.0.path()).env_clear().env("HOME", self.0.path());
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("GIT_CONFIG_NOSYSTEM", "1").env("XDG_STATE_HOME", self.at("state"));
        command.env("XDG_DATA_HOME", self.at("data"));
        for who in ["AUTHOR", "COMMITTER"] {
            command
                .env(format!("GIT_{who}_NAME"), "Tester")
                .env(format!("GIT_{who}_EMAIL"), "tester@example.org");
        }
        command
    }

    fn git(&self, arguments: &[&str]) -> Output {
        self.command("git").args(arguments).output().unwrap()
    }

    fn must(&self, line: &str) {
        let out = self.git(&line.split(' ').collect::<Vec<_>>());
        assert!(out.status.success(), "git {line}: {}{}", text(&out.stdout), text(&out.stderr));
    }

    fn run(&self, user: &str, line: &str) -> Output {
        let arguments = line.split(' ').collect::<Vec<_>>();
        self.command(PROGRAM).env("USER", user).args(["-C", "marks.yaml"]).args(arguments).output().unwrap()
    }

    /// Marks on a branch, each as a commit. A branch that is not there is made from here.
    fn marks(&self, branch: &str, user: &str, lines: &[&str]) {
        if !self.git(&["switch", "-q", branch]).status.success() {
            self.must(&format!("switch -q -c {branch}"));
        }
        for line in lines {
            let out = self.run(user, line);
            assert!(out.status.success(), "{line}: {}", text(&out.stderr));
            self.must("add marks.yaml");
            self.must("commit -q -m mark");
        }
    }

    fn mark_of(&self, id: &str) -> Value {
        let out = self.run("nobody", &format!("show {id} --json"));
        assert!(out.status.success(), "{}", text(&out.stderr));
        serde_json::from_slice::<Value>(&out.stdout).unwrap()["mark"].clone()
    }

    fn status(&self) -> Value {
        serde_json::from_slice(&self.run("nobody", "status --json").stdout).unwrap()
    }

    /// The branch `theirs` forks from here; both get marks; then theirs is merged into ours.
    fn fork_and_merge(&self, ours: &[&str], theirs: &[&str]) -> Output {
        self.must("branch theirs");
        self.marks("theirs", "soc", theirs);
        self.marks("main", "ann", ours);
        self.git(&["merge", "-q", "-m", "merged", "theirs"])
    }
}

#[test]
fn stock_git_merges_marks_of_different_objects() {
    let repository = Repository::new();
    repository.marks("main", "ann", &["mark 0 gap"]);
    let out = repository.fork_and_merge(
        &["mark 51 covered", "mark 0 planned", "mark m20 tested"],
        &["mark 51.1 partial --note see-wiki", "mark 1 gap", "mark m19 accepted"],
    );
    assert!(out.status.success(), "{}", text(&out.stdout));
    let states = ["51", "0", "m20", "51.1", "1", "m19"].map(|id| repository.mark_of(id)["state"].clone());
    assert_eq!(states, ["covered", "planned", "tested", "partial", "gap", "accepted"]);
    assert_eq!(repository.status()["conflicts"], Value::Array(Vec::new()));
}

#[test]
fn the_driver_merges_different_fields_of_one_mark_without_a_word() {
    let ours = ["mark 51 covered", "mark 0 planned"];
    let theirs = ["mark 51 gap --note see-wiki", "mark 51 unassessed", "mark 1 gap"];
    // Stock git sees changes of neighbouring lines.
    let stock = Repository::new();
    stock.marks("main", "ann", &["mark 0 gap"]);
    assert_eq!(stock.fork_and_merge(&ours, &theirs).status.code(), Some(1));

    let repository = Repository::with_driver();
    repository.marks("main", "ann", &["mark 0 gap"]);
    let out = repository.fork_and_merge(&ours, &theirs);
    assert!(out.status.success(), "{}{}", text(&out.stdout), text(&out.stderr));
    let mark = repository.mark_of("51");
    assert_eq!((&mark["state"], &mark["note"]), (&"covered".into(), &"see-wiki".into()));
    assert_eq!(repository.mark_of("1")["state"], "gap");
    let unclean = repository.git(&["status", "--porcelain"]);
    assert_eq!(text(&unclean.stdout), "", "nothing is left lying about");
}

#[test]
fn the_driver_leaves_conflicts_in_the_file_for_the_next_mark_to_settle() {
    let repository = Repository::with_driver();
    repository.marks("main", "ann", &["mark 51 planned"]);
    let out = repository.fork_and_merge(
        &["mark 51 gap", "mark m20 partial", "mark 0 partial"],
        &["mark 51 covered", "mark m20 tested"],
    );
    assert_eq!(out.status.code(), Some(1));
    let said = text(&out.stderr);
    assert!(said.contains("atlasnav: merged, but 2 objects are in conflict, T0051, M0020: "), "{said}");

    // The file is whole, and the program says what it holds.
    let mark = repository.mark_of("51");
    assert_eq!((&mark["state"], &mark["status"]), (&"conflict".into(), &"gap".into()));
    let claims: Vec<_> = mark["conflicts"].as_array().unwrap().iter().collect();
    let said: Vec<_> = claims.iter().map(|c| (&c["field"], &c["value"], &c["by"])).collect();
    let status = Value::from("status");
    assert_eq!(said, [(&status, &"gap".into(), &"ann".into()), (&status, &"covered".into(), &"soc".into())]);
    assert!(claims.iter().all(|c| c["on"] == mark["on"]), "{mark}");
    let shown = text(&repository.run("ann", "show 51").stdout);
    assert!(shown.contains("Status     ? conflict, counts as ! gap\n"), "{shown}");
    assert!(shown.contains("status: gap (ann, 2") && shown.contains(") or covered (soc, 2"), "{shown}");
    assert!(text(&repository.run("ann", "list techniques").stdout).contains("\n? T0051 "));
    let all = text(&repository.run("ann", "status").stdout);
    assert!(all.contains("\n2 in conflict: T0051 (status), M0020 (status)\n"), "{all}");
    let all = repository.status();
    assert_eq!(
        (&all["conflicts"][0]["id"], all["conflicts"].as_array().unwrap().len()),
        (&"AML.T0051".into(), 2)
    );
    let techniques = &all["techniques"];
    assert_eq!((&techniques["by-state"]["gap"], &techniques["covered"]), (&1.into(), &0.into()));
    assert_eq!(techniques["by-state"].as_object().unwrap().len(), 8);

    let settled = repository.run("ann", "mark 51 partial");
    assert_eq!(text(&settled.stdout), "+ T0051 LLM Prompt Injection: partial\n");
    repository.run("ann", "mark m20 partial");
    assert_eq!(repository.status()["conflicts"], Value::Array(Vec::new()));
    repository.must("add marks.yaml");
    repository.must("commit -q -m settled");
    // The other branch takes it over without another question.
    repository.must("switch -q theirs");
    repository.must("merge -q main");
    assert_eq!(repository.mark_of("51")["state"], "partial");
}

#[test]
fn a_conflict_in_the_file_is_there_until_its_object_is_marked() {
    let repository = Repository::new();
    repository.marks("main", "ann", &["mark 51 gap"]);
    // A conflict as the driver leaves it.
    let file = repository.at("marks.yaml");
    let whole = fs::read_to_string(&file).unwrap();
    let conflict =
        "    status: gap\n    conflict:\n      - field: status\n        value: covered\n        by: soc\n";
    fs::write(&file, whole.replace("    status: gap\n", conflict)).unwrap();
    // The mark of another object settles nothing.
    let noted = repository.run("ann", "mark 0 gap --note x");
    assert!(noted.status.success());
    assert_eq!(repository.mark_of("51")["state"], "conflict");
    assert_eq!(text(&repository.run("ann", "mark 51 gap").stdout), "! T0051 LLM Prompt Injection: gap\n");
    assert_eq!(repository.mark_of("51")["conflicts"], Value::Array(Vec::new()));
}

#[test]
fn two_assessments_without_a_common_ancestor_are_merged() {
    let repository = Repository::with_driver();
    // The file is new on both sides.
    let out = repository.fork_and_merge(&["mark 51 gap", "mark 0 gap"], &["mark 51.1 covered", "mark 0 gap"]);
    assert!(out.status.success(), "{}{}", text(&out.stdout), text(&out.stderr));
    let states = ["51", "51.1", "0"].map(|id| repository.mark_of(id)["state"].clone());
    assert_eq!(states, ["gap", "covered", "gap"]);
}

#[test]
fn a_damaged_side_leaves_ours_as_it_is() {
    let repository = Repository::with_driver();
    repository.marks("main", "ann", &["mark 0 gap"]);
    repository.must("branch theirs");
    repository.must("switch -q theirs");
    let file = repository.at("marks.yaml");
    let whole = fs::read_to_string(&file).unwrap();
    fs::write(&file, whole.replacen("status: gap", "status: gone", 1)).unwrap();
    repository.must("commit -q -a -m damaged");
    repository.marks("main", "ann", &["mark 0 covered"]);
    let before = fs::read(&file).unwrap();
    let out = repository.git(&["merge", "-q", "theirs"]);
    assert_eq!(out.status.code(), Some(1));
    assert!(text(&out.stderr).contains("`gone` is no status"), "{}", text(&out.stderr));
    assert_eq!(fs::read(&file).unwrap(), before);
}

#[test]
fn exit_codes_of_the_verb() {
    let repository = Repository::new();
    repository.marks("main", "ann", &["mark 0 gap"]);
    let base = fs::read_to_string(repository.at("marks.yaml")).unwrap();
    let theirs = base.replacen("status: gap", "status: covered", 1);
    let merge = |base: &str, ours: &str, theirs: &str| {
        for (name, text) in [("base", base), ("ours", ours), ("theirs", theirs)] {
            fs::write(repository.at(name), text).unwrap();
        }
        let out = repository.command(PROGRAM).args(["merge", "base", "ours", "theirs"]).output().unwrap();
        assert_eq!(text(&out.stdout), "");
        let result = fs::read_to_string(repository.at("ours")).unwrap();
        (out.status.code().unwrap(), text(&out.stderr), result)
    };
    assert_eq!(merge(&base, &base, &theirs), (0, String::new(), theirs.clone()));
    assert_eq!(merge("", &base, &base), (0, String::new(), base.clone()));
    let (code, said, result) = merge(&base, &base.replacen("status: gap", "status: partial", 1), &theirs);
    assert_eq!((code, result.contains("    conflict:\n")), (1, true));
    assert!(said.starts_with("atlasnav: merged, but 1 object is in conflict, T0000: "), "{said}");
    // What is open stays open, whoever merges next.
    assert_eq!(merge(&result, &result, &result).0, 1);
    let torn = &theirs[..theirs.len() / 2];
    for (name, (code, said, result)) in [
        ("theirs", merge(&base, &base, torn)),
        ("base", merge(torn, &base, &theirs)),
        ("theirs", merge("", &base, "")),
    ] {
        assert_eq!((code, &result), (3, &base));
        assert!(said.contains(&format!("/{name}")), "{said}");
    }
    assert_eq!(merge(&base, torn, &theirs).2, torn);
    fs::write(repository.at("ours"), &base).unwrap();
    fs::remove_file(repository.at("theirs")).unwrap();
    let out = repository.command(PROGRAM).args(["merge", "base", "ours", "theirs"]).output().unwrap();
    assert_eq!(out.status.code(), Some(3));
    assert!(text(&out.stderr).contains("theirs is not there"), "{}", text(&out.stderr));
}
