//! Whether a file is a whole shared library for this machine.
//!
//! The system's own loader trusts its file: of half a copy it reads beyond the end, and the process dies. So
//! what a truncation cuts off is looked for first: every segment that is to be mapped, and the section table
//! with its names, which linkers write last.

use std::fmt;

use object::elf::{self, FileHeader32, FileHeader64};
use object::read::elf::{FileHeader, ProgramHeader, SectionHeader};
use object::{Endianness, ReadRef};

/// What is wrong with a file that should be a shared library.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ElfFault {
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// It is something else.
    #[error("expected a shared library (ELF), found a file that begins with {begins}")]
    NotElf {
        /// Its first bytes.
        begins: String,
    },
    /// It is for another kind of machine.
    #[error("expected a shared library for {expected}, found one for {found}")]
    Machine {
        /// This machine.
        expected: String,
        /// The machine that it is for.
        found: String,
    },
    /// It is a program or an object file.
    #[error("expected a shared library, found {found}")]
    Kind {
        /// What it is.
        found: String,
    },
    /// A part of it lies beyond its end.
    #[error("expected {part} up to byte {expected}, found the end of the file at {found}")]
    Truncated {
        /// The part.
        part: &'static str,
        /// Where it should end.
        expected: u64,
        /// Where the file ends.
        found: u64,
    },
    /// A part of it is not what it should be.
    #[error("expected {expected}, found {found}")]
    Garbled {
        /// What should be there.
        expected: &'static str,
        /// What is there.
        found: String,
    },
}

/// Checks that `bytes`, of which only what is looked at is read, are a whole shared library for this machine.
pub(crate) fn check<'a>(bytes: impl ReadRef<'a>) -> Result<(), ElfFault> {
    let first = bytes.read_bytes_at(0, length(bytes).min(4)).unwrap_or_default();
    if first.is_empty() {
        return Err(ElfFault::Empty);
    }
    if first != elf::ELFMAG {
        return Err(ElfFault::NotElf { begins: format!("`{}`", first.escape_ascii()) });
    }
    let header_size = size_of::<FileHeader64<Endianness>>() as u64;
    within("its header", 0, header_size, bytes)?;
    match FileHeader64::<Endianness>::parse(bytes) {
        Ok(header) => check_parts(header, bytes),
        Err(_) if FileHeader32::<Endianness>::parse(bytes).is_ok() => {
            Err(ElfFault::Machine { expected: machine(HERE), found: "a 32-bit machine".to_owned() })
        }
        Err(error) => Err(ElfFault::Garbled { expected: "an ELF header", found: error.to_string() }),
    }
}

fn check_parts<'a>(header: &FileHeader64<Endianness>, bytes: impl ReadRef<'a>) -> Result<(), ElfFault> {
    let garbled =
        |expected, found: &dyn fmt::Display| ElfFault::Garbled { expected, found: found.to_string() };
    let endian = header.endian().map_err(|error| garbled("an ELF header", &error))?;
    let found = header.e_machine(endian);
    if endian != Endianness::default() || found != HERE {
        return Err(ElfFault::Machine { expected: machine(HERE), found: machine(found) });
    }
    match header.e_type(endian) {
        elf::ET_DYN => {}
        elf::ET_REL => return Err(ElfFault::Kind { found: "an object file".to_owned() }),
        elf::ET_EXEC => return Err(ElfFault::Kind { found: "a program".to_owned() }),
        other => return Err(ElfFault::Kind { found: format!("ELF type {}", other.0) }),
    }

    let segments_size = u64::from(header.e_phnum(endian)) * u64::from(header.e_phentsize(endian));
    within("its table of segments", header.e_phoff(endian), segments_size, bytes)?;
    let segments =
        header.program_headers(endian, bytes).map_err(|error| garbled("a table of segments", &error))?;
    let loaded = segments.iter().filter(|segment| segment.p_type(endian) == elf::PT_LOAD);
    for segment in loaded.clone() {
        within("a segment", segment.p_offset(endian), segment.p_filesz(endian), bytes)?;
    }
    if loaded.count() == 0 || !segments.iter().any(|segment| segment.p_type(endian) == elf::PT_DYNAMIC) {
        return Err(garbled("segments to load and to link", &"none"));
    }

    // Linkers write the section table last: it is whole, or the file is not.
    let sections_size = u64::from(header.e_shnum(endian)) * u64::from(header.e_shentsize(endian));
    within("its table of sections", header.e_shoff(endian), sections_size, bytes)?;
    let sections =
        header.section_headers(endian, bytes).map_err(|error| garbled("a table of sections", &error))?;
    let names =
        header.shstrndx(endian, bytes).map_err(|error| garbled("the section of section names", &error))?;
    let names =
        sections.get(names as usize).ok_or_else(|| garbled("the section of section names", &"none"))?;
    if names.sh_type(endian) != elf::SHT_STRTAB {
        let found = format!("section type {}", names.sh_type(endian).0);
        return Err(garbled("the section of section names to be a string table", &found));
    }
    within("its section names", names.sh_offset(endian), names.sh_size(endian), bytes)
}

fn within<'a>(part: &'static str, offset: u64, size: u64, bytes: impl ReadRef<'a>) -> Result<(), ElfFault> {
    let (expected, found) = (offset.saturating_add(size), length(bytes));
    if expected > found {
        return Err(ElfFault::Truncated { part, expected, found });
    }
    Ok(())
}

/// A file whose length is not known has no bytes that could be checked.
fn length<'a>(bytes: impl ReadRef<'a>) -> u64 {
    bytes.len().unwrap_or_default()
}

#[cfg(target_arch = "x86_64")]
const HERE: elf::Machine = elf::EM_X86_64;
#[cfg(target_arch = "aarch64")]
const HERE: elf::Machine = elf::EM_AARCH64;
#[cfg(target_arch = "riscv64")]
const HERE: elf::Machine = elf::EM_RISCV;
#[cfg(target_arch = "powerpc64")]
const HERE: elf::Machine = elf::EM_PPC64;
#[cfg(target_arch = "s390x")]
const HERE: elf::Machine = elf::EM_S390;

fn machine(machine: elf::Machine) -> String {
    match machine {
        elf::EM_X86_64 => "x86-64".to_owned(),
        elf::EM_AARCH64 => "AArch64".to_owned(),
        elf::EM_RISCV => "RISC-V".to_owned(),
        elf::EM_PPC64 => "PowerPC 64".to_owned(),
        elf::EM_S390 => "S/390".to_owned(),
        other => format!("machine {}", other.0),
    }
}
