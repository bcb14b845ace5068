//! The exponential function and the logarithm.

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use super::function::function;
use super::sign::{self, Sign};
use super::{Number, Simplified, Unfit, add, infinity, mul, neg, pow, quotient};
use crate::{Builtin, Constant, Expr, Node};

pub(crate) fn exp(arg: &Expr) -> Result<Option<Expr>, Unfit> {
    if arg.is_constant(Constant::Infinity) {
        return Ok(Some(arg.clone()));
    }
    if arg.is_constant(Constant::NegativeInfinity) {
        return Ok(Some(Expr::integer(0)));
    }
    if let Some(number) = arg.number() {
        if number.is_zero() {
            return Ok(Some(Expr::one()));
        }
        return Ok(number.is_one().then(|| Expr::constant(Constant::E)));
    }
    match &**arg {
        Node::Builtin(Builtin::Log, args) => Ok(Some(args[0].clone())),
        Node::Mul(factors) => exp_of_product(factors),
        Node::Add(terms) => exp_of_sum(arg, terms),
        _ => Ok(None),
    }
}

/// `exp(I*pi/2)` is `I`, `exp(2*log(x))` is `x**2`.
fn exp_of_product(factors: &[Expr]) -> Result<Option<Expr>, Unfit> {
    let is_unit = |factor: &Expr| factor.is_constant(Constant::ImaginaryUnit);
    let is_pi = |factor: &Expr| factor.is_constant(Constant::Pi);
    if factors.iter().any(is_unit) && factors.iter().any(is_pi) {
        let rest: Vec<&Expr> = factors.iter().filter(|factor| !is_unit(factor) && !is_pi(factor)).collect();
        let turns = match rest[..] {
            [] => Some(BigRational::one()),
            [coefficient] => coefficient.exact(),
            _ => None,
        };
        if let Some(turns) = turns {
            return exp_of_half_turns(&turns);
        }
    }
    let mut logarithm = None;
    let mut exponents = Vec::new();
    for factor in factors {
        match &**factor {
            Node::Builtin(Builtin::Log, args) if logarithm.is_none() => logarithm = Some(args[0].clone()),
            Node::Builtin(Builtin::Log, _) => return Ok(None),
            _ if factor.is_number_like() && sign::is_real(factor) => exponents.push(factor.clone()),
            _ => return Ok(None),
        }
    }
    match logarithm {
        Some(base) => pow(&base, &mul(exponents)?).map(Some),
        None => Ok(None),
    }
}

/// Returns `exp(turns*I*pi)`.
fn exp_of_half_turns(turns: &BigRational) -> Result<Option<Expr>, Unfit> {
    let two = BigRational::from(BigInt::from(2));
    let twice = turns * &two;
    let unit = Expr::constant(Constant::ImaginaryUnit);
    if twice.is_integer() {
        let quarter: BigInt = twice.numer().mod_floor(&BigInt::from(4));
        return Ok(Some(match quarter.iter_u32_digits().next() {
            None => Expr::one(),
            Some(1) => unit,
            Some(2) => Expr::integer(-1),
            Some(_) => neg(&unit)?,
        }));
    }
    let mut reduced = turns - (turns / &two).floor() * &two;
    if reduced > BigRational::one() {
        reduced -= &two;
    }
    if reduced == *turns {
        return Ok(None);
    }
    let arg = mul(vec![Expr::rational(reduced), Expr::constant(Constant::Pi), unit])?;
    function(Builtin::Exp, vec![arg]).map(Some)
}

/// Terms whose exponential is known come out: `exp(x + log(y))` is `y*exp(x)`.
fn exp_of_sum(arg: &Expr, terms: &[Expr]) -> Result<Option<Expr>, Unfit> {
    let (mut outside, mut inside) = (Vec::new(), Vec::new());
    for term in terms {
        if term.is_integer(1) {
            inside.push(term.clone());
            continue;
        }
        let power = function(Builtin::Exp, vec![term.clone()])?;
        match &*power {
            Node::Builtin(Builtin::Exp, args) => inside.push(args[0].clone()),
            _ => outside.push(power),
        }
    }
    let inside = add(inside)?;
    if outside.is_empty() && inside == *arg {
        return Ok(None);
    }
    // Nothing more comes out of what stays inside, but a single term has values of its own.
    let rest = match &*inside {
        Node::Add(_) => Expr::builtin(Builtin::Exp, vec![inside]),
        _ => function(Builtin::Exp, vec![inside])?,
    };
    outside.push(rest);
    mul(outside).map(Some)
}

