//! Tells the supervisor to look again when something happens to the files that it reads.
//!
//! An event says no more than that: what changed is found by looking, since editors, `cp`, `mv` and
//! mounted volumes each report the same change in ways of their own.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use notify::event::{AccessKind, AccessMode, Flag, ModifyKind};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

/// Watches the configuration, the plugins and the directories in which they stand.
pub(crate) struct Watch {
    watcher: RecommendedWatcher,
    /// Each file and directory with the one that it was when it was watched: another may have taken its place.
    watched: BTreeMap<PathBuf, Identity>,
    /// Those that cannot be watched, and of which that was told.
    refused: BTreeSet<PathBuf>,
    names: Arc<Mutex<BTreeSet<OsString>>>,
}

/// Device and inode.
type Identity = (u64, u64);

/// That something happened to files that are read.
#[derive(Debug)]
pub(crate) struct Touch(Event);

// === impl Touch ===

impl Touch {
    /// Returns the files, as the system names them.
    pub(super) fn paths(&self) -> &[PathBuf] {
        &self.0.paths
    }

    /// Returns whether a program wrote to a file and has not closed it yet.
    pub(super) fn is_write(&self) -> bool {
        matches!(self.0.kind, EventKind::Modify(ModifyKind::Data(_)))
    }
}

// === impl Watch ===

impl Watch {
    /// Starts to watch nothing yet; `touched` is called from a thread of the watcher's own.
    pub(crate) fn start(touched: impl Fn(Touch) + Send + 'static) -> notify::Result<Self> {
        let names = Arc::new(Mutex::new(BTreeSet::new()));
        let relevant = Arc::clone(&names);
        let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            // An error is an overflow or a lost watch: looking is the answer to both.
            let event = event.unwrap_or_else(|_| Event::new(EventKind::Any).set_flag(Flag::Rescan));
            let names = relevant.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            if is_relevant(&event, &names) {
                touched(Touch(event));
            }
        })?;
        Ok(Self { watcher, watched: BTreeMap::new(), refused: BTreeSet::new(), names })
    }

    /// Watches these files and directories and no others.
    ///
    /// Each is watched itself, and so is the directory that it stands in: it may be replaced, or made later.
    pub(crate) fn watch_only(&mut self, files: &[&Path], directories: &[&Path]) {
        let links: Vec<_> = files.iter().chain(directories).flat_map(|path| links(path)).collect();
        // The files too: one may be written under another name of it, in another directory.
        let wanted: BTreeSet<_> =
            links.iter().map(|path| parent(path)).chain(links.iter().cloned()).collect();
        *self.names.lock().unwrap_or_else(std::sync::PoisonError::into_inner) =
            links.iter().filter_map(|path| path.file_name()).map(ToOwned::to_owned).collect();

        let stale: Vec<_> = self
            .watched
            .iter()
            .filter(|(path, known)| !wanted.contains(*path) || identity(path) != Some(**known))
            .map(|(path, _)| path.clone())
            .collect();
        for path in stale {
            // The system dropped the watch of one that is gone together with it.
            let _ = self.watcher.unwatch(&path);
            self.watched.remove(&path);
        }
        for path in wanted {
            self.watch(path);
        }
    }

    fn watch(&mut self, path: PathBuf) {
        let Some(identity) = identity(&path) else { return };
        if self.watched.contains_key(&path) {
            return;
        }
        match self.watcher.watch(&path, RecursiveMode::NonRecursive) {
            Ok(()) => {
                self.refused.remove(&path);
                self.watched.insert(path, identity);
            }
            Err(error) if self.refused.insert(path.clone()) => tracing::warn!(
                "{}: cannot be watched, it is looked at every 30 s: {error}; hint: raise \
                 `fs.inotify.max_user_watches`, or start with `--watch poll`",
                path.display()
            ),
            Err(_) => {}
        }
    }
}

fn identity(path: &Path) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.dev(), metadata.ino()))
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

/// How the names of files end that are read wherever they appear: plugins, their checksums, and the files of
/// a configuration that is a directory.
const ENDINGS: [&[u8]; 4] = [b".so", b".so.sha256", b".yaml", b".yml"];

/// Whether an event may change what is served: reading never does, and neither does a stranger's file.
fn is_relevant(event: &Event, names: &BTreeSet<OsString>) -> bool {
    if matches!(event.kind, EventKind::Access(kind) if kind != AccessKind::Close(AccessMode::Write)) {
        return false;
    }
    event.need_rescan()
        || event.paths.iter().filter_map(|path| path.file_name()).any(|name| {
            // `..data` is the link that a mounted ConfigMap swaps.
            let bytes = name.as_encoded_bytes();
            names.contains(name) || ENDINGS.iter().any(|end| bytes.ends_with(end)) || bytes.starts_with(b"..")
        })
}

#[cfg(test)]
mod tests {
    use notify::event::CreateKind;

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
