//! The plan: what to fix first, with the sum behind each score.

use jiff::civil::Date;

use super::rows::{Rows, counted, glyph, share};
use super::{Page, Span, Target, Tone, pad};
use crate::catalog::Catalog;
use crate::coverage::{Assessment, Explanation, Gap, NextMitigation, Plan, Score, State, Weights};

/// What the pages of the plan are made of.
#[derive(Debug, Clone, Copy)]
pub struct PlanView<'a> {
    pub catalog: &'a Catalog,
    pub assessment: &'a Assessment,
    pub plan: &'a Plan,
    pub weights: &'a Weights,
    pub today: Date,
}

/// A list of the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanPart {
    /// ATLAS lists a mitigation that is not finished.
    Mitigable,
    /// This needs controls of one's own, or an accepted risk.
    Own,
    /// The mitigations by what they would bring.
    Mitigations,
}

impl PlanPart {
    pub const ALL: [PlanPart; 3] = [PlanPart::Mitigable, PlanPart::Own, PlanPart::Mitigations];

    pub const fn title(self) -> &'static str {
        match self {
            PlanPart::Mitigable => "A mitigation unfinished",
            PlanPart::Own => "B own control",
            PlanPart::Mitigations => "C next mitigation",
        }
    }
}

impl PlanView<'_> {
    /// Some lists, one below the other.
    pub fn page(&self, parts: &[PlanPart], cells: usize) -> Page {
        let mut rows = Rows::new(cells);
        for part in parts {
            let count = match part {
                PlanPart::Mitigable => self.plan.mitigable.len(),
                PlanPart::Own => self.plan.own.len(),
                PlanPart::Mitigations => self.plan.mitigations.len(),
            };
            rows.section(part.title(), Some(count));
            match part {
                PlanPart::Mitigable => {
                    rows.text(&self.formula(), Tone::Dim);
                    self.gaps(&mut rows, &self.plan.mitigable);
                }
                PlanPart::Own => {
                    let text = "ATLAS lists nothing that is left to do: write a control of your own, or accept the risk.";
                    rows.text(text, Tone::Dim);
                    self.gaps(&mut rows, &self.plan.own);
                }
                PlanPart::Mitigations => self.mitigations(&mut rows),
            }
        }
        rows.finish()
    }

    /// How scores are made, with the weights that hold.
    fn formula(&self) -> String {
        let w = self.weights;
        let open = |tenths: u32| format!("{}.{}", tenths / 10, tenths % 10);
        let states = [State::Unassessed, State::Gap, State::Planned, State::Partial, State::Covered];
        let states = states.map(|s| format!("{} {}", s.glyph(), open(w.openness(s)))).join("  ");
        format!(
            "score = case studies (incident {}, exercise {}) x maturity ({}/{}/{}) x open ({states}); [weights] in \
             config.toml",
            w.incident, w.exercise, w.realized, w.demonstrated, w.feasible
        )
    }

    fn gaps(&self, rows: &mut Rows, gaps: &[Gap]) {
        if gaps.is_empty() {
            rows.text("Nothing is left here.", Tone::Dim);
        }
        // In a narrow pane the counts give way to the name; the explanation has them.
        let is_wide = rows.cells >= 70;
        let name = rows.cells.saturating_sub(16 + 21 + if is_wide { 17 } else { 0 });
        for (at, gap) in gaps.iter().enumerate() {
            let sum = self.sum(gap);
            let listed = format!("{}/{} mit", gap.unfinished.len(), gap.listed.len());
            let about = pad(&self.catalog.full_name(gap.id), name);
            let cases = gap.cases.len();
            let counts = if is_wide { format!(" {cases:>3} cs {listed:>9}") } else { String::new() };
            let text =
                format!(" {:9} {about} {:>6} = {sum:11}{counts}", gap.id.short(), gap.score.to_string());
            let spans = vec![
                Span::new(format!("{:>3} ", at + 1), Tone::Dim),
                glyph(gap.state),
                Span::new(text, Tone::Normal),
            ];
            rows.row(spans, Target::Object(gap.id));
        }
    }

    /// `22x3x0.5`: seen, maturity, openness.
    fn sum(&self, gap: &Gap) -> String {
        let w = self.weights;
        let maturity = u64::from(w.maturity(gap.maturity));
        let counted = self.assessment.mark(gap.id).counted_state(self.today);
        let open = u64::from(w.openness(counted));
        // What was seen follows from the score, so that the sum always comes to it.
        let seen = gap.score.0.checked_div(maturity * open).unwrap_or(0);
        format!("{seen}x{maturity}x{}", Score(open))
    }

    fn mitigations(&self, rows: &mut Rows) {
        let plan = self.plan;
        rows.text(
            &format!(
                "Steps of case studies that get their first finished control, given all above; {} have one today. \
                 Steps of preparation are counted apart, in parentheses.",
                share(plan.controlled.target, plan.steps.target)
            ),
            Tone::Dim,
        );
        let fixed = 4 + 2 + 6 + 34;
        let name = rows.cells.saturating_sub(fixed).min(50);
        let bar = rows.cells.saturating_sub(fixed + name + 1);
        let most = plan.mitigations.first().map_or(1, |m| m.gain.target.max(1));
        for (at, NextMitigation { mitigation, gain, reached }) in plan.mitigations.iter().enumerate() {
            let about = pad(self.catalog.name(*mitigation).unwrap_or_default(), name);
            let prep = format!("(+{})", gain.preparation);
            let to = share(reached.target, plan.steps.target);
            let text = format!(
                " {:5} {about} {:>5} {prep:6} {to:>18}",
                mitigation.short(),
                format!("+{}", gain.target)
            );
            let spans = vec![
                Span::new(format!("{:>3} ", at + 1), Tone::Dim),
                glyph(self.assessment.state(*mitigation, self.today)),
                Span::new(text, Tone::Normal),
                Span::new(format!(" {}", "#".repeat(gain.target * bar / most)), Tone::Dim),
            ];
            rows.row(spans, Target::Object(*mitigation));
        }
        if let Some(last) = plan.mitigations.last() {
            let text = format!(
                "All {} reach {} steps, and {} of preparation; the rest needs controls of your own.",
                counted(plan.mitigations.len(), "mitigation", "mitigations"),
                share(last.reached.target, plan.steps.target),
                share(last.reached.preparation, plan.steps.preparation)
            );
            rows.text(&text, Tone::Dim);
        } else {
            rows.text("No mitigation would give a step its first control.", Tone::Dim);
        }
    }
}

/// An explanation as a page: beside the plan, and as a popup.
pub fn explanation(explanation: &Explanation, title: &'static str, cells: usize) -> Page {
    let mut rows = Rows::new(cells);
    rows.section(title, None);
    rows.text(&explanation.title, Tone::Strong);
    for line in &explanation.lines {
        rows.blank();
        rows.text(line, Tone::Normal);
    }
    rows.finish()
}
