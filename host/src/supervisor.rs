//! The single writer: it looks at the files, links what they bring, and publishes.
//!
//! What changes within one settling window is one transaction and one generation. A mistake is logged
//! and keeps what was served; a request never waits for any of this.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use kamodo_expr::{Diagnostic, Severity};
use kamodo_loader::StageDir;
use kamodo_registry::{Admission, Change, Contribution, Function, OriginKey, Registry, Snapshot};

use crate::config::Config;
use crate::live::Settle;
use crate::settings::Settings;
use crate::sighting::Sighting;
use crate::telemetry;
use crate::watch::Watch;

/// A change is taken when nothing has happened for twice this long, and the bytes are the same at its half.
const HALF_SETTLING: Duration = Duration::from_millis(150);

/// Looks again after this long even where no event came: not every file system tells.
const LOOK_AGAIN: Duration = Duration::from_secs(30);

/// What makes the supervisor act.
#[derive(Debug)]
enum Event {
    /// Something may have changed.
    Look,
    /// The server ends.
    Stop,
}

/// What is read: a configuration and directories of plugins.
#[derive(Debug, Clone)]
pub struct Sources {
    /// The configuration file.
    pub config: PathBuf,
    /// Directories given on the command line, besides those that the configuration names.
    pub plugin_directories: Vec<PathBuf>,
}

/// The single writer of the registry.
pub struct Supervisor {
    sources: Sources,
    /// The directories that the configuration names.
    configured_directories: Vec<PathBuf>,
    /// The directory of staged plugins, and itself once the first plugin needs it.
    stage_path: PathBuf,
    stage: Option<StageDir>,
    /// What the configuration says of the server's settings, as it was last without errors.
    settings: Settings,
    admission: Admission,
    registry: Arc<Registry>,
    seen: Sighting,
    /// The warnings of the last look, which are not told again while they hold.
    warned: Vec<Diagnostic>,
}

/// What came of one look.
#[derive(Debug, Default)]
pub struct Report {
    /// Errors and warnings of the files that changed.
    pub diagnostics: Vec<Diagnostic>,
    /// The new generation, where there is one, with what came, went and changed.
    pub published: Option<(Arc<Snapshot>, Notice)>,
    /// Every good function of the files as they are now, also of those that are not served for an error
    /// beside it.
    pub defined: Vec<Arc<Function>>,
}

/// What a generation changed.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Notice {
    /// Functions that were not there before.
    pub came: Vec<String>,
    /// Functions that are there no more.
    pub went: Vec<String>,
    /// Functions whose definition, code or signature is another one.
    pub changed: Vec<String>,
}

/// A running supervisor; dropping it ends it.
pub struct Running {
    events: Sender<Event>,
    thread: Option<JoinHandle<()>>,
}

// === impl Supervisor ===

impl Supervisor {
    /// Makes a supervisor that has not looked yet.
    #[must_use]
    pub fn new(sources: Sources, stage_path: PathBuf, registry: Arc<Registry>) -> Self {
        Self {
            sources,
            configured_directories: Vec::new(),
            stage_path,
            stage: None,
            settings: Settings::default(),
            admission: Admission::default(),
            registry,
            seen: Sighting::none(),
            warned: Vec::new(),
        }
    }

    /// Returns what the configuration says of the server's settings, as it was last without errors.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Looks at everything now, without waiting for it to settle: the first start.
    pub fn look(&mut self) -> Report {
        self.take(Sighting::take(&self.sources.config, &self.directories(), &self.seen))
    }

    /// Watches the files from now on, on a thread of its own, and tells `settle` of settings that change.
    ///
    /// # Errors
    /// Where the system refuses a watch or a thread.
    pub fn start(
        mut self,
        settle: Arc<dyn Settle>,
    ) -> Result<Running, Box<dyn std::error::Error + Send + Sync>> {
        let (events, queue) = channel();
        let look = events.clone();
        // The supervisor is gone only when the server ends.
        let mut watch = Watch::start(move || drop(look.send(Event::Look)))?;
        watch.add(&self.sources.config, &self.directories());
        let thread = thread::Builder::new()
            .name("supervisor".to_owned())
            .spawn(move || self.run(&queue, watch, &*settle))?;
        Ok(Running { events, thread: Some(thread) })
    }

