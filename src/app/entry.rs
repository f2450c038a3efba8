//! One line of text for a field of marks: what may be typed, what is said of it, and what it does.

use std::collections::BTreeSet;

use jiff::civil::Date;
use tui_input::Input;

use super::deed::Deed;
use super::{App, Effect, Popup};
use crate::catalog::ObjectId;
use crate::coverage::{Evidence, EvidenceKind, Mark, State, link_or_path, one_line, parse_day};

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    Status,
    Owner,
    Review,
    Tested,
    /// What we do ourselves: evidence of kind prevent.
    Control,
    /// The four of a piece of evidence follow each other.
    Kind,
    What,
    Link,
    On,
}

impl Ask {
    /// The head of its box, before the name of the object.
    pub const fn title(self) -> &'static str {
        match self {
            Ask::Status => "Status",
            Ask::Owner => "Owner",
            Ask::Review => "Review by",
            Ask::Tested => "Tested on",
            Ask::Control => "Own control",
            Ask::Kind => "Evidence, 1 of 4: kind",
            Ask::What => "Evidence, 2 of 4: what it is",
            Ask::Link => "Evidence, 3 of 4: link",
            Ask::On => "Evidence, 4 of 4: day",
        }
    }

    /// What may be typed.
    pub const fn help(self) -> &'static str {
        match self {
            Ask::Status => "u g l p c t x a as in the menu of marks, or the word",
            Ask::Owner => "who looks after it; blank for nobody",
            Ask::Review => "2026-12-31, +90, +3m, +1y; blank for none",
            Ask::Tested => "2026-12-31, today, -7; blank for none. Counts where the status is covered",
            Ask::Control => "what you do yourselves that prevents it",
            Ask::Kind => "p it prevents, d it detects, r it helps to respond",
            Ask::What => "what stands behind the mark, in a line",
            Ask::Link => "https://..., or the path of a file; blank for none",
            Ask::On => "2026-12-31, today, -7; blank for none",
        }
    }
}

/// The letters of the statuses, as in the menu of marks.
const LETTERS: [(&str, State); 8] = [
    ("u", State::Unassessed),
    ("g", State::Gap),
    ("l", State::Planned),
    ("p", State::Partial),
    ("c", State::Covered),
    ("t", State::Tested),
    ("x", State::NotApplicable),
    ("a", State::Accepted),
];

#[derive(Debug)]
pub struct Entry {
    pub ask: Ask,
    /// Whose marks it goes to.
    pub ids: Vec<ObjectId>,
    pub input: Input,
    /// What is wrong with what was typed.
    pub problem: Option<String>,
    /// What was said of the piece of evidence so far.
    draft: Evidence,
    /// The piece whose place it takes.
    replaces: Option<Evidence>,
    /// What was typed before it was completed, and which of those that begin so is shown.
    completes: Option<(String, usize)>,
    /// The user has been told that a blank takes different values away.
    warned: bool,
}

impl Entry {
    fn new(ask: Ask, ids: Vec<ObjectId>, text: String) -> Entry {
        let draft = Evidence { kind: EvidenceKind::Prevent, what: String::new(), link: None, on: None };
        Entry {
            ask,
            ids,
            input: Input::new(text),
            problem: None,
            draft,
            replaces: None,
            completes: None,
            warned: false,
        }
    }

    /// What was typed is another text now.
    pub(super) fn typed(&mut self) {
        self.problem = None;
        self.completes = None;
        self.warned = false;
    }

    fn step(&mut self, ask: Ask, text: String) {
        self.ask = ask;
        self.input = Input::new(text);
        self.typed();
    }
}

fn shown(day: Option<Date>) -> String {
    day.map(|day| day.to_string()).unwrap_or_default()
}

/// A day, or none for a blank. A number alone counts days, because `+90` is quickly typed.
fn day(text: &str, today: Date) -> Result<Option<Date>, String> {
    let text = text.trim();
    let digits = text.strip_prefix(['+', '-']).unwrap_or_default();
    let is_bare = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    match text {
        "" => Ok(None),
        text if is_bare => parse_day(&format!("{text}d"), today).map(Some),
        text => parse_day(text, today).map(Some),
    }
}

