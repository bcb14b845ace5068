//! What a server says of its functions, as a contribution.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use futures::future::{try_join, try_join_all};
use kamodo_client::extension::{Description, State};
use kamodo_client::{Client, Error, Field, Function, Parameter};
use kamodo_expr::{Diagnostic, Severity};
use kamodo_registry::{ContributedFunction, Contribution, Hop};
use kamodo_units::Unit;
use kamodo_value::{Meta, Signature};

use crate::line::{Asked, Line, RemoteFunction};
use crate::{Served, Upstream, route};

/// How the functions of a server are declared there, such as `f(x[cm])[kg]`, by their names.
pub(crate) type Declared = HashMap<String, String>;

/// The functions of a server by their names there.
pub(crate) struct Functions {
    by_name: HashMap<String, Function>,
    declared: Arc<Declared>,
}

/// Why a function is not asked.
pub(crate) struct Refused {
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

/// Everything that a server says of its functions.
pub(crate) struct Fetched {
    fields: Vec<(Field, Vec<Parameter>)>,
    declared: Arc<Declared>,
    described: Option<Described>,
}

/// What only a server of ours says.
struct Described {
    /// Which server it is.
    instance: String,
    /// Whether each function can be called, and the servers that a call goes through after that one.
    functions: HashMap<String, (State, Vec<Hop>)>,
}

/// The longest name of a function. Of servers that do not say which one they are, names grow in a loop at
/// every turn; this is where that ends.
const MAX_NAME: usize = 256;

/// Asks for everything; the parameters of all functions in one go.
pub(crate) async fn fetch(client: &Client, is_ours: bool) -> Result<Fetched, Error> {
    let fields = client.fields().await?;
    let described = async {
        match is_ours {
            true => client.extension().describe().await.map(Described::from).map(Some),
            false => Ok(None),
        }
    };
    let parameters = try_join_all(fields.iter().map(|field| field.function.parameters()));
    let (parameters, described) = try_join(parameters, described).await?;
    let fields: Vec<_> = fields.into_iter().zip(parameters).collect();
    let declared = fields.iter().map(|(field, parameters)| (field.name.clone(), declared(field, parameters)));
    Ok(Fetched { declared: Arc::new(declared.collect()), fields, described })
}

fn declared(field: &Field, parameters: &[Parameter]) -> String {
    let in_brackets = |unit: &str| if unit.is_empty() { String::new() } else { format!("[{unit}]") };
    let parameter = |parameter: &Parameter| {
        let unit = field.arg_units.iter().find(|(name, _)| *name == parameter.name);
        parameter.name.clone() + &in_brackets(unit.map_or("", |(_, unit)| unit))
    };
    let list: Vec<_> = parameters.iter().map(parameter).collect();
    format!("{}({}){}", field.name, list.join(","), in_brackets(&field.units))
}

// === impl Functions ===

impl Functions {
    /// Finds a function for a caller who knows it as `known`. One that is declared otherwise by now is
    /// another function: its numbers would be taken for those of the unit that it had.
    pub(crate) fn find(&self, name: &str, known: &Declared) -> Result<&Function, Refused> {
        let gone = || Refused { message: format!("`{name}` is no longer served"), hint: None };
        let function = self.by_name.get(name).ok_or_else(gone)?;
        match (self.declared.get(name), known.get(name)) {
            (Some(now), Some(known)) if now != known => Err(Refused {
                message: format!("`{known}` is `{now}` there by now, which is not served here"),
                hint: Some("`kamodo-rpc status` says why, and what is pinned".to_owned()),
            }),
            _ => Ok(function),
        }
    }

    /// Any of them.
    pub(crate) fn first(&self) -> Option<&Function> {
        self.by_name.values().next()
    }
}

// === impl Described ===

impl From<Description> for Described {
    fn from(description: Description) -> Self {
        let hop = |hop: kamodo_client::extension::Hop| Hop { instance: hop.instance, address: hop.address };
        let functions = description.functions.into_iter().map(|function| {
            let route = function.route.into_iter().map(hop).collect();
            (function.name, (function.state, route))
        });
        Self { instance: description.instance, functions: functions.collect() }
    }
}

// === impl Fetched ===

impl Fetched {
    pub(crate) fn functions(&self) -> Functions {
        let by_name = self.fields.iter().map(|(field, _)| (field.name.clone(), field.function.clone()));
        Functions { by_name: by_name.collect(), declared: Arc::clone(&self.declared) }
    }

