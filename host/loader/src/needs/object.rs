//! What a shared library says of what it needs and what it has.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use object::elf::{self, FileHeader64};
use object::read::elf::{Dyn as _, FileHeader as _, Sym as _};
use object::{Endianness, StringTable};

/// A shared library, read.
pub(super) struct Object {
    pub(super) soname: Option<String>,
    pub(super) needed: Vec<String>,
    /// The search paths of the old kind, which what it needs inherits. None count beside those of the new.
    pub(super) rpath: Vec<PathBuf>,
    /// The search paths of the new kind, for what it needs itself.
    pub(super) runpath: Vec<PathBuf>,
    /// Whether the search paths have no variables but `$ORIGIN`.
    pub(super) has_plain_paths: bool,
    pub(super) defined: HashSet<Vec<u8>>,
    /// The symbols without which it cannot be opened.
    pub(super) undefined: HashSet<Vec<u8>>,
}

// === impl Object ===

impl Object {
    pub(super) fn open(file: &Path) -> Option<Self> {
        let bytes = fs::read(file).ok()?;
        // Where a library stands is where its links end.
        let file = file.canonicalize().unwrap_or_else(|_| file.to_owned());
        Self::read(&bytes, file.parent()?)
    }

    /// Reads a library that stands in the directory `origin`. `None` where it says too little.
    pub(super) fn read(bytes: &[u8], origin: &Path) -> Option<Self> {
        let header = FileHeader64::<Endianness>::parse(bytes).ok()?;
        let endian = header.endian().ok()?;
        let sections = header.sections(endian, bytes).ok()?;
        let (entries, names) = sections.dynamic(endian, bytes).ok()??;
        let names = sections.strings(endian, bytes, names).ok()?;
        let symbols = sections.symbols(endian, bytes, elf::SHT_DYNSYM).ok()?;

        let mut object = Self {
            soname: None,
            needed: Vec::new(),
            rpath: Vec::new(),
            runpath: Vec::new(),
            has_plain_paths: true,
            defined: HashSet::new(),
            undefined: HashSet::new(),
        };
        for entry in entries {
            let text = || text(names, entry.val(endian));
            match entry.tag(endian) {
                elf::DT_NULL => break,
                elf::DT_SONAME => object.soname = Some(text()?),
                elf::DT_NEEDED => object.needed.push(text()?),
                elf::DT_RPATH => object.rpath = object.paths(&text()?, origin),
                elf::DT_RUNPATH => object.runpath = object.paths(&text()?, origin),
                _ => {}
            }
        }
        if !object.runpath.is_empty() {
            object.rpath.clear();
        }
        for symbol in symbols.iter().filter(|symbol| !symbol.is_local()) {
            let name = symbols.symbol_name(endian, symbol).ok()?;
            match symbol.is_undefined(endian) {
                // The dummy symbol at the head of the table has no name.
                true if symbol.is_weak() || name.is_empty() => continue,
                true => object.undefined.insert(name.to_vec()),
                false => object.defined.insert(name.to_vec()),
            };
        }
        Some(object)
    }

    fn paths(&mut self, text: &str, origin: &Path) -> Vec<PathBuf> {
        let origin = origin.to_string_lossy();
        let expand = |path: &str| path.replace("${ORIGIN}", &origin).replace("$ORIGIN", &origin);
        let paths: Vec<_> = text.split(':').filter(|path| !path.is_empty()).map(expand).collect();
        self.has_plain_paths &= paths.iter().all(|path| !path.contains('$'));
        paths.into_iter().map(PathBuf::from).collect()
    }
}

fn text(names: StringTable<'_>, offset: u64) -> Option<String> {
    let bytes = names.get(u32::try_from(offset).ok()?).ok()?;
    String::from_utf8(bytes.to_vec()).ok()
}
