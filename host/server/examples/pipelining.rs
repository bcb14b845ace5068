//! Measures a composition of three functions on a million doubles: called step by step, and evaluated at once.
//!
//! `cargo run --release -p kamodo-server --example pipelining` prints round trips, bytes and time side by side,
//! counted on the wire between a client and a server.

#![allow(clippy::unwrap_used)] // it measures, and fails by panicking

#[path = "../tests/support/wire.rs"]
mod wire;

use std::time::{Duration, Instant};

use kamodo_client::{Client, Endpoint};
use kamodo_expr::{Definition, Source};
use kamodo_registry::{ContributedFunction, Contribution, Dispatcher, Origin, Publisher, link};
use kamodo_schema::function;
use kamodo_server::{Config, Server};
use kamodo_value::{Array, Value};
use kamodo_wire::literal;
use wire::{Traffic, Wire};

const ELEMENTS: u32 = 1_000_000;
const ROUNDS: usize = 9;
const STEPS: [(&str, &str); 3] =
    [("f(x)", "x**2 - x - 1"), ("g(x)", "sin(x) + cos(x)"), ("h(x)", "exp(-x**2/2)")];

fn main() {
    let mut publisher = Publisher::new();
    let functions = STEPS.map(|(lhs, rhs)| {
        let whole = |text| Source::whole("steps.yaml", text);
        ContributedFunction::Symbolic(Definition::parse(&whole(lhs), &whole(rhs)).unwrap())
    });
    let origin = Origin::Yaml { file: "steps.yaml".into() };
    publisher.publish(link([&Contribution { origin, functions: functions.into() }]).functions);
    let config = Config { host: "127.0.0.1".into(), port: 0, n_workers: 1, ..Config::default() };
    let server = Server::start(&config, publisher.registry().clone(), Dispatcher::start().unwrap()).unwrap();
    kamodo_client::block_on(async {
        let wire = Wire::to(server.addresses()[0]).await;
        let endpoint = Endpoint::unencrypted(wire.address.ip().to_string(), wire.address.port());
        let client = Client::connect(&endpoint).await.unwrap();
        let mut functions = Vec::new();
        for (lhs, _) in STEPS {
            functions.push(client.function(&lhs[..1]).await.unwrap().client().clone());
        }
        let x = Value::Array(Array::vector(
            (0..ELEMENTS).map(|index| f64::from(index) * 1e-6).collect::<Vec<_>>(),
        ));
        let apart = measured(&wire, async || step_by_step(&functions, &x).await).await;
        let whole = measured(&wire, async || evaluated(&client, &functions, &x).await).await;
        assert!(apart.2 == whole.2, "both ways give the same, to the last bit");
        println!("h(g(f(x))) on {ELEMENTS} doubles, median of {ROUNDS}");
        println!("{:14} {:>11} {:>13} {:>13} {:>10}", "", "round trips", "bytes there", "bytes back", "time");
        for (name, (traffic, time, _)) in [("step by step", apart), ("evaluated", whole)] {
            let Traffic { n_round_trips, request_bytes, answer_bytes, .. } = traffic;
            let ms = time.as_secs_f64() * 1e3;
            println!("{name:14} {n_round_trips:>11} {request_bytes:>13} {answer_bytes:>13} {ms:>7.1} ms");
        }
    })
    .unwrap();
}

/// Returns what one round moves, the median time, and the result.
async fn measured(wire: &Wire, ask: impl AsyncFn() -> Value) -> (Traffic, Duration, Value) {
    let mut result = ask().await; // the first one makes room
    let before = wire.traffic();
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let began = Instant::now();
        result = ask().await;
        times.push(began.elapsed());
    }
    times.sort();
    let traffic = wire.traffic() - before;
    let one = Traffic {
        n_requests: traffic.n_requests / ROUNDS,
        request_bytes: traffic.request_bytes / ROUNDS,
        n_answers: traffic.n_answers / ROUNDS,
        answer_bytes: traffic.answer_bytes / ROUNDS,
        n_round_trips: traffic.n_round_trips / ROUNDS,
    };
    (one, times[ROUNDS / 2], result)
}

async fn step_by_step(functions: &[function::Client], x: &Value) -> Value {
    let mut value = x.clone();
    for function in functions {
        let mut request = function.call_request();
        literal::write(request.get().init_args(1).get(0), &value).unwrap();
        let response = request.send().promise.await.unwrap();
        value = literal::read(response.get().unwrap().get_result().unwrap()).unwrap();
    }
    value
}

async fn evaluated(client: &Client, functions: &[function::Client], x: &Value) -> Value {
    let mut request = client.capability().evaluate_request();
    let mut builder = request.get().init_expression();
    for function in functions.iter().rev() {
        let mut call = builder.init_call();
        call.set_function(function.clone());
        builder = call.init_params(1).get(0);
    }
    literal::write(builder.init_literal(), x).unwrap();
    let value = request.send().pipeline.get_value();
    let response = value.read_request().send().promise.await.unwrap();
    literal::read(response.get().unwrap().get_value().unwrap()).unwrap()
}
