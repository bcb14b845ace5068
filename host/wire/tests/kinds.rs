//! Certificates and keys that cannot be used are called what they are. `pairs/make.sh` has made them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use kamodo_wire::tls::{Error, Identity, Paths, Trust};

fn pair(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pairs").join(name)
}

fn said<T>(result: Result<T, Error>) -> String {
    let Err(error) = result else { return "taken".to_owned() };
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        text += &format!(": {error}");
        cause = error.source();
    }
    if let Some(hint) = error.hint() {
        text += &format!("\nhint: {hint}");
    }
    text.replace(&*format!("{}/", pair("").display()).replace("//", "/"), "")
}

/// What is said of pairs of a certificate and a key.
fn identities(pairs: &[(&str, &str)]) -> String {
    let told = pairs.iter().map(|(certificate, key)| {
        let paths = Paths { certificate: pair(certificate), key: pair(key) };
        format!("{certificate} {key}: {}", said(Identity::load(&paths)))
    });
    told.collect::<Vec<_>>().join("\n\n")
}

#[test]
fn keys_of_kinds_that_are_not_supported() {
    insta::assert_snapshot!(identities(&[
        ("p521.cert", "p521.key"),
        ("p521.cert", "p521-old.key"),
        ("secp256k1.cert", "secp256k1.key"),
        ("rsa1024.cert", "rsa1024.key"),
        ("rsa1024.cert", "rsa1024-old.key"),
        ("ed448.cert", "ed448.key"),
        ("dsa.cert", "dsa.key"),
        ("dsa.cert", "dsa-old.key"),
    ]), @r"
    p521.cert p521.key: p521.key: expected a key of RSA of 2048 to 4096 bits, EC P-256, EC P-384 or Ed25519, found EC P-521
    hint: make both anew, e.g. `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout KEY -out CERTIFICATE -addext subjectAltName=DNS:HOST`

    p521.cert p521-old.key: p521-old.key: expected a key of RSA of 2048 to 4096 bits, EC P-256, EC P-384 or Ed25519, found EC P-521
    hint: make both anew, e.g. `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout KEY -out CERTIFICATE -addext subjectAltName=DNS:HOST`

    secp256k1.cert secp256k1.key: secp256k1.key: expected a key of RSA of 2048 to 4096 bits, EC P-256, EC P-384 or Ed25519, found EC secp256k1
    hint: make both anew, e.g. `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout KEY -out CERTIFICATE -addext subjectAltName=DNS:HOST`

    rsa1024.cert rsa1024.key: rsa1024.key: expected a key of RSA of 2048 to 4096 bits, EC P-256, EC P-384 or Ed25519, found RSA of 1024 bits
    hint: make both anew, e.g. `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout KEY -out CERTIFICATE -addext subjectAltName=DNS:HOST`

    rsa1024.cert rsa1024-old.key: rsa1024-old.key: expected a key of RSA of 2048 to 4096 bits, EC P-256, EC P-384 or Ed25519, found RSA of 1024 bits
    hint: make both anew, e.g. `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout KEY -out CERTIFICATE -addext subjectAltName=DNS:HOST`

    ed448.cert ed448.key: ed448.key: expected a key of RSA of 2048 to 4096 bits, EC P-256, EC P-384 or Ed25519, found Ed448
    hint: make both anew, e.g. `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout KEY -out CERTIFICATE -addext subjectAltName=DNS:HOST`

    dsa.cert dsa.key: dsa.key: expected a key of RSA of 2048 to 4096 bits, EC P-256, EC P-384 or Ed25519, found DSA
    hint: make both anew, e.g. `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout KEY -out CERTIFICATE -addext subjectAltName=DNS:HOST`

    dsa.cert dsa-old.key: dsa-old.key: expected a private key in PEM, found a private key of DSA
    hint: make both anew, e.g. `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout KEY -out CERTIFICATE -addext subjectAltName=DNS:HOST`
    ");
}

#[test]
fn what_is_no_private_key() {
    insta::assert_snapshot!(identities(&[
        ("good.cert", "encrypted.key"),
        ("good.cert", "encrypted-old.key"),
        ("good.cert", "public.pem"),
        ("good.cert", "request.pem"),
        ("good.cert", "good.cert"),
        ("good.cert", "parameters.pem"),
        ("good.cert", "key.der"),
        ("good.cert", "cut-key.pem"),
        ("good.cert", "make.sh"),
        ("good.cert", "/dev/null"),
    ]), @r"
    good.cert encrypted.key: encrypted.key: expected a private key in PEM, found an encrypted private key
    hint: write it without a password: `openssl pkey -in ENCRYPTED -out KEY`, readable for the server only

    good.cert encrypted-old.key: encrypted-old.key: expected a private key in PEM, found an encrypted private key
    hint: write it without a password: `openssl pkey -in ENCRYPTED -out KEY`, readable for the server only

    good.cert public.pem: public.pem: expected a private key in PEM, found a public key
    hint: name a file with a section `-----BEGIN PRIVATE KEY-----`

    good.cert request.pem: request.pem: expected a private key in PEM, found a certificate request
    hint: name the certificate that was made from it, or sign it yourself: `openssl req -x509 -in REQUEST -key KEY -addext subjectAltName=DNS:HOST -out CERTIFICATE`

    good.cert good.cert: good.cert: expected a private key in PEM, found a certificate
    hint: name a file with a section `-----BEGIN PRIVATE KEY-----`

    good.cert parameters.pem: parameters.pem: expected a private key in PEM, found parameters without a key
    hint: name a file with a section `-----BEGIN PRIVATE KEY-----`

    good.cert key.der: key.der: expected a private key in PEM, found binary data (DER or PKCS#12)
    hint: write it in PEM: `openssl pkey -inform DER -in FILE -out PEM`

    good.cert cut-key.pem: cut-key.pem: expected a private key in PEM, found one that is cut short or damaged
    hint: copy the file anew, from its `-----BEGIN` to its `-----END` line

    good.cert make.sh: make.sh: expected a private key in PEM, found none
    hint: name a file with a section `-----BEGIN PRIVATE KEY-----`

    good.cert /dev/null: /dev/null: cannot be read: expected a regular file, found a character device
    hint: put a regular file in its place, or remove it
    ");
}

#[test]
fn what_is_no_certificate() {
    insta::assert_snapshot!(identities(&[
        ("v1.cert", "good.key"),
        ("good.key", "good.key"),
        ("request.pem", "good.key"),
        ("public.pem", "good.key"),
        ("trusted.pem", "good.key"),
        ("certificate.der", "good.key"),
        ("cut.pem", "good.key"),
        ("make.sh", "good.key"),
    ]), @r"
    v1.cert good.key: v1.cert: expected a certificate of X.509 version 3, found version 1
    hint: make it anew with an extension, such as `-addext subjectAltName=DNS:HOST` of `openssl req -x509`

    good.key good.key: good.key: expected a certificate in PEM, found a private key
    hint: name a file with a section `-----BEGIN CERTIFICATE-----`

    request.pem good.key: request.pem: expected a certificate in PEM, found a certificate request
    hint: name the certificate that was made from it, or sign it yourself: `openssl req -x509 -in REQUEST -key KEY -addext subjectAltName=DNS:HOST -out CERTIFICATE`

    public.pem good.key: public.pem: expected a certificate in PEM, found a public key
    hint: name a file with a section `-----BEGIN CERTIFICATE-----`

    trusted.pem good.key: trusted.pem: expected a certificate in PEM, found a certificate in the format of OpenSSL alone
    hint: write it as others read it: `openssl x509 -in FILE -out PEM`

    certificate.der good.key: certificate.der: expected a certificate in PEM, found binary data (DER or PKCS#12)
    hint: write it in PEM: `openssl x509 -inform DER -in FILE -out PEM`

    cut.pem good.key: cut.pem: expected a certificate in PEM, found one that is cut short or damaged
    hint: copy the file anew, from its `-----BEGIN` to its `-----END` line

    make.sh good.key: make.sh: expected a certificate in PEM, found none
    hint: name a file with a section `-----BEGIN CERTIFICATE-----`
    ");
}

#[test]
fn what_cannot_be_trusted() {
    let all = [
        "p521.cert",
        "secp256k1.cert",
        "rsa1024.cert",
        "ed448.cert",
        "dsa.cert",
        "good.key",
        "encrypted.key",
        "request.pem",
        "public.pem",
        "trusted.pem",
        "certificate.der",
        "cut.pem",
        "make.sh",
    ];
    let told = all.iter().map(|name| format!("{name}: {}", said(Trust::load(&pair(name)))));
    insta::assert_snapshot!(told.collect::<Vec<_>>().join("\n\n"), @r"
    p521.cert: p521.cert: expected a key of RSA of 2048 to 4096 bits, EC P-256, EC P-384 or Ed25519, found EC P-521
    hint: make both anew, e.g. `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout KEY -out CERTIFICATE -addext subjectAltName=DNS:HOST`

    secp256k1.cert: secp256k1.cert: expected a key of RSA of 2048 to 4096 bits, EC P-256, EC P-384 or Ed25519, found EC secp256k1
    hint: make both anew, e.g. `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout KEY -out CERTIFICATE -addext subjectAltName=DNS:HOST`

    rsa1024.cert: rsa1024.cert: expected a key of RSA of 2048 to 4096 bits, EC P-256, EC P-384 or Ed25519, found RSA of 1024 bits
    hint: make both anew, e.g. `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout KEY -out CERTIFICATE -addext subjectAltName=DNS:HOST`

    ed448.cert: ed448.cert: expected a key of RSA of 2048 to 4096 bits, EC P-256, EC P-384 or Ed25519, found Ed448
    hint: make both anew, e.g. `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout KEY -out CERTIFICATE -addext subjectAltName=DNS:HOST`

    dsa.cert: dsa.cert: expected a key of RSA of 2048 to 4096 bits, EC P-256, EC P-384 or Ed25519, found DSA
    hint: make both anew, e.g. `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout KEY -out CERTIFICATE -addext subjectAltName=DNS:HOST`

    good.key: good.key: expected a certificate in PEM, found a private key
    hint: name a file with a section `-----BEGIN CERTIFICATE-----`

    encrypted.key: encrypted.key: expected a certificate in PEM, found an encrypted private key
    hint: name a file with a section `-----BEGIN CERTIFICATE-----`

    request.pem: request.pem: expected a certificate in PEM, found a certificate request
    hint: name the certificate that was made from it, or sign it yourself: `openssl req -x509 -in REQUEST -key KEY -addext subjectAltName=DNS:HOST -out CERTIFICATE`

    public.pem: public.pem: expected a certificate in PEM, found a public key
    hint: name a file with a section `-----BEGIN CERTIFICATE-----`

    trusted.pem: trusted.pem: expected a certificate in PEM, found a certificate in the format of OpenSSL alone
    hint: write it as others read it: `openssl x509 -in FILE -out PEM`

    certificate.der: certificate.der: expected a certificate in PEM, found binary data (DER or PKCS#12)
    hint: write it in PEM: `openssl x509 -inform DER -in FILE -out PEM`

    cut.pem: cut.pem: expected a certificate in PEM, found one that is cut short or damaged
    hint: copy the file anew, from its `-----BEGIN` to its `-----END` line

    make.sh: make.sh: expected a certificate in PEM, found none
    hint: name a file with a section `-----BEGIN CERTIFICATE-----`
    ");
}

#[test]
fn files_of_several_and_of_none() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, parts: &[&str]| {
        let text: String = parts.iter().map(|part| fs::read_to_string(pair(part)).unwrap()).collect();
        fs::write(directory.path().join(name), text).unwrap();
        fs::set_permissions(directory.path().join(name), fs::Permissions::from_mode(0o600)).unwrap();
        directory.path().join(name)
    };
    let load = |certificate: PathBuf, key: PathBuf| {
        let told = said(Identity::load(&Paths { certificate, key }));
        told.replace(&*directory.path().to_string_lossy(), "~")
    };
    let (good, p521) = (pair("good.cert"), pair("p521.key"));
    let told = [
        load(good.clone(), write("several", &["good.key", "p521.key"])),
        load(good.clone(), write("parameters-first", &["parameters.pem", "good.key"])),
        load(good.clone(), write("one-file", &["good.cert", "good.key"])),
        load(write("one-file", &["good.key", "good.cert"]), directory.path().join("one-file")),
        load(pair("rsa1024.cert"), write("two", &["good.key", "good.key"])),
        load(good.clone(), write("empty", &[])),
        load(write("empty", &[]), p521),
    ];
    insta::assert_snapshot!(told.join("\n"), @r"
    taken
    taken
    taken
    taken
    ~/two: not the key of `rsa1024.cert` (the first of the 2 keys in the file): keys may not be consistent: KeyMismatch
    hint: replace certificate and key together, or move both away: a new pair is then made
    ~/empty: expected a private key in PEM, found an empty file
    hint: name a file with a section `-----BEGIN PRIVATE KEY-----`
    ~/empty: expected a certificate in PEM, found an empty file
    hint: name a file with a section `-----BEGIN CERTIFICATE-----`
    ");
    // A collection of authorities with an old one among them is trusted as before.
    assert!(Trust::load(&write("bundle", &["p521.cert", "good.cert"])).is_ok());
}
