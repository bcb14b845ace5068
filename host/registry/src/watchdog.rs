//! Notices calls of compiled code that do not return: tells of them, and lets them hold up as little as possible.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::{Duration, Instant};
use std::{fmt, io, thread};

use crate::calls::{Calls, HERE, LongCall};
use crate::lane::Lanes;
use crate::{Body, Function, Health, NativeFunction, Origin};

/// What is watched, and what came of it.
#[derive(Debug)]
pub(crate) struct Watched {
    pub(crate) lanes: Lanes,
    /// The calls that run where they arrive, a place for each thread.
    here: Mutex<Vec<(String, Weak<Calls>)>>,
    demoted: Mutex<Vec<Demoted>>,
    has_demoted: AtomicBool,
    health: OnceLock<Arc<Health>>,
    /// After how many milliseconds a call is told of whose client waits.
    long_ms: AtomicU64,
}

/// A function whose author declared it cheap, and that was not.
#[derive(Debug)]
struct Demoted {
    key: String,
    code: Weak<dyn NativeFunction>,
}

/// Calls of one function that have run for long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StuckCalls {
    /// The function.
    pub function: String,
    /// Who brought it.
    pub origin: Arc<Origin>,
    /// How many calls of it run.
    pub n_calls: usize,
    /// How many of these nobody waits for any more.
    pub n_abandoned: usize,
    /// When the first of them began.
    pub begun: Instant,
    /// The threads that serve connections and are in such a call.
    pub threads: Vec<String>,
}

/// How often it is looked.
const PERIOD: Duration = Duration::from_millis(100);

/// After how long a call is told of whose client waits, if nobody says otherwise.
const LONG: Duration = Duration::from_secs(60);

// === impl Watched ===

impl Watched {
    pub(crate) fn new(lanes: Lanes) -> Self {
        Self {
            lanes,
            here: Mutex::default(),
            demoted: Mutex::default(),
            has_demoted: AtomicBool::new(false),
            health: OnceLock::new(),
            long_ms: AtomicU64::new(millis(LONG)),
        }
    }

    /// Starts the thread that looks, for as long as what it looks at is used.
    pub(crate) fn start(self: &Arc<Self>) -> io::Result<()> {
        let watched = Arc::downgrade(self);
        thread::Builder::new().name("watchdog".to_owned()).spawn(move || {
            let mut told = BTreeMap::new();
            while let Some(watched) = watched.upgrade() {
                let health = watched.health.get().cloned();
                let look = || watched.look(&mut told);
                // Without it nobody would notice what does not return.
                match health {
                    Some(health) => drop(health.essential("watchdog", look)),
                    None => watched.look(&mut BTreeMap::new()),
                }
                drop(watched);
                thread::sleep(PERIOD);
            }
        })?;
        Ok(())
    }

    /// Tells of what is noticed there from now on.
    pub(crate) fn tell(&self, health: &Arc<Health>) {
        let _ = self.health.set(Arc::clone(health)); // one server has one health
    }

    pub(crate) fn tell_after(&self, long: Duration) {
        self.long_ms.store(millis(long), Ordering::Relaxed);
    }

    /// Returns where the calls of one more thread are noted.
    pub(crate) fn thread(&self, name: &str) -> Arc<Calls> {
        let calls = Arc::new(Calls::default());
        let mut here = locked(&self.here);
        here.retain(|(_, calls)| calls.strong_count() > 0);
        here.push((name.to_owned(), Arc::downgrade(&calls)));
        calls
    }

    /// Returns whether calls of it may run where they arrive no longer, although it was declared cheap.
    pub(crate) fn is_demoted(&self, code: &Arc<dyn NativeFunction>) -> bool {
        self.has_demoted.load(Ordering::Relaxed)
            && locked(&self.demoted).iter().any(|one| is_same(&one.code, code))
    }

    /// Returns the calls that are told of now.
    fn stuck(&self) -> Vec<StuckCalls> {
        self.longer_than(Duration::from_millis(self.long_ms.load(Ordering::Relaxed)), HERE)
    }

