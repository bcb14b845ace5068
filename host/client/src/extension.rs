//! What a server says of itself beyond the published interface: everything that is known of its functions,
//! what was published, and a feed of what changes.
//!
//! [`Client::extension`](crate::Client::extension) gives an [`Extension`], and so does an
//! [`Administrator`](crate::Administrator). The published server has none, which is
//! [`Error::NoExtension`].

mod read;

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::rc::Rc;
use std::time::{Duration, SystemTime};

use kamodo_schema::extension;
use kamodo_value::{Value, published_keys, published_name};
use tokio::sync::mpsc;

use crate::Error;

pub(crate) use read::{diagnostics, pins};

/// What any client may ask of a server. It changes nothing.
#[derive(Clone)]
pub struct Extension {
    client: extension::Client,
}

/// The events of a server, each once and in order. Dropping it ends them.
pub struct Feed {
    events: mpsc::Receiver<Event>,
    _subscription: extension::subscription::Client,
}

/// Everything that is known of the functions of one generation.
#[derive(Debug, Clone, PartialEq)]
pub struct Description {
    /// The server's version.
    pub version: String,
    /// How long it has been running.
    pub uptime: Duration,
    /// The present generation.
    pub generation: Publication,
    /// Those that are served in the order of definition, then those that no version of is served.
    pub functions: Vec<Function>,
    /// Who brings them.
    pub origins: Vec<Origin>,
    /// What may not change.
    pub pins: Pins,
    /// Which server it is: another one at each start; empty for one of ours that does not say.
    pub instance: String,
    /// What is wrong with its process as a whole, the oldest first.
    pub conditions: Vec<Condition>,
}

/// Something that is wrong with a server's process, or was, apart from what its origins say of themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// How often it occurred.
    pub count: u64,
    /// When it occurred for the first time.
    pub since: SystemTime,
}

/// What is known of a function.
#[derive(Debug, Clone, PartialEq)]
pub struct Function {
    /// The name.
    pub name: String,
    /// Whether it can be called.
    pub state: State,
    /// The place of its origin among the origins.
    pub origin: usize,
    /// The line of the origin's file; none for compiled code.
    pub line: Option<usize>,
    /// The generation since which it is what it is, and when that came; none where it is not served.
    pub since: Option<(u64, SystemTime)>,
    /// The call form with units, such as `f(x[cm])[kg]`.
    pub declaration: String,
    /// The left-hand side without units.
    pub lhs: String,
    /// The right-hand side; empty for compiled code.
    pub rhs: String,
    /// The unit of the result as Kamodo shows it; empty for none and for pure numbers.
    pub units: String,
    /// The unit of the result as it is declared, such as `deg`; empty for none.
    pub unit: String,
    /// The arguments, in order.
    pub arguments: Vec<Argument>,
    /// The right-hand side in LaTeX.
    pub equation: String,
    /// Whom to cite.
    pub citation: String,
    /// A description in words.
    pub doc: String,
    /// Arguments that the equation leaves out.
    pub hidden_args: Vec<String>,
    /// The servers that a call goes through after that one, the next one first; of a composition those of
    /// all that it calls.
    pub route: Vec<Hop>,
}

/// A server on the way to a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hop {
    /// Which one it is; empty where it does not say.
    pub instance: String,
    /// Its address, as it is dialled.
    pub address: String,
}

/// Whether a function can be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It can.
    Served,
    /// It calls these names, which no origin provides.
    Waiting(Vec<String>),
    /// Its origin is not served, and says why.
    Unserved,
    /// It does not fit what it calls since another server changed; its origin says why.
    Unfit,
}

/// One argument of a function.
#[derive(Debug, Clone, PartialEq)]
pub struct Argument {
    /// The name.
    pub name: String,
    /// The unit; empty for none.
    pub units: String,
    /// The value where a call leaves it out.
    pub default: Option<Value>,
}

/// Who brings functions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// `yaml`, `plugin` or `upstream`.
    pub kind: String,
    /// The file, as the server's user named it.
    pub file: String,
    /// A plugin's own name; empty for others.
    pub name: String,
    /// A plugin's own version; empty for others.
    pub version: String,
    /// The SHA-256 of a plugin's file; empty for others.
    pub digest: String,
    /// Whether it is served as it is on disk.
    pub stands: Stands,
    /// The functions that it would bring as it is on disk, where it is not served so.
    pub unserved: Vec<String>,
}

/// Whether an origin is served as it is on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stands {
    /// It is.
    Served,
    /// It is wrong, or does not fit to the others.
    Refused(Vec<Diagnostic>),
    /// It is served but for some functions, which are left out or fail for these reasons.
    Partly(Vec<Diagnostic>),
    /// It changed while it was pinned.
    Pinned,
    /// An earlier generation was asked for.
    RolledBack,
    /// It is a server that cannot be reached, for this reason.
    Away(String),
}

/// How the origins stand that are not served as they are on disk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Those origins.
    pub unserved: Vec<Origin>,
    /// What may not change.
    pub pins: Pins,
}

