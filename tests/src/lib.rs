//! The harness of the end-to-end tests: the real binary, in a directory of its own, on a free port.
//!
//! [`Project`] is a directory of files and plugins, [`Server`] the binary that serves it. Nothing here
//! sleeps for a fixed time: what takes a while is asked for by [`eventually`], until a deadline.

mod artifacts;
pub mod hint;
mod page;
mod project;
mod proxy;
mod server;
mod worst;

use std::fmt::Debug;
use std::time::{Duration, Instant};

pub use artifacts::{example_plugin, fixture_plugin};
pub use page::{check_page, root};
pub use project::{Output, Project, peak_memory};
pub use proxy::{Proxy, Weather};
pub use server::Server;
pub use worst::{WORST_FILES, WorstFile};

/// How long a change may take to go live on a busy machine.
pub const DEADLINE: Duration = Duration::from_secs(30);
/// How often it is asked for meanwhile.
const PERIOD: Duration = Duration::from_millis(10);

/// Asks until the answer is accepted, and returns it.
///
/// # Panics
/// Where no answer is accepted before the [`DEADLINE`]; says what the last one was.
#[track_caller]
pub fn eventually<T: Debug>(mut question: impl FnMut() -> T, accept: impl Fn(&T) -> bool) -> T {
    let end = Instant::now() + DEADLINE;
    loop {
        let answer = question();
        if accept(&answer) {
            return answer;
        }
        assert!(Instant::now() < end, "not within {DEADLINE:?}; the last answer was {answer:?}");
        std::thread::park_timeout(PERIOD);
    }
}

/// Asks again and again for as long as `duration`, and holds every answer to `accept`.
///
/// # Panics
/// Where an answer is not accepted.
#[track_caller]
pub fn throughout<T: Debug>(
    duration: Duration,
    mut question: impl FnMut() -> T,
    accept: impl Fn(&T) -> bool,
) {
    let end = Instant::now() + duration;
    while Instant::now() < end {
        let answer = question();
        assert!(accept(&answer), "not accepted: {answer:?}");
        std::thread::park_timeout(PERIOD);
    }
}
