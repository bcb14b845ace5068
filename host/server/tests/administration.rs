//! A running server, asked what it serves and administered over its sockets.

#![allow(clippy::unwrap_used)] // a test to the last line

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use insta::assert_snapshot;
use kamodo_client::extension::{Cause, Event, Stands, State};
use kamodo_client::{Administrator, Client, Endpoint, Error};
use kamodo_expr::{Diagnostic, Severity};
use kamodo_registry::{
    Administration, Answer, Body, Command, CommandError, Dispatcher, Function, Hop, Origin, OriginKey, Pins,
    Publisher, Reason, Receipt, Shown, Standing, Unserved,
};
use kamodo_schema::administration;
use kamodo_server::{Config, Server};
use kamodo_value::{Meta, Parameter, Signature, Value};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, copy};
use tokio::net::{TcpListener, TcpStream};

// === What is served ===

fn function(name: &str, origin: &Arc<Origin>, body: Body) -> Arc<Function> {
    let parameter = Parameter { name: "x".into(), unit: None, default: Some(Value::Int(7.into())) };
    Arc::new(Function {
        signature: Signature { name: name.into(), parameters: vec![parameter], unit: None },
        meta: Meta { equation: format!("eq_{name}"), doc: "in words".into(), ..Meta::default() },
        origin: origin.clone(),
        line: Some(2),
        shown: Shown { lhs: name.into(), rhs: "x + 1".into(), latex: String::new() },
        route: vec![Hop { instance: "5ca1ab1e".into(), address: "model.example:60000".into() }],
        body,
    })
}

fn yaml() -> Arc<Origin> {
    Arc::new(Origin::Yaml { file: "kamodo_rpc.yaml".into() })
}

fn plugin() -> Arc<Origin> {
    Arc::new(Origin::Plugin {
        file: "/srv/plugins.d/dipole.so".into(),
        name: "dipole".into(),
        version: "1.2.0".into(),
        digest: "abc123".into(),
    })
}

fn waiting(name: &str, origin: &Arc<Origin>) -> Arc<Function> {
    function(name, origin, Body::Waiting(vec!["absent".into()]))
}

/// A plugin that is refused, with a path in what is said of it.
fn refused() -> Standing {
    let mut diagnostic = Diagnostic::new(Severity::Error, "needs `/opt/lib/libfield.so`, which is not there")
        .with_hint("put it beside `/srv/plugins.d/dipole.so`");
    diagnostic.file = Some("/srv/plugins.d/dipole.so".into());
    let unserved = Unserved {
        key: OriginKey::plugin(Path::new("/srv/plugins.d/dipole.so")),
        reason: Reason::Refused(vec![diagnostic]),
        functions: vec!["field".into(), "B".into()],
    };
    Standing { unserved: vec![unserved], pins: Pins::default() }
}

/// Notes what it is told, and refuses to go back.
#[derive(Default)]
struct Notes(Mutex<Vec<Command>>);

impl Administration for Notes {
    fn command(&self, command: Command) -> Answer {
        let answer = match &command {
            Command::Rollback { .. } => Err(CommandError::NothingBefore { generation: 1 }),
            Command::Pin { .. } => {
                let pins = Pins { everything: true, ..Pins::default() };
                Ok(Receipt { generation: 1, pins, ..Receipt::default() })
            }
            _ => {
                let diagnostics = refused().unserved.pop().map(|one| match one.reason {
                    Reason::Refused(diagnostics) => diagnostics,
                    _ => Vec::new(),
                });
                Ok(Receipt {
                    generation: 2,
                    is_new: true,
                    diagnostics: diagnostics.unwrap(),
                    ..Receipt::default()
                })
            }
        };
        self.0.lock().unwrap().push(command);
        Box::pin(std::future::ready(answer))
    }
}

struct Running {
    server: Server,
    publisher: Publisher,
    notes: Arc<Notes>,
    directory: tempfile::TempDir,
}

fn start() -> Running {
    let mut publisher = Publisher::new();
    publisher.publish(vec![function("f", &yaml(), Body::Waiting(Vec::new())), waiting("g", &yaml())]);
    let config = Config { host: "127.0.0.1".into(), port: 0, n_workers: 2, ..Config::default() };
    let mut server =
        Server::start(&config, publisher.registry().clone(), Dispatcher::start().unwrap()).unwrap();
    let (notes, directory) = (Arc::new(Notes::default()), tempfile::tempdir().unwrap());
    server.administer(&directory.path().join("run/admin.sock"), notes.clone()).unwrap();
    Running { server, publisher, notes, directory }
}

impl Running {
    fn socket(&self) -> PathBuf {
        self.directory.path().join("run/admin.sock")
    }