/// What may not change, whatever is saved.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pins {
    /// Nothing at all.
    pub everything: bool,
    /// The origins with these files.
    pub files: Vec<String>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Whether it keeps something from being served.
    pub is_error: bool,
    /// The fact.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// The file.
    pub file: Option<String>,
    /// The function whose definition it is about.
    pub function: Option<String>,
    /// Line and column, counted from 1.
    pub position: Option<(usize, usize)>,
    /// All of it as people read it.
    pub rendered: String,
}

/// One generation, when and why it came, and what it changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// The generation.
    pub generation: u64,
    /// When it went live.
    pub at: SystemTime,
    /// Why.
    pub cause: Cause,
    /// The declarations of functions that were not there before.
    pub came: Vec<String>,
    /// The declarations of functions that are there no more.
    pub went: Vec<String>,
    /// Functions that are others than they were.
    pub changed: Vec<Changed>,
    /// How many functions it has.
    pub n_functions: usize,
    /// Whether it can be gone back to, where that was asked.
    pub is_kept: bool,
}

/// Why a generation was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Files changed.
    Files,
    /// An administrator asked for what is on disk.
    Reload,
    /// An administrator asked for this earlier generation.
    Rollback(u64),
    /// A pin was taken off.
    Unpin,
    /// Other servers serve something else than they did.
    Upstreams,
}

/// A function that is another one than it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// How it was declared.
    pub before: String,
    /// How it is declared now.
    pub after: String,
}

/// What a feed tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A generation was published.
    Published(Publication),
    /// These generations are no longer remembered.
    Missed(RangeInclusive<u64>),
    /// How the origins stand now.
    Standing(Standing),
}

/// What a server tells its events to.
struct FeedServer(mpsc::Sender<Event>);

// === impl Extension ===

impl Extension {
    pub(crate) fn new(client: extension::Client) -> Self {
        Self { client }
    }

    /// Asks for everything that is known of every function, in one round trip.
    ///
    /// # Errors
    /// [`Error`] of the connection, or [`Error::NoExtension`].
    pub async fn describe(&self) -> Result<Description, Error> {
        let response = self.client.describe_request().send().promise.await.map_err(absent)?;
        read::description(response.get()?.get_description()?)
    }

    /// Asks for the publications that the server remembers, the oldest first.
    ///
    /// # Errors
    /// [`Error`] of the connection, or [`Error::NoExtension`].
    pub async fn generations(&self) -> Result<Vec<Publication>, Error> {
        let response = self.client.generations_request().send().promise.await.map_err(absent)?;
        response.get()?.get_generations()?.iter().map(read::publication).collect()
    }

    /// Asks to be told of every publication after the generation `since`, and of origins that are not served.
    ///
    /// # Errors
    /// [`Error`] of the connection, [`Error::NoExtension`], or [`Error::Remote`] where that generation was not
    /// published yet.
    pub async fn watch(&self, since: u64) -> Result<Feed, Error> {
        let (sender, events) = mpsc::channel(1); // the server tells the next one when this one is taken
        let mut request = self.client.watch_request();
        request.get().set_since(since);
        request.get().set_feed(capnp_rpc::new_client(FeedServer(sender)));
        let response = request.send().promise.await.map_err(absent)?;
        Ok(Feed { events, _subscription: response.get()?.get_subscription()? })
    }
}

/// A server that does not know the method has no extension.
pub(crate) fn absent(error: capnp::Error) -> Error {
    match error.kind {
        capnp::ErrorKind::Unimplemented => Error::NoExtension,
        _ => error.into(),
    }
}

// === impl Feed ===

impl Feed {
    /// Waits for the next event; there is none once the connection has ended.
    pub async fn next(&mut self) -> Option<Event> {
        self.events.recv().await
    }
}

impl extension::feed::Server for FeedServer {
    async fn tell(
        self: Rc<Self>,
        params: extension::feed::TellParams,
        _: extension::feed::TellResults,
    ) -> Result<(), capnp::Error> {
        let failed = |error: Error| capnp::Error::failed(error.to_string());
        let event = read::event(params.get()?.get_event()?).map_err(failed)?;
        drop(params);
        let gone = |_| capnp::Error::disconnected(String::from("nobody listens any more"));
        self.0.send(event).await.map_err(gone)
    }
}

// === impl Description ===

impl Description {
    /// Returns the origin of a function, where the server named one.
    #[must_use]
    pub fn origin_of(&self, function: &Function) -> Option<&Origin> {
        self.origins.get(function.origin)
    }

    /// Returns, for each function that is served, the name under which the published interface lists it: another
    /// one where the published client could not take its own.
    #[must_use]
    pub fn published_names(&self) -> HashMap<String, String> {
        let served = || self.functions.iter().filter(|function| function.state != State::Unserved);
        let functions: Vec<_> =
            served().map(|function| (function.name.as_str(), function.arguments.len())).collect();
        let names = published_keys(&functions).into_iter().map(|key| published_name(&key).to_owned());
        served().map(|function| function.name.clone()).zip(names).collect()
    }
}

// === impl Pins ===

impl Pins {
    /// Returns whether everything may change.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.everything && self.files.is_empty()
    }
}
