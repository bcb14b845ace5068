//! What is read, beyond what the published parser reads.

use kamodo_expr::{Checked, Outcome};

use crate::linker::{self, Above};

fn shown(lhs: &str, latex: &str, above: &[&str]) -> String {
    let definition =
        kamodo_expr::Definition::parse(&linker::source(lhs), &linker::source(&format!("${latex}$")));
    match definition.map(|definition| definition.check(&Above::of(above)).0) {
        Ok(Outcome::Checked(Checked { signature, rhs, .. })) => format!("{} = {rhs}", signature.symbol()),
        Ok(Outcome::Waiting { signature, rhs, missing, .. }) => {
            format!("{} = {rhs}, waiting for {}", signature.symbol(), missing.join(", "))
        }
        Ok(Outcome::Refused) => "refused".to_owned(),
        Err(diagnostics) => diagnostics[0].to_string(),
    }
}

#[track_caller]
fn check(latex: &str, expect: &str) {
    assert_eq!(shown("f", latex, &[]), expect, "{latex}");
}

#[track_caller]
fn check_as(lhs: &str, latex: &str, expect: &str) {
    assert_eq!(shown(lhs, latex, &[]), expect, "{lhs}: {latex}");
}

#[test]
fn names() {
    check(r"x_1", "f(x_1) = x_1");
    check(r"x_{12}", "f(x_12) = x_12");
    check(r"v_{perp}", "f(v_perp) = v_perp");
    check(r"v_\mathrm{th}", "f(v_th) = v_th");
    check(r"v_{\text{th},e}", "f(v_th_e) = v_th_e");
    check(r"\rho_{ij}", "f(rho_ij) = rho_ij");
    check(r"x_{i j}", "f(x_i_j) = x_i_j");
    check(r"T_{e0}", "f(T_e0) = T_e0");
    check(r"x_{+} \alpha_{i-}", "f(alpha_iminus, x_plus) = alpha_iminus*x_plus");
    check(r"\vec{B}_x", "f(Bvec_x) = Bvec_x");
    check(r"\vec{B_x}", "f(Bvec_x) = Bvec_x");
    check(r"\hat{\mathbf{n}}", "f(nboldhat) = nboldhat");
    check(r"\dot{\theta} t", "f(t, thetadot) = t*thetadot");
    check(r"\vec B", "f(Bvec) = Bvec");
    check(r"\mathcal{E}", "f(Ecal) = Ecal");
    check(r"x' + x^\prime_1", "f(xprime, xprime_1) = xprime + xprime_1");
    check(r"x^2_1", "f(x_1) = x_1**2");
    check(r"\lambda_D", "f(lambda_D) = lambda_D");
    check(r"\langle v \rangle", "f(vavg) = vavg");
    check(r"\left\|{B}\right\|", "f(Bnorm) = Bnorm");
    check(r"\operatorname{Kp} + \mathrm{Dst}", "f(Dst, Kp) = Dst + Kp");
    check(r"\hbar \omega_{pe}", "f(hbar, omega_pe) = hbar*omega_pe");
}

/// Letters are names of their own, but for those that the left-hand side puts together.
#[test]
fn declared_names() {
    check_as("f(rho, vel)", r"rho vel^2", "f(rho, vel) = rho*vel**2");
    check_as("f(x1)", r"x_{1}", "f(x1) = x1");
    check_as("f(temp2, t)", r"temp_2 t", "f(temp2, t) = t*temp2");
    check_as("f(ne_0, n)", r"n ne_{0}", "f(ne_0, n) = n*ne_0");
    check_as("f(Bmag)", r"\left|{B}\right|", "f(Bmag) = Bmag");
    check_as("f(B)", r"\left|{B}\right|", "f(B) = Abs(B)");
    check_as("f(x, y)", r"x(y + 1)", "f(x, y) = x*(y + 1)");
    check_as("f(y)", r"x(y + 1)", "f(y) = x(y + 1), waiting for x");
}

/// Without a list on the left `e` and `i` are parameters, as published; with one that does not have them
/// they are Euler's number and the imaginary unit, since nothing else is left.
#[test]
fn constants() {
    check(r"e^{-x}", "f(e, x) = e**(-x)");
    check_as("f(x)", r"e^{-x}", "f(x) = exp(-x)");
    check_as("f(e, x)", r"e^{-x}", "f(e, x) = e**(-x)");
    check_as("f(x)", r"e^{i x}", "f(x) = exp(I*x)");
    check_as("f(i, x)", r"i x", "f(i, x) = i*x");
    check(r"\pi r^2", "f(r) = pi*r**2");
    check(r"\pi_2", "f(pi_2) = pi_2");
    // The electric field, not Euler's number.
    check(r"E/B", "f(B, E) = E/B");
    check(r"\gamma \beta", "f(beta, gamma) = beta*gamma");
}

