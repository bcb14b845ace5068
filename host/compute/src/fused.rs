//! Steps over float64 arrays of one shape, put off until one pass computes them all.

use kamodo_value::{Array, Buffer, Value};

use crate::code::Builder;
use crate::error::EvaluateError;
use crate::operation::{Binary, Unary};
use crate::simd::{Destination, Input, Source};
use crate::steps::Ref;

/// Beyond this many instructions a pass begins, whatever follows.
const MAX_INSTRUCTIONS: usize = 4096;

/// The value of a program's [`Ref`] while it runs.
#[derive(Debug, Default)]
pub(crate) enum Slot {
    /// Not yet computed, or no longer needed.
    #[default]
    Empty,
    Value(Value),
    /// A float64 array that the next pass of the group computes.
    Pending(Source),
}

/// Steps that wait for one pass.
#[derive(Debug)]
pub(crate) struct Group {
    shape: Box<[usize]>,
    n_elements: usize,
    builder: Builder,
    inputs: Vec<GroupInput>,
    pending: Vec<Ref>,
}

#[derive(Debug)]
enum GroupInput {
    Slot(Ref),
    /// Converted from another element type.
    Own(Vec<f64>),
}

// === impl Group ===

impl Group {
    pub(crate) fn new(shape: &[usize]) -> Self {
        Self {
            shape: shape.into(),
            n_elements: shape.iter().product(),
            builder: Builder::default(),
            inputs: Vec::new(),
            pending: Vec::new(),
        }
    }

    pub(crate) fn shape(&self) -> &[usize] {
        &self.shape
    }

    pub(crate) fn is_full(&self) -> bool {
        self.builder.len() >= MAX_INSTRUCTIONS
    }

    /// Returns the source of a slot's array, which stays in the slot until the pass.
    pub(crate) fn input(&mut self, reference: Ref) -> Source {
        let known = self
            .inputs
            .iter()
            .position(|input| matches!(input, GroupInput::Slot(other) if *other == reference));
        let index = known.unwrap_or_else(|| {
            self.inputs.push(GroupInput::Slot(reference));
            self.inputs.len() - 1
        });
        Source::Input(index as u16)
    }

    /// Returns the source of elements that are in no slot.
    pub(crate) fn own_input(&mut self, elements: Vec<f64>) -> Source {
        self.inputs.push(GroupInput::Own(elements));
        Source::Input((self.inputs.len() - 1) as u16)
    }

    pub(crate) fn holds(&self, reference: Ref) -> bool {
        self.inputs.iter().any(|input| matches!(input, GroupInput::Slot(other) if *other == reference))
    }

    pub(crate) fn unary(&mut self, operation: Unary, operand: Source, result: Ref) -> Slot {
        self.pending.push(result);
        Slot::Pending(self.builder.unary(operation, operand))
    }

    pub(crate) fn binary(&mut self, operation: Binary, left: Source, right: Source, result: Ref) -> Slot {
        self.pending.push(result);
        Slot::Pending(self.builder.binary(operation, left, right))
    }

    /// Computes what is pending, as far as `is_needed` still, and fills its slots.
    ///
    /// # Errors
    /// [`EvaluateError::Cancelled`].
    pub(crate) fn run(
        self,
        slots: &mut [Slot],
        is_needed: impl Fn(Ref) -> bool,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<(), EvaluateError> {
        let mut outputs: Vec<Source> = Vec::new();
        let mut results = Vec::new();
        for reference in self.pending {
            let Slot::Pending(source) = std::mem::take(&mut slots[reference.0 as usize]) else { continue };
            if is_needed(reference) {
                let output = outputs.iter().position(|&output| output == source).unwrap_or_else(|| {
                    outputs.push(source);
                    outputs.len() - 1
                });
                results.push((reference, output));
            }
        }
        let code = self.builder.finish(outputs, self.inputs.len());

        // Inputs that nothing needs any more are taken out; those that nobody else holds are written over.
        let mut destinations: Vec<Destination> = code.outputs.iter().map(|_| Destination::Fresh).collect();
        let mut kept: Vec<Array> = Vec::new();
        let mut own: Vec<Vec<f64>> = Vec::new();
        let mut places = Vec::with_capacity(self.inputs.len());
        for (index, input) in self.inputs.into_iter().enumerate() {
            let free = (0..destinations.len()).find(|&output| {
                matches!(destinations[output], Destination::Fresh) && code.can_overwrite(index, output)
            });
            let elements = match input {
                GroupInput::Own(elements) => elements,
                GroupInput::Slot(reference) => {
                    let slot = &mut slots[reference.0 as usize];
                    let taken = if is_needed(reference) {
                        if let Slot::Value(Value::Array(array)) = &*slot { Some(array.clone()) } else { None }
                    } else if let Slot::Value(Value::Array(array)) = std::mem::take(slot) {
                        Some(array)
                    } else {
                        None
                    };
                    let array = taken.expect("an input's slot holds its array until the pass");
                    if !array.is_unshared() || free.is_none() {
                        places.push(Place::Kept(kept.len()));
                        kept.push(array);
                        continue;
                    }
                    let Buffer::Float64(elements) = array.into_buffer() else {
                        unreachable!("only float64 arrays are inputs")
                    };
                    elements
                }
            };
            match free {
                Some(output) => {
                    destinations[output] = Destination::Over(elements);
                    places.push(Place::Output(output));
                }
                None => {
                    places.push(Place::Own(own.len()));
                    own.push(elements);
                }
            }
        }
        let inputs: Vec<Input<'_>> = places
            .into_iter()
            .map(|place| match place {
                Place::Output(output) => Input::Output(output),
                Place::Own(index) => Input::Slice(&own[index]),
                Place::Kept(index) => match kept[index].buffer() {
                    Buffer::Float64(elements) => Input::Slice(elements),
                    _ => unreachable!("only float64 arrays are inputs"),
                },
            })
            .collect();

        let computed =
            code.run(&inputs, destinations, self.n_elements, is_cancelled).ok_or(EvaluateError::Cancelled)?;
        let arrays: Vec<Array> = computed
            .into_iter()
            .map(|elements| Array::new(self.shape.clone(), elements).expect("a pass fills the group's shape"))
            .collect();
        for (reference, output) in results {
            slots[reference.0 as usize] = Slot::Value(Value::Array(arrays[output].clone()));
        }
        Ok(())
    }
}

/// Where the elements of an input are during a pass.
enum Place {
    Output(usize),
    Own(usize),
    Kept(usize),
}
