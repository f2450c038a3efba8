//! What every source format is read into before it is checked and linked.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde_saphyr::Spanned;

use super::id::ObjectId;
use super::model::{AttackReference, CaseStudyKind, Format, Granularity, Maturity, Reference, Text};
use super::read::{ReadError, Warning};
use super::sanitize::{quote, sanitize};

/// The longest scalar that is read.
const MAX_SCALAR: usize = 64 * 1024;

/// A value and the line it stands on.
#[derive(Debug, Clone, Copy)]
pub(super) struct At<T> {
    pub line: u64,
    pub value: T,
}

impl<T> At<T> {
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> At<U> {
        At { line: self.line, value: f(self.value) }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for At<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<T>::deserialize(deserializer)?;
        Ok(At { line: spanned.referenced.line(), value: spanned.value })
    }
}

/// A scalar as the file spells it: `5.10` stays `5.10`, a date a text. 64 KiB at most.
#[derive(Debug, Clone, Default)]
pub(super) struct Scalar(pub String);

struct ScalarVisitor;

impl Visitor<'_> for ScalarVisitor {
    type Value = Scalar;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }
    fn visit_str<E: de::Error>(self, text: &str) -> Result<Scalar, E> {
        if text.len() > MAX_SCALAR {
            return Err(E::custom("a text is longer than 64 KiB, the most that is read"));
        }
        Ok(Scalar(text.to_owned()))
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(ScalarVisitor)
    }
}

/// An id, spelled as in official files.
#[derive(Debug, Clone, Copy)]
pub(super) struct Id(pub ObjectId);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Scalar(text) = Scalar::deserialize(deserializer)?;
        parse_id(&text).map(Id).map_err(de::Error::custom)
    }
}

/// Reads an id or says in a sentence that it is none.
pub(super) fn parse_id(text: &str) -> Result<ObjectId, String> {
    text.parse()
        .map_err(|_| format!("{} is not an ATLAS id such as AML.T0051, AML.M0020 or AML.CS0026", quote(text)))
}

/// A list entry of the legacy formats: a bare text, or a technique with how to use a mitigation.
#[derive(Debug)]
pub(super) enum Entry {
    Text(Scalar),
    Use { id: At<Id>, how: Option<Scalar> },
}

struct EntryVisitor;

impl<'de> Visitor<'de> for EntryVisitor {
    type Value = Entry;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, or a map with `id` and `use`")
    }
    fn visit_str<E: de::Error>(self, text: &str) -> Result<Entry, E> {
        ScalarVisitor.visit_str(text).map(Entry::Text)
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Entry, A::Error> {
        #[derive(serde::Deserialize)]
        struct Use {
            id: At<Id>,
            #[serde(rename = "use")]
            how: Option<Scalar>,
        }
        let Use { id, how } = Use::deserialize(de::value::MapAccessDeserializer::new(map))?;
        Ok(Entry::Use { id, how })
    }
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EntryVisitor)
    }
}

/// A release as its file gives it: texts are safe and words are read, but no link is followed yet.
#[derive(Debug)]
pub(super) struct Raw {
    pub release: Text,
    pub format: Format,
    /// Tactics in matrix order, where the format has that apart from the list of tactics.
    pub columns: Option<Vec<At<ObjectId>>>,
    pub tactics: Vec<Object>,
    pub techniques: Vec<RawTechnique>,
    pub mitigations: Vec<RawMitigation>,
    pub case_studies: Vec<RawCaseStudy>,
    /// Technique to tactic.
    pub achieves: Vec<Edge>,
    /// Sub-technique to parent.
    pub specializes: Vec<Edge>,
    /// Mitigation to technique.
    pub mitigates: Vec<Edge>,
    pub steps: Vec<RawStep>,
}

impl Raw {
    /// Nothing but the number of a release.
    pub fn new(release: Scalar, format: Format) -> Self {
        Raw {
            release: line(Some(release)),
            format,
            columns: None,
            tactics: Vec::new(),
            techniques: Vec::new(),
            mitigations: Vec::new(),
            case_studies: Vec::new(),
            achieves: Vec::new(),
            specializes: Vec::new(),
            mitigates: Vec::new(),
            steps: Vec::new(),
        }
    }
}

/// What all kinds of object have.
#[derive(Debug)]
pub(super) struct Object {
    pub id: At<ObjectId>,
    pub name: Text,
    pub description: Text,
    pub references: Vec<Reference>,
    pub attack: Option<AttackReference>,
    pub created: Text,
    pub modified: Text,
}

#[derive(Debug)]
pub(super) struct RawTechnique {
    pub object: Object,
    pub maturity: Option<Maturity>,
    pub platforms: Vec<Text>,
}

#[derive(Debug)]
pub(super) struct RawMitigation {
    pub object: Object,
    pub categories: Vec<Text>,
    pub lifecycle_phases: Vec<Text>,
}

#[derive(Debug)]
pub(super) struct RawCaseStudy {
    pub object: Object,
    pub kind: Option<CaseStudyKind>,
    pub actor: Text,
    pub target: Text,
    pub reporter: Text,
    pub date: Text,
    pub granularity: Granularity,
}

#[derive(Debug)]
pub(super) struct Edge {
    pub source: ObjectId,
    pub target: At<ObjectId>,
    /// How a mitigation applies; empty for the other kinds of edge.
    pub how: Text,
}

