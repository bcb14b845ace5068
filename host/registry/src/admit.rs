//! Which contributions are served: what fits goes live together, what does not waits with its reason, and
//! what somebody holds back waits for that word. What another server serves is taken as it is: where it does
//! not fit, that is conceded for the functions that it concerns.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use kamodo_expr::{Diagnostic, bounded};

use crate::concession::{Conceded, Concessions};
use crate::link::link_with;
use crate::standing::{Pins, Reason, Unserved};
use crate::{Contribution, Function, Linked, OriginKey};

/// What happened to one origin.
#[derive(Debug, Clone)]
pub enum Change {
    /// It is there, with these functions instead of those that it had.
    Brought(Contribution),
    /// It is there and cannot be read: what it brought before stays served, and no longer waits.
    Unreadable(OriginKey),
    /// It is gone, with its functions.
    Gone(OriginKey),
}

/// The contributions that are served, those that wait until they fit, and those that are held back.
#[derive(Debug, Default)]
pub struct Admission {
    served: Contributions,
    waiting: Contributions,
    /// Why each origin waits, as of the last transaction.
    refused: BTreeMap<OriginKey, Vec<Diagnostic>>,
    /// What need not fit, and what therefore does not, as of the last transaction.
    concessions: Concessions,
    conceded: Vec<Conceded>,
    /// What stands on disk and is not taken, since somebody said so.
    held: BTreeMap<OriginKey, Held>,
    pins: Pins,
    /// What was served with each of the last generations, the oldest first.
    past: VecDeque<(u64, Contributions)>,
}

/// Contributions by their origin; unchanged ones are shared from one generation to the next.
type Contributions = BTreeMap<OriginKey, Arc<Contribution>>;

/// A change that is not taken.
#[derive(Debug, Clone)]
struct Held {
    /// What stands on disk; none where the origin is gone.
    found: Option<Arc<Contribution>>,
    by: Holder,
}

/// What keeps a change from being taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holder {
    Pin,
    Rollback,
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

/// Why there is no going back to a generation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("generation {wanted} is not kept: {}", kept_words(kept))]
pub struct NotKept {
    /// The generation asked for.
    pub wanted: u64,
    /// Those that there are.
    pub kept: Vec<u64>,
}

/// How many generations can be gone back to, the present one included.
pub const KEPT: usize = 32;

// === impl Change ===

impl Change {
    /// Returns the origin.
    #[must_use]
    pub fn key(&self) -> OriginKey {
        match self {
            Self::Brought(contribution) => contribution.origin.key(),
            Self::Unreadable(key) | Self::Gone(key) => key.clone(),
        }
    }
}

// === impl Admission ===

impl Admission {
    /// Takes all changes at once if they link together, else what fits of them.
    ///
    /// An origin that does not fit keeps its last good contribution served, and is tried again with every
    /// later change, since that may bring what it needs.
    pub fn admit(&mut self, changes: impl IntoIterator<Item = Change>) -> Admitted {
        let is_first = self.served.is_empty();
        for change in changes {
            let key = change.key();
            let found = match change {
                Change::Brought(contribution) => Some(Arc::new(contribution)),
                Change::Gone(_) => None,
                Change::Unreadable(_) => {
                    // What is held back would be served but for that, and then stay.
                    self.waiting.remove(&key);
                    continue;
                }
            };
            if self.pins.holds(&key) {
                self.held.insert(key, Held { found, by: Holder::Pin });
            } else {
                self.take(key, found);
            }
        }
        self.settle(is_first)
    }

    /// Links a contribution with what is served, without serving it.
    #[must_use]
    pub fn preview(&self, contribution: &Contribution) -> Linked {
        link_with(with(&self.served, [contribution]).into_values(), &self.concessions)
    }

    /// Remembers that what is served now is served as this generation.
    pub fn remember(&mut self, generation: u64) {
        self.past.push_back((generation, self.served.clone()));
        if self.past.len() > KEPT {
            self.past.pop_front();
        }
    }

    /// Returns the generations that can be gone back to, the oldest first.
    #[must_use]
    pub fn kept(&self) -> Vec<u64> {
        self.past.iter().map(|(generation, _)| *generation).collect()
    }

    /// Serves what an earlier generation had. What stands on disk beyond it is held back until it changes,
    /// or until [`Admission::release`].
    ///
    /// # Errors
    /// [`NotKept`] where the generation is too old, or never was.
    pub fn roll_back(&mut self, to: u64) -> Result<Admitted, NotKept> {
        let Some((_, earlier)) = self.past.iter().find(|(generation, _)| *generation == to) else {
            return Err(NotKept { wanted: to, kept: self.kept() });
        };
        let earlier = earlier.clone();
        let on_disk = self.on_disk();
        let keys: BTreeSet<_> = on_disk.keys().chain(earlier.keys()).cloned().collect();
        self.held.clear();
        for key in keys {
            let (found, wanted) = (on_disk.get(&key), earlier.get(&key));
            if !is_same(found, wanted) {
                let by = if self.pins.holds(&key) { Holder::Pin } else { Holder::Rollback };
                self.held.insert(key, Held { found: found.cloned(), by });
            }
        }
        self.waiting.clear();
        self.served = earlier;
        Ok(self.settle(false))
    }

