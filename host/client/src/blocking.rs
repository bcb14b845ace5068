//! The same without `async`: every method waits, or begins a call and gives what waits for it.
//!
//! A [`Client`] has a thread of its own on which its connection lives; it is `Send` and `Sync`, and its clones
//! share the connection. Calls that several threads make, or that one [begins](Client::begin) before it waits
//! for the first, travel together.
//!
//! ```
//! # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/served.rs")); }
//! # let (_server, endpoint) = doc::serve();
//! use kamodo_client::Options;
//! use kamodo_client::blocking::{Client, Expression};
//!
//! // let endpoint = Endpoint::new("localhost", 60000, "selfsigned.cert");
//! let client = Client::connect([endpoint], Options::default())?;
//! assert_eq!(client.ask::<i64>("f", (5,))?, 19);
//!
//! let calls: Vec<_> = (0..10).map(|x| client.begin::<i64>("f", (x,))).collect();
//! let sum = calls.into_iter().map(|call| call.wait()).sum::<Result<i64, _>>()?;
//! assert_eq!(sum, 230);
//!
//! let squares = client.evaluate(&Expression::call("f", ([1.0, 2.0, 3.0],)))?;
//! let doubled = client.evaluate(&(Expression::from(&squares) * 2))?;
//! assert_eq!(doubled.read::<Vec<f64>>()?, [-2.0, 2.0, 10.0]);
//! # Ok::<(), kamodo_client::Error>(())
//! ```

mod thread;

use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use kamodo_value::Value;

use self::thread::{Held, Thread};
use crate::extension::{Description, Diagnostic, Event};
use crate::{Arguments, Endpoint, Error, FromValue, Options, Parameter};

/// A server that is dialled when it is needed, and again after its connection was lost: see
/// [`Session`](crate::Session).
#[derive(Clone)]
pub struct Client {
    thread: Arc<Thread>,
}

/// A call that was sent. Dropping it does not cancel the call, and it outlives its [`Client`].
#[must_use = "its answer is only had by `wait`"]
pub struct Pending<T> {
    /// Kept until the answer is there.
    _thread: Arc<Thread>,
    name: String,
    answer: Receiver<Result<Value, Error>>,
    kind: PhantomData<fn() -> T>,
}

/// What changes in a server, as it changes, until it is dropped.
pub struct Changes {
    /// Kept as long as somebody wants to know.
    _thread: Arc<Thread>,
    events: tokio::sync::mpsc::Receiver<Event>,
}

/// A function that is served, with what its server says of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The name.
    pub name: String,
    /// The parameters, in the order of a positional call.
    pub parameters: Vec<Parameter>,
    /// The unit of the result; empty for none.
    pub units: String,
    /// Arguments with their units, in order; empty where none has one.
    pub arg_units: Vec<(String, String)>,
    /// Whom to cite.
    pub citation: String,
    /// The right-hand side in LaTeX.
    pub equation: String,
    /// Arguments that the equation leaves out.
    pub hidden_args: Vec<String>,
}

/// A value that the server holds until the last clone of this is dropped. It does not outlive its connection.
#[derive(Clone)]
pub struct RemoteValue(Held<crate::RemoteValue>);

/// A function of this connection, as long as the last clone of this is there.
#[derive(Clone)]
pub struct Function(Held<crate::Function>);

/// An expression of values and functions that are used from any thread.
pub type Expression = crate::Expression<RemoteValue, Function>;

// === impl Client ===

impl Client {
    /// Dials the first of the endpoints that answers.
    ///
    /// # Errors
    /// [`Error`] of the dialled servers, or [`Error::Thread`] where the system gives no thread.
    pub fn connect(endpoints: impl IntoIterator<Item = Endpoint>, options: Options) -> Result<Self, Error> {
        let thread = Thread::start(endpoints.into_iter().collect(), options)?;
        thread.run(async |shared| shared.session.client().await.map(drop))?;
        Ok(Self { thread })
    }

    /// Calls a function by its name, with positional arguments.
    ///
    /// # Errors
    /// As [`Session::ask`](crate::Session::ask).
    pub fn ask<T: FromValue>(&self, name: &str, args: impl Arguments) -> Result<T, Error> {
        self.begin(name, args).wait()
    }

