//! Functions of the language: their special values, and the form in which they keep their arguments.

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use super::sign::{self, Sign};
use super::{Number, Simplified, Unfit, add, inverse, mul, numeric, order, pow, trigonometric};
use crate::{Builtin, Constant, Expr, Float, Node};

/// Calls a function of the language, of simplified arguments in the right number.
pub(crate) fn function(builtin: Builtin, args: Vec<Expr>) -> Simplified {
    if let Some(value) = decimal_value(builtin, &args)? {
        return Ok(value);
    }
    let arg = &args[0];
    let special = match builtin {
        Builtin::Sin => trigonometric::sin(arg)?,
        Builtin::Cos => trigonometric::cos(arg)?,
        Builtin::Tan => trigonometric::tan(arg)?,
        Builtin::Sinh => trigonometric::sinh(arg)?,
        Builtin::Cosh => trigonometric::cosh(arg)?,
        Builtin::Tanh => trigonometric::tanh(arg)?,
        Builtin::Asin => inverse::asin(arg)?,
        Builtin::Acos => inverse::acos(arg)?,
        Builtin::Atan => inverse::atan(arg)?,
        Builtin::Atan2 => inverse::atan2(arg, &args[1])?,
        Builtin::Exp => exp(arg)?,
        Builtin::Log => log(arg)?,
        Builtin::Sqrt => Some(super::sqrt(arg)?),
        Builtin::Abs => abs(arg)?,
        Builtin::Sign => signum(arg)?,
        Builtin::Floor | Builtin::Ceiling => rounded(builtin, arg)?,
        Builtin::Min | Builtin::Max => return extreme(builtin, args),
        Builtin::Mod => modulo(arg, &args[1])?,
    };
    Ok(special.unwrap_or_else(|| Expr::builtin(builtin, args)))
}

/// Works out a function of decimal numbers: `sin(0.5)`. Exact arguments beside one are taken as decimal.
fn decimal_value(builtin: Builtin, args: &[Expr]) -> Result<Option<Expr>, Unfit> {
    let exact_result = matches!(
        builtin,
        Builtin::Floor
            | Builtin::Ceiling
            | Builtin::Min
            | Builtin::Max
            | Builtin::Sign
            | Builtin::Abs
            | Builtin::Mod
    );
    if exact_result || !args.iter().any(|arg| matches!(&**arg, Node::Float(_))) {
        return Ok(None);
    }
    let Some(values) =
        args.iter().map(|arg| arg.number().map(|number| number.to_f64())).collect::<Option<Vec<_>>>()
    else {
        return Ok(None);
    };
    if let Some(value) = numeric::real_call(builtin, &values) {
        let float = Float::from_f64(value).ok_or(Unfit::TooLarge)?;
        return Ok(Some(if float.is_zero() { Expr::integer(0) } else { Expr::decimal(float) }));
    }
    // Outside its real domain the value is complex.
    let Some(value) = numeric(&Expr::builtin(builtin, args.to_vec())) else { return Ok(None) };
    let part = |part: f64| Float::from_f64(part).map(Expr::decimal).ok_or(Unfit::TooLarge);
    let imaginary = mul(vec![part(value.im)?, Expr::constant(Constant::ImaginaryUnit)])?;
    add(vec![part(value.re)?, imaginary]).map(Some)
}

