//! The prefixes of the SI.

/// A decimal multiple of a unit.
pub(crate) struct Prefix {
    /// As it stands before a unit's symbol; micro is `mu`.
    pub(crate) symbol: &'static str,
    /// As it stands before a unit's name.
    pub(crate) name: &'static str,
    /// The power of ten.
    pub(crate) exponent: i32,
}

/// Every prefix that the published Kamodo knows: the SI brochure, 9th edition, table 7, as it was before
/// the additions of 2022.
pub(crate) const PREFIXES: &[Prefix] = &[
    Prefix { symbol: "Y", name: "yotta", exponent: 24 },
    Prefix { symbol: "Z", name: "zetta", exponent: 21 },
    Prefix { symbol: "E", name: "exa", exponent: 18 },
    Prefix { symbol: "P", name: "peta", exponent: 15 },
    Prefix { symbol: "T", name: "tera", exponent: 12 },
    Prefix { symbol: "G", name: "giga", exponent: 9 },
    Prefix { symbol: "M", name: "mega", exponent: 6 },
    Prefix { symbol: "k", name: "kilo", exponent: 3 },
    Prefix { symbol: "h", name: "hecto", exponent: 2 },
    Prefix { symbol: "da", name: "deca", exponent: 1 },
    Prefix { symbol: "d", name: "deci", exponent: -1 },
    Prefix { symbol: "c", name: "centi", exponent: -2 },
    Prefix { symbol: "m", name: "milli", exponent: -3 },
    Prefix { symbol: "mu", name: "micro", exponent: -6 },
    Prefix { symbol: "n", name: "nano", exponent: -9 },
    Prefix { symbol: "p", name: "pico", exponent: -12 },
    Prefix { symbol: "f", name: "femto", exponent: -15 },
    Prefix { symbol: "a", name: "atto", exponent: -18 },
    Prefix { symbol: "z", name: "zepto", exponent: -21 },
    Prefix { symbol: "y", name: "yocto", exponent: -24 },
];

/// Returns the name of a prefix of the SI and its power of ten.
///
/// # Examples
/// ```
/// assert_eq!(kamodo_units::prefix("G"), Some(("giga", 9)));
/// assert_eq!(kamodo_units::prefix("X"), None);
/// ```
#[must_use]
pub fn prefix(symbol: &str) -> Option<(&'static str, i32)> {
    let found = PREFIXES.iter().find(|prefix| prefix.symbol == symbol)?;
    Some((found.name, found.exponent))
}
