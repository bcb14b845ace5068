//! What a name is made of: the one rule for functions and arguments, whoever brings them.

/// Returns whether a name can begin so: with a letter of any alphabet, or `_`.
#[must_use]
pub fn is_name_start(first: char) -> bool {
    first == '_' || first.is_alphabetic()
}

/// Returns whether a name can go on so: with a letter, a digit of ASCII, or `_`.
#[must_use]
pub fn is_name_part(next: char) -> bool {
    next == '_' || next.is_alphabetic() || next.is_ascii_digit()
}

/// Returns whether a text is a name, so that an expression can call it.
///
/// # Examples
/// ```
/// use kamodo_value::is_name;
///
/// assert!(is_name("rho_1") && is_name("ρ"));
/// assert!(!is_name("1x") && !is_name("x²") && !is_name(""));
/// ```
#[must_use]
pub fn is_name(text: &str) -> bool {
    text.starts_with(is_name_start) && text.chars().all(is_name_part)
}
