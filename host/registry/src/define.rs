//! A definition beside those that are served, such as one of a client for itself.

use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use kamodo_expr::{Definition, Diagnostic, Scope, Severity, Subject, bounded, cancellable, listed};
use kamodo_value::Signature;

use crate::link::{InlineRoom, finish};
use crate::{Body, Cancel, Function, Origin, Snapshot};

/// What a definition sees: what is served, and functions that are not, by their names.
struct View<'a> {
    snapshot: &'a Snapshot,
    beside: &'a [Arc<Function>],
}

/// Links one definition to what is served and to functions beside that. Nothing is published.
///
/// # Errors
/// What [`link_beside`] says is wrong with it; also that its name is taken.
pub fn define(
    definition: &Definition,
    snapshot: &Snapshot,
    beside: &[Arc<Function>],
) -> Result<Arc<Function>, Vec<Diagnostic>> {
    check_name(definition, &View { snapshot, beside })?;
    link_beside(definition, snapshot, beside)
}

fn check_name(definition: &Definition, view: &View<'_>) -> Result<(), Vec<Diagnostic>> {
    if view.find(definition.name()).is_some() {
        return Err(vec![taken(definition)]);
    }
    let name = definition.name();
    if let Some(taken) = kamodo_expr::reserved(name) {
        let error =
            definition.lhs().error(0..name.len(), format!("`{name}` is {taken}, it cannot be defined"));
        return Err(vec![
            error.with_function(name).with_hint(format!("take another name, such as `{name}_0`")),
        ]);
    }
    Ok(())
}

/// Links one definition as [`define`] does, as long as somebody wants it: else it ends soon, as cancelled. With the
/// function comes what is to be said of its definition though it is right: its warnings.
///
/// # Errors
/// As [`define`]; also that it was cancelled.
pub fn define_unless_cancelled(
    definition: &Definition,
    snapshot: &Snapshot,
    beside: &[Arc<Function>],
    cancel: &Cancel,
) -> Result<(Arc<Function>, Vec<Diagnostic>), Vec<Diagnostic>> {
    unless_cancelled(cancel, || {
        let view = View { snapshot, beside };
        check_name(definition, &view)?;
        link_to(definition, &view)
    })
}

/// Links definitions as long as somebody wants them: else each ends soon, as cancelled.
pub fn unless_cancelled<T>(cancel: &Cancel, work: impl FnOnce() -> T) -> T {
    let cancel = cancel.clone();
    cancellable(Rc::new(move || cancel.is_cancelled()), work)
}

/// Says that there is a function of the name of a definition.
#[must_use]
pub fn taken(definition: &Definition) -> Diagnostic {
    let name = definition.name();
    let taken = definition.lhs().error(0..name.len(), format!("there is a function `{name}` already"));
    taken.with_function(name).with_hint("take another name")
}

/// Links one definition as [`define`] does, whoever else has its name: those beside are meant before those that
/// are served.
///
/// # Errors
/// What is wrong with it, as linking tells it; also where it calls what is not there.
pub fn link_beside(
    definition: &Definition,
    snapshot: &Snapshot,
    beside: &[Arc<Function>],
) -> Result<Arc<Function>, Vec<Diagnostic>> {
    link_to(definition, &View { snapshot, beside }).map(|(function, _)| function)
}

/// Links one definition to what it sees; returns its warnings too.
fn link_to(
    definition: &Definition,
    view: &View<'_>,
) -> Result<(Arc<Function>, Vec<Diagnostic>), Vec<Diagnostic>> {
    let named = |diagnostic: Diagnostic| diagnostic.with_function(definition.name());
    let (outcome, mut diagnostics) = definition.check(view);
    let origin = Arc::new(Origin::Yaml { file: PathBuf::from(&*definition.lhs().file) });
    let find = |name: &str| view.find(name).cloned();
    let function =
        finish(definition, outcome, origin, &find, &InlineRoom::default()).unwrap_or_else(|error| {
            diagnostics.push(*error);
            None
        });
    // A file may wait for what it calls; this one cannot, and what was to warn says what was meant.
    let misspelt = diagnostics.iter().find(|told| told.subject == Subject::Misspelt);
    let meant = misspelt.and_then(|told| told.hint.clone());
    let is_warning = |diagnostic: &Diagnostic| diagnostic.severity == Severity::Warning;
    let (warnings, diagnostics): (Vec<_>, Vec<_>) = diagnostics.into_iter().partition(is_warning);
    match function {
        Some(function) if diagnostics.is_empty() => match &function.body {
            Body::Waiting(missing) => {
                let rhs = definition.rhs();
                let message = format!("calls {}, which is not served", listed(missing));
                let hint = meant.unwrap_or_else(|| "`kamodo-rpc list` lists what is served".to_owned());
                let error = rhs.error(0..rhs.text.len(), message).with_hint(hint);
                Err(vec![named(error.about(Subject::Missing))])
            }
            Body::Unfit(reason) => {
                let rhs = definition.rhs();
                let message = format!("calls what does not fit: {}", reason.message);
                Err(vec![named(rhs.error(0..rhs.text.len(), message))])
            }
            _ => Ok((Arc::new(function), bounded(warnings))),
        },
        _ => Err(diagnostics),
    }
}

// === impl View ===

impl View<'_> {
    fn find(&self, name: &str) -> Option<&Arc<Function>> {
        let beside = self.beside.iter().find(|function| function.name() == name);
        beside.or_else(|| self.snapshot.find(name))
    }
}

impl Scope for View<'_> {
    fn callee(&self, name: &str) -> Option<&Signature> {
        self.find(name).map(|function| &function.signature)
    }

    fn is_defined_above(&self, name: &str) -> bool {
        self.beside.iter().any(|function| function.name() == name)
    }

    fn names(&self) -> Vec<&str> {
        self.beside.iter().chain(self.snapshot.functions()).map(|function| function.name()).collect()
    }

    fn is_provided_elsewhere(&self, name: &str) -> bool {
        !self.is_defined_above(name) && self.snapshot.find(name).is_some()
    }
}
