//! From the simplified tree to a [`Program`], in the order of operations of the published Python code.
//!
//! That order is observable in the last bit of a double and in the type of an integer: a rational coefficient is
//! a float that multiplies first, factors with a negative rational exponent form one divisor, a term that begins
//! with a minus is subtracted, and an integer raised to a negative constant is raised to a float.

mod error;
mod function;
mod operator;

use std::collections::HashMap;
use std::sync::Arc;

use kamodo_compute::{Binary, Program, Reduction, Ref, Step, StepList, Ternary, Unary, apply, ratio_to_f64};
use kamodo_value::Value;
use num_bigint::BigInt;
use num_complex::Complex;
use num_rational::BigRational;

use crate::{Constant, Expr, Node};
pub use error::LowerError;

/// A callee is inlined only while the program has no more steps than this.
const MAX_INLINED_STEPS: usize = 1024;
/// A program has no more steps than this.
const MAX_STEPS: usize = 1 << 20;

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
    inline: &dyn Fn(&str) -> Option<Arc<Program>>,
) -> Result<Program, LowerError> {
    let mut lowering = Lowering::new(parameters, inline);
    let result = lowering.expr(body)?;
    Ok(lowering.finish(result))
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
    Ternary(Ternary, Id, Id, Id),
    Reduce(Reduction, Id),
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

    /// The float one as numpy has it, beside which nothing is Python's.
    fn numpy_one(&mut self) -> Id {
        self.constant(Value::Scalar(kamodo_value::Scalar::Float64(1.0)))
    }

    /// The published code writes a ratio as a division of two integers.
    fn rational(&mut self, ratio: &BigRational) -> Id {
        if ratio.is_integer() { self.integer(ratio.numer().clone()) } else { self.float(ratio_to_f64(ratio)) }
    }

    fn named_constant(&mut self, constant: Constant) -> Result<Id, LowerError> {
        if let Some(value) = constant.value() {
            return Ok(self.float(value));
        }
        Ok(match constant {
            Constant::ImaginaryUnit => self.constant(Value::Complex(Complex::new(0.0, 1.0))),
            Constant::Infinity => self.float(f64::INFINITY),
            Constant::NegativeInfinity => self.float(f64::NEG_INFINITY),
            Constant::True => self.constant(Value::Bool(true)),
            Constant::False => self.constant(Value::Bool(false)),
            Constant::ComplexInfinity => return Err(LowerError::ComplexInfinity),
            _ => self.float(f64::NAN),
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

    // --- calls

    fn call(&mut self, name: &Arc<str>, args: &[Expr]) -> Result<Id, LowerError> {
        let args = args.iter().map(|arg| self.expr(arg)).collect::<Result<Box<[_]>, _>>()?;
        match (self.inline)(name) {
            Some(program) => {
                let list = program.list();
                if list.n_parameters != args.len() {
                    return Err(LowerError::ArgumentCount {
                        callee: Arc::clone(name),
                        expected: list.n_parameters,
                        found: args.len(),
                    });
                }
                if self.drafts.len() + list.steps.len() <= MAX_INLINED_STEPS {
                    return self.inlined(list, &args);
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

    fn inlined(&mut self, list: &StepList, args: &[Id]) -> Result<Id, LowerError> {
        let mut ids = args.to_vec();
        for constant in &list.constants {
            ids.push(self.constant(constant.clone()));
        }
        for step in &list.steps {
            let id = match step {
                Step::Unary(operation, operand) => self.unary(*operation, ids[operand.0 as usize])?,
                Step::Binary(operation, left, right) => {
                    self.binary(*operation, ids[left.0 as usize], ids[right.0 as usize])?
                }
                Step::Ternary(operation, first, second, third) => {
                    let [first, second, third] = [first, second, third].map(|part| ids[part.0 as usize]);
                    self.ternary(*operation, first, second, third)?
                }
                Step::Reduce(operation, operand) => self.reduction(*operation, ids[operand.0 as usize])?,
                Step::Call { callee, args } => {
                    let args = args.iter().map(|arg| ids[arg.0 as usize]).collect();
                    self.called(&list.callees[*callee as usize], args)?
                }
            };
            ids.push(id);
        }
        Ok(ids[list.result.0 as usize])
    }

    // --- steps

    /// What depends on no argument is computed here; where that is an error, it is one of each call.
    fn unary(&mut self, operation: Unary, operand: Id) -> Result<Id, LowerError> {
        if let Id::Constant(index) = operand
            && let Ok(value) = apply::unary(operation, &self.constants[index as usize])
        {
            return Ok(self.constant(value));
        }
        self.draft(Draft::Unary(operation, operand))
    }

    fn binary(&mut self, operation: Binary, left: Id, right: Id) -> Result<Id, LowerError> {
        if let (Id::Constant(first), Id::Constant(second)) = (left, right)
            && let Ok(value) =
                apply::binary(operation, &self.constants[first as usize], &self.constants[second as usize])
        {
            return Ok(self.constant(value));
        }
        self.draft(Draft::Binary(operation, left, right))
    }

    fn ternary(&mut self, operation: Ternary, first: Id, second: Id, third: Id) -> Result<Id, LowerError> {
        if let (Id::Constant(first), Id::Constant(second), Id::Constant(third)) = (first, second, third) {
            let [first, second, third] = [first, second, third].map(|index| &self.constants[index as usize]);
            if let Ok(value) = apply::ternary(operation, first, second, third) {
                return Ok(self.constant(value));
            }
        }
        self.draft(Draft::Ternary(operation, first, second, third))
    }

    fn reduction(&mut self, operation: Reduction, operand: Id) -> Result<Id, LowerError> {
        if let Id::Constant(index) = operand
            && let Ok(value) = apply::reduction(operation, &self.constants[index as usize])
        {
            return Ok(self.constant(value));
        }
        self.draft(Draft::Reduce(operation, operand))
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

    fn finish(self, result: Id) -> Program {
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
                Draft::Ternary(operation, first, second, third) => {
                    Step::Ternary(operation, number(first), number(second), number(third))
                }
                Draft::Reduce(operation, operand) => Step::Reduce(operation, number(operand)),
                Draft::Call(callee, args) => {
                    Step::Call { callee, args: args.iter().map(|&arg| number(arg)).collect() }
                }
            })
            .collect();
        Program::new(StepList {
            n_parameters: n_parameters as usize,
            constants: self.constants,
            steps,
            callees: self.callees,
            result: number(result),
        })
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::Builtin;

    fn symbol(name: &str) -> Expr {
        Expr::from_node(Node::Symbol(name.into()))
    }

    #[track_caller]
    fn refuse(body: Node) -> String {
        let callee = Arc::new(lower(&["a", "b"], &symbol("a"), &|_| None).unwrap());
        let inline = |name: &str| (name == "f").then(|| Arc::clone(&callee));
        let error = lower(&["x", "y"], &Expr::from_node(body), &inline).unwrap_err();
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
