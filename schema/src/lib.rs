//! Kamodo's Cap'n Proto interface, and the extension of it that is ours.
//!
//! The code of [`kamodo_capnp`] and [`extension_capnp`] is generated from `kamodo.capnp` and
//! `extension.capnp` and committed, so that a build needs no `capnp` binary; `cargo xtask schema` makes it
//! anew, together with `kamodo.request`, the compiled schema that `tests/ids.rs` holds against the
//! published one.

#[allow(missing_docs, unreachable_pub, clippy::all, clippy::unwrap_used)]
#[rustfmt::skip]
pub mod kamodo_capnp;

#[allow(missing_docs, unreachable_pub, clippy::all, clippy::unwrap_used)]
#[rustfmt::skip]
pub mod extension_capnp;

pub use extension_capnp::{administration, extension};
pub use kamodo_capnp::kamodo::*;
