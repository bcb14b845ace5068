//! Which code runs when files change under one path.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::{Arc, Barrier};
use std::thread;

use kamodo_loader::load;
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
