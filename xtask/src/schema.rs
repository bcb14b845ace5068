//! `cargo xtask schema`: the Rust code that is generated from the schema's files.
//!
//! The code and the compiled schema are committed, so that building needs no `capnp`; `--check` says
//! whether they are current. It looks past the versions of the generators, which the first lines name.

use std::path::Path;

use crate::project::{Failure, root, target};

/// The files of the schema, and the code that is generated from each.
const FILES: [(&str, &str); 2] =
    [("kamodo.capnp", "src/kamodo_capnp.rs"), ("extension.capnp", "src/extension_capnp.rs")];

/// The compiled schema, which a test holds against the published one.
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
    for (file, code) in FILES {
        let read =
            |folder: &Path| std::fs::read_to_string(folder.join(code)).map(|code| without_header(&code));
        if read(&fresh)? != read(&schema)? {
            return Err(Failure::new(format!("schema/{code} is not what schema/{file} generates"))
                .with_hint("run `cargo xtask schema`"));
        }
        eprintln!("schema/{code} is current");
    }
    Ok(())
}

fn generate(schema: &Path, code: &Path, request: &Path) -> Result<(), Failure> {
    let mut compiler = capnpc::CompilerCommand::new();
    for (file, _) in FILES {
        compiler.file(schema.join(file));
    }
    compiler
        .import_path(schema)
        .src_prefix(schema)
        .output_path(code)
        .raw_code_generator_request_path(request)
        .run()
        .map_err(|e| {
            Failure::new(format!("schema: {e}"))
                .with_hint("`capnp` is needed here (on Debian: `apt-get install capnproto`)")
        })
}

fn without_header(code: &str) -> String {
    code.lines().skip_while(|line| line.starts_with("//")).collect::<Vec<_>>().join("\n")
}
