//! The worst configurations that we could think of, each of any size.
//!
//! Whatever a user saves, time, memory and what is said of it must grow no faster than the file.

use std::fmt::Write as _;

/// A configuration that is bad for us, of any size.
#[derive(Clone, Copy)]
pub struct WorstFile {
    /// What is bad about it.
    pub name: &'static str,
    make: fn(usize) -> String,
}

impl WorstFile {
    /// Returns a file of about so many bytes.
    #[must_use]
    pub fn text(&self, n_bytes: usize) -> String {
        (self.make)(n_bytes)
    }
}

/// All of them.
pub const WORST_FILES: &[WorstFile] = &[
    WorstFile { name: "good functions", make: |n| map(n, |k| format!("f{k}(x[km])[m]: x + {k}\n")) },
    WorstFile {
        name: "a chain of calls",
        make: |n| {
            map(n, |k| {
                k.checked_sub(1)
                    .map_or_else(|| "f0: x\n".to_owned(), |before| format!("f{k}(x): f{before}(x) + 1\n"))
            })
        },
    },
    WorstFile {
        name: "a chain of calls from above",
        make: |n| map(n, |k| format!("f{k}(x): f{}(x) + 1\n", k + 1)),
    },
    WorstFile { name: "a cycle", make: cycle },
    WorstFile { name: "cycles of two", make: |n| map(n, |k| format!("f{k}(x): f{}(x)\n", k ^ 1)) },
    WorstFile {
        name: "functions that all call each other",
        make: |n| map(n, |k| format!("f{k}(x): f{}(x) + f{}(x) + f{}(x)\n", k / 2, k / 3, k + 1)),
    },
    WorstFile {
        name: "calls of one function",
        make: |n| {
            map(n, |k| if k == 0 { "f(x[km])[m]: x\n".to_owned() } else { format!("f{k}(x[m])[km]: f(x)\n") })
        },
    },
    WorstFile { name: "errors", make: |n| map(n, |k| format!("f{k}: x +\n")) },
    WorstFile { name: "unknown units", make: |n| map(n, |k| format!("f{k}(x[kgg]): x\n")) },
    WorstFile {
        name: "units that do not fit",
        make: |n| map(n, |k| format!("f{k}(x[m])[kg]: x + 5*x**2\n")),
    },
    WorstFile {
        name: "warnings of names that nobody has",
        make: |n| map(n, |k| format!("f{k}(x): g{k}(x)\n")),
    },
    WorstFile {
        name: "misspelt names among as many",
        make: |n| map(n, |k| format!("value_{k}(x): walue_{k}(x)\n")),
    },
    WorstFile { name: "errors and warnings", make: |n| map(n, |k| format!("f{k}: x +\ng{k}(x): h{k}(x)\n")) },
    WorstFile {
        name: "names for the published client",
        make: |n| map(n, |k| format!("f{k}(gamma[angstrom]): gamma\n")),
    },
    WorstFile { name: "names that print alike", make: alike },
    WorstFile { name: "one key many times", make: |n| map(n, |_| "f: x\n".to_owned()) },
    WorstFile { name: "one key many times, on one line", make: |n| flow(n, |_| "f: x, ".to_owned()) },
    WorstFile { name: "one name with many left-hand sides", make: |n| map(n, |k| format!("f(x{k}): 1\n")) },
    WorstFile { name: "good functions on one line", make: |n| flow(n, |k| format!("f{k}: x, ")) },
    WorstFile { name: "errors on one line", make: |n| flow(n, |k| format!("f{k}: x +, ")) },
    WorstFile { name: "no texts on one line", make: |n| flow(n, |k| format!("f{k}: [], ")) },
    WorstFile { name: "unknown units on one line", make: |n| flow(n, |k| format!("'f{k}(x[kgg])': x, ")) },
    WorstFile { name: "warnings on one line", make: |n| flow(n, |k| format!("f{k}: g{k}(x), ")) },
    WorstFile {
        name: "letters of several bytes on one line",
        make: |n| flow(n, |k| format!("'αβγ→{k}': x +, ")),
    },
    WorstFile { name: "one sum of one letter", make: |n| one(n, "x + ") },
    WorstFile {
        name: "one sum of many letters",
        make: |n| format!("!Kamodo\nf: {}0\n", fill(n, |k| format!("x{k} + "))),
    },
    WorstFile {
        name: "one product of sums",
        make: |n| format!("!Kamodo\nf: {}1\n", fill(n, |k| format!("(x + {k})*"))),
    },
    WorstFile { name: "one tower of powers", make: |n| one(n, "x**") },
    WorstFile {
        name: "one sum of calls",
        make: |n| format!("!Kamodo\ng(x): x + 1\nf: {}0\n", fill(n, |_| "g(x) + ".to_owned())),
    },
    WorstFile {
        name: "one sum of unknown calls",
        make: |n| format!("!Kamodo\nf: {}0\n", fill(n, |k| format!("g{k}(x) + "))),
    },
    WorstFile { name: "one comparison of many", make: |n| one(n, "x < ") },
    WorstFile { name: "one number", make: |n| format!("!Kamodo\nf: {}\n", "7".repeat(n)) },
    WorstFile {
        name: "one number with a point",
        make: |n| format!("!Kamodo\nf(x): x*0.{}\n", "7".repeat(n)),
    },
    WorstFile { name: "minus signs", make: |n| format!("!Kamodo\nf: {}x\n", "-".repeat(n)) },
    WorstFile {
        name: "parentheses",
        make: |n| format!("!Kamodo\nf: {}x{}\n", "(".repeat(n / 2), ")".repeat(n / 2)),
    },
    WorstFile {
        name: "parentheses at the depth that is allowed",
        make: |n| map(n, |k| format!("f{k}: {}x{}\n", "(".repeat(60), ")".repeat(60))),
    },
    WorstFile {
        name: "sines at the depth that is allowed",
        make: |n| map(n, |k| format!("f{k}: {}x + I{}\n", "sin(".repeat(50), ")".repeat(50))),
    },
    WorstFile {
        name: "real parts of sines",
        make: |n| map(n, |k| format!("f{k}: re({}x+I{})\n", "sin(".repeat(60), ")".repeat(60))),
    },
    WorstFile {
        name: "sums of sums",
        make: |n| {
            map(n, |k| format!("f{k}: {}\n", (0..60).fold("x".to_owned(), |sum, _| format!("({sum}+1)**2"))))
        },
    },
    WorstFile {
        name: "one wide text of LaTeX",
        make: |n| format!("!Kamodo\nf: ${}x$\n", "\\frac{x}{2} + ".repeat(n / 14)),
    },
    WorstFile {
        name: "one deep text of LaTeX",
        make: |n| format!("!Kamodo\nf: ${}x{}$\n", "\\frac{1}{".repeat(n / 10), "}".repeat(n / 10)),
    },
    WorstFile {
        name: "texts of LaTeX",
        make: |n| map(n, |k| format!("f{k}: $\\frac{{x_{k}}}{{2}} + \\sin\\left(x\\right)$\n")),
    },
    WorstFile {
        name: "braces of LaTeX that are never closed",
        make: |n| format!("!Kamodo\nf: ${}$\n", "{".repeat(n)),
    },
    WorstFile { name: "one name", make: |n| format!("!Kamodo\n? {}\n: x\n", "a".repeat(n)) },
    WorstFile { name: "one unknown name", make: |n| format!("!Kamodo\nf(x): {}(x)\n", "a".repeat(n)) },
    WorstFile {
        name: "one unknown unit",
        make: |n| format!("!Kamodo\nf(x): g(x)\n? f(x)[{}]\n: x\n", "a".repeat(n)),
    },
    WorstFile {
        name: "one unit of many factors",
        make: |n| format!("!Kamodo\n? f(x)[m{}]\n: x\n", "*m".repeat(n / 2)),
    },
    WorstFile {
        name: "units of many factors",
        make: |n| map(n, |k| format!("? f{k}(x)[m{}]\n: x\n", "*km/s".repeat(20))),
    },
    WorstFile {
        name: "long names",
        make: |n| map(n, |k| format!("f{}{k}(x): g{}{k}(x)\n", "a".repeat(450), "a".repeat(450))),
    },
    WorstFile { name: "long names for the published client", make: long_reserved },
    WorstFile {
        name: "one function of many arguments",
        make: |n| format!("!Kamodo\n? f({}y)\n: y\n", fill(n, |k| format!("x{k}, "))),
    },
    WorstFile {
        name: "functions of a thousand arguments",
        make: |n| {
            map(n, |k| format!("? f{k}({}y)\n: y\n", (0..1000).map(|k| format!("x{k},")).collect::<String>()))
        },
    },
    WorstFile {
        name: "one argument many times",
        make: |n| format!("!Kamodo\n? f({}x)\n: x\n", "x, ".repeat(n / 3)),
    },
    WorstFile {
        name: "a call with many arguments",
        make: |n| format!("!Kamodo\ng(x): x\nf: g({}x)\n", "x, ".repeat(n / 3)),
    },
    WorstFile {
        name: "documents",
        make: |n| {
            fill(n.min(15_000), |k| format!("--- !Kamodo\nf{k}: x\n"))
                + &map(n.saturating_sub(15_000), |k| format!("g{k}: x\n"))
        },
    },
    WorstFile {
        name: "more documents than are allowed",
        make: |n| fill(n, |k| format!("--- !Kamodo {{f{k}: x}}\n")),
    },
    WorstFile {
        name: "one text with many aliases",
        make: |n| {
            format!(
                "!Kamodo\nf: &a {}0\n{}",
                "x + ".repeat(n / 4),
                fill(900.min(n), |k| format!("f{k}: *a\n"))
            )
        },
    },
    WorstFile { name: "anchors in anchors", make: anchors },
    WorstFile {
        name: "one map with many merges",
        make: |n| {
            format!(
                "!Kamodo\n<<: &a {{{}g: x}}\n{}",
                fill(n, |k| format!("f{k}: x, ")),
                "<<: *a\n".repeat(50)
            )
        },
    },
    WorstFile { name: "merges", make: |n| map(n, |k| format!("<<: {{f{k}: x}}\n")) },
    WorstFile {
        name: "merges in merges",
        make: |n| {
            format!(
                "!Kamodo\n{}{{{}}}{}\n",
                "<<: {<<: ".to_owned() + &"{<<: ".repeat(58),
                fill(n, |k| format!("f{k}: x, ")),
                "}".repeat(59)
            )
        },
    },
    WorstFile { name: "lists in lists", make: |n| format!("!Kamodo\nf: {}\n", "[".repeat(n)) },
    WorstFile {
        name: "lists in lists by dashes",
        make: |n| format!("!Kamodo\nf:\n  {}x\n", "- ".repeat(n / 2)),
    },
    WorstFile { name: "keys in keys", make: |n| format!("!Kamodo\n{}x\n", "? ".repeat(n / 2)) },
    WorstFile { name: "comments", make: |n| format!("!Kamodo\n{}f: x\n", "#\n".repeat(n / 2)) },
    WorstFile { name: "one comment", make: |n| format!("!Kamodo\n#{}\nf: x\n", "#".repeat(n)) },
    WorstFile { name: "empty lines", make: |n| format!("!Kamodo\n{}f: x\n", "\n".repeat(n)) },
    WorstFile { name: "blanks", make: |n| format!("!Kamodo\nf:{}x +\n", " ".repeat(n)) },
    WorstFile { name: "escapes", make: |n| format!("!Kamodo\nf: \"{}x +\"\n", "\\t".repeat(n / 2)) },
    WorstFile {
        name: "escapes that spell LaTeX",
        make: |n| format!("!Kamodo\nf: \"${}$\"\n", "\\frac".repeat(n / 5)),
    },
    WorstFile {
        name: "one folded text",
        make: |n| format!("!Kamodo\nf: >\n{}  0\n", "  x +\n".repeat(n / 6)),
    },
    WorstFile {
        name: "one literal text of errors",
        make: |n| format!("!Kamodo\nf: |\n{}  0\n", "  x x\n".repeat(n / 6)),
    },
    WorstFile {
        name: "texts in doubled quotes",
        make: |n| format!("!Kamodo\nf: '{}'\n", "''".repeat(n / 2)),
    },
    WorstFile { name: "one tag", make: |n| format!("!{}\nf: x\n", "K".repeat(n)) },
    WorstFile { name: "tags", make: |n| map(n, |k| format!("f{k}: !t{k} x\n")) },
    WorstFile { name: "letters that nobody sees", make: |n| map(n, |k| format!("f{k}: x\u{200b} + 1\n")) },
    WorstFile {
        name: "letters that nobody sees, in one text",
        make: |n| format!("!Kamodo\nf: x{}\n", "\u{200b}".repeat(n / 3)),
    },
    WorstFile {
        name: "settings that are none",
        make: |n| format!("!Kamodo {{f: x}}\n--- !Server\n{}", fill(n, |k| format!("prot{k}: 1\n"))),
    },
    WorstFile {
        name: "one setting many times",
        make: |n| format!("!Kamodo {{f: x}}\n--- !Server\n{}", "port: 0\n".repeat(n / 8)),
    },
    WorstFile {
        name: "directories of plugins",
        make: |n| format!("!Kamodo {{f: x}}\n--- !Plugins\ndirectory:\n{}", fill(n, |k| format!("- d{k}\n"))),
    },
    WorstFile {
        name: "settings of an upstream that are none",
        make: |n| format!("!Kamodo {{f: x}}\n--- !KamodoClient\n{}", fill(n, |k| format!("prot{k}: 1\n"))),
    },
    WorstFile { name: "no YAML", make: |n| format!("!Kamodo\n{}f: %x\n", fill(n, |k| format!("f{k}: x\n"))) },
    WorstFile {
        name: "a letter that YAML refuses, at the end",
        make: |n| map(n, |k| format!("f{k}: x\n")) + "\0",
    },
];

