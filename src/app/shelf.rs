//! The assessments of the user and the snapshots of the one at hand: looking, comparing, making, renaming,
//! and looking at marks that are not to be changed.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::Date;
use tui_input::Input;

use super::board::BoardKind;
use super::{App, Command, Effect, Popup, Screen};
use crate::catalog::{Facet, ObjectId, Value};
use crate::coverage::{About, Assessment, worst_of};
use crate::page::{Compared, Figures, Standing, Target};

/// An assessment as it was on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    pub name: String,
    pub on: Date,
    pub assessment: Assessment,
    /// The techniques and mitigations that the release of that day had.
    pub known: BTreeSet<ObjectId>,
}

/// One assessment of the shelf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shelved {
    /// What names it on the shelf; empty for the one that is open and lies elsewhere.
    pub key: String,
    /// Or why it can't be read, in one sentence.
    pub assessment: Result<Arc<Assessment>, String>,
    /// The one that is on the screen.
    pub is_open: bool,
}

impl Shelved {
    /// The name that the file gives, or else the file's; empty for a nameless one that lies elsewhere.
    pub fn name(&self) -> &str {
        match &self.assessment {
            Ok(assessment) if !assessment.about.name.is_empty() => &assessment.about.name,
            _ => &self.key,
        }
    }
}

/// What a name is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    Snapshot,
    NewAssessment,
    /// Of the assessment with this key.
    CopyOf(String),
    Rename(String),
    /// The file for a report in this format, and the file that was found there already.
    Export {
        format: &'static str,
        is_there: Option<String>,
    },
}

/// A name that is being typed.
#[derive(Debug)]
pub struct NameEdit {
    pub asked: Asked,
    pub input: Input,
}

/// The platforms of an assessment, to be ticked.
#[derive(Debug)]
pub struct PlatformChoice {
    pub key: String,
    pub name: String,
    pub values: Vec<(Value, bool)>,
    pub chosen: usize,
}

/// What is looked at in place of the assessment at hand, which is kept meanwhile.
#[derive(Debug)]
pub(super) struct Viewed {
    ours: Assessment,
    name: String,
    read_only: Option<String>,
}

impl App {
    /// The snapshot that the dashboard compares today with: the chosen one, or else the newest.
    pub(super) fn compared_with(&self) -> Option<&Snapshot> {
        let all = self.snapshots.as_ref()?;
        self.since.and_then(|at| all.get(at)).or(all.last())
    }

    pub(super) fn found_snapshots(&mut self, mut all: Vec<Snapshot>, problems: Vec<String>) -> Vec<Effect> {
        all.sort_by_key(|snapshot| snapshot.on);
        self.snapshots = Some(all);
        self.snapshot_problems = problems;
        self.since = None;
        self.ticked.1.clear();
        self.revision += 1;
        match self.wanted_report.take() {
            Some((format, path, replace)) => self.export(format, path, replace),
            None => Vec::new(),
        }
    }

    /// Takes over what is read so far. Rows are added at the end, so that ticks stay where they were set,
    /// unless others have come or gone. The cursor goes to the one that has come since: whoever has made
    /// an assessment means that one next.
    pub(super) fn found_assessments(&mut self, all: Vec<Shelved>, to_come: usize) {
        let keys = |shelf: &[Shelved]| shelf.iter().map(|s| s.key.clone()).collect::<Vec<_>>();
        if !keys(&all).starts_with(&keys(&self.shelf)) {
            self.ticked.0.clear();
        }
        let before = std::mem::replace(&mut self.shelf, all);
        let was_whole = self.to_come.replace(to_come) == Some(0) && to_come == 0;
        self.revision += 1;
        self.arrange();
        if !self.on_shelf() {
            return;
        }
        self.pick_first_link();
        let is_new = |shelved: &&Shelved| before.iter().all(|b| b.key != shelved.key);
        let mut new = self.shelf.iter().filter(is_new).map(|s| s.key.clone());
        if let (Some(key), None) = (new.next(), new.next())
            && was_whole
            && !before.is_empty()
        {
            let at = self.shelf.iter().position(|s| s.key == key);
            let row = at.map(Target::Assessment);
            if let Some(pane) = self.focused_pane_mut() {
                pane.choose(|target| Some(target) == row.as_ref());
            }
        }
    }

    /// The rows of the shelf. Of the one that is open the marks that the screen shows count.
    pub(super) fn shelf_rows(&self) -> Vec<Standing> {
        let row = |(at, shelved): (usize, &Shelved)| {
            let assessment = match &shelved.assessment {
                Ok(_) if shelved.is_open => Ok(self.ours()),
                other => other.as_ref().map(|assessment| &**assessment),
            };
            let figures = assessment.ok().map(|a| Figures::of(a, &self.techniques_of(a), self.today));
            let about = match assessment {
                Ok(a) if a.about.platforms.is_empty() => "all platforms".to_owned(),
                Ok(a) => a.about.platforms.join(", "),
                Err(why) => why.clone(),
            };
            Standing {
                name: self.name_of(shelved).to_owned(),
                about,
                figures,
                is_open: shelved.is_open && self.viewed.is_none(),
                is_ticked: self.ticked.0.contains(&at),
            }
        };
        self.shelf.iter().enumerate().map(row).collect()
    }

