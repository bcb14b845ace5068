//! Products: one coefficient, and one power a base.

use std::collections::HashMap;

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use super::{Number, Simplified, Unfit, add, infinity, order, pow, step};
use crate::{Constant, Expr, Node};

/// Multiplies simplified factors.
pub(crate) fn mul(factors: Vec<Expr>) -> Simplified {
    step(factors.len())?;
    let factors = infinity::product(factors.iter().flat_map(Expr::factors)).unwrap_or(factors);
    if let [left, right] = &factors[..] {
        if let Some(product) = number_times_sum(left, right)? {
            return Ok(product);
        }
        if let Some(product) = number_times_sum(right, left)? {
            return Ok(product);
        }
    }
    let mut product = Product::default();
    product.collect(factors)?;
    product.finish()
}

/// Divides simplified expressions.
pub(crate) fn quotient(dividend: &Expr, divisor: &Expr) -> Simplified {
    match (dividend.number(), divisor.number()) {
        // A decimal dividend is divided in one rounding, as sympy does it.
        (Some(left @ Number::Decimal(_)), Some(right)) => Ok(left.over(&right)?.into_expr()),
        _ => mul(vec![dividend.clone(), pow(divisor, &Expr::integer(-1))?]),
    }
}

/// Returns `coefficient*rest`, where the rest is a term without a coefficient of its own.
///
/// A sum stays one factor: `2*(x + 1)` where it is a term of another sum.
pub(super) fn with_coefficient(coefficient: Number, rest: &Expr) -> Simplified {
    if coefficient.is_one() {
        return Ok(rest.clone());
    }
    match &**rest {
        Node::Mul(factors) if factors[0].number().is_none() => {
            let mut all = vec![coefficient.into_expr()];
            all.extend(factors.iter().cloned());
            Ok(Expr::from_node(Node::Mul(all)))
        }
        Node::Add(_) => Ok(Expr::from_node(Node::Mul(vec![coefficient.into_expr(), rest.clone()]))),
        _ => mul(vec![coefficient.into_expr(), rest.clone()]),
    }
}

/// Makes a product of factors that are in order already.
pub(super) fn from_ordered(mut factors: Vec<Expr>) -> Expr {
    match factors.len() {
        0 => Expr::one(),
        1 => factors.swap_remove(0),
        _ => Expr::from_node(Node::Mul(factors)),
    }
}

/// Distributes an exact number over a sum, which sympy does for these two alone.
fn number_times_sum(number: &Expr, other: &Expr) -> Result<Option<Expr>, Unfit> {
    let Some(number) = number.exact().filter(|number| !number.is_zero()) else { return Ok(None) };
    let (inner, rest) = other.as_coefficient_and_rest();
    let Node::Add(terms) = &*rest else { return Ok(None) };
    let coefficient = Number::Exact(number).times(&inner)?;
    if !inner.is_one() {
        return with_coefficient(coefficient, &rest).map(Some);
    }
    if coefficient.is_one() {
        return Ok(Some(rest.clone()));
    }
    let terms = terms
        .iter()
        .map(|term| {
            let (own, rest) = term.as_coefficient_and_rest();
            let own = own.times(&coefficient)?;
            if rest.is_integer(1) { Ok(own.into_expr()) } else { with_coefficient(own, &rest) }
        })
        .collect::<Result<Vec<_>, Unfit>>()?;
    Ok(Some(add::from_terms(terms)))
}

/// Exponents of one base, collected by their part that is not a number: `x**2*x**a` stays.
type Exponents = Vec<(Expr, Number)>;

/// Bases with their exponents, in the order in which they came.
#[derive(Default)]
struct Powers {
    place: HashMap<Expr, usize>,
    powers: Vec<(Expr, Exponents)>,
}

