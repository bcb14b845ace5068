//! What of a definition is asked for as one at the place where its functions run.

#![allow(clippy::unwrap_used)] // a test fails by panicking

use std::sync::{Arc, Mutex};

use kamodo_expr::{Definition, Source};
use kamodo_registry::{
    Awaited, AwaitedFunction, Composed, ContributedFunction, Contribution, Origin, Part, link,
};
use kamodo_units::Unit;
use kamodo_value::{Meta, Parameter, Signature, Value};

/// A function elsewhere that notes of which compositions it is made the end.
#[derive(Debug)]
struct There {
    name: String,
    composed: Arc<Mutex<Vec<String>>>,
}

impl AwaitedFunction for There {
    fn call(&self, _: Vec<Value>) -> Awaited {
        unreachable!("linking calls nothing")
    }

    fn name_there(&self) -> Option<&str> {
        Some(&self.name)
    }

    fn compose(&self, composed: Composed) -> Option<Arc<dyn AwaitedFunction>> {
        self.composed.lock().unwrap().push(text(&composed));
        Some(Arc::new(Self { name: self.name.clone(), composed: self.composed.clone() }))
    }
}

fn text(composed: &Composed) -> String {
    let part = |part: &Part| match part {
        Part::Argument(index) => format!("#{index}"),
        Part::Constant(value) => format!("{value:?}"),
        Part::Call(composed) => text(composed),
    };
    format!("{}({})", composed.function, composed.args.iter().map(part).collect::<Vec<_>>().join(", "))
}

/// Links a definition with functions of two other places.
#[track_caller]
fn check(lhs: &str, rhs: &str, expected: &[&str]) {
    let composed = Arc::new(Mutex::new(Vec::new()));
    let function = |name: &str, parameters: &[(&str, &str)], result: &str| {
        let unit = |text: &str| (!text.is_empty()).then(|| Unit::parse(text).unwrap());
        let parameter = |(name, text): &(&str, &str)| Parameter {
            name: (*name).to_owned(),
            unit: unit(text),
            default: None,
        };
        ContributedFunction::Awaited {
            signature: Signature {
                name: name.to_owned(),
                parameters: parameters.iter().map(parameter).collect(),
                unit: unit(result),
            },
            meta: Meta::default(),
            remote: Arc::new(There { name: format!("{name}_there"), composed: composed.clone() }),
        }
    };
    let upstream = |host: &str, functions| Contribution {
        origin: Origin::Upstream { host: host.to_owned(), port: 60000, prefix: None },
        functions,
    };
    let one = upstream(
        "one.example",
        vec![
            function("f", &[("x", "")], ""),
            function("g", &[("x", "")], ""),
            function("k", &[("x", ""), ("y", "")], ""),
            function("far", &[("x", "m")], ""),
            function("length", &[("x", "")], "km"),
        ],
    );
    let other = upstream("other.example", vec![function("o", &[("x", "")], "")]);
    let source = |text| Source::whole("a.yaml", text);
    let definition = Definition::parse(&source(lhs), &source(rhs)).unwrap();
    let file = Contribution {
        origin: Origin::Yaml { file: "a.yaml".into() },
        functions: vec![ContributedFunction::Symbolic(definition)],
    };
    let linked = link([&one, &other, &file]);
    assert_eq!(linked.errors().map(|one| one.render()).collect::<Vec<_>>(), Vec::<String>::new());
    assert_eq!(*composed.lock().unwrap(), expected);
}

#[test]
fn calls_within_calls_are_one() {
    check("h(x)", "f(g(x))", &["f_there(g_there(#0))"]);
    check("h(x)", "f(g(f(x + 1)))", &["f_there(g_there(f_there(#0)))"]);
    check("h(x)", "f(g(x)) + 1", &["f_there(g_there(#0))"]);
    check("h(x, y)", "k(g(x), y)", &["k_there(g_there(#0), #1)"]);
    check("h(x)", "k(g(x), g(x))", &["k_there(g_there(#0), g_there(#0))"]);
    check("h(x)", "k(g(x), x)", &["k_there(g_there(#0), #0)"]);
}

#[test]
fn one_call_is_what_it_is() {
    check("h(x)", "f(x)", &[]);
    check("h(x)", "f(x) + g(x)", &[]);
}

#[test]
fn what_this_server_needs_itself_stays() {
    check("h(x)", "f(2*g(x))", &[]); // its own work is in between
    check("h(x)", "f(g(x)) + g(x)", &[]); // or `g` would be computed twice
    check("h(x)", "far(length(x))", &[]); // metres of kilometres
}

#[test]
fn each_place_has_its_own() {
    check("h(x)", "f(o(x))", &[]);
    check("h(x)", "o(f(g(x)))", &["f_there(g_there(#0))"]);
}
