//! The life of one upstream: dial, ask, serve calls, and begin again when the connection ends.

use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use futures::future::{LocalBoxFuture, OptionFuture};
use kamodo_client::extension::{Event, Feed};
use kamodo_client::{Client, Error, Expression};
use kamodo_files::Limit;
use kamodo_registry::{CallError, Composed, ContributedFunction, Part};
use kamodo_value::Value;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, interval_at, sleep, timeout};

use crate::Upstream;
use crate::backoff::Backoff;
use crate::fields::{Defaults, Fetched, Functions, Refused, fetch};
use crate::line::{Asked, Call, Line};
use crate::news::{Declared, News};
use crate::pulse::{self, Pulse, Verdict};

/// How long an upstream may take to accept a connection and shake hands.
const CONNECT: Duration = Duration::from_secs(10);

/// How long it may take to say what it serves.
const FETCH: Duration = Duration::from_secs(10);

/// How often one that tells of no changes is asked.
const POLL: Duration = Duration::from_secs(60);

/// How often it is looked whether another certificate is to be trusted.
const LOOK: Duration = Duration::from_secs(1);

/// How long open calls may take to learn that the connection ended.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// One upstream.
pub(crate) struct Actor {
    upstream: Upstream,
    /// The same upstream with another certificate or timeout; closed when it is taken out.
    changes: mpsc::UnboundedReceiver<Upstream>,
    line: Arc<Line>,
    calls: mpsc::Receiver<Call>,
    /// Which server this is, to know what comes back to it.
    own: Rc<str>,
    tell: Rc<dyn Fn(News)>,
    /// What was told last, to tell only what is new.
    told: Option<String>,
    /// The defaults of a published server as they were when it was first asked.
    defaults: Defaults,
    /// Why the last attempt failed, to log a cause once.
    logged: Option<String>,
    backoff: Backoff,
}

/// Why a connection is no longer used.
enum End {
    /// The upstream was taken out.
    Removed,
    /// It is to be dialled anew, at once.
    Changed,
    /// It failed.
    Failed(String),
}

/// How a call ended.
enum Outcome {
    Answered,
    /// Not in time: is anybody there?
    Late,
}

/// The answer to a call, on its way.
type Answering = LocalBoxFuture<'static, Result<Value, Error>>;

/// What an upstream says on a question of ours.
type Fetching = LocalBoxFuture<'static, Result<Fetched, String>>;

// === impl Actor ===

impl Actor {
    pub(crate) fn new(
        upstream: Upstream,
        changes: mpsc::UnboundedReceiver<Upstream>,
        own: Rc<str>,
        tell: Rc<dyn Fn(News)>,
    ) -> Self {
        let (line, calls) = Line::new(upstream.address());
        let (told, defaults, logged, backoff) = (None, Defaults::default(), None, Backoff::default());
        Self { upstream, changes, line, calls, own, tell, told, defaults, logged, backoff }
    }

    pub(crate) async fn run(mut self) {
        loop {
            match self.connect().await {
                End::Removed => return,
                End::Changed => self.backoff = Backoff::default(),
                End::Failed(cause) => {
                    if !self.pause(cause).await {
                        return;
                    }
                }
            }
        }
    }

    /// Waits for the next attempt, and fails the calls that come meanwhile; false where there is none.
    async fn pause(&mut self, cause: String) -> bool {
        let pause = self.backoff.next();
        self.line.set_down(&cause, pause);
        if self.logged.as_ref() != Some(&cause) {
            tracing::warn!("upstream {} is not reachable: {cause}", self.line.address());
            (self.tell)(News::Away { key: self.upstream.key(), cause: Some(cause.clone()) });
            self.logged = Some(cause);
        }
        let over = sleep(pause);
        let replaced = replaced(self.upstream.certificate.clone());
        tokio::pin!(over, replaced);
        loop {
            tokio::select! {
                () = &mut over => return true,
                () = &mut replaced => {
                    self.backoff = Backoff::default();
                    return true;
                }
                change = self.changes.recv() => match change {
                    Some(upstream) => {
                        // A new certificate may be what was missing.
                        self.upstream = upstream;
                        self.backoff = Backoff::default();
                        return true;
                    }
                    None => return false,
                },
                Some(call) = self.calls.recv() => self.refuse(call),
            }
        }
    }

