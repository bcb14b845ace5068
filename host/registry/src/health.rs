//! What is wrong with the process as a whole, apart from how each origin stands.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use tokio::sync::watch;

/// The conditions of a process that an operator must know of: a thread that panicked, lines of the log that were
/// lost, a call that does not return. Everyone who holds the registry shares it, and `status` shows it.
#[derive(Default)]
pub struct Health {
    conditions: Mutex<BTreeMap<String, Condition>>,
    /// Each counts something elsewhere, and is asked when somebody looks.
    probes: Mutex<Vec<Probe>>,
    /// Why the process cannot go on, once it cannot.
    failure: watch::Sender<Option<String>>,
}

/// Returns a condition if it holds now.
type Probe = Box<dyn Fn() -> Option<Condition> + Send + Sync>;

/// Something that is wrong, or was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// How often it occurred.
    pub count: u64,
    /// When it occurred for the first time.
    pub since: SystemTime,
}

/// How many conditions are kept; a fault that repeats under ever new names must not fill the memory.
const KEPT: usize = 64;

// === impl Health ===

impl Health {
    /// Counts one more occurrence of a condition; the newest text is kept. It stays until it is withdrawn.
    pub fn report(&self, key: impl Into<String>, message: String, hint: Option<String>) {
        self.change(key.into(), message, hint, |count| count.saturating_add(1));
    }

    /// Sets how often a condition occurred, for what is counted elsewhere.
    pub fn set(&self, key: impl Into<String>, count: u64, message: String, hint: Option<String>) {
        self.change(key.into(), message, hint, |_| count);
    }

    /// Takes a condition away, since it no longer holds.
    pub fn withdraw(&self, key: &str) {
        locked(&self.conditions).remove(key);
    }

    /// Asks `probe` for a condition whenever somebody looks, for as long as the process runs.
    pub fn probe(&self, probe: impl Fn() -> Option<Condition> + Send + Sync + 'static) {
        locked(&self.probes).push(Box::new(probe));
    }

    /// Returns what holds now, the oldest first.
    #[must_use]
    pub fn conditions(&self) -> Vec<Condition> {
        let mut conditions: Vec<_> = locked(&self.conditions).values().cloned().collect();
        conditions.extend(locked(&self.probes).iter().filter_map(|probe| probe()));
        conditions.sort_by_key(|condition| condition.since);
        conditions
    }

    /// Says that the process cannot go on. The first reason is kept; the program drains and ends with an error.
    pub fn fail(&self, reason: String) {
        self.failure.send_if_modified(|failure| {
            let is_first = failure.is_none();
            failure.get_or_insert(reason);
            is_first
        });
    }

    /// Waits until the process cannot go on, and returns why.
    pub async fn failed(&self) -> String {
        let mut failure = self.failure.subscribe();
        let failed = failure.wait_for(Option::is_some).await;
        failed.map(|failure| failure.clone()).ok().flatten().unwrap_or_default() // the sender is ours, and lives
    }

    /// Runs the work of a thread that the process cannot do without. When the work panics the process cannot go on:
    /// a thread that is gone while the rest seems well would be noticed by nobody.
    pub fn essential<T>(&self, thread: &str, work: impl FnOnce() -> T) -> Option<T> {
        match catch_unwind(AssertUnwindSafe(work)) {
            Ok(result) => Some(result),
            Err(panic) => {
                self.fail(format!("the thread `{thread}` panicked: {}", panic_message(&*panic)));
                None
            }
        }
    }

    fn change(&self, key: String, message: String, hint: Option<String>, count: impl Fn(u64) -> u64) {
        let mut conditions = locked(&self.conditions);
        if conditions.len() >= KEPT && !conditions.contains_key(&key) {
            let oldest = conditions.iter().min_by_key(|(_, condition)| condition.since);
            let oldest = oldest.map(|(key, _)| key.clone());
            oldest.map(|key| conditions.remove(&key));
        }
        let new = Condition { message: String::new(), hint: None, count: 0, since: SystemTime::now() };
        let condition = conditions.entry(key).or_insert(new);
        condition.message = message;
        condition.hint = hint;
        condition.count = count(condition.count);
    }
}

impl fmt::Debug for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Health").field("conditions", &self.conditions()).finish()
    }
}

/// Returns what a panic says.
#[must_use]
pub fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("a panic without a message")
}

/// A thread that panicked while it held the lock left nothing half done.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(health: &Health) -> Vec<(String, u64)> {
        health.conditions().into_iter().map(|one| (one.message, one.count)).collect()
    }

    #[test]
    fn a_condition_counts_until_it_is_withdrawn() {
        let health = Health::default();
        health.report("a", "once".to_owned(), None);
        health.report("a", "twice".to_owned(), None);
        assert_eq!(texts(&health), [("twice".to_owned(), 2)]);
        health.withdraw("a");
        assert_eq!(texts(&health), []);
    }

    #[test]
    fn what_is_counted_elsewhere_is_asked_for() {
        let health = Health::default();
        let condition =
            Condition { message: "lost".to_owned(), hint: None, count: 7, since: SystemTime::UNIX_EPOCH };
        health.probe(move || Some(condition.clone()));
        health.probe(|| None);
        health.set("b", 3, "stuck".to_owned(), None);
        assert_eq!(texts(&health), [("lost".to_owned(), 7), ("stuck".to_owned(), 3)]);
    }

    #[test]
    fn an_essential_thread_that_panics_fails_the_process() {
        let health = Health::default();
        assert_eq!(health.essential("supervisor", || 5), Some(5));
        let panicked: Option<()> = health.essential("supervisor", || panic!("no room"));
        health.fail("a later reason".to_owned());
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let reason = runtime.block_on(health.failed());
        assert_eq!((panicked, &*reason), (None, "the thread `supervisor` panicked: no room"));
    }

    #[test]
    fn no_more_conditions_are_kept_than_the_limit() {
        let health = Health::default();
        (0..10 * KEPT).for_each(|index| health.report(index.to_string(), index.to_string(), None));
        assert_eq!(health.conditions().len(), KEPT);
        assert!(texts(&health).iter().any(|(message, _)| *message == (10 * KEPT - 1).to_string()));
    }
}
