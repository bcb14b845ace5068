//! The names of all units, derived from the table of definitions and the prefixes.
//!
//! Built once, at the first unit that is read. A definition is itself the text of a unit, made of names
//! that stand above it in the table.

mod table;

use std::cmp::Ordering;
use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::LazyLock;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Pow};

use crate::dimension::Dimension;
use crate::error::ErrorKind;
use crate::parse;
use crate::prefix::PREFIXES;
use crate::scale::Scale;
use crate::suggest::Name;
use crate::unit::Unit;
use table::{
    BODIES, Definition, EITHER, Means, OFFSETS, OTHERWISE, PREFIXED_ELSEWHERE, Prefixes, TABLE, TWO_MEANINGS,
};

/// A unit that is one word in a text, such as `km`; equal to another of the same text.
#[derive(Debug)]
pub(crate) struct Symbol {
    /// As it is shown.
    pub(crate) text: String,
    pub(crate) scale: Scale,
    pub(crate) dimension: Dimension,
}

/// Every name, and the unit that it stands for.
pub(crate) struct Catalog {
    units: HashMap<String, Unit>,
}

/// A unit of the table of definitions, for those who want to know what there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedUnit {
    /// As it is shown, which is also a name.
    pub symbol: &'static str,
    /// Its other names.
    pub names: Vec<&'static str>,
    /// Whether prefixes stand before it: before its symbol and, written out, before its names.
    pub has_prefixes: bool,
    /// The unit.
    pub unit: Unit,
}

/// Returns the one catalogue.
pub(crate) fn catalog() -> &'static Catalog {
    static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::build);
    &CATALOG
}

/// Returns for a name that stands for different units in different fields the text of the one that is taken, and of the
/// other one.
pub(crate) fn two_meanings(name: &str) -> Option<(&'static str, &'static str)> {
    TWO_MEANINGS.iter().find(|(known, ..)| *known == name).map(|(_, clear, other, _)| (*clear, *other))
}

/// Returns for such a name what the other unit is called.
pub(crate) fn other_meaning(name: &str) -> Option<&'static str> {
    TWO_MEANINGS.iter().find(|(known, ..)| *known == name).map(|(.., called)| *called)
}

// === impl NamedUnit ===

impl NamedUnit {
    /// Returns every unit, without prefixes: those of one dimension together, in the order of their definitions.
    ///
    /// # Examples
    /// ```
    /// let tesla = kamodo_units::NamedUnit::all().into_iter().find(|one| one.symbol == "T").unwrap();
    /// assert_eq!((tesla.names.as_slice(), tesla.has_prefixes), (["tesla", "teslas"].as_slice(), true));
    /// ```
    #[must_use]
    pub fn all() -> Vec<Self> {
        let mut all = Vec::<Self>::new();
        for definition in TABLE.iter().flat_map(|section| section.definitions) {
            let Ok(unit) = catalog().unit(definition.symbol) else { continue }; // a test shows that it is there
            let named = Self {
                symbol: definition.symbol,
                names: definition.names.split_whitespace().collect(),
                has_prefixes: !matches!(definition.prefixes, Prefixes::None),
                unit,
            };
            let dimension = named.unit.dimension();
            let last = all.iter().rposition(|other| other.unit.dimension() == dimension);
            all.insert(last.map_or(all.len(), |last| last + 1), named);
        }
        all
    }
}

// === impl Catalog ===

impl Catalog {
    /// Finds the unit of a name, or tells what is wrong with the name.
    pub(crate) fn unit(&self, name: &str) -> Result<Unit, ErrorKind> {
        if let Some(unit) = self.units.get(name) {
            return Ok(unit.clone());
        }
        let plain: String = name.to_lowercase().chars().filter(|letter| *letter != '_').collect();
        if let Some((_, in_kelvin)) = OFFSETS.iter().find(|(names, _)| names.contains(&plain.as_str())) {
            return Err(ErrorKind::Offset { name: name.to_owned(), in_kelvin });
        }
        let either = EITHER.iter().find(|(written, ..)| *written == name);
        let or = either.map(|(.., or)| (*or).to_owned());
        let meant = either.map(|(_, meant, _)| (*meant).to_owned()).or_else(|| self.meant(name));
        Err(ErrorKind::Unknown { name: name.to_owned(), meant, or })
    }

