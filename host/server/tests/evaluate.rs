//! Expressions, evaluated where their functions are.

#![allow(clippy::unwrap_used)] // a test to the last line

#[path = "support/wire.rs"]
mod wire;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use insta::assert_snapshot;
use kamodo_client::{Client, Endpoint, Error};
use kamodo_expr::{Definition, Source};
use kamodo_registry::{
    CallError, Cancel, ContributedFunction, Contribution, Cost, Dispatcher, NativeFunction, Origin,
    Publisher, link,
};
use kamodo_schema::{expression, function, value};
use kamodo_server::{Config, Limits, Server};
use kamodo_value::{Array, Meta, Parameter, Scalar, Signature, Value};
use kamodo_wire::literal;
use wire::Wire;

// === What is served ===

/// Counts its calls, and gives its argument back.
#[derive(Debug, Default)]
struct Counted(AtomicUsize);

impl NativeFunction for Counted {
    fn call(&self, mut args: Vec<Value>, _: &Cancel) -> Result<Value, CallError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(args.pop().unwrap())
    }

    fn cost(&self) -> Cost {
        Cost::Unknown
    }
}

/// Runs until it is told to end, or cancelled, and says which.
#[derive(Debug)]
struct Waits {
    end: Mutex<Receiver<()>>,
    told: Sender<&'static str>,
}

impl NativeFunction for Waits {
    fn call(&self, mut args: Vec<Value>, cancel: &Cancel) -> Result<Value, CallError> {
        self.told.send("started").unwrap();
        let end = self.end.lock().unwrap();
        loop {
            if end.recv_timeout(Duration::from_millis(1)).is_ok() {
                return Ok(args.pop().unwrap());
            }
            if cancel.is_cancelled() {
                self.told.send("cancelled").unwrap();
                return Err(CallError::Cancelled { function: "waits".into() });
            }
        }
    }

    fn cost(&self) -> Cost {
        Cost::Unknown
    }
}

struct Running {
    server: Server,
    counted: Arc<Counted>,
    end: Sender<()>,
    told: Receiver<&'static str>,
}

fn start(limits: Limits) -> Running {
    let definitions = [
        ("f(x)", "x**2 - x - 1"),
        ("half(x)", "x/2"),
        ("wave(x, y)", "sin(x) + y"),
        ("flat(x)", "2.5"),
        ("inverse(x, y)", "1/(x - y)"),
    ];
    let parse = |(lhs, rhs): (&str, &str)| {
        let definition = Definition::parse(&Source::whole("a.yaml", lhs), &Source::whole("a.yaml", rhs));
        ContributedFunction::Symbolic(definition.unwrap())
    };
    let (counted, (end, ends), (tells, told)) = (Arc::<Counted>::default(), channel(), channel());
    let native = |name: &str, code: Arc<dyn NativeFunction>| {
        let parameters = vec![Parameter { name: "x".into(), unit: None, default: None }];
        let signature = Signature { name: name.into(), parameters, unit: None };
        ContributedFunction::Native { signature, meta: Meta::default(), code }
    };
    let waits = Waits { end: Mutex::new(ends), told: tells };
    let mut functions: Vec<_> = definitions.into_iter().map(parse).collect();
    functions.push(native("counted", counted.clone()));
    functions.push(native("waits", Arc::new(waits)));
    let linked = link([&Contribution { origin: Origin::Yaml { file: "a.yaml".into() }, functions }]);
    assert_eq!(linked.errors().next(), None);
    let mut publisher = Publisher::new();
    publisher.publish(linked.functions);
    let config = Config { host: "127.0.0.1".into(), port: 0, n_workers: 1, limits, ..Config::default() };
    let server = Server::start(&config, publisher.registry().clone(), Dispatcher::start().unwrap()).unwrap();
    Running { server, counted, end, told }
}

// === How it is asked ===

/// A client with the functions of its server, and the wire between.
struct Bench {
    running: Running,
    client: Client,
    wire: Wire,
}

