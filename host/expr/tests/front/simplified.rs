//! A simplified function is the function as it is written, at random points.

use std::sync::Arc;

use kamodo_compute::Progress;
use kamodo_expr::{Builtin, Definition, Expr, Node, Outcome, lower};
use kamodo_value::{Scalar, Value};
use proptest::prelude::*;

use crate::linker::{self, Above};

/// An expression as text, and as the nodes that the text says, not simplified.
#[derive(Debug, Clone)]
struct Written {
    text: String,
    expr: Expr,
}

/// The functions with an order, which comes first but for the binomial coefficient's.
const WITH_ORDER: [Builtin; 8] = [
    Builtin::BesselJ,
    Builtin::BesselI,
    Builtin::Legendre,
    Builtin::ChebyshevT,
    Builtin::ChebyshevU,
    Builtin::Hermite,
    Builtin::Laguerre,
    Builtin::Binomial,
];

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
        let with_order = prop::sample::select(WITH_ORDER.to_vec());
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
                let args =
                    if place_of_order(builtin) == Some(0) { vec![order, arg] } else { vec![arg, order] };
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
fn at(body: &Expr, names: &[&str], point: &[f64]) -> Option<f64> {
    let program = Arc::new(lower(names, body, &|_| None).ok()?);
    let args = point.iter().map(|&arg| Value::Scalar(Scalar::Float64(arg))).collect();
    match program.start(args).resume(&|| false).ok()? {
        Progress::Done(Value::Scalar(Scalar::Float64(value))) => Some(value),
        Progress::Done(Value::Float(value)) => Some(value),
        Progress::Done(Value::Int(integer)) => integer.to_string().parse().ok(),
        _ => None,
    }
}

/// Returns where a function has its order, a whole number.
fn place_of_order(builtin: Builtin) -> Option<usize> {
    match builtin {
        Builtin::Binomial => Some(1),
        _ => WITH_ORDER.contains(&builtin).then_some(0),
    }
}

/// Gives each occurrence of a parameter, each number but exponents and orders, and each number that a function
/// gives a parameter of its own beside it, for what it is off.
fn apart(expr: &Expr, n_places: &mut usize) -> Expr {
    let mut all = |args: &[Expr]| args.iter().map(|arg| apart(arg, n_places)).collect();
    let result = match &**expr {
        Node::Add(terms) => return Expr::from_node(Node::Add(all(terms))),
        Node::Mul(factors) => return Expr::from_node(Node::Mul(all(factors))),
        Node::Pow(base, exponent) => {
            return Expr::from_node(Node::Pow(apart(base, n_places), exponent.clone()));
        }
        Node::Builtin(builtin, args) => {
            let mut others: Vec<Expr> = all(args);
            if let Some(order) = place_of_order(*builtin) {
                others[order] = args[order].clone();
            }
            let result = Expr::from_node(Node::Builtin(*builtin, others));
            if builtin.is_boolean() {
                return result;
            }
            result
        }
        _ => expr.clone(),
    };
    let hair = Expr::from_node(Node::Symbol(format!("hair{n_places}").into()));
    *n_places += 1;
    Expr::from_node(Node::Add(vec![result, hair]))
}

/// Whether a part is not a number, which a comparison or an imaginary part takes in without a trace.
fn leaves_its_domain(expr: &Expr, x: f64, y: f64) -> bool {
    let parts = match &**expr {
        Node::Add(parts) | Node::Mul(parts) | Node::Builtin(_, parts) => parts.clone(),
        Node::Pow(base, _) => vec![base.clone()],
        _ => Vec::new(),
    };
    parts
        .iter()
        .any(|part| at(part, &["x", "y"], &[x, y]).is_some_and(f64::is_nan) || leaves_its_domain(part, x, y))
}

/// Whether nothing much changes where every part is a hair off for itself: there is no step at this place, such as
/// that of `floor(2)` or of `Mod(3*x, x)`, where rounding alone decides.
fn is_steady(written: &Expr, x: f64, y: f64) -> bool {
    let Some(value) = at(written, &["x", "y"], &[x, y]) else { return false };
    let mut n_places = 0;
    let apart = apart(written, &mut n_places);
    let names: Vec<String> = ["x", "y"]
        .map(str::to_owned)
        .into_iter()
        .chain((0..n_places).map(|place| format!("hair{place}")))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let is_like_value = |other: f64| (other - value).abs() <= 1e-5 * value.abs().max(1e-3);
    // The signs of a place are the bits of its number, twice over, so that no two of the first 32 go together.
    value.is_finite()
        && value.abs() <= 1e12
        && (0..12).all(|round| {
            let sign = |index: usize| {
                let is_negative = round < 10 && index >> (round / 2) & 1 == 1;
                if is_negative == (round % 2 == 0) { -1.0 } else { 1.0 }
            };
            let point: Vec<f64> =
                [x, y].into_iter().chain((0..n_places).map(|place| 1e-9 * sign(place))).collect();
            at(&apart, &names, &point).is_some_and(is_like_value)
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn equals_what_is_written(written in numbers(), x in 0.15..2.9_f64, y in -2.9..-0.15_f64) {
        let definition = Definition::parse(&linker::source("f(x, y)"), &linker::source(&written.text)).unwrap();
        let Outcome::Checked(checked) = definition.check(&Above::default()).0 else { return Ok(()) };
        let Some(value) = at(&written.expr, &["x", "y"], &[x, y]) else { return Ok(()) };
        if leaves_its_domain(&written.expr, x, y) || !is_steady(&written.expr, x, y) {
            return Ok(());
        }
        // As in numpy, functions do not take integers beyond 64 bits.
        let mut numbers = checked.rhs.split(|letter: char| !letter.is_ascii_digit());
        if numbers.any(|digits| digits.len() > 18) {
            return Ok(());
        }
        let found = at(&checked.body, &["x", "y"], &[x, y]);
        let found = found.ok_or_else(|| TestCaseError::fail(format!("{} is {} of no value", written.text, checked.rhs)))?;
        prop_assert!(
            (found - value).abs() <= 1e-6 * value.abs().max(1e-3),
            "{} is {value} at {x}, {y}, but {} is {found}", written.text, checked.rhs
        );
    }
}
