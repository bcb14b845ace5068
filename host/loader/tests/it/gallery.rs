//! `docs/refusals.md`: what is said of every kind of file that does not load, as it is said.
//!
//! `KAMODO_UPDATE_DOCS=1 cargo test -p kamodo-loader gallery` writes the page anew.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use kamodo_loader::{Limits, StageDir, load};

use crate::fixtures::{Place, built, trial};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/refusals.md");

/// Of each file that is refused: what it is, and how it comes to be in a place.
type Exhibit = (&'static str, fn(&Place) -> PathBuf);

const ROOMS: &[(&str, &[Exhibit])] = &[
    (
        "Files that are not whole, or no libraries",
        &[
            ("An empty file", |place| place.write("model.so", b"")),
            ("A script", |place| place.write("model.so", b"#!/bin/sh\n")),
            ("The beginning of a library", |place| {
                place.write("model.so", &fs::read(built("v1")).unwrap()[..40])
            }),
            ("A library whose second half is zeros", |place| {
                let mut bytes = fs::read(built("v1")).unwrap();
                let half = bytes.len() / 2;
                bytes[half..].fill(0);
                place.write("model.so", &bytes)
            }),
            ("An object file", |place| place.compile("model.so", "int x;", &["-c"])),
            ("A directory", |place| {
                fs::create_dir(place.path("model.so")).unwrap();
                place.path("model.so")
            }),
            ("A file that its checksum does not fit", |place| {
                let sum = "0123456789abcdef".repeat(4);
                fs::write(place.path("model.so.sha256"), format!("{sum}  model.so\n")).unwrap();
                place.write("model.so", b"half a copy")
            }),
        ],
    ),
    (
        "Libraries that lack something",
        &[
            ("Two libraries that are not installed", |place| {
                let names = ["libatmosphere.so.2", "libchemistry.so"];
                let libraries = names.map(|name| {
                    let soname = format!("-Wl,-soname,{name}");
                    place.compile(name, "int x;", &["-shared", "-fPIC", &soname])
                });
                let linked = libraries.each_ref().map(|library| library.to_str().unwrap());
                let arguments = ["-shared", "-fPIC", "-Wl,--no-as-needed", linked[0], linked[1]];
                let model = place.compile("model.so", "", &arguments);
                for library in &libraries {
                    fs::remove_file(library).unwrap();
                }
                model
            }),
            ("A library that stands beside the plugin", |place| {
                let soname = "-Wl,-soname,libgrid.so";
                let library = place.compile("libgrid.so", "int x;", &["-shared", "-fPIC", soname]);
                let linked = library.to_str().unwrap();
                let arguments = ["-shared", "-fPIC", "-Wl,--no-as-needed", linked, "-Wl,-rpath,$ORIGIN"];
                place.compile("model.so", "", &arguments)
            }),
            ("Functions that were never linked in", |place| {
                let source = "void dgemm_(void), dgetrf_(void); void f(void) { dgemm_(); dgetrf_(); }";
                place.compile("model.so", source, &["-shared", "-fPIC"])
            }),
            ("A library that is no plugin", |place| {
                place.compile("model.so", "double f(double x) { return x; }", &["-shared", "-fPIC"])
            }),
            ("A plugin for a later host", |place| place.install("bad_abi", "model.so")),
            ("A plugin with another layout", |place| place.install("bad_layout", "model.so")),
        ],
    ),
    (
        "Plugins that contradict themselves",
        &[
            ("Signatures that do not hold together", |place| place.install("bad_spec", "model.so")),
            ("Names of the language", |place| place.install("reserved_names", "model.so")),
            ("Characters that nobody sees", |place| place.install("unseen", "model.so")),
            ("Examples that do not hold", |place| place.install("bad_examples", "model.so")),
            ("A state that cannot be built", |place| place.install("fails_at_start", "model.so")),
            ("A panic while it starts", |place| place.install("panics_at_start", "model.so")),
        ],
    ),
    (
        "Plugins that do not come through their trial",
        &[
            ("A memory fault", |place| place.install_deed("start: segfault", "model.so")),
            ("An abort", |place| place.install_deed("start: abort", "model.so")),
            ("An exit, in an example", |place| place.install_deed("example: exit", "model.so")),
            ("A wait without an end", |place| {
                let limits = Limits { trial: Duration::from_secs(2), ..Limits::default() };
                place.stage.set_limits(limits);
                place.install_deed("example: wait", "model.so")
            }),
            ("A fork", |place| place.install_deed("start: fork", "model.so")),
            ("A descriptor closed that is not its own", |place| {
                place.install_deed("start: close", "model.so")
            }),
            ("Another working directory for everybody", |place| {
                place.install_change("start: chdir", "model.so")
            }),
            ("A signal that ends the server ignored", |place| {
                place.install_change("example: no_sigterm", "model.so")
            }),
            ("Another locale for everybody", |place| place.install_change("open: locale", "model.so")),
        ],
    ),
];

fn page() -> String {
    let mut page = "# The gallery of refusals\n\
        What is said of a file that is not loaded: the file, the beginning of its SHA-256, what is wrong, what was \
        expected and what was found, and what to do.\n\
        What was served before it stays served.\n\n\
        A test writes this page (`KAMODO_UPDATE_DOCS=1 cargo test -p kamodo-loader gallery`) and holds it to what \
        is said.\n"
        .to_owned();
    for (title, exhibits) in ROOMS {
        page.push_str(&format!("\n## {title}\n"));
        for (title, exhibit) in *exhibits {
            let place = Place::new();
            let path = exhibit(&place);
            let error = load(&path, &place.stage).unwrap_err();
            let refusal = place.render(&error);
            let here = std::env::current_dir().unwrap();
            let refusal = refusal.replace(&format!("`{}`", here.display()), "`/srv/kamodo`");
            let refusal = match error.digest() {
                Some(digest) => refusal.replace(&digest.to_string()[8..], "…"),
                None => refusal,
            };
            page.push_str(&shown(title, &refusal));
        }
    }
    let place = Place::new();
    let stage = StageDir::create(place.path("full")).unwrap().with_trial(trial());
    stage.set_limits(Limits { refuse_at: 0, ..Limits::default() });
    let error = load(&place.install("v1", "model.so"), &stage).unwrap_err();
    let refusal = place.render(&error);
    let open = refusal.split("found ").nth(1).and_then(|rest| rest.split(':').next()).unwrap().to_owned();
    let refusal =
        refusal.replace(&format!("found {open}"), "found 1000").replace("fewer than 0", "fewer than 1000");
    page.push_str("\n## A process that has opened enough\n");
    page.push_str(&shown("The thousand and first library", &refusal));
    page
}

fn shown(title: &str, refusal: &str) -> String {
    let refusal =
        refusal.replace("digest8", "1f0c9a4e").replace("kamodo-try-plugin", "kamodo-rpc try-plugin");
    format!("\n### {title}\n```text\n{refusal}\n```\n")
}

#[test]
#[cfg(target_arch = "x86_64")] // the page names no other machine
fn gallery() {
    let page = page();
    if std::env::var_os("KAMODO_UPDATE_DOCS").is_some() {
        fs::create_dir_all(Path::new(PAGE).parent().unwrap()).unwrap();
        fs::write(PAGE, &page).unwrap();
    }
    let written = fs::read_to_string(PAGE).unwrap_or_default();
    assert!(written == page, "docs/refusals.md is not what is said; `KAMODO_UPDATE_DOCS=1` writes it anew");
}
