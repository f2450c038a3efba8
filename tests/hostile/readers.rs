//! Every file before every reader, in memory: no panic, one safe sentence or something sound.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::LazyLock;

use atlasnav::app::{Key, Keymap, parse_keys};
use atlasnav::catalog::{self, Catalog, ObjectId, is_unsafe, sanitize};
use atlasnav::config::{Settings, Theme, with_theme};
use atlasnav::coverage::{Assessment, Ground, Mark, Why, read_marks};
use atlasnav::page::{self, Part};
use atlasnav::search::Index;
use atlasnav::store::{Paths, Store, read_assessment};
use atlasnav::term::{Decoder, Input};
use jiff::civil::date;

use crate::corpus::{Case, Expect, FAMILIES, For, corpus};
use crate::{ASSESSMENT, V6};

/// What a reader made of it: nothing or the reason against it.
type Verdict = Result<(), String>;

type Reader = fn(&[u8]) -> Verdict;

/// The readers of whole files. Layers and STIX join here with the issues that bring them.
const READERS: [(&str, For, Reader); 3] = [
    ("catalogue", For::Catalogue, as_catalogue),
    ("assessment", For::Assessment, as_assessment),
    ("lines of marks", For::Lines, as_lines),
];

type Taker = fn(&[u8]);

/// What takes anything without an error of its own.
const OTHERS: [(&str, Taker); 8] = [
    ("undo log", as_undo_log),
    ("query", as_query),
    ("key strings", as_keys),
    ("terminal input", as_input),
    ("pasted text", as_paste),
    ("Markdown", as_markdown),
    ("settings", as_settings),
    ("theme", as_theme),
];

pub fn assert_safe(text: &str, multiline: bool) {
    let bad = text.chars().find(|c| is_unsafe(*c) && !(multiline && *c == '\n'));
    let shown: String = text.chars().take(200).collect();
    assert_eq!(bad, None, "{shown:?}");
}

/// One sentence: safe, on one line, not a page long.
fn assert_sentence(text: &str) {
    assert_safe(text, false);
    assert!(!text.is_empty() && text.chars().count() < 600, "{text}");
}

fn small_catalogue() -> Catalog {
    static CATALOG: LazyLock<Catalog> =
        LazyLock::new(|| catalog::read(V6.as_bytes()).expect("the base is sound").0);
    CATALOG.clone()
}

pub fn as_catalogue(bytes: &[u8]) -> Verdict {
    match catalog::read(bytes) {
        Ok((catalog, warnings)) => {
            for warning in &warnings {
                assert_sentence(&warning.to_string());
            }
            assert!(!catalog.tactics.is_empty() && !catalog.techniques.is_empty());
            assert_safe(&catalog.release, false);
            let ids = (catalog.techniques.iter().map(|o| o.id))
                .chain(catalog.tactics.iter().map(|o| o.id))
                .chain(catalog.mitigations.iter().map(|o| o.id))
                .chain(catalog.case_studies.iter().map(|o| o.id));
            for id in ids.take(20) {
                assert_safe(&catalog.full_name(id), false);
                assert_page(&catalog, id, 80);
            }
            Ok(())
        }
        Err(error) => {
            let lines = bytes.iter().filter(|b| matches!(b, b'\n' | b'\r')).count() as u64 + 1;
            assert!(error.line.is_none_or(|line| (1..=lines).contains(&line)), "{error}");
            assert_sentence(&error.to_string());
            Err(error.to_string())
        }
    }
}

fn assert_page(catalog: &Catalog, id: ObjectId, cells: usize) {
    let parts = [Part::Text, Part::Related, Part::Seen];
    let page = page::object(catalog, &Assessment::default(), date(2026, 11, 23), id, &parts, cells);
    for line in &page.lines {
        let text: String = line.iter().map(|span| span.text.as_str()).collect();
        assert_safe(&text, false);
        assert!(page::width(&text) <= cells, "{id}: {text}");
    }
    assert_safe(&page.plain(), true);
    let printed = page::printed(catalog, &Assessment::default(), date(2026, 11, 23), id, cells);
    for line in &printed.lines {
        let text: String = line.iter().map(|span| span.text.as_str()).collect();
        assert_safe(&text, false);
        assert!(page::width(&text) <= cells, "{id}: {text}");
        for address in line.iter().filter_map(|span| printed.address(span)) {
            assert!(
                address.starts_with("http") && address.bytes().all(|b| b.is_ascii_graphic()),
                "{address}"
            );
        }
    }
}

