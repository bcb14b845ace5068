//! `cargo xtask image`: the container image, from the host's build.
//!
//! Where the runtime base can be pulled, it is. Where not, debootstrap makes the same Debian under the
//! same tag, so that the Dockerfile is one and the same.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::engine::{self, quiet};
use crate::progress;
use crate::project::{Failure, build_release, command, target};

/// The image, as docker-compose.yaml names it.
const IMAGE: &str = "kamodo-rpc";
/// The base that the Dockerfile's runtime stage names, and the release that it holds.
pub(crate) const BASE: &str = "debian:bookworm-slim";
const RELEASE: &str = "bookworm";
const MIRROR: &str = "http://deb.debian.org/debian";

/// Builds the image.
pub(crate) fn run(_: &[String]) -> Result<(), Failure> {
    base()?;
    let built = build_release()?;
    let context = target().join("image");
    std::fs::create_dir_all(&context)?;
    std::fs::copy(built.join("kamodo-rpc"), context.join("kamodo-rpc"))?;
    let mut build = engine::command("docker");
    // the classic builder takes a base that is only here; BuildKit asks the registry first
    build.env("DOCKER_BUILDKIT", "0");
    progress::run(
        build
            .args(["build", "--quiet", "--target", "prebuilt", "--tag", IMAGE, "--file", "Dockerfile"])
            .arg(context),
    )
}

/// Sees to it that the base is here.
pub(crate) fn base() -> Result<(), Failure> {
    if quiet(engine::command("docker").args(["image", "inspect", BASE])) {
        return Ok(());
    }
    if quiet(engine::command("docker").args(["pull", "--quiet", BASE])) {
        return Ok(());
    }
    eprintln!("{BASE} cannot be pulled: making it with debootstrap");
    let rootfs = target().join("rootfs");
    if rootfs.exists() {
        std::fs::remove_dir_all(&rootfs)?;
    }
    progress::run(
        command("debootstrap")
            .args(["--variant=minbase", RELEASE])
            .arg(&rootfs)
            .arg(MIRROR)
            .stdout(Stdio::null()),
    )?;
    let imported = import(&rootfs);
    std::fs::remove_dir_all(&rootfs)?;
    imported
}

/// Hands a root file system to the engine under the base's tag.
fn import(rootfs: &Path) -> Result<(), Failure> {
    let mut tar =
        Command::new("tar").arg("-C").arg(rootfs).args(["-c", "."]).stdout(Stdio::piped()).spawn()?;
    let files = tar.stdout.take().expect("stdout is piped");
    progress::run(engine::command("docker").args(["import", "-", BASE]).stdin(files))?;
    if tar.wait()?.success() {
        Ok(())
    } else {
        Err(Failure::new(format!("{}: cannot be read whole", rootfs.display())))
    }
}
