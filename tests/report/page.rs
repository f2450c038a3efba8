//! The page as those have it who hear it or see no colours: headings in order, tables with captions and heads,
//! a word with every state.

use std::collections::BTreeSet;

use atlasnav::coverage::State;
use roxmltree::{Document, Node, ParsingOptions};

use crate::sample::Sample;

fn text(node: Node) -> String {
    node.descendants().filter(Node::is_text).filter_map(|n| n.text()).collect()
}

#[test]
fn the_page_can_be_heard() {
    let html = Sample::worked().write("html");
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    let page = Document::parse_with_options(&html, options).unwrap();
    let elements: Vec<Node> = page.descendants().filter(Node::is_element).collect();
    let named =
        |name: &str| elements.iter().copied().filter(|e| e.tag_name().name() == name).collect::<Vec<_>>();
    assert_eq!(named("html")[0].attribute("lang"), Some("en"));
    assert_eq!(named("title").len(), 1);

    // One title, and no level left out.
    let mut level = 0;
    for element in &elements {
        let Some(next) = ["h1", "h2", "h3"].iter().position(|h| *h == element.tag_name().name()) else {
            continue;
        };
        assert!(next <= level, "{}", text(*element));
        level = next + 1;
        assert!(!text(*element).trim().is_empty());
    }
    assert_eq!(named("h1").len(), 1);

    // Every address within the page leads somewhere, and each name is there once.
    let ids: Vec<&str> = elements.iter().filter_map(|e| e.attribute("id")).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    let links = elements.iter().filter_map(|e| e.attribute("href")?.strip_prefix('#'));
    let labels = elements.iter().filter_map(|e| e.attribute("aria-labelledby"));
    for leads_to in links.chain(labels) {
        assert!(ids.contains(&leads_to), "{leads_to}");
    }

    assert!(named("table").len() > 10);
    for table in named("table") {
        let has = |name: &str| table.descendants().filter(|n| n.tag_name().name() == name).count();
        assert_eq!((has("caption"), has("thead")), (1, 1));
        let columns = table.descendants().find(|n| n.tag_name().name() == "thead").unwrap();
        let columns = columns.descendants().filter(|n| n.tag_name().name() == "th").count();
        for row in table.descendants().filter(|n| n.tag_name().name() == "tr") {
            assert_eq!(row.children().filter(Node::is_element).count(), columns);
        }
        let frame = table.parent_element().unwrap();
        assert_eq!((frame.attribute("role"), frame.attribute("tabindex")), (Some("region"), Some("0")));
        assert!(frame.attribute("aria-label").is_some_and(|label| !label.is_empty()));
    }
    assert!(named("th").iter().all(|head| head.attribute("scope").is_some()));

    // What has the colour of a state says the state, itself or in the name of what it is in.
    let states: Vec<State> = State::ALL.into_iter().chain([State::Conflict]).collect();
    let mut coloured = 0;
    for element in &elements {
        let classes: Vec<&str> = element.attribute("class").unwrap_or_default().split(' ').collect();
        let Some(state) = states.iter().find(|s| classes.contains(&atlasnav::exchange::state_key(**s)))
        else {
            continue;
        };
        let around = element.parent_element().unwrap();
        let is_bar = around.attribute("aria-hidden") == Some("true");
        let said = around.attribute("aria-label").map_or_else(|| text(*element), str::to_owned);
        assert!(is_bar || said.contains(state.word()), "{said}");
        assert!(is_bar || text(*element).contains(state.glyph()), "{}", text(*element));
        coloured += 1;
    }
    assert!(coloured > 500, "{coloured}");
}
