//! Hints that name commands, flags, units and names: each is there, and each can be taken.

use std::collections::BTreeSet;
use std::fs;

use kamodo_tests::{Project, hint, root};

/// Returns every hint that a test or a page shows, as it is rendered.
fn hints_shown() -> BTreeSet<String> {
    let mut folders: Vec<_> = ["host", "docs", "tests/it", "plugin-api"].map(|name| root().join(name)).into();
    let mut hints = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs" || ending == "md") {
                let text = fs::read_to_string(&path).unwrap();
                hints.extend(
                    text.lines().filter_map(|line| line.trim().strip_prefix("hint: ")).map(str::to_owned),
                );
            }
        }
    }
    hints
}

#[test]
fn commands_and_flags_that_hints_name_are_there() {
    let project = Project::new("f: x");
    let mut commands = BTreeSet::new();
    let mut flags = BTreeSet::new();
    for shown in hints_shown() {
        for code in hint::split(&shown).1 {
            if let Some(command) = code.strip_prefix("kamodo-rpc ") {
                commands.insert(command.to_owned());
            } else if code
                .strip_prefix("--")
                .is_some_and(|flag| flag.starts_with(|first: char| first.is_alphabetic()))
            {
                flags.insert(code.split(' ').next().unwrap_or_default().to_owned());
            }
        }
    }
    assert!(commands.len() > 5 && flags.len() > 5, "{commands:?} {flags:?}");
    let mut helps = String::new();
    for command in &commands {
        let words: Vec<_> = command.split(' ').collect();
        let help = project.run(&[words[0], "--help"]);
        assert_eq!(help.code, Some(0), "`kamodo-rpc {command}`: {}", help.stderr);
        for flag in words.iter().filter(|word| word.starts_with("--")) {
            assert!(help.stdout.contains(flag), "`kamodo-rpc {command}` has no {flag}: {}", help.stdout);
        }
        helps += &help.stdout;
    }
    for command in ["call", "list", "status", "serve"] {
        helps += &project.run(&[command, "--help"]).stdout;
    }
    for flag in flags {
        assert!(helps.contains(&flag), "no command has {flag}");
    }
}

/// The hints of docs/refusals.md that have code: what there is to take over is right, and the rest is known to be a name
/// of a file, a tool or a setting.
#[test]
fn what_the_hints_on_refused_plugins_show_can_be_taken() {
    let page = fs::read_to_string(root().join("docs/refusals.md")).unwrap();
    let project = Project::new("f: x");
    for hint in page.lines().filter_map(|line| line.strip_prefix("hint: ")) {
        let (words, code) = hint::split(hint);
        match words.as_str() {
            _ if code.is_empty() => {}
            "did you mean {}?" => {
                project.define(&format!("'f(x[{}])': x", code[0]));
                let said = project.run(&["check"]);
                assert_eq!(said.code, Some(0), "{hint}: {}", said.stdout);
            }
            "rename it, such as to {}, or put a prefix before it" => {
                assert_eq!(kamodo_expr::reserved(code[0]), None, "{hint}");
            }
            "when that is mended, {} has it tried again, as a new build of the plugin does" => {
                assert_eq!(code, ["kamodo-rpc reload"]);
            }
            _ if words.contains("the setting {}") => {
                let help = project.run(&["serve", "--help"]).stdout;
                let flag = format!("--{}", code[0].replace('_', "-"));
                assert!(help.contains(&flag), "{hint}: {help}");
            }
            "a plugin is opened as a private copy, from which {} leads elsewhere: name the directory of libgrid.so in {}, or link the library statically"
            | "build it as a {} whose functions {} lists"
            | "is it still being copied? Else write the checksum anew, with {}, or remove it"
            | "mend the function or the example; {} tries them in a test"
            | "mend what a debugger shows: {}"
            | "rebuild it against {} 0.1"
            | "the locale is the whole server's: use {} and the functions that take a locale" => {}
            _ => panic!("nothing says how this hint is followed: {hint}"),
        }
    }
}
