//! From steps to code over doubles: which instruction each becomes, and in which registers.

use kamodo_value::{Array, Buffer, Dtype, Scalar, Value};

use crate::error::EvaluateError;
use crate::operation::{Binary, Ternary, Unary};
use crate::powers::is_whole_power;
use crate::simd::{Code, Destination, Input, Instruction, Op, Source};
use crate::steps::{Ref, Step, StepList, as_double};

/// Programs of more steps have no code of their own.
const MAX_FLOAT_STEPS: usize = 4096;

/// Code in the making; every result has a register of its own until [`Builder::finish`].
#[derive(Debug, Default)]
pub(crate) struct Builder {
    instructions: Vec<Instruction>,
    n_results: u16,
}

/// The whole of a program as code, for arguments that are all numpy float64 scalars, or arrays of one shape.
#[derive(Debug)]
pub(crate) struct FloatCode(Code);

/// What a value of a program is in code.
#[derive(Debug, Clone, Copy)]
enum Part {
    Number(Source),
    /// All bits set, or none.
    Truth(Source),
    Neither,
}

// === impl Part ===

impl Part {
    fn number(self) -> Option<Source> {
        if let Self::Number(source) = self { Some(source) } else { None }
    }

    fn truth(self) -> Option<Source> {
        if let Self::Truth(source) = self { Some(source) } else { None }
    }
}

// === impl Builder ===

impl Builder {
    pub(crate) fn len(&self) -> usize {
        self.instructions.len()
    }

    pub(crate) fn unary(&mut self, operation: Unary, operand: Source) -> Source {
        if let Unary::Sin | Unary::Cos = operation
            && let Some(result) = self.share_reduction(operation, operand)
        {
            return result;
        }
        self.push(Op::Unary(operation), operand, Source::Constant(0.0))
    }

    pub(crate) fn binary(&mut self, operation: Binary, left: Source, right: Source) -> Source {
        match (operation, right) {
            (Binary::Pow, Source::Constant(exponent)) => self.power(left, exponent),
            _ => self.push(Op::Binary(operation), left, right),
        }
    }

    /// Takes one of two by a truth, which has all bits set or none.
    fn select(&mut self, truth: Source, yes: Source, no: Source) -> Source {
        let yes = self.push(Op::Binary(Binary::And), truth, yes);
        let no = self.push(Op::AndNot, truth, no);
        self.push(Op::Binary(Binary::Or), yes, no)
    }

    /// A constant exponent; numpy too has paths of their own for the first few.
    fn power(&mut self, base: Source, exponent: f64) -> Source {
        if exponent == 1.0 {
            base
        } else if exponent == 0.0 {
            Source::Constant(1.0)
        } else if exponent == 0.5 {
            self.unary(Unary::Sqrt, base)
        } else if exponent == -1.0 {
            self.push(Op::Binary(Binary::Div), Source::Constant(1.0), base)
        } else if is_whole_power(exponent) {
            self.push(Op::WholePow(exponent as i32), base, Source::Constant(0.0))
        } else {
            self.push(Op::Binary(Binary::Pow), base, Source::Constant(exponent))
        }
    }

    /// Where the other of sine and cosine is already computed of the same operand, gets both from it.
    fn share_reduction(&mut self, operation: Unary, operand: Source) -> Option<Source> {
        let earlier = self.instructions.iter_mut().rev().find(|instruction| {
            instruction.left == operand
                && matches!(instruction.op, Op::Unary(other @ (Unary::Sin | Unary::Cos)) if other != operation)
        })?;
        let result = self.n_results;
        earlier.op = Op::SinCos;
        if operation == Unary::Cos {
            earlier.second = result;
        } else {
            earlier.second = earlier.target;
            earlier.target = result;
        }
        self.n_results += 1;
        Some(Source::Register(result))
    }

    fn push(&mut self, op: Op, left: Source, right: Source) -> Source {
        let target = self.n_results;
        self.instructions.push(Instruction { op, left, right, target, second: target });
        self.n_results += 1;
        Source::Register(target)
    }

