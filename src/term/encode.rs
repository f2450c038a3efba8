//! Frames -> bytes: only what changed, with as few bytes as can be had without knowing the terminal.
//!
//! ratatui's own backends repeat positions and colours, send some 40 bytes for a frame in which
//! nothing changed, and ask the terminal where its cursor is when they clear it. This encoder
//! remembers position and style between cells and asks nothing.

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

use crate::config::Charset;
use crate::ui::Links;

/// From so many blank cells on, erasing them is shorter than writing spaces.
const ERASE_FROM: usize = 6;

/// What is on the screen, and what is being written.
pub(super) struct Encoder {
    shown: Buffer,
    links: Links,
    /// Nothing is known about the screen: the next frame is sent whole.
    unknown: bool,
    cursor: Option<(u16, u16)>,
    charset: Charset,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Pen {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

impl Pen {
    /// Whether a blank looks the same in both. Blanks stand between all words, so changing pens for them
    /// would be most of a frame.
    fn is_same_on_blanks(self, other: Pen) -> bool {
        let seen = Modifier::UNDERLINED | Modifier::REVERSED | Modifier::CROSSED_OUT;
        let plain = !(self.modifier | other.modifier).intersects(seen);
        self == other || (plain && self.bg == other.bg)
    }
}

const PLAIN: Pen = Pen { fg: Color::Reset, bg: Color::Reset, modifier: Modifier::empty() };

impl Encoder {
    pub fn new(charset: Charset) -> Encoder {
        Encoder {
            shown: Buffer::empty(Rect::ZERO),
            links: Links::default(),
            unknown: true,
            cursor: None,
            charset,
        }
    }

    /// What is on the screen, a line a row, without blanks at the ends.
    pub fn text(&self) -> String {
        let cells = usize::from(self.shown.area().width).max(1);
        let mut text = String::new();
        for row in self.shown.content().chunks(cells) {
            let mut skip = 0;
            let mut line = String::new();
            for cell in row {
                // A wide character covers the cells after it.
                if skip == 0 {
                    line.push_str(cell.symbol());
                    skip = cell.symbol().width().max(1);
                }
                skip -= 1;
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }

    /// Whatever is on the screen now, it is not what was sent.
    pub fn forget(&mut self) {
        self.unknown = true;
    }

    /// The bytes that turn what is shown into `frame`; none if it is shown already. `cursor` is
    /// where the terminal's cursor is to be seen, if at all. Keeps the frame and hands the one
    /// before it back in its place, for the next to be drawn in. `links` says where the cells lead.
    pub fn encode(&mut self, frame: &mut Buffer, links: Links, cursor: Option<(u16, u16)>) -> String {
        let (text, charset) = (String::new(), self.charset);
        let mut out = Writer { text, at: None, pen: PLAIN, charset, links: &links, link: None };
        let all = self.unknown || self.shown.area() != frame.area();
        if all {
            // Styles first: an erased cell takes the colour that is set.
            out.text.push_str("\x1b[0m\x1b[2J\x1b[?25l");
            self.cursor = None;
            self.unknown = false;
        }
        let cells = usize::from(frame.area().width).max(1);
        let mut shown = self.shown.content().chunks(cells);
        for (new, y) in frame.content().chunks(cells).zip(0u16..) {
            let old = if all { None } else { shown.next() };
            let same_links = links.same_row(&self.links, usize::from(y));
            if old == Some(new) && same_links {
                continue;
            }
            let is_simple = |row: &[Cell]| is_simple(row, self.charset);
            if same_links && old.is_none_or(is_simple) && is_simple(new) {
                out.changes(old, new, y);
            } else {
                out.whole_row(new, y);
            }
        }
        out.set(PLAIN);
        out.lead(None);
        match cursor {
            Some((x, y)) if self.cursor != cursor || !out.text.is_empty() => {
                out.move_to(x, y);
                if self.cursor.is_none() {
                    out.text.push_str("\x1b[?25h");
                }
            }
            None if self.cursor.is_some() => out.text.push_str("\x1b[?25l"),
            _ => {}
        }
        self.cursor = cursor;
        let text = out.text;
        self.links = links;
        std::mem::swap(&mut self.shown, frame);
        if text.is_empty() {
            return text;
        }
        // Terminals that know synchronized updates (mode 2026) show the frame at once; others ignore it.
        format!("\x1b[?2026h{text}\x1b[?2026l")
    }
}

/// Whether every symbol of a row takes one cell.
fn is_simple(row: &[Cell], charset: Charset) -> bool {
    row.iter().all(|cell| is_one_cell(cell.symbol(), charset))
}

/// ASCII takes one cell on every terminal; lines of boxes (U+2500 to U+257F) do where borders are drawn
/// with them, as that is done only where they are not taken for wide characters.
fn is_one_cell(symbol: &str, charset: Charset) -> bool {
    match symbol.as_bytes() {
        [b' '..=b'~'] => true,
        [0xe2, 0x94 | 0x95, 0x80..=0xbf] => charset == Charset::Unicode,
        _ => false,
    }
}

fn is_blank(cell: &Cell) -> bool {
    cell.symbol() == " " && pen_of(cell) == PLAIN
}

fn looks_same(one: &Cell, other: &Cell) -> bool {
    let blanks = one.symbol() == " " && other.symbol() == " ";
    one == other || (blanks && pen_of(one).is_same_on_blanks(pen_of(other)))
}

fn pen_of(cell: &Cell) -> Pen {
    Pen { fg: cell.fg, bg: cell.bg, modifier: cell.modifier }
}

struct Writer<'a> {
    text: String,
    /// Where the terminal's cursor is; None while that is not sure.
    at: Option<(u16, u16)>,
    pen: Pen,
    charset: Charset,
    links: &'a Links,
    /// Where what is written next leads.
    link: Option<&'a str>,
}

impl<'a> Writer<'a> {
    /// `ESC [ a ; b last`, numbers left out where the terminal assumes them.
    fn csi(&mut self, numbers: &[u16], last: char) {
        self.text.push_str("\x1b[");
        for (i, number) in numbers.iter().enumerate() {
            if i > 0 {
                self.text.push(';');
            }
            push_number(&mut self.text, *number);
        }
        self.text.push(last);
    }

    /// Writes the cells that differ from the old row, or from a blank one.
    fn changes(&mut self, old: Option<&[Cell]>, new: &[Cell], y: u16) {
        let is_shown = |x: usize| match old {
            Some(old) => looks_same(&old[x], &new[x]),
            None => is_blank(&new[x]),
        };
        let mut x = 0;
        while x < new.len() {
            if is_shown(x) {
                x += 1;
                continue;
            }
            // A row is no wider than a terminal, whose width is a u16.
            self.pass_over(new, x as u16, y);
            self.move_to(x as u16, y);
            let blanks = new[x..].iter().take_while(|cell| is_blank(cell)).count();
            if blanks >= ERASE_FROM {
                self.lead(None);
                self.set_for(&new[x]);
                if x + blanks == new.len() {
                    self.text.push_str("\x1b[K");
                } else {
                    self.csi(&[blanks as u16], 'X');
                }
                x += blanks;
            } else {
                self.lead(self.links.at(x, usize::from(y)));
                self.cell(&new[x]);
                x += 1;
            }
        }
    }

    /// Writes a row anew. Overwriting half of a wide character does not look the same on all
    /// terminals, so a row that has or had one is erased first.
    fn whole_row(&mut self, row: &[Cell], y: u16) {
        self.lead(None);
        self.set(PLAIN);
        self.move_to(0, y);
        self.text.push_str("\x1b[2K");
        let mut x = 0;
        while let Some(cell) = row.get(x) {
            if !is_blank(cell) {
                self.move_to(x as u16, y);
                self.lead(self.links.at(x, usize::from(y)));
                self.cell(cell);
            }
            x += cell.symbol().width().max(1);
        }
    }

    /// Gets over a few cells that are shown already by writing them again, where that is shorter than
    /// moving, as it is between words that differ.
    fn pass_over(&mut self, row: &[Cell], x: u16, y: u16) {
        let Some((from, _)) = self.at.filter(|(from, row)| *row == y && *from < x) else { return };
        let cells = &row[usize::from(from)..usize::from(x)];
        let moving = if cells.len() == 1 { "\x1b[C".len() } else { "\x1b[2C".len() };
        let bytes: usize = cells.iter().map(|cell| cell.symbol().len()).sum();
        let same_link = (from..x).all(|x| self.links.at(usize::from(x), usize::from(y)) == self.link);
        if bytes < moving && same_link && cells.iter().all(|cell| self.is_ready_for(cell)) {
            for cell in cells {
                self.cell(cell);
            }
        }
    }

    fn move_to(&mut self, x: u16, y: u16) {
        match self.at {
            Some(at) if at == (x, y) => {}
            Some((from, row)) if row == y && from < x && x - from == 1 => self.text.push_str("\x1b[C"),
            Some((from, row)) if row == y && from < x => self.csi(&[x - from], 'C'),
            Some((_, row)) if row + 1 == y && x == 0 => self.text.push_str("\r\n"),
            _ if x == 0 => self.csi(&[y + 1], 'H'),
            _ => self.csi(&[y + 1, x + 1], 'H'),
        }
        self.at = Some((x, y));
    }

    fn cell(&mut self, cell: &Cell) {
        let symbol = cell.symbol();
        self.set_for(cell);
        self.text.push_str(symbol);
        let cells = u16::try_from(symbol.width()).unwrap_or(0);
        // Terminals disagree on where the cursor is after other characters.
        let sure = is_one_cell(symbol, self.charset);
        self.at = self.at.filter(|_| sure).map(|(x, y)| (x + cells, y));
    }

    /// Whether the cell can be written with the pen that is set.
    fn is_ready_for(&self, cell: &Cell) -> bool {
        let pen = pen_of(cell);
        pen == self.pen || (cell.symbol() == " " && pen.is_same_on_blanks(self.pen))
    }

    /// Takes the cell's pen, unless nobody could see the difference.
    fn set_for(&mut self, cell: &Cell) {
        if !self.is_ready_for(cell) {
            self.set(pen_of(cell));
        }
    }

    /// Begins or ends a link (OSC 8). Addresses come from [`crate::page::Target::address`], which lets
    /// nothing through that could end the sequence; here that is made sure once more.
    fn lead(&mut self, to: Option<&'a str>) {
        let to = to.filter(|address| address.bytes().all(|b| b.is_ascii_graphic()));
        if to != self.link {
            self.text.push_str("\x1b]8;;");
            self.text.push_str(to.unwrap_or_default());
            self.text.push_str("\x1b\\");
            self.link = to;
        }
    }

    /// Sends what differs between the pens.
    fn set(&mut self, pen: Pen) {
        if pen == self.pen {
            return;
        }
        let mut codes = Codes { text: &mut self.text, first: true };
        let mut from = self.pen;
        if !(from.modifier - pen.modifier).is_empty() {
            // Switching single attributes off is not the same on all terminals; starting anew is.
            codes.push(0);
            from = PLAIN;
        }
        for (modifier, code) in MODIFIERS {
            if (pen.modifier - from.modifier).contains(modifier) {
                codes.push(code);
            }
        }
        if pen.fg != from.fg {
            codes.colour(pen.fg, 30);
        }
        if pen.bg != from.bg {
            codes.colour(pen.bg, 40);
        }
        // Attributes that have no code here change nothing.
        if !codes.first {
            self.text.push('m');
        }
        self.pen = pen;
    }
}

const MODIFIERS: [(Modifier, u16); 8] = [
    (Modifier::BOLD, 1),
    (Modifier::DIM, 2),
    (Modifier::ITALIC, 3),
    (Modifier::UNDERLINED, 4),
    (Modifier::SLOW_BLINK, 5),
    (Modifier::REVERSED, 7),
    (Modifier::HIDDEN, 8),
    (Modifier::CROSSED_OUT, 9),
];

fn push_number(text: &mut String, number: u16) {
    if number >= 10 {
        push_number(text, number / 10);
    }
    text.push(char::from(b'0' + (number % 10) as u8));
}

/// The parameters of one style sequence.
struct Codes<'a> {
    text: &'a mut String,
    first: bool,
}

impl Codes<'_> {
    fn push(&mut self, code: u16) {
        self.text.push_str(if self.first { "\x1b[" } else { ";" });
        self.first = false;
        push_number(self.text, code);
    }

    /// `base` is 30 for the foreground, 40 for the background.
    fn colour(&mut self, colour: Color, base: u16) {
        let number = match colour {
            Color::Reset => return self.push(base + 9),
            Color::Black => 0,
            Color::Red => 1,
            Color::Green => 2,
            Color::Yellow => 3,
            Color::Blue => 4,
            Color::Magenta => 5,
            Color::Cyan => 6,
            Color::Gray => 7,
            Color::DarkGray => 8,
            Color::LightRed => 9,
            Color::LightGreen => 10,
            Color::LightYellow => 11,
            Color::LightBlue => 12,
            Color::LightMagenta => 13,
            Color::LightCyan => 14,
            Color::White => 15,
            Color::Indexed(n) => return [base + 8, 5, u16::from(n)].into_iter().for_each(|c| self.push(c)),
            Color::Rgb(r, g, b) => {
                let codes = [base + 8, 2, u16::from(r), u16::from(g), u16::from(b)];
                return codes.into_iter().for_each(|c| self.push(c));
            }
        };
        self.push(if number < 8 { base + number } else { base + 52 + number });
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "the texts are the tests' own")]
mod tests {
    use super::*;
    use crate::app::Area;
    use proptest::prelude::*;
    use ratatui::style::Style;

