//! Special functions by the sign that formulas have for them: `J_{0}(x)`, `\Gamma(x)`, `P_{n}^{(m)}(x)`.
//!
//! A sign is also a name that anybody may give to a function: `T_{e}(r)` is a temperature as well as a
//! polynomial. A function of that name goes first. Where there is none, the sign means the special
//! function if it is written as that is printed, with `\left(` at once behind it, or if nothing else is
//! likely: with a number, an expression or a letter that counts as its order.

use super::token::{Kind, Shape, Side};
use super::{Parsed, Parser, call, name};
use crate::Span;
use crate::ast::{Tree, TreeKind};
use crate::builtin::{Builtin, Sign as Form};

/// A sign that means a function.
#[derive(Clone, Copy)]
struct Sign {
    head: &'static str,
    form: Form,
    function: Builtin,
    /// How many arguments it has in parentheses at least and at most.
    least: usize,
    most: usize,
}

/// Returns all signs of all functions.
fn signs() -> impl Iterator<Item = Sign> {
    Builtin::ALL.iter().flat_map(|&function| {
        let row = function.row();
        row.signs.iter().map(move |&(head, form)| {
            let most = row.word.map_or(0, |word| word.n_parameters());
            let least = row.least.unwrap_or(most);
            // The order of the function stands below its head.
            let n_below = usize::from(matches!(form, Form::Order | Form::Polynomial));
            Sign { head, form, function, least: least - n_below, most: most - n_below }
        })
    })
}

/// Letters that count, so that a sign with one of them as its order is hardly a name.
const COUNTING: [&str; 6] = ["n", "m", "k", "l", "nu", "mu"];

/// What stands behind a head, before anything of it is read.
struct Ahead {
    has_index: bool,
    has_exponent: bool,
    /// Whether the exponent is in parentheses, `P_{n}^{\left(m\right)}`, and so a second order.
    has_second_order: bool,
    /// Whether the parenthesis stands at once behind, with `\left`.
    is_as_printed: bool,
    is_enclosed: bool,
}

