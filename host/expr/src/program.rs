//! The immutable, flat form of an expression that is evaluated: a list of steps over numbered values.
//!
//! Every value has a [`Ref`]: first the parameters, then the constants, then the results of the steps, each of
//! which uses only values before it. Equal steps are one step, whichever of the inlined functions they are from.
//! [`crate::lower`] makes a program, [`crate::evaluate`] runs it.

use std::sync::Arc;
use std::time::Duration;

use kamodo_value::{Scalar, Value};

mod operation;

use crate::evaluate::{FloatCode, Machine};
pub(crate) use operation::{Binary, Reduction, Ternary, Unary};

/// An expression lowered to steps; evaluate it with [`Program::start`].
#[derive(Debug)]
pub struct Program {
    pub(crate) n_parameters: usize,
    pub(crate) constants: Vec<Value>,
    pub(crate) steps: Vec<Step>,
    pub(crate) callees: Vec<Arc<str>>,
    pub(crate) result: Ref,
    /// By value: the last step that uses it; `usize::MAX` for the result.
    pub(crate) last_use: Vec<usize>,
    /// How many calls one evaluation makes, those that its callees make in turn and itself included.
    pub(crate) n_calls: u64,
    /// What runs where every argument is a numpy float64 scalar.
    pub(crate) float_code: Option<FloatCode>,
}

/// The number of a value of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Ref(pub(crate) u32);

/// One step; its result is the next value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Step {
    Unary(Unary, Ref),
    Binary(Binary, Ref, Ref),
    Ternary(Ternary, Ref, Ref, Ref),
    Reduce(Reduction, Ref),
    Call { callee: u32, args: Box<[Ref]> },
}

// === impl Program ===

impl Program {
    /// Returns the names of the functions that the program asks for, by the index of [`crate::Progress::Call`].
    #[must_use]
    pub fn callees(&self) -> &[Arc<str>] {
        &self.callees
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
        !self.steps.iter().any(|step| matches!(step, Step::Reduce(..)))
    }

    /// Counts the calls of one evaluation, by how many one of each callee makes.
    #[must_use]
    pub fn with_calls_of(mut self, n_calls_of: impl Fn(usize) -> u64) -> Self {
        let calls = self.steps.iter().filter_map(|step| match step {
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
            Value::Array(array) => array.dtype() == kamodo_value::Dtype::Float64,
            _ => true,
        });
        let per_element: f64 = self.steps.iter().map(|step| step.nanoseconds(doubles)).sum();
        let bits = args.iter().map(integer_bits).max().unwrap_or(0);
        let overhead = self.steps.len() as f64 * (50.0 + bits as f64);
        Duration::from_nanos((per_element * n_elements as f64 + overhead) as u64)
    }

    /// Begins an evaluation with one argument a parameter.
    #[must_use]
    pub fn start(self: Arc<Self>, args: Vec<Value>) -> Machine {
        Machine::new(self, args)
    }

    pub(crate) fn first_step(&self) -> usize {
        self.n_parameters + self.constants.len()
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

// === impl Step ===

impl Step {
    /// Rough time an element; what is not a double goes through typed loops with a buffer a step.
    fn nanoseconds(&self, doubles: bool) -> f64 {
        let (vector, typed) = match self {
            Self::Call { .. } => return 0.0,
            Self::Unary(operation, _) => operation.nanoseconds(),
            Self::Binary(operation, ..) => operation.nanoseconds(),
            Self::Ternary(operation, ..) => operation.nanoseconds(),
            Self::Reduce(..) => (0.5, 2.0),
        };
        if doubles { vector } else { typed }
    }

    pub(crate) fn for_each_operand(&self, mut visit: impl FnMut(Ref)) {
        match self {
            Self::Unary(_, operand) | Self::Reduce(_, operand) => visit(*operand),
            Self::Binary(_, left, right) => {
                visit(*left);
                visit(*right);
            }
            Self::Ternary(_, first, second, third) => [*first, *second, *third].into_iter().for_each(visit),
            Self::Call { args, .. } => args.iter().copied().for_each(visit),
        }
    }
}

/// Returns the double that numpy makes of a real constant beside a float64.
pub(crate) fn as_double(value: &Value) -> Option<f64> {
    use num_traits::ToPrimitive;
    match value {
        Value::Bool(truth) => Some(f64::from(u8::from(*truth))),
        Value::Int(integer) if integer.bits() <= 63 => integer.to_f64(),
        Value::Float(float) | Value::Scalar(Scalar::Float64(float)) => Some(*float),
        Value::Scalar(Scalar::Float32(float)) => Some(f64::from(*float)),
        Value::Scalar(Scalar::Float16(float)) => Some(f64::from(*float)),
        Value::Scalar(Scalar::Int64(integer)) => Some(*integer as f64),
        Value::Scalar(Scalar::Int32(integer)) => Some(f64::from(*integer)),
        Value::Scalar(Scalar::Int16(integer)) => Some(f64::from(*integer)),
        Value::Scalar(Scalar::Int8(integer)) => Some(f64::from(*integer)),
        Value::Scalar(Scalar::Uint64(integer)) => Some(*integer as f64),
        Value::Scalar(Scalar::Uint32(integer)) => Some(f64::from(*integer)),
        Value::Scalar(Scalar::Uint16(integer)) => Some(f64::from(*integer)),
        Value::Scalar(Scalar::Uint8(integer)) => Some(f64::from(*integer)),
        Value::Scalar(Scalar::Bool(truth)) => Some(f64::from(u8::from(*truth))),
        _ => None,
    }
}
