//! A directory of files that a server reads.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::artifacts;

/// A directory with a configuration and a directory for plugins; it is removed when this is dropped.
#[derive(Debug)]
pub struct Project {
    directory: TempDir,
    variables: Vec<(String, String)>,
}

/// What a command of the binary left behind.
#[derive(Debug, PartialEq, Eq)]
pub struct Output {
    /// The exit code; none after a signal.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

// === impl Project ===

impl Project {
    /// Makes a project whose `kamodo_rpc.yaml` is one `!Kamodo` map.
    #[must_use]
    #[track_caller]
    pub fn new(functions: &str) -> Self {
        let directory = TempDir::with_prefix("kamodo-").expect("a temporary directory can be made");
        let project = Self { directory, variables: Vec::new() };
        fs::create_dir(project.path("plugins.d")).expect("the directory is new");
        project.define(functions);
        project
    }

    /// Sets an environment variable for the commands that are run from now on.
    pub fn set(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    /// Returns where a file of the project is.
    #[must_use]
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Writes the functions' map the way careful editors save: beside, then renamed.
    #[track_caller]
    pub fn define(&self, functions: &str) {
        self.replace("kamodo_rpc.yaml", format!("!Kamodo\n{functions}\n"));
    }

    /// Replaces a file whole.
    #[track_caller]
    pub fn replace(&self, name: &str, content: impl AsRef<[u8]>) {
        let partial = self.path(format!(".{name}.partial"));
        fs::write(&partial, content).expect("the project can be written");
        fs::rename(partial, self.path(name)).expect("the project can be written");
    }

    /// Drops a library into the directory for plugins, under a name of its own.
    #[track_caller]
    pub fn drop_plugin(&self, library: &Path, name: &str) {
        let directory = self.path("plugins.d");
        let partial = directory.join(format!(".{name}.partial"));
        fs::copy(library, &partial).unwrap_or_else(|e| panic!("{}: {e}", library.display()));
        fs::rename(partial, directory.join(name)).expect("the project can be written");
    }

    /// Drops bytes into the directory for plugins, whatever they are.
    #[track_caller]
    pub fn drop_bytes(&self, bytes: &[u8], name: &str) {
        let directory = self.path("plugins.d");
        let partial = directory.join(format!(".{name}.partial"));
        fs::write(&partial, bytes).expect("the project can be written");
        fs::rename(partial, directory.join(name)).expect("the project can be written");
    }

    /// Removes a plugin.
    #[track_caller]
    pub fn remove_plugin(&self, name: &str) {
        fs::remove_file(self.path("plugins.d").join(name)).expect("the plugin is there");
    }

    /// Runs the binary in the project to its end. The project's place is shown as `~`.
    #[track_caller]
    pub fn run(&self, args: &[&str]) -> Output {
        self.output(self.command(args))
    }

    /// As [`Project::run`], with the most memory that it had, in bytes.
    ///
    /// # Panics
    /// If it cannot be started.
    #[track_caller]
    pub fn run_measured(&self, args: &[&str]) -> (Output, u64) {
        let mut command = self.command(args);
        let streams = [self.path(".stdout"), self.path(".stderr")];
        let [stdout, stderr] =
            streams.each_ref().map(|file| fs::File::create(file).expect("the project can be written"));
        let mut process =
            command.stdin(Stdio::null()).stdout(stdout).stderr(stderr).spawn().expect("the binary is built");
        let mut peak = 0;
        let code = loop {
            peak = peak.max(peak_memory(process.id()).unwrap_or_default());
            if let Some(status) = process.try_wait().expect("the process is ours") {
                break status.code();
            }
            std::thread::park_timeout(crate::PERIOD / 4);
        };
        let [stdout, stderr] = streams.map(|file| fs::read_to_string(file).unwrap_or_default());
        (Output { code, stdout, stderr }, peak)
    }

    /// Runs a script in the project, which finds the binary as `kamodo-rpc`. The project's place is shown as `~`.
    #[track_caller]
    pub fn shell(&self, script: &str) -> Output {
        self.output(self.script(script))
    }

    /// Runs a script as [`Project::shell`] does, whose commands find the server at `port`.
    #[track_caller]
    pub fn shell_at(&self, port: u16, script: &str) -> Output {
        let mut command = self.script(script);
        command.env("KAMODO_PORT", port.to_string());
        self.output(command)
    }

    /// Returns a script that runs in the project, and finds the binary as `kamodo-rpc`.
    pub(crate) fn script(&self, script: &str) -> Command {
        let path = std::env::var("PATH").unwrap_or_default();
        let mut command = self.prepared(Command::new("bash"));
        command.args(["-c", script]).env("PATH", format!("{}:{path}", artifacts::folder().display()));
        command
    }

    fn output(&self, mut command: Command) -> Output {
        let output = command.stdin(Stdio::null()).output().expect("the binary is built");
        let text = |bytes: &[u8]| {
            String::from_utf8_lossy(bytes).replace(&*self.directory.path().to_string_lossy(), "~")
        };
        Output { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
    }

    /// Starts the binary in the project, to be read while it goes on.
    ///
    /// # Panics
    /// Where it cannot be started.
    #[must_use]
    #[track_caller]
    pub fn spawn(&self, args: &[&str]) -> Child {
        let mut command = self.command(args);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary is built")
    }

    /// Returns the binary with `args`, in the project and with the environment's settings taken away.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = self.prepared(Command::new(artifacts::folder().join("kamodo-rpc")));
        command.args(args);
        command
    }

    /// Sets where a command runs and what it knows of the environment.
    fn prepared(&self, mut command: Command) -> Command {
        command.current_dir(self.directory.path()).env("XDG_CACHE_HOME", self.path(".cache"));
        command.env_remove("XDG_RUNTIME_DIR");
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("KAMODO_"))
        {
            command.env_remove(name);
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }
}

/// Returns the most memory that a process has had so far, in bytes; none if it has ended.
#[must_use]
pub fn peak_memory(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let n_kibibytes: u64 = peak.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(n_kibibytes << 10)
}
