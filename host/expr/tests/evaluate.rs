//! Programs against what Python and numpy answer: `golden/evaluate.txt`, which `golden/generate.py` writes, and
//! `golden/functions.txt` and `golden/reductions.txt`, which the scripts of these names do.

#![allow(clippy::unwrap_used)] // a test fails by panicking

use std::collections::BTreeMap;
use std::sync::Arc;

use half::f16;
use kamodo_compute::{EvaluateError, Program, Progress};
use kamodo_expr::{Builtin, Constant, Expr, Float, Node, lower};
use kamodo_value::{Array, Buffer, Scalar, Value};
use num_complex::Complex;
use num_rational::BigRational;

const GOLDEN: [&str; 3] = [
    include_str!("golden/evaluate.txt"),
    include_str!("golden/functions.txt"),
    include_str!("golden/reductions.txt"),
];

fn evaluate(program: &Arc<Program>, args: Vec<Value>) -> Result<Value, EvaluateError> {
    match Arc::clone(program).start(args).resume(&|| false)? {
        Progress::Done(value) => Ok(value),
        Progress::Call { callee, .. } => panic!("asked for callee {callee}"),
    }
}

// --- reading expressions

/// Reads a tree such as `(+ (** x 2) -1)`.
fn read_expr(text: &str) -> Expr {
    let spaced = text.replace('(', " ( ").replace(')', " ) ");
    let mut tokens = spaced.split_whitespace();
    read_tokens(&mut tokens).expect("one expression")
}

fn read_tokens<'a>(tokens: &mut impl Iterator<Item = &'a str>) -> Option<Expr> {
    let token = tokens.next()?;
    if token == ")" {
        return None;
    }
    if token != "(" {
        return Some(Expr::from_node(leaf(token)));
    }
    let head = tokens.next().expect("an operator");
    let mut args = Vec::new();
    while let Some(arg) = read_tokens(tokens) {
        args.push(arg);
    }
    Some(Expr::from_node(match head {
        "+" => Node::Add(args),
        "*" => Node::Mul(args),
        "**" => Node::Pow(args[0].clone(), args[1].clone()),
        name => Node::Builtin(builtin(name), args),
    }))
}

fn leaf(token: &str) -> Node {
    match token {
        "pi" => Node::Constant(Constant::Pi),
        "E" => Node::Constant(Constant::E),
        "I" => Node::Constant(Constant::ImaginaryUnit),
        _ => {
            if let Ok(integer) = token.parse() {
                Node::Integer(integer)
            } else if let Ok(ratio) = token.parse::<BigRational>() {
                Node::Rational(ratio)
            } else if let Ok(float) = token.parse() {
                Node::Float(Float::from_f64(float).expect("a finite literal"))
            } else {
                Node::Symbol(token.into())
            }
        }
    }
}

fn builtin(name: &str) -> Builtin {
    match name {
        "sin" => Builtin::Sin,
        "cos" => Builtin::Cos,
        "tan" => Builtin::Tan,
        "asin" => Builtin::Asin,
        "acos" => Builtin::Acos,
        "atan" => Builtin::Atan,
        "atan2" => Builtin::Atan2,
        "sinh" => Builtin::Sinh,
        "cosh" => Builtin::Cosh,
        "tanh" => Builtin::Tanh,
        "exp" => Builtin::Exp,
        "log" => Builtin::Log,
        "Abs" => Builtin::Abs,
        "sign" => Builtin::Sign,
        "floor" => Builtin::Floor,
        "ceiling" => Builtin::Ceiling,
        "Min" => Builtin::Min,
        "Max" => Builtin::Max,
        "Mod" => Builtin::Mod,
        "asinh" => Builtin::Asinh,
        "acosh" => Builtin::Acosh,
        "atanh" => Builtin::Atanh,
        "expm1" => Builtin::Expm1,
        "log1p" => Builtin::Log1p,
        "log2" => Builtin::Log2,
        "log10" => Builtin::Log10,
        "conjugate" => Builtin::Conjugate,
        "arg" => Builtin::Arg,
        "re" => Builtin::Re,
        "im" => Builtin::Im,
        "Not" => Builtin::Not,
        "hypot" => Builtin::Hypot,
        "sum" => Builtin::SumOf,
        "mean" => Builtin::Mean,
        "min" => Builtin::Least,
        "max" => Builtin::Greatest,
        "norm" => Builtin::Norm,
        "Heaviside" => Builtin::Heaviside,
        "Lt" => Builtin::Lt,
        "Le" => Builtin::Le,
        "Gt" => Builtin::Gt,
        "Ge" => Builtin::Ge,
        "Eq" => Builtin::Eq,
        "Ne" => Builtin::Ne,
        "And" => Builtin::And,
        "Or" => Builtin::Or,
        "Piecewise" => Builtin::Piecewise,
        _ => panic!("unknown function {name}"),
    }
}

