//! Compositions of functions that all run at one other place are asked for there as one.
//!
//! `f(g(x)) + 1`, with `f` and `g` of one upstream, takes one way there and back instead of two, and what `g`
//! answers does not travel. A call is taken into the one around it only where nothing else needs its answer:
//! else it would be computed twice. A conversion of units in between is work of this server, and ends it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use kamodo_expr::{Expr, Node};
use kamodo_value::{Meta, Parameter, Signature};

use crate::function::{Body, Function, Shown};
use crate::{AwaitedFunction, Composed, Hop, Part};

/// Compositions by the names under which the body of a definition calls them.
pub(crate) type Compositions = HashMap<Arc<str>, Arc<Function>>;

/// How deep a composition may be nested; servers take some 59 levels.
const DEPTH: usize = 16;

/// Returns the body with its compositions as calls of functions of their own.
pub(crate) fn compose(body: &Expr, find: &dyn Fn(&str) -> Option<Arc<Function>>) -> (Expr, Compositions) {
    let mut calls = Calls { find, inside: HashMap::new(), seen: HashSet::new() };
    calls.walk(body, None);
    if calls.inside.len() < 2 {
        return (body.clone(), Compositions::new());
    }
    let taken = calls.inside.into_iter().filter_map(|(call, is_inside)| is_inside.then_some(call));
    let mut composer =
        Composer { find, taken: taken.collect(), seen: HashMap::new(), compositions: HashMap::new() };
    (composer.rewrite(body), composer.compositions)
}

/// The function that an expression calls, where it runs at a place that works off compositions.
fn callee(
    expr: &Expr,
    find: &dyn Fn(&str) -> Option<Arc<Function>>,
) -> Option<(Arc<Function>, Arc<dyn AwaitedFunction>)> {
    let Node::Call(name, _) = &**expr else { return None };
    let function = find(name)?;
    match &function.body {
        Body::Awaited(remote) if remote.name_there().is_some() => {
            let remote = Arc::clone(remote);
            Some((function, remote))
        }
        _ => None,
    }
}

fn children(expr: &Expr) -> &[Expr] {
    match &**expr {
        Node::Add(all) | Node::Mul(all) | Node::Builtin(_, all) | Node::Call(_, all) => all,
        _ => &[],
    }
}

/// Finds the calls that nothing needs but calls at the same place.
struct Calls<'a> {
    find: &'a dyn Fn(&str) -> Option<Arc<Function>>,
    /// Every call of a function elsewhere, and whether all that need it run there.
    inside: HashMap<Expr, bool>,
    /// Nodes whose children were looked at: an expression shares its nodes.
    seen: HashSet<*const Node>,
}

impl Calls<'_> {
    fn walk(&mut self, expr: &Expr, caller: Option<&Arc<Function>>) {
        let function = callee(expr, self.find).map(|(function, _)| function);
        if let Some(function) = &function {
            let is_inside = caller.is_some_and(|caller| caller.origin == function.origin);
            *self.inside.entry(expr.clone()).or_insert(true) &= is_inside;
        }
        if !self.seen.insert(&raw const **expr) {
            return;
        }
        if let Node::Pow(base, exponent) = &**expr {
            self.walk(base, None);
            self.walk(exponent, None);
        }
        for child in children(expr) {
            self.walk(child, function.as_ref());
        }
    }
}

/// Makes one call of each composition.
struct Composer<'a> {
    find: &'a dyn Fn(&str) -> Option<Arc<Function>>,
    /// The calls that are taken into the ones around them.
    taken: HashSet<Expr>,
    seen: HashMap<*const Node, Expr>,
    compositions: Compositions,
}

/// One composition while it is made.
#[derive(Default)]
struct Draft {
    /// What the whole is given.
    leaves: Vec<Expr>,
    route: Vec<Hop>,
    /// Says which composition it is.
    text: String,
}

impl Composer<'_> {
    fn rewrite(&mut self, expr: &Expr) -> Expr {
        let address = &raw const **expr;
        if let Some(known) = self.seen.get(&address) {
            return known.clone();
        }
        let rewritten = self.composition(expr).unwrap_or_else(|| self.rebuilt(expr));
        self.seen.insert(address, rewritten.clone());
        rewritten
    }

    /// The expression with its parts rewritten.
    fn rebuilt(&mut self, expr: &Expr) -> Expr {
        let mut all = |parts: &[Expr]| parts.iter().map(|part| self.rewrite(part)).collect::<Vec<_>>();
        let node = match &**expr {
            Node::Add(terms) => Node::Add(all(terms)),
            Node::Mul(factors) => Node::Mul(all(factors)),
            Node::Pow(base, exponent) => Node::Pow(self.rewrite(base), self.rewrite(exponent)),
            Node::Builtin(builtin, args) => Node::Builtin(*builtin, all(args)),
            Node::Call(name, args) => Node::Call(Arc::clone(name), all(args)),
            _ => return expr.clone(),
        };
        Expr::from_node(node)
    }

    /// The call of a composition; none where this is no call around another one at the same place.
    fn composition(&mut self, expr: &Expr) -> Option<Expr> {
        if !children(expr).iter().any(|child| self.is_taken(child)) {
            return None;
        }
        let (function, remote) = callee(expr, self.find)?;
        let mut draft = Draft::default();
        let composed = self.draft(expr, &mut draft, 0)?;
        let body = Body::Awaited(remote.compose(composed)?);
        let Draft { leaves, route, text } = draft;
        let parameter = |index| Parameter { name: format!("_{index}"), unit: None, default: None };
        let signature = Signature {
            name: function.name().to_owned(), // the outermost one is who answers
            parameters: (0..leaves.len()).map(parameter).collect(),
            unit: None,
        };
        let (meta, shown) = (Meta::default(), Shown::default());
        let origin = Arc::clone(&function.origin);
        let composition = Function { signature, meta, origin, line: None, shown, route, body };
        let name: Arc<str> = text.into();
        self.compositions.insert(Arc::clone(&name), Arc::new(composition));
        let leaves = leaves.iter().map(|leaf| self.rewrite(leaf)).collect();
        Some(Expr::from_node(Node::Call(name, leaves)))
    }

    fn is_taken(&self, expr: &Expr) -> bool {
        matches!(**expr, Node::Call(..)) && self.taken.contains(expr)
    }

    fn draft(&self, expr: &Expr, draft: &mut Draft, depth: usize) -> Option<Composed> {
        let (function, remote) = callee(expr, self.find)?;
        for hop in &function.route {
            if !draft.route.contains(hop) {
                draft.route.push(hop.clone());
            }
        }
        draft.text += function.name();
        draft.text.push('(');
        let given = children(expr);
        let parameters = &function.signature.parameters;
        let mut args = Vec::with_capacity(parameters.len());
        for arg in given {
            args.push(if depth < DEPTH && self.is_taken(arg) {
                Part::Call(self.draft(arg, draft, depth + 1)?)
            } else {
                let known = draft.leaves.iter().position(|leaf| leaf == arg);
                let index = known.unwrap_or(draft.leaves.len());
                if known.is_none() {
                    draft.leaves.push(arg.clone());
                }
                draft.text += &format!("#{index}");
                Part::Argument(index)
            });
            draft.text.push(',');
        }
        for parameter in parameters.get(given.len()..)? {
            args.push(Part::Constant(parameter.default.clone()?));
        }
        draft.text.push(')');
        Some(Composed { function: remote.name_there()?.to_owned(), args })
    }
}
