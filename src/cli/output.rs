//! What is printed: gathered, sanitised, written once.

use std::io::{self, Write};

use super::Failure;
use crate::catalog::sanitize;

/// The answer on stdout.
pub(super) struct Output(String);

impl Output {
    pub fn new() -> Output {
        Output(String::new())
    }

    /// Adds text as it is, line breaks included.
    pub fn text(&mut self, text: &str) {
        self.0.push_str(text);
    }

    pub fn line(&mut self, line: &str) {
        self.0.push_str(line.trim_end());
        self.0.push('\n');
    }

    /// Writes a file: its lines may end in `\r\n`, as those of CSV do.
    pub fn finish_file(self) -> Result<(), Failure> {
        let parts: Vec<_> = self.0.split("\r\n").map(|part| sanitize(part, true)).collect();
        print(&parts.join("\r\n"))
    }

    /// Writes it. A reader that has gone (`| head`) wants no more, which is no error.
    pub fn finish(self) -> Result<(), Failure> {
        print(&sanitize(&self.0, true))
    }
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
