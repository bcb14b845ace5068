//! What the process of a trial takes upon itself before it opens a plugin.

#![allow(unsafe_code)]

use std::fs;
use std::io::{PipeReader, PipeWriter};
use std::os::unix::fs::MetadataExt;

use rustix::process::{Resource, Rlimit, Signal, set_parent_process_death_signal, setrlimit};

/// Descriptors that are not the plugin's, and what they led to before it was opened.
pub(super) struct Guard {
    watched: Vec<(u32, Identity)>,
    /// Two descriptors such as a server has, for a plugin that closes what it did not open.
    _bait: Option<(PipeReader, PipeWriter)>,
}

/// What a descriptor leads to; none where it is closed.
type Identity = Option<(u64, u64)>;

/// Leaves behind what came from the host: it ends with it, writes no core, and has standard input, output
/// and error only.
pub(super) fn confine() -> Guard {
    // None of these can fail on a kernel that runs this, and the trial is worth having without them.
    let _ = set_parent_process_death_signal(Some(Signal::KILL));
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    let open = fs::read_dir("/proc/self/fd").into_iter().flatten().flatten();
    let open: Vec<i32> = open.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    // The directory's own was among them, and is closed by now.
    let is_open = |descriptor: &i32| fs::read_link(format!("/proc/self/fd/{descriptor}")).is_ok();
    for descriptor in open.into_iter().filter(|&descriptor| descriptor > 2).filter(is_open) {
        // SAFETY: this process has just begun and has opened nothing that it keeps: whatever is open was
        // inherited, and nobody here owns it. Would fail `a_trial_inherits_nothing`.
        unsafe { rustix::io::close(descriptor) };
    }
    let bait = std::io::pipe().ok();
    let watched = (0..5).map(|number| (number, identity(number))).collect();
    Guard { watched, _bait: bait }
}

// === impl Guard ===

impl Guard {
    /// Returns the first descriptor that was closed, or leads to something else.
    pub(super) fn broken(&self) -> Option<u32> {
        self.watched.iter().find(|(number, before)| identity(*number) != *before).map(|(number, _)| *number)
    }
}

fn identity(number: u32) -> Identity {
    let metadata = fs::metadata(format!("/proc/self/fd/{number}")).ok()?;
    Some((metadata.dev(), metadata.ino()))
}
