//! Watches over the process in which plugins run: what their code changes under everybody is put back and told.
//!
//! [`watch_process`] keeps what the process is like. It is looked at after each load, after calls, and some times a
//! second by a thread of its own, since a call may never return and a plugin may have threads. After every call that is
//! not declared cheap at least the signals that end the server are looked at, before the call's answer is sent.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use crate::float::FloatMode;
use crate::library;
use crate::process::{self, Aspect, Change, Look, State};

/// How often the process is looked at while plugins are open.
const INTERVAL: Duration = Duration::from_millis(200);

/// How many functions a message names.
const NAMED: usize = 4;

/// Something that a plugin changed in the process, under everybody.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ProcessChange {
    /// What it is about: the same for each time that the same is changed.
    pub key: String,
    /// What was changed, from what to what, by whom as far as that is known, and whether it was put back.
    pub message: String,
    /// What to do about it.
    pub hint: String,
    /// Whether nothing was told of this key before.
    pub is_first: bool,
}

/// A function that may have changed something.
#[derive(Debug)]
pub(crate) struct Caller {
    function: String,
    plugin: String,
    is_cheap: bool,
    /// Whether it was called since somebody looked.
    is_called: AtomicBool,
}

/// Who may have changed something.
#[derive(Debug, Clone, Copy)]
enum Suspect<'a> {
    /// A file, since it was loaded.
    Load(&'a str),
    /// A call that has just returned.
    Call(&'a Caller),
    /// Whoever ran since somebody looked.
    Anybody,
}

struct Guard {
    kept: State,
    /// What can only be told, as it is now, and what was told of at all.
    told: Mutex<Told>,
    /// Whether the next call is followed by a whole look.
    is_due: AtomicBool,
    tell: Box<dyn Fn(&ProcessChange) + Send + Sync>,
}

#[derive(Default)]
struct Told {
    lasting: Vec<Change>,
    keys: BTreeSet<String>,
}

static GUARD: OnceLock<Guard> = OnceLock::new();

/// Every function of every plugin that was opened here.
static CALLERS: Mutex<Vec<Arc<Caller>>> = Mutex::new(Vec::new());

/// Takes the process as it is now for what it should be, and watches over it from now on: call it when signals are
/// handled, and before plugins are loaded. `tell` is called with everything that plugins change, on any thread.
///
/// # Errors
/// If the system gives no thread. A second call does nothing.
pub fn watch_process(tell: impl Fn(&ProcessChange) + Send + Sync + 'static) -> io::Result<()> {
    let guard = Guard {
        kept: State::keep(),
        told: Mutex::default(),
        is_due: AtomicBool::new(true),
        tell: Box::new(tell),
    };
    if GUARD.set(guard).is_err() {
        return Ok(());
    }
    thread::Builder::new().name("plugin-guard".to_owned()).spawn(|| {
        loop {
            thread::sleep(INTERVAL);
            let Some(guard) = GUARD.get().filter(|_| library::n_open() > 0) else { continue };
            // This thread is needed to the end, whatever becomes of one look.
            let _ = catch_unwind(AssertUnwindSafe(|| guard.look(Suspect::Anybody)));
            guard.is_due.store(true, Ordering::Relaxed);
        }
    })?;
    Ok(())
}

/// Ends the process at once. What plugins registered for its exit is not run: it might never end.
pub fn end_process(status: ExitCode) -> ! {
    // A status does not say its number; it has few.
    let number = (0..=u8::MAX).find(|number| ExitCode::from(*number) == status);
    process::end(number.map_or(1, i32::from))
}

/// Looks at the process after a file was loaded.
pub(crate) fn after_load(file: &str) {
    if let Some(guard) = GUARD.get() {
        guard.look(Suspect::Load(file));
    }
}

// === impl Caller ===

impl Caller {
    pub(crate) fn new(function: &str, plugin: &str, is_cheap: bool) -> Arc<Self> {
        let (function, plugin) = (function.to_owned(), plugin.to_owned());
        let caller = Arc::new(Self { function, plugin, is_cheap, is_called: AtomicBool::new(false) });
        locked(&CALLERS).push(Arc::clone(&caller));
        caller
    }

    /// Notes that a call begins.
    pub(crate) fn begin(&self) {
        // Mostly read: threads that call the same function would wait for each other's caches.
        if !self.is_called.load(Ordering::Relaxed) {
            self.is_called.store(true, Ordering::Relaxed);
        }
    }

    /// Looks at what a call left behind.
    pub(crate) fn end(&self, floats: Option<FloatMode>) {
        let Some(guard) = GUARD.get() else { return };
        self.begin();
        if let Some(mode) = floats {
            guard.tell_of_floats(self, mode);
        }
        let is_due = guard.is_due.load(Ordering::Relaxed) && guard.is_due.swap(false, Ordering::Relaxed);
        if is_due || (!self.is_cheap && !guard.kept.can_be_stopped()) {
            guard.look(Suspect::Call(self));
        }
    }
}

// === impl Guard ===

impl Guard {
    /// Looks at the process, puts back what was changed, and tells it.
    fn look(&self, suspect: Suspect<'_>) {
        // One look at a time: two would both tell of one change.
        let mut told = locked(&self.told);
        let mut changes = self.kept.changes(&State::read(Look::Shared));
        changes.retain(|change| !told.lasting.contains(change));
        let suspects = suspects(suspect);
        for change in changes {
            let outcome = match self.kept.restore(&change) {
                Ok(()) => "it was put back".to_owned(),
                Err(reason) => {
                    told.lasting.retain(|old| (old.aspect, &old.what) != (change.aspect, &change.what));
                    told.lasting.push(change.clone());
                    format!("it stays so: {reason}")
                }
            };
            self.tell(&mut told, &change, &format!("{suspects}: {change}; {outcome}"));
        }
    }

    fn tell_of_floats(&self, caller: &Caller, mode: FloatMode) {
        let change = Change {
            aspect: Aspect::Floats,
            what: String::new(),
            before: "the standard".to_owned(),
            after: mode.describe(),
        };
        let suspects = suspects(Suspect::Call(caller));
        let message = format!(
            "{suspects}: it left another floating-point environment: {}; it was put back",
            change.after
        );
        self.tell(&mut locked(&self.told), &change, &message);
    }

    fn tell(&self, told: &mut Told, change: &Change, message: &str) {
        let key = format!("plugins change {}", change.subject());
        let is_first = told.keys.insert(key.clone());
        let hint = format!("tell the plugin's author: {}", change.aspect.hint());
        (self.tell)(&ProcessChange { key, message: message.to_owned(), hint, is_first });
    }
}

/// Names who may have done it, and begins to watch anew.
fn suspects(suspect: Suspect<'_>) -> String {
    let callers = locked(&CALLERS);
    let called: Vec<_> =
        callers.iter().filter(|caller| caller.is_called.swap(false, Ordering::Relaxed)).collect();
    let name = |caller: &Caller| format!("`{}` of plugin `{}`", caller.function, caller.plugin);
    match suspect {
        Suspect::Load(file) => format!("{file}: while it was loaded"),
        Suspect::Call(caller) => format!("after a call of {}", name(caller)),
        Suspect::Anybody if called.is_empty() => {
            "a plugin, in a call that runs or on a thread of its own".to_owned()
        }
        Suspect::Anybody => {
            let named: Vec<_> = called.iter().take(NAMED).map(|caller| name(caller)).collect();
            let mut text = format!("after calls of {}", named.join(", "));
            if called.len() > NAMED {
                // writing to a String cannot fail
                let _ = write!(text, " and {} more", called.len() - NAMED);
            }
            text
        }
    }
}

/// A thread that panicked while it held the lock left nothing half done.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
