//! The order of terms and factors, as sympy prints them.
//!
//! Factors stand by their sort key: class, arguments, exponent, coefficient. Terms stand by their powers
//! of each generator, highest first, the generators in the order of their sort keys, so that a
//! polynomial comes out by degree in its first variable.

use std::cmp::Ordering;
use std::collections::HashMap;

use num_bigint::BigInt;
use num_complex::Complex64;
use num_rational::BigRational;
use num_traits::{One, Zero};

use super::{Number, mul, neg, numeric, pow};
use crate::builtin::{self, Builtin};
use crate::{Constant, Expr, Node, work};

/// Sorts the factors of a product.
pub(crate) fn sort_factors(factors: &mut [Expr]) {
    factors.sort_by(compare);
}

/// Compares by sort key.
pub(crate) fn compare(left: &Expr, right: &Expr) -> Ordering {
    if !work::step(1) || left == right {
        return Ordering::Equal;
    }
    let (left, right) = (Key::new(left), Key::new(right));
    left.class
        .cmp(&right.class)
        .then_with(|| left.head.compare(&right.head))
        .then_with(|| compare(&left.exponent, &right.exponent))
        .then_with(|| left.coefficient.compare(&right.coefficient))
}

/// Compares conditions: the shorter first, then by sort key.
pub(super) fn compare_by_length(left: &Expr, right: &Expr) -> Ordering {
    n_nodes(left).cmp(&n_nodes(right)).then_with(|| compare(left, right))
}

/// Returns how many nodes sympy counts.
fn n_nodes(expr: &Expr) -> usize {
    if !work::step(1) {
        return 1;
    }
    1 + expr.parts().into_iter().map(n_nodes).sum::<usize>()
}

/// What a sort key is made of.
struct Key {
    class: (u8, u32, String),
    head: Head,
    exponent: Expr,
    coefficient: Number,
}

enum Head {
    /// A number has no arguments at all.
    Nothing,
    /// The text of an atom.
    Text(String),
    Args(Vec<Expr>),
}

impl Key {
    fn new(expr: &Expr) -> Self {
        if let Some(number) = expr.number() {
            return Self {
                class: class(expr),
                head: Head::Nothing,
                exponent: Expr::one(),
                coefficient: number,
            };
        }
        let (coefficient, rest) = expr.as_coefficient_and_rest();
        let (base, exponent) = match &*rest {
            Node::Pow(base, exponent) => (base.clone(), exponent.clone()),
            _ => (rest, Expr::one()),
        };
        Self { class: class(&base), head: Head::new(&base), exponent, coefficient }
    }
}

impl Head {
    fn new(base: &Expr) -> Self {
        match &**base {
            Node::Symbol(name) => Self::Text(name.to_string()),
            Node::Constant(constant) => Self::Text(constant.name().to_owned()),
            Node::Integer(integer) => Self::Text(integer.to_string()),
            Node::Rational(ratio) => Self::Text(ratio.to_string()),
            Node::Float(float) => Self::Text(float.digits(false)),
            _ => Self::Args(base.parts().into_iter().cloned().collect()),
        }
    }

    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Text(left), Self::Text(right)) => left.cmp(right),
            (Self::Args(left), Self::Args(right)) => left.len().cmp(&right.len()).then_with(|| {
                left.iter()
                    .zip(right)
                    .map(|(left, right)| compare(left, right))
                    .find(|o| o.is_ne())
                    .unwrap_or(Ordering::Equal)
            }),
            _ => self.length().cmp(&other.length()),
        }
    }

    fn length(&self) -> usize {
        match self {
            Self::Nothing => 0,
            Self::Text(_) => 1,
            Self::Args(args) => args.len(),
        }
    }
}

