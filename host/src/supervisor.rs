//! The single writer: it looks at the files, links what they bring, and publishes.
//!
//! What changes within one settling window is one transaction and one generation. A mistake is logged
//! and keeps what was served; a request never waits for any of this. `settling` says when files have come
//! to rest, `running` is the loop that waits for that and for an administrator's commands, `commands` what these
//! do, and this file what is done with what was seen.

mod commands;
mod report;
mod running;
mod settling;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use kamodo_expr::{Diagnostic, Severity};
use kamodo_files::Stop;
use kamodo_loader::{Limits, StageDir};
use kamodo_registry::{
    Admission, Admitted, Cause, Change, Contribution, Function, OriginKey, Publisher, Reason, Standing,
    Unserved, panic_message, shown_otherwise,
};
use kamodo_relay::{Served, Upstream};

use crate::config::{Config, Faulty};
use crate::settings::Settings;
use crate::sighting::{Places, Sighting};
use crate::{telemetry, trial};

pub use report::Report;
pub use running::Running;

/// What is read: a configuration and directories of plugins.
#[derive(Debug, Clone)]
pub struct Sources {
    /// The configuration: a file, or a directory of files.
    pub config: PathBuf,
    /// Directories given on the command line, besides those that the configuration names.
    pub plugin_directories: Vec<PathBuf>,
    /// Settings given there, which come before those of the configuration.
    pub given: Settings,
}

/// The owner of the one publisher.
pub struct Supervisor {
    sources: Sources,
    /// The directories that the configuration names.
    configured_directories: Vec<PathBuf>,
    /// The servers that it names, whose functions are served besides.
    upstreams: Vec<Upstream>,
    /// What the configuration says of the server's settings, as it was last without errors.
    settings: Settings,
    /// The directory of staged plugins, and itself once the first plugin needs it.
    stage_path: PathBuf,
    stage: Option<StageDir>,
    admission: Admission,
    publisher: Publisher,
    /// What was taken last.
    seen: Sighting,
    /// The origins that cannot be read or do not load as they stand on disk.
    faults: BTreeMap<OriginKey, Fault>,
    /// What of upstreams is left out, and why.
    left_out: BTreeMap<OriginKey, Unserved>,
    /// Upstreams that cannot be reached, and why.
    away: BTreeMap<OriginKey, String>,
    /// Plugins that failed for a reason that may pass by itself.
    passing: BTreeSet<PathBuf>,
    /// Warnings that were told and still hold, which are not told again.
    told: BTreeMap<Topic, Vec<Diagnostic>>,
    /// Ends what reads files when the server ends: a large one takes seconds.
    stop: Stop,
}

/// Why nothing is known yet of an upstream.
const NOT_REACHED: &str = "not asked yet";

/// The condition of functions that the published client is shown otherwise than they are defined.
const PUBLISHED_CLIENT: &str = "published-client";

/// An origin that cannot be read or does not load.
#[derive(Debug)]
struct Fault {
    diagnostics: Vec<Diagnostic>,
    /// What is good of it.
    partial: Option<Contribution>,
}

/// What warnings are about: what is found out anew of a topic is all that holds of it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Topic {
    Config,
    Directories,
    Stage,
    Linked,
    Upstream(OriginKey),
}

// === impl Supervisor ===

impl Supervisor {
    /// Makes a supervisor that has not looked yet.
    #[must_use]
    pub fn new(sources: Sources, stage_path: PathBuf, publisher: Publisher) -> Self {
        Self {
            sources,
            configured_directories: Vec::new(),
            upstreams: Vec::new(),
            settings: Settings::default(),
            stage_path,
            stage: None,
            admission: Admission::default(),
            publisher,
            seen: Sighting::default(),
            faults: BTreeMap::new(),
            left_out: BTreeMap::new(),
            away: BTreeMap::new(),
            passing: BTreeSet::new(),
            told: BTreeMap::new(),
            stop: Stop::default(),
        }
    }