    /// Lets what stands on disk of all origins that are not pinned be taken with the next transaction,
    /// and returns these origins.
    pub fn release(&mut self) -> Vec<OriginKey> {
        let released: Vec<_> = self.held.keys().filter(|key| !self.pins.holds(key)).cloned().collect();
        for key in &released {
            if let Some(held) = self.held.remove(key) {
                self.take(key.clone(), held.found);
            }
        }
        released
    }

    /// Keeps everything as it is served, or the origins of one file, until [`Admission::unpin`].
    pub fn pin(&mut self, key: Option<OriginKey>) {
        match key {
            Some(key) => drop(self.pins.origins.insert(key)),
            None => self.pins.everything = true,
        }
    }

    /// Takes off the pin of an origin, or all pins, and takes what changed meanwhile.
    pub fn unpin(&mut self, key: Option<&OriginKey>) -> Admitted {
        match key {
            Some(key) => drop(self.pins.origins.remove(key)),
            None => self.pins = Pins::default(),
        }
        let released = self.held.iter().filter(|(key, held)| held.by == Holder::Pin && !self.pins.holds(key));
        let released: Vec<_> = released.map(|(key, _)| key.clone()).collect();
        for key in released {
            if let Some(held) = self.held.remove(&key) {
                self.take(key, held.found);
            }
        }
        self.settle(false)
    }

    /// Returns what may not change.
    #[must_use]
    pub fn pins(&self) -> &Pins {
        &self.pins
    }

    /// Returns the origins that are known, served or not.
    pub fn origins(&self) -> impl Iterator<Item = &OriginKey> {
        let known = self.served.keys().chain(self.waiting.keys()).chain(self.held.keys());
        known.collect::<BTreeSet<_>>().into_iter()
    }

    /// Returns the origins whose present contribution is not served, and why.
    #[must_use]
    pub fn unserved(&self) -> Vec<Unserved> {
        let names = |contribution: &Contribution| {
            contribution.functions.iter().map(|function| function.name().to_owned()).collect()
        };
        let waiting = self.waiting.iter().map(|(key, contribution)| Unserved {
            key: key.clone(),
            reason: Reason::Refused(self.refused.get(key).cloned().unwrap_or_default()),
            functions: names(contribution),
        });
        let held = self.held.iter().map(|(key, held)| Unserved {
            key: key.clone(),
            reason: match held.by {
                Holder::Pin => Reason::Pinned,
                Holder::Rollback => Reason::RolledBack,
            },
            functions: held.found.as_deref().map(names).unwrap_or_default(),
        });
        waiting.chain(held).collect()
    }

    /// Returns the origins that are served but for some functions, and why these are left out or fail.
    #[must_use]
    pub fn partly_served(&self) -> Vec<Unserved> {
        let mut by_key: BTreeMap<&OriginKey, (Vec<Diagnostic>, Vec<String>)> = BTreeMap::new();
        for conceded in &self.conceded {
            let (reasons, functions) = by_key.entry(&conceded.key).or_default();
            reasons.extend(conceded.reasons.iter().cloned());
            functions.push(conceded.name.clone());
        }
        let unserved = |(key, (reasons, functions)): (&OriginKey, _)| Unserved {
            key: key.clone(),
            reason: Reason::Partly(reasons),
            functions,
        };
        by_key.into_iter().map(unserved).collect()
    }

    /// What stands on disk, whether it is served, waits or is held back.
    fn on_disk(&self) -> Contributions {
        let mut found = self.served.clone();
        found.extend(self.waiting.iter().map(|(key, waiting)| (key.clone(), Arc::clone(waiting))));
        for (key, held) in &self.held {
            match &held.found {
                Some(held) => drop(found.insert(key.clone(), Arc::clone(held))),
                None => drop(found.remove(key)),
            }
        }
        found
    }

    /// Puts what was found of an origin among those that wait, or takes the origin away.
    fn take(&mut self, key: OriginKey, found: Option<Arc<Contribution>>) {
        self.held.remove(&key);
        match found {
            Some(contribution) => drop(self.waiting.insert(key, contribution)),
            None => {
                self.waiting.remove(&key);
                self.served.remove(&key);
            }
        }
    }

