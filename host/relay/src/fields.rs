//! What a server says of its functions, as a contribution.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use futures::future::{try_join, try_join_all};
use kamodo_client::extension::{Description, State};
use kamodo_client::{Client, Error, Field, Function, Parameter};
use kamodo_expr::{Diagnostic, Severity};
use kamodo_registry::{ContributedFunction, Contribution, Hop};
use kamodo_units::Unit;
use kamodo_value::{Meta, Signature, is_name};

use crate::line::{Asked, Line, RemoteFunction};
use crate::news::{Declared, Served};
use crate::{Upstream, route};

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
    fields: Vec<(Field, CallForm)>,
    declared: Arc<Declared>,
    described: Option<Described>,
}

/// What only a server of ours says.
struct Described {
    /// Which server it is.
    instance: String,
    functions: HashMap<String, kamodo_client::extension::Function>,
    /// The name of each function by the one under which the published interface lists it.
    names: HashMap<String, String>,
}

/// The parameters of each function, with how it was declared.
#[derive(Default)]
pub(crate) struct Defaults(HashMap<String, (String, Vec<Parameter>)>);

/// How a function there is called, with its units in full.
struct CallForm {
    parameters: Vec<Parameter>,
    arg_units: Vec<String>,
    unit: String,
}

/// The longest name of a function. Of servers that do not say which one they are, names grow in a loop at
/// every turn; this is where that ends.
const MAX_NAME: usize = 256;

/// Asks for everything; the parameters of all functions in one go.
pub(crate) async fn fetch(client: &Client, is_ours: bool) -> Result<Fetched, Error> {
    let (fields, described) = try_join(client.fields(), async {
        match is_ours {
            true => client.extension().describe().await.map(Described::from).map(Some),
            false => Ok(None),
        }
    })
    .await?;
    let fields = match &described {
        Some(described) => described.named(fields),
        None => fields,
    };
    let form = async |field: &Field| match described.as_ref().and_then(|one| one.functions.get(&field.name)) {
        // The published interface does not say units of pure numbers.
        Some(function) => Ok(CallForm::described(function)),
        None => Ok::<_, Error>(CallForm::published(field, field.function.parameters().await?)),
    };
    let forms = try_join_all(fields.iter().map(form)).await?;
    let fields: Vec<_> = fields.into_iter().zip(forms).collect();
    let declared = fields.iter().map(|(field, form)| (field.name.clone(), form.declared(&field.name)));
    Ok(Fetched { declared: Arc::new(declared.collect()), fields, described })
}

// === impl Defaults ===

impl Defaults {
    /// Has a function that is called as it was keep its defaults.
    ///
    /// The published server keeps what a call passes, anybody's, as the default of the next: what it says while it
    /// runs is no declaration. A default that is gone is gone.
    fn keep(&self, name: &str, form: &mut CallForm) {
        let Some((declared, parameters)) = self.0.get(name) else { return };
        if *declared != form.declared(name) {
            return;
        }
        for (parameter, before) in form.parameters.iter_mut().zip(parameters) {
            if parameter.default.is_some() {
                parameter.default.clone_from(&before.default);
            }
        }
    }
}

// === impl CallForm ===

impl CallForm {
    fn described(function: &kamodo_client::extension::Function) -> Self {
        let parameter = |argument: &kamodo_client::extension::Argument| Parameter {
            name: argument.name.clone(),
            default: argument.default.clone(),
        };
        Self {
            parameters: function.arguments.iter().map(parameter).collect(),
            arg_units: function.arguments.iter().map(|argument| argument.units.clone()).collect(),
            unit: function.unit.clone(),
        }
    }

    fn published(field: &Field, parameters: Vec<Parameter>) -> Self {
        let unit = |parameter: &Parameter| {
            let said = field.arg_units.iter().find(|(name, _)| *name == parameter.name);
            said.map(|(_, unit)| unit.clone()).unwrap_or_default()
        };
        Self { arg_units: parameters.iter().map(unit).collect(), parameters, unit: field.units.clone() }
    }

