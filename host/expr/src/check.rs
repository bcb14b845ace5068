//! From a parsed definition to a function: names are resolved, units checked and converted.
//!
//! What carries a unit: the result of a call, and in an argument of a call whose parameter has a unit
//! also the parameters. Numbers, and parameters elsewhere, are plain: in the unit that they are meant
//! in. Conversions are written into the expression as exact factors, so that what is shown is what is
//! computed.

mod build;
pub(crate) mod publish;
mod reading;
mod unconverted;
mod unit;

use std::collections::HashMap;
use std::sync::Arc;

use kamodo_units::{Unit, suggest};
use kamodo_value::{Parameter, Signature};

use crate::ast::TreeKind;
use crate::definition::{Definition, ParameterDefault};
use crate::latex::written;
use crate::print::{Fractions, latex, text};
use crate::work::{self, FEW_STEPS, MAX_STEPS, MAX_STEPS_TOGETHER, Stopped};
use crate::{Diagnostic, Expr, Node, Span, Subject, language};
use build::{Builder, Built, Parameters, SeriesForm};
pub(crate) use unit::converted;

/// What a definition can refer to.
pub trait Scope {
    /// Returns the call form of a function of any origin that is linked already.
    fn callee(&self, name: &str) -> Option<&Signature>;
    /// Returns how a function is called that may not be linked yet, such as `f(x)`.
    fn call_form(&self, name: &str) -> Option<String> {
        self.callee(name).map(Signature::symbol)
    }
    /// Returns whether a bare name means a function: one that is defined above in the same file.
    fn is_defined_above(&self, name: &str) -> bool;
    /// Returns every name, for "did you mean".
    fn names(&self) -> Vec<&str>;
    /// Returns the names that have the same [`bare_letters`](crate::bare_letters) as this one; others may be among them.
    fn names_like(&self, name: &str) -> Vec<&str> {
        let _ = name;
        self.names()
    }
    /// Returns whether one more misspelt name may be compared with all names. It may not when very many are misspelt:
    /// comparing each with each takes too long.
    fn may_compare(&self) -> bool {
        true
    }
    /// Returns whether another origin, or a later line, has a function of that name.
    fn is_provided_elsewhere(&self, name: &str) -> bool;
}

/// What a check came to.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// It can be served.
    Checked(Checked),
    /// It calls functions that nobody provides yet.
    Waiting {
        /// Its call form as far as it is known.
        signature: Signature,
        /// The names that are missing.
        missing: Vec<String>,
        /// The right-hand side as text.
        rhs: String,
        /// The right-hand side in LaTeX.
        equation: String,
    },
    /// It is wrong; the diagnostics say how.
    Refused,
}

/// A definition whose names are resolved and whose units fit.
#[derive(Debug, Clone)]
pub struct Checked {
    /// Its call form.
    pub signature: Signature,
    /// Its right-hand side, conversions written in.
    pub body: Expr,
    /// The left-hand side as Kamodo's tables show it: as written, without units.
    pub lhs: String,
    /// The right-hand side as Kamodo's tables show it.
    pub rhs: String,
    /// The right-hand side in LaTeX.
    pub equation: String,
    /// The whole definition in LaTeX, between `$`.
    pub latex: String,
}

/// Checks a definition.
pub(crate) fn check(definition: &Definition, scope: &dyn Scope) -> (Outcome, Vec<Diagnostic>) {
    let ((outcome, mut diagnostics), stopped) = work::begin(|| check_all(definition, scope));
    match stopped {
        None => (outcome, diagnostics),
        Some(stopped) => {
            // What follows the end of the work is not to be believed, nor what is said of it.
            diagnostics.retain(|diagnostic| diagnostic.subject == Subject::Stopped);
            if diagnostics.is_empty() {
                diagnostics.push(stop(definition, stopped, 0..definition.rhs().text.len()));
            }
            diagnostics.truncate(1);
            (Outcome::Refused, diagnostics)
        }
    }
}

/// Says that the work on a definition ended early.
fn stop(definition: &Definition, stopped: Stopped, span: Span) -> Diagnostic {
    let diagnostic = match stopped {
        Stopped::UsedUp => definition
            .error(span, format!("{TOO_MUCH_WORK}: simplifying takes more than {MAX_STEPS} steps"))
            .with_hint("split it into functions that call one another"),
        Stopped::UsedUpBefore => definition
            .error(
                span,
                format!(
                    "{TOO_MUCH_WORK}: those before it take {MAX_STEPS_TOGETHER} steps of simplifying, which leaves \
                     {FEW_STEPS} to each of the others"
                ),
            )
            .with_hint("simplify those that take the most: functions in functions with complex arguments do"),
        Stopped::Cancelled => definition.error(span, CANCELLED),
    };
    diagnostic.about(Subject::Stopped)
}

