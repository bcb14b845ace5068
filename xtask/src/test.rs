//! `cargo xtask test`: every test of the project, in parts that can be asked for by name.
//!
//! What each part needs is looked for before the first one begins, and a part that cannot run here is named then and
//! at the end. It fails the run if it was asked for by name or if `CI` is set: a test that nobody runs is no test.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::project::{Failure, build_release, cargo, command, target};
use crate::{containers, package, progress, python, walkthrough};

/// A part of the tests.
pub(crate) struct Part {
    /// What it is asked for by.
    pub(crate) name: &'static str,
    /// What it tests.
    purpose: &'static str,
    /// What it needs beside Rust and a C compiler.
    needs: &'static str,
    /// How long it takes on two cores, building included, after the parts before it.
    about: &'static str,
    /// Says what it needs and this machine does not have.
    lacks: fn() -> Option<String>,
    /// Runs it, and returns its tally.
    run: fn() -> Result<String, Failure>,
}

/// What became of a part.
enum Outcome {
    /// It ran, and all was well.
    Passed(String),
    /// It ran, or began to.
    Failed(Failure),
    /// It cannot run here.
    Skipped(String),
}

const PYTHON: &str = "Python 3.8 to 3.11 with venv, PyPI";

/// In the order in which they run.
pub(crate) const PARTS: &[Part] = &[
    Part {
        name: "rust",
        purpose: "unit, property, snapshot and end-to-end tests",
        needs: "nothing else",
        about: "20 min",
        lacks: || None,
        run: rust,
    },
    Part {
        name: "client",
        purpose: "the published Python client",
        needs: PYTHON,
        about: "10 min",
        lacks: python::lacks,
        run: client,
    },
    Part {
        name: "independent",
        purpose: "pycapnp 2, a client that shares no code with ours",
        needs: PYTHON,
        about: "1 min",
        lacks: python::lacks,
        run: independent,
    },
    Part {
        name: "golden",
        purpose: "golden cases, recorded from the published Kamodo",
        needs: PYTHON,
        about: "2 min",
        lacks: python::lacks,
        run: golden,
    },
    Part {
        name: "readme",
        purpose: "every command of the README, in a clean copy",
        needs: "git, Python 3.8 to 3.11 with venv, PyPI",
        about: "3 min",
        lacks: python::lacks,
        run: readme,
    },
    Part {
        name: "package",
        purpose: "the tarball and the Debian package, in an empty Debian",
        needs: "dpkg-deb, docker, an engine or root for `dockerd`, an image or debootstrap",
        about: "2 min",
        lacks: package::lacks,
        run: package::test,
    },
    Part {
        name: "containers",
        purpose: "two services as docker-compose.yaml describes them",
        needs: "docker, docker-compose, an engine or root for `dockerd`, an image or debootstrap, Python as above",
        about: "2 min",
        lacks: containers::lacks,
        run: containers::test,
    },
];

/// Runs the parts that `args` names, or all.
pub(crate) fn run(args: &[String]) -> Result<(), Failure> {
    if let Some(unknown) = args.iter().find(|arg| PARTS.iter().all(|part| part.name != arg.as_str())) {
        return Err(Failure::new(format!("there is no part `{unknown}`, expected one of {}", names())));
    }
    let parts: Vec<_> = PARTS
        .iter()
        .filter(|part| args.is_empty() || args.iter().any(|arg| arg == part.name))
        .map(|part| (part, (part.lacks)()))
        .collect();
    announce(&parts);
    let mut rows: Vec<(&str, Duration, Outcome)> = Vec::new();
    for (index, (part, lacks)) in parts.iter().enumerate() {
        let start = Instant::now();
        let outcome = match lacks {
            Some(reason) => Outcome::Skipped(reason.clone()),
            None => {
                eprintln!("\n=== {} of {}: {}: {}", index + 1, parts.len(), part.name, part.purpose);
                (part.run)().map_or_else(Outcome::Failed, Outcome::Passed)
            }
        };
        if let Outcome::Failed(failure) = &outcome {
            eprintln!("error: {failure}");
            if let Some(hint) = failure.hint() {
                eprintln!("hint: {hint}");
            }
        }
        rows.push((part.name, start.elapsed(), outcome));
    }
    println!("\n{}", summary(&rows));
    let failed = rows.iter().any(|(.., outcome)| matches!(outcome, Outcome::Failed(_)));
    let skipped = rows.iter().any(|(.., outcome)| matches!(outcome, Outcome::Skipped(_)));
    if failed || (skipped && (!args.is_empty() || std::env::var_os("CI").is_some())) {
        return Err(Failure::new("not every test passed"));
    }
    Ok(())
}

/// Returns the names of all parts.
pub(crate) fn names() -> String {
    PARTS.iter().map(|part| part.name).collect::<Vec<_>>().join(", ")
}

