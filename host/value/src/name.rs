//! What a name is made of: the one rule for functions and arguments, whoever brings them.

use kamodo_units::unseen;

/// Returns whether a name can begin so: with a letter of any alphabet that can be seen, or `_`.
#[must_use]
pub fn is_name_start(first: char) -> bool {
    first == '_' || first.is_ascii_alphabetic() || first.is_alphabetic() && unseen(first).is_none()
}

/// Returns whether a name can go on so: with a letter, a digit of ASCII, or `_`.
#[must_use]
pub fn is_name_part(next: char) -> bool {
    is_name_start(next) || next.is_ascii_digit()
}

/// Returns whether a text is a name, so that an expression can call it.
///
/// # Examples
/// ```
/// use kamodo_value::is_name;
///
/// assert!(is_name("rho_1") && is_name("ρ"));
/// assert!(!is_name("1x") && !is_name("x²") && !is_name(""));
/// assert!(!is_name("x\u{3164}")); // a letter that nobody sees
/// ```
#[must_use]
pub fn is_name(text: &str) -> bool {
    text.starts_with(is_name_start) && text.chars().all(is_name_part)
}
