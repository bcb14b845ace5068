//! What the relay says of an upstream.

use std::collections::HashMap;

use kamodo_expr::Diagnostic;
use kamodo_registry::{Contribution, OriginKey};

/// What is new of an upstream.
#[derive(Debug)]
pub enum News {
    /// It serves something else than it did, or that is known for the first time.
    Serves(Served),
    /// It cannot be reached, for this reason; or, without one, it can.
    Away {
        /// Which one it is.
        key: OriginKey,
        /// Why.
        cause: Option<String>,
    },
}

/// What an upstream serves.
#[derive(Debug)]
pub struct Served {
    /// All of its functions.
    pub contribution: Contribution,
    /// What is said of those that are left out.
    pub warnings: Vec<Diagnostic>,
    /// Their names, as they would be here.
    pub left_out: Vec<String>,
}

/// How the functions of a server are declared there, such as `f(x[cm])[kg]`, by their names.
pub(crate) type Declared = HashMap<String, String>;
