//! Plugins to load: built from this workspace, by the C compiler, or damaged on purpose.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use kamodo_loader::{Limits, StageDir, Trial, load};
use kamodo_registry::{CallError, Cancel, ContributedFunction, Contribution, NativeFunction};
use kamodo_value::{Meta, Signature, Value};
use tempfile::TempDir;

pub(crate) use crate::artifacts::{built, cargo, with_deed};

/// A directory in which plugins are dropped, and the stage beside it.
pub(crate) struct Place {
    dir: TempDir,
    pub(crate) stage: StageDir,
}

/// Returns the program in which plugins are tried.
pub(crate) fn trial() -> Trial {
    Trial::new(env!("CARGO_BIN_EXE_kamodo-try-plugin")).named("kamodo-try-plugin")
}

impl Place {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let stage = StageDir::create(dir.path().join("stage")).unwrap().with_trial(trial());
        // A busy machine is no fault of a fixture; those that never end have less time in their tests.
        stage.set_limits(Limits { trial: Duration::from_secs(60), ..Limits::default() });
        Self { dir, stage }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Moves a copy of a fixture plugin into place, as an installer would.
    pub(crate) fn install(&self, fixture: &str, name: &str) -> PathBuf {
        self.write(name, &fs::read(built(fixture)).unwrap())
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let (partial, path) = (self.path("partial"), self.path(name));
        fs::write(&partial, bytes).unwrap();
        fs::rename(&partial, &path).unwrap();
        path
    }

    /// Moves a plugin into place that does a deed, such as `start: abort`.
    pub(crate) fn install_deed(&self, deed: &str, name: &str) -> PathBuf {
        self.install_with(deed, "misbehaves", name)
    }

    /// Moves a plugin into place that changes its process, such as `start: chdir`.
    pub(crate) fn install_change(&self, deed: &str, name: &str) -> PathBuf {
        self.install_with(deed, "changes", name)
    }

    fn install_with(&self, deed: &str, fixture: &str, name: &str) -> PathBuf {
        let bytes = with_deed(&fs::read(built(fixture)).unwrap(), deed);
        self.write(name, &bytes)
    }

    /// Compiles a C source with these arguments besides.
    pub(crate) fn compile(&self, name: &str, source: &str, arguments: &[&str]) -> PathBuf {
        self.compile_with("cc", "c", name, source, arguments).expect("there is a C compiler")
    }

    /// Compiles a source of any language; `None` where there is no such compiler.
    pub(crate) fn compile_with(
        &self,
        compiler: &str,
        extension: &str,
        name: &str,
        source: &str,
        arguments: &[&str],
    ) -> Option<PathBuf> {
        let (code, path) = (self.path(&format!("source.{extension}")), self.path(name));
        fs::write(&code, source).unwrap();
        let status = Command::new(compiler).arg(&code).arg("-o").arg(&path).args(arguments).status().ok()?;
        assert!(status.success(), "the fixture compiles");
        Some(path)
    }

    pub(crate) fn load(&self, path: &Path) -> Contribution {
        load(path, &self.stage).unwrap_or_else(|error| panic!("{}", self.render(&error)))
    }

    /// Renders why a file does not load as a user reads it, without what differs from run to run.
    #[track_caller]
    pub(crate) fn refusal(&self, path: &Path) -> String {
        self.render(&load(path, &self.stage).expect_err("the file does not load"))
    }

    pub(crate) fn render(&self, error: &kamodo_loader::Error) -> String {
        let mut text = error.to_string();
        let mut cause = std::error::Error::source(error);
        while let Some(error) = cause {
            text = format!("{text}: {error}");
            cause = error.source();
        }
        if let Some(hint) = error.hint() {
            text = format!("{text}\nhint: {hint}");
        }
        text = text.replace(&format!("{}/", self.dir.path().display()), "");
        match error.digest() {
            Some(digest) => text.replace(&digest.short(), "digest8"),
            None => text,
        }
    }
}

/// Returns one function of a contribution.
#[track_caller]
pub(crate) fn function(
    contribution: &Contribution,
    name: &str,
) -> (Signature, Meta, Arc<dyn NativeFunction>) {
    let found = contribution.functions.iter().find_map(|function| match function {
        ContributedFunction::Native { signature, meta, code } if signature.name == name => {
            Some((signature.clone(), meta.clone(), Arc::clone(code)))
        }
        _ => None,
    });
    found.unwrap_or_else(|| panic!("`{name}` is contributed"))
}

/// Calls one function of a contribution.
#[track_caller]
pub(crate) fn call(contribution: &Contribution, name: &str, args: Vec<Value>) -> Result<Value, CallError> {
    function(contribution, name).2.call(args, &Cancel::default())
}
