//! What stands on disk at one moment, told apart by its bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use kamodo_files::{Limit, Stop, resolve};
use sha2::{Digest as _, Sha256};

use crate::config::{self, Unread};

/// The hash of a file's bytes.
pub(crate) type Digest = [u8; 32];

/// Where to look.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Places {
    /// The configuration: a file, or a directory of files.
    pub(crate) config: PathBuf,
    /// Directories of plugins.
    pub(crate) directories: Vec<PathBuf>,
    /// Files whose change matters to the settings, such as certificates.
    pub(crate) settings: Vec<PathBuf>,
}

/// What stood on disk at one moment.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sighting {
    /// The configuration's files, each with its bytes or with why they cannot be read.
    pub(crate) config: Vec<(PathBuf, Result<Vec<u8>, Unread>)>,
    /// Each plugin's file with the hash of its bytes, and of the checksum that stands beside it.
    pub(crate) plugins: BTreeMap<PathBuf, Digest>,
    /// The files that matter to the settings.
    pub(crate) settings: BTreeMap<PathBuf, Digest>,
    /// Directories of plugins that cannot be listed: what they brought is not gone for that.
    pub(crate) unlisted: BTreeSet<PathBuf>,
    /// What each plugin's file was when it was last read, so that an unchanged one is not read again.
    known: BTreeMap<PathBuf, Known>,
}

/// A file's hash, and by what it is told that the file has not changed since.
#[derive(Debug, Clone)]
struct Known {
    stat: Stat,
    read_at: SystemTime,
    digest: Digest,
}

/// Length, times of the last change of content and of anything, and which file it is.
type Stat = (u64, Option<SystemTime>, (i64, i64), u64, u64);

/// A file that changed this shortly before it was read may change again without another time: clocks of
/// file systems are coarse.
const COARSE: Duration = Duration::from_secs(3);

// === impl Sighting ===

impl Sighting {
    /// The sighting of a configuration of these files.
    #[cfg(test)]
    pub(crate) fn of_texts(texts: &[(&str, &str)]) -> Self {
        let bytes = |(file, text): &(&str, &str)| (file.into(), Ok(text.as_bytes().to_vec()));
        Self { config: texts.iter().map(bytes).collect(), ..Self::default() }
    }

    /// Looks at everything; what has the same stat as in `before` keeps its hash. If it is told to stop, what it
    /// returns is of no use.
    pub(crate) fn take(places: &Places, before: &Self, stop: &Stop) -> Self {
        let mut sighting = Self { config: config::files(&places.config), ..Self::default() };
        for file in &places.settings {
            // One that is not there may come.
            if let Some(digest) = hash(Sha256::new(), file, Limit::CERTIFICATES, stop) {
                sighting.settings.insert(file.clone(), digest.finalize().into());
            }
        }
        sighting.look_at_plugins(&places.directories, before, stop);
        sighting
    }

    /// Looks at the plugins of these directories, and at no others.
    pub(crate) fn look_at_plugins(&mut self, directories: &[PathBuf], before: &Self, stop: &Stop) {
        (self.plugins, self.known, self.unlisted) = Default::default();
        for directory in directories {
            match shared_libraries(directory) {
                Ok(files) => files.into_iter().for_each(|file| self.look_at_plugin(file, before, stop)),
                Err(_) => {
                    self.unlisted.insert(directory.clone());
                    for file in before.plugins.keys().filter(|file| file.parent() == Some(directory)) {
                        self.keep(file, before);
                    }
                }
            }
        }
    }

