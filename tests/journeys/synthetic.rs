//! Catalogues that MITRE never published, in the layout of data format 6.

use std::fmt::Write;
use std::sync::Arc;

use atlasnav::catalog::{self, Catalog};

/// A text as a YAML string of ASCII only: what a file can hold is not limited to what YAML prints.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            // The file stays below the largest size that is read.
            ' '..='~' | '\u{301}' => out.push(c),
            _ => write!(out, "\\U{:08X}", u32::from(c)).expect("strings take all text"),
        }
    }
    out.push('"');
    out
}

/// `tactics` columns of `rows` techniques with `subs` sub-techniques each, one mitigation and one case
/// study. Every name, description and other text comes from `text`, which is told what it is for.
pub fn catalog(tactics: usize, rows: usize, subs: usize, text: impl Fn(&str) -> String) -> Arc<Catalog> {
    let text = |what: String| quoted(&text(&what));
    let mut y = String::from("format-version: 6.0.0\ncollection:\n  id: c\n  version: '2099.01'\ntactics:\n");
    let mut put = |line: String| {
        y.push_str(&line);
        y.push('\n');
    };
    let object = |id: &str, name: &str| {
        format!(
            "  {id}:\n    id: {id}\n    name: {}\n    description: {}\n    references:\n    \
             - title: {}\n      url: {}\n    created-date: '2021-01-01'\n    modified-date: '2022-01-01'",
            text(name.to_owned()),
            text(format!("description of {name}, [a link](/techniques/AML.T0000)")),
            text(format!("reference of {name}")),
            text("https://example.org/".to_owned()),
        )
    };
    for t in 0..tactics {
        put(object(&format!("AML.TA{t:04}"), &format!("Tactic {t}")));
    }
    put("techniques:".to_owned());
    for n in 0..tactics * rows {
        put(object(&format!("AML.T{n:04}"), &format!("Technique {n}")));
        put(format!("    maturity: realized\n    platforms: [{}]", text("platform".to_owned())));
        for s in 0..subs {
            put(object(&format!("AML.T{n:04}.{s:03}"), &format!("Sub {s} of {n}")));
            put("    maturity: feasible".to_owned());
        }
    }
    put("mitigations:".to_owned());
    put(object("AML.M0000", "Mitigation"));
    put(format!("    categories: [{}]", text("category".to_owned())));
    put("case-studies:".to_owned());
    put(object("AML.CS0000", "Case study"));
    put(format!(
        "    type: incident\n    actor: {}\n    target: {}\n    reporter: {}\n    date: '2024-01-01'\n    \
         date-granularity: day",
        text("actor".to_owned()),
        text("target".to_owned()),
        text("reporter".to_owned())
    ));
    put("relationships:\n  ATLAS-matrix:\n    sequences:".to_owned());
    for t in 0..tactics {
        put(format!("    - source: ATLAS-matrix\n      target: AML.TA{t:04}\n      position: {t}"));
    }
    for n in 0..tactics * rows {
        let tactic = n / rows;
        put(format!(
            "  AML.T{n:04}:\n    achieves:\n    - source: AML.T{n:04}\n      target: AML.TA{tactic:04}"
        ));
        for s in 0..subs {
            let sub = format!("AML.T{n:04}.{s:03}");
            put(format!("  {sub}:\n    specializes:\n    - source: {sub}\n      target: AML.T{n:04}"));
        }
    }
    put(format!(
        "  AML.M0000:\n    mitigates:\n    - source: AML.M0000\n      target: AML.T0000\n      description: {}",
        text("how".to_owned())
    ));
    put(format!(
        "  AML.CS0000:\n    employs:\n    - source: AML.CS0000\n      target: AML.T0000\n      \
         tactic: AML.TA0000\n      step-id: s1\n      leads-to: []\n      description: {}",
        text("step".to_owned())
    ));
    let (catalog, _) = catalog::read(y.as_bytes()).expect("a catalogue that can be read");
    Arc::new(catalog)
}
