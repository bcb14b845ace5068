//! What holds of every text.

use kamodo_expr::{Definition, Outcome};
use proptest::prelude::*;

use crate::expressions::{expressions, has_huge_number};
use crate::linker::{self, Above};

fn print(rhs: &str, above: &Above) -> Option<String> {
    let definition = Definition::parse(&linker::source("g(x, y, z, x_1)"), &linker::source(rhs)).ok()?;
    match definition.check(above).0 {
        Outcome::Checked(checked) => Some(checked.rhs),
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    /// Reading back what was printed changes nothing, but that a number is distributed over a sum that it
    /// stands before, as sympy does on reading: `-(x + 1)*y` is `(-x - 1)*y` then, which stays.
    #[test]
    fn what_is_printed_reads_back_as_itself(text in expressions(&["x", "y", "z", "x_1"], &["f"])) {
        let above = Above::of(&["f(x): x"]);
        if let Some(printed) = print(&text, &above)
            && !has_huge_number(&printed)
            // The 15 digits that are printed of a number are not the whole of it, which a remainder tells.
            && !(printed.contains("Mod") && printed.contains('.'))
        {
            let again = print(&printed, &above).expect("what is printed is of the language");
            prop_assert_eq!(print(&again, &above), Some(again.clone()));
            if !printed.contains('(') {
                prop_assert_eq!(printed, again);
            }
        }
    }

    #[test]
    fn no_text_is_too_strange(lhs in ".{0,40}", rhs in ".{0,80}") {
        let (lhs, rhs) = (linker::source(&lhs), linker::source(&rhs));
        match Definition::parse(&lhs, &rhs) {
            Ok(definition) => drop(definition.check(&Above::default())),
            Err(diagnostics) => {
                prop_assert!(!diagnostics.is_empty());
                prop_assert!(diagnostics.iter().all(|diagnostic| !diagnostic.render().is_empty()));
            }
        }
    }

    #[test]
    fn no_text_of_the_right_letters_is_too_strange(rhs in "[-+*/^%().,#<>=!&|~ 0-9exyj_]{0,60}") {
        if let Ok(definition) = Definition::parse(&linker::source("f"), &linker::source(&rhs)) {
            drop(definition.check(&Above::default()));
        }
    }
}

#[test]
fn nesting_is_bounded_not_the_stack() {
    for (open, close) in [("(", ")"), ("-", ""), ("sin(", ")"), ("x**", ""), ("2^-", "")] {
        let text = format!("{}x{}", open.repeat(100_000), close.repeat(100_000));
        assert!(Definition::parse(&linker::source("f"), &linker::source(&text)).is_err());
        let text = format!("{}x{}", open.repeat(30), close.repeat(30));
        let definition = Definition::parse(&linker::source("f"), &linker::source(&text)).unwrap();
        drop(definition.check(&Above::default()));
    }
}

/// Rules that ask for the same thing twice at every level would take 2^56 steps.
#[test]
fn the_deepest_expressions_are_checked_in_time() {
    let nested =
        |levels: usize, open: &str, close: &str| format!("{}x{}", open.repeat(levels), close.repeat(levels));
    for text in [
        nested(28, "log(1/", ")"),
        nested(28, "sign(", ")**2"),
        nested(28, "1/floor(", ")"),
        nested(28, "exp(I*pi*", ")"),
        nested(28, "laguerre(-3, ", ")"),
        nested(28, "asinh(tanh(", "))"),
        nested(28, "log(1/", ")").replace('x', "2"),
    ] {
        let definition = Definition::parse(&linker::source("f"), &linker::source(&text)).unwrap();
        let start = std::time::Instant::now();
        drop(definition.check(&Above::default()));
        assert!(start.elapsed().as_secs() < 20, "{} took {:?}", &text[..20], start.elapsed());
    }
}

#[test]
fn the_largest_expressions_are_checked_in_time() {
    let many = |part: &str| format!("x{}", part.repeat(4_000));
    let distinct: String = (0..4_000).map(|index| format!("x{index}*")).collect();
    for text in [
        many("+x"),
        many("*y"),
        many("/y"),
        many("-2"),
        format!("{distinct}1"),
        distinct.replace('*', "+") + "1",
    ] {
        let definition = Definition::parse(&linker::source("f"), &linker::source(&text)).unwrap();
        let start = std::time::Instant::now();
        assert!(matches!(definition.check(&Above::default()).0, Outcome::Checked(_)));
        assert!(start.elapsed().as_secs() < 20, "{} took {:?}", &text[..20], start.elapsed());
    }
}