/// Runs a test with one client, within a time after which it counts as stuck.
fn with_client(limits: Limits, test: impl AsyncFnOnce(&Bench)) {
    let running = start(limits);
    let limited = async {
        let wire = Wire::to(running.server.addresses()[0]).await;
        let endpoint = Endpoint::unencrypted(wire.address.ip().to_string(), wire.address.port());
        let client = Client::connect(&endpoint).await.unwrap();
        client.fields().await.unwrap(); // from here on functions are known without asking
        let bench = Bench { running, client, wire };
        tokio::time::timeout(Duration::from_secs(60), test(&bench)).await.expect("stuck");
    };
    kamodo_client::block_on(limited).unwrap();
}

/// An expression, to be written.
#[derive(Clone)]
enum Tree {
    Literal(Value),
    Store(value::Client),
    Call(function::Client, Vec<Tree>),
}

use Tree::{Call, Literal, Store};

impl Tree {
    fn write(&self, mut builder: expression::Builder<'_>) {
        match self {
            Literal(value) => literal::write(builder.init_literal(), value).unwrap(),
            Store(value) => builder.set_store(value.clone()),
            Call(function, params) => {
                let mut call = builder.init_call();
                call.set_function(function.clone());
                let mut list = call.init_params(params.len() as u32);
                for (index, param) in params.iter().enumerate() {
                    param.write(list.reborrow().get(index as u32));
                }
            }
        }
    }
}

impl Bench {
    async fn named(&self, name: &str) -> function::Client {
        self.client.function(name).await.unwrap().client().clone()
    }

    async fn call(&self, name: &str, params: Vec<Tree>) -> Tree {
        Call(self.named(name).await, params)
    }

    /// Asks for an evaluation, and does not wait for anything.
    fn evaluate(&self, tree: &Tree) -> value::Client {
        let mut request = self.client.capability().evaluate_request();
        tree.write(request.get().init_expression());
        request.send().pipeline.get_value()
    }

    async fn result(&self, tree: &Tree) -> Result<Value, Error> {
        read(&self.evaluate(tree)).await
    }

    async fn told(&self, expect: &str) {
        loop {
            match self.running.told.try_recv() {
                Ok(told) => return assert_eq!(told, expect),
                Err(_) => tokio::task::yield_now().await,
            }
        }
    }
}

async fn read(value: &value::Client) -> Result<Value, Error> {
    let response = value.read_request().send().promise.await?;
    Ok(literal::read(response.get()?.get_value()?).unwrap())
}

fn int(value: i64) -> Value {
    Value::Int(value.into())
}

fn ramp(n_elements: u32) -> Value {
    Value::Array(Array::vector((0..n_elements).map(|index| f64::from(index) * 1e-3).collect::<Vec<_>>()))
}

#[track_caller]
fn text(result: Result<Value, Error>) -> String {
    let error = result.unwrap_err();
    let hint = error.hint().map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
    format!("{error}{hint}")
}

// === Round trips and bytes ===

const ELEMENTS: u32 = 10_000;
const ARRAY_BYTES: usize = 8 * ELEMENTS as usize;

#[test]
fn a_composition_is_one_round_trip_and_its_arrays_stay() {
    with_client(Limits::default(), async |bench| {
        let inner = bench.call("f", vec![Literal(ramp(ELEMENTS))]).await;
        let inner = bench.call("counted", vec![bench.call("half", vec![inner]).await]).await;
        let tree = bench.call("wave", vec![inner, Literal(int(1))]).await;
        let before = bench.wire.traffic();
        bench.wire.hold_answers(2); // the evaluation, and reading it
        bench.result(&tree).await.unwrap();
        let traffic = bench.wire.traffic() - before;
        assert_eq!(traffic.n_round_trips, 1);
        // The argument goes there once, the result comes back once.
        assert!((ARRAY_BYTES..ARRAY_BYTES + 2000).contains(&traffic.request_bytes), "{traffic:?}");
        assert!((ARRAY_BYTES..ARRAY_BYTES + 1000).contains(&traffic.answer_bytes), "{traffic:?}");
    });
}

#[test]
fn an_evaluation_of_one_that_is_not_there_yet_is_one_round_trip() {
    with_client(Limits::default(), async |bench| {
        let first = bench.call("f", vec![Literal(ramp(ELEMENTS))]).await;
        let before = bench.wire.traffic();
        bench.wire.hold_answers(4); // three evaluations, and reading the last
        let first = bench.evaluate(&first);
        let second = bench.evaluate(&bench.call("half", vec![Store(first.clone())]).await);
        let third = bench.call("inverse", vec![Store(second), Store(first)]).await;
        bench.result(&third).await.unwrap();
        let traffic = bench.wire.traffic() - before;
        assert_eq!(traffic.n_round_trips, 1);
        assert!(traffic.request_bytes < ARRAY_BYTES + 3000, "{traffic:?}");
        assert!(traffic.answer_bytes < ARRAY_BYTES + 2000, "{traffic:?}");
    });
}

