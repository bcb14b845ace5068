//! Functions of whole arrays.

#![allow(unsafe_code)]

use std::fmt;
use std::ops::Index;

use crate::abi::{Call, MAX_RANK};
use crate::call::{Stop, cancelled, slice};

type ShapeCode = dyn Fn(&[&[usize]]) -> Result<Vec<usize>, String> + Send + Sync;
type FillCode = dyn Fn(&Inputs<'_>, &mut [f64]) -> Result<(), String> + Send + Sync;

/// The two parts of an author's function of whole arrays.
pub(crate) struct ArrayCode {
    shape: Box<ShapeCode>,
    fill: Box<FillCode>,
}

/// The arguments of a call, one array each: `inputs[0]` is the first one.
#[derive(Debug)]
pub struct Inputs<'a> {
    arrays: Vec<ArrayView<'a>>,
    call: &'a Call,
}

/// An argument as it arrived: a shape, and elements in C order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ArrayView<'a> {
    shape: &'a [usize],
    values: &'a [f64],
}

// === impl ArrayCode ===

impl ArrayCode {
    pub(crate) fn new<E: fmt::Display>(
        shape: impl Fn(&[&[usize]]) -> Result<Vec<usize>, E> + Send + Sync + 'static,
        fill: impl Fn(&Inputs<'_>, &mut [f64]) -> Result<(), E> + Send + Sync + 'static,
    ) -> Self {
        Self {
            shape: Box::new(move |shapes| shape(shapes).map_err(|error| error.to_string())),
            fill: Box::new(move |inputs, output| fill(inputs, output).map_err(|error| error.to_string())),
        }
    }

    /// Returns the shape of the output.
    ///
    /// # Safety
    /// The inputs of `call` are as [`Call`] says, in C order.
    pub(crate) unsafe fn shape(&self, call: &Call) -> Result<Vec<usize>, Stop> {
        // SAFETY: promised by the caller.
        let inputs = unsafe { Inputs::of(call) };
        let shapes: Vec<_> = inputs.arrays.iter().map(|array| array.shape).collect();
        let shape = (self.shape)(&shapes).map_err(Stop::failed)?;
        if shape.len() > MAX_RANK {
            return Err(Stop::failed(format_args!(
                "an output of {} dimensions; at most {MAX_RANK}",
                shape.len()
            )));
        }
        Ok(shape)
    }

    /// Fills the output.
    ///
    /// # Safety
    /// `call` is as [`Call`] says, with inputs in C order and an output that was written before.
    pub(crate) unsafe fn fill(&self, call: &Call) -> Result<(), Stop> {
        // SAFETY: promised by the caller; the output overlaps no input, as `Call` says, so that it may be
        // borrowed beside them. Would fail `testing::tests::arrays`.
        let (inputs, output) = unsafe {
            let len = slice(call.shape, call.rank).iter().product();
            let output = if len == 0 { &mut [] } else { std::slice::from_raw_parts_mut(call.output, len) };
            (Inputs::of(call), output)
        };
        (self.fill)(&inputs, output).map_err(|message| match inputs.is_cancelled() {
            true => Stop::cancelled(),
            false => Stop::failed(message),
        })
    }
}

// === impl Inputs ===

impl<'a> Inputs<'a> {
    /// # Safety
    /// As [`ArrayCode::shape`].
    unsafe fn of(call: &'a Call) -> Self {
        // SAFETY: promised by the caller.
        let inputs = unsafe { slice(call.inputs, call.n_inputs) };
        let view = |input: &'a crate::abi::Input| {
            // SAFETY: promised by the caller: as many elements as the shape says, in C order.
            let shape = unsafe { slice(input.shape, input.rank) };
            // SAFETY: as above.
            ArrayView { shape, values: unsafe { slice(input.data, shape.iter().product()) } }
        };
        Self { arrays: inputs.iter().map(view).collect(), call }
    }

    /// Returns whether nobody waits for the result any more: then return any error, soon.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        cancelled(self.call)
    }

    /// Returns how many arguments there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.arrays.len()
    }

    /// Returns whether there is no argument.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.arrays.is_empty()
    }
}

impl<'a> Index<usize> for Inputs<'a> {
    type Output = ArrayView<'a>;

    fn index(&self, index: usize) -> &ArrayView<'a> {
        &self.arrays[index]
    }
}

// === impl ArrayView ===

impl<'a> ArrayView<'a> {
    /// Returns the length of each dimension; a plain number has none.
    #[must_use]
    pub fn shape(&self) -> &'a [usize] {
        self.shape
    }

    /// Returns the elements in C order.
    #[must_use]
    pub fn values(&self) -> &'a [f64] {
        self.values
    }
}
