//! Results on their way out, and arguments on their way in: forms, files, pipes, units.

use std::fs;

use insta::assert_snapshot;
use kamodo_tests::{Output, Project, Server};

/// A script for a server, whose command finds it.
fn script(project: &Project, server: &Server<'_>, script: &str) -> Output {
    project.shell_at(server.port(), script)
}

/// What a command prints to a terminal of so many columns.
fn on_terminal(project: &Project, server: &Server<'_>, columns: usize, command: &str) -> String {
    let command = format!("stty cols {columns}; {command}");
    let output = script(project, server, &format!("script -qec \"{command}\" /dev/null"));
    output.stdout.replace('\r', "")
}

#[track_caller]
fn printed(output: Output) -> String {
    assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""), "{output:?}");
    output.stdout
}

#[test]
fn a_file_and_a_pipe_get_every_element_and_a_terminal_some() {
    let project = Project::new("f(x): 2*x");
    let server = Server::start(&project);
    let numbers: Vec<_> = (0..2000).map(|number| number.to_string()).collect();
    project.replace("x.json", format!("[{}]", numbers.join(",")));
    let doubled: Vec<_> = (0..2000).map(|number| 2 * number).collect();
    let words = |text: &str| {
        let words = text.split(['[', ']', ',', '\n', ' ']).filter(|word| !word.is_empty());
        words.map(|word| word.parse().unwrap()).collect::<Vec<i32>>()
    };
    for name in ["big.csv", "big.txt", "big.json", "big"] {
        assert_eq!(printed(server.call(&["f", "@x.json", "-o", name])), "");
        assert_eq!(words(&fs::read_to_string(project.path(name)).unwrap()), doubled, "{name}");
    }
    assert_eq!(words(&printed(server.call(&["f", "@x.json"]))), doubled);
    assert_eq!(words(&printed(script(&project, &server, "kamodo-rpc call f @x.json | cat"))), doubled);
    assert_snapshot!(on_terminal(&project, &server, 80, "kamodo-rpc call f @x.json"), @"[   0    2    4 ... 3994 3996 3998]");
}

