//! Edits of the file while it is served.

use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;

use insta::assert_snapshot;
use kamodo_tests::{Project, Server};

const OLD: &str = "f: x**2 - x - 1";
const NEW: &str = "f: x**2 - x + 1";

/// Serves [`OLD`], saves [`NEW`] by `save`, and waits for it.
#[track_caller]
fn check(save: impl Fn(&Project, &str)) {
    let project = Project::new(OLD);
    let server = Server::start(&project);
    assert_eq!(server.call(&["f", "5"]).stdout, "19\n");
    save(&project, &format!("!Kamodo\n{NEW}\n"));
    server.answers(&["f", "5"], "21");
    // once more the same way, since a watch may have followed the first file
    save(&project, &format!("!Kamodo\n{OLD}\n"));
    server.answers(&["f", "5"], "19");
}

#[test]
fn written_in_place() {
    check(|project, text| fs::write(project.path("kamodo_rpc.yaml"), text).unwrap());
}

#[test]
fn renamed_over() {
    check(|project, text| project.replace("kamodo_rpc.yaml", text));
}

#[test]
fn moved_away_to_a_backup_and_written_anew() {
    check(|project, text| {
        fs::rename(project.path("kamodo_rpc.yaml"), project.path("kamodo_rpc.yaml~")).unwrap();
        fs::write(project.path("kamodo_rpc.yaml"), text).unwrap();
    });
}

#[test]
fn written_slowly() {
    check(|project, text| {
        let mut file = fs::File::create(project.path("kamodo_rpc.yaml")).unwrap();
        for byte in text.as_bytes() {
            file.write_all(&[*byte]).unwrap();
            file.sync_data().unwrap();
        }
    });
}

#[test]
fn a_swapped_symlink() {
    let project = Project::new(OLD);
    let version = |name: &str, functions: &str| {
        fs::create_dir(project.path(name)).unwrap();
        fs::write(project.path(name).join("kamodo_rpc.yaml"), format!("!Kamodo\n{functions}\n")).unwrap();
    };
    version("..1", OLD);
    version("..2", NEW);
    // as Kubernetes mounts a ConfigMap: the file is a link into `..data`, and `..data` is swapped
    let point = |to: &str| {
        symlink(to, project.path("..next")).unwrap();
        fs::rename(project.path("..next"), project.path("..data")).unwrap();
    };
    point("..1");
    fs::remove_file(project.path("kamodo_rpc.yaml")).unwrap();
    symlink("..data/kamodo_rpc.yaml", project.path("kamodo_rpc.yaml")).unwrap();
    let server = Server::start(&project);
    assert_eq!(server.call(&["f", "5"]).stdout, "19\n");
    point("..2");
    server.answers(&["f", "5"], "21");
}

#[test]
fn an_edit_behind_a_link() {
    let project = Project::new(OLD);
    fs::create_dir(project.path("real")).unwrap();
    fs::rename(project.path("kamodo_rpc.yaml"), project.path("real/other.yaml")).unwrap();
    symlink("real/other.yaml", project.path("kamodo_rpc.yaml")).unwrap();
    let server = Server::start(&project);
    fs::write(project.path("real/other.yaml"), format!("!Kamodo\n{NEW}\n")).unwrap();
    server.answers(&["f", "5"], "21");
}

#[test]
fn a_mistake_keeps_what_is_served_and_is_told_with_its_place() {
    let project = Project::new(OLD);
    let server = Server::start(&project);
    project.define("f: x**2 - * x\ng: x");
    server.logs("what was served stays served");
    assert_eq!(server.call(&["f", "5"]).stdout, "19\n");
    assert_eq!(server.call(&["g", "5"]).code, Some(1));
    let log = server.log();
    let told = &log[log.find("kamodo_rpc.yaml:2").unwrap()..];
    assert_snapshot!(told.lines().take(3).collect::<Vec<_>>().join("\n"), @r"
    kamodo_rpc.yaml:2:11: error: `f`: expected an operand, found `*`
      2 | f: x**2 - * x
        |           ^
    ");
    project.define(NEW);
    server.answers(&["f", "5"], "21");
}

#[test]
fn a_file_that_goes_and_comes_back() {
    let project = Project::new(OLD);
    let server = Server::start(&project);
    fs::remove_file(project.path("kamodo_rpc.yaml")).unwrap();
    server.logs("cannot be read");
    assert_eq!(server.call(&["f", "5"]).stdout, "19\n");
    project.define(NEW);
    server.answers(&["f", "5"], "21");
}

#[test]
fn functions_come_and_go() {
    let project = Project::new(OLD);
    let server = Server::start(&project);
    project.define("g(x): 2*f(x)\nf(x): x**2 - x - 1");
    server.answers(&["g", "5"], "38");
    project.define("g(x): 3*x");
    server.answers(&["g", "5"], "15");
    assert_eq!(server.call(&["f", "5"]).code, Some(1));
}

#[test]
fn a_composition_follows_what_it_calls() {
    let project = Project::new("f(x): x + 1\ng(x): 2*f(x)");
    let server = Server::start(&project);
    assert_eq!(server.call(&["g", "5"]).stdout, "12\n");
    project.define("f(x): x + 2\ng(x): 2*f(x)");
    server.answers(&["g", "5"], "14");
}
