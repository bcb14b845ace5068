//! What stands on disk at one moment, told apart by hash.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sha2::{Digest as _, Sha256};

use crate::config;

/// The hash of a file's bytes.
pub(crate) type Digest = [u8; 32];

/// What stood on disk at one moment. Two sightings are equal where every byte is.
#[derive(Debug, Clone)]
pub(crate) struct Sighting {
    /// The configuration's files, each with its bytes or with why they cannot be read.
    pub(crate) config: Vec<(PathBuf, Result<Vec<u8>, String>)>,
    /// Each plugin file with its hash.
    pub(crate) plugins: BTreeMap<PathBuf, Digest>,
    /// The stat of each plugin file, by which an unchanged one is not read again.
    stats: BTreeMap<PathBuf, Stat>,
}

type Stat = (u64, Option<SystemTime>, u64, u64);

// === impl Sighting ===

impl Sighting {
    /// Nothing seen yet.
    pub(crate) fn none() -> Self {
        Self { config: Vec::new(), plugins: BTreeMap::new(), stats: BTreeMap::new() }
    }

    /// Looks at the configuration and at every `.so` of the directories; what has the same stat as in
    /// `before` keeps its hash.
    pub(crate) fn take(config: &Path, directories: &[PathBuf], before: &Self) -> Self {
        Self { config: config::files(config), ..before.clone() }.with_plugins_of(directories)
    }

    /// Looks at the plugins again, in these directories, and keeps the configuration as it was seen.
    pub(crate) fn with_plugins_of(self, directories: &[PathBuf]) -> Self {
        let mut sighting = Self { config: self.config, ..Self::none() };
        for file in directories.iter().flat_map(|directory| shared_libraries(directory)) {
            // A file that went while we looked is a file that is not there.
            let Ok(stat) = stat(&file) else { continue };
            let known = self.plugins.get(&file).filter(|_| self.stats.get(&file) == Some(&stat));
            let digest = match known {
                Some(digest) => *digest,
                None => match fs::read(&file) {
                    Ok(bytes) => Sha256::digest(&bytes).into(),
                    Err(_) => continue,
                },
            };
            sighting.plugins.insert(file.clone(), digest);
            sighting.stats.insert(file, stat);
        }
        sighting
    }
}

impl PartialEq for Sighting {
    fn eq(&self, other: &Self) -> bool {
        self.config == other.config && self.plugins == other.plugins
    }
}

/// The plugin files of a directory, by name; hidden ones are some program's temporary files.
fn shared_libraries(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().filter_map(Result::ok);
    let mut files: Vec<_> = entries
        .filter(|entry| {
            let name = entry.file_name();
            let name = name.as_encoded_bytes();
            name.ends_with(b".so") && !name.starts_with(b".")
        })
        .map(|entry| entry.path())
        .collect();
    files.sort();
    files
}

fn stat(file: &Path) -> io::Result<Stat> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = fs::metadata(file)?;
    Ok((metadata.len(), metadata.modified().ok(), metadata.ino(), metadata.dev()))
}