    fn look_at_plugin(&mut self, file: PathBuf, before: &Self, stop: &Stop) {
        let mut stat = match stat(&file) {
            Ok(stat) => stat,
            // A file that went while we looked is a file that is not there.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return,
            Err(_) => Stat::default(), // what is wrong with it is said by whoever loads it
        };
        let checksum = checksum_file(&file);
        if let Ok(beside) = self::stat(&checksum) {
            stat.2 = (stat.2.0.wrapping_add(beside.2.0), stat.2.1.wrapping_add(beside.2.1));
            stat.0 = stat.0.wrapping_add(beside.0);
        }
        let known = before.known.get(&file).filter(|known| known.stat == stat && !known.is_fresh());
        let known = match known {
            Some(known) => known.clone(),
            None => {
                let read_at = SystemTime::now();
                let Some(digest) = hash(Sha256::new(), &file, Limit::PLUGIN, stop) else { return };
                let both = hash(digest.clone(), &checksum, Limit::CHECKSUM, stop);
                Known { stat, read_at, digest: both.unwrap_or(digest).finalize().into() }
            }
        };
        self.plugins.insert(file.clone(), known.digest);
        self.known.insert(file, known);
    }

    /// Puts a file back to what it was in `before`.
    pub(crate) fn keep(&mut self, file: &Path, before: &Self) {
        fn put<K: Ord + Clone, V: Clone>(map: &mut BTreeMap<K, V>, key: &K, value: Option<&V>) {
            match value {
                Some(value) => drop(map.insert(key.clone(), value.clone())),
                None => drop(map.remove(key)),
            }
        }
        let file = file.to_owned();
        put(&mut self.plugins, &file, before.plugins.get(&file));
        put(&mut self.known, &file, before.known.get(&file));
        put(&mut self.settings, &file, before.settings.get(&file));
        if !before.unlisted.contains(&file) {
            self.unlisted.remove(&file);
        }
        let earlier = before.config.iter().find(|(other, _)| *other == file);
        let place = self.config.iter().position(|(other, _)| *other == file);
        match (place, earlier) {
            (Some(index), Some(earlier)) => self.config[index] = earlier.clone(),
            (Some(index), None) => drop(self.config.remove(index)),
            (None, Some(earlier)) => {
                self.config.push(earlier.clone());
                self.config.sort_by(|(a, _), (b, _)| a.cmp(b));
            }
            (None, None) => {}
        }
    }

    /// Forgets a plugin, so that it counts as new when it is next looked at.
    pub(crate) fn forget_plugin(&mut self, file: &Path) {
        self.plugins.remove(file);
        self.known.remove(file);
    }

    /// Returns every file with what tells its versions apart, and every directory that cannot be listed.
    pub(crate) fn versions(&self) -> BTreeMap<&Path, Digest> {
        let config = self.config.iter().map(|(file, bytes)| {
            let digest = match bytes {
                Ok(bytes) => Sha256::digest(bytes),
                Err(reason) => Sha256::digest(unreadable(&reason.message)),
            };
            (file.as_path(), digest.into())
        });
        let hashed = self.plugins.iter().chain(&self.settings);
        let unlisted = self.unlisted.iter().map(|directory| (directory.as_path(), Digest::default()));
        config.chain(hashed.map(|(file, digest)| (file.as_path(), *digest))).chain(unlisted).collect()
    }

    /// Returns the files that are others than in `before`, that came, or that went.
    pub(crate) fn changed_since(&self, before: &Self) -> Vec<PathBuf> {
        let (now, before) = (self.versions(), before.versions());
        let all: BTreeSet<_> = now.keys().chain(before.keys()).copied().collect();
        all.into_iter().filter(|file| now.get(file) != before.get(file)).map(Path::to_owned).collect()
    }

    /// Returns whether a file looks as if somebody were at it: a file of the configuration that is cut short
    /// or gone, or a plugin that went with all others of its directory.
    pub(crate) fn looks_unfinished(&self, file: &Path, before: &Self) -> bool {
        let bytes = |sighting: &Self| {
            sighting.config.iter().find(|(other, _)| other == file).map(|(_, bytes)| bytes.clone())
        };
        match (bytes(before), bytes(self)) {
            (Some(Ok(before)), Some(Ok(now))) => now.len() < before.len() && before.starts_with(&now),
            (Some(_), Some(Err(_)) | None) => true,
            (None | Some(Err(_)), Some(Ok(now))) => now.is_empty(),
            (None, Some(Err(_))) => false,
            (None, None) => {
                let is_beside = |other: &&PathBuf| other.parent() == file.parent();
                before.plugins.contains_key(file) && !self.plugins.keys().any(|other| is_beside(&other))
            }
        }
    }
}

