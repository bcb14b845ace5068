//! The test of the containers: docker-compose.yaml's services, used by the published client.
//!
//! The engine is the machine's, or one that this test starts and ends. Whatever happens, the services
//! are taken down again.

use std::path::PathBuf;
use std::process::Command;

use crate::engine::{self, Engine};
use crate::project::{Failure, install_plugin, root, target};
use crate::{copy, image, port, progress, python};

/// Returns what the test needs and this machine does not have.
pub(crate) fn lacks() -> Option<String> {
    engine::lacks(&["docker", "docker-compose"]).or_else(python::lacks)
}

/// Builds the image, starts the services in a clean copy, and asks the client.
pub(crate) fn test() -> Result<String, Failure> {
    let python = python::interpreter()?;
    let _engine = Engine::find_or_start()?;
    image::run(&[])?;
    let project = copy::make("containers")?;
    install_plugin(&target().join("release/libkamodo_plugin_magnetopause.so"), &project.join("plugins.d"))?;
    let services = Services::start(project)?;
    let script = root().join("tests/interop/containers.py");
    let checked = progress::run(
        Command::new(python)
            .arg(script)
            .args(services.ports.map(|port| port.to_string()))
            .current_dir(&services.directory)
            .env("PWD", &services.directory)
            .env("PYTHONDONTWRITEBYTECODE", "1"),
    );
    if checked.is_err() {
        progress::run(&mut services.compose(&["logs", "--no-color"]))?;
    }
    checked.map(|()| "19 from both services, and an edit went live".to_owned())
}

/// The running services, taken down when this is dropped.
struct Services {
    directory: PathBuf,
    /// The ports of this machine that lead to them, in place of those of docker-compose.yaml, which may be taken.
    ports: [u16; 2],
}

// === impl Services ===

impl Services {
    fn start(directory: PathBuf) -> Result<Self, Failure> {
        // made first, so that services that start by half are taken down too
        let first = port::first_free(port::USUAL)?;
        let services = Self { directory, ports: [first, port::first_free(first + 1)?] };
        progress::run(&mut services.compose(&["up", "-d"]))?;
        Ok(services)
    }

    fn compose(&self, args: &[&str]) -> Command {
        let mut compose = engine::command("docker-compose");
        // a project of another name, so that services of somebody else are left alone
        let name = format!("kamodo-test-{}", std::process::id());
        compose.current_dir(&self.directory).args(["--project-name", &name]).args(args);
        for (name, port) in ["KAMODO_FIRST_PORT", "KAMODO_SECOND_PORT"].into_iter().zip(self.ports) {
            compose.env(name, port.to_string());
        }
        compose
    }
}

impl Drop for Services {
    fn drop(&mut self) {
        if let Err(failure) = progress::run(&mut self.compose(&["down", "--volumes", "--timeout", "5"])) {
            eprintln!("error: the services were not taken down: {failure}");
        }
    }
}
