//! The front of the language, from text to what is shown: parsing, checking, simplifying, printing.

mod defaults;
mod definitions;
mod diagnostics;
mod elsewhere;
mod expressions;
mod hints;
mod linker;
mod plain;
mod properties;
mod ratios;
mod readings;
mod reductions;
mod simplified;
mod work;