/// The parameters in the order of the file: sorted.
fn parameters(text: &str) -> Vec<&'static str> {
    ["x", "y", "z"].into_iter().filter(|name| text.contains(&format!(" {name}")) || text == *name).collect()
}

// --- reading values

fn read_value(text: &str) -> Value {
    if text == "None" {
        return Value::None;
    }
    let (kind, rest) = text.split_once(':').expect("a kind and a colon");
    if let Some((dtype, shape)) = kind.split_once('[') {
        let shape: Vec<usize> = shape
            .trim_end_matches(']')
            .split(',')
            .filter(|n| !n.is_empty())
            .map(|n| n.parse().unwrap())
            .collect();
        return Value::Array(Array::new(shape, read_elements(dtype, rest)).unwrap());
    }
    if let Some(dtype) = kind.strip_prefix("np.") {
        return Value::Scalar(read_elements(dtype, rest).get(0).unwrap());
    }
    match kind {
        "bool" => Value::Bool(rest == "True"),
        "int" => Value::Int(rest.parse().unwrap()),
        "float" => Value::Float(rest.parse().unwrap()),
        "complex" => Value::Complex(read_complex(rest)),
        "str" => Value::Text(rest.to_owned()),
        "list" => Value::List(read_items(rest)),
        _ => panic!("unknown kind {kind}"),
    }
}

/// Reads `(a|b|list:(c|d))`.
fn read_items(text: &str) -> Vec<Value> {
    let inner = &text[1..text.len() - 1];
    let (mut depth, mut start, mut items) = (0, 0, Vec::new());
    for (at, letter) in inner.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            '|' if depth == 0 => {
                items.push(read_value(&inner[start..at]));
                start = at + 1;
            }
            _ => {}
        }
    }
    if !inner.is_empty() {
        items.push(read_value(&inner[start..]));
    }
    items
}

fn read_complex(text: &str) -> Complex<f64> {
    let (re, im) = text.split_once(';').unwrap_or((text, "0"));
    Complex::new(re.parse().unwrap(), im.parse().unwrap())
}

fn read_elements(dtype: &str, text: &str) -> Buffer {
    fn all<T>(text: &str, read: impl Fn(&str) -> T) -> Vec<T> {
        text.split(',').filter(|item| !item.is_empty()).map(read).collect()
    }
    match dtype {
        "bool" => Buffer::Bool(all(text, |item| item == "True")),
        "int8" => Buffer::Int8(all(text, |item| item.parse().unwrap())),
        "int16" => Buffer::Int16(all(text, |item| item.parse().unwrap())),
        "int32" => Buffer::Int32(all(text, |item| item.parse().unwrap())),
        "int64" => Buffer::Int64(all(text, |item| item.parse().unwrap())),
        "uint8" => Buffer::Uint8(all(text, |item| item.parse().unwrap())),
        "uint16" => Buffer::Uint16(all(text, |item| item.parse().unwrap())),
        "uint32" => Buffer::Uint32(all(text, |item| item.parse().unwrap())),
        "uint64" => Buffer::Uint64(all(text, |item| item.parse().unwrap())),
        "float16" => Buffer::Float16(all(text, |item| f16::from_f64(item.parse().unwrap()))),
        "float32" => Buffer::Float32(all(text, |item| item.parse::<f64>().unwrap() as f32)),
        "float64" => Buffer::Float64(all(text, |item| item.parse().unwrap())),
        "complex64" => Buffer::Complex64(all(text, |item| {
            let z = read_complex(item);
            Complex::new(z.re as f32, z.im as f32)
        })),
        "complex128" => Buffer::Complex128(all(text, read_complex)),
        _ => panic!("unknown dtype {dtype}"),
    }
}