    /// What of it can be served, and what of it cannot.
    ///
    /// A function with a unit that means nothing here is left out: taken for a number without one, it would
    /// be composed without a conversion, and be wrong by a factor without anybody being told. So is one whose
    /// calls would come back to this server, `own`, and one that cannot be called there: were it served here,
    /// two servers could wait for each other's functions, and each take the other's waiting for an answer.
    pub(crate) fn served(&self, own: &str, upstream: &Upstream, line: &Arc<Line>) -> Served {
        let file = upstream.key().file().display().to_string();
        let warn = |message: String, hint: String| {
            let mut warning = Diagnostic::new(Severity::Warning, message).with_hint(hint);
            warning.file = Some(file.as_str().into());
            warning
        };
        let (mut functions, mut warnings, mut left_out) = (Vec::new(), Vec::new(), Vec::new());
        let mut loops: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for (field, parameters) in &self.fields {
            let name = upstream.local_name(&field.name);
            let route = match self.route(&field.name, line) {
                Ok(Some(route)) => route,
                Ok(None) => continue,
                Err(reason) => {
                    let message = format!("left out: {reason}");
                    let hint = "it is served here as soon as it can be called there".to_owned();
                    warnings.push(warn(message, hint).with_function(&*field.name));
                    left_out.push(name);
                    continue;
                }
            };
            if let Some(path) = route::back(&route, own) {
                loops.entry(path).or_default().push(&field.name);
                left_out.push(name);
                continue;
            }
            match signature(&name, field, parameters) {
                Ok(signature) => functions.push(ContributedFunction::Awaited {
                    remote: Arc::new(RemoteFunction {
                        line: Arc::clone(line),
                        name: signature.name.clone(),
                        asked: Asked::Function(field.name.clone()),
                        declared: Arc::clone(&self.declared),
                        route,
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
                    warnings.push(warn(format!("left out: {what}"), hint).with_function(&*field.name));
                    left_out.push(name);
                }
            }
        }
        warnings.extend(loops.iter().map(|(path, names)| {
            let (message, hint) = route::refusal(path, names);
            warn(message, hint)
        }));
        Served { contribution: Contribution { origin: upstream.origin(), functions }, warnings, left_out }
    }

    /// The servers that calls of a function go through, or why none would be answered; none where it is gone
    /// since.
    fn route(&self, name: &str, line: &Line) -> Result<Option<Vec<Hop>>, String> {
        let hop = |instance: &str| Hop { instance: instance.to_owned(), address: line.address().to_owned() };
        let Some(described) = &self.described else { return Ok(Some(vec![hop("")])) };
        match described.functions.get(name) {
            Some((State::Waiting(missing), _)) => {
                let missing: Vec<_> = missing.iter().map(|name| format!("`{name}`")).collect();
                Err(format!("it waits there for {}", missing.join(", ")))
            }
            Some((State::Unfit, _)) => Err("it does not fit there what it calls".to_owned()),
            Some((_, route)) => {
                let next = hop(&described.instance);
                Ok(Some(std::iter::once(next).chain(route.iter().cloned()).collect()))
            }
            None => Ok(None), // its feed tells when it comes back
        }
    }
}

/// The call form of a function, or what is wrong with it and what to do.
fn signature(name: &str, field: &Field, parameters: &[Parameter]) -> Result<Signature, (String, String)> {
    if !is_identifier(name) {
        let hint = "rename it there: a name is made of letters, digits and `_`".to_owned();
        return Err((format!("expected a name, found `{name}`"), hint));
    }
    let length = name.chars().count();
    if length > MAX_NAME {
        let hint = "it may come round through servers that do not say which ones they are: see whether one of \
                    them has this one among its upstreams";
        return Err((
            format!("expected a name of at most {MAX_NAME} letters, found {length}"),
            hint.to_owned(),
        ));
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
