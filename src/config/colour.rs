//! A colour at every depth that terminals have.

use super::Depth;

/// The sixteen names, in the order of their codes. Their look is the terminal's to choose.
pub const COLOUR_NAMES: [&str; 16] = [
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "gray",
    "dark-gray",
    "light-red",
    "light-green",
    "light-yellow",
    "light-blue",
    "light-magenta",
    "light-cyan",
    "white",
];

/// Red, green and blue, as in sRGB.
pub type Rgb = [u8; 3];

/// What the sixteen look like in xterm without settings; only for finding the nearest of them.
const SIXTEEN: [Rgb; 16] = [
    [0x00, 0x00, 0x00],
    [0xcd, 0x00, 0x00],
    [0x00, 0xcd, 0x00],
    [0xcd, 0xcd, 0x00],
    [0x00, 0x00, 0xee],
    [0xcd, 0x00, 0xcd],
    [0x00, 0xcd, 0xcd],
    [0xe5, 0xe5, 0xe5],
    [0x7f, 0x7f, 0x7f],
    [0xff, 0x00, 0x00],
    [0x00, 0xff, 0x00],
    [0xff, 0xff, 0x00],
    [0x5c, 0x5c, 0xff],
    [0xff, 0x00, 0xff],
    [0x00, 0xff, 0xff],
    [0xff, 0xff, 0xff],
];

/// A colour, with what stands in for it where a terminal has fewer. The nearest ones are looked for
/// once, when a theme is read, so that drawing has nothing to reckon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour {
    rgb: Option<Rgb>,
    /// Of the 256; below 16 for a named colour.
    indexed: u8,
    /// Of the sixteen.
    ansi: u8,
}

/// A colour as it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shade {
    /// One of the sixteen, by its code.
    Ansi(u8),
    /// One of the 240 with a fixed look, 16 to 255.
    Indexed(u8),
    Rgb(Rgb),
}

impl Colour {
    /// One of the sixteen; the lower four bits of the code count.
    pub const fn named(code: u8) -> Colour {
        Colour { rgb: None, indexed: code & 15, ansi: code & 15 }
    }

    pub fn rgb(rgb: Rgb) -> Colour {
        let fixed = (16..=255).map(|n| (n, fixed(n)));
        let sixteen = (0..16).zip(SIXTEEN);
        Colour { rgb: Some(rgb), indexed: nearest(rgb, fixed), ansi: nearest(rgb, sixteen) }
    }

    /// How the colour is sent to a terminal of this depth; None where nothing is.
    pub const fn at(self, depth: Depth) -> Option<Shade> {
        match (depth, self.rgb) {
            (Depth::Monochrome, _) => None,
            (Depth::Sixteen, _) | (_, None) => Some(Shade::Ansi(self.ansi)),
            (Depth::Indexed, _) => Some(Shade::Indexed(self.indexed)),
            (Depth::True, Some(rgb)) => Some(Shade::Rgb(rgb)),
        }
    }

    /// What it looks like, if that is not the terminal's to choose.
    pub const fn look(self) -> Option<Rgb> {
        self.rgb
    }

    /// Reads `#rrggbb` or one of the sixteen names.
    pub fn parse(text: &str) -> Option<Colour> {
        if let Some(code) = COLOUR_NAMES.iter().position(|name| *name == text) {
            return Some(Colour::named(code as u8));
        }
        parse_rgb(text).map(Colour::rgb)
    }
}

/// Reads `#rrggbb`.
pub(super) fn parse_rgb(text: &str) -> Option<Rgb> {
    let digits =
        text.strip_prefix('#').filter(|d| d.len() == 6 && d.bytes().all(|b| b.is_ascii_hexdigit()))?;
    let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
    Some([byte(0)?, byte(2)?, byte(4)?])
}

/// The look of the colours 16 to 255: a cube of six steps a side, and a ramp of 24 greys.
fn fixed(index: u8) -> Rgb {
    match index.checked_sub(232) {
        Some(grey) => [8 + 10 * grey; 3],
        None => {
            let n = index.saturating_sub(16);
            [n / 36, n / 6 % 6, n % 6].map(|step| if step == 0 { 0 } else { 55 + 40 * step })
        }
    }
}

/// The number of the colour that looks most like `rgb`; the first of several.
fn nearest(rgb: Rgb, among: impl Iterator<Item = (u8, Rgb)>) -> u8 {
    let wanted = oklab(rgb.map(linear));
    let mut best = (f32::INFINITY, 0);
    for (number, other) in among {
        let far = distance(wanted, oklab(other.map(linear)));
        if far < best.0 {
            best = (far, number);
        }
    }
    best.1
}

