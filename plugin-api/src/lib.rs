//! What a plugin of Kamodo host depends on, and nothing else of it.
//!
//! A plugin is a `cdylib` whose author writes functions and says what they are:
//! ```
//! use kamodo_plugin_api::Function;
//!
//! /// Returns the distance of the point where dipole and solar wind press alike, in Earth radii.
//! fn standoff(p_dyn: f64) -> Result<f64, String> {
//!     if p_dyn <= 0.0 {
//!         return Err(format!("`p_dyn`: expected a pressure above 0 nPa, found {p_dyn}"));
//!     }
//!     Ok(10.22 * p_dyn.powf(-1.0 / 6.6))
//! }
//!
//! kamodo_plugin_api::export! {
//!     name: "my-plugin",
//!     functions: [
//!         Function::new("standoff", standoff)
//!             .argument("p_dyn", "nPa")
//!             .unit("R_E")
//!             .example([1.0], 10.22),
//!     ],
//! }
//!
//! # /*
//! #[test]
//! # */
//! fn examples() {
//!     kamodo_plugin_api::testing::check_examples(&plugin().unwrap());
//! }
//! # fn main() { examples() }
//! ```
//! - [`Function::new`] takes plain `fn`s of numbers, and calls them for every element of arrays;
//!   [`Function::array`] takes whole arrays.
//! - [`export!`] makes the library; a model that is built once, when the plugin is loaded, goes there too.
//! - [`testing`] tries every example.
//!
//! A panic in an author's code fails that call, and nothing else. An abort, a stack overflow or a memory
//! fault ends the host.
//!
//! # What belongs to the whole process
//! A plugin runs in the server's process, together with other plugins. So its code leaves as they are: the working
//! directory, the umask, the locale, the environment variables, what signals do and which are blocked, timers that end in
//! signals, limits (`setrlimit`), the nice value, the session, the user, standard input, output and error, and how
//! numbers are computed (rounding, flushing of denormal numbers, traps).
//!
//! | when | what happens if it does not |
//! |---|---|
//! | it is loaded, it starts, an example runs | the trial refuses the plugin, and says what it changed from what to what |
//! | a call, or a thread of the plugin's own | what can be put back is put back: after the call, or in less than a second; it is logged once, and `kamodo-rpc status` shows it |
//!
//! A plugin that closes or replaces a descriptor that it did not open is not called any more until its file changes: the
//! number may be somebody's connection by the next call.
//! What cannot be put back (the nice value, the session, the user, a descriptor that leads elsewhere) is told and stays.
//! Environment variables are compared in the trial only.
//! How numbers are computed is put back after each entry, also while the plugin is loaded: a library that was built with
//! `-Ofast` is served, and computes as others do. The code that runs at the exit of a process (`atexit`, destructors) is
//! not run in a server. A panic hook (`std::panic::set_hook`) is that of the plugin's own standard library, and of nobody
//! else.
//!
//! Instead: name files by absolute paths, use `newlocale` and the functions that take a locale, pass options to a library
//! by its functions, return errors.
//!
//! [`abi`] is what crosses the boundary; authors have no need of it.

pub mod abi;
mod array;
mod call;
mod entry;
#[doc(hidden)]
pub mod export;
mod function;
mod plugin;
mod pointwise;
pub mod testing;

pub use array::{ArrayView, Inputs};
pub use function::{Function, Sample};
pub use plugin::{Plugin, StartError};
pub use pointwise::{Outcome, Pointwise};
