//! Themes: what each role looks like, as data. `ui` turns it into styles.

use std::sync::LazyLock;

use super::Depth;
use super::colour::{Colour, Rgb};
use super::theme_text;
use crate::coverage::State;

/// What a part of the screen means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Normal,
    /// The title bar.
    Bar,
    Dim,
    Strong,
    /// Heads of columns and sections, and frames.
    Heading,
    /// What has the keys: the cursor, the chosen row, the focused link.
    Cursor,
    /// Letters that match a search, and techniques that were found.
    Match,
    Error,
    /// In texts.
    Emphasis,
    Code,
    Link,
    State(State),
}

/// How many roles there are.
const COUNT: usize = 12 + State::ALL.len();

impl Role {
    /// Every role, in the order of a theme's table.
    pub const ALL: [Role; COUNT] = [
        Role::Normal,
        Role::Bar,
        Role::Dim,
        Role::Strong,
        Role::Heading,
        Role::Cursor,
        Role::Match,
        Role::Error,
        Role::Emphasis,
        Role::Code,
        Role::Link,
        Role::State(State::Unassessed),
        Role::State(State::Gap),
        Role::State(State::Planned),
        Role::State(State::Partial),
        Role::State(State::Covered),
        Role::State(State::Tested),
        Role::State(State::NotApplicable),
        Role::State(State::Accepted),
        Role::State(State::Conflict),
    ];

    /// The name in a theme's file. What stands before a dot names the parent.
    pub const fn name(self) -> &'static str {
        match self {
            Role::Normal => "normal",
            Role::Bar => "bar",
            Role::Dim => "dim",
            Role::Strong => "strong",
            Role::Heading => "heading",
            Role::Cursor => "cursor",
            Role::Match => "match",
            Role::Error => "error",
            Role::Emphasis => "emphasis",
            Role::Code => "code",
            Role::Link => "link",
            Role::State(State::Unassessed) => "state.unassessed",
            Role::State(State::Gap) => "state.gap",
            Role::State(State::Planned) => "state.planned",
            Role::State(State::Partial) => "state.partial",
            Role::State(State::Covered) => "state.covered",
            Role::State(State::Tested) => "state.tested",
            Role::State(State::NotApplicable) => "state.not-applicable",
            Role::State(State::Accepted) => "state.accepted",
            Role::State(State::Conflict) => "state.conflict",
        }
    }

    const fn index(self) -> usize {
        match self {
            Role::Normal => 0,
            Role::Bar => 1,
            Role::Dim => 2,
            Role::Strong => 3,
            Role::Heading => 4,
            Role::Cursor => 5,
            Role::Match => 6,
            Role::Error => 7,
            Role::Emphasis => 8,
            Role::Code => 9,
            Role::Link => 10,
            Role::State(State::Unassessed) => 11,
            Role::State(State::Gap) => 12,
            Role::State(State::Planned) => 13,
            Role::State(State::Partial) => 14,
            Role::State(State::Covered) => 15,
            Role::State(State::Tested) => 16,
            Role::State(State::NotApplicable) => 17,
            Role::State(State::Accepted) => 18,
            Role::State(State::Conflict) => 19,
        }
    }
}

/// Attributes of text, as a set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Attributes(u8);

impl Attributes {
    pub const NONE: Attributes = Attributes(0);
    pub const BOLD: Attributes = Attributes(1);
    pub const DIM: Attributes = Attributes(2);
    pub const ITALIC: Attributes = Attributes(4);
    pub const UNDERLINED: Attributes = Attributes(8);
    pub const REVERSED: Attributes = Attributes(16);
    pub const CROSSED_OUT: Attributes = Attributes(32);

    /// Every attribute with its name in a theme's file.
    pub const NAMES: [(&'static str, Attributes); 6] = [
        ("bold", Attributes::BOLD),
        ("dim", Attributes::DIM),
        ("italic", Attributes::ITALIC),
        ("underlined", Attributes::UNDERLINED),
        ("reversed", Attributes::REVERSED),
        ("crossed-out", Attributes::CROSSED_OUT),
    ];

    pub const fn and(self, more: Attributes) -> Attributes {
        Attributes(self.0 | more.0)
    }

    pub const fn has(self, one: Attributes) -> bool {
        self.0 & one.0 == one.0
    }
}

/// What a role looks like. Where there is no colour, the terminal's own holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Paint {
    pub fg: Option<Colour>,
    pub bg: Option<Colour>,
    pub attributes: Attributes,
}

impl Paint {
    pub const PLAIN: Paint = Paint::new(Attributes::NONE);

    const fn new(attributes: Attributes) -> Paint {
        Paint { fg: None, bg: None, attributes }
    }

    /// In one of the sixteen colours.
    const fn named(code: u8, attributes: Attributes) -> Paint {
        Paint { fg: Some(Colour::named(code)), bg: None, attributes }
    }
}

/// What every role looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    pub(super) paints: [Paint; COUNT],
    /// The background that the theme is meant for. It is said, never painted.
    pub background: Option<Rgb>,
}

