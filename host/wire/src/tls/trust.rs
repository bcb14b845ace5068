//! Which servers a client trusts.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, OtherError, RootCertStore, SignatureScheme};
use x509_parser::extensions::GeneralName;

use super::identity::{check_dates, check_version, read_certificates};
use super::pem::unsupported_key;
use super::{Error, provider};

/// The certificates of one file, as the published client trusts them: a server that shows one of
/// them, or one that they have signed, under the name that was dialled.
#[derive(Debug, Clone)]
pub struct Trust(Arc<Verifier>);

#[derive(Debug)]
struct Verifier {
    path: PathBuf,
    certificates: Vec<CertificateDer<'static>>,
    chains: Arc<WebPkiServerVerifier>,
}

// === impl Trust ===

impl Trust {
    /// Loads the certificates of a file.
    ///
    /// # Errors
    /// [`Error`] where the file cannot be read or holds no certificate.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let certificates = read_certificates(path)?;
        let malformed = || Error::Malformed { path: path.to_owned() };
        let mut roots = RootCertStore::empty();
        let kinds: Vec<_> = certificates.iter().map(|certificate| unsupported(certificate)).collect();
        // A collection of authorities may have old ones among them.
        if let Some(found) = kinds.into_iter().collect::<Option<Vec<_>>>().and_then(|mut all| all.pop()) {
            return Err(Error::UnsupportedKey { path: path.to_owned(), found });
        }
        for certificate in &certificates {
            roots.add(certificate.clone()).map_err(|_| malformed())?;
        }
        let chains = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider())
            .build()
            .map_err(|_| malformed())?;
        Ok(Self(Arc::new(Verifier { path: path.to_owned(), certificates, chains })))
    }

    /// Makes what a connector needs.
    pub(super) fn client_config(&self) -> Arc<rustls::ClientConfig> {
        let config = rustls::ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .expect("the provider has the suites of TLS 1.2 and 1.3")
            .dangerous() // not less checked: see `Verifier`
            .with_custom_certificate_verifier(self.0.clone())
            .with_no_client_auth();
        Arc::new(config)
    }
}

/// The kind of a certificate's key, if it is not supported.
fn unsupported(certificate: &CertificateDer<'_>) -> Option<String> {
    let (_, certificate) = x509_parser::parse_x509_certificate(certificate).ok()?;
    unsupported_key(&certificate)
}

/// Whether a certificate that lists no names of hosts has this one as the name of its subject, which OpenSSL, and
/// with it the published client, then takes.
fn is_common_name(certificate: &CertificateDer<'_>, host: &str) -> bool {
    let Ok((_, certificate)) = x509_parser::parse_x509_certificate(certificate) else { return false };
    let lists_hosts = certificate.subject_alternative_name().ok().flatten().is_some_and(|names| {
        names.value.general_names.iter().any(|name| matches!(name, GeneralName::DNSName(_)))
    });
    let mut names = certificate.subject().iter_common_name().filter_map(|name| name.as_str().ok());
    !lists_hosts && names.any(|name| name.eq_ignore_ascii_case(host))
}

// === impl Verifier ===

/// Checks all that the usual verifier checks, but takes a certificate that is itself in the file even
/// where it is marked as an authority's: `openssl req -x509` marks self-signed ones so.
impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if !self.certificates.iter().any(|trusted| trusted == end_entity) {
            return self.chains.verify_server_cert(
                end_entity,
                intermediates,
                server_name,
                ocsp_response,
                now,
            );
        }
        // An authority may be of version 1, as `openssl x509 -req` makes it; a server may not, since no name counts.
        check_version(&self.path, end_entity)
            .map_err(|error| CertificateError::Other(OtherError(Arc::new(error))))?;
        let moment = SystemTime::UNIX_EPOCH + Duration::from_secs(now.as_secs());
        check_dates(&self.path, end_entity, moment, &mut Vec::new()).map_err(|error| match error {
            Error::Expired { .. } => CertificateError::Expired,
            Error::NotYetValid { .. } => CertificateError::NotValidYet,
            _ => CertificateError::BadEncoding,
        })?;
        let named =
            rustls::client::verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name);
        match (named, server_name) {
            (Err(_), ServerName::DnsName(host)) if is_common_name(end_entity, host.as_ref()) => {}
            (named, _) => named?,
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.chains.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.chains.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.chains.supported_verify_schemes()
    }
}
