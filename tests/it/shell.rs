//! The page that shows the shell's commands: each of them is run, and prints what the page says.

use std::fmt::Write as _;

use kamodo_tests::{Project, Server, check_page};

const PAGE: &str = "docs/shell.md";

/// Writes the page anew, with what its commands print now.
fn rendered(page: &str) -> String {
    let project = Project::new("f: x**2 - x - 1\np_dyn(n[1/cm^3],v[km/s])[nPa]: 1.6726e-6*n*v**2");
    let server = Server::start(&project);
    let (mut now, mut is_run) = (String::new(), false);
    for line in page.lines() {
        match line.strip_prefix("$ ").filter(|_| is_run) {
            Some(command) => {
                let said = project.shell_at(server.port(), &format!("exec 2>&1; {command}"));
                let _ = write!(now, "{line}\n{}", said.stdout);
            }
            None if line.starts_with("```") => {
                is_run = line == "```text";
                let _ = writeln!(now, "{line}");
            }
            None if is_run => {} // what it said before
            None => {
                let _ = writeln!(now, "{line}");
            }
        }
    }
    now
}

#[test]
fn the_page_shows_what_is_printed() {
    check_page(PAGE, rendered);
}
