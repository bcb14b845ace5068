//! Where the system's loader looks for a library.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::cache;
use super::object::Object;

/// Directories that loaders know without being told. More than any one of them has: who looks into too
/// many only leaves more to the trial.
const DEFAULTS: [&str; 6] =
    ["/lib", "/usr/lib", "/lib64", "/usr/lib64", "/usr/local/lib", "/usr/local/lib64"];

/// What is the same for every plugin of this process: what it had loaded when it looked first, and the
/// directories that it looks into.
pub(super) struct Search {
    sonames: HashSet<String>,
    symbols: HashSet<Vec<u8>>,
    directories: Vec<PathBuf>,
    is_certain: bool,
}

/// Where a library is.
pub(super) enum Found {
    /// The process has it.
    Loaded,
    At(PathBuf),
    /// It is there in some form that is not understood here.
    Unclear,
    Nowhere,
}

// === impl Search ===

impl Search {
    /// Looks at this process, once. The process of the trial is the same program, and has the same.
    pub(super) fn of_this_process() -> &'static Self {
        static SEARCH: OnceLock<Search> = OnceLock::new();
        SEARCH.get_or_init(|| {
            let mut search = Self {
                sonames: HashSet::new(),
                symbols: HashSet::new(),
                directories: DEFAULTS.map(PathBuf::from).to_vec(),
                is_certain: false,
            };
            let triplet = triplet();
            search.directories.extend(["/lib", "/usr/lib"].map(|lib| Path::new(lib).join(&triplet)));
            let Ok(maps) = fs::read_to_string("/proc/self/maps") else { return search };
            let files: HashSet<&str> =
                maps.lines().filter_map(|line| Some(&line[line.find('/')?..])).collect();
            search.is_certain = true;
            for file in files {
                let (Some(library), path) = (Object::open(Path::new(file)), Path::new(file)) else {
                    continue; // a file of data, or one that was deleted
                };
                let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
                search.sonames.extend(library.soname.or(name));
                search.symbols.extend(library.defined);
                search.directories.extend(path.parent().map(Path::to_owned));
            }
            search
        })
    }

    /// Whether this process could be looked at.
    pub(super) fn is_certain(&self) -> bool {
        self.is_certain
    }

    /// Takes away the symbols that the process has.
    pub(super) fn remove_defined(&self, symbols: &mut HashSet<Vec<u8>>) {
        symbols.retain(|symbol| !self.symbols.contains(symbol));
    }

    /// Looks for a library, in the order of the system's loader.
    pub(super) fn find(&self, name: &str, rpath: &[PathBuf], runpath: &[PathBuf]) -> Found {
        if self.sonames.contains(name) {
            return Found::Loaded;
        }
        if name.contains('/') {
            return match Path::new(name).is_file() {
                true => Found::At(PathBuf::from(name)),
                false => Found::Nowhere,
            };
        }
        let environment = std::env::var_os("LD_LIBRARY_PATH").unwrap_or_default();
        let environment: Vec<_> = environment
            .to_string_lossy()
            .split([':', ';'])
            .filter(|path| !path.is_empty())
            .map(PathBuf::from)
            .collect();
        let directories = || rpath.iter().chain(&environment).chain(runpath).chain(&self.directories);
        let cached = || cache::find(name);
        let mut files = directories().map(|directory| directory.join(name)).filter(|file| file.is_file());
        if let Some(file) = files.next().or_else(cached) {
            return Found::At(file);
        }
        let for_some_machines = |directory: &PathBuf| {
            let kinds = fs::read_dir(directory.join("glibc-hwcaps")).into_iter().flatten().flatten();
            kinds.into_iter().any(|kind| kind.path().join(name).is_file())
        };
        match directories().any(for_some_machines) {
            true => Found::Unclear,
            false => Found::Nowhere,
        }
    }
}

/// The name of this kind of machine in the directories of Debian and its kin.
fn triplet() -> String {
    let machine = if cfg!(target_arch = "powerpc64") { "powerpc64le" } else { std::env::consts::ARCH };
    format!("{machine}-linux-gnu")
}
