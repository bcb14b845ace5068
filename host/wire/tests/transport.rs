//! Connections: what they carry, what they refuse, and that neither side waits for ever.

#![allow(clippy::unwrap_used)] // a test to the last line

use std::cell::Cell;
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use futures::FutureExt;
use insta::assert_snapshot;
use kamodo_schema::{self as schema, function};
use kamodo_value::{Array, Value};
use kamodo_wire::literal;
use kamodo_wire::transport::{self, Limits};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::task::LocalSet;

/// Returns its first argument, and counts.
#[derive(Default)]
struct Echo {
    n_calls: Cell<usize>,
}

struct Kamodo(Rc<Echo>);

impl schema::Server for Kamodo {
    async fn get_math(
        self: Rc<Self>,
        _: schema::GetMathParams,
        mut results: schema::GetMathResults,
    ) -> Result<(), capnp::Error> {
        let mut entry = results.get().init_math().init_entries(1).get(0);
        entry.set_key("echo")?;
        let client: function::Client = capnp_rpc::new_client_from_rc(self.0.clone());
        entry.set_value(client)
    }
}

impl function::Server for Echo {
    async fn call(
        self: Rc<Self>,
        params: function::CallParams,
        mut results: function::CallResults,
    ) -> Result<(), capnp::Error> {
        self.n_calls.set(self.n_calls.get() + 1);
        results.get().set_result(params.get()?.get_args()?.get(0))
    }
}

/// Runs a test on a runtime of one thread, within a time after which it counts as stuck.
fn run<F: Future>(test: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let limited = async { tokio::time::timeout(Duration::from_secs(60), test).await.expect("stuck") };
    LocalSet::new().block_on(&runtime, limited)
}

/// Serves an echo on one end of a pipe; the handle tells how it ended.
fn serve(stream: DuplexStream, limits: Limits) -> (Rc<Echo>, tokio::task::JoinHandle<Result<(), String>>) {
    let echo = Rc::new(Echo::default());
    let kamodo: schema::Client = capnp_rpc::new_client(Kamodo(echo.clone()));
    let session = transport::serve(stream, kamodo.client, limits);
    let ended = tokio::task::spawn_local(async { session.await.map_err(|error| error.to_string()) });
    (echo, ended)
}

async fn connect(stream: DuplexStream) -> function::Client {
    let limits = Limits { first_message_bytes: 1 << 30, ..Limits::default() };
    let (session, kamodo) = transport::connect(stream, limits);
    tokio::task::spawn_local(session);
    let response = kamodo.get_math_request().send().promise.await.unwrap();
    let entry = response.get().unwrap().get_math().unwrap().get_entries().unwrap().get(0);
    entry.get_value().unwrap()
}

async fn echo(function: &function::Client, value: &Value) -> Result<Value, capnp::Error> {
    let mut request = function.call_request();
    literal::write(request.get().init_args(1).get(0), value).unwrap();
    let response = request.send().promise.await?;
    Ok(literal::read(response.get()?.get_result()?).unwrap())
}

fn doubles(n: u32) -> Value {
    Value::Array(Array::vector((0..n).map(f64::from).collect::<Vec<_>>()))
}

#[test]
fn ten_million_doubles_there_and_back() {
    run(async {
        let (here, there) = tokio::io::duplex(1 << 20);
        let (_echo, _ended) = serve(there, Limits::default());
        let function = connect(here).await;
        let sent = doubles(10_000_000);
        assert_eq!(echo(&function, &sent).await.unwrap(), sent);
    });
}

#[test]
fn many_calls_at_once_of_all_sizes() {
    run(async {
        // A pipe that holds less than a message tears each into pieces.
        let (here, there) = tokio::io::duplex(100);
        let (served, _ended) = serve(there, Limits::default());
        let function = connect(here).await;
        let values: Vec<_> = (0..200).map(|index| doubles(index * 7 % 300)).collect();
        let echoed = futures::future::join_all(values.iter().map(|value| echo(&function, value))).await;
        for (sent, echoed) in values.iter().zip(echoed) {
            assert_eq!(&echoed.unwrap(), sent);
        }
        assert_eq!(served.n_calls.get(), 200);
    });
}

#[test]
fn a_message_over_the_limit_ends_the_connection_with_both_figures() {
    run(async {
        let (here, there) = tokio::io::duplex(1 << 16);
        let (_echo, ended) = serve(there, Limits { message_bytes: 10_000, ..Limits::default() });
        let function = connect(here).await;
        assert_eq!(echo(&function, &doubles(1000)).await.unwrap(), doubles(1000));
        let error = echo(&function, &doubles(2000)).await.unwrap_err();
        assert_eq!(error.kind, capnp::ErrorKind::Disconnected);
        assert!(
            error.extra.ends_with("message of 16208 bytes: this side reads at most 10000 bytes"),
            "{error}"
        );
        assert_snapshot!(ended.await.unwrap().unwrap_err(), @"message of 16208 bytes: this side reads at most 10000 bytes");
    });
}

