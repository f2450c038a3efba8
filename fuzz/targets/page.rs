//! Markdown -> pages: no line is wider than asked, links lead somewhere, nothing acts on a terminal.
//!
//! The first byte is the width, the rest the text of a technique.
#![no_main]

use std::cell::RefCell;

use atlasnav::catalog::{Catalog, sanitize};
use atlasnav::coverage::Assessment;
use atlasnav::page::{Part, object, width};
use atlasnav_fuzz::{assert_safe, small_catalogue};
use jiff::civil::date;
use libfuzzer_sys::fuzz_target;

thread_local! {
    static CATALOG: RefCell<Catalog> = RefCell::new(small_catalogue());
}

fuzz_target!(|input: (u8, &str)| {
    let cells = 24 + usize::from(input.0 % 100);
    CATALOG.with_borrow_mut(|catalog| {
        catalog.techniques[0].description = sanitize(input.1, true).into_owned().into();
        let (id, parts) = (catalog.techniques[0].id, [Part::Text, Part::Related, Part::Seen]);
        let page = object(catalog, &Assessment::default(), date(2026, 11, 23), id, &parts, cells);
        for line in &page.lines {
            let text: String = line.iter().map(|span| span.text.as_str()).collect();
            assert_safe(&text, false);
            assert!(width(&text) <= cells, "{} cells of {cells}: {text:?}", width(&text));
            assert!(line.iter().filter_map(|span| span.link).all(|link| link < page.links.len()));
        }
        assert!(page.links.iter().all(|link| link.line < page.lines.len()));
        assert!(
            page.sections.iter().all(|s| s.lines.start <= s.lines.end && s.lines.end <= page.lines.len())
        );
        assert_safe(&page.plain(), true);
    });
});
