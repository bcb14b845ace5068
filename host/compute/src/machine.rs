//! Running a program: resumable, with the rules of Python among Python values and of numpy wherever one is numpy's.
//!
//! A [`Machine`] takes the steps in order. Those over float64 arrays of one shape are put off and run as one pass
//! ([`fused`]); a program whose arguments are all numpy float64 scalars, or float64 arrays of one shape, runs as
//! code of its own ([`code`]); every other step computes its value at once: [`python`] or [`ufunc`].

use std::sync::Arc;

use kamodo_value::{Dtype, Value};

use crate::apply;
use crate::element;
use crate::error::EvaluateError;
use crate::fused::{Group, Slot};
use crate::operation::{Binary, Unary};
use crate::program::Program;
use crate::simd::Source;
use crate::steps::{Ref, Step, as_double};

/// A running evaluation, which [`Program::start`] begins.
#[derive(Debug)]
pub struct Machine {
    program: Arc<Program>,
    /// The arguments, until the first [`Machine::resume`].
    args: Vec<Value>,
    /// By [`Ref`]; empty until the first step.
    slots: Vec<Slot>,
    group: Option<Group>,
    next_step: usize,
    state: State,
}

#[derive(Debug, PartialEq, Eq)]
enum State {
    Started,
    Running,
    /// The step before the next one is a call, whose result is not there yet.
    Waiting,
    Ended,
}

/// How far an evaluation has come.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress {
    /// The result.
    Done(Value),
    /// A function has to be called: [`Machine::supply`] its result, then [`Machine::resume`].
    Call {
        /// Its index in [`Program::callees`].
        callee: usize,
        /// One argument a parameter.
        args: Vec<Value>,
    },
}

/// What a step finds as an operand.
enum Operand {
    /// A float64 array that can be part of a pass.
    Lazy,
    Constant,
    /// An array of another real type.
    Convertible,
    Other,
}

// === impl Program ===

impl Program {
    /// Begins an evaluation with one argument a parameter.
    #[must_use]
    pub fn start(self: Arc<Self>, args: Vec<Value>) -> Machine {
        Machine { program: self, args, slots: Vec::new(), group: None, next_step: 0, state: State::Started }
    }
}

// === impl Machine ===

impl Machine {
    /// Goes on until the result is there, or a function has to be called.
    ///
    /// # Errors
    /// [`EvaluateError`] where an operation fails or `is_cancelled`; the evaluation has then ended.
    pub fn resume(&mut self, is_cancelled: &dyn Fn() -> bool) -> Result<Progress, EvaluateError> {
        match self.state {
            State::Started => {
                if self.args.len() != self.program.list().n_parameters {
                    let (expected, found) = (self.program.list().n_parameters, self.args.len());
                    return Err(EvaluateError::ArgumentCount { expected, found });
                }
                if let Some(code) = &self.program.float_code {
                    if is_cancelled() {
                        self.state = State::Ended;
                        return Err(EvaluateError::Cancelled);
                    }
                    let scalar = code.run(&self.args).map(Ok);
                    if let Some(result) = scalar.or_else(|| code.run_arrays(&mut self.args, is_cancelled)) {
                        self.state = State::Ended;
                        return result.map(Progress::Done);
                    }
                }
                self.fill_slots();
            }
            State::Running => {}
            State::Waiting | State::Ended => return Err(EvaluateError::NotSupplied),
        }
        self.state = State::Ended; // unless a call follows
        let program = Arc::clone(&self.program);
        while let Some(step) = program.list().steps.get(self.next_step) {
            if is_cancelled() {
                return Err(EvaluateError::Cancelled);
            }
            let result = Ref((program.list().first_step() + self.next_step) as u32);
            let slot = match step {
                Step::Unary(operation, operand) => self.unary(*operation, *operand, result, is_cancelled)?,
                Step::Binary(operation, left, right) => {
                    self.binary(*operation, *left, *right, result, is_cancelled)?
                }
                Step::Ternary(operation, first, second, third) => {
                    let [first, second, third] =
                        [*first, *second, *third].map(|part| self.value(part, is_cancelled).cloned());
                    apply::ternary(*operation, &first?, &second?, &third?).map(Slot::Value)?
                }
                Step::Reduce(operation, operand) => {
                    apply::reduction(*operation, self.value(*operand, is_cancelled)?).map(Slot::Value)?
                }
                Step::Call { callee, args } => {
                    let args = args
                        .iter()
                        .map(|&arg| self.value(arg, is_cancelled).cloned())
                        .collect::<Result<_, _>>()?;
                    self.release(step);
                    self.next_step += 1;
                    self.state = State::Waiting;
                    return Ok(Progress::Call { callee: *callee as usize, args });
                }
            };
            self.slots[result.0 as usize] = slot;
            self.release(step);
            self.next_step += 1;
        }
        self.value(program.list().result, is_cancelled)?;
        match std::mem::take(&mut self.slots[program.list().result.0 as usize]) {
            Slot::Value(value) => Ok(Progress::Done(value)),
            Slot::Empty | Slot::Pending(_) => Err(EvaluateError::NotSupplied),
        }
    }

    /// Gives the result of the call that the last [`Progress::Call`] asked for.
    pub fn supply(&mut self, result: Value) {
        if self.state == State::Waiting {
            let reference = self.program.list().first_step() + self.next_step - 1;
            self.slots[reference] = Slot::Value(result);
            self.state = State::Running;
        }
    }

    fn fill_slots(&mut self) {
        let program = &self.program;
        self.slots.reserve_exact(program.list().first_step() + program.list().steps.len());
        self.slots.extend(self.args.drain(..).map(Slot::Value));
        self.slots.extend(program.list().constants.iter().cloned().map(Slot::Value));
        self.slots.resize_with(program.list().first_step() + program.list().steps.len(), Slot::default);
    }