#[derive(Debug)]
pub(super) struct RawStep {
    pub case_study: ObjectId,
    pub id: At<Text>,
    pub technique: At<ObjectId>,
    pub tactic: At<ObjectId>,
    pub description: Text,
    pub leads_to: Vec<At<Text>>,
}

/// Source and target of an ATT&CK reference in every format.
#[derive(Debug, serde::Deserialize)]
pub(super) struct AttackYaml {
    id: Option<Scalar>,
    url: Option<Scalar>,
}

#[derive(Debug, serde::Deserialize)]
pub(super) struct ReferenceYaml {
    title: Option<Scalar>,
    url: Option<Scalar>,
}

/// A part without which a file is no catalogue, or no longer a whole one.
pub(super) fn part<T>(name: &str, value: Option<T>) -> Result<T, ReadError> {
    value.ok_or_else(|| ReadError::whole(format!("the part `{name}` is missing; the file may be cut short")))
}

/// A safe text on one line.
pub(super) fn line(text: Option<Scalar>) -> Text {
    let Scalar(text) = text.unwrap_or_default();
    Text::from(sanitize(text.trim(), false).into_owned())
}

/// A safe text of any number of lines.
pub(super) fn prose(text: Option<Scalar>) -> Text {
    let Scalar(text) = text.unwrap_or_default();
    Text::from(sanitize(text.trim(), true).into_owned())
}

pub(super) fn lines(list: Option<Vec<Scalar>>) -> Vec<Text> {
    list.unwrap_or_default().into_iter().map(|text| line(Some(text))).collect()
}

pub(super) fn references(list: Option<Vec<ReferenceYaml>>) -> Vec<Reference> {
    let one = |r: ReferenceYaml| Reference { title: line(r.title), url: line(r.url) };
    list.unwrap_or_default().into_iter().map(one).collect()
}

pub(super) fn attack(reference: Option<AttackYaml>) -> Option<AttackReference> {
    reference.map(|r| AttackReference { id: line(r.id), url: line(r.url) })
}

/// Collects the warnings of one file, and reads the words that only deserve one when unknown.
#[derive(Debug, Default)]
pub(super) struct Warnings(pub Vec<Warning>);

impl Warnings {
    pub fn add(&mut self, line: u64, place: impl fmt::Display, what: impl Into<String>) {
        // The YAML crate says 0 where it knows no line.
        let line = (line > 0).then_some(line);
        self.0.push(Warning { line, place: place.to_string(), what: what.into() });
    }

    /// A date as `YYYY-MM-DD`; what follows it (a time of day) is left out.
    pub fn date(&mut self, place: ObjectId, field: &str, text: Option<At<Scalar>>) -> Text {
        let Some(At { line, value: Scalar(text) }) = text else { return Text::default() };
        let text = text.trim();
        let digits = |b: &[u8]| b.iter().all(u8::is_ascii_digit);
        let well_formed = |day: &str| {
            let b = day.as_bytes();
            digits(&b[..4]) && b[4] == b'-' && digits(&b[5..7]) && b[7] == b'-' && digits(&b[8..])
        };
        match text.get(..10) {
            Some(day) if well_formed(day) => Text::from(day.to_owned()),
            _ if text.is_empty() => Text::default(),
            _ => {
                let what =
                    format!("has the {field} {}, which is not like 2026-09-15 and is left out", quote(text));
                self.add(line, place, what);
                Text::default()
            }
        }
    }

    pub fn maturity(&mut self, place: ObjectId, word: Option<At<Scalar>>) -> Option<Maturity> {
        let words = [Maturity::Feasible, Maturity::Demonstrated, Maturity::Realized];
        self.word(place, "maturity", word, &words.map(|m| (m.word(), m)))
    }

    pub fn case_study_kind(&mut self, place: ObjectId, word: Option<At<Scalar>>) -> Option<CaseStudyKind> {
        let kinds = [CaseStudyKind::Incident, CaseStudyKind::Exercise];
        self.word(place, "type of case study", word, &kinds.map(|k| (k.word(), k)))
    }

    /// Without a word, a date is known as far as it is written.
    pub fn granularity(&mut self, place: ObjectId, word: Option<At<Scalar>>) -> Granularity {
        let words = [
            ("year", Granularity::Year),
            ("month", Granularity::Month),
            ("day", Granularity::Day),
            ("date", Granularity::Day),
        ];
        self.word(place, "granularity of the date", word, &words).unwrap_or(Granularity::Day)
    }

    fn word<T: Copy>(
        &mut self,
        place: ObjectId,
        field: &str,
        word: Option<At<Scalar>>,
        known: &[(&str, T)],
    ) -> Option<T> {
        let At { line, value: Scalar(word) } = word?;
        let found = known.iter().find(|(spelling, _)| spelling.eq_ignore_ascii_case(word.trim()));
        if found.is_none() {
            self.add(
                line,
                place,
                format!("has the {field} {}, which is not known and is left out", quote(&word)),
            );
        }
        found.map(|(_, value)| *value)
    }

    /// Official incidents name who reported them.
    pub fn reporter(&mut self, id: At<ObjectId>, kind: Option<CaseStudyKind>, reporter: &Text) {
        if kind == Some(CaseStudyKind::Incident) && reporter.is_empty() {
            self.add(id.line, id.value, "is an incident without a reporter");
        }
    }
}
