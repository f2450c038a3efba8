//! Choosing a theme: the screen shows each at once, Enter keeps it, Esc goes back.

use super::{App, Effect, Popup, ThemeChoice, UserTheme};
use crate::config::{BUILTIN, Theme};

impl App {
    /// Opens the choice, with the theme that holds chosen.
    pub(super) fn start_themes(&mut self, mut own: Vec<UserTheme>) {
        // A file can't take the place of a built-in theme: its name would mean two things.
        own.retain(|theme| Theme::is_name(&theme.name) && !Theme::is_builtin(&theme.name));
        let mut names: Vec<String> = BUILTIN.iter().map(|(name, _)| (*name).to_owned()).collect();
        let builtin = names.len();
        names.extend(own.iter().map(|theme| theme.name.clone()));
        let chosen = names.iter().position(|name| *name == self.theme_name).unwrap_or(0);
        let before = Box::new(self.theme.clone());
        self.popups.push(Popup::Themes(ThemeChoice { names, chosen, builtin, before, own, problem: None }));
        self.show_theme();
    }

    /// Shows the chosen theme; the usual one where it can't be read.
    pub(super) fn show_theme(&mut self) {
        let Some(Popup::Themes(choice)) = self.popups.last_mut() else { return };
        let Some(name) = choice.names.get(choice.chosen) else { return };
        let find = |name: &str| {
            let theme = choice.own.iter().find(|theme| theme.name == name)?;
            theme.text.as_ref().ok().cloned()
        };
        let unreadable = choice.own.iter().find(|theme| theme.name == *name);
        let unreadable = unreadable.and_then(|theme| theme.text.as_ref().err()).cloned();
        let theme = unreadable.map_or_else(|| Theme::named(name, &find), Err);
        choice.problem = theme.as_ref().err().cloned();
        if let Some(problem) = choice.problem.clone() {
            self.complain(problem);
        }
        self.theme = theme.unwrap_or_default();
    }

    /// Keeps the theme that is shown, in the settings too.
    pub(super) fn keep_theme(&mut self) -> Vec<Effect> {
        let Some(Popup::Themes(choice)) = self.popups.last() else { return Vec::new() };
        if let Some(problem) = choice.problem.clone() {
            self.complain(problem);
            return Vec::new();
        }
        let Some(name) = choice.names.get(choice.chosen).cloned() else { return Vec::new() };
        self.popups.pop();
        if name == self.theme_name {
            self.tell(format!("The theme is {name}, as before."));
            return Vec::new();
        }
        self.theme_name.clone_from(&name);
        vec![Effect::KeepTheme(name)]
    }

    /// Goes back to the theme that held.
    pub(super) fn leave_themes(&mut self) {
        if let Some(Popup::Themes(choice)) = self.popups.pop() {
            self.theme = *choice.before;
        }
    }

    pub(super) fn theme_kept(&mut self, result: Result<String, String>) {
        let name = self.theme_name.clone();
        match result {
            Ok(file) => self.tell(format!("The theme is {name}; {file} says so.")),
            Err(why) => self.complain(format!("The theme is {name} until you quit; it is not kept: {why}.")),
        }
    }
}
