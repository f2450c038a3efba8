//! Days as people write them.

use jiff::Span;
use jiff::civil::Date;

use super::given::shortened;

/// The day that a text names: `2026-12-31`, `today`, or so many days, weeks, months or years from today
/// (`+90d`, `+2w`, `+3m`, `+1y`; `-` for the past). A month later is the same day of the month, or the
/// month's last. The error is one sentence.
pub fn parse_day(text: &str, today: Date) -> Result<Date, String> {
    let text = text.trim();
    let day = match text.as_bytes() {
        _ if text.eq_ignore_ascii_case("today") => Some(today),
        [b'+' | b'-', ..] => distant(text, today),
        // The reader of dates takes more than days, such as a time of the day after it.
        [_, _, _, _, b'-', _, _, b'-', _, _] => text.parse().ok(),
        _ => None,
    };
    day.filter(|day| day.year() > 0).ok_or_else(|| {
        format!("`{}` is no day; write it as 2026-12-31, today, +90d, +2w, +3m or +1y", shortened(text))
    })
}

fn distant(text: &str, today: Date) -> Option<Date> {
    let unit = text.chars().next_back()?;
    let count = text.strip_suffix(unit)?;
    let digits = count.strip_prefix(['+', '-'])?;
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let count: i64 = count.parse::<i16>().ok()?.into();
    let span = match unit.to_ascii_lowercase() {
        'd' => Span::new().try_days(count),
        'w' => Span::new().try_weeks(count),
        'm' => Span::new().try_months(count),
        'y' => Span::new().try_years(count),
        _ => return None,
    };
    today.checked_add(span.ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    const TODAY: Date = date(2026, 11, 30);

    #[test]
    fn days_are_read_as_people_write_them() {
        for (text, day) in [
            ("2026-12-31", date(2026, 12, 31)),
            (" today ", TODAY),
            ("Today", TODAY),
            ("+90d", date(2027, 2, 28)),
            ("+0d", TODAY),
            ("-1w", date(2026, 11, 23)),
            ("+3m", date(2027, 2, 28)),
            ("+1Y", date(2027, 11, 30)),
        ] {
            assert_eq!(parse_day(text, TODAY), Ok(day), "{text}");
        }
    }

    #[test]
    fn what_is_no_day_is_said_with_what_one_is() {
        for text in [
            "",
            "soon",
            "2026-13-01",
            "2026-02-30",
            "2026-12-31T10:00",
            "20261231",
            "31.12.2026",
            "+",
            "+d",
            "+3",
            "90d",
            "+3h",
            "+-3d",
            "+32767y",
            "+99999999999d",
            "-9999y",
            "0000-01-01",
            "+3é",
        ] {
            let error = parse_day(text, TODAY).unwrap_err();
            assert!(error.contains("is no day; write it as 2026-12-31"), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_day_or_none(text in "[-+0-9dwmyé ]{0,12}|.{0,12}") {
            if let Ok(day) = parse_day(&text, TODAY) {
                prop_assert_eq!(parse_day(&day.to_string(), TODAY), Ok(day));
            }
        }
    }
}
