//! What the passing of time does to a mark.

use jiff::civil::Date;

use super::{Mark, Status};

/// Days after which a mark that nobody has touched is stale.
pub const STALE_DAYS: i32 = 180;

impl Mark {
    /// Whether the day by which the mark is to be looked at again has passed. On the day itself there
    /// is still time.
    pub fn is_due(&self, today: Date) -> bool {
        self.review.is_some_and(|review| review < today)
    }

    /// Whether the mark would show as tested if its test were not older than
    /// [`TEST_EXPIRY_DAYS`](super::TEST_EXPIRY_DAYS). A test dated in the future has not expired.
    pub fn has_expired_test(&self, today: Date) -> bool {
        let was = self.tested.is_some_and(|on| on <= today);
        was && self.counted_status() == Status::Covered && !self.test_is_valid(today)
    }

    /// Whether the mark was set more than [`STALE_DAYS`] ago. None where it doesn't say when.
    pub fn is_stale(&self, today: Date) -> Option<bool> {
        let age = today.since(self.on?).ok()?;
        Some(age.get_days() > STALE_DAYS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_review_is_due_the_day_after() {
        let mark = Mark { review: Some(date(2026, 11, 23)), ..Mark::default() };
        assert!(!mark.is_due(date(2026, 11, 23)));
        assert!(mark.is_due(date(2026, 11, 24)));
        assert!(!Mark::default().is_due(date(2026, 11, 24)));
    }

    #[test]
    fn only_a_test_of_something_covered_expires() {
        let today = date(2026, 11, 23);
        let mark = |status, tested| Mark { status, tested: Some(tested), ..Mark::default() };
        assert!(mark(Status::Covered, date(2026, 5, 26)).has_expired_test(today));
        assert!(!mark(Status::Covered, date(2026, 5, 27)).has_expired_test(today));
        assert!(!mark(Status::Covered, date(2026, 11, 24)).has_expired_test(today));
        assert!(!mark(Status::Partial, date(2025, 5, 26)).has_expired_test(today));
    }

    #[test]
    fn a_mark_is_stale_after_180_days_and_of_unknown_age_without_a_date() {
        let today = date(2026, 11, 23);
        let mark = |on| Mark { on, ..Mark::default() };
        assert_eq!(mark(Some(date(2026, 5, 27))).is_stale(today), Some(false));
        assert_eq!(mark(Some(date(2026, 5, 26))).is_stale(today), Some(true));
        assert_eq!(mark(None).is_stale(today), None);
    }
}
