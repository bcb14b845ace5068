//! Loads the fixture plugins of `tests/fixtures/plugins`, and calls them.

#![allow(clippy::unwrap_used)] // clippy takes these modules for code, not for tests

mod artifacts;
mod calls;
mod changes;
mod errors;
mod fixtures;
mod gallery;
mod generations;
mod needs;
mod trials;
