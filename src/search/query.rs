//! The query language: words, and fields such as `area:evasion` that narrow what is looked at.

use crate::catalog::{Catalog, Distinction, Facet, Lens, Value};
use crate::coverage::{Aspect, Assessment};

/// A query taken apart: one whose fields are facets of the catalogue, or one of marks as well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query<F = Facet> {
    /// What its fields ask for.
    pub lens: Lens<F>,
    /// What is left, with single spaces.
    pub words: String,
    /// A field whose value there is not, in one sentence with those that are near it, or else with those
    /// there are.
    pub problem: Option<String>,
}

impl Query {
    /// Knows the fields of the catalogue only. Never fails: what is no field is a word. A value is found
    /// by any part of its name, so `platform:agentic` is `platform:agentic-ai`; where several have that
    /// part, any of them will do.
    pub fn parse(catalog: &Catalog, text: &str) -> Query {
        let query = Query { lens: Lens::default(), words: String::new(), problem: None };
        query.read(text, &catalog.release, Facet::ALL.into_iter(), |facet| facet.values(catalog))
    }
}

impl Query<Aspect> {
    /// The same with the fields of marks.
    pub fn of_marks(catalog: &Catalog, assessment: &Assessment, text: &str) -> Query<Aspect> {
        let query = Query { lens: Lens::default(), words: String::new(), problem: None };
        query.read(text, &catalog.release, Aspect::all(), |aspect| aspect.values(catalog, assessment))
    }
}

/// Values of a field that are listed where none is near.
const MOST_LISTED: usize = 12;

/// How alike two words have to be, from 0 to 1: one letter of six left out or exchanged.
const ALIKE: f64 = 0.85;

impl<F: Distinction> Query<F> {
    fn read(
        mut self,
        text: &str,
        release: &str,
        fields: impl Iterator<Item = F>,
        values: impl Fn(F) -> Vec<Value>,
    ) -> Query<F> {
        let fields: Vec<F> = fields.collect();
        let named = |word: &str| fields.iter().copied().find(|f| f.word().eq_ignore_ascii_case(word));
        let mut words: Vec<&str> = Vec::new();
        let mut tokens = text.split_whitespace().peekable();
        while let Some(token) = tokens.next() {
            let field = token.split_once(':').and_then(|(word, value)| Some((named(word)?, value)));
            let Some((field, value)) = field else {
                words.push(token);
                continue;
            };
            // `area: evasion` is meant as one.
            let is_field = |t: &&str| t.split_once(':').is_some_and(|(word, _)| named(word).is_some());
            let value = match value {
                "" => tokens.next_if(|t| !is_field(t)).unwrap_or_default(),
                value => value,
            };
            self.add(release, field, &values(field), value);
        }
        self.words = words.join(" ");
        self
    }

    fn add(&mut self, release: &str, field: F, values: &[Value], sought: &str) {
        let sought = sought.trim_matches('"').to_lowercase();
        let exact = field.exact(&sought);
        let whole = exact.as_deref().unwrap_or(&sought);
        let mut found: Vec<&Value> = values.iter().filter(|v| v.key == whole).collect();
        if found.is_empty() && exact.is_none() && !sought.is_empty() {
            found = values.iter().filter(|v| v.key.contains(sought.as_str())).collect();
        }
        if found.is_empty() && self.problem.is_none() {
            self.problem = Some(problem(release, field.word(), values, &sought));
        }
        for value in found {
            self.lens.add(field, &value.key);
        }
    }
}

fn problem(release: &str, word: &str, values: &[Value], sought: &str) -> String {
    let keys = || values.iter().map(|v| v.key.as_str());
    let mut listed = keys().take(MOST_LISTED).collect::<Vec<_>>().join(", ");
    if values.len() > MOST_LISTED {
        listed.push_str(" ...");
    }
    if values.is_empty() {
        return format!("ATLAS {release} states no {word}");
    }
    if sought.is_empty() {
        return format!("{word}: takes one of {listed}");
    }
    // A part of a key may be what was meant: of `model-evasion` people type the second word.
    let alike = |key: &str| {
        let parts = key.split('-').chain([key]);
        parts.map(|part| strsim::jaro_winkler(part, sought)).fold(0.0, f64::max)
    };
    let mut near: Vec<(f64, &str)> = keys().map(|key| (alike(key), key)).collect();
    near.retain(|(likeness, _)| *likeness >= ALIKE);
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    let near: Vec<&str> = near.into_iter().take(3).map(|(_, key)| key).collect();
    if near.is_empty() {
        format!("no {word} is like `{sought}`; there are {listed}")
    } else {
        format!("no {word} is `{sought}`; near it: {}", near.join(", "))
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
        let near = Query::parse(&builtin().unwrap(), "area:evassion").problem.unwrap();
        assert_eq!(near, "no area is `evassion`; near it: model-evasion");
    }

    #[test]
    fn a_case_study_is_named_by_its_id_and_a_tactic_by_a_part() {
        asks("case:AML.CS0026", "case:cs26", "");
        asks("case:cs2 tactic:exfil mitigated:no", "tactic:exfiltration mitigated:no case:cs2", "");
        let none = Query::parse(&builtin().unwrap(), "case:cs999").problem.unwrap();
        assert!(none.starts_with("no case is"), "{none}");
    }

    #[test]
    fn fields_of_marks_are_words_where_no_marks_are_asked_about() {
        asks("status:gap owner:soc", "", "status:gap owner:soc");
        let mut assessment = Assessment::default();
        let id = crate::catalog::ObjectId::parse_loosely("t51").unwrap();
        let mark = crate::coverage::Mark { owner: Some("Platform Sec".to_owned()), ..Default::default() };
        assessment.marks.insert(id, mark);
        let of = |text: &str| Query::of_marks(&builtin().unwrap(), &assessment, text);
        let query = of("status:gap owner:platform attention:stale area:theft jailbreak");
        assert_eq!(query.problem, None);
        assert_eq!(query.lens.query(), "area:model-theft status:gap owner:platform-sec attention:stale");
        assert_eq!(query.words, "jailbreak");
        assert_eq!(of("owner:platfrom").problem.unwrap(), "no owner is `platfrom`; near it: platform-sec");
        assert!(of("status:done").problem.unwrap().contains("there are unassessed, gap,"));
    }
}
