//! The files, made as they are needed: most are too large or too odd to be kept.

use std::ops::Range;

use crate::{ASSESSMENT, LEGACY, V6};

/// Which reader a file was made for. All the others get it as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum For {
    Catalogue,
    Assessment,
    /// Lines of marks, or a table of them.
    Lines,
    Anybody,
}

/// What the reader that a file was made for has to make of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// An error with these words in it.
    Refused(&'static str),
    /// Something sound, with nothing in it that acts on a terminal.
    Taken,
    /// Either of them.
    Either,
}
use Expect::{Either, Refused, Taken};

pub struct Case {
    /// Its number in the list of the design.
    pub family: u8,
    pub name: String,
    pub of: For,
    pub expect: Expect,
    pub bytes: Vec<u8>,
}

/// The families that no reader reads yet are there as foreign files: a layer (21), CSV (22).
pub const FAMILIES: u8 = 25;

/// How the three bases of YAML take something.
struct Words {
    catalogue: Expect,
    assessment: Expect,
}

const fn both(expect: Expect) -> Words {
    Words { catalogue: expect, assessment: expect }
}

const fn each(catalogue: &'static str, assessment: &'static str) -> Words {
    Words { catalogue: Refused(catalogue), assessment: Refused(assessment) }
}

#[derive(Default)]
pub struct Corpus(pub Vec<Case>);

impl Corpus {
    fn add(&mut self, family: u8, name: &str, of: For, expect: Expect, bytes: impl Into<Vec<u8>>) {
        let bytes = bytes.into();
        self.0.push(Case { family, name: name.to_owned(), of, expect, bytes });
    }

    /// Something that is wrong in any YAML: at the end of both kinds of release and of an assessment.
    fn everywhere(&mut self, family: u8, name: &str, more: &str, words: &Words) {
        for (base, text) in [("format 6", V6), ("legacy", LEGACY)] {
            let bytes = format!("{text}{more}");
            self.add(family, &format!("{name}, {base}"), For::Catalogue, words.catalogue, bytes);
        }
        let bytes = with_end(ASSESSMENT, more);
        self.add(family, &format!("{name}, assessment"), For::Assessment, words.assessment, bytes);
    }

    fn release(&mut self, family: u8, name: &str, from: &str, to: &str, expect: Expect) {
        self.add(family, &format!("{name}, format 6"), For::Catalogue, expect, changed(V6, from, to));
    }

    fn legacy(&mut self, family: u8, name: &str, from: &str, to: &str, expect: Expect) {
        self.add(family, &format!("{name}, legacy"), For::Catalogue, expect, changed(LEGACY, from, to));
    }

    fn marks(&mut self, family: u8, name: &str, from: &str, to: &str, expect: Expect) {
        let bytes = changed(ASSESSMENT, from, to);
        self.add(family, &format!("{name}, assessment"), For::Assessment, expect, bytes);
    }
}

/// The text with one passage changed, which must be there.
pub fn changed(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from:?} is not in the file");
    text.replacen(from, to, 1)
}

/// A text for each number.
pub fn numbered(numbers: Range<usize>, text: impl Fn(usize) -> String) -> String {
    numbers.map(text).collect::<Vec<_>>().concat()
}

/// More text before the last line of an assessment.
fn with_end(text: &str, more: &str) -> String {
    format!("{}{more}...\n", text.strip_suffix("...\n").expect("an assessment ends so"))
}

