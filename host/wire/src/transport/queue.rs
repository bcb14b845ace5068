//! What is waiting to be written on one connection, seen by all its parts.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use capnp::message::{Builder, HeapAllocator};
use futures::channel::oneshot;

use super::Error;

/// A message on its way out; the RPC system may hold on to it after it was sent.
pub(super) type Outgoing = Rc<Builder<HeapAllocator>>;

/// The messages to be written, and what waits for that.
#[derive(Default)]
pub(super) struct Queue {
    messages: RefCell<VecDeque<Outgoing>>,
    /// The bytes of `messages` and of what the writer took but has not written.
    queued_bytes: Cell<usize>,
    /// No message follows those that are queued.
    closing: Cell<bool>,
    /// The first reason why the connection ends; none where the peer or this side just closed it.
    failure: RefCell<Option<Error>>,
    written: RefCell<Vec<oneshot::Sender<()>>>,
    writer: Cell<Option<Waker>>,
    gate: Cell<Option<Waker>>,
}

// === impl Queue ===

impl Queue {
    /// A small message is counted as more than it is: the RPC system holds tables for each call.
    const LEAST_BYTES: usize = 2048;

    pub(super) fn push(&self, message: Outgoing) {
        if self.closing.get() {
            return; // nobody would write it
        }
        self.queued_bytes.set(self.queued_bytes.get() + Self::bytes_of(&message));
        self.messages.borrow_mut().push_back(message);
        wake(&self.writer);
    }

    /// Takes the message to be written next; [`Queue::written`] says when it was.
    pub(super) fn pop(&self) -> Option<Outgoing> {
        self.messages.borrow_mut().pop_front()
    }

    /// Takes the bytes of a message off the count.
    pub(super) fn written(&self, bytes: usize) {
        self.queued_bytes.set(self.queued_bytes.get().saturating_sub(bytes));
        wake(&self.gate);
    }

    /// What a message counts.
    pub(super) fn bytes_of(message: &Outgoing) -> usize {
        (message.size_in_words() * 8).max(Self::LEAST_BYTES)
    }

    /// Waits until no more than `limit` bytes are queued.
    pub(super) fn poll_below(&self, limit: usize, cx: &mut Context<'_>) -> Poll<()> {
        if self.queued_bytes.get() <= limit || self.closing.get() {
            return Poll::Ready(());
        }
        self.gate.set(Some(cx.waker().clone()));
        Poll::Pending
    }

    /// Waits for something to write; false where nothing will come.
    pub(super) fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<bool> {
        if !self.messages.borrow().is_empty() {
            return Poll::Ready(true);
        }
        if self.closing.get() {
            return Poll::Ready(false);
        }
        self.writer.set(Some(cx.waker().clone()));
        Poll::Pending
    }

    /// Writes what is queued, and nothing after it. The receiver hears when that is done.
    pub(super) fn close(&self) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        self.written.borrow_mut().push(sender);
        self.closing.set(true);
        wake(&self.writer);
        wake(&self.gate);
        receiver
    }

    /// Says that the writer has ended, whether or not all was written.
    pub(super) fn end(&self) {
        self.closing.set(true);
        self.messages.borrow_mut().clear();
        for waiting in self.written.borrow_mut().drain(..) {
            let _ = waiting.send(()); // who does not wait any more need not hear
        }
        wake(&self.gate);
    }

    /// Keeps the reason why the connection ends, where it is the first.
    pub(super) fn fail(&self, error: Error) {
        self.failure.borrow_mut().get_or_insert(error);
    }

    /// Returns whether the connection is being closed already.
    pub(super) fn is_closing(&self) -> bool {
        self.closing.get()
    }

    /// Takes the reason why the connection ended.
    pub(super) fn take_failure(&self) -> Option<Error> {
        self.failure.borrow_mut().take()
    }
}

fn wake(waker: &Cell<Option<Waker>>) {
    if let Some(waker) = waker.take() {
        waker.wake();
    }
}
