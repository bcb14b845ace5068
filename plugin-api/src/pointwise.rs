//! Functions of plain numbers, made to work on rows of them.
//!
//! An author writes `fn(f64, f64) -> f64`; [`Pointwise`] turns it into code for a row of elements, compiled
//! together with the author's code, so that the compiler may inline and vectorise it. [`fill`] walks the
//! rows of a call of any shape.

use std::fmt;

use crate::abi::{Call, MAX_ARGUMENTS, Status};
use crate::entry::{Stop, cancelled, slice};

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

/// Fills the output of a call, row by row along its last dimension.
///
/// # Safety
/// `call` is as [`Call`] says, with `arity` inputs of the output's rank whose strides stay within them.
pub(crate) unsafe fn fill(rows: &Rows, arity: usize, call: &Call) -> Result<(), Stop> {
    // SAFETY: `call` is as `Call` says, promised by the caller.
    let (inputs, shape) = unsafe { (slice(call.inputs, call.n_inputs), slice(call.shape, call.rank)) };
    if inputs.len() != arity || arity > MAX_ARGUMENTS {
        return Err(Stop::failed(format_args!(
            "the code takes {arity} inputs, the host gave {}",
            inputs.len()
        )));
    }
    let mut cursors = [(std::ptr::null(), 0); MAX_ARGUMENTS];
    let (&len, outer) = shape.split_last().unwrap_or((&1, &[]));
    for (cursor, input) in cursors.iter_mut().zip(inputs) {
        // SAFETY: as many strides as dimensions, promised by the caller.
        *cursor = (input.data, unsafe { slice(input.strides, call.rank) }.last().copied().unwrap_or(0));
    }
    let cursors = &mut cursors[..arity];
    if len == 0 {
        return Ok(());
    }

    let (mut output, mut since_asked) = (call.output, 0);
    let mut position = vec![0; outer.len()];
    for _ in 0..outer.iter().product() {
        for start in (0..len).step_by(CHUNK) {
            let n = CHUNK.min(len - start);
            since_asked += n;
            if since_asked > CHUNK {
                since_asked = n;
                if cancelled(call) {
                    return Err(Stop::cancelled());
                }
            }
            let row = Row { inputs: cursors, output, len: n };
            rows(&row).map_err(|fault| fault.at(&position, start, !shape.is_empty()))?;
            output = output.wrapping_add(n);
            for (data, stride) in &mut *cursors {
                *data = data.wrapping_offset(n as isize * *stride);
            }
        }
        next(&mut position, outer);
        for (cursor, input) in cursors.iter_mut().zip(inputs) {
            // SAFETY: as above.
            let strides = unsafe { slice(input.strides, call.rank) };
            let offset: isize = position.iter().zip(strides).map(|(&i, &stride)| i as isize * stride).sum();
            cursor.0 = input.data.wrapping_offset(offset);
        }
    }
    Ok(())
}

/// Moves to the next row in C order; after the last one, to the first.
fn next(position: &mut [usize], outer: &[usize]) {
    for (index, &length) in position.iter_mut().zip(outer).rev() {
        *index += 1;
        if *index < length {
            return;
        }
        *index = 0;
    }
}

// === impl Fault ===

impl Fault {
    fn at(self, position: &[usize], start: usize, is_array: bool) -> Stop {
        let Self { index, message } = self;
        if !is_array {
            return Stop { status: Status::FAILED, message };
        }
        let mut place = position.to_vec();
        place.push(start + index);
        Stop::failed(format_args!("{message}, at {place:?}"))
    }
}
