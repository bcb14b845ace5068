//! The host: everything composed to one program.
//!
//! Start with [`app`], which tells the story from the configuration to the drain; [`Supervisor`] is the
//! single writer of what is served.

pub mod app;
mod argument;
pub mod check;
pub mod cli;
mod config;
pub mod describe;
mod error;
pub mod remote;
mod sighting;
mod supervisor;
pub mod table;
pub mod telemetry;
mod watch;
mod yaml;

pub use config::Config;
pub use error::Error;
pub use supervisor::{Notice, Report, Running, Sources, Supervisor};
