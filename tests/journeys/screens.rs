//! Screens as pictures. Each file in `snapshots/` says by which keys one gets there.

use insta::with_settings;

use atlasnav::app::{HelpLine, Keymap, UserTheme};
use atlasnav::config::{Depth, KeySetting};

use crate::harness::{Answers, Journey, Start, contradiction, id, journey, marked, start};
use crate::overlay::lived;

/// Compares a picture with its file.
fn check(name: &str, picture: &str) {
    with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(name, picture);
    });
}

fn see(name: &str, journey: &Journey) {
    check(name, &journey.shot());
}

#[test]
fn matrix_at_80x24() {
    see("080-matrix-start", &journey(80, 24));
    see("080-matrix-marked", &marked(80, 24).keys("jj"));
    see("080-matrix-zoom-2", &marked(80, 24).keys("++lljj"));
    see("080-matrix-one-open", &marked(80, 24).keys("llzajj"));
    see("080-matrix-all-open-scrolled", &marked(80, 24).keys("llzsG"));
    see("080-matrix-zoom-1-scrolled-both-ways", &marked(80, 24).keys("+zsLG"));
    see("080-matrix-twin", &journey(80, 24).keys("lljgx"));
}

#[test]
fn matrix_at_160x45() {
    see("160-matrix-start", &journey(160, 45));
    see("160-matrix-marked-all-open", &marked(160, 45).keys("zs5<esc>llj"));
    see("160-matrix-zoom-3", &marked(160, 45).keys("+++lljj"));
    see("160-matrix-pane-focus", &marked(160, 45).keys("j<tab>jj<tab>j"));
}

#[test]
fn matrix_at_120x40_and_60x18() {
    see("120-matrix-marked", &marked(120, 40));
    see("120-matrix-zoom-2", &marked(120, 40).keys("++llzs"));
    see("060-matrix-marked", &marked(60, 18).keys("<end>G"));
}

#[test]
fn the_eight_marks() {
    let marks = "mgjmljmpjmcjmtjmxjmajmpmu";
    see("080-eight-marks", &journey(80, 24).keys(marks));
    see("080-eight-marks-monochrome", &journey(80, 24).keys(marks).keys("++").monochrome());
}

#[test]
fn marking() {
    see("060-mark-menu", &marked(60, 18).keys("m"));
    see("080-selected", &marked(80, 24).keys("V/poison<tab>*lvjj"));
    see("080-selected-monochrome", &marked(80, 24).keys("vjj<esc>l<space>++").monochrome());
    see("080-selected-list", &marked(80, 24).keys("3jvjj"));
    see("080-mark-form", &journey(80, 24).keys("moann<enter>mr+90<enter>mkWe pin our models.<enter>mmjj"));
    see("080-entry-owner", &journey(80, 24).keys("moann<enter>jmo"));
    see("080-entry-problem", &journey(80, 24).keys("Vmrsoon<enter>"));
    see("080-suggested", &journey(80, 24).keys("/m20<enter>mc1/t66<enter>"));
    see("080-mitigation-if-done", &journey(80, 24).keys("/m20<enter>}"));
    see("080-accept-all", &journey(80, 24).keys("/m20<enter>mc:accept-all<enter>"));
    let mut disputed = start((80, 24));
    disputed.assessment.marks.insert(id("t0"), contradiction());
    see("080-mark-form-conflict", &Journey::new(disputed).keys("mmj"));
}

#[test]
fn searching() {
    see("080-search-empty", &journey(80, 24).keys("/"));
    see("080-search-names", &marked(80, 24).keys("/poison<down><down>"));
    see("080-search-texts", &journey(80, 24).keys("/slack"));
    see("080-search-nothing", &journey(80, 24).keys("/qqqqqq"));
    see("080-search-kept-hits", &marked(80, 24).keys("/promt injecton<tab>n"));
    see("160-search-preview", &marked(160, 45).keys("/51.1"));
    see("060-search", &marked(60, 18).keys("/exfiltration<down>"));
}

