//! The weights of the plan as settings: the table `[weights]`. The reader, `config init` and the table
//! in `docs/configuration.md` follow from the rows.

use toml_edit::Value;

use crate::coverage::Weights;

/// The largest weight that may be set.
const LARGEST: u32 = 100;

/// One weight.
pub struct Weight {
    pub name: &'static str,
    /// What it weighs, in few words.
    pub what: &'static str,
    /// Whether it is kept in tenths and written with one decimal.
    pub tenths: bool,
    field: fn(&mut Weights) -> &mut u32,
}

const fn whole(name: &'static str, what: &'static str, field: fn(&mut Weights) -> &mut u32) -> Weight {
    Weight { name, what, tenths: false, field }
}

const fn tenths(name: &'static str, what: &'static str, field: fn(&mut Weights) -> &mut u32) -> Weight {
    Weight { name, what, tenths: true, field }
}

/// Every weight, in the order in which a score is multiplied.
pub const WEIGHTS: [Weight; 14] = [
    whole("incident", "a case study that is an incident", |w| &mut w.incident),
    whole("exercise", "one that is an exercise", |w| &mut w.exercise),
    whole("unknown-kind", "one of a release that does not tell", |w| &mut w.unknown_kind),
    whole("realized", "a technique seen in the wild", |w| &mut w.realized),
    whole("demonstrated", "one that was demonstrated", |w| &mut w.demonstrated),
    whole("feasible", "one that is feasible", |w| &mut w.feasible),
    whole("unknown-maturity", "one of a release that does not tell", |w| &mut w.unknown_maturity),
    tenths("unassessed", "how far from done: unassessed", |w| &mut w.unassessed),
    tenths("gap", "a gap", |w| &mut w.gap),
    tenths("planned", "planned", |w| &mut w.planned),
    tenths("partial", "partial", |w| &mut w.partial),
    tenths("covered", "covered, not tested", |w| &mut w.covered),
    tenths("tested", "covered and tested", |w| &mut w.tested),
    tenths("accepted", "risk accepted", |w| &mut w.accepted),
];

impl Weight {
    /// What may be written.
    pub const fn values(&self) -> &'static str {
        if self.tenths { "a number from 0 to 100 with one decimal at most" } else { "0 to 100" }
    }

    /// As it is written in the settings and shown beside the plan: `3`, `0.8`.
    pub fn written(&self, weights: &Weights) -> String {
        let value = *(self.field)(&mut weights.clone());
        if self.tenths { format!("{}.{}", value / 10, value % 10) } else { value.to_string() }
    }

    /// Takes a value over; false if it is none that may be written.
    pub(super) fn set(&self, weights: &mut Weights, value: &Value) -> bool {
        let whole = value.as_integer().and_then(|n| u32::try_from(n).ok()).filter(|n| *n <= LARGEST);
        let weight = match (self.tenths, whole) {
            (false, whole) => whole,
            (true, Some(whole)) => Some(whole * 10),
            // By the digits: as a float 0.8 would be a little less.
            (true, None) => value.as_float().map(|n| n.to_string()).and_then(|text| in_tenths(&text)),
        };
        weight.map(|weight| *(self.field)(weights) = weight).is_some()
    }
}

/// `0.8` -> 8; None for more than one decimal, and for what is out of range.
fn in_tenths(text: &str) -> Option<u32> {
    let (whole, decimal) = text.split_once('.').unwrap_or((text, "0"));
    let whole: u32 = whole.parse().ok()?;
    let decimal: u32 = decimal.parse().ok().filter(|_| decimal.len() == 1)?;
    Some(whole * 10 + decimal).filter(|tenths| whole <= LARGEST && *tenths <= LARGEST * 10)
}

/// The table as `config init` writes it, in comments.
pub(super) fn sample() -> String {
    let mut out = String::from(
        "\n# What scores of the plan are made of: case studies seen x maturity x how far from done.\n# [weights]\n",
    );
    for weight in &WEIGHTS {
        out.push_str(&format!(
            "# {} = {} # {}\n",
            weight.name,
            weight.written(&Weights::default()),
            weight.what
        ));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;

    #[test]
    fn every_weight_is_taken_over_and_shown_as_it_was_written() {
        for weight in &WEIGHTS {
            let written = if weight.tenths { "4.7" } else { "47" };
            let (settings, problems) = Settings::read(&format!("[weights]\n{} = {written}\n", weight.name));
            assert_eq!(problems, []);
            assert_eq!(weight.written(&settings.weights), written);
            let mut others = settings.weights;
            let default = *(weight.field)(&mut Weights::default());
            *(weight.field)(&mut others) = default;
            assert_eq!(others, Weights::default(), "{} sets nothing else", weight.name);
        }
    }

    #[test]
    fn what_is_no_weight_keeps_its_default_and_is_told_with_its_line() {
        let text = "[weights]\nincident = 101\ngap = 0.25\npartial = -1\ntested = \"1\"\nincidents = 2\n";
        let (settings, problems) = Settings::read(text);
        assert_eq!(settings, Settings::default());
        let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
        for (said, begins) in said.iter().zip([
            "line 2: incident has to be 0 to 100; it is taken as 2",
            "line 3: gap has to be a number from 0 to 100 with one decimal at most; it is taken as 1.0",
            "line 4: partial has to be ",
            "line 5: tested has to be ",
            "line 6: `incidents` is no weight; there are incident, exercise, ",
        ]) {
            assert!(said.starts_with(begins), "{said}");
        }
        assert_eq!(said.len(), 5);
        assert_eq!(Settings::read("weights = 1").1[0].what, "weights has to be a table: [weights]");
    }

    #[test]
    fn the_sample_names_every_default() {
        let live: String =
            sample().lines().map(|l| l.strip_prefix("# ").unwrap_or(l).to_owned() + "\n").collect();
        let table = live.split_once("[weights]").unwrap().1;
        let (settings, problems) = Settings::read(&format!("[weights]{table}"));
        assert_eq!((settings, problems), (Settings::default(), Vec::new()));
        assert_eq!(table.lines().count(), WEIGHTS.len() + 1);
    }
}
