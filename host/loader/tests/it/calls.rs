//! What plugins' functions take and give.

use std::thread;

use half::f16;
use insta::assert_snapshot;
use kamodo_registry::{Cancel, Contribution, Cost, Origin};
use kamodo_value::{Array, Buffer, Scalar, Value};
use num_bigint::BigInt;
use num_complex::Complex;

use crate::fixtures::{Place, call, function};

fn shapes() -> Contribution {
    let place = Place::new();
    place.load(&place.install("shapes", "shapes.so"))
}

fn number(value: f64) -> Value {
    Value::Scalar(Scalar::Float64(value))
}

fn array(shape: &[usize], values: Vec<f64>) -> Value {
    Array::new(shape, values).unwrap().into()
}

fn counted(shape: &[usize]) -> Value {
    array(shape, (0..shape.iter().product()).map(|index: usize| index as f64).collect())
}

#[track_caller]
fn refusal(contribution: &Contribution, name: &str, args: Vec<Value>) -> String {
    call(contribution, name, args).unwrap_err().to_string()
}

#[test]
fn signatures_are_copied_whole() {
    let place = Place::new();
    let path = place.install("shapes", "shapes.so");
    let contribution = place.load(&path);
    let Origin::Plugin { file, name, digest, .. } = &contribution.origin else { panic!("a plugin") };
    assert_eq!((file, name.as_str(), digest.len()), (&path, "shapes", 64));
    let (signature, _, code) = function(&contribution, "mixed");
    assert_eq!(signature.symbol(), "mixed(a, b, c)");
    assert_eq!((signature.unit, code.cost()), (None, Cost::Unknown));
    let defaults: Vec<_> = signature.parameters.into_iter().map(|parameter| parameter.default).collect();
    assert_eq!(defaults, [None, None, Some(Value::Float(3.0))]);
    let (signature, ..) = function(&contribution, "positive");
    assert_eq!(signature.unit.unwrap().to_string(), "m");
    assert_eq!(signature.parameters[0].unit.as_ref().unwrap().to_string(), "m**2");

    let place = Place::new();
    let (_, meta, code) = function(&place.load(&place.install("v1", "v1.so")), "answer");
    assert_eq!((meta.doc.as_str(), code.cost()), ("Which version this is", Cost::Cheap));
}

#[test]
fn broadcasting_agrees_with_plain_loops() {
    let contribution = shapes();
    let lengths: [&[usize]; 9] =
        [&[], &[1], &[4], &[3, 1], &[3, 4], &[2, 1, 4], &[1, 3, 1], &[2, 3, 4], &[1, 1]];
    for a in lengths {
        for b in lengths {
            for c in lengths {
                let rank = a.len().max(b.len()).max(c.len());
                let at = |shape: &[usize], dimension: usize| {
                    (dimension + shape.len()).checked_sub(rank).map_or(1, |index| shape[index])
                };
                let together: Vec<_> = (0..rank).map(|d| at(a, d).max(at(b, d)).max(at(c, d))).collect();
                let element = |shape: &[usize], position: &[usize]| {
                    (0..rank).fold(0, |index, d| {
                        index * at(shape, d) + if at(shape, d) == 1 { 0 } else { position[d] }
                    }) as f64
                };
                let mut expected = Vec::new();
                for flat in 0..together.iter().product() {
                    let mut rest: usize = flat;
                    let mut position = vec![0; rank];
                    for (index, &length) in position.iter_mut().zip(&together).rev() {
                        (*index, rest) = (rest % length, rest / length);
                    }
                    let [a, b, c] = [a, b, c].map(|shape| element(shape, &position));
                    expected.push(100.0 * a + 10.0 * b + c);
                }
                let found = call(&contribution, "mixed", [a, b, c].map(counted).to_vec()).unwrap();
                match rank {
                    0 => assert_eq!(found, number(0.0)),
                    _ => assert_eq!(found, array(&together, expected), "{a:?} {b:?} {c:?}"),
                }
            }
        }
    }
}