#[test]
fn functions() {
    check(r"\log(x)", "f(x) = log(x)");
    check(r"\ln x", "f(x) = log(x)");
    check(r"\log_{10}(x)", "f(x) = log(x)/log(10)");
    check(r"\log_2 x", "f(x) = log(x)/log(2)");
    check(r"\log_2^3 x", "f(x) = (log(x)/log(2))**3");
    check(r"\exp\left(-\frac{z}{H}\right)", "f(H, z) = exp(-z/H)");
    check(r"\sin^2 x + \cos^2 x", "f(x) = sin(x)**2 + cos(x)**2");
    check(r"\sin\theta\cos\phi", "f(phi, theta) = sin(theta)*cos(phi)");
    check(r"\arctan{\left(x \right)}", "f(x) = atan(x)");
    check(r"\tan^{-1}(x)", "f(x) = atan(x)");
    check(r"\operatorname{atan_{2}}{\left(y,x \right)}", "f(x, y) = atan2(y, x)");
    check(r"\operatorname{sgn}(x)", "f(x) = sign(x)");
    check(r"\operatorname{arcsin} x", "f(x) = asin(x)");
    check(r"\sqrt x", "f(x) = sqrt(x)");
    check(r"\sqrt[n]{x}", "f(n, x) = x**(1/n)");
    check(r"\sqrt2", "f() = sqrt(2)");
    check(r"\min\left(x, y\right)", "f(x, y) = Min(x, y)");
    check(r"\lfloor x \rfloor + \left\lceil y \right\rceil", "f(x, y) = ceiling(y) + floor(x)");
    check(r"x \bmod 3", "f(x) = Mod(x, 3)");
    check(r"\ln|x|", "f(x) = log(Abs(x))");
    check(r"\operatorname{foo}^{2}{\left(x \right)}", "f(x) = foo(x)**2, waiting for foo");
    check(r"f_{2}(x)", "f(x) = f_2(x), waiting for f_2");
}

/// A sign of a special function is also a name: one's own function goes first.
#[test]
fn signs_of_special_functions() {
    check(r"\Gamma(x) + \zeta(x)", "f(x) = gamma(x) + zeta(x)");
    check(r"\gamma(v)", "f(v) = gamma(v), waiting for gamma");
    check(r"J_0(x) Y_{1}(x)", "f(x) = besselj(0, x)*bessely(1, x)");
    check(r"J_{n+1}(x)", "f(n, x) = besselj(n + 1, x)");
    check(r"J_n(k r)", "f(k, n, r) = besselj(n, k*r)");
    check(r"P_{n}^{\left(m\right)}(x)", "f(m, n, x) = assoc_legendre(n, m, x)");
    check(r"\operatorname{E}_{1}(x)", "f(x) = expint(1, x)");
    check(r"\operatorname{B}(a, b)", "f(a, b) = beta(a, b)");
    check(r"\theta\left(x\right)", "f(x) = Heaviside(x)");
    check(r"E\left(\phi\middle| m\right)", "f(m, phi) = elliptic_e(phi, m)");
    // Names, rather.
    check(r"E(r)", "f(r) = E(r), waiting for E");
    check(r"\theta(t)", "f(t) = theta(t), waiting for theta");
    check(r"T_e(r)", "f(r) = T_e(r), waiting for T_e");
    check(r"T_{eff}\left(r\right)", "f(r) = T_eff(r), waiting for T_eff");
    check(r"T_{\mathrm{e}}\left(r\right)", "f(r) = T_e(r), waiting for T_e");
    check_as("f(J_0, x)", r"J_0(x)", "f(J_0, x) = J_0*x");
    let own = |latex: &str| shown("f", latex, &["J_0(x): x", "f1(x): x", "K(x): x", "gamma(v): v"]);
    assert_eq!(own(r"J_{0}(x)"), "f(x) = J_0(x)");
    assert_eq!(own(r"J_{1}(x)"), "f(x) = besselj(1, x)");
    assert_eq!(own(r"f_{1}(x)"), "f(x) = f1(x)");
    assert_eq!(own(r"K\left(x\right)"), "f(x) = K(x)");
    assert_eq!(own(r"\gamma(v) + \Gamma(v)"), "f(v) = gamma(v) + gamma(v)");
    assert_eq!(shown("f", r"f_1(x)", &["f1(x): x", "f_1(x): x"]), "f(x) = f_1(x)");
}