/// How far apart two colours look in Oklab, squared.
pub(super) fn distance(a: [f32; 3], b: [f32; 3]) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

/// The share of light, 0 to 1, that a byte of sRGB stands for (IEC 61966-2-1).
pub(super) fn linear(byte: u8) -> f32 {
    let share = f32::from(byte) / 255.0;
    if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
}

/// Linear red, green and blue as lightness, green to red, blue to yellow, so that distances are as
/// eyes see them: Björn Ottosson, "A perceptual color space for image processing", 2020.
#[allow(clippy::many_single_char_names, reason = "the names of the source")]
pub(super) fn oklab([r, g, b]: [f32; 3]) -> [f32; 3] {
    let l = (0.412_221_46 * r + 0.536_332_55 * g + 0.051_445_995 * b).cbrt();
    let m = (0.211_903_5 * r + 0.680_699_5 * g + 0.107_396_96 * b).cbrt();
    let s = (0.088_302_46 * r + 0.281_718_85 * g + 0.629_978_7 * b).cbrt();
    [
        0.210_454_26 * l + 0.793_617_8 * m - 0.004_072_047 * s,
        1.977_998_5 * l - 2.428_592_2 * m + 0.450_593_7 * s,
        0.025_904_037 * l + 0.782_771_77 * m - 0.808_675_77 * s,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_of_the_palette_is_its_own_nearest() {
        for index in 16..=255 {
            let colour = Colour::rgb(fixed(index));
            let Some(Shade::Indexed(found)) = colour.at(Depth::Indexed) else { panic!("{colour:?}") };
            // Some colours stand twice in the palette: the cube has greys, too.
            assert_eq!(fixed(found), fixed(index));
        }
        for (code, rgb) in SIXTEEN.into_iter().enumerate() {
            assert_eq!(Colour::rgb(rgb).at(Depth::Sixteen), Some(Shade::Ansi(code as u8)));
        }
    }

    #[test]
    fn the_nearest_is_what_eyes_take_for_it() {
        let sixteen = |rgb| match Colour::rgb(rgb).at(Depth::Sixteen) {
            Some(Shade::Ansi(code)) => COLOUR_NAMES[usize::from(code)],
            other => panic!("{other:?}"),
        };
        assert_eq!(sixteen([0xd5, 0x20, 0x10]), "red");
        assert_eq!(sixteen([0xf0, 0xe4, 0x42]), "light-yellow");
        assert_eq!(sixteen([0x00, 0x20, 0xd0]), "blue");
        assert_eq!(sixteen([0x70, 0x78, 0x75]), "dark-gray");
        assert_eq!(sixteen([0xfa, 0xfa, 0xf0]), "white");
        assert_eq!(Colour::rgb([0xff, 0x87, 0x02]).at(Depth::Indexed), Some(Shade::Indexed(208)));
    }

    #[test]
    fn depths() {
        let orange = Colour::rgb([0xe6, 0x9f, 0x00]);
        assert_eq!(orange.at(Depth::Monochrome), None);
        assert_eq!(orange.at(Depth::True), Some(Shade::Rgb([0xe6, 0x9f, 0x00])));
        for depth in [Depth::Sixteen, Depth::Indexed, Depth::True] {
            assert_eq!(Colour::named(4).at(depth), Some(Shade::Ansi(4)), "a name stays the terminal's own");
        }
    }

    #[test]
    fn texts_that_are_colours_and_texts_that_are_not() {
        assert_eq!(Colour::parse("light-cyan"), Some(Colour::named(14)));
        assert_eq!(Colour::parse("#E69f00"), Some(Colour::rgb([0xe6, 0x9f, 0x00])));
        for text in ["", "#", "#fff", "#12345g", "#+12345", "#1234567", "Red", "orange", "#ééé", "\u{1b}[31m"]
        {
            assert_eq!(Colour::parse(text), None, "{text}");
        }
    }

    #[test]
    fn oklab_of_known_colours() {
        // The table in the source: D65 white, and pure red by its conversion.
        let near = |a: [f32; 3], b: [f32; 3]| distance(a, b) < 1e-6;
        assert!(near(oklab([1.0, 1.0, 1.0]), [1.0, 0.0, 0.0]));
        assert!(near(oklab([1.0, 0.0, 0.0]), [0.627_955, 0.224_863, 0.125_846]));
    }
}
