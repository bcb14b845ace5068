//! A thousand generations in one process: one test, alone in its process, since it counts what that takes.

#![allow(clippy::unwrap_used)] // clippy takes these modules for code, not for tests

#[path = "it/artifacts.rs"]
mod artifacts;
#[path = "it/footprint.rs"]
mod footprint;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use footprint::Footprint;
use insta::assert_snapshot;
use kamodo_loader::{ErrorKind, Limits, StageDir, Trial, load};
use kamodo_registry::{Cancel, ContributedFunction, NativeFunction};
use kamodo_value::{Scalar, Value};

type Code = Arc<dyn NativeFunction>;

/// Loads other bytes under the same name, and returns the code of its function.
fn generation(n: usize, bytes: &[u8], path: &Path, stage: &StageDir) -> Result<Code, kamodo_loader::Error> {
    fs::write(path, artifacts::with_deed(bytes, &format!("never: generation {n}"))).unwrap();
    let contribution = load(path, stage)?;
    match &contribution.functions[0] {
        ContributedFunction::Native { code, .. } => Ok(Arc::clone(code)),
        ContributedFunction::Symbolic(_) | ContributedFunction::Awaited { .. } => {
            panic!("a plugin brings code")
        }
    }
}

/// Says that it is over, also where an assertion fails: else the caller would be waited for.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Leaves out what only debuggers read: megabytes, a thousand times.
fn stripped(library: &Path, place: &Path) -> Vec<u8> {
    let path = place.join("stripped.so");
    let status = Command::new("strip").arg(library).arg("-o").arg(&path).status();
    assert!(status.unwrap().success(), "`strip` comes with the C compiler");
    fs::read(path).unwrap()
}

fn check(code: &Code) {
    let six = Value::Scalar(Scalar::Float64(6.0));
    assert_eq!(code.call(vec![Value::Float(3.0)], &Cancel::default()), Ok(six));
}

#[test]
fn a_thousand_reloads_under_calls() {
    let place = tempfile::tempdir().unwrap();
    let bytes = stripped(&artifacts::built("misbehaves"), place.path());
    let path = place.path().join("model.so");

    let trial = Trial::new(env!("CARGO_BIN_EXE_kamodo-try-plugin"));
    let tried = StageDir::create(place.path().join("tried")).unwrap().with_trial(trial);
    tried.set_limits(Limits { trial: std::time::Duration::from_secs(60), ..Limits::default() });
    let first = generation(0, &bytes, &path, &tried).unwrap();
    let newest = Mutex::new(Arc::clone(&first));
    let (is_over, n_calls) = (AtomicBool::new(false), AtomicU64::new(0));

    thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                check(&first);
                check(&newest.lock().unwrap().clone());
                n_calls.fetch_add(2, Ordering::Relaxed);
                thread::yield_now();
            }
        });

        let _over = Over(&is_over);
        let before = Footprint::now();
        for n in 1..=20 {
            *newest.lock().unwrap() = generation(n, &bytes, &path, &tried).unwrap();
        }
        let after = Footprint::now();
        assert_eq!(
            (after.descriptors, after.threads),
            (before.descriptors, before.threads),
            "trials leave nothing"
        );

        // A thousand trials would take a minute: they are other processes, and leave nothing here.
        let stage = StageDir::create(place.path().join("stage")).unwrap();
        stage.set_limits(Limits { refuse_at: 1021, ..Limits::default() });
        let before = Footprint::now();
        for n in 21..=1020 {
            *newest.lock().unwrap() = generation(n, &bytes, &path, &stage).unwrap();
            assert_eq!(stage.crowding().is_some(), n + 1 >= 200, "{n}");
        }
        let after = Footprint::now();
        println!("before {before:?}\nafter  {after:?}\n{} calls meanwhile", n_calls.load(Ordering::Relaxed));
        // A plugin as it is shipped takes 0.4 MB at most, as `examples/reloads.rs` measures. This one is built
        // for tests: more of its pages are pages of its file.
        let anonymous = after.anonymous_kib.saturating_sub(before.anonymous_kib);
        assert!(anonymous <= 1000 * 100, "{anonymous} KiB over 1,000 reloads");
        let resident = after.resident_kib.saturating_sub(before.resident_kib);
        assert!(resident <= 1000 * 600, "{resident} KiB over 1,000 reloads");
        let mapped = after.mappings.saturating_sub(before.mappings);
        assert!(mapped <= 1000 * 5, "{mapped} mappings over 1,000 reloads");
        assert_eq!((after.descriptors, after.threads), (before.descriptors, before.threads));

        check(&newest.lock().unwrap().clone());
        let crowding = stage.crowding().unwrap();
        assert_snapshot!(crowding, @"1021 plugin libraries are open in this process, of at most 1021: an old one is never closed");
        assert_snapshot!(crowding.hint(), @"restart the server when it suits: it serves the same again, with the newest library of each file only");
        let error = generation(1021, &bytes, &path, &stage).unwrap_err();
        assert!(error.is_passing());
        assert_snapshot!(error.kind(), @"expected fewer than 1021 open plugin libraries, found 1021: an old one is never closed");
        assert_snapshot!(error.hint().unwrap(), @"restart the server when it suits: it serves the same again, with the newest library of each file only; or allow more: the setting `generations_refuse`");
        stage.set_limits(Limits { refuse_at: 2000, ..Limits::default() });
        check(&generation(1021, &bytes, &path, &stage).unwrap());

        the_room_for_thread_local_variables_ends(place.path(), &stage);
    });
    assert!(n_calls.load(Ordering::Relaxed) > 1000);
}

/// Opens libraries whose thread-local variables are of the static kind until there is no room.
fn the_room_for_thread_local_variables_ends(place: &Path, stage: &StageDir) {
    for n in 0..64 {
        let (source, path) = (place.join("tls.c"), place.join(format!("tls{n}.so")));
        let code = format!(
            "__thread char room[256] __attribute__((tls_model(\"initial-exec\"))) = {{{n}}};
             char *get(void) {{ return room; }}"
        );
        fs::write(&source, code).unwrap();
        let status = Command::new("cc").arg(&source).arg("-o").arg(&path).args(["-shared", "-fPIC"]).status();
        assert!(status.unwrap().success());
        let error = load(&path, stage).unwrap_err();
        if let ErrorKind::StaticTls = error.kind() {
            assert!(error.is_passing(), "another process has room");
            assert_snapshot!(error.kind(), @"its thread-local variables are of the static kind, and this process has no room for more");
            assert_snapshot!(error.hint().unwrap(), @"restart the server, which gives the room back; or build the plugin, and the static libraries in it, with `-ftls-model=global-dynamic`");
            return;
        }
        assert!(matches!(error.kind(), ErrorKind::NotAPlugin), "{error}");
    }
    panic!("64 libraries of 256 bytes found room");
}
