//! Functions that numpy and Python have and the language has under another name, or not at all.

use std::ops::Range;

use crate::Span;

/// A function of numpy, Python's `math` or C, and the form of the language that has its value, whatever the arguments
/// are; `tests/front/elsewhere.rs` compares them with what numpy and Python answer.
struct Form {
    name: &'static str,
    /// Its parameters, letters that stand for them in the form.
    parameters: &'static [char],
    form: &'static str,
}

macro_rules! forms {
    ($($name:literal ($($parameter:literal)*) $form:expr;)*) => {
        const FORMS: &[Form] = &[
            $(Form { name: $name, parameters: &[$($parameter),*], form: $form },)*
        ];
    };
}

/// To the nearest integer, halves to the even one.
const ROUNDED: &str =
    "Piecewise((floor(x), Mod(x, 1) < 1/2), (ceiling(x), Mod(x, 1) > 1/2), (2*floor(x/2 + 1/4), True))";

// A truth about a number that is none is spelt with two comparisons that both fail: `x != x` simplifies to false.
// The sign of a zero shows in the angle of (-1, y) only.
forms! {
    "absolute" ('x') "Abs(x)";
    "add" ('x' 'y') "x + y";
    "amax" ('x') "max(x)";
    "amin" ('x') "min(x)";
    "angle" ('x') "arg(x)";
    "arccos" ('x') "acos(x)";
    "arccosh" ('x') "acosh(x)";
    "arccot" ('x') "acot(x)";
    "arccsc" ('x') "acsc(x)";
    "arcsec" ('x') "asec(x)";
    "arcsin" ('x') "asin(x)";
    "arcsinh" ('x') "asinh(x)";
    "arctan" ('x') "atan(x)";
    "arctan2" ('y' 'x') "atan2(y, x)";
    "arctanh" ('x') "atanh(x)";
    "around" ('x') ROUNDED;
    "average" ('x') "mean(x)";
    "ceil" ('x') "ceiling(x)";
    "clip" ('x' 'y' 'z') "Min(Max(x, y), z)";
    "comb" ('x' 'y') "binomial(x, y)";
    "complex" ('x' 'y') "x + y*I";
    "conj" ('x') "conjugate(x)";
    "copysign" ('x' 'y') "Abs(x)*sign(atan2(y, -1))";
    "deg" ('x') "180*x/pi";
    "deg2rad" ('x') "pi*x/180";
    "degrees" ('x') "180*x/pi";
    "divide" ('x' 'y') "x/y";
    "dot" ('x' 'y') "sum(x*y)";
    "equal" ('x' 'y') "Eq(x, y)";
    "exp2" ('x') "2.0**x";
    "fabs" ('x') "Abs(x)";
    "fix" ('x') "sign(x)*floor(Abs(x))";
    "float" ('x') "1.0*x";
    "float_power" ('x' 'y') "x**y";
    "floor_divide" ('x' 'y') "Piecewise((x/y, Eq(y, 0)), (floor((x - Mod(x, y))/y + 1/2), True))";
    "fmax" ('x' 'y') "Piecewise((Max(x, y), (x <= y) | (x >= y)), (x, (x <= 0) | (x >= 0)), (y, True))";
    "fmin" ('x' 'y') "Piecewise((Min(x, y), (x <= y) | (x >= y)), (x, (x <= 0) | (x >= 0)), (y, True))";
    "fmod" ('x' 'y') "sign(x)*Mod(Abs(x), Abs(y))";
    "greater" ('x' 'y') "Gt(x, y)";
    "greater_equal" ('x' 'y') "Ge(x, y)";
    "heaviside" ('x' 'y') "Heaviside(x, y)";
    "i0" ('x') "besseli(0, x)";
    "imag" ('x') "im(x)";
    "int" ('x') "sign(x)*floor(Abs(x))";
    "isclose" ('x' 'y') "Abs(x - y) <= 1e-8 + 1e-5*Abs(y)";
    "iscomplex" ('x') "Ne(im(x), 0)";
    "isfinite" ('x') "Abs(x) <= 1.7976931348623157e308";
    "isinf" ('x') "Abs(x) > 1.7976931348623157e308";
    "isnan" ('x') "~((x <= 0) | (x >= 0))";
    "isneginf" ('x') "x < -1.7976931348623157e308";
    "isposinf" ('x') "x > 1.7976931348623157e308";
    "isqrt" ('x') "floor(sqrt(x))";
    "isreal" ('x') "Eq(im(x), 0)";
    "ldexp" ('x' 'y') "x*2.0**y";
    "less" ('x' 'y') "Lt(x, y)";
    "less_equal" ('x' 'y') "Le(x, y)";
    "lgamma" ('x') "Piecewise((loggamma(x), x > 0), (log(Abs(gamma(x))), True))";
    "logaddexp" ('x' 'y') "Max(x, y) + log1p(exp(-Abs(x - y)))";
    "logaddexp2" ('x' 'y') "Max(x, y) + log1p(2.0**(-Abs(x - y)))/log(2)";
    "logical_and" ('x' 'y') "And(x, y)";
    "logical_not" ('x') "Not(x)";
    "logical_or" ('x' 'y') "Or(x, y)";
    "logical_xor" ('x' 'y') "And(Or(x, y), Not(And(x, y)))";
    "maximum" ('x' 'y') "Max(x, y)";
    "minimum" ('x' 'y') "Min(x, y)";
    "mod" ('x' 'y') "Mod(x, y)";
    "multiply" ('x' 'y') "x*y";
    "negative" ('x') "-x";
    "not_equal" ('x' 'y') "Ne(x, y)";
    "perm" ('x' 'y') "factorial(x)/factorial(x - y)";
    "positive" ('x') "x";
    "pow" ('x' 'y') "x**y";
    "power" ('x' 'y') "x**y";
    "ptp" ('x') "max(x) - min(x)";
    "rad" ('x') "pi*x/180";
    "rad2deg" ('x') "180*x/pi";
    "radians" ('x') "pi*x/180";
    "real" ('x') "re(x)";
    "reciprocal" ('x') "1/x";
    "remainder" ('x' 'y') "Mod(x, y)";
    "rint" ('x') ROUNDED;
    "round" ('x') ROUNDED;
    "round_" ('x') ROUNDED;
    "sgn" ('x') "sign(x)";
    "signbit" ('x') "atan2(x, -1) < 0";
    "square" ('x') "x**2";
    "std" ('x') "sqrt(mean((x - mean(x))**2))";
    "subtract" ('x' 'y') "x - y";
    "tgamma" ('x') "gamma(x)";
    "true_divide" ('x' 'y') "x/y";
    "trunc" ('x') "sign(x)*floor(Abs(x))";
    "var" ('x') "mean((x - mean(x))**2)";
    "where" ('z' 'x' 'y') "Piecewise((x, z), (y, True))";
}

