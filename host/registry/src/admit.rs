//! Which contributions are served: what fits goes live together, what does not waits with its reason.

use std::collections::BTreeMap;
use std::sync::Arc;

use kamodo_expr::Diagnostic;

use crate::link::link;
use crate::{Contribution, Function, Linked, OriginKey};

/// What happened to one origin.
#[derive(Debug, Clone)]
pub enum Change {
    /// It is there, with these functions instead of those that it had.
    Brought(Contribution),
    /// It is gone, with its functions.
    Gone(OriginKey),
}

/// The contributions that are served, and those that wait until they fit.
#[derive(Debug, Default)]
pub struct Admission {
    served: BTreeMap<OriginKey, Contribution>,
    waiting: BTreeMap<OriginKey, Contribution>,
}

/// What came of one transaction.
#[derive(Debug, Default)]
pub struct Admitted {
    /// All functions that are now to be served.
    pub functions: Vec<Arc<Function>>,
    /// Warnings about what is served.
    pub warnings: Vec<Diagnostic>,
    /// Each origin that waits, with what is wrong with it.
    pub refused: BTreeMap<OriginKey, Vec<Diagnostic>>,
    /// Every good function, those of the origins that wait included.
    pub defined: Vec<Arc<Function>>,
}

// === impl Admission ===

impl Admission {
    /// Takes all changes at once if they link together, else one origin after the other.
    ///
    /// An origin that does not fit keeps its last good contribution served, and is tried again with every
    /// later change, since that may bring what it needs.
    pub fn admit(&mut self, changes: impl IntoIterator<Item = Change>) -> Admitted {
        let is_first = self.served.is_empty();
        for change in changes {
            match change {
                Change::Brought(contribution) => {
                    self.waiting.insert(contribution.origin.key(), contribution);
                }
                Change::Gone(key) => {
                    self.waiting.remove(&key);
                    self.served.remove(&key);
                }
            }
        }
        let together = self.link_with(self.waiting.values());
        if together.at_fault.is_empty() {
            self.served.append(&mut self.waiting);
            return Admitted {
                defined: together.functions.clone(),
                functions: together.functions,
                warnings: together.diagnostics,
                refused: BTreeMap::new(),
            };
        }

        let mut refused = BTreeMap::new();
        if is_first {
            // There is no last good one to prefer, so of two that collide neither is served.
            for key in &together.at_fault {
                refused.insert(key.clone(), errors(&together, key));
            }
        }
        self.admit_singly(&mut refused);
        let linked = link(self.served.values());
        Admitted {
            functions: linked.functions,
            warnings: linked.diagnostics,
            refused,
            defined: together.functions,
        }
    }

    /// Links a contribution with what is served, without serving it.
    #[must_use]
    pub fn preview(&self, contribution: &Contribution) -> Linked {
        self.link_with([contribution])
    }

    /// Admits what fits, in the order of the keys, until nothing more does.
    fn admit_singly(&mut self, refused: &mut BTreeMap<OriginKey, Vec<Diagnostic>>) {
        let kept_out: Vec<_> = refused.keys().cloned().collect();
        loop {
            let mut fitting = None;
            for (key, contribution) in self.waiting.iter().filter(|(key, _)| !kept_out.contains(key)) {
                let linked = self.link_with([contribution]);
                if linked.at_fault.is_empty() {
                    fitting = Some(key.clone());
                    break;
                }
                refused.insert(key.clone(), errors(&linked, key));
            }
            let Some(key) = fitting else { return };
            refused.remove(&key);
            if let Some(contribution) = self.waiting.remove(&key) {
                self.served.insert(key, contribution);
            }
        }
    }

    /// Links what is served, with these instead of what their origins had.
    fn link_with<'a>(&'a self, candidates: impl IntoIterator<Item = &'a Contribution>) -> Linked {
        let mut all: BTreeMap<_, _> = self.served.iter().map(|(key, served)| (key.clone(), served)).collect();
        all.extend(candidates.into_iter().map(|candidate| (candidate.origin.key(), candidate)));
        link(all.into_values())
    }
}

/// What is wrong with one origin; where its change makes another one wrong, what is wrong with that.
fn errors(linked: &Linked, key: &OriginKey) -> Vec<Diagnostic> {
    let file = key.file().display().to_string();
    let own: Vec<_> =
        linked.errors().filter(|error| error.file.as_deref() == Some(&*file)).cloned().collect();
    if own.is_empty() { linked.errors().cloned().collect() } else { own }
}