#[test]
fn long_rows_are_computed_whole() {
    let contribution = shapes();
    let n = 3 * 4096 + 5; // beyond several chunks
    let values: Vec<_> = (0..n).map(|index| f64::from(index) * 0.37).collect();
    let expected: Vec<_> = values.iter().map(|x| x.sqrt()).collect();
    let shape = [n as usize];
    let found = call(&contribution, "positive", vec![array(&shape, values.clone())]).unwrap();
    assert_eq!(found, array(&shape, expected));
    let column = array(&[n as usize, 1], values);
    let found = call(&contribution, "mixed", vec![column.clone(), counted(&[2]), number(0.0)]).unwrap();
    let Value::Array(found) = found else { panic!("an array") };
    let Value::Array(column) = column else { unreachable!() };
    let (Buffer::Float64(found), Buffer::Float64(column)) = (found.buffer(), column.buffer()) else {
        panic!("doubles")
    };
    for (row, x) in found.chunks_exact(2).zip(column) {
        assert_eq!(row, [100.0 * x, 100.0 * x + 10.0]);
    }
}

#[test]
fn every_real_kind_of_argument() {
    let contribution = shapes();
    let shifted = |value: Value| call(&contribution, "shifted", vec![value]).unwrap();
    for value in [
        Value::Int(BigInt::from(5)),
        Value::Float(5.0),
        Value::Scalar(Scalar::Int16(5)),
        Value::Scalar(Scalar::Float16(f16::from_f64(5.0))),
        array(&[], vec![5.0]),
        Array::new([], vec![5_u64]).unwrap().into(),
    ] {
        assert_eq!(shifted(value), number(105.0));
    }
    assert_eq!(shifted(Value::Bool(true)), number(101.0));
    assert_eq!(shifted(Value::Float(f64::INFINITY)), number(f64::INFINITY));
    let buffers = [
        Buffer::from(vec![1_i8, 2]),
        vec![1_i16, 2].into(),
        vec![1_i32, 2].into(),
        vec![1_i64, 2].into(),
        vec![1_u8, 2].into(),
        vec![1_u16, 2].into(),
        vec![1_u32, 2].into(),
        vec![1_u64, 2].into(),
        vec![f16::from_f64(1.0), f16::from_f64(2.0)].into(),
        vec![1_f32, 2.0].into(),
        vec![1_f64, 2.0].into(),
    ];
    for buffer in buffers {
        assert_eq!(shifted(Array::vector(buffer).into()), array(&[2], vec![101.0, 102.0]));
    }
    assert_eq!(shifted(Array::vector(vec![true, false]).into()), array(&[2], vec![101.0, 100.0]));
    let rows = Value::List(vec![
        Value::List(vec![Value::Int(1.into()), Value::Float(2.0)]),
        array(&[2], vec![3.0, 4.0]),
    ]);
    assert_eq!(shifted(rows), array(&[2, 2], vec![101.0, 102.0, 103.0, 104.0]));
    assert_eq!(shifted(Value::List(vec![])), array(&[0], vec![]));
    assert_eq!(shifted(counted(&[3, 0])), counted(&[3, 0]));
    // 2**53 + 1 has no double of its own; the nearest is taken, as by Python's `float`.
    let big = Value::Int(BigInt::from(9_007_199_254_740_993_i64));
    assert_eq!(shifted(big), number(9_007_199_254_740_992.0 + 100.0));
}

#[test]
fn arguments_that_are_no_real_numbers() {
    let contribution = shapes();
    let shifted = |value| refusal(&contribution, "shifted", vec![value]);
    assert_snapshot!(shifted(Value::Text("5".to_owned())), @"`shifted`: argument `x`: expected a real number or an array of them, found the text `5`");
    assert_snapshot!(shifted(Value::None), @"`shifted`: argument `x`: expected a real number or an array of them, found `None`");
    assert_snapshot!(shifted(Value::Data(vec![5])), @"`shifted`: argument `x`: expected a real number or an array of them, found bytes");
    assert_snapshot!(shifted(Value::Complex(Complex::new(5.0, 0.0))), @"`shifted`: argument `x`: expected a real number or an array of them, found a complex number");
    assert_snapshot!(shifted(Array::vector(vec![Complex::new(5_f32, 0.0)]).into()), @"`shifted`: argument `x`: expected a real number or an array of them, found an array of complex64");
    assert_snapshot!(shifted(Value::Int(BigInt::from(10).pow(400))), @"`shifted`: argument `x`: expected a real number or an array of them, found a number beyond the range of float64");
    assert_snapshot!(shifted(Value::List(vec![counted(&[2]), counted(&[3])])), @"`shifted`: argument `x`: expected items of one shape, found a ragged list");
    assert_snapshot!(shifted(Value::List(vec![Value::Text("a long text, which nobody wants to read".to_owned())])), @"`shifted`: argument `x`: expected a real number or an array of them, found a text");
}

