//! Which code runs when files change under one path.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, SystemTime};

use kamodo_loader::{StageDir, load};
use kamodo_value::{Scalar, Value};

use crate::fixtures::{Place, call, function};

fn number(value: f64) -> Value {
    Value::Scalar(Scalar::Float64(value))
}

#[test]
fn each_file_runs_its_own_code() {
    let place = Place::new();
    let first = place.load(&place.install("v1", "changing.so"));
    let second = place.load(&place.install("v2", "changing.so"));
    let third = place.load(&place.install("v1", "changing.so"));
    for (contribution, expected) in [(&first, 1.0), (&second, 2.0), (&third, 1.0), (&second, 2.0)] {
        assert_eq!(call(contribution, "answer", vec![]), Ok(number(expected)));
        assert_eq!(call(contribution, "scaled", vec![number(5.0)]), Ok(number(expected * 5.0)));
    }
    assert_eq!(second.functions.iter().map(|f| f.name()).collect::<Vec<_>>(), ["answer", "scaled", "new"]);
    assert!(first.origin == third.origin && first.origin != second.origin);
}

#[test]
fn the_same_bytes_are_opened_once() {
    let place = Place::new();
    let first = place.load(&place.install("v1", "one.so"));
    let again = place.load(&place.install("v1", "other.so"));
    let (code, same) = (function(&first, "answer").2, function(&again, "answer").2);
    assert!(Arc::ptr_eq(&code, &same));
    let staged: Vec<_> =
        fs::read_dir(place.stage.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(staged.len(), 1, "{staged:?}");
    assert_eq!(fs::metadata(place.stage.path()).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(fs::metadata(&staged[0]).unwrap().permissions().mode() & 0o777, 0o500);
}

#[test]
fn a_copy_that_was_damaged_since_is_made_anew() {
    let place = Place::new();
    let bytes = fs::read(crate::fixtures::built("v2")).unwrap();
    let staged = place.stage.path().join(format!("{}.so", kamodo_loader::Digest::of(&bytes)));
    fs::write(&staged, &bytes[..1000]).unwrap();
    let contribution = place.load(&place.write("plugin.so", &bytes));
    assert_eq!(call(&contribution, "answer", vec![]), Ok(number(2.0)));
    assert_eq!(fs::read(&staged).unwrap(), bytes);
}

#[test]
fn the_file_may_be_overwritten() {
    let place = Place::new();
    let path = place.install("v1", "plugin.so");
    let contribution = place.load(&path);
    fs::write(&path, vec![0; fs::metadata(&path).unwrap().len() as usize]).unwrap();
    assert_eq!(call(&contribution, "answer", vec![]), Ok(number(1.0)));
    fs::remove_file(&path).unwrap();
    assert_eq!(call(&contribution, "answer", vec![]), Ok(number(1.0)));
}

#[test]
fn files_that_are_overwritten_and_deleted_under_calls() {
    let place = Place::new();
    let path = place.install("v1", "plugin.so");
    let contribution = place.load(&path);
    let (whole, is_over) = (fs::read(&path).unwrap(), AtomicBool::new(false));
    thread::scope(|scope| {
        let calls = scope.spawn(|| {
            let mut n_calls = 0;
            while !is_over.load(Ordering::Relaxed) || n_calls < 1000 {
                assert_eq!(call(&contribution, "scaled", vec![number(5.0)]), Ok(number(5.0)));
                n_calls += 1;
            }
        });
        for round in 0..50 {
            fs::write(&path, vec![round; whole.len()]).unwrap(); // as `cp` does it: the same file, other bytes
            fs::write(&path, &whole[..whole.len() / 2]).unwrap();
            load(&path, &place.stage).unwrap_err();
            fs::remove_file(&path).unwrap();
        }
        is_over.store(true, Ordering::Relaxed);
        calls.join().unwrap();
    });
}

#[test]
fn threads_that_end_after_their_library_was_replaced() {
    let place = Place::new();
    let first = place.load(&place.install_deed("never: first", "plugin.so"));
    let (called, replaced) = (Barrier::new(5), Barrier::new(5));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                assert_eq!(call(&first, "doubled", vec![number(2.0)]), Ok(number(4.0)));
                called.wait();
                replaced.wait(); // and what the plugin keeps for this thread is dropped now
            });
        }
        called.wait();
        let second = place.load(&place.install_deed("never: second", "plugin.so"));
        fs::remove_file(place.path("plugin.so")).unwrap();
        fs::remove_dir_all(place.stage.path()).unwrap();
        replaced.wait();
        assert_eq!(call(&second, "doubled", vec![number(2.0)]), Ok(number(4.0)));
    });
}

#[test]
fn what_nobody_loaded_for_a_week_goes() {
    let place = Place::new();
    let path = place.install("v1", "plugin.so");
    place.load(&path);
    let stage = place.stage.path();
    let staged = fs::read_dir(stage).unwrap().next().unwrap().unwrap().path();
    let of_old = SystemTime::now() - Duration::from_secs(8 * 24 * 3600);
    let old = |name: &str| {
        fs::write(stage.join(name), b"").unwrap();
        fs::File::open(stage.join(name)).unwrap().set_modified(of_old).unwrap();
    };
    ["0123.so", "0123.1.0.partial", "0123.1.0.trial", "notes.txt"].into_iter().for_each(old);
    fs::write(stage.join("4567.so"), b"").unwrap();
    fs::File::open(&staged).unwrap().set_modified(of_old).unwrap();
    StageDir::create(stage).unwrap();
    assert!(!staged.exists() && stage.join("4567.so").exists() && stage.join("notes.txt").exists());
    assert_eq!(fs::read_dir(stage).unwrap().count(), 2);
}

#[test]
fn what_is_loaded_again_stays() {
    let place = Place::new();
    let path = place.install("v1", "plugin.so");
    place.load(&path);
    let staged = fs::read_dir(place.stage.path()).unwrap().next().unwrap().unwrap().path();
    // Another process takes it, just before it would have been of old.
    let another = StageDir::create(place.stage.path()).unwrap();
    let of_old = SystemTime::now() - Duration::from_secs(8 * 24 * 3600);
    fs::File::open(&staged).unwrap().set_modified(of_old).unwrap();
    load(&path, &another).unwrap();
    StageDir::create(place.stage.path()).unwrap();
    assert!(staged.exists());
}

#[test]
fn loads_at_once_give_one_library() {
    let place = Place::new();
    let path = place.install("v1", "plugin.so");
    let barrier = Barrier::new(4);
    let codes: Vec<_> = thread::scope(|scope| {
        let load = || {
            barrier.wait();
            function(&load(&path, &place.stage).unwrap(), "answer").2
        };
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(load)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(codes.iter().all(|code| Arc::ptr_eq(code, &codes[0])));
}

#[test]
fn calls_at_once() {
    let place = Place::new();
    let contribution = place.load(&place.install("v1", "plugin.so"));
    thread::scope(|scope| {
        for thread in 0..4 {
            let contribution = &contribution;
            scope.spawn(move || {
                for call in 0..1000 {
                    let x = number(f64::from(thread * 1000 + call));
                    assert_eq!(super::fixtures::call(contribution, "scaled", vec![x.clone()]), Ok(x));
                }
            });
        }
    });
}
