//! `cargo xtask serve`: from a fresh clone to a running server.

use std::os::unix::process::CommandExt;

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
        None => {
            let wanted = wanted_port();
            let port = port::first_free(wanted)?;
            if port != wanted {
                eprintln!("port {wanted} is taken by another program, so this server takes {port}");
            }
            server.args(["--port", &port.to_string()]);
            Some(port)
        }
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

/// Returns the port to begin with if the options name none.
fn wanted_port() -> u16 {
    let chosen = std::env::var("KAMODO_SERVE_PORT").ok().and_then(|port| port.parse().ok());
    chosen.filter(|port| *port != 0).unwrap_or(port::USUAL)
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
    fn the_port_of_the_options_is_found() {
        check(&["--tolerant"], None);
        check(&["--port", "60001"], Some(Some(60001)));
        check(&["--tolerant", "--port=60001"], Some(Some(60001)));
        check(&["--port", "0"], Some(None));
        check(&["--port"], Some(None));
    }
}
