//! The texts of all units for the published Python client, which `tests/interop/test_readable.py` has it read.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use std::collections::BTreeMap;
use std::path::Path;

use kamodo_units::{BaseDimension, Factor, Unit};

/// The exponents of the file, in their order, with the SI's units.
const DIMENSIONS: [(BaseDimension, &str); 8] = [
    (BaseDimension::Length, "m"),
    (BaseDimension::Mass, "kg"),
    (BaseDimension::Time, "s"),
    (BaseDimension::Current, "A"),
    (BaseDimension::Temperature, "K"),
    (BaseDimension::Amount, "mol"),
    (BaseDimension::LuminousIntensity, "cd"),
    (BaseDimension::Information, "bit"),
];

const HEADER: &str = "\
# Every name of a unit, and products at random: as it is defined, as the published client is sent it, how many of the
# SI's base units it is, exponents of length, mass, time, current, temperature, amount, luminous intensity and
# information. host/units/tests/published.rs writes it with KAMODO_UPDATE=1.
";

/// Numbers at random, the same in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }
}

/// Products of two to four names with exponents, some with a number.
fn products() -> Vec<String> {
    const EXPONENTS: [&str; 9] = ["", "", "", "^2", "^3", "^-1", "^-2", "^0.5", "^(3/2)"];
    const NUMBERS: [&str; 5] = ["", "", "10*", "1e-9*", "2.5*"];
    let names = Unit::names();
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let mut product = || {
        let n = 2 + random.below(3);
        let factors: Vec<_> = (0..n)
            .map(|_| {
                format!("{}{}", names[random.below(names.len())], EXPONENTS[random.below(EXPONENTS.len())])
            })
            .collect();
        format!("{}{}", NUMBERS[random.below(NUMBERS.len())], factors.join(["*", "/"][random.below(2)]))
    };
    (0..1000).map(|_| product()).collect()
}

fn row(text: &str) -> Option<(String, String)> {
    let unit = Unit::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let dimension = unit.dimension();
    let base = DIMENSIONS.iter().fold(Unit::one(), |base, (dim, symbol)| {
        base.product(&Unit::parse(symbol).unwrap().power(dimension.exponent(*dim)))
    });
    // The sizes of some products are beyond a double.
    let size = unit.factor_to(&base).ok().as_ref().map(Factor::to_f64)?;
    let exponents: Vec<_> = DIMENSIONS.iter().map(|(dim, _)| dimension.exponent(*dim).to_string()).collect();
    let published = unit.published()?;
    Some((published.clone(), format!("{text}\t{published}\t{size:e}\t{}\n", exponents.join(" "))))
}

#[test]
fn the_texts_for_the_published_client_are_current() {
    let mut rows = BTreeMap::new();
    let names = Unit::names().into_iter().map(str::to_owned);
    for text in names.chain(products()) {
        // One text of each is enough for the client, which takes its time.
        if let Some((published, row)) = row(&text) {
            rows.entry(published).or_insert(row);
        }
    }
    let expect = HEADER.to_owned() + &rows.into_values().collect::<String>();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/published.tsv");
    if std::env::var_os("KAMODO_UPDATE").is_some() {
        std::fs::write(&file, &expect).unwrap();
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(found == expect, "run it with KAMODO_UPDATE=1, and tests/interop/test_readable.py after that");
}

#[test]
fn every_name_is_sent() {
    for name in Unit::names() {
        assert!(row(name).is_some(), "{name}");
    }
}
