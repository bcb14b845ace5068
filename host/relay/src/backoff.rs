//! How long to wait before the next attempt.

use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

const FIRST: Duration = Duration::from_millis(100);
const LAST: Duration = Duration::from_secs(30);

/// Pauses that double from 0.1 s to 30 s, each shortened by up to a half by chance, so that servers that lost
/// one upstream together do not come back together.
#[derive(Debug)]
pub(crate) struct Backoff(Duration);

// === impl Backoff ===

impl Default for Backoff {
    fn default() -> Self {
        Self(FIRST)
    }
}

impl Backoff {
    /// Returns the next pause.
    pub(crate) fn next(&mut self) -> Duration {
        self.next_with(RandomState::new().hash_one(0_u8))
    }

    fn next_with(&mut self, chance: u64) -> Duration {
        let share = 0.5 + 0.5 * (chance as f64 / u64::MAX as f64);
        let pause = self.0.mul_f64(share);
        self.0 = (self.0 * 2).min(LAST);
        pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_half_a_minute() {
        let (mut short, mut long) = (Backoff::default(), Backoff::default());
        let pauses: Vec<_> = (0..12).map(|_| (short.next_with(0), long.next_with(u64::MAX))).collect();
        assert_eq!(pauses[0], (Duration::from_millis(50), Duration::from_millis(100)));
        assert_eq!(pauses[1], (Duration::from_millis(100), Duration::from_millis(200)));
        assert_eq!(pauses[11], (Duration::from_secs(15), Duration::from_secs(30)));
    }
}