pub fn as_assessment(bytes: &[u8]) -> Verdict {
    let catalog = small_catalogue();
    let (view, text) = read_assessment(bytes, &catalog).inspect_err(|error| assert_sentence(error))?;
    for mark in view.marks.values().chain(view.retired.values()) {
        let evidence = mark.evidence.iter().flat_map(|e| [Some(&e.what), e.link.as_ref()]);
        for text in [mark.owner.as_ref(), mark.by.as_ref()].into_iter().chain(evidence).flatten() {
            assert_safe(text, false);
        }
        mark.note.iter().for_each(|note| assert_safe(note, true));
    }
    assert_safe(&view.release, false);
    // It is written so that a reviewer sees what is there, and reads as it did.
    assert!(!text.contains(|c: char| c != '\n' && c != '\t' && is_unsafe(c)), "{text}");
    let (again, same) = read_assessment(text.as_bytes(), &catalog).expect("what is written is read");
    assert_eq!((again.marks, again.retired), (view.marks, view.retired));
    assert_eq!(same, text);
    Ok(())
}

/// Lines of marks and tables; what is no UTF-8 is refused before.
fn as_lines(bytes: &[u8]) -> Verdict {
    let (catalog, today) = (small_catalogue(), date(2026, 11, 23));
    let text = str::from_utf8(bytes).map_err(|_| "no UTF-8 text".to_owned())?;
    let lines = text.lines().count().max(1);
    let said = match read_marks(text, &catalog, today) {
        Err(bad) => {
            assert!(bad.iter().all(|bad| (1..=lines).contains(&bad.line)), "{bad:?}");
            let words = bad.iter().map(|bad| match &bad.why {
                Why::Other(why) => {
                    assert_sentence(why);
                    why.clone()
                }
                // The verb says it in words, safe.
                other => format!("{other:?}"),
            });
            return Err(words.collect::<Vec<_>>().join("; "));
        }
        Ok(read) => read,
    };
    assert!(said.iter().all(|line| (1..=lines).contains(&line.line) && catalog.contains(line.id)));
    let mut mark = Mark::default();
    for wish in said.iter().flat_map(|line| &line.wishes) {
        mark.grant(wish, today);
        let evidence = mark.evidence.iter().flat_map(|e| [Some(&e.what), e.link.as_ref()]);
        mark.owner.iter().chain(evidence.flatten()).for_each(|text| assert_safe(text, false));
        mark.note.iter().for_each(|note| assert_safe(note, true));
    }
    Ok(())
}

fn as_undo_log(bytes: &[u8]) {
    let place = tempfile::tempdir().expect("a temporary directory");
    let (marks, state) = (place.path().join("marks.yaml"), place.path().join("state"));
    let (catalog, store) =
        (small_catalogue(), Store::new(Paths { assessment: marks.clone(), state: state.clone() }));
    fs::write(&marks, ASSESSMENT).expect("the marks are written");
    let expected = store.load(&catalog).assessment;
    fs::create_dir(&state).expect("the state directory is made");
    fs::write(state.join(log_name(&marks)), bytes).expect("the log is written");
    let loaded = store.load(&catalog);
    assert_eq!(
        (loaded.assessment, loaded.read_only),
        (expected, None),
        "the log has nothing to say about marks"
    );
    loaded.notices.iter().for_each(|notice| assert_sentence(notice));
}

/// The log's name for an assessment: FNV-1a of its path, 64 bits. A test below holds that it is so.
pub fn log_name(marks: &std::path::Path) -> String {
    let path = fs::canonicalize(marks).expect("the marks are there");
    let step = |sum: u64, byte: &u8| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    let sum = path.as_os_str().as_encoded_bytes().iter().fold(0xcbf2_9ce4_8422_2325, step);
    format!("history-{sum:016x}.log")
}

fn as_query(bytes: &[u8]) {
    thread_local! {
        static SEARCH: RefCell<(Catalog, Index)> = RefCell::new({
            let catalog = small_catalogue();
            let index = Index::new(&catalog);
            (catalog, index)
        });
    }
    SEARCH.with_borrow_mut(|(catalog, index)| {
        let hits = index.find(catalog, &String::from_utf8_lossy(bytes));
        for hit in &hits {
            assert_safe(&hit.snippet(catalog), false);
            assert!(hit.spans.iter().all(|at| *at < hit.name.chars().count()));
        }
        // With the fields of marks it finds no more than without, and nothing else.
        let on = Ground { catalog, assessment: &Assessment::default(), today: date(2026, 11, 23) };
        for hit in index.find_marked(on, &String::from_utf8_lossy(bytes)) {
            assert!(hit.item.object().is_none_or(|id| catalog.contains(id)));
        }
    });
}

fn as_keys(bytes: &[u8]) {
    if let Ok(keys) = parse_keys(&String::from_utf8_lossy(bytes)) {
        let printed: Vec<String> = keys.iter().map(ToString::to_string).collect();
        assert_eq!(parse_keys(&printed.join(" ")), Ok(keys));
    }
}

/// The terminal is read in pieces of 4 KiB.
fn typed(decoder: &mut Decoder, bytes: &[u8], piece: usize) -> Vec<Input> {
    bytes.chunks(piece).flat_map(|piece| decoder.feed(piece)).collect()
}

