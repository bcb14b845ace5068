//! The order of linking: every function after those that it needs, and the functions that need each other.
//!
//! The work is linear in the number of functions and of their needs, whatever they look like: 10,000 functions
//! that all call each other are one group, of which one cycle is shown.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};

/// The order in which functions can be linked, with those that cannot be.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Order {
    /// Every function after those that it needs, but for those that need each other.
    pub(super) linkable: Vec<usize>,
    /// The groups of functions that need each other, directly or not; also a function that needs itself.
    pub(super) circular: Vec<Circular>,
}

/// Functions that all need each other.
#[derive(Debug, PartialEq)]
pub(super) struct Circular {
    /// All of them, ascending.
    pub(super) members: Vec<usize>,
    /// A shortest cycle through the first of them, which it begins with.
    pub(super) cycle: Vec<usize>,
}

/// Orders functions by what each needs (Tarjan's algorithm).
pub(super) fn order(needs: &[&[usize]]) -> Order {
    const UNSEEN: usize = usize::MAX;
    let mut order = Order::default();
    let mut seen_as = vec![UNSEEN; needs.len()];
    // The earliest function of the open group that can be reached from each.
    let mut reaches = vec![UNSEEN; needs.len()];
    let mut is_open = vec![false; needs.len()];
    let (mut open, mut n_seen) = (Vec::new(), 0);
    for root in 0..needs.len() {
        if seen_as[root] != UNSEEN {
            continue;
        }
        // A stack of its own: a chain of definitions may be longer than a thread's stack is deep.
        let mut path = vec![(root, 0)];
        while let Some((index, next)) = path.last_mut() {
            let index = *index;
            if *next == 0 {
                (seen_as[index], reaches[index]) = (n_seen, n_seen);
                n_seen += 1;
                is_open[index] = true;
                open.push(index);
            }
            if let Some(&needed) = needs[index].get(*next) {
                *next += 1;
                if seen_as[needed] == UNSEEN {
                    path.push((needed, 0));
                } else if is_open[needed] {
                    reaches[index] = reaches[index].min(seen_as[needed]);
                }
                continue;
            }
            path.pop();
            if let Some(&(caller, _)) = path.last() {
                reaches[caller] = reaches[caller].min(reaches[index]);
            }
            if reaches[index] == seen_as[index] {
                let start = open.iter().rposition(|&other| other == index).unwrap_or_default();
                let mut members = open.split_off(start);
                for &member in &members {
                    is_open[member] = false;
                }
                if members.len() == 1 && !needs[index].contains(&index) {
                    order.linkable.push(index);
                } else {
                    members.sort_unstable();
                    let cycle = shortest_cycle(needs, &members);
                    order.circular.push(Circular { members, cycle });
                }
            }
        }
    }
    order.circular.sort_by_key(|circular| circular.members[0]);
    order
}

/// Returns a shortest cycle through the first of functions that need each other.
fn shortest_cycle(needs: &[&[usize]], members: &[usize]) -> Vec<usize> {
    let first = members[0];
    let mut comes_from: HashMap<usize, usize> = HashMap::new();
    let mut queue = VecDeque::from([first]);
    while let Some(index) = queue.pop_front() {
        for &needed in needs[index].iter().filter(|needed| members.binary_search(needed).is_ok()) {
            if needed == first {
                let mut cycle = vec![index];
                while let Some(&caller) = comes_from.get(&cycle[cycle.len() - 1]) {
                    cycle.push(caller);
                }
                cycle.reverse();
                return cycle;
            }
            if let Entry::Vacant(vacant) = comes_from.entry(needed) {
                vacant.insert(index);
                queue.push_back(needed);
            }
        }
    }
    vec![first]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(needs: &[&[usize]], linkable: &[usize], circular: &[(&[usize], &[usize])]) {
        let found = order(needs);
        assert_eq!(found.linkable, linkable);
        let found: Vec<_> = found.circular.iter().map(|one| (&one.members[..], &one.cycle[..])).collect();
        assert_eq!(found, circular);
    }

    #[test]
    fn functions_come_after_those_that_they_need() {
        check(&[&[1, 2], &[2], &[]], &[2, 1, 0], &[]);
        check(&[&[], &[0], &[0, 1]], &[0, 1, 2], &[]);
    }

    #[test]
    fn functions_that_need_each_other_are_one_group() {
        check(&[&[0]], &[], &[(&[0], &[0])]);
        check(&[&[1], &[2], &[0], &[0]], &[3], &[(&[0, 1, 2], &[0, 1, 2])]);
        check(&[&[1, 2], &[2, 0], &[0, 1]], &[], &[(&[0, 1, 2], &[0, 1])]);
        check(&[&[1], &[0], &[3], &[2]], &[], &[(&[0, 1], &[0, 1]), (&[2, 3], &[2, 3])]);
    }

    #[test]
    fn the_cycle_that_is_shown_is_a_shortest_one() {
        check(&[&[1], &[2], &[3, 0], &[0]], &[], &[(&[0, 1, 2, 3], &[0, 1, 2])]);
    }

    #[test]
    fn groups_that_are_entered_from_outside_stay_apart() {
        check(&[&[1], &[2], &[1], &[0]], &[0, 3], &[(&[1, 2], &[1, 2])]);
    }

    #[test]
    fn ten_thousand_functions_that_each_close_a_cycle_are_one_group() {
        let needs: Vec<Vec<usize>> = (0..10_000).map(|index| vec![0, (index + 1) % 10_000]).collect();
        let needs: Vec<&[usize]> = needs.iter().map(Vec::as_slice).collect();
        let found = order(&needs);
        assert_eq!(found.circular.len(), 1);
        assert_eq!((found.circular[0].members.len(), &found.circular[0].cycle[..]), (10_000, &[0][..]));
    }
}
