//! Checks definitions as a file of them would be: each line of standard input is `left: right`.
//!
//! Prints the published columns of each, tab-separated, or what is wrong. An empty line forgets all.

use std::collections::HashMap;
use std::io::{self, BufRead, Write};

use kamodo_expr::{Definition, Outcome, Scope, Source};
use kamodo_value::Signature;

/// The functions above the line.
#[derive(Default)]
struct Above(HashMap<String, Signature>);

impl Scope for Above {
    fn callee(&self, name: &str) -> Option<&Signature> {
        self.0.get(name)
    }

    fn is_defined_above(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    fn names(&self) -> Vec<&str> {
        self.0.keys().map(String::as_str).collect()
    }

    fn is_provided_elsewhere(&self, _: &str) -> bool {
        false
    }
}

fn main() -> io::Result<()> {
    let mut above = Above::default();
    let mut out = io::BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let line = line?;
        let Some((lhs, rhs)) = line.split_once(':') else {
            above.0.clear();
            continue;
        };
        let (lhs, rhs) = (Source::whole("stdin", lhs), Source::whole("stdin", rhs));
        match Definition::parse(&lhs, &rhs) {
            Err(diagnostics) => writeln!(out, "error\t{}", join(&diagnostics))?,
            Ok(definition) => match definition.check(&above) {
                (Outcome::Checked(checked), _) => {
                    let columns = [&checked.lhs, &checked.rhs, &checked.equation, &checked.latex];
                    let columns: Vec<_> = columns.into_iter().map(String::as_str).collect();
                    writeln!(out, "ok\t{}\t{}", checked.signature.symbol(), columns.join("\t"))?;
                    above.0.insert(definition.name().to_owned(), checked.signature);
                }
                (Outcome::Waiting { signature, rhs, equation, .. }, _) => {
                    writeln!(out, "waiting\t{}\t\t{rhs}\t{equation}\t", signature.symbol())?;
                }
                (Outcome::Refused, diagnostics) => writeln!(out, "error\t{}", join(&diagnostics))?,
            },
        }
    }
    out.flush()
}

fn join(diagnostics: &[kamodo_expr::Diagnostic]) -> String {
    diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
