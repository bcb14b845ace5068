//! Why a plugin does not load.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kamodo_plugin_api::abi::AbiVersion;

use crate::digest::Digest;
use crate::elf::ElfFault;
use crate::ending::{Ending, Step};
use crate::example::ExampleFault;
use crate::fault::SpecFault;

/// A plugin that does not load: which file, which bytes of it, and why ([`Error::kind`]).
#[derive(Debug, Clone)]
pub struct Error {
    path: PathBuf,
    digest: Option<Digest>,
    kind: Box<ErrorKind>,
}

/// Why a plugin does not load.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The file cannot be read.
    #[error("cannot read the plugin")]
    Read(#[source] kamodo_files::Error),
    /// It is another file now than it was a moment before.
    #[error("expected bytes that stay while they are copied, found others")]
    Changed,
    /// No private copy can be made.
    #[error("cannot make a private copy")]
    Stage(#[source] kamodo_files::Error),
    /// The file is another one than its checksum, which stands beside it, is of.
    #[error("SHA-256: expected {expected} ({}), found {found}", name(file))]
    Checksum {
        /// The file of the checksum.
        file: PathBuf,
        /// What stands in it.
        expected: String,
        /// What the plugin has.
        found: String,
    },
    /// The file of the checksum has none.
    #[error("{}: expected a line of `sha256sum` for the plugin, found `{found}`", name(file))]
    NoChecksum {
        /// The file of the checksum.
        file: PathBuf,
        /// Its first line.
        found: String,
    },
    /// The file of the checksum cannot be read.
    #[error("{}: cannot read the checksum", name(file))]
    ChecksumUnreadable {
        /// The file of the checksum.
        file: PathBuf,
        /// Why.
        source: kamodo_files::Error,
    },
    /// The file is no whole shared library for this machine.
    #[error(transparent)]
    Damaged(ElfFault),
    /// It needs libraries that the system does not find.
    #[error("needs {}", listed("the shared library", "shared libraries", libraries, "not found"))]
    MissingLibraries {
        /// The libraries, all of them.
        libraries: Vec<NeededLibrary>,
    },
    /// It needs symbols that no library has.
    #[error("needs {}", listed("the symbol", "symbols", &quoted(symbols), "in no library that it needs"))]
    MissingSymbols {
        /// The symbols, all of them, as linkers know them.
        symbols: Vec<String>,
    },
    /// This process has no room left for thread-local variables of the kind that it has.
    #[error("its thread-local variables are of the static kind, and this process has no room for more")]
    StaticTls,
    /// The system refuses to open it.
    #[error("cannot be opened: {reason}")]
    Open {
        /// The system's words.
        reason: String,
    },
    /// It is a shared library, and no plugin.
    #[error("exports no root module: a shared library, but no plugin")]
    NotAPlugin,
    /// Its root module is of another abi_stable than this host's.
    #[error("root module: expected abi_stable {expected}, found {found}")]
    Foreign {
        /// This host's.
        expected: String,
        /// The plugin's.
        found: String,
    },
    /// It was built against another version of `kamodo-plugin-api`.
    #[error("plugin speaks ABI {found}, this host {expected}")]
    AbiMismatch {
        /// What this host speaks.
        expected: AbiVersion,
        /// What the plugin says that it speaks.
        found: String,
    },
    /// It claims this host's version, and is laid out otherwise.
    #[error("plugin says ABI {expected}, but its root module is laid out otherwise")]
    Layout {
        /// What both say.
        expected: AbiVersion,
        /// The difference, in abi_stable's words, for a log of details.
        detail: String,
    },
    /// Its state could not be built.
    #[error("does not start: {message}")]
    Start {
        /// The plugin's words.
        message: String,
    },
    /// Its code panicked while it started.
    #[error("panicked while it started: {message}")]
    Panicked {
        /// What the panic said.
        message: String,
    },
    /// The server panicked while it looked at the file.
    #[error("a fault of the server while it loaded this file: {message}")]
    Fault {
        /// What the panic said.
        message: String,
    },
    /// What it says of itself does not hold together.
    #[error("{}", lines("does not hold together", faults))]
    Spec {
        /// Everything that is wrong.
        faults: Vec<SpecFault>,
    },
    /// Its examples give something else than they promise.
    #[error("{}", lines("its examples do not hold", faults))]
    Examples {
        /// Those that do not hold.
        faults: Vec<ExampleFault>,
    },
    /// It did not come through its trial, in a process of its own.
    #[error("trial: expected {step}, found {ending}{}", after(printed))]
    Trial {
        /// What it was doing.
        step: Step,
        /// How that ended.
        ending: Ending,
        /// The last lines that it printed.
        printed: Vec<String>,
        /// The command that tries a plugin.
        program: String,
    },
    /// This process has opened as many libraries as it may.
    #[error("expected fewer than {limit} open plugin libraries, found {open}: an old one is never closed")]
    TooManyLibraries {
        /// How many are open.
        open: usize,
        /// How many may be.
        limit: usize,
    },
    /// It could not be tried.
    #[error("cannot be tried in a process of its own")]
    NoTrial(#[source] Arc<io::Error>),
}

/// A library that another one needs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NeededLibrary {
    /// Its file name.
    pub name: String,
    /// The library that needs it, where that is not the plugin itself.
    pub needed_by: Option<String>,
    /// Where it stands, seen from the watched file, though not from the private copy.
    pub beside: Option<PathBuf>,
}

// === impl Error ===

impl Error {
    pub(crate) fn new(path: &Path, digest: Option<Digest>, kind: ErrorKind) -> Self {
        Self { path: path.to_owned(), digest, kind: Box::new(kind) }
    }

    /// Returns that the server itself failed while it loaded a file: a panic with this message.
    #[must_use]
    pub fn fault(path: &Path, message: &str) -> Self {
        Self::new(path, None, ErrorKind::Fault { message: message.to_owned() })
    }

    /// Returns the file, as the user named it.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns what its bytes are known by; none where they could not be read.
    #[must_use]
    pub fn digest(&self) -> Option<Digest> {
        self.digest
    }

    /// Returns why it does not load.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// Returns what to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match &*self.kind {
            ErrorKind::Trial { ending: ending @ Ending::Signal(_), program, .. } => {
                let file = self.path.display();
                Some(format!("{}: `gdb --args {program} {file} /dev/null`", ending.hint()))
            }
            kind => kind.hint(),
        }
    }

    /// Returns whether the same bytes may load at another time, so that it is worth another try: the reason
    /// is in the system, and not in the file.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        !self.kind.is_about_the_bytes()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some(digest) = self.digest {
            write!(f, " ({})", digest.short())?;
        }
        write!(f, ": {}", self.kind)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&*self.kind)
    }
}