// --- comparing

/// Whether two doubles are the same to within `tolerance` units of the last of `digits` bits.
fn close(found: f64, expected: f64, bits: i32, tolerance: f64) -> bool {
    if found.is_nan() || expected.is_nan() {
        return found.is_nan() && expected.is_nan();
    }
    if found == expected {
        return true; // zeros of both signs are equal to `Max`; `keeps_the_sign_of_zero` holds the others
    }
    if found.is_infinite() || expected.is_infinite() {
        return false;
    }
    let least = if tolerance > 1e3 {
        1.0
    } else if bits == 11 {
        6e-5
    } else {
        f64::MIN_POSITIVE
    };
    (found - expected).abs() <= tolerance * expected.abs().max(least) * 2.0_f64.powi(1 - bits)
}

fn close_complex(found: Complex<f64>, expected: Complex<f64>, bits: i32, tolerance: f64) -> bool {
    // Each part may be wrong by as much as the whole is: numpy and ours take different formulas.
    if !expected.is_finite() {
        return !found.is_finite(); // which part is infinite and which NaN says nothing
    }
    let scale = expected.re.hypot(expected.im);
    let part = |found: f64, expected: f64| {
        close(found, expected, bits, tolerance)
            || (scale.is_finite() && (found - expected).abs() <= tolerance * scale * 2.0_f64.powi(1 - bits))
    };
    part(found.re, expected.re) && part(found.im, expected.im)
}

fn same_scalars(found: Scalar, expected: Scalar, tolerance: f64) -> bool {
    let complex = tolerance.max(1e3); // of powers by logarithm, where ours multiply, or the other way round
    let widen = |z: Complex<f32>| Complex::new(z.re.into(), z.im.into());
    match (found, expected) {
        (Scalar::Float16(found), Scalar::Float16(expected)) => {
            close(found.to_f64(), expected.to_f64(), 11, tolerance)
        }
        (Scalar::Float32(found), Scalar::Float32(expected)) => {
            close(found.into(), expected.into(), 24, tolerance)
        }
        (Scalar::Float64(found), Scalar::Float64(expected)) => close(found, expected, 53, tolerance),
        (Scalar::Complex64(found), Scalar::Complex64(expected)) => {
            close_complex(widen(found), widen(expected), 24, complex)
        }
        (Scalar::Complex128(found), Scalar::Complex128(expected)) => {
            close_complex(found, expected, 53, complex)
        }
        (found, expected) => found == expected,
    }
}

fn same(found: &Value, expected: &Value, tolerance: f64) -> bool {
    match (found, expected) {
        (Value::Float(found), Value::Float(expected)) => close(*found, *expected, 53, tolerance),
        (Value::Complex(found), Value::Complex(expected)) => {
            close_complex(*found, *expected, 53, tolerance.max(1e3))
        }
        (Value::Scalar(found), Value::Scalar(expected)) => same_scalars(*found, *expected, tolerance),
        (Value::Array(found), Value::Array(expected)) => {
            found.shape() == expected.shape()
                && found.dtype() == expected.dtype()
                && (0..found.len()).all(|index| {
                    let of = |array: &Array| array.buffer().get(index).unwrap();
                    same_scalars(of(found), of(expected), tolerance)
                })
        }
        (found, expected) => found == expected,
    }
}

