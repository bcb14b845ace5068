//! The traits by which the RPC system reaches its one peer.

use std::cell::RefCell;
use std::rc::Rc;

use capnp::capability::Promise;
use capnp::message::{Builder, HeapAllocator, Reader};
use capnp_rpc::rpc_twoparty_capnp::Side;
use futures::channel::oneshot;
use tokio::io::AsyncRead;

use super::Limits;
use super::incoming::{MessageReader, Segments};
use super::queue::{Outgoing, Queue};

/// The network of one connection.
pub(super) struct Network<R: AsyncRead + Unpin + 'static> {
    peer: Rc<Peer<R>>,
    side: Side,
    accepted: bool,
    writer_ended: Option<oneshot::Receiver<()>>,
}

/// What the handles of a connection share.
struct Peer<R> {
    queue: Rc<Queue>,
    /// Taken while a message is being read.
    reader: RefCell<Option<MessageReader<R>>>,
    /// The bytes of unread answers above which nothing is read; none for a client.
    gate: Option<usize>,
    side: Side,
}

struct Connection<R>(Rc<Peer<R>>);

struct IncomingMessage(Reader<Segments>);

struct OutgoingMessage {
    message: Builder<HeapAllocator>,
    queue: Rc<Queue>,
}

// === impl Network ===

impl<R: AsyncRead + Unpin + 'static> Network<R> {
    /// Makes the network of a stream whose written side is the queue's.
    pub(super) fn new(
        stream: R,
        queue: Rc<Queue>,
        side: Side,
        limits: Limits,
        writer_ended: oneshot::Receiver<()>,
    ) -> Self {
        let gate = matches!(side, Side::Server).then_some(limits.queued_bytes);
        let reader = RefCell::new(Some(MessageReader::new(stream, limits)));
        let peer_side = if matches!(side, Side::Server) { Side::Client } else { Side::Server };
        let peer = Rc::new(Peer { queue, reader, gate, side: peer_side });
        Self { peer, side, accepted: false, writer_ended: Some(writer_ended) }
    }
}

impl<R: AsyncRead + Unpin + 'static> capnp_rpc::VatNetwork<Side> for Network<R> {
    fn connect(&mut self, host_id: Side) -> Option<Box<dyn capnp_rpc::Connection<Side>>> {
        (host_id != self.side).then(|| Box::new(Connection(self.peer.clone())) as Box<_>)
    }

    fn accept(&mut self) -> Promise<Box<dyn capnp_rpc::Connection<Side>>, capnp::Error> {
        if std::mem::replace(&mut self.accepted, true) {
            return Promise::from_future(std::future::pending()); // there is one peer
        }
        Promise::ok(Box::new(Connection(self.peer.clone())))
    }

    fn drive_until_shutdown(&mut self) -> Promise<(), capnp::Error> {
        let Some(ended) = self.writer_ended.take() else {
            return Promise::ok(());
        };
        // Why it ended is the queue's to tell; an error here would only be printed.
        Promise::from_future(async move {
            let _ = ended.await;
            Ok(())
        })
    }
}

// === impl Connection ===

impl<R: AsyncRead + Unpin + 'static> capnp_rpc::Connection<Side> for Connection<R> {
    fn get_peer_vat_id(&self) -> Side {
        self.0.side
    }

    fn new_outgoing_message(&mut self, first_segment_word_size: u32) -> Box<dyn capnp_rpc::OutgoingMessage> {
        // The hint for a call is a page whatever is called; memory is zeroed, so begin with what an
        // ordinary call or answer takes, and let what is large have a segment of its own.
        let words = first_segment_word_size.clamp(64, 128);
        let message = Builder::new(HeapAllocator::new().first_segment_words(words));
        Box::new(OutgoingMessage { message, queue: self.0.queue.clone() })
    }

    fn receive_incoming_message(
        &mut self,
    ) -> Promise<Option<Box<dyn capnp_rpc::IncomingMessage>>, capnp::Error> {
        let peer = self.0.clone();
        Promise::from_future(async move {
            if let Some(limit) = peer.gate {
                std::future::poll_fn(|cx| peer.queue.poll_below(limit, cx)).await;
            }
            let reader = peer.reader.borrow_mut().take();
            let mut reader = reader.expect("the RPC system asks for a message once it has the last");
            let result = reader.read().await;
            *peer.reader.borrow_mut() = Some(reader);
            match result {
                Ok(message) => Ok(message.map(|message| Box::new(IncomingMessage(message)) as Box<_>)),
                Err(error) => {
                    let told = error.to_capnp();
                    peer.queue.fail(error);
                    Err(told)
                }
            }
        })
    }

    fn shutdown(&mut self, _result: capnp::Result<()>) -> Promise<(), capnp::Error> {
        let written = self.0.queue.close();
        Promise::from_future(async move {
            let _ = written.await;
            Ok(())
        })
    }
}

// === impl IncomingMessage ===

impl capnp_rpc::IncomingMessage for IncomingMessage {
    fn get_body(&self) -> capnp::Result<capnp::any_pointer::Reader<'_>> {
        self.0.get_root()
    }
}

// === impl OutgoingMessage ===

impl capnp_rpc::OutgoingMessage for OutgoingMessage {
    fn get_body(&mut self) -> capnp::Result<capnp::any_pointer::Builder<'_>> {
        self.message.get_root()
    }

    fn get_body_as_reader(&self) -> capnp::Result<capnp::any_pointer::Reader<'_>> {
        self.message.get_root_as_reader()
    }

    fn send(self: Box<Self>) -> (Promise<(), capnp::Error>, Outgoing) {
        let message = Rc::new(self.message);
        self.queue.push(message.clone());
        // Only streaming calls wait for this, and the interface has none.
        (Promise::ok(()), message)
    }

    fn take(self: Box<Self>) -> Builder<HeapAllocator> {
        self.message
    }

    fn size_in_words(&self) -> usize {
        self.message.size_in_words()
    }
}
