//! Setting the fields of a mark: what each takes, and what it settles.

use jiff::civil::Date;

use super::{Claim, EvidenceKind, Field, Mark};
use crate::catalog::sanitize;

impl Mark {
    /// Sets who looks after it; a blank name is none. Settles what was in conflict about it.
    pub fn set_owner(&mut self, owner: &str) {
        self.owner = one_line(owner);
        self.settle(Field::Owner);
    }

    /// Sets the day by which it is to be looked at again. Settles what was in conflict about it.
    pub fn set_review(&mut self, day: Option<Date>) {
        self.review = day;
        self.settle(Field::Review);
    }

    /// Sets the day of the last test, and leaves the status as it is: only what is covered shows as
    /// tested. Settles what was in conflict about it.
    pub fn set_tested(&mut self, day: Option<Date>) {
        self.tested = day;
        self.settle(Field::Tested);
    }

    /// Takes one of the claims that contradict each other for what is so, and settles it.
    pub fn choose(&mut self, claim: Claim) {
        let field = claim.field();
        self.set_claim(claim);
        self.settle(field);
    }
}

impl EvidenceKind {
    /// The kind that a word begins, as one types it: `d`, `det`, `detect`.
    pub fn begun_by(text: &str) -> Option<EvidenceKind> {
        let text = text.trim().to_lowercase();
        EvidenceKind::ALL.into_iter().find(|kind| !text.is_empty() && kind.word().starts_with(&text))
    }
}

/// The text in one line without control characters and blank ends; None for a blank one.
pub fn one_line(text: &str) -> Option<String> {
    let clean = sanitize(text, false);
    let clean = clean.trim();
    (!clean.is_empty()).then(|| clean.to_owned())
}

/// Reads the link of a piece of evidence: an address of the web (http or https) or the path of a file;
/// None for a blank text. The error is one sentence without a full stop.
pub fn link_or_path(text: &str) -> Result<Option<String>, String> {
    let Some(link) = one_line(text) else { return Ok(None) };
    let short: String = link.chars().take(40).collect();
    // A scheme is at least two letters long, so that `C:\x` stays a path.
    let scheme = link.split_once(':').map(|(scheme, _)| scheme).filter(|scheme| {
        let is_of_scheme = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
        scheme.len() > 1
            && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(is_of_scheme)
    });
    let Some(scheme) = scheme else { return Ok(Some(link)) };
    let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    if !is_web {
        return Err(format!(
            "`{short}` is no link; write an address with http or https, or the path of a file"
        ));
    }
    let host = link[scheme.len() + 1..].strip_prefix("//").unwrap_or_default();
    if host.is_empty() || host.starts_with('/') || link.contains(char::is_whitespace) {
        return Err(format!("`{short}` is no whole address; write one such as https://example.org/rules/7"));
    }
    Ok(Some(link))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coverage::{Conflict, Status};
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn links_lead_to_the_web_or_a_file() {
        for link in
            ["https://example.org/rules/7", "HTTP://x", "docs/tests/51.md", "/srv/a b.txt", "C:\\x", "a"]
        {
            assert_eq!(link_or_path(&format!(" {link} ")), Ok(Some(link.to_owned())));
        }
        assert_eq!(link_or_path("  "), Ok(None));
        for link in ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "mailto:a@b", "ftp://x"]
        {
            assert!(link_or_path(link).unwrap_err().contains("is no link; write an address"), "{link}");
        }
        for link in ["https:", "https://", "http:///x", "https:example.org", "https://a b"] {
            assert!(link_or_path(link).unwrap_err().contains("is no whole address"), "{link}");
        }
    }

    #[test]
    fn what_is_set_settles_its_field_only() {
        let mut mark = Mark { owner: Some("ann".into()), review: Some(date(2027, 1, 1)), ..Mark::default() };
        let said = |claim| Conflict { claim, by: Some("soc".into()), on: None };
        mark.conflicts = vec![
            said(Claim::Owner(Some("soc".into()))),
            said(Claim::Review(None)),
            said(Claim::Status(Status::Gap)),
        ];
        mark.set_owner(" ann\u{7} ");
        assert_eq!(mark.disputed().collect::<Vec<_>>(), [Field::Status, Field::Review]);
        mark.choose(Claim::Review(None));
        assert_eq!((mark.review, mark.disputed().collect::<Vec<_>>()), (None, vec![Field::Status]));
        mark.choose(Claim::Status(Status::Gap));
        assert_eq!((mark.status, mark.conflicts.len()), (Status::Gap, 0));
        mark.set_owner("  ");
        assert_eq!(mark.owner, None);
    }

    #[test]
    fn kinds_of_evidence_are_begun() {
        assert_eq!(EvidenceKind::begun_by("d"), Some(EvidenceKind::Detect));
        assert_eq!(EvidenceKind::begun_by(" Prev"), Some(EvidenceKind::Prevent));
        assert_eq!(EvidenceKind::begun_by("respond"), Some(EvidenceKind::Respond));
        for text in ["", " ", "x", "detects"] {
            assert_eq!(EvidenceKind::begun_by(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_link_taken_is_taken_again_as_it_is(text: String) {
            match link_or_path(&text) {
                Ok(Some(link)) => prop_assert_eq!(link_or_path(&link), Ok(Some(link))),
                Ok(None) => {}
                Err(error) => prop_assert!(!error.chars().any(char::is_control)),
            }
        }
    }
}