    // --- steps

    fn unary(
        &mut self,
        operation: Unary,
        operand: Ref,
        result: Ref,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<Slot, EvaluateError> {
        if let (Operand::Lazy, true) = (self.operand(operand), operation != Unary::Not) {
            let shape = self.shape(operand);
            let mut group = self.take_group(&shape, is_cancelled)?;
            let source = self.source(&mut group, operand)?;
            let slot = group.unary(operation, source, result);
            self.group = Some(group);
            return Ok(slot);
        }
        apply::unary(operation, self.value(operand, is_cancelled)?).map(Slot::Value)
    }

    fn binary(
        &mut self,
        operation: Binary,
        left: Ref,
        right: Ref,
        result: Ref,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<Slot, EvaluateError> {
        let shape = match (self.operand(left), self.operand(right)) {
            _ if operation.is_truth() => None, // an array of truths is no array of doubles
            (Operand::Lazy, Operand::Constant) => Some(self.shape(left)),
            (Operand::Constant, Operand::Lazy) => Some(self.shape(right)),
            (Operand::Lazy, Operand::Lazy | Operand::Convertible) | (Operand::Convertible, Operand::Lazy) => {
                let (first, second) = (self.shape(left), self.shape(right));
                (first == second).then_some(first)
            }
            _ => None,
        };
        if let Some(shape) = shape {
            let mut group = self.take_group(&shape, is_cancelled)?;
            let sources = (self.source(&mut group, left)?, self.source(&mut group, right)?);
            let slot = group.binary(operation, sources.0, sources.1, result);
            self.group = Some(group);
            return Ok(slot);
        }
        self.value(left, is_cancelled)?;
        self.value(right, is_cancelled)?;
        let (Slot::Value(first), Slot::Value(second)) =
            (&self.slots[left.0 as usize], &self.slots[right.0 as usize])
        else {
            return Err(EvaluateError::NotSupplied);
        };
        apply::binary(operation, first, second).map(Slot::Value)
    }

    fn operand(&self, reference: Ref) -> Operand {
        match &self.slots[reference.0 as usize] {
            Slot::Pending(_) => Operand::Lazy,
            Slot::Value(Value::Array(array)) if array.shape().is_empty() || array.is_empty() => {
                Operand::Other
            }
            Slot::Value(Value::Array(array)) => match array.dtype() {
                Dtype::Float64 => Operand::Lazy,
                Dtype::Complex64 | Dtype::Complex128 => Operand::Other,
                _ => Operand::Convertible,
            },
            Slot::Value(value) if as_double(value).is_some() => Operand::Constant,
            Slot::Value(_) | Slot::Empty => Operand::Other,
        }
    }

    fn shape(&self, reference: Ref) -> Box<[usize]> {
        match (&self.slots[reference.0 as usize], &self.group) {
            (Slot::Value(Value::Array(array)), _) => array.shape().into(),
            (Slot::Pending(_), Some(group)) => group.shape().into(),
            _ => Box::default(),
        }
    }

    /// Takes out the group for a shape, once one of another shape or a full one has run.
    fn take_group(
        &mut self,
        shape: &[usize],
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<Group, EvaluateError> {
        if self.group.as_ref().is_some_and(|group| group.shape() != shape || group.is_full()) {
            self.run_group(is_cancelled)?;
        }
        Ok(self.group.take().unwrap_or_else(|| Group::new(shape)))
    }

    /// Returns what an instruction of the group reads for a slot.
    fn source(&self, group: &mut Group, reference: Ref) -> Result<Source, EvaluateError> {
        Ok(match &self.slots[reference.0 as usize] {
            Slot::Pending(source) => *source,
            Slot::Value(Value::Array(array)) if array.dtype() == Dtype::Float64 => group.input(reference),
            Slot::Value(Value::Array(array)) => {
                group.own_input(element::convert::<f64>(array.buffer()).into_owned())
            }
            Slot::Value(value) => Source::Constant(as_double(value).ok_or(EvaluateError::NotSupplied)?),
            Slot::Empty => return Err(EvaluateError::NotSupplied),
        })
    }

    // --- slots

    /// Returns a value that is there, running the group where it is pending.
    fn value(&mut self, reference: Ref, is_cancelled: &dyn Fn() -> bool) -> Result<&Value, EvaluateError> {
        if let Slot::Pending(_) = self.slots[reference.0 as usize] {
            self.run_group(is_cancelled)?;
        }
        match &self.slots[reference.0 as usize] {
            Slot::Value(value) => Ok(value),
            Slot::Empty | Slot::Pending(_) => Err(EvaluateError::NotSupplied),
        }
    }

    fn run_group(&mut self, is_cancelled: &dyn Fn() -> bool) -> Result<(), EvaluateError> {
        let Some(group) = self.group.take() else { return Ok(()) };
        let (last_use, next_step) = (&self.program.last_use, self.next_step);
        group.run(&mut self.slots, |reference| last_use[reference.0 as usize] >= next_step, is_cancelled)
    }

    /// Drops the values that the step was the last to use, except those that a pass will read.
    fn release(&mut self, step: &Step) {
        let (slots, program, group) = (&mut self.slots, &self.program, &self.group);
        let next_step = self.next_step;
        step.for_each_operand(|operand| {
            let is_last = program.last_use[operand.0 as usize] <= next_step;
            let slot = &mut slots[operand.0 as usize];
            if is_last
                && matches!(slot, Slot::Value(Value::Array(_) | Value::List(_)))
                && !group.as_ref().is_some_and(|group| group.holds(operand))
            {
                *slot = Slot::Empty;
            }
        });
    }
}
