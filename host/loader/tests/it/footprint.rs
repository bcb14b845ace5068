//! What a process takes of the system.

use std::fs;

/// What this process takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Footprint {
    pub(crate) resident_kib: u64,
    /// What of it is no page of a file, which the system could drop and read again.
    pub(crate) anonymous_kib: u64,
    pub(crate) mappings: usize,
    pub(crate) descriptors: usize,
    pub(crate) threads: usize,
}

impl Footprint {
    pub(crate) fn now() -> Self {
        let count = |directory: &str| fs::read_dir(directory).unwrap().count();
        let status = fs::read_to_string("/proc/self/status").unwrap();
        let kib = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
            line.trim().trim_end_matches(" kB").parse().unwrap()
        };
        Self {
            resident_kib: kib("VmRSS:"),
            anonymous_kib: kib("RssAnon:"),
            mappings: fs::read_to_string("/proc/self/maps").unwrap().lines().count(),
            descriptors: count("/proc/self/fd"),
            threads: count("/proc/self/task"),
        }
    }
}
