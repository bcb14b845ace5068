//! Follows hints as a reader does: takes the code out of a hint, and puts it where the hint says.

/// Where a mistake is, in the text of its file.
#[derive(Debug, Clone, Copy)]
pub struct Place<'t> {
    /// The whole text of the file.
    pub file_text: &'t str,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// How many characters are underlined.
    pub width: usize,
}

/// What a reader of a hint has to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// The text of the file after it, for each way that the hint names: the mistake is gone.
    Edits(Vec<String>),
    /// Texts as [`Reading::Edits`], in which another mistake further on may show now.
    Steps(Vec<String>),
    /// Definitions, `left: right`, that the hint shows as examples: they are right beside what the file has.
    Examples(Vec<String>),
    /// There is no code to take over.
    Prose,
}

/// Splits a hint into its words, with `{}` in the place of each piece of code, and the code.
#[must_use]
pub fn split(hint: &str) -> (String, Vec<&str>) {
    let (mut words, mut code) = (String::new(), Vec::new());
    for (index, part) in hint.split('`').enumerate() {
        if index % 2 == 0 {
            words.push_str(part);
        } else {
            words.push_str("{}");
            code.push(part);
        }
    }
    (words, code)
}

/// Reads a hint.
///
/// # Errors
/// The words of a hint with code that is not known here: say in the table below how it is followed.
pub fn read(message: &str, hint: &str, place: Place<'_>) -> Result<Reading, String> {
    let (words, code) = split(hint);
    if code.is_empty() {
        return Ok(Reading::Prose);
    }
    let edit = Edit::new(place);
    let edits = |texts: &[String]| Ok(Reading::Edits(texts.to_vec()));
    let rights = |code: &[&str]| {
        let right = |code: &&str| match edit.is_latex() && !code.starts_with('$') {
            true => format!("example: ${code}$"),
            false => format!("example: {code}"),
        };
        Ok(Reading::Examples(code.iter().map(right).collect()))
    };
    let lefts = |code: &[&str]| Ok(Reading::Examples(code.iter().map(|left| format!("{left}: 1")).collect()));
    match words.as_str() {
        // --- in place of what is underlined
        "did you mean {}?" | "write {}, or another list of parameters"
            if code[0].contains('(') && message.contains("is not a parameter") =>
        {
            edits(&[edit.with_left(code[0])])
        }
        "write {} to keep it" => edits(&[edit.with_left(code[0])]),
        "if a pure number is meant, return it from a function of the unit {}" => Ok(Reading::Prose),
        "write {}, or {} on the left" => edits(&[edit.with_label(code[0]), edit.with_left(code[1])]),
        "write {} on the left, or multiply by a constant that carries the rest of the unit" => {
            edits(&[edit.with_left(code[0])])
        }
        "write {} for a pure number, or {} to keep it" => {
            edits(&[edit.with_left(code[0]), edit.with_left(code[1])])
        }
        "did you mean {}?" | "write {}, or another name" | "take another name, such as {}" | "quote it: {}"
        | "multiply with {}" | "divide with {}" | "subtract with {}" | "compare with {}"
        | "multiply with {}, element by element" | "{} makes a number of it" | "write a product as {}: {}" => {
            edits(&[edit.with_label(code[0])])
        }
        "write {}, or {} for an octal number" | "write the function as {}, a name as {}" => {
            edits(&[edit.with_label(code[0]), edit.with_label(code[1])])
        }
        "write {} or {}" if message.contains("blank") => {
            lefts(&[&format!("example[{}]", code[0]), &format!("example[{}]", code[1])])
        }
        "write {}" if message.contains("has an `expression`") => edits(&[edit.with_right(code[0])]),
        "write {}" | "write {}: a reduction is along the last axis"
        | "write {} if that has one axis: a reduction is along the last one"
            if message == "unexpected `.`" =>
        {
            rights(&code)
        }
        "write {}: a reduction is along the last axis" | "write {} if that has one axis"
            if message.starts_with("no function") =>
        {
            edits(&[edit.with_call(code[0])])
        }
        "write the unit as {}" => edits(&[edit.with_unit(code[0])]),
        "did you mean {}, or {}?" => edits(&[edit.with_label(code[0]), edit.with_label(code[1])]),
        "{} is a prefix: write it before a unit, as in {}" => edits(&[edit.with_label(code[1])]),
        "write a division as {} or {}" => {
            lefts(&[&format!("example[{}]", code[0]), &format!("example[{}]", code[1])])
        }
        "{} lists the units" => Ok(Reading::Prose),
        words if words.starts_with("write {}, or {} if the ") && words.ends_with(" is meant") => {
            edits(&[edit.with_label(code[0]), edit.with_label(code[1])])
        }
        "write {} on the left, or to convert it write {} on the right" => {
            edits(&[edit.with_left(code[0]), edit.with_right(code[1])])
        }
        "write {} on the left, or to convert it multiply by {}" => edits(&[edit.with_left(code[0])]),
        "write {}, or declare it in {}" => edits(&[edit.with_enclosing_call(code[0])]),
        "if its unit is to count, define {}, and write {}" => {
            edits(&[[code[0], "\n", &edit.with_label(code[1])].concat()])
        }
        "multiply it by {}" | "multiply it by {}, or write {} on the left" => Ok(Reading::Prose),
        "write {}" if message.contains("are added as plain numbers") => edits(&[edit.with_right(code[0])]),
        "write {}, or {} if that is meant" => edits(&[edit.with_label(code[0]), edit.with_label(code[1])]),
        "write {}; if a parameter is meant, list it on the left, as in {}" => {
            edits(&[edit.with_label(code[0])])
        }
        "write {}, or give {} a default" => edits(&[edit.with_left(code[0])]),
        "write a number, such as {}, or numbers alone, such as {}" => {
            lefts(&[&format!("example({})", code[0]), &format!("example({})", code[1])])
        }
        "leave {} out: the functions of the language have no module"
        | "leave {} out: the functions of the language have no module, and {} is along the last axis"
        | "leave {} out: a reduction is along the last axis"
        | "leave {} out: a reduction takes its axis away" => edits(&[edit.without(code[0])]),
        "write {}" | "leave out the blanks before it: {}" if message.starts_with("this is no YAML") => {
            edits(&[edit.with(code[0])])
        }
        "write the line above as {}" => edits(&[edit.with_other_above(code[0])]),
        "leave {} out: functions are no list" => edits(&[edit.without(code[0])]),
        "write {}, and each of the others on a line of its own, with {}" => {
            Ok(Reading::Examples(vec![code[0].to_owned()]))
        }
        "write {}" if message.starts_with("no function") => edits(&[edit.with_call(code[0])]),
        "write {}" if message.contains("has no index") || message.contains("no upper bound") => rights(&code),
        "write {}" if message.starts_with("expected `{` after") => rights(&code),
        "write {}" | "write {}, or parentheses round all of the argument"
        | "write {}, or blanks round {} where it is a parameter" => edits(&[edit.with_label(code[0])]),
        "write {} to have that one always, {} for one's own" => {
            edits(&[edit.with_label(code[0])])
        }
        "{} stands behind its operand, as in {}; not is written {}, as in {}" => rights(&[code[1], code[3]]),
        "write hundredths as {}" => rights(&code),
        "raise with {}: {}" => edits(&[edit.with_label(code[1].trim_start_matches('x'))]),
        "no list of parameters may have {}, which is a constant there: write {}, and {}, or no list"
        | "no list of parameters may have {}, which is a function there: write {}, and {}, or no list" => {
            edits(&[edit.with_label_and_left(code[1], code[2])])
        }
        "the default is {}" => edits(&[edit.with(code[0])]),
        "leave the unit out, and write {} where kelvins are needed" => edits(&[edit.with_label("")]),
        "leave {} out: no definition has this character" => edits(&[edit.with_label("")]),
        "a left-hand side has names without a backslash, such as {}" => lefts(&code),
        "use single quotes: {}" | "use single quotes, and dollars round LaTeX: {}" => edits(&[edit.with_right(code[0])]),
        "write an expression such as {}, in quotes where YAML would read something else" => {
            edits(&[edit.with_right(code[0])])
        }
        // --- beside it
        "there is no implicit multiplication: write {}" => edits(&[edit.with_inserted(code[0])]),
        "write a number, a name or {} after {}, or leave {} out" => {
            edits(&[edit.with_inserted("1"), edit.without_before(code[2])])
        }
        "write a number, a name or {} before {}" => edits(&[edit.with_inserted("1")]),
        "write one after {}" | "write one before {}" => Ok(Reading::Steps(vec![edit.with_inserted(" x ")])),
        "write {} between them, or no blank in one number" => edits(&[edit.with_inserted(code[0])]),
        "add {} where it ends" => edits(&[edit.with_appended(code[0])]),
        "add {} behind the unit" => edits(&[edit.with_unit_closed(code[0])]),
        "add {} behind the last parameter" => edits(&[edit.with_left_closed(code[0])]),
        "leave it out, or add {} where it begins" => {
            edits(&[edit.with_label(""), edit.with_prepended(code[0])])
        }
        // --- lines of their own
        "define it, outside of LaTeX: {}" => edits(&[edit.with_line_above(code[0])]),
        "if a pure number is meant, define it as one, {}, and write {}"
        | "if another unit is meant, define it with that, as in {}, and write {}" => {
            edits(&[[code[0], "\n", &edit.with_label(code[1])].concat()])
        }
        "{} is written {}" => {
            let parameters = code[0].split_once('(').map_or("", |(_, rest)| rest);
            Ok(Reading::Examples(vec![format!("example({parameters}: {}", code[1])]))
        }
        "the left-hand side stands before the colon: {}; a comparison is {}" => {
            Ok(Reading::Edits(vec![code[0].to_owned(), edit.with_label(code[1])]))
        }
        "the left-hand side stands before the colon: {}" => Ok(Reading::Examples(vec![code[0].to_owned()])),
        "a left-hand side reads {}, {}, {} or {}" | "units stand on the left-hand side only, such as {}" => {
            lefts(&code)
        }
        // --- examples
        "call it as {}" | "call it as {}, or as {}" | "call the function as {}" | "quote what holds a comma or a colon: {}" | "the right-hand side is one expression, such as {}"
        | "write cases as {}" | "write one after the colon, such as {}" | "write digits behind it, such as {}"
        | "a decimal point makes it a floating-point number, such as {}"
        | "a decimal point makes them floating-point numbers, such as {}"
        | "a decimal point stands beside a digit, such as {}, and a name has none"
        | "compare it, such as {}" | "compare parts of it: take {}, {} or {}"
        | "put each comparison in parentheses: {}" | "a root is {}" | "a half is {}, with a sign before it"
        // of LaTeX
        | "write {} or {}" | "write {}, {} or {}" | "write it in braces, such as {}"
        | "write letters or digits, such as {} or {}" | "write letters, such as {} or {}"
        | "an index is letters, digits and signs, such as {} or {}"
        | "write it behind the letter that it belongs to: {}" | "the base of a logarithm is one: {}"
        | "a name of one's own reads {}, a function {}" | "rows and columns stand in cases: {}" | "cases read {}"
        | "a power reads {} in LaTeX" | "write a comparison, such as {}" | "write one, such as {}" => rights(&code),
        "write {}, or the parameters on the left-hand side: {}" => {
            Ok(Reading::Examples(vec![format!("example: ${}$", code[0]), format!("{}: $e^x$", code[1])]))
        }
        "write its name, such as {}, or leave {} out" => rights(&code[..1]),
        "{} of the language takes one argument: of two numbers write {}"
        | "{} of the language takes one argument: to the base b write {}"
        | "{} of the language takes two arguments: of three write {}" | "{} stands in {} only" | "{} begins a comment in LaTeX; for a remainder write {}"
        | "LaTeX has letters, numbers, {} and commands such as {}" => rights(&code[1..]),
        "LaTeX stands between two {}: write {}, or {}" | "LaTeX stands between two {}: {}" | "write {}: {}" => {
            rights(&code[1..])
        }
        "{} is {} where it is positive, else 0" => rights(&code[..1]),
        "the language has {}, comparisons, {}, parentheses, numbers, names and calls such as {}" => {
            rights(&code[2..])
        }
        _ if words.starts_with("write {} if the array's last axis is ") => rights(&code),
        _ if words.starts_with("leave {} out if the array's last axis is ") => edits(&[edit.without(code[0])]),
        // --- names and signs, no code
        "{} is served as soon as a plugin, an upstream or a definition brings {}"
        | "{} is shown, but not worked out here: write out what it comes to"
        | "the language has no {}: {} is served as soon as a plugin, an upstream or a definition brings one"
        | "give the default in a unit that converts to {}"
        | "leave {} out, or pass the number of elements as a parameter of its own"
        // what is right depends on the arrays that come
        | "leave {} out if the array has one axis: a reduction is along the last one"
        | "the arguments of a call stand in their order, without names; a comparison is {}"
        | "{} of the language takes one argument, and is the root of the sum of the squares"
        | "{} of the language takes one argument"
        | "write a name in place of the list, and pass the list as its argument, as in {}"
        | "quote the text where it holds {}, and begin each entry on a line of its own"
        | "all of the right-hand side stands between two {} where it is LaTeX"
        | "LaTeX stands between one {} and another, with nothing before or behind"
        | "a comma stands between the arguments of a function only, a decimal point is {}"
        | "delimiters come in pairs: {} and {}, {} and {}, {} and {}" => {
            Ok(Reading::Prose)
        }
        _ => Err(format!("nothing says how this hint is followed: {words:?} {code:?}")),
    }
}

