//! The container engine that the tasks talk to: the machine's, or one that a test starts and ends.

use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use crate::process::Background;
use crate::project::{self, Failure, target};

/// What an engine may take to start.
const START_TIME: Duration = Duration::from_secs(60);

/// The container engine; one that a test started ends when this is dropped.
pub(crate) struct Engine {
    _daemon: Option<Background>,
}

/// The address of an engine that is not the machine's.
static ADDRESS: OnceLock<String> = OnceLock::new();

/// Returns what is missing for a test with these tools and an engine.
pub(crate) fn lacks(tools: &[&str]) -> Option<String> {
    let packages = "on Debian: `apt-get install docker.io docker-compose debootstrap`";
    if let Some(tool) = tools.iter().find(|tool| !quiet(project::command(tool).arg("--version"))) {
        return Some(format!("`{tool}` is not installed ({packages})"));
    }
    if is_there() {
        return None;
    }
    if !quiet(project::command("dockerd").arg("--version")) {
        return Some(format!("no container engine runs, and there is no `dockerd` to start ({packages})"));
    }
    let id = project::output(project::command("id").arg("-u")).unwrap_or_default();
    (id.trim() != "0").then(|| {
        "no container engine runs, and only root can start one (start yours, or run this as root)".to_owned()
    })
}

/// Returns a command of the engine's own tools, in the project's folder.
pub(crate) fn command(tool: &str) -> Command {
    let mut command = crate::project::command(tool);
    if let Some(address) = ADDRESS.get() {
        command.env("DOCKER_HOST", address);
    }
    command
}

/// Returns whether an engine answers.
fn is_there() -> bool {
    quiet(command("docker").arg("info"))
}

/// Runs a command for its status alone.
pub(crate) fn quiet(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

// === impl Engine ===

impl Engine {
    /// Finds the machine's engine, or starts one whose data is in `target`.
    pub(crate) fn find_or_start() -> Result<Self, Failure> {
        if is_there() {
            return Ok(Self { _daemon: None });
        }
        // sockets have short paths, so this one is not under target/
        let run_dir = std::env::temp_dir().join(format!("kamodo-docker-{}", std::process::id()));
        let socket = format!("unix://{}", run_dir.join("docker.sock").display());
        std::fs::create_dir_all(&run_dir)?;
        eprintln!("starting dockerd");
        let mut daemon = project::command("dockerd");
        daemon.arg("--data-root").arg(target().join("docker")).arg("--exec-root").arg(run_dir.join("exec"));
        daemon.arg("--pidfile").arg(run_dir.join("docker.pid")).args(["--host", &socket]);
        // ports are published by docker's own proxy, and the machine's firewall is left alone
        daemon.args(["--iptables=false", "--ip6tables=false"]);
        let mut daemon = Background::start(&mut daemon)?;
        daemon.wait(0, "dockerd", START_TIME, |lines| {
            lines.iter().any(|line| line.contains("API listen on"))
        })?;
        // the next test of this run starts its engine at the same address
        ADDRESS.get_or_init(|| socket);
        Ok(Self { _daemon: Some(daemon) })
    }
}
