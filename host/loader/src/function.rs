//! A plugin's functions as functions of values.

use std::sync::Arc;

use kamodo_registry::{CallError, Cancel, ContributedFunction, Cost, NativeFunction, Remark};
use kamodo_value::{Array, Scalar, Value};

use crate::broadcast::{broadcast, render, strides};
use crate::entry::{Entry, Failure, View};
use crate::example::Example;
use crate::guard::{Caller, Conduct, Refusal};
use crate::operand::{Mismatch, Operand, number};
use crate::spec::{FunctionSpec, PluginSpec};

/// The most elements of a result: what fits into one message of the RPC interface, 512 MiB.
const MAX_ELEMENTS: usize = (1 << 26) - 1;

/// The arguments of a call on plain numbers that needs no allocation.
const FEW: usize = 8;

/// A loaded plugin: what it says of itself, and its functions.
#[derive(Debug)]
pub(crate) struct Plugin {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) functions: Vec<ContributedFunction>,
}

/// One function of a plugin.
#[derive(Debug)]
struct PluginFunction {
    name: String,
    plugin: String,
    arguments: Vec<String>,
    cost: Cost,
    entry: Entry,
    remarks: Vec<Remark>,
}

/// Makes functions of what a plugin says of itself.
pub(crate) fn plugin(spec: PluginSpec) -> Plugin {
    let (name, version) = (spec.name.clone(), spec.version.clone());
    let functions = with_examples(spec).map(|(function, _)| function).collect();
    Plugin { name, version, functions }
}

/// Makes functions of what a plugin says of itself, each with its examples.
pub(crate) fn with_examples(spec: PluginSpec) -> impl Iterator<Item = (ContributedFunction, Vec<Example>)> {
    let PluginSpec { name: plugin, functions, .. } = spec;
    let conduct = Conduct::new(&plugin);
    functions.into_iter().map(move |FunctionSpec { signature, meta, cost, entry, examples, remarks }| {
        let arguments = signature.parameters.iter().map(|parameter| parameter.name.clone()).collect();
        let (name, plugin) = (signature.name.clone(), plugin.clone());
        let entry = entry.of(Caller::new(&name, &conduct, cost == Cost::Cheap));
        let code = Arc::new(PluginFunction { name, plugin, arguments, cost, entry, remarks });
        (ContributedFunction::Native { signature, meta, code }, examples)
    })
}

// === impl PluginFunction ===

impl NativeFunction for PluginFunction {
    fn call(&self, args: Vec<Value>, cancel: &Cancel) -> Result<Value, CallError> {
        if args.len() != self.arguments.len() {
            let message = format!("expected {} arguments, found {}", self.arguments.len(), args.len());
            return Err(CallError::Failed { function: self.name.clone(), message });
        }
        if self.entry.is_pointwise()
            && let Some(result) = self.call_on_numbers(&args, cancel)
        {
            return result;
        }
        let operands = args.into_iter().enumerate().map(|(index, value)| {
            Operand::read(value).map_err(|Mismatch { expected, found }| self.argument(index, expected, found))
        });
        let operands = operands.collect::<Result<Vec<_>, _>>()?;
        match self.entry.is_pointwise() {
            true => self.call_on_elements(&operands, cancel),
            false => self.call_on_arrays(&operands, cancel),
        }
    }

    fn cost(&self) -> Cost {
        self.cost
    }

    fn remarks(&self) -> &[Remark] {
        &self.remarks
    }
}

impl PluginFunction {
    /// The common call, without any allocation. `None` where an argument is no plain number, or there are
    /// many.
    fn call_on_numbers(&self, args: &[Value], cancel: &Cancel) -> Option<Result<Value, CallError>> {
        if args.len() > FEW {
            return None;
        }
        let (mut numbers, mut views) = ([0.0; FEW], [View::EMPTY; FEW]);
        for (slot, value) in numbers.iter_mut().zip(args) {
            *slot = number(value)?;
        }
        for (view, number) in views.iter_mut().zip(&numbers[..args.len()]) {
            *view = View::number(number);
        }
        let mut output = [0.0];
        let end = self.entry.call(&views[..args.len()], &[], &mut output, cancel);
        Some(end.map(|()| Value::Scalar(Scalar::Float64(output[0]))).map_err(|failure| self.failure(failure)))
    }

