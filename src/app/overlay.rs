//! Overlays: what the cells of the matrix show, and the heads of its columns. Signs are told apart by
//! their letter; a role adds what colours there are.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;

use super::{App, BaselineChoice, Popup};
use crate::catalog::{Maturity, ObjectId, Technique};
use crate::config::Role;
use crate::coverage::{Assessment, Difference, EvidenceKind, Ground, Mark, Rollup, State, suggestion};

/// What the matrix shows of each technique.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Overlay {
    /// The status.
    #[default]
    Coverage,
    /// Whether anything prevents, detects, or helps to respond.
    Evidence,
    /// In how many case studies it occurs.
    CaseStudies,
    /// How many mitigations ATLAS lists.
    Mitigations,
    Maturity,
    /// How old the mark is.
    Age,
    /// What the marks of its mitigations suggest.
    Suggestions,
    /// What is other than in a snapshot or in another assessment.
    Difference,
}

/// What stands in front of a technique.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sign {
    pub glyph: char,
    pub role: Role,
}

/// What the marks are compared with: a snapshot, or another assessment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Baseline {
    pub name: String,
    /// The day of a snapshot; None for another assessment, of which today's state counts.
    pub on: Option<Date>,
    pub assessment: Assessment,
    /// The ids that the release of a snapshot had; None for another assessment.
    pub known: Option<BTreeSet<ObjectId>>,
}

impl Baseline {
    /// `q3 2026-09-30`
    pub fn label(&self) -> String {
        self.on.map_or_else(|| self.name.clone(), |on| format!("{} {on}", self.name))
    }
}

/// What an overlay shows, made once for all frames until marks or what is looked at change. Empty for
/// coverage: a status is looked up as fast.
#[derive(Debug, Default)]
pub struct Painted {
    pub signs: HashMap<ObjectId, Sign>,
    /// By column, at most four characters each.
    pub heads: Vec<String>,
}

const fn sign(glyph: char, role: Role) -> Sign {
    Sign { glyph, role }
}

const fn of_state(state: State) -> Sign {
    sign(state.glyph(), Role::State(state))
}

const NOTHING: Sign = sign('.', Role::Dim);

/// A count as one character: `.` for none, `+` for more than nine. The more, the stronger.
fn count(number: usize) -> Sign {
    let role = match number {
        0 => return NOTHING,
        1..=2 => Role::Normal,
        3..=5 => Role::Strong,
        _ => Role::Heading,
    };
    let digit = u32::try_from(number).ok().and_then(|n| char::from_digit(n, 10));
    sign(digit.unwrap_or('+'), role)
}

/// The case studies that use a technique, each once.
pub(super) fn cases(technique: &Technique) -> usize {
    let mut cases: Vec<ObjectId> = technique.steps.iter().map(|s| s.case_study).collect();
    cases.dedup();
    cases.len()
}

/// The kinds of evidence of a mark, each once.
fn kinds(mark: &Mark) -> Vec<EvidenceKind> {
    EvidenceKind::ALL.into_iter().filter(|kind| mark.evidence.iter().any(|e| e.kind == *kind)).collect()
}

/// Evidence counts where the mark claims something; a gap with evidence is a gap.
fn claims(counted: State) -> bool {
    matches!(counted, State::Partial | State::Covered | State::Tested)
}

/// Months of 30 days since the mark was set; None without a date.
fn months(mark: &Mark, today: Date) -> Option<usize> {
    let days = today.since(mark.on?).ok()?.get_days();
    Some(usize::try_from(days / 30).unwrap_or(0))
}

/// Whether an assessed mark is due, or stale, or its test has expired.
fn wants_care(mark: &Mark, today: Date) -> bool {
    let is_stale = mark.counted_state(today) != State::Unassessed && mark.is_stale(today) == Some(true);
    mark.is_due(today) || mark.has_expired_test(today) || is_stale
}

/// How a technique came to be other than it was.
#[derive(Clone, Copy)]
enum Move {
    Changed(State, State),
    ByTime,
    New,
}

