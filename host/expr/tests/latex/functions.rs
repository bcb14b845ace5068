//! Every function of the language: how it prints, and that it reads back.

use kamodo_expr::Outcome;

use crate::linker::{self, Above};

/// A call of each function, and what it prints as.
const FUNCTIONS: &[(&str, &str)] = &[
    ("sin(x)", r"\sin{\left(x \right)}"),
    ("cos(x)", r"\cos{\left(x \right)}"),
    ("tan(x)", r"\tan{\left(x \right)}"),
    ("sec(x)", r"\sec{\left(x \right)}"),
    ("csc(x)", r"\csc{\left(x \right)}"),
    ("cot(x)", r"\cot{\left(x \right)}"),
    ("asin(x)", r"\operatorname{asin}{\left(x \right)}"),
    ("acos(x)", r"\operatorname{acos}{\left(x \right)}"),
    ("atan(x)", r"\operatorname{atan}{\left(x \right)}"),
    ("asec(x)", r"\operatorname{asec}{\left(x \right)}"),
    ("acsc(x)", r"\operatorname{acsc}{\left(x \right)}"),
    ("acot(x)", r"\operatorname{acot}{\left(x \right)}"),
    ("atan2(y,x)", r"\operatorname{atan_{2}}{\left(y,x \right)}"),
    ("sinh(x)", r"\sinh{\left(x \right)}"),
    ("cosh(x)", r"\cosh{\left(x \right)}"),
    ("tanh(x)", r"\tanh{\left(x \right)}"),
    ("sech(x)", r"\operatorname{sech}{\left(x \right)}"),
    ("csch(x)", r"\operatorname{csch}{\left(x \right)}"),
    ("coth(x)", r"\coth{\left(x \right)}"),
    ("asinh(x)", r"\operatorname{asinh}{\left(x \right)}"),
    ("acosh(x)", r"\operatorname{acosh}{\left(x \right)}"),
    ("atanh(x)", r"\operatorname{atanh}{\left(x \right)}"),
    ("asech(x)", r"\operatorname{asech}{\left(x \right)}"),
    ("acsch(x)", r"\operatorname{acsch}{\left(x \right)}"),
    ("acoth(x)", r"\operatorname{acoth}{\left(x \right)}"),
    ("sinc(x)", r"\operatorname{sinc}{\left(x \right)}"),
    ("exp(x)", r"e^{x}"),
    ("expm1(x)", r"\operatorname{expm_{1}}{\left(x \right)}"),
    ("log(x)", r"\log{\left(x \right)}"),
    ("log(x,n)", r"\frac{\log{\left(x \right)}}{\log{\left(n \right)}}"),
    ("log(x,10)", r"\frac{\log{\left(x \right)}}{\log{\left(10 \right)}}"),
    ("log1p(x)", r"\operatorname{log1p}{\left(x \right)}"),
    ("log2(x)", r"\operatorname{log_{2}}{\left(x \right)}"),
    ("log10(x)", r"\operatorname{log_{10}}{\left(x \right)}"),
    ("sqrt(x)", r"\sqrt{x}"),
    ("cbrt(x)", r"\sqrt[3]{x}"),
    ("root(x,n)", r"x^{\frac{1}{n}}"),
    ("root(x,5)", r"\sqrt[5]{x}"),
    (
        "real_root(x,3)",
        r"\begin{cases} \sqrt[3]{\left|{x}\right|} \operatorname{sign}{\left(x \right)} & \text{for}\: \operatorname{im}{\left(x\right)} = 0 \\\sqrt[3]{x} & \text{otherwise} \end{cases}",
    ),
    ("hypot(x,y)", r"\operatorname{hypot}{\left(x,y \right)}"),
    ("Abs(x)", r"\left|{x}\right|"),
    ("sign(x)", r"\operatorname{sign}{\left(x \right)}"),
    ("re(x)", r"\operatorname{re}{\left(x\right)}"),
    ("im(x)", r"\operatorname{im}{\left(x\right)}"),
    ("conjugate(x)", r"\overline{x}"),
    ("arg(x)", r"\arg{\left(x \right)}"),
    ("floor(x)", r"\left\lfloor{x}\right\rfloor"),
    ("ceiling(x)", r"\left\lceil{x}\right\rceil"),
    ("frac(x)", r"\operatorname{frac}{\left(x\right)}"),
    ("Min(x,y)", r"\min\left(x, y\right)"),
    ("Max(x,y,1)", r"\max\left(1, x, y\right)"),
    ("Mod(x,y)", r"x\bmod{y}"),
    ("x//y", r"\left\lfloor{\frac{x}{y}}\right\rfloor"),
    ("Heaviside(x)", r"\theta\left(x\right)"),
    ("Heaviside(x,1)", r"\theta\left(x, 1\right)"),
    (
        "Piecewise((x,x>0),(y,y<=2),(n,True))",
        r"\begin{cases} x & \text{for}\: x > 0 \\y & \text{for}\: y \leq 2 \\n & \text{otherwise} \end{cases}",
    ),
    ("Piecewise((x,x>0))", r"\begin{cases} x & \text{for}\: x > 0 \end{cases}"),
    ("Eq(x,y)", r"x = y"),
    ("Ne(x,y)", r"x \neq y"),
    ("x<y", r"x < y"),
    ("x<=y", r"x \leq y"),
    ("x>y", r"x > y"),
    ("x>=y", r"x \geq y"),
    ("(x>0)&(y>1)", r"x > 0 \wedge y > 1"),
    ("(x>0)|(y>1)&(n>2)", r"\left(n > 2 \wedge y > 1\right) \vee x > 0"),
    ("~((x>0)&(y>1))", r"\neg \left(x > 0 \wedge y > 1\right)"),
    ("0<x<1", r"0 < x \wedge x < 1"),
    ("factorial(x)", r"x!"),
    ("factorial2(x)", r"x!!"),
    ("binomial(x,y)", r"{\binom{x}{y}}"),
    ("gamma(x)", r"\Gamma\left(x\right)"),
    ("loggamma(x)", r"\operatorname{loggamma}{\left(x \right)}"),
    ("digamma(x)", r"\operatorname{polygamma}{\left(0,x \right)}"),
    ("trigamma(x)", r"\operatorname{polygamma}{\left(1,x \right)}"),
    ("polygamma(n,x)", r"\operatorname{polygamma}{\left(n,x \right)}"),
    ("beta(x,y)", r"\operatorname{B}\left(x, y\right)"),
    ("erf(x)", r"\operatorname{erf}{\left(x \right)}"),
    ("erfc(x)", r"\operatorname{erfc}{\left(x \right)}"),
    ("erfinv(x)", r"\operatorname{erfinv}{\left(x \right)}"),
    ("besselj(n,x)", r"J_{n}\left(x\right)"),
    ("bessely(0,x)", r"Y_{0}\left(x\right)"),
    ("besseli(n+1,x)", r"I_{n + 1}\left(x\right)"),
    ("besselk(1/2,x)", r"K_{\frac{1}{2}}\left(x\right)"),
    ("airyai(x)", r"Ai\left(x\right)"),
    ("airybi(x)", r"Bi\left(x\right)"),
    ("legendre(n,x)", r"P_{n}\left(x\right)"),
    ("legendre(2,x)", r"\frac{3 x^{2}}{2} - \frac{1}{2}"),
    ("assoc_legendre(n,m,x)", r"P_{n}^{\left(m\right)}\left(x\right)"),
    ("assoc_legendre(2,1,x)", r"- 3 x \sqrt{1 - x^{2}}"),
    ("chebyshevt(n,x)", r"T_{n}\left(x\right)"),
    ("chebyshevu(n,x)", r"U_{n}\left(x\right)"),
    ("hermite(n,x)", r"H_{n}\left(x\right)"),
    ("laguerre(n,x)", r"L_{n}\left(x\right)"),
    ("elliptic_k(x)", r"K\left(x\right)"),
    ("elliptic_e(x)", r"E\left(x\right)"),
    ("elliptic_e(x,y)", r"E\left(x\middle| y\right)"),
    ("Ei(x)", r"\operatorname{Ei}{\left(x \right)}"),
    ("expint(n,x)", r"\operatorname{E}_{n}\left(x\right)"),
    ("E1(x)", r"\operatorname{E}_{1}\left(x\right)"),
    ("zeta(x)", r"\zeta\left(x\right)"),
    ("zeta(x,y)", r"\zeta\left(x, y\right)"),
    ("x**y", r"x^{y}"),
    ("x**(-2)", r"\frac{1}{x^{2}}"),
    ("x**(2/3)", r"x^{\frac{2}{3}}"),
    ("x**(-1/2)", r"\frac{1}{\sqrt{x}}"),
    ("2**x", r"2^{x}"),
    ("E**x", r"e^{x}"),
    ("pi*x", r"\pi x"),
    ("E*x", r"e x"),
    ("I*x", r"i x"),
    ("Catalan*x", r"\text{Catalan} x"),
    ("oo", r"\infty"),
    ("zoo", r"\tilde{\infty}"),
    ("nan", r"\text{NaN}"),
    ("1e-7*x", r"1.0 \cdot 10^{-7} x"),
    ("1.5*x", r"1.5 x"),
];

