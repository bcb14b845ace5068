//! Diagnostics of a bounded number and size, however large the text is that they are about.

use std::borrow::Cow;
use std::collections::HashMap;

use super::{Diagnostic, Severity};

/// How many diagnostics are kept of one look; the rest is counted.
pub const MAX_DIAGNOSTICS: usize = 100;

/// The longest message, and the longest hint, in bytes.
const MAX_MESSAGE: usize = 2000;

/// The longest name in a message, in characters.
const MAX_NAME: usize = 80;

/// How many names of a list are shown.
const MAX_NAMES: usize = 8;

/// How many places of one diagnostic are shown.
const MAX_LABELS: usize = 8;

/// Shortens a name of more than 80 characters: its beginning and its end, with an ellipsis between.
#[must_use]
pub fn shortened(name: &str) -> Cow<'_, str> {
    shortened_to(MAX_NAME, name)
}

/// Shortens a text of more than so many characters, at least 40, as [`shortened`] does.
#[must_use]
pub fn shortened_to(max: usize, text: &str) -> Cow<'_, str> {
    // A text of few bytes has few characters; only a long one is counted.
    if text.len() <= max || text.chars().nth(max).is_none() {
        return Cow::Borrowed(text);
    }
    let head: String = text.chars().take(max.saturating_sub(20)).collect();
    let n_tail = text.char_indices().rev().nth(18).map_or(0, |(at, _)| at);
    Cow::Owned(format!("{head}…{}", &text[n_tail..]))
}

/// Lists names in backticks, separated by commas; of more than eight the first, and how many more there are.
#[must_use]
pub fn listed(names: &[impl AsRef<str>]) -> String {
    let n_shown = if names.len() > MAX_NAMES { MAX_NAMES - 1 } else { names.len() };
    let shown = names[..n_shown].iter().map(|name| format!("`{}`", shortened(name.as_ref())));
    let text = shown.collect::<Vec<_>>().join(", ");
    match names.len() - n_shown {
        0 => text,
        n_more => format!("{text} and {n_more} more"),
    }
}

/// Keeps the first hundred diagnostics, errors rather than warnings, each of a bounded size, and says at the
/// end how many more there are. Those of one file come together, in the order of their places.
#[must_use]
pub fn bounded(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut files = HashMap::new();
    for diagnostic in &diagnostics {
        let n_files = files.len();
        files.entry(diagnostic.file.clone()).or_insert(n_files);
    }
    diagnostics.sort_by_key(|one| (files[&one.file], one.position()));
    let is_error = |one: &Diagnostic| one.severity == Severity::Error;
    let n_errors = diagnostics.iter().filter(|one| is_error(one)).count();
    let n_warnings = diagnostics.len() - n_errors;
    if diagnostics.len() <= MAX_DIAGNOSTICS {
        return diagnostics.into_iter().map(Diagnostic::bounded).collect();
    }
    let (mut errors_left, mut warnings_left) = (MAX_DIAGNOSTICS, MAX_DIAGNOSTICS.saturating_sub(n_errors));
    let mut kept: Vec<_> = diagnostics
        .into_iter()
        .filter(|one| {
            let left = if is_error(one) { &mut errors_left } else { &mut warnings_left };
            let is_kept = *left > 0;
            *left = left.saturating_sub(1);
            is_kept
        })
        .map(Diagnostic::bounded)
        .collect();
    let counted = |n: usize, what: &str| match n {
        0 => None,
        1 => Some(format!("1 more {what}")),
        n => Some(format!("{n} more {what}s")),
    };
    let more_errors = counted(n_errors - n_errors.min(MAX_DIAGNOSTICS), "error");
    let shown_warnings = n_warnings.min(MAX_DIAGNOSTICS.saturating_sub(n_errors));
    let more_warnings = counted(n_warnings - shown_warnings, "warning");
    let severity = if more_errors.is_some() { Severity::Error } else { Severity::Warning };
    let more: Vec<_> = more_errors.into_iter().chain(more_warnings).collect();
    kept.push(
        Diagnostic::new(severity, format!("and {}", more.join(" and ")))
            .with_hint("mend those that are shown, and look again"),
    );
    kept
}

impl Diagnostic {
    /// Cuts what is too long in it: its message and hint, its names, and the number of its places.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        if let Some(name) = &self.function
            && let Cow::Owned(short) = shortened(name)
        {
            self.function = Some(short);
        }
        cut(&mut self.message, MAX_MESSAGE);
        if let Some(hint) = &mut self.hint {
            cut(hint, MAX_MESSAGE);
        }
        self.labels.truncate(MAX_LABELS);
        for label in &mut self.labels {
            cut(&mut label.text, MAX_MESSAGE / 4);
        }
        self
    }
}

/// Cuts the middle out of a text of more than so many bytes.
pub(super) fn cut(text: &mut String, max: usize) {
    if text.len() > max {
        let is_boundary = |at: &usize| text.is_char_boundary(*at);
        let head = (0..=max * 3 / 4).rev().find(is_boundary).unwrap_or(0);
        let tail = (text.len() - max / 5..text.len()).find(is_boundary).unwrap_or(text.len());
        *text = format!("{} … {}", &text[..head], &text[tail..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn several(n_errors: usize, n_warnings: usize) -> Vec<Diagnostic> {
        let all = (0..n_errors + n_warnings).rev().map(|index| {
            let severity = if index < n_errors { Severity::Error } else { Severity::Warning };
            Diagnostic::new(severity, index.to_string())
        });
        all.collect()
    }

    #[track_caller]
    fn check(n_errors: usize, n_warnings: usize, n_kept: usize, last: &str) {
        let found = bounded(several(n_errors, n_warnings));
        assert_eq!(found.len(), n_kept);
        assert_eq!(found.last().map(|last| last.message.as_str()), Some(last));
    }

    #[test]
    fn a_hundred_diagnostics_are_kept_and_the_rest_is_counted() {
        check(60, 40, 100, "0");
        check(101, 0, 101, "and 1 more error");
        check(50_000, 1, 101, "and 49900 more errors and 1 more warning");
        check(100, 2, 101, "and 2 more warnings");
        check(0, 130, 101, "and 30 more warnings");
        check(30, 71, 101, "and 1 more warning");
    }

    #[test]
    fn an_error_is_kept_rather_than_a_warning() {
        let found = bounded(several(100, 100));
        assert!(found[..100].iter().all(|one| one.severity == Severity::Error));
    }

    #[test]
    fn a_long_text_loses_its_middle() {
        let long = Diagnostic::new(Severity::Error, "é".repeat(500_000)).with_hint("x".repeat(500_000));
        let found = long.with_function("f".repeat(500_000)).bounded();
        assert!(found.message.len() <= MAX_MESSAGE && found.message.contains(" … "));
        assert!(found.hint.is_some_and(|hint| hint.len() <= MAX_MESSAGE));
        assert!(found.function.is_some_and(|name| name.chars().count() == MAX_NAME));
    }

    #[test]
    fn a_long_list_of_names_is_counted() {
        assert_eq!(listed(&["a", "b"]), "`a`, `b`");
        let names: Vec<_> = (0..10_000).map(|index| format!("f{index}")).collect();
        assert_eq!(listed(&names), "`f0`, `f1`, `f2`, `f3`, `f4`, `f5`, `f6` and 9993 more");
        assert_eq!(listed(&names[..8]), "`f0`, `f1`, `f2`, `f3`, `f4`, `f5`, `f6`, `f7`");
    }
}
