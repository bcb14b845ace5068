//! `cargo xtask package`: a tarball and a Debian package of the server, for machines without Rust.
//!
//! Both hold one tree, which stands under the tarball's folder in the one and under /usr in the other: the program,
//! its manual pages and completions, and an example that can be copied and served, a plugin in it included. It is not
//! under share/doc, which small images of Debian leave out.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use crate::engine::{self, Engine};
use crate::image;
use crate::progress::{self, Steps};
use crate::project::{Failure, build_release, command, output, root, target};

/// The package's name, which is that of the program.
const NAME: &str = "kamodo-rpc";
/// Where the example stands in the tree.
const EXAMPLE: &str = "lib/kamodo-rpc/example";
/// The pages of completions: the shell, and where it looks for them.
const COMPLETIONS: [(&str, &str); 3] = [
    ("bash", "share/bash-completion/completions/kamodo-rpc"),
    ("zsh", "share/zsh/vendor-completions/_kamodo-rpc"),
    ("fish", "share/fish/vendor_completions.d/kamodo-rpc.fish"),
];
/// What is said of the package in one line.
const SUMMARY: &str = "server of functions with units, for clients of Kamodo";
const DESCRIPTION: &str = " It serves functions that are defined in YAML as symbolic expressions, and those of\n \
    plugins and of other servers, over Cap'n Proto and TLS; units convert on the way,\n \
    and everything changes while it runs.\n .\n \
    /usr/lib/kamodo-rpc/example is a configuration to copy and to begin with.\n";

/// Builds both, into the folder that is given or into `target/package`.
pub(crate) fn run(args: &[String]) -> Result<(), Failure> {
    let folder = args.first().map_or_else(|| target().join("package"), PathBuf::from);
    let mut steps = Steps::announce(
        "cargo xtask package",
        [
            "build the server and the example plugins (5 to 10 minutes the first time, seconds after that)",
            "put the program, its manual pages, completions and an example together",
            "make the tarball",
            "make the Debian package (needs dpkg-deb)",
        ],
    );
    let built = steps.next(build_release)?;
    let tree = target().join("package-tree");
    steps.next(|| lay_out(&built, &tree))?;
    fs::create_dir_all(&folder)?;
    let tarball = steps.next(|| tarball(&tree, &folder))?;
    let debian = steps.next(|| debian(&tree, &folder))?;
    for made in [tarball, debian] {
        println!("{}", made.display());
    }
    Ok(())
}

/// Returns what the test needs and this machine does not have.
pub(crate) fn lacks() -> Option<String> {
    if !engine::quiet(command("dpkg-deb").arg("--version")) {
        return Some("`dpkg-deb` is not installed (it comes with Debian and its relatives)".to_owned());
    }
    engine::lacks(&["docker"])
}

/// Makes both, and uses them in an empty Debian without a network.
pub(crate) fn test() -> Result<String, Failure> {
    let folder = target().join("package-test");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    run(&[folder.display().to_string()])?;
    fs::write(folder.join("try.sh"), include_str!("package/try.sh"))?;
    let _engine = Engine::find_or_start()?;
    image::base()?;
    let mut container = engine::command("docker");
    container.args(["run", "--rm", "--network", "none", "--volume"]);
    container.arg(format!("{}:/packages:ro", folder.display()));
    progress::run(container.args([image::BASE, "bash", "/packages/try.sh"]))?;
    Ok("both serve in an empty Debian, and the Debian package goes without a trace".to_owned())
}

/// Lays out what both packages hold.
fn lay_out(built: &Path, tree: &Path) -> Result<(), Failure> {
    if tree.exists() {
        fs::remove_dir_all(tree)?;
    }
    let program = built.join(NAME);
    put(&program, &tree.join("bin").join(NAME), 0o755)?;
    let manual = tree.join("share/man/man1");
    progress::run(command(&program).arg("man").arg(&manual))?;
    for page in fs::read_dir(&manual)? {
        progress::run(command("gzip").args(["-9", "--no-name"]).arg(page?.path()))?;
    }
    for (shell, file) in COMPLETIONS {
        let script = output(command(&program).args(["completions", shell]))?;
        write(&tree.join(file), &script)?;
    }
    let example = tree.join(EXAMPLE);
    put(&root().join("kamodo_rpc.yaml"), &example.join("kamodo_rpc.yaml"), 0o644)?;
    let plugin = "libkamodo_plugin_magnetopause.so";
    put(&built.join(plugin), &example.join("plugins.d").join(plugin), 0o644)?;
    let documents = tree.join("share/doc").join(NAME);
    write(&documents.join("copyright"), &copyright()?)?;
    put(&root().join("CHANGELOG.md"), &documents.join("changelog"), 0o644)?;
    progress::run(command("gzip").args(["-9", "--no-name"]).arg(documents.join("changelog")))
}

/// Makes the tarball: the tree, and what to read first.
fn tarball(tree: &Path, folder: &Path) -> Result<PathBuf, Failure> {
    let top = format!("{NAME}-{}", version());
    let made = folder.join(format!("{top}-{}-linux.tar.gz", std::env::consts::ARCH));
    let stage = target().join("package-tarball");
    if stage.exists() {
        fs::remove_dir_all(&stage)?;
    }
    fs::create_dir_all(&stage)?;
    progress::run(command("cp").arg("-a").arg(tree).arg(stage.join(&top)))?;
    write(&stage.join(&top).join("README"), include_str!("package/README"))?;
    for license in ["LICENSE-MIT", "LICENSE-APACHE"] {
        put(&root().join(license), &stage.join(&top).join(license), 0o644)?;
    }
    let mut tar = command("tar");
    tar.args(["--owner=0", "--group=0", "--numeric-owner", "--sort=name", "--mtime"]).arg(made_at());
    progress::run(tar.arg("-C").arg(&stage).arg("-czf").arg(&made).arg(&top))?;
    fs::remove_dir_all(&stage)?;
    Ok(made)
}