const TOO_MUCH_WORK: &str = "too much work for one definition";

const CANCELLED: &str = "cancelled: nobody waits for it any more";

fn check_all(definition: &Definition, scope: &dyn Scope) -> (Outcome, Vec<Diagnostic>) {
    let names = Names::resolve(definition, scope);
    let (built, missing, mut diagnostics) = build(definition, scope, &names, SeriesForm::Expanded);
    diagnostics.splice(0..0, names.diagnostics.iter().cloned());
    let Some(built) =
        built.filter(|_| diagnostics.iter().all(|found| found.severity != crate::Severity::Error))
    else {
        return (Outcome::Refused, diagnostics);
    };
    diagnostics.extend(unconverted::warnings(definition, scope, &names, &built));
    let pure = unconverted::pure_results(definition, scope);
    // What is said of a term as a pure number says more than that it is a plain one.
    let is_told = |found: &Diagnostic| {
        found.subject == Subject::PlainNumber && pure.iter().any(|other| other.position() == found.position())
    };
    diagnostics.retain(|found| !is_told(found));
    diagnostics.extend(pure);
    let shown = shown(definition, scope, &names, &built);
    let (rhs, equation) = (text(&shown), latex(&shown, Fractions::Bars));
    let signature = signature(definition, &names, &built.expr, built.unit);
    if !missing.is_empty() {
        return (Outcome::Waiting { signature, missing, rhs, equation }, diagnostics);
    }
    let checked = Checked {
        lhs: publish::lhs(definition),
        rhs,
        latex: publish::latex_of(definition, &signature, &equation),
        equation,
        body: built.expr,
        signature,
    };
    (Outcome::Checked(checked), diagnostics)
}

/// Returns what is shown of a right-hand side: LaTeX as it is written, where nothing in it has a unit or
/// stands for a call, else what is computed, with sums over an index as sums.
fn shown(definition: &Definition, scope: &dyn Scope, names: &Names, built: &Built) -> Expr {
    let is_plain = |name: &str| {
        scope.callee(name).is_none_or(|callee| {
            callee.unit.is_none() && callee.parameters.iter().all(|parameter| parameter.unit.is_none())
        })
    };
    let is_as_written = definition.is_latex()
        && definition.left().unit.is_none()
        && names.units.is_empty()
        && definition.bare_names().iter().all(|name| !scope.is_defined_above(name))
        && definition.calls().iter().all(|name| is_plain(&definition.called(name, scope)));
    let written = is_as_written.then(|| written(definition, scope)).flatten();
    let has_series = definition.has_series();
    let simplified = || build(definition, scope, names, SeriesForm::AsWritten).0;
    written
        .or_else(|| has_series.then(simplified).flatten().map(|built| built.expr))
        .unwrap_or_else(|| built.expr.clone())
}

/// Builds the right-hand side with plain parameters. Where the units do not fit so, but do with the units
/// of the parameters, those are taken: `m_p*n` is a density where `n` is declared in `1/cm^3`.
fn build(
    definition: &Definition,
    scope: &dyn Scope,
    names: &Names,
    series: SeriesForm,
) -> (Option<Built>, Vec<String>, Vec<Diagnostic>) {
    let attempt = |parameters| {
        let mut builder = Builder::new(definition, scope, names, parameters, series);
        let built = builder.whole(definition.tree(), definition.left().unit.as_ref());
        let (missing, diagnostics) = builder.finish();
        (built, missing, diagnostics)
    };
    let plain = attempt(Parameters::Plain);
    if plain.0.is_some() || names.units.is_empty() || definition.left().unit.is_none() {
        return plain;
    }
    let carried = attempt(Parameters::Carry);
    if carried.0.is_some() { carried } else { plain }
}

/// What the bare names of a definition mean, and the units of its parameters.
pub(crate) struct Names {
    /// The units of the parameters that have one.
    units: HashMap<Arc<str>, Unit>,
    diagnostics: Vec<Diagnostic>,
}

impl Names {
    /// Finds the units of the parameters: those on the left, or without a list there those that the
    /// functions that are called give to the same names.
    fn resolve(definition: &Definition, scope: &dyn Scope) -> Self {
        let mut names = Self { units: HashMap::new(), diagnostics: Vec::new() };
        match &definition.left().parameters {
            Some(parameters) => {
                for parameter in parameters {
                    if let Some(unit) = &parameter.unit {
                        names.units.insert(Arc::clone(&parameter.name), unit.clone());
                    }
                }
            }
            None => names.inherit(definition, scope),
        }
        names.warn_of_own_name(definition);
        names.warn_of_functions_elsewhere(definition, scope);
        names.diagnostics.extend(reading::warnings(definition, scope));
        names
    }

