//! Many calls at once, and large ones: everything is answered, or fails with a reason.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use kamodo_client::{Client, Endpoint, Error, block_on};
use kamodo_tests::{Project, Proxy, Server, Weather, eventually};
use kamodo_value::{Array, Scalar, Value};

use super::{beside, document, edit, start_at};

fn endpoint(project: &Project, server: &Server<'_>) -> Endpoint {
    Endpoint::new("localhost", server.port(), project.path("selfsigned.cert"))
}

/// A number as it comes from a server: numpy's, not Python's.
fn number(number: f64) -> Value {
    Value::Scalar(Scalar::Float64(number))
}

/// How often each outcome came.
type Outcomes = BTreeMap<String, usize>;

/// Calls one function again and again until it is told to stop, over one connection.
///
/// # Panics
/// Where an answer is none of those that are right, or where one does not come.
fn keep_calling(endpoint: &Endpoint, name: &str, stop: &AtomicBool, right: &[Value]) -> Outcomes {
    let calling = async {
        let mut outcomes = Outcomes::new();
        let client = Client::connect(endpoint).await.unwrap();
        let function = client.function(name).await.unwrap();
        while !stop.load(Ordering::Relaxed) {
            let answered = function.call(&[Value::Float(5.0)], &[]).await;
            *outcomes.entry(outcome(answered, right)).or_default() += 1;
        }
        outcomes
    };
    block_on(calling).unwrap()
}

/// The outcome of a call in words; panics where it is a wrong one.
fn outcome(answered: Result<Value, Error>, right: &[Value]) -> String {
    let known = [
        "was lost during the call",
        "is not reachable",
        "is no longer served",
        "is not served",
        "waits for",
        "did not answer within",
    ];
    match answered {
        Ok(value) => {
            assert!(right.contains(&value), "a wrong answer: {value:?}");
            "a right answer".to_owned()
        }
        Err(error) => {
            let text = error.to_string();
            let known = known.iter().find(|known| text.contains(**known));
            known.unwrap_or_else(|| panic!("an error of no known kind: {text}")).to_string()
        }
    }
}

/// Prints how often each outcome came.
fn print(title: &str, all: impl IntoIterator<Item = Outcomes>) -> Outcomes {
    let mut sum = Outcomes::new();
    for (outcome, n) in all.into_iter().flatten() {
        *sum.entry(outcome).or_default() += n;
    }
    let rows: Vec<_> = sum.iter().map(|(outcome, n)| format!("{n:>8}  {outcome}\n")).collect();
    println!("{title}\n{}", rows.concat());
    sum
}

#[test]
fn an_upstream_that_restarts_with_other_functions_under_calls() {
    let far = Project::new("f(x): x + 1\nh(x): x");
    let mut upstream = Server::start(&far);
    let port = upstream.port();
    let near = beside("g(x): 2*f(x)", &document(&far, port, ""));
    let server = Server::start(&near);
    server.answers(&["g", "5"], "12");
    let endpoint = endpoint(&near, &server);
    let stop = AtomicBool::new(false);
    let numbers = |numbers: [f64; 2]| numbers.map(number);
    let (f, g) = (numbers([6.0, 7.0]), numbers([12.0, 14.0]));
    let outcomes = std::thread::scope(|scope| {
        let callers: Vec<_> = (0..6)
            .map(|index| {
                let (name, right) = if index % 2 == 0 { ("f", &f) } else { ("g", &g) };
                scope.spawn(|| keep_calling(&endpoint, name, &stop, right))
            })
            .collect();
        for definitions in ["f(x): x + 2\nk(x): x", "k(x): x", "f(x): x + 1"] {
            upstream.end_by("KILL");
            far.define(definitions);
            upstream = start_at(&far, port);
            match definitions.starts_with('f') {
                true => server.answers(&["f", "5"], if definitions.contains('2') { "7" } else { "6" }),
                false => {
                    drop(eventually(|| server.call(&["f", "5"]), |call| call.stderr.contains("no function")))
                }
            }
        }
        stop.store(true, Ordering::Relaxed);
        callers.into_iter().map(|caller| caller.join().unwrap()).collect::<Vec<_>>()
    });
    let sum = print("an upstream killed three times, with other functions each time; 6 callers", outcomes);
    // How many there are is a matter of the machine; that there is nothing else, `keep_calling` holds.
    assert!(sum["a right answer"] > 0 && sum.len() > 1, "{sum:?}");
}

