//! `/etc/ld.so.cache`: the libraries that `ldconfig` found.
//!
//! A head of 48 bytes, of which the first 20 are a magic text and the next four count the entries; entries
//! of 24 bytes, of which bytes 4 to 8 are where the name begins and 8 to 12 where the path does, both from
//! the head on; then the texts. An older format may stand before it.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use kamodo_files::Limit;

const MAGIC: &[u8] = b"glibc-ld.so.cache1.1";
const HEAD: usize = 48;
const ENTRY: usize = 24;

/// Finds a library by its name; not where there is no cache that is understood.
pub(super) fn find(name: &str) -> Option<PathBuf> {
    find_in(&kamodo_files::read(Path::new("/etc/ld.so.cache"), Limit::INTERNAL).ok()?, name)
        .filter(|file| file.is_file())
}

fn find_in(bytes: &[u8], name: &str) -> Option<PathBuf> {
    let start = bytes.windows(MAGIC.len()).position(|window| window == MAGIC)?;
    let cache = &bytes[start..];
    let word = |at: usize| -> Option<usize> {
        let bytes = cache.get(at..at + 4)?;
        Some(u32::from_ne_bytes(bytes.try_into().ok()?) as usize)
    };
    let text = |at: usize| cache.get(at..)?.split(|&byte| byte == 0).next();
    (0..word(MAGIC.len())?).find_map(|index| {
        let entry = HEAD + index * ENTRY;
        let found = text(word(entry + 4)?)? == name.as_bytes();
        found.then(|| {
            text(word(entry + 8)?).map(|path| Path::new(std::ffi::OsStr::from_bytes(path)).to_owned())
        })?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cache_of_two_libraries() {
        let mut bytes = b"ld.so-1.7.0 of old".to_vec();
        let texts = b"liba.so.1\0/lib/liba.so.1\0libb.so\0/opt/libb.so\0";
        let at = |text: &[u8]| {
            let place = texts.windows(text.len()).position(|window| window == text).unwrap();
            u32::try_from(HEAD + 2 * ENTRY + place).unwrap()
        };
        bytes.extend(MAGIC);
        bytes.extend(2_u32.to_ne_bytes());
        bytes.resize(bytes.len() + HEAD - MAGIC.len() - 4, 0);
        for (name, path) in [(&b"liba"[..], &b"/lib/"[..]), (b"libb", b"/opt/")] {
            bytes.extend(3_u32.to_ne_bytes());
            bytes.extend(at(name).to_ne_bytes());
            bytes.extend(at(path).to_ne_bytes());
            bytes.extend([0; 12]);
        }
        bytes.extend(texts);
        assert_eq!(find_in(&bytes, "libb.so"), Some(PathBuf::from("/opt/libb.so")));
        assert_eq!(find_in(&bytes, "liba.so.1"), Some(PathBuf::from("/lib/liba.so.1")));
        assert_eq!(find_in(&bytes, "libc.so"), None);
        for cut in 0..bytes.len() {
            let _ = find_in(&bytes[..cut], "libb.so"); // never beyond the end
        }
    }
}
