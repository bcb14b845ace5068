//! What happens where what another server serves does not fit to the rest.
#![allow(clippy::unwrap_used)] // a test fails by panicking

use std::sync::Arc;

use insta::assert_snapshot;
use kamodo_expr::{Definition, Source};
use kamodo_registry::{
    Admission, Admitted, Awaited, AwaitedFunction, Body, CallError, Cancel, Change, ContributedFunction,
    Contribution, Cost, Hop, NativeFunction, Origin,
};
use kamodo_units::Unit;
use kamodo_value::{Meta, Parameter, Signature, Value};

#[derive(Debug)]
struct Elsewhere;

impl AwaitedFunction for Elsewhere {
    fn call(&self, _: Vec<Value>) -> Awaited {
        unreachable!("nothing is called")
    }

    fn route(&self) -> Vec<Hop> {
        vec![Hop { instance: String::new(), address: "model.example:60000".into() }]
    }
}

#[derive(Debug)]
struct Native;

impl NativeFunction for Native {
    fn call(&self, _: Vec<Value>, _: &Cancel) -> Result<Value, CallError> {
        unreachable!("nothing is called")
    }

    fn cost(&self) -> Cost {
        Cost::Cheap
    }
}

fn signature((name, unit): &(&str, &str)) -> Signature {
    let parameter = Parameter { name: "x".to_owned(), unit: None, default: None };
    let unit = (!unit.is_empty()).then(|| Unit::parse(unit).unwrap());
    Signature { name: (*name).to_owned(), parameters: vec![parameter], unit }
}

/// Functions of another server, each with the unit of its result.
fn upstream(host: &str, functions: &[(&str, &str)]) -> Change {
    let awaited = |function| ContributedFunction::Awaited {
        signature: signature(function),
        meta: Meta::default(),
        remote: Arc::new(Elsewhere),
    };
    Change::Brought(Contribution {
        origin: Origin::Upstream { host: host.into(), port: 60000, prefix: None },
        functions: functions.iter().map(awaited).collect(),
    })
}

fn plugin(function: (&str, &str)) -> Change {
    let (name, version, digest) = ("p".into(), "1".into(), "0".into());
    Change::Brought(Contribution {
        origin: Origin::Plugin { file: "p.so".into(), name, version, digest },
        functions: vec![ContributedFunction::Native {
            signature: signature(&function),
            meta: Meta::default(),
            code: Arc::new(Native),
        }],
    })
}

fn yaml(definitions: &[(&str, &str)]) -> Change {
    let parse = |(lhs, rhs): &(&str, &str)| {
        let definition = Definition::parse(&Source::whole("a.yaml", lhs), &Source::whole("a.yaml", rhs));
        ContributedFunction::Symbolic(definition.unwrap())
    };
    Change::Brought(Contribution {
        origin: Origin::Yaml { file: "a.yaml".into() },
        functions: definitions.iter().map(parse).collect(),
    })
}

/// What is served, function by function, then what waits.
fn shown(admitted: &Admitted) -> String {
    let state = |body: &Body| match body {
        Body::Unfit(reason) => format!("unfit: {}", reason.message),
        Body::Waiting(names) => format!("waits for {}", names.join(", ")),
        _ => "served".to_owned(),
    };
    let served = admitted.functions.iter().map(|function| {
        format!("{} of {}: {}\n", function.signature.declaration(), function.origin, state(&function.body))
    });
    let waits = admitted.refused.iter().map(|(key, reasons)| {
        let messages: Vec<_> = reasons.iter().map(|reason| reason.message.as_str()).collect();
        format!("{} waits: {}\n", key, messages.join("; "))
    });
    served.chain(waits).collect()
}

