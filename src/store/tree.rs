//! YAML text -> a small tree that knows its lines. The only place that calls the YAML crate.
//!
//! A plain scalar keeps its spelling (`1.10`, `0x1F`, `2026-11-23`), so that what the store does
//! not understand is written back as it stood.

use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy, NonFiniteFloatPolicy};
use serde_saphyr::{Error, Spanned, budget, options};

use super::error::one_line;

/// Longest scalar in bytes.
const MAX_SCALAR: usize = 64 * 1024;

/// A value with its place in the text. Compares by what it says, not by where it stands.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// From 1.
    pub line: usize,
    /// Bytes of the text that a scalar covers; for lists and maps of no use.
    pub span: Range<usize>,
    pub value: Value,
}

impl PartialEq for Node {
    fn eq(&self, other: &Node) -> bool {
        self.value == other.value
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    /// An unquoted scalar of one line, as it is spelled.
    Plain(String),
    /// A scalar that is a string however it looks.
    Text(String),
    List(Vec<Node>),
    /// In the order of the file; keys are scalars.
    Map(Vec<(Node, Node)>),
}

impl Node {
    /// The text of a scalar; None for lists and maps.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Plain(text) | Value::Text(text) => Some(text),
            Value::List(_) | Value::Map(_) => None,
        }
    }

    pub fn is_null(&self) -> bool {
        matches!(&self.value, Value::Plain(t) if matches!(&**t, "" | "~" | "null" | "Null" | "NULL"))
    }
}

/// What is wrong with a text as YAML, and where.
#[derive(Debug)]
pub(super) struct Fault {
    pub line: Option<usize>,
    pub what: String,
}

/// Reads one document.
pub(super) fn parse(text: &str) -> Result<Node, Fault> {
    let options = options! {
        budget: budget! {
            max_anchors: 0,
            max_aliases: 0,
            max_depth: 16,
            max_nodes: 250_000,
            max_documents: 1,
        },
        // The store finds comments itself. Handed out, more than 32 in a row would be an error.
        emit_comments: false,
        duplicate_keys: DuplicateKeyPolicy::Error,
        merge_keys: MergeKeyPolicy::Error,
        strict_booleans: true,
        reject_unsupported_tags: true,
        non_finite_float_policy: NonFiniteFloatPolicy::AsString,
        with_snippet: false,
    };
    let raw: Spanned<Raw> = serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let line = error.location().map(|l| l.line() as usize).filter(|line| *line > 0);
        Fault { line, what: sentence(&error) }
    })?;
    node(raw, text)
}

/// What the YAML crate found wrong, in plain words where it speaks of its own limits.
fn sentence(error: &Error) -> String {
    let breach = match error.without_snippet() {
        Error::Budget { breach, .. } => breach,
        Error::ExternalMessage { msg, .. } if msg.contains("recursion limit") => return TOO_DEEP.into(),
        other => {
            let text = other.to_string();
            return one_line(text.lines().next().unwrap_or_default()).chars().take(200).collect();
        }
    };
    match breach {
        BudgetBreach::Anchors { .. } | BudgetBreach::Aliases { .. } => {
            "YAML anchors and aliases are not read".into()
        }
        BudgetBreach::Depth { .. } => TOO_DEEP.into(),
        BudgetBreach::Documents { .. } => "several YAML documents stand in the file".into(),
        BudgetBreach::MergeKeys { .. } => "the YAML merge key `<<` is not read".into(),
        BudgetBreach::Nodes { .. } | BudgetBreach::Events { .. } => {
            "it holds more than 250,000 values, the most that is read".into()
        }
        other => one_line(&format!("it is more than is read ({other:?})")).chars().take(200).collect(),
    }
}

const TOO_DEEP: &str = "it is nested deeper than 16 levels, the most that is read";

#[derive(Debug)]
enum Raw {
    Null,
    /// A number or a truth value; its spelling is in the text.
    Atom,
    Text(String),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<Raw>, Spanned<Raw>)>),
}