fn state(text: &str) -> Result<State, String> {
    let text = text.trim().to_lowercase();
    let by_letter = LETTERS.iter().find(|(letter, _)| *letter == text).map(|(_, state)| *state);
    let begins = |state: &&State| !text.is_empty() && state.word().starts_with(&text);
    let by_word = || match State::ALL.iter().filter(begins).collect::<Vec<_>>().as_slice() {
        [state, ..] if state.word() == text => Some(**state),
        [state] => Some(**state),
        _ => (text == "tested").then_some(State::Tested),
    };
    let short: String = text.chars().take(40).collect();
    by_letter.or_else(by_word).ok_or_else(|| {
        let words: Vec<&str> = State::ALL.iter().map(|state| state.word()).collect();
        format!("`{short}` is no status; there are {}", words.join("; "))
    })
}

impl App {
    /// Asks for a field of what mark commands go to.
    pub(super) fn ask(&mut self, ask: Ask) {
        if let Some(ids) = self.targets() {
            self.ask_about(ask, ids);
        }
    }

    /// Asks for a field of these; what all of them say stands there already.
    pub(super) fn ask_about(&mut self, ask: Ask, ids: Vec<ObjectId>) {
        let text = |mark: &Mark| match ask {
            Ask::Owner => mark.owner.clone().unwrap_or_default(),
            Ask::Review => shown(mark.review),
            Ask::Tested => shown(mark.tested),
            _ => String::new(),
        };
        let texts: BTreeSet<String> = ids.iter().map(|id| text(self.assessment.mark(*id))).collect();
        let text = if texts.len() == 1 { texts.into_iter().next() } else { None };
        self.popups.push(Popup::Entry(Entry::new(ask, ids, text.unwrap_or_default())));
    }

    /// Asks for the four of a piece of evidence that there is.
    pub(super) fn ask_to_change(&mut self, id: ObjectId, piece: Evidence) {
        let mut entry = Entry::new(Ask::Kind, vec![id], piece.kind.word().to_owned());
        entry.draft = piece.clone();
        entry.replaces = Some(piece);
        self.popups.push(Popup::Entry(entry));
    }

    /// What can be completed: the owners that the assessment names, or words.
    pub fn completions(&self, entry: &Entry) -> Vec<String> {
        match entry.ask {
            Ask::Owner => {
                let owners: BTreeSet<&String> =
                    self.assessment.marks.values().filter_map(|mark| mark.owner.as_ref()).collect();
                owners.into_iter().cloned().collect()
            }
            Ask::Status => State::ALL.iter().map(|state| state.word().to_owned()).collect(),
            Ask::Kind => EvidenceKind::ALL.iter().map(|kind| kind.word().to_owned()).collect(),
            _ => Vec::new(),
        }
    }

    /// Puts the next of those that begin with what was typed in its place.
    pub(super) fn complete(&mut self, by: isize) {
        let Some(Popup::Entry(entry)) = self.popups.last() else { return };
        let typed = entry.completes.as_ref().map_or(entry.input.value(), |(typed, _)| typed).to_owned();
        let begins = |word: &String| word.to_lowercase().starts_with(&typed.to_lowercase());
        let words: Vec<String> = self.completions(entry).into_iter().filter(begins).collect();
        let Ok(count @ 1..) = isize::try_from(words.len()) else {
            self.tell("Nothing that is known begins so.");
            return;
        };
        let next = match entry.completes {
            Some((_, at)) => isize::try_from(at).unwrap_or(0) + by,
            None => by.min(0),
        };
        let next = usize::try_from(next.rem_euclid(count)).unwrap_or(0);
        if let Some(Popup::Entry(entry)) = self.popups.last_mut() {
            entry.input = Input::new(words[next].clone());
            entry.typed();
            entry.completes = Some((typed, next));
        }
    }

    /// Takes what was typed, goes on to what is asked next, or says what is wrong with it.
    pub(super) fn accept_entry(&mut self) -> Vec<Effect> {
        let deed = match self.read_entry() {
            Ok(Some(deed)) => deed,
            Ok(None) => return Vec::new(),
            Err(problem) => {
                if let Some(Popup::Entry(entry)) = self.popups.last_mut() {
                    entry.problem = Some(format!("{problem}."));
                }
                return Vec::new();
            }
        };
        let Some(Popup::Entry(entry)) = self.popups.pop() else { return Vec::new() };
        self.carry_out(&entry.ids, deed)
    }

