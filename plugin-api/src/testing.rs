//! Tries what a plugin's author promises, in one line of a test.

#![allow(unsafe_code)]

use std::fmt::Write;
use std::ptr;

use crate::abi::{Call, Input, MAX_RANK, Status, TextBuffer};
use crate::entry;
use crate::function::{Code, Example, Function, Sample};
use crate::plugin::Plugin;

/// Checks that every function has an example, and that each gives what it promises: alone, and for a
/// function of plain numbers also all of them at once, as arrays.
///
/// # Panics
/// With a line for each example that does not hold.
#[track_caller]
pub fn check_examples(plugin: &Plugin) {
    let mut wrong = String::new();
    for function in plugin.functions() {
        if let Err(what) = check(function) {
            let _ = writeln!(wrong, "`{}`: {what}", function.name);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

fn check(function: &Function) -> Result<(), String> {
    if function.examples.is_empty() {
        return Err("has no example".to_owned());
    }
    for example in &function.examples {
        let Example { arguments, result: expected, tolerance } = example;
        let told = |what: String| format!("example {}: {what}", render(arguments));
        let found = call(function, arguments).map_err(told)?;
        if found.shape != expected.shape {
            return Err(told(format!("expected shape {:?}, found {:?}", expected.shape, found.shape)));
        }
        for (found, expected) in found.values.iter().zip(&expected.values) {
            let tolerance = tolerance.unwrap_or(1e-12 * expected.abs());
            let is_same = found == expected || found.is_nan() && expected.is_nan();
            let is_close = (found - expected).abs() <= tolerance; // not where either is NaN
            if !(is_same || is_close) {
                return Err(told(format!("expected {expected} within {tolerance:e}, found {found}")));
            }
        }
    }
    match function.code {
        Code::Pointwise { .. } => check_together(function),
        Code::Array(_) => Ok(()),
    }
}

/// Calls a function of plain numbers once for all of its examples, which must give the very same.
fn check_together(function: &Function) -> Result<(), String> {
    let is_plain = |example: &&Example| example.arguments.iter().all(|argument| argument.shape.is_empty());
    let examples: Vec<_> = function.examples.iter().filter(is_plain).collect();
    let columns: Vec<Sample> = (0..function.arguments.len())
        .map(|index| examples.iter().map(|example| example.arguments[index].values[0]).collect())
        .map(|column: Vec<f64>| column.into())
        .collect();
    if columns.is_empty() {
        return Ok(());
    }
    let together = call(function, &columns)?;
    for (found, example) in together.values.iter().zip(examples) {
        let alone = call(function, &example.arguments)?.values[0];
        if found.to_bits() != alone.to_bits() {
            let arguments = render(&example.arguments);
            return Err(format!("example {arguments}: {alone} alone, {found} in an array"));
        }
    }
    Ok(())
}

fn render(arguments: &[Sample]) -> String {
    let arguments = arguments.iter().map(|Sample { shape, values }| match shape.len() {
        0 => values[0].to_string(),
        _ => format!("{values:?} of shape {shape:?}"),
    });
    format!("({})", arguments.collect::<Vec<_>>().join(", "))
}

/// Calls a function through the entries that a host calls. Inputs of a function of plain numbers all have
/// one shape.
///
/// # Errors
/// What the function says.
pub(crate) fn call(function: &Function, arguments: &[Sample]) -> Result<Sample, String> {
    if arguments.len() != function.arguments.len() {
        return Err(format!("takes {} arguments, given {}", function.arguments.len(), arguments.len()));
    }
    let strides: Vec<_> = arguments.iter().map(|argument| c_order(&argument.shape)).collect();
    let inputs: Vec<_> = arguments
        .iter()
        .zip(&strides)
        .map(|(argument, strides)| Input {
            data: argument.values.as_ptr(),
            shape: argument.shape.as_ptr(),
            strides: strides.as_ptr(),
            rank: argument.shape.len(),
        })
        .collect();
    let mut room = vec![0; 4096];
    let mut failure = TextBuffer::new(&mut room);
    let mut call = Call {
        size: size_of::<Call>(),
        inputs: inputs.as_ptr(),
        n_inputs: inputs.len(),
        shape: ptr::null(),
        rank: 0,
        output: ptr::null_mut(),
        failure: &raw mut failure,
        cancelled: None,
        cancel_token: ptr::null(),
    };
    let context = ptr::from_ref(function).cast();

    let (mut rank, mut shape) = (0, vec![0; MAX_RANK]);
    let mut status = Status::OK;
    match function.code {
        Code::Pointwise { .. } => {
            let first = arguments.first().map_or(&[][..], |argument| &argument.shape);
            if arguments.iter().any(|argument| argument.shape != first) {
                return Err("takes arguments of one shape".to_owned());
            }
            (rank, shape) = (first.len(), first.to_vec());
        }
        Code::Array(_) => {
            // SAFETY: the context is a `Function`, the inputs are laid out above, and `shape` has room for
            // `MAX_RANK` lengths. Would fail `arrays`.
            status = unsafe { entry::shape(context, &call, &mut rank, shape.as_mut_ptr()) };
        }
    }
    shape.truncate(rank);
    let mut values = vec![0.0; shape.iter().product()];
    if status == Status::OK {
        (call.shape, call.rank, call.output) = (shape.as_ptr(), rank, values.as_mut_ptr());
        // SAFETY: as above, and the output has as many elements as its shape says.
        status = unsafe { entry::call(context, &call) };
    }
    let words = failure.len;
    match status {
        Status::OK => Ok(Sample { shape, values }),
        _ => Err(String::from_utf8_lossy(&room[..words]).into_owned()),
    }
}

fn c_order(shape: &[usize]) -> Vec<isize> {
    let mut strides = vec![1; shape.len()];
    for index in (1..shape.len()).rev() {
        strides[index - 1] = strides[index] * shape[index] as isize;
    }
    strides
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::Inputs;

    fn product(inputs: &Inputs<'_>, output: &mut [f64]) -> Result<(), String> {
        let columns = inputs[1].values().len();
        for (row, x) in output.chunks_exact_mut(columns).zip(inputs[0].values()) {
            row.iter_mut().zip(inputs[1].values()).for_each(|(here, y)| *here = x * y);
        }
        Ok(())
    }

    fn rows_and_columns(shapes: &[&[usize]]) -> Result<Vec<usize>, String> {
        match shapes {
            [[rows], [columns]] => Ok(vec![*rows, *columns]),
            _ => Err(format!("expected two vectors, found shapes {shapes:?}")),
        }
    }

    fn outer() -> Function {
        Function::array("outer", rows_and_columns, product).argument("x", "").argument("y", "")
    }

    #[test]
    fn arrays() {
        let found = call(&outer(), &[Sample::from([1.0, 2.0]), Sample::from([3.0, 4.0, 5.0])]);
        assert_eq!(found, Ok(Sample::from([[3.0, 4.0, 5.0], [6.0, 8.0, 10.0]])));
        let found = call(&outer(), &[Sample::from(1.0), Sample::from([3.0])]);
        assert_snapshot!(found.unwrap_err(), @"expected two vectors, found shapes [[], [1]]");
    }

    #[test]
    fn examples_that_hold() {
        let halved = Function::new("halved", |x: f64| x / 2.0)
            .argument("x", "m")
            .example([3.0], 1.5)
            .example([f64::NAN], f64::NAN)
            .example([1.0], 0.6)
            .within(0.11);
        let outer = outer().example([[1.0, 2.0], [3.0, 4.0]], [[3.0, 4.0], [6.0, 8.0]]);
        check_examples(&Plugin::new("p", "1.0.0", [halved, outer]).unwrap());
    }

    #[test]
    fn examples_that_do_not_hold() {
        let function = |value: f64| Function::new("f", move |x: f64| x + value).argument("x", "m");
        let refusal = |function: Function| check(&function).unwrap_err();
        assert_snapshot!(refusal(function(1.0)), @"has no example");
        assert_snapshot!(refusal(function(1.0).example([1.0], 2.1)), @"example (1): expected 2.1 within 2.1e-12, found 2");
        assert_snapshot!(refusal(function(1.0).example([1.0], 2.1).within(0.01)), @"example (1): expected 2.1 within 1e-2, found 2");
        assert_snapshot!(refusal(function(f64::NAN).example([1.0], 2.0)), @"example (1): expected 2 within 2e-12, found NaN");
        assert_snapshot!(refusal(function(1.0).example([1.0, 2.0], 2.0)), @"example (1, 2): takes 1 arguments, given 2");
        let sum = Function::new("f", |x: f64, y: f64| x + y).argument("x", "").argument("y", "");
        let uneven = sum.example([vec![1.0, 2.0], vec![1.0]], 2.0);
        assert_snapshot!(refusal(uneven), @"example ([1.0, 2.0] of shape [2], [1.0] of shape [1]): takes arguments of one shape");
        assert_snapshot!(refusal(outer().example([[1.0], [2.0]], [2.0])), @"example ([1.0] of shape [1], [2.0] of shape [1]): expected shape [1], found [1, 1]");
        let picky =
            Function::new("f", |x: f64| if x > 0.0 { Ok(x) } else { Err("too small") }).argument("x", "");
        assert_snapshot!(refusal(picky.example([0.0], 0.0)), @"example (0): too small");
    }

    #[test]
    fn an_array_that_differs_from_its_elements() {
        use std::sync::atomic::{AtomicU32, Ordering};
        let calls = AtomicU32::new(0);
        let counting = Function::new("f", move |x: f64| x + f64::from(calls.fetch_add(1, Ordering::Relaxed)))
            .argument("x", "")
            .example([1.0], 1.0);
        assert_snapshot!(check(&counting).unwrap_err(), @"example (1): 3 alone, 2 in an array");
    }
}
