//! The value of an expression without parameters, for comparing and ordering: a double, not the result.

use kamodo_compute::Unary;
use num_complex::Complex64;

use crate::builtin::{Builtin, Decimals, Recipe};
use crate::{Constant, Expr, Node, work};

/// Returns the value, where it has no parameter, no call, and is finite.
pub(crate) fn numeric(expr: &Expr) -> Option<Complex64> {
    if !work::step(1) {
        return None;
    }
    let value = match &**expr {
        Node::Integer(_) | Node::Rational(_) | Node::Float(_) => Complex64::from(expr.number()?.to_f64()),
        Node::Constant(Constant::ImaginaryUnit) => Complex64::i(),
        Node::Constant(constant) => Complex64::from(constant.value()?),
        Node::Symbol(_) | Node::Call(..) => return None,
        Node::Add(terms) => terms.iter().map(numeric).sum::<Option<Complex64>>()?,
        Node::Mul(factors) => factors.iter().map(numeric).product::<Option<Complex64>>()?,
        Node::Pow(base, exponent) => power(numeric(base)?, numeric(exponent)?),
        Node::Builtin(builtin, args) => {
            let args = args.iter().map(numeric).collect::<Option<Vec<_>>>()?;
            call(*builtin, &args)?
        }
    };
    value.is_finite().then_some(value)
}

fn power(base: Complex64, exponent: Complex64) -> Complex64 {
    if exponent.im == 0.0 && exponent.re.fract() == 0.0 && exponent.re.abs() < 1000.0 {
        return base.powi(exponent.re as i32);
    }
    if base.im == 0.0 && exponent.im == 0.0 && base.re >= 0.0 {
        return Complex64::from(base.re.powf(exponent.re));
    }
    base.powc(exponent)
}

/// Real arguments take the real function, which is accurate and keeps the result real.
fn call(builtin: Builtin, args: &[Complex64]) -> Option<Complex64> {
    let real: Option<Vec<f64>> = args.iter().map(|arg| (arg.im == 0.0).then_some(arg.re)).collect();
    if let Some(real) = real
        && let Some(value) = real_call(builtin, &real)
    {
        return Some(Complex64::from(value));
    }
    let (arg, one) = (*args.first()?, Complex64::from(1.0));
    match builtin.row().recipe {
        Recipe::One(operation) => complex_call(operation, arg),
        Recipe::Over(operation) => Some(one / complex_call(operation, arg)?),
        Recipe::OfInverse(operation) => complex_call(operation, one / arg),
        _ => None,
    }
}

/// On a branch cut the value is that of sympy, and not that of numpy.
fn complex_call(operation: Unary, arg: Complex64) -> Option<Complex64> {
    Some(match operation {
        Unary::Sin => arg.sin(),
        Unary::Cos => arg.cos(),
        Unary::Tan => arg.tan(),
        Unary::Asin => arg.asin(),
        Unary::Acos => arg.acos(),
        Unary::Atan => arg.atan(),
        Unary::Sinh => arg.sinh(),
        Unary::Cosh => arg.cosh(),
        Unary::Tanh => arg.tanh(),
        Unary::Asinh => arg.asinh(),
        Unary::Acosh => arg.acosh(),
        Unary::Atanh => arg.atanh(),
        Unary::Sinc => arg.sin() / arg,
        Unary::Exp => arg.exp(),
        Unary::Log => arg.ln(),
        Unary::Sqrt => arg.sqrt(),
        Unary::Abs => Complex64::from(arg.norm()),
        Unary::Re => Complex64::from(arg.re),
        Unary::Im => Complex64::from(arg.im),
        Unary::Conjugate => arg.conj(),
        Unary::Arg => Complex64::from(arg.arg()),
        _ => return None,
    })
}

/// Returns the value of a function at real arguments in its real domain.
pub(super) fn real_call(builtin: Builtin, args: &[f64]) -> Option<f64> {
    let row = builtin.row();
    // Between the negative integers the logarithm of gamma is complex, and the real one is that of its magnitude.
    let is_in_domain = builtin != Builtin::LogGamma || args.first().is_some_and(|&first| first > 0.0);
    if row.decimals == Decimals::Opaque || !is_in_domain {
        return None;
    }
    row.recipe.real(args).filter(|value| value.is_finite())
}
