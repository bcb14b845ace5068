//! The modules of the larger crates use those below them, as `host/ARCHITECTURE.md` lists them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::source::{code, files, names_after, root, words};

/// The modules of one crate as ARCHITECTURE.md lists them.
#[derive(Default)]
struct Listed {
    /// The names of its modules, the lowest floor first.
    floors: Vec<Vec<String>>,
    /// Modules that use one another.
    circles: Vec<BTreeSet<String>>,
}

/// Which module uses which, each with a file that does.
type Arrows = BTreeMap<(String, String), String>;

#[test]
fn modules_use_those_on_lower_floors() {
    let mut wrong = Vec::new();
    let listed = listed();
    assert_eq!(listed.len(), 8, "the larger crates");
    for (directory, listed) in &listed {
        let (modules, arrows) = arrows(directory);
        let floor =
            |module: &str| listed.floors.iter().position(|floor| floor.iter().any(|one| one == module));
        for module in &modules {
            if floor(module).is_none() {
                wrong.push(format!("{directory}: `{module}` is on no floor"));
            }
        }
        for module in listed.floors.iter().flatten().filter(|listed| !modules.contains(*listed)) {
            wrong.push(format!("{directory}: there is no `{module}`"));
        }
        for ((from, to), file) in &arrows {
            let is_down = floor(to) < floor(from);
            let is_in_circle =
                listed.circles.iter().any(|circle| circle.contains(from) && circle.contains(to));
            if !is_down && !is_in_circle {
                wrong.push(format!("{file}: `{from}` uses `{to}`, which is not below it"));
            }
        }
        for circle in &listed.circles {
            wrong.extend(circle.iter().filter(|one| !is_in_circle(one, circle, &arrows)).map(|one| {
                format!("{directory}: `{one}` is in no circle with {circle:?} any more: take it off the list")
            }));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether a module uses all others of a circle, through one another.
fn is_in_circle(module: &str, circle: &BTreeSet<String>, arrows: &Arrows) -> bool {
    let mut reached = BTreeSet::new();
    let mut next = vec![module];
    while let Some(from) = next.pop() {
        let used = arrows.keys().filter(|(user, to)| user == from && circle.contains(to));
        next.extend(used.map(|(_, to)| to.as_str()).filter(|to| reached.insert(*to)));
    }
    reached.len() == circle.len()
}

/// Reads the section `## Floors`: a heading for each crate, a numbered line for each floor, and a point for each circle.
fn listed() -> BTreeMap<String, Listed> {
    let text = std::fs::read_to_string(root().join("host/ARCHITECTURE.md")).unwrap();
    let section = text.split("\n## Floors\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let quoted =
        |line: &str| -> Vec<String> { line.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
    let mut all = BTreeMap::new();
    let mut directory = String::new();
    for line in section.lines() {
        if let Some(heading) = line.strip_prefix("### ") {
            directory = quoted(heading).remove(0);
            all.insert(directory.clone(), Listed::default());
        } else if let Some(circle) = line.strip_prefix("- ") {
            let (modules, reason) = circle.split_once(": ").expect("a circle has a reason");
            assert!(!reason.is_empty());
            all.get_mut(&directory).unwrap().circles.push(quoted(modules).into_iter().collect());
        } else if line.starts_with(|first: char| first.is_ascii_digit()) {
            all.get_mut(&directory).unwrap().floors.push(quoted(line));
        }
    }
    all
}

/// Returns the modules at the root of a crate, and which of them uses which.
fn arrows(directory: &str) -> (BTreeSet<String>, Arrows) {
    let source = format!("{directory}/src");
    let lib = code(Path::new(&format!("{source}/lib.rs")));
    let statements = || lib.split([';', '{', '}']);
    let declared = statements().filter_map(|statement| {
        let words: Vec<_> = words(statement).collect();
        let at = words.iter().position(|word| *word == "mod")?;
        words.get(at + 1).map(|module| (*module).to_owned())
    });
    let modules: BTreeSet<String> = declared.collect();
    // What the root passes on is used from where it is.
    let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
    for statement in lib.split(';') {
        let mut words = words(statement).skip_while(|word| *word != "use").skip(1).peekable();
        let Some(owner) = words.next().filter(|owner| modules.contains(*owner)) else { continue };
        owners.extend(words.map(|item| (item, owner)));
    }
    let mut arrows = Arrows::new();
    for file in files(&source) {
        let own = file.strip_prefix(&source).unwrap();
        let from = own.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs");
        if !modules.contains(from) {
            continue; // the root, or another program
        }
        let code = code(&file);
        let mut used = names_after(&code, "crate::");
        if own.components().count() == 1 {
            used.extend(names_after(&code, "super::"));
        }
        let used = used.into_iter().filter_map(|name| match modules.get(name) {
            Some(module) => Some(module.as_str()),
            None => owners.get(name).copied(),
        });
        for to in used.filter(|to| *to != from) {
            arrows.insert((from.to_owned(), to.to_owned()), file.display().to_string());
        }
    }
    (modules, arrows)
}