fn exp(arg: &Expr) -> Result<Option<Expr>, Unfit> {
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
        let rest: Vec<Expr> = factors.iter().filter(|f| !is_unit(f) && !is_pi(f)).cloned().collect();
        if let Some(turns) = mul(rest)?.exact() {
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
            Some(_) => mul::negated(&unit),
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

fn log(arg: &Expr) -> Result<Option<Expr>, Unfit> {
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
            return super::neg(&log_of(Expr::integer(ratio.denom().clone()))?).map(Some);
        }
    }
    if let Node::Builtin(Builtin::Exp, args) = &**arg
        && sign::is_real(&args[0])
    {
        return Ok(Some(args[0].clone()));
    }
    if arg.is_constant(Constant::E) {
        return Ok(Some(Expr::one()));
    }
    if sign::sign(arg) == Some(Sign::Negative) {
        return add(vec![half_turn(2)?, log_of(mul::negated(arg))?]).map(Some);
    }
    if let Some(coefficient) = over_imaginary_unit(arg)?
        && let Some(ratio) = coefficient.exact()
    {
        let turn = half_turn(if ratio.is_negative() { -1 } else { 1 })?;
        return add(vec![turn, log_of(Expr::rational(ratio.abs()))?]).map(Some);
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

fn abs(arg: &Expr) -> Result<Option<Expr>, Unfit> {
    if let Some(number) = arg.number() {
        return Ok(Some(number.abs().into_expr()));
    }
    let abs_of = |arg: &Expr| function(Builtin::Abs, vec![arg.clone()]);
    if matches!(&**arg, Node::Add(_)) && sign::could_extract_minus_sign(arg) {
        return abs_of(&super::neg(arg)?).map(Some);
    }
    match &**arg {
        Node::Mul(factors) => {
            let (mut known, mut unknown) = (Vec::new(), Vec::new());
            for factor in factors {
                let (inner, exponent) = match &**factor {
                    Node::Pow(base, exponent)
                        if exponent.exact().is_some_and(|e| e.is_integer() && e.is_negative()) =>
                    {
                        (base.clone(), exponent.clone())
                    }
                    _ => (factor.clone(), Expr::one()),
                };
                let value = abs_of(&inner)?;
                if let Node::Builtin(Builtin::Abs, args) = &*value {
                    // The sign of a sum among the factors does not matter either.
                    let is_sum = matches!(&*args[0], Node::Add(_));
                    unknown.push(if is_sum { pow(&args[0], &exponent)? } else { factor.clone() });
                } else {
                    known.push(pow(&value, &exponent)?);
                }
            }
            if !unknown.is_empty() {
                let unknown = mul(unknown)?;
                if known.is_empty() && unknown == *arg {
                    return Ok(None);
                }
                known.push(Expr::builtin(Builtin::Abs, vec![unknown]));
            }
            return mul(known).map(Some);
        }
        Node::Constant(Constant::ImaginaryUnit) => return Ok(Some(Expr::one())),
        Node::Pow(base, exponent) if sign::is_real(base) && matches!(&**exponent, Node::Integer(_)) => {
            return pow(&abs_of(base)?, exponent).map(Some);
        }
        _ => {}
    }
    if sign::is_nonnegative(arg) {
        return Ok(Some(arg.clone()));
    }
    if sign::sign(arg) == Some(Sign::Negative) {
        return super::neg(arg).map(Some);
    }
    if let Node::Add(terms) = &**arg
        && let [real, imaginary] = &terms[..]
        && let (true, Some(imaginary)) = (sign::is_real(real), over_imaginary_unit(imaginary)?)
        && sign::is_real(&imaginary)
    {
        let two = Expr::integer(2);
        return super::sqrt(&add(vec![pow(real, &two)?, pow(&imaginary, &two)?])?).map(Some);
    }
    Ok(None)
}

fn signum(arg: &Expr) -> Result<Option<Expr>, Unfit> {
    let known = |expr: &Expr| {
        Some(match sign::sign(expr)? {
            Sign::Negative => -1,
            Sign::Zero => 0,
            Sign::Positive => 1,
        })
    };
    if let Some(sign) = known(arg) {
        return Ok(Some(Expr::integer(sign)));
    }
    match &**arg {
        Node::Mul(factors) => {
            let mut sign = 1;
            let mut rest = Vec::new();
            for factor in factors {
                match known(factor) {
                    Some(own) => sign *= own,
                    None => rest.push(factor.clone()),
                }
            }
            if rest.len() == factors.len() {
                return Ok(None);
            }
            let rest = function(Builtin::Sign, vec![mul(rest)?])?;
            mul(vec![Expr::integer(sign), rest]).map(Some)
        }
        Node::Builtin(Builtin::Sign, _) => Ok(Some(arg.clone())),
        Node::Constant(Constant::ImaginaryUnit) => Ok(Some(arg.clone())),
        _ => Ok(None),
    }
}

/// Whole terms come out of `floor` and `ceiling`, and what has no parameter is worked out.
fn rounded(builtin: Builtin, arg: &Expr) -> Result<Option<Expr>, Unfit> {
    let round = |ratio: &BigRational| if builtin == Builtin::Floor { ratio.floor() } else { ratio.ceil() };
    if let Some(number) = arg.number() {
        return Ok(Some(Expr::rational(round(&number.to_ratio()))));
    }
    let terms = match &**arg {
        Node::Add(terms) => terms.clone(),
        _ => vec![arg.clone()],
    };
    let (mut whole, mut rest): (Vec<_>, Vec<_>) = terms.into_iter().partition(sign::is_whole);
    if rest.is_empty() {
        return Ok(Some(arg.clone()));
    }
    let inner = add(rest.clone())?;
    if inner.is_number_like() && sign::is_real(&inner)
        && let Some(value) = numeric(&inner)
        // Beyond this a double no longer tells the integers apart; nearer to one it may be on either side.
        && value.re.abs() < 1e12
        && (value.re - value.re.round()).abs() > 1e-9 * value.re.abs().max(1.0)
    {
        let value = if builtin == Builtin::Floor { value.re.floor() } else { value.re.ceil() };
        whole.push(Expr::integer(value as i64));
        return add(whole).map(Some);
    }
    if let [only] = &rest[..]
        && matches!(&**only, Node::Builtin(Builtin::Floor | Builtin::Ceiling, _))
    {
        return Ok(Some(arg.clone()));
    }
    if whole.is_empty() {
        return Ok(None);
    }
    rest = vec![Expr::builtin(builtin, vec![inner])];
    rest.extend(whole);
    add(rest).map(Some)
}

/// Flattens `Min` and `Max`, drops repetitions, and keeps one of the numbers.
fn extreme(builtin: Builtin, args: Vec<Expr>) -> Simplified {
    let mut flat: Vec<Expr> = Vec::new();
    let mut number: Option<Expr> = None;
    let mut left = args;
    left.reverse();
    while let Some(arg) = left.pop() {
        if let Node::Builtin(inner, args) = &*arg
            && *inner == builtin
        {
            left.extend(args.iter().rev().cloned());
            continue;
        }
        if let Some(value) = comparable(&arg) {
            let better = match number.as_ref().and_then(comparable) {
                None => true,
                Some(best) if builtin == Builtin::Max => value.compare(&best).is_gt(),
                Some(best) => value.compare(&best).is_lt(),
            };
            if better {
                number = Some(arg);
            }
        } else if !flat.contains(&arg) {
            flat.push(arg);
        }
    }
    flat.extend(number);
    if flat.len() == 1 {
        return Ok(flat.swap_remove(0));
    }
    flat.sort_by(order::compare);
    Ok(Expr::builtin(builtin, flat))
}

/// Returns the value of a real number, by which `Min` and `Max` compare it.
fn comparable(expr: &Expr) -> Option<Number> {
    expr.number().or_else(|| {
        let value = (expr.is_number_like() && sign::is_real(expr)).then(|| numeric(expr)).flatten()?;
        Float::from_f64(value.re).map(Number::Decimal)
    })
}

fn modulo(dividend: &Expr, divisor: &Expr) -> Result<Option<Expr>, Unfit> {
    let of_numbers = |dividend: &Number, divisor: &Number| -> Result<Number, Unfit> {
        let whole = (dividend.to_ratio() / divisor.to_ratio()).floor();
        dividend.plus(&Number::Exact(-whole).times(divisor)?)
    };
    let divided_by = divisor.number();
    if divided_by.as_ref().is_some_and(Number::is_zero) {
        return Err(Unfit::Pole);
    }
    if dividend.is_integer(0) || dividend == divisor || *dividend == mul::negated(divisor) {
        return Ok(Some(Expr::integer(0)));
    }
    if let (Some(dividend), Some(divisor)) = (dividend.number(), &divided_by) {
        return Ok(Some(of_numbers(&dividend, divisor)?.into_expr()));
    }
    if sign::is_whole(dividend) && divisor.is_integer(1) {
        return Ok(Some(Expr::integer(0)));
    }
    let ratio = super::quotient(dividend, divisor)?;
    if sign::is_whole(&ratio) {
        return Ok(Some(Expr::integer(0)));
    }
    if ratio.is_number_like()
        && sign::is_real(&ratio)
        && let Some(value) = numeric(&ratio)
        && value.re.abs() < 1e12
    {
        let whole = Expr::integer(-(value.re.floor() as i64));
        return add(vec![dividend.clone(), mul(vec![whole, divisor.clone()])?]).map(Some);
    }
    if let Node::Builtin(Builtin::Mod, args) = &**dividend
        && args[1] == *divisor
    {
        return Ok(Some(dividend.clone()));
    }
    modulo_reduced(dividend, divisor)
}

/// Takes out what both sides share and what the divisor divides: `Mod(x + 5, 3)` is `Mod(x + 2, 3)`.
fn modulo_reduced(dividend: &Expr, divisor: &Expr) -> Result<Option<Expr>, Unfit> {
    let content = |expr: &Expr| -> Option<BigRational> {
        let terms = match &**expr {
            Node::Add(terms) => terms.clone(),
            _ => vec![expr.clone()],
        };
        terms.iter().try_fold(BigRational::zero(), |common, term| match term.as_coefficient_and_rest().0 {
            // Ratios have no greatest common divisor to speak of.
            Number::Exact(ratio) if !ratio.is_integer() => None,
            Number::Exact(ratio) if common.is_zero() => Some(ratio.abs()),
            Number::Exact(ratio) => Some(mul::gcd(&common, &ratio.abs())),
            Number::Decimal(_) => None,
        })
    };
    if let (Some(left), Some(right)) = (content(dividend), content(divisor)) {
        let common = mul::gcd(&left, &right);
        if !common.is_one() {
            let scale = Expr::rational(common.recip());
            let inner = vec![mul(vec![scale.clone(), dividend.clone()])?, mul(vec![scale, divisor.clone()])?];
            return mul(vec![Expr::rational(common), function(Builtin::Mod, inner)?]).map(Some);
        }
    }
    if let Node::Add(terms) = &**dividend {
        let mut reduced = Vec::new();
        for term in terms {
            let remainder = function(Builtin::Mod, vec![term.clone(), divisor.clone()])?;
            let is_kept = matches!(&*remainder, Node::Builtin(Builtin::Mod, _) | Node::Mul(_));
            reduced.push(if is_kept { term.clone() } else { remainder });
        }
        let reduced = add(reduced)?;
        if reduced != *dividend {
            return function(Builtin::Mod, vec![reduced, divisor.clone()]).map(Some);
        }
    }
    if sign::could_extract_minus_sign(dividend) && sign::could_extract_minus_sign(divisor) {
        let inner = function(Builtin::Mod, vec![super::neg(dividend)?, super::neg(divisor)?])?;
        return super::neg(&inner).map(Some);
    }
    Ok(None)
}