impl Powers {
    fn push(&mut self, base: Expr, exponent: &Expr) -> Result<(), Unfit> {
        let (coefficient, rest) = exponent.as_coefficient_and_rest();
        let index = *self.place.entry(base.clone()).or_insert_with(|| {
            self.powers.push((base, Vec::new()));
            self.powers.len() - 1
        });
        let exponents = &mut self.powers[index].1;
        match exponents.iter_mut().find(|(found, _)| *found == rest) {
            Some((_, sum)) => *sum = sum.plus(&coefficient)?,
            None => exponents.push((rest, coefficient)),
        }
        Ok(())
    }

    fn into_pairs(self) -> Result<Vec<(Expr, Expr)>, Unfit> {
        let mut pairs = Vec::new();
        for (base, exponents) in self.powers {
            for (rest, coefficient) in exponents {
                pairs.push((base.clone(), mul(vec![coefficient.into_expr(), rest])?));
            }
        }
        Ok(pairs)
    }
}

/// A product while it is collected.
struct Product {
    coefficient: Number,
    /// Powers of what is not a number.
    powers: Powers,
    /// Powers of numbers to what is not a number: `2**x`.
    exponentials: Powers,
    /// Roots of positive exact numbers.
    roots: Vec<(BigRational, BigRational)>,
    /// The exponent of -1, which ½ for every imaginary unit adds to.
    turns: BigRational,
}

impl Default for Product {
    fn default() -> Self {
        Self {
            coefficient: Number::one(),
            powers: Powers::default(),
            exponentials: Powers::default(),
            roots: Vec::new(),
            turns: BigRational::zero(),
        }
    }
}

impl Product {
    fn collect(&mut self, factors: Vec<Expr>) -> Result<(), Unfit> {
        let mut left = factors;
        left.reverse();
        while let Some(factor) = left.pop() {
            if let Some(number) = factor.number() {
                self.coefficient = self.coefficient.times(&number)?;
                continue;
            }
            match &*factor {
                Node::Mul(factors) => {
                    left.extend(factors.iter().rev().cloned());
                    continue;
                }
                Node::Constant(Constant::ImaginaryUnit) => {
                    self.turns += BigRational::new(BigInt::one(), BigInt::from(2));
                    continue;
                }
                Node::Pow(base, exponent) => {
                    if let Some(number) = base.number() {
                        self.collect_power_of_number(number, base, exponent, &mut left)?;
                        continue;
                    }
                }
                _ => {}
            }
            let (base, exponent) = factor.as_base_and_exponent();
            self.powers.push(base, &exponent)?;
        }
        Ok(())
    }

    fn collect_power_of_number(
        &mut self,
        number: Number,
        base: &Expr,
        exponent: &Expr,
        left: &mut Vec<Expr>,
    ) -> Result<(), Unfit> {
        let Some(ratio) = exponent.exact() else {
            return if number.is_negative() {
                self.powers.push(base.clone(), exponent)
            } else {
                self.exponentials.push(base.clone(), exponent)
            };
        };
        let Number::Exact(mut number) = number else { return self.powers.push(base.clone(), exponent) };
        if ratio.is_integer() || ratio.is_negative() {
            let worked_out = pow(base, exponent)?;
            match &*worked_out {
                // One over a root: it comes out as a number and a root, never as itself.
                Node::Pow(again, same) if again == base && same == exponent => {
                    self.powers.push(base.clone(), exponent)?;
                }
                _ => left.push(worked_out),
            }
            return Ok(());
        }
        if number.is_negative() {
            self.turns += &ratio;
            number = -number;
        }
        if !number.is_one() {
            self.roots.push((number, ratio));
        }
        Ok(())
    }

    fn finish(mut self) -> Simplified {
        let mut factors = self.finish_powers()?;
        for (base, exponent) in std::mem::take(&mut self.exponentials).by_exponent()? {
            factors.push(pow(&base, &exponent)?);
        }
        let mut roots = self.finish_roots()?;
        self.finish_turns(&mut roots, &mut factors);
        for (exponent, base) in roots {
            factors.push(pow(&Expr::rational(base), &Expr::rational(exponent))?);
        }
        if self.coefficient.is_zero() {
            return Ok(Expr::integer(0));
        }
        let mut rest = Vec::with_capacity(factors.len() + 1);
        for factor in factors {
            match factor.number() {
                Some(number) => self.coefficient = self.coefficient.times(&number)?,
                None => rest.push(factor),
            }
        }
        self.into_expr(rest)
    }

