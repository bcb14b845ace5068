//! `cargo xtask schema`: the Rust code that is generated from `schema/kamodo.capnp`.
//!
//! The code and the compiled schema are committed, so that building needs no `capnp`; `--check` says
//! whether they are current. It looks past the versions of the generators, which the first lines name.

use std::path::Path;

use crate::project::{Failure, root, target};

/// The generated code, and the compiled schema that a test holds against the published one.
const CODE: &str = "src/kamodo_capnp.rs";
const REQUEST: &str = "kamodo.request";

/// Generates both, in place or to compare.
pub(crate) fn run(args: &[String]) -> Result<(), Failure> {
    let schema = root().join("schema");
    if !args.iter().any(|arg| arg == "--check") {
        return generate(&schema, &schema.join("src"), &schema.join(REQUEST));
    }
    let fresh = target().join("schema");
    std::fs::create_dir_all(fresh.join("src"))?;
    generate(&schema, &fresh.join("src"), &fresh.join(REQUEST))?;
    let code = |folder: &Path| std::fs::read_to_string(folder.join(CODE)).map(|code| without_header(&code));
    if code(&fresh)? != code(&schema)? {
        return Err(Failure::new(format!("schema/{CODE} is not what schema/kamodo.capnp generates"))
            .with_hint("run `cargo xtask schema`"));
    }
    eprintln!("schema/{CODE} is current");
    Ok(())
}

fn generate(schema: &Path, code: &Path, request: &Path) -> Result<(), Failure> {
    capnpc::CompilerCommand::new()
        .src_prefix(schema)
        .file(schema.join("kamodo.capnp"))
        .output_path(code)
        .raw_code_generator_request_path(request)
        .run()
        .map_err(|e| {
            Failure::new(format!("schema/kamodo.capnp: {e}"))
                .with_hint("`capnp` is needed here (on Debian: `apt-get install capnproto`)")
        })
}

fn without_header(code: &str) -> String {
    code.lines().skip_while(|line| line.starts_with("//")).collect::<Vec<_>>().join("\n")
}
