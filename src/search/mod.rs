//! Finding objects by id, name and text, best first.
//!
//! Pure. The fuzzy matcher stays inside this part. Fuzzy matching is for names only: in descriptions
//! nearly every object would match nearly every query, so there a query is looked up word by word.

mod text;

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32String};

use crate::catalog::{Catalog, Kind, ObjectId};
use text::{find_all_words, snippet};

/// Where a query was found. Orders best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Found {
    /// The query is the object's id, or a part of it.
    Id,
    Name,
    /// The name, allowing for typing errors.
    Typo,
    Text,
    /// The text of a step of a case study, counted from 0.
    Step(u16),
}

/// One object that matches a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    pub id: ObjectId,
    pub found: Found,
    /// The name as it was searched: a sub-technique's has its parent's in front.
    pub name: String,
    /// Positions (in characters) of the matched letters in `name`, ascending.
    pub spans: Vec<usize>,
    /// For a hit in text: a piece of it around the match, on one line.
    pub snippet: String,
}

struct Entry {
    id: ObjectId,
    name: String,
    wide: Utf32String,
    words: Vec<(usize, String)>,
}

/// What is searched. Made once per catalogue, when the first search starts.
pub struct Index {
    entries: Vec<Entry>,
    matcher: Matcher,
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Index of {} entries", self.entries.len())
    }
}

/// A fuzzy match has to score at least this much per letter of the query; below it the letters are
/// so scattered that nobody would call it a match. A letter scores 16, a gap costs 3 and more.
const LEAST_PER_LETTER: usize = 17;

impl Index {
    pub fn new(catalog: &Catalog) -> Index {
        let ids = catalog
            .techniques
            .iter()
            .map(|o| o.id)
            .chain(catalog.mitigations.iter().map(|o| o.id))
            .chain(catalog.case_studies.iter().map(|o| o.id))
            .chain(catalog.tactics.iter().map(|o| o.id));
        let entries = ids.map(|id| {
            let name = catalog.full_name(id);
            Entry { id, wide: Utf32String::from(name.as_str()), words: words(&name), name }
        });
        Index { entries: entries.collect(), matcher: Matcher::new(Config::DEFAULT) }
    }

    /// How many objects are searched.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// All hits, best first: ids, then names, then texts. An empty query finds nothing.
    pub fn find(&mut self, catalog: &Catalog, query: &str) -> Vec<Hit> {
        let query = query.trim();
        if query.is_empty() {
            return Vec::new();
        }
        let pattern = Pattern::new(query, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy);
        let least = query.chars().filter(|c| !c.is_whitespace()).count() * LEAST_PER_LETTER;
        let sought: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
        let mut ranked: Vec<(Rank, Hit)> = Vec::new();
        for (at, entry) in self.entries.iter().enumerate() {
            let by_name = by_name(entry, &pattern, least, &mut self.matcher);
            let mut hit = |found, score, spans, snippet| {
                let Entry { id, name, .. } = entry;
                let rank =
                    Rank { found: rank_of(found), score, kind: kind_rank(id.kind()), length: name.len(), at };
                ranked.push((rank, Hit { id: *id, found, name: name.clone(), spans, snippet }));
            };
            if let Some(distance) = by_id(entry.id, query) {
                hit(Found::Id, distance, Vec::new(), String::new());
            } else if let Some((score, spans)) = by_name {
                // Scores count down, so that the best sorts first.
                hit(Found::Name, u32::MAX - score, spans, String::new());
            } else if let Some((distance, spans)) = by_typo(entry, &sought) {
                hit(Found::Typo, distance, spans, String::new());
            } else if let Some((found, at, text)) = by_text(catalog, entry.id, &sought) {
                let length = sought.first().map_or(0, String::len);
                hit(found, 0, Vec::new(), snippet(text, at, length));
            }
        }
        ranked.sort_by_key(|(rank, _)| *rank);
        ranked.into_iter().map(|(_, hit)| hit).collect()
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    found: u8,
    score: u32,
    kind: u8,
    length: usize,
    at: usize,
}

const fn rank_of(found: Found) -> u8 {
    match found {
        Found::Id => 0,
        Found::Name => 1,
        Found::Typo => 2,
        Found::Text => 3,
        Found::Step(_) => 4,
    }
}

const fn kind_rank(kind: Kind) -> u8 {
    match kind {
        Kind::Technique => 0,
        Kind::Mitigation => 1,
        Kind::CaseStudy => 2,
        Kind::Tactic => 3,
    }
}

/// The words of a name with the position (in characters) at which each starts, in lower case.
fn words(name: &str) -> Vec<(usize, String)> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut start = 0;
    for (at, c) in name.chars().chain([' ']).enumerate() {
        if c.is_alphanumeric() {
            if word.is_empty() {
                start = at;
            }
            word.extend(c.to_lowercase());
        } else if !word.is_empty() {
            words.push((start, std::mem::take(&mut word)));
        }
    }
    words
}

