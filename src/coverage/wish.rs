//! What somebody wants set in a mark, as given on the command line, in a line of marks or in a form.

use jiff::civil::Date;

use super::given::shortened;
use super::{Evidence, EvidenceKind, Field, Mark, State, Status, link_or_path, parse_day, parse_evidence};
use crate::catalog::sanitize;

/// One thing to be set in a mark. Each settles what is in conflict about its field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// As [`Mark::set_state`]: covered takes back a test, tested sets one of today.
    State(State),
    /// The status alone; a test stays.
    Status(Status),
    /// None takes it away, here and below.
    Owner(Option<String>),
    Note(Option<String>),
    /// Goes behind the note that is there.
    MoreNote(String),
    /// Comes to the evidence that is there; see [`Mark::add_evidence`].
    Evidence(Evidence),
    /// In place of all evidence that is there.
    AllEvidence(Vec<Evidence>),
    /// Goes away, whatever its link and day.
    NotEvidence(EvidenceKind, String),
    Tested(Option<Date>),
    Review(Option<Date>),
}

/// The keys that [`Wish::read`] takes.
pub const WISHES: [&str; 7] = ["status", "owner", "note", "append-note", "evidence", "tested", "review"];

impl Wish {
    /// Reads what is said of a field; an empty value takes it away. The error is one sentence.
    pub fn read(key: &str, value: &str, today: Date) -> Result<Wish, String> {
        let text = || {
            let clean = sanitize(value.trim(), false).into_owned();
            (!clean.is_empty()).then_some(clean)
        };
        let day = || if value.trim().is_empty() { Ok(None) } else { parse_day(value, today).map(Some) };
        Ok(match key {
            "status" => Wish::State(State::from_key(value).ok_or_else(|| no_status(value))?),
            "owner" => Wish::Owner(text()),
            "note" => Wish::Note((!value.trim().is_empty()).then(|| value.to_owned())),
            "append-note" => Wish::MoreNote(value.to_owned()),
            "evidence" if value.trim().is_empty() => Wish::AllEvidence(Vec::new()),
            "evidence" => Wish::Evidence(Evidence { on: Some(today), ..parse_evidence(value)? }),
            "tested" => match day()? {
                Some(on) if on > today => {
                    return Err(format!("nothing can have been tested on {on}, which is still to come"));
                }
                on => Wish::Tested(on),
            },
            "review" => Wish::Review(day()?),
            _ => {
                let key = shortened(key);
                return Err(format!("no field is called `{key}`; there are {} and link", WISHES.join(", ")));
            }
        })
    }

    /// Gives the last piece of evidence among the wishes a link. The error is one sentence.
    pub fn link(wishes: &mut [Wish], link: &str) -> Result<(), String> {
        let last = wishes.iter_mut().rev().find_map(|wish| match wish {
            Wish::Evidence(evidence) => Some(evidence),
            _ => None,
        });
        let Some(evidence) = last else {
            return Err("a link belongs to evidence; give the evidence before it".to_owned());
        };
        evidence.link = link_or_path(link)?;
        Ok(())
    }
}

/// That there is no such status; whoever knows more says what is near.
fn no_status(word: &str) -> String {
    format!("no status is called `{}`; there are {}", shortened(word), State::ALL.map(State::key).join(", "))
}

impl Mark {
    /// Sets what is wished.
    pub fn grant(&mut self, wish: &Wish, today: Date) {
        let field = match wish {
            Wish::State(state) => return self.set_state(*state, today),
            Wish::Note(note) => return self.set_note(note.as_deref().unwrap_or_default()),
            Wish::MoreNote(more) => return self.append_note(more),
            Wish::Evidence(evidence) => return self.add_evidence(evidence.clone()),
            Wish::AllEvidence(all) => return self.evidence.clone_from(all),
            Wish::NotEvidence(kind, what) => {
                return self.evidence.retain(|e| e.kind != *kind || e.what != *what);
            }
            Wish::Status(status) => {
                self.status = *status;
                Field::Status
            }
            Wish::Owner(owner) => {
                self.owner.clone_from(owner);
                Field::Owner
            }
            Wish::Tested(on) => {
                self.tested = *on;
                Field::Tested
            }
            Wish::Review(on) => {
                self.review = *on;
                Field::Review
            }
        };
        self.settle(field);
    }
}

