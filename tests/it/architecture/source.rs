//! Rust sources as far as the tests of the architecture read them: which files there are, and their code without
//! comments, texts and tests.

use std::path::{Path, PathBuf};

/// Returns the root of the workspace.
pub(super) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Returns the Rust files under a directory of the workspace, by their paths from the root, sorted.
pub(super) fn files(directory: &str) -> Vec<PathBuf> {
    let (root, mut found) = (root(), Vec::new());
    let mut directories = vec![root.join(directory)];
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && name != "target" && !name.starts_with('.') {
                directories.push(path);
            } else if name.ends_with(".rs") {
                found.push(path.strip_prefix(&root).unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

/// Returns the code of a file without its comments, what is between quotes, and its modules of tests.
pub(super) fn code(file: &Path) -> String {
    without_tests(without_words(&std::fs::read_to_string(root().join(file)).unwrap()))
}

fn without_words(text: &str) -> String {
    let mut code = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_in_word = code.ends_with(is_word);
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            comment(rest)
        } else if let Some(length) = quoted(rest, is_in_word) {
            code.push_str("\"\"");
            length
        } else {
            code.push(first);
            first.len_utf8()
        };
        rest = &rest[skipped..];
    }
    code
}

/// The length of a comment between `/*` and `*/`, in which others may be.
fn comment(text: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    loop {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if rest.starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
        } else {
            at += rest.chars().next().unwrap().len_utf8();
        }
        if depth == 0 {
            return at;
        }
    }
}

/// The length of a text or a character that the code begins with, if it does.
fn quoted(code: &str, is_in_word: bool) -> Option<usize> {
    let raw = code.strip_prefix(['b', 'c']).unwrap_or(code).strip_prefix('r');
    if let (false, Some(raw)) = (is_in_word, raw) {
        let inside = raw.trim_start_matches('#');
        let hashes = &raw[..raw.len() - inside.len()];
        if let Some(inside) = inside.strip_prefix('"') {
            let end = format!("\"{hashes}");
            return Some(code.len() - inside.len() + inside.find(&end).unwrap() + end.len());
        }
    }
    let mut letters = code.char_indices().skip(1);
    match code.chars().next()? {
        '"' => loop {
            match letters.next().unwrap() {
                (_, '\\') => drop(letters.next()),
                (at, '"') => return Some(at + 1),
                _ => {}
            }
        },
        '\'' if letters.next()?.1 == '\\' => {
            letters.next();
            letters.find(|(_, letter)| *letter == '\'').map(|(at, _)| at + 1)
        }
        // A lifetime has no second quote.
        '\'' => letters.next().filter(|(_, letter)| *letter == '\'').map(|(at, _)| at + 1),
        _ => None,
    }
}

fn without_tests(mut code: String) -> String {
    const TESTS: &str = "#[cfg(test)]\nmod tests {";
    while let Some(start) = code.find(TESTS) {
        let mut depth = 1;
        let mut letters = code[start + TESTS.len()..].char_indices();
        while depth > 0 {
            match letters.next().unwrap().1 {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
        }
        let end = start + TESTS.len() + letters.offset();
        code.replace_range(start..end, "");
    }
    code
}

/// Returns the words of the code, in their order.
pub(super) fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|letter| !is_word(letter)).filter(|word| !word.is_empty())
}

/// Returns what follows each place of a path prefix such as `crate::`: one name, or all of a list in braces.
pub(super) fn names_after<'a>(code: &'a str, prefix: &str) -> Vec<&'a str> {
    let starts = code
        .match_indices(prefix)
        .filter(|(at, _)| !code[..*at].ends_with(|before| is_word(before) || before == '$' || before == ':'));
    starts.flat_map(|(at, _)| first_names(&code[at + prefix.len()..])).collect()
}

/// The first name of each path in `a::b`, or in `{a::b, c}`.
fn first_names(code: &str) -> Vec<&str> {
    let first = |path| words(path).next();
    let Some(list) = code.trim_start().strip_prefix('{') else { return first(code).into_iter().collect() };
    let (mut depth, mut start, mut names) = (0_usize, 0, Vec::new());
    for (at, letter) in list.char_indices() {
        match letter {
            '{' => depth += 1,
            ',' | '}' if depth == 0 => {
                names.extend(first(&list[start..at]));
                start = at + 1;
                if letter == '}' {
                    break;
                }
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    names
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

#[test]
fn words_are_those_of_the_code_alone() {
    let text = r###"
        /* unsafe /* nested */ unsafe */ fn f<'a>(x: &'a str) { // unsafe
            let (a, b, c) = ('"', '\'', "unsafe \" unsafe");
            let raw = br#"unsafe " unsafe"#; r#type('x', crate::{a::{b, c}, d});
        }
        #[cfg(test)]
mod tests { fn unsafe_one() { "}" } }
        use crate::e::f; use $crate::g; use super::h;
    "###;
    let code = without_tests(without_words(text));
    assert!(words(&code).all(|word| !word.contains("unsafe")), "{code}");
    assert!(words(&code).any(|word| word == "raw") && words(&code).any(|word| word == "type"));
    assert_eq!(names_after(&code, "crate::"), ["a", "d", "e"]);
    assert_eq!(names_after(&code, "super::"), ["h"]);
}