/// How far an id is from the query: 0 is the id itself, 1 belongs to it, 2 contains it. None: not at all.
fn by_id(id: ObjectId, query: &str) -> Option<u32> {
    let bare = query.bytes().all(|b| b.is_ascii_digit());
    if let Some(sought) = ObjectId::parse_loosely(query) {
        let same_number = sought.number() == id.number();
        if sought == id {
            return Some(0);
        }
        if id.kind() == sought.kind() && same_number && sought.sub_number().is_none() {
            return Some(1);
        }
        if bare && same_number && !id.is_sub_technique() {
            return Some(2);
        }
    }
    // A part of an id counts once it cannot be a part of a word.
    let has_digit = query.bytes().any(|b| b.is_ascii_digit());
    let contains = has_digit && query.len() >= 3 && id.to_string().contains(&query.to_ascii_uppercase());
    contains.then_some(3)
}

fn by_name(
    entry: &Entry,
    pattern: &Pattern,
    least: usize,
    matcher: &mut Matcher,
) -> Option<(u32, Vec<usize>)> {
    let mut spans = Vec::new();
    let score = pattern.indices(entry.wide.slice(..), matcher, &mut spans)?;
    if (score as usize) < least {
        return None;
    }
    let mut spans: Vec<usize> = spans.into_iter().map(|s| s as usize).collect();
    spans.sort_unstable();
    spans.dedup();
    Some((score, spans))
}

/// Every sought word has to be near a word of the name: one error from four letters on, two from eight.
/// Returns the sum of the errors.
fn by_typo(entry: &Entry, sought: &[String]) -> Option<(u32, Vec<usize>)> {
    let (mut errors, mut spans) = (0, Vec::new());
    for word in sought {
        let most = match word.chars().count() {
            0..4 => 0,
            4..8 => 1,
            _ => 2,
        };
        let near = entry.words.iter().filter(|(_, w)| w.len().abs_diff(word.len()) <= most + 1);
        let (distance, start, length) = near
            .map(|(start, w)| (strsim::osa_distance(word, w), *start, w.chars().count()))
            .min_by_key(|(distance, ..)| *distance)?;
        if distance > most {
            return None;
        }
        errors += u32::try_from(distance).unwrap_or(u32::MAX);
        spans.extend(start..start + length);
    }
    spans.sort_unstable();
    spans.dedup();
    Some((errors, spans))
}

/// The text in which all sought words occur, and where the first of them does.
fn by_text<'c>(catalog: &'c Catalog, id: ObjectId, sought: &[String]) -> Option<(Found, usize, &'c str)> {
    let description = match id.kind() {
        Kind::Technique => &catalog.technique(id)?.description,
        Kind::Mitigation => &catalog.mitigation(id)?.description,
        Kind::Tactic => &catalog.tactic(id)?.description,
        Kind::CaseStudy => &catalog.case_study(id)?.description,
    };
    if let Some(at) = find_all_words(description, sought) {
        return Some((Found::Text, at, description));
    }
    catalog.case_study(id)?.steps.iter().enumerate().find_map(|(i, step)| {
        let at = find_all_words(&step.description, sought)?;
        Some((Found::Step(u16::try_from(i).unwrap_or(u16::MAX)), at, &*step.description))
    })
}
