//! Work that waits for a thread. Every client has its turn, and work that nobody waits for any more is gone at once.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use crate::CallError;

/// Some work. It is told if it is not to be done after all, and carries its own way of telling what came of it.
pub(crate) type Job = Box<dyn FnOnce(Result<(), CallError>) + Send>;

/// Whom work is for, so that one client's calls do not take the places of all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ClientId(pub(crate) u64);

/// How much may wait.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Room {
    /// For one client, and for all together.
    pub(crate) queue: usize,
    /// For one client whatever the others have waiting.
    pub(crate) share: usize,
}

/// As much waits as may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Full {
    pub(crate) queued: usize,
}

/// Work that waits, a line for each client.
#[derive(Default)]
pub(crate) struct Queue {
    lines: HashMap<ClientId, Line>,
    /// The clients with work, in the order in which they have their turn.
    turns: VecDeque<ClientId>,
    n_new: usize,
    next_id: u64,
}

/// What waits of one client.
#[derive(Default)]
struct Line {
    waiting: VecDeque<Waiting>,
    n_new: usize,
}

struct Waiting {
    id: u64,
    /// Whether it begins a call: those that go on with one are not refused halfway.
    is_new: bool,
    job: Job,
}

/// Where work waits.
pub(crate) trait Threads: Send + Sync {
    /// Takes work out that has not begun.
    fn withdraw(&self, client: ClientId, id: u64);
}

/// A place in a queue. The work is taken out when this is dropped, if it has not begun.
pub(crate) struct Place {
    threads: Arc<dyn Threads>,
    client: ClientId,
    id: u64,
    has_begun: bool,
}

// === impl Queue ===

impl Queue {
    /// Adds work, and returns what it is known by.
    ///
    /// # Errors
    /// [`Full`] if it is new and there is no room for it.
    pub(crate) fn push(&mut self, client: ClientId, room: Room, is_new: bool, job: Job) -> Result<u64, Full> {
        let own = self.lines.get(&client).map_or(0, |line| line.n_new);
        if is_new && (own >= room.queue || self.n_new >= room.queue && own >= room.share) {
            return Err(Full { queued: self.n_new });
        }
        let id = self.next_id;
        self.next_id += 1;
        let line = self.lines.entry(client).or_default();
        if line.waiting.is_empty() {
            self.turns.push_back(client);
        }
        line.waiting.push_back(Waiting { id, is_new, job });
        line.n_new += usize::from(is_new);
        self.n_new += usize::from(is_new);
        Ok(id)
    }

    /// Takes the next work of the client whose turn it is.
    pub(crate) fn pop(&mut self) -> Option<Job> {
        let client = self.turns.pop_front()?;
        let line = self.lines.get_mut(&client)?;
        let waiting = line.waiting.pop_front()?;
        line.n_new -= usize::from(waiting.is_new);
        self.n_new -= usize::from(waiting.is_new);
        match line.waiting.is_empty() {
            true => drop(self.lines.remove(&client)),
            false => self.turns.push_back(client),
        }
        Some(waiting.job)
    }

    /// Takes work out, if it is still there.
    pub(crate) fn withdraw(&mut self, client: ClientId, id: u64) -> Option<Job> {
        let line = self.lines.get_mut(&client)?;
        let index = line.waiting.iter().position(|waiting| waiting.id == id)?;
        let waiting = line.waiting.remove(index)?;
        line.n_new -= usize::from(waiting.is_new);
        self.n_new -= usize::from(waiting.is_new);
        if line.waiting.is_empty() {
            self.lines.remove(&client);
            self.turns.retain(|turn| *turn != client);
        }
        Some(waiting.job)
    }

    /// Returns how much waits.
    pub(crate) fn len(&self) -> usize {
        self.lines.values().map(|line| line.waiting.len()).sum()
    }

    /// Returns how much waits that goes on with a call.
    pub(crate) fn n_late(&self) -> usize {
        self.len() - self.n_new
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.turns.is_empty()
    }
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Queue").field("n_clients", &self.lines.len()).field("len", &self.len()).finish()
    }
}

// === impl Place ===

impl Place {
    pub(crate) fn new(threads: Arc<dyn Threads>, client: ClientId, id: u64) -> Self {
        Self { threads, client, id, has_begun: false }
    }

    /// Says that the work is done, so that there is nothing to take out.
    pub(crate) fn done(mut self) {
        self.has_begun = true;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if !self.has_begun {
            self.threads.withdraw(self.client, self.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    const ROOM: Room = Room { queue: 4, share: 2 };

    struct Tried {
        queue: Queue,
        done: Arc<Mutex<Vec<&'static str>>>,
    }

    impl Tried {
        fn new() -> Self {
            Self { queue: Queue::default(), done: Arc::default() }
        }

        fn push(&mut self, client: u64, is_new: bool, name: &'static str) -> Result<u64, Full> {
            let done = Arc::clone(&self.done);
            let job: Job = Box::new(move |_| done.lock().unwrap().push(name));
            self.queue.push(ClientId(client), ROOM, is_new, job)
        }

        fn run(mut self) -> Vec<&'static str> {
            while let Some(job) = self.queue.pop() {
                job(Ok(()));
            }
            assert!(self.queue.is_empty() && self.queue.lines.is_empty() && self.queue.n_new == 0);
            let done = self.done.lock().unwrap();
            done.clone()
        }
    }

    #[test]
    fn clients_take_turns() {
        let mut tried = Tried::new();
        for (client, name) in [(1, "1a"), (1, "1b"), (1, "1c"), (2, "2a"), (3, "3a"), (2, "2b")] {
            tried.push(client, true, name).ok();
        }
        assert_eq!(tried.run(), ["1a", "2a", "3a", "1b", "2b", "1c"]);
    }

    #[test]
    fn one_client_fills_its_places_and_not_those_of_others() {
        let mut tried = Tried::new();
        let taken = (0..9).filter(|_| tried.push(1, true, "1").is_ok()).count();
        let others = (0..9).filter(|_| tried.push(2, true, "2").is_ok()).count();
        assert_eq!((taken, others), (4, 2));
        assert_eq!(tried.push(1, true, "1"), Err(Full { queued: 6 }));
        assert!(tried.push(1, false, "late").is_ok(), "a call is not refused halfway");
    }

    #[test]
    fn a_place_that_is_given_up_is_free_at_once() {
        let mut tried = Tried::new();
        let ids: Vec<_> = (0..4).filter_map(|_| tried.push(1, true, "left").ok()).collect();
        assert!(tried.push(1, true, "refused").is_err());
        for id in ids {
            assert!(tried.queue.withdraw(ClientId(1), id).is_some());
            assert!(tried.queue.withdraw(ClientId(1), id).is_none());
        }
        assert!(tried.push(1, true, "stays").is_ok());
        assert_eq!(tried.run(), ["stays"]);
    }
}