    fn refuse(&self, call: Call) {
        let lost = || self.line.lost(&call.function, "the connection ended");
        let error = self.line.refusal(&call.function).unwrap_or_else(lost);
        let _ = call.answer.send(Err(error)); // whoever called may be gone
    }

    /// Dials, and serves calls until the connection ends.
    async fn connect(&mut self) -> End {
        let endpoint = self.upstream.endpoint();
        let replaced = replaced(self.upstream.certificate.clone());
        let dialled = timeout(CONNECT, Client::connect(&endpoint));
        let client = tokio::select! {
            client = dialled => match client {
                Ok(Ok(client)) => Rc::new(client),
                Ok(Err(error)) => {
                    if is_stopped(&error) {
                        self.defaults = Defaults::default(); // it begins anew
                    }
                    return End::Failed(cause(&error));
                }
                Err(_) => return End::Failed(format!("no connection within {CONNECT:?}")),
            },
            change = self.changes.recv() => return self.change(change).unwrap_or(End::Changed),
        };
        let begun = async {
            let feed = changes(&client).await?;
            let fetched = fetch(&client, feed.is_some()).await?;
            Ok((feed, fetched))
        };
        let begun = timeout(FETCH, begun);
        let (feed, fetched) = tokio::select! {
            begun = begun => match begun {
                Ok(Ok(begun)) => begun,
                Ok(Err(error)) => return End::Failed(cause(&error)),
                Err(_) => return End::Failed(no_answer()),
            },
            change = self.changes.recv() => return self.change(change).unwrap_or(End::Changed),
        };
        self.serve(client, feed, fetched, replaced).await
    }

    /// Takes what the configuration says now; returns how that ends what is going on, if it does.
    fn change(&mut self, change: Option<Upstream>) -> Option<End> {
        let Some(upstream) = change else { return Some(End::Removed) };
        let is_other = upstream.certificate != self.upstream.certificate;
        self.upstream = upstream;
        is_other.then_some(End::Changed)
    }

