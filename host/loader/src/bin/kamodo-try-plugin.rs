//! Tries a plugin where the host's own binary is not at hand: for tests, and for programs that load plugins
//! without it.

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    match &*arguments {
        [staged, journal] => kamodo_loader::try_plugin(Path::new(staged), Path::new(journal)),
        _ => {
            eprintln!("usage: kamodo-try-plugin STAGED JOURNAL");
            ExitCode::from(64)
        }
    }
}
