//! The search over the screen: what is typed, the hits, and from 120 columns on a preview.

use super::canvas::Canvas;
use super::popup::input_line;
use super::theme::Role;
use crate::app::{App, Area, Search, layout};
use crate::catalog::{Kind, ObjectId};
use crate::page::{self, Part, clip, pad, width};
use crate::search::{Found, Hit, Item, near_id};

/// What one can type, shown before anything is typed.
const EXAMPLES: [&str; 5] = [
    "51 or t51.1: an id",
    "promt injecton: a name, typing errors allowed",
    "slack: a word of a text",
    "area:evasion: a field; also platform: maturity: phase:",
    "area:theft query: both",
];

pub(super) fn draw(app: &App, search: &Search, canvas: &mut Canvas<'_>, body: Area) {
    let preview = body.width >= layout::TWO_PANES;
    let area = layout::search(body);
    let (objects, terms) = app.searched();
    let inside = canvas.frame(area, &format!("Find in {objects} objects, their texts and {terms} terms"));
    let count = format!(" {}", search.hits.len());
    input_line(canvas, inside, "> ", &search.input, &count);
    let rows = usize::from(inside.height.saturating_sub(1));
    let top = layout::first_row(search.chosen, inside.height.saturating_sub(1));
    for ((i, hit), y) in search.hits.iter().enumerate().skip(top).take(rows).zip(inside.y + 1..) {
        row(app, canvas, Area { y, height: 1, ..inside }, hit, i == search.chosen);
    }
    if search.input.value().is_empty() && rows > 2 {
        for (text, y) in EXAMPLES.iter().zip(inside.y + 2..inside.y + inside.height) {
            canvas.text(inside.x + 2, y, inside.width.saturating_sub(2), text, Role::Dim);
        }
    }
    if !search.input.value().trim().is_empty() && search.hits.is_empty() && rows > 2 {
        let near = near_id(&app.catalog, search.input.value());
        let nothing = match near.as_str() {
            "" => "Nothing is like this. Fewer letters or other words may find more.".to_owned(),
            near => format!("Nothing is like this{near}"),
        };
        let text = app.search_problem().unwrap_or(nothing);
        let room = inside.width.saturating_sub(2);
        let lines = page::wrap_text(&text, usize::from(room));
        for (line, y) in lines.iter().zip(inside.y + 2..inside.y + inside.height) {
            canvas.text(inside.x + 2, y, room, line, Role::Dim);
        }
    }
    if preview && let Some(hit) = search.hits.get(search.chosen) {
        let x = area.x + area.width;
        let beside = Area { x, width: (body.x + body.width).saturating_sub(x + 1), ..area };
        let inside = canvas.frame(beside, "Preview");
        let parts = &[Part::Text, Part::Related, Part::Seen];
        let cells = usize::from(inside.width).max(1);
        let page = match hit.item {
            Item::Object(id) => {
                let room = (cells, usize::from(inside.height));
                page::top_of_object(&app.catalog, &app.assessment, app.today, id, parts, room)
            }
            Item::Term(term) => page::glossary_term(&app.catalog, term, cells),
        };
        canvas.lines(inside, &page, 0, None);
    }
}

fn row(app: &App, canvas: &mut Canvas<'_>, area: Area, hit: &Hit, chosen: bool) {
    let kind = match (hit.item.object().map(ObjectId::kind), hit.found) {
        (_, Found::Step(step)) => format!("step {}", step + 1),
        (Some(Kind::Technique), _) => "tech".to_owned(),
        (Some(Kind::Mitigation), _) => "mitig".to_owned(),
        (Some(Kind::CaseStudy), _) => "case".to_owned(),
        (Some(Kind::Tactic), _) => "tactic".to_owned(),
        (None, _) => "glossary".to_owned(),
    };
    let end = area.x + area.width;
    let mut x = area.x;
    x += canvas.text(x, area.y, 2, if chosen { "> " } else { "  " }, Role::Strong);
    let markable = |id: &ObjectId| matches!(id.kind(), Kind::Technique | Kind::Mitigation);
    if let Some(id) = hit.item.object().filter(markable) {
        let state = app.assessment.state(id, app.today);
        canvas.text(x, area.y, 1, &state.glyph().to_string(), Role::State(state));
    }
    x += 2;
    let by_id = if hit.found == Found::Id { Role::Match } else { Role::Dim };
    canvas.text(x, area.y, 9, &hit.item.label(), by_id);
    x += 10;
    let room = usize::from(end.saturating_sub(x)).saturating_sub(width(&kind) + 1);
    let name = clip(&hit.name, room);
    // Letter by letter, so that the matched ones stand out. A sub-technique's id is not searched here.
    let mut used = 0;
    for (i, c) in name.chars().enumerate() {
        let role = if hit.spans.binary_search(&i).is_ok() { Role::Match } else { Role::Normal };
        used += canvas.text(x + used, area.y, end.saturating_sub(x + used), c.encode_utf8(&mut [0; 4]), role);
    }
    let left = room.saturating_sub(width(&name) + 2);
    let snippet = if left > 8 { hit.snippet(&app.catalog) } else { String::new() };
    if !snippet.is_empty() {
        canvas.text(x + used + 2, area.y, end.saturating_sub(x), &clip(&snippet, left), Role::Dim);
    }
    let at = end.saturating_sub(u16::try_from(width(&kind)).unwrap_or(0));
    canvas.text(at, area.y, end - at, &pad(&kind, width(&kind)), Role::Dim);
    if chosen {
        let name_area = Area { x, width: used, y: area.y, height: 1 };
        canvas.restyle(name_area, Role::Cursor);
    }
}