    /// Returns the calls that are abandoned, or have run for longer than `long`, or `here` where they arrived.
    pub(crate) fn longer_than(&self, long: Duration, here: Duration) -> Vec<StuckCalls> {
        let mut stuck: BTreeMap<String, StuckCalls> = BTreeMap::new();
        let mut note = |call: &LongCall, thread: Option<&str>| {
            let one = stuck.entry(key(&call.function)).or_insert_with(|| StuckCalls {
                function: call.function.name().to_owned(),
                origin: Arc::clone(&call.function.origin),
                n_calls: 0,
                n_abandoned: 0,
                begun: call.begun,
                threads: Vec::new(),
            });
            one.n_calls += 1;
            one.n_abandoned += usize::from(call.is_abandoned);
            one.begun = one.begun.min(call.begun);
            one.threads.extend(thread.map(str::to_owned));
        };
        self.lanes.look(long).iter().for_each(|call| note(call, None));
        for (thread, calls) in self.threads() {
            calls.longer_than(here).iter().for_each(|call| note(call, Some(&thread)));
        }
        stuck.into_values().collect()
    }

    fn threads(&self) -> Vec<(String, Arc<Calls>)> {
        let here = locked(&self.here);
        here.iter().filter_map(|(name, calls)| Some((name.clone(), calls.upgrade()?))).collect()
    }

    /// Looks once; `told` is what was told before, with the second of its last text.
    fn look(&self, told: &mut BTreeMap<String, u64>) {
        for (_, calls) in self.threads() {
            for call in calls.longer_than(HERE) {
                self.demote(&call.function);
            }
        }
        let stuck = self.stuck();
        let Some(health) = self.health.get() else { return };
        self.forget_replaced(health);
        let mut gone = std::mem::take(told);
        for one in stuck {
            let key = format!("stuck {} of {}", one.function, one.origin);
            let second = one.begun.elapsed().as_secs();
            let before = gone.remove(&key);
            if before != Some(second) {
                health.set(&*key, one.n_calls as u64, one.to_string(), Some(one.hint()));
            }
            if before.is_none() {
                tracing::warn!("{one}\nhint: {}", one.hint());
            }
            told.insert(key, second);
        }
        for key in gone.into_keys() {
            health.withdraw(&key);
            tracing::info!("{} returned", key.trim_start_matches("stuck "));
        }
    }

    /// Has calls of a function no longer run where they arrive.
    fn demote(&self, function: &Arc<Function>) {
        let Body::Native(code) = &function.body else { return };
        if self.is_demoted(code) {
            return;
        }
        let key = format!("demoted {}", key(function));
        let message = format!(
            "`{}` of {} is declared cheap, and a call of it took more than {HERE:?}: its calls run on threads of \
             the plugin's own from now on, until the plugin is replaced",
            function.name(),
            function.origin
        );
        tracing::warn!("{message}");
        if let Some(health) = self.health.get() {
            let hint = "leave `cheap()` out in the plugin, if its calls may take long".to_owned();
            health.set(&*key, 1, message, Some(hint));
        }
        locked(&self.demoted).push(Demoted { key, code: Arc::downgrade(code) });
        self.has_demoted.store(true, Ordering::Relaxed);
    }

    fn forget_replaced(&self, health: &Health) {
        locked(&self.demoted).retain(|one| {
            let is_there = one.code.strong_count() > 0;
            if !is_there {
                health.withdraw(&one.key);
            }
            is_there
        });
    }
}

// === impl StuckCalls ===

impl StuckCalls {
    fn hint(&self) -> String {
        match self.n_abandoned == 0 && self.threads.is_empty() {
            true => "if calls of it are known to take that long all is well; its client may cancel the call",
            false => {
                "replace the plugin by one whose calls return, then ask for `reload`, or restart the server"
            }
        }
        .to_owned()
    }
}

impl fmt::Display for StuckCalls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (calls, have) = if self.n_calls == 1 { ("call", "has") } else { ("calls", "have") };
        let seconds = self.begun.elapsed().as_secs();
        write!(f, "`{}` of {}: {} {calls} {have} not returned", self.function, self.origin, self.n_calls)?;
        write!(f, "{} for {seconds} s", if self.n_calls == 1 { "" } else { ", the first" })?;
        match self.n_abandoned {
            0 => {}
            n if n == self.n_calls => write!(f, "; nobody waits for an answer any more")?,
            n => write!(f, "; nobody waits for {n} of them any more")?,
        }
        if !self.threads.is_empty() {
            let threads = self.threads.join(", ");
            write!(f, "; the clients of thread {threads} are not answered until then")?;
        }
        Ok(())
    }
}

fn key(function: &Function) -> String {
    format!("{} of {}", function.name(), function.origin)
}

fn is_same(weak: &Weak<dyn NativeFunction>, code: &Arc<dyn NativeFunction>) -> bool {
    std::ptr::addr_eq(weak.as_ptr(), Arc::as_ptr(code))
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// A thread that panicked while it held the lock left nothing half done.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
