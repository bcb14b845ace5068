//! What holds of every evaluation: an array is its scalars, and a call is asked for in order.

#![allow(clippy::unwrap_used)] // a test fails by panicking

use std::sync::Arc;

use kamodo_compute::{Program, Progress};
use kamodo_expr::{Builtin, Expr, Node, lower};
use kamodo_value::{Array, Dtype, Scalar, Value};
use num_traits::ToPrimitive as _;
use proptest::prelude::*;

fn node(node: Node) -> Expr {
    Expr::from_node(node)
}

fn expression() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![
        Just(node(Node::Symbol("x".into()))),
        Just(node(Node::Symbol("y".into()))),
        (-5..9_i64).prop_map(|integer| node(Node::Integer(integer.into()))),
    ];
    leaf.prop_recursive(6, 40, 3, |inner| {
        let functions = prop::sample::select(vec![
            Builtin::Sin,
            Builtin::Cos,
            Builtin::Exp,
            Builtin::Log,
            Builtin::Sqrt,
            Builtin::Abs,
            Builtin::Tanh,
            Builtin::Floor,
            Builtin::Sign,
        ]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(|terms| node(Node::Add(terms))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(|factors| node(Node::Mul(factors))),
            (inner.clone(), -4..5_i64)
                .prop_map(|(base, power)| node(Node::Pow(base, node(Node::Integer(power.into()))))),
            (inner.clone(), prop::sample::select(vec!["x", "y"]))
                .prop_map(|(base, power)| node(Node::Pow(base, node(Node::Symbol(power.into()))))),
            inner.clone().prop_map(|arg| node(Node::Call("same".into(), vec![arg]))),
            (functions, inner.clone()).prop_map(|(function, arg)| node(Node::Builtin(function, vec![arg]))),
            (inner.clone(), inner)
                .prop_map(|(left, right)| node(Node::Builtin(Builtin::Max, vec![left, right]))),
        ]
    })
}

/// Runs to the end; every function that the program calls gives back its argument.
fn run(program: &Arc<Program>, args: Vec<Value>) -> Option<Value> {
    let mut machine = Arc::clone(program).start(args);
    loop {
        match machine.resume(&|| false).ok()? {
            Progress::Done(value) => return Some(value),
            Progress::Call { mut args, .. } => machine.supply(args.pop()?),
        }
    }
}

/// The type and the bits of the real and the imaginary part, where NaN is NaN.
fn bits(scalar: Scalar) -> (Dtype, [u64; 2]) {
    let of = |x: f64| if x.is_nan() { f64::NAN.to_bits() } else { x.to_bits() };
    match scalar {
        Scalar::Float64(real) => (Dtype::Float64, [of(real), 0]),
        Scalar::Complex128(complex) => (Dtype::Complex128, [of(complex.re), of(complex.im)]),
        other => panic!("neither float64 nor complex128: {other:?}"),
    }
}

proptest! {
    #[test]
    fn an_array_is_its_scalars(
        body in expression(),
        pairs in prop::collection::vec((-30.0..30.0_f64, -3.0..3.0_f64), 1..300),
    ) {
        let Ok(program) = lower(&["x", "y"], &body, &|_| None) else { return Ok(()) };
        let program = Arc::new(program);
        let (x, y): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
        let arrays = vec![Value::Array(Array::vector(x)), Value::Array(Array::vector(y))];
        let Some(Value::Array(found)) = run(&program, arrays.clone()) else { return Ok(()) };
        for (at, &(x, y)) in pairs.iter().enumerate() {
            let args = vec![Value::Scalar(Scalar::Float64(x)), Value::Scalar(Scalar::Float64(y))];
            // With an integer beyond 64 bits numpy too gives a Python number.
            let expected = match run(&program, args) {
                Some(Value::Scalar(scalar)) => scalar,
                Some(Value::Float(float)) => Scalar::Float64(float),
                Some(Value::Int(integer)) => Scalar::Float64(integer.to_f64().unwrap()),
                other => panic!("a scalar, not {other:?}"),
            };
            let found = found.buffer().get(at).unwrap();
            prop_assert!(
                bits(found) == bits(expected),
                "{:?} at {x}, {y}: array {found:?}, scalar {expected:?}", body
            );
        }
        // The arguments are as they were: nobody gave them away.
        let Value::Array(first) = &arrays[0] else { unreachable!() };
        prop_assert_eq!(first, &Array::vector(pairs.iter().map(|pair| pair.0).collect::<Vec<_>>()));
    }
}

#[test]
fn asks_for_calls_and_goes_on() {
    let x = node(Node::Symbol("x".into()));
    let call = |name: &str, arg: Expr| node(Node::Call(name.into(), vec![arg]));
    let body = node(Node::Add(vec![
        call("g", node(Node::Mul(vec![node(Node::Integer(2.into())), x.clone()]))),
        node(Node::Builtin(Builtin::Sin, vec![x.clone()])),
        call("h", x.clone()),
    ]));
    let program = Arc::new(lower(&["x"], &body, &|_| None).unwrap());
    let names: Vec<_> = program.callees().iter().map(|name| &**name).collect();
    assert_eq!(names, ["g", "h"]);

    let vector = |elements: &[f64]| Value::Array(Array::vector(elements.to_vec()));
    let mut machine = Arc::clone(&program).start(vec![vector(&[0.0, 1.0])]);
    assert_eq!(
        machine.resume(&|| false).unwrap(),
        Progress::Call { callee: 0, args: vec![vector(&[0.0, 2.0])] }
    );
    machine.supply(vector(&[10.0, 20.0]));
    assert_eq!(
        machine.resume(&|| false).unwrap(),
        Progress::Call { callee: 1, args: vec![vector(&[0.0, 1.0])] }
    );
    machine.supply(Value::Float(100.0));
    let expected = vector(&[110.0, 20.0 + 1.0_f64.sin() + 100.0]);
    assert_eq!(machine.resume(&|| false).unwrap(), Progress::Done(expected));
}

#[test]
fn inlines_and_shares() {
    let x = node(Node::Symbol("x".into()));
    let square = node(Node::Pow(x.clone(), node(Node::Integer(2.into()))));
    let inner = Arc::new(lower(&["x"], &square, &|_| None).unwrap());
    let call = node(Node::Call("f".into(), vec![x.clone()]));
    let body = node(Node::Add(vec![call, square]));
    let inline = |name: &str| (name == "f").then(|| Arc::clone(&inner));
    let program = Arc::new(lower(&["x"], &body, &inline).unwrap());
    assert!(program.callees().is_empty());
    assert_eq!(run(&program, vec![Value::Int(5.into())]), Some(Value::Int(50.into())));
}
