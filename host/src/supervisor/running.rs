//! The loop on the supervisor's own thread: events, commands, and the time between them.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use kamodo_files::Stop;
use kamodo_registry::{Administration, Answer, Cause, Command, CommandError, Receipt};
use kamodo_relay::{News, Relay};
use tokio::sync::oneshot;

use super::settling::{Settling, Verdict, Writers};
use super::{Report, Supervisor};
use crate::live::Settle;
use crate::settings::Watching;
use crate::sighting::{Sighting, checksum_file, shared_libraries};
use crate::telemetry;
use crate::watch::{Touch, Watch};

/// Looks again after this long even where no event came: not every file system tells.
const LOOK_AGAIN: Duration = Duration::from_secs(30);

/// Looks this often where no events are asked for, as on a network file system.
const POLL: Duration = Duration::from_secs(1);

/// How soon plugins are tried again that failed for a reason that may pass by itself, such as a busy machine; each time
/// twice as late as before, until [`LOOK_AGAIN`].
const TRY_AGAIN: Duration = Duration::from_secs(1);

/// What makes the supervisor act.
enum Event {
    /// Something may have changed.
    Look,
    /// Something happened to a file.
    Touched(Touch),
    /// An administrator asks for something.
    Command(Command, Reply),
    /// An upstream says what it serves.
    News(News),
    /// The server ends.
    Stop,
}

/// Where the answer to a command goes.
type Reply = oneshot::Sender<Result<Receipt, CommandError>>;

/// A running supervisor; dropping it ends it.
pub struct Running {
    events: Sender<Event>,
    stop: Stop,
    thread: Option<JoinHandle<()>>,
}

/// Passes commands on to the supervisor.
struct Administrator(Sender<Event>);

/// The supervisor while it runs.
struct Loop {
    supervisor: Supervisor,
    events: Receiver<Event>,
    /// None where it looks at fixed times only.
    watch: Option<Watch>,
    relay: Relay,
    settle: Arc<dyn Settle>,
    writers: Writers,
    /// While files change.
    settling: Option<Settling>,
    /// When to look although nothing happened. Events that are not about files do not put it off.
    next_look: Instant,
    /// When plugins that failed for a passing reason are tried again.
    retry: Instant,
    /// How long after that they are tried once more, if they fail again.
    retry_after: Duration,
    /// Commands that wait until everything on disk was looked at.
    reloads: Vec<Reply>,
}

// === impl Loop ===

