//! From the simplified tree to a [`Program`], in the order of operations of the published Python code.
//!
//! That order is observable in the last bit of a double and in the type of an integer: a rational coefficient is
//! a float that multiplies first, factors with a negative rational exponent form one divisor, a term that begins
//! with a minus is subtracted, and an integer raised to a negative constant is raised to a float.

mod error;

use std::collections::HashMap;
use std::sync::Arc;

use kamodo_value::Value;
use num_bigint::BigInt;
use num_complex::Complex;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use crate::evaluate::{FloatCode, ratio_to_f64, run_binary, run_unary};
use crate::program::{Binary, Lowered, Ref, Step, Unary};
use crate::{Builtin, Constant, Expr, Node, Program};
pub use error::LowerError;

/// A callee is inlined only while the program has no more steps than this.
const MAX_INLINED_STEPS: usize = 1024;
/// A program has no more steps than this.
const MAX_STEPS: usize = 1 << 20;

// === impl Program ===

impl Program {
    /// Lowers the body of a function of these parameters.
    ///
    /// A callee for which `inline` has a program becomes part of this one, with equal parts shared, unless that
    /// makes the program too large; every other callee is asked for by a step of its own.
    ///
    /// # Errors
    /// [`LowerError`] for a name that is not a parameter, a wrong number of arguments, or a division by zero.
    pub fn lower(
        parameters: &[&str],
        body: &Expr,
        inline: &dyn Fn(&str) -> Option<Arc<Self>>,
    ) -> Result<Self, LowerError> {
        let mut lowering = Lowering::new(parameters, inline);
        let result = lowering.expr(body)?;
        lowering.finish(result)
    }
}

/// A value while lowering: constants and steps are numbered apart until both are complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Id {
    Parameter(u32),
    Constant(u32),
    Step(u32),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Draft {
    Unary(Unary, Id),
    Binary(Binary, Id, Id),
    Call(u32, Box<[Id]>),
}

struct Lowering<'a> {
    parameters: HashMap<&'a str, u32>,
    names: &'a [&'a str],
    inline: &'a dyn Fn(&str) -> Option<Arc<Program>>,
    constants: Vec<Value>,
    constant_ids: HashMap<String, Id>,
    drafts: Vec<Draft>,
    draft_ids: HashMap<Draft, Id>,
    callees: Vec<Arc<str>>,
    /// Nodes lowered so far, by address: a shared node is lowered once.
    seen: HashMap<*const Node, Id>,
}

// === impl Lowering ===

