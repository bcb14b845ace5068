//! One connection, from its socket to its end.

use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use kamodo_registry::Administration;
use kamodo_schema::administration;
use kamodo_wire::tls::Acceptor;
use kamodo_wire::transport::{self, Session};
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::administration::AdministrationServer;
use crate::connection::{Connection, Shared};
use crate::error::RequestError;
use crate::kamodo::KamodoServer;

/// How long a client that is turned away may take to learn why.
const REFUSED: Duration = Duration::from_secs(2);

/// The largest message of such a client.
const REFUSED_BYTES: usize = 1 << 20;

/// Serves one client until it goes, or until the server stops.
pub(crate) async fn serve(
    socket: TcpStream,
    acceptor: Option<Acceptor>,
    shared: Shared,
    stop: watch::Receiver<bool>,
) {
    let peer = socket.peer_addr().map_or_else(|_| String::from("a client"), |address| address.to_string());
    log_end(&peer, drive(socket, acceptor, shared, stop).await);
}

/// Tells a client for whom there is no place why, whatever it asks for.
pub(crate) async fn turn_away(socket: TcpStream, acceptor: Option<Acceptor>, shared: &Shared, limit: usize) {
    let limits = **shared.limits.load();
    let transport = transport::Limits {
        first_message_bytes: limits.transport.first_message_bytes.min(REFUSED_BYTES),
        message_bytes: limits.transport.message_bytes.min(REFUSED_BYTES),
        queued_bytes: limits.transport.queued_bytes.min(REFUSED_BYTES),
        write_stall: limits.transport.write_stall.min(REFUSED),
        ..limits.transport
    };
    let refusal = || capnp_rpc::new_broken_cap(RequestError::TooManyConnections { limit }.into());
    let refused = async move {
        socket.set_nodelay(true)?;
        match acceptor {
            None => transport::serve(socket, refusal(), transport).await,
            Some(acceptor) => transport::serve(acceptor.accept(socket).await?, refusal(), transport).await,
        }
    };
    if let Ok(Err(error)) = timeout(limits.handshake.min(REFUSED), refused).await {
        tracing::debug!("a client that was turned away: {error}");
    }
}

/// Serves one administrator until it goes, or until the server stops.
pub(crate) async fn serve_administrator(
    socket: UnixStream,
    administration: Arc<dyn Administration>,
    shared: Shared,
    stop: watch::Receiver<bool>,
) {
    let limits = shared.limits.load().transport;
    let connection = Connection::new(shared, limits);
    let server = AdministrationServer::new(&connection, administration);
    let client: administration::Client = capnp_rpc::new_client(server);
    let session = transport::serve(socket, client.client, limits);
    log_end("an administrator", run(session, connection, stop).await);
}

fn log_end(peer: &str, ended: Result<(), transport::Error>) {
    match ended {
        Ok(()) => tracing::debug!("{peer}: disconnected"),
        Err(error) => {
            let cause =
                std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
            tracing::info!("{peer}: {error}{cause}");
        }
    }
}

async fn drive(
    socket: TcpStream,
    acceptor: Option<Acceptor>,
    shared: Shared,
    stop: watch::Receiver<bool>,
) -> Result<(), transport::Error> {
    // An answer of some hundred bytes must not wait for the acknowledgement of the one before.
    socket.set_nodelay(true)?;
    let limits = **shared.limits.load();
    let connection = Connection::new(shared, limits.transport);
    let client: kamodo_schema::Client = capnp_rpc::new_client(KamodoServer::new(connection.clone()));
    let session = match acceptor {
        None => transport::serve(socket, client.client, limits.transport),
        Some(acceptor) => {
            let late = || io::Error::new(io::ErrorKind::TimedOut, "no TLS handshake in time");
            let stream = timeout(limits.handshake, acceptor.accept(socket)).await.map_err(|_| late())?;
            let stream = stream.map_err(handshake_error)?;
            transport::serve(stream, client.client, limits.transport)
        }
    };
    run(session, connection, stop).await
}

/// Says of a failed handshake that it was one, and in words if the client broke it off.
fn handshake_error(error: io::Error) -> io::Error {
    match error.kind() {
        kind @ (io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset) => {
            io::Error::new(kind, "the client left before the TLS handshake was done")
        }
        kind => io::Error::new(kind, format!("TLS handshake failed: {error}")),
    }
}

/// Runs a session. When the server stops, open calls are answered, no more are taken, and then it ends.
async fn run(
    session: Session,
    connection: Rc<Connection>,
    mut stop: watch::Receiver<bool>,
) -> Result<(), transport::Error> {
    let disconnector = session.disconnector();
    let drained = async move {
        // The sender is dropped only by a server that ends without draining: then nobody stops us.
        if stop.wait_for(|&stop| stop).await.is_err() {
            std::future::pending::<()>().await;
        }
        connection.drain().await;
        let _ = disconnector.await; // a connection that broke meanwhile is what we want as well
        std::future::pending::<()>().await; // the session ends itself
    };
    tokio::select! {
        biased;
        ended = session => ended,
        () = drained => unreachable!("it waits for ever at last"),
    }
}
