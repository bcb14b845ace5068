//! `interface Extension`: what a server says of itself beyond the published interface, and what it can do
//! beyond that: deadlines, definitions of one connection, arrays in pieces.

mod description;
mod feed;
mod map;
mod pieces;
mod shown;

use std::rc::Rc;
use std::time::Duration;

use capnp::Error;
use capnp::capability::get_resolved_cap;
use kamodo_registry::Published;
use kamodo_schema::{extension, function};
use kamodo_wire::literal::Form;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use crate::connection::Connection;
use crate::definition;
use crate::error::RequestError;
use crate::evaluate;
use crate::function::FunctionServer;
use crate::meta::write_meta;

pub(crate) use shown::{Audience, write_diagnostics, write_pins};

/// The extension as one connection sees it.
pub(crate) struct ExtensionServer {
    connection: Rc<Connection>,
    audience: Audience,
}

/// Events are told as long as it is kept.
struct SubscriptionServer {
    /// Dropping it ends what tells them.
    _telling: JoinSet<()>,
    _place: Rc<()>,
}

// === impl ExtensionServer ===

impl ExtensionServer {
    pub(crate) fn new(connection: &Rc<Connection>, audience: Audience) -> Self {
        Self { connection: connection.clone(), audience }
    }

    pub(crate) fn connection(&self) -> &Rc<Connection> {
        &self.connection
    }

    /// Returns what of ours a function capability is.
    async fn ours(&self, function: function::Client) -> Result<Rc<FunctionServer>, RequestError> {
        let function = get_resolved_cap(function).await;
        let ours = self.connection.functions.borrow().get_local_server_of_resolved(&function);
        ours.ok_or(RequestError::NotOurs)
    }

    /// Refuses an answer that is too large to be sent, which would end the connection.
    fn check_size(&self, n_words: u64) -> Result<(), RequestError> {
        let (found, limit) = (n_words.saturating_mul(8), self.connection.message_limit());
        if found > limit as u64 { Err(RequestError::AnswerSize { found, limit }) } else { Ok(()) }
    }
}

impl extension::Server for ExtensionServer {
    async fn describe(
        self: Rc<Self>,
        _: extension::DescribeParams,
        mut results: extension::DescribeResults,
    ) -> Result<(), Error> {
        let connection = &self.connection;
        let _open = connection.open_call()?;
        let current = connection.registry().current();
        let mut description = results.get().init_description();
        description.set_version(env!("CARGO_PKG_VERSION"));
        description.set_instance(connection.registry().instance());
        description.set_uptime_ms(connection.uptime().as_millis() as u64);
        description::write(description.reborrow(), &current, self.audience)?;
        description::write_conditions(description.reborrow(), &connection.registry().health().conditions());
        self.check_size(description.into_reader().total_size()?.word_count)?;
        Ok(())
    }

    async fn generations(
        self: Rc<Self>,
        _: extension::GenerationsParams,
        mut results: extension::GenerationsResults,
    ) -> Result<(), Error> {
        let connection = &self.connection;
        let _open = connection.open_call()?;
        let publications = connection.registry().publications();
        let mut list = results.get().init_generations(publications.len() as u32);
        for (index, publication) in publications.iter().enumerate() {
            let mut builder = list.reborrow().get(index as u32);
            shown::write_publication(builder.reborrow(), publication);
            builder.set_is_kept(publications.len() - index <= kamodo_registry::KEPT);
        }
        self.check_size(results.get().into_reader().total_size()?.word_count)?;
        Ok(())
    }

    async fn watch(
        self: Rc<Self>,
        params: extension::WatchParams,
        mut results: extension::WatchResults,
    ) -> Result<(), Error> {
        let params = params.get()?;
        if !params.has_feed() {
            return Err(RequestError::Null { what: "the feed" }.into());
        }
        let (feed, since) = (params.get_feed()?, params.get_since());
        let registry = self.connection.registry().clone();
        let generation = registry.snapshot().generation();
        if since > generation {
            Err(RequestError::AheadOf { since, generation })?;
        }
        let place = self.connection.subscribe()?;
        let mut telling = JoinSet::new();
        let audience = self.audience;
        telling.spawn_local(async move {
            // It ends with its client, which has no use for the reason.
            if let Err(error) = feed::tell(&feed, &registry, since, audience).await {
                tracing::debug!("a feed ended: {error}");
            }
        });
        let subscription = SubscriptionServer { _telling: telling, _place: place };
        results.get().set_subscription(capnp_rpc::new_client(subscription));
        Ok(())
    }