pub(crate) fn log(arg: &Expr) -> Result<Option<Expr>, Unfit> {
    let log_of = |arg: Expr| function(Builtin::Log, vec![arg]);
    let half_turn = |n: i64| {
        mul(vec![Expr::ratio(n, 2), Expr::constant(Constant::Pi), Expr::constant(Constant::ImaginaryUnit)])
    };
    if let Some(Number::Exact(ratio)) = arg.number() {
        if ratio.is_zero() {
            return Err(Unfit::Pole);
        }
        if ratio.is_one() {
            return Ok(Some(Expr::integer(0)));
        }
        if ratio.numer().is_one() {
            return neg(&log_of(Expr::integer(ratio.denom().clone()))?).map(Some);
        }
    }
    if let Node::Builtin(Builtin::Exp, args) = &**arg
        && sign::is_real(&args[0])
    {
        return Ok(Some(args[0].clone()));
    }
    if infinity::is_infinite(arg) {
        return Ok(Some(Expr::constant(Constant::Infinity)));
    }
    if arg.is_constant(Constant::E) {
        return Ok(Some(Expr::one()));
    }
    if sign::sign(arg) == Some(Sign::Negative) {
        return add(vec![half_turn(2)?, log_of(neg(arg)?)?]).map(Some);
    }
    if let Some(coefficient) = over_imaginary_unit(arg)?
        && let Some(ratio) = coefficient.exact()
    {
        let turn = half_turn(if ratio.is_negative() { -1 } else { 1 })?;
        return add(vec![turn, log_of(Expr::rational(ratio.abs()))?]).map(Some);
    }
    // Of a complex number whose angle is known: `log(1 + I)`.
    if matches!(&**arg, Node::Add(_)) && arg.is_number_like() && !sign::is_real(arg) {
        let angle = function(Builtin::Arg, vec![arg.clone()])?;
        if quotient(&angle, &Expr::constant(Constant::Pi))?.exact().is_some() {
            let modulus = function(Builtin::Abs, vec![arg.clone()])?;
            let turn = mul(vec![angle, Expr::constant(Constant::ImaginaryUnit)])?;
            return add(vec![log_of(modulus)?, turn]).map(Some);
        }
    }
    Ok(None)
}

/// Returns `expr/I`, where the imaginary unit is a factor of it.
pub(super) fn over_imaginary_unit(expr: &Expr) -> Result<Option<Expr>, Unfit> {
    let is_unit = |factor: &Expr| factor.is_constant(Constant::ImaginaryUnit);
    match &**expr {
        _ if is_unit(expr) => Ok(Some(Expr::one())),
        Node::Mul(factors) if factors.iter().any(is_unit) => {
            mul(factors.iter().filter(|factor| !is_unit(factor)).cloned().collect()).map(Some)
        }
        _ => Ok(None),
    }
}

/// Returns the logarithm to a base: of exact integers the whole powers come out, `log(12, 2)` is `log(3)/log(2) + 2`.
pub(crate) fn logarithm(arg: &Expr, base: &Expr) -> Simplified {
    if base.is_integer(1) {
        return Err(Unfit::Pole);
    }
    if base.is_constant(Constant::E) {
        return function(Builtin::Log, vec![arg.clone()]);
    }
    if arg == base {
        return Ok(Expr::one());
    }
    let log = |arg: &Expr| function(Builtin::Log, vec![arg.clone()]);
    let (Some(number), Some(radix)) = (arg.exact(), base.exact()) else {
        return quotient(&log(arg)?, &log(base)?);
    };
    let is_whole = radix.is_integer() && *radix.numer() > BigInt::one() && number.is_positive();
    if !is_whole {
        return quotient(&log(arg)?, &log(base)?);
    }
    let whole = times(number.numer(), radix.numer()) - times(number.denom(), radix.numer());
    if whole == 0 {
        return quotient(&log(arg)?, &log(base)?);
    }
    let power = pow::whole_power(&radix, &BigInt::from(whole))?;
    let rest = Expr::rational(number / power);
    add(vec![quotient(&log(&rest)?, &log(base)?)?, Expr::integer(whole)])
}

/// Returns how often a number is divided by another.
fn times(number: &BigInt, divisor: &BigInt) -> i64 {
    let (mut n, mut rest) = (0, number.clone());
    loop {
        let (quotient, remainder) = rest.div_rem(divisor);
        if !remainder.is_zero() {
            return n;
        }
        rest = quotient;
        n += 1;
    }
}
