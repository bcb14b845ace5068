//! Kamodo's language: definitions such as `f(x[cm])[kg]: x**2 - x - 1`, from text to values.
//!
//! The way through: a [`Source`] (text with its place in a file) is parsed to a tree with spans, its names
//! resolved and its units checked; the result is an [`Expr`], simplified as sympy simplifies on parsing,
//! which prints as text and LaTeX and lowers to a program that evaluates scalars as Python does and
//! arrays as numpy does. Text is never evaluated as code, and everything wrong with it is a
//! [`Diagnostic`], all of them at once.

#![deny(unsafe_code)] // but in the vector kernels of `evaluate::simd`

mod ast;
mod check;
mod definition;
mod diagnostic;
mod evaluate;
mod expr;
mod float;
mod language;
mod latex;
mod lexer;
mod lower;
mod parser;
mod print;
mod program;
mod simplify;
mod special;
mod work;

pub use check::publish::latex;
pub use check::{Checked, Outcome, Scope};
pub use definition::{Definition, bare_letters};
pub use diagnostic::{
    Diagnostic, FileText, Label, MAX_DIAGNOSTICS, Position, Severity, Source, Span, bounded, listed,
    shortened, shortened_to,
};
pub use evaluate::{EvaluateError, Kind, Machine, Progress};
pub use expr::{Builtin, Constant, Expr, Node};
pub use float::Float;
pub use language::{Word, reserved, words};
pub use lower::LowerError;
pub use print::mathml;
pub use program::Program;
pub use work::{IsCancelled, cancellable, steps_taken, together};
