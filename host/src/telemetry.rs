//! What the server says while it runs: one log, on standard error.
//!
//! The log is best effort. A thread of its own writes it, so that nobody waits for whoever reads it, and a line that
//! cannot be written is lost: it is counted, which `status` tells, and nothing else happens. The writer of
//! `tracing-appender` does the same, but counts no failed write, and prints to standard error while it ends.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::error::Error;
use std::fmt::Display;
use std::fs::File;
use std::io::{self, IsTerminal as _, Write};
use std::os::fd::AsFd as _;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};
use std::{panic, thread};

use crossbeam_channel::{Receiver, Sender, bounded};
use kamodo_expr::{Diagnostic, Severity};
use kamodo_registry::{Condition, Health, panic_message};
use kamodo_units::printable;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tracing_subscriber::EnvFilter;

/// The lines that may wait to be written; when there are more, the newest are lost.
const WAITING_LINES: usize = 8192;

/// How long the thread of the log waits for a standard error that takes nothing at the moment.
const PATIENCE: Timespec = Timespec { tv_sec: 1, tv_nsec: 0 };

/// How long the end of the program waits for lines that are not written yet.
const LAST_LINES: Duration = Duration::from_millis(500);

/// The log of a server. A clone is the same log.
#[derive(Clone)]
pub struct Log {
    orders: Sender<Order>,
    lost: Arc<Mutex<Lost>>,
}

/// What the thread of the log is to do.
enum Order {
    Write(Vec<u8>),
    /// Drop this when everything before it was written.
    Flush(Sender<()>),
}

/// The lines that were lost.
#[derive(Default)]
struct Lost {
    count: u64,
    /// When the first one was lost.
    first: Option<SystemTime>,
    /// Why the last one was.
    reason: String,
}

/// Reads what a log is to hold: a level, or levels of parts of the program, in the usual form `target=level`.
///
/// # Errors
/// What was expected and found.
pub fn level(text: &str) -> Result<String, String> {
    const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
    let is_level = |part: &str| LEVELS.contains(&part.rsplit('=').next().unwrap_or_default());
    match text.split(',').all(is_level) && EnvFilter::try_new(text).is_ok() {
        true => Ok(text.to_owned()),
        false => Err(format!(
            "expected `off`, `error`, `warn`, `info`, `debug`, `trace` or `target=level`, found `{text}`"
        )),
    }
}

/// Starts the log, which holds what `level` says, as [`level`] reads it.
///
/// Lines that are lost and panics are conditions of `health`.
///
/// # Errors
/// If the system refuses a thread.
pub fn start(health: &Arc<Health>, level: &str) -> io::Result<Log> {
    let filter = EnvFilter::new(level);
    let (orders, received) = bounded(WAITING_LINES);
    let log = Log { orders, lost: Arc::default() };
    let lost = Arc::clone(&log.lost);
    // A number of its own: a plugin may close number 2, which is then somebody's connection.
    let out = File::from(io::stderr().as_fd().try_clone_to_owned()?);
    thread::Builder::new().name("log".to_owned()).spawn(move || write_all(&received, &out, &lost))?;
    let lost = Arc::clone(&log.lost);
    health.probe(move || locked(&lost).condition());
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(move || writer.clone())
        .with_ansi(io::stderr().is_terminal())
        .with_target(false)
        .log_internal_errors(false) // they would go to standard error, past this log
        .init();
    report_panics(Arc::clone(health));
    Ok(log)
}

/// Writes lines until the program ends.
fn write_all(orders: &Receiver<Order>, out: &File, lost: &Mutex<Lost>) {
    for order in orders {
        match order {
            Order::Write(line) => {
                if let Err(error) = write_line(out, &line) {
                    locked(lost).add(error.to_string());
                }
            }
            Order::Flush(done) => drop(done),
        }
    }
}

fn write_line(mut out: &File, mut line: &[u8]) -> io::Result<()> {
    while !line.is_empty() {
        match out.write(line) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(n_written) => line = &line[n_written..],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // Another program that shares it made it one that does not wait; this thread may.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                let mut ready = [PollFd::new(out, PollFlags::OUT)];
                if poll(&mut ready, Some(&PATIENCE))? == 0 {
                    return Err(error);
                }
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Makes each panic of a thread of ours a line of the log and a condition, also one that is caught.
fn report_panics(health: Arc<Health>) {
    panic::set_hook(Box::new(move |panic| {
        let thread = thread::current();
        let name = thread.name().unwrap_or("without a name");
        let place = panic.location().map(|place| format!(" at {place}")).unwrap_or_default();
        let what = panic_message(panic.payload());
        let backtrace = Backtrace::capture();
        let trace = match backtrace.status() {
            BacktraceStatus::Captured => format!("\n{backtrace}"),
            _ => String::new(),
        };
        tracing::error!("the thread `{name}` panicked{place}: {what}{trace}");
        health.report(
            format!("panic{place}"),
            format!("the thread `{name}` panicked{place}: {what}"),
            Some("this is a fault of the server: please report it with this line".to_owned()),
        );
    }));
}

/// Says something to whoever started the program, if standard error can be written.
pub(crate) fn say(text: impl Display) {
    // Nobody could be told that this failed.
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Says why the program ends, and returns the status that it ends with.
#[must_use]
pub fn say_end(error: &crate::Error) -> ExitCode {
    say(format_args!("kamodo-rpc: {}", chain(error)));
    if let Some(hint) = error.hint() {
        say(format_args!("hint: {}", printable(&hint)));
    }
    ExitCode::from(error.code())
}

/// Logs an error or a warning, with its lines of the file.
pub(crate) fn log(diagnostic: &Diagnostic) {
    let text = diagnostic.render();
    match diagnostic.severity {
        Severity::Error => tracing::error!("{text}"),
        Severity::Warning => tracing::warn!("{text}"),
    }
}

/// An error with its causes in one line: the one place where they are joined.
#[must_use]
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    printable(&text).into_owned()
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

// === impl Log ===

impl Log {
    /// Waits until what was logged so far is written, for as long as half a second.
    pub fn flush(&self) {
        let (done, written) = bounded(0);
        if self.orders.send_timeout(Order::Flush(done), LAST_LINES).is_ok() {
            let _ = written.recv_timeout(LAST_LINES); // whoever reads it is too slow for the rest
        }
    }
}

impl Write for Log {
    /// Takes a line as a whole.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.orders.try_send(Order::Write(line.to_vec())).is_err() {
            locked(&self.lost).add("whoever reads standard error is too slow".to_owned());
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

// === impl Lost ===

impl Lost {
    fn add(&mut self, reason: String) {
        self.count += 1;
        self.first.get_or_insert_with(SystemTime::now);
        self.reason = reason;
    }

    fn condition(&self) -> Option<Condition> {
        Some(Condition {
            message: format!("lines of the log were lost, the last one since: {}", self.reason),
            hint: Some("have standard error written to a place that takes it".to_owned()),
            count: self.count,
            since: self.first?,
        })
    }
}