/// Texts that would act on a terminal or hide from its reader (18 to 20, 23), as they are.
pub fn texts() -> Vec<(u8, &'static str, String)> {
    vec![
        (18, "CSI", "\u{1b}[31;7m red \u{1b}[2J\u{1b}[1;1H".into()),
        (18, "OSC", "\u{1b}]0;title\u{7} \u{1b}]8;;http://x\u{1b}\\link\u{1b}]8;;\u{1b}\\".into()),
        (18, "OSC 52", "\u{1b}]52;c;ZXZpbA==\u{7}".into()),
        (18, "DCS", "\u{1b}P1$r0m\u{1b}\\ \u{1b}_apc\u{1b}\\ \u{1b}^pm\u{1b}\\".into()),
        (18, "C1", "\u{9b}2J \u{9d}0;t\u{9c} \u{90}q\u{9c} \u{85} \u{84}".into()),
        (18, "unterminated", "before \u{1b}]0;and no end".into()),
        (18, "C0", "\u{7}\u{8}\u{b}\u{c}\u{e}\u{f}\u{7f}".into()),
        (19, "bidi", "\u{202e}gnp.exe\u{202c} \u{2066}a\u{2069} \u{200f}\u{61c}".into()),
        (19, "zero width", "a\u{200b}d\u{200c}m\u{200d}i\u{2060}n\u{feff} \u{ad}\u{34f}".into()),
        (19, "tags", "\u{e0001}\u{e0041}\u{e0042}\u{e007f} \u{fe01}\u{e0100}".into()),
        (19, "separators", "a\u{2028}b\u{2029}c\u{85}d".into()),
        (19, "fillers", "\u{3164}\u{ffa0}\u{115f}\u{1160}\u{2800}\u{180e}".into()),
        (20, "marks", format!("a{}b", "\u{301}".repeat(10_000))),
        (20, "wide", "\u{6f22}\u{5b57}\u{ff21}".repeat(500)),
        (
            20,
            "emoji",
            "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467} \u{1f3f4}\u{e0067}\u{e007f} \u{1f1e9}\u{1f1ea} "
                .repeat(50),
        ),
        (23, "script", "</script><script>alert(1)</script>".into()),
        (23, "handler", "\"><img src=x onload=alert(1)>".into()),
        (23, "CDATA", "]]><x/> --> &lt;&#27;[31m %s ${x} `id` $(id)".into()),
    ]
}

/// A text as a YAML string of ASCII only.
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            // A tower of marks in escapes would be longer than is read.
            ' '..='~' | '\u{301}' => out.push(c),
            _ => out.push_str(&format!("\\U{:08X}", u32::from(c))),
        }
    }
    out.push('"');
    out
}

pub fn corpus() -> Corpus {
    let mut c = Corpus::default();
    yaml_bombs(&mut c);
    contradictions(&mut c);
    encodings(&mut c);
    yaml_features(&mut c);
    hostile_texts(&mut c);
    foreign_files(&mut c);
    lines_of_marks(&mut c);
    c
}

/// 1 to 8.
fn yaml_bombs(c: &mut Corpus) {
    let aliases = each("anchors or aliases", "anchors and aliases are not read");
    let laughs: String =
        numbered(1..10, |i| format!("x{i}: &l{i} [{}]\n", vec![format!("*l{}", i - 1); 9].join(", ")));
    c.everywhere(1, "billion laughs", &format!("x0: &l0 lol\n{laughs}"), &aliases);
    let quadratic = format!("x: &a [{}]\ny: [{}]\n", "1,".repeat(5_000), "*a,".repeat(5_000));
    c.everywhere(2, "quadratic aliases", &quadratic, &aliases);
    c.everywhere(3, "an alias of itself", "x: &a [*a]\n", &aliases);
    let deep = each("nested deeper than 32 levels", "nested deeper than 16 levels");
    c.everywhere(4, "brackets", &format!("x: {}\n", "[".repeat(100_000)), &deep);
    c.everywhere(4, "braces", &format!("x: {}\n", "{a: ".repeat(100_000)), &deep);
    let blocks: String = numbered(1..3_000, |i| format!("{}a:\n", " ".repeat(i)));
    c.everywhere(5, "nested blocks", &format!("x:\n{blocks}"), &deep);
    let lists = format!("x:\n  {}a\n", "- ".repeat(5_000));
    c.everywhere(5, "nested lists", &lists, &deep);
    let anchors: String = numbered(0..200_000, |i| format!("a{i}: &b{i} x\n"));
    c.everywhere(6, "anchors", &anchors, &aliases);
    let many = both(Refused("more than 250,000 values"));
    c.everywhere(7, "items", &format!("x:\n{}", "- 1\n".repeat(1_000_000)), &many);
    c.everywhere(7, "items in a line", &format!("x: [{}]\n", "1,".repeat(1_000_000)), &many);
    let large = "larger than 8 MiB";
    // Memory has no largest size for an assessment; files have, which `program` tries.
    c.add(8, "a scalar of 9 MB", For::Catalogue, Refused(large), format!("{V6}x: {}\n", "a".repeat(9 << 20)));
    c.release(8, "a long name", "name: Help", &format!("name: {}", "a".repeat(70_000)), Refused("64 KiB"));
    c.legacy(8, "a long name", "name: Help", &format!("name: {}", "a".repeat(70_000)), Refused("64 KiB"));
    c.marks(
        8,
        "a long note",
        "owner: platform",
        &format!("owner: {}", "a".repeat(70_000)),
        Refused("64 KiB"),
    );
    c.marks(
        8,
        "a long unknown field",
        "weight: 3",
        &format!("weight: {}", "a".repeat(70_000)),
        Refused("64 KiB"),
    );
    // Each sub-technique is searched with its parent's name in front.
    let subs: String =
        numbered(1..900, |i| format!("  AML.T0001.{i:03}:\n    id: AML.T0001.{i:03}\n    name: x\n"));
    let names = V6.replacen("name: Parent", &format!("name: {}", "a b ".repeat(15_000)), 1);
    let names = changed(&names, "mitigations:\n", &format!("{subs}mitigations:\n"));
    c.add(8, "names that multiply", For::Catalogue, Refused("come to more than 1 MiB"), names);
    c.everywhere(8, "comments", &"# nothing\n".repeat(100_000), &both(Taken));
    c.everywhere(8, "empty lines", &"\n".repeat(200_000), &both(Taken));
}

