//! The page on the language: each of its files is served, each of its commands run, and what is said of a file stands
//! below it.

use std::fmt::Write as _;

use kamodo_tests::{Project, Server, check_page};

const PAGE: &str = "docs/language.md";

/// What begins a block that shows what `check` says of the file above it.
const SAID: &str = "kamodo_rpc.yaml:";

/// A file of the page that is served, and what `check` says of it.
struct Example<'a> {
    project: &'a Project,
    port: u16,
    said: String,
    is_shown: bool,
}

impl Example<'_> {
    fn serve(&mut self, file: &str) {
        assert!(self.is_shown || self.said.is_empty(), "{PAGE} does not show what is said:\n{}", self.said);
        self.project.replace("kamodo_rpc.yaml", file);
        let said = self.project.run(&["check", "kamodo_rpc.yaml"]).stdout;
        let said =
            said.split("\n\n").filter(|part| part.contains(": error: ") || part.contains(": warning: "));
        self.said = said.collect::<Vec<_>>().join("\n\n");
        self.is_shown = false;
        if !self.said.contains(": error: ") {
            self.run("kamodo-rpc reload");
        }
    }

    fn run(&self, command: &str) -> String {
        self.project.shell_at(self.port, &format!("exec 2>&1; {command}")).stdout
    }

    /// Writes a block of text anew.
    fn text(&mut self, block: &str) -> String {
        if block.starts_with(SAID) {
            self.is_shown = true;
            assert!(!self.said.is_empty(), "nothing is said of the file above:\n{block}");
            return format!("{}\n", self.said.trim_end());
        }
        let mut now = String::new();
        for command in block.lines().filter_map(|line| line.strip_prefix("$ ")) {
            let _ = write!(now, "$ {command}\n{}", self.run(command));
        }
        now
    }
}

/// Writes the page anew, with what its files and commands come to now.
fn rendered(page: &str) -> String {
    let project = Project::new("f: x");
    let server = Server::start(&project);
    let mut example = Example { project: &project, port: server.port(), said: String::new(), is_shown: true };
    let mut now = String::new();
    let mut blocks = page.split("```");
    while let Some(prose) = blocks.next() {
        now += prose;
        let Some(block) = blocks.next() else { break };
        let (language, text) = block.split_once('\n').expect("a block has lines");
        let text = match language {
            "yaml" => {
                example.serve(text);
                text.to_owned()
            }
            "text" => example.text(text),
            _ => text.to_owned(),
        };
        let _ = write!(now, "```{language}\n{text}```");
    }
    assert!(
        example.is_shown || example.said.is_empty(),
        "{PAGE} does not show what is said:\n{}",
        example.said
    );
    now
}

#[test]
fn the_page_shows_what_its_examples_come_to() {
    check_page(PAGE, rendered);
}
