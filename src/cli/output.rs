//! What is printed: gathered, sanitised, written once.

use std::io::{self, IsTerminal, Write};

use super::Failure;
use crate::catalog::sanitize;
use crate::page::Page;

/// The answer on stdout.
pub(super) struct Output {
    /// What is sanitised already, with links around.
    done: String,
    /// What is not yet.
    rest: String,
    /// Whether links are sent as such.
    links: bool,
}

impl Output {
    pub fn new() -> Output {
        Output { done: String::new(), rest: String::new(), links: false }
    }

    /// With links of the terminal (OSC 8), if they are asked for and the answer goes to a terminal.
    pub fn with_links(asked: bool) -> Output {
        Output { links: asked && io::stdout().is_terminal(), ..Output::new() }
    }

    /// Adds text as it is, line breaks included.
    pub fn text(&mut self, text: &str) {
        self.rest.push_str(text);
    }

    pub fn line(&mut self, line: &str) {
        self.rest.push_str(line.trim_end());
        self.rest.push('\n');
    }

    /// Adds a piece of text that leads to an address; see [`Target::address`](crate::page::Target::address).
    pub fn link(&mut self, text: &str, address: Option<&str>) {
        match address.filter(|_| self.links) {
            None => self.text(text),
            Some(address) => {
                self.done.push_str(&sanitize(&std::mem::take(&mut self.rest), true));
                // The address may hold printable ASCII only; whatever else it holds is shown, not sent.
                let (address, text) = (sanitize(address, false), sanitize(text, false));
                self.done.push_str(&format!("\x1b]8;;{address}\x1b\\{text}\x1b]8;;\x1b\\"));
            }
        }
    }

    /// Adds a page.
    pub fn page(&mut self, page: &Page) {
        if !self.links {
            return self.text(&page.plain());
        }
        for line in &page.lines {
            for span in line {
                self.link(&span.text, page.address(span).as_deref());
            }
            self.text("\n");
        }
    }

    /// Writes it. A reader that has gone (`| head`) wants no more, which is no error.
    pub fn finish(self) -> Result<(), Failure> {
        print(&(self.done + &sanitize(&self.rest, true)))
    }
}

/// A whole file on stdout: its lines may end in `\r\n`, as those of CSV do.
pub(super) fn print_file(text: &str) -> Result<(), Failure> {
    let parts: Vec<_> = text.split("\r\n").map(|part| sanitize(part, true)).collect();
    print(&parts.join("\r\n"))
}

fn print(clean: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(clean.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::Data(format!("the answer can't be written: {error}")))
        }
        _ => Ok(()),
    }
}

/// One sentence on stderr.
pub(super) fn complain(text: &str) {
    let clean = sanitize(text, true);
    // There is nobody left to tell if stderr is closed.
    drop(writeln!(io::stderr(), "atlasnav: {clean}"));
}