    async fn call_within(
        self: Rc<Self>,
        params: extension::CallWithinParams,
        mut results: extension::CallWithinResults,
    ) -> Result<(), Error> {
        let _open = self.connection.open_call()?;
        if !params.get()?.has_function() {
            return Err(RequestError::Null { what: "the function" }.into());
        }
        let after = Duration::from_millis(params.get()?.get_deadline_ms().into());
        let end = Instant::now() + after;
        let late = |function: &str| RequestError::Deadline { function: function.to_owned(), after };
        let function = params.get()?.get_function()?;
        let server = timeout_at(end, self.ours(function)).await.map_err(|_| late("a function to come"))??;
        let (args, kwargs) = server.read_args(params.get()?.get_args()?, params.get()?.get_kwargs()?)?;
        drop(params); // as many bytes as the arguments, before the wait
        // What is dropped is cancelled: the work stops at its next chunk.
        let called = timeout_at(end, server.call_values(args, kwargs)).await;
        let value = called.map_err(|_| late(server.name()))??;
        Ok(server.write_result(results.get().init_result(), &value).await?)
    }

    async fn define(
        self: Rc<Self>,
        params: extension::DefineParams,
        mut results: extension::DefineResults,
    ) -> Result<(), Error> {
        let connection = &self.connection;
        let _open = connection.open_call()?;
        let written = params.get()?.get_definition()?;
        let lhs = written.get_lhs()?.to_str()?;
        let spelled;
        let rhs = match written.which()? {
            extension::definition::Rhs(rhs) => rhs?.to_str()?,
            extension::definition::Body(body) => {
                spelled = definition::spell(connection, lhs, evaluate::read(connection, body?)?).await?;
                &spelled
            }
        };
        let (defined, function, warnings) = connection.definitions.define(connection, lhs, rhs).await?;
        let server = FunctionServer::defined(connection, defined);
        // Its text is the client's own, so that all of it is shown.
        let list = results.get().init_warnings(warnings.len() as u32);
        write_diagnostics(list, &warnings, Audience::Local);
        results.get().set_function(connection.functions.borrow_mut().new_client(server));
        Ok(write_meta(results.get().init_meta(), &function, &Published::unchanged(&function))?)
    }

    async fn upload(
        self: Rc<Self>,
        params: extension::UploadParams,
        mut results: extension::UploadResults,
    ) -> Result<(), Error> {
        let _open = self.connection.open_call()?;
        let params = params.get()?;
        let form = Form::read(params.get_dtype()?, params.get_shape()?).map_err(RequestError::from)?;
        let upload = pieces::UploadServer::new(&self.connection, form)?;
        results.get().set_upload(capnp_rpc::new_client(upload));
        Ok(())
    }

    async fn download(
        self: Rc<Self>,
        params: extension::DownloadParams,
        _: extension::DownloadResults,
    ) -> Result<(), Error> {
        let _open = self.connection.open_call()?;
        if !params.get()?.has_value() {
            return Err(RequestError::NullValue.into());
        }
        if !params.get()?.has_into() {
            return Err(RequestError::Null { what: "the sink" }.into());
        }
        let value = get_resolved_cap(params.get()?.get_value()?).await;
        let into = params.get()?.get_into()?;
        let ours = self.connection.values.borrow().get_local_server_of_resolved(&value);
        let value = ours.ok_or(RequestError::NotOurs)?.value().await?;
        Ok(pieces::send(&into, &value).await?)
    }

    async fn map(
        self: Rc<Self>,
        params: extension::MapParams,
        mut results: extension::MapResults,
    ) -> Result<(), Error> {
        let connection = &self.connection;
        let _open = connection.open_call()?;
        let params = params.get()?;
        if !params.has_function() {
            return Err(RequestError::Null { what: "the function" }.into());
        }
        if !params.has_results() {
            return Err(RequestError::Null { what: "the sink of the results" }.into());
        }
        let server = self.ours(params.get_function()?).await?;
        let (args, kwargs) = server.read_args(params.get_args()?, params.get_kwargs()?)?;
        let snapshot = connection.snapshot();
        let function = server.find(&snapshot).await?.of(connection, args.len() + kwargs.len() + 1)?;
        let over = params.get_over()?.to_str()?.to_owned();
        let mapping = map::Mapping::new(function, args, kwargs, over, params.get_results()?)?;
        results.get().set_arguments(capnp_rpc::new_client(map::MapServer::new(connection, mapping)));
        Ok(())
    }
}

impl extension::subscription::Server for SubscriptionServer {}