/// 9 to 13.
fn contradictions(c: &mut Corpus) {
    c.release(9, "a part twice", "mitigations:\n", "tactics: {}\nmitigations:\n", Refused("second time"));
    c.release(9, "a field twice", "name: Help", "name: Help\n    name: Harm", Refused("second time"));
    c.legacy(9, "a field twice", "name: Second", "name: Second\n    name: Third", Refused("second time"));
    c.marks(9, "a status twice", "status: covered", "status: covered\n    status: gap", Refused("duplicate"));
    c.marks(9, "marks twice", "retired:", "marks: {}\nretired:", Refused("duplicate"));
    c.marks(10, "an id twice", "  AML.T0002:", "  AML.T0001:", Refused("duplicate"));
    c.marks(10, "an id in both lists", "AML.T0099", "AML.T0001", Refused("both under"));
    c.release(10, "an id twice", "  AML.T0002:\n", "  AML.T0001:\n", Refused("second time"));
    c.legacy(10, "an id twice", "{id: AML.T0002, name", "{id: AML.T0001, name", Refused("twice"));
    let nowhere = Refused("not in this file");
    c.release(
        11,
        "a technique",
        "- target: AML.T0002\n      tactic",
        "- target: AML.T0009\n      tactic",
        nowhere,
    );
    c.release(
        11,
        "a tactic",
        "- target: AML.TA0002\n  AML.M0001",
        "- target: AML.TA0009\n  AML.M0001",
        nowhere,
    );
    c.release(11, "a step", "leads-to: [S01]", "leads-to: [S07]", Refused("which it has not"));
    c.legacy(11, "a tactic", "tactics: [AML.TA0001]", "tactics: [AML.TA0007]", nowhere);
    c.legacy(
        11,
        "a parent",
        "subtechnique-of: AML.T0001",
        "subtechnique-of: AML.T0005",
        Refused("AML.T0005"),
    );
    c.release(12, "of one", "leads-to: []", "leads-to: [S01]", Refused("circle"));
    c.release(12, "of two", "leads-to: []", "leads-to: [S00]", Refused("circle"));
    let third = "leads-to: [S02]\n    - target: AML.T0001\n      tactic: AML.TA0001\n      step-id: S02\n      leads-to: [S00]";
    c.release(12, "of three", "leads-to: []", third, Refused("circle"));
    c.release(
        12,
        "a parent of itself",
        "      target: AML.T0001\n  AML.T0002",
        "      target: AML.T0001.000\n  AML.T0002",
        Refused("itself"),
    );
    c.legacy(
        12,
        "a parent of itself",
        "subtechnique-of: AML.T0001",
        "subtechnique-of: AML.T0001.000",
        Refused("itself"),
    );
    for (name, value) in [
        ("null", "~"),
        ("a list", "[a]"),
        ("a map", "{a: b}"),
        ("a truth value", "no"),
        ("a number", "1e3"),
        ("nothing", ""),
    ] {
        let id = format!("id: {value}");
        c.release(13, &format!("an id that is {name}"), "id: AML.TA0001", &id, Refused(""));
        c.legacy(13, &format!("an id that is {name}"), "id: AML.TA0002", &id, Refused(""));
        c.marks(
            13,
            &format!("an id that is {name}"),
            "  AML.T0002:",
            &format!("  ? {value}\n  :"),
            Refused(""),
        );
        let status = format!("status: {value}");
        let empty = matches!(value, "~" | "");
        c.marks(
            13,
            &format!("a status that is {name}"),
            "status: covered",
            &status,
            if empty { Taken } else { Refused("") },
        );
        c.release(
            13,
            &format!("a position that is {name}"),
            "position: 1",
            &format!("position: {value}"),
            Either,
        );
        c.release(13, &format!("a part that is {name}"), "  AML.M0001:\n    id: AML.M0001\n    name: Help\n    categories: [Policy]\n    lifecycle-phases: [Deployment]\n", &format!("  {value}\n"), Refused(""));
    }
    c.marks(13, "a date of words", "tested: 2026-11-01", "tested: yesterday", Refused("no date"));
    c.marks(13, "a date that is none", "tested: 2026-11-01", "tested: 2026-02-30", Refused("no date"));
}

