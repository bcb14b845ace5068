//! Certificates: made, checked, trusted or not.

#![allow(clippy::unwrap_used)] // a test to the last line

use std::error::Error as _;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

use insta::assert_snapshot;
use kamodo_wire::tls::{Acceptor, Connector, Error, Identity, Paths, Trust};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};

fn directory() -> (TempDir, Paths) {
    let directory = tempfile::tempdir().unwrap();
    let paths = Paths::self_signed(directory.path());
    (directory, paths)
}

/// The text of a failure, with the directory's name taken out.
#[track_caller]
fn refused(directory: &TempDir, result: Result<Identity, Error>) -> String {
    let error = result.unwrap_err();
    let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
    let hint = error.hint().map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
    format!("{error}{cause}{hint}").replace(&format!("{}/", directory.path().display()), "")
}

fn write_pair(paths: &Paths, from: SystemTime, to: SystemTime, is_ca: rcgen::IsCa) {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::new(["localhost".to_owned()]).unwrap();
    (params.not_before, params.not_after, params.is_ca) = (from.into(), to.into(), is_ca);
    fs::write(&paths.certificate, params.self_signed(&key).unwrap().pem()).unwrap();
    fs::write(&paths.key, key.serialize_pem()).unwrap();
    fs::set_permissions(&paths.key, fs::Permissions::from_mode(0o600)).unwrap();
}

const DAY: Duration = Duration::from_secs(24 * 3600);

#[test]
fn a_pair_is_made_once() {
    let (directory, paths) = directory();
    let made = Identity::load_or_create(&paths).unwrap();
    assert!(made.created && made.warnings.is_empty());
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&paths.certificate), mode(&paths.key)), (0o644, 0o600));
    let before = fs::read(&paths.certificate).unwrap();
    assert!(!Identity::load_or_create(&paths).unwrap().created);
    assert_eq!(fs::read(&paths.certificate).unwrap(), before);
    // Nothing else is left behind.
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2);
}

#[test]
fn servers_that_start_together_make_one_pair() {
    let (_directory, paths) = directory();
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let paths = paths.clone();
            std::thread::spawn(move || Identity::load_or_create(&paths).unwrap().created)
        })
        .collect();
    let n_created = threads.into_iter().map(|thread| thread.join().unwrap()).filter(|&made| made);
    assert_eq!(n_created.count(), 1);
    Identity::load(&paths).unwrap();
}

