//! Why an evaluation fails.

use std::fmt;

use kamodo_value::{Dtype, Value};

/// Why an evaluation fails. It does not say which function: whoever called it knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EvaluateError {
    /// A Python number divided by zero, or zero raised to a negative power.
    #[error("division by zero in `{operation}` of {left} and {right}")]
    DivisionByZero {
        /// The operator.
        operation: &'static str,
        /// The kind of the left operand.
        left: Kind,
        /// The kind of the right operand.
        right: Kind,
    },
    /// The result of a Python operator is beyond the largest double.
    #[error("the result of `{operation}` of {left} and {right} is too large for a float")]
    Overflow {
        /// The operator.
        operation: &'static str,
        /// The kind of the left operand.
        left: Kind,
        /// The kind of the right operand.
        right: Kind,
    },
    /// An exact integer result that would take too much memory and time.
    #[error("the result of `{operation}` is an integer of more than {limit} bits")]
    IntegerTooLarge {
        /// The operator.
        operation: &'static str,
        /// How many bits there may be.
        limit: u64,
    },
    /// An exact integer that is beyond the largest double meets a float.
    #[error("an integer of {bits} bits is too large for a float")]
    IntegerTooLargeForFloat {
        /// How many bits it has.
        bits: u64,
    },
    /// An exact integer beyond 64 bits meets what computes in numpy's types.
    #[error("`{operation}` takes no integer beyond 64 bits, found one of {bits} bits")]
    IntegerBeyondNumpy {
        /// The operator or function.
        operation: &'static str,
        /// How many bits it has.
        bits: u64,
    },
    /// numpy integers raised to a negative integer.
    #[error("{left} cannot be raised to a negative power of {right}")]
    NegativeIntegerPower {
        /// The kind of the base.
        left: Kind,
        /// The kind of the exponent.
        right: Kind,
    },
    /// The factorial of a negative integer.
    #[error("a negative integer has no `factorial`")]
    NegativeFactorial,
    /// A condition that is neither true nor false.
    #[error("a condition of `Piecewise` is true or false, found {operand}")]
    Condition {
        /// The kind of what was found.
        operand: Kind,
    },
    /// Two shapes that do not match.
    #[error("`{operation}`: shapes `{}` and `{}` cannot be broadcast together", Shape(left), Shape(right))]
    Broadcast {
        /// The operator or function.
        operation: &'static str,
        /// The shape of the left operand.
        left: Box<[usize]>,
        /// The shape of the right operand.
        right: Box<[usize]>,
    },
    /// An operator or function of one operand that does not take this one.
    #[error("`{operation}` does not take {operand}")]
    Operand {
        /// The operator or function.
        operation: &'static str,
        /// The kind of the operand.
        operand: Kind,
    },
    /// An operator or function of two operands that does not take these.
    #[error("`{operation}` does not take {left} and {right}")]
    Operands {
        /// The operator or function.
        operation: &'static str,
        /// The kind of the left operand.
        left: Kind,
        /// The kind of the right operand.
        right: Kind,
    },
    /// A list that makes no array.
    #[error("`{operation}`: the items of a list differ in shape, or one is {item}")]
    RaggedList {
        /// The operator or function.
        operation: &'static str,
        /// The kind of the item at which it shows.
        item: Kind,
    },
    /// An axis without elements, of which there is no mean, least or greatest.
    #[error("`{operation}` of an array of shape `{}`, whose last axis has no elements", Shape(shape))]
    NoElements {
        /// The function.
        operation: &'static str,
        /// The shape of the array.
        shape: Box<[usize]>,
    },
    /// A result that would take too much memory.
    #[error("the result of `{operation}` would have more than {limit} elements")]
    ResultTooLarge {
        /// The operator or function.
        operation: &'static str,
        /// How many elements there may be.
        limit: usize,
    },
    /// A call with more or fewer arguments than there are parameters.
    #[error("expected {expected} argument{}, found {found}", if *expected == 1 { "" } else { "s" })]
    ArgumentCount {
        /// How many parameters there are.
        expected: usize,
        /// How many arguments there were.
        found: usize,
    },
    /// A machine that was resumed after its end, or without the result that it asked for.
    #[error("the evaluation was resumed without the result that it waits for")]
    NotSupplied,
    /// Nobody waits for the result any more.
    #[error("cancelled")]
    Cancelled,
}

/// What sort of value an operand is, in the words of Python and numpy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A Python value, by the name of its type.
    Python(&'static str),
    /// A numpy scalar.
    Scalar(Dtype),
    /// A numpy array.
    Array(Dtype, Box<[usize]>),
}

/// A shape as Python writes it.
struct Shape<'a>(&'a [usize]);

// === impl EvaluateError ===