    /// A frame of letters, spaces and wide characters in a few styles.
    fn frame(width: u16, height: u16, seed: &[u8]) -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
        for (i, byte) in seed.iter().enumerate() {
            let at = u16::try_from(i * 7 % usize::from(width * height)).unwrap();
            let style = match byte % 5 {
                0 => Style::new(),
                1 => Style::new().fg(Color::Red).add_modifier(Modifier::BOLD),
                2 => Style::new().add_modifier(Modifier::REVERSED),
                3 => Style::new().bg(Color::LightBlue).fg(Color::Rgb(230, 159, *byte)),
                _ => {
                    Style::new().fg(Color::Indexed(99)).add_modifier(Modifier::UNDERLINED | Modifier::ITALIC)
                }
            };
            let text = ["ab", "          ", "漢", "x─│", "."][usize::from(byte / 5 % 5)];
            let (x, y) = (at % width, at / width);
            buffer.set_stringn(x, y, text, usize::from(width - x), style);
        }
        buffer
    }

    /// What can be seen of a terminal: symbol, colours and attributes of each cell.
    fn shown(parser: &vt100::Parser, buffer: &Buffer) -> Vec<String> {
        let colour = |c: vt100::Color| format!("{c:?}");
        let mut cells = Vec::new();
        for y in 0..buffer.area().height {
            for x in 0..buffer.area().width {
                let cell = parser.screen().cell(y, x).unwrap();
                let symbol = if cell.has_contents() { cell.contents() } else { " " };
                if symbol == " " && !cell.underline() && !cell.inverse() {
                    cells.push(format!("{x},{y} blank {}", colour(cell.bgcolor())));
                    continue;
                }
                cells.push(format!(
                    "{x},{y} {symbol} {} {} {}{}{}{}",
                    colour(cell.fgcolor()),
                    colour(cell.bgcolor()),
                    cell.bold(),
                    cell.italic(),
                    cell.underline(),
                    cell.inverse()
                ));
            }
        }
        cells
    }

