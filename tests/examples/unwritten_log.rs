//! Serves for as many seconds as its argument says (3600 without one) with a log that cannot be written, under calls,
//! edits, mistakes, drops of plugins and connections that are no client's, and prints what came out every minute.
//!
//! Ends with an error if one answer is wrong or missing, if a change does not go live, or if the server does not stop
//! as told.

use std::error::Error;
use std::fs;
use std::io::Write as _;
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use kamodo_client::blocking::Client;
use kamodo_client::{Endpoint, Options};
use kamodo_tests::{DEADLINE, Project, Server, fixture_plugin};
use kamodo_value::Value;

/// A plugin file of its own every so many edits: the server refuses the thousandth.
const EDITS_PER_DROP: u64 = 10;
const EDIT_PERIOD: Duration = Duration::from_secs(2);
const STRAY_PERIOD: Duration = Duration::from_millis(500);
const CALL_PERIOD: Duration = Duration::from_millis(5);

#[derive(Default)]
struct Counts {
    over: AtomicBool,
    answers: AtomicU64,
    wrong: AtomicU64,
    failed: AtomicU64,
    edits: AtomicU64,
    mistakes: AtomicU64,
    drops: AtomicU64,
    removals: AtomicU64,
    strays: AtomicU64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let seconds = std::env::args().nth(1).map_or(Ok(3600), |text| text.parse())?;
    let project = Project::new(&functions(0));
    let mut server =
        Server::start_by(&project, "exec kamodo-rpc serve --port 0 --plugins plugins.d 2>/dev/full");
    let endpoint = Endpoint::new("localhost", server.port(), project.path("selfsigned.cert"));
    let counts = Counts::default();
    let end = Instant::now() + Duration::from_secs(seconds);

    let changed: Result<(), Box<dyn Error>> = thread::scope(|scope| {
        scope.spawn(|| call(&endpoint, &counts));
        scope.spawn(|| stray(server.port(), &counts));
        let changed = change(&project, &server, &counts, end);
        counts.over.store(true, Ordering::Relaxed);
        changed
    });
    tell(&server, &counts);
    changed?;
    let (wrong, failed) = (counts.wrong.load(Ordering::Relaxed), counts.failed.load(Ordering::Relaxed));
    if wrong + failed > 0 {
        return Err(format!("{wrong} answers were wrong, {failed} calls failed").into());
    }
    match server.end_by("TERM") {
        Some(0) => Ok(()),
        other => Err(format!("the server ended with {other:?}").into()),
    }
}

/// The functions of one edit: `f(5)` is 19, and `g` tells the edit.
fn functions(edit: u64) -> String {
    format!("f: x**2 - x - 1\ng: x + {edit}\nh(x[m])[cm]: x")
}

/// Calls `f(5)` on one connection, again and again.
fn call(endpoint: &Endpoint, counts: &Counts) {
    let mut client: Option<Client> = None;
    while !counts.over.load(Ordering::Relaxed) {
        let answer = match &client {
            Some(client) => client.call("f", &[Value::Int(5.into())], &[]),
            None => match Client::connect([endpoint.clone()], Options::default()) {
                Ok(connected) => {
                    client = Some(connected);
                    continue;
                }
                Err(error) => Err(error),
            },
        };
        match answer {
            Ok(value) if value == Value::Int(19.into()) => count(&counts.answers),
            Ok(value) => {
                eprintln!("f(5) is {value:?}");
                count(&counts.wrong);
            }
            Err(error) => {
                eprintln!("f(5): {error}");
                count(&counts.failed);
            }
        }
        thread::park_timeout(CALL_PERIOD);
    }
}