#[test]
fn before_the_first_call_less_is_read() {
    run(async {
        let (mut here, there) = tokio::io::duplex(1 << 16);
        let (_echo, ended) = serve(there, Limits::default());
        // One segment of 64 MiB is announced, and nothing sent.
        here.write_all(&[0, 0, 0, 0, 0, 0, 0x80, 0]).await.unwrap();
        assert_snapshot!(ended.await.unwrap().unwrap_err(), @"message of 67108864 bytes: this side reads at most 16777216 bytes");
    });
}

#[test]
fn what_is_no_message() {
    run(async {
        let (mut here, there) = tokio::io::duplex(1 << 16);
        let (_echo, ended) = serve(there, Limits::default());
        here.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
        assert_snapshot!(ended.await.unwrap().unwrap_err(), @"message of 542393672 segments: expected 1 to 512");
    });
}

#[test]
fn half_a_message() {
    run(async {
        let (mut here, there) = tokio::io::duplex(1 << 16);
        let (_echo, ended) = serve(there, Limits::default());
        here.write_all(&[0, 0, 0, 0, 10, 0, 0, 0, 1, 2, 3]).await.unwrap();
        here.shutdown().await.unwrap();
        let mut told = Vec::new();
        here.read_to_end(&mut told).await.unwrap(); // the server says why, and closes its side
        assert_snapshot!(ended.await.unwrap().unwrap_err(), @"connection closed inside a message: 3 of 80 bytes arrived");
    });
}

#[test]
fn a_client_that_goes_is_no_failure() {
    run(async {
        let (here, there) = tokio::io::duplex(1 << 16);
        let (_echo, ended) = serve(there, Limits::default());
        let (session, kamodo) = transport::connect(here, Limits::default());
        let disconnector = session.disconnector();
        tokio::task::spawn_local(session);
        kamodo.get_math_request().send().promise.await.unwrap();
        disconnector.await.unwrap();
        assert_eq!(ended.await.unwrap(), Ok(()));
    });
}

/// The bytes of a client that calls so often and never waits.
async fn recorded_calls(n_calls: usize) -> Vec<u8> {
    let (mut recorded, there) = tokio::io::duplex(64 << 20);
    let (session, kamodo) = transport::connect(there, Limits::default());
    let session = tokio::task::spawn_local(session);
    let calls: Vec<_> = (0..n_calls).map(|_| kamodo.get_math_request().send().promise).collect();
    let mut bytes = Vec::new();
    settle().await;
    while let Some(n_read) = recorded.read_buf(&mut bytes).now_or_never() {
        assert!(n_read.unwrap() > 0);
    }
    session.abort();
    drop(calls);
    bytes
}

/// Lets every task of this thread do what it can.
async fn settle() {
    for _ in 0..10_000 {
        tokio::task::yield_now().await;
    }
}

#[test]
fn a_server_reads_no_more_calls_than_answers_are_read() {
    run(async {
        let calls = recorded_calls(4000).await;
        let (here, there) = tokio::io::duplex(1 << 12);
        let (_echo, _ended) = serve(there, Limits { queued_bytes: 64 << 10, ..Limits::default() });
        let (mut reading, mut writing) = tokio::io::split(here);
        let n_calls_bytes = calls.len();
        let writing = tokio::task::spawn_local(async move { writing.write_all(&calls).await });
        settle().await;
        assert!(!writing.is_finished(), "all {n_calls_bytes} bytes were read although no answer was");
        // Once the client reads, the rest goes through.
        let reading = tokio::task::spawn_local(async move {
            let mut sink = vec![0; 1 << 16];
            while reading.read(&mut sink).await.unwrap() > 0 {}
        });
        writing.await.unwrap().unwrap();
        reading.abort();
    });
}

#[test]
fn a_peer_that_reads_nothing_is_cut_off() {
    run(async {
        let calls = recorded_calls(100).await;
        let (here, there) = tokio::io::duplex(1 << 10);
        let limits = Limits { write_stall: Duration::from_millis(50), ..Limits::default() };
        let (_echo, ended) = serve(there, limits);
        let (_silent, mut writing) = tokio::io::split(here);
        let writing = tokio::task::spawn_local(async move { writing.write_all(&calls).await });
        assert_snapshot!(ended.await.unwrap().unwrap_err(), @"peer reads nothing: no byte was written in 0.05 s");
        writing.abort();
    });
}

/// A peer that has gone: nothing more is heard of it, and nothing can be written to it.
struct Gone;

impl tokio::io::AsyncRead for Gone {
    fn poll_read(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
        _: &mut tokio::io::ReadBuf<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        std::task::Poll::Pending
    }
}

impl tokio::io::AsyncWrite for Gone {
    fn poll_write(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
        _: &[u8],
    ) -> std::task::Poll<std::io::Result<usize>> {
        std::task::Poll::Ready(Err(std::io::ErrorKind::BrokenPipe.into()))
    }

    fn poll_flush(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn poll_shutdown(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        std::task::Poll::Ready(Ok(()))
    }
}

#[test]
fn a_call_that_cannot_be_written_fails() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    LocalSet::new().block_on(&runtime, async {
        let (session, kamodo) = transport::connect(Gone, Limits::default());
        tokio::task::spawn_local(session);
        let answer = kamodo.get_math_request().send().promise;
        let answer = tokio::time::timeout(Duration::from_secs(10), answer).await;
        assert!(answer.expect("the call does not wait for ever").is_err());
    });
}
