//! The host: everything composed to one program.
//!
//! Start with [`app`], which tells the story from the configuration to the drain; [`Supervisor`] is the
//! single writer of what is served.

pub mod administer;
mod answer;
pub mod app;
mod argument;
pub mod check;
pub mod cli;
mod config;
pub mod describe;
mod error;
mod guard;
pub mod list;
mod live;
pub mod manual;
mod moment;
mod paths;
mod quantity;
pub mod reference;
mod refused;
pub mod remote;
pub mod settings;
mod shell;
mod sighting;
mod socket;
mod supervisor;
mod table;
pub mod telemetry;
pub mod trial;
mod waiting;
mod watch;
mod yaml;

pub use config::{Config, Unread};
pub use error::{Error, USAGE};
pub use live::{Live, Settle};
pub use settings::Settings;
pub use supervisor::{Report, Running, Sources, Supervisor};