/// Joins parts until there are so many bytes.
fn fill(n_bytes: usize, part: impl Fn(usize) -> String) -> String {
    let mut text = String::new();
    let mut index = 0;
    while text.len() < n_bytes {
        text += &part(index);
        index += 1;
    }
    text
}

/// A `!Kamodo` map of so many bytes.
fn map(n_bytes: usize, line: impl Fn(usize) -> String) -> String {
    "!Kamodo\n".to_owned() + &fill(n_bytes, line)
}

/// The same on one line.
fn flow(n_bytes: usize, entry: impl Fn(usize) -> String) -> String {
    format!("!Kamodo {{{}}}\n", fill(n_bytes, entry))
}

/// One function whose text says the same thing again and again.
fn one(n_bytes: usize, part: &str) -> String {
    format!("!Kamodo\nf: {}1\n", part.repeat(n_bytes / part.len()))
}

fn cycle(n_bytes: usize) -> String {
    let mut text = map(n_bytes, |k| format!("f{k}(x): f{}(x)\n", k + 1));
    let n_functions = text.lines().count() - 1;
    let _ = writeln!(text, "f{n_functions}(x): f0(x)"); // writing to a text does not fail
    text
}

/// Names that differ by their underscores alone, which LaTeX does not print.
fn alike(n_bytes: usize) -> String {
    map(n_bytes, |k| {
        let name =
            (0..16).fold("a".to_owned(), |name, bit| name + if k >> bit & 1 == 1 { "_a" } else { "a" });
        let called = name.replace("_", "__");
        format!("{name}(x): ${called}(x) + 1$\n")
    })
}

/// Names of which the published client is shown others, each long.
fn long_reserved(n_bytes: usize) -> String {
    map(n_bytes, |k| format!("? Ⓐ{}{k}(Ⓑ{}, gamma[angstrom])\n: 1\n", "a".repeat(5_000), "b".repeat(5_000)))
}

/// Lists that are each named, to the depth that is allowed.
fn anchors(n_bytes: usize) -> String {
    let opened: String = (0..60).map(|k| format!("&a{k} [")).collect();
    format!("!Kamodo\nf: {opened}{}{}\n", "x, ".repeat(n_bytes / 3), "]".repeat(60))
}
