//! The commands that ask a running server what it does, and those that tell it what to do.

use std::path::PathBuf;

use clap::Args;

use super::{Format, Printed};
use crate::settings::{RemoteFlags, SocketPlace};

/// Where a running server is, and for whom its answer is printed.
#[derive(Debug, Args)]
pub struct Administered {
    /// The server's local socket; `auto` is where a server of this user with that port has it
    #[arg(long, default_value = "auto", env = "KAMODO_ADMIN_SOCKET", value_name = "PATH")]
    pub socket: SocketPlace,
    /// How to print it
    #[command(flatten)]
    pub printed: Printed<Format>,
    /// The server
    #[command(flatten)]
    pub remote: RemoteFlags,
}

/// `status`
#[derive(Debug, Args)]
pub struct Status {
    /// Tell everything of this function alone
    pub name: Option<String>,
    /// Tell the generations instead: when and why each came, and what it changed
    #[arg(long, conflicts_with = "name")]
    pub generations: bool,
    /// Show tables whole, however wide the terminal is
    #[arg(long)]
    pub wide: bool,
    /// The server
    #[command(flatten)]
    pub server: Administered,
}

/// `reload`
#[derive(Debug, Args)]
pub struct Reload {
    /// The server
    #[command(flatten)]
    pub server: Administered,
}

/// `rollback`
#[derive(Debug, Args)]
pub struct Rollback {
    /// The generation to go back to; the one before the present one where it is left out
    #[arg(value_parser = generation)]
    pub generation: Option<u64>,
    /// The server
    #[command(flatten)]
    pub server: Administered,
}

/// `pin` and `unpin`
#[derive(Debug, Args)]
pub struct Pin {
    /// The file of an origin; everything where it is left out
    pub file: Option<PathBuf>,
    /// The server
    #[command(flatten)]
    pub server: Administered,
}

/// `watch`
#[derive(Debug, Args)]
pub struct Watch {
    /// Tell first what came after this generation; only what comes from now on where it is left out
    #[arg(long, value_name = "GENERATION", value_parser = earlier)]
    pub since: Option<u64>,
    /// The server
    #[command(flatten)]
    pub server: Administered,
}

/// Reads the number of a generation.
fn generation(text: &str) -> Result<u64, String> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| {
        format!(
            "expected the number of a generation, from 1, found `{text}`\nhint: `kamodo-rpc status --generations` \
             lists those that are kept"
        )
    })
}

/// Reads the number of a generation, or 0 for what was before the first.
fn earlier(text: &str) -> Result<u64, String> {
    if text == "0" { Ok(0) } else { generation(text) }
}
