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
//! [`abi`] is what crosses the boundary; authors have no need of it.

pub mod abi;
mod array;
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
