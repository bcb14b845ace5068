//! Directories that are removed and made again, and links that are swapped on the way to what is served: whatever is
//! replaced, however often, is seen.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::thread;
use std::time::Duration;

use kamodo_tests::{Project, Server, fixture_plugin};

/// Between the removal of something and its return.
#[derive(Clone, Copy)]
enum Gap {
    /// None.
    None,
    /// So long that the server has seen that it is gone.
    Seen,
}

const GAPS: [Gap; 2] = [Gap::None, Gap::Seen];

impl Gap {
    fn pass(self) {
        if matches!(self, Self::Seen) {
            thread::park_timeout(Duration::from_millis(700));
        }
    }
}

fn write(path: &Path, n: usize) {
    fs::write(path, format!("!Kamodo\nf: x + {n}\n")).unwrap();
}

/// Puts a link in the place of another one, as one step.
fn swap(target: impl AsRef<Path>, link: &Path) {
    let beside = link.with_extension("new");
    symlink(target, &beside).unwrap();
    fs::rename(beside, link).unwrap();
}

#[track_caller]
fn sees(server: &Server<'_>, n: usize) {
    server.answers(&["f", "0"], &n.to_string());
}

/// Waits until the fixture of that version is served.
#[track_caller]
fn serves(server: &Server<'_>, version: &str) {
    server.answers(&["scaled", "3.0"], if version == "v1" { "3.0" } else { "6.0" });
}

fn serve<'a>(project: &'a Project, config: &str) -> Server<'a> {
    Server::start_with(
        project,
        &["serve", config, "--port", "0", "--plugins", "plugins.d", "--watch", "events"],
    )
}

/// A project of which nothing lies where the server looks, but what a test puts there.
fn project() -> Project {
    let project = Project::new("f: x");
    fs::remove_file(project.path("kamodo_rpc.yaml")).unwrap();
    project
}

#[test]
fn the_directory_of_the_configuration_is_made_again() {
    for (gap, config) in GAPS.iter().flat_map(|gap| [(gap, "a/conf/k.yaml"), (gap, "a/conf")]) {
        for removed in ["a/conf", "a"] {
            let project = project();
            let file = project.path("a/conf/k.yaml");
            fs::create_dir_all(project.path("a/conf")).unwrap();
            write(&file, 0);
            let server = serve(&project, config);
            for round in 0..3 {
                fs::remove_dir_all(project.path(removed)).unwrap();
                gap.pass();
                fs::create_dir_all(project.path("a/conf")).unwrap();
                write(&file, 10 * round + 1);
                sees(&server, 10 * round + 1);
                for edit in 2..4 {
                    write(&file, 10 * round + edit);
                    sees(&server, 10 * round + edit);
                }
            }
        }
    }
}

#[test]
fn the_directory_of_the_configuration_is_moved_away_and_another_one_put_there() {
    let project = project();
    fs::create_dir_all(project.path("a/conf")).unwrap();
    write(&project.path("a/conf/k.yaml"), 0);
    let server = serve(&project, "a/conf/k.yaml");
    for n in 1..5 {
        let next = project.path(format!("next{n}"));
        fs::create_dir_all(next.join("conf")).unwrap();
        write(&next.join("conf/k.yaml"), 10 * n);
        fs::rename(project.path("a"), project.path(format!("old{n}"))).unwrap();
        fs::rename(next, project.path("a")).unwrap();
        sees(&server, 10 * n);
        write(&project.path("a/conf/k.yaml"), 10 * n + 1);
        sees(&server, 10 * n + 1);
    }
}

/// Two directories, and what is to be made of their names so that a link leads to one of them.
fn versions(project: &Project) {
    for version in ["v1", "v2"] {
        fs::create_dir_all(project.path(version).join("conf.d")).unwrap();
    }
}

/// Which path is served, which file stands there, and the links on the way to it with where each leads.
type Layout = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

#[test]
fn a_link_in_the_middle_of_the_path_to_the_configuration_is_swapped() {
    let layouts: [Layout; 6] = [
        ("current/k.yaml", "k.yaml", &[]),
        ("current/conf.d", "conf.d/k.yaml", &[]),
        ("kamodo_rpc.yaml", "k.yaml", &[("kamodo_rpc.yaml", "current/k.yaml")]),
        ("d/k.yaml", "k.yaml", &[("d", "e"), ("e", "current")]),
        ("c/k.yaml", "conf.d/k.yaml", &[("c", "ABSOLUTE/current/conf.d")]),
        ("d", "conf.d/k.yaml", &[("d", "./v1/../current/conf.d")]),
    ];
    for is_absolute in [false, true] {
        for (config, file, links) in layouts {
            let project = project();
            versions(&project);
            let at = |version: &str| if is_absolute { project.path(version) } else { version.into() };
            symlink(at("v1"), project.path("current")).unwrap();
            for (link, target) in links {
                let target = target.replace("ABSOLUTE", &project.path("").display().to_string());
                symlink(target, project.path(link)).unwrap();
            }
            write(&project.path("v1").join(file), 0);
            let config = if is_absolute { project.path(config) } else { config.into() };
            let server = serve(&project, config.to_str().unwrap());
            for n in 1..5 {
                let version = if n % 2 == 0 { "v1" } else { "v2" };
                write(&project.path(version).join(file), 10 * n);
                swap(at(version), &project.path("current"));
                sees(&server, 10 * n);
                write(&project.path(version).join(file), 10 * n + 1);
                sees(&server, 10 * n + 1);
            }
        }
    }
}

