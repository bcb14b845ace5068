//! Serves the functions of a registry through Kamodo's Cap'n Proto interface.
//!
//! [`Server`] listens and deals connections out to worker threads (`dealer`, `worker`). Everything of one
//! connection lives on one thread: `session` is its life, `connection` what its capabilities share, and one file serves each interface of
//! the schema (`kamodo`, `function`, `value`, `extension`, `administration`), with `evaluate` for expressions and `math` for
//! the operators. `error` is where a failure becomes one of Cap'n Proto's.
//!
//! `local` is the socket at which the server is administered.
//!
//! A worker frames messages, copies arrays and runs what is cheap; the rest is the dispatcher's.

mod administration;
mod connection;
mod dealer;
mod definition;
mod error;
mod evaluate;
mod extension;
mod function;
mod kamodo;
mod key;
mod limits;
mod listener;
mod local;
mod math;
mod meta;
mod server;
mod session;
mod value;
mod worker;

pub use error::Error;
pub use limits::Limits;
pub use server::{Config, Controls, Drained, Listening, Server};
