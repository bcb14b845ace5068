//! The signals that a server listens to, from before its first look to its end.

use std::io;
use std::os::unix::net::UnixStream;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use kamodo_registry::Health;
use tokio::runtime::Builder;
use tokio::signal::unix::{self, SignalKind, signal};

use crate::telemetry::Log;

/// What a server is told to do from outside, or by a part of it that failed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Signal {
    /// SIGHUP: look at every file again.
    LookAgain,
    /// SIGINT or SIGTERM: let open calls be answered, and end.
    Stop,
    /// A part failed without which there is no serving: end, with an error.
    Fail(String),
}

/// Listens to signals on a thread of its own. Before a server is ready, the first signal to stop ends the program at
/// once; afterwards the second one does.
pub(super) struct Signals {
    received: Receiver<Signal>,
    is_ready: Arc<AtomicBool>,
}

/// The signals of the system.
struct Sources {
    hangup: unix::Signal,
    interrupt: unix::Signal,
    terminate: unix::Signal,
    health: Arc<Health>,
}

/// The numbers of the signals, on every system.
const HANGUP: u8 = 1;
const INTERRUPT: u8 = 2;
const TERMINATE: u8 = 15;

/// What a program that a signal ended at once adds to the signal's number, as shells do.
const ENDED_BY: u8 = 128;

// === impl Signals ===

impl Signals {
    /// Listens from now on.
    ///
    /// # Errors
    /// If the system refuses what that needs.
    pub(super) fn start(health: Arc<Health>, log: Log) -> io::Result<Self> {
        // The runtime panics if the system refuses what it opens: two descriptors to wait with, and a pair of sockets
        // for signals, one of them twice.
        drop([UnixStream::pair()?, UnixStream::pair()?, UnixStream::pair()?]);
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let sources = {
            let _inside = runtime.enter();
            Sources {
                hangup: signal(SignalKind::hangup())?,
                interrupt: signal(SignalKind::interrupt())?,
                terminate: signal(SignalKind::terminate())?,
                health,
            }
        };
        let (sender, received) = channel();
        let is_ready = Arc::new(AtomicBool::new(false));
        let ready = Arc::clone(&is_ready);
        thread::Builder::new().name("signals".to_owned()).spawn(move || {
            let number = runtime.block_on(listen(sources, &sender, &ready));
            log.flush();
            kamodo_loader::end_process(ExitCode::from(ENDED_BY + number));
        })?;
        Ok(Self { received, is_ready })
    }

    /// Waits for the next signal. The server is ready from the first time on.
    pub(super) fn next(&self) -> Signal {
        self.is_ready.store(true, Ordering::SeqCst);
        self.received.recv().unwrap_or_else(|_| Signal::Fail("the thread `signals` has ended".to_owned()))
    }
}

/// Passes signals on, and returns the number of the one that ends the program at once.
async fn listen(mut sources: Sources, sender: &Sender<Signal>, is_ready: &AtomicBool) -> u8 {
    let mut is_stopping = false;
    loop {
        let (signal, number) = sources.next().await;
        let is_last = signal != Signal::LookAgain;
        if is_last && (is_stopping || !is_ready.load(Ordering::SeqCst)) {
            return number;
        }
        is_stopping |= is_last;
        let _ = sender.send(signal); // whoever received them is draining
    }
}

// === impl Sources ===

impl Sources {
    /// Waits for the next signal, and returns it with its number.
    async fn next(&mut self) -> (Signal, u8) {
        tokio::select! {
            _ = self.hangup.recv() => (Signal::LookAgain, HANGUP),
            _ = self.interrupt.recv() => (Signal::Stop, INTERRUPT),
            _ = self.terminate.recv() => (Signal::Stop, TERMINATE),
            reason = self.health.failed() => {
                // It stays failed; the next signal of the system is the next one.
                self.health = Arc::default();
                (Signal::Fail(reason), TERMINATE)
            }
        }
    }
}
