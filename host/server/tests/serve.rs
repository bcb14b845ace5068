//! A running server, called over its socket.

#![allow(clippy::unwrap_used)] // a test to the last line

use std::rc::Rc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::future::join_all;
use insta::assert_snapshot;
use kamodo_client::{Client, Endpoint, Error, Parameter as ClientParameter};
use kamodo_expr::{Expr, Node, lower};
use kamodo_registry::{
    Body, CallError, Cancel, Cost, Dispatcher, Function, NativeFunction, Origin, Publisher, Shown,
};
use kamodo_schema::{expression, function};
use kamodo_server::{Config, Limits, Server};
use kamodo_value::{Array, Meta, Parameter, Scalar, Signature, Value};
use kamodo_wire::literal;
use kamodo_wire::tls::{Identity, Paths};

// === What is served ===

fn symbol(name: &str) -> Expr {
    Expr::from_node(Node::Symbol(name.into()))
}

fn integer(value: i32) -> Expr {
    Expr::from_node(Node::Integer(value.into()))
}

fn add(terms: Vec<Expr>) -> Expr {
    Expr::from_node(Node::Add(terms))
}

fn parameter(name: &str, default: Option<Value>) -> Parameter {
    Parameter { name: name.into(), unit: None, default }
}

fn served(name: &str, parameters: Vec<Parameter>, body: Body) -> Arc<Function> {
    Arc::new(Function {
        signature: Signature { name: name.into(), parameters, unit: None },
        meta: Meta { equation: format!("eq_{name}"), citation: "cited".into(), ..Meta::default() },
        origin: Arc::new(Origin::Yaml { file: "test.yaml".into() }),
        line: None,
        shown: Shown::default(),
        route: Vec::new(),
        body,
    })
}

fn symbolic(name: &str, parameters: &[&str], body: &Expr) -> Arc<Function> {
    let program = lower(parameters, body, &|_| None).unwrap();
    let body = Body::Program { program: Arc::new(program), callees: Vec::new() };
    served(name, parameters.iter().map(|name| parameter(name, None)).collect(), body)
}

/// `x**2 - x - 1`, plus `offset`.
fn polynomial(offset: i32) -> Arc<Function> {
    let square = Expr::from_node(Node::Pow(symbol("x"), integer(2)));
    let minus_x = Expr::from_node(Node::Mul(vec![integer(-1), symbol("x")]));
    symbolic("f", &["x"], &add(vec![square, minus_x, integer(offset - 1)]))
}

/// Returns its argument.
#[derive(Debug)]
struct Identical;

impl NativeFunction for Identical {
    fn call(&self, mut args: Vec<Value>, _: &Cancel) -> Result<Value, CallError> {
        Ok(args.pop().unwrap_or(Value::Float(1000.0)))
    }

    fn cost(&self) -> Cost {
        Cost::Cheap
    }
}

/// Runs until it is told to end, or cancelled, and says which.
#[derive(Debug)]
struct Waits {
    end: Mutex<Receiver<()>>,
    told: Sender<&'static str>,
}

