//! The commands of LaTeX that are functions, signs or refused, and what each is in the language.

use super::condition;

/// Functions that are commands, and names of functions that LaTeX writes otherwise than the language.
const FUNCTIONS: [(&str, &str); 41] = [
    ("sin", "sin"),
    ("cos", "cos"),
    ("tan", "tan"),
    ("cot", "cot"),
    ("sec", "sec"),
    ("csc", "csc"),
    ("sinh", "sinh"),
    ("cosh", "cosh"),
    ("tanh", "tanh"),
    ("coth", "coth"),
    ("sech", "sech"),
    ("csch", "csch"),
    ("arcsin", "asin"),
    ("arccos", "acos"),
    ("arctan", "atan"),
    ("arccot", "acot"),
    ("arcsec", "asec"),
    ("arccsc", "acsc"),
    ("arsinh", "asinh"),
    ("arcosh", "acosh"),
    ("artanh", "atanh"),
    ("arcoth", "acoth"),
    ("arsech", "asech"),
    ("arcsch", "acsch"),
    ("arcsinh", "asinh"),
    ("arccosh", "acosh"),
    ("arctanh", "atanh"),
    ("exp", "exp"),
    ("log", "log"),
    ("ln", "log"),
    ("lg", "log"),
    ("min", "Min"),
    ("max", "Max"),
    ("arg", "arg"),
    ("Re", "re"),
    ("Im", "im"),
    ("sgn", "sign"),
    ("abs", "Abs"),
    ("mod", "Mod"),
    ("ceil", "ceiling"),
    ("conj", "conjugate"),
];

/// Those of them that are commands of LaTeX, and not only names for `\operatorname`.
const COMMANDS: [&str; 29] = [
    "sin", "cos", "tan", "cot", "sec", "csc", "sinh", "cosh", "tanh", "coth", "sech", "csch", "arcsin",
    "arccos", "arctan", "arccot", "arcsec", "arccsc", "arsinh", "arcosh", "artanh", "exp", "log", "ln", "lg",
    "min", "max", "arg", "Re",
];

/// Functions whose power of -1 is the inverse function: `\sin^{-1} x`.
const INVERSES: [(&str, &str); 12] = [
    ("sin", "asin"),
    ("cos", "acos"),
    ("tan", "atan"),
    ("cot", "acot"),
    ("sec", "asec"),
    ("csc", "acsc"),
    ("sinh", "asinh"),
    ("cosh", "acosh"),
    ("tanh", "atanh"),
    ("coth", "acoth"),
    ("sech", "asech"),
    ("csch", "acsch"),
];

/// What LaTeX has and the language does not, with what it is called.
const REFUSED: [(&str, &str); 18] = [
    ("int", "integrals are"),
    ("iint", "integrals are"),
    ("iiint", "integrals are"),
    ("oint", "integrals are"),
    ("partial", "derivatives are"),
    ("nabla", "derivatives are"),
    ("lim", "limits are"),
    ("to", "limits are"),
    ("pm", "two results at once are"),
    ("mp", "two results at once are"),
    ("in", "sets are"),
    ("cup", "sets are"),
    ("cap", "sets are"),
    ("forall", "logic is"),
    ("exists", "logic is"),
    ("dots", "an ellipsis is"),
    ("ldots", "an ellipsis is"),
    ("cdots", "an ellipsis is"),
];

/// Commands that are neither functions nor letters, for "did you mean".
const OTHERS: [&str; 30] = [
    "frac",
    "dfrac",
    "tfrac",
    "sqrt",
    "cdot",
    "times",
    "div",
    "left",
    "right",
    "operatorname",
    "mathrm",
    "mathit",
    "text",
    "sum",
    "prod",
    "binom",
    "bmod",
    "infty",
    "overline",
    "lfloor",
    "rfloor",
    "lceil",
    "rceil",
    "vec",
    "hat",
    "dot",
    "ddot",
    "bar",
    "tilde",
    "begin",
];

/// Returns the function of the language that a command is.
pub(super) fn of_command(command: &str) -> Option<&'static str> {
    if command == "Im" {
        return Some("im");
    }
    COMMANDS.contains(&command).then(|| of_name(command)).flatten()
}

/// Returns the function of the language that a name in `\operatorname` means.
pub(super) fn of_name(name: &str) -> Option<&'static str> {
    FUNCTIONS.iter().find(|(known, _)| *known == name).map(|(_, function)| *function)
}

/// Returns the inverse of a function, where a power of -1 means it.
pub(super) fn inverse(function: &str) -> Option<&'static str> {
    INVERSES.iter().find(|(known, _)| *known == function).map(|(_, inverse)| *inverse)
}

/// Returns what a command stands for that the language does not have, with its verb.
pub(super) fn refused(command: &str) -> Option<&'static str> {
    REFUSED.iter().find(|(known, _)| *known == command).map(|(_, what)| *what)
}

/// Returns every command that is not a letter, for "did you mean".
pub(super) fn commands() -> impl Iterator<Item = &'static str> {
    COMMANDS.into_iter().chain(OTHERS).chain(condition::commands())
}

/// Returns whether letters spell a function, of which LaTeX would make a product.
pub(super) fn is_spelled(letters: &str) -> bool {
    letters.len() > 1 && (COMMANDS.contains(&letters) || letters == "sqrt")
}
