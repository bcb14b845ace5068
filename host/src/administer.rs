//! `kamodo-rpc status`, `watch`, `reload`, `rollback`, `pin` and `unpin`: a running server from the shell.
//!
//! A server of one's own is asked at its local socket, where it may also be told what to do. What changes
//! nothing may be asked at the port as well, of a server on any machine.

mod feed;
mod json;
mod status;
mod words;

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use kamodo_client::extension::Description;
use kamodo_client::{Administrator, Client, Endpoint, Error as ClientError, Extension, Receipt};
use tokio::time::timeout;

use crate::answer::print;
use crate::cli::{Administered, Pin, Reload, Rollback};
use crate::remote::run;
use crate::settings::SocketPlace;
use crate::{Error, socket, telemetry};

pub use feed::watch;
pub(crate) use status::everything;
pub use status::status;
pub(crate) use words::{facts, state};

/// Has everything looked at again; the status is 1 where something is wrong with a file.
///
/// # Errors
/// [`Error`] where no server of one's own listens, or it does not answer.
pub fn reload(reload: &Reload) -> Result<ExitCode, Error> {
    let (receipt, held) = run(async {
        let administrator = administrator(&reload.server).await?;
        let receipt = administrator.reload().await?;
        let description = Reached::Local(administrator).describe().await?;
        Ok((receipt, words::held(&description)))
    })?;
    let what = match (receipt.is_new, held) {
        (true, None) => "what is on disk is served".to_owned(),
        (true, Some(held)) => format!("what is on disk is served but for {held}"),
        (false, None) => "nothing changed".to_owned(),
        (false, Some(held)) => format!("nothing changed; not served as on disk: {held}"),
    };
    show(&reload.server, &receipt, &what)
}

/// Has served what an earlier generation had.
///
/// # Errors
/// [`Error`] where no server of one's own listens, or that generation is not kept.
pub fn rollback(rollback: &Rollback) -> Result<ExitCode, Error> {
    let to = rollback.generation;
    let receipt = run(async { Ok(administrator(&rollback.server).await?.rollback(to).await?) })?;
    let what = match (receipt.is_new, to) {
        (true, Some(to)) => format!("what generation {to} had is served, until a file changes or a `reload`"),
        (true, None) => "what was served before is, until a file changes or a `reload`".to_owned(),
        (false, _) => "that is what is served already".to_owned(),
    };
    show(&rollback.server, &receipt, &what)
}

/// Keeps what is served, whatever is saved.
///
/// # Errors
/// [`Error`] where no server of one's own listens, or no origin has the file.
pub fn pin(pin: &Pin) -> Result<ExitCode, Error> {
    let file = pin.file.as_deref().map(meant);
    let receipt = run(async { Ok(administrator(&pin.server).await?.pin(file.as_deref()).await?) })?;
    show(&pin.server, &receipt, "what is pinned stays as it is served")
}

/// Takes pins off, and what changed meanwhile goes live.
///
/// # Errors
/// [`Error`] where no server of one's own listens, or no origin has the file.
pub fn unpin(unpin: &Pin) -> Result<ExitCode, Error> {
    let file = unpin.file.as_deref().map(meant);
    let receipt = run(async { Ok(administrator(&unpin.server).await?.unpin(file.as_deref()).await?) })?;
    let what = if receipt.is_new { "what changed meanwhile is served" } else { "nothing changed meanwhile" };
    show(&unpin.server, &receipt, what)
}

/// What a server was reached through, kept as long as it is asked.
enum Reached {
    Local(Administrator),
    Remote(Client),
}

// === impl Reached ===

impl Reached {
    /// Asks what is served. A server that is stopped takes connections, and answers nobody.
    async fn describe(&self) -> Result<Description, Error> {
        const LIMIT: Duration = Duration::from_secs(10);
        let late = |_| ClientError::Late { what: "the server".to_owned(), after: LIMIT };
        let described = timeout(LIMIT, self.extension().describe()).await.map_err(late)?;
        Ok(described?)
    }

    fn extension(&self) -> Extension {
        match self {
            Self::Local(administrator) => administrator.extension(),
            Self::Remote(client) => client.extension(),
        }
    }
}

/// Finds a server that is only asked: at its socket where there is one, else at its port.
async fn reach(server: &Administered) -> Result<Reached, Error> {
    let places = sockets(server);
    let is_named = matches!(server.socket, SocketPlace::At(_));
    match connect(&places).await {
        Ok(administrator) => Ok(Reached::Local(administrator)),
        Err(error) if is_named => Err(error),
        Err(_) => {
            let remote = &server.remote;
            let endpoint = Endpoint::new(&remote.host, remote.port, &remote.certfile);
            match Client::connect(&endpoint).await {
                Ok(client) => Ok(Reached::Remote(client)),
                Err(source) if places.is_empty() => Err(source.into()),
                Err(source) => Err(Error::NoServer { tried: places, source: Box::new(source) }),
            }
        }
    }
}

/// Finds a server that is told what to do: only at its socket.
async fn administrator(server: &Administered) -> Result<Administrator, Error> {
    let places = sockets(server);
    if places.is_empty() {
        return Err(Error::NotHere { host: server.remote.host.clone() });
    }
    connect(&places).await
}

/// The places where the server's socket may be; none where it runs on another machine.
fn sockets(server: &Administered) -> Vec<PathBuf> {
    match &server.socket {
        SocketPlace::At(path) => vec![path.clone()],
        SocketPlace::Auto if is_here(&server.remote.host) => socket::places(server.remote.port),
        SocketPlace::Auto | SocketPlace::None => Vec::new(),
    }
}

fn is_here(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback() || address.is_unspecified())
}

async fn connect(places: &[PathBuf]) -> Result<Administrator, Error> {
    for place in places {
        match Administrator::connect(place).await {
            Ok(administrator) => return Ok(administrator),
            Err(kamodo_client::Error::Socket { source, .. }) if is_absent(&source) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::NoSocket { tried: places.to_vec() })
}

/// Whether nobody listens: there is no such file, or its server is dead.
fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused)
}

/// A file as the server can find it from its own directory.
fn meant(file: &Path) -> PathBuf {
    file.canonicalize().unwrap_or_else(|_| file.to_owned())
}

/// Shows what came of a command.
fn show(server: &Administered, receipt: &Receipt, what: &str) -> Result<ExitCode, Error> {
    let is_wrong = receipt.diagnostics.iter().any(|diagnostic| diagnostic.is_error);
    if server.printed.is_json() {
        print(&json::receipt(receipt).to_string())?;
    } else {
        for diagnostic in &receipt.diagnostics {
            telemetry::say(format_args!("{}\n", diagnostic.rendered));
        }
        let pins = words::pins(&receipt.pins).map(|pins| format!("\n{pins}")).unwrap_or_default();
        let what = if is_wrong { "something on disk is not served, see above" } else { what };
        print(&format!("generation {}: {what}{pins}", receipt.generation))?;
    }
    Ok(if is_wrong { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
