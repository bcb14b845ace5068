//! Steps that follow each other on arrays, made one function that computes them in one pass.
//!
//! A cluster is a step with those before it whose results nobody else asks for. It is only fused where each of
//! its steps gives a `float64` array of one and the same shape: between arrays nothing is converted, and no
//! operation on them fails, so that the pass gives what the steps give one by one. Whether that is so is seen by
//! calling each step with two elements in place of all: types and shapes do not depend on what an array holds.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use kamodo_compute::{Program, Progress};
use kamodo_expr::{Expr, Node, lower};
use kamodo_value::{Array, Dtype, Meta, Parameter, Signature, Value};

use super::{Operand, Plan, PlanStep};
use crate::{Body, Function, Origin, Shown};

/// Arrays of fewer elements are through before a pass of their own is made.
const LEAST_ELEMENTS: usize = 4096;

/// Which steps are computed together.
#[derive(Debug)]
pub(super) struct Clusters {
    /// By step: the steps of the cluster that ends in it, in order; none where a later step ends its cluster.
    members: Vec<Vec<usize>>,
}

// === impl Clusters ===

impl Clusters {
    pub(super) fn of(plan: &Plan) -> Self {
        let n_steps = plan.steps.len();
        let mut members = vec![Vec::new(); n_steps];
        for (step, end) in Self::ends(plan).into_iter().enumerate() {
            members[end].push(step);
        }
        Self { members }
    }

    /// Returns for each step the last one of its cluster.
    fn ends(plan: &Plan) -> Vec<usize> {
        let n_steps = plan.steps.len();
        let mut ends: Vec<usize> = (0..n_steps).collect();
        if n_steps < 2 || !plan.inputs.iter().any(is_large) {
            return ends;
        }
        // What is computed of numbers alone is a number, and an operand like any other.
        let mut on_arrays = vec![false; n_steps];
        for (index, step) in plan.steps.iter().enumerate() {
            on_arrays[index] = program(step).is_some()
                && step.operands.iter().any(|operand| match *operand {
                    Operand::Input(input) => is_large(&plan.inputs[input]),
                    Operand::Step(step) => on_arrays[step],
                });
        }
        // Who asks for the result of a step: nobody yet, one cluster, or more than that.
        let mut asked = vec![Asked::Nowhere; n_steps];
        for &output in &plan.outputs {
            asked[output] = Asked::Widely;
        }
        for (index, step) in plan.steps.iter().enumerate().rev() {
            if let (Asked::By(end), true) = (asked[index], on_arrays[index]) {
                ends[index] = end;
            }
            let by = if on_arrays[index] { Asked::By(ends[index]) } else { Asked::Widely };
            for operand in &step.operands {
                if let Operand::Step(needed) = *operand {
                    asked[needed] = match asked[needed] {
                        Asked::Nowhere => by,
                        same if same == by => same,
                        _ => Asked::Widely,
                    };
                }
            }
        }
        ends
    }

    /// Takes the steps of the cluster that ends in this one, in order; none where a later one ends it.
    pub(super) fn take(&mut self, step: usize) -> Vec<usize> {
        std::mem::take(&mut self.members[step])
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Nowhere,
    By(usize),
    Widely,
}

/// Makes one function of a cluster, with what it is called with. None where that would not be sound, or where
/// it is not worth it.
pub(super) fn fuse<'a>(
    plan: &Plan,
    members: &[usize],
    value: impl Fn(Operand) -> Option<&'a Value>,
) -> Option<(Arc<Function>, Vec<Operand>)> {
    let [.., last] = *members else { return None };
    if members.len() < 2 {
        return None;
    }
    let mut operands: Vec<Operand> = Vec::new();
    let mut places: HashMap<Operand, usize> = HashMap::new();
    for operand in members.iter().flat_map(|&member| &plan.steps[member].operands) {
        let is_inner = matches!(operand, Operand::Step(step) if members.binary_search(step).is_ok());
        if !is_inner && !places.contains_key(operand) {
            places.insert(*operand, operands.len());
            operands.push(*operand);
        }
    }
    let values = operands.iter().map(|&operand| value(operand)).collect::<Option<Vec<_>>>()?;
    let mut samples: HashMap<Operand, Value> = operands.iter().copied().zip(samples(&values)?).collect();
    let names: Vec<String> = (0..operands.len()).map(|index| format!("a{index}")).collect();
    let mut parts: HashMap<Operand, Expr> = operands
        .iter()
        .zip(&names)
        .map(|(&operand, name)| (operand, Expr::from_node(Node::Symbol(name.as_str().into()))))
        .collect();
    let mut programs: HashMap<String, Arc<Program>> = HashMap::new();
    for &member in members {
        let step = &plan.steps[member];
        let program = program(step)?;
        let args = step.operands.iter().map(|operand| samples[operand].clone()).collect();
        samples.insert(Operand::Step(member), sample_result(program, args)?);
        let name = format!("f{member}");
        let args = step.operands.iter().map(|operand| parts[operand].clone()).collect();
        parts.insert(Operand::Step(member), Expr::from_node(Node::Call(name.as_str().into(), args)));
        programs.insert(name, Arc::clone(program));
    }
    let parameters: Vec<&str> = names.iter().map(String::as_str).collect();
    let inline = |name: &str| programs.get(name).cloned();
    let program = lower(&parameters, &parts[&Operand::Step(last)], &inline).ok()?;
    if !program.callees().is_empty() {
        return None; // too long for one
    }
    Some((Arc::new(transient(plan.steps[last].function.name(), names, program)), operands))
}

