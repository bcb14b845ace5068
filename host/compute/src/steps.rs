//! An expression as a flat list of steps over numbered values: plain data, which `kamodo_expr` makes.
//!
//! Every value has a [`Ref`]: first the parameters, then the constants, then the results of the steps, each of
//! which uses only values before it. Equal steps are one step, whichever of the inlined functions they are from.

use std::sync::Arc;

use kamodo_value::Value;

use crate::operation::{Binary, Reduction, Ternary, Unary};

/// The number of a value of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ref(pub u32);

/// One step; its result is the next value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Step {
    /// An operation of one operand.
    Unary(Unary, Ref),
    /// An operation of two operands.
    Binary(Binary, Ref, Ref),
    /// An operation of three operands.
    Ternary(Ternary, Ref, Ref, Ref),
    /// A reduction along the last axis.
    Reduce(Reduction, Ref),
    /// A call of another function.
    Call {
        /// Its index in [`StepList::callees`].
        callee: u32,
        /// One argument a parameter.
        args: Box<[Ref]>,
    },
}

/// The steps of a function, and what they use.
#[derive(Debug)]
pub struct StepList {
    /// How many parameters the function has.
    pub n_parameters: usize,
    /// The constants, each once.
    pub constants: Vec<Value>,
    /// In the order in which they run.
    pub steps: Vec<Step>,
    /// The functions that are called, by name.
    pub callees: Vec<Arc<str>>,
    /// The value that the function returns.
    pub result: Ref,
}

// === impl StepList ===

impl StepList {
    /// Returns the number of the first step's result.
    #[must_use]
    pub fn first_step(&self) -> usize {
        self.n_parameters + self.constants.len()
    }

    /// Returns by value the last step that uses it; `usize::MAX` for the result.
    pub(crate) fn last_uses(&self) -> Vec<usize> {
        let mut last_use = vec![0; self.first_step() + self.steps.len()];
        for (index, step) in self.steps.iter().enumerate() {
            step.for_each_operand(|operand| last_use[operand.0 as usize] = index);
        }
        last_use[self.result.0 as usize] = usize::MAX;
        last_use
    }
}

// === impl Step ===

impl Step {
    /// Rough time an element; what is not a double goes through typed loops with a buffer a step.
    pub(crate) fn nanoseconds(&self, doubles: bool) -> f64 {
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
        Value::Float(float) => Some(*float),
        Value::Scalar(scalar) => scalar.as_f64(),
        _ => None,
    }
}