#[test]
fn what_does_not_fit_another_server_fails_alone() {
    let mut admission = Admission::default();
    let _ = admission.admit([yaml(&[("h(x)[m]", "g(x)"), ("k(x)", "2*h(x)"), ("own", "x")])]);
    let first = admission.admit([upstream("one", &[("g", "km")])]);
    assert_snapshot!(shown(&first), @"
    h(x)[m] of a.yaml: served
    k(x) of a.yaml: served
    own(x) of a.yaml: served
    g(x)[km] of upstream one:60000: served
    ");
    let other = admission.admit([upstream("one", &[("g", "kg"), ("new", "")])]);
    assert_snapshot!(shown(&other), @"
    h(x)[m] of a.yaml: unfit: cannot convert `kg` to `m`, the unit of `h`
    k(x) of a.yaml: unfit: cannot convert `kg` to `m`, the unit of `h`
    own(x) of a.yaml: served
    g(x)[kg] of upstream one:60000: served
    new(x) of upstream one:60000: served
    ");
    let told: Vec<_> = admission.partly_served().iter().map(|one| one.functions.clone()).collect();
    assert_eq!(told, [["h"]]);
    assert_snapshot!(shown(&admission.admit([upstream("one", &[("g", "cm")])])), @"
    h(x)[m] of a.yaml: served
    k(x) of a.yaml: served
    own(x) of a.yaml: served
    g(x)[cm] of upstream one:60000: served
    ");
    assert!(admission.partly_served().is_empty());
}

/// A definition from before the other server was there is no better than one that it changed under.
#[test]
fn a_definition_that_never_fitted_fails_alone() {
    let mut admission = Admission::default();
    let waiting = admission.admit([yaml(&[("h(x)[m]", "g(x)"), ("own", "x")])]);
    assert_snapshot!(shown(&waiting), @"
    h(x)[m] of a.yaml: waits for g
    own(x) of a.yaml: served
    ");
    assert_snapshot!(shown(&admission.admit([upstream("one", &[("g", "kg")])])), @"
    h(x)[m] of a.yaml: unfit: cannot convert `kg` to `m`, the unit of `h`
    own(x) of a.yaml: served
    g(x)[kg] of upstream one:60000: served
    ");
}

#[test]
fn what_is_conceded_excuses_nothing_else() {
    let mut admission = Admission::default();
    let definitions = [("h(x)[m]", "g(x)"), ("q(x)[m]", "p(x)"), ("own", "x")];
    let _ = admission.admit([yaml(&definitions), plugin(("p", "m"))]);
    let _ = admission.admit([upstream("one", &[("g", "kg")])]);
    // a plugin that would make a definition wrong waits as ever
    assert_snapshot!(shown(&admission.admit([plugin(("p", "s"))])), @"
    h(x)[m] of a.yaml: unfit: cannot convert `kg` to `m`, the unit of `h`
    q(x)[m] of a.yaml: served
    own(x) of a.yaml: served
    p(x)[m] of p 1 (p.so): served
    g(x)[kg] of upstream one:60000: served
    p.so waits: cannot convert `s` to `m`, the unit of `q`
    ");
    // an edit of something else is taken
    let edited = [("h(x)[m]", "g(x)"), ("q(x)[m]", "p(x)"), ("own", "2*x")];
    let taken = admission.admit([yaml(&edited), plugin(("p", "m"))]);
    assert_eq!(taken.refused.len(), 0);
    // and one that does not fit either is not
    let worse = [("h(x)[m]", "2*g(x)"), ("q(x)[m]", "p(x)"), ("own", "2*x")];
    let refused = admission.admit([yaml(&worse)]);
    assert_eq!(refused.refused.len(), 1);
    assert_snapshot!(shown(&refused), @"
    h(x)[m] of a.yaml: unfit: cannot convert `kg` to `m`, the unit of `h`
    q(x)[m] of a.yaml: served
    own(x) of a.yaml: served
    p(x)[m] of p 1 (p.so): served
    g(x)[kg] of upstream one:60000: served
    a.yaml waits: cannot convert `kg` to `m`, the unit of `h`
    ");
}

#[test]
fn a_name_of_another_server_that_is_taken_is_left_out() {
    let mut admission = Admission::default();
    let _ = admission.admit([yaml(&[("f", "x")])]);
    let _ = admission.admit([upstream("two", &[("f", ""), ("g", "")])]);
    let third = admission.admit([upstream("one", &[("g", ""), ("h", "")])]);
    // who had a name keeps it
    assert_snapshot!(shown(&third), @"
    f(x) of a.yaml: served
    h(x) of upstream one:60000: served
    g(x) of upstream two:60000: served
    ");
    let told: Vec<_> = third.warnings.iter().map(|warning| warning.render()).collect();
    assert_snapshot!(told.join("\n"), @"
    one:60000: warning: `g`: left out: two:60000 has a function of that name
    hint: give the upstream a `prefix`, or rename one of the two
    two:60000: warning: `f`: left out: a.yaml has a function of that name
    hint: give the upstream a `prefix`, or rename one of the two
    ");
    // and once it is free the other one has it
    let fourth = admission.admit([yaml(&[("own", "x")]), upstream("two", &[("f", "")])]);
    assert_snapshot!(shown(&fourth), @"
    own(x) of a.yaml: served
    g(x) of upstream one:60000: served
    h(x) of upstream one:60000: served
    f(x) of upstream two:60000: served
    ");
}
