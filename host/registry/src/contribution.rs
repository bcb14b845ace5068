//! What one origin brings: the input of linking.

use std::fmt;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use kamodo_expr::Definition;
use kamodo_value::{Meta, Signature, Value};

use crate::CallError;

/// Who brought a function.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Origin {
    /// A YAML file.
    Yaml {
        /// The file.
        file: PathBuf,
    },
    /// A plugin's shared library.
    Plugin {
        /// The watched file, as the user named it.
        file: PathBuf,
        /// The plugin's own name.
        name: String,
        /// The plugin's own version.
        version: String,
        /// The SHA-256 of the file's bytes, in hexadecimal.
        digest: String,
    },
    /// Another server.
    Upstream {
        /// The name or the address that is dialled.
        host: String,
        /// The port.
        port: u16,
        /// What is put before the names of its functions, with `_` between.
        prefix: Option<String>,
    },
}

/// What identifies an origin from one version of it to the next.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum OriginKey {
    /// A YAML file.
    Yaml(PathBuf),
    /// A plugin's shared library, as the user named it.
    Plugin(PathBuf),
    /// Another server, under the prefix that its functions get here.
    Upstream {
        /// The name or the address that is dialled.
        host: String,
        /// The port.
        port: u16,
        /// What is put before the names of its functions, with `_` between.
        prefix: Option<String>,
    },
}

/// All functions of one origin.
#[derive(Debug, Clone)]
pub struct Contribution {
    /// Who brings them.
    pub origin: Origin,
    /// The functions, in the order in which they are defined.
    pub functions: Vec<ContributedFunction>,
}

/// One function, before it is linked with the others.
#[derive(Debug, Clone)]
pub enum ContributedFunction {
    /// A definition in Kamodo's language, whose names are resolved when linking.
    Symbolic(Definition),
    /// Compiled code, whose signature is known.
    Native {
        /// Its call form.
        signature: Signature,
        /// What it says of itself.
        meta: Meta,
        /// Its code.
        code: Arc<dyn NativeFunction>,
    },
    /// A function that runs elsewhere, whose signature is known.
    Awaited {
        /// Its call form.
        signature: Signature,
        /// What it says of itself.
        meta: Meta,
        /// The way to it.
        remote: Arc<dyn AwaitedFunction>,
    },
}

/// Returns what the language has under a name, so that no origin may bring a function of that name: calls and
/// definitions would mean different things by it. None if the name is free.
#[must_use]
pub fn reserved_name(name: &str) -> Option<&'static str> {
    kamodo_expr::reserved(name)
}

/// Compiled code that is called with one value a parameter, defaults filled in.
pub trait NativeFunction: Send + Sync + fmt::Debug {
    /// Calls the function with one argument a parameter.
    ///
    /// # Errors
    /// [`CallError`], which names the function and where it can the argument.
    fn call(&self, args: Vec<Value>, cancel: &Cancel) -> Result<Value, CallError>;

    /// Returns how demanding a call is.
    fn cost(&self) -> Cost;

    /// Returns what is to be said of its description though it is served.
    fn remarks(&self) -> &[Remark] {
        &[]
    }
}

/// Something to be said of a function that is served all the same, such as that its unit has two readings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The fact.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

/// A function that runs elsewhere, and is called with one value a parameter, defaults filled in.
pub trait AwaitedFunction: Send + Sync + fmt::Debug {
    /// Begins a call. Dropping the future cancels it; nothing of it may take the thread for long.
    ///
    /// It fails with a [`CallError`] that says where the function runs.
    fn call(&self, args: Vec<Value>) -> Awaited;

    /// Returns the servers that a call goes through, the next one first, as far as they are known.
    fn route(&self) -> Vec<Hop> {
        Vec::new()
    }

    /// Returns its name where it runs, where that place works off compositions of its functions by itself.
    fn name_there(&self) -> Option<&str> {
        None
    }

    /// Returns a composition that ends with this function, as one function; all of it runs where this one does.
    fn compose(&self, _composed: Composed) -> Option<Arc<dyn AwaitedFunction>> {
        None
    }
}

