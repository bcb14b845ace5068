//! Waiting for the end of a trial, and seeing to it that there is one.

use std::fs;
use std::io::{self, PipeReader, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

use kamodo_files::Stop;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{
    Pid, PidfdFlags, Signal, WaitId, WaitIdOptions, kill_process_group, pidfd_open, waitid,
};

use super::{Ending, MAX_OUTPUT};

/// How often it is looked whether nobody waits for the verdict any more.
const LOOK: Duration = Duration::from_millis(100);
/// How much of the output is kept, from its end.
const KEPT: usize = 8 << 10;
/// How many lines of it are shown, and how long each may be.
const N_LINES: usize = 6;
const LINE: usize = 200;

/// What was seen of a trial from outside.
pub(super) struct Observed {
    pub(super) ending: Ending,
    /// The last lines that it printed.
    pub(super) printed: Vec<String>,
}

/// Waits until the process ends, or its time is over; then ends every process of its group.
///
/// It is one loop on one thread. A process that escaped from the group may hold the pipe for ever: so its
/// end is not waited for, only what is in it.
pub(super) fn watch(
    mut child: Child,
    output: PipeReader,
    deadline: Duration,
    stop: &Stop,
) -> io::Result<Observed> {
    let mut leash = Leash { child: &mut child };
    let end = Instant::now() + deadline;
    let mut output = Output { pipe: Some(output), total: 0, tail: Vec::new() };
    // Where the kernel has no such descriptors, the question is asked every few milliseconds.
    let pidfd = pidfd_open(leash.pid()?, PidfdFlags::empty()).ok();
    let early = loop {
        if leash.has_ended()? {
            break None;
        }
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            let was_busy = cpu_time(leash.child.id()).is_some_and(|time| time > deadline / 2);
            break Some(Ending::TooLate { deadline, was_busy });
        }
        if stop.is_stopped() {
            return Err(io::Error::other(kamodo_files::Error::Stopped));
        }
        let tick = if pidfd.is_some() { LOOK } else { Duration::from_millis(5) };
        output.wait(pidfd.as_ref(), left.min(tick))?;
        if output.total > MAX_OUTPUT {
            break None;
        }
    };
    let status = leash.end()?;
    while output.total <= MAX_OUTPUT && output.wait(None, Duration::ZERO)? {}
    let ending = match early {
        _ if output.total > MAX_OUTPUT => Ending::Flood,
        Some(ending) => ending,
        None => of_status(status),
    };
    Ok(Observed { ending, printed: output.lines() })
}

fn of_status(status: ExitStatus) -> Ending {
    match (status.signal(), status.code()) {
        (Some(signal), _) => Ending::Signal(signal),
        (None, code) => Ending::Status(code.unwrap_or_default()),
    }
}

/// A process that does not outlive this.
struct Leash<'a> {
    child: &'a mut Child,
}

impl Leash<'_> {
    fn pid(&self) -> io::Result<Pid> {
        Pid::from_raw(self.child.id().cast_signed())
            .ok_or_else(|| io::Error::other("a process without an id"))
    }

    /// Returns whether it has ended; it is left as it is, so that its number stays its own.
    fn has_ended(&self) -> io::Result<bool> {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        Ok(waitid(WaitId::Pid(self.pid()?), options)?.is_some())
    }

    /// Ends it with its group, and returns how it ended. The group goes first: while the process is not
    /// waited for, no other can have its number.
    fn end(&mut self) -> io::Result<ExitStatus> {
        let killed = kill_process_group(self.pid()?, Signal::KILL);
        let status = self.child.wait()?;
        killed.map(|()| status).map_err(io::Error::from)
    }
}

impl Drop for Leash<'_> {
    fn drop(&mut self) {
        // A second time does nothing: `wait` remembers. The first error is the one that is told.
        if let Ok(None) = self.child.try_wait() {
            let _ = self.end();
        }
    }
}

/// What a process prints: how much, and its last part.
struct Output {
    pipe: Option<PipeReader>,
    total: usize,
    tail: Vec<u8>,
}

impl Output {
    /// Waits for output, or for the end of the process. Returns whether there was any output.
    fn wait(&mut self, pidfd: Option<&OwnedFd>, time: Duration) -> io::Result<bool> {
        let time = Timespec::try_from(time).ok();
        let mut sources: Vec<PollFd<'_>> = Vec::new();
        sources.extend(pidfd.map(|pidfd| PollFd::from_borrowed_fd(pidfd.as_fd(), PollFlags::IN)));
        sources.extend(self.pipe.as_ref().map(|pipe| PollFd::from_borrowed_fd(pipe.as_fd(), PollFlags::IN)));
        match poll(&mut sources, time.as_ref()) {
            Err(rustix::io::Errno::INTR) => return Ok(false),
            ready => ready?,
        };
        let is_ready = self.pipe.is_some() && sources.last().is_some_and(|pipe| !pipe.revents().is_empty());
        drop(sources);
        if is_ready { self.read() } else { Ok(false) }
    }

    fn read(&mut self) -> io::Result<bool> {
        let Some(pipe) = &mut self.pipe else { return Ok(false) };
        let mut room = [0; 1 << 16];
        let n = pipe.read(&mut room)?;
        if n == 0 {
            self.pipe = None;
            return Ok(false);
        }
        self.total += n;
        self.tail.extend_from_slice(&room[..n]);
        let surplus = self.tail.len().saturating_sub(KEPT);
        self.tail.drain(..surplus);
        Ok(true)
    }

    fn lines(&self) -> Vec<String> {
        let text = String::from_utf8_lossy(&self.tail);
        let lines: Vec<_> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
        let shown = |line: &&str| -> String {
            line.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(LINE).collect()
        };
        lines[lines.len().saturating_sub(N_LINES)..].iter().map(shown).collect()
    }
}

/// The time that a process has computed, as the kernel counts it.
fn cpu_time(pid: u32) -> Option<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name of the program comes before, in brackets, and may have any letters.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks: u64 = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    Some(Duration::from_millis(ticks * 1000 / rustix::param::clock_ticks_per_second().max(1)))
}