fn transient(name: &str, parameters: Vec<String>, program: Program) -> Function {
    let parameters =
        parameters.into_iter().map(|name| Parameter { name, unit: None, default: None }).collect();
    Function {
        signature: Signature { name: name.to_owned(), parameters, unit: None },
        meta: Meta::default(),
        origin: Arc::new(Origin::Yaml { file: PathBuf::new() }), // never listed
        line: None,
        shown: Shown::default(),
        route: Vec::new(),
        body: Body::Program { program: Arc::new(program), callees: Vec::new() },
    }
}

/// Returns the steps of a function that makes no calls and reduces no array.
fn program(step: &PlanStep) -> Option<&Arc<Program>> {
    match &step.function.body {
        Body::Program { program, callees } if callees.is_empty() && program.is_elementwise() => Some(program),
        _ => None,
    }
}

fn is_large(value: &Value) -> bool {
    matches!(value, Value::Array(array) if array.len() >= LEAST_ELEMENTS && is_of_doubles(array))
}

fn is_of_doubles(array: &Array) -> bool {
    array.dtype() == Dtype::Float64
}

/// Returns two elements for each array and each number as it is, where all arrays are large and of one shape.
fn samples(values: &[&Value]) -> Option<Vec<Value>> {
    let mut shape = None;
    let samples = values.iter().map(|value| match value {
        Value::Array(array) if is_large(value) && *shape.get_or_insert(array.shape()) == array.shape() => {
            Some(Value::Array(Array::vector(vec![1.0, 2.0])))
        }
        Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Rational(_) | Value::Scalar(_) => {
            Some((*value).clone())
        }
        _ => None,
    });
    samples.collect()
}

/// Returns what a step makes of its samples, where that is an array of doubles of their shape.
fn sample_result(program: &Arc<Program>, args: Vec<Value>) -> Option<Value> {
    match Arc::clone(program).start(args).resume(&|| false) {
        Ok(Progress::Done(Value::Array(array))) if is_of_doubles(&array) && array.shape() == [2] => {
            Some(Value::Array(array))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function(name: &str, n_parameters: usize) -> Arc<Function> {
        let names: Vec<String> = (0..n_parameters).map(|index| format!("a{index}")).collect();
        let parameters: Vec<&str> = names.iter().map(String::as_str).collect();
        let terms = parameters.iter().map(|&name| Expr::from_node(Node::Symbol(name.into())));
        let body =
            Expr::from_node(Node::Add(terms.chain([Expr::from_node(Node::Integer(1.into()))]).collect()));
        Arc::new(transient(name, names.clone(), lower(&parameters, &body, &|_| None).expect("a sum")))
    }

    /// A plan on one input of so many elements, and one number.
    fn plan(n_elements: usize, steps: &[&[Operand]], outputs: &[usize]) -> Plan {
        let mut plan = Plan::new(|value| value, crate::Budget::default());
        plan.input(Value::Array(Array::vector(vec![1.0; n_elements])));
        plan.input(Value::Int(2.into()));
        for operands in steps {
            plan.call(&function("sum", operands.len()), operands.to_vec()).expect("it fits");
        }
        outputs.iter().for_each(|&output| plan.output(Operand::Step(output)));
        plan
    }

    const ARRAY: Operand = Operand::Input(0);
    const NUMBER: Operand = Operand::Input(1);
    const FIRST: Operand = Operand::Step(0);
    const SECOND: Operand = Operand::Step(1);

    #[track_caller]
    fn check(plan: &Plan, expect: &[usize]) {
        assert_eq!(Clusters::ends(plan), expect);
    }

    #[test]
    fn what_is_computed_together() {
        let chain: &[&[Operand]] = &[&[ARRAY], &[FIRST, NUMBER], &[SECOND, FIRST]];
        check(&plan(LEAST_ELEMENTS, chain, &[2]), &[2, 2, 2]);
        check(&plan(LEAST_ELEMENTS - 1, chain, &[2]), &[0, 1, 2]);
        check(&plan(LEAST_ELEMENTS, chain, &[1, 2]), &[0, 1, 2]); // the first feeds two results
        check(&plan(LEAST_ELEMENTS, &[&[NUMBER], &[FIRST, ARRAY], &[SECOND]], &[2]), &[0, 2, 2]);
    }

    #[test]
    fn a_cluster_is_one_program_with_each_operand_once() {
        let plan = plan(LEAST_ELEMENTS, &[&[ARRAY], &[FIRST, NUMBER, FIRST], &[SECOND, ARRAY]], &[2]);
        let value = |operand| match operand {
            Operand::Input(index) => plan.inputs.get(index),
            Operand::Step(_) => None,
        };
        let (function, operands) = fuse(&plan, &[0, 1, 2], value).expect("all of it is elementwise");
        assert_eq!(operands, [ARRAY, NUMBER]);
        assert_eq!(function.signature.symbol(), "sum(a0, a1)");
        let Body::Program { program, .. } = &function.body else { panic!("a program") };
        let args = vec![Value::Array(Array::vector(vec![1.0, 10.0])), Value::Int(2.into())];
        let result = Arc::clone(program).start(args).resume(&|| false);
        assert_eq!(result, Ok(Progress::Done(Value::Array(Array::vector(vec![9.0, 36.0])))));
    }
}