impl EvaluateError {
    /// Returns what to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::DivisionByZero { .. } => {
                "pass a numpy value, such as `numpy.float64(0)`, to get infinity or nan instead"
            }
            Self::Overflow { .. } => "pass a numpy value to get infinity instead",
            Self::IntegerTooLarge { .. }
            | Self::IntegerTooLargeForFloat { .. }
            | Self::IntegerBeyondNumpy { .. } => "pass a float instead of an integer",
            Self::NegativeIntegerPower { .. } => "pass floats, or write `1/x**n`",
            Self::Broadcast { .. } => {
                "each dimension, counted from the last, has to be equal or 1 on one of both sides"
            }
            Self::NoElements { .. } => {
                "pass at least one element along it; only `sum` and `norm` are 0 there"
            }
            Self::NegativeFactorial => "`gamma(x + 1)` of floats goes on between the negative integers",
            Self::Condition { .. } => "pass `True`, `False` or an array of them",
            Self::RaggedList { .. } => "pass a numpy array, or lists of numbers of one length",
            Self::Operand { operand, .. } if operand.is_bool() => "pass an integer array instead of bool",
            Self::Operands { left, right, .. } if left.is_bool() && right.is_bool() => {
                "pass an integer array instead of bool"
            }
            Self::Operands { left: Kind::Python("list"), .. }
            | Self::Operands { right: Kind::Python("list"), .. } => "pass a numpy array instead of a list",
            _ => return None,
        };
        Some(hint.to_owned())
    }
}

// === impl Kind ===

impl Kind {
    fn is_bool(&self) -> bool {
        matches!(self, Self::Scalar(Dtype::Bool) | Self::Array(Dtype::Bool, _))
    }
}

impl From<&Value> for Kind {
    fn from(value: &Value) -> Self {
        match value {
            Value::None => Self::Python("NoneType"),
            Value::Bool(_) => Self::Python("bool"),
            Value::Int(_) => Self::Python("int"),
            Value::Float(_) => Self::Python("float"),
            Value::Complex(_) => Self::Python("complex"),
            Value::Rational(_) => Self::Python("Rational"),
            Value::Text(_) => Self::Python("str"),
            Value::Data(_) => Self::Python("bytes"),
            Value::List(_) => Self::Python("list"),
            Value::Scalar(scalar) => Self::Scalar(scalar.dtype()),
            Value::Array(array) => Self::Array(array.dtype(), array.shape().into()),
            Value::TextArray(_) => Self::Python("array of text"),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Python(name) => write!(f, "`{name}`"),
            Self::Scalar(dtype) => write!(f, "`numpy.{}`", dtype.name()),
            Self::Array(dtype, shape) => write!(f, "`{}` array of shape `{}`", dtype.name(), Shape(shape)),
        }
    }
}

// === impl Shape ===

