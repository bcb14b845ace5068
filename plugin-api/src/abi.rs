//! What crosses the boundary between a host and a plugin, byte for byte.
//!
//! Two parts, which age differently:
//! - The **root module** ([`PluginModule`]) is what abi_stable checks when a library is opened. A host
//!   refuses a library whose root module has fewer fields than its own, so it never grows.
//! - The **tables** ([`PluginTable`], [`FunctionTable`], [`ArgumentTable`], [`ExampleTable`], [`HostTable`],
//!   [`Call`]) grow at their ends only. Each says how large it is as its maker was built, so that a reader asks [`has`]
//!   before it reads a field that was not always there, and steps through a row of tables by that size.
//!
//! Nobody frees what the other side made. A plugin's tables and texts live as long as the process;
//! what the host passes to a call lives until the call returns; a plugin's words about a failure are
//! written into a buffer of the host.

#![allow(unsafe_code)]

use std::ffi::c_void;
use std::fmt;

use abi_stable::StableAbi;
use abi_stable::library::RootModule;
use abi_stable::sabi_types::VersionStrings;

/// The most dimensions that an array has, as in numpy.
pub const MAX_RANK: usize = 32;

/// The most arguments that a function has.
pub const MAX_ARGUMENTS: usize = 32;

/// The version of everything in this module: that of the crate, without its patch level.
///
/// Two sides understand each other where the major numbers agree, and before 1.0 the minor ones too.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, StableAbi)]
pub struct AbiVersion {
    /// Changes where an older reader would misread.
    pub major: u32,
    /// Changes where tables grew.
    pub minor: u32,
}

/// The root module, found by abi_stable's header. It never gains a field: see the module's text.
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = PluginModuleRef, prefix_fields = PluginModuleFields)))]
#[sabi(missing_field(panic))]
pub struct PluginModule {
    /// What the plugin was built against.
    pub abi: AbiVersion,
    /// Builds the plugin's state, once, and gives its table.
    // Opaque to abi_stable: the tables behind it carry their own sizes, and may grow.
    #[sabi(unsafe_opaque_field)]
    #[sabi(last_prefix_field)]
    pub open: Open,
}

/// Writes the plugin's table to `plugin`, or the reason why there is none to `failure`.
pub type Open = unsafe extern "C" fn(
    host: *const HostTable,
    plugin: *mut *const PluginTable,
    failure: *mut TextBuffer,
) -> Status;

/// What the host offers to a plugin, for as long as the process runs: its version so far. A place for the
/// plugin's log comes next.
#[repr(C)]
#[derive(Debug)]
pub struct HostTable {
    /// The bytes of this table as the host was built.
    pub size: usize,
    /// What the host was built against.
    pub abi: AbiVersion,
}

/// What a plugin is.
#[repr(C)]
#[derive(Debug)]
pub struct PluginTable {
    /// The bytes of this table as the plugin was built.
    pub size: usize,
    /// The plugin's name.
    pub name: Text,
    /// The plugin's own version.
    pub version: Text,
    /// The functions, `function_size` bytes apart.
    pub functions: *const FunctionTable,
    /// How many functions there are.
    pub n_functions: usize,
    /// The bytes of a [`FunctionTable`] as the plugin was built.
    pub function_size: usize,
    /// The bytes of an [`ArgumentTable`] as the plugin was built.
    pub argument_size: usize,
    /// The bytes of an [`ExampleTable`] as the plugin was built.
    pub example_size: usize,
}

/// What a function is, and its code.
#[repr(C)]
#[derive(Debug)]
pub struct FunctionTable {
    /// Its name.
    pub name: Text,
    /// The unit of its result; empty where it has none.
    pub unit: Text,
    /// A description in words.
    pub doc: Text,
    /// Whom to cite.
    pub citation: Text,
    /// The right-hand side in LaTeX.
    pub equation: Text,
    /// Bits of [`CHEAP`].
    pub flags: u64,
    /// The arguments, [`PluginTable::argument_size`] bytes apart.
    pub arguments: *const ArgumentTable,
    /// How many arguments there are.
    pub n_arguments: usize,
    /// What `call` and `shape` take first.
    pub context: *const c_void,
    /// Computes the output.
    pub call: CallEntry,
    /// Gives the shape of the output, for a function of whole arrays. A function without it works on
    /// each element alone: its inputs all have the output's shape, by strides of 0 where need be.
    pub shape: Option<ShapeEntry>,
    /// The examples, [`PluginTable::example_size`] bytes apart.
    pub examples: *const ExampleTable,
    /// How many examples there are.
    pub n_examples: usize,
}

/// A bit of [`FunctionTable::flags`]: a call on one element takes microseconds at most.
pub const CHEAP: u64 = 1;