#[test]
fn a_network_that_is_cut_under_calls() {
    let far = Project::new("f(x): x + 1");
    let upstream = Server::start(&far);
    let proxy = Proxy::start(upstream.port());
    let near = beside("g(x): 2*f(x)", &document(&far, proxy.port(), "timeout: 2 s"));
    let server = Server::start(&near);
    server.answers(&["g", "5"], "12");
    let endpoint = endpoint(&near, &server);
    let stop = AtomicBool::new(false);
    let right = [number(12.0)];
    let outcomes = std::thread::scope(|scope| {
        let calling = || scope.spawn(|| keep_calling(&endpoint, "g", &stop, &right));
        let callers: Vec<_> = (0..4).map(|_| calling()).collect();
        for _ in 0..5 {
            proxy.cut();
            server.answers(&["g", "5"], "12");
        }
        proxy.set(Weather::Slow);
        server.answers(&["g", "5"], "12");
        proxy.set(Weather::Silent);
        drop(eventually(|| server.call(&["g", "5"]), |call| call.stderr.contains("did not answer within")));
        proxy.set(Weather::Fair);
        server.answers(&["g", "5"], "12");
        stop.store(true, Ordering::Relaxed);
        callers.into_iter().map(|caller| caller.join().unwrap()).collect::<Vec<_>>()
    });
    let sum = print("a network cut five times, then slow, then silent; 4 callers", outcomes);
    assert!(sum["a right answer"] > 0 && sum.len() > 1, "{sum:?}");
}

/// How many bytes pass between a server and its upstream for a call with 1e6 doubles.
pub(super) fn n_bytes_of_a_call(project: &Project, server: &Server<'_>, proxy: &Proxy, name: &str) -> u64 {
    let endpoint = endpoint(project, server);
    let args = [Value::Array(Array::vector((0..1_000_000).map(f64::from).collect::<Vec<_>>()))];
    let calling = async {
        let client = Client::connect(&endpoint).await.unwrap();
        let function = client.function(name).await.unwrap();
        let before = proxy.n_bytes();
        function.call(&args, &[]).await.unwrap();
        proxy.n_bytes() - before
    };
    block_on(calling).unwrap()
}

/// 64 MiB of numbers.
fn large() -> Value {
    Value::Array(Array::vector((0..8 << 20).map(f64::from).collect::<Vec<_>>()))
}

#[test]
fn two_relays_that_face_each_other_pass_64_mib_both_ways_at_once() {
    let (left, right) = (Project::new("f(x): x"), Project::new("g(x): x"));
    let a = Server::start(&left);
    edit(&right, "g(x): x", &document(&left, a.port(), "prefix: a"));
    let b = Server::start(&right);
    edit(&left, "f(x): x", &document(&right, b.port(), "prefix: b"));
    a.answers(&["b_g", "5"], "5");
    b.answers(&["a_f", "5"], "5");
    let began = Instant::now();
    std::thread::scope(|scope| {
        for (project, server, name) in [(&left, &a, "b_g"), (&right, &b, "a_f")] {
            let endpoint = endpoint(project, server);
            scope.spawn(move || {
                let sent = large();
                let calling = async {
                    let client = Client::connect(&endpoint).await.unwrap();
                    let function = client.function(name).await.unwrap();
                    // two at a time, so that arguments and results meet in both directions
                    for _ in 0..2 {
                        let args = std::slice::from_ref(&sent);
                        let both = (function.call(args, &[]), function.call(args, &[]));
                        assert!(both.0.await.unwrap() == sent && both.1.await.unwrap() == sent);
                    }
                };
                block_on(calling).unwrap();
            });
        }
    });
    let took = began.elapsed();
    println!("two relays facing each other, 8 calls with 64 MiB there and back: {took:.1?}");
    assert!(took < Duration::from_secs(60), "{took:?}");
}

#[test]
fn a_chain_of_three_passes_64_mib() {
    let first = Project::new("f(x): x");
    let a = Server::start(&first);
    let second = Project::new("");
    second.replace("kamodo_rpc.yaml", document(&first, a.port(), "prefix: a"));
    let b = Server::start(&second);
    let third = Project::new("");
    third.replace("kamodo_rpc.yaml", document(&second, b.port(), "prefix: b"));
    let c = Server::start(&third);
    c.answers(&["b_a_f", "5"], "5");
    let endpoint = endpoint(&third, &c);
    let sent = large();
    let calling = async {
        let client = Client::connect(&endpoint).await.unwrap();
        client.call("b_a_f", std::slice::from_ref(&sent), &[]).await.unwrap()
    };
    assert!(block_on(calling).unwrap() == sent);
}
