//! The floating-point environment of a thread: how it rounds, whether it flushes denormal numbers to zero, and which
//! exceptions trap.
//!
//! A plugin may change it, by a call or since it was built with `-Ofast`, and would change the results of everything
//! that is computed on this thread afterwards, ours and other plugins'. So [`guarded`] surrounds each entry into a
//! plugin's code. Every thread of ours has the environment that a Rust program begins with; what differs from it was
//! not set by us. A call costs two reads of the control registers; they are only written if they differ.

#![allow(unsafe_code)]

/// The control registers, without the flags that arithmetic sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FloatMode(machine::Registers);

/// Runs a plugin's code, so that it begins with the standard environment, and this thread has it again afterwards: a
/// plugin's panic ends within its entry. Returns besides which environment the code left, if it is another one.
pub(crate) fn guarded<T>(code: impl FnOnce() -> T) -> (T, Option<FloatMode>) {
    restore(); // whoever made this thread may have been a plugin
    let result = code();
    (result, restore())
}

/// Gives this thread the standard environment, and returns the one that it had if it was another.
pub(crate) fn restore() -> Option<FloatMode> {
    let found = machine::read();
    if found == machine::STANDARD {
        return None;
    }
    machine::write_standard();
    Some(FloatMode(found))
}

// === impl FloatMode ===

impl FloatMode {
    /// Returns what is not standard about it.
    pub(crate) fn describe(self) -> String {
        machine::describe(self.0).join(", ")
    }
}

#[cfg(target_arch = "x86_64")]
mod machine {
    use std::arch::asm;

    /// The control bits of MXCSR, and the control word of the x87 unit.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(super) struct Registers {
        mxcsr: u32,
        x87: u16,
    }

    /// What the ABI has every program begin with: to nearest, nothing flushed, all exceptions masked.
    pub(super) const STANDARD: Registers = Registers { mxcsr: 0x1F80, x87: 0x037F };

    /// The bits of MXCSR that arithmetic sets: which exceptions there have been.
    const FLAGS: u32 = 0x3F;

    pub(super) fn read() -> Registers {
        let (mut mxcsr, mut x87) = (0_u32, 0_u16);
        // SAFETY: both instructions only write to these two places. Would fail
        // `a_plugin_does_not_change_how_others_compute`.
        unsafe {
            asm!(
                "stmxcsr [{mxcsr}]",
                "fnstcw [{x87}]",
                mxcsr = in(reg) &raw mut mxcsr,
                x87 = in(reg) &raw mut x87,
                options(nostack, preserves_flags),
            );
        }
        // Bit 6 of the control word is reserved, and reads as some processors like.
        Registers { mxcsr: mxcsr & !FLAGS, x87: x87 | 0x40 }
    }

    pub(super) fn write_standard() {
        let Registers { mxcsr, x87 } = STANDARD;
        // SAFETY: Rust expects exactly this environment, and only a plugin's code, which has returned, ran with
        // another. Exceptions that wait in the x87 unit are cleared before they are looked at. Would fail
        // `a_plugin_does_not_change_how_others_compute`.
        unsafe {
            asm!(
                "fnclex",
                "fldcw [{x87}]",
                "ldmxcsr [{mxcsr}]",
                mxcsr = in(reg) &raw const mxcsr,
                x87 = in(reg) &raw const x87,
                options(nostack, preserves_flags, readonly),
            );
        }
    }

    pub(super) fn describe(registers: Registers) -> Vec<String> {
        let Registers { mxcsr, x87 } = registers;
        let mut told = Vec::new();
        if mxcsr & 0x8040 != 0 {
            told.push("denormal numbers are zero".to_owned());
        }
        let rounding = |bits: u32| ["to nearest", "down", "up", "towards zero"][bits as usize & 3];
        if mxcsr >> 13 & 3 != 0 {
            told.push(format!("it rounds {}", rounding(mxcsr >> 13)));
        }
        if mxcsr & 0x1F80 != 0x1F80 {
            told.push("exceptions trap".to_owned());
        }
        if x87 != STANDARD.x87 {
            told.push(format!("the x87 control word is {x87:#06x}"));
        }
        told
    }
}

#[cfg(target_arch = "aarch64")]
mod machine {
    use std::arch::asm;

    /// FPCR, which holds no flags of arithmetic: those have a register of their own.
    pub(super) type Registers = u64;

    /// To nearest, nothing flushed, no exception traps.
    pub(super) const STANDARD: Registers = 0;

    pub(super) fn read() -> Registers {
        let fpcr: u64;
        // SAFETY: the instruction only reads the register. Would fail `a_plugin_does_not_change_how_others_compute`.
        unsafe { asm!("mrs {}, fpcr", out(reg) fpcr, options(nomem, nostack, preserves_flags)) };
        fpcr
    }

    pub(super) fn write_standard() {
        // SAFETY: Rust expects exactly this environment, and only a plugin's code, which has returned, ran with
        // another. Would fail `a_plugin_does_not_change_how_others_compute`.
        unsafe { asm!("msr fpcr, {}", in(reg) STANDARD, options(nostack, preserves_flags)) };
    }

    pub(super) fn describe(registers: Registers) -> Vec<String> {
        vec![format!("FPCR is {registers:#x}")]
    }
}

/// On other processors nothing is known of the environment: a plugin that changes it changes it for the thread.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
mod machine {
    pub(super) type Registers = ();
    pub(super) const STANDARD: Registers = ();
    pub(super) fn read() -> Registers {}
    pub(super) fn write_standard() {}
    pub(super) fn describe((): Registers) -> Vec<String> {
        Vec::new()
    }
}
