//! What is wrong with a certificate or its key.

use std::io;
use std::path::PathBuf;

use super::pem::{Found, MAKE_ANEW, SUPPORTED};

/// What is wrong with a certificate or its key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// One of the two files is there, the other is not.
    #[error("{}: found without its other half `{}`", found.display(), missing.display())]
    HalfPair {
        /// The file that is there.
        found: PathBuf,
        /// The one that is not.
        missing: PathBuf,
    },
    /// A file cannot be read.
    #[error("{}: cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: kamodo_files::Error,
    },
    /// A file cannot be written.
    #[error("{}: cannot be written", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file that should hold a certificate holds none.
    #[error("{}: expected a certificate in PEM, found {found}", path.display())]
    NoCertificate {
        /// The file.
        path: PathBuf,
        /// What it holds.
        found: Found,
    },
    /// A file that should hold a private key holds none.
    #[error("{}: expected a private key in PEM, found {found}", path.display())]
    NoKey {
        /// The file.
        path: PathBuf,
        /// What it holds.
        found: Found,
    },
    /// A certificate that cannot be taken apart.
    #[error("{}: not a certificate of X.509", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
    },
    /// A certificate whose time is over.
    #[error("{}: expired on {not_after}", path.display())]
    Expired {
        /// The file.
        path: PathBuf,
        /// Its last moment.
        not_after: String,
    },
    /// A certificate whose time has not come.
    #[error("{}: not valid before {not_before}", path.display())]
    NotYetValid {
        /// The file.
        path: PathBuf,
        /// Its first moment.
        not_before: String,
    },
    /// A certificate of an old version, which has no extensions, and so no names of hosts.
    #[error("{}: expected a certificate of X.509 version 3, found version {found}", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// The version.
        found: u32,
    },
    /// A key of a kind that is not supported, itself or in a certificate.
    #[error("{}: expected a key of {SUPPORTED}, found {found}", path.display())]
    UnsupportedKey {
        /// The file.
        path: PathBuf,
        /// The kind.
        found: String,
    },
    /// A key that belongs to another certificate.
    #[error("{}: not the key of `{}`{}", key.display(), certificate.display(), first_of(*n_keys))]
    Mismatch {
        /// The file of the key.
        key: PathBuf,
        /// The file of the certificate.
        certificate: PathBuf,
        /// How many keys the file holds, of which the first one counts.
        n_keys: usize,
        /// What the check said.
        source: Box<rustls::Error>,
    },
}

// === impl Error ===

impl Error {
    /// Returns what to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::HalfPair { found, missing } => Some(format!(
                "put `{}` back, or move `{}` away: a new pair is made when both are absent",
                missing.display(),
                found.display()
            )),
            Self::Expired { .. } | Self::Mismatch { .. } | Self::Malformed { .. } => Some(String::from(
                "replace certificate and key together, or move both away: a new pair is then made",
            )),
            Self::Unreadable { source, .. } => source.hint(),
            Self::NoCertificate { found, .. } => Some(found.hint(true)),
            Self::NoKey { found, .. } => Some(found.hint(false)),
            Self::Version { .. } => Some(String::from(
                "make it anew with an extension, such as `-addext subjectAltName=DNS:HOST` of `openssl req -x509`",
            )),
            Self::UnsupportedKey { .. } => Some(String::from(MAKE_ANEW)),
            Self::NotYetValid { .. } => Some(String::from("check this machine's clock")),
            _ => None,
        }
    }
}

fn first_of(n_keys: usize) -> String {
    match n_keys {
        0 | 1 => String::new(),
        n => format!(" (the first of the {n} keys in the file)"),
    }
}
