//! `cargo xtask test`: every test of the project, in parts that can be asked for by name.
//!
//! A part that cannot run here is printed as skipped, and fails where `CI` is set: a test that nobody
//! runs is no test.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::project::{Failure, build_release, cargo, command, run as run_command, target};
use crate::{containers, python, walkthrough};

/// What became of a part.
pub(crate) enum Outcome {
    /// It ran, and all was well.
    Passed(String),
    /// It cannot run here.
    Skipped(String),
}

/// A part: its name, what it does, and its code.
type Part = (&'static str, &'static str, fn() -> Result<Outcome, Failure>);

/// The cheapest first.
const PARTS: &[Part] = &[
    ("rust", "unit, property, snapshot and end-to-end tests", rust),
    ("client", "the published Python client", client),
    ("independent", "pycapnp 2, a client that shares no code with ours", independent),
    ("golden", "golden cases, recorded from the published Kamodo", golden),
    ("readme", "every command of the README, in a clean copy", readme),
    ("containers", "two services as docker-compose.yaml describes them", containers::test),
];

/// Runs the parts that `args` names, or all.
pub(crate) fn run(args: &[String]) -> Result<(), Failure> {
    if let Some(unknown) = args.iter().find(|arg| PARTS.iter().all(|(name, ..)| name != arg)) {
        let known: Vec<_> = PARTS.iter().map(|(name, ..)| *name).collect();
        return Err(Failure::new(format!(
            "there is no part `{unknown}`, expected one of {}",
            known.join(", ")
        )));
    }
    let mut rows: Vec<(&str, Duration, Result<Outcome, Failure>)> = Vec::new();
    for (name, purpose, part) in
        PARTS.iter().filter(|(name, ..)| args.is_empty() || args.iter().any(|arg| arg == name))
    {
        eprintln!("\n=== {name}: {purpose}");
        let start = Instant::now();
        let outcome = part();
        if let Err(failure) = &outcome {
            eprintln!("error: {failure}");
        }
        rows.push((name, start.elapsed(), outcome));
    }
    println!();
    for (name, time, outcome) in &rows {
        let (word, detail) = match outcome {
            Ok(Outcome::Passed(tally)) => ("passed", tally.clone()),
            Ok(Outcome::Skipped(reason)) => ("SKIPPED", reason.clone()),
            Err(failure) => ("FAILED", failure.to_string().lines().next().unwrap_or_default().to_owned()),
        };
        println!("{name:<12}{word:<9}{:>6.1} s  {detail}", time.as_secs_f64());
    }
    let failed = rows.iter().filter(|(.., outcome)| outcome.is_err()).count();
    let skipped = rows.iter().filter(|(.., outcome)| matches!(outcome, Ok(Outcome::Skipped(_)))).count();
    println!("{} parts passed, {failed} failed, {skipped} skipped", rows.len() - failed - skipped);
    if failed > 0 || (skipped > 0 && std::env::var_os("CI").is_some()) {
        return Err(Failure::new("not every test passed"));
    }
    Ok(())
}

/// Runs the workspace's tests and adds up their result lines, which it shows.
fn rust() -> Result<Outcome, Failure> {
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
    Ok(Outcome::Passed(tally))
}

/// Reads the number before `word` in a result line.
fn count(line: &str, word: &str) -> usize {
    let before = line.split([';', '.']).find_map(|part| part.trim().strip_suffix(word));
    before.and_then(|number| number.trim().parse().ok()).unwrap_or(0)
}

fn client() -> Result<Outcome, Failure> {
    run_command(with_server(command(python::interpreter()?).args([
        "-m",
        "pytest",
        "-v",
        "--strict-markers",
        "tests/interop",
    ]))?)?;
    Ok(Outcome::Passed("see above".to_owned()))
}

fn independent() -> Result<Outcome, Failure> {
    let python = python::independent()?;
    run_command(with_server(command(python).arg("tests/independent/evaluate.py"))?)?;
    Ok(Outcome::Passed("see above".to_owned()))
}

fn golden() -> Result<Outcome, Failure> {
    run_command(with_server(command(python::interpreter()?).arg("tests/interop/replay.py"))?)?;
    Ok(Outcome::Passed("see above".to_owned()))
}

fn readme() -> Result<Outcome, Failure> {
    walkthrough::run(&["--check".to_owned()])?;
    Ok(Outcome::Passed("every block ran as written".to_owned()))
}

/// Tells a script of `tests/interop` what to run.
fn with_server(script: &mut Command) -> Result<&mut Command, Failure> {
    let built = build_release()?;
    run_command(&mut cargo(&["build", "--quiet", "--package", "kamodo-fixture-plugins", "--examples"]))?;
    Ok(script
        .env("KAMODO_TEST_BINARY", built.join("kamodo-rpc"))
        .env("KAMODO_TEST_PLUGINS", built)
        .env("KAMODO_TEST_FIXTURES", target().join("debug/examples"))
        .env("PYTHONDONTWRITEBYTECODE", "1"))
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn result_lines_are_counted() {
        let line =
            "test result: ok. 12 passed; 0 failed; 3 ignored; 0 measured; 0 filtered out; finished in 0.01s";
        assert_eq!((count(line, "passed"), count(line, "failed"), count(line, "ignored")), (12, 0, 3));
    }
}