/// Returns sympy's class key, of which only the order matters.
fn class(expr: &Expr) -> (u8, u32, String) {
    match &**expr {
        Node::Integer(_) | Node::Rational(_) | Node::Float(_) => (1, 0, String::new()),
        Node::Constant(constant) => (2, 0, constant_class(*constant).to_owned()),
        Node::Symbol(_) => (2, 0, "Symbol".to_owned()),
        Node::Mul(_) => (3, 0, String::new()),
        Node::Add(_) => (3, 1, String::new()),
        Node::Pow(..) => (3, 2, String::new()),
        Node::Builtin(builtin, _) => builtin_class(*builtin),
        Node::Call(name, _) => (4, 0, name.to_string()),
    }
}

fn builtin_class(builtin: Builtin) -> (u8, u32, String) {
    let row = builtin.row();
    match row.order {
        builtin::Order::ByName => (4, 10_000, row.name.to_owned()),
        builtin::Order::Ranked(rank) => (4, rank, row.name.to_owned()),
        builtin::Order::Class(name) => (5, 0, name.to_owned()),
    }
}

fn constant_class(constant: Constant) -> &'static str {
    match constant {
        Constant::Pi => "Pi",
        Constant::E => "Exp1",
        Constant::ImaginaryUnit => "ImaginaryUnit",
        Constant::Infinity => "Infinity",
        Constant::NegativeInfinity => "NegativeInfinity",
        Constant::ComplexInfinity => "ComplexInfinity",
        Constant::Nan => "NaN",
        Constant::True => "BooleanTrue",
        Constant::False => "BooleanFalse",
        other => other.name(),
    }
}

/// A term as its numeric coefficient and its powers of generators.
struct Term {
    expr: Expr,
    coefficient: Complex64,
    powers: Vec<(Expr, BigInt)>,
}

impl Term {
    fn new(expr: Expr) -> Self {
        let (number, rest) = expr.as_coefficient_and_rest();
        let mut coefficient = Complex64::from(number.to_f64());
        let mut powers: Vec<(Expr, BigInt)> = Vec::new();
        let factors = match &*rest {
            Node::Mul(factors) => factors.clone(),
            _ if rest.is_integer(1) => Vec::new(),
            _ => vec![rest.clone()],
        };
        for factor in factors {
            if let Some(value) = factor.is_number_like().then(|| numeric(&factor)).flatten() {
                coefficient *= value;
                continue;
            }
            if let Node::Constant(Constant::Infinity | Constant::NegativeInfinity) = &*factor {
                continue; // as little a generator as a number is
            }
            let (base, exponent) = generator(&factor);
            match powers.iter_mut().find(|(found, _)| *found == base) {
                // A later factor of the same generator takes the place of the earlier one.
                Some((_, power)) => *power = exponent,
                None => powers.push((base, exponent)),
            }
        }
        Self { expr, coefficient, powers }
    }
}

/// Splits a factor into a generator and a whole exponent: `x**(3/2)` is the third power of `sqrt(x)`.
fn generator(factor: &Expr) -> (Expr, BigInt) {
    let (base, exponent) = factor.as_base_and_exponent();
    let whole =
        |base: Expr, exponent: Expr| pow(&base, &exponent).unwrap_or_else(|_| pow::raw(&base, &exponent));
    match exponent.number() {
        Some(Number::Exact(ratio)) if ratio.is_integer() => (base, ratio.numer().clone()),
        Some(Number::Exact(ratio)) => {
            let part = BigRational::new(BigInt::one(), ratio.denom().clone());
            (whole(base, Expr::rational(part)), ratio.numer().clone())
        }
        Some(Number::Decimal(_)) => (factor.clone(), BigInt::one()),
        None => {
            let (coefficient, rest) = exponent.as_coefficient_and_rest();
            let (ratio, rest) = match coefficient {
                Number::Exact(ratio) => (ratio, rest),
                Number::Decimal(ref float) if float.is_negative() => (-BigRational::one(), negated(exponent)),
                Number::Decimal(_) => (BigRational::one(), exponent),
            };
            if ratio.is_one() {
                return (factor.clone(), BigInt::one());
            }
            let part = Number::Exact(BigRational::new(BigInt::one(), ratio.denom().clone()));
            let tail = mul::with_coefficient(part.clone(), &rest)
                .unwrap_or_else(|_| mul::from_ordered(vec![part.into_expr(), rest]));
            (whole(base, tail), ratio.numer().clone())
        }
    }
}

