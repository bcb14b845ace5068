//! A command that runs beside a task, whose lines the task can wait for.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use crate::project::Failure;

/// A running command and all that it has printed; it is ended when this is dropped.
#[derive(Debug)]
pub(crate) struct Background {
    child: Child,
    lines: Arc<(Mutex<Vec<String>>, Condvar)>,
}

// === impl Background ===

impl Background {
    /// Starts `command`; its output and its errors are read together.
    pub(crate) fn start(command: &mut Command) -> Result<Self, Failure> {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let lines = Arc::default();
        collect(child.stdout.take().expect("stdout is piped"), Arc::clone(&lines));
        collect(child.stderr.take().expect("stderr is piped"), Arc::clone(&lines));
        Ok(Self { child, lines })
    }

    /// Returns the process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Returns how many lines were printed so far.
    pub(crate) fn n_lines(&self) -> usize {
        lock(&self.lines.0).len()
    }

    /// Returns the lines from the `first` on.
    pub(crate) fn lines_from(&self, first: usize) -> Vec<String> {
        lock(&self.lines.0).get(first..).unwrap_or_default().to_vec()
    }

    /// Waits until the lines from the `first` on fulfil `condition`, and says what there was where they
    /// do not in `time`.
    pub(crate) fn wait(
        &mut self,
        first: usize,
        what: &str,
        time: Duration,
        condition: impl Fn(&[String]) -> bool,
    ) -> Result<(), Failure> {
        let end = Instant::now() + time;
        loop {
            let lines = lock(&self.lines.0);
            let (lines, _) = self
                .lines
                .1
                .wait_timeout_while(lines, Duration::from_millis(200), |lines| {
                    !condition(lines.get(first..).unwrap_or_default())
                })
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            let new = lines.get(first..).unwrap_or_default();
            if condition(new) {
                return Ok(());
            }
            let ended = self.child.try_wait()?;
            if Instant::now() > end || ended.is_some() {
                let how = ended
                    .map_or_else(|| format!("not within {time:?}"), |status| format!("it ended: {status}"));
                return Err(Failure::new(format!(
                    "waiting for {what}: {how}; it printed:\n{}",
                    new.join("\n")
                )));
            }
        }
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        // an ended process has no id any more: another one may have it
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        // a polite end first, so that what it started ends too
        let polite = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        let end = Instant::now() + Duration::from_secs(10);
        while polite.as_ref().is_ok_and(|status| status.success()) && Instant::now() < end {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::park_timeout(Duration::from_millis(20));
        }
        // it may have ended meanwhile, which is what is wanted
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn collect(stream: impl Read + Send + 'static, lines: Arc<(Mutex<Vec<String>>, Condvar)>) {
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            lock(&lines.0).push(line);
            lines.1.notify_all();
        }
    });
}

fn lock(lines: &Mutex<Vec<String>>) -> MutexGuard<'_, Vec<String>> {
    lines.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
