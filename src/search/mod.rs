//! Finding objects and terms of the glossary by id, name, text and field, best first.
//!
//! Pure. The fuzzy matcher stays inside this part. Fuzzy matching is for names only: in descriptions
//! nearly every object would match nearly every query, so there a query is looked up word by word.

mod near;
mod query;
mod text;

use std::collections::BTreeSet;
use std::sync::Arc;

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32String};

use crate::catalog::{Catalog, Facet, Kind, ObjectId, StepRef, Text, guide};
use crate::coverage::{Aspect, Ground, Shown};
pub use near::{near, near_id};
pub use query::Query;
use text::{find_all_words, snippet};

/// Where a query was found. Orders best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Found {
    /// The query is the object's id, or a part of it.
    Id,
    /// The query was nothing but fields, and the object has these.
    Field,
    Name,
    /// The name, allowing for typing errors.
    Typo,
    /// A term of the glossary that was found by its name, this one, leads there.
    Term(usize),
    Text,
    /// The text of a step of a case study, counted from 0.
    Step(u16),
}

/// What a search finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Item {
    Object(ObjectId),
    /// A position in [`Guide::terms`](crate::catalog::Guide::terms).
    Term(usize),
}

impl Item {
    pub const fn object(self) -> Option<ObjectId> {
        match self {
            Item::Object(id) => Some(id),
            Item::Term(_) => None,
        }
    }

    /// The id as people write it; a term has none.
    pub fn label(self) -> String {
        match self {
            Item::Object(id) => id.short(),
            Item::Term(_) => "term".to_owned(),
        }
    }
}

/// One object or term that matches a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    pub item: Item,
    pub found: Found,
    /// The name as it was searched: a sub-technique's has its parent's in front, another name of a
    /// term has the term behind.
    pub name: Arc<str>,
    /// Positions (in characters) of the matched letters in `name`, ascending.
    pub spans: Vec<usize>,
    /// For a hit in text: where (in bytes) it begins, and its length.
    text: Option<(usize, usize)>,
}

impl Hit {
    /// For a hit in text: a piece of it around the match, on one line; for [`Found::Term`] the term; empty
    /// for others. Made when it is
    /// asked for, since a letter may have thousands of hits, and a screen shows some twenty.
    pub fn snippet(&self, catalog: &Catalog) -> String {
        if let Found::Term(term) = self.found {
            return guide().terms.get(term).map(|term| format!("term {}", term.name)).unwrap_or_default();
        }
        let text = match (self.item, self.found) {
            (Item::Object(id), Found::Step(step)) => {
                catalog.step(StepRef { case_study: id, step }).map(|step| &step.description)
            }
            (Item::Object(id), _) => description(catalog, id),
            (Item::Term(term), _) => guide().terms.get(term).map(|term| &term.what),
        };
        match (text, self.text) {
            (Some(text), Some((at, length))) => snippet(text, at, length),
            _ => String::new(),
        }
    }
}

struct Entry {
    item: Item,
    name: Arc<str>,
    /// The name by itself: a query that is just this comes before all.
    bare: usize,
    wide: Utf32String,
    words: Vec<Word>,
}

/// A word of a name, in lower case.
struct Word {
    /// The position (in characters) at which it starts.
    start: usize,
    text: String,
    letters: Letters,
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

impl Index {
    pub fn new(catalog: &Catalog) -> Index {
        let ids = catalog
            .techniques
            .iter()
            .map(|o| o.id)
            .chain(catalog.mitigations.iter().map(|o| o.id))
            .chain(catalog.case_studies.iter().map(|o| o.id))
            .chain(catalog.tactics.iter().map(|o| o.id));
        let entry = |item, name: String, bare| Entry {
            item,
            wide: Utf32String::from(name.as_str()),
            words: words(&name),
            name: name.into(),
            bare,
        };
        let objects = ids.map(|id| {
            let name = catalog.full_name(id);
            let bare = name.len();
            entry(Item::Object(id), name, bare)
        });
        let terms = guide().terms.iter().enumerate().flat_map(|(i, term)| {
            let own = entry(Item::Term(i), term.name.to_string(), term.name.len());
            let also = term.also.iter();
            let also = also.map(move |a| entry(Item::Term(i), format!("{a} = {}", term.name), a.len()));
            std::iter::once(own).chain(also)
        });
        Index { entries: objects.chain(terms).collect(), matcher: Matcher::new(Config::DEFAULT) }
    }