impl Move {
    fn sign(self) -> Sign {
        match self {
            Move::New => sign('n', Role::Strong),
            Move::ByTime => sign('t', Role::State(State::Planned)),
            // Neither of these two is nearer to covered, nor further from it.
            Move::Changed(State::NotApplicable | State::Accepted, _)
            | Move::Changed(_, State::NotApplicable | State::Accepted) => {
                sign('~', Role::State(State::Accepted))
            }
            Move::Changed(before, after) if after.openness() < before.openness() => {
                sign('>', Role::State(State::Covered))
            }
            Move::Changed(..) => sign('<', Role::State(State::Gap)),
        }
    }
}

impl Overlay {
    /// In the order of the key that goes to the next one.
    pub const ALL: [Overlay; 8] = [
        Overlay::Coverage,
        Overlay::Evidence,
        Overlay::CaseStudies,
        Overlay::Mitigations,
        Overlay::Maturity,
        Overlay::Age,
        Overlay::Suggestions,
        Overlay::Difference,
    ];

    /// The name in the title.
    pub const fn name(self) -> &'static str {
        match self {
            Overlay::Coverage => "coverage",
            Overlay::Evidence => "evidence",
            Overlay::CaseStudies => "case studies",
            Overlay::Mitigations => "mitigations",
            Overlay::Maturity => "maturity",
            Overlay::Age => "age",
            Overlay::Suggestions => "suggestions",
            Overlay::Difference => "difference",
        }
    }

    /// What its signs mean, and what the figure in the head of a column is. Coverage has a legend of its
    /// own, that of the states.
    pub fn legend(self) -> &'static [(Sign, &'static str)] {
        const PLAIN: Role = Role::Normal;
        match self {
            Overlay::Coverage => const { &[] },
            Overlay::Evidence => {
                const {
                    &[
                        (sign('p', PLAIN), "prevents"),
                        (sign('d', PLAIN), "detects"),
                        (sign('r', PLAIN), "responds"),
                        (sign('2', Role::Strong), "two"),
                        (sign('P', Role::Heading), "all"),
                        (NOTHING, "none"),
                        (sign('-', Role::Dim), "unclaimed"),
                        (HEAD, "detected"),
                    ]
                }
            }
            Overlay::CaseStudies => {
                const {
                    &[
                        (sign('1', PLAIN), "to 9 case studies"),
                        (sign('+', Role::Heading), "more"),
                        (NOTHING, "none"),
                        (HEAD, "of the column"),
                    ]
                }
            }
            Overlay::Mitigations => {
                const {
                    &[
                        (sign('1', PLAIN), "to 9 mitigations in ATLAS"),
                        (sign('+', Role::Heading), "more"),
                        (NOTHING, "none"),
                        (HEAD, "share with one"),
                    ]
                }
            }
            Overlay::Maturity => {
                const {
                    &[
                        (sign('f', PLAIN), "feasible"),
                        (sign('d', Role::Strong), "demonstrated"),
                        (sign('r', Role::Heading), "realized"),
                        (NOTHING, "not stated"),
                        (HEAD, "share realized"),
                    ]
                }
            }
            Overlay::Age => {
                const {
                    &[
                        (sign('0', PLAIN), "to 9 months"),
                        (sign('+', Role::Strong), "more"),
                        (sign('!', Role::State(State::Gap)), "review due"),
                        (sign('x', Role::State(State::Planned)), "expired"),
                        (sign('?', PLAIN), "no date"),
                        (sign('-', Role::Dim), "no mark"),
                        (HEAD, "to look at"),
                    ]
                }
            }
            Overlay::Suggestions => {
                const {
                    &[
                        (sign('~', Role::State(State::Planned)), "planned"),
                        (sign('+', Role::State(State::Partial)), "partial"),
                        (sign('#', Role::State(State::Covered)), "covered is suggested"),
                        (NOTHING, "nothing"),
                        (HEAD, "open in the column"),
                    ]
                }
            }
            Overlay::Difference => {
                const {
                    &[
                        (sign('>', Role::State(State::Covered)), "closer to done"),
                        (sign('<', Role::State(State::Gap)), "further"),
                        (sign('~', Role::State(State::Accepted)), "other"),
                        (sign('t', Role::State(State::Planned)), "test expired"),
                        (sign('n', Role::Strong), "new"),
                        (NOTHING, "same"),
                        (HEAD, "covered"),
                    ]
                }
            }
        }
    }

    /// The signs of the techniques that are looked at (all if None), and the heads of the columns.
    pub(super) fn paint(
        self,
        on: Ground<'_>,
        looked_at: Option<&BTreeSet<ObjectId>>,
        columns: &[Rollup],
        baseline: Option<&Baseline>,
    ) -> Painted {
        let moves = match (self, baseline) {
            (Overlay::Difference, Some(baseline)) => moves(on, looked_at, baseline),
            _ => Moves::default(),
        };
        if self == Overlay::Coverage {
            // Each mark comes here, so nothing is gone through that is counted already.
            let heads = columns.iter().map(|rollup| percent(rollup.percent_covered())).collect();
            return Painted { signs: HashMap::new(), heads };
        }
        // Of what is not looked at, too: it may be shown for the sake of what is folded below it.
        let techniques = on.catalog.techniques.iter();
        let signs = techniques.map(|t| (t.id, self.sign(on, &moves, t))).collect();
        let tactics = on.catalog.tactics.iter().zip(columns);
        let heads = tactics.map(|(tactic, rollup)| {
            let ids = on.catalog.in_tactic(tactic);
            let ids = ids.filter(|id| looked_at.is_none_or(|looked_at| looked_at.contains(id)));
            let column: Vec<&Technique> = ids.filter_map(|id| on.catalog.technique(id)).collect();
            self.head(on, &moves, &column, rollup)
        });
        Painted { signs, heads: heads.collect() }
    }

    fn sign(self, on: Ground<'_>, moves: &Moves, technique: &Technique) -> Sign {
        let mark = on.assessment.mark(technique.id);
        match self {
            Overlay::Coverage => of_state(mark.state(on.today)),
            Overlay::Evidence => match kinds(mark).as_slice() {
                [] => NOTHING,
                _ if !claims(mark.counted_state(on.today)) => sign('-', Role::Dim),
                [EvidenceKind::Prevent] => sign('p', Role::Normal),
                [EvidenceKind::Detect] => sign('d', Role::Normal),
                [EvidenceKind::Respond] => sign('r', Role::Normal),
                [_, _] => sign('2', Role::Strong),
                _ => sign('P', Role::Heading),
            },
            Overlay::CaseStudies => count(cases(technique)),
            Overlay::Mitigations => count(technique.mitigations.len()),
            Overlay::Maturity => match technique.maturity {
                None => NOTHING,
                Some(Maturity::Feasible) => sign('f', Role::Normal),
                Some(Maturity::Demonstrated) => sign('d', Role::Strong),
                Some(Maturity::Realized) => sign('r', Role::Heading),
            },
            Overlay::Age if mark.is_empty() => sign('-', Role::Dim),
            Overlay::Age if mark.is_due(on.today) => sign('!', Role::State(State::Gap)),
            Overlay::Age if mark.has_expired_test(on.today) => sign('x', Role::State(State::Planned)),
            Overlay::Age => {
                let role = if wants_care(mark, on.today) { Role::Strong } else { Role::Normal };
                match months(mark, on.today) {
                    Some(0) => sign('0', role),
                    Some(months) => sign(count(months).glyph, role),
                    None => sign('?', role),
                }
            }
            Overlay::Suggestions => match suggestion(on.catalog, on.assessment, technique.id, on.today) {
                Some(found) => of_state(Mark { status: found.to, ..Mark::default() }.state(on.today)),
                None => NOTHING,
            },
            Overlay::Difference => moves.of.get(&technique.id).map_or(NOTHING, |m| m.sign()),
        }
    }

    /// The figure in the head of a column, of the techniques and sub-techniques that are looked at. A
    /// share or a number, never a mean of states. Shares are of what is applicable where they are about
    /// marks, else of all.
    fn head(self, on: Ground<'_>, moves: &Moves, column: &[&Technique], rollup: &Rollup) -> String {
        let number = |holds: &dyn Fn(&Technique) -> bool| column.iter().filter(|t| holds(t)).count();
        let mark = |t: &Technique| on.assessment.mark(t.id);
        match self {
            Overlay::Coverage => percent(rollup.percent_covered()),
            Overlay::Evidence => {
                let detects = |t: &Technique| {
                    claims(mark(t).counted_state(on.today)) && kinds(mark(t)).contains(&EvidenceKind::Detect)
                };
                percent((number(&detects) * 100).checked_div(rollup.applicable()))
            }
            Overlay::CaseStudies => {
                let steps = column.iter().flat_map(|t| &t.steps);
                steps.map(|step| step.case_study).collect::<BTreeSet<_>>().len().to_string()
            }
            Overlay::Mitigations => {
                percent((number(&|t| !t.mitigations.is_empty()) * 100).checked_div(column.len()))
            }
            Overlay::Maturity => {
                let realized = number(&|t| t.maturity == Some(Maturity::Realized));
                percent((realized * 100).checked_div(column.len()))
            }
            Overlay::Age => number(&|t| wants_care(mark(t), on.today)).to_string(),
            Overlay::Suggestions => {
                number(&|t| suggestion(on.catalog, on.assessment, t.id, on.today).is_some()).to_string()
            }
            Overlay::Difference => {
                let (gained, lost) =
                    (number(&|t| moves.gained.contains(&t.id)), number(&|t| moves.lost.contains(&t.id)));
                match gained.cmp(&lost) {
                    std::cmp::Ordering::Greater => format!("+{}", gained - lost),
                    std::cmp::Ordering::Equal => "0".to_owned(),
                    std::cmp::Ordering::Less => format!("-{}", lost - gained),
                }
            }
        }
    }

    /// What the sign of a technique says, in words, where nothing else on the screen does.
    pub(super) fn about(self, on: Ground<'_>, baseline: Option<&Baseline>, id: ObjectId) -> Option<String> {
        let mark = on.assessment.mark(id);
        match self {
            Overlay::Coverage | Overlay::CaseStudies | Overlay::Mitigations | Overlay::Maturity => None,
            Overlay::Evidence => {
                let kinds: Vec<&str> = kinds(mark).into_iter().map(EvidenceKind::word).collect();
                Some(if kinds.is_empty() { "no evidence".to_owned() } else { kinds.join(", ") })
            }
            Overlay::Age => {
                let set = match mark.on {
                    _ if mark.is_empty() => "no mark".to_owned(),
                    Some(on) => format!("marked {on}"),
                    None => "marked, no date".to_owned(),
                };
                let due = mark.review.filter(|_| mark.is_due(on.today));
                let due = due.map(|day| format!(", review due {day}")).unwrap_or_default();
                let expired = if mark.has_expired_test(on.today) { ", test expired" } else { "" };
                Some(format!("{set}{due}{expired}"))
            }
            Overlay::Suggestions => Some(suggestion(on.catalog, on.assessment, id, on.today)?.reason()),
            Overlay::Difference => {
                let baseline = baseline?;
                if baseline.known.as_ref().is_some_and(|known| !known.contains(&id)) {
                    return Some("new since".to_owned());
                }
                let then = baseline.assessment.mark(id).counted_state(baseline.on.unwrap_or(on.today));
                let now = mark.counted_state(on.today);
                Some(match (then == now, baseline.on) {
                    (true, _) => "the same".to_owned(),
                    (false, Some(_)) => format!("was {}", then.word()),
                    (false, None) => format!("there {}", then.word()),
                })
            }
        }
    }
}