    /// Every name, in the order of their characters.
    pub(crate) fn names(&self) -> Vec<&str> {
        let mut names: Vec<_> = self.units.keys().map(String::as_str).collect();
        names.sort_unstable();
        names
    }

    fn build() -> Self {
        let mut catalog = Self { units: HashMap::with_capacity(2048) };
        for definition in TABLE.iter().flat_map(|section| section.definitions) {
            catalog.define(definition);
        }
        // Last, so that a name that the table gives, such as `micrometer`, keeps its own symbol.
        for definition in TABLE.iter().flat_map(|section| section.definitions) {
            catalog.define_long_names(definition);
        }
        catalog
    }

    fn define(&mut self, definition: &Definition) {
        let unit = match definition.means {
            Means::Alias(text) => self.defined(text),
            Means::Base(base, text) => {
                let scale = self.defined(text).scale();
                symbol(definition.symbol.to_owned(), scale, Dimension::base(base))
            }
            Means::Derived(text) => {
                let unit = self.defined(text);
                symbol(definition.symbol.to_owned(), unit.scale(), unit.dimension())
            }
        };
        for name in std::iter::once(definition.symbol).chain(definition.names.split_whitespace()) {
            self.units.insert(name.to_owned(), unit.clone());
        }
        for (prefix, exponent, _) in prefixes(definition) {
            let text = format!("{prefix}{}", definition.stem());
            let prefixed = symbol(text.clone(), multiple(&unit, exponent), unit.dimension());
            self.units.entry(text).or_insert(prefixed);
        }
    }

    /// Names such as `nanotesla`: every prefix's name before every name that is a word.
    fn define_long_names(&mut self, definition: &Definition) {
        for (prefix, _, prefix_name) in prefixes(definition) {
            let unit = self.units[&format!("{prefix}{}", definition.stem())].clone();
            for name in definition.names.split_whitespace().filter(|name| name.len() > 3) {
                self.units.entry(format!("{prefix_name}{name}")).or_insert_with(|| unit.clone());
            }
        }
    }

    fn defined(&self, text: &str) -> Unit {
        let lookup = |name: &str| match name {
            "pi" => Ok(Unit::from_scale(Scale::pi(), false)),
            _ => self.unit(name),
        };
        parse::parse(text, &lookup).expect("a definition is made of what stands above it, as a test shows")
    }

