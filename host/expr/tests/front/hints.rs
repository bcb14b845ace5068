//! Follows the hint of each diagnostic that a test provokes: what it says to write must be right.

use kamodo_expr::{Diagnostic, Outcome, Severity};

use crate::linker::{self, Above};

#[path = "../../../../tests/src/hint.rs"]
#[allow(dead_code, unreachable_pub, reason = "shared with the end-to-end tests")]
mod hint;

pub(crate) use hint::Reading;

/// Reads the hint of what is said of a line.
#[track_caller]
pub(crate) fn read(line: &str, found: &Diagnostic) -> Reading {
    let Some(text) = &found.hint else { return Reading::Prose };
    let label = &found.labels[0];
    let place = hint::Place {
        file_text: line,
        line: label.start.line,
        column: label.start.column,
        width: label.width,
    };
    hint::read(&found.message, text, place)
        .unwrap_or_else(|error| panic!("{line}\n{}\n{error}", found.render()))
}

/// Follows every hint. The mistake is gone then, and if it was the only one, the line is accepted; what is shown as
/// an example is accepted beside what is above the line.
#[track_caller]
pub(crate) fn check_all(line: &str, above: &Above, diagnostics: &[Diagnostic]) {
    let n_errors = |diagnostics: &[Diagnostic]| {
        diagnostics.iter().filter(|found| found.severity == Severity::Error).count()
    };
    for found in diagnostics {
        let told = found.render();
        match read(line, found) {
            Reading::Prose => {}
            Reading::Examples(examples) => {
                for example in examples {
                    let (outcome, said) = linker::check(&example, above);
                    let said: Vec<_> = said.iter().map(Diagnostic::render).collect();
                    assert!(!matches!(outcome, Outcome::Refused), "{told}\n{example}\n{said:?}");
                }
            }
            reading @ (Reading::Edits(_) | Reading::Steps(_)) => {
                let may_be_more = matches!(reading, Reading::Steps(_));
                let (Reading::Edits(edits) | Reading::Steps(edits)) = reading else { continue };
                for edit in edits {
                    let (_, said) = check_lines(&edit, above);
                    let rendered = said.iter().map(Diagnostic::render).collect::<Vec<_>>().join("\n");
                    assert!(
                        said.iter().all(|other| other.message != found.message),
                        "still the same\n{told}\n{edit}\n{rendered}"
                    );
                    let may_be = n_errors(diagnostics).saturating_sub(1);
                    let is_further =
                        may_be_more && said.iter().all(|other| other.position() != found.position());
                    assert!(
                        is_further || n_errors(&said) <= may_be,
                        "other errors\n{told}\n{edit}\n{rendered}"
                    );
                }
            }
        }
    }
}

/// Checks the last of some lines below the others.
#[track_caller]
fn check_lines(lines: &str, above: &Above) -> (Outcome, Vec<Diagnostic>) {
    match lines.rsplit_once('\n') {
        None => linker::check(lines, above),
        Some((others, last)) => {
            let mut above = above.clone();
            for line in others.lines() {
                let signature = linker::checked(line, &above).signature;
                above.insert(signature);
            }
            linker::check(last, &above)
        }
    }
}