    fn into_expr(self, mut factors: Vec<Expr>) -> Simplified {
        if factors.is_empty() {
            return Ok(self.coefficient.into_expr());
        }
        // A factor that came out as a product, such as 2*sqrt(3), is collected once more.
        if factors.iter().any(|factor| matches!(&**factor, Node::Mul(_))) {
            factors.insert(0, self.coefficient.into_expr());
            let mut again = Self::default();
            again.collect(factors)?;
            return again.finish();
        }
        if let ([factor], false) = (&factors[..], self.coefficient.is_one())
            && let Node::Add(terms) = &**factor
        {
            let coefficient = self.coefficient.into_expr();
            let terms = terms
                .iter()
                .map(|term| mul(vec![coefficient.clone(), term.clone()]))
                .collect::<Result<_, _>>()?;
            return add(terms);
        }
        order::sort_factors(&mut factors);
        if !self.coefficient.is_one() {
            factors.insert(0, self.coefficient.into_expr());
        }
        Ok(from_ordered(factors))
    }

    /// Works out `base**exponent` of each base; a base that changes so is collected again, once.
    fn finish_powers(&mut self) -> Result<Vec<Expr>, Unfit> {
        let mut pairs = std::mem::take(&mut self.powers).into_pairs()?;
        for round in 0.. {
            let (mut factors, mut again, mut changed) = (Vec::new(), Powers::default(), false);
            for (base, exponent) in pairs {
                if exponent.is_integer(0) {
                    continue;
                }
                let power = pow(&base, &exponent)?;
                if let Some(number) = power.number() {
                    self.coefficient = self.coefficient.times(&number)?;
                    continue;
                }
                let (new_base, new_exponent) = if matches!(&*power, Node::Pow(..)) {
                    power.as_base_and_exponent()
                } else {
                    (base.clone(), exponent)
                };
                changed |= new_base != base;
                again.push(new_base, &new_exponent)?;
                factors.push(power);
            }
            let collides = again.powers.len() < factors.len();
            if round > 0 || !changed || !collides {
                return Ok(factors);
            }
            pairs = again.into_pairs()?;
        }
        Ok(Vec::new())
    }

    /// Joins roots with the same exponent, takes whole powers out, and splits what bases share.
    fn finish_roots(&mut self) -> Result<Vec<(BigRational, BigRational)>, Unfit> {
        let by_base = gathered(std::mem::take(&mut self.roots), |sum, exponent| sum + exponent);
        let by_exponent = gathered(
            by_base.into_iter().map(|(base, exponent)| (exponent, base)).collect(),
            |product, base| product * base,
        );
        let mut pending = Vec::new();
        for (exponent, base) in by_exponent {
            let (whole, part) = exponent.numer().div_mod_floor(exponent.denom());
            self.take_out(&base, &whole)?;
            if !part.is_zero() {
                pending.push((base, BigRational::new(part, exponent.denom().clone())));
            }
        }
        let mut roots: Vec<(BigRational, BigRational)> = Vec::new();
        let mut index = 0;
        while index < pending.len() {
            let (mut base, exponent) = pending[index].clone();
            let mut shared = Vec::new();
            for (other, other_exponent) in &mut pending[index + 1..] {
                let common = gcd(&base, other);
                if common.is_one() {
                    continue;
                }
                let sum = &exponent + &*other_exponent;
                let (whole, part) = sum.numer().div_mod_floor(sum.denom());
                self.coefficient = match pow(&Expr::rational(common.clone()), &Expr::integer(whole))?.number()
                {
                    Some(number) => self.coefficient.times(&number)?,
                    None => return Err(Unfit::TooLarge),
                };
                if !part.is_zero() {
                    shared.push((common.clone(), BigRational::new(part, sum.denom().clone())));
                }
                *other = &*other / &common;
                base /= &common;
                if base.is_one() {
                    break;
                }
            }
            if !base.is_one() {
                self.work_out_root(&base, &exponent, &mut roots)?;
            }
            pending.extend(shared);
            index += 1;
        }
        Ok(gathered(roots, |product, base| product * base))
    }