    fn terminal(width: u16, height: u16) -> vt100::Parser {
        let size = |n| std::num::NonZero::new(n).unwrap();
        vt100::Parser::new(size(height), size(width), 0)
    }

    #[test]
    fn nothing_changed_is_nothing_sent() {
        let mut encoder = Encoder::new(Charset::Unicode);
        let frame = frame(20, 5, &[1, 2, 3, 4, 5]);
        assert!(!encoder.encode(&mut frame.clone(), Links::default(), None).is_empty());
        assert_eq!(encoder.encode(&mut frame.clone(), Links::default(), None), "");
        assert!(encoder.encode(&mut frame.clone(), Links::default(), Some((3, 2))).contains("\x1b[?25h"));
        assert_eq!(encoder.encode(&mut frame.clone(), Links::default(), Some((3, 2))), "");
    }

    #[test]
    fn no_query_is_sent() {
        let mut encoder = Encoder::new(Charset::Unicode);
        let bytes = encoder.encode(&mut frame(20, 5, &[9, 8, 7]), Links::default(), None);
        for query in ["\x1b[6n", "\x1b[c", "\x1b[>", "\x1b]"] {
            assert!(!bytes.contains(query), "{bytes:?}");
        }
    }

    #[test]
    fn links_begin_and_end_with_their_cells() {
        const URL: &str = "https://atlas.mitre.org/techniques/AML.T0051";
        let mut buffer = Buffer::empty(Rect::new(0, 0, 30, 2));
        buffer.set_string(0, 0, "See T0051 and more.", Style::new());
        let mut links = Links::of(30, 2);
        links.set(Area::new(4, 0, 5, 1), URL.to_owned());
        let mut encoder = Encoder::new(Charset::Ascii);
        let bytes = encoder.encode(&mut buffer.clone(), links.clone(), None);
        // Moving on writes nothing, so the link ends before what is written next.
        let (begin, end) = (format!("\x1b]8;;{URL}\x1b\\T0051"), "\x1b]8;;\x1b\\and");
        let begun = bytes.find(&begin).unwrap_or_else(|| panic!("{bytes:?}"));
        assert!(bytes[begun + begin.len()..].trim_start_matches("\x1b[C").starts_with(end), "{bytes:?}");
        assert_eq!(bytes.matches("\x1b]8;;").count(), 2);
        // Nothing new is nothing sent, and what leads elsewhere is sent anew.
        assert_eq!(encoder.encode(&mut buffer.clone(), links.clone(), None), "");
        links.set(Area::new(4, 0, 5, 1), "https://example.org".to_owned());
        assert!(encoder.encode(&mut buffer.clone(), links.clone(), None).contains("example.org"));
        // Something drawn over it leads nowhere.
        links.clear(Area::new(0, 0, 30, 2));
        let bytes = encoder.encode(&mut buffer.clone(), links.clone(), None);
        assert!(bytes.contains("T0051") && !bytes.contains("\x1b]"), "{bytes:?}");
        // What could end the sequence is not sent, wherever it comes from.
        links.set(Area::new(4, 0, 5, 1), "https://x/\x1b\\\x1b]0;evil\x07".to_owned());
        let bytes = encoder.encode(&mut buffer, links, None);
        assert!(!bytes.contains("evil"), "{bytes:?}");
    }

