//! What a trial leaves in writing: each step before it is taken, and the verdict.
//!
//! A line an entry, its parts apart by tabs: the process, what the entry is, and its fields. Both sides are
//! the same build, so that the format is nobody else's business.

use kamodo_plugin_api::abi::AbiVersion;
use kamodo_units::Unit;

use super::{Ending, Step};
use crate::error::{ErrorKind, NeededLibrary};
use crate::example::ExampleFault;
use crate::fault::SpecFault;
use crate::process::{Aspect, Change};

/// What became of a trial.
#[derive(Debug)]
pub(super) enum Verdict {
    Good,
    /// The plugin came through its trial alive, and is refused.
    Refused(ErrorKind),
    Ended(Ending),
}

/// A journal, read.
#[derive(Debug)]
pub(super) struct Story {
    /// The last step that was begun.
    pub(super) step: Option<Step>,
    pub(super) verdict: Option<Verdict>,
    /// Whether a process wrote into it that was not begun by the host.
    pub(super) has_stranger: bool,
}

// === writing ===

/// Writes the entry of a step that begins.
pub(super) fn step(step: &Step) -> String {
    match step {
        Step::Open => entry(&["open"]),
        Step::Start => entry(&["start"]),
        Step::Describe => entry(&["describe"]),
        Step::Example { call, expected } => entry(&["example", call, expected]),
    }
}

/// Writes the last entries: the verdict, and before it the faults that it speaks of.
pub(super) fn end(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Good => entry(&["good"]),
        Verdict::Ended(Ending::Descriptor(number)) => entry(&["descriptor", &number.to_string()]),
        Verdict::Ended(Ending::Changed(changes)) => {
            let changes = changes.iter().map(|Change { aspect, what, before, after }| {
                entry(&["change", aspect.name(), what, before, after])
            });
            changes.chain([entry(&["changed"])]).collect()
        }
        // The host's side sees the others for itself.
        Verdict::Ended(_) => entry(&["forked"]),
        Verdict::Refused(kind) => refused(kind),
    }
}

fn refused(kind: &ErrorKind) -> String {
    match kind {
        ErrorKind::MissingLibraries { libraries } => {
            let mut fields = vec!["missing libraries"];
            fields.extend(libraries.iter().map(|library| library.name.as_str()));
            entry(&fields)
        }
        ErrorKind::MissingSymbols { symbols } => {
            let mut fields = vec!["missing symbols"];
            fields.extend(symbols.iter().map(String::as_str));
            entry(&fields)
        }
        ErrorKind::StaticTls => entry(&["static tls"]),
        ErrorKind::NotAPlugin => entry(&["not a plugin"]),
        ErrorKind::Foreign { expected, found } => entry(&["foreign", expected, found]),
        ErrorKind::AbiMismatch { found, .. } => entry(&["abi", found]),
        ErrorKind::Layout { detail, .. } => entry(&["layout", detail]),
        ErrorKind::Start { message } => entry(&["start failed", message]),
        ErrorKind::Panicked { message } => entry(&["start panicked", message]),
        ErrorKind::Spec { faults } => {
            faults.iter().map(spec_fault).chain([entry(&["bad spec"])]).collect::<String>()
        }
        ErrorKind::Examples { faults } => {
            let faults = faults.iter().map(|ExampleFault { call, expected, found }| {
                entry(&["fault", "example", call, expected, found])
            });
            faults.chain([entry(&["bad examples"])]).collect()
        }
        ErrorKind::Open { reason } => entry(&["not opened", reason]),
        // The others come of what the host does itself.
        other => entry(&["not opened", &other.to_string()]),
    }
}

fn spec_fault(fault: &SpecFault) -> String {
    match fault {
        SpecFault::Table { table, expected, found } => {
            entry(&["fault", "table", table, &expected.to_string(), &found.to_string()])
        }
        SpecFault::NoFunctions => entry(&["fault", "no functions"]),
        SpecFault::Text { place, found } => entry(&["fault", "text", place, found]),
        SpecFault::Name { place, found } => entry(&["fault", "name", place, found]),
        SpecFault::Reserved { place, found, taken, needed } => {
            entry(&["fault", "reserved", place, found, taken, needed])
        }
        SpecFault::FunctionTwice { function } => entry(&["fault", "function twice", function]),
        SpecFault::ArgumentTwice { function, argument } => {
            entry(&["fault", "argument twice", function, argument])
        }
        SpecFault::TooManyArguments { function, found } => {
            entry(&["fault", "too many arguments", function, &found.to_string()])
        }
        SpecFault::NoDefault { function, argument, before } => {
            entry(&["fault", "no default", function, argument, before])
        }
        SpecFault::Unit { place, text, .. } => entry(&["fault", "unit", place, text]),
        SpecFault::Example { place, expected, found } => {
            entry(&["fault", "example table", place, &expected.to_string(), found])
        }
    }
}