    fn inherit(&mut self, definition: &Definition, scope: &dyn Scope) {
        let mut inherit = |parameter: &Parameter, name: &Arc<str>| {
            if let Some(unit) = &parameter.unit
                && !self.units.contains_key(name)
            {
                self.units.insert(Arc::clone(name), unit.clone());
            }
        };
        definition.tree().visit(&mut |tree| match &tree.kind {
            TreeKind::Name(name) | TreeKind::Symbol(name) if scope.is_defined_above(name) => {
                for parameter in scope.callee(name).iter().flat_map(|callee| &callee.parameters) {
                    inherit(parameter, &parameter.name.as_str().into());
                }
            }
            TreeKind::Call { name, args, .. } | TreeKind::Sign { own: name, args, .. } => {
                let args = match tree.kind {
                    TreeKind::Sign { ref own_args, .. } => &args[own_args.clone()],
                    _ => args,
                };
                let name = definition.called(name, scope);
                let parameters =
                    scope.callee(&name).iter().flat_map(|callee| &callee.parameters).collect::<Vec<_>>();
                for (parameter, arg) in parameters.into_iter().zip(args) {
                    if let TreeKind::Name(name) | TreeKind::Symbol(name) = &arg.kind
                        && !scope.is_defined_above(name)
                    {
                        inherit(parameter, name);
                    }
                }
            }
            _ => {}
        });
    }

    fn warn_of_own_name(&mut self, definition: &Definition) {
        let name = definition.name();
        if language::is_reserved(name) {
            let message = format!(
                "`{name}` is also a function of the language, in place of which everybody gets this one"
            );
            let warning = definition.lhs().error(0..definition.lhs().text.len(), message).into_warning();
            let hint = format!("take another name, such as `{name}_0`, and both can be called");
            self.diagnostics.push(warning.with_function(name).with_hint(hint));
        }
    }

    fn warn_of_functions_elsewhere(&mut self, definition: &Definition, scope: &dyn Scope) {
        let mut warned: Vec<&Arc<str>> = Vec::new();
        definition.tree().visit(&mut |tree| {
            let (TreeKind::Name(name) | TreeKind::Symbol(name)) = &tree.kind else { return };
            let is_parameter = !definition.left().has_parameter(name) && !scope.is_defined_above(name);
            if is_parameter && scope.is_provided_elsewhere(name) && !warned.contains(&name) {
                warned.push(name);
                let message =
                    format!("`{name}` is a parameter here, though there is a function of that name");
                let warning = definition.error(tree.span.clone(), message).into_warning();
                self.diagnostics.push(warning.with_hint(hint_of_call(scope, name)));
            }
        });
    }

    pub(crate) fn unit(&self, name: &str) -> Option<&Unit> {
        self.units.get(name)
    }
}

fn signature(definition: &Definition, names: &Names, body: &Expr, unit: Option<Unit>) -> Signature {
    let parameter = |name: &str, default: Option<&ParameterDefault>| Parameter {
        name: name.to_owned(),
        unit: names.unit(name).cloned(),
        default: default.map(|default| default.value.clone()),
    };
    let parameters = match &definition.left().parameters {
        Some(declared) => {
            declared.iter().map(|declared| parameter(&declared.name, declared.default.as_ref())).collect()
        }
        None => free_symbols(body).iter().map(|name| parameter(name, None)).collect(),
    };
    Signature { name: definition.name().to_owned(), parameters, unit }
}

/// Returns the parameters that an expression holds, by code point.
fn free_symbols(expr: &Expr) -> Vec<Arc<str>> {
    let mut found = std::collections::BTreeSet::new();
    expr.visit(&mut |part| {
        if let Node::Symbol(name) = &**part {
            found.insert(Arc::clone(name));
        }
    });
    found.into_iter().collect()
}

/// Says how to call a function that a bare name does not call.
fn hint_of_call(scope: &dyn Scope, name: &str) -> String {
    let form = scope.call_form(name).unwrap_or_else(|| format!("{name}()"));
    format!("call the function as `{form}`")
}

/// Returns what a misspelt name may have meant.
fn did_you_mean<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<String> {
    suggest(name, candidates).map(|found| format!("did you mean `{found}`?"))
}
