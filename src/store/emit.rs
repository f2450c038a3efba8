//! [`Document`] -> text. Written by hand rather than by a serializer, because the exact text is the
//! format: one field per line, every id there, so that stock git merges it.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::assessment::{Document, Entry, Fields, Taken};
use super::tree::{Node, Value};
use crate::catalog::{Catalog, ObjectId, is_unsafe};
use crate::coverage::{Claim, Conflict};

/// The comments that every file starts with.
pub(super) const HEADER: [&str; 3] = [
    "# Marks for MITRE ATLAS, kept by atlasnav; made to be edited, reviewed and merged as text.",
    "# status: unassessed, gap, planned, partial, covered, not-applicable or accepted",
    "# also: owner, note, evidence (kind: prevent, detect or respond), tested, review, by, on, log",
];

impl Document {
    /// The whole file: each id of the catalogue in order, then the marks of other ids.
    pub fn emit(&self, catalog: &Catalog) -> String {
        let mut out = String::new();
        for line in HEADER {
            out.push_str(line);
            out.push('\n');
        }
        comments(&mut out, 0, &self.comments);
        out.push_str("format: 1\n");
        let release = if self.release.is_empty() { &catalog.release } else { &*self.release };
        text_field(&mut out, 0, "release", release);
        if !self.about.name.is_empty() {
            text_field(&mut out, 0, "name", &self.about.name);
        }
        list_field(&mut out, 0, "platforms", &self.about.platforms);
        if let Some(Taken { name, on }) = &self.snapshot {
            out.push_str("snapshot:\n");
            text_field(&mut out, 2, "name", name);
            date_field(&mut out, 2, "on", *on);
        }
        fields(&mut out, 0, &self.extra);
        out.push_str("marks:\n");
        let names = self.names(catalog);
        let nothing = Entry::default();
        for (id, name) in &names {
            self.entries.get(id).unwrap_or(&nothing).emit(&mut out, *id, name);
        }
        let mut retired = self.entries.iter().filter(|(id, _)| !names.contains_key(*id)).peekable();
        if retired.peek().is_some() {
            out.push_str("retired:\n");
        }
        for (id, entry) in retired {
            entry.emit(&mut out, *id, entry.name.as_deref().unwrap_or_default());
        }
        out.push_str("...\n");
        out
    }

    /// The ids that stand under `marks:`, with the names written beside them: those of the
    /// catalogue. A file made on another release keeps the ids and names of its own, so that one
    /// mark is a change of a few lines; carrying a file over to a release is a step of its own.
    fn names<'a>(&'a self, catalog: &'a Catalog) -> BTreeMap<ObjectId, &'a str> {
        let of_catalog = |id| (id, catalog.name(id).unwrap_or_default());
        if self.release.is_empty() || *self.release == *catalog.release || self.listed.is_empty() {
            return catalog.markable().map(of_catalog).collect();
        }
        let own = self.listed.iter().map(|(id, name)| match name.as_str() {
            "" => of_catalog(*id),
            name => (*id, name),
        });
        let new = self.entries.iter().filter(|(id, entry)| catalog.contains(**id) && entry.name.is_none());
        new.map(|(id, _)| of_catalog(*id)).chain(own).collect()
    }
}

impl Entry {
    fn emit(&self, out: &mut String, id: ObjectId, name: &str) {
        comments(out, 2, &self.comments);
        out.push_str(&format!("  {id}:\n"));
        let mark = &self.mark;
        let mut field = |name, value: Option<&str>| {
            if let Some(value) = value {
                text_field(out, 4, name, value);
            }
        };
        field("name", Some(name));
        field("status", Some(mark.status.word()));
        field("owner", mark.owner.as_deref());
        field("note", mark.note.as_deref());
        if !mark.evidence.is_empty() {
            out.push_str("    evidence:\n");
        }
        let mut extras: Vec<_> = self.evidence_extra.iter().collect();
        for evidence in &mark.evidence {
            out.push_str(&format!("      - kind: {}\n", evidence.kind.word()));
            text_field(out, 8, "what", &evidence.what);
            if let Some(link) = &evidence.link {
                text_field(out, 8, "link", link);
            }
            if let Some(on) = evidence.on {
                date_field(out, 8, "on", on);
            }
            if let Some(at) = extras.iter().position(|(of, _)| of == evidence) {
                fields(out, 8, &extras.remove(at).1);
            }
        }
        for (name, date) in [("tested", mark.tested), ("review", mark.review)] {
            if let Some(date) = date {
                date_field(out, 4, name, date);
            }
        }
        if let Some(by) = &mark.by {
            text_field(out, 4, "by", by);
        }
        if let Some(on) = mark.on {
            date_field(out, 4, "on", on);
        }
        if !mark.conflicts.is_empty() {
            out.push_str("    conflict:\n");
        }
        for Conflict { claim, by, on } in &mark.conflicts {
            out.push_str(&format!("      - field: {}\n", claim.field().word()));
            match claim {
                Claim::Tested(Some(date)) | Claim::Review(Some(date)) => date_field(out, 8, "value", *date),
                other => other.value().into_iter().for_each(|text| text_field(out, 8, "value", &text)),
            }
            if let Some(by) = by {
                text_field(out, 8, "by", by);
            }
            if let Some(on) = on {
                date_field(out, 8, "on", *on);
            }
        }
        list_field(out, 4, "log", &mark.log);
        fields(out, 4, &self.extra);
    }
}

