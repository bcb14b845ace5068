//! Functions of plain numbers, made to work on rows of them.
//!
//! An author writes `fn(f64, f64) -> f64`; [`Pointwise`] turns it into code for a row of elements, compiled
//! together with the author's code, so that the compiler may inline and vectorise it. [`fill`] walks the
//! rows of a call of any shape.

#![allow(unsafe_code)]

use std::fmt;

use crate::abi::{Call, Input, Status};
use crate::call::{Stop, cancelled, slice};

/// The most numbers that a function of plain numbers takes.
const MAX_ARITY: usize = 8;

/// Elements between two questions whether the call is cancelled.
const CHUNK: usize = 4096;

/// Code for one row: fills `len` elements of the output.
pub(crate) type Rows = dyn Fn(&Row<'_>) -> Result<(), Fault> + Send + Sync;

/// A row of elements: of each input the first element and the step to the next one.
#[derive(Debug)]
pub struct Row<'a> {
    inputs: &'a [(*const f64, isize)],
    output: *mut f64,
    len: usize,
}

/// An element for which the author's code says no.
#[derive(Debug)]
pub struct Fault {
    index: usize,
    message: String,
}

/// What a function of plain numbers may return: an `f64`, or a `Result` of one.
pub trait Outcome {
    /// Returns the number, or why there is none.
    ///
    /// # Errors
    /// What the author's code said.
    fn outcome(self) -> Result<f64, impl fmt::Display>;
}

/// Code of plain numbers: an `Fn(f64, …) -> f64`, or `-> Result<f64, E>`. `Form` is its type as a pointer.
pub trait Pointwise<Form>: Send + Sync + 'static {
    #[doc(hidden)]
    fn into_rows(self) -> (usize, Box<Rows>);
}

// === impl Outcome ===

impl Outcome for f64 {
    #[inline]
    fn outcome(self) -> Result<f64, impl fmt::Display> {
        Ok::<_, std::convert::Infallible>(self)
    }
}

impl<E: fmt::Display> Outcome for Result<f64, E> {
    #[inline]
    fn outcome(self) -> Result<f64, impl fmt::Display> {
        self
    }
}

// === impl Pointwise ===

macro_rules! pointwise {
    ($arity:literal: $($x:ident $index:literal),*) => {
        impl<F, R> Pointwise<fn($(number!($x)),*) -> R> for F
        where
            F: Fn($(number!($x)),*) -> R + Send + Sync + 'static,
            R: Outcome,
        {
            fn into_rows(self) -> (usize, Box<Rows>) {
                ($arity, Box::new(move |row| {
                    debug_assert_eq!(row.inputs.len(), $arity);
                    let step = |index: usize, $($x: f64),*| match self($($x),*).outcome() {
                        // SAFETY: `index < row.len`, and `fill` made rows within the output. Would fail
                        // `rows_of_every_stride`.
                        Ok(value) => Ok(unsafe { row.output.add(index).write(value) }),
                        Err(message) => Err(Fault { index, message: message.to_string() }),
                    };
                    if row.inputs.iter().all(|&(_, stride)| stride == 1) {
                        // The common case apart, so that the compiler sees neighbours and may vectorise.
                        $(let $x = row.inputs[$index].0;)*
                        for index in 0..row.len {
                            // SAFETY: `fill` made rows whose elements all lie within the inputs. Would
                            // fail `rows_of_every_stride`.
                            step(index, $(unsafe { *$x.add(index) }),*)?;
                        }
                    } else {
                        $(let $x = row.inputs[$index];)*
                        for index in 0..row.len {
                            // SAFETY: as above.
                            step(index, $(unsafe { *$x.0.offset(index as isize * $x.1) }),*)?;
                        }
                    }
                    Ok(())
                }))
            }
        }
    };
}

macro_rules! number {
    ($x:ident) => {
        f64
    };
}

pointwise!(0:);
pointwise!(1: a 0);
pointwise!(2: a 0, b 1);
pointwise!(3: a 0, b 1, c 2);
pointwise!(4: a 0, b 1, c 2, d 3);
pointwise!(5: a 0, b 1, c 2, d 3, e 4);
pointwise!(6: a 0, b 1, c 2, d 3, e 4, f 5);
pointwise!(7: a 0, b 1, c 2, d 3, e 4, f 5, g 6);
pointwise!(8: a 0, b 1, c 2, d 3, e 4, f 5, g 6, h 7);

// === rows ===

/// One dimension of a call, or several that neighbour each other in every input.
struct Axis {
    length: usize,
    strides: [isize; MAX_ARITY],
}