#[test]
fn the_name_of_a_file_says_a_format_that_is_known() {
    let project = Project::new("f(x): x");
    let server = Server::start(&project);
    let refused = server.call(&["f", "5", "-o", "f.xlsx"]);
    assert_eq!(refused.code, Some(64));
    assert_snapshot!(refused.stderr, @"
    kamodo-rpc: f.xlsx: cannot tell its format: expected `.txt`, `.json`, `.csv` or `.npy`, found `.xlsx`
    hint: choose one with `--format`, or another name for the file
    ");
    assert!(!project.path("f.xlsx").exists());
    assert_eq!(printed(server.call(&["f", "5", "-o", "f.dat", "--format", "json"])), "");
    assert_eq!(fs::read_to_string(project.path("f.dat")).unwrap(), "5\n");
    assert_eq!(printed(server.call(&["f", "0.00007625", "-o", "F.TXT"])), "");
    assert_eq!(fs::read_to_string(project.path("F.TXT")).unwrap(), "7.625e-05\n");
}

#[test]
fn what_a_file_held_is_kept_if_writing_fails() {
    let project = Project::new("f(x): x");
    let server = Server::start(&project);
    project.replace("kept.csv", "kept");
    project.replace("x.csv", "1.5\n".repeat(5000));
    let full = "trap '' XFSZ; ulimit -f 4; kamodo-rpc call f @x.csv -o kept.csv";
    let output = script(&project, &server, full);
    assert_eq!(output.code, Some(74), "{output:?}");
    assert_snapshot!(output.stderr, @"kamodo-rpc: kept.csv: cannot be written: File too large (os error 27)");
    assert_eq!(fs::read_to_string(project.path("kept.csv")).unwrap(), "kept");
    let left = fs::read_dir(project.path(".")).unwrap();
    let left: Vec<_> = left.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert!(!left.iter().any(|name| name.contains(".partial")), "{left:?}");
    // Before a call that may take hours, and not after it.
    let output = script(&project, &server, "kamodo-rpc call nothing -o missing/f.csv");
    assert_snapshot!(output.stderr, @"kamodo-rpc: missing/f.csv: cannot be written: No such file or directory (os error 2)");
    assert_eq!(printed(script(&project, &server, "kamodo-rpc call f 5 -o /dev/stdout")), "5\n");
}

#[test]
fn numbers_in_rows_and_columns() {
    let project = Project::new("f(x): x\ng(x): sqrt(x)");
    let server = Server::start(&project);
    let csv = |args: &[&str]| printed(server.call(&[args, &["--format", "csv"]].concat()));
    assert_eq!(csv(&["f", "[[1.0, 2.5], [1e-5, 4.0]]"]), "1.0,2.5\n1e-05,4.0\n");
    assert_eq!(csv(&["f", "[1, 2]"]), "1\n2\n");
    assert_eq!(csv(&["f", "1e-5"]), "1e-05\n");
    let cube = server.call(&["f", "[[[1, 2]]]", "--format", "csv"]);
    assert_eq!(cube.code, Some(1));
    assert_snapshot!(cube.stderr, @"
    kamodo-rpc: the result has no form in `csv`, which holds numbers in rows and columns: found an array of 3 dimensions
    hint: choose `--format json` or `npy`
    ");
}

#[test]
fn numbers_are_printed_as_python_prints_them() {
    let project = Project::new("f(x): x\ng(x): x > 0\nh(x): x*I");
    let server = Server::start(&project);
    let printed = |args: &[&str]| printed(server.call(args));
    assert_eq!(printed(&["f", "0.00007625"]), "7.625e-05\n");
    assert_eq!(printed(&["f", "1e22"]), "1e+22\n");
    assert_eq!(printed(&["f", "[0.00007625]"]), "[7.625e-05]\n");
    assert_eq!(printed(&["g", "1"]), "True\n");
    assert_eq!(printed(&["h", "2"]), "2j\n");
}

#[test]
fn files_and_standard_input_as_arguments() {
    let project = Project::new("f(x): x\ng(x,y): x + y");
    let server = Server::start(&project);
    project.replace("x.json", "[[1, 2.5], [3, 4]]");
    project.replace("x.csv", "n,v\n1,2.5\n3,4\n");
    project.replace("x.txt", "# of a column\n1\n2\n");
    project.replace("x.dat", "[1, 2]");
    let json = |args: &[&str]| printed(server.call(&[args, &["--json"]].concat()));
    assert_eq!(json(&["f", "@x.json"]), "[[1.0,2.5],[3.0,4.0]]\n");
    assert_eq!(json(&["f", "x=@x.csv"]), "[[1.0,2.5],[3.0,4.0]]\n");
    assert_eq!(json(&["f", "@x.txt"]), "[1,2]\n");
    assert_eq!(json(&["f", "@x.dat"]), "[1,2]\n");
    let piped = |command: &str| printed(script(&project, &server, command));
    assert_eq!(piped("cat x.csv | kamodo-rpc call f @- --json"), "[[1.0,2.5],[3.0,4.0]]\n");
    assert_eq!(piped("echo '[1, 2]' | kamodo-rpc call g @- y=1 --json"), "[2,3]\n");
    assert_eq!(piped("echo 5 | kamodo-rpc call f @-"), "5\n");
    assert_eq!(
        piped("kamodo-rpc call f @x.csv --format npy | kamodo-rpc call f @- --format csv"),
        "1.0,2.5\n3.0,4.0\n"
    );
    for format in ["json", "csv"] {
        let command =
            format!("kamodo-rpc call f '[1.5, 1e-7]' --format {format} | kamodo-rpc call f @- --json");
        assert_eq!(piped(&command), "[1.5,1e-7]\n", "{format}");
    }
}

#[test]
fn files_that_cannot_be_read() {
    let project = Project::new("f(x): x\ng(x,y): x + y");
    let server = Server::start(&project);
    project.replace("x.json", "[1, 2");
    project.replace("x.csv", "n,v\n1,x\n");
    project.replace("x.dat", b"\xff\xfe\x00");
    let refused = |args: &[&str]| {
        let output = server.call(args);
        assert_eq!(output.code, Some(64), "{output:?}");
        output.stderr
    };
    assert_snapshot!(refused(&["f", "@x.json"]), @"
    kamodo-rpc: argument `@x.json`: x.json: expected JSON: EOF while parsing a list at line 1 column 5
    hint: name a file of numbers after `@`: `.npy`, `.json` or `.csv`, or `-` for standard input
    ");
    assert_snapshot!(refused(&["f", "x=@x.csv"]), @"
    kamodo-rpc: argument `x=@x.csv`: x.csv:2: column 2: expected a number, found `x`
    hint: name a file of numbers after `@`: `.npy`, `.json` or `.csv`, or `-` for standard input
    ");
    assert_snapshot!(refused(&["f", "@x.dat"]), @"
    kamodo-rpc: argument `@x.dat`: x.dat: expected text in UTF-8 or a file of numpy, found other bytes
    hint: name a file of numbers after `@`: `.npy`, `.json` or `.csv`, or `-` for standard input
    ");
    assert_snapshot!(refused(&["f", "@-"]), @"
    kamodo-rpc: argument `@-`: standard input: expected numbers, found none
    hint: name a file of numbers after `@`: `.npy`, `.json` or `.csv`, or `-` for standard input
    ");
    let twice = script(&project, &server, "echo 1 | kamodo-rpc call g @- y=@-");
    assert_snapshot!(twice.stderr, @"
    kamodo-rpc: argument `y=@-`: `@-` has read standard input already
    hint: name a file of numbers after `@`: `.npy`, `.json` or `.csv`, or `-` for standard input
    ");
}

#[test]
fn units_of_arguments_and_results() {
    let project = Project::new(
        "f(h[m],t[s])[m/s]: h/t\ng(x): 2*x\nlat(x[m],y[m])[rad]: atan2(y, x)\nr(x[km])[m/m]: x/3\nt(a[deg])[deg]: 2*a",
    );
    let server = Server::start(&project);
    let printed = |args: &[&str]| printed(server.call(args));
    assert_eq!(printed(&["f", "h=1[km]", "t=2"]), "500.0\n");
    assert_eq!(printed(&["f", "36[km]", "1[hour]", "--unit", "km/hour"]), "36.0\n");
    assert_eq!(printed(&["f", "[1, 2][km]", "2 [s]"]), "[ 500. 1000.]\n");
    assert_eq!(printed(&["f", "5", "2[s]", "--unit", "cm/s"]), "250.0\n");
    assert_eq!(printed(&["lat", "1.0", "1.0", "--unit", "deg"]), "45.0\n");
    assert_eq!(printed(&["t", "a=1.5[rad]", "--unit", "rad"]), "3.0\n");
    project.replace("h.csv", "1\n2\n");
    assert_eq!(printed(&["f", "@h.csv[km]", "t=1"]), "[1000. 2000.]\n");

    let refused = |args: &[&str]| {
        let output = server.call(args);
        assert_eq!(output.code, Some(64), "{output:?}");
        output.stderr
    };
    assert_snapshot!(refused(&["f", "h=1[s]", "t=2"]), @"
    kamodo-rpc: argument `h=1[s]`: cannot convert `s` (Time) to `m` (Length), the unit of `h` of `f`
    hint: name a unit of the dimension Length, such as `m`
    ");
    assert_snapshot!(refused(&["f", "1[km]", "2", "--unit", "kg"]), @"
    kamodo-rpc: result in `kg`: cannot convert `m/s` (Length·Time^-1) to `kg` (Mass); the result of `f` is in the former
    hint: name a unit of the dimension Length·Time^-1, such as `m/s`
    ");
    assert_snapshot!(refused(&["g", "5[km]"]), @"
    kamodo-rpc: argument `5[km]`: expected that `x` of `g` has a unit, found none
    hint: leave out `km`: nothing can be converted
    ");
    assert_snapshot!(refused(&["g", "5", "--unit", "km"]), @"
    kamodo-rpc: result in `km`: expected that `g` has a unit, found none
    hint: leave out `km`: nothing can be converted
    ");
    assert_snapshot!(refused(&["f", "1[kmm]", "2"]), @"
    kamodo-rpc: argument `1[kmm]`: unknown unit `kmm`
    hint: did you mean `km`?
    ");
    assert_snapshot!(refused(&["f", "\"high\"[km]", "2"]), @r#"
    kamodo-rpc: argument `"high"[km]`: expected numbers to convert, found text
    hint: leave the unit out
    "#);
    assert_snapshot!(refused(&["f", "1", "2", "--unit", "kmm"]), @"
    error: invalid value 'kmm' for '--unit <UNIT>': unknown unit `kmm`; did you mean `km`?

    For more information, try '--help'.
    ");
    let no_such = server.call(&["f", "1[km]", "z=2[s]"]);
    assert_eq!(no_such.code, Some(1));
    assert_snapshot!(no_such.stderr, @"
    kamodo-rpc: `f(h, t)` has no argument `z`
    hint: call it as `kamodo-rpc call f 'h=1[km]' t=…`
    ");
}

#[test]
fn units_in_expressions() {
    let project = Project::new("f(h[m],t[s])[m/s]: h/t\ng(x): 2*x\nlat(x[m],y[m])[rad]: atan2(y, x)");
    let server = Server::start(&project);
    let eval = |args: &[&str]| server.command(&[&["eval"], args].concat());
    let value = |args: &[&str]| printed(eval(args));
    assert_eq!(value(&["f(h, t)", "h=1[km]", "t=2[s]"]), "500.0\n");
    assert_eq!(value(&["f(h, t)", "h=36[km]", "t=1[hour]", "--unit", "km/hour"]), "36.0\n");
    assert_eq!(value(&["v(h[km]) = f(h, 2)", "h=1000[m]", "--unit", "km/s"]), "0.5\n");
    assert_eq!(value(&["a(x[m],y[m])[rad] = lat(x, y)", "x=1.0[km]", "y=1000", "--unit", "deg"]), "45.0\n");
    assert_eq!(value(&["v(h[km])[km/s] = f(h, 2)", "1000[m]"]), "0.5\n");
    assert_eq!(value(&["v(h[km])[km/s] = f(h, 2)", "h=1000[m]", "--unit", "m/s"]), "500.0\n");
    assert_eq!(value(&["lat(1.0, 1.0)", "--unit", "deg"]), "45.0\n");
    let refused = eval(&["f(h, t)", "h=1[kg]", "t=2[s]"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert_snapshot!(refused.stderr, @"
    kamodo-rpc: definition:1:3: error: `expression`: cannot pass `kg` for `h[m]` of `f`
      1 | f(h, t)
        |   ^ Mass, expected Length
    hint: multiply it by a quantity of the dimension Mass^-1·Length, or change the unit on the left
    ");
    let refused = eval(&["f(1, 2)", "--unit", "kg"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert_snapshot!(refused.stderr, @"
    kamodo-rpc: definition:1:1: error: `expression`: cannot convert `m/s` to `kg`, the unit of `expression`
      1 | f(1, 2)
        | ^^^^^^^ Length·Time^-1, expected Mass
    hint: multiply it by a quantity of the dimension Mass·Length^-1·Time, or change the unit on the left
    ");
    let refused = eval(&["v(h[km])[km/s] = f(h, 2)", "1", "--unit", "kg"]);
    assert_eq!(refused.code, Some(64), "{refused:?}");
    assert_snapshot!(refused.stderr, @"
    kamodo-rpc: result in `kg`: cannot convert `km/s` (Length·Time^-1) to `kg` (Mass); the result of `v` is in the former
    hint: name a unit of the dimension Length·Time^-1, such as `km/s`
    ");
}

/// `check` and `eval` say the same of one definition.
#[test]
fn warnings_of_an_expression_are_those_of_check() {
    let project = Project::new("f(h[m]): h");
    let server = Server::start(&project);
    let eval = |args: &[&str]| server.command(&[&["eval"], args].concat());
    for (args, line) in [
        (&["sin(x)", "x=30[deg]"][..], "expression(x[deg]): sin(x)"),
        (&["x + y", "x=2[km]", "y=3[m]", "--unit", "m"], "expression(x[km],y[m])[m]: x + y"),
        (&["asin(x)", "x=0.5", "--unit", "deg"], "expression(x)[deg]: asin(x)"),
        (&["n(x[nT/Hz^1/2]) = 2*x", "1"], "n(x[nT/Hz^1/2]): 2*x"),
        (&["x*y", "x=2[km]", "y=3[m]", "--json"], "expression(x[km],y[m]): x*y"),
    ] {
        let evaluated = eval(args);
        assert_eq!(evaluated.code, Some(0), "{args:?}: {evaluated:?}");
        let facts = |text: &str| {
            let of_warnings = |line: &&str| line.contains(": warning: ") || line.starts_with("hint: ");
            let fact = |line: &str| line.split_once(": warning: ").map_or(line, |(_, fact)| fact).to_owned();
            text.lines().filter(of_warnings).map(fact).collect::<Vec<_>>()
        };
        let checked = Project::new(line).run(&["check"]).stdout;
        assert_eq!(facts(&evaluated.stderr), facts(&checked), "{args:?}\n{checked}");
    }
    let output = eval(&["sin(x)", "x=30[deg]"]);
    assert_snapshot!(output.stderr, @r"
    definition:1:5: warning: `expression`: `sin` takes radians, found a number in `deg`: parameters are plain numbers
      1 | sin(x)
        |     ^
    hint: write `sin(x*pi/180)`, or declare it in `rad`
    ");
    assert_eq!(output.stdout, "-0.9880316240928618\n");
}

#[test]
fn one_flag_says_how_to_print() {
    let project = Project::new("f: x");
    let server = Server::start(&project);
    for args in [&["list"][..], &["status"], &["call", "f", "5"], &["eval", "f(5)"], &["reload"]] {
        let run = |form: &[&str]| printed(server.command(&[args, form].concat()));
        let json = run(&["--json"]);
        serde_json::from_str::<serde_json::Value>(&json).unwrap_or_else(|e| panic!("{args:?}: {e}: {json}"));
        let named = run(&["--format", "json"]);
        assert!(serde_json::from_str::<serde_json::Value>(&named).is_ok(), "{args:?}: {named}");
        assert!(!run(&["--format", "text"]).is_empty());
    }
    for args in [["call", "f", "5"].as_slice(), &["list"]] {
        let old = printed(server.command(&[args, &["--format", "table"]].concat()));
        assert_eq!(old, printed(server.command(args)));
    }
    let check = |form: &[&str]| printed(project.run(&[&["check"], form].concat()));
    assert_eq!(check(&["--json"]), check(&["--format", "json"]));
    let both = server.command(&["list", "--json", "--format", "csv"]);
    assert_eq!(both.code, Some(64));
    let other = project.run(&["check", "--format", "npy"]);
    assert_eq!(other.code, Some(64));
    assert_snapshot!(other.stderr, @"
    error: invalid value 'npy' for '--format <FORMAT>'
      [possible values: text, json]

    For more information, try '--help'.
    ");
}

#[test]
fn a_table_fits_the_terminal() {
    let long = (0..12).map(|power| format!("x**{power}*y")).collect::<Vec<_>>().join(" + ");
    let project =
        Project::new(&format!("f: x\np_dyn(n[1/cm^3],v[km/s])[nPa]: 1.6726e-6*n*v**2\nlong(x,y)[m]: {long}"));
    let server = Server::start(&project);
    let shown = |columns| on_terminal(&project, &server, columns, "kamodo-rpc list");
    for columns in [60, 80, 120, 200] {
        let table = shown(columns);
        let fits = |line: &str| line.starts_with("left out: ") || line.chars().count() <= columns;
        assert!(table.lines().all(fits), "{columns}:\n{table}");
    }
    assert_snapshot!(shown(80), @"
    | symbol      | units | arg_units            | state  | origin          |
    |-------------|-------|----------------------|--------|-----------------|
    | f(x)        |       |                      | served | kamodo_rpc.yaml |
    | p_dyn(n, v) | nPa   | n: cm**(-3), v: km/s | served | kamodo_rpc.yaml |
    | long(x, y)  | m     |                      | served | kamodo_rpc.yaml |
    left out: equation; `kamodo-rpc list --wide` shows all
    ");
    let wide = on_terminal(&project, &server, 80, "kamodo-rpc list --wide");
    assert_eq!(wide, printed(server.command(&["list"])));
    assert!(wide.lines().next().unwrap().len() > 150, "{wide}");
    let generations = on_terminal(&project, &server, 60, "kamodo-rpc status --generations");
    let fits = |line: &str| line.starts_with("left out: ") || line.chars().count() <= 60;
    assert!(generations.lines().all(fits), "{generations}");
}

#[test]
fn a_list_of_some_functions_tells_everything_about_them() {
    let project = Project::new("f: x\nt(a[deg],b)[deg]: a + b");
    let server = Server::start(&project);
    let told = printed(server.command(&["list", "t", "f"]));
    let told: Vec<_> = told.lines().filter(|line| !line.starts_with("since:")).collect();
    assert_snapshot!(told.join("\n"), @r"
    function:   t(a[deg], b)[deg]
    state:      served
    definition: t(a, b) = a + b
    equation:   a + b
    origin:     kamodo_rpc.yaml:3

    function:   f(x)
    state:      served
    definition: f = x
    equation:   x
    origin:     kamodo_rpc.yaml:2
    ");
    let json = printed(server.command(&["list", "t", "--json"]));
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json.as_array().unwrap().len(), 1);
    assert_eq!(
        (&json[0]["symbol"], &json[0]["units"], &json[0]["unit"]),
        (&"t(a, b)".into(), &"".into(), &"deg".into())
    );
    assert_snapshot!(printed(server.command(&["list", "--format", "csv"])), @r#"
    symbol,units,arg_units,equation,citation,state,origin
    f(x),,,x,,served,kamodo_rpc.yaml
    "t(a, b)",deg,a: deg,a + b,,served,kamodo_rpc.yaml
    "#);
    let unknown = server.command(&["list", "f", "u"]);
    assert_eq!(unknown.code, Some(1));
    assert_snapshot!(unknown.stderr, @"
    kamodo-rpc: the server has no function `u`
    hint: it serves `f`, `t`
    ");
}

#[test]
fn defaults_are_shown() {
    let project = Project::new("f: x");
    project.drop_plugin(&kamodo_tests::example_plugin("dipole"), "dipole.so");
    let server = Server::start(&project);
    let list = printed(server.command(&["list", "--json"]));
    let list: serde_json::Value = serde_json::from_str(&list).unwrap();
    let dipole = list.as_array().unwrap().iter().find(|function| function["name"] == "dipole_B").unwrap();
    assert!(dipole["defaults"]["B_0"].is_f64(), "{dipole}");
    let list = printed(server.command(&["list"]));
    let symbol = list.lines().find(|line| line.contains(" dipole_B(")).unwrap();
    assert_snapshot!(symbol.split('|').nth(1).unwrap().trim(), @"dipole_B(r, mlat, B_0=29805.9)");
    let status = printed(server.command(&["status"]));
    let line = status.lines().find(|line| line.contains(" dipole_B(")).unwrap();
    assert_snapshot!(line.split('|').nth(1).unwrap().trim(), @"dipole_B(r[R_E], mlat[rad], B_0[nT]=29805.9)[nT]");
}

#[test]
fn what_the_language_knows() {
    let project = Project::new("f: x");
    let run = |args: &[&str]| printed(project.run(args));
    assert_snapshot!(run(&["units", "nPa"]), @r"
    unit:       nPa
    in SI:      1e-09 kg/(m*s**2)
    dimension:  Mass·Length^-1·Time^-2
    published:  `nPa`
    alike:      Pa, bar, atm, mmHg, torr, planck_energy_density, p_P, psi
    ");
    assert_snapshot!(run(&["units", "deg"]), @r"
    unit:       deg
    names:      degree, degrees
    in SI:      0.017453292519943295
    dimension:  1
    published:  `deg` for an argument; a result is sent as a pure number
    alike:      rad, sr, arcsec, percent, permille, avogadro_number, mil
    ");
    assert_snapshot!(run(&["units", "angstrom"]), @r"
    unit:       angstrom
    names:      angstroms
    in SI:      1e-10 m
    dimension:  Length
    published:  `10**-10*m`
    alike:      m, um, l_P, R_E, R_S, AU, au, ly, inch, ft, yd, mile, nautical_mile
    ");
    assert_snapshot!(run(&["units", "nPa", "--json"]), @r#"{"unit":"nPa","names":[],"factor":1e-9,"base":"kg/(m*s**2)","dimension":"Mass·Length^-1·Time^-2","published":"nPa"}"#);
    assert_snapshot!(run(&["functions", "log", "pi"]), @r"
    function:   log(x, base)
    meaning:    the natural logarithm, or the one to a base
    real:       from 0
    units:      pure numbers, to a pure number
    example:    log(8.0, 2) = 3.0

    constant:   pi
    meaning:    the circumference of a circle of diameter 1
    example:    3.141592653589793
    ");
    let (functions, units) = (run(&["functions"]), run(&["units"]));
    let row = |table: &str, row: &str| {
        let found =
            table.lines().find(|line| line.starts_with(row)).unwrap_or_else(|| panic!("{row}: {table}"));
        found.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_snapshot!(row(&functions, "| sqrt("), @"| sqrt(x) | the square root | sqrt(2.0) | 1.4142135623730951 |");
    assert_snapshot!(row(&functions, "| Sum("), @"| Sum(term, (k, first, last)) | the sum of the terms for k from the first to the last | Sum(k**2, (k, 1, 3)) | 14 |");
    assert_snapshot!(row(&units, "| T "), @"| T | kg/(A*s**2) | Mass·Time^-2·Current^-1 | tesla, teslas | yes |");
    let csv = run(&["units", "--format", "csv"]);
    assert!(csv.starts_with("unit,in SI,dimension,names,prefixes\nm,m,Length,"), "{csv}");
    let refused = |args: &[&str]| {
        let output = project.run(args);
        assert_eq!(output.code, Some(64), "{output:?}");
        output.stderr
    };
    assert_snapshot!(refused(&["units", "kmm"]), @"
    kamodo-rpc: unit `kmm`: unknown unit `kmm`
    hint: did you mean `km`?
    ");
    assert_snapshot!(refused(&["units", "2m"]), @r"
    kamodo-rpc: unit `2m`: expected `*` or `/`, found `m`
    hint: write a product as `a*b`
    ");
    assert_snapshot!(refused(&["functions", "sqrtt"]), @"
    kamodo-rpc: the language has no function or constant `sqrtt`
    hint: did you mean `sqrt`?
    ");
    assert_snapshot!(refused(&["functions", "nothing"]), @"
    kamodo-rpc: the language has no function or constant `nothing`
    hint: `kamodo-rpc functions` lists what it has
    ");
    for (name, hint) in [
        ("std", "`std(x)` is written `sqrt(mean((x - mean(x))**2))`"),
        ("fmod", "`fmod(x, y)` is written `sign(x)*Mod(Abs(x), Abs(y))`"),
        ("np.sin", "did you mean `sin`?"),
        ("sin(x)", "did you mean `sin`?"),
        ("np.std(x, axis=0)", "`std(x)` is written `sqrt(mean((x - mean(x))**2))`"),
        ("nT", "it is a unit, see `kamodo-rpc units nT`"),
    ] {
        let said = refused(&["functions", name]);
        assert_eq!(
            said,
            format!("kamodo-rpc: the language has no function or constant `{name}`\nhint: {hint}\n")
        );
    }
    assert_snapshot!(refused(&["units", "sin"]), @"
    kamodo-rpc: unit `sin`: it is a word of the language, not a unit
    hint: `kamodo-rpc functions sin` tells what it is
    ");
}

#[test]
fn one_unit_as_a_row_of_the_table() {
    let project = Project::new("f: x");
    let table = project.run(&["units", "--format", "csv"]).stdout;
    let one = project.run(&["units", "nT", "--format", "csv"]).stdout;
    assert_eq!(one.lines().next(), table.lines().next());
    assert_snapshot!(one, @"
    unit,in SI,dimension,names,prefixes
    nT,1e-09 kg/(A*s**2),Mass·Time^-2·Current^-1,,
    ");
    let of_the_table = table.lines().find(|line| line.starts_with("T,"));
    let alone = project.run(&["units", "T", "--format", "csv"]).stdout;
    assert_eq!(alone.lines().nth(1), of_the_table);
}