    async fn client(&self) -> Client {
        let address = self.server.addresses()[0];
        let endpoint = Endpoint::unencrypted(address.ip().to_string(), address.port());
        Client::connect(&endpoint).await.unwrap()
    }

    async fn administrator(&self) -> Administrator {
        Administrator::connect(self.socket()).await.unwrap()
    }
}

/// Runs a test within a time after which it counts as stuck.
fn with_server(test: impl AsyncFnOnce(&mut Running)) {
    let mut running = start();
    let limited = async {
        tokio::time::timeout(Duration::from_secs(60), test(&mut running)).await.expect("stuck");
    };
    kamodo_client::block_on(limited).unwrap();
}

#[track_caller]
fn text<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    let error = result.unwrap_err();
    let hint = error.hint().map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
    format!("{error}{hint}")
}

// === describe ===

#[test]
fn everything_is_described_at_once() {
    with_server(async |running| {
        running.publisher.stand(refused());
        let description = running.client().await.extension().describe().await.unwrap();
        assert_eq!(description.version, env!("CARGO_PKG_VERSION"));
        assert_eq!((description.generation.generation, description.generation.n_functions), (1, 2));
        let states: Vec<_> =
            description.functions.iter().map(|one| (one.name.as_str(), one.state.clone())).collect();
        assert_eq!(
            states,
            [
                ("f", State::Served),
                ("g", State::Waiting(vec!["absent".into()])),
                ("field", State::Unserved),
                ("B", State::Unserved)
            ]
        );
        let f = &description.functions[0];
        assert_eq!((f.declaration.as_str(), f.lhs.as_str(), f.rhs.as_str()), ("f(x=7)", "f", "x + 1"));
        assert_eq!((f.equation.as_str(), f.doc.as_str(), f.line), ("eq_f", "in words", Some(2)));
        assert_eq!(f.arguments[0].default, Some(Value::Int(7.into())));
        let (generation, at) = f.since.unwrap();
        assert_eq!(generation, 1);
        assert!(at > UNIX_EPOCH);
        let origin = description.origin_of(f).unwrap();
        assert_eq!((origin.kind.as_str(), origin.file.as_str()), ("yaml", "kamodo_rpc.yaml"));
        assert_eq!(origin.stands, Stands::Served);
        assert!(description.pins.is_empty());
    });
}

#[test]
fn each_start_is_told_from_the_others_and_the_way_to_a_function_is_named() {
    let described = || {
        let mut description = None;
        with_server(async |running| {
            let client = running.client().await;
            let request = client.capability().extension_request();
            let extension = request.send().pipeline.get_extension();
            description = Some(extension.describe_request().send().promise.await.unwrap());
        });
        description.unwrap()
    };
    let (first, second) = (described(), described());
    let [first, second] =
        [&first, &second].map(|response| response.get().unwrap().get_description().unwrap());
    let [one, other] = [first, second].map(|description| description.get_instance().unwrap());
    assert_eq!(one.len(), 32); // 128 bits
    assert_ne!(one, other);
    let hop = first.get_functions().unwrap().get(0).get_route().unwrap().get(0);
    assert_eq!(hop.get_instance().unwrap(), "5ca1ab1e");
    assert_eq!(hop.get_address().unwrap(), "model.example:60000");
}

/// Passes messages on to a server, and its answers only once there were so many: who waits for one before
/// is stuck.
async fn hold_back(listener: TcpListener, server: SocketAddr, n_messages: usize) {
    let (from_client, mut to_client) = listener.accept().await.unwrap().0.into_split();
    let (mut from_server, mut to_server) = TcpStream::connect(server).await.unwrap().into_split();
    let mut from_client = BufReader::new(from_client);
    let mut seen = Vec::new();
    while n_complete(&seen) < n_messages {
        let bytes = from_client.fill_buf().await.unwrap().to_vec();
        assert!(!bytes.is_empty(), "the client went");
        from_client.consume(bytes.len());
        to_server.write_all(&bytes).await.unwrap();
        seen.extend(bytes);
    }
    let passed = tokio::join!(copy(&mut from_client, &mut to_server), copy(&mut from_server, &mut to_client));
    drop(passed); // it ends with the connection, one way or the other
}

fn n_complete(mut bytes: &[u8]) -> usize {
    let mut n_messages = 0;
    while capnp::serialize::read_message(&mut bytes, Default::default()).is_ok() {
        n_messages += 1;
    }
    n_messages
}

