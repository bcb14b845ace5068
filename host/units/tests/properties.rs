//! What holds of every unit: its text reads back, conversions return, and no text makes it panic.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use std::sync::LazyLock;

use kamodo_units::{ErrorKind, Factor, Unit};
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// Every name that was recorded from the published Kamodo.
static NAMES: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let lines = include_str!("golden/names.tsv").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split('\t').next()).collect()
});

const EXPONENTS: &[&str] = &[
    "", "", "", "^2", "**3", "^-1", "**(-3)", "^(1/2)", "**(-2/3)", "^0.5", "**-1.5", "^(3/2)^2", "^1.6667",
];
const NUMBERS: &[&str] = &["10", "2", "1.5", "1e-9", ".25", "1e22", "12345.678", "7/3", "1e-300"];
const TOKENS: &[&str] = &[
    "m", "kg", "s", "nT", "rad", "foo", "sqrt", "(", ")", "[", "]", "*", "/", "**", "^", "-", "+", " ", ".",
    "e", "1", "0", "10", "99", "0.5", "1e9", "1e-400", "µm", "%", "\\", "\u{0}", "É", "²",
];

/// The text of a unit, with products, quotients, powers, roots and numbers.
fn unit_text() -> impl Strategy<Value = String> {
    let name = any::<Index>().prop_map(|index| (*index.get(NAMES.as_slice())).to_owned());
    let leaf = prop_oneof![8 => name, 1 => select(NUMBERS).prop_map(str::to_owned)];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let factor = (inner, select(EXPONENTS), any::<bool>());
        let factor = factor.prop_map(|(text, exponent, root)| match root {
            true if exponent.is_empty() => format!("sqrt({text})"),
            _ => format!("({text}){exponent}"),
        });
        (factor.clone(), select(&["*", "/"][..]), factor)
            .prop_map(|(a, operator, b)| format!("{a}{operator}{b}"))
    })
}

proptest! {
    #[test]
    fn text_reads_back_as_the_same_unit(text in unit_text()) {
        if let Ok(unit) = Unit::parse(&text) {
            let shown = unit.to_string();
            let again = Unit::parse(&shown);
            prop_assert_eq!(again.as_ref(), Ok(&unit), "shown as {}", shown);
            prop_assert_eq!(again.unwrap().to_string(), shown);
        }
    }

    #[test]
    fn there_and_back_is_within_two_ulp(from: Index, pick: Index, exponent in select(&[1, 2, -3][..]), value in 1e-9..1e9_f64) {
        let power = |unit: &Unit| unit.power(&num_rational::BigRational::from_integer(exponent.into()));
        let name: &&str = from.get(NAMES.as_slice());
        let from = Unit::parse(name).unwrap();
        let alike: Vec<_> = NAMES
            .iter()
            .map(|name| Unit::parse(name).unwrap())
            .filter(|unit| unit.dimension() == from.dimension())
            .collect();
        let (from, to) = (power(&from), power(pick.get(alike.as_slice())));
        let (there, back) = (from.factor_to(&to), to.factor_to(&from));
        if let (Ok(there), Ok(back)) = (there, back) {
            if let (Factor::Exact(there), Factor::Exact(back)) = (&there, &back) {
                prop_assert_eq!(there.recip(), back.clone());
            }
            // A double near the ends of its range has fewer digits, and a product may leave it.
            let (there, back) = (there.to_f64(), back.to_f64());
            prop_assume!([there, back].iter().all(|factor| (1e-290..1e290).contains(factor)));
            let returned: f64 = value * there * back;
            prop_assert!((returned - value).abs() <= 2.0 * f64::EPSILON * value, "{} -> {}: {}", from, to, returned);
        }
    }

    #[test]
    fn a_product_converts_by_the_product(a in unit_text(), b in unit_text()) {
        if let (Ok(a), Ok(b)) = (Unit::parse(&a), Unit::parse(&b)) {
            let product = a.product(&b);
            prop_assert_eq!(&product.quotient(&b).dimension(), &a.dimension());
            if let Ok(factor) = product.factor_to(&b.product(&a)) {
                prop_assert!(factor.is_one(), "{:?}", factor);
            }
        }
    }

    /// Products, quotients and powers without the parentheses that would tell how they are meant.
    #[test]
    fn what_can_be_read_in_two_ways_has_a_text_for_each(tokens in prop::collection::vec(select(OPERANDS), 1..8)) {
        told_apart(&tokens.concat())?;
    }

    #[test]
    fn what_a_whole_text_can_be_read_as_is_told_apart(text in unit_text()) {
        told_apart(&text)?;
    }

    #[test]
    fn no_tokens_make_it_panic(tokens in prop::collection::vec(select(TOKENS), 0..40)) {
        read(&tokens.concat());
    }

    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        read(&text);
    }
}

