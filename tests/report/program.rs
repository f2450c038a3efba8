//! The verb from outside: where the report goes, what it may replace, what it is about.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Duration;

use atlasnav::store::{Paths, Store};
use jiff::civil::date;
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_atlasnav");

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

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, line: &str) -> Out {
        self.feed(line, "")
    }

    fn feed(&self, line: &str, input: &str) -> Out {
        let out = assert_cmd::Command::new(PROGRAM)
            .args(line.split_whitespace().map(OsStr::new))
            .env_clear()
            .envs([("HOME", self.at("")), ("XDG_DATA_HOME", self.at("data"))])
            .envs([("XDG_STATE_HOME", self.at("state")), ("XDG_CONFIG_HOME", self.at("config"))])
            .env("USER", "tester")
            .current_dir(self.at(""))
            .write_stdin(input)
            .timeout(Duration::from_secs(20))
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Out { code: out.status.code().unwrap(), stdout: text(out.stdout), stderr: text(out.stderr) }
    }

    fn says(&self, line: &str) -> String {
        let out = self.run(line);
        assert_eq!((out.code, out.stderr.as_str()), (0, ""), "{line}");
        out.stdout
    }

    fn fails(&self, code: i32, line: &str) -> String {
        let out = self.run(line);
        assert_eq!((out.code, out.stdout.as_str()), (code, ""), "{line}: {}", out.stderr);
        out.stderr
    }
}

#[test]
fn what_is_printed_is_what_is_written() {
    let home = Home::new();
    home.says("mark t51 covered --note checked");
    for format in atlasnav::exchange::FORMATS {
        let (name, file) = (format.name, format!("{}.{}", format.name, format.extension));
        let printed = home.says(&format!("report --to {name}"));
        assert_eq!(home.says(&format!("report --to {name} -o {file}")), "");
        assert!(fs::read_to_string(home.at(&file)).unwrap() == printed, "{name}");
        assert_eq!(fs::metadata(home.at(&file)).unwrap().permissions().mode() & 0o7133, 0, "{name}");
    }
    let markdown = home.says("report");
    assert_eq!(markdown, home.says("report --to md"));
    assert!(markdown.contains("- 1 of 208 applicable techniques covered (0%)."), "{markdown}");
    assert!(markdown.contains(" by tester.\\\n") && markdown.starts_with("# ATLAS coverage: default\n"));
    assert!(!markdown.contains(home.0.path().to_str().unwrap()), "no paths");
}

#[test]
fn a_file_that_is_there_is_replaced_only_by_force() {
    let home = Home::new();
    fs::write(home.at("r.md"), "mine").unwrap();
    let refused = home.fails(3, "report -o r.md");
    assert!(refused.contains("is there already") && refused.contains("--force"), "{refused}");
    assert_eq!(fs::read_to_string(home.at("r.md")).unwrap(), "mine");
    home.says("report -o r.md --force");
    assert!(fs::read_to_string(home.at("r.md")).unwrap().starts_with("# ATLAS coverage"));
    fs::create_dir(home.at("elsewhere")).unwrap();
    fs::write(home.at("elsewhere/r.md"), "mine").unwrap();
    std::os::unix::fs::symlink("elsewhere/r.md", home.at("link.md")).unwrap();
    assert!(home.fails(3, "report -o link.md").contains("is there already"));
    home.says("report -o link.md --force");
    assert!(fs::read_to_string(home.at("elsewhere/r.md")).unwrap().starts_with("# ATLAS coverage"));
    assert!(fs::symlink_metadata(home.at("link.md")).unwrap().is_symlink());
    let missing = home.fails(3, "report -o nowhere/r.md");
    assert!(missing.contains("the report is not written"), "{missing}");
    assert!(home.fails(2, "report --force").contains("--output"));
    let out = home.feed("--plain", "report -o plain.md\nreport --to svg\n");
    assert!(out.stderr.contains("can't be run from here"), "{}", out.stderr);
    assert!(out.stdout.starts_with("<svg ") && !home.at("plain.md").exists());
}

#[test]
fn wrong_usage_says_what_is_possible() {
    let home = Home::new();
    let said = home.fails(2, "report --to pdf");
    for format in atlasnav::exchange::FORMATS {
        assert!(said.contains(format.name), "{said}");
    }
    assert!(home.fails(1, "report --since q3").contains("there is no snapshot `q3`: there is none yet"));
    assert!(home.fails(2, "report words").contains("is no field"));
    let help = home.says("report --help");
    assert!(help.contains("--since") && help.contains("tickets-csv: "), "{help}");
}

#[test]
fn fields_and_platforms_narrow_it() {
    let home = Home::new();
    let all: serde_json::Value = serde_json::from_str(&home.says("report --to json")).unwrap();
    let part: serde_json::Value = serde_json::from_str(&home.says("report --to json area:evasion")).unwrap();
    let count = |report: &serde_json::Value| report["scope"]["techniques"].as_u64().unwrap();
    assert!(count(&part) > 0 && count(&part) < count(&all), "{} of {}", count(&part), count(&all));
    assert_eq!(part["scope"]["query"], "area:model-evasion");
    let marks =
        "format: 1\nname: \"Robot: arm\"\nplatforms:\n  - predictive-ai\nrelease: \"2026.09\"\nmarks: {}\n";
    home.says("-C robot.yaml mark t51 gap");
    let text = fs::read_to_string(home.at("robot.yaml")).unwrap();
    let release = text.lines().position(|line| line.starts_with("release:")).expect(&text);
    let mut lines: Vec<&str> = text.lines().collect();
    lines.splice(release..release, marks.lines().skip(1).take(3));
    fs::write(home.at("robot.yaml"), lines.join("\n") + "\n").unwrap();
    let robot: serde_json::Value =
        serde_json::from_str(&home.says("-C robot.yaml report --to json")).unwrap();
    assert_eq!(
        (&robot["name"], &robot["scope"]["query"]),
        (&"Robot: arm".into(), &"platform:predictive-ai".into())
    );
    assert!(count(&robot) < count(&all));
}

#[test]
fn a_snapshot_tells_what_has_happened_since() {
    let home = Home::new();
    home.says("mark t51 gap");
    let paths = Paths {
        assessment: home.at("data/atlasnav/assessments/default.yaml"),
        state: home.at("state/atlasnav"),
    };
    let catalog = atlasnav::catalog::builtin().unwrap();
    Store::new(paths).take_snapshot(&catalog, "q3", date(2026, 8, 31)).unwrap();
    home.says("mark t51 covered");
    for name in ["q3", "Q3", "2026-08-31"] {
        let report = home.says(&format!("report --since {name}"));
        assert!(report.contains("### Since q3 of 2026-08-31"), "{report}");
        assert!(report.contains("- 1 techniques and mitigations changed by us."), "{report}");
        assert!(report.contains("We brought 1 techniques to covered and took 0 back"), "{report}");
        assert!(report.contains("| 2026-08-31 | q3 | 2026.09 | 208 | 208 | 1 | 0 | 0 | 0% |"), "{report}");
    }
    let said = home.fails(1, "report --since q4");
    assert!(said.contains("there is no snapshot `q4`: q3 (2026-08-31)"), "{said}");
    assert!(!home.says("report").contains("### Since"));
}

#[test]
fn a_damaged_assessment_makes_no_report() {
    let home = Home::new();
    fs::write(home.at("bad.yaml"), "marks: [").unwrap();
    let said = home.fails(3, "-C bad.yaml report -o r.md");
    assert!(said.contains("bad.yaml") && !home.at("r.md").exists(), "{said}");
}
