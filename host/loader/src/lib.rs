//! Turns plugins' shared libraries into contributions.
//!
//! A file goes through [`stage`](StageDir) (hash, check, private copy), `needs` (the libraries and symbols that
//! it needs), [`trial`](Trial) (opened, described and its examples run in a process of its own), `library` (open, once, for as long as
//! the process runs), `spec` (everything that the plugin says of itself, copied and checked) and `function`
//! (its code as a function of values). [`load`] is that story.
//!
//! Invariants:
//! - No file is opened but a private copy named by the hash of its bytes: another file under the same path
//!   is another library, and the watched file may be overwritten or removed at any time.
//! - A library is never closed. Bytes that were opened once are not opened again, and bytes that failed are
//!   not tried again until somebody asks for it ([`StageDir::forget_failures`]).
//! - No text of a plugin is kept by reference, and no panic of a plugin's code arrives here.
//! - What a plugin's code changes of the process is put back and told (`guard`, `process`), and how a thread computes
//!   is put back after each entry (`float`).
//! - `unsafe` stands in `library.rs`, `spec.rs`, `entry.rs`, `float.rs`, `process/system.rs` and `trial/confine.rs` only.

mod broadcast;
mod checksum;
mod digest;
mod elf;
mod ending;
mod entry;
mod error;
mod example;
mod fault;
mod float;
mod function;
mod guard;
mod library;
mod needs;
mod operand;
mod process;
mod spec;
mod stage;
mod staged;
mod trial;

use std::path::Path;

use kamodo_registry::{Contribution, Origin};

pub use digest::Digest;
pub use elf::ElfFault;
pub use ending::{Ending, Step};
pub use error::{Error, ErrorKind, NeededLibrary};
pub use example::ExampleFault;
pub use fault::SpecFault;
pub use guard::{ProcessChange, end_process, watch_process};
pub use process::{Aspect, Change};
pub use stage::{Crowding, Limits, StageDir};
pub use trial::{Trial, try_plugin};

use spec::PluginSpec;
use staged::Staged;

/// Loads one plugin file as the contribution of its origin.
///
/// The same bytes loaded before give the same code, or the same error, without being opened again.
///
/// # Errors
/// [`Error`], which names the file; everything that is wrong with what the plugin says of itself at once.
pub fn load(path: &Path, stage: &StageDir) -> Result<Contribution, Error> {
    let read = stage.read(path)?;
    let digest = read.digest();
    checksum::check(path, digest).map_err(|kind| Error::new(path, Some(digest), kind))?;
    let plugin = stage.remember(digest, || {
        stage.check_room()?;
        let staged = stage.copy(&read)?; //                 content-addressed: same bytes, same path
        stage.check_needs(&staged, path)?; //               before anything is opened
        stage.try_out(&staged)?; //                         in a process of its own
        let opened = open(&staged);
        guard::after_load(&path.display().to_string()); //  also if it failed
        Ok(function::plugin(opened?))
    });
    let plugin = plugin.map_err(|kind| Error::new(path, Some(digest), kind))?;
    let origin = Origin::Plugin {
        file: path.to_owned(),
        name: plugin.name.clone(),
        version: plugin.version.clone(),
        digest: digest.to_string(),
    };
    Ok(Contribution { origin, functions: plugin.functions.clone() })
}

/// Opens a private copy: the only step that runs a plugin's code here, and that leaks.
fn open(staged: &Staged) -> Result<PluginSpec, ErrorKind> {
    let library = library::open(staged)?;
    let module = library.root_module()?; // header, then version, then layout
    spec::read(library::start(module)?) //  every text copied
}
