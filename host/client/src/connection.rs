//! What everything that came over one connection shares.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use kamodo_schema::{extension, function};
use kamodo_wire::transport::Limits;
use tokio::sync::OnceCell as AwaitedCell;

use crate::{Error, Function};

/// One connection, as the functions and the values that came over it know it. It does not keep it open.
pub(crate) struct Connection {
    pub(crate) kamodo: kamodo_schema::Client,
    pub(crate) limits: Limits,
    /// The functions of the server as they were when its fields were last asked for.
    pub(crate) known: RefCell<HashMap<String, function::Client>>,
    extension: OnceCell<extension::Client>,
    keeps_deadlines_here: Cell<bool>,
    operators: AwaitedCell<Operators>,
    /// Set when the connection has ended.
    pub(crate) has_ended: Rc<Cell<bool>>,
}

/// What an expression calculates with.
pub(crate) struct Operators {
    pub(crate) add: function::Client,
    pub(crate) mul: function::Client,
    pub(crate) pow: function::Client,
}

// === impl Connection ===

impl Connection {
    pub(crate) fn new(kamodo: kamodo_schema::Client, limits: Limits) -> Rc<Self> {
        Rc::new(Self {
            kamodo,
            limits,
            known: RefCell::default(),
            extension: OnceCell::new(),
            keeps_deadlines_here: Cell::new(false),
            operators: AwaitedCell::new(),
            has_ended: Rc::default(),
        })
    }

    /// What the server has beyond the published interface, before it has said that it has.
    pub(crate) fn extension(&self) -> &extension::Client {
        self.extension.get_or_init(|| self.kamodo.extension_request().send().pipeline.get_extension())
    }

    /// Whether the server may be told a deadline: it may until it says that it knows none.
    pub(crate) fn has_deadlines(&self) -> bool {
        !self.keeps_deadlines_here.get()
    }

    pub(crate) fn keep_deadlines_here(&self) {
        self.keeps_deadlines_here.set(true);
    }

    /// Asks for the operators, once.
    pub(crate) async fn operators(self: &Rc<Self>) -> Result<&Operators, Error> {
        self.operators
            .get_or_try_init(async || {
                let math: HashMap<_, _> = self.math().await?.into_iter().collect();
                let take = |name: &str| {
                    let found = math.get(name).map(|function| function.client().clone());
                    let served = || math.keys().cloned().collect();
                    found.ok_or_else(|| Error::Unknown { name: name.to_owned(), served: served() })
                };
                Ok(Operators { add: take("AddRPC")?, mul: take("MulRPC")?, pow: take("PowRPC")? })
            })
            .await
    }

    /// Asks for the operators, in the server's order.
    pub(crate) async fn math(self: &Rc<Self>) -> Result<Vec<(String, Function)>, Error> {
        let response = self.kamodo.get_math_request().send().promise.await?;
        let mut operators = Vec::new();
        for entry in response.get()?.get_math()?.get_entries()? {
            let name = entry.get_key()?.to_str().map_err(capnp::Error::from)?.to_owned();
            let function = Function::new(&name, entry.get_value()?, self);
            operators.push((name, function));
        }
        Ok(operators)
    }
}
