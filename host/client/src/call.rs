//! One call, put together and sent.

use std::future::Future;
use std::time::Duration;

use capnp::ErrorKind;
use capnp::capability::RemotePromise;
use kamodo_schema::extension::sink;
use kamodo_schema::{argument, extension, function};
use kamodo_value::Value;
use kamodo_wire::literal;
use tokio::time::{Instant, timeout};

use crate::{Arguments, Error, FromValue, Function, IntoValue};

/// A call that is not sent yet.
///
/// [`Call::answer`] sends it at once, and the future that it gives waits: make several before the first is
/// awaited, and they travel together.
#[derive(Debug, Clone)]
#[must_use = "a call is only sent by `answer`"]
pub struct Call {
    function: Function,
    args: Vec<Value>,
    kwargs: Vec<(String, Value)>,
    deadline: Option<Duration>,
}

/// What a server may take longer than a deadline that it keeps itself, to say so.
pub(crate) const GRACE: Duration = Duration::from_millis(500);

/// An answer that came, and what was read of it.
type Received = Result<Value, literal::Error>;

/// A request on its way, by either of the methods.
enum Sent {
    Plain(RemotePromise<function::call_results::Owned>),
    Within(RemotePromise<extension::call_within_results::Owned>),
}

// === impl Call ===

impl Call {
    pub(crate) fn new(function: &Function, args: impl Arguments) -> Self {
        Self { function: function.clone(), args: args.into_values(), kwargs: Vec::new(), deadline: None }
    }

    /// Gives an argument by its name.
    pub fn keyword(mut self, name: impl Into<String>, value: impl IntoValue) -> Self {
        self.kwargs.push((name.into(), value.into_value()));
        self
    }

    /// Fails the call unless it is answered within this time, counted from when it is sent.
    ///
    /// A server of ours stops the work as well. Any other is told that nobody waits, which it may heed. What goes
    /// on piece by piece ([`Call::map`]) has no deadline.
    pub fn within(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Sends the call, and gives what waits for its answer. Dropping that cancels the call.
    ///
    /// # Errors
    /// [`Error::Argument`] for what cannot be sent, [`Error::Remote`] with what the server says,
    /// [`Error::Late`] past the deadline, [`Error::Type`] where the answer is of another type, [`Error::Lost`] if the
    /// connection ends meanwhile, [`Error::Disconnected`] if it had ended before.
    pub fn answer<T: FromValue>(self) -> impl Future<Output = Result<T, Error>> + use<T> {
        let begun = Instant::now();
        let had_ended = self.function.connection().has_ended.get();
        let sent = self.send(self.deadline);
        async move {
            let name = || self.function.name().to_owned();
            let received = match self.deadline {
                None => sent?.received().await.map_err(Error::from),
                Some(deadline) => self.in_time(sent?, begun, deadline).await,
            };
            let value = match had_ended {
                true => received?,
                false => received.map_err(|error| error.during(format!("`{}`", name())))?,
            };
            let value = value.map_err(|source| Error::Result { function: name(), source })?;
            T::from_value(value).map_err(|source| Error::Type { function: name(), source })
        }
    }

    /// Waits for an answer as long as the deadline says.
    async fn in_time(&self, sent: Sent, begun: Instant, deadline: Duration) -> Result<Received, Error> {
        let late = || Error::Late { what: format!("`{}`", self.function.name()), after: deadline };
        let left = |time: Duration| time.saturating_sub(begun.elapsed());
        let sent = match sent {
            Sent::Plain(_) => sent,
            Sent::Within(_) => {
                let grace = deadline.saturating_add(GRACE);
                match timeout(left(grace), sent.received()).await.map_err(|_| late())? {
                    // The published server, or an older one of ours: from now on the deadline is kept here.
                    Err(error) if error.kind == ErrorKind::Unimplemented => {
                        self.function.connection().keep_deadlines_here();
                        self.send(None)?
                    }
                    // The server keeps the deadline, and says that it has passed.
                    Err(error) if error.kind == ErrorKind::Overloaded && begun.elapsed() >= deadline => {
                        return Err(late());
                    }
                    answer => return Ok(answer?),
                }
            }
        };
        Ok(timeout(left(deadline), sent.received()).await.map_err(|_| late())??)
    }

    fn send(&self, deadline: Option<Duration>) -> Result<Sent, Error> {
        let connection = self.function.connection();
        let failed = |source| Error::Argument { function: self.function.name().to_owned(), source };
        let values = self.args.iter().chain(self.kwargs.iter().map(|(_, value)| value));
        literal::check_size(values, connection.limits.message_bytes).map_err(failed)?;
        let Some(deadline) = deadline.filter(|_| connection.has_deadlines()) else {
            let mut request = self.function.client().call_request();
            let mut params = request.get();
            literal::write_all(params.reborrow().init_args(self.n_args()), &self.args).map_err(failed)?;
            write_kwargs(params.init_kwargs(self.n_kwargs()), &self.kwargs).map_err(failed)?;
            return Ok(Sent::Plain(request.send()));
        };
        let mut request = connection.extension().call_within_request();
        let mut params = request.get();
        params.set_function(self.function.client().clone());
        params.set_deadline_ms(deadline.as_millis().clamp(1, u32::MAX.into()) as u32);
        literal::write_all(params.reborrow().init_args(self.n_args()), &self.args).map_err(failed)?;
        write_kwargs(params.init_kwargs(self.n_kwargs()), &self.kwargs).map_err(failed)?;
        Ok(Sent::Within(request.send()))
    }

    /// Asks for the function to be applied piece by piece.
    pub(crate) fn send_map(self, over: &str, results: sink::Client) -> Result<sink::Client, Error> {
        let failed = |source| Error::Argument { function: self.function.name().to_owned(), source };
        let mut request = self.function.connection().extension().map_request();
        let mut params = request.get();
        params.set_function(self.function.client().clone());
        params.set_over(over);
        params.set_results(results);
        literal::write_all(params.reborrow().init_args(self.n_args()), &self.args).map_err(failed)?;
        write_kwargs(params.init_kwargs(self.n_kwargs()), &self.kwargs).map_err(failed)?;
        Ok(request.send().pipeline.get_arguments())
    }

    fn n_args(&self) -> u32 {
        self.args.len() as u32
    }

    fn n_kwargs(&self) -> u32 {
        self.kwargs.len() as u32
    }
}

// === impl Sent ===

impl Sent {
    async fn received(self) -> Result<Received, capnp::Error> {
        Ok(match self {
            Self::Plain(sent) => literal::read(sent.promise.await?.get()?.get_result()?),
            Self::Within(sent) => literal::read(sent.promise.await?.get()?.get_result()?),
        })
    }
}

/// Writes arguments by their names.
pub(crate) fn write_kwargs(
    mut builder: capnp::struct_list::Builder<'_, argument::Owned>,
    kwargs: &[(String, Value)],
) -> Result<(), literal::Error> {
    for (index, (name, value)) in kwargs.iter().enumerate() {
        let mut kwarg = builder.reborrow().get(index as u32);
        kwarg.set_name(&name[..]);
        literal::write(kwarg.init_value(), value)?;
    }
    Ok(())
}
