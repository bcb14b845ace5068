//! What a plugin's bytes are known by.

use std::fmt;

use kamodo_files::{Opened, Stop};
use sha2::{Digest as _, Sha256};

/// The SHA-256 of a file's bytes; shown in hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest([u8; 32]);

/// A digest of bytes of which there are more to come.
#[derive(Default)]
pub(crate) struct Hash(Sha256);

impl Digest {
    /// Takes the digest of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Takes the digest of the bytes of a file, of which a piece at a time is in memory.
    pub(crate) fn of_file(file: &mut Opened, stop: &Stop) -> Result<Self, kamodo_files::Error> {
        let mut hash = Hash::default();
        file.stream(stop, |piece| {
            hash.update(piece);
            Ok::<_, kamodo_files::Error>(())
        })?;
        Ok(hash.finish())
    }

    /// Returns the first eight hexadecimal digits, enough for a person to tell files apart.
    #[must_use]
    pub fn short(&self) -> String {
        self.0[..4].iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

// === impl Hash ===

impl Hash {
    pub(crate) fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    pub(crate) fn finish(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_bytes() {
        let digest = Digest::of(b"abc");
        insta::assert_snapshot!(digest, @"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(digest.short(), digest.to_string()[..8]);
    }
}
