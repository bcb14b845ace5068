//! Calls of registered functions: which there are, how many arguments they take, in which units.

use std::sync::Arc;

use kamodo_units::Unit;
use kamodo_value::{Parameter, Signature, Value};

use super::super::did_you_mean;
use super::super::unit::Carried;
use super::{Builder, Parameters, Quantity};
use crate::ast::{Tree, TreeKind};
use crate::{Builtin, Expr, Float, Span, Subject, elsewhere, language};

/// How many names the misspelt ones of one definition are compared with, all together.
const MAX_COMPARED: usize = 200_000;

impl<'a> Builder<'a> {
    /// Builds `f(a, b)`.
    pub(super) fn call(
        &mut self,
        name: &Arc<str>,
        name_span: &Span,
        args: &[Tree],
        span: &Span,
        parameters: Parameters,
    ) -> Option<Quantity> {
        let Some(callee) = self.callee(name, name_span, Some((args, span))) else {
            let args = args.iter().map(|arg| self.quantity(arg, None, parameters)).collect::<Vec<_>>();
            let args = args.into_iter().map(|arg| arg.map(|arg| arg.expr)).collect::<Option<_>>()?;
            return Some(Quantity {
                expr: Expr::call(name, args),
                carried: Carried::Unknown,
                span: span.clone(),
            });
        };
        let built: Vec<_> = args
            .iter()
            .enumerate()
            .map(|(index, arg)| {
                let unit = callee.parameters.get(index).and_then(|parameter| parameter.unit.as_ref());
                self.argument(arg, unit, &callee, index)
            })
            .collect();
        if args.len() > callee.parameters.len() {
            self.report_arity_of(&callee, args.len(), span);
            return None;
        }
        let mut args = built.into_iter().collect::<Option<Vec<_>>>()?;
        let rest = &callee.parameters[args.len()..];
        if rest.iter().any(|parameter| parameter.default.is_none()) {
            self.report_arity_of(&callee, args.len(), span);
            return None;
        }
        // What the language has no word for, such as an array, is filled in when the function is called.
        args.extend(rest.iter().map_while(|parameter| default_expr(parameter.default.as_ref()?)));
        Some(Quantity { expr: Expr::call(name, args), carried: carried_by(&callee), span: span.clone() })
    }

    /// Builds the name of a function that stands for a call with its own parameters.
    pub(super) fn bare_function(&mut self, name: &Arc<str>, span: &Span) -> Option<Quantity> {
        let Some(callee) = self.callee(name, span, None) else {
            let expr = Expr::call(name, Vec::new());
            return Some(Quantity { expr, carried: Carried::Unknown, span: span.clone() });
        };
        let left = self.definition.left();
        let mut args = Vec::with_capacity(callee.parameters.len());
        let mut is_complete = true;
        for (index, parameter) in callee.parameters.iter().enumerate() {
            if left.parameters.is_some() && !left.has_parameter(&parameter.name) {
                self.report_undeclared(&parameter.name, span, Some(name));
                is_complete = false;
                continue;
            }
            let symbol: Arc<str> = parameter.name.as_str().into();
            let own = match &parameter.unit {
                Some(_) => Parameters::Carry,
                None => Parameters::Plain,
            };
            let arg = self.parameter(&symbol, span, own);
            args.push(self.passed(arg, parameter.unit.as_ref(), &callee, index));
        }
        let args = args.into_iter().collect::<Option<Vec<_>>>()?;
        let quantity =
            Quantity { expr: Expr::call(name, args), carried: carried_by(&callee), span: span.clone() };
        is_complete.then_some(quantity)
    }

