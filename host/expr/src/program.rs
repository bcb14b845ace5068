//! The immutable, flat form of an expression that is evaluated: a list of steps over numbered values.
//!
//! Every value has a [`Ref`]: first the parameters, then the constants, then the results of the steps, each of
//! which uses only values before it. Equal steps are one step, whichever of the inlined functions they are from.
//! [`crate::lower`] makes a program, [`crate::evaluate`] runs it.

use std::sync::Arc;
use std::time::Duration;

use kamodo_value::{Scalar, Value};

use crate::Builtin;
use crate::evaluate::{FloatCode, Machine};

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
    Call { callee: u32, args: Box<[Ref]> },
}

/// An operation of one operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Unary {
    Neg,
    Abs,
    Sign,
    Floor,
    Ceiling,
    Sqrt,
    Sin,
    Cos,
    Tan,
    Asin,
    Acos,
    Atan,
    Sinh,
    Cosh,
    Tanh,
    Exp,
    Log,
}

/// An operation of two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    Pow,
    Mod,
    Min,
    Max,
    Atan2,
}

// === impl Program ===

impl Program {
    /// Returns the names of the functions that the program asks for, by the index of [`crate::Progress::Call`].
    #[must_use]
    pub fn callees(&self) -> &[Arc<str>] {
        &self.callees
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
        match self {
            Self::Call { .. } => 0.0,
            Self::Binary(
                Binary::Add | Binary::Sub | Binary::Mul | Binary::Div | Binary::Min | Binary::Max,
                ..,
            )
            | Self::Unary(
                Unary::Neg | Unary::Abs | Unary::Sqrt | Unary::Floor | Unary::Ceiling | Unary::Sign,
                _,
            ) => {
                if doubles {
                    0.4
                } else {
                    2.0
                }
            }
            Self::Unary(..) => {
                if doubles {
                    2.0
                } else {
                    6.0
                }
            }
            Self::Binary(..) => 15.0,
        }
    }

    pub(crate) fn for_each_operand(&self, mut visit: impl FnMut(Ref)) {
        match self {
            Self::Unary(_, operand) => visit(*operand),
            Self::Binary(_, left, right) => {
                visit(*left);
                visit(*right);
            }
            Self::Call { args, .. } => args.iter().copied().for_each(visit),
        }
    }
}

// === impl Unary ===

impl Unary {
    /// Returns the name by which a user knows it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Neg => "-",
            Self::Abs => "Abs",
            Self::Sign => "sign",
            Self::Floor => "floor",
            Self::Ceiling => "ceiling",
            Self::Sqrt => "sqrt",
            Self::Sin => "sin",
            Self::Cos => "cos",
            Self::Tan => "tan",
            Self::Asin => "asin",
            Self::Acos => "acos",
            Self::Atan => "atan",
            Self::Sinh => "sinh",
            Self::Cosh => "cosh",
            Self::Tanh => "tanh",
            Self::Exp => "exp",
            Self::Log => "log",
        }
    }
}

// === impl Binary ===

impl Binary {
    /// Returns the name by which a user knows it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::Pow => "**",
            Self::Mod => "%",
            Self::Min => "Min",
            Self::Max => "Max",
            Self::Atan2 => "atan2",
        }
    }
}

/// What a function of the language becomes.
pub(crate) enum Lowered {
    Unary(Unary),
    Binary(Binary),
}

impl From<Builtin> for Lowered {
    fn from(builtin: Builtin) -> Self {
        Self::Unary(match builtin {
            Builtin::Sin => Unary::Sin,
            Builtin::Cos => Unary::Cos,
            Builtin::Tan => Unary::Tan,
            Builtin::Asin => Unary::Asin,
            Builtin::Acos => Unary::Acos,
            Builtin::Atan => Unary::Atan,
            Builtin::Sinh => Unary::Sinh,
            Builtin::Cosh => Unary::Cosh,
            Builtin::Tanh => Unary::Tanh,
            Builtin::Exp => Unary::Exp,
            Builtin::Log => Unary::Log,
            Builtin::Sqrt => Unary::Sqrt,
            Builtin::Abs => Unary::Abs,
            Builtin::Sign => Unary::Sign,
            Builtin::Floor => Unary::Floor,
            Builtin::Ceiling => Unary::Ceiling,
            Builtin::Atan2 => return Self::Binary(Binary::Atan2),
            Builtin::Min => return Self::Binary(Binary::Min),
            Builtin::Max => return Self::Binary(Binary::Max),
            Builtin::Mod => return Self::Binary(Binary::Mod),
        })
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
