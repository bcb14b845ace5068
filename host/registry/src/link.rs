//! Contributions to functions: names resolved over all origins, units checked, programs lowered.
//!
//! Linking is pure: the same contributions give the same functions and diagnostics, in whatever order
//! they come. Everything that is wrong is told at once. What is [`Conceded`] is told as a warning, and concerns
//! the one function that it is about.

mod order;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use kamodo_compute::Program;
use kamodo_expr::{
    Checked, Definition, Diagnostic, Outcome, Position, Scope, Severity, bare_letters, bounded, shortened,
    together,
};
use kamodo_value::{Meta, Signature};

use crate::compose::compose;
use crate::concession::{Conceded, Concessions};
use crate::function::{Body, Function, Shown};
use crate::health::panic_message;
use crate::published;
use crate::{ContributedFunction, Contribution, Hop, Origin, OriginKey, Remark};
use order::{Circular, Order, order};

/// Calls that one call of a function may make in all. Functions that each call the one before them twice double them
/// at every level, and forty of them would never be done.
const MAX_CALLS: u64 = 10_000_000;

/// How many names misspelt ones are compared with when functions are linked, all together. Of 10,000 misspelt names among
/// 10,000 each would take minutes.
const MAX_COMPARED: usize = 2_000_000;

/// How many of the names that a function waits for are kept: in a chain of functions that each wait for one more they
/// would grow with the square of its length.
const MAX_MISSING: usize = 100;

/// How many functions of a cycle are shown; of a longer one the first three and the last.
const MAX_SHOWN: usize = 8;

/// What came of linking.
#[derive(Debug, Default)]
pub struct Linked {
    /// The functions in the order of their definition, YAML files before plugins.
    pub functions: Vec<Arc<Function>>,
    /// What is wrong with each origin, and what is warned of. An origin about which there is nothing to say is not
    /// here.
    pub faults: BTreeMap<OriginKey, Vec<Diagnostic>>,
    /// What does not fit and was conceded.
    pub(crate) conceded: Vec<Conceded>,
}

/// Links contributions to the functions of one snapshot.
#[must_use]
pub fn link<'a>(contributions: impl IntoIterator<Item = &'a Contribution>) -> Linked {
    link_with(contributions, &Concessions::default())
}

/// Links contributions of which some need not fit.
pub(crate) fn link_with<'a>(
    contributions: impl IntoIterator<Item = &'a Contribution>,
    concessions: &Concessions,
) -> Linked {
    let mut contributions: Vec<&Contribution> = contributions.into_iter().collect();
    contributions.sort_by(|a, b| a.origin.cmp(&b.origin));

    let mut linker = Linker::new(&contributions, concessions);
    linker.refuse_duplicates();
    let order = linker.order();
    together(|| order.into_iter().for_each(|index| linker.link(index)));
    linker.warn_of_published();
    let mut faults = linker.faults;
    for conceded in &linker.conceded {
        faults.entry(conceded.key.clone()).or_default().extend(conceded.reasons.iter().cloned());
    }
    for told in faults.values_mut() {
        told.sort_by(|a, b| place(a).cmp(&place(b)));
    }
    Linked { functions: linker.linked.into_iter().flatten().collect(), faults, conceded: linker.conceded }
}

// === impl Linked ===

impl Linked {
    /// Returns errors and warnings of all origins, sorted by file and place.
    #[must_use]
    pub fn diagnostics(&self) -> Vec<&Diagnostic> {
        let mut all: Vec<_> = self.faults.values().flatten().collect();
        all.sort_by(|a, b| place(a).cmp(&place(b)));
        all
    }

