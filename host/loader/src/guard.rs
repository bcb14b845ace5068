//! Watches over the process in which plugins run: what their code changes under everybody is put back and told.
//!
//! [`watch_process`] keeps what the process is like. It is looked at after each load, after calls, and some times a
//! second by a thread of its own, since a call may never return and a plugin may have threads. After every call that is
//! not declared cheap at least the signals that end the server are looked at, before the call's answer is sent.
//!
//! # Descriptors
//! A descriptor is a number that is everybody's. If a plugin closes number 1, the next file or connection of any thread
//! gets it, and the plugin's next `close(1)` closes that; its owner then closes a number that is not its own any more,
//! which may be a third one's. Nothing can stop the first `close`, so the damage is kept to it:
//! - After every call, cheap or not, it is asked where 0, 1 and 2 lead, before anything is opened. A number that is
//!   free is filled again; the system gives the least free one, so that nothing of anybody is replaced.
//! - A number that leads elsewhere is left alone and told: it may be a connection by now. What this program opens most
//!   often (`kamodo-files`, accepted connections) does not stay at such a number, so that it is free again soon, and
//!   then it is filled.
//! - The plugin's further calls are refused ([`Refusal`]) until its file changes. It is certain which plugin it was if
//!   calls of no other one were running. If there were some, the plugin whose call has just returned is refused when
//!   that happens a second time: an innocent one does not return twice within the few microseconds that matter.
//! - Calls of the plugin that run already go on, as nothing ends a call of foreign code.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
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

/// A library that was opened here: what all of its functions share.
#[derive(Debug)]
pub(crate) struct Conduct {
    plugin: String,
    /// How many of its calls run; those that are declared cheap are too short to count.
    n_running: AtomicUsize,
    /// How often a descriptor was changed when a call of it returned while calls of others were running.
    n_suspected: AtomicUsize,
    refusal: OnceLock<Refusal>,
}

/// Why a library is not called any more.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Refusal {
    /// What it changed, and when.
    pub(crate) reason: String,
    /// What its author does instead.
    pub(crate) hint: &'static str,
}

/// A function that may have changed something.
#[derive(Debug)]
pub(crate) struct Caller {
    function: String,
    conduct: Arc<Conduct>,
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
    /// Whether a standard descriptor leads elsewhere and was left so: no call that follows did it.
    is_replaced: AtomicBool,
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
        is_replaced: AtomicBool::new(false),
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

// === impl Conduct ===

impl Conduct {
    pub(crate) fn new(plugin: &str) -> Arc<Self> {
        Arc::new(Self {
            plugin: plugin.to_owned(),
            n_running: AtomicUsize::new(0),
            n_suspected: AtomicUsize::new(0),
            refusal: OnceLock::new(),
        })
    }
}

// === impl Caller ===

impl Caller {
    pub(crate) fn new(function: &str, conduct: &Arc<Conduct>, is_cheap: bool) -> Arc<Self> {
        let (function, conduct) = (function.to_owned(), Arc::clone(conduct));
        let caller = Arc::new(Self { function, conduct, is_cheap, is_called: AtomicBool::new(false) });
        locked(&CALLERS).push(Arc::clone(&caller));
        caller
    }

