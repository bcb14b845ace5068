//! Special functions against `golden/special.txt`, which `golden/special.py` writes.

#![allow(clippy::unwrap_used)] // a test fails by panicking

use std::collections::BTreeMap;
use std::sync::Arc;

use kamodo_compute::{Program, Progress};
use kamodo_expr::{Builtin, Expr, Node, lower};
use kamodo_value::{Array, Buffer, Scalar, Value};
use num_complex::Complex;

/// The polygamma function of order zero is computed by itself, and held to a bound of its own.
const DIGAMMA: f64 = 3e-15;

/// Every function that has a bound, by name.
fn functions() -> impl Iterator<Item = (&'static str, Builtin, f64)> {
    let bounded =
        Builtin::ALL.iter().filter_map(|&builtin| Some((builtin.name(), builtin, builtin.accuracy()?.bound)));
    bounded.chain([("digamma", Builtin::Polygamma, DIGAMMA)])
}

fn program(builtin: Builtin, n_args: usize) -> Arc<Program> {
    let names = ["x", "y", "z"];
    let args = names[..n_args].iter().map(|&name| Expr::from_node(Node::Symbol(name.into()))).collect();
    let body = Expr::from_node(Node::Builtin(builtin, args));
    Arc::new(lower(&names[..n_args], &body, &|_| None).unwrap())
}

fn evaluate(program: &Arc<Program>, args: Vec<Value>) -> Value {
    match Arc::clone(program).start(args).resume(&|| false).unwrap() {
        Progress::Done(value) => value,
        Progress::Call { .. } => panic!("nothing is called"),
    }
}

#[test]
fn within_their_bounds() {
    let mut worst: BTreeMap<&str, (f64, String)> = BTreeMap::new();
    let mut n_rows = 0;
    for line in include_str!("golden/special.txt").lines().filter(|line| !line.starts_with('#')) {
        let (name, numbers) = line.split_once('\t').unwrap();
        let mut numbers: Vec<f64> = numbers.split('\t').map(|number| number.parse().unwrap()).collect();
        let (scale, expected) = (numbers.pop().unwrap(), numbers.pop().unwrap());
        if name == "digamma" {
            numbers.insert(0, 0.0);
        }
        let (name, builtin, _) = functions().find(|(known, ..)| *known == name).unwrap();
        let args = numbers.iter().map(|&number| Value::Scalar(Scalar::Float64(number))).collect();
        let found = evaluate(&program(builtin, numbers.len()), args);
        let Value::Scalar(Scalar::Float64(found)) = found else { panic!("{line}: {found:?}") };
        let error = if found == expected { 0.0 } else { (found - expected).abs() / scale };
        let entry = worst.entry(name).or_insert((0.0, String::new()));
        if error > entry.0 || error.is_nan() {
            *entry = (error, format!("{numbers:?}: {found:e}, expected {expected:e}"));
        }
        n_rows += 1;
    }
    let beyond: Vec<_> = worst
        .iter()
        .filter(|(name, (error, _))| !functions().any(|(known, _, bound)| known == **name && *error <= bound))
        .collect();
    assert!(beyond.is_empty(), "{beyond:#?}");
    assert!(n_rows > 2000, "{n_rows}");
    let unheld: Vec<_> =
        functions().map(|(name, ..)| name).filter(|name| !worst.contains_key(name)).collect();
    assert!(unheld.is_empty(), "no reference value of {unheld:?}");
}

#[test]
fn arrays_are_their_scalars() {
    let of = |builtin, arrays: Vec<Vec<f64>>| {
        let program = program(builtin, arrays.len());
        let args = arrays.into_iter().map(|elements| Value::Array(Array::vector(elements))).collect();
        let Value::Array(array) = evaluate(&program, args) else { panic!("an array") };
        let Buffer::Float64(elements) = array.buffer().clone() else { panic!("doubles") };
        elements
    };
    assert_eq!(of(Builtin::Gamma, vec![vec![0.5, 5.0, -1.0]])[1], 24.0);
    assert_eq!(of(Builtin::Binomial, vec![vec![5.0, 6.0], vec![2.0, 3.0]]), [10.0, 20.0]);
    assert_eq!(of(Builtin::AssocLegendre, vec![vec![2.0; 2], vec![1.0; 2], vec![0.0, 0.6]])[1], -1.44);
}

#[test]
fn at_poles_and_outside() {
    let at = |builtin, args: &[f64]| {
        let args: Vec<_> = args.iter().map(|&arg| Value::Scalar(Scalar::Float64(arg))).collect();
        match evaluate(&program(builtin, args.len()), args) {
            Value::Scalar(Scalar::Float64(value)) => value,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(at(Builtin::Gamma, &[0.0]), f64::INFINITY);
    assert_eq!(at(Builtin::Gamma, &[-0.0]), f64::NEG_INFINITY);
    assert!(at(Builtin::Gamma, &[-2.0]).is_nan());
    assert_eq!(at(Builtin::LogGamma, &[0.0]), f64::INFINITY);
    assert_eq!(at(Builtin::Erfinv, &[1.0]), f64::INFINITY);
    assert!(at(Builtin::Erfinv, &[1.5]).is_nan());
    assert_eq!(at(Builtin::Zeta, &[1.0]), f64::INFINITY);
    assert_eq!(at(Builtin::EllipticK, &[1.0]), f64::INFINITY);
    assert!(at(Builtin::EllipticK, &[2.0]).is_nan());
    assert_eq!(at(Builtin::Ei, &[0.0]), f64::NEG_INFINITY);
    assert_eq!(at(Builtin::BesselY, &[0.0, 0.0]), f64::NEG_INFINITY);
    assert_eq!(at(Builtin::BesselK, &[0.0, 0.0]), f64::INFINITY);
    assert_eq!(at(Builtin::BesselJ, &[1.0, -2.0]), -at(Builtin::BesselJ, &[1.0, 2.0]));
    assert!(at(Builtin::BesselJ, &[0.5, -2.0]).is_nan());
    assert!(at(Builtin::BesselJ, &[0.0, f64::NAN]).is_nan());
    assert_eq!(at(Builtin::AiryAi, &[f64::INFINITY]), 0.0);
    assert!(at(Builtin::Hermite, &[-1.0, 2.0]).is_nan());
}

#[test]
fn of_complex_arguments() {
    let of = |builtin, order: f64, z: Complex<f64>| {
        let args = vec![Value::Float(order), Value::Complex(z)];
        match evaluate(&program(builtin, 2), args) {
            Value::Scalar(Scalar::Complex128(value)) => value,
            other => panic!("{other:?}"),
        }
    };
    // scipy.special.jv(0, 1 + 1j)
    let found = of(Builtin::BesselJ, 0.0, Complex::new(1.0, 1.0));
    assert!(
        (found - Complex::new(0.937_608_476_806_029_2, -0.496_529_947_609_129_3)).norm() < 1e-14,
        "{found}"
    );
}
