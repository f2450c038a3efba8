use super::*;

fn set(scope: &str, command: &str, keys: &[&str], line: usize) -> KeySetting {
    let keys = keys.iter().map(|k| (*k).to_owned()).collect();
    KeySetting { scope: scope.to_owned(), command: command.to_owned(), keys, line: Some(line) }
}

fn keys(text: &str) -> Vec<Key> {
    parse_keys(text).unwrap()
}

#[test]
fn every_key_parses() {
    for row in COMMANDS {
        // What is for the palette only asks before it does anything.
        let has_key = row.command == Command::AcceptAllSuggestions || !row.keys.is_empty();
        assert!(has_key, "{} has no key", row.name);
        for keys in row.keys {
            assert!(parse_keys(keys).is_ok(), "{}: {keys}", row.name);
        }
    }
}

#[test]
fn a_name_stands_once_in_a_scope() {
    for (i, a) in COMMANDS.iter().enumerate() {
        let same = |b: &&Row| a.scope == b.scope && a.name == b.name;
        assert_eq!(COMMANDS[i + 1..].iter().find(same).map(|b| b.name), None);
    }
}

#[test]
fn no_key_has_two_meanings_and_no_sequence_is_shadowed() {
    let keymap = Keymap::default();
    for a in &keymap.bindings {
        for b in &keymap.bindings {
            let same_place = reach(a.scope).contains(&b.scope);
            if same_place && !std::ptr::eq(a, b) {
                assert!(!b.keys.starts_with(&a.keys), "{:?} of {} hides {}", a.keys, a.row.name, b.row.name);
            }
        }
    }
}

#[test]
fn sequences_are_pending_until_they_are_whole() {
    let keymap = Keymap::default();
    assert_eq!(keymap.meaning(Scope::Matrix, &keys("g")), Meaning::Pending);
    assert_eq!(keymap.meaning(Scope::Matrix, &keys("g x")), Meaning::Run(Command::GoTwin));
    assert_eq!(keymap.meaning(Scope::List, &keys("g x")), Meaning::Nothing);
    assert_eq!(keymap.continuations(Scope::Matrix, &keys("z")).len(), 2);
}

#[test]
fn what_is_set_takes_the_place_of_the_default_keys() {
    let settings = [
        set("everywhere", "find", &["ctrl-s", "g i"], 1),
        set("matrix", "sort", &[";"], 2),
        set("list", "sort", &[";", "z o"], 3),
    ];
    let (keymap, problems) = Keymap::new(&settings);
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(problems[0].line, Some(2), "the matrix is not sorted");
    assert_eq!(keymap.meaning(Scope::Matrix, &keys("ctrl-s")), Meaning::Run(Command::Find));
    assert_eq!(keymap.meaning(Scope::Matrix, &keys("/")), Meaning::Nothing);
    assert_eq!(keymap.meaning(Scope::List, &keys("z o")), Meaning::Run(Command::Sort));
    assert_eq!(keymap.meaning(Scope::Matrix, &keys(";")), Meaning::Nothing);
    assert_eq!(keymap.key_of(Scope::Matrix, Command::Find), "ctrl-s");
    let row = COMMANDS.iter().find(|row| row.command == Command::Find).unwrap();
    assert_eq!(keymap.keys(row), "ctrl-s, gi");
}

#[test]
fn an_empty_list_takes_the_keys_away() {
    let (keymap, problems) = Keymap::new(&[set("everywhere", "undo", &[], 1)]);
    assert_eq!(problems, []);
    assert_eq!(keymap.meaning(Scope::Matrix, &keys("u")), Meaning::Nothing);
    assert_eq!(keymap.key_of(Scope::Matrix, Command::Undo), ":undo");
}

#[test]
fn keys_can_change_places() {
    let (keymap, problems) =
        Keymap::new(&[set("everywhere", "undo", &["U"], 1), set("everywhere", "redo", &["u"], 2)]);
    assert_eq!(problems, []);
    assert_eq!(keymap.meaning(Scope::Anywhere, &keys("u")), Meaning::Run(Command::Redo));
    assert_eq!(keymap.meaning(Scope::Anywhere, &keys("U")), Meaning::Run(Command::Undo));
}

