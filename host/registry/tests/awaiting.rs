//! Functions that run elsewhere, alone and in compositions, with a fake for the other server.
#![allow(clippy::unwrap_used)] // a test fails by panicking

use std::sync::{Arc, Mutex};

use insta::assert_snapshot;
use kamodo_expr::{Definition, Source};
use kamodo_registry::{
    Awaited, AwaitedFunction, CallError, Cancel, ContributedFunction, Contribution, Cost, Dispatcher,
    Function, Hop, NativeFunction, Origin, OriginKey, link,
};
use kamodo_units::Unit;
use kamodo_value::{Meta, Parameter, Signature, Value};
use tokio::sync::oneshot;

/// The other server: calls stay open until the test answers them.
#[derive(Debug, Clone, Default)]
struct Far(Arc<Mutex<Vec<Call>>>);

/// An open call, with its arguments and the way back.
type Call = (Vec<Value>, oneshot::Sender<Result<Value, CallError>>);

impl AwaitedFunction for Far {
    fn call(&self, args: Vec<Value>) -> Awaited {
        let (answer, answered) = oneshot::channel();
        self.0.lock().unwrap().push((args, answer));
        Box::pin(async move { answered.await.expect("the test answers") })
    }

    fn route(&self) -> Vec<Hop> {
        vec![Hop { instance: "5ca1ab1e".into(), address: "model.example:60000".into() }]
    }
}

impl Far {
    /// Answers calls by `answer` while `future` runs.
    async fn answering<T>(&self, answer: impl Fn(Vec<Value>) -> Value, future: impl Future<Output = T>) -> T {
        let mut future = std::pin::pin!(future);
        std::future::poll_fn(|context| {
            loop {
                let polled = future.as_mut().poll(context);
                let calls = std::mem::take(&mut *self.0.lock().unwrap());
                if polled.is_ready() || calls.is_empty() {
                    return polled;
                }
                for (args, sender) in calls {
                    sender.send(Ok(answer(args))).expect("somebody waits");
                }
            }
        })
        .await
    }
}

/// A plugin's function, which runs on the pool and gives its argument back.
#[derive(Debug)]
struct Slow;

impl NativeFunction for Slow {
    fn call(&self, mut args: Vec<Value>, _: &Cancel) -> Result<Value, CallError> {
        Ok(args.pop().expect("one argument"))
    }

    fn cost(&self) -> Cost {
        Cost::Unknown
    }
}

fn signature(name: &str, argument: &str, result: &str) -> Signature {
    let unit = |text: &str| (!text.is_empty()).then(|| Unit::parse(text).unwrap());
    let parameter = Parameter { name: "x".to_owned(), unit: unit(argument), default: None };
    Signature { name: name.to_owned(), parameters: vec![parameter], unit: unit(result) }
}