/// Says what is going to run, how long it takes, what it needs, and what cannot run here.
fn announce(parts: &[(&Part, Option<String>)]) {
    eprintln!(
        "cargo xtask test (times on two cores, the first build included; each part can be run by its name)"
    );
    for (part, lacks) in parts {
        eprintln!("  {:<12} about {:<7} {}; needs {}", part.name, part.about, part.purpose, part.needs);
        if let Some(reason) = lacks {
            eprintln!("  {:<12} CANNOT RUN HERE: {reason}", "");
        }
    }
}

/// Tells what became of the parts, one a line, and counts them.
fn summary(rows: &[(&str, Duration, Outcome)]) -> String {
    let mut text = String::new();
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    for (name, time, outcome) in rows {
        let (word, detail) = match outcome {
            Outcome::Passed(tally) => {
                passed += 1;
                ("passed", tally.as_str().to_owned())
            }
            Outcome::Failed(failure) => {
                failed += 1;
                ("FAILED", failure.to_string().lines().next().unwrap_or_default().to_owned())
            }
            Outcome::Skipped(reason) => {
                skipped += 1;
                ("SKIPPED", reason.clone())
            }
        };
        text += &format!("{name:<12}{word:<9}{:>12}  {detail}\n", progress::time(*time));
    }
    text + &format!("{passed} parts passed, {failed} failed, {skipped} skipped")
}

/// Runs the workspace's tests and adds up their result lines, which it shows.
fn rust() -> Result<String, Failure> {
    let mut tests = cargo(&["test", "--workspace", "--no-fail-fast"]).stdout(Stdio::piped()).spawn()?;
    let (mut passed, mut failed, mut ignored) = (0, 0, 0);
    for line in BufReader::new(tests.stdout.take().expect("stdout is piped")).lines() {
        let line = line?;
        println!("{line}");
        if line.starts_with("test result:") {
            passed += count(&line, "passed");
            failed += count(&line, "failed");
            ignored += count(&line, "ignored");
        }
    }
    let tally = format!("{passed} passed, {failed} failed, {ignored} ignored");
    if !tests.wait()?.success() || ignored > 0 {
        return Err(Failure::new(tally));
    }
    Ok(tally)
}

/// Reads the number before `word` in a result line.
fn count(line: &str, word: &str) -> usize {
    let before = line.split([';', '.']).find_map(|part| part.trim().strip_suffix(word));
    before.and_then(|number| number.trim().parse().ok()).unwrap_or(0)
}

fn client() -> Result<String, Failure> {
    progress::run(with_server(command(python::interpreter()?).args([
        "-m",
        "pytest",
        "-v",
        "--strict-markers",
        "tests/interop",
    ]))?)?;
    Ok("see above".to_owned())
}

fn independent() -> Result<String, Failure> {
    let python = python::independent()?;
    progress::run(with_server(command(python).arg("tests/independent/evaluate.py"))?)?;
    Ok("see above".to_owned())
}

fn golden() -> Result<String, Failure> {
    progress::run(with_server(command(python::interpreter()?).arg("tests/interop/replay.py"))?)?;
    Ok("see above".to_owned())
}

fn readme() -> Result<String, Failure> {
    walkthrough::run(&["--check".to_owned()])?;
    Ok("every block ran as written".to_owned())
}

/// Tells a script of `tests/interop` what to run.
fn with_server(script: &mut Command) -> Result<&mut Command, Failure> {
    let built = build_release()?;
    progress::run(&mut cargo(&["build", "--package", "kamodo-fixture-plugins", "--examples"]))?;
    Ok(script
        .env("KAMODO_TEST_BINARY", built.join("kamodo-rpc"))
        .env("KAMODO_TEST_PLUGINS", built)
        .env("KAMODO_TEST_FIXTURES", target().join("debug/examples"))
        .env("PYTHONDONTWRITEBYTECODE", "1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_did_not_run_is_told_beside_what_did() {
        let rows = [
            ("rust", Duration::from_secs(130), Outcome::Passed("12 passed, 0 failed, 0 ignored".to_owned())),
            ("client", Duration::from_secs(2), Outcome::Failed(Failure::new("`python` failed\nmore"))),
            ("containers", Duration::ZERO, Outcome::Skipped("`docker` is not installed".to_owned())),
        ];
        assert_eq!(
            summary(&rows),
            "rust        passed     2 min 10 s  12 passed, 0 failed, 0 ignored\n\
             client      FAILED          2.0 s  `python` failed\n\
             containers  SKIPPED         0.0 s  `docker` is not installed\n\
             1 parts passed, 1 failed, 1 skipped"
        );
    }

    #[test]
    fn result_lines_are_counted() {
        let line =
            "test result: ok. 12 passed; 0 failed; 3 ignored; 0 measured; 0 filtered out; finished in 0.01s";
        assert_eq!((count(line, "passed"), count(line, "failed"), count(line, "ignored")), (12, 0, 3));
    }
}