    /// Returns the names that a misspelt one is compared with; none when very many were compared already.
    fn candidates(&mut self) -> Vec<&'a str> {
        let scope = self.scope;
        if self.n_compared > MAX_COMPARED || !self.scope.may_compare() {
            return Vec::new();
        }
        let mut candidates: Vec<&str> = language::function_names().collect();
        candidates.extend(scope.names());
        self.n_compared += candidates.len();
        candidates
    }

    /// Finds a function; one that nobody provides is noted as missing. `call` is its arguments and place, if it is called.
    fn callee(
        &mut self,
        name: &Arc<str>,
        name_span: &Span,
        call: Option<(&[Tree], &Span)>,
    ) -> Option<Signature> {
        if let Some(callee) = self.scope.callee(name) {
            return Some(callee.clone());
        }
        if !self.missing.iter().any(|missing| **missing == **name) {
            self.missing.push(name.to_string());
            let message = format!("no function `{name}` is there yet");
            let definition = self.definition;
            let elsewhere = call.and_then(|(args, span)| {
                let args: Vec<_> = args.iter().map(|arg| arg.span.clone()).collect();
                elsewhere::hint(&definition.rhs().text, definition.is_latex(), name, &args, span)
            });
            // What is called as numpy or Python calls it is not misspelt.
            let is_known = call.is_some() && elsewhere::is_known(name);
            let n_args = call.map(|(args, _)| args.len());
            let meant = elsewhere.or_else(|| {
                if is_known {
                    return None;
                }
                let args = call.map_or(&[] as &[Tree], |(args, _)| args);
                other_arguments(name, args, |arg| definition.text(&arg.span))
                    .or_else(|| self.function_meant(name, n_args))
            });
            let subject = if meant.is_some() { Subject::Misspelt } else { Subject::Missing };
            let own = definition.name();
            let hint = meant.unwrap_or_else(|| match is_known {
                true => format!(
                    "the language has no `{name}`: `{own}` is served as soon as a plugin, an upstream or a \
                     definition brings one"
                ),
                false => {
                    format!(
                        "`{own}` is served as soon as a plugin, an upstream or a definition brings `{name}`"
                    )
                }
            });
            let warning = definition.error(name_span.clone(), message).into_warning().with_hint(hint);
            self.diagnostics.push(warning.about(subject));
        }
        None
    }

    /// Returns the function that a misspelt name may have meant: one that takes as many arguments.
    fn function_meant(&mut self, name: &str, n_args: Option<usize>) -> Option<String> {
        let scope = self.scope;
        let fits = |candidate: &&str| match (n_args, scope.callee(candidate), language::function(candidate)) {
            (None, ..) => true,
            (Some(n_args), Some(callee), _) => takes(callee, n_args),
            (Some(n_args), None, Some(function)) => function.fits(n_args),
            (Some(_), None, None) => true,
        };
        did_you_mean(name, self.candidates().into_iter().filter(|candidate| *candidate != name).filter(fits))
    }

    /// Builds an argument. Where the callee wants a unit, the parameters in it carry theirs.
    fn argument(
        &mut self,
        arg: &Tree,
        unit: Option<&Unit>,
        callee: &Signature,
        index: usize,
    ) -> Option<Expr> {
        let parameters = if unit.is_some() { Parameters::Carry } else { Parameters::Plain };
        let quantity = self.quantity(arg, None, parameters)?;
        self.passed(quantity, unit, callee, index)
    }

    /// Converts an argument to the unit of its parameter.
    fn passed(
        &mut self,
        arg: Quantity,
        unit: Option<&Unit>,
        callee: &Signature,
        index: usize,
    ) -> Option<Expr> {
        let Some(unit) = unit else { return Some(arg.expr) };
        let arg = arg.against(unit);
        let Carried::In(found) = &arg.carried else { return Some(arg.expr) };
        let found = found.clone();
        self.converted_argument(arg, &found, unit, callee, &callee.parameters[index])
    }

    fn report_arity_of(&mut self, callee: &Signature, found: usize, span: &Span) {
        let least = callee.parameters.iter().filter(|parameter| parameter.default.is_none()).count();
        let most = callee.parameters.len();
        self.report_arity(&callee.name, least, most, found, span);
        if let Some(last) = self.diagnostics.last_mut() {
            last.hint = Some(format!("call it as `{}`", callee.symbol()));
        }
    }
}

/// Returns what to write if the language has a function of this name for another number of arguments. `text` is how an
/// argument is written.
fn other_arguments<'t>(name: &str, args: &[Tree], text: impl Fn(&Tree) -> &'t str) -> Option<String> {
    if !language::is_of_numpy(name) {
        return None;
    }
    let takes = format!("`{name}(x)` of the language takes one argument");
    let is_reduction = language::builtin(name, 1).is_some_and(Builtin::is_reduction);
    if let [array, option] = args
        && is_reduction
        && integer(array).is_none()
        && let Some(option) = integer(option)
    {
        let array = text(array);
        return Some(match (name, option) {
            ("norm", 1) => format!("write `sum(Abs({array}))` if that has one axis"),
            ("norm", 2) => format!("write `norm({array})` if that has one axis"),
            ("norm", _) => format!("{takes}, and is the root of the sum of the squares"),
            (_, -1) => format!("write `{name}({array})`: a reduction is along the last axis"),
            (_, axis) => {
                format!(
                    "write `{name}({array})` if the array's last axis is {axis}: a reduction is along no other"
                )
            }
        });
    }
    Some(match name {
        "sum" => format!("{takes}: of two numbers write `x + y`"),
        "mean" => format!("{takes}: of two numbers write `(x + y)/2`"),
        "norm" => format!("{takes}: of two numbers write `sqrt(x**2 + y**2)`"),
        "log10" | "log2" => format!("{takes}: to the base b write `log(x, b)`"),
        "hypot" => {
            "`hypot(x, y)` of the language takes two arguments: of three write `sqrt(x**2 + y**2 + z**2)`"
                .to_owned()
        }
        _ => takes,
    })
}

/// Returns the integer that is written, with a sign or without.
fn integer(tree: &Tree) -> Option<i64> {
    match &tree.kind {
        TreeKind::Integer(integer) => i64::try_from(integer).ok(),
        TreeKind::Negative(operand) => integer(operand)?.checked_neg(),
        _ => None,
    }
}

/// Returns whether a function can be called with so many arguments.
fn takes(callee: &Signature, n_args: usize) -> bool {
    let n_needed = callee.parameters.iter().filter(|parameter| parameter.default.is_none()).count();
    (n_needed..=callee.parameters.len()).contains(&n_args)
}

fn carried_by(callee: &Signature) -> Carried {
    Carried::of(callee.unit.as_ref())
}

/// Returns a default value as an expression, where the language has one for it.
fn default_expr(value: &Value) -> Option<Expr> {
    match value {
        Value::Int(integer) => Some(Expr::integer(integer.clone())),
        Value::Float(double) => Float::from_f64(*double).map(Expr::decimal),
        Value::Scalar(kamodo_value::Scalar::Float64(double)) => Float::from_f64(*double).map(Expr::decimal),
        Value::Rational(ratio) => Some(Expr::rational(ratio.clone())),
        _ => None,
    }
}

/// Names a parameter of a callee as it is declared.
pub(in crate::check) fn parameter_text(callee: &Signature, parameter: &Parameter) -> String {
    match &parameter.unit {
        Some(unit) => format!("`{}[{}]` of `{}`", parameter.name, unit.declared(), callee.name),
        None => format!("`{}` of `{}`", parameter.name, callee.name),
    }
}
