//! The checksum that may stand beside a plugin: `model.so.sha256`, as `sha256sum` writes it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use kamodo_files::Limit;

use crate::digest::Digest;
use crate::error::ErrorKind;

/// Compares a plugin with its checksum, where there is one.
pub(crate) fn check(plugin: &Path, digest: Digest) -> Result<(), ErrorKind> {
    let mut name = plugin.as_os_str().to_owned();
    name.push(OsString::from(".sha256"));
    let file = PathBuf::from(name);
    let text = match kamodo_files::read(&file, Limit::CHECKSUM) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) if error.is_missing() => return Ok(()),
        Err(source) => return Err(ErrorKind::ChecksumUnreadable { file, source }),
    };
    let found = digest.to_string();
    match expected(&text, plugin) {
        Some(expected) if expected.eq_ignore_ascii_case(&found) => Ok(()),
        Some(expected) => Err(ErrorKind::Checksum { file, expected: expected.to_ascii_lowercase(), found }),
        None => {
            Err(ErrorKind::NoChecksum { file, found: text.lines().next().unwrap_or_default().to_owned() })
        }
    }
}

/// Returns the checksum of the line that names the plugin, or of the only line.
fn expected<'a>(text: &'a str, plugin: &Path) -> Option<&'a str> {
    let lines: Vec<_> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let name = plugin.file_name()?.to_str();
    let names_it = |line: &&&str| {
        let file = line.split_once(char::is_whitespace).map(|(_, file)| file.trim_start_matches([' ', '*']));
        file.and_then(|file| Path::new(file).file_name()?.to_str()) == name
    };
    let line = match &*lines {
        [line] => line,
        lines => lines.iter().find(names_it)?,
    };
    let sum = line.split_whitespace().next()?;
    (sum.len() == 64 && sum.bytes().all(|digit| digit.is_ascii_hexdigit())).then_some(sum)
}