    /// Such as `f(x[cm])[kg]`.
    fn declared(&self, name: &str) -> String {
        let in_brackets = |unit: &str| if unit.is_empty() { String::new() } else { format!("[{unit}]") };
        let parameters = self.parameters.iter().zip(&self.arg_units);
        let list: Vec<_> =
            parameters.map(|(parameter, unit)| parameter.name.clone() + &in_brackets(unit)).collect();
        format!("{name}({}){}", list.join(","), in_brackets(&self.unit))
    }
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

impl Described {
    /// Gives functions their own names: the published interface lists some under another one.
    fn named(&self, mut fields: Vec<Field>) -> Vec<Field> {
        for field in &mut fields {
            if let Some(name) = self.names.get(&field.name) {
                field.name.clone_from(name);
            }
            if let Some(function) = self.functions.get(&field.name) {
                field.hidden_args.clone_from(&function.hidden_args);
            }
        }
        fields
    }
}

impl From<Description> for Described {
    fn from(description: Description) -> Self {
        let names = description.published_names().into_iter().map(|(name, listed)| (listed, name)).collect();
        let functions = description.functions.into_iter().map(|function| (function.name.clone(), function));
        Self { instance: description.instance, functions: functions.collect(), names }
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
        let file = upstream.key().to_string();
        let warn = |message: String, hint: String| {
            let mut warning = Diagnostic::new(Severity::Warning, message).with_hint(hint);
            warning.file = Some(file.as_str().into());
            warning
        };
        let (mut functions, mut warnings, mut left_out) = (Vec::new(), Vec::new(), Vec::new());
        let mut loops: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for (field, form) in &self.fields {
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
            match signature(&name, form) {
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
        let Some(function) = described.functions.get(name) else {
            return Ok(None); // its feed tells when it comes back
        };
        match &function.state {
            State::Waiting(missing) => {
                let missing: Vec<_> = missing.iter().map(|name| format!("`{name}`")).collect();
                Err(format!("it waits there for {}", missing.join(", ")))
            }
            State::Unfit => Err("it does not fit there what it calls".to_owned()),
            State::Served | State::Unserved => {
                let more = function.route.iter().cloned();
                let more = more.map(|hop| Hop { instance: hop.instance, address: hop.address });
                Ok(Some(std::iter::once(hop(&described.instance)).chain(more).collect()))
            }
        }
    }

    /// Takes the defaults that a server had before, of functions that are called as they were.
    pub(crate) fn keep_defaults(&mut self, before: &Defaults) {
        for (field, form) in &mut self.fields {
            before.keep(&field.name, form);
        }
    }

    /// Returns whether the server describes its functions, as only ours does.
    pub(crate) fn is_described(&self) -> bool {
        self.described.is_some()
    }

    /// Returns the defaults, for later.
    pub(crate) fn defaults(&self) -> Defaults {
        let of = |(field, form): &(Field, CallForm)| {
            (field.name.clone(), (form.declared(&field.name), form.parameters.clone()))
        };
        Defaults(self.fields.iter().map(of).collect())
    }
}

/// The call form of a function, or what is wrong with it and what to do.
fn signature(name: &str, form: &CallForm) -> Result<Signature, (String, String)> {
    if !is_name(name) {
        let hint = "rename it there: a name is made of letters, digits and `_`".to_owned();
        return Err((format!("expected a name, found `{name}`"), hint));
    }
    if let Some(taken) = kamodo_expr::reserved(name) {
        let hint =
            "set `prefix:` for this server, so that its functions have names of their own here".to_owned();
        return Err((format!("`{name}` is {taken}"), hint));
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
    let parameters = form.parameters.iter().zip(&form.arg_units).map(|(parameter, text)| {
        Ok(kamodo_value::Parameter {
            name: parameter.name.clone(),
            unit: unit(text, &|| format!("argument `{}`", parameter.name))?,
            default: parameter.default.clone(),
        })
    });
    let parameters = parameters.collect::<Result<_, (String, String)>>()?;
    let unit = unit(&form.unit, &|| "the result".to_owned())?;
    Ok(Signature { name: name.to_owned(), parameters, unit })
}

#[cfg(test)]
mod tests {
    use kamodo_value::Value;

    use super::*;

    fn form(unit: &str, defaults: &[Option<f64>]) -> CallForm {
        let parameter = |(index, default): (usize, &Option<f64>)| Parameter {
            name: format!("x{index}"),
            default: default.map(Value::Float),
        };
        CallForm {
            parameters: defaults.iter().enumerate().map(parameter).collect(),
            arg_units: defaults.iter().map(|_| String::new()).collect(),
            unit: unit.to_owned(),
        }
    }

    #[track_caller]
    fn check(before: &CallForm, mut now: CallForm, expect: &[Option<f64>]) {
        let of = ("f".to_owned(), (before.declared("f"), before.parameters.clone()));
        Defaults([of].into()).keep("f", &mut now);
        assert_eq!(now.parameters, form("", expect).parameters);
    }

    #[test]
    fn what_calls_pass_becomes_no_default() {
        let before = form("m", &[None, Some(1.0)]);
        check(&before, form("m", &[Some(7.0), Some(9.0)]), &[None, Some(1.0)]);
        check(&before, form("m", &[None, None]), &[None, None]);
        // another function has its own
        check(&before, form("s", &[Some(7.0), Some(9.0)]), &[Some(7.0), Some(9.0)]);
        check(&before, form("m", &[Some(7.0)]), &[Some(7.0)]);
    }
}
