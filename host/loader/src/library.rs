//! Opening a library: the step that runs a plugin's code.

#![allow(unsafe_code)]

use std::sync::atomic::{AtomicUsize, Ordering};

use abi_stable::library::{
    AbiHeader, AbiHeaderRef, LibHeader, LibraryError, ROOT_MODULE_LOADER_NAME_WITH_NUL,
};
use kamodo_plugin_api::abi::{AbiVersion, HostTable, PluginModuleRef, PluginTable, Status, TextBuffer};
use libloading::os::unix::{Library as Handle, RTLD_LOCAL, RTLD_NOW};

use crate::error::{ErrorKind, NeededLibrary, words};
use crate::float;
use crate::staged::Staged;

/// An opened library. It is never closed: threads, thread-locals and texts of it may live on, and what is
/// called is called for as long as the process runs.
pub(crate) struct Library(&'static Handle);

/// How many libraries this process has opened. None is ever closed.
static N_OPEN: AtomicUsize = AtomicUsize::new(0);

/// Returns how many plugins' libraries are open in this process.
pub(crate) fn n_open() -> usize {
    N_OPEN.load(Ordering::Relaxed)
}

/// Opens a private copy. All of its symbols are found now, or it is refused; none of them is seen by others.
pub(crate) fn open(staged: &Staged) -> Result<Library, ErrorKind> {
    // SAFETY: runs the library's own initialisers, which is what loading a plugin means: in-process plugins
    // are trusted code. That the file is whole, and nobody changes it while it is mapped, is upheld by
    // `StageDir::copy`; would fail `truncations_are_refused` and `the_file_may_be_overwritten`.
    let open = || unsafe { Handle::open(Some(staged.path()), RTLD_NOW | RTLD_LOCAL) };
    let (handle, _) = float::guarded(open); // what `-ffast-math` links into a library changes it for its thread
    let handle = handle.map_err(|error| reason(&error, staged))?;
    N_OPEN.fetch_add(1, Ordering::Relaxed);
    Ok(Library(Box::leak(Box::new(handle))))
}

/// Tells apart what the system says in words only.
fn reason(error: &libloading::Error, staged: &Staged) -> ErrorKind {
    let words = std::error::Error::source(error).unwrap_or(error).to_string();
    let staged = staged.path().display().to_string();
    let words = words.strip_prefix(&format!("{staged}: ")).unwrap_or(&words);
    if let Some(symbol) = words.strip_prefix("undefined symbol: ") {
        let symbol = symbol.split([',', ' ']).next().unwrap_or(symbol);
        return ErrorKind::MissingSymbols { symbols: vec![symbol.to_owned()] };
    }
    match words.split_once(": cannot open shared object file") {
        Some((library, _)) if library != staged => {
            ErrorKind::MissingLibraries { libraries: vec![NeededLibrary::new(library)] }
        }
        _ if words.contains("static TLS block") => ErrorKind::StaticTls,
        _ => ErrorKind::Open { reason: words.to_owned() },
    }
}

// === impl Library ===

impl Library {
    /// Finds the root module, after checking that both sides mean the same by it: abi_stable's header,
    /// then the version, then the layout.
    ///
    /// abi_stable's own ways to load keep one module a type, and would give the first plugin's for ever.
    pub(crate) fn root_module(&self) -> Result<PluginModuleRef, ErrorKind> {
        // SAFETY: the symbol's address is read as a reference to an `AbiHeader`, the part that every
        // version of abi_stable puts first. `self.0` is leaked by `open`, so that `'static` holds; would
        // fail `the_file_may_be_overwritten`.
        let header = unsafe { self.0.get::<AbiHeaderRef>(ROOT_MODULE_LOADER_NAME_WITH_NUL.as_bytes()) };
        let header: AbiHeaderRef = *header.map_err(|_| ErrorKind::NotAPlugin)?;
        if !header.is_valid() {
            let expected = release(&AbiHeader::VALUE);
            let found = match header.magic_string == AbiHeader::VALUE.magic_string {
                true => release(&header),
                false => "something else".to_owned(),
            };
            return Err(ErrorKind::Foreign { expected, found });
        }
        let header = header.upgrade().map_err(|_| ErrorKind::Foreign {
            expected: release(&AbiHeader::VALUE),
            found: "one of another calling convention".to_owned(),
        })?;
        check_version(header)?;
        header.check_layout::<PluginModuleRef>().map_err(|error| match error {
            LibraryError::AbiInstability(detail) => {
                ErrorKind::Layout { expected: AbiVersion::CURRENT, detail: detail.to_string() }
            }
            error => ErrorKind::Start { message: error.to_string().trim().to_owned() },
        })
    }
}

fn check_version(header: &LibHeader) -> Result<(), ErrorKind> {
    let (expected, found) = (AbiVersion::CURRENT, header.version_strings().version);
    match AbiVersion::parse(found.as_str()) {
        Some(version) if version.understands(expected) => Ok(()),
        Some(version) => Err(ErrorKind::AbiMismatch { expected, found: version.to_string() }),
        None => Err(ErrorKind::AbiMismatch { expected, found: format!("`{found}`") }),
    }
}

fn release(header: &AbiHeader) -> String {
    format!("{}.{}", header.abi_major, header.abi_minor)
}

/// Has the plugin build its state, and gives its table.
pub(crate) fn start(module: PluginModuleRef) -> Result<*const PluginTable, ErrorKind> {
    static HOST: HostTable = HostTable { size: size_of::<HostTable>(), abi: AbiVersion::CURRENT };
    let (mut table, mut room) = (std::ptr::null(), [0; 4096]);
    let mut failure = TextBuffer::new(&mut room);
    // SAFETY: three pointers to what lives here, or for ever; the entry contains the plugin's panics, by the
    // export macro. Would fail `a_plugin_that_panics_while_it_starts`.
    let start = || unsafe { module.open()(&raw const HOST, &raw mut table, &raw mut failure) };
    let (status, _) = float::guarded(start);
    let len = failure.len.min(room.len());
    match status {
        Status::OK if !table.is_null() => Ok(table),
        Status::PANICKED => Err(ErrorKind::Panicked { message: words(&room[..len]) }),
        _ => Err(ErrorKind::Start { message: words(&room[..len]) }),
    }
}
