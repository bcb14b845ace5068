//! What plugins change of this process, told to those who run it.

use std::io;
use std::sync::Arc;

use kamodo_registry::Health;

/// Watches over the process from now on. Each kind of change is logged once, and is a condition of `health` that counts
/// how often it occurs.
///
/// # Errors
/// If the system gives no thread.
pub(crate) fn watch(health: Arc<Health>) -> io::Result<()> {
    kamodo_loader::watch_process(move |change| {
        if change.is_first {
            tracing::warn!("{}; hint: {}", change.message, change.hint);
        }
        health.report(change.key.clone(), change.message.clone(), Some(change.hint.clone()));
    })
}
