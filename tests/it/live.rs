//! Edits of the file while it is served.

use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;

use std::process::Command;
use std::time::{Duration, Instant};

use insta::assert_snapshot;
use kamodo_tests::{Project, Server, fixture_plugin, throughout};

const OLD: &str = "f: x**2 - x - 1";
const NEW: &str = "f: x**2 - x + 1";

/// Longer than a change takes to go live where nothing keeps it back.
const A_WHILE: Duration = Duration::from_millis(800);

/// Serves [`OLD`], saves [`NEW`] by `save`, and waits for it.
#[track_caller]
fn check(save: impl Fn(&Project, &str)) {
    check_watching("events", save);
}

#[track_caller]
fn check_watching(watch: &str, save: impl Fn(&Project, &str)) {
    let project = Project::new(OLD);
    let server = Server::start_with(&project, &["serve", "kamodo_rpc.yaml", "--port", "0", "--watch", watch]);
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

/// Saves with a program of the system, which is given the new file and the one to replace.
#[track_caller]
fn save_with(project: &Project, text: &str, program: &str, args: &[&str]) {
    let new = project.path("new.txt");
    fs::write(&new, text).unwrap();
    let status = Command::new(program).args(args).arg(&new).arg(project.path("kamodo_rpc.yaml")).status();
    assert!(status.unwrap().success(), "{program}");
}

#[test]
fn copied_over() {
    check(|project, text| save_with(project, text, "cp", &[]));
}

#[test]
fn installed() {
    check(|project, text| save_with(project, text, "install", &["-m", "644"]));
}

#[test]
fn linked_over() {
    check(|project, text| save_with(project, text, "ln", &["-f"]));
}

#[test]
fn synchronised() {
    // as rsync does: a hidden file of another name, then a rename
    check(|project, text| {
        let partial = project.path(".kamodo_rpc.yaml.Xq3rT1");
        let mut file = fs::File::create(&partial).unwrap();
        for part in text.as_bytes().chunks(5) {
            file.write_all(part).unwrap();
        }
        drop(file);
        fs::rename(partial, project.path("kamodo_rpc.yaml")).unwrap();
    });
}

#[test]
fn saved_by_an_editor_that_probes_the_directory_first() {
    // as vim does: a file `4913` that comes and goes, the old one moved away, the new one written, the
    // old one removed
    check(|project, text| {
        fs::write(project.path("4913"), "").unwrap();
        fs::remove_file(project.path("4913")).unwrap();
        fs::rename(project.path("kamodo_rpc.yaml"), project.path("kamodo_rpc.yaml~")).unwrap();
        let mut file = fs::File::create(project.path("kamodo_rpc.yaml")).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file.sync_all().unwrap();
        drop(file);
        fs::remove_file(project.path("kamodo_rpc.yaml~")).unwrap();
    });
}

#[test]
fn polled() {
    check_watching("poll", |project, text| fs::write(project.path("kamodo_rpc.yaml"), text).unwrap());
    check_watching("poll", |project, text| project.replace("kamodo_rpc.yaml", text));
}

#[test]
fn a_program_that_holds_the_file_open() {
    let project = Project::new("f: x**2 - x - 1\ng: x");
    let server = Server::start(&project);
    let mut file = fs::File::create(project.path("kamodo_rpc.yaml")).unwrap();
    // a good file already, but not the whole of it
    file.write_all(b"!Kamodo\nf: x**2 - x + 1\n").unwrap();
    throughout(A_WHILE, || server.call(&["g", "5"]), |output| output.stdout == "5\n");
    file.write_all(b"g: 2*x\n").unwrap();
    drop(file);
    server.answers(&["g", "5"], "10");
    server.answers(&["f", "5"], "21");
    assert_eq!(server.log().matches("generation").count(), 1, "{}", server.log());
}

#[test]
fn an_emptied_file_is_waited_for() {
    let project = Project::new(OLD);
    let server = Server::start(&project);
    fs::write(project.path("kamodo_rpc.yaml"), "").unwrap();
    throughout(A_WHILE, || server.log(), |log| !log.contains("empty"));
    fs::write(project.path("kamodo_rpc.yaml"), format!("!Kamodo\n{NEW}\n")).unwrap();
    server.answers(&["f", "5"], "21");
    assert!(!server.log().contains("error"), "{}", server.log());
    // where nothing follows, it is told, and what was served stays served
    fs::write(project.path("kamodo_rpc.yaml"), "").unwrap();
    server.logs("the file is empty");
    assert_eq!(server.call(&["f", "5"]).stdout, "21\n");
}

#[test]
fn every_prefix_of_a_file_that_is_being_written() {
    let project = Project::new("f: x\ng: x");
    let server = Server::start(&project);
    let text = "!Kamodo\nf(x[cm])[kg]: x**2\ng: x + 1\n";
    let path = project.path("kamodo_rpc.yaml");
    for end in 0..text.len() {
        fs::write(&path, &text[..end]).unwrap();
        assert_eq!(server.call(&["f", "3"]).code, Some(0), "{:?}", &text[..end]);
    }
    fs::write(&path, text).unwrap();
    server.answers(&["g", "5"], "6");
    assert_eq!(server.call(&["f", "3"]).stdout, "9\n");
}

#[test]
fn reading_is_no_change() {
    let project = Project::new(OLD);
    project.drop_plugin(&fixture_plugin("v1"), "changing.so");
    let server = Server::start(&project);
    server.answers(&["answer"], "1.0");
    let before = server.log();
    throughout(
        A_WHILE,
        || (fs::read(project.path("kamodo_rpc.yaml")), fs::read(project.path("plugins.d/changing.so"))),
        |(config, plugin)| config.is_ok() && plugin.is_ok(),
    );
    assert_eq!(server.log(), before);
}

#[test]
fn a_directory_of_plugins_that_is_replaced() {
    let project = Project::new(OLD);
    project.drop_plugin(&fixture_plugin("v1"), "changing.so");
    let server = Server::start(&project);
    server.answers(&["answer"], "1.0");
    fs::create_dir(project.path("next.d")).unwrap();
    fs::copy(fixture_plugin("v2"), project.path("next.d/changing.so")).unwrap();
    fs::rename(project.path("plugins.d"), project.path("before.d")).unwrap();
    fs::rename(project.path("next.d"), project.path("plugins.d")).unwrap();
    server.answers(&["answer"], "2.0");
    // the new directory is watched as the old one was
    project.drop_plugin(&fixture_plugin("v1"), "changing.so");
    server.answers(&["answer"], "1.0");
}

#[test]
fn a_directory_of_plugins_that_is_not_there_for_a_while() {
    let project = Project::new(OLD);
    project.drop_plugin(&fixture_plugin("v1"), "changing.so");
    let server = Server::start(&project);
    fs::rename(project.path("plugins.d"), project.path("away.d")).unwrap();
    server.logs("served until it is there again");
    assert_eq!(server.call(&["answer"]).stdout, "1.0\n");
    fs::rename(project.path("away.d"), project.path("plugins.d")).unwrap();
    project.remove_plugin("changing.so");
    eventually_gone(&server, "answer");
}

#[track_caller]
fn eventually_gone(server: &Server<'_>, name: &str) {
    kamodo_tests::eventually(|| server.call(&[name]), |output| output.code == Some(1));
}

#[test]
fn a_publication_is_one_line_and_a_new_unit_a_warning() {
    let project = Project::new("f(x[cm])[kg]: x**2\nh: x");
    let server = Server::start(&project);
    project.define("f(x[m])[kg]: x**2\ng(y[s]): y");
    server.answers(&["g", "5"], "5");
    let log = server.log();
    let told: Vec<_> = log
        .lines()
        .filter(|line| line.contains("generation") || line.contains("callers"))
        .filter_map(|line| line.split_once(' ').map(|(_, told)| told.trim()))
        .collect();
    assert_snapshot!(told.join("\n"), @r"
    INFO generation 2 (files): came g(y[s]); went h(x); changed f(x[m])[kg] (was f(x[cm])[kg])
    WARN callers may have to change: f(x[m])[kg] (was f(x[cm])[kg])
    ");
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
    // The harness asks for as long as the server's own second look takes: the edit must be seen before.
    let saved = Instant::now();
    fs::write(project.path("real/other.yaml"), format!("!Kamodo\n{NEW}\n")).unwrap();
    server.answers(&["f", "5"], "21");
    assert!(saved.elapsed() < Duration::from_secs(20), "seen by the look every 30 s, not by its event");
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

#[test]
fn a_directory_of_plugins_that_an_edit_names() {
    let project = Project::new(OLD);
    let server = Server::start_with(&project, &["serve", "kamodo_rpc.yaml", "--port", "0"]);
    fs::create_dir(project.path("more.d")).unwrap();
    fs::copy(fixture_plugin("v1"), project.path("more.d/changing.so")).unwrap();
    project.define(&format!("{OLD}\ng: 2*answer()\n--- !Plugins\ndirectory: more.d"));
    server.answers(&["g"], "2.0");
    fs::copy(fixture_plugin("v2"), project.path("more.d/.partial")).unwrap();
    fs::rename(project.path("more.d/.partial"), project.path("more.d/changing.so")).unwrap();
    server.answers(&["g"], "4.0");
    // what the directory brought goes with it, and what called it waits again
    project.define(&format!("{OLD}\ng: 2*answer()"));
    eventually_gone(&server, "answer");
    assert!(server.call(&["g"]).stderr.contains("waits for `answer`"), "{:?}", server.call(&["g"]));
}

#[test]
fn a_hangup_looks_again() {
    let project = Project::new(OLD);
    let server = Server::start(&project);
    server.signal("HUP");
    server.logs("asked to look again (SIGHUP)");
    assert_eq!(server.call(&["f", "5"]).stdout, "19\n");
}