    /// All hits, best first: ids, then names, then texts. An empty query finds nothing. A query
    /// that finds no object as a whole is tried with each of its words left out.
    ///
    /// Fields narrow what the words find. By themselves they give the techniques that have them, or
    /// the mitigations if only phases are asked for, since those are what a phase is stated of.
    pub fn find(&mut self, catalog: &Catalog, query: &str) -> Vec<Hit> {
        let Query { lens, words, problem } = Query::parse(catalog, query);
        if problem.is_some() {
            return Vec::new();
        }
        if lens.is_empty() {
            return self.find_words(catalog, &words);
        }
        let techniques = lens.techniques(catalog);
        let only_phases = lens.facets().into_iter().all(|f| f == Facet::Phase);
        self.find_held(catalog, &words, only_phases, |id| lens.holds(catalog, &techniques, id))
    }

    /// The same with the fields of marks. Everything is searched, also what is outside of the scope of
    /// the assessment.
    pub fn find_marked(&mut self, on: Ground<'_>, query: &str) -> Vec<Hit> {
        let Query { lens, words, problem } = Query::of_marks(on.catalog, on.assessment, query);
        if problem.is_some() {
            return Vec::new();
        }
        if lens.is_empty() {
            return self.find_words(on.catalog, &words);
        }
        let shown = Shown::of(&lens, None, on);
        let only_phases = lens.facets().into_iter().all(|f| f == Aspect::Fact(Facet::Phase));
        self.find_held(on.catalog, &words, only_phases, |id| shown.holds(on, id))
    }

    /// What fields hold of what words find; without words all techniques or mitigations that they hold.
    fn find_held(
        &mut self,
        catalog: &Catalog,
        words: &str,
        only_phases: bool,
        holds: impl Fn(ObjectId) -> bool,
    ) -> Vec<Hit> {
        if !words.is_empty() {
            let mut hits = self.find_words(catalog, words);
            hits.retain(|hit| hit.item.object().is_some_and(&holds));
            return hits;
        }
        let kind = if only_phases { Kind::Mitigation } else { Kind::Technique };
        let is_hit = |item: Item| item.object().is_some_and(|id| id.kind() == kind && holds(id));
        let hits = self.entries.iter().filter(|e| is_hit(e.item)).map(|e| Hit {
            item: e.item,
            found: Found::Field,
            name: e.name.clone(),
            spans: Vec::new(),
            text: None,
        });
        hits.collect()
    }

    fn find_words(&mut self, catalog: &Catalog, query: &str) -> Vec<Hit> {
        let words: Vec<&str> = query.split_whitespace().take(MOST_WORDS).collect();
        let words: Vec<&str> = words.into_iter().map(|w| clip(w, MOST_LETTERS)).collect();
        let mut hits = self.find_whole(catalog, &words.join(" "));
        // Until release 4.9 the names said ML where they say AI now.
        let old = |w: &&str| w.eq_ignore_ascii_case("ml");
        if words.iter().any(old) {
            let now: Vec<&str> = words.iter().map(|w| if old(w) { "ai" } else { w }).collect();
            merge(&mut hits, self.find_whole(catalog, &now.join(" ")));
        }
        if hits.iter().any(|h| h.item.object().is_some() || leads_on(catalog, h)) || words.len() < 2 {
            return led_on(catalog, hits);
        }
        for left_out in 0..words.len() {
            let rest = words.iter().enumerate().filter(|(i, _)| *i != left_out).map(|(_, w)| *w);
            merge(&mut hits, self.find_whole(catalog, &rest.collect::<Vec<_>>().join(" ")));
        }
        led_on(catalog, hits)
    }