#[test]
fn pages() {
    see("080-technique", &marked(80, 24).keys("/51.1<enter>"));
    see("080-technique-links", &marked(80, 24).keys("/51.1<enter>}jj"));
    see("080-technique-end", &marked(80, 24).keys("/51.1<enter>G"));
    see("080-technique-with-note", &marked(80, 24).keys("/t0.0<enter>"));
    see("080-tactic", &marked(80, 24).keys("/ta2<enter>"));
    see("080-mitigation", &marked(80, 24).keys("/m20<enter>"));
    see("080-case-study", &marked(80, 24).keys("/cs26<enter>}j"));
    see("160-technique", &marked(160, 45).keys("/51.1<enter><tab>j"));
    see("160-mitigation", &marked(160, 45).keys("/m20<enter>l"));
    see("160-case-study", &marked(160, 45).keys("/cs26<enter><ctrl-d>"));
}

#[test]
fn lists() {
    see("160-list-case-studies", &journey(160, 45).keys("4j"));
    let mut all = String::new();
    for (keys, sorts) in [("2", 7), ("3", 7), ("4", 4)] {
        for sort in 0..sorts {
            let journey = marked(80, 24).keys(keys).keys(&"s".repeat(sort));
            let rows = journey.rows();
            all.push_str(&rows[..7].join("\n"));
            all.push_str("\n\n");
        }
    }
    check("080-lists-by-every-column", &all);
}

#[test]
fn filtering() {
    see("080-filter-areas", &marked(80, 24).keys("faj"));
    see("080-filtered", &marked(80, 24).keys("faj<enter>"));
    see("080-filtered-monochrome", &marked(80, 24).keys("+zsfaj<enter>").monochrome());
    see("080-filtered-hidden", &marked(80, 24).keys("faj<enter>fp<enter>fh"));
    see("160-filtered", &marked(160, 45).keys("zsfajj<space>fm<down><enter>"));
    see("080-list-filtered", &marked(80, 24).keys("fljj<enter>3"));
    see("080-search-by-field", &marked(80, 24).keys("/area:theft query"));
    see("080-search-unknown-field", &marked(80, 24).keys("/area:toast"));
}

#[test]
fn the_glossary() {
    see("080-glossary", &journey(80, 24).keys("8}jj"));
    see("160-glossary-from-search", &journey(160, 45).keys("/jailbreak<down><enter>"));
    see("080-card", &journey(80, 24).keys("gd"));
    see("080-card-turned", &journey(80, 24).keys("gd<space>"));
    see("060-card-turned", &journey(60, 18).keys("gdlh<space>"));
}

#[test]
fn typing_and_popups() {
    see("080-mark-menu", &marked(80, 24).keys("jm"));
    see("080-go-menu-on-a-page", &marked(80, 24).keys("<enter>g"));
    let note = "jmnNo egress check.<alt-enter>See the wiki: ";
    see("080-note", &journey(80, 24).keys(note).paste("https://wiki/ai-gw\r\nand the rest\u{1b}[31m"));
    see("080-palette", &journey(80, 24).keys(":"));
    see("080-palette-typed", &journey(80, 24).keys(":mark co<down>"));
    see("080-help", &journey(80, 24).keys("?"));
    see("080-help-end", &journey(80, 24).keys("3?G"));
}

#[test]
fn the_choice_of_themes() {
    let mut own = marked(80, 24);
    own.themes = vec![UserTheme {
        name: "mine".to_owned(),
        text: Ok("inherits = \"dark\"\n[roles]\nstate.gap = \"#ff00ff\"\nheading.bg = \"blue\"".to_owned()),
    }];
    see("080-themes", &own.keys("T"));
    see("080-themes-high-contrast", &marked(80, 24).depth(Depth::True).keys("Tjjj"));
    let mut own = marked(80, 24).depth(Depth::Indexed);
    own.themes = vec![UserTheme { name: "broken".to_owned(), text: Ok("[roles]\nlinks = 1\n".to_owned()) }];
    see("080-themes-broken", &own.keys("T<down><down><down><down><down><down><down>"));
    see("080-themes-monochrome", &marked(80, 24).keys("Tjjjjj").monochrome());
}

