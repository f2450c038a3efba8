//! Texts that would be markup, formulas or commands, in every text of every mark: each format shows them and
//! does nothing else with them.

use std::collections::BTreeMap;

use atlasnav::catalog::{is_unsafe, sanitize};
use atlasnav::coverage::{Assessment, Claim, Conflict, Evidence, EvidenceKind, Mark};
use atlasnav::exchange::{FORMATS, unguard};
use pulldown_cmark::{Event, Options, Parser, Tag};

use crate::sample::{Sample, TODAY};

/// As marks may hold them: what a file says has been sanitised when it was read.
fn texts() -> Vec<String> {
    raw().iter().map(|text| sanitize(text, false).into_owned()).collect()
}

fn raw() -> [&'static str; 23] {
    [
        "a plain text",
        "\u{1b}[31;7m red \u{1b}]52;c;ZXZpbA==\u{7} \u{9b}2J",
        "</script><script>alert(1)</script></style></td></table>",
        "\"><img src=x onerror=alert(1)> ' onmouseover='alert(1)",
        "]]><x/> --> &lt;&#27;[31m %s ${x} `id` $(id) &amp;",
        "| a | b | \\| `|` ``| ",
        "[link](https://evil.example) ![x](https://evil.example/x.png) <https://evil.example> [a]: https://evil.example",
        "# head *strong* _soft_ ~~gone~~ $a^2$ <b>bold</b> - [ ] task",
        "=HYPERLINK(\"https://evil.example\",\"x\")",
        "+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(1)",
        "'=1",
        "＝1+1",
        "\"quoted\", with, commas;",
        "\u{202e}gnp.exe\u{202c} \u{2066}a\u{2069}",
        "a\u{200b}d\u{2028}m\u{feff}",
        "javascript:alert(1)",
        "1. one",
        "> quote",
        "漢字 and éè 👨‍👩‍👧",
        "\\",
        "`",
    ]
}

/// A mark with the text in every field that holds one.
fn mark(text: &str) -> Mark {
    let claim = |claim| Conflict { claim, by: Some(text.to_owned()), on: Some(TODAY) };
    let mut mark = Mark { owner: Some(text.to_owned()), ..Mark::default() };
    mark.set_note(&format!("{text}\n{text}\n\n{text}"));
    for kind in EvidenceKind::ALL {
        let (what, link) = (text.to_owned(), Some(text.to_owned()));
        mark.evidence.push(Evidence { kind, what, link, on: Some(TODAY) });
    }
    mark.review = Some(TODAY);
    mark.conflicts =
        vec![claim(Claim::Owner(Some(text.to_owned()))), claim(Claim::Owner(Some("other".to_owned())))];
    mark.log = vec![format!("2026-11-23 {text}: gap; note: {text}"), text.to_owned()];
    mark.by = Some(text.to_owned());
    mark.on = Some(TODAY);
    mark
}

/// The same marks, each with its own text or all with a harmless one.
fn sample(text_of: impl Fn(usize) -> String) -> Sample {
    let catalog = atlasnav::catalog::builtin().unwrap();
    let count = texts().len();
    let ids = catalog.techniques.iter().map(|t| t.id).take(count).chain([catalog.mitigations[0].id]);
    let mut marks = BTreeMap::new();
    for (place, id) in ids.enumerate() {
        let mut mark = mark(&text_of(place % count));
        mark.set_state(atlasnav::coverage::State::ALL[place % 8], TODAY);
        marks.insert(id, mark);
    }
    let mut sample = Sample::of(Assessment { marks, ..Assessment::default() });
    sample.name = text_of(2);
    sample
}

fn hostile() -> Sample {
    sample(|place| texts()[place].clone())
}

fn harmless() -> Sample {
    sample(|_| "harmless".to_owned())
}

#[test]
fn nothing_that_acts_leaves_in_any_format() {
    // Even where something got into a mark without being sanitised.
    let sample = sample(|place| raw()[place].to_owned());
    for format in FORMATS {
        let text = sample.write(format.name);
        assert!(format.extension != "json" || !text.contains("\\u00"), "{}", format.name);
        let text = if format.extension == "csv" { text.replace("\r\n", "\n") } else { text };
        let bad = text.chars().find(|c| *c != '\n' && is_unsafe(*c));
        assert_eq!(bad, None, "{}", format.name);
    }
}

/// What the Markdown is made of, and its text.
fn read_markdown(markdown: &str) -> (Vec<String>, String) {
    let (mut shape, mut text) = (Vec::new(), String::new());
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    for event in Parser::new_ext(markdown, options | Options::ENABLE_MATH) {
        match event {
            Event::Text(part) | Event::Code(part) => text.push_str(&part),
            Event::InlineHtml(html) => {
                assert_eq!(&*html, "<br>");
                text.push('\n');
            }
            Event::SoftBreak | Event::HardBreak => text.push('\n'),
            Event::Start(tag) => {
                if let Tag::Link { dest_url, .. } = &tag {
                    assert!(dest_url.starts_with("https://atlas.mitre.org/"), "{dest_url}");
                }
                shape.push(format!("{tag:?}"));
            }
            Event::End(tag) => {
                text.push('\n');
                shape.push(format!("{tag:?}"));
            }
            other => panic!("{other:?}"),
        }
    }
    (shape, text)
}