/// What an argument is.
#[repr(C)]
#[derive(Debug)]
pub struct ArgumentTable {
    /// Its name.
    pub name: Text,
    /// Its unit; empty where it has none.
    pub unit: Text,
    /// Bits of [`HAS_DEFAULT`] and [`HIDDEN`].
    pub flags: u64,
    /// Its value where a call leaves it out.
    pub default: f64,
}

/// A bit of [`ArgumentTable::flags`]: a call may leave it out.
pub const HAS_DEFAULT: u64 = 1;
/// A bit of [`ArgumentTable::flags`]: the equation does not show it.
pub const HIDDEN: u64 = 2;

/// A call and what it gives, which a host tries before it serves the function.
#[repr(C)]
#[derive(Debug)]
pub struct ExampleTable {
    /// One argument after the other.
    pub arguments: *const Numbers,
    /// How many arguments there are.
    pub n_arguments: usize,
    /// What the function gives.
    pub result: Numbers,
    /// Bits of [`HAS_TOLERANCE`].
    pub flags: u64,
    /// How far, in the unit of the result, an element may be off. Without it: by one part in 10¹².
    pub tolerance: f64,
}

/// A bit of [`ExampleTable::flags`]: the author says how far the result may be off.
pub const HAS_TOLERANCE: u64 = 1;

/// Numbers of some shape, in C order, that live as long as the process. It never grows.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Numbers {
    /// The first element.
    pub data: *const f64,
    /// The length of each dimension.
    pub shape: *const usize,
    /// How many dimensions there are.
    pub rank: usize,
}

/// Fills [`Call::output`].
pub type CallEntry = unsafe extern "C" fn(context: *const c_void, call: *const Call) -> Status;

/// Writes the shape of the output, of at most [`MAX_RANK`] dimensions, to `shape`, and its length to
/// `rank`. Of `call` it reads the inputs' shapes and the failure buffer only.
pub type ShapeEntry = unsafe extern "C" fn(
    context: *const c_void,
    call: *const Call,
    rank: *mut usize,
    shape: *mut usize,
) -> Status;

/// One call, on any number of elements.
#[repr(C)]
#[derive(Debug)]
pub struct Call {
    /// The bytes of this table as the host was built.
    pub size: usize,
    /// One input an argument, as many as the function has arguments.
    pub inputs: *const Input,
    /// How many inputs there are.
    pub n_inputs: usize,
    /// The length of each dimension of the output.
    pub shape: *const usize,
    /// How many dimensions the output has.
    pub rank: usize,
    /// Where the output goes, in C order; overlaps no input.
    pub output: *mut f64,
    /// Where words about a failure go.
    pub failure: *mut TextBuffer,
    /// Returns whether nobody waits for the result any more.
    pub cancelled: Option<unsafe extern "C" fn(token: *const c_void) -> bool>,
    /// What `cancelled` takes.
    pub cancel_token: *const c_void,
}

/// The numbers of one argument.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Input {
    /// The first element.
    pub data: *const f64,
    /// The length of each dimension.
    pub shape: *const usize,
    /// How far apart, in elements, neighbours along each dimension are; 0 repeats an element.
    /// A function of whole arrays finds C order always.
    pub strides: *const isize,
    /// How many dimensions there are.
    pub rank: usize,
}

/// How an entry ended.
#[repr(transparent)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status(pub u32);

/// UTF-8 that lives as long as the process.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Text {
    /// The first byte.
    pub data: *const u8,
    /// How many bytes there are.
    pub len: usize,
}

/// Room of one side for the words of the other.
#[repr(C)]
#[derive(Debug)]
pub struct TextBuffer {
    /// The first byte.
    pub data: *mut u8,
    /// How many bytes fit.
    pub capacity: usize,
    /// How many bytes of UTF-8 were written.
    pub len: usize,
}

/// Returns whether a table that says that it has `size` bytes has the field.
///
/// `has!(table.size, FunctionTable, shape)`.
#[doc(hidden)]
#[macro_export]
macro_rules! has {
    ($size:expr, $table:ty, $field:ident) => {{
        const fn end<T>(offset: usize, _field: fn(&$table) -> &T) -> usize {
            offset + ::core::mem::size_of::<T>()
        }
        $size >= end(::core::mem::offset_of!($table, $field), |table| &table.$field)
    }};
}
#[doc(inline)]
pub use crate::has;

// === impl AbiVersion ===

impl AbiVersion {
    /// What this crate speaks.
    pub const CURRENT: Self = Self {
        major: number(env!("CARGO_PKG_VERSION_MAJOR")),
        minor: number(env!("CARGO_PKG_VERSION_MINOR")),
    };