impl<'a> Lowering<'a> {
    fn new(names: &'a [&'a str], inline: &'a dyn Fn(&str) -> Option<Arc<Program>>) -> Self {
        Self {
            parameters: names.iter().zip(0..).map(|(&name, index)| (name, index)).collect(),
            names,
            inline,
            constants: Vec::new(),
            constant_ids: HashMap::new(),
            drafts: Vec::new(),
            draft_ids: HashMap::new(),
            callees: Vec::new(),
            seen: HashMap::new(),
        }
    }

    fn expr(&mut self, expr: &Expr) -> Result<Id, LowerError> {
        let address: *const Node = &raw const **expr;
        if let Some(&id) = self.seen.get(&address) {
            return Ok(id);
        }
        let id = match &**expr {
            Node::Integer(integer) => self.integer(integer.clone()),
            Node::Rational(ratio) => self.rational(ratio),
            Node::Float(float) => self.float(float.value()),
            Node::Constant(constant) => self.named_constant(*constant)?,
            Node::Symbol(name) => self.symbol(name)?,
            Node::Add(terms) => self.sum(terms)?,
            Node::Mul(factors) => self.product(factors, false)?,
            Node::Pow(base, exponent) => self.power(base, exponent)?,
            Node::Builtin(builtin, args) => self.builtin(*builtin, args)?,
            Node::Call(name, args) => self.call(name, args)?,
        };
        self.seen.insert(address, id);
        Ok(id)
    }

    // --- leaves

    fn constant(&mut self, value: Value) -> Id {
        let key = format!("{value:?}");
        let next = Id::Constant(self.constants.len() as u32);
        let constants = &mut self.constants;
        *self.constant_ids.entry(key).or_insert_with(|| {
            constants.push(value);
            next
        })
    }

    fn integer(&mut self, integer: BigInt) -> Id {
        self.constant(Value::Int(integer))
    }

    fn float(&mut self, float: f64) -> Id {
        self.constant(Value::Float(float))
    }

    /// The published code writes a ratio as a division of two integers.
    fn rational(&mut self, ratio: &BigRational) -> Id {
        if ratio.is_integer() { self.integer(ratio.numer().clone()) } else { self.float(ratio_to_f64(ratio)) }
    }

    fn named_constant(&mut self, constant: Constant) -> Result<Id, LowerError> {
        Ok(match constant {
            Constant::Pi => self.float(std::f64::consts::PI),
            Constant::E => self.float(std::f64::consts::E),
            Constant::ImaginaryUnit => self.constant(Value::Complex(Complex::new(0.0, 1.0))),
            Constant::Infinity => self.float(f64::INFINITY),
            Constant::NegativeInfinity => self.float(f64::NEG_INFINITY),
            Constant::Nan => self.float(f64::NAN),
            Constant::ComplexInfinity => return Err(LowerError::ComplexInfinity),
        })
    }

    fn symbol(&self, name: &Arc<str>) -> Result<Id, LowerError> {
        self.parameters.get(&**name).map(|&index| Id::Parameter(index)).ok_or_else(|| {
            LowerError::UnknownSymbol {
                name: Arc::clone(name),
                parameters: self.names.iter().map(|&parameter| parameter.to_owned()).collect(),
            }
        })
    }

    // --- operators

    /// A term after the first that begins with a minus is subtracted.
    fn sum(&mut self, terms: &[Expr]) -> Result<Id, LowerError> {
        let Some((first, rest)) = terms.split_first() else { return Ok(self.integer(BigInt::zero())) };
        let mut sum = self.expr(first)?;
        for term in rest {
            let (operation, term) = match &**term {
                Node::Integer(integer) if integer.is_negative() => (Binary::Sub, self.integer(-integer)),
                Node::Rational(ratio) if ratio.is_negative() => (Binary::Sub, self.rational(&-ratio)),
                Node::Float(float) if float.is_negative() => (Binary::Sub, self.float(-float.value())),
                Node::Constant(Constant::NegativeInfinity) => (Binary::Sub, self.float(f64::INFINITY)),
                Node::Mul(factors) if factors.first().is_some_and(is_negative) => {
                    (Binary::Sub, self.product(factors, true)?)
                }
                _ => (Binary::Add, self.expr(term)?),
            };
            sum = self.binary(operation, sum, term)?;
        }
        Ok(sum)
    }

    /// Numerator from left to right, then divided by the product of the denominators.
    fn product(&mut self, factors: &[Expr], negated: bool) -> Result<Id, LowerError> {
        let (mut numerator, mut denominator) = (None, None);
        let mut is_minus = false; // a coefficient of -1 negates the first factor
        for factor in factors {
            match &**factor {
                Node::Integer(integer) if numerator.is_none() && denominator.is_none() && !is_minus => {
                    let integer = if negated { -integer } else { integer.clone() };
                    if integer == -BigInt::one() {
                        is_minus = true;
                    } else if !integer.is_one() {
                        numerator = Some(self.integer(integer));
                    }
                }
                Node::Rational(ratio) if numerator.is_none() && negated => {
                    numerator = Some(self.rational(&-ratio))
                }
                Node::Float(float) if numerator.is_none() && negated => {
                    numerator = Some(self.float(-float.value()))
                }
                Node::Pow(base, exponent) => match denominator_exponent(exponent) {
                    Some(exponent) => {
                        let power = self.rational_power(base, &exponent)?;
                        denominator = Some(self.times(denominator, power)?);
                    }
                    None => {
                        let power = self.expr(factor)?;
                        numerator = Some(self.times_signed(numerator, power, &mut is_minus)?);
                    }
                },
                _ => {
                    let factor = self.expr(factor)?;
                    numerator = Some(self.times_signed(numerator, factor, &mut is_minus)?);
                }
            }
        }
        let numerator = match numerator {
            Some(numerator) => numerator,
            None => self.integer(if is_minus { -BigInt::one() } else { BigInt::one() }),
        };
        match denominator {
            Some(denominator) => self.binary(Binary::Div, numerator, denominator),
            None => Ok(numerator),
        }
    }

    fn times(&mut self, product: Option<Id>, factor: Id) -> Result<Id, LowerError> {
        product.map_or(Ok(factor), |product| self.binary(Binary::Mul, product, factor))
    }

    fn times_signed(
        &mut self,
        product: Option<Id>,
        factor: Id,
        is_minus: &mut bool,
    ) -> Result<Id, LowerError> {
        let factor = if std::mem::take(is_minus) { self.unary(Unary::Neg, factor)? } else { factor };
        self.times(product, factor)
    }

    fn power(&mut self, base: &Expr, exponent: &Expr) -> Result<Id, LowerError> {
        match (&**base, &**exponent) {
            (Node::Constant(Constant::E), _) => {
                let exponent = self.expr(exponent)?;
                self.unary(Unary::Exp, exponent)
            }
            (_, Node::Rational(ratio)) if is_minus_half(ratio) => {
                let (one, base) = (self.integer(BigInt::one()), self.expr(base)?);
                let root = self.unary(Unary::Sqrt, base)?;
                self.binary(Binary::Div, one, root)
            }
            (_, Node::Integer(integer)) if integer.is_negative() => {
                let exponent = self.float(ratio_to_f64(&BigRational::from(integer.clone())));
                let base = self.expr(base)?;
                self.binary(Binary::Pow, base, exponent)
            }
            (_, Node::Integer(integer)) => self.rational_power(base, &BigRational::from(integer.clone())),
            (_, Node::Rational(ratio)) => self.rational_power(base, ratio),
            (_, Node::Float(float)) if float.value() == 0.5 => {
                let base = self.expr(base)?;
                self.unary(Unary::Sqrt, base)
            }
            _ => {
                let (base, exponent) = (self.expr(base)?, self.expr(exponent)?);
                self.binary(Binary::Pow, base, exponent)
            }
        }
    }

    fn rational_power(&mut self, base: &Expr, exponent: &BigRational) -> Result<Id, LowerError> {
        let base = self.expr(base)?;
        if exponent.is_one() {
            return Ok(base);
        }
        if *exponent == BigRational::new(1.into(), 2.into()) {
            return self.unary(Unary::Sqrt, base);
        }
        let exponent = self.rational(exponent);
        self.binary(Binary::Pow, base, exponent)
    }

    fn builtin(&mut self, builtin: Builtin, args: &[Expr]) -> Result<Id, LowerError> {
        let ids = args.iter().map(|arg| self.expr(arg)).collect::<Result<Vec<_>, _>>()?;
        match (Lowered::from(builtin), ids.as_slice()) {
            (Lowered::Unary(operation), &[operand]) => self.unary(operation, operand),
            (Lowered::Binary(operation), &[left, right]) => self.binary(operation, left, right),
            (Lowered::Binary(operation @ (Binary::Min | Binary::Max)), &[first, ref rest @ ..]) => {
                rest.iter().try_fold(first, |extreme, &next| self.binary(operation, extreme, next))
            }
            (Lowered::Unary(operation), ids) => {
                Err(LowerError::BuiltinArgumentCount { builtin: operation.name(), found: ids.len() })
            }
            (Lowered::Binary(operation), ids) => {
                Err(LowerError::BuiltinArgumentCount { builtin: operation.name(), found: ids.len() })
            }
        }
    }

    // --- calls

    fn call(&mut self, name: &Arc<str>, args: &[Expr]) -> Result<Id, LowerError> {
        let args = args.iter().map(|arg| self.expr(arg)).collect::<Result<Box<[_]>, _>>()?;
        match (self.inline)(name) {
            Some(program) => {
                if program.n_parameters != args.len() {
                    return Err(LowerError::ArgumentCount {
                        callee: Arc::clone(name),
                        expected: program.n_parameters,
                        found: args.len(),
                    });
                }
                if self.drafts.len() + program.steps.len() <= MAX_INLINED_STEPS {
                    return self.inlined(&program, &args);
                }
                self.called(name, args)
            }
            None => self.called(name, args),
        }
    }

    fn called(&mut self, name: &Arc<str>, args: Box<[Id]>) -> Result<Id, LowerError> {
        let callee = self.callees.iter().position(|callee| callee == name).unwrap_or_else(|| {
            self.callees.push(Arc::clone(name));
            self.callees.len() - 1
        });
        self.draft(Draft::Call(callee as u32, args))
    }

    fn inlined(&mut self, program: &Program, args: &[Id]) -> Result<Id, LowerError> {
        let mut ids = args.to_vec();
        for constant in &program.constants {
            ids.push(self.constant(constant.clone()));
        }
        for step in &program.steps {
            let id = match step {
                Step::Unary(operation, operand) => self.unary(*operation, ids[operand.0 as usize])?,
                Step::Binary(operation, left, right) => {
                    self.binary(*operation, ids[left.0 as usize], ids[right.0 as usize])?
                }
                Step::Call { callee, args } => {
                    let args = args.iter().map(|arg| ids[arg.0 as usize]).collect();
                    self.called(&program.callees[*callee as usize], args)?
                }
            };
            ids.push(id);
        }
        Ok(ids[program.result.0 as usize])
    }

    // --- steps

    /// What depends on no argument is computed here; where that is an error, it is one of each call.
    fn unary(&mut self, operation: Unary, operand: Id) -> Result<Id, LowerError> {
        if let Id::Constant(index) = operand
            && let Ok(value) = run_unary(operation, &self.constants[index as usize])
        {
            return Ok(self.constant(value));
        }
        self.draft(Draft::Unary(operation, operand))
    }

    fn binary(&mut self, operation: Binary, left: Id, right: Id) -> Result<Id, LowerError> {
        if let (Id::Constant(first), Id::Constant(second)) = (left, right)
            && let Ok(value) =
                run_binary(operation, &self.constants[first as usize], &self.constants[second as usize])
        {
            return Ok(self.constant(value));
        }
        self.draft(Draft::Binary(operation, left, right))
    }

    fn draft(&mut self, draft: Draft) -> Result<Id, LowerError> {
        if let Some(&id) = self.draft_ids.get(&draft) {
            return Ok(id);
        }
        if self.drafts.len() >= MAX_STEPS {
            return Err(LowerError::TooLarge { limit: MAX_STEPS });
        }
        let id = Id::Step(self.drafts.len() as u32);
        self.drafts.push(draft.clone());
        self.draft_ids.insert(draft, id);
        Ok(id)
    }

    fn finish(self, result: Id) -> Result<Program, LowerError> {
        let n_parameters = self.names.len() as u32;
        let first_step = n_parameters + self.constants.len() as u32;
        let number = |id: Id| {
            Ref(match id {
                Id::Parameter(index) => index,
                Id::Constant(index) => n_parameters + index,
                Id::Step(index) => first_step + index,
            })
        };
        let steps: Vec<Step> = self
            .drafts
            .into_iter()
            .map(|draft| match draft {
                Draft::Unary(operation, operand) => Step::Unary(operation, number(operand)),
                Draft::Binary(operation, left, right) => Step::Binary(operation, number(left), number(right)),
                Draft::Call(callee, args) => {
                    Step::Call { callee, args: args.iter().map(|&arg| number(arg)).collect() }
                }
            })
            .collect();
        let mut last_use = vec![0; first_step as usize + steps.len()];
        for (index, step) in steps.iter().enumerate() {
            step.for_each_operand(|operand| last_use[operand.0 as usize] = index);
        }
        let result = number(result);
        last_use[result.0 as usize] = usize::MAX;
        let mut program = Program {
            n_parameters: n_parameters as usize,
            constants: self.constants,
            steps,
            callees: self.callees,
            result,
            last_use,
            float_code: None,
        };
        program.float_code = FloatCode::compile(&program);
        Ok(program)
    }
}

