//! The current snapshot, for all its readers and the one publisher.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use tokio::sync::watch;

use crate::{Cause, Function, Health, Publication, Snapshot, Standing};

/// Publishes generations of functions; a server has one, and its supervisor owns it.
///
/// It makes its registry, cannot be cloned, and publishes only if it is borrowed mutably. So no two threads
/// publish at once, and generations follow one another without a gap.
///
/// # Examples
/// A server is given the registry, and reads it:
/// ```
/// use kamodo_registry::{Publisher, Registry};
///
/// let mut publisher = Publisher::new();
/// let registry = publisher.registry().clone();
/// publisher.publish(Vec::new());
/// assert_eq!(registry.snapshot().generation(), 1);
/// ```
/// It cannot publish:
/// ```compile_fail,E0599
/// # use kamodo_registry::{Publisher, Registry};
/// # let mut publisher = Publisher::new();
/// let registry = publisher.registry().clone();
/// registry.publish(Vec::new());
/// ```
/// Nor can a registry be made for a second publisher, or a publisher be cloned or borrowed by two:
/// ```compile_fail,E0599
/// # use kamodo_registry::{Publisher, Registry};
/// let registry = Registry::default();
/// ```
/// ```compile_fail,E0599
/// # use kamodo_registry::{Publisher, Registry};
/// let publisher = Publisher::new();
/// let second: Publisher = Publisher::clone(&publisher);
/// ```
/// ```compile_fail,E0596
/// # use kamodo_registry::{Publisher, Registry};
/// let shared = std::sync::Arc::new(Publisher::new());
/// shared.publish(Vec::new());
/// ```
#[derive(Debug)]
pub struct Publisher {
    registry: Arc<Registry>,
}

/// The current snapshot, to read. A request reads it once and keeps what it read to its end.
#[derive(Debug)]
pub struct Registry {
    current: ArcSwap<Current>,
    /// The last publications, the oldest first.
    publications: Mutex<VecDeque<Arc<Publication>>>,
    /// Which start of which server this is.
    instance: String,
    /// Counts what was published and what was said of origins that are not served.
    version: watch::Sender<u64>,
    /// What is wrong with the process as a whole.
    health: Arc<Health>,
}

/// A snapshot with how the origins stand, read as one.
#[derive(Debug, Default, Clone)]
pub struct Current {
    /// The functions.
    pub snapshot: Arc<Snapshot>,
    /// The origins that are not served as they are on disk.
    pub standing: Arc<Standing>,
    /// Counts how often a server on the way to a function began anew: whoever keeps routes asks for them again.
    pub n_reroutes: u64,
}

/// How many publications are remembered.
const REMEMBERED: usize = 256;

// === impl Publisher ===

impl Default for Publisher {
    fn default() -> Self {
        Self::new()
    }
}

impl Publisher {
    /// Makes a publisher, and its registry without functions.
    #[must_use]
    pub fn new() -> Self {
        let registry = Registry {
            current: ArcSwap::default(),
            publications: Mutex::default(),
            instance: random_name(),
            version: watch::Sender::new(0),
            health: Arc::default(),
        };
        Self { registry: Arc::new(registry) }
    }

    /// Returns what all others read.
    #[must_use]
    pub fn registry(&self) -> &Arc<Registry> {
        &self.registry
    }

    /// Replaces all functions at once by a new generation, and returns it.
    pub fn publish(&mut self, functions: Vec<Arc<Function>>) -> Arc<Snapshot> {
        self.publish_with(functions, Cause::default(), Standing::default())
    }

    /// As [`Publisher::publish`], with why it is published and how the origins stand from now on.
    pub fn publish_with(
        &mut self,
        functions: Vec<Arc<Function>>,
        cause: Cause,
        standing: Standing,
    ) -> Arc<Snapshot> {
        let before = self.registry.current();
        let snapshot = Arc::new(Snapshot::following(&before.snapshot, functions, cause));
        let (standing, n_reroutes) = (Arc::new(standing), before.n_reroutes);
        let current = Current { snapshot: Arc::clone(&snapshot), standing, n_reroutes };
        {
            let mut publications = self.registry.publications.lock().unwrap_or_else(PoisonError::into_inner);
            publications.push_back(Arc::clone(snapshot.publication()));
            if publications.len() > REMEMBERED {
                publications.pop_front();
            }
            self.registry.current.store(Arc::new(current));
        }
        self.registry.version.send_modify(|version| *version += 1);
        snapshot
    }

    /// Says how the origins stand now, where no function changed.
    pub fn stand(&mut self, standing: Standing) {
        let before = self.registry.current();
        self.replace(Arc::clone(&before.snapshot), standing, before.n_reroutes);
    }

    /// Replaces the functions by ones that differ in nothing that was published, such as the lines on which
    /// they are defined: no new generation.
    pub fn amend(&mut self, functions: Vec<Arc<Function>>, standing: Standing) {
        let before = self.registry.current();
        let is_rerouted = functions.iter().any(|function| {
            before.snapshot.find(function.name()).is_some_and(|before| before.route != function.route)
        });
        let snapshot = Arc::new(before.snapshot.amended(functions));
        self.replace(snapshot, standing, before.n_reroutes + u64::from(is_rerouted));
    }

    fn replace(&mut self, snapshot: Arc<Snapshot>, standing: Standing, n_reroutes: u64) {
        let before = self.registry.current();
        let is_news = *before.standing != standing || before.n_reroutes != n_reroutes;
        self.registry.current.store(Arc::new(Current { snapshot, standing: Arc::new(standing), n_reroutes }));
        if is_news {
            self.registry.version.send_modify(|version| *version += 1);
        }
    }
}

// === impl Registry ===

impl Registry {
    /// Returns a name that no other start of any server has.
    #[must_use]
    pub fn instance(&self) -> &str {
        &self.instance
    }

    /// Returns what is wrong with the process as a whole.
    #[must_use]
    pub fn health(&self) -> &Arc<Health> {
        &self.health
    }

    /// Returns the current generation.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.current.load().snapshot)
    }

    /// Returns the current generation together with how the origins stand.
    #[must_use]
    pub fn current(&self) -> Arc<Current> {
        self.current.load_full()
    }

    /// Returns the last publications, the oldest first.
    #[must_use]
    pub fn publications(&self) -> Vec<Arc<Publication>> {
        self.publications.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// Tells of every change from now on: of a publication, and of an origin that is refused or no longer.
    ///
    /// The number only grows; what changed is found by looking.
    #[must_use]
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.version.subscribe()
    }
}

/// Returns 128 random bits in hexadecimal.
fn random_name() -> String {
    let mut bits = [0; 16];
    getrandom::fill(&mut bits).expect("a system that runs servers has random numbers");
    bits.iter().map(|byte| format!("{byte:02x}")).collect()
}
