//! The title bar, and the rows below the body: what is under the cursor, what the glyphs mean, hints.

use std::collections::BTreeSet;

use super::canvas::Canvas;
use super::short::short_name;
use super::theme::Role;
use crate::app::{App, Area, BoardKind, Command, Frame, Overlay, Popup, SavingState, Screen};
use crate::config::Depth;
use crate::coverage::{State, suggestion};
use crate::page::{ListKind, clip, width};

/// The cells of an assessment's name below which it says nothing.
const LEAST_NAME: usize = 6;

pub(super) fn title(app: &App, canvas: &mut Canvas<'_>, area: Area) {
    let place = match app.screen() {
        Screen::Matrix => {
            let subs = if app.grid.all_open() { "+subs" } else { "" };
            let overlay = app.overlay_title().map(|title| format!(" | {title}")).unwrap_or_default();
            format!("Matrix z{}{subs}{overlay}", app.grid.zoom.level())
        }
        Screen::List(view) => {
            let name = match view.kind {
                ListKind::Techniques => "Techniques",
                ListKind::Mitigations => "Mitigations",
                ListKind::CaseStudies => "Case studies",
            };
            if app.looked_at().is_none() {
                name.to_owned()
            } else {
                format!("{name}, {} of {}", app.list.len(), app.listed(view.kind))
            }
        }
        Screen::Object(view) => view.id.short(),
        Screen::Glossary(_) => "Glossary".to_owned(),
        Screen::Deck => "Cards".to_owned(),
        Screen::Board(view) => match view.kind {
            BoardKind::Coverage => "Coverage".to_owned(),
            BoardKind::Plan => "Fix first".to_owned(),
            BoardKind::Assessments => "Assessments".to_owned(),
            BoardKind::Comparison => "Compared".to_owned(),
        },
    };
    let place = match (app.selection.len(), app.selects_range()) {
        (0, false) => place,
        (count, false) => format!("{place}, {count} selected"),
        (count, true) => format!("{place}, {count} selected ..."),
    };
    let rollup = &app.figures().whole;
    let saving = match app.saving_state() {
        SavingState::Unchanged => String::new(),
        SavingState::Saving => ", saving".to_owned(),
        SavingState::Saved => ", saved".to_owned(),
        SavingState::NotSaved(count) => format!(", {count} NOT SAVED"),
        SavingState::Behind(count) => format!(", {count} IN JOURNAL ONLY"),
        SavingState::ReadOnly => ", READ-ONLY".to_owned(),
    };
    let conflicts = match app.assessment.in_conflict().count() {
        0 => String::new(),
        1 => ", 1 conflict".to_owned(),
        count => format!(", {count} conflicts"),
    };
    let left = format!(" ATLAS {} {} | {place}", app.catalog.release, app.source);
    let figures = format!("{}/{}", rollup.assessed(), rollup.total());
    let of = match (app.lens.is_empty(), app.scope_of_assessment().is_some(), app.is_beyond_scope()) {
        (false, ..) => " (filtered)",
        (true, true, false) => " (in scope)",
        (true, _, true) => " (beyond scope)",
        (true, false, false) => "",
    };
    let total = usize::from(area.width);
    // In a narrow window words go first: the source of the texts is always named, and who has several
    // assessments has to see which one is marked, and that a figure is not of everything.
    let [long, short, least] = [
        format!("{figures} assessed{of}{conflicts}{saving} "),
        format!("{figures}{of}{conflicts}{saving} "),
        format!("{figures}{conflicts}{saving} "),
    ];
    let room = total.saturating_sub(width(&left) + width(&short) + 2);
    let name = clip(&app.name, room);
    let mut rights = vec![format!("{} {long}", app.name)];
    if room >= LEAST_NAME {
        rights.push(format!("{name} {short}"));
    }
    rights.extend([long, short, least.clone()]);
    let fits = |right: &&String| width(&left) + 1 + width(right) <= total;
    let right = rights.iter().find(fits).unwrap_or(&least);
    let right = clip(right, total);
    let left = clip(&left, (total - width(&right)).saturating_sub(1));
    let gap = " ".repeat(total - width(&left) - width(&right));
    canvas.row(area, &format!("{left}{gap}{right}"), Role::Bar);
}

pub(super) fn below(app: &App, canvas: &mut Canvas<'_>, frame: Frame) {
    info(app, canvas, frame.info);
    if frame.legend.height > 0 {
        if app.lens.is_empty() {
            legend(app, canvas, frame.legend);
        } else {
            filter(app, canvas, frame.legend);
        }
    }
    hints(app, canvas, frame.hints);
}

