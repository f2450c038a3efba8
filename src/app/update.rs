//! Events and commands -> changes of the app, and effects.

use super::board::BoardKind;
use super::command::{Command, Scope};
use super::keymap::Meaning;
use super::layout;
use super::{
    App, Ask, Effect, Event, Key, ListView, ObjectView, Overlay, Palette, Popup, Position, Screen, Search,
    Seek,
};
use crate::catalog::{Kind, ObjectId};
use crate::page::{self, ListKind, ListSort, Target};

impl App {
    /// Takes an event; the only code that changes the app.
    pub fn update(&mut self, event: Event) -> Vec<Effect> {
        self.passing = false;
        let effects = match event {
            Event::Key(key) => self.key(key),
            Event::Paused => {
                // The page that waits for the cursor to rest is made below.
                self.menu_open = !self.pending.is_empty() && !self.side_behind;
                Vec::new()
            }
            Event::Paste(text) => {
                self.paste(&text);
                Vec::new()
            }
            Event::Mouse(mouse) => self.mouse_did(mouse),
            Event::Screen(text) => self.send(text),
            Event::Resize(width, height) => {
                self.size = (width, height);
                Vec::new()
            }
            Event::Kept => {
                self.kept();
                Vec::new()
            }
            Event::Saved { assessment, outcomes } => {
                self.beneath_view(|app| app.saved(assessment, outcomes));
                self.take_snapshot_when_saved()
            }
            Event::NotSaved(reason) => {
                self.not_saved(reason);
                self.take_snapshot_when_saved()
            }
            Event::NotInFile(reason) => {
                self.not_in_file(reason);
                self.take_snapshot_when_saved()
            }
            Event::Changed { assessment, read_only } => {
                self.beneath_view(|app| app.changed_by_others(assessment, read_only));
                Vec::new()
            }
            Event::Snapshots { all, problems } => self.found_snapshots(all, problems),
            Event::SnapshotTaken(result) => self.snapshot_taken(result),
            Event::Published { format, path, outcome } => {
                self.published(format, path, outcome);
                Vec::new()
            }
            Event::Assessments { all, to_come } => {
                self.found_assessments(all, to_come);
                Vec::new()
            }
            Event::ShelfChanged(result) => self.shelf_changed(result),
            Event::Edited { id, note } => match note {
                Some(note) => self.set_note(id, &note),
                None => {
                    self.tell("The note is as it was.");
                    Vec::new()
                }
            },
            Event::Notice(text) => {
                self.complain(text);
                Vec::new()
            }
            Event::Themes(own) => {
                self.start_themes(own);
                Vec::new()
            }
            Event::ThemeKept(result) => {
                self.theme_kept(result);
                Vec::new()
            }
            Event::Baselines { all, problems } => {
                self.start_baselines(all, problems);
                Vec::new()
            }
            Event::Today(date) => {
                self.today = date;
                self.revision += 1;
                Vec::new()
            }
        };
        self.arrange();
        self.extend_range();
        effects
    }

    fn key(&mut self, key: Key) -> Vec<Effect> {
        // Nothing is done blind: where the screens don't fit, only leaving works.
        if layout::frame(self.size, false).is_none() {
            self.pending.clear();
            return match self.keymap.meaning(Scope::Anywhere, &[key]) {
                Meaning::Run(
                    command @ (Command::Quit | Command::QuitNow | Command::Suspend | Command::Redraw),
                ) => {
                    self.popups.clear();
                    self.run(command)
                }
                _ => Vec::new(),
            };
        }
        self.message = None;
        // Who types on without a pause knows the keys: no frame is spent on the menu.
        self.menu_open = (self.menu_open && !self.pending.is_empty()) || self.menu_pause == 0;
        self.pending.push(key);
        match self.keymap.meaning(self.scope(), &self.pending) {
            Meaning::Run(command) => {
                self.pending.clear();
                self.run(command)
            }
            Meaning::Pending => {
                let menu = self.keymap.menu(self.scope(), &self.pending);
                if menu == Some("Mark") && self.mark_targets().is_empty() {
                    self.pending.clear();
                    self.tell("There is nothing to mark here: marks go to techniques and mitigations.");
                }
                Vec::new()
            }
            Meaning::Nothing => {
                let keys = std::mem::take(&mut self.pending);
                match keys.as_slice() {
                    [key] if !self.popups.is_empty() => self.type_key(*key),
                    [_, .., last] if self.alone(*last) == Meaning::Run(Command::QuitNow) => {
                        return self.run(Command::QuitNow);
                    }
                    // A sequence is left by Esc without a word; anything else that means nothing is said.
                    [_, .., last] if self.alone(*last) == Meaning::Run(Command::Close) => {}
                    keys => {
                        let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
                        let help = self.key_of(Command::Help);
                        self.tell(format!("{} means nothing here; {help} shows the keys.", keys.join(" ")));
                    }
                }
                Vec::new()
            }
        }
    }

