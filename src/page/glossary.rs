//! The glossary as a page, and one term of it.

use super::wrap::wrap;
use super::{Line, Link, Page, Section, Span, Target, Tone};
use crate::catalog::{Catalog, Term, guide};

/// The whole glossary: a section per letter, and [`Page::anchors`] with the first line of each term.
pub fn glossary(catalog: &Catalog, cells: usize) -> Page {
    let mut page = Page::default();
    for term in &guide().terms {
        let letter = initial(&term.name);
        if page.sections.last().is_none_or(|s| s.title != letter) {
            let start = page.lines.len();
            page.sections.push(Section { title: letter, count: None, lines: start..start });
        }
        page.anchors.push(page.lines.len());
        add_term(&mut page, catalog, term, cells);
        page.lines.push(Line::new());
        if let Some(section) = page.sections.last_mut() {
            section.lines.end = page.lines.len();
        }
    }
    page.lines.pop();
    if let Some(section) = page.sections.last_mut() {
        section.lines.end = page.lines.len();
    }
    page
}

/// One term. A number that the glossary does not have gives an empty page.
pub fn glossary_term(catalog: &Catalog, term: usize, cells: usize) -> Page {
    let mut page = Page::default();
    if let Some(term) = guide().terms.get(term) {
        add_term(&mut page, catalog, term, cells);
    }
    page
}

/// The name, its other names, what it means, and where ATLAS deals with it.
fn add_term(page: &mut Page, catalog: &Catalog, term: &Term, cells: usize) {
    let mut head = vec![Span::new(&*term.name, Tone::Title)];
    if !term.also.is_empty() {
        let also: Vec<&str> = term.also.iter().map(|a| &**a).collect();
        head.push(Span::new(format!(" (also {})", also.join(", ")), Tone::Dim));
    }
    page.lines.extend(wrap(&head, cells, "", 4));
    page.lines.extend(wrap(&[Span::new(&*term.what, Tone::Normal)], cells, "  ", 2));
    // Another release may not have all of them.
    let see: Vec<_> = term.see.iter().filter(|id| catalog.contains(**id)).collect();
    if see.is_empty() {
        return;
    }
    let mut spans = vec![Span::new("See ", Tone::Dim)];
    let first_link = page.links.len();
    for (i, id) in see.into_iter().enumerate() {
        if i > 0 {
            spans.push(Span::new(", ", Tone::Normal));
        }
        let link = Some(page.links.len());
        page.links.push(Link { target: Target::Object(*id), line: page.lines.len() });
        let text = format!("{} {}", id.short(), catalog.full_name(*id));
        spans.push(Span { text, tone: Tone::Link, link });
    }
    let start = page.lines.len();
    page.lines.extend(wrap(&spans, cells, "  ", 2));
    // A link knows its line only after wrapping.
    for (at, line) in page.lines.iter().enumerate().skip(start).rev() {
        for link in line.iter().filter_map(|s| s.link).filter(|l| *l >= first_link) {
            page.links[link].line = at;
        }
    }
}

/// The letter under which a term stands.
fn initial(name: &str) -> &'static str {
    const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let letter = name.chars().next().map(|c| c.to_ascii_uppercase());
    letter.and_then(|c| LETTERS.find(c)).map_or("#", |at| &LETTERS[at..=at])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::builtin;
    use crate::page::width;

    #[test]
    fn every_term_has_its_anchor_section_and_links() {
        let catalog = builtin().unwrap();
        for cells in [40, 78, 100] {
            let page = glossary(&catalog, cells);
            assert_eq!(page.anchors.len(), guide().terms.len());
            for (line, term) in page.anchors.iter().zip(&guide().terms) {
                let text: String = page.lines[*line].iter().map(|s| s.text.as_str()).collect();
                assert!(text.starts_with(&*term.name), "{text}");
                let section = &page.sections[page.section_at(*line).unwrap()];
                assert_eq!(section.title, initial(&term.name));
            }
            assert_eq!(page.sections.last().unwrap().lines.end, page.lines.len());
            let see: usize = guide().terms.iter().map(|t| t.see.len()).sum();
            assert_eq!(page.links.len(), see);
            let too_wide = |line: &Line| line.iter().map(|s| width(&s.text)).sum::<usize>() > cells;
            assert!(!page.lines.iter().any(too_wide));
        }
    }

    #[test]
    fn one_term_stands_alone() {
        let catalog = builtin().unwrap();
        let jailbreak = guide().terms.iter().position(|t| &*t.name == "Jailbreak").unwrap();
        let text = glossary_term(&catalog, jailbreak, 78).plain();
        assert!(text.starts_with("Jailbreak"), "{text}");
        assert!(text.contains("See T0054 LLM Jailbreak"), "{text}");
        assert_eq!(glossary_term(&catalog, 9_999, 78), Page::default());
    }
}
