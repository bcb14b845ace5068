//! Definitions as MathML.

use insta::assert_snapshot;
use kamodo_expr::mathml;
use proptest::prelude::*;

use crate::expressions;
use crate::linker::{self, Above};

fn shown(line: &str) -> String {
    let checked = linker::checked(line, &Above::of(&["g(x): x"]));
    mathml(&checked.signature, &checked.body)
}

/// Shows what stands behind the equals sign.
fn equation(line: &str) -> String {
    let shown = shown(line);
    let (_, equation) = shown.split_once("<mo>=</mo>").expect("a definition");
    equation.strip_suffix("</mrow></math>").expect("the end").to_owned()
}

/// Returns whether every element is closed in the order in which it was opened, and has its children.
fn is_well_formed(text: &str) -> Result<(), String> {
    let mut open: Vec<(&str, usize)> = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        if rest[..at].contains('>') {
            return Err(format!("`>` in {}", &rest[..at]));
        }
        let end = at + rest[at..].find('>').ok_or("an open tag")?;
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            let (opened, children) = open.pop().ok_or("closed without being opened")?;
            let expected = match opened {
                "mfrac" | "msup" | "msub" | "mroot" | "mover" => Some(2),
                "msubsup" | "munderover" => Some(3),
                _ => None,
            };
            if opened != name || expected.is_some_and(|expected| expected != children) {
                return Err(format!("<{opened}> with {children} children, closed as </{name}>"));
            }
        } else {
            if let Some((_, children)) = open.last_mut() {
                *children += 1;
            }
            open.push((tag.split(' ').next().unwrap_or(""), 0));
        }
    }
    if open.is_empty() { Ok(()) } else { Err(format!("never closed: {open:?}")) }
}

