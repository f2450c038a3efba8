//! Files read side by side.

use std::panic::resume_unwind;
use std::thread::{available_parallelism, scope};

/// Does work for each item on all processors; what it made is in the order of the items.
pub(super) fn side_by_side<I: Sync, T: Send>(items: &[I], work: impl Fn(&I) -> T + Sync) -> Vec<T> {
    let workers = available_parallelism().map_or(1, usize::from);
    let share = items.len().div_ceil(workers).max(1);
    let work = &work;
    scope(|scope| {
        let parts = items.chunks(share).map(|part| scope.spawn(|| part.iter().map(work).collect::<Vec<_>>()));
        let parts: Vec<_> = parts.collect();
        parts.into_iter().flat_map(|part| part.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_is_in_the_order_of_the_items() {
        for count in [0, 1, 2, 3, 100] {
            let items: Vec<usize> = (0..count).collect();
            assert_eq!(
                side_by_side(&items, |item| item * 2),
                items.iter().map(|i| i * 2).collect::<Vec<_>>()
            );
        }
    }

    #[test]
    #[should_panic(expected = "no such item")]
    fn a_fault_is_not_swallowed() {
        side_by_side(&[1, 2, 3], |item| assert!(*item < 3, "no such item"));
    }
}
