//! A pane with a page in it: scrolling, and moving from link to link as in a text browser.

use super::layout::Area;
use crate::catalog::ObjectId;
use crate::page::{Link, Page, Part, Section, Target, clip, width};

/// Where the reader is in a page; survives a page that is made anew for another width.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Position {
    /// The first visible line.
    pub scroll: usize,
    /// The link that Enter follows.
    pub link: Option<usize>,
}

/// The name of a section in the row above a pane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tab {
    /// The column where it begins.
    pub x: u16,
    /// As it is drawn, blanks around it included; `>` where it is cut, `<` where others are left out
    /// before it.
    pub text: String,
    /// Position in [`Page::sections`].
    pub section: usize,
}

/// One pane on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pane {
    pub area: Area,
    /// Which parts of the object the page holds.
    pub parts: &'static [Part],
    pub page: Page,
    pub at: Position,
}

impl Pane {
    fn height(&self) -> usize {
        usize::from(self.area.height).max(1)
    }

    fn last_scroll(&self) -> usize {
        self.page.lines.len().saturating_sub(self.height())
    }

    /// Lines out of sight above and below.
    pub fn hidden(&self) -> (usize, usize) {
        (self.at.scroll, self.last_scroll().saturating_sub(self.at.scroll))
    }

    pub fn link(&self) -> Option<&Link> {
        self.page.links.get(self.at.link?)
    }

    /// Keeps the position within the page.
    pub fn clamp(&mut self) {
        self.at.scroll = self.at.scroll.min(self.last_scroll());
        if self.at.link.is_some_and(|l| l >= self.page.links.len()) {
            self.at.link = None;
        }
    }

    fn is_visible(&self, link: usize) -> bool {
        let lines = self.at.scroll..self.at.scroll + self.height();
        self.page.links.get(link).is_some_and(|l| lines.contains(&l.line))
    }

    /// Scrolls by lines. A link left behind hands over to the nearest one in sight.
    pub fn scroll(&mut self, by: isize) {
        self.at.scroll = self.at.scroll.saturating_add_signed(by).min(self.last_scroll());
        if self.at.link.is_some_and(|l| !self.is_visible(l)) {
            let mut links = 0..self.page.links.len();
            self.at.link = if by > 0 {
                links.find(|l| self.is_visible(*l))
            } else {
                links.rfind(|l| self.is_visible(*l))
            };
        }
    }

    /// To the next link if one is in sight, or soon will be; else a line further.
    pub fn down(&mut self) {
        let next = match self.at.link {
            Some(link) => link + 1,
            None => {
                let from = self.at.scroll;
                self.page.links.iter().position(|l| l.line >= from).unwrap_or(self.page.links.len())
            }
        };
        self.step_to(next, 1);
    }

    pub fn up(&mut self) {
        let previous = match self.at.link {
            Some(link) => link.checked_sub(1),
            None => self.page.links.iter().rposition(|l| l.line < self.at.scroll + self.height()),
        };
        match previous {
            Some(previous) => self.step_to(previous, -1),
            None => self.scroll(-1),
        }
    }

    fn step_to(&mut self, link: usize, direction: isize) {
        if self.is_visible(link) {
            self.at.link = Some(link);
            return;
        }
        let before = self.at.scroll;
        self.scroll(direction);
        // A link that came into sight by this line is taken at once, so lists move a row a key.
        if self.is_visible(link) {
            self.at.link = Some(link);
        } else if before == self.at.scroll {
            // At the end of the page: nothing more to scroll.
            self.at.link = self.at.link.filter(|l| self.is_visible(*l));
        }
    }

    pub fn page_down(&mut self, lines: usize) {
        self.scroll(isize::try_from(lines).unwrap_or(isize::MAX));
    }

    pub fn page_up(&mut self, lines: usize) {
        self.scroll(-isize::try_from(lines).unwrap_or(isize::MAX));
    }

    /// Lines that a page key moves: all but one, for the eye to hold on to.
    pub fn page_lines(&self) -> usize {
        (self.height() - 1).max(1)
    }

    /// To the first link that leads where it is meant to, scrolled into sight. Nothing if there is none.
    pub fn choose(&mut self, is_meant: impl Fn(&Target) -> bool) {
        let Some(link) = self.page.links.iter().position(|l| is_meant(&l.target)) else { return };
        if !self.is_visible(link) {
            self.at.scroll = self.page.links[link].line.min(self.last_scroll());
        }
        self.at.link = Some(link);
    }

    pub fn top(&mut self) {
        self.at = Position { scroll: 0, link: (!self.page.links.is_empty()).then_some(0) };
        if !self.at.link.is_some_and(|l| self.is_visible(l)) {
            self.at.link = None;
        }
    }