#[test]
fn definitions() {
    assert_snapshot!(shown("p_dyn(n[1/cm^3],v[km/s])[nPa]: 1.6726e-6*n*v**2"), @r#"<math xmlns="http://www.w3.org/1998/Math/MathML" display="block"><mrow><msub><mi>p</mi><mi>dyn</mi></msub><mrow><mo>(</mo><mrow><mrow><mi>n</mi><mrow><mo>[</mo><mfrac><mn>1</mn><msup><mi>cm</mi><mn>3</mn></msup></mfrac><mo>]</mo></mrow></mrow><mo>,</mo><mrow><mi>v</mi><mrow><mo>[</mo><mfrac><mi>km</mi><mi>s</mi></mfrac><mo>]</mo></mrow></mrow></mrow><mo>)</mo></mrow><mrow><mo>[</mo><mi>nPa</mi><mo>]</mo></mrow><mo>=</mo><mrow><mrow><mn>1.6726</mn><mo>·</mo><msup><mn>10</mn><mrow><mo>-</mo><mn>6</mn></mrow></msup></mrow><mo>⁢</mo><mi>n</mi><mo>⁢</mo><msup><mi>v</mi><mn>2</mn></msup></mrow></mrow></math>"#);
    assert_snapshot!(shown("f: x"), @r#"<math xmlns="http://www.w3.org/1998/Math/MathML" display="block"><mrow><mi>f</mi><mrow><mo>(</mo><mi>x</mi><mo>)</mo></mrow><mo>=</mo><mi>x</mi></mrow></math>"#);
}

#[test]
fn expressions() {
    assert_snapshot!(equation("f: x**2 - x/2 - 1"), @"<mrow><msup><mi>x</mi><mn>2</mn></msup><mo>-</mo><mfrac><mi>x</mi><mn>2</mn></mfrac><mo>-</mo><mn>1</mn></mrow>");
    assert_snapshot!(equation("f: sqrt(x)/(y + 1)"), @"<mfrac><msqrt><mi>x</mi></msqrt><mrow><mi>y</mi><mo>+</mo><mn>1</mn></mrow></mfrac>");
    assert_snapshot!(equation("f: -x*(y - z)*g(x)"), @"<mrow><mo>-</mo><mrow><mi>x</mi><mo>⁢</mo><mrow><mo>(</mo><mrow><mi>y</mi><mo>-</mo><mi>z</mi></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mi>g</mi><mo>⁡</mo><mrow><mo>(</mo><mi>x</mi><mo>)</mo></mrow></mrow></mrow></mrow>");
    assert_snapshot!(equation("f: cbrt_0*x**(1/3) + exp(-x)"), @"<mrow><mrow><msub><mi>cbrt</mi><mn>0</mn></msub><mo>⁢</mo><mroot><mi>x</mi><mn>3</mn></mroot></mrow><mo>+</mo><msup><mi>e</mi><mrow><mo>-</mo><mi>x</mi></mrow></msup></mrow>");
    assert_snapshot!(equation("f: sin(omega*t)**2 + Abs(x) + floor(y)"), @"<mrow><msup><mrow><mi>sin</mi><mo>⁡</mo><mrow><mo>(</mo><mrow><mi>ω</mi><mo>⁢</mo><mi>t</mi></mrow><mo>)</mo></mrow></mrow><mn>2</mn></msup><mo>+</mo><mrow><mo>|</mo><mi>x</mi><mo>|</mo></mrow><mo>+</mo><mrow><mo>⌊</mo><mi>y</mi><mo>⌋</mo></mrow></mrow>");
    assert_snapshot!(equation("f: (x + y)**z*2**3**x"), @"<mrow><msup><mn>2</mn><msup><mn>3</mn><mi>x</mi></msup></msup><mo>⁢</mo><msup><mrow><mo>(</mo><mrow><mi>x</mi><mo>+</mo><mi>y</mi></mrow><mo>)</mo></mrow><mi>z</mi></msup></mrow>");
    assert_snapshot!(equation("f: Max(x, y, 2) + x%3 + atan2(x, y)"), @"<mrow><mrow><mi>x</mi><mo>mod</mo><mn>3</mn></mrow><mo>+</mo><mrow><mi>atan2</mi><mo>⁡</mo><mrow><mo>(</mo><mrow><mi>x</mi><mo>,</mo><mi>y</mi></mrow><mo>)</mo></mrow></mrow><mo>+</mo><mrow><mi>max</mi><mo>⁡</mo><mrow><mo>(</mo><mrow><mn>2</mn><mo>,</mo><mi>x</mi><mo>,</mo><mi>y</mi></mrow><mo>)</mo></mrow></mrow></mrow>");
}

#[test]
fn cases_and_special_functions() {
    assert_snapshot!(equation("f: Piecewise((x, (x > 0) & (y <= 2)), (0, True))"), @"<mrow><mo>{</mo><mtable><mtr><mtd><mi>x</mi></mtd><mtd><mrow><mtext>for </mtext><mrow><mrow><mi>y</mi><mo>≤</mo><mn>2</mn></mrow><mo>∧</mo><mrow><mi>x</mi><mo>&gt;</mo><mn>0</mn></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mn>0</mn></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow>");
    assert_snapshot!(equation("f: besselj(n, x) + assoc_legendre(n, m, x)"), @"<mrow><mrow><msubsup><mi>P</mi><mi>n</mi><mrow><mo>(</mo><mi>m</mi><mo>)</mo></mrow></msubsup><mo>⁡</mo><mrow><mo>(</mo><mi>x</mi><mo>)</mo></mrow></mrow><mo>+</mo><mrow><msub><mi>J</mi><mi>n</mi></msub><mo>⁡</mo><mrow><mo>(</mo><mi>x</mi><mo>)</mo></mrow></mrow></mrow>");
    assert_snapshot!(equation("f: binomial(n, k)*factorial2(n + 1)"), @r#"<mrow><mrow><mo>(</mo><mfrac linethickness="0"><mi>n</mi><mi>k</mi></mfrac><mo>)</mo></mrow><mo>⁢</mo><mrow><mrow><mo>(</mo><mrow><mi>n</mi><mo>+</mo><mn>1</mn></mrow><mo>)</mo></mrow><mo>!!</mo></mrow></mrow>"#);
    assert_snapshot!(equation("f: gamma(x)*zeta(x)*Heaviside(x)"), @"<mrow><mrow><mi>θ</mi><mo>⁡</mo><mrow><mo>(</mo><mi>x</mi><mo>)</mo></mrow></mrow><mo>⁢</mo><mrow><mi>Γ</mi><mo>⁡</mo><mrow><mo>(</mo><mi>x</mi><mo>)</mo></mrow></mrow><mo>⁢</mo><mrow><mi>ζ</mi><mo>⁡</mo><mrow><mo>(</mo><mi>x</mi><mo>)</mo></mrow></mrow></mrow>");
}

#[test]
fn names() {
    assert_snapshot!(equation("f: Bvec_x*rho_0*xprime"), @r#"<mrow><msub><mover accent="true"><mi>B</mi><mo>→</mo></mover><mi>x</mi></msub><mo>⁢</mo><msub><mi>ρ</mi><mn>0</mn></msub><mo>⁢</mo><msup><mi>x</mi><mo>′</mo></msup></mrow>"#);
    assert_snapshot!(equation("f: x__a_1 + alpha_plus + vhat + nbold"), @r#"<mrow><msub><mi>α</mi><mo>+</mo></msub><mo>+</mo><mstyle mathvariant="bold"><mi>n</mi></mstyle><mo>+</mo><mover accent="true"><mi>v</mi><mo>^</mo></mover><mo>+</mo><msubsup><mi>x</mi><mn>1</mn><mi>a</mi></msubsup></mrow>"#);
}

#[test]
fn nothing_in_a_name_is_markup() {
    // Names are letters and digits, so that only a unit or a text could bring these in.
    let checked = linker::checked("f(x[kg/m^3]): x", &Above::default());
    let shown = mathml(&checked.signature, &checked.body);
    assert!(!shown.contains("<script") && is_well_formed(&shown).is_ok(), "{shown}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn is_well_formed_for_every_function(text in expressions::expressions(&["x", "y", "x_1", "Bvec_x"], &["g"])) {
        let source = linker::source(&text);
        if let Ok(definition) = kamodo_expr::Definition::parse(&linker::source("f"), &source)
            && let kamodo_expr::Outcome::Checked(checked) = definition.check(&Above::of(&["g(x): x"])).0
        {
            let shown = mathml(&checked.signature, &checked.body);
            prop_assert_eq!(is_well_formed(&shown), Ok(()), "{}", shown);
        }
    }

    #[test]
    fn is_always_well_formed(text in "[-+*/^().xyzab0-9_ ]{1,30}") {
        let source = linker::source(&text);
        if let Ok(definition) = kamodo_expr::Definition::parse(&linker::source("f"), &source)
            && let kamodo_expr::Outcome::Checked(checked) = definition.check(&Above::default()).0
        {
            let shown = mathml(&checked.signature, &checked.body);
            prop_assert_eq!(is_well_formed(&shown), Ok(()), "{}", shown);
        }
    }
}
