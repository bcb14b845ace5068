//! The operations of steps, and the names by which users know them.

macro_rules! operations {
    ($(#[$doc:meta])* $kind:ident { $($variant:ident = $name:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $kind {
            $(#[doc = concat!("`", $name, "`")] $variant,)*
        }

        impl $kind {
            /// Every one, for the tests that hold all of them.
            #[allow(dead_code, reason = "not every kind has such a test")]
            #[cfg(test)]
            pub(crate) const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Returns the name by which a user knows it.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

operations! {
    /// An operation of one operand.
    Unary {
        Neg = "-",
        Not = "~",
        Abs = "Abs",
        Sign = "sign",
        Floor = "floor",
        Ceiling = "ceiling",
        Frac = "frac",
        Sqrt = "sqrt",
        Sin = "sin",
        Cos = "cos",
        Tan = "tan",
        Asin = "asin",
        Acos = "acos",
        Atan = "atan",
        Sinh = "sinh",
        Cosh = "cosh",
        Tanh = "tanh",
        Asinh = "asinh",
        Acosh = "acosh",
        Atanh = "atanh",
        Sinc = "sinc",
        Exp = "exp",
        Expm1 = "expm1",
        Log = "log",
        Log1p = "log1p",
        Log2 = "log2",
        Log10 = "log10",
        Heaviside = "Heaviside",
        Re = "re",
        Im = "im",
        Conjugate = "conjugate",
        Arg = "arg",
        Factorial = "factorial",
        Factorial2 = "factorial2",
        Gamma = "gamma",
        LogGamma = "loggamma",
        Digamma = "digamma",
        Erf = "erf",
        Erfc = "erfc",
        Erfinv = "erfinv",
        AiryAi = "airyai",
        AiryBi = "airybi",
        EllipticK = "elliptic_k",
        EllipticE = "elliptic_e",
        Ei = "Ei",
        Zeta = "zeta",
    }
}

operations! {
    /// An operation of two operands.
    Binary {
        Add = "+",
        Sub = "-",
        Mul = "*",
        Div = "/",
        Pow = "**",
        Mod = "%",
        Min = "Min",
        Max = "Max",
        Atan2 = "atan2",
        Hypot = "hypot",
        Heaviside = "Heaviside",
        Lt = "<",
        Le = "<=",
        Gt = ">",
        Ge = ">=",
        Eq = "==",
        Ne = "!=",
        And = "&",
        Or = "|",
        Binomial = "binomial",
        Polygamma = "polygamma",
        Beta = "beta",
        BesselJ = "besselj",
        BesselY = "bessely",
        BesselI = "besseli",
        BesselK = "besselk",
        Legendre = "legendre",
        ChebyshevT = "chebyshevt",
        ChebyshevU = "chebyshevu",
        Hermite = "hermite",
        Laguerre = "laguerre",
        EllipticE = "elliptic_e",
        Expint = "expint",
        Zeta = "zeta",
    }
}

operations! {
    /// An operation of three operands.
    Ternary {
        Select = "Piecewise",
        AssocLegendre = "assoc_legendre",
    }
}

operations! {
    /// An operation that makes one element of each row along the last axis.
    Reduction {
        Sum = "sum",
        Mean = "mean",
        Min = "min",
        Max = "max",
        Norm = "norm",
    }
}

// === impl Unary ===

impl Unary {
    /// Returns the rough time an element takes as a double in vectors, and in a typed loop.
    pub(crate) fn nanoseconds(self) -> (f64, f64) {
        match self {
            Self::Neg
            | Self::Not
            | Self::Abs
            | Self::Sqrt
            | Self::Floor
            | Self::Ceiling
            | Self::Frac
            | Self::Sign
            | Self::Re
            | Self::Im
            | Self::Conjugate
            | Self::Heaviside => (0.4, 2.0),
            _ if self.is_special() => (100.0, 100.0),
            _ => (2.0, 6.0),
        }
    }

    /// Returns whether it is one of the functions of [`crate::special`].
    pub(crate) fn is_special(self) -> bool {
        matches!(
            self,
            Self::Factorial
                | Self::Factorial2
                | Self::Gamma
                | Self::LogGamma
                | Self::Digamma
                | Self::Erf
                | Self::Erfc
                | Self::Erfinv
                | Self::AiryAi
                | Self::AiryBi
                | Self::EllipticK
                | Self::EllipticE
                | Self::Ei
                | Self::Zeta
        )
    }
}

// === impl Binary ===

impl Binary {
    /// Returns the rough time an element takes as a double in vectors, and in a typed loop.
    pub(crate) fn nanoseconds(self) -> (f64, f64) {
        match self {
            Self::Add | Self::Sub | Self::Mul | Self::Div | Self::Min | Self::Max => (0.4, 2.0),
            _ if self.is_truth() => (0.4, 2.0),
            _ if self.is_special() => (200.0, 200.0),
            _ => (15.0, 15.0),
        }
    }

    /// Returns whether it compares.
    pub(crate) fn is_relation(self) -> bool {
        matches!(self, Self::Lt | Self::Le | Self::Gt | Self::Ge | Self::Eq | Self::Ne)
    }

    /// Returns whether its results are true or false.
    pub(crate) fn is_truth(self) -> bool {
        self.is_relation() || matches!(self, Self::And | Self::Or)
    }

    /// Returns whether it is one of the functions of [`crate::special`].
    pub(crate) fn is_special(self) -> bool {
        matches!(
            self,
            Self::Binomial
                | Self::Polygamma
                | Self::Beta
                | Self::BesselJ
                | Self::BesselY
                | Self::BesselI
                | Self::BesselK
                | Self::Legendre
                | Self::ChebyshevT
                | Self::ChebyshevU
                | Self::Hermite
                | Self::Laguerre
                | Self::EllipticE
                | Self::Expint
                | Self::Zeta
        )
    }
}

// === impl Ternary ===

impl Ternary {
    /// Returns the rough time an element takes as a double in vectors, and in a typed loop.
    pub(crate) fn nanoseconds(self) -> (f64, f64) {
        match self {
            Self::Select => (1.0, 3.0),
            Self::AssocLegendre => (200.0, 200.0),
        }
    }
}
