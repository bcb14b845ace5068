//! A server whose threads are in calls that do not return, and one with more clients than it has places for.

#![allow(clippy::unwrap_used)] // a test to the last line

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use insta::assert_snapshot;
use kamodo_client::{Client, Endpoint, Error};
use kamodo_expr::{Definition, Source};
use kamodo_registry::{
    CallError, Cancel, ContributedFunction, Contribution, Cost, Dispatcher, NativeFunction, Origin,
    Publisher, link,
};
use kamodo_server::{Config, Drained, Limits, Server};
use kamodo_value::{Array, Meta, Parameter, Signature, Value};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Longer than anything here takes that is not held up.
const LONG: Duration = Duration::from_secs(60);

/// Holds calls until it is opened, whoever has left meanwhile.
#[derive(Debug, Default)]
struct Gate {
    is_open: Mutex<bool>,
    opened: Condvar,
    n_entered: AtomicUsize,
}

impl Gate {
    fn pass(&self) {
        self.n_entered.fetch_add(1, Ordering::SeqCst);
        let is_open = self.is_open.lock().unwrap();
        drop(self.opened.wait_while(is_open, |is_open| !*is_open).unwrap());
    }

    fn open(&self) {
        *self.is_open.lock().unwrap() = true;
        self.opened.notify_all();
    }
}

/// Gives its argument back, once its gate is open if it has one.
#[derive(Debug)]
struct Code(Option<Arc<Gate>>, Cost);

impl NativeFunction for Code {
    fn call(&self, mut args: Vec<Value>, _: &Cancel) -> Result<Value, CallError> {
        self.0.iter().for_each(|gate| gate.pass());
        Ok(args.pop().unwrap_or(Value::None))
    }

    fn cost(&self) -> Cost {
        self.1
    }
}

struct Running {
    server: Server,
    publisher: Publisher,
    gate: Arc<Gate>,
    endpoint: Endpoint,
}

/// Serves `held(x)`, `held_cheap(x)` and `held_cheap_too(x)` of a plugin, and `f(x)` of a file.
fn start(limits: Limits) -> Running {
    let gate = Arc::new(Gate::default());
    let native = |name: &str, cost| ContributedFunction::Native {
        signature: Signature {
            name: name.to_owned(),
            parameters: vec![Parameter { name: "x".to_owned(), unit: None, default: None }],
            unit: None,
        },
        meta: Meta::default(),
        code: Arc::new(Code(Some(Arc::clone(&gate)), cost)),
    };
    let plugin = Contribution {
        origin: Origin::Plugin {
            file: "holds.so".into(),
            name: "holds".to_owned(),
            version: "1".to_owned(),
            digest: "0".to_owned(),
        },
        functions: vec![
            native("held", Cost::Unknown),
            native("held_cheap", Cost::Cheap),
            native("held_cheap_too", Cost::Cheap),
        ],
    };
    let definition =
        Definition::parse(&Source::whole("a.yaml", "f(x)"), &Source::whole("a.yaml", "x**2 - x - 1"));
    let yaml = Contribution {
        origin: Origin::Yaml { file: "a.yaml".into() },
        functions: vec![ContributedFunction::Symbolic(definition.unwrap())],
    };
    let mut publisher = Publisher::new();
    publisher.publish(link([&plugin, &yaml]).functions);
    let config = Config { host: "127.0.0.1".into(), port: 0, n_workers: 2, limits, ..Config::default() };
    let server = Server::start(&config, publisher.registry().clone(), Dispatcher::start().unwrap()).unwrap();
    let address = server.addresses()[0];
    let endpoint = Endpoint::unencrypted(address.ip().to_string(), address.port());
    Running { server, publisher, gate, endpoint }
}

fn scalar() -> Value {
    Value::Int(5.into())
}

fn array() -> Value {
    Value::Array(Array::vector(vec![5.0; 100_000]))
}

