//! `interface Administration`: what the one who runs the server may ask, at its local socket.

use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use capnp::Error;
use kamodo_registry::{Administration, Command, Receipt};
use kamodo_schema::administration::{self, receipt};
use kamodo_schema::extension;

use crate::connection::Connection;
use crate::error::RequestError;
use crate::extension::{Audience, ExtensionServer, write_diagnostics, write_pins};

/// The bootstrap capability of one administrator.
pub(crate) struct AdministrationServer {
    extension: Rc<ExtensionServer>,
    administration: Arc<dyn Administration>,
}

// === impl AdministrationServer ===

impl AdministrationServer {
    pub(crate) fn new(connection: &Rc<Connection>, administration: Arc<dyn Administration>) -> Self {
        let extension = Rc::new(ExtensionServer::new(connection, Audience::Local));
        Self { extension, administration }
    }

    async fn carry_out(&self, command: Command) -> Result<Receipt, RequestError> {
        let _open = self.extension.connection().open_call()?;
        Ok(self.administration.command(command).await?)
    }
}

impl administration::Server for AdministrationServer {
    async fn reload(
        self: Rc<Self>,
        _: administration::ReloadParams,
        mut results: administration::ReloadResults,
    ) -> Result<(), Error> {
        let receipt = self.carry_out(Command::Reload).await?;
        write_receipt(results.get().init_receipt(), &receipt);
        Ok(())
    }

    async fn rollback(
        self: Rc<Self>,
        params: administration::RollbackParams,
        mut results: administration::RollbackResults,
    ) -> Result<(), Error> {
        let to = Some(params.get()?.get_to()).filter(|to| *to != 0);
        let receipt = self.carry_out(Command::Rollback { to }).await?;
        write_receipt(results.get().init_receipt(), &receipt);
        Ok(())
    }

    async fn pin(
        self: Rc<Self>,
        params: administration::PinParams,
        mut results: administration::PinResults,
    ) -> Result<(), Error> {
        let file = file(params.get()?.get_file()?)?;
        let receipt = self.carry_out(Command::Pin { file }).await?;
        write_receipt(results.get().init_receipt(), &receipt);
        Ok(())
    }

    async fn unpin(
        self: Rc<Self>,
        params: administration::UnpinParams,
        mut results: administration::UnpinResults,
    ) -> Result<(), Error> {
        let file = file(params.get()?.get_file()?)?;
        let receipt = self.carry_out(Command::Unpin { file }).await?;
        write_receipt(results.get().init_receipt(), &receipt);
        Ok(())
    }
}

/// An administrator may ask what any client may.
impl extension::Server for AdministrationServer {
    async fn describe(
        self: Rc<Self>,
        params: extension::DescribeParams,
        results: extension::DescribeResults,
    ) -> Result<(), Error> {
        self.extension.clone().describe(params, results).await
    }

    async fn generations(
        self: Rc<Self>,
        params: extension::GenerationsParams,
        results: extension::GenerationsResults,
    ) -> Result<(), Error> {
        self.extension.clone().generations(params, results).await
    }

    async fn watch(
        self: Rc<Self>,
        params: extension::WatchParams,
        results: extension::WatchResults,
    ) -> Result<(), Error> {
        self.extension.clone().watch(params, results).await
    }
}

/// The file of an origin; none where the text is empty.
fn file(text: capnp::text::Reader<'_>) -> Result<Option<PathBuf>, Error> {
    let text = text.to_str()?;
    Ok((!text.is_empty()).then(|| text.into()))
}

fn write_receipt(mut builder: receipt::Builder<'_>, receipt: &Receipt) {
    builder.set_generation(receipt.generation);
    builder.set_is_new(receipt.is_new);
    write_pins(builder.reborrow().init_pins(), &receipt.pins, Audience::Local);
    let list = builder.init_diagnostics(receipt.diagnostics.len() as u32);
    write_diagnostics(list, &receipt.diagnostics, Audience::Local);
}
