//! The thread on which all upstreams are.

use std::collections::BTreeMap;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use kamodo_registry::{OriginKey, Registry};
use tokio::sync::mpsc;
use tokio::task::{Id, JoinSet, LocalSet};
use tokio::time::sleep;

use crate::Upstream;
use crate::actor::Actor;
use crate::news::News;

/// Keeps a connection to each upstream, on a thread of its own. Dropping it ends them all.
#[derive(Debug)]
pub struct Relay {
    orders: Option<mpsc::UnboundedSender<Vec<Upstream>>>,
    thread: Option<JoinHandle<()>>,
}

// === impl Relay ===

impl Relay {
    /// Starts a relay without upstreams, of the server with that registry; `tell` is called on its thread, and must
    /// not wait for anything.
    ///
    /// # Errors
    /// Where the system refuses a thread.
    pub fn start(registry: &Registry, tell: impl Fn(News) + Send + 'static) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
        // Not bounded, since the one who sends never waits; there is one message a change of configuration.
        let (orders, received) = mpsc::unbounded_channel();
        let (instance, health) = (registry.instance().to_owned(), Arc::clone(registry.health()));
        let thread = thread::Builder::new().name("relay".to_owned()).spawn(move || {
            health.essential("relay", || {
                LocalSet::new().block_on(&runtime, run(received, instance.into(), Rc::new(tell)));
            });
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
            let _ = thread.join(); // a panic there was reported
        }
    }
}

/// What keeps a connection to one upstream.
struct Life {
    upstream: Upstream,
    changes: mpsc::UnboundedSender<Upstream>,
    task: Id,
}

/// How long one is not begun anew that ended with a panic, which may come again at once.
const AFTER_PANIC: Duration = Duration::from_secs(1);

async fn run(mut orders: mpsc::UnboundedReceiver<Vec<Upstream>>, instance: Rc<str>, tell: Rc<dyn Fn(News)>) {
    let mut lives: BTreeMap<OriginKey, Life> = BTreeMap::new();
    let mut running = JoinSet::new();
    let begin = |running: &mut JoinSet<()>, upstream: Upstream, after: Duration| {
        let (changes, received) = mpsc::unbounded_channel();
        let actor = Actor::new(upstream.clone(), received, Rc::clone(&instance), Rc::clone(&tell));
        let task = running.spawn_local(async move {
            sleep(after).await;
            actor.run().await;
        });
        Life { upstream, changes, task: task.id() }
    };
    loop {
        tokio::select! {
            upstreams = orders.recv() => {
                let Some(upstreams) = upstreams else { return }; // dropping the set ends the actors
                lives.retain(|key, _| upstreams.iter().any(|upstream| upstream.key() == *key));
                for upstream in upstreams {
                    if let Some(life) = lives.get_mut(&upstream.key()) {
                        life.upstream = upstream.clone();
                        let _ = life.changes.send(upstream); // one that panicked is begun anew below
                        continue;
                    }
                    lives.insert(upstream.key(), begin(&mut running, upstream, Duration::ZERO));
                }
            }
            Some(joined) = running.join_next() => {
                let Err(error) = joined else { continue };
                let panicked = lives.values_mut().find(|life| life.task == error.id());
                if let Some(life) = panicked {
                    let address = life.upstream.address();
                    tracing::error!("upstream {address}: its connection ended with a panic, and begins anew");
                    *life = begin(&mut running, life.upstream.clone(), AFTER_PANIC);
                }
            }
        }
    }
}