impl App {
    pub(super) fn show_overlay(&mut self, overlay: Overlay) {
        self.overlay = overlay;
        self.revision += 1;
    }

    /// The next overlay; the difference only where it is known to what.
    pub(super) fn next_overlay(&mut self) {
        let at = Overlay::ALL.iter().position(|o| *o == self.overlay).unwrap_or(0);
        let mut next = Overlay::ALL[(at + 1) % Overlay::ALL.len()];
        if next == Overlay::Difference && self.baseline.is_none() {
            next = Overlay::default();
        }
        self.show_overlay(next);
    }

    /// Opens the choice of what the marks are compared with.
    pub(super) fn start_baselines(&mut self, all: Vec<Baseline>, problems: Vec<String>) {
        // That it is being read is no longer true.
        self.message = None;
        for problem in problems {
            self.complain(problem);
        }
        if all.is_empty() {
            self.tell(
                "There is nothing to compare with yet: no snapshot of this assessment, no other assessment.",
            );
            return;
        }
        if !self.popups.is_empty() {
            // Something else was opened meanwhile.
            return;
        }
        let is_known = |b: &Baseline| self.baseline.as_ref().is_some_and(|known| known.label() == b.label());
        let chosen = all.iter().position(is_known).unwrap_or(0);
        self.popups.push(Popup::Baselines(BaselineChoice { all, chosen }));
    }

