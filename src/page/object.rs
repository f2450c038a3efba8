//! The page of one object: what it is, what it is related to, what we say of it.

use jiff::civil::Date;

use super::markdown::{Room, render};
use super::wrap::wrap;
use super::{Line, Link, Page, Part, Section, Span, Target, Tone};
use crate::catalog::{
    AttackReference, CaseStudy, CaseStudyKind, Catalog, Kind, Mitigation, ObjectId, Reference, Tactic,
    Technique, Text, guide,
};
use crate::coverage::{Assessment, State};

/// Makes the page of an object, or those parts of it that `parts` names, for lines of `cells` cells.
/// An object that the catalogue does not have gives a page that says so.
pub fn object(
    catalog: &Catalog,
    assessment: &Assessment,
    today: Date,
    id: ObjectId,
    parts: &[Part],
    cells: usize,
) -> Page {
    top_of_object(catalog, assessment, today, id, parts, (cells, usize::MAX))
}

/// The same page, of which at least the first `most` lines are as they would be: most of a page that is
/// only passed by is never seen, and laying it out takes longer than all the rest of a frame.
pub fn top_of_object(
    catalog: &Catalog,
    assessment: &Assessment,
    today: Date,
    id: ObjectId,
    parts: &[Part],
    (cells, most): (usize, usize),
) -> Page {
    Builder { catalog, assessment, today, parts, cells, most, ids: false, page: Page::default() }.make(id)
}

/// The whole page for paper or a pipe: what a screen shows as a link is followed by its id, unless it
/// begins with it.
pub fn printed(catalog: &Catalog, assessment: &Assessment, today: Date, id: ObjectId, cells: usize) -> Page {
    let (parts, most) = (&[Part::Text, Part::Related, Part::Seen], usize::MAX);
    Builder { catalog, assessment, today, parts, cells, most, ids: true, page: Page::default() }.make(id)
}

/// Facts are written as a label of this many cells and a value.
const LABEL: usize = 11;

pub(super) struct Builder<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) assessment: &'a Assessment,
    pub(super) today: Date,
    parts: &'a [Part],
    cells: usize,
    /// Lines after which nothing more is laid out.
    most: usize,
    /// Whether links that do not begin with an id are followed by it.
    ids: bool,
    page: Page,
}

