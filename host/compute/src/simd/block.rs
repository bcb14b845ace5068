//! Runs code block by block, with the widest vectors that the processor has.

use std::sync::OnceLock;

use super::kernels::{self as k, Kernel1, Kernel2};
use super::memory;
use super::{BLOCK, Code, Destination, Input, Instruction, Op, Source};
use crate::lanes::Lanes;
use crate::operation::{Binary, Unary};
use crate::powers::whole_power;
use crate::real;

/// How many blocks pass between two looks at whether anyone still waits.
const BLOCKS_BETWEEN_CHECKS: usize = 65536 / BLOCK;
/// Registers of a scalar evaluation that need no allocation.
const FEW_REGISTERS: usize = 32;

/// One block of 256 elements, aligned to a cache line.
#[repr(align(64))]
#[derive(Clone, Copy)]
struct Block([f64; BLOCK]);

/// Where an instruction finds an operand.
#[derive(Clone, Copy)]
enum Operand {
    Block(*const f64),
    Constant(f64),
}

/// Pointers to one block of each input and register.
struct Frame<'a> {
    inputs: &'a [*const f64],
    registers: &'a [*mut f64],
}

/// The instruction sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InstructionSet {
    /// AVX-512 F and DQ.
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// AVX2 with FMA.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// One double at a time; on x86 with the fused multiply-add of the platform's C library.
    Baseline,
}

// === impl InstructionSet ===

impl InstructionSet {
    /// Returns those that this processor has, the widest first.
    pub(super) fn available() -> Vec<Self> {
        let mut available = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            let has_fma = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
            if has_fma && is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512dq") {
                available.push(Self::Avx512);
            }
            if has_fma {
                available.push(Self::Avx2);
            }
        }
        available.push(Self::Baseline);
        available
    }

    pub(super) fn best() -> Self {
        static BEST: OnceLock<InstructionSet> = OnceLock::new();
        *BEST.get_or_init(|| Self::available()[0])
    }
}

