//! A case study as a graph of steps, brought into attack order.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::id::ObjectId;
use super::model::Step;
use super::raw::{At, RawStep, Warnings};
use super::read::ReadError;
use super::sanitize::quote;

/// The steps of one case study in attack order.
pub(super) fn chain(
    case_study: At<ObjectId>,
    steps: Vec<RawStep>,
    warnings: &mut Warnings,
) -> Result<Vec<Step>, ReadError> {
    let At { line, value: id } = case_study;
    if steps.len() > usize::from(u16::MAX) {
        return Err(ReadError::at(line, format!("the case study {id} has more than 65,535 steps")));
    }
    let graph: Vec<(&str, Vec<&str>)> =
        steps.iter().map(|s| (&*s.id.value, s.leads_to.iter().map(|t| &*t.value).collect())).collect();
    let order = attack_order(&graph).map_err(|error| match error {
        ChainError::Twice(i) => {
            let what = format!("{id} has two steps {}", quote(&steps[i].id.value));
            ReadError::at(steps[i].id.line, what)
        }
        ChainError::Unknown { step, target } => {
            let to = &steps[step].leads_to[target];
            let from = quote(&steps[step].id.value);
            ReadError::at(
                to.line,
                format!("step {from} of {id} leads to {}, which it has not", quote(&to.value)),
            )
        }
        ChainError::Circle(around) => {
            let names: Vec<String> = around.iter().take(5).map(|&i| quote(&steps[i].id.value)).collect();
            let more = if around.len() > names.len() { " and others" } else { "" };
            let first = around.first().map_or(line, |&i| steps[i].id.line);
            let names = names.join(", ");
            ReadError::at(first, format!("the steps of {id} lead in a circle through {names}{more}"))
        }
    })?;
    // The places fit into u16, as the number of steps was checked above.
    let place: HashMap<&str, u16> = order.iter().zip(0..).map(|(&i, n)| (graph[i].0, n)).collect();
    let following: Vec<Vec<u16>> = steps
        .iter()
        .map(|step| {
            let mut places: Vec<u16> =
                step.leads_to.iter().filter_map(|to| place.get(&*to.value).copied()).collect();
            places.sort_unstable();
            let all = places.len();
            places.dedup();
            if places.len() < all {
                let what = format!("step {} leads to the same step twice", quote(&step.id.value));
                warnings.add(step.id.line, id, what);
            }
            places
        })
        .collect();
    let mut taken: Vec<Option<(RawStep, Vec<u16>)>> = steps.into_iter().zip(following).map(Some).collect();
    let in_order = order.iter().filter_map(|&i| taken[i].take());
    Ok(in_order
        .map(|(step, leads_to)| Step {
            id: step.id.value,
            technique: step.technique.value,
            tactic: step.tactic.value,
            description: step.description,
            leads_to,
        })
        .collect())
}

/// Why a graph has no attack order. Positions are those of the input.
#[derive(Debug, PartialEq, Eq)]
enum ChainError {
    /// Two steps have the same id.
    Twice(usize),
    /// The step leads to an id that no step has.
    Unknown { step: usize, target: usize },
    /// The steps lead in a circle, in this order.
    Circle(Vec<usize>),
}

/// The attack order of a case study's steps, given as `(step id, ids of the steps it leads to)`:
/// positions of the input, each exactly once, every step before those it leads to.
///
/// Starts at the step that none leads to. Follows a branch to its end, or to where it joins another,
/// before it turns to the next one; steps that could stand in either order go by their ids.
fn attack_order(steps: &[(&str, Vec<&str>)]) -> Result<Vec<usize>, ChainError> {
    let mut at = HashMap::with_capacity(steps.len());
    for (i, (id, _)) in steps.iter().enumerate() {
        if at.insert(*id, i).is_some() {
            return Err(ChainError::Twice(i));
        }
    }
    let mut next: Vec<Vec<usize>> = Vec::with_capacity(steps.len());
    let mut before = vec![0_usize; steps.len()];
    for (i, (_, targets)) in steps.iter().enumerate() {
        let mut following = Vec::with_capacity(targets.len());
        for (t, target) in targets.iter().enumerate() {
            let to = *at.get(target).ok_or(ChainError::Unknown { step: i, target: t })?;
            before[to] += 1;
            following.push(to);
        }
        next.push(following);
    }

    let key = |&i: &usize| Reverse(rank(steps[i].0));
    let mut open: Vec<usize> = (0..steps.len()).filter(|&i| before[i] == 0).collect();
    open.sort_by_key(key);
    let mut order = Vec::with_capacity(steps.len());
    while let Some(i) = open.pop() {
        order.push(i);
        let first_new = open.len();
        for &to in &next[i] {
            before[to] -= 1;
            if before[to] == 0 {
                open.push(to);
            }
        }
        open[first_new..].sort_by_key(key);
    }
    if order.len() == steps.len() {
        Ok(order)
    } else {
        Err(ChainError::Circle(circle(steps, &next, &before)))
    }
}

/// The order of step ids: `S9` before `S10`, so shorter ones first, then by spelling.
fn rank(id: &str) -> (usize, &str) {
    (id.len(), id)
}

