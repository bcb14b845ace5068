//! The work that one definition may take: all passes over it, from its text to what is printed, share one budget.
//! Definitions that are checked [`together`] share a second one, since a file may have thousands that each take all
//! that one may.
//!
//! Rules that rewrite expressions may follow each other at every level, twice each time: `re(sin(sin(…)))` would
//! never end. Every node that is made, visited or compared costs a step. When the steps are used up, or nobody wants the
//! answer any more, every pass ends at its next step with whatever it has, which is then thrown away by who began
//! with the definition ([`begin`]): a wrong result never leaves it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// Steps that one definition may take.
pub(crate) const MAX_STEPS: u64 = 10_000_000;

/// Steps that definitions may take which are checked together; after that each may take [`FEW_STEPS`].
pub(crate) const MAX_STEPS_TOGETHER: u64 = 30_000_000;

/// Steps that a definition may take after those before it have used up [`MAX_STEPS_TOGETHER`]: ten times what most take.
pub(crate) const FEW_STEPS: u64 = 20_000;

/// Steps between two looks at whether the answer is still wanted.
const STEPS_BETWEEN_LOOKS: u64 = 1 << 12;

/// Says whether nobody wants the answer any more; it is asked often, and so must be cheap.
pub type IsCancelled = Rc<dyn Fn() -> bool>;

/// Why the work on a definition ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stopped {
    /// It took all its steps.
    UsedUp,
    /// It took the few steps that those before it left.
    UsedUpBefore,
    /// Nobody wants the answer.
    Cancelled,
}

/// The work on the definition that this thread is working on.
#[derive(Default)]
struct Current {
    /// Whether there is one; if not, steps are not counted.
    is_begun: Cell<bool>,
    n_steps: Cell<u64>,
    stopped: Cell<Option<Stopped>>,
    cancel: RefCell<Option<IsCancelled>>,
    /// The steps that are left to the definitions that are checked together, if several are.
    left_together: Cell<Option<u64>>,
}

thread_local! {
    static CURRENT: Current = Current::default();
}

/// Works with a check of whether the answer is still wanted. What is checked in it ends soon after that says no, and
/// is refused as cancelled.
pub fn cancellable<T>(is_cancelled: IsCancelled, work: impl FnOnce() -> T) -> T {
    /// Puts the earlier check back, also if the work panics.
    struct Earlier(Option<IsCancelled>);
    impl Drop for Earlier {
        fn drop(&mut self) {
            CURRENT.with(|current| *current.cancel.borrow_mut() = self.0.take());
        }
    }
    let _earlier = Earlier(CURRENT.with(|current| current.cancel.borrow_mut().replace(is_cancelled)));
    work()
}

/// Checks several definitions in `work`, which share one budget besides their own.
pub fn together<T>(work: impl FnOnce() -> T) -> T {
    /// Restores the earlier budget, also if the work panics.
    struct Earlier(Option<u64>);
    impl Drop for Earlier {
        fn drop(&mut self) {
            CURRENT.with(|current| current.left_together.set(self.0));
        }
    }
    let _earlier = Earlier(CURRENT.with(|current| current.left_together.replace(Some(MAX_STEPS_TOGETHER))));
    work()
}

/// Begins with a definition: does `work` with a budget of its own, and returns how many steps it took and why it ended
/// early, if it did. Inside of another one it takes part in the budget of that.
pub(crate) fn begin<T>(work: impl FnOnce() -> T) -> (T, Option<Stopped>) {
    /// Ends the work, also if it panics: threads live on after that.
    struct End;
    impl Drop for End {
        fn drop(&mut self) {
            CURRENT.with(|current| {
                current.is_begun.set(false);
                let left = current.left_together.get();
                current.left_together.set(left.map(|left| left.saturating_sub(current.n_steps.get())));
            });
        }
    }
    if CURRENT.with(|current| current.is_begun.replace(true)) {
        return (work(), stopped());
    }
    CURRENT.with(|current| {
        current.n_steps.set(0);
        current.stopped.set(None);
    });
    let _end = End;
    (work(), stopped())
}

/// Takes so many steps; returns whether to go on.
#[inline]
pub(crate) fn step(n: usize) -> bool {
    CURRENT.with(|current| {
        if !current.is_begun.get() {
            return true;
        }
        let before = current.n_steps.get();
        let now = before.saturating_add(n as u64);
        current.n_steps.set(now);
        if before / STEPS_BETWEEN_LOOKS != now / STEPS_BETWEEN_LOOKS && current.stopped.get().is_none() {
            let is_cancelled = current.cancel.borrow().clone().is_some_and(|is_cancelled| is_cancelled());
            let has_few = current.left_together.get() == Some(0);
            if is_cancelled {
                current.stopped.set(Some(Stopped::Cancelled));
            } else if has_few && now > FEW_STEPS {
                current.stopped.set(Some(Stopped::UsedUpBefore));
            } else if now > MAX_STEPS {
                current.stopped.set(Some(Stopped::UsedUp));
            }
        }
        current.stopped.get().is_none()
    })
}

/// Returns how many steps the definition has taken, or the last one took.
#[must_use]
pub fn steps_taken() -> u64 {
    CURRENT.with(|current| current.n_steps.get())
}

/// Returns why the work on the present definition ends early, if it does.
pub(crate) fn stopped() -> Option<Stopped> {
    CURRENT.with(|current| current.is_begun.get().then(|| current.stopped.get()).flatten())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_counted_from_the_beginning_of_each_definition() {
        assert!(step(1) && stopped().is_none(), "without a definition nothing is counted");
        assert_eq!(begin(|| step(usize::MAX)), (false, Some(Stopped::UsedUp)));
        assert_eq!(begin(|| step(1)), (true, None));
    }

    #[test]
    fn one_definition_inside_another_takes_of_the_same_budget() {
        let (inner, outer) = begin(|| begin(|| step(usize::MAX)).1);
        assert_eq!((inner, outer), (Some(Stopped::UsedUp), Some(Stopped::UsedUp)));
    }

    #[test]
    fn what_nobody_wants_ends() {
        let is_cancelled = Rc::new(Cell::new(false));
        let check = is_cancelled.clone();
        cancellable(Rc::new(move || check.get()), || {
            assert_eq!(begin(|| step(5_000)), (true, None));
            is_cancelled.set(true);
            assert_eq!(begin(|| step(5_000)), (false, Some(Stopped::Cancelled)));
        });
        assert_eq!(begin(|| step(5_000)), (true, None));
    }

    #[test]
    fn definitions_that_are_checked_together_share_a_budget_besides_their_own() {
        let most = (MAX_STEPS - 1) as usize;
        let n_most = (MAX_STEPS_TOGETHER / MAX_STEPS) as usize + 1;
        together(|| {
            for _ in 0..n_most {
                assert_eq!(begin(|| step(most)), (true, None));
            }
            assert_eq!(begin(|| step(most)), (false, Some(Stopped::UsedUpBefore)));
            assert_eq!(begin(|| step(FEW_STEPS as usize)), (true, None), "a few are left to each");
            together(|| assert_eq!(begin(|| step(most)), (true, None)));
            assert_eq!(begin(|| step(most)), (false, Some(Stopped::UsedUpBefore)));
        });
        assert_eq!(begin(|| step(most)), (true, None));
    }

    #[test]
    fn a_panic_leaves_no_definition_begun() {
        let panics = std::panic::catch_unwind(|| begin(|| panic!("a fault of a rule")));
        assert!(panics.is_err());
        assert!(step(usize::MAX));
    }
}
