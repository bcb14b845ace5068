//! The units that are defined exactly have that size, to the last bit, whatever is published.

use kamodo_units::Unit;

const SI: &str = "SI brochure, 9th edition (2019)";
const YARD: &str = "international yard and pound agreement (1959); NIST SP 811, appendix B";

/// One of the unit is so many of the other, which the source says: (unit, text of the same size, source).
const EXACT: &[(&str, &str, &str)] = &[
    ("minute", "60*s", SI),
    ("hour", "3600*s", SI),
    ("hr", "3600*s", SI),
    ("day", "86400*s", SI),
    ("arcsec", "deg/3600", SI),
    ("ha", "10000*m^2", SI),
    ("liter", "0.001*m^3", SI),
    ("t", "1000*kg", SI),
    ("bar", "100000*Pa", SI),
    ("angstrom", "1e-10*m", SI),
    ("erg", "1e-7*J", SI),
    ("Hz", "1/s", SI),
    ("N", "kg*m/s^2", SI),
    ("Pa", "kg/(m*s^2)", SI),
    ("J", "kg*m^2/s^2", SI),
    ("T", "kg/(A*s^2)", SI),
    ("ohm", "kg*m^2/(A^2*s^3)", SI),
    ("gray", "m^2/s^2", SI),
    ("c", "299792458*m/s", SI),
    ("planck", "6.62607015e-34*J*s", SI),
    ("elementary_charge", "1.602176634e-19*C", SI),
    ("eV", "1.602176634e-19*J", SI),
    ("boltzmann_constant", "1.380649e-23*J/K", SI),
    ("avogadro_constant", "6.02214076e23/mol", SI),
    ("R", "8.31446261815324*J/(mol*K)", "product of two constants of the SI: CODATA 2018"),
    ("faraday_constant", "96485.3321233100184*C/mol", "product of two constants of the SI: CODATA 2018"),
    ("gee", "9.80665*m/s^2", "3rd CGPM (1901)"),
    ("atm", "101325*Pa", "10th CGPM (1954), resolution 4"),
    ("torr", "101325*Pa/760", "NIST SP 811, appendix B: 1/760 of an atmosphere"),
    ("mmHg", "133.322387415*Pa", "BS 350: mercury of 13595.1 kg/m^3 under standard gravity"),
    ("nautical_mile", "1852*m", "First International Extraordinary Hydrographic Conference (1929)"),
    ("nmi", "1852*m", "as above"),
    ("au", "149597870700*m", "IAU 2012, resolution B2"),
    ("julian_year", "31557600*s", "IAU 1976"),
    ("common_year", "31536000*s", "365 days"),
    ("ly", "9460730472580800*m", "IAU: c times a Julian year"),
    ("R_S", "6.957e8*m", "IAU 2015, resolution B3"),
    ("inch", "0.0254*m", YARD),
    ("ft", "0.3048*m", YARD),
    ("yd", "0.9144*m", YARD),
    ("mile", "1609.344*m", YARD),
    ("pound", "0.45359237*kg", YARD),
    (
        "psi",
        "0.45359237*kg*9.80665*m/s^2/(0.0254*m)^2",
        "NIST SP 811, appendix B: pound-force per square inch",
    ),
    ("quart", "0.946352946*liter", "NIST Handbook 44, appendix C: a quarter of 231 cubic inches"),
    ("byte", "8*bit", "IEC 80000-13"),
    ("kibibyte", "1024*byte", "IEC 80000-13"),
    ("exbibyte", "1152921504606846976*byte", "IEC 80000-13"),
];

#[test]
fn units_with_an_exact_definition_have_that_size() {
    let unit = |text: &str| Unit::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    for (name, definition, source) in EXACT {
        let factor =
            unit(name).factor_to(&unit(definition)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(factor.is_one(), "{name} is {factor:?} of {definition} ({source})");
    }
}