impl Default for Theme {
    /// The colours of the terminal, as a table: the usual start reads no file. A test compares it with
    /// `assets/themes/default.toml`, which is there to be inherited and copied.
    ///
    /// Blue against red and yellow, never green against red: colour-blind eyes tell them apart.
    fn default() -> Theme {
        use Attributes as A;
        const RED: u8 = 1;
        const YELLOW: u8 = 3;
        const BLUE: u8 = 4;
        const MAGENTA: u8 = 5;
        const CYAN: u8 = 6;
        let paint = |role| match role {
            Role::Normal => Paint::PLAIN,
            Role::Bar => Paint::new(A::REVERSED),
            Role::Dim | Role::State(State::Unassessed) => Paint::new(A::DIM),
            Role::Strong => Paint::new(A::BOLD),
            Role::Heading => Paint::named(CYAN, A::BOLD),
            Role::Cursor => Paint::new(A::REVERSED.and(A::BOLD)),
            Role::Match => Paint::named(YELLOW, A::BOLD.and(A::UNDERLINED)),
            Role::Error => Paint::named(RED, A::BOLD.and(A::REVERSED)),
            Role::Emphasis => Paint::new(A::ITALIC),
            Role::Code => Paint::named(CYAN, A::NONE),
            Role::Link => Paint::new(A::UNDERLINED),
            Role::State(State::Gap) => Paint::named(RED, A::BOLD),
            Role::State(State::Planned) => Paint::named(YELLOW, A::UNDERLINED),
            Role::State(State::Partial) => Paint::named(YELLOW, A::NONE),
            // Bold, because plain blue is hard to read on black in many terminals.
            Role::State(State::Covered) => Paint::named(BLUE, A::BOLD),
            Role::State(State::Tested) => Paint::named(BLUE, A::REVERSED),
            Role::State(State::NotApplicable) => Paint::new(A::DIM.and(A::CROSSED_OUT)),
            Role::State(State::Accepted) => Paint::named(MAGENTA, A::UNDERLINED.and(A::DIM)),
            Role::State(State::Conflict) => Paint::named(MAGENTA, A::BOLD),
        };
        Theme { paints: Role::ALL.map(paint), background: None }
    }
}

/// Attributes only, no two states with the same.
static MONOCHROME: LazyLock<Theme> = LazyLock::new(|| {
    use Attributes as A;
    let attributes = |role| match role {
        Role::Normal | Role::Code | Role::State(State::Covered) => A::NONE,
        Role::Bar | Role::State(State::Tested) => A::REVERSED,
        Role::Dim | Role::State(State::Unassessed) => A::DIM,
        Role::Strong | Role::Heading | Role::State(State::Gap) => A::BOLD,
        Role::Cursor | Role::Error => A::REVERSED.and(A::BOLD),
        Role::Match => A::BOLD.and(A::UNDERLINED),
        Role::Emphasis => A::ITALIC,
        Role::Link | Role::State(State::Partial) => A::UNDERLINED,
        Role::State(State::Planned) => A::DIM.and(A::UNDERLINED),
        Role::State(State::NotApplicable) => A::DIM.and(A::CROSSED_OUT),
        Role::State(State::Accepted) => A::DIM.and(A::UNDERLINED).and(A::CROSSED_OUT),
        Role::State(State::Conflict) => A::REVERSED.and(A::UNDERLINED),
    };
    Theme { paints: Role::ALL.map(|role| Paint::new(attributes(role))), background: None }
});

impl Theme {
    /// What is drawn at a depth. Colours that can't be shown say nothing: without them every theme
    /// that has some looks like `monochrome`, which tells everything apart by attributes.
    pub fn at(&self, depth: Depth) -> &Theme {
        let coloured = |paint: &Paint| paint.fg.is_some() || paint.bg.is_some();
        if depth == Depth::Monochrome && self.paints.iter().any(coloured) { &MONOCHROME } else { self }
    }

    pub fn paint(&self, role: Role) -> Paint {
        // Every index is below the count of roles; a test tries them all.
        self.paints.get(role.index()).copied().unwrap_or_default()
    }
}

/// The themes that the program brings, in the order of the picker: name, text.
pub const BUILTIN: [(&str, &str); 6] = [
    (Theme::DEFAULT, include_str!("../../assets/themes/default.toml")),
    ("dark", include_str!("../../assets/themes/dark.toml")),
    ("light", include_str!("../../assets/themes/light.toml")),
    ("high-contrast", include_str!("../../assets/themes/high-contrast.toml")),
    ("colour-blind", include_str!("../../assets/themes/colour-blind.toml")),
    ("monochrome", include_str!("../../assets/themes/monochrome.toml")),
];

impl Theme {
    /// The name of the theme that holds when nothing is said.
    pub const DEFAULT: &'static str = "default";

    /// Whether the program brings a theme of this name; a file of the same name is not used.
    pub fn is_builtin(name: &str) -> bool {
        BUILTIN.iter().any(|(builtin, _)| *builtin == name)
    }

    /// The theme of a name. `find` hands out the texts of the user's own themes. The error is one
    /// sentence, with the file and the line.
    pub fn named(name: &str, find: &dyn Fn(&str) -> Option<String>) -> Result<Theme, String> {
        match name {
            Theme::DEFAULT => Ok(Theme::default()),
            "monochrome" => Ok(MONOCHROME.clone()),
            _ => theme_text::load(name, find),
        }
    }

    /// Whether a text can be the name of a theme's file: letters, digits, `-` and `_`, 64 at most.
    pub fn is_name(name: &str) -> bool {
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        (1..=64).contains(&name.len()) && name.chars().all(fits)
    }
}

#[cfg(test)]
mod tests;
