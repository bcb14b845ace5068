//! The certificate that a server shows, and its key.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use kamodo_files::{Limit, resolve};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use x509_parser::prelude::{FromDer, X509Certificate, X509Version};

use super::pem::{Found, kind_of_key};
use super::{Error, provider};

const CERTIFICATE_MODE: u32 = 0o644;
const KEY_MODE: u32 = 0o600;
const DAY: Duration = Duration::from_secs(24 * 3600);
/// As long as the published server's.
const LIFETIME: Duration = Duration::from_secs(5 * 365 * 24 * 3600);

/// Where a certificate and its key are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// The certificate, in PEM, with those that sign it after it.
    pub certificate: PathBuf,
    /// The private key, in PEM.
    pub key: PathBuf,
}

/// A certificate with its key, both checked.
#[derive(Debug, Clone)]
pub struct Identity {
    certified: Arc<CertifiedKey>,
    /// Whether the files were made just now.
    pub created: bool,
    /// What should be mended, but does not keep the server from starting.
    pub warnings: Vec<Warning>,
}

/// What is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Warning {
    /// The key is not secret on this machine.
    #[error("{}: private key readable by others: mode {mode:03o}, expected {KEY_MODE:03o}", path.display())]
    KeyReadable {
        /// The file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// The certificate ends soon.
    #[error("{}: expires on {not_after}", path.display())]
    ExpiresSoon {
        /// The file.
        path: PathBuf,
        /// Its last moment.
        not_after: String,
    },
}

// === impl Paths ===

impl Paths {
    /// Returns the names that the published server uses, in a directory.
    #[must_use]
    pub fn self_signed(directory: &Path) -> Self {
        Self { certificate: directory.join("selfsigned.cert"), key: directory.join("selfsigned.key") }
    }

    /// Whether both are there; an error where one is.
    fn exist(&self) -> Result<bool, Error> {
        match (resolve(&self.certificate).exists(), resolve(&self.key).exists()) {
            (true, false) => {
                Err(Error::HalfPair { found: self.certificate.clone(), missing: self.key.clone() })
            }
            (false, true) => {
                Err(Error::HalfPair { found: self.key.clone(), missing: self.certificate.clone() })
            }
            (certificate, _) => Ok(certificate),
        }
    }
}

// === impl Identity ===

/// Equal where clients see the same: the certificate and those that sign it. A key that is its own is equal too.
impl PartialEq for Identity {
    fn eq(&self, other: &Self) -> bool {
        self.certified.cert == other.certified.cert
    }
}

impl Identity {
    /// Loads a pair, or makes one where neither file is there.
    ///
    /// Several servers may start in one directory at the same time: one makes the pair, the others
    /// wait for it.
    ///
    /// # Errors
    /// [`Error`] for half a pair, files that cannot be read or written, an expired certificate, a key
    /// that is not its own.
    pub fn load_or_create(paths: &Paths) -> Result<Self, Error> {
        if let Ok(true) = paths.exist() {
            return Self::load(paths);
        }
        // Half a pair may be one that another server is just making: who holds the lock sees the whole.
        let directory = paths.key.parent().filter(|parent| !parent.as_os_str().is_empty());
        let directory = directory.unwrap_or(Path::new("."));
        let unwritable = |source| Error::Unwritable { path: paths.key.clone(), source };
        let lock = kamodo_files::open_directory(&resolve(directory)).map_err(unwritable)?;
        lock.lock().map_err(unwritable)?; // given back when it is dropped
        let created = !paths.exist()?;
        if created {
            create(paths)?;
        }
        Ok(Self { created, ..Self::load(paths)? })
    }

    /// Loads a pair and checks it.
    ///
    /// # Errors
    /// [`Error`] where a file cannot be read, or the pair is not one that clients would accept.
    pub fn load(paths: &Paths) -> Result<Self, Error> {
        paths.exist()?;
        let chain = read_certificates(&paths.certificate)?;
        let mut warnings = Vec::new();
        check_dates(&paths.certificate, &chain[0], SystemTime::now(), &mut warnings)?;
        check_version(&paths.certificate, &chain[0])?;
        let unreadable = |source| Error::Unreadable { path: paths.key.clone(), source };
        let opened = kamodo_files::open(&paths.key, Limit::KEY).map_err(unreadable)?;
        let mode = opened.metadata().permissions().mode() & 0o777;
        let pem = opened.read().map_err(unreadable)?;
        let (key, n_keys) = read_key(&paths.key, &pem)?;
        let certified =
            CertifiedKey::from_der(chain, key, &provider()).map_err(|source| Error::Mismatch {
                key: paths.key.clone(),
                certificate: paths.certificate.clone(),
                n_keys,
                source: Box::new(source),
            })?;
        if mode & 0o077 != 0 {
            warnings.push(Warning::KeyReadable { path: paths.key.clone(), mode });
        }
        Ok(Self { certified: Arc::new(certified), created: false, warnings })
    }

    /// Makes what an acceptor needs.
    pub(super) fn server_config(&self) -> Arc<rustls::ServerConfig> {
        let resolver = rustls::sign::SingleCertAndKey::from(self.certified.clone());
        let config = rustls::ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .expect("the provider has the suites of TLS 1.2 and 1.3")
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(resolver));
        Arc::new(config)
    }
}

/// Returns a text without the mark that some editors write before UTF-8: behind it a section of PEM is not found.
fn without_mark(pem: &[u8]) -> &[u8] {
    pem.strip_prefix("\u{feff}".as_bytes()).unwrap_or(pem)
}

