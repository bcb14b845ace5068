//! A function that is ready to be evaluated: its steps, and what is derived from them once.

use std::sync::Arc;
use std::time::Duration;

use kamodo_value::{Dtype, Value};

use crate::code::FloatCode;
use crate::steps::{Step, StepList};

/// The steps of a function, ready to be evaluated by a [`Machine`](crate::Machine).
#[derive(Debug)]
pub struct Program {
    list: StepList,
    /// By value: the last step that uses it; `usize::MAX` for the result.
    pub(crate) last_use: Vec<usize>,
    /// How many calls one evaluation makes, those that its callees make in turn and itself included.
    n_calls: u64,
    /// What runs if every argument is a numpy float64 scalar, or a float64 array, all of one shape.
    pub(crate) float_code: Option<FloatCode>,
}

// === impl Program ===

impl Program {
    /// Prepares steps for evaluation. Each step may only use values before its own.
    #[must_use]
    pub fn new(list: StepList) -> Self {
        let (last_use, float_code) = (list.last_uses(), FloatCode::compile(&list));
        Self { list, last_use, n_calls: 1, float_code }
    }

    /// Returns the steps and what they use.
    #[must_use]
    pub fn list(&self) -> &StepList {
        &self.list
    }

    /// Returns the names of the functions that the program asks for, by the index of [`crate::Progress::Call`].
    #[must_use]
    pub fn callees(&self) -> &[Arc<str>] {
        &self.list.callees
    }

    /// Returns how many calls one evaluation makes, those that its callees make in turn and itself included.
    #[must_use]
    pub fn n_calls(&self) -> u64 {
        self.n_calls
    }

    /// Returns whether each element of a result comes from the elements at its place: no step of its own reduces an
    /// array. What its callees do is not looked at.
    #[must_use]
    pub fn is_elementwise(&self) -> bool {
        !self.list.steps.iter().any(|step| matches!(step, Step::Reduce(..)))
    }

    /// Counts the calls of one evaluation, by how many one of each callee makes.
    #[must_use]
    pub fn with_calls_of(mut self, n_calls_of: impl Fn(usize) -> u64) -> Self {
        let calls = self.list.steps.iter().filter_map(|step| match step {
            Step::Call { callee, .. } => Some(n_calls_of(*callee as usize)),
            _ => None,
        });
        self.n_calls = calls.fold(1, u64::saturating_add);
        self
    }

    /// Estimates the time of the program's own steps for `args`, to choose where to run it.
    #[must_use]
    pub fn estimate(&self, args: &[Value]) -> Duration {
        let n_elements = args.iter().map(n_elements).max().unwrap_or(1).max(1);
        let doubles = args.iter().all(|arg| match arg {
            Value::Array(array) => array.dtype() == Dtype::Float64,
            _ => true,
        });
        let per_element: f64 = self.list.steps.iter().map(|step| step.nanoseconds(doubles)).sum();
        let bits = args.iter().map(integer_bits).max().unwrap_or(0);
        let overhead = self.list.steps.len() as f64 * (50.0 + bits as f64);
        Duration::from_nanos((per_element * n_elements as f64 + overhead) as u64)
    }
}

fn n_elements(value: &Value) -> usize {
    match value {
        Value::Array(array) => array.len(),
        Value::List(items) => items.len(),
        _ => 1,
    }
}

fn integer_bits(value: &Value) -> u64 {
    if let Value::Int(integer) = value { integer.bits() } else { 0 }
}