    fn find_whole(&mut self, catalog: &Catalog, query: &str) -> Vec<Hit> {
        if query.is_empty() {
            return Vec::new();
        }
        let pattern = Pattern::new(query, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy);
        let sought: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
        let mut ranked: Vec<(Rank, Hit)> = Vec::new();
        let mut letters = Vec::new();
        let meant = ObjectId::parse_loosely(query);
        for (at, entry) in self.entries.iter().enumerate() {
            let by_name = by_name(entry, &pattern, &mut self.matcher, &mut letters);
            let mut hit = |found, score, spans, text| {
                let Entry { item, name, .. } = entry;
                let rank =
                    Rank { found: rank_of(found), score, kind: kind_rank(*item), length: name.len(), at };
                ranked.push((rank, Hit { item: *item, found, name: name.clone(), spans, text }));
            };
            if let Some(distance) = entry.item.object().and_then(|id| by_id(id, query, meant)) {
                hit(Found::Id, distance, Vec::new(), None);
            } else if let Some((score, spans)) = by_name {
                // Scores count down, so that the best sorts first; the very name comes before all.
                // An object comes before a term of the same name: it is what one works with.
                let is_term = entry.item.object().is_none();
                let is_it = entry.name[..entry.bare].eq_ignore_ascii_case(query);
                let score = match (is_term, is_it) {
                    (false, true) => 0,
                    (false, false) => u32::MAX - 2 - score.min(u32::MAX - 3),
                    (true, is_it) => u32::MAX - u32::from(is_it),
                };
                hit(Found::Name, score, spans, None);
            } else if let Some((found, at)) = by_text(catalog, entry.item, &sought) {
                let length = sought.first().map_or(0, String::len);
                hit(found, 0, Vec::new(), Some((at, length)));
            } else if let Some((distance, spans)) = by_typo(entry, &sought) {
                hit(Found::Typo, distance, spans, None);
            }
        }
        // A query that some object's name holds is spelled right: what is merely like it would be in the
        // way. A term's name is no such sign: it may be the very word that ATLAS does not use.
        if ranked.iter().any(|(_, hit)| hit.found <= Found::Name && hit.item.object().is_some()) {
            ranked.retain(|(_, hit)| hit.found != Found::Typo);
        }
        ranked.sort_by_key(|(rank, _)| *rank);
        // A term is there by each of its names: the best of them tells it.
        let mut seen = BTreeSet::new();
        ranked.retain(|(_, hit)| hit.item.object().is_some() || seen.insert(hit.item));
        ranked.into_iter().map(|(_, hit)| hit).collect()
    }
}

/// The objects to which a term leads that was found by its name.
fn see(catalog: &Catalog, hit: &Hit) -> Vec<ObjectId> {
    match hit.item {
        Item::Term(term) if hit.found <= Found::Typo => {
            let see = guide().terms.get(term).map(|term| term.see.as_slice()).unwrap_or_default();
            see.iter().copied().filter(|id| catalog.contains(*id)).collect()
        }
        _ => Vec::new(),
    }
}

fn leads_on(catalog: &Catalog, hit: &Hit) -> bool {
    !see(catalog, hit).is_empty()
}

/// Puts the objects to which a term leads behind it, unless they come before it: who types what a thing
/// is called elsewhere looks for the thing.
fn led_on(catalog: &Catalog, hits: Vec<Hit>) -> Vec<Hit> {
    let mut out: Vec<Hit> = Vec::with_capacity(hits.len());
    let mut rest = hits;
    rest.reverse();
    while let Some(hit) = rest.pop() {
        let leads_to = see(catalog, &hit);
        let term = match hit.item {
            Item::Term(term) => term,
            Item::Object(_) => 0,
        };
        out.push(hit);
        for id in leads_to {
            let item = Item::Object(id);
            if out.iter().any(|known| known.item == item) {
                continue;
            }
            rest.retain(|later| later.item != item);
            out.push(Hit {
                item,
                found: Found::Term(term),
                name: catalog.full_name(id).into(),
                spans: Vec::new(),
                text: None,
            });
        }
    }
    out
}

/// Adds the hits of another wording: each object once, by its better hit.
fn merge(hits: &mut Vec<Hit>, more: Vec<Hit>) {
    for hit in more {
        match hits.iter_mut().find(|known| known.item == hit.item) {
            Some(known) if rank_of(hit.found) < rank_of(known.found) => *known = hit,
            Some(_) => {}
            None => hits.push(hit),
        }
    }
    hits.sort_by_key(|hit| rank_of(hit.found));
}

/// What is looked at of a query: a pasted page is no query, but must not stop the program either.
const MOST_WORDS: usize = 12;
const MOST_LETTERS: usize = 60;

fn clip(word: &str, letters: usize) -> &str {
    word.char_indices().nth(letters).map_or(word, |(end, _)| &word[..end])
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
        Found::Field => 1,
        Found::Name => 2,
        Found::Typo => 3,
        Found::Term(_) => 4,
        Found::Text => 5,
        Found::Step(_) => 6,
    }
}