    async fn serve(
        &mut self,
        client: Rc<Client>,
        mut feed: Option<Feed>,
        fetched: Fetched,
        replaced: impl Future<Output = ()>,
    ) -> End {
        tokio::pin!(replaced);
        let is_ours = feed.is_some();
        let was_known = self.told.is_some();
        let mut functions = self.take(fetched);
        self.line.set_up();
        self.backoff = Backoff::default();
        (self.tell)(News::Away { key: self.upstream.key(), cause: None });
        if self.logged.take().is_some() {
            let again = if was_known { " again" } else { "" };
            tracing::info!("upstream {} is reachable{again}", self.line.address());
        }
        let mut open: JoinSet<Outcome> = JoinSet::new();
        let mut fetching: Option<Fetching> = None;
        let mut fetch_again = false;
        let mut poll = interval_at(Instant::now() + POLL, POLL);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut pulse = Pulse::default();
        let mut look = interval_at(Instant::now() + pulse::LOOK, pulse::LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut asking: Option<LocalBoxFuture<'static, ()>> = None;
        let end = loop {
            tokio::select! {
                change = self.changes.recv() => if let Some(end) = self.change(change) { break end },
                () = &mut replaced => break End::Changed,
                reason = client.closed() => break End::Failed(reason),
                Some(call) = self.calls.recv() => {
                    let mut call = call;
                    let args = std::mem::take(&mut call.args);
                    let sent = send(&client, &functions, &call.asked, &call.declared, args);
                    open.spawn_local(carry_out(sent, call, self.line.clone(), self.upstream.timeout));
                }
                Some(outcome) = open.join_next() => {
                    fetch_again |= matches!(outcome, Ok(Outcome::Late));
                }
                Some(event) = OptionFuture::from(feed.as_mut().map(Feed::next)) => match event {
                    // How origins stand there is nothing to us, but a server on the way may have begun anew.
                    Some(Event::Standing(_) | Event::Published(_) | Event::Missed(_)) => fetch_again = true,
                    None => feed = None,
                },
                Some(fetched) = OptionFuture::from(fetching.as_mut()) => {
                    fetching = None;
                    match fetched {
                        Ok(fetched) => functions = self.take(fetched),
                        Err(cause) => break End::Failed(cause),
                    }
                }
                Some(()) = OptionFuture::from(asking.as_mut()) => asking = None,
                _ = look.tick() => {
                    // One thread of the published server computes and answers: it is not asked while it computes.
                    let may_ask = is_ours || open.is_empty();
                    let traffic = client.traffic();
                    match pulse.judge(traffic.received(), traffic.sent(), may_ask) {
                        Verdict::Lives => {}
                        Verdict::Ask => asking = Some(ask(&functions, &client)),
                        Verdict::Gone => break End::Failed(no_answer()),
                    }
                }
                _ = poll.tick() => fetch_again |= feed.is_none() && open.is_empty(),
            }
            if fetch_again && fetching.is_none() {
                fetch_again = false;
                let client = Rc::clone(&client);
                fetching = Some(Box::pin(async move {
                    match timeout(FETCH, fetch(&client, is_ours)).await {
                        Ok(fetched) => fetched.map_err(|error| cause(&error)),
                        Err(_) => Err(no_answer()),
                    }
                }));
            }
        };
        if let End::Failed(cause) = &end {
            // No call is let in that only the next connection would answer.
            self.line.set_down(cause, Duration::ZERO);
        }
        // The connection's own end fails what is open; that is its better reason than being dropped.
        drop((fetching, asking, feed, functions, client));
        let last_words = async { while open.join_next().await.is_some() {} };
        let _ = timeout(LAST_WORDS, last_words).await;
        end
    }

    /// Tells what an upstream serves, if that is new, and returns how to call it.
    fn take(&mut self, mut fetched: Fetched) -> Functions {
        if !fetched.is_described() {
            fetched.keep_defaults(&self.defaults);
            self.defaults = fetched.defaults();
        }
        let served = fetched.served(&self.own, &self.upstream, &self.line);
        // By their text, since a default that is no number equals nothing, not even itself.
        let of = |function: &ContributedFunction| match function {
            ContributedFunction::Awaited { signature, meta, remote } => {
                format!("{signature:?} {meta:?} {:?}\n", remote.route())
            }
            _ => String::new(),
        };
        let text = served.contribution.functions.iter().map(of).collect::<String>()
            + &format!("{:?}", served.warnings);
        if self.told.as_ref() != Some(&text) {
            self.told = Some(text);
            (self.tell)(News::Serves(served));
        }
        fetched.functions()
    }
}

/// Waits until the file of a certificate holds another one than now. One that holds none is no reason to give up
/// a connection that works.
fn replaced(file: Option<PathBuf>) -> impl Future<Output = ()> {
    let read = |file: &Path| kamodo_files::read(file, Limit::CERTIFICATES).ok();
    let before = file.as_deref().and_then(read);
    async move {
        let Some(file) = file else { return std::future::pending().await };
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            look.tick().await;
            let now = read(&file);
            if now.is_some() && now != before && kamodo_client::check_certificate(&file).is_ok() {
                return;
            }
        }
    }
}

/// Has a server that can tell of its changes do so.
async fn changes(client: &Client) -> Result<Option<Feed>, Error> {
    let extension = client.extension();
    let description = match extension.describe().await {
        Ok(description) => description,
        Err(Error::NoExtension) => return Ok(None),
        Err(Error::Disconnected { reason }) => return Err(Error::Disconnected { reason }),
        Err(_) => return Ok(None), // an extension that is not ours
    };
    match extension.watch(description.generation.generation).await {
        Ok(feed) => Ok(Some(feed)),
        Err(Error::Disconnected { reason }) => Err(Error::Disconnected { reason }),
        Err(_) => Ok(None), // it is asked now and then
    }
}

/// Asks for something small, to see whether anybody answers.
fn ask(functions: &Functions, client: &Rc<Client>) -> LocalBoxFuture<'static, ()> {
    match functions.first().cloned() {
        Some(function) => Box::pin(async move { drop(function.parameters().await) }),
        None => {
            let client = Rc::clone(client);
            Box::pin(async move { drop(client.math().await) })
        }
    }
}