impl Loop {
    fn run(&mut self) {
        let idle = if self.watch.is_some() { LOOK_AGAIN } else { POLL };
        loop {
            let next = self.settling.as_ref().map_or_else(|| self.next_idle_look(), Settling::next);
            let wait = next.saturating_duration_since(Instant::now());
            if self.supervisor.stop.is_stopped() {
                return;
            }
            if wait.is_zero() {
                self.look(); // even if there is always one more event
                self.next_look = Instant::now() + idle;
                continue;
            }
            match self.events.recv_timeout(wait) {
                Ok(Event::Look) => self.disturb(),
                Ok(Event::Touched(touch)) => {
                    self.writers.note(&touch, Instant::now());
                    self.disturb();
                }
                Ok(Event::Command(Command::Reload, reply)) => {
                    self.reloads.push(reply);
                    self.disturb();
                }
                Ok(Event::Command(command, reply)) => {
                    // Whoever asked may be gone.
                    let _ = reply.send(self.supervisor.carry_out(&command));
                }
                Ok(Event::News(News::Serves(served))) => self.supervisor.take_upstream(served).log(),
                Ok(Event::News(News::Away { key, cause })) => self.supervisor.take_away(&key, cause),
                Ok(Event::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// When to look although nothing happened.
    fn next_idle_look(&self) -> Instant {
        if self.supervisor.passing.is_empty() { self.next_look } else { self.next_look.min(self.retry) }
    }

    fn disturb(&mut self) {
        let now = Instant::now();
        self.settling.get_or_insert_with(|| Settling::begin(now)).disturb(now);
    }

    /// Looks, and takes what has come to rest.
    fn look(&mut self) {
        let settings = self.settings_files();
        let _ = self.watch_files(&settings); // it looks after that
        let mut sighting = self.sight();
        if self.supervisor.stop.is_stopped() {
            return; // what was seen was cut short
        }
        let now = Instant::now();
        if self.settling.is_none() && now >= self.retry {
            let passing = std::mem::take(&mut self.supervisor.passing);
            passing.iter().for_each(|file| self.supervisor.seen.forget_plugin(file));
        }
        let Some(settling) = &mut self.settling else {
            if !sighting.changed_since(&self.supervisor.seen).is_empty() {
                self.settling = Some(Settling::begin(now));
            }
            return;
        };
        match settling.judge(now, &sighting, &self.supervisor.seen, &self.writers) {
            Verdict::Restless => {}
            Verdict::Unchanged => {
                self.settling = None;
                self.reload(sighting);
            }
            Verdict::Take { but } if but.is_empty() && !self.reloads.is_empty() => {
                self.settling = None;
                self.reload(sighting);
            }
            Verdict::Take { but } => {
                if but.is_empty() {
                    self.settling = None;
                } else {
                    settling.go_on(now);
                    but.iter().for_each(|file| sighting.keep(file, &self.supervisor.seen));
                }
                self.take(sighting, Cause::Files);
            }
        }
    }

    /// Takes everything anew for those who asked for it.
    fn reload(&mut self, sighting: Sighting) {
        if self.reloads.is_empty() {
            return;
        }
        self.supervisor.forget_failures();
        let report = self.take(sighting, Cause::Reload);
        let receipt = self.supervisor.receipt(&report);
        for reply in self.reloads.drain(..) {
            // Whoever asked may be gone.
            let _ = reply.send(Ok(receipt.clone()));
        }
    }

    fn take(&mut self, sighting: Sighting, cause: Cause) -> Report {
        let upstreams = self.supervisor.upstreams.clone();
        let (settings, files) = (self.supervisor.settings.clone(), self.supervisor.seen.settings.clone());
        let report = self.supervisor.take(sighting, cause);
        report.log();
        let now = Instant::now();
        if self.supervisor.passing.is_empty() {
            self.retry_after = TRY_AGAIN;
        } else if self.retry <= now {
            self.retry = now + self.retry_after;
            self.retry_after = (self.retry_after * 2).min(LOOK_AGAIN);
        }
        if self.supervisor.settings != settings || self.supervisor.seen.settings != files {
            self.settle.apply(&self.supervisor.settings).iter().for_each(telemetry::log);
        }
        if self.supervisor.upstreams != upstreams {
            self.relay.set(self.supervisor.upstreams.clone());
        }
        let files = self.settings_files();
        if self.watch_files(&files) {
            // What changed since it was looked at, and before it was watched, is told by nobody.
            self.disturb();
        }
        report
    }

    fn sight(&self) -> Sighting {
        Sighting::take(
            &self.supervisor.places(&self.settings_files()),
            &self.supervisor.seen,
            &self.supervisor.stop,
        )
    }

    fn settings_files(&self) -> Vec<PathBuf> {
        self.settle.files(&self.supervisor.settings)
    }

    /// Watches what is read; returns whether something was not watched so far.
    fn watch_files(&mut self, settings: &[PathBuf]) -> bool {
        let Some(watch) = &mut self.watch else { return false };
        let directories = self.supervisor.directories();
        let seen = &self.supervisor.seen;
        let config = std::iter::once(&self.supervisor.sources.config);
        let files = config.chain(seen.config.iter().map(|(file, _)| file)).chain(seen.plugins.keys());
        // A link that leads nowhere is no plugin yet, but what it leads to may come.
        let listed = directories.iter().filter_map(|directory| shared_libraries(directory).ok());
        let listed: Vec<_> = listed.flatten().filter(|file| !seen.plugins.contains_key(file)).collect();
        let plugins = seen.plugins.keys().chain(&listed);
        let checksums: Vec<_> = plugins.map(|plugin| checksum_file(plugin)).collect();
        let all = files.chain(&listed).chain(settings).chain(&directories).chain(&checksums);
        watch.watch_only(all.map(PathBuf::as_path))
    }
}

// === impl Administrator ===

impl Administration for Administrator {
    fn command(&self, command: Command) -> Answer {
        let (reply, answer) = oneshot::channel();
        let sent = self.0.send(Event::Command(command, reply));
        Box::pin(async move {
            match sent {
                Ok(()) => answer.await.unwrap_or(Err(CommandError::Stopping)),
                Err(_) => Err(CommandError::Stopping),
            }
        })
    }
}

// === impl Running ===

impl Running {
    /// Watches the files from now on, on a thread of its own, and tells `settle` of settings that change.
    /// Where it polls it looks once a second instead of being told by the system.
    ///
    /// # Errors
    /// Where the system refuses a watch or a thread.
    pub fn start(
        supervisor: Supervisor,
        settle: Arc<dyn Settle>,
        watching: Watching,
    ) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let (sender, events) = channel();
        let touched = sender.clone();
        let watch = match watching {
            // The supervisor is gone only when the server ends.
            Watching::Events => Some(Watch::start(move |touch| drop(touched.send(Event::Touched(touch))))?),
            Watching::Poll => None,
        };
        let heard = sender.clone();
        let relay =
            Relay::start(supervisor.publisher.registry(), move |news| drop(heard.send(Event::News(news))))?;
        relay.set(supervisor.upstreams.clone());
        let mut running = Loop {
            supervisor,
            events,
            watch,
            relay,
            settle,
            writers: Writers::default(),
            settling: None,
            next_look: Instant::now(),
            retry: Instant::now(),
            retry_after: TRY_AGAIN,
            reloads: Vec::new(),
        };
        // The settings' files count from now on; what changed since the first look is seen at once.
        let settings = running.settings_files();
        running.supervisor.seen.settings = running.sight().settings;
        let _ = running.watch_files(&settings); // it looks again in any case
        running.settling = Some(Settling::begin(Instant::now()));
        let health = Arc::clone(running.supervisor.publisher.registry().health());
        let stop = running.supervisor.stop.clone();
        let thread = thread::Builder::new().name("supervisor".to_owned());
        let thread = thread.spawn(move || {
            health.essential("supervisor", || running.run());
        })?;
        Ok(Self { events: sender, stop, thread: Some(thread) })
    }

    /// Returns what has an administrator's commands carried out.
    #[must_use]
    pub fn administration(&self) -> Arc<dyn Administration> {
        Arc::new(Administrator(self.events.clone()))
    }

    /// Makes the supervisor look at everything again.
    pub fn look_again(&self) {
        // The supervisor is gone only when the server ends.
        let _ = self.events.send(Event::Look);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.stop();
        let _ = self.events.send(Event::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
