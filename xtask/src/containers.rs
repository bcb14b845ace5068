//! The test of the containers: docker-compose.yaml's services, used by the published client.
//!
//! The engine is the machine's, or one that this test starts and ends. Whatever happens, the services
//! are taken down again.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::process::Background;
use crate::project::{Failure, command, install_plugin, root, run, target};
use crate::test::Outcome;
use crate::{copy, engine, image, python};

/// What the engine may take to start.
const START_TIME: Duration = Duration::from_secs(60);

/// Builds the image, starts the services in a clean copy, and asks the client.
pub(crate) fn test() -> Result<Outcome, Failure> {
    if let Some(missing) =
        ["docker", "docker-compose"].into_iter().find(|tool| !answers(tool, &["--version"]))
    {
        return Ok(Outcome::Skipped(format!(
            "`{missing}` is not installed (on Debian: `apt-get install docker.io docker-compose debootstrap`)"
        )));
    }
    let python = python::interpreter()?;
    let _engine = Engine::find_or_start()?;
    image::run(&[])?;
    let project = copy::make("containers")?;
    install_plugin(&target().join("release/libkamodo_plugin_magnetopause.so"), &project.join("plugins.d"))?;
    let services = Services::start(project)?;
    let script = root().join("tests/interop/containers.py");
    let checked = run(Command::new(python)
        .arg(script)
        .current_dir(&services.directory)
        .env("PWD", &services.directory)
        .env("PYTHONDONTWRITEBYTECODE", "1"));
    if checked.is_err() {
        run(&mut services.compose(&["logs", "--no-color"]))?;
    }
    checked.map(|()| Outcome::Passed("19 from both services, and an edit went live".to_owned()))
}

/// The container engine, ended when this is dropped where this test started it.
struct Engine {
    _daemon: Option<Background>,
}

/// The running services, taken down when this is dropped.
struct Services {
    directory: PathBuf,
}

// === impl Engine ===

impl Engine {
    fn find_or_start() -> Result<Self, Failure> {
        if engine::is_there() {
            return Ok(Self { _daemon: None });
        }
        // sockets have short paths, so this one is not under target/
        let run_dir = std::env::temp_dir().join(format!("kamodo-docker-{}", std::process::id()));
        let socket = format!("unix://{}", run_dir.join("docker.sock").display());
        std::fs::create_dir_all(&run_dir)?;
        eprintln!("starting dockerd");
        let mut daemon = command("dockerd");
        daemon.arg("--data-root").arg(target().join("docker")).arg("--exec-root").arg(run_dir.join("exec"));
        daemon.arg("--pidfile").arg(run_dir.join("docker.pid")).args(["--host", &socket]);
        // ports are published by docker's own proxy, and the machine's firewall is left alone
        daemon.args(["--iptables=false", "--ip6tables=false"]);
        let mut daemon = Background::start(&mut daemon)?;
        daemon.wait(0, "dockerd", START_TIME, |lines| {
            lines.iter().any(|line| line.contains("API listen on"))
        })?;
        engine::choose(socket);
        Ok(Self { _daemon: Some(daemon) })
    }
}

// === impl Services ===

impl Services {
    fn start(directory: PathBuf) -> Result<Self, Failure> {
        // made first, so that services that start by half are taken down too
        let services = Self { directory };
        run(&mut services.compose(&["up", "-d"]))?;
        Ok(services)
    }

    fn compose(&self, args: &[&str]) -> Command {
        let mut compose = engine::command("docker-compose");
        compose.current_dir(&self.directory).args(["--project-name", "kamodo-test"]).args(args);
        compose
    }
}

impl Drop for Services {
    fn drop(&mut self) {
        if let Err(failure) = run(&mut self.compose(&["down", "--volumes", "--timeout", "5"])) {
            eprintln!("error: the services were not taken down: {failure}");
        }
    }
}

fn answers(program: &str, args: &[&str]) -> bool {
    let status = Command::new(program).args(args).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}
