//! Texts that would act on a terminal, in files that are good otherwise, through every way out that is
//! no screen: each verb, plain and as JSON, and stderr. `tests/journeys/hostile.rs` is the screen.

use std::fs;

use atlasnav::exchange::FORMATS;
use serde_json::Value;

use crate::corpus::{changed, quoted, texts};
use crate::program::Home;
use crate::readers::assert_safe;
use crate::{ASSESSMENT, V6};

/// Every text of the corpus in every text field of a release and of an assessment.
fn files(text: &str) -> (String, String) {
    let text = &quoted(text);
    let mut release = V6.to_owned();
    for (from, to) in [
        ("name: First", "name: {}"),
        ("description: What comes first.", "description: {}"),
        ("title: A paper", "title: {}"),
        ("https://example.org/paper", "{}"),
        ("id: TA0043", "id: {}"),
        ("name: Parent", "name: {}"),
        ("[Predictive AI, Agentic AI]", "[{}]"),
        ("maturity: Feasible", "maturity: {}"),
        ("description: A text.", "description: {}"),
        ("name: Help", "name: {}"),
        ("categories: [Policy]", "categories: [{}]"),
        ("name: Case", "name: {}"),
        ("actor: Somebody", "actor: {}"),
        ("target: Something", "target: {}"),
        ("reporter: Nobody", "reporter: {}"),
        ("description: So.", "description: {}"),
        ("description: They began.", "description: {}"),
        ("'2026.09'", "{}"),
    ] {
        release = changed(&release, from, &to.replace("{}", text));
    }
    let mut marks = ASSESSMENT.to_owned();
    for (from, to) in [
        ("\"2026.09\"", "{}"),
        ("name: Parent", "name: {}"),
        ("owner: platform security", "owner: {}"),
        ("note: |-\n      input filter live\n      no egress check", "note: {}"),
        ("what: rule 7", "what: {}"),
        ("https://example.org/rules/7", "{}"),
        ("by: soc", "by: {}"),
        ("name: Gone", "name: {}"),
    ] {
        marks = changed(&marks, from, &to.replace("{}", text));
    }
    (release, marks)
}

fn assert_safe_json(value: &Value) {
    match value {
        // A note and a description may have several lines.
        Value::String(text) => assert_safe(text, true),
        Value::Array(items) => items.iter().for_each(assert_safe_json),
        Value::Object(fields) => fields.iter().for_each(|(name, value)| {
            assert_safe(name, false);
            assert_safe_json(value);
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[test]
fn no_verb_lets_a_text_act() {
    const VERBS: [&[&str]; 12] = [
        &["show", "ta1"],
        &["show", "t1"],
        &["show", "t1.0"],
        &["show", "m1"],
        &["show", "cs1"],
        &["find", "other"],
        &["list", "tactics"],
        &["list", "techniques"],
        &["list", "mitigations"],
        &["list", "case-studies"],
        &["status"],
        &["mark", "t1", "partial"],
    ];
    for (_, name, text) in texts() {
        let home = Home::new();
        let (release, marks) = files(&text);
        fs::write(home.at("data.yaml"), release).unwrap();
        for verb in VERBS {
            fs::write(home.at("marks.yaml"), &marks).unwrap();
            let arguments = [&["--data", "data.yaml", "-C", "marks.yaml"], verb].concat();
            // `run` looks at both streams.
            let plain = home.run(&arguments);
            assert_eq!(plain.code, 0, "{name}, {verb:?}: {}", plain.stderr);
            let json = home.run(&[&arguments[..], &["--json"]].concat());
            assert_safe_json(&serde_json::from_str(&json.stdout).expect("JSON"));
        }
        // Lines of CSV end in CR LF, which `run` would take for unsafe; tests/report looks at those.
        for format in FORMATS.iter().filter(|format| format.extension != "csv") {
            let report =
                home.run(&["--data", "data.yaml", "-C", "marks.yaml", "report", "--to", format.name]);
            assert_eq!(report.code, 0, "{name}, {}: {}", format.name, report.stderr);
        }
        // On stderr: a damaged file and what was asked for.
        fs::write(
            home.at("marks.yaml"),
            changed(&marks, "status: gap", &format!("status: {}", quoted(&text))),
        )
        .unwrap();
        assert_eq!(home.run(&["-C", "marks.yaml", "status"]).code, 3, "{name}");
        let asked = text.replace('\0', "");
        for verb in ["show", "find"] {
            assert!([0, 1].contains(&home.run(&[verb, &asked]).code), "{name}");
        }
        assert_eq!(home.run(&[asked.as_str()]).code, 2, "{name}");
        let noted = home.run(&["--data", "data.yaml", "mark", "t2", "gap", "--note", &asked]);
        assert_eq!(noted.code, 0, "{name}: {}", noted.stderr);
    }
}
