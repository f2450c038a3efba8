//! Lines of marks and tables of them: all is sound, or every wrong line is told.
#![no_main]

use atlasnav::catalog::Kind;
use atlasnav::coverage::{Mark, Why, read_marks};
use atlasnav_fuzz::{assert_safe, small_catalogue};
use jiff::civil::date;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (catalog, today) = (small_catalogue(), date(2026, 11, 23));
    let lines = text.lines().count().max(1);
    match read_marks(text, &catalog, today) {
        Err(bad) => {
            assert!(!bad.is_empty() && bad.is_sorted_by_key(|bad| bad.line), "{bad:?}");
            for bad in bad {
                assert!((1..=lines).contains(&bad.line), "{bad:?}");
                if let Why::Other(why) = bad.why {
                    assert_safe(&why, false);
                }
            }
        }
        Ok(read) => {
            assert!(read.is_sorted_by_key(|line| line.line));
            for line in read {
                assert!((1..=lines).contains(&line.line) && catalog.contains(line.id));
                assert!(matches!(line.id.kind(), Kind::Technique | Kind::Mitigation));
                let mut mark = Mark::default();
                line.wishes.iter().for_each(|wish| mark.grant(wish, today));
                // Saying it again changes nothing, but for a note that grows.
                let again = line.wishes.iter().fold(mark.clone(), |mut mark, wish| {
                    mark.grant(wish, today);
                    mark
                });
                assert_eq!(
                    (again.status, &again.owner, again.review),
                    (mark.status, &mark.owner, mark.review)
                );
                let evidence = mark.evidence.iter().flat_map(|e| [Some(&e.what), e.link.as_ref()]);
                mark.owner.iter().chain(evidence.flatten()).for_each(|text| assert_safe(text, false));
                mark.note.iter().for_each(|note| assert_safe(note, true));
            }
        }
    }
});
