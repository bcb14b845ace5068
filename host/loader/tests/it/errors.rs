//! What is said of files that do not load.

use std::fs::{self, DirBuilder, File};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt, symlink};
use std::path::Path;

use abi_stable::library::AbiHeader;
use insta::assert_snapshot;
use kamodo_loader::{Ending, ErrorKind, StageDir, Step, load};
use kamodo_registry::ContributedFunction;
use rustix::fs::{CWD, FileType, Mode, mknodat};

use crate::fixtures::{Place, built, cargo};

#[test]
fn truncations_are_refused() {
    let place = Place::new();
    let whole = fs::read(built("v1")).unwrap();
    for cut in 0..60 {
        let length = whole.len() * cut / 60;
        let mut bytes = whole[..length].to_vec();
        for tail in ["cut off", "zeros"] {
            let error = load(&place.write("half.so", &bytes), &place.stage).unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::Damaged(_)), "{length} bytes, {tail}: {error}");
            bytes.resize(whole.len(), 0);
        }
    }
    assert_eq!(fs::read_dir(place.stage.path()).unwrap().count(), 0, "none was staged");
}

#[test]
fn damaged_files() {
    let place = Place::new();
    let whole = fs::read(built("v1")).unwrap();
    assert_snapshot!(place.refusal(&place.write("empty.so", b"")), @r"
    empty.so (digest8): the file is empty
    hint: copy it anew, under another name, and move it into place when it is whole
    ");
    assert_snapshot!(place.refusal(&place.write("text.so", b"#!/bin/sh\n")), @r"
    text.so (digest8): expected a shared library (ELF), found a file that begins with `#!/b`
    hint: build it as a `cdylib` whose functions `kamodo_plugin_api::export!` lists
    ");
    assert_snapshot!(place.refusal(&place.write("head.so", &whole[..40])), @r"
    head.so (digest8): expected its header up to byte 64, found the end of the file at 40
    hint: copy it anew, under another name, and move it into place when it is whole
    ");
    // The length of the library differs from compiler to compiler.
    let half = place.refusal(&place.write("half.so", &whole[..1_000_000]));
    assert_snapshot!(half.split(" up to byte").next().unwrap(), @"half.so (digest8): expected its table of sections");
    let mut zeros = whole.clone();
    zeros[1_000_000..].fill(0);
    assert_snapshot!(place.refusal(&place.write("zeros.so", &zeros)), @r"
    zeros.so (digest8): expected the section of section names to be a string table, found section type 0
    hint: copy it anew, under another name, and move it into place when it is whole
    ");
}

#[test]
fn files_for_something_else() {
    let place = Place::new();
    let mut bytes = fs::read(built("v1")).unwrap();
    let patched = |place: &Place, at: usize, value: u8, bytes: &mut Vec<u8>| {
        let before = std::mem::replace(&mut bytes[at], value);
        let refusal = place.refusal(&place.write("plugin.so", bytes));
        bytes[at] = before;
        refusal.replace("x86-64", "HERE").replace("AArch64", "HERE")
    };
    let (class, machine) = (4, 18);
    assert_snapshot!(patched(&place, class, 1, &mut bytes), @r"
    plugin.so (digest8): expected a shared library for HERE, found one for a 32-bit machine
    hint: build it for HERE
    ");
    assert_snapshot!(patched(&place, machine, 243, &mut bytes), @r"
    plugin.so (digest8): expected a shared library for HERE, found one for RISC-V
    hint: build it for HERE
    ");
    let source = "int main(void) { return 0; }";
    assert_snapshot!(place.refusal(&place.compile("program.so", source, &["-no-pie"])), @r"
    program.so (digest8): expected a shared library, found a program
    hint: build it as a `cdylib` whose functions `kamodo_plugin_api::export!` lists
    ");
    assert_snapshot!(place.refusal(&place.compile("object.so", source, &["-c"])), @r"
    object.so (digest8): expected a shared library, found an object file
    hint: build it as a `cdylib` whose functions `kamodo_plugin_api::export!` lists
    ");
}

#[test]
fn unreadable_files() {
    let place = Place::new();
    assert_snapshot!(place.refusal(&place.path("gone.so")), @r"
    gone.so: cannot read the plugin: No such file or directory (os error 2)
    hint: make it readable for the server
    ");
    fs::create_dir(place.path("folder.so")).unwrap();
    assert_snapshot!(place.refusal(&place.path("folder.so")), @r"
    folder.so: cannot read the plugin: expected a regular file, found a directory
    hint: put a regular file in its place, or remove it
    ");
    let pipe = |path: &Path| {
        let mode = Mode::RUSR | Mode::WUSR;
        mknodat(CWD, path, FileType::Fifo, mode, 0).unwrap();
    };
    pipe(&place.path("pipe.so"));
    assert_snapshot!(place.refusal(&place.path("pipe.so")), @r"
    pipe.so: cannot read the plugin: expected a regular file, found a named pipe
    hint: put a regular file in its place, or remove it
    ");
    symlink("/dev/zero", place.path("zero.so")).unwrap();
    assert_snapshot!(place.refusal(&place.path("zero.so")), @r"
    zero.so: cannot read the plugin: expected a regular file, found a character device
    hint: put a regular file in its place, or remove it
    ");
    symlink("loop.so", place.path("loop.so")).unwrap();
    assert_snapshot!(place.refusal(&place.path("loop.so")), @r"
    loop.so: cannot read the plugin: Too many levels of symbolic links (os error 40)
    hint: let the link lead to a regular file
    ");
    // It takes no room on disk, and would take all of memory.
    File::create(place.path("sparse.so")).unwrap().set_len(8 << 30).unwrap();
    assert_snapshot!(place.refusal(&place.path("sparse.so")), @r"
    sparse.so: cannot read the plugin: expected at most 1 GiB, found more
    hint: remove what debuggers need (`strip --strip-debug`), or keep large data in a file of its own
    ");
    let plugin = place.install("v1", "plugin.so");
    pipe(&place.path("plugin.so.sha256"));
    assert_snapshot!(place.refusal(&plugin), @r"
    plugin.so (digest8): plugin.so.sha256: cannot read the checksum: expected a regular file, found a named pipe
    hint: put a regular file in its place, or remove it
    ");
    fs::remove_file(place.path("plugin.so.sha256")).unwrap();
    symlink("/dev/zero", place.path("plugin.so.sha256")).unwrap();
    assert_snapshot!(place.refusal(&plugin), @r"
    plugin.so (digest8): plugin.so.sha256: cannot read the checksum: expected a regular file, found a character device
    hint: put a regular file in its place, or remove it
    ");
    fs::remove_file(place.path("plugin.so.sha256")).unwrap();
    File::create(place.path("plugin.so.sha256")).unwrap().set_len(3 << 30).unwrap();
    assert_snapshot!(place.refusal(&plugin), @r"
    plugin.so (digest8): plugin.so.sha256: cannot read the checksum: expected at most 1 MiB, found more
    hint: write it with `sha256sum`, or remove it
    ");
    fs::remove_file(place.path("plugin.so.sha256")).unwrap();
    place.load(&plugin);
    fs::write(place.path("file"), b"").unwrap();
    let stage = StageDir::create(place.path("file")).map(drop).unwrap_err();
    assert_snapshot!(place.render(&stage), @r"
    file: cannot make a private copy: File exists (os error 17)
    hint: see to it that the directory of private copies is the server's own, with mode 700 and with room
    ");
}

#[test]
fn a_stage_that_others_may_enter() {
    let place = Place::new();
    let open = place.path("open");
    fs::create_dir(&open).unwrap();
    fs::set_permissions(&open, fs::Permissions::from_mode(0o755)).unwrap();
    let error = StageDir::create(open).map(drop).unwrap_err();
    assert_snapshot!(place.render(&error), @r"
    open: cannot make a private copy: expected a directory that only its owner enters (700), found 755
    hint: see to it that the directory of private copies is the server's own, with mode 700 and with room
    ");
}

#[test]
fn a_stage_that_goes_away_is_no_fault_of_the_plugin() {
    let place = Place::new();
    let path = place.install("v1", "plugin.so");
    fs::remove_dir(place.stage.path()).unwrap();
    assert_snapshot!(place.refusal(&path), @r"
    plugin.so (digest8): cannot make a private copy: No such file or directory (os error 2)
    hint: see to it that the directory of private copies is the server's own, with mode 700 and with room
    ");
    DirBuilder::new().mode(0o700).create(place.stage.path()).unwrap();
    place.load(&path);
}

#[test]
fn a_hole_in_the_middle() {
    // What no check of the file's outline sees: its code is gone.
    let place = Place::new();
    let mut bytes = fs::read(built("v1")).unwrap();
    let (start, end) = code(&bytes);
    bytes[start..end].fill(0);
    let error = load(&place.write("hole.so", &bytes), &place.stage).unwrap_err();
    let ErrorKind::Trial { step: Step::Open, ending: Ending::Signal(_), .. } = error.kind() else {
        panic!("{}", place.render(&error))
    };
}

/// Where the executable segment of a library lies in its file.
fn code(bytes: &[u8]) -> (usize, usize) {
    let word = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap()) as usize;
    let half = |at: usize| usize::from(u16::from_le_bytes(bytes[at..at + 2].try_into().unwrap()));
    let (table, size, n) = (word(32), half(54), half(56));
    let (load, executable) = (1, 1);
    (0..n)
        .map(|index| table + index * size)
        .find(|&segment| bytes[segment] == load && bytes[segment + 4] & executable != 0)
        .map(|segment| (word(segment + 8), word(segment + 8) + word(segment + 32)))
        .expect("a library has code")
}

#[test]
fn checksums() {
    let place = Place::new();
    let path = place.install("v1", "plugin.so");
    let digest = kamodo_loader::Digest::of(&fs::read(&path).unwrap()).to_string();
    let write = |text: &str| fs::write(place.path("plugin.so.sha256"), text).unwrap();
    let told = || place.refusal(&path).replace(&format!("digest8{}", &digest[8..]), "DIGEST");
    write(&format!("{}  plugin.so\n", "0123456789abcdef".repeat(4)));
    assert_snapshot!(told(), @r"
    plugin.so (digest8): SHA-256: expected 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef (plugin.so.sha256), found DIGEST
    hint: is it still being copied? Else write the checksum anew, with `sha256sum`, or remove it
    ");
    write("SHA256 (plugin.so) = 12\n");
    assert_snapshot!(told(), @r"
    plugin.so (digest8): plugin.so.sha256: expected a line of `sha256sum` for the plugin, found `SHA256 (plugin.so) = 12`
    hint: write it with `sha256sum`, or remove it
    ");
    write("");
    assert_snapshot!(told(), @r"
    plugin.so (digest8): plugin.so.sha256: expected a line of `sha256sum` for the plugin, found ``
    hint: write it with `sha256sum`, or remove it
    ");
    let others = "f".repeat(64);
    write(&format!("{others}  other.so\n{others}  third.so\n"));
    assert_snapshot!(told(), @r"
    plugin.so (digest8): plugin.so.sha256: expected a line of `sha256sum` for the plugin, found `ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff  other.so`
    hint: write it with `sha256sum`, or remove it
    ");
    for good in [
        format!("{digest}  plugin.so\n"),
        format!("{digest} *./build/plugin.so\n"),
        format!("{}\n", digest.to_uppercase()),
        format!("{others}  other.so\n{digest}  plugin.so\n"),
    ] {
        write(&good);
        place.load(&path);
    }
    fs::remove_file(place.path("plugin.so.sha256")).unwrap();
    fs::create_dir(place.path("plugin.so.sha256")).unwrap();
    assert_snapshot!(told(), @r"
    plugin.so (digest8): plugin.so.sha256: cannot read the checksum: expected a regular file, found a directory
    hint: put a regular file in its place, or remove it
    ");
}

#[test]
fn a_plugin_that_would_abort_does_not_compile() {
    let output = cargo(&["rustc", "--quiet", "--example", "aborts", "--", "-C", "panic=abort"]);
    assert!(!output.status.success());
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    let line = words.lines().find(|line| line.starts_with("error")).unwrap();
    assert_snapshot!(line, @r#"error: a plugin that aborts when it panics would end its host: remove `panic = "abort"` from the profile"#);
}

#[test]
fn libraries_that_are_no_plugins() {
    let place = Place::new();
    let shared = ["-shared", "-fPIC"];
    let path = place.compile("other.so", "double f(double x) { return x; }", &shared);
    assert_snapshot!(place.refusal(&path), @r"
    other.so (digest8): exports no root module: a shared library, but no plugin
    hint: build it as a `cdylib` whose functions `kamodo_plugin_api::export!` lists
    ");

    let header = |magic: &[u8], minor: u32| {
        let magic: Vec<_> = magic.iter().map(u8::to_string).collect();
        format!(
            "struct {{ unsigned char magic[32]; unsigned major, minor; char rest[4096]; }}
             _1as_0lib_1header_0root_bmodule_bloader = {{ {{ {} }}, 0, {minor}, {{ 0 }} }};",
            magic.join(", ")
        )
    };
    let newer = header(&AbiHeader::VALUE.magic_string, 12);
    assert_snapshot!(place.refusal(&place.compile("newer.so", &newer, &shared)), @r"
    newer.so (digest8): root module: expected abi_stable 0.11, found 0.12
    hint: rebuild it against `kamodo-plugin-api` 0.1
    ");
    let other = header(b"something else", 11);
    assert_snapshot!(place.refusal(&place.compile("other.so", &other, &shared)), @r"
    other.so (digest8): root module: expected abi_stable 0.11, found something else
    hint: rebuild it against `kamodo-plugin-api` 0.1
    ");
}

#[test]
fn another_abi() {
    let place = Place::new();
    assert_snapshot!(place.refusal(&place.install("bad_abi", "future.so")), @r"
    future.so (digest8): plugin speaks ABI 9.3, this host 0.1
    hint: rebuild it against `kamodo-plugin-api` 0.1
    ");
    assert_snapshot!(place.refusal(&place.install("bad_layout", "layout.so")), @r"
    layout.so (digest8): plugin says ABI 0.1, but its root module is laid out otherwise
    hint: rebuild it against `kamodo-plugin-api` 0.1
    ");
}

#[test]
fn a_plugin_that_does_not_start() {
    let place = Place::new();
    let path = place.install("fails_at_start", "model.so");
    assert_snapshot!(place.refusal(&path), @r"
    model.so (digest8): does not start: cannot read `coefficients.txt`: expected 42 numbers, found 41
    hint: when that is mended, `kamodo-rpc reload` has it tried again, as a new build of the plugin does
    ");
    assert_snapshot!(place.refusal(&path), @r"
    model.so (digest8): does not start: cannot read `coefficients.txt`: expected 42 numbers, found 41
    hint: when that is mended, `kamodo-rpc reload` has it tried again, as a new build of the plugin does
    ");
}

#[test]
fn a_plugin_that_panics_while_it_starts() {
    let place = Place::new();
    assert_snapshot!(place.refusal(&place.install("panics_at_start", "model.so")), @r"
    model.so (digest8): panicked while it started: a table of coefficients (tests/fixtures/plugins/panics_at_start.rs:7)
    hint: return an error instead, or mend what panics
    ");
}

#[test]
fn a_plugin_whose_words_do_not_hold_together() {
    let place = Place::new();
    assert_snapshot!(place.refusal(&place.install("bad_spec", "model.so")), @r"
    model.so (digest8): does not hold together:
      `unit`: unit: expected a unit, found `*`
        kg/*m
           ^
      `unit`: argument `a`: unit: unknown unit `nPaa`
        nPaa
        ^^^^
      `twice`: argument `a` stands twice
      function 4: expected a name of letters, digits and `_`, found `2nd`
      `2nd`: argument 2: expected a name of letters, digits and `_`, found `B z`
      `late`: expected a default for `b`, which stands after `a`, which has one
      `unit`: defined twice
    hint: did you mean `nPa`?
    ");
}

#[test]
fn a_plugin_with_characters_that_nobody_sees() {
    let place = Place::new();
    assert_snapshot!(place.refusal(&place.install("unseen", "model.so")), @r"
    model.so (digest8): does not hold together:
      function 1: expected a name of letters, digits and `_`, found `rho<U+200B>`, with U+200B ZERO WIDTH SPACE, which nobody sees
      `density`: unit: unexpected U+00A0 NO-BREAK SPACE, a character that nobody sees
        k�g
         ^
      `density`: argument 1: expected a name of letters, digits and `_`, found `r<U+2060>`, with U+2060 WORD JOINER, which nobody sees
    hint: delete it
    ");
}

#[test]
fn a_plugin_whose_units_can_be_read_in_two_ways() {
    let place = Place::new();
    let plugin = load(&place.install("two_readings", "model.so"), &place.stage).unwrap();
    let remarks: Vec<_> = plugin
        .functions
        .iter()
        .flat_map(|function| match function {
            ContributedFunction::Native { code, .. } => code.remarks().to_vec(),
            _ => Vec::new(),
        })
        .map(|remark| format!("{}\nhint: {}", remark.message, remark.hint))
        .collect();
    assert_snapshot!(remarks.join("\n"), @r"
    its unit: `nT/Hz^1/2` can be read in two ways, it is taken for `nT/(2*Hz)`
    hint: write `nT/(2*Hz)`, or `nT/Hz^(1/2)` if that is meant
    the unit of its argument `c_p`: `J/kg*K` can be read in two ways, it is taken for `J*K/kg`
    hint: write `J*K/kg`, or `J/(kg*K)` if that is meant
    ");
}

#[test]
fn a_plugin_with_names_of_the_language() {
    let place = Place::new();
    assert_snapshot!(place.refusal(&place.install("reserved_names", "model.so")), @r"
    model.so (digest8): does not hold together:
      function 1: `sin` is a function of the language, a function of a plugin needs another name
      function 2: `pi` is a constant of the language, a function of a plugin needs another name
      function 3: `if` is a word of Python, a function of a plugin needs another name
      `volume`: argument 1: `exp` is a function of the language, an argument needs another name
      `ρ`: argument 1: expected a name of letters, digits and `_`, found `x²`
    hint: rename it, such as to `sin_0`, or put a prefix before it
    ");
}
