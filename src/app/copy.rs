//! Copying: what goes to the terminal's clipboard, and the same text to select by hand.

use super::{App, Command, Effect, Popup};
use crate::catalog::ObjectId;
use crate::page::{width, wrap_text};

/// What of an object is copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copied {
    /// `AML.T0051.001`
    Id,
    Name,
    /// The address of its ATLAS page.
    Url,
    /// Id, name, address and text, in Markdown.
    Markdown,
}

/// Longest text that is sent, in bytes: with base64 below what common terminals take at once.
const LONGEST: usize = 74_000;

impl App {
    pub(super) fn copy(&mut self, what: Copied) -> Vec<Effect> {
        let Some(id) = self.under_cursor().or(self.page_object()) else {
            self.tell("There is nothing to copy here.");
            return Vec::new();
        };
        let text = match what {
            Copied::Id => id.to_string(),
            Copied::Name => self.catalog.full_name(id),
            Copied::Url => id.url(),
            Copied::Markdown => self.markdown(id),
        };
        self.send(text)
    }

    /// Sends a text to the clipboard and keeps it to be shown.
    pub(super) fn send(&mut self, text: String) -> Vec<Effect> {
        let fits = text.len() <= LONGEST;
        let what = match text.lines().count() {
            0 | 1 => text.clone(),
            lines => format!("{lines} lines"),
        };
        self.copied.clone_from(&text);
        let show = self.key_of(Command::ShowCopied);
        if fits {
            // Whether the terminal takes it can't be known: it is never asked.
            self.tell(format!(
                "Sent to the terminal's clipboard: {what}. {show} shows it to select by hand."
            ));
            vec![Effect::Copy(text)]
        } else {
            self.tell(format!("Too long for a terminal's clipboard; {show} shows it to select by hand."));
            Vec::new()
        }
    }

    fn markdown(&self, id: ObjectId) -> String {
        use crate::catalog::Kind;
        let c = &self.catalog;
        let text = match id.kind() {
            Kind::Tactic => c.tactic(id).map(|o| &*o.description),
            Kind::Technique => c.technique(id).map(|o| &*o.description),
            Kind::Mitigation => c.mitigation(id).map(|o| &*o.description),
            Kind::CaseStudy => c.case_study(id).map(|o| &*o.description),
        };
        // Links between objects are paths of the ATLAS site.
        let text = text.unwrap_or_default().replace("](/", "](https://atlas.mitre.org/");
        let source = format!("ATLAS {}, {}", c.release, self.source);
        format!("[{id} {}]({})\n\n{text}\n\n{source}\n", c.full_name(id), id.url())
    }

    /// Shows what was copied last.
    pub(super) fn show_copied(&mut self) {
        if self.copied.is_empty() {
            let copies = self.key_of(Command::Copy(Copied::Id));
            self.tell(format!("Nothing has been copied yet; {copies} copies the id."));
        } else {
            self.popups.push(Popup::Copied(0));
        }
    }

    /// The text that was copied last, in lines as wide as the screen: a copied screen stays as it was
    /// drawn, only what is wider is wrapped.
    pub fn copied_lines(&self) -> Vec<String> {
        let cells = usize::from(self.size.0);
        let fit =
            |line: &str| if width(line) <= cells { vec![line.to_owned()] } else { wrap_text(line, cells) };
        self.copied.lines().flat_map(fit).collect()
    }
}
