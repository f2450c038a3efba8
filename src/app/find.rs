//! What is typed: the search, the palette, the note in place.

use tui_input::{Input, InputRequest};

use super::command::{Command, Row, Scope};
use super::deed::Deed;
use super::keymap::Keymap;
use super::{App, Code, Effect, Key, Palette, Popup, Screen, Search};
use crate::catalog::{Kind, ObjectId, guide};
use crate::coverage::Ground;
use crate::search::{Hit, Index, Item, Query, fuzzy, near_id};

impl App {
    pub(super) fn start_search(&mut self, search: Search) {
        self.put_out();
        self.popups.push(Popup::Search(search));
    }

    /// Puts the hits out, and folds what was opened for them.
    pub(super) fn put_out(&mut self) {
        self.lit.clear();
        let opened = std::mem::take(&mut self.opened_by_search);
        self.grid.fold_these(&self.catalog, &opened);
    }

    /// Moves the matrix to a hit.
    fn go_to_hit(&mut self, id: ObjectId) {
        let parent = self.catalog.technique(id).and_then(|t| t.parent);
        self.opened_by_search.extend(parent.filter(|parent| !self.grid.is_open(*parent)));
        self.grid.go(&self.catalog, id);
    }

    /// How many objects and terms the search looks at.
    pub fn searched(&self) -> (usize, usize) {
        let c = &self.catalog;
        let objects = c.techniques.len() + c.mitigations.len() + c.case_studies.len() + c.tactics.len();
        (objects, guide().terms.len())
    }

    /// What is wrong with the fields of the query that is being typed.
    pub fn search_problem(&self) -> Option<String> {
        match self.popups.last()? {
            Popup::Search(search) => {
                Query::of_marks(&self.catalog, &self.assessment, search.input.value()).problem
            }
            _ => None,
        }
    }

    fn input(&mut self) -> Option<&mut Input> {
        match self.popups.last_mut()? {
            Popup::Search(search) => Some(&mut search.input),
            Popup::Palette(palette) => Some(&mut palette.input),
            Popup::Note(note) => Some(&mut note.input),
            Popup::Entry(entry) => Some(&mut entry.input),
            Popup::Name(name) => Some(&mut name.input),
            Popup::Filter(_)
            | Popup::Themes(_)
            | Popup::Form(_)
            | Popup::Confirm(_)
            | Popup::Baselines(_)
            | Popup::Help(_)
            | Popup::Messages(_)
            | Popup::Copied(_)
            | Popup::Explained(_)
            | Popup::Platforms(_) => None,
        }
    }

    /// A key that is no command of the text scope edits the text.
    pub(super) fn type_key(&mut self, key: Key) {
        if let Some(request) = edit_request(key) {
            let changed = self.input().and_then(|input| input.handle(request));
            if changed.is_some_and(|c| c.value) {
                self.typed();
            }
        }
    }

    pub(super) fn paste(&mut self, text: &str) {
        let multiline = matches!(self.popups.last(), Some(Popup::Note(_)));
        let text = crate::catalog::sanitize(text, multiline).into_owned();
        let Some(input) = self.input() else {
            let (find, note) = (self.key_of(Command::Find), self.key_of(Command::Note));
            self.tell(format!("Pasted text goes into text fields only: {find} finds, {note} writes a note."));
            return;
        };
        // At once and not letter by letter: a long text would take as long as its length squared.
        let (cursor, added) = (input.cursor(), text.chars().count());
        let at = input.value().char_indices().nth(cursor).map_or(input.value().len(), |(at, _)| at);
        let (before, after) = input.value().split_at(at);
        *input = Input::new(format!("{before}{text}{after}")).with_cursor(cursor + added);
        self.typed();
    }

    /// The text has changed: find anew, choose the first.
    fn typed(&mut self) {
        match self.popups.last_mut() {
            Some(Popup::Search(search)) => {
                let index = self.index.get_or_insert_with(|| Index::new(&self.catalog));
                let on = Ground { catalog: &self.catalog, assessment: &self.assessment, today: self.today };
                search.hits = index.find_marked(on, search.input.value());
                search.chosen = 0;
                self.lit = techniques(&search.hits).collect();
            }
            Some(Popup::Palette(palette)) => palette.chosen = 0,
            Some(Popup::Note(note)) => (note.warned, note.replaces) = (false, false),
            Some(Popup::Entry(entry)) => entry.typed(),
            _ => {}
        }
    }

    pub(super) fn choose(&mut self, by: isize) {
        if matches!(self.popups.last(), Some(Popup::Entry(_))) {
            self.complete(by);
            return;
        }
        let commands = self.palette_rows().len();
        let fields = match self.popups.last() {
            Some(Popup::Form(form)) => self.form_rows(form.id).len(),
            _ => 0,
        };
        let (chosen, count) = match self.popups.last_mut() {
            Some(Popup::Search(search)) => (&mut search.chosen, search.hits.len()),
            Some(Popup::Palette(palette)) => (&mut palette.chosen, commands),
            Some(Popup::Filter(filter)) => (&mut filter.chosen, filter.values.len()),
            Some(Popup::Baselines(choice)) => (&mut choice.chosen, choice.all.len()),
            Some(Popup::Themes(choice)) => (&mut choice.chosen, choice.names.len()),
            Some(Popup::Form(form)) => (&mut form.chosen, fields),
            Some(Popup::Platforms(choice)) => (&mut choice.chosen, choice.values.len()),
            _ => return,
        };
        *chosen = chosen.saturating_add_signed(by).min(count.saturating_sub(1));
        self.show_theme();
    }

