//! The query language: words, and fields such as `area:evasion` that narrow what is looked at.

use crate::catalog::{Catalog, Facet, Lens};

/// A query taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// What its fields ask for.
    pub lens: Lens,
    /// What is left, with single spaces.
    pub words: String,
    /// A field whose value the catalogue does not have, in one sentence with those it has.
    pub problem: Option<String>,
}

impl Query {
    /// Never fails: what is no field is a word. A value is found by any part of its name, so
    /// `platform:agentic` is `platform:agentic-ai`; where several have that part, any of them will do.
    pub fn parse(catalog: &Catalog, text: &str) -> Query {
        let mut query = Query::default();
        let mut words: Vec<&str> = Vec::new();
        let mut tokens = text.split_whitespace().peekable();
        while let Some(token) = tokens.next() {
            let field =
                token.split_once(':').and_then(|(word, value)| Some((Facet::from_word(word)?, value)));
            let Some((facet, value)) = field else {
                words.push(token);
                continue;
            };
            // `area: evasion` is meant as one.
            let is_field = |t: &&str| t.split_once(':').is_some_and(|(w, _)| Facet::from_word(w).is_some());
            let value = match value {
                "" => tokens.next_if(|t| !is_field(t)).unwrap_or_default(),
                value => value,
            };
            query.add(catalog, facet, value);
        }
        query.words = words.join(" ");
        query
    }

    fn add(&mut self, catalog: &Catalog, facet: Facet, sought: &str) {
        let sought = sought.trim_matches('"').to_lowercase();
        let values = facet.values(catalog);
        let whole = values.iter().filter(|v| v.key == sought);
        let part = values.iter().filter(|v| !sought.is_empty() && v.key.contains(sought.as_str()));
        let found: Vec<_> = match whole.clone().count() {
            0 => part.collect(),
            _ => whole.collect(),
        };
        if found.is_empty() && self.problem.is_none() {
            let keys: Vec<&str> = values.iter().map(|v| v.key.as_str()).collect();
            let word = facet.word();
            self.problem = Some(match (keys.is_empty(), sought.is_empty()) {
                (true, _) => format!("ATLAS {} states no {word}", catalog.release),
                (false, true) => format!("{word}: takes one of {}", keys.join(", ")),
                (false, false) => format!("no {word} is like `{sought}`; there are {}", keys.join(", ")),
            });
        }
        for value in found {
            self.lens.add(facet, &value.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::builtin;

    fn parsed(text: &str) -> (String, String, bool) {
        let query = Query::parse(&builtin().unwrap(), text);
        (query.lens.query(), query.words, query.problem.is_some())
    }

    fn asks(text: &str, lens: &str, words: &str) {
        assert_eq!(parsed(text), (lens.to_owned(), words.to_owned(), false), "{text}");
    }

    #[test]
    fn fields_are_told_from_words() {
        asks("area:evasion camera", "area:model-evasion", "camera");
        asks("camera AREA:Model-Evasion", "area:model-evasion", "camera");
        asks("area: theft", "area:model-theft", "");
        asks("platform:agentic maturity:realized", "platform:agentic-ai maturity:realized", "");
        asks("see https://example.org a:b", "", "see https://example.org a:b");
    }

    #[test]
    fn a_part_that_several_values_have_means_any_of_them() {
        asks("area:model", "area:model-evasion area:model-theft", "");
        asks("maturity:real maturity:feasible", "maturity:feasible maturity:realized", "");
    }

    #[test]
    fn what_there_is_is_said() {
        let query = Query::parse(&builtin().unwrap(), "area:toasters");
        assert!(query.lens.is_empty());
        let problem = query.problem.unwrap();
        assert!(problem.starts_with("no area is like `toasters`; there are data-poisoning,"), "{problem}");
        let open = Query::parse(&builtin().unwrap(), "phase:").problem.unwrap();
        assert!(open.starts_with("phase: takes one of business-and-data-understanding,"), "{open}");
        assert!(parsed("area: platform:agentic").2);
    }
}
