//! Asking the system what the process is like, and telling it.

#![allow(unsafe_code)]

use std::collections::BTreeMap;
use std::ffi::{CStr, CString};
use std::fs;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd};
use std::os::unix::fs::MetadataExt as _;
use std::ptr;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Device and inode.
pub(super) type FileId = (u64, u64);

/// What a signal does.
#[derive(Clone, Copy)]
pub(super) struct Disposition(libc::sigaction);

/// The signals that a thread does not take, as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mask(u64);

/// The signals that a server is told with, and the one that would end it with any of its clients.
pub(super) const STOPS: [i32; 4] = [libc::SIGTERM, libc::SIGINT, libc::SIGHUP, libc::SIGPIPE];

/// A limit of the system on what the process may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Limit {
    current: Option<u64>,
    maximum: Option<u64>,
}

/// The highest signal that has a meaning of its own; those above it are between programs.
const LAST_SIGNAL: i32 = 31;

/// Ends the process, and runs nothing on the way.
pub(crate) fn end(status: i32) -> ! {
    // SAFETY: it does not return, and runs no code of this process. Would fail
    // `a_plugin_does_not_keep_the_server_from_its_end`.
    unsafe { libc::_exit(status) }
}

// === files ===

/// Which directory is the working directory.
pub(super) fn working_directory() -> Option<FileId> {
    id(&fs::metadata(".").ok()?)
}

/// What a descriptor leads to; none if it is closed.
pub(super) fn file_id(descriptor: i32) -> Option<FileId> {
    let mut found = MaybeUninit::<libc::stat>::zeroed();
    // SAFETY: the system fills `found`, or says that it did not. Would fail `what_a_call_changes_is_put_back`.
    let found = unsafe {
        if libc::fstat(descriptor, found.as_mut_ptr()) != 0 {
            return None;
        }
        found.assume_init()
    };
    Some((found.st_dev, found.st_ino))
}

#[allow(clippy::unnecessary_wraps)] // as the others
fn id(metadata: &fs::Metadata) -> Option<FileId> {
    Some((metadata.dev(), metadata.ino()))
}

/// Opens the working directory, for a way back.
pub(super) fn open_working_directory() -> Option<OwnedFd> {
    fs::File::open(".").ok().map(OwnedFd::from)
}

pub(super) fn change_directory(directory: &OwnedFd) -> io::Result<()> {
    Ok(rustix::process::fchdir(directory)?)
}

/// Duplicates a descriptor, if it is open, to one far from those that a plugin closes by number.
pub(super) fn duplicate(descriptor: i32) -> Option<OwnedFd> {
    const FAR: i32 = 100;
    // SAFETY: asks for a new descriptor, which is nobody else's. Would fail `what_a_call_changes_is_put_back`.
    unsafe {
        let new = libc::fcntl(descriptor, libc::F_DUPFD_CLOEXEC, FAR);
        (new >= 0).then(|| OwnedFd::from_raw_fd(new))
    }
}

/// Opens one of the standard descriptors again, which was closed.
pub(super) fn put_back(kept: &OwnedFd, index: usize) -> io::Result<()> {
    let number = i32::try_from(index).map_err(io::Error::other)?;
    // A new descriptor gets the least free number: nothing of somebody else's is replaced.
    // SAFETY: asks for a new descriptor; of another number than wanted, it is nobody else's and is closed. Would fail
    // `what_a_call_changes_is_put_back`.
    unsafe {
        let new = libc::fcntl(kept.as_raw_fd(), libc::F_DUPFD, number);
        if new == number {
            return Ok(());
        }
        if new >= 0 {
            libc::close(new);
        }
    }
    Err(io::Error::other("another file is open in its place"))
}

/// The umask, as the kernel tells it: asking the C library would change it for a moment.
pub(super) fn umask() -> Option<u32> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let umask = status.lines().find_map(|line| line.strip_prefix("Umask:"))?;
    u32::from_str_radix(umask.trim(), 8).ok()
}

pub(super) fn set_umask(umask: u32) {
    // SAFETY: it always succeeds. Would fail `what_a_call_changes_is_put_back`.
    unsafe { libc::umask(umask as libc::mode_t) };
}

// === locale ===

/// The locale of the process, as the C library names it.
pub(super) fn locale() -> String {
    // SAFETY: without a new one, it returns the name of the current one, which lives until another is set; it is copied
    // at once. Code that sets one meanwhile would be wrong in any program with threads. Would fail
    // `what_a_call_changes_is_put_back`.
    unsafe {
        let name = libc::setlocale(libc::LC_ALL, ptr::null());
        if name.is_null() { String::new() } else { CStr::from_ptr(name).to_string_lossy().into_owned() }
    }
}