/// The parts of a file round a place.
struct Edit<'t> {
    /// The lines above.
    above: &'t str,
    line: &'t str,
    below: &'t str,
    /// Bytes of the line that are underlined.
    label: std::ops::Range<usize>,
}

// === impl Edit ===

impl<'t> Edit<'t> {
    fn new(place: Place<'t>) -> Self {
        let text = place.file_text;
        let start: usize = text.split_inclusive('\n').take(place.line - 1).map(str::len).sum();
        let (above, rest) = text.split_at(start);
        let (line, below) = rest.split_at(rest.find('\n').unwrap_or(rest.len()));
        let byte = |n_chars: usize| line.char_indices().nth(n_chars).map_or(line.len(), |(at, _)| at);
        let label = byte(place.column - 1)..byte(place.column - 1 + place.width);
        Self { above, line, below, label }
    }

    fn with(&self, line: &str) -> String {
        [self.above, line, self.below].concat()
    }

    fn is_latex(&self) -> bool {
        self.line.contains('$')
    }

    /// Where the colon between the sides is.
    fn colon(&self) -> usize {
        self.line.find(": ").or_else(|| self.line.find(':')).unwrap_or(0)
    }

    fn with_label(&self, code: &str) -> String {
        self.with(&[&self.line[..self.label.start], code, &self.line[self.label.end..]].concat())
    }

