//! A simplified function is the function as it is written, at random points.

use std::sync::Arc;

use kamodo_expr::{Builtin, Definition, Expr, Node, Outcome, Program, Progress};
use kamodo_value::{Scalar, Value};
use proptest::prelude::*;

use crate::linker::{self, Above};

/// An expression as text, and as the nodes that the text says, not simplified.
#[derive(Debug, Clone)]
struct Written {
    text: String,
    expr: Expr,
}

fn node(text: String, node: Node) -> Written {
    Written { text, expr: Expr::from_node(node) }
}

fn call(builtin: Builtin, args: Vec<Written>) -> Written {
    let texts: Vec<_> = args.iter().map(|arg| arg.text.clone()).collect();
    let exprs = args.into_iter().map(|arg| arg.expr).collect();
    let text = match builtin {
        Builtin::Piecewise => {
            let cases: Vec<_> = texts.chunks(2).map(|case| format!("({}, {})", case[0], case[1])).collect();
            format!("Piecewise({})", cases.join(", "))
        }
        _ => format!("{}({})", builtin.name(), texts.join(", ")),
    };
    node(text, Node::Builtin(builtin, exprs))
}

fn numbers() -> impl Strategy<Value = Written> {
    let leaf = prop_oneof![
        3 => prop::sample::select(vec!["x", "y"]).prop_map(|name| node(name.to_owned(), Node::Symbol(name.into()))),
        2 => (0..5_i64).prop_map(|number| node(number.to_string(), Node::Integer(number.into()))),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let of_one = prop::sample::select(vec![
            Builtin::Sin,
            Builtin::Cos,
            Builtin::Tan,
            Builtin::Sec,
            Builtin::Cot,
            Builtin::Exp,
            Builtin::Log,
            Builtin::Sinh,
            Builtin::Cosh,
            Builtin::Tanh,
            Builtin::Sech,
            Builtin::Asinh,
            Builtin::Atan,
            Builtin::Acot,
            Builtin::Abs,
            Builtin::Sign,
            Builtin::Floor,
            Builtin::Frac,
            Builtin::Re,
            Builtin::Im,
            Builtin::Conjugate,
            Builtin::Heaviside,
            Builtin::Sinc,
            Builtin::Erf,
            Builtin::Erfc,
            Builtin::Gamma,
            Builtin::Factorial,
        ]);
        let of_two = prop::sample::select(vec![Builtin::Max, Builtin::Min, Builtin::Mod, Builtin::Atan2]);
        let with_order = prop::sample::select(vec![
            Builtin::BesselJ,
            Builtin::BesselI,
            Builtin::Legendre,
            Builtin::ChebyshevT,
            Builtin::ChebyshevU,
            Builtin::Hermite,
            Builtin::Laguerre,
            Builtin::Binomial,
        ]);
        let relation = prop::sample::select(vec![Builtin::Lt, Builtin::Le, Builtin::Gt, Builtin::Ge]);
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(left, right)| node(
                format!("({} + {})", left.text, right.text),
                Node::Add(vec![left.expr, right.expr])
            )),
            (inner.clone(), inner.clone()).prop_map(|(left, right)| node(
                format!("({} * {})", left.text, right.text),
                Node::Mul(vec![left.expr, right.expr])
            )),
            (inner.clone(), prop::sample::select(vec![-2, -1, 2, 3])).prop_map(|(base, exponent)| node(
                format!("({})**({exponent})", base.text),
                Node::Pow(base.expr, Expr::from_node(Node::Integer(i64::from(exponent).into())))
            )),
            (of_one, inner.clone()).prop_map(|(builtin, arg)| call(builtin, vec![arg])),
            (of_two, inner.clone(), inner.clone())
                .prop_map(|(builtin, left, right)| call(builtin, vec![left, right])),
            (with_order, 0..5_i64, inner.clone()).prop_map(|(builtin, order, arg)| {
                let order = node(order.to_string(), Node::Integer(order.into()));
                let args = if builtin == Builtin::Binomial { vec![arg, order] } else { vec![order, arg] };
                call(builtin, args)
            }),
            (relation, inner.clone(), inner.clone(), inner.clone(), inner).prop_map(
                |(relation, left, right, yes, no)| {
                    let always = node("True".to_owned(), Node::Constant(kamodo_expr::Constant::True));
                    call(Builtin::Piecewise, vec![yes, call(relation, vec![left, right]), no, always])
                }
            ),
        ]
    })
}

/// Evaluates at a point of doubles, as numpy has them.
fn at(body: &Expr, x: f64, y: f64) -> Option<f64> {
    let program = Arc::new(Program::lower(&["x", "y"], body, &|_| None).ok()?);
    let args = [x, y].map(|arg| Value::Scalar(Scalar::Float64(arg))).to_vec();
    match program.start(args).resume(&|| false).ok()? {
        Progress::Done(Value::Scalar(Scalar::Float64(value))) => Some(value),
        Progress::Done(Value::Float(value)) => Some(value),
        Progress::Done(Value::Int(integer)) => integer.to_string().parse().ok(),
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn equals_what_is_written(written in numbers(), x in 0.15..2.9_f64, y in -2.9..-0.15_f64) {
        let definition = Definition::parse(&linker::source("f(x, y)"), &linker::source(&written.text)).unwrap();
        let Outcome::Checked(checked) = definition.check(&Above::default()).0 else { return Ok(()) };
        // A value that a hair of the argument changes, such as that of `floor` at a step, is not compared.
        let near = |body: &Expr| [0.0, 1e-9, -1e-9].map(|hair| at(body, x + hair, y - hair));
        let [Some(value), Some(above), Some(below)] = near(&written.expr) else { return Ok(()) };
        let is_steady = |other: f64| (other - value).abs() <= 1e-5 * value.abs().max(1e-3);
        if !value.is_finite() || value.abs() > 1e12 || !is_steady(above) || !is_steady(below) {
            return Ok(());
        }
        let found = at(&checked.body, x, y);
        let found = found.ok_or_else(|| TestCaseError::fail(format!("{} is {} of no value", written.text, checked.rhs)))?;
        prop_assert!(
            (found - value).abs() <= 1e-6 * value.abs().max(1e-3),
            "{} is {value} at {x}, {y}, but {} is {found}", written.text, checked.rhs
        );
    }
}