    fn run(&mut self, queue: &Receiver<Event>, mut watch: Watch, settle: &dyn Settle) {
        // While files change: when to look next, and what was seen half a window ago.
        let mut restless: Option<(Instant, Option<Sighting>)> = None;
        loop {
            let wait =
                restless.as_ref().map_or(LOOK_AGAIN, |(at, _)| at.saturating_duration_since(Instant::now()));
            match queue.recv_timeout(wait) {
                Ok(Event::Look) => {
                    restless = Some((Instant::now() + HALF_SETTLING, None));
                    continue;
                }
                Ok(Event::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {}
            }
            watch.forget_missing();
            watch.add(&self.sources.config, &self.directories());
            let sighting = Sighting::take(&self.sources.config, &self.directories(), &self.seen);
            restless = match restless {
                Some((_, Some(half))) if half == sighting => {
                    let before = self.settings.clone();
                    log(&self.take(sighting));
                    if self.settings != before {
                        settle.apply(&self.settings).iter().for_each(telemetry::log);
                    }
                    watch.add(&self.sources.config, &self.directories());
                    None
                }
                None if sighting == self.seen => None,
                _ => Some((Instant::now() + HALF_SETTLING, Some(sighting))),
            };
        }
    }

    /// Takes what is new in a sighting as one transaction.
    fn take(&mut self, mut sighting: Sighting) -> Report {
        let mut report = Report::default();
        let mut changes = Vec::new();
        let mut broken = Vec::new();
        let first = self.registry.snapshot().generation() == 0;
        if first || sighting.config != self.seen.config {
            let (config, diagnostics) = Config::parse_all(&sighting.config);
            report.diagnostics.extend(diagnostics);
            if first || report.n_errors() == 0 {
                if config.plugin_directories != self.configured_directories {
                    // The configuration has only now said where plugins are: they belong to this generation.
                    self.configured_directories = config.plugin_directories;
                    sighting = sighting.with_plugins_of(&self.directories());
                }
                self.settings = config.settings;
            }
            for contribution in config.contributions {
                match contribution {
                    Ok(contribution) => changes.push(Change::Brought(contribution)),
                    Err((_, contribution)) => broken.push(contribution),
                }
            }
            // A configuration of which nothing can be read says nothing of what is gone.
            if sighting.config.iter().any(|(_, bytes)| bytes.is_ok()) {
                let gone = self.seen.config.iter().map(|(file, _)| file);
                let gone = gone.filter(|file| sighting.config.iter().all(|(other, _)| other != *file));
                changes.extend(gone.map(|file| Change::Gone(OriginKey::yaml(file))));
            }
        }
        report.diagnostics.extend(self.missing_directories());
        for (file, digest) in &sighting.plugins {
            if self.seen.plugins.get(file) != Some(digest) {
                match self.load(file) {
                    Ok(contribution) => changes.push(Change::Brought(contribution)),
                    Err(error) => report.diagnostics.push(refusal(file, &error)),
                }
            }
        }
        for file in self.seen.plugins.keys().filter(|file| !sighting.plugins.contains_key(*file)) {
            changes.push(Change::Gone(OriginKey::plugin(file)));
        }
        self.seen = sighting;
        if !changes.is_empty() {
            self.publish(changes, &mut report);
        }
        for contribution in broken {
            // It is not served, but what else is wrong with it is told at once.
            let linked = self.admission.preview(&contribution);
            report.diagnostics.extend(linked.errors().cloned());
            report.defined.retain(|one| linked.functions.iter().all(|other| other.name() != one.name()));
            report.defined.extend(linked.functions);
        }
        self.leave_out_repetitions(&mut report);
        report
    }

    /// Tells each thing once: in one report, and a warning only when it begins to hold.
    fn leave_out_repetitions(&mut self, report: &mut Report) {
        let mut told: Vec<Diagnostic> = Vec::new();
        for diagnostic in report.diagnostics.drain(..) {
            if !told.contains(&diagnostic) {
                told.push(diagnostic);
            }
        }
        let warnings = told.iter().filter(|one| one.severity == Severity::Warning).cloned().collect();
        let warned = std::mem::replace(&mut self.warned, warnings);
        told.retain(|diagnostic| !warned.contains(diagnostic));
        report.diagnostics = told;
    }

    fn load(&mut self, file: &Path) -> Result<Contribution, kamodo_loader::Error> {
        let stage = match self.stage.take() {
            Some(stage) => stage,
            None => crate::trial::stage(&self.stage_path)?,
        };
        kamodo_loader::load(file, self.stage.insert(stage))
    }

    /// Warns of plugin directories that are none; a plugin that is dropped there later is seen.
    fn missing_directories(&self) -> impl Iterator<Item = Diagnostic> {
        self.directories().into_iter().filter(|directory| !directory.is_dir()).map(|directory| {
            let found = if directory.exists() { "a file" } else { "nothing" };
            let message = format!("expected a directory of plugins, found {found}");
            let hint = format!(
                "make it with `mkdir {}`; plugins are seen as soon as it is there",
                directory.display()
            );
            let mut diagnostic = Diagnostic::new(Severity::Warning, message).with_hint(hint);
            diagnostic.file = Some(directory.display().to_string().into());
            diagnostic
        })
    }

    fn publish(&mut self, changes: Vec<Change>, report: &mut Report) {
        let admitted = self.admission.admit(changes);
        report.diagnostics.extend(admitted.warnings);
        report.diagnostics.extend(admitted.refused.into_values().flatten());
        report.defined = admitted.defined;
        let before = self.registry.snapshot();
        let notice = Notice::between(&before, &admitted.functions);
        if notice != Notice::default() || before.generation() == 0 {
            report.published = Some((self.registry.publish(admitted.functions), notice));
        }
    }

    fn directories(&self) -> Vec<PathBuf> {
        let mut all = self.sources.plugin_directories.clone();
        all.extend(
            self.configured_directories
                .iter()
                .filter(|one| !self.sources.plugin_directories.contains(one))
                .cloned(),
        );
        all
    }
}

fn refusal(file: &Path, error: &kamodo_loader::Error) -> Diagnostic {
    // The file stands before the message already.
    let chain = telemetry::chain(error);
    let message =
        chain.strip_prefix(&file.display().to_string()).unwrap_or(&chain).trim_start_matches(':').trim();
    let mut diagnostic = Diagnostic::new(Severity::Error, message);
    diagnostic.file = Some(file.display().to_string().into());
    diagnostic.hint = error.hint();
    diagnostic
}

fn log(report: &Report) {
    for diagnostic in &report.diagnostics {
        telemetry::log(diagnostic);
    }
    if report.n_errors() > 0 {
        tracing::warn!("what was served stays served");
    }
    if let Some((snapshot, notice)) = &report.published {
        tracing::info!("generation {}: {notice}", snapshot.generation());
    }
}

// === impl Report ===

impl Report {
    /// Returns how many of the diagnostics are errors.
    #[must_use]
    pub fn n_errors(&self) -> usize {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count()
    }
}

// === impl Notice ===

impl Notice {
    fn between(before: &Snapshot, after: &[Arc<Function>]) -> Self {
        let mut notice = Self::default();
        for function in after {
            match before.get(function.name()) {
                Err(_) => notice.came.push(function.signature.symbol()),
                Ok(old) if !is_same(old, function) => notice.changed.push(function.signature.symbol()),
                Ok(_) => {}
            }
        }
        let names: HashSet<_> = after.iter().map(|function| function.name()).collect();
        let gone = before.functions().filter(|old| !names.contains(old.name()));
        notice.went.extend(gone.map(|old| old.signature.symbol()));
        notice
    }
}

/// Whether a function is the one that it was. What it calls may have changed: that is told of the callee.
fn is_same(old: &Function, new: &Function) -> bool {
    old.signature == new.signature
        && old.meta == new.meta
        && old.origin == new.origin
        && old.shown == new.shown
}

impl std::fmt::Display for Notice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let parts: Vec<_> = [("came", &self.came), ("went", &self.went), ("changed", &self.changed)]
            .into_iter()
            .filter(|(_, names)| !names.is_empty())
            .map(|(what, names)| format!("{what} {}", names.join(", ")))
            .collect();
        f.write_str(&parts.join("; "))
    }
}

// === impl Running ===

impl Running {
    /// Makes the supervisor look at everything again.
    pub fn look_again(&self) {
        // The supervisor is gone only when the server ends.
        let _ = self.events.send(Event::Look);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.events.send(Event::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