#[test]
fn shapes_that_do_not_go_together() {
    let contribution = shapes();
    let args = vec![counted(&[2, 3]), counted(&[3]), counted(&[2])];
    assert_snapshot!(refusal(&contribution, "mixed", args), @"`mixed`: argument `c`: expected a shape that broadcasts with (2, 3), found shape (2,)");
    let args = vec![counted(&[40_000, 1]), counted(&[40_000]), number(0.0)];
    assert_snapshot!(refusal(&contribution, "mixed", args), @"`mixed`: result: expected at most 67108863 elements, found shape (40000, 40000)");
    assert_snapshot!(refusal(&contribution, "huge", vec![]), @"`huge`: result: expected at most 67108863 elements, found shape (1048576, 1048576)");
    assert_snapshot!(refusal(&contribution, "mixed", vec![]), @"`mixed`: expected 3 arguments, found 0");
}

#[test]
fn authors_say_where_their_domain_ends() {
    let contribution = shapes();
    assert_snapshot!(refusal(&contribution, "positive", vec![number(-1.5)]), @"`positive`: `x`: expected at least 0, found -1.5");
    assert_snapshot!(refusal(&contribution, "positive", vec![array(&[3], vec![1.0, 2.0, -3.0])]), @"`positive`: `x`: expected at least 0, found -3, at [2]");
    let args = vec![array(&[2, 1], vec![1.0, -4.0])];
    assert_snapshot!(refusal(&contribution, "positive", args), @"`positive`: `x`: expected at least 0, found -4, at [1, 0]");
    assert_snapshot!(refusal(&contribution, "running_sum", vec![number(1.0)]), @"`running_sum`: `x`: expected an array, found a number");
}

#[test]
fn whole_arrays() {
    let contribution = shapes();
    let sums = call(&contribution, "running_sum", vec![counted(&[2, 3])]);
    assert_eq!(sums, Ok(array(&[2, 3], vec![0.0, 1.0, 3.0, 6.0, 10.0, 15.0])));
    let products = call(&contribution, "outer", vec![counted(&[3]), array(&[2], vec![1.0, 10.0])]);
    assert_eq!(products, Ok(array(&[3, 2], vec![0.0, 0.0, 1.0, 10.0, 2.0, 20.0])));
    assert_eq!(call(&contribution, "outer", vec![number(6.0), number(7.0)]), Ok(number(42.0)));
    assert_eq!(call(&contribution, "outer", vec![counted(&[0]), counted(&[2])]), Ok(array(&[0, 2], vec![])));
}

#[test]
fn panics_are_contained() {
    let place = Place::new();
    let contribution = place.load(&place.install("panics", "panics.so"));
    assert_snapshot!(refusal(&contribution, "picky", vec![number(13.0)]), @"`picky`: plugin `panics` panicked: unlucky number 13 (tests/fixtures/plugins/panics.rs:6)");
    assert_eq!(call(&contribution, "picky", vec![number(1.0)]), Ok(number(2.0)));
    assert_snapshot!(refusal(&contribution, "picky", vec![counted(&[20])]), @"`picky`: plugin `panics` panicked: unlucky number 13 (tests/fixtures/plugins/panics.rs:6)");
    assert_snapshot!(refusal(&contribution, "throws", vec![number(1.0)]), @"`throws`: plugin `panics` panicked: a value, not words (tests/fixtures/plugins/panics.rs:16)");
    assert_snapshot!(refusal(&contribution, "beyond_the_end", vec![counted(&[1])]), @"`beyond_the_end`: plugin `panics` panicked: index out of bounds: the len is 1 but the index is 1 (tests/fixtures/plugins/panics.rs:11)");
    assert_snapshot!(refusal(&contribution, "shape_panics", vec![counted(&[1])]), @"`shape_panics`: plugin `panics` panicked: no shape (tests/fixtures/plugins/panics.rs:26)");
}

#[test]
fn a_cancelled_call_stops() {
    let contribution = shapes();
    let (_, _, endless) = function(&contribution, "until_cancelled");
    let cancel = Cancel::default();
    thread::scope(|scope| {
        let running = scope.spawn(|| endless.call(vec![], &cancel));
        cancel.cancel();
        assert_snapshot!(running.join().unwrap().unwrap_err(), @"`until_cancelled`: cancelled");
    });
    let (_, _, mixed) = function(&contribution, "mixed");
    let args = vec![counted(&[3, 4096]), number(0.0), number(0.0)];
    assert_snapshot!(mixed.call(args, &cancel).unwrap_err(), @"`mixed`: cancelled");
}
