//! An app in memory: keys and other events in, screens out, a store of paper behind it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, OnceLock};

pub use atlasnav::app::Start;
use atlasnav::app::{
    App, Baseline, Effect, Event, Key, Keymap, Message, Published, Shelved, Snapshot, UserTheme,
};
use atlasnav::catalog::{self, Catalog, ObjectId};
use atlasnav::config::{Charset, Depth, Settings, Theme};
use atlasnav::coverage::{Assessment, History, Mark, Record, State, merge};
use atlasnav::ui::Ui;
use jiff::civil::{Date, date};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::picture::{picture, rows};

pub const TODAY: Date = date(2026, 11, 23);

/// The built-in catalogue, decoded once.
pub fn builtin() -> Arc<Catalog> {
    static CATALOG: OnceLock<Arc<Catalog>> = OnceLock::new();
    CATALOG.get_or_init(|| Arc::new(catalog::builtin().expect("the built-in catalogue decodes"))).clone()
}

pub fn id(text: &str) -> ObjectId {
    ObjectId::parse_loosely(text).expect("an id")
}

/// An assessment in which every state occurs, in parents and sub-techniques, and some notes.
pub fn spread() -> Assessment {
    let mut assessment = Assessment::default();
    for id in builtin().markable() {
        let at = usize::from(id.number() * 5 + id.sub_number().map_or(0, |s| s * 3 + 1)) % 11;
        if let Some(state) = State::ALL.get(at) {
            let mut mark = assessment.mark(id).clone();
            mark.set_state(*state, TODAY);
            mark.by = Some("you".to_owned());
            mark.on = Some(date(2026, 8, 2));
            if mark.status != atlasnav::coverage::Status::Unassessed {
                assessment.marks.insert(id, mark);
            }
        }
    }
    if let Some(mark) = assessment.marks.values_mut().next() {
        mark.set_note("The crawler of the web site is limited.\nAsk platform-sec before the review.");
    }
    assessment
}

/// A mark that two people set differently: partial, says you; covered, says soc.
pub fn contradiction() -> Mark {
    let mark = |state, by: &str, day| {
        let mut mark = Mark { by: Some(by.to_owned()), on: Some(date(2026, 11, day)), ..Mark::default() };
        mark.set_state(state, TODAY);
        mark
    };
    merge(&Mark::default(), &mark(State::Partial, "you", 21), &mark(State::Covered, "soc", 20)).mark
}

/// Two snapshots of [`spread`]: one of half its marks that knew fewer techniques, and one of all but a few.
pub fn snapshots() -> Vec<Snapshot> {
    let snapshot = |name: &str, on: Date, part: usize, known: usize| {
        let mut assessment = spread();
        "2026.08".clone_into(&mut assessment.release);
        let mut count = 0;
        assessment.marks.retain(|_, _| {
            count += 1;
            count % part != 0
        });
        let known = builtin()
            .markable()
            .enumerate()
            .collect::<Vec<_>>()
            .into_iter()
            .filter(|(at, _)| at % known != 0);
        Snapshot { name: name.to_owned(), on, assessment, known: known.map(|(_, id)| id).collect() }
    };
    vec![snapshot("q1", date(2026, 3, 31), 2, 20), snapshot("q2", date(2026, 6, 30), 7, 40)]
}

/// Three assessments on a shelf: [`spread`], a small one for agents, and one that can't be read.
pub fn shelf() -> Vec<Shelved> {
    let mut bot = Assessment::default();
    "Support bot".clone_into(&mut bot.about.name);
    bot.about.platforms = vec!["agentic-ai".to_owned()];
    for what in ["t51", "t53", "t0", "m20"] {
        let mut mark = Mark { on: Some(date(2026, 10, 2)), ..Mark::default() };
        mark.set_state(State::Covered, TODAY);
        bot.marks.insert(id(what), mark);
    }
    let shelved = |key: &str, assessment: Result<Assessment, String>, is_open| Shelved {
        key: key.to_owned(),
        assessment: assessment.map(Arc::new),
        is_open,
    };
    vec![
        shelved("acme", Ok(spread()), true),
        shelved("support-bot", Ok(bot), false),
        shelved("torn", Err("torn.yaml, line 3: this is no YAML; mend it".to_owned()), false),
    ]
}

/// With the marks of [`spread`], the snapshots and the shelf.
pub fn library(width: u16, height: u16) -> Journey {
    let mut journey = marked(width, height);
    journey.snapshots = snapshots();
    journey.shelf = shelf();
    journey
}

/// How the store of paper answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answers {
    AtOnce,
    /// Not before [`Journey::answer`].
    Later,
    /// With this reason for not saving.
    No(String),
}