/// 14.
fn encodings(c: &mut Corpus) {
    let of = For::Anybody;
    c.add(14, "empty", of, Either, "");
    c.add(14, "blank", of, Refused("empty"), " \n\n ");
    c.add(14, "one NUL", of, Either, [0]);
    c.add(14, "a million NULs", of, Either, vec![0; 1_000_000]);
    c.add(14, "no UTF-8", of, Either, vec![0xFF; 100_000]);
    for (base, text, of) in [
        ("format 6", V6, For::Catalogue),
        ("legacy", LEGACY, For::Catalogue),
        ("assessment", ASSESSMENT, For::Assessment),
    ] {
        c.add(14, &format!("a byte order mark, {base}"), of, Taken, format!("\u{feff}{text}"));
        c.add(14, &format!("Windows line ends, {base}"), of, Taken, text.replace('\n', "\r\n"));
        c.add(14, &format!("UTF-16, {base}"), of, Refused("UTF-"), utf16(text));
        c.add(14, &format!("a NUL, {base}"), of, Refused(""), text.replacen("name: Help", "name: He\0p", 1));
        let mut bytes = text.as_bytes().to_vec();
        bytes[text.find("Help").unwrap()] = 0xE9;
        c.add(14, &format!("Latin-1, {base}"), of, Refused("UTF-8"), bytes);
        for raw in ["\u{1b}[31m", "\u{7f}", "\u{85}", "\u{9b}2J", "\u{fffe}", "\u{d}"] {
            let text = text.replacen("name: Help", &format!("name: He{raw}lp"), 1);
            c.add(18, &format!("{raw:?} as it is, {base}"), of, Either, text);
        }
    }
}

fn utf16(text: &str) -> Vec<u8> {
    let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
    units.flat_map(u16::to_le_bytes).collect()
}

