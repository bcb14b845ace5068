//! `target/activate`: what a second terminal reads to use what is built here and the server that runs.

use std::path::PathBuf;

use crate::port;
use crate::project::{Failure, quoted, root, target};

/// Returns the file's path.
pub(crate) fn path() -> PathBuf {
    target().join("activate")
}

/// Writes it for a server at `port`; for none, with the port that it has already.
pub(crate) fn write(port: Option<u16>) -> Result<(), Failure> {
    let path = path();
    let port = port.or_else(|| port_of(&std::fs::read_to_string(&path).ok()?)).unwrap_or(port::USUAL);
    std::fs::create_dir_all(target())?;
    std::fs::write(&path, text(port))?;
    Ok(())
}

fn text(port: u16) -> String {
    // the built programs come first, since the published client brings a `kamodo-rpc` of its own
    let folders = [target().join("release"), target().join("python/bin")];
    let folders: Vec<_> = folders.iter().map(|folder| quoted(&folder.display().to_string())).collect();
    format!(
        "# `cargo xtask serve` and `cargo xtask python` write this file; a terminal takes it with\n\
         #   source target/activate\n\
         export PATH={}:\"$PATH\"\n\
         export KAMODO_PORT={port}\n",
        folders.join(":")
    )
}

fn port_of(text: &str) -> Option<u16> {
    text.lines().find_map(|line| line.strip_prefix("export KAMODO_PORT="))?.parse().ok()
}

/// How a terminal in the project's folder takes the file.
pub(crate) fn command() -> String {
    let path = path();
    let shown = path.strip_prefix(root()).unwrap_or(&path).display().to_string();
    format!("source {}", quoted(&shown))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_read_back() {
        assert_eq!(port_of(&text(60007)), Some(60007));
    }
}
