//! Searching the built-in catalogue, and ids as people type them.
#![no_main]

use std::cell::RefCell;

use atlasnav::catalog::{Catalog, ObjectId, builtin};
use atlasnav::coverage::{Assessment, Ground};
use atlasnav::search::Index;
use atlasnav_fuzz::assert_safe;
use libfuzzer_sys::fuzz_target;

thread_local! {
    static SEARCH: RefCell<(Catalog, Index)> = RefCell::new({
        let catalog = builtin().expect("the built-in catalogue decodes");
        let index = Index::new(&catalog);
        (catalog, index)
    });
}

fuzz_target!(|query: &str| {
    SEARCH.with_borrow_mut(|(catalog, index)| {
        let hits = index.find(catalog, query);
        for (at, hit) in hits.iter().enumerate() {
            if let Some(id) = hit.item.object() {
                assert!(catalog.contains(id));
                assert_eq!(*hit.name, *catalog.full_name(id));
            }
            assert!(hits[..at].iter().all(|other| other.item != hit.item), "{:?} is there twice", hit.item);
            let letters = hit.name.chars().count();
            assert!(
                hit.spans.is_sorted_by(|a, b| a < b) && hit.spans.iter().all(|s| *s < letters),
                "{hit:?}"
            );
            assert_safe(&hit.snippet(catalog), false);
        }
        assert_eq!(index.find(catalog, query), hits, "searching leaves nothing behind");
        let on =
            Ground { catalog, assessment: &Assessment::default(), today: jiff::civil::date(2026, 11, 23) };
        for hit in index.find_marked(on, query) {
            assert!(hit.item.object().is_none_or(|id| catalog.contains(id)));
        }
    });
    if let Some(id) = ObjectId::parse_loosely(query) {
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(ObjectId::parse_loosely(&id.short()), Some(id));
        assert_eq!(ObjectId::from_link(&id.url()), Some(id));
    }
});
