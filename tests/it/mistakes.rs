//! What the server says of mistakes: the page that shows it, and what of each makes it an error message.

use std::fmt::Write as _;
use std::fs;

use kamodo_tests::{Project, check_page, hint, root};

const PAGE: &str = "docs/mistakes.md";
const HEAD: &str = "# Mistakes, and what is said of them
Each of these files is checked by a test, with `kamodo-rpc check`, and this page is what it says.
`KAMODO_UPDATE_DOCS=1 cargo test -p kamodo-tests --test it mistakes` writes it anew.
";

#[test]
fn the_page_shows_what_is_said() {
    let folder = root().join("tests/fixtures/mistakes");
    let mut fixtures: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    fixtures.sort();
    let project = Project::new("f: x");
    let mut page = HEAD.to_owned();
    for fixture in fixtures {
        let text = fs::read_to_string(&fixture).unwrap();
        let (title, source) = text.split_once('\n').expect("a title, then the file");
        let title = title.trim_start_matches("# ");
        project.replace("kamodo_rpc.yaml", source);
        let said = project.run(&["check", "kamodo_rpc.yaml"]).stdout;
        // The table comes first, the counts last: between them stands what is said.
        let said =
            said.split("\n\n").filter(|part| part.contains(": error: ") || part.contains(": warning: "));
        let said: Vec<_> = said.collect();
        assert!(!said.is_empty(), "{title}: nothing is said");
        for one in &said {
            follow(&project, source, one, said.len());
        }
        let said = said.join("\n\n");
        let _ = write!(page, "\n## {title}\n```yaml\n{}\n```\n```text\n{said}\n```\n", source.trim_end());
    }
    check_page(PAGE, |_| page);
}

/// Does what the hint of a diagnostic says, as a reader would, and checks the file again: the mistake is gone then, and
/// there is no new one. What the hint shows as an example is right in a file of its own.
#[track_caller]
fn follow(project: &Project, source: &str, told: &str, n_told: usize) {
    let (head, hint) = told.rsplit_once("\nhint: ").unwrap_or_else(|| panic!("no hint:\n{told}"));
    let place = head.lines().next().unwrap_or_default().split(':').collect::<Vec<_>>();
    let number = |at: usize| place.get(at).and_then(|text| text.parse::<usize>().ok());
    let (Some(line), Some(column)) = (number(1), number(2)) else { panic!("no place:\n{told}") };
    let message = message_of(head);
    let carets = head.lines().nth(2).unwrap_or_default().matches('^').count();
    let place = hint::Place { file_text: source, line, column, width: carets };
    let check = |text: &str| {
        project.replace("kamodo_rpc.yaml", text);
        project.run(&["check", "kamodo_rpc.yaml"]).stdout
    };
    match hint::read(message, hint, place).unwrap_or_else(|error| panic!("{error}\n{told}")) {
        hint::Reading::Prose => {}
        hint::Reading::Examples(examples) => {
            for example in examples {
                let above: Vec<_> =
                    source.lines().filter(|other| source.lines().nth(line - 1) != Some(other)).collect();
                let said = check(&format!("{}\n{example}\n", above.join("\n")));
                assert!(!said.contains(": error: `example`"), "{told}\n{example}\n{said}");
            }
        }
        hint::Reading::Edits(edits) | hint::Reading::Steps(edits) => {
            for edit in edits {
                let said = check(&edit);
                let again: Vec<_> = said.split("\n\n").filter(|part| part.contains("\nhint: ")).collect();
                assert!(again.iter().all(|one| message_of(one) != message), "{told}\n{edit}\n{said}");
                assert!(again.len() < n_told, "{told}\n{edit}\n{said}");
            }
        }
    }
}

/// Returns what a diagnostic says is wrong, without its place and its function.
fn message_of(told: &str) -> &str {
    let head = told.lines().next().unwrap_or_default();
    let message = head.split_once(": error: ").or_else(|| head.split_once(": warning: "));
    let message = message.map_or(head, |(_, message)| message);
    match message.strip_prefix('`').and_then(|rest| rest.split_once("`: ")) {
        Some((name, message)) if !name.contains('`') => message,
        _ => message,
    }
}
