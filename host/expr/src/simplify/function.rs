//! Functions of the language: each to its special values, and the form in which it keeps its arguments.

use std::cell::Cell;

use super::{
    Simplified, Unfit, add, bessel, complex, exponential, extreme, gamma, hyperbolic, inverse, mul, numeric,
    polynomial, reciprocal, rounding, special, step, trigonometric, truth,
};
use crate::{Builtin, Constant, Expr, Float, Node};

pub(super) use super::exponential::over_imaginary_unit;

/// How deep rules may follow rules. They end well before; two that undo each other would not, and what overflows the
/// stack takes the whole server with it.
const MAX_DEPTH: usize = 32;

thread_local! {
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// Calls a function of the language, of simplified arguments in the right number.
pub(crate) fn function(builtin: Builtin, args: Vec<Expr>) -> Simplified {
    /// Comes up again also where a rule panics: threads live on after that.
    struct Deeper;
    impl Drop for Deeper {
        fn drop(&mut self) {
            DEPTH.set(DEPTH.get() - 1);
        }
    }
    step(args.len())?;
    if DEPTH.get() == MAX_DEPTH {
        return Ok(Expr::builtin(builtin, args));
    }
    DEPTH.set(DEPTH.get() + 1);
    let _deeper = Deeper;
    call(builtin, args)
}

fn call(builtin: Builtin, args: Vec<Expr>) -> Simplified {
    if args.iter().any(|arg| arg.is_constant(Constant::Nan)) && !builtin.is_boolean() && !takes_cases(builtin)
    {
        return Ok(Expr::constant(Constant::Nan));
    }
    if let Some(value) = decimal_value(builtin, &args)? {
        return Ok(value);
    }
    let arg = &args[0];
    let special = match builtin {
        Builtin::Sin => trigonometric::sin(arg)?,
        Builtin::Cos => trigonometric::cos(arg)?,
        Builtin::Tan => trigonometric::tan(arg)?,
        Builtin::Sec | Builtin::Csc | Builtin::Cot => reciprocal::circular(builtin, arg)?,
        Builtin::Sinh => hyperbolic::sinh(arg)?,
        Builtin::Cosh => hyperbolic::cosh(arg)?,
        Builtin::Tanh => hyperbolic::tanh(arg)?,
        Builtin::Sech | Builtin::Csch | Builtin::Coth => reciprocal::hyperbolic(builtin, arg)?,
        Builtin::Asin => inverse::asin(arg)?,
        Builtin::Acos => inverse::acos(arg)?,
        Builtin::Atan => inverse::atan(arg)?,
        Builtin::Asec | Builtin::Acsc | Builtin::Acot => inverse::of_reciprocal(builtin, arg)?,
        Builtin::Atan2 => inverse::atan2(arg, &args[1])?,
        Builtin::Asinh
        | Builtin::Acosh
        | Builtin::Atanh
        | Builtin::Asech
        | Builtin::Acsch
        | Builtin::Acoth => hyperbolic::inverse(builtin, arg)?,
        Builtin::Sinc => trigonometric::sinc(arg)?,
        Builtin::Exp => exponential::exp(arg)?,
        Builtin::Log => exponential::log(arg)?,
        Builtin::Sqrt => Some(super::sqrt(arg)?),
        Builtin::Abs => complex::abs(arg)?,
        Builtin::Sign => complex::signum(arg)?,
        Builtin::Re | Builtin::Im => complex::part(builtin, arg)?,
        Builtin::Conjugate => complex::conjugate(arg)?,
        Builtin::Arg => complex::argument(arg)?,
        Builtin::Floor | Builtin::Ceiling => rounding::rounded(builtin, arg)?,
        Builtin::Frac => rounding::frac(arg)?,
        Builtin::Min | Builtin::Max => return extreme::extreme(builtin, args),
        Builtin::Mod => rounding::modulo(arg, &args[1])?,
        Builtin::Heaviside => truth::heaviside(&args)?,
        Builtin::Piecewise => return truth::piecewise(&args),
        Builtin::Eq | Builtin::Ne | Builtin::Lt | Builtin::Le | Builtin::Gt | Builtin::Ge => {
            truth::relation(builtin, arg, &args[1])?
        }
        Builtin::And | Builtin::Or => return truth::joined(builtin, args),
        Builtin::Not => truth::not(arg)?,
        Builtin::Factorial => gamma::factorial(arg)?,
        Builtin::Factorial2 => gamma::double_factorial(arg)?,
        Builtin::Binomial => gamma::binomial(arg, &args[1])?,
        Builtin::Gamma => gamma::gamma(arg)?,
        Builtin::LogGamma => gamma::log_gamma(arg)?,
        Builtin::Polygamma => gamma::polygamma(arg, &args[1])?,
        Builtin::Beta => gamma::beta(arg, &args[1])?,
        Builtin::Erf | Builtin::Erfc | Builtin::Erfinv => special::error(builtin, arg)?,
        Builtin::BesselJ | Builtin::BesselY | Builtin::BesselI | Builtin::BesselK => {
            bessel::bessel(builtin, arg, &args[1])?
        }
        Builtin::AiryAi | Builtin::AiryBi => bessel::airy(builtin, arg)?,
        Builtin::Legendre
        | Builtin::ChebyshevT
        | Builtin::ChebyshevU
        | Builtin::Hermite
        | Builtin::Laguerre => polynomial::polynomial(builtin, arg, &args[1])?,
        Builtin::AssocLegendre => polynomial::assoc_legendre(&args)?,
        Builtin::EllipticK => special::elliptic_k(arg)?,
        Builtin::EllipticE => special::elliptic_e(&args)?,
        Builtin::Ei => special::exponential_integral(arg)?,
        Builtin::Expint => special::expint(arg, &args[1])?,
        Builtin::Zeta => special::zeta(&args)?,
        Builtin::Expm1 | Builtin::Log1p | Builtin::Log2 | Builtin::Log10 | Builtin::Hypot => None,
        Builtin::SumOf | Builtin::Mean | Builtin::Least | Builtin::Greatest | Builtin::Norm => None,
    };
    Ok(special.unwrap_or_else(|| Expr::builtin(builtin, args)))
}

fn takes_cases(builtin: Builtin) -> bool {
    matches!(builtin, Builtin::Piecewise | Builtin::Min | Builtin::Max)
}

/// Works out a function of decimal numbers: `sin(0.5)`. Exact arguments beside one are taken as decimal.
fn decimal_value(builtin: Builtin, args: &[Expr]) -> Result<Option<Expr>, Unfit> {
    // Those that stay exact, and those that sympy leaves as they are.
    let stays = builtin.is_boolean()
        || builtin.is_reduction()
        || matches!(
            builtin,
            Builtin::Floor
                | Builtin::Ceiling
                | Builtin::Min
                | Builtin::Max
                | Builtin::Sign
                | Builtin::Abs
                | Builtin::Mod
                | Builtin::Frac
                | Builtin::Re
                | Builtin::Im
                | Builtin::Conjugate
                | Builtin::Arg
                | Builtin::Heaviside
                | Builtin::Piecewise
                | Builtin::Expm1
                | Builtin::Log1p
                | Builtin::Log2
                | Builtin::Log10
                | Builtin::Hypot
                | Builtin::Polygamma
                | Builtin::Expint
                | Builtin::BesselJ
                | Builtin::BesselY
                | Builtin::BesselI
                | Builtin::BesselK
                | Builtin::Legendre
                | Builtin::ChebyshevT
                | Builtin::ChebyshevU
                | Builtin::Hermite
                | Builtin::Laguerre
                | Builtin::AssocLegendre
        );
    if stays || !args.iter().any(|arg| matches!(&**arg, Node::Float(_))) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_deep_stays_as_it_is() {
        let sine_of_zero = || function(Builtin::Sin, vec![Expr::integer(0)]);
        DEPTH.set(MAX_DEPTH);
        assert_eq!(sine_of_zero(), Ok(Expr::builtin(Builtin::Sin, vec![Expr::integer(0)])));
        DEPTH.set(0);
        assert_eq!(sine_of_zero(), Ok(Expr::integer(0)));
    }

    #[test]
    fn a_panic_leaves_the_depth_as_it_was() {
        let without_arguments = std::panic::catch_unwind(|| function(Builtin::Sin, Vec::new()));
        assert!(without_arguments.is_err());
        assert_eq!(DEPTH.get(), 0);
    }
}
