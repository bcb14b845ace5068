//! Writing what is queued, many messages at a time.

use std::rc::Rc;

use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

use super::queue::Queue;
use super::{Error, Limits};

/// Small messages are joined up to this size; what is larger is written from where it lies.
const BATCH_BYTES: usize = 64 << 10;

/// Writes what is queued until the queue is closed, then closes the stream.
pub(super) async fn write_queue<W: AsyncWrite + Unpin>(stream: W, queue: Rc<Queue>, limits: Limits) {
    let mut writer = Writer { stream, batch: Vec::with_capacity(BATCH_BYTES), limits };
    // Once a connection is being closed, the peer may be gone: our last words are then nobody's.
    if let Err(error) = writer.write_all_queued(&queue).await
        && !queue.is_closing()
    {
        queue.fail(error);
    }
    queue.end();
}

struct Writer<W> {
    stream: W,
    batch: Vec<u8>,
    limits: Limits,
}

// === impl Writer ===

impl<W: AsyncWrite + Unpin> Writer<W> {
    async fn write_all_queued(&mut self, queue: &Queue) -> Result<(), Error> {
        while std::future::poll_fn(|cx| queue.poll_ready(cx)).await {
            let mut bytes = 0;
            while let Some(message) = queue.pop() {
                bytes += Queue::bytes_of(&message);
                let segments = message.get_segments_for_output();
                self.push_segment_table(&segments);
                for segment in segments.iter() {
                    self.write_segment(segment).await?;
                }
                if bytes > BATCH_BYTES {
                    break; // so that the gate opens as the peer reads
                }
            }
            self.write_batch().await?;
            self.flush().await?;
            queue.written(bytes);
        }
        // The peer may be gone already; then it does not wait for the end either.
        let _ = timeout(self.limits.write_stall, self.stream.shutdown()).await;
        Ok(())
    }

    fn push_segment_table(&mut self, segments: &[&[u8]]) {
        let n_segments = segments.len() as u32;
        self.batch.extend_from_slice(&(n_segments - 1).to_le_bytes());
        for segment in segments {
            self.batch.extend_from_slice(&((segment.len() / 8) as u32).to_le_bytes());
        }
        if n_segments.is_multiple_of(2) {
            self.batch.extend_from_slice(&[0; 4]);
        }
    }

    async fn write_segment(&mut self, segment: &[u8]) -> Result<(), Error> {
        if segment.len() < BATCH_BYTES / 4 {
            self.batch.extend_from_slice(segment);
            if self.batch.len() >= BATCH_BYTES {
                self.write_batch().await?;
            }
            return Ok(());
        }
        self.write_batch().await?;
        Self::write(&mut self.stream, self.limits, segment).await
    }

    async fn write_batch(&mut self) -> Result<(), Error> {
        Self::write(&mut self.stream, self.limits, &self.batch).await?;
        self.batch.clear();
        Ok(())
    }

    /// Writes bytes, as long as the peer goes on reading some.
    async fn write(stream: &mut W, limits: Limits, mut bytes: &[u8]) -> Result<(), Error> {
        while !bytes.is_empty() {
            let n_written = timeout(limits.write_stall, stream.write(bytes))
                .await
                .map_err(|_| Error::Stalled { stalled: limits.write_stall })??;
            if n_written == 0 {
                return Err(std::io::Error::from(std::io::ErrorKind::WriteZero).into());
            }
            bytes = &bytes[n_written..];
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), Error> {
        timeout(self.limits.write_stall, self.stream.flush())
            .await
            .map_err(|_| Error::Stalled { stalled: self.limits.write_stall })??;
        Ok(())
    }
}