    /// What an assessment is called. The one that is open may have no file on the shelf yet.
    fn name_of<'a>(&'a self, shelved: &'a Shelved) -> &'a str {
        let open = self.viewed.as_ref().map_or(&self.name, |viewed| &viewed.name);
        if shelved.name().is_empty() { open } else { shelved.name() }
    }

    pub(super) fn snapshot_rows(&self) -> Vec<Standing> {
        let techniques = self.techniques_of(self.ours());
        let row = |(at, snapshot): (usize, &Snapshot)| {
            let known = techniques.intersection(&snapshot.known).copied().collect();
            Standing {
                name: snapshot.name.clone(),
                about: format!("{} ATLAS {}", snapshot.on, snapshot.assessment.release),
                figures: Some(Figures::of(&snapshot.assessment, &known, snapshot.on)),
                is_open: false,
                is_ticked: self.ticked.1.contains(&at),
            }
        };
        self.snapshots.iter().flatten().enumerate().map(row).collect()
    }

    /// The marks of the assessment at hand, whatever is looked at.
    fn ours(&self) -> &Assessment {
        self.viewed.as_ref().map_or(&self.assessment, |viewed| &viewed.ours)
    }

    /// Looks at marks that are not to be changed.
    pub(super) fn view(&mut self, name: String, assessment: Assessment, what: &str) {
        self.leave_view();
        let back = self.key_of(Command::OwnMarks);
        let why = format!("{what}, read-only; {back} goes back to your marks.");
        self.viewed = Some(Viewed {
            ours: std::mem::replace(&mut self.assessment, assessment),
            name: std::mem::replace(&mut self.name, name),
            read_only: self.read_only.replace(why.clone()),
        });
        self.revision += 1;
        self.run(Command::GoMatrix);
        self.tell(why);
    }

    /// Back to one's own marks; false if they are shown already.
    pub(super) fn leave_view(&mut self) -> bool {
        let Some(viewed) = self.viewed.take() else { return false };
        self.assessment = viewed.ours;
        self.name = viewed.name;
        self.read_only = viewed.read_only;
        self.revision += 1;
        true
    }

    /// Puts what is looked at aside while the assessment at hand changes.
    pub(super) fn beneath_view(&mut self, change: impl FnOnce(&mut App)) {
        let Some(viewed) = self.viewed.take() else { return change(self) };
        let shown = std::mem::replace(&mut self.assessment, viewed.ours);
        let name = std::mem::replace(&mut self.name, viewed.name);
        let why = std::mem::replace(&mut self.read_only, viewed.read_only);
        change(self);
        self.viewed = Some(Viewed {
            ours: std::mem::replace(&mut self.assessment, shown),
            name: std::mem::replace(&mut self.name, name),
            read_only: std::mem::replace(&mut self.read_only, why),
        });
    }

    pub(super) fn view_snapshot(&mut self, at: usize) {
        let Some(snapshot) = self.snapshots.as_ref().and_then(|all| all.get(at)).cloned() else { return };
        let Snapshot { name, on, assessment, .. } = snapshot;
        let what = format!("Snapshot {name} of {on}");
        self.view(format!("{name} ({on})"), assessment, &what);
    }

    /// Opens another assessment in place of this one.
    pub(super) fn open_assessment(&mut self, at: usize) -> Vec<Effect> {
        let Some(shelved) = self.shelf.get(at) else { return Vec::new() };
        if let Err(why) = &shelved.assessment {
            let why = why.clone();
            self.complain(why);
            return Vec::new();
        }
        if shelved.is_open {
            if !self.leave_view() {
                self.tell("This is the assessment that is open.");
            }
            return Vec::new();
        }
        if self.saving.failed.is_empty() {
            return vec![Effect::OpenAssessment(shelved.key.clone())];
        }
        self.complain("Not everything is saved; trying again. Open the other assessment when it is.");
        self.send_failed_again()
    }

    /// The assessment or snapshot in whose row the cursor is.
    fn row(&self) -> Option<Target> {
        self.focused_pane().and_then(|pane| pane.link()).map(|link| link.target.clone())
    }

    /// Key and name of the assessment in whose row the cursor is.
    fn shelved(&mut self) -> Option<(String, String)> {
        match self.row() {
            Some(Target::Assessment(at)) => {
                let shelved = self.shelf.get(at)?;
                Some((shelved.key.clone(), self.name_of(shelved).to_owned()))
            }
            _ => {
                self.tell("The cursor is on no assessment.");
                None
            }
        }
    }

