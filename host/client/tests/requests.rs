//! Sessions, deadlines and expressions, against a server in this process.

#![allow(clippy::unwrap_used)] // a test to the last line

#[path = "../doc/served.rs"]
mod served;

use std::time::Duration;

use insta::assert_snapshot;
use kamodo_client::{Client, Endpoint, Error, Expression, Options, Session};
use kamodo_value::Value;
use tokio::net::TcpListener;

use served::{serve, served, served_at};

#[track_caller]
fn text<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    let error = result.unwrap_err();
    let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
    let hint = error.hint().map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
    format!("{error}{cause}{hint}")
}

/// A server that listens and never says a word.
async fn silent() -> (TcpListener, Endpoint) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, Endpoint::unencrypted("127.0.0.1", port))
}

#[test]
fn a_request_goes_on_with_the_next_server() {
    let ((first, first_endpoint), (_second, second_endpoint)) = (serve(), serve());
    kamodo_client::block_on(async {
        let endpoints = [first_endpoint.clone(), second_endpoint];
        let session = Session::connect(endpoints, Options::default()).await.unwrap();
        assert_eq!(session.ask::<i64>("f", (5,)).await.unwrap(), 19);
        let before = session.client().await.unwrap();
        let _ = first.drain(Duration::ZERO); // an idle connection may end by itself before it is cut off
        // What changes nothing is asked again, whether or not the end was noticed before it is sent.
        assert_eq!(session.fields().await.unwrap().len(), 2);
        before.closed().await;
        assert_eq!(session.ask::<i64>("f", (5,)).await.unwrap(), 19);
    })
    .unwrap();
}

#[test]
fn a_lost_call_is_sent_again_only_if_that_is_asked_for() {
    for repeats in [0, 1] {
        let ((first, first_endpoint), (_second, second_endpoint)) = (serve(), serve());
        let first = std::cell::RefCell::new(Some(first));
        kamodo_client::block_on(async {
            let options = Options { repeats, ..Options::default() };
            let session = Session::connect([first_endpoint, second_endpoint], options).await.unwrap();
            let cut = async |client: &Client| {
                let f = client.function("f").await?;
                let answer = f.with((5,)).answer::<i64>();
                first.take().map(|server| server.drain(Duration::ZERO));
                answer.await
            };
            let answer = session.request(cut).await;
            match repeats {
                0 => assert!(matches!(&answer, Err(Error::Lost { what, .. }) if what == "`f`"), "{answer:?}"),
                _ => assert_eq!(answer.unwrap(), 19),
            }
            assert_eq!(session.request(cut).await.unwrap(), 19, "the next request dials again");
        })
        .unwrap();
    }
}

