//! `interface Kamodo`: what a client gets first.

use std::rc::Rc;

use capnp::Error;
use kamodo_registry::{Published, keys};
use kamodo_schema::{self as schema, function};

use crate::connection::Connection;
use crate::evaluate;
use crate::extension::{Audience, ExtensionServer};
use crate::function::FunctionServer;
use crate::math::Operator;
use crate::meta::write_meta;
use crate::value::{Place, ValueServer};

/// The bootstrap capability of one connection.
pub(crate) struct KamodoServer {
    connection: Rc<Connection>,
}

// === impl KamodoServer ===

impl KamodoServer {
    pub(crate) fn new(connection: Rc<Connection>) -> Self {
        Self { connection }
    }

    fn function_client(&self, server: FunctionServer) -> function::Client {
        self.connection.functions.borrow_mut().new_client(server)
    }
}

impl schema::Server for KamodoServer {
    async fn get_fields(
        self: Rc<Self>,
        _: schema::GetFieldsParams,
        mut results: schema::GetFieldsResults,
    ) -> Result<(), Error> {
        let snapshot = self.connection.snapshot();
        let functions = snapshot.functions();
        // What a client dropped since it last asked need not be recognised any more.
        self.connection.functions.borrow_mut().gc();
        let mut entries = results.get().init_fields().init_entries(functions.len() as u32);
        let keys = keys(snapshot.functions().map(|function| &**function));
        for (index, (served, key)) in functions.zip(keys).enumerate() {
            let mut entry = entries.reborrow().get(index as u32);
            entry.set_key(&key[..])?;
            let mut field = entry.init_value();
            field.set_func(self.function_client(FunctionServer::served(&self.connection, served.name())));
            write_meta(field.init_meta(), served, &Published::of(served))?;
        }
        Ok(())
    }

    async fn get_math(
        self: Rc<Self>,
        _: schema::GetMathParams,
        mut results: schema::GetMathResults,
    ) -> Result<(), Error> {
        let mut entries = results.get().init_math().init_entries(Operator::ALL.len() as u32);
        for (index, &operator) in Operator::ALL.iter().enumerate() {
            let mut entry = entries.reborrow().get(index as u32);
            entry.set_key(operator.name())?;
            let server = FunctionServer::operator(&self.connection, operator);
            entry.set_value(self.function_client(server))?;
        }
        Ok(())
    }

    async fn evaluate(
        self: Rc<Self>,
        params: schema::EvaluateParams,
        mut results: schema::EvaluateResults,
    ) -> Result<(), Error> {
        let connection = &self.connection;
        let (open, place) = (connection.open_call()?, Place::take(connection)?);
        let tree = evaluate::read(connection, params.get()?.get_expression()?)?;
        drop(params); // it may hold large arrays
        tree.refuse_parameters()?;
        let server = ValueServer::new(place, open, evaluate::evaluate(connection.clone(), tree));
        let mut values = connection.values.borrow_mut();
        values.gc();
        results.get().set_value(values.new_client(server));
        Ok(())
    }

    async fn extension(
        self: Rc<Self>,
        _: schema::ExtensionParams,
        mut results: schema::ExtensionResults,
    ) -> Result<(), Error> {
        let server = ExtensionServer::new(&self.connection, Audience::Remote);
        results.get().set_extension(capnp_rpc::new_client(server));
        Ok(())
    }
}