    /// The commands that the palette offers for what is typed: by name, allowing for letters left out, or
    /// by the words of their help.
    pub fn palette_rows(&self) -> Vec<&'static Row> {
        let Some(Popup::Palette(Palette { input, .. })) = self.popups.last() else { return Vec::new() };
        let words: Vec<String> = input.value().split_whitespace().map(str::to_lowercase).collect();
        let rows: Vec<&'static Row> = Keymap::rows(self.screen_scope()).collect();
        if words.is_empty() {
            // What belongs to the screen first; moving is what the arrows are for. So many overlays would
            // push out of sight what is done to marks.
            let here = self.screen_scope();
            let is_overlay = |row: &Row| matches!(row.command, Command::Overlay(_));
            let mut rows = rows;
            rows.sort_by_key(|row| (row.command.moves(), is_overlay(row), row.scope != here));
            return rows;
        }
        let text = |row: &Row| {
            let menu = Keymap::menu_of(row).unwrap_or_default().to_lowercase();
            format!("{menu} {} {}", row.name, row.help.to_lowercase())
        };
        let names: Vec<String> = rows.iter().map(|row| row.name.replace('-', " ")).collect();
        let scores = fuzzy(&words.join(" "), &names);
        // Names that begin with what is typed, names that are like it, then what says it in its help.
        let mut found: Vec<(u8, u32, &'static Row)> = Vec::new();
        for (row, score) in rows.into_iter().zip(scores) {
            let is_menu = Keymap::menu_of(row).is_some_and(|menu| menu.to_lowercase() == words[0]);
            let begins = is_menu || row.name.starts_with(words[0].as_str());
            let says = words.iter().all(|w| text(row).contains(w.as_str()));
            // `accept all` means the command of this name, not the one whose help has the word.
            let is_named = row.name.starts_with(words[0].as_str())
                && words.iter().all(|word| row.name.contains(word.as_str()));
            match (begins && says, score, says) {
                (true, _, _) => found.push((0, u32::from(!is_named), row)),
                (false, Some(score), _) => found.push((1, u32::MAX - score, row)),
                (false, None, true) => found.push((2, 0, row)),
                (false, None, false) => {}
            }
        }
        found.sort_by_key(|(tier, rank, _)| (*tier, *rank));
        found.into_iter().map(|(.., row)| row).collect()
    }

    pub(super) fn accept(&mut self) -> Vec<Effect> {
        match self.popups.last() {
            Some(Popup::Search(_)) => {
                let Some(Popup::Search(search)) = self.popups.pop() else { return Vec::new() };
                self.take_hits(&search);
                match search.hits.get(search.chosen) {
                    Some(hit) => {
                        // Who opens a page has found it; tab keeps the others lit.
                        self.lit.clear();
                        match hit.item {
                            Item::Object(id) => self.open(id),
                            Item::Term(term) => self.open_term(term),
                        }
                    }
                    None if search.input.value().trim().is_empty() => {}
                    None => {
                        let query = search.input.value().trim();
                        let problem = Query::of_marks(&self.catalog, &self.assessment, query).problem;
                        let near = near_id(&self.catalog, query);
                        let nothing = || format!("Nothing is like `{query}`{near}.");
                        self.tell(problem.map_or_else(nothing, |problem| format!("Nothing: {problem}.")));
                    }
                }
            }
            Some(Popup::Palette(palette)) => {
                let row = self.palette_rows().get(palette.chosen).copied();
                self.popups.pop();
                if let Some(row) = row {
                    return self.run(row.command);
                }
            }
            Some(Popup::Filter(_)) => self.choose_filter(true),
            Some(Popup::Baselines(_)) => self.choose_baseline(),
            Some(Popup::Themes(_)) => return self.keep_theme(),
            Some(Popup::Platforms(_)) => return self.keep_platforms(),
            Some(Popup::Name(_)) => {
                let Some(Popup::Name(name)) = self.popups.pop() else { return Vec::new() };
                return self.named(&name);
            }
            Some(Popup::Note(_)) => return self.accept_note(),
            Some(Popup::Entry(_)) => return self.accept_entry(),
            Some(Popup::Form(_)) => return self.accept_form(),
            Some(Popup::Confirm(_)) => {
                if let Some(Popup::Confirm(confirm)) = self.popups.pop() {
                    return self.carry_out(&confirm.ids, Deed::Accept);
                }
            }
            _ => {}
        }
        Vec::new()
    }

