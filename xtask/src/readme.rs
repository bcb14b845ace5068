//! The README as a program: its fenced blocks, in order.
//!
//! The first word after the fence is the language, the second what the block is for:
//! - `sh` runs in a shell, `python` in the published client's environment;
//! - `sh server` runs in a terminal of its own and stays, `sh tests` is the command that runs every test;
//! - a language with a file's name writes that file;
//! - `text` is what the block before it prints, `text server` what the server prints.
//!
//! In what is expected, a line `…` stands for any lines and `…` within a line for any text. Any other
//! block is not for running, and an error: what the README shows is what is tested.

use crate::project::Failure;

/// One step of the README.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// The last heading above it.
    pub(crate) heading: String,
    /// What to do.
    pub(crate) action: Action,
    /// The block's text.
    pub(crate) text: String,
    /// What it prints, where the README says so.
    pub(crate) expected: Option<String>,
}

/// What a block is for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Runs in a shell.
    Shell,
    /// Runs in a shell and stays.
    Server,
    /// Runs every test: done by whoever runs the README as one of the tests.
    Tests,
    /// Runs in the published client's Python.
    Python,
    /// Is the content of a file.
    Write(String),
    /// Is what the server prints.
    ServerPrints,
}

/// Reads the steps of `markdown`.
pub(crate) fn steps(markdown: &str) -> Result<Vec<Step>, Failure> {
    let (mut steps, mut heading): (Vec<Step>, _) = (Vec::new(), String::new());
    let mut lines = markdown.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        if let Some(title) = line.strip_prefix('#') {
            heading = title.trim_start_matches('#').trim().to_owned();
        }
        let Some(fence) = line.strip_prefix("```") else { continue };
        let text: Vec<&str> =
            lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```").collect();
        let text = text.join("\n");
        let words: Vec<&str> = fence.split_whitespace().collect();
        let action = match words[..] {
            ["sh"] => Action::Shell,
            ["sh", "server"] => Action::Server,
            ["sh", "tests"] => Action::Tests,
            ["python"] => Action::Python,
            ["text", "server"] => Action::ServerPrints,
            ["text"] => {
                let before = steps.last_mut().filter(|step| step.expected.is_none());
                before.ok_or_else(|| wrong(index, fence, "a block before it that prints"))?.expected =
                    Some(text);
                continue;
            }
            [_, file] if file.contains('.') => Action::Write(file.to_owned()),
            _ => return Err(wrong(index, fence, "one of those that xtask/src/readme.rs lists")),
        };
        steps.push(Step { heading: heading.clone(), action, text, expected: None });
    }
    Ok(steps)
}

/// Returns whether `printed` is what the README says, with `…` for anything.
pub(crate) fn agrees(printed: &[String], expected: &str) -> bool {
    let expected: Vec<&str> = expected.lines().map(str::trim_end).collect();
    lines_agree(printed, &expected)
}

fn lines_agree(printed: &[String], expected: &[&str]) -> bool {
    match (printed, expected) {
        ([], []) => true,
        (_, ["…", rest @ ..]) => (0..=printed.len()).any(|n| lines_agree(&printed[n..], rest)),
        ([line, printed @ ..], [pattern, rest @ ..]) => {
            line_agrees(line.trim_end(), pattern) && lines_agree(printed, rest)
        }
        _ => false,
    }
}

fn line_agrees(line: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('…');
    let Some(mut rest) = parts.next().and_then(|first| line.strip_prefix(first)) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

fn wrong(index: usize, fence: &str, expected: &str) -> Failure {
    Failure::new(format!("README.md:{}: block `{fence}`: expected {expected}", index + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_become_steps() {
        let markdown = "# Top\n```sh\nls\n```\n```text\na\n…\n```\n## Next\n```python server.py\nx\n```\n";
        let steps = steps(markdown).unwrap();
        let shown: Vec<_> = steps
            .iter()
            .map(|s| (s.heading.as_str(), &s.action, s.text.as_str(), s.expected.as_deref()))
            .collect();
        assert_eq!(
            shown,
            [
                ("Top", &Action::Shell, "ls", Some("a\n…")),
                ("Next", &Action::Write("server.py".to_owned()), "x", None),
            ]
        );
    }

    #[test]
    fn a_block_of_no_known_kind_is_an_error() {
        let error = steps("\n```fish\nls\n```\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "README.md:2: block `fish`: expected one of those that xtask/src/readme.rs lists"
        );
    }

    #[track_caller]
    fn check(printed: &str, expected: &str, agree: bool) {
        let printed: Vec<String> = printed.lines().map(str::to_owned).collect();
        assert_eq!(agrees(&printed, expected), agree, "{printed:?} against {expected:?}");
    }

    #[test]
    fn dots_stand_for_anything() {
        check("19", "19", true);
        check("19\n20", "19", false);
        check("19", "190", false);
        check("a\nb\nc", "a\n…\nc", true);
        check("a\nc", "a\n…\nc", true);
        check("a\nb", "a\n…\nc", false);
        check("ready on localhost:60000", "ready on …", true);
        check("ready on localhost:60000", "… on …:60000", true);
        check("ready on localhost:60001", "… on …:60000", false);
    }
}