    /// Ticks the row, or takes the tick away.
    pub(super) fn tick(&mut self) {
        let (ticked, at) = match self.row() {
            Some(Target::Assessment(at)) => (&mut self.ticked.0, at),
            Some(Target::Snapshot(at)) => (&mut self.ticked.1, at),
            _ => return,
        };
        if !ticked.remove(&at) {
            ticked.insert(at);
        }
        self.revision += 1;
    }

    /// The marks of an assessment of the shelf, None where it can't be read. Of the one that is open those
    /// that the screen shows.
    fn marks_of<'a>(&'a self, shelved: &'a Shelved) -> Option<&'a Assessment> {
        if shelved.is_open { Some(self.ours()) } else { shelved.assessment.as_deref().ok() }
    }

    /// What a row stands for, with a name and the day on which its tests count.
    fn side(&self, target: &Target) -> Option<(String, Assessment, Date)> {
        match target {
            Target::Assessment(at) => {
                let shelved = self.shelf.get(*at)?;
                Some((self.name_of(shelved).to_owned(), self.marks_of(shelved)?.clone(), self.today))
            }
            Target::Snapshot(at) => {
                let snapshot = self.snapshots.as_ref()?.get(*at)?;
                Some((format!("{} {}", snapshot.name, snapshot.on), snapshot.assessment.clone(), snapshot.on))
            }
            _ => None,
        }
    }

    /// What is ticked, snapshots first; without any the row of the cursor.
    fn chosen(&self) -> Vec<Target> {
        let snapshots = self.ticked.1.iter().map(|at| Target::Snapshot(*at));
        let ticked: Vec<Target> =
            snapshots.chain(self.ticked.0.iter().map(|at| Target::Assessment(*at))).collect();
        if ticked.is_empty() { self.row().into_iter().collect() } else { ticked }
    }

    /// Compares the two that are ticked, or what the cursor is on with the marks of today.
    pub(super) fn compare(&mut self) -> Vec<Effect> {
        let chosen = self.chosen();
        if let [Target::Snapshot(at)] = chosen.as_slice() {
            // The dashboard compares with it from now on, too.
            self.since = Some(*at);
        }
        let sides: Vec<_> = chosen.iter().filter_map(|target| self.side(target)).collect();
        let now = || ("now".to_owned(), self.ours().clone(), self.today);
        let [left, right] = match <[_; 2]>::try_from(sides) {
            Ok(two) => two,
            Err(mut other) if other.len() == 1 => match other.pop() {
                Some(one) => [one, now()],
                None => return Vec::new(),
            },
            Err(_) => {
                let tick = self.key_of(Command::Toggle);
                self.tell(format!("Two can be compared: {tick} ticks them, or one with the marks of today."));
                return Vec::new();
            }
        };
        self.comparison = Some(Compared { left, right });
        self.revision += 1;
        self.go_board(BoardKind::Comparison)
    }

    /// Shows the worst case of all that is ticked, or of all assessments.
    pub(super) fn worst_case(&mut self) {
        let ticked = &self.ticked.0;
        let to_come = self.to_come.unwrap_or(0);
        if ticked.is_empty() && to_come > 0 {
            // One of those might be the worst.
            self.tell(format!("{to_come} assessments are still being read; try again when they are."));
            return;
        }
        let chosen = self.shelf.iter().enumerate().filter(|(at, _)| ticked.is_empty() || ticked.contains(at));
        let all: Vec<&Assessment> = chosen.filter_map(|(_, shelved)| self.marks_of(shelved)).collect();
        if all.len() < 2 {
            self.tell("The worst case is of two assessments at least.");
            return;
        }
        let worst = worst_of(&all, self.today);
        let what = format!("Worst case of {} assessments, object by object", all.len());
        self.view(format!("worst of {}", all.len()), worst, &what);
    }

    fn ask_for(&mut self, asked: Asked, value: String) {
        self.popups.push(Popup::Name(NameEdit { asked, input: Input::new(value) }));
    }

    pub(super) fn ask_snapshot(&mut self) {
        if self.viewed.is_some() {
            let back = self.key_of(Command::OwnMarks);
            self.tell(format!("These are not your marks of today; {back} goes back to them."));
            return;
        }
        let quarter = (self.today.month() - 1) / 3 + 1;
        self.ask_for(Asked::Snapshot, format!("{}-q{quarter}", self.today.year()));
    }

    pub(super) fn ask_new_assessment(&mut self) {
        self.ask_for(Asked::NewAssessment, String::new());
    }

    pub(super) fn ask_copy(&mut self) {
        let Some((key, name)) = self.shelved() else { return };
        self.ask_for(Asked::CopyOf(key), format!("{name} copy"));
    }