    /// Calls a function by its name, with positional arguments and keywords.
    ///
    /// # Errors
    /// As [`Session::call`](crate::Session::call).
    pub fn call(&self, name: &str, args: &[Value], kwargs: &[(String, Value)]) -> Result<Value, Error> {
        self.send(name, args.to_vec(), kwargs.to_vec()).wait()
    }

    /// Begins a call, and gives what waits for its answer.
    pub fn begin<T: FromValue>(&self, name: &str, args: impl Arguments) -> Pending<T> {
        self.send(name, args.into_values(), Vec::new())
    }

    fn send<T>(&self, name: &str, args: Vec<Value>, kwargs: Vec<(String, Value)>) -> Pending<T> {
        let called = name.to_owned();
        let answer =
            self.thread.begin(async move |shared| shared.session.call(&called, &args, &kwargs).await);
        Pending { _thread: self.thread.clone(), name: name.to_owned(), answer, kind: PhantomData }
    }

    /// Asks for everything that is served, in the server's order.
    ///
    /// # Errors
    /// [`Error`] of the dialled servers.
    pub fn fields(&self) -> Result<Vec<Field>, Error> {
        self.thread.run(async |shared| {
            let request = shared.session.asked(async |client| {
                let mut fields = Vec::new();
                for field in client.fields().await? {
                    let parameters = field.function.parameters().await?;
                    fields.push(Field {
                        name: field.name,
                        parameters,
                        units: field.units,
                        arg_units: field.arg_units,
                        citation: field.citation,
                        equation: field.equation,
                        hidden_args: field.hidden_args,
                    });
                }
                Ok(fields)
            });
            request.await
        })
    }

    /// Sends an expression to be evaluated, and gives the value that will come of it: see
    /// [`Client::evaluate`](crate::Client::evaluate).
    ///
    /// # Errors
    /// As there; [`Error::Disconnected`] where it holds what came over a connection that was lost.
    pub fn evaluate(&self, expression: &Expression) -> Result<RemoteValue, Error> {
        expression.check_depth()?;
        let expression = expression.clone();
        let held = self.thread.run(async move |shared| {
            let expression = expression
                .try_map(&mut |value| shared.value(&value.0), &mut |function| shared.function(&function.0))?;
            expression.check()?; // another connection would not help
            let request = shared.session.asked(async |client| client.evaluate(&expression).await);
            Ok(shared.hold_value(request.await?))
        })?;
        Ok(RemoteValue(self.thread.held(held)))
    }

    /// Defines a function for this connection alone: see [`Client::define`](crate::Client::define).
    ///
    /// # Errors
    /// As there.
    pub fn define(&self, lhs: &str, rhs: &str) -> Result<Function, Error> {
        self.define_with_warnings(lhs, rhs).map(|(function, _)| function)
    }

    /// Defines a function as [`Client::define`] does; returns what the server warns of in its definition too.
    ///
    /// # Errors
    /// As there.
    pub fn define_with_warnings(&self, lhs: &str, rhs: &str) -> Result<(Function, Vec<Diagnostic>), Error> {
        let (lhs, rhs) = (lhs.to_owned(), rhs.to_owned());
        let (held, warnings) = self.thread.run(async move |shared| {
            let request = shared.session.asked(async |client| client.define(&lhs, &rhs).await);
            let field = request.await?;
            Ok((shared.hold_function(field.function), field.warnings))
        })?;
        Ok((Function(self.thread.held(held)), warnings))
    }
}

// === what only a server of ours says ===

impl Client {
    /// Asks for everything that is known of every function: see
    /// [`Extension::describe`](crate::Extension::describe).
    ///
    /// # Errors
    /// As there.
    pub fn describe(&self) -> Result<Description, Error> {
        self.thread.run(async |shared| {
            shared.session.asked(async |client| client.extension().describe().await).await
        })
    }