// === impl ErrorKind ===

impl ErrorKind {
    /// Returns whether the same bytes would fail again, for the same reason, so that they need not be tried
    /// again.
    pub(crate) fn is_about_the_bytes(&self) -> bool {
        match self {
            // What has no bytes that could be read is looked at again when it is replaced.
            Self::Read(kamodo_files::Error::Kind { .. } | kamodo_files::Error::TooLarge { .. }) => true,
            Self::Read(_) | Self::Changed | Self::Stage(_) | Self::NoTrial(_) => false,
            // Both end with this process.
            Self::StaticTls | Self::TooManyLibraries { .. } => false,
            Self::Checksum { .. } | Self::NoChecksum { .. } | Self::ChecksumUnreadable { .. } => false,
            // Somebody may install it.
            Self::MissingLibraries { .. } => false,
            Self::Trial { ending, .. } => ending.is_about_the_bytes(),
            _ => true,
        }
    }

    fn hint(&self) -> Option<String> {
        let built = "build it as a `cdylib` whose functions `kamodo_plugin_api::export!` lists";
        let hint = match self {
            Self::Damaged(ElfFault::Truncated { .. } | ElfFault::Garbled { .. } | ElfFault::Empty) => {
                "copy it anew, under another name, and move it into place when it is whole".to_owned()
            }
            Self::Damaged(ElfFault::Machine { expected, .. }) => format!("build it for {expected}"),
            Self::Damaged(_) | Self::NotAPlugin => built.to_owned(),
            Self::MissingLibraries { libraries } => match libraries.iter().find_map(|one| one.beside.as_ref()) {
                Some(file) => format!(
                    "a plugin is opened as a private copy, from which `$ORIGIN` leads elsewhere: name the directory \
                     of {} in `LD_LIBRARY_PATH`, or link the library statically",
                    file.display()
                ),
                None => "install them where the system looks, or link them statically".to_owned(),
            },
            Self::MissingSymbols { .. } => "link the library that has them into the plugin".to_owned(),
            Self::StaticTls => {
                "restart the server, which gives the room back; or build the plugin, and the static libraries in \
                 it, with `-ftls-model=global-dynamic`"
                    .to_owned()
            }
            Self::Foreign { .. } => {
                format!("rebuild it against `kamodo-plugin-api` {}", AbiVersion::CURRENT)
            }
            Self::AbiMismatch { expected, .. } | Self::Layout { expected, .. } => {
                format!("rebuild it against `kamodo-plugin-api` {expected}")
            }
            Self::Start { .. } => {
                "when that is mended, `kamodo-rpc reload` has it tried again, as a new build of the plugin does".to_owned()
            }
            Self::Spec { faults } => faults
                .iter()
                .find_map(SpecFault::hint)
                .unwrap_or_else(|| "mend what `kamodo_plugin_api::export!` lists".to_owned()),
            Self::Examples { .. } => {
                "mend the function or the example; `kamodo_plugin_api::testing::check_examples` tries them in a test"
                    .to_owned()
            }
            Self::Trial { ending, .. } => ending.hint().to_owned(),
            Self::Checksum { .. } => {
                "is it still being copied? Else write the checksum anew, with `sha256sum`, or remove it".to_owned()
            }
            Self::NoChecksum { .. } => "write it with `sha256sum`, or remove it".to_owned(),
            Self::Open { reason } if reason.contains("version `") => {
                "build it on this system, or on an older one: its libraries are newer than those here".to_owned()
            }
            Self::Open { .. } => "`ldd -r FILE` shows what the system makes of it".to_owned(),
            Self::Fault { .. } => {
                "please report it with this file; everything else is served as before".to_owned()
            }
            Self::Panicked { .. } => "return an error instead, or mend what panics".to_owned(),
            Self::Read(error) | Self::ChecksumUnreadable { source: error, .. } => {
                error.hint().unwrap_or_else(|| "make it readable for the server".to_owned())
            }
            Self::Changed => {
                "copy it under another name, and move it into place when it is whole".to_owned()
            }
            Self::Stage(_) => {
                "see to it that the directory of private copies is the server's own, with mode 700 and with room"
                    .to_owned()
            }
            Self::TooManyLibraries { .. } => format!("{RESTART}; or allow more: the setting `generations_refuse`"),
            Self::NoTrial(_) => "it is tried again when it is looked at again".to_owned(),
        };
        Some(hint)
    }
}