    pub(super) fn ask_rename(&mut self) {
        let Some((key, name)) = self.shelved() else { return };
        self.ask_for(Asked::Rename(key), name);
    }

    /// Takes the name that was typed.
    pub(super) fn named(&mut self, edit: &NameEdit) -> Vec<Effect> {
        let name = edit.input.value().trim().to_owned();
        if name.is_empty() {
            self.tell("Without a name nothing was done.");
            return Vec::new();
        }
        match &edit.asked {
            Asked::Snapshot => {
                // What is in the journal only is not in the file that a snapshot is made of.
                self.wanted_snapshot = Some(name);
                self.take_snapshot_when_saved()
            }
            Asked::NewAssessment => {
                let about = About { name, ..About::default() };
                vec![Effect::NewAssessment { about, like: None }]
            }
            Asked::CopyOf(key) => {
                let about = About { name, ..self.about_of(key) };
                vec![Effect::NewAssessment { about, like: Some(key.clone()) }]
            }
            Asked::Rename(key) => {
                let about = About { name, ..self.about_of(key) };
                vec![Effect::Describe { key: key.clone(), about }]
            }
            Asked::Export { format, is_there } => {
                let replace = is_there.as_ref() == Some(&name);
                self.export(format, name, replace)
            }
        }
    }

    fn about_of(&self, key: &str) -> About {
        let shelved = self.shelf.iter().find(|shelved| shelved.key == key);
        shelved.and_then(|s| s.assessment.as_ref().ok()).map(|a| a.about.clone()).unwrap_or_default()
    }

    /// Has the snapshot taken that was asked for, once all marks are in the file.
    pub(super) fn take_snapshot_when_saved(&mut self) -> Vec<Effect> {
        if !self.saving.failed.is_empty() || self.saving.behind.is_some() {
            if self.wanted_snapshot.take().is_some() {
                self.complain("No snapshot was taken: not every mark is in the file.");
            }
            return Vec::new();
        }
        if !self.saving.waiting.is_empty() {
            return Vec::new();
        }
        self.wanted_snapshot.take().map(Effect::TakeSnapshot).into_iter().collect()
    }

    pub(super) fn snapshot_taken(&mut self, result: Result<String, String>) -> Vec<Effect> {
        match result {
            Ok(file) => {
                self.tell(format!("Kept as {file}."));
                vec![Effect::FindSnapshots]
            }
            Err(why) => {
                self.complain(why);
                Vec::new()
            }
        }
    }

    /// The shelf was changed, as is told; or why not.
    pub(super) fn shelf_changed(&mut self, result: Result<String, String>) -> Vec<Effect> {
        match result {
            Ok(text) => self.tell(text),
            Err(why) => self.complain(why),
        }
        vec![Effect::FindAssessments]
    }

    /// Opens the platforms of the assessment under the cursor.
    pub(super) fn start_platforms(&mut self) {
        let Some((key, name)) = self.shelved() else { return };
        let about = self.about_of(&key);
        let values = Facet::Platform.values(&self.catalog);
        if values.is_empty() {
            self.tell(format!("ATLAS {} states no platforms.", self.catalog.release));
            return;
        }
        let values = values.into_iter().map(|v| (about.platforms.contains(&v.key), v));
        let values = values.map(|(ticked, v)| (v, ticked)).collect();
        self.popups.push(Popup::Platforms(PlatformChoice { key, name, values, chosen: 0 }));
    }

    pub(super) fn tick_platform(&mut self) {
        if let Some(Popup::Platforms(choice)) = self.popups.last_mut()
            && let Some((_, ticked)) = choice.values.get_mut(choice.chosen)
        {
            *ticked = !*ticked;
        }
    }

    /// Writes the platforms that are ticked.
    pub(super) fn keep_platforms(&mut self) -> Vec<Effect> {
        let Some(Popup::Platforms(choice)) = self.popups.pop() else { return Vec::new() };
        let ticked = choice.values.into_iter().filter(|(_, ticked)| *ticked);
        let platforms: Vec<String> = ticked.map(|(value, _)| value.key).collect();
        let about = About { platforms, ..self.about_of(&choice.key) };
        vec![Effect::Describe { key: choice.key, about }]
    }

    pub(super) fn own_marks(&mut self) {
        if self.leave_view() {
            self.tell(format!("These are the marks of {} again.", self.name));
        } else {
            self.tell("These are your own marks.");
        }
    }

    /// Whether the screen shows marks that are not those of the assessment at hand.
    pub fn is_view(&self) -> bool {
        self.viewed.is_some()
    }

    /// Whether the screen lists the assessments.
    pub(super) fn on_shelf(&self) -> bool {
        matches!(self.screen(), Screen::Board(view) if view.kind == BoardKind::Assessments)
    }
}
