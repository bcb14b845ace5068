//! `cargo xtask serve`: from a fresh clone to a running server.

use std::os::unix::process::CommandExt;

use crate::project::{Failure, build_release, command, install_plugin, root};

/// Builds, installs one of the example plugins, and becomes the server.
pub(crate) fn run(options: &[String]) -> Result<(), Failure> {
    let built = build_release()?;
    install_plugin(&built.join("libkamodo_plugin_magnetopause.so"), &root().join("plugins.d"))?; // the directory that kamodo_rpc.yaml names
    let mut server = command(built.join("kamodo-rpc"));
    server.args(["serve", "kamodo_rpc.yaml"]).args(options);
    // the server takes this process over, so that Ctrl-C and other signals are its own
    Err(Failure::new(format!("cannot run the server: {}", server.exec())))
}
