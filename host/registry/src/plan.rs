//! Several calls that feed each other, as one piece of work: one hop to the pool, and no copy between steps.
//!
//! A [`Plan`] lists its steps so that each comes after those whose results it takes. Where steps follow each
//! other on large arrays they are computed in one pass, as a composition is ([`fused`]); what comes out is the
//! same, to the last bit, as if each had been called on its own.

mod fused;

use std::sync::Arc;

use kamodo_value::Value;

use crate::{Budget, CallError, Charge, Function, bind};
use fused::Clusters;

/// Calls that feed each other, with what they begin with.
#[derive(Debug)]
pub struct Plan {
    inputs: Vec<Value>,
    steps: Vec<PlanStep>,
    outputs: Vec<usize>,
    between: fn(Value) -> Value,
    budget: Budget,
}

/// Why a plan failed.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanError {
    /// The step that failed, in the order of [`Plan::call`]; none where none of them did.
    pub step: Option<usize>,
    /// Why.
    pub error: CallError,
}

/// What an argument of a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operand {
    /// A value that the plan begins with.
    Input(usize),
    /// The result of a step.
    Step(usize),
}

/// One call, with an operand for each parameter.
#[derive(Debug)]
struct PlanStep {
    function: Arc<Function>,
    operands: Vec<Operand>,
}

/// A plan that runs.
pub(crate) struct Planned {
    plan: Plan,
    clusters: Clusters,
    inputs: Vec<Held>,
    results: Vec<Held>,
    /// The step that is looked at next.
    next: usize,
    /// Steps that run before that one, the first of them last.
    queued: Vec<usize>,
    /// The step whose result is on its way.
    open: Option<usize>,
}

/// A value with the number of operands that will still ask for it.
#[derive(Debug, Default)]
struct Held {
    value: Option<Value>,
    n_uses: usize,
    /// Of a result, its memory.
    charge: Option<Charge>,
}

// === impl Plan ===

impl Plan {
    /// Makes a plan without steps. What is between two steps, and what comes out, passes through `between`, and
    /// is counted in `budget` while it is held.
    #[must_use]
    pub fn new(between: fn(Value) -> Value, budget: Budget) -> Self {
        Self { inputs: Vec::new(), steps: Vec::new(), outputs: Vec::new(), between, budget }
    }

    /// Adds a value to begin with.
    pub fn input(&mut self, value: Value) -> Operand {
        self.inputs.push(value);
        Operand::Input(self.inputs.len() - 1)
    }

    /// Adds a call with positional arguments, which are inputs or earlier steps of this plan.
    ///
    /// # Errors
    /// [`CallError`] where they are too many or too few.
    pub fn call(
        &mut self,
        function: &Arc<Function>,
        mut operands: Vec<Operand>,
    ) -> Result<Operand, CallError> {
        let n_given = operands.len();
        if n_given != function.signature.parameters.len() {
            let bound = bind(&function.signature, vec![Value::None; n_given], Vec::new())?;
            let defaults = bound.into_iter().skip(n_given);
            operands.extend(defaults.map(|default| self.input(default)));
        }
        self.steps.push(PlanStep { function: Arc::clone(function), operands });
        Ok(Operand::Step(self.steps.len() - 1))
    }

    /// Asks for the result of a step; the results come in the order in which they were asked for.
    pub fn output(&mut self, operand: Operand) {
        match operand {
            Operand::Step(step) => self.outputs.push(step),
            Operand::Input(_) => unreachable!("only steps have results"),
        }
    }

    /// Returns the function that it is for: the one whose result comes out last.
    pub(crate) fn name(&self) -> &str {
        let last = self.outputs.last().map(|&step| self.steps[step].function.name());
        last.unwrap_or("a plan without steps")
    }

    /// Returns the input with the most elements, which stands for what comes in between as well.
    pub(crate) fn largest_input(&self) -> Option<&Value> {
        self.inputs.iter().max_by_key(|input| match input {
            Value::Array(array) => array.len(),
            Value::List(items) => items.len(),
            _ => 1,
        })
    }

    pub(crate) fn functions(&self) -> impl Iterator<Item = &Arc<Function>> {
        self.steps.iter().map(|step| &step.function)
    }
}