    fn take_hits(&mut self, search: &Search) {
        self.hits = search.hits.iter().filter_map(|h| h.item.object()).collect();
        let chosen = search.hits.get(search.chosen).and_then(|h| h.item.object());
        self.hit = self.hits.iter().position(|h| Some(*h) == chosen).unwrap_or(0);
    }

    /// Leaves the search with its techniques lit, the cursor on the chosen one.
    pub(super) fn keep_hits(&mut self) {
        if !matches!(self.popups.last(), Some(Popup::Search(_))) {
            return;
        }
        let Some(Popup::Search(search)) = self.popups.pop() else { return };
        self.take_hits(&search);
        let from_chosen = search.hits.get(search.chosen..).unwrap_or_default();
        match techniques(from_chosen).chain(techniques(&search.hits)).next() {
            Some(id) => {
                self.run(super::Command::GoMatrix);
                self.go_to_hit(id);
                self.hit = self.hits.iter().position(|h| *h == id).unwrap_or(0);
                let count = self.lit.len();
                let keys = [Command::NextHit, Command::PreviousHit, Command::Close];
                let [next, previous, close] = keys.map(|command| self.key_of(command));
                self.tell(format!(
                    "{count} techniques are lit; {next} and {previous} step through them, {close} puts them out."
                ));
            }
            None => self.tell("No technique is among the hits."),
        }
    }

    pub(super) fn cancel(&mut self) {
        let key = |command| self.keymap.key_of(Scope::Text, command);
        let (cancel, accept) = (key(Command::Cancel), key(Command::Accept));
        if let Some(Popup::Note(note)) = self.popups.last_mut()
            && note.input.value() != note.before
            && !std::mem::replace(&mut note.warned, true)
        {
            self.tell(format!("The note has changed: {cancel} again drops the change, {accept} keeps it."));
            return;
        }
        match self.popups.last() {
            Some(Popup::Themes(_)) => self.leave_themes(),
            Some(Popup::Search(_)) => {
                self.popups.pop();
                self.lit.clear();
            }
            _ => {
                self.popups.pop();
            }
        }
    }

    pub(super) fn new_line(&mut self) {
        if let Some(Popup::Note(note)) = self.popups.last_mut() {
            note.input.handle(InputRequest::InsertChar('\n'));
        }
    }

    /// To the next hit: on the matrix to the next technique, elsewhere to the next page.
    pub(super) fn step_hit(&mut self, by: isize) {
        let count = self.hits.len();
        if count == 0 {
            self.tell("Nothing has been searched for yet; / finds.");
            return;
        }
        let on_matrix = *self.screen() == Screen::Matrix;
        // On the matrix only what stands in it counts.
        let fits = |id: &ObjectId| !on_matrix || id.kind() == Kind::Technique;
        let places: Vec<usize> = (0..count).filter(|at| fits(&self.hits[*at])).collect();
        if places.is_empty() {
            self.tell("No technique is among the hits.");
            return;
        }
        // From a hit that does not count, the next one is the nearest that does.
        let here = places.partition_point(|at| *at < self.hit);
        let is_place = places.get(here) == Some(&self.hit);
        let step = if by > 0 && !is_place { 0 } else { by };
        let all = isize::try_from(places.len()).unwrap_or(1);
        let next = (isize::try_from(here).unwrap_or(0) + step).rem_euclid(all);
        let next = usize::try_from(next).unwrap_or(0);
        self.hit = places[next];
        let id = self.hits[self.hit];
        if on_matrix {
            self.go_to_hit(id);
        } else {
            self.open(id);
        }
        let name = self.catalog.full_name(id);
        let of = if on_matrix && places.len() < count { "techniques found" } else { "hits" };
        self.tell(format!("{} of {} {of}: {} {name}", next + 1, places.len(), id.short()));
    }
}

/// The techniques among hits.
fn techniques(hits: &[Hit]) -> impl Iterator<Item = ObjectId> {
    hits.iter().filter_map(|h| h.item.object()).filter(|id| id.kind() == Kind::Technique)
}

/// Line editing as in a shell.
fn edit_request(key: Key) -> Option<InputRequest> {
    use InputRequest as R;
    Some(match (key.code, key.ctrl, key.alt) {
        (Code::Char(c), false, false) => R::InsertChar(c),
        (Code::Backspace, false, false) | (Code::Char('h'), true, false) => R::DeletePrevChar,
        (Code::Delete, _, _) => R::DeleteNextChar,
        (Code::Left, false, false) => R::GoToPrevChar,
        (Code::Right, false, false) => R::GoToNextChar,
        (Code::Left, _, _) | (Code::Char('b'), false, true) => R::GoToPrevWord,
        (Code::Right, _, _) | (Code::Char('f'), false, true) => R::GoToNextWord,
        (Code::Home, _, _) | (Code::Char('a'), true, false) => R::GoToStart,
        (Code::End, _, _) | (Code::Char('e'), true, false) => R::GoToEnd,
        (Code::Char('w'), true, false) | (Code::Backspace, _, true) => R::DeletePrevWord,
        (Code::Char('u'), true, false) => R::DeleteFromStart,
        (Code::Char('k'), true, false) => R::DeleteTillEnd,
        _ => return None,
    })
}
