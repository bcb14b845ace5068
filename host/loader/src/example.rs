//! A plugin's examples: calls, and what they give.

use std::fmt::Write as _;

use kamodo_registry::{CallError, Cancel, ContributedFunction};
use kamodo_value::{Array, Scalar, Value};

use crate::broadcast::render as render_shape;
use crate::operand::Operand;

/// The most elements of an array that are shown.
const SHOWN: usize = 6;

/// A call and what it gives.
#[derive(Debug, PartialEq)]
pub(crate) struct Example {
    pub(crate) arguments: Vec<Numbers>,
    pub(crate) result: Numbers,
    pub(crate) tolerance: Option<f64>,
}

/// Numbers of some shape.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Numbers {
    pub(crate) shape: Vec<usize>,
    pub(crate) values: Vec<f64>,
}

/// An example that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("example `{call}`: expected {expected}, found {found}")]
#[non_exhaustive]
pub struct ExampleFault {
    /// The call.
    pub call: String,
    /// What it should give.
    pub expected: String,
    /// What it gave.
    pub found: String,
}

// === impl Example ===

impl Example {
    /// Writes the call, and what it should give.
    pub(crate) fn shown(&self, function: &ContributedFunction) -> (String, String) {
        let arguments: Vec<_> = self.arguments.iter().map(Numbers::render).collect();
        (format!("{}({})", function.name(), arguments.join(", ")), self.result.render())
    }

    /// Runs it as a client's call runs.
    pub(crate) fn run(&self, function: &ContributedFunction) -> Result<(), ExampleFault> {
        let (call, expected) = self.shown(function);
        let fault = |expected: String, found: String| Err(ExampleFault { call, expected, found });
        let ContributedFunction::Native { code, .. } = function else { return Ok(()) };
        let arguments = self.arguments.iter().map(Numbers::to_value).collect();
        let found = match code.call(arguments, &Cancel::default()) {
            Ok(value) => Numbers::read(value),
            Err(CallError::Panicked { message, .. }) => {
                return fault(expected, format!("a panic: {message}"));
            }
            Err(CallError::Failed { message, .. }) => {
                return fault(expected, format!("a failure: {message}"));
            }
            Err(error) => return fault(expected, error.to_string()),
        };
        if found.shape != self.result.shape {
            return fault(expected, format!("{} of shape {}", found.render(), render_shape(&found.shape)));
        }
        let pairs = self.result.values.iter().zip(&found.values).enumerate();
        for (flat, (&expected, &found)) in pairs {
            let tolerance = self.tolerance.unwrap_or(1e-12 * expected.abs());
            let is_same = found == expected || found.is_nan() && expected.is_nan();
            let is_close = (found - expected).abs() <= tolerance; // not where either is NaN
            if !(is_same || is_close) {
                let place = self.result.place(flat);
                return fault(format!("{expected:?} within {tolerance:?}{place}"), format!("{found:?}"));
            }
        }
        Ok(())
    }
}

// === impl Numbers ===

impl Numbers {
    fn to_value(&self) -> Value {
        match (&*self.shape, &*self.values) {
            ([], [number]) => Value::Scalar(Scalar::Float64(*number)),
            _ => Array::new(self.shape.clone(), self.values.clone())
                .expect("`spec` reads as many values as the shape asks for")
                .into(),
        }
    }

    fn read(value: Value) -> Self {
        let operand = Operand::read(value).expect("a plugin's code gives numbers");
        Self { shape: operand.shape().to_vec(), values: operand.values().to_vec() }
    }

    fn render(&self) -> String {
        if let ([], [number]) = (&*self.shape, &*self.values) {
            return format!("{number:?}");
        }
        let shown: Vec<_> = self.values.iter().take(SHOWN).map(|number| format!("{number:?}")).collect();
        let mut text = format!("[{}", shown.join(", "));
        if self.values.len() > SHOWN {
            text.push_str(", …");
        }
        text.push(']');
        if self.shape.len() != 1 {
            // writing to a String cannot fail
            let _ = write!(text, " of shape {}", render_shape(&self.shape));
        }
        text
    }

    /// Where an element stands, as numpy would index it; nothing for a number.
    fn place(&self, mut flat: usize) -> String {
        let mut place = vec![0; self.shape.len()];
        for (at, &length) in place.iter_mut().zip(&self.shape).rev() {
            (*at, flat) = (flat % length, flat / length);
        }
        if place.is_empty() { String::new() } else { format!(" at {place:?}") }
    }
}
