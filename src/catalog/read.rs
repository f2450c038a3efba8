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
    // What is about the whole file comes first.
    warnings.sort_by_key(|w| w.line.unwrap_or(0));
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
    let line_at = |at: usize| bytes[..at].split(|b| *b == b'\n').count() as u64;
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
    let is_path = matches!(body.rsplit('.').next(), Some("yaml" | "yml")) && !body.contains([' ', '\n']);
    if is_path {
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
        // Comments are skipped, so that they count towards no limit.
        emit_comments: false,
        with_snippet: false,
    }
}

/// What the YAML crate found wrong, in one plain sentence.
fn sentence(error: &YamlError) -> ReadError {
    let line = error.location().map_or(0, |l| l.line());
    let what = match error.without_snippet() {
        // The readers' own sentences, and serde's.
        YamlError::Message { msg, .. } => brief(msg),
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
        YamlError::SerdeMissingField { field, .. } => format!("the entry around this line has no `{field}`"),
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

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    const V6: &str = "\
format-version: 6.0.0
collection:
  version: '2026.09'
matrix:
  id: ATLAS-matrix
tactics:
  AML.TA0001:
    id: AML.TA0001
    name: First
  AML.TA0002:
    id: AML.TA0002
    name: Second
techniques:
  AML.T0001:
    id: AML.T0001
    name: Parent
    maturity: Realized
    platforms: [Agentic AI]
  AML.T0001.000:
    id: AML.T0001.000
    name: Child
  AML.T0002:
    id: AML.T0002
    name: Other
    description: Text.
mitigations:
  AML.M0001:
    id: AML.M0001
    name: Help
    lifecycle-phases: [Deployment, Data Preparation]
case-studies:
  AML.CS0001:
    id: AML.CS0001
    name: Case
    type: Incident
    reporter: Someone
    date: '2024-08-08'
    date-granularity: Month
relationships:
  ATLAS-matrix:
    sequences:
    - target: AML.TA0001
      position: 2
    - target: AML.TA0002
      position: 1
  AML.T0001:
    achieves:
    - target: AML.TA0001
    - target: AML.TA0002
  AML.T0001.000:
    specializes:
    - target: AML.T0001
  AML.T0002:
    achieves:
    - source: AML.T0002
      target: AML.TA0002
  AML.M0001:
    mitigates:
    - target: AML.T0002
      description: So.
    - target: AML.T0001.000
  AML.CS0001:
    employs:
    - target: AML.T0002
      tactic: AML.TA0002
      step-id: S01
      leads-to: [S02]
    - target: AML.T0001.000
      tactic: AML.TA0001
      step-id: S00
      leads-to: [S01]
    - target: AML.T0002
      tactic: AML.TA0002
      step-id: S02
      leads-to: []
";

    const LEGACY: &str = "\
id: ATLAS
version: 5.10
matrices:
- id: ATLAS
  tactics:
  - {id: AML.TA0002, name: Second}
  - {id: AML.TA0001, name: First}
  techniques:
  - id: AML.T0002
    name: Other
    tactics: [AML.TA0001, AML.TA0002]
    maturity: feasible
    created_date: 2021-05-13
    ATT&CK-reference: {id: T1, url: 'https://attack.mitre.org/techniques/T1'}
  - {id: AML.T0001, name: Parent, tactics: [AML.TA0002]}
  - {id: AML.T0001.000, name: Child, subtechnique-of: AML.T0001}
  mitigations:
  - id: AML.M0001
    name: Help
    category: [Technical - ML]
    ml-lifecycle:
    - ML Model Engineering
    - Data Preparation
    - {id: AML.T0002, use: So.}
    techniques: [AML.T0001, {id: AML.T0001.000, use: Thus.}]
case-studies:
- id: AML.CS0001
  name: Case
  summary: What happened.
  incident-date: 2020-01-01
  incident-date-granularity: YEAR
  case-study-type: exercise
  reported-by: Someone
  references:
  procedure:
  - {tactic: AML.TA0001, technique: AML.T0002, description: One.}
  - {tactic: AML.TA0002, technique: AML.T0001.000, description: Two.}
";

    /// The sentence for bytes that must fail, which must be one short line and come quickly.
    fn fault_of(bytes: &[u8]) -> String {
        let start = Instant::now();
        let fault = read(bytes).map(|_| ()).expect_err("it should not read").to_string();
        // Tests are built without optimisation, on a busy machine.
        assert!(start.elapsed() < Duration::from_secs(20), "{fault}");
        assert!(fault.chars().count() < 240, "{fault}");
        assert!(!fault.chars().any(|c| c.is_control() || c == '\u{202e}'), "{fault:?}");
        fault
    }

    /// A file with one place changed.
    fn changed(file: &str, from: &str, to: &str) -> String {
        assert_eq!(file.matches(from).count(), 1, "{from:?} must stand there once");
        file.replace(from, to)
    }

    fn fault(from: &str, to: &str) -> String {
        fault_of(changed(V6, from, to).as_bytes())
    }

    fn warnings(file: &str) -> Vec<String> {
        let (_, warnings) = read(file.as_bytes()).unwrap();
        warnings.iter().map(ToString::to_string).collect()
    }

    fn texts<T: fmt::Debug>(list: &[T]) -> String {
        format!("{list:?}")
    }

    #[test]
    fn format_6_reads_and_links_both_ways() {
        let (catalog, warnings) = read(V6.as_bytes()).unwrap();
        assert_eq!(warnings, []);
        assert_eq!(&*catalog.release, "2026.09");
        assert_eq!(
            texts(&catalog.tactics.iter().map(|t| t.id).collect::<Vec<_>>()),
            "[AML.TA0002, AML.TA0001]"
        );
        assert_eq!(texts(&catalog.tactics[0].techniques), "[AML.T0001, AML.T0002]");
        let [parent, child, other] = &catalog.techniques[..] else { panic!() };
        assert_eq!(texts(&parent.tactics), "[AML.TA0002, AML.TA0001]");
        assert_eq!(child.tactics, parent.tactics);
        assert_eq!((child.parent, &parent.subs), (Some(parent.id), &vec![child.id]));
        assert_eq!(texts(&other.mitigations), "[AML.M0001]");
        assert_eq!(other.steps.iter().map(|s| s.step).collect::<Vec<_>>(), [1, 2]);
        let help = &catalog.mitigations[0];
        assert_eq!(texts(&help.lifecycle_phases), r#"["Data Preparation", "Deployment"]"#);
        assert_eq!(catalog.how(help.id, other.id), Some("So."));
        assert_eq!(catalog.how(help.id, child.id), Some(""));
        let case = &catalog.case_studies[0];
        assert_eq!(case.known_date(), "2024-08");
        let steps: Vec<(&str, &[u16])> = case.steps.iter().map(|s| (&*s.id, &s.leads_to[..])).collect();
        assert_eq!(steps, [("S00", &[1][..]), ("S01", &[2]), ("S02", &[])]);
    }

    #[test]
    fn the_legacy_format_reads_into_the_same_shapes() {
        let (catalog, warnings) = read(LEGACY.as_bytes()).unwrap();
        let warnings: Vec<String> = warnings.iter().map(ToString::to_string).collect();
        assert_eq!(
            warnings,
            ["line 24: AML.M0001 lists AML.T0002 among its lifecycle phases, where it is read as a \
              technique that it mitigates"]
        );
        assert_eq!(&*catalog.release, "5.10");
        assert_eq!(
            texts(&catalog.tactics.iter().map(|t| t.id).collect::<Vec<_>>()),
            "[AML.TA0002, AML.TA0001]"
        );
        let [parent, child, other] = &catalog.techniques[..] else { panic!() };
        assert_eq!((child.parent, &parent.subs), (Some(parent.id), &vec![child.id]));
        assert_eq!(texts(&other.tactics), "[AML.TA0002, AML.TA0001]");
        assert_eq!((&*other.created, &*other.modified), ("2021-05-13", ""));
        assert_eq!(other.maturity, Some(super::super::model::Maturity::Feasible));
        assert_eq!(other.attack.as_ref().map(|a| &*a.id), Some("T1"));
        let help = &catalog.mitigations[0];
        assert_eq!(texts(&help.categories), r#"["Technical - AI"]"#);
        assert_eq!(texts(&help.lifecycle_phases), r#"["Data Preparation", "AI Model Engineering"]"#);
        assert_eq!(
            texts(&help.techniques.iter().map(|m| (m.technique, &*m.how)).collect::<Vec<_>>()),
            r#"[(AML.T0001, ""), (AML.T0001.000, "Thus."), (AML.T0002, "So.")]"#
        );
        let case = &catalog.case_studies[0];
        assert_eq!(
            (&*case.reporter, case.known_date(), &*case.description),
            ("Someone", "2020", "What happened.")
        );
        assert_eq!(case.steps.iter().map(|s| &*s.id).collect::<Vec<_>>(), ["S00", "S01"]);
        assert_eq!(case.steps[0].leads_to, [1]);
    }

    #[test]
    fn releases_before_4_have_no_matrix() {
        let old = "version: 3.0.0\ntactics:\n- {id: AML.TA0001, name: A}\ntechniques:\n\
                   - {id: AML.T0001, name: B, tactics: [AML.TA0001]}\ncase-studies: []\n";
        let (catalog, warnings) = read(old.as_bytes()).unwrap();
        assert_eq!((catalog.mitigations.len(), catalog.case_studies.len(), warnings.len()), (0, 0, 0));
    }

    #[test]
    fn odd_things_are_warnings_with_their_place() {
        let odd = |from, to| warnings(&changed(V6, from, to));
        assert_eq!(
            odd("    reporter: Someone\n", ""),
            ["line 33: AML.CS0001 is an incident without a reporter"]
        );
        assert_eq!(
            odd(
                "    - target: AML.T0001.000\n  AML.CS",
                "    - target: AML.T0002\n      description: x\n  AML.CS"
            ),
            ["line 61: AML.M0001 lists AML.T0002 twice, of which the last is used"]
        );
        assert_eq!(
            odd(
                "    achieves:\n    - source: AML.T0002\n      target: AML.TA0002\n",
                "    future-type: []\n"
            ),
            ["line 23: AML.T0002 stands in no tactic, so the matrix can't show it"]
        );
        assert_eq!(
            odd("maturity: Realized", "maturity: Mythical"),
            ["line 17: AML.T0001 has the maturity `Mythical`, which is not known and is left out"]
        );
        assert_eq!(
            odd("date: '2024-08-08'", "date: last summer"),
            ["line 37: AML.CS0001 has the date `last summer`, which is not like 2026-09-15 and is left out"]
        );
        assert_eq!(
            odd("    - target: AML.TA0002\n      position: 1\n", ""),
            ["line 11: AML.TA0002 has no place in the matrix and is put at its end"]
        );
        assert_eq!(
            odd("    specializes:\n    - target: AML.T0001\n", "    specializes: []\n"),
            ["line 20: AML.T0001.000 names no parent; AML.T0001 is taken by its id"]
        );
        assert_eq!(
            odd("    specializes:\n", "    achieves:\n    - target: AML.TA0002\n    specializes:\n"),
            [
                "line 20: AML.T0001.000 stands in other tactics than its parent AML.T0001, whose tactics are used"
            ]
        );
        assert_eq!(
            odd("leads-to: [S02]", "leads-to: [S02, S02]"),
            ["line 66: AML.CS0001 step `S01` leads to the same step twice"]
        );
        assert_eq!(
            warnings(V6.trim_end()),
            ["the file does not end with a line break, so it may be cut short"]
        );
        let both = changed(
            LEGACY,
            "  reported-by: Someone\n",
            "  reported-by: A\n  reporter: B\n  description: C\n",
        );
        let (both, _) = read(both.as_bytes()).unwrap();
        let case = &both.case_studies[0];
        assert_eq!((&*case.reporter, &*case.description), ("B", "What happened."));
        let second = changed(LEGACY, "case-studies:", "- {id: second}\ncase-studies:");
        assert!(warnings(&second)[1].starts_with("line 26: matrices has another entry"), "{second}");
    }

    #[test]
    fn contradictions_are_errors_with_their_line() {
        for (from, to, expected) in [
            (
                "    id: AML.T0002\n",
                "    id: AML.T0003\n",
                "line 23: the entry `AML.T0002` says it is AML.T0003; key and id must be the same",
            ),
            ("    id: AML.M0001\n", "    id: null\n", "line 28: here should be a text, but there is nothing"),
            (
                "    id: AML.M0001\n",
                "    id: no\n",
                "line 28: `no` is not an ATLAS id such as AML.T0051, AML.M0020 or AML.CS0026",
            ),
            (
                "    id: AML.M0001\n",
                "    id: 1e3\n",
                "line 28: `1e3` is not an ATLAS id such as AML.T0051, AML.M0020 or AML.CS0026",
            ),
            ("    id: AML.M0001\n", "    id: [a]\n", "line 28: here should be a text"),
            ("    id: AML.M0001\n", "", "line 29: the entry around this line has no `id`"),
            ("    name: Help\n", "", "line 29: the entry around this line has no `name`"),
            ("    name: Help\n", "    name: ' '\n", "line 28: the mitigation AML.M0001 has no name"),
            (
                "  AML.M0001:\n    id: AML.M0001",
                "  AML.T0009:\n    id: AML.T0009",
                "line 28: AML.T0009 stands among the mitigations, but is the id of a technique",
            ),
            (
                "      target: AML.TA0002\n",
                "      target: AML.TA0009\n",
                "line 56: AML.T0002 names the tactic AML.TA0009, which is not in this file",
            ),
            (
                "      target: AML.TA0002\n",
                "      target: AML.M0001\n",
                "line 56: AML.T0002 names AML.M0001, a mitigation, where a tactic belongs",
            ),
            (
                "- source: AML.T0002",
                "- source: AML.T0001",
                "line 55: a relationship of `AML.T0002` says its source is `AML.T0001`; the two must be the same",
            ),
            (
                "  AML.M0001:\n    mitigates",
                "  AML.M0002:\n    mitigates",
                "line 59: a relationship names the mitigation AML.M0002, which is not in this file",
            ),
            (
                "  AML.M0001:\n    mitigates",
                "  Nobody:\n    mitigates",
                "line 59: `Nobody` is not an ATLAS id such as AML.T0051, AML.M0020 or AML.CS0026",
            ),
            (
                "  AML.CS0001:\n    employs",
                "  AML.CS0002:\n    employs",
                "line 64: a step names the case study AML.CS0002, which is not in this file",
            ),
            (
                "      position: 2",
                "      position: first",
                "line 43: the position `first` of a tactic in the matrix is no whole number",
            ),
            (
                "- target: AML.TA0001\n      position",
                "- target: AML.TA0007\n      position",
                "line 42: the matrix names the tactic AML.TA0007, which is not in this file",
            ),
            (
                "leads-to: [S02]",
                "leads-to: [S77]",
                "line 67: step `S01` of AML.CS0001 leads to `S77`, which it has not",
            ),
            ("step-id: S02", "step-id: S00", "line 74: AML.CS0001 has two steps `S00`"),
            (
                "leads-to: []",
                "leads-to: [S02]",
                "line 74: the steps of AML.CS0001 lead in a circle through `S02`",
            ),
            (
                "leads-to: []",
                "leads-to: [S01]",
                "line 66: the steps of AML.CS0001 lead in a circle through `S01`, `S02`",
            ),
            (
                "leads-to: []",
                "leads-to: [S00]",
                "line 70: the steps of AML.CS0001 lead in a circle through `S00`, `S01`, `S02`",
            ),
            (
                "    - target: AML.T0001\n",
                "    - target: AML.T0001.000\n",
                "line 52: AML.T0001.000 is given as a sub-technique of itself, directly or through others",
            ),
            (
                "    - target: AML.T0001\n",
                "    - target: AML.T0002\n",
                "line 52: AML.T0001.000 is given as a sub-technique of AML.T0002, which its id contradicts",
            ),
            (
                "  AML.T0002:\n    achieves",
                "  AML.T0002:\n    specializes:\n    - target: AML.T0001.000\n    achieves",
                "line 55: AML.T0002 is given as a sub-technique of AML.T0001.000, which is a sub-technique itself",
            ),
            (
                "  AML.T0001:\n    achieves",
                "  AML.T0001:\n    specializes:\n    - target: AML.T0001.000\n    achieves",
                "line 48: AML.T0001 is given as a sub-technique of itself, directly or through others",
            ),
            (
                "  version: '2026.09'\n",
                "  version: ''\n",
                "the file does not say which release it is: its `version` is empty",
            ),
            (
                "relationships:\n",
                "other:\n",
                "the part `relationships` is missing; the file may be cut short",
            ),
            ("techniques:\n", "tekniques:\n", "the part `techniques` is missing; the file may be cut short"),
            (
                "    name: Help\n",
                "    name: Help\n    name: Held\n",
                "line 30: the key `name` stands here for the second time; only one of the two can be meant",
            ),
            (
                "  AML.TA0002:\n    id: AML.TA0002",
                "  AML.TA0001:\n    id: AML.TA0001",
                "line 10: the key `AML.TA0001` stands here for the second time; only one of the two can be meant",
            ),
        ] {
            assert_eq!(fault(from, to), expected);
        }
        let three = V6.replace(
            "  AML.T0002:\n    achieves",
            "  AML.T0002:\n    specializes:\n    - target: AML.T0001\n    achieves",
        );
        let three = three.replace(
            "  AML.T0001:\n    achieves",
            "  AML.T0001:\n    specializes:\n    - target: AML.T0001.000\n    achieves",
        );
        let three = three.replace(
            "    specializes:\n    - target: AML.T0001\n  AML.T0002",
            "    specializes:\n    - target: AML.T0002\n  AML.T0002",
        );
        assert!(fault_of(three.as_bytes()).ends_with("sub-technique of itself, directly or through others"));
        let no_tactics = "format-version: 6.1\ncollection: {version: x}\ntactics: {}\ntechniques: {}\nmitigations: {}\n\
                          case-studies: {}\nrelationships: {}\n";
        assert_eq!(
            fault_of(no_tactics.as_bytes()),
            "the file has no tactics, so there is no matrix to show; it may be cut short"
        );
    }

    #[test]
    fn contradictions_in_legacy_files() {
        for (from, to, expected) in [
            (
                "- {id: AML.T0001, name: Parent, tactics: [AML.TA0002]}",
                "- {id: AML.T0002, name: Twin}",
                "line 15: the technique AML.T0002 stands in the file twice, the first time in line 9",
            ),
            (
                "subtechnique-of: AML.T0001",
                "subtechnique-of: AML.T0009",
                "line 16: AML.T0001.000 names the technique AML.T0009, which is not in this file",
            ),
            (
                "techniques: [AML.T0001,",
                "techniques: [AML.T1,",
                "line 25: `AML.T1` is not an ATLAS id such as AML.T0051, AML.M0020 or AML.CS0026",
            ),
            (
                "techniques: [AML.T0001,",
                "techniques: [5,",
                "line 25: here should be a text, or a map with `id` and `use`",
            ),
            (
                "technique: AML.T0002,",
                "technique: AML.T0042,",
                "line 36: step `S00` of AML.CS0001 names the technique AML.T0042, which is not in this file",
            ),
            (
                "case-studies:",
                "case-studiez:",
                "the part `case-studies` is missing; the file may be cut short",
            ),
            ("version: 5.10\n", "", "the part `version` is missing; the file may be cut short"),
        ] {
            assert_eq!(fault_of(changed(LEGACY, from, to).as_bytes()), expected);
        }
    }

    #[test]
    fn what_people_open_by_mistake_is_named() {
        for (bytes, expected) in [
            (&b""[..], "the file is empty"),
            (b" \n\n", "the file is empty"),
            (b"\xEF\xBB\xBF", "the file is empty"),
            (b"\x1F\x8B\x08\0\0", "the file is packed with gzip; unpack it first"),
            (b"PK\x03\x04rest", "the file is a zip archive; unpack it first"),
            (b"\xFF\xFEi\0d\0", "the file is text in UTF-16; save it as UTF-8 first"),
            (b"i\0d\0:\0", "the file is text in UTF-16; save it as UTF-8 first"),
            (b"\0i\0d\0:", "the file is text in UTF-16; save it as UTF-8 first"),
            (b"id: x\nname: \0\n", "line 2: the file holds a NUL byte, so it is binary or damaged"),
            (
                b"id: x\n\nname: \xE9\n",
                "line 3: the file holds a byte that is no UTF-8, so it is binary or in another encoding",
            ),
            (
                b"{\"type\": \"bundle\", \"objects\": []}",
                "the file is a STIX bundle; open a release in YAML, such as dist/v6/ATLAS-latest.yaml of atlas-data",
            ),
            (
                b"{\"domain\": \"atlas-atlas\", \"techniques\": []}",
                "the file is a Navigator layer, which holds marks and no catalogue; import it as marks",
            ),
            (b"[1, 2]", "the file is JSON; ATLAS releases are read in YAML"),
            (b"<!DOCTYPE html><html>", "the file is a web page; download the raw YAML file instead"),
            (
                b"v6/ATLAS-latest.yaml",
                "the file holds only the path `v6/ATLAS-latest.yaml`: it is a link that was saved as text, so open the file it names",
            ),
            (
                b"format-version: '7.1.0' # new\n",
                "line 1: the file has format version `7.1.0`; this program reads 6 and the older files without one, so look for a newer atlasnav",
            ),
            (
                b"format: 1\nmarks: {}\n",
                "the file is no ATLAS catalogue: it has neither `format-version` nor `matrices` nor `tactics`",
            ),
            (
                b"just words",
                "the file is no ATLAS catalogue: it has neither `format-version` nor `matrices` nor `tactics`",
            ),
            (
                b"# x\n<<<<<<< HEAD\nid: x\n",
                "line 2: a merge conflict stands open in the file; resolve it first",
            ),
            (
                b"id: x\n>>>>>>> theirs\n",
                "line 2: a merge conflict stands open in the file; resolve it first",
            ),
        ] {
            assert_eq!(fault_of(bytes), expected);
        }
        assert_eq!(
            fault_of(&vec![b'a'; MAX_BYTES + 1]),
            "the file is larger than 8 MiB, the most that is read"
        );
    }

    #[test]
    fn a_byte_order_mark_a_comment_header_and_windows_line_ends_are_fine() {
        let (plain, _) = read(V6.as_bytes()).unwrap();
        for file in [
            format!("\u{feff}{V6}"),
            format!("# DEPRECATED\n# tactics: none\n---\n{V6}"),
            format!("%YAML 1.2\n---\n{V6}"),
            V6.replace('\n', "\r\n"),
            V6.replace("format-version: 6.0.0", "\"format-version\": '6.7.0' # later"),
        ] {
            assert_eq!(read(file.as_bytes()).map(|(catalog, _)| catalog), Ok(plain.clone()), "{file}");
        }
    }

    #[test]
    fn what_makes_yaml_dangerous_ends_in_a_sentence() {
        let with = |more: &str| fault_of(format!("{V6}{more}").as_bytes());
        let laughs: Vec<String> = (1..10)
            .map(|i| format!("x{i}: &l{i} [{}]\n", vec![format!("*l{}", i - 1); 9].join(", ")))
            .collect();
        let aliases = "line 76: the file uses YAML anchors or aliases, which ATLAS files have not and which are not read";
        assert_eq!(with(&format!("x0: &l0 lol\n{}", laughs.concat())), aliases);
        assert_eq!(with("x: &a [*a]\n"), aliases);
        assert_eq!(with("x: *a\n"), aliases);
        assert_eq!(
            with(&(0..200_000).map(|i| format!("a{i}: &b{i} x\n")).collect::<Vec<_>>().concat()),
            aliases
        );
        let deep = "line 76: the file is nested deeper than 32 levels, the most that is read";
        assert_eq!(with(&format!("x: {}\n", "[".repeat(100_000))), deep);
        assert_eq!(with(&format!("x: {}\n", "{a: ".repeat(100_000))), deep);
        assert_eq!(
            fault_of("[".repeat(100_000).as_bytes()),
            "the file is JSON; ATLAS releases are read in YAML"
        );
        let blocks: Vec<String> = (1..2000).map(|i| format!("{}a:\n", " ".repeat(i))).collect();
        assert!(with(&format!("x:\n{}", blocks.concat())).ends_with(&deep[9..]));
        let many = with(&format!("x:\n{}", "- 1\n".repeat(300_000)));
        assert!(many.ends_with("the file holds more than 250,000 values, the most that is read"), "{many}");
        let long = fault("name: Help", &format!("name: {}", "a".repeat(70_000)));
        assert_eq!(long, "line 29: a text is longer than 64 KiB, the most that is read");
        let again = |key: &str| {
            format!(
                "line 76: the key `{key}` stands here for the second time; only one of the two can be meant"
            )
        };
        assert_eq!(with("tactics: {}\n"), again("tactics"));
        assert_eq!(with("x: {a: 1, a: 2}\n"), again("a"));
        let several = with("---\nid: x\n");
        assert_eq!(several, "line 76: the file holds several YAML documents, but a release is one");
        let merge = with("x: {<<: {a: b}}\n");
        assert!(merge.starts_with("line 76: the file uses the YAML merge key"), "{merge}");
        let tag = with("x: !!python/object/apply:os.system [ls]\n");
        assert_eq!(
            tag,
            "line 76: the tag `!!python/object/apply:os.system` is not read: ATLAS files have no YAML tags"
        );
        for broken in
            ["x: 'abc\n", "x: [a, b\n", "   x: 1\n", "x: \u{1b}[31m\n", "\u{1b}]52;c;aGk=\u{7}: x\n"]
        {
            let fault = with(broken);
            assert!(fault.starts_with("line 76: the YAML is broken here: "), "{fault}");
        }
    }

    #[test]
    fn escapes_in_texts_arrive_harmless() {
        let evil = changed(V6, "name: Help", r#"name: "a\e[31mb\e]0;t\ac\u202Ed\u009Be\u2028f\tg\nh""#);
        let (catalog, _) = read(evil.as_bytes()).unwrap();
        assert_eq!(
            &*catalog.mitigations[0].name,
            "a<U+001B>[31mb<U+001B>]0;t<U+0007>c<U+202E>d<U+009B>e<U+2028>f g h"
        );
        let marks = changed(V6, "name: Help", &format!("name: a{}", "\u{301}".repeat(10_000)));
        let (catalog, _) = read(marks.as_bytes()).unwrap();
        assert_eq!(catalog.mitigations[0].name.chars().count(), 5);
        assert_eq!(
            fault("    id: AML.M0001", "    id: \"\\e]0;x\\a\\u202E\""),
            "line 28: `<U+001B>]0;x<U+0007><U+202E>` is not an ATLAS id such as AML.T0051, AML.M0020 or AML.CS0026"
        );
        let key = fault("  AML.M0001:\n    id", "  \"\\e[2J\\u202EAML.M0001\":\n    id");
        assert_eq!(
            key,
            "line 28: the entry `<U+001B>[2J<U+202E>AML.M0001` says it is AML.M0001; key and id must be the same"
        );
        let twice = fault("  version: '2026.09'", "  \"\\e\": 1\n  \"\\e\": 2");
        assert_eq!(
            twice,
            "line 4: the key `<U+001B>` stands here for the second time; only one of the two can be meant"
        );
    }

    #[test]
    fn cut_anywhere_it_ends_in_a_sentence_or_a_catalogue() {
        for file in [V6, LEGACY] {
            for end in 0..file.len() {
                if let Err(fault) = read(&file.as_bytes()[..end]) {
                    assert!(!fault.to_string().contains('\n'), "{fault}");
                }
            }
        }
        let whole = include_bytes!("../../assets/atlas-2026.09.yaml");
        // Thirty cuts spread over the file: each costs a full read without optimisation.
        for end in (0..whole.len()).step_by(whole.len() / 30) {
            if let Err(fault) = read(&whole[..end]) {
                assert!(!fault.to_string().contains('\n'), "{fault}");
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn changed_bytes_never_panic(
            changes in proptest::collection::vec((0..V6.len(), proptest::prelude::any::<u8>()), 1..8),
            legacy: bool,
        ) {
            let mut bytes = if legacy { LEGACY } else { V6 }.as_bytes().to_vec();
            for (at, byte) in changes {
                let at = at % bytes.len();
                bytes[at] = byte;
            }
            if let Err(fault) = read(&bytes) {
                let fault = fault.to_string();
                proptest::prop_assert!(!fault.chars().any(char::is_control), "{:?}", fault);
            }
        }

        #[test]
        fn any_bytes_never_panic(bytes: Vec<u8>) {
            proptest::prop_assert!(read(&bytes).is_err());
        }
    }
}
