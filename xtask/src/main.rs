//! The project's own tasks: `cargo xtask TASK`.
//!
//! One file a task, in the order of [`TASKS`]; what several of them need (the project's folders, running
//! a command) is in [`project`], the published client's environment in [`python`].

mod activate;
mod bench;
mod containers;
mod copy;
mod engine;
mod image;
mod live_time;
mod package;
mod port;
mod process;
mod progress;
mod project;
mod python;
mod readme;
mod schema;
mod serve;
mod test;
mod walkthrough;

use std::process::ExitCode;

use project::Failure;

/// A task: its name, its arguments, what it does, and its code.
type Task = (&'static str, &'static str, &'static str, fn(&[String]) -> Result<(), Failure>);

const TASKS: &[Task] = &[
    (
        "serve",
        "[OPTION…]",
        "builds the host and the example plugins, installs one, and serves `kamodo_rpc.yaml`",
        serve::run,
    ),
    ("test", "[PART…]", "runs every test, or only some parts", test::run),
    (
        "bench",
        "[--quick]",
        "prints our speed beside that of a bare echo and of numpy, measured in one run",
        bench::run,
    ),
    (
        "live-time",
        "",
        "measures the time from a save to the first answer of the new generation",
        live_time::run,
    ),
    (
        "python",
        "",
        "makes an environment with the published client under target/python, in about a minute",
        python::run,
    ),
    (
        "package",
        "[FOLDER]",
        "makes a tarball and a Debian package of the server, for machines without Rust",
        package::run,
    ),
    ("image", "", "builds the container image from the host's build", image::run),
    (
        "schema",
        "[--check]",
        "generates the schema's Rust code, or checks that it is current (needs `capnp`)",
        schema::run,
    ),
    (
        "walkthrough",
        "[--check]",
        "runs every command of the README and writes what it shows to docs/walkthrough.md",
        walkthrough::run,
    ),
];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let Some((name, rest)) = args.split_first() else {
        print!("{}", usage());
        return ExitCode::from(64);
    };
    let Some((_, _, _, task)) = TASKS.iter().find(|(known, ..)| known == name) else {
        eprint!("error: there is no task `{name}`\n{}", usage());
        return ExitCode::from(64);
    };
    match task(rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            if let Some(hint) = failure.hint() {
                eprintln!("hint: {hint}");
            }
            ExitCode::FAILURE
        }
    }
}

fn usage() -> String {
    let mut text = String::from("usage: cargo xtask TASK\n");
    for (name, arguments, purpose, _) in TASKS {
        text += &format!("  {:<24} {purpose}\n", format!("{name} {arguments}"));
        if *name == "test" {
            text += &format!("  {:<24} parts: {}\n", "", test::names());
        }
    }
    text
}
