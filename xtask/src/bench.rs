//! `cargo xtask bench --quick`: our speed beside that of what it is held against, in one run.
//!
//! - Over the network: the server against a bare echo of as many bytes over the same transport, with TLS
//!   and without, for scalar calls, 64 of them pipelined, and arrays of doubles.
//! - Evaluating: two expressions at 1e6 doubles against numpy.
//!
//! Both sides take turns, since machines drift; each figure is the median of pairs, the ratio that of
//! the pairs' ratios with the interval that holds their middle half.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use crate::process::Background;
use crate::project::{Failure, build_release, cargo, root, target};
use crate::{progress, python};

const PAIRS: usize = 21;
const ELEMENTS: usize = 1_000_000;
const EXPRESSIONS: &[(&str, &str)] =
    &[("polynomial", "x**2 - x - 1"), ("waves", "sin(x)**2 + cos(x)**2*exp(-x/3)")];
const START_TIME: Duration = Duration::from_secs(20);

/// Measures, and prints both sides. `--quick` is all that there is yet.
pub(crate) fn run(_: &[String]) -> Result<(), Failure> {
    let python = python::interpreter()?;
    let built = build_release()?;
    for (package, example) in [
        ("kamodo-wire", "echo"),
        ("kamodo-server", "serve"),
        ("kamodo-client", "load"),
        ("kamodo-tests", "evaluator"),
    ] {
        progress::run(&mut cargo(&["build", "--release", "--package", package, "--example", example]))?;
    }
    let examples = built.join("examples");
    let directory = target().join("bench");
    std::fs::create_dir_all(&directory)?;
    std::fs::write(directory.join("bench.yaml"), "!Kamodo\nf: x**2 - x - 1\n")?;

    println!("f: x**2 - x - 1 over TLS, against a bare echo over the same transport");
    let mut ours = Command::new(built.join("kamodo-rpc"));
    ours.args(["serve", "bench.yaml", "--port", "0"]).current_dir(&directory);
    let mut echo = Command::new(examples.join("echo"));
    echo.arg(&directory);
    against_echo(&examples, ours, echo, Some(&directory.join("selfsigned.cert")))?;

    println!("\nthe same over TCP");
    against_echo(&examples, Command::new(examples.join("serve")), Command::new(examples.join("echo")), None)?;

    println!("\nevaluating {ELEMENTS} doubles on one thread, against numpy");
    let mut numpy = Command::new(python);
    numpy.arg(root().join("tests/bench/numpy_side.py"));
    against_numpy(Command::new(examples.join("evaluator")), numpy)
}

/// Runs the load generator against two servers.
fn against_echo(
    examples: &Path,
    ours: Command,
    echo: Command,
    certificate: Option<&Path>,
) -> Result<(), Failure> {
    let (ours, echo) = (Listening::start(ours)?, Listening::start(echo)?);
    let mut load = Command::new(examples.join("load"));
    load.arg(format!("ours=localhost:{},{}", ours.port, ours.process.id()));
    load.arg(format!("echo=localhost:{},{}", echo.port, echo.process.id()));
    progress::run(load.args(certificate))
}

/// A server that has said at which port it listens.
struct Listening {
    process: Background,
    port: u16,
}

/// Asks both sides in turn for the time of an evaluation.
fn against_numpy(mut ours: Command, mut numpy: Command) -> Result<(), Failure> {
    let elements = ELEMENTS.to_string();
    let mut sides = [Side::start(ours.arg(&elements))?, Side::start(numpy.arg(&elements))?];
    for (name, expression) in EXPRESSIONS {
        let mut times: [Vec<f64>; 2] = Default::default();
        for side in &mut sides {
            side.evaluate(name)?; // warm
        }
        for pair in 0..PAIRS {
            for side in [pair % 2, 1 - pair % 2] {
                times[side].push(sides[side].evaluate(name)?);
            }
        }
        let ratios = times[0].iter().zip(&times[1]).map(|(ours, numpy)| numpy / ours).collect();
        let [ours, numpy] = times.map(|times| quantiles(times)[1] / ELEMENTS as f64);
        let [low, middle, high] = quantiles(ratios);
        println!(
            "{expression:>34}  ours {ours:7.3} ns an element   numpy {numpy:7.3}   {middle:.1} times as fast [{low:.1}, {high:.1}]"
        );
    }
    Ok(())
}

/// A process that evaluates what it is told to, and says how long that took.
struct Side {
    process: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

/// Returns the lower quartile, the median and the upper quartile.
fn quantiles(mut values: Vec<f64>) -> [f64; 3] {
    values.sort_by(f64::total_cmp);
    [0.25, 0.5, 0.75].map(|at| values[(at * (values.len() - 1) as f64).round() as usize])
}

// === impl Listening ===

impl Listening {
    fn start(mut command: Command) -> Result<Self, Failure> {
        let name = PathBuf::from(command.get_program()).display().to_string();
        let mut process = Background::start(&mut command)?;
        process.wait(0, &name, START_TIME, |lines| lines.iter().any(|line| port(line).is_some()))?;
        let port = process.lines_from(0).iter().find_map(|line| port(line)).expect("a line named it");
        Ok(Self { process, port })
    }
}

/// Reads the port of a line that is an address, or says that a server is ready at one.
fn port(line: &str) -> Option<u16> {
    let first = line.strip_prefix("ready at ").unwrap_or(line).split(' ').next()?;
    first.rsplit_once(':')?.1.parse().ok()
}

// === impl Side ===

impl Side {
    fn start(command: &mut Command) -> Result<Self, Failure> {
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let requests = process.stdin.take().expect("stdin is piped");
        let answers = BufReader::new(process.stdout.take().expect("stdout is piped"));
        Ok(Self { process, requests, answers })
    }

    /// Returns the nanoseconds of one evaluation.
    fn evaluate(&mut self, name: &str) -> Result<f64, Failure> {
        writeln!(self.requests, "{name}")?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer)?;
        answer.trim().parse().map_err(|_| {
            Failure::new(format!("evaluating {name}: expected a time, found `{}`", answer.trim()))
        })
    }
}

impl Drop for Side {
    fn drop(&mut self) {
        // it has nothing to lose, and may have ended by itself
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::{port, quantiles};

    #[test]
    fn ports_are_read() {
        assert_eq!(port("127.0.0.1:4321"), Some(4321));
        assert_eq!(port("ready at [::1]:4321 and 127.0.0.1:4321"), Some(4321));
        assert_eq!(port("| symbol | units |"), None);
    }

    #[test]
    fn quartiles() {
        assert_eq!(quantiles(vec![5.0, 1.0, 4.0, 2.0, 3.0]), [2.0, 3.0, 4.0]);
    }
}
