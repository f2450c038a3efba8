//! Who said what when.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::{Context, print_json};
use crate::catalog::ObjectId;
use crate::cli::Failure;
use crate::cli::output::Output;
use crate::coverage::parse_day;

/// One line of the log of a mark.
struct Entry<'a> {
    /// None where somebody has written a line of his own into the file.
    day: Option<Date>,
    id: ObjectId,
    /// Who, and what.
    said: &'a str,
}

impl<'a> Entry<'a> {
    fn of(id: ObjectId, line: &'a str) -> Entry<'a> {
        let split = line.split_once(' ').and_then(|(day, said)| Some((day.parse().ok()?, said)));
        let (day, said) = split.map_or((None, line), |(day, said)| (Some(day), said));
        Entry { day, id, said }
    }

    fn json(&self) -> Value {
        let (by, said) = self.said.split_once(": ").unwrap_or(("", self.said));
        json!({"id": self.id.to_string(), "day": self.day, "by": by, "said": said})
    }
}

impl Context<'_> {
    pub(super) fn log(&self, id: Option<&str>, since: Option<&str>, json: bool) -> Result<(), Failure> {
        let id = id.map(|id| self.markable(id)).transpose()?;
        let since = since.map(|day| parse_day(day, self.today)).transpose().map_err(Failure::Usage)?;
        let assessment = self.assessment(true)?;
        let marks = assessment.marks.iter().chain(&assessment.retired);
        let marks = marks.filter(|(of, _)| id.is_none_or(|id| id == **of));
        let mut log: Vec<Entry> = Vec::new();
        for (id, mark) in marks {
            log.extend(mark.log.iter().map(|line| Entry::of(*id, line)));
        }
        log.retain(|entry| since.is_none_or(|since| entry.day.is_some_and(|day| day >= since)));
        // Lines of one day keep the order of their marks.
        log.sort_by_key(|entry| entry.day);
        if json {
            print_json(&log.iter().map(Entry::json).collect())?;
        }
        if log.is_empty() {
            let of = id.map(|id| format!(" of {}", id.short())).unwrap_or_default();
            let since = since.map(|day| format!(" since {day}")).unwrap_or_default();
            return Err(Failure::Nothing(format!("nobody has said anything{of}{since}")));
        }
        if json {
            return Ok(());
        }
        let mut out = Output::new();
        for Entry { day, id, said } in &log {
            let day = day.map_or_else(|| " ".repeat(10), |day| day.to_string());
            out.line(&format!("{day} {:9} {said}", id.short()));
        }
        out.finish()
    }
}
