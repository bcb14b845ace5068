//! What a shared library says of what it needs and what it has.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use kamodo_files::Limit;
use object::elf::{self, FileHeader64, SectionHeader64, Sym64};
use object::read::elf::{Dyn as _, FileHeader as _, SectionHeader as _, SectionTable, Sym as _};
use object::{Endianness, ReadCache, ReadRef, SectionIndex, StringTable};

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
        let opened = kamodo_files::open(file, Limit::PLUGIN).ok()?;
        // Where a library stands is where its links end.
        let file = file.canonicalize().unwrap_or_else(|_| file.to_owned());
        Self::read(&ReadCache::new(opened.into_file()), file.parent()?)
    }

    /// Reads a library that stands in the directory `origin`, and of it only its tables. `None` if it says too little.
    pub(super) fn read<'a>(bytes: impl ReadRef<'a>, origin: &Path) -> Option<Self> {
        let header = FileHeader64::<Endianness>::parse(bytes).ok()?;
        let endian = header.endian().ok()?;
        let sections = header.sections(endian, bytes).ok()?;
        let (entries, names) = sections.dynamic(endian, bytes).ok()??;
        let names = strings(&sections, endian, bytes, names)?;
        let (symbols, symbol_names) = symbols(&sections, endian, bytes)?;

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
            let name = symbol.name(endian, symbol_names).ok()?;
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

/// The table of the symbols that other libraries see, with their names.
fn symbols<'a, R: ReadRef<'a>>(
    sections: &SectionTable<'a, FileHeader64<Endianness>, R>,
    endian: Endianness,
    bytes: R,
) -> Option<(&'a [Sym64<Endianness>], StringTable<'a>)> {
    let Some(section) = sections.iter().find(|section| section.sh_type(endian) == elf::SHT_DYNSYM) else {
        return Some((&[], StringTable::default()));
    };
    check_size(section, endian)?;
    let symbols = section.data_as_array(endian, bytes).ok()?;
    Some((symbols, strings(sections, endian, bytes, section.link(endian))?))
}

/// A table of strings, read at once: name by name it would be a call of the system for each.
fn strings<'a, R: ReadRef<'a>>(
    sections: &SectionTable<'a, FileHeader64<Endianness>, R>,
    endian: Endianness,
    bytes: R,
    index: SectionIndex,
) -> Option<StringTable<'a>> {
    let section = sections.section(index).ok()?;
    check_size(section, endian)?;
    let strings = section.data(endian, bytes).ok()?;
    Some(StringTable::new(strings, 0, strings.len() as u64))
}

/// Nothing is read that says of itself that it is larger than any real table.
fn check_size(section: &SectionHeader64<Endianness>, endian: Endianness) -> Option<()> {
    const MAX_TABLE: u64 = 256 << 20;
    (section.sh_size(endian) <= MAX_TABLE).then_some(())
}

fn text(names: StringTable<'_>, offset: u64) -> Option<String> {
    let bytes = names.get(u32::try_from(offset).ok()?).ok()?;
    String::from_utf8(bytes.to_vec()).ok()
}