/// Sends for an answer; fails where a function is not there, or is another one.
fn send(
    client: &Rc<Client>,
    functions: &Functions,
    asked: &Asked,
    declared: &Declared,
    args: Vec<Value>,
) -> Result<Answering, Refused> {
    match asked {
        Asked::Function(name) => Ok(Box::pin(functions.find(name, declared)?.call(&args, &[]))),
        Asked::Composition(composed) => {
            let expression = expression(functions, composed, declared, &args)?;
            let client = Rc::clone(client);
            Ok(Box::pin(async move {
                let value = client.evaluate(&expression).await?; // it need not be there to be read
                drop((client, expression)); // who waits must not keep the connection open
                value.read::<Value>().await
            }))
        }
    }
}

/// What an upstream is to evaluate.
fn expression(
    functions: &Functions,
    composed: &Composed,
    declared: &Declared,
    args: &[Value],
) -> Result<Expression, Refused> {
    let function = functions.find(&composed.function, declared)?;
    let parts = composed.args.iter().map(|part| match part {
        Part::Argument(index) => Ok(Expression::from(args[*index].clone())),
        Part::Constant(value) => Ok(Expression::from(value.clone())),
        Part::Call(inner) => expression(functions, inner, declared, args),
    });
    Ok(Expression::apply(function.clone(), parts.collect::<Result<Vec<_>, _>>()?))
}

/// Carries out one call, until it is answered, late, or nobody waits for it any more.
async fn carry_out(
    sent: Result<Answering, Refused>,
    mut call: Call,
    line: Arc<Line>,
    limit: Option<Duration>,
) -> Outcome {
    let sent = match sent {
        Ok(sent) => sent,
        Err(Refused { message, hint }) => {
            let error = upstream_error(&call, &line, message, hint, false);
            let _ = call.answer.send(Err(error)); // whoever called may be gone
            return Outcome::Answered;
        }
    };
    let answered = async {
        match limit {
            Some(limit) => timeout(limit, sent).await.map_err(|_| limit),
            None => Ok(sent.await),
        }
    };
    let answered: Result<Result<Value, Error>, Duration> = tokio::select! {
        answered = answered => answered,
        () = call.answer.closed() => return Outcome::Answered, // dropping the future cancels it there
    };
    let (result, outcome) = match answered {
        Ok(result) => (result.map_err(|error| call_error(&error, &call, &line)), Outcome::Answered),
        Err(after) => {
            let (function, address) = (call.function.clone(), line.address().to_owned());
            (Err(CallError::Late { function, address, after }), Outcome::Late)
        }
    };
    let _ = call.answer.send(result); // whoever called may be gone
    outcome
}

fn call_error(error: &Error, call: &Call, line: &Line) -> CallError {
    match error {
        Error::Disconnected { reason } | Error::Lost { reason, .. } => line.lost(&call.function, reason),
        Error::Remote { message, hint, overloaded } => {
            upstream_error(call, line, message.clone(), hint.clone(), *overloaded)
        }
        error => upstream_error(call, line, cause(error), error.hint(), false),
    }
}

fn upstream_error(
    call: &Call,
    line: &Line,
    message: String,
    hint: Option<String>,
    overloaded: bool,
) -> CallError {
    let (function, address) = (call.function.clone(), line.address().to_owned());
    CallError::Upstream { function, address, message, hint, overloaded }
}

fn no_answer() -> String {
    format!("no answer within {FETCH:?}")
}

/// Whether nobody listens there: the server is not running.
fn is_stopped(error: &Error) -> bool {
    matches!(error, Error::Connect { source, .. } if source.kind() == io::ErrorKind::ConnectionRefused)
}

/// Why a connection failed, without the address, which the one who tells it knows.
fn cause(error: &Error) -> String {
    let causes = std::iter::successors(std::error::Error::source(error), |cause| cause.source());
    let causes = causes.map(ToString::to_string);
    let causes: Vec<String> = match error {
        Error::Connect { .. } | Error::Handshake { .. } => causes.collect(),
        _ => std::iter::once(error.to_string()).chain(causes).collect(),
    };
    let hint = match error {
        Error::Certificate(_) | Error::Handshake { .. } => error.hint(),
        _ => None,
    };
    causes.join(": ") + &hint.map(|hint| format!(" ({hint})")).unwrap_or_default()
}