#[test]
fn markdown_shows_texts_and_keeps_its_shape() {
    for format in ["md", "tickets-md"] {
        let (shape, text) = read_markdown(&hostile().write(format));
        let (expected, _) = read_markdown(&harmless().write(format));
        assert!(shape == expected, "{format} is made of other things");
        if format == "md" {
            for expected in texts() {
                let expected = expected.trim();
                assert!(text.contains(expected), "{expected}");
            }
        }
    }
}

/// The elements of a document with the names of their attributes, and its text.
fn read_xml(xml: &str) -> (Vec<String>, String) {
    let options = roxmltree::ParsingOptions { allow_dtd: true, ..roxmltree::ParsingOptions::default() };
    let document = roxmltree::Document::parse_with_options(xml, options).expect("well-formed");
    let mut shape = Vec::new();
    let mut text = String::new();
    for node in document.descendants() {
        if node.is_element() {
            let attributes: Vec<&str> = node.attributes().map(|a| a.name()).collect();
            shape.push(format!("{} {attributes:?}", node.tag_name().name()));
            for address in ["href", "src"].into_iter().filter_map(|name| node.attribute(name)) {
                assert!(address.starts_with("https://") || address.starts_with('#'), "{address}");
            }
        } else if node.is_text() {
            text.push_str(node.text().unwrap());
        }
    }
    (shape, text)
}

#[test]
fn the_page_shows_texts_and_keeps_its_shape() {
    let (shape, text) = read_xml(&hostile().write("html"));
    let (expected, _) = read_xml(&harmless().write("html"));
    assert!(shape == expected, "the page is made of other things");
    assert!(shape.iter().all(|element| !element.starts_with("script") && !element.contains("\"on")));
    for expected in texts() {
        assert!(text.contains(&expected), "{expected}");
    }
}

#[test]
fn the_picture_keeps_its_shape() {
    let (shape, text) = read_xml(&hostile().write("svg"));
    let (expected, _) = read_xml(&harmless().write("svg"));
    assert!(shape == expected, "the picture is made of other things");
    assert!(text.contains(&texts()[2]), "the name of the assessment");
    assert!(shape.iter().all(|element| !element.starts_with("script")));
    // Each technique once per column, with id, name and word; the picture has a title and says what it is.
    let sample = harmless();
    let cells: usize = sample.overview.tactics.iter().map(|t| t.rollup.total()).sum();
    assert_eq!(shape.iter().filter(|element| element.starts_with("g ")).count(), cells);
    assert_eq!(shape[1..3], ["title [\"id\"]", "desc [\"id\"]"]);
    assert!(shape[0].contains("viewBox"));
}

#[test]
fn csv_reads_back_to_the_same_marks_and_runs_nothing() {
    let sample = hostile();
    let text = sample.write("csv");
    assert_eq!(text.matches("\r\n").count(), 1 + sample.catalog.markable().count());
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let heads = reader.headers().unwrap().clone();
    let mut ids = Vec::new();
    for row in reader.records() {
        let row = row.unwrap();
        assert!(row.iter().all(|cell| !cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝'])), "{row:?}");
        let cell = |name| unguard(&row[heads.iter().position(|head| head == name).unwrap()]).to_owned();
        let text = |name| Some(cell(name)).filter(|text| !text.is_empty());
        let day = |name| text(name).map(|day| day.parse().unwrap());
        let list = |name| text(name).unwrap_or_else(|| "[]".to_owned());
        let mark = Mark {
            status: atlasnav::coverage::Status::from_word(&cell("status")).unwrap(),
            owner: text("owner"),
            note: text("note"),
            evidence: serde_json::from_str(&list("evidence")).unwrap(),
            tested: day("tested"),
            review: day("review"),
            by: text("by"),
            on: day("on"),
            conflicts: serde_json::from_str(&list("conflicts")).unwrap(),
            log: serde_json::from_str(&list("log")).unwrap(),
        };
        let id = cell("id").parse().unwrap();
        assert_eq!(&mark, sample.assessment.mark(id), "{id}");
        ids.push(id);
    }
    assert_eq!(ids, sample.catalog.markable().collect::<Vec<_>>());
}

#[test]
fn json_reads_back_to_the_same_marks() {
    let sample = hostile();
    let report: serde_json::Value = serde_json::from_str(&sample.write("json")).unwrap();
    assert_eq!(report["format"], 1);
    let marks = report["marks"].as_array().unwrap();
    let mut read = BTreeMap::new();
    for mark in marks {
        let id = mark["id"].as_str().unwrap().parse().unwrap();
        read.insert(id, serde_json::from_value::<Mark>(mark.clone()).unwrap());
    }
    assert_eq!(read, sample.assessment.marks);
    assert_eq!(report["name"], texts()[2].as_str());
}

#[test]
fn a_note_of_64_kb_is_whole_for_programs_and_cut_for_people() {
    let note = "0123456789abcdef".repeat(4096);
    let mut sample = harmless();
    let id = *sample.assessment.marks.keys().next().unwrap();
    sample.assessment.marks.get_mut(&id).unwrap().set_note(&note);
    for format in FORMATS {
        let text = sample.write(format.name);
        let is_whole = ["csv", "json"].contains(&format.name);
        assert_eq!(text.contains(&note), is_whole, "{}", format.name);
        let is_cut = ["md", "html"].contains(&format.name);
        assert_eq!(text.contains("(cut here; the assessment has all of it)"), is_cut, "{}", format.name);
    }
}