impl Parser<'_> {
    /// Reads a special function whose sign stands here.
    pub(super) fn sign(&mut self) -> Parsed<Option<Tree>> {
        let Some((head, n_tokens)) = self.head() else { return Ok(None) };
        let Some(ahead) = self.ahead(self.at + n_tokens) else { return Ok(None) };
        let Some(sign) = signs().find(|sign| sign.head == head && ahead.fits(sign)) else {
            return Ok(None);
        };
        let start = self.at;
        let start_span = self.span();
        for _ in 0..n_tokens {
            self.advance();
        }
        let mut own = Some(head.trim_start_matches('\\').to_owned());
        if let Some(name) = head.strip_prefix(r"\operatorname{") {
            own = Some(name.trim_end_matches('}').to_owned());
        }
        let (mut orders, mut exponent) = (Vec::new(), None);
        let mut is_likely = sign.form == Form::Plain;
        loop {
            match self.peek() {
                Kind::Index => {
                    let (index, order) = self.order()?;
                    own = own.zip(index.as_ref()).map(|(own, index)| format!("{own}_{index}"));
                    is_likely = match &index {
                        Some(index) => {
                            COUNTING.contains(&index.as_str())
                                || index.bytes().all(|byte| byte.is_ascii_digit())
                        }
                        None => true,
                    };
                    orders.extend(order);
                }
                Kind::Power => exponent = Some(self.exponent()?),
                _ => break,
            }
        }
        let is_parameter = own.as_ref().is_some_and(|own| self.is_variable(own));
        if is_parameter || (!ahead.is_as_printed && !is_likely) || (ahead.has_index && orders.is_empty()) {
            self.at = start;
            return Ok(None);
        }
        let mut function = sign.function;
        if ahead.has_second_order {
            function = Builtin::AssocLegendre;
            orders.extend(exponent.take());
        }
        let name_span = start_span.start..self.end_before();
        let separators: &[Kind] =
            if function == Builtin::EllipticE { &[Kind::Comma, Kind::Middle] } else { &[Kind::Comma] };
        let args = self.arguments_between(separators)?;
        let span = name_span.start..self.end_before();
        let fits = (sign.least..=sign.most).contains(&args.len());
        let is_common = sign.form == Form::Plain
            || matches!(function, Builtin::BesselJ | Builtin::AiryAi | Builtin::AiryBi);
        if fits && !is_common && own.is_some() && !is_numbered(own.as_deref()) {
            let own = own.as_deref().unwrap_or_default();
            let text_of = |tree: &Tree| {
                let text = &self.source.text[tree.span.clone()];
                text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or(text)
            };
            let args: Vec<_> = orders.iter().chain(&args).map(text_of).collect();
            let power =
                exponent.as_ref().map_or_else(String::new, |power| format!("^{{{}}}", text_of(power)));
            let call =
                format!(r"\operatorname{{{}}}\left({}\right){power}", function.name(), args.join(", "));
            self.warn_of_sign(function, own, &name_span, &span, &call);
        }
        let n_orders = orders.len();
        orders.extend(args);
        let kind = TreeKind::Sign {
            own: own.unwrap_or_default().into(),
            name_span,
            function: fits.then_some(function),
            own_args: n_orders..orders.len(),
            args: orders,
        };
        let tree = Tree { kind, span };
        Ok(Some(match exponent {
            Some(exponent) => call::raised(tree, exponent),
            None => tree,
        }))
    }

    /// Warns of a sign that is a function of the language; `call` is its call by name.
    fn warn_of_sign(&mut self, function: Builtin, own: &str, name_span: &Span, span: &Span, call: &str) {
        let name = function.name();
        let text = &self.source.text[name_span.clone()];
        let message =
            format!("`{text}` is the special function `{name}`, unless there is a function `{own}`");
        let hint =
            format!(r"write `{call}` to have that one always, `{text}{{\left(x\right)}}` for one's own");
        let warning = self.error(span.clone(), message).into_warning().with_hint(hint);
        self.warnings.push(warning);
    }

    /// Returns the head that stands here, and how many tokens it is.
    fn head(&self) -> Option<(&'static str, usize)> {
        let known = |text: &str| signs().find(|sign| sign.head == text).map(|sign| sign.head);
        match self.peek() {
            Kind::Letter => {
                let letters = self.letters_here();
                let is_declared = |name: &str| self.is_declared(&self.resolve(name));
                let is_product = letters.len() > 1
                    && letters
                        .char_indices()
                        .any(|(at, letter)| is_declared(&letters[at..at + letter.len_utf8()]));
                if is_product || is_declared(letters) {
                    return None;
                }
                known(letters).map(|head| (head, letters.chars().count()))
            }
            Kind::Command if self.command() == "operatorname" && self.kind_after(1) == Kind::Open => {
                let n_letters =
                    self.tokens[self.at + 2..].iter().take_while(|token| token.kind == Kind::Letter).count();
                let end =
                    self.tokens.get(self.at + 2 + n_letters).filter(|token| token.kind == Kind::Close)?;
                let from = self.tokens[self.at + 2].span.start;
                let name = &self.source.text[from..end.span.start];
                known(&format!(r"\operatorname{{{name}}}")).map(|head| (head, n_letters + 3))
            }
            Kind::Command => known(self.text()).map(|head| (head, 1)),
            _ => None,
        }
    }

    /// Looks at what stands behind a head.
    fn ahead(&self, mut at: usize) -> Option<Ahead> {
        let kind = |at: usize| self.tokens.get(at).map_or(Kind::End, |token| token.kind);
        let mut ahead = Ahead {
            has_index: false,
            has_exponent: false,
            has_second_order: false,
            is_as_printed: false,
            is_enclosed: false,
        };
        loop {
            match kind(at) {
                Kind::Index if !ahead.has_index => ahead.has_index = true,
                Kind::Power if !ahead.has_exponent => {
                    ahead.has_exponent = true;
                    ahead.has_second_order = ahead.has_index && self.is_enclosed_call(at + 1);
                }
                Kind::Index | Kind::Power => return None,
                _ => break,
            }
            at = self.after_script(at);
        }
        ahead.is_enclosed = self.is_enclosed_call(at);
        let token = self.tokens.get(at)?;
        let is_round = token.kind == Kind::Delimiter(Side::Left, Shape::Round);
        ahead.is_as_printed =
            is_round && token.is_glued && self.source.text[token.span.clone()].starts_with('\\');
        (is_round || ahead.is_enclosed).then_some(ahead)
    }

    /// Reads an index both as a part of a name and as an order; none of either where it is no such thing.
    fn order(&mut self) -> Parsed<(Option<String>, Option<Tree>)> {
        let sign = self.advance();
        let start = self.at;
        let index = self.nested(|parser| parser.indices(&sign)).ok().map(|indices| indices.join("_"));
        let after_index = std::mem::replace(&mut self.at, start);
        let index = index.filter(|_| !self.is_sum(start, after_index));
        if index.is_some() && self.is_spelled_out(start, after_index) {
            self.at = after_index;
            return Ok((index, None));
        }
        let n_warnings = self.warnings.len();
        match self.nested(Self::script) {
            Ok(order) if index.is_none() || self.at == after_index => Ok((index, Some(order))),
            Err(error) if index.is_none() => Err(error),
            _ => {
                self.warnings.truncate(n_warnings);
                self.at = after_index;
                Ok((index, None))
            }
        }
    }

    /// Returns whether an index is a sum, `J_{n+1}`, and so no part of a name.
    fn is_sum(&self, from: usize, to: usize) -> bool {
        let is_sign = |kind| matches!(kind, Kind::Plus | Kind::Minus);
        let mut pairs = self.tokens[from..to].windows(2);
        pairs.any(|pair| is_sign(pair[0].kind) && !matches!(pair[1].kind, Kind::Close | Kind::Comma))
    }

    /// Returns whether an index is words, as in `T_{eff}` and `T_{\mathrm{e}}`, and so a part of a name only.
    fn is_spelled_out(&self, from: usize, to: usize) -> bool {
        let mut run = String::new();
        for token in &self.tokens[from..to] {
            let text = &self.source.text[token.span.clone()];
            if token.kind == Kind::Command && name::is_text(&text[1..]) {
                return true;
            }
            if token.kind == Kind::Letter && (run.is_empty() || token.is_glued) {
                run += text;
                continue;
            }
            if self.is_word(&run) {
                return true;
            }
            run.clear();
            if token.kind == Kind::Letter {
                run += text;
            }
        }
        self.is_word(&run)
    }

    /// Returns whether letters are a word, and no parameter.
    fn is_word(&self, letters: &str) -> bool {
        let has =
            |declared: &name::Declared| declared.printed.contains(letters) || declared.name.contains(letters);
        letters.chars().count() > 1 && !self.declared.iter().flatten().any(has)
    }
}

/// Returns whether a name ends in a number below it, as those of special functions do.
fn is_numbered(own: Option<&str>) -> bool {
    let index = own.and_then(|own| own.rsplit_once('_')).map(|(_, index)| index);
    index.is_some_and(|index| index.bytes().all(|byte| byte.is_ascii_digit()) || COUNTING.contains(&index))
}

// === impl Ahead ===

impl Ahead {
    fn fits(&self, sign: &Sign) -> bool {
        match sign.form {
            Form::Plain => !self.has_index && (!self.has_exponent || self.is_as_printed || self.is_enclosed),
            Form::Letter => !self.has_index && self.is_as_printed,
            Form::Order => self.has_index && !self.is_enclosed && (!self.has_exponent || self.is_as_printed),
            Form::Polynomial => {
                let is_associated = self.has_second_order && sign.function == Builtin::Legendre;
                self.has_index && !self.is_enclosed && (!self.has_exponent || is_associated)
            }
        }
    }
}