    /// Gives registers to results, again to others once they are no longer read; an output keeps its own.
    pub(crate) fn finish(self, outputs: Vec<Source>, n_inputs: usize) -> Code {
        const UNREAD: usize = 0;
        let mut last_read = vec![UNREAD; self.n_results.into()];
        for (index, instruction) in self.instructions.iter().enumerate() {
            for source in [instruction.left, instruction.right] {
                if let Source::Register(result) = source {
                    last_read[usize::from(result)] = index;
                }
            }
        }
        let mut is_output = vec![false; self.n_results.into()];
        for output in &outputs {
            if let Source::Register(result) = output {
                is_output[usize::from(*result)] = true;
            }
        }

        let mut register_of = vec![0_u16; self.n_results.into()];
        let (mut free, mut n_registers) = (Vec::new(), 0_u16);
        let mut instructions = self.instructions;
        for (index, instruction) in instructions.iter_mut().enumerate() {
            let mut take = |result: u16| {
                // What an output is written to stands for the output's own memory, so it is never one used before.
                let reused = if is_output[usize::from(result)] { None } else { free.pop() };
                let register = reused.unwrap_or_else(|| {
                    n_registers += 1;
                    n_registers - 1
                });
                register_of[usize::from(result)] = register;
                register
            };
            let (target, second) = (instruction.target, instruction.second);
            instruction.target = take(target);
            instruction.second = if instruction.op == Op::SinCos { take(second) } else { instruction.target };
            let mut released = Vec::with_capacity(4);
            for source in [&mut instruction.left, &mut instruction.right] {
                if let Source::Register(result) = source {
                    if last_read[usize::from(*result)] == index {
                        released.push(*result);
                    }
                    *source = Source::Register(register_of[usize::from(*result)]);
                }
            }
            let results = if instruction.op == Op::SinCos { vec![target, second] } else { vec![target] };
            released.extend(results.into_iter().filter(|&result| last_read[usize::from(result)] <= index));
            released.sort_unstable();
            released.dedup();
            free.extend(
                released
                    .into_iter()
                    .filter(|&result| !is_output[usize::from(result)])
                    .map(|result| register_of[usize::from(result)]),
            );
        }
        let outputs = outputs
            .into_iter()
            .map(|output| match output {
                Source::Register(result) => Source::Register(register_of[usize::from(result)]),
                other => other,
            })
            .collect();
        Code { instructions, n_registers: n_registers.into(), n_inputs, outputs }
    }
}

// === impl FloatCode ===

impl FloatCode {
    /// `None` for a program that calls, that reduces an array, or that has a constant that is no double.
    pub(crate) fn compile(list: &StepList) -> Option<Self> {
        if !list.callees.is_empty() || list.steps.len() > MAX_FLOAT_STEPS {
            return None;
        }
        let parameters = (0..list.n_parameters).map(|index| Part::Number(Source::Input(index as u16)));
        let constants = list.constants.iter().map(|constant| match (constant, as_double(constant)) {
            (Value::Bool(truth) | Value::Scalar(Scalar::Bool(truth)), _) => {
                Part::Truth(Source::Constant(if *truth { f64::from_bits(u64::MAX) } else { 0.0 }))
            }
            (_, Some(double)) => Part::Number(Source::Constant(double)),
            _ => Part::Neither,
        });
        let mut parts: Vec<Part> = parameters.chain(constants).collect();
        // What depends on no argument was folded, unless it is an error.
        let is_argument = |source: Source| !matches!(source, Source::Constant(_));
        let mut builder = Builder::default();
        for step in &list.steps {
            let number = |reference: Ref| parts[reference.0 as usize].number();
            let truth = |reference: Ref| parts[reference.0 as usize].truth();
            let result = match step {
                Step::Unary(Unary::Not, operand) => Part::Truth(builder.unary(Unary::Not, truth(*operand)?)),
                Step::Unary(operation, operand) => {
                    let operand = number(*operand).filter(|&operand| is_argument(operand))?;
                    Part::Number(builder.unary(*operation, operand))
                }
                Step::Binary(operation @ (Binary::And | Binary::Or), left, right) => {
                    Part::Truth(builder.binary(*operation, truth(*left)?, truth(*right)?))
                }
                Step::Binary(operation, left, right) => {
                    let (left, right) = (number(*left)?, number(*right)?);
                    if !is_argument(left) && !is_argument(right) {
                        return None;
                    }
                    let result = builder.binary(*operation, left, right);
                    if operation.is_relation() { Part::Truth(result) } else { Part::Number(result) }
                }
                Step::Ternary(Ternary::Select, condition, yes, no) => {
                    Part::Number(builder.select(truth(*condition)?, number(*yes)?, number(*no)?))
                }
                Step::Ternary(..) | Step::Reduce(..) | Step::Call { .. } => return None,
            };
            parts.push(result);
        }
        let result = parts[list.result.0 as usize].number()?;
        if !matches!(result, Source::Register(_)) {
            return None;
        }
        Some(Self(builder.finish(vec![result], list.n_parameters)))
    }

