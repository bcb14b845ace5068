//! What the extension adds to calls: deadlines, definitions of one connection, arrays in pieces.

#![allow(clippy::unwrap_used)] // a test to the last line

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use insta::assert_snapshot;
use kamodo_client::{Client, Endpoint};
use kamodo_expr::{Definition, Source};
use kamodo_registry::{
    CallError, Cancel, ContributedFunction, Contribution, Cost, Dispatcher, NativeFunction, Origin,
    Publisher, link,
};
use kamodo_schema::extension::{self, sink};
use kamodo_schema::{expression, function, value};
use kamodo_server::{Config, Limits, Server};
use kamodo_value::{Array, Meta, Parameter, Signature, Value};
use kamodo_wire::literal;

// === What is served ===

/// Runs until it is cancelled.
#[derive(Debug)]
struct Endless(Sender<&'static str>);

impl NativeFunction for Endless {
    fn call(&self, _: Vec<Value>, cancel: &Cancel) -> Result<Value, CallError> {
        while !cancel.is_cancelled() {
            std::thread::yield_now();
        }
        self.0.send("cancelled").unwrap();
        Err(CallError::Cancelled { function: "endless".into() })
    }

    fn cost(&self) -> Cost {
        Cost::Unknown
    }
}

fn serve(publisher: &mut Publisher, definitions: &[(&str, &str)], tells: Sender<&'static str>) {
    let parse = |(lhs, rhs): &(&str, &str)| {
        let definition = Definition::parse(&Source::whole("a.yaml", lhs), &Source::whole("a.yaml", rhs));
        ContributedFunction::Symbolic(definition.unwrap())
    };
    let mut functions: Vec<_> = definitions.iter().map(parse).collect();
    let parameters = vec![Parameter { name: "x".into(), unit: None, default: None }];
    let signature = Signature { name: "endless".into(), parameters, unit: None };
    functions.push(ContributedFunction::Native {
        signature,
        meta: Meta::default(),
        code: Arc::new(Endless(tells)),
    });
    let linked = link([&Contribution { origin: Origin::Yaml { file: "a.yaml".into() }, functions }]);
    assert_eq!(linked.errors().next(), None);
    publisher.publish(linked.functions);
}

const FUNCTIONS: &[(&str, &str)] = &[
    ("f(x)", "x**2 - x - 1"),
    ("rho(h[km])[kg/m^3]", "1.2*exp(-h/8)"),
    ("wave(x, y)", "sin(x) + y"),
    ("flat(x)", "5"),
    ("erf(x)", "x"),
    ("calls(x)", "endless(x) + 1"),
    ("total(x)", "sum(x)"),
];

struct Bench {
    _server: Server,
    publisher: RefCell<Publisher>,
    told: Receiver<&'static str>,
    tells: Sender<&'static str>,
    client: Client,
    extension: extension::Client,
}

/// Runs a test with one client, within a time after which it counts as stuck.
fn with_client(limits: Limits, test: impl AsyncFnOnce(&Bench)) {
    let mut publisher = Publisher::new();
    let (tells, told) = channel();
    serve(&mut publisher, FUNCTIONS, tells.clone());
    let config = Config { host: "127.0.0.1".into(), port: 0, n_workers: 1, limits, ..Config::default() };
    let server = Server::start(&config, publisher.registry().clone(), Dispatcher::start().unwrap()).unwrap();
    let address = server.addresses()[0];
    let limited = async {
        let endpoint = Endpoint::unencrypted(address.ip().to_string(), address.port());
        let client = Client::connect(&endpoint).await.unwrap();
        let extension = client.capability().extension_request().send().pipeline.get_extension();
        let bench =
            Bench { _server: server, publisher: RefCell::new(publisher), told, tells, client, extension };
        tokio::time::timeout(Duration::from_secs(60), test(&bench)).await.expect("stuck");
    };
    kamodo_client::block_on(limited).unwrap();
}

type Answer<T> = Result<T, capnp::Error>;

impl Bench {
    fn publish(&self, definitions: &[(&str, &str)]) {
        serve(&mut self.publisher.borrow_mut(), definitions, self.tells.clone());
    }

    async fn named(&self, name: &str) -> function::Client {
        self.client.function(name).await.unwrap().client().clone()
    }

    async fn define(
        &self,
        lhs: &str,
        write: impl FnOnce(extension::definition::Builder<'_>),
    ) -> Answer<Defined> {
        let mut request = self.extension.define_request();
        let mut definition = request.get().init_definition();
        definition.set_lhs(lhs);
        write(definition);
        let response = request.send().promise.await?;
        let response = response.get()?;
        let meta = response.get_meta()?;
        let said = format!("[{}] {}", meta.get_units()?.to_str()?, meta.get_equation()?.to_str()?);
        let mut warnings = Vec::new();
        for warning in response.get_warnings()? {
            warnings.push(warning.get_rendered()?.to_string()?);
        }
        Ok(Defined { function: response.get_function()?, said, warnings: warnings.join("\n") })
    }

    async fn define_text(&self, lhs: &str, rhs: &str) -> Answer<Defined> {
        self.define(lhs, |mut definition| definition.set_rhs(rhs)).await
    }

    async fn define_body(&self, lhs: &str, body: &Tree) -> Answer<Defined> {
        self.define(lhs, |definition| body.write(definition.init_body())).await
    }

    async fn upload(&self, dtype: &str, shape: &[u32]) -> extension::upload::Client {
        let mut request = self.extension.upload_request();
        request.get().set_dtype(dtype);
        request.get().set_shape(shape).unwrap();
        request.send().pipeline.get_upload()
    }

    fn map(
        &self,
        function: &function::Client,
        args: &[Value],
        over: &str,
        results: &Rc<Gathering>,
    ) -> sink::Client {
        let mut request = self.extension.map_request();
        request.get().set_function(function.clone());
        literal::write_all(request.get().init_args(args.len() as u32), args).unwrap();
        request.get().set_over(over);
        request.get().set_results(capnp_rpc::new_client_from_rc(results.clone()));
        request.send().pipeline.get_arguments()
    }
}

struct Defined {
    function: function::Client,
    said: String,
    warnings: String,
}

impl Defined {
    async fn call(&self, args: &[Value]) -> Answer<Value> {
        let mut request = self.function.call_request();
        literal::write_all(request.get().init_args(args.len() as u32), args).unwrap();
        let response = request.send().promise.await?;
        Ok(literal::read(response.get()?.get_result()?).unwrap())
    }
}

/// An expression, to be written.
enum Tree {
    Literal(Value),
    Parameter(u32),
    Call(function::Client, Vec<Tree>),
}

use Tree::{Call, Literal, Parameter as Argument};

impl Tree {
    fn write(&self, mut builder: expression::Builder<'_>) {
        match self {
            Literal(value) => literal::write(builder.init_literal(), value).unwrap(),
            Argument(number) => builder.set_parameter(*number),
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

fn int(value: i64) -> Value {
    Value::Int(value.into())
}

#[track_caller]
fn text<T>(answer: Answer<T>) -> String {
    let error = answer.err().unwrap();
    let text = error.extra;
    text.strip_prefix("remote exception: ").unwrap_or(&text).to_owned()
}

async fn read(value: &value::Client) -> Answer<Value> {
    let response = value.read_request().send().promise.await?;
    Ok(literal::read(response.get()?.get_value()?).unwrap())
}

// === callWithin ===

#[test]
fn a_call_that_is_late_is_stopped() {
    with_client(Limits::default(), async |bench| {
        let within = async |function: &function::Client, deadline_ms: u32| {
            let mut request = bench.extension.call_within_request();
            request.get().set_function(function.clone());
            request.get().set_deadline_ms(deadline_ms);
            literal::write_all(request.get().init_args(1), &[int(5)]).unwrap();
            let response = request.send().promise.await?;
            Ok(literal::read(response.get()?.get_result()?).unwrap())
        };
        assert_eq!(within(&bench.named("f").await, 60_000).await.unwrap(), int(19));
        assert_snapshot!(text(within(&bench.named("endless").await, 20).await), @"
        `endless`: not answered within 20 ms
        hint: give it longer, or less to do
        ");
        assert_eq!(bench.told.recv_timeout(Duration::from_secs(10)), Ok("cancelled"));
        // Also in the middle of a composition.
        assert_snapshot!(text(within(&bench.named("calls").await, 20).await), @"
        `calls`: not answered within 20 ms
        hint: give it longer, or less to do
        ");
        assert_eq!(bench.told.recv_timeout(Duration::from_secs(10)), Ok("cancelled"));
        assert_snapshot!(text(within(&capnp_rpc::new_client(Nobody), 20).await), @"
        the capability is none of this connection
        hint: take one that this connection gave
        ");
    });
}

struct Nobody;

impl function::Server for Nobody {}

// === define ===

#[test]
fn definitions_call_what_is_served_and_each_other() {
    with_client(Limits::default(), async |bench| {
        let g = bench.define_text("g(x)", "f(x) + 1").await.unwrap();
        assert_eq!(g.call(&[int(5)]).await.unwrap(), int(20));
        let h = bench.define_text("h(x)", "2*g(x)").await.unwrap();
        drop(g); // it lives on in what calls it
        assert_eq!(h.call(&[int(5)]).await.unwrap(), int(40));
        let metres = bench.define_text("low(h[m])[g/cm^3]", "rho(h)").await.unwrap();
        assert_snapshot!(metres.said, @r"[g/cm**3] \frac{\rho{\left(\frac{h}{1000} \right)}}{1000}");
        // In expressions too.
        let mut request = bench.client.capability().evaluate_request();
        let f = bench.named("f").await;
        Call(f, vec![Call(h.function, vec![Literal(int(5))])]).write(request.get().init_expression());
        assert_eq!(read(&request.send().pipeline.get_value()).await.unwrap(), int(40 * 39 - 1));
    });
}

#[test]
fn a_body_may_be_an_expression() {
    with_client(Limits::default(), async |bench| {
        let math = bench.client.math().await.unwrap();
        let [add, mul, pow] = [0, 1, 2].map(|index| math[index].1.client().clone());
        let f = bench.named("f").await;
        // f(a) + 3*b**(-2)
        let power = Call(pow, vec![Argument(1), Literal(int(-2))]);
        let body = Call(add, vec![Call(f, vec![Argument(0)]), Call(mul, vec![Literal(int(3)), power])]);
        let g = bench.define_body("g(a, b)", &body).await.unwrap();
        assert_snapshot!(g.said, @r"[] f{\left(a \right)} + \frac{3}{b^{2}}");
        assert_eq!(g.call(&[int(5), int(2)]).await.unwrap(), Value::Scalar(19.75.into()));
        let rho = bench.named("rho").await;
        // One name has one meaning, also if the language has a function of that name.
        let erf = bench.named("erf").await;
        let by_body = bench.define_body("by_body(x)", &Call(erf, vec![Argument(0)])).await.unwrap();
        let by_text = bench.define_text("by_text(x)", "erf(x)").await.unwrap();
        assert_eq!(by_body.call(&[int(5)]).await.unwrap(), int(5));
        assert_eq!(by_text.call(&[int(5)]).await.unwrap(), int(5));
        let low = bench.define_body("low(h[m])[g/cm^3]", &Call(rho, vec![Argument(0)])).await.unwrap();
        assert_snapshot!(low.said, @r"[g/cm**3] \frac{\rho{\left(\frac{h}{1000} \right)}}{1000}");
    });
}

#[test]
fn definitions_that_are_warned_of() {
    with_client(Limits::default(), async |bench| {
        let sine = bench.define_text("s(lat[deg])", "sin(lat)").await.unwrap();
        assert_snapshot!(sine.warnings, @r"
        definition:1:5: warning: `s`: `sin` takes radians, found a number in `deg`: parameters are plain numbers
          1 | sin(lat)
            |     ^^^
        hint: write `sin(lat*pi/180)`, or declare it in `rad`
        ");
        let noise = bench.define_text("noise(h[km])[nT/Hz^1/2]", "3*h").await.unwrap();
        assert_snapshot!(noise.warnings, @r"
        definition:1:17: warning: `noise`: `nT/Hz^1/2` can be read in two ways, it is taken for `nT/(2*Hz)`
          1 | noise(h[km])[nT/Hz^1/2]
            |                 ^^^^^^
        hint: write `nT/(2*Hz)`, or `nT/Hz^(1/2)` if that is meant
        ");
        let sum = bench.define_text("t(h[km])[kg/m^3]", "rho(h) + 1").await.unwrap();
        assert_snapshot!(sum.warnings, @r"
        definition:1:10: warning: `t`: a plain number is added to a quantity, it is taken as in `kg/m**3`
          1 | rho(h) + 1
            |          ^
        hint: if another unit is meant, define it with that, as in `c_0[kg/m**3]: 1`, and write `c_0`
        ");
        assert_eq!(bench.define_text("g(x)", "f(x) + 1").await.unwrap().warnings, "");
    });
}

#[test]
fn definitions_that_are_wrong() {
    with_client(Limits::default(), async |bench| {
        let wrong = async |lhs: &str, rhs: &str| text(bench.define_text(lhs, rhs).await);
        assert_snapshot!(wrong("g(x", "x").await, @"
        definition:1:2: error: this parenthesis is never closed
          1 | g(x
            |  ^
        hint: add `)` behind the last parameter
        ");
        assert_snapshot!(wrong("g(h[m])[s]", "rho(h)").await, @"
        definition:1:1: error: `g`: cannot convert `kg/m**3` to `s`, the unit of `g`
          1 | rho(h)
            | ^^^^^^ Mass·Length^-3, expected Time
        hint: multiply it by a quantity of the dimension Mass^-1·Length^3·Time, or change the unit on the left
        ");
        assert_snapshot!(wrong("f(x)", "x").await, @"
        definition:1:1: error: `f`: there is a function `f` already
          1 | f(x)
            | ^
        hint: take another name
        ");
        assert_snapshot!(wrong("g(x)", "absent(x)").await, @"
        definition:1:1: error: `g`: calls `absent`, which is not served
          1 | absent(x)
            | ^^^^^^^^^
        hint: `kamodo-rpc list` lists what is served
        ");
        assert_snapshot!(wrong("g(x)", &"x+".repeat(10_000)).await, @"
        definition of 20004 bytes: expected at most 16384 bytes
        hint: split it into several definitions
        ");
        let body = async |body: &Tree| text(bench.define_body("g(x)", body).await);
        assert_snapshot!(body(&Argument(1)).await, @"`g`: parameter 1 of the body: the left-hand side has 1, counted from 0");
        assert_snapshot!(body(&Literal(Value::Text("x".into()))).await, @"
        `g`: the body holds a text: expected numbers, parameters and calls
        hint: pass it as an argument
        ");
        assert_snapshot!(body(&Call(capnp_rpc::new_client(Nobody), vec![Argument(0)])).await, @"
        the capability is none of this connection
        hint: take one that this connection gave
        ");
        let mut kept = Vec::new();
        for index in 0..256 {
            kept.push(bench.define_text(&format!("g{index}(x)"), "x").await.unwrap());
        }
        assert_snapshot!(wrong("g(x)", "x").await, @"
        connection has 256 definitions already
        hint: let go of definitions that are no longer needed
        ");
        kept.pop();
        bench.define_text("g(x)", "x").await.unwrap();
    });
}

#[test]
fn definitions_follow_what_is_published() {
    with_client(Limits::default(), async |bench| {
        let g = bench.define_text("g(x)", "f(x) + 1").await.unwrap();
        let h = bench.define_text("h(h[m])[kg/m^3]", "rho(h)").await.unwrap();
        let publish = |definitions| bench.publish(definitions);
        publish(&[("f(x)", "100*x"), ("rho(h[km])[kg]", "h")]);
        assert_eq!(g.call(&[int(5)]).await.unwrap(), int(501));
        assert_snapshot!(text(h.call(&[int(5)]).await), @"
        `h` no longer fits what is served since generation 2:
        definition:1:1: error: `h`: cannot convert `kg` to `kg/m**3`, the unit of `h`
          1 | rho(h)
            | ^^^^^^ Mass, expected Mass·Length^-3
        hint: multiply it by a quantity of the dimension Length^-3, or change the unit on the left
        ");
        publish(&[("g(x)", "x"), ("rho(h[km])[kg/m^3]", "h")]);
        assert_snapshot!(text(g.call(&[int(5)]).await), @"
        `g` no longer fits what is served since generation 3:
        definition:1:1: error: `g`: calls `f`, which is not served
          1 | f(x) + 1
            | ^^^^^^^^
        hint: `kamodo-rpc list` lists what is served
        ");
        assert_eq!(h.call(&[int(5000)]).await.unwrap(), Value::Scalar(5.0.into()));
        // what needs one that no longer fits says which one that is
        assert_snapshot!(text(bench.define_text("k(x)", "g(x) + 1").await), @"
        `g` no longer fits what is served since generation 3:
        definition:1:1: error: `g`: calls `f`, which is not served
          1 | f(x) + 1
            | ^^^^^^^^
        hint: `kamodo-rpc list` lists what is served
        ");
    });
}

/// A definition may call one that was sent for before it, and two that are sent for at once are not of one name.
#[test]
fn definitions_are_made_in_their_order() {
    with_client(Limits::default(), async |bench| {
        let (g, h, again) = tokio::join!(
            bench.define_text("g(x)", "f(x) + 1"),
            bench.define_text("h(x)", "g(x) + 1"),
            bench.define_text("g(x)", "x")
        );
        assert_eq!(h.unwrap().call(&[int(5)]).await.unwrap(), int(21));
        assert!(text(again).contains("there is a function `g` already"));
        drop(g);
    });
}

/// Requests that came before and after a publication each have the definitions of their own generation.
#[test]
fn definitions_while_much_is_published() {
    with_client(Limits::default(), async |bench| {
        let mut defined = Vec::new();
        for index in 0..3 {
            let terms: Vec<_> = (0..40).map(|term| format!("sin(f(x) + {term})*{index}")).collect();
            let name = format!("q{index}(x)");
            defined.push(bench.define_text(&name, &terms.join(" + ")).await.unwrap().function);
        }
        let add = bench.client.math().await.unwrap()[0].1.client().clone();
        let terms = defined.iter().map(|one| Tree::Call(one.clone(), vec![Tree::Literal(int(1))]));
        let sum = Tree::Call(add, terms.collect());
        let ask = || {
            let mut request = bench.client.capability().evaluate_request();
            sum.write(request.get().init_expression());
            request.send().pipeline.get_value()
        };
        let publish = |f: &str| bench.publish(&[("f(x)", f)]);
        let mut right = Vec::new();
        for f in ["x", "2*x"] {
            publish(f);
            right.push(read(&ask()).await.unwrap());
        }
        let mut asked = Vec::new();
        for _ in 0..15 {
            for f in ["x", "2*x"] {
                publish(f);
                for _ in 0..4 {
                    asked.push(ask());
                    tokio::task::yield_now().await;
                }
            }
        }
        for value in asked {
            let value = read(&value).await.unwrap();
            assert!(right.contains(&value), "{value:?} is of no generation: {right:?}");
        }
    });
}

#[test]
fn a_definition_keeps_its_name() {
    with_client(Limits::default(), async |bench| {
        let g = bench.define_text("g(x)", "f(x) + 100").await.unwrap();
        let h = bench.define_text("h(x)", "g(x) + 1").await.unwrap();
        bench.publish(&[("f(x)", "x"), ("g(x)", "7*x")]);
        assert_eq!(g.call(&[int(5)]).await.unwrap(), int(105));
        assert_eq!(h.call(&[int(5)]).await.unwrap(), int(106));
        let k = bench.define_text("k(x)", "2*g(x)").await.unwrap();
        assert_eq!(k.call(&[int(5)]).await.unwrap(), int(210));
        bench.client.fields().await.unwrap();
        let served = bench.named("g").await;
        let body = Tree::Call(served, vec![Tree::Parameter(0)]);
        assert_snapshot!(text(bench.define_body("l(x)", &body).await), @"
        `l`: `g` is a definition of this connection by now, which is meant by that name
        hint: let go of that definition first
        ");
        assert_snapshot!(text(bench.define_text("g(x)", "x").await), @"
        definition:1:1: error: `g`: there is a function `g` already
          1 | g(x)
            | ^
        hint: take another name
        ");
        drop((g, h, k));
        let l = bench.define_body("l(x)", &body).await.unwrap();
        assert_eq!(l.call(&[int(5)]).await.unwrap(), int(35));
    });
}

/// Never says what it defines.
struct Never;

impl extension::Server for Never {
    async fn define(self: Rc<Self>, _: extension::DefineParams, _: extension::DefineResults) -> Answer<()> {
        std::future::pending().await
    }
}

#[test]
fn a_function_that_never_comes_is_late() {
    with_client(Limits::default(), async |bench| {
        let never: extension::Client = capnp_rpc::new_client(Never);
        let mut request = bench.extension.call_within_request();
        request.get().set_function(never.define_request().send().pipeline.get_function());
        request.get().set_deadline_ms(20);
        assert_snapshot!(text(request.send().promise.await), @"
        `a function to come`: not answered within 20 ms
        hint: give it longer, or less to do
        ");
    });
}

#[test]
fn capabilities_that_are_null() {
    with_client(Limits::default(), async |bench| {
        let extension = &bench.extension;
        assert_snapshot!(text(extension.call_within_request().send().promise.await), @"
        the function is null
        hint: pass a capability that this connection gave, or one of your own
        ");
        assert_snapshot!(text(extension.download_request().send().promise.await), @"
        expression: the stored value is null
        hint: pass a capability that this connection gave, or one of your own
        ");
        assert_snapshot!(text(extension.watch_request().send().promise.await), @"
        the feed is null
        hint: pass a capability that this connection gave, or one of your own
        ");
        assert_snapshot!(text(extension.map_request().send().promise.await), @"
        the function is null
        hint: pass a capability that this connection gave, or one of your own
        ");
    });
}

// === Arrays in pieces ===

/// Takes an array in pieces.
#[derive(Default)]
struct Gathering {
    form: RefCell<Option<(String, Vec<u32>)>>,
    bytes: RefCell<Vec<u8>>,
    n_bytes: Cell<usize>,
    is_counting: Cell<bool>,
    is_done: Cell<bool>,
    gate: RefCell<Option<Arc<tokio::sync::Semaphore>>>,
}

impl sink::Server for Gathering {
    async fn begin(self: Rc<Self>, params: sink::BeginParams, _: sink::BeginResults) -> Answer<()> {
        let params = params.get()?;
        let shape = params.get_shape()?.iter().collect();
        *self.form.borrow_mut() = Some((params.get_dtype()?.to_string()?, shape));
        Ok(())
    }

    async fn write(self: Rc<Self>, params: sink::WriteParams) -> Answer<()> {
        let gate = self.gate.borrow().clone();
        if let Some(gate) = gate {
            gate.acquire().await.unwrap().forget();
        }
        let data = params.get()?.get_data()?;
        self.n_bytes.set(self.n_bytes.get() + data.len());
        if !self.is_counting.get() {
            self.bytes.borrow_mut().extend_from_slice(data);
        }
        Ok(())
    }

    async fn done(self: Rc<Self>, _: sink::DoneParams, _: sink::DoneResults) -> Answer<()> {
        self.is_done.set(true);
        Ok(())
    }
}

fn bytes_of(elements: &[f64]) -> Vec<u8> {
    elements.iter().flat_map(|element| element.to_le_bytes()).collect()
}

#[test]
fn an_array_goes_up_and_comes_down_in_pieces() {
    with_client(Limits::default(), async |bench| {
        let elements: Vec<f64> = (0..100_000).map(|index| f64::from(index) * 0.1).collect();
        let upload = bench.upload("float64", &[1000, 100]).await;
        for piece in bytes_of(&elements).chunks(70_001) {
            let mut request = upload.write_request();
            request.get().set_data(piece);
            request.send().await.unwrap();
        }
        let value = upload.finish_request().send().pipeline.get_value();
        let expect = Value::Array(Array::new([1000, 100], elements.clone()).unwrap());
        assert_eq!(read(&value).await.unwrap(), expect);
        let gathering = Rc::<Gathering>::default();
        let download = |value: &value::Client| {
            let mut request = bench.extension.download_request();
            request.get().set_value(value.clone());
            request.get().set_into(capnp_rpc::new_client_from_rc(gathering.clone()));
            request.send().promise
        };
        download(&value).await.unwrap();
        assert!(gathering.is_done.get());
        assert_eq!(*gathering.form.borrow(), Some(("float64".into(), vec![1000, 100])));
        assert!(*gathering.bytes.borrow() == bytes_of(&elements));
        let mut request = bench.client.capability().evaluate_request();
        Literal(int(1)).write(request.get().init_expression());
        let number = request.send().pipeline.get_value();
        assert_snapshot!(text(download(&number).await), @"
        the value is no array, which could be given in pieces
        hint: read it
        ");
    });
}

#[test]
fn uploads_that_are_wrong() {
    with_client(Limits { value_bytes: 10_000, n_values: 2, ..Limits::default() }, async |bench| {
        let sent = async |dtype: &str, shape: &[u32], n_bytes: usize| {
            let upload = bench.upload(dtype, shape).await;
            let mut request = upload.write_request();
            request.get().set_data(&vec![0; n_bytes]);
            let _ = request.send().await; // who streams looks at the end for what went wrong
            text(upload.finish_request().send().promise.await)
        };
        assert_snapshot!(sent("float64", &[10], 81).await, @"array: shape [10] of float64 takes 80 bytes, found 81");
        assert_snapshot!(sent("float64", &[10], 79).await, @"array: shape [10] of float64 takes 80 bytes, found 79");
        assert_snapshot!(sent("object", &[10], 80).await, @"
        array: unknown dtype `object`
        hint: give the array a numeric dtype, e.g. `a.astype('float64')`
        ");
        assert_snapshot!(sent("int8", &[10_001], 0).await, @"
        value of 10065 bytes: the connection holds 0 of at most 10000 bytes already
        hint: drop values that are no longer needed, ask for less at once, or allow more with `--values-bytes`
        ");
        assert_snapshot!(sent("int64", &[u32::MAX, u32::MAX], 0).await, @"array: no array has the shape [4294967295, 4294967295] of int64");
        let upload = bench.upload("bool", &[2]).await;
        let mut request = upload.write_request();
        request.get().set_data(&[1, 0]);
        request.send().await.unwrap();
        let value = upload.finish_request().send().pipeline.get_value();
        assert_eq!(read(&value).await.unwrap(), Value::Array(Array::vector(vec![true, false])));
        assert_snapshot!(text(upload.finish_request().send().promise.await), @"array: it was ended already");
        let (_one, two) = (bench.upload("bool", &[1]).await, bench.upload("bool", &[1]).await);
        assert_snapshot!(text(two.finish_request().send().promise.await), @"
        connection holds 2 values already
        hint: drop values that are no longer needed, or allow more with `--values`
        ");
    });
}

// === map ===

async fn begin(arguments: &sink::Client, dtype: &str, shape: &[u32]) -> Answer<()> {
    let mut request = arguments.begin_request();
    request.get().set_dtype(dtype);
    request.get().set_shape(shape)?;
    request.send().promise.await.map(drop)
}

async fn write(arguments: &sink::Client, bytes: &[u8]) -> Answer<()> {
    let mut request = arguments.write_request();
    request.get().set_data(bytes);
    request.send().await
}

async fn done(arguments: &sink::Client) -> Answer<()> {
    arguments.done_request().send().promise.await.map(drop)
}

#[test]
fn a_function_is_applied_piece_by_piece() {
    with_client(Limits::default(), async |bench| {
        let elements: Vec<f64> = (0..50_000).map(|index| f64::from(index) * 0.1).collect();
        let gathering = Rc::<Gathering>::default();
        let arguments = bench.map(&bench.named("wave").await, &[], "x", &gathering);
        assert_snapshot!(text(begin(&arguments, "float64", &[1]).await), @"
        `wave(x, y)`: missing argument `y`
        hint: call it as `wave(x, y)`
        ");
        let arguments = bench.map(&bench.named("f").await, &[], "x", &gathering);
        begin(&arguments, "float64", &[500, 100]).await.unwrap();
        for piece in bytes_of(&elements).chunks(9_999) {
            write(&arguments, piece).await.unwrap();
        }
        done(&arguments).await.unwrap();
        let whole = Value::Array(Array::vector(elements));
        let Value::Array(expect) = bench.client.call("f", &[whole], &[]).await.unwrap() else {
            panic!("an array")
        };
        assert!(*gathering.bytes.borrow() == *literal::bytes_of(&expect, 0..8 * expect.len()));
        assert_eq!(*gathering.form.borrow(), Some(("float64".into(), vec![500, 100])));
        assert!(gathering.is_done.get());
        // Of nothing too.
        let gathering = Rc::<Gathering>::default();
        let arguments = bench.map(&bench.named("f").await, &[], "x", &gathering);
        begin(&arguments, "int64", &[0, 3]).await.unwrap();
        done(&arguments).await.unwrap();
        assert_eq!(*gathering.form.borrow(), Some(("int64".into(), vec![0, 3])));
    });
}

#[test]
fn an_array_passes_through_that_no_limit_lets_be_held() {
    let transport = kamodo_wire::transport::Limits { message_bytes: 1 << 20, ..Default::default() };
    with_client(Limits { value_bytes: 1 << 20, transport, ..Limits::default() }, async |bench| {
        const PIECES: usize = 128;
        let piece = vec![0; 1 << 19];
        let gathering = Rc::<Gathering>::default();
        gathering.is_counting.set(true);
        let arguments = bench.map(&bench.named("f").await, &[], "x", &gathering);
        begin(&arguments, "float64", &[(PIECES << 16) as u32]).await.unwrap(); // 64 MiB
        for _ in 0..PIECES {
            write(&arguments, &piece).await.unwrap();
        }
        done(&arguments).await.unwrap();
        assert_eq!(gathering.n_bytes.get(), PIECES << 19);
    });
}

#[test]
fn who_takes_results_slowly_slows_who_sends() {
    with_client(Limits::default(), async |bench| {
        let gathering = Rc::<Gathering>::default();
        gathering.is_counting.set(true);
        let gate = Arc::new(tokio::sync::Semaphore::new(0));
        *gathering.gate.borrow_mut() = Some(gate.clone());
        let arguments = bench.map(&bench.named("f").await, &[], "x", &gathering);
        const PIECES: usize = 64;
        begin(&arguments, "float64", &[(PIECES << 16) as u32]).await.unwrap();
        let n_sent = Rc::new(Cell::new(0));
        let sending = {
            let (arguments, n_sent) = (arguments.clone(), n_sent.clone());
            tokio::task::spawn_local(async move {
                for _ in 0..PIECES {
                    write(&arguments, &vec![0; 1 << 19]).await.unwrap();
                    n_sent.set(n_sent.get() + 1);
                }
                done(&arguments).await
            })
        };
        // A call that goes round after the first pieces: by then they would have been taken, were they not held up.
        for _ in 0..100 {
            bench.client.call("f", &[int(5)], &[]).await.unwrap();
        }
        assert!(n_sent.get() < PIECES / 2, "{} pieces were taken", n_sent.get());
        gate.add_permits(1_000_000);
        sending.await.unwrap().unwrap();
        assert_eq!(gathering.n_bytes.get(), PIECES << 19);
    });
}

#[test]
fn what_cannot_be_applied_so() {
    with_client(Limits::default(), async |bench| {
        let gathering = Rc::<Gathering>::default();
        let refused = async |name: &str, args: &[Value], over: &str| {
            text(begin(&bench.map(&bench.named(name).await, args, over, &gathering), "float64", &[1]).await)
        };
        assert_snapshot!(refused("endless", &[], "x").await, @"
        `endless`: not known to work element by element: it is no definition
        hint: upload the array, and evaluate a call on it
        ");
        assert_snapshot!(refused("calls", &[], "x").await, @"
        `calls`: not known to work element by element: it calls `endless`, which is no definition
        hint: upload the array, and evaluate a call on it
        ");
        assert_snapshot!(refused("total", &[], "x").await, @"
        `total`: not known to work element by element: it reduces arrays
        hint: upload the array, and evaluate a call on it
        ");
        assert_snapshot!(refused("f", &[], "z").await, @"
        `f(x)` has no argument `z`
        hint: call it as `f(x)`
        ");
        assert_snapshot!(refused("wave", &[Value::Array(Array::vector(vec![1.0]))], "y").await, @"
        `wave`: argument `x` is no single number
        hint: only the argument that it is applied over is an array
        ");
        let sent = async |name: &str, n_bytes: usize| {
            let arguments = bench.map(&bench.named(name).await, &[], "x", &gathering);
            begin(&arguments, "float64", &[2]).await.unwrap();
            let _ = write(&arguments, &vec![0; n_bytes]).await; // who streams looks at the end for what went wrong
            text(done(&arguments).await)
        };
        assert_snapshot!(sent("flat", 16).await, @"`flat`: gives one value for 2 elements of `x`");
        assert_snapshot!(sent("f", 17).await, @"array: shape [2] of float64 takes 16 bytes, found 17");
        assert_snapshot!(sent("f", 15).await, @"array: shape [2] of float64 takes 16 bytes, found 15");
        let arguments = bench.map(&bench.named("f").await, &[], "x", &gathering);
        assert_snapshot!(text(done(&arguments).await), @"array: expected `begin` first");
        assert_snapshot!(text(begin(&arguments, "object", &[2]).await), @"
        array: unknown dtype `object`
        hint: give the array a numeric dtype, e.g. `a.astype('float64')`
        ");
        let arguments = bench.map(&bench.named("f").await, &[], "x", &gathering);
        begin(&arguments, "float64", &[2]).await.unwrap();
        assert_snapshot!(text(begin(&arguments, "float64", &[2]).await), @"array: `begin` came twice");
    });
}