const OPERANDS: &[&str] = &[
    "m",
    "*s",
    "/kg",
    "/2",
    "*3",
    "^1",
    "^-1",
    "**3",
    "^2",
    "^0.5",
    "^1.5",
    "^(1)",
    "^( -3)",
    "**2**1",
    "^-2^(1)",
    "^(1/2)",
    " K",
    "/(J*s)",
    "*(m/s*K)",
    "/sqrt(m^1/2)",
    "*G",
    "/Gs",
    "(m^3/2)",
    "2",
    "1",
    "/1",
    "1e-3",
    " ",
    "^2^3",
];

/// Asserts that a text has one reading, or that its hint names a text of the same unit that has one, and of another unit.
fn told_apart(text: &str) -> Result<(), TestCaseError> {
    let forms = match Unit::read(text) {
        Ok((_, None)) => return Ok(()),
        Ok((unit, Some(ambiguity))) => {
            prop_assert_eq!(
                Unit::read(ambiguity.clear()),
                Ok((unit, None)),
                "{} for {}",
                ambiguity.clear(),
                text
            );
            for span in ambiguity.spans() {
                prop_assert!(!text[span.clone()].is_empty());
            }
            let hint = ambiguity.hint();
            prop_assert!(hint.contains(ambiguity.clear()));
            hint
        }
        Err(error) => match error.kind() {
            ErrorKind::Ambiguous { .. } => error.hint().unwrap_or_default(),
            _ => return Ok(()),
        },
    };
    let mut units = Vec::new();
    for form in forms.split('`').skip(1).step_by(2) {
        let read = Unit::read(form);
        prop_assert!(matches!(read, Ok((_, None))), "{} for {}: {:?}", form, text, read);
        units.extend(read.map(|(unit, _)| unit));
    }
    prop_assert!(units.len() < 2 || units[0] != units[1], "{}", forms);
    Ok(())
}

/// Reads a text, and what an error says of it.
fn read(text: &str) {
    if let Err(error) = Unit::parse(text) {
        let _ = (error.to_string(), error.hint());
        assert!(text.get(error.span()).is_some(), "{text:?}: {:?} is no part of the text", error.span());
    }
}

#[test]
fn what_is_too_much_is_refused_at_once() {
    let deep = format!("{}m{}", "(".repeat(120), ")".repeat(120));
    let long = "m*".repeat(200_000);
    let minus = format!("m^{}1", "-".repeat(200));
    let tower = format!("m{}", "^9".repeat(100));
    let digits = format!("{}*m", "9".repeat(240));
    let numbers = vec!["1e400"; 40].join("*");
    for text in [
        &deep,
        &long,
        &minus,
        &tower,
        &numbers,
        "10^100^100*m",
        "1e999999999999999999999*m",
        "((m^99)^99)^99",
    ] {
        assert!(Unit::parse(text).is_err(), "{text:.40}");
    }
    assert!(Unit::parse(&digits).is_ok());
    // Powers that are not text are not bounded; their factor is, by the range of a double.
    let huge =
        Unit::parse("10*km/m").unwrap().power(&num_rational::BigRational::from_integer(1_000_000_000.into()));
    assert!(huge.factor_to(&Unit::one()).is_err());
    assert!(!huge.to_string().is_empty());
}
