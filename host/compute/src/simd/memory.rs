//! Memory of large results: in huge pages, and written past the caches.
//!
//! Beyond the second-level cache an expression waits for memory. A store first reads the line that it then writes
//! over, and every 4 KiB costs a page fault and an entry of the address cache; both can be avoided, and on 1e6
//! doubles of a short expression that is a third of the time.

use super::BLOCK;

/// Results from here on are large, in bytes.
const LARGE: usize = 4 << 20;

/// Makes room for a result.
pub(super) fn room(n_elements: usize) -> Vec<f64> {
    let buffer: Vec<f64> = Vec::with_capacity(n_elements);
    #[cfg(target_os = "linux")]
    if is_large(n_elements) {
        const PAGE: usize = 4096;
        let start = buffer.as_ptr().addr().next_multiple_of(PAGE);
        let end = (buffer.as_ptr().addr() + n_elements * size_of::<f64>()) / PAGE * PAGE;
        let first = buffer.as_ptr().with_addr(start).cast_mut();
        // SAFETY: the pages lie inside the buffer, and the advice changes nothing that they hold. Its failure, on
        // a kernel without huge pages, leaves all as it was. Test: `block::tests::large_results`.
        unsafe { libc::madvise(first.cast(), end - start, libc::MADV_HUGEPAGE) };
    }
    buffer
}

/// Whether a result of so many elements is written past the caches.
pub(super) fn is_large(n_elements: usize) -> bool {
    n_elements >= LARGE / size_of::<f64>()
}

/// Writes a block past the caches; [`fence`] has to follow before anyone else looks.
///
/// # Safety
/// A block is readable at `from` and writable at `to`, and the two do not overlap.
#[inline]
pub(super) unsafe fn stream(from: *const f64, to: *mut f64) {
    #[cfg(target_arch = "x86_64")]
    if to.addr().is_multiple_of(16) {
        use std::arch::x86_64::{_mm_loadu_pd, _mm_stream_pd};
        for index in (0..BLOCK).step_by(2) {
            // SAFETY: the caller's; every second double is aligned, as the first one is.
            unsafe { _mm_stream_pd(to.add(index), _mm_loadu_pd(from.add(index))) };
        }
        return;
    }
    // SAFETY: the caller's.
    unsafe { std::ptr::copy_nonoverlapping(from, to, BLOCK) };
}

/// Orders what was streamed before whatever is written next.
pub(super) fn fence() {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: every x86-64 has the instruction.
    unsafe {
        std::arch::x86_64::_mm_sfence();
    }
}