/// A call of functions that run at one other place.
#[derive(Debug, Clone, PartialEq)]
pub struct Composed {
    /// The name of the function there.
    pub function: String,
    /// One for each of its parameters.
    pub args: Vec<Part>,
}

/// What a call in a composition is given.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// An argument of the whole, by its place.
    Argument(usize),
    /// The default of a parameter.
    Constant(Value),
    /// The answer of another call.
    Call(Composed),
}

/// A server on the way to a function.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Hop {
    /// Which start of which server it is; empty where it does not say.
    pub instance: String,
    /// Where it is dialled.
    pub address: String,
}

/// The answer of a function that runs elsewhere, on its way.
pub type Awaited = Pin<Box<dyn Future<Output = Result<Value, CallError>> + Send>>;

/// How demanding a call is, which says where it may run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cost {
    /// Declared cheap by its author: may run where the call arrives.
    Cheap,
    /// Runs on a thread of its plugin.
    Unknown,
}

/// Says to running work that nobody waits for its result any more.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

// === impl Cancel ===

impl Cancel {
    /// Asks the work to stop at its next chunk.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Returns whether the work should stop.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

// === impl Origin ===

impl Origin {
    /// Returns what stays the same when the origin changes.
    #[must_use]
    pub fn key(&self) -> OriginKey {
        match self {
            Self::Yaml { file } => OriginKey::yaml(file),
            Self::Plugin { file, .. } => OriginKey::plugin(file),
            Self::Upstream { host, port, prefix } => OriginKey::upstream(host, *port, prefix.as_deref()),
        }
    }

    /// Returns the word for this kind of origin.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Yaml { .. } => "yaml",
            Self::Plugin { .. } => "plugin",
            Self::Upstream { .. } => "upstream",
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Yaml { file } => write!(f, "{}", file.display()),
            Self::Plugin { file, name, version, .. } => write!(f, "{name} {version} ({})", file.display()),
            Self::Upstream { .. } => write!(f, "upstream {}", self.key()),
        }
    }
}

// === impl OriginKey ===

impl OriginKey {
    /// The key of a YAML file.
    #[must_use]
    pub fn yaml(file: &Path) -> Self {
        Self::Yaml(file.to_owned())
    }

    /// The key of a plugin's shared library.
    #[must_use]
    pub fn plugin(file: &Path) -> Self {
        Self::Plugin(file.to_owned())
    }

    /// The key of another server, under the prefix that its functions get here.
    #[must_use]
    pub fn upstream(host: &str, port: u16, prefix: Option<&str>) -> Self {
        Self::Upstream { host: host.to_owned(), port, prefix: prefix.map(str::to_owned) }
    }

    /// Returns the word for this kind of origin.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Yaml(_) => "yaml",
            Self::Plugin(_) => "plugin",
            Self::Upstream { .. } => "upstream",
        }
    }

    /// Returns whether it is another server, which changes without asking.
    #[must_use]
    pub fn is_upstream(&self) -> bool {
        matches!(self, Self::Upstream { .. })
    }

    /// Returns the file; none if it is another server.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Yaml(file) | Self::Plugin(file) => Some(file),
            Self::Upstream { .. } => None,
        }
    }
}

/// The file, or the address with the prefix: what a user calls the origin by.
impl fmt::Display for OriginKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Yaml(file) | Self::Plugin(file) => write!(f, "{}", file.display()),
            Self::Upstream { host, port, prefix: None } => write!(f, "{host}:{port}"),
            Self::Upstream { host, port, prefix: Some(prefix) } => write!(f, "{host}:{port} as {prefix}_"),
        }
    }
}

// === impl Contribution ===

impl Contribution {
    /// Returns whether a function of this name is among them.
    #[must_use]
    pub fn brings(&self, name: &str) -> bool {
        self.functions.iter().any(|function| function.name() == name)
    }
}

// === impl ContributedFunction ===

impl ContributedFunction {
    /// Returns the name under which the function is to be served.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Symbolic(definition) => definition.name(),
            Self::Native { signature, .. } | Self::Awaited { signature, .. } => &signature.name,
        }
    }
}