    /// Serves of those that wait what fits.
    fn settle(&mut self, is_first: bool) -> Admitted {
        let before = std::mem::take(&mut self.concessions);
        let mut together = self.link_together();
        if together.has_errors() && self.concede(&before) {
            together = self.link_together();
        }
        if !together.has_errors() {
            self.served.append(&mut self.waiting);
            self.refused.clear();
            let warnings = warnings(&together);
            self.conceded = together.conceded;
            return Admitted {
                defined: together.functions.clone(),
                functions: together.functions,
                warnings,
                refused: BTreeMap::new(),
            };
        }
        let mut refused = BTreeMap::new();
        if is_first {
            // There is no last good one to prefer, so of two that collide neither is served.
            for key in together.at_fault() {
                let faults = together.faults_of(&key);
                refused.insert(key, faults);
            }
        }
        let kept_out: BTreeSet<_> = refused.keys().cloned().collect();
        self.admit_the_good_together(&together, &kept_out);
        self.admit_singly(&mut refused, &kept_out);
        let linked = link_with(self.served.values().map(|one| &**one), &self.concessions);
        self.refused = refused.clone();
        let warnings = warnings(&linked);
        self.conceded = linked.conceded;
        Admitted { functions: linked.functions, warnings, refused, defined: together.functions }
    }

    fn link_together(&self) -> Linked {
        let waiting = self.waiting.values().map(|one| &**one);
        link_with(with(&self.served, waiting).into_values(), &self.concessions)
    }

    /// Serves what other servers say, and finds what of the rest that is served does not fit to it; returns
    /// whether there are other servers.
    fn concede(&mut self, before: &Concessions) -> bool {
        let served_before = self.served.clone();
        for (key, contribution) in std::mem::take(&mut self.waiting) {
            let place = if key.is_upstream() { &mut self.served } else { &mut self.waiting };
            place.insert(key, contribution);
        }
        if !self.served.keys().any(OriginKey::is_upstream) {
            return false;
        }
        let had = |key: &OriginKey, name: &str| {
            served_before.get(key).is_some_and(|contribution| contribution.brings(name))
        };
        let served = || self.served.values().map(|one| &**one);
        let concessions = Concessions::to(served(), before, had);
        let linked = link_with(served(), &concessions);
        self.concessions = concessions.but_only(&linked.conceded);
        true
    }

    /// Leaves out the origins at fault until the rest links; that rest is one transaction still.
    fn admit_the_good_together(&mut self, together: &Linked, kept_out: &BTreeSet<OriginKey>) {
        let mut left_out = kept_out.clone();
        let mut at_fault = together.at_fault();
        loop {
            let n_before = left_out.len();
            let is_known = |key: &OriginKey| self.served.contains_key(key);
            let mut faulty: Vec<_> =
                at_fault.into_iter().filter(|key| self.waiting.contains_key(key)).collect();
            if !faulty.iter().all(is_known) {
                faulty.retain(|key| !is_known(key)); // of two that collide, the one that is served stays
            }
            left_out.extend(faulty);
            let rest: Vec<_> = self
                .waiting
                .iter()
                .filter(|(key, _)| !left_out.contains(key))
                .map(|(_, one)| &**one)
                .collect();
            if rest.is_empty() || left_out.len() == n_before {
                return; // or those that are served are at fault: which of the rest made them so is not said
            }
            at_fault = link_with(with(&self.served, rest).into_values(), &self.concessions).at_fault();
            if at_fault.is_empty() {
                break;
            }
        }
        for (key, contribution) in std::mem::take(&mut self.waiting) {
            let place = if left_out.contains(&key) { &mut self.waiting } else { &mut self.served };
            place.insert(key, contribution);
        }
    }

    /// Admits what fits, in the order of the keys, until nothing more does.
    fn admit_singly(
        &mut self,
        refused: &mut BTreeMap<OriginKey, Vec<Diagnostic>>,
        kept_out: &BTreeSet<OriginKey>,
    ) {
        loop {
            let mut fitting = None;
            for (key, contribution) in self.waiting.iter().filter(|(key, _)| !kept_out.contains(key)) {
                let linked = self.preview(contribution);
                if !linked.has_errors() {
                    fitting = Some(key.clone());
                    break;
                }
                refused.insert(key.clone(), linked.faults_of(key));
            }
            let Some(key) = fitting else { return };
            refused.remove(&key);
            if let Some(contribution) = self.waiting.remove(&key) {
                self.served.insert(key, contribution);
            }
        }
    }
}

/// What is served, with these instead of what their origins had.
fn with<'a>(
    served: &'a Contributions,
    candidates: impl IntoIterator<Item = &'a Contribution>,
) -> BTreeMap<OriginKey, &'a Contribution> {
    let mut all: BTreeMap<_, _> = served.iter().map(|(key, served)| (key.clone(), &**served)).collect();
    all.extend(candidates.into_iter().map(|candidate| (candidate.origin.key(), candidate)));
    all
}

fn is_same(a: Option<&Arc<Contribution>>, b: Option<&Arc<Contribution>>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        (None, None) => true,
        _ => false,
    }
}

fn warnings(linked: &Linked) -> Vec<Diagnostic> {
    bounded(linked.diagnostics().into_iter().cloned().collect())
}

fn kept_words(kept: &[u64]) -> String {
    match kept {
        [] => "none is".to_owned(),
        [only] => format!("{only} is"),
        [first, .., last] => format!("{first} to {last} are"),
    }
}