/// Makes the Debian package: the tree under /usr, and what Debian is told of it.
fn debian(tree: &Path, folder: &Path) -> Result<PathBuf, Failure> {
    let hint = "`dpkg-deb` and `dpkg` come with Debian and its relatives; the tarball is made without them";
    let architecture =
        output(command("dpkg").arg("--print-architecture")).map_err(|failure| failure.with_hint(hint))?;
    let architecture = architecture.trim();
    let stage = target().join("package-debian");
    if stage.exists() {
        fs::remove_dir_all(&stage)?;
    }
    fs::create_dir_all(stage.join("DEBIAN"))?;
    progress::run(command("cp").arg("-a").arg(tree).arg(stage.join("usr")))?;
    let size = output(command("du").args(["-sk"]).arg(stage.join("usr")))?;
    let size = size.split_whitespace().next().unwrap_or("0").to_owned();
    let glibc = newest_glibc(&fs::read(tree.join("bin").join(NAME))?)
        .ok_or_else(|| Failure::new(format!("bin/{NAME}: names no version of glibc")))?;
    let control = format!(
        "Package: {NAME}\nVersion: {}\nArchitecture: {architecture}\nMaintainer: {}\n\
         Installed-Size: {size}\nDepends: libc6 (>= {glibc}), libgcc-s1\nSection: science\nPriority: optional\n\
         Description: {SUMMARY}\n{DESCRIPTION}",
        version(),
        maintainer(),
    );
    write(&stage.join("DEBIAN/control"), &control)?;
    let made = folder.join(format!("{NAME}_{}_{architecture}.deb", version()));
    let mut build = command("dpkg-deb");
    build.env("SOURCE_DATE_EPOCH", made_at().trim_start_matches('@'));
    build.args(["--root-owner-group", "--build"]).arg(&stage).arg(&made);
    progress::run(&mut build).map_err(|failure| failure.with_hint(hint))?;
    fs::remove_dir_all(&stage)?;
    Ok(made)
}

/// Returns the newest version of glibc that a program asks for, such as `2.34`: the oldest that it runs with.
fn newest_glibc(program: &[u8]) -> Option<String> {
    const PREFIX: &[u8] = b"\0GLIBC_";
    let versions = program.windows(PREFIX.len()).enumerate().filter(|(_, window)| *window == PREFIX);
    let versions = versions.filter_map(|(at, _)| {
        let rest = program.get(at + PREFIX.len()..)?;
        let text = std::str::from_utf8(rest.get(..rest.iter().position(|byte| *byte == 0)?)?).ok()?;
        text.split('.').map(|number| number.parse().ok()).collect::<Option<Vec<u32>>>()
    });
    let newest = versions.max()?;
    Some(newest.iter().map(u32::to_string).collect::<Vec<_>>().join("."))
}

/// Returns the version of the workspace, which is that of every crate in it.
fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// Returns who is named as the maintainer, as Debian's tools are told.
fn maintainer() -> String {
    let or = |name: &str, default: &str| std::env::var(name).unwrap_or_else(|_| default.to_owned());
    format!("{} <{}>", or("DEBFULLNAME", "The Kamodo host contributors"), or("DEBEMAIL", "root@localhost"))
}

/// Returns the time that files of the packages bear: that of the commit, so that one commit makes one package.
fn made_at() -> String {
    let given = std::env::var("SOURCE_DATE_EPOCH").ok();
    let commit = || output(command("git").args(["log", "-1", "--format=%ct"])).ok();
    format!("@{}", given.or_else(commit).as_deref().map_or("0", str::trim))
}

/// Returns the licences in Debian's form.
fn copyright() -> Result<String, Failure> {
    let mit = fs::read_to_string(root().join("LICENSE-MIT"))?;
    let lines: Vec<String> = mit
        .lines()
        .skip_while(|line| !line.starts_with("Permission"))
        .map(|line| if line.is_empty() { " .".to_owned() } else { format!(" {line}") })
        .collect();
    Ok(format!(
        "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\
         Upstream-Name: Kamodo host\n\nFiles: *\nCopyright: The Kamodo host contributors\nLicense: Expat or Apache-2.0\n\n\
         License: Expat\n{}\n\nLicense: Apache-2.0\n See /usr/share/common-licenses/Apache-2.0 on Debian.\n",
        lines.join("\n")
    ))
}

/// Copies a file with these permissions.
fn put(from: &Path, to: &Path, permissions: u32) -> Result<(), Failure> {
    let put = || {
        fs::create_dir_all(to.parent().expect("a file is in a folder"))?;
        fs::copy(from, to)?;
        fs::set_permissions(to, fs::Permissions::from_mode(permissions))
    };
    put().map_err(|e| Failure::new(format!("{}: cannot be copied to {}: {e}", from.display(), to.display())))
}

/// Writes a file that everybody may read.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let write = || {
        fs::create_dir_all(path.parent().expect("a file is in a folder"))?;
        fs::write(path, text)?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o644))
    };
    write().map_err(|e| Failure::new(format!("{}: cannot be written: {e}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_glibc_is_the_one_that_is_needed() {
        let program = b"\x7fELF\0GLIBC_2.9\0memcpy\0GLIBC_2.34\0GLIBC_PRIVATE\0GLIBC_2.2.5\0";
        assert_eq!(newest_glibc(program).as_deref(), Some("2.34"));
        assert_eq!(newest_glibc(b"static"), None);
    }
}