#[test]
fn a_description_takes_one_round_trip_from_the_first_byte() {
    with_server(async |running| {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        // the bootstrap, the extension and the description are asked for before anything was answered
        tokio::task::spawn_local(hold_back(listener, running.server.addresses()[0], 3));
        let client = Client::connect(&Endpoint::unencrypted("127.0.0.1", port)).await.unwrap();
        assert_eq!(client.extension().describe().await.unwrap().functions.len(), 2);
    });
}

#[test]
fn an_earlier_version_is_served_of_a_plugin_whose_next_is_refused() {
    with_server(async |running| {
        let functions = vec![function("field", &plugin(), Body::Waiting(Vec::new()))];
        running.publisher.publish_with(functions, kamodo_registry::Cause::Files, refused());
        let description = running.administrator().await.extension().describe().await.unwrap();
        assert_eq!(description.origins.len(), 1);
        let origin = &description.origins[0];
        assert_eq!(
            (origin.name.as_str(), origin.version.as_str(), origin.digest.as_str()),
            ("dipole", "1.2.0", "abc123")
        );
        assert_eq!(origin.unserved, ["field", "B"]);
        assert!(matches!(&origin.stands, Stands::Refused(diagnostics) if diagnostics[0].is_error));
        let names: Vec<_> = description.functions.iter().map(|one| (&*one.name, one.state.clone())).collect();
        assert_eq!(names, [("field", State::Served), ("B", State::Unserved)]);
    });
}

