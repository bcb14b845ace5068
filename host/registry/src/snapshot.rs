//! One generation of the merged functions.

use std::collections::HashMap;
use std::sync::Arc;

use kamodo_units::suggest;

use crate::{CallError, Function};

/// One generation of the merged functions; immutable.
#[derive(Debug, Default)]
pub struct Snapshot {
    generation: u64,
    functions: Vec<Arc<Function>>,
    by_name: HashMap<String, usize>,
    /// Names that were served once, with the first generation that had them no more.
    removed: HashMap<String, u64>,
}

/// How many names that went are remembered; beyond it the ones that went first are forgotten.
const REMEMBERED: usize = 10_000;

// === impl Snapshot ===

impl Snapshot {
    /// Makes the generation that follows `previous`, with these functions in this order.
    pub(crate) fn following(previous: &Self, functions: Vec<Arc<Function>>) -> Self {
        let generation = previous.generation + 1;
        let by_name: HashMap<_, _> = functions
            .iter()
            .enumerate()
            .map(|(index, function)| (function.name().to_owned(), index))
            .collect();
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
        Self { generation, functions, by_name, removed }
    }

    /// Returns the number of this generation; the empty one before the first is 0.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Returns the functions in the order of their definition.
    pub fn functions(&self) -> impl ExactSizeIterator<Item = &Arc<Function>> {
        self.functions.iter()
    }

    /// Finds a function by name.
    ///
    /// # Errors
    /// [`CallError::Removed`] where it was served once, else [`CallError::Unknown`].
    pub fn get(&self, name: &str) -> Result<&Arc<Function>, CallError> {
        if let Some(&index) = self.by_name.get(name) {
            return Ok(&self.functions[index]);
        }
        let (name, generation) = (name.to_owned(), self.generation);
        if let Some(&removed) = self.removed.get(&name) {
            return Err(CallError::Removed { name, removed, generation });
        }
        let similar = suggest(&name, self.by_name.keys().map(String::as_str)).map(str::to_owned);
        Err(CallError::Unknown { name, generation, similar })
    }
}
