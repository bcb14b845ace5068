//! Kamodo's language: definitions such as `f(x[cm])[kg]: x**2 - x - 1`, from text to values.
//!
//! The way through: a [`Source`] (text with its place in a file) is parsed to a tree with spans, its names
//! resolved and its units checked; the result is an [`Expr`], simplified as sympy simplifies on parsing,
//! which prints as text and LaTeX, and is lowered to a [`kamodo_compute::Program`]. Text is never evaluated
//! as code, and everything wrong with it is a [`Diagnostic`], all of them at once.

mod ast;
mod builtin;
mod check;
mod definition;
mod diagnostic;
mod elsewhere;
mod expr;
mod float;
mod language;
mod latex;
mod lexer;
mod lower;
mod number;
mod parser;
mod print;
mod simplify;
mod word;
mod work;

pub use builtin::{Accuracy, Builtin};
pub use check::publish::latex;
pub use check::{Checked, Outcome, Scope};
pub use definition::{Definition, bare_letters};
pub use diagnostic::{
    Diagnostic, FileText, Label, MAX_DIAGNOSTICS, Position, Severity, Source, Span, Subject, bounded, listed,
    shortened, shortened_to,
};
pub use elsewhere::form_of;
pub use expr::{Constant, Expr, Node};
pub use float::Float;
pub use language::{Facts, reserved, words};
pub use lower::{LowerError, lower};
pub use print::mathml;
pub use word::Word;
pub use work::{IsCancelled, cancellable, steps_taken, together};