/// Runs with one instruction set, which has to be available; `None` where it was cancelled.
pub(super) fn run(
    set: InstructionSet,
    code: &Code,
    inputs: &[Input<'_>],
    destinations: Vec<Destination>,
    n_elements: usize,
    is_cancelled: &dyn Fn() -> bool,
) -> Option<Vec<Vec<f64>>> {
    // Written past the caches; not what goes over an input, whose lines are in them already.
    let is_streamed: Vec<bool> = destinations
        .iter()
        .zip(&code.outputs)
        .map(|pair| matches!(pair, (Destination::Fresh, Source::Register(_))) && memory::is_large(n_elements))
        .collect();
    let mut outputs: Vec<Vec<f64>> = destinations
        .into_iter()
        .map(|destination| match destination {
            Destination::Fresh => memory::room(n_elements),
            Destination::Over(buffer) => buffer,
        })
        .collect();
    code.assert_sound(inputs, &outputs, n_elements);
    let output_pointers: Vec<*mut f64> = outputs.iter_mut().map(Vec::as_mut_ptr).collect();
    let input_pointers: Vec<*const f64> = inputs
        .iter()
        .map(|input| match input {
            Input::Slice(slice) => slice.as_ptr(),
            Input::Output(index) => output_pointers[*index].cast_const(),
        })
        .collect();

    let mut blocks = vec![Block([0.0; BLOCK]); code.n_registers];
    let register_blocks: Vec<*mut f64> = blocks.iter_mut().map(|block| block.0.as_mut_ptr()).collect();
    let mut registers = register_blocks.clone();
    let mut frame_inputs = input_pointers.clone();

    let mut start = 0;
    while start + BLOCK <= n_elements {
        if (start / BLOCK).is_multiple_of(BLOCKS_BETWEEN_CHECKS) && is_cancelled() {
            return None;
        }
        // SAFETY: every array has `n_elements`, and a whole block begins at `start` (`assert_sound`). Outputs
        // that are written directly overlap no input, or one that is not read after the write. The registers
        // and inputs that the code names exist, and the set is available.
        // Test: `simd::tests::every_instruction_set_gives_the_same_bits`.
        unsafe {
            for (input, pointer) in frame_inputs.iter_mut().zip(&input_pointers) {
                *input = pointer.add(start);
            }
            for ((source, pointer), is_streamed) in
                code.outputs.iter().zip(&output_pointers).zip(&is_streamed)
            {
                if let Source::Register(register) = source
                    && !is_streamed
                {
                    registers[usize::from(*register)] = pointer.add(start);
                }
            }
            let frame = Frame { inputs: &frame_inputs, registers: &registers };
            dispatch(set, code, &frame, BLOCK);
            for ((source, pointer), is_streamed) in
                code.outputs.iter().zip(&output_pointers).zip(&is_streamed)
            {
                match frame.operand(*source) {
                    Operand::Block(from) if *is_streamed => memory::stream(from, pointer.add(start)),
                    _ => frame.copy_unwritten(*source, pointer.add(start), BLOCK),
                }
            }
        }
        start += BLOCK;
    }
    let n_rest = n_elements - start;
    if n_rest > 0 {
        // Whole vectors would reach beyond the arrays: what is left goes through blocks of its own.
        let mut staged = vec![Block([0.0; BLOCK]); inputs.len()];
        for ((block, input), pointer) in staged.iter_mut().zip(&mut frame_inputs).zip(&input_pointers) {
            // SAFETY: `n_rest` elements follow `start` in every input, and a block has room for more.
            unsafe { std::ptr::copy_nonoverlapping(pointer.add(start), block.0.as_mut_ptr(), n_rest) };
            *input = block.0.as_ptr();
        }
        let frame = Frame { inputs: &frame_inputs, registers: &register_blocks };
        // SAFETY: as above, on blocks that overlap nothing; `n_rest` elements follow `start` in every output.
        unsafe {
            dispatch(set, code, &frame, n_rest.next_multiple_of(8));
            for (source, pointer) in code.outputs.iter().zip(&output_pointers) {
                match frame.operand(*source) {
                    Operand::Block(from) => std::ptr::copy_nonoverlapping(from, pointer.add(start), n_rest),
                    Operand::Constant(_) => frame.copy_unwritten(*source, pointer.add(start), n_rest),
                }
            }
        }
    }
    memory::fence();
    for output in &mut outputs {
        // SAFETY: the capacity is at least `n_elements`, all of which were written above.
        unsafe { output.set_len(n_elements) };
    }
    Some(outputs)
}

/// Runs on one element.
pub(super) fn run_one(set: InstructionSet, code: &Code, inputs: &[f64]) -> f64 {
    assert!(inputs.len() == code.n_inputs, "one argument for each input");
    let mut few = [0.0; FEW_REGISTERS];
    let mut many = Vec::new();
    let registers = if code.n_registers <= FEW_REGISTERS {
        &mut few[..]
    } else {
        many.resize(code.n_registers, 0.0);
        &mut many[..]
    };
    #[cfg(target_arch = "x86_64")]
    if set != InstructionSet::Baseline {
        // SAFETY: both other sets come with FMA and what is older.
        unsafe { one_fma(code, inputs, registers) };
        return value(code.outputs[0], inputs, registers);
    }
    let _ = set;
    one(code, inputs, registers);
    value(code.outputs[0], inputs, registers)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn one_fma(code: &Code, inputs: &[f64], registers: &mut [f64]) {
    one(code, inputs, registers);
}

#[inline(always)]
fn one(code: &Code, inputs: &[f64], registers: &mut [f64]) {
    for instruction in &code.instructions {
        let left = value(instruction.left, inputs, registers);
        let right = value(instruction.right, inputs, registers);
        if instruction.op == Op::SinCos {
            let (sine, cosine) = k::sin_cos(left);
            registers[usize::from(instruction.second)] = cosine;
            registers[usize::from(instruction.target)] = sine;
        } else {
            let mut result = 0.0;
            // SAFETY: the operands are constants, and the target one double that this owns.
            unsafe {
                execute::<f64>(
                    instruction.op,
                    Operand::Constant(left),
                    Operand::Constant(right),
                    &mut result,
                    1,
                )
            };
            registers[usize::from(instruction.target)] = result;
        }
    }
}

#[inline(always)]
fn value(source: Source, inputs: &[f64], registers: &[f64]) -> f64 {
    match source {
        Source::Register(index) => registers[usize::from(index)],
        Source::Input(index) => inputs[usize::from(index)],
        Source::Constant(value) => value,
    }
}

// === impl Frame ===

impl Frame<'_> {
    fn operand(&self, source: Source) -> Operand {
        match source {
            Source::Register(index) => Operand::Block(self.registers[usize::from(index)]),
            Source::Input(index) => Operand::Block(self.inputs[usize::from(index)]),
            Source::Constant(value) => Operand::Constant(value),
        }
    }

    /// Writes an output that no instruction writes: an input or a constant.
    ///
    /// # Safety
    /// `length` doubles are writable at `to` and readable from the inputs.
    unsafe fn copy_unwritten(&self, source: Source, to: *mut f64, length: usize) {
        for index in 0..length {
            // SAFETY: the caller's. An input may be the output itself, which the order of single copies allows.
            unsafe {
                match source {
                    Source::Register(_) => return,
                    Source::Input(input) => *to.add(index) = *self.inputs[usize::from(input)].add(index),
                    Source::Constant(value) => *to.add(index) = value,
                }
            }
        }
    }
}

// --- instructions

/// # Safety
/// The set is available. `length`, a multiple of 8, doubles are readable at every input that the code names and
/// writable at every register.
unsafe fn dispatch(set: InstructionSet, code: &Code, frame: &Frame<'_>, length: usize) {
    // SAFETY: the caller's.
    unsafe {
        match set {
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx512 => block_avx512(code, frame, length),
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx2 => block_avx2(code, frame, length),
            InstructionSet::Baseline => block::<f64>(code, frame, length),
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx2,fma")]
unsafe fn block_avx512(code: &Code, frame: &Frame<'_>, length: usize) {
    // SAFETY: the caller's.
    unsafe { block::<super::x86::Avx512>(code, frame, length) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn block_avx2(code: &Code, frame: &Frame<'_>, length: usize) {
    // SAFETY: the caller's.
    unsafe { block::<super::x86::Avx2>(code, frame, length) }
}

/// # Safety
/// As [`dispatch`].
#[inline(always)]
unsafe fn block<L: Lanes>(code: &Code, frame: &Frame<'_>, length: usize) {
    for Instruction { op, left, right, target, second } in &code.instructions {
        let (left, right) = (frame.operand(*left), frame.operand(*right));
        let target = frame.registers[usize::from(*target)];
        // SAFETY: the caller's.
        unsafe {
            if *op == Op::SinCos {
                let second = frame.registers[usize::from(*second)];
                for index in (0..length).step_by(L::COUNT) {
                    let (sine, cosine) = k::sin_cos(left.load::<L>(index));
                    sine.store(target.add(index));
                    cosine.store(second.add(index));
                }
            } else {
                execute::<L>(*op, left, right, target, length);
            }
        }
    }
}

/// # Safety
/// `length` doubles, a multiple of the lanes, are readable at the operands and writable at the target.
#[inline(always)]
unsafe fn execute<L: Lanes>(op: Op, left: Operand, right: Operand, target: *mut f64, length: usize) {
    // SAFETY: the caller's.
    unsafe {
        match op {
            Op::Binary(binary) => match binary {
                Binary::Add => map2::<L, k::Add>(left, right, target, length),
                Binary::Sub => map2::<L, k::Sub>(left, right, target, length),
                Binary::Mul => map2::<L, k::Mul>(left, right, target, length),
                Binary::Div => map2::<L, k::Div>(left, right, target, length),
                Binary::Min => map2::<L, k::Min>(left, right, target, length),
                Binary::Max => map2::<L, k::Max>(left, right, target, length),
                Binary::Lt => map2::<L, k::Less>(left, right, target, length),
                Binary::Le => map2::<L, k::LessOrEqual>(left, right, target, length),
                Binary::Gt => map2::<L, k::Less>(right, left, target, length),
                Binary::Ge => map2::<L, k::LessOrEqual>(right, left, target, length),
                Binary::Eq => map2::<L, k::Equal>(left, right, target, length),
                Binary::Ne => map2::<L, k::NotEqual>(left, right, target, length),
                Binary::And => map2::<L, k::And>(left, right, target, length),
                Binary::Or => map2::<L, k::Or>(left, right, target, length),
                // Inlined, so that its products are of the instruction set's.
                Binary::Pow => {
                    for index in (0..length).step_by(L::COUNT) {
                        left.load::<L>(index).map2(right.load(index), real::power).store(target.add(index));
                    }
                }
                other => {
                    let function = other.real();
                    for index in (0..length).step_by(L::COUNT) {
                        left.load::<L>(index).map2(right.load(index), function).store(target.add(index));
                    }
                }
            },
            Op::AndNot => map2::<L, k::AndNot>(left, right, target, length),
            Op::WholePow(2) => map1::<L, k::Square>(left, target, length),
            Op::WholePow(exponent) => {
                for index in (0..length).step_by(L::COUNT) {
                    whole_power(left.load::<L>(index), exponent).store(target.add(index));
                }
            }
            Op::Unary(unary) => match unary {
                Unary::Neg => map1::<L, k::Neg>(left, target, length),
                Unary::Not => map1::<L, k::Not>(left, target, length),
                Unary::Abs => map1::<L, k::Abs>(left, target, length),
                Unary::Sign => map1::<L, k::Sign>(left, target, length),
                Unary::Floor => map1::<L, k::Floor>(left, target, length),
                Unary::Ceiling => map1::<L, k::Ceiling>(left, target, length),
                Unary::Frac => map1::<L, k::Frac>(left, target, length),
                Unary::Sqrt => map1::<L, k::Sqrt>(left, target, length),
                Unary::Sin => map1::<L, k::Sin>(left, target, length),
                Unary::Cos => map1::<L, k::Cos>(left, target, length),
                Unary::Exp => map1::<L, k::Exp>(left, target, length),
                Unary::Log => map1::<L, k::Log>(left, target, length),
                other => {
                    let function = other.real();
                    for index in (0..length).step_by(L::COUNT) {
                        left.load::<L>(index).map(function).store(target.add(index));
                    }
                }
            },
            Op::SinCos => {} // two targets: the callers write it out
        }
    }
}

/// # Safety
/// As [`execute`].
#[inline(always)]
unsafe fn map1<L: Lanes, K: Kernel1>(operand: Operand, target: *mut f64, length: usize) {
    for index in (0..length).step_by(L::COUNT) {
        // SAFETY: the caller's.
        unsafe { K::apply(operand.load::<L>(index)).store(target.add(index)) };
    }
}

/// # Safety
/// As [`execute`].
#[inline(always)]
unsafe fn map2<L: Lanes, K: Kernel2>(left: Operand, right: Operand, target: *mut f64, length: usize) {
    // SAFETY: the caller's.
    unsafe {
        match (left, right) {
            (Operand::Block(left), Operand::Block(right)) => {
                for index in (0..length).step_by(L::COUNT) {
                    K::apply(L::load(left.add(index)), L::load(right.add(index))).store(target.add(index));
                }
            }
            (Operand::Block(left), Operand::Constant(right)) => {
                for index in (0..length).step_by(L::COUNT) {
                    K::apply(L::load(left.add(index)), L::splat(right)).store(target.add(index));
                }
            }
            (Operand::Constant(left), Operand::Block(right)) => {
                for index in (0..length).step_by(L::COUNT) {
                    K::apply(L::splat(left), L::load(right.add(index))).store(target.add(index));
                }
            }
            (Operand::Constant(left), Operand::Constant(right)) => {
                for index in (0..length).step_by(L::COUNT) {
                    K::apply(L::splat(left), L::splat(right)).store(target.add(index));
                }
            }
        }
    }
}

// === impl Operand ===

impl Operand {
    /// # Safety
    /// A block has `L::COUNT` readable doubles at `index`.
    #[inline(always)]
    unsafe fn load<L: Lanes>(self, index: usize) -> L {
        match self {
            // SAFETY: the caller's.
            Self::Block(from) => unsafe { L::load(from.add(index)) },
            Self::Constant(value) => L::splat(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_results() {
        const N_ELEMENTS: usize = (1 << 20) + 3; // past the caches, and not whole blocks
        let input: Vec<f64> = (0..N_ELEMENTS as u32).map(f64::from).collect();
        let instruction =
            |op, left, target| Instruction { op, left, right: Source::Constant(0.5), target, second: target };
        // The second output reads the first one's register, which is written out only after the block.
        let code = Code {
            instructions: vec![
                instruction(Op::Binary(Binary::Mul), Source::Input(0), 0),
                instruction(Op::Binary(Binary::Add), Source::Register(0), 1),
            ],
            n_registers: 2,
            n_inputs: 1,
            outputs: vec![Source::Register(0), Source::Register(1)],
        };
        for set in InstructionSet::available() {
            let destinations = vec![Destination::Fresh, Destination::Fresh];
            let outputs =
                run(set, &code, &[Input::Slice(&input)], destinations, N_ELEMENTS, &|| false).unwrap();
            for (index, x) in input.iter().enumerate() {
                assert_eq!((outputs[0][index], outputs[1][index]), (x * 0.5, x * 0.5 + 0.5), "{set:?}");
            }
        }
    }
}
