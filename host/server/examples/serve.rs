//! Serves `f(x) = x**2 - x - 1` and nothing else, to be measured: see `load` in the client's examples.
//!
//! `serve [DIRECTORY]` prints its address; with a directory it encrypts, under the certificate there.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use kamodo_expr::{Expr, Node, lower};
use kamodo_registry::{Body, Dispatcher, Function, Origin, Publisher, Shown};
use kamodo_server::{Config, Server};
use kamodo_value::{Meta, Parameter, Signature};
use kamodo_wire::tls::{Identity, Paths};

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> Result<(), Box<dyn Error>> {
    let identity = match std::env::args().nth(1) {
        None => None,
        Some(directory) => Some(Identity::load_or_create(&Paths::self_signed(Path::new(&directory)))?),
    };
    let mut publisher = Publisher::new();
    publisher.publish(vec![Arc::new(polynomial()?)]);
    let config = Config { host: "localhost".into(), port: 0, identity, ..Config::default() };
    let server = Server::start(&config, publisher.registry().clone(), Dispatcher::start()?)?;
    println!("{}", server.addresses()[0]);
    loop {
        std::thread::park(); // until it is ended from outside
    }
}

fn polynomial() -> Result<Function, Box<dyn Error>> {
    let integer = |value: i32| Expr::from_node(Node::Integer(value.into()));
    let x = || Expr::from_node(Node::Symbol("x".into()));
    let square = Expr::from_node(Node::Pow(x(), integer(2)));
    let minus_x = Expr::from_node(Node::Mul(vec![integer(-1), x()]));
    let body = Expr::from_node(Node::Add(vec![square, minus_x, integer(-1)]));
    let program = lower(&["x"], &body, &|_| None)?;
    let parameters = vec![Parameter { name: "x".into(), unit: None, default: None }];
    Ok(Function {
        signature: Signature { name: "f".into(), parameters, unit: None },
        meta: Meta { equation: "x^{2} - x - 1".into(), ..Meta::default() },
        origin: Arc::new(Origin::Yaml { file: "example".into() }),
        line: None,
        shown: Shown::default(),
        route: Vec::new(),
        body: Body::Program { program: Arc::new(program), callees: Vec::new() },
    })
}
