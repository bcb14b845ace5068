//! How large a unit is, kept as a product of exact powers until a factor is asked for.

use std::collections::BTreeMap;

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, ToPrimitive, Zero};

use crate::precise;

/// Powers are multiplied out while they stay under this many bits; beyond that they are kept as powers.
const MULTIPLIED_BITS: u64 = 1 << 14;

/// Roots of a higher order than this are not looked at for being exact together.
const MAX_ORDER: u32 = 64;

/// What to multiply a value by, to have it in another unit.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Factor {
    /// An exact ratio, such as 1000 or 5/18.
    Exact(BigRational),
    /// An exact ratio times a power of π, such as π/180.
    Pi {
        /// The ratio.
        ratio: BigRational,
        /// The power of π, not zero.
        power: i32,
    },
    /// The double nearest to an irrational factor, such as √1000.
    Double(f64),
}

/// `whole · Π base**exponent · π**pi`, in a normal form.
///
/// Exponents in `powers` are between 0 and 1, but for those of powers too large to be multiplied out.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Scale {
    pub(crate) whole: BigRational,
    pub(crate) powers: BTreeMap<BigRational, BigRational>,
    pub(crate) pi: BigRational,
}

// === impl Factor ===

impl Factor {
    /// Returns whether multiplying by it changes nothing.
    #[must_use]
    pub fn is_one(&self) -> bool {
        match self {
            Self::Exact(ratio) => ratio.is_one(),
            Self::Pi { .. } => false,
            Self::Double(double) => *double == 1.0,
        }
    }

    /// Returns the nearest double.
    #[must_use]
    pub fn to_f64(&self) -> f64 {
        match self {
            Self::Exact(ratio) => precise::nearest(ratio),
            Self::Pi { ratio, power } => precise::product(
                [(ratio, &BigRational::one())].into_iter(),
                &BigRational::from_integer(BigInt::from(*power)),
            ),
            Self::Double(double) => Some(*double),
        }
        .expect("a factor is only made where it fits a double")
    }

    /// Returns what multiplies doubles by it: each is rounded once if the factor is whole or one over a whole number.
    ///
    /// # Examples
    /// ```
    /// use kamodo_units::Unit;
    ///
    /// let factor = Unit::parse("m")?.factor_to(&Unit::parse("km")?).unwrap();
    /// assert_eq!(factor.multiplier()(3.0), 0.003);
    /// # Ok::<(), kamodo_units::Error>(())
    /// ```
    pub fn multiplier(&self) -> impl Fn(f64) -> f64 + Copy + use<> {
        // Three times 0.001 is another double than three thousandths.
        let below = match self {
            Self::Exact(ratio) if ratio.numer().is_one() => precise::nearest(&ratio.recip()),
            _ => None,
        };
        let factor = self.to_f64();
        move |number| match below {
            Some(below) => number / below,
            None => number * factor,
        }
    }

    /// Returns the product with an integer; none if that is no integer.
    #[must_use]
    pub fn times_integer(&self, number: &BigInt) -> Option<BigInt> {
        let Self::Exact(ratio) = self else { return None };
        let product = ratio * number;
        product.is_integer().then(|| product.to_integer())
    }
}

// === impl Scale ===

impl Scale {
    pub(crate) fn one() -> Self {
        Self::ratio(BigRational::one())
    }

    /// A positive ratio.
    pub(crate) fn ratio(ratio: BigRational) -> Self {
        Self { whole: ratio, powers: BTreeMap::new(), pi: BigRational::zero() }
    }

    pub(crate) fn pi() -> Self {
        Self { pi: BigRational::one(), ..Self::one() }
    }

    pub(crate) fn is_one(&self) -> bool {
        self.whole.is_one() && self.powers.is_empty() && self.pi.is_zero()
    }

    /// Multiplies by `other` to the power of `exponent`.
    pub(crate) fn multiply(&mut self, other: &Self, exponent: &BigRational) {
        self.pi += &other.pi * exponent;
        self.multiply_power(other.whole.clone(), exponent.clone());
        for (base, inner) in &other.powers {
            self.multiply_power(base.clone(), inner * exponent);
        }
    }

    fn multiply_power(&mut self, base: BigRational, exponent: BigRational) {
        if base.is_one() {
            return;
        }
        let exponent = exponent + self.powers.remove(&base).unwrap_or_else(BigRational::zero);
        let Some(integer) = multiplied_out(&base, &exponent).filter(|_| bits(&self.whole) <= MULTIPLIED_BITS)
        else {
            self.powers.insert(base, exponent);
            return;
        };
        let rest = &exponent - exponent.floor();
        self.whole *= base.pow(integer);
        if let Some(root) = exact_power(&base, &rest) {
            self.whole *= root;
        } else {
            self.powers.insert(base, rest);
        }
    }

    /// Returns the factor that this scale stands for; none where it is beyond a double.
    pub(crate) fn factor(&self) -> Option<Factor> {
        let Some(ratio) = self.exact_ratio() else {
            let one = BigRational::one();
            let powers = self.powers.iter().chain([(&self.whole, &one)]);
            return precise::product(powers, &self.pi).map(Factor::Double);
        };
        precise::nearest(&ratio)?;
        if self.pi.is_zero() {
            return Some(Factor::Exact(ratio));
        }
        let double = precise::product([(&ratio, &BigRational::one())].into_iter(), &self.pi)?;
        match self.pi.to_integer().to_i32().filter(|_| self.pi.is_integer()) {
            Some(power) => Some(Factor::Pi { ratio, power }),
            None => Some(Factor::Double(double)),
        }
    }

    /// The product of the whole and the powers, where that is a ratio: √2·√8 is 4.
    fn exact_ratio(&self) -> Option<BigRational> {
        let order = self.powers.values().fold(BigInt::one(), |order, exponent| order.lcm(exponent.denom()));
        if order > BigInt::from(MAX_ORDER) {
            return None;
        }
        let mut radicand = BigRational::one();
        for (base, exponent) in &self.powers {
            let exponent = exponent * &order;
            radicand *= base.pow(multiplied_out(base, &exponent)?);
            if bits(&radicand) > MULTIPLIED_BITS {
                return None;
            }
        }
        Some(&self.whole * exact_power(&radicand, &BigRational::new(BigInt::one(), order))?)
    }
}

/// The integer part of `exponent`, where that power of `base` is small enough to be multiplied out.
fn multiplied_out(base: &BigRational, exponent: &BigRational) -> Option<i32> {
    let integer = exponent.floor().to_integer().to_i32()?;
    let bits = bits(base).checked_mul(u64::from(integer.unsigned_abs()))?;
    (bits <= MULTIPLIED_BITS).then_some(integer)
}

/// `base ** exponent` where that is a ratio, for an exponent between 0 and 1.
fn exact_power(base: &BigRational, exponent: &BigRational) -> Option<BigRational> {
    if exponent.is_zero() || base.is_one() {
        return Some(BigRational::one());
    }
    let order = exponent.denom().to_u32()?;
    let root = |number: &BigInt| {
        let root = number.nth_root(order);
        (root.pow(order) == *number).then_some(root)
    };
    // Only 1 has a root of an order beyond its bits, and no such power is worth computing.
    if u64::from(order) > base.numer().bits().max(base.denom().bits()) {
        return None;
    }
    let root = BigRational::new(root(base.numer())?, root(base.denom())?);
    Some(root.pow(exponent.numer().to_i32()?))
}

fn bits(ratio: &BigRational) -> u64 {
    ratio.numer().bits() + ratio.denom().bits()
}