#[test]
fn borders_in_unicode() {
    see("080-unicode-filter", &marked(80, 24).keys("faj").unicode());
    see("160-unicode-matrix", &marked(160, 45).keys("zs").unicode());
    see("160-unicode-technique", &marked(160, 45).keys("/51.1<enter>").unicode());
}

#[test]
fn keys_of_ones_own() {
    let key = |scope: &str, command: &str, keys: &[&str]| KeySetting {
        scope: scope.to_owned(),
        command: command.to_owned(),
        keys: keys.iter().map(|k| (*k).to_owned()).collect(),
        line: None,
    };
    let settings = [
        key("everywhere", "find", &["ctrl-s"]),
        key("everywhere", "undo", &[]),
        key("everywhere", "mark-gap", &["m b"]),
        key("everywhere", "help", &["f2"]),
        key("everywhere", "clear-filter", &["f x"]),
    ];
    let journey = || {
        let (keymap, problems) = Keymap::new(&settings);
        assert_eq!(problems, []);
        Journey::new(Start { keymap, ..start((80, 24)) })
    };
    see("080-own-keys-menu", &journey().keys("m"));
    see("080-own-keys-palette", &journey().keys(":un"));
    see("080-own-keys-filtered", &journey().keys("fa<enter>"));
    let journey = journey().keys("Q");
    assert_eq!(journey.said(), "Q means nothing here; f2 shows the keys.");
    let help = journey.keys("<f2>").keys("G").app.help();
    let has =
        |wanted: &str| help.iter().any(|line| matches!(line, HelpLine::Entry { keys, .. } if keys == wanted));
    assert!(has("ctrl-s") && has("fx") && has("mb") && !has("f0"));
}

#[test]
fn conflicts() {
    let with = |size, ids: &[&str]| {
        let mut start = start(size);
        for what in ids {
            start.assessment.marks.insert(id(what), contradiction());
        }
        Journey::new(start)
    };
    see("080-conflict-opened", &with((80, 24), &["t0", "t0.1", "t1"]));
    see("080-conflict-under-the-cursor", &with((80, 24), &["t0"]).keys("jk"));
    see("080-conflict-page", &with((80, 24), &["t0"]).keys("jk<enter>"));
    see("080-conflict-settled", &with((80, 24), &["t0"]).keys("mp"));
    see("160-conflict", &with((160, 45), &["t0", "t0.1", "m20"]).keys("jk"));
}

#[test]
fn what_the_program_says() {
    let no = || Answers::No("/home/you/.local/share/atlasnav/acme.yaml: no space left on device.".to_owned());
    see("080-not-saved", &journey(80, 24).answers(no()).keys("mgj"));
    see("080-quit-with-unsaved-marks", &journey(80, 24).answers(no()).keys("mgjmpq"));
    let mut refused = start((80, 24));
    refused.read_only = Some("acme.yaml is of a newer atlasnav; marks cannot be changed.".to_owned());
    see("080-read-only", &Journey::new(refused).keys("jmg"));
    let mut warned = start((80, 24));
    warned.warnings = vec!["line 812: AML.CS0031 has a step without a technique.".to_owned()];
    warned.notices = vec![
        "The assessment was made on 2026.08; 2 marks stand for techniques that 2026.09 does not have, and are kept.".to_owned(),
    ];
    see("080-messages", &Journey::new(warned).keys("mgjmpu!"));
    see("059-too-small", &journey(59, 17));
}

#[test]
fn overlays() {
    for keys in ["ok", "of", "oa", "os", "od<enter>"] {
        let name = format!("080-overlay-{}", &keys[1..2]);
        see(&name, &lived(80, 24).keys(keys).monochrome());
    }
    see("160-overlay-age-zoomed", &lived(160, 45).keys("oa++"));
    see("080-overlay-choice", &lived(80, 24).keys("od"));
}

#[test]
fn owners_and_ages_in_lists() {
    for (keys, sort) in [("2", "owner"), ("3", "age")] {
        let journey = lived(120, 40).keys(keys).keys(if sort == "owner" { "sssss" } else { "ssssss" });
        see(&format!("120-list-by-{sort}"), &journey);
    }
}
