//! A server that is asked what it does and told what to do, with the commands of the binary.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Child;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use insta::assert_snapshot;
use kamodo_tests::{DEADLINE, Output, Project, Server, eventually, example_plugin};
use serde_json::Value;

const OLD: &str = "f(x[cm])[kg]: x**2 - x - 1\nh: g(5)";
const NEW: &str = "f(x[cm])[kg]: x**2 - x + 1\ng(x): 2*x\nh: g(5)";

/// Runs a command for the server at a port.
#[track_caller]
fn ask(project: &Project, server: &Server<'_>, command: &[&str]) -> Output {
    project.run(&[command, &["--port", &server.port().to_string()]].concat())
}

/// Runs a command that must succeed, and returns what it prints, without times and the port.
#[track_caller]
fn told(project: &Project, server: &Server<'_>, command: &[&str]) -> String {
    let output = ask(project, server, command);
    assert_eq!(output.code, Some(0), "{command:?}: {output:?}");
    timeless(&output.stdout)
}

#[track_caller]
fn told_json(project: &Project, server: &Server<'_>, command: &[&str]) -> Value {
    let output = ask(project, server, &[command, &["--json"]].concat());
    assert_eq!(output.code, Some(0), "{command:?}: {output:?}");
    serde_json::from_str(&output.stdout).unwrap()
}