/// Units in the last place by which ours may differ: none where every operation is exact by IEEE's rules.
fn tolerance(expression: &str, has_singles: bool) -> f64 {
    let is_rounded_alike = !expression.contains("**")
        && !["sin", "cos", "tan", "exp", "log", "sqrt", "arg", "hypot"]
            .iter()
            .any(|name| expression.contains(name))
        || matches!(expression, "(** x 2)" | "(** x 1/2)" | "(* x (** y -1))" | "(** x -1/2)");
    let n_functions = expression.matches('(').count();
    if is_rounded_alike {
        0.0
    } else if n_functions <= 1 {
        2.0
    } else if has_singles {
        1e10 // a last place of a float32, seen in a float64
    } else {
        1e4 // several roundings, and cancellation: the types and shapes are what is held here
    }
}

/// Which Python exception a text of ours stands for.
fn exception(error: &EvaluateError) -> &'static [&'static str] {
    match error {
        EvaluateError::DivisionByZero { .. } => &["ZeroDivisionError"],
        EvaluateError::Overflow { .. } | EvaluateError::IntegerTooLargeForFloat { .. } => &["OverflowError"],
        EvaluateError::NegativeIntegerPower { .. } | EvaluateError::NoElements { .. } => &["ValueError"],
        EvaluateError::Broadcast { .. } | EvaluateError::RaggedList { .. } => &["ValueError", "TypeError"],
        EvaluateError::Operand { .. } | EvaluateError::Operands { .. } => &["TypeError"],
        EvaluateError::IntegerBeyondNumpy { .. } => &["TypeError"],
        _ => &[],
    }
}

#[test]
fn answers_as_python_and_numpy() {
    let mut programs: BTreeMap<&str, Arc<Program>> = BTreeMap::new();
    let (mut n_cases, mut wrong) = (0, Vec::new());
    for line in GOLDEN.iter().flat_map(|table| table.lines()).filter(|line| !line.starts_with('#')) {
        let mut fields = line.split('\t');
        let expression = fields.next().unwrap();
        let n_args: usize = fields.next().unwrap().parse().unwrap();
        let texts: Vec<&str> = fields.by_ref().take(n_args).collect();
        let expected = fields.next().unwrap();
        let program = programs.entry(expression).or_insert_with(|| {
            let names = parameters(expression);
            Arc::new(lower(&names, &read_expr(expression), &|_| None).unwrap())
        });
        let found = evaluate(program, texts.iter().copied().map(read_value).collect());
        let has_singles = texts.iter().any(|text| {
            ["float32", "int16", "float16", "int8", "bool"].iter().any(|name| text.contains(name))
        });
        let is_same = match (&found, expected.strip_prefix('!')) {
            (Err(error), Some(name)) => exception(error).contains(&name),
            (Ok(value), None) => same(value, &read_value(expected), tolerance(expression, has_singles)),
            _ => false,
        };
        n_cases += 1;
        if !is_same {
            wrong.push(format!("{expression} of {texts:?}: expected {expected}, found {found:?}"));
        }
    }
    wrong.truncate(100);
    assert!(wrong.is_empty(), "of {n_cases} cases these differ:\n{}", wrong.join("\n"));
    assert!(n_cases > 10_000, "the file holds thousands of cases, found {n_cases}");
}

#[test]
fn is_within_one_unit_in_the_last_place() {
    let x = Expr::from_node(Node::Symbol("x".into()));
    let mut programs: BTreeMap<String, Arc<Program>> = BTreeMap::new();
    let mut worst: BTreeMap<String, (f64, f64)> = BTreeMap::new();
    for line in include_str!("golden/accuracy.txt").lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [name, argument, expected] = fields[..] else { panic!("three fields: {line}") };
        let program = programs.entry(name.to_owned()).or_insert_with(|| {
            let body = match name.strip_prefix("pow") {
                Some(exponent) => Node::Pow(x.clone(), read_expr(exponent)),
                None => Node::Builtin(builtin(name), vec![x.clone()]),
            };
            Arc::new(lower(&["x"], &Expr::from_node(body), &|_| None).unwrap())
        });
        let (argument, expected): (f64, f64) = (argument.parse().unwrap(), expected.parse().unwrap());
        let Ok(Value::Scalar(Scalar::Float64(found))) =
            evaluate(program, vec![Value::Scalar(Scalar::Float64(argument))])
        else {
            panic!("no float64: {line}")
        };
        let units = (found.to_bits() as i64 - expected.to_bits() as i64).unsigned_abs() as f64;
        let entry = worst.entry(name.to_owned()).or_default();
        if units > entry.0 {
            *entry = (units, argument);
        }
    }
    assert!(worst.len() > 10 && worst.values().all(|(units, _)| *units <= 1.0), "{worst:?}");
}