impl From<CallError> for PlanError {
    fn from(error: CallError) -> Self {
        Self { step: None, error }
    }
}

// === impl Planned ===

impl Planned {
    pub(crate) fn new(mut plan: Plan) -> Self {
        let clusters = Clusters::of(&plan);
        let held = |value| Held { value, n_uses: 0, charge: None };
        let mut inputs: Vec<Held> = plan.inputs.drain(..).map(|input| held(Some(input))).collect();
        let mut results: Vec<Held> = plan.steps.iter().map(|_| held(None)).collect();
        for operand in plan.steps.iter().flat_map(|step| &step.operands) {
            match *operand {
                Operand::Input(index) => inputs[index].n_uses += 1,
                Operand::Step(index) => results[index].n_uses += 1,
            }
        }
        for &output in &plan.outputs {
            results[output].n_uses += 1;
        }
        Self { plan, clusters, inputs, results, next: 0, queued: Vec::new(), open: None }
    }

    /// Returns the next call; [`Planned::supply`] its result before asking again. None where all is done.
    pub(crate) fn next(&mut self) -> Option<(Arc<Function>, Vec<Value>)> {
        loop {
            if let Some(step) = self.queued.pop() {
                let operands = std::mem::take(&mut self.plan.steps[step].operands);
                let args = operands.iter().map(|&operand| self.take(operand)).collect();
                self.open = Some(step);
                return Some((Arc::clone(&self.plan.steps[step].function), args));
            }
            let step = self.next;
            if step == self.plan.steps.len() {
                return None;
            }
            self.next += 1;
            let members = self.clusters.take(step);
            if let Some((function, operands)) =
                fused::fuse(&self.plan, &members, |operand| self.peek(operand))
            {
                // Each operand of each member is one that is no longer asked for.
                let asked: Vec<_> = members
                    .iter()
                    .flat_map(|&member| std::mem::take(&mut self.plan.steps[member].operands))
                    .collect();
                for operand in asked {
                    self.held(operand).n_uses -= 1;
                }
                let args = operands.into_iter().map(|operand| self.take_unasked(operand)).collect();
                self.open = Some(step);
                return Some((function, args));
            }
            self.queued = members;
            self.queued.reverse();
        }
    }

    /// Gives the result of the last call.
    ///
    /// # Errors
    /// [`CallError::Memory`] where there is no room for it.
    pub(crate) fn supply(&mut self, result: Value) -> Result<(), CallError> {
        if let Some(step) = self.open {
            let result = (self.plan.between)(result);
            let charge = self.plan.budget.charge(result.n_bytes()).map_err(|source| {
                let function = self.plan.steps[step].function.name().to_owned();
                CallError::Memory { function, source }
            })?;
            let held = &mut self.results[step];
            (held.value, held.charge) = (Some(result), Some(charge));
            self.open = None;
        }
        Ok(())
    }

    /// Returns the step whose result is on its way.
    pub(crate) fn open(&self) -> Option<usize> {
        self.open
    }

    /// Returns what was asked for, once all is done.
    pub(crate) fn into_outputs(mut self) -> Vec<Value> {
        let outputs = std::mem::take(&mut self.plan.outputs);
        outputs.into_iter().map(|step| self.take(Operand::Step(step))).collect()
    }

    fn held(&mut self, operand: Operand) -> &mut Held {
        match operand {
            Operand::Input(index) => &mut self.inputs[index],
            Operand::Step(index) => &mut self.results[index],
        }
    }

    fn peek(&self, operand: Operand) -> Option<&Value> {
        match operand {
            Operand::Input(index) => self.inputs[index].value.as_ref(),
            Operand::Step(index) => self.results[index].value.as_ref(),
        }
    }

    /// Takes a value; the last one who asks gets it for itself, and may write over its array.
    fn take(&mut self, operand: Operand) -> Value {
        self.held(operand).n_uses -= 1;
        self.take_unasked(operand)
    }

    fn take_unasked(&mut self, operand: Operand) -> Value {
        let held = self.held(operand);
        let value = if held.n_uses == 0 {
            held.charge = None;
            held.value.take()
        } else {
            held.value.clone()
        };
        value.expect("a step comes after those whose results it takes")
    }
}