impl NativeFunction for Waits {
    fn call(&self, _: Vec<Value>, cancel: &Cancel) -> Result<Value, CallError> {
        self.told.send("started").unwrap();
        let end = self.end.lock().unwrap();
        loop {
            if end.recv_timeout(Duration::from_millis(1)).is_ok() {
                return Ok(Value::Text("ended".into()));
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
    publisher: Publisher,
    end: Sender<()>,
    told: Receiver<&'static str>,
}

fn start(config: Config) -> Running {
    let mut publisher = Publisher::new();
    let (end, ends) = channel();
    let (tells, told) = channel();
    publisher.publish(vec![
        polynomial(0),
        symbolic("sum", &["a", "b"], &add(vec![symbol("a"), symbol("b")])),
        served("same", vec![parameter("value", None)], Body::Native(Arc::new(Identical))),
        served(
            "with_default",
            vec![parameter("x", Some(Value::Int(7.into())))],
            Body::Native(Arc::new(Identical)),
        ),
        served("constant", Vec::new(), Body::Native(Arc::new(Identical))),
        served("waits", Vec::new(), Body::Native(Arc::new(Waits { end: Mutex::new(ends), told: tells }))),
        served("waiting", Vec::new(), Body::Waiting(vec!["absent".into()])),
    ]);
    let config = Config { host: "127.0.0.1".into(), port: 0, n_workers: 2, ..config };
    let server = Server::start(&config, publisher.registry().clone(), Dispatcher::start().unwrap()).unwrap();
    Running { server, publisher, end, told }
}

// === How it is called ===

impl Running {
    fn endpoint(&self) -> Endpoint {
        let address = self.server.addresses()[0];
        Endpoint::unencrypted(address.ip().to_string(), address.port())
    }
}

/// Runs a test with one client, within a time after which it counts as stuck.
fn with_client(config: Config, test: impl AsyncFnOnce(&mut Running, Client)) {
    let mut running = start(config);
    let limited = async {
        let client = Client::connect(&running.endpoint()).await.unwrap();
        tokio::time::timeout(Duration::from_secs(60), test(&mut running, client)).await.expect("stuck");
    };
    kamodo_client::block_on(limited).unwrap();
}

fn int(value: i64) -> Value {
    Value::Int(value.into())
}

#[track_caller]
fn text(result: Result<Value, Error>) -> String {
    let error = result.unwrap_err();
    let hint = error.hint().map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
    format!("{error}{hint}")
}

// === Tests ===

#[test]
fn fields_in_the_order_of_definition() {
    with_client(Config::default(), async |_, client| {
        let fields = client.fields().await.unwrap();
        let names: Vec<_> = fields.iter().map(|field| field.name.as_str()).collect();
        assert_eq!(names, ["f", "sum", "same", "with_default", "constant", "waits", "waiting"]);
        assert_eq!((fields[0].equation.as_str(), fields[0].citation.as_str()), ("eq_f", "cited"));
        let parameters = fields[1].function.parameters().await.unwrap();
        assert_eq!(parameters, ["a", "b"].map(|name| ClientParameter { name: name.into(), default: None }));
        let parameters = fields[3].function.parameters().await.unwrap();
        assert_eq!(parameters, [ClientParameter { name: "x".into(), default: Some(int(7)) }]);
    });
}

#[test]
fn arguments_by_position_and_by_keyword() {
    with_client(Config::default(), async |_, client| {
        assert_eq!(client.call("f", &[int(5)], &[]).await.unwrap(), int(19));
        assert_eq!(client.call("f", &[], &[("x".into(), int(5))]).await.unwrap(), int(19));
        assert_eq!(client.call("sum", &[int(1)], &[("b".into(), int(2))]).await.unwrap(), int(3));
        assert_eq!(client.call("with_default", &[], &[]).await.unwrap(), int(7));
        // Nothing is kept from one call to the next.
        assert_eq!(client.call("with_default", &[int(1)], &[]).await.unwrap(), int(1));
        assert_eq!(client.call("with_default", &[], &[]).await.unwrap(), int(7));
        let doubles = Value::Array(Array::vector(vec![0.0, 5.0]));
        let expect = Value::Array(Array::vector(vec![-1.0, 19.0]));
        assert_eq!(client.call("f", &[doubles], &[]).await.unwrap(), expect);
    });
}

#[test]
fn a_function_without_arguments_can_be_told_from_none() {
    with_client(Config::default(), async |_, client| {
        let constant = client.function("constant").await.unwrap();
        let kwargs = constant.client().get_kwargs_request().send().promise.await.unwrap();
        let kwargs = kwargs.get().unwrap().get_kwargs().unwrap();
        assert_eq!(kwargs.len(), 1);
        assert_eq!(kwargs.get(0).get_name().unwrap(), "_");
        assert_eq!(literal::read(kwargs.get(0).get_value().unwrap()).unwrap(), Value::None);
        assert_eq!(constant.parameters().await.unwrap(), []);
        let thousand = Value::Scalar(Scalar::Float64(1000.0));
        assert_eq!(constant.call(&[], &[]).await.unwrap(), thousand);
        // So the published client calls it.
        assert_eq!(constant.call(&[], &[("_".into(), Value::None)]).await.unwrap(), thousand);
    });
}

#[test]
fn calls_that_are_wrong() {
    with_client(Config::default(), async |_, client| {
        let call = async |name: &str, args: &[Value]| text(client.call(name, args, &[]).await);
        assert_snapshot!(call("sum", &[int(1)]).await, @r"
        `sum(a, b)`: missing argument `b`
        hint: call it as `sum(a, b)`
        ");
        assert_snapshot!(call("f", &[int(1), int(2)]).await, @r"
        `f(x)` takes 1 argument, found 2
        hint: call it as `f(x)`
        ");
        assert_snapshot!(call("waiting", &[]).await, @r"
        `waiting` waits for `absent`, which no origin provides
        hint: it works as soon as a plugin, an upstream or an edit brings `absent`
        ");
        let zeros = client.function("f").await.unwrap();
        let mut request = zeros.client().call_request();
        let mut array = request.get().init_args(1).get(0).init_array();
        array.set_dtype("object");
        array.set_data(&[0; 8]);
        let error = request.send().promise.await.err().unwrap();
        assert_snapshot!(text(Err(error.into())), @r"
        `f`: argument `x`: array: unknown dtype `object`
        hint: give the array a numeric dtype, e.g. `a.astype('float64')`
        ");
    });
}

#[test]
fn a_capability_survives_a_reload() {
    with_client(Config::default(), async |running, client| {
        let function = client.function("f").await.unwrap();
        assert_eq!(function.call(&[int(5)], &[]).await.unwrap(), int(19));
        running.publisher.publish(vec![polynomial(100)]);
        assert_eq!(function.call(&[int(5)], &[]).await.unwrap(), int(119));
        running.publisher.publish(Vec::new());
        assert_snapshot!(text(function.call(&[int(5)], &[]).await), @"`f` is no longer served: it went with generation 3 (now 3)");
        running.publisher.publish(vec![polynomial(0)]);
        assert_eq!(function.call(&[int(5)], &[]).await.unwrap(), int(19));
    });
}

#[test]
fn operators_of_any_number_of_arguments() {
    with_client(Config::default(), async |_, client| {
        let math = client.math().await.unwrap();
        let names: Vec<_> = math.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["AddRPC", "MulRPC", "PowRPC"]);
        let [add, mul, pow] = [0, 1, 2].map(|index| &math[index].1);
        assert_eq!(add.call(&[int(1), int(2), int(3)], &[]).await.unwrap(), int(6));
        assert_eq!(mul.call(&[int(2), int(3), int(4), int(5)], &[]).await.unwrap(), int(120));
        assert_eq!(pow.call(&[int(2), int(3), int(2)], &[]).await.unwrap(), int(64));
        assert_eq!(add.call(&[int(4)], &[]).await.unwrap(), int(4));
        let many: Vec<_> = (1..=100).map(int).collect();
        assert_eq!(add.call(&many, &[]).await.unwrap(), int(5050));
        assert_snapshot!(text(mul.call(&[], &[]).await), @"
        `MulRPC` takes at least one argument, found none
        hint: pass it one or more
        ");
        assert_snapshot!(text(add.call(&[], &[("params".into(), int(1))]).await), @r"
        `AddRPC` has no argument `params`
        hint: pass its arguments by position
        ");
    });
}

#[test]
fn values_pass_both_ways() {
    with_client(Config::default(), async |_, client| {
        let same = client.function("same").await.unwrap();
        let values = [
            Value::None,
            Value::Bool(true),
            Value::Text("text".into()),
            Value::Data(vec![0, 255]),
            Value::List(vec![int(1), Value::Text("two".into())]),
            Value::Array(Array::new([0, 3], Vec::<f32>::new()).unwrap()),
            Value::Array(Array::new([], vec![1_i16]).unwrap()),
            Value::Array(Array::vector((0..100_000).map(f64::from).collect::<Vec<_>>())),
        ];
        for (sent, got) in values
            .iter()
            .zip(join_all(values.iter().map(|value| same.call(std::slice::from_ref(value), &[]))).await)
        {
            assert_eq!(&got.unwrap(), sent);
        }
    });
}

#[test]
fn a_result_over_the_limit_is_said_and_the_connection_lives() {
    let transport = kamodo_wire::transport::Limits { message_bytes: 100_000, ..Default::default() };
    let limits = Limits { transport, ..Limits::default() };
    with_client(Config { limits, ..Config::default() }, async |_, client| {
        let sum = client.function("sum").await.unwrap();
        let long = |n: u32| Value::Array(Array::new([n as usize, 1], vec![0.0; n as usize]).unwrap());
        let wide = Value::Array(Array::vector(vec![0.0; 1000]));
        assert_snapshot!(text(sum.call(&[long(1000), wide], &[]).await), @r"
        `sum`: result: message of 8001128 bytes: expected at most 100000 bytes
        hint: ask for it in parts
        ");
        assert_eq!(sum.call(&[int(1), int(2)], &[]).await.unwrap(), int(3));
    });
}

#[test]
fn too_many_calls_at_once() {
    with_client(
        Config { limits: Limits { n_calls: 2, ..Limits::default() }, ..Config::default() },
        async |running, client| {
            let waits = client.function("waits").await.unwrap();
            let first = waits.call(&[], &[]);
            let (second, third) = (waits.call(&[], &[]), waits.call(&[], &[]));
            assert_snapshot!(text(third.await), @r"
        connection has 2 calls open already
        hint: wait for some of them
        ");
            running.end.send(()).unwrap();
            running.end.send(()).unwrap();
            assert_eq!(first.await.unwrap(), Value::Text("ended".into()));
            assert_eq!(second.await.unwrap(), Value::Text("ended".into()));
        },
    );
}

#[test]
fn a_call_ends_when_its_client_goes() {
    with_client(Config::default(), async |running, client| {
        let waits = client.function("waits").await.unwrap();
        let told = async |expect: &str| {
            loop {
                match running.told.try_recv() {
                    Ok(told) => return assert_eq!(told, expect),
                    Err(_) => tokio::task::yield_now().await,
                }
            }
        };
        let call = waits.call(&[], &[]);
        told("started").await;
        drop(call); // it is not waited for any more
        told("cancelled").await;
        let call = waits.call(&[], &[]);
        told("started").await;
        drop(client); // nobody is there any more
        told("cancelled").await;
        assert!(matches!(call.await, Err(Error::Lost { .. })));
    });
}

#[test]
fn many_clients_at_once() {
    let running = start(Config::default());
    let endpoint = running.endpoint();
    let threads: Vec<_> = (0..8)
        .map(|index| {
            let endpoint = endpoint.clone();
            std::thread::spawn(move || {
                kamodo_client::block_on(async {
                    let client = Client::connect(&endpoint).await.unwrap();
                    let function = client.function("f").await.unwrap();
                    for round in 0..200 {
                        let x = i64::from(round * 10 + index);
                        assert_eq!(function.call(&[int(x)], &[]).await.unwrap(), int(x * x - x - 1));
                    }
                })
                .unwrap();
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert_eq!(running.server.drain(Duration::from_secs(30)).n_cut_off, 0);
}

#[test]
fn draining_answers_what_is_open_and_takes_nothing_new() {
    let Running { server, end, told, .. } = start(Config::default());
    let address = server.addresses()[0];
    kamodo_client::block_on(async {
        let endpoint = Endpoint::unencrypted(address.ip().to_string(), address.port());
        let client = Client::connect(&endpoint).await.unwrap();
        let function = client.function("waits").await.unwrap();
        let open = tokio::task::spawn_local(function.call(&[], &[]));
        while told.try_recv().is_err() {
            tokio::task::yield_now().await;
        }
        let draining = std::thread::spawn(move || server.drain(Duration::from_secs(30)));
        let refused = loop {
            match client.call("f", &[int(5)], &[]).await {
                Ok(value) => assert_eq!(value, int(19)), // the server has not begun to stop
                Err(error) => break error.to_string(),
            }
        };
        assert_eq!(refused, "the server is stopping");
        end.send(()).unwrap();
        assert_eq!(open.await.unwrap().unwrap(), Value::Text("ended".into()));
        assert_eq!(draining.join().unwrap().n_cut_off, 0);
        let error = Client::connect(&endpoint).await.err().unwrap();
        assert!(matches!(error, Error::Connect { .. }), "{error}");
    })
    .unwrap();
}

#[test]
fn draining_cuts_off_what_does_not_end() {
    let Running { server, told, end, .. } = start(Config::default());
    let address = server.addresses()[0];
    kamodo_client::block_on(async {
        let endpoint = Endpoint::unencrypted(address.ip().to_string(), address.port());
        let client = Client::connect(&endpoint).await.unwrap();
        let waits = client.function("waits").await.unwrap();
        let open = tokio::task::spawn_local(waits.call(&[], &[]));
        while told.try_recv().is_err() {
            tokio::task::yield_now().await;
        }
        let draining = std::thread::spawn(move || server.drain(Duration::from_millis(50)));
        assert!(matches!(open.await.unwrap().unwrap_err(), Error::Lost { .. }));
        assert_eq!(draining.join().unwrap().n_cut_off, 1);
        drop(end);
    })
    .unwrap();
}

#[test]
fn an_encrypted_server_may_change_its_certificate() {
    let directory = tempfile::tempdir().unwrap();
    let paths = |name: &str| {
        let directory = directory.path().join(name);
        std::fs::create_dir(&directory).unwrap();
        Paths::self_signed(&directory)
    };
    let (first, second) = (paths("first"), paths("second"));
    let identity = Identity::load_or_create(&first).unwrap();
    let running = start(Config { identity: Some(identity), ..Config::default() });
    let port = running.server.addresses()[0].port();
    kamodo_client::block_on(async {
        let with = |paths: &Paths| Endpoint::new("127.0.0.1", port, &paths.certificate);
        let client = Client::connect(&with(&first)).await.unwrap();
        assert_eq!(client.call("f", &[int(5)], &[]).await.unwrap(), int(19));
        running.server.controls().replace_identity(&Identity::load_or_create(&second).unwrap());
        // Who is connected stays so; who connects now sees the new one.
        assert_eq!(client.call("f", &[int(5)], &[]).await.unwrap(), int(19));
        assert!(matches!(Client::connect(&with(&first)).await, Err(Error::Handshake { .. })));
        let client = Client::connect(&with(&second)).await.unwrap();
        assert_eq!(client.call("f", &[int(5)], &[]).await.unwrap(), int(19));
    })
    .unwrap();
}

// === evaluate ===

/// A function of the client's own, for the server to call back.
struct Thousand;

impl function::Server for Thousand {
    async fn call(
        self: Rc<Self>,
        params: function::CallParams,
        mut results: function::CallResults,
    ) -> Result<(), capnp::Error> {
        let Ok(Value::Int(value)) = literal::read(params.get()?.get_args()?.get(0)) else {
            return Err(capnp::Error::failed("an int, please".into()));
        };
        literal::write(results.get().init_result(), &Value::Int(value + 1000)).unwrap();
        Ok(())
    }
}

fn write_literal(builder: expression::Builder<'_>, value: &Value) {
    literal::write(builder.init_literal(), value).unwrap();
}

/// Writes a call, and returns the builders of its arguments.
fn write_call<'a>(
    builder: expression::Builder<'a>,
    function: &function::Client,
    n_params: u32,
) -> capnp::struct_list::Builder<'a, expression::Owned> {
    let mut call = builder.init_call();
    call.set_function(function.clone());
    call.init_params(n_params)
}

/// Evaluates what `write` writes, and reads the value in the same breath.
async fn evaluate(client: &Client, write: impl FnOnce(expression::Builder<'_>)) -> Result<Value, Error> {
    let mut request = client.capability().evaluate_request();
    write(request.get().init_expression());
    let value = request.send().pipeline.get_value();
    let response = value.read_request().send().promise.await?;
    Ok(literal::read(response.get()?.get_value()?).unwrap())
}

#[test]
fn expressions_of_our_own_functions() {
    with_client(Config::default(), async |_, client| {
        let f = client.function("f").await.unwrap().client().clone();
        let math = client.math().await.unwrap();
        let add = math[0].1.client().clone();
        assert_eq!(evaluate(&client, |builder| write_literal(builder, &int(3))).await.unwrap(), int(3));
        assert_eq!(evaluate(&client, |_| ()).await.unwrap(), Value::None);
        // f(f(5)) + f(3) + 1
        let value = evaluate(&client, |builder| {
            let mut terms = write_call(builder, &add, 3);
            let inner = write_call(terms.reborrow().get(0), &f, 1).get(0);
            write_literal(write_call(inner, &f, 1).get(0), &int(5));
            write_literal(write_call(terms.reborrow().get(1), &f, 1).get(0), &int(3));
            write_literal(terms.get(2), &int(1));
        });
        assert_eq!(value.await.unwrap(), int(341 + 5 + 1));
    });
}

#[test]
fn stored_values_even_before_they_are_there() {
    with_client(Config::default(), async |_, client| {
        let f = client.function("f").await.unwrap().client().clone();
        let mut request = client.capability().evaluate_request();
        write_literal(write_call(request.get().init_expression(), &f, 1).get(0), &int(5));
        let promised = request.send().pipeline.get_value();
        let twice = async || {
            evaluate(&client, |builder| write_call(builder, &f, 1).get(0).set_store(promised.clone())).await
        };
        assert_eq!(twice().await.unwrap(), int(341));
        assert_eq!(twice().await.unwrap(), int(341)); // now it is there
    });
}

#[test]
fn functions_of_the_client_are_called_back() {
    with_client(Config::default(), async |_, client| {
        let f = client.function("f").await.unwrap().client().clone();
        let own: function::Client = capnp_rpc::new_client(Thousand);
        let value = evaluate(&client, |builder| {
            write_literal(write_call(write_call(builder, &f, 1).get(0), &own, 1).get(0), &int(5));
        });
        assert_eq!(value.await.unwrap(), int(1_009_019));
        let value = evaluate(&client, |builder| {
            write_literal(write_call(builder, &own, 1).get(0), &Value::None);
        });
        assert_snapshot!(text(value.await), @"an int, please");
    });
}

#[test]
fn expressions_that_are_none() {
    with_client(Config::default(), async |_, client| {
        let sum = client.function("sum").await.unwrap().client().clone();
        let error = async |write: &dyn Fn(expression::Builder<'_>)| text(evaluate(&client, write).await);
        assert_snapshot!(error(&|mut builder| builder.set_parameter(3)).await, @r"
        expression: parameter 3 outside the body of a function
        hint: put the value in the expression as a literal
        ");
        assert_snapshot!(error(&|builder| { builder.init_call().init_params(0); }).await, @"
        expression: the function of a call is null
        hint: pass a capability that this connection gave, or one of your own
        ");
        assert_snapshot!(error(&|builder| { write_call(builder, &sum, 1); }).await, @r"
        `sum(a, b)`: missing argument `b`
        hint: call it as `sum(a, b)`
        ");
        assert_snapshot!(error(&|builder| { write_call(builder, &sum, 10_000); }).await, @"
        expression, params[9999]: expression: more than 10000 nodes
        hint: evaluate it in parts, and use their stored values
        ");
    });
}

#[test]
fn an_expression_too_deep_fails_alone() {
    with_client(Config::default(), async |_, client| {
        let f = client.function("f").await.unwrap().client().clone();
        let deep = evaluate(&client, |builder| {
            let mut inner = builder;
            for _ in 0..100 {
                inner = write_call(inner, &f, 1).get(0);
            }
            write_literal(inner, &int(1));
        });
        assert_snapshot!(text(deep.await), @r"
        expression: nested too deep for a message of 64 levels
        hint: evaluate it in parts, and use their stored values
        ");
        assert_eq!(client.call("f", &[int(5)], &[]).await.unwrap(), int(19));
    });
}
