//! What the one who runs a server may ask of it, at its local socket.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use kamodo_schema::{administration, extension};
use kamodo_wire::transport::{self, Limits};
use tokio::net::UnixStream;

use crate::Error;
use crate::connect::Closer;
use crate::extension::{self as read, Diagnostic, Extension, Pins};

/// A connection to the local socket of a server of one's own.
pub struct Administrator {
    administration: administration::Client,
    _closer: Closer,
}

/// What came of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The generation that is served now.
    pub generation: u64,
    /// Whether the command published it.
    pub is_new: bool,
    /// What is wrong with the files that it looked at.
    pub diagnostics: Vec<Diagnostic>,
    /// What may not change now.
    pub pins: Pins,
}

// === impl Administrator ===

impl Administrator {
    /// Connects to the socket of a server. Must run in a `LocalSet`.
    ///
    /// # Errors
    /// [`Error::Socket`] where no server listens, or where it is another user's.
    pub async fn connect(socket: impl Into<PathBuf>) -> Result<Self, Error> {
        let path = socket.into();
        let stream = UnixStream::connect(&path).await.map_err(|source| Error::Socket { path, source })?;
        let limits = Limits { first_message_bytes: Limits::default().message_bytes, ..Limits::default() };
        let (session, bootstrap) = transport::connect(stream, limits);
        // What is served at a local socket is the administration instead of Kamodo's own interface.
        let administration = capnp::capability::FromClientHook::cast_to(bootstrap);
        Ok(Self { administration, _closer: Closer::open(session, Rc::default()) })
    }

    /// Returns what any client may ask; of a server of one's own, files are named in full.
    #[must_use]
    pub fn extension(&self) -> Extension {
        let extension: extension::Client =
            capnp::capability::FromClientHook::cast_to(self.administration.clone());
        Extension::new(extension)
    }

    /// Has every file looked at again, and takes what was rolled back from.
    ///
    /// # Errors
    /// [`Error`] of the connection, or [`Error::Remote`] with what the server says.
    pub async fn reload(&self) -> Result<Receipt, Error> {
        let response = self.administration.reload_request().send().promise.await?;
        receipt(response.get()?.get_receipt()?)
    }

    /// Has served what an earlier generation had; the one before the present one where none is named.
    ///
    /// # Errors
    /// [`Error`] of the connection, or [`Error::Remote`] where that generation is not kept.
    pub async fn rollback(&self, to: Option<u64>) -> Result<Receipt, Error> {
        let mut request = self.administration.rollback_request();
        request.get().set_to(to.unwrap_or(0));
        let response = request.send().promise.await?;
        receipt(response.get()?.get_receipt()?)
    }

    /// Keeps what is served of the origin with a file, or of all origins, whatever is saved.
    ///
    /// # Errors
    /// [`Error`] of the connection, or [`Error::Remote`] where no origin has the file.
    pub async fn pin(&self, file: Option<&Path>) -> Result<Receipt, Error> {
        let mut request = self.administration.pin_request();
        request.get().set_file(&name(file)[..]);
        let response = request.send().promise.await?;
        receipt(response.get()?.get_receipt()?)
    }

    /// Takes off the pin of the origin with a file, or all pins, and takes what changed meanwhile.
    ///
    /// # Errors
    /// [`Error`] of the connection, or [`Error::Remote`] where no origin has the file.
    pub async fn unpin(&self, file: Option<&Path>) -> Result<Receipt, Error> {
        let mut request = self.administration.unpin_request();
        request.get().set_file(&name(file)[..]);
        let response = request.send().promise.await?;
        receipt(response.get()?.get_receipt()?)
    }
}

/// A file as the server is told it; all files are nothing.
fn name(file: Option<&Path>) -> String {
    file.map(|file| file.to_string_lossy().into_owned()).unwrap_or_default()
}

fn receipt(reader: administration::receipt::Reader<'_>) -> Result<Receipt, Error> {
    Ok(Receipt {
        generation: reader.get_generation(),
        is_new: reader.get_is_new(),
        diagnostics: read::diagnostics(reader.get_diagnostics()?)?,
        pins: read::pins(reader.get_pins()?)?,
    })
}