impl Running {
    /// Begins a call over a connection of its own.
    fn begin(&self, name: &'static str, arg: Value) -> JoinHandle<Result<Value, Error>> {
        let endpoint = self.endpoint.clone();
        tokio::task::spawn_local(async move {
            let client = Client::connect(&endpoint).await?;
            client.call(name, &[arg], &[]).await
        })
    }

    /// Begins a call that does not return, and waits until it runs.
    async fn hold(&self, name: &'static str) -> JoinHandle<Result<Value, Error>> {
        let n_before = self.gate.n_entered.load(Ordering::SeqCst);
        let call = self.begin(name, scalar());
        eventually(|| self.gate.n_entered.load(Ordering::SeqCst) > n_before).await;
        call
    }

    /// New clients, all at once, who are all answered.
    async fn newcomers_are_answered(&self, n_clients: usize) {
        let calls: Vec<_> = (0..n_clients).map(|_| self.begin("f", scalar())).collect();
        for call in calls {
            let answered = timeout(LONG, call).await.expect("it is held up").unwrap();
            assert_eq!(answered.unwrap(), Value::Int(19.into()));
        }
    }

    fn told(&self) -> Vec<String> {
        self.publisher
            .registry()
            .health()
            .conditions()
            .into_iter()
            .map(|condition| condition.message)
            .collect()
    }
}

async fn eventually(mut is_so: impl FnMut() -> bool) {
    let waiting = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(LONG, waiting).await.expect("it never is");
}

/// Drains a server beside, within a time that is far below what its threads would take.
#[track_caller]
fn drain(server: Server, deadline: Duration) -> Drained {
    let begun = Instant::now();
    let drained = server.drain(deadline);
    assert!(begun.elapsed() < LONG, "it has a bound");
    drained
}

#[test]
fn a_stuck_worker_gets_no_newcomers_and_those_that_it_had_go_to_others() {
    let running = start(Limits::default());
    kamodo_client::block_on(async {
        let _stuck = running.hold("held_cheap").await;
        for _ in 0..3 {
            running.newcomers_are_answered(20).await;
        }
        eventually(|| running.told().iter().any(|told| told.contains("`held_cheap` of holds 1 (holds.so)")))
            .await;
        running.gate.open();
    })
    .unwrap();
}

#[test]
fn newcomers_are_served_even_if_every_worker_is_stuck() {
    let running = start(Limits::default());
    kamodo_client::block_on(async {
        let first = running.hold("held_cheap").await;
        // Another function, since calls of that one run elsewhere as soon as it is known to be stuck.
        let second = running.hold("held_cheap_too").await;
        running.newcomers_are_answered(20).await;
        let third = running.hold("held").await;
        running.newcomers_are_answered(20).await;
        running.gate.open();
        for call in [first, second, third] {
            assert_eq!(call.await.unwrap().unwrap(), scalar());
        }
        running.newcomers_are_answered(20).await;
    })
    .unwrap();
}

#[test]
fn connections_of_a_stuck_worker_take_no_places() {
    let running = start(Limits { n_connections: 1, ..Limits::default() });
    kamodo_client::block_on(async {
        let stuck = running.hold("held_cheap").await;
        stuck.abort(); // its client leaves, which its worker cannot notice
        eventually_served(&running.endpoint).await;
        running.gate.open();
    })
    .unwrap();
}

#[test]
fn a_drain_ends_although_calls_never_return_and_names_them() {
    let running = start(Limits::default());
    let gate = Arc::clone(&running.gate);
    let Drained { n_cut_off, running: calls, threads } = kamodo_client::block_on(async {
        let _here = running.hold("held_cheap").await;
        let _there = running.hold("held").await;
        let server = running.server;
        thread::spawn(move || drain(server, Duration::from_millis(100))).join().unwrap()
    })
    .unwrap();
    let mut names: Vec<_> = calls.iter().map(|one| (one.function.clone(), one.n_calls)).collect();
    names.sort();
    assert_eq!(n_cut_off, 2);
    assert_eq!(names, [("held".to_owned(), 1), ("held_cheap".to_owned(), 1)]);
    assert_eq!(threads.len(), 1, "{threads:?}");
    gate.open();
}

