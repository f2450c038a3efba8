use std::collections::BTreeSet;

use super::super::colour::{distance, linear, oklab};
use super::*;

fn builtin(name: &str) -> Theme {
    Theme::named(name, &|_| None).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn read(text: &str) -> Result<Theme, String> {
    Theme::named("mine", &|name| (name == "mine").then(|| text.to_owned()))
}

/// As they are shown: conflicts too, which nobody marks a thing with.
const STATES: [State; 9] = {
    let [a, b, c, d, e, f, g, h] = State::ALL;
    [a, b, c, d, e, f, g, h, State::Conflict]
};

#[test]
fn every_role_has_its_own_place_in_the_table() {
    for (at, role) in Role::ALL.into_iter().enumerate() {
        assert_eq!(role.index(), at, "{}", role.name());
    }
}

#[test]
fn the_tables_and_their_files_say_the_same() {
    for name in [Theme::DEFAULT, "monochrome"] {
        assert_eq!(builtin(name), super::super::theme_text::load(name, &|_| None).unwrap(), "{name}");
    }
}

#[test]
fn a_role_falls_back_to_its_parent_and_then_to_normal() {
    let theme = read("[palette]\nsky = \"#56b4e9\"\n[roles]\nnormal = \"sky\"\nstate = \"red\"\n\"state.gap\" = \"blue\"\n").unwrap();
    let fg = |role| theme.paint(role).fg;
    assert_eq!(fg(Role::State(State::Gap)), Some(Colour::named(4)));
    assert_eq!(fg(Role::State(State::Tested)), Some(Colour::named(1)));
    assert_eq!(fg(Role::Link), Some(Colour::rgb([0x56, 0xb4, 0xe9])));
    // A parent with children of its own, in the dotted form of TOML.
    let theme = read(
        "[roles]\nstate.fg = \"red\"\nstate.gap.fg = \"blue\"\nstate.gap.attributes = [\"bold\", \"dim\"]",
    )
    .unwrap();
    let gap = theme.paint(Role::State(State::Gap));
    assert_eq!((gap.fg, gap.attributes), (Some(Colour::named(4)), Attributes::BOLD.and(Attributes::DIM)));
    assert_eq!(theme.paint(Role::State(State::Partial)).fg, Some(Colour::named(1)));
    assert_eq!(theme.paint(Role::Normal), Paint::PLAIN);
}

#[test]
fn what_a_theme_does_not_say_it_inherits() {
    let theme = read("inherits = \"default\"\n[roles]\nheading = \"#ff0000\"\nlink = {}\n").unwrap();
    assert_eq!(theme.paint(Role::Heading).fg, Some(Colour::rgb([0xff, 0, 0])));
    assert_eq!(theme.paint(Role::Link), Paint::PLAIN);
    for role in Role::ALL.into_iter().filter(|role| !matches!(role, Role::Heading | Role::Link)) {
        assert_eq!(theme.paint(role), Theme::default().paint(role), "{}", role.name());
    }
    // Through a theme of the user's own.
    let find = |name: &str| match name {
        "a" => Some("inherits = \"b\"\n[roles]\ncode = \"red\"".to_owned()),
        "b" => Some("inherits = \"dark\"\n[roles]\ncode = \"blue\"\nmatch = \"blue\"".to_owned()),
        _ => None,
    };
    let theme = Theme::named("a", &find).unwrap();
    assert_eq!(theme.paint(Role::Code).fg, Some(Colour::named(1)));
    assert_eq!(theme.paint(Role::Match).fg, Some(Colour::named(4)));
    assert_eq!(theme.paint(Role::Error), builtin("dark").paint(Role::Error));
    assert_eq!(theme.background, builtin("dark").background);
}

#[test]
fn what_is_wrong_is_said_with_its_line() {
    let roles = "the roles are normal, bar, dim";
    for (text, line, says) in [
        ("[roles]\nheading = \"#ff00\"", "2", "`#ff00` is no colour; write #rrggbb"),
        ("[roles]\nlink = 7", "2", "a role is a colour in quotes"),
        ("[roles]\n\nlinks = \"red\"", "3", roles),
        ("[roles]\nstate.gop = \"red\"", "2", "there is no role `state.gop`"),
        ("[roles]\nnormal = { fg = \"red\", blink = true }", "2", "there is no role `normal.blink`"),
        (
            "[roles]\nlink = { attributes = [\"bold\",\n \"blink\"] }",
            "3",
            "`blink` is no attribute; there are bold, dim",
        ),
        ("[roles]\nlink = { attributes = [3] }", "2", "`3` is no attribute"),
        ("[roles]\nlink = { attributes = \"bold\" }", "2", "attributes are a list"),
        ("[palette]\nsky = 3", "2", "in quotes"),
        ("[palette]\nsky = \"azure\"", "2", "`azure` is no colour"),
        ("palette = 3", "1", "palette has to be a table"),
        ("roles = 3", "1", "roles has to be a table"),
        ("background = \"black\"", "1", "`black` is no #rrggbb"),
        ("inherits = [1]", "1", "a theme's name"),
        ("\ncolours = 1", "2", "`colours` is not known"),
        ("[roles]\nlink = ", "2", "this is no TOML"),
        ("[roles]\nlink = \"red\"\nlink = \"blue\"", "3", "this is no TOML"),
        ("inherits = \"mine\"", "1", "in a circle"),
    ] {
        let error = read(text).unwrap_err();
        assert!(error.starts_with(&format!("theme mine.toml, line {line}: ")), "{text}: {error}");
        assert!(error.contains(says), "{text}: {error}");
    }
    let asked = std::cell::RefCell::new(Vec::new());
    let find = |name: &str| {
        asked.borrow_mut().push(name.to_owned());
        (name == "mine").then(|| "inherits = \"../../etc/passwd\"".to_owned())
    };
    let missing = Theme::named("mine", &find).unwrap_err();
    assert_eq!(asked.into_inner(), ["mine"], "a path is not even looked for");
    assert!(missing.starts_with("there is no theme `../../etc/passwd`; "), "{missing}");
    let large = read(&"#\n".repeat(64 * 1024)).unwrap_err();
    assert!(large.contains("larger than 64 KiB"), "{large}");
}

#[test]
fn a_name_is_no_path() {
    for name in ["dark", "my-theme_2", "Z"] {
        assert!(Theme::is_name(name), "{name}");
    }
    for name in ["", ".", "..", "a/b", "a.toml", "ä", "a b", "a\n", &"x".repeat(65)] {
        assert!(!Theme::is_name(name), "{name:?}");
    }
}

#[test]
fn no_two_states_look_the_same() {
    for (name, _) in BUILTIN {
        let theme = builtin(name);
        let paints = STATES.map(|state| theme.paint(Role::State(state)));
        for (i, a) in paints.iter().enumerate() {
            for (b, state) in paints.iter().zip(STATES).skip(i + 1) {
                assert_ne!(a, b, "{name}: {} and {}", STATES[i].word(), state.word());
            }
        }
    }
    let glyphs: BTreeSet<char> = STATES.iter().map(|state| state.glyph()).collect();
    assert_eq!(glyphs.len(), STATES.len());
}

#[test]
fn without_colours_every_theme_tells_things_apart_by_attributes() {
    for (name, _) in BUILTIN {
        let theme = builtin(name);
        let theme = theme.at(Depth::Monochrome);
        let attributes = |role| theme.paint(role).attributes.0;
        for role in Role::ALL {
            let Paint { fg, bg, .. } = theme.paint(role);
            assert_eq!((fg, bg), (None, None), "{name}");
        }
        let states: BTreeSet<u8> = STATES.iter().map(|state| attributes(Role::State(*state))).collect();
        assert_eq!(states.len(), STATES.len(), "{name}");
        let roles = [Role::Normal, Role::Dim, Role::Strong, Role::Bar, Role::Cursor, Role::Match, Role::Link];
        let roles: BTreeSet<u8> = roles.into_iter().map(attributes).collect();
        assert_eq!(roles.len(), 7, "{name}");
    }
}

#[test]
fn the_background_is_never_painted() {
    for (name, _) in BUILTIN {
        let theme = builtin(name);
        for role in Role::ALL {
            assert_eq!(theme.paint(role).bg, None, "{name}: {}", role.name());
        }
    }
}

/// The share of white's light, as in WCAG 2.1, "relative luminance".
fn luminance(rgb: Rgb) -> f32 {
    let [r, g, b] = rgb.map(linear);
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

/// WCAG 2.1, "contrast ratio".
fn contrast(a: Rgb, b: Rgb) -> f32 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn colours_stand_out_from_the_background_they_are_meant_for() {
    assert!((contrast([0, 0, 0], [255, 255, 255]) - 21.0).abs() < 0.001);
    let mut tried = 0;
    for (name, _) in BUILTIN {
        let theme = builtin(name);
        let Some(background) = theme.background else { continue };
        let least = if name == "high-contrast" { 7.0 } else { 4.5 };
        for role in Role::ALL {
            let Paint { fg, attributes, .. } = theme.paint(role);
            // Terminals make dim text of half the contrast, so these themes have grey instead.
            assert!(!attributes.has(Attributes::DIM), "{name}: {}", role.name());
            if let Some(colour) = fg {
                let look = colour.look().expect("themes with a background have colours of their own");
                let ratio = contrast(look, background);
                assert!(ratio >= least, "{name}: {} has {ratio}", role.name());
                tried += 1;
            }
        }
    }
    assert!(tried > 40, "only {tried} colours");
}

/// What eyes without one kind of cone see, in linear light: G. M. Machado, M. M. Oliveira and
/// L. A. F. Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency",
/// IEEE TVCG 15 (2009), the matrices for severity 1.0.
const DEFICIENCIES: [(&str, [[f32; 3]; 3]); 3] = [
    (
        "protanopia",
        [
            [0.152_286, 1.052_583, -0.204_868],
            [0.114_503, 0.786_281, 0.099_216],
            [-0.003_882, -0.048_116, 1.051_998],
        ],
    ),
    (
        "deuteranopia",
        [
            [0.367_322, 0.860_646, -0.227_968],
            [0.280_085, 0.672_501, 0.047_413],
            [-0.011_820, 0.042_940, 0.968_881],
        ],
    ),
    (
        "tritanopia",
        [
            [1.255_528, -0.076_749, -0.178_779],
            [-0.078_411, 0.930_809, 0.147_602],
            [0.004_733, 0.691_367, 0.303_900],
        ],
    ),
];

fn seen(rgb: Rgb, by: &[[f32; 3]; 3]) -> [f32; 3] {
    let light = rgb.map(linear);
    oklab(by.map(|row| row.iter().zip(light).map(|(m, l)| m * l).sum::<f32>().clamp(0.0, 1.0)))
}

/// How far apart the nearest two states of a theme are, by colour alone.
fn nearest_states(theme: &Theme, by: &[[f32; 3]; 3]) -> f32 {
    let looks = STATES.map(|state| seen(theme.paint(Role::State(state)).fg.unwrap().look().unwrap(), by));
    let pairs = looks.iter().enumerate().flat_map(|(i, a)| looks[i + 1..].iter().map(|b| distance(*a, *b)));
    pairs.fold(f32::INFINITY, f32::min).sqrt()
}

#[test]
fn the_colour_blind_theme_is_told_apart_by_every_eye() {
    let theme = builtin("colour-blind");
    let everybody = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    for (name, by) in DEFICIENCIES.iter().chain([&("all cones", everybody)]) {
        // Oklab's lightness runs from 0 to 1; a step of 0.02 is about what one can just see.
        let nearest = nearest_states(&theme, by);
        assert!(nearest > 0.08, "{name}: {nearest}");
    }
}

#[test]
fn no_theme_tells_states_apart_by_red_against_green() {
    for (name, _) in BUILTIN {
        let theme = builtin(name);
        let colours = STATES.map(|state| theme.paint(Role::State(state)).fg);
        let sixteen = colours.map(|colour| colour.and_then(|c| c.at(Depth::Sixteen)));
        let has = |codes: [u8; 2]| {
            sixteen.iter().flatten().any(|s| codes.map(super::super::Shade::Ansi).contains(s))
        };
        assert!(!(has([1, 9]) && has([2, 10])) || name == "colour-blind", "{name}");
    }
}
