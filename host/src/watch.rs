//! Tells the supervisor to look again when something happens to the files that it reads.
//!
//! An event says no more than that: what changed is found by looking, since editors, `cp`, `mv` and
//! mounted volumes each report the same change in ways of their own.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

/// Watches the directories in which the configuration and the plugins stand.
pub(crate) struct Watch {
    watcher: RecommendedWatcher,
    watched: BTreeSet<PathBuf>,
    names: Arc<Mutex<BTreeSet<OsString>>>,
}

// === impl Watch ===

impl Watch {
    /// Starts to watch nothing yet; `look` is called from a thread of the watcher's own.
    pub(crate) fn start(look: impl Fn() + Send + 'static) -> notify::Result<Self> {
        let names = Arc::new(Mutex::new(BTreeSet::new()));
        let relevant = Arc::clone(&names);
        let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            let names = relevant.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            // An error is an overflow or a lost watch: looking is the answer to both.
            if event.map_or(true, |event| is_relevant(&event, &names)) {
                look();
            }
        })?;
        Ok(Self { watcher, watched: BTreeSet::new(), names })
    }

    /// Watches these files and directories, besides those watched already.
    ///
    /// A directory is watched itself, and so is the one that it stands in: it may be replaced, or made later.
    pub(crate) fn add(&mut self, file: &Path, directories: &[PathBuf]) {
        let links = links(file);
        let mut names = self.names.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        names.extend(
            links.iter().chain(directories).filter_map(|path| path.file_name()).map(ToOwned::to_owned),
        );
        drop(names);
        let parents = directories.iter().chain(&links).map(|path| parent(path));
        for directory in parents.chain(directories.iter().cloned()) {
            self.watch(directory);
        }
    }

    fn watch(&mut self, directory: PathBuf) {
        if !self.watched.contains(&directory) && directory.is_dir() {
            match self.watcher.watch(&directory, RecursiveMode::NonRecursive) {
                Ok(()) => {
                    self.watched.insert(directory);
                }
                Err(error) => tracing::warn!(
                    "{}: cannot be watched, it is looked at every 30 s: {error}",
                    directory.display()
                ),
            }
        }
    }

    /// Forgets a directory that is gone, so that the next `add` watches the one that replaces it.
    pub(crate) fn forget_missing(&mut self) {
        let missing: Vec<_> = self.watched.iter().filter(|directory| !directory.is_dir()).cloned().collect();
        for directory in missing {
            // The system dropped the watch together with the directory.
            let _ = self.watcher.unwatch(&directory);
            self.watched.remove(&directory);
        }
    }
}

/// A file, and where each link on the way to it points: an edit behind a link is seen where it is made.
fn links(file: &Path) -> Vec<PathBuf> {
    const MAX_LINKS: usize = 40; // as the kernel follows
    let mut all = vec![file.to_owned()];
    while let Some(target) =
        all.last().filter(|_| all.len() < MAX_LINKS).and_then(|path| fs::read_link(path).ok())
    {
        let base = all.last().map(|path| parent(path)).unwrap_or_default();
        all.push(base.join(target));
    }
    all.extend(fs::canonicalize(file)); // through directories that are links
    all
}

/// The directory in which a path stands.
pub(crate) fn parent(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Whether an event may change what is served: reading never does, and neither does a stranger's file.
fn is_relevant(event: &Event, names: &BTreeSet<OsString>) -> bool {
    if matches!(event.kind, EventKind::Access(kind) if kind != AccessKind::Close(AccessMode::Write)) {
        return false;
    }
    event.need_rescan()
        || event.paths.iter().filter_map(|path| path.file_name()).any(|name| {
            // `..data` is the link that a mounted ConfigMap swaps.
            names.contains(name)
                || name.as_encoded_bytes().ends_with(b".so")
                || name.as_encoded_bytes().starts_with(b"..")
        })
}

#[cfg(test)]
mod tests {
    use notify::event::{CreateKind, ModifyKind};

    use super::*;

    #[track_caller]
    fn check(kind: EventKind, path: &str, expect: bool) {
        let names = BTreeSet::from(["kamodo_rpc.yaml".into(), "plugins.d".into()]);
        assert_eq!(is_relevant(&Event::new(kind).add_path(path.into()), &names), expect, "{kind:?} {path}");
    }

    #[test]
    fn what_makes_it_look() {
        check(EventKind::Modify(ModifyKind::Any), "./kamodo_rpc.yaml", true);
        check(EventKind::Create(CreateKind::File), "plugins.d/dipole.so", true);
        check(EventKind::Access(AccessKind::Close(AccessMode::Write)), "plugins.d/dipole.so", true);
        check(EventKind::Create(CreateKind::File), "..data", true);
        check(EventKind::Create(CreateKind::Folder), "./plugins.d", true);
    }

    #[test]
    fn what_does_not() {
        check(EventKind::Access(AccessKind::Read), "./kamodo_rpc.yaml", false);
        check(EventKind::Access(AccessKind::Close(AccessMode::Read)), "plugins.d/dipole.so", false);
        check(EventKind::Create(CreateKind::File), "./selfsigned.cert", false);
    }
}
