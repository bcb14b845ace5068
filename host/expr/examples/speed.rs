//! Measures the expressions that the project's figures are about: nanoseconds an element, and a scalar call.
//!
//! `cargo run --release -p kamodo-expr --example speed`

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use kamodo_compute::{Program, Progress};
use kamodo_expr::{Builtin, Expr, Float, Node, lower};
use kamodo_value::{Array, Scalar, Value};

fn symbol(name: &str) -> Expr {
    Expr::from_node(Node::Symbol(name.into()))
}

fn integer(value: i64) -> Expr {
    Expr::from_node(Node::Integer(value.into()))
}

fn float(value: f64) -> Expr {
    Expr::from_node(Node::Float(Float::from_f64(value).expect("finite")))
}

fn sum(terms: &[Expr]) -> Expr {
    Expr::from_node(Node::Add(terms.to_vec()))
}

fn product(factors: &[Expr]) -> Expr {
    Expr::from_node(Node::Mul(factors.to_vec()))
}

fn power(base: Expr, exponent: i64) -> Expr {
    Expr::from_node(Node::Pow(base, integer(exponent)))
}

fn builtin(builtin: Builtin, arg: Expr) -> Expr {
    Expr::from_node(Node::Builtin(builtin, vec![arg]))
}

fn evaluate(program: &Arc<Program>, args: Vec<Value>) -> Value {
    match Arc::clone(program).start(args).resume(&|| false) {
        Ok(Progress::Done(value)) => value,
        other => panic!("{other:?}"),
    }
}

/// The median of several runs, each long enough to be measured.
fn median_nanoseconds(n_calls: usize, mut call: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..31)
        .map(|_| {
            let start = Instant::now();
            (0..n_calls).for_each(|_| call());
            start.elapsed().as_secs_f64() * 1e9 / n_calls as f64
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn main() {
    let [x, y, z, a, b, n, t, v] = ["x", "y", "z", "a", "b", "n", "t", "v"].map(symbol);
    let third = Expr::from_node(Node::Rational(num_rational::BigRational::new((-1).into(), 3.into())));
    let expressions: [(&str, &[&str], Expr); 5] = [
        ("E1 x**2-x-1", &["x"], sum(&[power(x.clone(), 2), product(&[integer(-1), x.clone()]), integer(-1)])),
        (
            "E2 sin(x)**2+cos(x)**2*exp(-x/3)",
            &["x"],
            sum(&[
                power(builtin(Builtin::Sin, x.clone()), 2),
                product(&[
                    builtin(Builtin::Exp, product(&[third, x.clone()])),
                    power(builtin(Builtin::Cos, x.clone()), 2),
                ]),
            ]),
        ),
        (
            "E3 sqrt(x**2+y**2+z**2)",
            &["x", "y", "z"],
            builtin(Builtin::Sqrt, sum(&[power(x, 2), power(y, 2), power(z, 2)])),
        ),
        (
            "E4 1.6726e-6*n*v**2*(1+4*a)",
            &["a", "n", "v"],
            product(&[
                float(1.6726e-6),
                n.clone(),
                power(v, 2),
                sum(&[product(&[integer(4), a.clone()]), integer(1)]),
            ]),
        ),
        (
            "E5 a*n**3/(exp(b*n/t)-1)",
            &["a", "b", "n", "t"],
            product(&[
                a,
                power(n.clone(), 3),
                power(sum(&[builtin(Builtin::Exp, product(&[b, n, power(t, -1)])), integer(-1)]), -1),
            ]),
        ),
    ];
    println!("{:36}{:>10}{:>10}{:>10}{:>12}", "ns an element", "1e3", "1e5", "1e6", "scalar, ns");
    for (name, parameters, body) in expressions {
        let program = Arc::new(lower(parameters, &body, &|_| None).expect("lowers"));
        print!("{name:36}");
        for n_elements in [1_000, 100_000, 1_000_000] {
            let args: Vec<Value> = (0..parameters.len())
                .map(|index| {
                    let element = |at: usize| 0.5 + index as f64 + (at % 1000) as f64 / 137.0;
                    Value::Array(Array::vector((0..n_elements).map(element).collect::<Vec<f64>>()))
                })
                .collect();
            let n_calls = 2_000_000_usize.div_ceil(n_elements);
            let time = median_nanoseconds(n_calls, || {
                black_box(evaluate(&program, black_box(args.clone())));
            });
            print!("{:>10.2}", time / n_elements as f64);
        }
        let args = vec![Value::Scalar(Scalar::Float64(1.5)); parameters.len()];
        let time = median_nanoseconds(100_000, || {
            black_box(evaluate(&program, black_box(args.clone())));
        });
        println!("{time:>12.1}");
    }
}
