//! Messages as they arrive.
//!
//! Small ones are taken out of a buffer that one read fills with many. A large one is read straight
//! into memory of its own, which is neither zeroed nor touched before its bytes are there: a peer that
//! announces a gigabyte and sends nothing costs address space, not memory.

use std::io::ErrorKind;

use bytes::BufMut;
use capnp::message::{Reader, ReaderOptions, ReaderSegments};
use tokio::io::{AsyncRead, AsyncReadExt};

use super::{Error, Limits};

/// The most segments of a message.
pub(super) const MAX_SEGMENTS: usize = 512;

const BUFFER_BYTES: usize = 64 << 10;

/// Reads messages off a stream.
pub(super) struct MessageReader<R> {
    stream: R,
    buffer: Box<[u8]>,
    /// What of the buffer has arrived and is not taken.
    start: usize,
    end: usize,
    limits: Limits,
    /// Whether anything was read, after which a peer is trusted with large messages.
    seen_first: bool,
}

/// The bytes of one message, aligned as Cap'n Proto wants them.
pub(super) struct Segments {
    bytes: Vec<u8>,
    /// Where the first segment starts in `bytes`: at the first multiple of eight.
    start: usize,
    /// Where each segment ends, counted from `start`; most messages have one.
    ends: Ends,
}

enum Ends {
    One(usize),
    Many(Vec<usize>),
}

// === impl MessageReader ===

impl<R: AsyncRead + Unpin> MessageReader<R> {
    pub(super) fn new(stream: R, limits: Limits) -> Self {
        let buffer = vec![0; BUFFER_BYTES].into_boxed_slice();
        Self { stream, buffer, start: 0, end: 0, limits, seen_first: false }
    }

    /// Reads the next message; none where the stream ended after the last one.
    pub(super) async fn read(&mut self) -> Result<Option<Reader<Segments>>, Error> {
        let Some(ends) = self.read_segment_table().await? else {
            return Ok(None);
        };
        let n_bytes = ends.last();
        let limit = if self.seen_first { self.limits.message_bytes } else { self.limits.first_message_bytes };
        if n_bytes > limit {
            return Err(Error::MessageSize { found: n_bytes as u64, limit });
        }
        self.seen_first = true;
        let (bytes, start) = self.read_body(n_bytes).await?;
        let mut options = ReaderOptions::new();
        // Every pointer that is followed counts what it points to. A message says everything once, and
        // is read twice at most; a few words more pay for lists of nothing, which count as one each.
        options.traversal_limit_in_words(Some(2 * (n_bytes / 8) + 1024));
        options.nesting_limit(self.limits.nesting);
        Ok(Some(Reader::new(Segments { bytes, start, ends }, options)))
    }

    /// Reads the table that says how many segments follow, and how long each is.
    async fn read_segment_table(&mut self) -> Result<Option<Ends>, Error> {
        if self.start == self.end && !self.fill().await? {
            return Ok(None);
        }
        let n_segments = u64::from(self.read_u32().await?) + 1;
        if n_segments > MAX_SEGMENTS as u64 {
            return Err(Error::Segments { found: n_segments });
        }
        let first = self.read_words().await?;
        let mut ends = Ends::One(first);
        if n_segments > 1 {
            let mut all = Vec::with_capacity(n_segments as usize);
            all.push(first);
            for index in 1..n_segments as usize {
                let end = all[index - 1] + self.read_words().await?;
                all.push(end);
            }
            ends = Ends::Many(all);
        }
        if n_segments.is_multiple_of(2) {
            self.read_u32().await?; // the table is padded to whole words
        }
        Ok(Some(ends))
    }

    /// Reads the length of a segment in bytes. Cannot overflow: at most 512 times 32 GiB.
    async fn read_words(&mut self) -> Result<usize, Error> {
        Ok(self.read_u32().await? as usize * 8)
    }

    async fn read_u32(&mut self) -> Result<u32, Error> {
        let mut bytes = [0; 4];
        for (index, byte) in bytes.iter_mut().enumerate() {
            if self.start == self.end && !self.fill().await? {
                return Err(Error::Truncated { expected: 8, found: index });
            }
            *byte = self.buffer[self.start];
            self.start += 1;
        }
        Ok(u32::from_le_bytes(bytes))
    }

    /// Reads what follows the table. Returns it, and where in it the first aligned byte is.
    async fn read_body(&mut self, n_bytes: usize) -> Result<(Vec<u8>, usize), Error> {
        let mut bytes: Vec<u8> = Vec::with_capacity(n_bytes + 7);
        // The capacity is never exceeded below, so the bytes stay where they are, and stay aligned.
        let start = bytes.as_ptr().align_offset(8).min(7);
        bytes.resize(start, 0);
        while bytes.len() < start + n_bytes {
            let missing = start + n_bytes - bytes.len();
            if self.start < self.end {
                let n_taken = missing.min(self.end - self.start);
                bytes.extend_from_slice(&self.buffer[self.start..self.start + n_taken]);
                self.start += n_taken;
            } else if missing < BUFFER_BYTES {
                if !self.fill().await? {
                    return Err(Error::Truncated { expected: n_bytes, found: n_bytes - missing });
                }
            } else if self.stream.read_buf(&mut (&mut bytes).limit(missing)).await? == 0 {
                return Err(Error::Truncated { expected: n_bytes, found: n_bytes - missing });
            }
        }
        Ok((bytes, start))
    }

    /// Reads what there is into the empty buffer; false at the end of the stream.
    async fn fill(&mut self) -> Result<bool, Error> {
        debug_assert_eq!(self.start, self.end, "only an empty buffer is filled");
        (self.start, self.end) = (0, 0);
        self.end = match self.stream.read(&mut self.buffer).await {
            // A client that ends without taking leave of TLS: messages have lengths, so nothing is lost
            // that would not be noticed.
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => 0,
            read => read?,
        };
        Ok(self.end > 0)
    }
}

// === impl Segments ===

impl ReaderSegments for Segments {
    fn get_segment(&self, id: u32) -> Option<&[u8]> {
        let (from, to) = match &self.ends {
            Ends::One(end) => (0, (id == 0).then_some(*end)?),
            Ends::Many(ends) => {
                let index = id as usize;
                (if index == 0 { 0 } else { *ends.get(index - 1)? }, *ends.get(index)?)
            }
        };
        self.bytes.get(self.start + from..self.start + to)
    }

    fn len(&self) -> usize {
        match &self.ends {
            Ends::One(_) => 1,
            Ends::Many(ends) => ends.len(),
        }
    }
}

// === impl Ends ===

impl Ends {
    fn last(&self) -> usize {
        match self {
            Self::One(end) => *end,
            Self::Many(ends) => ends.last().copied().unwrap_or_default(),
        }
    }
}