/// Reads the certificates of a file, at least one.
pub(super) fn read_certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let pem = kamodo_files::read(path, Limit::CERTIFICATES);
    let pem = pem.map_err(|source| Error::Unreadable { path: path.to_owned(), source })?;
    let pem = without_mark(&pem);
    let chain: Vec<_> = CertificateDer::pem_slice_iter(pem).filter_map(Result::ok).collect();
    if chain.is_empty() {
        let found = Found::of(pem, Found::Certificate);
        return Err(Error::NoCertificate { path: path.to_owned(), found });
    }
    Ok(chain)
}

/// Reads the first private key of a file, which must be of a kind that is supported, and counts them all.
fn read_key(path: &Path, pem: &[u8]) -> Result<(PrivateKeyDer<'static>, usize), Error> {
    let pem = without_mark(pem);
    let mut keys: Vec<_> = PrivateKeyDer::pem_slice_iter(pem).filter_map(Result::ok).collect();
    let n_keys = keys.len();
    if n_keys == 0 {
        return Err(Error::NoKey { path: path.to_owned(), found: Found::of(pem, Found::PrivateKey) });
    }
    let key = keys.swap_remove(0);
    if provider().key_provider.load_private_key(key.clone_key()).is_err() {
        return Err(Error::UnsupportedKey { path: path.to_owned(), found: kind_of_key(&key) });
    }
    Ok((key, n_keys))
}

/// Fails if a certificate has no extensions: then no name of a host in it counts.
pub(super) fn check_version(path: &Path, certificate: &CertificateDer<'_>) -> Result<(), Error> {
    match X509Certificate::from_der(certificate) {
        Ok((_, parsed)) if parsed.version() != X509Version::V3 => {
            Err(Error::Version { path: path.to_owned(), found: parsed.version().0 + 1 })
        }
        _ => Ok(()),
    }
}

/// Fails where a certificate is not valid now, and warns where it ends within a month.
pub(super) fn check_dates(
    path: &Path,
    certificate: &CertificateDer<'_>,
    now: SystemTime,
    warnings: &mut Vec<Warning>,
) -> Result<(), Error> {
    let path = path.to_owned();
    let Ok((_, parsed)) = X509Certificate::from_der(certificate) else {
        return Err(Error::Malformed { path });
    };
    let now = now.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs() as i64);
    let validity = parsed.validity();
    let not_after = validity.not_after.to_string();
    if now < validity.not_before.timestamp() {
        return Err(Error::NotYetValid { path, not_before: validity.not_before.to_string() });
    }
    if now > validity.not_after.timestamp() {
        return Err(Error::Expired { path, not_after });
    }
    if now + 30 * DAY.as_secs() as i64 > validity.not_after.timestamp() {
        warnings.push(Warning::ExpiresSoon { path, not_after });
    }
    Ok(())
}

/// Makes a pair for this machine, the key first: whoever sees the certificate finds its key.
fn create(paths: &Paths) -> Result<(), Error> {
    let unwritable = |reason: rcgen::Error| Error::Unwritable {
        path: paths.certificate.clone(),
        source: io::Error::other(reason),
    };
    let key = rcgen::KeyPair::generate().map_err(unwritable)?;
    let certificate = certificate_params().and_then(|params| params.self_signed(&key)).map_err(unwritable)?;
    write_atomically(&paths.key, key.serialize_pem().as_bytes(), KEY_MODE)?;
    write_atomically(&paths.certificate, certificate.pem().as_bytes(), CERTIFICATE_MODE)
}

/// What the certificate says: every name under which a client may dial this machine.
fn certificate_params() -> Result<rcgen::CertificateParams, rcgen::Error> {
    let machine = gethostname::gethostname().to_string_lossy().into_owned();
    let mut names: Vec<String> = ["localhost", "*.localhost", "127.0.0.1", "::1"].map(String::from).into();
    // A machine may have a name that is none of the domain name system's; then it is not dialled by it.
    let is_dns = !machine.is_empty() && rcgen::string::Ia5String::try_from(machine.as_str()).is_ok();
    if is_dns && machine != "localhost" {
        names.push(machine.clone());
        names.push(format!("*.{machine}"));
    }
    let mut params = rcgen::CertificateParams::new(names)?;
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(rcgen::DnType::CommonName, if is_dns { &machine } else { "localhost" });
    params.is_ca = rcgen::IsCa::ExplicitNoCa;
    params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
    // A day's grace for clocks that are behind.
    params.not_before = (SystemTime::now() - DAY).into();
    params.not_after = (SystemTime::now() + LIFETIME).into();
    Ok(params)
}

/// Writes a file under another name and then gives it its own, so that nobody reads half of it.
fn write_atomically(path: &Path, bytes: &[u8], mode: u32) -> Result<(), Error> {
    let unwritable = |source| Error::Unwritable { path: path.to_owned(), source };
    let path = &*resolve(path);
    let mut partial = path.as_os_str().to_owned();
    partial.push(format!(".{}.partial", std::process::id()));
    let partial = PathBuf::from(partial);
    let written =
        OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(&partial).and_then(
            |mut file| {
                file.set_permissions(fs::Permissions::from_mode(mode))?; // whatever the umask says
                file.write_all(bytes)?;
                file.sync_all()?;
                fs::rename(&partial, path)
            },
        );
    if written.is_err() {
        let _ = fs::remove_file(&partial); // may not be there at all
    }
    written.map_err(unwritable)
}
