//! A server at one of several places, over one connection after another.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::hash::{BuildHasher as _, RandomState};
use std::rc::Rc;
use std::time::Duration;

use kamodo_value::Value;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, timeout};

use crate::call::GRACE;
use crate::connect::connect;
use crate::{Arguments, Client, Endpoint, Error, Field, FromValue};

/// How a [`Session`] connects, and what it does when a connection is lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// How long one server may take to accept a connection and shake hands.
    pub connect: Duration,
    /// How long servers that were reached before are dialled again, with pauses in between, before a request
    /// fails. Servers that never answered are dialled once.
    pub patience: Duration,
    /// How often a call is sent again, over a new connection, whose connection was lost before its answer came; not
    /// at all by default.
    ///
    /// The server may have carried it out already, which matters for a function that takes long or has effects.
    /// What changes nothing, such as asking for the functions, is asked again whatever stands here.
    pub repeats: u32,
    /// The time within which every request must be answered, dialling and repeats included.
    pub deadline: Option<Duration>,
}

/// A server that is dialled when it is needed, and again after its connection was lost.
///
/// Several endpoints are tried in their order, each time from the first. Functions are called by their names;
/// what belongs to one connection (a [`Function`](crate::Function), a [`RemoteValue`](crate::RemoteValue), a
/// definition) is worked with inside of [`Session::request`]. A session stays on its thread, as a [`Client`]
/// does, and many requests may be under way at once.
pub struct Session {
    endpoints: Vec<Endpoint>,
    options: Options,
    current: RefCell<Option<Rc<Client>>>,
    /// One dials, and the others take what comes of it.
    dialling: Mutex<()>,
    /// Whether a server was reached before.
    was_up: Cell<bool>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("endpoints", &self.endpoints).finish_non_exhaustive()
    }
}

/// How often what changes nothing is asked again, over a new connection.
const ASKED_AGAIN: u32 = 2;

const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LAST_PAUSE: Duration = Duration::from_secs(5);

// === impl Options ===

impl Default for Options {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            patience: Duration::from_secs(10),
            repeats: 0,
            deadline: None,
        }
    }
}

// === impl Session ===

impl Session {
    /// Begins a session with the first of the endpoints that answers.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/served.rs")); }
    /// # doc::served_at(async |endpoint: kamodo_client::Endpoint| {
    /// use kamodo_client::{Endpoint, Options, Session};
    ///
    /// let nobody = Endpoint::unencrypted("localhost", 1);
    /// let session = Session::connect([nobody, endpoint], Options::default()).await?;
    /// assert_eq!(session.ask::<i64>("f", (5,)).await?, 19);
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// [`Error::Unreachable`] with what came of each, or the error of the only one.
    pub async fn connect(
        endpoints: impl IntoIterator<Item = Endpoint>,
        options: Options,
    ) -> Result<Self, Error> {
        let session = Self::new(endpoints, options);
        session.client().await?;
        Ok(session)
    }

    /// Makes a session that dials at the first request.
    pub fn new(endpoints: impl IntoIterator<Item = Endpoint>, options: Options) -> Self {
        Self {
            endpoints: endpoints.into_iter().collect(),
            options,
            current: RefCell::default(),
            dialling: Mutex::default(),
            was_up: Cell::new(false),
        }
    }

    /// Returns the connection, a new one where the last one was lost.
    ///
    /// # Errors
    /// [`Error`] of the dialled servers.
    pub async fn client(&self) -> Result<Rc<Client>, Error> {
        let _dialling = match self.live() {
            Some(client) => return Ok(client),
            None => self.dialling.lock().await,
        };
        if let Some(client) = self.live() {
            return Ok(client); // another one dialled meanwhile
        }
        let client = Rc::new(self.dial().await?);
        self.was_up.set(true);
        self.current.replace(Some(client.clone()));
        Ok(client)
    }

    fn live(&self) -> Option<Rc<Client>> {
        self.current.borrow().clone().filter(|client| !client.is_closed())
    }

    async fn dial(&self) -> Result<Client, Error> {
        let begun = Instant::now();
        let mut pause = FIRST_PAUSE;
        loop {
            let mut failures = Vec::new();
            for endpoint in &self.endpoints {
                match self.dial_one(endpoint).await {
                    Ok(client) => return Ok(client),
                    Err(error) => failures.push(error),
                }
            }
            if !self.was_up.get() || begun.elapsed() + pause > self.options.patience {
                return Err(match failures.len() {
                    1 => failures.remove(0),
                    _ => Error::Unreachable { failures },
                });
            }
            // Shortened by chance, so that clients that lost one server together do not come back together.
            let chance = RandomState::new().hash_one(0_u8) as f64 / u64::MAX as f64;
            sleep(pause.mul_f64(0.5 + 0.5 * chance)).await;
            pause = (pause * 2).min(LAST_PAUSE);
        }
    }

    async fn dial_one(&self, endpoint: &Endpoint) -> Result<Client, Error> {
        connect(endpoint, self.options.connect).await
    }