    /// Returns what the configuration says of the server's settings, as it was last without errors.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Returns the servers that the configuration names, whose functions are served besides.
    #[must_use]
    pub fn upstreams(&self) -> &[Upstream] {
        &self.upstreams
    }

    /// Looks at everything now, without waiting for it to settle: the first start.
    pub fn look(&mut self) -> Report {
        let sighting = Sighting::take(&self.places(&[]), &self.seen, &self.stop);
        self.take(sighting, Cause::Files)
    }

    /// Takes what is new in a sighting as one transaction.
    fn take(&mut self, mut sighting: Sighting, cause: Cause) -> Report {
        let mut report = Report::default();
        let mut changes = Vec::new();
        let is_first = self.publisher.registry().snapshot().generation() == 0;
        if is_first || sighting.config != self.seen.config {
            self.take_config(&mut sighting, is_first, &mut changes, &mut report);
        }
        self.take_plugins(&sighting, &mut changes, &mut report);
        self.tell(Topic::Directories, self.missing_directories(&sighting), &mut report);
        self.seen = sighting;
        let mut changed: BTreeSet<_> = changes.iter().map(Change::key).collect();
        if cause == Cause::Reload {
            // What is pinned stays; that somebody went back to an earlier generation is over.
            changed.extend(self.admission.release());
        }
        if is_first || !changed.is_empty() {
            let admitted = self.admission.admit(changes);
            self.publish(admitted, &changed, cause, &mut report);
        } else {
            self.publisher.stand(self.standing());
        }
        self.tell_of_partial_files(&mut report);
        report.leave_out_repetitions();
        report
    }

    fn take_config(
        &mut self,
        sighting: &mut Sighting,
        is_first: bool,
        changes: &mut Vec<Change>,
        report: &mut Report,
    ) {
        let (config, diagnostics) = Config::parse_all(&sighting.config);
        let is_good = diagnostics.iter().all(|diagnostic| diagnostic.severity != Severity::Error);
        if is_first || is_good {
            if config.plugin_directories != self.configured_directories {
                // The configuration has only now said where plugins are: they belong to this generation.
                self.configured_directories = config.plugin_directories;
                sighting.look_at_plugins(&self.directories(), &self.seen, &self.stop);
            }
            self.settings = config.settings;
            let named: Vec<_> = config.upstreams.iter().map(Upstream::key).collect();
            let gone = self.upstreams.iter().map(Upstream::key).filter(|key| !named.contains(key));
            changes.extend(gone.map(Change::Gone));
            self.left_out.retain(|key, _| named.contains(key));
            self.away.retain(|key, _| named.contains(key));
            let new = named.into_iter().filter(|key| self.upstreams.iter().all(|old| old.key() != *key));
            self.away.extend(new.map(|key| (key, NOT_REACHED.to_owned())));
            self.upstreams = config.upstreams;
        }
        for contribution in config.contributions {
            match contribution {
                Ok(contribution) => {
                    let key = contribution.origin.key();
                    let was_broken = self.faults.remove(&key).is_some();
                    if is_first || was_broken || key.file().is_some_and(|file| self.is_other(file, sighting))
                    {
                        changes.push(Change::Brought(contribution));
                    }
                }
                Err(Faulty { partial, diagnostics }) => {
                    let key = partial.origin.key();
                    let fault = Fault { diagnostics, partial: Some(partial) };
                    changes.push(Change::Unreadable(key.clone()));
                    self.faults.insert(key, fault);
                }
            }
        }
        self.tell(Topic::Config, diagnostics, report);
        // A configuration of which nothing can be read says nothing of what is gone.
        if sighting.config.iter().any(|(_, bytes)| bytes.is_ok()) {
            let is_there = |file: &Path| sighting.config.iter().any(|(other, _)| other == file);
            for (file, _) in self.seen.config.iter().filter(|(file, _)| !is_there(file)) {
                let key = OriginKey::yaml(file);
                self.faults.remove(&key);
                changes.push(Change::Gone(key));
            }
        }
    }

