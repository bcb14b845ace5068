//! A plugin's code, behind a safe face.

#![allow(unsafe_code)]

use std::ffi::c_void;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::Arc;

use kamodo_plugin_api::abi::{Call, CallEntry, Input, MAX_RANK, ShapeEntry, Status, TextBuffer};
use kamodo_registry::Cancel;

use crate::error::words;
use crate::float;
use crate::guard::{Caller, Refusal};

/// The code of one function.
#[derive(Debug)]
pub(crate) struct Entry {
    context: *const c_void,
    call: CallEntry,
    shape: Option<ShapeEntry>,
    /// Whom to name if a call changes the process.
    caller: Option<Arc<Caller>>,
}

// SAFETY: the ABI asks of a plugin that its entries may be called from any thread, at once; the SDK asks it
// of its authors by `Send + Sync`. Would fail `calls_at_once`.
unsafe impl Send for Entry {}
// SAFETY: as above.
unsafe impl Sync for Entry {}

/// Numbers as a plugin sees them: of some shape, each dimension with its own stride.
#[derive(Debug, Clone, Copy)]
#[repr(transparent)]
pub(crate) struct View<'a>(Input, PhantomData<&'a f64>);

/// Why a plugin's code gave no result.
#[derive(Debug, PartialEq)]
pub(crate) enum Failure {
    Failed(String),
    Panicked(String),
    Refused(Refusal),
    Cancelled,
}

// === impl Entry ===

impl Entry {
    /// # Safety
    /// The entries are of a library that is never closed, and take this context.
    pub(crate) unsafe fn new(context: *const c_void, call: CallEntry, shape: Option<ShapeEntry>) -> Self {
        Self { context, call, shape, caller: None }
    }

    /// Says whose code it is.
    pub(crate) fn of(self, caller: Arc<Caller>) -> Self {
        Self { caller: Some(caller), ..self }
    }

    /// Returns whether each element is computed alone, so that inputs may be broadcast.
    pub(crate) fn is_pointwise(&self) -> bool {
        self.shape.is_none()
    }

    /// Fills `output`, of `shape` in C order. For a function that is pointwise, the inputs have that shape.
    pub(crate) fn call(
        &self,
        inputs: &[View<'_>],
        shape: &[usize],
        output: &mut [f64],
        cancel: &Cancel,
    ) -> Result<(), Failure> {
        assert_eq!(shape.iter().product::<usize>(), output.len(), "the output has its shape");
        let fits = |view: &View<'_>| view.0.rank == shape.len();
        assert!(!self.is_pointwise() || inputs.iter().all(fits), "inputs are broadcast");
        self.enter(inputs, shape, output.as_mut_ptr(), cancel, |call| {
            // SAFETY: by the entry's own promise to `new`, and `call` is as the ABI says: views stay within
            // what they borrow, by `View::new`, and the output has its shape, as was just seen. Would fail
            // `broadcasting_agrees_with_plain_loops`.
            unsafe { (self.call)(self.context, call) }
        })
    }

    /// Returns the shape of the output for these inputs, for a function that is not pointwise.
    pub(crate) fn shape(&self, inputs: &[View<'_>], cancel: &Cancel) -> Result<Vec<usize>, Failure> {
        let Some(entry) = self.shape else { return Ok(Vec::new()) };
        let (mut rank, mut lengths) = (0, [0; MAX_RANK]);
        self.enter(inputs, &[], ptr::null_mut(), cancel, |call| {
            // SAFETY: as in `call`; `lengths` has room for `MAX_RANK`.
            unsafe { entry(self.context, call, &raw mut rank, lengths.as_mut_ptr()) }
        })?;
        match lengths.get(..rank) {
            Some(lengths) => Ok(lengths.to_vec()),
            None => Err(Failure::Failed(format!(
                "its output has {rank} dimensions, at most {MAX_RANK} are served"
            ))),
        }
    }

    fn enter(
        &self,
        inputs: &[View<'_>],
        shape: &[usize],
        output: *mut f64,
        cancel: &Cancel,
        enter: impl FnOnce(*const Call) -> Status,
    ) -> Result<(), Failure> {
        // Not written to before the plugin does: most calls have nothing to say.
        let mut room = [const { MaybeUninit::<u8>::uninit() }; 1024];
        let mut failure = TextBuffer { data: room.as_mut_ptr().cast(), capacity: room.len(), len: 0 };
        let call = Call {
            size: size_of::<Call>(),
            inputs: inputs.as_ptr().cast(),
            n_inputs: inputs.len(),
            shape: shape.as_ptr(),
            rank: shape.len(),
            output,
            failure: &raw mut failure,
            cancelled: Some(is_cancelled),
            cancel_token: ptr::from_ref(cancel).cast(),
        };
        let caller = self.caller.as_deref();
        if let Some(caller) = caller {
            caller.begin().map_err(Failure::Refused)?;
        }
        let (status, floats) = float::guarded(|| enter(&raw const call));
        caller.inspect(|caller| caller.end(floats));
        if status == Status::OK {
            return Ok(());
        }
        let len = failure.len.min(room.len());
        // SAFETY: the plugin says that it wrote `len` bytes, and all of them lie in `room`. Would fail
        // `authors_say_where_their_domain_ends`.
        let words = words(unsafe { std::slice::from_raw_parts(room.as_ptr().cast(), len) });
        Err(match status {
            Status::CANCELLED => Failure::Cancelled,
            Status::PANICKED => Failure::Panicked(words),
            _ => Failure::Failed(words),
        })
    }
}

unsafe extern "C" fn is_cancelled(token: *const c_void) -> bool {
    // SAFETY: `Entry::enter` passes a `Cancel` that it borrows until the plugin returns. Would fail
    // `a_cancelled_call_stops`.
    unsafe { &*token.cast::<Cancel>() }.is_cancelled()
}

// === impl View ===

impl<'a> View<'a> {
    pub(crate) const EMPTY: Self =
        View(Input { data: ptr::null(), shape: ptr::null(), strides: ptr::null(), rank: 0 }, PhantomData);

    /// Views one number.
    pub(crate) fn number(value: &'a f64) -> Self {
        View(Input { data: value, ..Self::EMPTY.0 }, PhantomData)
    }

    /// Views `values` under a shape; a stride of 0 repeats an element.
    pub(crate) fn new(values: &'a [f64], shape: &'a [usize], strides: &'a [isize]) -> Self {
        assert_eq!(shape.len(), strides.len(), "a stride a dimension");
        if !shape.contains(&0) {
            let last = shape.iter().zip(strides).map(|(&length, &stride)| {
                usize::try_from(stride).expect("strides go forward") * (length - 1)
            });
            assert!(last.sum::<usize>() < values.len(), "every element lies within the values");
        }
        let input = Input {
            data: values.as_ptr(),
            shape: shape.as_ptr(),
            strides: strides.as_ptr(),
            rank: shape.len(),
        };
        View(input, PhantomData)
    }
}
