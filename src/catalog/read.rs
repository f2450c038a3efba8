//! Bytes to a catalogue: what may be read, which format it is, and what to say when it is none.

use std::fmt;

use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::{Error as YamlError, MergeKeyPolicy, Options};

use super::legacy;
use super::link::link;
use super::model::Catalog;
use super::raw::Warnings;
use super::sanitize::{quote, sanitize};
use super::v6;

/// The largest file that is read. Official releases have half a megabyte.
pub const MAX_BYTES: usize = 8 * 1024 * 1024;

/// Why a file is no catalogue, in one plain sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{what}", Place(*line))]
pub struct ReadError {
    /// The line of the file, from 1, where the fault has one.
    pub line: Option<u64>,
    /// What is wrong, safe to print.
    pub what: String,
}

impl ReadError {
    pub(super) fn at(line: u64, what: impl Into<String>) -> Self {
        // The YAML crate says 0 where it knows no line.
        ReadError { line: (line > 0).then_some(line), what: what.into() }
    }

    pub(super) fn whole(what: impl Into<String>) -> Self {
        ReadError { line: None, what: what.into() }
    }
}

/// Something odd in a file that was read all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The line of the file, from 1, where there is one.
    pub line: Option<u64>,
    /// The object it is about, `AML.M0018`, or a part of the file.
    pub place: String,
    /// What is odd and what was made of it, safe to print.
    pub what: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{} {}", Place(self.line), self.place, self.what)
    }
}

struct Place(Option<u64>);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |line| write!(f, "line {line}: "))
    }
}

/// Reads an ATLAS release in any of its formats. Ends fast on hostile input, and never panics.
pub fn read(bytes: &[u8]) -> Result<(Catalog, Vec<Warning>), ReadError> {
    let text = text_of(bytes)?;
    let mut warnings = Warnings::default();
    let raw = match layout(text)? {
        Layout::V6 => parse::<v6::File>(text)?.into_raw(&mut warnings)?,
        Layout::Legacy => parse::<legacy::File>(text)?.into_raw(&mut warnings)?,
    };
    if !text.ends_with('\n') {
        warnings.add(0, "the file", "does not end with a line break, so it may be cut short");
    }
    let catalog = link(raw, &mut warnings)?;
    let Warnings(mut warnings) = warnings;
    warnings.sort_by_key(|w| w.line.unwrap_or(u64::MAX));
    Ok((catalog, warnings))
}

/// The text of a file, without a byte order mark.
fn text_of(bytes: &[u8]) -> Result<&str, ReadError> {
    let no = |what: &str| Err(ReadError::whole(what));
    match bytes {
        _ if bytes.len() > MAX_BYTES => return no("the file is larger than 8 MiB, the most that is read"),
        [0x1F, 0x8B, ..] => return no("the file is packed with gzip; unpack it first"),
        [b'P', b'K', 3 | 5 | 7, ..] => return no("the file is a zip archive; unpack it first"),
        [0xFF, 0xFE, ..]
        | [0xFE, 0xFF, ..]
        | [0, 1..=0xFF, 0, 1..=0xFF, ..]
        | [1..=0xFF, 0, 1..=0xFF, 0, ..] => {
            return no("the file is text in UTF-16; save it as UTF-8 first");
        }
        _ => {}
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let line_at = |at: usize| 1 + bytes[..at].iter().filter(|b| **b == b'\n').count() as u64;
    if let Some(at) = bytes.iter().position(|b| *b == 0) {
        return Err(ReadError::at(line_at(at), "the file holds a NUL byte, so it is binary or damaged"));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = line_at(error.valid_up_to());
        ReadError::at(line, "the file holds a byte that is no UTF-8, so it is binary or in another encoding")
    })?;
    if text.trim().is_empty() {
        return Err(ReadError::whole("the file is empty"));
    }
    Ok(text)
}

enum Layout {
    V6,
    Legacy,
}

/// Which format a text is in, by the keys of its outermost level. Names what people open by mistake.
fn layout(text: &str) -> Result<Layout, ReadError> {
    let no = |what: &str| Err(ReadError::whole(what));
    let body = text.trim();
    if body.starts_with(['{', '[']) {
        let has = |key: &str| body.contains(key);
        return if has("\"spec_version\"") || (has("\"bundle\"") && has("\"objects\"")) {
            no(
                "the file is a STIX bundle; open a release in YAML, such as dist/v6/ATLAS-latest.yaml of atlas-data",
            )
        } else if has("\"techniques\"") && (has("\"domain\"") || has("\"layer\"") || has("\"versions\"")) {
            no("the file is a Navigator layer, which holds marks and no catalogue; import it as marks")
        } else {
            no("the file is JSON; ATLAS releases are read in YAML")
        };
    }
    if body.starts_with('<') && !body.starts_with("<<") {
        return no("the file is a web page; download the raw YAML file instead");
    }
    if !body.contains('\n') && !body.contains(": ") && (body.ends_with(".yaml") || body.ends_with(".yml")) {
        return Err(ReadError::whole(format!(
            "the file holds only the path {}: it is a link that was saved as text, so open the file it names",
            quote(body)
        )));
    }

    let mut indentation = None;
    let mut legacy = false;
    let mut version = None;
    for (line, number) in text.lines().zip(1_u64..) {
        if ["<<<<<<< ", ">>>>>>> ", "||||||| "].iter().any(|mark| line.starts_with(mark)) {
            let what = "a merge conflict stands open in the file; resolve it first";
            return Err(ReadError::at(number, what));
        }
        let start = line.trim_start();
        if start.is_empty() || start.starts_with(['#', '%']) || line.starts_with("---") {
            continue;
        }
        let indented = line.len() - start.len();
        if *indentation.get_or_insert(indented) != indented {
            continue;
        }
        let Some((key, value)) = start.split_once(':') else { continue };
        match key.trim().trim_matches(['"', '\'']) {
            "format-version" => version = version.or(Some((number, value))),
            "tactics" | "matrices" => legacy = true,
            _ => {}
        }
    }
    match version {
        Some((number, value)) => {
            let value = value.split('#').next().unwrap_or_default().trim().trim_matches(['"', '\'']);
            if value.split('.').next() == Some("6") {
                return Ok(Layout::V6);
            }
            let what = format!(
                "the file has format version {}; this program reads 6 and the older files without one, \
                 so look for a newer atlasnav",
                quote(value)
            );
            Err(ReadError::at(number, what))
        }
        None if legacy => Ok(Layout::Legacy),
        None => {
            no("the file is no ATLAS catalogue: it has neither `format-version` nor `matrices` nor `tactics`")
        }
    }
}

