//! One generation of the merged functions.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::SystemTime;

use kamodo_units::suggest;

use crate::{CallError, Cause, Changes, Function, Publication};

/// One generation of the merged functions; immutable.
#[derive(Debug)]
pub struct Snapshot {
    publication: Arc<Publication>,
    functions: Vec<Arc<Function>>,
    /// For each function the publication since which it is what it is.
    since: Vec<Arc<Publication>>,
    by_name: HashMap<String, usize>,
    /// Names that were served once, with the first generation that had them no more.
    removed: HashMap<String, u64>,
}

/// How many names that went are remembered; beyond it the ones that went first are forgotten.
const REMEMBERED: usize = 10_000;

// === impl Snapshot ===

impl Default for Snapshot {
    /// The empty generation before the first.
    fn default() -> Self {
        let publication = Publication {
            generation: 0,
            at: SystemTime::UNIX_EPOCH,
            cause: Cause::default(),
            changes: Changes::default(),
            n_functions: 0,
        };
        Self {
            publication: Arc::new(publication),
            functions: Vec::new(),
            since: Vec::new(),
            by_name: HashMap::new(),
            removed: HashMap::new(),
        }
    }
}

impl Snapshot {
    /// Makes the generation that follows `previous`, with these functions in this order.
    pub(crate) fn following(previous: &Self, functions: Vec<Arc<Function>>, cause: Cause) -> Self {
        let generation = previous.generation() + 1;
        let publication = Arc::new(Publication {
            generation,
            at: SystemTime::now(),
            cause,
            changes: Changes::between(&previous.functions, |name| previous.find(name), &functions),
            n_functions: functions.len(),
        });
        let since = functions.iter().map(|function| match previous.by_name.get(function.name()) {
            Some(&old) if previous.functions[old].is_same_as(function) => Arc::clone(&previous.since[old]),
            _ => Arc::clone(&publication),
        });
        let since = since.collect();
        let by_name = by_name(&functions);
        let gone = previous.by_name.keys().filter(|name| !by_name.contains_key(*name));
        let mut removed = previous.removed.clone();
        removed.retain(|name, _| !by_name.contains_key(name));
        removed.extend(gone.map(|name| (name.clone(), generation)));
        if removed.len() > REMEMBERED {
            let mut generations: Vec<u64> = removed.values().copied().collect();
            generations.sort_unstable();
            let oldest = generations[generations.len() - REMEMBERED];
            removed.retain(|_, went| *went >= oldest);
        }
        Self { publication, functions, since, by_name, removed }
    }

    /// The same generation, with functions that differ in nothing that was published, such as their lines.
    pub(crate) fn amended(&self, functions: Vec<Arc<Function>>) -> Self {
        debug_assert!(!self.is_changed_by(&functions), "what changed is another generation");
        let since = functions.iter().map(|function| match self.by_name.get(function.name()) {
            Some(&old) => Arc::clone(&self.since[old]),
            None => Arc::clone(&self.publication),
        });
        let since = since.collect();
        let by_name = by_name(&functions);
        let (publication, removed) = (Arc::clone(&self.publication), self.removed.clone());
        Self { publication, functions, since, by_name, removed }
    }

    /// Returns whether these functions are others than those of this generation.
    #[must_use]
    pub fn is_changed_by(&self, functions: &[Arc<Function>]) -> bool {
        !Changes::between(&self.functions, |name| self.find(name), functions).is_empty()
    }

    /// Returns the number of this generation; the empty one before the first is 0.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.publication.generation
    }

    /// Returns when and why this generation came, and what it changed.
    #[must_use]
    pub fn publication(&self) -> &Arc<Publication> {
        &self.publication
    }

    /// Returns the functions, each with the publication since which it is what it is.
    pub fn functions_since(&self) -> impl ExactSizeIterator<Item = (&Arc<Function>, &Arc<Publication>)> {
        self.functions.iter().zip(&self.since)
    }

    /// Returns the functions in the order of their definition.
    pub fn functions(&self) -> impl ExactSizeIterator<Item = &Arc<Function>> {
        self.functions.iter()
    }

    /// Finds a function by name, without a word on why it is not there.
    pub(crate) fn find(&self, name: &str) -> Option<&Arc<Function>> {
        self.by_name.get(name).map(|&index| &self.functions[index])
    }

    /// Finds a function by name.
    ///
    /// # Errors
    /// [`CallError::Removed`] where it was served once, else [`CallError::Unknown`].
    pub fn get(&self, name: &str) -> Result<&Arc<Function>, CallError> {
        if let Some(function) = self.find(name) {
            return Ok(function);
        }
        let (name, generation) = (name.to_owned(), self.generation());
        if let Some(&removed) = self.removed.get(&name) {
            return Err(CallError::Removed { name, removed, generation });
        }
        let similar = suggest(&name, self.by_name.keys().map(String::as_str)).map(str::to_owned);
        Err(CallError::Unknown { name, generation, similar })
    }
}

fn by_name(functions: &[Arc<Function>]) -> HashMap<String, usize> {
    functions.iter().enumerate().map(|(index, function)| (function.name().to_owned(), index)).collect()
}