pub struct Journey {
    pub app: App,
    pub ui: Ui,
    pub answers: Answers,
    /// What the store holds.
    pub stored: Assessment,
    /// What the editor is left with; None for a note that was not changed.
    pub editor: Option<String>,
    /// What the editor was opened with.
    pub edited: Vec<String>,
    /// The user's own themes, on paper.
    pub themes: Vec<UserTheme>,
    /// What there is to compare with, on paper.
    pub baselines: Vec<Baseline>,
    /// The theme that was written into the settings.
    pub kept_theme: Option<String>,
    pub quit: bool,
    pub redraws: usize,
    /// What went to the clipboard.
    pub copied: Vec<String>,
    pub suspends: usize,
    pub saves: usize,
    /// The snapshots and the other assessments on paper.
    pub snapshots: Vec<Snapshot>,
    pub shelf: Vec<Shelved>,
    /// The key of the assessment that was opened in place of this one.
    pub opened: Option<String>,
    /// The files on paper.
    pub files: BTreeMap<String, Vec<u8>>,
    history: History,
    waiting: VecDeque<Record>,
    typed: String,
}

/// With the built-in catalogue and an empty assessment.
pub fn journey(width: u16, height: u16) -> Journey {
    Journey::new(start((width, height)))
}

/// With the built-in catalogue, the marks of [`spread`], and a snapshot without any marks.
pub fn marked(width: u16, height: u16) -> Journey {
    let mut journey = Journey::new(Start { assessment: spread(), ..start((width, height)) });
    let (name, on) = ("q2".to_owned(), Some(date(2026, 6, 30)));
    journey.baselines = vec![Baseline { name, on, assessment: Assessment::default(), known: None }];
    journey
}

pub fn start(size: (u16, u16)) -> Start {
    Start {
        catalog: builtin(),
        source: "built-in summaries".to_owned(),
        warnings: Vec::new(),
        notices: Vec::new(),
        assessment: Assessment::default(),
        name: "acme".to_owned(),
        read_only: None,
        author: Some("you".to_owned()),
        today: TODAY,
        mouse: false,
        size,
        settings: Settings::default(),
        theme: Theme::default(),
        keymap: Keymap::default(),
    }
}

impl Journey {
    pub fn new(start: Start) -> Journey {
        Journey {
            stored: start.assessment.clone(),
            app: App::new(start),
            ui: Ui::new(Depth::Sixteen),
            answers: Answers::AtOnce,
            editor: None,
            edited: Vec::new(),
            themes: Vec::new(),
            baselines: Vec::new(),
            kept_theme: None,
            quit: false,
            redraws: 0,
            copied: Vec::new(),
            suspends: 0,
            saves: 0,
            snapshots: Vec::new(),
            shelf: Vec::new(),
            opened: None,
            files: BTreeMap::new(),
            history: History::default(),
            waiting: VecDeque::new(),
            typed: String::new(),
        }
    }

    /// Presses keys: characters, and names in angle brackets: `lj<space>/poison<enter>`.
    pub fn keys(mut self, keys: &str) -> Self {
        self.press(keys);
        self
    }

    pub fn press(&mut self, keys: &str) {
        if !self.typed.is_empty() {
            self.typed.push(' ');
        }
        self.typed.push_str(keys);
        for key in parse(keys) {
            self.event(Event::Key(key));
        }
        // Nobody types on before the journey does.
        if self.app.wants_pause().is_some() {
            self.event(Event::Paused);
        }
    }

    pub fn paste(mut self, text: &str) -> Self {
        self.typed.push_str(&format!(" (paste {text:?})"));
        self.event(Event::Paste(text.to_owned()));
        self
    }

    pub fn resize(mut self, width: u16, height: u16) -> Self {
        self.typed.push_str(&format!(" (resize {width}x{height})"));
        self.event(Event::Resize(width, height));
        self
    }

    /// From now on the store answers so.
    pub fn answers(mut self, answers: Answers) -> Self {
        self.answers = answers;
        self
    }

    pub fn monochrome(mut self) -> Self {
        self.ui = Ui::new(Depth::Monochrome);
        self
    }

    pub fn depth(mut self, depth: Depth) -> Self {
        self.ui.depth = depth;
        self
    }

    pub fn unicode(mut self) -> Self {
        self.ui.charset = Charset::Unicode;
        self
    }

