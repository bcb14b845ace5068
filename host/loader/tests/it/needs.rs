//! Missing libraries and symbols, named before anything is opened.

use std::fs;

use insta::assert_snapshot;
use kamodo_loader::{ErrorKind, load};

use crate::fixtures::Place;

const SHARED: [&str; 4] = ["-shared", "-fPIC", "-Wl,-z,lazy", "-Wl,--no-as-needed"];

/// Compiles a library that needs others of the place, which it is linked with, and says where to find them.
fn library(place: &Place, name: &str, source: &str, needs: &[&str], more: &[&str]) -> std::path::PathBuf {
    let needs: Vec<_> = needs.iter().map(|needed| place.path(needed).display().to_string()).collect();
    let soname = format!("-Wl,-soname,{name}");
    let mut arguments = SHARED.to_vec();
    arguments.push(&soname);
    arguments.extend(needs.iter().map(String::as_str));
    arguments.extend(more);
    place.compile(name, source, &arguments)
}

/// A library that passes gets as far as having no root module.
#[track_caller]
fn passes(place: &Place, path: &std::path::Path) {
    let error = load(path, &place.stage).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NotAPlugin), "{}", place.render(&error));
}

#[test]
fn missing_libraries() {
    let place = Place::new();
    for name in ["libone.so.7", "libtwo.so"] {
        library(&place, name, "void gone(void) {}", &[], &[]);
    }
    let alone = library(&place, "alone.so", "", &["libone.so.7"], &[]);
    let both = library(&place, "both.so", "", &["libtwo.so", "libone.so.7"], &[]);
    for name in ["libone.so.7", "libtwo.so"] {
        fs::remove_file(place.path(name)).unwrap();
    }
    assert_snapshot!(place.refusal(&alone), @r"
    alone.so (digest8): needs the shared library `libone.so.7`, which is not found
    hint: install them where the system looks, or link them statically
    ");
    assert_snapshot!(place.refusal(&both), @r"
    both.so (digest8): needs 2 shared libraries that are not found: `libone.so.7`, `libtwo.so`
    hint: install them where the system looks, or link them statically
    ");
    assert!(load(&both, &place.stage).unwrap_err().is_passing(), "it may be installed meanwhile");
}

#[test]
fn a_library_that_a_library_needs() {
    let place = Place::new();
    let here = format!("-Wl,-rpath,{}", place.path("").display());
    library(&place, "libdeep.so", "double deep(void) { return 1; }", &[], &[]);
    library(&place, "libmiddle.so", "double middle(void) { return 2; }", &["libdeep.so"], &[&here]);
    let source = "double middle(void); double f(void) { return middle(); }";
    let path = library(&place, "needs.so", source, &["libmiddle.so"], &[&here]);
    fs::rename(place.path("libdeep.so"), place.path("elsewhere.so")).unwrap();
    assert_snapshot!(place.refusal(&path), @r"
    needs.so (digest8): needs the shared library `libdeep.so` (for `libmiddle.so`), which is not found
    hint: install them where the system looks, or link them statically
    ");
    fs::rename(place.path("elsewhere.so"), place.path("libdeep.so")).unwrap();
    passes(&place, &path);
}

#[test]
fn search_paths_of_the_old_kind_are_inherited() {
    let place = Place::new();
    fs::create_dir(place.path("old")).unwrap();
    library(&place, "old/libdeep.so", "double deep(void) { return 1; }", &[], &["-Wl,-soname,libdeep.so"]);
    library(
        &place,
        "old/libmiddle.so",
        "double middle(void) { return 2; }",
        &["old/libdeep.so"],
        &["-Wl,-soname,libmiddle.so"],
    );
    let old = format!("-Wl,-rpath,{}", place.path("old").display());
    let path = library(&place, "needs.so", "", &["old/libmiddle.so"], &[&old, "-Wl,--disable-new-dtags"]);
    passes(&place, &path);
}

#[test]
fn a_library_beside_the_plugin() {
    let place = Place::new();
    library(&place, "libbeside.so", "double beside(void) { return 1; }", &[], &[]);
    let source = "double beside(void); double f(void) { return beside(); }";
    let path = library(&place, "origin.so", source, &["libbeside.so"], &["-Wl,-rpath,$ORIGIN"]);
    assert_snapshot!(place.refusal(&path), @r"
    origin.so (digest8): needs the shared library `libbeside.so`, which is not found
    hint: a plugin is opened as a private copy, from which `$ORIGIN` leads elsewhere: name the directory of libbeside.so in `LD_LIBRARY_PATH`, or link the library statically
    ");
}

#[test]
fn missing_symbols() {
    let place = Place::new();
    let one = place.compile("one.so", "void nowhere(void); void f(void) { nowhere(); }", &SHARED);
    assert_snapshot!(place.refusal(&one), @r"
    one.so (digest8): needs the symbol `nowhere`, which is in no library that it needs
    hint: link the library that has them into the plugin
    ");
    let names = (0..13).map(|index| format!("nowhere_{index:02}"));
    let source: String =
        names.map(|name| format!("void {name}(void); void f_{name}(void) {{ {name}(); }}")).collect();
    let many = place.compile("many.so", &source, &SHARED);
    assert_snapshot!(place.refusal(&many), @r"
    many.so (digest8): needs 13 symbols that are in no library that it needs: `nowhere_00`, `nowhere_01`, `nowhere_02`, `nowhere_03`, `nowhere_04`, `nowhere_05`, `nowhere_06`, `nowhere_07`, `nowhere_08`, `nowhere_09` and 3 more
    hint: link the library that has them into the plugin
    ");
}

#[test]
fn what_is_only_seemingly_missing() {
    let place = Place::new();
    let source = "__attribute__((weak)) void perhaps(void);
        #include <math.h>
        #include <stdio.h>
        #include <sys/auxv.h>
        double f(double x) { if (perhaps) perhaps(); return sin(x) + getauxval(6) + printf(\"x\"); }
        static __thread double last; double g(double x) { double before = last; last = x; return before; }";
    passes(&place, &place.compile("weak.so", source, &[&SHARED[..], &["-lm", "-ldl", "-lpthread"]].concat()));

    let source = "#include <iostream>
        #include <string>
        #include <stdexcept>
        extern \"C\" double f(double x) {
            try { if (x < 0) throw std::domain_error(std::to_string(x)); } catch (std::exception const &e) { std::cerr << e.what(); }
            return x;
        }";
    if let Some(path) = place.compile_with("c++", "cpp", "cpp.so", source, &["-shared", "-fPIC"]) {
        passes(&place, &path);
    }
    let source = "
      double precision function half(x)
        double precision, intent(in) :: x
        if (x < 0) write (*, *) 'below 0'
        half = x / 2
      end function\n";
    if let Some(path) = place.compile_with("gfortran", "f90", "fortran.so", source, &["-shared", "-fPIC"]) {
        passes(&place, &path);
    }
    let source = "#include <omp.h>
        __attribute__((constructor)) static void init(void) {
            _Pragma(\"omp parallel\") { if (omp_get_num_threads() < 0) __builtin_trap(); }
        }";
    passes(&place, &place.compile("openmp.so", source, &[&SHARED[..], &["-fopenmp"]].concat()));
}
