//! Code over doubles: straight-line instructions that run on blocks of 256 elements, or on one.
//!
//! A block of each intermediate result stays in the first-level cache, so that an expression is one pass over its
//! arguments with no temporary array. The kernels are written once over [`crate::lanes::Lanes`] and instantiated for
//! each instruction set, chosen at run time; every instantiation gives the same bits, so that an array is its
//! scalars, element by element. The four operations and the square root are IEEE's, never contracted.

#![allow(unsafe_code)] // vectors, and the pointers that they read through

mod block;
mod kernels;
mod memory;
mod single;
#[cfg(target_arch = "x86_64")]
mod x86;

use block::InstructionSet;
pub(crate) use single::apply as apply_single;

use crate::operation::{Binary, Unary};

/// Elements that an instruction works on before the next one begins.
pub(crate) const BLOCK: usize = 256;

/// What an instruction computes. What is true has all bits set, what is false none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Op {
    Unary(Unary),
    Binary(Binary),
    /// A constant whole power, to within a hair of correct rounding.
    WholePow(i32),
    /// Sine to the target, cosine to the second one.
    SinCos,
    /// The bits of the right operand that the left one does not have.
    AndNot,
}

/// Where an operand comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Source {
    Register(u16),
    Input(u16),
    Constant(f64),
}

/// One instruction. What has one operand ignores `right`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Instruction {
    pub(crate) op: Op,
    pub(crate) left: Source,
    pub(crate) right: Source,
    pub(crate) target: u16,
    /// Where the cosine of [`Op::SinCos`] goes.
    pub(crate) second: u16,
}

/// Instructions with the places of their results.
#[derive(Debug)]
pub(crate) struct Code {
    pub(crate) instructions: Vec<Instruction>,
    pub(crate) n_registers: usize,
    pub(crate) n_inputs: usize,
    /// Where each output is after the last instruction.
    pub(crate) outputs: Vec<Source>,
}

/// An array to read.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Input<'a> {
    Slice(&'a [f64]),
    /// What this output's buffer held before.
    Output(usize),
}

/// Where an output goes.
#[derive(Debug)]
pub(crate) enum Destination {
    Fresh,
    /// Over the elements of an input that nobody else holds.
    Over(Vec<f64>),
}

// === impl Code ===

