//! A function as it is served.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use kamodo_compute::Program;
use kamodo_expr::Diagnostic;
use kamodo_units::Unit;
use kamodo_value::{Meta, Signature};

use crate::{AwaitedFunction, Hop, NativeFunction, Origin};

/// A function as it is served: linked, immutable.
pub struct Function {
    /// How it is called, with units.
    pub signature: Signature,
    /// What it says of itself.
    pub meta: Meta,
    /// Who brought it.
    pub origin: Arc<Origin>,
    /// The line of the origin's file on which it is defined; none for compiled code.
    pub line: Option<usize>,
    /// Its definition as tables and pages show it.
    pub shown: Shown,
    /// The servers that a call goes through, the next one first; of a composition those of all that it calls.
    pub route: Vec<Hop>,
    /// What a call runs.
    pub body: Body,
}

/// A definition in words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    /// The left-hand side, without units, as the user wrote it.
    pub lhs: String,
    /// The right-hand side, simplified, with conversions written out; empty for compiled code.
    pub rhs: String,
    /// The whole definition in LaTeX, between `$`.
    pub latex: String,
}

/// What a call of a function runs. It says how a call is scheduled, not who made it.
pub enum Body {
    /// A program whose call steps are resolved.
    Program {
        /// The steps.
        program: Arc<Program>,
        /// The functions that its call steps call, by index.
        callees: Vec<Arc<Function>>,
    },
    /// Compiled code.
    Native(Arc<dyn NativeFunction>),
    /// A function that runs elsewhere: no thread of ours is held while it does.
    Awaited(Arc<dyn AwaitedFunction>),
    /// Nothing yet: these names are called and no origin provides them.
    Waiting(Vec<String>),
    /// Nothing any more: for this reason it does not fit what it calls, since another server changed.
    Unfit(Arc<Diagnostic>),
}

// === impl Function ===

impl Function {
    /// Returns the name under which the function is served.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.signature.name
    }

    /// Returns whether it is what `other` is. What the two call may differ: that is told of the callee. So may
    /// which start of a server calls go through.
    #[must_use]
    pub fn is_same_as(&self, other: &Self) -> bool {
        let way = |function: &Self| function.route.iter().map(|hop| hop.address.clone()).collect::<Vec<_>>();
        self.signature == other.signature
            && self.meta == other.meta
            && self.origin == other.origin
            && self.shown == other.shown
            && way(self) == way(other)
            && self.missing() == other.missing()
            && self.unfit() == other.unfit()
    }

    /// Returns whether a call of it may wait for another server: it runs there, or calls what does.
    #[must_use]
    pub fn awaits(&self) -> bool {
        let mut seen: HashSet<*const Self> = HashSet::new();
        let mut waiting = vec![self]; // a list and no recursion: chains of compositions may be long
        while let Some(function) = waiting.pop() {
            match &function.body {
                Body::Awaited(_) => return true,
                Body::Program { callees, .. } => {
                    waiting
                        .extend(callees.iter().map(|callee| &**callee).filter(|&callee| seen.insert(callee)));
                }
                Body::Native(_) | Body::Waiting(_) | Body::Unfit(_) => {}
            }
        }
        false
    }

    /// Returns the first of the functions that a call runs of which it is not known that they work element by
    /// element: whatever is no definition, and definitions that reduce an array, as `sum` does.
    #[must_use]
    pub fn opaque_part(&self) -> Option<&Self> {
        let mut seen: HashSet<*const Self> = HashSet::new();
        let mut waiting = vec![self];
        while let Some(function) = waiting.pop() {
            let Body::Program { program, callees } = &function.body else { return Some(function) };
            if !program.is_elementwise() {
                return Some(function);
            }
            waiting.extend(callees.iter().map(|callee| &**callee).filter(|&callee| seen.insert(callee)));
        }
        None
    }

    /// Returns the names that it waits for.
    #[must_use]
    pub fn missing(&self) -> &[String] {
        match &self.body {
            Body::Waiting(missing) => missing,
            Body::Program { .. } | Body::Native(_) | Body::Awaited(_) | Body::Unfit(_) => &[],
        }
    }

    /// Returns why it does not fit what it calls; none where it does.
    #[must_use]
    pub fn unfit(&self) -> Option<&Arc<Diagnostic>> {
        match &self.body {
            Body::Unfit(reason) => Some(reason),
            Body::Program { .. } | Body::Native(_) | Body::Awaited(_) | Body::Waiting(_) => None,
        }
    }

    /// Returns the unit of the result as Kamodo shows it, `''` for none and for a pure number: an angle, a ratio.
    #[must_use]
    pub fn units(&self) -> String {
        self.signature.unit.as_ref().map(Unit::label).unwrap_or_default()
    }

    /// Returns each parameter with its unit as Kamodo shows them: nothing where no parameter has a unit,
    /// else `''` for those without.
    #[must_use]
    pub fn arg_units(&self) -> Vec<(&str, String)> {
        let parameters = &self.signature.parameters;
        if parameters.iter().all(|parameter| parameter.unit.is_none()) {
            return Vec::new();
        }
        parameters
            .iter()
            .map(|parameter| {
                let unit = parameter.unit.as_ref().map(ToString::to_string).unwrap_or_default();
                (parameter.name.as_str(), unit)
            })
            .collect()
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Function({} from {})", self.signature.symbol(), self.origin)
    }
}