    /// Notes that a call begins.
    ///
    /// # Errors
    /// Why its plugin is not called any more.
    pub(crate) fn begin(&self) -> Result<(), Refusal> {
        if let Some(refusal) = self.conduct.refusal.get() {
            return Err(refusal.clone());
        }
        self.note();
        if !self.is_cheap {
            self.conduct.n_running.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Looks at what a call left behind.
    pub(crate) fn end(&self, floats: Option<FloatMode>) {
        if !self.is_cheap {
            self.conduct.n_running.fetch_sub(1, Ordering::Relaxed);
        }
        let Some(guard) = GUARD.get() else { return };
        self.note();
        if let Some(mode) = floats {
            guard.tell_of_floats(self, mode);
        }
        let is_due = guard.is_due.load(Ordering::Relaxed) && guard.is_due.swap(false, Ordering::Relaxed);
        let is_replaced = guard.is_replaced.load(Ordering::Relaxed);
        if is_due
            || (!is_replaced && !guard.kept.has_standard())
            || (!self.is_cheap && !guard.kept.can_be_stopped())
        {
            guard.look(Suspect::Call(self));
        }
    }

    fn note(&self) {
        // Mostly read: threads that call the same function would wait for each other's caches.
        if !self.is_called.load(Ordering::Relaxed) {
            self.is_called.store(true, Ordering::Relaxed);
        }
    }
}

// === impl Guard ===

impl Guard {
    /// Looks at the process, puts back what was changed, and tells it.
    fn look(&self, suspect: Suspect<'_>) {
        // One look at a time: two would both tell of one change.
        let mut told = locked(&self.told);
        let suspects = suspects(suspect);
        // First, since the rest opens files, which would get the numbers of those that are closed.
        self.put_back(&mut told, self.kept.standard_changes(), suspect, &suspects);
        let mut rest = self.kept.changes(&State::read(Look::Shared));
        rest.retain(|change| change.aspect != Aspect::Standard);
        self.put_back(&mut told, rest, suspect, &suspects);
        let is_replaced = told.lasting.iter().any(|change| change.aspect == Aspect::Standard);
        self.is_replaced.store(is_replaced, Ordering::Relaxed);
    }

    fn put_back(&self, told: &mut Told, changes: Vec<Change>, suspect: Suspect<'_>, suspects: &Suspects) {
        let of_descriptors = [Aspect::Standard, Aspect::Descriptors];
        for change in changes {
            if told.lasting.contains(&change) {
                continue;
            }
            let n_lasting = told.lasting.len();
            told.lasting.retain(|old| (old.aspect, &old.what) != (change.aspect, &change.what));
            let is_new = told.lasting.len() == n_lasting;
            let mut outcome = match self.kept.restore(&change) {
                Ok(()) => "it was put back".to_owned(),
                Err(reason) => {
                    told.lasting.push(change.clone());
                    format!("it stays so: {reason}")
                }
            };
            // What had come into the place of a descriptor is closed by its owner, which is no fault.
            if is_new
                && of_descriptors.contains(&change.aspect)
                && let Some(plugin) = suspects.refuse(suspect, &change)
            {
                // writing to a String cannot fail
                let _ = write!(outcome, "; plugin `{plugin}` is not called any more until its file changes");
            }
            self.tell(told, &change, &format!("{}: {change}; {outcome}", suspects.text));
        }
    }

    fn tell_of_floats(&self, caller: &Caller, mode: FloatMode) {
        let change = Change {
            aspect: Aspect::Floats,
            what: String::new(),
            before: "the standard".to_owned(),
            after: mode.describe(),
        };
        let suspects = suspects(Suspect::Call(caller)).text;
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

/// Who may have done it.
struct Suspects {
    text: String,
    /// The libraries of which calls run, or ran since somebody looked; without calls, all of them.
    libraries: Vec<Arc<Conduct>>,
}

/// Finds out who may have done it, and begins to watch anew.
fn suspects(suspect: Suspect<'_>) -> Suspects {
    let callers = locked(&CALLERS);
    let called: Vec<_> =
        callers.iter().filter(|caller| caller.is_called.swap(false, Ordering::Relaxed)).collect();
    let name = |caller: &Caller| format!("`{}` of plugin `{}`", caller.function, caller.conduct.plugin);
    let text = match suspect {
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
    };
    let is_running = |caller: &Caller| caller.conduct.n_running.load(Ordering::Relaxed) > 0;
    let with_calls = match suspect {
        // Whoever returned before was looked at then.
        Suspect::Call(_) => callers.iter().filter(|caller| is_running(caller)).collect(),
        _ => callers.iter().filter(|caller| is_running(caller)).chain(called).collect::<Vec<_>>(),
    };
    let all = with_calls.is_empty() && !matches!(suspect, Suspect::Call(_));
    let callers = if all { callers.iter().collect() } else { with_calls };
    let mut libraries: Vec<Arc<Conduct>> = Vec::new();
    for caller in callers {
        if !libraries.iter().any(|library| Arc::ptr_eq(library, &caller.conduct)) {
            libraries.push(Arc::clone(&caller.conduct));
        }
    }
    Suspects { text, libraries }
}

// === impl Suspects ===

impl Suspects {
    /// Refuses the further calls of the library that changed a descriptor, if it is known which it was, and returns its
    /// plugin's name.
    fn refuse<'a>(&'a self, suspect: Suspect<'a>, change: &Change) -> Option<&'a str> {
        let (library, when) = match suspect {
            Suspect::Call(caller) => {
                let others = self.libraries.iter().any(|library| !Arc::ptr_eq(library, &caller.conduct));
                let n_before = caller.conduct.n_suspected.fetch_add(1, Ordering::Relaxed);
                if others && n_before == 0 {
                    return None;
                }
                let library = &caller.conduct;
                (library, format!("after a call of its `{}`", caller.function))
            }
            Suspect::Anybody => match &*self.libraries {
                [library] => (library, "while it ran".to_owned()),
                _ => return None,
            },
            Suspect::Load(_) => return None,
        };
        let (reason, hint) = (format!("{when}, {change}"), change.aspect.hint());
        library.refusal.set(Refusal { reason, hint }).ok()?;
        Some(&library.plugin)
    }
}

/// A thread that panicked while it held the lock left nothing half done.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
