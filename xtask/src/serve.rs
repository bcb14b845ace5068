//! `cargo xtask serve`: from a fresh clone to a running server.

use std::os::unix::process::CommandExt;
use std::path::Path;

use crate::progress::Steps;
use crate::project::{Failure, build_release, command, install_plugin, root};
use crate::{activate, port};

/// Builds, installs one of the example plugins, and becomes the server.
pub(crate) fn run(options: &[String]) -> Result<(), Failure> {
    let mut steps = Steps::announce(
        "cargo xtask serve",
        [
            "build the server and two example plugins (5 to 10 minutes the first time, seconds after that)",
            "install the plugin `magnetopause` into plugins.d/",
            "serve kamodo_rpc.yaml until Ctrl-C",
        ],
    );
    let built = steps.next(build_release)?;
    // the directory that kamodo_rpc.yaml names
    steps.next(|| {
        install_plugin(&built.join("libkamodo_plugin_magnetopause.so"), &root().join("plugins.d"))
    })?;
    steps.begin();
    let mut server = command(built.join("kamodo-rpc"));
    server.args(["serve", "kamodo_rpc.yaml"]).args(options);
    let port = match given_port(options) {
        Some(port) => port,
        None => match wanted_port(&built.join("kamodo-rpc")) {
            Some(wanted) => {
                let port = port::first_free(wanted)?;
                if port != wanted {
                    eprintln!("port {wanted} is taken by another program, so this server takes {port}");
                    server.args(["--port", &port.to_string()]);
                }
                Some(port)
            }
            None => None, // any that is free
        },
    };
    activate::write(port)?;
    eprintln!("for commands in a second terminal, in this folder: {}", activate::command());
    // the server takes this process over, so that Ctrl-C and other signals are its own
    Err(Failure::new(format!("cannot run the server: {}", server.exec())))
}

/// Returns the port that the options name, which may be none that is known before the server runs.
fn given_port(options: &[String]) -> Option<Option<u16>> {
    let mut options = options.iter();
    while let Some(option) = options.next() {
        let value = match option.strip_prefix("--port") {
            Some("") => options.next().map(String::as_str),
            Some(rest) => rest.strip_prefix('='),
            None => continue,
        };
        return Some(value.and_then(|port| port.parse().ok()).filter(|port| *port != 0));
    }
    None
}

/// Returns the port that the server takes if the options name none; none if it takes any that is free.
fn wanted_port(server: &Path) -> Option<u16> {
    let chosen = std::env::var("KAMODO_SERVE_PORT").ok().and_then(|port| port.parse().ok());
    // the configuration may be wrong, which the server says when it starts
    let checked = || command(server).args(["check", "kamodo_rpc.yaml", "--format", "json"]).output().ok();
    let configured = || configured_port(&String::from_utf8_lossy(&checked()?.stdout));
    let port = chosen.or_else(configured).unwrap_or(port::USUAL);
    (port != 0).then_some(port)
}

/// Reads the port out of what `check` prints. Only there a line begins with these two spaces and `"server"`.
fn configured_port(checked: &str) -> Option<u16> {
    let (_, server) = checked.split_once("\n  \"server\": {\n")?;
    let mut lines = server.lines().take_while(|line| line.starts_with("    "));
    lines.find_map(|line| line.trim().trim_end_matches(',').strip_prefix("\"port\": ")?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(options: &[&str], port: Option<Option<u16>>) {
        let options: Vec<String> = options.iter().map(|option| (*option).to_owned()).collect();
        assert_eq!(given_port(&options), port, "{options:?}");
    }

    #[test]
    fn the_port_of_the_configuration_is_found() {
        let checked = "{\n  \"functions\": [\n    {\n      \"defaults\": {\n        \"port\": 5\n      }\n    }\n  ],\n  \
                       \"server\": {\n    \"host\": \"localhost\",\n    \"port\": 60001\n  }\n}\n";
        assert_eq!(configured_port(checked), Some(60001));
        assert_eq!(
            configured_port("{\n  \"functions\": [],\n  \"server\": {\n    \"host\": \"a\"\n  }\n}"),
            None
        );
        assert_eq!(configured_port(""), None);
    }

    #[test]
    fn the_port_of_the_options_is_found() {
        check(&["--tolerant"], None);
        check(&["--port", "60001"], Some(Some(60001)));
        check(&["--tolerant", "--port=60001"], Some(Some(60001)));
        check(&["--port", "0"], Some(None));
        check(&["--port"], Some(None));
    }
}
