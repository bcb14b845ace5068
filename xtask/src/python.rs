//! The environments of Python clients, under `target`: of the published one, and of pycapnp 2, which that one
//! does not run with.
//!
//! A `requirements.txt` pins every version. An environment is made again when that file changes, since it keeps a
//! copy of the list that it was made from.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::project::{Failure, root, run, target};

/// Releases of Python that the published client runs on, the likeliest first.
const INTERPRETERS: &[&str] = &["python3.11", "python3.10", "python3.9", "python3.8", "python3"];

/// Build tools for the packages that come as sources, pinned too: later ones refuse some of them.
const BUILD_TOOLS: &[&str] = &["setuptools==59.8.0", "wheel==0.45.1"];

/// Returns the Python of the published client's environment, after making it where it is not there.
pub(crate) fn interpreter() -> Result<PathBuf, Failure> {
    environment("python", "tests/interop/requirements.txt", BUILD_TOOLS)
}

/// Returns the Python of the environment of pycapnp 2, after making it where it is not there.
pub(crate) fn independent() -> Result<PathBuf, Failure> {
    environment("python-independent", "tests/independent/requirements.txt", &[])
}

fn environment(name: &str, requirements: &str, build_tools: &[&str]) -> Result<PathBuf, Failure> {
    let requirements = root().join(requirements);
    let wanted = std::fs::read_to_string(&requirements)?;
    let environment = target().join(name);
    let (python, made_from) = (environment.join("bin/python"), environment.join("made-from.txt"));
    if python.exists() && std::fs::read_to_string(&made_from).is_ok_and(|was| was == wanted) {
        return Ok(python);
    }
    if environment.exists() {
        std::fs::remove_dir_all(&environment)?;
    }
    run(Command::new(find()?).args(["-m", "venv"]).arg(&environment))?;
    if !build_tools.is_empty() {
        run(pip(&python).args(build_tools))?;
    }
    run(pip(&python).args(["--no-deps", "--no-build-isolation", "--requirement"]).arg(&requirements))?;
    std::fs::write(made_from, wanted)?;
    Ok(python)
}

fn pip(python: &Path) -> Command {
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "--quiet", "--disable-pip-version-check", "install"]);
    pip
}

/// Finds a Python that the client runs on and that can make environments.
fn find() -> Result<String, Failure> {
    let chosen = std::env::var("PYTHON").ok();
    let candidates = chosen.iter().map(String::as_str).chain(INTERPRETERS.iter().copied());
    let fits = "import sys, ensurepip, venv; sys.exit(not (3, 8) <= sys.version_info[:2] <= (3, 11))";
    for candidate in candidates {
        let tried = Command::new(candidate).args(["-c", fits]).output();
        if tried.is_ok_and(|output| output.status.success()) {
            return Ok(candidate.to_owned());
        }
    }
    Err(Failure::new(
        "no Python 3.8 to 3.11 with `venv` was found, and the published client runs on no other",
    )
    .with_hint("install one (on Debian 12: `apt-get install python3 python3-venv`), or name it by PYTHON=…"))
}
