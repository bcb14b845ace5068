//! The value of an expression without parameters, for comparing and ordering: a double, not the result.

use num_complex::Complex64;

use crate::{Builtin, Constant, Expr, Node};

/// Returns the value, where it has no parameter, no call, and is finite.
pub(crate) fn numeric(expr: &Expr) -> Option<Complex64> {
    let value = match &**expr {
        Node::Integer(_) | Node::Rational(_) | Node::Float(_) => Complex64::from(expr.number()?.to_f64()),
        Node::Constant(constant) => match constant {
            Constant::Pi => Complex64::from(std::f64::consts::PI),
            Constant::E => Complex64::from(std::f64::consts::E),
            Constant::ImaginaryUnit => Complex64::i(),
            _ => return None,
        },
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
    let arg = args.first()?;
    Some(match builtin {
        Builtin::Sin => arg.sin(),
        Builtin::Cos => arg.cos(),
        Builtin::Tan => arg.tan(),
        Builtin::Asin => arg.asin(),
        Builtin::Acos => arg.acos(),
        Builtin::Atan => arg.atan(),
        Builtin::Sinh => arg.sinh(),
        Builtin::Cosh => arg.cosh(),
        Builtin::Tanh => arg.tanh(),
        Builtin::Exp => arg.exp(),
        Builtin::Log => arg.ln(),
        Builtin::Sqrt => arg.sqrt(),
        Builtin::Abs => Complex64::from(arg.norm()),
        _ => return None,
    })
}

/// Returns the value of a function at real arguments in its real domain.
pub(super) fn real_call(builtin: Builtin, args: &[f64]) -> Option<f64> {
    let first = *args.first()?;
    let value = match builtin {
        Builtin::Sin => first.sin(),
        Builtin::Cos => first.cos(),
        Builtin::Tan => first.tan(),
        Builtin::Asin => first.asin(),
        Builtin::Acos => first.acos(),
        Builtin::Atan => first.atan(),
        Builtin::Atan2 => first.atan2(*args.get(1)?),
        Builtin::Sinh => first.sinh(),
        Builtin::Cosh => first.cosh(),
        Builtin::Tanh => first.tanh(),
        Builtin::Exp => first.exp(),
        Builtin::Log => first.ln(),
        Builtin::Sqrt => first.sqrt(),
        Builtin::Abs => first.abs(),
        Builtin::Sign => {
            if first == 0.0 {
                0.0
            } else {
                first.signum()
            }
        }
        Builtin::Floor => first.floor(),
        Builtin::Ceiling => first.ceil(),
        Builtin::Min => args.iter().copied().fold(f64::INFINITY, f64::min),
        Builtin::Max => args.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        Builtin::Mod => {
            let second = *args.get(1)?;
            first - second * (first / second).floor()
        }
    };
    value.is_finite().then_some(value)
}
