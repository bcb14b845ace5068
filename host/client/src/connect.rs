//! From an address to a connection.

use std::cell::Cell;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use capnp_rpc::Disconnector;
use capnp_rpc::rpc_twoparty_capnp::Side;
use futures::FutureExt as _;
use kamodo_wire::tls::{Connector, Trust};
use kamodo_wire::transport::{self, Limits, Session, Traffic};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use crate::connection::Connection;
use crate::{Client, Error};

/// Where a server is, and how to know it.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// The host's name or address; the server's certificate is checked against it.
    pub host: String,
    /// The port.
    pub port: u16,
    /// The file of the certificate that is trusted; none to talk unencrypted, as for measuring.
    pub certificate: Option<PathBuf>,
    /// What the connection may cost.
    pub limits: Limits,
}

/// After how long the system asks whether the other end of a silent connection is still there.
const KEEP_ALIVE: Duration = Duration::from_secs(20);

/// How long a server may take to accept a connection and shake hands, where nobody says otherwise.
pub(crate) const CONNECT: Duration = Duration::from_secs(10);

/// Closes a connection when it is dropped, after everything that was asked was sent.
pub(crate) struct Closer {
    disconnector: Option<Disconnector<Side>>,
    /// Why the connection ended, once it has.
    ended: watch::Receiver<Option<String>>,
    traffic: Traffic,
}

// === impl Endpoint ===

impl Endpoint {
    /// Names a server that shows the certificate in a file.
    pub fn new(host: impl Into<String>, port: u16, certificate: impl Into<PathBuf>) -> Self {
        Self {
            host: host.into(),
            port,
            certificate: Some(certificate.into()),
            limits: Limits { first_message_bytes: Limits::default().message_bytes, ..Limits::default() },
        }
    }

    /// Names a server that does not encrypt.
    pub fn unencrypted(host: impl Into<String>, port: u16) -> Self {
        Self { certificate: None, ..Self::new(host, port, PathBuf::new()) }
    }
}

/// Reads the certificate that is trusted, as a connection does.
///
/// # Errors
/// [`Error::Certificate`] if it cannot be read, or is none that can be trusted.
pub fn check_certificate(file: &Path) -> Result<(), Error> {
    Trust::load(file)?;
    Ok(())
}

pub(crate) async fn connect(endpoint: &Endpoint, limit: Duration) -> Result<Client, Error> {
    let Endpoint { host, port, .. } = endpoint;
    let connector = match &endpoint.certificate {
        Some(file) => Some((file, Connector::new(&Trust::load(file)?))),
        None => None,
    };
    let failed = |source| Error::Connect { host: host.clone(), port: *port, source };
    let late = |_| io::Error::new(io::ErrorKind::TimedOut, format!("no answer within {limit:?}"));
    let begun = Instant::now();
    let connecting = TcpStream::connect((host.trim_matches(['[', ']']), *port));
    let socket = timeout(limit, connecting).await.map_err(late).flatten().map_err(failed)?;
    socket.set_nodelay(true).map_err(failed)?;
    // Else a call whose server's machine is gone would wait for ever; it works without.
    let keep_alive = socket2::TcpKeepalive::new().with_time(KEEP_ALIVE).with_interval(KEEP_ALIVE / 4);
    let _ = socket2::SockRef::from(&socket).set_tcp_keepalive(&keep_alive);
    let (session, kamodo) = match connector {
        None => transport::connect(socket, endpoint.limits),
        Some((file, connector)) => {
            let refused = |source| {
                let (host, certificate) = (host.clone(), file.clone());
                Error::Handshake { host, port: *port, certificate, source }
            };
            let left = limit.saturating_sub(begun.elapsed());
            let shaking = timeout(left, connector.connect(host, socket)).await;
            let stream = shaking.map_err(late).flatten().map_err(refused)?;
            transport::connect(stream, endpoint.limits)
        }
    };
    let connection = Connection::new(kamodo, endpoint.limits);
    let closer = Closer::open(session, connection.has_ended.clone());
    Ok(Client { connection, closer })
}

// === impl Closer ===

impl Closer {
    /// Runs a session until this is dropped, and sets `has_ended` when it ends.
    pub(crate) fn open(session: Session, has_ended: Rc<Cell<bool>>) -> Self {
        let disconnector = session.disconnector();
        let traffic = session.traffic();
        // What ends the session fails the calls that wait, with the same reason.
        // It ends by itself once the client is dropped.
        let (ending, ended) = watch::channel(None);
        tokio::task::spawn_local(async move {
            let reason = match session.await {
                Ok(()) => String::from("the connection was closed"),
                Err(error) => error.to_string(),
            };
            has_ended.set(true);
            ending.send_replace(Some(reason));
        });
        Self { disconnector: Some(disconnector), ended, traffic }
    }

    /// Waits until the connection has ended, and says why.
    pub(crate) async fn ended(&self) -> String {
        let mut ended = self.ended.clone();
        let reason = ended.wait_for(Option::is_some).await.ok().and_then(|reason| reason.clone());
        reason.unwrap_or_else(|| String::from("the connection was dropped"))
    }

    pub(crate) fn traffic(&self) -> &Traffic {
        &self.traffic
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.ended.borrow().is_some()
    }

    pub(crate) async fn close(mut self) -> Result<(), Error> {
        match self.disconnector.take() {
            Some(disconnector) => Ok(disconnector.await?),
            None => Ok(()),
        }
    }
}

impl Drop for Closer {
    fn drop(&mut self) {
        // Its first step closes the queue; the session then writes what is left and ends by itself.
        if let Some(disconnector) = self.disconnector.take() {
            let _ = disconnector.now_or_never();
        }
    }
}