impl State {
    /// What people write as well.
    pub const fn other_keys(self) -> &'static [&'static str] {
        match self {
            State::NotApplicable => &["not applicable", "n/a", "na"],
            State::Accepted => &["risk-accepted", "risk accepted"],
            _ => &[],
        }
    }

    /// The state that one can mark a thing with by this word, in any case.
    pub fn from_key(word: &str) -> Option<State> {
        let word = word.trim().to_ascii_lowercase();
        State::ALL.into_iter().find(|s| s.key() == word || s.other_keys().contains(&word.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coverage::{Claim, Conflict};
    use jiff::civil::date;

    const TODAY: Date = date(2026, 11, 23);

    fn granted(mark: &Mark, key: &str, value: &str) -> Mark {
        let mut mark = mark.clone();
        mark.grant(&Wish::read(key, value, TODAY).unwrap(), TODAY);
        mark
    }

    #[test]
    fn each_field_is_set_and_taken_away() {
        let mut mark = Mark::default();
        for (key, value) in [
            ("status", "Covered"),
            ("owner", " soc\u{1b} "),
            ("note", "one\ntwo"),
            ("append-note", "three"),
            ("evidence", "detect:rule 7"),
            ("tested", "2026-11-01"),
            ("review", "+1y"),
        ] {
            mark = granted(&mark, key, value);
        }
        assert_eq!(mark.state(TODAY), State::Tested);
        assert_eq!(mark.owner.as_deref(), Some("soc<U+001B>"));
        assert_eq!(mark.note.as_deref(), Some("one\ntwo\nthree"));
        assert_eq!((mark.evidence[0].what.as_str(), mark.evidence[0].on), ("rule 7", Some(TODAY)));
        assert_eq!(mark.review, Some(date(2027, 11, 23)));
        for key in ["owner", "note", "evidence", "tested", "review"] {
            mark = granted(&mark, key, "");
        }
        assert_eq!(mark, Mark { status: Status::Covered, ..Mark::default() });
    }

    #[test]
    fn what_is_set_settles_what_was_in_conflict() {
        let said = |claim| Conflict { claim, by: Some("soc".into()), on: None };
        for (claim, key, value) in [
            (Claim::Owner(Some("soc".into())), "owner", "ann"),
            (Claim::Review(Some(TODAY)), "review", ""),
            (Claim::Tested(Some(TODAY)), "tested", "2026-11-01"),
        ] {
            let mark = Mark { conflicts: vec![said(claim)], ..Mark::default() };
            assert!(granted(&mark, key, value).conflicts.is_empty(), "{key}");
        }
    }

    #[test]
    fn what_can_not_be_is_said() {
        for (key, value, words) in [
            ("status", "done", "no status is called `done`; there are unassessed, gap"),
            ("status", "conflict", "no status is called"),
            ("tested", "+1d", "still to come"),
            ("tested", "soon", "is no day"),
            ("review", "soon", "is no day"),
            ("evidence", "rule", "KIND:WHAT"),
            ("weight", "3", "no field is called `weight`; there are status"),
        ] {
            let error = Wish::read(key, value, TODAY).unwrap_err();
            assert!(error.contains(words), "{error}");
        }
        let mut wishes = vec![Wish::read("owner", "x", TODAY).unwrap()];
        assert!(Wish::link(&mut wishes, "https://x").unwrap_err().contains("give the evidence before it"));
        wishes.push(Wish::read("evidence", "detect:x", TODAY).unwrap());
        assert!(Wish::link(&mut wishes, "wiki").unwrap_err().contains("is no link"));
        assert_eq!(Wish::link(&mut wishes, "https://x"), Ok(()));
    }

    #[test]
    fn one_piece_of_evidence_goes_whatever_its_link() {
        let mut mark = granted(&Mark::default(), "evidence", "detect:rule 7");
        mark = granted(&mark, "evidence", "detect:rule 8");
        mark.evidence[0].link = Some("https://x".into());
        mark.grant(&Wish::NotEvidence(EvidenceKind::Detect, "rule 7".into()), TODAY);
        assert_eq!(mark.evidence.len(), 1);
        assert_eq!(mark.evidence[0].what, "rule 8");
    }

    #[test]
    fn keys_read_back() {
        for state in State::ALL {
            for key in state.other_keys().iter().chain(&[state.key()]) {
                assert_eq!(State::from_key(&key.to_uppercase()), Some(state));
            }
        }
    }
}
