//! What all code that runs in a call has of it: how it ends early, whether it is cancelled, and its slices.

#![allow(unsafe_code)]

use std::fmt;

use crate::abi::{Call, Status};

/// Why an entry ends without its result.
#[derive(Debug, PartialEq)]
pub(crate) struct Stop {
    pub(crate) status: Status,
    pub(crate) message: String,
}

// === impl Stop ===

impl Stop {
    pub(crate) fn failed(message: impl fmt::Display) -> Self {
        Self { status: Status::FAILED, message: message.to_string() }
    }

    pub(crate) fn cancelled() -> Self {
        Self { status: Status::CANCELLED, message: "cancelled".to_owned() }
    }
}

/// Returns whether the host has cancelled the call.
pub(crate) fn cancelled(call: &Call) -> bool {
    // SAFETY: the host gives the token that its own function takes.
    call.cancelled.is_some_and(|cancelled| unsafe { cancelled(call.cancel_token) })
}

/// Borrows `len` elements; of none, the pointer may be null.
///
/// # Safety
/// As [`std::slice::from_raw_parts`], but for `len` 0.
pub(crate) unsafe fn slice<'a, T>(data: *const T, len: usize) -> &'a [T] {
    match len {
        0 => &[],
        // SAFETY: promised by the caller.
        _ => unsafe { std::slice::from_raw_parts(data, len) },
    }
}