/// What numpy, Python and its `math` have besides: no name of the language is meant by one of these, however alike.
const OTHERS: &str = include_str!("elsewhere/others.txt");

/// What sympy works out and the language does not.
const UNWORKED: [&str; 6] = ["Derivative", "diff", "Integral", "integrate", "Limit", "limit"];

/// What chooses between values by an order of its own.
const CHOICES: [&str; 3] = ["ITE", "piecewise", "select"];

/// Returns what to write in place of a call of `name`, at `span` of `text`, if its function is known elsewhere.
pub(crate) fn hint(text: &str, is_latex: bool, name: &str, args: &[Span], span: &Span) -> Option<String> {
    if UNWORKED.contains(&name) {
        return Some(format!("`{name}` is shown, but not worked out here: write out what it comes to"));
    }
    if CHOICES.contains(&name) && !is_latex {
        return Some("write cases as `Piecewise((x, x > 0), (0, True))`".to_owned());
    }
    let Ok(index) = FORMS.binary_search_by_key(&name, |form| form.name) else {
        return None;
    };
    let Form { parameters, form, .. } = &FORMS[index];
    if is_latex {
        let parameters = parameters.iter().map(char::to_string).collect::<Vec<_>>().join(",");
        return Some(format!("define it, outside of LaTeX: `{name}({parameters}): {form}`"));
    }
    if args.len() != parameters.len() {
        return Some(format!("`{}` is written `{form}`", FORMS[index].call()));
    }
    let args: Vec<_> = args.iter().map(|arg| &text[arg.clone()]).collect();
    let filled = filled(form, parameters, &args);
    // In a greater expression it stays one operand.
    let is_whole = text[..span.start].trim().is_empty() && text[span.end..].trim().is_empty();
    Some(if is_whole || is_operand(&filled) {
        format!("write `{filled}`")
    } else {
        format!("write `({filled})`")
    })
}

