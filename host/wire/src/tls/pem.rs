//! What the file of a certificate or a key holds, in words: so that a mistake is called what it is.

use std::fmt;

use rustls::pki_types::PrivateKeyDer;
use x509_parser::der_parser::ber::BerObject;
use x509_parser::der_parser::parse_der;
use x509_parser::prelude::X509Certificate;
use x509_parser::public_key::PublicKey;

/// The kinds of keys with which the handshake can be signed and checked.
pub(super) const SUPPORTED: &str = "RSA of 2048 to 4096 bits, EC P-256, EC P-384 or Ed25519";

/// How to make a pair of a kind that is supported.
pub(super) const MAKE_ANEW: &str = "make both anew, e.g. `openssl req -x509 -newkey ec -pkeyopt \
                                    ec_paramgen_curve:P-256 -nodes -keyout KEY -out CERTIFICATE -addext \
                                    subjectAltName=DNS:HOST`";

/// What stands where a certificate or a private key in PEM is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Found {
    /// Nothing at all.
    Empty,
    /// A private key that a password protects.
    Encrypted,
    /// A private key of the format that `ssh-keygen` writes.
    OpenSsh,
    /// A private key of DSA, which TLS knows no more.
    Dsa,
    /// A private key.
    PrivateKey,
    /// A public key.
    PublicKey,
    /// A certificate.
    Certificate,
    /// A certificate in the format that only OpenSSL reads.
    Trusted,
    /// A request for a certificate.
    Request,
    /// A list of certificates that are withdrawn.
    Revoked,
    /// The parameters of a curve, or of a group, without a key.
    Parameters,
    /// PEM of another kind.
    Other,
    /// The head of something in PEM that is cut short or damaged.
    Damaged,
    /// Bytes that begin as DER or PKCS#12 do.
    Der,
    /// Something else.
    NotPem,
}

// === impl Found ===

impl Found {
    /// Says what a file holds in which the expected section was not found.
    pub(super) fn of(bytes: &[u8], expected: Self) -> Self {
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Self::Empty;
        }
        let text = String::from_utf8_lossy(bytes);
        let mut sections = text.split("-----BEGIN ").skip(1).map(|section| {
            let label = section.split("-----").next().unwrap_or_default().trim();
            let kind = Self::section(label, section);
            if kind == expected { Self::Damaged } else { kind }
        });
        let Some(first) = sections.next() else {
            return if is_der(bytes) { Self::Der } else { Self::NotPem };
        };
        // Parameters stand before the key that they belong to.
        std::iter::once(first).chain(sections).find(|kind| *kind != Self::Parameters).unwrap_or(first)
    }

    fn section(label: &str, section: &str) -> Self {
        match label {
            "ENCRYPTED PRIVATE KEY" => Self::Encrypted,
            "OPENSSH PRIVATE KEY" => Self::OpenSsh,
            _ if label.ends_with("PRIVATE KEY") && section.contains("4,ENCRYPTED") => Self::Encrypted,
            "DSA PRIVATE KEY" => Self::Dsa,
            "PRIVATE KEY" | "RSA PRIVATE KEY" | "EC PRIVATE KEY" => Self::PrivateKey,
            _ if label.ends_with("PUBLIC KEY") => Self::PublicKey,
            "CERTIFICATE" => Self::Certificate,
            "TRUSTED CERTIFICATE" | "X509 CERTIFICATE" => Self::Trusted,
            _ if label.ends_with("CERTIFICATE REQUEST") => Self::Request,
            "X509 CRL" => Self::Revoked,
            _ if label.ends_with("PARAMETERS") => Self::Parameters,
            _ => Self::Other,
        }
    }

    /// What to do about it, if a certificate is expected, or else a private key.
    pub(super) fn hint(self, is_certificate: bool) -> String {
        let command = if is_certificate { "x509" } else { "pkey" };
        match self {
            Self::Encrypted if !is_certificate => {
                "write it without a password: `openssl pkey -in ENCRYPTED -out KEY`, readable for the server only".into()
            }
            Self::Dsa => MAKE_ANEW.into(),
            Self::OpenSsh => "write it in PEM: `ssh-keygen -p -m PKCS8 -f KEY`, without a passphrase".into(),
            Self::Der => format!("write it in PEM: `openssl {command} -inform DER -in FILE -out PEM`"),
            Self::Trusted => "write it as others read it: `openssl x509 -in FILE -out PEM`".into(),
            Self::Request => {
                // Not `openssl x509 -req`, which makes certificates of version 1 before OpenSSL 3.4.
                "name the certificate that was made from it, or sign it yourself: `openssl req -x509 -in REQUEST \
                 -key KEY -addext subjectAltName=DNS:HOST -out CERTIFICATE`"
                    .into()
            }
            Self::Damaged => "copy the file anew, from its `-----BEGIN` to its `-----END` line".into(),
            _ if is_certificate => {
                "name a file with a section `-----BEGIN CERTIFICATE-----`".into()
            }
            _ => "name a file with a section `-----BEGIN PRIVATE KEY-----`".into(),
        }
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "an empty file",
            Self::Encrypted => "an encrypted private key",
            Self::OpenSsh => "a private key in the format of OpenSSH",
            Self::Dsa => "a private key of DSA",
            Self::PrivateKey => "a private key",
            Self::PublicKey => "a public key",
            Self::Certificate => "a certificate",
            Self::Trusted => "a certificate in the format of OpenSSL alone",
            Self::Request => "a certificate request",
            Self::Revoked => "a list of revoked certificates",
            Self::Parameters => "parameters without a key",
            Self::Other => "PEM of another kind",
            Self::Damaged => "one that is cut short or damaged",
            Self::Der => "binary data (DER or PKCS#12)",
            Self::NotPem => "none",
        })
    }
}

