//! What plugins change of the process in which they run, and what becomes of it.

use insta::assert_snapshot;
use kamodo_registry::{CallError, Contribution};
use kamodo_value::{Array, Scalar, Value};

use crate::fixtures::{Place, call};

/// Everything that a plugin may change while it is tried.
const DEEDS: &[&str] = &[
    "chdir",
    "umask",
    "locale",
    "no_sigterm",
    "own_sigint",
    "default_sigpipe",
    "no_sigchld",
    "own_sigsegv",
    "alarm",
    "mask",
    "setenv",
    "limits",
    "nice",
    "close_output",
    "replace_error",
];

fn refusal(deed: &str) -> String {
    let place = Place::new();
    let text = place.refusal(&place.install_change(deed, "model.so"));
    let here = std::env::current_dir().unwrap();
    let text = text.replace(&format!("`{}`", here.display()), "`/where/it/runs`");
    // A shell starts what runs in the background with this signal ignored.
    let text = text.replace("SIGINT changed from ignored to", "SIGINT changed from the default to");
    // What these are is the machine's business.
    let marks = [("umask changed from ", " to "), ("NOFILE changed from ", " to "), ("64 of at most ", "\n")];
    marks.into_iter().fold(text, |text, (mark, end)| without_number(&text, mark, end))
}

/// Replaces what is between `mark` and `end`, if it is there.
fn without_number(text: &str, mark: &str, end: &str) -> String {
    let parts = text.split_once(mark).and_then(|(before, rest)| Some((before, rest.split_once(end)?.1)));
    parts.map_or_else(|| text.to_owned(), |(before, after)| format!("{before}{mark}N{end}{after}"))
}

#[test]
fn a_trial_tells_every_change() {
    let told: Vec<_> = DEEDS.iter().map(|deed| refusal(&format!("start: {deed}"))).collect();
    assert_snapshot!(told.join("\n"), @r"
    model.so (digest8): trial: expected it to start, found the working directory changed from `/where/it/runs` to `/`
    hint: the working directory is the whole server's: name files by absolute paths instead
    model.so (digest8): trial: expected it to start, found the umask changed from N to 007
    hint: the umask is the whole server's: give new files their permissions when they are made
    model.so (digest8): trial: expected it to start, found the locale changed from `C` to `C.UTF-8`
    hint: the locale is the whole server's: use `newlocale` and the functions that take a locale
    model.so (digest8): trial: expected it to start, found the disposition of SIGTERM changed from the default to ignored
    hint: signals are the whole server's: return an error instead, and wait with a condition variable
    model.so (digest8): trial: expected it to start, found the disposition of SIGINT changed from the default to a handler
    hint: signals are the whole server's: return an error instead, and wait with a condition variable
    model.so (digest8): trial: expected it to start, found the disposition of SIGPIPE changed from ignored to the default
    hint: signals are the whole server's: return an error instead, and wait with a condition variable
    model.so (digest8): trial: expected it to start, found the disposition of SIGCHLD changed from the default to ignored
    hint: signals are the whole server's: return an error instead, and wait with a condition variable
    model.so (digest8): trial: expected it to start, found the disposition of SIGSEGV changed from a handler to another handler
    hint: signals are the whole server's: return an error instead, and wait with a condition variable
    model.so (digest8): trial: expected it to start, found the timer SIGALRM changed from none to one that runs
    hint: signals are the whole server's: return an error instead, and wait with a condition variable
    model.so (digest8): trial: expected it to start, found the thread's blocked signals changed from none to 29 signals
    hint: restore the mask of the thread before the code returns
    model.so (digest8): trial: expected it to start, found the environment variable `KAMODO_FIXTURE` changed from not set to set
    hint: the environment is the whole server's: pass the value to the library that reads it
    model.so (digest8): trial: expected it to start, found the limit RLIMIT_NOFILE changed from N to 64 of at most N
    hint: this is the whole server's, and its administrator's: leave it as it is
    model.so (digest8): trial: expected it to start, found the nice value changed from 0 to 1
    hint: this is the whole server's, and its administrator's: leave it as it is
    model.so (digest8): trial: expected it to start, found descriptor 1 (standard output) closed or replaced
    hint: close only what the plugin opened itself: in the server it would be somebody's connection
    model.so (digest8): trial: expected it to start, found descriptor 2 (standard error) closed or replaced
    hint: close only what the plugin opened itself: in the server it would be somebody's connection
    ");
}

#[test]
fn a_change_is_told_at_the_step_that_made_it() {
    assert_snapshot!(refusal("open: chdir"), @r"
    model.so (digest8): trial: expected it to be opened, found the working directory changed from `/where/it/runs` to `/`
    hint: the working directory is the whole server's: name files by absolute paths instead
    ");
    assert_snapshot!(refusal("example: no_sigterm"), @r"
    model.so (digest8): trial: expected example `tried(1.0)` to give 1.0, found the disposition of SIGTERM changed from the default to ignored
    hint: signals are the whole server's: return an error instead, and wait with a condition variable
    ");
}

fn changes() -> Contribution {
    let place = Place::new();
    place.load(&place.install("changes", "changes.so"))
}

/// Multiplies in a way that no compiler foresees.
fn product(a: f64, b: f64) -> f64 {
    std::hint::black_box(a) * std::hint::black_box(b)
}

fn computes_as_ever() {
    assert_eq!(product(1e-310, 0.1), 1e-311, "denormal numbers are numbers");
    assert_eq!(std::hint::black_box(1.0) + product(1e-17, 1.0), 1.0, "it rounds to nearest");
    assert_eq!(std::hint::black_box(-1.0) - product(1e-17, 1.0), -1.0, "it rounds to nearest");
}

#[test]
fn a_plugin_does_not_change_how_others_compute() {
    let contribution = changes();
    let (number, array) = (Value::Float(2.0), Value::from(Array::new(vec![3], vec![1.0, 2.0, 3.0]).unwrap()));
    for name in ["flush", "round_up", "trap", "x87"] {
        let result = call(&contribution, name, vec![number.clone()]);
        computes_as_ever();
        assert_eq!(result, Ok(Value::Scalar(Scalar::Float64(2.0))), "{name}");
        assert_eq!(call(&contribution, name, vec![array.clone()]), Ok(array.clone()), "{name}");
        computes_as_ever();
    }
    let panicked = call(&contribution, "flush_and_panic", vec![number]);
    assert!(matches!(panicked, Err(CallError::Panicked { .. })), "{panicked:?}");
    computes_as_ever();
}

#[test]
fn a_plugin_that_changes_how_it_computes_at_load_is_served() {
    for deed in ["open: flush", "start: flush", "start: round_up", "start: x87", "example: flush"] {
        let place = Place::new();
        let contribution = place.load(&place.install_change(deed, "model.so"));
        computes_as_ever();
        let result = call(&contribution, "tried", vec![Value::Float(2.0)]);
        assert_eq!(result, Ok(Value::Scalar(Scalar::Float64(2.0))), "{deed}");
        computes_as_ever();
        // Threads take over how the one computes that makes them.
        std::thread::spawn(computes_as_ever).join().unwrap();
    }
}
