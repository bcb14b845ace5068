//! The least that a definition needs of what stands round it.

use std::collections::HashMap;
use std::sync::Arc;

use kamodo_expr::{Checked, Definition, Diagnostic, Outcome, Scope, Source};
use kamodo_value::Signature;

/// The functions that are defined above a line, and those that are defined elsewhere.
#[derive(Default, Clone)]
pub(crate) struct Above {
    signatures: HashMap<String, Signature>,
    elsewhere: HashMap<String, Signature>,
}

impl Above {
    /// Makes a scope of definitions, each `left: right`, that must be right.
    #[track_caller]
    pub(crate) fn of(lines: &[&str]) -> Self {
        let mut above = Self::default();
        for line in lines {
            let signature = checked(line, &above).signature;
            above.insert(signature);
        }
        above
    }

    /// Adds functions of another origin.
    #[track_caller]
    pub(crate) fn with_elsewhere(mut self, lines: &[&str]) -> Self {
        for line in lines {
            let signature = checked(line, &self).signature;
            self.elsewhere.insert(signature.name.clone(), signature);
        }
        self
    }

    pub(crate) fn insert(&mut self, signature: Signature) {
        self.signatures.insert(signature.name.clone(), signature);
    }
}

impl Scope for Above {
    fn callee(&self, name: &str) -> Option<&Signature> {
        self.signatures.get(name).or_else(|| self.elsewhere.get(name))
    }

    fn is_defined_above(&self, name: &str) -> bool {
        self.signatures.contains_key(name)
    }

    fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> =
            self.signatures.keys().chain(self.elsewhere.keys()).map(String::as_str).collect();
        names.sort_unstable();
        names
    }

    fn is_provided_elsewhere(&self, name: &str) -> bool {
        self.elsewhere.contains_key(name)
    }
}

/// Makes a source of a text that is a file of its own.
pub(crate) fn source(text: &str) -> Source {
    Source::whole("kamodo_rpc.yaml", text)
}

/// Makes the two sides of a line of a file, split at the first colon.
pub(crate) fn sides(line: &str) -> (Source, Source) {
    let colon = line.find(':').expect("a line `left: right`");
    let side = |from: usize, to: usize| {
        let text = &line[from..to];
        let from = from + text.len() - text.trim_start().len();
        let place = kamodo_expr::Position { line: 1, column: line[..from].chars().count() + 1 };
        Source {
            file: "kamodo_rpc.yaml".into(),
            file_text: line.into(),
            text: text.trim().into(),
            pieces: Arc::new([(0, place)]),
        }
    };
    (side(0, colon), side(colon + 1, line.len()))
}

/// Parses and checks a line `left: right`.
pub(crate) fn check(line: &str, above: &Above) -> (Outcome, Vec<Diagnostic>) {
    let (lhs, rhs) = sides(line);
    match Definition::parse(&lhs, &rhs) {
        Ok(definition) => definition.check(above),
        Err(diagnostics) => (Outcome::Refused, diagnostics),
    }
}

/// Checks a line that must be right.
#[track_caller]
pub(crate) fn checked(line: &str, above: &Above) -> Checked {
    match check(line, above) {
        (Outcome::Checked(checked), _) => checked,
        (outcome, diagnostics) => panic!("{line}: {outcome:?}\n{diagnostics:?}"),
    }
}
