//! The command line: both forms, its exit codes, and the two commands that talk to a server.

use insta::assert_snapshot;
use kamodo_tests::{Project, Server};

#[test]
fn usage_errors_exit_with_64() {
    let project = Project::new("f: x");
    for args in
        [&["serve", "--prot", "1"][..], &["port=x"], &["hots=localhost"], &["call"], &["check", "a", "b"]]
    {
        let output = project.run(args);
        assert_eq!(output.code, Some(64), "{args:?}: {output:?}");
        assert!(!output.stderr.is_empty(), "{args:?} is refused without a word");
    }
}

#[test]
fn help_and_version_exit_with_0() {
    let project = Project::new("f: x");
    assert_eq!(project.run(&["--help"]).code, Some(0));
    assert_eq!(project.run(&["--version"]).stdout, format!("kamodo-rpc {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn the_published_form() {
    let project = Project::new("f: x**2 - x - 1");
    project.replace("custom.yaml", "!Kamodo\nf: x + 1\n");
    for port in ["port=0", "port='0'", "port=\"0\""] {
        let server = Server::start_with(&project, &["rpc_conf=custom.yaml", "host=localhost", port]);
        assert_eq!(server.call(&["f", "5"]).stdout, "6\n");
    }
}

#[test]
fn the_table_and_the_line_that_says_it_is_ready() {
    let project = Project::new("f: x**2 - x - 1\np_dyn(n[1/cm^3],v[km/s])[nPa]: 1.6726e-6*n*v**2");
    let server = Server::start(&project);
    let printed = server.printed().replace(&server.port().to_string(), "PORT");
    assert_snapshot!(printed, @r"
    | symbol      | units | lhs         | rhs              | arg_units            | origin          |
    |-------------|-------|-------------|------------------|----------------------|-----------------|
    | f(x)        |       | f           | x**2 - x - 1     |                      | kamodo_rpc.yaml |
    | p_dyn(n, v) | nPa   | p_dyn(n, v) | 1.6726e-6*n*v**2 | n: cm**(-3), v: km/s | kamodo_rpc.yaml |
    ready at 127.0.0.1:PORT
    ");
}

#[test]
fn a_bad_file_is_not_served() {
    let project = Project::new("f: x**2 - * x");
    let output = project.run(&["serve", "--port", "0"]);
    assert_eq!(output.code, Some(1));
    assert_snapshot!(output.stderr, @r"
    kamodo_rpc.yaml:2:11: error: `f`: expected an operand, found `*`
      2 | f: x**2 - * x
        |           ^
    hint: write a number, a name or `(` after `-`, or leave `-` out

    kamodo-rpc: kamodo_rpc.yaml: not served: 1 error above
    hint: mend the errors: nothing else can be served
    ");
    assert!(!output.stdout.contains("ready"));
}

/// A file of numpy with this header.
fn npy_file(header: &str, bytes: &[u8]) -> Vec<u8> {
    let header = format!("{header:117}\n"); // the elements are aligned
    [b"\x93NUMPY\x01\x00", &118_u16.to_le_bytes()[..], header.as_bytes(), bytes].concat()
}

#[test]
fn files_of_numpy_as_arguments() {
    let project = Project::new("f(x): x");
    let server = Server::start(&project);
    let check = |header: &str, bytes: Vec<u8>, expect: &str| {
        project.replace("x.npy", npy_file(header, &bytes));
        let output = server.call(&["f", "x=@x.npy", "--format", "json"]);
        assert_eq!((output.code, output.stdout.trim_end()), (Some(0), expect), "{header}: {output:?}");
    };
    let integers = |numbers: &[i16]| numbers.iter().flat_map(|one| one.to_be_bytes()).collect();
    check("{'descr': '>i2', 'fortran_order': False, 'shape': (3,), }", integers(&[1, 2, 300]), "[1,2,300]");
    let by_column = integers(&[0, 3, 1, 4, 2, 5]);
    check("{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3), }", by_column, "[[0,1,2],[3,4,5]]");
    let cube = integers(&[0, 4, 2, 6, 1, 5, 3, 7]);
    let expect = "[[[0,1],[2,3]],[[4,5],[6,7]]]";
    check("{'descr': '>i2', 'fortran_order': True, 'shape': (2, 2, 2), }", cube, expect);
    check("{'descr': '>i2', 'fortran_order': True, 'shape': (2, 0), }", Vec::new(), "[[],[]]");
    let complex = [1.0_f64, -2.0].iter().flat_map(|one| one.to_le_bytes()).collect();
    check("{'descr': '<c16', 'fortran_order': False, 'shape': (1,), }", complex, "[\"1-2i\"]");
    project.replace(
        "x.npy",
        npy_file("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }", &[]),
    );
    assert_snapshot!(server.call(&["f", "x=@x.npy"]).stderr, @"
    kamodo-rpc: argument `x=@x.npy`: x.npy: expected an array of shape [1000000000000], found 128 bytes
    hint: name a file of numbers after `@`: `.npy`, `.json` or `.csv`, or `-` for standard input
    ");
    check("{'descr': '<f2', 'fortran_order': False, 'shape': (1,), }", vec![0x00, 0x3e], "[1.5]");
}

#[test]
fn mistakes_on_the_command_line() {
    let project = Project::new("f: x**2 - x - 1");
    let server = Server::start(&project);
    let twice = server.call(&["f", "x=5", "x=6"]);
    assert_eq!(twice.code, Some(64));
    assert_snapshot!(twice.stderr, @"
    kamodo-rpc: argument `x=6`: `x` is given before it already
    hint: leave out one of the two `x`
    ");
    let full = project.shell(&format!("kamodo-rpc call f 5 --port {} > /dev/full", server.port()));
    assert_eq!(full.code, Some(74));
    assert_snapshot!(full.stderr, @"kamodo-rpc: standard output: cannot be written: No space left on device (os error 28)");
    let list = project.shell(&format!("kamodo-rpc list --port {} > /dev/full", server.port()));
    assert_eq!(list.code, Some(74), "{list:?}");
}

#[test]
fn an_expression_that_begins_with_a_minus() {
    let project = Project::new("f: x**2 - x - 1");
    let server = Server::start(&project);
    let printed = |args: &[&str]| server.command(&[&["eval"], args].concat()).stdout;
    assert_eq!(printed(&["-5"]), "-5\n");
    assert_eq!(printed(&["-f(5) + x", "x=-1"]), "-20\n");
    assert_eq!(printed(&["--format", "json", "-f(5)"]), "-19\n");
    assert_eq!(printed(&["-f(5)", "--format", "json"]), "-19\n");
    assert_eq!(printed(&["x + y", "x=-.5", "y=-inf"]), "-inf\n");
    assert_eq!(printed(&["g(x) = 2*x", "-.5"]), "-1.0\n");
    assert_eq!(server.call(&["f", "-inf", "--format", "json"]).stdout, "\"inf\"\n");
    assert_eq!(server.call(&["f", "-1e-3"]).stdout, "-0.998999\n");
}

#[test]
fn an_expression_beside_a_function_of_that_name() {
    let project = Project::new("expression(x): x + 100\nf(x): x");
    let server = Server::start(&project);
    assert_eq!(server.command(&["eval", "expression(5) + f(1)"]).stdout, "106\n");
    assert_snapshot!(server.command(&["eval", "f(x) + y", "x=1"]).stderr, @"
    kamodo-rpc: definition:1:8: error: `expression_`: `y` is not a parameter of `expression_`
      1 | f(x) + y
        |        ^
    hint: give each of its arguments as `name=value`
    ");
}

/// What the shell says of commands, one after another.
fn said_of(server: &Server<'_>, commands: &[&str]) -> String {
    let mut said = String::new();
    for command in commands {
        let output = server.shell(command);
        said += &format!("$ {command}\n{}{}", output.stdout, output.stderr);
    }
    said
}

/// Returns the commands that hints of what was said show.
fn hinted(said: &str) -> Vec<String> {
    let hints = said.lines().filter_map(|line| line.strip_prefix("hint: "));
    let code = hints.flat_map(|hint| kamodo_tests::hint::split(hint).1);
    let commands = code.filter(|code| code.starts_with("kamodo-rpc ") && !code.contains('…'));
    commands.map(str::to_owned).collect()
}

#[test]
fn hints_on_a_call_are_in_the_words_of_the_shell() {
    let project = Project::new(
        "f: x**2 - x - 1\nb(B[nT])[T]: 1e-9*B\np_dyn(n[1/cm^3],v[km/s])[nPa]: 1.6726e-6*n*v**2\nr(a,b,c): a + b*c",
    );
    let server = Server::start(&project);
    let said = said_of(
        &server,
        &[
            "kamodo-rpc call f '[]'",
            "kamodo-rpc call f '[1, null]'",
            "kamodo-rpc call f '[[1], [2, 3]]'",
            "kamodo-rpc call f null",
            "kamodo-rpc call r a=1 2 3",
            "kamodo-rpc call p_dyn v=400 '5[1/cm^3]' 6",
            "kamodo-rpc call r 1 b=2 3 4",
            "kamodo-rpc call p_dyn 5",
            "kamodo-rpc call p_dyn 5 port=400",
            "kamodo-rpc call b -5[nT] --unit nT",
            "kamodo-rpc call b -- -5[nT]",
            "kamodo-rpc call b 5nT",
            "kamodo-rpc call b 'B=5 nT'",
            "kamodo-rpc call f 'x = 5'",
            "kamodo-rpc call f 2*pi",
            "kamodo-rpc call 'f(5)'",
            "kamodo-rpc call 'p_dyn(n=5, v=400)'",
            "kamodo-rpc list f f --format csv",
            "kamodo-rpc list 'f(x)'",
        ],
    );
    assert_snapshot!(said, @"
    $ kamodo-rpc call f '[]'
    []
    $ kamodo-rpc call f '[1, null]'
    kamodo-rpc: `f`: `**` does not take `list` and `int`
    hint: give a number, or a list of numbers whose rows are equally long, in place of `[1, null]`
    $ kamodo-rpc call f '[[1], [2, 3]]'
    kamodo-rpc: `f`: `**` does not take `list` and `int`
    hint: give a number, or a list of numbers whose rows are equally long, in place of `[[1], [2, 3]]`
    $ kamodo-rpc call f null
    kamodo-rpc: `f`: `**` does not take `NoneType` and `int`
    hint: give a number, or a list of numbers whose rows are equally long, in place of `null`
    $ kamodo-rpc call r a=1 2 3
    kamodo-rpc: `r(a, b, c)`: argument `a` is given by position and by keyword
    hint: values without a name are for the first parameters: write `kamodo-rpc call r a=1 b=2 c=3`
    $ kamodo-rpc call p_dyn v=400 '5[1/cm^3]' 6
    kamodo-rpc: `p_dyn(n, v)`: argument `v` is given by position and by keyword
    hint: leave out one of the two `v`
    $ kamodo-rpc call r 1 b=2 3 4
    kamodo-rpc: `r(a, b, c)`: argument `b` is given by position and by keyword
    hint: leave out one of the two `b`
    $ kamodo-rpc call p_dyn 5
    kamodo-rpc: `p_dyn(n, v)`: missing argument `v`
    hint: call it as `kamodo-rpc call p_dyn n=5 v=…`
    $ kamodo-rpc call p_dyn 5 port=400
    kamodo-rpc: `p_dyn(n, v)` has no argument `port`
    hint: a flag is written `--port 400`
    $ kamodo-rpc call b -5[nT] --unit nT
    -5.0
    $ kamodo-rpc call b -- -5[nT]
    -5e-09
    $ kamodo-rpc call b 5nT
    kamodo-rpc: argument `5nT`: expected a number, a JSON list or `@file`, found `5nT`
    hint: write `'5[nT]'`
    $ kamodo-rpc call b 'B=5 nT'
    kamodo-rpc: argument `B=5 nT`: expected a number, a JSON list or `@file`, found `5 nT`
    hint: write `'B=5[nT]'`
    $ kamodo-rpc call f 'x = 5'
    19
    $ kamodo-rpc call f 2*pi
    kamodo-rpc: argument `2*pi`: expected a number, a JSON list or `@file`, found `2*pi`
    hint: `call` takes numbers; compute them with `eval`, as in `kamodo-rpc eval 'f(2*pi)'`
    $ kamodo-rpc call 'f(5)'
    kamodo-rpc: the server has no function `f(5)`
    hint: write `kamodo-rpc eval 'f(5)'`
    $ kamodo-rpc call 'p_dyn(n=5, v=400)'
    kamodo-rpc: the server has no function `p_dyn(n=5, v=400)`
    hint: write `kamodo-rpc call p_dyn n=5 v=400`
    $ kamodo-rpc list f f --format csv
    symbol,units,arg_units,equation,citation,state,origin
    f(x),,,x^{2} - x - 1,,served,kamodo_rpc.yaml
    f(x),,,x^{2} - x - 1,,served,kamodo_rpc.yaml
    $ kamodo-rpc list 'f(x)'
    kamodo-rpc: the server has no function `f(x)`
    hint: did you mean `f`?
    ");
    for command in hinted(&said) {
        let output = server.shell(&command);
        assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""), "{command}");
    }
}

#[test]
fn hints_on_an_expression_are_in_the_words_of_the_shell() {
    let project = Project::new("f: x**2 - x - 1\nb(B[nT])[T]: 1e-9*B");
    let server = Server::start(&project);
    let said = said_of(
        &server,
        &[
            "kamodo-rpc eval 'b(5[nT])'",
            "kamodo-rpc eval 'b(5 nT)'",
            "kamodo-rpc eval 'f([1, 2])'",
            "kamodo-rpc eval 'b(5)[nT]'",
            "kamodo-rpc eval 'b(B=5)'",
            "kamodo-rpc eval 'nosuch(5)'",
            "kamodo-rpc eval f 5",
            "kamodo-rpc eval 'f(x)' 5",
            "kamodo-rpc eval 'g(x): f(x)' 5",
            "kamodo-rpc eval 'g(x) = f(x)'",
            "kamodo-rpc eval 'g(x) = f(x)' '[1, null]'",
        ],
    );
    assert_snapshot!(said, @"
    $ kamodo-rpc eval 'b(5[nT])'
    kamodo-rpc: definition:1:4: error: `expression`: unexpected `[`
      1 | b(5[nT])
        |    ^
    hint: write `kamodo-rpc eval 'b(x)' 'x=5[nT]'`
    $ kamodo-rpc eval 'b(5 nT)'
    kamodo-rpc: definition:1:5: error: `expression`: expected an operator or `)`, found `nT`
      1 | b(5 nT)
        |     ^^
        |  ^ opened here
    hint: write `kamodo-rpc eval 'b(x)' 'x=5[nT]'`
    $ kamodo-rpc eval 'f([1, 2])'
    kamodo-rpc: definition:1:3: error: `expression`: unexpected `[`
      1 | f([1, 2])
        |   ^
    hint: write `kamodo-rpc eval 'f(x)' 'x=[1, 2]'`
    $ kamodo-rpc eval 'b(5)[nT]'
    kamodo-rpc: definition:1:5: error: `expression`: unexpected `[`
      1 | b(5)[nT]
        |     ^
    hint: write `kamodo-rpc eval 'b(5)' --unit nT`
    $ kamodo-rpc eval 'b(B=5)'
    kamodo-rpc: definition:1:4: error: `expression`: unexpected `=`
      1 | b(B=5)
        |    ^
    hint: write `kamodo-rpc call b B=5`
    $ kamodo-rpc eval 'nosuch(5)'
    kamodo-rpc: definition:1:1: error: `expression`: calls `nosuch`, which is not served
      1 | nosuch(5)
        | ^^^^^^^^^
    hint: `kamodo-rpc list` lists what is served
    $ kamodo-rpc eval f 5
    kamodo-rpc: `f`: expected arguments as `name=value`
    hint: write `kamodo-rpc call f 5`
    $ kamodo-rpc eval 'f(x)' 5
    kamodo-rpc: `f(x)`: expected arguments as `name=value`
    hint: write `kamodo-rpc eval 'f(x)' x=5`
    $ kamodo-rpc eval 'g(x): f(x)' 5
    kamodo-rpc: `g(x): f(x)`: expected arguments as `name=value`
    hint: write `kamodo-rpc eval 'g(x) = f(x)' 5`
    $ kamodo-rpc eval 'g(x) = f(x)'
    kamodo-rpc: `g(x)`: missing argument `x`
    hint: call it as `kamodo-rpc eval 'g(x) = f(x)' x=…`
    $ kamodo-rpc eval 'g(x) = f(x)' '[1, null]'
    kamodo-rpc: `g`: `**` does not take `list` and `int`
    hint: give a number, or a list of numbers whose rows are equally long, in place of `[1, null]`
    ");
    for command in hinted(&said) {
        let output = server.shell(&command);
        assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""), "{command}");
    }
}

/// What bash would offer for a line that ends so.
fn completed(project: &Project, words: &[&str]) -> Vec<String> {
    let line: Vec<_> = words.iter().map(|word| format!("'{word}'")).collect();
    let (last, before) = words.split_last().unwrap();
    let script = format!(
        "source <(kamodo-rpc completions bash); COMP_WORDS=({}); COMP_CWORD={}; \
         _kamodo__rpc kamodo-rpc '{last}' '{}'; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        line.join(" "),
        words.len() - 1,
        before.last().unwrap()
    );
    let output = project.shell(&script);
    assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""), "{script}");
    output.stdout.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn bash_completes_commands_flags_and_their_values() {
    let project = Project::new("f: x");
    assert_eq!(completed(&project, &["kamodo-rpc", "st"]), ["status"]);
    assert_eq!(completed(&project, &["kamodo-rpc", "call", "--for"]), ["--format"]);
    assert_eq!(completed(&project, &["kamodo-rpc", "call", "--format", "j"]), ["json"]);
    let commands = completed(&project, &["kamodo-rpc", ""]);
    assert!(
        commands.contains(&"eval".to_owned()) && !commands.contains(&"try-plugin".to_owned()),
        "{commands:?}"
    );
}

#[test]
fn a_server_that_says_nothing() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let project = Project::new("f: x");
    drop(Server::start(&project)); // for its certificate
    let output = project.run(&["list", "--port", &port]);
    assert_eq!(output.code, Some(69));
    assert_snapshot!(output.stderr.replace(&port, "PORT"), @"
    kamodo-rpc: localhost:PORT: TLS handshake failed: no answer within 10s
    hint: what listens there speaks no TLS, or is stopped
    ");
    let missing = project.run(&["list", "--port", &port, "--certfile", "none.cert"]);
    assert_eq!(missing.code, Some(64));
    assert_snapshot!(missing.stderr, @"
    kamodo-rpc: none.cert: cannot be read: No such file or directory (os error 2)
    hint: name the server's certificate with `--certfile` or `KAMODO_CERTFILE`: a server makes `selfsigned.cert` in the directory in which it is started
    ");
}

#[test]
fn arguments_of_call() {
    let project = Project::new("f: x**2 - x - 1\nsum(x,y): x + 10*y\nh: 1e3");
    let server = Server::start(&project);
    let printed = |call: &[&str]| {
        let output = server.call(call);
        assert_eq!(output.code, Some(0), "{call:?}: {output:?}");
        output.stdout
    };
    assert_eq!(printed(&["f", "5"]), "19\n");
    assert_eq!(printed(&["f", "-5"]), "29\n");
    assert_eq!(printed(&["f", "0.5"]), "-1.25\n");
    assert_eq!(printed(&["f", "1000000000000000000000"]), "999999999999999999998999999999999999999999\n");
    assert_eq!(printed(&["f", "[1, 2, 3]"]), "[-1  1  5]\n");
    assert_eq!(printed(&["f", "[[1.5], [2.5]]"]), "[[-0.25]\n [ 2.75]]\n");
    assert_eq!(printed(&["sum", "1", "y=2"]), "21\n");
    assert_eq!(printed(&["sum", "y=1", "x=2"]), "12\n");
    assert_eq!(printed(&["h"]), "1000.0\n");
    std::fs::write(project.path("x.npy"), npy(&[1.0, 2.0, 4.0])).unwrap();
    assert_eq!(printed(&["f", "@x.npy"]), "[-1.  1. 11.]\n");
}

#[test]
fn forms_of_a_result() {
    let project = Project::new("f: x**2 - x - 1\ng(x): 'x > 0'");
    let server = Server::start(&project);
    let printed = |call: &[&str]| {
        let output = server.call(call);
        assert_eq!(output.code, Some(0), "{call:?}: {output:?}");
        output.stdout
    };
    assert_eq!(printed(&["f", "[1, 2, 3]", "--format", "json"]), "[-1,1,5]\n");
    assert_eq!(printed(&["f", "5", "--format", "json"]), "19\n");
    assert_eq!(printed(&["f", "[1.0, 2.0]", "--output", "f.npy"]), "");
    assert_eq!(std::fs::read(project.path("f.npy")).unwrap(), npy(&[-1.0, 1.0]));
    assert_eq!(printed(&["f", "@f.npy", "--output", "f.json"]), "");
    assert_eq!(std::fs::read_to_string(project.path("f.json")).unwrap(), "[1.0,-1.0]\n");
    assert_eq!(printed(&["f", "[1.0]", "--output", "f.txt"]), "");
    assert_eq!(std::fs::read_to_string(project.path("f.txt")).unwrap(), "[-1.]\n");
    assert!(
        printed(&["f", "2", "--format", "npy"])
            .contains("'descr': '<i8', 'fortran_order': False, 'shape': ()")
    );
}

#[test]
fn results_that_cannot_be_written() {
    let project = Project::new("f: x**2 - x - 1");
    let server = Server::start(&project);
    let output = server.call(&["f", "5", "--output", "missing/f.npy"]);
    assert_eq!(output.code, Some(74));
    assert_snapshot!(output.stderr, @"kamodo-rpc: missing/f.npy: cannot be written: No such file or directory (os error 2)");
    let output = server.call(&["f", "1000000000000000000000", "--format", "npy"]);
    assert_eq!(output.code, Some(1));
    assert_snapshot!(output.stderr, @"
    kamodo-rpc: the result has no form in `npy`, which holds arrays, and numbers of at most 64 bits
    hint: choose `--format json`
    ");
    std::fs::write(project.path("kept.npy"), "kept").unwrap();
    let output = server.call(&["f", "1000000000000000000000", "--output", "kept.npy"]);
    assert_eq!(
        (output.code, std::fs::read_to_string(project.path("kept.npy")).unwrap()),
        (Some(1), "kept".into())
    );
    // `script` gives the command a terminal.
    let port = server.port().to_string();
    let output =
        project.shell(&format!("script -qec 'kamodo-rpc call --port {port} f 5 --format npy' /dev/null"));
    assert_eq!(output.code, Some(64), "{output:?}");
    assert_snapshot!(output.stdout.replace('\r', ""), @"
    kamodo-rpc: `npy` is no text: expected a file to write it to, found a terminal
    hint: name a file with `--output`, or choose `--format text`, `json` or `csv`
    ");
}

#[test]
fn deadlines() {
    let project = Project::new("f: x**2 - x - 1");
    let server = Server::start(&project);
    assert_eq!(server.call(&["f", "5", "--deadline", "60s"]).stdout, "19\n");
    let output = server.call(&["f", "5", "--deadline", "soon"]);
    assert_eq!(output.code, Some(64));
    assert_snapshot!(output.stderr, @"
    error: invalid value 'soon' for '--deadline <TIME>': expected a time from 1 ms to 10 d, such as `2s`, found `soon`

    For more information, try '--help'.
    ");
    let proxy = kamodo_tests::Proxy::start(server.port());
    proxy.set(kamodo_tests::Weather::Silent);
    let port = proxy.port().to_string();
    let output = project.run(&["call", "--port", &port, "f", "5", "--deadline", "100ms"]);
    assert_eq!(output.code, Some(75), "{output:?}");
    assert_snapshot!(output.stderr.replace(&port, "PORT"), @"
    kamodo-rpc: `f`: no answer within 100ms
    hint: allow it more time, or ask for less at once
    ");
}

#[test]
fn completions_are_scripts_of_their_shells() {
    let project = Project::new("f: x");
    for (shell, word) in
        [("bash", "complete -F"), ("zsh", "#compdef kamodo-rpc"), ("fish", "complete -c kamodo-rpc")]
    {
        let output = project.run(&["completions", shell]);
        assert_eq!(output.code, Some(0), "{shell}: {output:?}");
        assert!(output.stdout.contains(word), "{shell}: {}", output.stdout);
    }
    let completed = project.shell(
        "eval \"$(kamodo-rpc completions bash)\"; COMP_WORDS=(kamodo-rpc ev); COMP_CWORD=1; _kamodo__rpc kamodo-rpc ev; echo \"${COMPREPLY[*]}\"",
    );
    assert_eq!(completed.stdout, "eval\n", "{completed:?}");
}

#[test]
fn manual_pages_are_written_for_every_command_that_the_help_shows() {
    let project = Project::new("f: x");
    let output = project.run(&["man", "man1"]);
    assert_eq!(output.code, Some(0), "{output:?}");
    let mut pages: Vec<String> = std::fs::read_dir(project.path("man1"))
        .unwrap()
        .map(|page| page.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    pages.sort();
    let help = project.run(&["--help"]).stdout;
    let commands =
        help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let commands = commands.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help");
    let mut expected: Vec<_> = commands.map(|name| format!("kamodo-rpc-{name}.1")).collect();
    expected.push("kamodo-rpc.1".to_owned());
    expected.sort();
    assert_eq!(pages, expected);
    let serve = std::fs::read_to_string(project.path("man1/kamodo-rpc-serve.1")).unwrap();
    assert!(serve.contains(".TH kamodo-rpc-serve 1"), "{serve}");
}

#[test]
fn manual_pages_that_cannot_be_written_are_an_error() {
    let project = Project::new("f: x");
    project.replace("taken", "a file");
    let output = project.run(&["man", "taken"]);
    assert_eq!(
        (output.code, &*output.stderr),
        (Some(74), "kamodo-rpc: taken: cannot be written: File exists (os error 17)\n")
    );
}

#[test]
fn expressions_are_evaluated_there() {
    let project = Project::new("f: x**2 - x - 1\np_dyn(n[1/cm^3],v[km/s])[nPa]: 1.6726e-6*n*v**2");
    let server = Server::start(&project);
    let evaluated = |args: &[&str]| server.command(&[&["eval"], args].concat());
    std::fs::write(project.path("x.npy"), npy(&[1.0, 2.0, 4.0])).unwrap();
    let output = evaluated(&["g(x)=f(x)+1", "x=@x.npy", "--output", "g.npy"]);
    assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""));
    assert_eq!(std::fs::read(project.path("g.npy")).unwrap(), npy(&[0.0, 2.0, 12.0]));
    assert_eq!(evaluated(&["f(5)+1"]).stdout, "20\n");
    assert_eq!(evaluated(&["f(x)+y", "x=5", "y=-19", "--deadline", "60s"]).stdout, "0\n");
    let output = evaluated(&["f(x)+1", "5"]);
    assert_eq!(output.code, Some(64));
    assert_snapshot!(output.stderr, @"
    kamodo-rpc: `f(x)+1`: expected arguments as `name=value`
    hint: write `kamodo-rpc eval 'f(x)+1' x=5`
    ");
    let output = evaluated(&["g(x)=f(x)+", "x=5"]);
    assert_eq!(output.code, Some(1));
    assert_snapshot!(output.stderr, @"
    kamodo-rpc: definition:1:6: error: `g`: expected an operand, found the end
      1 | f(x)+
        |      ^
    hint: write a number, a name or `(` after `+`, or leave `+` out
    ");
    let output = server.command(&["list"]);
    assert!(!output.stdout.contains("g(x)"), "a definition is of its connection alone: {}", output.stdout);
}

#[test]
fn errors_of_call() {
    let project = Project::new("f: x**2 - x - 1\np(x,y): x - y");
    let server = Server::start(&project);
    let fails = |call: &[&str], code| {
        let output = server.call(call);
        assert_eq!(output.code, Some(code), "{call:?}: {output:?}");
        output.stderr
    };
    let error = |call: &[&str]| fails(call, 1);
    let usage = |call: &[&str]| fails(call, 64);
    assert_snapshot!(error(&["ff", "1"]), @r"
    kamodo-rpc: the server has no function `ff`
    hint: it serves `f`, `p`
    ");
    assert_snapshot!(error(&["p", "1"]), @r"
    kamodo-rpc: `p(x, y)`: missing argument `y`
    hint: call it as `kamodo-rpc call p x=1 y=…`
    ");
    assert_snapshot!(error(&["p", "1", "2", "3"]), @r"
    kamodo-rpc: `p(x, y)` takes 2 arguments, found 3
    hint: call it as `kamodo-rpc call p x=1 y=2`
    ");
    assert_snapshot!(error(&["p", "1", "2", "x=3"]), @r"
    kamodo-rpc: `p(x, y)`: argument `x` is given by position and by keyword
    hint: leave out one of the two `x`
    ");
    assert_snapshot!(error(&["p", "1", "2", "z=3"]), @r"
    kamodo-rpc: `p(x, y)` has no argument `z`
    hint: call it as `kamodo-rpc call p x=1 y=2`
    ");
    assert_snapshot!(usage(&["f", "[1, 2"]), @r"
    kamodo-rpc: argument `[1, 2`: expected a number, a JSON list or `@file`, found `[1, 2`
    hint: write `'[1, 2]'`
    ");
    assert_snapshot!(usage(&["f", "@missing.npy"]), @r"
    kamodo-rpc: argument `@missing.npy`: missing.npy: cannot be read: No such file or directory (os error 2)
    hint: name a file of numbers after `@`: `.npy`, `.json` or `.csv`, or `-` for standard input
    ");
}

#[test]
fn list() {
    let project = Project::new("f: x**2 - x - 1\ng(x[cm])[kg]: x");
    let server = Server::start(&project);
    let output = project.run(&["list", "--port", &server.port().to_string()]);
    assert_eq!(output.code, Some(0), "{output:?}");
    assert_snapshot!(output.stdout, @r"
    | symbol | units | arg_units | equation      | citation | state  | origin          |
    |--------|-------|-----------|---------------|----------|--------|-----------------|
    | f(x)   |       |           | x^{2} - x - 1 |          | served | kamodo_rpc.yaml |
    | g(x)   | kg    | x: cm     | x             |          | served | kamodo_rpc.yaml |
    ");
    let output = server.command(&["list", "--format", "json"]);
    assert_snapshot!(output.stdout, @r#"[{"symbol":"f(x)","units":"","arg_units":{},"equation":"x^{2} - x - 1","citation":"","state":"served","origin":"kamodo_rpc.yaml","unit":"","doc":"","name":"f","defaults":{}},{"symbol":"g(x)","units":"kg","arg_units":{"x":"cm"},"equation":"x","citation":"","state":"served","origin":"kamodo_rpc.yaml","unit":"kg","doc":"","name":"g","defaults":{}}]"#);
}

#[test]
fn nobody_listens() {
    let project = Project::new("f: x");
    let server = Server::start(&project);
    let port = server.port().to_string();
    drop(server);
    let output = project.run(&["list", "--port", &port]);
    assert_eq!(output.code, Some(69));
    assert_snapshot!(output.stderr.replace(&port, "PORT"), @r"
    kamodo-rpc: localhost:PORT: cannot connect: Connection refused (os error 111)
    hint: start a server with `kamodo-rpc serve --port PORT`, or name another port
    ");
}

#[test]
fn a_taken_port() {
    let project = Project::new("f: x");
    let server = Server::start(&project);
    let port = server.port().to_string();
    let output = project.run(&["serve", "--host", "127.0.0.1", "--port", &port]);
    assert_eq!(output.code, Some(1), "{output:?}");
    assert_snapshot!(output.stderr.replace(&port, "PORT"), @r"
    kamodo-rpc: 127.0.0.1:PORT: cannot listen: Address already in use (os error 98)
    hint: another program has port PORT there; choose one with `--port`
    ");
}

#[test]
fn a_signal_ends_it_well() {
    let project = Project::new("f: x");
    for signal in ["TERM", "INT"] {
        assert_eq!(Server::start(&project).end_by(signal), Some(0), "SIG{signal}");
    }
}

/// An array of doubles as numpy saves it.
fn npy(elements: &[f64]) -> Vec<u8> {
    let header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({},), }}", elements.len());
    let bytes: Vec<u8> = elements.iter().flat_map(|element| element.to_le_bytes()).collect();
    npy_file(&header, &bytes)
}