    /// What a key means by itself, whatever was pressed before.
    fn alone(&self, key: Key) -> Meaning {
        self.keymap.meaning(self.scope(), &[key])
    }

    /// Carries out a command, from a key or from the palette.
    pub fn run(&mut self, command: Command) -> Vec<Effect> {
        // Only a second quit right after the first means it.
        self.saving.warned &= command == Command::Quit;
        self.passing = command.steps() && self.popups.is_empty() && self.side_focus.is_none();
        let popup = self.popups.last();
        if matches!(popup, Some(Popup::Help(_) | Popup::Messages(_) | Popup::Copied(_) | Popup::Explained(_)))
        {
            return self.run_in_popup(command);
        }
        match command {
            Command::Left => self.sideways(-1),
            Command::Right => self.sideways(1),
            Command::Down => self.vertical(1),
            Command::Up => self.vertical(-1),
            Command::PageLeft => self.page_sideways(-1),
            Command::PageRight => self.page_sideways(1),
            Command::HalfPageUp => self.page(-1, 2),
            Command::HalfPageDown => self.page(1, 2),
            Command::PageUp => self.page(-1, 1),
            Command::PageDown => self.page(1, 1),
            Command::Top => self.end(-1),
            Command::Bottom => self.end(1),
            Command::First => self.first_or_last(-1),
            Command::Last => self.first_or_last(1),
            Command::PreviousSection => self.section(-1),
            Command::NextSection => self.section(1),
            Command::ScrollDown => self.scroll(1),
            Command::ScrollUp => self.scroll(-1),
            Command::NextPane => self.pane(1),
            Command::PreviousPane => self.pane(-1),
            Command::Open => return self.open_under_cursor(),
            Command::Close => self.close(),
            Command::Back => self.travel(-1),
            Command::Forward => self.travel(1),
            Command::GoMatrix => self.go_matrix(),
            Command::GoTechniques => self.go_list(ListKind::Techniques),
            Command::GoMitigations => self.go_list(ListKind::Mitigations),
            Command::GoCaseStudies => self.go_list(ListKind::CaseStudies),
            Command::GoGlossary => {
                if !matches!(self.screen(), Screen::Glossary(_)) {
                    self.go(Screen::Glossary(Position::default()));
                }
            }
            Command::GoCards => self.go_cards(),
            Command::GoCoverage => return self.go_board(BoardKind::Coverage),
            Command::GoPlan => return self.go_board(BoardKind::Plan),
            Command::GoAssessments => return self.go_board(BoardKind::Assessments),
            Command::Explain => self.explain_here(),
            Command::Export(format) => {
                self.ask_export(format);
                // The trend of a report is that of the snapshots.
                if self.snapshots.is_none() {
                    return vec![Effect::FindSnapshots];
                }
            }
            Command::TakeSnapshot => self.ask_snapshot(),
            Command::OwnMarks => self.own_marks(),
            Command::NewAssessment => self.ask_new_assessment(),
            Command::CopyAssessment => self.ask_copy(),
            Command::RenameAssessment => self.ask_rename(),
            Command::Platforms => self.start_platforms(),
            Command::Compare => return self.compare(),
            Command::WorstCase => self.worst_case(),
            Command::GoTwin => {
                if !self.grid.twin(&self.catalog) {
                    self.tell("This technique stands in one column only.");
                }
            }
            Command::GoParent => self.go_parent(),
            Command::Mark(state) => return self.mark(state),
            Command::RepeatMark => return self.repeat_mark(),
            Command::Owner => self.ask(Ask::Owner),
            Command::Review => self.ask(Ask::Review),
            Command::Tested => self.ask(Ask::Tested),
            Command::Evidence => self.ask(Ask::Kind),
            Command::OwnControl => self.ask(Ask::Control),
            Command::MarkForm => self.open_form(),
            Command::TakeAway => return self.take_away(),
            Command::AcceptSuggested => return self.accept_suggested(),
            Command::AcceptAllSuggestions => self.ask_to_accept_all(),
            Command::Select => self.toggle_selected(),
            Command::SelectRange => self.select_range(),
            Command::SelectAll => self.select_all(),
            Command::SelectHits => self.select_hits(),
            Command::Note => self.start_note(),
            Command::NoteInEditor => return self.note_in_editor(),
            Command::Undo => return self.undo(),
            Command::Redo => return self.redo(),
            Command::Find => self.start_search(Search::default()),
            Command::NextHit => self.step_hit(1),
            Command::PreviousHit => self.step_hit(-1),
            Command::ZoomIn => self.grid.zoom = self.grid.zoom.closer(),
            Command::ZoomOut => self.grid.zoom = self.grid.zoom.wider(),
            Command::ZoomFit => self.grid.zoom = super::Zoom::WHOLE,
            Command::Fold => {
                // From now on it is the user who has opened what is open.
                self.opened_by_search.clear();
                if !self.grid.fold(&self.catalog) {
                    self.tell("This technique has no sub-techniques.");
                }
            }
            Command::FoldAll => {
                self.opened_by_search.clear();
                self.grid.fold_all(&self.catalog);
            }
            Command::SidePane => self.toggle_side(),
            Command::Overlay(Overlay::Difference) => {
                self.tell("Reading the snapshots and the other assessments.");
                return vec![Effect::FindBaselines];
            }
            Command::Overlay(overlay) => self.show_overlay(overlay),
            Command::NextOverlay => self.next_overlay(),
            Command::Filter(aspect) => self.start_filter(aspect),
            Command::HideOthers => self.hide_others(),
            Command::ClearFilter => self.clear_filter(),
            Command::Sort => self.sort(),
            Command::Help => self.popups.push(Popup::Help(0)),
            Command::Palette => self.popups.push(Popup::Palette(Palette::default())),
            Command::Messages => self.popups.push(Popup::Messages(usize::MAX)),
            Command::Copy(what) => return self.copy(what),
            Command::CopyScreen => return vec![Effect::CopyScreen],
            Command::ShowCopied => self.show_copied(),
            Command::Mouse => {
                self.mouse = !self.mouse;
                self.tell(if self.mouse {
                    "The mouse works here; with shift it selects text."
                } else {
                    "The mouse is the terminal's again: it selects text."
                });
                return vec![Effect::Mouse(self.mouse)];
            }
            Command::Redraw => return vec![Effect::Redraw],
            Command::Suspend => return vec![Effect::Suspend],
            Command::Quit => return self.quit(),
            Command::QuitNow => return vec![Effect::Quit],
            Command::Accept => return self.accept(),
            Command::KeepHits if matches!(self.popups.last(), Some(Popup::Entry(_))) => self.complete(1),
            Command::KeepHits => self.keep_hits(),
            Command::NewLine => self.new_line(),
            Command::Cancel => self.cancel(),
            Command::ChooseNext => self.choose(1),
            Command::ChoosePrevious => self.choose(-1),
            Command::Toggle if self.popups.is_empty() => self.tick(),
            Command::Toggle => {
                self.choose_filter(false);
                self.tick_platform();
            }
            Command::ChooseTheme => return vec![Effect::FindThemes],
            Command::TurnCard => self.turn_card(),
            Command::KnowCard => self.put_card(true),
            Command::RepeatCard => self.put_card(false),
        }
        Vec::new()
    }