#[test]
fn nobody_anywhere() {
    served_at(async |_| {
        let nobody = |port| Endpoint::unencrypted("127.0.0.1", port);
        let session = Session::new([nobody(1), nobody(2)], Options::default());
        assert_snapshot!(text(session.ask::<i64>("f", (5,)).await), @"
        none of 2 servers can be reached: 127.0.0.1:1: cannot connect: Connection refused (os error 111); 127.0.0.1:2: cannot connect: Connection refused (os error 111)
        hint: start a server with `kamodo-rpc serve --port 1`, or name another port
        ");
        let (_listener, mut endpoint) = silent().await;
        endpoint.certificate = Some("missing.cert".into());
        let session = Session::new([endpoint], Options::default());
        assert!(matches!(session.fields().await.err(), Some(Error::Certificate(_))));
        Ok(())
    });
}

#[test]
fn nobody_answers_in_time() {
    served_at(async |_| {
        let (_listener, endpoint) = silent().await;
        let options = Options { deadline: Some(Duration::from_millis(50)), ..Options::default() };
        let session = Session::connect([endpoint.clone()], options).await?;
        assert_snapshot!(text(session.ask::<i64>("f", (5,)).await), @"
        `f`: no answer within 50ms
        hint: allow it more time, or ask for less at once
        ");
        Ok(())
    });
}

#[test]
fn deadlines_that_are_kept() {
    served(async |client| {
        let f = client.function("f").await?;
        for _ in 0..2 {
            let within = f.with((5,)).within(Duration::from_secs(60));
            assert_eq!(within.answer::<i64>().await?, 19);
        }
        assert_snapshot!(text(f.with((5,)).answer::<String>().await), @"
        `f`: result: expected text, found the integer 19
        hint: a `Value` takes every result, an `Array` one of any shape and type
        ");
        Ok(())
    });
}

#[test]
fn expressions_of_every_kind() {
    served(async |client| {
        let read = async |expression: Expression| -> Result<Value, Error> {
            client.evaluate(&expression).await?.read().await
        };
        let int = |value: i64| Value::Int(value.into());
        assert_eq!(read(7.into()).await?, int(7));
        assert_eq!(read(Expression::call("f", (5,))).await?, int(19));
        let f = client.function("f").await?;
        assert_eq!(read(Expression::apply(f, (Expression::call("f", (3,)),))).await?, int(19));
        let kept = client.evaluate(&Expression::call("f", (5,))).await?;
        assert_eq!(read(Expression::from(&kept) + 1 + 2).await?, int(22));
        assert_eq!(read(Expression::from(&kept) * 2 - 8).await?, int(30));
        assert_eq!(read(Expression::call("f", (&kept,)).pow(2)).await?, int(341 * 341));
        assert_eq!(kept.read::<i64>().await?, 19);
        drop(kept);
        let ratio = read(Expression::from(1.0) / 4.0).await?;
        assert_eq!(ratio, Value::Scalar(kamodo_value::Scalar::Float64(0.25)));
        Ok(())
    });
}

#[test]
fn expressions_that_are_wrong() {
    served(async |client| {
        assert_snapshot!(text(client.evaluate(&Expression::call("ff", (5,))).await), @"
        the server has no function `ff`
        hint: it serves `f`, `p_dyn`
        ");
        let missing = client.evaluate(&Expression::call("f", ())).await?;
        assert_snapshot!(text(missing.read::<i64>().await), @"
        `f(x)`: missing argument `x`
        hint: call it as `f(x)`
        ");
        let mut deep: Expression = Expression::from(-1); // of which `f` is 1, and of that -1
        for _ in 0..29 {
            deep = Expression::call("f", (deep,));
        }
        assert_eq!(client.evaluate(&deep).await?.read::<i64>().await?, 1);
        for _ in 0..50_000 {
            deep = Expression::call("f", (deep,)); // it is dropped without following it on the stack
        }
        assert_snapshot!(text(client.evaluate(&deep).await), @"
        expression: nested deeper than 29 calls
        hint: evaluate it in parts, and use their stored values
        ");
        Ok(())
    });
}

/// A value of one connection is read through another, and one of a lost connection is said to be lost.
#[test]
fn values_of_other_connections() {
    let (first, first_endpoint) = serve();
    served(async |client| {
        let other = Client::connect(&first_endpoint).await?;
        let value = other.evaluate(&Expression::call("f", (5,))).await?;
        let sum = client.evaluate(&(Expression::from(&value) + 1)).await?;
        assert_eq!(sum.read::<i64>().await?, 20);
        let _ = first.drain(Duration::ZERO);
        other.closed().await;
        assert_snapshot!(text(client.evaluate(&Expression::from(&value)).await), @"disconnected: the expression holds what came over a connection that has ended");
        Ok(())
    });
}

#[test]
fn a_deadline_is_late_whoever_keeps_it() {
    served(async |client| {
        let f = client.function("f").await?;
        let array: Vec<f64> = vec![0.5; 4_000_000];
        let late = f.with((&array[..],)).within(Duration::from_micros(1)).answer::<Vec<f64>>().await;
        assert!(matches!(late, Err(Error::Late { .. })), "{late:?}");
        // one beyond all times is none
        assert_eq!(f.with((5,)).within(Duration::MAX).answer::<i64>().await?, 19);
        Ok(())
    });
    served_at(async |endpoint| {
        let options = Options { deadline: Some(Duration::MAX), ..Options::default() };
        assert_eq!(Session::new([endpoint], options).ask::<i64>("f", (5,)).await?, 19);
        Ok(())
    });
}

#[test]
fn pieces_of_another_type_and_pieces_that_stop() {
    served(async |client| {
        let value = client.evaluate(&Expression::from(vec![1_i64, 2, 3])).await?;
        let mut pieces = value.download();
        assert_eq!(pieces.dtype().await?.name(), "int64");
        assert!(matches!(pieces.next::<i8>().await, Err(Error::Type { .. })));
        assert_eq!(pieces.next::<i64>().await?, Some(vec![1, 2, 3]), "nothing of it is lost");
        assert_eq!(pieces.next::<i64>().await?, None);
        let f = client.function("f").await?;
        let (mapped, mut results) = f.with(()).map::<f64>("x", &[10])?;
        drop(mapped);
        assert_snapshot!(text(results.next::<f64>().await), @"
        the array did not come whole
        hint: whoever sends it is told why: see what `write` and `done` say
        ");
        Ok(())
    });
}

/// What is pipelined needs no answer in between: everything is sent before anything comes back.
#[test]
fn a_value_is_read_in_one_round_trip() {
    served(async |client: Client| {
        client.function("f").await?;
        let f = Expression::call("f", (5,));
        let mut first = Box::pin(client.evaluate(&f));
        let first = futures::poll!(&mut first);
        let std::task::Poll::Ready(first) = first else { panic!("it waits for an answer") };
        let second = Expression::call("f", (&first?,));
        let second = futures::poll!(&mut Box::pin(client.evaluate(&second)));
        let std::task::Poll::Ready(second) = second else { panic!("it waits for an answer") };
        assert_eq!(second?.read::<i64>().await?, 341);
        Ok(())
    });
}

/// Definitions are of one connection, and may call each other and what is served.
#[test]
fn definitions_of_every_kind() {
    served(async |client| {
        let g = client.define("g(n[1/m^3])[Pa]", "p_dyn(n, 400)").await?;
        assert_eq!((g.name.as_str(), g.units.as_str()), ("g", "Pa"));
        let pascal: f64 = g.function.with((5e6,)).answer().await?;
        assert!((pascal / 1.33808e-9 - 1.0).abs() < 1e-12, "{pascal}");
        let body = Expression::call("f", (Expression::parameter(0),)) + 1;
        let h = client.define_body("h(x)", &body).await?;
        assert_eq!(h.function.with((5,)).answer::<i64>().await?, 20);
        assert_eq!(client.evaluate(&Expression::apply(h.function, (3,))).await?.read::<i64>().await?, 6);
        assert_snapshot!(text(client.define("k(x[m])[kg]", "p_dyn(x, 400)").await), @"
        definition:1:7: error: `k`: cannot pass `m` for `n[cm**(-3)]` of `p_dyn`
          1 | p_dyn(x, 400)
            |       ^ Length, expected Length^-3
        hint: multiply it by a quantity of the dimension Length^-4, or change the unit on the left
        ");
        Ok(())
    });
}

#[test]
fn arrays_in_pieces() {
    served(async |client| {
        let mut upload = client.upload::<f64>(&[2, 2])?;
        upload.write(&[1.0, 2.0, 3.0]).await?;
        assert_snapshot!(text(upload.finish().await), @"array: shape [2, 2] of float64 takes 32 bytes, found 24");
        let mut upload = client.upload::<i64>(&[300, 1000])?;
        for row in 0..300 {
            upload.write(&[row; 1000]).await?;
        }
        let stored = upload.finish().await?;
        let array = stored.download().gather().await?;
        assert_eq!((array.shape(), array.dtype().name()), (&[300, 1000][..], "int64"));
        assert_eq!(array.buffer().get(299_999), Some(299_i64.into()));
        let mut pieces = stored.download();
        let mut n_taken = 0;
        while let Some(piece) = pieces.next::<i64>().await? {
            n_taken += piece.len();
        }
        assert_eq!(n_taken, 300_000);
        let number = client.evaluate(&Expression::from(5)).await?;
        assert_snapshot!(text(number.download().gather().await), @"
        the value is no array, which could be given in pieces
        hint: read it
        ");
        assert_snapshot!(text(stored.download().next::<i8>().await), @"
        `download`: result: expected elements of int8, found elements of int64
        hint: a `Value` takes every result, an `Array` one of any shape and type
        ");
        Ok(())
    });
}

#[test]
fn without_async() {
    use kamodo_client::blocking::{self, Expression};

    let ((first, first_endpoint), (_second, second_endpoint)) = (serve(), serve());
    let client =
        blocking::Client::connect([first_endpoint, second_endpoint.clone()], Options::default()).unwrap();
    let fields = client.fields().unwrap();
    assert_eq!(
        (fields[1].name.as_str(), fields[1].parameters.len(), fields[1].units.as_str()),
        ("p_dyn", 2, "nPa")
    );
    let threads: Vec<_> = (0..4)
        .map(|x| {
            let client = client.clone();
            std::thread::spawn(move || client.ask::<i64>("f", (x,)).unwrap())
        })
        .collect();
    let answers: Vec<i64> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    assert_eq!(answers, [-1, -1, 1, 5]);
    let g = client.define("g(x)", "f(x) + 1").unwrap();
    assert_eq!(g.ask::<i64>((5,)).unwrap(), 20);
    let value = client.evaluate(&(Expression::apply(g, (5,)) * 2)).unwrap();
    assert_eq!(value.read::<i64>().unwrap(), 40);
    let again = client.evaluate(&Expression::call("f", (&value,))).unwrap();
    assert_eq!(again.read::<i64>().unwrap(), 1559);
    let other = blocking::Client::connect([second_endpoint], Options::default()).unwrap();
    let foreign = other.evaluate(&Expression::from(&value)).err();
    assert_eq!(foreign.unwrap().to_string(), "disconnected: it belongs to the connection of another client");
    let _ = first.drain(Duration::ZERO);
    assert_eq!(client.ask::<i64>("f", (5,)).unwrap(), 19, "the other server answers");
    assert!(matches!(value.read::<i64>(), Err(Error::Disconnected { .. })));
    let lost = client.evaluate(&(Expression::from(&value) + 1)).err();
    assert!(matches!(lost, Some(Error::Disconnected { .. })), "{lost:?}");
    let pending = {
        let (_server, endpoint) = serve();
        let short = blocking::Client::connect([endpoint], Options::default()).unwrap();
        let pending = short.begin::<i64>("f", (5,));
        drop(short);
        pending.wait()
    };
    assert_eq!(pending.unwrap(), 19);
    assert_eq!(client.describe().unwrap().functions.len(), 2);
}
