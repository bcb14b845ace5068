//! Tells the supervisor to look again when something happens to the files that it reads.
//!
//! An event says no more than that: what changed is found by looking, since editors, `cp`, `mv` and
//! mounted volumes each report the same change in ways of their own.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kamodo_files::resolve;
use notify::event::{AccessKind, AccessMode, Flag, ModifyKind};
use notify::{Error, ErrorKind, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

/// Watches the configuration, the plugins and every directory on the way to them.
///
/// A watch is on what stands at a path, not on the path: what is removed and made again, or is swapped by a link, has to be
/// watched anew. `notify` knows its watches by their paths, and forgets a new one when it hears of the end of the
/// old one. So nothing is ever taken out of a watcher: if anything that is watched went, or is not wanted any more, all
/// is watched by a new one.
pub(crate) struct Watch {
    watcher: RecommendedWatcher,
    /// What is watched, each with what it was then: another may have taken its place.
    watched: BTreeMap<PathBuf, Identity>,
    /// Those that cannot be watched, and of which that was told.
    refused: BTreeSet<PathBuf>,
    ways: Arc<Mutex<Ways>>,
    touched: Arc<dyn Fn(Touch) + Send + Sync>,
}

/// What the watcher's thread knows of the paths that are watched.
#[derive(Debug, Default)]
struct Ways {
    /// The names of everything on the ways: an event of another name is a stranger's.
    names: BTreeSet<OsString>,
    /// What is watched.
    paths: BTreeSet<PathBuf>,
    /// Whether something that is watched went since the watcher was made.
    is_stale: bool,
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
    pub(crate) fn start(touched: impl Fn(Touch) + Send + Sync + 'static) -> notify::Result<Self> {
        let (ways, touched) = (Arc::default(), Arc::new(touched) as Arc<dyn Fn(Touch) + Send + Sync>);
        let watcher = watcher(&ways, &touched)?;
        Ok(Self { watcher, watched: BTreeMap::new(), refused: BTreeSet::new(), ways, touched })
    }

    /// Watches these files and directories, with all that is on the way to each, and nothing else. Returns whether
    /// something was not watched so far: what was looked at before has to be looked at again, since a change of it may
    /// never be told. A watcher that is replaced takes what it has not told with it.
    #[must_use]
    pub(crate) fn watch_only<'a>(&mut self, paths: impl IntoIterator<Item = &'a Path>) -> bool {
        let mut way = Way::default();
        paths.into_iter().for_each(|path| way.walk(&resolve(path)));
        let wanted: BTreeMap<_, _> =
            way.stops.into_iter().filter_map(|path| identity(&path).map(|found| (path, found))).collect();
        let is_stale = {
            let mut ways = self.ways();
            ways.names = way.names;
            ways.paths.extend(wanted.keys().cloned());
            std::mem::take(&mut ways.is_stale)
        };
        if is_stale || self.watched.iter().any(|(path, known)| wanted.get(path) != Some(known)) {
            match watcher(&self.ways, &self.touched) {
                Ok(watcher) => {
                    self.watcher = watcher;
                    self.watched.clear();
                }
                // The old one still tells of some; a new one is tried at the next look.
                Err(error) => {
                    self.ways().is_stale = true;
                    self.refuse(Path::new("/"), &error);
                }
            }
        }
        let mut is_new = false;
        for (path, identity) in &wanted {
            if !self.watched.contains_key(path) {
                is_new |= self.watch(path, *identity);
            }
        }
        self.ways().paths.retain(|path| wanted.contains_key(path));
        is_new
    }

    /// Returns whether it is watched now.
    fn watch(&mut self, path: &Path, identity: Identity) -> bool {
        match self.watcher.watch(path, RecursiveMode::NonRecursive) {
            Ok(()) => {
                self.refused.remove(path);
                self.watched.insert(path.to_owned(), identity);
                return true;
            }
            // That it cannot be read is told where it is read, and what is only on the way need not be readable.
            Err(Error { kind: ErrorKind::Io(error), .. })
                if error.kind() == io::ErrorKind::PermissionDenied => {}
            // It went since: the directory in which it was tells of that.
            Err(Error { kind: ErrorKind::PathNotFound, .. }) => {}
            Err(error) => self.refuse(path, &error),
        }
        false
    }

    fn refuse(&mut self, path: &Path, error: &Error) {
        if self.refused.insert(path.to_owned()) {
            tracing::warn!(
                "{}: cannot be watched, it is looked at every 30 s: {error}; hint: raise \
                 `fs.inotify.max_user_watches`, or start with `--watch poll`",
                path.display()
            );
        }
    }

    fn ways(&self) -> MutexGuard<'_, Ways> {
        self.ways.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn watcher(
    ways: &Arc<Mutex<Ways>>,
    touched: &Arc<dyn Fn(Touch) + Send + Sync>,
) -> notify::Result<RecommendedWatcher> {
    let (ways, touched) = (Arc::clone(ways), Arc::clone(touched));
    notify::recommended_watcher(move |event: notify::Result<Event>| {
        // An error is an overflow or a lost watch: looking is the answer to both.
        let event = event.unwrap_or_else(|_| Event::new(EventKind::Any).set_flag(Flag::Rescan));
        let is_relevant = {
            let mut ways = ways.lock().unwrap_or_else(PoisonError::into_inner);
            ways.is_stale |= is_end(&event, &ways.paths);
            is_relevant(&event, &ways.names)
        };
        if is_relevant {
            touched(Touch(event));
        }
    })
}

/// Whether something that is watched may be watched no more.
fn is_end(event: &Event, watched: &BTreeSet<PathBuf>) -> bool {
    let goes = matches!(event.kind, EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)));
    event.need_rescan() || goes && event.paths.iter().any(|path| watched.contains(path))
}

