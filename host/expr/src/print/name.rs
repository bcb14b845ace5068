//! Names in LaTeX: Greek letters, accents, sub- and superscripts.

/// Names that LaTeX has a command for.
const COMMANDS: [&str; 19] = [
    "arcsin", "arccos", "arctan", "sin", "cos", "tan", "sinh", "cosh", "tanh", "sqrt", "ln", "log", "sec",
    "csc", "cot", "coth", "re", "im", "arg",
];

/// Letters whose command is their name.
const LETTERS: [&str; 51] = [
    "alpha",
    "beta",
    "gamma",
    "delta",
    "epsilon",
    "zeta",
    "eta",
    "theta",
    "iota",
    "kappa",
    "lambda",
    "mu",
    "nu",
    "xi",
    "pi",
    "rho",
    "sigma",
    "tau",
    "upsilon",
    "phi",
    "chi",
    "psi",
    "omega",
    "Gamma",
    "Delta",
    "Theta",
    "Lambda",
    "Xi",
    "Pi",
    "Sigma",
    "Upsilon",
    "Phi",
    "Psi",
    "Omega",
    "varepsilon",
    "varkappa",
    "varphi",
    "varpi",
    "varrho",
    "varsigma",
    "vartheta",
    "aleph",
    "beth",
    "daleth",
    "gimel",
    "ell",
    "eth",
    "hbar",
    "hslash",
    "mho",
    "wp",
];

/// Letters that look like a Latin one, and spellings of sympy's own.
const SPELLINGS: [(&str, &str); 18] = [
    ("Alpha", "A"),
    ("Beta", "B"),
    ("Epsilon", "E"),
    ("Zeta", "Z"),
    ("Eta", "H"),
    ("Iota", "I"),
    ("Kappa", "K"),
    ("Mu", "M"),
    ("Nu", "N"),
    ("omicron", "o"),
    ("Omicron", "O"),
    ("Rho", "P"),
    ("Tau", "T"),
    ("Chi", "X"),
    ("lamda", r"\lambda"),
    ("Lamda", r"\Lambda"),
    ("khi", r"\chi"),
    ("Khi", "X"),
];

/// Endings of a name that stand for an accent or a font, the longest first.
const ACCENTS: [(&str, &str, &str); 25] = [
    ("mathring", r"\mathring{", "}"),
    ("ddddot", r"\ddddot{", "}"),
    ("dddot", r"\dddot{", "}"),
    ("acute", r"\acute{", "}"),
    ("breve", r"\breve{", "}"),
    ("check", r"\check{", "}"),
    ("grave", r"\grave{", "}"),
    ("prime", "{", "}'"),
    ("tilde", r"\tilde{", "}"),
    ("bold", r"\boldsymbol{", "}"),
    ("ddot", r"\ddot{", "}"),
    ("frak", r"\mathfrak{", "}"),
    ("norm", r"\left\|{", r"}\right\|"),
    ("abs", r"\left|{", r"}\right|"),
    ("avg", r"\left\langle{", r"}\right\rangle"),
    ("bar", r"\bar{", "}"),
    ("cal", r"\mathcal{", "}"),
    ("dot", r"\dot{", "}"),
    ("hat", r"\hat{", "}"),
    ("mag", r"\left|{", r"}\right|"),
    ("prm", "{", "}'"),
    ("scr", r"\mathscr{", "}"),
    ("vec", r"\vec{", "}"),
    ("bb", r"\mathbb{", "}"),
    ("bm", r"\boldsymbol{", "}"),
];

/// Words that Kamodo shows as signs, at the end of a name of one letter or as a whole index.
const SIGNS: [(&str, &str); 4] = [("plus", "+"), ("minus", "-"), ("comma", ","), ("integral", r"\int")];

/// Writes the name of a parameter.
pub(super) fn symbol(name: &str) -> String {
    let (base, supers, subs) = split(name);
    let list = |parts: Vec<String>| parts.iter().map(|part| translate(part)).collect::<Vec<_>>().join(" ");
    let mut text = translate(&base);
    if !supers.is_empty() {
        text += &format!("^{{{}}}", list(supers));
    }
    if !subs.is_empty() {
        text += &format!("_{{{}}}", list(subs));
    }
    text
}

/// Writes the name of a function: a command, a letter, or upright text.
pub(crate) fn function_name(name: &str) -> String {
    let text = symbol(name);
    if COMMANDS.contains(&text.as_str()) {
        format!(r"\{text}")
    } else if text.chars().count() == 1 || text.starts_with('\\') {
        text
    } else {
        format!(r"\operatorname{{{text}}}")
    }
}

/// Splits a name at `__` into superscripts, at `_` into subscripts; digits at its end are one.
fn split(name: &str) -> (String, Vec<String>, Vec<String>) {
    let (mut supers, mut subs) = (Vec::new(), Vec::new());
    let mut base = None;
    let mut rest = name;
    while !rest.is_empty() {
        let marker = if rest.starts_with("__") { 2 } else { 1 };
        let from = rest.char_indices().nth(marker).map_or(rest.len(), |(at, _)| at);
        let end = rest[from..].find('_').map_or(rest.len(), |at| from + at);
        let (part, tail) = rest.split_at(end);
        match (&base, part.strip_prefix("__"), part.strip_prefix('_')) {
            (None, ..) => base = Some(part.to_owned()),
            (_, Some(part), _) => supers.push(part.to_owned()),
            (_, _, Some(part)) => subs.push(part.to_owned()),
            _ => subs.push(part.to_owned()),
        }
        rest = tail;
    }
    let mut base = base.unwrap_or_default();
    let letters = base.trim_end_matches(|digit: char| digit.is_ascii_digit()).len();
    if letters > 0 && letters < base.len() && base[..letters].bytes().all(|byte| byte.is_ascii_alphabetic()) {
        subs.insert(0, base.split_off(letters));
    }
    (base, supers, subs)
}

/// Writes one part of a name.
fn translate(part: &str) -> String {
    if let Some((_, letter)) = SPELLINGS.iter().find(|(name, _)| *name == part) {
        return (*letter).to_owned();
    }
    if LETTERS.contains(&part) {
        return format!(r"\{part}");
    }
    if let Some((_, sign)) = SIGNS.iter().find(|(word, _)| *word == part) {
        return (*sign).to_owned();
    }
    for (ending, before, after) in ACCENTS {
        if part.len() > ending.len()
            && let Some(at) = part.len().checked_sub(ending.len())
            && part.is_char_boundary(at)
            && part[at..].eq_ignore_ascii_case(ending)
        {
            return format!("{before}{}{after}", translate(&part[..at]));
        }
    }
    for (word, sign) in SIGNS {
        if let Some(letter) = part.strip_suffix(word)
            && letter.chars().count() == 1
        {
            return format!("{letter}{sign}");
        }
    }
    part.to_owned()
}