    /// What the entry comes to; None where something more is asked. The error is a sentence without its
    /// full stop.
    fn read_entry(&mut self) -> Result<Option<Deed>, String> {
        let today = self.today;
        let differ = self.blank_would_take_away();
        let Some(Popup::Entry(entry)) = self.popups.last_mut() else { return Ok(None) };
        let text = entry.input.value().to_owned();
        if let Some(count) = differ
            && !std::mem::replace(&mut entry.warned, true)
        {
            return Err(format!(
                "{count} marks say different things here; enter again takes all of them away"
            ));
        }
        Ok(Some(match entry.ask {
            Ask::Status => Deed::State(state(&text)?),
            Ask::Owner => Deed::Owner(text),
            Ask::Review => Deed::Review(day(&text, today)?),
            Ask::Tested => match day(&text, today)? {
                Some(day) if day > today => {
                    return Err(format!("{day} is still to come, so nothing was tested on it"));
                }
                day => Deed::Tested(day),
            },
            Ask::Control => {
                let what = one_line(&text).ok_or("A control needs to say what it is")?;
                Deed::Evidence(Evidence { what, ..entry.draft.clone() })
            }
            Ask::Kind => {
                let short: String = text.trim().chars().take(40).collect();
                entry.draft.kind = EvidenceKind::begun_by(&text).ok_or_else(|| {
                    format!("`{short}` is no kind of evidence; write prevent, detect or respond")
                })?;
                entry.step(Ask::What, entry.draft.what.clone());
                return Ok(None);
            }
            Ask::What => {
                entry.draft.what = one_line(&text).ok_or("Evidence needs to say what it is")?;
                entry.step(Ask::Link, entry.draft.link.clone().unwrap_or_default());
                return Ok(None);
            }
            Ask::Link => {
                entry.draft.link = link_or_path(&text)?;
                entry.step(Ask::On, shown(entry.draft.on));
                return Ok(None);
            }
            Ask::On => {
                let piece = Evidence { on: day(&text, today)?, ..entry.draft.clone() };
                match entry.replaces.clone() {
                    Some(old) => Deed::ChangeEvidence(old, Some(piece)),
                    None => Deed::Evidence(piece),
                }
            }
        }))
    }

    /// How many marks say something that a blank would take away, where they don't say the same.
    fn blank_would_take_away(&self) -> Option<usize> {
        let Some(Popup::Entry(entry)) = self.popups.last() else { return None };
        let marks = || entry.ids.iter().map(|id| self.assessment.mark(*id));
        let values: Vec<String> = match entry.ask {
            Ask::Owner => marks().filter_map(|mark| mark.owner.clone()).collect(),
            Ask::Review => marks().filter_map(|mark| mark.review.map(|day| day.to_string())).collect(),
            Ask::Tested => marks().filter_map(|mark| mark.tested.map(|day| day.to_string())).collect(),
            _ => return None,
        };
        let is_blank = entry.input.value().trim().is_empty();
        let differ = values.iter().any(|value| *value != values[0]) || values.len() < entry.ids.len();
        (is_blank && differ && !values.is_empty()).then_some(values.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_number_alone_counts_days() {
        let today = date(2026, 11, 23);
        assert_eq!(day("+90", today), day("+90d", today));
        assert_eq!(day("-7", today), Ok(Some(date(2026, 11, 16))));
        assert_eq!(day("  ", today), Ok(None));
        for text in ["+", "90", "+9 0", "soon"] {
            assert!(day(text, today).is_err(), "{text}");
        }
    }

    #[test]
    fn statuses_by_letter_and_word() {
        for (letter, meant) in LETTERS {
            assert_eq!(state(letter), Ok(meant));
            assert_eq!(state(meant.word()), Ok(meant));
        }
        assert_eq!(state("Tested"), Ok(State::Tested));
        assert_eq!(state("plan"), Ok(State::Planned));
        for text in ["", "q", "conflict", "covered?"] {
            assert!(state(text).unwrap_err().contains("is no status; there are unassessed"), "{text}");
        }
    }
}
