//! Every name, text and conversion that was recorded from the published Kamodo.
//!
//! Each difference is listed with its reason, and one that is listed but no longer there fails too.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use std::collections::BTreeSet;

use kamodo_units::BaseDimension::{
    self, Amount, Current, Information, Length, LuminousIntensity, Mass, Temperature, Time,
};
use kamodo_units::Unit;

/// The exponents of the files, in their order, with the SI's units.
const DIMENSIONS: [(BaseDimension, &str); 7] = [
    (Length, "m"),
    (Mass, "kg"),
    (Time, "s"),
    (Current, "A"),
    (Temperature, "K"),
    (Amount, "mol"),
    (LuminousIntensity, "cd"),
];

/// What the recorded sizes are off by, relatively: a product of a few rounded factors.
const NOISE: f64 = 4.0 * f64::EPSILON;

/// Names whose published size is wrong: (name, ours, why).
const SIZES: &[(&str, f64, &str)] = &[
    ("mil", std::f64::consts::PI / 3200.0, "published as a dimension of its own, which nothing converts to"),
    ("angular_mil", std::f64::consts::PI / 3200.0, "as `mil`"),
    ("angular_mils", std::f64::consts::PI / 3200.0, "as `mil`"),
    ("josephson_constant", 4.835_978_484_169_836e14, "2e/h, published as h/(2e) in other units"),
    ("von_klitzing_constant", 25_812.807_459_304_506, "h/e^2, published as ħ/e^2"),
    ("nautical_mile", 1852.0, "1852 m exactly, published as 6076 feet"),
    ("nautical_miles", 1852.0, "as `nautical_mile`"),
    ("nmi", 1852.0, "as `nautical_mile`"),
    ("torr", 101_325.0 / 760.0, "1/760 of an atmosphere, published as `mmHg`"),
    ("au", 149_597_870_700.0, "the IAU's of 2012, published as JPL DE405's"),
    ("astronomical_unit", 149_597_870_700.0, "as `au`"),
    ("astronomical_units", 149_597_870_700.0, "as `au`"),
];

/// Texts whose published size is wrong, as that of a name in them is: (text, ours, why).
const TEXT_SIZES: &[(&str, f64, &str)] = &[("nmi", 1852.0, "as `nautical_mile`")];

/// Names that are shown otherwise: (name, ours, why).
const SHOWN: &[(&str, &str, &str)] = &[
    ("gee", "gee", "`g` reads as the gram"),
    ("gees", "gee", "`g` reads as the gram"),
    ("acceleration_due_to_gravity", "gee", "`g` reads as the gram"),
    ("planck", "planck", "`h` reads as the hour"),
    ("elementary_charge", "elementary_charge", "`e` is no name, so it would not be read again"),
    ("au", "au", "`AU` reads as the rounded one"),
    ("astronomical_unit", "au", "`AU` reads as the rounded one"),
    ("astronomical_units", "au", "`AU` reads as the rounded one"),
    ("planck_current", "planck_current", "`I_P` is published of the intensity too"),
    ("planck_intensity", "planck_intensity", "`I_P` is published of the current too"),
    ("planck_energy_density", "planck_energy_density", "`rho^E_P` would be read as a power"),
    ("arcsec", "arcsec", "a quotation mark would not be read again"),
    ("L", "liter", "only the newer release has it; the older one shows the liter so"),
    ("dL", "deciliter", "as `L`"),
    ("cL", "centiliter", "as `L`"),
    ("mL", "milliliter", "as `L`"),
    ("torr", "torr", "it is not the size of `mmHg`"),
];

/// Texts of which ours differs: (text, ours, why).
const TEXTS: &[(&str, &str, &str)] = &[
    ("kg m/s", "kg*m/s", "a blank between names can only mean a product"),
    ("", "", "no text is the pure number"),
    ("m+s", "error", "a sum is no unit"),
    ("L", "liter", "as among the names"),
];

/// Runs `check` on the fields of each line, and asserts that exactly the `listed` ones differ.
#[track_caller]
fn compare<'a>(
    file: &'a str,
    listed: impl Iterator<Item = &'a str>,
    check: impl Fn(&[&'a str]) -> Result<(), String>,
) {
    let mut listed: BTreeSet<&str> = listed.collect();
    let mut differences = Vec::new();
    for line in file.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<_> = line.split('\t').collect();
        match check(&fields) {
            Err(difference) if !listed.remove(fields[0].trim_matches('|')) => {
                differences.push(format!("{}: {difference}", fields[0]));
            }
            _ => {}
        }
    }
    assert!(differences.is_empty(), "not listed:\n{}", differences.join("\n"));
    assert!(listed.is_empty(), "listed, but the same: {listed:?}");
}