    pub fn bottom(&mut self) {
        self.at.scroll = self.last_scroll();
        self.at.link = self.page.links.len().checked_sub(1).filter(|l| self.is_visible(*l));
    }

    /// How much of the page is out of sight, in signs: ` ^12 v3`.
    pub fn more(&self) -> String {
        match self.hidden() {
            (0, 0) => String::new(),
            (0, below) => format!(" v{below}"),
            (above, 0) => format!(" ^{above}"),
            (above, below) => format!(" ^{above} v{below}"),
        }
    }

    /// The names of the sections as far as there is room beside [`Pane::more`], the current one always
    /// among them.
    pub fn tabs(&self) -> Vec<Tab> {
        let name = |section: &Section| match section.count {
            Some(count) => format!(" {} {count} ", section.title),
            None => format!(" {} ", section.title),
        };
        let texts: Vec<String> = self.page.sections.iter().map(name).collect();
        let room = usize::from(self.area.width).saturating_sub(1 + width(&self.more()));
        let cells = |texts: &[String]| texts.iter().map(|text| width(text)).sum::<usize>();
        let current = self.current_section().unwrap_or(0).min(texts.len().saturating_sub(1));
        let mut first = 0;
        if cells(&texts) > room {
            // One cell tells that there are more.
            while first < current && cells(&texts[first..=current]) + 1 > room {
                first += 1;
            }
        }
        let mut used = 0;
        let mut tabs = Vec::new();
        for (section, text) in texts.iter().enumerate().skip(first) {
            let text =
                if section == first && first > 0 { format!("<{}", text.trim_start()) } else { text.clone() };
            let last = section + 1 == texts.len();
            let left = room.saturating_sub(used);
            if left == 0 {
                break;
            }
            // A tab that fits, but leaves no cell for the sign that others follow, carries it.
            let fits = width(&text) + usize::from(!last) <= left;
            let shown = if fits { text } else { clip(&format!("{text} "), left) };
            let x = self.area.x + 1 + u16::try_from(used).unwrap_or(0);
            used += width(&shown);
            tabs.push(Tab { x, text: shown, section });
            if !fits {
                break;
            }
        }
        tabs
    }

    /// To the head of the next or the previous section, and its first link.
    pub fn section(&mut self, by: isize) {
        let line = self.at.link.and_then(|l| self.page.links.get(l)).map_or(self.at.scroll, |l| l.line);
        let here = self.page.section_at(line.max(self.at.scroll)).unwrap_or(0);
        let last = self.page.sections.len().saturating_sub(1);
        let to = here.saturating_add_signed(by).min(last);
        // The last ones may have no line to begin a screen with, nor a link: then the next that has.
        let beyond = if by < 0 { 0..=to } else { to..=last };
        let mut there: Vec<usize> = beyond.collect();
        if by < 0 {
            there.reverse();
        }
        for section in there {
            self.to_section(section);
            if self.current_section() == Some(section) {
                return;
            }
        }
    }

    /// To the head of a section, and its first link.
    pub fn to_section(&mut self, section: usize) {
        let Some(section) = self.page.sections.get(section) else { return };
        let lines = section.lines.clone();
        self.at.scroll = lines.start.min(self.last_scroll());
        self.at.link =
            self.page.links.iter().position(|l| lines.contains(&l.line)).filter(|l| self.is_visible(*l));
    }

    /// Scrolls to an anchor of the page, and chooses the first link after it.
    pub fn show_anchor(&mut self, anchor: usize) {
        let Some(line) = self.page.anchors.get(anchor).copied() else { return };
        let end = self.page.anchors.get(anchor + 1).copied().unwrap_or(self.page.lines.len());
        self.at.scroll = line.min(self.last_scroll());
        self.at.link = self.page.links.iter().position(|l| (line..end).contains(&l.line));
    }

    /// To the first step of a case study that uses the technique.
    pub fn seek(&mut self, technique: ObjectId) {
        let Some(steps) = self.page.sections.iter().find(|s| s.title == "Steps") else { return };
        let lines = steps.lines.clone();
        let target = Target::Object(technique);
        let link = self.page.links.iter().position(|l| l.target == target && lines.contains(&l.line));
        if let Some(link) = link {
            // A line above it tells that the chain begins before it.
            self.at.scroll = self.page.links[link].line.saturating_sub(1).min(self.last_scroll());
            self.at.link = Some(link);
        }
    }

    /// The section that is being read: that of the link, or of the first line.
    pub fn current_section(&self) -> Option<usize> {
        let line = self.link().map_or(self.at.scroll, |l| l.line);
        self.page.section_at(line)
    }
}
