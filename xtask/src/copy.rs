//! A clean copy of the project, in which a test may change whatever it likes.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::project::{Failure, command, output, root, target};

/// Copies what git knows of, as it is now, to `target/NAME`; the copy shares what is built.
pub(crate) fn make(name: &str) -> Result<PathBuf, Failure> {
    let copy = target().join(name);
    if copy.exists() {
        std::fs::remove_dir_all(&copy)?;
    }
    let files =
        output(command("git").args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]))?;
    for file in files.split('\0').filter(|file| root().join(file).is_file()) {
        copy_file(&root().join(file), &copy.join(file))?;
    }
    symlink(target(), copy.join("target"))?;
    Ok(copy)
}

/// Copies with the time of the original, so that cargo sees what did not change.
fn copy_file(from: &Path, to: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(to.parent().expect("a file is in a folder"))?;
    std::fs::copy(from, to)?;
    std::fs::File::options().write(true).open(to)?.set_modified(from.metadata()?.modified()?)?;
    Ok(())
}
