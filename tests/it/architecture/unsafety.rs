//! `unsafe` stands where `host/ARCHITECTURE.md` says, and is denied everywhere else.

use super::source::{code, files, root, words};

#[test]
fn unsafe_is_where_the_architecture_says() {
    let text = std::fs::read_to_string(root().join("host/ARCHITECTURE.md")).unwrap();
    let section = text.split("\n## Where `unsafe` is\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let points = section.lines().filter_map(|line| line.strip_prefix("- "));
    // The names before the colon; one that ends with `*` means all files whose paths begin so.
    let named = points.map(|point| point.split_once(": ").expect("each has a reason").0);
    let places: Vec<&str> = named.flat_map(|names| names.split('`').skip(1).step_by(2)).collect();
    let is_at = |file: &str, place: &str| match place.strip_suffix('*') {
        Some(beginning) => file.starts_with(beginning),
        None => file == place,
    };
    let found: Vec<String> = files("")
        .iter()
        .filter(|file| words(&code(file)).any(|word| word == "unsafe"))
        .map(|file| file.display().to_string())
        .collect();
    let unlisted: Vec<_> =
        found.iter().filter(|file| !places.iter().any(|place| is_at(file, place))).collect();
    assert!(unlisted.is_empty(), "`unsafe` is also in {unlisted:#?}");
    let unused: Vec<_> = places.iter().filter(|place| !found.iter().any(|file| is_at(file, place))).collect();
    assert!(unused.is_empty(), "no `unsafe` is in {unused:#?} any more");
}

#[test]
fn every_crate_takes_the_lints_of_the_workspace() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    assert!(manifest.contains("\nunsafe_code = \"deny\""));
    let members = manifest.split("members = [").nth(1).unwrap().split(']').next().unwrap();
    let members: Vec<&str> = members.split('"').skip(1).step_by(2).collect();
    assert!(members.len() > 10);
    for member in members {
        let own = std::fs::read_to_string(root().join(member).join("Cargo.toml")).unwrap();
        assert!(own.contains("\n[lints]\nworkspace = true\n"), "{member}: lints.workspace = true is missing");
    }
}