/// The last message; what could not be saved, as long as it is not; else what is under the cursor.
fn info(app: &App, canvas: &mut Canvas<'_>, area: Area) {
    if let Some(message) = &app.message {
        let role = if message.is_error { Role::Error } else { Role::Strong };
        canvas.row(area, &format!(" {}", message.text), role);
    } else if let Some(reason) = app.save_failure() {
        canvas.row(area, &format!(" NOT SAVED: {reason}"), Role::Error);
    } else if let Some(reason) = app.save_delay() {
        canvas.row(area, &format!(" NOT IN THE FILE: {reason}"), Role::Error);
    } else if matches!(app.popups.last(), Some(Popup::Themes(_))) && canvas.depth == Depth::Monochrome {
        // Who looks for what changes has to know why nothing does.
        let why = " No colours here (NO_COLOR, TERM or --color): all themes look alike.";
        canvas.row(area, why, Role::Strong);
    } else if let Some(Popup::Search(search)) = app.popups.last() {
        // A text hit shows where it was found; the rows of the search are too narrow for it.
        let hit = search.hits.get(search.chosen).map(|hit| (hit, hit.snippet(&app.catalog)));
        let hit = hit.filter(|(_, snippet)| !snippet.is_empty());
        let text = hit.map(|(hit, snippet)| format!(" {}: {snippet}", hit.item.label()));
        canvas.row(area, &text.unwrap_or_default(), Role::Normal);
    } else {
        match app.screen() {
            Screen::Matrix if app.side_focus.is_none() => cell_info(app, canvas, area),
            _ => {
                let text = app.mark_target().map(|id| {
                    let mark = app.assessment.mark(id);
                    let state = mark.state(app.today);
                    let name = app.catalog.full_name(id);
                    let key = app.keymap.opens(app.screen_scope(), "Mark");
                    let key = |does| key.map(|key| format!("; {key} {does} it")).unwrap_or_default();
                    let word = match mark.status_dispute() {
                        Some(words) => format!("conflict, {words}{}", key("settles")),
                        None => format!("{}{}", state.word(), key("marks")),
                    };
                    let accept = app.key_of(Command::AcceptSuggested);
                    let suggests = suggestion(&app.catalog, &app.assessment, id, app.today)
                        .map(|s| {
                            format!(
                                "; suggests {} {}, {accept} accepts",
                                State::from(s.to).glyph(),
                                s.to.word()
                            )
                        })
                        .unwrap_or_default();
                    // What a mitigation would bring is worth more than how to mark it.
                    let word = app.if_done().unwrap_or(&word);
                    format!(" {} {} {name}: {word}{suggests}", state.glyph(), id.short())
                });
                canvas.row(area, &text.unwrap_or_default(), Role::Dim);
            }
        }
    }
}

fn cell_info(app: &App, canvas: &mut Canvas<'_>, area: Area) {
    let Some(technique) = app.grid.cursor.and_then(|c| app.catalog.technique(c.id)) else { return };
    let mark = app.assessment.mark(technique.id);
    let state = mark.state(app.today);
    let mut about = format!("  {}", state.glyph());
    // First what the overlay is about: the rest is on the page, too.
    let said = app.about_sign(technique.id).map(|said| format!("  {said}"));
    let dispute = mark.status_dispute();
    let is_wide = usize::from(area.width) >= 100;
    match &dispute {
        Some(words) => about.push_str(&format!(" conflict, {words}")),
        None if is_wide => about.push_str(&format!(" {}", state.word())),
        None => {}
    }
    about.push_str(said.as_deref().unwrap_or_default());
    // A conflict, or what the overlay says, is worth more than counts where there is no room for both.
    if is_wide || (dispute.is_none() && said.is_none()) {
        if let Some(maturity) = technique.maturity {
            about.push_str(&format!("  {}", maturity.word()));
        }
        let mut studies: Vec<_> = technique.steps.iter().map(|s| s.case_study).collect();
        studies.dedup();
        about.push_str(&format!("  {} mit  {} cs", technique.mitigations.len(), studies.len()));
        if !technique.subs.is_empty() {
            about.push_str(&format!("  {} subs", technique.subs.len()));
        }
    }
    if mark.note.is_some() {
        about.push_str("  note");
    }
    if app.overlay != Overlay::Suggestions
        && let Some(s) = suggestion(&app.catalog, &app.assessment, technique.id, app.today)
    {
        about.push_str(&format!("  suggests {} {}", State::from(s.to).glyph(), s.to.word()));
    }
    let twins = app.grid.twins(&app.catalog);
    let names: Vec<String> =
        twins.iter().filter_map(|c| app.catalog.tactics.get(*c)).map(|t| short_name(&t.name)).collect();
    if !names.is_empty() {
        about.push_str(&format!("  = {}", names.join(" ")));
    }
    let tactic = app.grid.cursor.and_then(|c| app.catalog.tactics.get(c.column)).map_or("", |t| &*t.name);
    let name = format!(" {} {}", technique.id.short(), app.catalog.full_name(technique.id));
    // The columns' heads are short, so the tactic's name is spelled out where there is room.
    let whole = format!(" {tactic}:{name}");
    let name = if width(&whole) + width(&about) <= usize::from(area.width) { whole } else { name };
    let room = usize::from(area.width).saturating_sub(width(&about));
    canvas.fill(area, Role::Normal);
    let used = canvas.text(area.x, area.y, area.width, &clip(&name, room), Role::Strong);
    canvas.text(area.x + used, area.y, area.width - used, &about, Role::Normal);
}

