//! One definition, `f(x[cm])[kg]: x**2`, parsed but not yet linked with anything.

mod default;
mod left;
mod root;

use std::collections::HashSet;
use std::sync::Arc;

use crate::ast::{Tree, TreeKind};
use crate::check::{self, Outcome, Scope};
use crate::{Diagnostic, Source, Span, language, latex, parser, print};

pub(crate) use default::ParameterDefault;
pub(crate) use left::{Left, LeftParameter};

/// A parsed definition; a clone shares it.
#[derive(Debug, Clone)]
pub struct Definition(Arc<Inner>, Description);

/// What the author of a definition says of it, in words.
#[derive(Debug, Clone, Default)]
struct Description {
    doc: Arc<str>,
    citation: Arc<str>,
}

#[derive(Debug)]
struct Inner {
    lhs: Source,
    rhs: Source,
    left: Left,
    tree: Tree,
    calls: Vec<Arc<str>>,
    bare_names: Vec<Arc<str>>,
    warnings: Vec<Diagnostic>,
}

// === impl Definition ===

impl Definition {
    /// Parses the two sides of a definition.
    ///
    /// # Errors
    /// Everything that is wrong with either side, whatever else is defined.
    pub fn parse(lhs: &Source, rhs: &Source) -> Result<Self, Vec<Diagnostic>> {
        let left = left::parse(lhs);
        let read = match latex::is_latex(&rhs.text) {
            true => {
                let left = left.as_ref().ok();
                latex::parse(rhs, left.map(|left| &*left.name), left.and_then(Left::parameter_names))
            }
            false => parser::parse(rhs).map(|tree| latex::Read { tree, warnings: Vec::new() }),
        };
        let (left, latex::Read { tree, warnings }) = match (left, read) {
            (Ok(left), Ok(read)) => (left, read),
            (left, read) => {
                let name = left.as_ref().ok().map(|left| left.name.to_string());
                let mut diagnostics: Vec<_> = left.err().into_iter().flatten().collect();
                diagnostics.extend(read.err().into_iter().flatten());
                let named = |diagnostic: Diagnostic| match &name {
                    Some(name) => diagnostic.with_function(name.clone()),
                    None => diagnostic,
                };
                return Err(diagnostics.into_iter().map(named).collect());
            }
        };
        let mut calls = names(&tree, |tree| match &tree.kind {
            TreeKind::Call { name, .. } => Some(name),
            TreeKind::Sign { own, .. } if !own.is_empty() => Some(own),
            _ => None,
        });
        // A sign for which there is no function of one's own may be that of another name.
        tree.visit(&mut |tree| {
            if let TreeKind::Sign { function: Some(function), .. } = &tree.kind
                && calls.iter().all(|name| **name != *function.name())
            {
                calls.push(function.name().into());
            }
        });
        let bare_names = names(&tree, |tree| match &tree.kind {
            TreeKind::Name(name) if language::constant(name).is_none() && !left.has_parameter(name) => {
                Some(name)
            }
            TreeKind::Symbol(name) if !left.has_parameter(name) => Some(name),
            _ => None,
        });
        // LaTeX shows what is above and what is below.
        let roots = if latex::is_latex(&rhs.text) { Vec::new() } else { root::warnings(rhs, &tree) };
        let warnings = left.warnings.iter().cloned().chain(warnings).chain(roots);
        let warnings = warnings.map(|warning| warning.with_function(&*left.name)).collect();
        let inner = Inner { lhs: lhs.clone(), rhs: rhs.clone(), left, tree, calls, bare_names, warnings };
        Ok(Self(Arc::new(inner), Description::default()))
    }

    /// Adds a description and whom to cite; either may be empty.
    #[must_use]
    pub fn with_description(self, doc: &str, citation: &str) -> Self {
        Self(self.0, Description { doc: doc.into(), citation: citation.into() })
    }

    /// Returns the description in words; empty if there is none.
    #[must_use]
    pub fn doc(&self) -> &str {
        &self.1.doc
    }

    /// Returns whom to cite; empty if nobody is named.
    #[must_use]
    pub fn citation(&self) -> &str {
        &self.1.citation
    }