pub(super) fn set_locale(name: &str) -> io::Result<()> {
    let name = CString::new(name)?;
    // SAFETY: a good string. Nobody of ours asks for the locale. Would fail `what_a_call_changes_is_put_back`.
    let is_set = unsafe { !libc::setlocale(libc::LC_ALL, name.as_ptr()).is_null() };
    if is_set { Ok(()) } else { Err(io::Error::other("the system does not have this locale any more")) }
}

// === signals ===

/// What each signal does that may be told to do something else.
pub(super) fn dispositions() -> BTreeMap<i32, Disposition> {
    let changeable = (1..=LAST_SIGNAL).filter(|&signal| signal != libc::SIGKILL && signal != libc::SIGSTOP);
    changeable.filter_map(|signal| Some((signal, disposition(signal)?))).collect()
}

/// What one signal does.
pub(super) fn disposition(signal: i32) -> Option<Disposition> {
    let mut found = MaybeUninit::zeroed();
    // SAFETY: without a new one, the system fills in what is. Would fail `what_a_call_changes_is_put_back`.
    unsafe {
        let asked = libc::sigaction(signal, ptr::null(), found.as_mut_ptr());
        (asked == 0).then(|| Disposition(found.assume_init()))
    }
}

pub(super) fn set_disposition(signal: i32, disposition: &Disposition) -> io::Result<()> {
    // SAFETY: what the system said before, so that its handler is code of this process, which is never unloaded. Would
    // fail `what_a_call_changes_is_put_back`.
    match unsafe { libc::sigaction(signal, &raw const disposition.0, ptr::null_mut()) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// What this thread does not take.
pub(super) fn mask() -> Mask {
    let mut found = MaybeUninit::zeroed();
    // SAFETY: without a new one, the system fills in what is; the set is then asked for each signal that it may have.
    // Would fail `what_a_call_changes_is_put_back`.
    let found = unsafe {
        libc::pthread_sigmask(libc::SIG_BLOCK, ptr::null(), found.as_mut_ptr());
        found.assume_init()
    };
    // SAFETY: as above.
    let has = |signal: &i32| unsafe { libc::sigismember(&raw const found, *signal) == 1 };
    Mask((1..=LAST_SIGNAL).filter(has).fold(0, |bits, signal| bits | 1 << signal))
}

pub(super) fn set_mask(mask: &Mask) -> io::Result<()> {
    let mut set = MaybeUninit::zeroed();
    // SAFETY: the set is made empty, filled, and passed on. Would fail `what_a_call_changes_is_put_back`.
    let failed = unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        for signal in (1..=LAST_SIGNAL).filter(|signal| mask.0 >> signal & 1 == 1) {
            libc::sigaddset(set.as_mut_ptr(), signal);
        }
        libc::pthread_sigmask(libc::SIG_SETMASK, set.as_ptr(), ptr::null_mut())
    };
    if failed == 0 { Ok(()) } else { Err(io::Error::from_raw_os_error(failed)) }
}

const TIMERS: [(&str, libc::c_int); 3] = [
    ("SIGALRM", 0 /* ITIMER_REAL */),
    ("SIGVTALRM", 1 /* ITIMER_VIRTUAL */),
    ("SIGPROF", 2 /* ITIMER_PROF */),
];

/// The timers, by the signals in which they end, and whether each runs.
pub(super) fn timers() -> Vec<(&'static str, bool)> {
    let runs = |timer: libc::c_int| {
        let mut found = MaybeUninit::<libc::itimerval>::zeroed();
        // SAFETY: the system fills it in. Would fail `what_a_call_changes_is_put_back`.
        let found = unsafe {
            libc::getitimer(timer as _, found.as_mut_ptr());
            found.assume_init()
        };
        found.it_value.tv_sec != 0 || found.it_value.tv_usec != 0
    };
    TIMERS.into_iter().map(|(name, timer)| (name, runs(timer))).collect()
}

pub(super) fn stop_timer(name: &str) -> io::Result<()> {
    let none = MaybeUninit::<libc::itimerval>::zeroed();
    for (_, timer) in TIMERS.into_iter().filter(|(other, _)| *other == name) {
        // SAFETY: all zeros are a timer that does not run. Would fail `what_a_call_changes_is_put_back`.
        if unsafe { libc::setitimer(timer as _, none.as_ptr(), ptr::null_mut()) } != 0 {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(())
}

/// The name of a signal.
pub(super) fn signal_name(signal: i32) -> String {
    const NAMES: [&str; 31] = [
        "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE",
        "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ",
        "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
    ];
    let name = usize::try_from(signal - 1).ok().and_then(|index| NAMES.get(index));
    name.map_or_else(|| format!("signal {signal}"), |name| format!("SIG{name}"))
}

// === limits and identity ===

const LIMITS: [(&str, Resource); 16] = [
    ("RLIMIT_AS", Resource::As),
    ("RLIMIT_CORE", Resource::Core),
    ("RLIMIT_CPU", Resource::Cpu),
    ("RLIMIT_DATA", Resource::Data),
    ("RLIMIT_FSIZE", Resource::Fsize),
    ("RLIMIT_LOCKS", Resource::Locks),
    ("RLIMIT_MEMLOCK", Resource::Memlock),
    ("RLIMIT_MSGQUEUE", Resource::Msgqueue),
    ("RLIMIT_NICE", Resource::Nice),
    ("RLIMIT_NOFILE", Resource::Nofile),
    ("RLIMIT_NPROC", Resource::Nproc),
    ("RLIMIT_RSS", Resource::Rss),
    ("RLIMIT_RTPRIO", Resource::Rtprio),
    ("RLIMIT_RTTIME", Resource::Rttime),
    ("RLIMIT_SIGPENDING", Resource::Sigpending),
    ("RLIMIT_STACK", Resource::Stack),
];

pub(super) fn limits() -> BTreeMap<&'static str, Limit> {
    let read = |resource| {
        let Rlimit { current, maximum } = getrlimit(resource);
        Limit { current, maximum }
    };
    LIMITS.into_iter().map(|(name, resource)| (name, read(resource))).collect()
}

pub(super) fn set_limit(name: &str, limit: &Limit) -> io::Result<()> {
    for (_, resource) in LIMITS.into_iter().filter(|(other, _)| *other == name) {
        let wanted = Rlimit { current: limit.current, maximum: limit.maximum };
        if setrlimit(resource, wanted).is_err() {
            // Only an administrator raises the maximum again; up to it, everybody does.
            let maximum = getrlimit(resource).maximum;
            let current = match (limit.current, maximum) {
                (Some(current), Some(maximum)) => Some(current.min(maximum)),
                (current, maximum) => current.or(maximum),
            };
            setrlimit(resource, Rlimit { current, maximum })?;
            return Err(io::Error::other("only its administrator can raise the maximum again"));
        }
    }
    Ok(())
}

/// The nice value of this thread.
pub(super) fn nice() -> i32 {
    // SAFETY: only asks. An error gives -1, which is compared with another -1. Would fail `a_trial_tells_every_change`.
    unsafe { libc::getpriority(libc::PRIO_PROCESS, 0) }
}

/// Numbers that say in which session and group the process is, and for whom it runs.
pub(super) fn identity() -> Vec<(&'static str, i64)> {
    // SAFETY: these only ask, and cannot fail for the process itself. Would fail `a_trial_tells_every_change`.
    unsafe {
        vec![
            ("session", libc::getsid(0).into()),
            ("group", libc::getpgrp().into()),
            ("user", libc::geteuid().into()),
            ("user's group", libc::getegid().into()),
        ]
    }
}

// === impl Disposition ===

impl Disposition {
    pub(super) fn describe(&self) -> String {
        match self.0.sa_sigaction {
            libc::SIG_DFL => "the default".to_owned(),
            libc::SIG_IGN => "ignored".to_owned(),
            _ => "a handler".to_owned(),
        }
    }
}

impl PartialEq for Disposition {
    /// The mask that a handler runs with, and flags that only a handler has, count with a handler.
    fn eq(&self, other: &Self) -> bool {
        let has_handler = self.0.sa_sigaction != libc::SIG_DFL && self.0.sa_sigaction != libc::SIG_IGN;
        let of_both = libc::SA_NOCLDSTOP | libc::SA_NOCLDWAIT;
        let relevant = if has_handler {
            !0x0400_0000 /* SA_RESTORER */
        } else {
            of_both
        };
        self.0.sa_sigaction == other.0.sa_sigaction && (self.0.sa_flags ^ other.0.sa_flags) & relevant == 0
    }
}

impl std::fmt::Debug for Disposition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({:#x}, {:#x})", self.describe(), self.0.sa_sigaction, self.0.sa_flags)
    }
}

// === impl Mask ===

impl Mask {
    pub(super) fn describe(&self) -> String {
        let blocked: Vec<_> = (1..=LAST_SIGNAL).filter(|signal| self.0 >> signal & 1 == 1).collect();
        match blocked.len() {
            0 => "none".to_owned(),
            1..=3 => blocked.into_iter().map(signal_name).collect::<Vec<_>>().join(", "),
            n => format!("{n} signals"),
        }
    }
}

// === impl Limit ===

impl Limit {
    pub(super) fn describe(&self) -> String {
        let shown =
            |limit: Option<u64>| limit.map_or_else(|| "unlimited".to_owned(), |limit| limit.to_string());
        if self.current == self.maximum {
            shown(self.current)
        } else {
            format!("{} of at most {}", shown(self.current), shown(self.maximum))
        }
    }
}
