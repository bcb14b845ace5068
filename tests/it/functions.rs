//! The page on the functions of the language: it has what `kamodo-rpc functions` says of each.

use std::fmt::Write as _;

use kamodo_tests::{Project, check_page};
use serde_json::Value;

const PAGE: &str = "docs/functions.md";

const HEAD: &str = "\
# Functions
<!-- This page is written by a test, from what `kamodo-rpc functions` says. -->
The functions and constants that the language itself has.
`kamodo-rpc functions NAME` prints what is known of one.

- **Real values**: of which numbers a function has a real value, as its last argument. Of any other real number it is not a number (`nan`), never an error; of complex numbers the functions of Python's `cmath`, Bessel's and Airy's have values as well.
- **Units**: what units the arguments have, and what becomes of them. A pure number has none, or one that is converted to 1, such as `percent`.
- **Error**: the largest difference from the true value, in parts of the value, where this project computes the function; the C library computes the others, and what is exact is left out.

| call | meaning | real values | units | error | example | its value |
|---|---|---|---|---|---|---|
";

fn rendered(_: &str) -> String {
    let said = Project::new("f: x").run(&["functions", "--json"]);
    let words: Vec<Value> = serde_json::from_str(&said.stdout).expect("a list");
    let mut page = HEAD.to_owned();
    for word in &words {
        let cell = |name: &str| word[name].as_str().unwrap_or_default().replace('|', r"\|");
        let call = match &cell("parameters")[..] {
            "" => cell("name"),
            parameters => format!("{}({parameters})", cell("name")),
        };
        let value = match &word["value"] {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            value => value.to_string(),
        };
        let _ = writeln!(
            page,
            "| `{call}` | {} | {} | {} | {} | `{}` | `{value}` |",
            cell("about"),
            cell("real"),
            cell("units"),
            cell("error"),
            cell("example"),
        );
    }
    page
}

#[test]
fn the_page_has_every_function() {
    check_page(PAGE, rendered);
}