fn node(raw: Spanned<Raw>, text: &str) -> Result<Node, Fault> {
    let line = raw.defined.line() as usize;
    let start = raw.defined.span().byte_offset().map_or(0, |at| at as usize);
    let span = start..start + raw.defined.span().byte_len().map_or(0, |len| len as usize);
    let source = text.get(span.clone()).unwrap_or_default();
    let value = match raw.value {
        Raw::Null => Value::Plain(source.trim().to_owned()),
        Raw::Atom => Value::Plain(source.to_owned()),
        Raw::Text(text) if text.len() > MAX_SCALAR => {
            return Err(Fault { line: Some(line), what: "a text is longer than 64 KiB".into() });
        }
        // Neither quoted nor joined from several lines: a quoted scalar's source starts with a quote, so it never equals its text.
        // A `<<` that is a text (after the tag `!`) must not be written as a merge key.
        Raw::Text(text) if text == source && !text.contains('\n') && text != "<<" => Value::Plain(text),
        // The YAML crate hands these through in lower case.
        Raw::Text(text)
            if matches!(&*text, ".nan" | ".inf" | "-.inf")
                && source.trim_start_matches('+').eq_ignore_ascii_case(&text) =>
        {
            Value::Plain(source.to_owned())
        }
        Raw::Text(text) => Value::Text(text),
        Raw::List(items) => {
            Value::List(items.into_iter().map(|item| node(item, text)).collect::<Result<_, _>>()?)
        }
        Raw::Map(fields) => {
            let fields = fields.into_iter().map(|(key, value)| {
                let key = node(key, text)?;
                if key.text().is_none() {
                    return Err(Fault { line: Some(key.line), what: "a key is no plain word".into() });
                }
                Ok((key, node(value, text)?))
            });
            Value::Map(fields.collect::<Result<_, _>>()?)
        }
    };
    Ok(Node { line, span, value })
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Raw, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Raw, E> {
        Ok(Raw::Atom)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Raw, E> {
        Ok(Raw::Atom)
    }

    fn visit_i128<E>(self, _: i128) -> Result<Raw, E> {
        Ok(Raw::Atom)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Raw, E> {
        Ok(Raw::Atom)
    }

    fn visit_u128<E>(self, _: u128) -> Result<Raw, E> {
        Ok(Raw::Atom)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Raw, E> {
        Ok(Raw::Atom)
    }

    fn visit_str<E>(self, text: &str) -> Result<Raw, E> {
        Ok(Raw::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Raw, E> {
        Ok(Raw::Text(text))
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
        Raw::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Raw, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Raw::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = map.next_entry()? {
            fields.push(field);
        }
        Ok(Raw::Map(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<Value> {
        let Value::Map(fields) = parse(text).unwrap().value else { panic!("no map") };
        fields.into_iter().map(|(_, value)| value.value).collect()
    }

    #[test]
    fn plain_scalars_keep_their_spelling() {
        for spelled in
            ["1.10", "007", "0x1F", "1_000", "yes", "true", "~", "", "2026-11-23", ".NaN", "two words"]
        {
            let expected = Value::Plain(spelled.into());
            assert_eq!(values(&format!("a: {spelled} # why\nb: x\n"))[0], expected);
        }
        for quoted in ["'1.10'", "\"1.10\"", "|-\n  1.10", ">-\n  1.10"] {
            assert_eq!(values(&format!("a: {quoted}\nb: x\n"))[0], Value::Text("1.10".into()));
        }
    }

    #[test]
    fn scalars_know_their_place() {
        let text = "a: ü # x\nb: |-\n  one # no\nc: 'q' # y\n";
        let Value::Map(fields) = parse(text).unwrap().value else { panic!("no map") };
        let places: Vec<_> =
            fields.iter().map(|(k, v)| (k.line, &text[k.span.clone()], &text[v.span.clone()])).collect();
        assert_eq!(places, [(1, "a", "ü"), (2, "b", "one # no\n"), (4, "c", "'q'")]);
    }

    #[test]
    fn what_a_file_of_ours_never_needs_is_refused_with_its_line() {
        let bomb = "a: [a,a,a]\n".repeat(100_000);
        let deep = format!("a: {}", "[".repeat(100_000));
        let long = format!("a: {}\n", "x".repeat(MAX_SCALAR + 1));
        for (line, text) in [
            (2, "a: 1\na: 2\n"),
            (1, "a: &x 1\nb: *x\n"),
            (1, "a: !foo 1\n"),
            (3, "a: 1\n...\nb: 2\n...\n"),
            (1, "a: [\n"),
            (1, "? [a]\n: b\n"),
            (2, "b: 1\na: \u{1b}[31m\n"),
            (1, "<<: {a: 1}\n"),
            (2, &*bomb),
            (1, &*deep),
            (1, &*long),
        ] {
            let fault = parse(text).unwrap_err();
            assert_eq!(fault.line, Some(line), "{}", fault.what);
            assert!(!fault.what.chars().any(char::is_control), "{}", fault.what);
        }
    }

    #[test]
    fn limits_are_named_in_plain_words() {
        for (text, words) in [
            (format!("a: {}", "[".repeat(100_000)), TOO_DEEP),
            (
                format!("a:\n{}", "- b\n".repeat(250_001)),
                "it holds more than 250,000 values, the most that is read",
            ),
            ("a: &x 1\nb: *x\n".to_owned(), "YAML anchors and aliases are not read"),
        ] {
            assert_eq!(parse(&text).unwrap_err().what, words);
        }
    }

    #[test]
    fn any_number_of_comments_may_stand_in_a_row() {
        let text = format!("a: 1\n{}b: 2\n", "# why\n".repeat(10_000));
        assert_eq!(values(&text), [Value::Plain("1".into()), Value::Plain("2".into())]);
    }
}