    #[test]
    fn colours_of_every_depth_are_sent_once() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 9, 1));
        for (x, colour) in [(0, Color::Red), (3, Color::Indexed(208)), (6, Color::Rgb(230, 159, 0))] {
            buffer.set_string(x, 0, "abc", Style::new().fg(colour));
        }
        let bytes = Encoder::new(Charset::Unicode).encode(&mut buffer, Links::default(), None);
        let from = bytes.find("\x1b[31m").unwrap();
        assert_eq!(
            bytes[from..].trim_end_matches("\x1b[?2026l"),
            "\x1b[31mabc\x1b[38;5;208mabc\x1b[38;2;230;159;0mabc\x1b[39m"
        );
    }

    #[test]
    fn a_row_with_lines_of_boxes_is_not_sent_whole() {
        let mut encoder = Encoder::new(Charset::Unicode);
        let mut buffer = Buffer::empty(Rect::new(0, 0, 40, 1));
        buffer.set_string(0, 0, "names and names │ names and names │", Style::new());
        encoder.encode(&mut buffer.clone(), Links::default(), None);
        buffer.set_string(18, 0, "n", Style::new());
        buffer.set_string(20, 0, "x│y", Style::new());
        let bytes = encoder.encode(&mut buffer, Links::default(), None);
        assert_eq!(bytes, "\x1b[?2026h\x1b[1;21Hx│y\x1b[?2026l");
        // Where borders are not drawn so, nobody knows how wide a text's lines are.
        let mut encoder = Encoder::new(Charset::Ascii);
        encoder.encode(&mut buffer.clone(), Links::default(), None);
        buffer.set_string(0, 0, "N", Style::new());
        assert!(encoder.encode(&mut buffer, Links::default(), None).contains("\x1b[2K"));
    }

    #[test]
    fn pens_change_for_blanks_only_where_that_shows() {
        let mut encoder = Encoder::new(Charset::Unicode);
        let mut buffer = Buffer::empty(Rect::new(0, 0, 40, 1));
        let dim = Style::new().add_modifier(Modifier::DIM);
        for x in [0, 4, 8] {
            buffer.set_string(x, 0, "abc", dim);
        }
        buffer.set_string(12, 0, "d", Style::new().add_modifier(Modifier::UNDERLINED));
        let bytes = encoder.encode(&mut buffer, Links::default(), None);
        assert!(bytes.contains("\x1b[2mabc abc abc \x1b[0;4md\x1b[0m"), "{bytes:?}");
        // Words on both sides of one that stays are written through it; blanks to the end are erased.
        let mut buffer = Buffer::empty(Rect::new(0, 0, 40, 1));
        buffer.set_string(0, 0, "one and two", Style::new());
        let mut encoder = Encoder::new(Charset::Unicode);
        encoder.encode(&mut buffer.clone(), Links::default(), None);
        let mut other = Buffer::empty(Rect::new(0, 0, 40, 1));
        other.set_string(0, 0, "six and", Style::new());
        let mut bytes = encoder.encode(&mut other.clone(), Links::default(), None);
        assert_eq!(bytes, "\x1b[?2026h\x1b[1Hsix\x1b[5C\x1b[K\x1b[?2026l");
        other.set_string(0, 0, "six odd numbers", Style::new());
        bytes = encoder.encode(&mut other, Links::default(), None);
        assert_eq!(bytes, "\x1b[?2026h\x1b[1;5Hodd numbers\x1b[?2026l");
        bytes = encoder.encode(&mut Buffer::empty(Rect::new(0, 0, 40, 1)), Links::default(), None);
        assert_eq!(bytes, "\x1b[?2026h\x1b[1H\x1b[K\x1b[?2026l");
    }

    proptest! {
        /// Frame after frame, a terminal shows the same as one that is sent the last frame whole.
        #[test]
        fn changes_and_whole_frames_look_the_same(
            seeds in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 1..6),
            forget in any::<bool>(),
            ascii in any::<bool>(),
            linked in 0usize..8,
        ) {
            let charset = if ascii { Charset::Ascii } else { Charset::Unicode };
            let mut encoder = Encoder::new(charset);
            let mut terminal_of_changes = terminal(24, 6);
            let mut last = frame(24, 6, &[]);
            for seed in &seeds {
                last = frame(24, 6, seed);
                if forget { encoder.forget(); }
                // Links change nothing that is seen, and each ends before anything else begins.
                let mut links = Links::of(24, 6);
                for (byte, y) in seed.iter().zip((0..6).cycle()).take(linked) {
                    links.set(Area::new(u16::from(byte % 20), y, 4, 1), format!("https://example.org/{byte}"));
                }
                let bytes = encoder.encode(&mut last.clone(), links, None);
                let last_link = bytes.rfind("\x1b]8;;").map_or("", |at| &bytes[at..]);
                prop_assert!(last_link.is_empty() || last_link.starts_with("\x1b]8;;\x1b\\"));
                terminal_of_changes.process(bytes.as_bytes());
            }
            let mut whole = terminal(24, 6);
            whole.process(Encoder::new(Charset::Unicode).encode(&mut last.clone(), Links::default(), None).as_bytes());
            prop_assert_eq!(shown(&terminal_of_changes, &last), shown(&whole, &last));
            // And the whole frame shows the frame's symbols.
            for y in 0..6 {
                for x in 0..24 {
                    let cell = whole.screen().cell(y, x).unwrap();
                    if !cell.is_wide_continuation() {
                        let symbol = if cell.has_contents() { cell.contents() } else { " " };
                        let expected = &last[(x, y)];
                        prop_assert_eq!(symbol, expected.symbol());
                        prop_assert_eq!(cell.underline(), expected.modifier.contains(Modifier::UNDERLINED));
                        prop_assert_eq!(cell.inverse(), expected.modifier.contains(Modifier::REVERSED));
                        let unpainted = cell.bgcolor() == vt100::Color::Default;
                        prop_assert_eq!(unpainted, expected.bg == Color::Reset);
                    }
                }
            }
        }
    }
}