    /// Runs where every argument is a numpy float64 scalar.
    pub(crate) fn run(&self, args: &[Value]) -> Option<Value> {
        const FEW: usize = 16;
        let double =
            |arg: &Value| if let Value::Scalar(Scalar::Float64(double)) = arg { Some(*double) } else { None };
        let result = if args.len() <= FEW {
            let mut inputs = [0.0; FEW];
            for (input, arg) in inputs.iter_mut().zip(args) {
                *input = double(arg)?;
            }
            self.0.run_one(&inputs[..args.len()])
        } else {
            self.0.run_one(&args.iter().map(double).collect::<Option<Vec<_>>>()?)
        };
        Some(Value::Scalar(Scalar::Float64(result)))
    }

    /// Runs where every argument is a float64 array and all have one shape, which is not empty; the result goes
    /// over one of them where nobody else holds it. Takes the arguments only where it runs.
    pub(crate) fn run_arrays(
        &self,
        args: &mut Vec<Value>,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Option<Result<Value, EvaluateError>> {
        let Some(Value::Array(first)) = args.first() else { return None };
        let n_elements = first.len();
        let is_alike = |arg: &Value| match arg {
            Value::Array(array) => array.dtype() == Dtype::Float64 && array.shape() == first.shape(),
            _ => false,
        };
        if first.shape().is_empty() || n_elements == 0 || !args.iter().all(is_alike) {
            return None;
        }
        let shape: Box<[usize]> = first.shape().into();
        let mut destination = Destination::Fresh;
        let mut kept: Vec<Option<Array>> = Vec::with_capacity(args.len());
        for (index, arg) in args.drain(..).enumerate() {
            let Value::Array(array) = arg else { unreachable!("looked at above") };
            let is_free = matches!(destination, Destination::Fresh) && array.is_unshared();
            if !is_free || !self.0.can_overwrite(index, 0) {
                kept.push(Some(array));
                continue;
            }
            let Buffer::Float64(elements) = array.into_buffer() else { unreachable!("looked at above") };
            destination = Destination::Over(elements);
            kept.push(None);
        }
        let inputs: Vec<Input<'_>> = kept
            .iter()
            .map(|array| match array.as_ref().map(Array::buffer) {
                Some(Buffer::Float64(elements)) => Input::Slice(elements),
                Some(_) => unreachable!("looked at above"),
                None => Input::Output(0),
            })
            .collect();
        let computed = self.0.run(&inputs, vec![destination], n_elements, is_cancelled);
        let Some(elements) = computed.and_then(|mut outputs| outputs.pop()) else {
            return Some(Err(EvaluateError::Cancelled));
        };
        let array = Array::new(shape, elements).expect("a pass fills the arguments' shape");
        Some(Ok(Value::Array(array)))
    }
}