fn identity(path: &Path) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = fs::symlink_metadata(path).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

/// Everything on the way to some paths.
#[derive(Debug, Default)]
struct Way {
    /// The directories that are passed, and the ends, none of them by a link: each stands here under one name only.
    stops: BTreeSet<PathBuf>,
    /// What is looked up in them, the names of links included.
    names: BTreeSet<OsString>,
}

// === impl Way ===

impl Way {
    /// Goes to the end of a path as the system does, or as far as there is something.
    fn walk(&mut self, path: &Path) {
        const MAX_LINKS: usize = 40; // as the kernel follows
        let mut n_links = 0;
        let mut here = std::env::current_dir().unwrap_or_default();
        let mut rest: Vec<PathBuf> = steps(&here.join(path));
        while let Some(step) = rest.pop() {
            match step.components().next() {
                Some(Component::RootDir) => here = PathBuf::from("/"),
                Some(Component::ParentDir) => drop(here.pop()),
                Some(Component::Normal(name)) => {
                    self.names.insert(name.to_owned());
                    self.stops.insert(here.clone());
                    let next = here.join(name);
                    let Ok(found) = fs::symlink_metadata(&next) else { return };
                    match fs::read_link(&next) {
                        Ok(target) if found.is_symlink() => {
                            n_links += 1;
                            if n_links > MAX_LINKS {
                                return;
                            }
                            rest.extend(steps(&target));
                        }
                        _ => here = next,
                    }
                }
                _ => {}
            }
        }
        self.stops.insert(here);
    }
}

/// The steps of a path, the first one last.
fn steps(path: &Path) -> Vec<PathBuf> {
    path.components().rev().map(|step| PathBuf::from(step.as_os_str())).collect()
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
    fn every_directory_and_link_on_the_way_is_passed() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().canonicalize().unwrap();
        fs::create_dir_all(root.join("v1/sub")).unwrap();
        fs::create_dir(root.join("d")).unwrap();
        fs::write(root.join("v1/sub/f"), "").unwrap();
        let link = |target: &str, name: &str| std::os::unix::fs::symlink(target, root.join(name)).unwrap();
        link("v1", "current");
        link("../current/sub", "d/relative");
        link(root.join("d/relative").to_str().unwrap(), "absolute");
        link("loop", "loop");
        let way = |path: &str| {
            let mut way = Way::default();
            way.walk(&root.join(path));
            let inside = way.stops.iter().filter_map(|stop| stop.strip_prefix(&root).ok());
            let stops: Vec<_> = inside.map(|stop| stop.display().to_string()).collect();
            assert!(root.ancestors().all(|ancestor| way.stops.contains(ancestor)));
            stops.join(" ")
        };
        assert_eq!(way("v1/sub/f"), " v1 v1/sub v1/sub/f");
        assert_eq!(way("current/sub/f"), " v1 v1/sub v1/sub/f");
        assert_eq!(way("absolute/f"), " d v1 v1/sub v1/sub/f");
        assert_eq!(way("d/../current/sub/../x/y"), " v1");
        assert_eq!(way("missing/f"), "");
        assert_eq!(way("loop/f"), "");
    }

    #[test]
    fn what_was_not_watched_so_far_has_to_be_looked_at_again() {
        let directory = tempfile::tempdir().unwrap();
        let (file, other) = (directory.path().join("a.yaml"), directory.path().join("new.yaml"));
        fs::write(&file, "f: x").unwrap();
        let mut watch = Watch::start(|_| ()).unwrap();
        // Late news of the replaced file may have all watched anew once more.
        let comes_to_rest = |watch: &mut Watch| (0..1_000).any(|_| !watch.watch_only([&*file]));
        assert!(watch.watch_only([&*file]));
        assert!(comes_to_rest(&mut watch));
        for _ in 0..20 {
            fs::write(&other, "g: x").unwrap();
            fs::rename(&other, &file).unwrap();
            // Whether or not the system has told of it by now: the one that would be told is taken away.
            assert!(watch.watch_only([&*file]));
            assert!(comes_to_rest(&mut watch));
        }
        let inside = directory.path().join("sub/b.yaml");
        fs::create_dir(directory.path().join("sub")).unwrap();
        assert!(watch.watch_only([&*file, &*inside]));
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