/// Asserts that each listed difference is what it is listed as.
#[track_caller]
fn ours_are<T: PartialEq + std::fmt::Debug>(listed: &[(&str, T, &str)], ours: impl Fn(&str) -> T) {
    for (text, expect, why) in listed {
        assert_eq!(ours(text), *expect, "{text}: {why}");
    }
}

fn unit(text: &str) -> Unit {
    Unit::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn shown(text: &str) -> String {
    Unit::parse(text).map_or_else(|_| "error".to_owned(), |unit| unit.to_string())
}

/// How many of the SI's base units a unit is.
fn size(text: &str) -> f64 {
    let unit = unit(text);
    let dimension = unit.dimension();
    let bits = Unit::parse("bit").unwrap().power(dimension.exponent(Information));
    let base = DIMENSIONS.iter().fold(bits, |base, (dim, symbol)| {
        base.product(&Unit::parse(symbol).unwrap().power(dimension.exponent(*dim)))
    });
    unit.factor_to(&base).unwrap().to_f64()
}

fn compare_size(text: &str, size_text: &str, exponents: &str) -> Result<(), String> {
    let dimension = unit(text).dimension();
    let ours = DIMENSIONS.map(|(dim, _)| {
        let exponent = dimension.exponent(dim);
        let of = |integer: &dyn ToString| integer.to_string().parse::<f64>().unwrap();
        of(exponent.numer()) / of(exponent.denom())
    });
    let theirs: Vec<f64> = exponents.split(' ').map(|exponent| exponent.parse().unwrap()).collect();
    if ours.as_slice() != theirs {
        return Err(format!("exponents {ours:?}, published {theirs:?}"));
    }
    compare_numbers(size(text), size_text)
}

fn compare_numbers(ours: f64, theirs: &str) -> Result<(), String> {
    let published: f64 = theirs.parse().unwrap();
    let same = (ours - published).abs() <= NOISE * published.abs();
    if same { Ok(()) } else { Err(format!("{ours:?}, published {theirs}")) }
}

fn compare_shown(text: &str, published: &str) -> Result<(), String> {
    let ours = shown(text);
    if ours == published { Ok(()) } else { Err(format!("shown as `{ours}`, published `{published}`")) }
}

#[test]
fn names_have_the_published_sizes_and_dimensions() {
    compare(include_str!("golden/names.tsv"), SIZES.iter().map(|row| row.0), |fields| {
        compare_size(fields[0], fields[2], fields[3])
    });
    ours_are(SIZES, size);
}

#[test]
fn names_are_shown_as_published() {
    compare(include_str!("golden/names.tsv"), SHOWN.iter().map(|row| row.0), |fields| {
        compare_shown(fields[0], fields[1])
    });
    let shown: Vec<_> = SHOWN.iter().map(|(name, ours, why)| (*name, (*ours).to_owned(), *why)).collect();
    ours_are(&shown, self::shown);
}

#[test]
fn texts_are_shown_and_refused_as_published() {
    compare(include_str!("golden/expressions.tsv"), TEXTS.iter().map(|row| row.0), |fields| {
        compare_shown(fields[0].trim_matches('|'), fields[1])
    });
    let texts: Vec<_> = TEXTS.iter().map(|(text, ours, why)| (*text, (*ours).to_owned(), *why)).collect();
    ours_are(&texts, shown);
}

#[test]
fn products_are_shown_as_published() {
    compare(include_str!("golden/shown.tsv"), std::iter::empty(), |fields| {
        compare_shown(fields[0], fields[1])
    });
}

#[test]
fn texts_have_the_published_sizes_and_dimensions() {
    compare(
        include_str!("golden/expressions.tsv"),
        TEXT_SIZES.iter().map(|row| row.0),
        |fields| match fields {
            [text, _, size, exponents] => compare_size(text.trim_matches('|'), size, exponents),
            _ => Ok(()),
        },
    );
    ours_are(TEXT_SIZES, size);
}

#[test]
fn conversions_have_the_published_factors() {
    // The astronomical unit is the IAU's, as among the names.
    compare(include_str!("golden/conversions.tsv"), ["au"].into_iter(), |fields| {
        let [from, to, factor] = *fields else { return Err("three fields".to_owned()) };
        let ours = Unit::parse(from).ok().and_then(|from| from.factor_to(&Unit::parse(to).ok()?).ok());
        match ours {
            None if factor == "error" => Ok(()),
            Some(ours) if factor != "error" => compare_numbers(ours.to_f64(), factor),
            _ => Err(format!("{ours:?}, published {factor}")),
        }
    });
}

#[test]
fn every_name_reads_back_as_itself() {
    for line in include_str!("golden/names.tsv").lines().filter(|line| !line.starts_with('#')) {
        let unit = unit(line.split('\t').next().unwrap());
        assert_eq!(Unit::parse(&unit.to_string()), Ok(unit));
    }
}