    /// In place of a call whose name is underlined.
    fn with_call(&self, code: &str) -> String {
        let rest = &self.line[self.label.end..];
        let mut depth = 0_i32;
        let end = rest.char_indices().find(|(_, letter)| {
            depth += i32::from(*letter == '(') - i32::from(*letter == ')');
            depth == 0
        });
        let end = end.map_or(0, |(at, letter)| if letter == ')' { at + 1 } else { 0 });
        self.with(&[&self.line[..self.label.start], code, &rest[end..]].concat())
    }

    /// In place of the unit in brackets round what is underlined.
    fn with_unit(&self, code: &str) -> String {
        let start = self.line[..self.label.start].rfind('[').map_or(0, |at| at + 1);
        let end = self.line[self.label.end..].find(']').map_or(self.line.len(), |at| self.label.end + at);
        self.with(&[&self.line[..start], code, &self.line[end..]].concat())
    }

    /// In place of the call whose only argument is underlined.
    fn with_enclosing_call(&self, code: &str) -> String {
        let name = code.split('(').next().unwrap_or_default();
        let start = self.line[..self.label.start].rfind(name).unwrap_or(0);
        let end = self.line[self.label.end..].find(')').map_or(self.line.len(), |at| self.label.end + at + 1);
        self.with(&[&self.line[..start], code, &self.line[end..]].concat())
    }