#[test]
fn nothing_large_moves_between_evaluations() {
    with_client(Limits::default(), async |bench| {
        let array = bench.evaluate(&Literal(ramp(ELEMENTS)));
        assert_eq!(read(&array).await.unwrap(), ramp(ELEMENTS));
        let before = bench.wire.traffic();
        let f = bench.evaluate(&bench.call("f", vec![Store(array)]).await);
        let wave = bench.evaluate(&bench.call("wave", vec![Store(f.clone()), Store(f)]).await);
        let number = bench.evaluate(&bench.call("flat", vec![Store(wave)]).await);
        assert_eq!(read(&number).await.unwrap(), Value::Scalar(Scalar::Float64(2.5)));
        let traffic = bench.wire.traffic() - before;
        assert!(traffic.request_bytes + traffic.answer_bytes < 4000, "{traffic:?}");
    });
}

// === What is computed ===

#[test]
fn equal_parts_are_computed_once() {
    with_client(Limits::default(), async |bench| {
        let part = async |value: Value| bench.call("counted", vec![Literal(value)]).await;
        let n_calls = || bench.running.counted.0.swap(0, Ordering::Relaxed);
        let same = |value: Value| async {
            bench.call("wave", vec![part(value.clone()).await, part(value).await]).await
        };
        bench.result(&same(ramp(100)).await).await.unwrap();
        assert_eq!(n_calls(), 1);
        // Zero and minus zero are equal, yet not one and the same; nor are an int and a float.
        for (one, other) in [
            (Value::Float(0.0), Value::Float(-0.0)),
            (int(1), Value::Float(1.0)),
            (ramp(3), ramp(4)),
            (Value::Array(Array::vector(vec![1_i64])), Value::Array(Array::vector(vec![1_u64]))),
        ] {
            let tree = bench.call("inverse", vec![part(one).await, part(other).await]).await;
            let _ = bench.result(&tree).await; // shapes may not fit
            assert_eq!(n_calls(), 2);
        }
        // Lists are what they hold.
        let list = |items: &[Value]| Value::List(items.to_vec());
        bench.result(&same(list(&[int(1), list(&[Value::Float(2.0)])])).await).await.unwrap_err();
        assert_eq!(n_calls(), 1);
        let (one, other) = (list(&[int(1)]), list(&[int(2)]));
        let _ = bench.result(&bench.call("wave", vec![part(one).await, part(other).await]).await).await;
        assert_eq!(n_calls(), 2);
        // However many look alike: these differ in the middle.
        let alike = |middle: u32| {
            let mut elements = vec![0.0; 1000];
            elements[500] = f64::from(middle);
            Value::Array(Array::vector(elements))
        };
        let add = bench.client.math().await.unwrap()[0].1.client().clone();
        let mut terms = Vec::new();
        for middle in (0..40).chain(0..40) {
            terms.push(part(alike(middle)).await);
        }
        let _ = bench.result(&Call(add, terms)).await.unwrap();
        assert_eq!(n_calls(), 40);
        // Also where the capabilities are two.
        let again = bench.client.fields().await.unwrap();
        let again = again.iter().find(|field| field.name == "counted").unwrap().function.client().clone();
        let tree = bench.call("wave", vec![part(int(1)).await, Call(again, vec![Literal(int(1))])]).await;
        bench.result(&tree).await.unwrap();
        assert_eq!(n_calls(), 1);
        // And where a value is stored.
        let stored = Store(bench.evaluate(&Literal(int(3))));
        let part = bench.call("counted", vec![stored]).await;
        bench.result(&bench.call("wave", vec![part.clone(), part]).await).await.unwrap();
        assert_eq!(n_calls(), 1);
    });
}