fn indent(out: &mut String, by: usize) {
    out.extend(std::iter::repeat_n(' ', by));
}

fn comments(out: &mut String, by: usize, comments: &[String]) {
    for comment in comments {
        indent(out, by);
        out.push_str(comment);
        out.push('\n');
    }
}

fn text_field(out: &mut String, by: usize, name: &str, text: &str) {
    indent(out, by);
    out.push_str(&scalar(name));
    out.push(':');
    if is_block(text) {
        out.push_str(" |-\n");
        for line in text.split('\n') {
            if !line.is_empty() {
                indent(out, by + 2);
                out.push_str(line);
            }
            out.push('\n');
        }
    } else {
        out.push(' ');
        out.push_str(&scalar(text));
        out.push('\n');
    }
}

/// A list of texts of one line; nothing where there are none.
fn list_field(out: &mut String, by: usize, name: &str, items: &[String]) {
    if items.is_empty() {
        return;
    }
    indent(out, by);
    out.push_str(&format!("{name}:\n"));
    for item in items {
        indent(out, by + 2);
        out.push_str(&format!("- {}\n", scalar(item)));
    }
}

fn date_field(out: &mut String, by: usize, name: &str, date: Date) {
    indent(out, by);
    // `on` gets quotes: bare, it is a truth value to YAML 1.1 readers such as PyYAML.
    out.push_str(&format!("{}: {date}\n", scalar(name)));
}

/// Whether a text can stand as a literal block and reads back the same everywhere: several lines,
/// no white space that an editor would strip or a reader would take for indentation.
fn is_block(text: &str) -> bool {
    text.contains('\n')
        && !text.starts_with([' ', '\n'])
        && !text.ends_with('\n')
        && text.split('\n').all(|line| !line.ends_with(' '))
        && !text.chars().any(|c| c != '\n' && is_unsafe(c))
}

/// A scalar of one line: plain where no reader can take it for anything else, or quoted.
fn scalar(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { quoted(text) }
}

fn is_plain(text: &str) -> bool {
    // Whatever a YAML 1.1 or 1.2 reader takes for null, a truth value or a number, in any case.
    const TAKEN: [&str; 12] =
        ["y", "n", "yes", "no", "true", "false", "on", "off", "null", "nan", "inf", "infinity"];
    let starts_well = text.starts_with(|c: char| c.is_alphabetic());
    let inner = |c: char| c.is_alphanumeric() || " _-./()',+&%@!?=;*<>~^$|:#\"".contains(c);
    starts_well
        && text.chars().all(inner)
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.chars().any(is_unsafe)
        && !TAKEN.iter().any(|word| word.eq_ignore_ascii_case(text))
}

fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            // A reviewer sees what is there, too.
            c if is_unsafe(c) => match u32::from(c) {
                code @ ..=0xff => out.push_str(&format!("\\x{code:02X}")),
                code @ ..=0xffff => out.push_str(&format!("\\u{code:04X}")),
                code => out.push_str(&format!("\\U{code:08X}")),
            },
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Fields that this version does not know, in block style.
fn fields(out: &mut String, by: usize, fields: &Fields) {
    for (name, value) in fields {
        indent(out, by);
        field(out, by, name, value);
    }
}

/// One field whose indentation is already written.
fn field(out: &mut String, by: usize, name: &Node, value: &Node) {
    out.push_str(&node_scalar(name));
    out.push(':');
    match &value.value {
        Value::Map(inner) if !inner.is_empty() => {
            out.push('\n');
            fields(out, by + 2, inner);
        }
        Value::List(items) if !items.is_empty() => {
            out.push('\n');
            for item in items {
                indent(out, by + 2);
                list_item(out, by + 2, item);
            }
        }
        _ => scalar_line(out, value),
    }
}

fn list_item(out: &mut String, by: usize, item: &Node) {
    out.push('-');
    match &item.value {
        Value::Map(inner) if !inner.is_empty() => {
            for (index, (name, value)) in inner.iter().enumerate() {
                if index == 0 {
                    out.push(' ');
                } else {
                    indent(out, by + 2);
                }
                field(out, by + 2, name, value);
            }
        }
        Value::List(items) if !items.is_empty() => {
            out.push('\n');
            for item in items {
                indent(out, by + 2);
                list_item(out, by + 2, item);
            }
        }
        _ => scalar_line(out, item),
    }
}

fn scalar_line(out: &mut String, value: &Node) {
    let text = node_scalar(value);
    if !text.is_empty() {
        out.push(' ');
    }
    out.push_str(&text);
    out.push('\n');
}

fn node_scalar(node: &Node) -> String {
    match &node.value {
        Value::Plain(text) => text.clone(),
        Value::Text(text) => quoted(text),
        Value::Map(_) => "{}".into(),
        Value::List(_) => "[]".into(),
    }
}
