//! The one "did you mean".

use strsim::damerau_levenshtein;

/// The longest name for which there is a suggestion.
const MAX_CHARS: usize = 100;

/// Finds the candidate that was most likely meant by `name`, if any is close enough.
///
/// Case does not count; beyond that a third of the characters may differ (one in a name of three), and
/// nothing in names of one or two, to which everything is close. For a name of more than 100 characters nothing is
/// found: comparing it takes the square of its length.
///
/// # Examples
/// ```
/// let names = ["pressure", "density"];
/// assert_eq!(kamodo_units::suggest("presure", names.into_iter()), Some("pressure"));
/// assert_eq!(kamodo_units::suggest("velocity", names.into_iter()), None);
/// ```
pub fn suggest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    let n_chars = name.chars().count();
    if n_chars > MAX_CHARS {
        return None;
    }
    let own = letters(&lower);
    candidates
        .filter(|candidate| {
            // One edit brings one letter at most, and takes one away: most candidates need not be compared.
            let other = letters(candidate);
            let n_others = (own & !other).count_ones().max((other & !own).count_ones()) as usize;
            candidate.chars().count().abs_diff(n_chars) <= n_chars / 3 && n_others <= n_chars / 3
                || is_alike(&lower, candidate)
        })
        .map(|candidate| {
            let edits = damerau_levenshtein(&lower, &candidate.to_lowercase());
            let longer = candidate.chars().count().abs_diff(n_chars);
            (edits, damerau_levenshtein(name, candidate), longer, candidate)
        })
        .filter(|(edits, _, _, candidate)| *edits <= n_chars / 3 || is_alike(&lower, candidate))
        .min()
        .map(|(.., candidate)| candidate)
}

/// Returns whether only case and underscores tell a candidate from a name in lower case, however short they are.
fn is_alike(lower: &str, candidate: &str) -> bool {
    let bare = |text: &str| text.chars().filter(|letter| *letter != '_').collect::<String>();
    candidate.len() <= 2 * lower.len() + 2
        && lower.len() > 1
        && bare(lower) == bare(&candidate.to_lowercase())
}

/// The set of the letters of a text, without case; several may share a place in it.
fn letters(text: &str) -> u64 {
    text.chars().flat_map(char::to_lowercase).fold(0, |set, letter| set | 1 << (u32::from(letter) % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, candidates: &[&str], expect: Option<&str>) {
        assert_eq!(suggest(name, candidates.iter().copied()), expect);
    }

    #[test]
    fn the_closest_is_meant() {
        check("metre", &["meter", "meters", "mere"], Some("meter"));
        check("KM", &["km", "kg"], Some("km"));
        check("PA", &["pA", "Pa", "pa"], Some("Pa"));
        check("va", &["v_A", "vb"], Some("v_A"));
        check("a", &["A"], Some("A"));
        check("denisty", &["density", "entity"], Some("density"));
    }

    #[test]
    fn a_very_long_name_is_not_compared() {
        let long = "f".repeat(500_000);
        let other = long.clone() + "g";
        check(&long, &[&other, "f"], None);
    }

    #[test]
    fn nothing_close_is_nothing_meant() {
        check("u", &["s", "m"], None);
        check("foo", &["f", "bar"], None);
        check("", &["f"], None);
    }
}