    pub(crate) fn deadline(&self) -> Option<Duration> {
        self.options.deadline
    }

    /// Makes a request, and makes it again if the connection was lost before its answer: as often as
    /// [`Options::repeats`] says, since what of it was carried out is not known.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/served.rs")); }
    /// # doc::served_at(async |endpoint: kamodo_client::Endpoint| {
    /// # let session = kamodo_client::Session::new([endpoint], Default::default());
    /// let sum = session
    ///     .request(async |client| {
    ///         let f = client.function("f").await?;
    ///         let (two, three) = (f.with((2,)).answer::<i64>(), f.with((3,)).answer::<i64>());
    ///         Ok(two.await? + three.await?)
    ///     })
    ///     .await?;
    /// assert_eq!(sum, 1 + 5);
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// [`Error`] of the dialled servers, or of the last attempt.
    pub async fn request<T>(&self, request: impl AsyncFn(&Client) -> Result<T, Error>) -> Result<T, Error> {
        self.in_time("the server", Duration::ZERO, self.repeated(0, request)).await
    }

    /// Makes a request that may be made again as long as no call was sent: it fails with [`Error::Lost`] if one was.
    pub(crate) async fn asked<T>(
        &self,
        request: impl AsyncFn(&Client) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.in_time("the server", Duration::ZERO, self.repeated(ASKED_AGAIN, request)).await
    }

    /// Makes a request again if its connection was lost: if that was before a call was sent, `harmless` times more
    /// than the options say.
    async fn repeated<T>(
        &self,
        harmless: u32,
        request: impl AsyncFn(&Client) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let (mut harmless, mut repeats) = (harmless, self.options.repeats);
        let mut lost = None;
        loop {
            let client = match (self.client().await, lost) {
                (Ok(client), _) => client,
                (Err(error), None) => return Err(error),
                (Err(error), Some(lost)) => return Err(Error::not_sent_again(lost, &error)),
            };
            let error = match request(&client).await {
                Err(error @ (Error::Disconnected { .. } | Error::Lost { .. })) => error,
                answer => return answer,
            };
            self.forget(&client);
            let left = match error {
                Error::Disconnected { .. } if harmless > 0 => &mut harmless,
                _ => &mut repeats,
            };
            if *left == 0 {
                return Err(error);
            }
            *left -= 1;
            lost = Some(error).filter(|error| matches!(error, Error::Lost { .. }));
        }
    }

    /// Lets go of a connection that was lost, whether or not it knows already.
    fn forget(&self, lost: &Rc<Client>) {
        let mut current = self.current.borrow_mut();
        if current.as_ref().is_some_and(|current| Rc::ptr_eq(current, lost)) {
            *current = None;
        }
    }

    /// Calls a function by its name, with positional arguments.
    ///
    /// # Errors
    /// [`Error`] of the dialled servers, [`Error::Remote`] with what the server says, [`Error::Late`] past
    /// the deadline, [`Error::Lost`] if the connection ended during the call, which is sent again only as often as
    /// [`Options::repeats`] says.
    pub async fn ask<T: FromValue>(&self, name: &str, args: impl Arguments) -> Result<T, Error> {
        let value = self.call(name, &args.into_values(), &[]).await?;
        T::from_value(value).map_err(|source| Error::Type { function: name.to_owned(), source })
    }

    /// Calls a function by its name, with positional arguments and keywords.
    ///
    /// # Errors
    /// As [`Session::ask`].
    pub async fn call(&self, name: &str, args: &[Value], kwargs: &[(String, Value)]) -> Result<Value, Error> {
        let end = self.options.deadline.and_then(|deadline| Instant::now().checked_add(deadline));
        let request = self.repeated(ASKED_AGAIN, async |client| {
            let function = client.function(name).await?;
            let mut call = function.with(args);
            for (name, value) in kwargs {
                call = call.keyword(name, value);
            }
            if let Some(end) = end {
                call = call.within(end.saturating_duration_since(Instant::now()));
            }
            call.answer().await
        });
        self.in_time(&format!("`{name}`"), GRACE, request).await
    }

    /// Bounds all of a request: calls keep their deadlines themselves, with some grace, what comes before and
    /// between them not.
    pub(crate) async fn in_time<T>(
        &self,
        what: &str,
        grace: Duration,
        request: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let Some(deadline) = self.options.deadline else { return request.await };
        let late = || Error::Late { what: what.to_owned(), after: deadline };
        match timeout(deadline.saturating_add(grace), request).await {
            Ok(Err(Error::Late { .. })) | Err(_) => Err(late()), // said with the deadline of the whole
            Ok(answer) => answer,
        }
    }

    /// Asks for everything that is served, in the server's order.
    ///
    /// # Errors
    /// [`Error`] of the dialled servers.
    pub async fn fields(&self) -> Result<Vec<Field>, Error> {
        self.asked(Client::fields).await
    }
}
