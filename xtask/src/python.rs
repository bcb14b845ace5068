//! The environments of Python clients, under `target`: of the published one, and of pycapnp 2, which that one
//! does not run with.
//!
//! A `requirements.txt` pins every version. An environment is made again when that file changes, since it keeps a
//! copy of the list that it was made from.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::activate;
use crate::progress::{self, Steps};
use crate::project::{Failure, root, target};

/// Releases of Python that the published client runs on, the likeliest first.
const INTERPRETERS: &[&str] = &["python3.11", "python3.10", "python3.9", "python3.8", "python3"];

/// Build tools for the packages that come as sources, pinned too: later ones refuse some of them.
const BUILD_TOOLS: &[&str] = &["setuptools==59.8.0", "wheel==0.45.1"];

/// The published client's environment.
const PUBLISHED: Environment =
    Environment { name: "python", requirements: "tests/interop/requirements.txt", build_tools: BUILD_TOOLS };

/// The environment of pycapnp 2.
const INDEPENDENT: Environment = Environment {
    name: "python-independent",
    requirements: "tests/independent/requirements.txt",
    build_tools: &[],
};

/// What an environment is made from.
struct Environment {
    name: &'static str,
    requirements: &'static str,
    build_tools: &'static [&'static str],
}

/// `cargo xtask python`: makes the published client's environment, and says how to use it.
pub(crate) fn run(_: &[String]) -> Result<(), Failure> {
    let mut steps = Steps::announce(
        "cargo xtask python",
        [
            "choose a Python from 3.8 to 3.11, the releases that the published client runs on",
            "make the environment target/python with its packages (about a minute; nothing if it is there)",
            "try to import the client",
        ],
    );
    let base = steps.next(|| {
        let base = find()?;
        eprintln!("  {base}; PYTHON=python3.10 cargo xtask python would choose another");
        Ok(base)
    })?;
    let python = steps.next(|| PUBLISHED.make(|| Ok(base)))?;
    steps.next(|| progress::run(Command::new(&python).args(["-c", "from kamodo import KamodoClient"])))?;
    activate::write(None)?;
    eprintln!(
        "\nIn each terminal that uses it, in this folder:\n  {}\nA call to try, while `cargo xtask serve` runs in another terminal:\n  {TRY}",
        activate::command()
    );
    Ok(())
}

/// A call of the published client at the port that `target/activate` names.
const TRY: &str = r#"python -c 'import os; from kamodo import KamodoClient as K; print(K(port=os.environ["KAMODO_PORT"]).f(5))'"#;

/// Returns the Python of the published client's environment, after making it where it is not there.
pub(crate) fn interpreter() -> Result<PathBuf, Failure> {
    PUBLISHED.make(find)
}

/// Returns the Python of the environment of pycapnp 2, after making it where it is not there.
pub(crate) fn independent() -> Result<PathBuf, Failure> {
    INDEPENDENT.make(find)
}

/// Returns what is missing for the tests with Python.
pub(crate) fn lacks() -> Option<String> {
    let failure = find().err()?;
    Some(format!("{failure} ({})", failure.hint().unwrap_or_default()))
}

/// Finds a Python that the client runs on and that can make environments.
fn find() -> Result<String, Failure> {
    let fits = "import sys, ensurepip, venv; sys.exit(not (3, 8) <= sys.version_info[:2] <= (3, 11))";
    let runs = |candidate: &str| {
        Command::new(candidate).args(["-c", fits]).output().is_ok_and(|output| output.status.success())
    };
    let hint = "install one (on Debian 12: `apt-get install python3 python3-venv`), or name it by PYTHON=…";
    // what somebody asked for is not replaced by something else
    if let Ok(chosen) = std::env::var("PYTHON") {
        return if runs(&chosen) {
            Ok(chosen)
        } else {
            Err(Failure::new(format!("PYTHON=`{chosen}`: expected a Python 3.8 to 3.11 with `venv`"))
                .with_hint(hint))
        };
    }
    INTERPRETERS.iter().find(|candidate| runs(candidate)).map(|found| (*found).to_owned()).ok_or_else(|| {
        Failure::new("no Python 3.8 to 3.11 with `venv` was found, and the published client runs on no other")
            .with_hint(hint)
    })
}

// === impl Environment ===

impl Environment {
    /// Makes the environment with a Python that is only looked for if it is not there.
    fn make(&self, base: impl FnOnce() -> Result<String, Failure>) -> Result<PathBuf, Failure> {
        let requirements = root().join(self.requirements);
        let wanted = std::fs::read_to_string(&requirements)?;
        let environment = target().join(self.name);
        let (python, made_from) = (environment.join("bin/python"), environment.join("made-from.txt"));
        if !(python.exists() && std::fs::read_to_string(&made_from).is_ok_and(|was| was == wanted)) {
            if environment.exists() {
                std::fs::remove_dir_all(&environment)?;
            }
            progress::run(Command::new(base()?).args(["-m", "venv"]).arg(&environment))?;
            if !self.build_tools.is_empty() {
                progress::run(pip(&python).args(self.build_tools))?;
            }
            progress::run(
                pip(&python).args(["--no-deps", "--no-build-isolation", "--requirement"]).arg(&requirements),
            )?;
            std::fs::write(made_from, wanted)?;
        }
        unshadow(&environment.join("bin/kamodo-rpc"))?;
        Ok(python)
    }
}

/// Puts our `kamodo-rpc` in the place of the published one, which cannot run there: the packages of its server are
/// not installed. Whoever activates the environment means ours.
fn unshadow(command: &Path) -> Result<(), Failure> {
    // from the folder in which it stands, so that a copy of the project that shares it changes nothing
    let ours = Path::new("../../release/kamodo-rpc");
    if std::fs::read_link(command).is_ok_and(|link| link == ours) {
        return Ok(());
    }
    match std::fs::remove_file(command) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(e.into()),
        _ => {}
    }
    symlink(ours, command)?;
    Ok(())
}

fn pip(python: &Path) -> Command {
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "--disable-pip-version-check", "install"]);
    if !progress::on_terminal() {
        pip.arg("--quiet");
    }
    pip
}
