//! Functions of one connection.

use kamodo_schema::extension::{define_params, define_results};

use crate::extension::{absent, diagnostics};
use crate::{Client, Error, Expression, Field, Function, field};

impl Client {
    /// Defines a function for this connection alone, in Kamodo's language: `lhs` such as `g(x[m])[kg]`, `rhs`
    /// such as `f(x) + 1`.
    ///
    /// The server checks units as it does those of a configuration, and converts on the way. The function may
    /// be applied in expressions ([`Expression::apply`]), and called by its name in later definitions of this
    /// connection, as long as it is held. Only a server of ours can do this. What it warns of is in
    /// [`Field::warnings`].
    ///
    /// # Errors
    /// [`Error::Remote`] with what is wrong in the definition, [`Error::NoExtension`].
    pub async fn define(&self, lhs: &str, rhs: &str) -> Result<Field, Error> {
        let mut request = self.connection().extension().define_request();
        let mut definition = request.get().init_definition();
        definition.set_lhs(lhs);
        definition.set_rhs(rhs);
        self.defined(lhs, request).await
    }

    /// Defines a function for this connection alone whose body is an expression:
    /// [`Expression::parameter`] is an argument of `lhs`, counted from 0.
    ///
    /// It means what the same right-hand side in text means: it is simplified, and units convert in it. What is
    /// to be worked off as it is written, step by step, is for [`Client::evaluate`].
    ///
    /// # Errors
    /// As [`Client::define`].
    pub async fn define_body(&self, lhs: &str, body: &Expression) -> Result<Field, Error> {
        let resolved = body.resolve(self).await?;
        let mut request = self.connection().extension().define_request();
        let mut definition = request.get().init_definition();
        definition.set_lhs(lhs);
        resolved.write(definition.init_body(), self.connection())?;
        self.defined(lhs, request).await
    }

    async fn defined(
        &self,
        lhs: &str,
        request: capnp::capability::Request<define_params::Owned, define_results::Owned>,
    ) -> Result<Field, Error> {
        let response = request.send().promise.await.map_err(absent)?;
        let response = response.get()?;
        let name = lhs.split(['(', '[']).next().unwrap_or(lhs).trim();
        let function = Function::new(name, response.get_function()?, self.connection());
        let warnings = diagnostics(response.get_warnings()?)?;
        Ok(Field { warnings, ..field::of(name, response.get_meta()?, function)? })
    }
}