    /// Reads the first two numbers of a version's text, such as `1.2` of `1.2.3`.
    #[must_use]
    pub fn parse(version: &str) -> Option<Self> {
        let mut numbers = version.split('.');
        let (major, minor) = (numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?);
        Some(Self { major, minor })
    }

    /// Returns whether two sides that speak these versions understand each other.
    #[must_use]
    pub fn understands(self, other: Self) -> bool {
        self.major == other.major && (self.major != 0 || self.minor == other.minor)
    }
}

impl fmt::Display for AbiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

const fn number(digits: &str) -> u32 {
    let (digits, mut value, mut index) = (digits.as_bytes(), 0, 0);
    while index < digits.len() {
        value = value * 10 + (digits[index] - b'0') as u32;
        index += 1;
    }
    value
}

// === impl PluginModule ===

impl RootModule for PluginModuleRef {
    abi_stable::declare_root_module_statics! {PluginModuleRef}

    const BASE_NAME: &'static str = "kamodo_plugin";
    const NAME: &'static str = "kamodo_plugin";
    // Read before the layout is compared, so that a host can say which version a plugin speaks.
    const VERSION_STRINGS: VersionStrings = VersionStrings::new(env!("CARGO_PKG_VERSION"));
}

// === impl Status ===

impl Status {
    /// The output is written, whole.
    pub const OK: Self = Self(0);
    /// The author's code says no; the failure buffer says why.
    pub const FAILED: Self = Self(1);
    /// The author's code panicked; the failure buffer says what it said.
    pub const PANICKED: Self = Self(2);
    /// The call stopped because it was cancelled.
    pub const CANCELLED: Self = Self(3);
}

// === impl Text ===

impl Text {
    /// Lends a text that lives as long as the process.
    #[must_use]
    pub const fn new(text: &'static str) -> Self {
        Self { data: text.as_ptr(), len: text.len() }
    }

    /// Returns the bytes.
    ///
    /// # Safety
    /// The text was made by [`Text::new`] or is as if it were: `len` bytes, for as long as the process.
    #[must_use]
    pub unsafe fn bytes(self) -> &'static [u8] {
        if self.len == 0 {
            return &[];
        }
        // SAFETY: `len` bytes that live as long as the process, promised by the caller; would fail the
        // loader's tests of a plugin's texts.
        unsafe { std::slice::from_raw_parts(self.data, self.len) }
    }
}

// === impl TextBuffer ===

impl TextBuffer {
    /// Lends `room` for words.
    #[must_use]
    pub fn new(room: &mut [u8]) -> Self {
        Self { data: room.as_mut_ptr(), capacity: room.len(), len: 0 }
    }

    /// Writes as much of `text` as fits, in whole characters.
    ///
    /// # Safety
    /// `data` has room for `capacity` bytes.
    pub unsafe fn write(&mut self, text: &str) {
        let fits = self.capacity.min(text.len());
        let len = (0..=fits).rev().find(|&len| text.is_char_boundary(len)).unwrap_or(0);
        // SAFETY: `len <= capacity` bytes fit, promised by the caller, and `text` is not that room, since
        // it is borrowed; would fail `words_are_cut_between_characters`.
        unsafe { std::ptr::copy_nonoverlapping(text.as_ptr(), self.data, len) };
        self.len = len;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_cut_between_characters() {
        let mut room = [b'.'; 4];
        let mut buffer = TextBuffer::new(&mut room);
        // SAFETY: the buffer lends an array of four bytes.
        unsafe { buffer.write("abé!") };
        assert_eq!(buffer.len, 4);
        // SAFETY: as above.
        unsafe { buffer.write("abcé") };
        assert_eq!((buffer.len, &room), (3, b"abc\xa9"));
    }

    #[test]
    fn a_table_has_what_its_size_reaches() {
        let (whole, older) = (size_of::<FunctionTable>(), std::mem::offset_of!(FunctionTable, shape));
        assert!(has!(whole, FunctionTable, shape));
        assert!(!has!(older, FunctionTable, shape));
        assert!(has!(older, FunctionTable, call));
    }

    #[test]
    fn versions_are_read_and_compared() {
        let (old, new) = (AbiVersion { major: 0, minor: 1 }, AbiVersion { major: 0, minor: 2 });
        assert_eq!(AbiVersion::parse("0.2.7"), Some(new));
        assert_eq!(AbiVersion::parse("two"), None);
        assert!(!old.understands(new));
        assert!(AbiVersion { major: 1, minor: 0 }.understands(AbiVersion { major: 1, minor: 4 }));
        assert_eq!(AbiVersion::parse(env!("CARGO_PKG_VERSION")), Some(AbiVersion::CURRENT));
    }
}
