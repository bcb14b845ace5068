//! What the published Kamodo answers wrongly, or refuses: each kind with the right answer and where it comes from.

#[path = "front/linker.rs"]
#[allow(dead_code, reason = "shared with the tests of the front")]
mod linker;

use kamodo_expr::Checked;
use linker::Above;

#[track_caller]
fn checked(above: &[&str], line: &str) -> Checked {
    linker::checked(line, &Above::of(above))
}

#[track_caller]
fn rhs(above: &[&str], line: &str) -> String {
    checked(above, line).rhs
}

/// The call form, the unit of the result and the units of the parameters.
#[track_caller]
fn units(above: &[&str], line: &str) -> String {
    let signature = checked(above, line).signature;
    let parameters = signature.parameters.iter().map(|parameter| match &parameter.unit {
        Some(unit) => format!("{}[{unit}]", parameter.name),
        None => parameter.name.clone(),
    });
    let parameters = parameters.collect::<Vec<_>>().join(",");
    match &signature.unit {
        Some(unit) => format!("{}({parameters})[{unit}]", signature.name),
        None => format!("{}({parameters})", signature.name),
    }
}

/// A constant to a power in a product is a factor like others; the published one ends with `SympifyError`.
#[test]
fn constants_in_products() {
    assert_eq!(rhs(&[], "f: sqrt(8)*x"), "2*sqrt(2)*x"); // 8 = 4*2
    assert_eq!(rhs(&[], "f: x/pi"), "x/pi");
    assert_eq!(rhs(&[], "f: pi**2*x"), "pi**2*x");
    assert_eq!(rhs(&[], "f: x/log(2)"), "x/log(2)");
    assert_eq!(rhs(&[], r"f: $\frac{x}{2}$"), "x/2");
    assert_eq!(rhs(&[], "f: sqrt(2*k*T/m)"), "sqrt(2)*sqrt(T*k/m)");
}

/// A constant may have a unit, and a declared parameter stays where the body does not use it.
#[test]
fn constants_with_units_and_unused_parameters() {
    assert_eq!(units(&[], "m_p[kg]: 1.6726e-27"), "m_p()[kg]");
    // 1.6726e-27 kg are 1.6726e-24 g.
    assert_eq!(rhs(&["m_p[kg]: 1.6726e-27"], "m_g[g]: m_p"), "1000*m_p()");
    assert_eq!(units(&[], "f(x): 5"), "f(x)");
    assert_eq!(units(&[], "f(x, y): x"), "f(x,y)");
}

/// A parameter that is written on the left is that parameter, whatever functions there are.
#[test]
fn parameters_named_as_functions() {
    assert_eq!(rhs(&["x: t**2"], "v(x): x + 1"), "x + 1");
    assert_eq!(units(&["x: t**2"], "v(x): x + 1"), "v(x)");
    // Without a list the bare name is the function, as published.
    assert_eq!(rhs(&["x: t**2"], "v: x + 1"), "x(t) + 1");
}

#[test]
fn blanks_change_no_units() {
    assert_eq!(units(&[], "f( x[cm] , y[km] )[ kg ]: x*y"), "f(x[cm],y[km])[kg]");
}

/// The unit of a ratio, and a number in a unit, count in conversions.
#[test]
fn ratios_and_numbers_in_units() {
    assert_eq!(rhs(&["f(x)[kg/g]: x"], "g(x)[1]: f(x)"), "1000*f(x)"); // 1 kg/g = 1000
    assert_eq!(rhs(&["f(x)[km/cm]: x"], "g(x)[1]: f(x)"), "100000*f(x)"); // 1 km = 10^5 cm
    // TECU: 10^16 electrons per square metre.
    assert_eq!(rhs(&["f(x)[10**16/m**2]: x"], "g(x)[1/m^2]: f(x)"), "10000000000000000*f(x)");
    assert_eq!(rhs(&["a(t)[m]: t", "b(t)[cm]: 2*t"], "q(t)[1]: a/b"), "100*a(t)/b(t)");
}

/// An argument converts to its parameter's unit, whatever it is called and however it is put together.
#[test]
fn arguments_convert() {
    let above = ["f(x[cm])[kg]: x**2"];
    // y metres are 100*y centimetres, and a kilogram is 1000 grams.
    assert_eq!(rhs(&above, "g(y[m])[g]: f(y)"), "1000*f(100*y)");
    assert_eq!(rhs(&above, "g(y[m])[kg]: f(2*y)"), "f(200*y)");
    // With or without a unit on the left: t seconds are t/3600 hours.
    assert_eq!(rhs(&["N_t(t[hr]): 1000*exp(-log(2)*t/6)"], "N_s(t[s]): N_t"), "N_t(t/3600)");
}

/// A name may occur in the text of its own unit.
#[test]
fn names_in_their_own_units() {
    assert_eq!(units(&[], "P[Pa]: x"), "P(x)[Pa]");
    assert_eq!(units(&[], "m[m]: x"), "m(x)[m]");
    assert_eq!(units(&[], "g[kg]: x"), "g(x)[kg]");
    assert_eq!(units(&[], "V[V/m]: x"), "V(x)[V/m]");
    assert_eq!(units(&[], "k(m[m])[kg]: m"), "k(m[m])[kg]");
}

/// A definition by a function inherits all of its units, and adds numbers in them.
#[test]
fn units_are_inherited() {
    let above = ["f(x[cm])[kg]: x**2"];
    assert_eq!(units(&above, "g: f"), "g(x[cm])[kg]");
    assert_eq!(units(&above, "g: f + 1"), "g(x[cm])[kg]");
    assert_eq!(rhs(&above, "g[g]: f + 1"), "1000*f(x) + 1"); // the one is a gram: it takes the left-hand side's unit
}

