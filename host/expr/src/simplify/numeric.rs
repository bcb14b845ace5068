//! The value of an expression without parameters, for comparing and ordering: a double, not the result.

use kamodo_compute::{Binary, Unary, real};
use num_complex::Complex64;

use crate::{Builtin, Constant, Expr, Node, work};

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
    let arg = *args.first()?;
    let one = Complex64::from(1.0);
    Some(match builtin {
        Builtin::Sin => arg.sin(),
        Builtin::Cos => arg.cos(),
        Builtin::Tan => arg.tan(),
        Builtin::Sec => one / arg.cos(),
        Builtin::Csc => one / arg.sin(),
        Builtin::Cot => one / arg.tan(),
        Builtin::Asin => arg.asin(),
        Builtin::Acos => arg.acos(),
        Builtin::Atan => arg.atan(),
        Builtin::Asec => (one / arg).acos(),
        Builtin::Acsc => (one / arg).asin(),
        Builtin::Acot => (one / arg).atan(),
        Builtin::Sinh => arg.sinh(),
        Builtin::Cosh => arg.cosh(),
        Builtin::Tanh => arg.tanh(),
        Builtin::Sech => one / arg.cosh(),
        Builtin::Csch => one / arg.sinh(),
        Builtin::Coth => one / arg.tanh(),
        Builtin::Asinh => arg.asinh(),
        Builtin::Acosh => arg.acosh(),
        Builtin::Atanh => arg.atanh(),
        Builtin::Asech => (one / arg).acosh(),
        Builtin::Acsch => (one / arg).asinh(),
        Builtin::Acoth => (one / arg).atanh(),
        Builtin::Sinc => arg.sin() / arg,
        Builtin::Exp => arg.exp(),
        Builtin::Log => arg.ln(),
        Builtin::Sqrt => arg.sqrt(),
        Builtin::Abs => Complex64::from(arg.norm()),
        Builtin::Re => Complex64::from(arg.re),
        Builtin::Im => Complex64::from(arg.im),
        Builtin::Conjugate => arg.conj(),
        Builtin::Arg => Complex64::from(arg.arg()),
        _ => return None,
    })
}

/// Returns the value of a function at real arguments in its real domain.
pub(super) fn real_call(builtin: Builtin, args: &[f64]) -> Option<f64> {
    let (&first, second) = (args.first()?, args.get(1).copied());
    let one = |operation| real::unary(operation)(first);
    let two = |operation| second.map(|second| real::binary(operation)(first, second));
    let value = match builtin {
        Builtin::Sin => one(Unary::Sin),
        Builtin::Cos => one(Unary::Cos),
        Builtin::Tan => one(Unary::Tan),
        Builtin::Sec => 1.0 / one(Unary::Cos),
        Builtin::Csc => 1.0 / one(Unary::Sin),
        Builtin::Cot => 1.0 / one(Unary::Tan),
        Builtin::Asin => one(Unary::Asin),
        Builtin::Acos => one(Unary::Acos),
        Builtin::Atan => one(Unary::Atan),
        Builtin::Asec => (1.0 / first).acos(),
        Builtin::Acsc => (1.0 / first).asin(),
        Builtin::Acot => (1.0 / first).atan(),
        Builtin::Atan2 => two(Binary::Atan2)?,
        Builtin::Sinh => one(Unary::Sinh),
        Builtin::Cosh => one(Unary::Cosh),
        Builtin::Tanh => one(Unary::Tanh),
        Builtin::Sech => 1.0 / one(Unary::Cosh),
        Builtin::Csch => 1.0 / one(Unary::Sinh),
        Builtin::Coth => 1.0 / one(Unary::Tanh),
        Builtin::Asinh => one(Unary::Asinh),
        Builtin::Acosh => one(Unary::Acosh),
        Builtin::Atanh => one(Unary::Atanh),
        Builtin::Asech => real::unary(Unary::Acosh)(1.0 / first),
        Builtin::Acsch => real::unary(Unary::Asinh)(1.0 / first),
        Builtin::Acoth => real::unary(Unary::Atanh)(1.0 / first),
        Builtin::Sinc => one(Unary::Sinc),
        Builtin::Exp => one(Unary::Exp),
        Builtin::Log => one(Unary::Log),
        Builtin::Sqrt => one(Unary::Sqrt),
        Builtin::Abs => one(Unary::Abs),
        Builtin::Sign => one(Unary::Sign),
        Builtin::Re | Builtin::Conjugate => first,
        Builtin::Im => 0.0,
        Builtin::Arg => one(Unary::Arg),
        Builtin::Floor => one(Unary::Floor),
        Builtin::Ceiling => one(Unary::Ceiling),
        Builtin::Frac => one(Unary::Frac),
        Builtin::Min => args.iter().copied().fold(f64::INFINITY, f64::min),
        Builtin::Max => args.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        Builtin::Mod => two(Binary::Mod)?,
        Builtin::Factorial => one(Unary::Factorial),
        Builtin::Factorial2 => one(Unary::Factorial2),
        Builtin::Binomial => two(Binary::Binomial)?,
        Builtin::Gamma => one(Unary::Gamma),
        Builtin::LogGamma if first > 0.0 => one(Unary::LogGamma),
        Builtin::Polygamma => two(Binary::Polygamma)?,
        Builtin::Beta => two(Binary::Beta)?,
        Builtin::Erf => one(Unary::Erf),
        Builtin::Erfc => one(Unary::Erfc),
        Builtin::Erfinv => one(Unary::Erfinv),
        Builtin::BesselJ => two(Binary::BesselJ)?,
        Builtin::BesselY => two(Binary::BesselY)?,
        Builtin::BesselI => two(Binary::BesselI)?,
        Builtin::BesselK => two(Binary::BesselK)?,
        Builtin::AiryAi => one(Unary::AiryAi),
        Builtin::AiryBi => one(Unary::AiryBi),
        Builtin::EllipticK => one(Unary::EllipticK),
        Builtin::EllipticE => match second {
            Some(_) => two(Binary::EllipticE)?,
            None => one(Unary::EllipticE),
        },
        Builtin::Ei => one(Unary::Ei),
        Builtin::Expint => two(Binary::Expint)?,
        Builtin::Zeta => match second {
            Some(_) => two(Binary::Zeta)?,
            None => one(Unary::Zeta),
        },
        _ => return None,
    };
    value.is_finite().then_some(value)
}
