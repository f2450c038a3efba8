//! Reports as they are, to be read after each change: the whole for Markdown, a part of ATLAS for the
//! longer formats.

use atlasnav::catalog::Facet;
use atlasnav::exchange::FORMATS;

use crate::sample::Sample;

#[test]
fn an_empty_assessment() {
    insta::assert_snapshot!(Sample::empty().write("md"));
}

#[test]
fn a_worked_example() {
    let sample = Sample::worked();
    let marks = sample.assessment.marks.len();
    assert!((60..70).contains(&marks), "{marks}");
    insta::assert_snapshot!(sample.write("md"));
}

#[test]
fn a_part_of_it_in_every_format() {
    let mut sample = Sample::worked().narrowed(Facet::Area, "model-theft");
    sample.top = Some(3);
    for format in FORMATS {
        // One line that ends in CR LF would make insta take the whole for such a file.
        let text = sample.write(format.name).replace("\r\n", "\n");
        insta::assert_snapshot!(format!("part-{}", format.name), text);
    }
}

fn read(name: &str) -> String {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(root.join(name)).expect(name)
}

/// README shows lines of the worked example, which change with it.
#[test]
fn readme_shows_the_worked_example() {
    let (readme, report) = (read("README.md"), Sample::worked().write("md"));
    let section = readme.split("\n## Reports\n").nth(1).unwrap().split("\n## Keys\n").next().unwrap();
    let sample = section.split("```").nth(1).unwrap();
    let mut lines: Vec<&str> = sample.lines().skip(1).filter(|line| *line != "...").collect();
    lines.retain(|line| !line.is_empty());
    assert!(lines.len() > 5);
    for line in lines {
        assert!(report.lines().any(|l| l == line), "the report has no line `{line}`");
    }
}

#[test]
fn the_document_names_every_format_and_every_field_of_the_json() {
    let document = read("docs/report.md");
    for format in FORMATS {
        let row = format!("| `{}` | {} |\n", format.name, format.help);
        assert!(document.contains(&row), "docs/report.md should have the row {row}");
    }
    let report: serde_json::Value = serde_json::from_str(&Sample::worked().write("json")).unwrap();
    let table = document.split("\n| Field | What |\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let quoted =
        |text: &str| -> Vec<String> { text.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
    let firsts = table.lines().skip(1).flat_map(|row| quoted(row.split(" | ").next().unwrap()));
    let mut firsts: Vec<String> = firsts.collect();
    firsts.sort();
    let fields: Vec<&String> = report.as_object().unwrap().keys().collect();
    assert_eq!(firsts.iter().collect::<Vec<_>>(), fields, "the fields of a report");
    let named = quoted(&document);
    // And those of what is in them; of states and methods each is alike.
    let mut open = vec![&report];
    while let Some(value) = open.pop() {
        match value {
            serde_json::Value::Array(items) => open.extend(items),
            serde_json::Value::Object(fields) => {
                for (name, value) in fields {
                    let is_evidence = ["kind", "what", "link", "field", "value"].contains(&name.as_str());
                    assert!(is_evidence || named.contains(name), "docs/report.md does not name `{name}`");
                    open.push(value);
                }
            }
            _ => {}
        }
    }
}

#[test]
fn formats_are_told_apart_by_name_and_end_with_a_line() {
    let sample = Sample::worked();
    for format in FORMATS {
        assert_eq!(FORMATS.iter().filter(|f| f.name == format.name).count(), 1);
        assert!(format.name.ends_with(format.extension) && format.mime.contains('/'), "{}", format.name);
        let text = sample.write(format.name);
        assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{}", format.name);
        assert!(!text.contains('\t'), "{}", format.name);
        // The attribution that NOTICE asks for stands wherever there is room for it.
        if format.extension != "csv" {
            assert!(text.contains("Copyright 2021-2026 The MITRE Corporation"), "{}", format.name);
            assert!(text.contains("2026.09") && text.contains("built-in summaries"), "{}", format.name);
        }
    }
}