/// One circle among the steps that still wait for another.
fn circle(steps: &[(&str, Vec<&str>)], next: &[Vec<usize>], before: &[usize]) -> Vec<usize> {
    // Every waiting step has a waiting predecessor, so walking backwards must come round.
    let mut previous = vec![None; next.len()];
    for (i, following) in next.iter().enumerate().filter(|(i, _)| before[*i] > 0) {
        for &to in following {
            previous[to] = Some(i);
        }
    }
    let mut seen = vec![false; next.len()];
    let mut i = before.iter().position(|&n| n > 0).unwrap_or(0);
    while !seen[i] {
        seen[i] = true;
        i = previous[i].unwrap_or(i);
    }
    let mut path = vec![i];
    let mut p = previous[i].unwrap_or(i);
    while p != i {
        path.push(p);
        p = previous[p].unwrap_or(i);
    }
    path.reverse();
    // Tell it from the same step on, whatever the order of the list.
    let first = path.iter().enumerate().min_by_key(|(_, i)| rank(steps[**i].0)).map_or(0, |(n, _)| n);
    path.rotate_left(first);
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn order(steps: &[(&str, &str)]) -> Result<String, ChainError> {
        let steps: Vec<(&str, Vec<&str>)> =
            steps.iter().map(|(id, to)| (*id, to.split_whitespace().collect())).collect();
        let order = attack_order(&steps)?;
        Ok(order.iter().map(|&i| steps[i].0).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn a_line_goes_from_its_start_whatever_the_list_order() {
        let steps = [("S02", ""), ("S00", "S01"), ("S01", "S02")];
        assert_eq!(order(&steps).as_deref(), Ok("S00 S01 S02"));
        let steps = [("S0", ""), ("S1", "S0"), ("S2", "S1")];
        assert_eq!(order(&steps).as_deref(), Ok("S2 S1 S0"));
        assert_eq!(order(&[]).as_deref(), Ok(""));
    }

    #[test]
    fn a_branch_is_followed_to_its_end() {
        let steps = [("S0", "S3 S1"), ("S1", "S2"), ("S2", ""), ("S3", "S4"), ("S4", "")];
        assert_eq!(order(&steps).as_deref(), Ok("S0 S1 S2 S3 S4"));
        // The lower id of two branches comes first, even where its own next step has a high one.
        let steps = [("S0", "S1 S2"), ("S1", "S9"), ("S9", "S10"), ("S10", ""), ("S2", "")];
        assert_eq!(order(&steps).as_deref(), Ok("S0 S1 S9 S10 S2"));
    }

    #[test]
    fn a_join_waits_for_all_its_branches() {
        let steps = [("S0", "S1 S2"), ("S1", "S3"), ("S2", "S3"), ("S3", "")];
        assert_eq!(order(&steps).as_deref(), Ok("S0 S1 S2 S3"));
    }

    #[test]
    fn several_starts_go_by_id() {
        assert_eq!(order(&[("S10", ""), ("S9", "S11"), ("S11", "")]).as_deref(), Ok("S9 S11 S10"));
    }

    #[test]
    fn circles_of_one_two_and_three_are_named() {
        assert_eq!(order(&[("a", "a")]), Err(ChainError::Circle(vec![0])));
        let two = order(&[("s", "a"), ("a", "b"), ("b", "a"), ("z", "")]);
        assert_eq!(two, Err(ChainError::Circle(vec![1, 2])));
        // A tail behind the circle waits as well, but is no part of it.
        let three = order(&[("t", "u"), ("a", "b"), ("b", "c"), ("c", "a t"), ("u", "")]);
        assert_eq!(three, Err(ChainError::Circle(vec![1, 2, 3])));
    }

    #[test]
    fn unknown_and_repeated_ids_are_told_by_place() {
        let unknown = order(&[("a", "b x"), ("b", "")]);
        assert_eq!(unknown, Err(ChainError::Unknown { step: 0, target: 1 }));
        assert_eq!(order(&[("a", ""), ("b", ""), ("a", "")]), Err(ChainError::Twice(2)));
    }

    proptest! {
        #[test]
        fn every_order_is_complete_and_respects_the_arrows(
            edges in proptest::collection::vec((0_usize..12, 0_usize..12), 0..30)
        ) {
            let ids: Vec<String> = (0..12).map(|i| format!("S{i}")).collect();
            let mut steps: Vec<(&str, Vec<&str>)> = ids.iter().map(|id| (id.as_str(), vec![])).collect();
            for (a, b) in edges {
                steps[a].1.push(&ids[b]);
            }
            match attack_order(&steps) {
                Ok(order) => {
                    let mut place = [usize::MAX; 12];
                    for (p, &i) in order.iter().enumerate() {
                        prop_assert_eq!(place[i], usize::MAX);
                        place[i] = p;
                    }
                    for (i, (_, to)) in steps.iter().enumerate() {
                        for t in to {
                            let t = ids.iter().position(|id| id == t).unwrap_or(0);
                            prop_assert!(place[i] < place[t]);
                        }
                    }
                }
                Err(ChainError::Circle(steps_in)) => {
                    let last = steps_in.len() - 1;
                    for (n, &i) in steps_in.iter().enumerate() {
                        let to = steps_in[if n == last { 0 } else { n + 1 }];
                        prop_assert!(steps[i].1.contains(&ids[to].as_str()));
                    }
                }
                Err(other) => prop_assert!(false, "{:?}", other),
            }
        }
    }
}