struct Shown {
    rhs: String,
    equation: String,
}

fn show(lhs: &str, rhs: &str) -> Result<Shown, String> {
    let definition = kamodo_expr::Definition::parse(&linker::source(lhs), &linker::source(rhs));
    let (outcome, diagnostics) = match definition {
        Ok(definition) => definition.check(&Above::default()),
        Err(diagnostics) => (Outcome::Refused, diagnostics),
    };
    match outcome {
        Outcome::Checked(checked) => Ok(Shown { rhs: checked.rhs, equation: checked.equation }),
        _ => Err(diagnostics.iter().map(|found| found.render()).collect()),
    }
}

#[test]
fn every_function_prints_and_reads_back() {
    let mut wrong = Vec::new();
    for (call, expect) in FUNCTIONS {
        for text in [(*call).to_owned(), format!("2*({call})**2 + y"), format!("exp(-({call})/2)")] {
            let is_condition = call.contains(['<', '>']) || call.starts_with("Eq") || call.starts_with("Ne");
            if is_condition && text != *call && !call.starts_with("Piecewise") {
                continue;
            }
            let printed = match show("f(x, y, n, m)", &text) {
                Ok(printed) => printed,
                Err(error) => {
                    wrong.push(format!("{text}\n{error}"));
                    continue;
                }
            };
            if text == *call && printed.equation != *expect {
                wrong.push(format!("    (r\"{call}\", r\"{}\"),", printed.equation));
            }
            match show("f(x, y, n, m)", &format!("${}$", printed.equation)) {
                Ok(again) if again.rhs == printed.rhs || again.equation == printed.equation => {}
                Ok(again) => wrong.push(format!("{} as {} is {}", printed.rhs, printed.equation, again.rhs)),
                Err(error) => wrong.push(format!("{} as {}\n{error}", printed.rhs, printed.equation)),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
