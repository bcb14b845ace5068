//! The arrows between the crates are exactly those that the design draws.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

/// Each crate with those that it depends on, directly. An arrow that is added here is a change of design.
const ARROWS: &[(&str, &[&str])] = &[
    ("kamodo-client", &["kamodo-schema", "kamodo-units", "kamodo-value", "kamodo-wire"]),
    ("kamodo-compute", &["kamodo-value"]),
    ("kamodo-expr", &["kamodo-compute", "kamodo-units", "kamodo-value"]),
    ("kamodo-files", &[]),
    ("kamodo-fixture-plugins", &["kamodo-plugin-api"]),
    (
        "kamodo-host",
        &[
            "kamodo-client",
            "kamodo-compute",
            "kamodo-expr",
            "kamodo-files",
            "kamodo-loader",
            "kamodo-registry",
            "kamodo-relay",
            "kamodo-server",
            "kamodo-units",
            "kamodo-value",
            "kamodo-wire",
        ],
    ),
    (
        "kamodo-loader",
        &["kamodo-files", "kamodo-plugin-api", "kamodo-registry", "kamodo-units", "kamodo-value"],
    ),
    ("kamodo-plugin-api", &[]),
    ("kamodo-plugin-dipole", &["kamodo-plugin-api"]),
    ("kamodo-plugin-magnetopause", &["kamodo-plugin-api"]),
    ("kamodo-registry", &["kamodo-compute", "kamodo-expr", "kamodo-units", "kamodo-value"]),
    (
        "kamodo-relay",
        &["kamodo-client", "kamodo-expr", "kamodo-files", "kamodo-registry", "kamodo-units", "kamodo-value"],
    ),
    ("kamodo-schema", &[]),
    (
        "kamodo-server",
        &[
            "kamodo-expr",
            "kamodo-files",
            "kamodo-registry",
            "kamodo-schema",
            "kamodo-units",
            "kamodo-value",
            "kamodo-wire",
        ],
    ),
    ("kamodo-tests", &["kamodo-host"]),
    ("kamodo-units", &[]),
    ("kamodo-value", &["kamodo-units"]),
    ("kamodo-wire", &["kamodo-files", "kamodo-schema", "kamodo-value"]),
    ("xtask", &[]),
];

#[test]
fn the_arrows_are_those_of_the_design() {
    let drawn: BTreeMap<String, Vec<String>> = ARROWS
        .iter()
        .map(|(name, arrows)| ((*name).to_owned(), arrows.iter().map(|to| (*to).to_owned()).collect()))
        .collect();
    assert_eq!(arrows(), drawn);
}

fn arrows() -> BTreeMap<String, Vec<String>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut metadata = Command::new(cargo);
    metadata
        .args(["metadata", "--no-deps", "--format-version=1", "--locked"])
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    let metadata: Value = serde_json::from_slice(&metadata.output().unwrap().stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let ours: Vec<&str> = packages.iter().map(|package| package["name"].as_str().unwrap()).collect();
    packages
        .iter()
        .map(|package| {
            let dependencies = package["dependencies"].as_array().unwrap().iter();
            // what only tests need is no arrow
            let built = dependencies.filter(|dependency| dependency["kind"].is_null());
            let mut arrows: Vec<String> = built
                .map(|dependency| dependency["name"].as_str().unwrap())
                .filter(|name| ours.contains(name))
                .map(str::to_owned)
                .collect();
            arrows.sort();
            (package["name"].as_str().unwrap().to_owned(), arrows)
        })
        .collect()
}
