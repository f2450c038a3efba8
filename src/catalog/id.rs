//! Ids of ATLAS objects: `AML.TA0002`, `AML.T0051`, `AML.T0051.001`, `AML.M0020`, `AML.CS0026`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The four kinds of object that have an id of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Tactic,
    Technique,
    Mitigation,
    CaseStudy,
}

impl Kind {
    /// The letters after `AML.`.
    const fn prefix(self) -> &'static str {
        match self {
            Kind::Tactic => "TA",
            Kind::Technique => "T",
            Kind::Mitigation => "M",
            Kind::CaseStudy => "CS",
        }
    }

    /// The kind as a word of the vocabulary, singular.
    pub const fn word(self) -> &'static str {
        match self {
            Kind::Tactic => "tactic",
            Kind::Technique => "technique",
            Kind::Mitigation => "mitigation",
            Kind::CaseStudy => "case study",
        }
    }

    /// The folder of this kind's pages on the ATLAS site.
    const fn page(self) -> &'static str {
        match self {
            Kind::Tactic => "tactics",
            Kind::Technique => "techniques",
            Kind::Mitigation => "mitigations",
            Kind::CaseStudy => "studies",
        }
    }
}

/// An id, small and `Copy`. Orders by kind, then number, then sub-technique, parents first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId {
    kind: Kind,
    number: u16,
    sub: Option<u16>,
}

/// A text that is no ATLAS id. Holds the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an ATLAS id such as AML.T0051, AML.T0051.001, AML.M0020 or AML.CS0026")]
pub struct ParseIdError(pub String);

impl ObjectId {
    pub const fn new(kind: Kind, number: u16, sub: Option<u16>) -> Self {
        ObjectId { kind, number, sub }
    }

    pub const fn kind(self) -> Kind {
        self.kind
    }

    pub const fn is_sub_technique(self) -> bool {
        self.sub.is_some()
    }

    /// The number of the object: 51 for `AML.T0051.001`.
    pub const fn number(self) -> u16 {
        self.number
    }

    /// The number of the sub-technique: 1 for `AML.T0051.001`.
    pub const fn sub_number(self) -> Option<u16> {
        self.sub
    }

    /// The technique that a sub-technique's id belongs to by its spelling.
    pub fn parent(self) -> Option<ObjectId> {
        self.sub.map(|_| ObjectId { sub: None, ..self })
    }

    /// The id without `AML.`, as the screens show it.
    pub fn short(self) -> String {
        let full = self.to_string();
        full["AML.".len()..].to_owned()
    }

    /// The object's page on the ATLAS site.
    pub fn url(self) -> String {
        format!("https://atlas.mitre.org/{}/{self}", self.kind.page())
    }

    /// Reads an id as people type it: any case, `AML.` and leading zeros left out, a bare number
    /// for a technique (`51`, `t51.1`, `AML.T0051.001`, `m20`, `cs26`, `ta2`).
    pub fn parse_loosely(text: &str) -> Option<ObjectId> {
        let lower = text.trim().to_ascii_lowercase();
        let rest = lower.strip_prefix("aml.").unwrap_or(&lower);
        let digits = rest.find(|c: char| c.is_ascii_digit())?;
        let kind = match &rest[..digits] {
            "" | "t" => Kind::Technique,
            "ta" => Kind::Tactic,
            "m" => Kind::Mitigation,
            "cs" => Kind::CaseStudy,
            _ => return None,
        };
        let (number, sub) = match rest[digits..].split_once('.') {
            Some((number, sub)) => (number, Some(sub)),
            None => (&rest[digits..], None),
        };
        if sub.is_some() && kind != Kind::Technique {
            return None;
        }
        let number = parse_digits(number, 4)?;
        let sub = match sub {
            Some(sub) => Some(parse_digits(sub, 3)?),
            None => None,
        };
        Some(ObjectId { kind, number, sub })
    }

