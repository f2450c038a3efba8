//! Role -> style. The only place where colours are named.

use ratatui::style::{Color, Modifier, Style};

use crate::coverage::State;
use crate::page::Tone;

/// What a part of the screen means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The title bar.
    Bar,
    Normal,
    Dim,
    Strong,
    /// Heads of columns and sections.
    Heading,
    /// What has the keys: the cursor, the chosen row, the focused link.
    Cursor,
    /// Letters that match a search, and techniques that were found.
    Match,
    Error,
    State(State),
    Tone(Tone),
}

/// How many colours the terminal is taken to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Attributes only.
    Monochrome,
    /// The sixteen colours that every terminal's own theme keeps readable.
    Sixteen,
}

#[derive(Debug, Clone, Copy)]
pub struct Theme {
    pub depth: Depth,
}

impl Theme {
    /// Every role differs from its neighbours by attributes too, so that monochrome loses nothing.
    /// The background is never painted: light terminals stay light.
    pub fn style(self, role: Role) -> Style {
        let plain = Style::new();
        match role {
            Role::Bar => plain.add_modifier(Modifier::REVERSED),
            Role::Normal => plain,
            Role::Dim => plain.add_modifier(Modifier::DIM),
            Role::Strong => plain.add_modifier(Modifier::BOLD),
            Role::Heading => self.colour(plain, Color::Cyan).add_modifier(Modifier::BOLD),
            // These two go over cells that are written already and must not stay dim below them.
            Role::Cursor => {
                plain.remove_modifier(Modifier::DIM).add_modifier(Modifier::REVERSED | Modifier::BOLD)
            }
            Role::Match => self
                .colour(plain, Color::Yellow)
                .remove_modifier(Modifier::DIM)
                .add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
            Role::Error => self.colour(plain, Color::Red).add_modifier(Modifier::BOLD | Modifier::REVERSED),
            Role::State(state) => self.state(state),
            Role::Tone(tone) => self.tone(tone),
        }
    }

    /// Blue against red and yellow, never green against red: colour-blind eyes tell them apart.
    fn state(self, state: State) -> Style {
        let plain = Style::new();
        match state {
            State::Unassessed | State::NotApplicable => plain.add_modifier(Modifier::DIM),
            State::Gap => self.colour(plain, Color::Red).add_modifier(Modifier::BOLD),
            State::Planned => self.colour(plain, Color::Yellow).add_modifier(Modifier::UNDERLINED),
            State::Partial => self.colour(plain, Color::Yellow),
            State::Covered => self.colour(plain, Color::Blue).add_modifier(Modifier::BOLD),
            State::Tested => self.colour(plain, Color::Blue).add_modifier(Modifier::REVERSED),
            State::Accepted => self.colour(plain, Color::Magenta).add_modifier(Modifier::UNDERLINED),
            State::Conflict => self.colour(plain, Color::Magenta).add_modifier(Modifier::BOLD),
        }
    }

    fn tone(self, tone: Tone) -> Style {
        match tone {
            Tone::Normal => Style::new(),
            Tone::Dim => self.style(Role::Dim),
            Tone::Strong | Tone::Title => self.style(Role::Strong),
            Tone::Emphasis => Style::new().add_modifier(Modifier::ITALIC),
            Tone::Code => self.colour(Style::new(), Color::Cyan),
            Tone::Heading => self.style(Role::Heading),
            Tone::Link => Style::new().add_modifier(Modifier::UNDERLINED),
            Tone::State(state) => self.state(state),
        }
    }

    fn colour(self, style: Style, colour: Color) -> Style {
        match self.depth {
            Depth::Monochrome => style,
            Depth::Sixteen => style.fg(colour),
        }
    }
}