/// Whether bytes begin as a sequence of DER: with a length that is written in several bytes, or that is theirs.
fn is_der(bytes: &[u8]) -> bool {
    match bytes {
        [0x30, 0x80..=0x84, ..] => true,
        [0x30, length, rest @ ..] => usize::from(*length) == rest.len(),
        _ => false,
    }
}

/// The kind of a private key, in words.
pub(super) fn kind_of_key(key: &PrivateKeyDer<'_>) -> String {
    let unknown = || "an unknown kind".to_owned();
    match key {
        PrivateKeyDer::Pkcs1(key) => rsa(key.secret_pkcs1_der()),
        PrivateKeyDer::Sec1(key) => {
            // ECPrivateKey: version, the key, [0] the curve, [1] the public key.
            let curve = parse_der(key.secret_sec1_der()).ok().and_then(|(_, key)| {
                let parts = key.as_sequence().ok()?.clone();
                let curve = parts.iter().find(|part| part.header.raw_tag() == Some(&[0xa0]))?;
                let (_, oid) = parse_der(curve.as_slice().ok()?).ok()?;
                oid_of(&oid)
            });
            curve.map_or_else(unknown, |oid| curve_of(&oid))
        }
        PrivateKeyDer::Pkcs8(key) => {
            // PrivateKeyInfo: version, algorithm with its parameters, the key.
            let parsed = parse_der(key.secret_pkcs8_der()).ok().and_then(|(_, key)| {
                let parts = key.as_sequence().ok()?.clone();
                let algorithm = parts.get(1)?.as_sequence().ok()?.clone();
                let parameters = algorithm.get(1).and_then(oid_of);
                let inner = parts.get(2)?.as_slice().ok()?.to_vec();
                Some((oid_of(algorithm.first()?)?, parameters, inner))
            });
            match parsed {
                Some((oid, _, inner)) if oid == RSA => rsa(&inner),
                Some((oid, parameters, _)) => algorithm_of(&oid, parameters.as_deref()),
                None => unknown(),
            }
        }
        _ => unknown(),
    }
}

/// The kind of a certificate's key, if the handshake cannot be checked with it.
pub(super) fn unsupported_key(certificate: &X509Certificate<'_>) -> Option<String> {
    let key = certificate.public_key();
    let oid = key.algorithm.algorithm.to_id_string();
    if oid == RSA {
        return match key.parsed() {
            Ok(PublicKey::RSA(rsa)) if rsa.key_size() < 2048 => Some(bits(rsa.key_size())),
            _ => None,
        };
    }
    let curve = key.algorithm.parameters.as_ref().and_then(|curve| curve.as_oid().ok());
    let curve = curve.map(|curve| curve.to_id_string());
    let kind = algorithm_of(&oid, curve.as_deref());
    (!["EC P-256", "EC P-384", "Ed25519"].contains(&&*kind)).then_some(kind)
}

const RSA: &str = "1.2.840.113549.1.1.1";

fn rsa(der: &[u8]) -> String {
    // RSAPrivateKey: version, modulus, …
    let modulus = parse_der(der).ok().and_then(|(_, key)| {
        let parts = key.as_sequence().ok()?.clone();
        Some(parts.get(1)?.as_slice().ok()?.to_vec())
    });
    let modulus = modulus.unwrap_or_default();
    bits(8 * modulus.iter().skip_while(|byte| **byte == 0).count())
}

fn bits(n: usize) -> String {
    format!("RSA of {n} bits")
}

fn oid_of(object: &BerObject<'_>) -> Option<String> {
    object.as_oid().ok().map(|oid| oid.to_id_string())
}

fn algorithm_of(oid: &str, curve: Option<&str>) -> String {
    match (oid, curve) {
        ("1.2.840.10045.2.1", Some(curve)) => return curve_of(curve),
        ("1.2.840.10045.2.1", None) => "EC with a curve of its own",
        ("1.3.101.110", _) => "X25519, which signs nothing",
        ("1.3.101.111", _) => "X448, which signs nothing",
        ("1.3.101.112", _) => "Ed25519",
        ("1.3.101.113", _) => "Ed448",
        ("1.2.840.10040.4.1", _) => "DSA",
        ("1.2.840.113549.1.3.1" | "1.2.840.10046.2.1", _) => "Diffie-Hellman, which signs nothing",
        ("1.2.840.113549.1.1.10", _) => "RSA-PSS",
        _ => return format!("algorithm {oid}"),
    }
    .to_owned()
}

fn curve_of(oid: &str) -> String {
    let name = match oid {
        "1.2.840.10045.3.1.7" => "P-256",
        "1.3.132.0.34" => "P-384",
        "1.3.132.0.35" => "P-521",
        "1.3.132.0.33" => "P-224",
        "1.2.840.10045.3.1.1" => "P-192",
        "1.3.132.0.10" => "secp256k1",
        "1.3.36.3.3.2.8.1.1.7" => "brainpoolP256r1",
        _ => return format!("EC on curve {oid}"),
    };
    format!("EC {name}")
}
