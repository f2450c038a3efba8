//! Role -> style. The only place where a theme's colours become ratatui's.

use ratatui::style::{Color, Modifier, Style};

pub(super) use crate::config::Role;
use crate::config::{Attributes, Colour, Depth, Shade, Theme};
use crate::page::Tone;

/// The role of a piece of a page.
pub(super) const fn of_tone(tone: Tone) -> Role {
    match tone {
        Tone::Normal => Role::Normal,
        Tone::Dim => Role::Dim,
        Tone::Strong | Tone::Title => Role::Strong,
        Tone::Emphasis => Role::Emphasis,
        Tone::Code => Role::Code,
        Tone::Heading => Role::Heading,
        Tone::Link => Role::Link,
        Tone::State(state) => Role::State(state),
    }
}

/// What a role looks like in a theme, at a depth.
pub(super) fn style(theme: &Theme, depth: Depth, role: Role) -> Style {
    let paint = theme.paint(role);
    let mut style = Style::new();
    style.fg = paint.fg.and_then(|colour| sent(colour, depth));
    style.bg = paint.bg.and_then(|colour| sent(colour, depth));
    for (attribute, modifier) in MODIFIERS {
        if paint.attributes.has(attribute) {
            style = style.add_modifier(modifier);
        }
    }
    // These two go over cells that are written already and must not stay dim below them.
    if matches!(role, Role::Cursor | Role::Match) && !paint.attributes.has(Attributes::DIM) {
        style = style.remove_modifier(Modifier::DIM);
    }
    style
}

const MODIFIERS: [(Attributes, Modifier); 6] = [
    (Attributes::BOLD, Modifier::BOLD),
    (Attributes::DIM, Modifier::DIM),
    (Attributes::ITALIC, Modifier::ITALIC),
    (Attributes::UNDERLINED, Modifier::UNDERLINED),
    (Attributes::REVERSED, Modifier::REVERSED),
    (Attributes::CROSSED_OUT, Modifier::CROSSED_OUT),
];

fn sent(colour: Colour, depth: Depth) -> Option<Color> {
    Some(match colour.at(depth)? {
        Shade::Rgb([r, g, b]) => Color::Rgb(r, g, b),
        Shade::Indexed(n) => Color::Indexed(n),
        Shade::Ansi(code) => match code {
            0 => Color::Black,
            1 => Color::Red,
            2 => Color::Green,
            3 => Color::Yellow,
            4 => Color::Blue,
            5 => Color::Magenta,
            6 => Color::Cyan,
            7 => Color::Gray,
            8 => Color::DarkGray,
            9 => Color::LightRed,
            10 => Color::LightGreen,
            11 => Color::LightYellow,
            12 => Color::LightBlue,
            13 => Color::LightMagenta,
            14 => Color::LightCyan,
            _ => Color::White,
        },
    })
}
