//! Expressions of the language, at random.

use proptest::prelude::*;

const LEAVES: [&str; 12] = ["pi", "E", "I", "0", "1", "2", "3", "10", "12", "0.5", "1e-7", "(2/3)"];
const DECIMALS: [&str; 4] = ["2.25", "6.02e23", "2.0", "0x10"];
const ONE: [&str; 42] = [
    "sin",
    "cos",
    "tan",
    "exp",
    "log",
    "sqrt",
    "cbrt",
    "Abs",
    "floor",
    "ceiling",
    "atan",
    "asin",
    "tanh",
    "sign",
    "sec",
    "csch",
    "acoth",
    "asech",
    "re",
    "im",
    "arg",
    "conjugate",
    "frac",
    "sinc",
    "gamma",
    "loggamma",
    "digamma",
    "factorial",
    "factorial2",
    "erf",
    "erfc",
    "erfinv",
    "zeta",
    "Heaviside",
    "airyai",
    "airybi",
    "Ei",
    "E1",
    "elliptic_k",
    "elliptic_e",
    "log2",
    "expm1",
];
const TWO: [&str; 20] = [
    "besselj",
    "bessely",
    "besseli",
    "besselk",
    "legendre",
    "chebyshevt",
    "chebyshevu",
    "hermite",
    "laguerre",
    "expint",
    "beta",
    "binomial",
    "zeta",
    "polygamma",
    "elliptic_e",
    "atan2",
    "hypot",
    "Mod",
    "Max",
    "Heaviside",
];

/// Expressions of parameters and calls; what is divided by may be zero and what is raised too large.
pub(crate) fn expressions(
    names: &'static [&'static str],
    calls: &'static [&'static str],
) -> impl Strategy<Value = String> {
    let one_of = |words: &'static [&'static str]| prop::sample::select(words);
    let leaf = prop_oneof![
        4 => one_of(names).prop_map(str::to_owned),
        3 => one_of(&LEAVES).prop_map(str::to_owned),
        1 => one_of(&DECIMALS).prop_map(str::to_owned),
    ];
    let numbers = leaf.prop_recursive(5, 40, 3, move |inner| {
        prop_oneof![
            4 => (inner.clone(), one_of(&["+", "-", "*", "/", "//", "%"]), inner.clone())
                .prop_map(|(left, operator, right)| format!("({left}){operator}({right})")),
            2 => (inner.clone(), one_of(&["2", "-1", "(1/2)", "(-3/2)", "0.5", "y"]))
                .prop_map(|(base, exponent)| format!("({base})**{exponent}")),
            1 => inner.clone().prop_map(|inner| format!("-({inner})")),
            4 => (one_of(&ONE), inner.clone()).prop_map(|(function, inner)| format!("{function}({inner})")),
            1 => (one_of(calls), inner.clone()).prop_map(|(function, inner)| format!("{function}({inner})")),
            2 => (one_of(&TWO), inner.clone(), inner.clone())
                .prop_map(|(function, left, right)| format!("{function}({left}, {right})")),
            1 => (inner.clone(), inner.clone())
                .prop_map(|(left, right)| format!("Max({left}, Min({right}, x)) + atan2(x, {left})")),
            1 => (inner.clone(), conditions(names), inner)
                .prop_map(|(left, condition, no)| format!("Piecewise(({left}, {condition}), ({no}, True))")),
        ]
    });
    prop_oneof![9 => numbers, 1 => conditions(names)]
}

/// Comparisons with a number, so that which side is which does not depend on their lengths.
fn conditions(names: &'static [&'static str]) -> impl Strategy<Value = String> + Clone {
    let sign = prop::sample::select(&["<", "<=", ">", ">=", "==", "!="][..]);
    let number = prop::sample::select(&["0", "2", "0.5", "(2/3)"][..]);
    let comparison = (prop::sample::select(names), sign, number)
        .prop_map(|(left, sign, right)| format!("({left} {sign} {right})"));
    (comparison.clone(), prop::sample::select(&["", "&", "|", "~"][..]), comparison).prop_map(
        |(left, sign, right)| match sign {
            "" => left,
            "~" => format!("~({left} & {right})"),
            sign => format!("{left} {sign} {right}"),
        },
    )
}

/// Whether a text has a number with an exponent of three digits. Computing with the numbers of an expression on
/// reading may lead beyond all doubles, where a number is printed, but is no literal.
pub(crate) fn has_huge_number(text: &str) -> bool {
    let ends =
        ["e+", "e-"].into_iter().flat_map(|sign| text.match_indices(sign)).map(|(at, sign)| at + sign.len());
    ends.map(|end| text[end..].bytes().take_while(u8::is_ascii_digit).count()).any(|n_digits| n_digits > 2)
}
