//! Merging two changes of one mark that both started from the same mark.
//!
//! Field by field: what one side changed goes through, what both changed alike is no question, and
//! what they changed differently is kept from both. Which change is newer plays no part: clocks of
//! different machines decide nothing. `docs/coverage.md` has the rules as a table.
//!
//! Merging the same change a second time changes nothing, so a change may be replayed by who does
//! not know whether it was saved.

use super::{Claim, Conflict, Field, Mark, Status};

/// A merged mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    pub mark: Mark,
    /// The fields that both sides had changed differently, so that the mark now holds both.
    pub clashes: Vec<Field>,
}

/// Merges what we made (`ours`) and what they made (`theirs`) of `base`.
pub fn merge(base: &Mark, ours: &Mark, theirs: &Mark) -> Merged {
    let whole = |mark: &Mark| Merged { mark: mark.clone(), clashes: Vec::new() };
    if ours == theirs || theirs == base {
        return whole(ours);
    }
    if ours == base {
        return whole(theirs);
    }
    // Written out, so that a new field of marks is not forgotten here.
    let mark = Mark {
        status: Status::Unassessed,
        owner: None,
        note: None,
        evidence: items(&base.evidence, &ours.evidence, &theirs.evidence),
        tested: None,
        review: None,
        by: None,
        on: None,
        conflicts: Vec::new(),
        log: log(&base.log, &ours.log, &theirs.log),
    };
    let mut merged = Merged { mark, clashes: Vec::new() };
    for field in Field::ALL {
        let sides = [base, ours, theirs].map(|mark| Side::of(mark, field));
        let side = merge_field(&sides);
        if !side.says_the_same(&sides[1]) && !side.says_the_same(&sides[2]) {
            merged.clashes.push(field);
        }
        merged.mark.set_claim(side.own.claim);
        merged.mark.conflicts.extend(side.conflicts);
    }
    // Who set it last: the side whose change is in it; of both, ours.
    let unsigned = |mark: &Mark| Mark { by: None, on: None, ..mark.clone() };
    let signed = if merged.mark == unsigned(theirs) { theirs } else { ours };
    merged.mark.by.clone_from(&signed.by);
    merged.mark.on = signed.on;
    merged
}

/// Takes back what an edit made of `before` (`made`), as far as it still stands in `now`. What somebody
/// has changed since is theirs and stays: an undo contradicts nobody. In a conflict it withdraws its own
/// claim; where one is left, there is no conflict any more.
///
/// The clashes are the fields that were left as they are. Doing it a second time changes nothing.
pub fn take_back(before: &Mark, made: &Mark, now: &Mark) -> Merged {
    if now == made {
        return Merged { mark: before.clone(), clashes: Vec::new() };
    }
    let mut mark = Mark { evidence: items(&made.evidence, &before.evidence, &now.evidence), ..now.clone() };
    mark.conflicts.clear();
    let mut clashes = Vec::new();
    let mut signed = None;
    for field in Field::ALL {
        let [was, made, now] = [before, made, now].map(|mark| Side::of(mark, field));
        let is_mine = |c: &&Conflict| c.claim == made.own.claim && c.by == made.own.by;
        let mut side = now;
        if made.says_the_same(&was) {
            // Not what the edit was about.
        } else if side.says_the_same(&made) {
            side = was;
            signed = Some((before.by.clone(), before.on));
        } else if made.conflicts.is_empty()
            && field != Field::Note
            && side.conflicts.iter().any(|c| is_mine(&c))
        {
            side.conflicts.retain(|c| !is_mine(&c));
            if let [left] = side.conflicts.as_slice() {
                signed = Some((left.by.clone(), left.on));
                side = Side { own: left.clone(), conflicts: Vec::new() };
            } else {
                side.own.claim = counting(&side.conflicts, &side, &side);
            }
        } else {
            clashes.push(field);
        }
        mark.set_claim(side.own.claim);
        mark.conflicts.extend(side.conflicts);
    }
    // What was left to somebody else has happened all the same.
    if clashes.is_empty() {
        mark.log = log(&made.log, &before.log, &now.log);
    }
    if let Some((by, on)) = signed {
        mark.by = by;
        mark.on = on;
    }
    Merged { mark, clashes }
}

