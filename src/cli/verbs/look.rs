//! The verbs that only look at ATLAS and at marks.

use serde_json::json;

use super::{Context, print_json};
use crate::catalog::{Distinction, Lens, ObjectId, guide};
use crate::cli::args::{ListOf, state_word};
use crate::cli::output::{Output, complain};
use crate::cli::{Failure, json};
use crate::coverage::{Aspect, Assessment, Ground, MarkFacet, Rollup, Shown};
use crate::page::{self, ListKind, ListRow, ListSort, MAX_PROSE, pad, width};
use crate::search::{Found, Index, Item, Query, near_id};

/// Whether a query has a field of marks.
pub(super) fn asks_of_marks(text: &str) -> bool {
    let is_field =
        |word: &str| MarkFacet::ALL.iter().any(|f| Aspect::Mark(*f).word().eq_ignore_ascii_case(word));
    text.split_whitespace().filter_map(|token| token.split_once(':')).any(|(word, _)| is_field(word))
}

fn no_field(words: &str) -> Failure {
    Failure::Usage(format!("`{words}` is no field such as area:evasion; `atlasnav find` takes words"))
}

impl Context<'_> {
    pub(super) fn show(&self, id: &str, json: bool) -> Result<(), Failure> {
        let id = self.id(id)?;
        let assessment = self.assessment(false)?;
        if json {
            return print_json(&json::object(self.catalog, self.source, &assessment, self.today, id));
        }
        let page = page::printed(self.catalog, &assessment, self.today, id, MAX_PROSE);
        let mut out = Output::with_links(self.links);
        out.page(&page);
        out.line(&format!("\nATLAS {}, {}", self.catalog.release, self.source));
        out.finish()
    }

    pub(super) fn find(&self, query: &str, limit: usize, json: bool) -> Result<(), Failure> {
        let (assessment, query_of_marks) = self.query(query)?;
        if let Some(problem) = query_of_marks.problem {
            return Err(Failure::Usage(problem));
        }
        let on = Ground { catalog: self.catalog, assessment: &assessment, today: self.today };
        let hits = Index::new(self.catalog).find_marked(on, query);
        if hits.is_empty() {
            if json {
                print_json(&json!([]))?;
            }
            let near = near_id(self.catalog, query);
            return Err(Failure::Nothing(format!(
                "nothing in ATLAS {} is like `{query}`{near}",
                self.catalog.release
            )));
        }
        let shown = hits.iter().take(limit);
        if json {
            return print_json(&shown.map(|hit| json::hit(hit, self.catalog)).collect());
        }
        let mut out = Output::with_links(self.links);
        for hit in shown {
            let at = match hit.found {
                Found::Step(step) => format!("step {}: ", step + 1),
                _ => String::new(),
            };
            let snippet = hit.snippet(self.catalog);
            let text = if snippet.is_empty() { String::new() } else { format!("  [{at}{snippet}]") };
            let label = hit.item.label();
            let address = hit.item.object().map(ObjectId::url);
            out.link(&label, address.as_deref());
            let gap = " ".repeat(11usize.saturating_sub(width(&label)));
            out.line(&format!("{gap}{}{text}", hit.name));
        }
        out.finish()?;
        if hits.len() > limit {
            complain(&format!("{} more; --limit shows them", hits.len() - limit));
        }
        Ok(())
    }

    /// A query with the fields of marks, and the marks, which are read only if it asks about them.
    fn query(&self, text: &str) -> Result<(Assessment, Query<Aspect>), Failure> {
        let assessment = if asks_of_marks(text) { self.assessment(false)? } else { Assessment::default() };
        let query = Query::of_marks(self.catalog, &assessment, text);
        Ok((assessment, query))
    }

    /// What the fields ask for, those of marks too; words are none.
    pub(super) fn aspects(&self, assessment: &Assessment, fields: &str) -> Result<Lens<Aspect>, Failure> {
        let query = Query::of_marks(self.catalog, assessment, fields);
        match query.problem {
            Some(problem) => Err(Failure::Usage(problem)),
            None if !query.words.is_empty() => Err(no_field(&query.words)),
            None => Ok(query.lens),
        }
    }

    pub(super) fn list(&self, kind: ListOf, fields: &str, json: bool) -> Result<(), Failure> {
        let assessment = match kind {
            ListOf::Tactics if !asks_of_marks(fields) => Assessment::default(),
            _ => self.assessment(false)?,
        };
        let lens = self.aspects(&assessment, fields)?;
        let on = Ground { catalog: self.catalog, assessment: &assessment, today: self.today };
        let shown = Shown::of(&lens, None, on);
        let holds = |id| lens.is_empty() || shown.holds(on, id);
        let kind = match kind {
            ListOf::Tactics => return self.list_tactics(holds, json),
            ListOf::Techniques => ListKind::Techniques,
            ListOf::Mitigations => ListKind::Mitigations,
            ListOf::CaseStudies => ListKind::CaseStudies,
        };
        let mut rows = page::list(self.catalog, &assessment, self.today, kind, ListSort::Id);
        rows.retain(|row| holds(row.id));
        if rows.is_empty() {
            let what = match kind {
                ListKind::Techniques => "techniques",
                ListKind::Mitigations => "mitigations",
                ListKind::CaseStudies => "case studies",
            };
            let fields = if fields.is_empty() { String::new() } else { format!(" that are {fields}") };
            return Err(Failure::Nothing(format!("ATLAS {} has no {what}{fields}", self.catalog.release)));
        }
        if json {
            return print_json(&rows.iter().map(|r| json::row(r, kind)).collect());
        }
        let mut out = Output::new();
        for ListRow { id, state, name, about, .. } in &rows {
            let glyph = state.map_or(String::new(), |s| format!("{} ", s.glyph()));
            out.line(&format!("{glyph}{} {}  {about}", pad(&id.short(), 10), pad(name, 64)));
        }
        out.finish()
    }

    fn list_tactics(&self, holds: impl Fn(ObjectId) -> bool, json: bool) -> Result<(), Failure> {
        let tactics = self.catalog.tactics.iter().enumerate().filter(|(_, t)| holds(t.id));
        if json {
            return print_json(
                &tactics
                    .map(|(i, t)| {
                        let techniques: Vec<String> = t.techniques.iter().map(ToString::to_string).collect();
                        json!({"id": t.id.to_string(), "name": *t.name, "column": i + 1, "techniques": techniques})
                    })
                    .collect(),
            );
        }
        let mut out = Output::new();
        for (i, t) in tactics {
            let count = t.techniques.len();
            out.line(&format!(
                "{:>2} {} {}  {count} techniques",
                i + 1,
                pad(&t.id.short(), 8),
                pad(&t.name, 24)
            ));
        }
        out.finish()
    }

    /// The matrix column by column, each technique once per column.
    pub(super) fn matrix(&self, fields: &str, folded: bool, json: bool) -> Result<(), Failure> {
        let assessment = self.assessment(false)?;
        let lens = self.aspects(&assessment, fields)?;
        let on = Ground { catalog: self.catalog, assessment: &assessment, today: self.today };
        let shown = Shown::of(&lens, None, on).techniques;
        let columns = self.catalog.tactics.iter().map(|tactic| {
            let ids = self.catalog.in_tactic(tactic);
            let ids = ids.filter(|id| shown.contains(id) && !(folded && id.is_sub_technique()));
            (tactic, ids.collect::<Vec<_>>())
        });
        let columns: Vec<_> = columns.filter(|(_, ids)| lens.is_empty() || !ids.is_empty()).collect();
        if json {
            let columns = columns.iter().map(|(tactic, ids)| {
                let counts = Rollup::of(ids.iter().copied(), &assessment, self.today);
                let cells = ids.iter().map(|id| {
                    let state = state_word(assessment.state(*id, self.today));
                    json!({"id": id.to_string(), "name": self.catalog.name(*id), "state": state})
                });
                json!({"id": tactic.id.to_string(), "name": *tactic.name,
                       "techniques": cells.collect::<Vec<_>>(), "counts": json::rollup(&counts)})
            });
            return print_json(&columns.collect());
        }
        if columns.is_empty() {
            return Err(Failure::Nothing(format!(
                "ATLAS {} has no techniques that are {fields}",
                self.catalog.release
            )));
        }
        let mut out = Output::new();
        for (i, (tactic, ids)) in columns.iter().enumerate() {
            if i > 0 {
                out.line("");
            }
            let counts = Rollup::of(ids.iter().copied(), &assessment, self.today);
            let share = counts.percent_covered().map_or("n/a".to_owned(), |p| format!("{p}%"));
            let (id, count) = (tactic.id.short(), ids.len());
            let techniques = if count == 1 { "technique" } else { "techniques" };
            out.line(&format!("{} ({id}): {count} {techniques}, {share} covered", tactic.name));
            for id in ids {
                // A sub-technique whose parent is left out is named in full.
                let under =
                    self.catalog.technique(*id).and_then(|t| t.parent).is_some_and(|p| ids.contains(&p));
                let (indent, name) = if under {
                    ("    ", self.catalog.name(*id).unwrap_or_default().to_owned())
                } else {
                    ("  ", self.catalog.full_name(*id))
                };
                let state = assessment.state(*id, self.today);
                out.line(&format!("{indent}{} {} {name}: {}", state.glyph(), id.short(), state.word()));
            }
        }
        out.finish()
    }

    /// The terms that have a name like this, or else a word of it in their meaning.
    pub(super) fn glossary(&self, query: &str, json: bool) -> Result<(), Failure> {
        let terms = &guide().terms;
        let found: Vec<usize> = if query.trim().is_empty() {
            (0..terms.len()).collect()
        } else {
            let hits = Index::new(self.catalog).find(self.catalog, query);
            let best = hits.iter().filter(|h| h.item.object().is_none()).map(|h| h.found).min();
            let hits = hits.iter().filter(|h| Some(h.found) == best);
            hits.filter_map(|h| if let Item::Term(term) = h.item { Some(term) } else { None }).collect()
        };
        if found.is_empty() {
            if json {
                print_json(&json!([]))?;
            }
            return Err(Failure::Nothing(format!("the glossary has nothing like `{query}`")));
        }
        if json {
            return print_json(&found.iter().filter_map(|at| terms.get(*at)).map(json::term).collect());
        }
        let mut out = Output::with_links(self.links);
        for (i, term) in found.into_iter().enumerate() {
            if i > 0 {
                out.line("");
            }
            out.page(&page::glossary_term(self.catalog, term, MAX_PROSE));
        }
        out.finish()
    }
}
