//! End-to-end tests of the binary `kamodo-rpc`, and of the project's own shape.
#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

mod administration;
mod architecture;
mod certificate;
mod changes;
mod check;
mod client;
mod command_line;
mod definitions;
mod files;
mod functions;
mod hints;
mod language;
mod live;
mod lost;
mod mistakes;
mod model;
mod output;
mod plugins;
mod published;
mod ratios;
mod results;
mod settings;
mod shell;
mod stuck;
mod transactions;
mod unseen;
mod upstreams;
mod watching;
mod worst;