/// Parameters without a unit have none, whatever is called.
#[test]
fn no_units_are_invented() {
    let above = ["m[kg]: x", "V[m^3]: y"];
    assert_eq!(units(&above, "rho(x,y)[g/cm^3]: m/V"), "rho(x,y)[g/cm**3]");
    // 1 kg/m^3 = 1000 g / 10^6 cm^3
    assert_eq!(rhs(&above, "rho(x,y)[g/cm^3]: m/V"), "m(x)/(1000*V(y))");
    let above = ["B_r(r,theta)[nT]: r*theta", "B_theta(r,theta)[nT]: r"];
    assert_eq!(units(&above, "B_mag(r,theta)[nT]: sqrt(B_r**2 + B_theta**2)"), "B_mag(r,theta)[nT]");
}

/// Factors are exact: the published ones have 15 digits.
#[test]
fn factors_are_exact() {
    assert_eq!(rhs(&["r(t)[km]: t"], "d(t)[R_E]: r"), "r(t)/6371");
    assert_eq!(rhs(&["B(t)[T]: t"], "b(t)[nT]: B"), "1000000000*B(t)");
    assert_eq!(rhs(&["n(t)[cm^-3]: t"], "m(t)[m^-3]: n"), "1000000*n(t)");
}

/// Sympy holds these to be independent, and refuses them. The factors are the definitions'.
#[test]
fn conversions_between_systems_of_units() {
    let convert = |from: &str, to: &str| rhs(&[&format!("f(x)[{from}]: x")], &format!("g(x)[{to}]: f(x)"));
    // 1 eV = 1.602176634e-19 J exactly (SI, 2019).
    assert_eq!(convert("eV", "J"), "801088317*f(x)/5000000000000000000000000000");
    assert_eq!(convert("J", "eV"), "5000000000000000000000000000*f(x)/801088317");
    // 1 psi is the weight of a pound on a square inch: 0.45359237 kg * 9.80665 m/s^2 / (0.0254 m)^2.
    assert_eq!(convert("psi", "Pa"), "8896443230521*f(x)/1290320000");
    // A light year is 365.25 days at 299792458 m/s.
    assert_eq!(convert("ly", "km"), "47303652362904*f(x)/5"); // 9460730472580.8
    assert_eq!(convert("au", "km"), "1495978707*f(x)/10");
    // CODATA 2018.
    assert_eq!(convert("amu", "kg"), "8302695333*f(x)/5000000000000000000000000000000000000");
    assert_eq!(convert("m/cm", "1"), "100*f(x)");
}

/// Every order of arguments is legal.
#[test]
fn orders_of_arguments() {
    let above = ["f(x[cm])[kg]: x**2", "g(y): y"];
    assert_eq!(units(&above, "h(x[m],y)[kg]: f + y"), "h(x[m],y)[kg]");
    assert_eq!(rhs(&above, "h(x[m],y)[kg]: f + y"), "y + f(100*x)");
    assert_eq!(units(&above, "h(y,x): x + g(y)"), "h(y,x)");
    assert_eq!(units(&[], "h(t,b,a): a*b*cos(t)"), "h(t,b,a)");
}

/// The terms of a sum inside a function convert to the first that has a unit.
#[test]
fn sums_inside_functions() {
    let above = ["u(t)[km/s]: 3*t", "v(t)[m/s]: 4000*t"];
    // 1 m/s = 1/1000 km/s, squared.
    assert_eq!(rhs(&above, "w(t)[km/s]: sqrt(u**2 + v**2)"), "sqrt(u(t)**2 + v(t)**2/1000000)");
}

/// Names that are refused only because sympy has something of that name.
#[test]
fn names_of_sympy() {
    for name in
        ["gamma", "zeta", "beta", "S", "N", "Q", "O", "test", "plot", "var", "div", "root_0", "source", "C"]
    {
        assert_eq!(units(&[], &format!("{name}: x")), format!("{name}(x)"));
        assert_eq!(units(&[], &format!("f: {name}*zz")), format!("f({name},zz)"));
        assert_eq!(units(&[], &format!("f({name}): {name}**2")), format!("f({name})"));
    }
    for name in ["pi", "E", "I", "sin", "exp", "sqrt"] {
        let (outcome, _) = linker::check(&format!("{name}: x"), &Above::default());
        assert!(matches!(outcome, kamodo_expr::Outcome::Refused), "{name} is reserved");
    }
    assert_eq!(checked(&[], "gamma: x").latex, r"$\gamma{\left(x \right)} = x$");
    assert_eq!(checked(&[], "gamma(x): x").latex, r"$\Gamma\left(x\right) = x$"); // as published
}

/// A logarithm of any base can be called: log(x)/log(b), by the change of base.
#[test]
fn logarithms() {
    assert_eq!(rhs(&[], "f: log(x, 10)"), "log(x)/log(10)");
    assert_eq!(rhs(&[], r"f: $\log_{10}(x)$"), "log(x)/log(10)");
    assert_eq!(rhs(&[], r"f: $\ln(x)$"), "log(x)");
}

/// LaTeX is read whole: nothing in it is a name by mistake, and nothing is left out.
#[test]
fn latex_is_read_whole() {
    assert_eq!(units(&[], r"f: $\left(x+1\right)^2$"), "f(x)");
    assert_eq!(units(&[], r"f: $\mathrm{abc}$"), "f(abc)");
    for line in [r"f: $\foo{x$", "f: $x^$", "f: x**2$", "f: $x**2$", "f(g(x)): x"] {
        let (outcome, _) = linker::check(line, &Above::default());
        assert!(matches!(outcome, kamodo_expr::Outcome::Refused), "{line}");
    }
}
