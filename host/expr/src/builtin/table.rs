//! One row a function: its name, what it is computed by and how it is simplified; its parameters, what it is and an
//! example; then what differs from [`Row::new`].

use kamodo_compute::{Binary, Reduction, Ternary, Unary};

use super::{Accuracy, Decimals, Domain, Notation, Order, Real, Recipe, Returns, Row, Rule, Sign, Units};
use crate::simplify::{
    bessel, complex, exponential, extreme, gamma, hyperbolic, inverse, polynomial, reciprocal, root,
    rounding, special, trigonometric, truth,
};
use crate::word::Word;

const OF_AMPLITUDE: &str = "of the amplitude, arguments up to 1000, orders up to 100";
const OF_AIRY: &str = "of the amplitude, arguments from -50 to 50";
const OF_TERM: &str = "of the largest term, degrees up to 50";

const fn within(bound: f64, range: &'static str) -> Option<Accuracy> {
    Some(Accuracy { bound, range })
}

macro_rules! builtins {
    (@word) => { None };
    (@word $name:literal $parameters:literal, $about:literal, $example:literal) => {
        Some(Word { name: $name, parameters: $parameters, about: $about, example: $example })
    };
    ($(
        $variant:ident $name:literal => $recipe:ident $(($($operation:path),+))?, $rule:ident $(($path:path))?
            $(($parameters:literal, $about:literal, $example:literal))?
            $({ $($field:ident: $value:expr),+ })?;
    )*) => {
        /// A function that the language itself has; comparisons, logic and cases are functions too.
        ///
        /// `Piecewise` has values and conditions in turn.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Builtin {
            $(#[doc = concat!("`", $name, "`")] $variant,)*
        }

        const ROWS: &[Row] = &[$(
            Row {
                word: builtins!(@word $($name $parameters, $about, $example)?),
                $($($field: $value,)+)?
                ..Row::new($name, Recipe::$recipe $(($($operation),+))?, Rule::$rule $(($path))?)
            },
        )*];

        impl Builtin {
            /// Every function, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];
        }
    };
}

impl Builtin {
    /// Returns all that is known of it.
    pub(crate) fn row(self) -> &'static Row {
        &ROWS[self as usize]
    }
}

