//! Functions of the language: each to its special values, and the form in which it keeps its arguments.

use std::cell::Cell;

use super::{Simplified, Unfit, add, mul, numeric, step};
use crate::builtin::{Builtin, Decimals, Rule};
use crate::{Constant, Expr, Float, Node};

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
    let special = match builtin.row().rule {
        Rule::Unruled => None,
        Rule::One(rule) => rule(&args[0])?,
        Rule::Two(rule) => rule(&args[0], &args[1])?,
        Rule::Each(rule) => rule(&args)?,
        Rule::OneOf(rule) => rule(builtin, &args[0])?,
        Rule::TwoOf(rule) => rule(builtin, &args[0], &args[1])?,
        Rule::Whole(rule) => return rule(&args),
        Rule::EachOf(rule) => return rule(builtin, args),
    };
    Ok(special.unwrap_or_else(|| Expr::builtin(builtin, args)))
}

fn takes_cases(builtin: Builtin) -> bool {
    matches!(builtin, Builtin::Piecewise | Builtin::Min | Builtin::Max)
}

/// Works out a function of decimal numbers: `sin(0.5)`. Exact arguments beside one are taken as decimal.
fn decimal_value(builtin: Builtin, args: &[Expr]) -> Result<Option<Expr>, Unfit> {
    if builtin.row().decimals != Decimals::Computed
        || !args.iter().any(|arg| matches!(&**arg, Node::Float(_)))
    {
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