fn entry(fields: &[&str]) -> String {
    let mut line = std::process::id().to_string();
    for field in fields {
        line.push('\t');
        for letter in field.chars() {
            match letter {
                '\\' => line.push_str("\\\\"),
                '\t' => line.push_str("\\t"),
                '\n' => line.push_str("\\n"),
                other => line.push(other),
            }
        }
    }
    line.push('\n');
    line
}

// === reading ===

/// Reads what the process `pid` wrote. A last line that was not finished does not count.
pub(super) fn read(journal: &str, pid: u32) -> Story {
    let mut story = Story { step: None, verdict: None, has_stranger: false };
    let (mut specs, mut examples, mut changes) = (Vec::new(), Vec::new(), Vec::new());
    for line in journal.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')) {
        let mut fields = line.split('\t').map(unescaped);
        if fields.next() != Some(pid.to_string()) {
            story.has_stranger = true;
            continue;
        }
        let fields: Vec<_> = fields.collect();
        let fields: Vec<_> = fields.iter().map(String::as_str).collect();
        match &*fields {
            ["open"] => story.step = Some(Step::Open),
            ["start"] => story.step = Some(Step::Start),
            ["describe"] => story.step = Some(Step::Describe),
            ["example", call, expected] => {
                story.step = Some(Step::Example { call: owned(call), expected: owned(expected) });
            }
            ["fault", "example", call, expected, found] => examples.push(ExampleFault {
                call: owned(call),
                expected: owned(expected),
                found: owned(found),
            }),
            ["change", aspect, what, before, after] => {
                changes.extend(Aspect::named(aspect).map(|aspect| Change {
                    aspect,
                    what: owned(what),
                    before: owned(before),
                    after: owned(after),
                }));
            }
            ["changed"] => {
                story.verdict = Some(Verdict::Ended(Ending::Changed(std::mem::take(&mut changes).into())));
            }
            ["fault", rest @ ..] => specs.extend(read_spec_fault(rest)),
            ["bad spec"] => {
                let faults = std::mem::take(&mut specs);
                story.verdict = Some(Verdict::Refused(ErrorKind::Spec { faults }));
            }
            ["bad examples"] => {
                let faults = std::mem::take(&mut examples);
                story.verdict = Some(Verdict::Refused(ErrorKind::Examples { faults }));
            }
            other => story.verdict = read_verdict(other).or(story.verdict),
        }
    }
    story
}

fn read_verdict(fields: &[&str]) -> Option<Verdict> {
    let kind = match fields {
        ["good"] => return Some(Verdict::Good),
        ["forked"] => return Some(Verdict::Ended(Ending::Forked)),
        ["descriptor", number] => return Some(Verdict::Ended(Ending::Descriptor(number.parse().ok()?))),
        ["missing libraries", names @ ..] => {
            let libraries = names.iter().map(|name| NeededLibrary::new(*name)).collect();
            ErrorKind::MissingLibraries { libraries }
        }
        ["missing symbols", symbols @ ..] => {
            ErrorKind::MissingSymbols { symbols: symbols.iter().map(|symbol| owned(symbol)).collect() }
        }
        ["static tls"] => ErrorKind::StaticTls,
        ["not a plugin"] => ErrorKind::NotAPlugin,
        ["foreign", expected, found] => ErrorKind::Foreign { expected: owned(expected), found: owned(found) },
        ["abi", found] => ErrorKind::AbiMismatch { expected: AbiVersion::CURRENT, found: owned(found) },
        ["layout", detail] => ErrorKind::Layout { expected: AbiVersion::CURRENT, detail: owned(detail) },
        ["start failed", message] => ErrorKind::Start { message: owned(message) },
        ["start panicked", message] => ErrorKind::Panicked { message: owned(message) },
        ["not opened", reason] => ErrorKind::Open { reason: owned(reason) },
        _ => return None,
    };
    Some(Verdict::Refused(kind))
}

fn read_spec_fault(fields: &[&str]) -> Option<SpecFault> {
    Some(match fields {
        ["table", table, expected, found] => SpecFault::Table {
            table: ["plugin", "function", "argument", "example"].into_iter().find(|known| known == table)?,
            expected: expected.parse().ok()?,
            found: found.parse().ok()?,
        },
        ["no functions"] => SpecFault::NoFunctions,
        ["text", place, found] => SpecFault::Text { place: owned(place), found: owned(found) },
        ["name", place, found] => SpecFault::Name { place: owned(place), found: owned(found) },
        ["reserved", place, found, taken, needed] => SpecFault::Reserved {
            place: owned(place),
            found: owned(found),
            taken: owned(taken),
            needed: owned(needed),
        },
        ["function twice", function] => SpecFault::FunctionTwice { function: owned(function) },
        ["argument twice", function, argument] => {
            SpecFault::ArgumentTwice { function: owned(function), argument: owned(argument) }
        }
        ["too many arguments", function, found] => {
            SpecFault::TooManyArguments { function: owned(function), found: found.parse().ok()? }
        }
        ["no default", function, argument, before] => SpecFault::NoDefault {
            function: owned(function),
            argument: owned(argument),
            before: owned(before),
        },
        ["unit", place, text] => SpecFault::Unit {
            place: owned(place),
            text: owned(text),
            error: Unit::parse(text).err()?, // the same text, so the same error
        },
        ["example table", place, expected, found] => {
            SpecFault::Example { place: owned(place), expected: expected.parse().ok()?, found: owned(found) }
        }
        _ => return None,
    })
}

