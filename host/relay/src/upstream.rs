//! Another server, as the configuration names it.

use std::path::PathBuf;
use std::time::Duration;

use kamodo_client::Endpoint;
use kamodo_registry::{Origin, OriginKey};

/// Another server, as the configuration names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upstream {
    /// The name or the address that is dialled; the server's certificate is checked against it.
    pub host: String,
    /// The port.
    pub port: u16,
    /// The file of the certificate that is trusted; none to talk unencrypted, as for measuring.
    pub certificate: Option<PathBuf>,
    /// What is put before the names of its functions, with `_` between.
    pub prefix: Option<String>,
    /// How long a call may take; none for as long as it takes.
    pub timeout: Option<Duration>,
}

// === impl Upstream ===

impl Upstream {
    /// Returns what its functions have as their origin.
    #[must_use]
    pub fn origin(&self) -> Origin {
        Origin::Upstream { host: self.host.clone(), port: self.port, prefix: self.prefix.clone() }
    }

    /// Returns what stays the same when its certificate or its timeout is another one.
    #[must_use]
    pub fn key(&self) -> OriginKey {
        OriginKey::upstream(&self.host, self.port, self.prefix.as_deref())
    }

    /// Returns its address as errors and the log name it.
    #[must_use]
    pub fn address(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// The name under which its function is served here.
    pub(crate) fn local_name(&self, name: &str) -> String {
        self.prefix.as_ref().map_or_else(|| name.to_owned(), |prefix| format!("{prefix}_{name}"))
    }

    pub(crate) fn endpoint(&self) -> Endpoint {
        match &self.certificate {
            Some(file) => Endpoint::new(self.host.clone(), self.port, file),
            None => Endpoint::unencrypted(self.host.clone(), self.port),
        }
    }
}