const fn kind_rank(item: Item) -> u8 {
    match item {
        Item::Object(id) => match id.kind() {
            Kind::Technique => 0,
            Kind::Mitigation => 1,
            Kind::CaseStudy => 2,
            Kind::Tactic => 3,
        },
        Item::Term(_) => 4,
    }
}

fn words(name: &str) -> Vec<Word> {
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
            words.push(Word { start, letters: Letters::of(&word), text: std::mem::take(&mut word) });
        }
    }
    words
}

/// How far an id is from the query, which may be read as one: 0 is the id itself, 1 belongs to it, 2 contains it. None: not at all.
fn by_id(id: ObjectId, query: &str, meant: Option<ObjectId>) -> Option<u32> {
    let bare = query.bytes().all(|b| b.is_ascii_digit());
    if let Some(sought) = meant {
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

/// How well a short text fits a query, as for names: every word has to be found, its letters in order
/// and close together. The higher, the better; None where it does not fit.
pub fn fuzzy(query: &str, texts: &[String]) -> Vec<Option<u32>> {
    let pattern = Pattern::new(query, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut fit = |text: &String| {
        let entry = Entry {
            item: Item::Term(0),
            name: Arc::default(),
            bare: 0,
            wide: Utf32String::from(text.as_str()),
            words: words(text),
        };
        by_name(&entry, &pattern, &mut matcher, &mut Vec::new()).map(|(score, _)| score)
    };
    texts.iter().map(&mut fit).collect()
}

/// Every word of the query has to be found in the name, its letters in order and close together.
/// `letters` is room to work in, whatever it holds.
fn by_name(
    entry: &Entry,
    pattern: &Pattern,
    matcher: &mut Matcher,
    letters: &mut Vec<u32>,
) -> Option<(u32, Vec<usize>)> {
    let mut score = 0;
    let mut spans: Vec<usize> = Vec::new();
    for atom in &pattern.atoms {
        letters.clear();
        score += u32::from(atom.indices(entry.wide.slice(..), matcher, letters)?);
        if !is_compact(letters, &entry.words) {
            return None;
        }
        spans.extend(letters.iter().map(|l| *l as usize));
    }
    spans.sort_unstable();
    spans.dedup();
    Some((score, spans))
}

/// Letters strewn over a name are no match that a person would see: they have to stand within one
/// word and half as much again as the query's word is long, or side by side over several words
/// (`promptinj`), or begin the words of the name (`lpi`).
fn is_compact(letters: &[u32], words: &[Word]) -> bool {
    let (Some(first), Some(last)) = (letters.iter().min(), letters.iter().max()) else { return true };
    let (first, last) = (*first as usize, *last as usize);
    let reach = last - first + 1;
    let starts = words.iter().filter(|w| (first + 1..=last).contains(&w.start)).count();
    let begins_word = |l: &u32| words.iter().any(|w| w.start == *l as usize);
    let strewn = reach - letters.len();
    match starts {
        0 => strewn <= (letters.len() / 2).max(2),
        starts => strewn <= starts || (letters.len() > 2 && letters.iter().all(begins_word)),
    }
}

/// Every sought word has to be near a word of the name: one error from four letters on, two from
/// seven, three from eleven; or both have the same stem. Returns the sum of the errors.
fn by_typo(entry: &Entry, sought: &[String]) -> Option<(u32, Vec<usize>)> {
    let (mut errors, mut spans) = (0, Vec::new());
    for word in sought {
        let most = match word.chars().count() {
            0..4 => 0,
            4..7 => 1,
            7..11 => 2,
            _ => 3,
        };
        let letters = Letters::of(word);
        let (distance, best) = entry
            .words
            .iter()
            .map(|w| (distance((word, letters), w, most), w))
            .min_by_key(|(distance, _)| *distance)?;
        if distance > most {
            return None;
        }
        errors += u32::try_from(distance).unwrap_or(u32::MAX);
        spans.extend(best.start..best.start + best.text.chars().count());
    }
    spans.sort_unstable();
    spans.dedup();
    Some((errors, spans))
}

/// Letters that two words have to have in common at the start to count as forms of one.
const STEM: usize = 5;

/// Typing errors between two words; 1 for forms of one word (`extraction`, `extract`). More than
/// `most` where they are too different for it to matter.
fn distance((sought, letters): (&str, Letters), word: &Word, most: usize) -> usize {
    let (word, others) = (word.text.as_str(), word.letters);
    let common = sought.bytes().zip(word.bytes()).take_while(|(a, b)| a == b).count();
    if common >= STEM && common + 4 >= sought.len().max(word.len()) {
        return usize::from(sought != word);
    }
    // Few words get as far as being compared letter by letter, which is slow.
    if sought.len().abs_diff(word.len()) > most || letters.distance(others) > most {
        most + 1
    } else {
        strsim::osa_distance(sought, word)
    }
}

/// Which letters a word has, a bit each; different letters may share one.
#[derive(Clone, Copy)]
struct Letters(u32);

impl Letters {
    fn of(word: &str) -> Letters {
        Letters(word.chars().fold(0, |all, c| all | 1 << (u32::from(c) % 32)))
    }

    /// Fewer errors are not between two words: each gives at most one letter that was not there, and
    /// takes at most one away.
    fn distance(self, other: Letters) -> usize {
        let (given, taken) = (self.0 & !other.0, other.0 & !self.0);
        given.count_ones().max(taken.count_ones()) as usize
    }
}

/// In which text all sought words occur, and where the first of them does.
fn by_text(catalog: &Catalog, item: Item, sought: &[String]) -> Option<(Found, usize)> {
    let id = match item {
        Item::Object(id) => id,
        Item::Term(term) => {
            let text = &guide().terms.get(term)?.what;
            return Some((Found::Text, find_all_words(text, sought)?));
        }
    };
    if let Some(at) = find_all_words(description(catalog, id)?, sought) {
        return Some((Found::Text, at));
    }
    catalog.case_study(id)?.steps.iter().enumerate().find_map(|(i, step)| {
        let at = find_all_words(&step.description, sought)?;
        Some((Found::Step(u16::try_from(i).unwrap_or(u16::MAX)), at))
    })
}

fn description(catalog: &Catalog, id: ObjectId) -> Option<&Text> {
    Some(match id.kind() {
        Kind::Technique => &catalog.technique(id)?.description,
        Kind::Mitigation => &catalog.mitigation(id)?.description,
        Kind::Tactic => &catalog.tactic(id)?.description,
        Kind::CaseStudy => &catalog.case_study(id)?.description,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::builtin;
    use proptest::prelude::*;

    fn found(query: &str) -> Vec<(String, Found)> {
        let catalog = builtin().unwrap();
        let hits = Index::new(&catalog).find(&catalog, query);
        hits.into_iter().map(|h| (h.item.label(), h.found)).collect()
    }

    fn first(query: &str) -> String {
        found(query).first().map(|(id, _)| id.clone()).unwrap_or_default()
    }

    #[test]
    fn ids_are_found_however_they_are_written() {
        for query in ["51", "t51", "T0051", "aml.t0051", "AML.T0051"] {
            assert_eq!(first(query), "T0051", "{query}");
        }
        assert_eq!(first("t51.1"), "T0051.001");
        assert_eq!(first("51.1"), "T0051.001");
        assert_eq!(first("m20"), "M0020");
        assert_eq!(first("cs26"), "CS0026");
        // The sub-techniques come next, then other kinds of the same number.
        let ids: Vec<String> = found("51").into_iter().map(|(id, _)| id).collect();
        assert_eq!(ids[..5], ["T0051", "T0051.000", "T0051.001", "T0051.002", "CS0051"]);
    }

    #[test]
    fn names_are_found_in_any_order_and_with_errors() {
        assert_eq!(first("promt injecton"), "T0051");
        assert_eq!(first("inj prompt"), "T0051");
        assert_eq!(first("indirect prompt injection"), "T0051.001");
        assert_eq!(first("pormpt injection"), "T0051");
        assert_eq!(first("exfiltartion"), "T0025");
        assert_eq!(first("jailbraek"), "T0054");
        assert_eq!(first("lpi"), "T0051");
    }

    #[test]
    fn half_remembered_names_are_found() {
        let among_first = |query: &str, id: &str| {
            let ids: Vec<String> = found(query).into_iter().take(5).map(|(id, _)| id).collect();
            assert!(ids.iter().any(|i| i == id), "{query}: {ids:?}");
        };
        among_first("modle inversion", "T0024.001");
        among_first("model inversion", "T0024.001");
        among_first("prompt extraction", "T0056");
        among_first("hallucinated packages", "CS0022");
        among_first("system promt leak", "T0069.002");
        among_first("adverserial exampels", "T0043");
        among_first("fishing", "T0052");
        among_first("evade ml model", "T0015");
        assert_eq!(first("evade ml"), "T0015");
        assert_eq!(first("ml supply chain compromise"), "T0010");
        assert_eq!(first("execution"), "TA0005");
        assert_eq!(first("impact"), "TA0011");
    }

    #[test]
    fn terms_are_found_by_all_their_names_and_once() {
        let term = |query: &str| {
            let catalog = builtin().unwrap();
            let hits = Index::new(&catalog).find(&catalog, query);
            let terms: Vec<String> =
                hits.iter().filter(|h| h.item.object().is_none()).map(|h| h.name.to_string()).collect();
            terms.first().cloned().unwrap_or_default()
        };
        assert_eq!(term("aibom"), "AIBOM = AI bill of materials");
        assert_eq!(term("adversarial example"), "Adversarial example");
        // After the objects of that name, and before mere texts.
        let rag = found("rag");
        let at = rag.iter().position(|(id, _)| id == "term").unwrap();
        assert_eq!(rag[0].0, "T0070");
        assert!(rag[..at].iter().all(|(_, found)| *found == Found::Name), "{rag:?}");
        assert_eq!(rag[at].1, Found::Name);
        let catalog = builtin().unwrap();
        let hits = Index::new(&catalog).find(&catalog, "a");
        let terms: Vec<Item> = hits.iter().map(|h| h.item).filter(|i| i.object().is_none()).collect();
        let once: BTreeSet<Item> = terms.iter().copied().collect();
        assert_eq!(terms.len(), once.len());
    }

    #[test]
    fn fields_list_by_themselves_and_narrow_words() {
        let all = found("area:model-evasion");
        assert_eq!(all.len(), 36);
        assert!(all.iter().all(|(id, found)| id.starts_with('T') && *found == Found::Field));
        let some = found("area:evasion sticker");
        assert!(!some.is_empty() && some.len() < found("sticker").len() + 36);
        assert!(some.iter().any(|(id, _)| id == "T0008.003"), "{some:?}");
        assert!(found("phase:deployment").iter().all(|(id, _)| id.starts_with('M')));
        assert!(found("phase:deployment area:theft").iter().all(|(id, _)| id.starts_with('T')));
        assert!(found("area:toasters prompt").is_empty());
    }

    #[test]
    fn a_pasted_page_is_searched_by_its_first_words() {
        let page = format!("prompt injection {}", "lorem ipsum ".repeat(20_000));
        found(&page);
        assert!(found(&"x".repeat(100_000)).is_empty());
        assert_eq!(first("prompt injection"), "T0051");
    }

    proptest! {
        #[test]
        fn letters_are_never_further_apart_than_words(a in "[a-eé0ß]{0,8}", b in "[a-eé0ß]{0,8}") {
            let letters = Letters::of(&a).distance(Letters::of(&b));
            prop_assert!(letters <= strsim::osa_distance(&a, &b));
        }
    }

    #[test]
    fn strewn_letters_are_no_match() {
        let slack = found("slack");
        assert_eq!(slack[0], ("CS0035".to_owned(), Found::Name));
        assert!(slack[1..].iter().all(|(_, found)| *found >= Found::Text), "{slack:?}");
    }

    #[test]
    fn texts_and_steps_are_found_after_names() {
        let hits = found("pickle");
        assert!(hits.iter().any(|(_, f)| *f == Found::Text));
        assert!(hits.windows(2).all(|w| rank_of(w[0].1) <= rank_of(w[1].1)), "{hits:?}");
        assert!(found("xyzzyplugh").is_empty());
        assert!(found("  ").is_empty());
    }

    #[test]
    fn matched_letters_are_the_ones_of_the_query() {
        let catalog = builtin().unwrap();
        let hits = Index::new(&catalog).find(&catalog, "jailbreak");
        let letters: String = hits[0].spans.iter().filter_map(|i| hits[0].name.chars().nth(*i)).collect();
        assert_eq!(letters, "Jailbreak");
    }
}