// === impl Known ===

impl Known {
    /// Whether the file was read so shortly after its last change that a further one need not show.
    fn is_fresh(&self) -> bool {
        let changed = self.stat.1.and_then(|modified| self.read_at.duration_since(modified).ok());
        changed.is_none_or(|age| age < COARSE)
    }
}

/// Adds to a hash what a file holds, or why it cannot be read. None if there is no such file.
fn hash(mut hash: Sha256, file: &Path, limit: Limit, stop: &Stop) -> Option<Sha256> {
    let read = kamodo_files::open(file, limit).and_then(|mut opened| {
        opened.stream(stop, |piece| {
            hash.update(piece);
            Ok(())
        })
    });
    match read {
        Ok(_) => Some(hash),
        Err(error) if error.is_missing() => None,
        Err(error) => Some(Sha256::new_with_prefix(unreadable(&error.to_string()))),
    }
}

/// What tells a file that cannot be read from the same file once it can.
fn unreadable(reason: &str) -> String {
    format!("unreadable: {reason}")
}

/// The file in which a plugin's checksum may stand, in the format of `sha256sum`.
pub(crate) fn checksum_file(plugin: &Path) -> PathBuf {
    let mut name = plugin.as_os_str().to_owned();
    name.push(".sha256");
    name.into()
}

/// The plugin files of a directory, by name; hidden ones are some program's temporary files.
pub(crate) fn shared_libraries(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(resolve(directory))? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.as_encoded_bytes();
        if name.ends_with(b".so") && !name.starts_with(b".") {
            files.push(directory.join(entry.file_name())); // as the user named the directory
        }
    }
    files.sort();
    Ok(files)
}

fn stat(file: &Path) -> io::Result<Stat> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = fs::metadata(resolve(file))?;
    let changed = (metadata.ctime(), metadata.ctime_nsec());
    Ok((metadata.len(), metadata.modified().ok(), changed, metadata.ino(), metadata.dev()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unread() -> Unread {
        Unread { message: "gone".to_owned(), hint: None }
    }

    fn config(text: Option<&str>) -> Sighting {
        match text {
            Some(text) => Sighting::of_texts(&[("a.yaml", text)]),
            None => Sighting { config: vec![("a.yaml".into(), Err(unread()))], ..Sighting::default() },
        }
    }

    #[track_caller]
    fn check(before: Option<&str>, now: Option<&str>, expect: bool) {
        let found = config(now).looks_unfinished(Path::new("a.yaml"), &config(before));
        assert_eq!(found, expect, "{before:?} to {now:?}");
    }

    #[test]
    fn what_looks_unfinished() {
        check(Some("!Kamodo\nf: x\n"), Some(""), true);
        check(Some("!Kamodo\nf: x\n"), Some("!Kamodo\nf"), true);
        check(Some("!Kamodo\nf: x\n"), None, true);
        check(Some("!Kamodo\nf: x\n"), Some("!Kamodo\nf: x + 1\n"), false);
        check(Some("!Kamodo\nf: x\ng: x\n"), Some("!Kamodo\ng: x\n"), false);
        check(None, Some("!Kamodo\n"), false);
    }

    #[test]
    fn an_emptied_directory_looks_unfinished_and_one_removed_plugin_does_not() {
        let plugins = |names: &[&str]| Sighting {
            plugins: names.iter().map(|name| (Path::new("d").join(name), [0; 32])).collect(),
            ..Sighting::default()
        };
        let before = plugins(&["a.so", "b.so"]);
        assert!(plugins(&[]).looks_unfinished(Path::new("d/a.so"), &before));
        assert!(!plugins(&["b.so"]).looks_unfinished(Path::new("d/a.so"), &before));
    }

    #[test]
    fn a_file_may_be_put_back() {
        let (before, mut now) = (config(Some("a")), config(Some("b")));
        assert_eq!(now.changed_since(&before), [Path::new("a.yaml")]);
        now.keep(Path::new("a.yaml"), &before);
        assert!(now.changed_since(&before).is_empty());
    }
}