impl From<kamodo_files::Error> for ErrorKind {
    fn from(error: kamodo_files::Error) -> Self {
        Self::Read(error)
    }
}

// === impl NeededLibrary ===

impl NeededLibrary {
    pub(crate) fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), needed_by: None, beside: None }
    }
}

impl fmt::Display for NeededLibrary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.name)?;
        match &self.needed_by {
            Some(by) => write!(f, " (for `{by}`)"),
            None => Ok(()),
        }
    }
}

// === words ===

fn name(file: &Path) -> String {
    file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned()
}

/// What gives the room of old libraries back.
pub(crate) const RESTART: &str =
    "restart the server when it suits: it serves the same again, with the newest library of each file only";

/// The most things of one kind that a message names.
const NAMED: usize = 10;

/// One fault on the line of the file, several on lines of their own.
fn lines(title: &str, faults: &[impl fmt::Display]) -> String {
    if let [fault] = faults {
        return fault.to_string();
    }
    let mut text = format!("{title}:");
    for fault in faults.iter().take(NAMED) {
        text.push_str(&format!("\n  {fault}"));
    }
    if faults.len() > NAMED {
        text.push_str(&format!("\n  and {} more", faults.len() - NAMED));
    }
    text
}

/// ``the symbol `a`, which is …``, ``3 symbols that are …: `a`, `b` and 1 more``.
fn listed(one: &str, many: &str, things: &[impl fmt::Display], what: &str) -> String {
    if let [thing] = things {
        return format!("{one} {thing}, which is {what}");
    }
    let named: Vec<_> = things.iter().take(NAMED).map(ToString::to_string).collect();
    let rest = match things.len().saturating_sub(NAMED) {
        0 => String::new(),
        rest => format!(" and {rest} more"),
    };
    format!("{} {many} that are {what}: {}{rest}", things.len(), named.join(", "))
}

fn quoted(symbols: &[String]) -> Vec<String> {
    symbols.iter().map(|symbol| format!("`{symbol}`")).collect()
}

/// Copies the words that a plugin wrote.
pub(crate) fn words(written: &[u8]) -> String {
    let words = String::from_utf8_lossy(written);
    if words.trim().is_empty() { "it does not say why".to_owned() } else { words.into_owned() }
}

/// What a plugin printed, on lines of its own.
pub(crate) fn after(printed: &[String]) -> String {
    match printed {
        [] => String::new(),
        lines => format!("; it printed:\n  | {}", lines.join("\n  | ")),
    }
}