/// Whether a coefficient is printed with a minus.
fn is_negative(expr: &Expr) -> bool {
    match &**expr {
        Node::Integer(integer) => integer.is_negative(),
        Node::Rational(ratio) => ratio.is_negative(),
        Node::Float(float) => float.is_negative(),
        _ => false,
    }
}

/// The exponent of the divisor that a factor with this exponent becomes.
fn denominator_exponent(exponent: &Expr) -> Option<BigRational> {
    match &**exponent {
        Node::Integer(integer) if integer.is_negative() => Some(BigRational::from(-integer)),
        Node::Rational(ratio) if ratio.is_negative() => Some(-ratio),
        _ => None,
    }
}

fn is_minus_half(ratio: &BigRational) -> bool {
    *ratio == BigRational::new((-1).into(), 2.into())
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    fn symbol(name: &str) -> Expr {
        Expr::from_node(Node::Symbol(name.into()))
    }

    #[track_caller]
    fn refuse(body: Node) -> String {
        let callee = Arc::new(Program::lower(&["a", "b"], &symbol("a"), &|_| None).unwrap());
        let inline = |name: &str| (name == "f").then(|| Arc::clone(&callee));
        let error = Program::lower(&["x", "y"], &Expr::from_node(body), &inline).unwrap_err();
        match error.hint() {
            Some(hint) => format!("{error}\nhint: {hint}"),
            None => error.to_string(),
        }
    }

    #[test]
    fn says_why_it_cannot() {
        assert_snapshot!(refuse(Node::Symbol("z".into())), @r"
        `z` is not a parameter; expected one of `x`, `y`
        hint: add `z` to the parameters on the left-hand side
        ");
        assert_snapshot!(refuse(Node::Call("f".into(), vec![symbol("x")])), @"`f` takes 2 arguments, found 1");
        assert_snapshot!(
            refuse(Node::Builtin(Builtin::Sin, vec![symbol("x"), symbol("y")])),
            @"`sin` does not take 2 arguments"
        );
        assert_snapshot!(refuse(Node::Constant(Constant::ComplexInfinity)), @"the expression divides by zero");
    }

    #[test]
    fn says_that_it_is_too_large() {
        let error = LowerError::TooLarge { limit: MAX_STEPS };
        assert_snapshot!(
            format!("{error}\nhint: {}", error.hint().unwrap()),
            @r"
        the expression has more than 1048576 steps
        hint: split it into several functions
        "
        );
    }
}
