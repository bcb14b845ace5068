// What the examples in the documentation and the tests are run against: a server in this process.

use kamodo_client::{Client, Endpoint};
use kamodo_expr::{Definition, Source};
use kamodo_registry::{ContributedFunction, Contribution, Dispatcher, Origin, Publisher, link};
use kamodo_server::{Config, Server};

const FUNCTIONS: [(&str, &str); 2] =
    [("f", "x**2 - x - 1"), ("p_dyn(n[1/cm^3],v[km/s])[nPa]", "1.6726e-6*n*v**2")];

/// What an example may fail with.
type Failure = Box<dyn std::error::Error>;

/// Starts a server.
pub(crate) fn serve() -> (Server, Endpoint) {
    let functions = FUNCTIONS.map(|(lhs, rhs)| {
        let whole = |text| Source::whole("served.yaml", text);
        ContributedFunction::Symbolic(Definition::parse(&whole(lhs), &whole(rhs)).expect("it parses"))
    });
    let origin = Origin::Yaml { file: "served.yaml".into() };
    let linked = link([&Contribution { origin, functions: functions.into() }]);
    let mut publisher = Publisher::new();
    publisher.publish(linked.functions);
    let config = Config { host: "localhost".into(), port: 0, n_workers: 1, ..Config::default() };
    let server =
        Server::start(&config, publisher.registry().clone(), Dispatcher::start().expect("there are threads"));
    let server = server.expect("a port is free");
    let address = server.addresses()[0];
    (server, Endpoint::unencrypted(address.ip().to_string(), address.port()))
}

/// Runs an example that connects to a server itself.
pub(crate) fn served_at(example: impl AsyncFnOnce(Endpoint) -> Result<(), Failure>) {
    let (_server, endpoint) = serve();
    kamodo_client::block_on(example(endpoint)).expect("it runs").expect("the example succeeds");
}

/// Runs an example with a client.
#[allow(dead_code)] // not everybody needs both
pub(crate) fn served(example: impl AsyncFnOnce(Client) -> Result<(), Failure>) {
    served_at(async |endpoint| example(Client::connect(&endpoint).await?).await);
}