impl Builder<'_> {
    fn make(mut self, id: ObjectId) -> Page {
        let catalog = self.catalog;
        match id.kind() {
            Kind::Technique => catalog.technique(id).map(|o| self.technique(o)),
            Kind::Tactic => catalog.tactic(id).map(|o| self.tactic(o)),
            Kind::Mitigation => catalog.mitigation(id).map(|o| self.mitigation(o)),
            Kind::CaseStudy => catalog.case_study(id).map(|o| self.case_study(o)),
        }
        .unwrap_or_else(|| self.unknown(id));
        self.finish()
    }

    fn technique(&mut self, t: &Technique) {
        let catalog = self.catalog;
        if self.begin(Part::Text, "", None) {
            self.title(t.id, &catalog.full_name(t.id));
            self.state(t.id);
            let tactics: Vec<ObjectId> = t.tactics.clone();
            self.fact_objects("Tactics", &tactics);
            if let Some(parent) = t.parent {
                self.fact_objects("Part of", &[parent]);
            }
            self.fact("Maturity", t.maturity.map_or("not stated", |m| m.word()));
            self.fact("Platforms", &join(&t.platforms));
            let areas: Vec<&str> = guide().areas_of(t.id).map(|(area, _)| &*area.name).collect();
            self.fact("Areas", &areas.join(", "));
            self.origin(t.attack.as_ref(), &t.created, &t.modified);
            self.mark(t.id);
            self.prose(t.id, &t.description);
        }
        if !t.subs.is_empty() && self.begin(Part::Text, "Sub-techniques", Some(t.subs.len())) {
            for sub in &t.subs {
                self.sub_row(*sub, 0);
            }
        }
        if self.begin(Part::Related, "Mitigations", Some(t.mitigations.len())) {
            for m in &t.mitigations {
                self.object_row(*m, "", 0);
                self.below(catalog.how(*m, t.id).unwrap_or_default());
            }
            self.none_if(
                t.mitigations.is_empty(),
                "ATLAS lists no mitigation: this needs a control of your own.",
            );
            self.mitigations_of_relatives(t);
        }
        let mut studies: Vec<ObjectId> = t.steps.iter().map(|s| s.case_study).collect();
        studies.dedup();
        if self.begin(Part::Seen, "Case studies", Some(studies.len())) {
            for study in studies {
                let Some(c) = catalog.case_study(study) else { continue };
                self.object_row(study, &about_case(c), 0);
                for at in t.steps.iter().filter(|s| s.case_study == study) {
                    let Some(step) = catalog.step(*at) else { continue };
                    let tactic = catalog.name(step.tactic).unwrap_or_default();
                    let head = format!("Step {} of {}, {tactic}. ", at.step + 1, c.steps.len());
                    self.below(&(head + &step.description));
                }
            }
            self.none_if(t.steps.is_empty(), "No case study uses it.");
            let of_subs = t.subs.iter().filter_map(|s| catalog.technique(*s)).flat_map(|s| &s.steps);
            let mut of_subs: Vec<ObjectId> = of_subs.map(|s| s.case_study).collect();
            of_subs.sort_unstable();
            of_subs.dedup();
            if !of_subs.is_empty() {
                let text = format!(
                    "Its sub-techniques are used in {}; see their pages.",
                    many(of_subs.len(), "case study", "case studies")
                );
                self.push_wrapped(&[Span::new(text, Tone::Dim)], "", 0);
            }
        }
        self.log(t.id);
        self.areas(t.id);
        self.references(&t.references, t.id);
    }

    /// Why the technique is in its attack areas, or in none. A technique that our sorting does not know
    /// gets no section.
    fn areas(&mut self, id: ObjectId) {
        let areas: Vec<(String, &str)> =
            guide().areas_of(id).map(|(area, why)| (format!("{}. ", area.name), why)).collect();
        let outside = guide().why_outside(id).map(|why| ("In none. ".to_owned(), why));
        let count = areas.len();
        let reasons: Vec<_> = areas.into_iter().chain(outside).collect();
        if reasons.is_empty() || !self.begin(Part::Seen, "Attack areas", Some(count)) {
            return;
        }
        for (name, why) in reasons {
            let why = format!("{why}.");
            self.push_wrapped(&[Span::new(name, Tone::Strong), Span::new(why, Tone::Normal)], "", 2);
        }
        self.none_if(true, "The areas are this program's own sorting, not a part of ATLAS.");
    }

    /// ATLAS lists mitigations at the parent, at the sub-techniques, or at both: who reads one page
    /// has to know of the others.
    fn mitigations_of_relatives(&mut self, t: &Technique) {
        let catalog = self.catalog;
        let relatives = t.parent.iter().chain(&t.subs).filter_map(|id| catalog.technique(*id));
        for relative in relatives.filter(|r| !r.mitigations.is_empty()) {
            let more = relative.mitigations.iter().filter(|m| !t.mitigations.contains(m)).count();
            if more == 0 {
                continue;
            }
            let what = if t.parent.is_some() { "its parent, " } else { "its sub-technique " };
            let line = self.page.lines.len();
            let name = catalog.name(relative.id).unwrap_or_default().to_owned();
            let text = format!("{more} more at {what}");
            let link = self.link(Target::Object(relative.id), name, line);
            self.push_wrapped(&[Span::new(text, Tone::Dim), link], "", 2);
        }
    }

    fn tactic(&mut self, t: &Tactic) {
        let catalog = self.catalog;
        if self.begin(Part::Text, "", None) {
            self.title(t.id, &t.name);
            let column = catalog.column(t.id).map_or(0, |c| c + 1);
            self.fact("Column", &format!("{column} of {}", catalog.tactics.len()));
            self.origin(t.attack.as_ref(), &t.created, &t.modified);
            self.prose(t.id, &t.description);
        }
        if self.begin(Part::Related, "Techniques", Some(t.techniques.len())) {
            for id in &t.techniques {
                self.object_row(*id, "", 0);
                for sub in catalog.technique(*id).map(|t| t.subs.as_slice()).unwrap_or_default() {
                    self.sub_row(*sub, 2);
                }
            }
        }
        self.references(&t.references, t.id);
    }

    fn mitigation(&mut self, m: &Mitigation) {
        if self.begin(Part::Text, "", None) {
            self.title(m.id, &m.name);
            self.state(m.id);
            self.fact("Category", &join(&m.categories));
            self.fact("Lifecycle", &join(&m.lifecycle_phases));
            self.origin(m.attack.as_ref(), &m.created, &m.modified);
            self.mark(m.id);
            self.prose(m.id, &m.description);
        }
        self.what_it_brings(m);
        if self.begin(Part::Related, "Techniques", Some(m.techniques.len())) {
            for edge in &m.techniques {
                self.object_row(edge.technique, "", 0);
                self.below(&edge.how);
            }
        }
        self.log(m.id);
        self.references(&m.references, m.id);
    }

    fn case_study(&mut self, c: &CaseStudy) {
        let catalog = self.catalog;
        if self.begin(Part::Text, "", None) {
            self.title(c.id, &c.name);
            self.fact("Type", c.kind.map_or("not stated", |k| k.word()));
            self.fact("Date", c.known_date());
            self.fact("Actor", &c.actor);
            self.fact("Target", &c.target);
            self.fact("Reporter", &c.reporter);
            self.origin(None, &c.created, &c.modified);
            self.prose(c.id, &c.description);
        }
        if self.begin(Part::Related, "Steps", Some(c.steps.len())) {
            for (i, step) in c.steps.iter().enumerate() {
                let tactic = catalog.name(step.tactic).unwrap_or_default();
                let number = format!("{} ", i + 1);
                let line = self.page.lines.len();
                let mut spans = vec![Span::new(number, Tone::Strong)];
                spans.extend(self.object_spans(step.technique, line));
                spans.push(Span::new(format!(" ({tactic})"), Tone::Dim));
                self.push_wrapped(&spans, if i < 9 { " " } else { "" }, 5);
                self.below(&step.description);
                // The usual chain runs on to the next step; anything else is said.
                let next = u16::try_from(i + 1).unwrap_or(u16::MAX);
                if !step.leads_to.is_empty() && step.leads_to != [next] {
                    let to: Vec<String> = step.leads_to.iter().map(|s| (s + 1).to_string()).collect();
                    self.below(&format!("Leads to step {}.", to.join(" and step ")));
                }
            }
        }
        self.references(&c.references, c.id);
    }

    fn unknown(&mut self, id: ObjectId) {
        if self.begin(Part::Text, "", None) {
            self.title(id, "");
            self.text(&format!("ATLAS {} has no {} of this id.", self.catalog.release, id.kind().word()));
        }
    }

    /// Starts a section; false where this part was not asked for.
    pub(super) fn begin(&mut self, part: Part, title: &'static str, count: Option<usize>) -> bool {
        if !self.parts.contains(&part) {
            return false;
        }
        if self.is_full() {
            let end = self.page.lines.len();
            self.page.sections.push(Section { title, count, lines: end..end });
            return false;
        }
        if title.is_empty() {
            let start = self.page.lines.len();
            self.page.sections.push(Section { title: "Text", count: None, lines: start..start });
            return true;
        }
        if !self.page.lines.is_empty() {
            self.page.lines.push(Line::new());
        }
        let start = self.page.lines.len();
        let text = count.map_or_else(|| title.to_owned(), |n| format!("{title} {n}"));
        let rule = "-".repeat(self.cells.saturating_sub(text.len() + 4));
        self.page.lines.push(vec![Span::new(format!("-- {text} {rule}"), Tone::Heading)]);
        self.page.sections.push(Section { title, count, lines: start..start });
        true
    }

    fn finish(mut self) -> Page {
        let mut end = self.page.lines.len();
        for section in self.page.sections.iter_mut().rev() {
            section.lines.end = end;
            end = section.lines.start;
        }
        self.page
    }

    /// The number of the line that comes next.
    pub(super) fn line(&self) -> usize {
        self.page.lines.len()
    }

    fn is_full(&self) -> bool {
        self.page.lines.len() >= self.most
    }

    pub(super) fn push_wrapped(&mut self, spans: &[Span], first: &str, indent: usize) {
        if self.is_full() {
            return;
        }
        let lines = wrap(spans, self.cells, first, indent);
        self.page.lines.extend(lines);
    }

    pub(super) fn text(&mut self, text: &str) {
        self.push_wrapped(&[Span::new(text, Tone::Normal)], "", 0);
    }

    pub(super) fn none_if(&mut self, none: bool, text: &str) {
        if none {
            self.push_wrapped(&[Span::new(text, Tone::Dim)], "", 0);
        }
    }

    fn title(&mut self, id: ObjectId, name: &str) {
        let spans = [Span::new(format!("{id}  "), Tone::Dim), Span::new(name, Tone::Title)];
        self.push_wrapped(&spans, "", 2);
    }

    pub(super) fn labelled(&mut self, label: &str, value: Vec<Span>) {
        let mut spans = vec![Span::new(format!("{label:LABEL$}"), Tone::Dim)];
        // Wrapping drops spaces at a break only, so the label keeps its width.
        spans[0].text = spans[0].text.replace(' ', "\u{a0}");
        spans.extend(value);
        let mut lines = wrap(&spans, self.cells, "", LABEL);
        for line in &mut lines {
            for span in line {
                if span.tone == Tone::Dim {
                    span.text = span.text.replace('\u{a0}', " ");
                }
            }
        }
        self.page.lines.extend(lines);
    }

    pub(super) fn fact(&mut self, label: &str, value: &str) {
        if !value.is_empty() {
            self.labelled(label, vec![Span::new(value, Tone::Normal)]);
        }
    }

    fn fact_objects(&mut self, label: &str, ids: &[ObjectId]) {
        let line = self.page.lines.len();
        let mut spans = Vec::new();
        for (i, id) in ids.iter().enumerate() {
            if i > 0 {
                spans.push(Span::new(", ", Tone::Normal));
            }
            let name = self.catalog.full_name(*id);
            spans.push(self.link(Target::Object(*id), name, line));
        }
        self.labelled(label, spans);
    }

    pub(super) fn link(&mut self, target: Target, text: String, line: usize) -> Span {
        let text = match &target {
            Target::Object(id) if self.ids && !text.starts_with(&id.short()) => {
                format!("{text} [{}]", id.short())
            }
            _ => text,
        };
        self.page.links.push(Link { target, line });
        Span { text, tone: Tone::Link, link: Some(self.page.links.len() - 1) }
    }

    fn origin(&mut self, attack: Option<&AttackReference>, created: &Text, modified: &Text) {
        if let Some(attack) = attack {
            let line = self.page.lines.len();
            let link = self.link(Target::Url(attack.url.to_string()), attack.id.to_string(), line);
            self.labelled("ATT&CK", vec![link]);
        }
        let dates = match (created.is_empty(), modified.is_empty()) {
            (false, false) => format!("created {created}, modified {modified}"),
            (false, true) => format!("created {created}"),
            (true, false) => format!("modified {modified}"),
            (true, true) => String::new(),
        };
        self.fact("Dates", &dates);
    }

    fn prose(&mut self, id: ObjectId, description: &str) {
        if self.is_full() {
            return;
        }
        self.page.lines.push(Line::new());
        if description.trim().is_empty() {
            let line = self.page.lines.len();
            let link = self.link(Target::Url(id.url()), id.url(), line + 1);
            self.push_wrapped(
                &[Span::new("This catalogue has no text for this object. Its page:\n", Tone::Dim), link],
                "",
                0,
            );
        } else {
            self.render(description, 0);
        }
    }

    fn render(&mut self, text: &str, indent: usize) {
        let Page { lines, links, .. } = &mut self.page;
        render(text, Room { cells: self.cells, indent, ids: self.ids }, lines, links);
    }

    /// A sentence below a row.
    fn below(&mut self, text: &str) {
        if !self.is_full() && !text.trim().is_empty() {
            self.render(text, 4);
        }
    }

    fn object_spans(&mut self, id: ObjectId, line: usize) -> Vec<Span> {
        let name = match id.kind() {
            Kind::Technique => self.catalog.full_name(id),
            _ => self.catalog.name(id).unwrap_or_default().to_owned(),
        };
        self.named_spans(id, &name, line)
    }

    fn named_spans(&mut self, id: ObjectId, name: &str, line: usize) -> Vec<Span> {
        let mut spans = Vec::new();
        if matches!(id.kind(), Kind::Technique | Kind::Mitigation) {
            let state: State = self.assessment.state(id, self.today);
            spans.push(Span::new(format!("{} ", state.glyph()), Tone::State(state)));
        }
        spans.push(self.link(Target::Object(id), format!("{} {name}", id.short()), line));
        spans
    }

    /// A sub-technique where its parent is clear, so without the parent's name.
    fn sub_row(&mut self, id: ObjectId, indent: usize) {
        let line = self.page.lines.len();
        let name = self.catalog.name(id).unwrap_or_default();
        let spans = self.named_spans(id, name, line);
        self.push_wrapped(&spans, &" ".repeat(indent), indent + 2);
    }

    pub(super) fn object_row(&mut self, id: ObjectId, note: &str, indent: usize) {
        let line = self.page.lines.len();
        let mut spans = self.object_spans(id, line);
        if !note.is_empty() {
            spans.push(Span::new(format!(" ({note})"), Tone::Dim));
        }
        self.push_wrapped(&spans, &" ".repeat(indent), indent + 2);
    }

    fn references(&mut self, references: &[Reference], id: ObjectId) {
        if !self.begin(Part::Text, "References", Some(references.len() + 1)) {
            return;
        }
        let page = Reference { title: Text::from("ATLAS page"), url: id.url().into() };
        for (i, r) in references.iter().chain([&page]).enumerate() {
            let number = format!("{}. ", i + 1);
            let line = self.page.lines.len();
            let mut spans = Vec::new();
            if !r.title.is_empty() && r.title != r.url {
                spans.push(Span::new(format!("{} ", r.title), Tone::Normal));
            }
            if !r.url.is_empty() {
                let link = self.link(Target::Url(r.url.to_string()), r.url.to_string(), line);
                spans.push(link);
            }
            self.push_wrapped(&spans, &number, number.len());
        }
    }
}

fn join(texts: &[Text]) -> String {
    texts.iter().map(|t| &**t).collect::<Vec<_>>().join(", ")
}

fn many(count: usize, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}

fn about_case(c: &CaseStudy) -> String {
    [c.kind.map(CaseStudyKind::word), Some(c.known_date())]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ")
}