#[test]
fn half_a_pair() {
    let (directory, paths) = directory();
    Identity::load_or_create(&paths).unwrap();
    fs::remove_file(&paths.key).unwrap();
    assert_snapshot!(refused(&directory, Identity::load_or_create(&paths)), @r"
    selfsigned.cert: found without its other half `selfsigned.key`
    hint: put `selfsigned.key` back, or move `selfsigned.cert` away: a new pair is made when both are absent
    ");
}

#[test]
fn files_that_hold_something_else() {
    let (directory, paths) = directory();
    Identity::load_or_create(&paths).unwrap();
    let (certificate, key) = (fs::read(&paths.certificate).unwrap(), fs::read(&paths.key).unwrap());
    fs::write(&paths.certificate, "no certificate").unwrap();
    assert_snapshot!(refused(&directory, Identity::load(&paths)), @r"
    selfsigned.cert: expected a certificate in PEM, found none
    hint: name a file with a section `-----BEGIN CERTIFICATE-----`
    ");
    fs::write(&paths.certificate, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
    assert_snapshot!(refused(&directory, Identity::load(&paths)), @r"
    selfsigned.cert: not a certificate of X.509
    hint: replace certificate and key together, or move both away: a new pair is then made
    ");
    fs::write(&paths.certificate, certificate).unwrap();
    fs::write(&paths.key, "no key").unwrap();
    assert_snapshot!(refused(&directory, Identity::load(&paths)), @r"
    selfsigned.key: expected a private key in PEM, found none
    hint: name a file with a section `-----BEGIN PRIVATE KEY-----`
    ");
    let (_other_directory, other) = pair();
    fs::copy(&other.key, &paths.key).unwrap();
    assert_snapshot!(refused(&directory, Identity::load(&paths)), @r"
    selfsigned.key: not the key of `selfsigned.cert`: keys may not be consistent: KeyMismatch
    hint: replace certificate and key together, or move both away: a new pair is then made
    ");
    fs::remove_file(&paths.key).unwrap();
    fs::create_dir(&paths.key).unwrap();
    assert_snapshot!(refused(&directory, Identity::load(&paths)), @r"
    selfsigned.key: cannot be read: expected a regular file, found a directory
    hint: put a regular file in its place, or remove it
    ");
    fs::remove_dir(&paths.key).unwrap();
    fs::write(&paths.key, key).unwrap();
    Identity::load(&paths).unwrap();
}

fn pair() -> (TempDir, Paths) {
    let (directory, paths) = directory();
    Identity::load_or_create(&paths).unwrap();
    (directory, paths)
}

#[test]
fn a_certificate_out_of_its_time() {
    let (directory, paths) = directory();
    let year_2000 = SystemTime::UNIX_EPOCH + 10_957 * DAY;
    write_pair(&paths, year_2000, year_2000 + DAY, rcgen::IsCa::NoCa);
    assert_snapshot!(refused(&directory, Identity::load(&paths)), @r"
    selfsigned.cert: expired on Jan  2 00:00:00 2000 +00:00
    hint: replace certificate and key together, or move both away: a new pair is then made
    ");
    let year_2200 = SystemTime::UNIX_EPOCH + 84_006 * DAY;
    write_pair(&paths, year_2200, year_2200 + DAY, rcgen::IsCa::NoCa);
    assert_snapshot!(refused(&directory, Identity::load(&paths)), @r"
    selfsigned.cert: not valid before Jan  1 00:00:00 2200 +00:00
    hint: check this machine's clock
    ");
}

#[test]
fn what_should_be_mended_is_a_warning() {
    let (directory, paths) = directory();
    let now = SystemTime::now();
    write_pair(&paths, now - DAY, now + 2 * DAY, rcgen::IsCa::NoCa);
    fs::set_permissions(&paths.key, fs::Permissions::from_mode(0o644)).unwrap();
    let warnings = Identity::load(&paths).unwrap().warnings;
    let shown =
        |index: usize| warnings[index].to_string().replace(&format!("{}/", directory.path().display()), "");
    assert_eq!(warnings.len(), 2);
    assert!(shown(0).starts_with("selfsigned.cert: expires on "), "{}", shown(0));
    assert_snapshot!(shown(1), @"selfsigned.key: private key readable by others: mode 644, expected 600");
}

#[test]
fn where_nothing_can_be_written() {
    let directory = tempfile::tempdir().unwrap();
    let paths = Paths::self_signed(&directory.path().join("absent"));
    assert_snapshot!(refused(&directory, Identity::load_or_create(&paths)), @"absent/selfsigned.key: cannot be written: No such file or directory (os error 2)");
}

/// Shakes hands between a server of one pair and a client that trusts another file.
async fn shake_hands(server: &Paths, trusted: &Path, host: &str) -> Result<(), String> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let acceptor = Acceptor::new(&Identity::load(server).unwrap());
    let connector = Connector::new(&Trust::load(trusted).unwrap());
    let accept = async {
        let (socket, _) = listener.accept().await.unwrap();
        let _ = acceptor.accept(socket).await; // the client says what is wrong
    };
    let connect = async {
        let socket = TcpStream::connect(address).await.unwrap();
        connector.connect(host, socket).await.map(|_| ()).map_err(|error| error.to_string())
    };
    tokio::join!(accept, connect).1
}

#[tokio::test]
async fn a_client_trusts_the_certificate_in_its_file() {
    let (_directory, paths) = pair();
    let machine = gethostname::gethostname().into_string().unwrap();
    for host in ["localhost", "127.0.0.1", "::1", &machine] {
        assert_eq!(shake_hands(&paths, &paths.certificate, host).await, Ok(()), "{host}");
    }
    let refused = shake_hands(&paths, &paths.certificate, "other.example").await.unwrap_err();
    assert!(refused.contains("not valid for name"), "{refused}");
}

#[tokio::test]
async fn a_client_trusts_no_other_certificate() {
    let ((_directory, paths), (_other_directory, other)) = (pair(), pair());
    let refused = shake_hands(&paths, &other.certificate, "localhost").await.unwrap_err();
    assert_snapshot!(refused, @"invalid peer certificate: BadSignature");
}

#[tokio::test]
async fn a_certificate_without_names_of_hosts_is_for_its_subject() {
    let (_directory, paths) = directory();
    let key = rcgen::KeyPair::generate().unwrap();
    let write = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let mut params = rcgen::CertificateParams::new(names).unwrap();
        params.distinguished_name.push(rcgen::DnType::CommonName, "localhost");
        fs::write(&paths.certificate, params.self_signed(&key).unwrap().pem()).unwrap();
    };
    fs::write(&paths.key, key.serialize_pem()).unwrap();
    fs::set_permissions(&paths.key, fs::Permissions::from_mode(0o600)).unwrap();
    write(&[]);
    assert_eq!(shake_hands(&paths, &paths.certificate, "localhost").await, Ok(()));
    assert!(shake_hands(&paths, &paths.certificate, "other.example").await.is_err());
    assert!(shake_hands(&paths, &paths.certificate, "127.0.0.1").await.is_err());
    // with a list, the list is what holds
    write(&["other.example"]);
    assert!(shake_hands(&paths, &paths.certificate, "localhost").await.is_err());
}

#[tokio::test]
async fn a_self_signed_authority_is_trusted_as_itself() {
    // What `openssl req -x509` makes.
    let (_directory, paths) = directory();
    let now = SystemTime::now();
    write_pair(&paths, now - DAY, now + 365 * DAY, rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained));
    assert_eq!(shake_hands(&paths, &paths.certificate, "localhost").await, Ok(()));
    assert!(shake_hands(&paths, &paths.certificate, "127.0.0.1").await.is_err());
}

#[tokio::test]
async fn an_authority_of_version_1_is_trusted_beside_others_that_are_of_no_use() {
    let pairs = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pairs");
    let server = Paths { certificate: pairs.join("signed.cert"), key: pairs.join("good.key") };
    assert_eq!(shake_hands(&server, &pairs.join("authority-v1.cert"), "localhost").await, Ok(()));
    let directory = tempfile::tempdir().unwrap();
    let bundle = directory.path().join("bundle.pem");
    let all = ["rsa1024.cert", "p521.cert", "v1.cert", "authority-v1.cert"];
    let text: String = all.iter().map(|name| fs::read_to_string(pairs.join(name)).unwrap()).collect();
    fs::write(&bundle, text).unwrap();
    assert_eq!(shake_hands(&server, &bundle, "localhost").await, Ok(()));
    // The others do not make it trusted.
    assert!(shake_hands(&server, &pairs.join("v1.cert"), "localhost").await.is_err());
}

/// A server that shows a certificate which ours would refuse.
async fn shown(certificate: &str, key: &str) -> String {
    use rustls::pki_types::pem::PemObject as _;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    let pairs = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pairs");
    let trusted = pairs.join(certificate);
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let key = PrivateKeyDer::from_pem_file(pairs.join(key)).unwrap();
    let key = provider.key_provider.load_private_key(key).unwrap();
    let chain = vec![CertificateDer::from_pem_file(&trusted).unwrap()];
    let certified = rustls::sign::CertifiedKey::new(chain, key);
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(std::sync::Arc::new(rustls::sign::SingleCertAndKey::from(certified)));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let accept = async {
        let (socket, _) = listener.accept().await.unwrap();
        let _ = tokio_rustls::TlsAcceptor::from(std::sync::Arc::new(config)).accept(socket).await;
    };
    let connect = async {
        let socket = TcpStream::connect(address).await.unwrap();
        let connector = Connector::new(&Trust::load(&trusted).unwrap());
        connector.connect("localhost", socket).await.map(|_| ()).unwrap_err().to_string()
    };
    tokio::join!(accept, connect).1.replace(&format!("{}/", pairs.display()), "")
}

#[tokio::test]
async fn a_server_of_version_1_is_told_from_one_that_is_not_trusted() {
    assert_snapshot!(shown("v1.cert", "good.key").await, @"invalid peer certificate: v1.cert: expected a certificate of X.509 version 3, found version 1");
}
