//! What this program says beside ATLAS: attack areas by which people outside the field ask, and a
//! glossary. Both are our own work; they are compiled in with the catalogue and hold for any release
//! whose objects they name.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::id::ObjectId;
use super::model::Text;

/// Attack areas and glossary.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Guide {
    /// The release whose techniques the areas sort.
    pub release: Text,
    /// In the order in which they are asked for.
    pub areas: Vec<Area>,
    /// Techniques that are in no area, with the reason, by id.
    pub outside: Vec<(ObjectId, Text)>,
    /// By name.
    pub terms: Vec<Term>,
}

/// What a group of attacks is after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Area {
    /// `data-poisoning`
    pub key: Text,
    pub name: Text,
    pub what: Text,
    /// By id, each with one line why it is here.
    pub techniques: Vec<(ObjectId, Text)>,
}

/// One entry of the glossary.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Term {
    pub name: Text,
    /// Other names of the same thing.
    pub also: Vec<Text>,
    /// Two sentences.
    pub what: Text,
    /// Objects that deal with it.
    pub see: Vec<ObjectId>,
}

impl Area {
    /// Why a technique is in this area; None if it is not.
    pub fn why(&self, technique: ObjectId) -> Option<&str> {
        reason(&self.techniques, technique)
    }
}

impl Guide {
    /// The areas of a technique.
    pub fn areas_of(&self, technique: ObjectId) -> impl Iterator<Item = (&Area, &str)> {
        self.areas.iter().filter_map(move |area| Some((area, area.why(technique)?)))
    }

    /// Why a technique is in no area; None if it is in one, or not known here.
    pub fn why_outside(&self, technique: ObjectId) -> Option<&str> {
        reason(&self.outside, technique)
    }
}

fn reason(list: &[(ObjectId, Text)], id: ObjectId) -> Option<&str> {
    let at = list.binary_search_by_key(&id, |(id, _)| *id).ok()?;
    Some(&*list[at].1)
}

// The files in `assets/`. Only `build.rs` and tests read them; `tests/assets.rs` says what holds there.

#[derive(Deserialize)]
struct AreasFile {
    release: String,
    areas: Ordered<AreaYaml>,
    none: Ordered<String>,
}

#[derive(Deserialize)]
struct AreaYaml {
    name: String,
    what: String,
    techniques: Ordered<String>,
}

#[derive(Deserialize)]
struct GlossaryFile {
    terms: Vec<TermYaml>,
}

#[derive(Deserialize)]
struct TermYaml {
    term: String,
    #[serde(default)]
    also: Vec<String>,
    what: String,
    #[serde(default)]
    see: Vec<String>,
}

/// A map in the order of the file.
struct Ordered<V>(Vec<(String, V)>);

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Ordered<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<V>(PhantomData<V>);
        impl<'de, V: Deserialize<'de>> Visitor<'de> for Entries<V> {
            type Value = Ordered<V>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Ordered(entries))
            }
        }
        deserializer.deserialize_map(Entries(PhantomData))
    }
}

/// Reads the two files.
#[allow(dead_code, reason = "used by build.rs and by tests")]
pub fn read_guide(areas: &str, glossary: &str) -> Result<Guide, Box<dyn std::error::Error>> {
    let areas: AreasFile = serde_saphyr::from_str(areas)?;
    let glossary: GlossaryFile = serde_saphyr::from_str(glossary)?;
    let reasons =
        |Ordered(list): Ordered<String>| -> Result<Vec<(ObjectId, Text)>, Box<dyn std::error::Error>> {
            let mut list = list
                .into_iter()
                .map(|(id, why)| Ok((id.parse::<ObjectId>()?, Text::from(why))))
                .collect::<Result<Vec<_>, Box<dyn std::error::Error>>>()?;
            list.sort_by_key(|(id, _)| *id);
            Ok(list)
        };
    let mut guide =
        Guide { release: areas.release.into(), outside: reasons(areas.none)?, ..Guide::default() };
    for (key, area) in areas.areas.0 {
        let techniques = reasons(area.techniques)?;
        guide.areas.push(Area {
            key: key.into(),
            name: area.name.into(),
            what: area.what.into(),
            techniques,
        });
    }
    for term in glossary.terms {
        let see = term.see.iter().map(|id| id.parse()).collect::<Result<_, _>>()?;
        let also = term.also.into_iter().map(Text::from).collect();
        guide.terms.push(Term { name: term.term.into(), also, what: term.what.into(), see });
    }
    Ok(guide)
}