/// What one mark says of one field.
struct Side {
    own: Conflict,
    /// The claims that contradict each other; empty where none do.
    conflicts: Vec<Conflict>,
}

impl Side {
    fn of(mark: &Mark, field: Field) -> Side {
        let own = Conflict { claim: mark.claim(field), by: mark.by.clone(), on: mark.on };
        let mut conflicts: Vec<Conflict> = Vec::new();
        if mark.is_disputed(field) {
            // A note stands in the mark; only that somebody took it away is listed.
            conflicts = match field {
                Field::Note => mark.conflicts.iter().filter(|c| c.claim.field() == field).cloned().collect(),
                _ => mark.claims(field),
            };
        }
        Side { own, conflicts }
    }

    fn says_the_same(&self, other: &Side) -> bool {
        self.own.claim == other.own.claim && self.conflicts == other.conflicts
    }

    fn claims(&self) -> Vec<&Conflict> {
        let own = self.conflicts.iter().all(|c| c.claim != self.own.claim).then_some(&self.own);
        self.conflicts.iter().chain(own).collect()
    }

    /// Whether the other side's new value is listed here, so that it was merged already.
    fn has_taken(&self, other: &Side, base: &Side) -> bool {
        let is_new = |c: &Conflict| !base.claims().contains(&c);
        let is_new_value = base.claims().iter().all(|c| c.claim != other.own.claim);
        other.conflicts.is_empty()
            && self
                .conflicts
                .iter()
                .any(|c| c.claim == other.own.claim && (is_new_value || (*c == other.own && is_new(c))))
    }

    /// The listed claims without those that the other side settled.
    fn not_settled(&self, base: &Side, other: &Side) -> Vec<Conflict> {
        let is_settled = |c: &&Conflict| base.claims().contains(c) && !other.claims().contains(c);
        self.conflicts.iter().filter(|c| !is_settled(c)).cloned().collect()
    }
}

fn merge_field(sides: &[Side; 3]) -> Side {
    let [base, ours, theirs] = sides;
    let copy = |side: &Side| Side { own: side.own.clone(), conflicts: side.conflicts.clone() };
    if ours.says_the_same(theirs) || theirs.says_the_same(base) {
        return copy(ours);
    }
    if ours.says_the_same(base) || theirs.has_taken(ours, base) {
        return copy(theirs);
    }
    if ours.has_taken(theirs, base) {
        return copy(ours);
    }
    let mut conflicts = ours.not_settled(base, theirs);
    conflicts.extend(theirs.not_settled(base, ours));
    let own = if let (Claim::Note(a), Claim::Note(b)) = (&ours.own.claim, &theirs.own.claim) {
        match (a, b) {
            (Some(a), Some(b)) => Claim::Note(Some(join_notes((a, &ours.own), (b, &theirs.own)))),
            // Who writes wins against who takes away, and it is told.
            (None, Some(_)) => {
                conflicts.push(ours.own.clone());
                theirs.own.claim.clone()
            }
            (Some(_), None) => {
                conflicts.push(theirs.own.clone());
                ours.own.claim.clone()
            }
            (None, None) => Claim::Note(None),
        }
    } else {
        // A side without a conflict has made up its mind, even if to what it was before.
        let decided = [ours, theirs].into_iter().filter(|side| side.conflicts.is_empty());
        conflicts.extend(decided.map(|side| side.own.clone()));
        sort(&mut conflicts);
        counting(&conflicts, ours, theirs)
    };
    sort(&mut conflicts);
    if conflicts.iter().all(|c| c.claim == own) {
        conflicts.clear();
    }
    Side { own: Conflict { claim: own, ..ours.own.clone() }, conflicts }
}

/// In an order that does not depend on whose side is ours; each value once, with a name if it has one.
fn sort(conflicts: &mut Vec<Conflict>) {
    conflicts.sort_by(|a, b| {
        let by = |c: &Conflict| (c.by.is_none(), c.by.clone(), c.on);
        a.claim.cmp(&b.claim).then_with(|| by(a).cmp(&by(b)))
    });
    conflicts.dedup_by(|a, b| a.claim == b.claim);
}

