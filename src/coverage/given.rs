//! Evidence as people give it, checked before it goes into a mark.

use super::{Evidence, EvidenceKind, Mark};
use crate::catalog::sanitize;

/// Evidence as `KIND:WHAT`, such as `detect:rule 7 in the gateway`. The error is one sentence.
pub fn parse_evidence(text: &str) -> Result<Evidence, String> {
    let clean = sanitize(text.trim(), false).into_owned();
    let Some((kind, what)) = clean.split_once(':') else {
        let text = shortened(&clean);
        return Err(format!("`{text}` is no evidence; write it as KIND:WHAT, such as detect:rule 7"));
    };
    let (kind, what) = (kind.trim().to_ascii_lowercase(), what.trim());
    let kinds = EvidenceKind::ALL.map(EvidenceKind::word).join(", ");
    let Some(kind) = EvidenceKind::from_word(&kind) else {
        let kind = shortened(&kind);
        return Err(format!("no kind of evidence is called `{kind}`; there are {kinds}"));
    };
    if what.is_empty() {
        return Err(format!("evidence needs what it is after `{}:`", kind.word()));
    }
    Ok(Evidence { kind, what: what.to_owned(), link: None, on: None })
}

/// The beginning of a text for use in a message, safe.
pub(super) fn shortened(text: &str) -> String {
    let head: String = text.chars().take(40).collect();
    sanitize(&head, false).into_owned()
}

impl Mark {
    /// Adds evidence; a piece of the same kind and text is replaced, so that saying it again with a
    /// link adds the link.
    pub fn add_evidence(&mut self, new: Evidence) {
        match self.evidence.iter_mut().find(|e| e.kind == new.kind && e.what == new.what) {
            Some(old) => *old = new,
            None => self.evidence.push(new),
        }
    }

    /// Puts a text behind the note, on a line of its own.
    pub fn append_note(&mut self, more: &str) {
        let note = match &self.note {
            Some(note) => format!("{note}\n{more}"),
            None => more.to_owned(),
        };
        self.set_note(&note);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn evidence_has_a_kind_and_says_what() {
        let evidence = parse_evidence(" Detect: rule 7: gateway ").unwrap();
        assert_eq!((evidence.kind, evidence.what.as_str()), (EvidenceKind::Detect, "rule 7: gateway"));
        assert!(parse_evidence("rule 7").unwrap_err().contains("KIND:WHAT"));
        assert!(parse_evidence("stop:rule 7").unwrap_err().contains("there are prevent, detect, respond"));
        assert!(parse_evidence("detect: ").unwrap_err().contains("after `detect:`"));
    }

    #[test]
    fn the_same_evidence_is_said_once() {
        let mut mark = Mark::default();
        let piece = parse_evidence("detect:rule 7").unwrap();
        mark.add_evidence(piece.clone());
        mark.add_evidence(Evidence { link: Some("https://host".to_owned()), ..piece });
        mark.add_evidence(parse_evidence("respond:rule 7").unwrap());
        assert_eq!(mark.evidence.len(), 2);
        assert_eq!(mark.evidence[0].link.as_deref(), Some("https://host"));
    }

    #[test]
    fn a_note_grows_by_lines() {
        let mut mark = Mark::default();
        mark.append_note("one");
        mark.append_note("two\u{7}");
        assert_eq!(mark.note.as_deref(), Some("one\ntwo<U+0007>"));
    }

    proptest! {
        #[test]
        fn what_is_taken_is_safe_on_one_line(text in ".{0,40}|detect:.{0,20}") {
            let is_safe = |text: &str| sanitize(text, false) == text;
            match parse_evidence(&text) {
                Ok(evidence) => prop_assert!(is_safe(&evidence.what)),
                Err(why) => prop_assert!(is_safe(&why), "{}", why),
            }
        }
    }
}