    pub(super) fn choose_baseline(&mut self) {
        let Some(Popup::Baselines(BaselineChoice { mut all, chosen })) = self.popups.pop() else { return };
        if chosen < all.len() {
            self.baseline = Some(all.swap_remove(chosen));
            self.show_overlay(Overlay::Difference);
        }
    }

    /// What the matrix shows in front of a technique.
    pub fn sign(&self, id: ObjectId) -> Sign {
        match self.figures().painted.signs.get(&id) {
            Some(sign) => *sign,
            None => of_state(self.assessment.state(id, self.today)),
        }
    }

    /// The overlay's name for the title; None for the usual one.
    pub fn overlay_title(&self) -> Option<String> {
        match (self.overlay, &self.baseline) {
            (Overlay::Coverage, _) => None,
            (Overlay::Difference, Some(baseline)) => Some(format!("overlay: {}", baseline.label())),
            (overlay, _) => Some(format!("overlay: {}", overlay.name())),
        }
    }

    /// What the overlay says of a technique in words, where nothing else on the screen does.
    pub fn about_sign(&self, id: ObjectId) -> Option<String> {
        let on = Ground { catalog: &self.catalog, assessment: &self.assessment, today: self.today };
        self.overlay.about(on, self.baseline.as_ref(), id)
    }
}

