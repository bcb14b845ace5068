//! Which functions cannot be called yet, and who brings what they wait for.

use kamodo_expr::listed;
use kamodo_registry::Function;
use kamodo_relay::Upstream;

/// How many functions are named.
const SHOWN: usize = 20;

/// Says of each function that waits what it waits for, and from which upstream, a line each.
pub(crate) fn lines<'a>(
    functions: impl Iterator<Item = &'a Function>,
    upstreams: &[Upstream],
) -> Vec<String> {
    let waiting: Vec<_> = functions.filter(|function| !function.missing().is_empty()).collect();
    let mut lines: Vec<_> = waiting.iter().take(SHOWN).map(|function| line(function, upstreams)).collect();
    if let Some(n_more @ 1..) = waiting.len().checked_sub(SHOWN) {
        lines.push(format!("and {n_more} more wait: `kamodo-rpc status` lists them"));
    }
    lines
}

fn line(function: &Function, upstreams: &[Upstream]) -> String {
    let missing = function.missing();
    let symbol = function.signature.symbol();
    let mut line = format!("{symbol} waits for {}", listed(missing));
    for upstream in upstreams.iter().filter(|upstream| missing.iter().any(|name| may_bring(upstream, name))) {
        line += &format!(", a name of {}", upstream.origin());
    }
    line
}

/// Returns whether a name begins as all names of an upstream do.
fn may_bring(upstream: &Upstream, name: &str) -> bool {
    let prefix = upstream.prefix.as_deref();
    prefix.and_then(|prefix| name.strip_prefix(prefix)).is_some_and(|rest| rest.starts_with('_'))
}
