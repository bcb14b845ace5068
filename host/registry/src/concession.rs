//! What does not fit through another server's doing. Other servers change without asking, so what they serve is
//! taken as it is, and what it does not fit fails alone.

use std::collections::{BTreeMap, BTreeSet};

use kamodo_expr::{Definition, Diagnostic, Severity};

use crate::{ContributedFunction, Contribution, Origin, OriginKey};

/// What need not fit.
#[derive(Debug, Clone, Default)]
pub(crate) struct Concessions {
    /// Names that an upstream brings and another origin has, with that one: the upstream's are left out.
    owners: BTreeMap<String, OriginKey>,
    unfit: Unfit,
}

/// Which definitions need not fit what they call.
#[derive(Debug, Clone)]
enum Unfit {
    Any,
    /// These, by their file and their text: the same name defined otherwise is another definition.
    Only(BTreeSet<(OriginKey, String)>),
}

/// Something that does not fit, and was conceded.
#[derive(Debug, Clone)]
pub(crate) struct Conceded {
    pub(crate) key: OriginKey,
    /// The function that is left out, or fails.
    pub(crate) name: String,
    /// Why, as warnings.
    pub(crate) reasons: Vec<Diagnostic>,
    /// Of a definition, its text.
    definition: Option<String>,
}

// === impl Concessions ===

impl Concessions {
    /// Has no definition need to fit, and one origin have each name that upstreams bring besides others: who
    /// is here, who had it as of `before`, or whose function was served, as `had` says.
    pub(crate) fn to<'a>(
        contributions: impl IntoIterator<Item = &'a Contribution>,
        before: &Self,
        had: impl Fn(&OriginKey, &str) -> bool,
    ) -> Self {
        let mut brought: BTreeMap<&str, Vec<OriginKey>> = BTreeMap::new();
        for contribution in contributions {
            let key = contribution.origin.key();
            for function in &contribution.functions {
                brought.entry(function.name()).or_default().push(key.clone());
            }
        }
        let owner = |name: &str, keys: Vec<OriginKey>| {
            let here = keys.iter().find(|key| !key.is_upstream());
            let known = || before.owners.get(name).filter(|owner| keys.contains(owner));
            let served = || keys.iter().find(|key| had(key, name));
            here.or_else(known).or_else(served).or(keys.first()).cloned()
        };
        let contested =
            brought.into_iter().filter(|(_, keys)| keys.len() > 1 && keys.iter().any(OriginKey::is_upstream));
        let owners = contested.filter_map(|(name, keys)| Some((name.to_owned(), owner(name, keys)?)));
        Self { owners: owners.collect(), unfit: Unfit::Any }
    }

    /// Concedes, of definitions, those only that did not fit.
    pub(crate) fn but_only(self, conceded: &[Conceded]) -> Self {
        let of_definition = |one: &Conceded| Some((one.key.clone(), one.definition.clone()?));
        Self { unfit: Unfit::Only(conceded.iter().filter_map(of_definition).collect()), ..self }
    }

    /// Returns who has a name instead of the upstream that brings it.
    pub(crate) fn owner_instead_of(&self, origin: &Origin, name: &str) -> Option<&OriginKey> {
        let is_upstream = matches!(origin, Origin::Upstream { .. });
        self.owners.get(name).filter(|owner| is_upstream && **owner != origin.key())
    }

    /// Returns whether a definition need not fit.
    pub(crate) fn allow_unfit(&self, key: &OriginKey, definition: &Definition) -> bool {
        match &self.unfit {
            Unfit::Any => true,
            Unfit::Only(these) if these.is_empty() => false,
            Unfit::Only(these) => these.contains(&(key.clone(), text(definition))),
        }
    }
}

impl Default for Unfit {
    fn default() -> Self {
        Self::Only(BTreeSet::new())
    }
}

// === impl Conceded ===

impl Conceded {
    /// A definition that does not fit what it calls.
    pub(crate) fn definition(origin: &Origin, definition: &Definition, reasons: Vec<Diagnostic>) -> Self {
        let warning = |reason: Diagnostic| match reason.function {
            Some(_) => reason.into_warning(),
            None => reason.into_warning().with_function(definition.name()),
        };
        Self {
            key: origin.key(),
            name: definition.name().to_owned(),
            reasons: reasons.into_iter().map(warning).collect(),
            definition: Some(text(definition)),
        }
    }

    /// A function of an upstream whose name another origin has.
    pub(crate) fn name(origin: &Origin, function: &ContributedFunction, owner: &OriginKey) -> Self {
        let (key, name) = (origin.key(), function.name().to_owned());
        let message = format!("left out: {owner} has a function of that name");
        let mut warning = Diagnostic::new(Severity::Warning, message)
            .with_function(&*name)
            .with_hint("give the upstream a `prefix`, or rename one of the two");
        warning.file = Some(key.to_string().into());
        Self { key, name, reasons: vec![warning], definition: None }
    }
}

fn text(definition: &Definition) -> String {
    format!("{}: {}", definition.lhs().text, definition.rhs().text)
}