/// Which of the claims counts as long as nobody has settled the conflict.
fn counting(conflicts: &[Conflict], ours: &Side, theirs: &Side) -> Claim {
    let claims = || conflicts.iter().map(|c| &c.claim);
    // Somebody rather than nobody; a day rather than none.
    let says_something = |claim: &&Claim| !matches!(claim, Claim::Owner(None) | Claim::Review(None));
    let counts = match ours.own.claim {
        Claim::Status(_) => {
            let statuses = claims().filter_map(|c| match c {
                Claim::Status(status) => Some(*status),
                _ => None,
            });
            return Claim::Status(Status::weakest(statuses));
        }
        // No test, or the older one, vouches for less. None sorts before any day.
        Claim::Tested(_) => claims().min(),
        // The earlier review is the safer one.
        Claim::Review(_) => claims().filter(says_something).min(),
        // Ours, but where ours is in theirs already.
        Claim::Owner(_) | Claim::Note(_) => {
            let mut wanted = [&ours.own.claim, &theirs.own.claim];
            if conflicts == theirs.conflicts.as_slice() {
                wanted.swap(0, 1);
            }
            let listed = |claim: &&Claim| claims().any(|c| c == *claim);
            wanted.into_iter().filter(listed).chain(claims()).find(says_something)
        }
    };
    counts.or_else(|| claims().next()).unwrap_or(&ours.own.claim).clone()
}

/// Both notes: ours, then what theirs says more, with its author and day.
fn join_notes((ours, our_source): (&str, &Conflict), (theirs, their_source): (&str, &Conflict)) -> String {
    let more = |text: &str, than: &str, source: &Conflict| {
        let same = text.split('\n').zip(than.split('\n')).take_while(|(a, b)| a == b).count();
        let rest: Vec<&str> = text.split('\n').skip(same).collect();
        if rest.is_empty() { String::new() } else { format!("[{}] {}", source.source(), rest.join("\n")) }
    };
    let (our_more, their_more) = (more(ours, theirs, our_source), more(theirs, ours, their_source));
    let holds = |note: &str, text: &str, more: &str| {
        more.is_empty() || holds_lines(note, text) || holds_lines(note, more)
    };
    if holds(theirs, ours, &our_more) {
        theirs.to_owned()
    } else if holds(ours, theirs, &their_more) {
        ours.to_owned()
    } else {
        format!("{ours}\n{their_more}")
    }
}

/// Whether a text holds another one as whole lines.
fn holds_lines(text: &str, part: &str) -> bool {
    let (text, part): (Vec<&str>, Vec<&str>) = (text.split('\n').collect(), part.split('\n').collect());
    text.windows(part.len()).any(|lines| lines == part.as_slice())
}

/// The items of both without those that one side removed: theirs in their order, then our new ones.
fn items<T: Clone + PartialEq>(base: &[T], ours: &[T], theirs: &[T]) -> Vec<T> {
    if ours == theirs || theirs == base {
        return ours.to_vec();
    }
    if ours == base {
        return theirs.to_vec();
    }
    let kept = theirs.iter().filter(|e| ours.contains(e) || !base.contains(e));
    let new = ours.iter().filter(|e| !theirs.contains(e) && !base.contains(e));
    kept.chain(new).cloned().collect()
}