#[test]
fn what_can_not_be_set_is_told_and_keeps_its_default() {
    let cases = [
        (set("nowhere", "undo", &["x"], 3), "there is no place `nowhere` for keys"),
        (set("everywhere", "undoo", &["x"], 3), "there is no command `undoo` in [keys.everywhere]"),
        (set("everywhere", "undo", &["ctrl-"], 3), "`ctrl-` is no key"),
        (set("everywhere", "undo", &["\u{1b}[31m"], 3), "`<U+001B>[31m` is no key"),
        (set("everywhere", "undo", &[""], 3), "`` is no key"),
        (set("everywhere", "undo", &["j"], 3), "j is a key of down already; undo keeps its default keys"),
        (set("everywhere", "undo", &["g"], 3), "g would hide "),
        (set("everywhere", "undo", &["j x"], 3), "j x would be hidden by j of down"),
        (set("matrix", "zoom-in", &["j"], 3), "j is a key of down already"),
        (set("everywhere", "undo", &["+"], 3), "+ is a key of zoom-in already"),
        (set("typing", "accept", &["x"], 3), "would keep a character from being typed"),
        (set("popup", "quit-now", &[], 3), "needs a key"),
    ];
    for (setting, says) in cases {
        let (keymap, problems) = Keymap::new(std::slice::from_ref(&setting));
        assert_eq!(problems.len(), 1, "{setting:?}");
        assert_eq!(problems[0].line, Some(3));
        let says = says.replace("j x", "jx");
        assert!(problems[0].what.contains(&says), "{}", problems[0].what);
        let default = Keymap::default();
        let bindings =
            |map: &Keymap| map.bindings.iter().map(|b| (b.scope, b.keys.clone())).collect::<Vec<_>>();
        assert_eq!(bindings(&keymap), bindings(&default), "{setting:?}");
    }
}

#[test]
fn a_setting_that_is_taken_back_may_take_another_with_it() {
    // `undo` can't have j, so it wants u again, which `redo` has been given.
    let settings = [set("everywhere", "redo", &["u"], 1), set("everywhere", "undo", &["j"], 2)];
    let (keymap, problems) = Keymap::new(&settings);
    assert_eq!(problems.iter().map(|p| p.line).collect::<Vec<_>>(), [Some(1), Some(2)]);
    assert_eq!(keymap.meaning(Scope::Anywhere, &keys("u")), Meaning::Run(Command::Undo));
    assert_eq!(keymap.meaning(Scope::Anywhere, &keys("U")), Meaning::Run(Command::Redo));
    // Of two that want the same, the first gets it.
    let (keymap, problems) =
        Keymap::new(&[set("everywhere", "undo", &["X"], 1), set("everywhere", "redo", &["X"], 2)]);
    assert_eq!(problems.iter().map(|p| p.line).collect::<Vec<_>>(), [Some(2)]);
    assert_eq!(keymap.meaning(Scope::Anywhere, &keys("X")), Meaning::Run(Command::Undo));
}

#[test]
fn menus_keep_their_names_when_their_keys_move() {
    let keymap = Keymap::default();
    assert_eq!(keymap.menu(Scope::Matrix, &keys("m")), Some("Mark"));
    assert_eq!(keymap.opens(Scope::Matrix, "Filter").as_deref(), Some("f"));
    let marks: Vec<KeySetting> = COMMANDS
        .iter()
        .filter(|row| Keymap::menu_of(row) == Some("Mark"))
        .zip('a'..)
        .map(|(row, key)| set("everywhere", row.name, &[&format!("ctrl-x {key}")], 1))
        .collect();
    let (keymap, problems) = Keymap::new(&marks);
    assert_eq!(problems, []);
    assert_eq!(keymap.menu(Scope::Matrix, &keys("ctrl-x")), Some("Mark"));
    assert_eq!(keymap.opens(Scope::Matrix, "Mark").as_deref(), Some("ctrl-x"));
    assert_eq!(keymap.meaning(Scope::Matrix, &keys("m")), Meaning::Nothing);
}