#[test]
fn comparisons_and_cases() {
    check(r"x > 3", "f(x) = x > 3");
    check(r"0 < x \leq 1", "f(x) = (0 < x) & (x <= 1)");
    check(r"x \ge y \vee \neg x = 2", "f(x, y) = (x >= y) | ~(Eq(x, 2))");
    check(
        r"\begin{cases} x^2 & \text{for}\: x > 0 \\ -x & \text{otherwise} \end{cases}",
        "f(x) = Piecewise((x**2, x > 0), (-x, True))",
    );
    check(
        r"\begin{cases} 1, & 0 \le x < 1, \\ 2 & \text{if } x \ge 1 \wedge y \ne 2, \\ \end{cases}",
        "f(x, y) = Piecewise((1, (0 <= x) & (x < 1)), (2, (x >= 1) & Ne(y, 2)))",
    );
    check(
        r"2 \begin{cases} 1 \text{ if } x > 0 \\ 0 \text{ else} \end{cases}",
        "f(x) = 2*Piecewise((1, x > 0), (0, True))",
    );
    check_as("f(x__a, b)", r"x^{a} b", "f(x__a, b) = b*x__a");
    check(r"x!! + x!", "f(x) = factorial(x) + factorial2(x)");
}

#[test]
fn what_stands_side_by_side() {
    check(r"2\left(x+1\right)", "f(x) = 2*(x + 1)");
    check(r"\left(x+1\right)\left(x-1\right)", "f(x) = (x - 1)*(x + 1)");
    check(r"\frac12 x", "f(x) = x/2");
    check(r"\frac{1}{2} m v^2", "f(m, v) = m*v**2/2");
    check(r"|x||y|", "f(x, y) = Abs(x)*Abs(y)");
    check(r"|x|y|z|", "f(x, y, z) = (y*Abs(z))*Abs(x)");
    check(r"\left\{ \left[ x \right] y \right\}", "f(x, y) = x*y");
    check(r"\bigl( x \bigr)", "f(x) = x");
    check(r"1{\,}000", "expected a number, a name or a parenthesis, found `}`");
    check(r"1.5 \cdot 10^{-7} x", "f(x) = 1.5e-7*x");
    check(r"\sin 2\pi x / L", "f(L, x) = sin(2*pi*x)/L");
    check(r"\sin x \cdot y", "f(x, y) = y*sin(x)");
    check(r"\exp -x / y", "f(x, y) = exp(-x)/y");
    check(r"-x^{2}y", "f(x, y) = -x**2*y");
    check(r"x^{a^b}", "f(a, b, x) = x**(a**b)");
    check(r"\frac{\sqrt[3]{x}}{\sqrt{y}}", "f(x, y) = x**(1/3)/sqrt(y)");
}

#[test]
fn sums_over_an_index() {
    check(r"\sum_{i=1}^{3} i x", "f(x) = Sum(i*x, (i, 1, 3))");
    check(r"\sum_{k=0}^3 x^k", "f(x) = Sum(x**k, (k, 0, 3))");
    check(r"\sum_{i=3}^{1} x", "f() = Sum(x, (i, 3, 1))");
    check_as("f(x)[m]", r"\sum_{i=1}^{3} i x", "f(x) = Sum(i*x, (i, 1, 3))");
    let body = |line: &str| linker::checked(line, &Above::default()).body;
    for (latex, terms) in [
        (r"\sum_{i=1}^{3} i x", "6*x"),
        (r"\sum_{i=-1}^{1} x^i + 1", "x + 2 + 1/x"),
        (r"\prod_{n=1}^{4} n x", "24*x**4"),
        (r"\sum_{i=3}^{1} x", "0*x"),
        (r"\sum_{i=1}^{2} \sum_{j=1}^{2} i j x", "9*x"),
    ] {
        assert_eq!(body(&format!("f: ${latex}$")), body(&format!("f: {terms}")), "{latex}");
    }
}

#[test]
fn with_units() {
    let above = ["g(x[cm])[kg]: x**2", "h: x + 1"];
    let shown = |lhs: &str, latex: &str| shown(lhs, latex, &above);
    assert_eq!(shown("f(y[m])[g]", r"g(y)"), "f(y) = 1000*g(100*y)");
    assert_eq!(shown("f(x[m])[g]", r"g - x - 1"), "f(x) = -x + 1000*g(100*x) - 1");
    assert_eq!(shown("f", r"g^2"), "f(x) = g(x)**2");
    assert_eq!(shown("f", r"h{\left(x \right)} - x - 1"), "f(x) = -x + h(x) - 1");
}

/// LaTeX is shown as it is written, two terms at a time, as published.
#[test]
fn is_shown_as_written() {
    let latex = |line: &str| linker::checked(line, &Above::of(&["g: x"])).latex;
    assert_eq!(latex("f: $x^2-x-1$"), r"$f{\left(x \right)} = \left(x^{2} - x\right) - 1$");
    assert_eq!(latex("f(x[cm])[kg]: $x^2-x-1$"), r"$f(x[cm])[kg] = x^{2} - x - 1$");
    assert_eq!(latex(r"f: $\sum_{i=1}^{3} i x$"), r"$f{\left(x \right)} = \sum_{i=1}^{3} i x$");
    let rhs = |line: &str| linker::checked(line, &Above::default()).body;
    assert_eq!(rhs("f: $2x + 3x$"), rhs("f: 5*x"));
}
