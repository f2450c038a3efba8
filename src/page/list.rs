//! The lists of all techniques, mitigations and case studies, as sorted rows.

use std::cmp::Reverse;

use jiff::civil::Date;

use crate::catalog::{Catalog, ObjectId};
use crate::coverage::{Assessment, Mark, State};

/// What a list lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListKind {
    Techniques,
    Mitigations,
    CaseStudies,
}

/// By what a list is sorted. Equal rows stay in the order of their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListSort {
    Id,
    Name,
    /// What people contradict each other about first, then what somebody has looked at, gaps before
    /// all; the unassessed last.
    Status,
    /// Techniques: most case studies first. Mitigations: most techniques. Case studies: most steps.
    Count,
    /// Techniques: most mature first. Mitigations: by category. Case studies: newest first.
    Grade,
    /// By owner; what has none last.
    Owner,
    /// What is due or whose test has expired first, then the oldest marks; what has no mark last.
    Age,
}

impl ListSort {
    /// The sorts that make sense for a list, in the order in which the sort key goes through them.
    pub const fn of(kind: ListKind) -> &'static [ListSort] {
        match kind {
            ListKind::Techniques | ListKind::Mitigations => {
                const {
                    &[
                        ListSort::Id,
                        ListSort::Name,
                        ListSort::Status,
                        ListSort::Count,
                        ListSort::Grade,
                        ListSort::Owner,
                        ListSort::Age,
                    ]
                }
            }
            ListKind::CaseStudies => &[ListSort::Id, ListSort::Name, ListSort::Count, ListSort::Grade],
        }
    }

    pub const fn word(self, kind: ListKind) -> &'static str {
        match (self, kind) {
            (ListSort::Id, _) => "id",
            (ListSort::Name, _) => "name",
            (ListSort::Status, _) => "status",
            (ListSort::Count, ListKind::Techniques) => "case studies",
            (ListSort::Count, ListKind::Mitigations) => "techniques",
            (ListSort::Count, ListKind::CaseStudies) => "steps",
            (ListSort::Grade, ListKind::Techniques) => "maturity",
            (ListSort::Grade, ListKind::Mitigations) => "category",
            (ListSort::Grade, ListKind::CaseStudies) => "date",
            (ListSort::Owner, _) => "owner",
            (ListSort::Age, _) => "age",
        }
    }
}

/// One row of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListRow {
    pub id: ObjectId,
    /// None for case studies, which carry no mark.
    pub state: Option<State>,
    pub name: String,
    /// Maturity, category, or type and date.
    pub about: String,
    /// Case studies, techniques, or steps: see [`ListSort::Count`].
    pub count: usize,
    /// Empty for none.
    pub owner: String,
    /// When to look at the mark, or how old it is, in at most 14 characters; empty without a date.
    pub age: String,
}

/// `due 2026-10-01`, `test expired`, `7 months`: of these what comes first.
fn age(mark: &Mark, today: Date) -> String {
    let days = mark.on.and_then(|on| today.since(on).ok()).map(|span| span.get_days());
    match (mark.review, days) {
        (Some(review), _) if mark.is_due(today) => format!("due {review}"),
        _ if mark.has_expired_test(today) => "test expired".to_owned(),
        (_, Some(days)) if days < 1 => "today".to_owned(),
        (_, Some(1)) => "1 day".to_owned(),
        (_, Some(days)) if days < 60 => format!("{days} days"),
        (_, Some(days)) => format!("{} months", days / 30),
        (_, None) => String::new(),
    }
}

/// The order of the status sort.
pub(super) const fn urgency(state: State) -> u8 {
    match state {
        State::Conflict => 0,
        State::Gap => 1,
        State::Planned => 2,
        State::Partial => 3,
        State::Accepted => 4,
        State::Covered => 5,
        State::Tested => 6,
        State::NotApplicable => 7,
        State::Unassessed => 8,
    }
}

/// The rows of a list, sorted.
pub fn list(
    catalog: &Catalog,
    assessment: &Assessment,
    today: Date,
    kind: ListKind,
    sort: ListSort,
) -> Vec<ListRow> {
    let state = |id| Some(assessment.state(id, today));
    let owner = |id| assessment.mark(id).owner.clone().unwrap_or_default();
    let age = |id| age(assessment.mark(id), today);
    let mut rows: Vec<ListRow> = match kind {
        ListKind::Techniques => catalog
            .techniques
            .iter()
            .map(|t| {
                let mut studies: Vec<ObjectId> = t.steps.iter().map(|s| s.case_study).collect();
                studies.dedup();
                let about = t.maturity.map_or("", |m| m.word()).to_owned();
                ListRow {
                    id: t.id,
                    state: state(t.id),
                    name: catalog.full_name(t.id),
                    about,
                    count: studies.len(),
                    owner: owner(t.id),
                    age: age(t.id),
                }
            })
            .collect(),
        ListKind::Mitigations => catalog
            .mitigations
            .iter()
            .map(|m| {
                let about = m.categories.iter().map(|c| &**c).collect::<Vec<_>>().join(", ");
                ListRow {
                    id: m.id,
                    state: state(m.id),
                    name: m.name.to_string(),
                    about,
                    count: m.techniques.len(),
                    owner: owner(m.id),
                    age: age(m.id),
                }
            })
            .collect(),
        ListKind::CaseStudies => catalog
            .case_studies
            .iter()
            .map(|c| {
                let about = format!("{:8} {}", c.kind.map_or("", |k| k.word()), c.known_date());
                ListRow {
                    id: c.id,
                    state: None,
                    name: c.name.to_string(),
                    about,
                    count: c.steps.len(),
                    owner: String::new(),
                    age: String::new(),
                }
            })
            .collect(),
    };
    match sort {
        ListSort::Id => {}
        ListSort::Name => rows.sort_by_cached_key(|r| r.name.to_lowercase()),
        ListSort::Status => rows.sort_by_key(|r| r.state.map_or(0, urgency)),
        ListSort::Count => rows.sort_by_key(|r| Reverse(r.count)),
        ListSort::Owner => rows.sort_by_cached_key(|r| (r.owner.is_empty(), r.owner.to_lowercase())),
        ListSort::Age => rows.sort_by_key(|r| {
            let mark = assessment.mark(r.id);
            let has_passed = mark.is_due(today) || mark.has_expired_test(today);
            (!has_passed, mark.is_empty(), mark.on.is_none(), mark.on)
        }),
        ListSort::Grade => match kind {
            ListKind::Techniques => {
                rows.sort_by_key(|r| Reverse(catalog.technique(r.id).and_then(|t| t.maturity)))
            }
            ListKind::Mitigations => rows.sort_by(|a, b| a.about.cmp(&b.about)),
            ListKind::CaseStudies => {
                rows.sort_by_key(|r| Reverse(catalog.case_study(r.id).map(|c| c.date.clone())))
            }
        },
    }
    rows
}
