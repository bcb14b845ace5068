//! `interface Extension`: what a server says of itself beyond the published interface.

mod description;
mod feed;
mod shown;

use std::rc::Rc;

use capnp::Error;
use kamodo_schema::extension;
use tokio::task::JoinSet;

use crate::connection::Connection;
use crate::error::RequestError;

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
}

impl extension::subscription::Server for SubscriptionServer {}