    /// What was probably meant by an unknown name, as unit text.
    fn meant(&self, name: &str) -> Option<String> {
        let known = |name: String| self.units.contains_key(&name).then_some(name);
        if let Some((_, meant)) = OTHERWISE.iter().find(|(written, _)| *written == name) {
            return Some((*meant).to_owned());
        }
        if let Some(meant) = size_of_body(name) {
            return Some(meant.to_owned());
        }
        // `uA`, `µA`: micro is `mu`.
        let micro = ['u', 'µ', 'μ'].iter().find_map(|sign| name.strip_prefix(*sign));
        if let Some(meant) = micro.and_then(|rest| known(format!("mu{rest}"))) {
            return Some(meant);
        }
        // `microT`: a prefix's name before a symbol. `mrad`, `mmol`: a symbol that takes no prefix.
        for prefix in PREFIXES {
            let long =
                name.strip_prefix(prefix.name).and_then(|rest| known(format!("{}{rest}", prefix.symbol)));
            let short = name.strip_prefix(prefix.symbol).and_then(|rest| {
                let stem = TABLE
                    .iter()
                    .flat_map(|section| section.definitions)
                    .find(|definition| definition.symbol == rest && definition.stem() != rest)?;
                known(format!("{}{}", prefix.symbol, stem.stem()))
            });
            // `nPascal`: a prefix's symbol before a name.
            let mixed = name.strip_prefix(prefix.symbol).and_then(|rest| {
                let rest = rest.to_lowercase();
                let definition = TABLE
                    .iter()
                    .flat_map(|section| section.definitions)
                    .find(|definition| definition.names.split_whitespace().any(|long| long == rest))?;
                known(format!("{}{}", prefix.symbol, definition.stem())).filter(|_| rest.len() > 3)
            });
            if let Some(meant) = long.or(short).or(mixed) {
                return Some(meant);
            }
        }
        if let Some(meant) = prefixed_elsewhere(name) {
            return Some(meant.to_string());
        }
        // `m2` for a square metre.
        let stem = name.trim_end_matches(|digit: char| digit.is_ascii_digit());
        if stem.len() < name.len() && self.units.contains_key(stem) {
            return Some(format!("{stem}^{}", &name[stem.len()..]));
        }
        if let Some(meant) = known(name.replace("metre", "meter").replace("litre", "liter")) {
            return Some(meant);
        }
        if name == "per" || crate::prefix::prefix(name).is_some() {
            return None;
        }
        // `Ev`: of the names that only differ in case, one without a prefix.
        let mut names = TABLE.iter().flat_map(|section| section.definitions).flat_map(|definition| {
            std::iter::once(definition.symbol).chain(definition.names.split_whitespace())
        });
        if let Some(meant) = names.find(|own| own.eq_ignore_ascii_case(name)) {
            return Some(meant.to_owned());
        }
        // Another letter in a name of three makes another unit of it: `T_E` is no `R_E`.
        let n_chars = name.chars().count();
        let sorted = |text: &str| {
            let mut letters: Vec<char> = text.to_lowercase().chars().collect();
            letters.sort_unstable();
            letters
        };
        let own = sorted(name);
        let is_close = |other: &&Name<'_>| {
            n_chars > 3 || other.text().chars().count() != n_chars || sorted(other.text()) == own
        };
        // A file may have tens of thousands of unknown units.
        static NAMES: LazyLock<Vec<Name<'static>>> =
            LazyLock::new(|| catalog().units.keys().map(|name| Name::new(name)).collect());
        Name::new(name).nearest(NAMES.iter().filter(is_close)).map(str::to_owned)
    }
}

/// The text for what others call `R_sun`, `solMass` or `Rearth`.
fn size_of_body(name: &str) -> Option<&'static str> {
    let plain: String = name.chars().filter(|letter| *letter != '_').flat_map(char::to_lowercase).collect();
    let is = |quantity: &str, words: &[&str], body: &str| {
        plain.strip_prefix(quantity) == Some(body)
            || plain.strip_prefix(body).is_some_and(|rest| words.contains(&rest))
    };
    BODIES.iter().find_map(|body| {
        body.names.iter().find_map(|of| {
            if is("r", &["rad", "radius", "radii"], of) {
                Some(body.radius)
            } else if is("m", &["mass", "masses"], of) {
                Some(body.mass)
            } else {
                body.luminosity.filter(|_| is("l", &["lum", "luminosity"], of))
            }
        })
    })
}

/// The unit of a name such as `kJ` or `Mpc`, with a prefix that its unit does not take here.
fn prefixed_elsewhere(name: &str) -> Option<Unit> {
    let micro = ["u", "µ", "μ"].map(|symbol| (symbol, -6));
    let prefixes = PREFIXES.iter().map(|prefix| (prefix.symbol, prefix.exponent)).chain(micro);
    prefixes.into_iter().find_map(|(symbol, exponent)| {
        let stem = name.strip_prefix(symbol)?;
        let (_, text) = PREFIXED_ELSEWHERE.iter().find(|(known, _)| *known == stem)?;
        Unit::parse(&format!("10^{exponent}*({text})")).ok()
    })
}

fn prefixes(definition: &Definition) -> impl Iterator<Item = (&'static str, i32, &'static str)> + use<> {
    let taken = if matches!(definition.prefixes, Prefixes::None) { &[] } else { PREFIXES };
    taken.iter().map(|prefix| (prefix.symbol, prefix.exponent, prefix.name))
}

fn multiple(unit: &Unit, exponent: i32) -> Scale {
    let mut scale = Scale::ratio(Pow::pow(BigRational::from_integer(BigInt::from(10)), exponent));
    scale.multiply(&unit.scale(), &BigRational::one());
    scale
}

/// Makes the unit of a new symbol, which lives as long as the process, as the one catalogue does.
fn symbol(text: String, scale: Scale, dimension: Dimension) -> Unit {
    Unit::from_symbol(Box::leak(Box::new(Symbol { text, scale, dimension })))
}