/// 16 and 17.
fn yaml_features(c: &mut Corpus) {
    c.everywhere(16, "two documents", "---\nid: x\n", &both(Refused("documents")));
    let tag = each("is not read", "tag");
    c.everywhere(16, "a tag", "x: !!python/object/apply:os.system [ls]\n", &tag);
    c.everywhere(16, "an own tag", "x: !<tag:x,2000:y> z\n", &tag);
    c.everywhere(16, "a merge key", "x: {<<: {a: b}}\n", &each("merge key", "merge"));
    let text = Words { catalogue: Either, assessment: Taken };
    c.everywhere(16, "a key with the tag of a text", "! <<: [\"<<\", ! <<]\n", &text);
    c.everywhere(16, "a key in quotes", "\"<<\": x\n", &text);
    c.everywhere(16, "a directive", "%YAML 9.9\n", &both(Refused("")));
    c.everywhere(
        16,
        "a key that is a list",
        "? [a, b]\n: c\n",
        &Words { catalogue: Either, assessment: Refused("key") },
    );
    for marker in ["<<<<<<< HEAD", ">>>>>>> theirs", "||||||| base"] {
        c.everywhere(17, marker, &format!("{marker}\n"), &each("merge", "merge"));
    }
    c.marks(
        17,
        "all three",
        "    status: gap # soon",
        "<<<<<<< HEAD\n    status: gap\n=======\n    status: partial\n>>>>>>> theirs",
        Refused("git merge"),
    );
}

/// 18 to 20 and 23: in names, texts, keys and ids of otherwise good files.
fn hostile_texts(c: &mut Corpus) {
    for (family, name, text) in texts() {
        let text = quoted(&text);
        let named = format!("name: {text}");
        c.release(family, &format!("{name} in a name"), "name: Help", &named, Taken);
        c.legacy(family, &format!("{name} in a name"), "name: Second", &format!("name: {text}"), Taken);
        c.release(
            family,
            &format!("{name} in a text"),
            "description: A text.",
            &format!("description: {text}"),
            Taken,
        );
        c.release(family, &format!("{name} in a release"), "'2026.09'", &text, Taken);
        c.release(
            family,
            &format!("{name} in an id"),
            "id: AML.M0001",
            &format!("id: {text}"),
            Refused("AML.T0051"),
        );
        c.release(
            family,
            &format!("{name} in a key"),
            "  AML.M0001:\n    id",
            &format!("  {text}:\n    id"),
            Refused(""),
        );
        c.release(family, &format!("{name} in a date"), "'2024-01-01'", &text, Taken);
        c.release(family, &format!("{name} in a version"), "6.0.0", &text, Refused("newer atlasnav"));
        c.marks(
            family,
            &format!("{name} in a note"),
            "owner: platform security",
            &format!("note2: {text}\n    owner: {text}"),
            Taken,
        );
        c.marks(family, &format!("{name} in an id"), "  AML.T0002:", &format!("  {text}:"), Refused(""));
        c.marks(
            family,
            &format!("{name} in a status"),
            "status: covered",
            &format!("status: {text}"),
            Refused("no status"),
        );
        c.marks(
            family,
            &format!("{name} in a date"),
            "tested: 2026-11-01",
            &format!("tested: {text}"),
            Refused("no date"),
        );
        c.marks(
            family,
            &format!("{name} in a format"),
            "format: 1",
            &format!("format: {text}"),
            Refused("only 1"),
        );
        c.marks(family, &format!("{name} in a link"), "https://example.org/rules/7", &text, Taken);
        c.marks(family, &format!("{name} in a field"), "weight: 3", &format!("{text}: {text}"), Either);
    }
}

/// 21, 22 and 25, and what else people open by mistake.
fn foreign_files(c: &mut Corpus) {
    let of = For::Catalogue;
    let layer = r#"{"name": "l", "domain": "ics-attack", "versions": {"layer": "9"}, "techniques": [{"techniqueID": "AML.T9999", "score": NaN}]}"#;
    c.add(21, "a layer", of, Refused("Navigator layer"), layer);
    c.add(21, "a layer without end", of, Refused("Navigator layer"), &layer[..layer.len() - 5]);
    let columns = format!("{}\n=1+1,+1,-1,@x,\"no end", "c,".repeat(100_000));
    c.add(22, "CSV", of, Refused("no ATLAS catalogue"), columns.clone());
    c.add(22, "CSV", For::Assessment, Refused("no assessment"), columns);
    let page = "<!DOCTYPE html><html><script>alert(1)</script></html>";
    c.add(23, "a web page", of, Refused("web page"), page);
    c.add(24, "a path out of the folder", of, Refused("saved as text"), "../../../../etc/passwd.yaml");
    c.add(24, "a path with escapes", of, Refused("saved as text"), "../\u{1b}[31m/\u{202e}x.yaml");
    c.add(25, "gzip", of, Refused("gzip"), [&[0x1F, 0x8B, 8, 0][..], &[0; 10_000]].concat());
    c.add(25, "zip", of, Refused("zip"), [&b"PK\x03\x04"[..], &[0; 10_000]].concat());
    c.add(25, "gzip", For::Assessment, Refused("UTF-8"), [&[0x1F, 0x8B, 8, 0][..], &[0; 10_000]].concat());
}

