//! Plugins to load: built from this workspace, by the C compiler, or damaged on purpose.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};

use kamodo_loader::{StageDir, load};
use kamodo_registry::{CallError, Cancel, ContributedFunction, Contribution, NativeFunction};
use kamodo_value::{Meta, Signature, Value};
use tempfile::TempDir;

/// A directory in which plugins are dropped, and the stage beside it.
pub(crate) struct Place {
    dir: TempDir,
    pub(crate) stage: StageDir,
}

/// Returns the shared library of a fixture plugin.
pub(crate) fn built(name: &str) -> PathBuf {
    static EXAMPLES: OnceLock<PathBuf> = OnceLock::new();
    let examples = EXAMPLES.get_or_init(|| {
        let test = std::env::current_exe().unwrap();
        let target = test.ancestors().nth(3).expect("tests run from <target>/<profile>/deps");
        let status = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--package", "kamodo-fixture-plugins", "--examples", "--target-dir"])
            .arg(target)
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
            .status();
        assert!(status.unwrap().success(), "the fixture plugins build");
        target.join("debug/examples")
    });
    examples.join(format!("lib{name}.so"))
}

impl Place {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let stage = StageDir::create(dir.path().join("stage")).unwrap();
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

    /// Compiles a C source with these arguments besides.
    pub(crate) fn compile(&self, name: &str, source: &str, arguments: &[&str]) -> PathBuf {
        let (code, path) = (self.path("source.c"), self.path(name));
        fs::write(&code, source).unwrap();
        let status = Command::new("cc").arg(&code).arg("-o").arg(&path).args(arguments).status();
        assert!(status.unwrap().success(), "the C fixture compiles");
        path
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
