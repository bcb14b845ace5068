//! A clean copy of the project, in which a test may change whatever it likes.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::project::{Failure, command, output, root, target};

/// What is built, which a copy shares; everything else in `target` is its own.
const SHARED: &[&str] = &["debug", "release", "python"];

/// Copies what git knows of, as it is now, to `target/NAME`; the copy shares what is built.
pub(crate) fn make(name: &str) -> Result<PathBuf, Failure> {
    let copy = target().join(name);
    if copy.exists() {
        std::fs::remove_dir_all(&copy)?;
    }
    for file in files()? {
        copy_file(&root().join(&file), &copy.join(&file))?;
    }
    std::fs::create_dir_all(copy.join("target"))?;
    for folder in SHARED {
        std::fs::create_dir_all(target().join(folder))?;
        symlink(target().join(folder), copy.join("target").join(folder))?;
    }
    Ok(copy)
}

/// Returns what is not as it was in a copy: files that changed or went, and what came that git would not ignore.
pub(crate) fn differences(copy: &Path) -> Result<Vec<String>, Failure> {
    let files = files()?;
    let mut differences = Vec::new();
    for file in &files {
        match std::fs::read(copy.join(file)) {
            Ok(now) if now == std::fs::read(root().join(file))? => {}
            Ok(_) => differences.push(format!("{file} is not as it was")),
            Err(e) => differences.push(format!("{file}: {e}")),
        }
    }
    // the copy has no repository of its own, and git knows by the project's which files are ignored
    let repository = output(command("git").args(["rev-parse", "--absolute-git-dir"]))?;
    let repository = format!("--git-dir={}", repository.trim_end());
    let mut git = command("git");
    git.args([&*repository, "--work-tree=."]).current_dir(copy);
    let new = listed(&mut git)?.into_iter().filter(|file| copy.join(file).exists() && !files.contains(file));
    differences.extend(new.map(|file| format!("{file} was not there before")));
    Ok(differences)
}

/// Returns the project's files, as git knows them.
fn files() -> Result<Vec<String>, Failure> {
    Ok(listed(&mut command("git"))?.into_iter().filter(|file| root().join(file).is_file()).collect())
}

/// Returns the files that git knows of, and those that it would not ignore.
fn listed(git: &mut Command) -> Result<Vec<String>, Failure> {
    let listed = output(git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]))?;
    Ok(listed.split('\0').filter(|file| !file.is_empty()).map(str::to_owned).collect())
}

/// Copies with the time of the original, so that cargo sees what did not change.
fn copy_file(from: &Path, to: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(to.parent().expect("a file is in a folder"))?;
    std::fs::copy(from, to)?;
    std::fs::File::options().write(true).open(to)?.set_modified(from.metadata()?.modified()?)?;
    Ok(())
}