    /// Asks to be told of every publication after the generation `since`: see
    /// [`Extension::watch`](crate::Extension::watch).
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/served.rs")); }
    /// # let (_server, endpoint) = doc::serve();
    /// use kamodo_client::Options;
    /// use kamodo_client::blocking::Client;
    /// use kamodo_client::extension::Event;
    ///
    /// let client = Client::connect([endpoint], Options::default())?;
    /// let mut changes = client.watch(0)?; // from the beginning
    /// let Some(Event::Published(first)) = changes.next() else { panic!("a generation") };
    /// assert_eq!(first.generation, 1);
    /// # Ok::<(), kamodo_client::Error>(())
    /// ```
    ///
    /// # Errors
    /// As there.
    pub fn watch(&self, since: u64) -> Result<Changes, Error> {
        let (sender, events) = tokio::sync::mpsc::channel(1); // the server tells the next one when this is taken
        let (begun, has_begun) = sync_channel(1);
        let telling = async move |shared: &thread::Shared| {
            let watched = shared.session.asked(async |client| {
                let feed = client.extension().watch(since).await?;
                Ok((feed, shared.session.client().await?))
            });
            let (mut feed, _client) = match watched.await {
                Ok(watched) => watched,
                Err(error) => {
                    let _ = begun.send(Err(error)); // who asked waits for it
                    return Ok(());
                }
            };
            let _ = begun.send(Ok(()));
            loop {
                tokio::select! {
                    event = feed.next() => {
                        let Some(event) = event else { return Ok(()) };
                        if sender.send(event).await.is_err() {
                            return Ok(()); // nobody wants to know any more
                        }
                    }
                    () = sender.closed() => return Ok(()),
                }
            }
        };
        drop(self.thread.begin(telling));
        has_begun.recv().unwrap_or_else(|_| Err(thread::ended()))?;
        Ok(Changes { _thread: self.thread.clone(), events })
    }
}

impl Iterator for Changes {
    type Item = Event;

    /// Waits for the next event; there is none once the connection has ended.
    fn next(&mut self) -> Option<Event> {
        self.events.blocking_recv()
    }
}

// === impl Pending ===

impl<T: FromValue> Pending<T> {
    /// Waits for the answer.
    ///
    /// # Errors
    /// As [`Session::ask`](crate::Session::ask).
    pub fn wait(self) -> Result<T, Error> {
        let value = self.answer.recv().unwrap_or_else(|_| Err(thread::ended()))?;
        T::from_value(value).map_err(|source| Error::Type { function: self.name, source })
    }
}

// === impl RemoteValue ===

impl RemoteValue {
    /// Reads the value, which stays where it is.
    ///
    /// # Errors
    /// As [`RemoteValue::read`](crate::RemoteValue::read).
    pub fn read<T: FromValue>(&self) -> Result<T, Error> {
        let held = self.0.clone();
        let read = self.0.thread().run(async move |shared| {
            let value = shared.value(&held)?;
            shared.session.in_time("evaluate", Duration::ZERO, value.read::<Value>()).await
        })?;
        T::from_value(read).map_err(|source| Error::Type { function: String::from("evaluate"), source })
    }
}

impl From<&RemoteValue> for Expression {
    fn from(value: &RemoteValue) -> Self {
        Self::stored(value.clone())
    }
}

impl From<RemoteValue> for Expression {
    fn from(value: RemoteValue) -> Self {
        Self::stored(value)
    }
}

// === impl Function ===

impl Function {
    /// Calls it with positional arguments.
    ///
    /// # Errors
    /// As [`Call::answer`](crate::Call::answer).
    pub fn ask<T: FromValue>(&self, args: impl Arguments) -> Result<T, Error> {
        let (held, args) = (self.0.clone(), args.into_values());
        let asked = self.0.thread().run(async move |shared| {
            let function = shared.function(&held)?;
            let name = function.name().to_owned();
            let mut call = function.with(args);
            if let Some(deadline) = shared.session.deadline() {
                call = call.within(deadline);
            }
            Ok((name, call.answer::<Value>().await?))
        });
        let (name, value) = asked?;
        T::from_value(value).map_err(|source| Error::Type { function: name, source })
    }
}