/// Replaces what differs from run to run: times of day, and times between.
fn timeless(text: &str) -> String {
    let is_time = |word: &str| {
        word.len() == 20 && word.ends_with('Z') && word.as_bytes()[10] == b'T' && word.starts_with("20")
    };
    let lines = text.lines().map(|line| {
        let words: Vec<_> = line.split(' ').map(|word| if is_time(word) { "TIME" } else { word }).collect();
        let mut line = words.join(" ");
        for (from, until) in [("(", " ago"), ("(just", " now"), (", up ", " s"), (", up ", " min")] {
            if let Some(at) = line.find(until)
                && let Some(start) = line[..at].rfind(from)
            {
                line.replace_range(start + from.trim_end_matches("just").len()..at + until.len(), "SPAN");
            }
        }
        line
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Saves functions and waits until they are served.
#[track_caller]
fn publish(project: &Project, server: &Server<'_>, functions: &str) {
    let before = generation(project, server);
    project.define(functions);
    eventually(|| generation(project, server), |now| *now > before);
}

#[track_caller]
fn generation(project: &Project, server: &Server<'_>) -> u64 {
    told_json(project, server, &["status"])["generation"]["generation"].as_u64().unwrap()
}

/// The lines of a command that goes on.
struct Lines {
    process: Child,
    lines: Receiver<String>,
}

impl Lines {
    fn of(mut process: Child) -> Self {
        let (sender, lines) = channel();
        let stdout = BufReader::new(process.stdout.take().unwrap());
        thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { process, lines }
    }

    #[track_caller]
    fn next(&self) -> String {
        self.lines.recv_timeout(DEADLINE).expect("a line within the deadline")
    }

    #[track_caller]
    fn next_json(&self) -> Value {
        serde_json::from_str(&self.next()).unwrap()
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

// === status ===

#[test]
fn the_status_of_everything() {
    let project = Project::new(OLD);
    project.drop_plugin(&example_plugin("magnetopause"), "magnetopause.so");
    let server = Server::start(&project);
    let told = told(&project, &server, &["status"]);
    // the hash of the plugin is that of the build
    let masked: Vec<_> = told
        .lines()
        .map(|line| match line.rfind(", ").filter(|_| line.contains(".so,")) {
            Some(at) => format!("{}, HASH) |", &line[..at]),
            None => line.to_owned(),
        })
        .collect();
    assert_snapshot!(masked.join("\n"), @r"
    | function                                           | state         | since | origin                                                   |
    |----------------------------------------------------|---------------|-------|----------------------------------------------------------|
    | f(x[cm])[kg]                                       | served        | 1     | kamodo_rpc.yaml:2                                        |
    | h()                                                | waits for `g` | 1     | kamodo_rpc.yaml:3                                        |
    | standoff(B_z[nT], p_dyn[nPa])[R_E]                 | served        | 1     | magnetopause 0.1.0 (plugins.d/magnetopause.so, HASH) |
    | flaring(B_z[nT], p_dyn[nPa])                       | served        | 1     | magnetopause 0.1.0 (plugins.d/magnetopause.so, HASH) |
    | magnetopause(theta[rad], B_z[nT], p_dyn[nPa])[R_E] | served        | 1     | magnetopause 0.1.0 (plugins.d/magnetopause.so, HASH) |

    generation 1 of TIME (SPAN, files): 5 functions; kamodo-rpc 0.1.0, up SPAN
    ");
}

#[test]
fn the_status_of_one_function() {
    let project = Project::new(OLD);
    let server = Server::start(&project);
    assert_snapshot!(told(&project, &server, &["status", "f"]), @r"
    function:   f(x[cm])[kg]
    state:      served
    definition: f(x) = x**2 - x - 1
    equation:   x^{2} - x - 1
    origin:     kamodo_rpc.yaml:2
    since:      generation 1 of TIME (SPAN)
    ");
    let output = ask(&project, &server, &["status", "ff"]);
    assert_eq!(output.code, Some(1));
    assert_snapshot!(output.stderr, @r"
    kamodo-rpc: the server has no function `ff`
    hint: it serves `f`, `h`
    ");
}

#[test]
fn the_start_says_which_functions_wait() {
    let project = Project::new(
        "f(x): g(x) + h(x)\nk(x): 2*x\nm: f(1)\nn(x): sat_v(x)\n--- !KamodoClient\nhost: model.invalid\nport: 60000\nprefix: sat",
    );
    let server = Server::start(&project);
    let printed = server.printed();
    let waiting: Vec<_> = printed.lines().filter(|line| !line.starts_with(['|', 'r'])).collect();
    assert_snapshot!(waiting.join("\n"), @"
    f(x) waits for `g`, `h`
    m() waits for `g`, `h`
    n(x) waits for `sat_v`, a name of upstream model.invalid:60000 as sat_
    functions of upstream model.invalid:60000 as sat_ come as soon as it answers
    ");
}

#[test]
fn a_misspelt_function_file_or_generation() {
    let project = Project::new("v_A(B, n): B/n\np_dyn(x): x");
    let server = Server::start(&project);
    let refused = |command: &[&str]| ask(&project, &server, command).stderr;
    assert_snapshot!(server.call(&["va", "1", "2"]).stderr, @"
    kamodo-rpc: the server has no function `va`
    hint: did you mean `v_A`?
    ");
    assert_snapshot!(server.call(&["p_din", "1"]).stderr, @"
    kamodo-rpc: the server has no function `p_din`
    hint: did you mean `p_dyn`?
    ");
    assert_snapshot!(refused(&["pin", "kamodo_rcp.yaml"]), @"
    kamodo-rpc: no origin has the file `kamodo_rcp.yaml`
    hint: did you mean `kamodo_rpc.yaml`?
    ");
    assert_snapshot!(refused(&["pin", "nosuch"]), @"
    kamodo-rpc: no origin has the file `nosuch`
    hint: the origins are `kamodo_rpc.yaml`
    ");
    assert_snapshot!(refused(&["rollback", "x"]), @"
    error: invalid value 'x' for '[GENERATION]': expected the number of a generation, from 1, found `x`
    hint: `kamodo-rpc status --generations` lists those that are kept

    For more information, try '--help'.
    ");
    assert_snapshot!(refused(&["watch", "--since", "-"]), @"
    error: invalid value '-' for '--since <GENERATION>': expected the number of a generation, from 1, found `-`
    hint: `kamodo-rpc status --generations` lists those that are kept

    For more information, try '--help'.
    ");
    assert_snapshot!(refused(&["watch", "--since", "9999"]), @r"
    kamodo-rpc: generation 9999 was not published yet: the present one is 1
    hint: watch from generation 1: they are counted anew when a server is started
    ");
    // The system words the cause in its own way.
    let unknown =
        project.run(&["call", "f", "1", "--host", "model.invalid", "--certfile", "selfsigned.cert"]);
    let hint = unknown.stderr.lines().last().unwrap_or_default();
    assert_snapshot!(hint, @"hint: no machine has the name `model.invalid` here: name another with `--host`");
}

#[test]
fn the_status_as_json() {
    let project = Project::new(OLD);
    let server = Server::start(&project);
    let told = told_json(&project, &server, &["status"]);
    assert_eq!(told["functions"][0]["declaration"], "f(x[cm])[kg]");
    assert_eq!(told["functions"][1]["waits_for"], serde_json::json!(["g"]));
    assert_eq!(told["origins"][0]["state"], "served");
    let f = told_json(&project, &server, &["status", "f"]);
    assert_eq!(f, told["functions"][0]);
    assert_eq!((&f["origin"]["line"], &f["since"]["generation"]), (&2.into(), &1.into()));
}

#[test]
fn why_something_is_not_served() {
    let project = Project::new(OLD);
    let server = Server::start(&project);
    project.define("f: x**2 - * x\nnew: x");
    server.logs("what was served stays served");
    let status = || told(&project, &server, &["status"]);
    assert_snapshot!(eventually(status, |told| told.contains("refused")), @r"
    | function     | state                           | since | origin            |
    |--------------|---------------------------------|-------|-------------------|
    | f(x[cm])[kg] | served, a newer file is refused | 1     | kamodo_rpc.yaml:2 |
    | h()          | waits for `g`                   | 1     | kamodo_rpc.yaml:3 |
    | new          | refused                         |       | kamodo_rpc.yaml   |

    kamodo_rpc.yaml: refused (it has new)
      kamodo_rpc.yaml:2:11: error: `f`: expected an operand, found `*`
        2 | f: x**2 - * x
          |           ^
      hint: write a number, a name or `(` after `-`, or leave `-` out

    generation 1 of TIME (SPAN, files): 2 functions; kamodo-rpc 0.1.0, up SPAN
    ");
}

#[test]
fn who_comes_through_the_port_sees_it_too_but_not_the_files() {
    let project = Project::new(OLD);
    let server = Server::start(&project);
    project.define("f: x**2 - * x\nnew: x");
    server.logs("what was served stays served");
    let status = || told(&project, &server, &["status", "--socket", "none"]);
    assert_snapshot!(eventually(status, |told| told.contains("refused")), @r"
    | function     | state                           | since | origin            |
    |--------------|---------------------------------|-------|-------------------|
    | f(x[cm])[kg] | served, a newer file is refused | 1     | kamodo_rpc.yaml:2 |
    | h()          | waits for `g`                   | 1     | kamodo_rpc.yaml:3 |
    | new          | refused                         |       | kamodo_rpc.yaml   |

    kamodo_rpc.yaml: refused (it has new)
      kamodo_rpc.yaml:2:11: error: `f`: expected an operand, found `*`
      hint: write a number, a name or `(` after `-`, or leave `-` out

    generation 1 of TIME (SPAN, files): 2 functions; kamodo-rpc 0.1.0, up SPAN
    ");
}

// === commands ===

#[test]
fn a_rollback_stays_until_a_reload() {
    let project = Project::new(OLD);
    let server = Server::start(&project);
    publish(&project, &server, NEW);
    assert_snapshot!(told(&project, &server, &["rollback"]), @"generation 3: what was served before is, until a file changes or a `reload`");
    assert_eq!(server.call(&["f", "5"]).stdout, "19\n");
    server.signal("HUP"); // looks again, and changes nothing
    assert_snapshot!(told(&project, &server, &["status"]), @r"
    | function     | state               | since | origin            |
    |--------------|---------------------|-------|-------------------|
    | f(x[cm])[kg] | served, rolled back | 3     | kamodo_rpc.yaml:2 |
    | h()          | waits for `g`       | 3     | kamodo_rpc.yaml:3 |
    | g            | held by a rollback  |       | kamodo_rpc.yaml   |

    kamodo_rpc.yaml: waits for `kamodo-rpc reload`, or its next change (it has f, g, h)

    generation 3 of TIME (SPAN, rollback to 1): 2 functions; kamodo-rpc 0.1.0, up SPAN
    ");
    assert_eq!(server.call(&["f", "5"]).stdout, "19\n");
    assert_snapshot!(told(&project, &server, &["reload"]), @"generation 4: what is on disk is served");
    assert_eq!(server.call(&["f", "5"]).stdout, "21\n");
    assert_snapshot!(told(&project, &server, &["rollback", "1"]), @"generation 5: what generation 1 had is served, until a file changes or a `reload`");
    assert_snapshot!(told(&project, &server, &["status", "--generations"]), @r"
    | generation | at                   | cause         | functions | rollback | changes                              |
    |------------|----------------------|---------------|-----------|----------|--------------------------------------|
    | 5          | TIME | rollback to 1 | 2         | kept     | went g(x); changed f(x[cm])[kg], h() |
    | 4          | TIME | reload        | 3         | kept     | came g(x); changed f(x[cm])[kg], h() |
    | 3          | TIME | rollback to 1 | 2         | kept     | went g(x); changed f(x[cm])[kg], h() |
    | 2          | TIME | files         | 3         | kept     | came g(x); changed f(x[cm])[kg], h() |
    | 1          | TIME | files         | 2         | kept     | came f(x[cm])[kg], h()               |
    ");
    let output = ask(&project, &server, &["rollback", "99"]);
    assert_eq!(output.code, Some(1));
    assert_snapshot!(output.stderr, @r"
    kamodo-rpc: generation 99 is not kept: 1 to 5 are
    hint: `kamodo-rpc status --generations` lists those that are kept
    ");
}

#[test]
fn a_pin_holds_until_it_is_taken_off() {
    let project = Project::new(OLD);
    let server = Server::start(&project);
    assert_snapshot!(told(&project, &server, &["pin", "kamodo_rpc.yaml"]), @r"
    generation 1: what is pinned stays as it is served
    pinned: kamodo_rpc.yaml
    ");
    project.define(NEW);
    let status = || told(&project, &server, &["status"]);
    assert_snapshot!(eventually(status, |told| told.contains("waits for `kamodo-rpc unpin`")), @r"
    | function     | state          | since | origin            |
    |--------------|----------------|-------|-------------------|
    | f(x[cm])[kg] | served, pinned | 1     | kamodo_rpc.yaml:2 |
    | h()          | waits for `g`  | 1     | kamodo_rpc.yaml:3 |
    | g            | held by a pin  |       | kamodo_rpc.yaml   |

    kamodo_rpc.yaml: changed, and waits for `kamodo-rpc unpin` (it has f, g, h)

    pinned: kamodo_rpc.yaml
    generation 1 of TIME (SPAN, files): 2 functions; kamodo-rpc 0.1.0, up SPAN
    ");
    assert_eq!(server.call(&["f", "5"]).stdout, "19\n");
    assert_snapshot!(told(&project, &server, &["unpin"]), @"generation 2: what changed meanwhile is served");
    assert_eq!(server.call(&["f", "5"]).stdout, "21\n");
    let output = ask(&project, &server, &["pin", "other.yaml"]);
    assert_eq!(output.code, Some(1));
    assert_snapshot!(output.stderr, @r"
    kamodo-rpc: no origin has the file `other.yaml`
    hint: the origins are `kamodo_rpc.yaml`
    ");
}

#[test]
fn a_reload_tells_what_is_wrong() {
    let project = Project::new(OLD);
    let server = Server::start(&project);
    project.define("f: x**2 - * x");
    let output = ask(&project, &server, &["reload"]);
    assert_eq!(output.code, Some(1));
    assert_snapshot!(output.stdout + &output.stderr, @r"
    generation 1: something on disk is not served, see above
    kamodo_rpc.yaml:2:11: error: `f`: expected an operand, found `*`
      2 | f: x**2 - * x
        |           ^
    hint: write a number, a name or `(` after `-`, or leave `-` out
    ");
    project.define(NEW);
    assert_eq!(ask(&project, &server, &["reload"]).code, Some(0));
    assert_eq!(server.call(&["f", "5"]).stdout, "21\n");
}

#[test]
fn a_reload_tells_what_is_not_served_as_on_disk() {
    let project = Project::new("f: x");
    let server = Server::start(&project);
    project.define("f: x\na(x): g(x)\nb(x): h(x)\nc(x): i(x)\nd(x): a(x)");
    ask(&project, &server, &["reload"]);
    server.answers(&["f", "1"], "1");
    assert_snapshot!(told(&project, &server, &["reload"]), @"generation 2: nothing changed; not served as on disk: a (waits for `g`), b (waits for `h`), c (waits for `i`) and 1 more: see `kamodo-rpc status`");
    project.define("f: x\na(x): x\nb(x): h(x)");
    let reloaded = told(&project, &server, &["reload"]);
    // Whether the reload is what published it is a matter of time.
    let held = reloaded.split_once("but for ").or_else(|| reloaded.split_once("on disk: "));
    assert_snapshot!(held.unwrap().1, @"b (waits for `h`)");
}

#[test]
fn a_function_that_is_held_back_is_told_as_such() {
    let project = Project::new("f: x");
    let server = Server::start(&project);
    project.define("f: x\nc(x): x");
    server.answers(&["c", "1"], "1");
    assert_eq!(ask(&project, &server, &["rollback"]).code, Some(0));
    assert_snapshot!(server.call(&["c", "1"]).stderr, @r"
    kamodo-rpc: the server does not serve `c`: kamodo_rpc.yaml has it, and a rollback holds it back
    hint: `kamodo-rpc reload` has what is on disk served
    ");
    assert_snapshot!(server.command(&["eval", "c(1)"]).stderr, @r"
    kamodo-rpc: definition:1:1: error: `expression`: calls `c`, which is not served
      1 | c(1)
        | ^^^^
    hint: a rollback holds back `c` of kamodo_rpc.yaml: `kamodo-rpc reload` has it served
    ");
    assert_eq!(ask(&project, &server, &["reload"]).code, Some(0));
    assert_eq!(ask(&project, &server, &["pin"]).code, Some(0));
    project.define("f: x\nc(x): x\nd(x): x");
    eventually(|| told(&project, &server, &["status"]), |status| status.contains("held by a pin"));
    assert_snapshot!(server.call(&["d", "1"]).stderr, @r"
    kamodo-rpc: the server does not serve `d`: kamodo_rpc.yaml has it, and a pin holds it back
    hint: `kamodo-rpc unpin` has what changed meanwhile served
    ");
    assert_snapshot!(server.command(&["eval", "d(1)"]).stderr, @r"
    kamodo-rpc: definition:1:1: error: `expression`: calls `d`, which is not served
      1 | d(1)
        | ^^^^
    hint: a pin holds back `d` of kamodo_rpc.yaml: `kamodo-rpc unpin` has it served
    ");
}

// === watch ===

#[test]
fn a_watcher_sees_each_generation_once() {
    let project = Project::new(OLD);
    let mut server = Server::start(&project);
    let port = server.port().to_string();
    let lines = Lines::of(project.spawn(&["watch", "--since", "0", "--json", "--port", &port]));
    for n in 1..=3 {
        let event = lines.next_json();
        assert_eq!((&event["event"], &event["generation"]), (&"published".into(), &n.into()));
        if n == 2 {
            assert_eq!(event["changed"][0]["after"], "f(x[cm])[kg]");
            assert_eq!(event["came"], serde_json::json!(["g(x)"]));
        }
        publish(&project, &server, if n % 2 == 0 { OLD } else { NEW });
    }
    assert_eq!(lines.next_json()["generation"], 4);
    project.define("f: x**2 - * x");
    let event = lines.next_json();
    assert_eq!((&event["event"], &event["unserved"][0]["state"]), (&"standing".into(), &"refused".into()));
    assert_eq!(server.end_by("TERM"), Some(0));
    let mut lines = lines;
    assert_eq!(lines.process.wait().unwrap().code(), Some(69));
}

#[test]
fn what_a_watcher_reads() {
    let project = Project::new(OLD);
    let server = Server::start(&project);
    let port = server.port().to_string();
    let lines = Lines::of(project.spawn(&["watch", "--since", "0", "--port", &port]));
    let mut read = vec![lines.next()];
    publish(&project, &server, NEW);
    read.push(lines.next());
    project.define("f: x**2 - * x");
    read.extend((0..5).map(|_| lines.next()));
    project.define(NEW);
    read.push(lines.next());
    assert_snapshot!(timeless(&read.join("\n")), @r"
    TIME generation 1 (files): came f(x[cm])[kg], h()
    TIME generation 2 (files): came g(x); changed f(x[cm])[kg], h()
    TIME kamodo_rpc.yaml: refused
      kamodo_rpc.yaml:2:11: error: `f`: expected an operand, found `*`
        2 | f: x**2 - * x
          |           ^
      hint: write a number, a name or `(` after `-`, or leave `-` out
    TIME kamodo_rpc.yaml: nothing of it is refused or held any more
    ");
}

// === the socket ===

#[test]
fn the_socket_is_ones_own_and_goes_with_the_server() {
    let project = Project::new(OLD);
    let args = ["serve", "kamodo_rpc.yaml", "--port", "0", "--admin-socket", "run/admin.sock"];
    let mut server = Server::start_with(&project, &args);
    let socket = project.path("run/admin.sock");
    let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(socket.clone()), mode(project.path("run"))), (0o600, 0o700));
    assert_eq!(project.run(&["reload", "--socket", "run/admin.sock"]).code, Some(0));
    let second = project.run(&args);
    assert_eq!(second.code, Some(1));
    assert_snapshot!(second.stderr.lines().rev().take(2).collect::<Vec<_>>().join("\n"), @r"
    hint: name another place with `--admin-socket`
    kamodo-rpc: run/admin.sock: another server listens there
    ");
    assert_eq!(server.end_by("TERM"), Some(0));
    assert!(!socket.exists());
}

#[test]
fn nobody_there() {
    let project = Project::new(OLD);
    let fails = |command: &[&str], code| {
        let output = project.run(command);
        assert_eq!(output.code, Some(code), "{output:?}");
        output.stderr
    };
    let refused = |command: &[&str]| fails(command, 69);
    assert_snapshot!(refused(&["reload", "--port", "1"]), @r"
    kamodo-rpc: no server of yours listens at `~/.cache/kamodo-rpc/run/1.sock`
    hint: name its port with `--port`, or its socket with `--socket`
    ");
    assert_snapshot!(refused(&["pin", "--socket", "absent.sock"]), @r"
    kamodo-rpc: no server of yours listens at `absent.sock`
    hint: name its port with `--port`, or its socket with `--socket`
    ");
    assert_snapshot!(fails(&["rollback", "--host", "model.example"], 64), @r"
    kamodo-rpc: a server takes commands only at its own machine, found host `model.example`
    hint: run the command there; `status` and `watch` work from here
    ");
    drop(Server::start(&project)); // leaves its certificate behind
    assert_snapshot!(refused(&["status", "--port", "1"]), @r"
    kamodo-rpc: no server of yours listens at `~/.cache/kamodo-rpc/run/1.sock`, nor one at the port: localhost:1: cannot connect: Connection refused (os error 111)
    hint: start a server with `kamodo-rpc serve --port 1`, or name another port
    ");
}
