//! Writing on the buffer: clipped to areas, by role. Everything drawn goes through here, so nothing
//! reaches a cell without ratatui's own filter and a last look for what must not be there.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::links::Links;
use super::theme::{self, Role};
use crate::app::{Area, layout};
use crate::catalog::sanitize;
use crate::config::{Charset, Depth, Paint, Theme};
use crate::page::{Page, Tone, clip, width};

pub(super) struct Canvas<'a> {
    pub buffer: &'a mut Buffer,
    pub theme: &'a Theme,
    pub depth: Depth,
    pub charset: Charset,
    /// Where the terminal's cursor goes, if a text is being typed.
    pub cursor: Option<(u16, u16)>,
    /// Where cells lead, if that is asked for.
    pub links: Option<Links>,
}

/// What lines are drawn with.
struct Lines {
    across: &'static str,
    down: &'static str,
    /// Clockwise from the upper left.
    corners: [&'static str; 4],
}

const ASCII: Lines = Lines { across: "-", down: "|", corners: ["+"; 4] };
const UNICODE: Lines = Lines { across: "─", down: "│", corners: ["┌", "┐", "┘", "└"] };

impl Canvas<'_> {
    pub fn style(&self, role: Role) -> Style {
        theme::style(self.theme, self.depth, role)
    }

    const fn line_set(&self) -> &'static Lines {
        match self.charset {
            Charset::Ascii => &ASCII,
            Charset::Unicode => &UNICODE,
        }
    }

    /// Writes at most `most` cells of a text and returns how many were used.
    pub fn text(&mut self, x: u16, y: u16, most: u16, text: &str, role: Role) -> u16 {
        let style = self.style(role);
        self.styled(x, y, most, text, style)
    }

    #[allow(clippy::disallowed_methods, reason = "the one place that writes on the buffer, after sanitising")]
    pub fn styled(&mut self, x: u16, y: u16, most: u16, text: &str, style: Style) -> u16 {
        let area = *self.buffer.area();
        if y >= area.bottom() || x >= area.right() || most == 0 {
            return 0;
        }
        if let Some(links) = &mut self.links {
            links.clear(Area::new(x, y, most, 1));
        }
        let text = sanitize(text, false);
        if text.is_ascii() {
            // Nearly everything is ASCII, one cell a character: no need to look for wide ones.
            let room = usize::from(most.min(area.right() - x));
            let mut end = x;
            for byte in text.bytes().take(room) {
                self.buffer[(end, y)].set_char(char::from(byte)).set_style(style);
                end += 1;
            }
            return end - x;
        }
        let (end, _) = self.buffer.set_stringn(x, y, text, usize::from(most), style);
        end - x
    }

    /// Gives a role to cells that are written already.
    pub fn restyle(&mut self, area: Area, role: Role) {
        let style = self.style(role);
        self.buffer.set_style(rect(area), style);
    }

    /// Writes a text clipped with `>` and filled to the width of the area's first row.
    pub fn row(&mut self, area: Area, text: &str, role: Role) {
        self.fill(Area { height: 1, ..area }, role);
        let text = clip(text, usize::from(area.width));
        self.text(area.x, area.y, area.width, &text, role);
    }

    /// Blanks an area.
    pub fn fill(&mut self, area: Area, role: Role) {
        if let Some(links) = &mut self.links {
            links.clear(area);
        }
        let rect = rect(area).intersection(*self.buffer.area());
        for y in rect.top()..rect.bottom() {
            for x in rect.left()..rect.right() {
                self.buffer[(x, y)].reset();
            }
        }
        self.paint(rect);
        self.buffer.set_style(rect, self.style(role));
    }

    /// Gives cells what the theme says of `normal`: nothing, in the themes that the program brings.
    pub fn paint(&mut self, rect: Rect) {
        if self.theme.paint(Role::Normal) != Paint::PLAIN {
            self.buffer.set_style(rect, self.style(Role::Normal));
        }
    }

    /// Writes the lines of a page from one on; the spans of the link `focused` get the cursor's role.
    pub fn lines(&mut self, area: Area, page: &Page, from: usize, focused: Option<usize>) {
        let lines = page.lines.get(from..).unwrap_or_default();
        for (line, y) in lines.iter().zip(area.y..area.y + area.height) {
            let mut x = area.x;
            for span in line {
                let has_cursor = span.link.is_some() && span.link == focused;
                let role = if has_cursor { Role::Cursor } else { theme::of_tone(span.tone) };
                // Code keeps its spaces through wrapping as no-break spaces.
                let used = match span.tone {
                    Tone::Code => {
                        self.text(x, y, area.x + area.width - x, &span.text.replace('\u{a0}', " "), role)
                    }
                    _ => self.text(x, y, area.x + area.width - x, &span.text, role),
                };
                if let Some(links) = &mut self.links
                    && let Some(address) = page.address(span)
                {
                    links.set(Area::new(x, y, used, 1), address);
                }
                x += used;
            }
        }
    }

    /// A box with a title, blanked inside. Returns the inside.
    pub fn frame(&mut self, area: Area, title: &str) -> Area {
        self.fill(area, Role::Normal);
        if area.width < 4 || area.height < 3 {
            return Area { width: 0, height: 0, ..area };
        }
        let inner = usize::from(area.width) - 2;
        let Lines { across, down, corners: [upper_left, upper_right, lower_right, lower_left] } =
            self.line_set();
        let title = clip(&format!("{across} {title} "), inner);
        let top = format!("{upper_left}{title}{}{upper_right}", across.repeat(inner - width(&title)));
        let bottom = format!("{lower_left}{}{lower_right}", across.repeat(inner));
        self.text(area.x, area.y, area.width, &top, Role::Heading);
        let last = area.y + area.height - 1;
        self.text(area.x, last, area.width, &bottom, Role::Heading);
        for y in area.y + 1..last {
            self.text(area.x, y, 1, down, Role::Heading);
            self.text(area.x + area.width - 1, y, 1, down, Role::Heading);
        }
        layout::inside(area)
    }

    /// A vertical line.
    pub fn rule(&mut self, x: u16, y: u16, height: u16) {
        for y in y..y + height {
            self.text(x, y, 1, self.line_set().down, Role::Dim);
        }
    }

    /// A horizontal line.
    pub fn rule_across(&mut self, x: u16, y: u16, width: u16) {
        let rule = self.line_set().across.repeat(usize::from(width));
        self.text(x, y, width, &rule, Role::Dim);
    }
}

fn rect(area: Area) -> Rect {
    Rect::new(area.x, area.y, area.width, area.height)
}