/// Returns whether numpy, Python or its `math` has a function that the language has not.
pub(crate) fn is_known(name: &str) -> bool {
    OTHERS.lines().any(|other| other == name)
}

/// Returns how a call of a function that numpy, Python or C have is written, if the language has no such name: the call,
/// and the form that has its value.
///
/// # Examples
/// ```
/// assert_eq!(kamodo_expr::form_of("arctan2"), Some(("arctan2(y, x)".to_owned(), "atan2(y, x)")));
/// ```
#[must_use]
pub fn form_of(name: &str) -> Option<(String, &'static str)> {
    let index = FORMS.binary_search_by_key(&name, |form| form.name).ok()?;
    Some((FORMS[index].call(), FORMS[index].form))
}

impl Form {
    /// Returns a call with the parameters as arguments.
    fn call(&self) -> String {
        let parameters = self.parameters.iter().map(char::to_string).collect::<Vec<_>>();
        format!("{}({})", self.name, parameters.join(", "))
    }
}

/// Puts arguments in the places of the parameters of a form, in parentheses where an operator stands beside them.
fn filled(form: &str, parameters: &[char], args: &[&str]) -> String {
    let mut text = String::new();
    for word in words(form) {
        let argument = parameters.iter().position(|parameter| form[word.clone()] == parameter.to_string());
        let Some(argument) = argument.map(|index| args[index]) else {
            text.push_str(&form[word]);
            continue;
        };
        let (before, after) = (form[..word.start].trim_end(), form[word.end..].trim_start());
        let is_alone = (before.is_empty() || before.ends_with(['(', ',']))
            && (after.is_empty() || after.starts_with([')', ',']));
        match is_alone || is_operand(argument) {
            true => text.push_str(argument),
            false => text.extend(["(", argument, ")"]),
        }
    }
    text
}

/// Splits a text into words and the single characters between them.
fn words(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
        let length = match rest.find(|letter: char| !is_part_of_word(letter)).unwrap_or(rest.len()) {
            0 => rest.chars().next().map_or(1, char::len_utf8),
            length => length,
        };
        at += length;
        Some(at - length..at)
    })
}

fn is_part_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_' || letter == '.'
}

/// Returns whether a text is a name, a number, a call, or in parentheses: what no operator beside it takes apart.
fn is_operand(text: &str) -> bool {
    let rest = text.trim_start_matches(is_part_of_word);
    if rest.is_empty() {
        return true;
    }
    let mut depth = 0_usize;
    let closing = rest.bytes().position(|byte| {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    });
    rest.starts_with('(') && closing == Some(rest.len() - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_are_in_the_order_in_which_they_are_searched() {
        assert!(FORMS.is_sorted_by(|before, after| before.name < after.name));
        assert!(FORMS.iter().all(|form| OTHERS.lines().all(|other| other != form.name)));
    }

    #[track_caller]
    fn check(form: &str, args: &[&str], expect: &str) {
        assert_eq!(filled(form, &['x', 'y'][..args.len()], args), expect);
    }

    #[test]
    fn arguments_stay_operands() {
        check("Abs(x)", &["a - b"], "Abs(a - b)");
        check("x**y", &["a - b", "-c"], "(a - b)**(-c)");
        check("x**y", &["f(a)", "(c)"], "f(a)**(c)");
        check("x/y", &["(a)*(b)", "f(a)(b)"], "((a)*(b))/(f(a)(b))");
        check("Max(x, y) + exp(x)", &["y", "x"], "Max(y, x) + exp(y)");
    }
}