fn parse<'a, T: serde::Deserialize<'a>>(text: &'a str) -> Result<T, ReadError> {
    serde_saphyr::from_str_with_options(text, options()).map_err(|error| sentence(&error))
}

/// Official files need none of what makes YAML dangerous.
fn options() -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_anchors: 0,
            max_aliases: 0,
            max_depth: 32,
            max_nodes: 250_000,
            max_events: 500_000,
            max_documents: 1,
            max_merge_keys: 0,
            max_total_scalar_bytes: MAX_BYTES,
        },
        merge_keys: MergeKeyPolicy::Error,
        strict_booleans: true,
        reject_unsupported_tags: true,
        with_snippet: false,
    }
}

/// What the YAML crate found wrong, in one plain sentence.
fn sentence(error: &YamlError) -> ReadError {
    let line = error.location().map_or(0, |l| l.line());
    let what = match error.without_snippet() {
        // Only the readers of this part make these, and they quote safely.
        YamlError::Message { msg, .. } => msg.clone(),
        YamlError::ExternalMessage { msg, .. } if msg.contains("recursion limit") => TOO_DEEP.to_owned(),
        YamlError::ExternalMessage { msg, .. } => format!("the YAML is broken here: {}", brief(msg)),
        YamlError::Eof { .. } => "the file ends too early; it may be cut short".to_owned(),
        YamlError::MultipleDocuments { .. } => SEVERAL.to_owned(),
        YamlError::Budget { breach, .. } => match breach {
            BudgetBreach::Anchors { .. }
            | BudgetBreach::Aliases { .. }
            | BudgetBreach::AliasAnchorRatio { .. }
            | BudgetBreach::RecordedAnchorEvents { .. }
            | BudgetBreach::RecordedAnchorBytes { .. } => ALIASES.to_owned(),
            BudgetBreach::Depth { .. } => TOO_DEEP.to_owned(),
            BudgetBreach::Documents { .. } => SEVERAL.to_owned(),
            BudgetBreach::MergeKeys { .. } => MERGE.to_owned(),
            _ => "the file holds more than 250,000 values, the most that is read".to_owned(),
        },
        YamlError::UnknownAnchor { .. } | YamlError::AliasError { .. } => ALIASES.to_owned(),
        YamlError::MergeKeyNotAllowed { .. } | YamlError::MergeValueNotMapOrSeqOfMaps { .. } => {
            MERGE.to_owned()
        }
        YamlError::UnsupportedTag { tag, .. } => {
            format!("the tag {} is not read: ATLAS files have no YAML tags", quote(tag))
        }
        YamlError::DuplicateMappingKey { key: Some(key), .. } => {
            format!(
                "the key {} stands here for the second time; only one of the two can be meant",
                quote(key)
            )
        }
        YamlError::DuplicateMappingKey { key: None, .. } => {
            "a key stands here for the second time".to_owned()
        }
        YamlError::NullIntoString { .. } => "here should be a text, but there is nothing".to_owned(),
        YamlError::Unexpected { expected, .. } => format!("here should be {}", kind_of_node(expected)),
        YamlError::SerdeInvalidType { expected, .. } | YamlError::SerdeInvalidValue { expected, .. } => {
            format!("here should be {}", brief(expected))
        }
        YamlError::SerdeMissingField { field, .. } => format!("the entry that begins here has no `{field}`"),
        other => {
            let text = other.to_string();
            format!(
                "this is no part of a catalogue: {}",
                brief(text.split(" at line ").next().unwrap_or(&text))
            )
        }
    };
    ReadError::at(line, what)
}

const TOO_DEEP: &str = "the file is nested deeper than 32 levels, the most that is read";
const SEVERAL: &str = "the file holds several YAML documents, but a release is one";
const ALIASES: &str =
    "the file uses YAML anchors or aliases, which ATLAS files have not and which are not read";
const MERGE: &str = "the file uses the YAML merge key `<<`, which ATLAS files have not and which is not read";

/// The YAML crate's word for a kind of node, in plain words.
fn kind_of_node(expected: &str) -> &str {
    match expected {
        "string scalar" => "a text",
        "sequence start" => "a list",
        "mapping start" => "a map of keys and values",
        other => other,
    }
}

/// A message of the YAML crate: safe, on one line, no longer than a sentence should be.
fn brief(message: &str) -> String {
    sanitize(message.trim(), false).chars().take(160).collect()
}