#[test]
fn a_client_too_many_is_told_so_until_others_leave() {
    let running = start(Limits { n_connections: 2, ..Limits::default() });
    kamodo_client::block_on(async {
        let clients = [Client::connect(&running.endpoint).await, Client::connect(&running.endpoint).await];
        for client in clients.iter().flatten() {
            assert_eq!(client.call("f", &[scalar()], &[]).await.unwrap(), Value::Int(19.into()));
        }
        let mut told = Vec::new();
        for _ in 0..3 {
            let excess = Client::connect(&running.endpoint).await.unwrap();
            let error = excess.call("f", &[scalar()], &[]).await.unwrap_err();
            assert!(matches!(error, Error::Remote { overloaded: true, .. }), "{error}");
            let error = excess.fields().await.err().unwrap();
            told.push(format!("{error}\nhint: {}", error.hint().unwrap()));
        }
        told.dedup();
        assert_snapshot!(told.join("\n"), @r"
        2 connections are open, as many as may be
        hint: connect again once others have left, or allow more with `--connections`
        ");
        drop(clients);
        eventually_served(&running.endpoint).await;
    })
    .unwrap();
}

#[test]
fn clients_too_many_that_say_nothing_take_no_places_for_long() {
    let running = start(Limits { n_connections: 1, ..Limits::default() });
    kamodo_client::block_on(async {
        let only = Client::connect(&running.endpoint).await.unwrap();
        assert_eq!(only.call("f", &[scalar()], &[]).await.unwrap(), Value::Int(19.into()));
        let address = running.server.addresses()[0];
        let silent: Vec<_> = (0..200).map(|_| std::net::TcpStream::connect(address).unwrap()).collect();
        // They are let go of after a while, whatever they do.
        let told = async {
            loop {
                let answered = match Client::connect(&running.endpoint).await {
                    Ok(client) => client.call("f", &[scalar()], &[]).await,
                    Err(error) => Err(error),
                };
                if matches!(answered, Err(Error::Remote { overloaded: true, .. })) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(LONG, told).await.expect("a place among those that are turned away");
        assert_eq!(only.call("f", &[scalar()], &[]).await.unwrap(), Value::Int(19.into()));
        drop((only, silent));
        eventually_served(&running.endpoint).await;
    })
    .unwrap();
}

async fn eventually_served(endpoint: &Endpoint) {
    let served = async {
        loop {
            if let Ok(client) = Client::connect(endpoint).await
                && client.call("f", &[scalar()], &[]).await.is_ok()
            {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(LONG, served).await.expect("there is a place again");
}

/// Takes seconds of work to link.
const DEMANDING: &str = "Product(sqrt(k + 1) + I, (k, 1, 999))";

#[test]
fn definers_keep_no_calls_of_others_waiting() {
    let running = start(Limits::default());
    kamodo_client::block_on(async {
        let definers: Vec<_> = (0..80)
            .map(|_| {
                let endpoint = running.endpoint.clone();
                tokio::task::spawn_local(async move {
                    let client = Client::connect(&endpoint).await?;
                    client.define("d", DEMANDING).await.map(drop)
                })
            })
            .collect();
        let other = Client::connect(&running.endpoint).await.unwrap();
        for _ in 0..20 {
            let answered = timeout(LONG, other.call("f", &[array()], &[])).await.expect("it is held up");
            assert!(answered.is_ok());
        }
        // Those that leave are skipped: one that comes later has its turn soon.
        definers.iter().for_each(JoinHandle::abort);
        let defined = timeout(LONG, other.define("h(x)", "f(x) + 1")).await.expect("it is held up").unwrap();
        assert_eq!(defined.function.call(&[scalar()], &[]).await.unwrap(), Value::Int(20.into()));
    })
    .unwrap();
}