    /// Multiplies the coefficient by a whole power.
    fn take_out(&mut self, base: &BigRational, exponent: &BigInt) -> Result<(), Unfit> {
        let power = pow(&Expr::rational(base.clone()), &Expr::integer(exponent.clone()))?;
        let number = power.number().ok_or(Unfit::TooLarge)?;
        self.coefficient = self.coefficient.times(&number)?;
        Ok(())
    }

    /// Works out one root: `sqrt(12)` is `2*sqrt(3)`.
    fn work_out_root(
        &mut self,
        base: &BigRational,
        exponent: &BigRational,
        roots: &mut Vec<(BigRational, BigRational)>,
    ) -> Result<(), Unfit> {
        let root = pow(&Expr::rational(base.clone()), &Expr::rational(exponent.clone()))?;
        for factor in root.factors() {
            match (&**factor, factor.number()) {
                (_, Some(number)) => self.coefficient = self.coefficient.times(&number)?,
                (Node::Pow(base, exponent), _) => match (base.exact(), exponent.exact()) {
                    (Some(base), Some(exponent)) => roots.push((exponent, base)),
                    _ => self.powers.push(base.clone(), exponent)?,
                },
                _ => self.powers.push(factor.clone(), &Expr::one())?,
            }
        }
        Ok(())
    }

    /// Turns the exponent of -1 into a sign, the imaginary unit, or a root of -1.
    fn finish_turns(&mut self, roots: &mut [(BigRational, BigRational)], factors: &mut Vec<Expr>) {
        let (whole, part) = self.turns.numer().div_mod_floor(self.turns.denom());
        if whole.is_odd() {
            self.coefficient = self.coefficient.negated();
        }
        if part.is_zero() {
            return;
        }
        if *self.turns.denom() == BigInt::from(2) {
            factors.push(Expr::constant(Constant::ImaginaryUnit));
            return;
        }
        let turns = BigRational::new(part, self.turns.denom().clone());
        match roots.iter_mut().find(|(exponent, _)| *exponent == turns) {
            Some((_, base)) => *base = -base.clone(),
            None => factors.push(Expr::from_node(Node::Pow(Expr::integer(-1), Expr::rational(turns)))),
        }
    }
}

impl Powers {
    /// Joins bases with the same exponent: `2**x*3**x` is `6**x`.
    fn by_exponent(self) -> Result<Vec<(Expr, Expr)>, Unfit> {
        let mut joined: Vec<(Expr, Vec<Expr>)> = Vec::new();
        for (base, exponent) in self.into_pairs()? {
            match joined.iter_mut().find(|(found, _)| *found == exponent) {
                Some((_, bases)) => bases.push(base),
                None => joined.push((exponent, vec![base])),
            }
        }
        joined.into_iter().map(|(exponent, bases)| Ok((mul(bases)?, exponent))).collect()
    }
}

/// Joins the values of equal keys, in the order of the first.
fn gathered(
    pairs: Vec<(BigRational, BigRational)>,
    join: impl Fn(BigRational, BigRational) -> BigRational,
) -> Vec<(BigRational, BigRational)> {
    let mut joined: Vec<(BigRational, BigRational)> = Vec::new();
    for (key, value) in pairs {
        match joined.iter_mut().find(|(found, _)| *found == key) {
            Some((_, sum)) => *sum = join(sum.clone(), value),
            None => joined.push((key, value)),
        }
    }
    joined
}

/// Returns the greatest common divisor of two positive ratios.
pub(super) fn gcd(left: &BigRational, right: &BigRational) -> BigRational {
    BigRational::new(left.numer().gcd(right.numer()), left.denom().lcm(right.denom()))
}