fn owned(text: &str) -> String {
    text.to_owned()
}

fn unescaped(field: &str) -> String {
    let mut text = String::with_capacity(field.len());
    let mut letters = field.chars();
    while let Some(letter) = letters.next() {
        text.push(match letter {
            '\\' => match letters.next() {
                Some('t') => '\t',
                Some('n') => '\n',
                Some(other) => other,
                None => '\\',
            },
            other => other,
        });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(kind: ErrorKind) {
        let expected = (kind.to_string(), format!("{kind:?}"));
        let written = end(&Verdict::Refused(kind));
        match read(&written, std::process::id()).verdict {
            Some(Verdict::Refused(found)) => assert_eq!((found.to_string(), format!("{found:?}")), expected),
            other => panic!("{other:?} of {written}"),
        }
    }

    #[test]
    fn refusals_come_back_as_they_went() {
        check(ErrorKind::NotAPlugin);
        check(ErrorKind::StaticTls);
        check(ErrorKind::Start { message: "two\nlines\tand \\ more".to_owned() });
        check(ErrorKind::Panicked { message: "\\n".to_owned() });
        check(ErrorKind::Open { reason: String::new() });
        check(ErrorKind::MissingSymbols { symbols: vec!["a".to_owned(), "b".to_owned()] });
        check(ErrorKind::MissingLibraries { libraries: vec![NeededLibrary::new("libx.so.1")] });
        check(ErrorKind::Foreign { expected: "0.11".to_owned(), found: "0.12".to_owned() });
        check(ErrorKind::AbiMismatch { expected: AbiVersion::CURRENT, found: "9.3".to_owned() });
        check(ErrorKind::Layout { expected: AbiVersion::CURRENT, detail: "- field\n+ field".to_owned() });
        let text = |text: &str| text.to_owned();
        check(ErrorKind::Examples {
            faults: vec![ExampleFault { call: text("f(1.0)"), expected: text("2.0"), found: text("3.0") }],
        });
        check(ErrorKind::Spec {
            faults: vec![
                SpecFault::Table { table: "function", expected: 128, found: 8 },
                SpecFault::NoFunctions,
                SpecFault::Text { place: text("`f`"), found: text("\\xff") },
                SpecFault::Name { place: text("`f`"), found: text("2nd") },
                SpecFault::FunctionTwice { function: text("f") },
                SpecFault::ArgumentTwice { function: text("f"), argument: text("x") },
                SpecFault::TooManyArguments { function: text("f"), found: 33 },
                SpecFault::NoDefault { function: text("f"), argument: text("x"), before: text("y") },
                SpecFault::Unit {
                    place: text("`f`"),
                    text: text("kg/*m"),
                    error: Unit::parse("kg/*m").unwrap_err(),
                },
                SpecFault::Example { place: text("`f`"), expected: 2, found: text("1") },
            ],
        });
    }

    #[test]
    fn changes_of_the_process_come_back_as_they_went() {
        let change = |aspect, what: &str| Change {
            aspect,
            what: what.to_owned(),
            before: "a\tb".to_owned(),
            after: "none".to_owned(),
        };
        let changes: Box<[_]> =
            Box::new([change(Aspect::Signals, "SIGTERM"), change(Aspect::WorkingDirectory, "")]);
        let written = end(&Verdict::Ended(Ending::Changed(changes.clone())));
        match read(&written, std::process::id()).verdict {
            Some(Verdict::Ended(Ending::Changed(found))) => assert_eq!(found, changes),
            other => panic!("{other:?} of {written}"),
        }
    }

    #[test]
    fn the_last_step_is_known_and_half_a_line_is_none() {
        let mut journal = step(&Step::Open) + &step(&Step::Start);
        journal.push_str(&std::process::id().to_string());
        journal.push_str("\tgoo");
        let story = read(&journal, std::process::id());
        assert_eq!(story.step, Some(Step::Start));
        assert!(story.verdict.is_none() && !story.has_stranger);
    }

    #[test]
    fn a_copy_of_the_process_is_seen() {
        let story = read(&end(&Verdict::Good), std::process::id() + 1);
        assert!(story.has_stranger && story.verdict.is_none());
    }
}