/// What is looked at, in place of the legend: figures are worth nothing without it.
fn filter(app: &App, canvas: &mut Canvas<'_>, area: Area) {
    let scope = app.scope_of_assessment().filter(|_| !app.is_beyond_scope());
    let all = scope.map_or(app.catalog.techniques.len(), BTreeSet::len);
    let count = app.looked_at().map_or(0, BTreeSet::len);
    let hide = if app.grid.hides() { "show" } else { "hide" };
    let (others, off) = (app.key_of(Command::HideOthers), app.key_of(Command::ClearFilter));
    let after = format!(": {count} of {all}; {others} {hide} others, {off} off");
    let room = usize::from(area.width).saturating_sub(width(&after) + 1);
    canvas.fill(area, Role::Normal);
    // As one would write it in a search where there is room.
    let query = app.lens.query();
    let query = if width(&query) <= room { query } else { clip(&app.lens.describe(), room) };
    let used = canvas.text(area.x + 1, area.y, area.width, &query, Role::Strong);
    let used =
        used + canvas.text(area.x + 1 + used, area.y, area.width.saturating_sub(used + 1), &after, Role::Dim);
    // Half a legend would look like a whole one.
    let legend = app.overlay.legend().iter().map(|(_, word)| width(word) + 3).sum::<usize>();
    let left = area.width.saturating_sub(used + 2);
    if app.overlay != Overlay::Coverage && legend <= usize::from(left) {
        signs(app, canvas, Area { x: area.x + area.width - left, width: left, ..area });
    }
}

/// What the signs of the overlay mean.
fn signs(app: &App, canvas: &mut Canvas<'_>, area: Area) {
    let mut x = area.x + 1;
    let end = area.x + area.width;
    for (sign, word) in app.overlay.legend() {
        if usize::from(end.saturating_sub(x)) < 2 + width(word) {
            break;
        }
        x += canvas.text(x, area.y, end.saturating_sub(x), sign.glyph.encode_utf8(&mut [0; 4]), sign.role);
        x += canvas.text(x, area.y, end.saturating_sub(x), &format!(" {word}"), Role::Dim);
        x += 1;
    }
}

fn legend(app: &App, canvas: &mut Canvas<'_>, area: Area) {
    canvas.fill(area, Role::Normal);
    if app.overlay != Overlay::Coverage {
        return signs(app, canvas, area);
    }
    let mut x = area.x + 1;
    // Conflicts are rare; what they look like is told where there are any.
    let conflict = app.figures().in_conflict.then_some(State::Conflict);
    for state in State::ALL.into_iter().chain(conflict) {
        // "covered, tested" is short for the legend's sake only.
        let word = match state {
            State::Tested => "tested",
            State::NotApplicable => "n/a",
            State::Accepted => "accepted",
            other => other.word(),
        };
        let end = area.x + area.width;
        // A glyph without its word would look like the end of the word before it.
        if usize::from(end.saturating_sub(x)) < 2 + width(word) {
            break;
        }
        x += canvas.text(x, area.y, end.saturating_sub(x), &state.glyph().to_string(), Role::State(state));
        x += canvas.text(x, area.y, end.saturating_sub(x), &format!(" {word}"), Role::Dim);
        x += 1;
    }
    if usize::from(area.x + area.width).saturating_sub(usize::from(x)) > 22 {
        canvas.text(x, area.y, area.x + area.width - x, " = twin  v worse below", Role::Dim);
    }
}

/// What can be done here.
fn hints(app: &App, canvas: &mut Canvas<'_>, area: Area) {
    canvas.fill(area, Role::Normal);
    let end = area.x + area.width;
    for hint in app.hints(area.width) {
        let x = area.x + hint.x;
        let used = canvas.text(x, area.y, end.saturating_sub(x), &hint.key, Role::Strong);
        let x = x + used;
        canvas.text(x, area.y, end.saturating_sub(x), &format!(" {}", hint.word), Role::Dim);
    }
}