#[test]
fn only_the_one_whose_server_it_is_sees_directories() {
    with_server(async |running| {
        running.publisher.stand(refused());
        let shown = |description: kamodo_client::extension::Description| {
            let origin = description.origins.last().unwrap().clone();
            let Stands::Refused(diagnostics) = &origin.stands else { panic!("{origin:?}") };
            format!("{}\n{}", origin.file, diagnostics[0].rendered)
        };
        let description = running.administrator().await.extension().describe().await.unwrap();
        assert_snapshot!(shown(description), @r"
        /srv/plugins.d/dipole.so
        /srv/plugins.d/dipole.so: error: needs `/opt/lib/libfield.so`, which is not there
        hint: put it beside `/srv/plugins.d/dipole.so`
        ");
        let description = running.client().await.extension().describe().await.unwrap();
        assert_snapshot!(shown(description), @r"
        dipole.so
        dipole.so: error: needs `libfield.so`, which is not there
        hint: put it beside `dipole.so`
        ");
    });
}

#[test]
fn generations_are_remembered_and_the_last_of_them_kept() {
    with_server(async |running| {
        for _ in 0..40 {
            running.publisher.publish(Vec::new());
        }
        let generations = running.client().await.extension().generations().await.unwrap();
        assert_eq!((generations.len(), generations[0].generation), (41, 1));
        assert_eq!(
            (generations[0].came.join(", "), generations[1].went.join(", ")),
            ("f(x=7), g(x=7)".into(), "f(x=7), g(x=7)".into())
        );
        let kept: Vec<_> = generations.iter().filter(|one| one.is_kept).map(|one| one.generation).collect();
        assert_eq!((kept.len(), kept[0], kept[31]), (32, 10, 41));
    });
}

// === watch ===

#[test]
fn each_publication_is_told_once_and_in_order() {
    with_server(async |running| {
        let client = running.client().await;
        let mut feed = client.extension().watch(0).await.unwrap();
        let mut told = Vec::new();
        for n in 0..20 {
            let functions = vec![function(&format!("f{n}"), &yaml(), Body::Waiting(Vec::new()))];
            running.publisher.publish_with(functions, kamodo_registry::Cause::Reload, Standing::default());
            if n % 5 == 0 {
                continue; // some come one by one, some together
            }
            while told.last() != Some(&(n + 2)) {
                let Some(Event::Published(publication)) = feed.next().await else { panic!() };
                told.push(publication.generation);
                assert_eq!(
                    publication.cause,
                    if publication.generation == 1 { Cause::Files } else { Cause::Reload }
                );
            }
        }
        assert_eq!(told, (1..=21).collect::<Vec<_>>());
    });
}

#[test]
fn what_is_refused_is_told_and_that_it_is_no_longer() {
    with_server(async |running| {
        let client = running.client().await;
        let mut feed = client.extension().watch(1).await.unwrap();
        running.publisher.stand(refused());
        let Some(Event::Standing(standing)) = feed.next().await else { panic!() };
        assert!(matches!(standing.unserved[0].stands, Stands::Refused(_)));
        running.publisher.stand(Standing::default());
        let Some(Event::Standing(standing)) = feed.next().await else { panic!() };
        assert_eq!(standing, Default::default());
    });
}

#[test]
fn a_client_that_is_too_slow_is_told_what_it_missed() {
    with_server(async |running| {
        let client = running.client().await;
        for _ in 0..299 {
            running.publisher.publish(Vec::new());
        }
        let mut feed = client.extension().watch(1).await.unwrap();
        let Some(Event::Missed(missed)) = feed.next().await else { panic!() };
        assert_eq!(missed, 2..=44); // 256 of 300 are remembered
        let Some(Event::Published(publication)) = feed.next().await else { panic!() };
        assert_eq!(publication.generation, 45);
    });
}

#[test]
fn feeds_that_cannot_be() {
    with_server(async |running| {
        let client = running.client().await;
        let extension = client.extension();
        assert_snapshot!(text(extension.watch(9).await.map(drop)), @r"
        generation 9 was not published yet: the present one is 1
        hint: watch from generation 1: they are counted anew when a server is started
        ");
        let mut feeds = Vec::new();
        for _ in 0..16 {
            feeds.push(extension.watch(1).await.unwrap());
        }
        assert_snapshot!(text(extension.watch(1).await.map(drop)), @r"
        connection has 16 feeds already
        hint: let go of a subscription first
        ");
        feeds.pop();
        // the place is free once the server has heard of it, which is before the next question
        assert!(extension.watch(1).await.is_ok());
    });
}

// === commands ===

#[test]
fn commands_are_carried_out() {
    with_server(async |running| {
        let administrator = running.administrator().await;
        let receipt = administrator.reload().await.unwrap();
        assert_eq!((receipt.generation, receipt.is_new), (2, true));
        assert_snapshot!(receipt.diagnostics[0].rendered, @r"
        /srv/plugins.d/dipole.so: error: needs `/opt/lib/libfield.so`, which is not there
        hint: put it beside `/srv/plugins.d/dipole.so`
        ");
        let receipt = administrator.pin(Some(Path::new("a.so"))).await.unwrap();
        assert!(receipt.pins.everything && !receipt.is_new);
        administrator.unpin(None).await.unwrap();
        assert_snapshot!(text(administrator.rollback(None).await), @r"
        generation 1 is the first that is kept
        hint: `kamodo-rpc status --generations` lists those that are kept
        ");
        assert_snapshot!(text(administrator.rollback(Some(1)).await), @r"
        generation 1 is the first that is kept
        hint: `kamodo-rpc status --generations` lists those that are kept
        ");
        let noted = running.notes.0.lock().unwrap().clone();
        assert_eq!(
            noted,
            [
                Command::Reload,
                Command::Pin { file: Some("a.so".into()) },
                Command::Unpin { file: None },
                Command::Rollback { to: None },
                Command::Rollback { to: Some(1) },
            ]
        );
    });
}

#[test]
fn who_comes_through_the_port_cannot_administer() {
    with_server(async |running| {
        let client = running.client().await;
        // Neither the bootstrap nor the extension is what the local socket serves.
        let kamodo: administration::Client =
            capnp::capability::FromClientHook::cast_to(client.capability().clone());
        let extension = client.capability().extension_request().send().promise.await.unwrap();
        let extension = extension.get().unwrap().get_extension().unwrap();
        let extension: administration::Client = capnp::capability::FromClientHook::cast_to(extension);
        for forged in [kamodo, extension] {
            let error = forged.reload_request().send().promise.await.err().unwrap();
            assert_eq!(error.kind, capnp::ErrorKind::Unimplemented);
        }
        assert!(running.notes.0.lock().unwrap().is_empty());
    });
}

#[test]
fn the_socket_is_private_and_goes_with_the_server() {
    let running = start();
    let (socket, Running { server, directory: _directory, .. }) = (running.socket(), running);
    assert_eq!(std::fs::metadata(&socket).unwrap().permissions().mode() & 0o777, 0o600);
    let _ = server.drain(Duration::from_secs(10));
    assert!(!socket.exists());
    let connect = Administrator::connect(&socket);
    let error = kamodo_client::block_on(connect).unwrap().err().unwrap();
    assert!(matches!(error, Error::Socket { .. }), "{error}");
}

#[test]
fn feeds_end_with_their_server_and_do_not_hold_it_up() {
    with_server(async |running| {
        let (client, administrator) = (running.client().await, running.administrator().await);
        let mut feed = client.extension().watch(1).await.unwrap();
        let mut local_feed = administrator.extension().watch(1).await.unwrap();
        let server = std::mem::replace(running, start()).server;
        let drained = tokio::task::spawn_blocking(move || server.drain(Duration::from_secs(50)));
        assert_eq!((feed.next().await, local_feed.next().await), (None, None));
        assert_eq!(drained.await.unwrap().n_cut_off, 0);
    });
}