    /// Returns the name of the function.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.left.name
    }

    /// Returns the left-hand side as it is written.
    #[must_use]
    pub fn lhs(&self) -> &Source {
        &self.0.lhs
    }

    /// Returns the right-hand side as it is written.
    #[must_use]
    pub fn rhs(&self) -> &Source {
        &self.0.rhs
    }

    /// Returns the names that are called with a list of arguments, but for the language's own functions.
    #[must_use]
    pub fn calls(&self) -> &[Arc<str>] {
        &self.0.calls
    }

    /// Returns the names that stand without one, but for the parameters declared on the left-hand side.
    #[must_use]
    pub fn bare_names(&self) -> &[Arc<str>] {
        &self.0.bare_names
    }

    /// Returns what is to be said of it whatever else is defined, such as that a unit can be read in two ways.
    #[must_use]
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.0.warnings
    }

    /// Returns how it is called, as far as its text says: `f(x)`. What a bare name brings in that is a function above is
    /// not known here.
    #[must_use]
    pub fn call_form(&self) -> String {
        let names = self.left().parameter_names().unwrap_or_else(|| {
            let mut names = self.0.bare_names.clone();
            names.sort();
            names
        });
        format!("{}({})", self.name(), names.join(", "))
    }

    /// Resolves names and checks units against the functions that are linked already.
    #[must_use]
    pub fn check(&self, scope: &dyn Scope) -> (Outcome, Vec<Diagnostic>) {
        let (outcome, mut diagnostics) = check::check(self, scope);
        diagnostics.splice(0..0, self.0.warnings.iter().cloned());
        (outcome, diagnostics)
    }

    /// Returns the function that a call in LaTeX means where none has the name that it reads as: the only one
    /// that prints as it does, such as `f1` for `f_{1}(x)`.
    #[must_use]
    pub fn alike<'n>(&self, name: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
        if !self.is_latex() {
            return None;
        }
        let (printed, letters) = (print::function_name(name), bare_letters(name));
        let mut alike = names.into_iter().filter(|other| {
            bare_letters(other) == letters && *other != name && print::function_name(other) == printed
        });
        let found = alike.next()?;
        alike.next().is_none().then_some(found)
    }

    /// Returns the name of the function that a call means.
    pub(crate) fn called(&self, name: &Arc<str>, scope: &dyn Scope) -> Arc<str> {
        let is_there = |name: &&str| scope.callee(name).is_some();
        if name.is_empty() || is_there(&&**name) {
            return Arc::clone(name);
        }
        match self.alike(name, scope.names_like(name)).filter(is_there) {
            Some(alike) => alike.into(),
            None => Arc::clone(name),
        }
    }

    pub(crate) fn left(&self) -> &Left {
        &self.0.left
    }

    pub(crate) fn tree(&self) -> &Tree {
        &self.0.tree
    }

    /// Returns whether the right-hand side has a sum or product over an index.
    pub(crate) fn has_series(&self) -> bool {
        let mut found = false;
        self.tree().visit(&mut |tree| found |= matches!(tree.kind, crate::ast::TreeKind::Series(_)));
        found
    }

    /// Returns whether the right-hand side is LaTeX.
    pub(crate) fn is_latex(&self) -> bool {
        latex::is_latex(&self.0.rhs.text)
    }

    /// Returns what stands at a place of the right-hand side.
    pub(crate) fn text(&self, span: &Span) -> &str {
        self.0.rhs.text.get(span.clone()).unwrap_or_default()
    }

    /// Makes an error in the right-hand side.
    pub(crate) fn error(&self, span: Span, message: impl Into<String>) -> Diagnostic {
        self.0.rhs.error(span, message).with_function(self.name())
    }
}

/// Returns a name without what LaTeX does not show of it: names that print alike have the same.
#[must_use]
pub fn bare_letters(name: &str) -> String {
    name.chars().filter(|letter| *letter != '_').map(|letter| letter.to_ascii_lowercase()).collect()
}

/// Collects names in the order in which they first stand, each once.
fn names<'a>(tree: &'a Tree, pick: impl Fn(&'a Tree) -> Option<&'a Arc<str>>) -> Vec<Arc<str>> {
    let (mut found, mut seen) = (Vec::new(), HashSet::new());
    tree.visit(&mut |tree| {
        if let Some(name) = pick(tree)
            && seen.insert(Arc::clone(name))
        {
            found.push(Arc::clone(name));
        }
    });
    found
}
