//! What is wrong with a certificate or its key.

use std::io;
use std::path::PathBuf;

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
    #[error("{}: expected a certificate in PEM, found none", path.display())]
    NoCertificate {
        /// The file.
        path: PathBuf,
    },
    /// A file that should hold a private key holds none.
    #[error("{}: expected a private key in PEM, found none", path.display())]
    NoKey {
        /// The file.
        path: PathBuf,
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
    /// A key that belongs to another certificate, or of a kind that is not supported.
    #[error("{}: not the key of `{}`", key.display(), certificate.display())]
    Mismatch {
        /// The file of the key.
        key: PathBuf,
        /// The file of the certificate.
        certificate: PathBuf,
        /// What the check said.
        source: rustls::Error,
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
            Self::NotYetValid { .. } => Some(String::from("check this machine's clock")),
            _ => None,
        }
    }
}
