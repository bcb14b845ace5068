//! What a plugin needs of the system: named, all of it at once, before anything is opened.
//!
//! The system's own loader names one missing library or symbol, and has run the initialisers of others by
//! then. Its search is followed here, but this is no second loader: a library is called missing only where
//! the search is understood to its end, and a symbol only where every library of the file could be read. On
//! any doubt nothing is said, and the trial decides.
//!
//! Versions of symbols are left to the trial, too.

mod cache;
mod object;
mod search;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::error::{ErrorKind, NeededLibrary};
use ::object::ReadRef;
use object::Object;
use search::{Found, Search};

/// A library that is looked at, or the plugin itself, whose name is none.
struct Visit {
    name: Option<String>,
    object: Object,
    /// The search paths of the old kind (`DT_RPATH`) that hold for it and for what it needs.
    inherited: Vec<PathBuf>,
}

/// Checks that what a plugin needs is there. `watched` is the file that it was copied from, `staged` the
/// directory of the private copy.
pub(crate) fn check<'a>(bytes: impl ReadRef<'a>, watched: &Path, staged: &Path) -> Result<(), ErrorKind> {
    let Some(plugin) = Object::read(bytes, staged) else { return Ok(()) };
    let search = Search::of_this_process();
    let mut open = plugin.undefined.clone();
    search.remove_defined(&mut open);
    let mut is_certain = search.is_certain();

    let mut missing: Vec<NeededLibrary> = Vec::new();
    let mut seen: HashSet<String> = HashSet::new();
    let mut visits = vec![Visit { name: None, inherited: plugin.rpath.clone(), object: plugin }];
    while let Some(Visit { name, object, inherited }) = visits.pop() {
        is_certain &= object.has_plain_paths;
        for needed in object.needed.iter().filter(|needed| seen.insert((*needed).clone())) {
            match search.find(needed, &inherited, &object.runpath) {
                Found::Loaded => {}
                Found::Unclear => is_certain = false,
                Found::At(file) => match Object::open(&file) {
                    Some(library) => {
                        open.retain(|symbol| !library.defined.contains(symbol));
                        let mut inherited = inherited.clone();
                        inherited.extend(library.rpath.iter().cloned());
                        visits.push(Visit { name: Some(needed.clone()), object: library, inherited });
                    }
                    None => is_certain = false,
                },
                Found::Nowhere => missing.push(NeededLibrary {
                    name: needed.clone(),
                    needed_by: name.clone(),
                    beside: beside(needed, bytes, watched).filter(|_| name.is_none()),
                }),
            }
        }
    }
    if !is_certain {
        return Ok(());
    }
    if !missing.is_empty() {
        missing.sort_by(|a, b| (&a.needed_by, &a.name).cmp(&(&b.needed_by, &b.name)));
        return Err(ErrorKind::MissingLibraries { libraries: missing });
    }
    if !open.is_empty() {
        let mut symbols: Vec<_> =
            open.iter().map(|symbol| String::from_utf8_lossy(symbol).into_owned()).collect();
        symbols.sort();
        return Err(ErrorKind::MissingSymbols { symbols });
    }
    Ok(())
}

/// Returns where a library would be if the plugin were opened where it stands: seen by its `$ORIGIN`.
fn beside<'a>(name: &str, bytes: impl ReadRef<'a>, watched: &Path) -> Option<PathBuf> {
    let directory = watched.parent()?;
    let there = Object::read(bytes, directory)?;
    let mut files = there.rpath.iter().chain(&there.runpath).map(|path| path.join(name));
    files.find(|file| file.is_file())
}