impl Code {
    /// Runs on whole arrays of `n_elements` each; `None` where it was cancelled.
    ///
    /// # Panics
    /// Where an array has another length, or an input is read after its elements were written over.
    pub(crate) fn run(
        &self,
        inputs: &[Input<'_>],
        destinations: Vec<Destination>,
        n_elements: usize,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Option<Vec<Vec<f64>>> {
        block::run(InstructionSet::best(), self, inputs, destinations, n_elements, is_cancelled)
    }

    /// Runs on one element, with the bits that it would have in an array.
    pub(crate) fn run_one(&self, inputs: &[f64]) -> f64 {
        block::run_one(InstructionSet::best(), self, inputs)
    }

    /// Returns whether the elements of an input may be written over by an output: whether nothing reads it
    /// after the instruction that writes that output.
    pub(crate) fn can_overwrite(&self, input: usize, output: usize) -> bool {
        let Source::Register(register) = self.outputs[output] else { return false };
        let written = self.instructions.iter().position(|instruction| {
            instruction.target == register || (instruction.op == Op::SinCos && instruction.second == register)
        });
        let reads = |source: Source| matches!(source, Source::Input(index) if usize::from(index) == input);
        let is_output = self.outputs.iter().any(|&source| reads(source));
        let last_read = self
            .instructions
            .iter()
            .rposition(|instruction| reads(instruction.left) || reads(instruction.right));
        !is_output && written.is_some() && last_read <= written
    }

    /// What the unsafe code relies on.
    fn assert_sound(&self, inputs: &[Input<'_>], outputs: &[Vec<f64>], n_elements: usize) {
        assert!(inputs.len() == self.n_inputs && outputs.len() == self.outputs.len());
        assert!(outputs.iter().all(|output| output.capacity() >= n_elements));
        for (index, input) in inputs.iter().enumerate() {
            match input {
                Input::Slice(slice) => assert!(slice.len() == n_elements),
                Input::Output(output) => {
                    assert!(outputs[*output].len() == n_elements && self.can_overwrite(index, *output));
                }
            }
        }
        // An output's register is its own: it stands for the output's memory.
        for (index, output) in self.outputs.iter().enumerate() {
            assert!(!matches!(output, Source::Register(_)) || !self.outputs[..index].contains(output));
        }
    }
}

/// Applies a function to each element.
pub(crate) fn apply(operation: Unary, elements: &[f64]) -> Vec<f64> {
    let results =
        one_step(operation)
            .run(&[Input::Slice(elements)], vec![Destination::Fresh], elements.len(), &|| false);
    results.and_then(|mut results| results.pop()).expect("nothing cancels it, and there is one output")
}

fn one_step(operation: Unary) -> Code {
    let (left, right) = (Source::Input(0), Source::Constant(0.0));
    let instruction = Instruction { op: Op::Unary(operation), left, right, target: 0, second: 0 };
    Code { instructions: vec![instruction], n_registers: 1, n_inputs: 1, outputs: vec![Source::Register(0)] }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Every operation on the first two inputs, each an output.
    fn every_operation() -> Code {
        let ops = Unary::ALL
            .iter()
            .filter(|operation| !operation.is_special())
            .map(|&operation| Op::Unary(operation))
            .chain(
                Binary::ALL
                    .iter()
                    .filter(|operation| !operation.is_special())
                    .map(|&operation| Op::Binary(operation)),
            )
            .chain([Op::AndNot])
            .chain([-16, -3, -2, 2, 3, 7, 16].map(Op::WholePow));
        let instructions: Vec<Instruction> = ops
            .zip(0..)
            .map(|(op, target)| {
                let (left, right) = (Source::Input(0), Source::Input(1));
                Instruction { op, left, right, target, second: target }
            })
            .collect();
        let n_registers = instructions.len();
        let outputs = (0..n_registers as u16).map(Source::Register).collect();
        Code { instructions, n_registers, n_inputs: 2, outputs }
    }

    fn bits(outputs: Vec<Vec<f64>>) -> Vec<Vec<u64>> {
        // NaN is NaN, whichever of its bits a processor or library sets.
        let of = |x: f64| if x.is_nan() { f64::NAN.to_bits() } else { x.to_bits() };
        outputs.into_iter().map(|output| output.into_iter().map(of).collect()).collect()
    }

    proptest! {
        #[test]
        fn every_instruction_set_gives_the_same_bits(
            pairs in prop::collection::vec((any::<f64>(), any::<f64>()), 1..600),
            scale in -8..8_i32,
        ) {
            // Half of them near one, where the functions have their shape.
            let near = |at: usize, x: f64| if at.is_multiple_of(2) { x } else { x.sin() * 10.0_f64.powi(scale) };
            let left: Vec<f64> = pairs.iter().enumerate().map(|(at, pair)| near(at, pair.0)).collect();
            let right: Vec<f64> = pairs.iter().enumerate().map(|(at, pair)| near(at, pair.1)).collect();
            let code = every_operation();
            let run = |set| {
                let destinations = code.outputs.iter().map(|_| Destination::Fresh).collect();
                let inputs = [Input::Slice(&left), Input::Slice(&right)];
                bits(block::run(set, &code, &inputs, destinations, left.len(), &|| false).unwrap())
            };
            let expected = run(InstructionSet::Baseline);
            for set in InstructionSet::available() {
                prop_assert_eq!(&run(set), &expected, "{:?}", set);
            }
        }
    }

    #[test]
    fn keeps_the_sign_of_zero() {
        for operation in
            [Unary::Sin, Unary::Tan, Unary::Sqrt, Unary::Asin, Unary::Sinh, Unary::Tanh, Unary::Ceiling]
        {
            assert_eq!(apply(operation, &[-0.0])[0].to_bits(), (-0.0_f64).to_bits(), "{operation:?}");
        }
    }

    #[test]
    fn writes_over_an_input() {
        let code = one_step(Unary::Neg);
        let elements: Vec<f64> = (0..1000).map(f64::from).collect();
        let address = elements.as_ptr();
        let outputs =
            code.run(&[Input::Output(0)], vec![Destination::Over(elements)], 1000, &|| false).unwrap();
        assert_eq!(outputs[0].as_ptr(), address);
        assert!(outputs[0].iter().zip(0..).all(|(&found, at)| found == -f64::from(at)));
    }
}
