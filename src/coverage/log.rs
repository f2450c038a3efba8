//! Who said what of an object when: one line a day and person, kept in the mark itself so that a team
//! shares it and git shows it.
//!
//! A line reads `2026-11-23 ann: gap -> partial; owner ann; note: no egress check`. What somebody says
//! again on the same day is put into the same line, so that trying keys fills no log.

use jiff::civil::Date;

use super::{Claim, Evidence, Field, Mark};

/// Most lines that a mark keeps; the oldest go first.
pub const LONGEST_LOG: usize = 100;

/// Most characters of a text that are repeated in a line.
const LONGEST_QUOTE: usize = 60;

impl Mark {
    /// Signs what was made of `before`: who, on what day, and a line in the log.
    pub fn sign(&mut self, before: &Mark, author: Option<&str>, today: Date) {
        self.sign_with(before, author, today, None);
    }

    /// The same, with what led to it in the line: `suggested by 2 of 11 listed mitigations done`. Its first
    /// word is what it is known by: a later one on the same day takes its place, and so does a status set
    /// without one.
    pub fn sign_with(&mut self, before: &Mark, author: Option<&str>, today: Date, why: Option<&str>) {
        self.by = author.map(str::to_owned);
        self.on = Some(today);
        let start = format!("{today} {}: ", author.unwrap_or("unsigned"));
        let status = |mark: &Mark| mark.counted_status().word();
        let mut parts = parts(before, self);
        parts.extend(why.map(quote));
        let mut line = Line { was: status(before).to_owned(), is: status(self).to_owned(), parts };
        if let Some(last) = self.log.last().and_then(|last| last.strip_prefix(&start)) {
            line = Line::read(last).then(line);
            self.log.pop();
        }
        if line.was != line.is || !line.parts.is_empty() {
            self.log.push(start + &line.text());
        }
        let surplus = self.log.len().saturating_sub(LONGEST_LOG);
        self.log.drain(..surplus);
    }
}

/// What a line says after its author.
struct Line {
    was: String,
    is: String,
    parts: Vec<String>,
}

impl Line {
    fn read(text: &str) -> Line {
        let mut parts = text.split("; ").map(str::to_owned);
        let status = parts.next().unwrap_or_default();
        let (was, is) = status.split_once(" -> ").unwrap_or((&status, &status));
        Line { was: was.to_owned(), is: is.to_owned(), parts: parts.collect() }
    }

    /// This, and what was said after it.
    fn then(mut self, later: Line) -> Line {
        let topic = |part: &str| part.trim_start_matches("no ").split([' ', ':']).next().map(str::to_owned);
        // What was said of a field earlier on the same day no longer holds; evidence is a list. What led to
        // a status goes with it.
        let is_new_status = later.was != later.is;
        self.parts.retain(|part| match topic(part).as_deref() {
            Some("evidence") => true,
            Some("suggested") if is_new_status => false,
            topic_of_part => later.parts.iter().all(|new| topic(new).as_deref() != topic_of_part),
        });
        for part in later.parts {
            if !self.parts.contains(&part) {
                self.parts.push(part);
            }
        }
        Line { is: later.is, ..self }
    }

    fn text(&self) -> String {
        let status =
            if self.was == self.is { self.is.clone() } else { format!("{} -> {}", self.was, self.is) };
        std::iter::once(status).chain(self.parts.iter().cloned()).collect::<Vec<_>>().join("; ")
    }
}

/// What differs besides the status, field by field.
fn parts(before: &Mark, after: &Mark) -> Vec<String> {
    let mut parts = Vec::new();
    for field in [Field::Owner, Field::Note, Field::Tested, Field::Review] {
        let claim = after.claim(field);
        if claim == before.claim(field) {
            continue;
        }
        let word = field.word();
        parts.push(match (claim.value(), &claim) {
            (None, _) => format!("no {word}"),
            (Some(text), Claim::Note(_)) => format!("{word}: {}", quote(&text)),
            (Some(text), _) => format!("{word} {}", quote(&text)),
        });
    }
    let piece = |e: &Evidence| format!("evidence {}: {}", e.kind.word(), quote(&e.what));
    let added = after.evidence.iter().filter(|e| !before.evidence.contains(e));
    parts.extend(added.map(piece));
    let removed = before.evidence.iter().filter(|e| !after.evidence.contains(e));
    parts.extend(removed.map(|e| format!("no {}", piece(e))));
    parts
}

