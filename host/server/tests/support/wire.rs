//! What is between a client and a server: bytes are passed on and counted, and answers may be held back.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::Notify;

/// A wire with one client.
pub(crate) struct Wire {
    pub(crate) address: SocketAddr,
    line: Rc<Line>,
}

/// What went over a wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Traffic {
    /// Calls of the client, without its messages that nobody answers.
    pub(crate) n_requests: usize,
    pub(crate) request_bytes: usize,
    /// Messages to the client.
    pub(crate) n_answers: usize,
    pub(crate) answer_bytes: usize,
    /// How often the client called after it had read.
    pub(crate) n_round_trips: usize,
}

#[derive(Default)]
struct Line {
    requests: RefCell<Framing>,
    answers: RefCell<Framing>,
    n_round_trips: Cell<usize>,
    has_answered: Cell<bool>,
    /// No answer passes before there were so many requests.
    held_until: Cell<usize>,
    requested: Notify,
}

/// Counts complete messages of a stream, and calls among them.
#[derive(Default)]
struct Framing {
    n_messages: usize,
    n_calls: usize,
    n_bytes: usize,
    table: Vec<u8>,
    /// The beginning of the body, which says what kind of message it is.
    head: Vec<u8>,
    body_left: usize,
}

impl Wire {
    /// Lays a wire to a server. Must run in a `LocalSet`.
    pub(crate) async fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let line = Rc::<Line>::default();
        line.has_answered.set(true); // the first request begins a round trip as well
        let passed = line.clone();
        tokio::task::spawn_local(async move {
            let (client, _) = listener.accept().await.unwrap();
            let server = tokio::net::TcpStream::connect(server).await.unwrap();
            client.set_nodelay(true).unwrap();
            server.set_nodelay(true).unwrap();
            let ((from_client, to_client), (from_server, to_server)) =
                (client.into_split(), server.into_split());
            tokio::join!(
                passed.pass_requests(from_client, to_server),
                passed.pass_answers(from_server, to_client)
            );
        });
        Self { address, line }
    }

    pub(crate) fn traffic(&self) -> Traffic {
        let (requests, answers) = (self.line.requests.borrow(), self.line.answers.borrow());
        Traffic {
            n_requests: requests.n_calls,
            request_bytes: requests.n_bytes,
            n_answers: answers.n_messages,
            answer_bytes: answers.n_bytes,
            n_round_trips: self.line.n_round_trips.get(),
        }
    }

    /// Holds answers back until so many more requests have been made: who waits for one before is stuck.
    #[allow(dead_code, reason = "not all that use this need it")]
    pub(crate) fn hold_answers(&self, n_requests: usize) {
        let held_until = self.line.requests.borrow().n_calls + n_requests;
        self.line.held_until.set(held_until);
    }
}

impl std::ops::Sub for Traffic {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self {
            n_requests: self.n_requests - before.n_requests,
            request_bytes: self.request_bytes - before.request_bytes,
            n_answers: self.n_answers - before.n_answers,
            answer_bytes: self.answer_bytes - before.answer_bytes,
            n_round_trips: self.n_round_trips - before.n_round_trips,
        }
    }
}

impl Line {
    async fn pass_requests(&self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
        let mut buffer = vec![0; 1 << 16];
        while let Ok(n_read @ 1..) = from.read(&mut buffer).await {
            let n_calls = self.requests.borrow().n_calls;
            self.requests.borrow_mut().count(&buffer[..n_read]);
            if self.requests.borrow().n_calls > n_calls && self.has_answered.replace(false) {
                self.n_round_trips.set(self.n_round_trips.get() + 1);
            }
            self.requested.notify_waiters();
            if to.write_all(&buffer[..n_read]).await.is_err() {
                return;
            }
        }
    }

    async fn pass_answers(&self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
        let mut buffer = vec![0; 1 << 16];
        while let Ok(n_read @ 1..) = from.read(&mut buffer).await {
            loop {
                let requested = self.requested.notified();
                if self.requests.borrow().n_calls >= self.held_until.get() {
                    break;
                }
                requested.await;
            }
            self.has_answered.set(true);
            self.answers.borrow_mut().count(&buffer[..n_read]);
            if to.write_all(&buffer[..n_read]).await.is_err() {
                return;
            }
        }
    }
}

impl Framing {
    fn count(&mut self, mut bytes: &[u8]) {
        self.n_bytes += bytes.len();
        while !bytes.is_empty() {
            if self.body_left > 0 {
                let taken = self.body_left.min(bytes.len());
                let head = taken.min(10 - self.head.len());
                self.head.extend_from_slice(&bytes[..head]);
                bytes = &bytes[taken..];
                self.body_left -= taken;
                if self.body_left == 0 {
                    const CALL: u8 = 2;
                    const BOOTSTRAP: u8 = 8;
                    // A pointer to the message, and then in the message which of its variants it is.
                    self.n_calls += usize::from([CALL, BOOTSTRAP].contains(&self.head[8]));
                    self.n_messages += 1;
                    self.head.clear();
                }
                continue;
            }
            self.table.push(bytes[0]);
            bytes = &bytes[1..];
            let word = |at: usize| u32::from_le_bytes(self.table[at..at + 4].try_into().unwrap()) as usize;
            if self.table.len() < 8 {
                continue;
            }
            let n_segments = word(0) + 1;
            if self.table.len() == (4 + 4 * n_segments).next_multiple_of(8) {
                self.body_left = (0..n_segments).map(|segment| 8 * word(4 + 4 * segment)).sum();
                self.table.clear();
            }
        }
    }
}
