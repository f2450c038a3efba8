//! Reports and tickets from the screen: the format from the menu, the file's name in a popup. What is
//! written is made here; the file is `term`'s.

use tui_input::Input;

use super::shelf::Asked;
use super::{App, Effect, NameEdit, Popup};
use crate::coverage::{Basis, Rollup};
use crate::exchange::{Format, Material, Point};

/// What became of a file that was to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Published {
    Written,
    /// There is a file of this name; nothing was written.
    IsThere,
    /// Why not, in one sentence.
    Failed(String),
}

impl App {
    /// Asks for the name of the file of a format, with one in the current directory given.
    pub(super) fn ask_export(&mut self, format: &'static str) {
        let Some(Format { name, extension, .. }) = Format::from_name(format) else { return };
        let what = if name.starts_with("tickets") { "-tickets" } else { "" };
        let plain = |c: char| if c.is_alphanumeric() || c == '-' || c == '.' { c } else { '-' };
        let called: String = self.name.trim().chars().map(plain).collect();
        let called = called.trim_matches(['-', '.']);
        let called = if called.is_empty() { "atlas" } else { called };
        let file = format!("{called}-{}{what}.{extension}", self.today);
        let asked = Asked::Export { format, is_there: None };
        self.popups.push(Popup::Name(NameEdit { asked, input: Input::new(file) }));
    }

    /// Makes the report and has it written.
    pub(super) fn export(&mut self, format: &'static str, path: String, replace: bool) -> Vec<Effect> {
        let Some(writer) = Format::from_name(format) else { return Vec::new() };
        if self.snapshots.is_none() {
            self.tell("The report is made when the snapshots are read.");
            self.wanted_report = Some((format, path, replace));
            return vec![Effect::FindSnapshots];
        }
        let mut bytes = Vec::new();
        self.analyse();
        match self.write_report(writer, &mut bytes) {
            Some(Ok(())) => vec![Effect::Publish { format, path, bytes, replace }],
            Some(Err(error)) => {
                self.complain(format!("The report can't be made: {error}."));
                Vec::new()
            }
            None => Vec::new(),
        }
    }

    fn write_report(&self, format: &Format, bytes: &mut Vec<u8>) -> Option<std::io::Result<()>> {
        let analysis = self.boards.analysis.as_ref()?;
        let trend: Vec<Point> = self
            .snapshots
            .iter()
            .flatten()
            .map(|snapshot| {
                let known = analysis.techniques.intersection(&snapshot.known).copied();
                Point {
                    name: snapshot.name.clone(),
                    on: snapshot.on,
                    release: snapshot.assessment.release.clone(),
                    techniques: Rollup::of(known, &snapshot.assessment, snapshot.on),
                }
            })
            .collect();
        let since = self.since.and_then(|at| trend.get(at)).or(trend.last());
        let platforms = self.platform_lens(&self.assessment).query();
        let scope = format!("{platforms} {}", self.lens.query());
        let material = Material {
            basis: Basis {
                catalog: &self.catalog,
                assessment: &self.assessment,
                techniques: &analysis.techniques,
                weights: &self.weights,
                today: self.today,
                since: analysis.since.as_ref(),
            },
            overview: &analysis.overview,
            plan: &analysis.plan,
            source: &self.source,
            name: &self.name,
            scope: scope.trim(),
            trend: &trend,
            since,
            author: self.author.as_deref(),
            program: concat!("atlasnav ", env!("CARGO_PKG_VERSION")),
            top: None,
        };
        Some((format.write)(&material, bytes))
    }

    /// Says what became of a file; where one is there, asks again.
    pub(super) fn published(&mut self, format: &'static str, path: String, outcome: Published) {
        match outcome {
            Published::Written => self.tell(format!("Written: {path}.")),
            Published::Failed(why) => self.complain(why),
            Published::IsThere => {
                let input = Input::new(path.clone());
                let asked = Asked::Export { format, is_there: Some(path.clone()) };
                self.popups.push(Popup::Name(NameEdit { asked, input }));
                self.complain(format!("It is there already; the same name again replaces {path}."));
            }
        }
    }
}
