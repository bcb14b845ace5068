//! Characters that nobody sees are named by their code point, wherever a user writes them, and printed nowhere; units
//! that can be read in two ways are told of, whoever brings them.

use insta::assert_snapshot;
use kamodo_tests::{Project, Server, fixture_plugin};

/// Characters of each kind: without a width, a blank, one that turns the direction, a control character.
const UNSEEN: [char; 9] =
    ['\u{200b}', '\u{2060}', '\u{feff}', '\u{ad}', '\u{a0}', '\u{2003}', '\u{202e}', '\u{61c}', '\u{1b}'];

#[track_caller]
fn is_named(said: &str, character: char, what: &str) {
    let code = format!("U+{:04X}", u32::from(character));
    assert!(said.contains(&code), "{what}: {code} is not named:\n{said}");
    assert!(!said.contains(character), "{what}: {code} is printed:\n{}", said.escape_debug());
}

#[test]
fn in_every_place_of_a_file() {
    let project = Project::new("f: x");
    for file in [
        "!Kamodo\nf: x@+ 1\n",
        "!Kamodo\nf:@x\n",
        "!Kamodo\nf@: x\n",
        "!Kamodo\nf: x\n@g: x\n",
        "!Kamodo\nf: x\ng(x)[k@m]: x\n",
        "!Kamodo\nf: $\\frac{x}{2@}$\n",
        "!Kamodo\n'f@(x)': x\n",
        "!Kamodo@\nf: x\n",
        "!Kamodo\nf: x\n--- !Server\nport@: 1\n",
        "!Kamodo\nf: x\n--- !Server\nport: 1@\n",
        "!Kamodo\nf: x\n--- !Server@\nport: 1\n",
    ] {
        for character in UNSEEN {
            project.replace("kamodo_rpc.yaml", file.replace('@', &character.to_string()));
            let output = project.run(&["check", "kamodo_rpc.yaml"]);
            assert_ne!(output.code, Some(0), "{file} with U+{:04X}", u32::from(character));
            is_named(&(output.stdout + &output.stderr), character, file);
            let json = project.run(&["check", "kamodo_rpc.yaml", "--format", "json"]).stdout;
            is_named(&json, character, file);
        }
    }
}

#[test]
fn another_mistake_is_told_below_a_text_that_may_have_them() {
    let project = Project::new("f: x");
    for line in ["d(x): {expression: x, doc: \"a\u{a0}b\"}", "# a comment with\u{a0}a blank"] {
        project.define(&format!("{line}\nf: x: y"));
        let told = project.run(&["check"]).stdout;
        assert!(told.contains("kamodo_rpc.yaml:3:5: error: this is no YAML"), "{told}");
    }
}

#[test]
fn in_what_a_client_sends() {
    let project = Project::new("f: x**2 - x - 1");
    let server = Server::start(&project);
    for character in UNSEEN {
        for command in [
            "eval 'f(5)@'",
            "eval 'f@(5)'",
            "eval 'g@(x) = f(x)' 5",
            "eval 'g(x[k@m])[m] = x' 5",
            "call f@ 5",
            "call f x@=5",
        ] {
            let command = command.replace('@', &character.to_string());
            let output = project.shell_at(server.port(), &format!("exec 2>&1; kamodo-rpc {command}"));
            assert_ne!(output.code, Some(0), "{command}");
            is_named(&output.stdout, character, &command);
        }
    }
}

#[test]
fn a_blank_that_is_not_the_ordinary_one() {
    let project = Project::new("f: x");
    project.replace("kamodo_rpc.yaml", "!Kamodo\nf:\u{a0}x**2\n");
    assert_snapshot!(project.run(&["check", "kamodo_rpc.yaml"]).stdout, @r"
    kamodo_rpc.yaml:2:3: error: unexpected U+00A0 NO-BREAK SPACE, a character that nobody sees
      2 | f:�x**2
        |   ^
    hint: delete it, or write an ordinary blank

    0 functions, 1 error, 0 warnings
    ");
}

#[test]
fn units_of_a_plugin_that_can_be_read_in_two_ways() {
    let project = Project::new("f: x");
    project.drop_plugin(&fixture_plugin("two_readings"), "two.so");
    let said = project.run(&["check", "kamodo_rpc.yaml", "--plugins", "plugins.d"]).stdout;
    let said: Vec<_> = said.split("\n\n").filter(|part| part.contains(": warning: ")).collect();
    assert_snapshot!(said.join("\n"), @r"
    plugins.d/two.so: warning: `noise`: its unit: `nT/Hz^1/2` can be read in two ways, it is taken for `nT/(2*Hz)`
    hint: write `nT/(2*Hz)`, or `nT/Hz^(1/2)` if that is meant
    plugins.d/two.so: warning: `heat`: the unit of its argument `c_p`: `J/kg*K` can be read in two ways, it is taken for `J*K/kg`
    hint: write `J*K/kg`, or `J/(kg*K)` if that is meant
    ");
    let server = Server::start(&project);
    server.logs("`nT/Hz^1/2` can be read in two ways");
}
