//! What plugins do to the process in which they are tried, and what is said of it here.

use std::fs;
use std::time::{Duration, Instant};

use insta::assert_snapshot;
use kamodo_loader::{Ending, ErrorKind, Limits, StageDir, Step, Trial, load};
use kamodo_value::{Scalar, Value};

use crate::fixtures::{Place, call};

/// Long enough for a trial to have begun, and to be waited for.
fn short() -> Limits {
    Limits { trial: Duration::from_millis(2500), ..Limits::default() }
}

#[track_caller]
fn refusal(deed: &str) -> String {
    let place = Place::new();
    if deed.ends_with("compute") || deed.ends_with("wait") {
        place.stage.set_limits(short());
    }
    place.refusal(&place.install_deed(deed, "model.so"))
}

#[track_caller]
fn loads(deed: &str) {
    let place = Place::new();
    let contribution = place.load(&place.install_deed(deed, "model.so"));
    let four = Value::Scalar(Scalar::Float64(4.0));
    assert_eq!(call(&contribution, "doubled", vec![Value::Float(2.0)]), Ok(four));
}

/// Compiles a library whose initialiser runs `code` while it is opened.
fn at_load(place: &Place, name: &str, code: &str) -> std::path::PathBuf {
    let source = format!(
        "#include <pthread.h>\n#include <signal.h>\n#include <stdio.h>\n#include <stdlib.h>\n#include <unistd.h>\n
         static void *sleeps(void *x) {{ for (;;) sleep(1000); return x; }}\n
         __attribute__((constructor)) static void init(void) {{ pthread_t t; (void)t; (void)sleeps; {code} }}"
    );
    place.compile(name, &source, &["-shared", "-fPIC", "-pthread"])
}

#[test]
fn good_plugins_come_through() {
    loads("never: nothing");
    loads("start: print");
    loads("start: linger");
    loads("start: wait for a child");
}

#[test]
fn a_thread_that_is_begun_at_load_lives_on() {
    let place = Place::new();
    let path = at_load(&place, "thread.so", "pthread_create(&t, 0, sleeps, 0);");
    let error = load(&path, &place.stage).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NotAPlugin), "{}", place.render(&error));
}

