//! The thread on which all upstreams are.

use std::collections::BTreeMap;
use std::io;
use std::rc::Rc;
use std::thread::{self, JoinHandle};

use kamodo_expr::Diagnostic;
use kamodo_registry::{Contribution, OriginKey};
use tokio::sync::mpsc;
use tokio::task::{JoinSet, LocalSet};

use crate::Upstream;
use crate::actor::Actor;

/// Keeps a connection to each upstream, on a thread of its own. Dropping it ends them all.
#[derive(Debug)]
pub struct Relay {
    orders: Option<mpsc::UnboundedSender<Vec<Upstream>>>,
    thread: Option<JoinHandle<()>>,
}

/// What is new of an upstream.
#[derive(Debug)]
pub enum News {
    /// It serves something else than it did, or that is known for the first time.
    Serves(Served),
    /// It cannot be reached, for this reason; or, without one, it can.
    Away {
        /// Which one it is.
        key: OriginKey,
        /// Why.
        cause: Option<String>,
    },
}

/// What an upstream serves.
#[derive(Debug)]
pub struct Served {
    /// All of its functions.
    pub contribution: Contribution,
    /// What is said of those that are left out.
    pub warnings: Vec<Diagnostic>,
    /// Their names, as they would be here.
    pub left_out: Vec<String>,
}

// === impl Relay ===

impl Relay {
    /// Starts a relay without upstreams, of the server that is `instance`; `tell` is called on its thread, and
    /// must not wait for anything.
    ///
    /// # Errors
    /// Where the system refuses a thread.
    pub fn start(instance: &str, tell: impl Fn(News) + Send + 'static) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
        // Not bounded, since the one who sends never waits; there is one message a change of configuration.
        let (orders, received) = mpsc::unbounded_channel();
        let instance = instance.to_owned();
        let thread = thread::Builder::new().name("relay".to_owned()).spawn(move || {
            LocalSet::new().block_on(&runtime, run(received, instance.into(), Rc::new(tell)));
        })?;
        Ok(Self { orders: Some(orders), thread: Some(thread) })
    }

    /// Says which upstreams there are from now on. Those that stay keep their connections, unless they trust
    /// another certificate now.
    pub fn set(&self, upstreams: Vec<Upstream>) {
        if let Some(orders) = &self.orders {
            let _ = orders.send(upstreams); // the thread lives as long as this
        }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join(); // a panic there was already printed
        }
    }
}

async fn run(mut orders: mpsc::UnboundedReceiver<Vec<Upstream>>, instance: Rc<str>, tell: Rc<dyn Fn(News)>) {
    let mut actors: BTreeMap<OriginKey, mpsc::UnboundedSender<Upstream>> = BTreeMap::new();
    let mut running = JoinSet::new();
    loop {
        tokio::select! {
            upstreams = orders.recv() => {
                let Some(upstreams) = upstreams else { return }; // dropping the set ends the actors
                actors.retain(|key, _| upstreams.iter().any(|upstream| upstream.key() == *key));
                for upstream in upstreams {
                    if let Some(actor) = actors.get(&upstream.key()) {
                        let _ = actor.send(upstream); // one that ended with a panic was told below
                        continue;
                    }
                    let (sender, changes) = mpsc::unbounded_channel();
                    actors.insert(upstream.key(), sender);
                    let actor = Actor::new(upstream, changes, Rc::clone(&instance), Rc::clone(&tell));
                    running.spawn_local(actor.run());
                }
            }
            Some(joined) = running.join_next() => {
                if let Err(error) = joined {
                    tracing::error!("an upstream's connection ended with a panic: {error}");
                }
            }
        }
    }
}