/// The figure above a column, as the legend names it.
const HEAD: Sign = sign('^', Role::Dim);

fn percent(share: Option<usize>) -> String {
    share.map_or_else(|| "n/a".to_owned(), |percent| format!("{percent}%"))
}

/// What is other than in the baseline.
#[derive(Default)]
struct Moves {
    of: BTreeMap<ObjectId, Move>,
    /// Techniques that we brought to covered, and those that we took back.
    gained: BTreeSet<ObjectId>,
    lost: BTreeSet<ObjectId>,
}

fn moves(on: Ground<'_>, looked_at: Option<&BTreeSet<ObjectId>>, baseline: &Baseline) -> Moves {
    let all = || on.catalog.techniques.iter().map(|t| t.id).collect();
    let techniques = looked_at.cloned().unwrap_or_else(all);
    let day = baseline.on.unwrap_or(on.today);
    let known = baseline.known.as_ref();
    let difference = Difference::between(
        &baseline.assessment,
        known,
        on.assessment,
        on.catalog,
        &techniques,
        day,
        on.today,
    );
    let mut moves = Moves::default();
    let is_covered = |state| matches!(state, State::Covered | State::Tested);
    for moved in difference.changed {
        moves.of.insert(moved.id, Move::Changed(moved.before, moved.after));
        match (is_covered(moved.before), is_covered(moved.after)) {
            (false, true) => moves.gained.insert(moved.id),
            (true, false) => moves.lost.insert(moved.id),
            _ => false,
        };
    }
    moves.of.extend(difference.time_passed.into_iter().map(|moved| (moved.id, Move::ByTime)));
    moves.of.extend(difference.grown.into_iter().map(|(id, _)| (id, Move::New)));
    moves
}