/// The beginning of a text in one line; `;` would end the part of the line.
fn quote(text: &str) -> String {
    let line = text.replace(['\n', '\t'], " ").replace(';', ",");
    let line = line.trim();
    if line.chars().count() <= LONGEST_QUOTE {
        return line.to_owned();
    }
    format!("{} ...", line.chars().take(LONGEST_QUOTE).collect::<String>().trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coverage::{EvidenceKind, State};
    use jiff::civil::date;

    fn say(mark: &Mark, by: &str, day: i8, set: impl FnOnce(&mut Mark)) -> Mark {
        let mut after = mark.clone();
        set(&mut after);
        after.sign(mark, Some(by), date(2026, 11, day));
        after
    }

    #[test]
    fn a_day_of_a_person_is_one_line() {
        let today = date(2026, 11, 23);
        let mark = say(&Mark::default(), "ann", 22, |m| m.set_state(State::Gap, today));
        let mark = say(&mark, "ann", 23, |m| m.set_state(State::Planned, today));
        let mark = say(&mark, "ann", 23, |m| m.set_note("first; try"));
        let mark = say(&mark, "ann", 23, |m| m.set_state(State::Partial, today));
        let mark = say(&mark, "ann", 23, |m| m.set_note("second"));
        let mark = say(&mark, "bob", 23, |m| m.owner = Some("soc".into()));
        assert_eq!(
            mark.log,
            [
                "2026-11-22 ann: unassessed -> gap",
                "2026-11-23 ann: gap -> partial; note: second",
                "2026-11-23 bob: partial; owner soc",
            ]
        );
        assert_eq!((mark.by.as_deref(), mark.on), (Some("bob"), Some(today)));
    }

    #[test]
    fn what_came_to_nothing_leaves_no_line() {
        let today = date(2026, 11, 23);
        let mark = say(&Mark::default(), "ann", 23, |m| m.set_state(State::Gap, today));
        let mark = say(&mark, "ann", 23, |m| m.set_state(State::Unassessed, today));
        assert!(mark.log.is_empty());
    }

    #[test]
    fn what_led_to_a_status_goes_with_it() {
        let today = date(2026, 11, 23);
        let before = Mark::default();
        let mut mark = before.clone();
        mark.set_state(State::Partial, today);
        mark.sign_with(&before, Some("ann"), today, Some("suggested by 1 of 2 listed mitigations done"));
        let line = "2026-11-23 ann: unassessed -> partial; suggested by 1 of 2 listed mitigations done";
        assert_eq!(mark.log, [line]);
        let noted = say(&mark, "ann", 23, |m| m.set_note("see"));
        assert_eq!(noted.log, [format!("{line}; note: see")]);
        let later = say(&noted, "ann", 23, |m| m.set_state(State::Gap, today));
        assert_eq!(later.log, ["2026-11-23 ann: unassessed -> gap; note: see"]);
    }

    #[test]
    fn evidence_comes_and_goes_piece_by_piece() {
        let piece =
            |what: &str| Evidence { kind: EvidenceKind::Detect, what: what.to_owned(), link: None, on: None };
        let mark = say(&Mark::default(), "ann", 22, |m| {
            m.evidence.extend([piece("rule 7"), piece(&"x".repeat(80))])
        });
        let mark = say(&mark, "ann", 23, |m| m.evidence.retain(|e| e.what != "rule 7"));
        let long = format!("evidence detect: {} ...", "x".repeat(60));
        assert_eq!(
            mark.log,
            [
                format!("2026-11-22 ann: unassessed; evidence detect: rule 7; {long}"),
                "2026-11-23 ann: unassessed; no evidence detect: rule 7".to_owned(),
            ]
        );
    }

    #[test]
    fn the_oldest_lines_go_first() {
        let mut mark = Mark::default();
        for n in 0..i16::try_from(LONGEST_LOG).unwrap() + 20 {
            let before = mark.clone();
            mark.owner = Some(n.to_string());
            mark.sign(&before, Some("ann"), date(1900 + n, 1, 1));
        }
        assert_eq!(mark.log.len(), LONGEST_LOG);
        assert!(mark.log[0].starts_with("1920-01-01 ann: unassessed; owner 20"));
    }
}