/// Returns `-expr`; if that fails, as a product that is not simplified.
fn negated(expr: Expr) -> Expr {
    neg(&expr).unwrap_or_else(|_| mul::from_ordered(vec![Expr::integer(-1), expr]))
}

/// Sorts the terms of a sum.
pub(crate) fn sort_terms(terms: &mut Vec<Expr>) {
    let split: Vec<Term> = terms.drain(..).map(Term::new).collect();
    let mut generators: Vec<Expr> = Vec::new();
    let mut seen: HashMap<Expr, usize> = HashMap::new();
    for (base, _) in split.iter().flat_map(|term| &term.powers) {
        if seen.insert(base.clone(), 0).is_none() {
            generators.push(base.clone());
        }
    }
    generators.sort_by(compare);
    for (index, generator) in generators.into_iter().enumerate() {
        seen.insert(generator, index);
    }
    let mut keyed: Vec<(Vec<(usize, BigInt)>, Term)> = split
        .into_iter()
        .map(|term| {
            let mut monomial: Vec<(usize, BigInt)> =
                term.powers.iter().map(|(base, exponent)| (seen[base], exponent.clone())).collect();
            monomial.sort_by_key(|(index, _)| *index);
            (monomial, term)
        })
        .collect();
    keyed.sort_by(|(left, left_term), (right, right_term)| {
        compare_monomials(left, right)
            .then_with(|| compare_coefficients(left_term.coefficient, right_term.coefficient))
            .then_with(|| compare(&left_term.expr, &right_term.expr))
    });
    terms.extend(keyed.into_iter().map(|(_, term)| term.expr));
    number_first(terms);
}

/// A positive number less a term stands first: `1 - x`.
fn number_first(terms: &mut [Expr]) {
    let [left, right] = terms else { return };
    let is_positive = |expr: &Expr| match &**expr {
        Node::Constant(constant) => constant.value().is_some(),
        _ => expr.number().is_some_and(|number| !number.is_negative()),
    };
    let is_subtracted = |expr: &Expr| match &**expr {
        Node::Mul(factors) => {
            factors.len() == 2 && factors[0].number().is_some_and(|number| number.is_negative())
        }
        _ => false,
    };
    if is_positive(right) && is_subtracted(left) {
        terms.swap(0, 1);
    }
}

/// Compares exponents generator by generator, the higher first; those left out are zero.
fn compare_monomials(left: &[(usize, BigInt)], right: &[(usize, BigInt)]) -> Ordering {
    let (mut left, mut right) = (left.iter().peekable(), right.iter().peekable());
    loop {
        let zero = BigInt::zero();
        let at = match (left.peek(), right.peek()) {
            (Some((l, _)), Some((r, _))) => *l.min(r),
            (Some((l, _)), None) => *l,
            (None, Some((r, _))) => *r,
            (None, None) => return Ordering::Equal,
        };
        let l = left.next_if(|(index, _)| *index == at).map_or(&zero, |(_, exponent)| exponent);
        let r = right.next_if(|(index, _)| *index == at).map_or(&zero, |(_, exponent)| exponent);
        match r.cmp(l) {
            Ordering::Equal => {}
            unequal => return unequal,
        }
    }
}

/// Real coefficients before imaginary ones, then by value.
fn compare_coefficients(left: Complex64, right: Complex64) -> Ordering {
    let imaginary = |value: Complex64| value.im != 0.0;
    imaginary(left)
        .cmp(&imaginary(right))
        .then_with(|| left.im.total_cmp(&right.im))
        .then_with(|| left.re.total_cmp(&right.re))
}