/// Lines of marks and tables of them: 8, 9, 18 to 20, 22 and 25.
fn lines_of_marks(c: &mut Corpus) {
    let of = For::Lines;
    c.add(22, "a table", of, Taken, "id,status,note\r\nAML.T0001,partial,\"a\r\nb\"\r\n");
    c.add(22, "a quote without end", of, Refused("quote is open"), "id,status\nAML.T0001,\"partial\n");
    c.add(22, "a row too short", of, Refused("1 cells"), "id,status\nAML.T0001\n");
    c.add(
        22,
        "a row too long",
        of,
        Refused("100001 cells"),
        format!("id,status\nAML.T0001{}\n", ",".repeat(100_000)),
    );
    c.add(
        22,
        "many columns",
        of,
        Taken,
        format!("id{}\nAML.T0001{}\n", numbered(0..50_000, |i| format!(",c{i}")), ",".repeat(50_000)),
    );
    c.add(22, "formulas", of, Taken, "id,owner,note\nAML.T0001,'=1+1,'@x\nAML.T0002,=1+1,-1\n");
    c.add(
        22,
        "two columns of a name",
        of,
        Refused("two columns"),
        "id,status,status\nAML.T0001,gap,covered\n",
    );
    c.add(22, "no cells", of, Refused("NoObject"), "id,status\n,,\n,\n");
    c.add(
        22,
        "evidence that is deep",
        of,
        Refused("JSON list"),
        format!("id,evidence\nAML.T0001,{}\n", "[".repeat(100_000)),
    );
    c.add(22, "an id alone", of, Refused("says nothing"), "AML.T0001\n");
    c.add(8, "too many lines", of, Refused("more than 100000 lines"), "AML.T0001 gap\n".repeat(100_001));
    c.add(8, "a long line", of, Refused("KEY=VALUE"), format!("AML.T0001 gap {}", "x".repeat(1_000_000)));
    c.add(
        8,
        "an open quote",
        of,
        Refused("quote is open"),
        format!("AML.T0001 gap '{}", "x".repeat(1_000_000)),
    );
    c.add(9, "two statuses", of, Refused("KEY=VALUE"), "AML.T0001 gap covered\n");
    c.add(25, "no text", of, Refused("UTF-8"), [0xFF, 0xFE, 0, 1].repeat(100));
    c.add(25, "the beginning of a foreign text", of, Either, "\u{feff}AML.T0001 gap\r\n");
    for (family, name, text) in texts() {
        let cell = format!("\"{}\"", text.replace('"', "\"\""));
        for (place, file) in [
            ("an owner", format!("id,owner,note\nAML.T0001,{cell},{cell}\n")),
            ("a status", format!("id,status\nAML.T0001,{cell}\n")),
            ("an id", format!("id,status\n{cell},gap\n")),
            ("a day", format!("id,review\nAML.T0001,{cell}\n")),
            ("evidence", format!("id,evidence\nAML.T0001,{cell}\n")),
        ] {
            let expect = if place == "an owner" { Taken } else { Refused("") };
            c.add(family, &format!("{name} in {place} of a table"), of, expect, file);
        }
        let plain: String =
            text.chars().filter(|c| !"\'\n\u{85}\u{b}\u{c}\u{2028}\u{2029}".contains(*c)).collect();
        let line = format!("AML.T0001 gap owner='{plain}' note='{plain}' evidence='detect:x {plain}'\n");
        c.add(family, &format!("{name} in a line"), of, Taken, line);
        c.add(family, &format!("{name} in a key"), of, Refused(""), format!("AML.T0001 gap 'x{plain}=y'\n"));
    }
}