    /// Help and messages only scroll and close. The ui keeps them from running off the end.
    fn run_in_popup(&mut self, command: Command) -> Vec<Effect> {
        let page = usize::from(self.size.1.saturating_sub(6)).max(1);
        let last = self.popup_lines().saturating_sub(page);
        let Some(Popup::Help(at) | Popup::Messages(at) | Popup::Copied(at) | Popup::Explained(at)) =
            self.popups.last_mut()
        else {
            return Vec::new();
        };
        let here = (*at).min(last);
        *at = match command {
            Command::Down => (here + 1).min(last),
            Command::Up => here.saturating_sub(1),
            Command::PageDown => (here + page).min(last),
            Command::PageUp => here.saturating_sub(page),
            Command::Top => 0,
            Command::Bottom => last,
            Command::QuitNow => return vec![Effect::Quit],
            _ => {
                self.popups.pop();
                if command == Command::Palette {
                    self.popups.push(Popup::Palette(Palette::default()));
                }
                return Vec::new();
            }
        };
        Vec::new()
    }

    fn open_under_cursor(&mut self) -> Vec<Effect> {
        match self.focused_pane().and_then(|p| p.link()).map(|l| l.target.clone()) {
            Some(Target::Figure(figure)) => {
                self.show_figures(&[figure]);
                return Vec::new();
            }
            Some(Target::Assessment(at)) => return self.open_assessment(at),
            Some(Target::Snapshot(at)) => {
                self.view_snapshot(at);
                return Vec::new();
            }
            _ => {}
        }
        if let Some(Target::Url(url)) = self.focused_pane().and_then(|p| p.link()).map(|l| l.target.clone()) {
            // A browser may be on another machine than this program, so the address is shown, not opened.
            let is_long = page::width(&url) + 2 > usize::from(self.size.0);
            self.tell(url);
            if is_long {
                // The messages show it whole.
                self.popups.push(Popup::Messages(usize::MAX));
            }
            return Vec::new();
        }
        match self.under_cursor() {
            Some(id) => {
                let from = self.page_object();
                self.open(id);
                self.seek = from.filter(|_| id.kind() == Kind::CaseStudy).map(Seek::Step).or(self.seek);
            }
            None if matches!(self.screen(), Screen::Object(_) | Screen::Glossary(_) | Screen::Board(_)) => {
                let (down, up) = (self.key_of(Command::Down), self.key_of(Command::Up));
                self.tell(format!("No link is chosen; {down} and {up} move from link to link."));
            }
            None => {}
        }
        Vec::new()
    }

