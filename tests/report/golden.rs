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
