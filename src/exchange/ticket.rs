//! The plan as tickets: one for each gap, and one for each mitigation that would meet more steps.

use super::report::work::{reached, sum};
use super::text::{count, plain};
use super::{Material, state_key};
use crate::catalog::{Maturity, ObjectId};
use crate::coverage::{Gap, NextMitigation};

/// One piece of work. Texts are plain.
pub(super) struct Ticket {
    pub id: ObjectId,
    /// `mitigable`, `own` or `mitigation`: the list of the plan that it stands in.
    pub list: &'static str,
    /// Its place in that list, from 1.
    pub place: usize,
    pub title: String,
    /// Why it matters, with the sum.
    pub why: Vec<String>,
    /// What ATLAS suggests; or, for a mitigation, what it is good for.
    pub suggests: Vec<String>,
    /// Pages on the ATLAS site.
    pub links: Vec<String>,
    pub owner: Option<String>,
    /// Small letters and hyphens.
    pub labels: Vec<String>,
}

/// Uses of a mitigation that a ticket names; the rest is counted.
const MOST_USES: usize = 12;

/// The tickets of the plan: gaps that a mitigation of ATLAS would close, gaps that need controls of one's
/// own, mitigations; each list in its order, as much of it as the material asks for.
pub(super) fn tickets(material: &Material) -> Vec<Ticket> {
    let top = material.top.unwrap_or(usize::MAX);
    let plan = material.plan;
    let mut tickets = Vec::new();
    for (list, gaps) in [("mitigable", &plan.mitigable), ("own", &plan.own)] {
        let gaps = gaps.iter().take(top).zip(1..);
        tickets.extend(gaps.map(|(gap, place)| of_gap(material, gap, list, place)));
    }
    let next = plan.mitigations.iter().take(top).zip(1..);
    tickets.extend(next.map(|(next, place)| of_mitigation(material, next, place)));
    tickets
}

fn of_gap(material: &Material, gap: &Gap, list: &'static str, place: usize) -> Ticket {
    let catalog = material.basis.catalog;
    let name = catalog.full_name(gap.id);
    let cases: Vec<String> = gap.cases.iter().map(ToString::to_string).collect();
    let mut why = vec![
        format!(
            "Place {place} of {} gaps of this kind in the plan.",
            if list == "own" { material.plan.own.len() } else { material.plan.mitigable.len() }
        ),
        format!("Score: {}.", sum(material, gap)),
        format!("Used in {}: {}.", count(gap.cases.len(), "case study", "case studies"), cases.join(", ")),
    ];
    why.push(format!("It is marked {}.", gap.state.word()));
    let how = |mitigation: &ObjectId| {
        let how = plain(catalog.how(*mitigation, gap.id).unwrap_or_default());
        let name = catalog.name(*mitigation).unwrap_or_default();
        if how.is_empty() { format!("{mitigation} {name}") } else { format!("{mitigation} {name}: {how}") }
    };
    let suggests = match (gap.unfinished.as_slice(), gap.listed.as_slice()) {
        ([], []) => vec!["ATLAS lists no mitigation for it: it needs controls of your own.".to_owned()],
        ([], _) => vec![
            "Every mitigation that ATLAS lists is done or decided against: the rest needs controls of your own."
                .to_owned(),
        ],
        (unfinished, _) => unfinished.iter().map(how).collect(),
    };
    let links = std::iter::once(gap.id).chain(gap.unfinished.iter().copied()).map(ObjectId::url);
    let labels = [
        Some("atlas"),
        Some("gap"),
        Some(state_key(gap.state)).filter(|key| *key != "gap"),
        gap.maturity.map(Maturity::word),
        gap.unfinished.is_empty().then_some("own-control"),
    ];
    Ticket {
        id: gap.id,
        list,
        place,
        title: format!("Close the gap: {name} ({})", gap.id),
        why,
        suggests,
        links: links.collect(),
        owner: material.basis.assessment.mark(gap.id).owner.clone(),
        labels: labels.into_iter().flatten().map(str::to_owned).collect(),
    }
}

fn of_mitigation(material: &Material, next: &NextMitigation, place: usize) -> Ticket {
    let basis = &material.basis;
    let id = next.mitigation;
    let mitigation = basis.catalog.mitigation(id);
    let name = basis.catalog.full_name(id);
    let state = basis.assessment.state(id, basis.today);
    let why = vec![
        format!("Place {place} of {} mitigations in the plan.", material.plan.mitigations.len()),
        format!(
            "Given those before it, it gives {} their first finished control, and {} of preparation; then {} steps \
             have one.",
            count(next.gain.target, "case-study step", "case-study steps"),
            next.gain.preparation,
            reached(material, next)
        ),
        format!("It is marked {}.", state.word()),
    ];
    let uses: Vec<_> = mitigation
        .map(|m| m.techniques.as_slice())
        .unwrap_or_default()
        .iter()
        .filter(|use_| basis.techniques.contains(&use_.technique))
        .collect();
    let mut suggests: Vec<String> = uses
        .iter()
        .take(MOST_USES)
        .map(|use_| {
            let (technique, how) = (basis.catalog.full_name(use_.technique), plain(&use_.how));
            let how = if how.is_empty() { String::new() } else { format!(": {how}") };
            format!("Against {} {technique}{how}", use_.technique)
        })
        .collect();
    if uses.len() > MOST_USES {
        suggests
            .push(format!("And against {} more.", count(uses.len() - MOST_USES, "technique", "techniques")));
    }
    let categories = mitigation.map(|m| m.categories.as_slice()).unwrap_or_default();
    let label = |category: &str| {
        let words = category.to_lowercase();
        words.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect::<Vec<_>>().join("-")
    };
    let labels = ["atlas".to_owned(), "mitigation".to_owned(), state_key(state).to_owned()];
    Ticket {
        id,
        list: "mitigation",
        place,
        title: format!("Put in place: {name} ({id})"),
        why,
        suggests,
        links: vec![id.url()],
        owner: basis.assessment.mark(id).owner.clone(),
        labels: labels.into_iter().chain(categories.iter().map(|c| label(c))).collect(),
    }
}
