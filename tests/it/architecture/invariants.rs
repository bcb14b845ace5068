//! What ARCHITECTURE.md says to hold an invariant is there.

use std::collections::BTreeSet;

use super::source::{files, root, words};

#[test]
fn what_holds_an_invariant_is_there() {
    let text = std::fs::read_to_string(root().join("host/ARCHITECTURE.md")).unwrap();
    let section =
        text.split("\n## What holds the invariants\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| ")).skip(1);
    let holders: Vec<&str> = rows.map(|row| row.split(" | ").nth(1).expect("two columns")).collect();
    assert!(holders.len() > 20);
    let mut defined = BTreeSet::new();
    for file in files("") {
        let code = std::fs::read_to_string(root().join(file)).unwrap();
        let mut before = "";
        for word in words(&code) {
            if ["fn", "struct", "enum"].contains(&before) {
                defined.insert(word.to_owned());
            }
            before = word;
        }
    }
    for holder in holders {
        let names: Vec<&str> = holder.split('`').skip(1).step_by(2).collect();
        // What the compiler holds has no name of ours.
        let is_named = !holder.starts_with("nothing yet") && !holder.starts_with("the compiler");
        assert!(!is_named || !names.is_empty(), "{holder}");
        for name in names.iter().filter(|name| is_named && !["capnp", "Send"].contains(*name)) {
            assert!(defined.contains(*name), "there is no `{name}`, which is said to hold an invariant");
        }
    }
}
