//! What an administrator's commands do.

use std::path::{Path, PathBuf};

use kamodo_files::resolve;
use kamodo_registry::{Admitted, Cause, Command, CommandError, OriginKey, Receipt};

use super::{Report, Supervisor};

impl Supervisor {
    pub(super) fn carry_out(&mut self, command: &Command) -> Result<Receipt, CommandError> {
        let report = match command {
            Command::Reload => Report::default(), // waits until everything was looked at
            Command::Rollback { to } => {
                let to = match to {
                    Some(to) => *to,
                    None => self.generation_before()?,
                };
                let admitted = self.admission.roll_back(to)?;
                self.republish(admitted, Cause::Rollback { to })
            }
            Command::Pin { file } => {
                let key = file.as_deref().map(|file| self.origin_of(file)).transpose()?;
                self.admission.pin(key);
                self.publisher.stand(self.standing());
                Report::default()
            }
            Command::Unpin { file } => {
                let key = file.as_deref().map(|file| self.origin_of(file)).transpose()?;
                let admitted = self.admission.unpin(key.as_ref());
                self.republish(admitted, Cause::Unpin)
            }
        };
        if !matches!(command, Command::Reload) {
            tracing::info!("{}", words(command));
        }
        report.log();
        Ok(self.receipt(&report))
    }

    fn republish(&mut self, admitted: Admitted, cause: Cause) -> Report {
        let mut report = Report::default();
        let changed = self.admission.origins().cloned().collect();
        self.publish(admitted, &changed, cause, &mut report);
        report.leave_out_repetitions();
        report
    }

    pub(super) fn receipt(&self, report: &Report) -> Receipt {
        Receipt {
            generation: self.publisher.registry().snapshot().generation(),
            is_new: report.published.is_some(),
            diagnostics: report.diagnostics.clone(),
            pins: self.admission.pins().clone(),
        }
    }

    /// The generation that somebody means who wants the last change undone.
    fn generation_before(&self) -> Result<u64, CommandError> {
        let snapshot = self.publisher.registry().snapshot();
        let present = match snapshot.publication().cause {
            Cause::Rollback { to } => to, // once more: one further back
            _ => snapshot.generation(),
        };
        let before = self.admission.kept().into_iter().rev().find(|kept| *kept < present);
        before.ok_or(CommandError::NothingBefore { generation: snapshot.generation() })
    }

    fn origin_of(&self, file: &Path) -> Result<OriginKey, CommandError> {
        let is_same_file = |own: &Path| {
            own == file
                || std::fs::canonicalize(resolve(file))
                    .is_ok_and(|file| std::fs::canonicalize(resolve(own)).is_ok_and(|own| own == file))
        };
        let is_meant = |key: &&OriginKey| match key.file() {
            Some(own) => is_same_file(own),
            None => file.as_os_str() == key.to_string().as_str(),
        };
        let known =
            || self.admission.origins().chain(self.faults.keys()).chain(&self.admission.pins().origins);
        known().find(is_meant).cloned().ok_or_else(|| CommandError::UnknownOrigin {
            file: file.to_owned(),
            known: known().map(OriginKey::to_string).collect(),
        })
    }

    /// Makes what failed count as new, since the reason need not lie in its bytes.
    pub(super) fn forget_failures(&mut self) {
        if let Some(stage) = &self.stage {
            stage.forget_failures();
        }
        for failed in self.faults.keys().filter_map(OriginKey::file) {
            self.seen.forget_plugin(failed);
            self.seen.config.retain(|(file, _)| file != failed);
        }
    }
}

fn words(command: &Command) -> String {
    let of = |file: &Option<PathBuf>| {
        file.as_ref().map_or_else(|| "everything".to_owned(), |file| file.display().to_string())
    };
    match command {
        Command::Reload => "asked to look again".to_owned(),
        Command::Rollback { to: Some(to) } => format!("asked to go back to generation {to}"),
        Command::Rollback { to: None } => "asked to go back by one generation".to_owned(),
        Command::Pin { file } => format!("asked to pin {}", of(file)),
        Command::Unpin { file } => format!("asked to unpin {}", of(file)),
    }
}
