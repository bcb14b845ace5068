//! Names in LaTeX: Greek letters, accents, sub- and superscripts.

/// Names that LaTeX has a command for.
const COMMANDS: [&str; 19] = [
    "arcsin", "arccos", "arctan", "sin", "cos", "tan", "sinh", "cosh", "tanh", "sqrt", "ln", "log", "sec",
    "csc", "cot", "coth", "re", "im", "arg",
];

/// Letters whose command is their name, and the letters themselves.
const LETTERS: [(&str, char); 51] = [
    ("alpha", 'α'),
    ("beta", 'β'),
    ("gamma", 'γ'),
    ("delta", 'δ'),
    ("epsilon", 'ϵ'),
    ("zeta", 'ζ'),
    ("eta", 'η'),
    ("theta", 'θ'),
    ("iota", 'ι'),
    ("kappa", 'κ'),
    ("lambda", 'λ'),
    ("mu", 'μ'),
    ("nu", 'ν'),
    ("xi", 'ξ'),
    ("pi", 'π'),
    ("rho", 'ρ'),
    ("sigma", 'σ'),
    ("tau", 'τ'),
    ("upsilon", 'υ'),
    ("phi", 'ϕ'),
    ("chi", 'χ'),
    ("psi", 'ψ'),
    ("omega", 'ω'),
    ("Gamma", 'Γ'),
    ("Delta", 'Δ'),
    ("Theta", 'Θ'),
    ("Lambda", 'Λ'),
    ("Xi", 'Ξ'),
    ("Pi", 'Π'),
    ("Sigma", 'Σ'),
    ("Upsilon", 'Υ'),
    ("Phi", 'Φ'),
    ("Psi", 'Ψ'),
    ("Omega", 'Ω'),
    ("varepsilon", 'ε'),
    ("varkappa", 'ϰ'),
    ("varphi", 'φ'),
    ("varpi", 'ϖ'),
    ("varrho", 'ϱ'),
    ("varsigma", 'ς'),
    ("vartheta", 'ϑ'),
    ("aleph", 'ℵ'),
    ("beth", 'ℶ'),
    ("daleth", 'ℸ'),
    ("gimel", 'ℷ'),
    ("ell", 'ℓ'),
    ("eth", 'ð'),
    ("hbar", 'ℏ'),
    ("hslash", 'ℏ'),
    ("mho", '℧'),
    ("wp", '℘'),
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

/// Returns whether a name is the command of a letter: `alpha` is `\alpha`.
pub(crate) fn is_letter(name: &str) -> bool {
    LETTERS.iter().any(|(known, _)| *known == name)
}

/// Returns the ending of a name that stands for the accent or font of a command: `vec` for `\vec`.
pub(crate) fn accent(command: &str) -> Option<&'static str> {
    let is_of =
        |before: &str| before.strip_prefix('\\').and_then(|rest| rest.strip_suffix('{')) == Some(command);
    ACCENTS.iter().find(|(_, before, _)| is_of(before)).map(|(ending, ..)| *ending)
}

/// Returns every letter that has a command, for "did you mean".
pub(crate) fn letters() -> impl Iterator<Item = &'static str> {
    LETTERS.into_iter().map(|(name, _)| name)
}

/// Writes the name of a parameter.
pub(crate) fn symbol(name: &str) -> String {
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
pub(super) fn split(name: &str) -> (String, Vec<String>, Vec<String>) {
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
    match look(part) {
        Look::Letter(latex, _) => latex,
        Look::Sign(sign) => sign.to_owned(),
        Look::Accented(ending, inner) => {
            let (before, after) = ACCENTS
                .iter()
                .find(|(known, ..)| *known == ending)
                .map_or(("", ""), |(_, before, after)| (*before, *after));
            format!("{before}{}{after}", translate(inner))
        }
        Look::Signed(letter, sign) => format!("{letter}{sign}"),
        Look::Plain => part.to_owned(),
    }
}

/// How one part of a name looks.
pub(super) enum Look<'a> {
    /// A Greek letter or the like: its LaTeX, and its name.
    Letter(String, &'a str),
    /// A sign that a word stands for.
    Sign(&'static str),
    /// What an accent or a font is on, with its ending.
    Accented(&'static str, &'a str),
    /// A letter with a sign behind it.
    Signed(&'a str, &'static str),
    /// As it is.
    Plain,
}

/// Finds out how one part of a name looks.
pub(super) fn look(part: &str) -> Look<'_> {
    if let Some((_, letter)) = SPELLINGS.iter().find(|(name, _)| *name == part) {
        return Look::Letter((*letter).to_owned(), letter.trim_start_matches('\\'));
    }
    if is_letter(part) {
        return Look::Letter(format!(r"\{part}"), part);
    }
    if let Some((_, sign)) = SIGNS.iter().find(|(word, _)| *word == part) {
        return Look::Sign(sign);
    }
    for (ending, ..) in ACCENTS {
        if part.len() > ending.len()
            && let Some(at) = part.len().checked_sub(ending.len())
            && part.is_char_boundary(at)
            && part[at..].eq_ignore_ascii_case(ending)
        {
            return Look::Accented(ending, &part[..at]);
        }
    }
    for (word, sign) in SIGNS {
        if let Some(letter) = part.strip_suffix(word)
            && letter.chars().count() == 1
        {
            return Look::Signed(letter, sign);
        }
    }
    Look::Plain
}

/// Returns the letter of a name such as `alpha`.
pub(super) fn letter(name: &str) -> Option<char> {
    LETTERS.iter().find(|(known, _)| *known == name).map(|(_, letter)| *letter)
}