/// The same for the lines of a log, in the order of their days.
fn log(base: &[String], ours: &[String], theirs: &[String]) -> Vec<String> {
    let mut lines = items(base, ours, theirs);
    if lines != ours && lines != theirs {
        lines.sort_by(|a, b| a.get(..10).cmp(&b.get(..10)));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coverage::{Evidence, EvidenceKind};
    use jiff::civil::{Date, date};
    use proptest::prelude::*;

    /// A mark by somebody, on a day of November.
    fn by(name: &str, day: i8, set: impl FnOnce(&mut Mark)) -> Mark {
        let mut mark = Mark { by: Some(name.to_owned()), on: Some(date(2026, 11, day)), ..Mark::default() };
        set(&mut mark);
        mark
    }

    fn said(claim: Claim, name: &str, day: i8) -> Conflict {
        Conflict { claim, by: Some(name.to_owned()), on: Some(date(2026, 11, day)) }
    }

    fn piece(what: &str) -> Evidence {
        Evidence { kind: EvidenceKind::Detect, what: what.to_owned(), link: None, on: None }
    }

    fn text(text: &str) -> Option<String> {
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// Sets a field from a word, so that a table can hold all fields. Empty is none.
    fn set(mark: &mut Mark, field: Field, word: &str) {
        let day = || (!word.is_empty()).then(|| word.parse::<Date>().unwrap());
        mark.set_claim(match field {
            Field::Status => Claim::Status(Status::from_word(word).unwrap()),
            Field::Owner => Claim::Owner(text(word)),
            Field::Note => Claim::Note(text(word)),
            Field::Tested => Claim::Tested(day()),
            Field::Review => Claim::Review(day()),
        });
    }

    fn get(mark: &Mark, field: Field) -> String {
        mark.claim(field).value().unwrap_or_default()
    }

    const EARLY: &str = "2026-01-01";
    const MIDDLE: &str = "2026-02-02";
    const LATE: &str = "2026-03-03";

    #[test]
    fn what_one_side_changed_or_both_alike_goes_through() {
        for (field, base, changed) in [
            (Field::Status, "unassessed", "gap"),
            (Field::Status, "covered", "unassessed"),
            (Field::Owner, "", "ann"),
            (Field::Owner, "ann", ""),
            (Field::Note, "one", "two"),
            (Field::Note, "one", ""),
            (Field::Tested, EARLY, LATE),
            (Field::Tested, LATE, ""),
            (Field::Review, "", EARLY),
            (Field::Review, EARLY, LATE),
        ] {
            let mark = |name, word: &str| by(name, 1, |m| set(m, field, word));
            let other = |name, word: &str| Mark { evidence: vec![piece("x")], ..mark(name, word) };
            // Who signs: ours where something of ours is in it that theirs did not have.
            for (ours, theirs, signed) in [
                (mark("me", changed), other("soc", base), "me"),
                (other("me", base), mark("soc", changed), "me"),
                (other("me", changed), mark("soc", changed), "me"),
                (mark("me", changed), other("soc", changed), "soc"),
            ] {
                let merged = merge(&mark("ann", base), &ours, &theirs);
                assert_eq!(get(&merged.mark, field), changed, "{field:?}");
                assert_eq!(merged.mark.evidence, [piece("x")], "the other field as well");
                assert_eq!((merged.mark.conflicts.len(), merged.clashes.len()), (0, 0), "{field:?}");
                assert_eq!(merged.mark.by.as_deref(), Some(signed));
            }
        }
    }

    #[test]
    fn what_both_changed_differently_is_kept_from_both() {
        // Base, ours, theirs, what counts, what is listed beside it.
        for (field, base, ours, theirs, counts) in [
            (Field::Status, "unassessed", "covered", "gap", "gap"),
            (Field::Status, "covered", "gap", "partial", "gap"),
            (Field::Status, "gap", "accepted", "covered", "accepted"),
            (Field::Status, "gap", "covered", "not-applicable", "not-applicable"),
            // Who edits wins against who takes back.
            (Field::Status, "gap", "unassessed", "covered", "covered"),
            (Field::Status, "gap", "covered", "unassessed", "covered"),
            (Field::Owner, "", "ann", "ben", "ann"),
            (Field::Owner, "cid", "", "ben", "ben"),
            (Field::Owner, "cid", "ann", "", "ann"),
            // The weaker claim.
            (Field::Tested, "", LATE, EARLY, EARLY),
            (Field::Tested, MIDDLE, EARLY, LATE, EARLY),
            (Field::Tested, MIDDLE, LATE, "", ""),
            (Field::Tested, MIDDLE, "", LATE, ""),
            (Field::Review, "", LATE, EARLY, EARLY),
            (Field::Review, MIDDLE, "", LATE, LATE),
        ] {
            let mark = |name, day, word: &str| by(name, day, |m| set(m, field, word));
            let (base, ours, theirs) = (mark("cid", 1, base), mark("me", 3, ours), mark("soc", 2, theirs));
            let merged = merge(&base, &ours, &theirs);
            assert_eq!(get(&merged.mark, field), counts, "{field:?} {ours:?} {theirs:?}");
            assert_eq!(merged.clashes, [field]);
            let mut expected = [said(ours.claim(field), "me", 3), said(theirs.claim(field), "soc", 2)];
            expected.sort_by(|a, b| a.claim.cmp(&b.claim));
            assert_eq!(merged.mark.conflicts, expected, "{field:?}");
            assert_eq!((merged.mark.by.as_deref(), merged.mark.on), (Some("me"), ours.on));
        }
    }

    #[test]
    fn notes_of_both_stand_one_below_the_other() {
        for (base, ours, theirs, expected) in [
            ("x", "ours", "theirs", "ours\n[soc, 2026-11-02] theirs"),
            ("", "one\ntwo", "three\nfour", "one\ntwo\n[soc, 2026-11-02] three\nfour"),
            // Both wrote on: what they share is not repeated.
            ("a", "a\nb", "a\nc", "a\nb\n[soc, 2026-11-02] c"),
            // One holds the other already.
            ("", "a", "a\nb", "a\nb"),
            ("", "a\nb", "b", "a\nb"),
        ] {
            let mark = |name, day, word: &str| by(name, day, |m| set(m, Field::Note, word));
            let (base, ours, theirs) = (mark("cid", 1, base), mark("me", 3, ours), mark("soc", 2, theirs));
            let merged = merge(&base, &ours, &theirs).mark;
            assert_eq!(get(&merged, Field::Note), expected);
            assert_eq!(merged.conflicts, []);
            // Replayed from either side, nothing comes twice.
            assert_eq!(merge(&base, &ours, &merged).mark, merged);
            assert_eq!(get(&merge(&base, &theirs, &merged).mark, Field::Note), expected);
        }
    }

    #[test]
    fn a_note_taken_away_and_written_stays_and_says_so() {
        let base = by("cid", 1, |m| m.note = text("old"));
        let (gone, new) = (by("me", 3, |_| ()), by("soc", 2, |m| m.note = text("new")));
        for (ours, theirs) in [(&gone, &new), (&new, &gone)] {
            let merged = merge(&base, ours, theirs);
            assert_eq!(merged.mark.note.as_deref(), Some("new"));
            assert_eq!(merged.mark.conflicts, [said(Claim::Note(None), "me", 3)]);
            assert_eq!(merged.clashes, [Field::Note]);
            assert_eq!(merge(&base, ours, &merged.mark).mark, merged.mark);
            let mut written = merged.mark.clone();
            written.set_note("settled");
            assert_eq!(merge(&merged.mark, &written, &merged.mark).mark.conflicts, []);
        }
    }

    #[test]
    fn evidence_of_both_stays_and_what_one_removed_goes() {
        let pieces =
            |whats: &str| by("x", 1, |m| m.evidence = whats.chars().map(|c| piece(&c.to_string())).collect());
        for (base, ours, theirs, expected) in [
            ("", "a", "b", "ba"),
            ("a", "ab", "ac", "acb"),
            ("ab", "a", "ab", "a"),
            ("ab", "ac", "b", "c"),
            ("a", "b", "c", "cb"),
            ("a", "", "", ""),
        ] {
            let merged = merge(&pieces(base), &pieces(ours), &pieces(theirs)).mark;
            assert_eq!(merged.evidence, pieces(expected).evidence, "{base} {ours} {theirs}");
            assert_eq!(merged.conflicts, []);
        }
    }

    fn status(name: &str, day: i8, status: Status) -> Mark {
        by(name, day, |m| m.status = status)
    }

    /// Ann and Ben contradict each other.
    fn contradiction() -> Mark {
        merge(&Mark::default(), &status("ann", 1, Status::Covered), &status("ben", 2, Status::Gap)).mark
    }

    #[test]
    fn the_next_mark_settles_a_conflict_and_undo_brings_it_back() {
        let conflict = contradiction();
        let mut settled = conflict.clone();
        settled.set_state(crate::coverage::State::Partial, date(2026, 11, 23));
        assert_eq!(merge(&conflict, &settled, &conflict).mark, settled);
        assert_eq!(settled.conflicts, []);
        assert_eq!(merge(&settled, &conflict, &settled).mark, conflict);
    }

    #[test]
    fn two_who_settle_it_differently_contradict_each_other_anew() {
        let conflict = contradiction();
        let settle = |name, to| Mark { status: to, ..status(name, 5, to) };
        // Even where one of them chose what counted before, or what was said before.
        for (one, two) in [
            (Status::Gap, Status::Partial),
            (Status::Covered, Status::Partial),
            (Status::Planned, Status::Partial),
        ] {
            let merged = merge(&conflict, &settle("cid", one), &settle("dan", two)).mark;
            let expected = [said(Claim::Status(one), "cid", 5), said(Claim::Status(two), "dan", 5)];
            assert!(expected.iter().all(|c| merged.conflicts.contains(c)), "{merged:?}");
            assert_eq!(merged.conflicts.len(), 2);
        }
        let same = merge(&conflict, &settle("cid", Status::Gap), &settle("dan", Status::Gap)).mark;
        assert_eq!((same.status, same.conflicts.len()), (Status::Gap, 0));
    }

    #[test]
    fn a_third_voice_joins_and_one_who_settled_did_not_settle_that() {
        let conflict = contradiction();
        let third = merge(&Mark::default(), &status("eve", 3, Status::Planned), &conflict).mark;
        assert_eq!(third.status_dispute().as_deref(), Some("gap or planned or covered"));
        let settled = status("cid", 5, Status::Covered);
        let merged = merge(&conflict, &settled, &third).mark;
        assert_eq!(merged.status_dispute().as_deref(), Some("planned or covered"));
    }

    #[test]
    fn an_undo_takes_back_its_own_claim_only() {
        let (none, mine, theirs) =
            (Mark::default(), status("me", 3, Status::Covered), status("soc", 4, Status::Partial));
        // They marked it since: their mark stays, and that nothing was taken back is told.
        let undone = take_back(&none, &mine, &theirs);
        assert_eq!((undone.mark, undone.clashes), (theirs.clone(), vec![Field::Status]));
        // Where the two contradict each other, one's own claim goes and theirs is left alone.
        let conflict = merge(&none, &mine, &theirs).mark;
        assert_eq!(take_back(&none, &mine, &conflict).mark, theirs);
        assert_eq!(take_back(&none, &theirs, &conflict).mark, mine);
        // When both take theirs back nothing is claimed any more.
        let first = take_back(&none, &mine, &conflict).mark;
        assert_eq!(take_back(&none, &theirs, &first).mark, none);
        // What was before comes back where nobody did anything.
        let gap = status("me", 2, Status::Gap);
        assert_eq!(take_back(&gap, &mine, &mine).mark, gap);
        // What others did to other fields stays.
        let noted = Mark { note: Some("theirs".into()), ..mine.clone() };
        let undone = take_back(&gap, &mine, &noted).mark;
        assert_eq!((undone.status, undone.note.as_deref()), (Status::Gap, Some("theirs")));
    }

    #[test]
    fn a_note_does_not_make_its_author_the_one_who_marked() {
        let conflict = contradiction();
        let noted = Mark { by: text("eve"), note: text("see wiki"), ..conflict.clone() };
        let merged = merge(&conflict, &noted, &conflict).mark;
        assert_eq!(merged.conflicts, conflict.conflicts);
        let sources: Vec<String> = merged.claims(Field::Status).iter().map(Conflict::source).collect();
        assert_eq!(sources, ["ben, 2026-11-02", "ann, 2026-11-01"]);
    }

    /// Few values, so that sides often agree.
    fn any_mark() -> impl Strategy<Value = Mark> {
        let words = |words: &'static [&'static str]| prop::sample::select(words).prop_map(text);
        let day = || prop::option::of((1i8..4).prop_map(|d| date(2026, 10, d)));
        let pieces = prop::sample::subsequence(vec![piece("a"), piece("b"), piece("c")], 0..=3);
        (
            prop::sample::select(Status::ALL.to_vec()),
            words(&["", "ann", "ben"]),
            words(&["", "one", "two", "one\ntwo", "two\nthree"]),
            pieces,
            day(),
            day(),
            words(&["", "me", "soc"]),
            day(),
            prop::sample::subsequence(
                vec!["2026-10-01 ann: gap".to_owned(), "2026-10-02 ben: gap".into()],
                0..=2,
            ),
        )
            .prop_map(|(status, owner, note, evidence, tested, review, by, on, log)| Mark {
                status,
                owner,
                note,
                evidence,
                tested,
                review,
                by,
                on,
                conflicts: Vec::new(),
                log,
            })
    }

    /// A mark as it may come about: through up to three merges.
    fn merged_mark() -> impl Strategy<Value = Mark> {
        let steps = prop::collection::vec((any_mark(), any_mark()), 0..3);
        (any_mark(), steps).prop_map(|(first, steps)| {
            steps.iter().fold(first, |mark, (base, ours)| merge(base, ours, &mark).mark)
        })
    }

    /// A mark, possibly with conflicts, and what somebody makes of it: fields set, conflicts of those
    /// fields settled. Each signs with a name of his own.
    fn edit() -> impl Strategy<Value = (Mark, Mark)> {
        let fields = prop::sample::subsequence(Field::ALL.to_vec(), 0..=5);
        (merged_mark(), any_mark(), fields, any::<bool>()).prop_map(
            |(before, values, fields, with_evidence)| {
                let mut after = Mark { by: Some("us".to_owned()), ..before.clone() };
                for field in fields {
                    after.settle(field);
                    after.set_claim(values.claim(field));
                }
                if with_evidence {
                    after.evidence = values.evidence;
                }
                (before, after)
            },
        )
    }

    /// Everything of a mark but who signed it and in which order its evidence stands.
    fn content(mark: &Mark) -> Mark {
        let mut mark = Mark { by: None, on: None, ..mark.clone() };
        mark.evidence.sort_by(|a, b| a.what.cmp(&b.what));
        mark
    }

    proptest! {
        #[test]
        fn one_sided_changes_are_applied_as_they_are(base in merged_mark(), changed in merged_mark()) {
            prop_assert_eq!(&merge(&base, &changed, &base).mark, &changed);
            prop_assert_eq!(&merge(&base, &base, &changed).mark, &changed);
            prop_assert_eq!(&merge(&base, &changed, &changed).mark, &changed);
        }

        #[test]
        fn an_edit_or_its_undo_merged_again_changes_nothing(
            (before, after) in edit(), theirs in merged_mark()
        ) {
            let theirs = Mark { by: Some("them".to_owned()), ..theirs };
            for (base, ours) in [(&before, &after), (&after, &before)] {
                let once = merge(base, ours, &theirs).mark;
                let twice = merge(base, ours, &once);
                prop_assert_eq!(&twice.mark, &once);
                prop_assert_eq!(twice.clashes, []);
            }
        }

        #[test]
        fn it_is_the_same_from_both_sides_but_for_owner_and_order_of_notes(
            base in merged_mark(), ours in merged_mark(), theirs in merged_mark()
        ) {
            let here = content(&merge(&base, &ours, &theirs).mark);
            let there = content(&merge(&base, &theirs, &ours).mark);
            let lines = |mark: &Mark| -> std::collections::BTreeSet<String> {
                // Who was named last depends on whose side is ours.
                let note = mark.note.clone().unwrap_or_default();
                note.lines().map(|l| l.rsplit("] ").next().unwrap_or_default().to_owned()).collect()
            };
            prop_assert_eq!(lines(&here), lines(&there));
            if !here.is_disputed(Field::Owner) {
                prop_assert_eq!(&here.owner, &there.owner);
            }
            let rest = |mark: Mark| Mark { owner: None, note: None, ..mark };
            prop_assert_eq!(rest(here), rest(there));
        }

        #[test]
        fn what_a_side_changed_is_in_the_merged_mark(
            base in any_mark(), ours in any_mark(), theirs in merged_mark()
        ) {
            let merged = merge(&base, &ours, &theirs).mark;
            for side in [&ours, &theirs] {
                for field in Field::ALL {
                    let claims: Vec<Claim> = merged.claims(field).into_iter().map(|c| c.claim).collect();
                    let said = side.claims(field).into_iter().filter(|c| c.claim != base.claim(field));
                    for Conflict { claim, .. } in said {
                        if let (Claim::Note(Some(note)), Claim::Note(merged)) = (&claim, &merged.claim(field)) {
                            let merged = merged.as_deref().unwrap_or_default();
                            prop_assert!(note.lines().all(|line| merged.contains(line)), "{note} in {merged}");
                        } else {
                            prop_assert!(claims.contains(&claim), "{:?} in {:?}", claim, claims);
                        }
                    }
                }
                for piece in side.evidence.iter().filter(|e| !base.evidence.contains(e)) {
                    prop_assert!(merged.evidence.contains(piece));
                }
            }
        }
    }
}