    /// Takes what an upstream serves, as one transaction.
    fn take_upstream(&mut self, served: Served) -> Report {
        let key = served.contribution.origin.key();
        let mut report = Report::default();
        if !self.is_named(&key) {
            return report; // it was taken out since it said so
        }
        self.tell(Topic::Upstream(key.clone()), served.warnings.clone(), &mut report);
        if served.warnings.is_empty() {
            self.left_out.remove(&key);
        } else {
            let reason = Reason::Partly(served.warnings);
            let unserved = Unserved { key: key.clone(), reason, functions: served.left_out };
            self.left_out.insert(key.clone(), unserved);
        }
        let admitted = self.admission.admit([Change::Brought(served.contribution)]);
        self.publish(admitted, &BTreeSet::from([key]), Cause::Upstreams, &mut report);
        report.leave_out_repetitions();
        report
    }

    /// Takes that an upstream is away, or there again.
    fn take_away(&mut self, key: &OriginKey, cause: Option<String>) {
        match cause {
            Some(cause) if self.is_named(key) => drop(self.away.insert(key.clone(), cause)),
            _ => drop(self.away.remove(key)),
        }
        self.publisher.stand(self.standing());
    }

    fn is_named(&self, key: &OriginKey) -> bool {
        self.upstreams.iter().any(|upstream| upstream.key() == *key)
    }

    /// Whether a file of the configuration has other bytes than it had.
    fn is_other(&self, file: &Path, sighting: &Sighting) -> bool {
        let bytes = |sighting: &Sighting| {
            sighting.config.iter().find(|(other, _)| other == file).map(|(_, bytes)| bytes.clone())
        };
        bytes(sighting) != bytes(&self.seen)
    }

    fn take_plugins(&mut self, sighting: &Sighting, changes: &mut Vec<Change>, report: &mut Report) {
        let is_new = |(file, digest): &(&PathBuf, _)| self.seen.plugins.get(*file) != Some(*digest);
        let new: Vec<_> = sighting.plugins.iter().filter(is_new).map(|(file, _)| file.as_path()).collect();
        let all_loaded = self.load(&new);
        if self.stop.is_stopped() {
            return; // what failed did so for that
        }
        for (file, loaded) in all_loaded {
            let key = OriginKey::plugin(&file);
            self.passing.remove(&file);
            match loaded {
                Ok(contribution) => {
                    self.faults.remove(&key);
                    changes.push(Change::Brought(contribution));
                }
                Err(error) => {
                    let refusal = refusal(&file, &error);
                    if error.is_passing() {
                        self.passing.insert(file);
                    }
                    report.diagnostics.push(refusal.clone());
                    changes.push(Change::Unreadable(key.clone()));
                    self.faults.insert(key, Fault { diagnostics: vec![refusal], partial: None });
                }
            }
        }
        let crowding = self.stage.as_ref().filter(|_| !new.is_empty()).and_then(StageDir::crowding);
        if let Some(crowding) = crowding {
            let warning = Diagnostic::new(Severity::Warning, crowding.to_string());
            let warning = warning.with_hint(crowding.hint());
            self.tell(Topic::Stage, vec![warning], report);
        }
        for file in self.seen.plugins.keys().filter(|file| !sighting.plugins.contains_key(*file)) {
            let key = OriginKey::plugin(file);
            self.faults.remove(&key);
            self.passing.remove(file);
            changes.push(Change::Gone(key));
        }
    }

