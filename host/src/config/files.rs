//! The files of a configuration: one, or those of a directory.

use std::fs;
use std::path::{Path, PathBuf};

use kamodo_files::Limit;

/// Why a file of a configuration cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// Reads the files of a configuration: itself, or where it is a directory the YAML files in it, by name.
///
/// What cannot be read stands there with the reason.
pub(crate) fn files(config: &Path) -> Vec<(PathBuf, Result<Vec<u8>, Unread>)> {
    if !kamodo_files::resolve(config).is_dir() {
        return vec![(config.to_owned(), bytes(config))];
    }
    match yaml_files(config) {
        Ok(files) if files.is_empty() => {
            let message = "expected files named `*.yaml` or `*.yml`, found none".to_owned();
            vec![(config.to_owned(), Err(Unread { message, hint: None }))]
        }
        Ok(files) => files.into_iter().map(|file| (file.clone(), bytes(&file))).collect(),
        Err(error) => vec![(config.to_owned(), Err(kamodo_files::Error::from(error).into()))],
    }
}

fn bytes(file: &Path) -> Result<Vec<u8>, Unread> {
    Ok(kamodo_files::read(file, Limit::CONFIGURATION)?)
}

impl From<kamodo_files::Error> for Unread {
    fn from(error: kamodo_files::Error) -> Self {
        Self { message: error.to_string(), hint: error.hint() }
    }
}

/// Finds the YAML files of a directory; hidden ones are some program's own.
fn yaml_files(directory: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(kamodo_files::resolve(directory))? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.as_encoded_bytes();
        let is_yaml = name.ends_with(b".yaml") || name.ends_with(b".yml");
        if is_yaml && !name.starts_with(b".") {
            files.push(directory.join(entry.file_name())); // as the user named the directory
        }
    }
    files.sort();
    Ok(files)
}