#[test]
fn a_link_on_the_way_to_plugins_is_swapped() {
    // The plugin behind a link, the directory behind a link, and a link in the middle of the way to it.
    let layouts: [&[(&str, &str)]; 3] = [
        &[("plugins.d/p.so", "../current/p.so")],
        &[("plugins.d", "current")],
        &[("plugins.d", "d"), ("d", "current/../current")],
    ];
    for links in layouts {
        let project = project();
        write(&project.path("k.yaml"), 0);
        versions(&project);
        for version in ["v1", "v2"] {
            fs::copy(fixture_plugin(version), project.path(version).join("p.so")).unwrap();
        }
        symlink("v1", project.path("current")).unwrap();
        if links.iter().any(|(link, _)| *link == "plugins.d") {
            fs::remove_dir(project.path("plugins.d")).unwrap();
        }
        for (link, target) in links {
            symlink(target, project.path(link)).unwrap();
        }
        let server = serve(&project, "k.yaml");
        for version in ["v2", "v1", "v2", "v1"] {
            swap(version, &project.path("current"));
            serves(&server, version);
        }
    }
}

#[test]
fn what_a_link_to_a_plugin_leads_to_is_removed_and_comes_back() {
    for gap in GAPS {
        let project = project();
        write(&project.path("k.yaml"), 0);
        symlink("../elsewhere/current/p.so", project.path("plugins.d/p.so")).unwrap();
        // At the start the link leads nowhere.
        let server = serve(&project, "k.yaml");
        for version in ["v2", "v1", "v2"] {
            let target = project.path("elsewhere/current");
            fs::create_dir_all(&target).unwrap();
            gap.pass();
            fs::copy(fixture_plugin(version), target.join("new")).unwrap();
            fs::rename(target.join("new"), target.join("p.so")).unwrap();
            serves(&server, version);
            fs::remove_dir_all(project.path("elsewhere")).unwrap();
            gap.pass();
        }
        // Another link that leads nowhere is put there while the server runs.
        fs::remove_file(project.path("plugins.d/p.so")).unwrap();
        symlink(project.path("later/p.so"), project.path("plugins.d/q.so")).unwrap();
        gap.pass();
        fs::create_dir(project.path("later")).unwrap();
        fs::copy(fixture_plugin("v1"), project.path("later/p.so")).unwrap();
        serves(&server, "v1");
    }
}

#[test]
fn the_directory_of_plugins_is_made_again() {
    for gap in GAPS {
        let project = project();
        write(&project.path("k.yaml"), 0);
        project.drop_plugin(&fixture_plugin("v1"), "p.so");
        let server = serve(&project, "k.yaml");
        for version in ["v2", "v1", "v2", "v1"] {
            fs::remove_dir_all(project.path("plugins.d")).unwrap();
            gap.pass();
            fs::create_dir(project.path("plugins.d")).unwrap();
            project.drop_plugin(&fixture_plugin(version), "p.so");
            serves(&server, version);
        }
    }
}

#[test]
fn the_certificate_behind_a_link_is_swapped() {
    for gap in GAPS {
        let project = project();
        write(&project.path("k.yaml"), 0);
        for version in ["v1", "v2"] {
            fs::create_dir(project.path(version)).unwrap();
            pair(&project.path(version));
        }
        symlink("v1", project.path("current")).unwrap();
        let (certificate, key) = ("current/own.cert", "current/own.key");
        let args = ["serve", "k.yaml", "--port", "0", "--certfile", certificate, "--keyfile", key];
        let server = Server::start_with(&project, &args);
        for version in ["v2", "v1", "v2", "v1"] {
            swap(version, &project.path("current"));
            server.answers(&["f", "0", "--certfile", &format!("{version}/own.cert")], "0");
        }
        // The directory itself is made again.
        for _ in 0..3 {
            fs::remove_dir_all(project.path("v1")).unwrap();
            gap.pass();
            fs::create_dir(project.path("v1")).unwrap();
            pair(&project.path("v1"));
            server.answers(&["f", "0", "--certfile", "v1/own.cert"], "0");
        }
    }
}

fn pair(directory: &Path) {
    let rcgen::CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    fs::write(directory.join("own.key"), signing_key.serialize_pem()).unwrap();
    fs::write(directory.join("own.cert"), cert.pem()).unwrap();
}