builtins! {
    Sin "sin" => One(Unary::Sin), One(trigonometric::sin)
        ("x", "the sine of an angle in radians", "sin(0.5)")
        { order: Order::Ranked(20), takes_angle: true, returns: Returns::Number };
    Cos "cos" => One(Unary::Cos), One(trigonometric::cos)
        ("x", "the cosine of an angle in radians", "cos(0.5)")
        { order: Order::Ranked(21), takes_angle: true, returns: Returns::Number };
    Tan "tan" => One(Unary::Tan), One(trigonometric::tan)
        ("x", "the tangent of an angle in radians", "tan(0.5)")
        { order: Order::Ranked(22), takes_angle: true, returns: Returns::Number };
    Sec "sec" => Over(Unary::Cos), OneOf(reciprocal::circular)
        ("x", "the secant of an angle in radians", "sec(0.5)")
        { takes_angle: true, returns: Returns::Number };
    Csc "csc" => Over(Unary::Sin), OneOf(reciprocal::circular)
        ("x", "the cosecant of an angle in radians", "csc(0.5)")
        { takes_angle: true, returns: Returns::Number };
    Cot "cot" => Over(Unary::Tan), OneOf(reciprocal::circular)
        ("x", "the cotangent of an angle in radians", "cot(0.5)")
        { order: Order::Ranked(23), takes_angle: true, returns: Returns::Number };
    Asin "asin" => One(Unary::Asin), One(inverse::asin)
        ("x", "the angle in radians whose sine is x", "asin(0.5)")
        { real: Real::WithinOne, domain: Domain::Within(-1.0, 1.0), returns: Returns::Angle };
    Acos "acos" => One(Unary::Acos), One(inverse::acos)
        ("x", "the angle in radians whose cosine is x", "acos(0.5)")
        { real: Real::WithinOne, domain: Domain::Within(-1.0, 1.0), returns: Returns::Angle };
    Atan "atan" => One(Unary::Atan), One(inverse::atan)
        ("x", "the angle in radians whose tangent is x", "atan(0.5)")
        { returns: Returns::Angle };
    Asec "asec" => OfInverse(Unary::Acos), OneOf(inverse::of_reciprocal)
        ("x", "the angle in radians whose secant is x", "asec(2.0)")
        { real: Real::Never, domain: Domain::Outside(-1.0, 1.0), returns: Returns::Angle };
    Acsc "acsc" => OfInverse(Unary::Asin), OneOf(inverse::of_reciprocal)
        ("x", "the angle in radians whose cosecant is x", "acsc(2.0)")
        { real: Real::Never, domain: Domain::Outside(-1.0, 1.0), returns: Returns::Angle };
    Acot "acot" => OfInverse(Unary::Atan), OneOf(inverse::of_reciprocal)
        ("x", "the angle in radians whose cotangent is x", "acot(2.0)")
        { returns: Returns::Angle };
    Atan2 "atan2" => Two(Binary::Atan2), Two(inverse::atan2)
        ("y, x", "the angle in radians of the point (x, y), from -pi to pi", "atan2(1.0, -1)")
        { units: Units::Compared, returns: Returns::Angle };
    Sinh "sinh" => One(Unary::Sinh), One(hyperbolic::sinh)
        ("x", "the hyperbolic sine", "sinh(0.5)")
        { order: Order::Ranked(30), returns: Returns::Number };
    Cosh "cosh" => One(Unary::Cosh), One(hyperbolic::cosh)
        ("x", "the hyperbolic cosine", "cosh(0.5)")
        { order: Order::Ranked(31), returns: Returns::Number };
    Tanh "tanh" => One(Unary::Tanh), One(hyperbolic::tanh)
        ("x", "the hyperbolic tangent", "tanh(0.5)")
        { order: Order::Ranked(32), returns: Returns::Number };
    Sech "sech" => Over(Unary::Cosh), OneOf(reciprocal::hyperbolic)
        ("x", "the hyperbolic secant", "sech(0.5)")
        { returns: Returns::Number };
    Csch "csch" => Over(Unary::Sinh), OneOf(reciprocal::hyperbolic)
        ("x", "the hyperbolic cosecant", "csch(0.5)")
        { returns: Returns::Number };
    Coth "coth" => Over(Unary::Tanh), OneOf(reciprocal::hyperbolic)
        ("x", "the hyperbolic cotangent", "coth(0.5)")
        { order: Order::Ranked(33), returns: Returns::Number };
    Asinh "asinh" => One(Unary::Asinh), OneOf(hyperbolic::inverse)
        ("x", "the number whose hyperbolic sine is x", "asinh(0.5)");
    Acosh "acosh" => One(Unary::Acosh), OneOf(hyperbolic::inverse)
        ("x", "the number whose hyperbolic cosine is x", "acosh(2.0)")
        { real: Real::Never, domain: Domain::AtLeast(1.0) };
    Atanh "atanh" => One(Unary::Atanh), OneOf(hyperbolic::inverse)
        ("x", "the number whose hyperbolic tangent is x", "atanh(0.5)")
        { real: Real::Never, domain: Domain::Within(-1.0, 1.0) };
    Asech "asech" => OfInverse(Unary::Acosh), OneOf(hyperbolic::inverse)
        ("x", "the number whose hyperbolic secant is x", "asech(0.5)")
        { real: Real::Never, domain: Domain::Within(0.0, 1.0) };
    Acsch "acsch" => OfInverse(Unary::Asinh), OneOf(hyperbolic::inverse)
        ("x", "the number whose hyperbolic cosecant is x", "acsch(2.0)");
    Acoth "acoth" => OfInverse(Unary::Atanh), OneOf(hyperbolic::inverse)
        ("x", "the number whose hyperbolic cotangent is x", "acoth(2.0)")
        { real: Real::Never, domain: Domain::Outside(-1.0, 1.0) };
    Sinc "sinc" => One(Unary::Sinc), One(trigonometric::sinc)
        ("x", "sin(x)/x, and 1 at 0", "sinc(0.5)")
        { returns: Returns::Number };
    Exp "exp" => One(Unary::Exp), One(exponential::exp)
        ("x", "e to the power of x", "exp(1.5)")
        { notation: Notation::Exponential, order: Order::Ranked(10), returns: Returns::Number };
    Expm1 "expm1" => One(Unary::Expm1), Unruled
        ("x", "exp(x) - 1, exact for small x", "expm1(1e-12)")
        { decimals: Decimals::Opaque, is_free: true, is_of_numpy: true, returns: Returns::Number };
    Log "log" => One(Unary::Log), One(exponential::log)
        ("x, base", "the natural logarithm, or the one to a base", "log(8.0, 2)")
        {
            real: Real::IfPositive, notation: Notation::Call(r"\log"), order: Order::Ranked(11), least: Some(1),
            domain: Domain::AtLeast(0.0)
        };
    Log1p "log1p" => One(Unary::Log1p), Unruled
        ("x", "log(1 + x), exact for small x", "log1p(1e-12)")
        {
            real: Real::Never, decimals: Decimals::Opaque, is_free: true, is_of_numpy: true,
            domain: Domain::AtLeast(-1.0)
        };
    Log2 "log2" => One(Unary::Log2), Unruled
        ("x", "the logarithm to the base 2", "log2(8.0)")
        {
            real: Real::Never, decimals: Decimals::Opaque, is_free: true, is_of_numpy: true,
            domain: Domain::AtLeast(0.0)
        };
    Log10 "log10" => One(Unary::Log10), Unruled
        ("x", "the logarithm to the base 10", "log10(1000.0)")
        {
            real: Real::Never, decimals: Decimals::Opaque, is_free: true, is_of_numpy: true,
            domain: Domain::AtLeast(0.0)
        };
    Sqrt "sqrt" => One(Unary::Sqrt), One(root::square_root)
        ("x", "the square root", "sqrt(2.0)")
        { notation: Notation::Root, domain: Domain::AtLeast(0.0) };
    Hypot "hypot" => Two(Binary::Hypot), Unruled
        ("x, y", "sqrt(x**2 + y**2), without overflow", "hypot(3.0, 4)")
        { decimals: Decimals::Opaque, units: Units::Alike, is_free: true, is_of_numpy: true };
    Abs "Abs" => One(Unary::Abs), One(complex::abs)
        ("x", "the absolute value", "Abs(-2.5)")
        {
            real: Real::Always, decimals: Decimals::Kept, units: Units::Kept,
            notation: Notation::Enclosed { latex: [r"\left|{", r"}\right|"], signs: ["|", "|"] }
        };
    Sign "sign" => One(Unary::Sign), One(complex::signum)
        ("x", "1 if x is positive, -1 if it is negative, 0 at 0", "sign(-2.5)")
        { decimals: Decimals::Kept, units: Units::Dropped, is_free: true };
    Re "re" => One(Unary::Re), OneOf(complex::part)
        ("x", "the real part", "re(3 + 4*I)")
        {
            real: Real::Always, decimals: Decimals::Kept, units: Units::Kept,
            notation: Notation::Part(r"\operatorname{re}"), order: Order::Ranked(41), is_free: true
        };
    Im "im" => One(Unary::Im), OneOf(complex::part)
        ("x", "the imaginary part", "im(3 + 4*I)")
        {
            real: Real::Always, decimals: Decimals::Kept, units: Units::Kept,
            notation: Notation::Part(r"\operatorname{im}"), order: Order::Ranked(42), is_free: true
        };
    Conjugate "conjugate" => One(Unary::Conjugate), One(complex::conjugate)
        ("x", "the complex conjugate", "conjugate(3 + 4*I)")
        { decimals: Decimals::Kept, units: Units::Kept, notation: Notation::Overline, order: Order::Ranked(40) };
    Arg "arg" => One(Unary::Arg), One(complex::argument)
        ("x", "the angle of a complex number in radians", "arg(1.5*I)")
        {
            real: Real::Always, decimals: Decimals::Kept, units: Units::Dropped, order: Order::Ranked(43),
            is_free: true, returns: Returns::Angle
        };
    Floor "floor" => One(Unary::Floor), OneOf(rounding::rounded)
        ("x", "the greatest integer that is not above x", "floor(-2.5)")
        {
            decimals: Decimals::Kept, units: Units::Rounded,
            notation: Notation::Enclosed { latex: [r"\left\lfloor{", r"}\right\rfloor"], signs: ["⌊", "⌋"] }
        };
    Ceiling "ceiling" => One(Unary::Ceiling), OneOf(rounding::rounded)
        ("x", "the least integer that is not below x", "ceiling(-2.5)")
        {
            decimals: Decimals::Kept, units: Units::Rounded,
            notation: Notation::Enclosed { latex: [r"\left\lceil{", r"}\right\rceil"], signs: ["⌈", "⌉"] }
        };
    Frac "frac" => One(Unary::Frac), One(rounding::frac)
        ("x", "x - floor(x)", "frac(2.75)")
        { decimals: Decimals::Kept, units: Units::Rounded, notation: Notation::Compact, is_free: true };
    Min "Min" => Fold(Binary::Min), EachOf(extreme::extreme)
        ("x, y, …", "the least of the arguments", "Min(3, 1, 2)")
        {
            decimals: Decimals::Kept, units: Units::Alike, notation: Notation::List(r"\min", "min"),
            order: Order::Class("Min"), least: Some(1)
        };
    Max "Max" => Fold(Binary::Max), EachOf(extreme::extreme)
        ("x, y, …", "the greatest of the arguments", "Max(3, 1, 2)")
        {
            decimals: Decimals::Kept, units: Units::Alike, notation: Notation::List(r"\max", "max"),
            order: Order::Class("Max"), least: Some(1)
        };
    SumOf "sum" => Reduce(Reduction::Sum), Unruled
        ("x", "the sum of an array along its last axis", "sum(2.5)")
        { decimals: Decimals::Opaque, units: Units::Reduced, is_free: true, is_of_numpy: true };
    Mean "mean" => Reduce(Reduction::Mean), Unruled
        ("x", "the mean of an array along its last axis", "mean(2.5)")
        { decimals: Decimals::Opaque, units: Units::Reduced, is_free: true, is_of_numpy: true };
    Least "min" => Reduce(Reduction::Min), Unruled
        {
            decimals: Decimals::Opaque, units: Units::Reduced, notation: Notation::List(r"\min", "min"),
            is_free: true
        };
    Greatest "max" => Reduce(Reduction::Max), Unruled
        {
            decimals: Decimals::Opaque, units: Units::Reduced, notation: Notation::List(r"\max", "max"),
            is_free: true
        };
    Norm "norm" => Reduce(Reduction::Norm), Unruled
        ("x", "the root of the sum of the squares of an array along its last axis", "norm(-2.5)")
        { decimals: Decimals::Opaque, units: Units::Reduced, is_free: true, is_of_numpy: true };
    Mod "Mod" => Two(Binary::Mod), Two(rounding::modulo)
        ("x, y", "the remainder of x/y, with the sign of y", "Mod(-7, 3)")
        { decimals: Decimals::Kept, units: Units::Alike, notation: Notation::Modulo };
    Heaviside "Heaviside" => OneOrTwo(Unary::Heaviside, Binary::Heaviside), Each(truth::heaviside)
        ("x, h", "0 if x is negative, 1 if it is positive, h at 0", "Heaviside(0, 0.5)")
        {
            real: Real::IfOthers, decimals: Decimals::Opaque, units: Units::Dropped,
            notation: Notation::Whole(r"\theta", "θ"), least: Some(1), signs: &[(r"\theta", Sign::Letter)],
            returns: Returns::Number
        };
    Piecewise "Piecewise" => Cases, Whole(truth::piecewise)
        (
            "(value, condition), …", "the value of the first condition that holds, nan if none does",
            "Piecewise((1, 2 < 1), (3, True))"
        )
        { real: Real::Never, decimals: Decimals::Opaque, notation: Notation::Cases };
    Eq "Eq" => Two(Binary::Eq), TwoOf(truth::relation)
        ("x, y", "x == y", "Eq(2, 2)")
        {
            real: Real::Never, decimals: Decimals::Opaque, units: Units::Compared,
            notation: Notation::Relation { latex: "=", sign: "=", text: None }, order: Order::Class("Equality")
        };
    Ne "Ne" => Two(Binary::Ne), TwoOf(truth::relation)
        ("x, y", "x != y", "Ne(2, 2)")
        {
            real: Real::Never, decimals: Decimals::Opaque, units: Units::Compared,
            notation: Notation::Relation { latex: r"\neq", sign: "≠", text: None }, order: Order::Class("Unequality")
        };
    Lt "Lt" => Two(Binary::Lt), TwoOf(truth::relation)
        ("x, y", "x < y", "Lt(1, 2)")
        {
            real: Real::Never, decimals: Decimals::Opaque, units: Units::Compared,
            notation: Notation::Relation { latex: "<", sign: "<", text: Some(" < ") },
            order: Order::Class("StrictLessThan")
        };
    Le "Le" => Two(Binary::Le), TwoOf(truth::relation)
        ("x, y", "x <= y", "Le(1, 2)")
        {
            real: Real::Never, decimals: Decimals::Opaque, units: Units::Compared,
            notation: Notation::Relation { latex: r"\leq", sign: "≤", text: Some(" <= ") },
            order: Order::Class("LessThan")
        };
    Gt "Gt" => Two(Binary::Gt), TwoOf(truth::relation)
        ("x, y", "x > y", "Gt(1, 2)")
        {
            real: Real::Never, decimals: Decimals::Opaque, units: Units::Compared,
            notation: Notation::Relation { latex: ">", sign: ">", text: Some(" > ") },
            order: Order::Class("StrictGreaterThan")
        };
    Ge "Ge" => Two(Binary::Ge), TwoOf(truth::relation)
        ("x, y", "x >= y", "Ge(1, 2)")
        {
            real: Real::Never, decimals: Decimals::Opaque, units: Units::Compared,
            notation: Notation::Relation { latex: r"\geq", sign: "≥", text: Some(" >= ") },
            order: Order::Class("GreaterThan")
        };
    And "And" => Fold(Binary::And), EachOf(truth::joined)
        ("a, b, …", "whether all conditions hold", "And(1 < 2, 2 < 1)")
        {
            real: Real::Never, decimals: Decimals::Opaque,
            notation: Notation::Joined { latex: r"\wedge", sign: "∧", text: " & " }, order: Order::Class("And"),
            least: Some(1)
        };
    Or "Or" => Fold(Binary::Or), EachOf(truth::joined)
        ("a, b, …", "whether one of the conditions holds", "Or(1 < 2, 2 < 1)")
        {
            real: Real::Never, decimals: Decimals::Opaque,
            notation: Notation::Joined { latex: r"\vee", sign: "∨", text: " | " }, order: Order::Class("Or"),
            least: Some(1)
        };
    Not "Not" => One(Unary::Not), One(truth::not)
        ("a", "whether a condition does not hold", "Not(2 < 1)")
        { real: Real::Never, decimals: Decimals::Opaque, notation: Notation::Negation, order: Order::Class("Not") };
    Factorial "factorial" => One(Unary::Factorial), One(gamma::factorial)
        ("n", "n!", "factorial(5)")
        { notation: Notation::Behind("!"), is_free: true, accuracy: within(1.5e-15, "up to overflow") };
    Factorial2 "factorial2" => One(Unary::Factorial2), One(gamma::double_factorial)
        ("n", "the double factorial n!!", "factorial2(7)")
        { notation: Notation::Behind("!!"), is_free: true };
    Binomial "binomial" => Two(Binary::Binomial), Two(gamma::binomial)
        ("n, k", "the binomial coefficient: n over k", "binomial(5, 2)")
        { notation: Notation::Binomial, is_free: true, accuracy: within(1e-14, "arguments up to 90") };
    Gamma "gamma" => One(Unary::Gamma), One(gamma::gamma)
        ("x", "the gamma function", "gamma(4.5)")
        {
            notation: Notation::Head(r"\Gamma", "Γ"), is_free: true, signs: &[(r"\Gamma", Sign::Plain)],
            accuracy: within(1.5e-15, "up to overflow")
        };
    LogGamma "loggamma" => One(Unary::LogGamma), One(gamma::log_gamma)
        ("x", "the logarithm of the gamma function", "loggamma(4.5)")
        { real: Real::Never, is_free: true, accuracy: within(9e-16, "from 0 on") };
    Polygamma "polygamma" => OrderZero(Unary::Digamma, Binary::Polygamma), Two(gamma::polygamma)
        ("n, x", "the n-th derivative of digamma", "polygamma(1, 2.5)")
        { decimals: Decimals::Kept, is_free: true, accuracy: within(2e-14, "orders up to 7") };
    Beta "beta" => Two(Binary::Beta), Two(gamma::beta)
        ("x, y", "the beta function: gamma(x)*gamma(y)/gamma(x + y)", "beta(1.5, 2.5)")
        {
            notation: Notation::Head(r"\operatorname{B}", "B"), is_free: true,
            signs: &[(r"\operatorname{B}", Sign::Plain)], accuracy: within(1e-13, "arguments up to 90")
        };
    Erf "erf" => One(Unary::Erf), OneOf(special::error)
        ("x", "the error function", "erf(0.5)")
        { accuracy: within(2.3e-16, "everywhere"), returns: Returns::Number };
    Erfc "erfc" => One(Unary::Erfc), OneOf(special::error)
        ("x", "1 - erf(x), exact for large x", "erfc(0.5)")
        { accuracy: within(4.5e-16, "everywhere"), returns: Returns::Number };
    Erfinv "erfinv" => One(Unary::Erfinv), OneOf(special::error)
        ("x", "the number whose error function is x", "erfinv(0.5)")
        { real: Real::Never, domain: Domain::Within(-1.0, 1.0), accuracy: within(7e-16, "everywhere") };
    BesselJ "besselj" => Two(Binary::BesselJ), TwoOf(bessel::bessel)
        ("n, x", "the Bessel function of the first kind, of order n", "besselj(0, 2.5)")
        {
            real: Real::Never, decimals: Decimals::Kept, notation: Notation::Order("J"),
            signs: &[("J", Sign::Order)], accuracy: within(4e-13, OF_AMPLITUDE)
        };
    BesselY "bessely" => Two(Binary::BesselY), TwoOf(bessel::bessel)
        ("n, x", "the Bessel function of the second kind, of order n", "bessely(0, 2.5)")
        {
            real: Real::Never, decimals: Decimals::Kept, notation: Notation::Order("Y"),
            signs: &[("Y", Sign::Order)], domain: Domain::AtLeast(0.0), accuracy: within(4e-13, OF_AMPLITUDE)
        };
    BesselI "besseli" => Two(Binary::BesselI), TwoOf(bessel::bessel)
        ("n, x", "the modified Bessel function of the first kind, of order n", "besseli(0, 2.5)")
        {
            real: Real::Never, decimals: Decimals::Kept, notation: Notation::Order("I"),
            signs: &[("I", Sign::Order)], accuracy: within(1e-13, "arguments up to 500, orders up to 100")
        };
    BesselK "besselk" => Two(Binary::BesselK), TwoOf(bessel::bessel)
        ("n, x", "the modified Bessel function of the second kind, of order n", "besselk(0, 2.5)")
        {
            real: Real::Never, decimals: Decimals::Kept, notation: Notation::Order("K"),
            signs: &[("K", Sign::Order)], domain: Domain::AtLeast(0.0),
            accuracy: within(1e-13, "arguments up to 500, orders up to 100")
        };
    AiryAi "airyai" => One(Unary::AiryAi), OneOf(bessel::airy)
        ("x", "the Airy function Ai", "airyai(0.5)")
        {
            notation: Notation::Head("Ai", "Ai"),
            signs: &[(r"\operatorname{Ai}", Sign::Plain), ("Ai", Sign::Letter)], accuracy: within(5e-14, OF_AIRY)
        };
    AiryBi "airybi" => One(Unary::AiryBi), OneOf(bessel::airy)
        ("x", "the Airy function Bi", "airybi(0.5)")
        {
            notation: Notation::Head("Bi", "Bi"),
            signs: &[(r"\operatorname{Bi}", Sign::Plain), ("Bi", Sign::Letter)], accuracy: within(5e-14, OF_AIRY)
        };
    Legendre "legendre" => Two(Binary::Legendre), TwoOf(polynomial::polynomial)
        ("n, x", "the Legendre polynomial of degree n", "legendre(2, 0.5)")
        {
            decimals: Decimals::Opaque, notation: Notation::Polynomial("P"), is_free: true,
            signs: &[("P", Sign::Polynomial)], accuracy: within(1e-13, OF_TERM)
        };
    AssocLegendre "assoc_legendre" => Three(Ternary::AssocLegendre), Each(polynomial::assoc_legendre)
        ("n, m, x", "the associated Legendre function of degree n and order m", "assoc_legendre(2, 1, 0.5)")
        { decimals: Decimals::Opaque, notation: Notation::Polynomial("P"), accuracy: within(1e-13, OF_TERM) };
    ChebyshevT "chebyshevt" => Two(Binary::ChebyshevT), TwoOf(polynomial::polynomial)
        ("n, x", "the Chebyshev polynomial of the first kind, of degree n", "chebyshevt(3, 0.5)")
        {
            decimals: Decimals::Opaque, notation: Notation::Polynomial("T"), signs: &[("T", Sign::Polynomial)],
            accuracy: within(1e-13, OF_TERM)
        };
    ChebyshevU "chebyshevu" => Two(Binary::ChebyshevU), TwoOf(polynomial::polynomial)
        ("n, x", "the Chebyshev polynomial of the second kind, of degree n", "chebyshevu(3, 0.5)")
        {
            decimals: Decimals::Opaque, notation: Notation::Polynomial("U"), signs: &[("U", Sign::Polynomial)],
            accuracy: within(1e-13, OF_TERM)
        };
    Hermite "hermite" => Two(Binary::Hermite), TwoOf(polynomial::polynomial)
        ("n, x", "the Hermite polynomial of degree n, as physicists write it", "hermite(3, 0.5)")
        {
            decimals: Decimals::Opaque, notation: Notation::Polynomial("H"), is_free: true,
            signs: &[("H", Sign::Polynomial)], accuracy: within(1e-13, OF_TERM)
        };
    Laguerre "laguerre" => Two(Binary::Laguerre), TwoOf(polynomial::polynomial)
        ("n, x", "the Laguerre polynomial of degree n", "laguerre(3, 0.5)")
        {
            decimals: Decimals::Opaque, notation: Notation::Polynomial("L"), is_free: true,
            signs: &[("L", Sign::Polynomial)], accuracy: within(1e-13, OF_TERM)
        };
    EllipticK "elliptic_k" => One(Unary::EllipticK), One(special::elliptic_k)
        ("m", "the complete elliptic integral of the first kind, of parameter m", "elliptic_k(0.5)")
        {
            real: Real::Never, notation: Notation::Head("K", "K"), signs: &[("K", Sign::Letter)],
            domain: Domain::AtMost(1.0), accuracy: within(9e-16, "parameters from -50")
        };
    EllipticE "elliptic_e" => OneOrTwo(Unary::EllipticE, Binary::EllipticE), Each(special::elliptic_e)
        (
            "z, m", "the elliptic integral of the second kind, of parameter m; the complete one of m alone",
            "elliptic_e(0.5)"
        )
        {
            real: Real::Never, notation: Notation::Head("E", "E"), least: Some(1), signs: &[("E", Sign::Letter)],
            domain: Domain::AtMost(1.0), accuracy: within(2e-15, "parameters from -50")
        };
    Ei "Ei" => One(Unary::Ei), One(special::exponential_integral)
        ("x", "the exponential integral", "Ei(0.5)")
        { real: Real::Never, is_free: true, accuracy: within(3e-15, "up to overflow") };
    Expint "expint" => Two(Binary::Expint), Two(special::expint)
        ("n, x", "the generalized exponential integral of order n", "expint(2, 0.5)")
        {
            real: Real::Never, decimals: Decimals::Kept, notation: Notation::OrderFirst(r"\operatorname{E}", "E"),
            signs: &[(r"\operatorname{E}", Sign::Order)], domain: Domain::AtLeast(0.0),
            accuracy: within(1e-14, "orders from -2.5 to 10")
        };
    Zeta "zeta" => OneOrTwo(Unary::Zeta, Binary::Zeta), Each(special::zeta)
        ("s, a", "the Riemann zeta function, or Hurwitz's", "zeta(2.5)")
        {
            notation: Notation::Head(r"\zeta", "ζ"), is_free: true, least: Some(1),
            signs: &[(r"\zeta", Sign::Plain)], accuracy: within(2e-14, "arguments from -20")
        };
}