    pub fn event(&mut self, event: Event) {
        let mut effects: VecDeque<Effect> = self.app.update(event).into();
        while let Some(effect) = effects.pop_front() {
            let answer = match effect {
                Effect::Save(record) => {
                    self.saves += 1;
                    self.waiting.push_back(record);
                    if self.answers == Answers::Later { None } else { self.take() }
                }
                Effect::Edit { id, note } => {
                    self.edited.push(note);
                    Some(Event::Edited { id, note: self.editor.clone() })
                }
                Effect::FindThemes => Some(Event::Themes(self.themes.clone())),
                Effect::FindBaselines => {
                    Some(Event::Baselines { all: self.baselines.clone(), problems: Vec::new() })
                }
                Effect::KeepTheme(name) => Some(Event::ThemeKept(match &self.answers {
                    Answers::No(reason) => Err(reason.clone()),
                    _ => {
                        self.kept_theme = Some(name);
                        Ok("config.toml".to_owned())
                    }
                })),
                Effect::Redraw => {
                    self.redraws += 1;
                    None
                }
                Effect::Mouse(_) => None,
                Effect::Copy(text) => {
                    self.copied.push(text);
                    None
                }
                Effect::CopyScreen => Some(Event::Screen(self.text())),
                Effect::Suspend => {
                    self.suspends += 1;
                    None
                }
                Effect::FindSnapshots => {
                    Some(Event::Snapshots { all: self.snapshots.clone(), problems: Vec::new() })
                }
                Effect::TakeSnapshot(name) => Some(Event::SnapshotTaken(match &self.answers {
                    Answers::No(reason) => Err(reason.clone()),
                    _ => {
                        let known = builtin().markable().collect();
                        let assessment = self.stored.clone();
                        self.snapshots.push(Snapshot { name: name.clone(), on: TODAY, assessment, known });
                        Ok(format!("acme.snapshots/{TODAY}-{name}.yaml"))
                    }
                })),
                Effect::Publish { format, path, bytes, replace } => {
                    let outcome = if self.files.contains_key(&path) && !replace {
                        Published::IsThere
                    } else {
                        self.files.insert(path.clone(), bytes);
                        Published::Written
                    };
                    Some(Event::Published { format, path, outcome })
                }
                Effect::FindAssessments => Some(Event::Assessments { all: self.shelf.clone(), to_come: 0 }),
                Effect::NewAssessment { about, like } => {
                    let of = |key: &String| self.shelf.iter().find(|s| s.key == *key);
                    let like = like.as_ref().and_then(of).and_then(|s| s.assessment.as_deref().ok()).cloned();
                    let assessment = Assessment { about: about.clone(), ..like.unwrap_or_default() };
                    let key = about.name.to_lowercase();
                    self.shelf.push(Shelved { key, assessment: Ok(Arc::new(assessment)), is_open: false });
                    Some(Event::ShelfChanged(Ok(format!("Made {}.", about.name))))
                }
                Effect::Describe { key, about } => {
                    let described = self.shelf.iter_mut().find(|s| s.key == key);
                    if let Some(Ok(assessment)) = described.map(|s| &mut s.assessment) {
                        Arc::make_mut(assessment).about = about.clone();
                    }
                    Some(Event::ShelfChanged(Ok(format!("Written: {}.", about.name))))
                }
                Effect::OpenAssessment(key) => {
                    self.opened = Some(key);
                    None
                }
                Effect::Quit => {
                    self.quit = true;
                    None
                }
            };
            if let Some(answer) = answer {
                effects.extend(self.app.update(answer));
            }
        }
    }

    /// The store takes the oldest record that waits.
    fn take(&mut self) -> Option<Event> {
        let record = self.waiting.pop_front()?;
        if let Answers::No(reason) = &self.answers {
            return Some(Event::NotSaved(reason.clone()));
        }
        let applied = self.history.take(&record);
        if let Some(edit) = &applied {
            record.carry_out(edit, &mut self.stored);
        }
        Some(Event::Saved { assessment: self.stored.clone(), outcomes: vec![Ok(applied)] })
    }

    /// The store answers what waits.
    pub fn answer(mut self) -> Self {
        while let Some(event) = self.take() {
            self.event(event);
        }
        self
    }

    /// What the program says now.
    pub fn said(&self) -> &str {
        self.app.message.as_ref().map_or("", |m: &Message| m.text.as_str())
    }

    /// A frame of the app's size.
    pub fn buffer(&self) -> Buffer {
        draw(&self.app, self.ui, self.app.size).0
    }

    /// The rows of the screen.
    pub fn rows(&self) -> Vec<String> {
        rows(&self.buffer())
    }

    /// The rows of the screen as one text.
    pub fn text(&self) -> String {
        self.rows().join("\n")
    }

    /// The whole screen with its styles, and how one gets there.
    pub fn shot(&self) -> String {
        let (buffer, cursor) = draw(&self.app, self.ui, self.app.size);
        let (width, height) = self.app.size;
        let cursor = cursor.map(|(x, y)| format!("cursor {x} {y}\n")).unwrap_or_default();
        format!("{width}x{height} {}\n~~~ screen\n{}{cursor}", self.typed, picture(&buffer))
    }
}

/// Draws an app into a buffer of some size; the buffer, and where the terminal's cursor goes.
pub fn draw(app: &App, ui: Ui, (width, height): (u16, u16)) -> (Buffer, Option<(u16, u16)>) {
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    let cursor = ui.draw(app, &mut buffer);
    (buffer, cursor)
}

/// Reads keys: a character is itself, `<name>` is the key of that name.
pub fn parse(keys: &str) -> Vec<Key> {
    let mut out = Vec::new();
    let mut rest = keys;
    while let Some(c) = rest.chars().next() {
        let named = rest.strip_prefix('<').and_then(|r| r.split_once('>'));
        if let Some((key, after)) = named.and_then(|(name, after)| Some((name.parse().ok()?, after))) {
            out.push(key);
            rest = after;
        } else {
            out.push(Key::char(c));
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}
