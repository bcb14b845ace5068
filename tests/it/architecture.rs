//! The arrows between the crates are exactly those that the design draws, and those inside the larger ones;
//! `unsafe` and what the outside world is reached through stay in their places.

mod floors;
mod invariants;
mod source;
mod unsafety;

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

/// Crates from elsewhere that only some of ours may use, directly. One that is added here is a change of design.
const PLACES: &[(&str, &[&str])] = &[
    ("abi_stable", &["kamodo-fixture-plugins", "kamodo-loader", "kamodo-plugin-api"]),
    ("arc-swap", &["kamodo-registry", "kamodo-server"]),
    ("capnp", &["kamodo-client", "kamodo-schema", "kamodo-server", "kamodo-wire"]),
    ("capnp-rpc", &["kamodo-client", "kamodo-server", "kamodo-wire"]),
    ("capnpc", &["xtask"]),
    ("clap", &["kamodo-host"]),
    ("libloading", &["kamodo-loader"]),
    ("notify", &["kamodo-host"]),
    ("object", &["kamodo-loader"]),
    ("rcgen", &["kamodo-wire"]),
    ("rustls", &["kamodo-wire"]),
    ("serde-saphyr", &["kamodo-host"]),
    ("tokio-rustls", &["kamodo-wire"]),
];

#[test]
fn the_arrows_are_those_of_the_design() {
    let drawn: BTreeMap<String, Vec<String>> = ARROWS
        .iter()
        .map(|(name, arrows)| ((*name).to_owned(), arrows.iter().map(|to| (*to).to_owned()).collect()))
        .collect();
    let packages = packages();
    let ours: Vec<&str> = packages.iter().map(name).collect();
    let arrows: BTreeMap<String, Vec<String>> = packages
        .iter()
        .map(|package| {
            let arrows = dependencies(package).into_iter().filter(|name| ours.contains(&name.as_str()));
            (name(package).to_owned(), arrows.collect())
        })
        .collect();
    assert_eq!(arrows, drawn);
}

#[test]
fn crates_from_elsewhere_are_used_in_their_places() {
    let packages = packages();
    for (foreign, places) in PLACES {
        let users =
            packages.iter().filter(|package| dependencies(package).iter().any(|name| name == foreign));
        let mut users: Vec<&str> = users.map(name).collect();
        users.sort_unstable();
        assert_eq!(users, *places, "{foreign}");
    }
}

/// The members of the workspace, as cargo describes them.
fn packages() -> Vec<Value> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut metadata = Command::new(cargo);
    metadata
        .args(["metadata", "--no-deps", "--format-version=1", "--locked"])
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    let metadata: Value = serde_json::from_slice(&metadata.output().unwrap().stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

fn name(package: &Value) -> &str {
    package["name"].as_str().unwrap()
}

/// What a crate depends on directly, sorted. What only its tests need is left out.
fn dependencies(package: &Value) -> Vec<String> {
    let dependencies = package["dependencies"].as_array().unwrap().iter();
    let built = dependencies.filter(|dependency| dependency["kind"].is_null());
    let mut names: Vec<String> = built.map(|dependency| name(dependency).to_owned()).collect();
    names.sort();
    names
}