// === impl Symbol ===

impl PartialEq for Symbol {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Symbol {}

impl PartialOrd for Symbol {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Symbol {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text.cmp(&other.text)
    }
}

impl Hash for Symbol {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_table_is_sound() {
        let mut names = HashSet::new();
        for section in TABLE {
            assert!(!section.source.is_empty());
            for definition in section.definitions {
                let own = definition.names.split_whitespace().chain([definition.symbol]);
                let prefixed =
                    prefixes(definition).map(|(prefix, ..)| format!("{prefix}{}", definition.stem()));
                for name in own.map(str::to_owned).chain(prefixed) {
                    assert!(names.insert(name.clone()), "`{name}` is defined twice");
                    assert!(catalog().unit(&name).is_ok(), "`{name}` is missing");
                }
            }
        }
    }

    #[test]
    fn every_suggestion_is_a_unit() {
        for (written, meant) in OTHERWISE {
            assert!(catalog().unit(written).is_err(), "`{written}` is known");
            assert!(Unit::parse(meant).is_ok(), "`{meant}` is unknown");
        }
    }

    #[test]
    fn a_suggestion_has_one_reading() {
        let other = OTHERWISE.iter().chain(PREFIXED_ELSEWHERE).map(|(_, text)| *text);
        let bodies = BODIES.iter().flat_map(|body| [Some(body.radius), Some(body.mass), body.luminosity]);
        let two = TWO_MEANINGS.iter().flat_map(|(_, clear, other, _)| [*clear, *other]);
        let either = EITHER.iter().flat_map(|(_, meant, or)| [*meant, *or]);
        for text in other.chain(bodies.flatten()).chain(two).chain(either) {
            let (_, ambiguity) = Unit::read(text).unwrap_or_else(|error| panic!("`{text}`: {error}"));
            assert_eq!(ambiguity, None, "`{text}`");
        }
        for (name, clear, other, _) in TWO_MEANINGS {
            assert_eq!(
                Unit::parse(name).unwrap().factor_to(&Unit::parse(clear).unwrap()).unwrap().to_f64(),
                1.0
            );
            assert_ne!(Unit::parse(other), Unit::parse(name));
        }
    }

    /// What astropy, pint, udunits and centimetre-gram-second texts call units that there are here, too.
    #[test]
    fn the_habits_of_others_have_a_suggestion_of_the_same_size() {
        for (name, meant) in [
            ("R_sun", "R_S"),
            ("Rsun", "R_S"),
            ("solRad", "R_S"),
            ("R_solar", "R_S"),
            ("R_earth", "R_E"),
            ("R_Earth", "R_E"),
            ("earthRad", "R_E"),
            ("Re", "R_E"),
            ("M_sun", "1.988409870698051e30*kg"),
            ("Msol", "1.988409870698051e30*kg"),
            ("L_sun", "3.828e26*W"),
            ("R_jup", "7.1492e7*m"),
            ("Angstrom", "angstrom"),
            ("AA", "angstrom"),
            ("kJ", "1000*J"),
            ("mJ", "J/1000"),
            ("Mpc", "3.0856775814913673e+22*m"),
            ("mG", "1.0e-7*T"),
            ("kgauss", "0.1*T"),
            ("mas", "arcsec/1000"),
            ("kohm", "1000*ohm"),
            ("Myr", "1000000*tropical_year"),
            ("uJ", "J/1000000"),
            ("Kelvin", "kelvin"),
            ("Joule", "joule"),
            ("TECU", "1e16/m^2"),
            ("Ev", "eV"),
            ("kEv", "keV"),
            ("nPascal", "nPa"),
            ("mTesla", "mT"),
            ("kmeters", "km"),
            ("HZ", "Hz"),
            ("particle", "1"),
        ] {
            assert_eq!(catalog().meant(name).as_deref(), Some(meant), "{name}");
        }
    }

    #[test]
    fn prefixes_stand_before_names_too() {
        for (long, short) in
            [("nanotesla", "nT"), ("kilometers", "km"), ("gigapascal", "GPa"), ("micron", "um")]
        {
            assert_eq!(catalog().unit(long), catalog().unit(short));
        }
    }
}
