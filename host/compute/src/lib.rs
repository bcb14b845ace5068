//! Evaluation: from a list of steps to a value, with the rules of Python and numpy.
//!
//! A function is a [`StepList`]; a [`Program`] is such a list, prepared; a [`Machine`] runs it with arguments, and
//! stops whenever another function has to be called. Python's rules hold among Python's values, numpy's beside one
//! of numpy's, to the last bit. Nothing here knows names, units or the tree of an expression.

pub mod apply;
mod beyond;
mod broadcast;
mod code;
mod complex;
mod element;
mod error;
mod fused;
mod lanes;
mod list;
mod machine;
mod operation;
mod powers;
mod program;
mod promote;
mod python;
mod real;
mod simd;
mod special;
mod steps;
mod ufunc;

pub use error::{EvaluateError, Kind};
pub use machine::{Machine, Progress};
pub use operation::{Binary, Reduction, Ternary, Unary};
pub use program::Program;
pub use python::ratio_to_f64;
pub use steps::{Ref, Step, StepList};
