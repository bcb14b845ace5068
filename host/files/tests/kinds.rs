//! What may stand where a regular file is expected, and what is said of it.
#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;

use kamodo_files::{Error, Limit, Stop, open, read};
use rustix::fs::{CWD, FileType, Mode, mknodat};

const SMALL: Limit = Limit { bytes: 1024, hint: "split it" };

fn said(result: Result<impl std::fmt::Debug, Error>) -> String {
    let Err(error) = result else { return "read".to_owned() };
    match error.hint() {
        Some(hint) => format!("{error}; hint: {hint}"),
        None => error.to_string(),
    }
}

#[test]
fn what_is_no_regular_file_is_refused_by_name() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    mknodat(CWD, at("pipe"), FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    let _listener = UnixListener::bind(at("socket")).unwrap();
    fs::create_dir(at("directory")).unwrap();
    symlink("/dev/zero", at("zero")).unwrap();
    symlink("pipe", at("link")).unwrap();
    symlink("loop", at("loop")).unwrap();
    symlink("nowhere", at("dangling")).unwrap();
    let all = ["pipe", "socket", "directory", "zero", "link", "loop", "dangling", "missing"];
    let told: Vec<_> = all.iter().map(|name| format!("{name}: {}", said(read(&at(name), SMALL)))).collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    pipe: expected a regular file, found a named pipe; hint: put a regular file in its place, or remove it
    socket: expected a regular file, found a socket; hint: put a regular file in its place, or remove it
    directory: expected a regular file, found a directory; hint: put a regular file in its place, or remove it
    zero: expected a regular file, found a character device; hint: put a regular file in its place, or remove it
    link: expected a regular file, found a named pipe; hint: put a regular file in its place, or remove it
    loop: Too many levels of symbolic links (os error 40); hint: let the link lead to a regular file
    dangling: No such file or directory (os error 2)
    missing: No such file or directory (os error 2)
    ");
    for terminal in ["/dev/tty", "/dev/ptmx", "/dev/null", "/dev/full"] {
        assert!(read(Path::new(terminal), SMALL).is_err(), "{terminal}");
    }
}

#[test]
fn a_file_may_be_as_large_as_its_limit_and_no_larger() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    for (n, fits) in [(0, true), (1023, true), (1024, true), (1025, false)] {
        fs::write(&file, vec![b'x'; n]).unwrap();
        assert_eq!(read(&file, SMALL).is_ok(), fits, "{n} bytes");
        let streamed = open(&file, SMALL).and_then(|mut file| file.stream(&Stop::default(), |_| Ok(())));
        assert_eq!(streamed.ok(), fits.then_some(n as u64));
    }
    // A sparse file takes no room on disk, and would take all of memory.
    File::create(&file).unwrap().set_len(8 << 30).unwrap();
    insta::assert_snapshot!(said(read(&file, Limit::CONFIGURATION)), @"expected at most 1 MiB, found more; hint: make it a directory of several files");
    insta::assert_snapshot!(said(read(&file, Limit::PLUGIN)), @"expected at most 1 GiB, found more; hint: remove what debuggers need (`strip --strip-debug`), or keep large data in a file of its own");
    insta::assert_snapshot!(said(read(&file, SMALL)), @"expected at most 1 KiB, found more; hint: split it");
}

#[test]
fn a_file_that_grows_while_it_is_read_is_read_up_to_its_limit() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    fs::write(&file, vec![b'x'; 1000]).unwrap();
    let (whole, mut streamed) = (open(&file, SMALL).unwrap(), open(&file, SMALL).unwrap());
    let mut writer = File::options().append(true).open(&file).unwrap();
    writer.write_all(&[b'x'; 1000]).unwrap();
    assert!(matches!(whole.read(), Err(Error::TooLarge { .. })));
    assert!(matches!(streamed.stream(&Stop::default(), |_| Ok(())), Err(Error::TooLarge { .. })));
    // Each piece is followed by more: a file without an end.
    fs::write(&file, b"x").unwrap();
    let mut endless = open(&file, SMALL).unwrap();
    let ended = endless.stream(&Stop::default(), |_| writer.write_all(&[b'x'; 100]).map_err(Error::from));
    assert!(matches!(ended, Err(Error::TooLarge { .. })), "{ended:?}");
}

#[test]
fn a_file_that_is_replaced_after_it_was_opened_is_read_as_it_was() {
    let directory = tempfile::tempdir().unwrap();
    let (file, other) = (directory.path().join("file"), directory.path().join("other"));
    fs::write(&file, "old").unwrap();
    let opened = open(&file, SMALL).unwrap();
    fs::write(&other, "other").unwrap();
    fs::rename(&other, &file).unwrap();
    assert_eq!(opened.metadata().len(), 3);
    assert_eq!(opened.read().unwrap(), b"old");
}

#[test]
fn a_stream_ends_when_it_is_told_to_stop() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    File::create(&file).unwrap().set_len(1 << 30).unwrap();
    let stop = Stop::default();
    let mut n_pieces = 0;
    let ended = open(&file, Limit::PLUGIN).unwrap().stream(&stop, |_| {
        n_pieces += 1;
        stop.stop();
        Ok::<_, Error>(())
    });
    assert_eq!(n_pieces, 1);
    insta::assert_snapshot!(said(ended), @"expected to read to its end, found that the server stops; hint: start the server again");
}