    /// Returns the errors, without the warnings.
    pub fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics().into_iter().filter(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Returns whether an origin has an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.faults.values().flatten().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Returns the origins that have errors.
    #[must_use]
    pub fn at_fault(&self) -> BTreeSet<OriginKey> {
        let has_error = |told: &[Diagnostic]| told.iter().any(|one| one.severity == Severity::Error);
        self.faults.iter().filter(|(_, told)| has_error(told)).map(|(key, _)| key.clone()).collect()
    }

    /// Returns what is wrong with one origin, its warnings included; if it has no error of its own but makes others
    /// wrong, also their errors.
    #[must_use]
    pub fn faults_of(&self, key: &OriginKey) -> Vec<Diagnostic> {
        let is_error = |one: &Diagnostic| one.severity == Severity::Error;
        let has_own = self.faults.get(key).is_some_and(|own| own.iter().any(is_error));
        let told = self.faults.iter().flat_map(|(other, told)| told.iter().map(move |one| (other, one)));
        let mut told: Vec<_> = told
            .filter(|(other, one)| *other == key || (is_error(one) && !has_own))
            .map(|(_, one)| one)
            .collect();
        told.sort_by(|a, b| place(a).cmp(&place(b)));
        bounded(told.into_iter().cloned().collect())
    }
}

/// By what diagnostics are sorted.
fn place(diagnostic: &Diagnostic) -> (Option<&str>, Option<Position>) {
    (diagnostic.file.as_deref(), diagnostic.position())
}

/// One function among all, before it is linked.
struct Entry<'a> {
    origin: Arc<Origin>,
    function: &'a ContributedFunction,
    /// Indices of the symbolic functions that must be linked before.
    needs: Vec<usize>,
}

struct Linker<'a> {
    entries: Vec<Entry<'a>>,
    by_name: HashMap<&'a str, Vec<usize>>,
    /// Names that may print alike.
    by_letters: HashMap<String, Vec<&'a str>>,
    concessions: &'a Concessions,
    linked: Vec<Option<Arc<Function>>>,
    faults: BTreeMap<OriginKey, Vec<Diagnostic>>,
    conceded: Vec<Conceded>,
    /// How many names misspelt ones were compared with.
    n_compared: Cell<usize>,
    room: InlineRoom,
}

/// How much room there is for the programs of callees in those of their callers. Without a bound of all of them
/// together, each function of a long chain holds a copy of a thousand steps.
#[derive(Debug)]
pub(crate) struct InlineRoom {
    /// How many steps the programs may have together before only small ones are inlined.
    n_steps: Cell<usize>,
}

/// How many steps the programs of all functions may have before only small callees are inlined: those of a thousand
/// functions, if each has as many as a program may have with its callees inlined.
const MAX_STEPS: usize = 1 << 20;

/// How many steps a callee may have that is inlined whatever there is.
const SMALL: usize = 16;

// === impl InlineRoom ===

impl Default for InlineRoom {
    fn default() -> Self {
        Self { n_steps: Cell::new(MAX_STEPS) }
    }
}

impl InlineRoom {
    fn has_room_for(&self, program: &Program) -> bool {
        self.n_steps.get() > 0 || program.list().steps.len() <= SMALL
    }

    fn take(&self, program: &Program) {
        self.n_steps.set(self.n_steps.get().saturating_sub(program.list().steps.len()));
    }
}

// === impl Linker ===