#[test]
fn ends_while_it_is_opened() {
    let place = Place::new();
    let refusal = |code: &str| place.refusal(&at_load(&place, "init.so", code));
    assert_snapshot!(refusal("*(volatile int *)8 = 1;"), @r"
    init.so (digest8): trial: expected it to be opened, found its process ended by SIGSEGV (an invalid memory access)
    hint: mend what a debugger shows: `gdb --args kamodo-try-plugin init.so /dev/null`
    ");
    assert_snapshot!(refusal("fprintf(stderr, \"no\\tmemory\\n\"); abort();"), @r"
    init.so (digest8): trial: expected it to be opened, found its process ended by SIGABRT (an abort); it printed:
      | no memory
    hint: mend what a debugger shows: `gdb --args kamodo-try-plugin init.so /dev/null`
    ");
    assert_snapshot!(refusal("exit(0);"), @r"
    init.so (digest8): trial: expected it to be opened, found its process ended with status 0
    hint: a plugin must not end its process: return an error instead
    ");
    assert_snapshot!(refusal("_exit(7);"), @r"
    init.so (digest8): trial: expected it to be opened, found its process ended with status 7
    hint: a plugin must not end its process: return an error instead
    ");
    assert_snapshot!(refusal("raise(SIGFPE);"), @r"
    init.so (digest8): trial: expected it to be opened, found its process ended by SIGFPE (an arithmetic fault)
    hint: mend what a debugger shows: `gdb --args kamodo-try-plugin init.so /dev/null`
    ");
    assert_snapshot!(refusal("fork();"), @r"
    init.so (digest8): trial: expected it to be opened, found another process that it began and left running
    hint: a plugin must not fork, nor leave a program running: it would have a copy of the server's connections
    ");
}

#[test]
fn ends_while_it_starts() {
    assert_snapshot!(refusal("start: abort"), @r"
    model.so (digest8): trial: expected it to start, found its process ended by SIGABRT (an abort); it printed:
      | free(): invalid pointer
    hint: mend what a debugger shows: `gdb --args kamodo-try-plugin model.so /dev/null`
    ");
    assert_snapshot!(refusal("start: exit"), @r"
    model.so (digest8): trial: expected it to start, found its process ended with status 3
    hint: a plugin must not end its process: return an error instead
    ");
    assert_snapshot!(refusal("start: segfault"), @r"
    model.so (digest8): trial: expected it to start, found its process ended by SIGSEGV (an invalid memory access)
    hint: mend what a debugger shows: `gdb --args kamodo-try-plugin model.so /dev/null`
    ");
    assert_snapshot!(refusal("start: panic"), @r"
    model.so (digest8): panicked while it started: no coefficients (tests/fixtures/plugins/misbehaves.rs:32)
    hint: return an error instead, or mend what panics
    ");
    let flood = refusal("start: flood");
    assert_snapshot!(flood.split("| line").next().unwrap(), @"model.so (digest8): trial: expected it to start, found more than 1 MiB printed; it printed:");
    assert_snapshot!(refusal("start: fork"), @r"
    model.so (digest8): trial: expected it to start, found another process that it began and left running
    hint: a plugin must not fork, nor leave a program running: it would have a copy of the server's connections
    ");
    assert_snapshot!(refusal("start: leave a child"), @r"
    model.so (digest8): trial: expected it to start, found another process that it began and left running
    hint: a plugin must not fork, nor leave a program running: it would have a copy of the server's connections
    ");
    assert_snapshot!(refusal("start: close"), @r"
    model.so (digest8): trial: expected it to start, found descriptor 3 (not its own) closed or replaced
    hint: close only what the plugin opened itself: in the server it would be somebody's connection
    ");
    assert_snapshot!(refusal("start: close output"), @r"
    model.so (digest8): trial: expected it to start, found descriptor 1 (standard output) closed or replaced
    hint: close only what the plugin opened itself: in the server it would be somebody's connection
    ");
}

#[test]
fn ends_in_an_example() {
    assert_snapshot!(refusal("example: abort"), @r"
    model.so (digest8): trial: expected example `doubled(1.0)` to give 2.0, found its process ended by SIGABRT (an abort); it printed:
      | free(): invalid pointer
    hint: mend what a debugger shows: `gdb --args kamodo-try-plugin model.so /dev/null`
    ");
    assert_snapshot!(refusal("example: exit"), @r"
    model.so (digest8): trial: expected example `doubled(1.0)` to give 2.0, found its process ended with status 3
    hint: a plugin must not end its process: return an error instead
    ");
    assert_snapshot!(refusal("example: segfault"), @r"
    model.so (digest8): trial: expected example `doubled(1.0)` to give 2.0, found its process ended by SIGSEGV (an invalid memory access)
    hint: mend what a debugger shows: `gdb --args kamodo-try-plugin model.so /dev/null`
    ");
    assert_snapshot!(refusal("example: panic"), @r"
    model.so (digest8): its examples do not hold:
      example `doubled(1.0)`: expected 2.0, found a panic: no coefficients (tests/fixtures/plugins/misbehaves.rs:32)
      example `doubled(0.5)`: expected 1.0, found a panic: no coefficients (tests/fixtures/plugins/misbehaves.rs:32)
    hint: mend the function or the example; `kamodo_plugin_api::testing::check_examples` tries them in a test
    ");
    assert_snapshot!(refusal("example: close"), @r"
    model.so (digest8): trial: expected example `doubled(1.0)` to give 2.0, found descriptor 3 (not its own) closed or replaced
    hint: close only what the plugin opened itself: in the server it would be somebody's connection
    ");
}

#[test]
fn never_ends() {
    assert_snapshot!(refusal("start: wait"), @r"
    model.so (digest8): trial: expected it to start, found it still waiting after 2.5s
    hint: it was waiting, or the machine is busy: it is tried again when it is looked at again; or allow more time: the setting `trial`
    ");
    assert_snapshot!(refusal("example: wait"), @r"
    model.so (digest8): trial: expected example `doubled(1.0)` to give 2.0, found it still waiting after 2.5s
    hint: it was waiting, or the machine is busy: it is tried again when it is looked at again; or allow more time: the setting `trial`
    ");
    let place = Place::new();
    place.stage.set_limits(short());
    let looping = at_load(&place, "init.so", "for (;;);");
    let begun = Instant::now();
    let error = load(&looping, &place.stage).unwrap_err();
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    let ErrorKind::Trial { step: Step::Open, ending: Ending::TooLate { .. }, .. } = error.kind() else {
        panic!("{error}")
    };
}

#[test]
fn a_program_that_escapes_is_not_waited_for() {
    let place = Place::new();
    let escapes =
        "if (fork() == 0) { setsid(); sleep(30); _exit(0); } fprintf(stderr, \"hello\\n\"); abort();";
    let begun = Instant::now();
    assert_snapshot!(place.refusal(&at_load(&place, "init.so", escapes)), @r"
    init.so (digest8): trial: expected it to be opened, found its process ended by SIGABRT (an abort); it printed:
      | hello
    hint: mend what a debugger shows: `gdb --args kamodo-try-plugin init.so /dev/null`
    ");
    assert!(begun.elapsed() < Duration::from_secs(25), "{:?}", begun.elapsed());
}

#[test]
fn examples_are_tried() {
    let place = Place::new();
    assert_snapshot!(place.refusal(&place.install("bad_examples", "model.so")), @r"
    model.so (digest8): its examples do not hold:
      example `root(2.0)`: expected 1.5 within 1.5e-12, found 1.4142135623730951
      example `root(2.0)`: expected 1.41 within 0.001, found 1.4142135623730951
      example `root(-1.0)`: expected 1.0, found a failure: `x`: expected at least 0, found -1
      example `unlucky(13.0)`: expected 13.0, found a panic: cannot bear 13 (tests/fixtures/plugins/bad_examples.rs:27)
      example `shifted([1.0, 2.0])`: expected 4.0 within 4e-12 at [1], found 3.0
      example `shifted([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, …])`: expected [1.0], found [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, …] of shape (8,)
    hint: mend the function or the example; `kamodo_plugin_api::testing::check_examples` tries them in a test
    ");
}

#[test]
fn a_trial_inherits_nothing() {
    // Passed on to every child, were it not for the trial's own care.
    let (_reader, writer) = std::io::pipe().unwrap();
    let kept = fs::File::open("/dev/null").unwrap();
    let inherited = [rustix::io::dup(&kept).unwrap(), rustix::io::dup(&writer).unwrap()];
    let place = Place::new();
    let lists = "char name[64]; for (int i = 5; i < 64; i++) { snprintf(name, 64, \"/proc/self/fd/%d\", i);
         if (access(name, F_OK) == 0) { fprintf(stderr, \"inherited %d\\n\", i); abort(); } }";
    let error = load(&at_load(&place, "init.so", lists), &place.stage).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NotAPlugin), "{}", place.render(&error));
    drop(inherited);
}

#[test]
fn what_was_waiting_is_tried_again_and_what_crashed_is_not() {
    let place = Place::new();
    place.stage.set_limits(short());
    let first = at_load(
        &place,
        "counts.so",
        &format!(
            "FILE *f = fopen(\"{0}\", \"a\"); fputc('x', f); fclose(f); sleep(1000);",
            place.path("count").display()
        ),
    );
    for n in 1..3 {
        let error = load(&first, &place.stage).unwrap_err();
        assert!(error.is_passing(), "{error}");
        assert_eq!(fs::read(place.path("count")).unwrap().len(), n);
    }
    let second = at_load(
        &place,
        "counts.so",
        &format!(
            "FILE *f = fopen(\"{0}\", \"a\"); fputc('x', f); fclose(f); abort();",
            place.path("crashes").display()
        ),
    );
    for _ in 0..2 {
        assert!(!load(&second, &place.stage).unwrap_err().is_passing());
        assert_eq!(fs::read(place.path("crashes")).unwrap().len(), 1);
    }
}

#[test]
fn programs_that_try_nothing() {
    let place = Place::new();
    let refusal = |trial: Trial| {
        let stage = StageDir::create(place.path("stage2")).unwrap().with_trial(trial);
        let error = load(&place.install("v1", "model.so"), &stage).unwrap_err();
        assert!(error.is_passing());
        place.render(&error)
    };
    assert_snapshot!(refusal(Trial::new("/nowhere/kamodo-rpc")), @r"
    model.so (digest8): cannot be tried in a process of its own: No such file or directory (os error 2)
    hint: it is tried again when it is looked at again
    ");
    assert_snapshot!(refusal(Trial::new("/bin/false")), @r"
    model.so (digest8): cannot be tried in a process of its own: `/bin/false`: expected a verdict, found its process ended with status 1
    hint: it is tried again when it is looked at again
    ");
    assert_snapshot!(refusal(Trial::new("/bin/sh").arg("-c").arg("kill -SEGV $$")), @r"
    model.so (digest8): cannot be tried in a process of its own: `/bin/sh`: expected a verdict, found its process ended by SIGSEGV (an invalid memory access)
    hint: it is tried again when it is looked at again
    ");
}

#[test]
fn the_journal_does_not_stay() {
    let place = Place::new();
    place.load(&place.install("v1", "plugin.so"));
    place.refusal(&place.install_deed("start: abort", "other.so"));
    let left = fs::read_dir(place.stage.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(left.map(|name| name.into_string().unwrap()).all(|name| name.ends_with(".so")));
}
