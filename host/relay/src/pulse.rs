//! Whether an upstream still lives that says nothing: a connection may be open whose other end is gone.
//!
//! At every look it is seen whether bytes came since the last one. Where none did it is asked something small,
//! and given up where it does not answer for some looks. While much is on its way to it, it is not asked: the
//! question would be behind all of that, and what can no longer be sent is noticed by the one who writes.

use std::time::Duration;

/// How often to look.
pub(crate) const LOOK: Duration = Duration::from_secs(5);

/// How many looks an upstream may leave unanswered.
const PATIENCE: u32 = 2;

/// Sending more than this from one look to the next is work, and no question.
const WORK: u64 = 4096;

/// What to do after a look.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing: it lives, or may take its time.
    Lives,
    /// Ask it something.
    Ask,
    /// Give it up.
    Gone,
}

/// What was seen of an upstream so far.
#[derive(Debug, Default)]
pub(crate) struct Pulse {
    received: u64,
    sent: u64,
    /// Since how many looks it has not answered a question.
    unanswered: Option<u32>,
}

// === impl Pulse ===

impl Pulse {
    /// Judges by the bytes that came and went so far. Where it must not be asked now it is given all the time.
    pub(crate) fn judge(&mut self, received: u64, sent: u64, may_ask: bool) -> Verdict {
        let (came, went) = (received != self.received, sent.saturating_sub(self.sent));
        (self.received, self.sent) = (received, sent);
        if came || went > WORK {
            self.unanswered = None;
            return Verdict::Lives;
        }
        match &mut self.unanswered {
            Some(looks) if *looks + 1 >= PATIENCE => Verdict::Gone,
            Some(looks) => {
                *looks += 1;
                Verdict::Lives
            }
            None if may_ask => {
                self.unanswered = Some(0);
                Verdict::Ask
            }
            None => Verdict::Lives,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Verdict::{Ask, Gone, Lives};
    use super::*;

    #[track_caller]
    fn check(story: &[(u64, u64, bool)], expected: &[Verdict]) {
        let mut pulse = Pulse::default();
        let verdicts: Vec<_> =
            story.iter().map(|&(received, sent, may_ask)| pulse.judge(received, sent, may_ask)).collect();
        assert_eq!(verdicts, expected);
    }

    #[test]
    fn one_that_answers_lives() {
        check(&[(9, 9, true), (9, 9, true), (19, 19, true), (19, 19, true)], &[Lives, Ask, Lives, Ask]);
    }

    #[test]
    fn one_that_does_not_answer_is_given_up() {
        check(&[(9, 9, true), (9, 9, true), (9, 99, true), (9, 99, true)], &[Lives, Ask, Lives, Gone]);
    }

    #[test]
    fn one_that_is_sent_much_is_not_asked() {
        check(
            &[(9, 9, true), (9, 9999, true), (9, 99999, true), (9, 99999, true)],
            &[Lives, Lives, Lives, Ask],
        );
    }

    #[test]
    fn one_that_must_not_be_asked_has_its_time() {
        check(&[(9, 9, true), (9, 9, false), (9, 9, false), (9, 9, true)], &[Lives, Lives, Lives, Ask]);
    }
}