    fn with_right(&self, code: &str) -> String {
        self.with(&[&self.line[..self.colon()], ": ", code].concat())
    }

    fn with_left(&self, code: &str) -> String {
        self.with(&[code, &self.line[self.colon()..]].concat())
    }

    fn with_label_and_left(&self, code: &str, left: &str) -> String {
        let between = &self.line[self.colon()..self.label.start];
        self.with(&[left, between, code, &self.line[self.label.end..]].concat())
    }

    fn with_inserted(&self, code: &str) -> String {
        let (before, after) = self.line.split_at(self.label.start);
        self.with(&[before, code, after].concat())
    }

    fn without(&self, code: &str) -> String {
        self.with(&self.line.replacen(code, "", 1))
    }

    fn without_before(&self, sign: &str) -> String {
        let (before, after) = self.line.split_at(self.label.start);
        let at = before.rfind(sign).unwrap_or(0);
        self.with(&[&before[..at], &before[(at + sign.len()).min(before.len())..], after].concat())
    }

    fn with_appended(&self, code: &str) -> String {
        let line = self.line.trim_end();
        match line.strip_suffix('$').filter(|_| self.is_latex()) {
            Some(latex) => self.with(&[latex, code, "$"].concat()),
            None => self.with(&[line, code].concat()),
        }
    }

    fn with_prepended(&self, code: &str) -> String {
        let at = self.colon() + 2;
        self.with(&[&self.line[..at], code, &self.line[at..]].concat())
    }

    fn with_unit_closed(&self, code: &str) -> String {
        let rest = &self.line[self.label.end..];
        let length = rest.find([')', ',', ':', ']']).unwrap_or(rest.len());
        let at = self.label.end + length;
        self.with(&[&self.line[..at], code, &self.line[at..]].concat())
    }

    fn with_left_closed(&self, code: &str) -> String {
        let at = self.colon();
        self.with(&[&self.line[..at], code, &self.line[at..]].concat())
    }

    fn with_other_above(&self, code: &str) -> String {
        let above = self.above.trim_end();
        let rest = above.rfind('\n').map_or("", |end| &above[..=end]);
        [rest, code, "\n", self.line, self.below].concat()
    }

    fn with_line_above(&self, code: &str) -> String {
        self.with(&[code, "\n", self.line].concat())
    }
}
