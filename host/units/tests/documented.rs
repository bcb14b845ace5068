//! Every unit in what is documented is one that the host reads, and has one reading.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use std::fs;
use std::path::{Path, PathBuf};

use kamodo_units::Unit;

/// What is shown as an example, files and folders. Pages that show mistakes, and plugins that make them, are left out.
const SHOWN: &[&str] = &[
    "README.md",
    "CONTRIBUTING.md",
    "kamodo_rpc.yaml",
    "docs",
    "plugin-api",
    "plugins",
    "host/units/src",
    "host/README.md",
];
const MISTAKES: &[&str] = &["mistakes.md", "refusals.md", "language.md"];

fn files(path: &Path, found: &mut Vec<PathBuf>) {
    if path.is_dir() {
        let mut entries: Vec<_> = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        entries.iter().for_each(|entry| files(entry, found));
    } else if path.extension().is_some_and(|ending| ["md", "rs", "yaml"].iter().any(|known| ending == *known))
        && !MISTAKES.iter().any(|name| path.ends_with(name))
    {
        found.push(path.to_owned());
    }
}

/// The units that a plugin's code declares: `.unit("nT")`, `.argument("r", "R_E")`.
fn declared(text: &str, found: &mut Vec<String>) {
    for (method, n_before) in [(".unit(\"", 0), (".argument(\"", 1), (".argument_with_default(\"", 1)] {
        for (at, _) in text.match_indices(method) {
            let mut quoted = text[at + method.len()..].split('"');
            let quoted = quoted.nth(2 * n_before);
            found.extend(quoted.map(str::to_owned));
        }
    }
}

/// The units on the left-hand side of a definition: `f(x[cm],y)[kg]`.
fn on_the_left(text: &str, found: &mut Vec<String>) {
    let mut rest = text;
    while let Some(at) = rest.find('[') {
        let Some(end) = rest[at..].find(']') else { return };
        let unit = &rest[at + 1..at + end];
        // `values[0]` is the index of an array, `answer["units"]` one of a map.
        if unit.parse::<u32>().is_err() && !unit.starts_with(['"', '\'']) {
            found.push(unit.to_owned());
        }
        rest = &rest[at + end + 1..];
    }
}

/// Whether a text is a left-hand side with a unit.
fn is_left(text: &str) -> bool {
    let n_letters =
        text.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(text.len());
    let (name, rest) = text.split_at(n_letters);
    let is_list = rest.starts_with('(')
        && rest.contains('[')
        && !rest.contains("([")
        && !rest.contains(['"', '=', '{']);
    name.starts_with(|first: char| first.is_alphabetic())
        && (is_list || rest.starts_with('[') && rest.ends_with(']'))
}

fn definitions(text: &str, is_yaml: bool, found: &mut Vec<String>) {
    let mut is_block = is_yaml;
    for line in text.lines() {
        let line = line.trim_start_matches(['/', '!']).trim();
        if let Some(language) = line.strip_prefix("```") {
            is_block = language == "yaml";
        } else if is_block && !line.starts_with('#') {
            if let Some((left, _)) = line.split_once(": ")
                && is_left(left.trim_matches(['\'', '"']))
            {
                on_the_left(left, found);
            }
        } else {
            for inline in line.split('`').skip(1).step_by(2) {
                let left = inline.split(": ").next().unwrap_or_default();
                if is_left(left) {
                    on_the_left(left, found);
                }
            }
        }
    }
}

#[test]
fn every_unit_in_an_example_is_read_in_one_way() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
    let mut shown = Vec::new();
    for path in SHOWN {
        files(&root.join(path), &mut shown);
    }
    let (mut n_units, mut wrong) = (0, Vec::new());
    for file in &shown {
        let text = fs::read_to_string(file).unwrap_or_default();
        let mut units = Vec::new();
        let is_units = file.components().any(|part| part.as_os_str() == "units");
        if !is_units {
            declared(&text, &mut units);
        }
        let is_yaml = file.extension().is_some_and(|ending| ending == "yaml");
        let examples = match is_units {
            // Of this crate's code only what is documented.
            true => {
                text.lines().filter(|line| line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
            }
            false => text,
        };
        definitions(&examples, is_yaml, &mut units);
        n_units += units.len();
        for unit in units {
            match Unit::read(&unit) {
                Ok((_, None)) => {}
                Ok((_, Some(ambiguity))) => {
                    wrong.push(format!("{}: {}", file.display(), ambiguity.message()))
                }
                Err(error) => wrong.push(format!("{}: `{unit}`: {error}", file.display())),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(n_units > 60, "only {n_units} units are found");
}