impl fmt::Display for Shape<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            [length] => write!(f, "({length},)"),
            lengths => {
                let lengths: Vec<_> = lengths.iter().map(usize::to_string).collect();
                write!(f, "({})", lengths.join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use insta::assert_snapshot;
    use kamodo_value::{Array, Scalar, Value};
    use num_bigint::BigInt;

    use crate::apply;
    use crate::operation::{Binary, Ternary, Unary};
    use crate::program::Program;
    use crate::steps::{Ref, Step, StepList};

    fn vector(elements: &[f64]) -> Value {
        Value::Array(Array::vector(elements.to_vec()))
    }

    fn int(value: i64) -> Value {
        Value::Int(BigInt::from(value))
    }

    fn render(error: &super::EvaluateError) -> String {
        match error.hint() {
            Some(hint) => format!("{error}\nhint: {hint}"),
            None => error.to_string(),
        }
    }

    #[track_caller]
    fn binary(operation: Binary, left: Value, right: Value) -> String {
        render(&apply::binary(operation, &left, &right).unwrap_err())
    }

    #[track_caller]
    fn unary(operation: Unary, operand: Value) -> String {
        render(&apply::unary(operation, &operand).unwrap_err())
    }

    #[test]
    fn division_by_zero() {
        assert_snapshot!(binary(Binary::Div, int(1), int(0)), @r"
        division by zero in `/` of `int` and `int`
        hint: pass a numpy value, such as `numpy.float64(0)`, to get infinity or nan instead
        ");
        assert_snapshot!(binary(Binary::Pow, Value::Float(0.0), int(-1)), @r"
        division by zero in `**` of `float` and `int`
        hint: pass a numpy value, such as `numpy.float64(0)`, to get infinity or nan instead
        ");
    }

    #[test]
    fn overflow() {
        assert_snapshot!(binary(Binary::Pow, Value::Float(1e200), int(2)), @r"
        the result of `**` of `float` and `int` is too large for a float
        hint: pass a numpy value to get infinity instead
        ");
    }

    #[test]
    fn integers_too_large() {
        assert_snapshot!(binary(Binary::Pow, int(10), int(10_000_000_000)), @r"
        the result of `**` is an integer of more than 65536 bits
        hint: pass a float instead of an integer
        ");
        let large = Value::Int(BigInt::from(1) << 2000);
        assert_snapshot!(binary(Binary::Add, large.clone(), Value::Float(1.5)), @r"
        an integer of 2001 bits is too large for a float
        hint: pass a float instead of an integer
        ");
        assert_snapshot!(unary(Unary::Sin, large), @r"
        `sin` takes no integer beyond 64 bits, found one of 2001 bits
        hint: pass a float instead of an integer
        ");
    }

    #[test]
    fn negative_integer_power() {
        assert_snapshot!(binary(Binary::Pow, Value::Array(Array::vector(vec![1_i32, 2])), int(-1)), @r"
        `int32` array of shape `(2,)` cannot be raised to a negative power of `int`
        hint: pass floats, or write `1/x**n`
        ");
    }

    #[test]
    fn no_value() {
        assert_snapshot!(unary(Unary::Factorial, int(-1)), @r"
        a negative integer has no `factorial`
        hint: `gamma(x + 1)` of floats goes on between the negative integers
        ");
        assert_snapshot!(unary(Unary::Factorial, int(1_000_000)), @r"
        the result of `factorial` is an integer of more than 65536 bits
        hint: pass a float instead of an integer
        ");
        let error = apply::ternary(Ternary::Select, &int(1), &int(2), &int(3)).unwrap_err();
        assert_snapshot!(render(&error), @r"
        a condition of `Piecewise` is true or false, found `int`
        hint: pass `True`, `False` or an array of them
        ");
    }

    #[test]
    fn shapes() {
        assert_snapshot!(binary(Binary::Add, vector(&[1.0, 2.0]), vector(&[1.0, 2.0, 3.0])), @r"
        `+`: shapes `(2,)` and `(3,)` cannot be broadcast together
        hint: each dimension, counted from the last, has to be equal or 1 on one of both sides
        ");
        let matrix = Value::Array(Array::new([2, 3], vec![1_u8; 6]).unwrap());
        assert_snapshot!(binary(Binary::Max, matrix, vector(&[1.0, 2.0])), @r"
        `Max`: shapes `(2, 3)` and `(2,)` cannot be broadcast together
        hint: each dimension, counted from the last, has to be equal or 1 on one of both sides
        ");
    }

    #[test]
    fn too_many_elements() {
        let column = Value::Array(Array::new([20_000, 1], vec![1.0; 20_000]).unwrap());
        assert_snapshot!(binary(Binary::Mul, column, vector(&vec![1.0; 20_000])), @r"the result of `*` would have more than 134217728 elements");
        let list = Value::List(vec![Value::None; 1000]);
        assert_snapshot!(binary(Binary::Mul, list, int(1_000_000)), @r"the result of `*` would have more than 16777216 elements");
    }

    #[test]
    fn types() {
        assert_snapshot!(binary(Binary::Add, Value::Text("a".into()), int(1)), @r"`+` does not take `str` and `int`");
        assert_snapshot!(binary(Binary::Pow, Value::List(vec![int(1)]), int(2)), @r"
        `**` does not take `list` and `int`
        hint: pass a numpy array instead of a list
        ");
        assert_snapshot!(binary(Binary::Sub, Value::Scalar(Scalar::Bool(true)), Value::Scalar(Scalar::Bool(true))), @r"
        `-` does not take `numpy.bool` and `numpy.bool`
        hint: pass an integer array instead of bool
        ");
        assert_snapshot!(unary(Unary::Sin, Value::None), @r"`sin` does not take `NoneType`");
        assert_snapshot!(unary(Unary::Neg, Value::Array(Array::vector(vec![true]))), @r"
        `-` does not take `bool` array of shape `(1,)`
        hint: pass an integer array instead of bool
        ");
    }

    #[test]
    fn ragged_list() {
        let rows = vec![Value::List(vec![int(1), int(2)]), Value::List(vec![int(3)])];
        assert_snapshot!(unary(Unary::Sin, Value::List(rows)), @r"
        `sin`: the items of a list differ in shape, or one is `list`
        hint: pass a numpy array, or lists of numbers of one length
        ");
        assert_snapshot!(unary(Unary::Sin, Value::List(vec![int(1), Value::Text("a".into())])), @r"
        `sin`: the items of a list differ in shape, or one is `str`
        hint: pass a numpy array, or lists of numbers of one length
        ");
    }

    #[test]
    fn the_machine_itself() {
        let list = StepList {
            n_parameters: 1,
            constants: vec![],
            steps: vec![Step::Binary(Binary::Add, Ref(0), Ref(0))],
            callees: vec![],
            result: Ref(1),
        };
        let program = Arc::new(Program::new(list));
        let error = Arc::clone(&program).start(vec![]).resume(&|| false).unwrap_err();
        assert_snapshot!(render(&error), @r"expected 1 argument, found 0");
        let mut machine = Arc::clone(&program).start(vec![vector(&[1.0; 1000])]);
        assert_snapshot!(render(&machine.resume(&|| true).unwrap_err()), @r"cancelled");
        assert_snapshot!(render(&machine.resume(&|| false).unwrap_err()), @r"the evaluation was resumed without the result that it waits for");
    }
}
