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
