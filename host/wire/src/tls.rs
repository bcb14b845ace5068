//! Encryption: which certificate a server shows, and which one a client trusts.
//!
//! The published client trusts exactly the certificate in a file, `selfsigned.cert` of its directory,
//! and checks that it is for the host that it dialled. So that it works at the first start, a server
//! without a certificate makes one ([`Identity::load_or_create`]).

mod error;
mod identity;
mod pem;
mod trust;

use std::io;
use std::sync::Arc;

use rustls::pki_types::ServerName;
use tokio::io::BufReader;
use tokio::net::TcpStream;

pub use error::Error;
pub use identity::{Identity, Paths, Warning};
pub use pem::Found;
pub use trust::Trust;

/// A connection whose records are read off the socket many at a time.
type Buffered = BufReader<TcpStream>;

/// An encrypted connection as a server sees it.
pub type ServerStream = tokio_rustls::server::TlsStream<Buffered>;

/// An encrypted connection as a client sees it.
pub type ClientStream = tokio_rustls::client::TlsStream<Buffered>;

/// Without this, a record of 16 KiB is read in pieces of 4 KiB, each a system call.
const SOCKET_BUFFER_BYTES: usize = 64 << 10;

/// Accepts encrypted connections under one identity.
#[derive(Clone)]
pub struct Acceptor(tokio_rustls::TlsAcceptor);

/// Opens encrypted connections to servers that are trusted.
#[derive(Clone)]
pub struct Connector(tokio_rustls::TlsConnector);

// === impl Acceptor ===

impl Acceptor {
    /// Makes an acceptor that shows the certificate of an identity.
    #[must_use]
    pub fn new(identity: &Identity) -> Self {
        Self(tokio_rustls::TlsAcceptor::from(identity.server_config()))
    }

    /// Shakes hands with a client.
    ///
    /// # Errors
    /// Those of the socket, and of a client that speaks no TLS or does not trust this server.
    pub async fn accept(&self, stream: TcpStream) -> io::Result<ServerStream> {
        self.0.accept(BufReader::with_capacity(SOCKET_BUFFER_BYTES, stream)).await
    }
}

// === impl Connector ===

impl Connector {
    /// Makes a connector that accepts what is trusted.
    #[must_use]
    pub fn new(trust: &Trust) -> Self {
        Self(tokio_rustls::TlsConnector::from(trust.client_config()))
    }

    /// Shakes hands with the server of that name.
    ///
    /// # Errors
    /// Those of the socket, and of a server that is not trusted or has another name.
    pub async fn connect(&self, host: &str, stream: TcpStream) -> io::Result<ClientStream> {
        let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
        self.0.connect(name, BufReader::with_capacity(SOCKET_BUFFER_BYTES, stream)).await.map_err(worded)
    }
}

/// Says what we found wrong with a certificate as a sentence: rustls shows the reasons of others as Rust's source.
fn worded(error: io::Error) -> io::Error {
    use rustls::{CertificateError, Error as Refused, OtherError};
    let refused = error.get_ref().and_then(|refused| refused.downcast_ref());
    let Some(Refused::InvalidCertificate(CertificateError::Other(OtherError(reason)))) = refused else {
        return error;
    };
    match reason.downcast_ref::<Error>() {
        Some(reason) => io::Error::new(error.kind(), format!("invalid peer certificate: {reason}")),
        None => error,
    }
}

/// The one implementation of the algorithms that is used.
fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}
