//! Settings that change while the server runs: limits and certificates at once, a listener with a restart.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use kamodo_expr::{Diagnostic, Severity};
use kamodo_server::{Controls, Limits};
use kamodo_wire::tls::{self, Identity, Paths};
use kamodo_wire::transport;

use crate::settings::{By, Effective, Reach, Settings, TABLE};
use crate::telemetry;

/// Takes settings while the server runs. The supervisor tells it, and nobody else.
pub trait Settle: Send + Sync {
    /// Takes what the configuration says now; also called where only the bytes of [`Settle::files`] are
    /// others. What cannot be taken stays as it was, and is told.
    fn apply(&self, settings: &Settings) -> Vec<Diagnostic>;

    /// Returns the files that it reads besides, which the supervisor watches for it.
    fn files(&self, settings: &Settings) -> Vec<PathBuf>;
}

/// A running server whose settings may change.
pub struct Live {
    controls: Controls,
    /// What the command line and the environment say, which comes before the configuration.
    given: Settings,
    /// What the server was started with.
    started: Effective,
    now: Mutex<Now>,
}

/// What holds at the moment.
struct Now {
    effective: Effective,
    identity: Identity,
    /// The settings that wait for a restart, as they were told.
    told: Vec<String>,
}

// === impl Live ===

impl Live {
    /// Makes it of a server that was started with these settings and shows this identity.
    #[must_use]
    pub fn new(controls: Controls, given: Settings, started: Effective, identity: Identity) -> Self {
        let now = Now { effective: started.clone(), identity, told: Vec::new() };
        Self { controls, given, started, now: Mutex::new(now) }
    }

    /// Returns the values in force, except for those that wait for a restart.
    #[must_use]
    pub fn effective(&self) -> Effective {
        self.now().effective.clone()
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Shows the certificate that stands on disk, where it is another one and good.
    fn show_certificate(&self, now: &mut Now) -> Vec<Diagnostic> {
        let identity = match Identity::load(&paths(&now.effective)) {
            Ok(identity) if identity == now.identity => return Vec::new(),
            Ok(identity) => identity,
            Err(error) => return vec![refused(&error)],
        };
        self.controls.replace_identity(&identity);
        tracing::info!("{}: shown from the next connection on", now.effective.certfile.display());
        let warnings = identity.warnings.iter().map(ToString::to_string);
        let warnings = warnings.map(|warning| Diagnostic::new(Severity::Warning, warning)).collect();
        now.identity = identity;
        warnings
    }

    /// Warns, once, of what needs a restart.
    fn tell_what_waits(&self, settings: &Settings, now: &mut Now) -> Vec<Diagnostic> {
        let mut waiting = Vec::new();
        for setting in TABLE.iter().filter(|setting| setting.reach == Reach::Restart) {
            let (runs, set) = (self.started.show(setting.key), now.effective.show(setting.key));
            if runs == set {
                continue;
            }
            let message = format!("`{}`: the server runs with `{runs}`, set is `{set}`", setting.key);
            let place = settings.said_by(setting.key).unwrap_or(&By::Flag);
            let warning = place.error(message).into_warning();
            waiting.push(warning.with_hint("restart the server to change it"));
        }
        let messages = waiting.iter().map(|warning| warning.message.clone()).collect();
        let told = std::mem::replace(&mut now.told, messages);
        waiting.retain(|warning| !told.contains(&warning.message));
        waiting
    }
}

impl Settle for Live {
    fn apply(&self, settings: &Settings) -> Vec<Diagnostic> {
        let mut now = self.now();
        let before = std::mem::replace(&mut now.effective, self.given.over(settings));
        for setting in TABLE.iter().filter(|setting| setting.reach == Reach::Live) {
            let (was, is) = (before.show(setting.key), now.effective.show(setting.key));
            if was != is {
                tracing::info!("`{}` is now `{is}`, was `{was}`", setting.key);
            }
        }
        self.controls.replace_limits(limits(&now.effective));
        let mut diagnostics = self.show_certificate(&mut now);
        diagnostics.extend(self.tell_what_waits(settings, &mut now));
        diagnostics
    }

    fn files(&self, settings: &Settings) -> Vec<PathBuf> {
        let effective = self.given.over(settings);
        vec![effective.certfile, effective.keyfile]
    }
}

/// The limits among the settings.
pub(crate) fn limits(effective: &Effective) -> Limits {
    Limits {
        n_connections: effective.connections.into(),
        n_calls: effective.calls.into(),
        n_values: effective.values.into(),
        value_bytes: effective.values_bytes.0,
        handshake: effective.handshake,
        keep_alive: effective.keep_alive,
        long_call: effective.long_call,
        transport: transport::Limits {
            // A connection's first message need not be allowed what none is.
            first_message_bytes: effective.first_message.0.min(effective.message.0),
            message_bytes: effective.message.0,
            queued_bytes: effective.queued_replies.0,
            write_stall: effective.write_stall,
            ..transport::Limits::default()
        },
    }
}

/// The certificate's files among the settings.
pub(crate) fn paths(effective: &Effective) -> Paths {
    Paths { certificate: effective.certfile.clone(), key: effective.keyfile.clone() }
}

fn refused(error: &tls::Error) -> Diagnostic {
    let message = format!("the certificate is not taken: {}", telemetry::chain(error));
    let hint = match error {
        // What is otherwise advised is for a server that starts.
        tls::Error::HalfPair { .. } | tls::Error::Expired { .. } | tls::Error::Mismatch { .. } => None,
        error => error.hint(),
    };
    let hint = hint.unwrap_or_else(|| "replace certificate and key together".to_owned());
    Diagnostic::new(Severity::Error, message)
        .with_hint(format!("{hint}; the pair from before is shown until then"))
}
