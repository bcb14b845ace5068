//! The entries through which a host calls a plugin. No panic leaves any of them.
//!
//! Unwinding through the boundary ends the host, whatever it does about it, so each entry catches what its
//! author's code throws, and hands over the words of it.

#![allow(unsafe_code)]

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::sync::Once;

use crate::abi::{Call, Status};
use crate::call::Stop;
use crate::function::{Code, Function};
use crate::pointwise;

/// The `call` of every function that this crate makes. Its context is the [`Function`].
pub(crate) unsafe extern "C" fn call(context: *const c_void, call: *const Call) -> Status {
    // SAFETY: the host passes the context that stands beside this entry, a leaked `Function`, and a call
    // that lives until this returns. Would fail `testing::tests::arrays`.
    let (function, call) = unsafe { (&*context.cast::<Function>(), &*call) };
    let end = contain(|| match &function.code {
        // SAFETY: the host makes the call as `Call` says.
        Code::Pointwise { arity, rows } => unsafe { pointwise::fill(rows, *arity, call) },
        // SAFETY: as above.
        Code::Array(code) => unsafe { code.fill(call) },
    });
    // SAFETY: as above.
    unsafe { report(end, call) }
}

/// The `shape` of every function of whole arrays. Its context is the [`Function`].
pub(crate) unsafe extern "C" fn shape(
    context: *const c_void,
    call: *const Call,
    rank: *mut usize,
    shape: *mut usize,
) -> Status {
    // SAFETY: as in `call`.
    let (function, call) = unsafe { (&*context.cast::<Function>(), &*call) };
    let end = contain(|| match &function.code {
        Code::Pointwise { .. } => Err(Stop::failed("works on each element alone")),
        // SAFETY: as in `call`.
        Code::Array(code) => unsafe { code.shape(call) },
    });
    let end = end.map(|lengths| {
        // SAFETY: the host gives room for `MAX_RANK` lengths, and `ArrayCode::shape` returns no more.
        // Would fail `testing::tests::arrays`.
        unsafe {
            rank.write(lengths.len());
            std::ptr::copy_nonoverlapping(lengths.as_ptr(), shape, lengths.len());
        }
    });
    // SAFETY: as in `call`.
    unsafe { report(end, call) }
}

/// Writes the words of a failure into the host's buffer.
///
/// # Safety
/// `call.failure` is a buffer that nobody else uses.
unsafe fn report(end: Result<(), Stop>, call: &Call) -> Status {
    match end {
        Ok(()) => Status::OK,
        Err(stop) => {
            // SAFETY: promised by the caller.
            unsafe { (*call.failure).write(&stop.message) };
            stop.status
        }
    }
}

// === panics ===

thread_local! {
    static CONTAINED: Cell<bool> = const { Cell::new(false) };
    static WORDS: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Runs an author's code; what it throws becomes a [`Stop`] that says so.
pub(crate) fn contain<T>(code: impl FnOnce() -> Result<T, Stop>) -> Result<T, Stop> {
    let outer = CONTAINED.replace(true);
    // Whatever the code was changing is the author's own; this crate keeps nothing half-made.
    let end = catch_unwind(AssertUnwindSafe(code));
    CONTAINED.set(outer);
    end.unwrap_or_else(|payload| {
        let words = WORDS.take().unwrap_or_else(|| spoken(&*payload).to_owned());
        // Dropping a payload of the author's own type could panic again.
        std::mem::forget(payload);
        Err(Stop { status: Status::PANICKED, message: words })
    })
}

/// Makes panics within [`contain`] go into its words instead of to standard error; others as before.
pub(crate) fn keep_words() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info: &PanicHookInfo<'_>| {
            if !CONTAINED.get() {
                return previous(info);
            }
            let place = info.location().map(|place| format!(" ({}:{})", place.file(), place.line()));
            let words = format!("{}{}", spoken(info.payload()), place.unwrap_or_default());
            WORDS.set(Some(words));
        }));
    });
}

fn spoken(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no words")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_words() {
        keep_words();
        let stop = contain(|| -> Result<(), Stop> { panic!("no field at {}", 3) }).unwrap_err();
        assert_eq!(stop.status, Status::PANICKED);
        let (words, place) = stop.message.split_once(" (").unwrap();
        assert_eq!(words, "no field at 3");
        assert!(place.starts_with("plugin-api/src/entry.rs:"), "{place}");
    }

    #[test]
    fn a_panic_that_throws_no_words() {
        struct Bomb;
        impl Drop for Bomb {
            fn drop(&mut self) {
                panic!("even its end panics");
            }
        }
        keep_words();
        let stop = contain(|| -> Result<(), Stop> { std::panic::panic_any(Bomb) }).unwrap_err();
        assert!(stop.message.starts_with("no words ("), "{}", stop.message);
        assert_eq!(contain(|| Ok(7)), Ok(7));
    }
}