/// Opens connections that are no client's, each of which makes the server log a line.
fn stray(port: u16, counts: &Counts) {
    let texts: [&[u8]; 4] = [b"GET / HTTP/1.0\r\n\r\n", b"", b"\x16\x03\x01\x02\x00\x01", &[0xff; 4096]];
    for text in texts.iter().cycle() {
        if counts.over.load(Ordering::Relaxed) {
            break;
        }
        if let Ok(mut stray) = TcpStream::connect(("127.0.0.1", port)) {
            // The server may have closed it already, which is its right.
            let _ = stray.write_all(text);
            count(&counts.strays);
        }
        thread::park_timeout(STRAY_PERIOD);
    }
}

/// Saves the configuration until the end, every fifth time with a mistake first, and drops and removes a plugin.
fn change(
    project: &Project,
    server: &Server<'_>,
    counts: &Counts,
    end: Instant,
) -> Result<(), Box<dyn Error>> {
    let library = fs::read(fixture_plugin("v1"))?;
    let mut told = Instant::now();
    for edit in 1.. {
        if edit % 5 == 0 {
            project.define("f: x**2 - * x");
            await_text(server, &["status"], "expected an operand")?;
            count(&counts.mistakes);
        }
        project.define(&functions(edit));
        await_text(server, &["call", "g", "0"], &format!("{edit}\n"))?;
        count(&counts.edits);
        if edit % EDITS_PER_DROP == 0 {
            // Bytes after the end of a library are nothing to it, and make it another file.
            let other = [library.as_slice(), format!("edit {edit}").as_bytes()].concat();
            project.drop_bytes(&other, "changing.so");
            await_text(server, &["list"], "scaled")?;
            count(&counts.drops);
            project.remove_plugin("changing.so");
            await_no_text(server, &["list"], "scaled")?;
            count(&counts.removals);
        }
        if told.elapsed() > Duration::from_secs(60) {
            told = Instant::now();
            tell(server, counts);
        }
        if Instant::now() + EDIT_PERIOD > end {
            break;
        }
        thread::park_timeout(EDIT_PERIOD);
    }
    Ok(())
}

fn await_text(server: &Server<'_>, command: &[&str], text: &str) -> Result<(), Box<dyn Error>> {
    await_output(server, command, |output| output.contains(text), text)
}

fn await_no_text(server: &Server<'_>, command: &[&str], text: &str) -> Result<(), Box<dyn Error>> {
    await_output(server, command, |output| !output.contains(text), &format!("no {text}"))
}

fn await_output(
    server: &Server<'_>,
    command: &[&str],
    accept: impl Fn(&str) -> bool,
    expected: &str,
) -> Result<(), Box<dyn Error>> {
    let end = Instant::now() + DEADLINE;
    loop {
        let output = server.command(command);
        if output.code.is_some_and(|code| code < 2) && accept(&output.stdout) {
            return Ok(());
        }
        if Instant::now() > end {
            return Err(format!("{command:?}: expected {expected}, found {output:?}").into());
        }
        thread::park_timeout(Duration::from_millis(100));
    }
}

/// Prints what was done so far, and what the server takes.
fn tell(server: &Server<'_>, counts: &Counts) {
    let n = |count: &AtomicU64| count.load(Ordering::Relaxed);
    println!(
        "{} answers, {} wrong, {} failed; {} edits, {} mistakes, {} plugins dropped, {} removed, {} stray connections",
        n(&counts.answers),
        n(&counts.wrong),
        n(&counts.failed),
        n(&counts.edits),
        n(&counts.mistakes),
        n(&counts.drops),
        n(&counts.removals),
        n(&counts.strays),
    );
    let status = server.command(&["status"]).stdout;
    for line in status.lines().filter(|line| line.contains("lines of the log were lost")) {
        println!("  status: {}", line.trim());
    }
    let process = fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap_or_default();
    let descriptors = fs::read_dir(format!("/proc/{}/fd", server.id())).map_or(0, Iterator::count);
    let taken = process.lines().filter(|line| line.starts_with("VmRSS") || line.starts_with("Threads"));
    let taken: Vec<_> = taken.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    println!("  server: {}, {descriptors} descriptors", taken.join(", "));
}

fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}