    /// Loads plugins, several at a time: each is tried first, which takes what it takes.
    fn load(&mut self, files: &[&Path]) -> Vec<(PathBuf, Result<Contribution, kamodo_loader::Error>)> {
        if files.is_empty() {
            return Vec::new();
        }
        if self.stage.is_none() {
            match trial::stage(&self.stage_path) {
                Ok(stage) => self.stage = Some(stage.with_stop(self.stop.clone())),
                Err(error) => {
                    return files.iter().map(|file| (file.to_path_buf(), Err(error.clone()))).collect();
                }
            }
        }
        let Some(stage) = &self.stage else { return Vec::new() };
        stage.set_limits(self.plugin_limits());
        let n_threads = thread::available_parallelism().map_or(1, usize::from).min(files.len());
        let share = files.len().div_ceil(n_threads);
        // What is wrong with one file is no reason to lose the others, nor this thread.
        let load_one = |file: &Path| {
            catch_unwind(AssertUnwindSafe(|| kamodo_loader::load(file, stage)))
                .unwrap_or_else(|panic| Err(kamodo_loader::Error::fault(file, panic_message(&*panic))))
        };
        let load = |file: &&Path| (file.to_path_buf(), load_one(file));
        thread::scope(|scope| {
            let shares: Vec<_> = files
                .chunks(share)
                .map(|share| scope.spawn(|| share.iter().map(load).collect::<Vec<_>>()))
                .collect();
            shares
                .into_iter()
                .flat_map(|share| match share.join() {
                    Ok(loaded) => loaded,
                    Err(panic) => std::panic::resume_unwind(panic),
                })
                .collect()
        })
    }

    /// What plugins may take, by the settings as they are now.
    fn plugin_limits(&self) -> Limits {
        let effective = self.sources.given.over(&self.settings);
        Limits {
            trial: effective.trial,
            warn_at: effective.generations_warn.get(),
            refuse_at: effective.generations_refuse.get(),
        }
    }

    /// Publishes what was admitted, where it is other than what is served.
    fn publish(
        &mut self,
        admitted: Admitted,
        changed: &BTreeSet<OriginKey>,
        cause: Cause,
        report: &mut Report,
    ) {
        self.tell_of_published(&admitted.functions);
        self.tell(Topic::Linked, admitted.warnings, report);
        let before = self.publisher.registry().current();
        for (key, reasons) in &admitted.refused {
            // What waits and has not changed is told when its reason is another one.
            let is_known = before.standing.of(key).is_some_and(|unserved| unserved.is_refused_for(reasons));
            if changed.contains(key) || !is_known {
                report.diagnostics.extend(reasons.iter().cloned());
            }
        }
        report.defined = admitted.defined;
        let standing = self.standing();
        let generation = before.snapshot.generation();
        if before.snapshot.is_changed_by(&admitted.functions) || generation == 0 {
            let snapshot = self.publisher.publish_with(admitted.functions, cause, standing);
            self.admission.remember(snapshot.generation());
            report.published = Some(snapshot);
        } else {
            self.publisher.amend(admitted.functions, standing);
        }
    }