fn as_input(bytes: &[u8]) {
    let bytes = &bytes[..bytes.len().min(64 * 1024)];
    let mut decoder = Decoder::default();
    let whole = typed(&mut decoder, bytes, 4096);
    assert!(typed(&mut Decoder::default(), bytes, 7) == whole, "torn input gives other keys");
    decoder.give_up_waiting();
    assert_eq!(decoder.feed(b"\x1b[201~j").pop(), Some(Input::Key(Key::char('j'))));
}

/// Terminals take the end of a paste out of what is pasted; here nobody does.
fn as_paste(bytes: &[u8]) {
    let bytes = [b"\x1b[200~", &bytes[..bytes.len().min(256 * 1024)], b"\x1b[201~j"].concat();
    let inputs = typed(&mut Decoder::default(), &bytes, 4096);
    let [Input::Paste(text), Input::Key(_)] = inputs.as_slice() else { panic!("not one paste and one key") };
    assert!(text.len() <= 3 * 64 * 1024);
    assert_safe(&sanitize(text, true), true);
}

fn as_markdown(bytes: &[u8]) {
    let mut catalog = small_catalogue();
    // A text in a file is no longer than this.
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(64 * 1024)]).into_owned();
    catalog.techniques[0].description = sanitize(&text, true).into_owned().into();
    for cells in [24, 100] {
        assert_page(&catalog, catalog.techniques[0].id, cells);
    }
}

/// Bytes that are no UTF-8 are refused before; see `store::ConfigFiles`.
fn as_settings(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (settings, problems) = Settings::read(&text);
    let (_, of_keys) = Keymap::new(&settings.keys);
    let lines = text.lines().count() + 1;
    for problem in problems.iter().chain(&of_keys) {
        assert_sentence(&problem.what);
        assert!(problem.line.is_none_or(|line| (1..=lines).contains(&line)), "{problem:?}");
    }
    [&settings.assessment, &settings.data, &settings.author]
        .into_iter()
        .flatten()
        .for_each(|text| assert_safe(text, false));
    // The choice of a theme goes into what can be read, and nothing else changes but line numbers.
    let unnumbered = |mut settings: Settings| {
        settings.keys.iter_mut().for_each(|key| key.line = None);
        settings
    };
    if let Ok(text) = with_theme(&text, "light") {
        let (again, _) = Settings::read(&text);
        let expected = Settings { theme: "light".to_owned(), ..settings };
        assert_eq!(unnumbered(again), unnumbered(expected));
    }
}

fn as_theme(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).into_owned();
    if let Err(why) = Theme::named("mine", &|name| (name == "mine").then(|| text.clone())) {
        assert_sentence(&why);
    }
}

fn check(case: &Case, verdict: Verdict) {
    match (case.expect, verdict) {
        (Expect::Refused(words), Err(sentence)) => {
            assert!(sentence.contains(words), "{}: {sentence:?} does not say {words:?}", case.name);
        }
        (Expect::Taken, Err(sentence)) => panic!("{} is refused: {sentence}", case.name),
        (Expect::Refused(_), Ok(())) => panic!("{} is taken", case.name),
        (Expect::Taken | Expect::Either, _) => {}
    }
}

#[test]
fn every_file_before_every_reader() {
    let mut tried = BTreeMap::new();
    let mut families = BTreeSet::new();
    for case in corpus().0 {
        families.insert(case.family);
        // A file that is large for another reader is more of the same to this one.
        let head = &case.bytes[..case.bytes.len().min(32 * 1024)];
        for (name, of, reader) in READERS {
            if of == case.of {
                check(&case, reader(&case.bytes));
            } else {
                drop(reader(head));
            }
            *tried.entry(name).or_insert(0_usize) += 1;
        }
        for (name, reader) in OTHERS {
            reader(head);
            *tried.entry(name).or_insert(0_usize) += 1;
        }
    }
    println!("{} families, files tried: {tried:?}", families.len());
    // 15 is in `cuts`, what is no file (24) in `program`.
    let expected: BTreeSet<u8> = (1..=FAMILIES).filter(|family| *family != 15).collect();
    assert_eq!(families, expected);
}

#[test]
fn the_log_is_where_the_tests_put_it() {
    let place = tempfile::tempdir().unwrap();
    let (marks, state) = (place.path().join("marks.yaml"), place.path().join("state"));
    fs::write(&marks, ASSESSMENT).unwrap();
    fs::create_dir(&state).unwrap();
    fs::write(state.join(log_name(&marks)), "no line of a log\nat all\n").unwrap();
    let loaded = Store::new(Paths { assessment: marks, state }).load(&small_catalogue());
    assert!(loaded.notices.concat().contains("line 1 is damaged"), "{:?}", loaded.notices);
}
