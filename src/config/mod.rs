//! What the user has set: settings and themes, from text to values. Files are `store`'s.

mod charset;
mod colour;
mod depth;
mod settings;
mod text;
mod theme;
mod theme_text;
mod weights;

pub use charset::Charset;
pub use colour::{COLOUR_NAMES, Colour, Rgb, Shade};
pub use depth::{ColourEnvironment, Depth};
pub use settings::{KeySetting, SETTINGS, Setting, Settings, parse_color, sample, with_theme};
pub use text::Problem;
pub use theme::{Attributes, BUILTIN, Paint, Role, Theme};
pub use weights::{WEIGHTS, Weight};
