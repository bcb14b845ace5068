//! The names that the language itself has.

use crate::{Builtin, Constant};

/// Every function by its names, with how many arguments it takes at least and at most.
const FUNCTIONS: [(&str, Builtin, usize, usize); 22] = [
    ("sin", Builtin::Sin, 1, 1),
    ("cos", Builtin::Cos, 1, 1),
    ("tan", Builtin::Tan, 1, 1),
    ("asin", Builtin::Asin, 1, 1),
    ("acos", Builtin::Acos, 1, 1),
    ("atan", Builtin::Atan, 1, 1),
    ("atan2", Builtin::Atan2, 2, 2),
    ("sinh", Builtin::Sinh, 1, 1),
    ("cosh", Builtin::Cosh, 1, 1),
    ("tanh", Builtin::Tanh, 1, 1),
    ("exp", Builtin::Exp, 1, 1),
    ("log", Builtin::Log, 1, 2),
    ("ln", Builtin::Log, 1, 1),
    ("sqrt", Builtin::Sqrt, 1, 1),
    ("Abs", Builtin::Abs, 1, 1),
    ("abs", Builtin::Abs, 1, 1),
    ("sign", Builtin::Sign, 1, 1),
    ("floor", Builtin::Floor, 1, 1),
    ("ceiling", Builtin::Ceiling, 1, 1),
    ("Min", Builtin::Min, 1, usize::MAX),
    ("Max", Builtin::Max, 1, usize::MAX),
    ("Mod", Builtin::Mod, 2, 2),
];

/// Every constant by its name.
const CONSTANTS: [(&str, Constant); 3] =
    [("pi", Constant::Pi), ("E", Constant::E), ("I", Constant::ImaginaryUnit)];

/// Returns a function of the language, with how many arguments it takes at least and at most.
pub(crate) fn builtin(name: &str) -> Option<(Builtin, usize, usize)> {
    FUNCTIONS
        .iter()
        .find(|(known, ..)| *known == name)
        .map(|(_, builtin, least, most)| (*builtin, *least, *most))
}

/// Returns a constant of the language.
pub(crate) fn constant(name: &str) -> Option<Constant> {
    CONSTANTS.iter().find(|(known, _)| *known == name).map(|(_, constant)| *constant)
}

/// Returns the names of all functions of the language, for "did you mean".
pub(crate) fn function_names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().map(|(name, ..)| *name)
}
