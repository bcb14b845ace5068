//! Functions whose calls would come back.
//!
//! Two servers may each serve the other's functions, and compose theirs of them. What must not be is that a
//! call comes back to a server that it went through: it would never end, and names would grow with every
//! prefix on the way. So every function carries the servers that its calls go through, each with a name that
//! no other start of any server has, and whoever finds itself among them leaves the function out.

use kamodo_registry::Hop;

/// How many functions one warning names.
const NAMED: usize = 12;

/// The way by which calls would come back to the server `own`; none where they do not.
pub(crate) fn back(route: &[Hop], own: &str) -> Option<String> {
    let end = route.iter().position(|hop| hop.instance == own)?;
    let addresses: Vec<_> = route[..=end].iter().map(|hop| &*hop.address).collect();
    Some(format!("{} (this server)", addresses.join(" → ")))
}

/// What is said of functions that come back by a path, and what to do about it.
pub(crate) fn refusal(path: &str, names: &[&str]) -> (String, String) {
    let mut named: Vec<_> = names.iter().take(NAMED).map(|name| format!("`{name}`")).collect();
    if names.len() > NAMED {
        named.push(format!("{} more", names.len() - NAMED));
    }
    let message = format!("left out: calls of {} would come back here: {path}", named.join(", "));
    let hint = "the others are served; to be rid of the loop, take one of these servers out of the upstreams of \
                the one before it";
    (message, hint.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(route: &[(&str, &str)], expected: Option<&str>) {
        let hop = |(instance, address): &(&str, &str)| Hop {
            instance: (*instance).to_owned(),
            address: (*address).to_owned(),
        };
        let route: Vec<_> = route.iter().map(hop).collect();
        assert_eq!(back(&route, "own").as_deref(), expected);
    }

    #[test]
    fn ways_there_and_back() {
        check(&[("a", "a:1")], None);
        check(&[("", "a:1"), ("b", "b:1")], None);
        check(&[("own", "localhost:1")], Some("localhost:1 (this server)"));
        check(&[("a", "a:1"), ("own", "own:1"), ("a", "a:1")], Some("a:1 → own:1 (this server)"));
        check(&[("a", "a:1"), ("", "b:1"), ("own", "own:1")], Some("a:1 → b:1 → own:1 (this server)"));
    }

    #[test]
    fn what_is_said_of_many() {
        let names: Vec<_> = (0..14).map(|number| format!("f{number}")).collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        let (message, hint) = refusal("a:1 → own:1 (this server)", &names);
        insta::assert_snapshot!(format!("{message}\nhint: {hint}"), @"
        left out: calls of `f0`, `f1`, `f2`, `f3`, `f4`, `f5`, `f6`, `f7`, `f8`, `f9`, `f10`, `f11`, 2 more would come back here: a:1 → own:1 (this server)
        hint: the others are served; to be rid of the loop, take one of these servers out of the upstreams of the one before it
        ");
    }
}
