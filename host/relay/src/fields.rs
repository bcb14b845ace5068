//! What a server says of its functions, as a contribution.

use std::collections::HashMap;
use std::sync::Arc;

use futures::future::try_join_all;
use kamodo_client::{Client, Error, Field, Function, Parameter};
use kamodo_expr::{Diagnostic, Severity};
use kamodo_registry::{ContributedFunction, Contribution};
use kamodo_units::Unit;
use kamodo_value::{Meta, Signature};

use crate::Upstream;
use crate::line::{Line, RemoteFunction};

/// The functions of a server by their names there.
pub(crate) type Functions = HashMap<String, Function>;

/// Everything that a server says of its functions.
pub(crate) struct Fetched {
    fields: Vec<(Field, Vec<Parameter>)>,
}

/// Asks for everything; the parameters of all functions in one go.
pub(crate) async fn fetch(client: &Client) -> Result<Fetched, Error> {
    let fields = client.fields().await?;
    let parameters = try_join_all(fields.iter().map(|field| field.function.parameters())).await?;
    Ok(Fetched { fields: fields.into_iter().zip(parameters).collect() })
}

// === impl Fetched ===

impl Fetched {
    pub(crate) fn functions(&self) -> Functions {
        self.fields.iter().map(|(field, _)| (field.name.clone(), field.function.clone())).collect()
    }

    /// What of it can be served, and what of it cannot.
    ///
    /// A function with a unit that means nothing here is left out: taken for a number without one, it would
    /// be composed without a conversion, and be wrong by a factor without anybody being told.
    pub(crate) fn contribution(
        &self,
        upstream: &Upstream,
        line: &Arc<Line>,
    ) -> (Contribution, Vec<Diagnostic>) {
        let mut functions = Vec::new();
        let mut warnings = Vec::new();
        for (field, parameters) in &self.fields {
            match signature(&upstream.local_name(&field.name), field, parameters) {
                Ok(signature) => functions.push(ContributedFunction::Awaited {
                    remote: Arc::new(RemoteFunction {
                        line: Arc::clone(line),
                        name: signature.name.clone(),
                        remote: field.name.clone(),
                    }),
                    signature,
                    meta: Meta {
                        equation: field.equation.clone(),
                        citation: field.citation.clone(),
                        doc: String::new(),
                        hidden_args: field.hidden_args.clone(),
                    },
                }),
                Err((what, hint)) => {
                    let message = format!("left out: {what}");
                    let mut warning = Diagnostic::new(Severity::Warning, message).with_hint(hint);
                    warning.function = Some(field.name.clone());
                    warning.file = Some(upstream.key().file().display().to_string().into());
                    warnings.push(warning);
                }
            }
        }
        (Contribution { origin: upstream.origin(), functions }, warnings)
    }
}

/// The call form of a function, or what is wrong with it and what to do.
fn signature(name: &str, field: &Field, parameters: &[Parameter]) -> Result<Signature, (String, String)> {
    if !is_identifier(name) {
        let hint = "rename it there: a name is made of letters, digits and `_`".to_owned();
        return Err((format!("expected a name, found `{name}`"), hint));
    }
    let unit = |text: &str, of: &dyn Fn() -> String| match text.trim() {
        "" => Ok(None),
        text => Unit::parse(text).map(Some).map_err(|error| {
            let hint = error.hint().unwrap_or_else(|| "name another unit there".to_owned());
            (format!("the unit `{text}` of {}: {error}", of()), hint)
        }),
    };
    let parameters = parameters.iter().map(|parameter| {
        let said = field.arg_units.iter().find(|(name, _)| *name == parameter.name);
        let text = said.map_or("", |(_, text)| text.as_str());
        Ok(kamodo_value::Parameter {
            name: parameter.name.clone(),
            unit: unit(text, &|| format!("argument `{}`", parameter.name))?,
            default: parameter.default.clone(),
        })
    });
    let parameters = parameters.collect::<Result<_, (String, String)>>()?;
    let unit = unit(&field.units, &|| "the result".to_owned())?;
    Ok(Signature { name: name.to_owned(), parameters, unit })
}

fn is_identifier(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_alphanumeric() || letter == '_')
}