/// Fills the output of a call, in rows as long as the inputs allow.
///
/// # Safety
/// `call` is as [`Call`] says, with inputs of the output's rank whose strides stay within them.
pub(crate) unsafe fn fill(rows: &Rows, arity: usize, call: &Call) -> Result<(), Stop> {
    // SAFETY: `call` is as `Call` says, promised by the caller.
    let (inputs, shape) = unsafe { (slice(call.inputs, call.n_inputs), slice(call.shape, call.rank)) };
    if inputs.len() != arity || arity > MAX_ARITY {
        return Err(Stop::failed(format_args!(
            "the code takes {arity} inputs, the host gave {}",
            inputs.len()
        )));
    }
    let mut cursors = [(std::ptr::null(), 0); MAX_ARITY];
    let cursors = &mut cursors[..arity];
    if shape.is_empty() {
        for (cursor, input) in cursors.iter_mut().zip(inputs) {
            cursor.0 = input.data;
        }
        let number = Row { inputs: cursors, output: call.output, len: 1 };
        return rows(&number).map_err(|fault| fault.at(0, shape));
    }
    if shape.contains(&0) {
        return Ok(());
    }

    // SAFETY: as above.
    let mut axes = unsafe { axes(shape, inputs) };
    let row = axes.pop().unwrap_or(Axis { length: 1, strides: [0; MAX_ARITY] });
    let (mut done, mut since_asked) = (0, 0);
    let mut position = vec![0; axes.len()];
    for _ in 0..axes.iter().map(|axis| axis.length).product() {
        for (index, (cursor, input)) in cursors.iter_mut().zip(inputs).enumerate() {
            let steps = position.iter().zip(&axes).map(|(&at, axis)| at as isize * axis.strides[index]);
            *cursor = (input.data.wrapping_offset(steps.sum()), row.strides[index]);
        }
        for start in (0..row.length).step_by(CHUNK) {
            let len = CHUNK.min(row.length - start);
            since_asked += len;
            if since_asked > CHUNK {
                since_asked = len;
                if cancelled(call) {
                    return Err(Stop::cancelled());
                }
            }
            let chunk = Row { inputs: cursors, output: call.output.wrapping_add(done), len };
            rows(&chunk).map_err(|fault| fault.at(done, shape))?;
            done += len;
            for (data, stride) in &mut *cursors {
                *data = data.wrapping_offset(len as isize * *stride);
            }
        }
        next(&mut position, &axes);
    }
    Ok(())
}

/// Merges dimensions that every input walks as one, so that rows are long; those of length 1 are left out.
///
/// # Safety
/// Each of `inputs` has as many strides as there are dimensions.
unsafe fn axes(shape: &[usize], inputs: &[Input]) -> Vec<Axis> {
    let mut axes: Vec<Axis> = Vec::new();
    for (dimension, &length) in shape.iter().enumerate().filter(|&(_, &length)| length != 1) {
        let mut strides = [0; MAX_ARITY];
        for (stride, input) in strides.iter_mut().zip(inputs) {
            // SAFETY: promised by the caller.
            *stride = unsafe { *input.strides.add(dimension) };
        }
        match axes.last_mut() {
            Some(outer) if outer.strides == strides.map(|stride| stride * length as isize) => {
                *outer = Axis { length: outer.length * length, strides };
            }
            _ => axes.push(Axis { length, strides }),
        }
    }
    axes
}

/// Moves to the next row in C order; after the last one, to the first.
fn next(position: &mut [usize], axes: &[Axis]) {
    for (at, axis) in position.iter_mut().zip(axes).rev() {
        *at += 1;
        if *at < axis.length {
            return;
        }
        *at = 0;
    }
}

// === impl Fault ===

impl Fault {
    /// Says where the element stands, as numpy would index it.
    fn at(self, done: usize, shape: &[usize]) -> Stop {
        let Self { index, message } = self;
        if shape.is_empty() {
            return Stop { status: Status::FAILED, message };
        }
        let (mut flat, mut place) = (done + index, vec![0; shape.len()]);
        for (at, &length) in place.iter_mut().zip(shape).rev() {
            (*at, flat) = (flat % length, flat / length);
        }
        Stop::failed(format_args!("{message}, at {place:?}"))
    }
}

#[cfg(test)]
mod tests {
    use crate::Function;
    use crate::function::Sample;
    use crate::testing::call;

    #[test]
    fn rows_of_every_stride() {
        let function = Function::new("f", |x: f64, y: f64| x - y).argument("x", "").argument("y", "");
        let x = Sample::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
        let y = Sample::from([[0.5, 0.5, 0.5], [1.0, 1.0, 1.0]]);
        let found = call(&function, &[x, y]).unwrap();
        assert_eq!(found, Sample::from([[0.5, 1.5, 2.5], [3.0, 4.0, 5.0]]));
    }

    #[test]
    fn a_fault_says_where() {
        let picky = |x: f64| if x < 0.0 { Err(format!("{x} is below 0")) } else { Ok(x) };
        let function = Function::new("f", picky).argument("x", "");
        let found = call(&function, &[Sample::from([[1.0, 2.0], [3.0, -4.0]])]);
        assert_eq!(found.unwrap_err(), "-4 is below 0, at [1, 1]");
        assert_eq!(call(&function, &[Sample::from(-1.0)]).unwrap_err(), "-1 is below 0");
    }

    #[test]
    fn no_arguments_at_all() {
        let function = Function::new("f", || 7.0);
        assert_eq!(call(&function, &[]), Ok(Sample::from(7.0)));
    }
}