    /// The object whose page is read: that of the screen, or the one beside the matrix.
    pub(super) fn page_object(&self) -> Option<ObjectId> {
        match self.screen() {
            Screen::Object(view) => Some(view.id),
            Screen::Matrix => self.grid.cursor.map(|c| c.id),
            Screen::List(_) | Screen::Glossary(_) | Screen::Deck | Screen::Board(_) => None,
        }
    }

    /// Opens the glossary at a term.
    pub(super) fn open_term(&mut self, term: usize) {
        self.go(Screen::Glossary(Position::default()));
        self.seek = Some(Seek::Term(term));
    }

    /// Opens the page of an object.
    pub(super) fn open(&mut self, id: ObjectId) {
        if id.kind() == Kind::Technique {
            self.grid.go(&self.catalog, id);
        }
        self.go(Screen::Object(ObjectView::new(id)));
        // What one opens a case study for are its steps, and the links there.
        self.seek = (id.kind() == Kind::CaseStudy).then_some(Seek::Steps);
    }

    /// To a new place; what was forward is forgotten, as in a browser.
    pub(super) fn go(&mut self, screen: Screen) {
        self.remember_positions();
        self.places.truncate(self.place + 1);
        self.places.push(screen);
        self.place = self.places.len() - 1;
        self.side_focus = None;
        self.arranged = None;
        self.panes.clear();
    }

    fn travel(&mut self, by: isize) {
        let to = self.place.checked_add_signed(by).filter(|to| *to < self.places.len());
        match to {
            Some(to) => {
                self.remember_positions();
                self.place = to;
                self.side_focus = None;
                self.arranged = None;
                self.panes.clear();
                // The matrix follows the pages, so that leaving one leads to its technique.
                if let Screen::Object(ObjectView { id, .. }) = *self.screen() {
                    self.grid.go(&self.catalog, id);
                }
            }
            None => self.tell(if by < 0 { "Nothing to go back to." } else { "Nothing to go forward to." }),
        }
    }

    fn go_matrix(&mut self) {
        if *self.screen() != Screen::Matrix {
            self.go(Screen::Matrix);
        }
    }

    fn go_list(&mut self, kind: ListKind) {
        if !matches!(self.screen(), Screen::List(view) if view.kind == kind) {
            self.go(Screen::List(ListView { kind, sort: ListSort::Id, cursor: 0, top: 0 }));
        }
    }

    fn go_parent(&mut self) {
        let id = match self.screen() {
            Screen::Object(view) => Some(view.id),
            _ => self.under_cursor(),
        };
        match id.and_then(|id| self.catalog.technique(id)).and_then(|t| t.parent) {
            Some(parent) if *self.screen() == Screen::Matrix => {
                self.grid.go(&self.catalog, parent);
            }
            Some(parent) => self.open(parent),
            None => self.tell("This is no sub-technique."),
        }
    }

    fn close(&mut self) {
        if self.side_focus.is_some() {
            self.side_focus = None;
        } else if self.leave_selection() {
            // That was the nearest level.
        } else if *self.screen() == Screen::Matrix {
            self.put_out();
        } else if self.place > 0 {
            self.travel(-1);
        }
    }

    fn toggle_side(&mut self) {
        if self.size.0 < layout::TWO_PANES {
            self.tell("There is room for a pane beside the matrix from 120 columns on.");
        } else {
            self.side = !self.side;
        }
    }

    fn sort(&mut self) {
        if matches!(self.screen(), Screen::Board(_)) {
            self.sort_board();
            return;
        }
        let Some(Screen::List(view)) = self.screen_mut() else { return };
        let sorts = ListSort::of(view.kind);
        let at = sorts.iter().position(|s| *s == view.sort).unwrap_or(0);
        view.sort = sorts[(at + 1) % sorts.len()];
        // Who asks for another order wants to see what comes first in it.
        view.cursor = 0;
        let word = view.sort.word(view.kind);
        self.list.clear();
        self.tell(format!("Sorted by {word}."));
    }

    fn quit(&mut self) -> Vec<Effect> {
        if self.saving.failed.is_empty() || self.saving.warned {
            return vec![Effect::Quit];
        }
        self.saving.warned = true;
        let quit = self.key_of(Command::Quit);
        self.complain(format!("Not everything is saved; trying again. {quit} again quits without it."));
        self.send_failed_again()
    }
}