#[test]
fn what_is_between_two_calls_is_as_if_it_had_travelled() {
    with_client(Limits::default(), async |bench| {
        let flat = bench.call("flat", vec![Literal(int(1))]).await;
        let tree = bench.call("inverse", vec![flat.clone(), flat]).await;
        // numpy's division by zero; Python's would be an error.
        assert_eq!(bench.result(&tree).await.unwrap(), Value::Scalar(Scalar::Float64(f64::INFINITY)));
        let tree = bench.call("inverse", vec![Literal(int(1)), Literal(int(1))]).await;
        assert_snapshot!(text(bench.result(&tree).await), @"
        `inverse`: division by zero in `**` of `int` and `float`
        hint: pass a numpy value, such as `numpy.float64(0)`, to get infinity or nan instead
        ");
    });
}

/// A function of the client's, answered once two calls of it are open.
#[derive(Default)]
struct InPairs(RefCell<Vec<tokio::sync::oneshot::Sender<()>>>);

impl function::Server for InPairs {
    async fn call(
        self: Rc<Self>,
        params: function::CallParams,
        mut results: function::CallResults,
    ) -> Result<(), capnp::Error> {
        let (sender, paired) = tokio::sync::oneshot::channel();
        self.0.borrow_mut().push(sender);
        if self.0.borrow().len().is_multiple_of(2) {
            self.0.borrow_mut().drain(..).for_each(|waiting| waiting.send(()).unwrap());
        }
        let _ = paired.await;
        results.get().set_result(params.get()?.get_args()?.get(0))
    }
}

/// A value that the client holds.
struct Theirs;

impl value::Server for Theirs {
    async fn read(
        self: Rc<Self>,
        _: value::ReadParams,
        mut results: value::ReadResults,
    ) -> Result<(), capnp::Error> {
        results.get().init_value().set_int("20");
        Ok(())
    }
}

#[test]
fn calls_elsewhere_are_made_at_the_same_time_and_what_they_feed_is_here() {
    with_client(Limits::default(), async |bench| {
        let theirs: function::Client = capnp_rpc::new_client(InPairs::default());
        let call = |tree: Tree| Call(theirs.clone(), vec![tree]);
        // Three are not one pair: the third goes with the second level.
        let first = call(bench.call("f", vec![Literal(int(5))]).await); // 19
        let second = call(Literal(int(2)));
        let sum = bench.call("wave", vec![Literal(int(0)), second]).await; // 2.0
        let third = call(sum.clone());
        let fourth = call(bench.call("half", vec![first.clone()]).await); // 9.5
        let tree = bench.call("inverse", vec![third, fourth]).await;
        assert_eq!(bench.result(&tree).await.unwrap(), Value::Scalar(Scalar::Float64(1.0 / (2.0 - 9.5))));
        let stored = Store(capnp_rpc::new_client(Theirs));
        let tree = bench.call("f", vec![stored]).await;
        assert_eq!(bench.result(&tree).await.unwrap(), int(379));
    });
}

#[test]
fn a_sum_of_many_terms() {
    with_client(Limits::default(), async |bench| {
        let math = bench.client.math().await.unwrap();
        // As many as an expression takes, and called directly, more than a stack is deep.
        let tree = Call(math[0].1.client().clone(), vec![Literal(int(2)); 9_999]);
        assert_eq!(bench.result(&tree).await.unwrap(), int(19_998));
        assert_eq!(math[0].1.call(&vec![int(2); 100_000], &[]).await.unwrap(), int(200_000));
        assert_eq!(math[1].1.call(&vec![int(-1); 10_001], &[]).await.unwrap(), int(-1));
        assert_snapshot!(text(math[2].1.call(&vec![int(1); 65], &[]).await), @"
        `PowRPC` takes at most 64 arguments, found 65
        hint: evaluate it in parts, and use their stored values
        ");
    });
}

// === What goes wrong ===

#[test]
fn the_deepest_expression_and_one_that_is_deeper() {
    with_client(Limits::default(), async |bench| {
        let nested = async |depth: usize| {
            let mut tree = Literal(int(1));
            for _ in 0..depth {
                tree = bench.call("half", vec![tree]).await;
            }
            bench.result(&tree).await
        };
        const DEEPEST: usize = 29;
        assert_eq!(nested(DEEPEST).await.unwrap(), Value::Scalar(Scalar::Float64(0.5_f64.powi(29))));
        assert_snapshot!(text(nested(DEEPEST + 1).await), @"
        expression: nested too deep for a message of 64 levels
        hint: evaluate it in parts, and use their stored values
        ");
    });
}

#[test]
fn what_fails_is_told_when_it_is_read_and_says_which_step() {
    with_client(Limits::default(), async |bench| {
        let wrong =
            bench.call("f", vec![bench.call("inverse", vec![Literal(int(1)), Literal(int(1))]).await]).await;
        let mut request = bench.client.capability().evaluate_request();
        wrong.write(request.get().init_expression());
        let response = request.send().promise.await.unwrap();
        let value = response.get().unwrap().get_value().unwrap();
        assert_snapshot!(text(read(&value).await), @"
        expression, params[0]: `inverse`: division by zero in `**` of `int` and `float`
        hint: pass a numpy value, such as `numpy.float64(0)`, to get infinity or nan instead
        ");
        assert_snapshot!(text(read(&value).await), @"
        expression, params[0]: `inverse`: division by zero in `**` of `int` and `float`
        hint: pass a numpy value, such as `numpy.float64(0)`, to get infinity or nan instead
        ");
        // And so by what is built on it.
        assert_snapshot!(text(bench.result(&bench.call("half", vec![Store(value)]).await).await), @"
        expression, params[0]: `inverse`: division by zero in `**` of `int` and `float`
        hint: pass a numpy value, such as `numpy.float64(0)`, to get infinity or nan instead
        ");
        let tree = bench.call("half", vec![bench.call("wave", vec![Literal(int(1))]).await]).await;
        assert_snapshot!(text(bench.result(&tree).await), @"
        expression, params[0]: `wave(x, y)`: missing argument `y`
        hint: call it as `wave(x, y)`
        ");
        let tree = bench
            .call("wave", vec![bench.call("half", vec![Literal(ramp(5000))]).await, Literal(ramp(5001))])
            .await;
        assert_snapshot!(text(bench.result(&tree).await), @"
        `wave`: `+`: shapes `(5001,)` and `(5000,)` cannot be broadcast together
        hint: each dimension, counted from the last, has to be equal or 1 on one of both sides
        ");
    });
}

#[test]
fn dropping_a_value_stops_what_computes_it() {
    with_client(Limits::default(), async |bench| {
        let value =
            bench.evaluate(&bench.call("half", vec![bench.call("waits", vec![Literal(int(4))]).await]).await);
        bench.told("started").await;
        drop(value);
        bench.told("cancelled").await;
        // Another one that is kept goes on, whoever reads it.
        let value =
            bench.evaluate(&bench.call("half", vec![bench.call("waits", vec![Literal(int(4))]).await]).await);
        bench.told("started").await;
        bench.running.end.send(()).unwrap();
        assert_eq!(read(&value).await.unwrap(), Value::Scalar(Scalar::Float64(2.0)));
    });
}

#[test]
fn values_are_counted() {
    with_client(Limits { n_values: 2, value_bytes: 100_000, ..Limits::default() }, async |bench| {
        let first = bench.evaluate(&Literal(ramp(ELEMENTS)));
        assert_eq!(read(&first).await.unwrap(), ramp(ELEMENTS));
        let second = bench.evaluate(&Literal(ramp(ELEMENTS)));
        assert_snapshot!(text(read(&second).await), @"
        value of 80064 bytes: the connection holds 80064 of at most 100000 bytes already
        hint: drop values that are no longer needed, ask for less at once, or allow more with `--values-bytes`
        ");
        assert_snapshot!(text(bench.result(&Literal(int(1))).await), @"
        connection holds 2 values already
        hint: drop values that are no longer needed, or allow more with `--values`
        ");
        drop(second);
        assert_eq!(bench.result(&Literal(int(1))).await.unwrap(), int(1));
        drop(first);
        assert_eq!(bench.result(&Literal(ramp(ELEMENTS))).await.unwrap(), ramp(ELEMENTS));
    });
}

#[test]
fn what_values_are_computed_with_is_counted() {
    with_client(Limits { value_bytes: 200_000, ..Limits::default() }, async |bench| {
        let part = async |n: u32| bench.call("counted", vec![Literal(ramp(ELEMENTS + n))]).await;
        let add = bench.client.math().await.unwrap()[0].1.client().clone();
        // two at a time have room, and three have none
        let two = bench.call("wave", vec![part(0).await, part(0).await]).await;
        let _ = bench.result(&bench.call("half", vec![two]).await).await.unwrap();
        let three = Call(add, vec![part(1).await, part(2).await, part(3).await]);
        assert_snapshot!(text(bench.result(&three).await), @"
        expression, params[2]: `counted`: value of 80088 bytes: the connection holds 160152 of at most 200000 bytes already
        hint: drop values that are no longer needed, ask for less at once, or allow more with `--values-bytes`
        ");
        // nothing of it is left
        let value = bench.evaluate(&Literal(ramp(2 * ELEMENTS)));
        assert_eq!(read(&value).await.unwrap(), ramp(2 * ELEMENTS));
    });
}

/// A function of the client's that says what it should not.
enum Wrong {
    NoNumber,
    Gone,
    Fails,
}

impl function::Server for Wrong {
    async fn call(
        self: Rc<Self>,
        _: function::CallParams,
        mut results: function::CallResults,
    ) -> Result<(), capnp::Error> {
        match *self {
            Self::NoNumber => results.get().init_result().set_int("x2"),
            Self::Gone => return Err(capnp::Error::disconnected("Peer disconnected.".into())),
            Self::Fails => return Err(capnp::Error::failed("no such model".into())),
        }
        Ok(())
    }
}

#[test]
fn what_is_wrong_says_where_it_is() {
    with_client(Limits::default(), async |bench| {
        let half = async |tree: Tree| bench.call("half", vec![tree]).await;
        let one = Literal(int(1));
        let wrong = async |wrong: Wrong| {
            let theirs = Call(capnp_rpc::new_client(wrong), vec![one.clone()]);
            let tree = bench.call("wave", vec![one.clone(), half(theirs).await]).await;
            text(bench.result(&tree).await)
        };
        assert_snapshot!(wrong(Wrong::NoNumber).await, @"expression, params[1].params[0]: what was answered: int: expected decimal digits, found `x2`");
        assert_snapshot!(wrong(Wrong::Gone).await, @"
        expression, params[1].params[0]: whoever has the function or the value is gone: Peer disconnected.
        hint: connect to where it is again; this connection is as it was
        ");
        assert_snapshot!(wrong(Wrong::Fails).await, @"expression, params[1].params[0]: no such model");
        // this connection is as it was
        assert_eq!(bench.result(&one).await.unwrap(), int(1));
        // a literal, and a parameter, are read at once
        let f = bench.named("f").await;
        let read_at_once = async |write: &dyn Fn(expression::Builder<'_>)| {
            let mut request = bench.client.capability().evaluate_request();
            let mut call = request.get().init_expression().init_call();
            call.set_function(f.clone());
            let mut params = call.init_params(2);
            params.reborrow().get(0).init_literal().set_int("2");
            write(params.get(1));
            text(request.send().promise.await.map(|_| Value::None).map_err(Error::from))
        };
        assert_snapshot!(read_at_once(&|builder| builder.init_literal().set_int("x2")).await, @"expression, params[1]: int: expected decimal digits, found `x2`");
        assert_snapshot!(read_at_once(&|mut builder| builder.set_parameter(3)).await, @"
        expression, params[1]: expression: parameter 3 outside the body of a function
        hint: put the value in the expression as a literal
        ");
    });
}

#[test]
fn an_evaluation_that_has_begun_is_drained() {
    let Running { server, end, told, .. } = start(Limits::default());
    let address = server.addresses()[0];
    kamodo_client::block_on(async {
        let endpoint = Endpoint::unencrypted(address.ip().to_string(), address.port());
        let client = Client::connect(&endpoint).await.unwrap();
        let waits = client.function("waits").await.unwrap();
        let mut request = client.capability().evaluate_request();
        Call(waits.client().clone(), vec![Literal(int(7))]).write(request.get().init_expression());
        let value = request.send().pipeline.get_value();
        let reading = tokio::task::spawn_local(async move { read(&value).await });
        while told.try_recv().is_err() {
            tokio::task::yield_now().await;
        }
        let draining = std::thread::spawn(move || server.drain(Duration::from_secs(30)));
        end.send(()).unwrap();
        assert_eq!(reading.await.unwrap().unwrap(), int(7));
        assert_eq!(draining.join().unwrap().n_cut_off, 0);
    })
    .unwrap();
}