    /// Broadcasts the arguments, and computes each element alone.
    fn call_on_elements(&self, operands: &[Operand], cancel: &Cancel) -> Result<Value, CallError> {
        let shape = broadcast(operands.iter().map(Operand::shape)).map_err(|(index, others)| {
            let found = format!("shape {}", render(operands[index].shape()));
            self.argument(index, format_args!("a shape that broadcasts with {}", render(&others)), found)
        })?;
        let mut output = self.output(&shape)?;

        let strides: Vec<_> = operands.iter().map(|operand| strides(operand.shape(), &shape)).collect();
        let views = operands.iter().zip(&strides);
        let views: Vec<_> =
            views.map(|(operand, strides)| View::new(operand.values(), &shape, strides)).collect();
        self.run(&views, &shape, &mut output, cancel)?;
        Ok(array(shape, output))
    }

    /// Passes whole arrays.
    fn call_on_arrays(&self, operands: &[Operand], cancel: &Cancel) -> Result<Value, CallError> {
        let strides: Vec<_> =
            operands.iter().map(|operand| strides(operand.shape(), operand.shape())).collect();
        let views = operands.iter().zip(&strides);
        let views: Vec<_> =
            views.map(|(operand, strides)| View::new(operand.values(), operand.shape(), strides)).collect();
        let shape = self.entry.shape(&views, cancel).map_err(|failure| self.failure(failure))?;
        let mut output = self.output(&shape)?;
        self.run(&views, &shape, &mut output, cancel)?;
        Ok(array(shape, output))
    }

    fn run(
        &self,
        views: &[View<'_>],
        shape: &[usize],
        output: &mut [f64],
        cancel: &Cancel,
    ) -> Result<(), CallError> {
        self.entry.call(views, shape, output, cancel).map_err(|failure| self.failure(failure))
    }

    fn output(&self, shape: &[usize]) -> Result<Vec<f64>, CallError> {
        let n = shape.iter().try_fold(1_usize, |n, &length| n.checked_mul(length));
        match n.filter(|&n| n <= MAX_ELEMENTS) {
            Some(n) => Ok(vec![0.0; n]),
            None => {
                let shape = render(shape);
                let message =
                    format!("result: expected at most {MAX_ELEMENTS} elements, found shape {shape}");
                Err(CallError::Failed { function: self.name.clone(), message })
            }
        }
    }

    fn argument(&self, index: usize, expected: impl ToString, found: String) -> CallError {
        let (function, argument) = (self.name.clone(), self.arguments[index].clone());
        CallError::Argument { function, argument, expected: expected.to_string(), found }
    }

    fn failure(&self, failure: Failure) -> CallError {
        let function = self.name.clone();
        match failure {
            Failure::Failed(message) => CallError::Failed { function, message },
            Failure::Panicked(message) => {
                CallError::Panicked { function, plugin: self.plugin.clone(), message }
            }
            Failure::Refused(Refusal { reason, hint }) => {
                CallError::Refused { function, plugin: self.plugin.clone(), reason, hint }
            }
            Failure::Cancelled => CallError::Cancelled { function },
        }
    }
}

/// Makes the result of elements; what has no dimensions is a number.
fn array(shape: Vec<usize>, output: Vec<f64>) -> Value {
    match (&*shape, &*output) {
        ([], [number]) => Value::Scalar(Scalar::Float64(*number)),
        _ => Array::new(shape, output).expect("the output was made for its shape").into(),
    }
}