const FLOAT32: &str = include_str!("golden/float32.txt");

#[test]
fn float32_functions() {
    let bits = |text: &str| u32::from_str_radix(text, 16).map_or(f32::NAN, f32::from_bits);
    let rows: Vec<Vec<f32>> = FLOAT32
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split(' ').map(bits).collect())
        .collect();
    let column = |index: usize| rows.iter().map(|row| row[index]).collect::<Vec<f32>>();
    let same = |found: f32, expected: f32| {
        found.to_bits() == expected.to_bits() || found.is_nan() && expected.is_nan()
    };
    let arguments = column(0);
    let functions = [Builtin::Sin, Builtin::Cos, Builtin::Exp, Builtin::Log];
    for (function, expected) in functions.into_iter().zip((1..).map(column)) {
        let body = Expr::from_node(Node::Builtin(function, vec![read_expr("x")]));
        let program = Arc::new(lower(&["x"], &body, &|_| None).unwrap());
        let array = evaluate(&program, vec![Array::vector(arguments.clone()).into()]).unwrap();
        let Value::Array(array) = array else { panic!("{array:?}") };
        let Buffer::Float32(found) = array.buffer() else { panic!("{:?}", array.dtype()) };
        assert_eq!(found.len(), expected.len());
        for ((&x, &found), &expected) in arguments.iter().zip(found).zip(&expected) {
            assert!(same(found, expected), "{function:?}({x:e}): found {found:e}, expected {expected:e}");
            let scalar = evaluate(&program, vec![Value::Scalar(Scalar::Float32(x))]).unwrap();
            let Value::Scalar(Scalar::Float32(scalar)) = scalar else { panic!("{scalar:?}") };
            assert!(same(scalar, expected), "{function:?}({x:e}) of a scalar: {scalar:e}, {expected:e}");
        }
    }
}

/// A zero keeps its sign through an odd power, and a hyperbolic tangent far out is one.
#[test]
fn signs_of_zero_and_far_out() {
    let program = |text| Arc::new(lower(&["x"], &read_expr(text), &|_| None).unwrap());
    let real = |text, x: f64| {
        let zeros = Value::Array(Array::vector(vec![x; 20]));
        let Value::Array(array) = evaluate(&program(text), vec![zeros]).unwrap() else { panic!("{text}") };
        let Buffer::Float64(elements) = array.buffer() else { panic!("{text}") };
        let first = elements[0];
        assert!(elements.iter().all(|element| element.to_bits() == first.to_bits()), "{elements:?}");
        let scalar = evaluate(&program(text), vec![Value::Scalar(Scalar::Float64(x))]).unwrap();
        assert_eq!(format!("{scalar:?}"), format!("{:?}", Value::Scalar(Scalar::Float64(first))));
        first
    };
    assert!(real("(** x 3)", -0.0).is_sign_negative());
    assert!(real("(** x 3)", -1e-200).is_sign_negative());
    assert!(real("(** x 4)", -0.0).is_sign_positive());
    assert_eq!(real("(** x -3)", -0.0), f64::NEG_INFINITY);
    let far = Array::vector(vec![Complex::new(400.0, -1.0), Complex::new(f64::NEG_INFINITY, 1.0)]);
    let found = evaluate(&program("(tanh x)"), vec![Value::Array(far)]).unwrap();
    assert_eq!(
        format!("{found:?}"),
        format!("{:?}", Value::Array(Array::vector(vec![Complex::new(1.0, -0.0), Complex::new(-1.0, 0.0)])))
    );
}
