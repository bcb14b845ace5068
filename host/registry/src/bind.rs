//! The arguments of a call to the parameters of a function.

use kamodo_units::suggest;
use kamodo_value::{Signature, Value};

use crate::CallError;

/// The keyword that the published client sends to a function without parameters, whose only argument it
/// was told to be `_` = nothing.
pub const NO_ARGUMENT: &str = "_";

/// Returns one value a parameter, in the order of the signature, defaults filled in.
///
/// Of a keyword that is given more than once the last one counts, as in the published server.
///
/// # Errors
/// [`CallError`] where there are too many or too few arguments, a keyword that is no parameter, or a
/// parameter given by position and by keyword.
pub fn bind(
    signature: &Signature,
    args: Vec<Value>,
    kwargs: Vec<(String, Value)>,
) -> Result<Vec<Value>, CallError> {
    let parameters = &signature.parameters;
    let (expected, found) = (parameters.len(), args.len());
    if found > expected {
        return Err(CallError::TooMany { function: signature.symbol(), expected, found });
    }
    if found == expected && kwargs.is_empty() {
        return Ok(args);
    }
    let mut bound: Vec<Option<Value>> = args.into_iter().map(Some).collect();
    bound.resize(expected, None);
    for (name, value) in kwargs {
        let Some(index) = parameters.iter().position(|parameter| parameter.name == name) else {
            if expected == 0 && name == NO_ARGUMENT && value == Value::None {
                continue;
            }
            let similar = suggest(&name, parameters.iter().map(|p| p.name.as_str())).map(str::to_owned);
            return Err(CallError::UnknownArgument { function: signature.symbol(), argument: name, similar });
        };
        if index < found {
            return Err(CallError::Twice { function: signature.symbol(), argument: name });
        }
        bound[index] = Some(value);
    }
    let mut missing = Vec::new();
    let values = bound
        .into_iter()
        .zip(parameters)
        .filter_map(|(value, parameter)| {
            let value = value.or_else(|| parameter.default.clone());
            if value.is_none() {
                missing.push(parameter.name.clone());
            }
            value
        })
        .collect();
    if missing.is_empty() {
        Ok(values)
    } else {
        Err(CallError::Missing { function: signature.symbol(), missing })
    }
}

#[cfg(test)]
mod tests {
    use kamodo_value::Parameter;

    use super::*;

    /// `f(x, y=10)`
    fn signature() -> Signature {
        let parameter = |name: &str, default| Parameter { name: name.to_owned(), unit: None, default };
        Signature {
            name: "f".to_owned(),
            parameters: vec![parameter("x", None), parameter("y", Some(Value::Float(10.0)))],
            unit: None,
        }
    }

    #[track_caller]
    fn check(args: &[f64], kwargs: &[(&str, f64)], expect: &[f64]) {
        assert_eq!(call(args, kwargs).unwrap(), floats(expect));
    }

    fn refusal(args: &[f64], kwargs: &[(&str, f64)]) -> String {
        let error = call(args, kwargs).unwrap_err();
        format!("{error}; hint: {}", error.hint().unwrap_or_default())
    }

    fn call(args: &[f64], kwargs: &[(&str, f64)]) -> Result<Vec<Value>, CallError> {
        let kwargs = kwargs.iter().map(|(name, value)| ((*name).to_owned(), Value::Float(*value))).collect();
        bind(&signature(), floats(args), kwargs)
    }

    fn floats(values: &[f64]) -> Vec<Value> {
        values.iter().copied().map(Value::Float).collect()
    }

    #[test]
    fn by_position_keyword_and_default() {
        check(&[1.0, 2.0], &[], &[1.0, 2.0]);
        check(&[1.0], &[], &[1.0, 10.0]);
        check(&[1.0], &[("y", 2.0)], &[1.0, 2.0]);
        check(&[], &[("y", 2.0), ("x", 1.0)], &[1.0, 2.0]);
    }

    #[test]
    fn the_last_of_equal_keywords_counts() {
        check(&[], &[("x", 1.0), ("x", 9.0)], &[9.0, 10.0]);
    }

    #[test]
    fn refusals() {
        insta::assert_snapshot!(refusal(&[1.0, 2.0, 3.0], &[]), @"`f(x, y)` takes 2 arguments, found 3; hint: call it as `f(x, y)`");
        insta::assert_snapshot!(refusal(&[], &[]), @"`f(x, y)`: missing argument `x`; hint: call it as `f(x, y)`");
        insta::assert_snapshot!(refusal(&[1.0], &[("z", 1.0)]), @"`f(x, y)` has no argument `z`; hint: call it as `f(x, y)`");
        insta::assert_snapshot!(refusal(&[1.0], &[("Y", 1.0)]), @"`f(x, y)` has no argument `Y`; hint: did you mean `y`?");
        insta::assert_snapshot!(refusal(&[1.0], &[("x", 1.0)]), @"`f(x, y)`: argument `x` is given by position and by keyword; hint: leave out one of the two `x`");
    }

    #[test]
    fn the_published_clients_call_of_a_function_without_arguments() {
        let signature = Signature { parameters: Vec::new(), ..signature() };
        assert_eq!(bind(&signature, Vec::new(), vec![(NO_ARGUMENT.to_owned(), Value::None)]), Ok(Vec::new()));
        assert!(bind(&signature, Vec::new(), vec![(NO_ARGUMENT.to_owned(), Value::Float(1.0))]).is_err());
    }
}