/// Functions `far(x)` and `far_m(x[m])[m]` of another server, `slow(x)` of a plugin, and these of a file.
fn functions(far: &Far, definitions: &[(&str, &str)]) -> Vec<Arc<Function>> {
    let remote = Arc::new(far.clone());
    let awaited =
        |signature| ContributedFunction::Awaited { signature, meta: Meta::default(), remote: remote.clone() };
    let upstream = Contribution {
        origin: Origin::Upstream { host: "model.example".into(), port: 60000, prefix: None },
        functions: vec![awaited(signature("far", "", "")), awaited(signature("far_m", "m", "m"))],
    };
    let plugin = Contribution {
        origin: Origin::Plugin {
            file: "slow.so".into(),
            name: "slow".into(),
            version: "1".into(),
            digest: "0".into(),
        },
        functions: vec![ContributedFunction::Native {
            signature: signature("slow", "", ""),
            meta: Meta::default(),
            code: Arc::new(Slow),
        }],
    };
    let parse = |(lhs, rhs): &(&str, &str)| {
        let definition = Definition::parse(&Source::whole("a.yaml", lhs), &Source::whole("a.yaml", rhs));
        ContributedFunction::Symbolic(definition.unwrap())
    };
    let yaml = Contribution {
        origin: Origin::Yaml { file: "a.yaml".into() },
        functions: definitions.iter().map(parse).collect(),
    };
    let linked = link([&upstream, &plugin, &yaml]);
    assert_eq!(linked.errors().next(), None);
    linked.functions
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

/// What the last of some definitions answers to 5, where the other server doubles.
#[track_caller]
fn check(definitions: &[(&str, &str)], expect: &str) {
    let far = Far::default();
    let functions = functions(&far, definitions);
    let name = definitions.last().map_or("far", |(lhs, _)| lhs.split('(').next().unwrap());
    let function = functions.iter().find(|function| function.name() == name).unwrap();
    let dispatcher = Dispatcher::start().unwrap();
    let double = |args: Vec<Value>| match &args[..] {
        [Value::Int(x)] => Value::Int(x * 2),
        [Value::Float(x)] => Value::Float(x * 2.0),
        other => panic!("one number, found {other:?}"),
    };
    let value = block_on(far.answering(double, dispatcher.call(function, vec![Value::Int(5.into())])));
    let shown = match value.unwrap() {
        Value::Int(int) => int.to_string(),
        Value::Float(float) => format!("{float:?}"),
        other => format!("{other:?}"),
    };
    assert_eq!(shown, expect);
}

#[test]
fn compositions_of_every_kind() {
    check(&[], "10");
    check(&[("g(x)", "far(x) + 1")], "11");
    check(&[("g(x)", "far(far(x)) + slow(far(x)) + slow(x)")], "35");
    check(&[("g(x)", "slow(far(x))"), ("h(x)", "far(g(x)) + g(x)")], "30");
}

#[test]
fn units_are_converted_on_the_way_there_and_back() {
    check(&[("g(x[km])[cm]", "far_m(x)")], "1000000");
}

#[test]
fn deep_nesting_needs_no_deep_stack() {
    let mut definitions = vec![("f0(x)".to_owned(), "far(x)".to_owned())];
    for n in 1..500 {
        definitions.push((format!("f{n}(x)"), format!("slow(f{}(x))", n - 1)));
    }
    let definitions: Vec<_> = definitions.iter().map(|(lhs, rhs)| (lhs.as_str(), rhs.as_str())).collect();
    check(&definitions, "10");
}

#[test]
fn a_call_that_waits_holds_no_thread() {
    let far = Far::default();
    let functions = functions(&far, &[("g(x)", "far(slow(x))"), ("h(x)", "slow(x)")]);
    let named = |name: &str| functions.iter().find(|function| function.name() == name).unwrap();
    let dispatcher = Dispatcher::start().unwrap();
    let one = || vec![Value::Int(1.into())];
    // More calls wait than there are threads and places, and others are answered all the same.
    block_on(async {
        let mut open = Vec::new();
        for n in 0..200 {
            let mut call = Box::pin(dispatcher.call(named("g"), one()));
            std::future::poll_fn(|context| {
                assert!(call.as_mut().poll(context).is_pending());
                if far.0.lock().unwrap().len() > n {
                    std::task::Poll::Ready(())
                } else {
                    std::task::Poll::Pending
                }
            })
            .await;
            open.push(call);
        }
        assert_eq!(dispatcher.call(named("h"), one()).await, Ok(Value::Int(1.into())));
        let calls = std::mem::take(&mut *far.0.lock().unwrap());
        for ((args, answer), call) in calls.into_iter().zip(open) {
            answer.send(Ok(args.into_iter().next().unwrap())).unwrap();
            assert_eq!(call.await, Ok(Value::Int(1.into())));
        }
    });
}

#[test]
fn a_dropped_call_is_dropped_there_too() {
    let far = Far::default();
    let functions = functions(&far, &[("g(x)", "far(x) + 1")]);
    let function = functions.iter().find(|function| function.name() == "g").unwrap();
    let dispatcher = Dispatcher::start().unwrap();
    block_on(async {
        let mut call = Box::pin(dispatcher.call(function, vec![Value::Int(1.into())]));
        std::future::poll_fn(|context| {
            assert!(call.as_mut().poll(context).is_pending());
            std::task::Poll::Ready(())
        })
        .await;
        let (_, answer) = far.0.lock().unwrap().pop().expect("it was sent at once");
        assert!(!answer.is_closed());
        drop(call);
        assert!(answer.is_closed());
    });
}

#[test]
fn the_way_to_a_function_elsewhere_is_known() {
    let far = Far::default();
    let functions = functions(&far, &[("g(x)", "far(x) + 1")]);
    let route = |name: &str| functions.iter().find(|function| function.name() == name).unwrap().route.clone();
    assert_eq!(route("far"), far.route());
    assert_eq!(route("g"), far.route()); // or a loop would not be seen that goes through it
}

/// The language has no word for such a default: it is filled in when the function is called.
#[test]
fn a_default_that_is_no_number() {
    let far = Far::default();
    let parameter = |name: &str, default| Parameter { name: name.into(), unit: None, default: Some(default) };
    let parameters = vec![
        parameter("x", Value::Int(1.into())),
        parameter("kind", Value::Text("abc".into())),
        parameter("y", Value::Int(2.into())),
    ];
    let named = ContributedFunction::Awaited {
        signature: Signature { name: "named".into(), parameters, unit: None },
        meta: Meta::default(),
        remote: Arc::new(far.clone()),
    };
    let upstream = Contribution {
        origin: Origin::Upstream { host: "model.example".into(), port: 60000, prefix: None },
        functions: vec![named],
    };
    let definition =
        Definition::parse(&Source::whole("a.yaml", "g(x)"), &Source::whole("a.yaml", "2*named(x)"));
    let yaml = Contribution {
        origin: Origin::Yaml { file: "a.yaml".into() },
        functions: vec![ContributedFunction::Symbolic(definition.unwrap())],
    };
    let linked = link([&upstream, &yaml]);
    assert_eq!(linked.errors().next(), None);
    let g = linked.functions.iter().find(|function| function.name() == "g").unwrap();
    let called = Dispatcher::start().unwrap();
    let answer = |args: Vec<Value>| {
        assert_eq!(args, [Value::Int(5.into()), Value::Text("abc".into()), Value::Int(2.into())]);
        args[0].clone()
    };
    let value = block_on(far.answering(answer, called.call(g, vec![Value::Int(5.into())])));
    assert_eq!(value.unwrap(), Value::Int(10.into()));
}

#[test]
fn an_upstream_is_named_by_its_address() {
    let key = OriginKey::upstream("model.example", 60000, Some("sat"));
    assert_snapshot!(key, @"model.example:60000 as sat_");
    let origin = Origin::Upstream { host: "model.example".into(), port: 60000, prefix: None };
    assert_snapshot!(origin, @"upstream model.example:60000");
    assert_eq!((origin.kind(), origin.key().kind()), ("upstream", "upstream"));
}

fn shown(error: &CallError) -> String {
    let hint = error.hint().map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
    format!("{error}{hint}")
}

#[test]
fn what_goes_wrong_elsewhere() {
    use std::time::Duration;
    let (function, address) = ("g".to_owned(), "model.example:60000".to_owned());
    let unreachable = CallError::Unreachable {
        function: function.clone(),
        address: address.clone(),
        cause: "connection refused".into(),
        next: Duration::from_millis(3200),
    };
    assert_snapshot!(shown(&unreachable), @"`g`: upstream model.example:60000 is not reachable: connection refused; next attempt in 3 s");
    let soon = CallError::Unreachable {
        function: function.clone(),
        address: address.clone(),
        cause: "connection refused".into(),
        next: Duration::from_millis(200),
    };
    assert_snapshot!(shown(&soon), @"`g`: upstream model.example:60000 is not reachable: connection refused; next attempt now");
    let lost = CallError::Lost {
        function: function.clone(),
        address: address.clone(),
        cause: "connection reset".into(),
    };
    assert_snapshot!(shown(&lost), @"`g`: upstream model.example:60000 was lost during the call: connection reset");
    let late = CallError::Late {
        function: function.clone(),
        address: address.clone(),
        after: Duration::from_secs(5),
    };
    assert_snapshot!(shown(&late), @r"
    `g`: upstream model.example:60000 did not answer within 5s
    hint: give it longer with the `timeout` of its `!KamodoClient`, or leave that out
    ");
    let crowded = CallError::Crowded { function: function.clone(), address: address.clone(), queued: 240 };
    assert_snapshot!(shown(&crowded), @r"
    `g`: 240 calls are waiting for upstream model.example:60000 already
    hint: try again later
    ");
    let upstream = CallError::Upstream {
        function,
        address,
        message: "`f(x)`: missing argument `x`".into(),
        hint: Some("call it as `f(x)`".into()),
        overloaded: false,
    };
    assert_snapshot!(shown(&upstream), @r"
    `g`: upstream model.example:60000: `f(x)`: missing argument `x`
    hint: call it as `f(x)`
    ");
}
