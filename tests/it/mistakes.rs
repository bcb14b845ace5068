//! What the server says of mistakes: the page that shows it, and what of each makes it an error message.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use kamodo_tests::Project;

const PAGE: &str = "docs/mistakes.md";
const HEAD: &str = "# Mistakes, and what is said of them
Each of these files is checked by a test, with `kamodo-rpc check`, and this page is what it says.
`KAMODO_UPDATE_DOCS=1 cargo test -p kamodo-tests --test it mistakes` writes it anew.
";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests are a folder of the project").to_owned()
}

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
        let said = said.collect::<Vec<_>>().join("\n\n");
        assert!(!said.is_empty(), "{title}: nothing is said");
        for one in said.split("\n\n") {
            assert!(one.contains("\nhint: "), "{title}: no hint:\n{one}");
        }
        let _ = write!(page, "\n## {title}\n```yaml\n{}\n```\n```text\n{said}\n```\n", source.trim_end());
    }
    let path = root().join(PAGE);
    if std::env::var_os("KAMODO_UPDATE_DOCS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let shown = fs::read_to_string(&path).unwrap_or_default();
    assert!(shown == page, "{PAGE} is not what is said now; KAMODO_UPDATE_DOCS=1 writes it:\n{page}");
}