    /// Follows a site link such as `/techniques/AML.T0051` or `https://atlas.mitre.org/studies/AML.CS0026`.
    pub fn from_link(link: &str) -> Option<ObjectId> {
        let path = link.strip_prefix("https://atlas.mitre.org").unwrap_or(link).strip_prefix('/')?;
        let (folder, id) = path.split_once('/')?;
        let id: ObjectId = id.split(['#', '?', '/']).next()?.parse().ok()?;
        (folder == id.kind.page()).then_some(id)
    }
}

fn parse_digits(text: &str, most: usize) -> Option<u16> {
    let plain = !text.is_empty() && text.len() <= most && text.bytes().all(|b| b.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

/// One number in the compiled catalogue, which holds some four thousand ids.
impl Serialize for ObjectId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let sub = self.sub.map_or(0, |sub| u64::from(sub) + 1);
        ((sub << 18) | (u64::from(self.number) << 2) | self.kind as u64).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ObjectId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ObjectId, D::Error> {
        let packed = u64::deserialize(deserializer)?;
        let kind = match packed & 3 {
            0 => Kind::Tactic,
            1 => Kind::Technique,
            2 => Kind::Mitigation,
            _ => Kind::CaseStudy,
        };
        let sub = (packed >> 18).checked_sub(1).map(|sub| sub as u16);
        Ok(ObjectId { kind, number: (packed >> 2) as u16, sub })
    }
}

impl FromStr for ObjectId {
    type Err = ParseIdError;

    /// Reads the exact spelling of official files only.
    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        ObjectId::parse_loosely(text)
            .filter(|id| id.to_string() == text)
            .ok_or_else(|| ParseIdError(text.to_owned()))
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = format!("AML.{}{:04}", self.kind.prefix(), self.number);
        if let Some(sub) = self.sub {
            text.push_str(&format!(".{sub:03}"));
        }
        f.pad(&text)
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn official_spellings_read_and_print_the_same() {
        for text in ["AML.TA0002", "AML.T0051", "AML.T0051.001", "AML.M0020", "AML.CS0026"] {
            assert_eq!(text.parse::<ObjectId>().map(|id| id.to_string()), Ok(text.to_owned()));
        }
        for text in ["T0051", "AML.T51", "AML.T0051.1", "AML.X0001", "AML.M0020.001", "", "AML."] {
            assert!(text.parse::<ObjectId>().is_err(), "{text}");
        }
    }

    #[test]
    fn people_may_leave_out_what_is_clear() {
        let id = |text: &str| ObjectId::parse_loosely(text).map(|id| id.to_string());
        assert_eq!(id("51").as_deref(), Some("AML.T0051"));
        assert_eq!(id("t51.1").as_deref(), Some("AML.T0051.001"));
        assert_eq!(id("aml.cs26").as_deref(), Some("AML.CS0026"));
        assert_eq!(id("M20").as_deref(), Some("AML.M0020"));
        assert_eq!(id("99999"), None);
        assert_eq!(id("prompt"), None);
        assert_eq!(id("51.x"), None);
        assert_eq!(id("m20.1"), None);
    }

    #[test]
    fn site_links_lead_to_ids_of_their_kind() {
        let link = |text: &str| ObjectId::from_link(text).map(|id| id.to_string());
        assert_eq!(link("/techniques/AML.T0051.001").as_deref(), Some("AML.T0051.001"));
        assert_eq!(link("https://atlas.mitre.org/studies/AML.CS0026").as_deref(), Some("AML.CS0026"));
        assert_eq!(link("/tactics/AML.T0051"), None);
        assert_eq!(link("https://example.org/techniques/AML.T0051"), None);
    }

    #[test]
    fn a_parent_sorts_before_its_sub_techniques() {
        let mut ids: Vec<ObjectId> =
            ["AML.T0051.001", "AML.T0052", "AML.T0051"].iter().filter_map(|t| t.parse().ok()).collect();
        ids.sort();
        assert_eq!(format!("{ids:?}"), "[AML.T0051, AML.T0051.001, AML.T0052]");
    }
}
