//! What may have been meant by an id that there is not.

use super::{Found, Index};
use crate::catalog::{Catalog, ObjectId};

/// So many are named.
const MOST: usize = 3;

/// What is near to a text that names no object, as the end of a sentence: `; near it: T0051 LLM Prompt
/// Injection`. By the digits of an id, else by the letters of a name; empty where nothing is like it.
pub fn near(catalog: &Catalog, text: &str) -> String {
    let by_id = near_id(catalog, text);
    if !by_id.is_empty() || ObjectId::parse_loosely(text).is_some() {
        return by_id;
    }
    let named = Index::new(catalog).find(catalog, text);
    let named = named.iter().filter(|hit| hit.found <= Found::Typo).filter_map(|hit| hit.item.object());
    told(catalog, named)
}

/// The same by digits only, for a text that a search has found in no name.
pub fn near_id(catalog: &Catalog, text: &str) -> String {
    told(catalog, ids_near(catalog, text).into_iter())
}

fn told(catalog: &Catalog, ids: impl Iterator<Item = ObjectId>) -> String {
    let ids: Vec<String> =
        ids.take(MOST).map(|id| format!("{} {}", id.short(), catalog.full_name(id))).collect();
    if ids.is_empty() { String::new() } else { format!("; near it: {}", ids.join(", ")) }
}

/// The nearest first.
fn ids_near(catalog: &Catalog, text: &str) -> Vec<ObjectId> {
    if let Some(sought) = ObjectId::parse_loosely(text) {
        return by_digits(catalog, sought);
    }
    if !text.contains(|c: char| c.is_ascii_digit()) {
        return Vec::new();
    }
    // Spelt like an id, but not quite: `t00051`, `to051`.
    let sought = text.trim().to_ascii_uppercase();
    let sought = sought.strip_prefix("AML.").unwrap_or(&sought);
    let distance = |id: &ObjectId| strsim::osa_distance(&id.short(), sought);
    let mut like: Vec<ObjectId> = all(catalog).filter(|id| distance(id) <= 2).collect();
    like.sort_by_key(|id| (distance(id), *id));
    like
}

fn all(catalog: &Catalog) -> impl Iterator<Item = ObjectId> {
    let studies = catalog.case_studies.iter().map(|c| c.id);
    catalog.markable().chain(studies).chain(catalog.tactics.iter().map(|t| t.id))
}

/// Of the same kind: the technique of a sub-technique that it has not, with those that it has; else the
/// ids of which the fewest digits differ, and of these the nearest in number.
fn by_digits(catalog: &Catalog, sought: ObjectId) -> Vec<ObjectId> {
    let gap = |a: u16, b: u16| a.abs_diff(b);
    let parent = sought.parent().and_then(|parent| catalog.technique(parent));
    let mut near: Vec<ObjectId> = match (parent, sought.sub_number()) {
        (Some(parent), Some(number)) => {
            let mut subs = parent.subs.clone();
            subs.sort_by_key(|id| (gap(id.sub_number().unwrap_or(0), number), *id));
            subs.truncate(MOST - 1);
            std::iter::once(parent.id).chain(subs).collect()
        }
        _ => {
            let same = |id: &ObjectId| {
                id.kind() == sought.kind() && id.is_sub_technique() == sought.is_sub_technique()
            };
            let digits = |id: ObjectId| format!("{:04}", id.number());
            let mut ids: Vec<ObjectId> = all(catalog).filter(same).collect();
            ids.sort_by_cached_key(|id| {
                let sub = gap(id.sub_number().unwrap_or(0), sought.sub_number().unwrap_or(0));
                let differ = strsim::osa_distance(&digits(*id), &digits(sought));
                (differ, sub, gap(id.number(), sought.number()), *id)
            });
            ids
        }
    };
    near.truncate(MOST);
    near
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::builtin;

    fn ids(text: &str) -> Vec<String> {
        let text = near(&builtin().unwrap(), text);
        let list = text.strip_prefix("; near it: ").unwrap_or_default().to_owned();
        list.split(", ").filter_map(|one| one.split(' ').next()).map(str::to_owned).collect()
    }

    #[test]
    fn ids_by_their_digits_and_names_by_their_letters() {
        assert_eq!(ids("t51.9"), ["T0051", "T0051.002", "T0051.001"]);
        assert_eq!(ids("cs99")[0], "CS0069");
        assert_eq!(ids("t1051")[0], "T0051");
        // Two digits in each other's place are one error.
        assert!(ids("t0501").contains(&"T0051".to_owned()));
        assert!(ids("m77").iter().all(|id| id.starts_with('M')));
        assert_eq!(ids("to051")[0], "T0051");
        assert!(ids("t00051").contains(&"T0051".to_owned()));
        assert_eq!(ids("jailbrake")[0], "T0054");
        let catalog = builtin().unwrap();
        for text in ["", "qqqq", "\u{1b}]0;9"] {
            assert_eq!(near(&catalog, text), "", "{text}");
        }
    }
}
