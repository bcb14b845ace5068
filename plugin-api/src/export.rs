//! How a plugin becomes a shared library.

#![allow(unsafe_code)]

use std::sync::{Mutex, PoisonError};

#[doc(hidden)]
pub use abi_stable::library::{CheckTypeLayout, LibHeader, RootModuleResult};
use abi_stable::marker_type::ErasedPrefix;
use abi_stable::prefix_type::{PrefixRefTrait, PrefixTypeTrait};
use abi_stable::std_types::RResult;

use crate::abi::{AbiVersion, HostTable, Open, PluginModule, PluginTable, Status, TextBuffer};
use crate::call::Stop;
use crate::entry::{contain, keep_words};
use crate::plugin::{Plugin, StartError};

/// Exports functions as a plugin, and makes `fn plugin() -> Result<Plugin, StartError>` for tests.
///
/// ```
/// use kamodo_plugin_api::Function;
///
/// kamodo_plugin_api::export! {
///     name: "gas",
///     functions: [
///         Function::new("pressure", |n: f64, t: f64| 1.380_649e-23 * n * t)
///             .argument("n", "1/m^3")
///             .argument("T", "K")
///             .unit("Pa"),
///     ],
/// }
/// # fn main() { assert_eq!(plugin().unwrap().functions().len(), 1); }
/// ```
/// A model that is built when the plugin is loaded, such as a table from a file, is a `state`: any
/// expression that gives a `Result`. The functions borrow it, for ever.
/// ```
/// # struct Model(Vec<f64>);
/// # impl Model {
/// #     fn read() -> Result<Self, std::num::ParseFloatError> { Ok(Self(vec!["2.5".parse()?])) }
/// #     fn density(&self, r: f64) -> f64 { r * self.0[0] }
/// # }
/// use kamodo_plugin_api::Function;
///
/// kamodo_plugin_api::export! {
///     name: "corona",
///     state: Model::read(),
///     functions: |model| [
///         Function::new("density", |r: f64| model.density(r)).argument("r", "R_S").unit("1/cm^3"),
///     ],
/// }
/// # fn main() { plugin().unwrap(); }
/// ```
/// The author of a model decides in which place it finds its files. A relative path starts at the directory in which the
/// server was started, whichever that is: not at the folder of the configuration, nor at that of the plugin, which
/// is opened from a copy elsewhere. So what belongs to the plugin is best built into it, and a file that changes is
/// named by an absolute path, for example in an environment variable:
/// ```
/// # use std::path::PathBuf;
/// /// Returns the table that whoever runs the server names, or the one that was built in.
/// fn table() -> Result<String, String> {
///     const BUILT_IN: &str = "1.0 2.5"; // or include_str!("table.txt"), a file beside this source
///     let Some(path) = std::env::var_os("CORONA_TABLE").map(PathBuf::from) else {
///         return Ok(BUILT_IN.to_owned());
///     };
///     if path.is_relative() {
///         return Err(format!("CORONA_TABLE: expected an absolute path, found `{}`", path.display()));
///     }
///     std::fs::read_to_string(&path).map_err(|e| format!("CORONA_TABLE: {}: {e}", path.display()))
/// }
/// # assert!(table().is_ok());
/// ```
/// An error of the state refuses the plugin with these words, in its trial and before anything of it is served.
#[macro_export]
macro_rules! export {
    (name: $name:expr, functions: [$($function:expr),* $(,)?] $(,)?) => {
        $crate::export! { @plugin $crate::Plugin::new($name, env!("CARGO_PKG_VERSION"), [$($function),*]) }
    };
    (name: $name:expr, state: $state:expr, functions: |$model:ident| [$($function:expr),* $(,)?] $(,)?) => {
        $crate::export! { @plugin {
            let $model: &'static _ = Box::leak(Box::new(($state).map_err($crate::StartError::new)?));
            $crate::Plugin::new($name, env!("CARGO_PKG_VERSION"), [$(
                { #[allow(clippy::redundant_locals)] let $model = $model; $function }
            ),*])
        } }
    };
    (@plugin $plugin:expr) => {
        #[cfg(panic = "abort")]
        compile_error!(
            "a plugin that aborts when it panics would end its host: remove `panic = \"abort\"` from the profile"
        );

        /// Makes the functions of this plugin.
        ///
        /// # Errors
        /// Where its state cannot be built, or code and signature of a function differ.
        pub fn plugin() -> ::core::result::Result<$crate::Plugin, $crate::StartError> {
            $plugin
        }

        #[allow(unsafe_code)]
        const _: () = {
            static TABLE: $crate::export::Table = $crate::export::Table::new();

            unsafe extern "C" fn open(
                host: *const $crate::abi::HostTable,
                table: *mut *const $crate::abi::PluginTable,
                failure: *mut $crate::abi::TextBuffer,
            ) -> $crate::abi::Status {
                // SAFETY: the host passes what `abi::Open` says.
                unsafe { TABLE.open(plugin, host, table, failure) }
            }

            extern "C" fn root_module() -> $crate::export::RootModuleResult {
                $crate::export::root_module(open)
            }

            // SAFETY: no other item has this name in a library that exports one plugin, and the constructor
            // gives a `PluginModuleRef`, whose layout is checked when the library is opened.
            #[unsafe(export_name = "_1as_0lib_1header_0root_bmodule_bloader")]
            static HEADER: $crate::export::LibHeader = unsafe {
                $crate::export::LibHeader::from_constructor::<$crate::abi::PluginModuleRef>(
                    root_module,
                    $crate::export::CheckTypeLayout::Yes,
                )
            };
        };
    };
}

/// The tables of an opened plugin: made once, by the first that asks.
#[doc(hidden)]
pub struct Table(Mutex<Option<&'static PluginTable>>);

// SAFETY: nobody writes to a table once it is made; the contexts in it are `Function`s, whose code is
// `Send + Sync`. Would fail the loader's tests of concurrent calls.
unsafe impl Send for PluginTable {}
// SAFETY: as above.
unsafe impl Sync for PluginTable {}

#[doc(hidden)]
pub fn root_module(open: Open) -> RootModuleResult {
    let module = PluginModule { abi: AbiVersion::CURRENT, open }.leak_into_prefix();
    // SAFETY: erased as abi_stable's own attribute erases it; the host brings the type back after it has
    // compared its layout. Would fail the loader's tests, all of them.
    RResult::ROk(unsafe { module.to_prefix_ref().cast::<ErasedPrefix>() })
}

impl Table {
    #[doc(hidden)]
    #[must_use]
    pub const fn new() -> Self {
        Self(Mutex::new(None))
    }

    /// # Safety
    /// As [`Open`]: three pointers to what the host owns, for as long as this runs.
    #[doc(hidden)]
    pub unsafe fn open(
        &self,
        plugin: fn() -> Result<Plugin, StartError>,
        host: *const HostTable,
        table: *mut *const PluginTable,
        failure: *mut TextBuffer,
    ) -> Status {
        keep_words();
        // SAFETY: promised by the caller.
        let host = unsafe { &(*host).abi };
        let end = contain(|| {
            if !AbiVersion::CURRENT.understands(*host) {
                let found = AbiVersion::CURRENT;
                return Err(Stop::failed(format_args!("plugin speaks ABI {found}, the host {host}")));
            }
            // A state that panicked while it was built left nothing here.
            let mut made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            match *made {
                Some(table) => Ok(table),
                None => Ok(*made.insert(plugin().map_err(Stop::failed)?.into_table())),
            }
        });
        match end {
            Ok(made) => {
                // SAFETY: promised by the caller.
                unsafe { table.write(made) };
                Status::OK
            }
            Err(stop) => {
                // SAFETY: promised by the caller.
                unsafe { (*failure).write(&stop.message) };
                stop.status
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use abi_stable::library::ROOT_MODULE_LOADER_NAME;

    #[test]
    fn the_header_has_the_name_that_hosts_look_for() {
        assert_eq!(ROOT_MODULE_LOADER_NAME, "_1as_0lib_1header_0root_bmodule_bloader");
    }
}