impl<'a> Linker<'a> {
    fn new(contributions: &[&'a Contribution], concessions: &'a Concessions) -> Self {
        let mut entries = Vec::new();
        let mut by_name: HashMap<&'a str, Vec<usize>> = HashMap::new();
        let mut conceded = Vec::new();
        let brings = |owner: &OriginKey, name: &str| {
            contributions.iter().any(|other| other.origin.key() == *owner && other.brings(name))
        };
        for contribution in contributions {
            let origin = Arc::new(contribution.origin.clone());
            for function in &contribution.functions {
                let owner = concessions.owner_instead_of(&contribution.origin, function.name());
                if let Some(owner) = owner.filter(|owner| brings(owner, function.name())) {
                    conceded.push(Conceded::name(&contribution.origin, function, owner));
                    continue;
                }
                by_name.entry(function.name()).or_default().push(entries.len());
                entries.push(Entry { origin: Arc::clone(&origin), function, needs: Vec::new() });
            }
        }
        let mut by_letters: HashMap<String, Vec<&str>> = HashMap::new();
        for &name in by_name.keys() {
            by_letters.entry(bare_letters(name)).or_default().push(name);
        }
        let needs: Vec<_> =
            (0..entries.len()).map(|index| needs(&entries, &by_name, &by_letters, index)).collect();
        for (entry, needs) in entries.iter_mut().zip(needs) {
            entry.needs = needs;
        }
        let linked = entries.iter().map(|_| None).collect();
        Self {
            entries,
            by_name,
            by_letters,
            concessions,
            linked,
            faults: BTreeMap::new(),
            conceded,
            n_compared: Cell::new(0),
            room: InlineRoom::default(),
        }
    }

    fn fail(&mut self, index: usize, diagnostic: Diagnostic) {
        let named = match diagnostic.function {
            Some(_) => diagnostic,
            None => diagnostic.with_function(self.entries[index].function.name()),
        };
        self.faults.entry(self.entries[index].origin.key()).or_default().push(named.bounded());
    }

    fn refuse_duplicates(&mut self) {
        let duplicates: BTreeMap<&str, Vec<usize>> = self
            .by_name
            .iter()
            .filter(|(_, indices)| indices.len() > 1)
            .map(|(name, indices)| (*name, indices.clone()))
            .collect();
        for indices in duplicates.into_values() {
            for &index in &indices {
                let other = indices.iter().copied().find(|&other| other != index).unwrap_or(index);
                let message = format!(
                    "two origins bring this name: {} and {}",
                    self.entries[index].origin, self.entries[other].origin
                );
                let diagnostic =
                    self.at_name(index, message).with_hint("rename one of the two, or remove it");
                self.fail(index, diagnostic);
            }
        }
    }

    /// An error at the name of a definition, or at the file of compiled code.
    fn at_name(&self, index: usize, message: String) -> Diagnostic {
        let entry = &self.entries[index];
        match entry.function {
            ContributedFunction::Symbolic(definition) => {
                definition.lhs().error(0..definition.name().len(), message)
            }
            ContributedFunction::Native { .. } | ContributedFunction::Awaited { .. } => {
                let mut diagnostic = Diagnostic::new(Severity::Error, message);
                diagnostic.file = Some(entry.origin.key().to_string().into());
                diagnostic
            }
        }
    }

    /// Every function after those that it needs; the functions of a cycle are refused.
    fn order(&mut self) -> Vec<usize> {
        let needs: Vec<&[usize]> = self.entries.iter().map(|entry| &entry.needs[..]).collect();
        let Order { linkable, circular } = order(&needs);
        for group in &circular {
            self.refuse_cycle(group);
        }
        linkable
    }

    /// Refuses functions that call each other, with one error in each file that they are defined in.
    fn refuse_cycle(&mut self, group: &Circular) {
        let name = |index: usize| format!("`{}`", shortened(self.entries[index].function.name()));
        let cycle = &group.cycle;
        let mut names: Vec<_> = match &cycle[..] {
            [first, second, third, .., last] if cycle.len() > MAX_SHOWN => {
                vec![name(*first), name(*second), name(*third), "…".to_owned(), name(*last)]
            }
            all => all.iter().map(|&index| name(index)).collect(),
        };
        names.push(name(cycle[0]));
        let mut message = format!("calls itself: {}", names.join(" → "));
        if group.members.len() > cycle.len() {
            message += &format!(", one of the cycles among {} functions", group.members.len());
        } else if cycle.len() > MAX_SHOWN {
            message += &format!(", a cycle of {} functions", cycle.len());
        }
        let mut files = BTreeSet::new();
        for &index in &group.members {
            if files.insert(self.entries[index].origin.key()) {
                let diagnostic = self
                    .at_name(index, message.clone())
                    .with_hint("take one of these calls out of its definition");
                self.fail(index, diagnostic);
            }
        }
    }

    fn link(&mut self, index: usize) {
        let entry = &self.entries[index];
        if self.by_name[entry.function.name()].len() > 1 {
            return; // told by `refuse_duplicates`
        }
        match entry.function {
            ContributedFunction::Native { signature, meta, code } => {
                for Remark { message, hint } in code.remarks() {
                    let warning = self.at_name(index, message.clone()).into_warning();
                    self.fail(index, warning.with_hint(hint));
                }
                let entry = &self.entries[index];
                self.linked[index] =
                    Some(declared(&entry.origin, signature, meta, Body::Native(Arc::clone(code))));
            }
            ContributedFunction::Awaited { signature, meta, remote } => {
                self.linked[index] =
                    Some(declared(&entry.origin, signature, meta, Body::Awaited(Arc::clone(remote))));
            }
            ContributedFunction::Symbolic(definition) => {
                // What is wrong with one definition is no reason to lose the thread that links all.
                let linking = AssertUnwindSafe(|| self.link_definition(index, definition));
                if let Err(panic) = catch_unwind(linking) {
                    let message =
                        format!("a fault of the server while it linked this: {}", panic_message(&*panic));
                    let diagnostic = self.at_name(index, message).with_hint(
                        "please report it with this definition; everything else is served as before",
                    );
                    self.fail(index, diagnostic);
                }
            }
        }
    }

    fn link_definition(&mut self, index: usize, definition: &Definition) {
        if self.entries[index].needs.iter().any(|&needed| self.linked[needed].is_none()) {
            return; // what it calls is refused, and that is told
        }
        let (outcome, diagnostics) = definition.check(&View { linker: self, index, hides: Hides::Nothing });
        let origin = Arc::clone(&self.entries[index].origin);
        if matches!(outcome, Outcome::Refused) && self.concessions.allow_unfit(&origin.key(), definition) {
            self.linked[index] = self.unfit(index, definition, &diagnostics).map(Arc::new);
            self.conceded.push(Conceded::definition(&origin, definition, diagnostics));
            return;
        }
        for diagnostic in diagnostics {
            self.fail(index, diagnostic);
        }
        match finish(definition, outcome, origin, &|name| self.function(name).cloned(), &self.room) {
            Ok(function) => self.linked[index] = function.map(Arc::new),
            Err(error) => self.fail(index, *error),
        }
    }

    /// Makes a function of a definition that does not fit what it calls: its call form is what it would be
    /// if that were not there.
    fn unfit(&self, index: usize, definition: &Definition, reasons: &[Diagnostic]) -> Option<Function> {
        let reason = reasons.iter().find(|reason| reason.severity == Severity::Error)?.clone();
        let origin = &self.entries[index].origin;
        let find = |name: &str| self.function(name).cloned();
        [Hides::Elsewhere, Hides::Everything].into_iter().find_map(|hides| {
            let (outcome, _) = definition.check(&View { linker: self, index, hides });
            let function =
                finish(definition, outcome, Arc::clone(origin), &find, &self.room).ok().flatten()?;
            let body = Body::Unfit(Arc::new(reason.clone()));
            Some(Function { body, route: Vec::new(), ..function })
        })
    }

    /// Warns of what the published client is shown otherwise than it is defined.
    fn warn_of_published(&mut self) {
        let linked: Vec<_> =
            self.linked.iter().enumerate().filter_map(|(index, one)| Some((index, one.clone()?))).collect();
        let keys = published::keys(linked.iter().map(|(_, function)| &**function));
        for ((index, function), key) in linked.iter().zip(keys) {
            if let Some(warning) = published::warning(function, &key) {
                let mut placed = self.at_name(*index, warning.message).into_warning();
                placed.hint = warning.hint;
                self.fail(*index, placed);
            }
        }
    }

    fn function(&self, name: &str) -> Option<&Arc<Function>> {
        let indices = self.by_name.get(name)?;
        self.linked[*indices.first()?].as_ref()
    }
}

/// The servers that calls of a composition go through, each once.
fn route(body: &Body) -> Vec<Hop> {
    let Body::Program { callees, .. } = body else { return Vec::new() };
    let mut route: Vec<Hop> = Vec::new();
    for hop in callees.iter().flat_map(|callee| &callee.route) {
        if !route.contains(hop) {
            route.push(hop.clone());
        }
    }
    route
}

/// Makes a function of a definition that was checked; none where that refused it.
pub(crate) fn finish(
    definition: &Definition,
    outcome: Outcome,
    origin: Arc<Origin>,
    find: &dyn Fn(&str) -> Option<Arc<Function>>,
    room: &InlineRoom,
) -> Result<Option<Function>, Box<Diagnostic>> {
    let line = Some(definition.lhs().position(0).line);
    let meta = |equation| Meta {
        equation,
        citation: definition.citation().to_owned(),
        doc: definition.doc().to_owned(),
        hidden_args: Vec::new(),
    };
    match outcome {
        Outcome::Refused => Ok(None),
        Outcome::Waiting { signature, missing, rhs, equation } => {
            let latex = kamodo_expr::latex(&signature, &equation);
            let shown = Shown { lhs: signature.symbol(), rhs, latex };
            let (meta, body) = (meta(equation), Body::Waiting(missing));
            let route = Vec::new();
            Ok(Some(Function { signature, meta, origin, line, shown, route, body }))
        }
        Outcome::Checked(checked) => match lower(&checked, find, room) {
            Ok(body) => {
                let meta = meta(checked.equation);
                let shown = Shown { lhs: checked.lhs, rhs: checked.rhs, latex: checked.latex };
                let (signature, route) = (checked.signature, route(&body));
                Ok(Some(Function { signature, meta, origin, line, shown, route, body }))
            }
            Err(error) => {
                let rhs = definition.rhs();
                let mut diagnostic = rhs.error(0..rhs.text.len(), error.to_string());
                diagnostic.hint = error.hint();
                Err(Box::new(diagnostic.with_function(definition.name())))
            }
        },
    }
}

fn lower(
    checked: &Checked,
    find: &dyn Fn(&str) -> Option<Arc<Function>>,
    room: &InlineRoom,
) -> Result<Body, kamodo_expr::LowerError> {
    let parameters: Vec<_> = checked.signature.parameters.iter().map(|p| p.name.as_str()).collect();
    let inline = |name: &str| match &find(name)?.body {
        Body::Program { program, .. } if room.has_room_for(program) => Some(Arc::clone(program)),
        _ => None,
    };
    let (body, compositions) = compose(&checked.body, find);
    let program = kamodo_expr::lower(&parameters, &body, &inline)?;
    room.take(&program);
    let callee = |name: &Arc<str>| compositions.get(name).cloned().or_else(|| find(name));
    let callees: Vec<_> = program.callees().iter().filter_map(callee).collect();
    debug_assert_eq!(callees.len(), program.callees().len(), "the check found every callee");

    if let Some(reason) = callees.iter().find_map(|callee| callee.unfit()) {
        return Ok(Body::Unfit(Arc::clone(reason)));
    }
    let mut missing: Vec<String> = callees
        .iter()
        .filter_map(|callee| if let Body::Waiting(missing) = &callee.body { Some(missing) } else { None })
        .flatten()
        .cloned()
        .collect();
    missing.sort();
    missing.dedup();
    missing.truncate(MAX_MISSING);
    if !missing.is_empty() {
        return Ok(Body::Waiting(missing));
    }
    let program = program.with_calls_of(|callee| match &callees[callee].body {
        Body::Program { program, .. } => program.n_calls(),
        Body::Native(_) | Body::Awaited(_) | Body::Waiting(_) | Body::Unfit(_) => 1,
    });
    if program.n_calls() > MAX_CALLS {
        return Err(kamodo_expr::LowerError::TooManyCalls { n_calls: program.n_calls(), limit: MAX_CALLS });
    }
    Ok(Body::Program { program: Arc::new(program), callees })
}

/// A function that says of itself how it is called.
fn declared(origin: &Arc<Origin>, signature: &Signature, meta: &Meta, body: Body) -> Arc<Function> {
    let shown = Shown {
        lhs: signature.symbol(),
        rhs: String::new(),
        latex: kamodo_expr::latex(signature, &meta.equation),
    };
    let (signature, meta) = (signature.clone(), meta.clone());
    let route = if let Body::Awaited(remote) = &body { remote.route() } else { Vec::new() };
    Arc::new(Function { signature, meta, origin: Arc::clone(origin), line: None, shown, route, body })
}

/// Which symbolic functions the one at `index` refers to, and so must be linked before it.
fn needs(
    entries: &[Entry<'_>],
    by_name: &HashMap<&str, Vec<usize>>,
    by_letters: &HashMap<String, Vec<&str>>,
    index: usize,
) -> Vec<usize> {
    let ContributedFunction::Symbolic(definition) = entries[index].function else { return Vec::new() };
    let called = definition.calls().iter().filter_map(|name| {
        let alike = || {
            let names = by_letters.get(&bare_letters(name))?;
            by_name.get(definition.alike(name, names.iter().copied())?)
        };
        by_name.get(&**name).or_else(alike)
    });
    let called = called.flatten().copied();
    let bare = definition
        .bare_names()
        .iter()
        .filter_map(|name| by_name.get(&**name))
        .flatten()
        .copied()
        .filter(|&other| is_above(entries, other, index));
    let mut needs: Vec<_> = called.chain(bare).collect();
    needs.sort_unstable();
    needs.dedup();
    needs
}

/// Whether `other` stands above `index` in the same file.
fn is_above(entries: &[Entry<'_>], other: usize, index: usize) -> bool {
    other < index && Arc::ptr_eq(&entries[other].origin, &entries[index].origin)
}

/// What a definition sees of the others.
struct View<'a, 'b> {
    linker: &'b Linker<'a>,
    index: usize,
    hides: Hides,
}

/// Which functions a definition is not shown, as if nobody provided them.
#[derive(Clone, Copy)]
enum Hides {
    Nothing,
    /// Those that other servers have a part in.
    Elsewhere,
    Everything,
}

// === impl Hides ===

impl Hides {
    fn hides(self, function: &Function) -> bool {
        match self {
            Self::Nothing => false,
            Self::Elsewhere => {
                !function.route.is_empty() || matches!(function.body, Body::Waiting(_) | Body::Unfit(_))
            }
            Self::Everything => true,
        }
    }
}

// === impl View ===

impl Scope for View<'_, '_> {
    fn callee(&self, name: &str) -> Option<&Signature> {
        let function = self.linker.function(name).filter(|function| !self.hides.hides(function));
        function.map(|function| &function.signature)
    }

    fn call_form(&self, name: &str) -> Option<String> {
        let as_written = || {
            let indices = self.linker.by_name.get(name)?.iter().filter(|&&index| index != self.index);
            indices.copied().next().map(|index| match self.linker.entries[index].function {
                ContributedFunction::Symbolic(definition) => definition.call_form(),
                ContributedFunction::Native { signature, .. }
                | ContributedFunction::Awaited { signature, .. } => signature.symbol(),
            })
        };
        self.callee(name).map(Signature::symbol).or_else(as_written)
    }

    fn is_defined_above(&self, name: &str) -> bool {
        let indices = self.linker.by_name.get(name);
        indices.is_some_and(|all| all.iter().any(|&other| is_above(&self.linker.entries, other, self.index)))
    }

    fn names(&self) -> Vec<&str> {
        self.linker.by_name.keys().copied().collect()
    }

    fn names_like(&self, name: &str) -> Vec<&str> {
        self.linker.by_letters.get(&bare_letters(name)).cloned().unwrap_or_default()
    }

    fn may_compare(&self) -> bool {
        let n_names = self.linker.by_name.len();
        let n_compared = self.linker.n_compared.get().saturating_add(n_names);
        self.linker.n_compared.set(n_compared);
        n_compared <= MAX_COMPARED.max(n_names)
    }

    fn is_provided_elsewhere(&self, name: &str) -> bool {
        !self.is_defined_above(name)
            && self.linker.by_name.get(name).is_some_and(|all| all.iter().any(|&other| other != self.index))
    }
}
