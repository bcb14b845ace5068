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
    let wanted = Name::new(name);
    let known = candidates.filter_map(|candidate| {
        let rank = wanted.rank(&Name::new(candidate))?;
        Some((rank, candidate))
    });
    known.min().map(|(_, candidate)| candidate)
}

/// A name, with what is needed to compare it with others: worked out once for candidates that are always the same.
#[derive(Debug)]
pub(crate) struct Name<'a> {
    text: &'a str,
    lower: String,
    /// In lower case and without underscores.
    bare: String,
    letters: u64,
    n_chars: usize,
}

/// How far a candidate is from a name: without case, with it, and by its length.
type Rank = (usize, usize, usize);

// === impl Name ===

impl<'a> Name<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let lower = text.to_lowercase();
        let bare = lower.chars().filter(|letter| *letter != '_').collect();
        let letters = letters(&lower);
        Self { text, lower, bare, letters, n_chars: text.chars().count() }
    }

    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    /// Finds the candidate that was most likely meant, as [`suggest`] does.
    pub(crate) fn nearest<'c>(&self, candidates: impl Iterator<Item = &'c Name<'c>>) -> Option<&'c str> {
        let ranked = candidates.filter_map(|candidate| Some((self.rank(candidate)?, candidate.text)));
        ranked.min().map(|(_, candidate)| candidate)
    }

    /// Returns how far a candidate is; none if it is not close enough.
    fn rank(&self, candidate: &Name<'_>) -> Option<Rank> {
        if self.n_chars > MAX_CHARS {
            return None;
        }
        let longer = candidate.n_chars.abs_diff(self.n_chars);
        let is_alike = self.is_alike(candidate);
        // One edit brings one letter at most, and takes one away: most candidates need not be compared.
        let (more, less) = (candidate.letters & !self.letters, self.letters & !candidate.letters);
        let n_others = more.count_ones().max(less.count_ones()) as usize;
        let most = self.n_chars / 3;
        if !is_alike && (longer > most || n_others > most) {
            return None;
        }
        let edits = damerau_levenshtein(&self.lower, &candidate.lower);
        let rank = || (edits, damerau_levenshtein(self.text, candidate.text), longer);
        (edits <= most || is_alike).then(rank)
    }

    /// Returns whether only case and underscores tell a candidate from it, however short they are.
    fn is_alike(&self, candidate: &Name<'_>) -> bool {
        candidate.text.len() <= 2 * self.lower.len() + 2
            && self.lower.len() > 1
            && self.bare == candidate.bare
    }
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