    /// Keeps in the status what the published client is shown otherwise than it is defined.
    fn tell_of_published(&self, functions: &[Arc<Function>]) {
        const NAMED: usize = 5;
        let health = self.publisher.registry().health();
        let told = shown_otherwise(functions);
        if told.is_empty() {
            health.withdraw(PUBLISHED_CLIENT);
            return;
        }
        let named: Vec<_> =
            told.iter().take(NAMED).map(|(function, how)| format!("`{function}`: {how}")).collect();
        let more = match told.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!("; and {more} more"),
        };
        let functions =
            if told.len() == 1 { "1 function".to_owned() } else { format!("{} functions", told.len()) };
        let message =
            format!("the published Python client is shown {functions} otherwise: {}{more}", named.join("; "));
        let hint =
            Some("`kamodo-rpc check` tells it of each function; our own clients see all as it is".to_owned());
        health.set(PUBLISHED_CLIENT, 1, message, hint);
    }

    /// How the origins stand that are not served as they are on disk.
    fn standing(&self) -> Standing {
        let mut unserved: BTreeMap<_, _> =
            self.admission.unserved().into_iter().map(|one| (one.key.clone(), one)).collect();
        // What does not fit at all is said before that it is away, and that before what is left out of it.
        for (key, cause) in &self.away {
            let reason = Reason::Away(cause.clone());
            let away = Unserved { key: key.clone(), reason, functions: Vec::new() };
            unserved.entry(key.clone()).or_insert(away);
        }
        let mut partly: BTreeMap<_, _> =
            self.admission.partly_served().into_iter().map(|one| (one.key.clone(), one)).collect();
        for (key, left_out) in &self.left_out {
            partly.entry(key.clone()).and_modify(|one| one.add(left_out)).or_insert_with(|| left_out.clone());
        }
        for (key, partly) in partly {
            unserved.entry(key).and_modify(|one| one.add(&partly)).or_insert(partly);
        }
        for (key, fault) in &self.faults {
            let functions = fault.partial.iter().flat_map(|partial| &partial.functions);
            let functions = functions.map(|function| function.name().to_owned()).collect();
            let reason = Reason::Refused(fault.diagnostics.clone());
            unserved.insert(key.clone(), Unserved { key: key.clone(), reason, functions });
        }
        Standing { unserved: unserved.into_values().collect(), pins: self.admission.pins().clone() }
    }

    /// Says what else is wrong with files that are not served for an error, and warns of them: all of it at once.
    fn tell_of_partial_files(&self, report: &mut Report) {
        for partial in self.faults.values().filter_map(|fault| fault.partial.as_ref()) {
            let linked = self.admission.preview(partial);
            let own = linked.faults.get(&partial.origin.key()).map(Vec::as_slice).unwrap_or_default();
            let is_told = |one: &&Diagnostic| one.severity == Severity::Error || own.contains(one);
            report.diagnostics.extend(linked.diagnostics().into_iter().filter(is_told).cloned());
            report.defined.retain(|one| linked.functions.iter().all(|other| other.name() != one.name()));
            report.defined.extend(linked.functions);
        }
    }

    /// Tells what was found out of a topic: a warning only when it begins to hold.
    fn tell(&mut self, topic: Topic, diagnostics: Vec<Diagnostic>, report: &mut Report) {
        let is_warning = |diagnostic: &&Diagnostic| diagnostic.severity == Severity::Warning;
        let warnings = diagnostics.iter().filter(is_warning).cloned().collect();
        let told = self.told.insert(topic, warnings).unwrap_or_default();
        report.diagnostics.extend(diagnostics.into_iter().filter(|diagnostic| !told.contains(diagnostic)));
    }

    /// Warns of plugin directories that are none; a plugin that is dropped there later is seen.
    fn missing_directories(&self, sighting: &Sighting) -> Vec<Diagnostic> {
        let missing = sighting.unlisted.iter().map(|directory| {
            let kind = std::fs::metadata(kamodo_files::resolve(directory)).map(|found| found.file_type());
            let found = match &kind {
                Ok(kind) if kind.is_dir() => "one that cannot be listed",
                Ok(kind) => kamodo_files::name_of(*kind),
                Err(_) => "nothing",
            };
            let message = format!("expected a directory of plugins, found {found}");
            let has_served = self.seen.plugins.keys().any(|file| file.parent() == Some(directory));
            let hint = match (has_served, kind) {
                (true, _) => "what its plugins brought is served until it is there again".to_owned(),
                (false, Ok(kind)) if kind.is_dir() => {
                    format!("allow the server to list it, e.g. `chmod a+rx {}`", directory.display())
                }
                (false, Ok(_)) => {
                    "name a directory instead; a plugin's file is put into one that is named here".to_owned()
                }
                (false, Err(_)) => format!(
                    "make it with `mkdir {}`; plugins are seen as soon as it is there",
                    directory.display()
                ),
            };
            let mut diagnostic = Diagnostic::new(Severity::Warning, message).with_hint(hint);
            diagnostic.file = Some(directory.display().to_string().into());
            diagnostic
        });
        missing.collect()
    }

    /// Where to look, besides these files that matter to the settings.
    fn places(&self, settings: &[PathBuf]) -> Places {
        Places {
            config: self.sources.config.clone(),
            directories: self.directories(),
            settings: settings.to_vec(),
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
    // The diagnostic has a field for the file.
    let why = telemetry::chain(error.kind());
    let message = match error.digest() {
        Some(digest) => format!("({}): {why}", digest.short()),
        None => why,
    };
    let mut diagnostic = Diagnostic::new(Severity::Error, message);
    diagnostic.file = Some(file.display().to_string().into());
    diagnostic.hint = error.hint();
    diagnostic
}
